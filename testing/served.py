"""A page under measure: its server on a free loopback port, its reruns timed, its memory read.

``python -m testing.served SCRIPT LOG [OPTION ...]`` is the server itself: Streamlit's own,
with a stop-watch around every run of the script.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

START_SECONDS = 120
OPTIONS = (
    "--server.headless=true",
    "--server.address=127.0.0.1",
    "--server.fileWatcherType=none",
    "--browser.gatherUsageStats=false",
)


@dataclass(frozen=True)
class Server:
    """A running page.

    Parameters
    ----------
    address : str
        ``http://127.0.0.1:<port>``.
    process : Popen
        The server's process.
    log : Path
        One line of JSON for each run of the script.
    """

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    def runs(self) -> list[dict[str, float]]:
        """Return every run so far: ``wall`` and ``cpu`` [s]."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def memory(self, field: str = "VmRSS") -> int:
        """Return the resident memory now, or its peak (``VmHWM``) [byte]."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        match = re.search(rf"{field}:\s+(\d+)", status)
        return int(match[1]) * 1024 if match else 0

    def cpu(self) -> float:
        """Return the processor time of the server so far, all its threads [s]."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until_healthy(
    address: str, process: subprocess.Popen[bytes], log: Path | None = None
) -> None:
    """Wait until the server answers.

    Raises
    ------
    RuntimeError
        If it ends before, or takes more than `START_SECONDS` [s]; with the end of `log`.
    """
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    ending = "" if log is None else log.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise RuntimeError(f"{address} did not answer within {START_SECONDS} s. {ending}".strip())


def wait_until_open(address: str, port: int) -> None:
    """Wait until somebody listens there, whatever is answered.

    Raises
    ------
    RuntimeError
        If nobody does within `START_SECONDS` [s].
    """
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            with socket.create_connection((address, port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"Nobody listens at {address}:{port}.")


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process, by force if it does not listen within 10 s."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(60)


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """End a process that was started here, whatever happens."""
    try:
        yield process
    finally:
        end(process)


@contextmanager
def started(
    command: Sequence[str], address: str, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a server in the project's folder, wait until it answers, and end it with the block.

    Parameters
    ----------
    command : sequence of str
        Program and arguments.
    address : str
        ``http://127.0.0.1:<port>``; its health is Streamlit's.
    log : Path
        Takes what the server prints.
    env : mapping, optional
        The whole environment; this process's own without it.

    Raises
    ------
    RuntimeError
        If it does not answer; see `wait_until_healthy`.
    """
    with log.open("wb") as words:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=words, stderr=subprocess.STDOUT, env=env
        )
    with ended(process):
        wait_until_healthy(address, process, log)
        yield process


@contextmanager
def served(script: Path) -> Iterator[Server]:
    """Serve a page and end it with the block."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "runs.jsonl"
        log.touch()
        command = [
            *(sys.executable, "-m", "testing.served", str(script), str(log)),
            *(*OPTIONS, f"--server.port={port}"),
        ]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with started(command, address, Path(folder) / "server.log", environment) as process:
            yield Server(address, process, log)


def main(arguments: list[str]) -> None:
    """Run Streamlit with a stop-watch around every run of the script."""
    from streamlit.runtime.scriptrunner import script_runner
    from streamlit.web import cli

    script, log, *options = arguments
    run: Any = script_runner.exec_func_with_error_handling

    def timed(*positional: Any, **options: Any) -> Any:
        wall, cpu = time.perf_counter(), time.thread_time()
        answer = run(*positional, **options)
        spent = {"wall": time.perf_counter() - wall, "cpu": time.thread_time() - cpu}
        with Path(log).open("a") as file:
            file.write(json.dumps(spent) + "\n")
        return answer

    script_runner.exec_func_with_error_handling = timed
    sys.argv = ["streamlit", "run", script, *options]
    cli.main()


if __name__ == "__main__":
    main(sys.argv[1:])
