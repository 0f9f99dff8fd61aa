"""Compare two texts word by word, and list what each says is to come."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from geo.places.gazetteer import item_passages
from geo.plans.quotations import normalised

Change = Literal["same", "gone", "new"]

_VERBS = (
    "重点发展", "着力发展", "集中发展", "大力发展", "鼓励发展", "扶植发展", "发展", "大力引进",
    "重点引进", "引进", "吸引", "重点培育", "大力培育", "培育", "精准承接", "承接", "布局",
    "着力打造", "打造", "加快建设", "建设",
)  # fmt: skip
_LEANS = ("主要依托", "依托", "借助", "充分利用", "利用", "整合盘活")

LEAST_SHARED = 2
"""Letters that two changed passages must share between them to be shown as one that stayed."""


@dataclass(frozen=True)
class Segment:
    """A run of words that both texts share, or that one of them has alone."""

    change: Change
    text: str


@dataclass(frozen=True)
class Clause:
    """What a text says is to be developed (`aim`) or leant on (`means`), verbatim.

    Parameters
    ----------
    kind : {"aim", "means"}
        By the verb that opens it.
    verb : str
        As printed.
    words : str
        What follows the verb, up to the end of the clause.
    start, end : int
        Characters of the text.
    """

    kind: Literal["aim", "means"]
    verb: str
    words: str
    start: int
    end: int


@cache
def _dictionary() -> Any:
    """Return jieba's dictionary, read without its cache file in a shared folder."""
    import logging
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of jieba's own sources
        import jieba

        jieba.setLogLevel(logging.WARNING)
        tokenizer = jieba.Tokenizer()
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        tokenizer.initialized = True
    return tokenizer


def words(text: str, names: Iterable[str] = ()) -> list[str]:
    """Return the words of a Chinese text; together they are the text.

    Parameters
    ----------
    text : str
        Any text.
    names : iterable of str
        Names of places, each one word whatever it is made of.

    Examples
    --------
    >>> words("打造五大道精品", ["五大道"])
    ['打造', '五大道', '精品']
    """
    known = sorted({name for name in names if name and name in text}, key=lambda n: (-len(n), n))
    pieces = re.split(f"({'|'.join(map(re.escape, known))})", text) if known else [text]
    parts: list[str] = []
    for piece in pieces:
        parts += [piece] if piece in known else _dictionary().lcut(piece, HMM=False)
    return [word for word in parts if word]


def compare(
    old: str, new: str, names: Iterable[str] = ()
) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """Compare two texts word by word.

    Parameters
    ----------
    old, new : str
        Two passages, verbatim.
    names : iterable of str
        Names that are one word each.

    Returns
    -------
    tuple of (segments of `old`, segments of `new`)
        Joined, each is its text, character for character. A comma is the same
        whether printed half or full width.
    """
    names = list(names)
    first, second = words(old, names), words(new, names)
    # A word that only joins two changes is read as part of them.
    matcher = difflib.SequenceMatcher(
        None, [normalised(w) for w in first], [normalised(w) for w in second], autojunk=False
    )
    left: list[Segment] = []
    right: list[Segment] = []
    for kind, a0, a1, b0, b1 in matcher.get_opcodes():
        stretch = "".join(first[a0:a1])
        same = kind == "equal" and (
            first == second or sum(map(str.isalnum, stretch)) >= LEAST_SHARED
        )
        left.append(Segment("same" if same else "gone", stretch))
        right.append(Segment("same" if same else "new", "".join(second[b0:b1])))
    return _joined_runs(left), _joined_runs(right)


def _joined_runs(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Return segments with neighbours of one kind put together, without empty ones."""
    runs: list[Segment] = []
    for segment in segments:
        if runs and runs[-1].change == segment.change:
            runs[-1] = Segment(segment.change, runs[-1].text + segment.text)
        elif segment.text:
            runs.append(segment)
    return tuple(runs)


def clauses(text: str) -> tuple[Clause, ...]:
    """Return what a text says is to be developed or leant on, in its own words.

    Parameters
    ----------
    text : str
        A passage.

    Returns
    -------
    tuple of Clause
        One for each verb of a closed list (发展, 引进, 培育, 吸引, 打造, … for
        aims; 依托, 利用, … for means) that opens a clause, with what follows
        it up to the next comma or full stop. Enumerations stay whole: no rule
        tells “银行、证券” from “大沽北路22、23、25号地块”.

    Examples
    --------
    >>> [(c.kind, c.verb, c.words) for c in clauses("依托信达广场，重点发展航运服务。")]
    [('means', '依托', '信达广场'), ('aim', '重点发展', '航运服务')]
    """
    result = []
    verbs = "|".join((*_VERBS, *_LEANS))
    pattern = rf"(?<![一-鿿])({verbs})([^，。；,;：:\n]+)"
    for match in re.finditer(pattern, text):
        kind: Literal["aim", "means"] = "means" if match[1] in _LEANS else "aim"
        result.append(Clause(kind, match[1], match[2], *match.span()))
    return tuple(result)


@dataclass(frozen=True)
class PlaceWording:
    """What two plans say of one place, side by side.

    Parameters
    ----------
    place : str
        Key shared by both plans.
    zone_a, zone_b : str
        The item that speaks for the place in either plan.
    parts : tuple of (str, segments, segments)
        Key of the passage and both texts with their changes; a passage that
        one plan lacks has no segments there.
    anchors_kept : tuple of (str, str)
        Places that both name, as either prints them: the same name, or one
        with the area before it (民园广场, 五大道民园广场).
    anchors_gone, anchors_new : tuple of str
        Places named in the first alone, in the second alone.
    clauses_a, clauses_b : tuple of Clause
        From positioning and strategy.
    """

    place: str
    zone_a: str
    zone_b: str
    parts: tuple[tuple[str, tuple[Segment, ...], tuple[Segment, ...]], ...]
    anchors_kept: tuple[tuple[str, str], ...]
    anchors_gone: tuple[str, ...]
    anchors_new: tuple[str, ...]
    clauses_a: tuple[Clause, ...]
    clauses_b: tuple[Clause, ...]


def shared_places(
    items_a: Sequence[Mapping[str, Any]], items_b: Sequence[Mapping[str, Any]]
) -> dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Return the places that both plans speak of, each with the item that says most.

    Parameters
    ----------
    items_a, items_b : sequence of mapping
        Properties of the items of two zone files.

    Returns
    -------
    dict of str to (mapping, mapping)
        By place key, in the order of the second plan. Of several items of a
        place in one plan the one with an area or an axis speaks, else the one
        with the longest passages.
    """
    first, second = _speakers(items_a), _speakers(items_b)
    return {place: (first[place], item) for place, item in second.items() if place in first}


def _speakers(items: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    speakers: dict[str, Mapping[str, Any]] = {}
    for item in items:
        place = str(item.get("place") or "")
        if place and (place not in speakers or _weight(item) > _weight(speakers[place])):
            speakers[place] = item
    return speakers


def _weight(item: Mapping[str, Any]) -> tuple[bool, bool, int]:
    characters = sum(
        len(str(item.get(key) or "")) for key in ("limits_text", "positioning", "strategy")
    )
    return (
        item.get("basis") not in ("named", None),
        item.get("kind") in ("zone", "belt"),
        characters,
    )


def place_wording(
    item_a: Mapping[str, Any], item_b: Mapping[str, Any], names: Iterable[str] = ()
) -> PlaceWording:
    """Compare what two plans say of one place.

    Parameters
    ----------
    item_a, item_b : mapping
        Properties of two items; keys used: ``zone_id``, ``place``,
        ``short_name``, ``places``, ``limits_text``, ``positioning``,
        ``strategy``, ``quote``.
    names : iterable of str
        Further names that are one word each.

    Returns
    -------
    PlaceWording
        Positioning, strategy, limits and quotations in this order; only what
        at least one plan has.
    """
    anchors_a, anchors_b = _texts(item_a.get("places")), _texts(item_b.get("places"))
    known = [*names, *anchors_a, *anchors_b, str(item_a.get("short_name") or "")]
    parts = []
    for key in ("positioning", "strategy", "limits_text", "quote"):
        old, new = _joined(item_a, key), _joined(item_b, key)
        if old or new:
            parts.append((key, *compare(old, new, known)))
    own_keys = ("positioning", "strategy")
    return PlaceWording(
        str(item_b.get("place") or ""),
        str(item_a["zone_id"]),
        str(item_b["zone_id"]),
        tuple(parts),
        tuple((a, b) for a in anchors_a for b in anchors_b if _is_one_name(a, b)),
        tuple(a for a in anchors_a if not any(_is_one_name(a, b) for b in anchors_b)),
        tuple(b for b in anchors_b if not any(_is_one_name(a, b) for a in anchors_a)),
        clauses("\n".join(_joined(item_a, key) for key in own_keys)),
        clauses("\n".join(_joined(item_b, key) for key in own_keys)),
    )


def _joined(item: Mapping[str, Any], key: str) -> str:
    return "\n".join(text for name, text in item_passages(item) if name == key)


def _is_one_name(a: str, b: str) -> bool:
    return a == b or (min(len(a), len(b)) > LEAST_SHARED and (a.endswith(b) or b.endswith(a)))


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []
