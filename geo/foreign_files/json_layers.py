"""Read GeoJSON, Esri JSON and TopoJSON, feature by feature; runs in the process that is locked."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from geo.foreign_files.wire import Answer, Table, UploadFaultError, refuse_above

NAKED = (
    "Polygon",
    "MultiPolygon",
    "LineString",
    "MultiLineString",
    "Point",
    "MultiPoint",
    "GeometryCollection",
)


def load(_: dict[str, Any]) -> None:
    """Load what is needed."""
    import shapely.geometry  # noqa: F401


def read(path: str, _: list[Any] | None, request: dict[str, Any], answer: Answer) -> None:
    """Read the one layer, which has no name."""
    answer.tables = [table(path, request)]


def table(path: str, request: dict[str, Any]) -> Table:
    """Read the one layer of a GeoJSON file, so that one bad feature is one note.

    Returns
    -------
    Table
        ``crs`` is what the old member 'crs' names, ``""`` where the member
        names none, and EPSG:4326 without it, as RFC 7946 has it.

    Raises
    ------
    UploadFaultError
        If it is no GeoJSON or passes a limit.
    """
    import numpy as np
    import shapely
    from shapely.geometry import shape

    limits = request["limits"]
    document, notes = _document(path, limits)
    kind, crs = "GeoJSON", None
    if isinstance(document, dict):
        notes += _said_of_service(document)
        document = _with_esri_geometry(document)
    if isinstance(document, list) and document and isinstance(document[0], dict):
        # features or shapes in a bare list
        document = {"type": "FeatureCollection", "features": list(map(_as_feature, document))}
    if _is_esri(document):
        kind, crs = "Esri JSON", _esri_crs(document)
        document = _from_esri(document)
    elif isinstance(document, dict) and document.get("type") == "Topology":
        kind = "TopoJSON"
        document = _from_topology(document)
    features = _features(document)
    refuse_above(limits, "FEATURES", len(features), "features")
    shapes: list[Any] = []
    records: list[dict[str, Any]] = []
    vertices = 0
    for number, feature in enumerate(features, start=1):
        if not isinstance(feature, dict):
            raise UploadFaultError("not-geojson", found=type(feature).__name__)
        properties = feature.get("properties")
        record = properties if isinstance(properties, dict) else {}
        if "id" in feature and "id" not in record and not isinstance(feature["id"], (dict, list)):
            record["id"] = feature["id"]
        records.append(record)
        geometry = None
        member = feature.get("geometry")
        vertices += _positions(member)
        refuse_above(limits, "VERTICES", vertices, "vertices")
        unread_type = _unread_type(member)
        try:
            with np.errstate(all="ignore"):
                if member is not None and not unread_type:
                    geometry = shape(member if member["type"] not in _LISTS else _flat(member))
        except MemoryError:
            raise
        except Exception as error:
            detail = {"feature": number, "detail": str(error)[:200]}
            notes.append(("geometry-unreadable", "error", detail))
        if geometry is not None and _has_open_ring(member):
            notes.append(("rings-closed", "info", {"feature": number}))
        if unread_type:
            notes.append(("geometry-type", "error", {"feature": number, "found": unread_type}))
        if isinstance(feature.get("geometry"), dict):
            feature["geometry"] = None  # its lists are no longer needed
        shapes.append(None if geometry is None else shapely.to_wkb(geometry))
    columns = list(dict.fromkeys(str(key) for record in records for key in record))
    refuse_above(limits, "FIELDS", len(columns), "fields")
    return Table(
        "",
        len(records),
        [(column, [_cell(record.get(column)) for record in records]) for column in columns],
        shapes,
        _crs_name(document) if crs is None else crs,
        [*notes, *([("json-kind", "info", {"kind": kind})] if kind != "GeoJSON" else [])],
    )


_LISTS = NAKED[:-1]
_MOST_NUMBERS = 3
"""Of a position: longitude, latitude, height. More is allowed by RFC 7946 and means nothing."""


def _unread_type(geometry: Any) -> str:
    """Return the type of a geometry that is none of GeoJSON's (CurvePolygon), else ""."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    known = (*NAKED, "LinearRing")  # the last is Shapely's and none of GeoJSON's
    return kind[:40] if isinstance(kind, str) and kind not in known else ""


def _has_open_ring(geometry: Any) -> bool:
    """Tell whether a ring of a readable area does not come back to its first position."""
    kind, places = geometry["type"], geometry.get("coordinates")
    areas: Any = {"Polygon": [places], "MultiPolygon": places}.get(kind) or []
    return any(ring and ring[0] != ring[-1] for area in areas for ring in area)


def _flat(geometry: dict[str, Any]) -> dict[str, Any]:
    """Return a geometry without what stands behind the heights of its positions."""
    first = geometry.get("coordinates")
    while isinstance(first, list) and first and isinstance(first[0], list):
        first = first[0]
    if not isinstance(first, list) or len(first) <= _MOST_NUMBERS:
        return geometry

    def cut(value: Any) -> Any:
        is_position = isinstance(value, list) and value and not isinstance(value[0], list)
        if is_position:
            return value[:_MOST_NUMBERS]
        return [cut(child) for child in value] if isinstance(value, list) else value

    return {**geometry, "coordinates": cut(geometry["coordinates"])}


def _said_of_service(document: dict[str, Any]) -> list[Any]:
    """Return a note where a service says that it gave a part only.

    Raises
    ------
    UploadFaultError
        If it says that it gave nothing.
    """
    error = document.get("error")
    if isinstance(error, dict) and ("message" in error or "code" in error):
        words = " ".join(str(error[key]) for key in ("code", "message") if key in error)
        raise UploadFaultError("json-service", said=words[:120])
    about = document.get("properties")
    places = [document, about if isinstance(about, dict) else {}]
    is_cut = any(place.get("exceededTransferLimit") is True for place in places)
    return [("service-cut", "warning", {})] if is_cut else []


def _with_esri_geometry(document: dict[str, Any]) -> dict[str, Any]:
    """Return a bare geometry of ArcGIS as a feature set, anything else as it is."""
    if not any(key in document for key in ("rings", "paths", "curveRings", "curvePaths")):
        return document
    return {
        "geometryType": "esriGeometry",
        "spatialReference": document.get("spatialReference"),
        "features": [{"attributes": {}, "geometry": document}],
    }


def _features(document: Any) -> list[Any]:
    """Return the features of a GeoJSON document, a bare shape as one.

    Raises
    ------
    UploadFaultError
        If it is no GeoJSON.
    """
    type_name = document.get("type") if isinstance(document, dict) else type(document).__name__
    if type_name == "FeatureCollection" and isinstance(document.get("features"), list):
        return list(document["features"])
    if type_name == "Feature":
        return [document]
    if type_name in NAKED:
        return [{"type": "Feature", "properties": {}, "geometry": document}]
    if type_name == "FeatureCollection":
        raise UploadFaultError("no-features")
    raise UploadFaultError("not-geojson", found=str(type_name)[:40])


def _as_feature(value: Any) -> Any:
    """Return a bare shape as a feature, anything else as it is."""
    if isinstance(value, dict) and value.get("type") in NAKED:
        return {"type": "Feature", "properties": {}, "geometry": value}
    return value


# Esri JSON: https://developers.arcgis.com/rest/services-reference/enterprise/geometry-objects/


def _is_esri(document: Any) -> bool:
    """Tell whether a value is a feature set of ArcGIS."""
    if not isinstance(document, dict) or not isinstance(document.get("features"), list):
        return False
    first = next((f for f in document["features"] if isinstance(f, dict)), {})
    return "geometryType" in document or ("attributes" in first and "type" not in first)


def _esri_crs(document: dict[str, Any]) -> str:
    """Return what the reference system of a feature set is called, "" where it has none."""
    member = document.get("spatialReference") or {}
    code = member.get("latestWkid") or member.get("wkid") if isinstance(member, dict) else None
    if code == 102100:
        code = 3857  # Esri's own number of Web Mercator
    if isinstance(code, int):
        return f"EPSG:{code}"
    return str(member.get("wkt") or "")[:2000] if isinstance(member, dict) else ""


def _from_esri(document: dict[str, Any]) -> dict[str, Any]:
    """Return a feature set of ArcGIS as a GeoJSON collection."""
    features = []
    for feature in document.get("features") or []:
        record = feature if isinstance(feature, dict) else {}
        geometry = record.get("geometry")
        features.append(
            {
                "type": "Feature",
                "properties": record.get("attributes"),
                "geometry": _esri_geometry(geometry) if isinstance(geometry, dict) else None,
            }
        )
    return {"type": "FeatureCollection", "features": features}


def _esri_geometry(geometry: dict[str, Any]) -> dict[str, Any] | None:
    """Return a geometry of ArcGIS as GeoJSON; outer rings run clockwise, holes do not."""
    if "rings" in geometry:
        outer: list[list[Any]] = []
        holes = []
        for ring in geometry["rings"]:
            (outer.append([ring]) if _clockwise(ring) or not outer else holes.append(ring))
        for hole in holes:
            owner = next((p for p in outer if _inside(hole[0], p[0])), outer[-1])
            owner.append(hole)
        return {"type": "MultiPolygon", "coordinates": outer} if outer else None
    if "paths" in geometry:
        return {"type": "MultiLineString", "coordinates": geometry["paths"]}
    if "points" in geometry:
        return {"type": "MultiPoint", "coordinates": geometry["points"]}
    if "x" in geometry:
        return {"type": "Point", "coordinates": [geometry["x"], geometry["y"]]}
    if "curveRings" in geometry or "curvePaths" in geometry:
        raise UploadFaultError("json-curves")
    return {"type": "esri: " + ", ".join(map(str, geometry))[:60], "coordinates": []}


def _clockwise(ring: list[Any]) -> bool:
    return bool(sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in pairwise(ring)) > 0)


def _inside(place: list[float], ring: list[Any]) -> bool:
    """Tell whether a place is inside a ring, by counting the sides west of it."""
    x, y = place[0], place[1]
    inside = False
    for a, b in pairwise(ring):
        if (a[1] > y) != (b[1] > y) and x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0]:
            inside = not inside
    return inside


# TopoJSON: https://github.com/topojson/topojson-specification


def _from_topology(document: dict[str, Any]) -> dict[str, Any]:
    """Return all objects of a topology as one GeoJSON collection.

    Raises
    ------
    UploadFaultError
        If its arcs cannot be followed.
    """
    try:
        arcs = _arcs(document)
        features: list[dict[str, Any]] = []
        for value in document["objects"].values():
            nested = value.get("type") == "GeometryCollection"
            for geometry in value["geometries"] if nested else [value]:
                properties = dict(geometry.get("properties") or {})
                if "id" in geometry:
                    properties.setdefault("id", geometry["id"])
                features.append(
                    {
                        "type": "Feature",
                        "properties": properties,
                        "geometry": _topology_geometry(geometry, arcs, document),
                    }
                )
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        raise UploadFaultError("damaged", kind="TopoJSON", detail=repr(error)[:200]) from error
    return {"type": "FeatureCollection", "features": features}


def _arcs(document: dict[str, Any]) -> list[list[list[float]]]:
    """Return the arcs in their coordinates: quantised ones are differences."""
    transform = document.get("transform")
    if transform is None:
        return [list(arc) for arc in document["arcs"]]
    (scale_x, scale_y), (left, bottom) = transform["scale"], transform["translate"]
    lines = []
    for arc in document["arcs"]:
        x = y = 0
        line = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            line.append([x * scale_x + left, y * scale_y + bottom])
        lines.append(line)
    return lines


def _topology_geometry(geometry: dict[str, Any], arcs: list[Any], document: Any) -> Any:
    """Return a geometry of a topology as GeoJSON."""

    # An arc with a negative number is taken backwards; ends that meet stand once.
    def line(numbers: list[int]) -> list[Any]:
        places: list[Any] = []
        for number in numbers:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            places += arc[1:] if places else arc
        return places

    def place(position: list[float]) -> list[float]:
        transform = document.get("transform")
        if transform is None:
            return position
        return [
            v * k + t
            for v, k, t in zip(position, transform["scale"], transform["translate"], strict=False)
        ]

    # Points have places of their own; all else is made of arcs that shapes share.
    kind = geometry.get("type")
    if kind is None:
        return None
    if kind == "GeometryCollection":
        parts = [_topology_geometry(g, arcs, document) for g in geometry["geometries"]]
        return {"type": kind, "geometries": [part for part in parts if part]}
    if kind == "Point":
        return {"type": kind, "coordinates": place(geometry["coordinates"])}
    if kind == "MultiPoint":
        return {"type": kind, "coordinates": [place(p) for p in geometry["coordinates"]]}
    # One arc list for a line, lists for a polygon, lists of lists for several of them.
    numbers = geometry["arcs"]
    coordinates: Any = (
        line(numbers)
        if kind == "LineString"
        else [line(n) for n in numbers]
        if kind in ("MultiLineString", "Polygon")
        else [[line(n) for n in p] for p in numbers]
    )
    return {"type": kind, "coordinates": coordinates}


def _document(path: str, limits: dict[str, int]) -> tuple[Any, list[Any]]:
    """Return the value of a JSON file, UTF-8 or GBK, nested at most ``NESTING`` deep; and notes."""
    with open(path, "rb") as file:  # noqa: PTH123
        data = file.read()
    # Office programs write GBK and Big5 still; the first that fits is taken.
    content = None
    for encoding in ("utf-8-sig", "gb18030", "big5"):
        try:
            content = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    del data
    twice: dict[str, int] = {}

    # A key that stands twice is counted: the last one holds, which may not be meant.
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(items)
        if len(result) < len(items):
            keys = set()
            for key, _ in items:
                if key in keys:
                    twice[key] = twice.get(key, 0) + 1
                keys.add(key)
        return result

    if content is None:
        raise UploadFaultError("json-encoding")
    try:
        document = json.loads(content, object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        # Several values one after another are the rows of a sequence.
        is_row = error.msg == "Extra data" or content[:1] == "\x1e"
        document = _sequence(content, limits) if is_row else None
        if document is None:
            raise UploadFaultError("json", line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        limit = limits["NESTING"]
        raise UploadFaultError(
            "too-large", name="NESTING", limit=limit, found=limit + 1, what="depth"
        ) from error
    except ValueError as error:  # a number with more digits than Python converts
        raise UploadFaultError("json", line=1, column=1) from error
    _refuse_deep(document, limits)
    notes = [
        ("json-twice", "warning", {"key": key[:60], "count": count})
        for key, count in list(twice.items())[:5]
    ]
    return document, notes


def _sequence(content: str, limits: dict[str, int]) -> list[Any] | None:
    """Return the features of a file that has one on each line (RFC 8142), None if it is none."""
    lines = [line.strip("\x1e \t\r") for line in content.split("\n")]
    refuse_above(limits, "FEATURES", sum(map(bool, lines)), "features")
    try:
        return [json.loads(line) for line in lines if line]
    except (ValueError, RecursionError):
        return None


def _refuse_deep(document: Any, limits: dict[str, int]) -> None:
    """Refuse what is nested deeper than ``NESTING``, without recursion."""
    level: list[Any] = [document]
    depth = 0
    while level:
        depth += 1
        refuse_above(limits, "NESTING", depth, "depth")
        level = [
            child
            for value in level
            for child in (value.values() if isinstance(value, dict) else value)
            if isinstance(child, (dict, list))
        ]


def _positions(geometry: Any) -> int:
    """Count the positions of a GeoJSON geometry before a shape is made of it."""
    level = [geometry]
    count = 0
    while level:
        lists = []
        for value in level:
            if isinstance(value, dict):
                lists += [value.get("coordinates"), value.get("geometries")]
            elif isinstance(value, list) and value:
                if isinstance(value[0], (list, dict)):
                    lists += value
                else:
                    count += 1
        level = [value for value in lists if value]
    return count


def _crs_name(document: Any) -> str:
    """Return what the old member 'crs' names, "" where nothing; WGS84 without the member."""
    member = document.get("crs")
    if member is None:
        return "EPSG:4326"
    try:
        name = str(member["properties"]["name"])[:2000]
    except (KeyError, TypeError):
        return ""
    return "EPSG:4326" if "CRS84" in name else name


def _cell(value: Any) -> Any:
    """Return a cell as text, number, boolean or None; lists and dictionaries as JSON text."""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return value
