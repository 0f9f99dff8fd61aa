"""Zones for the browser: their records, sent once, and the state that changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import folium
import shapely
from branca.element import MacroElement
from folium.template import Template
from shapely import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon
from shapely.geometry import shape

from layers.map.popups import about, names
from layers.styles import style_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MICRODEGREES = 1_000_000
"""Coordinates travel as whole millionths of a degree, as files have six decimals."""


def encode_line(coordinates: Iterable[tuple[float, ...]]) -> list[int]:
    """Return positions as steps in millionths of a degree, x then y.

    Parameters
    ----------
    coordinates : iterable of tuple
        Longitude and latitude, WGS84.

    Returns
    -------
    list of int
        The first position, then the step to each next one.

    Examples
    --------
    >>> encode_line([(117.2, 39.1), (117.200001, 39.099999)])
    [117200000, 39100000, 1, -1]
    """
    numbers: list[int] = []
    x = y = 0
    for position in coordinates:
        here = round(position[0] * MICRODEGREES), round(position[1] * MICRODEGREES)
        numbers += [here[0] - x, here[1] - y]
        x, y = here
    return numbers


def encode_lines(geometry: shapely.Geometry) -> list[list[int]]:
    """Return the parts of a line, each as `encode_line` has it."""
    return [encode_line(part.coords) for part in shapely.get_parts(geometry)]


def encode_polygons(geometry: shapely.Geometry) -> list[list[list[int]]]:
    """Return the parts of a polygon, each a list of rings without the closing position."""
    return [
        [encode_line(list(ring.coords)[:-1]) for ring in (part.exterior, *part.interiors)]
        for part in shapely.get_parts(geometry)
    ]


def zone_records(features: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what the browser keeps of each zone.

    Parameters
    ----------
    features : iterable of mapping
        GeoJSON features of zone files, WGS84.

    Returns
    -------
    list of dict
        In the order given; items without geometry have no ``t`` and are not
        drawn. ``at`` is the place of the label, latitude first; ``area`` only
        orders shapes.
    """
    return [_record(feature) for feature in features]


def _record(feature: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of one feature."""
    properties = feature["properties"]
    record: dict[str, Any] = {
        "id": properties["zone_id"],
        "plan": properties["plan"],
        "place": properties["place"],
        "kind": properties["kind"],
        "basis": properties["basis"],
        "name": names(properties, "name"),
        "short": names(properties, "short_name"),
        "about": about(properties),
    }
    if not feature.get("geometry"):
        return record
    geometry = shape(feature["geometry"])
    if geometry.is_empty:
        return record
    if isinstance(geometry, (Polygon, MultiPolygon)):
        label = shapely.get_point(shapely.maximum_inscribed_circle(geometry), 0)
        record |= {"t": "polygon", "g": encode_polygons(geometry), "area": round(geometry.area, 9)}
    elif isinstance(geometry, (LineString, MultiLineString)):
        label = geometry.interpolate(0.5, normalized=True)
        record |= {"t": "line", "g": encode_lines(geometry)}
    elif isinstance(geometry, (Point, MultiPoint)):
        points = [(point.x, point.y) for point in shapely.get_parts(geometry)]
        label = shapely.get_parts(geometry)[0]
        record |= {"t": "point", "g": encode_line(points)}
    else:
        return record
    record["at"] = [round(label.y, 6), round(label.x, 6)]
    return record


def style_records(places: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the style of each place by its key."""
    records = {}
    for place in sorted(set(places)):
        style = style_of(place)
        records[place] = {
            "fill": style.fill,
            "edge": style.edge,
            "hatch": style.hatch,
            "filled": style.filled,
        }
    return records


def connector_records(edges: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the edges that run along a street which the sentence leaves out."""
    return [
        {"zone": edge["properties"]["zone_id"], "g": encode_lines(shape(edge["geometry"]))}
        for edge in edges
        if edge.get("geometry") and edge["properties"].get("connector")
    ]


def script_json(value: Any) -> str:
    """Return JSON that is safe inside a script, a template and streamlit-folium's rewriting."""
    words = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return (
        words.replace("<", "\\u003c")
        .replace("{{", "{\\u007b")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


class ZoneState(MacroElement):
    """The state of the map: which zones show, opacity, selection, base map.

    It is a few hundred bytes; the shapes themselves are in the browser
    already, so that a toggle neither sends nor draws them again.

    Parameters
    ----------
    state : mapping
        What ``PlanMap.View.update`` takes.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}\n"
        "window.planmap.update({{ this.payload }});\n"
        "{% endmacro %}"
    )

    def __init__(self, state: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "ZoneState"
        self.payload = script_json(dict(state))


def planning_group(state: Mapping[str, Any]) -> folium.FeatureGroup:
    """Return the dynamic group that carries `state` to the map that is already drawn."""
    group = folium.FeatureGroup(name="planning", control=False)
    ZoneState(state).add_to(group)
    return group
