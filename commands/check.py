"""``geo check``: set every stated figure against what was measured, and run every check."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from commands.shared.console import print_json, say
from commands.shared.issues import chosen_folder
from commands.shared.parsing import Parser
from geo.build import Built, build
from geo.checks.charts import MARKS
from geo.checks.check import Check
from geo.checks.folder import inspect
from geo.checks.report import report_html, report_json
from geo.io.write import write_bytes
from geo.texts import text
from geo.verdicts import Finding


def add_arguments(parser: Parser) -> None:
    """Declare the options."""
    parser.add_argument("--data", metavar="FOLDER")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--html", metavar="FILE")
    parser.add_argument("--documents", metavar="FOLDER")
    parser.add_language()
    parser.add_argument("--date", default="")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check, and print or write the report."""
    folder = chosen_folder(options)
    built = build(folder)
    checks = inspect(
        built, folder, documents=Path(options.documents) if options.documents else None
    )
    if options.html:
        page = report_html(built, checks, language=options.lang, date=options.date)
        write_bytes(Path(options.html), page.encode())
        say(options.lang, "command.wrote", sys.stderr, file=options.html)
    if options.json:
        print_json(report_json(built, checks))
    else:
        print_report(built, checks, options.lang)
    return 1 if any(check.status == "failed" for check in checks) else 0


def print_report(built: Built, checks: list[Check], language: str) -> None:
    """Print the findings as a table and the checks as a list."""
    say(language, "command.table-head")
    for finding in built.findings:
        print(finding_line(finding, language))
        print(f"    {finding.reason_en if language == 'en' else finding.reason}")
        for note in (*finding.notes, *([finding.implied] if finding.implied else [])):
            print(f"    {note.render(language)}")
    for check in checks:
        plan = f" ({check.plan})" if check.plan else ""
        status = text(f"status.{check.status}", language)
        print(f"[{status}] {check.title(language)}{plan} {check.tolerance}")
        for line in check.statements:
            at = "" if line.longitude is None else f" @ {line.longitude:.6f},{line.latitude:.6f}"
            print(f"    {line.level}: {line.words(language)}{at}")


def finding_line(finding: Finding, language: str) -> str:
    """Return one finding as a line of the table."""

    def cell(value: float | None, width: int) -> str:
        return f"{value:{width}.3f}" if value is not None else f"{'–':>{width}}"

    return (
        f"{MARKS[finding.verdict].sign} {finding.finding_id:34}{finding.stated or '–':>9}"
        f"{cell(finding.computed, 10)}{cell(finding.low, 9)}{cell(finding.high, 9)}"
        f"  {text(f'verdict.{finding.verdict}', language)}"
    )
