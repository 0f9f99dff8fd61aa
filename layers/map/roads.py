"""Streets, river and places of the base, as the browser draws and labels them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import shapely
from shapely.geometry import shape

from layers.map.zones import encode_lines, encode_polygons

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shapely import LineString

LABEL_STEP_M = 450.0
"""A street has a place for its name about every so many metres."""

ROAD_CLASSES = ("trunk", "primary", "secondary", "local", "footway")
METRES_PER_DEGREE = 111_195.0
"""Along a meridian on a sphere: good enough to place a label, never to measure."""


def label_places(line: LineString) -> list[list[float]]:
    """Return where the name of a line may stand: latitude, longitude, turn.

    Parameters
    ----------
    line : LineString
        Longitude and latitude, WGS84.

    Returns
    -------
    list of [latitude, longitude, angle]
        The middle first; the angle in degrees clockwise, as CSS turns text,
        never upside down.
    """
    squeeze = math.cos(math.radians(line.centroid.y))
    flat = shapely.transform(line, lambda c: c * [squeeze * METRES_PER_DEGREE, METRES_PER_DEGREE])
    count = max(1, int(flat.length // LABEL_STEP_M))
    shares = sorted(((i + 0.5) / count for i in range(count)), key=lambda s: abs(s - 0.5))
    places = []
    for share in shares:
        here = line.interpolate(share, normalized=True)
        reach = min(60.0, flat.length / 4)
        at = flat.length * share
        before, after = flat.interpolate(max(0, at - reach)), flat.interpolate(at + reach)
        angle = -math.degrees(math.atan2(after.y - before.y, after.x - before.x))
        angle = (angle + 90) % 180 - 90
        places.append([round(here.y, 6), round(here.x, 6), round(angle, 1)])
    return places


def _length_m(geometry: LineString) -> float:
    """Return a rough length for the size of labels."""
    squeeze = math.cos(math.radians(geometry.centroid.y))
    return float(
        shapely.transform(
            geometry, lambda c: c * [squeeze * METRES_PER_DEGREE, METRES_PER_DEGREE]
        ).length
    )


def _longest(geometry: Any) -> LineString:
    """Return the longest part of a line."""
    longest: LineString = max(shapely.get_parts(geometry), key=lambda part: part.length)
    return longest


def _line_features(features: Iterable[Mapping[str, Any]]) -> list[tuple[dict[str, Any], Any]]:
    """Return properties and geometry of every feature that is a line."""
    pairs = [(f["properties"], shape(f["geometry"])) for f in features if f.get("geometry")]
    return [pair for pair in pairs if "LineString" in pair[1].geom_type and not pair[1].is_empty]


def road_records(features: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the streets: name, class, half width [m], method, shape, places of the name."""
    records = []
    for properties, geometry in _line_features(features):
        name = str(properties.get("name") or "")
        road_class = properties.get("road_class")
        records.append(
            {
                "name": [name, str(properties.get("name_en") or name)],
                "cls": road_class if road_class in ROAD_CLASSES else "local",
                "half": float(properties.get("half_width_m") or 6.0),
                "method": str(properties.get("method") or "traced"),
                "g": encode_lines(geometry),
                "at": label_places(_longest(geometry)),
                "length": round(_length_m(_longest(geometry))),
            }
        )
    return records


def river_records(features: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the water: the mid-line with the width [m] to draw it with."""
    rows = _line_features(features)
    middle = [row for row in rows if row[0].get("reading") == "mid_river"] or rows[:1]
    records = []
    for properties, geometry in middle:
        name = str(properties.get("name") or "")
        records.append(
            {
                "name": [name, str(properties.get("name_en") or name)],
                "width": 2 * float(properties.get("half_width_m") or 50.0),
                "g": encode_lines(geometry),
                "at": label_places(_longest(geometry)),
            }
        )
    return records


def point_records(features: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return metro stations and landmarks: name, class, latitude and longitude."""
    records = []
    for feature in features:
        if not feature.get("geometry") or feature["geometry"]["type"] != "Point":
            continue
        x, y = feature["geometry"]["coordinates"][:2]
        properties = feature["properties"]
        name = str(properties.get("name") or "")
        records.append(
            {
                "name": [name, str(properties.get("name_en") or name)],
                "cls": str(properties.get("class") or "landmark"),
                "at": [round(y, 6), round(x, 6)],
            }
        )
    return records


def district_record(features: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the outline of the district, all its parts."""
    polygons = [shape(f["geometry"]) for f in features if f.get("geometry")]
    return {"g": encode_polygons(shapely.union_all(polygons))}


def block_records(features: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the built ground of the town, where a base has it: shape, and a tone of its own."""
    shapes = [(f["properties"], shape(f["geometry"])) for f in features if f.get("geometry")]
    return [
        {"g": encode_polygons(area), "fill": str(properties.get("fill") or "")}
        for properties, area in shapes
        if "Polygon" in area.geom_type and not area.is_empty
    ]
