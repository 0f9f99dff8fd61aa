"""Draw limits that lie beside a road: so many metres to one side of its middle line."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import shapely

from geo.enclosures.road_index import find_road
from geo.errors import LimitsError
from geo.texts import Text, text

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def with_parallels(
    limits: Sequence[Limit], index: RoadIndex, base: Base, what: str
) -> tuple[tuple[Limit, ...], RoadIndex, dict[str, Limit]]:
    """Return the limits with a line of its own for each that lies beside a road.

    Parameters
    ----------
    limits : sequence of Limit
    index : RoadIndex
        The lines, metric CRS.
    base : Base
        For the aliases.
    what : str
        Whose limits they are, for messages.

    Returns
    -------
    limits : tuple of Limit
        Those beside a road under a name of their own.
    index : RoadIndex
        With the parallels under these names.
    parallels : dict of str to Limit
        The limit as the sentence has it, by its own name.

    Raises
    ------
    LimitsError
        If the distance starts from a line that the base lacks (a kerb, a bank),
        or the side is not told.
    RoadNotFoundError
        If the road is not among the lines.
    """
    found: dict[str, Limit] = {}
    renamed = []
    for limit in limits:
        if limit.offset_m is None:
            renamed.append(limit)
            continue
        if limit.offset_side is None or _ELSEWHERE.search(limit.qualifier):
            message = Text(
                "drawing.offset",
                name=f"{limit.name}{limit.qualifier}",
                metres=f"{limit.offset_m:g}",
            )
            raise LimitsError(message.about(what))
        road = index.road(find_road(limit.name, index, base.alias_names(), what).data_name)
        name = f"{limit.name} {limit.offset_side}{limit.offset_m:g} m"
        index = index.with_line(name, parallel(road.shape, limit.offset_m, limit.offset_side))
        found[name] = limit
        renamed.append(replace(limit, name=name))
    return tuple(renamed), index, found


def beside_words(limit: Limit) -> str:
    """Return what stands after the name of a limit beside its road: 中心线以东30米."""
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
