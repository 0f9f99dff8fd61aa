"""Make the mid-line and the near bank of a river from its line and its areas."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, MultiLineString, MultiPolygon, Polygon

from geo.errors import Issue
from geo.streets.reference_lines import reference_line
from geo.texts import Text

MEETS_M = 50.0
"""A mid-line this long inside an area shows that the area is the river's."""


def river_lines(
    waters: gpd.GeoDataFrame,
    outline: Polygon | MultiPolygon,
    area: Polygon | MultiPolygon,
    issues: list[Issue],
) -> list[dict[str, Any]]:
    """Return the readings of every named river that comes near an outline.

    Parameters
    ----------
    waters : GeoDataFrame
        ``name``, ``kind`` (``"line"``, ``"area"``), ``source_id``, metric CRS.
    outline : Polygon or MultiPolygon
        The district, same CRS: the bank on its side is the near one.
    area : Polygon or MultiPolygon
        The outline with its margin: lines end there.
    issues : list of Issue
        Gets an entry for a river without an area, hence without a bank.

    Returns
    -------
    list of dict
        ``name``, ``reading`` (``"mid_river"``, ``"bank"``), ``ids``, ``geometry``.
    """
    waters = waters[waters.geometry.notna() & waters.intersects(area)]
    lines, areas = waters[waters["kind"] == "line"], waters[waters["kind"] == "area"]
    rows: list[dict[str, Any]] = []
    names = [n for n in dict.fromkeys([*lines["name"], *areas["name"]]) if n]
    for name in sorted(names):
        own_lines = lines[lines["name"] == name]
        mid = _mid_line(own_lines, area)
        if mid is not None:
            ids = sorted(set(own_lines["source_id"]))
            rows.append({"name": name, "reading": "mid_river", "ids": ids, "geometry": mid})
        own_areas = areas[_is_area_of(areas, name, mid)]
        bank = _near_bank(own_areas, mid, outline, area)
        if bank is None:
            issues.append(
                Issue(
                    "bank-not-found",
                    "info",
                    name,
                    Text("street-import.no-bank", river=name),
                    Text("street-import.no-bank.remedy"),
                )
            )
        else:
            ids = sorted(set(own_areas["source_id"]))
            rows.append({"name": name, "reading": "bank", "ids": ids, "geometry": bank})
    return rows


def _mid_line(lines: gpd.GeoDataFrame, area: Polygon | MultiPolygon) -> Any:
    pieces = shapely.get_parts(shapely.intersection(lines.geometry.to_numpy(), area))
    parts = [p for p in pieces if isinstance(p, LineString) and p.length > 0]
    chains = reference_line(parts, [0] * len(parts)).parts
    if not chains:
        return None
    return chains[0] if len(chains) == 1 else MultiLineString(chains)


def _is_area_of(areas: gpd.GeoDataFrame, name: str, mid: Any) -> np.ndarray:
    """Tell which areas are a river's: by name, or nameless with its mid-line through them."""
    has_name: np.ndarray = (areas["name"] == name).to_numpy()
    if mid is None:
        return has_name
    inside = shapely.length(shapely.intersection(areas.geometry.to_numpy(), mid))
    return np.asarray(has_name | ((areas["name"] == "").to_numpy() & (inside >= MEETS_M)))


def _near_bank(
    areas: gpd.GeoDataFrame,
    mid: Any,
    outline: Polygon | MultiPolygon,
    area: Polygon | MultiPolygon,
) -> Any:
    """Return the shore on the side of the outline; islands have none."""
    if areas.empty:
        return None
    water = shapely.union_all(shapely.make_valid(areas.geometry.to_numpy()))
    shores = shapely.get_exterior_ring(
        [part for part in shapely.get_parts(water) if isinstance(part, Polygon)]
    )
    shore = shapely.intersection(MultiLineString(list(shores)), area)
    if mid is not None and shore.intersects(mid):
        # where the water ends its shore runs across the river: that is no bank
        reach = np.median(shapely.distance(shapely.points(shapely.get_coordinates(shore)), mid))
        shore = shapely.difference(shore, shapely.buffer(mid, reach / 2))
    merged = shapely.line_merge(shore)
    banks = [p for p in shapely.get_parts(merged) if isinstance(p, LineString) and p.length > 0]
    if not banks:
        return None
    core = shapely.intersection(outline, area).representative_point()
    banks.sort(key=lambda bank: (bank.distance(core), bank.wkt))
    near = banks[:1]
    if mid is not None:
        near = [bank for bank in banks if not _across(bank, core, mid)] or near
    return near[0] if len(near) == 1 else MultiLineString(near)


def _across(bank: LineString, core: shapely.Point, mid: Any) -> bool:
    """Tell whether the mid-line runs between the middle of a bank and the outline's core."""
    sight = LineString([bank.interpolate(0.5, normalized=True), core])
    return len(shapely.get_parts(shapely.intersection(sight, mid))) % 2 == 1
