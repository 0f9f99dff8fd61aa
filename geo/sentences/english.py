"""Read limits in an English sentence: bounded by A to the north, and B to the east."""

from __future__ import annotations

import re

from geo.sentences.words import Side

_HAN = re.compile("[㐀-鿿]")
_DIRECTIONS: dict[str, Side] = {
    "north": "N", "northeast": "NE", "east": "E", "southeast": "SE",
    "south": "S", "southwest": "SW", "west": "W", "northwest": "NW",
}  # fmt: skip
_COMPASS = r"(?P<side>(?i:(?:north|south)(?:[ -]?(?:east|west))?|east|west))"
_NAME = r"(?P<name>(?:the )?[A-Z0-9][\w.'’-]*(?: (?:of |the )?[A-Z0-9][\w.'’-]*){0,6})"
_NAME_FIRST = re.compile(rf"\b{_NAME} (?:to|on|in|at) the {_COMPASS}\b")
_SIDE_FIRST = re.compile(
    rf"\b(?:(?:to|on|in|at) the )?{_COMPASS}(?:ern)?(?: side)?(?: by|:| to| –| -) {_NAME}",
)
_SIDE = re.compile(rf"\b{_COMPASS}\b")


def is_english(text: str) -> bool:
    """Return whether a text holds no Chinese character and at least three English words.

    Examples
    --------
    >>> is_english("bounded by Pine Street"), is_english("以G104、S253围合"), is_english("G104")
    (True, False, False)
    """
    return not _HAN.search(text) and len(re.findall(r"[A-Za-z]{2,}", text)) >= 3


def read(text: str) -> list[tuple[str, Side, int]] | None:
    """Return name, side and place of each limit; None where any side has no name to it.

    Examples
    --------
    >>> read("bounded by Pine Street to the east and Stone Road to the south")
    [('Pine Street', 'E', 11), ('Stone Road', 'S', 39)]
    >>> read("between A Street and B Street") is None
    True
    """
    told = len(_SIDE.findall(text))
    for pattern in (_NAME_FIRST, _SIDE_FIRST):
        found = list(pattern.finditer(text))
        if found and len(found) == told:
            return [_end(match) for match in found]
    return None


def _end(match: re.Match[str]) -> tuple[str, Side, int]:
    name, start = match["name"], match.start("name")
    for lead in ("the ", "The ", "By "):
        if name.startswith(lead):
            name, start = name.removeprefix(lead), start + len(lead)
    name = name.rstrip(".,")
    side = re.sub("[ -]", "", match["side"].lower())
    return name, _DIRECTIONS[side], start
