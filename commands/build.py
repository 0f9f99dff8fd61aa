"""``geo build``: rebuild data/zones from the plans and the base."""

from __future__ import annotations

import argparse
import sys

from geo.build import build, differing_files, write_zone_files, zone_files
from geo.checksums import sealed_readme
from commands.issues import add_data_option, chosen_folder, print_issues
from geo.io import write_bytes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_data_option(parser)
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit 1 unless the files are byte for byte as a fresh build",
    )
    parser.add_argument(
        "--seal",
        action="store_true",
        help="renew the checksums in README.md, after a change that was meant",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Build, and write or compare."""
    folder = chosen_folder(options)
    built = build(folder)
    files = zone_files(built, folder)
    print_issues(built.issues, sys.stderr)
    failed = any(issue.level == "error" for issue in built.issues)
    if options.check:
        differing = differing_files(files, folder)
        for name in differing:
            print(f"zones/{name} differs from a fresh build; run: geo build", file=sys.stderr)
        if not differing:
            print(f"{len(files)} files rebuilt and identical.")
        return 1 if differing or failed else 0
    for path in write_zone_files(files, folder):
        print(f"wrote zones/{path.name}")
    if options.seal:
        write_bytes(folder / "README.md", sealed_readme(folder).encode())
        print("renewed the checksums in README.md")
    return 1 if failed else 0
