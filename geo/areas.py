"""Measure geodesic areas and lengths; say what a printed figure may stand for."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Geod

from geo.errors import GeoError
from geo.texts import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRS80 = Geod(ellps="GRS80")
"""The ellipsoid of CGCS2000. WGS84's differs from it by 0.1 mm in the minor axis."""

Z_95 = 1.959964
"""Half-width of the central 95 % of a normal distribution, in standard deviations."""

WIDEST_TESTABLE_SHARE = 0.15
"""A computed figure whose 95 % interval is wider than this share proves nothing."""

SQUARE_METRES_PER_KM2 = 1_000_000.0


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
            Text("area.no-degrees", bounds=f"{left:.1f}, {bottom:.1f}, {right:.1f}, {top:.1f}")
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


def printed_interval(figure: str, *, approximate: bool = False) -> tuple[float, float]:
    """Return what a printed figure may stand for before it was rounded.

    Parameters
    ----------
    figure : str
        A decimal as printed: its last digit tells the rounding.
    approximate : bool
        The plan says 约 (about): one unit of the last digit either way, in
        place of the half unit of rounding.

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
    >>> printed_interval("7.2", approximate=True)
    (7.1, 7.3)
    """
    value = Decimal(figure)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise GeoError(Text("area.no-figure", figure=figure))
    reach = Decimal(1).scaleb(exponent) if approximate else Decimal(5).scaleb(exponent - 1)
    return float(value - reach), float(value + reach)


def intervals_meet(first: tuple[float, float], second: tuple[float, float]) -> bool:
    """Tell whether two closed intervals share a point.

    Examples
    --------
    >>> intervals_meet((1.485, 1.495), (1.30, 1.485))
    True
    """
    return first[0] <= second[1] and second[0] <= first[1]
