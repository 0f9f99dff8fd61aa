"""A plan file begun from a pasted paragraph or from answers; every word of the plan is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import tomlkit

from geo.catalogue import text as words
from geo.errors import GeoError, InputTooLargeError, Issue
from geo.paragraphs import Understanding, UnderstoodZone, understand
from geo.plans import Document, check_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomlkit.items import Table

    from geo.base import Base
    from geo.paragraphs import Figure

TO_FILL = "待填"
"""Stands in a draft where a person has to write something; `geo plan check` lists each."""

MOST_ITEMS = 200
"""Items of one draft; the longest of the five plans has fewer than 50."""

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


@dataclass(frozen=True)
class Answer:
    """One zone as a person gives it: its name, and the plan's own sentence about it."""

    name: str
    sentence: str


@dataclass(frozen=True)
class Draft:
    """A plan file that has been begun.

    Parameters
    ----------
    text : str
        The text that it was begun from; positions count in it.
    source : str
        TOML with comments; it reads as a plan file.
    document : Document
        What it holds.
    understanding : Understanding
        What of the text was read, and what was not.
    item_ids : tuple of str
        Id of the item made of each zone of `understanding`.
    issues : tuple of Issue
        What was read and could not be put into the file, and what is to be filled in.
    """

    text: str
    source: str
    document: Document
    understanding: Understanding
    item_ids: tuple[str, ...]
    issues: tuple[Issue, ...]

    @property
    def file_name(self) -> str:
        """Return the name that the file must have."""
        return f"{self.document.id}.toml"


def draft_from_text(
    text: str, about: About, *, base: Base | None = None, language: str = "zh"
) -> Draft:
    """Begin a plan file from a paragraph or a whole plan text.

    Parameters
    ----------
    text : str
        Chinese text; see `geo.paragraphs.understand`.
    about : About
        The document.
    base : Base, optional
        Tells the district's own name (其中和平区约5.2平方公里 is a part
        inside the district). No road is taken from it.
    language : {"zh", "en"}
        Language of the issues; the comments of the file are in both.

    Returns
    -------
    Draft
        Zones in the order of the text. Roads, figures and names are words
        of the text and nothing else.

    Raises
    ------
    InputTooLargeError
        If the text or the number of zones passes a limit.
    GeoError
        If a value of `about` does not suit a plan file.
    """
    plain = _plain(text)
    return _draft(understand(plain), plain, about, base, language)


def draft_from_answers(
    answers: Sequence[Answer], about: About, *, base: Base | None = None, language: str = "zh"
) -> Draft:
    """Begin a plan file from names and sentences given one by one.

    Parameters
    ----------
    answers : sequence of Answer
        A sentence in which nothing is understood becomes a quotation of an
        item that is only named.
    about, base, language
        As in `draft_from_text`.

    Returns
    -------
    Draft
    """
    text, zones, unread = "", [], []
    for answer in answers:
        offset, sentence = len(text), _plain(answer.sentence)
        read = understand(sentence)
        found = read.zones[0] if read.zones else UnderstoodZone()
        zone = _moved(found, offset)
        if not read.zones:
            end = offset + len(sentence.rstrip())
            zone = replace(zone, limits_text=sentence.strip(), limits_start=offset, limits_end=end)
        zones.append(replace(zone, name=_plain(answer.name).strip()))
        unread += [
            replace(u, start=u.start + offset, end=u.end + offset) for u in read.not_understood
        ]
        text += sentence + "\n"
    return _draft(Understanding(tuple(zones), tuple(unread)), text, about, base, language)


# Inside


def _plain(text: str) -> str:
    """Return text that a file can hold: one kind of line end, no half of a character."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode("utf-8", "replace").decode()


def _moved(zone: UnderstoodZone, offset: int) -> UnderstoodZone:
    """Return a zone whose positions count from further left."""

    def moved(part: Any) -> Any:
        return replace(part, start=part.start + offset, end=part.end + offset)

    return replace(
        zone,
        start=zone.start + offset,
        end=zone.end + offset,
        limits_start=zone.limits_start + offset,
        limits_end=zone.limits_end + offset,
        limits=tuple(map(moved, zone.limits)),
        axis=moved(zone.axis) if zone.axis else None,
        areas=tuple(map(moved, zone.areas)),
        lengths=tuple(map(moved, zone.lengths)),
    )


def _draft(read: Understanding, text: str, about: About, base: Base | None, language: str) -> Draft:
    """Write the file of what was understood, and read it back."""
    if len(read.zones) > MOST_ITEMS:
        raise InputTooLargeError(
            f"{len(read.zones)} zones were found; a draft takes {MOST_ITEMS}. "
            "Paste the plan chapter by chapter."
        )
    issues: list[Issue] = []
    document = tomlkit.document()
    for line in words("drafts.head", "zh").split("\n") + words("drafts.head", "en").split("\n"):
        document.add(tomlkit.comment(line))
    document.add(tomlkit.nl())
    document.add("format", tomlkit.item(1))
    document.add("document", _about_table(about))
    groups = tomlkit.aot()
    groups.append(_group_table())
    document.add("groups", groups)
    items = tomlkit.aot()
    ids: list[str] = []
    for number, zone in enumerate(read.zones, start=1):
        items.append(_item_table(zone, number, ids, text, about, base, language, issues))
    if ids:
        document.add("items", items)
    source = tomlkit.dumps(document)
    if read.not_understood:
        lines = [words("drafts.unread", "zh"), words("drafts.unread", "en")]
        for unread in read.not_understood:
            lines += [f"- {unread.explain('zh')}", f"  {unread.explain('en')}"]
        source += "\n" + "".join(f"# {_one_line(line)}\n" for line in lines)
    found, faults = check_source(f"{about.document_id}.toml", source)
    if found is None:
        raise GeoError("\n".join(f"{fault.place}: {fault.message}" for fault in faults))
    return Draft(text, source, found, read, tuple(ids), tuple(issues))


def _one_line(text: str) -> str:
    """Return words that a comment can hold."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()


def _comment(table: Table, key: str, **values: object) -> None:
    for language in ("zh", "en"):
        table.add(tomlkit.comment(_one_line(words(key, language, **values))))


def _put(table: Table, key: str, value: Any, comment: str = "", **values: object) -> None:
    """Add a key with a comment of the catalogue at the end of its line."""
    entry = tomlkit.item(value)
    if comment:
        entry.comment(_one_line(words(comment, "zh", **values)))
    table.add(key, entry)


def _about_table(about: About) -> Table:
    table = tomlkit.table()
    _put(table, "id", about.document_id, "drafts.key.document-id")
    _put(table, "plan", about.plan, "drafts.key.plan")
    _put(table, "title", about.title.strip() or f"{TO_FILL}：题名", "drafts.key.title")
    _put(table, "title_en", about.title_en.strip() or f"{TO_FILL}: title", "drafts.key.title_en")
    _put(table, "issuer", about.issuer, "drafts.key.issuer")
    _put(table, "number", about.number, "drafts.key.number")
    _put(table, "date", about.date, "drafts.key.date")
    _put(table, "period_from", about.period_from)
    _put(table, "period_to", about.period_to)
    return table


def _group_table() -> Table:
    table = tomlkit.table()
    _put(table, "id", GROUP)
    _put(table, "name", f"{TO_FILL}：各项所属的结构", "drafts.key.group")
    _put(table, "name_en", f"{TO_FILL}: the structure they belong to")
    return table


def _item_table(
    zone: UnderstoodZone,
    number: int,
    ids: list[str],
    text: str,
    about: About,
    base: Base | None,
    language: str,
    issues: list[Issue],
) -> Table:
    """Return one item, with what was understood of it as comments before its keys."""
    name = _one_line(zone.name) or f"{TO_FILL}：第{number}项的名称"
    short = _NAME_TAIL.sub("", name) if zone.name else name
    short = short if len(short) >= 2 else name
    place = _slug(short) if zone.name else f"zone-{number}"
    item_id = f"{about.plan}-{place}"
    repeated = sum(one == item_id or one.startswith(f"{item_id}-again") for one in ids)
    if repeated:
        item_id = f"{item_id}-again{repeated}"
    ids.append(item_id)

    def tell(key: str, **values: object) -> None:
        message = words(f"drafts.note.{key}", language, **values)
        issues.append(Issue(f"draft-{key}", "warning", zone.name or item_id, message))
        _comment(table, f"drafts.note.{key}", **values)

    table = tomlkit.table()
    for tongue in ("zh", "en"):
        found = words("drafts.read", tongue, found=understood_words(zone, tongue))
        table.add(tomlkit.comment(_one_line(found)))
    if not zone.name:
        tell("no-name")
    outer = [figure for figure in zone.areas if not figure.within]
    area = outer[0] if outer else None
    length = zone.lengths[0] if zone.lengths else None
    basis = _basis(zone, area)
    if zone.axis and not zone.axis.road:
        tell("no-axis-road", start=zone.axis.start_name, end=zone.axis.end_name)
    for figure in (*outer[1:], *zone.lengths[1:]):
        tell("another-figure", found=figure.printed)
    parts = [figure for figure in zone.areas if figure.within]
    inside = [f for f in parts if base is not None and f.within == base.district.name]
    for figure in parts:
        if figure not in inside:
            tell("other-part", found=figure.printed, part=figure.within)

    _put(table, "id", item_id, "drafts.key.id")
    _put(table, "kind", zone.kind, "drafts.key.kind")
    _put(table, "place", place, "drafts.key.place")
    _put(table, "group", GROUP)
    _put(table, "name", name)
    _put(table, "name_en", _romanised(name), "drafts.key.pinyin")
    _put(table, "short_name", short)
    _put(table, "short_name_en", _romanised(short), "drafts.key.pinyin")
    _put(table, "basis", basis, "drafts.key.basis")
    _put(table, "section", about.section.strip() or f"{TO_FILL}：章节", "drafts.key.section")
    limits_text = zone.limits_text.strip()
    if limits_text:
        _put(table, "limits_text", limits_text)
    taken = [figure for figure in (area, length, *inside) if figure is not None]
    quotes = _quotes(limits_text, taken, text)
    if not limits_text and not quotes:
        quotes = [name]
    if quotes:
        _put(table, "quote", quotes)
    if area:
        _put(table, "stated_area", area.printed)
        _put(table, "stated_area_km2", f"{area.amount:f}", "drafts.key.figure")
    if length:
        _put(table, "stated_length", length.printed)
        _put(table, "stated_length_km", f"{length.amount:f}", "drafts.key.figure")
    if (area and area.is_approximate) or (not area and length and length.is_approximate):
        _put(table, "approximate", True)
    if inside:
        _put(table, "part_areas", [_part(figure, n) for n, figure in enumerate(inside)])
    if basis == "corridor":
        _put(table, "reasoning", words("drafts.corridor", "zh"))
        _put(table, "reasoning_en", words("drafts.corridor", "en"))
    if zone.axis and zone.axis.road:
        axis = tomlkit.table()
        _put(axis, "road", zone.axis.road)
        _put(axis, "from", zone.axis.start_name)
        _put(axis, "to", zone.axis.end_name)
        table.add("axis", axis)
    return table


def _basis(zone: UnderstoodZone, area: Figure | None) -> str:
    """Return what the text allows to draw: a ring, a strip, or the name alone."""
    if zone.limits:
        return "stated"
    return "corridor" if zone.axis and zone.axis.road and area else "named"


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
    if zone.limits:
        names = "、".join(
            words(f"drafts.side.{limit.side}", language, name=limit.name)
            if limit.side
            else limit.name
            for limit in zone.limits
        )
        parts.append(words("drafts.said.limits", language, names=names))
    if zone.axis:
        key = "drafts.said.axis" if zone.axis.road else "drafts.said.axis-unnamed"
        parts.append(
            words(
                key,
                language,
                road=zone.axis.road,
                start=zone.axis.start_name,
                end=zone.axis.end_name,
            )
        )
    for figure in zone.areas:
        key = "drafts.said.part" if figure.within else "drafts.said.area"
        amount = f"{figure.amount:f}"
        parts.append(words(key, language, found=figure.printed, km2=amount, part=figure.within))
    parts += [
        words("drafts.said.length", language, found=figure.printed, km=f"{figure.amount:f}")
        for figure in zone.lengths
    ]
    return ("；" if language == "zh" else "; ").join(parts) or words(
        "drafts.said.nothing", language
    )


def _slug(name: str) -> str:
    """Return a name in pinyin, small letters and digits."""
    from pypinyin import lazy_pinyin

    syllables = re.findall(r"[a-z]+|[0-9]+", " ".join(lazy_pinyin(name)).lower())
    return "".join(syllables)[:60] or "zone"


def _romanised(name: str) -> str:
    from pypinyin import lazy_pinyin

    return _one_line("".join(lazy_pinyin(name))).capitalize() or name
