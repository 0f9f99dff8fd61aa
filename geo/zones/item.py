"""An item with what could be drawn and measured of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely
from shapely import Geometry

from geo.crs import WGS84
from geo.plans.documents import PlanItem
from geo.uncertainty.position import AreaBudget
from geo.verdicts import Reading

DECIMALS = 6
"""Decimals of a degree in every file: 0.1 m."""

EDGE_COLUMNS = [
    "edge_id", "zone_id", "limit", "qualifier", "clause", "road", "alias_reason",
    "alias_reason_en", "method", "position_error_m", "source", "source_en", "length_m",
    "corner_from", "corner_to", "gap_m", "connector", "connector_reason", "connector_reason_en",
    "half_width_m", "geometry",
]  # fmt: skip
"""Columns of an edge file, in order."""


@dataclass(frozen=True)
class Drawn:
    """One item with what could be drawn and measured of it.

    Parameters
    ----------
    geometry : Geometry or None
        WGS84, rounded; None where nothing can honestly be drawn.
    edges : GeoDataFrame or None
        `EDGE_COLUMNS`, metric CRS, in ring order.
    readings : tuple of Reading
        Areas [km²], the default first.
    outlines : dict of str to Geometry
        The shape under each reading, WGS84.
    length_readings : tuple of Reading
        Lengths [km] of a belt's axis, the default first.
    part_areas : dict of str to Reading
        Part areas [km²] by id.
    obstacle : tuple of str
        Why nothing was measured, in Chinese and English.
    """

    item: PlanItem
    geometry: Geometry | None = None
    edges: gpd.GeoDataFrame | None = None
    readings: tuple[Reading, ...] = ()
    outlines: Mapping[str, Geometry] = field(default_factory=dict)
    length_readings: tuple[Reading, ...] = ()
    part_areas: Mapping[str, Reading] = field(default_factory=dict)
    obstacle: tuple[str, str] = ("", "")
    budget: AreaBudget | None = None
    width_m: float | None = None


def rounded(geometry: Geometry) -> Geometry:
    """Return a WGS84 geometry on the grid of the files, six decimals."""
    return shapely.transform(geometry, lambda xy: np.round(xy, DECIMALS))


def to_files(geometry: Geometry, metric_crs: str) -> Geometry:
    """Return a metric geometry in WGS84, rounded as in the files."""
    return rounded(gpd.GeoSeries([geometry], crs=metric_crs).to_crs(WGS84).iloc[0])
