"""Find the one ring along roads that follow each other, weighing every combination of corners."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.enclosures.corners import TOLERANCE_M, TOUCH_M, Meeting, corner_places
from geo.enclosures.road import Way
from geo.errors import EnclosureError
from geo.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geo.enclosures.road import Coordinates, Road

MAX_TRIALS = 20_000
"""Sides tried in search of one ring."""


class Corner(NamedTuple):
    """A corner of a ring [m] and how it was found."""

    x: float
    y: float
    how: str


class Ring(NamedTuple):
    """A ring as arrays: way k leads along road k from corner k to corner k + 1.

    Parameters
    ----------
    ways : list of ndarray, shape (n, 2)
        Coordinates of every side, in ring order, counter-clockwise.
    corners : list of Corner
        Where each side begins.
    gaps_m : list of float
        Gap closed inside a side and at its last corner [m].
    order : list of int
        For each side, the number of its road in what was asked for.
    polygon : Polygon
    """

    ways: list[Coordinates]
    corners: list[Corner]
    gaps_m: list[float]
    order: list[int]
    polygon: shapely.Polygon


def trace_ring(
    roads: Sequence[Road],
    *,
    tolerance_m: float = TOLERANCE_M,
    reach_m: Mapping[str, float] | None = None,
    what: str = "The ring",
) -> Ring:
    """Return the one ring along roads in ring order: `enclose` without names and tables.

    Parameters
    ----------
    roads : sequence of Road
        From `RoadIndex.road`, in ring order. One road alone has to be a loop.
    tolerance_m, reach_m, what
        See `enclose`.

    Returns
    -------
    Ring

    Raises
    ------
    EnclosureError
        See `enclose`.
    """
    count = len(roads)
    if count == 0:
        raise EnclosureError(Text("ring.no_limits").about(what))
    if count == 1:
        loops = _loops(roads[0])
        return _chosen(roads, loops, tolerance_m, what)
    layers = []
    for k, road in enumerate(roads):
        following = roads[(k + 1) % count]
        if road is following:
            raise EnclosureError(Text("ring.twice", road=road.name).about(what))
        layers.append(corner_places(road, following, tolerance_m, reach_m or {}, what))
    search = _Search(roads, layers, what)
    return _chosen(roads, search.rings(), tolerance_m, what, search)


class _Candidate(NamedTuple):
    """A ring that closes: its ways, the meetings that begin them, and the area it encloses."""

    ways: list[Way]
    corners: list[Meeting]
    polygon: shapely.Polygon

    def rank(self) -> tuple[float, int, float, list[list[float]]]:
        """Return what makes one of two rings that are the same the better one."""
        gaps = sum(w.gap_m for w in self.ways) + sum(m.gap_m for m in self.corners)
        outline = shapely.get_coordinates(shapely.normalize(self.polygon)).tolist()
        return round(gaps, 6), len(outline), round(self.polygon.area, 6), outline


class _Search:
    """Every ring through one meeting per corner, in a fixed order."""

    def __init__(self, roads: Sequence[Road], layers: Sequence[list[Meeting]], what: str):
        self.roads, self.layers, self.what = roads, layers, what
        self.crossed_at: tuple[float, float] | None = None
        self.stuck: set[int] = set(range(len(roads)))
        self._known: dict[tuple[int, int, int], list[tuple[Way, shapely.LineString]]] = {}
        self._trials = 0
        self._check = math.prod(len(layer) for layer in layers) > 1 and len(roads) > 2

    def rings(self) -> Iterator[_Candidate]:
        """Yield the rings that close without crossing themselves."""
        count = len(self.roads)
        for start in range(len(self.layers[-1])):
            for picks, ways in self._onward(0, start, start, [], []):
                before = [start, *picks[:-1]]
                corners = [self.layers[k - 1][before[k]] for k in range(count)]
                candidate = _candidate(ways, corners)
                if candidate:
                    yield candidate
                elif self.crossed_at is None:
                    self.crossed_at = _crossing_place([way.coordinates for way in ways])

    def _onward(
        self, k: int, here: int, start: int, picks: list[int], lines: list[shapely.LineString]
    ) -> Iterator[tuple[list[int], list[Way]]]:
        """Yield the choices of meeting and way from road k on."""
        last = k == len(self.roads) - 1
        for there in [start] if last else range(len(self.layers[k])):
            for way, line in self._ways(k, here, there):
                self._trials += 1
                if self._trials > MAX_TRIALS:
                    raise EnclosureError(
                        Text("ring.too_many_sides", count=MAX_TRIALS).about(self.what)
                    )
                if self._check and self._hits(line, lines, last):
                    continue
                if last:
                    yield [*picks, there], [way]
                    continue
                onward = self._onward(k + 1, there, start, [*picks, there], [*lines, line])
                for roads_after, ways in onward:
                    yield roads_after, [way, *ways]

    def _ways(self, k: int, here: int, there: int) -> list[tuple[Way, shapely.LineString]]:
        """Return the ways along road k from one corner to the next."""
        known = self._known.get((k, here, there))
        if known is None:
            begin = self.layers[k - 1][here].on_second
            end = self.layers[k][there].on_first
            ways = [] if begin[2:] == end[2:] else self.roads[k].ways(begin, end)
            known = [(way, shapely.LineString(way.coordinates)) for way in ways]
            self._known[k, here, there] = known
            if known:
                self.stuck.discard(k)
        return known

    def _hits(
        self, line: shapely.LineString, earlier: list[shapely.LineString], last: bool
    ) -> bool:
        """Return whether a side runs into an earlier one elsewhere than at their corner."""
        for k, side in enumerate(earlier):
            if last and k == 0:
                continue  # the two meet where the ring closes; the whole ring is looked at later
            common = shapely.intersection(line, side)
            at_corner = k == len(earlier) - 1 and (
                common.geom_type == "Point"
                and shapely.dwithin(common, shapely.get_point(line, 0), TOUCH_M)
            )
            if not common.is_empty and not at_corner:
                x, y = shapely.get_coordinates(common)[-1]
                self.crossed_at = self.crossed_at or (float(x), float(y))
                return True
        return False


def _loops(road: Road) -> Iterator[_Candidate]:
    """Yield the closed pieces of a road."""
    for line, coordinates in zip(road.lines, road.pieces, strict=True):
        if line.is_ring:
            place = road.place(*coordinates[0])
            meeting = Meeting(place, place, 0.0, "loop")
            candidate = _candidate([Way(coordinates, 0.0)], [meeting])
            if candidate:
                yield candidate


def _polygon(sides: Sequence[Coordinates]) -> shapely.Polygon:
    """Return the area within sides that follow each other; empty if they go there and back."""
    outline = np.concatenate(sides)
    fresh = (outline != np.roll(outline, -1, axis=0)).any(axis=1)
    return shapely.Polygon(outline[fresh] if fresh.sum() > 2 else None)


def _candidate(ways: list[Way], corners: list[Meeting]) -> _Candidate | None:
    """Return the ring of some sides, or None if it crosses itself."""
    polygon = _polygon([way.coordinates for way in ways])
    if polygon.is_empty or not polygon.is_valid:
        return None
    return _Candidate(ways, corners, polygon)


def _chosen(
    roads: Sequence[Road],
    candidates: Iterator[_Candidate],
    tolerance_m: float,
    what: str,
    search: _Search | None = None,
) -> Ring:
    """Return the only ring, or raise EnclosureError for none or for more than one."""
    best: _Candidate | None = None
    for candidate in candidates:
        if best is None:
            best = candidate
        elif (
            shapely.hausdorff_distance(best.polygon.exterior, candidate.polygon.exterior)
            > tolerance_m
        ):
            raise _two_rings(roads, best, candidate, what)
        elif candidate.rank() < best.rank():
            best = candidate
    if best is None:
        raise _no_ring(roads, search, what)
    return _oriented(best)


def _oriented(ring: _Candidate) -> Ring:
    """Return a ring counter-clockwise, beginning with the first road."""
    count = len(ring.ways)
    order = list(range(count))
    ways = [way.coordinates for way in ring.ways]
    inner = [way.gap_m for way in ring.ways]
    places = [(m.on_second, m) for m in ring.corners]
    if not shapely.is_ccw(ring.polygon.exterior):
        order = [0, *range(count - 1, 0, -1)]
        ways = [ways[k][::-1] for k in order]
        inner = [inner[k] for k in order]
        places = [(ring.corners[(k + 1) % count].on_first, ring.corners[(k + 1) % count])
                  for k in order]  # fmt: skip
    corners = [Corner(place.x, place.y, meeting.how) for place, meeting in places]
    gaps_m = [inner[k] + places[(k + 1) % count][1].gap_m for k in range(count)]
    return Ring(ways, corners, gaps_m, order, _polygon(ways))


def _two_rings(
    roads: Sequence[Road], one: _Candidate, other: _Candidate, what: str
) -> EnclosureError:
    """Return what to say where the limits allow two rings."""
    values: dict[str, object] = {}
    for name, ring in (("one", one), ("other", other)):
        corners = ", ".join(f"({m.on_first.x:.0f}, {m.on_first.y:.0f})" for m in ring.corners)
        values |= {f"{name}_km2": f"{ring.polygon.area / 1e6:.4f}", f"{name}_corners": corners}
    names = "、".join(road.name for road in roads)
    return EnclosureError(Text("ring.two", roads=names, **values).about(what))


def _no_ring(roads: Sequence[Road], search: _Search | None, what: str) -> EnclosureError:
    """Return what to say where no ring closes."""
    names = "、".join(road.name for road in roads)
    if search is None:
        return EnclosureError(Text("ring.no_loop", roads=names).about(what))
    for k in sorted(search.stuck):
        before, after = roads[k - 1].name, roads[(k + 1) % len(roads)].name
        return EnclosureError(
            Text("ring.no_way", road=roads[k].name, before=before, after=after).about(what)
        )
    if search.crossed_at is None:
        return EnclosureError(Text("ring.parts", roads=names).about(what))
    x, y = search.crossed_at
    near = [r.name for r in roads if shapely.dwithin(r.shape, shapely.Point(x, y), TOUCH_M)]
    there = ("、".join(f"“{n}”" for n in near), " and ".join(repr(n) for n in near))
    return EnclosureError(
        Text("ring.crosses", roads=names, x=f"{x:.0f}", y=f"{y:.0f}", near=there).about(what)
    )


def _crossing_place(sides: Sequence[Coordinates]) -> tuple[float, float]:
    """Return where a ring crosses itself; of one that goes there and back, its beginning."""
    reason = shapely.is_valid_reason(_polygon(sides))
    if "[" not in reason:
        return float(sides[0][0, 0]), float(sides[0][0, 1])
    x, y = reason.rpartition("[")[2].rstrip("]").split()
    return float(x), float(y)
