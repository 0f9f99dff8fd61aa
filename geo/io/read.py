"""Read files of a data folder: plain values, or an error that names the file."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import DataFileError, reason_of
from geo.io.forms import Form
from geo.io.geojson import features_of, layer_of
from geo.io.limits import DATA_FILE_BYTES, refuse_above
from geo.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

_PACKAGE = Path(__file__).resolve().parents[1]
INSTALLED_DATA = _PACKAGE / "data"
"""Heping's own data inside an installed wheel; a checkout has them beside the package."""

_PROJECT_DATA = INSTALLED_DATA if INSTALLED_DATA.is_dir() else _PACKAGE.parent / "data"
Stamp = tuple[tuple[str, int, int], ...]
"""From `folder_stamp`."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def data_folder(folder: str | Path | None = None) -> Path:
    """Return the data folder: `folder`, else ``GEO_DATA``, else Heping's own.

    Heping's own are those of the checkout, or the copy that an installed
    wheel carries, which is read and never written.

    Raises
    ------
    DataFileError
        If it is not a folder.
    """
    chosen = Path(folder or os.environ.get("GEO_DATA") or _PROJECT_DATA)
    if not chosen.is_dir():
        raise DataFileError(Text("file.no-data-folder", folder=str(chosen)))
    return chosen


def folder_stamp(folder: Path) -> Stamp:
    """Return name, time and size of every file of base and zones, to know a change by.

    Parameters
    ----------
    folder : Path
        A data folder.

    Returns
    -------
    tuple of (str, int, int)
        Name, time of the last change [ns], size [byte]; a file that is being written is left out.
    """
    files = [path for pattern in ("*.toml", "base/*", "zones/*") for path in folder.glob(pattern)]
    return stamp_of(path for path in files if not path.name.startswith("."))


def stamp_of(paths: Iterable[Path]) -> Stamp:
    """Return folder and name, time [ns] and size [byte] of files, sorted."""
    stamp = []
    for path in sorted(paths):
        with suppress(OSError):  # gone since it was listed, or a link that leads nowhere
            status = path.stat()
            name = f"{path.parent.name}/{path.name}"
            stamp.append((name, status.st_mtime_ns, status.st_size))
    return tuple(stamp)


def is_there(path: Path) -> bool:
    """Return whether anything stands at a path; a pipe or a broken link is no file, yet is there.

    So that what may be absent is passed over where it is absent, and read, or
    refused with its name, where it is anything else.
    """
    return os.path.lexists(path)


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
        # Asked before it is opened: a pipe would wait for a writer, a device never end.
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DataFileError(Text("file.no-file", file=_label(path)))
        with path.open("rb") as file:
            refuse_above(
                limit,
                status.st_size,
                Text("file.bytes").about(_label(path)),
                "DATA_FILE_BYTES",
                Text("file.use-smaller"),
            )
            content = file.read(limit + 1)
            refuse_above(
                limit,
                len(content),
                Text("file.bytes").about(_label(path)),
                "DATA_FILE_BYTES",
                Text("file.use-smaller"),
            )
            return content
    except FileNotFoundError as error:
        raise DataFileError(Text("file.missing", file=_label(path))) from error
    except OSError as error:
        reason = reason_of(error)
        raise DataFileError(Text("file.unreadable", file=_label(path), reason=reason)) from error


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
        byte = data[error.start]
        raise DataFileError(
            Text("file.not-utf8", file=_label(path), line=line, byte=byte)
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
        fault, _ = toml_fault(error, text)
        raise DataFileError(Text("file.not-toml", file=_label(path), fault=fault)) from error
    except ValueError as error:  # an integer of more digits than Python turns into a number
        raise DataFileError(Text("file.number-too-long", file=_label(path))) from error
    except RecursionError as error:
        raise DataFileError(Text("file.too-deep", file=_label(path))) from error


def toml_fault(error: tomllib.TOMLDecodeError, source: str) -> tuple[Text, int]:
    r"""Return where a text stops being TOML, in words and as the number of the line.

    Parameters
    ----------
    error : TOMLDecodeError
        As `tomllib` raised it.
    source : str
        The text that was read.

    Examples
    --------
    >>> try:
    ...     _ = tomllib.loads("a = 1\nb 2")
    ... except tomllib.TOMLDecodeError as error:
    ...     fault, line = toml_fault(error, "a = 1\nb 2")
    >>> line, fault.render("zh")
    (2, '第 2 行第 3 列起不合 TOML 语法')
    """
    place = re.search(r" \(at line (\d+), column (\d+)\)$", str(error))
    if place is None:
        line = source.count("\n") + 1
        reason = str(error).removesuffix(" (at end of document)")
        return Text("file.toml-end", line=line, said_en=reason), line
    reason, line, column = str(error)[: place.start()], int(place[1]), int(place[2])
    return Text("file.toml-place", line=line, column=column, said_en=reason), line


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
            Text("file.not-json", file=_label(path), line=error.lineno, column=error.colno)
        ) from error
    except UnicodeEncodeError as error:
        raise DataFileError(Text("file.half-character", file=_label(path))) from error
    except RecursionError as error:
        raise DataFileError(Text("file.too-deep", file=_label(path))) from error
    except _NotANumberError as error:
        raise DataFileError(
            Text("file.not-a-number", file=_label(path), number=str(error))
        ) from error
    except ValueError as error:  # an integer of more digits than Python turns into a number
        raise DataFileError(Text("file.number-too-long", file=_label(path))) from error
    return value


def read_layer(path: Path, form: Form | None = None) -> gpd.GeoDataFrame:
    """Read a GeoJSON layer of the data folder.

    Parameters
    ----------
    path : Path
        A GeoJSON FeatureCollection as RFC 7946 has it.
    form : Form, optional
        What every feature must be like.

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
        a geometry cannot be read or lies outside longitude and latitude, or a
        feature has not the form; with the feature.
    """
    return layer_of(read_json(path), _label(path), form)


def read_features(path: Path) -> tuple[list[Any], dict[str, Any]]:
    """Read the features of a GeoJSON file whatever they are, and its metadata member.

    For those who tell of each feature what is wrong with it; `read_layer`
    refuses the file at the first.

    Raises
    ------
    DataFileError
        If the file is missing, is not JSON or no FeatureCollection.
    """
    return features_of(read_json(path), _label(path))


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits.

    Raises
    ------
    DataFileError
        If the file cannot be read.
    """
    return hashlib.sha256(read_bytes(path)).hexdigest()


def _label(path: Path) -> str:
    """Name a file by its last folder and its name: messages reach readers."""
    return "/".join(path.parts[-2:]) if path.parent.name else path.name


class _NotANumberError(ValueError):
    """NaN or Infinity, which Python's reader takes and JSON does not know."""


def _refuse_constant(name: str) -> float:
    raise _NotANumberError(name)
