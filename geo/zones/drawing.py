"""Draw one item by its basis, and judge its figures."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from shapely import Geometry, point_on_surface

from geo.base import Base
from geo.errors import (
    EnclosureError,
    GeoError,
    Issue,
    IssueLevel,
    LimitsError,
    RoadNotFoundError,
)
from geo.plans.model import PlanItem
from geo.sentences.limits import Fault
from geo.texts import Text
from geo.verdicts import Finding, Measurement, StatedFigure, judge
from geo.zones.belts import Ends, axis_between_ends, axis_names, draw_belt, draw_strip
from geo.zones.enclosed import draw_enclosed
from geo.zones.item import Zone, item_limits, limit_gaps, main_lines, rounded, to_files
from geo.zones.parts import carried_parts, part_obstacle

logger = logging.getLogger(__name__)


ONLY_NAMED = Text("obstacle.named")
"""Why a figure of an item that is only named cannot be measured."""


def draw_item(item: PlanItem, base: Base, zones: Mapping[str, Zone], issues: list[Issue]) -> Zone:
    """Draw one item by its basis; a fault becomes an Issue and an item without geometry."""
    logger.info("Drawing %s (%s)", item.id, item.basis)
    try:
        if item.basis == "interpreted" and item.axis is not None:
            return draw_strip(item, base)
        if item.basis in ("stated", "interpreted"):
            return draw_enclosed(item, base)
        if item.basis == "corridor":
            return draw_belt(item, base)
        if item.basis == "carried":
            return _carry(item, base, zones)
        return _draw_named(item, base, zones)
    except RoadNotFoundError as error:
        missing = [name for name in _named_lines(item, base) if name in base.missing]
        code = "limit-missing" if missing else "road-not-found"
        issues.append(_issue(code, "warning" if missing else "error", item, error))
        if missing:
            return Zone(item, obstacle=Text("obstacle.limit_missing", names=missing))
        return Zone(item, obstacle=Text("obstacle.road-not-found", error=error.words.bare))
    except (LimitsError, EnclosureError) as error:
        code = "limits-not-understood" if isinstance(error, LimitsError) else "no-ring"
        issues.append(_issue(code, "error", item, error))
        return Zone(item, obstacle=Text(f"obstacle.{code}", error=error.words.bare))


def _issue(code: str, level: IssueLevel, item: PlanItem, error: GeoError) -> Issue:
    return Issue(
        code,
        level,
        item.id,
        error.words.bare,
        Text(f"drawing.{code}"),
    )


def _named_lines(item: PlanItem, base: Base) -> list[str]:
    """Return the names of the lines that an item is drawn from."""
    if item.axis is not None:
        ends = (item.axis.from_, item.axis.to, *item.axis.also_from, *item.axis.also_to)
        return [item.axis.road, *item.axis.continues, *(end for end in ends if end)]
    return [limit.name for limit in item_limits(item, base)]


def _carry(item: PlanItem, base: Base, zones: Mapping[str, Zone]) -> Zone:
    """Take over the shape of the same place under an earlier plan."""
    origin = zones[str(item.carried_from)]
    edges = origin.edges
    if edges is not None:
        edges = edges.assign(
            zone_id=item.id,
            edge_id=[f"{item.id}/{n}" for n in range(1, len(edges) + 1)],
        )
    parts, other_parts = carried_parts(item, origin, base)
    return replace(
        origin,
        item=item,
        edges=edges,
        part_areas=parts,
        part_alternatives=other_parts,
        # The shift follows from the figure of the plan that the shape is carried from.
        implied=origin.implied if item.stated_area_km2 == origin.item.stated_area_km2 else None,
    )


def _draw_named(item: PlanItem, base: Base, zones: Mapping[str, Zone]) -> Zone:
    """Return a name's street or a point to write it at; never an area.

    A street that the base does not have leaves the item without geometry:
    that is no fault, for nothing was claimed to be drawable.
    """
    if item.axis is not None:
        # A cross street ends at the bank or the riverside road where it does not reach the
        # middle of the river; one that reaches no end in the base is drawn as far as it goes.
        courses = [(item.axis.from_, item.axis.to, river) for river in _river_readings(item, base)]
        for start, end, river in [*courses, (None, None, courses[0][2])]:
            try:
                return _named_axis(item, base, start, end, river)
            except GeoError as error:
                logger.info("%s from %s to %s is not drawn: %s", item.id, start, end, error)
    geometry = _label_point(item, base, zones)
    if item.kind == "zone" and (gaps := limit_gaps(item, base)):
        return Zone(item, geometry=geometry, obstacle=_not_read_whole(gaps))
    return Zone(item, geometry=geometry, obstacle=ONLY_NAMED if geometry else _unplaced(item))


def _river_readings(item: PlanItem, base: Base) -> list[str | None]:
    """Return the readings of the rivers among an item's names; one None where there is none."""
    names = [base.data_name(name) for name in axis_names(item)]
    return [r for name in names for r in base.river_readings(name)] or [None]


def _named_axis(
    item: PlanItem, base: Base, start: str | None, end: str | None, river: str | None
) -> Zone:
    """Return the street of a name as a line."""
    names = [base.data_name(name) for name in axis_names(item)]
    axis = axis_between_ends(item, base, Ends(start, end, river, main_lines(names, base)))
    return Zone(item, geometry=to_files(axis, base.metric_crs), obstacle=ONLY_NAMED)


def _unplaced(item: PlanItem) -> Text:
    """Return why not even a point can be drawn for a name."""
    if item.axis is not None:
        return Text("obstacle.no_street", name=item.axis.road)
    return Text("obstacle.no_position", name=item.short_name)


def _not_read_whole(gaps: Sequence[Fault]) -> Text:
    """Return why an item whose limits were not read whole has no shape."""
    return Text("obstacle.gaps", found=list(dict.fromkeys(gap.words for gap in gaps)))


def _label_point(item: PlanItem, base: Base, zones: Mapping[str, Zone]) -> Geometry | None:
    """Return where the name of an item may be written, or None."""
    origin = zones.get(item.label_at)
    if origin is not None:
        return None if origin.geometry is None else rounded(point_on_surface(origin.geometry))
    names = [item.label_at] if item.label_at else [item.short_name, item.name]
    points = base.landmark_points
    point = next((points[name] for name in points if name in names), None)
    return None if point is None else rounded(point)


def item_findings(zone: Zone) -> list[Finding]:
    """Judge every figure of an item; one ``not_stated`` for a drawn item without any."""
    item = zone.item
    findings = []
    # An area is judged where one is stated or measured; without either there is nothing to say.
    if item.stated_area_km2 or (not item.stated_length_km and zone.readings):
        area = StatedFigure(
            item.id,
            "area",
            item.stated_area_km2 or "",
            item.stated_area,
            item.is_about(item.stated_area),
            # A width that a rule of ours gives follows from no figure.
            used_to_draw=zone.width_m is not None and item.basis != "interpreted",
        )
        probability = zone.probability if zone.alternatives or zone.budget else 1.0
        measurement = Measurement(zone.readings, zone.obstacle, probability, zone.alternatives)
        findings.append(replace(judge(area, measurement), implied=zone.implied))
    # A length needs an axis; where none was found that is the obstacle.
    if item.stated_length_km:
        length = StatedFigure(
            item.id,
            "length",
            item.stated_length_km,
            item.stated_length,
            item.is_about(item.stated_length),
        )
        no_axis = None if zone.length_readings else Text("obstacle.no_axis")
        measurement = Measurement(
            zone.length_readings,
            zone.obstacle or no_axis,
            zone.probability,
            zone.length_alternatives,
        )
        findings.append(judge(length, measurement))
    # A part that was not cut out has its own obstacle: it lies elsewhere, or in a strip.
    for part in item.part_areas:
        reading = zone.part_areas.get(part.id)
        figure = StatedFigure(
            item.id, "part_area", part.km2, part.stated, part.approximate, part=part.id
        )
        measurement = Measurement(
            (reading,) if reading else (),
            part_obstacle(part, zone),
            zone.probability,
            zone.part_alternatives.get(part.id, ()),
        )
        findings.append(judge(figure, measurement))
    return findings
