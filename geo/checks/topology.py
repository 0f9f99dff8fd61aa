"""Check topology: valid shapes, inside the district, shared limits, overlaps, spaces and gaps."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import shapely
from shapely import Geometry

from geo.areas import Z_95, geodesic_area_km2
from geo.base import Base
from geo.checks.check import Check, Statement, drawn_areas, statement, status_of
from geo.crs import WGS84
from geo.io.forms import invalid_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

SAME_PLACE_DEGREES = 2e-6
"""Two file grid steps: what rounding may do to one point."""

ROUNDING_M = 0.06
"""Half a step of six decimals of a degree, 0.055 m northwards: what rounding may move a side."""

SLIVER_WIDTH_M = 20.0
"""An overlap or a space narrower than this is called a sliver."""


MOST_LISTED = 200
"""Findings of one kind that a check lists one by one; further ones are counted."""


def beyond_rounding(shape: Geometry) -> Geometry:
    """Return the parts of an overlap or difference that rounding cannot explain.

    Parameters
    ----------
    shape : Geometry
        In a metric CRS.

    Returns
    -------
    Geometry
        The polygons whose area exceeds their perimeter times `ROUNDING_M`:
        a hair along a shared border, rounded on either side, has less.

    Examples
    --------
    >>> from shapely import box
    >>> beyond_rounding(box(0, 0, 500, 0.1)).is_empty
    True
    >>> beyond_rounding(box(0, 0, 500, 1)).area
    500.0
    """
    parts = np.asarray(shapely.get_parts(shape))
    parts = parts[shapely.area(parts) > shapely.length(parts) * ROUNDING_M]
    # The parts of one overlay lie apart, so they need no union.
    whole: Any = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return cast("Geometry", whole)


def shown_area(km2: float) -> str:
    """Return a small area in words: whole square metres below 0.001 km².

    Examples
    --------
    >>> shown_area(0.0270), shown_area(0.000412)
    ('0.0270 km²', '412 m²')
    """
    return f"{km2:.4f} km²" if km2 >= 0.001 else f"{km2 * 1e6:.0f} m²"


def _to_wgs84(shape: Geometry, metric_crs: str) -> Geometry:
    moved: Geometry = gpd.GeoSeries([shape], crs=metric_crs).to_crs(WGS84).iloc[0]
    return moved


def _largest(shape: Geometry) -> Geometry:
    parts = np.asarray(shapely.get_parts(shape))
    largest: Geometry = parts[int(np.argmax(shapely.area(parts)))]
    return largest


def _width_m(shape: Geometry) -> float:
    """Return the mean width of a strip: twice its area over its perimeter."""
    return float(2 * shapely.area(shape) / shapely.length(shape))


def validity_check(plan: str, zones: gpd.GeoDataFrame) -> Check:
    """Tell which geometries are not valid, and why; nothing is repaired."""
    check_id = f"topology/validity/{plan}"
    statements = []
    for row in zones[zones.geometry.notna()].itertuples():
        if not row.geometry.is_valid:
            reason = invalid_reason(row.geometry)
            statements.append(
                statement(
                    check_id,
                    "error",
                    "invalid",
                    (row.zone_id,),
                    row.geometry.envelope,
                    reason=reason,
                )
            )
    return status_of(check_id, statements)


def _valid_areas(zones: gpd.GeoDataFrame, metric_crs: str, *kinds: str) -> gpd.GeoDataFrame:
    """Return drawn areas in metres; an invalid one is `validity_check`'s to tell."""
    rows = drawn_areas(zones, *kinds)
    return rows[rows.geometry.is_valid].to_crs(metric_crs)


def containment_check(plan: str, zones: gpd.GeoDataFrame, base: Base) -> Check:
    """List what lies outside the district: a warning beyond the error of the outline."""
    check_id = f"topology/containment/{plan}"
    # Of an outline whose error is not known, no tolerance is claimed.
    tolerance_m = 0.0 if math.isnan(base.outline_error_m) else Z_95 * base.outline_error_m
    wide = shapely.buffer(base.outline, tolerance_m)
    statements = []
    for row in _valid_areas(zones, base.metric_crs).itertuples():
        outside = beyond_rounding(shapely.difference(row.geometry, base.outline))
        if shapely.is_empty(outside):
            continue
        beyond = beyond_rounding(shapely.difference(row.geometry, wide))
        area, area_beyond, whole = geodesic_area_km2(
            [_to_wgs84(shape, base.metric_crs) for shape in (outside, beyond, row.geometry)]
        )
        statements.append(
            statement(
                check_id,
                "warning" if area_beyond > 0 else "info",
                "outside",
                (row.zone_id,),
                _to_wgs84(_largest(outside), base.metric_crs),
                name=row.short_name,
                name_en=row.short_name_en,
                area=shown_area(area),
                percent=f"{100 * area / whole:.1f}",
                beyond=shown_area(area_beyond),
                tolerance=f"{tolerance_m:.0f}",
            )
        )
    return status_of(check_id, statements, tolerance=f"{tolerance_m:.0f} m")


def overlaps_check(plan: str, zones: gpd.GeoDataFrame, metric_crs: str) -> Check:
    """List where two zones of one plan lie over each other, with place, size and width."""
    check_id = f"topology/overlaps/{plan}"
    statements: list[Statement] = []
    beyond_list = 0
    rows = list(_valid_areas(zones, metric_crs, "zone").itertuples())
    for first, second in _near(rows, 0.0):
        overlap = beyond_rounding(shapely.intersection(first.geometry, second.geometry))
        if shapely.is_empty(overlap):
            continue
        if len(statements) == MOST_LISTED:
            beyond_list += 1
            continue
        width = _width_m(overlap)
        statements.append(
            statement(
                check_id,
                # Zones of one structure should not overlap; of two they may.
                "warning" if first.group == second.group else "info",
                "sliver" if width < SLIVER_WIDTH_M else "overlap",
                (first.zone_id, second.zone_id),
                _to_wgs84(_largest(overlap), metric_crs),
                first=first.short_name,
                second=second.short_name,
                first_en=first.short_name_en,
                second_en=second.short_name_en,
                area=shown_area(geodesic_area_km2([_to_wgs84(overlap, metric_crs)])[0]),
                width=f"{width:.0f}",
            )
        )
    return status_of(
        check_id,
        [*statements, *_more(check_id, "overlap", beyond_list)],
        tolerance=f"{ROUNDING_M:g} m",
    )


def _near(rows: list[Any], distance_m: float) -> Iterator[tuple[Any, Any]]:
    """Give the pairs of rows that come as near as that, in the order of the table."""
    if len(rows) < 2:
        return
    shapes = np.array([row.geometry for row in rows], dtype=object)
    pairs = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=distance_m)
    for first, second in sorted(zip(*pairs.tolist(), strict=True)):
        if first < second:
            yield rows[first], rows[second]


def _more(check_id: str, kind: str, count: int) -> list[Statement]:
    """Return a statement that counts what was not listed."""
    if not count:
        return []
    return [
        statement(check_id, "info", "more", suffix=f"more-{kind}", count=count, listed=MOST_LISTED)
    ]


def spaces_check(plan: str, zones: gpd.GeoDataFrame, metric_crs: str) -> Check:
    """List spaces between zones of one structure: holes in their union, and near misses.

    Notes
    -----
    A street between two zones that are drawn to its centre line leaves no
    space. A hole is listed whatever its size; two zones that do not touch
    are listed where they come nearer than `SLIVER_WIDTH_M`.
    """
    check_id = f"topology/spaces/{plan}"
    statements = []
    for _, rows in _valid_areas(zones, metric_crs, "zone").groupby("group", sort=False):
        statements += _spaces(check_id, rows, metric_crs)
    return status_of(check_id, statements, tolerance=f"{SLIVER_WIDTH_M:g} m")


def _spaces(check_id: str, rows: gpd.GeoDataFrame, metric_crs: str) -> list[Statement]:
    """Return the holes and near misses among some zones."""
    statements: list[Statement] = []
    # Holes of all zones together that are no hole of one of them: ground between zones.
    union = shapely.union_all(np.asarray(rows.geometry.array))
    holes_of_zones = set(shapely.to_wkb(shapely.normalize(_holes(rows.geometry.array))).tolist())
    holes = _holes(shapely.get_parts(union))
    wide = shapely.area(holes) > shapely.length(holes) * ROUNDING_M
    is_drawn = np.array(
        [wkb in holes_of_zones for wkb in shapely.to_wkb(shapely.normalize(holes))], dtype=bool
    )
    numbers = np.flatnonzero(wide & ~is_drawn).tolist()
    for number, hole in ((n + 1, holes[n]) for n in numbers[:MOST_LISTED]):
        beside = rows[shapely.distance(rows.geometry.array, hole) < ROUNDING_M]
        statements.append(
            statement(
                check_id,
                "warning" if _width_m(hole) < SLIVER_WIDTH_M else "info",
                "hole",
                tuple(beside["zone_id"]),
                _to_wgs84(hole, metric_crs),
                suffix=f"hole-{number}",
                names="、".join(beside["short_name"]),
                names_en=", ".join(beside["short_name_en"]),
                area=shown_area(geodesic_area_km2([_to_wgs84(hole, metric_crs)])[0]),
                width=f"{_width_m(hole):.0f}",
            )
        )
    statements += _more(
        check_id, "hole", len(numbers) - MOST_LISTED if numbers[MOST_LISTED:] else 0
    )
    # Zones that all but touch, where they were meant to.
    near = 0
    for first, second in _near(list(rows.itertuples()), SLIVER_WIDTH_M):
        distance = float(shapely.distance(first.geometry, second.geometry))
        if 0 < distance < SLIVER_WIDTH_M:
            near += 1
            if near > MOST_LISTED:
                continue
            statements.append(
                statement(
                    check_id,
                    "warning",
                    "near-miss",
                    (first.zone_id, second.zone_id),
                    _to_wgs84(shapely.shortest_line(first.geometry, second.geometry), metric_crs),
                    first=first.short_name,
                    second=second.short_name,
                    first_en=first.short_name_en,
                    second_en=second.short_name_en,
                    distance=f"{distance:.2f}",
                )
            )
    return [*statements, *_more(check_id, "near-miss", max(0, near - MOST_LISTED))]


def _holes(polygons: object) -> npt.NDArray[Any]:
    """Return the holes of some polygons as polygons."""
    rings, owner = shapely.get_rings(shapely.get_parts(np.asarray(polygons)), return_index=True)
    inner = np.concatenate([[False], owner[1:] == owner[:-1]]) if len(owner) else owner == 1
    holes: npt.NDArray[Any] = shapely.polygons(rings[inner])
    return holes


def shared_limits_check(
    plan: str, zones: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, base: Base
) -> Check:
    """Check that zones on one limit share its vertices exactly where they run together.

    Parameters
    ----------
    plan : str
        Plan id.
    zones, edges : GeoDataFrame
        As in the files, WGS84 with six decimals.
    base : Base
        The lines that the edges run along.

    Returns
    -------
    Check
        An error where a zone's ring is not made of the vertices of its
        edges; where an edge leaves the line it names by more than the
        rounding; and where two edges along one road, between the first and
        the last vertex they share, do not have the same vertices.
    """
    check_id = f"topology/shared-limits/{plan}"
    statements: list[Statement] = []
    rings = drawn_areas(zones).set_index("zone_id")
    zone_edges = edges[edges["zone_id"].isin(rings.index)]
    lines = gpd.GeoSeries(base.lines_by_name, crs=base.metric_crs).to_crs(WGS84)
    for zone_id, group in zone_edges.groupby("zone_id", sort=False):
        if rings.loc[zone_id, "kind"] == "belt":
            # A belt's one edge is its axis, not its ring.
            continue
        # A vertex of the ring that no edge has, or of an edge that is not in the ring.
        stray = _vertices(rings.loc[zone_id, "geometry"]) ^ {
            vertex for edge in group.geometry for vertex in _vertices(edge)
        }
        if stray:
            statements.append(_stray(check_id, (str(zone_id),), stray, "ring", "ring-vertex"))
    # An edge follows the line it names, but for the rounding of the file.
    for edge in zone_edges.itertuples():
        if edge.road in lines.index:
            stray = {
                vertex
                for vertex in _vertices(edge.geometry)
                if shapely.distance(shapely.points(vertex), lines[edge.road]) > SAME_PLACE_DEGREES
            }
            if stray:
                statements.append(
                    _stray(
                        check_id, (edge.zone_id,), stray, edge.edge_id, "off-line", road=edge.road
                    )
                )
    for road, group in zone_edges.groupby("road", sort=True):
        for first, second in itertools.combinations(group.itertuples(), 2):
            if first.zone_id == second.zone_id:
                continue
            stray = _unshared(first.geometry, second.geometry)
            if stray:
                statements.append(
                    _stray(
                        check_id,
                        (first.zone_id, second.zone_id),
                        stray,
                        str(road),
                        "stray-vertex",
                        road=road,
                    )
                )
    return status_of(check_id, statements, tolerance="0")


def _stray(
    check_id: str,
    zones: tuple[str, ...],
    stray: set[tuple[float, float]],
    suffix: str,
    key: str,
    **values: object,
) -> Statement:
    return statement(
        check_id,
        "error",
        key,
        zones,
        shapely.points(min(stray)),
        suffix=suffix,
        count=len(stray),
        zone=zones[0],
        **values,
    )


def _vertices(shape: Geometry) -> set[tuple[float, float]]:
    return {(float(x), float(y)) for x, y in shapely.get_coordinates(shape)}


def _unshared(first: Geometry, second: Geometry) -> set[tuple[float, float]]:
    """Return the vertices that only one of two edges has on the stretch of both."""
    one = [(float(x), float(y)) for x, y in shapely.get_coordinates(first)]
    other = [(float(x), float(y)) for x, y in shapely.get_coordinates(second)]
    common = set(one) & set(other)
    stray: set[tuple[float, float]] = set()
    for line in (one, other):
        places = [number for number, vertex in enumerate(line) if vertex in common]
        if len(places) > 1:
            stray |= set(line[places[0] : places[-1] + 1]) - common
    for line, opposite in ((one, second), (other, first)):
        # A corner of one amid a side of the other is a vertex of both.
        for vertex in set(line) - common:
            near = shapely.distance(shapely.points(vertex), opposite) < SAME_PLACE_DEGREES
            ends = shapely.distance(shapely.points(vertex), shapely.boundary(opposite))
            if near and ends > SAME_PLACE_DEGREES:
                stray.add(vertex)
    return stray


def gaps_check(plan: str, edges: gpd.GeoDataFrame) -> Check:
    """List the corners where two limits did not quite meet, and the declared connectors."""
    check_id = f"topology/gaps/{plan}"
    statements = []
    for edge in edges.itertuples():
        if edge.gap_m > 0:
            statements.append(
                statement(
                    check_id,
                    "info",
                    "gap",
                    (edge.zone_id,),
                    edge.geometry.boundary,
                    suffix=edge.edge_id,
                    road=edge.road,
                    gap=f"{edge.gap_m:.1f}",
                )
            )
        if edge.connector:
            statements.append(
                statement(
                    check_id,
                    "info",
                    "connector",
                    (edge.zone_id,),
                    edge.geometry,
                    suffix=edge.edge_id,
                    road=edge.road,
                    length=f"{edge.length_m:.0f}",
                    error=f"{edge.position_error_m:.0f}",
                    reason=edge.connector_reason,
                    reason_en=edge.connector_reason_en,
                )
            )
    return status_of(check_id, statements)
