"""Gather what a briefing says of each zone, once for slides and documents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.errors import ExportError
from geo.texts import Text, text
from geo.verdicts import name_of_reading
from layers.sheets.legend import interval_km2, kilometres2, verdict_words, zone_name
from layers.sheets.options import SheetOptions, chosen_zones, has_extent
from layers.sheets.page import (
    accuracy_words,
    attribution_words,
    coordinate_system_words,
    document_title,
    source_words,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from geo.base import Base


@dataclass(frozen=True)
class Passage:
    """A verbatim passage of a plan, or the project's own reasoning.

    Parameters
    ----------
    heading : str
        What it is, in the reader's language.
    words : str
        The passage; verbatim and in Chinese unless `is_own`.
    citation : str
        Where it stands.
    is_own : bool
        True for the project's own words, which carry no quotation marks.
    """

    heading: str
    words: str
    citation: str = ""
    is_own: bool = False

    @property
    def quoted(self) -> str:
        """The passage in quotation marks if it is the plan's."""
        return self.words if self.is_own else f"“{self.words}”"


@dataclass(frozen=True)
class PlanPart:
    """The part of a briefing that speaks of one plan.

    Parameters
    ----------
    plan : str
        Plan id.
    name, period : str
        Name of the plan; name with its years.
    zones : GeoDataFrame
        All zones of the plan.
    zones_shown : GeoDataFrame
        Those on the overview.
    zones_paged : GeoDataFrame
        Those with a page of their own: chosen by the reader, or with extent.
    zones_named : GeoDataFrame
        Those that only stand in the list of names.
    """

    plan: str
    name: str
    period: str
    zones: gpd.GeoDataFrame
    zones_shown: gpd.GeoDataFrame
    zones_paged: gpd.GeoDataFrame
    zones_named: gpd.GeoDataFrame


def plan_parts(
    zones_by_plan: Mapping[str, gpd.GeoDataFrame], base: Base, options: SheetOptions
) -> list[PlanPart]:
    """Return the plans of a briefing in the order of time.

    Parameters
    ----------
    zones_by_plan : mapping of str to GeoDataFrame
        Zone files by plan id.
    base : Base
        Its district knows the plans.
    options : SheetOptions
        ``plan`` and ``zones`` choose; a plan of which nothing is chosen is left out.

    Raises
    ------
    ExportError
        If nothing is chosen, or a zone or plan is unknown.
    """
    plans = [options.plan] if options.plan else [p.id for p in base.district.plans]
    known = list(zones_by_plan)
    if options.plan and options.plan not in known:
        raise ExportError(Text("refused.plan-without-zones", plan=options.plan, known=known))
    every = {str(z) for table in zones_by_plan.values() for z in table["zone_id"]}
    for zone_id in options.zones or ():
        if zone_id not in every:
            raise ExportError(Text("refused.unknown-zone", zone=zone_id))
    parts = []
    for plan in (p for p in plans if p in known and len(zones_by_plan[p])):
        zones = zones_by_plan[plan].reset_index(drop=True)
        plan_zones = set(zones["zone_id"])
        chosen = (
            tuple(z for z in options.zones if z in plan_zones)
            if options.zones is not None
            else None
        )
        if chosen == ():
            continue
        zones_shown = chosen_zones(zones, SheetOptions(zones=chosen))
        zones_paged = zones_shown if chosen is not None else zones_shown[has_extent(zones_shown)]
        zones_named = zones.iloc[:0]
        if chosen is None:
            zones_named = zones[~zones["zone_id"].isin(zones_paged["zone_id"])]
        about = base.district.plan(plan)
        name = about.name_en if options.language == "en" else about.name
        period = text(
            "sheet.plan_period", options.language, plan=name,
            start=about.period_from, end=about.period_to,
        )  # fmt: skip
        parts.append(PlanPart(plan, name, period, zones, zones_shown, zones_paged, zones_named))
    if not parts:
        raise ExportError(Text("refused.nothing-to-brief"))
    return parts


def passages(row: Any, language: str) -> list[Passage]:
    """Return the passages that define a zone, or those that name it where none does.

    Parameters
    ----------
    row : namedtuple
        A row of a zone file. Columns used: ``limits_text``, ``positioning``,
        ``strategy``, ``quote``, ``quote_sections``, ``citation``,
        ``citation_en``, ``section``, ``reasoning``, ``reasoning_en``.
    language : {"zh", "en"}
        Language of headings and of the project's own words.
    """
    source = str(getattr(row, "citation_en" if language == "en" else "citation", "") or "")
    texts = [
        Passage(text(f"briefing.{key}", language), words, source)
        for key, column in (
            ("limits", "limits_text"), ("positioning", "positioning"), ("strategy", "strategy"),
        )
        if (words := str(getattr(row, column, "") or ""))
    ]  # fmt: skip
    if not texts:
        texts = further_quotes(row, language)
    reasoning = str(getattr(row, "reasoning_en" if language == "en" else "reasoning", "") or "")
    if reasoning:
        texts.append(Passage(text("briefing.reasoning", language), reasoning, is_own=True))
    return texts


def has_definition(row: Any) -> bool:
    """Tell whether a plan defines a zone by limits, positioning or strategy."""
    return any(getattr(row, key, "") for key in ("limits_text", "positioning", "strategy"))


def further_quotes(row: Any, language: str) -> list[Passage]:
    """Return the other passages that name a zone, each with its own section."""
    source = str(getattr(row, "citation_en" if language == "en" else "citation", "") or "")
    section = str(getattr(row, "section", "") or "")
    quotes = as_list(getattr(row, "quote", None))
    sections = as_list(getattr(row, "quote_sections", None))
    further = []
    for number, words in enumerate(quotes):
        where = source
        if number < len(sections) and section and source.endswith(section):
            where = source.removesuffix(section) + sections[number]
        further.append(Passage(text("briefing.quote", language), words, where))
    return further


def as_list(value: Any) -> list[Any]:
    """Return a list column's value as a list, a missing one as an empty list."""
    if value is None or isinstance(value, float):
        return []
    return [value] if isinstance(value, str) else list(value)


def _bracketed(words: str, language: str) -> str:
    return f" ({words})" if language == "en" else f"（{words}）"


def figure_rows(row: Any, language: str) -> list[tuple[str, str]]:
    """Return the figures of a zone as (label, value), those that it has."""
    rows = [(text("briefing.basis", language), text(f"basis.{row.basis}", language))]
    if row.stated_area:
        rows.append((text("briefing.stated_area", language), str(row.stated_area)))
    if not is_missing(row.computed_area_km2):
        value = f"{kilometres2(row.computed_area_km2)} km²" + _bracketed(
            interval_km2(row), language
        )
        rows.append((text("briefing.computed_area", language), value))
    verdict = str(row.verdict or "not_stated")
    reason = str(getattr(row, "verdict_reason_en" if language == "en" else "verdict_reason", ""))
    if row.stated_area:
        rows.append((text("briefing.area_verdict", language), verdict_words(row, language)))
    if row.stated_length:
        rows.append((text("briefing.stated_length", language), str(row.stated_length)))
        if not is_missing(row.computed_length_km):
            rows.append(
                (text("briefing.computed_length", language), f"{row.computed_length_km:.2f} km")
            )
        word = text(f"verdict.{row.length_verdict or 'not_stated'}", language)
        rows.append((text("briefing.length_verdict", language), word))
    if reason and verdict != "not_stated":
        rows.append((text("workbook.reason", language), reason))
    return rows


def reading_rows(row: Any, language: str) -> list[tuple[str, str]]:
    """Return the computed area under every reading as (reading, area with interval)."""
    rows = []
    for reading in as_list(getattr(row, "readings", None)):
        area, low, high = (reading.get(key) for key in ("area_km2", "low_km2", "high_km2"))
        value = "–" if area is None else f"{area:.3f} km²"
        if low is not None and high is not None:
            value += _bracketed(f"{low:.3f}–{high:.3f}", language)
        rows.append((name_of_reading(reading, language), value))
    return rows


def is_missing(value: Any) -> bool:
    """Tell whether a number is absent."""
    return value is None or bool(pd.isna(value))


def place_pairs(first: PlanPart, second: PlanPart) -> list[tuple[str, Any, Any]]:
    """Return (place, row of the first plan or None, row of the second or None), in file order."""
    rows_a = {row.place: row for row in reversed(list(first.zones_shown.itertuples()))}
    rows_b = {row.place: row for row in reversed(list(second.zones_shown.itertuples()))}
    order = dict.fromkeys([*first.zones_shown["place"], *second.zones_shown["place"]])
    return [(place, rows_a.get(place), rows_b.get(place)) for place in order]


def named_groups(part: PlanPart, language: str) -> list[tuple[str, str, str]]:
    """Return the places named without extent as (group, names, document), one row per group."""
    column = "group_name_en" if language == "en" else "group_name"
    names: dict[tuple[str, str], list[str]] = {}
    for row in part.zones_named.itertuples():
        key = (str(getattr(row, column, "") or ""), document_title(row, language))
        names.setdefault(key, []).append(zone_name(row, language))
    separator = text("sheet.separator", language)
    return [(group, separator.join(members), title) for (group, title), members in names.items()]


def footer_words(base: Base, options: SheetOptions) -> str:
    """Return the line that stands on every slide and page, each of which may travel alone."""
    lang = options.language
    source = re.split("[;；]", base.district.credit(lang))[0]
    return text(
        "briefing.footer", lang, disclaimer=text("notice.disclaimer", lang),
        datum=text("notice.datum_short", lang), credit=source, version=base.district.data_version,
        date=options.printed_date.isoformat(),
    )  # fmt: skip


def method_words(parts: Sequence[PlanPart], base: Base, language: str) -> list[str]:
    """Return the paragraphs on method, accuracy, sources and licence."""
    documents = text("sheet.separator", language).join(
        dict.fromkeys(source_words(part.zones, language) for part in parts)
    )
    return [
        text("briefing.method_area", language),
        text("briefing.method_verdict", language),
        coordinate_system_words(base, language),
        accuracy_words(base, language),
        text("sheet.sources", language, documents=documents),
        attribution_words(base, language),
        text("notice.disclaimer", language),
    ]
