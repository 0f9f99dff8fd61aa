"""Read printed amounts: areas, lengths and widths, with their units and their precision."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

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
_NUMBER = (
    r"(?P<said>(?:为|是|达|共计|共|计|合计|[:：]){0,3})"
    r"(?P<about>(?:大约|约|近|逾|超过|不足|不到|达){0,2})\s{0,4}"
    r"(?P<number>\d{1,12}(?:[,，]\d{3})*(?:[.．]\d{1,6})?)\s{0,4}(?P<more>[多余])?"
)
_AREA = re.compile(
    rf"(?P<label>[一-鿿]{{0,8}}面积|占地|用地)?{_NUMBER}"
    r"(?P<ten>万)?(?P<more2>[多余])?\s{0,4}"
    r"(?P<unit>平方公里|平方千米|km²|km2|㎢|公顷|hm²|hm2|ha(?![A-Za-z])|平方米|平米|m²|m2|㎡|亩"
    r"|(?<=万)平(?![方米]))"
    r"(?P<after>左右|以上)?"
)
_LENGTH = re.compile(
    r"(?P<label>(?:沿线|岸线|沿岸|道路|全线)?(?:全长|总长度?|长度|(?<![东西南北增成延])长|总里程|里程)"
    r"|(?P<width>(?:红线|路面|平均|道路|绿带|总)?(?:宽度|(?<!拓)宽)))"
    rf"{_NUMBER}(?P<unit>公里|千米|km(?![A-Za-z²2])|华里|里(?!程)|米|m(?![A-Za-z²2]))"
    r"(?P<after>左右|以上)?"
)
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
    r"其中(?:包括|包含|含|有)?(?P<within>[一-鿿]{2,8}?(?:区|县|市|段|部分|街道))[^，,。；;]{0,6}$"
)
_RANGE = re.compile(r"\d[-—–~～至到]$")


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
    + r"|(?<=万)平)"
)


def _value(number: str) -> str:
    """Return a number without thousands separators, in half-width digits."""
    digits = str.maketrans("０１２３４５６７８９．", "0123456789.")
    return re.sub("[,，]", "", number).translate(digits)


def _unit(match: re.Match[str]) -> str:
    word = match["unit"]
    symbol = "m²" if word == "平" else _SYMBOL[word]
    return ("万" if match["ten"] else "") + symbol


def printed_amount(printed: str) -> Decimal | None:
    """Return the one figure of some printed words, in km² or km; None if there is not one.

    Examples
    --------
    >>> printed_amount("约12.5公顷"), printed_amount("2,150亩"), printed_amount("全长800米")
    (Decimal('0.125'), Decimal('1.433'), Decimal('0.800'))
    >>> printed_amount("3至5公里") is None
    True
    """
    plain = simplified(printed)
    found = list(_PRINTED.finditer(plain))
    if len(found) != 1 or re.search(r"\d", plain.replace(found[0][0], "", 1)):
        return None
    match = found[0]
    value = _value(match["number"])
    return Figure("area", value, _unit(match), printed, False, "", "", 0, len(printed)).amount


def figures(text: str, plain: str, start: int, end: int) -> Iterator[Figure]:
    """Yield the areas, lengths and widths of a stretch of text, in its order.

    Parameters
    ----------
    text, plain : str
        The text as given, and in one script (`geo.sentences.script.simplified`).
    start, end : int
        The stretch.
    """
    matches = [*_AREA.finditer(plain, start, end), *_LENGTH.finditer(plain, start, end)]
    for match in sorted(matches, key=lambda match: match.start("number")):
        is_area = match.re is _AREA
        first = match.start("about" if match["about"] else "number")
        clause = re.split("[，,。；;、:：]", plain[max(first - 60, start) : first])[-1]
        part = _PART.search(plain, max(first - 24, start), first)
        label = match["label"] or ""
        land = _LAND_LABEL.search(label)
        unit = _unit(match) if is_area else _SYMBOL[match["unit"]]
        more = match["more"] or match["after"] or (is_area and match["more2"])
        kind: Literal["area", "length", "width"] = "area"
        if not is_area:
            kind = "width" if match["width"] else "length"
        is_of_floors = _NO_LAND.search(clause) or (is_area and unit == "m²" and not label)
        yield Figure(
            kind,
            _value(match["number"]),
            unit,
            text[first : match.end()],
            bool(match["about"] or more),
            land[0] if land else label,
            part["within"] if part else "",
            first,
            match.end(),
            not is_of_floors,
            _RANGE.search(plain, max(first - 2, 0), first) is not None,
        )
