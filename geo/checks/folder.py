"""Run every check of a data folder: those on what was built, and those on its files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from shapely import Geometry
from shapely.geometry import shape

from geo.build import Built, differing_files, zone_files
from geo.checks.built import run_checks
from geo.checks.check import Check, Statement, skipped, statement, statement_of, status_of
from geo.checks.evidence import held_back_check, hidden_streets_check
from geo.checks.formats import zone_file_issues
from geo.checks.positions import datum_checks, streets_check
from geo.crs import WGS84
from geo.errors import reason_of
from geo.io.checksums import listed_checksums, sealed_files
from geo.io.read import read_features, sha256
from geo.plans.quotations import compare_quotations
from geo.texts import text


def inspect(built: Built, folder: Path, *, documents: Path | None = None) -> list[Check]:
    """Run every check of a data folder.

    Parameters
    ----------
    built : Built
        What `geo.build.build` made of `folder`.
    folder : Path
        The data folder.
    documents : Path, optional
        Folder of the plan documents (``*.txt``). Without it the comparison of
        quotations is reported as skipped.

    Returns
    -------
    list of Check
        In a fixed order.
    """
    checks = [
        *run_checks(built),
        *datum_checks(built.base, built.plan_ids(), folder),
        streets_check(built.base, folder / "base" / "street_checks.csv"),
        held_back_check(built.base, folder / "base" / "held_back.csv"),
        hidden_streets_check(folder / "base" / "calibration.csv"),
        formats_check(built, folder),
        rebuild_check(built, folder),
        checksums_check(folder),
        quotations_check(built, documents),
    ]
    return [_named(check, built) for check in checks]


def _named(check: Check, built: Built) -> Check:
    """Return a check with English names in its English; a file is told of by what it holds."""
    of_files = check.check_id.startswith("inputs/")
    statements = [
        one if of_files and not one.zones else replace(one, en=built.in_english(one.en))
        for one in check.statements
    ]
    return replace(check, statements=tuple(statements))


def formats_check(built: Built, folder: Path) -> Check:
    """Compare the zone and edge files on disk with their published schemas."""
    check_id = "inputs/formats"
    issues = [
        issue
        for plan in built.plan_ids()
        for suffix in ("", "_edges")
        for issue in zone_file_issues(folder / "zones" / f"{plan}{suffix}.geojson")
    ]
    return status_of(
        check_id,
        [statement_of(f"{check_id}/{issue.code}/{issue.place}", issue) for issue in issues],
    )


def rebuild_check(built: Built, folder: Path) -> Check:
    """Compare the zone files with a fresh build, byte by byte; say what differs."""
    check_id = "inputs/rebuild"
    statements = []
    fresh = zone_files(built, folder)
    for name in differing_files(fresh, folder):
        statements.append(
            statement(check_id, "error", "file-differs", suffix=name, file=f"zones/{name}")
        )
        if (folder / "zones" / name).is_file():
            statements += _differences(check_id, name, fresh[name], folder / "zones" / name, built)
    return status_of(check_id, statements, tolerance="0")


def _differences(
    check_id: str, name: str, fresh: bytes, path: Path, built: Built
) -> list[Statement]:
    """Say feature by feature how a file differs from a fresh build."""
    try:
        on_disk = {f["id"]: f for f in read_features(path)[0]}
        fresh_features = {f["id"]: f for f in json.loads(fresh)["features"]}
        shapes = {
            side: {key: shape(f["geometry"]) if f["geometry"] else None for key, f in rows.items()}
            for side, rows in (("file", on_disk), ("build", fresh_features))
        }
    except Exception as error:  # a damaged file is whatever its damage is
        reason, suffix = reason_of(error), f"{name}/unreadable"
        return [statement(check_id, "error", "file-unreadable", suffix=suffix, error=reason)]
    file = f"zones/{name}"
    statements = []
    # Features that only one of the two has.
    for feature in sorted(on_disk.keys() ^ fresh_features.keys(), key=str):
        where = "file" if feature in on_disk else "build"
        statements.append(
            statement(
                check_id,
                "error",
                "feature-only",
                (str(feature),),
                shapes[where][feature],
                suffix=name,
                file=file,
                feature=feature,
                where=text(f"where.{where}", "zh"),
                where_en=text(f"where.{where}", "en"),
            )
        )
    # Features of both: the farthest that a shape moved, and the properties that differ.
    for feature in sorted(on_disk.keys() & fresh_features.keys(), key=str):
        old, new = shapes["file"][feature], shapes["build"][feature]
        if old is not None and new is not None and not shapely.equals_exact(old, new, 0.0):
            statements.append(
                statement(
                    check_id,
                    "error",
                    "feature-moved",
                    (str(feature),),
                    old,
                    suffix=f"{name}/shape",
                    file=file,
                    feature=feature,
                    distance=_farthest(old, new, built.base.metric_crs),
                )
            )
        was, now = on_disk[feature].get("properties"), fresh_features[feature]["properties"]
        was = was if isinstance(was, dict) else {}
        keys = [key for key in sorted(was.keys() | now.keys()) if was.get(key) != now.get(key)]
        if (old is None) != (new is None):
            keys.append("geometry")
        if keys:
            statements.append(
                statement(
                    check_id,
                    "error",
                    "feature-differs",
                    (str(feature),),
                    suffix=name,
                    file=file,
                    feature=feature,
                    what=", ".join(keys),
                )
            )
    return statements


def _farthest(old: Geometry, new: Geometry, metric_crs: str) -> str:
    """Return in words how far two shapes lie apart [m]: vertex by vertex where they match."""
    if max(map(abs, shapely.bounds(old))) > 180 or abs(shapely.bounds(old)[3]) > 90:
        return "–"
    one, other = gpd.GeoSeries([old, new], crs=WGS84).to_crs(metric_crs)
    first, second = shapely.get_coordinates(one), shapely.get_coordinates(other)
    if len(first) == len(second):
        return f"{np.hypot(*(first - second).T).max():.1f}"
    return f"{shapely.hausdorff_distance(one, other):.1f}"


def checksums_check(folder: Path) -> Check:
    """Compare every file with the SHA-256 that the folder's README.md lists for it."""
    check_id = "inputs/checksums"
    if not (folder / "README.md").is_file():
        return skipped(check_id, "skipped.no-readme")
    sums_by_name = listed_checksums(folder)
    if not sums_by_name:
        return skipped(check_id, "skipped.no-checksums")
    statements: list[Statement] = []
    for name in sorted({*sums_by_name, *sealed_files(folder)}):
        if name not in sums_by_name:
            key = "file-unlisted"
        elif not (folder / name).is_file():
            key = "file-missing"
        elif sha256(folder / name) != sums_by_name[name]:
            key = "checksum-differs"
        else:
            continue
        statements.append(statement(check_id, "error", key, suffix=name, file=name))
    return status_of(check_id, statements)


def quotations_check(built: Built, documents: Path | None) -> Check:
    """Compare every quotation with the plan documents, where they are given."""
    check_id = "inputs/quotations"
    if documents is None:
        return skipped(check_id, "skipped.no-documents")
    return status_of(
        check_id,
        [
            statement_of(f"{check_id}/{issue.place}", issue)
            for issue in compare_quotations(list(built.documents), documents)
        ],
    )
