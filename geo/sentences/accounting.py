"""Check a reading against its text: no side word and no 以东 that is neither limit nor fault.

Deliberately simple, and apart from the reader: it knows a few characters and nothing of
names, so that what the reader passes over shows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BEFORE = re.compile(
    r"(?P<side>[东西南北]{1,2})(?:[侧面部边端]|边?界[线限]?)?\x00{0,12}(?:各|均|都|皆|分别)?"
    r"(?:[至到起抵临邻]|[以为是靠接达沿隔挨](?=[^，,。；;、])|[:：→=＝]|(?<=界)(?=[㐀-鿿]{1,11}[路街道巷河江湖渠线]))"
)
_AFTER = re.compile(
    r"[以之][东西南北]{1,2}(?=$|[，,。；;、：:的区范地]|约?\d)"
    r"|[东西南北]{1,2}[侧面]?边?界[线限]?(?=$|[，,。；;、])"
)
_LOOSE = re.compile(
    r"(?:^|(?<=[，,。；;、 \x00]))(?P<side>[东西南北])(?P<part>[侧面部边])?(?=[㐀-鿿]{2})"
)
_NAMES_A_ZONE = re.compile("(?:区|带|片|组团|园|城|圈|地块|单元|范围|学校|小学|中学|镇|村)$")
_PROSE = re.compile(r"[向往朝从由自][东西南北]{1,2}")
_PROVINCE = re.compile(
    "(?:^|(?<![㐀-鿿])|(?<=[自从至到往在于与和及由赴]))"
    "(?:[山广华]东|[河湖海云华]南|[河湖华]北|[广山陕江]西)"
)


def unaccounted(masked: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a text that give a side and that nothing accounts for.

    Parameters
    ----------
    masked : str
        The text, with hidden brackets.
    spans : iterable of (int, int)
        What limits and faults were read from.

    Yields
    ------
    start, end : int
        From the side word to the next separator.

    Examples
    --------
    >>> list(unaccounted("东至海河，西至公园", [(0, 4)]))
    [(5, 9)]
    """
    cover = bytearray(len(masked))
    for start, end in spans:
        cover[start:end] = b"\1" * max(0, min(end, len(masked)) - start)
    for match in _BEFORE.finditer(masked):
        start = match.start()
        if any(cover[start : match.end()]):
            continue
        before = masked[start - 1 : start] if start else ""
        is_prose = before and _PROSE.fullmatch(before + match["side"])
        if is_prose or (start and _PROVINCE.match(masked, start - 1)):
            continue
        yield start, _word_end(masked, match.end())
    for match in _AFTER.finditer(masked):
        start = match.start()
        while start and masked[start - 1] not in "，,。；;、：: ":
            start -= 1
        if match.start() - start >= 2 and not any(cover[start : match.end()]):
            yield start, match.end()


def loose(
    masked: str, spans: Iterable[tuple[int, int]], ends: Iterable[int], missing: str
) -> Iterator[tuple[int, int]]:
    """Yield the clauses that begin with a side that is missing, with a verb that no one knows.

    Parameters
    ----------
    masked, spans
        As in `unaccounted`.
    ends : iterable of int
        Where side words begin: a clause ends there too.
    missing : str
        The sides that the reading lacks: 东, 东北.

    Examples
    --------
    >>> list(loose("东枕凤凰山，南至海河，西至南京路，北至营口道", [(6, 22)], [6, 11, 17], "东"))
    [(0, 5)]
    """
    cover = bytearray(len(masked))
    for start, end in spans:
        cover[start:end] = b"\1" * max(0, min(end, len(masked)) - start)
    stops = set(ends)
    for match in _LOOSE.finditer(masked):
        start, end = match.start(), _word_end(masked, match.end())
        end = min([end, *(stop for stop in stops if start < stop < end)])
        if match["side"] not in missing or (not match["part"] and len(missing) > 1):
            continue
        if any(cover[start:end]) or masked[end : end + 1] in (":", "："):
            continue
        if not _NAMES_A_ZONE.search(masked[start:end]):
            yield start, end


def _word_end(masked: str, place: int) -> int:
    while place < len(masked) and masked[place] not in "，,。；;、：: ":
        place += 1
    return place
