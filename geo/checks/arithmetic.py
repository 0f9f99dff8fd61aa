"""Check the plans' own arithmetic: sums, what counts twice, belts, parts, figures that differ."""

from __future__ import annotations

import itertools

import geopandas as gpd
import shapely

from geo.areas import geodesic_area_km2
from geo.build import Built
from geo.checks.check import Check, drawn_areas, statement, status_of
from geo.checks.topology import beyond_rounding
from geo.crs import WGS84


def sums_check(plan: str, zones: gpd.GeoDataFrame, built: Built) -> Check:
    """Sum zones and belts, stated and computed, against the district."""
    check_id = f"arithmetic/sums/{plan}"
    base = built.base
    outline = gpd.GeoSeries([base.outline], crs=base.metric_crs).to_crs(WGS84).iloc[0]
    district_km2 = float(geodesic_area_km2([outline])[0])
    official = base.district.official_area_km2
    statements = []
    groups = []
    # Each group that has more than one figure or shape to add up.
    for group, rows in zones.groupby("group", sort=False):
        with_shape = drawn_areas(rows)
        stated = rows["stated_area_km2"].dropna()
        if len(with_shape) < 2 and len(stated) < 2:
            continue
        groups.append(group)
        union = shapely.union_all(with_shape.geometry.array)
        sum_drawn, union_km2 = (
            geodesic_area_km2(with_shape.geometry).sum(),
            geodesic_area_km2([union])[0],
        )
        statements.append(
            statement(
                check_id,
                "info",
                "sum" if len(stated) else "sum-drawn",
                suffix=str(group),
                group=rows["group_name"].iloc[0],
                group_en=rows["group_name_en"].iloc[0],
                count=len(stated),
                stated=f"{stated.sum():.2f}",
                drawn=len(with_shape),
                computed=f"{sum_drawn:.3f}",
                union=f"{union_km2:.3f}",
                share=f"{100 * union_km2 / district_km2:.1f}",
                district=f"{district_km2:.3f}",
                official=official or "–",
            )
        )
    # All groups together, and what they count twice.
    together = zones[zones["group"].isin(groups)]
    all_drawn, stated = drawn_areas(together), together["stated_area_km2"].dropna()
    if len(groups) > 1 and len(stated):
        union = shapely.union_all(all_drawn.geometry.array)
        sum_km2, union_km2 = geodesic_area_km2(all_drawn.geometry).sum(), geodesic_area_km2([union])
        statements.append(
            statement(
                check_id,
                "info",
                "sum-all",
                suffix="all",
                count=len(stated),
                stated=f"{stated.sum():.2f}",
                drawn=len(all_drawn),
                computed=f"{sum_km2:.3f}",
                union=f"{union_km2[0]:.3f}",
                twice=f"{sum_km2 - union_km2[0]:.3f}",
                share=f"{100 * union_km2[0] / district_km2:.1f}",
                official=official or "–",
            )
        )
    return status_of(check_id, statements)


def double_count_check(plan: str, zones: gpd.GeoDataFrame, metric_crs: str) -> Check:
    """Say what the belts of one plan count twice, with each other and with the zones."""
    check_id = f"arithmetic/double-count/{plan}"
    # Belts come before zones, so that the former of a pair is a belt.
    rows = drawn_areas(zones, "belt", "zone").sort_values("kind", kind="stable")
    metric = rows.to_crs(metric_crs).geometry
    statements = []
    for (index, first), (other, second) in itertools.combinations(rows.iterrows(), 2):
        if first["kind"] != "belt":
            continue
        overlap = beyond_rounding(shapely.intersection(metric[index], metric[other]))
        if shapely.is_empty(overlap):
            continue
        place = gpd.GeoSeries([overlap], crs=metric_crs).to_crs(WGS84).iloc[0]
        area, of_first, of_second = geodesic_area_km2(
            [place, first["geometry"], second["geometry"]]
        )
        statements.append(
            statement(
                check_id,
                "info",
                "double-count",
                (first["zone_id"], second["zone_id"]),
                place,
                first=first["short_name"],
                second=second["short_name"],
                first_en=first["short_name_en"],
                second_en=second["short_name_en"],
                area=f"{area:.3f}",
                first_share=f"{100 * area / of_first:.0f}",
                second_share=f"{100 * area / of_second:.0f}",
            )
        )
    return status_of(check_id, statements)


def parts_check(plan: str, built: Built) -> Check:
    """Set the stated part of an area against the stated whole, and against the district."""
    check_id = f"arithmetic/parts/{plan}"
    official = built.base.district.official_area_km2
    statements = []
    for zone in built.zones.values():
        item = zone.item
        if not item.id.startswith(f"{plan}-") or not item.stated_area_km2:
            continue
        whole = float(item.stated_area_km2)
        for part in item.part_areas:
            inside = float(part.km2)
            statements.append(
                statement(
                    check_id,
                    "info" if inside <= whole else "warning",
                    "part",
                    (item.id,),
                    suffix=part.id,
                    name=item.short_name,
                    name_en=item.short_name_en,
                    part=part.km2,
                    whole=item.stated_area_km2,
                    share=f"{100 * inside / whole:.1f}",
                    rest=f"{whole - inside:.1f}",
                    official=official or "–",
                    of_district=f"{100 * inside / float(official):.1f}" if official else "–",
                )
            )
    return status_of(check_id, statements)


def belts_check(plan: str, built: Built) -> Check:
    """Set a belt's stated area against its stated length and the width that was drawn."""
    check_id = f"arithmetic/belts/{plan}"
    statements = []
    for zone in built.zones.values():
        item = zone.item
        if not item.id.startswith(f"{plan}-") or not (
            item.stated_area_km2 and item.stated_length_km
        ):
            continue
        width = 1000 * float(item.stated_area_km2) / float(item.stated_length_km)
        statements.append(
            statement(
                check_id,
                "info",
                "belt" if zone.width_m else "belt-undrawn",
                (item.id,),
                zone.geometry,
                name=item.short_name,
                name_en=item.short_name_en,
                area=item.stated_area_km2,
                length=item.stated_length_km,
                width=f"{width:.0f}",
                drawn_width=f"{zone.width_m or 0:.0f}",
            )
        )
    return status_of(check_id, statements)


def stated_figures_check(built: Built) -> Check:
    """List stated areas and lengths of one place that differ between plans or pages."""
    check_id = "arithmetic/stated-figures"
    figures: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for zone in built.zones.values():
        item = zone.item
        for kind, value in (("area", item.stated_area_km2), ("length", item.stated_length_km)):
            if value:
                figures.setdefault((item.place, kind), []).append((item.id, value, item.short_name))
    statements = []
    for (place, kind), rows in figures.items():
        if len(rows) < 2:
            continue
        same = len({float(value) for _, value, _ in rows}) == 1
        statements.append(
            statement(
                check_id,
                "info" if same else "warning",
                "figures-same" if same else "figures-differ",
                tuple(row[0] for row in rows),
                suffix=f"{place}/{kind}",
                name=rows[0][2],
                figures="；".join(f"{item_id} {value}" for item_id, value, _ in rows),
                unit="km²" if kind == "area" else "km",
            )
        )
    return status_of(check_id, statements)
