"""Understand a pasted paragraph: the zones it names, their limits, areas and lengths.

Everything returned is words of the paragraph with their place in it. What looks like a limit
or a figure and cannot be read is returned too, with the reason. No road is added.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from geo.errors import InputTooLargeError
from geo.sentences import words
from geo.sentences.limits import MAX_CHARACTERS, Limit, LimitsSentenceError, parse_limits
from geo.texts import Text
from geo.texts import text as catalogue_text

LONGEST_TEXT = 200_000
"""Longest text taken at once, in characters; the longest of the five plans has 41,000."""

_NEXT = 1
"""A figure without limits belongs to a heading only in the very next sentence."""
_STAYS_OPEN = 3
"""Sentences, with its own, in which a zone's figures are looked for."""

_UNITS = {
    "平方公里 平方千米 km² km2 ㎢": ("km²", Decimal(1)),
    "公顷 hm² hm2 ha": ("ha", Decimal("0.01")),
    "平方米 平米 m² m2 ㎡": ("m²", Decimal("0.000001")),
    "亩": ("亩", Decimal(1) / Decimal(1500)),  # 15 mu to the hectare: 666.6667 m²
    "公里 千米 km": ("km", Decimal(1)),
    "华里 里": ("里", Decimal("0.5")),
    "米 m": ("m", Decimal("0.001")),
}
_SYMBOL = {word: symbol for spellings, (symbol, _) in _UNITS.items() for word in spellings.split()}
_FACTOR = dict(_UNITS.values())
_NUMBER = (
    r"(?P<said>(?:为|是|达|共计|共|计|合计|[:：])*)(?P<about>(?:大约|约|近|逾|超过|不足|不到|达)*)\s*"
    r"(?P<number>\d{1,12}(?:[,，]\d{3})*(?:[.．]\d{1,6})?)\s*(?P<more>[多余])?"
)
_AREA = re.compile(
    rf"(?P<label>[一-鿿]{{0,8}}面积|占地|用地)?{_NUMBER}(?P<ten>万)?(?P<more2>[多余])?\s*"
    r"(?P<unit>平方公里|平方千米|km²|km2|㎢|公顷|hm²|hm2|ha(?![A-Za-z])|平方米|平米|m²|m2|㎡|亩)"
    r"(?P<after>左右|以上)?"
)
_LENGTH = re.compile(
    r"(?P<label>(?:沿线|岸线|沿岸|道路|全线)?(?:全长|总长度?|长度|(?<![东西南北增成延])长|总里程|里程))"
    rf"{_NUMBER}(?P<unit>公里|千米|km(?![A-Za-z²2])|华里|里(?!程)|米|m(?![A-Za-z²2]))"
    r"(?P<after>左右|以上)?"
)
_CHINESE_FIGURE = re.compile(
    r"(?:面积|占地|全长|总长)[约为达近]{0,2}[一二三四五六七八九十百千两零点半]{1,12}万?"
    r"(?:平方公里|平方千米|公顷|亩|平方米|公里|米)"
)
_NO_LAND = re.compile(
    r"建筑面积|总建筑|建筑规模|楼宇|房屋|住房|厂房|绿化|绿地|营业|办公|住宅|水域|水面|展览|使用面积|经营"
    r"|供热|改造|竣工|开工|施工|铺装|屋顶|体育|场地|人均|载体|商铺|种植|养护|修缮|商[业务贸]面积"
)
_LAND_LABEL = re.compile(r"(?:总|规划|区域|占地|用地|土地|建设|辖区|范围|控制|研究)*面积$")
_PART = re.compile(
    r"其中(?:包括|包含|含|有)?(?P<within>[一-鿿]{2,8}?(?:区|县|市|段|部分|街道))[^，,。；;]{0,6}$"
)

_NUMBERING = (
    r"(?:[\s　#*\-•·]*(?:第?[一二三四五六七八九十百]{1,4}[章节条]?[、.．:：是]|"
    r"[（(][一二三四五六七八九十\d]{1,3}[)）]、?|\d{1,2}[、.．)）]|[①-⑳])?[\s　*“\"]*)"
)
_ZONE_END = (
    r"(?:区|带|片|组团|园|中心|节点|轴|廊道?|圈|广场|城|地块|走廊|街|单元|系统|岛|核|地段|基地)"
)
_NAME = rf"(?P<name>[^\s，,。：:；;、！？!?（()）“”\"]{{2,30}}?{_ZONE_END})"
_HEADING = re.compile(rf"{_NUMBERING}{_NAME}[”\"*]*[。：:\s　]*")
_LED_BY_NAME = re.compile(
    rf"{_NUMBERING}{_NAME}[”\"]?(?=[：:，,（(]|的?(?:规划|研究|控制|具体|总体|设计)?(?:四至)?(?:范围|边界|四至)|位于|地处"
    r"|[东西南北]{1,2}[、侧面部]?[东西南北至到起临邻接抵以靠隔]|总?(?:规划|用地|占地|区域)?面积|总?占地|全长|沿线|岸线|总长|以|由|自|从|即|为)"
)
_GENERIC = re.compile(
    r"(?:规划|研究|本|全|我|该|此|其|核心|中心|项目|设计|控制|建设|四至|整个|范围)*"
    r"(?:区|片|片区|地块|园区|街区|城区|带|中心|市中心|主城区|单元|核)|.*(?:位于|地处).*"
)
_LOOKS_LIMITED = re.compile(
    r"围合|合围|围成|所围|闭合|四至"
    r"|(?:[东西南北]{1,2}[侧面部边]?(?:[至到起临邻接抵靠隔]|以[^，,、]{2,12}为界|为|[:：]).{2,40}?){2}"
    r"|(?:[路道街河线]以[东西南北].{2,30}?){2}|(?:[路道街河线][东西南北]侧.{2,30}?){3}"
)
_ENDPOINT = r"[^，,。；;、\s起至到止]{2,20}?"
_AFTER_END = r"(?=[，,。；;、\s]|全长|总长|长|段|的|$)"
_AXIS = re.compile(
    rf"(?P<one>[东西南北]{{1,2}})[侧端]?(?:起自|起于|始于|自|起|至|到|接|抵|临)(?P<start>{_ENDPOINT})"
    rf"[，,、\s]*(?P<two>[东西南北]{{1,2}})[侧端]?(?:止于|直至|至|到|止|接|抵|临)(?P<end>{_ENDPOINT})"
    rf"{_AFTER_END}"
)
_FROM_TO = re.compile(
    rf"(?P<road>[^，,。；;：:、\s]{{2,12}}[路道街河线])?(?:起于|起自|自|从)(?P<start>{_ENDPOINT})"
    rf"[，,、\s]*(?:止于|至|到)(?P<end>{_ENDPOINT}){_AFTER_END}"
)
_ALONG = re.compile(r"沿(?P<road>[^，,。；;、\s]{2,12}?[路道街河])")


@dataclass(frozen=True)
class Figure:
    """An area or a length as the text gives it.

    Parameters
    ----------
    kind : {"area", "length"}
    value : str
        The number as printed, without thousands separators; its decimals
        are the printed precision.
    unit : str
        ``km²``, ``ha``, ``亩``, ``m²``, ``万m²``, ``万亩``, or ``km``, ``m``, ``里``.
    printed : str
        The words, such as ``约7.2平方公里``.
    is_approximate : bool
        Whether 约, 近, 左右, 余 or the like stands with it.
    label : str
        The word before it, such as 总面积 or 沿线总长.
    within : str
        For a part (其中包括和平区约5.2平方公里): the part's name; else empty.
    start, end : int
        Characters of ``printed`` in the text.
    """

    kind: Literal["area", "length"]
    value: str
    unit: str
    printed: str
    is_approximate: bool
    label: str
    within: str
    start: int
    end: int

    @property
    def amount(self) -> Decimal:
        """The figure in km² or km, with as many decimals as the printed one supports."""
        factor = _FACTOR[self.unit.removeprefix("万")]
        factor *= Decimal("1E+4") if self.unit.startswith("万") else 1
        amount = Decimal(self.value) * factor
        if not self.unit.endswith("亩"):
            return amount
        last_digit = Decimal(1).scaleb(int(Decimal(self.value).as_tuple().exponent)) * factor
        return amount.quantize(Decimal(1).scaleb(last_digit.adjusted() + 1))  # 6.667 is nearer 10


_PRINTED = re.compile(
    r"(?P<number>\d{1,12}(?:[,，]\d{3})*(?:[.．]\d{1,6})?)\s*[多余]?(?P<ten>万)?[多余]?\s*(?P<unit>"
    + "|".join(sorted(map(re.escape, _SYMBOL), key=len, reverse=True))
    + ")"
)


def printed_amount(printed: str) -> Decimal | None:
    """Return the one figure of some printed words, in km² or km; None if there is not one.

    Examples
    --------
    >>> printed_amount("约12.5公顷"), printed_amount("2,150亩"), printed_amount("全长800米")
    (Decimal('0.125'), Decimal('1.433'), Decimal('0.800'))
    >>> printed_amount("3至5公里") is None
    True
    """
    found = list(_PRINTED.finditer(printed))
    if len(found) != 1 or re.search(r"\d", printed.replace(found[0][0], "", 1)):
        return None
    match = found[0]
    value = re.sub("[,，]", "", match["number"]).replace("．", ".")
    unit = ("万" if match["ten"] else "") + _SYMBOL[match["unit"]]
    return Figure("area", value, unit, printed, False, "", "", 0, len(printed)).amount


@dataclass(frozen=True)
class Axis:
    """A belt's line: from where to where, and along which road if the text says so."""

    road: str
    start_name: str
    end_name: str
    sides: tuple[words.Side, ...]
    start: int
    end: int


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
    axis : Axis or None
    areas, lengths : tuple of Figure
    """

    name: str = ""
    kind: Literal["zone", "belt"] = "zone"
    start: int = 0
    end: int = 0
    limits_text: str = ""
    limits_start: int = 0
    limits_end: int = 0
    limits: tuple[Limit, ...] = ()
    axis: Axis | None = None
    areas: tuple[Figure, ...] = ()
    lengths: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class NotUnderstood:
    """Words that look like limits or figures and could not be read, and why."""

    text: str
    reason: str
    start: int
    end: int

    def explain(self, language: str = "zh") -> str:
        """Return the reason in Chinese or English, with the words and their place."""
        found = self.text if len(self.text) <= 40 else self.text[:39] + "…"
        return catalogue_text(
            self.reason, language, found=found, first=self.start + 1, last=self.end
        )


@dataclass(frozen=True)
class Understanding:
    """What a text says about zones, and what of it was not understood."""

    zones: tuple[UnderstoodZone, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = ()


@dataclass
class _Reader:
    """The zones read so far, and what the next sentences may add to the last one."""

    text: str
    zones: list[UnderstoodZone] = field(default_factory=list)
    unread: list[NotUnderstood] = field(default_factory=list)
    heading: tuple[int, int] | None = None
    heading_age: int = 0  # sentences since the heading
    is_open: int = 0  # sentences for which the last zone still takes figures


def understand(text: str) -> Understanding:
    """Find the zones, limits, areas and lengths in a paragraph or a whole plan text.

    Parameters
    ----------
    text : str
        Chinese text, at most `LONGEST_TEXT` characters.

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
    reader = _Reader(text)
    for start, end in _sentences(text):
        _read_sentence(reader, start, end)
    zones = tuple(z for z in reader.zones if z.limits or z.axis or z.areas or z.lengths)
    return Understanding(zones, tuple(sorted(reader.unread, key=lambda u: u.start)))


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences; a line that is only wrapped does not end one."""
    breaks = [0]
    for mark in re.finditer(
        r"[。！？!?]|[；;](?!\s*[东西南北]{1,2}[侧面部边]?[至到起临邻接抵以：:为])|\n", text
    ):
        if mark[0] != "\n":
            breaks.append(mark.end())
            continue
        line = text[text.rfind("\n", 0, mark.start()) + 1 : mark.start()].strip()
        following = text[mark.end() : mark.end() + 12]
        is_wrapped = (
            len(line) >= 18
            and line[-1] not in "。！？!?；;：:"
            and following[:1].strip() != ""
            and not re.match(rf"{_NUMBERING}(?:规划|四至|功能|实施|范围|面积)|[（(\d#*]", following)
        )
        if not is_wrapped and not (line.endswith(("、", "，", ",")) and following.strip()):
            breaks.append(mark.end())
    for start, end in pairwise([*breaks, len(text)]):
        if text[start:end].strip():
            yield start, end


def _read_sentence(reader: _Reader, start: int, end: int) -> None:
    """Read one sentence into the zones."""
    sentence = reader.text[start:end]
    if len(sentence) > MAX_CHARACTERS:
        _leave(reader, "paragraph.too-long", start, end)
        return
    reader.is_open = max(reader.is_open - 1, 0)
    reader.heading_age += 1
    if reader.heading_age > _STAYS_OPEN + 3:
        reader.heading = None
    heading = _HEADING.fullmatch(sentence)
    if heading and not _GENERIC.fullmatch(heading["name"]):
        reader.heading = (start + heading.start("name"), start + heading.end("name"))
        reader.heading_age = reader.is_open = 0
        return
    led = _LED_BY_NAME.match(sentence)
    if led and _GENERIC.fullmatch(led["name"]):
        led = None
    figures = [*_figures(sentence, start)]
    is_described = any(is_land for _, is_land in figures)
    has_length = any(figure.kind == "length" and is_land for figure, is_land in figures)
    found = _limits(reader, sentence, start, has_length=has_length)
    if led:
        reader.heading = (start + led.start("name"), start + led.end("name"))
        reader.heading_age = 0
        reader.is_open = 0
    is_new = found is not None or (
        is_described
        and (led is not None or (reader.heading is not None and reader.heading_age <= _NEXT))
    )
    if is_new:
        _add_zone(reader, found or UnderstoodZone(), sentence, start)
    _add_figures(reader, figures)
    for figure in _CHINESE_FIGURE.finditer(sentence):
        _leave(reader, "paragraph.chinese-number", start + figure.start(), start + figure.end())


def _add_zone(reader: _Reader, zone: UnderstoodZone, sentence: str, start: int) -> None:
    """Add a zone under its heading, or its limits to the zone whose figures came first."""
    last = reader.zones[-1] if reader.zones and reader.is_open else None
    reader.is_open = _STAYS_OPEN
    if last and zone.limits and not (last.limits or last.axis or reader.heading):
        zone = replace(zone, name=last.name, start=last.start, end=last.end)
        reader.zones[-1] = replace(zone, areas=last.areas, lengths=last.lengths)
        return
    first, stop = reader.heading or (start, start)
    if not zone.limits:
        begin, end = _span(sentence, start)
        begin = max(begin, stop)
        zone = replace(zone, limits_text=reader.text[begin:end], limits_start=begin, limits_end=end)
    reader.zones.append(replace(zone, name=reader.text[first:stop], start=first, end=stop))
    reader.heading = None


def _limits(
    reader: _Reader, sentence: str, start: int, *, has_length: bool
) -> UnderstoodZone | None:
    """Return the limits or the axis of one sentence, and keep what was refused."""
    axis = _axis(sentence, start, has_length=has_length)
    if not _LOOKS_LIMITED.search(sentence):
        return UnderstoodZone(kind="belt", axis=axis) if axis else None
    begin, stop = _span(sentence, start)
    try:
        limits = parse_limits(reader.text[begin:stop])
    except LimitsSentenceError as error:
        if axis:
            return UnderstoodZone(kind="belt", axis=axis)
        if error.reason != "no-limits":
            _leave(reader, f"limits.{error.reason}", begin + error.start, begin + error.end)
        return None
    return UnderstoodZone(
        limits_text=reader.text[begin:stop],
        limits_start=begin,
        limits_end=stop,
        limits=tuple(
            replace(limit, start=begin + limit.start, end=begin + limit.end) for limit in limits
        ),
    )


def _span(sentence: str, start: int) -> tuple[int, int]:
    """Return the characters of a sentence without the label or name before a colon."""
    label = re.match(r"\s*(?:[^，,。：:]{2,30}[：:]\s*){0,2}", sentence)
    return start + (label.end() if label else 0), start + len(sentence.rstrip())


def _axis(sentence: str, start: int, *, has_length: bool) -> Axis | None:
    """Return the line from one place to another that a sentence about a length gives."""
    if not has_length or len(re.findall(r"[东西南北][侧端]?[至到起临抵]", sentence)) > 2:
        return None
    match = _AXIS.search(sentence)
    if match:
        sides = words.sides(match["one"]) + words.sides(match["two"])
        if len(sides) != 2 or words.OPPOSITE[sides[0]] != sides[1]:
            return None
        along = _ALONG.search(sentence)
        road = along["road"] if along else ""
    else:
        match, sides = _FROM_TO.search(sentence), ()
        if not match:
            return None
        road = match["road"] or ""
    return Axis(
        road, match["start"], match["end"], sides, start + match.start(), start + match.end()
    )


def _figures(sentence: str, offset: int) -> Iterator[tuple[Figure, bool]]:
    """Yield the areas and lengths of a sentence, and whether each is one of land or of a line."""
    matches = [*_AREA.finditer(sentence), *_LENGTH.finditer(sentence)]
    for match in sorted(matches, key=lambda match: match.start("number")):
        is_area = match.re is _AREA
        start = match.start("about" if match["about"] else "number")
        clause = re.split("[，,。；;、:：]", sentence[max(start - 60, 0) : start])[-1]
        part = _PART.search(sentence, max(start - 24, 0), start)
        label = match["label"] or ""
        land = _LAND_LABEL.search(label)
        unit = _SYMBOL[match["unit"]]
        more = match["more"] or match["after"] or (is_area and match["more2"])
        figure = Figure(
            "area" if is_area else "length",
            re.sub("[,，]", "", match["number"]).replace("．", "."),
            ("万" if is_area and match["ten"] else "") + unit,
            sentence[start : match.end()],
            bool(match["about"] or more),
            land[0] if land else label,
            part["within"] if part else "",
            offset + start,
            offset + match.end(),
        )
        is_of_floors = _NO_LAND.search(clause) or (is_area and unit == "m²" and not label)
        yield figure, not is_of_floors


def _add_figures(reader: _Reader, figures: list[tuple[Figure, bool]]) -> None:
    """Give figures to the zone that is being described, or keep them as not understood."""
    for figure, is_land in figures:
        before = reader.text[max(figure.start - 2, 0) : figure.start]
        if re.search(r"\d[-—–~～至到]$", before):
            _leave(reader, "paragraph.range", figure.start, figure.end)
        elif not is_land:
            _leave(reader, "paragraph.other-area", figure.start, figure.end)
        elif not reader.is_open or not reader.zones:
            _leave(reader, "paragraph.no-zone", figure.start, figure.end)
        elif figure.kind == "area":
            zone = reader.zones[-1]
            reader.zones[-1] = replace(zone, areas=(*zone.areas, figure))
        else:
            zone = reader.zones[-1]
            kind: Literal["zone", "belt"] = "zone" if zone.limits else "belt"
            reader.zones[-1] = replace(zone, kind=kind, lengths=(*zone.lengths, figure))


def _leave(reader: _Reader, reason: str, start: int, end: int) -> None:
    """Keep words that were not understood."""
    reader.unread.append(NotUnderstood(reader.text[start:end], reason, start, end))
