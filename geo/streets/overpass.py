"""Overpass answers as they come: ``out geom;`` and ``out body; >; out skel qt;``."""

from __future__ import annotations

import math
from typing import Any

import shapely
from shapely import LineString, MultiLineString

from geo.errors import DataFileError, Issue
from geo.streets.osm import (
    OSM_ATTRIBUTION,
    OSM_LICENCE,
    StreetSource,
    is_river_area,
    water_record,
    waters_table,
    way_record,
    ways_table,
)

Piece = list[tuple[float, float]]
"""Positions that follow each other, longitude and latitude."""


def read_overpass(document: dict[str, Any], label: str) -> StreetSource:
    """Read an Overpass answer of ``out geom;`` or of ``out body; >; out skel qt;``.

    Parameters
    ----------
    document : dict
        The JSON answer.
    label : str
        How to name it in messages.

    Returns
    -------
    StreetSource

    Raises
    ------
    DataFileError
        If the server broke off (``remark``), or the ways have no positions.
    """
    remark = str(document.get("remark") or "")
    if "error" in remark or "timed out" in remark or "out of memory" in remark:
        raise DataFileError(
            f"{label} is not whole: the server remarked {remark!r}. "
            "Ask again for a smaller area, or later."
        )
    elements = document.get("elements")
    if not isinstance(elements, list):
        raise DataFileError(f"{label} has no list 'elements'; expected an Overpass answer.")
    issues: list[Issue] = []
    try:
        nodes = {
            e["id"]: (e["lon"], e["lat"]) for e in elements if e["type"] == "node" and "lon" in e
        }
        lines = {e["id"]: _positions(e, nodes) for e in elements if e["type"] == "way"}
        tagged = [e for e in elements if e.get("tags")]
    except (KeyError, TypeError, AttributeError) as error:
        raise DataFileError(
            f"{label}: an element lacks {error}; expected type, id and positions."
        ) from error
    if lines and not any(lines.values()):
        raise DataFileError(
            f"{label} has {len(lines)} ways but no positions. "
            "Ask with `out geom;`, or with `out body; >; out skel qt;`."
        )
    ways: dict[str, dict[str, Any]] = {}
    waters: dict[str, dict[str, Any]] = {}
    for element in tagged:
        tags, source_id = element["tags"], f"{element['type']}/{element['id']}"
        if element["type"] == "way":
            pieces = lines[element["id"]]
            if not pieces and ("highway" in tags or "waterway" in tags):
                issues.append(
                    Issue(
                        "way-without-positions",
                        "warning",
                        source_id,
                        f"{label}: the positions of way {element['id']} are not in the answer.",
                        "Ask with `out geom;`.",
                    )
                )
            for number, piece in enumerate(pieces):
                key = f"{source_id}#{number}" if number else source_id
                if "highway" in tags and tags.get("area") != "yes":
                    record = way_record(source_id, tags, LineString(piece))
                    if record["name"] or record["roundabout"]:
                        ways[key] = record
                elif tags.get("waterway") == "river" and tags.get("name"):
                    waters[key] = water_record(source_id, tags, "line", LineString(piece))
                elif is_river_area(tags) and len(piece) > 3 and piece[0] == piece[-1]:
                    waters[key] = water_record(source_id, tags, "area", shapely.Polygon(piece))
        elif element["type"] == "relation" and is_river_area(tags):
            area = _relation_area(element, lines, nodes)
            if area.is_empty:
                issues.append(
                    Issue(
                        "water-not-closed",
                        "warning",
                        source_id,
                        f"{label}: the outer ways of relation {element['id']} do not close.",
                        "Ask for a wider area, so that the river comes whole.",
                    )
                )
            else:
                waters[source_id] = water_record(source_id, tags, "area", area)
    base = document.get("osm3s", {})
    date = str(base.get("timestamp_osm_base", "")) if isinstance(base, dict) else ""
    return StreetSource(
        ways_table(ways.values()),
        waters_table(waters.values()),
        "Overpass JSON",
        date,
        OSM_ATTRIBUTION,
        OSM_LICENCE,
        issues,
    )


def _positions(element: dict[str, Any], nodes: dict[int, tuple[float, float]]) -> list[Piece]:
    """Return the pieces of a way of which the answer has positions, each of two points or more."""
    places: list[tuple[float, float] | None]
    if "geometry" in element:
        places = [(p["lon"], p["lat"]) if p else None for p in element["geometry"]]
    else:
        places = [nodes.get(number) for number in element.get("nodes", [])]
    pieces: list[Piece] = [[]]
    for place in places:
        if place is None or not (math.isfinite(place[0]) and math.isfinite(place[1])):
            pieces.append([])
        else:
            pieces[-1].append(place)
    return [piece for piece in pieces if len(piece) > 1]


def _relation_area(
    element: dict[str, Any],
    lines: dict[int, list[Piece]],
    nodes: dict[int, tuple[float, float]],
) -> Any:
    """Return the area of a multipolygon relation; empty if its outer ways do not close."""
    rings: dict[str, list[LineString]] = {"outer": [], "inner": []}
    for member in element.get("members", []):
        if member.get("type") != "way":
            continue
        pieces = _positions(member, nodes) if "geometry" in member else lines.get(member["ref"], [])
        role = "inner" if member.get("role") == "inner" else "outer"
        rings[role] += [LineString(piece) for piece in pieces]
    areas = {
        role: shapely.union_all(
            shapely.get_parts(shapely.polygonize([shapely.union_all(MultiLineString(found))]))
        )
        if found
        else shapely.Polygon()
        for role, found in rings.items()
    }
    return shapely.difference(areas["outer"], areas["inner"])
