"""Write files whole or not at all: beside, flushed to disk, renamed."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import ExportError, reason_of
from geo.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PART_SUFFIX = ".part"
"""End of the name of a file that is still being written."""

WRITE_REMEDIES = frozenset({
    "ENOSPC", "EDQUOT", "EACCES", "EPERM", "EROFS", "ENOENT", "ENOTDIR", "EISDIR", "ENAMETOOLONG",
})  # fmt: skip
"""Errors of the system for which the catalogue says what to do."""

STALE_PART_SECONDS = 3600.0
"""Age from which a left-over part of an ended process is removed."""


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all.

    The bytes go to a new file beside the final name, to the disk, and only
    then under the final name. On any failure the old file is as it was and
    the new one is gone.

    Raises
    ------
    ExportError
        If the file cannot be written; with the reason and what to do.
    """
    write_files({path: data})


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write several files; none is renamed before all are on the disk.

    Raises
    ------
    ExportError
        If one cannot be written: none is changed. Only if the renaming
        itself fails may the files before it be new; each is whole.
    """
    parts: list[tuple[Path, Path]] = []
    path = Path()
    try:
        for path, data in files.items():
            part = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}{PART_SUFFIX}")
            parts.append((part, path))
            _write_part(part, data)
        for part, path in parts:
            os.replace(part, path)  # noqa: PTH105 - one seam for fault injection
        for folder in {path.parent for path in files}:
            _sync_folder(folder)
    except OSError as error:
        raise ExportError(_write_message(str(path), error)) from error
    finally:
        for part, _ in parts:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def write_scratch(path: Path, chunks: Iterable[bytes | memoryview]) -> None:
    """Write a file of a temporary folder: not flushed to the disk, since it is gone soon.

    Raises
    ------
    ExportError
        If it cannot be written; readers are told no path.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            for chunk in chunks:
                file.write(chunk)
    except OSError as error:
        raise ExportError(_write_message(path.name, error)) from error


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, unless it is there.

    Raises
    ------
    ExportError
        If it cannot be made; with the reason and what to do.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(_write_message(str(folder), error)) from error


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold a folder for one writer; a second one is refused at once.

    The lock belongs to the process and ends with it, however it ends.
    Parts that an ended process left over an hour ago are removed.

    Raises
    ------
    ExportError
        If the folder is missing or another process holds it.
    """
    try:
        handle = _open_lock(folder)
    except OSError as error:
        raise ExportError(_write_message(str(folder), error)) from error
    try:
        if not _take_lock(handle):
            raise ExportError(Text("file.being-written", path=str(folder)))
        for part in folder.glob(f".*{PART_SUFFIX}"):
            with contextlib.suppress(OSError):
                if is_stale(part):
                    part.unlink()
        yield
    finally:
        os.close(handle)


def is_stale(part: Path) -> bool:
    """Tell whether what lies there was left by a process that has ended.

    A clock that was set back leaves parts of the future: they are as old as they are ahead.
    """
    return abs(time.time() - part.stat().st_mtime) > STALE_PART_SECONDS


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give an empty folder that is gone afterwards, whatever happened.

    Raises
    ------
    ExportError
        If no temporary folder can be made.
    """
    folder = new_temporary_folder("heping-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_temporary_folder(prefix: str) -> Path:
    """Make an empty folder that the caller takes away.

    Raises
    ------
    ExportError
        If no temporary folder can be made.
    """
    try:
        return Path(tempfile.mkdtemp(prefix=prefix))
    except OSError as error:
        # Uploads and exports of the page end here: readers are told no path.
        raise ExportError(_write_message(Text("file.temporary-folder"), error)) from error


def _write_part(part: Path, data: bytes) -> None:
    """Write a new file to the disk."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(part, flags, 0o666), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _write_message(path: str | Text, error: OSError) -> Text:
    """Say why a file could not be written and what to do."""
    name = errno.errorcode.get(error.errno or 0, "")
    remedy = Text(f"write.{name}" if name in WRITE_REMEDIES else "write.other")
    return Text("file.unwritable", path=path, reason=reason_of(error), remedy=remedy)


if sys.platform == "win32":  # pragma: no cover - no lock on folders there
    import msvcrt

    def _open_lock(folder: Path) -> int:
        digest = hashlib.sha256(str(folder.resolve(strict=True)).encode()).hexdigest()
        return os.open(Path(tempfile.gettempdir()) / f"heping-{digest[:16]}.lock", os.O_CREAT | 2)

    def _take_lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _sync_folder(folder: Path) -> None:
        """Nothing to do."""

else:
    import fcntl

    def _open_lock(folder: Path) -> int:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY)

    def _take_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _sync_folder(folder: Path) -> None:
        """Make a renaming lasting; a file system that cannot is no fault."""
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
