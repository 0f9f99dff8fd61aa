"""Rebuild rings many times from shifted roads: a test of the uncertainty budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.areas import SQUARE_METRES_PER_KM2
from geo.crs import require_metric
from geo.errors import EnclosureError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

REACH_IN_ERRORS = 6.0
"""How far a road that ends at a corner is prolonged, in its own standard deviations, so that
it still meets the other road when both have been shifted apart."""


@dataclass(frozen=True)
class Simulation:
    """The areas of one zone over many rebuilds.

    Parameters
    ----------
    areas_km2 : ndarray of float, shape (runs,)
        Plane area of each rebuilt ring [km²].
    nominal_km2 : float
        The same measure with no road shifted [km²].
    unmet : int
        Corners, over all runs, where the shifted roads no longer crossed and
        the middle of their nearest points was taken.
    """

    areas_km2: NDArray[np.float64]
    nominal_km2: float
    unmet: int

    @property
    def spread_km2(self) -> float:
        """Standard deviation of the rebuilt areas [km²]."""
        return float(np.std(self.areas_km2, ddof=1))

    def coverage(self, half_width_km2: float) -> float:
        """Share of the rebuilt areas within an interval about the nominal one."""
        return float(np.mean(np.abs(self.areas_km2 - self.nominal_km2) <= half_width_km2))


def simulate_areas(
    edges: gpd.GeoDataFrame, centrelines: gpd.GeoDataFrame, *, runs: int, seed: int
) -> Simulation:
    """Shift every road of a ring within its error, rebuild the ring, measure it; many times.

    Parameters
    ----------
    edges : GeoDataFrame
        The edges of one ring in order, each drawn from corner to corner, in a
        metric CRS. Columns used: ``road``, ``position_error_m``, ``geometry``.
    centrelines : GeoDataFrame
        Whole roads in the same CRS. Columns used: ``name``, ``geometry``. An
        edge whose road is not among them (a connector of its own) is its
        own road.
    runs : int
        How many rebuilds.
    seed : int
        Seed of the random shifts.

    Returns
    -------
    Simulation
        The areas and their spread.

    Raises
    ------
    CRSError
        If `edges` is not in metres.
    EnclosureError
        If there are fewer than two edges.

    Notes
    -----
    Every run shifts each road by its own normal vector and finds the corners
    anew on the shifted roads, so that all orders of the effect are there,
    where `geo.areas.area_budget` stops at the second. The area is the line
    integral of (x dy - y dx) / 2 along the shifted roads between the new
    corners, taken from sums along each road; no geometry is built per run
    but the crossings.

    A shifted crossing is looked for near the old one. A road that ends
    there is prolonged straight on, as a surveyor would.
    """
    require_metric(edges, "The edges")
    if len(edges) < 2:
        raise EnclosureError(f"A ring has at least two edges; found {len(edges)}.")
    random = np.random.default_rng(seed)
    roads = list(edges["road"])
    errors: dict[str, float] = {}
    for road, error_m in zip(roads, edges["position_error_m"].astype(float), strict=True):
        errors[road] = max(errors.get(road, 0.0), error_m)
    # One shift per road and run, in a fixed order so that a seed means one thing.
    shifts = {
        road: random.normal(0.0, error, size=(runs, 2)) for road, error in sorted(errors.items())
    }
    reach = REACH_IN_ERRORS * max(errors.values(), default=0.0) + 1.0
    origin = shapely.get_coordinates(edges.geometry.iloc[0])[0]
    by_name = dict(zip(centrelines["name"], centrelines.geometry, strict=True))
    lines = [
        _prolonged(_line_under(edge, by_name.get(road)), reach, origin)
        for edge, road in zip(edges.geometry, roads, strict=True)
    ]
    starts = np.array([shapely.get_coordinates(edge)[0] - origin for edge in edges.geometry])

    count = len(lines)
    corners = np.empty((count, runs, 2))
    unmet = 0
    for number in range(count):
        before = (number - 1) % count
        corners[number], lost = _shifted_corners(
            lines[before],
            lines[number],
            shifts[roads[before]],
            shifts[roads[number]],
            starts[number],
        )
        unmet += lost
    doubled = np.zeros(runs)
    nominal = 0.0
    for number in range(count):
        after = (number + 1) % count
        shift = shifts[roads[number]]
        doubled += _path_integral(lines[number], corners[number], corners[after], shift)
        nominal += _path_integral(
            lines[number], starts[[number]], starts[[after]], np.zeros((1, 2))
        )[0]
    return Simulation(
        areas_km2=np.abs(doubled) / 2 / SQUARE_METRES_PER_KM2,
        nominal_km2=abs(nominal) / 2 / SQUARE_METRES_PER_KM2,
        unmet=unmet,
    )


def _line_under(
    edge: shapely.LineString, road: shapely.LineString | shapely.MultiLineString | None
) -> shapely.LineString:
    """Return the part of a road on which an edge lies; the edge itself if there is none."""
    if road is None:
        return edge
    parts = shapely.get_parts(shapely.line_merge(road))
    distances = shapely.distance(parts, edge.interpolate(0.5, normalized=True))
    part: shapely.LineString = parts[int(np.argmin(distances))]
    if shapely.hausdorff_distance(edge, shapely.intersection(edge.buffer(1.0), part)) > 2.0:
        return edge
    return part


def _prolonged(
    line: shapely.LineString, reach: float, origin: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the coordinates of a line made longer at both ends, about a local origin."""
    xy = shapely.get_coordinates(line) - origin
    first, last = xy[0] - xy[1], xy[-1] - xy[-2]
    return np.vstack(
        [
            xy[0] + first / np.hypot(*first) * reach,
            xy,
            xy[-1] + last / np.hypot(*last) * reach,
        ]
    )


def _shifted_lines(xy: NDArray[np.float64], shift: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return one line per run."""
    runs = len(shift)
    shifted = xy[None, :, :] + shift[:, None, :]
    indices = np.repeat(np.arange(runs), len(xy))
    lines: NDArray[np.object_] = np.asarray(
        shapely.linestrings(shifted.reshape(-1, 2), indices=indices)
    )
    return lines


def _near(
    xy: NDArray[np.float64], point: NDArray[np.float64], radius: float
) -> NDArray[np.float64]:
    """Return the run of a line's vertices whose segments come near a point."""
    segments = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1))
    close = np.flatnonzero(shapely.distance(segments, shapely.points(point)) <= radius)
    if close.size == 0:
        return xy
    return xy[close[0] : close[-1] + 2]


def _shifted_corners(
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    first_shift: NDArray[np.float64],
    second_shift: NDArray[np.float64],
    corner: NDArray[np.float64],
) -> tuple[NDArray[np.float64], int]:
    """Return where two shifted lines cross near an old corner, run by run."""
    radius = 2 * float(max(np.abs(first_shift).max(), np.abs(second_shift).max())) + 5.0
    a = _shifted_lines(_near(first, corner, radius * 4), first_shift)
    b = _shifted_lines(_near(second, corner, radius * 4), second_shift)
    crossings, run = shapely.get_parts(shapely.intersection(a, b), return_index=True)
    kept = ~shapely.is_empty(crossings)
    run = run[kept]
    points = shapely.get_coordinates(shapely.point_on_surface(crossings[kept]))
    # Lines that overlap for a stretch stay one crossing: its middle.
    expected = corner + (first_shift + second_shift) / 2
    distance = np.hypot(*(points - expected[run]).T)
    order = np.lexsort((distance, run))
    run, points = run[order], points[order]
    found, index = np.unique(run, return_index=True)
    result = np.full((len(first_shift), 2), np.nan)
    result[found] = points[index]
    lost = np.flatnonzero(np.isnan(result[:, 0]))
    if lost.size:
        nearest = shapely.shortest_line(a[lost], b[lost])
        result[lost] = shapely.get_coordinates(
            shapely.line_interpolate_point(nearest, 0.5, normalized=True)
        )
    return result, int(lost.size)


def _path_integral(
    xy: NDArray[np.float64],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    shift: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the integral of x dy - y dx along a shifted line from start to end, run by run."""
    line = shapely.linestrings(xy)
    steps = np.hypot(*np.diff(xy, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    swept = np.concatenate([[0.0], np.cumsum(xy[:-1, 0] * xy[1:, 1] - xy[:-1, 1] * xy[1:, 0])])

    def at(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        t = shapely.line_locate_point(line, shapely.points(points - shift))
        segment = np.clip(np.searchsorted(along, t, side="right") - 1, 0, len(xy) - 2)
        share = (t - along[segment]) / steps[segment]
        p = xy[segment] + (xy[segment + 1] - xy[segment]) * share[:, None]
        cross = xy[segment, 0] * p[:, 1] - xy[segment, 1] * p[:, 0]
        return swept[segment] + cross, p

    start_sum, p = at(start)
    end_sum, q = at(end)
    moved = shift[:, 0] * (q[:, 1] - p[:, 1]) - shift[:, 1] * (q[:, 0] - p[:, 0])
    # The corner may stand off the line where roads no longer meet: straight on to it.
    p_at, q_at = p + shift, q + shift
    lead_in = start[:, 0] * p_at[:, 1] - start[:, 1] * p_at[:, 0]
    lead_out = q_at[:, 0] * end[:, 1] - q_at[:, 1] * end[:, 0]
    return end_sum - start_sum + moved + lead_in + lead_out
