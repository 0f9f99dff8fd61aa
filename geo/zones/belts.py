"""Draw belts: the axis that a text names, its length, the strip that a stated area gives."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely import Geometry, LineString, Point

from geo.areas import geodesic_area_km2, geodesic_length_m, printed_interval
from geo.base import CENTRE_READING, Base
from geo.enclosures.strips import Sides, axis_between, corridor_with_area, strip_inside
from geo.errors import EnclosureError
from geo.plans.model import PlanItem
from geo.texts import Text, text
from geo.uncertainty.identity import Combination, combinations
from geo.uncertainty.position import SMALLEST_CORNER_SINE, area_budget
from geo.verdicts import Alternative, Reading
from geo.zones.edges import Edges, Side, as_pieces, make_edges, side_pieces
from geo.zones.item import (
    Zone,
    alternative,
    main_lines,
    named_identities,
    reading_about,
    to_files,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

BORDER_REACH_M = 60.0
"""A belt whose axis lies this near to the outline for most of its way has one side."""

END_REACH_M = 20.0
"""Over this much either way the direction of a line that ends an axis is taken."""


@dataclass(frozen=True)
class Ends:
    """Which streets an axis follows and where it ends.

    Parameters
    ----------
    start, end : str or None
        As printed; None for the district's outline.
    river : str or None
        The reading of the rivers.
    lines : dict of str to str
        For a name among the centrelines the line that it is taken for.
    """

    start: str | None
    end: str | None
    river: str | None
    lines: Mapping[str, str]


def draw_belt(item: PlanItem, base: Base) -> Zone:
    """Draw a belt along its axis with the width that its stated area gives.

    Raises
    ------
    RoadNotFoundError, EnclosureError
        If the axis or one of its ends cannot be found.
    """
    assert item.axis is not None
    axis_of_item = item.axis
    # The length under every reading: of the river, and of an end that the text leaves open.
    data_names = {name: base.data_name(name) for name in axis_names(item)}
    names = list(dict.fromkeys(data_names.values()))
    rivers = base.river_readings(base.data_name(axis_of_item.road))
    main = Ends(
        axis_of_item.from_,
        axis_of_item.to,
        rivers[0] if rivers else None,
        main_lines(names, base),
    )
    lengths = [_length_reading(item, base, CENTRE_READING, main)]
    lengths += [
        _length_reading(item, base, reading, replace(main, river=reading)) for reading in rivers[1:]
    ]
    lengths += [
        _length_reading(item, base, f"start:{start}", replace(main, start=start))
        for start in axis_of_item.also_from
    ]
    lengths += [
        _length_reading(item, base, f"end:{end}", replace(main, end=end))
        for end in axis_of_item.also_to
    ]
    # The axis of the default reading, with the streets that its names may mean.
    axis = axis_between_ends(item, base, main)
    edges = axis_edges(item, base, axis, main)
    classes = {name: edges.classes(main.lines.get(name, name)) for name in names}
    for name in names:
        if not classes[name]:
            records = base.stretch_records(main.lines.get(name, name), main.river)
            classes[name] = [record["identity"] for record in records]
    identities = named_identities(names, base, classes)
    edges = edges.identified({i.name: i for i in identities}, data_names)
    all_combinations = combinations(identities)
    zone = Zone(
        item,
        geometry=to_files(axis, base.metric_crs),
        edges=edges.table,
        pieces=edges.pieces,
        length_readings=tuple(lengths),
        probability=all_combinations[0].probability,
        length_alternatives=tuple(
            _length_under(item, base, combination, main) for combination in all_combinations[1:]
        ),
    )
    # With a stated area the belt is a strip, as wide as the area asks for.
    if not item.stated_area_km2:
        return zone
    if not isinstance(axis, LineString):
        raise EnclosureError(
            Text("axis.goes_on", roads=list(axis_of_item.continues)).about(item.id)
        )
    corridor = corridor_with_area(
        axis,
        base.outline,
        float(item.stated_area_km2) * 1e6,
        sides="inside" if _is_on_border(axis, base) else "both",
        what=item.id,
    )
    geometry = to_files(corridor.polygon, base.metric_crs)
    area = float(geodesic_area_km2([geometry])[0])
    bounds = printed_interval(item.stated_area_km2, approximate=item.is_about(item.stated_area))
    return replace(
        zone,
        geometry=geometry,
        # The width follows from the printed figure, and so does the interval.
        readings=(Reading(CENTRE_READING, area, *bounds),),
        outlines={CENTRE_READING: geometry},
        width_m=corridor.width_m,
    )


def draw_strip(item: PlanItem, base: Base) -> Zone:
    """Draw the strip of a written width along the roads that a text names; nothing is judged.

    Raises
    ------
    RoadNotFoundError, EnclosureError
        If one of the roads cannot be found.
    """
    assert item.axis is not None
    width_m = item.axis.width_m
    assert width_m is not None
    data_names = {name: base.data_name(name) for name in axis_names(item)}
    names = list(dict.fromkeys(data_names.values()))
    rivers = [r for name in names for r in base.river_readings(name)]
    main = Ends(
        item.axis.from_, item.axis.to, rivers[0] if rivers else None, main_lines(names, base)
    )
    edges = axis_edges(item, base, axis_between_ends(item, base, main), main)
    strips = []
    for axis in road_axes(item, base, main):
        sides: Sides = "inside" if _is_on_border(axis, base) else "both"
        strips.append(strip_inside(axis, base.outline, width_m, sides))
    geometry = to_files(shapely.union_all(strips), base.metric_crs)
    area = float(geodesic_area_km2([geometry])[0])
    classes = {name: edges.classes(main.lines.get(name, name)) for name in names}
    identities = {i.name: i for i in named_identities(names, base, classes)}
    return Zone(
        item,
        geometry=geometry,
        edges=edges.identified(identities, data_names).table,
        pieces=edges.pieces,
        # The width is a rule of ours: the area that it gives has no error to speak of.
        readings=(Reading(CENTRE_READING, area, None, None),),
        outlines={CENTRE_READING: geometry},
        width_m=width_m,
    )


def axis_names(item: PlanItem) -> list[str]:
    """Return the names that an axis is drawn from, as printed: its roads and its main ends."""
    assert item.axis is not None
    ends = (item.axis.from_, item.axis.to)
    return [item.axis.road, *item.axis.continues, *(end for end in ends if end)]


def _is_on_border(axis: Geometry, base: Base) -> bool:
    """Return whether an axis runs along the outline for most of its way."""
    beside = shapely.buffer(shapely.boundary(base.outline), BORDER_REACH_M)
    along = shapely.length(shapely.intersection(axis, beside))
    return bool(along > shapely.length(axis) / 2)


def axis_between_ends(item: PlanItem, base: Base, ends: Ends) -> Geometry:
    """Return the axis of an item, metric CRS, with the roads that continue it."""
    lines = road_axes(item, base, ends)
    return lines[0] if len(lines) == 1 else shapely.union_all(lines)


def road_axes(item: PlanItem, base: Base, ends: Ends) -> list[LineString]:
    """Return the part of every road of an axis, metric CRS; the ends belong to the first."""
    assert item.axis is not None
    index = base.road_index(ends.river).standing_for(ends.lines)
    return [
        axis_between(
            road,
            ends.start if road == item.axis.road else None,
            ends.end if road == item.axis.road else None,
            index,
            district=base.outline,
            aliases=base.alias_names(),
            what=item.id,
        )
        for road in (item.axis.road, *item.axis.continues)
    ]


def _length_under(item: PlanItem, base: Base, combination: Combination, main: Ends) -> Alternative:
    """Return the length of an axis under another combination of streets."""
    ends = replace(main, lines=combination.lines)
    try:
        reading = _length_reading(item, base, CENTRE_READING, ends)
    except EnclosureError:
        return alternative(combination, ())
    return alternative(combination, (reading,))


def _length_reading(item: PlanItem, base: Base, label: str, ends: Ends) -> Reading:
    """Return the length of an axis [km]; its error is that of the two ends.

    Notes
    -----
    An end is where another road crosses, or where the district ends, which is
    taken as square to the axis. The shift of that line moves the end along
    the axis by its part across the line, divided by the sine of the angle at
    which they meet. A shift of the axis moves both ends, and counts only
    where they do not move alike; the axis has one error here, that of its
    least certain stretch in use. The lines are shifted as in
    `geo.uncertainty.position.area_budget`, each by its own vector.
    """
    axis = axis_between_ends(item, base, ends)
    line = to_files(axis, base.metric_crs)
    length = float(geodesic_length_m([line])[0]) / 1000
    across: list[NDArray[np.float64]] = []
    variance = 0.0
    for end, point, direction in _axis_ends(axis, ends.start, ends.end):
        if end is None:
            error_m, part = base.outline_error_m, direction
        else:
            stretch = _stretch_at(base, ends, end, point)
            normal = _normal_at(stretch["geometry"], point)
            sine = float(normal @ direction)
            part = normal / np.copysign(max(abs(sine), SMALLEST_CORNER_SINE), sine)
            error_m = float(stretch["position_error_m"])
        across.append(part)
        variance += float((error_m * np.hypot(*part)) ** 2)
    own_error_m = max(
        (float(piece["position_error_m"]) for piece in _axis_pieces(item, base, axis, ends)),
        key=lambda error: math.inf if math.isnan(error) else error,
    )
    variance += float((own_error_m * np.hypot(*np.sum(across, axis=0))) ** 2)
    return reading_about(label, length, variance**0.5 / 1000)


def _stretch_at(base: Base, ends: Ends, name: str, point: Point) -> dict[str, Any]:
    """Return the stretch of a road that lies nearest to a point."""
    data_name = base.data_name(name)
    stretches = base.stretch_records(ends.lines.get(data_name, data_name), ends.river)
    return min(stretches, key=lambda s: float(shapely.distance(s["geometry"], point)))


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


def _axis_sides(item: PlanItem, base: Base, axis: Geometry, ends: Ends) -> list[Side]:
    """Return the axis as edges: one where one road makes it, else one for each road."""
    assert item.axis is not None
    corners = [
        text("corner.outline", "zh") if road is None else text("corner.road", "zh", road=road)
        for road in (ends.start, ends.end)
    ]
    outline = text("corner.outline", "zh")
    roads = (item.axis.road, *item.axis.continues)
    shapes = [axis] if len(roads) == 1 else road_axes(item, base, ends)
    return [
        Side(
            edge_id=f"{item.id}/axis" if not number else f"{item.id}/axis-{number + 1}",
            zone_id=item.id,
            limit=road,
            road=ends.lines.get(base.data_name(road), base.data_name(road)),
            geometry=shape,
            corner_from=outline if number else corners[0],
            corner_to=outline if number else corners[1],
            length_m=float(shapely.length(shape)),
        )
        for number, (road, shape) in enumerate(zip(roads, shapes, strict=True))
    ]


def _axis_pieces(item: PlanItem, base: Base, axis: Geometry, ends: Ends) -> list[dict[str, Any]]:
    """Return the stretches that an axis runs along."""
    sides = _axis_sides(item, base, axis, ends)
    return [piece for side in sides for piece in side_pieces(side, base, ends.river)]


def axis_edges(item: PlanItem, base: Base, axis: Geometry, ends: Ends) -> Edges:
    """Return the axis of a belt as edges, with their sources."""
    sides = _axis_sides(item, base, axis, ends)
    pieces = _axis_pieces(item, base, axis, ends)
    return make_edges(sides, pieces, base).weighed(area_budget(0.0, as_pieces(pieces)))
