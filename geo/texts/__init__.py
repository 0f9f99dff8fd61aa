"""Render all interface text, Chinese and English, from one catalogue of TOML files."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
"""In the order in which pages of both have them."""

_HAN = "[\u4e00-\u9fff]"
_PLURAL = re.compile(r"\{(\w+):([^{}|]*)\|([^{}|]*)\}")
"""What follows a number in English: ``{count} {count:road|roads}``."""


@cache
def _entries() -> dict[str, dict[str, str]]:
    """Return every entry of geo/texts; a key defined twice is a mistake of ours."""
    entries: dict[str, dict[str, str]] = {}
    for file in sorted(files("geo.texts").iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".toml"):
            continue
        for key, value in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if key in entries:
                raise KeyError(f"Catalogue key {key!r} stands twice, again in {file.name}.")
            entries[key] = value
    return entries


def keys() -> list[str]:
    """Return all keys of the catalogue, sorted."""
    return sorted(_entries())


def text(key: str, language: str = "zh", /, **values: object) -> str:
    """Return one text of the interface.

    Parameters
    ----------
    key : str
        Key such as ``"map.title"``, a table name in ``geo/texts/*.toml``.
    language : {"zh", "en"}
        Anything else falls back to Chinese.
    **values
        Filled into the text by `str.format`; ``{count:road|roads}`` becomes the word before
        the bar where `count` is 1, the one behind it otherwise. They are data: escape the
        result where it becomes markup.

    Returns
    -------
    str
        The text in that language.

    Raises
    ------
    KeyError
        If the catalogue has no such key.

    Examples
    --------
    >>> text("search.count", "en", query="马场道", count=1, documents=2)
    '“马场道”: 1 find in 2 documents'
    """
    entry = _entries()[key]
    template = entry["en" if language == "en" else "zh"]
    if not values:
        return template
    template = _PLURAL.sub(lambda m: m[2] if str(values[m[1]]) == "1" else m[3], template)
    return template.format(**values)


@dataclass(frozen=True, init=False)
class Text:
    """One sentence that a reader may see: a key of the catalogue and what is filled in.

    It is made where the fact is known and rendered at the edge, where the
    reader's language is known: ``Text("ring.twice", road="南京路")``.

    Parameters
    ----------
    key : str
        Key of the catalogue.
    **values
        Filled into the sentence: text of the data as it is, numbers with the
        format that the catalogue asks for, another `Text`, an error of ours,
        a list of any of these (joined by the comma of the language), or a
        tuple of two, the Chinese and the English.
    """

    key: str
    values: Mapping[str, object]

    def __init__(self, key: str, /, **values: object) -> None:
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "values", values)

    def __hash__(self) -> int:
        # The values need not be hashable; equal texts have equal keys.
        return hash(self.key)

    def render(self, language: str = "zh") -> str:
        """Return the sentence in a language.

        Raises
        ------
        KeyError
            If the catalogue has no such key.
        """
        values = {name: rendered(value, language) for name, value in self.values.items()}
        return text(self.key, language, **values)

    def named(self, names: Mapping[str, str]) -> Text:
        """Return the sentence with English names in its English; see `with_english_names`."""
        return Text(self.key, **{key: _named(value, names) for key, value in self.values.items()})

    def about(self, what: str) -> Text:
        """Return the sentence with what it is about written before it."""
        return Text("text.about", what=what, words=self) if what else self

    @property
    def bare(self) -> Text:
        """The sentence without what `about` wrote before it."""
        words: object = self
        while isinstance(words, Text) and words.key == "text.about":
            words = words.values["words"]
        return words if isinstance(words, Text) else self

    def __str__(self) -> str:
        """Return the English, as logs and tracebacks show it."""
        return self.render("en")


def with_english_names(words: str, names: Mapping[str, str]) -> str:
    """Return an English sentence with the English names of what it names in Chinese.

    Parameters
    ----------
    words : str
        The sentence; what it quotes in “ ” is left as it is.
    names : mapping of str to str
        English names by their Chinese ones; the longest that fits is taken.

    Examples
    --------
    >>> with_english_names(
    ...     "Along 海河 to 台儿庄路33号.", {"海河": "Hai River", "台儿庄路": "Taierzhuang Road"}
    ... )
    'Along Hai River to 33 Taierzhuang Road.'
    """
    if words.isascii() or not names:
        return words
    return _pattern(tuple(names)).sub(
        lambda match: (
            " ".join(filter(None, (match["number"], names[match["name"]])))
            if match["name"]
            else match[0]
        ),
        words,
    )


@lru_cache(maxsize=8)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds the longest of some names, with the house number behind it."""
    longest = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    number = "(?P<number>[0-9][0-9–-]*)号"
    # Not within a longer name, which has an English of its own or none.
    # A quotation stays as it is.
    return re.compile(rf"“[^”]*”|(?<!{_HAN})(?P<name>{longest})(?:{number})?(?!{_HAN})")


def _named(value: object, names: Mapping[str, str]) -> object:
    """Return a value of a sentence, text as a pair of itself and its English."""
    if isinstance(value, Text):
        return value.named(names)
    if isinstance(value, list):
        return [_named(part, names) for part in value]
    if isinstance(value, tuple):
        return tuple(_named(part, names) for part in value)
    if isinstance(value, str) and (english := with_english_names(value, names)) != value:
        return value, english
    return value


def lines_of(sentences: Sequence[Text]) -> Text:
    """Return sentences as one text, each on a line of its own."""
    *others, below = sentences
    for sentence in reversed(others):
        below = Text("text.lines", first=sentence, rest=below)
    return below


def rendered(value: object, language: str) -> object:
    """Return a value as it is filled into a sentence of a language; see `Text`."""
    if isinstance(value, Text):
        return value.render(language)
    if isinstance(value, tuple) and len(value) == 2:
        return rendered(value[language == "en"], language)
    if isinstance(value, list):
        comma = text("text.comma", language)
        return comma.join(str(rendered(part, language)) for part in value)
    explain = getattr(value, "explain", None)
    return explain(language) if callable(explain) else value
