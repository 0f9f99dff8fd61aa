"""List the foreign formats that are read: how one is told, and which driver reads it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

HEAD_BYTES = 4096
"""How much of a file `Format.begins` is given."""


_OSM_ROOT = re.compile(rb"<osm[\s>]")


@dataclass(frozen=True)
class Format:
    """A format of foreign files.

    Parameters
    ----------
    kind : str
        What readers call it.
    driver : str
        GDAL's short name of the one driver that reads it; empty where `engine` is another.
    ending : str
        Ending of the file as it is laid down for the reader; ending and first bytes so
        agree. A format that is a folder has the ending of the folder.
    begins : callable
        Tells from the first `HEAD_BYTES` whether a file may be of this format; the
        first row that says so counts.
    check : str
        Function of `geo.foreign_files.checks` that looks at the file first; empty for none.
    options : mapping
        Open options that the driver is always given.
    allowed : tuple of str
        Open options that a caller may add.
    engine : {"gdal_layers", "json_layers", "table_layers", "osm_elements"}
        The module that reads it. GeoJSON is read without GDAL so that one bad feature is
        one note; tables of coordinates by their headings; OpenStreetMap's files by osmium,
        in any order.
    """

    kind: str
    driver: str
    ending: str
    begins: Callable[[bytes], bool]
    check: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()
    engine: str = "gdal_layers"


def _is_json(head: bytes) -> bool:
    return stripped(head)[:1] in (b"{", b"[")


def _is_xml(head: bytes) -> bool:
    return stripped(head)[:1] == b"<"


def _has_root(name: bytes) -> Callable[[bytes], bool]:
    """Return what tells XML by the name of its root."""
    root = re.compile(rb"<(?:\w+:)?" + name + rb"[\s>]", re.IGNORECASE)
    return lambda head: _is_xml(head) and root.search(head) is not None


def _is_dxf(head: bytes) -> bool:
    plain = re.sub(rb"^\s*999[^\n]*\n[^\n]*\n", b"", stripped(head))
    is_text = re.match(rb"0\s*\r?\n\s*SECTION\b", plain.lstrip()) is not None
    return is_text or head[:20] == b"AutoCAD Binary DXF\r\n"


_CELLS = re.compile(
    r"[,\t;|，]|^\s*0[01][0-9A-Fa-f]{40,}|\d\.\d+[ \u3000]+\d+\.\d|\d[度°]", re.MULTILINE
)
"""What stands between cells, or is a shape in hexadecimal digits, or two numbers by a space."""


def _is_text(head: bytes) -> bool:
    """Tell whether the first bytes are text with signs between its cells."""
    if b"\0" in head:
        return False
    for encoding in ("utf-8", "gb18030", "big5"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(stripped(head))
        except UnicodeDecodeError:
            continue
        first = text.strip().splitlines()[:1]
        return bool(first) and (first[0][:1] == "[" or _CELLS.search(text) is not None)
    return False


def _is_boundary_points(head: bytes) -> bool:
    words = ("属性描述", "地块坐标")
    return stripped(head)[:1] == b"[" and any(
        word.encode(encoding) in head for word in words for encoding in ("utf-8", "gb18030")
    )


def _never(_: bytes) -> bool:
    """Tell nothing: the format comes in an archive, where names tell it."""
    return False


def _is_geopackage(head: bytes) -> bool:
    return head[:16] == b"SQLite format 3\x00" and head[68:72] in (b"GPKG", b"GP10", b"GP11")


def stripped(head: bytes) -> bytes:
    """Return the beginning of a text without byte order mark and space."""
    return head.lstrip(b"\xef\xbb\xbf\x1e \t\r\n")


FORMATS = (
    Format(
        "GeoPackage",
        "GPKG",
        ".gpkg",
        _is_geopackage,
        check="geopackage",
        options={"LIST_ALL_TABLES": "NO", "IMMUTABLE": "YES"},
    ),
    Format(
        "Shapefile",
        "ESRI Shapefile",
        ".shp",
        lambda head: head[:4] == b"\x00\x00\x27\x0a",
        check="shapefile",
    ),
    Format("FlatGeobuf", "FlatGeobuf", ".fgb", lambda head: head[:3] == b"fgb"),
    Format("FileGDB", "OpenFileGDB", ".gdb", _never),
    Format(
        "MapInfo TAB", "MapInfo File", ".tab", lambda head: stripped(head)[:6].lower() == b"!table"
    ),
    Format(
        "MapInfo MIF",
        "MapInfo File",
        ".mif",
        lambda head: re.match(rb"version\s+\d+\s*\n", stripped(head), re.IGNORECASE) is not None,
    ),
    Format("DXF", "DXF", ".dxf", _is_dxf, check="dxf", options={"CLOSED_LINE_AS_POLYGON": "YES"}),
    Format("GPX", "GPX", ".gpx", _has_root(b"gpx"), check="xml"),
    Format(
        "XLSX",
        "XLSX",
        ".xlsx",
        _never,
        options={"HEADERS": "DISABLE", "FIELD_TYPES": "STRING"},
        engine="table_layers",
    ),
    # A bracket may begin a section of boundary points too.
    Format("TXT", "", ".txt", _is_boundary_points, engine="table_layers"),
    Format("GeoJSON", "", ".geojson", _is_json, engine="json_layers"),
    *(
        Format(kind, "", ending, begins, options={"format": ending[1:]}, engine="osm_elements")
        for kind, ending, begins in (
            ("OSM PBF", ".pbf", lambda head: head[4:15] == b"\n\tOSMHeader"),
            ("OSM XML", ".osm", lambda head: _is_xml(head) and _OSM_ROOT.search(head) is not None),
            ("OSM XML, gzip", ".osm.gz", lambda head: head[:2] == b"\x1f\x8b"),
            ("OSM XML, bzip2", ".osm.bz2", lambda head: head[:3] == b"BZh"),
        )
    ),
    Format("KML", "LIBKML", ".kml", _is_xml, check="kml"),
    Format("CSV", "", ".csv", _is_text, engine="table_layers"),
)
"""Every format that is read, the one that is told most surely first."""

BY_KIND = {row.kind: row for row in FORMATS}


def format_of(head: bytes) -> Format | None:
    """Return the format that the first bytes of a file may be of, or None."""
    return next((row for row in FORMATS if row.begins(head[:HEAD_BYTES])), None)
