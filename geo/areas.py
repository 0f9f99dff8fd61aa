"""Geodesic areas and lengths, and the error that the position of each side brings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Geod

from geo.errors import GeoError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

GRS80 = Geod(ellps="GRS80")
"""The ellipsoid of CGCS2000. WGS84's differs from it by 0.1 mm in the minor axis."""

Z_95 = 1.959964
"""Half-width of the central 95 % of a normal distribution, in standard deviations."""

WIDEST_TESTABLE_SHARE = 0.15
"""A computed figure whose 95 % interval is wider than this share proves nothing."""

SQUARE_METRES_PER_KM2 = 1_000_000.0

SMALLEST_CORNER_SINE = 0.1
"""Roads that meet at less than 6° are budgeted as if they met at 6°: a corner that runs on
for ten times the shift leaves the street that is meant, and no formula follows it there."""


def geodesic_area_km2(geometries_wgs84: Iterable[Any]) -> NDArray[np.float64]:
    """Return the area of each geometry on the CGCS2000 ellipsoid.

    Parameters
    ----------
    geometries_wgs84 : iterable of shapely geometries
        Polygons, multipolygons or None, in longitude and latitude [degree].

    Returns
    -------
    ndarray of float, shape (n,)
        Area [km²], never negative; 0 for None, empty, points and lines.

    Raises
    ------
    GeoError
        If a coordinate is not a longitude and latitude, which is how metres
        passed by mistake show themselves.

    Notes
    -----
    Karney's geodesic polygon area (GeographicLib through pyproj), GRS80.

    Examples
    --------
    >>> from shapely import box
    >>> geodesic_area_km2([box(117.19, 39.11, 117.20, 39.12)]).round(4).tolist()
    [0.9601]
    """
    geometries = np.array([*geometries_wgs84, None], dtype=object)[:-1]
    _require_degrees(geometries)
    parts, of_geometry = shapely.get_parts(geometries, return_index=True)
    polygons = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts, of_geometry = parts[polygons], of_geometry[polygons]
    rings, of_part = shapely.get_rings(parts, return_index=True)
    # The outer ring of a polygon comes first, its holes follow.
    outer = np.diff(of_part, prepend=-1) > 0
    areas = _ring_areas_m2(rings)
    areas_m2 = np.bincount(
        of_geometry[of_part], np.where(outer, areas, -areas), minlength=len(geometries)
    )
    return np.asarray(areas_m2 / SQUARE_METRES_PER_KM2)


def _ring_areas_m2(rings: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the area inside each ring; the coordinates of all are taken out at once."""
    positions, of_ring = shapely.get_coordinates(rings, return_index=True)
    x, y = np.ascontiguousarray(positions.T)
    ends = np.searchsorted(of_ring, np.arange(len(rings) + 1)).tolist()
    signed = [
        GRS80.polygon_area_perimeter(x[start:end], y[start:end])[0] for start, end in pairwise(ends)
    ]
    return np.asarray(np.abs(np.array(signed, dtype=float)))


def _require_degrees(geometries: NDArray[np.object_]) -> None:
    """Refuse geometries with a coordinate that is no longitude and latitude."""
    bounds = shapely.bounds(
        geometries[shapely.is_geometry(geometries) & ~shapely.is_empty(geometries)]
    )
    left, bottom, right, top = bounds.T
    fits = (left >= -180) & (right <= 180) & (bottom >= -90) & (top <= 90)
    if not fits.all():
        left, bottom, right, top = bounds[~fits][0]
        raise GeoError(
            f"Expected longitude and latitude, found bounds {left:.1f}, {bottom:.1f}, "
            f"{right:.1f}, {top:.1f}. Use to_crs('EPSG:4326') first."
        )


def geodesic_length_m(geometries_wgs84: Iterable[Any]) -> NDArray[np.float64]:
    """Return the length of each line on the CGCS2000 ellipsoid.

    Parameters
    ----------
    geometries_wgs84 : iterable of shapely geometries
        Lines, multilines or None, in longitude and latitude [degree].

    Returns
    -------
    ndarray of float, shape (n,)
        Length [m]; 0 for None and empty lines.
    """
    return np.array(
        [
            0.0 if g is None or shapely.is_empty(g) else GRS80.geometry_length(g)
            for g in geometries_wgs84
        ],
        dtype=float,
    )


def printed_interval(figure: str) -> tuple[float, float]:
    """Return what a printed figure may stand for before it was rounded.

    Parameters
    ----------
    figure : str
        A decimal as printed: its last digit tells the rounding.

    Returns
    -------
    tuple of float
        Lower and upper end, in the figure's own unit.

    Examples
    --------
    >>> printed_interval("1.49")
    (1.485, 1.495)
    >>> printed_interval("0.5")
    (0.45, 0.55)
    """
    value = Decimal(figure)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise GeoError(f"{figure!r} is not a finite decimal figure.")
    half = Decimal(5).scaleb(exponent - 1)
    return float(value - half), float(value + half)


@dataclass(frozen=True)
class EdgeError:
    """What one edge of a ring adds to the error of the area.

    Parameters
    ----------
    edge_id, road : str
        The edge, and the line it runs along. Edges of one road shift together.
    length_m : float
        Length between the corners [m].
    position_error_m : float
        One standard deviation of the line's position per axis [m].
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
        One standard deviation from the position of the edges [km²].
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
        """Lower end of the 95 % interval [km²]."""
        return max(0.0, self.area_km2 - Z_95 * self.standard_error_km2)

    @property
    def high_km2(self) -> float:
        """Upper end of the 95 % interval [km²]."""
        return self.area_km2 + Z_95 * self.standard_error_km2


def area_budget(area_km2: float, edges: gpd.GeoDataFrame) -> AreaBudget:
    """Combine the position errors of a ring's edges into the error of its area.

    Parameters
    ----------
    area_km2 : float
        Geodesic area of the ring [km²].
    edges : GeoDataFrame
        Edges in ring order, each drawn along the ring, in a metric CRS.
        Columns used: ``edge_id``, ``road``, ``position_error_m``, ``geometry``.

    Returns
    -------
    AreaBudget
        The area with its standard error and the share of every edge.

    Notes
    -----
    The rule: a line is wrong as a whole. Every road (or bank) is shifted by
    one vector, normal with the road's positional error as standard deviation
    on either axis, and different roads are independent. To first order a
    shift ``s`` of an edge from corner P to corner Q changes the area by the
    cross product of ``Q - P`` with ``s``; edges of one road add up before
    they are squared, because they share ``s``. So the variance of the area is
    the sum over roads of ``(position_error * |sum of chords|)²``.
    Errors of shape within a road average out along it and are not added;
    errors of one road are never treated as independent noise per vertex.

    To second order two roads that meet at an angle ``t`` and are shifted
    apart by ``d`` win or lose the parallelogram between their old and new
    corner, ``(a·d)(b·d) / (2 sin t)`` with ``a`` and ``b`` their normals.
    For normal shifts with a variance of ``v`` per axis for both roads
    together, its variance is ``v² (1 + cos² t) / (4 sin² t)``. It is small
    at a crossing and counts where streets meet at an acute angle.
    """
    chords: dict[str, NDArray[np.float64]] = {}
    errors: dict[str, float] = {}
    rows: list[tuple[str, str, float, float, NDArray[np.float64]]] = []
    for edge_id, road, error_m, line in zip(
        edges["edge_id"], edges["road"], edges["position_error_m"], edges.geometry, strict=True
    ):
        coordinates = shapely.get_coordinates(line)
        chord = coordinates[-1] - coordinates[0]
        rows.append((edge_id, road, float(shapely.length(line)), float(error_m), chord))
        chords[road] = chords.get(road, np.zeros(2)) + chord
        errors[road] = max(errors.get(road, 0.0), float(error_m))
    road_variance = {road: float((errors[road] * np.hypot(*chords[road])) ** 2) for road in chords}
    corner_variance = _corner_variance([road for _, road, *_ in rows], list(edges.geometry), errors)
    total = sum(road_variance.values()) + corner_variance
    own = {
        edge_id: float((error_m * np.hypot(*chord)) ** 2) for edge_id, _, _, error_m, chord in rows
    }
    of_road: dict[str, float] = {}
    for edge_id, road, *_ in rows:
        of_road[road] = of_road.get(road, 0.0) + own[edge_id]
    table = tuple(
        EdgeError(
            edge_id=edge_id,
            road=road,
            length_m=length_m,
            position_error_m=error_m,
            area_error_km2=own[edge_id] ** 0.5 / SQUARE_METRES_PER_KM2,
            share=(
                road_variance[road] / total * own[edge_id] / of_road[road]
                if total > 0 and of_road[road] > 0
                else 0.0
            ),
        )
        for edge_id, road, length_m, error_m, _ in rows
    )
    return AreaBudget(
        area_km2=area_km2,
        standard_error_km2=total**0.5 / SQUARE_METRES_PER_KM2,
        edges=table,
        corner_error_km2=corner_variance**0.5 / SQUARE_METRES_PER_KM2,
        corner_share=corner_variance / total if total > 0 else 0.0,
    )


def _corner_variance(
    roads: list[str], lines: list[shapely.LineString], errors: dict[str, float]
) -> float:
    """Return the variance that shifted corners bring to an area, to second order [m⁴]."""
    variance = 0.0
    for number, road in enumerate(roads):
        before = roads[number - 1]
        if road == before:
            continue
        variance += corner_variance(lines[number - 1], lines[number], errors[before], errors[road])
    return variance


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
    reach = max(1.0, 2 * apart**0.5)
    into = _direction(before.reverse(), reach)
    out = _direction(after, reach)
    sine = max(abs(float(into[0] * out[1] - into[1] * out[0])), SMALLEST_CORNER_SINE)
    return apart**2 * (2 - sine**2) / (4 * sine**2)


def _direction(line: shapely.LineString, reach: float) -> NDArray[np.float64]:
    """Return the unit vector from the start of a line to a point `reach` along it."""
    start, end = shapely.get_coordinates([line.interpolate(0.0), line.interpolate(reach)])
    return np.asarray((end - start) / np.hypot(*(end - start)))


def intervals_meet(first: tuple[float, float], second: tuple[float, float]) -> bool:
    """Tell whether two closed intervals share a point.

    Examples
    --------
    >>> intervals_meet((1.485, 1.495), (1.30, 1.485))
    True
    """
    return first[0] <= second[1] and second[0] <= first[1]
