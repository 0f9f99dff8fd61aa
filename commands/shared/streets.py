"""Declare the options of a file of streets, as several commands take one."""

from __future__ import annotations

import argparse
from pathlib import Path

from commands.shared.parsing import Parser
from geo.streets.importing import StreetFile


def add_street_options(parser: Parser) -> None:
    """Declare what a reader may know of a file of streets."""
    parser.add_argument("--name-column", metavar="NAME")
    parser.add_argument("--layer", metavar="NAME")
    parser.add_argument("--crs", metavar="EPSG")
    parser.add_argument("--datum", choices=("wgs84", "gcj02", "bd09"))
    parser.add_argument("--error", type=float, metavar="M")
    parser.add_argument("--attribution", default="")
    parser.add_argument("--licence", default="")


def street_file(path: Path, options: argparse.Namespace) -> StreetFile:
    """Return a file of streets with what the options say of it."""
    return StreetFile(
        path,
        name_column=options.name_column,
        layer=options.layer,
        crs=options.crs,
        datum=options.datum,
        position_error_m=options.error,
        attribution=options.attribution,
        licence=options.licence,
    )
