"""Search names and quoted passages in Chinese, pinyin and English, all on this machine."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from geo.plans.documents import citation
from geo.plans.model import Document

LONGEST_QUERY = 100
"""Characters of a query that are looked at."""

CONTEXT = 30
"""Characters of a passage shown on either side of what was found."""

_LETTERS = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Spelt:
    """A Chinese text with its pinyin, letter by letter.

    Parameters
    ----------
    text : str
        As printed.
    letters : str
        Pinyin without tones, digits and Latin letters as they are, nothing else.
    starts : tuple of int
        Positions in `letters` at which a syllable, a word or a number begins.
    characters : tuple of int
        For each of `letters`, the character of `text` that it belongs to.
    folded : str
        `text` in one width and small letters, as long as `text`.
    """

    text: str
    letters: str
    starts: tuple[int, ...]
    characters: tuple[int, ...]
    folded: str

    @property
    def initials(self) -> str:
        """First letter of every syllable."""
        return "".join(self.letters[start] for start in self.starts)


@dataclass(frozen=True)
class Passage:
    """One text that can be found: a name or a quotation of one document."""

    document_id: str
    plan: str
    key: str
    zone_ids: tuple[str, ...]
    spelt: Spelt
    english: str
    citation: str
    citation_en: str


@dataclass(frozen=True)
class Hit:
    """One passage found.

    Parameters
    ----------
    passage : Passage
        Where, of which items, and the whole text (``passage.spelt.text``).
    spans : tuple of (int, int)
        What was found in the text, from and to; empty where the English name
        was found.
    """

    passage: Passage
    spans: tuple[tuple[int, int], ...]

    def context(self, around: int = CONTEXT) -> tuple[str, str, str]:
        """Return the text before, at and after the first thing found, cut to `around`."""
        text = self.passage.spelt.text
        if not self.spans:
            return "", "", text[: 4 * around] + ("…" if len(text) > 4 * around else "")
        start, end = self.spans[0]
        before = ("…" if start > around else "") + text[max(0, start - around) : start]
        after = text[end : end + 2 * around] + ("…" if end + 2 * around < len(text) else "")
        return before, text[start:end], after


def plain(words: str) -> str:
    """Return words as they are compared: one width, small letters, no accents.

    Examples
    --------
    >>> plain("Ｆｕ’an  Street")
    "fu'an street"
    >>> plain("Nǚ Lù")
    'nv lu'
    """
    words = unicodedata.normalize("NFKC", words).casefold().replace("’", "'").replace("ü", "v")
    apart = unicodedata.normalize("NFD", words.replace("ǚ", "v").replace("ǜ", "v"))
    letters = "".join(c for c in apart if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFC", letters).split())


def spell(text: str, known: Iterable[str] = ()) -> Spelt:
    """Return a text with its pinyin.

    Parameters
    ----------
    text : str
        Any text.
    known : iterable of str
        Names that are words of their own, so that 重庆道 + 长沙路 is not read
        across the border.

    Examples
    --------
    >>> spell("长沙路2号").letters
    'changshalu2hao'
    """
    from pypinyin import lazy_pinyin

    names = sorted({n for n in known if n and n in text}, key=lambda name: (-len(name), name))
    pieces = re.split(f"({'|'.join(map(re.escape, names))})", text) if names else [text]
    letters: list[str] = []
    starts: list[int] = []
    characters: list[int] = []
    at = position = 0
    for piece in pieces:
        # With `errors=list` every character that has no pinyin stays by itself.
        syllables = lazy_pinyin(piece, errors=list)  # type: ignore[arg-type]
        for character, syllable in zip(piece, syllables, strict=True):
            bare = "".join(_LETTERS.findall(plain(syllable)))
            if bare:
                alone = character.isascii() or bare == plain(character)
                if not (alone and characters and _continues(text, characters[-1], at)):
                    starts.append(position)
                letters.append(bare)
                characters += [at] * len(bare)
                position += len(bare)
            at += 1
    return Spelt(text, "".join(letters), tuple(starts), tuple(characters), folded(text))


def folded(text: str) -> str:
    """Return a text in one width and small letters, character by character."""
    return "".join(
        f if len(f := unicodedata.normalize("NFKC", c).casefold()) == 1 else c for c in text
    )


def _continues(text: str, before: int, at: int) -> bool:
    """Tell whether a Latin letter or digit goes on the word that stands just before it."""
    return before == at - 1 and text[before].isascii() and text[before].isalnum()


def spelt_spans(query: str, spelt: Spelt) -> list[tuple[int, int]]:
    """Return where a query of Latin letters stands in the pinyin of a text.

    A find begins at a syllable; its last syllable may be incomplete. Spaces,
    hyphens and apostrophes in the query do not matter.

    Returns
    -------
    list of (int, int)
        From and to, in characters of the text.
    """
    letters = "".join(_LETTERS.findall(plain(query)))
    if not letters:
        return []
    spans, last = [], 0
    for start in spelt.starts:
        if start >= last and spelt.letters.startswith(letters, start):
            end = start + len(letters)
            spans.append((spelt.characters[start], spelt.characters[end - 1] + 1))
            last = end
    return spans


def text_spans(query: str, spelt: Spelt) -> list[tuple[int, int]]:
    """Return where a query stands in a text, whatever the width or case of letters."""
    pattern = re.escape(folded(query.strip()))
    return [m.span() for m in re.finditer(pattern, spelt.folded)] if pattern else []


def is_latin(query: str) -> bool:
    """Tell whether a query is written in Latin letters: pinyin or English."""
    return bool(re.search(r"[a-z]", plain(query))) and not re.search(r"[㐀-鿿]", query)


def english_rank(query: str, english: str) -> int | None:
    """Return 0 for the whole name, 1 for its beginning, 2 for a word in it, else None."""
    words, name = plain(query).replace("-", " "), plain(english).replace("-", " ")
    if not words or not name:
        return None
    if words == name:
        return 0
    if name.startswith(words):
        return 1
    return 2 if re.search(rf"\b{re.escape(words)}", name) else None


@dataclass(frozen=True)
class SearchIndex:
    """Every name and every quoted passage of some documents."""

    passages: tuple[Passage, ...]


def search_index(documents: Iterable[Document], names: Sequence[str] = ()) -> SearchIndex:
    """Return what can be searched.

    Parameters
    ----------
    documents : iterable of Document
        As `geo.plans.documents.read_documents` gives them.
    names : sequence of str
        Streets and landmarks, for the pinyin of passages that name them.

    Returns
    -------
    SearchIndex
        In the order of the documents. A passage that several items quote
        stands once, with all of them.
    """
    documents = list(documents)
    items = [item for document in documents for item in document.items]
    known = {*names, *(i.short_name for i in items), *(p.name for i in items for p in i.places)}
    rows: dict[tuple[str, str, str], Passage] = {}

    def add(document: Document, key: str, ids: tuple[str, ...], text: str, **more: str) -> None:
        place = (document.id, "name" if key == "name" else "", text)
        old = rows.get(place)
        if old is not None:
            rows[place] = replace(old, zone_ids=tuple(dict.fromkeys((*old.zone_ids, *ids))))
        else:
            spelt = spell(text, known)
            rows[place] = Passage(document.id, document.plan, key, ids, spelt, **more)

    for document in documents:
        for item in document.items:
            at = citation(document, item)
            add(document, "name", (item.id,), item.name, english=_english(item.name_en,
                item.short_name_en), citation=at.text, citation_en=at.text_en)  # fmt: skip
            quotation = 0
            for key, passage in item.passages:
                source = citation(document, item, quotation if key == "quote" else None)
                quotation += key == "quote"
                add(document, key, (item.id,), passage, english="", citation=source.text,
                    citation_en=source.text_en)  # fmt: skip
        for group in document.groups:
            members = tuple(item.id for item in document.items if item.group == group.id)
            title, title_en = f"《{document.about.title}》", document.about.title_en
            section = f"，{group.section}" if group.section else ""
            for passage in group.quote:
                add(document, "quote", members, passage, english="", citation=title + section,
                    citation_en=title_en + section.replace("，", ", "))  # fmt: skip
    return SearchIndex(tuple(rows.values()))


def _english(name: str, short: str) -> str:
    return name if short in name else f"{name} ({short})"


def search(index: SearchIndex, query: str, limit: int | None = None) -> list[Hit]:
    """Return every name and passage that holds all words of a query.

    Parameters
    ----------
    index : SearchIndex
        From `search_index`.
    query : str
        Chinese, pinyin (with or without spaces and tones) or English; words
        with spaces between them must all be found. Looked at up to
        `LONGEST_QUERY` characters.
    limit : int, optional
        At most so many.

    Returns
    -------
    list of Hit
        Names first, then passages in the order of the documents; empty for a
        query without a letter.
    """
    query = query[:LONGEST_QUERY].strip()
    if not _LETTERS.search(plain(query)) and not re.search(r"[㐀-鿿]", query):
        return []
    hits = []
    for phrases in ([query], query.split()):
        # Words apart only where they stand nowhere together: "jin jie" is 金街 first.
        for passage in index.passages:
            matches = [_found(words, passage) for words in phrases]
            if all(spans is not None for spans in matches):
                hits.append(
                    Hit(passage, tuple(sorted({s for spans in matches for s in spans or ()})))
                )
        if hits:
            break
    hits.sort(key=lambda hit: hit.passage.key != "name")
    return hits if limit is None else hits[:limit]


def _found(words: str, passage: Passage) -> list[tuple[int, int]] | None:
    """Return where words stand in a passage; None where they do not."""
    spans = text_spans(words, passage.spelt)
    if not spans and is_latin(words):
        spans = spelt_spans(words, passage.spelt)
        if not spans and english_rank(words, passage.english) is not None:
            return []
    return spans or None
