"""Measure the part of an item inside the district, for a stated figure of that part alone."""

from __future__ import annotations

import math
from collections.abc import Mapping

import geopandas as gpd
import shapely
from shapely import Geometry

from geo.areas import Z_95, geodesic_area_km2
from geo.base import CENTRE_READING, Base
from geo.crs import WGS84
from geo.plans.model import PartArea, PlanItem
from geo.texts import Text
from geo.verdicts import Alternative, Reading
from geo.zones.item import Zone, reading_about, to_files


def is_measurable(part: PartArea, base: Base) -> bool:
    """Return whether a part lies within what the base has an outline of: this district."""
    district = base.district
    return part.within in (
        "district",
        district.id,
        district.name,
        district.name_en,
        f"{district.city}{district.name}",
    )


def part_reading(polygon: Geometry, standard_error_km2: float, base: Base) -> Reading:
    """Return the area of a shape inside the district [km²]; `polygon` in the metric CRS."""
    inside = shapely.intersection(polygon, base.outline)
    area = float(geodesic_area_km2([to_files(inside, base.metric_crs)])[0])
    return reading_about(CENTRE_READING, area, standard_error_km2)


def carried_parts(
    item: PlanItem, origin: Zone, base: Base
) -> tuple[Mapping[str, Reading], Mapping[str, tuple[Alternative, ...]]]:
    """Return the part areas of an item whose shape is another's, and under other streets."""
    measurable = [part.id for part in item.part_areas if is_measurable(part, base)]
    if not measurable or origin.budget is None or origin.geometry is None:
        return {}, {}
    error = origin.budget.standard_error_km2
    reading = part_reading(_metric(origin.geometry, base), error, base)
    others = []
    for one in origin.alternatives:
        shape, default = origin.outlines.get(one.reading), one.default
        readings: tuple[Reading, ...] = ()
        if shape is not None and default is not None:
            standard_error = math.nan
            if default.high is not None and default.low is not None:
                standard_error = (default.high - default.low) / 2 / Z_95
            readings = (part_reading(_metric(shape, base), standard_error, base),)
        others.append(Alternative(one.reading, one.probability, one.changed, readings))
    return dict.fromkeys(measurable, reading), dict.fromkeys(measurable, tuple(others))


def part_obstacle(part: PartArea, zone: Zone) -> Text | None:
    """Return why a part of a drawn item is not measured; that of the item where it has one."""
    if zone.obstacle is not None:
        return zone.obstacle
    if part.id in zone.part_areas:
        return None
    key = "obstacle.part_of_strip" if zone.width_m is not None else "obstacle.part_elsewhere"
    return Text(key, within=part.within)


def _metric(geometry: Geometry, base: Base) -> Geometry:
    moved: Geometry = gpd.GeoSeries([geometry], crs=WGS84).to_crs(base.metric_crs).iloc[0]
    return moved
