"""``geo district``: begin the data folder of another district; use a folder, and go back."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tomllib
from pathlib import Path
from typing import cast

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from commands.shared.issues import print_issues
from commands.shared.named_files import named_file
from commands.shared.parsing import Parser, add_command
from commands.shared.streets import add_street_options, street_file
from geo.build import build, write_zone_files, zone_files
from geo.checks.folder import inspect
from geo.datums.guess import as_wgs84, declared_reading
from geo.districts.releases import roll_back, use
from geo.districts.start import OUTLINE_ERROR_M, NewDistrict, folder_name, start_files
from geo.errors import DataFileError, Issue
from geo.io.forms import invalid_reason
from geo.io.limits import UPLOAD_BYTES
from geo.io.read import read_bytes
from geo.io.write import temporary_folder, write_files
from geo.streets.drift import import_report
from geo.streets.folder import write_imported
from geo.streets.importing import import_streets
from geo.texts import Text, text
from geo.uploads.files import lines_as_outlines, read_upload


def add_arguments(parser: Parser) -> None:
    """Declare the options."""
    actions = parser.add_commands("action")
    new = add_command(actions, "new", parser)
    new.add_argument("name", metavar="NAME")
    new.add_argument("--streets", metavar="FILE", required=True)
    new.add_argument("--outline", metavar="FILE", required=True)
    new.add_argument("--out", metavar="FOLDER")
    new.add_argument("--name-en", default="")
    new.add_argument("--plan", default="15th")
    new.add_argument("--plan-name", default="十五五")
    new.add_argument("--plan-name-en", default="15th Five-Year Plan")
    new.add_argument("--from", dest="period_from", type=int, default=2026, metavar="YEAR")
    new.add_argument("--to", dest="period_to", type=int, default=2030, metavar="YEAR")
    new.add_argument("--metric-crs", default="", metavar="EPSG")
    new.add_argument("--outline-crs", metavar="EPSG")
    new.add_argument("--outline-error", type=float, default=OUTLINE_ERROR_M, metavar="M")
    add_street_options(new)
    new.add_language()
    new.set_defaults(run=run_new)
    used = add_command(actions, "use", parser)
    used.add_argument("folder", metavar="FOLDER")
    used.add_argument("--force", action="store_true")
    back = add_command(actions, "rollback", parser)
    for command, run in ((used, run_use), (back, run_back)):
        command.add_argument("--link", metavar="LINK")
        command.add_language()
        command.set_defaults(run=run)


def run_new(options: argparse.Namespace) -> int:
    """Make the folder and say what is still to do."""
    lang = options.lang
    out = Path(options.out or folder_name(options.name))
    outline, outline_faults = outline_of(
        named_file(options.outline, "--outline"), options.outline_crs
    )
    district = NewDistrict(
        name=options.name,
        name_en=options.name_en,
        plan=options.plan,
        plan_name=options.plan_name,
        plan_name_en=options.plan_name_en,
        period_from=options.period_from,
        period_to=options.period_to,
        licence=options.licence,
        attribution=options.attribution,
        metric_crs=options.metric_crs,
        outline_error_m=options.outline_error,
        date=dt.datetime.now(tz=dt.UTC).astimezone().date(),
    )
    with temporary_folder() as start:
        files = start_files(district, outline)
        for name in files:
            (start / name).parent.mkdir(parents=True, exist_ok=True)
        write_files({start / name: content for name, content in files.items()})
        streets = import_streets(
            street_file(named_file(options.streets, "--streets"), options),
            outline,
            metric_crs=_metric_crs(files["district.toml"]),
        )
        issues = [*outline_faults, *streets.issues, *write_imported(out, streets, source=start)]
    built = build(out)
    write_zone_files(zone_files(built, out), out)
    sys.stdout.write(import_report(streets, None, lang))
    print_issues(issues, sys.stderr, lang)
    print(_still_to_do(out, district, lang))
    return 0


def run_use(options: argparse.Namespace) -> int:
    """Use another data folder, if it is sound."""
    folder, link = Path(options.folder), _link(options)
    if not options.force:
        failure_count = sum(check.status == "failed" for check in inspect(build(folder), folder))
        if failure_count:
            words = {"folder": folder, "count": failure_count}
            print(text("release.unsound", options.lang, **words), file=sys.stderr)
            return 1
    use(link, folder)
    print(text("release.used", options.lang, link=link, folder=folder.resolve()))
    return 0


def run_back(options: argparse.Namespace) -> int:
    """Go back to the data folder used before."""
    link = _link(options)
    folder = roll_back(link)
    print(text("release.used", options.lang, link=link, folder=folder))
    return 0


def _link(options: argparse.Namespace) -> Path:
    """Return the link to change.

    Raises
    ------
    DataFileError
        If neither the option nor ``GEO_DATA`` names one.
    """
    link = options.link or os.environ.get("GEO_DATA")
    if not link:
        raise DataFileError(Text("release.no-link"))
    return Path(link)


def _metric_crs(source: bytes) -> str:
    return str(tomllib.loads(source.decode())["metric_crs"])


def _still_to_do(out: Path, district: NewDistrict, language: str) -> str:
    """Return what a person has to do next, one thing on a line."""
    values = {
        "out": out,
        "plan": district.plan,
        "period_from": district.period_from,
        "period_to": district.period_to,
    }
    steps = ("names", "plan", "build", "page", "places", "errors")
    lines = [text("district.made", language, out=out)]
    lines += [f"- {text(f'district.todo.{step}', language, **values)}" for step in steps]
    return "\n".join(lines)


def outline_of(path: Path, crs: str | None) -> tuple[Polygon | MultiPolygon, list[Issue]]:
    """Return the polygon of an outline file, all of its polygons together, WGS84; and its faults.

    What is told of the file: layers and shapes that were left aside, and the like.

    Raises
    ------
    DataFileError
        If it has neither a polygon nor a line that closes, one that is not valid, or does not
        say its reference system.
    """
    upload = read_upload(path.name, read_bytes(path, limit=UPLOAD_BYTES))
    layer = upload.layer[upload.layer.geometry.notna()]
    if not (shapely.get_dimensions(layer.geometry.array) == 2).any():
        layer = lines_as_outlines(layer)
    for number, shape in zip(layer.index + 1, layer.geometry, strict=True):
        if not shape.is_valid:
            reason = invalid_reason(shape)
            words = Text("district.outline-invalid", feature=int(number), reason=reason)
            raise DataFileError(words.about(path.name))
    reading = crs or declared_reading(layer)
    if reading is None:
        raise DataFileError(Text("district.outline-crs").about(path.name))
    shapes = as_wgs84(layer, reading).geometry
    parts = shapely.get_parts(np.asarray(shapes.array))
    areas = parts[shapely.get_dimensions(parts) == 2]
    outline = shapely.union_all(areas)
    left, bottom, right, top = shapely.total_bounds(areas) if len(areas) else (0, 0, 0, 0)
    if not outline.area:
        raise DataFileError(Text("district.outline-empty").about(path.name))
    if not (-180 <= left <= right <= 180 and -90 <= bottom <= top <= 90):
        raise DataFileError(Text("district.outline-crs").about(path.name))
    faults = [issue for issue in upload.issues if issue.level != "info"]
    return cast("Polygon | MultiPolygon", outline), faults
