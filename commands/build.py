"""``geo build``: rebuild data/zones from the plans and the base, of one district or of many."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from commands.shared.console import say
from commands.shared.issues import chosen_folder, print_issues
from commands.shared.parsing import Parser
from geo.districts.many import (
    Outcome,
    build_districts,
    dask_client,
    district_folders,
    write_outcome,
)
from geo.districts.stores import pack_district
from geo.errors import GeoError
from geo.io.checksums import sealed_readme
from geo.io.read import INSTALLED_DATA
from geo.io.write import write_bytes
from geo.texts import Text


def add_arguments(parser: Parser) -> None:
    """Declare the options."""
    parser.add_argument("--data", metavar="FOLDER")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--seal", action="store_true")
    parser.add_argument("--engine", choices=("serial", "dask"), default="serial")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--scheduler", default="", metavar="ADDRESS")
    parser.add_argument("--pack", metavar="FOLDER")
    parser.add_language()
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Build, and write or compare, district by district."""
    folder = chosen_folder(options, may_hold_many=True)
    if folder == INSTALLED_DATA and not (options.check or options.pack):
        raise GeoError(Text("data.installed", folder=str(folder)))
    districts = district_folders(folder)
    if options.pack:
        for district in districts:
            store = pack_district(district, Path(options.pack))
            say(options.lang, "command.packed", name=store.name)
        return 0
    use_dask = options.engine == "dask"
    engine = dask_client(options.workers, options.scheduler) if use_dask else nullcontext()
    faulty = 0
    with engine as client:
        for outcome in build_districts(districts, client):
            name = "" if outcome.folder == folder else f"{outcome.folder.name}/"
            sound = _finish(outcome, name, options)
            faulty += not sound
    if len(districts) > 1:
        well = len(districts) - faulty
        say(options.lang, "command.districts", sound=well, count=len(districts))
    return 1 if faulty else 0


def _finish(outcome: Outcome, name: str, options: argparse.Namespace) -> bool:
    """Write or compare the files of one district; tell whether all is well."""
    issues = [replace(i, place=name + i.place) for i in outcome.issues]
    print_issues(issues, sys.stderr, options.lang)
    for failure in outcome.failures:
        say(options.lang, "command.attempt-failed", sys.stderr, name=name, reason=failure)
    has_failed = bool(outcome.failures and not outcome.files) or any(
        issue.level == "error" for issue in outcome.issues
    )
    places = outcome.places()
    if options.check:
        differences = [
            path
            for path, content in places.items()
            if not path.is_file() or path.read_bytes() != content
        ]
        for path in differences:
            relative = path.relative_to(outcome.folder).as_posix()
            say(options.lang, "found.file-differs", sys.stderr, file=f"{name}{relative}")
        if places and not differences:
            say(options.lang, "command.identical", name=name, count=len(places))
        return not differences and not has_failed
    try:
        write_outcome(outcome)
        for path in places:
            relative = path.relative_to(outcome.folder).as_posix()
            say(options.lang, "command.wrote", file=f"{name}{relative}")
    except GeoError as error:
        say(options.lang, "command.not-written", sys.stderr, name=name, reason=error)
        return False
    return not has_failed and (not options.seal or _seal(outcome.folder, name, options.lang))


def _seal(folder: Path, name: str, language: str) -> bool:
    """Renew the checksums of a data folder; tell whether that was possible."""
    try:
        write_bytes(folder / "README.md", sealed_readme(folder).encode())
    except GeoError as error:
        say(language, "command.not-sealed", sys.stderr, name=name, reason=error)
        return False
    say(language, "command.sealed", file=f"{name}README.md")
    return True
