"""The check view: what each plan states beside what was measured, and why."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import streamlit as st

from geo.build import Built, build
from geo.checks.charts import MARKS, interval_svg
from geo.checks.check import STATUSES, Check
from geo.checks.folder import inspect
from geo.checks.report import report_html, report_json
from geo.errors import GeoError
from geo.texts import text
from geo.verdicts import VERDICTS, Finding
from layers.marks import verdict_mark
from layers.styles import VERDICT_COLOURS
from views import link
from views.amounts import UNITS, amount, stated_amount
from views.check.budget import show_budget
from views.choices import choose_one, choose_some
from views.state import select_zone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from views.state import Stamp, State

ORDERS = ("plan", "difference", "verdict", "stated", "width")


def files_stamp(folder: Path) -> Stamp:
    """Return name, time and size of every file of a data folder, to know a change by."""
    stamp = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        status = path.stat()
        stamp.append((str(path.relative_to(folder)), status.st_mtime_ns, status.st_size))
    return tuple(stamp)


@st.cache_resource(max_entries=2, show_spinner=False)
def checked(folder: Path, stamp: Stamp) -> tuple[Built, list[Check]]:  # noqa: ARG001
    """Build a data folder afresh and run every check; kept until a file changes."""
    built = build(folder)
    return built, inspect(built, folder)


def show(state: State) -> None:
    """Show the findings of the chosen plans, the opened budget, the checks and the report."""
    try:
        with st.spinner(state.text("checkview.busy")):
            built, checks = checked(state.data.folder, files_stamp(state.data.folder))
    except GeoError as error:
        st.warning(state.text("checkview.unbuilt"))
        st.text(error.explain(state.language))
        return
    findings = [f for f in built.findings if plan_of(f, built) in state.plans]
    plans = {plan: state.data.plan_name(plan, state.language) for plan in state.data.zones}
    choose_one(
        "plans", state.text("layers.plans"), plans, next(iter(state.plans), None), state.language
    )
    rebuilt_line(checks, state)
    if not findings:
        st.info(state.text("checkview.nothing"))
    else:
        rows, unit = controls(findings, state)
        table(rows, unit, built, state)
    checks_list(checks, state)
    downloads(built, checks, state)


def plan_of(finding: Finding, built: Built) -> str:
    """Return the plan that a finding belongs to."""
    return next((plan for plan in built.plan_ids() if finding.zone_id.startswith(f"{plan}-")), "")


def rebuilt_line(checks: Sequence[Check], state: State) -> None:
    """Say whether the files on disk are what a fresh build gives, or what differs."""
    check = next(check for check in checks if check.code == "inputs/rebuild")
    if check.status == "passed":
        st.html(f'<p class="pm-rebuilt">✓ {escape(state.text("checkview.identical"))}</p>')
        return
    differing = "".join(f"<li>{escape(s.words(state.language))}</li>" for s in check.statements)
    st.html(
        f'<div class="pm-rebuilt differs" role="status">'
        f"✕ {escape(state.text('checkview.differs'))}<ul>{differing}</ul></div>"
    )


def controls(findings: Sequence[Finding], state: State) -> tuple[list[Finding], str]:
    """Let the reader choose unit, order and verdicts; return the rows to show."""
    present = [verdict for verdict in VERDICTS if any(f.verdict == verdict for f in findings)]
    unit = link.one("unit", UNITS, "km2") or "km2"
    order = link.one("order", ORDERS, "plan") or "plan"
    wanted = link.several("verdicts", VERDICTS, VERDICTS)
    choose_some(
        "verdicts",
        state.text("checkview.filter"),
        {
            verdict: f"{MARKS[verdict].sign} {state.text(f'verdict.{verdict}')} "
            f"{sum(f.verdict == verdict for f in findings)}"
            for verdict in present
        },
        [verdict for verdict in wanted if verdict in present],
        # What no row has stays chosen, so that another plan's rows are not lost.
        lambda chosen: link.put(
            "verdicts", [v for v in VERDICTS if v in chosen or v not in present]
        ),
        state.language,
    )
    left, right = st.columns([1, 2])
    with left:
        choose_one(
            "unit",
            state.text("checkview.unit"),
            {key: state.text(f"checkview.unit_{key}") for key in UNITS},
            unit,
            state.language,
            show_label=True,
        )
    with right:
        choose_one(
            "order",
            state.text("checkview.order"),
            {key: state.text(f"checkview.order_{key}") for key in ORDERS},
            order,
            state.language,
            show_label=True,
        )
    return ordered([f for f in findings if f.verdict in wanted], order), unit


def ordered(findings: Sequence[Finding], order: str) -> list[Finding]:
    """Return findings in an order of `ORDERS`, those without the measure last."""

    def key(finding: Finding) -> tuple[bool, float]:
        if order == "difference":
            value = finding.difference_percent
            return value is None, -abs(value or 0.0)
        if order == "verdict":
            return False, float(VERDICTS.index(finding.verdict))
        if order == "stated":
            return not finding.stated, -float(finding.stated or 0.0)
        if order == "width":
            if not finding.computed or finding.high is None or finding.low is None:
                return True, 0.0
            return False, -(finding.high - finding.low) / finding.computed
        return False, 0.0

    return sorted(findings, key=key)


def picture(finding: Finding, state: State) -> str:
    """Return the chart of a finding as an image whose words say the same."""
    words = state.text(
        "checkview.chart_alt",
        stated=finding.stated,
        computed=f"{finding.computed or 0:.3f}",
        low=f"{finding.low or 0:.3f}",
        high=f"{finding.high or 0:.3f}",
        unit=finding.unit,
    )
    svg = interval_svg(finding, words)
    if not svg:
        return ""
    return f'<img class="chart" alt="{escape(words)}" src="data:image/svg+xml,{quote(svg)}">'


def table(rows: Sequence[Finding], unit: str, built: Built, state: State) -> None:
    """Show one row for each finding; its button opens the budget below it."""
    opened = link.one("finding", [f.finding_id for f in built.findings], None)
    st.html(f'<h2 class="pm-h2">{escape(state.text("checkview.title"))}</h2>')
    head = "".join(
        f"<span>{escape(state.text(f'checkview.{key}'))}</span>"
        for key in ("stated", "computed", "difference", "interval", "verdict")
    )
    with st.container(key="check_head"):
        left, right = st.columns([1, 4.4])
        left.html(
            f'<div class="pm-check head"><span>{escape(state.text("report.zone"))}</span></div>'
        )
        right.html(f'<div class="pm-check head">{head}</div>')
    for finding in rows:
        is_open = finding.finding_id == opened
        slug = finding.finding_id.replace("/", "_")
        with st.container(key=f"check_{'open' if is_open else 'row'}_{slug}"):
            left, right = st.columns([1, 4.4])
            name = state.name(finding.zone_id, "short_name")
            kind = text(f"figure.{finding.figure}", state.language)
            left.button(
                f"{'▾' if is_open else '▸'} {state.plain('words.aside', words=name, aside=kind)}",
                key=f"open_{finding.finding_id}",
                type="tertiary",
                on_click=toggle,
                args=(finding, is_open),
            )
            right.html(row_html(finding, unit, built, state))
            if is_open:
                if link.opened():
                    select_zone(finding.zone_id, zoom=True)
                show_budget(finding, built, state, unit)
    if not rows:
        st.info(state.text("checkview.filtered"))


def toggle(finding: Finding, is_open: bool) -> None:
    """Open a row's budget, or close it."""
    link.put("finding", None if is_open else finding.finding_id)
    link.put("edge", None)
    if not is_open:
        select_zone(finding.zone_id, zoom=True)


def row_html(finding: Finding, unit: str, built: Built, state: State) -> str:
    """Return the figures of a row as HTML; every word escaped."""
    verdict = finding.verdict
    item = built.drawn[finding.zone_id].item
    percent = finding.difference_percent
    difference = "–"
    if percent is not None:
        difference = (
            f"{amount(finding.difference, finding, unit, signed=True)}"
            f" <small>{percent:+.1f}%</small>".replace("-", "−")
        )
    between = ""
    if finding.low is not None:
        between = f"{amount(finding.low, finding, unit)}–{amount(finding.high, finding, unit)}"
    cells: list[tuple[str, str]] = [
        ("stated", escape(stated_amount(finding, unit))),
        ("computed", escape(amount(finding.computed, finding, unit))),
        ("difference", difference),
        ("interval", f"{picture(finding, state)}<small>{escape(between)}</small>"),
        (
            "verdict",
            f'<b style="color:{VERDICT_COLOURS[verdict]}">{verdict_mark(verdict)} '
            f"{escape(text(f'verdict.{verdict}', state.language))}</b>",
        ),
    ]
    body = "".join(
        f'<span class="{key}"><i>{escape(state.text(f"checkview.{key}"))}</i>{value}</span>'
        for key, value in cells
    )
    words = item.limits_text or "；".join(item.quote[:1])
    said = [escape(text(f"basis.{item.basis}", state.language))]
    if len(state.plans) > 1:
        said.insert(0, escape(state.data.plan_name(plan_of(finding, built), state.language)))
    if words:
        said.append(f'<q lang="zh">{escape(words)}</q>')
    return f'<div class="pm-check">{body}<p>{" · ".join(said)}</p></div>'


def checks_list(checks: Sequence[Check], state: State) -> None:
    """Show every check that ran, was skipped or failed, with tolerance, place and reason."""
    st.html(f'<h2 class="pm-h2">{escape(state.text("report.checks"))}</h2>')
    chosen = [check for check in checks if not check.plan or check.plan in state.plans]
    for status in STATUSES:
        some = [check for check in chosen if check.status == status]
        if not some:
            continue
        status_name = text(f"status.{status}", state.language)
        label = state.text("words.aside", words=status_name, aside=len(some))
        with st.expander(label, expanded=status == "failed"):
            st.html("".join(check_html(check, state) for check in some))


def check_html(check: Check, state: State) -> str:
    """Return one check as HTML; every word escaped."""
    plan = f" · {state.data.plan_name(check.plan, state.language)}" if check.plan else ""
    tolerance = f" · {state.text('report.tolerance')} {check.tolerance}" if check.tolerance else ""
    found = "".join(
        f"<li>{escape(s.words(state.language))}"
        + (
            f" <small>{s.longitude:.5f}, {s.latitude:.5f}</small>"
            if s.longitude is not None and s.latitude is not None
            else ""
        )
        + "</li>"
        for s in check.statements
    )
    return (
        f'<div class="pm-found"><b>{escape(check.title(state.language))}</b>'
        f"<small>{escape(plan + tolerance)}</small>{f'<ul>{found}</ul>' if found else ''}</div>"
    )


def downloads(built: Built, checks: Sequence[Check], state: State) -> None:
    """Offer the report as HTML and as JSON, made when asked for."""
    st.html(f'<h2 class="pm-h2">{escape(state.text("checkview.report"))}</h2>')
    st.html(f'<p class="pm-quiet">{escape(state.text("checkview.report_about"))}</p>')
    makers: dict[str, tuple[str, Any]] = {
        "html": (
            "text/html",
            lambda: report_html(built, checks, language=state.language, date=state.today).encode(),
        ),
        "json": ("application/json", lambda: report_json(built, checks).encode()),
    }
    district = built.base.district.id
    for column, (kind, (mime, make)) in zip(st.columns([1, 1, 4]), makers.items(), strict=False):
        column.download_button(
            state.text(f"checkview.download_{kind}"),
            data=make,
            file_name=f"check-{district}.{kind}",
            mime=mime,
            on_click="ignore",
            key=f"report_{kind}",
        )
