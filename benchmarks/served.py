"""A page under measure: its server on a free loopback port, its reruns timed, its memory read.

``python -m benchmarks.served SCRIPT LOG [OPTION ...]`` is the server itself: Streamlit's own,
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

from benchmarks.figures import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        found = re.search(rf"{field}:\s+(\d+)", status)
        return int(found[1]) * 1024 if found else 0

    def cpu(self) -> float:
        """Return the processor time of the server so far, all its threads [s]."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers; raise RuntimeError if it ends before or takes too long."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{address} did not answer within {START_SECONDS} s.")


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """End a process that was started here, whatever happens."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


@contextmanager
def served(script: Path) -> Iterator[Server]:
    """Serve a page and end it with the block."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "runs.jsonl"
        log.touch()
        with (Path(folder) / "server.log").open("wb") as words:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "benchmarks.served", str(script), str(log)),
                    *(*OPTIONS, f"--server.port={port}"),
                ],
                cwd=ROOT,
                stdout=words,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
            with ended(process):
                wait_until_healthy(address, process)
                yield Server(address, process, log)


def main(arguments: list[str]) -> None:
    """Run Streamlit with a stop-watch around every run of the script."""
    from streamlit.runtime.scriptrunner import script_runner
    from streamlit.web import cli

    script, log, *options = arguments
    run: Any = script_runner.exec_func_with_error_handling

    def timed(*given: Any, **named: Any) -> Any:
        wall, cpu = time.perf_counter(), time.thread_time()
        answer = run(*given, **named)
        spent = {"wall": time.perf_counter() - wall, "cpu": time.thread_time() - cpu}
        with Path(log).open("a") as file:
            file.write(json.dumps(spent) + "\n")
        return answer

    script_runner.exec_func_with_error_handling = timed
    sys.argv = ["streamlit", "run", script, *options]
    cli.main()


if __name__ == "__main__":
    main(sys.argv[1:])
