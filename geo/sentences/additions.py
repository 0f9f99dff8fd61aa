"""Find what a sentence adds to the area or takes from it, and side words that are misprinted."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from geo.sentences import names, words
from geo.sentences.names import End
from geo.sentences.words import Side

Change = tuple[str, int, int]
"""The code of a fault, and the characters of the compact text that it stands for."""

_OF_KERB = re.compile(
    r"不[含包][括含]?(?:本|该|此)?(?:道路|街道|路|街)?(?:[东西南北两]{1,2}侧|临街面?|沿街|街面|门面)"
    r"(?:临街面?|沿街|街面|门面|房屋)*[)）\]】]"
)
_HOLDS = re.compile(
    r"[(（\[【〔](?:其中)?(?:并|另|还|均|也|且)?(?:包含|包括|含有?)(?P<what>[^()（）\[\]【】〔〕]{2,60})[)）\]】〕]"
)
_OF_ROAD = re.compile(
    r"(?:[本该此]|上述|以上|所列|沿线|全部|全线|两侧|双侧|[东西南北一两三四五六七八]{1,2}[条侧]|沿街面?|临街面?|边界|周边|城市|规划|现状"
    r"|道路|路段|街道|大街|大道|街巷|街面|门面|房屋|河道|河流|水域|铁路|公路|高速|辅路|人行道|绿化带|路面|红线|边线"
    r"|端点|路口|桥下|高架|立交|匝道|空间|本身|界线|范围|号|单双?|双|至|到|[路道街巷桥河线、，,和与及\d\-—~～])+"
)
"""What a bracket may hold of a road itself: 含道路两侧, 含边界道路, 含1至99号."""


def changes(masked: str, plain: str, known: frozenset[str]) -> list[Change]:
    """Return what is added, taken away or walked round, and sides that no one can place.

    Parameters
    ----------
    masked, plain : str
        The compact text with and without hidden brackets.
    known : frozenset of str
        Names of the base.
    """
    spans: list[Change] = []
    for match in words.EXCLUDES.finditer(plain):
        start, end = match.span()
        if (
            "除此" in match[0]
            or _follows_figure(masked, start)
            or _is_of_kerb(masked, plain, start)
        ):
            continue
        spans.append(("leaves-out", start, end))
    spans += [("adds", *match.span()) for match in words.ADDS.finditer(masked)]
    first = _first_limit(masked)
    for match in words.ADDS_BEHIND.finditer(masked):
        if first < match.start():
            spans.append(("adds", *match.span()))
    spans += [("adds", *span) for span in _held(masked, plain, first, known)]
    added = [(start, end) for code, start, end in spans if code == "adds"]
    for match in words.WALK.finditer(masked):
        if any(start <= match.start() < end for start, end in added):
            continue
        item = names.read_end(masked, plain, match.start("end"), match.end("end"), known)
        end = match.end() if isinstance(item, End) else match.start("end")
        spans.append(("walk", match.start(), end))
    spans += [("ambiguous", *match.span()) for match in words.OTHER_SIDES.finditer(masked)]
    if first < len(masked):
        spans += [("ambiguous", *match.span()) for match in words.BETWEEN.finditer(masked)]
    return spans


def hide(masked: str, spans: Iterable[Change]) -> str:
    """Return the text with what was found as commas; one step of a walk stays."""
    spans = list(spans)
    hidden = list(masked)
    walks = sum(code == "walk" for code, *_ in spans)
    for code, start, end in spans:
        if code != "walk" or walks > 1:
            for place in range(start, end):
                hidden[place] = names.MASK if hidden[place] == names.MASK else "，"
    return "".join(hidden)


def misprints(
    masked: str,
    plain: str,
    known: frozenset[str],
    openers: Collection[tuple[int, int, tuple[Side, ...]]],
) -> Iterator[Change]:
    """Yield 酉至A路 and 南致A路 among sides.

    Parameters
    ----------
    masked, plain, known
        As in `changes`.
    openers : collection of (int, int, sides)
        Where the side words stand, and their sides.
    """
    behind = [*words.AS_SIDE.finditer(masked), *words.BESIDE.finditer(masked)]
    if len(behind) > 1:
        for match in _MISPRINT_BEHIND.finditer(masked):
            yield "misprint", *match.span()
    definite = {side for *_, sides in openers for side in sides}
    if len(definite) < 2 or definite.issuperset("ESWN"):
        return
    for match in _MISPRINT.finditer(masked):
        if (match["wrong"] or "") in words.NOT_MISPRINTED:
            continue
        if _NO_MISPRINT.match(match["rest"]):
            continue  # 四至范围为…
        if any(start <= match.start() < end for start, end, _ in openers):
            continue
        missing = set(words.sides(match["side"] or match["lone"] or "")) - definite
        if not match["wrong"] and not missing:
            continue
        if match["lone"] and len(definite) < 3:
            continue
        start, end = match.span("rest")
        item = names.read_end(masked, plain, start, end, known)
        if isinstance(item, End) and (not match["lone"] or item.end - item.start >= 3):
            yield "misprint", match.start(), item.end
        elif match["side"]:
            yield "misprint", match.start(), end


_MISPRINT = re.compile(
    r"(?:^|(?<=[，,；;。.、：: \x00]))"
    r"(?:(?P<wrong>[㐀-鿿])(?:[侧面部边])?[至到抵起临]|(?P<side>[东西南北])[侧面]?[致制置王全倒圣玉主]"
    r"|(?P<lone>[东西南北])[㐀-鿿])"
    r"(?=(?P<rest>[^，,；;。：:、 ]{2,40}))"
)
_MISPRINT_BEHIND = re.compile(
    r"[^，,；;。、：:]{2,16}(?:为其?(?![东西南北四周边交分])[㐀-鿿][侧面]?边?界|[以之](?![东西南北内外上下前后里及])[㐀-鿿])"
    r"(?=$|[，,、；;。])"
)
"""A路为柬界, B路以甫."""
_NO_MISPRINT = re.compile("范围|边界|界线|界限|[为是]|[东西南北]{1,2}[侧面]?[至到起]")


def _first_limit(masked: str) -> int:
    """Return where the first side word stands; behind the text if there is none."""
    matches = (words.OPENER.search(masked), words.BESIDE.search(masked))
    return min((match.start() for match in matches if match), default=len(masked))


def _held(masked: str, plain: str, first: int, known: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield brackets behind the limits that hold more than a road: 北至A路（含老粮库地块）."""
    closer = words.CLOSER.search(masked)
    first = min(first, closer.start() if closer else first)
    for match in _HOLDS.finditer(plain):
        start = match.start()
        is_behind = first < start or (
            start and (masked[start - 1] in names.ENDS or masked[start - 1].isdigit())
        )
        if not is_behind or _follows_figure(masked, start):
            continue
        parts = [part for part in re.split("[、，,和与及]", match["what"]) if part]
        if _OF_ROAD.fullmatch(match["what"]) or all(_is_road(part, known) for part in parts):
            continue
        yield start + 1, match.end() - 1


def _is_road(part: str, known: frozenset[str]) -> bool:
    return _OF_ROAD.fullmatch(part) is not None or names.fault_of_name(part, known) is None


def _follows_figure(masked: str, place: int) -> bool:
    """Return whether words stand in a bracket right after a figure: 9公顷（不含道路）."""
    if masked[place] != names.MASK:
        return False
    start = place
    while start and masked[start - 1] == names.MASK:
        start -= 1
    return re.search(names.FIGURE + "$", masked[max(0, start - 30) : start]) is not None


def _is_of_kerb(masked: str, plain: str, place: int) -> bool:
    """Return whether a bracket only says which kerb counts: 北河街（不含南侧临街面）."""
    if masked[place] != names.MASK or place < 2 or masked[place - 1] != names.MASK:
        return False
    is_behind_name = masked[place - 2] in names.NAME_ENDS
    return is_behind_name and _OF_KERB.match(plain, place) is not None
