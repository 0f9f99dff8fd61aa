"""Write one item of a draft as TOML: what was understood of a zone, in the words of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import tomlkit

from geo.errors import Issue
from geo.plans.model import TO_FILL
from geo.texts import Text
from geo.texts import text as words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tomlkit.items import Table

    from geo.base import Base
    from geo.sentences.figures import Figure
    from geo.sentences.limits import Limit
    from geo.sentences.paragraphs import UnderstoodZone

GROUP = "main"

_NAME_TAIL = re.compile(r"(?:功能|发展|商务|城市)?(?:片区|街区|地区|区域|组团|节点|区|带|轴)$")
_SENTENCE_END = "。！？!?；;\n"


@dataclass(frozen=True)
class About:
    """What a draft says of its document.

    Parameters
    ----------
    plan : str
        Plan id, small letters and digits, such as ``"15th"``.
    title, title_en : str
        As printed; left to be filled in where empty.
    period_from, period_to : int
        Years.
    document : str
        Document id; ``<plan>-outline`` where empty.
    issuer, number, date, section : str
        As printed, where known.
    """

    plan: str
    period_from: int
    period_to: int
    title: str = ""
    title_en: str = ""
    document: str = ""
    issuer: str = ""
    number: str = ""
    date: str = ""
    section: str = ""

    @property
    def document_id(self) -> str:
        """Return the id of the document, and of its file without ``.toml``."""
        return self.document or f"{self.plan}-outline"


def one_line(text: str) -> str:
    """Return words that a comment can hold."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()


def _comment(table: Table, key: str, **values: object) -> None:
    for language in ("zh", "en"):
        table.add(tomlkit.comment(one_line(words(key, language, **values))))


def put(table: Table, key: str, value: Any, comment: str = "", **values: object) -> None:
    """Add a key with a comment of the catalogue at the end of its line."""
    entry = tomlkit.item(value)
    if comment:
        entry.comment(one_line(words(comment, "zh", **values)))
    table.add(key, entry)


def item_table(
    zone: UnderstoodZone,
    number: int,
    ids: list[str],
    text: str,
    about: About,
    base: Base | None,
    issues: list[Issue],
) -> Table:
    """Return one item, with what was understood of it as comments before its keys.

    Parameters
    ----------
    zone : UnderstoodZone
        What was read; positions count in `text`.
    number : int
        Its number, from 1.
    ids : list of str
        Ids given so far; that of this item is added.
    text : str
        The whole text, for the sentences that are quoted.
    about : About
        The document.
    base : Base or None
        For the district's own name.
    issues : list of Issue
        What is told of this item is added.

    Returns
    -------
    Table
    """
    # The place gives the id; a place that comes again is told apart by a number.
    name = one_line(zone.name) or f"{TO_FILL}：第{number}项的名称"
    short = _NAME_TAIL.sub("", name) if zone.name else name
    short = short if len(short) >= 2 else name
    place = _slug(short) if zone.name else f"zone-{number}"
    item_id = f"{about.plan}-{place}"
    namesakes = sum(one == item_id or one.startswith(f"{item_id}-again") for one in ids)
    if namesakes:
        item_id = f"{item_id}-again{namesakes}"
    ids.append(item_id)

    # Before the keys stands, as comments, what was understood and what was not used.
    table = tomlkit.table()
    for tongue in ("zh", "en"):
        understood = words("drafts.read", tongue, found=understood_words(zone, tongue))
        table.add(tomlkit.comment(one_line(understood)))
    figures = _figures(zone, base)
    for key, values in _notes(zone, figures):
        message = Text(f"drafts.note.{key}", **values)
        issues.append(Issue(f"draft-{key}", "warning", zone.name or item_id, message))
        _comment(table, f"drafts.note.{key}", **values)

    put(table, "id", item_id, "drafts.key.id")
    put(table, "kind", zone.kind, "drafts.key.kind")
    put(table, "place", place, "drafts.key.place")
    put(table, "group", GROUP)
    put(table, "name", name)
    name_to_fill = "" if zone.name else f"{TO_FILL}: name"
    put(table, "name_en", name_to_fill or _romanised(name), "drafts.key.pinyin")
    put(table, "short_name", short)
    put(table, "short_name_en", name_to_fill or _romanised(short), "drafts.key.pinyin")
    basis = _basis(zone, figures.area)
    put(table, "basis", basis, "drafts.key.basis")
    put(table, "section", about.section.strip() or f"{TO_FILL}：章节", "drafts.key.section")
    # A figure must stand in a passage: the limits sentence, else its own sentence is quoted.
    limits_text = zone.limits_text.strip()
    if limits_text:
        put(table, "limits_text", limits_text)
    if zone.faults:
        _put_gaps(table, zone)
    quotes = _quotes(limits_text, figures.taken, text)
    if quotes or not limits_text:
        put(table, "quote", quotes or [name])
    _put_figures(table, figures)
    if basis == "corridor":
        put(table, "reasoning", words("drafts.corridor", "zh"))
        put(table, "reasoning_en", words("drafts.corridor", "en"))
    width = zone.widths[0] if basis == "interpreted" else None
    if width:
        put(table, "reasoning", words("drafts.strip", "zh", found=width.printed))
        put(table, "reasoning_en", words("drafts.strip", "en", found=width.printed))
    _put_axis(table, zone, width)
    return table


class _Figures(NamedTuple):
    """The figures of a zone: those that the item states, and the others."""

    area: Figure | None
    length: Figure | None
    inside: list[Figure]
    others: list[Figure]
    other_parts: list[Figure]

    @property
    def taken(self) -> list[Figure]:
        """Those that the item states."""
        return [f for f in (self.area, self.length, *self.inside) if f is not None]


def _figures(zone: UnderstoodZone, base: Base | None) -> _Figures:
    """Sort the figures: the first of the whole, those of parts in the district, the rest."""
    outer = [figure for figure in zone.areas if not figure.within]
    parts = [figure for figure in zone.areas if figure.within]
    inside = [f for f in parts if base is not None and f.within == base.district.name]
    return _Figures(
        outer[0] if outer else None,
        zone.lengths[0] if zone.lengths else None,
        inside,
        [*outer[1:], *zone.lengths[1:]],
        [figure for figure in parts if figure not in inside],
    )


def _notes(zone: UnderstoodZone, figures: _Figures) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield key and values of what was read and cannot stand in the item."""
    if not zone.name:
        yield "no-name", {}
    if zone.axis and not zone.axis.road:
        yield "no-axis-road", {"start": zone.axis.start_name, "end": zone.axis.end_name}
    for figure in figures.others:
        yield "another-figure", {"found": figure.printed}
    for figure in figures.other_parts:
        yield "other-part", {"found": figure.printed, "part": figure.within}


def _put_figures(table: Table, figures: _Figures) -> None:
    """Add the stated figures, as printed and as a number."""
    area, length, inside = figures.area, figures.length, figures.inside
    if area:
        put(table, "stated_area", area.printed)
        put(table, "stated_area_km2", f"{area.amount:f}", "drafts.key.figure")
    if length:
        put(table, "stated_length", length.printed)
        put(table, "stated_length_km", f"{length.amount:f}", "drafts.key.figure")
    if any(figure.is_approximate for figure in (area, length) if figure):
        put(table, "approximate", True)
    if inside:
        put(table, "part_areas", [_part(figure, n) for n, figure in enumerate(inside)])


def _put_axis(table: Table, zone: UnderstoodZone, width: Figure | None) -> None:
    """Add the road that a belt follows, where the text names it, and the strip's width."""
    if not zone.axis or not zone.axis.road:
        return
    axis = tomlkit.table()
    put(axis, "road", zone.axis.road)
    for key, end in (("from", zone.axis.start_name), ("to", zone.axis.end_name)):
        if end:
            put(axis, key, end)
    if width:
        put(axis, "width_m", float(1000 * width.amount))
    table.add("axis", axis)


def _basis(zone: UnderstoodZone, area: Figure | None) -> str:
    """Return what the text allows to draw: a ring, a strip, or the name alone."""
    if zone.faults:
        return "named"
    if zone.limits:
        return "stated"
    if not (zone.axis and zone.axis.road):
        return "named"
    if area:
        return "corridor"
    return "interpreted" if zone.widths else "named"


def _put_gaps(table: Table, zone: UnderstoodZone) -> None:
    """Write as comments what the sentence bounds the zone with and cannot be drawn."""
    _comment(table, "drafts.gap")
    for fault in zone.faults:
        for language in ("zh", "en"):
            table.add(tomlkit.comment(one_line(f"- {fault.explain(language)}")))
    if any(fault.reason not in _GAPS for fault in zone.faults):
        return  # what is added or left out is an area of its own
    ends = [(limit.start, limit.name) for limit in zone.limits]
    ends += [(fault.start, f"{TO_FILL}：{one_line(fault.text)}") for fault in zone.faults]
    name_list = tomlkit.item([name for _, name in sorted(ends)]).as_string()
    _comment(table, "drafts.gap.remedy")
    for line in ('basis = "interpreted"', f"interpreted_limits = {name_list}", 'reasoning = ""'):
        table.add(tomlkit.comment(one_line(line)))
    table.add(tomlkit.comment('reasoning_en = ""'))


_GAPS = frozenset(
    f"limits.{code}"
    for code in ("not-a-road", "unnamed-road", "maybe-street", "crossing", "misprint", "offset")
)
"""Faults in whose place a road may stand."""


def _part(figure: Figure, number: int) -> dict[str, Any]:
    return {
        "id": "district" if number == 0 else f"district-{number + 1}",
        "stated": figure.printed,
        "km2": f"{figure.amount:f}",
        "within": "district",
        "approximate": figure.is_approximate,
    }


def _quotes(limits_text: str, figures: Sequence[Figure], text: str) -> list[str]:
    """Return the sentences that hold the figures which the limits sentence does not hold."""
    quotes: list[str] = []
    for figure in figures:
        if figure.printed in limits_text:
            continue
        start, end = figure.start, figure.end
        while start > 0 and text[start - 1] not in _SENTENCE_END:
            start -= 1
        while end < len(text) and text[end - 1] not in _SENTENCE_END:
            end += 1
        sentence = text[start:end].strip()
        if sentence not in quotes:
            quotes.append(sentence)
    return quotes


def understood_words(zone: UnderstoodZone, language: str = "zh") -> str:
    """Return in one line what was understood of a zone: limits, axis and figures."""
    parts = []
    # In the order in which a plan says it: limits, what was not read of them, axis, figures.
    if zone.limits:
        names = "、".join(
            words(f"drafts.side.{limit.side}", language, name=_limit_words(limit, language))
            if limit.side
            else _limit_words(limit, language)
            for limit in zone.limits
        )
        parts.append(words("drafts.said.limits", language, names=names))
    if zone.faults:
        unread = "、".join(dict.fromkeys(fault.text for fault in zone.faults))
        parts.append(words("drafts.said.gaps", language, found=one_line(unread)))
    if zone.axis:
        key = "drafts.said.axis" if zone.axis.road else "drafts.said.axis-unnamed"
        if zone.axis.road and not zone.axis.start_name:
            key = "drafts.said.axis-whole"
        parts.append(
            words(
                key,
                language,
                road=zone.axis.road,
                start=zone.axis.start_name,
                end=zone.axis.end_name,
            )
        )
    # Figures as printed, with what they amount to, so that a misread unit is seen.
    for figure in zone.areas:
        key = "drafts.said.part" if figure.within else "drafts.said.area"
        amount = f"{figure.amount:f}"
        parts.append(words(key, language, found=figure.printed, km2=amount, part=figure.within))
    parts += [
        words("drafts.said.length", language, found=figure.printed, km=f"{figure.amount:f}")
        for figure in zone.lengths
    ]
    parts += [words("drafts.said.width", language, found=figure.printed) for figure in zone.widths]
    return ("；" if language == "zh" else "; ").join(parts) or words(
        "drafts.said.nothing", language
    )


def _limit_words(limit: Limit, language: str) -> str:
    """Return a limit's name with its offset, if it has one."""
    if limit.offset_m is None:
        return limit.name
    side = words(f"drafts.compass.{limit.offset_side or 'none'}", language)
    return words(
        "drafts.said.offset", language, name=limit.name, metres=f"{limit.offset_m:g}", side=side
    )


def _slug(name: str) -> str:
    """Return a name in pinyin, small letters and digits."""
    from pypinyin import lazy_pinyin

    syllables = re.findall(r"[a-z]+|[0-9]+", " ".join(lazy_pinyin(name)).lower())
    return "".join(syllables)[:60] or "zone"


def _romanised(name: str) -> str:
    from pypinyin import lazy_pinyin

    return one_line("".join(lazy_pinyin(name))).capitalize() or name
