"""Read files of a data folder: plain values, or an error that names the file."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import DataFileError
from geo.io.geojson import layer_of
from geo.io.limits import DATA_FILE_BYTES, refuse_above

if TYPE_CHECKING:
    import geopandas as gpd

_PACKAGE = Path(__file__).resolve().parents[1]
INSTALLED_DATA = _PACKAGE / "data"
"""Heping's own data inside an installed wheel; a checkout has them beside the package."""

_PROJECT_DATA = INSTALLED_DATA if INSTALLED_DATA.is_dir() else _PACKAGE.parent / "data"
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


def _label(path: Path) -> str:
    """Name a file by its last folder and its name: messages reach readers."""
    return "/".join(path.parts[-2:]) if path.parent.name else path.name


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")
