"""Compute the error that the position of each side brings to an area."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.areas import SQUARE_METRES_PER_KM2, Z_95

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

LEAST_ERROR_M, LARGEST_ERROR_M = 0.001, 100_000.0
"""Between these a position error is one [m]: no street is known to less than a millimetre, and a
line that may lie in another city is not known at all. What is beyond counts as not given."""

SMALLEST_CORNER_SINE = 0.1
"""Roads that meet at less than 6° are budgeted as if they met at 6°: a corner that runs on
for ten times the shift leaves the street that is meant, and no formula follows it there."""


@dataclass(frozen=True)
class EdgeError:
    """What one edge of a ring adds to the error of the area.

    Parameters
    ----------
    edge_id, road : str
        The edge, and the line it runs along.
    length_m : float
        Length between the corners [m].
    position_error_m : float
        One standard deviation of the line's position per axis [m]; of an edge
        over several stretches, the one that would do the same to the area.
    area_error_km2 : float
        One standard deviation of the area from this edge alone [km²].
    share : float
        Share of the variance of the area that its road explains, divided
        over the edges of that road by their own variance (0 to 1).
    """

    edge_id: str
    road: str
    length_m: float
    position_error_m: float
    area_error_km2: float
    share: float


@dataclass(frozen=True)
class AreaBudget:
    """The error of one area under one reading.

    Parameters
    ----------
    area_km2 : float
        Geodesic area [km²].
    standard_error_km2 : float
        One standard deviation from the position of the edges [km²]; NaN where
        the error of an edge is not known.
    edges : tuple of EdgeError
        One row per edge, in ring order.
    corner_error_km2 : float
        The part of `standard_error_km2` that the corners bring [km²].
    corner_share : float
        Share of the variance that the corners explain (0 to 1).
    """

    area_km2: float
    standard_error_km2: float
    edges: tuple[EdgeError, ...]
    corner_error_km2: float = 0.0
    corner_share: float = 0.0

    @property
    def low_km2(self) -> float:
        """Lower end of the 95 % interval [km²]; NaN where it is not known."""
        return interval_about(self.area_km2, self.standard_error_km2)[0]

    @property
    def high_km2(self) -> float:
        """Upper end of the 95 % interval [km²]; NaN where it is not known."""
        return interval_about(self.area_km2, self.standard_error_km2)[1]


def interval_about(value: float, standard_error: float) -> tuple[float, float]:
    """Return the 95 % interval of a figure that is never negative.

    Examples
    --------
    >>> interval_about(1.0, float("nan"))
    (nan, nan)
    """
    low, high = value - Z_95 * standard_error, value + Z_95 * standard_error
    return (low if math.isnan(low) else max(0.0, low)), high


def stretch_numbers(
    line: shapely.LineString, stretches: Sequence[shapely.Geometry]
) -> NDArray[np.int_]:
    """Return for every segment of a line the stretch that it runs along.

    Parameters
    ----------
    line : LineString
        A part of a street, metric CRS.
    stretches : sequence of LineString
        The stretches of that street, same CRS.

    Returns
    -------
    ndarray of int, shape (segments,)
        Number of the stretch that lies nearest to the middle of the segment;
        so a gap that was closed counts to the stretch at its side.
    """
    xy = shapely.get_coordinates(line)
    if len(stretches) == 1:
        return np.zeros(len(xy) - 1, dtype=int)
    middles = shapely.points((xy[1:] + xy[:-1]) / 2)
    apart = shapely.distance(np.asarray(middles)[:, None], np.asarray(stretches)[None, :])
    return np.asarray(np.argmin(apart, axis=1))


def cut_at_stretches(
    line: shapely.LineString, stretches: Sequence[shapely.Geometry]
) -> list[tuple[int, shapely.LineString]]:
    """Return a line in pieces, each with the number of the stretch that it runs along.

    Examples
    --------
    >>> from shapely import LineString
    >>> street = [LineString([(0, 0), (60, 0)]), LineString([(60, 0), (100, 0)])]
    >>> pieces = cut_at_stretches(LineString([(10, 0), (60, 0), (90, 0)]), street)
    >>> [(number, piece.length) for number, piece in pieces]
    [(0, 50.0), (1, 30.0)]
    """
    numbers = stretch_numbers(line, stretches)
    if (numbers == numbers[0]).all():
        return [(int(numbers[0]), line)]
    xy = shapely.get_coordinates(line)
    ends = [*np.flatnonzero(np.diff(numbers)) + 1, len(numbers)]
    pieces, start = [], 0
    for end in ends:
        pieces.append((int(numbers[start]), shapely.LineString(xy[start : end + 1])))
        start = int(end)
    return pieces


@dataclass(frozen=True)
class Piece:
    """A part of an edge that moves as one.

    Parameters
    ----------
    edge_id, road : str
        The edge, and the line it runs along.
    shifts_with : str
        Pieces with the same word are shifted by one and the same standard
        normal vector, each times its own error.
    error_m : float
        One standard deviation of its position per axis [m].
    line : LineString
        Drawn along the ring, metric CRS.
    """

    edge_id: str
    road: str
    shifts_with: str
    error_m: float
    line: shapely.LineString

    @property
    def chord(self) -> NDArray[np.float64]:
        """From its first point to its last [m]."""
        xy = shapely.get_coordinates(self.line)
        return np.asarray(xy[-1] - xy[0])


def ring_pieces(edges: gpd.GeoDataFrame) -> list[Piece]:
    """Return the rows of a table of edges, or of parts of edges, as pieces.

    Parameters
    ----------
    edges : GeoDataFrame
        In ring order, each drawn along the ring, in a metric CRS. Columns
        used: ``edge_id``, ``road``, ``position_error_m``, ``geometry``, and
        ``method`` where it is there. An edge over several stretches has one
        row for each of them, one after the other.
    """
    methods = edges["method"] if "method" in edges.columns else [""] * len(edges)
    return [
        Piece(str(edge_id), str(road), f"{road}/{method}", float(error_m), line)
        for edge_id, road, method, error_m, line in zip(
            edges["edge_id"],
            edges["road"],
            methods,
            edges["position_error_m"],
            edges.geometry,
            strict=True,
        )
    ]


def area_budget(area_km2: float, edges: gpd.GeoDataFrame | Sequence[Piece]) -> AreaBudget:
    """Combine the position errors of a ring's edges into the error of its area.

    Parameters
    ----------
    area_km2 : float
        Geodesic area of the ring [km²].
    edges : GeoDataFrame or sequence of Piece
        In ring order; for the columns see `ring_pieces`.

    Returns
    -------
    AreaBudget
        The area with its standard error and the share of every edge.

    Notes
    -----
    The rule: a line is wrong as a whole. What one street is known by in one
    way (`method`) is shifted by one vector, normal with the positional error
    as standard deviation on either axis; its stretches shift by the same
    vector, each in proportion to its own error, so that a street that is cut
    into more stretches does not become any surer. A stretch that is known in
    another way, and every other street, is independent. To first order a
    shift ``s`` of a piece from P to Q changes the area by the cross product
    of ``Q - P`` with ``s``; the pieces of one vector add up before they are
    squared. So the variance of the area is the sum over vectors of
    ``|sum of position_error * chord|²``.
    Errors of shape within a road average out along it and are not added;
    errors of one road are never treated as independent noise per vertex.

    To second order two roads that meet at an angle ``t`` and are shifted
    apart by ``d`` win or lose the parallelogram between their old and new
    corner, ``(a·d)(b·d) / (2 sin t)`` with ``a`` and ``b`` their normals.
    For normal shifts with a variance of ``v`` per axis for both roads
    together, its variance is ``v² (1 + cos² t) / (4 sin² t)``. It is small
    at a crossing and counts where streets meet at an acute angle. Where two
    stretches of one street join there is no corner: they meet end to end, and
    the step between them adds ``s × s' / 2``, which is left out.
    """
    pieces = edges if isinstance(edges, list | tuple) else ring_pieces(edges)
    variances = _vector_variances(pieces)
    corner_variance = _corner_variance(pieces)
    total = math.fsum(variances.values()) + corner_variance
    by_edge: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_edge.setdefault(piece.edge_id, []).append(piece)
    of_edges = {edge_id: _vector_variances(parts) for edge_id, parts in by_edge.items()}
    of_vector: dict[str, float] = {}
    for parts_variances in of_edges.values():
        for vector, variance in parts_variances.items():
            of_vector[vector] = of_vector.get(vector, 0.0) + variance
    table = tuple(
        _edge_error(edge_id, by_edge[edge_id], of_edges[edge_id], variances, of_vector, total)
        for edge_id in by_edge
    )
    return AreaBudget(
        area_km2=area_km2,
        standard_error_km2=total**0.5 / SQUARE_METRES_PER_KM2,
        edges=table,
        corner_error_km2=corner_variance**0.5 / SQUARE_METRES_PER_KM2,
        corner_share=corner_variance / total if total > 0 else 0.0,
    )


def _vector_variances(pieces: Sequence[Piece]) -> dict[str, float]:
    """Return the variance of the area [m⁴] that each shift vector brings, in a fixed order."""
    sums: dict[str, NDArray[np.float64]] = {}
    for piece in pieces:
        before = sums.get(piece.shifts_with, np.zeros(2))
        sums[piece.shifts_with] = before + piece.error_m * piece.chord
    return {vector: float(np.hypot(*chord) ** 2) for vector, chord in sums.items()}


def _edge_error(
    edge_id: str,
    parts: Sequence[Piece],
    variance_by_cause: dict[str, float],
    variances: dict[str, float],
    of_vector: dict[str, float],
    total: float,
) -> EdgeError:
    """Return the row of one edge; what edges share is divided by their own variance."""
    variance = math.fsum(variance_by_cause.values())
    chord_m = float(np.hypot(*sum((part.chord for part in parts), np.zeros(2))))
    error_m = parts[0].error_m
    if len(parts) > 1:
        # A closed edge has no chord, and then no single error does the same to the area.
        error_m = (
            variance**0.5 / chord_m if chord_m > 0 else max(part.error_m for part in parts)
        )  # fmt: skip
    common = math.fsum(
        variances[vector] * part / of_vector[vector]
        for vector, part in variance_by_cause.items()
        if of_vector[vector] > 0
    )
    return EdgeError(
        edge_id=edge_id,
        road=parts[0].road,
        length_m=math.fsum(float(shapely.length(part.line)) for part in parts),
        position_error_m=error_m,
        area_error_km2=variance**0.5 / SQUARE_METRES_PER_KM2,
        share=common / total if total > 0 else 0.0,
    )


def _corner_variance(pieces: Sequence[Piece]) -> float:
    """Return the variance that shifted corners bring to an area, to second order [m⁴]."""
    return math.fsum(
        corner_variance(before.line, piece.line, before.error_m, piece.error_m)
        for before, piece in zip([pieces[-1], *pieces], pieces, strict=False)
        if before.road != piece.road
    )


def corner_variance(
    before: shapely.LineString, after: shapely.LineString, error_before_m: float, error_m: float
) -> float:
    """Return the variance that the shifts of two roads bring to an area at their corner [m⁴].

    Parameters
    ----------
    before, after : LineString
        The side that ends and the one that begins at the corner, metric CRS.
    error_before_m, error_m : float
        One standard deviation of the position of either road [m].

    Returns
    -------
    float
        To second order; see `area_budget`.
    """
    apart = error_before_m**2 + error_m**2
    if math.isnan(apart):
        return math.nan
    reach = max(1.0, 2 * apart**0.5)
    into = _direction(before.reverse(), reach)
    out = _direction(after, reach)
    sine = max(abs(float(into[0] * out[1] - into[1] * out[0])), SMALLEST_CORNER_SINE)
    return apart**2 * (2 - sine**2) / (4 * sine**2)


def _direction(line: shapely.LineString, reach: float) -> NDArray[np.float64]:
    """Return the unit vector from the start of a line to a point `reach` along it."""
    start, end = shapely.get_coordinates([line.interpolate(0.0), line.interpolate(reach)])
    return np.asarray((end - start) / np.hypot(*(end - start)))
