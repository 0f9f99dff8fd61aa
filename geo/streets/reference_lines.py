"""Make one reference line per road: join broken ways, take the mean of divided carriageways.

The rule, in this order, for all ways of one name:

1. Ways that share an end node become chains (one-way ways only head to tail).
2. One-way chains that run beside a longer one-way chain of the same name (within
   `SEPARATION_M`, within 35 degrees of parallel, abreast) for more than half of their
   length are carriageways of one road. The road's line runs midway between the
   outermost carriageways; where for less than `HOLD_M` nothing runs beside, the last
   offset is held.
3. Short cross-overs between the carriageways are left out.
4. Where a road enters a roundabout and leaves it, the mean of its two arcs is the road.
5. Ends of the same road up to `JOIN_M` apart are joined; each such gap is reported. What
   is further apart stays open and is reported in metres.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, MultiLineString, Point
from shapely.ops import substring

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

SEPARATION_M = 50.0
"""Carriageways of one road lie at most so far apart (no street of a built-up block is nearer)."""

JOIN_M = 30.0
"""Ends of one road up to here are joined: a missing junction, or the step from two lines to one."""

HOLD_M = 60.0
"""Unpaired stretches of a carriageway up to here keep the offset of their neighbours."""

STATION_M = 10.0
"""Distance of the places at which carriageways are compared."""

ROUNDABOUT_TOUCH_M = 20.0
"""An end of a road so near to a roundabout ends on it."""

_PARALLEL = np.cos(np.radians(35))
_ABREAST = np.sin(np.radians(35))
_TURNING_BACK = np.cos(np.radians(110))
_DRAWN_M = 0.05  # lines are thinned to this: half the last digit of the files

Lines = list[LineString]


@dataclass
class ReferenceLine:
    """The line of one road, and what was done to get it.

    Parameters
    ----------
    parts : list of LineString
        The road, longest part first; one part unless something stays open.
    carriageways : list of LineString
        The one-way chains that were replaced by their mean line.
    separation_m : float
        Median distance of the outermost carriageways [m], 0 if not divided.
    divided_m : float
        Length of the mean line [m].
    joined_m : list of float
        Gaps that were closed, each in metres.
    open_m : list of float
        Gaps that stay open, each in metres.
    left_out_m : float
        Length of cross-overs left out [m].
    rings : list of LineString
        Roundabouts that the line was led through.
    """

    parts: Lines
    carriageways: Lines = field(default_factory=list)
    separation_m: float = 0.0
    divided_m: float = 0.0
    joined_m: list[float] = field(default_factory=list)
    open_m: list[float] = field(default_factory=list)
    left_out_m: float = 0.0
    rings: Lines = field(default_factory=list)

    @property
    def roundabouts(self) -> int:
        """How many roundabouts the line was led through."""
        return len(self.rings)


def reference_line(
    ways: Sequence[LineString],
    oneway: Sequence[int | None],
    roundabouts: Sequence[LineString] = (),
) -> ReferenceLine:
    """Return the reference line of the ways of one name.

    Parameters
    ----------
    ways : sequence of LineString
        In a metric CRS.
    oneway : sequence of {1, 0, -1, None}
        1 along the way, -1 against it, 0 both ways, None not known (then any
        two parallel ways count as carriageways).
    roundabouts : sequence of LineString
        Closed ways of roundabouts, of this name or of none.

    Returns
    -------
    ReferenceLine
        Without parts if there is no way with a length.

    Examples
    --------
    >>> there = LineString([(0, 0), (100, 0)])
    >>> back = LineString([(100, 20), (0, 20)])
    >>> line = reference_line([there, back], [1, 1])
    >>> line.parts[0].wkt, line.separation_m
    ('LINESTRING (0 10, 100 10)', 20.0)
    """
    single: Lines = []
    one_way: Lines = []
    for way, direction in zip(ways, oneway, strict=True):
        if way.is_empty or way.length == 0 or (way.is_ring and _is_roundabout(way, roundabouts)):
            continue
        if direction == 0:
            single.append(way)
        else:
            one_way.append(shapely.reverse(way) if direction == -1 else way)
    known = any(direction in (1, -1) for direction in oneway)
    result = ReferenceLine([])
    means, alone = _mean_lines(_one_way_chains(_unique(one_way), known), result)
    lines = _without_crossovers(means, [*alone, *_chains(_unique(single))], result)
    parts = _lead_through(_chains(lines), roundabouts, result)
    parts = _join(parts, result)
    parts.sort(key=lambda part: (-part.length, part.wkt))
    result.parts = parts
    result.open_m = _open_gaps(parts)
    return result


def _unique(lines: Lines) -> Lines:
    """Return lines without exact repetitions."""
    return list({line.wkb: line for line in lines}.values())


def _stretch(line: LineString, start: float, end: float) -> LineString:
    """Return the stretch of a line between two distances along it."""
    return LineString(substring(line, start, end).coords)


def _chains(lines: Lines, *, directed: bool = False) -> Lines:
    """Return lines merged where exactly two of them end."""
    if not lines:
        return []
    joined_lines = shapely.line_merge(MultiLineString(lines), directed=directed)
    return [g for g in shapely.get_parts(joined_lines) if g.length > 0]


def _one_way_chains(lines: Lines, known: bool) -> Lines:
    """Return chains of one-way ways, cut where they would turn back on themselves.

    Where a divided road becomes one line, one carriageway ends at the node at which the
    other begins; head to tail they would make a U.
    """
    chains: Lines = []
    for chain in _chains(lines, directed=known):
        xy = shapely.get_coordinates(chain)
        steps = np.diff(xy, axis=0)
        norms = np.hypot(steps[:, 0], steps[:, 1])
        turns = np.einsum("ij,ij->i", steps[1:], steps[:-1]) / (norms[1:] * norms[:-1])
        cuts = [0, *(np.flatnonzero(turns < _TURNING_BACK) + 1).tolist(), len(xy) - 1]
        chains += [LineString(xy[i : j + 1]) for i, j in itertools.pairwise(cuts)]
    return chains


def _is_roundabout(way: LineString, roundabouts: Sequence[LineString]) -> bool:
    return any(way.equals(ring) for ring in roundabouts)


# ---------------------------------------------------------------- carriageways


def _stations(line: LineString, others: Lines) -> npt.NDArray[np.float64]:
    """Return distances along `line`: its vertices, those of `others` beside it, and between."""
    steps = np.diff(shapely.get_coordinates(line), axis=0)
    distances = np.concatenate([[0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])
    fill = np.arange(0.0, line.length, STATION_M)
    beside = [np.empty(0)]
    for other in others:
        vertices: npt.NDArray[np.object_] = np.asarray(
            shapely.points(shapely.get_coordinates(other)), dtype=object
        )
        near = vertices[shapely.dwithin(line, vertices, SEPARATION_M)]
        beside.append(shapely.line_locate_point(line, near))
    return np.unique(np.concatenate([distances, fill, *beside]).round(6))


def _tangents(line: LineString, at: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return unit directions of `line` at distances along it, shape (n, 2)."""
    ahead = shapely.line_interpolate_point(line, np.minimum(at + 1.0, line.length))
    behind = shapely.line_interpolate_point(line, np.maximum(at - 1.0, 0.0))
    steps = shapely.get_coordinates(ahead) - shapely.get_coordinates(behind)
    norms = np.hypot(steps[:, 0], steps[:, 1])
    return np.asarray(steps / np.where(norms > 0, norms, 1.0)[:, None])


def _beside(
    line: LineString, at: npt.NDArray[np.float64], other: LineString
) -> npt.NDArray[np.float64]:
    """Return the vectors from `line` to `other` where it runs beside, NaN elsewhere."""
    points = shapely.line_interpolate_point(line, at)
    along = shapely.line_locate_point(other, points)
    nearest = shapely.line_interpolate_point(other, along)
    across = shapely.get_coordinates(nearest) - shapely.get_coordinates(points)
    distance = np.hypot(across[:, 0], across[:, 1])
    here, there = _tangents(line, at), _tangents(other, along)
    parallel = np.abs(np.einsum("ij,ij->i", here, there)) >= _PARALLEL
    lag = np.abs(np.einsum("ij,ij->i", here, across))
    abreast = (lag <= _ABREAST * distance) | (distance < 0.01)
    good = (distance <= SEPARATION_M) & ((parallel & abreast) | (distance < 0.01))
    across[~good] = np.nan
    return np.asarray(across)


def _mean_lines(chains: Lines, result: ReferenceLine) -> tuple[Lines, Lines]:
    """Return the mean lines of carriageways, and the one-way lines that stand alone."""
    bases: Lines = []
    followers: Lines = []
    for chain in sorted(chains, key=lambda chain: (-chain.length, chain.wkt)):
        at = _stations(chain, [])
        (followers if _paired(chain, at, bases).mean() > 0.5 else bases).append(chain)
    means: Lines = []
    alone: Lines = []
    separations: list[float] = []
    for base in bases:
        mean, widths = _mean_line(base, followers)
        if not widths:
            alone.append(base)
            continue
        means.append(mean)
        separations += widths
        result.carriageways.append(base)
        result.divided_m += mean.length
    for chain in followers:
        result.carriageways.append(chain)
        alone += _leftovers(chain, bases)
    result.separation_m = float(np.median(separations)) if separations else 0.0
    return means, alone


def _paired(chain: LineString, at: npt.NDArray[np.float64], bases: Lines) -> npt.NDArray[np.bool_]:
    """Return at which stations of a chain one of `bases` runs beside it."""
    has_pair = np.zeros(len(at), dtype=bool)
    for base in bases:
        if base.dwithin(chain, SEPARATION_M):
            has_pair |= np.isfinite(_beside(chain, at, base)[:, 0])
    return has_pair


def _mean_line(base: LineString, followers: Lines) -> tuple[LineString, list[float]]:
    """Return the line midway between the outermost carriageways, and their distances."""
    near = [chain for chain in followers if chain.dwithin(base, SEPARATION_M)]
    at = _stations(base, near)
    vectors = np.array([_beside(base, at, chain) for chain in near])
    if not near or not np.isfinite(vectors).any():
        return base, []
    tangents = _tangents(base, at)
    normals = np.column_stack([-tangents[:, 1], tangents[:, 0]])
    offsets = np.einsum("kij,ij->ki", np.nan_to_num(vectors), normals)
    lowest, highest = offsets.argmin(axis=0), offsets.argmax(axis=0)
    index = np.arange(len(at))
    outer = np.nan_to_num(vectors)
    low = np.where((offsets.min(axis=0) < 0)[:, None], outer[lowest, index], 0.0)
    high = np.where((offsets.max(axis=0) > 0)[:, None], outer[highest, index], 0.0)
    shift = (low + high) / 2
    width = np.hypot(*(high - low).T)
    has_pair = np.isfinite(vectors[:, :, 0]).any(axis=0)
    shift = _held(shift, has_pair, at)
    points = shapely.get_coordinates(shapely.line_interpolate_point(base, at)) + shift
    line = shapely.simplify(LineString(points), _DRAWN_M)
    return line, width[has_pair & (width > 0)].tolist()


def _held(
    shift: npt.NDArray[np.float64], has_pair: npt.NDArray[np.bool_], at: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return shifts with short unpaired runs filled from their neighbours."""
    shift = shift.copy()
    for first, last in _runs(~has_pair):
        start = at[first - 1] if first else at[first]
        end = at[last + 1] if last + 1 < len(at) else at[last]
        if end - start > HOLD_M:
            continue
        before = shift[first - 1] if first else None
        after = shift[last + 1] if last + 1 < len(at) else None
        if before is None and after is None:
            continue
        before, after = (after if before is None else before), (before if after is None else after)
        share = (at[first : last + 1] - start) / max(end - start, 1e-9)
        shift[first : last + 1] = before + share[:, None] * (after - before)  # type: ignore[operator]
    return shift


def _runs(mask: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return first and last index of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _leftovers(chain: LineString, bases: Lines) -> Lines:
    """Return the stretches of a carriageway longer than HOLD_M that run beside no other."""
    at = _stations(chain, [])
    return [
        _stretch(chain, at[first], at[last])
        for first, last in _runs(~_paired(chain, at, bases))
        if at[last] - at[first] > HOLD_M
    ]


def _without_crossovers(means: Lines, others: Lines, result: ReferenceLine) -> Lines:
    """Return all lines but the short ones that lie between the carriageways of their own road."""
    if not means:
        return others
    lines = list(means)
    road = MultiLineString(means)
    reach = result.separation_m / 2 + 3.0
    for line in others:
        vertices = shapely.points(shapely.get_coordinates(line))
        if line.length <= SEPARATION_M and bool(shapely.dwithin(vertices, road, reach).all()):
            result.left_out_m += line.length
        else:
            lines.append(line)
    return lines


# ---------------------------------------------------------------- roundabouts, gaps


def _ends(parts: Lines) -> list[tuple[int, int, Point]]:
    """Return part number, which end (0, -1) and place of every end that no other part shares."""
    ends = [
        (number, which, Point(part.coords[which]))
        for number, part in enumerate(parts)
        if not part.is_closed
        for which in (0, -1)
    ]
    places: dict[tuple[float, float], int] = {}
    for _, _, place in ends:
        places[(place.x, place.y)] = places.get((place.x, place.y), 0) + 1
    return [end for end in ends if places[(end[2].x, end[2].y)] == 1]


def _lead_through(parts: Lines, rings: Sequence[LineString], result: ReferenceLine) -> Lines:
    """Return parts with the mean of the two arcs of each roundabout that a road runs through."""
    for ring in rings:
        ends = [e for e in _ends(parts) if e[2].dwithin(ring, ROUNDABOUT_TOUCH_M)]
        if len(ends) != 2 or not ring.is_closed:
            continue
        (_, _, start), (_, _, end) = ends
        first, second = ring.project(start), ring.project(end)
        low, high = min(first, second), max(first, second)
        over = _stretch(ring, low, high)
        around = [*substring(ring, high, ring.length).coords, *substring(ring, 0, low).coords[1:]]
        shares = np.linspace(0, 1, 17)
        one = shapely.line_interpolate_point(over, shares, normalized=True)
        two = shapely.line_interpolate_point(
            shapely.reverse(LineString(around)), shares, normalized=True
        )
        mean = (shapely.get_coordinates(one) + shapely.get_coordinates(two)) / 2
        if first > second:
            mean = mean[::-1]
        parts = _chains([*parts, LineString([start.coords[0], *mean, end.coords[0]])])
        result.rings.append(ring)
    return parts


def _join(parts: Lines, result: ReferenceLine) -> Lines:
    """Return parts with ends up to JOIN_M apart joined, the nearest first."""
    parts = list(parts)
    while True:
        ends = _ends(parts)
        if len(ends) < 2:
            return parts
        places = np.array([(place.x, place.y) for _, _, place in ends])
        apart = np.hypot(*(places[:, None, :] - places[None, :, :]).transpose(2, 0, 1))
        number = np.array([part for part, _, _ in ends])
        apart[number[:, None] == number[None, :]] = np.inf
        i, j = np.unravel_index(int(apart.argmin()), apart.shape)
        gap = float(apart[i, j])
        if gap > JOIN_M:
            return parts
        (a, end_a, _), (b, end_b, _) = ends[i], ends[j]
        head = list(parts[a].coords) if end_a == -1 else list(parts[a].coords)[::-1]
        tail = list(parts[b].coords) if end_b == 0 else list(parts[b].coords)[::-1]
        line = LineString([*head, *tail])
        parts = [part for k, part in enumerate(parts) if k not in (a, b)] + [line]
        result.joined_m.append(gap)


def _open_gaps(parts: Lines) -> list[float]:
    """Return the gaps that would have to be closed to make one road of the parts."""
    gaps: list[float] = []
    rest = list(parts[1:])
    chain: Lines = list(parts[:1])
    while rest:
        distance = shapely.distance(np.array(rest)[:, None], np.array(chain)[None, :]).min(axis=1)
        nearest = int(distance.argmin())
        if distance[nearest] > 0.01:
            gaps.append(float(distance[nearest]))
        chain.append(rest.pop(nearest))
    return gaps
