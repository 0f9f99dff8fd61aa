"""Draw limits that are no line of the base: metres beside a road, the bound of a park or hill."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import shapely

from geo.enclosures.road_index import find_road
from geo.errors import LimitsError
from geo.texts import Text, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.base import Base
    from geo.enclosures.road_index import RoadIndex
    from geo.sentences.limits import Limit
    from geo.sentences.words import Side

_ELSEWHERE = re.compile(r"红线|绿线|蓝线|边线|边界|边缘|岸|路缘|堤|坡|用地|控制线|人行道")
"""Qualifiers that start the distance from a line which the base lacks."""

_TOWARDS: dict[Side, tuple[float, float]] = {
    "N": (0.0, 1.0), "NE": (1.0, 1.0), "E": (1.0, 0.0), "SE": (1.0, -1.0),
    "S": (0.0, -1.0), "SW": (-1.0, -1.0), "W": (-1.0, 0.0), "NW": (-1.0, 1.0),
}  # fmt: skip
"""Which way a side lies: (x, y) on the metric grid, whose north is that of the district to
within a degree."""


@dataclass(frozen=True)
class OwnLine:
    """The line of a limit that is no line of the base.

    Parameters
    ----------
    limit : Limit
        As the sentence has it.
    line : LineString or MultiLineString
        Metric CRS.
    ground : dict or None
        The row of `Base.grounds` whose bound it is; None beside a road.
    """

    limit: Limit
    line: shapely.Geometry
    ground: Mapping[str, Any] | None = None


def with_own_lines(
    limits: Sequence[Limit], index: RoadIndex, base: Base, what: str
) -> tuple[tuple[Limit, ...], RoadIndex, dict[str, OwnLine]]:
    """Return the limits with a line of its own for each that has none in the base.

    That is a limit so many metres beside a road, and a park, a campus or a hill:
    its bound on the side that faces the area.

    Parameters
    ----------
    limits : sequence of Limit
    index : RoadIndex
        The lines, metric CRS.
    base : Base
        For the aliases and the grounds.
    what : str
        Whose limits they are, for messages.

    Returns
    -------
    limits : tuple of Limit
        Those with a line of their own under a name of their own.
    index : RoadIndex
        With these lines under these names.
    own : dict of str to OwnLine
        By that name.

    Raises
    ------
    LimitsError
        If a distance starts from a line that the base lacks (a kerb, a bank), or
        the side is not told.
    RoadNotFoundError
        If a road is not among the lines.
    """
    own_lines: dict[str, OwnLine] = {}
    result = []
    for limit in limits:
        ground = None if limit.name in base.lines_by_name else _ground(limit.name, base)
        if limit.offset_m is not None:
            side = limit.offset_side
            if side is None or ground is not None or _ELSEWHERE.search(limit.qualifier):
                message = Text(
                    "drawing.offset",
                    name=f"{limit.name}{limit.qualifier}",
                    metres=f"{limit.offset_m:g}",
                )
                raise LimitsError(message.about(what))
            road = index.road(find_road(limit.name, index, base.alias_names(), what).data_name)
            name = f"{limit.name} {side}{limit.offset_m:g} m"
            own_lines[name] = OwnLine(limit, parallel(road.shape, limit.offset_m, side))
        elif ground is not None:
            if limit.side is None:
                raise LimitsError(Text("drawing.ground-side", name=limit.name).about(what))
            name = f"{limit.name} {limit.side}"
            own_lines[name] = OwnLine(limit, facing_bound(ground["geometry"], limit.side), ground)
        else:
            result.append(limit)
            continue
        index = index.with_line(name, own_lines[name].line)
        result.append(replace(limit, name=name))
    return tuple(result), index, own_lines


def _ground(name: str, base: Base) -> Mapping[str, Any] | None:
    """Return the ground of a name, or None; of several parts, the largest."""
    rows = base.grounds[base.grounds["name"] == name]
    if rows.empty:
        return None
    parts = rows.explode(index_parts=False)
    record: Mapping[str, Any] = parts.iloc[int(parts.geometry.area.to_numpy().argmax())].to_dict()
    return record


def facing_bound(ground: shapely.Polygon, side: Side) -> shapely.LineString:
    """Return the bound of a ground that faces an area on whose `side` it lies.

    Of the two courses round the ground between its outermost points across that
    direction, the one nearer to the area.

    Examples
    --------
    >>> park = shapely.box(0, 0, 50, 100)
    >>> facing_bound(park, "E").wkt
    'LINESTRING (0 0, 0 100)'
    """
    x, y = _TOWARDS[side]
    xy = shapely.get_coordinates(shapely.normalize(ground).exterior)[:-1]
    across = xy[:, 0] * -y + xy[:, 1] * x
    away = xy[:, 0] * x + xy[:, 1] * y
    # of several outermost points, those nearest to the area
    low = min(range(len(xy)), key=lambda i: (round(float(across[i]), 6), float(away[i])))
    high = min(range(len(xy)), key=lambda i: (round(-float(across[i]), 6), float(away[i])))
    courses = []
    for first, last in ((low, high), (high, low)):
        length = (last - first) % len(xy)
        courses.append([(first + step) % len(xy) for step in range(length + 1)])
    course = min(courses, key=lambda places: float(away[places].mean()))
    line = shapely.LineString(xy[course])
    return line if course[0] == low else shapely.reverse(line)


def ground_piece(own_line: OwnLine) -> dict[str, Any] | None:
    """Return what an edge along a ground is made from; None for a line beside a road."""
    if own_line.ground is None:
        return None
    return {
        "stretch": 1,
        "method": "traced",
        "identity": None,
        "position_error_m": float(own_line.ground["position_error_m"]),
        "half_width_m": 0.0,
        "source": str(own_line.ground.get("source") or ""),
        "source_en": str(own_line.ground.get("source_en") or ""),
        "reasoning": "",
        "reasoning_en": "",
    }


def beside_words(limit: Limit) -> str:
    """Return what stands after the name of a limit beside its road: 中心线以东30米."""
    if limit.offset_m is None:
        return limit.qualifier
    side = text(f"drafts.compass.{limit.offset_side}", "zh")
    return f"{limit.qualifier}以{side}{limit.offset_m:g}米"


def parallel(line: shapely.Geometry, distance_m: float, side: Side) -> shapely.Geometry:
    """Return the parallel of a line on one side of it.

    Parameters
    ----------
    line : LineString or MultiLineString
        Metric CRS.
    distance_m : float
    side : side
        On the grid of the CRS.

    Returns
    -------
    LineString or MultiLineString

    Examples
    --------
    >>> street = shapely.LineString([(0, 0), (0, 100)])
    >>> parallel(street, 30, "E").wkt
    'LINESTRING (30 0, 30 100)'
    """
    parts = [_one_parallel(part, distance_m, side) for part in shapely.get_parts(line)]
    return parts[0] if len(parts) == 1 else shapely.line_merge(shapely.union_all(parts))


def _one_parallel(line: shapely.LineString, distance_m: float, side: Side) -> shapely.Geometry:
    """Return the parallel on the side towards which it lies further."""
    left, right = (
        shapely.offset_curve(line, distance, join_style="mitre", mitre_limit=2.0)
        for distance in (distance_m, -distance_m)
    )
    x, y = _TOWARDS[side]

    def advance(curve: shapely.Geometry) -> float:
        centre = shapely.centroid(curve)
        return float(shapely.get_x(centre) * x + shapely.get_y(centre) * y)

    return max((left, right), key=advance)
