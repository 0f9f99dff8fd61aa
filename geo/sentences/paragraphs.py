"""Understand a pasted paragraph: the zones it names, their limits, areas and lengths.

Everything returned is words of the paragraph with their place in it. What looks like a limit
or a figure and cannot be read is returned too, with the reason; so is every sentence that
speaks of sides, bounds or areas and gave nothing. No road is added.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal, NamedTuple

from geo.errors import InputTooLargeError
from geo.sentences import english, names, words
from geo.sentences.axes import IS_AXIS, Axis, read_axis
from geo.sentences.figures import (
    CHINESE_FIGURE,
    EXTENT,
    UNREAD_FIGURE,
    Column,
    Figure,
    column_of,
    figure_of_column,
    figures,
)
from geo.sentences.limits import MAX_CHARACTERS, Limit, Reading, read_sentence
from geo.sentences.script import sides_as_labels, simplified
from geo.texts import Text

LONGEST_TEXT = 200_000
"""Longest text taken at once, in characters; the longest of the five plans has 41,000."""

_LONGEST_BRACKET = 400
"""Longest bracket that is taken for one, in characters."""
_NEXT = 1
"""A figure without limits belongs to a heading only in the very next sentence."""
_STAYS_OPEN = 3
"""Sentences, with its own, in which a zone's figures are looked for."""
_HEADING_STAYS = 6
"""Sentences in which a heading may yet find its limits."""

_NUMBERING = (
    r"(?:[\s　#*\-•·|｜]{0,8}(?:第?[一二三四五六七八九十百]{1,4}[章节条]?[、.．:：是]|"
    r"[（(][一二三四五六七八九十\d]{1,3}[)）]、?|\d{1,2}[、.．)）]|[①-⑳])?[\s　*“\"]{0,8})"
)
_NUMBERED = re.compile(
    r"[\s　#*]{0,8}(?:[一二三四五六七八九十百]{1,4}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[)）]"
    r"|\d{1,2}[、.．)）]|[①-⑳])"
)
_ZONE_END = (
    r"(?:区|带|片|组团|园|中心|节点|轴|廊道?|圈|广场|城|地块|走廊|街|单元|系统|岛|核|地段|基地|"
    r"绿道|步道|大道|学校|小学|中学|旧址|遗址|故居|湾|港|码头|新村|古镇|镇|坊)"
)
_NAME = rf"(?P<name>[^\s，,。：:；;、！？!?（()）“”\"]{{2,30}}?{_ZONE_END})"
_ENDS_AS_ZONE = re.compile(rf"{_ZONE_END}$")
_HEADING = re.compile(
    rf"{_NUMBERING}(?:[^\s，,。：:；;]{{1,6}}[：:])?{_NAME}[”\"*]*"
    r"(?:[（(][^（()）]{1,12}[)）])?[。：:\s　]*"
)
_QUOTED_HEADING = re.compile(
    rf"\s*(?P<name>“[^”\n]{{1,14}}”[^\s，,。：:；;“”]{{0,10}}{_ZONE_END})[：:。\s]*"
)
_ANY_HEADING = re.compile(
    rf"{_NUMBERING}(?P<name>[^\s，,。：:；;、！？!?（()）“”\"\d]{{2,20}})[”\"*]*"
    r"(?:[（(][^（()）]{1,12}[)）])?[。：:\s　]*"
)
_LED_BY_NAME = re.compile(
    rf"{_NUMBERING}{_NAME}[”\"]?(?=[：:，,（(]|的?(?:规划|研究|控制|具体|总体|设计)?(?:四至)?(?:范围|边界|四至)|位于|地处"
    r"|[东西南北]{1,2}[、侧面部]?[东西南北至到起临邻接抵以靠隔]|总?(?:规划|用地|占地|区域)?面积|总?占地|全长|沿线|岸线|总长|以|由|自|从|沿|即|为)"
)
_LABEL = (
    r"(?:(?:地块|区块|片区|分区|单元|区域|街区|学区|组团)(?:(?!四至)[一二三四五六七八九十\dA-Z甲乙丙丁]){1,3}"
    r"|(?:[一二三四五六七八九十甲乙丙丁A-Z]|\d{1,2}号?|第[一二三四五六七八九十])号?(?:地块|区块|片区|分区|单元)"
    r"|[东南西北中]{1,2}片区?"
    r"|[A-Z]{1,3}\d{0,3}[-—]\d{1,3}(?:[-—]\d{1,3})?号?(?:地块|区块|单元)"
    r"|保护范围|(?:[一二三四ⅠⅡⅢ]类)?建设控制地带|核心保护区|一般控制区|缓冲区|环境协调区|限放区|禁放区)"
)
_NEXT_AREA = re.compile(
    rf"(?<=[，,：:\s])(?={_LABEL}(?:[：:（(]|四至|位于|为|[东西南北]|以|由|总?面积|总?占地|约?\d))"
)
_PART_BEGINS = re.compile(
    r"(?<=[，,：:])\s?其中[，,：:]?(?=[^，,。；;：:\d]{1,12}?(?:区|片|组团|地块|带|园|单元)"
    r"(?:[：:]|四至|位于|由|以|[东西南北]{1,2}[侧面]?[至到起临邻抵接]))"
)
"""62公顷，其中核心区东至…: a part with limits of its own."""
_BETWEEN_BRACKETS = re.compile(
    r"\s?[、，,；;]?\s?(?:以及|[和与及])?\s?"
    r"(?:[一二三四五六七八九十]{1,3}[、.．是]|[（(][一二三四五六七八九十\d]{1,3}[)）]、?|\d{1,2}[、.．)）]|[①-⑳])?"
    r"(?P<name>[^，,。；;：:、()（）\s]{2,20})"
)
_NAME_AND_SIDE = re.compile(
    r"(?<=[，,、])(?=[^，,。；;：:、（()）]{2,16}(?:区|片|组团|园|地块|带|单元)(?:四至|规划)?(?:范围)?为?"
    r"(?P<sides>[东西南北]{1,2})[侧面]?[至到起临邻抵])"
)
_BEFORE_NAME = re.compile(
    r"(?:主要|共|均)?(?:包括|包含|涵盖|分为|分别[为是]|含有?)[:：]?(?=[^，,。；;]{2,20}[（(])"
    r"|其中[，,：:]?|(?:作为|是)?[“\"「『‘]?[^“”\"「」『』‘’，,。；;：:\s]{1,8}[”\"」』’]?之[一首][的:：—–-]{0,2}"
    r"|[“\"「『‘]?[^“”\"「」『』‘’，,。；;：:\s]{1,8}[”\"」』’]之"
)
"""What may stand before a zone's name: 包括甲片区（…）, “两区”之一甲片区."""
_NAME_AND_COMMA = re.compile(rf"\s*{_NAME}[，,（(]")
_NAME_THEN_SIDE = re.compile(rf"(?<=[，,；;]){_NAME}$")
_SEVERAL = re.compile(r"[一二两三四五六七八九十\d](?:个|大|处|片|块)|分为|包括|分区")
_TWO_NAMES = re.compile(
    r"[^，,。；;]+?(?:区|带|片|组团|园|地块)(?:和|与|及|以及|、)[^，,。；;]{2,}(?:区|带|片|组团|园|地块)"
)
"""甲片区和乙片区: no name of one."""
_OWN_AREA = re.compile(
    "(?:核心|起步|启动|示范|先行|先导|引领|控制|管控|中心|更新|改造|征收|整治|建设|实施)区"
)
_BEHIND_OWN = re.compile(r"[：:（(]|(?:总|规划|用地|占地)*面积|占地|约?\d")
"""核心区: a name where a plan speaks of it as one, though it may be any plan's."""
_PART_LABEL = re.compile(
    r"(?:^|[，,。；;：:、（(\s])(?P<name>[㐀-鿿]{0,4}(?:核心|起步|启动|示范|先行|先导|拓展|缓冲|控制|外围|协调)区"
    r"|(?:核心|重点)?保护范围|(?:[一二三四]类)?建设控制地带|[一二三四五六七八九十]{1,2}期(?:工程|项目)?)"
    r"(?:规划|总|占地|用地|面积|约|为|共|计|达|\s)*$"
)
"""核心区面积6.66公顷: a figure of a part."""
_OF_ANOTHER = re.compile(
    r"(?:^|[，,。；;：:、\s])(?:其中[，,：:]?)?"
    r"(?P<name>[㐀-鿿A-Z\d-]{1,10}?(?:区|片|组团|地块|园|单元|小区))"
    r"(?:规划|总|占地|用地|面积|约|为|共|计|\s)*$"
)
"""拓展区41公顷: a figure with the name of what it is of before it."""
_FIELD = re.compile(
    r"\s*(?:项目|地块|片区|区域|规划|学校|单位|街区|街坊|单元|文保单位)名称\s*[:：|\t]\s*"
    r"(?P<name>[^\n，,。；;|\t]{2,30}?)[\s|。；;]*"
)
"""项目名称：…: a line that gives the name of what follows."""
_LABELLED = re.compile(rf"\s*(?:其中[，,：:]?)?(?P<name>{_LABEL})(?![域周至邻])")
_CELL = re.compile(r"[|\t]\s{0,8}(?P<number>\d[\d.,]{0,12})\s{0,8}(?=[|\n]|$)")
_MAYBE_SIDE = re.compile(
    r"\s*(?:(?!四)[㐀-鿿][侧面边]?[至到][^\n，,。；;：:]{2,14}[路街道巷河]|[东西南北][^\n，,。；;：:]{2,24}"
    r"|除[^\n，,。；;：:]{2,20}外|[^\n，,。；;：:]{0,12}不[含包][^\n]{1,20})[；;，,。]?\s*"
)
"""A line before side lines that may be a side, misprinted or with a verb of its own, or a hole."""
_PLACE_LABEL = re.compile(
    r"\s*(?:项目|用地|地块|建设|规划|宗地|所在)?(?:位置|地址|地点|坐落|区位|所在地)\s*[：:]"
)
_NEXT_LINE = re.compile(
    r"[^，,。；;：:\s]{2,16}(?:[：:]|(?=[东西南北]{1,2}[侧面部]?[至到起临邻接抵]))"
)
"""Begins another area where the line before has its sides already."""
_TAIL_OF_NAME = re.compile(
    r"(?:[\s，,；;：:（(“\"、|｜]|总?(?:规划|用地|占地|研究|控制|具体|总体|设计|本身)?(?:四至)?"
    r"(?:(?<!保护)(?<!禁放)(?<!管理)(?<!控制)范围|边界|四至|四周|四邻|面积|用地|占地)|(?<=.{2})(?:招生|施教|入学|划片)|规划|总|约|共|为|是|即|的|分别|其中|位于|地处|坐落于|以|由|自|从"
    r"|以[^，,。；;\s]{1,9}为(?:主?轴线?|主线|轴心|纽带|骨架)"
    r"|(?<=[带廊轴线道])沿[^，,。；;\s]{1,9}[路道街巷河江湖渠]"
    r"|(?:沿线|岸线|沿岸|道路|全线)?(?:全长|总长度?|长度?|总里程|里程|宽度?))$"
)
_VERBS = re.compile(
    r"位于|地处|坐落|选址|包括|分为|分成|之间|以[东西南北内外]|^起[点于自]|^[终止]点|^[始止]于|打造|建设(?!区|控制)|推进|实施|提升|形成|围绕|依托|加快|对于|将|在|把|使|^以|^由|^自|^从|^按|^沿(?![江河湖海山滨岸](?:[东西南北中]?(?:大道|大街|[路道街])))"
    r"|[，,。；;：:、\s]|[东西南北][至到起临]|平方|公里|公顷"
)
_GENERIC = re.compile(
    r"(?:规划|研究|本|全|我|该|此|其|核心|中心|项目|设计|控制|建设|四至|整个|范围|更新|用地|具体|总体|总|"
    r"征收|拆迁|整治|改造|实施|现状|边界|本次|工程|占地|施教|招生|服务|学区|入学|划片|土地|宗地|区)*"
    r"(?:区|片|片区|地块|园区|街区|城区|区域|带|中心|市中心|主城区|单元|核|范围|用地|项目|边界|四至|面积|地区|基地|位置|坐落)?"
    r"|四[界至周]|.*(?:时段|期间|时间)内?|.*(?:位于|地处|坐落|选址).*|.*(?:如下|说明|目标|情况|内容|定位|功能|重点|任务)"
)
_ALONE = re.compile(
    r"\s*(?:[东西南北]{1,2}(?:[侧面部边]|边?界线?)?\s{0,4}(?:[至到起抵临邻接靠为以：:|]|[\t　])"
    r"|(?:总|规划|用地|占地|四至)?(?:面积|范围|四至|全长|总长|占地)|约?\d[\d.]*(?:公顷|平方|亩|公里|米)|"
    r"沿[^，,。]{2,12}[路道街河])"
)
_SIDE_START = re.compile(_NUMBERING + words.SIDE_WORD.pattern)
_ROAD_AND_SIDE = re.compile(
    rf"\s*(?![^，,。；;：:\n]*(?:位于|地处))(?:(?![以之][东西南北])[^，,。；;：:（(\s]){{2,24}}"
    rf"(?:[（(][^（()）]{{1,20}}[)）])?(?:{words.BEHIND_ROAD.pattern})[\s；;。，,]*"
)
"""A line or a clause of one road and its side: 青石路以北；"""
_LENGTH_FOLLOWS = re.compile(r"\s*(?:道路)?(?:全长|总长|长度?)(?:约|为)?\d")
_BELT_END = re.compile(r"(?:带|轴|街|路|道|廊|线|段|走廊)$")


@dataclass(frozen=True)
class NotUnderstood:
    """Words that look like limits or figures and could not be read, and why."""

    text: str
    reason: str
    start: int
    end: int

    @property
    def message(self) -> Text:
        """The reason, with the words and their place."""
        excerpt = self.text if len(self.text) <= 40 else self.text[:39] + "…"
        return Text(self.reason, found=excerpt, first=self.start + 1, last=self.end)

    def explain(self, language: str = "zh") -> str:
        """Return the reason in Chinese or English, with the words and their place."""
        return self.message.render(language)


@dataclass(frozen=True)
class UnderstoodZone:
    """One zone or belt found in a text; positions count in the whole text.

    Parameters
    ----------
    name : str
        As printed; empty if the text gives none.
    kind : {"zone", "belt"}
    start, end : int
        Characters of the name (equal if there is none).
    limits_text : str
        The sentence that gives its limits, axis or figures, verbatim.
    limits_start, limits_end : int
        Its characters.
    limits : tuple of Limit
    faults : tuple of NotUnderstood
        What its limits sentence gives as a limit and is none.
    axis : Axis or None
    areas, lengths, widths : tuple of Figure
    """

    name: str = ""
    kind: Literal["zone", "belt"] = "zone"
    start: int = 0
    end: int = 0
    limits_text: str = ""
    limits_start: int = 0
    limits_end: int = 0
    limits: tuple[Limit, ...] = ()
    faults: tuple[NotUnderstood, ...] = ()
    axis: Axis | None = None
    areas: tuple[Figure, ...] = ()
    lengths: tuple[Figure, ...] = ()
    widths: tuple[Figure, ...] = ()

    @property
    def is_bounded(self) -> bool:
        """Whether the text gives limits or an axis, whole or in part."""
        return bool(self.limits or self.faults or self.axis)


@dataclass(frozen=True)
class Understanding:
    """What a text says about zones, and what of it was not understood.

    Parameters
    ----------
    zones : tuple of UnderstoodZone
        In the order of the text.
    not_understood : tuple of NotUnderstood
        Words that are a limit or a figure and were not read.
    passed : tuple of NotUnderstood
        Sentences that speak of sides, bounds or areas and gave nothing.
    """

    zones: tuple[UnderstoodZone, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = ()
    passed: tuple[NotUnderstood, ...] = ()


class _Name(NamedTuple):
    """A name in the text; positions count in the whole text."""

    start: int
    end: int


@dataclass
class _Reader:
    """The zones read so far, and what the next sentences may add to the last one."""

    text: str
    plain: str
    known: Collection[str]
    zones: list[UnderstoodZone] = field(default_factory=list)
    unread: list[NotUnderstood] = field(default_factory=list)
    passed: list[NotUnderstood] = field(default_factory=list)
    units: list[int] = field(default_factory=list)  # in which unit each zone stands
    unit: int = 0
    heading: _Name | None = None
    heading_age: int = 0  # sentences since the heading
    is_open: int = 0  # sentences for which the last zone still takes figures
    column: Column | None = None  # of the table that is being read


def understand(text: str, known: Collection[str] = ()) -> Understanding:
    """Find the zones, limits, areas and lengths in a paragraph or a whole plan text.

    Parameters
    ----------
    text : str
        Chinese text, at most `LONGEST_TEXT` characters.
    known : collection of str, optional
        Names of the base; see `geo.sentences.parse_limits`.

    Returns
    -------
    Understanding
        Zones in the order of the text, and what was not understood.

    Raises
    ------
    InputTooLargeError
        If the text is longer than `LONGEST_TEXT`.

    Examples
    --------
    >>> read = understand(
    ...     "南市片区：北起南马路，南至多伦道，西到南门外大街，东抵和平路，面积约0.8平方公里。"
    ... )
    >>> zone = read.zones[0]
    >>> zone.name, [limit.name for limit in zone.limits], zone.areas[0].printed
    ('南市片区', ['南马路', '多伦道', '南门外大街', '和平路'], '约0.8平方公里')
    """
    if len(text) > LONGEST_TEXT:
        raise InputTooLargeError(
            Text("paragraph.text-too-long", count=len(text), limit=LONGEST_TEXT)
        )
    reader = _Reader(text, sides_as_labels(simplified(text)), known)
    units = list(_units(reader.plain))
    for place, (start, end) in enumerate(units):
        following = units[place + 1] if place + 1 < len(units) else (len(text), len(text))
        _read_unit(reader, start, end, following)
    in_order = sorted(reader.zones, key=lambda zone: zone.start)
    zones = tuple(z for z in in_order if z.is_bounded or z.areas or z.lengths)
    unread = sorted(reader.unread, key=lambda u: u.start)
    return Understanding(zones, tuple(dict.fromkeys(unread)), tuple(reader.passed))


# Units: the sentences, with side lines put together and areas taken apart


def _units(plain: str) -> Iterator[tuple[int, int]]:
    """Yield what is read at once: a sentence, the side lines of one area, one area of several."""
    current: tuple[int, int] | None = None
    sides_so_far: set[str] = set()
    for start, end in _sentences(plain):
        sides = _sides_of(plain, start, end)
        first = _first_sides(plain, start, end)
        goes_on = (
            current is not None
            and first
            and sides_so_far
            and sides_so_far.isdisjoint(first)
            and end - current[0] <= MAX_CHARACTERS
        )
        line = plain[start:end].strip(" \t\n　；;，,。")
        is_odd = _MAYBE_SIDE.fullmatch(plain, start, end) and not _ENDS_AS_ZONE.search(line)
        if is_odd and not sides:
            sides = {"?"}  # 酉至A路: the lines below it tell
        if current is not None and goes_on:
            current = (current[0], end)
            sides_so_far |= sides
            continue
        if current is not None:
            yield from _areas_apart(plain, *current)
        current, sides_so_far = (start, end), sides
    if current is not None:
        yield from _areas_apart(plain, *current)


def _sides_of(plain: str, start: int, end: int) -> set[str]:
    """Return the sides that a sentence gives before a verb."""
    if end - start > MAX_CHARACTERS:
        return set()
    sides: set[str] = {
        side
        for match in words.SIDE_WORD.finditer(plain, start, end)
        for side in words.sides(match["sides"])
    }
    for match in words.BEHIND_ROAD.finditer(plain, start, end):
        sides |= _sides_behind(match)
    return sides


def _first_sides(plain: str, start: int, end: int) -> set[str]:
    """Return the sides with which a sentence begins, or that it gives its one road."""
    first = _SIDE_START.match(plain, start, end)
    if first:
        return set(words.sides(first["sides"]))
    alone = _ROAD_AND_SIDE.fullmatch(plain, start, end)
    return _sides_behind(alone) if alone else set()


def _sides_behind(match: re.Match[str]) -> set[str]:
    """Return the side of a road with 以东, 为东界 or （东） behind it."""
    return {
        words.OPPOSITE[side] if match["beside"] else side
        for side in words.sides(match["beside"] or match["sides"] or match["bracketed"])
    }


def _areas_apart(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a sentence cut before 地块一, 区块二 and the like, where sides or figures follow."""
    begin = start
    cuts = [m.span() for p in (_NEXT_AREA, _PART_BEGINS) for m in p.finditer(plain, start + 1, end)]
    cuts += _bracketed_areas(plain, start, end)
    cuts += _sides_again(plain, start, end)
    for last, first in sorted(cuts):
        if last >= begin and plain[begin:last].strip():
            yield begin, last
            begin = first
    if plain[begin:end].strip():
        yield begin, end


def _sides_again(plain: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return where a name begins another area: 甲片区东至…北至…，乙片区东至…."""
    cuts = []
    first = start
    for match in _NAME_AND_SIDE.finditer(plain, start + 1, end):
        sides = _sides_of(plain, first, match.start())
        if len(sides) >= 3 and sides.issuperset(words.sides(match["sides"])):
            cuts.append((match.start(), match.start()))
            first = match.start()
    return cuts


def _bracketed_areas(plain: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return where the next name begins in 甲片区（东至…）和乙片区（东至…）."""
    cuts = []
    for before, bracket in pairwise(names.limits_brackets(plain[start:end], words.HOLDS_LIMITS)):
        last, first = start + before[1], start + bracket[0]
        name = _BETWEEN_BRACKETS.fullmatch(plain, last, first)
        if name:
            cuts.append((last, name.start("name")))
    return cuts


_SENTENCE_END = re.compile(
    r"[。！？!?]|\n|[；;](?!\s{0,8}(?:"
    r"[东西南北]{1,2}(?:[侧面部边]|边?界[线限]?)?(?:[（(][A-Za-z]{1,9}[)）])?"
    r"(?:[至到起临邻接抵以：:为→=＝–—（(-]|(?<=界)|(?<=[侧面边])[毗紧靠沿连隔挨是与背濒])"
    r"|(?i:north|south|east|west|exclud|except|plus|minus)))"
)
"""No semicolon ends a sentence where a side follows."""


def _sentences(plain: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences; a line that is only wrapped does not end one."""
    begin = line_start = 0
    inside = bytearray(len(plain))
    for start, end in names.brackets(plain).items():
        if end - start <= _LONGEST_BRACKET:
            inside[start:end] = b"\1" * (end - start)
    for mark in _SENTENCE_END.finditer(plain):
        is_end = True
        if mark[0] == "\n" and inside[mark.start()]:
            is_end = False  # 甲片区（东至…⏎南至…）
        elif mark[0] == "\n":
            is_end = _ends_sentence(plain, line_start, mark)
            line_start = mark.end()
        if is_end:
            if plain[begin : mark.end()].strip():
                yield begin, mark.end()
            begin = mark.end()
    if plain[begin:].strip():
        yield begin, len(plain)


def _ends_sentence(plain: str, line_start: int, mark: re.Match[str]) -> bool:
    """Return whether a line break ends a sentence and is not only a wrapped line."""
    line = plain[max(line_start, mark.start() - 200) : mark.start()].strip()
    following = plain[mark.end() : mark.end() + 30]
    is_wrapped = (
        len(line) >= 18
        and line[-1] not in "。！？!?；;：:"
        and following[:1].strip() != ""
        and not re.match(
            rf"{_NUMBERING}(?:规划|四至|功能|实施|范围|面积|总面积|用地|占地)|[（(\d#*|]", following
        )
        and not _NUMBERED.match(following)
        and not _SIDE_START.match(following)
        and not (_NEXT_LINE.match(following) and len(words.SIDE_WORD.findall(line)) >= 3)
    )
    if "\t" in line or "|" in line:
        return True  # a row of a table
    return not is_wrapped and not (line.endswith(("、", "，", ",")) and bool(following.strip()))


# One unit


def _read_unit(reader: _Reader, start: int, end: int, following: tuple[int, int]) -> None:
    """Read one unit into the zones, or keep it as a heading."""
    if end - start > MAX_CHARACTERS:
        _leave(reader, "paragraph.too-long", start, end)
        return
    # A heading holds for what stands below it, and not for long.
    plain = reader.plain[start:end]
    reader.is_open = max(reader.is_open - 1, 0)
    reader.heading_age += 1
    reader.unit += 1
    if reader.heading_age > _HEADING_STAYS:
        reader.heading = None
    # Figures with a unit of their own, or under a heading of the table that gives one.
    every = list(figures(reader.text, reader.plain, start, end))
    own_figures = [figure for figure in every if figure.is_sure]
    column = column_of(reader.plain, start, end)
    is_row = "|" in plain or "\t" in plain
    reader.column = column or (reader.column if is_row else None)
    if reader.column and not column and not every:
        under = figure_of_column(reader.text, reader.plain, start, end, reader.column)
        own_figures = [under] if under else []
    # A unit that is only a name is the heading of what follows.
    field = _FIELD.fullmatch(reader.plain, start, end)
    heading = None if own_figures else _heading(reader, start, end, following)
    heading = _Name(*field.span("name")) if field else heading
    if heading:
        reader.heading, reader.heading_age, reader.is_open = heading, 0, 0
        return
    # Limits, and the name that stands before the first of them or before a figure.
    before = (len(reader.unread), len(reader.zones), _sizes(reader))
    reading = _reading(reader, start, end)
    codes = {fault.code for fault in reading.faults}
    is_bounded = bool(reading.limits or codes - {"no-limits"} or (codes and reader.heading))
    name_end = min([start + reading.start] * is_bounded + [f.start for f in own_figures] + [end])
    name = _name(reader, (start, end), name_end, is_bounded=is_bounded)
    if not name and is_bounded:
        name = _name_before_side(reader.plain, start, start + reading.start)
    if name and reader.heading and names.fault_of_name(reader.plain[name.start : name.end]) is None:
        name = None  # 解放路商业轴, and below it 解放路（A至B段）
    if name:
        reader.heading, reader.heading_age, reader.is_open = name, 0, 0
    # A zone is what has limits, or a name and land of its own.
    zone = _bounded(reader, reading, (start, end), own_figures, name, following)
    is_described = any(f.is_land and not f.is_range for f in own_figures)
    if zone or (is_described and (name or (reader.heading and reader.heading_age <= _NEXT))):
        _add_zone(reader, zone or UnderstoodZone(), start, end)
    _add_figures(reader, own_figures, (start, end))
    _leave_figures(reader, every, (start, end), before[0])
    if zone and not own_figures:
        for cell in _CELL.finditer(reader.plain, start, end):
            _leave(reader, "paragraph.no-unit", *cell.span("number"))
    # Words of limits in a unit from which nothing was taken are told, never passed over.
    after = (len(reader.unread), len(reader.zones), _sizes(reader))
    spoken = words.SPEAKS.search(plain) or words.RING_WITHIN.search(plain)
    is_told = any(left.reason.startswith("limits.") for left in reader.unread[before[0] :])
    if before != after and not (zone or reading.limits or is_told):
        spoken = words.SPEAKS_OF_LIMITS.search(plain)  # a figure was read, and no limits
        after = before
    if before == after and spoken:
        first, last = _clause_around(reader.plain, start + spoken.start(), start, end)
        reader.passed.append(
            NotUnderstood(reader.text[first:last], "paragraph.passed", first, last)
        )


def _leave_figures(
    reader: _Reader, every: list[Figure], span: tuple[int, int], first_unread: int
) -> None:
    """Keep what announces a figure, or looks like one, and was not read."""
    for figure in every:
        if not figure.is_sure:
            _leave(reader, "paragraph.unsure-figure", figure.start, figure.end)
    spans = [(figure.start, figure.end) for figure in every]
    spans += [(left.start, left.end) for left in reader.unread[first_unread:]]
    forms = (
        (EXTENT, 0, "extent"),
        (CHINESE_FIGURE, 0, "chinese-number"),
        (UNREAD_FIGURE, "digits", "unsure-figure"),
    )
    for form, group, reason in forms:
        for match in form.finditer(reader.plain, *span):
            first, last = match.span(group)
            if not any(begin < last and stop > first for begin, stop in spans):
                _leave(reader, f"paragraph.{reason}", *match.span())


def _sizes(reader: _Reader) -> tuple[int, ...]:
    last = reader.zones[-1] if reader.zones else UnderstoodZone()
    return len(last.areas), len(last.lengths), len(last.widths), len(last.limits)


def _clause_around(plain: str, place: int, start: int, end: int) -> tuple[int, int]:
    """Return the clause in which a word stands, at most eighty characters of it."""
    first = max([start, place - 40, *(plain.rfind(c, start, place) + 1 for c in "，,。；;\n")])
    lasts = [p for c in "，,。；;\n" if (p := plain.find(c, place, end)) >= 0]
    return first, min([end, place + 40, *lasts])


def _heading(reader: _Reader, start: int, end: int, following: tuple[int, int]) -> _Name | None:
    """Return the name that stands alone in a line or a short sentence."""
    plain = reader.plain
    if end - start > 80 or words.SPEAKS.search(plain, start, end):
        return None
    if _PLACE_LABEL.match(plain, start, end):
        return None  # 用地位置：鼓楼区
    lead = _BEFORE_NAME.match(plain, start, end)
    start = lead.end() if lead else start  # “两区”之一甲片区
    match = _HEADING.fullmatch(plain, start, end) or _QUOTED_HEADING.fullmatch(plain, start, end)
    if match and not _GENERIC.fullmatch(match["name"]):
        return _Name(*match.span("name"))
    match = _ANY_HEADING.fullmatch(plain, start, end)
    if not match or _GENERIC.fullmatch(match["name"]) or _VERBS.search(match["name"]):
        return None
    if _NUMBERED.match(plain, start, end):
        return _Name(*match.span("name"))
    is_line = "\n" in plain[match.end("name") : end] or plain[end - 1] in "：:"
    if is_line and _ALONE.match(plain, *following):
        return _Name(*match.span("name"))
    return None


def _name(
    reader: _Reader, span: tuple[int, int], name_end: int, *, is_bounded: bool
) -> _Name | None:
    """Return the name with which a sentence begins, if it begins with one."""
    plain, (start, end) = reader.plain, span
    # A label (A地块, 东片, 缓冲区) is a name as it stands.
    numbering = re.compile(_NUMBERING).match(plain, start, end)
    label = _LABELLED.match(plain, numbering.end() if numbering else start, end)
    if label and label.end() <= name_end:
        return _Name(*label.span("name"))
    # Else it stands between what leads to it and the first words on its limits.
    begin, is_numbered, is_led = _name_begin(plain, start, end, name_end)
    stop = name_end
    for sign in ("：", ":", "（", "("):
        place = plain.find(sign, begin, stop)
        stop = place if place >= 0 else stop
    while stop > begin and (tail := _TAIL_OF_NAME.search(plain, max(begin, stop - 12), stop)):
        stop = tail.start()
    candidate = plain[begin:stop]
    # A heading (四至, 面积) is no name; 其中 and a number make a general word one.
    is_label = re.search("(?:四至|范围|面积|边界|用地)$", candidate) is not None
    is_part = plain[max(0, begin - 3) : begin].rstrip("，,：:").endswith("其中")
    is_own = _OWN_AREA.fullmatch(candidate) and _BEHIND_OWN.match(plain, stop)
    is_before = name_end < end and (is_bounded or _ENDS_AS_ZONE.search(candidate))
    if (
        is_before
        and 2 <= len(candidate) <= 16
        and not candidate.isascii()
        and not _VERBS.search(candidate)
        and not _TWO_NAMES.fullmatch(candidate.lstrip("，"))
        and (
            is_own
            or not _GENERIC.fullmatch(candidate)
            or ((is_numbered or is_part) and not is_label)
        )
    ):
        is_quoted = begin and plain[begin - 1] in "“" and "”" in candidate and "“" not in candidate
        return _Name(begin - bool(is_quoted), stop)
    # The name may stand earlier in the sentence, before what is said of it.
    name_before = _LED_BY_NAME.match(plain, begin if is_led else start, end)
    if (
        name_before
        and name_before.end("name") <= name_end
        and not _GENERIC.fullmatch(name_before["name"])
    ):
        return _Name(*name_before.span("name")) if not _VERBS.search(name_before["name"]) else None
    return None


def _name_begin(plain: str, start: int, end: int, name_end: int) -> tuple[int, bool, bool]:
    """Return where a sentence's name may begin, and whether a number or a lead is before it."""
    begin = start
    last = max(plain.rfind("：", start, name_end), plain.rfind(":", start, name_end))
    earlier = max(last, start)
    before = max(plain.rfind("：", start, earlier), plain.rfind(":", start, earlier))
    if before >= start and last - before > 2 and not plain[last + 1 : name_end].strip():
        begin = before + 1  # 禁放区域：（一）老城：东至…
    inner = _NAME_AND_COMMA.fullmatch(plain, last + 1, name_end)
    if inner and _SEVERAL.search(plain, start, last) and not _GENERIC.fullmatch(inner["name"]):
        begin = last + 1  # 三个片区：甲片区，东至…
    first = re.compile(_NUMBERING).match(plain, begin, end)
    begin = first.end() if first else begin
    is_numbered = first is not None and _NUMBERED.match(first[0]) is not None
    lead = _BEFORE_NAME.match(plain, begin, name_end)
    return (lead.end() if lead else begin), is_numbered, lead is not None


def _name_before_side(plain: str, start: int, place: int) -> _Name | None:
    """Return the name right before the first side, where other words begin the sentence."""
    match = _NAME_THEN_SIDE.search(plain, max(start, place - 18), place)
    if not match or _GENERIC.fullmatch(match["name"]) or _VERBS.search(match["name"]):
        return None
    return None if _TWO_NAMES.fullmatch(match["name"]) else _Name(*match.span("name"))


def _reading(reader: _Reader, start: int, end: int) -> Reading:
    """Return the limits and faults of a sentence, if it speaks of limits at all."""
    text = reader.text[start:end]
    if not words.MENTIONS.search(reader.plain, start, end) and not english.is_english(text):
        return Reading((), (), 0)
    return read_sentence(text, reader.known)


def _bounded(
    reader: _Reader,
    reading: Reading,
    span: tuple[int, int],
    own_figures: list[Figure],
    name: _Name | None,
    following: tuple[int, int],
) -> UnderstoodZone | None:
    """Return the zone or belt that a sentence bounds; keep what of it is no limit."""
    start, end = span
    faults = tuple(
        NotUnderstood(f.words, f"limits.{f.code}", start + f.start, start + f.end)
        for f in reading.faults
    )
    codes = {fault.code for fault in reading.faults}
    sides = {limit.side for limit in reading.limits if limit.side}
    sides |= {fault.side for fault in reading.faults if fault.side}
    # A belt: it runs along a road, and its ends are no sides.
    axis = _axis(reader, span, own_figures, name, following)
    if axis and (reading.faults or not reading.limits) and len(sides) <= 2 and not codes & _SURE:
        begin, stop = _span(reader, start, end, axis.start)
        return UnderstoodZone(
            kind="belt",
            axis=axis,
            limits_text=reader.text[begin:stop],
            limits_start=begin,
            limits_end=stop,
        )
    if codes <= {"no-limits"} and not reading.limits:
        return None
    # An area: the more of name, figure and sides there is, the fewer limits make one.
    has_name = name is not None or (reader.heading is not None and reader.heading_age <= 3)
    has_area = any(f.kind == "area" and f.is_land for f in own_figures)
    list_length = sum(limit.side is None for limit in reading.limits)
    unsure = sum(
        code in ("misprint", "unread", "ambiguous") for code in (f.code for f in reading.faults)
    )
    is_area = bool(reading.limits) and (
        not faults or len(sides) + unsure >= 3 or list_length >= 2 or has_name or has_area
    )
    is_area = is_area or (len(sides) >= 2 and (has_name or has_area or len(sides) >= 3))
    is_between = codes == {"too-few"} and simplified(faults[0].text).endswith("之间") and not sides
    if (codes & {"axis", "english", "walk"} or (is_between and not has_name)) and not has_area:
        is_area = False
    # What was not read of the limits is told, whether or not a zone comes of it.
    for fault in faults:
        if fault.reason != "limits.no-limits":
            _leave(reader, fault.reason, fault.start, fault.end)
    if not is_area:
        return None
    begin, stop = _span(reader, start, end, start + reading.start)
    limits = tuple(replace(x, start=start + x.start, end=start + x.end) for x in reading.limits)
    return UnderstoodZone(
        limits_text=reader.text[begin:stop],
        limits_start=begin,
        limits_end=stop,
        limits=limits,
        faults=faults,
    )


_SURE = frozenset({"several", "side-twice", "twice", "leaves-out", "adds"})
"""Faults that only a sentence about an area has."""


def _axis(
    reader: _Reader,
    span: tuple[int, int],
    own_figures: list[Figure],
    name: _Name | None,
    following: tuple[int, int],
) -> Axis | None:
    """Return the line of a belt, where a length or a belt's name stands with it."""
    has_length = any(f.kind == "length" and f.is_land for f in own_figures)
    length_follows = _LENGTH_FOLLOWS.match(reader.plain, *following) is not None
    name_span = name or reader.heading
    title = reader.plain[name_span.start : name_span.end] if name_span else ""
    is_belt = _BELT_END.search(title) is not None and (
        name is not None or reader.heading_age <= _NEXT
    )
    is_axis = IS_AXIS.search(reader.plain, *span) is not None
    if not (has_length or length_follows or is_belt or is_axis):
        return None
    zone_name = reader.text[name.start : name.end] if name else ""
    axis = read_axis(reader.text, reader.plain, *span, zone_name)
    if axis and not axis.start_name and not (has_length or is_belt or is_axis):
        return None
    return axis


def _span(reader: _Reader, start: int, end: int, first: int) -> tuple[int, int]:
    """Return the characters of a sentence without the label or name before its words."""
    label = re.compile(r"\s*(?:[^，,。：:；;\n]{2,30}[：:]\s*){0,2}").match(
        reader.plain, start, end
    )
    begin = label.end() if label and label.end() <= first else start
    while begin < end and reader.text[begin].isspace():
        begin += 1
    stop = end
    while stop > begin and reader.text[stop - 1].isspace():
        stop -= 1
    return begin, stop


def _add_zone(reader: _Reader, zone: UnderstoodZone, start: int, end: int) -> None:
    """Add a zone under its heading, or its limits to the zone whose figures came first."""
    last = reader.zones[-1] if reader.zones and reader.is_open else None
    reader.is_open = _STAYS_OPEN
    if last and zone.is_bounded and not (last.is_bounded or reader.heading):
        whole_zone = replace(zone, name=last.name, start=last.start, end=last.end)
        reader.zones[-1] = replace(
            whole_zone, areas=last.areas, lengths=last.lengths, widths=last.widths
        )
        return
    if reader.heading and _add_to_namesake(reader, zone):
        reader.heading = None
        return
    name = reader.heading or _Name(start, start)
    if not zone.is_bounded:
        begin, stop = _span(reader, start, end, end)
        begin = max(begin, name.end) if name.end <= stop else begin
        zone = replace(
            zone,
            limits_text=reader.text[begin:stop],
            limits_start=begin,
            limits_end=stop,
        )
    reader.zones.append(
        replace(zone, name=reader.text[name.start : name.end], start=name.start, end=name.end)
    )
    reader.units.append(reader.unit)
    reader.heading = None


def _add_to_namesake(reader: _Reader, zone: UnderstoodZone) -> bool:
    """Add a zone to one of its name shortly before that has what it lacks; tell whether done.

    甲片区12公顷，乙片区8公顷，其中甲片区东至…: its figure first, and then its limits.
    """
    name = reader.heading or _Name(0, 0)
    printed = reader.text[name.start : name.end]
    for place in reversed(range(len(reader.zones))):
        if reader.unit - reader.units[place] > _STAYS_OPEN:
            return False
        earlier = reader.zones[place]
        if earlier.name != printed or earlier.is_bounded == zone.is_bounded:
            continue
        if not zone.is_bounded and earlier.areas:
            continue
        figures_of = {k: getattr(earlier, k) for k in ("areas", "lengths", "widths")}
        named = replace(zone, name=printed, start=earlier.start, end=earlier.end, **figures_of)
        del reader.zones[place], reader.units[place]
        reader.zones.append(named if zone.is_bounded else earlier)
        reader.units.append(reader.unit)
        return True
    return False


def _add_figures(reader: _Reader, own_figures: list[Figure], span: tuple[int, int]) -> None:
    """Give figures to the zone that is being described, or keep them as not understood."""
    shared = _shared(reader.plain, own_figures, span)
    for figure in own_figures:
        # A figure with a name of its own before it begins a zone of its own.
        other = _of_another(reader, figure, span[0])
        if other:
            begin, stop = _span(reader, other.start, figure.end, figure.end)
            reader.zones.append(
                UnderstoodZone(
                    name=reader.text[other.start : other.end],
                    start=other.start,
                    end=other.end,
                    limits_text=reader.text[begin:stop],
                    limits_start=begin,
                    limits_end=stop,
                    areas=(figure,),
                )
            )
            reader.units.append(reader.unit)
            continue
        # What is not the size of a zone is told, never passed over.
        if figure.is_range:
            _leave(reader, "paragraph.range", figure.start, figure.end)
        elif not figure.is_land or _is_of_change(reader, figure):
            _leave(reader, "paragraph.other-area", figure.start, figure.end)
        elif not reader.is_open or not reader.zones or figure in shared:
            _leave(reader, "paragraph.no-zone", figure.start, figure.end)
        else:
            zone = reader.zones[-1]
            if figure.kind == "area":
                figure_of_zone = _of_part(reader, figure, zone, span[0])
                zone = replace(zone, areas=(*zone.areas, figure_of_zone))
            elif figure.kind == "width":
                zone = replace(zone, widths=(*zone.widths, figure))
            else:
                kind: Literal["zone", "belt"] = "zone" if zone.limits or zone.faults else "belt"
                zone = replace(zone, kind=kind, lengths=(*zone.lengths, figure))
            reader.zones[-1] = zone


def _shared(plain: str, own_figures: list[Figure], span: tuple[int, int]) -> list[Figure]:
    """Return the figures that 分别 hands out among several: 分别为15公顷和9公顷."""
    shared: list[Figure] = []
    for one, other in pairwise(own_figures):
        before = plain[max(span[0], one.start - 8) : one.start]
        is_joined = plain[one.end : other.start].strip("约为 ") in ("和", "与", "及", "、", "，")
        if is_joined and (one in shared or "分别" in before):
            shared += [one, other]
    return shared


def _of_part(reader: _Reader, figure: Figure, zone: UnderstoodZone, start: int) -> Figure:
    """Return a figure with the part of the zone that it is of: 核心区面积6.66公顷."""
    match = _PART_LABEL.search(reader.plain, max(start, figure.start - 24), figure.start)
    part = figure.within or (match["name"] if match else "")
    if part and simplified(zone.name).endswith(part):
        part = ""  # 核心区面积5公顷 under its own name
    return replace(figure, within=part)


def _is_of_change(reader: _Reader, figure: Figure) -> bool:
    """Return whether a figure is of what is added or left out: 另含河东地块3公顷."""
    changes = ("limits.adds", "limits.leaves-out")
    last = reader.zones[-1] if reader.zones else UnderstoodZone()
    return any(
        fault.reason in changes and fault.start <= figure.start < fault.end for fault in last.faults
    )


def _of_another(reader: _Reader, figure: Figure, start: int) -> _Name | None:
    """Return the name of another area of which a figure is, where the clause gives it."""
    last = reader.zones[-1] if reader.zones and reader.is_open else None
    if figure.kind != "area" or figure.within or not last or not last.areas:
        return None
    match = _OF_ANOTHER.search(reader.plain, max(start, figure.start - 24), figure.start)
    if not match or _GENERIC.fullmatch(match["name"]) or not figure.is_land:
        return None
    name = reader.text[match.start("name") : match.end("name")]
    return None if name in last.name or last.name in name else _Name(*match.span("name"))


def _leave(reader: _Reader, reason: str, start: int, end: int) -> None:
    """Keep words that were not understood."""
    reader.unread.append(NotUnderstood(reader.text[start:end], reason, start, end))
