"""Put together the area check and the wording of two plans for the scripts of the edition."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import permutations
from typing import TYPE_CHECKING, Any

from geo.build import Built, build
from geo.checks.check import STATUSES, Check
from geo.checks.folder import inspect
from geo.compare.wording import place_wording
from geo.texts import LANGUAGES
from layers.map.finding import overlaps_of_plans
from layers.tables.amounts import UNITS
from layers.tables.budget import (
    edge_html,
    edge_rows,
    edges_html,
    outline_readings,
    overlay,
    readings_html,
    rule_html,
    said_html,
)
from layers.tables.findings import (
    ORDERS,
    check_html,
    finding_name,
    head_html,
    of_status,
    order_choices,
    ordered,
    plan_of,
    rebuilt_html,
    row_html,
    status_label,
    unit_choices,
    verdict_choices,
)
from layers.tables.reader import FileReader, unique_labels
from layers.tables.wording import (
    english_places,
    named_by_both,
    overlaps_html,
    place_labels,
    words_html,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from geo.verdicts import Finding
    from layers.exports import Material
    from layers.tables.reader import Reader

DECIMALS = 6
"""Of a degree: a tenth of a metre, as the zone files have them."""


@dataclass(frozen=True)
class Checked:
    """A data folder built afresh, with every check that was run on it."""

    built: Built
    checks: tuple[Check, ...]


def check_folder(folder: Path) -> Checked:
    """Build a data folder and run every check of it.

    Raises
    ------
    DataFileError
        If the base cannot be read at all.
    """
    built = build(folder)
    return Checked(built, tuple(inspect(built, folder)))


def readers(material: Material) -> dict[str, FileReader]:
    """Return a reader of each language of the edition."""
    items = {plan: _records(material, plan) for plan in material.zones}
    known = {str(row["zone_id"]): row for rows in items.values() for row in rows}
    district = material.base.district
    return {language: FileReader(language, district, known) for language in LANGUAGES}


def check_tables(check: Checked, material: Material) -> dict[str, Any]:
    """Return the area check as the scripts show it.

    Parameters
    ----------
    check : Checked
        From `check_folder`.
    material : Material
        From `layers.exports.read_material`.

    Returns
    -------
    dict
        ``plans``: HTML by plan and language. ``findings``: by id the item (``zone``) and what
        the map shows of it (``overlay``, see `layers.tables.budget.overlay`).
    """
    built = check.built
    languages = readers(material)
    rows: dict[str, dict[str, Any]] = {}
    for finding in built.findings:
        zone = built.zones[finding.zone_id]
        shapes = overlay(edge_rows(zone, built), zone, outline_readings(zone, built, "zh"), "zh")
        rows[finding.finding_id] = {"zone": finding.zone_id, "overlay": _rounded(shapes)}
    return {
        "plans": {
            plan: {lang: _check_html(check, plan, reader) for lang, reader in languages.items()}
            for plan in material.zones
        },
        "findings": rows,
    }


def _check_html(folder_check: Checked, plan: str, reader: Reader) -> str:
    """Return the area check of a plan, its rows in the order of the plan and all closed."""
    built = folder_check.built
    findings = [finding for finding in built.findings if plan_of(finding, built) == plan]
    plans = {one: reader.plan_name(one) for one in built.plan_ids()}
    parts = [
        _buttons("plans", reader.text("layers.plans"), plans, [plan]),
        rebuilt_html(folder_check.checks, reader),
    ]
    if findings:
        verdicts = verdict_choices(findings, reader)
        parts += [
            _buttons("verdicts", reader.text("checkview.filter"), verdicts, verdicts),
            _buttons("unit", reader.text("checkview.unit"), unit_choices(reader), ["km2"]),
            _buttons("order", reader.text("checkview.order"), order_choices(reader), ["plan"]),
            f'<h2 class="pm-h2">{escape(reader.text("checkview.title"))}</h2>',
            '<div class="ck-finding head"><div class="ck-row head"><span>'
            f"{escape(reader.text('report.zone'))}</span></div>{head_html(reader)}</div>",
            f'<div class="ck-findings">{"".join(_findings(findings, built, reader))}</div>',
            f'<p class="ck-quiet" data-none hidden>{escape(reader.text("checkview.filtered"))}</p>',
        ]
    else:
        parts.append(f'<p class="ck-quiet">{escape(reader.text("checkview.nothing"))}</p>')
    parts.append(f'<h2 class="pm-h2">{escape(reader.text("report.checks"))}</h2>')
    for status, some in of_status(folder_check.checks, STATUSES, [plan]).items():
        body = "".join(check_html(check, reader) for check in some)
        label = escape(status_label(status, len(some), reader))
        open_word = " open" if status == "failed" else ""
        parts.append(f"<details{open_word}><summary>{label}</summary>{body}</details>")
    return "".join(parts)


def _findings(findings: Sequence[Finding], built: Built, reader: Reader) -> Iterable[str]:
    """Yield the rows; each knows its place in every order."""
    places = {
        order: {f.finding_id: n for n, f in enumerate(ordered(findings, order))} for order in ORDERS
    }
    for finding in findings:
        one = escape(finding.finding_id)
        ranks = "".join(f' data-rank-{o}="{places[o][finding.finding_id]}"' for o in ORDERS)
        yield (
            f'<section class="ck-finding" data-finding="{one}" data-of="{finding.verdict}"{ranks}>'
            f'<button type="button" class="ck-name" data-choose="finding" data-value="{one}" '
            f'aria-expanded="false">{escape(finding_name(finding, reader))}</button>'
            f"{row_html(finding, tuple(UNITS), built, reader)}"
            f'<div class="ck-more" hidden>{_budget(finding, built, reader)}</div></section>'
        )


def _budget(finding: Finding, built: Built, reader: Reader) -> str:
    """Return the opened row: what is said, readings, edges, and each edge's provenance."""
    zone = built.zones[finding.zone_id]
    edges = edge_rows(zone, built)
    parts = [said_html(finding, built, reader)]
    if not edges and not finding.readings:
        return parts[0]
    if finding.readings:
        parts.append(readings_html(finding, tuple(UNITS), built, reader))
    outlines = outline_readings(zone, built, reader.language)
    if outlines:
        parts.append(_buttons("outlines", reader.text("checkview.outlines"), outlines, ()))
    if edges:
        provenance = "".join(
            f'<div data-edge="{escape(edge["edge_id"])}" hidden>{edge_html(edge, reader)}</div>'
            for edge in edges
        )
        parts += [edges_html(edges, None, zone, reader, buttons=True), provenance]
    return "".join([*parts, rule_html(reader)])


def _buttons(name: str, label: str, choices: Mapping[str, str], on: Iterable[str]) -> str:
    """Return a row of buttons of which some are pressed; scripts take the click."""
    chosen = set(on)
    buttons = "".join(
        f'<button type="button" class="ck-choice" data-choose="{name}" '
        f'data-value="{escape(value)}" aria-pressed="{str(value in chosen).lower()}">'
        f"{escape(words)}</button>"
        for value, words in choices.items()
    )
    return (
        f'<div class="ck-choices" role="group" aria-label="{escape(label)}">'
        f"<span>{escape(label)}</span>{buttons}</div>"
    )


def wording_tables(material: Material) -> dict[str, Any]:
    """Return the wording of every two plans as the scripts show it.

    Returns
    -------
    dict
        By ``"13th|14th"`` and the other way round: ``places`` (the place of each of its choices
        to the ids of its items), ``begin``, and by language ``choice``, ``words`` by place and
        ``rows`` (every overlap), all HTML.
    """
    items = {plan: _records(material, plan) for plan in material.zones}
    names = {str(row.get("short_name") or "") for rows in items.values() for row in rows}
    overlaps = overlaps_of_plans(material.zones, material.edges)
    all_rows = [row for rows in items.values() for row in rows]
    english = english_places(all_rows, material.base.english_names)
    plans = list(material.zones)
    result: dict[str, Any] = {}
    for first, second in permutations(plans, 2):
        places, begin = named_by_both(items[first], items[second])
        words = {place: place_wording(*pair, names) for place, pair in places.items()}
        earlier, later = sorted((first, second), key=plans.index)
        matrix = overlaps[earlier, later][1]
        result[f"{first}|{second}"] = {"begin": begin} | {
            language: {
                "choice": _choice(places, begin, reader),
                "words": {
                    p: words_html(reader, wording, first, second, english)
                    for p, wording in words.items()
                },
                "rows": ""
                if matrix.pieces.empty
                else f"<details><summary>{escape(reader.text('compare.more_rows'))}</summary>"
                f"{overlaps_html(reader, matrix, earlier, later)}</details>",
            }
            for language, reader in readers(material).items()
        }
    return result


def _choice(places: Mapping[str, Any], begin: str, reader: Reader) -> str:
    """Return the list of places that two plans name, with how the words are compared."""
    if not places:
        return f'<p class="ck-quiet">{escape(reader.text("compare.words_none"))}</p>'
    options = "".join(
        f'<option value="{escape(place)}"{" selected" if place == begin else ""}>'
        f"{escape(words)}</option>"
        for place, words in unique_labels(place_labels(dict(places), reader.language)).items()
    )
    label = escape(reader.text("compare.words_place"))
    return (
        f'<label class="ck-choices"><span>{label}</span>'
        f'<select data-choose="place">{options}</select></label>'
        f'<p class="ck-quiet">{escape(reader.text("compare.words_hint"))}</p>'
    )


def _records(material: Material, plan: str) -> list[dict[str, Any]]:
    """Return the properties of the items of a plan."""
    table = material.zones[plan].drop(columns="geometry")
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _rounded(value: Any) -> Any:
    """Return GeoJSON with coordinates no finer than the files have them."""
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return value
