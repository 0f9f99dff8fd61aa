"""Judge shapes that a reader brings along by the same rules as the project's own zones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.areas import geodesic_area_km2
from geo.checks.built import method_check
from geo.checks.check import Check
from geo.checks.topology import containment_check, overlaps_check, spaces_check, validity_check
from geo.crs import WGS84
from geo.errors import DataFileError, InputTooLargeError, Issue
from geo.texts import Text, text
from geo.uncertainty.position import AreaBudget, area_budget
from geo.uploads.fields import Fields, stated_area
from geo.uploads.work import clock, refuse_heavy
from geo.verdicts import Finding, Measurement, Reading, StatedFigure, judge
from geo.zones.item import rounded

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from geo.base import Base

PLAN = "own"
"""Stands where a zone of the project has its plan: ids are ``own-1``, ``own-2``, …"""

READING = "as_drawn"
"""The one reading of a shape that is given as a shape."""

MOST_SHAPES = 200
"""Shapes judged at once; every pair of them is compared."""

DEFAULT_ERROR_M = 5.0
"""Position error of a side, 1 sigma [m], where the reader gives no other. It is an assumption:
a file of shapes does not say how well it was drawn."""

PIECE = 5_000
"""Vertices simplified at once: the time for it may grow with their square."""

CORNER_DEGREES = 30.0
"""A bend sharper than this ends one side and begins the next."""


@dataclass(frozen=True)
class Neighbour:
    """The project's own zone that a shape lies on most, or nearest to.

    Parameters
    ----------
    zone_id : str
    overlap_km2 : float
        Area of the overlap [km²].
    share_of_shape, share_of_zone : float
        The overlap over the area of either (0 to 1).
    distance_m : float
        Distance between the two [m]; 0 where they touch.
    furthest_m : float
        The longest way from the outline of one to that of the other [m]
        (Hausdorff): how far the two drawings differ at the worst place.
    """

    zone_id: str
    overlap_km2: float
    share_of_shape: float
    share_of_zone: float
    distance_m: float
    furthest_m: float


@dataclass(frozen=True)
class OwnShape:
    """One shape of the file with its verdict and the zone beside it.

    Parameters
    ----------
    shape_id : str
        ``"own-<number of the feature>"``.
    name : str
        From the file; data, not markup.
    geometry : BaseGeometry or None
        WGS84.
    finding : Finding
        The verdict on the stated area.
    budget : AreaBudget or None
    neighbour : Neighbour or None
    """

    shape_id: str
    name: str
    geometry: BaseGeometry | None
    finding: Finding
    budget: AreaBudget | None = None
    neighbour: Neighbour | None = None


@dataclass(frozen=True)
class OwnReport:
    """What was found of all shapes of a file.

    Parameters
    ----------
    shapes : tuple of OwnShape
        In the order of the file.
    checks : tuple of Check
        Validity, method, the district's outline, overlaps, narrow spaces.
    issues : tuple of Issue
        Cells and features that could not be used.
    error_m : float
        The position error that the intervals rest on, 1 sigma [m].
    """

    shapes: tuple[OwnShape, ...]
    checks: tuple[Check, ...]
    issues: tuple[Issue, ...]
    error_m: float

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the finding of every shape."""
        return tuple(shape.finding for shape in self.shapes)


def check_own_polygons(
    layer: gpd.GeoDataFrame,
    base: Base,
    zones: gpd.GeoDataFrame,
    fields: Fields,
    *,
    error_m: float = DEFAULT_ERROR_M,
    language: str = "zh",
    tick: Callable[[], None] | None = None,
) -> OwnReport:
    """Judge every shape of a layer as the project's own zones are judged.

    Parameters
    ----------
    layer : GeoDataFrame
        WGS84, from `geo.datums.guess.as_wgs84`.
    base : Base
        The district.
    zones : GeoDataFrame
        The project's zones of every plan, WGS84. Columns used: ``zone_id``,
        ``geometry``. Only polygons are compared.
    fields : Fields
        Which columns hold name and stated area.
    error_m : float
        Position error of a side of the shapes, 1 sigma [m]. Every side is
        shifted as a whole, as in `geo.areas.area_budget`.
    language : {"zh", "en"}
        Language of the name given to a shape without one.
    tick : callable, optional
        Called between steps; by raising it ends the check, as when the reader
        has left. By default it ends after `geo.uploads.work.CHECK_SECONDS`.

    Returns
    -------
    OwnReport
        Nothing is repaired: a shape that is not valid, or no area, is
        ``not_determinable``.

    Raises
    ------
    InputTooLargeError
        If there are more than `MOST_SHAPES` features, if laying them over each other would
        cost more than `geo.uploads.work` allows, or if it takes too long.
    DataFileError
        If GEOS breaks off.
    """
    tick = tick or clock()
    if len(layer) > MOST_SHAPES:
        raise InputTooLargeError(Text("own.too-many", count=len(layer), limit=MOST_SHAPES))
    metric = layer.geometry.to_crs(base.metric_crs)
    sound_zones = zones[zones.geometry.geom_type.isin(["Polygon", "MultiPolygon"])]
    sound_zones = sound_zones[sound_zones.geometry.is_valid]
    own_zones = sound_zones.geometry.to_crs(base.metric_crs)
    is_area = metric.geom_type.isin(["Polygon", "MultiPolygon"]) & metric.is_valid
    refuse_heavy(metric[is_area], [*own_zones, base.outline])
    try:
        return _report(layer, base, sound_zones, fields, error_m, language, tick)
    except shapely.errors.GEOSException as error:
        detail = str(error)[:120]
        raise DataFileError(Text("own.broken-off", detail=detail)) from error


def _report(
    layer: gpd.GeoDataFrame,
    base: Base,
    zones: gpd.GeoDataFrame,
    fields: Fields,
    error_m: float,
    language: str,
    tick: Callable[[], None],
) -> OwnReport:
    """Judge the shapes, after it is known what that costs."""
    metric = layer.geometry.to_crs(base.metric_crs)
    own_zones = zones.geometry.to_crs(base.metric_crs)
    issues: list[Issue] = []
    shapes = []
    for row, (geometry, shape_m) in enumerate(zip(layer.geometry, metric, strict=True)):
        tick()
        number = row + 1
        name = shape_name(layer[fields.name].iloc[row]) if fields.name else ""
        name = name or text("own.unnamed", language, number=number)
        stated: tuple[str, str] | None = ("", "")
        if fields.area:
            cell = layer[fields.area].iloc[row]
            stated = stated_area(cell, fields.unit)
            if stated is None:
                message = Text("own.area-unreadable", found=str(cell)[:40])
                remedy = Text("own.area-unreadable.remedy")
                issues.append(Issue("own-area-unreadable", "warning", name, message, remedy))
        shape = _judged(f"{PLAN}-{number}", name, geometry, shape_m, stated or ("", ""), error_m)
        if shape.budget is not None:
            neighbour = _neighbour(shape_m, shape.budget.area_km2, zones, own_zones)
            shape = replace(shape, neighbour=neighbour)
        shapes.append(shape)
    return OwnReport(tuple(shapes), _checks(shapes, base, tick), tuple(issues), error_m)


def shape_name(cell: str | float | bool | None) -> str:
    """Return the name in a cell, shortened; a number as it is read, without its decimals.

    Examples
    --------
    >>> shape_name(" 五大道 "), shape_name(3.0), shape_name(0), shape_name(None)
    ('五大道', '3', '0', '')
    """
    if cell is None or (isinstance(cell, float) and np.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()[:60]


def _judged(
    shape_id: str,
    name: str,
    geometry: BaseGeometry | None,
    shape_m: BaseGeometry | None,
    stated: tuple[str, str],
    error_m: float,
) -> OwnShape:
    """Return a shape with the verdict on its stated area."""
    printed, figure = stated
    obstacle = ""
    if geometry is None or geometry.is_empty:
        obstacle = "own.obstacle.empty"
    elif geometry.geom_type not in ("Polygon", "MultiPolygon"):
        obstacle = "own.obstacle.no-area"
    elif not geometry.is_valid:
        obstacle = "own.obstacle.invalid"
    elif shape_m is None or not np.isfinite(shapely.get_coordinates(shape_m)).all():
        obstacle = "own.obstacle.elsewhere"
    area_stated = StatedFigure(shape_id, "area", figure, printed)
    if obstacle:
        finding = judge(area_stated, Measurement(obstacle=Text(obstacle)))
        return OwnShape(shape_id, name, geometry, finding)
    area = float(geodesic_area_km2([geometry])[0])
    budget = area_budget(area, sides(cast("BaseGeometry", shape_m), error_m))
    reading = Reading(READING, area, budget.low_km2, budget.high_km2)
    finding = judge(area_stated, Measurement((reading,)))
    return OwnShape(shape_id, name, geometry, finding, budget)


def sides(shape: BaseGeometry, error_m: float) -> gpd.GeoDataFrame:
    """Return the sides of a shape: its rings cut where they turn sharply.

    Parameters
    ----------
    shape : Polygon or MultiPolygon
        In metres.
    error_m : float
        Position error given to every side, 1 sigma [m].

    Returns
    -------
    GeoDataFrame
        Columns as `geo.areas.area_budget` takes them. Bends are looked for
        in the ring without wiggles below the position error, at least 2 m; a
        ring with fewer than three corners is cut into quarters.
    """
    rows = []
    for part in shapely.get_parts(shape):
        for ring in shapely.get_rings(part):
            rows += _ring_sides(ring, max(error_m, 2.0))
    ids = [f"side/{number}" for number in range(1, len(rows) + 1)]
    return gpd.GeoDataFrame(
        {"edge_id": ids, "road": ids, "position_error_m": error_m}, geometry=rows
    )


def _simplified(places: npt.NDArray[np.float64], wiggle_m: float) -> npt.NDArray[np.float64]:
    """Return a line without its wiggles; a long one piece by piece, in linear time."""
    pieces = [
        shapely.get_coordinates(
            shapely.simplify(shapely.linestrings(places[start : start + PIECE + 1]), wiggle_m)
        )
        for start in range(0, max(1, len(places) - 1), PIECE)
    ]
    return np.vstack([pieces[0], *(piece[1:] for piece in pieces[1:])])


def _ring_sides(ring: shapely.LinearRing, wiggle_m: float) -> list[shapely.LineString]:
    """Cut one ring at its corners."""
    smooth = _simplified(shapely.get_coordinates(ring), wiggle_m)[:-1]
    if len(smooth) < 3:
        smooth = shapely.get_coordinates(ring)[:-1]
    steps = np.roll(smooth, -1, axis=0) - smooth
    heading = np.arctan2(steps[:, 1], steps[:, 0])
    turn = np.abs((heading - np.roll(heading, 1) + np.pi) % (2 * np.pi) - np.pi)
    corners = np.flatnonzero(np.degrees(turn) > CORNER_DEGREES)
    if len(corners) < 3:
        along = np.linspace(0, ring.length, 5)
        places = shapely.get_coordinates(shapely.line_interpolate_point(ring, along))
        return [shapely.LineString(places[k : k + 2]) for k in range(4)]
    from_corner = np.roll(smooth, -corners[0], axis=0)
    starts = [*(corners - corners[0]), len(from_corner)]
    closed_ring = np.vstack([from_corner, from_corner[:1]])
    return [shapely.LineString(closed_ring[a : b + 1]) for a, b in pairwise(starts)]


def _neighbour(
    shape: BaseGeometry, area_km2: float, zones: gpd.GeoDataFrame, zones_m: gpd.GeoSeries
) -> Neighbour | None:
    """Return the zone with the largest overlap over union, else the nearest."""
    if zones.empty:
        return None
    geometries = np.asarray(zones_m.array)
    overlaps = shapely.area(shapely.intersection(geometries, shape))
    if overlaps.max() > 0:
        unions = shapely.area(geometries) + shape.area - overlaps
        best = int(np.argmax(overlaps / unions))
    else:
        best = int(shapely.STRtree(geometries).nearest(shape))
    distance = float(shapely.distance(geometries[best], shape))
    zone = zones.geometry.iloc[best]
    in_zone = float(geodesic_area_km2([zone])[0])
    common = gpd.GeoSeries([shapely.intersection(geometries[best], shape)], crs=zones_m.crs)
    overlap = float(geodesic_area_km2(common.to_crs(WGS84))[0]) if overlaps[best] > 0 else 0.0
    outline, other = shapely.boundary(shape), shapely.boundary(geometries[best])
    return Neighbour(
        str(zones["zone_id"].iloc[best]),
        overlap,
        min(1.0, overlap / area_km2) if area_km2 else 0.0,
        min(1.0, overlap / in_zone) if in_zone else 0.0,
        distance,
        float(shapely.hausdorff_distance(outline, other)),
    )


def _checks(shapes: list[OwnShape], base: Base, tick: Callable[[], None]) -> tuple[Check, ...]:
    """Run the checks of the project's own zones that need shapes alone."""
    with_shape = [s for s in shapes if s.geometry is not None and not s.geometry.is_empty]
    table = gpd.GeoDataFrame(
        {
            "zone_id": [s.shape_id for s in with_shape],
            "kind": "zone",
            "group": PLAN,
            "short_name": [s.name for s in with_shape],
            "short_name_en": [s.name for s in with_shape],
        },
        geometry=[s.geometry for s in with_shape],
        crs=WGS84,
    )
    usable = table[[s.budget is not None for s in with_shape]]
    steps: tuple[Callable[[], Check], ...] = (
        lambda: validity_check(PLAN, table),
        lambda: method_check(PLAN, usable, base.metric_crs),
        lambda: containment_check(PLAN, usable, base),
        lambda: overlaps_check(PLAN, usable, base.metric_crs),
        lambda: spaces_check(PLAN, usable, base.metric_crs),
    )
    checks = []
    for step in steps:
        tick()
        checks.append(step())
    return tuple(checks)


def own_layer(report: OwnReport) -> gpd.GeoDataFrame:
    """Return the shapes with their verdicts as a layer to write.

    Returns
    -------
    GeoDataFrame
        WGS84, six decimals. ``zone_id``, ``name``, ``stated_area``,
        ``stated_area_km2``, ``computed_area_km2``, ``low_km2``, ``high_km2``,
        ``verdict``, ``verdict_reason``, ``verdict_reason_en``,
        ``position_error_m``, ``nearest_zone``, ``overlap_km2``,
        ``share_of_shape``, ``share_of_zone``, ``distance_m``, ``furthest_m``.
    """
    rows = []
    for shape in report.shapes:
        finding, near = shape.finding, shape.neighbour
        rows.append(
            {
                "zone_id": shape.shape_id,
                "name": shape.name,
                "stated_area": finding.printed,
                "stated_area_km2": float(finding.stated) if finding.stated else None,
                "computed_area_km2": _rounded(finding.computed, 5),
                "low_km2": _rounded(finding.low, 5),
                "high_km2": _rounded(finding.high, 5),
                "verdict": finding.verdict,
                "verdict_reason": finding.reason,
                "verdict_reason_en": finding.reason_en,
                "position_error_m": report.error_m,
                "nearest_zone": near.zone_id if near else "",
                "overlap_km2": _rounded(near.overlap_km2 if near else None, 5),
                "share_of_shape": _rounded(near.share_of_shape if near else None, 4),
                "share_of_zone": _rounded(near.share_of_zone if near else None, 4),
                "distance_m": _rounded(near.distance_m if near else None, 1),
                "furthest_m": _rounded(near.furthest_m if near else None, 1),
                "geometry": rounded(shape.geometry) if shape.geometry is not None else None,
            }
        )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=WGS84)


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals)
