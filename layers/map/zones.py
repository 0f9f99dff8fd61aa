"""Prepare zones for the browser: their records, sent once, and the state that changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import folium
import shapely
from branca.element import MacroElement
from folium.template import Template
from shapely import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon
from shapely.geometry import shape

from layers.map.popups import about, both, figures, names, readings
from layers.styles import NO_STYLES, Styles, style_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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


def zone_records(
    features: Iterable[Mapping[str, Any]], plan_names: Mapping[str, Sequence[str]] | None = None
) -> list[dict[str, Any]]:
    """Return what the browser keeps of each zone.

    Parameters
    ----------
    features : iterable of mapping
        GeoJSON features of zone files, WGS84.
    plan_names : mapping of str to sequence of str, optional
        Names of the plans by id, Chinese and English.

    Returns
    -------
    list of dict
        In the order given; items without geometry have no ``t`` and are not
        drawn. ``at`` is the place of the label, latitude first, ``more``
        further ones; ``area`` only orders shapes.
    """
    return [_record(feature, plan_names or {}) for feature in features]


def _record(feature: Mapping[str, Any], plan_names: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the record of one feature."""
    properties = feature["properties"]
    words = figures(properties)
    plan = str(properties["plan"])
    record: dict[str, Any] = {
        "id": properties["zone_id"],
        "plan": plan,
        "place": properties["place"],
        "group": f"{plan}/{properties.get('group') or ''}",
        "kind": properties["kind"],
        "basis": properties["basis"],
        "name": names(properties, "name"),
        "short": names(properties, "short_name"),
        "about": about(properties, list(plan_names.get(plan) or [plan, plan])),
        "figures": words,
        "interval": words.pop("interval"),
        "readings": readings(properties),
        "places": [str(name) for name in properties.get("places") or []],
        "members": [str(zone) for zone in properties.get("members") or []],
        "carried": str(properties.get("carried_from") or ""),
        "summary": str(properties.get("summary_en") or ""),
    }
    # Without a shape the list says why: a limit is missing, or the plan gives none.
    if not feature.get("geometry"):
        limits = bool(properties.get("limits_text"))
        record["why"] = both("frame.why_missing" if limits else "frame.why_named")
        return record
    geometry = shape(feature["geometry"])
    if geometry.is_empty:
        return record
    # The shape as short as the browser can read it, and where its name stands.
    if isinstance(geometry, (Polygon, MultiPolygon)):
        label = shapely.get_point(shapely.maximum_inscribed_circle(geometry), 0)
        record |= {"t": "polygon", "g": encode_polygons(geometry), "area": round(geometry.area, 9)}
        record["more"] = [[round(p.y, 6), round(p.x, 6)] for p in _further_labels(geometry)]
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


def _further_labels(area: Polygon | MultiPolygon) -> list[Point]:
    """Return where else the name of an area may stand: the middles of its halves and thirds."""
    left, bottom, right, top = area.bounds
    is_wide = right - left > top - bottom
    spots = []
    for low, high in ((0, 0.5), (0.5, 1), (0, 0.33), (0.67, 1)):
        across = (left + low * (right - left), bottom, left + high * (right - left), top)
        along = (left, bottom + low * (top - bottom), right, bottom + high * (top - bottom))
        piece: Any = area.intersection(shapely.box(*(across if is_wide else along)))
        if piece.area:
            spots.append(shapely.get_point(shapely.maximum_inscribed_circle(piece), 0))
    return spots


def style_records(places: Iterable[str], styles: Styles) -> dict[str, dict[str, Any]]:
    """Return the style of each place by its key."""
    records = {}
    for place in sorted(set(places)):
        style = style_of(place, styles=styles)
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


def edge_records(
    edges: Iterable[Mapping[str, Any]], english: Mapping[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """Return the edges of each zone by its id: street, method, error [m], source, corners, shape.

    `english` has the English names of streets and rivers.
    """
    records: dict[str, list[dict[str, Any]]] = {}
    for edge in edges:
        row = edge["properties"]
        if not edge.get("geometry") or row.get("position_error_m") is None:
            continue
        name = str(row.get("limit") or row.get("road") or "")
        corners = [_corner(str(row.get(key) or "")) for key in ("corner_from", "corner_to")]
        corners = [pair for pair in corners if pair[0]]
        records.setdefault(str(row["zone_id"]), []).append(
            {
                "id": str(row.get("edge_id") or ""),
                "name": [name, english.get(str(row.get("road") or name), english.get(name, name))],
                "method": str(row.get("method") or "traced"),
                "error": round(float(row["position_error_m"]), 1),
                "source": [str(row.get("source") or ""), str(row.get("source_en") or "")],
                "corners": ["，".join(p[0] for p in corners), ", ".join(p[1] for p in corners)],
                "candidates": [_candidate(c) for c in row.get("candidates") or []],
                "note": [
                    str(row.get("connector_reason") or row.get("alias_reason") or ""),
                    str(row.get("connector_reason_en") or row.get("alias_reason_en") or ""),
                ],
                "g": encode_lines(shape(edge["geometry"])),
            }
        )
    return records


def _corner(how: str) -> list[str]:
    """Return in words how a corner was found; that two lines share it needs no word."""
    if how in ("", "shared vertex"):
        return ["", ""]
    if how == "crossing":
        return both("checkview.corner.crossing")
    return [how, both("corner.outline")[1] if how == both("corner.outline")[0] else how]


def _candidate(candidate: Mapping[str, Any]) -> dict[str, Any]:
    """Return another street that a name may mean: its name and how likely."""
    road = str(candidate.get("road") or candidate.get("name") or candidate.get("road_id") or "")
    probability = candidate.get("probability")
    return {
        "name": road,
        "percent": None if probability is None else round(100 * float(probability)),
    }


def group_records(features: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the groups of the plans with the ids of their zones, in the order of the files."""
    groups: dict[str, dict[str, Any]] = {}
    for feature in features:
        properties = feature["properties"]
        plan, key = str(properties["plan"]), str(properties.get("group") or "")
        chinese = str(properties.get("group_name") or key or "–")
        name = [chinese, str(properties.get("group_name_en") or chinese)]
        record = {"id": f"{plan}/{key}", "plan": plan, "name": name, "zones": []}
        groups.setdefault(f"{plan}/{key}", record)["zones"].append(properties["zone_id"])
    return list(groups.values())


def shown_at_first(
    plans: Iterable[Sequence[Mapping[str, Any]]], styles: Styles = NO_STYLES
) -> list[str]:
    """Return the ids of the items that show before the reader chose.

    In each plan the areas that do not hide others; in a plan that has none,
    the places that it names.
    """
    zone_ids: list[str] = []
    for features in plans:
        areas = [f for f in features if _is_area(f)]
        choice = [f for f in areas if style_of(f["properties"]["place"], styles=styles).filled]
        if not areas:
            choice = [f for f in features if f.get("geometry")]
        zone_ids += [f["properties"]["zone_id"] for f in choice]
    return zone_ids


def _is_area(feature: Mapping[str, Any]) -> bool:
    return (feature.get("geometry") or {}).get("type") in ("Polygon", "MultiPolygon")


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
    """What Python says to the map: shapes of a view over the zones, its part of the address.

    It is a few hundred bytes; everything else is in the browser already, so
    that toggles, periods and languages ask Python nothing.

    Parameters
    ----------
    state : mapping
        What ``PlanMap.App.hear`` takes.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}\nwindow.planmap.hear({{ this.payload }});\n{% endmacro %}"
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
