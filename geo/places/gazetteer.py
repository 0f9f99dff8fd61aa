"""Look up streets, landmarks and zones by name; say what every plan says about one place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.areas import Z_95
from geo.crs import WGS84, nearby_metric_crs
from geo.errors import GeoError
from geo.places.search import (
    LONGEST_QUERY,
    Spelt,
    english_rank,
    is_latin,
    plain,
    spell,
    spelt_spans,
)
from geo.texts import Text

PlaceKind = Literal["zone", "street", "landmark", "point"]
Relation = Literal[
    "inside", "overlaps", "along", "crosses", "edge", "outside", "named", "same_name",
    "undetermined",
]  # fmt: skip
RELATIONS: tuple[Relation, ...] = (
    "inside", "overlaps", "along", "crosses", "edge", "outside", "named", "same_name",
    "undetermined",
)  # fmt: skip
"""How an item of a plan holds a place, in the order in which it is said: it holds the point;
shares an area with it; has the street as a limit or axis; has the street running through it;
may hold the point within the error of its limit; is the nearest that does not; its words name
the place; it bears the name of an area of another plan that holds the place, without limits;
its limits are in words that could not be drawn, so that nobody can tell."""

LEAST_LENGTH_M = 25.0
LEAST_SHARE = 0.005
"""Less of a street or of a zone inside another is the meeting of two drawn lines."""


ANY_LONGITUDE = 105.0
"""Chooses a belt where there is no shape, and so nothing to measure."""


@dataclass(frozen=True)
class Place:
    """Something that can be asked about.

    Parameters
    ----------
    place_id : str
        For links: ``"street:anshan-dao"``, ``"landmark:jing-yuan"``,
        ``"zone:13th-wudadao"``, or latitude and longitude of a point.
    geometry : Geometry or None
        WGS84; None for an item that is not drawn.
    position_error_m : float
        One standard deviation [m]; 0 for a point clicked.
    """

    place_id: str
    kind: PlaceKind
    name: str
    name_en: str
    geometry: BaseGeometry | None
    position_error_m: float = 0.0
    spelt: Spelt | None = None
    plan: str = ""


@dataclass(frozen=True)
class Holding:
    """How one item of a plan holds a place.

    Parameters
    ----------
    zone_id : str
        The item; its words are its passages.
    relation : str
        One of `RELATIONS`.
    distance_m : float or None
        From a point to the nearest limit of the item [m].
    limit : str
        The road, bank or axis of that limit.
    error_m : float or None
        95 % of the position of that limit and of the place together [m].
    length_m, share : float or None
        Of a street: length in or along the item [m]. Of a zone: its share
        inside the item, 0 to 1.
    passages : tuple of (str, str)
        Key and text of the passages that say so: those that name the place,
        else the item's limits and positioning, else its first passage.
    via : str
        For ``"same_name"``: the area of the other plan that holds the place.
    """

    zone_id: str
    relation: Relation
    passages: tuple[tuple[str, str], ...]
    distance_m: float | None = None
    limit: str = ""
    error_m: float | None = None
    length_m: float | None = None
    share: float | None = None
    via: str = ""

    @property
    def is_within_error(self) -> bool | None:
        """Whether the place may lie on the other side of the limit; None without a distance."""
        if self.distance_m is None or self.error_m is None:
            return None
        return self.distance_m < self.error_m


@dataclass(frozen=True)
class PlaceHistory:
    """What every plan says about one place, in the order of the plans."""

    place: Place
    is_in_district: bool
    district_distance_m: float
    plans: Mapping[str, tuple[Holding, ...]]


def parse_point(words: str) -> tuple[float, float] | None:
    """Return latitude and longitude from two numbers in either order, or None.

    Examples
    --------
    >>> parse_point("39.118, 117.195")
    (39.118, 117.195)
    >>> parse_point("117.195 39.118")
    (39.118, 117.195)
    >>> parse_point("五大道") is None
    True
    """
    numbers = re.fullmatch(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*", words)
    if numbers is None:
        return None
    first, second = float(numbers[1]), float(numbers[2])
    latitude, longitude = (first, second) if abs(first) <= 90 else (second, first)
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def point_place(latitude: float, longitude: float) -> Place:
    """Return a point of the map as a place.

    Raises
    ------
    GeoError
        If it is no latitude and longitude.
    """
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise GeoError(Text("place.no-position", latitude=latitude, longitude=longitude))
    words = f"{latitude:.5f},{longitude:.5f}"
    return Place(words, "point", words, words, shapely.Point(longitude, latitude))


def gazetteer(
    roads: gpd.GeoDataFrame,
    landmarks: gpd.GeoDataFrame,
    zones: Mapping[str, gpd.GeoDataFrame],
) -> tuple[Place, ...]:
    """Return everything that has a name.

    Parameters
    ----------
    roads, landmarks : GeoDataFrame
        Base layers, WGS84. Columns used: ``name``; where present
        ``name_en``, ``road_id``, ``landmark_id``, ``position_error_m``.
    zones : mapping of str to GeoDataFrame
        Zone files by plan, WGS84.

    Returns
    -------
    tuple of Place
        Zones, streets, landmarks.
    """
    places: list[Place] = []
    for plan, table in zones.items():
        places += [_place(row, "zone", "zone_id", plan) for row in _records(table)]
    places += [_place(row, "street", "road_id") for row in _streets(roads)]
    places += [
        _place(row, "landmark", "landmark_id") for row in _records(landmarks) if row.get("name")
    ]
    return tuple(places)


def _streets(roads: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return one row per named street: its stretches joined, with the largest of their errors."""
    streets: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in _records(roads):
        if row.get("name"):
            key = (str(row.get("road_id") or row["name"]), str(row["name"]))
            streets.setdefault(key, []).append(row)
    return [rows[0] if len(rows) == 1 else _joined(rows) for rows in streets.values()]


def _joined(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the row of a street of several stretches."""
    shapes = [row["geometry"] for row in rows if row["geometry"] is not None]
    lines = shapely.get_parts(np.array(shapes, dtype=object))
    return {
        **rows[0],
        "geometry": shapely.line_merge(shapely.multilinestrings(lines)) if len(lines) else None,
        "position_error_m": max(_number(row.get("position_error_m")) for row in rows),
    }


def _records(table: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _place(row: Mapping[str, Any], kind: str, key: str, plan: str = "") -> Place:
    name = str(row.get("short_name") or row["name"])
    english = str(row.get("short_name_en") or row.get("name_en") or "")
    error = row.get("position_error_m")
    geometry = row.get("geometry")
    return Place(
        place_id=f"{kind}:{row.get(key) or name}",
        kind=kind,  # type: ignore[arg-type]
        name=name,
        name_en=english or name,
        geometry=None if geometry is None or geometry.is_empty else geometry,
        position_error_m=_number(error),
        spelt=spell(name),
        plan=plan,
    )


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and np.isfinite(value) else 0.0


def find_places(query: str, places: Iterable[Place], limit: int = 12) -> list[Place]:
    """Return the places whose name a query means: Chinese, pinyin, initials or English.

    Parameters
    ----------
    query : str
        A name or the beginning or a part of one. Never matched by likeness.
    places : iterable of Place
        From `gazetteer`.
    limit : int
        At most so many.

    Returns
    -------
    list of Place
        Whole names first, then beginnings, then parts; among them areas and
        lines before points, those before what is not drawn, and short names first.
        Empty for an empty query.
    """
    query = plain(query[:LONGEST_QUERY])
    if not query:
        return []
    ranking = []
    for number, place in enumerate(places):
        rank = _rank(query, place)
        if rank is not None:
            shape = 2 if place.geometry is None else place.geometry.geom_type == "Point"
            ranking.append((rank, shape, len(place.name), number, place))
    ranking.sort(key=lambda row: row[:4])
    return [place for *_, place in ranking[:limit]]


def _rank(query: str, place: Place) -> int | None:
    name = plain(place.name)
    if not is_latin(query):
        if query not in name:
            return None
        return 0 if query == name else 1 if name.startswith(query) else 2
    english = english_rank(query, place.name_en)
    if english is not None:
        return english
    spelt = place.spelt or spell(place.name)
    spans = spelt_spans(query, spelt)
    letters = re.sub(r"[^a-z0-9]", "", query)
    if spans:
        return 0 if letters == spelt.letters else 1 if spans[0][0] == 0 else 2
    return 3 if len(letters) > 1 and spelt.initials.startswith(letters) else None


@dataclass(frozen=True)
class HistoryIndex:
    """The plans of a district ready for `place_history`; metric throughout."""

    metric_crs: str
    district: BaseGeometry | None
    items: Mapping[str, tuple[dict[str, Any], ...]]


def history_index(
    zones: Mapping[str, gpd.GeoDataFrame],
    edges: Mapping[str, gpd.GeoDataFrame],
    district: BaseGeometry | None = None,
) -> HistoryIndex:
    """Return the plans ready to be asked about places.

    Parameters
    ----------
    zones, edges : mapping of str to GeoDataFrame
        Zone and edge files by plan, in the order of time, WGS84.
    district : Geometry, optional
        Outline, WGS84; without it every place counts as inside.
    """
    shapes = [g for table in zones.values() for g in table.geometry if g is not None]
    shapes = [g for g in ([district] if district is not None else []) + shapes if not g.is_empty]
    metric_crs = nearby_metric_crs(float(shapes[0].centroid.x) if shapes else ANY_LONGITUDE)
    items = {}
    for plan, table in zones.items():
        metric = table.to_crs(metric_crs)
        plan_edges = edges.get(plan)
        sides: dict[str, list[dict[str, Any]]] = {}
        if plan_edges is not None:
            for edge in _records(plan_edges.to_crs(metric_crs)):
                if edge["geometry"] is not None:
                    sides.setdefault(str(edge["zone_id"]), []).append(edge)
        items[plan] = tuple(
            row | {"edges": sides.get(str(row["zone_id"]), [])} for row in _records(metric)
        )
    return HistoryIndex(metric_crs, _to_metric(district, metric_crs), items)


def _to_metric(geometry: BaseGeometry | None, metric_crs: str) -> BaseGeometry | None:
    if geometry is None:
        return None
    moved: BaseGeometry = gpd.GeoSeries([geometry], crs=WGS84).to_crs(metric_crs).iloc[0]
    return moved


def place_history(place: Place, index: HistoryIndex) -> PlaceHistory:
    """Return what every plan says about one place.

    Parameters
    ----------
    place : Place
        From `point_place`, `gazetteer` or `find_places`.
    index : HistoryIndex
        From `history_index`.

    Returns
    -------
    PlaceHistory
        For every plan its holdings, the firmest relation first. For a point,
        the zones that hold it with the distance to the nearest limit and
        whether that is within 1.96 standard deviations of the limit's
        position (and of the landmark's own); zones just beyond, within that
        error; where none holds it, the nearest one.

    Raises
    ------
    GeoError
        If the place's coordinates are not finite.
    """
    shape = _to_metric(place.geometry, index.metric_crs)
    if shape is not None and not np.isfinite(shapely.get_coordinates(shape)).all():
        raise GeoError(Text("place.not-finite", name=place.name))
    distance = 0.0
    if shape is not None and index.district is not None:
        distance = float(index.district.distance(shape))
    holdings = {plan: _holdings(place, shape, rows) for plan, rows in index.items.items()}
    keys = _place_keys(holdings, index, place)
    plans = {
        plan: _ordered([*holdings[plan], *_same_name(holdings[plan], keys, rows)])
        for plan, rows in index.items.items()
    }
    return PlaceHistory(place, distance == 0, distance, plans)


def _ordered(holdings: Sequence[Holding]) -> tuple[Holding, ...]:
    return tuple(
        sorted(holdings, key=lambda h: (RELATIONS.index(h.relation), -(h.length_m or h.share or 0)))
    )


def _holdings(
    place: Place, shape: BaseGeometry | None, rows: Sequence[Mapping[str, Any]]
) -> list[Holding]:
    """Return how the items of one plan hold a place by shape or by word."""
    areas = [row for row in rows if _is_area(row["geometry"])]
    holdings: list[Holding] = []
    if shape is not None and shape.geom_type == "Point":
        holdings = _around_point(place, shape, areas)
    elif shape is not None:
        holdings = [h for row in areas if (h := _shared(place, shape, row)) is not None]
    zone_ids = {holding.zone_id for holding in holdings if holding.relation != "outside"}
    for row in rows:
        wordings = () if place.kind == "point" else _naming(row, place.name)
        is_itself = place.place_id == f"zone:{row['zone_id']}"
        if row["zone_id"] not in zone_ids and (wordings or is_itself):
            holdings.append(Holding(row["zone_id"], "named", wordings or _saying(row)))
        elif shape is not None and row.get("limits_text") and row["geometry"] is None:
            holdings.append(Holding(row["zone_id"], "undetermined", _saying(row)))
    return holdings


def _is_area(geometry: Any) -> bool:
    return geometry is not None and geometry.geom_type in ("Polygon", "MultiPolygon")


def _around_point(
    place: Place, point: BaseGeometry, areas: Sequence[Mapping[str, Any]]
) -> list[Holding]:
    """Return the zones that hold a point, may hold it, or else the nearest one."""
    holdings: list[Holding] = []
    beyond: list[Holding] = []
    for row in areas:
        is_inside = bool(row["geometry"].intersects(point))
        distance = float(row["geometry"].boundary.distance(point))
        limit, error = "", None
        if row["edges"]:
            nearest = min(row["edges"], key=lambda edge: edge["geometry"].distance(point))
            limit = str(nearest["road"])
            error = _distance_error_m(nearest.get("position_error_m"), place)
        may_be = error is not None and distance < error
        relation: Relation = "inside" if is_inside else "edge" if may_be else "outside"
        holding = Holding(
            row["zone_id"], relation, _naming(row, place.name) or _saying(row), distance, limit,
            error,
        )  # fmt: skip
        (beyond if relation == "outside" else holdings).append(holding)
    if not any(holding.relation == "inside" for holding in holdings) and beyond:
        holdings.append(min(beyond, key=lambda holding: holding.distance_m or 0.0))
    return holdings


def _distance_error_m(edge_error_m: float | None, place: Place) -> float | None:
    """Return the 95 % error of a distance to an edge [m]; None where the edge's is not known."""
    if edge_error_m is None or not edge_error_m > 0:
        return None
    return Z_95 * float(np.hypot(edge_error_m, place.position_error_m))


def _shared(place: Place, shape: BaseGeometry, row: Mapping[str, Any]) -> Holding | None:
    """Return what a street or a zone shares with an area of a plan."""
    words = _naming(row, place.name) or _saying(row)
    if shape.area:
        share = float(shape.intersection(row["geometry"]).area / shape.area)
        if share < LEAST_SHARE:
            return None
        return Holding(row["zone_id"], "overlaps", words, share=share)
    edges = [edge for edge in row["edges"] if edge["road"] == place.name]
    if edges:
        length = sum(float(edge["geometry"].length) for edge in edges)
        return Holding(row["zone_id"], "along", words, limit=place.name, length_m=length)
    length = float(shape.intersection(row["geometry"]).length)
    if length < LEAST_LENGTH_M:
        return None
    return Holding(row["zone_id"], "crosses", words, length_m=length)


def _place_keys(
    holdings_by_plan: Mapping[str, Sequence[Holding]], index: HistoryIndex, place: Place
) -> dict[str, str]:
    """Return the place keys of the areas that hold a place, each with one such area."""
    keys: dict[str, str] = {}
    for plan, holdings in holdings_by_plan.items():
        rows = {row["zone_id"]: row for row in index.items[plan]}
        for holding in holdings:
            is_itself = place.place_id == f"zone:{holding.zone_id}"
            if holding.relation == "inside" or is_itself:
                keys.setdefault(str(rows[holding.zone_id].get("place") or ""), holding.zone_id)
    keys.pop("", None)
    return keys


def _same_name(
    holdings: Sequence[Holding], keys: Mapping[str, str], rows: Sequence[Mapping[str, Any]]
) -> list[Holding]:
    """Return the items without an area that bear the name of one that holds the place."""
    zone_ids = {holding.zone_id for holding in holdings if holding.relation != "outside"}
    # An item that could not be drawn is not one without limits.
    return [
        Holding(row["zone_id"], "same_name", _saying(row), via=keys[str(row["place"])])
        for row in rows
        if row["zone_id"] not in zone_ids
        and not _is_area(row["geometry"])
        and str(row.get("place") or "") in keys
    ]


def item_passages(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return key and text of every verbatim passage of an item of a zone file."""
    single = [(key, row.get(key)) for key in ("limits_text", "positioning", "strategy")]
    quotes = row.get("quote")
    quotes = quotes if isinstance(quotes, list | tuple | np.ndarray) else []
    return tuple((k, str(t)) for k, t in single if t) + tuple(("quote", str(q)) for q in quotes)


def _naming(row: Mapping[str, Any], name: str) -> tuple[tuple[str, str], ...]:
    """Return the passages of an item that hold a name."""
    return tuple((key, text) for key, text in item_passages(row) if name and name in text)


def _saying(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the passages that say what an item is: its limits and its positioning."""
    passages = item_passages(row)
    sayings = tuple((k, t) for k, t in passages if k in ("limits_text", "positioning"))
    return sayings or passages[:1]
