"""Read any GeoJSON object, feature by feature; runs in the process that is locked."""

from __future__ import annotations

import json
from typing import Any

from geo.workers.foreign.faults import UploadFaultError, refuse_above
from geo.workers.foreign.wire import Answer, Table

NAKED = ("Polygon", "MultiPolygon", "LineString", "MultiLineString", "Point")


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
    document = _document(path, limits)
    found = document.get("type") if isinstance(document, dict) else type(document).__name__
    if found == "FeatureCollection" and isinstance(document.get("features"), list):
        features = document["features"]
    elif found == "Feature":
        features = [document]
    elif found in NAKED:
        features = [{"type": "Feature", "properties": {}, "geometry": document}]
    else:
        raise UploadFaultError("not-geojson", found=str(found)[:40])
    refuse_above(limits, "FEATURES", len(features), "features")
    notes: list[Any] = []
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
        made = None
        member = feature.get("geometry")
        vertices += _positions(member)
        refuse_above(limits, "VERTICES", vertices, "vertices")
        try:
            with np.errstate(all="ignore"):
                made = None if member is None else shape(member)
        except MemoryError:
            raise
        except Exception as error:
            detail = {"feature": number, "detail": str(error)[:200]}
            notes.append(("geometry-unreadable", "error", detail))
        if isinstance(feature.get("geometry"), dict):
            feature["geometry"] = None  # its lists are no longer needed
        shapes.append(None if made is None else shapely.to_wkb(made))
    columns = list(dict.fromkeys(str(key) for record in records for key in record))
    refuse_above(limits, "FIELDS", len(columns), "fields")
    return Table(
        "",
        len(records),
        [(column, [_cell(record.get(column)) for record in records]) for column in columns],
        shapes,
        _crs_name(document),
        notes,
    )


def _document(path: str, limits: dict[str, int]) -> Any:
    """Return the value of a JSON file, UTF-8 or GBK, nested at most ``NESTING`` deep."""
    with open(path, "rb") as file:  # noqa: PTH123
        data = file.read()
    content = None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    del data
    if content is None:
        raise UploadFaultError("json-encoding")
    try:
        document = json.loads(content)
    except json.JSONDecodeError as error:
        raise UploadFaultError("json", line=error.lineno, detail=error.msg) from error
    except RecursionError as error:
        most = limits["NESTING"]
        raise UploadFaultError(
            "too-large", name="NESTING", limit=most, found=most + 1, what="depth"
        ) from error
    except ValueError as error:  # a number with more digits than Python converts
        raise UploadFaultError("json", line=1, detail=str(error)[:200]) from error
    _refuse_deep(document, limits)
    return document


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
