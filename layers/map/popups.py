"""What is said of one zone, in both languages: for the popup, the panel and the offline page.

Nothing here is markup. The popup is put together in the browser with
``textContent``; whoever makes HTML of these words escapes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.texts import text

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


def about(properties: Mapping[str, Any], *, whole: bool = False) -> dict[str, Any]:
    """Return what is said of a zone.

    Parameters
    ----------
    properties : mapping
        Properties of a feature of ``data/zones/<plan>.geojson``; a key that
        is missing says nothing.
    whole : bool
        True for every passage quoted. The popup leaves out the further
        quotations where the zone has words of its own.

    Returns
    -------
    dict
        ``sub`` plan, kind and basis; ``figures`` rows of catalogue key,
        Chinese, English; ``verdict`` and ``reason``; ``passages`` rows of
        catalogue key and verbatim text; ``notes`` rows of catalogue key,
        Chinese, English; ``citation``. Pairs are Chinese, English.
    """
    figures = _area_figures(properties) + _length_figures(properties)
    verdict = str(properties.get("verdict") or "")
    if not properties.get("stated_area") and properties.get("computed_area_km2") is None:
        verdict = ""
    return {
        "sub": _subtitle(properties),
        "figures": figures,
        "verdict": verdict,
        "reason": [
            str(properties.get("verdict_reason") or ""),
            str(properties.get("verdict_reason_en") or ""),
        ],
        "passages": _passages(properties, whole=whole),
        "notes": _notes(properties),
        "citation": [
            str(properties.get("citation") or properties.get("section") or ""),
            str(properties.get("citation_en") or ""),
        ],
    }


def _subtitle(properties: Mapping[str, Any]) -> Pair:
    """Return plan, kind and basis in one line."""
    parts = []
    for room in ("plan", "kind", "basis"):
        word = properties.get(room)
        if not word:
            continue
        try:
            parts.append(both(f"{room}.{word}"))
        except KeyError:
            parts.append([str(word), str(word)])
    return [" · ".join(part[side] for part in parts) for side in (0, 1)]


def _area_figures(properties: Mapping[str, Any]) -> list[list[str]]:
    """Return the rows of the area: stated, computed with interval, difference."""
    rows: list[list[str]] = []
    stated = properties.get("stated_area_km2")
    computed = properties.get("computed_area_km2")
    if properties.get("stated_area"):
        english = f"{stated} km²" if stated is not None else str(properties["stated_area"])
        rows.append(["popup.stated_area", str(properties["stated_area"]), english])
    if computed is not None:
        low, high = properties.get("low_km2"), properties.get("high_km2")
        interval = low is not None and high is not None
        rows.append(
            [
                "popup.computed_area",
                f"{computed:.3f} 平方公里",
                f"{computed:.3f} km²",
            ]
        )
        if interval:
            between = f"{low:.3f}–{high:.3f}"
            rows.append(["popup.interval", between, between])
    if stated and computed is not None and properties.get("verdict") != "by_construction":
        difference = computed - stated
        share = 100 * difference / stated
        rows.append(
            [
                "popup.difference",
                f"{_signed(difference, 3)}（{_signed(share, 1)}%）",
                f"{_signed(difference, 3)} ({_signed(share, 1)}%)",
            ]
        )
    return rows


def _length_figures(properties: Mapping[str, Any]) -> list[list[str]]:
    """Return the rows of the length."""
    rows: list[list[str]] = []
    stated = properties.get("stated_length_km")
    computed = properties.get("computed_length_km")
    if properties.get("stated_length"):
        english = f"{stated} km" if stated is not None else str(properties["stated_length"])
        rows.append(["popup.stated_length", str(properties["stated_length"]), english])
    if computed is not None:
        rows.append(["popup.computed_length", f"{computed:.2f} 公里", f"{computed:.2f} km"])
    if stated and computed is not None and properties.get("length_verdict"):
        word = f"verdict.{properties['length_verdict']}"
        rows.append(["popup.length_verdict", *both(word)])
    return rows


def _passages(properties: Mapping[str, Any], *, whole: bool) -> list[list[str]]:
    """Return the verbatim passages with the catalogue key of their label."""
    rows = [
        [f"popup.{key}", str(properties[key])]
        for key in ("limits_text", "positioning", "strategy")
        if properties.get(key)
    ]
    said = {row[1] for row in rows}
    if whole or not rows:
        quotes = properties.get("quote") or []
        quotes = [quotes] if isinstance(quotes, str) else list(quotes)
        if not whole:
            quotes = quotes[:3]
        rows += [["popup.quote", str(quote)] for quote in quotes if str(quote) not in said]
    return rows


def _notes(properties: Mapping[str, Any]) -> list[list[str]]:
    """Return our own words: readings, where a shape was carried from, the reasoning."""
    rows: list[list[str]] = []
    readings = [r for r in properties.get("readings") or [] if r.get("area_km2") is not None]
    if len(readings) > 1:
        rows.append(
            [
                "popup.readings",
                "；".join(f"{r['reading_zh']} {r['area_km2']:.3f} 平方公里" for r in readings),
                "; ".join(f"{r['reading_en']} {r['area_km2']:.3f} km²" for r in readings),
            ]
        )
    if properties.get("carried_from"):
        rows.append(["popup.carried_from", *[str(properties["carried_from"])] * 2])
    if properties.get("reasoning"):
        chinese = str(properties["reasoning"])
        rows.append(["popup.reasoning", chinese, str(properties.get("reasoning_en") or chinese)])
    return rows


def _signed(value: float, digits: int) -> str:
    """Return a number with a true minus sign or a plus sign."""
    words = f"{value:+.{digits}f}"
    return words.replace("-", "−")
