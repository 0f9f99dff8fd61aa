"""Draw zones enclosed by limits: a ring for every reading and every likely set of streets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from geo.areas import geodesic_area_km2, printed_interval
from geo.base import CENTRE_READING
from geo.enclosures.enclose import Connector as RingConnector
from geo.enclosures.enclose import Enclosure, enclose, order_limits
from geo.enclosures.road_index import find_road
from geo.errors import EnclosureError
from geo.uncertainty.identity import combinations
from geo.uncertainty.implied import implied_shift
from geo.uncertainty.position import AreaBudget, area_budget
from geo.uncertainty.rebuilding import ring_model
from geo.zones.edges import Edges, Side, as_pieces, make_edges, side_pieces
from geo.zones.item import (
    Zone,
    alternative,
    item_limits,
    main_lines,
    named_identities,
    reading_about,
    to_files,
)
from geo.zones.limit_lines import beside_words, ground_piece, with_own_lines
from geo.zones.parts import is_measurable, part_reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely import Geometry

    from geo.base import Base
    from geo.enclosures.road_index import RoadIndex
    from geo.plans.model import Connector, PlanItem
    from geo.sentences.limits import Limit
    from geo.texts import Text
    from geo.verdicts import Alternative, Reading
    from geo.zones.limit_lines import OwnLine


@dataclass(frozen=True)
class Course:
    """Which lines a ring is traced along.

    Parameters
    ----------
    river : str or None
        The reading of the rivers.
    lines : dict of str to str
        For a name among the centrelines the line that it is taken for.
    also : str
        The connector that takes the place of the one declared.
    """

    river: str | None
    lines: Mapping[str, str]
    also: str = ""


@dataclass(frozen=True)
class Trace:
    """A ring that was traced along one course, and measured."""

    ring: Enclosure
    sides: list[Side]
    pieces: list[dict[str, Any]]
    geometry: Geometry
    budget: AreaBudget

    def reading(self, reading: str) -> Reading:
        """Return the area with its interval."""
        return reading_about(reading, self.budget.area_km2, self.budget.standard_error_km2)


def draw_enclosed(item: PlanItem, base: Base) -> Zone:
    """Draw a zone from its limits, under every reading and every likely set of streets.

    Raises
    ------
    LimitsError, RoadNotFoundError, EnclosureError
        If the main streets enclose no ring.
    """
    # First as the plan is read by default: the shape, its edges and how sure each one is.
    limits = item_limits(item, base)
    data_names = {limit.name: base.data_name(limit.name) for limit in limits}
    names = list(dict.fromkeys(data_names.values()))
    rivers = list(dict.fromkeys(r for name in names for r in base.river_readings(name)))
    main = Course(rivers[0] if rivers else None, main_lines(names, base))
    trace = trace_course(item, limits, base, main)
    edges = make_edges(trace.sides, trace.pieces, base).weighed(trace.budget)
    classes = {name: edges.classes(main.lines.get(name, name)) for name in names}
    # Which street a name stands for may be in doubt; every likely set of streets has a weight.
    identities = named_identities(names, base, classes)
    edges = edges.identified({i.name: i for i in identities}, data_names)
    all_combinations = combinations(identities)

    # Other readings of the default streets: each has its own figure.
    readings, outlines = _readings(item, limits, base, main, rivers, trace, every=True)
    parts = _part_areas(item, trace, base)
    others: list[Alternative] = []
    other_parts: dict[str, list[Alternative]] = {part.id: [] for part in item.part_areas}
    # The less likely streets give figures of their own, or none where they close no ring.
    for combination in all_combinations[1:]:
        course = replace(main, lines=combination.lines)
        try:
            its_trace = trace_course(item, limits, base, course)
        except EnclosureError:
            others.append(alternative(combination, ()))
            for rows in other_parts.values():
                rows.append(alternative(combination, ()))
            continue
        its_readings, _ = _readings(item, limits, base, course, rivers, its_trace, every=False)
        others.append(alternative(combination, tuple(its_readings)))
        outlines[combination.reading] = its_trace.geometry
        for part_id, reading in _part_areas(item, its_trace, base).items():
            other_parts[part_id].append(alternative(combination, (reading,)))
    return Zone(
        item,
        geometry=trace.geometry,
        edges=edges.table,
        pieces=edges.pieces,
        readings=tuple(readings),
        outlines=outlines,
        part_areas=parts,
        budget=trace.budget,
        probability=all_combinations[0].probability,
        alternatives=tuple(others),
        part_alternatives={part_id: tuple(rows) for part_id, rows in other_parts.items()},
        implied=_implied(item, edges, trace.budget, base, main.river),
    )


def trace_course(item: PlanItem, limits: tuple[Limit, ...], base: Base, course: Course) -> Trace:
    """Trace and measure the ring of an item along one course.

    Raises
    ------
    RoadNotFoundError, EnclosureError
        See `geo.enclosures.enclose`.
    """
    index = base.road_index(course.river).standing_for(course.lines)
    connectors = []
    for connector in item.connectors:
        road = course.also if course.also in connector.also else connector.name
        if road == connector.name and connector.is_straight:
            index = _with_straight(connector, index, base, item.id)
        connectors.append(
            RingConnector(
                connector.between, road, connector.reason, connector.evidence, connector.error_m
            )
        )
    aliases = base.alias_names()
    limits, index, own_lines = with_own_lines(limits, index, base, item.id)
    if any(limit.side for limit in limits):
        limits = order_limits(limits, index, connectors=connectors, aliases=aliases, what=item.id)
    ring = enclose(limits, index, connectors=connectors, aliases=aliases, what=item.id)
    sides = _sides(item, ring, limits, course, own_lines, base)
    pieces = [piece for side in sides for piece in side_pieces(side, base, course.river)]
    geometry = to_files(ring.polygon, base.metric_crs)
    budget = area_budget(float(geodesic_area_km2([geometry])[0]), as_pieces(pieces))
    return Trace(ring, sides, pieces, geometry, budget)


def _with_straight(connector: Connector, index: RoadIndex, base: Base, what: str) -> RoadIndex:
    """Return an index with the straight line that joins two limits where they come nearest."""
    first, second = (
        index.road(find_road(name, index, base.alias_names(), what).data_name)
        for name in connector.between
    )
    return index.with_line(connector.name, shapely.shortest_line(first.shape, second.shape))


def _sides(
    item: PlanItem,
    ring: Enclosure,
    limits: Sequence[Limit],
    course: Course,
    own_lines: Mapping[str, OwnLine],
    base: Base,
) -> list[Side]:
    """Return the edges of a ring with the words and connectors that they come from."""
    clauses = {limit.name: limit for limit in limits}
    connectors = {c.name: c for c in item.connectors}
    connectors |= {road: c for c in item.connectors for road in c.also}
    sentence = item.limits_text
    sides = []
    for number, edge in enumerate(ring.sides(), start=1):
        limit = clauses.get(edge.limit)
        own_line = own_lines.get(edge.limit)
        road = base.data_name(own_line.limit.name) if own_line else edge.road
        connector = connectors.get(edge.limit) if edge.is_connector else None
        if connector is not None and edge.limit != connector.name:
            # Another street in the place of a straight line is a street.
            connector = connector.model_copy(update={"road": edge.limit})
        sides.append(
            Side(
                edge_id=f"{item.id}/{number}",
                zone_id=item.id,
                limit=own_line.limit.name if own_line else edge.limit,
                road=course.lines.get(road, road),
                geometry=edge.line,
                corner_from=edge.corner_from,
                corner_to=edge.corner_to,
                length_m=edge.length_m,
                gap_m=edge.gap_m,
                qualifier=beside_words(limit) if limit else "",
                clause=sentence[limit.start : limit.end] if limit and sentence else "",
                connector=connector,
                is_parallel=own_line is not None,
                own_piece=ground_piece(own_line) if own_line else None,
            )
        )
    return sides


def _readings(
    item: PlanItem,
    limits: tuple[Limit, ...],
    base: Base,
    course: Course,
    rivers: Sequence[str],
    trace: Trace,
    *,
    every: bool,
) -> tuple[list[Reading], dict[str, Geometry]]:
    """Return the areas and outlines of one set of streets, the default first.

    Without `every` no reading is looked for that a verdict does not need: the
    stated figure already meets an earlier one.
    """
    readings = [trace.reading(CENTRE_READING)]
    outlines = {CENTRE_READING: trace.geometry}
    bounds = None
    if item.stated_area_km2:
        bounds = printed_interval(item.stated_area_km2, approximate=item.is_about(item.stated_area))

    def is_enough() -> bool:
        return not every and (bounds is None or any(r.meets(bounds) for r in readings))

    courses = [(reading, replace(course, river=reading)) for reading in rivers[1:]]
    courses += [
        (f"connector:{road}", replace(course, also=road))
        for connector in item.connectors
        for road in connector.also
    ]
    for reading, other in courses:
        if is_enough():
            return readings, outlines
        try:
            its_trace = trace_course(item, limits, base, other)
        except EnclosureError:
            # The default reading closes; one that does not is no reading of this zone.
            continue
        readings.append(its_trace.reading(reading))
        outlines[reading] = its_trace.geometry
    if is_enough():
        return readings, outlines
    table = gpd.GeoDataFrame(trace.pieces, geometry="geometry", crs=base.metric_crs)
    for reading, shape in kerb_outlines(trace.ring.polygon, table).items():
        outlines[reading] = to_files(shape, base.metric_crs)
        area = float(geodesic_area_km2([outlines[reading]])[0])
        readings.append(reading_about(reading, area, trace.budget.standard_error_km2))
    return readings, outlines


def kerb_outlines(polygon: Geometry, pieces: gpd.GeoDataFrame) -> dict[str, Geometry]:
    """Return a ring drawn on the inner and on the outer kerb of its roads.

    Parameters
    ----------
    polygon : Polygon
        The ring on the centre lines, metric CRS.
    pieces : GeoDataFrame
        Its edges, or the stretches of them. Columns used: ``half_width_m``
        (0 for a river), ``geometry``.

    Returns
    -------
    dict of str to Polygon
        ``"inner_kerb"`` and ``"outer_kerb"``, metric CRS; empty where no edge
        has a width.
    """
    wide = pieces[pieces["half_width_m"] > 0]
    if wide.empty:
        return {}
    strips = shapely.union_all(
        shapely.buffer(
            wide.geometry.array, wide["half_width_m"].to_numpy(), cap_style="square",
            join_style="mitre",
        )
    )  # fmt: skip
    return {
        "inner_kerb": shapely.difference(polygon, strips),
        "outer_kerb": shapely.union(polygon, strips),
    }


def _part_areas(item: PlanItem, trace: Trace, base: Base) -> dict[str, Reading]:
    """Return the part of an item inside the district, for each such stated figure."""
    result: dict[str, Reading] = {}
    for part in item.part_areas:
        if is_measurable(part, base):
            error = trace.budget.standard_error_km2
            result[part.id] = part_reading(trace.ring.polygon, error, base)
    return result


def _implied(
    item: PlanItem, edges: Edges, budget: AreaBudget, base: Base, river: str | None
) -> Text | None:
    """Return what the stated area says of the weakest side; None where it says nothing."""
    if not item.stated_area_km2:
        return None
    model = ring_model(edges.pieces, lambda line: base.stretch_records(line, river))
    bounds = printed_interval(item.stated_area_km2, approximate=item.is_about(item.stated_area))
    shift = implied_shift(edges.pieces, model, budget, float(item.stated_area_km2), bounds)
    return shift.text if shift else None
