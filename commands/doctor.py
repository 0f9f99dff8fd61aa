"""``geo doctor``: say what is missing on this machine, and what to do."""

from __future__ import annotations

import argparse
from pathlib import Path

from commands.page import DEFAULT_PORT
from commands.shared.machine import examine
from commands.shared.parsing import Parser
from geo.texts import text

MARKS = {"ok": "✓", "missing": "✗", "optional": "–"}


def add_arguments(parser: Parser) -> None:
    """Declare the options."""
    parser.add_argument("--data", metavar="FOLDER")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument(
        "--serve", metavar="URL", nargs="?", const=f"http://127.0.0.1:{DEFAULT_PORT}"
    )
    parser.add_language()
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what was found; 1 if something that is needed is missing."""
    folder = Path(options.data) if options.data else None
    if options.serve:
        from commands.shared.serving import examine_service

        findings = examine_service(options.serve.rstrip("/"), folder, options.lang)
    else:
        findings = examine(folder, port=options.port, language=options.lang)
    for finding in findings:
        title = text(f"doctor.{finding.part}", options.lang)
        print(f"{MARKS[finding.status]} {title}: {finding.value}")
        if finding.remedy:
            print(f"    → {finding.remedy}")
    missing_count = sum(finding.status == "missing" for finding in findings)
    print(
        text(
            "doctor.verdict" if missing_count else "doctor.well", options.lang, count=missing_count
        )
    )
    return 1 if missing_count else 0
