"""Check positions: control points, the datum of zone files, evidence that was not used to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from shapely import Geometry, LineString, MultiPoint, Point
from shapely.geometry import shape

from geo.areas import Z_95
from geo.base import Base
from geo.build import Built
from geo.checks.check import (
    Check,
    Statement,
    drawn_areas,
    skipped,
    statement,
    statement_of,
    status_of,
)
from geo.checks.evidence import csv_rows, number_of, position_of, unreadable
from geo.crs import WGS84
from geo.datums.guess import guess_datum
from geo.errors import DataFileError, GeoError, reason_of
from geo.io.read import is_there, read_features
from geo.texts import Text, rendered, text

POLYGONS = ("Polygon", "MultiPolygon")


@dataclass(frozen=True)
class Measured:
    """What the base gives for one row of evidence.

    Parameters
    ----------
    value : str
        Metres, names in order, or a side; empty where it cannot be evaluated.
    status : {"agrees", "disagrees", "not_evaluable"}
        Whether it meets what was expected.
    """

    value: str
    status: str


def control_points_check(base: Base) -> Check:
    """Check that points known from elsewhere fall where the base says.

    Parameters
    ----------
    base : Base
        Columns of ``control_points`` used: ``control_id``, ``name``,
        ``expect`` (``road:X``, ``crossing:X×Y``, ``corner:district``,
        ``inside:district``, ``outside:district``), ``tolerance_m`` [m].

    Returns
    -------
    Check
        An error for every point farther off than its tolerance: an area
        check cannot see a base that is shifted as a whole, this one does.
    """
    check_id = "position/control-points"
    if base.control_points.empty:
        return skipped(check_id, "skipped.no-control-points")
    points = base.control_points.to_crs(base.metric_crs)
    statements: list[Statement] = []
    tolerances = []
    # A point whose line is not drawn is said, and tests nothing.
    for row, here in zip(points.itertuples(), base.control_points.geometry, strict=True):
        name, expect = str(row.name), str(row.expect)
        distance = control_distance_m(row.geometry, expect, base)
        if distance is None:
            statements.append(
                statement(
                    check_id,
                    "info",
                    "control-untested",
                    at=here,
                    suffix=str(row.control_id),
                    name=name,
                    expect=expect,
                )
            )
            continue
        tolerances.append(float(row.tolerance_m))
        # Not “greater than”: a distance that is no number is no pass.
        if not distance <= row.tolerance_m:
            statements.append(
                statement(
                    check_id,
                    "error",
                    "control-off",
                    at=here,
                    suffix=str(row.control_id),
                    name=name,
                    expect=expect,
                    distance=f"{distance:.0f}",
                    tolerance=f"{row.tolerance_m:.0f}",
                )
            )
    # The report says how many points were tested, and how closely.
    tolerance = (
        f"{len(tolerances)} × {min(tolerances):.0f}–{max(tolerances):.0f} m" if tolerances else ""
    )
    return status_of(check_id, statements, tolerance)


def control_distance_m(point: Point, expect: str, base: Base) -> float | None:
    """Return how far a point lies from where it should [m]; None if the base has no such thing.

    Parameters
    ----------
    point : Point
        In the metric CRS of `base`.
    expect : str
        As in `control_points_check`.
    base : Base
        Streets, rivers and outline.
    """
    what, _, of = expect.partition(":")
    target: Geometry | None = None
    if what == "road":
        target = _line(of, base)
    elif what == "crossing":
        first, _, second = of.partition("×")
        target = _crossings(first, second, base)
    elif what == "corner" and of == "district":
        target = MultiPoint(shapely.get_coordinates(base.outline))
    elif what == "inside" and of == "district":
        target = base.outline
    elif what == "outside" and of == "district":
        inside = shapely.contains(base.outline, point)
        return float(shapely.distance(base.outline.boundary, point)) if inside else 0.0
    if target is None or shapely.is_empty(target):
        return None
    return float(shapely.distance(target, point))


def datum_check(plan: str, zones: gpd.GeoDataFrame, base: Base, *, place: str) -> Check:
    """Tell the datum of a zone layer by its position against the streets.

    Parameters
    ----------
    plan : str
        Plan id.
    zones : GeoDataFrame
        Raw coordinates as the file has them, declared WGS84 as RFC 7946 has
        it. Columns used: ``kind``, ``geometry``.
    base : Base
        Streets, rivers and outline.
    place : str
        Names the layer in the statements.

    Returns
    -------
    Check
        An error named ``datum-gcj02``, ``datum-bd09``, ``axis-flipped``,
        ``web-mercator``, ``wrong-belt`` or ``outside`` where the shapes lie
        as if read wrongly. Skipped where a plan draws no zone.
    """
    check_id = f"position/datum/{plan}"
    # The sides of zones follow streets; those of belts do not and would tell nothing.
    layer = zones[zones.geometry.geom_type.isin(POLYGONS) & (zones["kind"] == "zone")]
    if layer.empty:
        return skipped(check_id, "skipped.no-areas")
    issues = [
        replace(issue, place=f"{place} ({issue.code})")
        for issue in guess_datum(layer, base, place=place).issues
    ]
    return status_of(
        check_id, [statement_of(f"{check_id}/{issue.code}", issue) for issue in issues]
    )


def datum_checks(base: Base, plans: Sequence[str], folder: Path) -> list[Check]:
    """Tell the datum of every zone file of a data folder; see `datum_check`."""
    checks = []
    for plan in plans:
        place = f"zones/{plan}.geojson"
        path = folder / "zones" / f"{plan}.geojson"
        check_id = f"position/datum/{plan}"
        if not is_there(path):
            checks.append(skipped(check_id, "skipped.no-zone-file", file=place))
            continue
        try:
            zones = raw_zones(path)
        except DataFileError as error:
            fault = statement(
                check_id, "error", "file-unreadable", suffix="unreadable", error=error
            )
            checks.append(status_of(check_id, [fault]))
            continue
        checks.append(datum_check(plan, zones, base, place=place))
    return checks


def raw_zones(path: Path) -> gpd.GeoDataFrame:
    """Read shapes of a zone file whatever their coordinates, to tell what these are.

    Raises
    ------
    DataFileError
        If the file is no FeatureCollection or a geometry cannot be read.
    """
    features, _ = read_features(path)
    try:
        kinds = [(feature.get("properties") or {}).get("kind") for feature in features]
        shapes = [shape(f["geometry"]) if f.get("geometry") else None for f in features]
    except Exception as error:
        # shapely's and GEOS's errors have no base of their own.
        raise DataFileError(
            Text("file.no-shapes", file=path.name, reason=reason_of(error))
        ) from error
    return gpd.GeoDataFrame({"kind": kinds}, geometry=gpd.GeoSeries(shapes, crs=WGS84), crs=WGS84)


def places_check(plan: str, zones: gpd.GeoDataFrame, built: Built) -> Check:
    """Check that the places a text puts inside a zone lie inside, or say by how much not."""
    check_id = f"position/places/{plan}"
    base = built.base
    # A street that a text puts inside is inside where it crosses the zone.
    known = _positions(base.roads) | _positions(base.landmarks.to_crs(base.metric_crs))
    metric = drawn_areas(zones).to_crs(base.metric_crs).set_index("zone_id")
    statements = []
    for zone_id, zone in metric.iterrows():
        for place in built.zones[zone_id].item.places:
            if place.relation == "named":
                continue
            values = {
                "place": place.name,
                "name": zone["short_name"],
                "name_en": zone["short_name_en"],
            }
            # A place that the base does not have is said, and tests nothing.
            if place.name not in known:
                statements.append(
                    statement(
                        check_id, "info", "place-unknown", (zone_id,), suffix=place.name, **values
                    )
                )
                continue
            # Outside by no more than its own error proves nothing; farther off is worth a look.
            position, error = known[place.name]
            distance = float(shapely.distance(position, zone.geometry))
            if distance > 0:
                here = gpd.GeoSeries([position], crs=base.metric_crs).to_crs(WGS84).iloc[0]
                statements.append(
                    statement(
                        check_id,
                        "info" if distance <= Z_95 * error else "warning",
                        "place-outside",
                        (zone_id,),
                        here,
                        suffix=place.name,
                        distance=f"{distance:.0f}",
                        error=f"{error:.0f}",
                        **values,
                    )
                )
    return status_of(check_id, statements)


def _positions(layer: gpd.GeoDataFrame) -> dict[str, tuple[Geometry, float]]:
    """Return shape and error [m] by name; the first of a name counts."""
    if layer.empty:
        return {}
    rows = layer.drop_duplicates("name")
    return {
        str(name): (shape_, float(error))
        for name, shape_, error in zip(
            rows["name"], rows.geometry, rows["position_error_m"], strict=True
        )
    }


STREET_COLUMNS = (
    "check_id", "kind", "street", "other", "lon", "lat", "expected", "tolerance", "used", "status",
    "note", "source",
)  # fmt: skip
"""Columns of ``street_checks.csv`` that are used."""

KINDS = ("length", "order", "address", "side", "distance")
"""What a row of ``street_checks.csv`` may be about."""

IN_ORDER = "in this order"
"""What is expected of crossings: that the street meets the others as listed."""


def _street_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of ``street_checks.csv``, each with what its kind needs.

    Raises
    ------
    GeoError
        If the table or a row is not whole, with the row.
    """
    rows = csv_rows(path, STREET_COLUMNS)
    for line, row in enumerate(rows, start=2):
        kind = row["kind"]
        if kind not in KINDS:
            fault = Text("evidence.kind", row=line, value=kind, kinds=list(KINDS))
            raise GeoError(fault.about(path.name))
        if kind == "length":
            number_of(row, "expected", path.name, line)
        if kind in ("length", "address", "distance") or row["tolerance"]:
            number_of(row, "tolerance", path.name, line)
        if kind in ("address", "side", "distance") or row["lon"] or row["lat"]:
            position_of(row, path.name, line)
        if kind in ("order", "distance") and not row["other"].strip("|"):
            raise GeoError(Text("evidence.other", row=line, kind=kind).about(path.name))
        if kind == "side" and row["expected"] not in ("east", "west"):
            raise GeoError(
                Text("evidence.side_of", row=line, value=row["expected"]).about(path.name)
            )
    return rows


def streets_check(base: Base, path: Path) -> Check:
    """Hold the base against lengths, crossing orders and addresses not used to draw it.

    Parameters
    ----------
    base : Base
        The base.
    path : Path
        ``street_checks.csv``: ``check_id``, ``kind`` (length, order, address,
        side, distance), ``street``, ``other``, ``lon``, ``lat`` [degree],
        ``expected``, ``tolerance`` [m], ``used``, ``status``, ``note``.

    Returns
    -------
    Check
        One statement that counts, one for every row that disagrees: an info
        where the file has a note on it, else a warning.
    """
    check_id = "position/streets"
    if not is_there(path):
        return skipped(check_id, "skipped.no-street-checks")
    try:
        rows = _street_rows(path)
    except GeoError as error:
        return unreadable(check_id, error)
    # Evidence that no line was drawn from counts for itself: it is the only test.
    results = [(row, measure(row, base)) for row in rows]
    evaluations = [(row, result) for row, result in results if result.status != "not_evaluable"]
    of_unused = [(row, result) for row, result in evaluations if row["used"] == "no"]
    found_all = [
        statement(
            check_id,
            "info",
            "streets-counted",
            suffix="count",
            told=len(evaluations),
            agree=sum(result.status == "agrees" for _, result in evaluations),
            unused=len(of_unused),
            unused_agree=sum(result.status == "agrees" for _, result in of_unused),
            rest=len(results) - len(evaluations),
        )
    ]
    # A disagreement that somebody has looked into is told with the note, and is no warning.
    for row, result in evaluations:
        if result.status == "disagrees":
            expected, expected_en = _shown(row, row["expected"])
            measured, measured_en = _shown(row, result.value)
            found_all.append(
                statement(
                    check_id,
                    "info" if row["note"] else "warning",
                    "street-disagrees",
                    at=Point(float(row["lon"]), float(row["lat"])) if row["lon"] else None,
                    suffix=row["check_id"],
                    street=row["street"],
                    other=row["other"].split("|") if row["other"] else "–",
                    kind=text(f"evidence.{row['kind']}", "zh"),
                    kind_en=text(f"evidence.{row['kind']}", "en"),
                    expected=expected,
                    expected_en=expected_en,
                    measured=measured,
                    measured_en=measured_en,
                    tolerance=f"{row['tolerance']} m" if row["tolerance"] else "–",
                    note=row["note"] or "–",
                    note_en=row.get("note_en") or row["note"] or "–",
                    source=row["source"],
                    source_en=row.get("source_en") or row["source"],
                )
            )
    return status_of(check_id, found_all)


def _shown(row: dict[str, str], value: str) -> tuple[str, str]:
    """Return a value of a check as it is told, Chinese and English."""
    if row["kind"] == "side" or value == IN_ORDER:
        key = f"evidence.{value.replace(' ', '_')}"
        return text(key, "zh"), text(key, "en")
    parts = value.split("|") if value else "–"
    return str(rendered(parts, "zh")), str(rendered(parts, "en"))


def measure(row: dict[str, str], base: Base) -> Measured:
    """Return what the base gives for one row of ``street_checks.csv``."""
    line = _line(row["street"], base)
    others = [name for name in row["other"].split("|") if name]
    if line is None or row["status"] == "not_evaluable":
        return Measured("", "not_evaluable")
    kind = row["kind"]
    if kind == "length":
        ends = [position for name in others for position in _along(line, name, base)[:1]]
        if len(ends) not in (0, 2) or (others and not ends):
            return Measured("", "not_evaluable")
        length = abs(ends[1] - ends[0]) if ends else float(line.length)
        return _within(length - float(row["expected"]), row, value=length)
    if kind == "order":
        places = sorted((at, name) for name in others for at in _along(line, name, base))
        names = [name for _, name in places]
        if names and others.index(names[0]) > others.index(names[-1]):
            names.reverse()
        return Measured("|".join(names), "agrees" if names == others else "disagrees")
    point = _metric_point(float(row["lon"]), float(row["lat"]), base)
    if kind == "distance":
        crossings = _crossings(row["street"], others[0], base)
        if crossings is None or shapely.is_empty(crossings):
            return Measured("", "not_evaluable")
        return _within(float(shapely.distance(crossings, point)), row)
    if kind == "address":
        return _within(float(shapely.distance(line, point)), row)
    foot = line.interpolate(line.project(point))
    side = "east" if point.x > foot.x else "west"
    return Measured(side, "agrees" if side == row["expected"] else "disagrees")


def _within(deviation: float, row: dict[str, str], value: float | None = None) -> Measured:
    status = "agrees" if abs(deviation) <= float(row["tolerance"]) else "disagrees"
    return Measured(f"{deviation if value is None else value:.0f}", status)


def _line(name: str, base: Base) -> LineString | None:
    """Return a road or the default reading of a river, metric CRS; None if there is none."""
    line = base.lines_by_name.get(name)
    if line is None or isinstance(line, LineString):
        return line
    joined_line = shapely.line_merge(line)
    return joined_line if isinstance(joined_line, LineString) else None


def _crossings(first: str, second: str, base: Base) -> Geometry | None:
    one, other = _line(first, base), _line(second, base)
    return None if one is None or other is None else shapely.intersection(one, other)


def _along(line: LineString, other: str, base: Base) -> list[float]:
    """Return where another line crosses a line, as distances along it [m]."""
    crossing = _line(other, base)
    if crossing is None:
        return []
    parts: Any = shapely.get_parts(shapely.intersection(line, crossing))
    return [float(line.project(p.representative_point())) for p in parts if not p.is_empty]


def _metric_point(longitude: float, latitude: float, base: Base) -> Point:
    there = gpd.GeoSeries([Point(longitude, latitude)], crs=WGS84).to_crs(base.metric_crs)
    return Point(there.iloc[0])
