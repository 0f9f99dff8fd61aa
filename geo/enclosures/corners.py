"""Find where two roads meet: shared vertices, crossings, and ends that nearly reach."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.errors import EnclosureError
from geo.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.enclosures.road import Place, Road

TOLERANCE_M = 2.0
"""How far a road may end from the next one; rings that differ by less are one ring [m]."""

TOUCH_M = 0.001
"""A road that ends this near to another touches it: no gap is spoken of [m]."""

MAX_CORNERS = 200
"""Places at which two roads may meet."""

SHARED, CROSSING = "shared vertex", "crossing"


class Meeting(NamedTuple):
    """A place where two roads meet: one place on each, and the gap between them [m]."""

    on_first: Place
    on_second: Place
    gap_m: float
    how: str


def meetings(
    first: Road,
    second: Road,
    tolerance_m: float = TOLERANCE_M,
    reach_m: Mapping[str, float] | None = None,
) -> list[Meeting]:
    """Return every place where two roads meet.

    Parameters
    ----------
    first, second : Road
    tolerance_m, reach_m
        See `enclose`.

    Returns
    -------
    list of Meeting
        Shared vertices and crossings (of a stretch that both share, its two
        ends), then ends of the one that lie within the tolerance of the other
        and of no better meeting; by their coordinates.
    """
    # Where the lines cross or share a vertex; that of a vertex is the exact place.
    crossings = []
    common = shapely.intersection(first.shape, second.shape)
    for x, y in _points_of(common):
        on_first, on_second = first.place(x, y), second.place(x, y)
        corner = on_first if on_first.position.is_integer() else on_second
        both = on_first.position.is_integer() and on_second.position.is_integer()
        on_first = on_first._replace(x=corner.x, y=corner.y)
        on_second = on_second._replace(x=corner.x, y=corner.y)
        crossings.append(Meeting(on_first, on_second, 0.0, SHARED if both else CROSSING))
    # Where one ends near the other: streets are drawn up to a carriageway, not into it.
    reach_m = reach_m or {}
    nearby: dict[tuple[float, ...], Meeting] = {}
    for road, other in ((first, second), (second, first)):
        limit_m = max(tolerance_m, reach_m.get(other.name, 0.0))
        ends = road.dead_ends
        if not ends:
            continue
        points = shapely.points([(end.x, end.y) for end in ends])
        which, pieces = other.tree.query(points, predicate="dwithin", distance=limit_m)
        for k in np.unique(which):
            end = ends[k]
            # Beside a crossing such an end is the same corner once more.
            if any(math.dist(end[2:], m.on_first[2:]) <= limit_m for m in crossings):
                continue
            near = pieces[which == k]
            piece = int(near[np.argmin(shapely.distance(points[k], other.lines[near]))])
            place = other.place(end.x, end.y, piece)
            gap_m = math.dist(end[2:], place[2:])
            how = f"end of {road.name} is {gap_m:.1f} m from {other.name}"
            if gap_m < TOUCH_M:
                place, gap_m = place._replace(x=end.x, y=end.y), 0.0
                how = f"end of {road.name} touches {other.name}"
            on_first, on_second = (end, place) if road is first else (place, end)
            meeting = Meeting(on_first, on_second, gap_m, how)
            nearby.setdefault((*on_first[2:], *on_second[2:]), meeting)
    return sorted(
        crossings + list(nearby.values()), key=lambda m: (m.on_first[2:], m.on_second[2:])
    )


def _points_of(common: shapely.Geometry) -> list[tuple[float, float]]:
    """Return the points of an intersection of lines; of a shared stretch, its ends."""
    parts = shapely.get_parts(common)
    kinds = shapely.get_dimensions(parts)
    points = parts[kinds == 0]
    stretches = parts[kinds == 1]
    if len(stretches):
        merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(stretches)))
        points = np.concatenate([points, shapely.get_point(merged[:, None], [0, -1]).ravel()])
    return sorted({(float(x), float(y)) for x, y in shapely.get_coordinates(points)})


def corner_places(
    first: Road, second: Road, tolerance_m: float, reach_m: Mapping[str, float], what: str
) -> list[Meeting]:
    """Return where two neighbouring limits meet, or raise EnclosureError."""
    places = meetings(first, second, tolerance_m, reach_m)
    if not places:
        nearest = shapely.shortest_line(first.shape, second.shape)
        x, y = nearest.coords[0]
        raise EnclosureError(
            Text(
                "ring.no_corner",
                first=first.name,
                second=second.name,
                apart=f"{nearest.length:.1f}",
                x=f"{x:.0f}",
                y=f"{y:.0f}",
                tolerance=f"{tolerance_m:g}",
            ).about(what)
        )
    if len(places) > MAX_CORNERS:
        raise EnclosureError(
            Text(
                "ring.too_many_corners",
                first=first.name,
                second=second.name,
                count=len(places),
                most=MAX_CORNERS,
            ).about(what)
        )
    return places
