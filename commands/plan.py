"""``geo plan``: begin a plan file from a paragraph or from answers, and check one."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from commands.check import finding_line
from commands.shared.console import print_json, say
from commands.shared.issues import chosen_folder, print_issues
from commands.shared.named_files import named_file
from commands.shared.parsing import Parser, add_command
from geo.base import read_base
from geo.drafting.draft import Answer, Draft, draft_from_answers, draft_from_text
from geo.drafting.items import About, understood_words
from geo.drafting.review import check_plan_file
from geo.errors import DataFileError, ExportError, GeoError
from geo.io.read import read_bytes
from geo.io.write import write_bytes
from geo.plans.documents import read_document
from geo.sentences.paragraphs import LONGEST_TEXT
from geo.texts import Text


def add_arguments(parser: Parser) -> None:
    """Declare the options."""
    actions = parser.add_commands("action")
    new = add_command(actions, "new", parser)
    new.add_argument("--data", metavar="FOLDER")
    new.add_argument("--text", metavar="FILE")
    new.add_argument("--plan")
    new.add_argument("--from", dest="period_from", type=int, metavar="YEAR")
    new.add_argument("--to", dest="period_to", type=int, metavar="YEAR")
    new.add_argument("--title")
    new.add_argument("--title-en")
    new.add_argument("--section")
    new.add_argument("--document")
    new.add_argument("--out", metavar="FILE")
    new.add_argument("--force", action="store_true")
    new.add_language()
    new.set_defaults(run=run_new)

    check = add_command(actions, "check", parser)
    check.add_argument("--data", metavar="FOLDER")
    check.add_argument("file", metavar="FILE")
    check.add_argument("--json", action="store_true")
    check.add_language()
    check.set_defaults(run=run_check)


def run_new(options: argparse.Namespace) -> int:
    """Write a draft and tell what was understood."""
    base = read_base(chosen_folder(options))
    out = Path(options.out) if options.out else None
    if out is not None and out.exists() and not options.force and not _is_empty_plan(out):
        raise ExportError(Text("command.file-there", file=out.name))
    if options.text or not sys.stdin.isatty():
        text = _given_text(options.text or "-")
        draft = draft_from_text(text, _about(options, out), base=base)
    else:
        about = _asked_about(options, out)
        draft = draft_from_answers(_asked_zones(), about, base=base)
    if out is None:
        sys.stdout.write(draft.source)
    else:
        if out.name != draft.file_name:
            raise ExportError(
                Text(
                    "command.draft-name",
                    file=out.name,
                    name=draft.file_name,
                    out=out.with_name(draft.file_name),
                )
            )
        out.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(out, draft.source.encode())
        say(options.lang, "command.wrote", sys.stderr, file=out)
    _tell(draft, options.lang)
    return 0


def _is_empty_plan(path: Path) -> bool:
    """Tell whether a file is a plan without any item, as `geo district new` makes it."""
    try:
        return not read_document(path).items
    except GeoError:
        return False


def run_check(options: argparse.Namespace) -> int:
    """Check a plan file and print what was found."""
    folder = chosen_folder(options)
    plan_check = check_plan_file(
        named_file(options.file, "FILE", allow_empty=True), read_base(folder), folder / "plans"
    )
    has_errors = any(issue.level == "error" for issue in plan_check.issues)
    if options.json:
        record = {
            "file": Path(options.file).name,
            "issues": [issue.as_record() for issue in plan_check.issues],
            "findings": [finding.as_record() for finding in plan_check.findings],
        }
        print_json(json.dumps(record, ensure_ascii=False, indent=1) + "\n")
        return 1 if has_errors else 0
    print_issues(plan_check.issues, sys.stdout, options.lang)
    for finding in plan_check.findings:
        print(finding_line(finding, options.lang))
        print(f"    {finding.reason_en if options.lang == 'en' else finding.reason}")
    if plan_check.document is not None:
        errors = sum(issue.level == "error" for issue in plan_check.issues)
        warnings = sum(issue.level == "warning" for issue in plan_check.issues)
        say(
            options.lang,
            "command.plan-counts",
            items=len(plan_check.document.items),
            errors=errors,
            warnings=warnings,
        )
    return 1 if has_errors else 0


def _tell(draft: Draft, language: str) -> None:
    """Print what was understood and what was not."""
    for zone, item_id in zip(draft.understanding.zones, draft.item_ids, strict=True):
        print(f"{item_id}: {zone.name} {understood_words(zone, language)}", file=sys.stderr)
    for unread in (*draft.understanding.not_understood, *draft.understanding.passed):
        print(f"? {unread.explain(language)}", file=sys.stderr)
    print_issues(draft.issues, sys.stderr, language)


def _given_text(name: str) -> str:
    """Return the text of a file or of the standard input."""
    data = (
        sys.stdin.buffer.read(6 * LONGEST_TEXT)
        if name == "-"
        else read_bytes(named_file(name, "--text"))
    )
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not text.strip():
            raise DataFileError(Text("command.no-text", file=name))
        return text
    raise DataFileError(Text("command.encoding", file=name))


def _about(options: argparse.Namespace, out: Path | None) -> About:
    """Return the document as the options have it."""
    document = options.document or (out.stem if out is not None else "")
    plan = options.plan or document.partition("-")[0]
    if not plan or options.period_from is None or options.period_to is None:
        raise GeoError(Text("command.draft-needs"))
    return About(
        plan=plan,
        period_from=options.period_from,
        period_to=options.period_to,
        title=options.title or "",
        title_en=options.title_en or "",
        section=options.section or "",
        document=document,
    )


def _asked_about(options: argparse.Namespace, out: Path | None) -> About:
    """Ask for what the options leave open."""
    options.plan = options.plan or _ask("规划编号（如 15th） Plan id: ")
    options.title = options.title or _ask("题名 Title as printed: ")
    options.title_en = options.title_en or _ask("英文题名 Title in English: ")
    try:
        options.period_from = options.period_from or int(_ask("起始年份 First year: "))
        options.period_to = options.period_to or int(_ask("终止年份 Last year: "))
    except ValueError as error:
        raise GeoError(Text("command.year")) from error
    return _about(options, out)


def _asked_zones() -> list[Answer]:
    """Ask for zones until a name is left empty."""
    answers = []
    while name := _ask("片区名称（空行结束） Name of a zone (empty to end): "):
        sentence = _ask("  原文：范围、面积、长度 The plan's own words on limits and figures: ")
        answers.append(Answer(name, sentence or name))
    return answers


def _ask(question: str) -> str:
    """Return one answer from the keyboard; the end of the input is an empty one."""
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()
