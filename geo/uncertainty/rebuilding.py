"""Rebuild a ring from shifted streets: all orders of what a shift does to the area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from geo.areas import SQUARE_METRES_PER_KM2
from geo.crs import require_metric
from geo.errors import EnclosureError
from geo.texts import Text
from geo.uncertainty.position import stretch_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

REACH_IN_ERRORS = 6.0
"""How far a road that ends at a corner is prolonged, in its own standard deviations, so that
it still meets the other road when both have been shifted apart."""


class Side(NamedTuple):
    """The line under one side of a ring, beyond its corners, about the ring's origin.

    Parameters
    ----------
    xy : ndarray, shape (n, 2)
        Vertices [m]; where two stretches join, one for each of them.
    vectors : list of str
        For every vertex the shift vector that moves it.
    errors_m : ndarray, shape (n,)
        For every vertex the length of one standard deviation [m].
    start : ndarray, shape (2,)
        Where the side begins [m].
    """

    xy: Floats
    vectors: list[str]
    errors_m: Floats
    start: Floats

    def shifted(self, shifts: Mapping[str, Floats], runs: int) -> Floats:
        """Return the vertices of every run, shape (runs, n, 2)."""
        still = np.zeros((runs, 2))
        moves = {vector: shifts.get(vector, still) for vector in set(self.vectors)}
        by_vertex = np.stack([moves[vector] for vector in self.vectors], axis=1)
        return self.xy[None, :, :] + by_vertex * self.errors_m[None, :, None]


class Rebuilt(NamedTuple):
    """The plane areas of the rebuilt rings [km²], and how many corners no longer met."""

    areas_km2: Floats
    unmet: int


@dataclass(frozen=True)
class RingModel:
    """The sides of a ring, ready to be shifted.

    Parameters
    ----------
    sides : list of Side
        In ring order.
    errors_m : dict of str to float
        The largest error of every shift vector [m].
    """

    sides: list[Side]
    errors_m: Mapping[str, float]

    @property
    def nominal_km2(self) -> float:
        """The plane area with no street shifted [km²]."""
        return float(abs(self._signed(np.stack([[s.start] for s in self.sides]), {}, 1)[0]))

    def rebuilt(self, shifts: Mapping[str, Floats]) -> Rebuilt:
        """Return the area of the ring under many sets of shifts.

        Parameters
        ----------
        shifts : dict of str to ndarray, shape (runs, 2)
            For a shift vector its two components, in standard deviations;
            what is not named stays.

        Returns
        -------
        Rebuilt

        Notes
        -----
        Every run finds the corners anew on the shifted lines, near the old
        ones. The area is the line integral of (x dy - y dx) / 2 along the
        shifted lines between the new corners. A line that ends at its corner
        is prolonged straight on, as a surveyor would.
        """
        runs = len(next(iter(shifts.values())))
        lines = [side.shifted(shifts, runs) for side in self.sides]
        corners = np.empty((len(self.sides), runs, 2))
        unmet = 0
        for number, side in enumerate(self.sides):
            before = self.sides[number - 1]
            corners[number], gaps = _corners(
                (before.xy, lines[number - 1]), (side.xy, lines[number]), side.start
            )
            unmet += gaps
        return Rebuilt(np.abs(self._signed(corners, shifts, runs, lines)), unmet)

    def _signed(
        self,
        corners: Floats,
        shifts: Mapping[str, Floats],
        runs: int,
        shifted_lines: list[Floats] | None = None,
    ) -> Floats:
        """Return the signed area between given corners [km²], run by run."""
        lines = shifted_lines or [side.shifted(shifts, runs) for side in self.sides]
        double_areas = np.zeros(runs)
        for number, line in enumerate(lines):
            after = corners[(number + 1) % len(lines)]
            double_areas += _path_integral(line, corners[number], after)
        return double_areas / 2 / SQUARE_METRES_PER_KM2


def ring_model(
    pieces: gpd.GeoDataFrame, stretches_of: Callable[[str], Sequence[Mapping[str, Any]]]
) -> RingModel:
    """Return the sides of a ring with the streets that they lie on.

    Parameters
    ----------
    pieces : GeoDataFrame
        The pieces of the edges in ring order, in a metric CRS. Columns used:
        ``edge_id``, ``road``, ``position_error_m``, ``geometry``, and
        ``method`` where it is there.
    stretches_of : callable
        Returns the stretches of a road by its name, each with ``geometry``
        and, where they are known, ``method`` and ``position_error_m``; none
        for a side that is no street of the base.

    Returns
    -------
    RingModel

    Raises
    ------
    CRSError
        If `pieces` is not in metres.
    EnclosureError
        If there are fewer than two edges.
    """
    require_metric(pieces, "The edges")
    edges: dict[str, list[Mapping[str, Any]]] = {}
    for record in pieces.to_dict("records"):
        edges.setdefault(record["edge_id"], []).append(record)
    groups = list(edges.values())
    if len(groups) < 2:
        raise EnclosureError(Text("ring.few_edges", count=len(groups)))
    errors: dict[str, float] = {}
    for piece in (piece for group in groups for piece in group):
        vector = f"{piece['road']}/{piece.get('method', '')}"
        errors[vector] = max(errors.get(vector, 0.0), float(piece["position_error_m"]))
    reach = REACH_IN_ERRORS * max(errors.values(), default=0.0) + 1.0
    origin = shapely.get_coordinates(groups[0][0]["geometry"])[0]
    return RingModel([_side(group, stretches_of, reach, origin) for group in groups], errors)


def _side(
    pieces: Sequence[Mapping[str, Any]],
    stretches_of: Callable[[str], Sequence[Mapping[str, Any]]],
    reach: float,
    origin: Floats,
) -> Side:
    """Return the line under one edge, prolonged at both ends."""
    road = str(pieces[0]["road"])
    edge = _one_line([shapely.get_coordinates(piece["geometry"]) for piece in pieces])
    stretches = stretches_of(road)
    lines = [stretch["geometry"] for stretch in stretches]
    line = _line_under(edge, lines) if lines else edge
    if line is edge:
        stretches, lines = pieces, [piece["geometry"] for piece in pieces]
    numbers = stretch_numbers(line, lines)
    methods = [stretch.get("method", "") for stretch in stretches]
    # A connector has an error of its own, where that is larger than that of its street.
    least = min(float(piece["position_error_m"]) for piece in pieces)
    errors = np.array([max(float(s.get("position_error_m", least)), least) for s in stretches])
    xy = shapely.get_coordinates(line) - origin
    first, last = xy[0] - xy[1], xy[-1] - xy[-2]
    xy = np.vstack([
        xy[0] + first / np.hypot(*first) * reach, xy, xy[-1] + last / np.hypot(*last) * reach,
    ])  # fmt: skip
    numbers = np.concatenate([numbers[:1], numbers, numbers[-1:]])
    vertices, owners = [xy[0]], [int(numbers[0])]
    for k in range(1, len(xy) - 1):
        vertices.append(xy[k])
        owners.append(int(numbers[k - 1]))
        if numbers[k] != numbers[k - 1]:
            vertices.append(xy[k])
            owners.append(int(numbers[k]))
    vertices.append(xy[-1])
    owners.append(int(numbers[-1]))
    return Side(
        np.array(vertices),
        [f"{road}/{methods[owner]}" for owner in owners],
        errors[owners],
        shapely.get_coordinates(edge)[0] - origin,
    )


def _one_line(parts: list[Floats]) -> shapely.LineString:
    """Return pieces that follow each other as one line."""
    return shapely.LineString(np.concatenate([parts[0], *(part[1:] for part in parts[1:])]))


def _line_under(edge: shapely.LineString, road: list[shapely.Geometry]) -> shapely.LineString:
    """Return the part of a road on which an edge lies, in any direction; the edge if none does."""
    joined_line = shapely.line_merge(shapely.multilinestrings(shapely.get_parts(road)))
    parts = shapely.get_parts(joined_line)
    distances = shapely.distance(parts, edge.interpolate(0.5, normalized=True))
    part: shapely.LineString = parts[int(np.argmin(distances))]
    if shapely.hausdorff_distance(edge, shapely.intersection(edge.buffer(1.0), part)) > 2.0:
        return edge
    return part


def _run_lines(lines: Floats) -> NDArray[np.object_]:
    """Return one line per run."""
    indices = np.repeat(np.arange(len(lines)), lines.shape[1])
    return np.asarray(shapely.linestrings(lines.reshape(-1, 2), indices=indices))


def _near(xy: Floats, point: Floats, radius: float) -> slice:
    """Return the run of a line's vertices whose segments come near a point."""
    segments = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1))
    close = np.flatnonzero(shapely.distance(segments, shapely.points(point)) <= radius)
    return slice(None) if close.size == 0 else slice(int(close[0]), int(close[-1]) + 2)


def _corners(
    first: tuple[Floats, Floats], second: tuple[Floats, Floats], corner: Floats
) -> tuple[Floats, int]:
    """Return where two shifted lines cross near an old corner, run by run.

    Each line is given as it was, and shifted, one row per run.
    """
    far = max(float(np.abs(moved_xy - xy[None]).max()) for xy, moved_xy in (first, second))
    radius = 4 * (2 * far + 5.0)
    near = [(_near(xy, corner, radius), xy, moved_xy) for xy, moved_xy in (first, second)]
    a, b = (_run_lines(moved_xy[:, part]) for part, _, moved_xy in near)
    # The old corner, moved with either line: of several crossings the nearest is meant.
    expected_place = corner + sum(_move_at(xy, moved_xy, corner) for _, xy, moved_xy in near) / 2
    crossings, run = shapely.get_parts(shapely.intersection(a, b), return_index=True)
    meeting = ~shapely.is_empty(crossings)
    run = run[meeting]
    # Lines that overlap for a stretch stay one crossing: its middle.
    points = shapely.get_coordinates(shapely.point_on_surface(crossings[meeting]))
    distance = np.hypot(*(points - expected_place[run]).T)
    order = np.lexsort((distance, run))
    run, points = run[order], points[order]
    first_runs, index = np.unique(run, return_index=True)
    result = np.full((len(a), 2), np.nan)
    result[first_runs] = points[index]
    gaps = np.flatnonzero(np.isnan(result[:, 0]))
    if gaps.size:
        nearest = shapely.shortest_line(a[gaps], b[gaps])
        result[gaps] = shapely.get_coordinates(
            shapely.line_interpolate_point(nearest, 0.5, normalized=True)
        )
    return result, int(gaps.size)


def _move_at(xy: Floats, moved_xy: Floats, point: Floats) -> Floats:
    """Return how the vertex of a line that lies nearest to a point was moved, run by run."""
    vertex = int(np.argmin(np.hypot(*(xy - point).T)))
    return np.asarray(moved_xy[:, vertex] - xy[vertex])


def _path_integral(lines: Floats, start: Floats, end: Floats) -> Floats:
    """Return the integral of x dy - y dx along lines from start to end, run by run.

    Parameters
    ----------
    lines : ndarray, shape (runs, n, 2)
    start, end : ndarray, shape (runs, 2)
    """
    shapes = _run_lines(lines)
    steps = np.hypot(*np.moveaxis(np.diff(lines, axis=1), 2, 0))
    along = np.concatenate([np.zeros((len(lines), 1)), np.cumsum(steps, axis=1)], axis=1)
    crosses = lines[:, :-1, 0] * lines[:, 1:, 1] - lines[:, 1:, 0] * lines[:, :-1, 1]
    swept = np.concatenate([np.zeros((len(lines), 1)), np.cumsum(crosses, axis=1)], axis=1)
    rows = np.arange(len(lines))

    def at(points: Floats) -> tuple[Floats, Floats]:
        t = shapely.line_locate_point(shapes, shapely.points(points))
        segment = np.clip((along <= t[:, None]).sum(axis=1) - 1, 0, lines.shape[1] - 2)
        step = steps[rows, segment]
        share = np.where(step > 0, (t - along[rows, segment]) / np.where(step > 0, step, 1.0), 0.0)
        p = lines[rows, segment]
        p = p + (lines[rows, segment + 1] - p) * share[:, None]
        before = lines[rows, segment]
        return swept[rows, segment] + before[:, 0] * p[:, 1] - before[:, 1] * p[:, 0], p

    start_sum, p = at(start)
    end_sum, q = at(end)
    # A corner may stand off its line where roads no longer meet: straight on to it.
    lead_in = start[:, 0] * p[:, 1] - start[:, 1] * p[:, 0]
    lead_out = q[:, 0] * end[:, 1] - q[:, 1] * end[:, 0]
    return np.asarray(end_sum - start_sum + lead_in + lead_out)
