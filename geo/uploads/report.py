"""Write the report on shapes that a reader brought along: HTML to print, or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from geo.checks.report import report_page
from geo.texts import text
from geo.verdicts import VERDICTS

if TYPE_CHECKING:
    from geo.base import Base
    from geo.uploads.check import OwnReport

Zones = Mapping[str, Mapping[str, Any]]
"""Properties of the project's own zones by zone id."""


def own_report_record(
    report: OwnReport, base: Base, zones: Zones, *, source: str, datum: str
) -> dict[str, Any]:
    """Return the report as plain dictionaries and lists.

    Parameters
    ----------
    report : OwnReport
        From `geo.uploads.check.check_own_polygons`.
    base : Base
        The district.
    zones : mapping
        Properties of the project's own zones, for the side by side.
    source, datum : str
        Name of the file and of the confirmed datum; data, not markup.

    Returns
    -------
    dict
        ``source``, ``datum``, ``shapes`` (each with its ``finding`` and the
        zone ``beside`` it), ``checks``, ``issues``, ``summary``.
    """
    district = base.district
    return {
        "source": source,
        "datum": datum,
        "position_error_m": report.error_m,
        "district": {"id": district.id, "name": district.name, "name_en": district.name_en},
        "data_version": district.data_version,
        "metric_crs": base.metric_crs,
        "disclaimer": text("notice.disclaimer", "zh"),
        "attribution": district.credit("zh"),
        "summary": {v: sum(f.verdict == v for f in report.findings) for v in VERDICTS},
        "shapes": [
            {
                "shape_id": shape.shape_id,
                "name": shape.name,
                "finding": shape.finding.as_record(),
                "beside": asdict(shape.neighbour) | _beside(zones, shape.neighbour.zone_id)
                if shape.neighbour
                else None,
            }
            for shape in report.shapes
        ],
        "checks": [check.as_record() for check in report.checks],
        "issues": [issue.as_record() for issue in report.issues],
    }


def _beside(zones: Zones, zone_id: str) -> dict[str, Any]:
    """Return what the project's own zone states and measures."""
    keys = ("name", "name_en", "plan", "stated_area_km2", "computed_area_km2", "low_km2")
    zone = zones.get(zone_id, {})
    return {key: zone.get(key) for key in (*keys, "high_km2", "verdict")}


def own_report_json(report: OwnReport, base: Base, zones: Zones, *, source: str, datum: str) -> str:
    """Return the report as JSON text with a final newline."""
    record = own_report_record(report, base, zones, source=source, datum=datum)
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def own_report_html(
    report: OwnReport,
    base: Base,
    zones: Zones,
    *,
    source: str,
    datum: str,
    language: str = "zh",
    date: str = "",
) -> str:
    """Return the report as one HTML page that needs nothing else and prints on A4.

    Parameters
    ----------
    report, base, zones, source, datum
        As in `own_report_record`.
    language : {"zh", "en"}
        Language of the page.
    date : str
        Date to print; none where empty.

    Returns
    -------
    str
        HTML. All data is escaped.
    """
    return report_page(
        "own_report.html.jinja",
        language,
        report=report,
        base=base,
        district=base.district,
        zones=zones,
        source=source,
        datum=datum,
        date=date,
    )
