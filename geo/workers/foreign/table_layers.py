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
import re
import sys
from dataclasses import dataclass
from typing import Any

from geo.workers.foreign.wire import Answer, Table, UploadFaultError, refuse_above

WKT_NAMES = ("wkt", "geometry", "geom", "the_geom", "shape", "图形", "几何")
EAST_NAMES = (
    "经度", "lon", "lng", "longitude", "long", "东坐标", "横坐标", "东", "e", "east", "easting",
    "point_x", "coord_x", "y坐标", "坐标y", "x", "lon_x",
)  # fmt: skip
NORTH_NAMES = (
    "纬度", "lat", "latitude", "北坐标", "纵坐标", "北", "n", "north", "northing",
    "point_y", "coord_y", "x坐标", "坐标x", "y", "lat_y",
)  # fmt: skip
POINT_NAMES = ("点号", "界址点号", "界址点", "拐点", "拐点号", "序号", "点序", "point", "no", "no.")
RING_NAMES = ("圈号", "环号", "ring")
GROUP_NAMES = (
    "地块名称", "地块编号", "地块号", "地块", "片区名称", "片区", "宗地号", "宗地", "区块", "名称",
    "parcel", "zone", "zone_id", "name", "id", "编号",
)  # fmt: skip
CRS_NAMES = ("crs", "坐标系", "epsg")

HEADER_ROWS = 20
"""The header of a table stands in one of its first rows; titles may stand above it."""

_WKT = re.compile(
    r"\s*(?:SRID=\d+;)?(?:MULTI)?(?:POLYGON|LINESTRING|POINT|GEOMETRYCOLLECTION)", re.IGNORECASE
)
_DEGREES = re.compile(
    r"\s*([NSEW东西南北])?\s*(\d{1,3})\s*[°度]\s*(?:(\d{1,2}(?:\.\d+)?)\s*['′分’])?"
    r"\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:\"|″|秒|”|'')?)?\s*([NSEW])?\s*$"
)
_PARCEL_END = "@"

Rows = list[list[str]]


def load(request: dict[str, Any]) -> None:
    """Load what is needed."""
    import shapely

    if request["driver"]:
        from geo.workers.foreign import gdal_layers

        gdal_layers.load(request)
        sys.modules["shapely"] = shapely  # pyogrio was to do without; here it is needed


def read(path: str, known: list[Any] | None, request: dict[str, Any], answer: Answer) -> None:
    """Read the one layer; of a workbook the first sheet that has coordinates."""
    if request["driver"]:
        _read_workbook(path, known, request, answer)
        return
    text, notes = _text(path)
    if is_boundary_points(text):
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
        told = [] if encoding == "utf-8-sig" else [("encoding", "info", {"encoding": encoding})]
        return text, told
    raise UploadFaultError("text-encoding")


# ---------------------------------------------------------------- boundary points


def is_boundary_points(text: str) -> bool:
    """Tell whether a text is a file of boundary points."""
    head = text[:4000]
    return "[地块坐标]" in text or ("[属性描述]" in head and "坐标系" in head)


def boundary_points(text: str, limits: dict[str, int]) -> Table:
    """Return the parcels of a file of boundary points.

    Raises
    ------
    UploadFaultError
        If a line of coordinates cannot be read, or there is no parcel.
    """
    about: dict[str, str] = {}
    parcels: list[tuple[list[str], list[tuple[str, float, float]]]] = []
    section = ""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line:
            continue
        if line.startswith("["):
            section = line.strip("[]")
        elif section == "属性描述" and "=" in line:
            key, _, value = line.partition("=")
            about[key.strip()] = value.strip()
        elif line.rstrip(",").endswith(_PARCEL_END):
            parcels.append((line.rstrip(",")[:-1].split(","), []))
            refuse_above(limits, "FEATURES", len(parcels), "features")
        else:
            parts = [part.strip() for part in re.split("[,，]", line)]
            if len(parts) < 4 or not parcels:
                raise UploadFaultError("points-line", line=number, found=line[:60])
            try:
                corner = (parts[1], float(parts[2]), float(parts[3]))
            except ValueError as error:
                raise UploadFaultError("points-line", line=number, found=line[:60]) from error
            parcels[-1][1].append(corner)
    if not parcels:
        raise UploadFaultError("no-features")
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
    used = [k for k in range(1, len(names)) if any(row[k] for row in rows)]
    shapes = [_parcel_shape(corners, rows[k][4]) for k, (_, corners) in enumerate(parcels)]
    crs, notes = _points_crs(about, [c for _, corners in parcels for c in corners])
    columns: list[tuple[str, Any]] = [(names[k], [row[k] or None for row in rows]) for k in used]
    vertices = sum(len(corners) for _, corners in parcels)
    refuse_above(limits, "VERTICES", vertices, "vertices")
    return Table("", len(rows), columns, shapes, crs, notes)


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

    closed = [shapely.Polygon(ring) for ring in rings if len(set(ring)) > 2]
    if not closed:
        return None
    if len(closed) == 1:
        return bytes(shapely.to_wkb(closed[0]))
    if not all(ring.is_valid for ring in closed):
        return bytes(shapely.to_wkb(shapely.MultiPolygon(closed)))
    shape: Any = closed[0]
    for ring in closed[1:]:
        shape = shape.symmetric_difference(ring)
    return bytes(shapely.to_wkb(shape))


def _points_crs(
    about: dict[str, str], corners: list[tuple[str, float, float]]
) -> tuple[str, list[Any]]:
    """Return the code of the system that a head describes, "" where it does not, with notes."""
    words = about.get("坐标系", "")
    width = 6 if re.search("6|六", about.get("几度分带", "3")) else 3
    found = re.search(r"\d+", about.get("带号", ""))
    zone = int(found[0]) if found else 0
    numbered = bool(corners) and abs(corners[0][2]) > 1_000_000
    if numbered:
        zone = int(abs(corners[0][2]) // 1_000_000)
    notes: list[Any] = []
    unit = about.get("计量单位", "")
    if unit and unit not in ("米", "m", "M"):
        notes.append(("points-unit", "warning", {"unit": unit[:20]}))
    first = {6: 13, 3: 25}[width]
    last = {6: 23, 3: 45}[width]
    if not first <= zone <= last:
        return "", [*notes, ("crs-not-said", "warning", {})]
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
        return "", [*notes, ("crs-unreadable", "warning", {"detail": words[:60]})]
    start = systems[key][width][0 if numbered else 1]
    return f"EPSG:{start + zone - first}", notes


# ---------------------------------------------------------------- tables


def _csv_rows(text: str) -> Rows:
    """Return the cells of delimited text."""
    csv.field_size_limit(2**27)
    lines = text.split("\n", HEADER_ROWS)[:HEADER_ROWS]
    head = "\n".join(lines)
    delimiter = max(",\t;|，", key=lambda sign: sum(line.count(sign) for line in lines[:2]))
    if delimiter not in head:
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
    from geo.workers.foreign import gdal_layers

    listed = gdal_layers.layers(path, known, request)
    wanted = request["layers"]
    names = [name for name, _, _ in listed]
    chosen = [name for name in names if name in wanted] if isinstance(wanted, list) else names
    first: UploadFaultError | None = None
    for name in chosen:
        sheet = gdal_layers.table(path, name, request)
        columns = [values for _, values in sheet.columns]
        cells = zip(*columns, strict=True)
        rows = [["" if v is None else str(v).strip() for v in row] for row in cells]
        try:
            found = coordinate_table([r for r in rows if any(r)], name, request["limits"])
        except UploadFaultError as fault:
            first = first or fault
            continue
        answer.tables = [found]
        answer.layers = [[name, "Unknown", -1]]
        return
    raise first or UploadFaultError("no-features")


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
        shown = "、".join(cell[:20] for cell in (rows[0] if rows else [])[:8])
        raise UploadFaultError("table-no-coordinates", columns=shown or "–")
    names = rows[header.row]
    width = len(names)
    refuse_above(limits, "FIELDS", width, "fields")
    body = [(row + [""] * width)[:width] for row in rows[header.row + 1 :]]
    refuse_above(limits, "VERTICES", len(body), "vertices")
    if header.wkt >= 0:
        table = _wkt_table(names, body, header, name)
    else:
        table = _corner_table(names, body, header, name)
    refuse_above(limits, "FEATURES", table.rows, "features")
    return table


def _header(rows: Rows) -> _Header | None:
    """Find the header among the first rows."""
    for number, row in enumerate(rows[:HEADER_ROWS]):
        cells = [_plain(cell) for cell in row]
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
    return east, north


def _plain(cell: str) -> str:
    return re.sub(r"[\s_]*(?:\(m\)|（m）|\(米\)|（米）|\[m\])?$", "", cell.strip().lower())


def _first(cells: list[str], names: tuple[str, ...]) -> int:
    return next((cells.index(name) for name in names if name in cells), -1)


def _wkt_table(names: list[str], body: Rows, header: _Header, name: str) -> Table:
    import shapely

    shapes: list[bytes | None] = []
    notes: list[Any] = []
    codes = set()
    for number, row in enumerate(body, start=1):
        cell = row[header.wkt]
        if found := re.match(r"\s*SRID=(\d+);", cell, re.IGNORECASE):
            codes.add(f"EPSG:{found[1]}")
            cell = cell[found.end() :]
        try:
            shapes.append(bytes(shapely.to_wkb(shapely.from_wkt(cell))) if cell else None)
        except shapely.errors.GEOSException as error:
            shapes.append(None)
            detail = {"feature": number, "detail": str(error)[:200]}
            notes.append(("geometry-unreadable", "error", detail))
    kept = [k for k in range(len(names)) if k != header.wkt]
    columns: list[tuple[str, Any]] = [
        (names[k] or f"列{k + 1}", [row[k] or None for row in body]) for k in kept
    ]
    said = codes or {row[header.crs] for row in body if header.crs >= 0 and row[header.crs]}
    return Table(name, len(body), columns, shapes, *_said_crs(said, notes))


def _said_crs(said: set[str], notes: list[Any]) -> tuple[str | None, list[Any]]:
    """Return the one code that rows give, or None with a note."""
    pattern = re.compile(r"EPSG:\s*(\d{4,6})|^\s*(\d{4,6})\s*$", re.IGNORECASE)
    codes = {f"EPSG:{m[1] or m[2]}" for words in said if (m := pattern.search(words))}
    if len(codes) == 1:
        return codes.pop(), notes
    return None, [*notes, ("crs-not-said", "info", {})]


def _corner_table(names: list[str], body: Rows, header: _Header, name: str) -> Table:
    """Return the shapes of rows that hold one position each."""
    import shapely

    notes: list[Any] = []
    places: list[tuple[float, float] | None] = []
    for number, row in enumerate(body, start=1):
        east, north = _number(row[header.east]), _number(row[header.north])
        places.append(None if east is None or north is None else (east, north))
        if places[-1] is None and (row[header.east] or row[header.north]):
            detail = f"{row[header.east][:20]}, {row[header.north][:20]}"
            notes.append(("geometry-unreadable", "error", {"feature": number, "detail": detail}))
    groups = _groups(body, places, header)
    said = {row[header.crs] for row in body if header.crs >= 0 and row[header.crs]}
    crs, notes = _said_crs(said, notes)
    shapes: list[bytes | None]
    if groups is None:  # every row is a place
        shapes = [None if p is None else bytes(shapely.to_wkb(shapely.Point(p))) for p in places]
        columns: list[tuple[str, Any]] = [
            (n or f"列{k + 1}", [row[k] or None for row in body]) for k, n in enumerate(names)
        ]
        return Table(name, len(body), columns, shapes, crs, notes)
    corners = {header.east, header.north, header.point, header.ring}
    kept = [k for k in range(len(names)) if k not in corners]
    shapes = []
    records: list[list[Any]] = []
    for rows in groups:
        rings: dict[str, list[tuple[float, float]]] = {}
        for k in rows:
            place = places[k]
            if place is not None:
                ring = body[k][header.ring] if header.ring >= 0 else ""
                rings.setdefault(ring, []).append(place)
        shapes.append(_area(list(rings.values())))
        # what a table says once for a parcel stands in its first row, or in every row
        records.append([next((body[k][c] for k in rows if body[k][c]), None) for c in kept])
    columns = [(names[c] or f"列{c + 1}", [r[j] for r in records]) for j, c in enumerate(kept)]
    notes.append(("corners-joined", "info", {"count": len(groups), "corners": len(body)}))
    return Table(name, len(groups), columns, shapes, crs, notes)


def _groups(
    body: Rows, places: list[tuple[float, float] | None], header: _Header
) -> list[list[int]] | None:
    """Return the rows of each parcel, or None where every row is a place of its own."""
    usable = [k for k, place in enumerate(places) if place is not None]
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
    return [usable] if header.point >= 0 or header.ring >= 0 or is_bare else None


def _number(cell: str) -> float | None:
    """Return a coordinate: a number, or degrees, minutes and seconds."""
    plain = cell.replace("，", "").replace(",", "").strip()
    try:
        return float(plain)
    except ValueError:
        pass
    found = _DEGREES.match(cell)
    if not found:
        return None
    degrees = float(found[2]) + float(found[3] or 0) / 60 + float(found[4] or 0) / 3600
    return -degrees if (found[1] or found[5] or "") in ("S", "W", "西", "南") else degrees


codecs.lookup("big5")  # before the process is locked
