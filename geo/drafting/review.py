"""Check one plan file against the base and other plans; report faults by line."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geo.build import Built, build_documents
from geo.errors import GeoError, Issue
from geo.io.read import read_text
from geo.plans.documents import check_source, line_of, pointer_faults, read_documents
from geo.plans.model import TO_FILL, Document
from geo.sentences.script import simplified
from geo.texts import Text
from geo.zones.item import item_limits, limit_gaps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.base import Base
    from geo.plans.model import PlanItem
    from geo.verdicts import Finding

HINTS = 3
"""Names offered for one that the base lacks."""

FIGURE_KEYS = {"area": "stated_area_km2", "length": "stated_length_km", "part_area": "part_areas"}


@dataclass(frozen=True)
class PlanCheck:
    """What a plan file holds, what it gives on the base, and what is wrong with it.

    Parameters
    ----------
    document : Document or None
        None if the file cannot be read as a plan file.
    built : Built or None
        The document drawn and measured.
    findings : tuple of Finding
        Of this document's items.
    issues : tuple of Issue
        In the order of the file; ``place`` is the name of the file with the line.
    """

    document: Document | None
    built: Built | None
    findings: tuple[Finding, ...]
    issues: tuple[Issue, ...]


def check_plan_file(path: Path, base: Base, plans: Path | None = None) -> PlanCheck:
    """Check a plan file against the base and the other plan files.

    Parameters
    ----------
    path : Path
        The file.
    base : Base
        Streets, river and aliases of the district.
    plans : Path, optional
        Folder of the other plan files, for ids and ``carried_from``.

    Returns
    -------
    PlanCheck

    Raises
    ------
    DataFileError
        If the file is missing or cannot be read.
    """
    others: list[Document] = []
    if plans is not None and plans.is_dir():
        others = [d for d in read_documents(plans)[0] if f"{d.id}.toml" != path.name]
    return check_plan(path.name, read_text(path), base, others)


def check_plan(name: str, source: str, base: Base, others: Sequence[Document] = ()) -> PlanCheck:
    """Check the text of a plan file; see `check_plan_file`."""
    document, faults = check_source(name, source)
    if document is None:
        return PlanCheck(None, None, (), tuple(faults))
    # Items that clash with other plan files are told and left out; the rest is drawn.
    clashes = list(_clashes(document, others))
    clash_ids = {clash[1] for clash in clashes}
    usable = document.model_copy(
        update={"items": tuple(i for i in document.items if i.id not in clash_ids)}
    )
    ids = {item.id for item in usable.items}
    # Items of other plans that these ones are carried from are drawn with them.
    origin_ids = {item.carried_from or item.label_at for item in usable.items} - ids
    origins = [
        d.model_copy(update={"items": items})
        for d in others
        if (items := tuple(i for i in d.items if i.id in origin_ids))
    ]
    built = build_documents([*origins, usable], base)
    findings = tuple(f for f in built.findings if f.zone_id in ids)
    # Each problem with the line of the file that it is about, once.
    numbers = {item.id: number for number, item in enumerate(document.items)}
    problems: list[tuple[int, Issue]] = []

    def add(loc: tuple[int | str, ...], key: str, level: str = "error", **values: object) -> None:
        line = line_of(source, loc)
        issue = Issue(
            f"plan-{key}",
            level,  # type: ignore[arg-type]
            f"{name}:{line}",
            Text(f"plan-check.{key}", **values),
            Text(f"plan-check.{key}.remedy") if key in REMEDIES else None,
        )
        if (line, issue) not in problems:
            problems.append((line, issue))

    if document.plan not in {plan.id for plan in base.district.plans}:
        known = [plan.id for plan in base.district.plans]
        add(("document", "plan"), "unknown-plan", "warning", plan=document.plan, known=known)
    # What the draft left to be filled in.
    for number, line in enumerate(source.split("\n"), start=1):
        key, _, value = line.partition("=")
        if TO_FILL in value.partition("#")[0] and not key.lstrip().startswith("#"):
            issue = Issue(
                "plan-to-fill",
                "warning",
                f"{name}:{number}",
                Text("plan-check.to-fill", entry=key.strip()),
                Text("plan-check.to-fill.remedy"),
            )
            problems.append((number, issue))
    for key, item_id, message in clashes:
        add(("items", numbers[item_id], key), "clash", message=message)
    # What keeps limits from being read or drawn; a ring is at fault only where its limits are not.
    for item in usable.items:
        limit_problems = list(_limit_problems(item, base))
        for key, level, part, values in limit_problems:
            add(("items", numbers[item.id], key), part, level, **values)
        if not limit_problems and (trouble := _ring_problem(item, built)):
            key, part, error = trouble
            add(("items", numbers[item.id], key), part, error=error)
    # A figure that disagrees may be right: it is a warning, to be looked at.
    for finding in findings:
        if finding.verdict == "disagrees":
            reason = (finding.reason, finding.reason_en)
            loc = ("items", numbers[finding.zone_id], FIGURE_KEYS[finding.figure])
            add(loc, "figure", "warning", zone=finding.zone_id, reason=reason)
    problems.sort(key=lambda pair: pair[0])
    return PlanCheck(document, built, findings, tuple(issue for _, issue in problems))


REMEDIES = ("road-missing", "known-missing", "no-ring", "not-drawn", "to-fill", "unknown-plan")


def missing_names(names: Sequence[str], base: Base) -> list[str]:
    """Return the names that are neither a line of the base nor a reviewed alias of one."""
    known = {*base.lines_by_name, *base.grounds["name"]}
    return [
        name
        for name in dict.fromkeys(names)
        if name not in known
        and simplified(name) not in known
        and (name not in base.aliases or base.aliases[name].data_name not in known)
    ]


def near_names(name: str, base: Base) -> list[str]:
    """Return names of the base written alike, for a person to look at."""
    known = [other for other in base.lines_by_name if not set(name).isdisjoint(other)]
    return difflib.get_close_matches(name, known, n=HINTS, cutoff=0.5)


def _names_of(item: PlanItem, base: Base) -> tuple[str, list[str]]:
    """Return the key that names the lines of an item, and the names."""
    if item.axis is not None:
        ends = [item.axis.from_, item.axis.to, *item.axis.also_from, *item.axis.also_to]
        roads = [item.axis.road, *item.axis.continues, *(end for end in ends if end)]
        return "axis", roads
    if item.basis == "interpreted":
        return "interpreted_limits", list(item.interpreted_limits)
    if item.basis == "stated":
        return "limits_text", [limit.name for limit in item_limits(item, base)]
    return "basis", []


def _limit_problems(
    item: PlanItem, base: Base
) -> Iterator[tuple[str, str, str, dict[str, object]]]:
    """Yield key, level, kind and words of what keeps the limits from being drawn."""
    try:
        key, names = _names_of(item, base)
    except GeoError as error:
        yield "limits_text", "error", "clash", {"message": error.words}
        return
    if item.basis == "named" and item.kind == "zone" and item.limits_text:
        for fault in limit_gaps(item, base):
            yield "limits_text", "warning", "gap", {"message": fault.message}
    names += [
        road for connector in item.connectors for road in (connector.road, *connector.also) if road
    ]
    for name in missing_names(names, base):
        if name in base.missing:
            yield key, "warning", "known-missing", {"limit": name, "tried": base.missing[name]}
            continue
        level = "warning" if item.basis == "named" else "error"
        similar = near_names(name, base)
        near = Text("plan-check.near", names=similar) if similar else ""
        yield key, level, "road-missing", {"limit": name, "near": near}


def _ring_problem(item: PlanItem, built: Built) -> tuple[str, str, Text] | None:
    """Return key, kind and words of what the drawing of an item met, where it met something."""
    for issue in built.issues:
        if issue.place != item.id:
            continue
        message = issue.message.bare
        if item.axis is not None:
            return "axis", "not-drawn", message
        key = "interpreted_limits" if item.basis == "interpreted" else "limits_text"
        return key, "no-ring", message
    return None


def _clashes(document: Document, others: Sequence[Document]) -> Iterator[tuple[str, str, Text]]:
    """Yield key, item id and words of what does not agree with the other plan files."""
    homes = {item.id: f"{other.id}.toml" for other in others for item in other.items}
    own_ids = {item.id for item in document.items}
    for item in document.items:
        if item.id in homes:
            yield "id", item.id, Text("plan.id-taken", id=item.id, file=homes[item.id])
        for key, words in pointer_faults(item, own_ids | homes.keys()):
            yield key, item.id, words
