"""Write the report to hand over: every finding and every check, as JSON or one HTML page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from geo.build import Built
from geo.checks.charts import interval_svg, mark_svg
from geo.checks.check import STATUSES, Check
from geo.texts import text
from geo.verdicts import VERDICTS


def report_record(built: Built, checks: Sequence[Check]) -> dict[str, Any]:
    """Return the whole report as plain dictionaries and lists.

    Parameters
    ----------
    built : Built
        What was checked.
    checks : sequence of Check
        Every check that ran or was skipped.

    Returns
    -------
    dict
        ``district``, ``data_version``, ``base_sha256``, ``findings``,
        ``checks``, ``summary`` (count per verdict and per status).
    """
    district = built.base.district
    return {
        "district": {"id": district.id, "name": district.name, "name_en": district.name_en},
        "data_version": district.data_version,
        "base_sha256": dict(built.base.hashes),
        "datum": text("notice.datum", "en"),
        "metric_crs": built.base.metric_crs,
        "interval": text("report.rule", "en"),
        "disclaimer": text("notice.disclaimer", "zh"),
        "licence": district.licence,
        "attribution": district.credit("zh"),
        "summary": {
            "verdicts": {v: sum(f.verdict == v for f in built.findings) for v in VERDICTS},
            "checks": {s: sum(c.status == s for c in checks) for s in STATUSES},
        },
        "findings": [finding.as_record() for finding in built.findings],
        "checks": [check.as_record() for check in checks],
    }


def report_json(built: Built, checks: Sequence[Check]) -> str:
    """Return the report as JSON text with a final newline."""
    return json.dumps(report_record(built, checks), ensure_ascii=False, indent=1) + "\n"


def report_html(
    built: Built, checks: Sequence[Check], *, language: str = "zh", date: str = ""
) -> str:
    """Return the report as one HTML page that needs nothing else and prints on A4.

    Parameters
    ----------
    built : Built
        What was checked.
    checks : sequence of Check
        Every check that ran or was skipped.
    language : {"zh", "en"}
        Language of the page.
    date : str
        Date to print; none where empty, so that bytes can be compared.

    Returns
    -------
    str
        HTML. All data is escaped.
    """
    items = {item_id: zone.item for item_id, zone in built.zones.items()}
    return report_page(
        "report.html.jinja",
        language,
        built=built,
        district=built.base.district,
        items=items,
        plans=[
            (
                built.base.district.plan(plan),
                [f for f in built.findings if f.zone_id.startswith(f"{plan}-")],
            )
            for plan in built.plan_ids()
        ],
        checks=sorted(checks, key=lambda check: STATUSES.index(check.status)),
        summary=report_record(built, checks)["summary"],
        date=date,
    )


def report_page(name: str, language: str, **values: Any) -> str:
    """Return a page of a report from a template of ``geo/``; all data is escaped.

    Parameters
    ----------
    name : str
        File name of the template; it extends ``report_page.html.jinja``.
    language : {"zh", "en"}
        Language of the page.
    **values
        For the template, beside ``t`` (a text of the catalogue), ``mark`` (of
        a verdict) and ``chart`` (of a finding).

    Returns
    -------
    str
        HTML.
    """
    return (
        _environment()
        .get_template(name)
        .render(
            t=lambda key, **parts: text(key, language, **parts),
            language=language,
            mark=lambda verdict: Markup(mark_svg(verdict)),
            chart=lambda finding, label: Markup(interval_svg(finding, label, width=150)),
            **values,
        )
    )


@cache
def _environment() -> jinja2.Environment:
    """Return the templates of ``geo/``, each compiled once."""
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda file: files("geo").joinpath(file).read_text("utf-8")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
