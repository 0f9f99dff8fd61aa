"""Write the area check as HTML: one row for each figure, and what every check found."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from geo.checks.charts import MARKS, interval_svg
from geo.verdicts import VERDICTS, Finding
from layers.marks import verdict_mark
from layers.tables.amounts import UNITS, amount, in_units, stated_amount, unit_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.build import Built
    from geo.checks.check import Check
    from layers.tables.reader import Reader

ORDERS = ("plan", "difference", "verdict", "stated", "width")
"""Orders of the rows; ``plan`` is the one of the documents."""

COLUMNS = ("stated", "computed", "difference", "interval", "verdict")


def plan_of(finding: Finding, built: Built) -> str:
    """Return the plan that a finding belongs to."""
    return next((plan for plan in built.plan_ids() if finding.zone_id.startswith(f"{plan}-")), "")


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


def verdict_choices(findings: Sequence[Finding], reader: Reader) -> dict[str, str]:
    """Return the verdicts that some figures have, each with its sign, word and number."""
    counts = {v: sum(f.verdict == v for f in findings) for v in VERDICTS}
    return {
        verdict: f"{MARKS[verdict].sign} {reader.text(f'verdict.{verdict}')} {count}"
        for verdict, count in counts.items()
        if count
    }


def unit_choices(reader: Reader) -> dict[str, str]:
    """Return the units of area that a table can be read in."""
    return {unit: reader.text(f"checkview.unit_{unit}") for unit in UNITS}


def order_choices(reader: Reader) -> dict[str, str]:
    """Return the orders that the rows can stand in."""
    return {order: reader.text(f"checkview.order_{order}") for order in ORDERS}


def finding_name(finding: Finding, reader: Reader) -> str:
    """Return what a row is called: the item's short name and which of its figures."""
    return reader.text(
        "words.aside",
        words=reader.name(finding.zone_id, "short_name"),
        aside=reader.text(f"figure.{finding.figure}"),
    )


def head_html(reader: Reader) -> str:
    """Return the head of the columns of `row_html`."""
    cells = "".join(f"<span>{escape(reader.text(f'checkview.{key}'))}</span>" for key in COLUMNS)
    return f'<div class="ck-row head">{cells}</div>'


def row_html(
    finding: Finding, units: Sequence[str], built: Built, reader: Reader, *, with_plan: bool = False
) -> str:
    """Return the figures of a row; every word escaped.

    Parameters
    ----------
    finding : Finding
        The row.
    units : sequence of str
        As `layers.tables.amounts.in_units` takes them.
    built : Built
        Where its item is found.
    reader : Reader
        Who reads it.
    with_plan : bool
        Whether the plan is named.
    """
    verdict = finding.verdict
    item = built.zones[finding.zone_id].item

    def shown(value: float | None, *, signed: bool = False) -> str:
        return in_units(lambda unit: amount(value, finding, unit, signed=signed), units)

    percent = finding.difference_percent
    difference = "–"
    if percent is not None:
        share = f"{percent:+.1f}%".replace("-", "−")
        difference = f"{shown(finding.difference, signed=True)} <small>{share}</small>"
    between = ""
    if finding.low is not None:
        between = f"{shown(finding.low)}–{shown(finding.high)}"
    cells = {
        "stated": in_units(lambda unit: escape(stated_amount(finding, unit)), units),
        "computed": shown(finding.computed),
        "difference": difference,
        "interval": f"{_picture(finding, reader)}<small>{between}</small>",
        "verdict": f'<b data-verdict="{verdict}">{verdict_mark(verdict)} '
        f"{escape(reader.text(f'verdict.{verdict}'))}</b>",
    }
    body = "".join(
        f'<span class="{key}"><i>{escape(reader.text(f"checkview.{key}"))}</i>{cells[key]}</span>'
        for key in COLUMNS
    )
    words = item.limits_text or "；".join(item.quote[:1])
    sentences = [escape(reader.text(f"basis.{item.basis}"))]
    if with_plan:
        sentences.insert(0, escape(reader.plan_name(plan_of(finding, built))))
    if words:
        sentences.append(f'<q lang="zh">{escape(words)}</q>')
    return f'<div class="ck-row">{body}<p>{" · ".join(sentences)}</p></div>'


def _picture(finding: Finding, reader: Reader) -> str:
    """Return the chart of a finding as an image whose words say the same."""
    words = reader.text(
        "checkview.chart_alt",
        stated=finding.stated,
        computed=f"{finding.computed or 0:.3f}",
        low=f"{finding.low or 0:.3f}",
        high=f"{finding.high or 0:.3f}",
        unit=unit_word(finding, reader),
    )
    svg = interval_svg(finding, words)
    if not svg:
        return ""
    return f'<img class="chart" alt="{escape(words)}" src="data:image/svg+xml,{quote(svg)}">'


def rebuilt_html(checks: Sequence[Check], reader: Reader) -> str:
    """Return whether the files on disk are what a fresh build gives, or what differs."""
    check = next(check for check in checks if check.code == "inputs/rebuild")
    if check.status == "passed":
        return f'<p class="ck-rebuilt">✓ {escape(reader.text("checkview.identical"))}</p>'
    differences = "".join(f"<li>{escape(s.words(reader.language))}</li>" for s in check.statements)
    return (
        f'<div class="ck-rebuilt differs" role="status">'
        f"✕ {escape(reader.text('checkview.differs'))}<ul>{differences}</ul></div>"
    )


def of_status(
    checks: Sequence[Check], statuses: Sequence[str], plans: Sequence[str]
) -> dict[str, list[Check]]:
    """Return the checks of some plans and of all, by status; none that is empty."""
    chosen = [check for check in checks if not check.plan or check.plan in plans]
    by_status = {status: [c for c in chosen if c.status == status] for status in statuses}
    return {status: some for status, some in by_status.items() if some}


def status_label(status: str, count: int, reader: Reader) -> str:
    """Return a status with the number of its checks."""
    return reader.text("words.aside", words=reader.text(f"status.{status}"), aside=count)


def check_html(check: Check, reader: Reader) -> str:
    """Return one check with tolerance, places and reasons; every word escaped."""
    plan = f" · {reader.plan_name(check.plan)}" if check.plan else ""
    tolerance = f" · {reader.text('report.tolerance')} {check.tolerance}" if check.tolerance else ""
    items = "".join(
        f"<li>{escape(s.words(reader.language))}"
        + (
            f" <small>{s.longitude:.5f}, {s.latitude:.5f}</small>"
            if s.longitude is not None and s.latitude is not None
            else ""
        )
        + "</li>"
        for s in check.statements
    )
    return (
        f'<div class="ck-found"><b>{escape(check.title(reader.language))}</b>'
        f"<small>{escape(plan + tolerance)}</small>{f'<ul>{items}</ul>' if items else ''}</div>"
    )
