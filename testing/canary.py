"""A file and a port that notice whether anybody opens or asks them; Linux only."""

from __future__ import annotations

import ctypes
import os
import socket
from pathlib import Path

SECRET = "canary-5dfc1f"
"""Stands in the file."""


class Canary:
    """A file that tells whether anybody has opened it (inotify), and a port that counts."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "canary.csv"
        self.path.write_text(f"WKT,name\nPOINT (117.19 39.11),{SECRET}\n")
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._watch = self._libc.inotify_init1(os.O_NONBLOCK)
        opened, read = 0x20, 0x01
        self._libc.inotify_add_watch(self._watch, bytes(self.path), opened | read)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._door.settimeout(0.05)
        self.port = self._door.getsockname()[1]

    def opened(self) -> bool:
        """Tell whether the file was opened or read since the last question."""
        try:
            return bool(os.read(self._watch, 4096))
        except BlockingIOError:
            return False

    def asked(self) -> bool:
        """Tell whether somebody has connected since the last question."""
        try:
            self._door.accept()[0].close()
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """Take both away."""
        os.close(self._watch)
        self._door.close()
