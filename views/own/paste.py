"""Check a pasted plan text: what was understood, its rings on the map, figures and problems."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st
from shapely.geometry import mapping

from geo.drafting.draft import Draft, draft_from_text
from geo.drafting.items import About, understood_words
from geo.drafting.jobs import REVIEW, Pasted, Reviewed
from geo.drafting.review import missing_names
from geo.errors import GeoError, Issue
from geo.io.limits import PASTED_CHARACTERS
from geo.texts import text as words
from geo.verdicts import area_digits
from layers.marks import verdict_mark
from layers.styles import Styles, style_of
from layers.tables.amounts import unit_word
from views import data as tables
from views.choices import plain
from views.map.view import draw_over
from views.work import outcome, pool

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.base import Base
    from geo.verdicts import Finding
    from views.state import State

TEXT_KEY = "own_text"
REVIEWED = "own_reviewed"
"""What the last text of this session gives; gone with the session."""

LATER = ("plan-to-fill", "plan-unknown-plan", "plan-gap")
"""Issues that are for the file after it is downloaded, or are told of the text itself."""


def show_paste(state: State) -> None:
    """Show the field for the text, and below it what it gives."""
    base = tables.base(state.data)
    with st.form("own_paste", border=False):
        paste = st.text_area(
            state.text("own.paste.label"),
            key=TEXT_KEY,
            height=170,
            max_chars=PASTED_CHARACTERS,
            placeholder=state.text("own.paste.hint"),
            persist_state="session",
        )
        about = _about(state)
        example = example_text(state)
        with st.container(horizontal=True):
            st.form_submit_button(state.text("own.paste.run"), type="primary")
            st.form_submit_button(
                state.text("own.example"),
                on_click=lambda: st.session_state.update({TEXT_KEY: example}),
                disabled=not example,
            )
    # What ends here is said here; nothing is drawn of a text that was not read.
    if not (paste or "").strip():
        pool().warm()
        return
    if len(str(paste)) > PASTED_CHARACTERS:  # the browser's own count is the browser's
        st.error(state.text("own.paste.too-long", count=len(str(paste)), limit=PASTED_CHARACTERS))
        return
    try:
        draft = draft_from_text(str(paste), about, base=base)
    except GeoError as error:
        st.error(f"{state.text('own.about.fault')} {plain(error.explain(state.language))}")
        return
    understanding = draft.understanding
    if not understanding.zones and not understanding.not_understood and not understanding.passed:
        st.warning(state.text("own.paste.nothing"))
        return
    # Read, drawn and checked: the counts, the map, the text with its marks, problems, results.
    review = _reviewed(draft, base, state)
    st.caption(
        state.text(
            "own.paste.counts",
            zones=len(understanding.zones),
            unread=len(understanding.not_understood),
        )
    )
    draw_over(_overlay(draft, review, state.data.styles))
    st.html(_marked(draft, base, state))
    st.html(_problems_html(draft, review, state))
    st.html(_results_html(draft, review, state))
    _downloads(draft, review, state)


def _reviewed(draft: Draft, base: Base, state: State) -> Reviewed:
    """Have the plan drawn and checked once for this text; a rerun does not repeat it.

    Raises
    ------
    GeoError
        If the job failed or was cancelled; what failed stays so for this text.
    """
    key = (draft.source, base.district.data_version, state.today)
    memory: tuple[Any, Reviewed | GeoError] | None = st.session_state.get(REVIEWED)
    if memory is None or memory[0] != key:
        about = file_metadata(state, base)
        plan = Pasted(draft.file_name, draft.source, draft.document.plan, about)
        result = outcome("paste", key, REVIEW, (state.data.folder, plan), state)
        memory = (key, result)
        st.session_state[REVIEWED] = memory
    if isinstance(memory[1], GeoError):
        raise memory[1]
    return memory[1]


def example_text(state: State) -> str:
    """Return the first limits sentence of the district's own plans, under its name."""
    for feature in state.data.features.values():
        properties = feature["properties"]
        if properties.get("basis") == "stated" and properties.get("limits_text"):
            name = str(properties["name"])
            name = name if name.endswith(("区", "带")) else f"{name}片区"
            sentence = str(properties["limits_text"])
            return sentence if sentence.startswith(name) else f"{name}\n规划范围：{sentence}"
    return ""


def _about(state: State) -> About:
    """Return the document as the reader gives it."""
    periods = list(state.data.periods.values())
    last = periods[-1].period_to if periods else 2025
    with st.expander(state.text("own.about")):
        one, two, three = st.columns(3)
        plan = one.text_input(state.text("own.about.plan"), "draft", max_chars=20)
        first_year = two.number_input(
            state.text("own.about.from"), 1900, 2200, last + 1, key="own_from"
        )
        last_year = three.number_input(
            state.text("own.about.to"), 1900, 2200, last + 5, key="own_to"
        )
        title = st.text_input(state.text("own.about.title"), max_chars=120)
        title_en = st.text_input(state.text("own.about.title_en"), max_chars=200)
    return About(
        plan=(plan or "").strip(),
        period_from=int(first_year),
        period_to=int(last_year),
        title=title or "",
        title_en=title_en or "",
    )


def marked_text(draft: Draft, missing: Iterable[str]) -> str:
    """Return the text as HTML with what was understood marked; every word escaped.

    Parameters
    ----------
    draft : Draft
        From `geo.drafting.draft`.
    missing : iterable of str
        Names of limits that the base lacks.
    """
    absent = set(missing)
    spans: list[tuple[int, int, str]] = []
    for zone in draft.understanding.zones:
        spans.append((zone.start, zone.end, "name"))
        spans += [
            (limit.start, limit.end, "missing" if limit.name in absent else "limit")
            for limit in zone.limits
        ]
        if zone.axis:
            spans.append((zone.axis.start, zone.axis.end, "limit"))
        figures = (*zone.areas, *zone.lengths, *zone.widths)
        spans += [(f.start, f.end, "figure") for f in figures]
    spans += [(u.start, u.end, "unread") for u in draft.understanding.not_understood]
    kinds = [""] * len(draft.text)
    for start, end, kind in sorted(spans, key=lambda span: span[0] - span[1]):
        kinds[start:end] = [kind] * (end - start)
    parts: list[str] = []
    place = 0
    while place < len(kinds):
        end = place
        while end < len(kinds) and kinds[end] == kinds[place]:
            end += 1
        piece = escape(draft.text[place:end])
        kind = kinds[place]
        parts.append(f'<mark class="own-{kind}">{piece}</mark>' if kind else piece)
        place = end
    return "".join(parts)


def _marked(draft: Draft, base: Base, state: State) -> str:
    names = [limit.name for zone in draft.understanding.zones for limit in zone.limits]
    kinds = ("name", "limit", "missing", "figure", "unread")
    key = "".join(
        f'<mark class="own-{kind}">{escape(state.text(f"own.mark.{kind}"))}</mark>'
        for kind in kinds
    )
    return (
        f'<h2 class="pm-h2">{escape(state.text("own.marked"))}</h2><p class="own-key">{key}</p>'
        f'<div class="own-text" lang="zh" tabindex="0" role="region" '
        f'aria-label="{escape(state.text("own.marked"))}">'
        f"{marked_text(draft, missing_names(names, base))}</div>"
    )


def _problems_html(draft: Draft, review: Reviewed, state: State) -> str:
    """Return the list of what was not understood, left out or cannot be drawn."""
    understanding = draft.understanding
    homes = {fault: zone.name for zone in understanding.zones for fault in zone.faults}
    rows = [
        (homes.get(unread) or state.text("own.mark.unread"), unread.explain(state.language))
        for unread in understanding.not_understood
    ]
    rows += [(issue.place, issue.words(state.language)[0]) for issue in draft.issues]
    rows += [
        (issue.place, _said(issue, state.language))
        for issue in review.issues
        if issue.code not in LATER
    ]
    items = "".join(
        f'<li>{escape(message)} <span class="own-where">{escape(place)}</span></li>'
        for place, message in rows
    )
    body = (
        f'<ul class="own-list">{items}</ul>'
        if rows
        else f'<p class="pm-foot">{escape(state.text("own.no-problems"))}</p>'
    )
    title = state.text("words.aside", words=state.text("own.problems"), aside=len(rows))
    return f'<h2 class="pm-h2">{escape(title)}</h2>{body}{_passed_html(draft, state)}'


def _passed_html(draft: Draft, state: State) -> str:
    """Return the sentences that speak of sides, bounds or areas and gave nothing, folded."""
    passages = draft.understanding.passed
    if not passages:
        return ""
    items = "".join(f"<li>{escape(one.explain(state.language))}</li>" for one in passages)
    title = state.text("words.aside", words=state.text("own.passed"), aside=len(passages))
    return f'<details><summary>{escape(title)}</summary><ul class="own-list">{items}</ul></details>'


def _said(issue: Issue, language: str) -> str:
    return issue.sentence(language)


def _overlay(draft: Draft, review: Reviewed, styles: Styles) -> dict[str, Any]:
    """Return the rings and axes that could be drawn, for the map."""
    shapes = {shape.item_id: shape for shape in review.shapes}
    features = []
    for item_id in draft.item_ids:
        shape = shapes.get(item_id)
        if shape is None:
            continue
        colour = style_of(shape.place, styles=styles).edge
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "label": shape.name,
                    "overlay_id": item_id,
                    "style": {"color": colour, "weight": 4, "fill": True, "fillOpacity": 0.12},
                },
                "geometry": mapping(shape.geometry),
            }
        )
    return {"type": "FeatureCollection", "features": features}


def _results_html(draft: Draft, review: Reviewed, state: State) -> str:
    """Return the table of the figures, one row for each."""
    columns = ("name", "stated", "computed", "interval", "verdict", "reason")
    head = "".join(f'<th scope="col">{escape(state.text(f"own.column.{c}"))}</th>' for c in columns)
    names = {
        item_id: zone.name or item_id
        for item_id, zone in zip(draft.item_ids, draft.understanding.zones, strict=True)
    }
    rows = "".join(finding_row(f, names.get(f.zone_id, f.zone_id), state) for f in review.findings)
    cells = "".join(
        f"<li><strong>{escape(names[item_id])}</strong> "
        f"{escape(understood_words(zone, state.language))}</li>"
        for item_id, zone in zip(draft.item_ids, draft.understanding.zones, strict=True)
    )
    return (
        f'<h2 class="pm-h2" id="own-results">{escape(state.text("own.results"))}</h2>'
        f'<ul class="own-list">{cells}</ul>'
        f'<div class="pm-scroll" tabindex="0" role="region" aria-labelledby="own-results">'
        f'<table class="pm-areas own-areas"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def finding_row(finding: Finding, name: str, state: State, last_cell: str = "") -> str:
    """Return one finding as a row of a table; every word escaped but `last_cell`, a last cell."""
    # No more digits than the error allows; of a parcel without one, those that it has.
    digits = 3 if finding.low is None else area_digits(finding.low, finding.high)
    digits = digits if finding.unit == "km²" else 2
    computed, low, high = (
        "–" if value is None else f"{value:.{digits}f}"
        for value in (finding.computed, finding.low, finding.high)
    )
    if finding.computed is not None:
        computed = f"{computed} {unit_word(finding, state)}"
    interval = "–" if finding.low is None else f"{low}–{high}"
    stated = finding.printed or "–"
    reason = finding.reason_en if state.language == "en" else finding.reason
    return (
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(stated)}</td>'
        f'<td class="number">{computed}</td><td class="number">{interval}</td>'
        f'<td data-verdict="{escape(finding.verdict)}">{verdict_mark(finding.verdict)} '
        f"{escape(state.text(f'verdict.{finding.verdict}'))}</td>"
        f'<td class="own-why">{escape(reason)}</td>{last_cell}</tr>'
    )


def file_metadata(state: State, base: Base) -> dict[str, Any]:
    """Return the ``metadata`` member of what is downloaded here."""
    district = base.district
    return {
        "district": district.id,
        "district_name": district.name,
        "data_version": district.data_version,
        "base_sha256": dict(base.hashes),
        "licence": district.licence,
        "attribution": district.attribution,
        "attribution_en": district.attribution_en,
        "metric_crs": base.metric_crs,
        "date": state.today,
        **{key: words(f"notice.{key}", "zh") for key in ("datum", "accuracy", "disclaimer")},
        **{
            f"{key}_en": words(f"notice.{key}", "en") for key in ("datum", "accuracy", "disclaimer")
        },
    }


def _downloads(draft: Draft, review: Reviewed, state: State) -> None:
    """Offer the plan file and the shapes; nothing is written but what the reader keeps."""
    one, two, three = st.columns(3)
    one.download_button(
        state.text("own.download.toml"),
        draft.source.encode(),
        draft.file_name,
        "application/toml",
        on_click="ignore",
        width="stretch",
    )
    for column, name, content in (
        (two, "geojson", review.zones),
        (three, "edges", review.edges),
    ):
        if not content:
            continue
        suffix = "_edges" if name == "edges" else ""
        column.download_button(
            state.text(f"own.download.{name}"),
            content,
            f"{draft.document.plan}{suffix}.geojson",
            "application/geo+json",
            on_click="ignore",
            width="stretch",
        )
