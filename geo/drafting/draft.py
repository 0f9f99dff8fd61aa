"""Begin a plan file from a pasted paragraph or from answers; every word of the plan is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import tomlkit

from geo.drafting.items import GROUP, About, item_table, one_line, put
from geo.errors import GeoError, InputTooLargeError, Issue
from geo.io.versions import DATA_FORMAT
from geo.plans.documents import check_source
from geo.plans.model import TO_FILL, Document
from geo.sentences.paragraphs import NotUnderstood, Understanding, UnderstoodZone, understand
from geo.texts import Text, lines_of
from geo.texts import text as words
from geo.zones.item import known_limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomlkit.items import Table

    from geo.base import Base

MOST_ITEMS = 200
"""Items of one draft; the longest of the five plans has fewer than 50."""


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


def draft_from_text(text: str, about: About, *, base: Base | None = None) -> Draft:
    """Begin a plan file from a paragraph or a whole plan text.

    Parameters
    ----------
    text : str
        Chinese text; see `geo.sentences.paragraphs.understand`.
    about : About
        The document.
    base : Base, optional
        Tells the district's own name (其中和平区约5.2平方公里 is a part
        inside the district). No road is taken from it.

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
    return _draft(understand(plain, _known(base)), plain, about, base)


def draft_from_answers(
    answers: Sequence[Answer], about: About, *, base: Base | None = None
) -> Draft:
    """Begin a plan file from names and sentences given one by one.

    Parameters
    ----------
    answers : sequence of Answer
        A sentence in which nothing is understood becomes a quotation of an
        item that is only named.
    about, base
        As in `draft_from_text`.

    Returns
    -------
    Draft
    """
    text = ""
    zones: list[UnderstoodZone] = []
    unread: list[NotUnderstood] = []
    passages: list[NotUnderstood] = []
    for answer in answers:
        offset, sentence = len(text), _plain(answer.sentence)
        understanding = understand(sentence, _known(base))
        zone_read = understanding.zones[0] if understanding.zones else UnderstoodZone()
        zone = _moved(zone_read, offset)
        if not understanding.zones:
            end = offset + len(sentence.rstrip())
            zone = replace(zone, limits_text=sentence.strip(), limits_start=offset, limits_end=end)
        zones.append(replace(zone, name=_plain(answer.name).strip()))
        for collection, of_answer in (
            (unread, understanding.not_understood),
            (passages, understanding.passed),
        ):
            collection += [
                replace(u, start=u.start + offset, end=u.end + offset) for u in of_answer
            ]
        text += sentence + "\n"
    understanding = Understanding(tuple(zones), tuple(unread), tuple(passages))
    return _draft(understanding, text, about, base)


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
        faults=tuple(map(moved, zone.faults)),
        axis=moved(zone.axis) if zone.axis else None,
        areas=tuple(map(moved, zone.areas)),
        lengths=tuple(map(moved, zone.lengths)),
        widths=tuple(map(moved, zone.widths)),
    )


def _known(base: Base | None) -> frozenset[str]:
    """Return the names that count as limits because the base has them."""
    if base is None:
        return frozenset()
    return known_limits(base)


def _draft(understanding: Understanding, text: str, about: About, base: Base | None) -> Draft:
    """Write the file of what was understood, and read it back."""
    if len(understanding.zones) > MOST_ITEMS:
        raise InputTooLargeError(
            Text("drafts.too-many", count=len(understanding.zones), limit=MOST_ITEMS)
        )
    issues: list[Issue] = []
    document = tomlkit.document()
    for line in words("drafts.head", "zh").split("\n") + words("drafts.head", "en").split("\n"):
        document.add(tomlkit.comment(line))
    document.add(tomlkit.nl())
    document.add("format", tomlkit.item(DATA_FORMAT))
    document.add("document", _about_table(about))
    groups = tomlkit.aot()
    groups.append(_group_table())
    document.add("groups", groups)
    items = tomlkit.aot()
    ids: list[str] = []
    for number, zone in enumerate(understanding.zones, start=1):
        items.append(item_table(zone, number, ids, text, about, base, issues))
    if ids:
        document.add("items", items)
    source = tomlkit.dumps(document)
    if understanding.not_understood:
        lines = [words("drafts.unread", "zh"), words("drafts.unread", "en")]
        for unread in understanding.not_understood:
            lines += [f"- {unread.explain('zh')}", f"  {unread.explain('en')}"]
        source += "\n" + "".join(f"# {one_line(line)}\n" for line in lines)
    draft_document, faults = check_source(f"{about.document_id}.toml", source)
    if draft_document is None:
        raise GeoError(
            lines_of([Text("text.about", what=f.place, words=f.message) for f in faults])
        )
    return Draft(text, source, draft_document, understanding, tuple(ids), tuple(issues))


def _about_table(about: About) -> Table:
    table = tomlkit.table()
    put(table, "id", about.document_id, "drafts.key.document-id")
    put(table, "plan", about.plan, "drafts.key.plan")
    put(table, "title", about.title.strip() or f"{TO_FILL}：题名", "drafts.key.title")
    put(table, "title_en", about.title_en.strip() or f"{TO_FILL}: title", "drafts.key.title_en")
    put(table, "issuer", about.issuer, "drafts.key.issuer")
    put(table, "number", about.number, "drafts.key.number")
    put(table, "date", about.date, "drafts.key.date")
    put(table, "period_from", about.period_from)
    put(table, "period_to", about.period_to)
    return table


def _group_table() -> Table:
    table = tomlkit.table()
    put(table, "id", GROUP)
    put(table, "name", f"{TO_FILL}：各项所属的结构", "drafts.key.group")
    put(table, "name_en", f"{TO_FILL}: the structure they belong to")
    return table
