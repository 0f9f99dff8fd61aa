"""Names of roads and waters inside running Chinese text: where each begins and ends.

Purely by form: a name ends in 路, 道, 大街, 河, 铁路 and the like, and what may follow it is a
closed list of qualifiers. No list of known roads, no nearest name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

STREET_ENDS = "路道街巷弄"
WATER_ENDS = "河江湖海渠沟溪湾港浜泾塘淀"
_LONG_ENDS = {
    "同": ("胡同",),
    "速": ("高速",),
    "架": ("高架",),
    "铁": ("高铁",),
    "轨": ("轻轨",),
    "际": ("城际",),
    "库": ("水库",),
    "界": ("区界", "市界", "县界", "镇界", "乡界", "省界"),
}
NAME_ENDS = STREET_ENDS + WATER_ENDS + "线环条" + "".join(_LONG_ENDS)
QUALIFIER_ENDS = "侧段岸沿缘带边期"

LIST_MARKS = "、/／+＋|丨-‐‑–—―~～－→ "
CLAUSE_MARKS = "，,；;。.：:！!？?…"
MARKS = frozenset(LIST_MARKS + CLAUSE_MARKS)
_ENDS = frozenset(NAME_ENDS + QUALIFIER_ENDS)
_QUOTES = "“”\"‘’'「」『』《》〈〉*#"
MASK = "\x00"

LONGEST_ITEM = 80
"""Longest piece read as a name with its qualifier, in characters."""
_LONGEST_NAME = 16
_NAME = re.compile(r"[㐀-鿿〇A-Za-z0-9·]{2,16}")
_ROAD_CODE = re.compile(r"[GSXYC]\d{1,4}")
_SHORT_STREET = re.compile(
    r"[东西南北中前后正横上下老新][街巷]|[东西南北][一二三四五六七八九十]{1,3}条"
)
_UNNAMED = re.compile(
    r"(?:(?:一|某|该)?条?(?:规划|现状|城市|市政|周边|内部|小区|无名|未命名|乡村|社区|园区|公共|附近|相邻)?的?)"
    r"(?:[东西南北主次支辅小环大横前后]|马|公|铁|高速公|快速|主干|次干|规划|现状)?"
    r"(?:道路|大街|大道|胡同|小巷|高速|高架|环线|铁路线|河流|河道|水库|沟渠|[路道街巷弄环河江湖海渠沟])"
)
_NO_NAME = re.compile(
    r".*[东西南北][至抵迄].*|.*[路道街]道路|.*(?:[红绿蓝中边岸界轴沿]线|中心线|延长线|[的等了]).*|.*街道|.{0,2}[上珠威北]海"
)
_STATE = re.compile(r"(规划|现状|既有|在建|拟建)的?")
_LINE = (
    r"中心线|中轴线|中线|红线|绿线|蓝线|外边线|边线|边界线|边界|边缘|岸线|河岸线|河岸|路缘石线|路缘石|"
    r"路缘|控制线|延长线|延长段|延伸段|沿线|堤岸|绿化带|绿带"
)
_QUALIFIER = re.compile(
    r"(?:(?:及其|及|的)?(?:"
    r"[东西南北中上下前后]{1,2}[段侧边沿岸缘面半]|[一两内外][侧边]|左岸|右岸|沿岸|"
    rf"(?:规划|现状|道路|河道|城市|铁路|用地){{0,2}}(?:[东西南北]{{1,2}}侧)?(?:{_LINE})|"
    r"边|畔|旁|[一二三四五六七八九十A-Z\d]期|[A-Z\d]?段|全线|全段|一线|一带|附近|"
    r"[^、，,；;。至到]{2,16}(?:至|到|[-—–~～]{1,2})[^、，,；;。至到]{2,16}(?:路段|段|间)"
    r")){0,4}"
)
_AREA_WORD = (
    r"(?:的?(?:核心|整个|封闭|闭合|中心|三角|狭长|大片|整体)?"
    r"(?:(?:区域|范围|地区|地块|地段|部分|街区|片区|用地|地带)(?:范围)?|[区以之]内))?"
    r"(?:(?<=[区域围块段分地带])内|(?<=内))?(?:(?<=内)[^、，,；;。]{0,20})?"
)
_TAIL = re.compile(
    r"(?:(?:(?:作?为)(?:[东西南北]{1,2}[侧面部]?)?(?:边界|界线|界限|四至|界|线|限|邻|止))?"
    r"(?:[与同和][^、，,；;。]{1,30}(?:相望|相邻|毗邻|接壤|相接|相连|为邻|交界|分界)|(?:临近|邻近|毗邻|紧邻)[^、，,；;。]{1,20})?|为?止|处)"
    rf"(?:之间|以内|之内)?(?:所?(?:围合|合围|围成|围)(?:而成|成)?)?{_AREA_WORD}"
)
_NEIGHBOUR = re.compile(r"[^、，,；;。]{1,30}?(?:相望|相邻|毗邻|接壤|相接|相连|为邻|交界|分界)")
_CROSSING = re.compile(r"[的与和、]?(?:交口|交叉|交汇|交会|相交|交界|路口|道口|十字)")
_JOINER = re.compile(r"以及|及(?![第时])|[和与跟]")
_LEAD = re.compile(
    r"位于|地处|坐落[于在]|处于|包[括含]|涉及|涵盖|(?<!自)由|以|沿|^在"
    r"|(?<=[围界至域区块带园位别街城廊片])[为是即指在]"
)
_DISTRICT = re.compile(
    r"(?:[^省市区县镇乡]{2,6}市)?"
    r"(?:[^省市区县镇乡]{1,4}(?:(?<!开发)(?<!保税)(?<!新)(?<!园)(?<!高新)(?<!示范)区|县|镇|街道))?"
)


class Item(NamedTuple):
    """A name with its qualifier; positions count in the compact text."""

    start: int
    end: int
    qualifier: str


class Piece(NamedTuple):
    """What stands between two separators, and the separator before it."""

    start: int
    end: int
    mark: str

    @property
    def is_listed(self) -> bool:
        """Whether a list mark (、/和) and not a comma stands before the piece."""
        return bool(self.mark) and self.mark not in CLAUSE_MARKS + " "


def is_water(name: str) -> bool:
    """Return whether a limit's name is that of a river, canal, lake or sea."""
    return name.endswith(tuple(WATER_ENDS))


def compact(text: str) -> tuple[str, list[int]]:
    """Return a text without white space and control characters, and each character's old place.

    A blank after a name stays as one blank: there it separates (东至海河 南至南京路).
    """
    kept: list[str] = []
    places: list[int] = []
    gap = -1
    for place, character in enumerate(text):
        if character.isspace() or not character.isprintable():
            gap = place if gap < 0 else gap
            continue
        if gap >= 0 and kept and kept[-1] in _ENDS:
            wrapped = kept[-1] + character in {"道路", "街道"}
            if character not in MARKS and not wrapped:
                kept.append(" ")
                places.append(gap)
        gap = -1
        kept.append(character)
        places.append(place)
    return "".join(kept), places


def mask_brackets(plain: str, holds_limits: re.Pattern[str]) -> str:
    """Return the text with bracketed words hidden, one mask for each character.

    Brackets whose content matches `holds_limits` become commas instead, so that
    五大道（东至…，西至…） is read.
    """
    partner: dict[int, int] = {}
    waiting: list[int] = []
    for place, character in enumerate(plain):
        if character in "(（[【〔":
            waiting.append(place)
        elif character in ")）]】〕" and waiting:
            partner[waiting.pop()] = place
    characters = list(plain)
    hidden_to, unwrapped = -1, 0
    for start in sorted(partner):
        end = partner[start]
        if start <= hidden_to:
            continue
        if unwrapped < 20 and holds_limits.search(plain, start + 1, end):
            characters[start] = characters[end] = "，"
            unwrapped += 1
        else:
            characters[start : end + 1] = MASK * (end + 1 - start)
            hidden_to = end
    return "".join(characters)


def ends_name(masked: str, place: int) -> bool:
    """Return whether a name or its qualifier ends right before `place`."""
    return place > 0 and (masked[place - 1] in _ENDS or masked[place - 1] == MASK)


def _fault_of_form(name: str) -> str | None:
    """Return why a string does not have the form of a road's or water's name, or None."""
    if _ROAD_CODE.fullmatch(name):
        return None
    last = name[-1:]
    if last not in NAME_ENDS or not name.endswith(_LONG_ENDS.get(last, (last,))):
        return "not-a-road"
    if _SHORT_STREET.fullmatch(name):
        return None
    if last == "条":
        return "not-a-road"
    if _UNNAMED.fullmatch(name):
        return "unnamed-road"
    if not _NAME.fullmatch(name) or _NO_NAME.fullmatch(name):
        return "not-a-road"
    is_short = len(name) < 3 and not name[0].isascii()
    return "not-a-road" if last in STREET_ENDS and is_short else None


def _fault_of_name(name: str) -> str | None:
    """Return why a string is not the name of one road or water, or None."""
    fault = _fault_of_form(name)
    if fault is None and name[-1] in STREET_ENDS:
        for cut in range(3, len(name) - 2):
            whole_before = name[cut - 1] in STREET_ENDS and _fault_of_form(name[:cut]) is None
            if whole_before and (name[cut] in "和与及" or _fault_of_form(name[cut:]) is None):
                return "run-together"
    return fault


def read_item(masked: str, plain: str, start: int, end: int) -> Item | str:
    """Return the one name in ``masked[start:end]`` with its qualifier, or why there is none.

    Parameters
    ----------
    masked, plain : str
        The compact text with and without hidden brackets.
    start, end : int
        The piece to read.

    Returns
    -------
    Item or str
        A reason of `geo.sentences.limits.LimitsSentenceError` if it is no name.
    """
    while start < end and masked[start] in _QUOTES + " ":
        start += 1
    while end > start and masked[end - 1] in _QUOTES + " ":
        end -= 1
    if start == end or end - start > LONGEST_ITEM:
        return "not-a-road"
    state = _STATE.match(masked, start, end)
    if state:
        item = read_item(masked, plain, state.end(), end)
        if isinstance(item, Item):
            return item._replace(qualifier=state[1] + item.qualifier)
    reason = "not-a-road"
    for cut in range(start + 2, min(end, start + _LONGEST_NAME) + 1):
        last = masked[cut - 1]
        if last not in NAME_ENDS and not last.isdigit():
            continue
        rest = masked[cut:end]
        outside = rest.replace(MASK, "").strip(_QUOTES)
        fault = _fault_of_name(masked[start:cut])
        if _is_addition(outside):
            if fault is None:
                return Item(start, cut, _qualifier(plain[cut:end], outside))
            reason = fault if reason == "not-a-road" else reason
        elif fault is None and _CROSSING.match(outside):
            return "crossing"
        elif fault is None and outside.startswith("等"):
            return "open-list"
    return reason


def _is_addition(rest: str) -> bool:
    """Return whether all that follows a name is qualifier and closing words."""
    qualifier = _QUALIFIER.match(rest)
    return bool(qualifier and _TAIL.fullmatch(rest, qualifier.end())) or bool(_TAIL.fullmatch(rest))


def _qualifier(rest: str, outside: str) -> str:
    """Return what is added to a name: the words after it, else those in brackets."""
    found = _QUALIFIER.match(outside)
    words = found[0] if found and _TAIL.fullmatch(outside, found.end()) else ""
    bracketed = re.findall(r"[(（\[【〔]([^()（）\[\]【】〔〕]*)[)）\]】〕]", rest)
    return "；".join(part for part in (words.removeprefix("的"), *bracketed) if part)


def pieces(masked: str, plain: str, start: int, end: int) -> Iterator[Piece]:
    """Yield what stands between separators: 、，/ dashes, and 和, 与, 及 between two names."""
    begin, mark = start, ""
    place = start
    while place < end:
        character = masked[place]
        joiner = None
        if ends_name(masked, place) if place > begin else mark and character != "和":
            joiner = _JOINER.match(masked, place, end)
            if joiner and not _joins(masked, plain, begin, place, joiner.end(), end):
                joiner = None
        if not joiner and character not in MARKS:
            place += 1
            continue
        if place > begin:
            yield Piece(begin, place, mark)
            mark = ""
        if joiner:
            mark = joiner[0]
        elif not mark or mark in LIST_MARKS:
            mark = character
        place = joiner.end() if joiner else place + 1
        begin = place
    if end > begin:
        yield Piece(begin, end, mark)


def _joins(masked: str, plain: str, begin: int, joiner: int, after: int, end: int) -> bool:
    """Return whether 和, 与 or 及 stands between two names rather than inside one."""
    if joiner > begin and (
        isinstance(read_item(masked, plain, begin, joiner), str)
        and opening(masked, plain, begin, joiner) is None
    ):
        return False
    if _NEIGHBOUR.match(masked, after, end):
        return False  # 以成府路为界与中关村毗邻
    stop = after
    while stop < min(end, after + 20) and masked[stop] not in MARKS:
        stop += 1
        if masked[stop - 1] in NAME_ENDS and _fault_of_name(masked[after:stop]) is None:
            return True
    return False


def opening(masked: str, plain: str, start: int, end: int) -> int | None:
    """Return where the name begins after an opening word such as 以, 由 or 位于, or None."""
    for lead in _LEAD.finditer(masked[start : min(end, start + LONGEST_ITEM)]):
        place = start + lead.end() - (lead[0] == "沿")
        while place < end and masked[place] in "以由沿在":
            if masked[place] == "沿" and masked[place + 1 : place + 2] in WATER_ENDS:
                break  # 沿河南路, 沿海大道
            place += 1
        if place == start:
            continue
        item = read_item(masked, plain, place, end)
        if isinstance(item, Item):
            return without_district(masked, item).start
    return None


def without_district(masked: str, item: Item) -> Item:
    """Return an item without the city, district or town that stands before its first name."""
    district = _DISTRICT.match(masked, item.start, item.end)
    if not district or district.end() == item.start or item.end - district.end() < 3:
        return item
    rest = masked[district.end() : item.end]
    return item if _fault_of_name(rest) else item._replace(start=district.end())
