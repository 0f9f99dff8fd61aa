"""The formats of uploaded files, each told by its bytes, trusted in nothing, read elsewhere."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geo.errors import GeoError
from geo.io import limits
from geo.workers.foreign import faults
from geo.workers.foreign.faults import UploadFaultError
from geo.workers.foreign.formats import BY_KIND, HEAD_BYTES, Format, format_of, stripped
from geo.workers.foreign.run import UPLOAD, Files, Found, Wanted, chunks_at, read_layers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

__all__ = [
    "Note",
    "Raw",
    "UploadFaultError",
    "column_names",
    "plain_text",
    "read_any",
    "refuse_above",
]

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
_XML_ENCODING = re.compile(rb"""^(<\?xml[^>]*?encoding=["'])(gbk|gb2312|gb18030)(["'])""", re.I)


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


@dataclass(frozen=True)
class _Source:
    """A file that lies in memory or in an archive: its beginning, and all of it."""

    head: bytes
    pieces: Callable[[], Iterable[bytes]]

    @property
    def write(self) -> Callable[[Path], None]:
        """What lays it down under a path."""
        return chunks_at(self.pieces)


def read_any(data: bytes) -> Raw:
    """Read a layer, its format told by the first bytes.

    Raises
    ------
    UploadFaultError
        If it is none of the formats, or damaged.
    """
    if data[:4] == b"PK\x03\x04":
        return _read_archive(data)
    return _read_file(_Source(data[:HEAD_BYTES], lambda: [data]))


def _read_file(source: _Source) -> Raw:
    """Read a file that is no archive."""
    if not stripped(source.head):
        raise UploadFaultError("empty-file")
    row = format_of(source.head)
    if row is BY_KIND["Shapefile"]:
        raise UploadFaultError("bare-shp")
    if row is None or row.kind not in READERS:
        raise UploadFaultError("not-gis", kind=_kind(source.head))
    return READERS[row.kind](row, source)


def refuse_above(name: str, found: int, what: str) -> None:
    """Raise UploadFaultError if `found` passes the limit called `name`."""
    faults.refuse_above({name: getattr(limits, name)}, name, found, what)


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


# Archives and Shapefile


def _read_archive(data: bytes) -> Raw:
    """Read the one layer of a zip archive; nothing is unpacked under its own name."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read_entries(archive)
    except GeoError:
        raise
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
        return _read_file(_entry_source(archive, layer))
    stem = visible[layer][:-4]
    parts = {
        name[-4:].lower(): _entry_source(archive, entry)
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


def _entry_source(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> _Source:
    """Return an entry, to be unpacked piece by piece."""
    with archive.open(entry) as file:
        head = file.read(HEAD_BYTES)

    def pieces() -> Iterator[bytes]:
        total = 0
        with archive.open(entry) as file:
            while piece := file.read(2**20):
                total += len(piece)
                # whatever its header says
                refuse_above("ARCHIVE_BYTES", total, "unpacked")
                yield piece

    return _Source(head, pieces)


def _read_shapefile(parts: dict[str, _Source]) -> Raw:
    """Read a Shapefile from its parts, by their endings."""
    if ".shx" not in parts:
        raise UploadFaultError("no-shx")
    row = BY_KIND["Shapefile"]
    if not row.begins(parts[".shp"].head):
        detail = ".shp: " + parts[".shp"].head[:16].decode("ascii", "replace")
        raise UploadFaultError("damaged", kind=row.kind, detail=detail)
    notes: list[Note] = []
    if ".dbf" not in parts:
        notes.append(("no-dbf", "warning", {}))
    said = parts.pop(".cpg").head[:100] if ".cpg" in parts else b""
    if ".prj" not in parts:
        notes.append(("no-crs", "warning", {}))
    files = {f"layer{ending}": source.write for ending, source in parts.items()}
    wanted = Wanted(said_encoding=said.decode("ascii", "replace").strip())
    return _raw(row, _read(row, files, wanted), notes)


# The others


def _read_geojson(row: Format, source: _Source) -> Raw:
    """Read GeoJSON; without a member 'crs' it is WGS84."""
    found = _read(row, {f"layer{row.ending}": source.write})
    return _raw(row, found, [])


def _read_geopackage(row: Format, source: _Source) -> Raw:
    """Read the first vector layer of a GeoPackage that is a plain table."""
    found = _read(row, {f"layer{row.ending}": source.write})
    notes: list[Note] = []
    names = [layer.name for layer in found.layers]
    read = next(iter(found.tables))
    others = [name for name in names if name != read]
    if others:
        notes.append(("other-layers", "warning", {"layer": read, "others": ", ".join(others[:5])}))
    return _raw(row, found, notes)


def _read_kml(row: Format, source: _Source) -> Raw:
    """Read every layer of a KML file after a look at its XML."""
    if _XML_ENCODING.match(source.head):  # expat knows no GBK
        source = _Source(source.head, partial(_in_utf8, source))
    found = _read(row, {f"layer{row.ending}": source.write}, Wanted(layers="all"))
    raw = _raw(row, found, [])
    extra = [name for name in KML_HOUSEKEEPING if name in raw.layer.columns]
    raw.layer = raw.layer.drop(columns=extra).rename(columns={"Name": "name"})
    return raw


def _in_utf8(source: _Source) -> Iterator[bytes]:
    """Give the pieces of an XML file in GBK as UTF-8."""
    decoder = codecs.getincrementaldecoder("gb18030")()
    is_first = True
    try:
        for piece in source.pieces():
            plain = _XML_ENCODING.sub(rb"\1UTF-8\3", piece) if is_first else piece
            is_first = False
            yield decoder.decode(plain).encode()
        yield decoder.decode(b"", True).encode()
    except UnicodeDecodeError as error:
        raise UploadFaultError("damaged", kind="KML", detail=str(error)[:200]) from error


READERS: dict[str, Callable[[Format, _Source], Raw]] = {
    "GeoJSON": _read_geojson,
    "GeoPackage": _read_geopackage,
    "KML": _read_kml,
}
"""How an upload of each kind is read."""


def _read(row: Format, files: Files, wanted: Wanted | None = None) -> Found:
    return read_layers(row, files, wanted, UPLOAD)


def _raw(row: Format, found: Found, notes: list[Note]) -> Raw:
    """Return the layers of an answer as one."""
    layers = [table for table in found.tables.values() if len(table)]
    if not layers:
        raise UploadFaultError("no-features")
    shaped = [table for table in layers if isinstance(table, gpd.GeoDataFrame)]
    if not shaped:
        raise UploadFaultError("no-geometry")
    layer = pd.concat(shaped, ignore_index=True) if len(shaped) > 1 else shaped[0]
    refuse_above("FEATURES", len(layer), "features")
    layer.columns = pd.Index(
        [*column_names(c for c in layer.columns if c != "geometry"), "geometry"], dtype=object
    )
    return Raw(layer, row.kind, [*notes, *found.notes])


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
