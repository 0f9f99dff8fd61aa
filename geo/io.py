"""Files in and out: the only module of `geo` that opens one.

Reading gives plain values or a `DataFileError` that names the file; writing is
whole or not at all: beside, flushed to disk, renamed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import hashlib
import json
import logging
import math
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

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import mapping, shape

from geo.crs import WGS84
from geo.errors import CRSError, DataFileError, ExportError
from geo.input_limits import DATA_FILE_BYTES, refuse_above

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

logger = logging.getLogger(__name__)

COORDINATE_DECIMALS = 6
"""Decimals of a degree in every file: 0.1 m."""

ID_COLUMNS = ("edge_id", "zone_id", "road_id", "landmark_id", "control_id")
"""Columns that serve as the id of a feature, the first that a layer has."""

PART_SUFFIX = ".part"
"""End of the name of a file that is still being written."""

STALE_PART_SECONDS = 3600.0
"""Age from which a left-over part of an ended process is removed."""

_PROJECT_DATA = Path(__file__).resolve().parent.parent / "data"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_POSITION = re.compile(r"\[\n\s*(-?[\d.eE+-]+),\n\s*(-?[\d.eE+-]+)\n\s*\]")


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
    document = read_json(path)
    label = _label(path)
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        found = document.get("type") if isinstance(document, dict) else type(document).__name__
        raise DataFileError(f"{label} is not a GeoJSON FeatureCollection but {found!r}.")
    if not _is_wgs84_member(document.get("crs")):
        raise DataFileError(
            f"{label} names another CRS in its 'crs' member; files are WGS84 (RFC 7946). "
            "Convert it and drop the member."
        )
    features = document.get("features")
    if not isinstance(features, list):
        raise DataFileError(f"{label} has no list 'features'.")
    geometries: list[shapely.Geometry | None] = []
    records: list[dict[str, Any]] = []
    for number, feature in enumerate(features, start=1):
        geometries.append(_feature_geometry(feature, f"{label}, feature {number}"))
        records.append(feature.get("properties") or {})
    columns = list(dict.fromkeys(key for record in records for key in record))
    table = pd.DataFrame.from_records(records, columns=columns)
    layer = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometries, crs=WGS84), crs=WGS84)
    metadata = document.get("metadata")
    layer.attrs["metadata"] = metadata if isinstance(metadata, dict) else {}
    return layer


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits.

    Raises
    ------
    DataFileError
        If the file cannot be read.
    """
    return hashlib.sha256(read_bytes(path)).hexdigest()


# Writing


def layer_bytes(
    layer: gpd.GeoDataFrame,
    metadata: Mapping[str, Any] | None = None,
    *,
    id_column: str | None = None,
) -> bytes:
    """Return a layer as canonical GeoJSON: the same layer gives the same bytes.

    RFC 7946: longitude and latitude in WGS84, outer rings counter-clockwise,
    no ``crs`` member, six decimals. One position per line, one blank of
    indent, a line feed at the end. Rows and columns keep their order.

    Parameters
    ----------
    layer : GeoDataFrame
        In WGS84; geometries may be missing. Cells may be text, numbers,
        booleans, dates, lists and dictionaries; NaN becomes null.
    metadata : mapping, optional
        Foreign member ``metadata`` of the collection.
    id_column : str, optional
        Column that becomes the ``id`` of each feature and stays a property;
        by default the first of `ID_COLUMNS` that the layer has.

    Returns
    -------
    bytes
        UTF-8.

    Raises
    ------
    CRSError
        If the layer is not in WGS84.
    ExportError
        If a cell is infinite or of a type that JSON does not know.
    """
    if layer.crs is None or not layer.crs.equals(WGS84):
        found = "no CRS" if layer.crs is None else layer.crs.to_string()
        raise CRSError(f"GeoJSON is written in WGS84; the layer has {found}. Use to_crs.")
    if id_column is None:
        id_column = next((name for name in ID_COLUMNS if name in layer.columns), None)
    names = [name for name in layer.columns if name != layer.geometry.name]
    columns = {name: layer[name].tolist() for name in names}
    features = []
    for row, geometry in enumerate(_canonical(layer.geometry.array)):
        properties = {
            str(name): _json_value(columns[name][row], f"column {name!r}, row {row}")
            for name in names
        }
        feature: dict[str, Any] = {"type": "Feature"}
        if id_column is not None:
            feature["id"] = properties[id_column]
        feature["properties"] = properties
        feature["geometry"] = None if geometry is None else _mapping(geometry)
        features.append(feature)
    document: dict[str, Any] = {"type": "FeatureCollection"}
    if metadata is not None:
        document["metadata"] = _json_value(dict(metadata), "metadata")
    document["features"] = features
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    return (_POSITION.sub(r"[\1, \2]", text) + "\n").encode("utf-8", "replace")


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
        raise ExportError(_write_message(Path(tempfile.gettempdir()), error)) from error
    with folder as name:
        yield Path(name)


# Inside


def _label(path: Path) -> str:
    """Name a file by its last folder and its name: messages reach readers."""
    return "/".join(path.parts[-2:]) if path.parent.name else path.name


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _is_wgs84_member(member: Any) -> bool:
    """Tell whether an old 'crs' member is absent or says WGS84."""
    if member is None:
        return True
    name = str(member.get("properties", {}).get("name", "")) if isinstance(member, dict) else ""
    return name.endswith(("CRS84", "EPSG::4326", "EPSG:4326"))


def _feature_geometry(feature: Any, place: str) -> shapely.Geometry | None:
    """Return the geometry of one GeoJSON feature."""
    if not isinstance(feature, dict) or not isinstance(feature.get("properties") or {}, dict):
        raise DataFileError(f"{place} is not a GeoJSON feature.")
    member = feature.get("geometry")
    if member is None:
        return None
    try:
        geometry = shape(member)
        bounds = geometry.bounds if not geometry.is_empty else (0.0, 0.0, 0.0, 0.0)
    except Exception as error:
        raise DataFileError(f"{place}: the geometry cannot be read: {error}.") from error
    if not all(map(math.isfinite, bounds)) or max(map(abs, bounds[::2])) > 180:
        raise DataFileError(
            f"{place} lies at {bounds}; expected longitude and latitude in degrees."
        )
    if max(map(abs, bounds[1::2])) > 90:
        raise DataFileError(
            f"{place} lies at {bounds}; latitude passes 90 degrees: are the axes exchanged?"
        )
    return geometry


def _canonical(geometries: Any) -> list[shapely.Geometry | None]:
    """Round to six decimals, drop repeated points, turn outer rings counter-clockwise."""
    array = np.asarray(geometries, dtype=object)
    rounded = shapely.transform(
        shapely.force_2d(array), lambda xy: np.round(xy, COORDINATE_DECIMALS) + 0.0
    )
    oriented = shapely.orient_polygons(shapely.remove_repeated_points(rounded), exterior_cw=False)
    return list(oriented)


def _mapping(geometry: shapely.Geometry) -> dict[str, Any]:
    """Return a geometry as GeoJSON has it."""
    return dict(mapping(geometry))  # type: ignore[arg-type]


def _json_value(value: Any, place: str) -> Any:
    """Return a cell as JSON has it."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, np.generic):
        return _json_value(value.item(), place)
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if math.isinf(value):
            raise ExportError(f"{place} is infinite; JSON has no such number.")
        return value
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _json_value(item, place) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_json_value(item, place) for item in value]
    raise ExportError(f"{place} is a {type(value).__name__}; JSON has no such type.")


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
