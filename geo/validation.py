"""Checks on what was built: each ran, was skipped or found something, with numbers and place."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import geopandas as gpd
import shapely
from shapely import Geometry

from geo.areas import SQUARE_METRES_PER_KM2, Z_95, geodesic_area_km2
from geo.base import Base
from geo.build import Built, edge_layer, zone_layer
from geo.catalogue import text
from geo.crs import WGS84

Status = Literal["passed", "noted", "failed", "skipped"]
STATUSES: tuple[Status, ...] = ("failed", "noted", "passed", "skipped")

METHOD_TOLERANCE = 1e-4
"""Relative difference allowed between the geodesic and the plane area: 0.01 %."""

SAME_PLACE_DEGREES = 2e-6
"""Two file grid steps: what rounding may do to one point."""

SLIVER_WIDTH_M = 20.0
"""An overlap narrower than this, area over half its perimeter, is called a sliver."""

SMALLEST_OVERLAP_M2 = 1.0
"""Overlaps below this are the rounding of coordinates."""


@dataclass(frozen=True)
class Statement:
    """One thing that a check found, with its numbers and its place.

    Parameters
    ----------
    statement_id : str
        Stable: the check's id and the objects concerned.
    level : {"error", "warning", "info"}
        Only ``"error"`` fails a check.
    zones : tuple of str
        The zones concerned.
    zh, en : str
        The statement in words, numbers included.
    longitude, latitude : float or None
        Where it lies, WGS84.
    """

    statement_id: str
    level: Literal["error", "warning", "info"]
    zones: tuple[str, ...]
    zh: str
    en: str
    longitude: float | None = None
    latitude: float | None = None

    def words(self, language: str) -> str:
        """Return the statement in a language."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True)
class Check:
    """One check: its tolerance, whether it ran, and what it found.

    Parameters
    ----------
    check_id : str
        Stable, such as ``"topology/overlaps/13th"``.
    status : {"passed", "noted", "failed", "skipped"}
        ``"noted"`` has statements, none of them an error.
    tolerance : str
        The tolerance used, with its unit; empty where there is none.
    statements : tuple of Statement
        What it found, or why it was skipped.
    """

    check_id: str
    status: Status
    tolerance: str
    statements: tuple[Statement, ...]

    @property
    def code(self) -> str:
        """The kind of check, such as ``"topology/overlaps"``."""
        return "/".join(self.check_id.split("/")[:2])

    @property
    def plan(self) -> str:
        """The plan that it looked at, or empty."""
        return self.check_id.split("/")[2] if self.check_id.count("/") > 1 else ""

    def title(self, language: str) -> str:
        """Return what the check asks."""
        return text(f"check.{self.code}", language)

    def as_record(self) -> dict[str, Any]:
        """Return plain dictionaries and lists."""
        return asdict(self)


def status_of(check_id: str, statements: Iterable[Statement], tolerance: str = "") -> Check:
    """Return a check that ran: failed on an error, noted on any statement, else passed."""
    kept = tuple(statements)
    if any(s.level == "error" for s in kept):
        status: Status = "failed"
    else:
        status = "noted" if kept else "passed"
    return Check(check_id, status, tolerance, kept)


def skipped(check_id: str, reason: str, **values: object) -> Check:
    """Return a check that did not run; `reason` is a key of the catalogue."""
    statement = Statement(
        f"{check_id}/skipped",
        "info",
        (),
        text(reason, "zh", **values),
        text(reason, "en", **values),
    )
    return Check(check_id, "skipped", "", (statement,))


def statement(
    check_id: str,
    level: Literal["error", "warning", "info"],
    key: str,
    zones: tuple[str, ...] = (),
    at: Geometry | None = None,
    suffix: str = "",
    **values: object,
) -> Statement:
    """Return a statement in both languages; `at` is a WGS84 geometry where it lies."""
    point = None if at is None or at.is_empty else at.representative_point()
    parts = [check_id, *zones, *([suffix] if suffix else [])]
    return Statement(
        "/".join(parts),
        level,
        zones,
        text(f"found.{key}", "zh", **values),
        text(f"found.{key}", "en", **values),
        None if point is None else round(float(point.x), 6),
        None if point is None else round(float(point.y), 6),
    )


def run_checks(built: Built) -> list[Check]:
    """Run every check that needs nothing but what was built.

    Parameters
    ----------
    built : Built
        What `geo.build.build` returned.

    Returns
    -------
    list of Check
        In a fixed order, for every plan.
    """
    checks = [inputs_check(built)]
    for plan in built.plan_ids():
        zones = zone_layer(built, plan)
        edges = edge_layer(built, plan)
        checks += [
            validity_check(plan, zones),
            method_check(plan, zones, built.base.metric_crs),
            containment_check(plan, zones, built.base),
            overlaps_check(plan, zones, built.base.metric_crs),
            shared_limits_check(plan, zones, edges),
            gaps_check(plan, edges),
            places_check(plan, zones, built),
            sums_check(plan, zones, built),
            double_count_check(plan, zones),
            belts_check(plan, built),
        ]
    checks.append(stated_figures_check(built))
    return checks


def inputs_check(built: Built) -> Check:
    """Report the issues met while reading and drawing."""
    check_id = "inputs/issues"
    return status_of(
        check_id,
        [
            Statement(
                f"{check_id}/{issue.code}/{issue.place}",
                issue.level,
                (issue.place,) if issue.place in built.drawn else (),
                f"{issue.place}：{issue.message} {issue.remedy}",
                f"{issue.place}: {issue.message} {issue.remedy}",
            )
            for issue in built.issues
        ],
    )


def _drawn(zones: gpd.GeoDataFrame, *kinds: str) -> gpd.GeoDataFrame:
    """Return the rows with an area, of some kinds or of all."""
    has_area = zones.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    return zones[has_area & zones["kind"].isin(kinds)] if kinds else zones[has_area]


def validity_check(plan: str, zones: gpd.GeoDataFrame) -> Check:
    """Tell which geometries are not valid, and why; nothing is repaired."""
    check_id = f"topology/validity/{plan}"
    found = []
    for row in zones[zones.geometry.notna()].itertuples():
        if not row.geometry.is_valid:
            reason = shapely.is_valid_reason(row.geometry)
            found.append(
                statement(
                    check_id,
                    "error",
                    "invalid",
                    (row.zone_id,),
                    row.geometry.envelope,
                    reason=reason,
                )
            )
    return status_of(check_id, found)


def method_check(plan: str, zones: gpd.GeoDataFrame, metric_crs: str) -> Check:
    """Compare the geodesic area with the plane area in the metric belt."""
    check_id = f"areas/method/{plan}"
    rows = _drawn(zones)
    geodesic = geodesic_area_km2(rows.geometry)
    plane = rows.to_crs(metric_crs).area.to_numpy() / SQUARE_METRES_PER_KM2
    found = [
        statement(
            check_id,
            "error",
            "method",
            (zone_id,),
            geodesic=f"{a:.5f}",
            plane=f"{b:.5f}",
            percent=f"{100 * (b / a - 1):+.4f}",
        )
        for zone_id, a, b in zip(rows["zone_id"], geodesic, plane, strict=True)
        if abs(b / a - 1) > METHOD_TOLERANCE
    ]
    return status_of(check_id, found, tolerance="0.01 %")


def containment_check(plan: str, zones: gpd.GeoDataFrame, base: Base) -> Check:
    """List what lies outside the district, beyond the error of the outline."""
    check_id = f"topology/containment/{plan}"
    district = gpd.GeoSeries([base.outline], crs=base.metric_crs).to_crs(WGS84).iloc[0]
    tolerance_m = Z_95 * base.outline_error_m
    wide = gpd.GeoSeries([base.outline.buffer(tolerance_m)], crs=base.metric_crs)
    wide_wgs84 = wide.to_crs(WGS84).iloc[0]
    found = []
    for row in _drawn(zones).itertuples():
        outside = shapely.difference(row.geometry, district)
        beyond = shapely.difference(row.geometry, wide_wgs84)
        area, area_beyond = geodesic_area_km2([outside, beyond])
        if area * SQUARE_METRES_PER_KM2 <= SMALLEST_OVERLAP_M2:
            continue
        whole = geodesic_area_km2([row.geometry])[0]
        found.append(
            statement(
                check_id,
                "warning" if area_beyond * SQUARE_METRES_PER_KM2 > SMALLEST_OVERLAP_M2 else "info",
                "outside",
                (row.zone_id,),
                outside,
                name=row.short_name,
                name_en=row.short_name_en,
                area=f"{area:.4f}",
                percent=f"{100 * area / whole:.1f}",
                beyond=f"{area_beyond:.4f}",
                tolerance=f"{tolerance_m:.0f}",
            )
        )
    return status_of(check_id, found, tolerance=f"{tolerance_m:.0f} m")


def overlaps_check(plan: str, zones: gpd.GeoDataFrame, metric_crs: str) -> Check:
    """List where two zones of one plan lie over each other, with place, size and width."""
    check_id = f"topology/overlaps/{plan}"
    rows = _drawn(zones, "zone").to_crs(metric_crs)
    found = []
    for first, second in itertools.combinations(rows.itertuples(), 2):
        shared = shapely.intersection(first.geometry, second.geometry)
        if shared.area <= SMALLEST_OVERLAP_M2:
            continue
        at = gpd.GeoSeries([shared], crs=metric_crs).to_crs(WGS84).iloc[0]
        width = 2 * shared.area / shared.length
        found.append(
            statement(
                check_id,
                "info",
                "sliver" if width < SLIVER_WIDTH_M else "overlap",
                (first.zone_id, second.zone_id),
                at,
                first=first.short_name,
                second=second.short_name,
                first_en=first.short_name_en,
                second_en=second.short_name_en,
                area=f"{geodesic_area_km2([at])[0]:.4f}",
                width=f"{width:.0f}",
            )
        )
    return status_of(check_id, found, tolerance=f"{SMALLEST_OVERLAP_M2:g} m²")


def shared_limits_check(plan: str, zones: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> Check:
    """Check that zones on one limit share its vertices exactly where they run together.

    Notes
    -----
    Two edges of different zones along one road run together between two
    points. Every vertex of the one in that stretch must be, to the last
    decimal, a vertex of the other or the other's end.
    """
    check_id = f"topology/shared-limits/{plan}"
    found = []
    stated = edges[edges["zone_id"].isin(_drawn(zones)["zone_id"])]
    for road, group in stated.groupby("road", sort=True):
        for first, second in itertools.combinations(group.itertuples(), 2):
            if first.zone_id == second.zone_id:
                continue
            stray = _stray_vertices(first.geometry, second.geometry)
            stray += _stray_vertices(second.geometry, first.geometry)
            if stray:
                found.append(
                    statement(
                        check_id,
                        "error",
                        "stray-vertex",
                        (first.zone_id, second.zone_id),
                        stray[0],
                        suffix=str(road),
                        road=road,
                        count=len(stray),
                    )
                )
    return status_of(check_id, found, tolerance="0")


def _stray_vertices(line: Geometry, other: Geometry) -> list[Geometry]:
    """Return the vertices of a line that lie on another line without being its vertices."""
    own = shapely.get_coordinates(line)
    theirs = {tuple(xy) for xy in shapely.get_coordinates(other)}
    candidates = [shapely.Point(xy) for xy in own if tuple(xy) not in theirs]
    ends = {tuple(own[0]), tuple(own[-1])}
    return [
        p
        for p in candidates
        if (p.x, p.y) not in ends and shapely.distance(p, other) < SAME_PLACE_DEGREES
    ]


def gaps_check(plan: str, edges: gpd.GeoDataFrame) -> Check:
    """List the corners where two limits did not quite meet, and the declared connectors."""
    check_id = f"topology/gaps/{plan}"
    found = []
    for edge in edges.itertuples():
        if edge.gap_m > 0:
            found.append(
                statement(
                    check_id,
                    "info",
                    "gap",
                    (edge.zone_id,),
                    edge.geometry.boundary,
                    suffix=edge.edge_id,
                    road=edge.road,
                    gap=f"{edge.gap_m:.1f}",
                )
            )
        if edge.connector:
            found.append(
                statement(
                    check_id,
                    "info",
                    "connector",
                    (edge.zone_id,),
                    edge.geometry,
                    suffix=edge.edge_id,
                    road=edge.road,
                    length=f"{edge.length_m:.0f}",
                    error=f"{edge.position_error_m:.0f}",
                    reason=edge.connector_reason,
                    reason_en=edge.connector_reason_en,
                )
            )
    return status_of(check_id, found)


def places_check(plan: str, zones: gpd.GeoDataFrame, built: Built) -> Check:
    """Check that the places a text puts inside a zone lie inside, or say by how much not."""
    check_id = f"position/places/{plan}"
    base = built.base
    landmarks = base.landmarks.drop_duplicates("name").set_index("name")
    metric = _drawn(zones).to_crs(base.metric_crs).set_index("zone_id")
    points = landmarks.geometry.to_crs(base.metric_crs) if len(landmarks) else None
    found = []
    for zone_id, zone in metric.iterrows():
        for place in built.drawn[zone_id].item.places:
            if place.relation == "named":
                continue
            values = {
                "place": place.name,
                "name": zone["short_name"],
                "name_en": zone["short_name_en"],
            }
            if points is None or place.name not in landmarks.index:
                found.append(
                    statement(
                        check_id, "info", "place-unknown", (zone_id,), suffix=place.name, **values
                    )
                )
                continue
            point = points[place.name]
            distance = float(shapely.distance(point, zone.geometry))
            if distance > 0:
                error = float(landmarks.loc[place.name, "position_error_m"])
                found.append(
                    statement(
                        check_id,
                        "info" if distance <= Z_95 * error else "warning",
                        "place-outside",
                        (zone_id,),
                        landmarks.geometry[place.name],
                        suffix=place.name,
                        distance=f"{distance:.0f}",
                        error=f"{error:.0f}",
                        **values,
                    )
                )
    return status_of(check_id, found)


def sums_check(plan: str, zones: gpd.GeoDataFrame, built: Built) -> Check:
    """Sum zones and belts, stated and computed, against the district."""
    check_id = f"arithmetic/sums/{plan}"
    base = built.base
    outline = gpd.GeoSeries([base.outline], crs=base.metric_crs).to_crs(WGS84).iloc[0]
    district_km2 = float(geodesic_area_km2([outline])[0])
    official = base.district.official_area_km2
    found = []
    for group, rows in zones.groupby("group", sort=False):
        drawn = _drawn(rows)
        stated = rows["stated_area_km2"].dropna()
        if len(drawn) < 2 and len(stated) < 2:
            continue
        union = shapely.union_all(drawn.geometry.array)
        sum_drawn, union_km2 = (
            geodesic_area_km2(drawn.geometry).sum(),
            geodesic_area_km2([union])[0],
        )
        found.append(
            statement(
                check_id,
                "info",
                "sum" if len(stated) else "sum-drawn",
                suffix=str(group),
                group=rows["group_name"].iloc[0],
                group_en=rows["group_name_en"].iloc[0],
                count=len(stated),
                stated=f"{stated.sum():.2f}",
                drawn=len(drawn),
                computed=f"{sum_drawn:.3f}",
                union=f"{union_km2:.3f}",
                share=f"{100 * union_km2 / district_km2:.1f}",
                district=f"{district_km2:.3f}",
                official=official,
            )
        )
    return status_of(check_id, found)


def double_count_check(plan: str, zones: gpd.GeoDataFrame) -> Check:
    """Say what belts and zones of one plan count twice."""
    check_id = f"arithmetic/double-count/{plan}"
    rows = _drawn(zones)
    belts, others = rows[rows["kind"] == "belt"], rows[rows["kind"] == "zone"]
    found = []
    for belt in belts.itertuples():
        for zone in others.itertuples():
            shared = shapely.intersection(belt.geometry, zone.geometry)
            area = float(geodesic_area_km2([shared])[0])
            if area * SQUARE_METRES_PER_KM2 > SMALLEST_OVERLAP_M2:
                found.append(
                    statement(
                        check_id,
                        "info",
                        "double-count",
                        (belt.zone_id, zone.zone_id),
                        shared,
                        first=belt.short_name,
                        second=zone.short_name,
                        first_en=belt.short_name_en,
                        second_en=zone.short_name_en,
                        area=f"{area:.3f}",
                        first_share=f"{100 * area / geodesic_area_km2([belt.geometry])[0]:.0f}",
                        second_share=f"{100 * area / geodesic_area_km2([zone.geometry])[0]:.0f}",
                    )
                )
    return status_of(check_id, found)


def belts_check(plan: str, built: Built) -> Check:
    """Set a belt's stated area against its stated length and the width that was drawn."""
    check_id = f"arithmetic/belts/{plan}"
    found = []
    for drawn in built.drawn.values():
        item = drawn.item
        if not item.id.startswith(f"{plan}-") or not (
            item.stated_area_km2 and item.stated_length_km
        ):
            continue
        width = 1000 * float(item.stated_area_km2) / float(item.stated_length_km)
        found.append(
            statement(
                check_id,
                "info",
                "belt" if drawn.width_m else "belt-undrawn",
                (item.id,),
                drawn.geometry,
                name=item.short_name,
                name_en=item.short_name_en,
                area=item.stated_area_km2,
                length=item.stated_length_km,
                width=f"{width:.0f}",
                drawn_width=f"{drawn.width_m or 0:.0f}",
            )
        )
    return status_of(check_id, found)


def stated_figures_check(built: Built) -> Check:
    """List stated areas and lengths of one place that differ between plans or pages."""
    check_id = "arithmetic/stated-figures"
    figures: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for drawn in built.drawn.values():
        item = drawn.item
        for kind, value in (("area", item.stated_area_km2), ("length", item.stated_length_km)):
            if value:
                figures.setdefault((item.place, kind), []).append((item.id, value, item.short_name))
    found = []
    for (place, kind), rows in figures.items():
        if len(rows) < 2:
            continue
        values: Mapping[str, object] = {
            "name": rows[0][2],
            "place": place,
            "figures": "；".join(f"{item_id} {value}" for item_id, value, _ in rows),
            "unit": "km²" if kind == "area" else "km",
        }
        same = len({float(value) for _, value, _ in rows}) == 1
        found.append(
            statement(
                check_id,
                "info" if same else "warning",
                "figures-same" if same else "figures-differ",
                tuple(row[0] for row in rows),
                suffix=kind,
                **values,
            )
        )
    return status_of(check_id, found)


def findings_table(built: Built) -> list[dict[str, Any]]:
    """Return every finding as a plain dictionary, in the order of the documents."""
    return [finding.as_record() for finding in built.findings]


def worst_level(checks: Iterable[Check]) -> str:
    """Return ``"error"``, ``"warning"``, ``"info"`` or ``""`` over all statements."""
    levels = {s.level for check in checks for s in check.statements if check.status != "skipped"}
    return next((level for level in ("error", "warning", "info") if level in levels), "")
