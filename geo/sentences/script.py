"""Bring a text into one script: no blanks, half-width digits, simplified characters.

Only the reader sees this form. Each character keeps its place, so what is told and kept is
always the printed form.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_FULL_WIDTH = {
    code: code - 0xFEE0
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF0E)
}
_HAN = re.compile("[㐀-鿿]")
_NEW_SIDE = re.compile(
    r"[\s　|｜(（\d)）.、]*(?:[东西南北]{1,2}(?:[侧面部边端方]|边?界线?)?(?:[至到起抵临:：为]|\s)"
    r"|[一-鿿]{0,6}(?:面积|四至|范围|全长))"
)
"""What begins a new line of its own after a break that is otherwise only a wrapped line."""


_LABEL_GAP = re.compile(
    r"(?:^|(?<=[\n，,；;、|。：:\t　 ]))(?P<side>[东西南北]{1,2})(?:[侧面边部]|边?界[线限]?)?"
    r"(?P<gap>[ \t　]{1,8})(?=[㐀-鿿])(?![至到起抵达临邻接靠以为是与和及两侧面边部界])"
    r"(?![东西南北]{1,2}[\s侧面至到起临])"
)


class Plain(NamedTuple):
    """A text as the reader sees it.

    Parameters
    ----------
    printed : str
        The characters that count, as printed.
    text : str
        The same, simplified and half-width; as long as `printed`.
    places : list of int
        Place of each character in the given text.
    """

    printed: str
    text: str
    places: list[int]


def simplified(text: str) -> str:
    """Return a text in simplified characters and half-width digits, character for character.

    Examples
    --------
    >>> simplified("東至雲臺路１２")
    '东至云台路12'
    """
    text = text.translate(_FULL_WIDTH)
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        if not _HAN.search(text):
            return text
        whole = _converter()(text)
        if len(whole) == len(text):
            return whole.replace("於", "于")  # it takes 於潛 in 位於潛山路 for the town
        return "".join(_one(character) for character in text)
    return text


@cache
def _converter() -> Callable[[str], str]:
    """Return OpenCC's conversion from traditional to simplified characters."""
    from opencc import OpenCC

    return OpenCC("t2s").convert


@cache
def _one(character: str) -> str:
    plain_form = _converter()(character)
    return plain_form if len(plain_form) == 1 else character


def sides_as_labels(plain: str) -> str:
    r"""Return a text with a colon for the gap behind a side that stands alone, as in a table.

    Examples
    --------
    >>> sides_as_labels("东侧 海河\n南侧 南马路\n西侧 西马路")
    '东侧：海河\n南侧：南马路\n西侧：西马路'
    >>> sides_as_labels("东 海大道")
    '东 海大道'
    """
    matches = list(_LABEL_GAP.finditer(plain))
    if len({match["side"] for match in matches}) < 3:
        return plain
    characters = list(plain)
    for match in matches:
        characters[match.start("gap")] = "："
    return "".join(characters)


def compact(text: str, ends: frozenset[str], marks: frozenset[str]) -> Plain:
    """Return a text without white space, with each character's old place.

    A blank stays where it separates: after the end of a name (东至海河 南至南京路)
    and where a new line begins with a side or a label.

    Parameters
    ----------
    text : str
        As given.
    ends : frozenset of str
        Characters that can end a name.
    marks : frozenset of str
        Characters that separate by themselves.
    """
    plain = sides_as_labels(simplified(text))
    characters: list[str] = []
    places: list[int] = []
    gap = -1
    is_broken = False
    for place, character in enumerate(plain):
        if character.isspace() or not character.isprintable():
            gap = place if gap < 0 else gap
            is_broken = is_broken or (character in "\n\r\t" or character == "　")
            continue
        if gap >= 0 and characters and characters[-1] not in marks and character not in marks:
            is_wrapped = characters[-1] + character in {"道路", "街道"}
            is_beside = is_broken and "".join(characters[-2:-1]) in ("以", "之")
            ends_here = (characters[-1] in ends and not is_wrapped) or (
                is_beside and characters[-1] in "东西南北"
            )
            is_open = characters[-1] in "东西南北以" and characters[-2:-1] not in (["以"], ["之"])
            begins = _NEW_SIDE.match(plain, place) is not None and not is_open
            both_latin = (
                characters[-1].isascii() and character.isascii() and characters[-1].isalpha()
            )
            if ends_here or begins or both_latin:
                characters.append(" ")
                places.append(gap)
        gap, is_broken = -1, False
        characters.append(character)
        places.append(place)
    printed = "".join(" " if k == " " else text[p] for k, p in zip(characters, places, strict=True))
    return Plain(printed, "".join(characters), places)
