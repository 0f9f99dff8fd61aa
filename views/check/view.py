"""Show the check view: what each plan states beside what was measured, and why."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.build import Built, build
from geo.checks.check import STATUSES, Check
from geo.checks.folder import inspect
from geo.checks.report import report_html, report_json
from geo.errors import GeoError
from geo.verdicts import VERDICTS, Finding
from layers.tables.amounts import UNITS
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
from views import link
from views.check.budget import show_budget
from views.choices import choose_one, choose_some, plain
from views.state import select_zone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.io.read import Stamp
    from views.state import State


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
    st.html(rebuilt_html(checks, state))
    if not findings:
        st.info(state.text("checkview.nothing"))
    else:
        rows, unit = controls(findings, state)
        table(rows, unit, built, state)
    checks_list(checks, state)
    downloads(built, checks, state)


def controls(findings: Sequence[Finding], state: State) -> tuple[list[Finding], str]:
    """Let the reader choose unit, order and verdicts; return the rows to show."""
    present = verdict_choices(findings, state)
    unit = link.one("unit", UNITS, "km2") or "km2"
    order = link.one("order", ORDERS, "plan") or "plan"
    verdicts = link.several("verdicts", VERDICTS, VERDICTS)
    choose_some(
        "verdicts",
        state.text("checkview.filter"),
        present,
        [verdict for verdict in verdicts if verdict in present],
        # What no row has stays chosen, so that another plan's rows are not lost.
        lambda chosen: link.put(
            "verdicts", [v for v in VERDICTS if v in chosen or v not in present]
        ),
        state.language,
    )
    with st.container(horizontal=True, gap="large"):
        choose_one(
            "unit",
            state.text("checkview.unit"),
            unit_choices(state),
            unit,
            state.language,
            show_label=True,
        )
        choose_one(
            "order",
            state.text("checkview.order"),
            order_choices(state),
            order,
            state.language,
            show_label=True,
        )
    return ordered([f for f in findings if f.verdict in verdicts], order), unit


def table(rows: Sequence[Finding], unit: str, built: Built, state: State) -> None:
    """Show one row for each finding; its button opens the budget below it."""
    open_id = link.one("finding", [f.finding_id for f in built.findings], None)
    st.html(f'<h2 class="pm-h2">{escape(state.text("checkview.title"))}</h2>')
    with st.container(key="check_head"):
        left, right = st.columns([1, 4.4])
        left.html(
            f'<div class="ck-row head"><span>{escape(state.text("report.zone"))}</span></div>'
        )
        right.html(head_html(state))
    for finding in rows:
        is_open = finding.finding_id == open_id
        slug = finding.finding_id.replace("/", "_")
        with st.container(key=f"check_{'open' if is_open else 'row'}_{slug}"):
            left, right = st.columns([1, 4.4])
            left.button(
                f"{'▾' if is_open else '▸'} {plain(finding_name(finding, state))}",
                key=f"open_{finding.finding_id}",
                type="tertiary",
                on_click=toggle,
                args=(finding, is_open),
            )
            right.html(row_html(finding, (unit,), built, state, with_plan=len(state.plans) > 1))
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


def checks_list(checks: Sequence[Check], state: State) -> None:
    """Show every check that ran, was skipped or failed, with tolerance, place and reason."""
    st.html(f'<h2 class="pm-h2">{escape(state.text("report.checks"))}</h2>')
    for status, some in of_status(checks, STATUSES, state.plans).items():
        with st.expander(status_label(status, len(some), state), expanded=status == "failed"):
            st.html("".join(check_html(check, state) for check in some))


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
