"""Shift positions between the datums of Chinese web maps: WGS84, GCJ-02 and BD-09.

GCJ-02 shifts positions by 300 to 700 m and leaves areas as they are, so no area
check notices it; only a comparison with known positions does (`geo.datums.guess`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import WGS84
from geo.errors import CRSError
from geo.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

# GCJ-02 after the published formulae (the ellipsoid is Krasovsky 1940), as in the
# programs evil-transform (2013) and coord-convert; BD-09 after Baidu's public JavaScript.
_SEMI_MAJOR_M = 6378245.0
_ECCENTRICITY_2 = 0.00669342162296594323
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)
_BD_TURN = np.pi * 3000.0 / 180.0
_INVERSE_STEPS = 30
_INVERSE_DEGREES = 1e-11


def wgs84_to_gcj02_xy(positions: Array) -> Array:
    """Shift positions from WGS84 to GCJ-02.

    Parameters
    ----------
    positions : ndarray of shape (n, 2)
        Longitude, latitude [degrees].

    Returns
    -------
    ndarray of shape (n, 2)
        Longitude, latitude in GCJ-02; positions outside China unchanged.

    Notes
    -----
    The published formulae: a quadratic and sines of longitude - 105 and
    latitude - 35, in metres, turned into degrees on the Krasovsky ellipsoid.

    Examples
    --------
    >>> wgs84_to_gcj02_xy(np.array([[117.2, 39.12]])).round(6).tolist()
    [[117.206304, 39.121029]]
    """
    positions = np.asarray(positions, dtype=float)
    result = positions + _gcj02_shift(positions)
    return np.where(_in_china(positions)[:, None], result, positions)


def gcj02_to_wgs84_xy(positions: Array) -> Array:
    """Undo `wgs84_to_gcj02_xy`, by iteration to far below 1 mm."""
    return _undo(wgs84_to_gcj02_xy, positions)


def gcj02_to_bd09_xy(positions: Array) -> Array:
    """Shift positions from GCJ-02 to BD-09; outside China unchanged."""
    positions = np.asarray(positions, dtype=float)
    x, y = positions[:, 0], positions[:, 1]
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_TURN)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_TURN)
    result = np.column_stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])
    return np.where(_in_china(positions)[:, None], result, positions)


def bd09_to_gcj02_xy(positions: Array) -> Array:
    """Undo `gcj02_to_bd09_xy`, by iteration to far below 1 mm."""
    return _undo(gcj02_to_bd09_xy, positions)


def bd09_to_wgs84_xy(positions: Array) -> Array:
    """Return BD-09 positions in WGS84."""
    return gcj02_to_wgs84_xy(bd09_to_gcj02_xy(positions))


def wgs84_to_bd09_xy(positions: Array) -> Array:
    """Return WGS84 positions in BD-09."""
    return gcj02_to_bd09_xy(wgs84_to_gcj02_xy(positions))


def wgs84_to_gcj02(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer shifted to GCJ-02, for display on such a base map only.

    Parameters
    ----------
    layer : GeoDataFrame
        In WGS84. Columns used: the geometry.

    Returns
    -------
    GeoDataFrame
        The same rows and columns; its CRS still says WGS84, since GCJ-02 has
        no code: never measure or export it.

    Raises
    ------
    CRSError
        If the layer is not in WGS84.
    """
    if layer.crs is None or not layer.crs.equals(WGS84):
        raise CRSError(Text("datum.only-wgs84"))
    return moved(layer, wgs84_to_gcj02_xy)


def _gcj02_shift(positions: Array) -> Array:
    """Return the shift [degrees] at WGS84 positions."""
    x, y = positions[:, 0] - 105.0, positions[:, 1] - 35.0
    pi = np.pi
    root = np.sqrt(np.abs(x))
    short = (20.0 * np.sin(6.0 * pi * x) + 20.0 * np.sin(2.0 * pi * x)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + short
    north += (20.0 * np.sin(pi * y) + 40.0 * np.sin(pi * y / 3.0)) * 2.0 / 3.0
    north += (160.0 * np.sin(pi * y / 12.0) + 320.0 * np.sin(pi * y / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + short
    east += (20.0 * np.sin(pi * x) + 40.0 * np.sin(pi * x / 3.0)) * 2.0 / 3.0
    east += (150.0 * np.sin(pi * x / 12.0) + 300.0 * np.sin(pi * x / 30.0)) * 2.0 / 3.0
    latitude = np.radians(positions[:, 1])
    w = 1.0 - _ECCENTRICITY_2 * np.sin(latitude) ** 2
    meridian_radius = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_2) / (w * np.sqrt(w))
    parallel_radius = _SEMI_MAJOR_M / np.sqrt(w) * np.cos(latitude)
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.degrees(np.column_stack([east / parallel_radius, north / meridian_radius]))
    return np.asarray(shift, dtype=float)


def _in_china(positions: Array) -> npt.NDArray[np.bool_]:
    """Tell which positions lie in the box where the shift is applied."""
    left, bottom, right, top = _CHINA
    x, y = positions[:, 0], positions[:, 1]
    return np.asarray((x >= left) & (x <= right) & (y >= bottom) & (y <= top))


def _undo(shift: Callable[[Array], Array], positions: Array) -> Array:
    """Return the positions that `shift` brings to `positions`."""
    target = np.asarray(positions, dtype=float)
    source = target.copy()
    for _ in range(_INVERSE_STEPS):
        correction = target - shift(source)
        source = source + correction
        known = np.abs(correction[np.isfinite(correction)])
        if not known.size or known.max() < _INVERSE_DEGREES:
            break
    return source


def moved(layer: gpd.GeoDataFrame, move: Callable[[Array], Array]) -> gpd.GeoDataFrame:
    """Return the layer with `move` applied to every position, without heights."""
    moved = shapely.transform(shapely.force_2d(layer.geometry.array), move)
    return layer.set_geometry(gpd.GeoSeries(moved, index=layer.index, crs=layer.crs))
