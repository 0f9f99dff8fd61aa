"""Join the reference lines of many roads into one network whose junctions are shared vertices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Point

from geo.streets.reference_lines import SEPARATION_M

SAME_PLACE_M = 0.15
"""Vertices of two roads nearer than this are one junction: the last digit of the files."""

ON_CARRIAGEWAY_M = 1.0
"""A street whose end is so near to a carriageway ends on it."""

EXTENSION_M = SEPARATION_M / 2
"""A street end is led at most so far to a mean line: half the widest divided road."""

ROUNDABOUT_M = 60.0
"""Street ends that meet on a roundabout are led at most so far to its middle: more than the
radius of an urban roundabout, less than a block. Chosen, not measured; each one is reported."""

REPORTED_M = 1.0
"""Extensions above this are listed one by one."""


@dataclass(frozen=True)
class Extension:
    """A street end led to the mean line of a divided road, or to the middle of a roundabout.

    Parameters
    ----------
    road, to : int
        Number of the street, and of the divided road.
    length_m : float
        How far the mean line is from the end [m].
    is_made : bool
        False if it is further than `EXTENSION_M`; then the end stays where it is.
    at_roundabout : bool
        Whether it is led to the middle of a roundabout, at most `ROUNDABOUT_M`; ``to`` is
        another street that ends there.
    """

    road: int
    to: int
    length_m: float
    is_made: bool
    at_roundabout: bool = False


def extended_to_mean_lines(
    parts: list[LineString],
    owners: list[int],
    carriageways: dict[int, list[LineString]],
) -> tuple[list[LineString], list[Extension]]:
    """Lead the ends of streets that met a carriageway to the mean line that replaced it.

    Parameters
    ----------
    parts : list of LineString
        All reference lines, in a metric CRS.
    owners : list of int
        Road number of each part.
    carriageways : dict of int to list of LineString
        The lines that a road's mean line replaced, by road number.

    Returns
    -------
    parts : list of LineString
        In the same order.
    extensions : list of Extension
        Each one, made or too long to be made.
    """
    if not carriageways:
        return parts, []
    numbers = [road for road, lines in carriageways.items() for _ in lines]
    tree = shapely.STRtree([line for lines in carriageways.values() for line in lines])
    by_road: dict[int, list[int]] = {}
    for number, road in enumerate(owners):
        by_road.setdefault(road, []).append(number)
    result = list(parts)
    extensions: list[Extension] = []
    for number, part in enumerate(parts):
        for which in (0, -1):
            end = Point(part.coords[which])
            hits = tree.query(end, predicate="dwithin", distance=ON_CARRIAGEWAY_M)
            for road in sorted({numbers[hit] for hit in hits.tolist()} - {owners[number]}):
                mean = shapely.MultiLineString([parts[k] for k in by_road[road]])
                if mean.dwithin(result[number], 1e-6):
                    continue  # it crosses the mean line already
                # not project and interpolate: on a line of several parts these do not agree
                step = shapely.shortest_line(end, mean)
                is_made = step.length <= EXTENSION_M
                extensions.append(Extension(owners[number], road, step.length, is_made))
                if is_made:
                    result[number] = _led(result[number], which, step.coords[-1])
    return result, extensions


def extended_to_middles(
    parts: list[LineString], owners: list[int], rings: list[LineString]
) -> tuple[list[LineString], list[Extension]]:
    """Lead the ends of different streets that meet on a roundabout to its middle.

    Parameters
    ----------
    parts, owners
        As in `extended_to_mean_lines`.
    rings : list of LineString
        Closed lines of roundabouts that no street was led through, in the same metric CRS.

    Returns
    -------
    parts : list of LineString
        In the same order.
    extensions : list of Extension
        Each one, made or too long to be made.
    """
    result = list(parts)
    extensions: list[Extension] = []
    for ring in rings:
        ends = [
            (number, which)
            for number, part in enumerate(result)
            for which in (0, -1)
            if Point(part.coords[which]).dwithin(ring, ON_CARRIAGEWAY_M)
        ]
        streets = list(dict.fromkeys(owners[number] for number, _ in ends))
        if len(streets) < 2:
            continue
        middle = shapely.Polygon(ring).centroid
        for number, which in ends:
            length = Point(result[number].coords[which]).distance(middle)
            to = next(street for street in streets if street != owners[number])
            is_made = length <= ROUNDABOUT_M
            extensions.append(Extension(owners[number], to, length, is_made, at_roundabout=True))
            if is_made:
                result[number] = _led(result[number], which, (middle.x, middle.y))
    return result, extensions


def _led(line: LineString, which: int, xy: tuple[float, ...]) -> LineString:
    """Return a line led on from its first (0) or last (-1) end to a point."""
    return LineString([xy, *line.coords] if which == 0 else [*line.coords, xy])


def noded(parts: list[LineString]) -> list[LineString]:
    """Return lines that have a vertex, the same one, wherever two of them meet.

    Parameters
    ----------
    parts : list of LineString
        In a metric CRS.

    Returns
    -------
    list of LineString
        In the same order. An end within `SAME_PLACE_M` of another line is
        put on it.
    """
    tree = shapely.STRtree(parts)
    first, second = tree.query(parts, predicate="dwithin", distance=SAME_PLACE_M)
    pairs = [(a, b) for a, b in zip(first.tolist(), second.tolist(), strict=True) if a < b]
    places: dict[int, list[tuple[float, float]]] = {}
    for a, b in pairs:
        for place in _meetings(parts[a], parts[b]):
            places.setdefault(a, []).append(place)
            places.setdefault(b, []).append(place)
    canonical = _canonical(parts, places)
    return [
        _with_vertices(part, [canonical[p] for p in places.get(number, [])], canonical)
        for number, part in enumerate(parts)
    ]


def _meetings(one: LineString, two: LineString) -> list[tuple[float, float]]:
    """Return where two lines cross or where the end of one lies on the other."""
    shared = shapely.intersection(one, two)
    points = [tuple(xy) for xy in shapely.get_coordinates(shared).tolist()]
    for line, other in ((one, two), (two, one)):
        for which in (0, -1):
            end = line.coords[which]
            if Point(end).dwithin(other, SAME_PLACE_M):
                points.append((end[0], end[1]))
    return points


def _canonical(
    parts: list[LineString], places: dict[int, list[tuple[float, float]]]
) -> dict[tuple[float, float], tuple[float, float]]:
    """Return for each meeting place the one position that all lines use for it.

    Places within `SAME_PLACE_M` of each other become one: a vertex that was
    drawn goes before a computed crossing.
    """
    vertices = {xy for part in parts for xy in part.coords}
    every = sorted(
        {p for points in places.values() for p in points}, key=lambda p: (p not in vertices, p)
    )
    canonical: dict[tuple[float, float], tuple[float, float]] = {}
    cells: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for place in every:
        column, row = int(place[0] // SAME_PLACE_M), int(place[1] // SAME_PLACE_M)
        near = [
            other
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
            for other in cells.get((column + i, row + j), [])
            if np.hypot(other[0] - place[0], other[1] - place[1]) <= SAME_PLACE_M
        ]
        if near:
            canonical[place] = near[0]
        else:
            canonical[place] = place
            cells.setdefault((column, row), []).append(place)
    return canonical


def _with_vertices(
    line: LineString,
    extra: list[tuple[float, float]],
    canonical: dict[tuple[float, float], tuple[float, float]],
) -> LineString:
    """Return a line with vertices at the places; its own vertices there take their position."""
    vertices = shapely.get_coordinates(line)
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(vertices, axis=0).T))])
    junctions = sorted(set(extra))
    along = shapely.line_locate_point(line, shapely.points(junctions)) if junctions else np.empty(0)
    entries = [
        (float(d), 0, canonical.get(xy, xy)) for d, xy in zip(at, map(tuple, vertices), strict=True)
    ]
    entries += [(float(d), 1, xy) for d, xy in zip(along, junctions, strict=True)]
    entries.sort(key=lambda entry: (entry[0], entry[1]))
    result: list[tuple[float, float]] = []
    fixed = set(junctions)
    for _, _, xy in entries:
        if result and np.hypot(result[-1][0] - xy[0], result[-1][1] - xy[1]) <= SAME_PLACE_M:
            if xy in fixed:  # a junction takes the place of a plain vertex beside it
                result[-1] = xy
            continue
        result.append(xy)
    return LineString(result) if len(result) > 1 else line
