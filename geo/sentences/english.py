"""Read limits in an English sentence: bounded by A to the north, and B to the east."""

from __future__ import annotations

import re
from collections.abc import Sequence

from geo.sentences.words import OPPOSITE, Side

_HAN = re.compile("[㐀-鿿]")
_DIRECTIONS: dict[str, Side] = {
    "north": "N", "northeast": "NE", "east": "E", "southeast": "SE",
    "south": "S", "southwest": "SW", "west": "W", "northwest": "NW",
}  # fmt: skip
_COMPASS = r"(?P<side>(?i:(?:north|south)(?:[ -]?(?:east|west))?|east|west))"
_WORD = r"(?:[A-Z0-9]\w{0,2}\.|[A-Z0-9][\w'’-]*)"
_NAME = rf"(?P<name>(?:the )?{_WORD}(?: (?:of |the )?{_WORD}){{0,6}})"
_NAME_FIRST = re.compile(rf"\b{_NAME} (?:to|on|in|at) the {_COMPASS}\b")
_BRACKETED = re.compile(rf"\b{_NAME} \({_COMPASS}\)")
_SIDE_FIRST = re.compile(
    rf"\b(?:(?:to|on|in|at) the )?{_COMPASS}(?:ern)?(?: side)?(?: by|:| to| –| -) {_NAME}",
)
_BESIDE = re.compile(rf"\b{_COMPASS} of {_NAME}")
_SIDE = re.compile(rf"\b{_COMPASS}\b")
_ANY_NAME = _NAME.replace("?P<name>", "?:")
_LIST = re.compile(
    r"\b(?i:bounded|enclosed|surrounded|delimited|encircled|bordered|ringed) by "
    rf"(?P<list>{_ANY_NAME}(?:(?:, and |, | and ){_ANY_NAME})+)"
)
_ENDS = (
    r"\b(?i:streets?|roads?|avenues?|boulevards?|lanes?|highways?|expressways?|railways?|rivers?|canals?|"
    r"creeks?|lakes?|parks?|hills?|schools?|St\.|Rd\.|Ave\.|Blvd\.)(?!\w)"
)
_LEFT_OVER = re.compile(rf"{_ENDS}|\b(?i:exclu|except|minus|plus|as well as|together with|without)")
"""What may be a limit, or add to the area or take from it, where nothing was read from it."""
_MEMBER = re.compile(rf"(?:^|, and |, | and ){_NAME}(?=,| and |$)")


def is_english(text: str) -> bool:
    """Return whether a text holds no Chinese character and at least three English words.

    Examples
    --------
    >>> is_english("bounded by Pine Street"), is_english("以G104、S253围合"), is_english("G104")
    (True, False, False)
    """
    return not _HAN.search(text) and len(re.findall(r"[A-Za-z]{2,}", text)) >= 3


def read(text: str) -> Sequence[tuple[str, Side | None, int]] | None:
    """Return name, side and place of each limit; None where any side has no name to it.

    A list without any side (bounded by A, B and C) is read where nothing follows it.

    Examples
    --------
    >>> read("bounded by Pine Street to the east and Stone Road to the south")
    [('Pine Street', 'E', 11), ('Stone Road', 'S', 39)]
    >>> read("between A Street and B Street") is None
    True
    """
    side_count = len(_SIDE.findall(text))
    if not side_count:
        return _whole(text, _listed(text))
    beside = list(_BESIDE.finditer(text))
    if len(beside) == side_count:
        ends = [(name, OPPOSITE[side], start) for name, side, start in map(_end, beside)]
        return _whole(text, ends)
    for pattern in (_NAME_FIRST, _BRACKETED, _SIDE_FIRST):
        matches = list(pattern.finditer(text))
        if matches and len(matches) == side_count:
            return _whole(text, [_end(match) for match in matches])
    return None


def _whole(
    text: str, ends: Sequence[tuple[str, Side | None, int]] | None
) -> Sequence[tuple[str, Side | None, int]] | None:
    """Return the ends if nothing beside them may be a limit or change the area; else None."""
    remainder = text
    for name, _, start in ends or ():
        remainder = remainder[:start] + " " * len(name) + remainder[start + len(name) :]
    return None if _LEFT_OVER.search(remainder) else ends


def _listed(text: str) -> list[tuple[str, None, int]] | None:
    """Return the members of the one list behind "bounded by"; None where a word is left over."""
    lists = list(_LIST.finditer(text))
    if len(lists) != 1:
        return None
    begin, stop = lists[0].span("list")
    if re.match(r"[ ,]*(?:and|or|,)\b", text[stop:]) or re.match(r" [a-z]", text[stop:]):
        return None
    members = list(_MEMBER.finditer(text[begin:stop]))
    ends = [_named(match, begin) for match in members]
    return [(name, None, start) for name, start in ends]


def _end(match: re.Match[str]) -> tuple[str, Side, int]:
    name, start = _named(match, 0)
    side = re.sub("[ -]", "", match["side"].lower())
    return name, _DIRECTIONS[side], start


def _named(match: re.Match[str], begin: int) -> tuple[str, int]:
    """Return a name without its article, and where it begins."""
    name, start = match["name"], begin + match.start("name")
    for lead in ("the ", "The ", "By "):
        if name.startswith(lead):
            name, start = name.removeprefix(lead), start + len(lead)
    return name.rstrip(".,"), start
