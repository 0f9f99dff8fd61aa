"""Files in and out: the only module of `geo` that opens one.

Reading gives plain values or a `DataFileError` that names the file; writing is
whole or not at all: beside, flushed to disk, renamed.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import logging
import os
import re
import secrets
import sys
import tempfile
import time
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import DataFileError, ExportError
from geo.geojson import COORDINATE_DECIMALS, ID_COLUMNS, layer_bytes, layer_of
from geo.input_limits import DATA_FILE_BYTES, refuse_above

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd

__all__ = [
    "COORDINATE_DECIMALS",
    "ID_COLUMNS",
    "data_folder",
    "folder_lock",
    "layer_bytes",
    "make_folder",
    "read_bytes",
    "read_json",
    "read_layer",
    "read_text",
    "read_toml",
    "sha256",
    "temporary_folder",
    "write_bytes",
    "write_files",
]

logger = logging.getLogger(__name__)

PART_SUFFIX = ".part"
"""End of the name of a file that is still being written."""

STALE_PART_SECONDS = 3600.0
"""Age from which a left-over part of an ended process is removed."""

_PROJECT_DATA = Path(__file__).resolve().parent.parent / "data"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


# Reading


def data_folder(folder: str | Path | None = None) -> Path:
    """Return the data folder: `folder`, else ``GEO_DATA``, else the project's own.

    Raises
    ------
    DataFileError
        If it is not a folder.
    """
    chosen = Path(folder or os.environ.get("GEO_DATA") or _PROJECT_DATA)
    if not chosen.is_dir():
        raise DataFileError(
            f"The data folder {str(chosen)!r} is not a folder. "
            "Give one that exists with --data or GEO_DATA."
        )
    return chosen


def read_bytes(path: Path, *, limit: int = DATA_FILE_BYTES) -> bytes:
    """Return the bytes of a file of at most `limit` bytes.

    Raises
    ------
    DataFileError
        If the file is missing or cannot be read.
    InputTooLargeError
        If it is larger than `limit`.
    """
    try:
        with path.open("rb") as file:
            refuse_above(
                limit,
                os.fstat(file.fileno()).st_size,
                f"{_label(path)}: bytes",
                "DATA_FILE_BYTES",
                "Use a smaller file.",
            )
            return file.read()
    except FileNotFoundError as error:
        raise DataFileError(
            f"{_label(path)} is missing. Take it from a fresh copy, or run `geo build` "
            "if it lies in zones/."
        ) from error
    except OSError as error:
        raise DataFileError(
            f"{_label(path)} cannot be read: {error.strerror}. Check the file and its permissions."
        ) from error


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file, without a byte order mark.

    Raises
    ------
    DataFileError
        If the file is missing, cannot be read, or is not UTF-8.
    """
    data = read_bytes(path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataFileError(
            f"{_label(path)}, line {line}: byte {data[error.start]:#04x} is not UTF-8. "
            "Save the file as UTF-8."
        ) from error


def read_toml(path: Path) -> dict[str, Any]:
    """Return the table that a TOML file holds.

    Raises
    ------
    DataFileError
        If the file cannot be read or is not TOML; with the line.
    """
    text = read_text(path)
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        fault = str(error).replace(
            "at end of document", f"at line {text.count(chr(10)) + 1}, the end"
        )
        raise DataFileError(f"{_label(path)} is not TOML: {fault}. Mend that line.") from error
    except RecursionError as error:
        raise DataFileError(f"{_label(path)} is nested too deeply. Flatten it.") from error


def read_json(path: Path) -> Any:
    """Return the value that a JSON file holds; NaN and Infinity are refused.

    Raises
    ------
    DataFileError
        If the file cannot be read or is not JSON; with the line.
    """
    text = read_text(path)
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise DataFileError(
            f"{_label(path)}, line {error.lineno}: not JSON: {error.msg}. "
            "The file is damaged or cut off; take it from a fresh copy."
        ) from error
    except (RecursionError, ValueError) as error:
        raise DataFileError(f"{_label(path)} is not JSON: {error}.") from error
    return value


def read_layer(path: Path) -> gpd.GeoDataFrame:
    """Read a GeoJSON layer of the data folder.

    Parameters
    ----------
    path : Path
        A GeoJSON FeatureCollection as RFC 7946 has it.

    Returns
    -------
    GeoDataFrame
        In WGS84, in the order of the file; every property a column, in the
        order of first appearance, lists as lists; features without geometry
        keep ``None``. ``attrs["metadata"]`` holds the foreign member of that
        name, or an empty dictionary.

    Raises
    ------
    DataFileError
        If the file is missing, is not such a collection, names another CRS,
        or a geometry cannot be read or lies outside longitude and latitude;
        with the feature.
    """
    return layer_of(read_json(path), _label(path))


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits.

    Raises
    ------
    DataFileError
        If the file cannot be read.
    """
    return hashlib.sha256(read_bytes(path)).hexdigest()


# Writing


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
        raise ExportError(_write_message(path, error)) from error
    finally:
        for part, _ in parts:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


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
        raise ExportError(_write_message(folder, error)) from error


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
        raise ExportError(_write_message(folder, error)) from error
    try:
        if not _take_lock(handle):
            raise ExportError(
                f"{str(folder)!r} is being written by another process. Wait until it has ended."
            )
        for part in folder.glob(f".*{PART_SUFFIX}"):
            with contextlib.suppress(OSError):
                if time.time() - part.stat().st_mtime > STALE_PART_SECONDS:
                    part.unlink()
        yield
    finally:
        os.close(handle)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give an empty folder that is gone afterwards, whatever happened.

    Raises
    ------
    ExportError
        If no temporary folder can be made.
    """
    try:
        folder = tempfile.TemporaryDirectory(prefix="heping-", ignore_cleanup_errors=True)
    except OSError as error:
        # Uploads and exports of the page end here: readers are told no path.
        raise ExportError(_write_message(Path("temporary folder"), error)) from error
    with folder as name:
        yield Path(name)


# Inside


def _label(path: Path) -> str:
    """Name a file by its last folder and its name: messages reach readers."""
    return "/".join(path.parts[-2:]) if path.parent.name else path.name


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _write_part(part: Path, data: bytes) -> None:
    """Write a new file to the disk."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(part, flags, 0o666), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _write_message(path: Path, error: OSError) -> str:
    """Say why a file could not be written and what to do."""
    remedies = {
        errno.ENOSPC: "The disk is full: make room or choose another folder.",
        errno.EDQUOT: "Your quota is used up: make room or choose another folder.",
        errno.EACCES: "Choose a folder that you may write to.",
        errno.EPERM: "Choose a folder that you may write to.",
        errno.EROFS: "The disk is read-only: choose another folder.",
        errno.ENOENT: "The folder does not exist: make it first.",
        errno.ENOTDIR: "Part of the path is a file: choose another folder.",
        errno.EISDIR: "There is a folder of this name: choose another name.",
        errno.ENAMETOOLONG: "Choose a shorter name.",
    }
    remedy = remedies.get(error.errno or 0, "Check the disk and try again.")
    return f"{str(path)!r} cannot be written: {error.strerror or error}. {remedy}"


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
