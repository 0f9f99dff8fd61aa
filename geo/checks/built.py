"""Run every check that needs nothing but what was built, in a fixed order."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Proj

from geo.areas import SQUARE_METRES_PER_KM2, geodesic_area_km2
from geo.build import Built, edge_layer, zone_layer
from geo.checks.arithmetic import (
    belts_check,
    double_count_check,
    parts_check,
    stated_figures_check,
    sums_check,
)
from geo.checks.check import Check, drawn_areas, statement, statement_of, status_of
from geo.checks.positions import control_points_check, places_check
from geo.checks.topology import (
    containment_check,
    gaps_check,
    overlaps_check,
    shared_limits_check,
    spaces_check,
    validity_check,
)

CHECKED_COLUMNS = [
    "zone_id", "group", "group_name", "group_name_en", "kind", "short_name", "short_name_en",
    "stated_area_km2", "geometry",
]  # fmt: skip
"""What the checks use of a zone file."""

METHOD_TOLERANCE = 1e-4
"""Relative difference allowed between the geodesic and the plane area: 0.01 %."""

BELT_REACH_DEGREES = 1.6
"""Half a 3-degree belt, with a little for a district that straddles its edge."""


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
        zones = zone_layer(built, plan)[CHECKED_COLUMNS]
        edges = edge_layer(built, plan)
        checks += [
            validity_check(plan, zones),
            method_check(plan, zones, built.base.metric_crs),
            containment_check(plan, zones, built.base),
            overlaps_check(plan, zones, built.base.metric_crs),
            spaces_check(plan, zones, built.base.metric_crs),
            shared_limits_check(plan, zones, edges, built.base),
            gaps_check(plan, edges),
            places_check(plan, zones, built),
            sums_check(plan, zones, built),
            double_count_check(plan, zones, built.base.metric_crs),
            parts_check(plan, built),
            belts_check(plan, built),
        ]
    checks += [stated_figures_check(built), control_points_check(built.base)]
    return checks


def inputs_check(built: Built) -> Check:
    """Report the issues met while reading and drawing."""
    check_id = "inputs/issues"
    return status_of(
        check_id,
        [
            statement_of(
                f"{check_id}/{issue.code}/{issue.place}",
                issue,
                (issue.place,) if issue.place in built.zones else (),
            )
            for issue in built.issues
        ],
    )


def method_check(plan: str, zones: gpd.GeoDataFrame, metric_crs: str) -> Check:
    """Compare the geodesic area with the plane area in the metric belt.

    The plane area is divided by the areal scale of the belt at the shape,
    which 1.5 degrees off the meridian is 0.05 %. Farther off than a belt
    reaches nothing is divided: there the belt is the wrong one, and shows.
    """
    check_id = f"areas/method/{plan}"
    rows = drawn_areas(zones)
    geodesic = geodesic_area_km2(rows.geometry)
    if rows.empty:
        return status_of(check_id, [], tolerance="0.01 %")
    middle = shapely.centroid(np.asarray(rows.geometry.array))
    longitude, latitude = shapely.get_x(middle), shapely.get_y(middle)
    scale = np.asarray(Proj(metric_crs).get_factors(longitude, latitude).areal_scale)
    is_in_belt = np.abs(longitude - _central_meridian(metric_crs)) <= BELT_REACH_DEGREES
    scale = np.where(is_in_belt, scale, 1.0)
    plane = rows.to_crs(metric_crs).area.to_numpy() / SQUARE_METRES_PER_KM2 / scale
    statements = [
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
    return status_of(check_id, statements, tolerance="0.01 %")


def _central_meridian(metric_crs: str) -> float:
    """Return the longitude of natural origin of a projected CRS [degrees]."""
    operation = CRS.from_user_input(metric_crs).coordinate_operation
    parameters = operation.params if operation is not None else []
    return float(next((p.value for p in parameters if p.name.startswith("Longitude of")), "nan"))
