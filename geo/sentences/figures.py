"""Read printed amounts: areas, lengths and widths, with their units and their precision."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from geo.sentences.script import simplified

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
_DIGITS = (
    r"(?:\d{1,3}(?:[,，]\d{3})+(?!\d)|\d{1,3}(?:[ 　]\d{3})+(?!\d)|\d{1,12})"
    r"(?:\s?[.．·・‧∙]\s?\d{1,6})?"
)
_HAN_DIGITS = r"[零〇一二两三四五六七八九十百千]{1,12}(?:点[零〇一二三四五六七八九]{1,6})?"
_SAID = (
    r"(?P<said>(?:为|是|达|共计|共|计|合计|[:：]){0,3})"
    r"(?P<about>(?:大约|约|近|逾|超过|不足|不到|达){0,2}(?:(?<=约)为)?)\s{0,4}"
)
_NUMBER = rf"{_SAID}(?P<number>{_DIGITS})\s{{0,4}}(?P<more>[多余])?"
_HAN_NUMBER = (
    _SAID + r"(?<![零〇一二两三四五六七八九十百千万亿点每第几数])"
    rf"(?P<number>{_HAN_DIGITS})(?P<more>[多余])?"
)
_AREA_LABEL = r"(?P<label>[一-鿿]{0,8}面积|占地|用地)?"
_AREA_UNIT = (
    r"(?P<ten>万)?(?P<more2>[多余])?\s{0,4}"
    r"(?P<unit>平\s?方\s?公\s?里|平\s?方\s?千\s?米|km\s?²|km\s?2|㎢|公\s?顷|hm\s?²|hm\s?2|ha(?![A-Za-z])"
    r"|平\s?方\s?米|平米|m\s?²|m\s?2|㎡|亩(?![路街巷村里园塘地田])|(?<=万)平(?![方米]))"
    r"(?P<after>左右|以上)?"
)
_LENGTH_LABEL = (
    r"(?P<label>(?:沿线|岸线|沿岸|道路|全线)?(?:全长|总长度?|长度|(?<![东西南北增成延])长|总里程|里程)"
    r"|(?P<width>(?:红线|路面|平均|道路|绿带|总)?(?:(?<![东西南北])宽度|(?<![拓东西南北])宽)))"
)
_LENGTH_UNIT = (
    r"(?P<unit>公\s?里|千米|km(?![A-Za-z²2])|华里|里(?!程)|米|m(?![A-Za-z²2]))"
    r"(?P<after>左右|以上)?"
)
_AREAS = tuple(re.compile(_AREA_LABEL + n + _AREA_UNIT) for n in (_NUMBER, _HAN_NUMBER))
_LENGTHS = tuple(re.compile(_LENGTH_LABEL + n + _LENGTH_UNIT) for n in (_NUMBER, _HAN_NUMBER))
_CUT = re.compile(r"\d(?:[\d,，.．·・‧∙ 　]|(?<=[.．·])\n)*$|\d\s?[×xX*^/]\s?$")
"""What stands before a number that is only the end of one: 1, in 1,49."""
CHINESE_FIGURE = re.compile(
    r"(?:面积|占地|用地|全长|总长|长度|宽度?)[约为达近共]{0,2}[一二三四五六七八九十百千两零点半]{1,12}万?"
    r"(?:平方公里|平方千米|公顷|亩|平方米|公里|华里|里|米)"
)
_NO_LAND = re.compile(
    r"建筑面积|总建筑|建筑规模|楼宇|房屋|住房|厂房|绿化|绿地|营业|办公|住宅|水域|水面|展览|使用面积|经营"
    r"|供热|改造|竣工|开工|施工|铺装|屋顶|体育|场地|人均|载体|商铺|种植|养护|修缮|商[业务贸]面积"
)
_LAND_LABEL = re.compile(r"(?:总|规划|区域|占地|用地|土地|建设|辖区|范围|控制|研究)*面积$")
_PART = re.compile(
    r"其中(?:包括|包含|含|有)?(?!总|规划|用地|占地|面积|约|近|共|为)(?P<within>[一-鿿]{2,12}?)"
    r"(?:(?:总|规划|用地|占地|土地)?面积|占地|用地)?[约为共计达有近]{0,3}$"
)
_RANGE = re.compile(r"\d[-—–~～至到]$")
EXTENT = re.compile(
    r"(?:南北|东西|[东西南北]{2})(?:方向|向)?(?:总|最|全)?(?:长度?|宽度?|跨度?|距离?|纵深|进深)[约为达近共]{0,3}"
    r"\s?\d[\d.,]*[多余]?\s?(?:公里|千米|米|k?m)"
)
"""南北长约1700米: how far an area reaches, and no belt's length or width."""
UNREAD_FIGURE = re.compile(
    r"(?:面积|占地|用地规模|全长|总长度?)[^，,。；;|\n\d（(]{0,8}?"
    r"(?P<digits>\d[\d.,，．·・ ~～至到—–-]*)"
    r"(?!\d)(?![\d.,，．·・ ]*万?[%％‰人元倍年层户栋处个套条月日号])[^\s，,。；;|（(]{0,6}"
)
"""A figure that a label announces; one that was not read is told."""


@dataclass(frozen=True)
class Figure:
    """An area, a length or a width as the text gives it.

    Parameters
    ----------
    kind : {"area", "length", "width"}
    value : str
        The number as printed, without thousands separators and in half-width
        digits; its decimals are the printed precision.
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
    is_land : bool
        False for floors, lawns and the like.
    is_range : bool
        Whether it is the end of a range (3-5公顷).
    is_sure : bool
        False where the number may be only the end of one (1,49公顷).
    """

    kind: Literal["area", "length", "width"]
    value: str
    unit: str
    printed: str
    is_approximate: bool
    label: str
    within: str
    start: int
    end: int
    is_land: bool = True
    is_range: bool = False
    is_sure: bool = True

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
    rf"(?P<number>{_DIGITS}|{_HAN_DIGITS})\s*[多余]?(?P<ten>万)?[多余]?\s*(?P<unit>"
    + "|".join(sorted(map(re.escape, _SYMBOL), key=len, reverse=True))
    + r"|(?<=万)平)"
)


def _value(number: str) -> str | None:
    """Return a number in half-width digits without separators; None if it is none."""
    if re.match("[零〇一二两三四五六七八九十百千]", number):
        return han_number(number)
    digits = str.maketrans("０１２３４５６７８９．·・‧∙", "0123456789.....")
    return re.sub(r"[,，\s]", "", number).translate(digits)


_HAN_VALUES = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_WHOLE = re.compile(
    r"(?:(?P<k>[一二两三四五六七八九])千)?(?P<k0>零)?(?:(?P<h>[一二两三四五六七八九])百)?(?P<h0>零)?"
    r"(?:(?P<t>[一二三四五六七八九])?(?P<ten>十))?(?P<u>[一二两三四五六七八九])?"
)


def han_number(words: str) -> str | None:
    """Return a number in Chinese numerals below ten thousand in digits; None if it is none.

    Examples
    --------
    >>> han_number("一点四九"), han_number("十二"), han_number("二百三十五"), han_number("一〇八")
    ('1.49', '12', '235', '108')
    >>> han_number("一百二") is None  # 120 to some, and not written so in a plan
    True
    """
    whole, _, decimals = words.partition("点")
    after = "".join(str(_HAN_VALUES[c]) for c in decimals)
    if len(whole) > 1 and not set(whole) & set("十百千两"):
        before = "".join(str(_HAN_VALUES[c]) for c in whole)
    elif whole in ("零", "〇"):
        before = "0"
    else:
        match = _HAN_WHOLE.fullmatch(whole)
        if not match or (match["u"] and not match["ten"] and len(whole) > 1 and "零" not in whole):
            return None
        tens = _HAN_VALUES[match["t"] or "一"] if match["ten"] else 0
        parts = (match["k"], match["h"])
        thousands, hundreds = (_HAN_VALUES[part] if part else 0 for part in parts)
        units = _HAN_VALUES[match["u"]] if match["u"] else 0
        before = str(1000 * thousands + 100 * hundreds + 10 * tens + units)
    return f"{before}.{after}" if after else before


def _unit(match: re.Match[str]) -> str:
    word = re.sub(r"\s", "", match["unit"])
    symbol = "m²" if word == "平" else _SYMBOL[word]
    return ("万" if match["ten"] else "") + symbol


def may_be_amount(printed: str, figure: str) -> bool:
    """Return whether printed words may say a figure in km² or km.

    Words without a unit, as in a table whose heading has it, may say it in any unit.

    Examples
    --------
    >>> may_be_amount("12公顷", "0.12"), may_be_amount("12公顷", "12"), may_be_amount("12", "0.12")
    (True, False, True)
    """
    amount = printed_amount(printed)
    if amount is not None:
        return f"{amount:f}" == figure
    if re.findall(r"\d+(?:\.\d+)?", printed) == [figure]:
        return True
    bare = _CELL.fullmatch(simplified(printed))
    value = _value(bare["number"]) if bare else None
    units = [ten + unit for unit in _FACTOR for ten in ("", "万")]
    return value is not None and any(
        f"{Figure('area', value, unit, '', False, '', '', 0, 0).amount:f}" == figure
        for unit in units
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
    plain = re.sub(r"(?<=[平方公千])\s(?=[方公千里米顷])", "", simplified(printed))
    matches = list(_PRINTED.finditer(plain))
    if len(matches) != 1 or re.search(r"\d", plain.replace(matches[0][0], "", 1)):
        return None
    match = matches[0]
    value = _value(match["number"])
    if value is None:
        return None
    return Figure("area", value, _unit(match), printed, False, "", "", 0, len(printed)).amount


_COLUMN = re.compile(
    r"[^|\t\n]{0,8}(?:面积|占地|用地|规模)[^|\t\n\d]{0,4}?[（(/／\[]?\s?(?:单位[:：])?"
    r"(?P<ten>万)?(?P<unit>平方公里|平方千米|km²|km2|㎢|公顷|hm²|hm2|ha|亩|平方米|m²|m2|㎡)\s?[)）\]]?"
)
_CELL = re.compile(rf"\s*(?P<number>{_DIGITS})\s*")


class Column(NamedTuple):
    """A column of a table whose heading gives the unit of its figures."""

    place: int
    width: int
    unit: str


def cells(plain: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return where the cells of a row stand; one alone if it is no row."""
    row = plain[start:end]
    first = start + len(row) - len(row.lstrip(" \n"))
    last = start + len(row.rstrip(" \n\r"))
    first += plain[first:last].startswith("|")
    last -= plain[first:last].endswith("|")
    spans: list[tuple[int, int]] = []
    for mark in [*re.finditer(r"[|\t]", plain[first:last]), None]:
        stop = first + mark.start() if mark else last
        begin = spans[-1][1] + 1 if spans else first
        spans.append((begin, stop))
    return spans


def column_of(plain: str, start: int, end: int) -> Column | None:
    """Return the column of areas that a heading row announces with its unit, or None.

    Examples
    --------
    >>> row = "| 片区 | 四至 | 面积（公顷） |"
    >>> column_of(row, 0, len(row))
    Column(place=2, width=3, unit='ha')
    """
    row = cells(plain, start, end)
    for place, (first, last) in enumerate(row):
        match = _COLUMN.fullmatch(plain[first:last].strip())
        if match and len(row) > 1:
            return Column(place, len(row), _unit(match))
    return None


def figure_of_column(text: str, plain: str, start: int, end: int, column: Column) -> Figure | None:
    """Return the area in a row's cell under a heading that gives its unit, or None."""
    row = cells(plain, start, end)
    if len(row) != column.width:
        return None
    match = _CELL.fullmatch(plain, *row[column.place])
    if not match:
        return None
    first, last = match.span("number")
    value = _value(match["number"])
    return Figure("area", value or "", column.unit, text[first:last], False, "", "", first, last)


def figures(text: str, plain: str, start: int, end: int) -> Iterator[Figure]:
    """Yield the areas, lengths and widths of a stretch of text, in its order.

    Parameters
    ----------
    text, plain : str
        The text as given, and in one script (`geo.sentences.script.simplified`).
    start, end : int
        The stretch.
    """
    matches = [m for form in (*_AREAS, *_LENGTHS) for m in form.finditer(plain, start, end)]
    for match in sorted(matches, key=lambda match: match.start("number")):
        is_area = match.re in _AREAS
        value = _value(match["number"])
        if value is None:
            continue
        first = match.start("about" if match["about"] else "number")
        clause = re.split("[，,。；;、:：]", plain[max(first - 60, start) : first])[-1]
        part = _PART.search(plain, max(first - 24, start), first)
        label = match["label"] or ""
        land = _LAND_LABEL.search(label)
        unit = _unit(match) if is_area else _SYMBOL[re.sub(r"\s", "", match["unit"])]
        surplus = match["more"] or match["after"] or (is_area and match["more2"])
        kind: Literal["area", "length", "width"] = "area"
        if not is_area:
            kind = "width" if match["width"] else "length"
        is_of_floors = _NO_LAND.search(clause) or (is_area and unit == "m²" and not label)
        yield Figure(
            kind,
            value,
            unit,
            text[first : match.end()],
            bool(match["about"] or surplus),
            land[0] if land else label,
            part["within"] if part else "",
            first,
            match.end(),
            not is_of_floors,
            _RANGE.search(plain, max(first - 2, 0), first) is not None,
            _is_whole(plain, start, match),
        )


def said_with_about(printed: str, passages: Iterable[str]) -> set[bool]:
    """Return whether 约 or the like stands with a printed figure, for each time that it is read.

    Examples
    --------
    >>> said_with_about("7.2平方公里", ["总面积约7.2平方公里，其中绿地1平方公里"])
    {True}
    """
    return {
        figure.is_approximate
        for passage in passages
        if printed in passage
        for figure in figures(passage, simplified(passage), 0, len(passage))
        if printed in figure.printed or figure.printed in printed
    }


def _is_whole(plain: str, start: int, match: re.Match[str]) -> bool:
    """Return whether a number begins where it was found, and is one number."""
    first, number = match.start("number"), match["number"]
    break_before = _CUT.search(plain, max(start, first - 30), first)
    if break_before and not match["said"] and not match["about"]:
        digits = re.split("[,，]", number)[0].strip()
        is_clause = break_before[0].rstrip().endswith("，") and not re.match(r"\d{3}(?!\d)", digits)
        if not is_clause:  # 1,49 and 1.2.3; after 2025，12公顷 begins a figure of its own
            return False
    is_joined = re.search(r"[\s·・‧∙]", number) is not None
    is_led = bool(match["label"] or match["said"] or match["about"])
    return is_led or not is_joined or plain[max(start, first - 2) : first].strip() == "|"
