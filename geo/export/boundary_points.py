"""Write zones as the TXT of boundary points (国土界址点), as land administration exchanges them.

A head of ``key=value``, then for each parcel a line that ends with ``@`` and its corners:
number, ring, northing (X), easting (Y) with the number of the belt before it. GBK, CRLF, as
the programs that take the form expect it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import shapely

from geo.areas import geodesic_area_km2
from geo.crs import WGS84
from geo.texts import text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import geopandas as gpd

DECIMALS = 3
"""Of coordinates [m]: a millimetre."""


def boundary_points_bytes(
    zones: gpd.GeoDataFrame, zone_number: int, width: int, notice: Sequence[str], date: dt.date
) -> bytes:
    """Return the areas among zones as boundary points.

    Parameters
    ----------
    zones : GeoDataFrame
        In a CGCS2000 belt with its number in the eastings. Columns used:
        ``zone_id``, ``name``, geometry. Lines and points are left out.
    zone_number : int
        Number of the belt, such as 39.
    width : int
        Of the belt, 3 or 6 [degrees].
    notice : sequence of str
        Title, disclaimer and provenance, one key ``说明`` each.
    date : datetime.date

    Returns
    -------
    bytes
        GBK; what it cannot hold is written as ``?``. Areas are geodesic [ha].
        Without any area the head alone, which says so.
    """
    areas = zones[zones.geom_type.isin(["Polygon", "MultiPolygon"]) & ~zones.geometry.is_empty]
    if areas.empty:
        notice = [*notice, text("data-file.no-area")]
    hectares = geodesic_area_km2(areas.geometry.to_crs(WGS84)) * 100
    lines = [
        "[属性描述]",
        "格式版本号=1.01",
        f"数据产生日期={date.isoformat()}",
        "坐标系=2000国家大地坐标系",
        f"几度分带={width}",
        "投影类型=高斯克吕格",
        "计量单位=米",
        f"带号={zone_number}",
        f"精度={10**-DECIMALS:.3f}",
        "转换参数=0,0,0,0,0,0,0",
        *(f"说明={_cell(line, keep='，')}" for line in notice),
        "[地块坐标]",
    ]
    for zone_id, name, shape, area in zip(
        areas["zone_id"], areas["name"], areas.geometry, hectares, strict=True
    ):
        rings = [
            ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)
        ]
        count = sum(len(ring.coords) for ring in rings)
        lines.append(f"{count},{area:.4f},{_cell(zone_id)},{_cell(name)},面,,,,@")
        first = 1
        for number, ring in enumerate(rings, start=1):
            corners = shapely.get_coordinates(ring)
            last = len(corners) - 1
            for k, (easting, northing) in enumerate(corners.tolist()):
                label = first if k == last else first + k  # a ring ends at its first corner
                lines.append(f"J{label},{number},{northing:.{DECIMALS}f},{easting:.{DECIMALS}f}")
            first += last
    # GBK has no ©; the form's programs would show what stands in its place as a question mark.
    words = ("\r\n".join(lines) + "\r\n").replace("©", "(C)")
    return words.encode("gbk", "replace")


def _cell(value: object, keep: str = "") -> str:
    """Return text that no comma ends: the form has no quoting."""
    return re.sub(r"[,\r\n@]" if keep else r"[,，\r\n@]", "、", str(value))
