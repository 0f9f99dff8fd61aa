"""``geo roads``: bring street data from a file or from Overpass into a data folder of its own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import geopandas as gpd

from commands.shared.console import say
from commands.shared.issues import chosen_folder, print_issues
from commands.shared.named_files import named_file
from commands.shared.parsing import Parser, add_command
from commands.shared.streets import add_street_options, street_file
from geo.base import read_base, read_district
from geo.crs import metric_crs_for
from geo.errors import DataFileError
from geo.io.read import read_layer
from geo.io.write import write_bytes
from geo.streets.drift import compare_with_base, import_report
from geo.streets.fetch import fetch_streets
from geo.streets.folder import write_imported
from geo.streets.importing import import_streets
from geo.texts import Text


def add_arguments(parser: Parser) -> None:
    """Declare the options."""
    actions = parser.add_commands("action")
    bring = add_command(actions, "import", parser)
    bring.add_argument("--data", metavar="FOLDER")
    bring.add_argument("file", metavar="FILE")
    bring.add_argument("--out", metavar="FOLDER", required=True)
    bring.add_argument("--outline", metavar="FILE")
    bring.add_argument("--report", metavar="FILE")
    add_street_options(bring)
    bring.add_language()
    bring.set_defaults(run=run_import)

    fetch = add_command(actions, "fetch", parser)
    fetch.add_argument("--data", metavar="FOLDER")
    fetch.add_argument("--out", metavar="FILE", required=True)
    fetch.add_argument("--outline", metavar="FILE")
    fetch.add_argument("--overpass", metavar="URL")
    fetch.add_argument("--timeout", type=float, default=180.0, metavar="S")
    fetch.add_language()
    fetch.set_defaults(run=run_fetch)


def run_import(options: argparse.Namespace) -> int:
    """Import, write the folder and report street by street."""
    folder = chosen_folder(options)
    outline, metric_crs = _district(folder, options.outline)
    base = read_base(folder) if (folder / "base" / "roads.geojson").is_file() else None
    file = street_file(named_file(options.file, "FILE"), options)
    streets = import_streets(file, outline, metric_crs=metric_crs, base=base)
    issues = [*streets.issues, *write_imported(Path(options.out), streets, source=folder)]
    comparison = None
    if (folder / "base" / "roads.geojson").is_file():
        base_roads = read_layer(folder / "base" / "roads.geojson")
        comparison = compare_with_base(streets, base_roads, metric_crs=metric_crs)
    report = import_report(streets, comparison, options.lang)
    if options.report:
        write_bytes(Path(options.report), report.encode())
        say(options.lang, "command.wrote", sys.stderr, file=options.report)
    else:
        sys.stdout.write(report)
    print_issues(issues, sys.stderr, options.lang)
    say(options.lang, "command.wrote-folder", sys.stderr, folder=options.out)
    return 1 if any(issue.level == "error" for issue in issues) else 0


def run_fetch(options: argparse.Namespace) -> int:
    """Fetch and keep the answer."""
    outline, metric_crs = _district(chosen_folder(options), options.outline)
    path = fetch_streets(
        outline,
        Path(options.out),
        metric_crs=metric_crs,
        overpass_url=options.overpass,
        timeout_s=options.timeout,
    )
    say(options.lang, "command.wrote-streets", sys.stderr, file=path)
    return 0


def _district(folder: Path, outline: str | None) -> tuple[gpd.GeoDataFrame, str]:
    """Return the outline and the belt of a district."""
    outline_path = folder / "base" / "district.geojson"
    layer = read_layer(named_file(outline, "--outline") if outline else outline_path)
    if layer.empty or layer.geometry.isna().all():
        raise DataFileError(Text("command.no-outline"))
    left, _, right, _ = layer.total_bounds
    metric_crs = read_district(folder).metric_crs
    return layer, metric_crs or metric_crs_for(float(left + right) / 2)
