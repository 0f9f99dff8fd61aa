"""Look at a file before its driver does; runs in the process that is locked."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from geo.foreign_files.wire import UploadFaultError, refuse_above

STEPS = 1_000
"""Steps of SQLite between two looks at the clock of the check."""

MOST_STEPS = 2_000_000
"""Steps that the check of a GeoPackage may take; one of 50 layers takes about 60,000."""

GPKG_TABLES = ("gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys")
"""Tables without which a GeoPackage is none."""

GDAL_TABLES = ("gpkg", "rtree_", "ogr_", "sqlite_", "geometry_columns", "spatial_ref_sys")
"""How the names of the tables begin that GDAL reads whatever the layer."""

_TREE = re.compile(
    r"""CREATE VIRTUAL TABLE ["'`]?RTREE_[^"'`]+["'`]? """
    r"""USING RTREE ?\( ?(?:"?\w+"?, ?){4}"?\w+"? ?\)"""
)


_ENCODING_NAMES = {
    "UTF-8": "UTF-8",
    "UTF8": "UTF-8",
    "65001": "UTF-8",
    "936": "GB18030",
    "54936": "GB18030",
    "GB18030": "GB18030",
    "GBK": "GB18030",
    "GB2312": "GB18030",
    "950": "BIG5",
    "BIG5": "BIG5",
    "1252": "CP1252",
    "ISO-8859-1": "ISO-8859-1",
    "ISO88591": "ISO-8859-1",
}


@dataclass
class Look:
    """What a look at a file told: its layers, where its driver is not to list them, and notes."""

    layers: list[Any] | None = None
    notes: list[Any] = field(default_factory=list)


def geopackage(path: str, request: dict[str, Any]) -> Look:
    """Refuse a GeoPackage in which SQL of the sender would run while it is read.

    A view, a computed column and a virtual table run the sender's SQL when they are read,
    a trigger only when they are written. GDAL reads the tables called ``gpkg…``,
    ``rtree_…`` and those of `GDAL_TABLES`, and the layer asked for. None of them may be
    anything but a plain table, or an R*-tree of the usual definition; views elsewhere and
    triggers may stand, since neither is run. The layers are listed here and not by GDAL,
    which would look into every view.
    """
    limits = request["limits"]
    uri = f"file:{path}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as database:
            _bound_steps(database)
            database.execute("PRAGMA trusted_schema = OFF")
            plain, others = _names(database)
            for table in GPKG_TABLES:
                if table not in plain:
                    raise UploadFaultError("gpkg-view", layer=table)
            layers = database.execute(
                "SELECT c.table_name, (SELECT geometry_type_name FROM gpkg_geometry_columns AS g "
                "WHERE g.table_name = c.table_name) "
                "FROM gpkg_contents AS c WHERE c.data_type = 'features' LIMIT ?",
                (limits["LAYERS"] + 1,),
            ).fetchall()
            refuse_above(limits, "LAYERS", len(layers), "layers")
            names = {_lower(str(name)) for name, _ in layers}
            for name in names:
                if name not in plain:
                    raise UploadFaultError("gpkg-view", layer=name[:60])
            for name in sorted(others):
                if name in names or name.startswith(GDAL_TABLES):
                    raise UploadFaultError("gpkg-view", layer=name[:60])
            for name in sorted(plain):
                if name in names or name.startswith(GDAL_TABLES):
                    _refuse_computed(database, name, limits)
    except (sqlite3.Error, ValueError) as error:  # a name that is no UTF-8 is a ValueError
        if "interrupted" in str(error):
            raise UploadFaultError("gpkg-steps", limit=MOST_STEPS) from error
        raise UploadFaultError("damaged", detail=str(error)) from error
    if not layers:
        raise UploadFaultError("gpkg-no-layer")
    return Look(layers=[[str(name), _type_name(kind), -1] for name, kind in layers])


def _type_name(kind: Any) -> str:
    """Return a geometry type of a GeoPackage (``MULTIPOLYGON``) as GDAL spells it."""
    names = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
    return {name.upper(): name for name in names}.get(str(kind).upper(), "Unknown")


def _bound_steps(database: sqlite3.Connection) -> None:
    """Interrupt whatever the connection does after `MOST_STEPS`."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += STEPS
        return int(steps > MOST_STEPS)

    database.set_progress_handler(step, STEPS)


def _lower(name: str) -> str:
    """Return a name as SQLite compares it: only A to Z have two cases."""
    return name.encode("utf-8", "surrogateescape").lower().decode("utf-8", "surrogateescape")


def _names(database: sqlite3.Connection) -> tuple[set[str], set[str]]:
    """Return the names of plain tables, and those of views and virtual tables.

    The R*-trees of a layer are neither. A name in both sets counts as the second.
    """
    plain: set[str] = set()
    others: set[str] = set()
    for kind, name, sql in database.execute("SELECT type, name, sql FROM sqlite_master"):
        words = " ".join(str(sql or "").upper().split())
        if kind in ("trigger", "index"):
            continue
        if kind == "table" and words.startswith("CREATE TABLE "):
            plain.add(_lower(str(name)))
        elif not _TREE.fullmatch(words):
            others.add(_lower(str(name)))
    return plain - others, others


def _refuse_computed(database: sqlite3.Connection, name: str, limits: dict[str, int]) -> None:
    """Refuse a table with a computed column, or with too many."""
    count = 0
    for (hidden,) in database.execute("SELECT hidden FROM pragma_table_xinfo(?)", (name,)):
        count += 1
        if hidden:
            raise UploadFaultError("gpkg-view", layer=name[:60])
    refuse_above(limits, "FIELDS", count, "fields")


_OVERLAYS = ("GroundOverlay", "ScreenOverlay", "PhotoOverlay")


def kml(path: str, request: dict[str, Any]) -> Look:
    """Refuse entities, too many or too deep elements, and a root that is not ``kml``.

    Links to other files and pictures are told; where there is nothing else, refused.
    """
    counts = dict.fromkeys(("NetworkLink", "Placemark", *_OVERLAYS), 0)
    xml(path, request, root="kml", counts=counts)
    overlays = sum(counts[name] for name in _OVERLAYS)
    if not counts["Placemark"] and (counts["NetworkLink"] or overlays):
        raise UploadFaultError("kml-no-shapes")
    notes = []
    if counts["NetworkLink"]:
        notes.append(("kml-links", "warning", {"count": counts["NetworkLink"]}))
    if overlays:
        notes.append(("kml-overlays", "info", {"count": overlays}))
    return Look(notes=notes)


def xml(
    path: str, request: dict[str, Any], root: str = "", counts: dict[str, int] | None = None
) -> Look:
    """Refuse entities, too many or too deep elements, and another root where one is named.

    The elements that `counts` names are counted there.
    """
    limits = request["limits"]
    parser = expat.ParserCreate(namespace_separator=" ")
    count = depth = 0

    def refuse(*_: Any) -> None:
        raise UploadFaultError("xml-dtd")

    def start(name: str, _: Any) -> None:
        nonlocal count, depth
        if not count and root and name.rpartition(" ")[2] != root:
            raise UploadFaultError("not-kml", found=name.rpartition(" ")[2][:40])
        count += 1
        depth += 1
        if counts is not None and (local := name.rpartition(" ")[2]) in counts:
            counts[local] += 1
        refuse_above(limits, "XML_ELEMENTS", count, "elements")
        refuse_above(limits, "NESTING", depth, "depth")

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            parser.ParseFile(file)
    except (expat.ExpatError, LookupError, ValueError) as error:  # LookupError: no such encoding
        raise UploadFaultError("damaged", detail=str(error)) from error
    return Look()


def dxf(path: str, request: dict[str, Any]) -> Look:
    """Choose the encoding of a drawing's text: what old ones declare is often not so."""
    with open(path, "rb") as file:  # noqa: PTH123
        data = file.read()
    if not data.isascii() and not data.startswith(b"AutoCAD Binary DXF"):
        encoding = "UTF-8" if _decodes(data, "UTF-8") else "GB18030"
        request["settings"] = {"DXF_ENCODING": encoding}
    return Look()


def shapefile(path: str, request: dict[str, Any]) -> Look:
    """Refuse a table shorter than it says; choose the encoding of its text."""
    try:
        with open(f"{path[:-4]}.dbf", "rb") as file:  # noqa: PTH123
            data = file.read()
    except FileNotFoundError:
        request["encoding"] = "ISO-8859-1"
        return Look()
    if len(data) < max(33, dbf_length(data)):
        raise UploadFaultError("damaged", detail=f".dbf: {len(data)} < {dbf_length(data)}")
    encoding, as_said = dbf_encoding(data, request["said_encoding"])
    request["encoding"] = encoding
    if not all(_is_whole(cell, encoding) for cell in _dbf_cells(data)):
        # a name or a cell that was cut within a character: its bytes come through as they are
        request["encoding"], request["decode"] = "ISO-8859-1", encoding
    return Look(notes=[] if as_said else [("encoding", "info", {"encoding": encoding})])


# The attribute table of a Shapefile: how long it is and how its text is encoded


def dbf_encoding(data: bytes, code_page: str) -> tuple[str, bool]:
    """Return the encoding that all text of a DBF table is valid in.

    Parameters
    ----------
    data : bytes
        The table.
    code_page : str
        What the .cpg says, or empty.

    Returns
    -------
    encoding : str
        What the .cpg says if it is known and fits, else UTF-8, else GB18030
        (which holds GBK), else ISO-8859-1, in which anything is valid.
    as_said : bool
        Whether it is what the .cpg says.
    """
    known = _ENCODING_NAMES.get(code_page.upper().removeprefix("CP"), "")
    cells = _dbf_cells(data)
    for encoding in (known, "UTF-8", "GB18030"):
        if encoding and all(_decodes(cell, encoding) for cell in cells):
            return encoding, encoding == known
    return "ISO-8859-1", False


def dbf_length(data: bytes) -> int:
    """Return how many bytes a DBF table has by its own header."""
    rows, header, width = (
        int.from_bytes(data[begin:end], "little") for begin, end in ((4, 8), (8, 10), (10, 12))
    )
    return header + rows * width


def _dbf_cells(data: bytes) -> list[bytes]:
    """Return field names and the text cells of a DBF table that hold more than ASCII."""
    header = int.from_bytes(data[8:10], "little")
    width = int.from_bytes(data[10:12], "little")
    end = min(len(data), dbf_length(data))
    cells: list[bytes] = []
    spans: list[tuple[int, int]] = []
    offset = 1
    for at in range(32, max(32, header - 1), 32):
        descriptor = data[at : at + 32]
        if len(descriptor) < 32 or descriptor[:1] == b"\r":
            break
        cells.append(descriptor[:11].split(b"\0")[0])
        length = descriptor[16]
        if descriptor[11:12] == b"C":
            spans.append((offset, offset + length))
        offset += length
    if width >= offset:  # narrower than its fields: no cell would be where it should
        cells += [
            data[row + begin : row + end].rstrip(b" \0")
            for row in range(header, end, width)
            for begin, end in spans
        ]
    return [cell for cell in cells if not cell.isascii()]


def _is_whole(cell: bytes, encoding: str) -> bool:
    """Tell whether a cell is text in an encoding to its last character."""
    try:
        cell.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _decodes(cell: bytes, encoding: str) -> bool:
    """Tell whether a cell is text in an encoding; a character cut at its end is allowed."""
    try:
        cell.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start >= len(cell) - 3 and error.start > 0
    return True
