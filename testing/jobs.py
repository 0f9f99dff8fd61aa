"""Small jobs for the tests of the pool; they run in its child processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from geo.errors import ExportError
from geo.texts import Text


def copy(arguments: Any, progress: Any, folder: Path) -> Path:
    """Write the argument into a file."""
    progress(0.5, "half")
    path = folder / "copy.txt"
    path.write_text(f"{arguments} {os.getpid()} {os.nice(0)}")
    return path


known: list[Any] = []


def learn(argument: Any) -> None:
    """Make ready for `tell`, and fail like a job that finds nothing."""
    known.append(argument)
    raise KeyError(argument)


def tell(arguments: Any, progress: Any, folder: Path) -> Path:
    """Write what the process has learnt and which it is."""
    path = folder / "known.txt"
    path.write_text(f"{known} {os.getpid()}")
    return path


def run_until_cancelled(arguments: Any, progress: Any, folder: Path) -> Path:
    """Say that it runs, then never end by itself."""
    progress(0.1, "running")
    while True:
        time.sleep(0.05)


def refuse(arguments: Any, progress: Any, folder: Path) -> Path:
    """Raise one of our errors."""
    raise ExportError(Text("text.plain", words="the paper is too small"))


def fail(arguments: Any, progress: Any, folder: Path) -> Path:
    """Raise what nobody expected."""
    raise KeyError("no such thing")


def be_killed(arguments: Any, progress: Any, folder: Path) -> Path:
    """Die as by the kernel's hand."""
    os.kill(os.getpid(), signal.SIGKILL)
    return folder


def use_memory(arguments: int, progress: Any, folder: Path) -> Path:
    """Ask for so many bytes."""
    block = bytearray(b"x") * arguments
    path = folder / "size.txt"
    path.write_text(str(len(block)))
    return path


def point_elsewhere(arguments: Any, progress: Any, folder: Path) -> Path:
    """Claim a file outside the folder."""
    return Path(arguments)


def start_another(arguments: Any, progress: Any, folder: Path) -> Path:
    """Start a process that would go on for long, tell its number, and wait for it."""
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    progress(0.1, str(other.pid))
    other.wait()
    return folder / "nothing"


def leave_behind(arguments: Any, progress: Any, folder: Path) -> Path:
    """Leave a temporary folder behind, and end as one that is killed does."""
    progress(0.1, tempfile.mkdtemp(prefix="heping-"))
    os.kill(os.getpid(), signal.SIGKILL)
    return folder
