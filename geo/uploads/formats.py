"""The formats of uploaded files, each read from bytes and trusted in nothing."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import warnings
import zipfile
import zlib
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NoReturn
from xml.parsers import expat

import geopandas as gpd
import pandas as pd
import pyogrio
from pyproj import CRS
from pyproj.exceptions import ProjError
from shapely.geometry import shape

from geo.crs import WGS84
from geo.io import limits
from geo.io.write import temporary_folder, write_bytes
from geo.uploads.encoding import dbf_encoding, dbf_length

if TYPE_CHECKING:
    from collections.abc import Iterable

    import shapely

Note = tuple[str, str, dict[str, Any]]
"""Code, level and values of an issue, before it has a language."""

KML_HOUSEKEEPING = (
    "timestamp",
    "begin",
    "end",
    "altitudeMode",
    "tessellate",
    "extrude",
    "visibility",
    "drawOrder",
    "icon",
    "snippet",
)
"""Columns that the KML driver adds to every layer."""

_ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
)
_LAYER_ENDINGS = (".shp", ".geojson", ".json", ".gpkg", ".kml")
_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_GPKG_IDS = (b"GPKG", b"GP10", b"GP11")
_XML_ENCODING = re.compile(rb"""^(<\?xml[^>]*?encoding=["'])(gbk|gb2312|gb18030)(["'])""", re.I)


class UploadFaultError(Exception):
    """A file that cannot be read; `geo.uploads.files` gives it words in a language."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


@dataclass
class Raw:
    """A layer as its format gave it.

    Parameters
    ----------
    layer : GeoDataFrame
        Raw coordinates; CRS as declared, or None.
    kind : str
        ``"GeoJSON"``, ``"GeoPackage"``, ``"Shapefile"`` or ``"KML"``.
    notes : list of Note
        What a reader should know.
    """

    layer: gpd.GeoDataFrame
    kind: str
    notes: list[Note] = field(default_factory=list)


def read_any(data: bytes, *, packed: bool = False) -> Raw:
    """Read a layer, its format told by the first bytes.

    Raises
    ------
    UploadFaultError
        If it is none of the formats, or damaged.
    """
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise UploadFaultError("empty-file")
    if data[:4] == b"PK\x03\x04" and not packed:
        return _read_archive(data)
    if data[:16] == b"SQLite format 3\x00" and data[68:72] in _GPKG_IDS:
        return _read_geopackage(data)
    if data[:4] == b"\x00\x00\x27\x0a":
        raise UploadFaultError("bare-shp")
    if start[:1] in (b"{", b"["):
        return _read_geojson(data)
    if start[:1] == b"<":
        return _read_kml(data)
    raise UploadFaultError("not-gis", kind=_kind(data))


def refuse_above(name: str, found: int, what: str) -> None:
    """Raise UploadFaultError if `found` passes the limit called `name`."""
    limit = getattr(limits, name)
    if found > limit:
        raise UploadFaultError("too-large", name=name, limit=limit, found=found, what=what)


def plain_text(value: str) -> str:
    """Return text that UTF-8 can hold: JSON may bring halves of a surrogate pair."""
    return value.encode("utf-8", "replace").decode()


def column_names(names: Iterable[str]) -> list[str]:
    """Return names that UTF-8 can hold, that differ, and of which none is ``geometry``."""
    used = {"geometry"}
    result = []
    for name in map(plain_text, names):
        unique, number = name, 0
        while unique in used:
            number += 1
            unique = f"{name}_{number}"
        used.add(unique)
        result.append(unique)
    return result


# GeoJSON


def _read_geojson(data: bytes) -> Raw:
    """Read any GeoJSON object, by feature, so that one bad feature is one issue."""
    document = _json(data)
    found = document.get("type") if isinstance(document, dict) else type(document).__name__
    notes: list[Note] = []
    if found == "FeatureCollection" and isinstance(document.get("features"), list):
        features = document["features"]
    elif found == "Feature":
        features = [document]
    elif found in ("Polygon", "MultiPolygon", "LineString", "MultiLineString", "Point"):
        features = [{"type": "Feature", "properties": {}, "geometry": document}]
    else:
        raise UploadFaultError("not-geojson", found=str(found)[:40])
    refuse_above("FEATURES", len(features), "features")
    geometries: list[shapely.Geometry | None] = []
    records: list[dict[str, Any]] = []
    for number, feature in enumerate(features, start=1):
        if not isinstance(feature, dict):
            raise UploadFaultError("not-geojson", found=type(feature).__name__)
        properties = feature.get("properties")
        record = dict(properties) if isinstance(properties, dict) else {}
        if "id" in feature and "id" not in record and not isinstance(feature["id"], (dict, list)):
            record["id"] = feature["id"]
        records.append(record)
        try:
            member = feature.get("geometry")
            geometries.append(None if member is None else shape(member))
        except Exception as error:
            geometries.append(None)
            notes.append(
                ("geometry-unreadable", "error", {"feature": number, "detail": str(error)[:200]})
            )
    columns = list(dict.fromkeys(str(key) for record in records for key in record))
    refuse_above("FIELDS", len(columns), "fields")
    table = pd.DataFrame(
        [[record.get(column) for column in columns] for record in records],
        columns=column_names(columns),
        dtype=object,
    )
    crs = _json_crs(document, notes)
    return Raw(
        gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometries), crs=crs), "GeoJSON", notes
    )


def _json(data: bytes) -> Any:
    """Return the value of JSON bytes, UTF-8 or GBK, nested at most `NESTING` deep."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise UploadFaultError("json-encoding")
    try:
        document = json.loads(content)
    except json.JSONDecodeError as error:
        raise UploadFaultError("json", line=error.lineno, detail=error.msg) from error
    except RecursionError as error:
        raise UploadFaultError(
            "too-large",
            name="NESTING",
            limit=limits.NESTING,
            found=limits.NESTING + 1,
            what="depth",
        ) from error
    except ValueError as error:  # a number with more digits than Python converts
        raise UploadFaultError("json", line=1, detail=str(error)[:200]) from error
    _check_depth(document)
    return document


def _check_depth(document: Any) -> None:
    """Refuse what is nested deeper than `NESTING`, without recursion."""
    level: list[Any] = [document]
    depth = 0
    while level:
        depth += 1
        refuse_above("NESTING", depth, "depth")
        level = [
            child
            for value in level
            for child in (value.values() if isinstance(value, dict) else value)
            if isinstance(child, (dict, list))
        ]


def _json_crs(document: Any, notes: list[Note]) -> str | CRS | None:
    """Return the CRS of the old member 'crs'; WGS84 without it."""
    member = document.get("crs")
    if member is None:
        return WGS84
    try:
        name = str(member["properties"]["name"])
        return WGS84 if "CRS84" in name else CRS.from_user_input(name)
    except (KeyError, TypeError, ValueError, ProjError):
        notes.append(("crs-unreadable", "warning", {"detail": str(member)[:100]}))
        return None


# Archives and Shapefile


def _read_archive(data: bytes) -> Raw:
    """Read the one layer of a zip archive; nothing is unpacked under its own name."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read_entries(archive)
    except _ZIP_FAULTS as error:
        raise UploadFaultError("damaged", kind="zip", detail=str(error)[:200]) from error
    except RuntimeError as error:
        raise UploadFaultError("zip-encrypted") from error


def _read_entries(archive: zipfile.ZipFile) -> Raw:
    """Find the layer among the entries and read it."""
    entries = archive.infolist()
    refuse_above("ARCHIVE_ENTRIES", len(entries), "entries")
    names = {entry: _entry_name(entry) for entry in entries}
    for name in names.values():
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name):
            raise UploadFaultError("zip-path", entry=name[:100])
    refuse_above("ARCHIVE_BYTES", sum(entry.file_size for entry in entries), "unpacked")
    if any(name == "[Content_Types].xml" for name in names.values()):
        raise UploadFaultError("not-gis", kind="Office (XLSX, DOCX, PPTX)")
    visible = {  # not is_dir(), which cannot take an empty name
        entry: name
        for entry, name in names.items()
        if not name.startswith("__MACOSX/") and not entry.filename.endswith("/")
    }
    layers = [e for e, n in visible.items() if n.lower().endswith(_LAYER_ENDINGS)]
    if not layers:
        raise UploadFaultError("zip-nothing")
    if len(layers) > 1:
        raise UploadFaultError(
            "zip-several", entries=", ".join(visible[e][:60] for e in layers[:5])
        )
    (layer,) = layers
    if not visible[layer].lower().endswith(".shp"):
        return read_any(_entry_bytes(archive, layer), packed=True)
    stem = visible[layer][:-4]
    parts = {
        name[-4:].lower(): _entry_bytes(archive, entry)
        for entry, name in visible.items()
        if name[:-4] == stem and name[-4:].lower() in _SHAPEFILE_PARTS
    }
    return _read_shapefile(parts)


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Return the name of an entry; without the UTF-8 flag it is GBK more often than CP437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def _entry_bytes(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return the bytes of an entry, at most `ARCHIVE_BYTES` whatever its header says."""
    with archive.open(entry) as file:
        data = file.read(limits.ARCHIVE_BYTES + 1)
    refuse_above("ARCHIVE_BYTES", len(data), "unpacked")
    return data


def _read_shapefile(parts: dict[str, bytes]) -> Raw:
    """Read a Shapefile from its parts, by their endings."""
    if ".shx" not in parts:
        raise UploadFaultError("no-shx")
    notes: list[Note] = []
    if ".dbf" not in parts:
        notes.append(("no-dbf", "warning", {}))
    elif len(parts[".dbf"]) < max(33, dbf_length(parts[".dbf"])):
        detail = f".dbf: {len(parts['.dbf'])} < {dbf_length(parts['.dbf'])}"
        raise UploadFaultError("damaged", kind="Shapefile", detail=detail)
    said = parts.pop(".cpg", b"").decode("ascii", "replace").strip()
    encoding, as_said = dbf_encoding(parts.get(".dbf", b""), said)
    if not as_said and ".dbf" in parts:
        notes.append(("encoding", "info", {"encoding": encoding}))
    if ".prj" not in parts:
        notes.append(("no-crs", "warning", {}))
    with temporary_folder() as folder:
        for ending, data in parts.items():
            write_bytes(folder / f"layer{ending}", data)
        layer = _gdal(folder / "layer.shp", "Shapefile", None, encoding)
    return Raw(layer, "Shapefile", notes)


# GeoPackage


def _read_geopackage(data: bytes) -> Raw:
    """Read the first vector layer of a GeoPackage that is a plain table."""
    with temporary_folder() as folder:
        path = folder / "layer.gpkg"
        write_bytes(path, data)
        layers = _geopackage_layers(path)
        layer = _gdal(path, "GeoPackage", layers[0])
    notes: list[Note] = []
    if len(layers) > 1:
        others = ", ".join(layers[1:6])
        notes.append(("other-layers", "warning", {"layer": layers[0], "others": others}))
    return Raw(layer, "GeoPackage", notes)


def _geopackage_layers(path: Path) -> list[str]:
    """Return the names of the vector layers; refuse views and computed columns.

    A view or a computed column runs the sender's SQL when it is read.
    """
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
            rows = database.execute(
                "SELECT c.table_name, m.type, m.sql FROM gpkg_contents AS c "
                "LEFT JOIN sqlite_master AS m ON m.name = c.table_name "
                "WHERE c.data_type = 'features' LIMIT ?",
                (limits.LAYERS + 1,),
            ).fetchall()
            refuse_above("LAYERS", len(rows), "layers")
            for name, kind, sql in rows:
                columns = database.execute(
                    "SELECT hidden FROM pragma_table_xinfo(?)", (name,)
                ).fetchall()
                is_plain = kind == "table" and str(sql).upper().startswith("CREATE TABLE")
                if not is_plain or any(hidden for (hidden,) in columns):
                    raise UploadFaultError("gpkg-view", layer=str(name)[:60])
                refuse_above("FIELDS", len(columns), "fields")
            for table in ("gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"):
                kinds = database.execute(
                    "SELECT type FROM sqlite_master WHERE name = ?", (table,)
                ).fetchall()
                if kinds != [("table",)]:
                    raise UploadFaultError("gpkg-view", layer=table)
    except (sqlite3.Error, ValueError) as error:  # a name that is no UTF-8 is a ValueError
        raise UploadFaultError("damaged", kind="GeoPackage", detail=str(error)[:200]) from error
    if not rows:
        raise UploadFaultError("gpkg-no-layer")
    return [str(name) for name, _, _ in rows]


# KML


def _read_kml(data: bytes) -> Raw:
    """Read the first layer of a KML file after a look at its XML."""
    data = _XML_ENCODING.sub(rb"\1UTF-8\3", data) if (match := _XML_ENCODING.match(data)) else data
    if match:
        try:
            data = data.decode("gb18030").encode()
        except UnicodeDecodeError as error:
            raise UploadFaultError("damaged", kind="KML", detail=str(error)[:200]) from error
    _check_xml(data)
    with temporary_folder() as folder:
        path = folder / "layer.kml"
        write_bytes(path, data)
        try:
            names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        except Exception as error:
            _damaged("KML", error)
        refuse_above("LAYERS", len(names), "layers")
        if not names:
            raise UploadFaultError("no-features")
        layers = [layer for name in names if len(layer := _gdal(path, "KML", name))]
    if not layers:
        raise UploadFaultError("no-features")
    layer = pd.concat(layers, ignore_index=True)
    extra = [name for name in KML_HOUSEKEEPING if name in layer.columns]
    return Raw(layer.drop(columns=extra).rename(columns={"Name": "name"}), "KML")


def _check_xml(data: bytes) -> None:
    """Refuse entities, too many or too deep elements, and a root that is not ``kml``."""
    parser = expat.ParserCreate(namespace_separator=" ")
    count = depth = 0

    def refuse(*_: Any) -> None:
        raise UploadFaultError("xml-dtd")

    def start(name: str, _: Any) -> None:
        nonlocal count, depth
        if not count and name.rpartition(" ")[2] != "kml":
            raise UploadFaultError("not-kml", found=name.rpartition(" ")[2][:40])
        count += 1
        depth += 1
        refuse_above("XML_ELEMENTS", count, "elements")
        refuse_above("NESTING", depth, "depth")

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # LookupError: no such encoding
        raise UploadFaultError("damaged", kind="KML", detail=str(error)[:200]) from error


# GDAL


def _gdal(
    path: Path, kind: str, layer: str | None, encoding: str | None = None
) -> gpd.GeoDataFrame:
    """Read a file of our own making in the temporary folder through GDAL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            info = pyogrio.read_info(path, layer=layer, encoding=encoding)
            refuse_above("FEATURES", info["features"], "features")
            refuse_above("FIELDS", len(info["fields"]), "fields")
            found = pyogrio.read_dataframe(
                path, layer=layer, encoding=encoding, max_features=limits.FEATURES + 1
            )
        except UploadFaultError:
            raise
        except Exception as error:
            _damaged(kind, error)
    if not isinstance(found, gpd.GeoDataFrame):
        raise UploadFaultError("no-geometry")
    refuse_above("FEATURES", len(found), "features")
    return found


def _damaged(kind: str, error: Exception) -> NoReturn:
    """Raise the fault that stands for an error of GDAL, without the temporary path."""
    detail = re.sub(r"'?\S*heping-\S*'?", "…", str(error)).strip(" .;")[:200]
    raise UploadFaultError("damaged", kind=kind, detail=detail) from error


def _kind(data: bytes) -> str:
    """Name what a file looks like that is no GIS file."""
    starts = {
        b"%PDF": "PDF",
        b"\x89PNG": "PNG",
        b"\xff\xd8\xff": "JPEG",
        b"AC10": "DWG",
        b"Rar!": "RAR",
        b"7z\xbc\xaf": "7z",
        b"\xd0\xcf\x11\xe0": "Office (XLS, DOC)",
        b"SQLite": "SQLite",
        b"II*\x00": "TIFF",
        b"\x1f\x8b": "gzip",
        b"PK": "zip",
    }
    return next((kind for start, kind in starts.items() if data.startswith(start)), "unknown")
