"""Prepare streets, river and places of the base, as the browser draws and labels them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely
from shapely.geometry import mapping, shape
from shapely.ops import substring

from geo.base import BLOCK_SETBACK_M
from geo.enclosures.blocks import street_blocks
from layers.map.zones import encode_lines, encode_polygons
from layers.styles import FADE_M, FADE_OPACITY, FADE_STEPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shapely import LineString

LABEL_STEP_M = 450.0
"""A street has a place for its name about every so many metres."""

ROAD_CLASSES = ("trunk", "primary", "secondary", "local", "footway")
LANE_HALF_WIDTH_M = 4.0
"""Half the width of a street without a name: two lanes and narrow footways."""

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
    """Return the streets: name, class, half width [m], method, shape, places of the name.

    A street of several stretches has its name on the longest of them.
    """
    rows = _line_features(features)
    lengths = [_length_m(_longest(geometry)) for _, geometry in rows]
    longest: dict[str, int] = {}
    for number, (properties, _) in enumerate(rows):
        key = str(properties.get("road_id") or number)
        if key not in longest or lengths[number] > lengths[longest[key]]:
            longest[key] = number
    names = set(longest.values())
    records = []
    for number, (properties, geometry) in enumerate(rows):
        name = str(properties.get("name") or "")
        road_class = properties.get("road_class")
        records.append(
            {
                "name": [name, str(properties.get("name_en") or name)],
                "cls": road_class if road_class in ROAD_CLASSES else "local",
                "half": float(properties.get("half_width_m") or 6.0),
                "method": str(properties.get("method") or "traced"),
                "g": encode_lines(geometry),
                "at": label_places(_longest(geometry)) if name and number in names else [],
                "length": round(lengths[number]),
            }
        )
    return records


def background_records(features: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return streets without a name, which only make the picture; banks are no streets."""
    return [
        {
            "name": ["", ""],
            "cls": "lane",
            "half": float(properties.get("half_width_m") or LANE_HALF_WIDTH_M),
            "method": "traced",
            "g": encode_lines(geometry),
            "at": [],
            "length": 0,
        }
        for properties, geometry in _line_features(features)
        if properties.get("kind", "street") == "street"
    ]


def block_features(base: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Return the blocks between the streets and banks of a base, as GeoJSON features.

    Parameters
    ----------
    base : mapping
        GeoJSON features of ``district``, ``roads``, ``river``, ``background``.
    """
    areas = [shape(f["geometry"]) for f in base.get("district", []) if f.get("geometry")]
    if not areas:
        return []
    within = shapely.union_all(areas)
    lines = [
        geometry
        for layer in ("roads", "river", "background")
        for _, geometry in _line_features(base.get(layer, []))
    ]
    # A flat picture in metres is enough to set blocks back from streets.
    squeeze = math.cos(math.radians(within.centroid.y))
    metres = np.array([squeeze * METRES_PER_DEGREE, METRES_PER_DEGREE])
    flat = [shapely.transform(geometry, lambda xy: xy * metres) for geometry in (within, *lines)]
    return [
        {"type": "Feature", "properties": {}, "geometry": mapping(block)}
        for block in (
            shapely.transform(block, lambda xy: xy / metres)
            for block in street_blocks(flat[1:], flat[0], BLOCK_SETBACK_M)
        )
    ]


def fading_line(line: LineString) -> tuple[LineString, list[LineString]]:
    """Return a line without its ends, and lines that each reach further out, the furthest first.

    Drawn over each other with `FADE_OPACITY` they fade out, without a seam.
    A line too short for two ends is returned whole.
    """
    share = FADE_M / max(_length_m(line), 1e-9)
    if share > 0.4:
        return line, []
    cuts = [share * step / FADE_STEPS for step in range(FADE_STEPS + 1)]
    *ends, middle = (cast("LineString", substring(line, c, 1 - c, normalized=True)) for c in cuts)
    return middle, ends


def river_records(features: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the water: the mid-line with the width [m] to draw it with, and its fading ends."""
    rows = _line_features(features)
    middle = [row for row in rows if row[0].get("reading") == "mid_river"] or rows[:1]
    records = []
    for properties, geometry in middle:
        name = str(properties.get("name") or "")
        parts = [fading_line(part) for part in shapely.get_parts(shapely.line_merge(geometry))]
        records.append(
            {
                "name": [name, str(properties.get("name_en") or name)],
                "width": 2 * float(properties.get("half_width_m") or 50.0),
                "g": encode_lines(shapely.MultiLineString([middle for middle, _ in parts])),
                "fade": [encode_lines(longer) for _, ends in parts for longer in ends],
                "opacity": FADE_OPACITY,
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
