"""Belts: the axis that a text names, its length, and the strip that a stated area gives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from shapely import Geometry, LineString, Point

from geo.areas import (
    Z_95,
    geodesic_area_km2,
    geodesic_length_m,
    printed_interval,
)
from geo.base import CENTRE_READING, Base
from geo.enclosures.strips import axis_between, corridor_with_area
from geo.errors import EnclosureError
from geo.plans.documents import PlanItem
from geo.texts import text
from geo.uncertainty.position import SMALLEST_CORNER_SINE
from geo.verdicts import Reading
from geo.zones.item import EDGE_COLUMNS, Drawn, to_files

if TYPE_CHECKING:
    from numpy.typing import NDArray

BORDER_REACH_M = 60.0
"""A belt whose axis lies this near to the outline for most of its way has one side."""

END_REACH_M = 20.0
"""Over this much either way the direction of a line that ends an axis is taken."""


def draw_belt(item: PlanItem, base: Base) -> Drawn:
    """Draw a belt along its axis with the width that its stated area gives."""
    assert item.axis is not None
    rivers = base.river_readings(base.data_name(item.axis.road))
    default: list[str | None] = [None]
    lengths = [
        _length_reading(item, base, reading or CENTRE_READING, reading, item.axis.to)
        for reading in ([*rivers] or default)
    ]
    if rivers:
        lengths[0] = replace(lengths[0], reading=CENTRE_READING)
    lengths += [
        _length_reading(item, base, f"end:{end}", rivers[0] if rivers else None, end)
        for end in item.axis.also_to
    ]
    axis = axis_of(item, base, rivers[0] if rivers else None, item.axis.to)
    edges = _axis_edge(item, base, axis, rivers[0] if rivers else None)
    if not item.stated_area_km2:
        return Drawn(
            item,
            geometry=to_files(axis, base.metric_crs),
            edges=edges,
            length_readings=tuple(lengths),
        )
    if not isinstance(axis, LineString):
        raise EnclosureError.of("axis.goes_on", item.id, roads="、".join(item.axis.continues))
    beside = shapely.buffer(shapely.boundary(base.outline), BORDER_REACH_M)
    on_border = shapely.length(shapely.intersection(axis, beside)) > shapely.length(axis) / 2
    corridor = corridor_with_area(
        axis,
        base.outline,
        float(item.stated_area_km2) * 1e6,
        sides="inside" if on_border else "both",
        what=item.id,
    )
    geometry = to_files(corridor.polygon, base.metric_crs)
    area = float(geodesic_area_km2([geometry])[0])
    return Drawn(
        item,
        geometry=geometry,
        edges=edges,
        # The width follows from the printed figure, and so does the interval.
        readings=(Reading(CENTRE_READING, area, *printed_interval(item.stated_area_km2)),),
        outlines={CENTRE_READING: geometry},
        length_readings=tuple(lengths),
        width_m=corridor.width_m,
    )


def axis_of(item: PlanItem, base: Base, river: str | None, to: str | None) -> Geometry:
    """Return the axis of an item, metric CRS, with the roads that continue it."""
    assert item.axis is not None
    lines = [
        axis_between(
            road,
            item.axis.from_ if road == item.axis.road else None,
            to if road == item.axis.road else None,
            base.centrelines(river),
            district=base.outline,
            aliases=base.alias_names(),
            what=item.id,
        )
        for road in (item.axis.road, *item.axis.continues)
    ]
    return lines[0] if len(lines) == 1 else shapely.union_all(lines)


def _length_reading(
    item: PlanItem, base: Base, label: str, river: str | None, to: str | None
) -> Reading:
    """Return the length of an axis [km]; its error is that of the two ends.

    Notes
    -----
    An end is where another road crosses, or where the district ends, which is
    taken as square to the axis. The shift of that line moves the end along
    the axis by its part across the line, divided by the sine of the angle at
    which they meet. A shift of the axis moves both ends, and counts only
    where they do not move alike. The lines are shifted as in
    `geo.areas.area_budget`, each by its own vector.
    """
    assert item.axis is not None
    axis = axis_of(item, base, river, to)
    line = to_files(axis, base.metric_crs)
    length = float(geodesic_length_m([line])[0]) / 1000
    lines = base.centrelines(river).drop_duplicates("name").set_index("name")
    across: list[NDArray[np.float64]] = []
    variance = 0.0
    for end, point, direction in _axis_ends(axis, item.axis.from_, to):
        if end is None:
            error_m, part = base.outline_error_m, direction
        else:
            crossing = lines.loc[base.data_name(end)]
            normal = _normal_at(crossing["geometry"], point)
            sine = float(normal @ direction)
            part = normal / np.copysign(max(abs(sine), SMALLEST_CORNER_SINE), sine)
            error_m = float(crossing["position_error_m"])
        across.append(part)
        variance += float((error_m * np.hypot(*part)) ** 2)
    own_error_m = float(lines["position_error_m"][base.data_name(item.axis.road)])
    variance += float((own_error_m * np.hypot(*np.sum(across, axis=0))) ** 2)
    half = Z_95 * variance**0.5 / 1000
    return Reading(label, length, max(0.0, length - half), length + half)


def _axis_ends(
    axis: Geometry, start: str | None, end: str | None
) -> list[tuple[str | None, Point, NDArray[np.float64]]]:
    """Return the limit, the place and the outward direction of both ends of an axis."""
    xy = shapely.get_coordinates(axis)
    first, last = xy[0] - xy[1], xy[-1] - xy[-2]
    return [
        (start, Point(xy[0]), first / np.hypot(*first)),
        (end, Point(xy[-1]), last / np.hypot(*last)),
    ]


def _normal_at(line: Geometry, point: Point) -> NDArray[np.float64]:
    """Return the unit normal of a line beside a point, over `END_REACH_M` either way."""
    near = shapely.intersection(line, point.buffer(END_REACH_M))
    xy = shapely.get_coordinates(near if shapely.length(near) > 0 else line)
    direction = xy[-1] - xy[0]
    normal: NDArray[np.float64] = np.array([-direction[1], direction[0]]) / np.hypot(*direction)
    return normal


def _axis_edge(item: PlanItem, base: Base, axis: Geometry, river: str | None) -> gpd.GeoDataFrame:
    """Return the axis as the one edge of a belt, with its source."""
    assert item.axis is not None
    line = base.centrelines(river).drop_duplicates("name").set_index("name")
    row = line.loc[base.data_name(item.axis.road)]
    alias = base.aliases.get(item.axis.road)
    text_zh = {"from": item.axis.from_, "to": item.axis.to}
    corners = {
        end: text("corner.outline", "zh") if road is None else text("corner.road", "zh", road=road)
        for end, road in text_zh.items()
    }
    return gpd.GeoDataFrame(
        [
            {
                "edge_id": f"{item.id}/axis",
                "zone_id": item.id,
                "limit": item.axis.road,
                "qualifier": "",
                "clause": "",
                "road": base.data_name(item.axis.road),
                "alias_reason": alias.reason if alias else "",
                "alias_reason_en": alias.reason_en if alias else "",
                "method": row["method"],
                "position_error_m": float(row["position_error_m"]),
                "source": row["source"],
                "source_en": row["source_en"],
                "length_m": round(float(shapely.length(axis)), 1),
                "corner_from": corners["from"],
                "corner_to": corners["to"],
                "gap_m": 0.0,
                "connector": False,
                "connector_reason": "",
                "connector_reason_en": "",
                "half_width_m": float(row["half_width_m"] or 0.0),
                "geometry": axis,
            }
        ],
        columns=EDGE_COLUMNS,
        crs=base.metric_crs,
    )
