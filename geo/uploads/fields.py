"""Tell which columns of a reader's file hold names and stated areas, and what a cell states."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.sentences.figures import printed_amount

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
    "id",
    "zone_id",
    "layer",
)
_AREA_WORDS = re.compile(r"面积|area|mj", re.IGNORECASE)
_MEASURED_WORDS = re.compile(r"computed|measured|shape_?area|量算|计算|实测|建筑", re.IGNORECASE)
_SURVEYED = re.compile(r"^(?:TB|ZD|DK|KC|YD|PZ)MJ$", re.IGNORECASE)
"""Areas of land surveys by their field names (图斑面积 TBMJ, 宗地面积 ZDMJ): square metres."""

_UNIT_WORDS = (
    (_SURVEYED, "m²"),
    (re.compile(r"km|平方公里|平方千米", re.IGNORECASE), "km²"),
    (re.compile(r"公顷|公頃|(?<![a-z])ha(?![a-z])|hm", re.IGNORECASE), "ha"),
    (re.compile(r"亩|畝|(?<![a-z])mu(?![a-z])", re.IGNORECASE), "亩"),
    (re.compile(r"[万萬]平|[万萬]m"), "万m²"),
    (re.compile(r"平方米|平米|m2|m²|(?<![a-z])sqm", re.IGNORECASE), "m²"),
)


_SPELLINGS = (
    (re.compile("公[頃傾]"), "公顷"),
    (re.compile("畝"), "亩"),
    (re.compile("平方公里|平方千米|平方公裏|平方公裡"), "平方公里"),
    (re.compile("萬"), "万"),
    (re.compile(r"万平(?:方米|米|方)?(?![方米])"), "万平方米"),
    (re.compile(r"(?<=[\d\s])(?:HA|Ha|hA|[Hh]ectares?)\b"), "ha"),
    (re.compile(r"(?<=[\d\s])(?:KM2|Km2|KM²|Km²|sq\.? ?km|SQ\.? ?KM)", re.ASCII), "km²"),
    (re.compile(r"(?<=[\d\s])(?:M2|M²|sqm|SQM|sq\.? ?m)\b"), "m²"),
)

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
    columns = [str(column) for column in layer.columns if column != layer.geometry.name]
    by_lower = {column.lower(): column for column in reversed(columns)}
    name = next((by_lower[column] for column in _NAME_COLUMNS if column in by_lower), "")
    if not name:
        name = next((c for c in columns if re.search("名|name|mc$", c, re.IGNORECASE)), "")
    areas = [c for c in columns if _AREA_WORDS.search(c) and not _MEASURED_WORDS.search(c)]
    areas.sort(key=lambda c: not re.search("stated|规划|km2", c, re.IGNORECASE))
    area = areas[0] if areas else ""
    unit = next((key for words, key in _UNIT_WORDS if words.search(area)), "km²")
    return Fields(name, area, unit)


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
    if re.fullmatch(r"\d+(?:[,，]\d{3})*(?:[.．]\d+)?", words):
        words += UNITS[unit]
    if words.startswith(("-", "−")):
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
