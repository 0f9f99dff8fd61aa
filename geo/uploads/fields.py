"""Tell which columns of a reader's file hold names and stated areas, and what a cell states."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import Issue
from geo.sentences.figures import printed_amount
from geo.texts import Text

if TYPE_CHECKING:
    import geopandas as gpd

UNITS: Mapping[str, str] = {
    "km²": "平方公里",
    "ha": "公顷",
    "亩": "亩",
    "m²": "平方米",
    "万m²": "万平方米",
}
"""Units of a stated area by their key, with the words that stand for them."""

_NAME_COLUMNS = (
    "名称",
    "片区名称",
    "片区",
    "name",
    "zone",
    "地块",
    "区块",
    "宗地",
    "mc",
    "title",
    "标题",
)
_NAME_WORDS = re.compile("名|name|mc$", re.IGNORECASE)
_OTHER_NAMES = re.compile(
    "行政区|区县|xzq|qsdw|坐落|文件|file|用户|user|name_en|英文|曾用|地类|dlmc|dlbm", re.IGNORECASE
)
"""Names of what a shape lies in, is used for or was made by: seldom the name of the shape."""
_NUMBER_COLUMNS = (
    "工作表", "图内文字", "id", "zone_id", "编号", "地块编号", "地块号", "宗地号", "片区编号",
    "layer",
)  # fmt: skip
_AREA_WORDS = re.compile(r"面[积積]|area|mj", re.IGNORECASE)
_MEASURED_WORDS = re.compile(r"computed|measured|shape_?area|量算|计算|实测|建筑", re.IGNORECASE)
_SURVEYED = re.compile(r"^(?:TB|ZD|DK|KC|YD|PZ)MJ$", re.IGNORECASE)
"""Areas of land surveys by their field names (图斑面积 TBMJ, 宗地面积 ZDMJ): square metres."""
_CUT_HEADING = 9
"""Bytes that are left of 规划面积 in the ten bytes of a Shapefile's field name: 规划面."""
_FOREIGN_UNIT = re.compile(
    r"acres?(?![a-z])|英亩|(?<![a-z])sq\.?_?\s?f(?:ee|oo)?t|ft2|ft²|平方英尺|(?<![a-z])sq\.?_?\s?mi|[（(_]坪[)）]?$"
    r"|(?<![公市田])顷|(?<![a-z])dunam",
    re.IGNORECASE,
)
"""Units of headings that figures of plans do not have here; none is taken for another."""

_UNIT_WORDS = (
    (_SURVEYED, "m²"),
    (re.compile(r"km|k㎡|㎢|平方公里|平方千米|sq\.?_?\s?km", re.IGNORECASE), "km²"),
    (re.compile(r"公[顷頃]|(?<![a-z])ha(?![a-z])|hectare|hm|h㎡", re.IGNORECASE), "ha"),
    (re.compile(r"亩|畝|(?<![a-z])mu(?![a-z])", re.IGNORECASE), "亩"),
    (re.compile(r"[万萬](?:平|m|㎡)", re.IGNORECASE), "万m²"),
    (re.compile(r"平方米|平米|m\^?2|m²|㎡|(?<![a-z])sq_?m(?![a-z])", re.IGNORECASE), "m²"),
)


_SPELLINGS = (
    (re.compile(r"(?<=m)(?:<sup>2</sup>|&sup2;|\^2|\*\*2)", re.IGNORECASE), "²"),
    (re.compile("[kK]㎡"), "km²"),
    (re.compile("[hH]㎡"), "公顷"),
    (re.compile("公[頃傾]"), "公顷"),
    (re.compile("市?[亩畝]"), "亩"),
    (re.compile("平方公里|平方千米|平方公裏|平方公裡"), "平方公里"),
    (re.compile("萬"), "万"),
    (re.compile(r"万平(?:方米|米|方)?(?![方米])"), "万平方米"),
    (re.compile(r"(?<=[\d\s])(?:HA|Ha|hA|[Hh]ectares?)\b"), "ha"),
    (re.compile(r"(?<=[\d\s])(?:KM2|Km2|KM²|Km²|sq\.? ?km|SQ\.? ?KM)", re.ASCII), "km²"),
    (re.compile(r"(?<=[\d\s])(?:M2|M²|sqm|SQM|sq\.? ?m)\b"), "m²"),
)

_BARE = re.compile(r"[约近]?\s*\d+(?:[,，]\d{3})*(?:[.．]\d+)?")
"""A figure without a unit of its own."""

_BOUND = re.compile(
    r"(?<![a-z/])[≥≤≧≦＞＜><]\s*\d|不[小少低]于|不[大多高]于|不超过|至少|至多|最[小大多少]"
    r"|(?<=[顷頃亩畝里米²2㎡])以[上下内]"
)
"""A figure that is a bound is no figure to agree with."""

SAME_AREA = Decimal("0.01")
"""Two figures of one cell that differ by less say the same in two units (1 %: of rounding)."""


@dataclass(frozen=True)
class Fields:
    """Which columns of a file hold the name and the stated area, and its unit.

    Parameters
    ----------
    name, area : str
        Columns; empty for none.
    unit : str
        A key of `UNITS`, for figures without a unit of their own.
    """

    name: str = ""
    area: str = ""
    unit: str = "km²"


def guess_fields(layer: gpd.GeoDataFrame) -> Fields:
    """Guess which columns hold the name and the stated area; the reader confirms.

    Examples
    --------
    >>> import geopandas as gpd
    >>> layer = gpd.GeoDataFrame({"名称": ["甲"], "规划面积_公顷": [12.5]}, geometry=[None])
    >>> guess_fields(layer)
    Fields(name='名称', area='规划面积_公顷', unit='ha')
    """
    columns = [
        str(column)
        for column in layer.columns
        if column != layer.geometry.name and any(map(_says, layer[column]))
    ]
    by_lower = {column.lower(): column for column in reversed(columns)}

    def first_of(names: tuple[str, ...]) -> str:
        return next((by_lower[column] for column in names if column in by_lower), "")

    named = sorted(
        (c for c in columns if _NAME_WORDS.search(c)),
        key=lambda c: _OTHER_NAMES.search(c) is not None,
    )
    name = first_of(_NAME_COLUMNS) or next(iter(named), "") or first_of(_NUMBER_COLUMNS)
    areas = [c for c in columns if _is_area(c) and not _FOREIGN_UNIT.search(c)]
    areas.sort(key=lambda c: not re.search("stated|规划|規劃|km2", c, re.IGNORECASE))
    area = areas[0] if areas else ""
    unit = next((key for words, key in _UNIT_WORDS if words.search(area)), "km²")
    return Fields(name, area, unit)


def field_issues(layer: gpd.GeoDataFrame, fields: Fields, place: str) -> list[Issue]:
    """Say which columns of areas have a unit that is not read here, and which have none.

    Parameters
    ----------
    layer : GeoDataFrame
    fields : Fields
        As guessed.
    place : str
        Names the file.

    Returns
    -------
    list of Issue
        ``area-unit-foreign`` for each heading with acres or the like, ``area-unit-not-said``
        where figures stand without any unit and are taken as `Fields.unit` until told.
    """
    issues = [
        Issue(
            "area-unit-foreign",
            "warning",
            place,
            Text("own.unit-foreign", column=column[:60]),
            Text("own.unit-foreign.remedy"),
        )
        for column in map(str, layer.columns.drop(layer.geometry.name))
        if _is_area(column) and _FOREIGN_UNIT.search(column)
    ]
    heading_says = any(words.search(fields.area) for words, _ in _UNIT_WORDS)
    if fields.area and not heading_says and any(map(_is_bare, layer[fields.area])):
        unit = Text(f"own.unit.{fields.unit}")
        message = Text("own.unit-not-said", column=fields.area[:60], unit=unit)
        remedy = Text("own.unit-not-said.remedy")
        issues.append(Issue("area-unit-not-said", "warning", place, message, remedy))
    return issues


def _is_bare(cell: Any) -> bool:
    """Tell whether a cell is a figure without a unit."""
    if cell is None or isinstance(cell, bool):
        return False
    words = cell.strip() if isinstance(cell, str) else _digits(cell)
    return _BARE.fullmatch(words) is not None


def _is_area(column: str) -> bool:
    """Tell whether a heading is that of an area which somebody stated."""
    is_cut = column.endswith("面") and len(column.encode()) == _CUT_HEADING
    return (is_cut or bool(_AREA_WORDS.search(column))) and not _MEASURED_WORDS.search(column)


def _says(cell: Any) -> bool:
    """Tell whether a cell says anything."""
    is_nan = isinstance(cell, float) and np.isnan(cell)
    return cell is not None and not is_nan and str(cell).strip() != ""


def stated_area(cell: Any, unit: str) -> tuple[str, str] | None:
    """Return the stated area of a cell: its words, and the figure in km²; None if unreadable.

    Parameters
    ----------
    cell : str, int, float or None
        A figure, or words such as ``"约12.5公顷"``, whose own unit then counts.
    unit : str
        A key of `UNITS`, for a figure without one.

    Returns
    -------
    tuple of (printed, figure) or None
        The figure as a string whose decimals are the precision of the cell;
        ``("", "")`` for an empty cell. A whole number stored with decimals
        (7.0) counts as whole.

    Examples
    --------
    >>> stated_area("约12.5公顷", "km²"), stated_area(1.49, "km²"), stated_area(2150, "亩")
    (('约12.5公顷', '0.125'), ('1.49平方公里', '1.49'), ('2150亩', '1.433'))
    >>> stated_area("很大", "km²") is None
    True
    """
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return "", ""
    if isinstance(cell, bool):
        return None
    words = cell.strip() if isinstance(cell, str) else _digits(cell)
    if _BARE.fullmatch(words):
        words += UNITS[unit]
    if words.startswith(("-", "−")) or _BOUND.search(words):
        return None
    pieces = re.split(
        r"[（(）)/／、;；]|[,，](?!\d{3}(?!\d))|(?:合|即|约合|折合)(?=\d)", _plainer(words)
    )
    amounts = [a for piece in pieces if (a := _one_amount(piece)) is not None]
    figures = [piece for piece in pieces if re.search(r"\d", piece)]
    if not amounts or len(amounts) != len(figures):
        return None
    if len(amounts) > 1:
        # one area in two units: the one with more digits, if they say the same
        low, high = min(amounts), max(amounts)
        if high - low > high * SAME_AREA:
            return None
        amounts.sort(key=lambda amount: -len(amount.as_tuple().digits))
    return words, f"{amounts[0]:f}"


def _plainer(words: str) -> str:
    """Return words with units as the figures of plans have them."""
    for pattern, plain in _SPELLINGS:
        words = pattern.sub(plain, words)
    return words


def _one_amount(words: str) -> Decimal | None:
    """Return the one area of some words in km², None where there is not one above 0."""
    if not re.search("方|顷|亩|m²|m2|㎡|㎢|km|ha|hm", words):
        return None
    amount = printed_amount(words)
    return amount if amount is not None and amount > 0 else None


def _digits(number: float) -> str:
    """Return the shortest digits of a number, without an exponent."""
    if isinstance(number, int):
        return str(number)  # it may be too large for a float
    whole = float(number).is_integer() and abs(number) < 1e15
    return str(int(number)) if whole else f"{np.format_float_positional(number, trim='-')}"
