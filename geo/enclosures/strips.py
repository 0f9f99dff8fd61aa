"""Draw the strip of a belt along a road or a river bank, inside the district."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

import numpy as np
import shapely

from geo.enclosures.corners import TOLERANCE_M, corner_places
from geo.enclosures.road_index import RoadIndex, find_road
from geo.errors import EnclosureError
from geo.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from shapely import LineString, MultiPolygon, Polygon

    from geo.enclosures.road import Place, Road

BORDER_M = 60.0
"""A road this near to the district's outline may be its border [m]."""

STUB_M = 100.0
"""A road that goes on for less than this past a corner ends there [m]."""

MAX_WIDTH_M = 20_000.0
"""Widest strip that is tried [m]."""

OVERLAP_M = 0.5
"""How far an axis is prolonged to divide a strip into its two sides [m]."""

WIDTH_STEP_M = 1e-4
"""The width is solved to this [m]."""

Sides = Literal["both", "left", "right", "inside"]


@dataclass(frozen=True)
class Corridor:
    """A strip along an axis.

    Parameters
    ----------
    polygon : Polygon or MultiPolygon
        The strip inside the district, metric CRS.
    width_m : float
        Full width of the strip before it is cut at the district [m]; on one
        side of the axis only, where the strip has one side.
    axis : LineString
    length_m : float
        Planar length of the axis [m].
    """

    polygon: Polygon | MultiPolygon
    width_m: float
    axis: LineString
    length_m: float


def axis_between(
    road: str,
    from_road: str | None,
    to_road: str | None,
    centrelines: gpd.GeoDataFrame | RoadIndex,
    *,
    district: Polygon | MultiPolygon | None = None,
    aliases: Mapping[str, tuple[str, str]] | None = None,
    tolerance_m: float = TOLERANCE_M,
    what: str = "The belt",
) -> LineString:
    """Return a road from its corner with one road to its corner with another.

    Parameters
    ----------
    road : str
        Name of the axis, as printed.
    from_road, to_road : str or None
        Roads at which the axis begins and ends; None for the place where the
        axis leaves the district.
    centrelines : GeoDataFrame or RoadIndex
        Lines in a metric CRS. Columns used: ``name``, ``geometry``.
    district : Polygon or MultiPolygon, optional
        Same CRS; needed where an end is None. A road that runs along its
        outline, within `BORDER_M`, counts as inside.
    aliases, tolerance_m, what
        See `geo.enclosures.enclose.enclose`.

    Returns
    -------
    LineString
        From `from_road` to `to_road`.

    Raises
    ------
    RoadNotFoundError
        If a road is not among the centrelines.
    EnclosureError
        If the axis does not meet a road, has more than one way between its
        ends, or no part in the district.
    """
    index = centrelines if isinstance(centrelines, RoadIndex) else RoadIndex(centrelines)
    axis = index.road(find_road(road, index, aliases, what).data_name, tolerance_m)
    # Where the axis meets the roads at its ends; one that is not given is the outline.
    places_by_end: list[list[Place] | None] = []
    for other in (from_road, to_road):
        if other is None:
            places_by_end.append(None)
            continue
        crossing = index.road(find_road(other, index, aliases, what).data_name, tolerance_m)
        places_by_end.append(
            [m.on_first for m in corner_places(axis, crossing, tolerance_m, {}, what)]
        )
    begins, ends = places_by_end
    if begins is None or ends is None:
        if district is None:
            raise EnclosureError(Text("axis.open_end", road=road).about(what))
        leaves = _ends_inside(axis, district, what)
        begins, ends = begins or leaves, ends or leaves
    # All ways along the road between them, of which one must be left.
    lines: list[LineString] = []
    for begin in begins:
        for end in ends:
            if begin[2:] != end[2:]:
                lines += [shapely.LineString(way.coordinates) for way in axis.ways(begin, end)]
    if from_road is None or to_road is None:
        lines = [line for line in lines if line.length > STUB_M] or lines
    distinct = [
        line for k, line in enumerate(lines)
        if all(shapely.hausdorff_distance(line, other) > tolerance_m for other in lines[:k])
    ]  # fmt: skip
    if len(distinct) != 1:
        lengths = "、".join(f"{line.length:.0f} m" for line in distinct)
        outline = ("区界", "the outline")
        raise EnclosureError(
            Text(
                "axis.ways",
                road=road,
                begin=from_road or outline,
                end=to_road or outline,
                found=lengths or ("无", "none"),
            ).about(what)
        )
    return distinct[0]


def _ends_inside(axis: Road, district: Polygon | MultiPolygon, what: str) -> list[Place]:
    """Return the two places where a road enters and leaves the district.

    A stretch outside that stays within `BORDER_M` for long runs along the
    outline and belongs to the axis as far as the outline goes with it.
    """
    inside = [p for p in shapely.get_parts(shapely.intersection(axis.shape, district)) if p.length]
    beside = shapely.difference(
        shapely.intersection(axis.shape, shapely.buffer(district, BORDER_M)), district
    )
    along = [p for p in _runs(beside) if p.length > 3 * BORDER_M]
    points = [c for part in inside for c in (part.coords[0], part.coords[-1])]
    for part in along:
        outline = shapely.segmentize(shapely.boundary(district), 5.0)
        near = shapely.get_parts(shapely.extract_unique_points(outline))
        near = near[shapely.dwithin(near, part, BORDER_M)]
        at = shapely.line_locate_point(part, near)
        stretch = shapely.line_interpolate_point(part, np.array([at.min(), at.max()]))
        points += [(float(x), float(y)) for x, y in shapely.get_coordinates(stretch)]
    places = {axis.place(x, y) for x, y in points}
    best: tuple[float, list[Place]] = (0.0, [])
    for begin in places:
        for end in places:
            for way in axis.ways(begin, end) if begin[2:] < end[2:] else []:
                length = float(shapely.LineString(way.coordinates).length)
                best = max(best, (length, [begin, end]), key=lambda candidate: candidate[0])
    if not best[1]:
        raise EnclosureError(Text("axis.outside", road=axis.name).about(what))
    return best[1]


def _runs(lines: shapely.Geometry) -> list[LineString]:
    """Return lines that follow each other as one."""
    parts = shapely.get_parts(lines)
    parts = parts[shapely.get_dimensions(parts) == 1]
    if len(parts) == 0:
        return []
    return list(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts))))


def strip(
    axis: LineString, width_m: float, sides: Literal["both", "left", "right"] = "both"
) -> Polygon | MultiPolygon:
    """Return the strip along an axis, cut straight at its ends.

    Parameters
    ----------
    axis : LineString
        Metric CRS.
    width_m : float
        Full width [m]; half of it on each side, or all of it on one.
    sides : {"both", "left", "right"}
        Which, seen along the axis.

    Returns
    -------
    Polygon or MultiPolygon
    """
    reach = width_m / 2 if sides == "both" else width_m
    band = shapely.buffer(axis, reach, cap_style="flat", join_style="mitre", mitre_limit=2.0)
    if sides == "both":
        return band
    cut_lines = shapely.union_all([shapely.boundary(band), _prolonged(axis)])
    cells = shapely.get_parts(shapely.polygonize([cut_lines]))
    kept_cells = [
        cell for cell in cells
        if band.covers(cell.representative_point()) and _is_left(axis, cell) == (sides == "left")
    ]  # fmt: skip
    return cast("Polygon | MultiPolygon", shapely.union_all(kept_cells))


def _prolonged(axis: LineString) -> LineString:
    """Return an axis that goes on straight for `OVERLAP_M`, so that it cuts through the caps."""
    line = shapely.get_coordinates(axis)
    first, last = line[0] - line[1], line[-1] - line[-2]
    before = line[0] + first / np.hypot(*first) * OVERLAP_M
    after = line[-1] + last / np.hypot(*last) * OVERLAP_M
    return shapely.LineString([before, *line, after])


def _is_left(axis: LineString, cell: Polygon) -> bool:
    """Return whether a part of a strip lies to the left of its axis."""
    point = cell.representative_point()
    at = float(np.clip(shapely.line_locate_point(axis, point), 0.5, axis.length - 0.5))
    before, after = (shapely.line_interpolate_point(axis, at + step) for step in (-0.5, 0.5))
    cross = (after.x - before.x) * (point.y - before.y) - (after.y - before.y) * (
        point.x - before.x
    )
    return bool(cross > 0)


def _side_inside(axis: LineString, district: Polygon | MultiPolygon) -> Literal["left", "right"]:
    """Return the side of an axis on which more of the district lies nearby."""
    left, right = (
        shapely.area(shapely.intersection(strip(axis, BORDER_M, side), district))
        for side in ("left", "right")
    )
    return "left" if left >= right else "right"


def strip_inside(
    axis: LineString, district: Polygon | MultiPolygon, width_m: float, sides: Sides = "both"
) -> Polygon | MultiPolygon:
    """Return the part inside a district of the strip of a given width along an axis.

    Parameters
    ----------
    axis, district, sides
        See `corridor_with_area`.
    width_m : float
        See `strip` [m].

    Examples
    --------
    >>> from shapely import LineString, box
    >>> strip_inside(LineString([(0, 0), (1000, 0)]), box(0, 0, 1000, 800), 100.0).area
    50000.0
    """
    chosen = _side_inside(axis, district) if sides == "inside" else sides
    inside = shapely.get_parts(shapely.intersection(strip(axis, width_m, chosen), district))
    areas = inside[shapely.get_dimensions(inside) == 2]
    return cast("Polygon | MultiPolygon", shapely.orient_polygons(shapely.union_all(areas)))


def corridor_with_area(
    axis: LineString,
    district: Polygon | MultiPolygon,
    area_m2: float,
    *,
    sides: Sides = "both",
    what: str = "The belt",
) -> Corridor:
    """Return the strip along an axis whose part inside the district has a given area.

    Parameters
    ----------
    axis : LineString
        Metric CRS.
    district : Polygon or MultiPolygon
        Same CRS; the strip is cut there. Of a border road only one side is left.
    area_m2 : float
        Planar area wanted [m²].
    sides : {"both", "left", "right", "inside"}
        Seen along the axis; ``"inside"`` is the side on which more of the
        district lies, for a river bank or a border road.
    what : str
        What the belt is, for messages.

    Returns
    -------
    Corridor

    Raises
    ------
    EnclosureError
        If no strip up to `MAX_WIDTH_M` wide has the area.

    Notes
    -----
    The width is found by bisection to `WIDTH_STEP_M`. The area was used to
    draw the strip, so it proves nothing about it.

    Examples
    --------
    >>> from shapely import LineString, box
    >>> belt = corridor_with_area(LineString([(0, 0), (1000, 0)]), box(0, 0, 1000, 800), 2e5)
    >>> round(belt.width_m, 3), belt.length_m
    (400.0, 1000.0)
    """
    if not area_m2 > 0:
        raise EnclosureError(Text("axis.no_area", area=f"{area_m2:g}").about(what))

    if sides == "inside":
        sides = _side_inside(axis, district)

    def inside(width_m: float) -> shapely.Geometry:
        return shapely.intersection(strip(axis, width_m, sides), district)

    low_m, high_m = 0.0, min(area_m2 / axis.length, MAX_WIDTH_M)
    while (reached_m2 := float(shapely.area(inside(high_m)))) < area_m2:
        if high_m >= MAX_WIDTH_M:
            raise EnclosureError(
                Text(
                    "axis.too_short",
                    length=axis.length,
                    reached=reached_m2,
                    expected=area_m2,
                ).about(what)
            )
        low_m, high_m = high_m, min(2 * high_m, MAX_WIDTH_M)
    while high_m - low_m > WIDTH_STEP_M:
        middle_m = (low_m + high_m) / 2
        if shapely.area(inside(middle_m)) < area_m2:
            low_m = middle_m
        else:
            high_m = middle_m
    parts = shapely.get_parts(inside(high_m))
    whole = shapely.orient_polygons(shapely.union_all(parts[shapely.get_dimensions(parts) == 2]))
    polygon = cast("Polygon | MultiPolygon", whole)
    return Corridor(polygon, high_m, axis, float(axis.length))
