"""From plan texts and base geography to zone files, byte for byte the same each time."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely
from shapely import Geometry

from geo.areas import Z_95, geodesic_area_km2
from geo.base import CENTRE_READING, Base
from geo.enclosures.enclose import Connector as RingConnector
from geo.enclosures.enclose import Enclosure, enclose, order_limits
from geo.errors import (
    EnclosureError,
    GeoError,
    Issue,
    IssueLevel,
    LimitsError,
    RoadNotFoundError,
)
from geo.plans.documents import PlanItem
from geo.sentences.limits import Limit, parse_limits
from geo.sentences.script import simplified
from geo.texts import text
from geo.uncertainty.position import AreaBudget, area_budget
from geo.verdicts import Finding, Reading, judge
from geo.zones.belts import axis_of, draw_belt
from geo.zones.item import EDGE_COLUMNS, Drawn, rounded, to_files

if TYPE_CHECKING:
    pass

logger = logging.getLogger(__name__)


def draw_item(item: PlanItem, base: Base, drawn: Mapping[str, Drawn], issues: list[Issue]) -> Drawn:
    """Draw one item by its basis; a fault becomes an Issue and an item without geometry."""
    logger.info("Drawing %s (%s)", item.id, item.basis)
    try:
        if item.basis in ("stated", "interpreted"):
            return _draw_enclosed(item, base)
        if item.basis == "corridor":
            return draw_belt(item, base)
        if item.basis == "carried":
            return _carry(item, drawn)
        return _draw_named(item, base, drawn)
    except RoadNotFoundError as error:
        missing = [name for name in _named_lines(item, base) if name in base.missing]
        names = "、".join(missing)
        code = "limit-missing" if missing else "road-not-found"
        issues.append(_issue(code, "warning" if missing else "error", item, error))
        return Drawn(
            item,
            obstacle=(
                text("obstacle.limit_missing", "zh", names=names or _told(error, item)),
                text("obstacle.limit_missing", "en", names=names or str(error)),
            ),
        )
    except (LimitsError, EnclosureError) as error:
        code = "limits-not-understood" if isinstance(error, LimitsError) else "no-ring"
        issues.append(_issue(code, "error", item, error))
        return Drawn(
            item,
            obstacle=(
                text(f"obstacle.{code}", "zh", error=_told(error, item)),
                text(f"obstacle.{code}", "en", error=str(error)),
            ),
        )


def _told(error: GeoError, item: PlanItem) -> str:
    """Return in Chinese what an error says of an item, without the item's id before it."""
    return error.explain("zh").removeprefix(f"{item.id}：")


def _issue(code: str, level: IssueLevel, item: PlanItem, error: GeoError) -> Issue:
    return Issue(
        code,
        level,
        item.id,
        str(error),
        text(f"drawing.{code}", "en"),
        _told(error, item),
        text(f"drawing.{code}", "zh"),
    )


def item_limits(item: PlanItem, base: Base) -> tuple[Limit, ...]:
    """Return the limits of an item: parsed from its sentence, or as interpreted."""
    if item.basis == "interpreted":
        return tuple(Limit(name, "", None, 0, 0) for name in item.interpreted_limits)
    known = {*base.lines_by_name, *base.aliases, *base.missing}
    limits = parse_limits(item.limits_text, known)
    for limit in limits:
        if limit.offset_m is not None:
            raise LimitsError.of(
                "drawing.offset", item.id, name=limit.name, metres=f"{limit.offset_m:g}"
            )
    # 雲臺路 in the text is 云台路 in the base.
    return tuple(
        limit if limit.name in known else replace(limit, name=plain)
        for limit in limits
        for plain in [simplified(limit.name) if simplified(limit.name) in known else limit.name]
    )


def _named_lines(item: PlanItem, base: Base) -> list[str]:
    """Return the names of the lines that an item is drawn from."""
    if item.axis is not None:
        ends = (item.axis.from_, item.axis.to, *item.axis.also_to)
        return [item.axis.road, *item.axis.continues, *(end for end in ends if end)]
    return [limit.name for limit in item_limits(item, base)]


def _ring(
    item: PlanItem, limits: tuple[Limit, ...], base: Base, river: str | None, also: str = ""
) -> Enclosure:
    """Trace the ring of an item under one reading of the river and of a connector."""
    centrelines = base.centrelines(river)
    connectors = [
        RingConnector(
            between=c.between,
            road=also if also in c.also else c.road,
            reason=c.reason,
            evidence=c.evidence,
            error_m=c.error_m,
        )
        for c in item.connectors
    ]
    if any(limit.side for limit in limits):
        limits = order_limits(
            limits,
            centrelines,
            connectors=connectors,
            aliases=base.alias_names(),
            what=item.id,
        )
    return enclose(
        limits, centrelines, connectors=connectors, aliases=base.alias_names(), what=item.id
    )


def _draw_enclosed(item: PlanItem, base: Base) -> Drawn:
    """Draw a zone from its limits, under every reading."""
    limits = item_limits(item, base)
    rivers = [r for limit in limits for r in base.river_readings(base.data_name(limit.name))]
    default_ring = _ring(item, limits, base, rivers[0] if rivers else None)
    edges = _edges(item, default_ring, limits, base, rivers[0] if rivers else None)
    geometry = to_files(default_ring.polygon, base.metric_crs)
    budget = area_budget(float(geodesic_area_km2([geometry])[0]), edges)

    outlines: dict[str, Geometry] = {CENTRE_READING: geometry}
    readings = [_area_reading(CENTRE_READING, budget)]
    for reading in rivers[1:]:
        ring = _ring(item, limits, base, reading)
        shape = to_files(ring.polygon, base.metric_crs)
        outlines[reading] = shape
        own = _edges(item, ring, limits, base, reading)
        readings.append(
            _area_reading(reading, area_budget(float(geodesic_area_km2([shape])[0]), own))
        )
    for connector in item.connectors:
        for road in connector.also:
            ring = _ring(item, limits, base, rivers[0] if rivers else None, also=road)
            shape = to_files(ring.polygon, base.metric_crs)
            outlines[f"connector:{road}"] = shape
            own = _edges(item, ring, limits, base, rivers[0] if rivers else None)
            readings.append(
                _area_reading(
                    f"connector:{road}", area_budget(float(geodesic_area_km2([shape])[0]), own)
                )
            )
    for reading, shape in kerb_outlines(default_ring.polygon, edges).items():
        outline = to_files(shape, base.metric_crs)
        outlines[reading] = outline
        area = float(geodesic_area_km2([outline])[0])
        half = Z_95 * budget.standard_error_km2
        readings.append(Reading(reading, area, max(0.0, area - half), area + half))
    return Drawn(
        item,
        geometry=geometry,
        edges=edges,
        readings=tuple(readings),
        outlines=outlines,
        part_areas=_part_areas(item, default_ring.polygon, budget, base),
        budget=budget,
    )


def _area_reading(reading: str, budget: AreaBudget) -> Reading:
    return Reading(reading, budget.area_km2, budget.low_km2, budget.high_km2)


def kerb_outlines(polygon: Geometry, edges: gpd.GeoDataFrame) -> dict[str, Geometry]:
    """Return a ring drawn on the inner and on the outer kerb of its roads.

    Parameters
    ----------
    polygon : Polygon
        The ring on the centre lines, metric CRS.
    edges : GeoDataFrame
        Its edges. Columns used: ``half_width_m`` (0 for a river), ``geometry``.

    Returns
    -------
    dict of str to Polygon
        ``"inner_kerb"`` and ``"outer_kerb"``, metric CRS; empty where no edge
        has a width.
    """
    wide = edges[edges["half_width_m"] > 0]
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


def _edges(
    item: PlanItem,
    ring: Enclosure,
    limits: tuple[Limit, ...],
    base: Base,
    river: str | None,
) -> gpd.GeoDataFrame:
    """Return the edges of a ring with the source of every side."""
    lines = base.centrelines(river).drop_duplicates("name").set_index("name")
    clauses = {limit.name: limit for limit in limits}
    sentence = item.limits_text
    connectors = {c.road: c for c in item.connectors}
    connectors |= {road: c for c in item.connectors for road in c.also}
    rows: list[dict[str, Any]] = []
    for number, edge in enumerate(ring.edges.itertuples(), start=1):
        line = lines.loc[edge.road]
        alias = base.aliases.get(edge.limit)
        limit = clauses.get(edge.limit)
        connector = connectors.get(edge.road) if edge.connector else None
        rows.append(
            {
                "edge_id": f"{item.id}/{number}",
                "zone_id": item.id,
                "limit": edge.limit,
                "qualifier": limit.qualifier if limit else "",
                "clause": sentence[limit.start : limit.end] if limit and sentence else "",
                "road": edge.road,
                "alias_reason": alias.reason if alias else "",
                "alias_reason_en": alias.reason_en if alias else "",
                "method": line["method"],
                "position_error_m": (
                    connector.error_m if connector else float(line["position_error_m"])
                ),
                "source": line["source"],
                "source_en": line["source_en"],
                "length_m": round(float(edge.length_m), 1),
                "corner_from": edge.corner_from,
                "corner_to": edge.corner_to,
                "gap_m": round(float(edge.gap_m), 1),
                "connector": bool(edge.connector),
                "connector_reason": connector.reason if connector else "",
                "connector_reason_en": connector.reason_en if connector else "",
                "half_width_m": float(line["half_width_m"] or 0.0),
                "geometry": edge.geometry,
            }
        )
    return gpd.GeoDataFrame(rows, columns=EDGE_COLUMNS, crs=base.metric_crs)


def _part_areas(
    item: PlanItem, polygon: Geometry, budget: AreaBudget, base: Base
) -> dict[str, Reading]:
    """Return the part of an item inside the district, for each such stated figure."""
    result: dict[str, Reading] = {}
    for part in item.part_areas:
        inside = to_files(shapely.intersection(polygon, base.outline), base.metric_crs)
        area = float(geodesic_area_km2([inside])[0])
        half = Z_95 * budget.standard_error_km2
        result[part.id] = Reading(CENTRE_READING, area, max(0.0, area - half), area + half)
    return result


def _carry(item: PlanItem, drawn: Mapping[str, Drawn]) -> Drawn:
    """Take over the shape of the same place under an earlier plan."""
    origin = drawn[str(item.carried_from)]
    edges = origin.edges
    if edges is not None:
        edges = edges.assign(
            zone_id=item.id,
            edge_id=[f"{item.id}/{n}" for n in range(1, len(edges) + 1)],
        )
    return Drawn(
        item,
        geometry=origin.geometry,
        edges=edges,
        readings=origin.readings,
        outlines=origin.outlines,
        length_readings=origin.length_readings,
        obstacle=origin.obstacle,
        budget=origin.budget,
        width_m=origin.width_m,
    )


def _draw_named(item: PlanItem, base: Base, drawn: Mapping[str, Drawn]) -> Drawn:
    """Return a name's street or a point to write it at; never an area.

    A street that the base does not have leaves the item without geometry:
    that is no fault, for nothing was claimed to be drawable.
    """
    if item.axis is not None:
        try:
            rivers = base.river_readings(base.data_name(item.axis.road))
            axis = axis_of(item, base, rivers[0] if rivers else None, item.axis.to)
        except GeoError as error:
            logger.info("%s keeps its name only: %s", item.id, error)
        else:
            return Drawn(item, geometry=to_files(axis, base.metric_crs), obstacle=_only_named())
    return Drawn(item, geometry=_label_point(item, base, drawn), obstacle=_only_named())


def _only_named() -> tuple[str, str]:
    """Return why a figure of an item that is only named cannot be measured."""
    return text("obstacle.named", "zh"), text("obstacle.named", "en")


def _label_point(item: PlanItem, base: Base, drawn: Mapping[str, Drawn]) -> Geometry | None:
    """Return where the name of an item may be written, or None."""
    origin = drawn.get(item.label_at)
    if origin is not None:
        return (
            None if origin.geometry is None else rounded(shapely.point_on_surface(origin.geometry))
        )
    names = [item.label_at] if item.label_at else [item.short_name, item.name]
    found = base.landmarks[base.landmarks["name"].isin(names)]
    return rounded(found.geometry.iloc[0]) if len(found) else None


def item_findings(drawn: Drawn) -> list[Finding]:
    """Judge every figure of an item; one ``not_stated`` for a drawn item without any."""
    item = drawn.item
    obstacle = drawn.obstacle if drawn.obstacle[0] else None
    findings = []
    if item.stated_area_km2 or (not item.stated_length_km and drawn.readings):
        findings.append(
            judge(
                item.id,
                "area",
                stated=item.stated_area_km2 or "",
                printed=item.stated_area,
                readings=drawn.readings,
                used_to_draw=drawn.width_m is not None,
                obstacle=obstacle,
            )
        )
    if item.stated_length_km:
        findings.append(
            judge(
                item.id,
                "length",
                stated=item.stated_length_km,
                printed=item.stated_length,
                readings=drawn.length_readings,
                obstacle=obstacle,
            )
        )
    for part in item.part_areas:
        reading = drawn.part_areas.get(part.id)
        findings.append(
            judge(
                item.id,
                "part_area",
                stated=part.km2,
                printed=part.stated,
                readings=(reading,) if reading else (),
                obstacle=obstacle,
                suffix=part.id,
            )
        )
    return findings
