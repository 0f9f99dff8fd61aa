"""Read tables of coordinates: CSV, XLSX and the TXT of boundary points; runs in the locked process.

A table gives shapes in one of three ways: a column of WKT; one row for each place; one row
for each corner, where rows of one parcel follow each other. The TXT of boundary points
(国土界址点) is the exchange form of land administration: a head of ``key=value``, then for
each parcel a line that ends with ``@`` and its corners ``number,ring,northing,easting``.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import json
import math
import re
import sys
from dataclasses import dataclass
from typing import Any

from geo.foreign_files.wire import Answer, Table, UploadFaultError, refuse_above

WKT_NAMES = ("wkt", "geometry", "geom", "the_geom", "shape", "图形", "几何")
EAST_NAMES = (
    "经度", "lon", "lng", "longitude", "long", "东坐标", "横坐标", "东", "e", "east", "easting",
    "point_x", "coord_x", "y坐标", "坐标y", "x", "lon_x", "经度坐标", "东经", "东向坐标", "横坐标y",
    "y(东)", "东坐标y", "x(经度)", "经度x", "经度e", "经度(e)", "经度(°)", "东经(e)",
)  # fmt: skip
NORTH_NAMES = (
    "纬度", "lat", "latitude", "北坐标", "纵坐标", "北", "n", "north", "northing",
    "point_y", "coord_y", "x坐标", "坐标x", "y", "lat_y", "纬度坐标", "北纬", "北向坐标", "纵坐标x",
    "x(北)", "北坐标x", "y(纬度)", "纬度y", "纬度n", "纬度(n)", "纬度(°)", "北纬(n)",
)  # fmt: skip
POINT_NAMES = ("点号", "界址点号", "界址点", "拐点", "拐点号", "序号", "点序", "point", "no", "no.")
RING_NAMES = ("圈号", "环号", "ring")
GROUP_NAMES = (
    "地块名称", "地块编号", "地块号", "地块", "片区名称", "片区", "宗地号", "宗地", "区块", "名称",
    "parcel", "zone", "zone_id", "name", "id", "编号",
)  # fmt: skip
CRS_NAMES = ("crs", "坐标系", "epsg")

PAIR_NAMES = ("经纬度", "坐标", "经纬度坐标", "坐标点", "location", "lnglat", "lonlat", "lng_lat")
SHEET_COLUMN = "工作表"
"""Column with the name of the sheet, where several sheets of a workbook have coordinates."""

HEADER_ROWS = 20
"""The header of a table stands in one of its first rows; titles may stand above it."""

_WKT = re.compile(
    r"\s*(?:SRID=\d+;)?(?:MULTI)?(?:POLYGON|LINESTRING|POINT|GEOMETRYCOLLECTION)"
    r"|\s*0[01][0-9A-F]{8}[0-9A-F]{32}|\s*\{\s*\"(?:type|coordinates)\"\s*:"
    r"|\s*\[*(?:-?\d+\.\d+[,， ]\s*-?\d+\.\d+\s*[;；|]\s*){2}",
    re.IGNORECASE,
)
"""A cell that holds a whole shape: WKT, its binary form in hexadecimal as PostGIS writes it,
GeoJSON, or ``x,y;x,y;x,y`` as web maps have outlines."""
_WKT_WORD = re.compile(
    r"\s*(?:SRID=\d+;\s*)?(?:MULTI)?(?:POLYGON|LINESTRING|POINT)\b", re.IGNORECASE
)
_WKT_SHAPE = re.compile(r"(?:SRID=\d{1,9};\s*)?\b[A-Za-z]{5,18}(?: ?ZM?| ?M)?\s*\([^A-Za-z;]*\)")
_WHOLE_LINE = re.compile(
    r"\s*(?:(?:SRID=\d+;\s*)?GEOMETRYCOLLECTION\b|0[01][0-9A-F]{8}[0-9A-F]{32,}\s*$)",
    re.IGNORECASE | re.MULTILINE,
)
"""A text of collections, or of shapes in binary form as hexadecimal digits: one to a line."""
_DEGREES = re.compile(
    r"\s*([NSEW东西南北])?[经纬]?\s*(\d{1,3})\s*[°º度:：d]\s*(?:(\d{1,2}(?:\.\d+)?)\s*['′分’‘:：m])?"
    r"\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:\"|″|秒|”|“|''|′′|s)?)?\s*([NSEW东西南北])?[经纬]?\s*$"
)
_WIDE_DIGITS = str.maketrans("０１２３４５６７８９．－＋", "0123456789.-+")
_SPACED_DEGREES = re.compile(
    r"\s*([NSEW])?\s*(\d{1,3})[\s-]+([0-5]?\d(?:\.\d+)?)(?:[\s-]+([0-5]?\d(?:\.\d+)?))?\s*([NSEW])?\s*$"
)
"""Degrees, minutes and seconds with nothing but space or a dash between them."""
_PARCEL_END = "@"

Rows = list[list[str]]


def load(request: dict[str, Any]) -> None:
    """Load what is needed."""
    import shapely

    if request["driver"]:
        from geo.foreign_files import gdal_layers

        gdal_layers.load(request)
        sys.modules["shapely"] = shapely  # pyogrio was to do without; here it is needed


def read(path: str, known: list[Any] | None, request: dict[str, Any], answer: Answer) -> None:
    """Read the one layer; of a workbook the first sheet that has coordinates."""
    if request["driver"]:
        _read_workbook(path, known, request, answer)
        return
    text, notes = _text(path)
    if _WKT_WORD.match(text):  # nothing but shapes, one after another
        rows = [["WKT"], *([match[0]] for match in _WKT_SHAPE.finditer(text))]
        table = coordinate_table(rows, "", request["limits"])
    elif _WHOLE_LINE.match(text):  # a shape to a line
        rows = [["WKT"], *([line] for line in text.split("\n") if line.strip())]
        table = coordinate_table(rows, "", request["limits"])
    elif is_boundary_points(text):
        table, notes = boundary_points(text, request["limits"]), []  # GBK is their rule
    else:
        table = coordinate_table(_csv_rows(text), "", request["limits"])
    table.notes = [*notes, *table.notes]
    answer.tables = [table]


def _text(path: str) -> tuple[str, list[Any]]:
    """Return the text of a file in UTF-8, GBK or Big5, and a note where it is not UTF-8."""
    with open(path, "rb") as file:  # noqa: PTH123
        data = file.read()
    for encoding in ("utf-8-sig", "gb18030", "big5"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        notes = [] if encoding == "utf-8-sig" else [("encoding", "info", {"encoding": encoding})]
        return text, notes
    raise UploadFaultError("text-encoding")


# ---------------------------------------------------------------- boundary points


_PARCEL_LINE = re.compile(r"^[^\n@]*[,，\t][^\n@]*@[\s,，]*$", re.MULTILINE)
_PLAIN_SIGNS = str.maketrans("＝［］＠", "=[]@")
_KINDS = ("面", "线", "点")


def is_boundary_points(text: str) -> bool:
    """Tell whether a text is a file of boundary points."""
    head = text[:4000].translate(_PLAIN_SIGNS)
    is_headed = "[地块坐标]" in head or ("[属性描述]" in head and "坐标系" in head)
    return is_headed or "[地块坐标]" in text or _PARCEL_LINE.search(head) is not None


def boundary_points(text: str, limits: dict[str, int]) -> Table:
    """Return the parcels of a file of boundary points.

    Cells may stand between commas of either width, tabs or spaces; the ring may be left
    out, and so may the ``@`` of a parcel's head that says what kind of shape it is.

    Raises
    ------
    UploadFaultError
        If a line of coordinates cannot be read, or there is no parcel.
    """
    about: dict[str, str] = {}
    parcels: list[tuple[list[str], list[tuple[str, float, float]]]] = []
    section = ""
    passed_over: list[str] = []
    # Line by line: a section, an attribute, the head of a parcel, or one of its corners.
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip().translate(_PLAIN_SIGNS)
        if not line:
            continue
        if line.startswith("["):
            section = line.strip("[]")
        elif section == "属性描述" and "=" in line:
            key, _, value = line.partition("=")
            about[key.strip()] = value.strip()
        elif (head := _parcel_head(line)) is not None:
            parcels.append((head, []))
            refuse_above(limits, "FEATURES", len(parcels), "features")
        elif line.startswith(("#", "//")) or not (section or parcels):
            passed_over.append(line)
        else:
            corner = _corner(_cells(line)) if parcels else None
            if corner is None:
                raise UploadFaultError("points-line", line=number, found=line[:60])
            parcels[-1][1].append(corner)
    if not parcels:
        raise UploadFaultError("no-features")
    # The heads of the parcels as columns; those that are empty throughout are left out.
    names = (
        "点数",
        "地块面积_公顷",
        "地块编号",
        "地块名称",
        "图形属性",
        "图幅号",
        "地块用途",
        "地类编码",
    )
    rows = [
        [cell.strip() for cell in (head + [""] * len(names))[: len(names)]] for head, _ in parcels
    ]
    filled_columns = [k for k in range(1, len(names)) if any(row[k] for row in rows)]
    shapes = [_parcel_shape(corners, rows[k][4]) for k, (_, corners) in enumerate(parcels)]
    crs, notes = _points_crs(about, [c for _, corners in parcels for c in corners])
    if passed_over:
        detail = {"count": len(passed_over), "first": passed_over[0][:40]}
        notes.append(("points-passed-over", "info", detail))
    for k, (_, corners) in enumerate(parcels):
        count, rings = len(corners), len({ring for ring, _, _ in corners})
        stated = rows[k][0]
        if stated.isdecimal() and abs(int(stated[:9]) - count) > rings:  # closing corners or not
            detail = {"feature": k + 1, "stated": int(stated[:9]), "count": count}
            notes.append(("points-count", "warning", detail))
    columns: list[tuple[str, Any]] = [
        (names[k], [row[k] or None for row in rows]) for k in filled_columns
    ]
    vertices = sum(len(corners) for _, corners in parcels)
    refuse_above(limits, "VERTICES", vertices, "vertices")
    return Table("", len(rows), columns, shapes, crs, notes)


def _cells(line: str) -> list[str]:
    """Return the cells of a line: between commas, else tabs, else spaces."""
    sign = "[,，]" if re.search("[,，]", line) else "\t" if "\t" in line else r"\s+"
    return [cell.strip() for cell in re.split(sign, line)]


def _parcel_head(line: str) -> list[str] | None:
    """Return the cells of a parcel's head, None where the line is none."""
    bare = line.rstrip(",， \t")
    if bare.endswith(_PARCEL_END):
        return _cells(bare[: -len(_PARCEL_END)].rstrip(" \t"))
    cells = _cells(line)
    is_head = cells[0].isdecimal() and len(cells) > 4 and cells[4] in _KINDS
    return cells if is_head else None


def _corner(cells: list[str]) -> tuple[str, float, float] | None:
    """Return ring, northing and easting of a corner; None where they cannot be read.

    A ring is a small number; where its place holds a coordinate it was left out.
    """
    if len(cells) < 3:
        return None
    begin = _number(cells[1])
    has_ring = len(cells) > 3 and (begin is None or (abs(begin) < 1000 and begin.is_integer()))
    ring, rest = (cells[1], cells[2:4]) if has_ring else ("1", cells[1:3])
    northing, easting = map(_number, rest)
    return None if northing is None or easting is None else (ring, northing, easting)


def _parcel_shape(corners: list[tuple[str, float, float]], kind: str) -> bytes | None:
    """Return the shape of a parcel: rings by their number, easting first."""
    import shapely

    rings: dict[str, list[tuple[float, float]]] = {}
    for ring, northing, easting in corners:
        rings.setdefault(ring, []).append((easting, northing))
    if not rings:
        return None
    if kind == "点":
        return bytes(
            shapely.to_wkb(shapely.MultiPoint([xy for xys in rings.values() for xy in xys]))
        )
    if kind == "线":
        lines = [xys for xys in rings.values() if len(xys) > 1]
        return bytes(shapely.to_wkb(shapely.MultiLineString(lines))) if lines else None
    return _area(list(rings.values()))


def _area(rings: list[list[tuple[float, float]]]) -> bytes | None:
    """Return the area of rings: one inside another is a hole, whatever their direction."""
    import shapely

    polygons = [shapely.Polygon(ring) for ring in rings if len(set(ring)) > 2]
    if not polygons:
        return None
    if len(polygons) == 1:
        return bytes(shapely.to_wkb(polygons[0]))
    if not all(ring.is_valid for ring in polygons):
        return bytes(shapely.to_wkb(shapely.MultiPolygon(polygons)))
    shape: Any = polygons[0]
    for ring in polygons[1:]:
        shape = shape.symmetric_difference(ring)
    return bytes(shapely.to_wkb(shape))


def _points_crs(
    about: dict[str, str], corners: list[tuple[str, float, float]]
) -> tuple[str | None, list[Any]]:
    """Return the code of the system that a head describes, None where it does not, with notes."""
    words = about.get("坐标系", "")
    width = 6 if re.search("6|六", about.get("几度分带", "3")) else 3
    match = re.search(r"\d+", about.get("带号", ""))
    zone = int(match[0]) if match else 0
    first = {6: 13, 3: 25}[width]
    last = {6: 23, 3: 45}[width]
    has_zone_number = bool(corners) and abs(corners[0][2]) > 1_000_000
    notes: list[Any] = []
    if has_zone_number:
        belt_number = int(abs(corners[0][2]) // 1_000_000)
        # some write the meridian in its place
        meridian = belt_number * width - (3 if width == 6 else 0)
        if zone and zone not in (belt_number, meridian) and first <= belt_number <= last:
            notes.append(("points-belt", "warning", {"stated": zone, "seen": belt_number}))
        zone = belt_number
    unit = about.get("计量单位", "")
    if unit.startswith(("度", "十进制度")):
        return None, [*notes, ("crs-not-said", "warning", {})]
    if unit and unit not in ("米", "m", "M"):
        notes.append(("points-unit", "warning", {"unit": unit[:20]}))
    if not first <= zone <= last:
        return None, [*notes, ("crs-not-said", "warning", {})]
    # EPSG's first belt of each system: with its number, without it
    systems = {
        "2000": {6: (4491, 4502), 3: (4513, 4534)},
        "80": {6: (2327, 2338), 3: (2349, 2370)},
        "54": {6: (21413, 21453), 3: (2401, 2422)},
    }
    key = next(
        (key for key, pattern in
         {"2000": "2000", "80": "80|西安", "54": "54|北京"}.items() if re.search(pattern, words)),
        "",
    )  # fmt: skip
    if not key:
        note = ("crs-unreadable", "warning", {"detail": words[:60]})
        return None, [*notes, note if words else ("crs-not-said", "warning", {})]
    start = systems[key][width][0 if has_zone_number else 1]
    return f"EPSG:{start + zone - first}", notes


# ---------------------------------------------------------------- tables


def _csv_rows(text: str) -> Rows:
    """Return the cells of delimited text."""
    csv.field_size_limit(2**27)
    lines = text.split("\n", HEADER_ROWS)[:HEADER_ROWS]
    # what stands in quotes, or in brackets as WKT does, separates no cells
    heads = [line[:2000] for line in lines if line.strip()]  # the patterns look far ahead
    outside = [re.sub(r'"[^"]*"|\([^)]*\)+', "", line) for line in heads]
    counts = {sign: [line.count(sign) for line in outside[:3]] for sign in ",\t;|，"}
    delimiter = max(counts, key=lambda sign: (min(counts[sign], default=0), sum(counts[sign])))
    if not sum(counts[delimiter]):
        if len(heads) > 1 and min(len(line.split()) for line in heads[:3]) > 1:
            return [line.split() for line in text.split("\n") if line.strip()]
        delimiter = ","
    try:
        return [
            [cell.strip() for cell in row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise UploadFaultError("damaged", detail=str(error)) from error


def _read_workbook(
    path: str, known: list[Any] | None, request: dict[str, Any], answer: Answer
) -> None:
    """Read the first sheet that has coordinates, or the one that was asked for."""
    from geo.foreign_files import gdal_layers

    listing = gdal_layers.layers(path, known, request)
    choice = request["layers"]
    first: UploadFaultError | None = None
    longest = 0  # the sheet with most rows is the one to speak of
    tables = []
    for name in [name for name, _, _ in listing]:
        sheet = gdal_layers.table(path, name, request)
        columns = [values for _, values in sheet.columns]
        cells = zip(*columns, strict=True)
        rows = [["" if v is None else str(v).strip() for v in row] for row in cells]
        headings = [field for field, _ in sheet.columns]
        if not all(re.fullmatch(r"Field\d+", field) for field in headings):
            rows.insert(0, headings)  # GDAL leaves headings in the rows of the first sheet only
        try:
            tables.append(coordinate_table([r for r in rows if any(r)], name, request["limits"]))
        except UploadFaultError as fault:
            first = fault if first is None or len(rows) > longest else first
            longest = max(longest, len(rows))
    answer.layers = [[table.name, "Unknown", table.rows] for table in tables]
    chosen = [t for t in tables if t.name in choice] if isinstance(choice, list) else tables
    if not chosen:
        raise (
            (first or UploadFaultError("no-features"))
            if not tables
            else UploadFaultError("no-such-layer", layer=str(choice[0])[:60])
        )
    table = chosen[0]
    if len(tables) > 1:  # the name of a sheet may be the only name that a parcel has
        table.columns.append((SHEET_COLUMN, [table.name] * table.rows))
    answer.tables = [table]


@dataclass(frozen=True)
class _Header:
    """Where in a table the columns are that make shapes; -1 for none."""

    row: int
    wkt: int = -1
    east: int = -1
    north: int = -1
    point: int = -1
    ring: int = -1
    group: int = -1
    crs: int = -1


def coordinate_table(rows: Rows, name: str, limits: dict[str, int]) -> Table:
    """Return a table with the shapes that its columns describe.

    Raises
    ------
    UploadFaultError
        If no row is a header with coordinates or WKT, or a limit is passed.
    """
    header = _header(rows)
    if header is None:
        first = rows[0] if rows else []
        excerpt = "、".join(cell[:20] for cell in first[:8])
        is_bare = sum(_number(cell) is not None for cell in first) >= 2
        raise UploadFaultError(
            "table-no-header" if is_bare else "table-no-coordinates", columns=excerpt or "–"
        )
    names = _names_of(rows, header.row)
    width = len(names)
    refuse_above(limits, "FIELDS", width, "fields")
    body = [(row + [""] * width)[:width] for row in rows[header.row + 1 :]]
    refuse_above(limits, "VERTICES", len(body), "vertices")
    if header.wkt < 0:
        names, body = _split_pairs(names, body, header)
        body = _corner_rows(names, body, header)
    if header.wkt >= 0:
        table = _wkt_table(names, body, header, name)
    else:
        table = _corner_table(names, body, header, name)
    refuse_above(limits, "FEATURES", table.rows, "features")
    return table


def _header(rows: Rows) -> _Header | None:
    """Find the header among the first rows."""
    for number, row in enumerate(rows[:HEADER_ROWS]):
        cells = [_plain(cell) for cell in _names_of(rows, number)]
        below = rows[number + 1] if number + 1 < len(rows) else []
        wkt = next((k for k, cell in enumerate(below) if _WKT.match(cell) and k < len(cells)), -1)
        if wkt < 0:
            wkt = (
                _first(cells, WKT_NAMES) if any(_WKT.match(c) for r in rows[:50] for c in r) else -1
            )
        crs = _first(cells, CRS_NAMES)
        if wkt >= 0 and not any(_WKT.match(cell) for cell in row):
            return _Header(number, wkt=wkt, crs=crs)
        east, north = _axes(cells)
        pair = _first(cells, PAIR_NAMES)
        if pair >= 0 and (east < 0 or north < 0) and _PAIR.match(_cell(below, pair)):
            east, north = pair, len(row)  # where `_split_pairs` puts the second one
        if east >= 0 and north >= 0:
            return _Header(
                number,
                east=east,
                north=north,
                point=_first(cells, POINT_NAMES),
                ring=_first(cells, RING_NAMES),
                group=_first(cells, GROUP_NAMES),
                crs=crs,
            )
    return None


def _names_of(rows: Rows, number: int) -> list[str]:
    """Return a row of headings; what a merged cell above it names stands there once only."""
    row = rows[number]
    above = rows[number - 1] if number else []
    is_heading = any(_first([_plain(cell)], EAST_NAMES) >= 0 for cell in row)
    if not is_heading or len([cell for cell in above if cell]) < 2:
        return row
    return [cell or (above[k] if k < len(above) else "") for k, cell in enumerate(row)]


def _axes(cells: list[str]) -> tuple[int, int]:
    """Return the columns of easting and northing, -1 where there is none.

    Bare ``X`` and ``Y`` are easting and northing as in data of computers; where a Chinese
    heading says 坐标, X is the northing, as surveyors write. Exchanged axes are told later,
    by position.
    """
    if "x" in cells and "y" in cells:
        return cells.index("x"), cells.index("y")
    east = _first(cells, EAST_NAMES)
    north = _first([cell if k != east else "" for k, cell in enumerate(cells)], NORTH_NAMES)
    if east < 0 and north < 0:
        east, north = _matching(cells, _EASTWARD), _matching(cells, _NORTHWARD)
    return east, north


_EASTWARD = re.compile(
    r"经度|[东横][向轴]?坐标|(?<![a-z])(?:lon|lng|long|longitude|east|easting|jd)(?![a-z])"
)
_NORTHWARD = re.compile(
    r"纬度|[北纵][向轴]?坐标|(?<![a-z])(?:lat|latitude|north|northing|wd)(?![a-z])"
)
"""Words of headings such as “WGS84经度” or “纵坐标(X)”."""


def _matching(cells: list[str], words: re.Pattern[str]) -> int:
    """Return the one heading with some words that has none of the other axis; -1 if not one."""
    other = _NORTHWARD if words is _EASTWARD else _EASTWARD
    found = [k for k, cell in enumerate(cells) if words.search(cell) and not other.search(cell)]
    return found[0] if len(found) == 1 else -1


_PAIR = re.compile(
    r"[(（\[]?\s{0,2}(-?\d+(?:\.\d+)?)\s{0,4}[,，;；、\s]\s{0,4}(-?\d+(?:\.\d+)?)\s{0,2}[)）\]]?$"
)
"""Two numbers of one place in one cell."""


def _cell(row: list[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def _split_pairs(names: list[str], body: Rows, header: _Header) -> tuple[list[str], Rows]:
    """Return a table whose column of pairs is two columns, any other table as it is."""
    if header.north < len(names):
        return names, body
    rows = []
    for row in body:
        match = _PAIR.match(row[header.east])
        east, north = (match[1], match[2]) if match else (row[header.east], "")
        rows.append([*row[: header.east], east, *row[header.east + 1 :], north])
    return [*names, ""], rows


_SUB_HEADING = re.compile(
    r"[(（\[]?(?:米|m|meters?|度|°|degrees?|deg|千米|km|毫米|mm|x|y|东|北|e|n|[东北横纵][向坐]?标?)[)）\]]?",
    re.IGNORECASE,
)
_DEGREE_HEADINGS = (("度", "分", "秒"), ("°", "′", "″"), ("°", "'", '"'))


def _corner_rows(names: list[str], body: Rows, header: _Header) -> Rows:
    """Return the rows of places: without further headings, degrees in one cell, all in metres."""
    columns = (header.east, header.north)
    if body and all(
        tuple(cell.strip() for cell in body[0][c : c + 3]) in _DEGREE_HEADINGS for c in columns
    ):
        body = [_with_degrees(row, columns) for row in body[1:]]
    elif body and all(_SUB_HEADING.fullmatch(body[0][c].strip() or "-") for c in columns):
        body = body[1:]
    headings = [_plain(names[c]) for c in columns]
    body = [row for row in body if [_plain(row[c]) for c in columns] != headings]
    factors = [_factor(names[c]) for c in columns]
    if factors == [1.0, 1.0]:
        return body
    return [
        [
            _scaled(cell, factors[columns.index(k)]) if k in columns else cell
            for k, cell in enumerate(row)
        ]
        for row in body
    ]


def _with_degrees(row: list[str], columns: tuple[int, int]) -> list[str]:
    """Return a row whose degrees, minutes and seconds stand in one cell, the others emptied."""
    row = list(row)
    for c in columns:
        degrees, minutes, seconds = ([*row[c : c + 3], "", "", ""])[:3]
        if degrees:
            row[c : c + 3] = [f"{degrees}°{minutes or 0}′{seconds or 0}″", "", ""]
    return row


_UNIT_OF_HEADING = re.compile(r"[\s_]*[(（\[]\s*([^)）\]]{1,8}?)\s*[)）\]]\s*$")
_FACTORS = {
    **dict.fromkeys(
        ("m", "米", "meter", "meters", "单位:m", "单位：m", "单位：米", "单位:米"), 1.0
    ),
    **dict.fromkeys(("km", "千米", "公里"), 1000.0),
    **dict.fromkeys(("mm", "毫米"), 0.001),
    **dict.fromkeys(("°", "度", "deg", "degree", "degrees", "十进制度", "度分秒", "dms"), 1.0),
}
"""Units in headings of coordinates to metres; degrees stay as they are."""


def _factor(heading: str) -> float:
    match = _UNIT_OF_HEADING.search(heading.strip().lower())
    return _FACTORS.get(match[1], 1.0) if match else 1.0


def _scaled(cell: str, factor: float) -> str:
    number = None if factor == 1.0 else _number(cell)
    return cell if number is None else repr(number * factor)


def _plain(cell: str) -> str:
    """Return a heading as it is looked up: small letters, without the unit of coordinates."""
    heading = cell.strip().lower()
    match = _UNIT_OF_HEADING.search(heading)
    if match and match[1] in _FACTORS:
        heading = heading[: match.start()]
    return heading.rstrip(" _")


def _first(cells: list[str], names: tuple[str, ...]) -> int:
    return next((cells.index(name) for name in names if name in cells), -1)


def _wkt_table(names: list[str], body: Rows, header: _Header, name: str) -> Table:
    import shapely

    shapes: list[bytes | None] = []
    notes: list[Any] = []
    codes = set()
    for number, row in enumerate(body, start=1):
        cell = row[header.wkt]
        if match := re.match(r"\s*SRID=(\d+);", cell, re.IGNORECASE):
            codes.add(f"EPSG:{match[1]}")
            cell = cell[match.end() :]
        try:
            shape = _shape_of_cell(cell.strip()) if cell.strip() else None
            code = shapely.get_srid(shape) if shape is not None else 0
            codes |= {f"EPSG:{code}"} if code else set()
            shapes.append(None if shape is None else bytes(shapely.to_wkb(shape)))
        except (*_NO_SHAPE, shapely.errors.GEOSException) as error:
            shapes.append(None)
            detail = {"feature": number, "detail": str(error)[:200]}
            notes.append(("geometry-unreadable", "error", detail))
    columns_kept = [k for k in range(len(names)) if k != header.wkt]
    columns: list[tuple[str, Any]] = [
        (names[k] or f"列{k + 1}", [row[k] or None for row in body]) for k in columns_kept
    ]
    crs_cells = codes or {row[header.crs] for row in body if header.crs >= 0 and row[header.crs]}
    return Table(name, len(body), columns, shapes, *_said_crs(crs_cells, notes))


_NO_SHAPE = (ValueError, TypeError, KeyError, IndexError, RecursionError, AttributeError)


def _shape_of_cell(cell: str) -> Any:
    """Return the shape that a cell holds; see `_WKT`.

    Raises
    ------
    GEOSException, or one of `_NO_SHAPE`
        If it holds none.
    """
    import shapely
    from shapely.geometry import shape

    if re.match("0[01]", cell):
        return shapely.from_wkb(cell)
    if cell.startswith("{"):
        if cell.count("[") + cell.count("{") > cell.count(",") + 20:
            raise ValueError("not a shape")
        return shape(json.loads(cell))
    if not re.match(r"\[*-?\d", cell):
        return shapely.from_wkt(cell)
    rings = []
    for ring in re.split(r"[|\n]", cell.strip("[] ")):
        pairs = [
            re.split(r"[,， ]+", pair.strip(" []"))
            for pair in re.split("[;；]", ring)
            if pair.strip()
        ]
        rings.append([(float(x), float(y)) for x, y in pairs])
    outline = _area(rings)
    if outline is None:
        raise ValueError("not an area")
    return shapely.from_wkb(outline)


def _said_crs(cells: set[str], notes: list[Any]) -> tuple[str | None, list[Any]]:
    """Return the one code that rows give, or None with a note."""
    pattern = re.compile(r"EPSG:\s*(\d{4,6})|^\s*(\d{4,6})\s*$", re.IGNORECASE)
    codes = {f"EPSG:{m[1] or m[2]}" for words in cells if (m := pattern.search(words))}
    if len(codes) == 1:
        return codes.pop(), notes
    return None, [*notes, ("crs-not-said", "info", {})]


def _corner_table(names: list[str], body: Rows, header: _Header, name: str) -> Table:
    """Return the shapes of rows that hold one position each."""
    import shapely

    def is_unread(row: list[str]) -> bool:
        return bool(row[header.east] or row[header.north])

    # 117,19 beside 117,191: the comma is the decimal sign of the whole table
    cells = (row[c].strip() for row in body for c in (header.east, header.north))
    comma = any(re.fullmatch(r"-?\d+,(?:\d{1,2}|\d{4,})", cell) for cell in cells)
    notes: list[Any] = []
    places: list[tuple[float, float] | None] = []
    for number, row in enumerate(body, start=1):
        east, north = (_number(row[c], comma=comma) for c in (header.east, header.north))
        places.append(None if east is None or north is None else (east, north))
        if is_unread(row) and places[-1] is None:
            detail = f"{row[header.east][:20]}, {row[header.north][:20]}"
            notes.append(("geometry-unreadable", "error", {"feature": number, "detail": detail}))
    if notes and not any(places):
        detail = str(notes[0][2]["detail"])
        raise UploadFaultError("table-no-positions", count=len(notes), detail=detail)
    groups = _groups(body, places, header)
    crs_cells = {row[header.crs] for row in body if header.crs >= 0 and row[header.crs]}
    crs, notes = _said_crs(crs_cells, notes)
    shapes: list[bytes | None]
    if groups is None:  # every row is a place
        shapes = [None if p is None else bytes(shapely.to_wkb(shapely.Point(p))) for p in places]
        columns: list[tuple[str, Any]] = [
            (n or f"列{k + 1}", [row[k] or None for row in body]) for k, n in enumerate(names)
        ]
        return Table(name, len(body), columns, shapes, crs, notes)
    corners = {header.east, header.north, header.point, header.ring}
    columns_kept = [
        k
        for k in range(len(names))
        if k not in corners and (names[k] or any(row[k] for row in body))
    ]
    shapes = []
    records: list[list[Any]] = []
    for rows in groups:
        rings: dict[str, list[tuple[float, float]]] = {}
        for k in rows:
            ring = body[k][header.ring] if header.ring >= 0 else ""
            rings.setdefault(ring, []).append(places[k] or (math.nan, math.nan))
        is_whole = all(places[k] is not None for k in rows)  # a corner left out is another area
        shapes.append(_area(list(rings.values())) if is_whole else None)
        # what a table says once for a parcel stands in its first row, or in every row
        records.append([next((body[k][c] for k in rows if body[k][c]), None) for c in columns_kept])
    columns = [
        (names[c] or f"列{c + 1}", [r[j] for r in records]) for j, c in enumerate(columns_kept)
    ]
    titles = _titles(body, groups, header)
    if titles:
        columns.insert(0, (TITLE_COLUMN, list(titles.values())))
    outlines = len(shapes)
    shapes, columns = _with_holes(shapes, columns, header)
    if len(shapes) < outlines:
        notes.append(("rings-inside", "warning", {"count": outlines - len(shapes)}))
    joined = {"count": len(shapes), "corners": sum(map(len, groups))}
    notes.append(("corners-joined", "info", joined))
    used = {k for rows in groups for k in rows} | {row for row in titles if row >= 0}
    unused = [row for k, row in enumerate(body) if k not in used and any(row)]
    if unused:
        words = " ".join(cell for cell in unused[0] if cell)[:40]
        notes.append(("rows-passed-over", "info", {"count": len(unused), "first": words}))
    return Table(name, len(shapes), columns, shapes, crs, notes)


TITLE_COLUMN = "名称"


def _titles(body: Rows, groups: list[list[int]], header: _Header) -> dict[int, str | None]:
    """Return the row that stands as a title over each parcel, by its number, with its words.

    Nothing if no parcel has one; a parcel without one has a number below 0 and None.
    """
    if header.group >= 0:
        return {}
    titles: dict[int, str | None] = {}
    for count, rows in enumerate(groups, start=1):
        above = rows[0] - 1
        cells = [cell for cell in body[above] if cell] if above >= 0 else []
        is_title = len(cells) == 1 and above not in {k for group in groups for k in group}
        titles[above if is_title else -count] = cells[0] if is_title else None
    return titles if any(titles.values()) else {}


def _with_holes(
    shapes: list[bytes | None], columns: list[tuple[str, Any]], header: _Header
) -> tuple[list[bytes | None], list[tuple[str, Any]]]:
    """Return parcels told apart by their corners alone, one that lies in another as its hole."""
    import shapely

    areas: list[Any] = [None if shape is None else shapely.from_wkb(shape) for shape in shapes]
    if header.group >= 0 or len(areas) < 2 or not all(a is not None and a.is_valid for a in areas):
        return shapes, columns
    outer_rings: list[int] = []
    for k, area in enumerate(areas):
        owner = next((o for o in outer_rings if shapely.contains(areas[o], area)), None)
        if owner is None:
            outer_rings.append(k)
        else:
            areas[owner] = areas[owner].difference(area)
    return (
        [bytes(shapely.to_wkb(areas[k])) for k in outer_rings],
        [(name, [values[k] for k in outer_rings]) for name, values in columns],
    )


def _groups(
    body: Rows, places: list[tuple[float, float] | None], header: _Header
) -> list[list[int]] | None:
    """Return the rows of each parcel, or None where every row is a place of its own."""
    usable = [
        k
        for k, place in enumerate(places)
        if place is not None or body[k][header.east] or body[k][header.north]
    ]
    if len(usable) < 3:
        return None
    if header.group >= 0:
        by_name: dict[str, list[int]] = {}
        last = ""
        for k in usable:
            last = body[k][header.group] or last  # merged cells: written once, empty below
            by_name.setdefault(last, []).append(k)
        if all(len(rows) > 2 for rows in by_name.values()):
            return list(by_name.values())
        if header.point < 0 or len(by_name) > 1:
            return None
    others = {header.east, header.north, header.ring, header.crs, -1}
    is_bare = len(body[0]) <= len(others | {header.point}) - 1
    if header.ring >= 0:
        return [usable]
    if header.point >= 0 and (parcels := _numbered_parcels(body, usable, header.point)):
        return parcels
    return _runs(body, places, usable, header) if header.point >= 0 or is_bare else None


def _numbered_parcels(body: Rows, usable: list[int], column: int) -> list[list[int]] | None:
    """Return the rows of each number where a column that may count corners counts parcels.

    Then the same number stands in one row after another; corners have each their own.
    """
    values = [body[k][column] for k in usable]
    same = sum(a == b != "" for a, b in itertools.pairwise(values))
    if same < len(values) / 2:
        return None
    parcels: dict[str, list[int]] = {}
    for k, value in zip(usable, values, strict=True):
        parcels.setdefault(value, []).append(k)
    return list(parcels.values()) if all(len(rows) > 2 for rows in parcels.values()) else None


def _runs(
    body: Rows, places: list[tuple[float, float] | None], usable: list[int], header: _Header
) -> list[list[int]]:
    """Return the rows of each ring in a list that names no parcels.

    A ring ends where it comes back to its first corner, where the numbers of the corners
    begin anew, and where a row without a position stands between.
    """
    runs: list[list[int]] = []
    for k in usable:
        run = runs[-1] if runs else []
        point = body[k][header.point] if header.point >= 0 else ""
        is_closed = len(run) > 3 and places[run[-1]] == places[run[0]]
        is_anew = len(run) > 2 and point and point == body[run[0]][header.point]
        is_back = is_anew and places[k] == places[run[0]]
        if not run or is_closed or (is_anew and not is_back) or k > run[-1] + 1:
            runs.append([k])
        else:
            run.append(k)
    # a piece too short to be an area is no parcel: then the list is one ring as it stands
    return runs if all(len(run) > 2 for run in runs) else [usable]


def _number(cell: str, *, comma: bool = False) -> float | None:
    """Return a coordinate: a number, or degrees, minutes and seconds."""
    cell = cell.translate(_WIDE_DIGITS)
    plain = cell.replace("，", ",").strip()
    if comma and re.fullmatch(r"-?\d+,\d+", plain):
        plain = plain.replace(",", ".")
    elif re.fullmatch(r"-?\d{1,3}(?:,\d{3})+(?:\.\d*)?", plain):
        plain = plain.replace(",", "")
    try:
        return float(plain)
    except ValueError:
        pass
    match = _DEGREES.match(cell) or _SPACED_DEGREES.match(cell)
    if not match:
        return None
    degrees = float(match[2]) + float(match[3] or 0) / 60 + float(match[4] or 0) / 3600
    return -degrees if (match[1] or match[5] or "") in ("S", "W", "西", "南") else degrees


codecs.lookup("big5")  # before the process is locked
