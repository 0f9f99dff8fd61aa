"""The foreign formats that are read, one row each: how one is told and which driver reads it."""

from __future__ import annotations

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
        Function of `geo.workers.foreign.checks` that looks at the file first; empty for none.
    options : mapping
        Open options that the driver is always given.
    allowed : tuple of str
        Open options that a caller may add.
    engine : {"gdal_layers", "json_layers", "osm_elements"}
        The module that reads it. GeoJSON is read without GDAL so that one bad feature is
        one note; OpenStreetMap's files by osmium, in any order.
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


def _is_geopackage(head: bytes) -> bool:
    return head[:16] == b"SQLite format 3\x00" and head[68:72] in (b"GPKG", b"GP10", b"GP11")


def stripped(head: bytes) -> bytes:
    """Return the beginning of a text without byte order mark and space."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")


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
)
"""Every format that is read, the one that is told most surely first."""

BY_KIND = {row.kind: row for row in FORMATS}


def format_of(head: bytes) -> Format | None:
    """Return the format that the first bytes of a file may be of, or None."""
    return next((row for row in FORMATS if row.begins(head[:HEAD_BYTES])), None)
