"""``geo roads``: real street data from a file or from Overpass, into a data folder of its own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import geopandas as gpd

from commands.shared.console import add_language_option, say
from commands.shared.issues import add_data_option, chosen_folder, print_issues
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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    bring = actions.add_parser(
        "import",
        help="make a data folder with the streets of a file",
        description="Read OpenStreetMap (.osm.pbf, .osm, .osm.gz), an Overpass answer, GeoJSON, "
        "GeoPackage or Shapefile; write a new data folder with the district and plans of --data "
        "and these streets. Then: geo build --data OUT, geo check --data OUT.",
    )
    add_data_option(bring)
    bring.add_argument("file", metavar="FILE", help="the street data")
    bring.add_argument("--out", metavar="FOLDER", required=True, help="new data folder to write")
    bring.add_argument("--outline", metavar="FILE", help="GeoJSON; the district's by default")
    bring.add_argument("--name-column", metavar="NAME", help="column of the street names")
    bring.add_argument("--layer", metavar="NAME", help="layer of a file that has several")
    bring.add_argument("--crs", metavar="EPSG", help="CRS of a file that does not declare one")
    bring.add_argument(
        "--datum",
        choices=("wgs84", "gcj02", "bd09"),
        help="what the coordinates are in; told by position against the streets of --data else",
    )
    bring.add_argument(
        "--error", type=float, metavar="M", help="position error of the lines, 1 sigma, metres"
    )
    bring.add_argument("--attribution", default="", help="whose data, if the file does not say")
    bring.add_argument("--licence", default="", help="its licence, if the file does not say")
    bring.add_argument("--report", metavar="FILE", help="write the report (Markdown) to a file")
    add_language_option(bring)
    bring.set_defaults(run=run_import)

    fetch = actions.add_parser(
        "fetch",
        help="fetch the streets of the district from Overpass",
        description="Ask Overpass, through OSMnx, for the streets of the district and keep the "
        "answer as a file for geo roads import. Needs a network.",
    )
    add_data_option(fetch)
    fetch.add_argument("--out", metavar="FILE", required=True, help="file to write (.json)")
    fetch.add_argument("--outline", metavar="FILE", help="GeoJSON; the district's by default")
    fetch.add_argument("--overpass", metavar="URL", help="another Overpass server")
    fetch.add_argument(
        "--timeout", type=float, default=180.0, metavar="S", help="patience, seconds"
    )
    add_language_option(fetch)
    fetch.set_defaults(run=run_fetch)


def run_import(options: argparse.Namespace) -> int:
    """Import, write the folder and report street by street."""
    folder = chosen_folder(options)
    outline, metric_crs = _district(folder, options.outline)
    imported = import_streets(
        Path(options.file),
        outline,
        metric_crs=metric_crs,
        name_column=options.name_column,
        layer=options.layer,
        source_crs=options.crs,
        position_error_m=options.error,
        attribution=options.attribution,
        licence=options.licence,
        base=read_base(folder) if (folder / "base" / "roads.geojson").is_file() else None,
        datum=options.datum,
    )
    issues = [*imported.issues, *write_imported(Path(options.out), imported, source=folder)]
    comparison = None
    if (folder / "base" / "roads.geojson").is_file():
        bundled = read_layer(folder / "base" / "roads.geojson")
        comparison = compare_with_base(imported, bundled, metric_crs=metric_crs)
    report = import_report(imported, comparison, options.lang)
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
    layer = read_layer(Path(outline) if outline else folder / "base" / "district.geojson")
    if layer.empty or layer.geometry.isna().all():
        raise DataFileError(Text("command.no-outline"))
    left, _, right, _ = layer.total_bounds
    own = read_district(folder).metric_crs
    return layer, own or metric_crs_for(float(left + right) / 2)
