"""Write titles and remarks of a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.texts import text
from layers.sheets.legend import (
    interval_km2,
    kilometres2,
    stated_figure,
    verdict_words,
)

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.base import Base
    from layers.sheets.options import SheetOptions


def zone_remarks(row: Any, language: str) -> list[str]:
    """Return the lines that stand beside the map of one zone: words, source, figures, verdict."""
    lines = []
    limits = str(getattr(row, "limits_text", "") or "")
    if limits:
        lines.append(_told("sheet.limits", f"“{limits}”", language))
    citation = getattr(row, "citation_en" if language == "en" else "citation", "")
    if citation:
        lines.append(f"—— {citation}")
    reasoning = str(getattr(row, "reasoning_en" if language == "en" else "reasoning", "") or "")
    if reasoning:
        lines.append(_told("sheet.reasoning", reasoning, language))
    lines.append(
        text(
            "sheet.figures", language, stated=stated_figure(row, language),
            computed=kilometres2(row.computed_area_km2), interval=interval_km2(row),
        )
    )  # fmt: skip
    lines.append(_told("sheet.table.verdict", verdict_words(row, language), language))
    return lines


def _told(key: str, words: str, language: str) -> str:
    """Return words with what they are before them."""
    return text("text.about", language, what=text(key, language), words=words)


def sheet_title(chosen: gpd.GeoDataFrame, base: Base, options: SheetOptions) -> str:
    """Return the reader's title, else one made from district and the plan of what is chosen."""
    if options.title:
        return options.title
    lang = options.language
    plans = list(dict.fromkeys(chosen["plan"]))
    place = base.district.place(lang)
    if len(plans) != 1:
        return text("sheet.title_plans", lang, place=place)
    return text("sheet.title", lang, place=place, plan=plan_name(base, plans[0], lang))


def sheet_subtitle(zones: gpd.GeoDataFrame, base: Base, options: SheetOptions) -> str:
    """Return the reader's subtitle, else the plans with their years."""
    if options.subtitle:
        return options.subtitle
    plans = list(dict.fromkeys(zones["plan"]))
    separator = text("sheet.separator", options.language)
    return separator.join(plan_period(base, plan, options.language) for plan in plans)


def legend_title(zones: gpd.GeoDataFrame, base: Base, options: SheetOptions) -> str:
    """Name the plan over the legend too: the reader may have changed title and subtitle."""
    plans = list(dict.fromkeys(zones["plan"]))
    legend = text("sheet.legend", options.language)
    if len(plans) != 1:
        return legend
    return f"{legend} · {plan_period(base, plans[0], options.language)}"


def comparison_title(base: Base, first: str, second: str, options: SheetOptions) -> str:
    """Return the title of a comparison of two plans."""
    lang = options.language
    district = base.district.name_en if lang == "en" else base.district.name
    return text(
        "sheet.comparison_title", lang, district=district,
        first=plan_name(base, first, lang), second=plan_name(base, second, lang),
    )  # fmt: skip


def plan_name(base: Base, plan: str, language: str) -> str:
    """Return the name of a plan in one language."""
    period = base.district.plan(plan)
    return period.name_en if language == "en" else period.name


def plan_period(base: Base, plan: str, language: str) -> str:
    """Return the name of a plan with its years."""
    period = base.district.plan(plan)
    return text(
        "sheet.plan_period", language, plan=plan_name(base, plan, language),
        start=period.period_from, end=period.period_to,
    )  # fmt: skip
