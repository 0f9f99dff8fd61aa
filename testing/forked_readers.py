"""Readers of foreign files forked from one process that has their libraries loaded.

A reader starts in 0.02 s instead of 0.17 s. It is the same program under the same locks, only not
started anew, and holds GDAL for JSON too, so that a little less of its memory is left.
`tests/slow/test_foreign_reader.py` starts the real one. ``python -I -B
forked_readers.py NUMBER`` is the process that forks: it listens on the socket of that number.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[1]
LONGEST_HEAD = 2**16


class ForkedReader:
    """Stands where `subprocess.Popen` stands in `geo.foreign_files.run`."""

    def __init__(
        self, server: str, command: Sequence[str], cwd: Path, env: Mapping[str, str]
    ) -> None:
        there_in, self_in = os.pipe()
        self_out, there_out = os.pipe()
        self.stdin, self.stdout = os.fdopen(self_in, "wb"), os.fdopen(self_out, "rb")
        self._control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._control.connect(server)
        head = json.dumps({"program": command[-1], "cwd": str(cwd), "env": dict(env)})
        socket.send_fds(self._control, [head.encode()], [there_in, there_out])
        os.close(there_in)
        os.close(there_out)
        self._words = self._control.makefile("r", encoding="ascii")
        self._pid = int(self._words.readline())

    def kill(self) -> None:
        """End it, if it is there."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    def wait(self) -> int:
        """Return how it ended, as `subprocess` tells it."""
        code = int(self._words.readline())
        self._words.close()
        self._control.close()
        return code


@contextmanager
def forked_readers() -> Iterator[None]:
    """Fork the readers of this process; start them as ever where the system cannot."""
    if sys.platform != "linux":
        yield
        return
    from geo.foreign_files import run

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind("")  # a name of the kernel's, no file
        listener.listen(8)
        server = subprocess.Popen(
            [sys.executable, "-I", "-B", __file__, str(listener.fileno())],
            pass_fds=[listener.fileno()],
            env=run.environment_for(Path("/")),
        )
        name = listener.getsockname()

    def start(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], **_: Any) -> Any:
        return ForkedReader(name, command, cwd, env)

    stand_in = SimpleNamespace(Popen=start, PIPE=subprocess.PIPE, DEVNULL=subprocess.DEVNULL)
    try:
        with patch.object(run, "subprocess", stand_in):
            yield
    finally:
        server.terminate()
        server.wait()


def _load() -> Any:
    """Load what a reader loads for any format, GDAL as it does; return its program."""
    sys.path.insert(0, str(ROOT))
    import shapely.geometry

    from geo.foreign_files import checks, gdal_layers, json_layers, reader, table_layers

    del checks, json_layers, table_layers
    there = {name: sys.modules.get(name) for name in gdal_layers.KEPT_OUT}
    sys.modules.update(dict.fromkeys(gdal_layers.KEPT_OUT))  # type: ignore[arg-type]
    from pyogrio import _ogr, raw

    del _ogr, raw
    for name, module in there.items():
        if module is None:
            del sys.modules[name]
        else:
            sys.modules[name] = module
    assert sys.modules["shapely"] is shapely
    return reader


def _serve(listener: socket.socket) -> None:
    """Fork a keeper for each that connects; the keeper forks the reader and tells its end."""
    reader = _load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        control, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                _keep(control, reader)
            finally:
                os._exit(0)
        control.close()


def _keep(control: socket.socket, reader: Any) -> None:
    head, (read, write), _, _ = socket.recv_fds(control, LONGEST_HEAD, 2)
    call = json.loads(head)
    assert call["program"] == reader.__file__, call["program"]
    pid = os.fork()
    if pid == 0:
        control.close()
        os.dup2(read, 0)
        os.dup2(write, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.close(read)
        os.close(write)
        os.chdir(call["cwd"])
        os.environ.clear()
        os.environ.update(call["env"])
        code = 1
        try:
            reader.main()
            code = 0
        finally:
            os._exit(code)
    os.close(read)
    os.close(write)
    control.sendall(b"%d\n" % pid)
    _, status = os.waitpid(pid, 0)
    with suppress(OSError):
        control.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
