"""Test lines against evidence held back: points no line was drawn from, streets placed unseen."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from geo.base import Base
from geo.checks.check import Check, Statement, skipped, statement, status_of
from geo.crs import WGS84
from geo.errors import GeoError
from geo.io.read import is_there, read_text
from geo.texts import Text
from geo.uncertainty.calibration import (
    FEWEST_STREETS,
    NOMINAL,
    ClassCalibration,
    Deviation,
    Share,
    calibrate,
)
from geo.uncertainty.identity import weakest
from geo.uncertainty.position import LARGEST_ERROR_M

if TYPE_CHECKING:
    from collections.abc import Iterable

HELD_BACK_COLUMNS = ("street", "lon", "lat", "source", "licence", "fold", "error_m")
"""Columns of ``held_back.csv``: a point on a street, WGS84 [degree], its error [m]."""

HIDDEN_COLUMNS = ("rule", "street", "points", "deviation_m", "fold")
"""Columns of ``calibration.csv`` that are used: a street that was hidden whole and placed by a
rule before it was looked at, and how far off it came to lie [m]; empty where the rule gave none."""

COINCIDENCE_M = 0.05
"""A vertex this near to a held-back point was drawn from it: half a step of the files."""

FINEST_CLASSES = ("osm", "high")
"""Classes whose held-back points are summed up in one median."""


def held_back_check(base: Base, path: Path) -> Check:
    """Hold the stated errors of the streets against points that were held back.

    Parameters
    ----------
    base : Base
        Streets by stretches, each with its error and class.
    path : Path
        ``held_back.csv``: `HELD_BACK_COLUMNS`.

    Returns
    -------
    Check
        An error for a vertex that coincides with a held-back point; a warning
        for a class whose shares within 1 and 2 sigma are not what the errors
        promise; the figures of every class.
    """
    check_id = "position/held-back"
    if not is_there(path):
        return skipped(check_id, "skipped.no-held-back")
    try:
        rows = csv_rows(path, HELD_BACK_COLUMNS)
        points = _points(rows, base)
    except GeoError as error:
        return unreadable(check_id, error)
    statements = _coincident(check_id, points, base)
    deviations, unknown = _deviations(points, base)
    if unknown:
        statements.append(
            statement(
                check_id, "info", "held-back-unknown", suffix="unknown",
                count=len(unknown), streets=sorted(unknown),
            )
        )  # fmt: skip
    fine = [d for d in deviations if d.identity in FINEST_CLASSES]
    if fine:
        statements.append(
            statement(
                check_id, "info", "held-back-median", suffix="median",
                points=len(fine), streets=len({d.street for d in fine}),
                median=f"{np.median([d.distance_m for d in fine]):.1f}",
            )
        )  # fmt: skip
    statements += [_class_statement(check_id, result) for result in calibrate(deviations)]
    return status_of(check_id, statements, tolerance="68 %, 95 %")


def csv_rows(path: Path, columns: Iterable[str]) -> list[dict[str, str]]:
    """Return the rows of a table of evidence, each with as many cells as the head.

    Raises
    ------
    GeoError
        If a column is missing, a row is not whole, or it is no table at all.
    """
    table = csv.DictReader(io.StringIO(read_text(path)))
    try:
        rows = list(table)
    except csv.Error as error:
        line = table.line_num + 1
        raise GeoError(
            Text("evidence.csv", row=line, said_en=str(error)).about(path.name)
        ) from error
    missing = [column for column in columns if column not in (table.fieldnames or ())]
    if missing:
        raise GeoError(Text("evidence.no_column", column=missing[0]).about(path.name))
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise GeoError(Text("evidence.row", row=number).about(path.name))
    return rows


def number_of(row: dict[str, str], column: str, file: str, line: int) -> float:
    """Return the number in a cell.

    Raises
    ------
    GeoError
        If there is none, with the row.
    """
    try:
        value = float(row[column])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise GeoError(
            Text("evidence.number", row=line, column=column, value=row[column]).about(file)
        )
    return value


def position_of(row: dict[str, str], file: str, line: int) -> tuple[float, float]:
    """Return longitude and latitude of a row [degree].

    Raises
    ------
    GeoError
        If they are none, with the row.
    """
    lon, lat = (number_of(row, column, file, line) for column in ("lon", "lat"))
    if abs(lon) > 180 or abs(lat) > 90:
        raise GeoError(Text("evidence.degrees", row=line, lon=lon, lat=lat).about(file))
    return lon, lat


def _points(rows: list[dict[str, str]], base: Base) -> gpd.GeoDataFrame:
    """Return the held-back points, metric CRS."""
    file = "held_back.csv"
    rows_with_line = list(enumerate(rows, start=2))
    errors_m = [number_of(row, "error_m", file, n) for n, row in rows_with_line]
    for (n, row), error_m in zip(rows_with_line, errors_m, strict=True):
        # A point of any error whatever lies within one sigma of any line.
        if not 0 <= error_m <= LARGEST_ERROR_M:
            fault = Text("evidence.error", row=n, value=row["error_m"], most=LARGEST_ERROR_M)
            raise GeoError(fault.about(file))
    positions = [position_of(row, file, n) for n, row in rows_with_line]
    table = gpd.GeoDataFrame(
        {
            "street": [row["street"] for row in rows],
            "fold": [row["fold"] for row in rows],
            "error_m": errors_m,
        },
        geometry=shapely.points(positions) if rows else [],
        crs=WGS84,
    )
    return table.to_crs(base.metric_crs)


def _coincident(check_id: str, points: gpd.GeoDataFrame, base: Base) -> list[Statement]:
    """Return an error for every held-back point that a vertex of a street was made from."""
    if points.empty or base.stretches.empty:
        return []
    xy = shapely.get_coordinates(base.stretches.geometry.array)
    tree = shapely.STRtree(np.asarray(shapely.points(xy)))
    hits, _ = tree.query(points.geometry.array, predicate="dwithin", distance=COINCIDENCE_M)
    return [
        statement(
            check_id,
            "error",
            "held-back-coincides",
            at=gpd.GeoSeries([points.geometry.iloc[n]], crs=points.crs).to_crs(WGS84).iloc[0],
            suffix=f"coincides-{n + 2}",
            street=points["street"].iloc[n],
            row=n + 2,
        )
        for n in sorted({int(hit) for hit in hits})
    ]


def _deviations(points: gpd.GeoDataFrame, base: Base) -> tuple[list[Deviation], set[str]]:
    """Return how far off the streets lie, and the streets that the base does not have."""
    known = base.stretches[base.stretches["position_error_m"].notna()]
    deviations, unknown = [], set()
    for street, rows in points.groupby("street", sort=True):
        stretches = known[(known["name"] == street) | (known["road_id"] == street)]
        if stretches.empty:
            unknown.add(str(street))
            continue
        lines = np.asarray(stretches.geometry.array)
        for point, fold, error_m in zip(rows.geometry, rows["fold"], rows["error_m"], strict=True):
            distances = shapely.distance(lines, point)
            nearest = stretches.iloc[int(np.argmin(distances))]
            deviations.append(
                Deviation(
                    street=str(street),
                    identity=weakest([nearest["identity"]]) or "",  # NaN where a road says nothing
                    method=str(nearest["method"]),
                    fold=str(fold),
                    distance_m=float(distances.min()),
                    error_m=math.hypot(float(nearest["position_error_m"]), float(error_m)),
                )
            )
    return deviations, unknown


def _class_statement(check_id: str, result: ClassCalibration) -> Statement:
    """Say whether the errors of one class are what the held-back points show."""
    about: dict[str, Any] = {
        "identity": Text(f"identity.{result.identity}") if result.identity else "–",
        "how": Text(f"how.{result.method}"),
        "streets": result.streets,
        "points": result.points,
        "median": f"{result.median_m:.1f}",
    }
    suffix = f"{result.identity or 'none'}-{result.method}"
    if not result.is_told:
        return statement(
            check_id, "info", "held-back-few", suffix=suffix, fewest=FEWEST_STREETS, **about
        )
    return statement(
        check_id,
        "info" if result.holds else "warning",
        "held-back-class" if result.holds else "held-back-class-off",
        suffix=suffix,
        stated=[_share_text(share) for share in result.shares],
        crossed=[_share_text(share) for share in result.crossed],
        scale=f"{result.scale:.2f}",
        **about,
    )


def _share_text(share: Share) -> Text:
    return Text(
        "found.held-back-share",
        sigmas=share.sigmas,
        within=share.within,
        streets=share.streets,
        percent=f"{100 * share.within / share.streets:.0f}",
        low=f"{100 * share.low:.0f}",
        high=f"{100 * share.high:.0f}",
        nominal=f"{100 * NOMINAL[share.sigmas]:.0f}",
    )


def hidden_streets_check(path: Path) -> Check:
    """Report how far known streets came to lie that were hidden whole and placed by a rule.

    Parameters
    ----------
    path : Path
        ``calibration.csv``: `HIDDEN_COLUMNS`.

    Returns
    -------
    Check
        The figures of every rule, all streets counted; never an error.
    """
    check_id = "position/hidden-streets"
    if not is_there(path):
        return skipped(check_id, "skipped.no-hidden-streets")
    try:
        rows = csv_rows(path, HIDDEN_COLUMNS)
        # An empty deviation is a street that the rule could not place; it counts, and has none.
        off = [
            number_of(row, "deviation_m", path.name, n) if row["deviation_m"] else math.nan
            for n, row in enumerate(rows, start=2)
        ]
    except GeoError as error:
        return unreadable(check_id, error)
    statements = []
    # Each rule by itself; of too few streets only the count is said.
    for rule in dict.fromkeys(row["rule"] for row in rows):
        of_rule = [
            (row, value) for row, value in zip(rows, off, strict=True) if row["rule"] == rule
        ]
        distances = [value for _, value in of_rule if not math.isnan(value)]
        streets = {row["street"] for row, value in of_rule if not math.isnan(value)}
        values: dict[str, Any] = {
            "rule": rule,
            "streets": len(streets),
            "cases": len(distances),
            "failed": len(of_rule) - len(distances),
        }
        if len(streets) < FEWEST_STREETS:
            statements.append(
                statement(
                    check_id, "info", "hidden-few", suffix=rule, fewest=FEWEST_STREETS, **values
                )
            )
            continue
        middle, one, two = np.quantile(distances, [0.5, NOMINAL[1], NOMINAL[2]])
        statements.append(
            statement(
                check_id,
                "info",
                "hidden-rule",
                suffix=rule,
                median=f"{middle:.0f}",
                one=f"{one:.0f}",
                two=f"{two:.0f}",
                largest=f"{max(distances):.0f}",
                **values,
            )
        )
    return status_of(check_id, statements)


def unreadable(check_id: str, error: GeoError) -> Check:
    """Return the check of a table that cannot be read."""
    fault = statement(check_id, "error", "file-unreadable", suffix="unreadable", error=error.words)
    return status_of(check_id, [fault])
