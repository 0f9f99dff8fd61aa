"""Build zone files from plan texts and base geography, byte for byte the same each time."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.base import Base, read_base
from geo.crs import WGS84
from geo.errors import Issue
from geo.io.geojson import layer_bytes
from geo.io.read import sha256
from geo.io.write import make_folder, write_bytes
from geo.plans.documents import citation, read_documents
from geo.plans.model import Document, PlanItem
from geo.texts import Text, rendered, text, with_english_names
from geo.verdicts import Finding, reading_label
from geo.zones.drawing import draw_item, item_findings
from geo.zones.edges import EDGE_COLUMNS
from geo.zones.item import Zone, rounded

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Built:
    """Everything that a data folder's plans and base give.

    Parameters
    ----------
    base : Base
        The base geography it was built from.
    documents : tuple of Document
        The plan documents.
    zones : dict of str to Zone
        By item id, in the order of the documents.
    findings : tuple of Finding
        One per figure, and one per drawn item without a figure.
    issues : tuple of Issue
        What is wrong with the inputs.
    """

    base: Base
    documents: tuple[Document, ...]
    zones: Mapping[str, Zone]
    findings: tuple[Finding, ...]
    issues: tuple[Issue, ...]

    @cached_property
    def english_names(self) -> dict[str, str]:
        """English names of items, landmarks, rivers and streets by their Chinese ones."""
        items = [zone.item for zone in self.zones.values()]
        return {
            **{item.name: item.short_name_en or item.name_en for item in items},
            **self.base.english_names,
        }

    def in_english(self, words: str) -> str:
        """Return an English sentence with English names in it."""
        return with_english_names(words, self.english_names)

    def label(self, reading: str, language: str) -> str:
        """Return a reading in words; see `geo.verdicts.reading_label`."""
        words = reading_label(reading, language)
        return self.in_english(words) if language == "en" else words

    def plan_ids(self) -> list[str]:
        """Return the plans that have an item, in the order of time."""
        present = {document.plan for document in self.documents if document.items}
        return [plan.id for plan in self.base.district.plans if plan.id in present]


def build(folder: Path) -> Built:
    """Draw and measure every item of every plan of a data folder.

    Parameters
    ----------
    folder : Path
        A data folder with ``district.toml``, ``plans/`` and ``base/``.

    Returns
    -------
    Built
        The items with geometry, edges, readings and findings. An item that
        cannot be drawn is kept without geometry, with an Issue.

    Raises
    ------
    DataFileError
        If the base cannot be read at all.
    """
    base = read_base(folder)
    documents, issues = read_documents(folder / "plans")
    return build_documents(documents, base, [*base.issues, *issues])


def build_documents(
    documents: Sequence[Document], base: Base, issues: Sequence[Issue] = ()
) -> Built:
    """Draw and measure every item of some plan documents; see `build`."""
    all_issues = list(issues)
    items = {item.id: item for document in documents for item in document.items}
    zones: dict[str, Zone] = {}
    ordered, faults = in_order_of_need(items)
    all_issues += _style_issues(documents, base)
    all_issues += dict.fromkeys(faults.values())
    for item in ordered:
        if item.id in faults:
            zones[item.id] = Zone(item, obstacle=faults[item.id].message)
        else:
            zones[item.id] = draw_item(item, base, zones, all_issues)
    zones = {item_id: zones[item_id] for item_id in items}
    built = Built(base, tuple(documents), zones, (), tuple(all_issues))
    findings = [_named(f, built) for d in zones.values() for f in item_findings(d)]
    return replace(built, findings=tuple(findings))


def _named(finding: Finding, built: Built) -> Finding:
    """Return a finding that tells English readers English names."""
    names = built.english_names
    return replace(
        finding,
        reason_en=built.in_english(finding.reason_en),
        notes=tuple(note.named(names) for note in finding.notes),
        implied=finding.implied and finding.implied.named(names),
    )


def in_order_of_need(items: Mapping[str, PlanItem]) -> tuple[list[PlanItem], dict[str, Issue]]:
    """Return the items so that each comes after the one whose shape or place it takes over.

    Parameters
    ----------
    items : dict of str to PlanItem
        By id, in the order of the documents, which is kept where nothing speaks against it.

    Returns
    -------
    ordered : list of PlanItem
        Every item once.
    faults : dict of str to Issue
        By id of an item, why it has no shape to take over: its ``carried_from`` is not
        there, is only a name, or leads back to itself. All items of a circle have one Issue.
    """
    ordered: dict[str, PlanItem] = {}
    faults: dict[str, Issue] = {}
    for first in items:
        # Up the chain as far as it is new, then down again: no chain is too long.
        path: list[str] = []
        at = first
        while at in items and at not in ordered and at not in path:
            path.append(at)
            at = items[at].carried_from or items[at].label_at
        if at in path:
            circle = [item_id for item_id in path[path.index(at) :] if items[item_id].carried_from]
            fault = _not_carried("circle", min(circle or [at]), " → ".join([*circle, at]))
            faults |= dict.fromkeys(circle, fault)
        ordered |= {item_id: items[item_id] for item_id in reversed(path)}
    for item in items.values():
        if item.carried_from and item.id not in faults:
            if item.carried_from not in items:
                faults[item.id] = _not_carried("nothing", item.id, item.carried_from)
            elif items[item.carried_from].basis == "named":
                faults[item.id] = _not_carried("a-name", item.id, item.carried_from)
    return list(ordered.values()), faults


def _style_issues(documents: Sequence[Document], base: Base) -> list[Issue]:
    """Return an issue for every place that looks like another one of the same plan."""
    issues: dict[Issue, None] = {}
    first: dict[tuple[str, str, str], str] = {}
    for plan, place in ((d.plan, item.place) for d in documents for item in d.items):
        style = base.district.styles.get(place)
        like = first.setdefault((plan, style.fill, style.hatch), place) if style else place
        if like != place:
            words = Text("base.style-twice", place=place, like=like)
            remedy = Text("base.style-twice.remedy")
            issues[Issue("style-twice", "warning", "district.toml", words, remedy)] = None
    return list(issues)


def _not_carried(kind: str, item_id: str, origin: str) -> Issue:
    return Issue(
        f"carried-from-{kind}",
        "error",
        item_id,
        Text(f"build.carried-from-{kind}", origin=origin),
        Text("build.carried-from.remedy"),
    )


def zone_layer(built: Built, plan: str) -> gpd.GeoDataFrame:
    """Return the zone file of one plan as a table.

    Parameters
    ----------
    built : Built
        What `build` returned.
    plan : str
        Plan id.

    Returns
    -------
    GeoDataFrame
        One row per item, WGS84, in the order of the documents; the columns
        are those of docs/data-formats.md.
    """
    rows = []
    # Findings by item and figure, so that each row finds its own.
    findings: dict[str, dict[str, Finding]] = {}
    for finding in built.findings:
        findings.setdefault(finding.zone_id, {})[finding.figure] = finding
    for document in built.documents:
        if document.plan != plan:
            continue
        groups = {group.id: group for group in document.groups}
        for item in document.items:
            zone = built.zones[item.id]
            figures = findings.get(item.id, {})
            area, length = figures.get("area"), figures.get("length")
            obstacle = (zone.obstacle if zone.geometry is None else None) or ""
            reason, reason_en = str(rendered(obstacle, "zh")), str(obstacle)
            source = citation(document, item)
            rows.append(
                {
                    "zone_id": item.id,
                    "plan": plan,
                    "document_id": document.id,
                    "group": item.group,
                    "group_name": groups[item.group].name,
                    "group_name_en": groups[item.group].name_en,
                    "place": item.place,
                    "kind": item.kind,
                    "basis": item.basis,
                    "name": item.name,
                    "name_en": item.name_en,
                    "short_name": item.short_name,
                    "short_name_en": item.short_name_en,
                    "section": item.section,
                    "citation": source.text,
                    "citation_en": source.text_en,
                    "limits_text": item.limits_text,
                    "positioning": item.positioning,
                    "strategy": item.strategy,
                    "quote": list(item.quote),
                    "quote_sections": list(item.also_in),
                    "places": [place.name for place in item.places],
                    "members": list(item.members),
                    "stated_area": item.stated_area,
                    "stated_area_km2": _number(item.stated_area_km2),
                    "stated_length": item.stated_length,
                    "stated_length_km": _number(item.stated_length_km),
                    "computed_area_km2": _rounded(area.computed if area else None),
                    "low_km2": _rounded(area.low if area else None),
                    "high_km2": _rounded(area.high if area else None),
                    "computed_length_km": _rounded(length.computed if length else None),
                    "verdict": area.verdict if area else "not_stated",
                    # What has no shape says why.
                    "verdict_reason": area.reason if area else reason,
                    "verdict_reason_en": area.reason_en if area else built.in_english(reason_en),
                    "length_verdict": length.verdict if length else "not_stated",
                    "length_reason": length.reason if length else "",
                    "length_reason_en": length.reason_en if length else "",
                    "reading": area.reading if area else "",
                    "readings": [
                        {
                            "reading": reading.reading,
                            "reading_zh": built.label(reading.reading, "zh"),
                            "reading_en": built.label(reading.reading, "en"),
                            "area_km2": _rounded(reading.value),
                            "low_km2": _rounded(reading.low),
                            "high_km2": _rounded(reading.high),
                            "probability": _rounded(reading.probability),
                        }
                        for reading in zone.area_readings
                    ],
                    "width_m": None if zone.width_m is None else round(zone.width_m, 1),
                    "carried_from": item.carried_from or "",
                    "reasoning": item.reasoning,
                    "reasoning_en": item.reasoning_en,
                    "summary_en": item.summary_en,
                    "geometry": zone.geometry,
                }
            )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=WGS84)


def _number(figure: str | None) -> float | None:
    return float(figure) if figure else None


def _rounded(value: float | None) -> float | None:
    """Figures in files have five decimals: 10 m², finer than anything measured here."""
    return None if value is None else round(value, 5)


def edge_layer(built: Built, plan: str) -> gpd.GeoDataFrame:
    """Return the edge file of one plan as a table: `EDGE_COLUMNS`, WGS84."""
    tables = [
        zone.edges
        for zone in built.zones.values()
        if zone.edges is not None and zone.item.id.startswith(f"{plan}-")
    ]
    if not tables:
        return gpd.GeoDataFrame(columns=EDGE_COLUMNS, geometry="geometry", crs=WGS84)
    edges = gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), crs=built.base.metric_crs)
    for column in EDGE_COLUMNS:
        if column.endswith("_en"):
            edges[column] = edges[column].map(built.in_english)
    edges["candidates"] = [
        [one | {"evidence_en": built.in_english(one["evidence_en"])} for one in candidates]
        for candidates in edges["candidates"]
    ]
    edges = edges.to_crs(WGS84)
    return edges.set_geometry([rounded(geometry) for geometry in edges.geometry], crs=WGS84)


def metadata(built: Built, plan: str, folder: Path) -> dict[str, Any]:
    """Return the ``metadata`` member of a zone or edge file."""
    district = built.base.district
    period = district.plan(plan)
    documents = [d for d in built.documents if d.plan == plan]
    return {
        "district": district.id,
        "district_name": district.name,
        "district_name_en": district.name_en,
        "plan": plan,
        "plan_name": period.name,
        "plan_name_en": period.name_en,
        "period_from": period.period_from,
        "period_to": period.period_to,
        "documents": [
            {
                "id": d.id,
                "title": d.about.title,
                "title_en": d.about.title_en,
                "issuer": d.about.issuer,
                "issuer_en": d.about.issuer_en,
                "number": d.about.number,
                "date": d.about.date,
                "sha256": sha256(folder / "plans" / f"{d.id}.toml"),
            }
            for d in documents
        ],
        "data_version": district.data_version,
        "base_sha256": dict(built.base.hashes),
        "licence": district.licence,
        "licence_url": district.licence_url,
        "attribution": district.attribution,
        "attribution_en": district.attribution_en,
        "datum": text("notice.datum", "zh"),
        "datum_en": text("notice.datum", "en"),
        "metric_crs": built.base.metric_crs,
        "accuracy": text("notice.accuracy", "zh"),
        "accuracy_en": text("notice.accuracy", "en"),
        "disclaimer": text("notice.disclaimer", "zh"),
        "disclaimer_en": text("notice.disclaimer", "en"),
    }


def zone_files(built: Built, folder: Path) -> dict[str, bytes]:
    """Return the bytes of every zone and edge file, by name in ``zones/``.

    Parameters
    ----------
    built : Built
        What `build` returned for `folder`.
    folder : Path
        The data folder, for the hashes of the plan files.

    Returns
    -------
    dict of str to bytes
        ``<plan>.geojson`` and ``<plan>_edges.geojson``.
    """
    files = {}
    for plan in built.plan_ids():
        about = metadata(built, plan, folder)
        files[f"{plan}.geojson"] = layer_bytes(zone_layer(built, plan), about)
        files[f"{plan}_edges.geojson"] = layer_bytes(edge_layer(built, plan), about)
    return files


def write_zone_files(files: Mapping[str, bytes], folder: Path) -> list[Path]:
    """Write zone files under a data folder, each beside and then renamed."""
    target = folder / "zones"
    make_folder(target)
    written = []
    for name, content in files.items():
        path = target / name
        write_bytes(path, content)
        written.append(path)
    return written


def differing_files(files: Mapping[str, bytes], folder: Path) -> list[str]:
    """Return the names of zone files that are not byte for byte as built, or are missing."""
    target = folder / "zones"
    return [
        name
        for name, content in files.items()
        if not (target / name).is_file() or (target / name).read_bytes() != content
    ]
