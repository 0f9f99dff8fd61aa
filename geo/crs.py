"""Name the coordinate reference systems: files and web map in WGS84, measures in metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyproj import CRS
from pyproj.exceptions import CRSError as UnknownCRSError

from geo.errors import CRSError
from geo.texts import Text

if TYPE_CHECKING:
    import geopandas as gpd

WGS84 = "EPSG:4326"
"""Files and the web map; CGCS2000 (EPSG:4490) equals it within centimetres."""

METRIC = "EPSG:4548"
"""CGCS2000 3-degree Gauss-Krueger, central meridian 117 E: the belt of Heping."""


def metric_crs_for(longitude: float) -> str:
    """Return the CGCS2000 3-degree Gauss-Krueger belt that holds a longitude.

    Parameters
    ----------
    longitude : float
        Longitude in degrees, WGS84 or CGCS2000, from 73.5 to 136.5.

    Returns
    -------
    str
        An EPSG code without belt number in its eastings: EPSG:4534 (75 E)
        to EPSG:4554 (135 E).

    Raises
    ------
    CRSError
        If the longitude lies outside the belts made for China.

    Examples
    --------
    >>> metric_crs_for(117.2)
    'EPSG:4548'
    >>> metric_crs_for(121.5)
    'EPSG:4549'
    """
    if not 73.5 <= longitude <= 136.5:
        example = _own_meridian(longitude)
        raise CRSError(Text("crs.no-belt", longitude=longitude, example=example))
    meridian = min(max(round(longitude / 3) * 3, 75), 135)
    return f"EPSG:{4534 + (meridian - 75) // 3}"


def nearby_metric_crs(longitude: float) -> str:
    """Return the belt of a longitude; outside China a transverse Mercator on its own meridian.

    For tables that know their shapes and not the district's ``metric_crs``.
    """
    try:
        return metric_crs_for(longitude)
    except CRSError:
        return _own_meridian(longitude)


def _own_meridian(longitude: float) -> str:
    """Return a transverse Mercator like a belt's, on the nearest full degree.

    Not UTM: its scale of 0.9996 makes plane areas 0.08 % too small.
    """
    return f"+proj=tmerc +lon_0={round(longitude)} +x_0=500000 +ellps=GRS80 +units=m +type=crs"


def is_metric(crs: str) -> bool:
    """Return whether a name is that of a projected CRS in metres.

    Examples
    --------
    >>> is_metric("EPSG:4548"), is_metric("EPSG:4326"), is_metric("EPSG:0")
    (True, False, False)
    """
    try:
        known = CRS.from_user_input(crs)
    except UnknownCRSError:
        return False
    return bool(known.is_projected and known.axis_info[0].unit_name == "metre")


def require_metric(layer: gpd.GeoDataFrame | gpd.GeoSeries, what: str | Text) -> None:
    """Raise CRSError unless `layer` has a projected CRS in metres.

    Parameters
    ----------
    layer : GeoDataFrame or GeoSeries
        Any layer.
    what : str or Text
        How to name it in the message: the file, or a Text such as ``crs.outline``.

    Raises
    ------
    CRSError
        If the CRS is missing, geographic, or not in metres.
    """
    crs = layer.crs
    if crs is None:
        raise CRSError(Text("crs.not-said", what=what))
    crs = CRS.from_user_input(crs)
    if not crs.is_projected or crs.axis_info[0].unit_name != "metre":
        raise CRSError(Text("crs.not-metric", what=what, crs=crs.to_string(), metric=METRIC))


def to_wgs84(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `layer` in longitude and latitude, WGS84."""
    return layer.to_crs(WGS84)


def to_metric(layer: gpd.GeoDataFrame, crs: str = METRIC) -> gpd.GeoDataFrame:
    """Return `layer` in a metric CRS, by default that of Heping."""
    return layer.to_crs(crs)
