"""Say what there is to say of one zone in both languages: for popup, panel and offline page.

Nothing here is markup. The popup is put together in the browser with
``textContent``; whoever makes HTML of these words escapes them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from geo.texts import text
from geo.verdicts import area_digits, name_of_reading, tested_difference

if TYPE_CHECKING:
    from collections.abc import Mapping

Pair = list[str]
"""Chinese, then English."""


def both(key: str, **values: object) -> Pair:
    """Return a catalogue text in Chinese and in English."""
    return [text(key, "zh", **values), text(key, "en", **values)]


def names(properties: Mapping[str, Any], key: str) -> Pair:
    """Return a name and its English form; the Chinese where there is none."""
    chinese = str(properties.get(key) or properties.get("name") or properties.get("zone_id") or "")
    return [chinese, str(properties.get(f"{key}_en") or chinese)]


def about(properties: Mapping[str, Any], plan_name: Pair | None = None) -> dict[str, Any]:
    """Return what is said of a zone.

    Parameters
    ----------
    properties : mapping
        Properties of a feature of ``data/zones/<plan>.geojson``; a key that
        is missing says nothing.
    plan_name : list of str, optional
        Name of the plan, Chinese and English; left out where it is not given.

    Returns
    -------
    dict
        ``sub`` plan, kind and basis; ``verdict`` and ``reason``; ``passages``
        rows of catalogue key, verbatim text and section; ``notes`` rows of
        catalogue key, Chinese, English; ``citation``. Pairs are Chinese,
        English.
    """
    verdict = str(properties.get("verdict") or "")
    if not properties.get("stated_area") and properties.get("computed_area_km2") is None:
        verdict = ""
    return {
        "sub": _subtitle(properties, plan_name),
        "verdict": verdict,
        "reason": [
            str(properties.get("verdict_reason") or ""),
            str(properties.get("verdict_reason_en") or ""),
        ],
        "passages": _passages(properties),
        "notes": _notes(properties),
        "citation": [
            str(properties.get("citation") or properties.get("section") or ""),
            str(properties.get("citation_en") or ""),
        ],
    }


def figures(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the areas and lengths of a zone as words: no more digits than the error allows.

    Returns
    -------
    dict
        ``stated``, ``computed`` [km²] as printed, empty where there is none;
        ``rows`` and ``lengths`` of catalogue key, value and note, the last
        two as pairs; ``interval`` with ``low``, ``high``, ``stated`` and
        ``computed``, or None.
    """
    # What the plan prints, in its own decimals.
    stated_km2 = properties.get("stated_area_km2")
    computed = properties.get("computed_area_km2")
    low, high = properties.get("low_km2"), properties.get("high_km2")
    stated = _printed(properties.get("stated_area"), stated_km2, "平方公里")
    unit = both("map.unit_km2")
    rows: list[list[Any]] = []
    if stated:
        rows.append(["popup.stated_area", [stated, stated], unit])
    result: dict[str, Any] = {
        "stated": stated,
        "computed": "",
        "rows": rows,
        "lengths": [],
        "interval": None,
    }
    # What was measured, and a difference only where the figure is a test.
    if computed is not None:
        digits = area_digits(low, high)
        words = f"{computed:.{digits}f}"
        note = unit
        if low is not None and high is not None:
            between = f"{low:.{digits}f}–{high:.{digits}f}"
            note = both("frame.between", interval=between)
            if not stated:  # no figure before it says the unit
                note = [" · ".join(pair) for pair in zip(unit, note, strict=True)]
        rows.append(["popup.computed_area", [words, words], note])
        result["computed"] = words
        # What drew the shape is no test of it: no difference is shown.
        if properties.get("verdict") == "by_construction":
            rows[-1][2] = both("verdict.by_construction")
        elif stated_km2:
            verdict = str(properties.get("verdict") or "")
            percent = _percent(stated_km2, computed, verdict)
            word = both(f"verdict.{verdict}") if verdict else ["", ""]
            rows.append(["popup.difference", [percent, percent], word])
            if low is not None and high is not None:
                result["interval"] = {
                    "low": f"{low:.{digits}f}",
                    "high": f"{high:.{digits}f}",
                    "stated": stated,
                    "computed": words,
                }
    result["lengths"] = _lengths(properties)
    return result


def _printed(words: object, value: float | None, unit: str) -> str:
    """Return a figure as the plan prints it where it is in this unit, else its value."""
    match = re.fullmatch(rf"\D{{0,4}}(\d+(?:\.\d+)?){unit}\D{{0,4}}", str(words or ""))
    if match:
        return match[1]
    return "" if value is None else f"{value:g}"


def _percent(stated: float | None, computed: float, verdict: str) -> str:
    """Return the difference in per cent; nothing where the figure is no test."""
    difference = tested_difference(stated, computed, verdict)
    return "" if difference is None or not stated else f"{_signed(100 * difference / stated, 1)}%"


def _lengths(properties: Mapping[str, Any]) -> list[list[Any]]:
    """Return the rows of the length: stated, computed, verdict."""
    rows: list[list[Any]] = []
    stated_km = properties.get("stated_length_km")
    computed = properties.get("computed_length_km")
    unit = both("map.unit_km")
    stated = _printed(properties.get("stated_length"), stated_km, "公里")
    if stated:
        rows.append(["popup.stated_length", [stated, stated], unit])
    if computed is not None:
        words = f"{computed:.2f}"
        rows.append(["popup.computed_length", [words, words], unit])
    if stated and computed is not None and properties.get("length_verdict"):
        percent = _percent(stated_km, computed, str(properties["length_verdict"]))
        word = both(f"verdict.{properties['length_verdict']}")
        rows.append(["popup.difference", [percent, percent], word])
    return rows


def _subtitle(properties: Mapping[str, Any], plan_name: Pair | None) -> Pair:
    """Return plan, kind and basis in one line."""
    parts = [plan_name] if plan_name else []
    for room in ("kind", "basis"):
        word = properties.get(room)
        if not word:
            continue
        try:
            parts.append(both(f"{room}.{word}"))
        except KeyError:
            parts.append([str(word), str(word)])
    return [" · ".join(part[side] for part in parts) for side in (0, 1)]


def _passages(properties: Mapping[str, Any]) -> list[list[str]]:
    """Return every verbatim passage once, with the catalogue key of its label and its section."""
    rows = [
        [f"popup.{key}", str(properties[key]), ""]
        for key in ("limits_text", "positioning", "strategy")
        if properties.get(key)
    ]
    quotations = {row[1] for row in rows}
    quotes = properties.get("quote") or []
    quotes = [quotes] if isinstance(quotes, str) else list(quotes)
    sections = list(properties.get("quote_sections") or [])
    sections += [""] * (len(quotes) - len(sections))
    for quote, section in zip(quotes, sections, strict=False):
        if str(quote) not in quotations:
            rows.append(["popup.quote", str(quote), str(section or "")])
    return rows


def _notes(properties: Mapping[str, Any]) -> list[list[str]]:
    """Return our own words: the reasoning."""
    if not properties.get("reasoning"):
        return []
    chinese = str(properties["reasoning"])
    return [["popup.reasoning", chinese, str(properties.get("reasoning_en") or chinese)]]


def readings(properties: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the area under each reading, where there is more than one: name, km², interval."""
    rows = [r for r in properties.get("readings") or [] if r.get("area_km2") is not None]
    if len(rows) < 2:
        return []
    result = []
    for row in rows:
        low, high = row.get("low_km2"), row.get("high_km2")
        digits = area_digits(low, high)
        between = "" if low is None or high is None else f"{low:.{digits}f}–{high:.{digits}f}"
        result.append(
            {
                "name": [name_of_reading(row, "zh"), name_of_reading(row, "en")],
                "km2": f"{row['area_km2']:.{digits}f}",
                "between": between,
            }
        )
    return result


def _signed(value: float, digits: int) -> str:
    """Return a number with a true minus sign or a plus sign."""
    words = f"{value:+.{digits}f}"
    return words.replace("-", "−")
