"""Draw the legend of a sheet, and the same rows as the table of areas."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geo.errors import ExportError
from geo.texts import Text, text
from layers.sheets.fonts import POINT_MM, printable, wrap_text
from layers.sheets.page import SMALLEST_PT, Page
from layers.sheets.symbols import (
    COLOURS,
    draw_connector,
    draw_outline,
    draw_places,
    draw_roads,
    draw_zone,
    shade,
)
from layers.styles import NO_STYLES, Styles, ZoneStyle, style_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd

KINDS = ("zone", "belt", "cluster")
SYMBOLS = (
    "district", "road", "inferred_road", "estimated_road", "river", "metro", "place", "connector",
    "context",
)  # fmt: skip
"""Base symbols in the order of the legend."""

ROAD_METHODS = {"road": "traced", "inferred_road": "inferred", "estimated_road": "estimated"}
"""How the place of a street is known, by its symbol."""

SIZES_PT = (7.2, 6.8, 6.4, 6.0, 5.6, 5.2, SMALLEST_PT)
SWATCH_EM = 3.0
COLUMN_GAP_MM = 3.0
LEAST_LEGEND_EM, LEAST_TABLE_EM = 9.0, 26.0
"""Narrowest column of a legend and of the table of areas, in ems."""

TABLE_SHARES = (0.36, 0.13, 0.13, 0.18, 0.20)
"""Widths of the table's columns as shares of what the swatch leaves."""


@dataclass(frozen=True)
class LegendRow:
    """One line of the legend.

    Parameters
    ----------
    cells : tuple of str
        The label, or with the area table its five cells.
    style : ZoneStyle, optional
        For a zone.
    symbol : str
        For a base symbol, one of `SYMBOLS`; ``"point"`` or ``"line"`` for a zone drawn as one.
    is_heading : bool
        A heading has no swatch and spans all columns.
    """

    cells: tuple[str, ...]
    style: ZoneStyle | None = None
    symbol: str = ""
    is_heading: bool = False


def kilometres2(value: Any) -> str:
    """Return a computed area with three decimals, or a dash if there is none.

    Examples
    --------
    >>> kilometres2(1.4932), kilometres2(None)
    ('1.493', '—')
    """
    return "—" if value is None or pd.isna(value) else f"{float(value):.3f}"


def interval_km2(row: Any) -> str:
    """Return the 95 % interval of a zone's area, or a dash."""
    low, high = getattr(row, "low_km2", None), getattr(row, "high_km2", None)
    if low is None or high is None or pd.isna(low) or pd.isna(high):
        return "—"
    return f"{float(low):.3f}–{float(high):.3f}"


def stated_figure(row: Any, language: str = "zh") -> str:
    """Return the stated area with the decimals and the 约 of the print, without its unit.

    Parameters
    ----------
    row : namedtuple
        Columns used: ``stated_area`` (as printed), ``stated_area_km2``.
    language : {"zh", "en"}
        English writes 约 as "c.".
    """
    printed = str(getattr(row, "stated_area", "") or "")
    number = re.search(r"\d+(?:\.\d+)?", printed)
    value = getattr(row, "stated_area_km2", None)
    if value is None or pd.isna(value):
        return "—"
    about = "约" in printed
    digits = number.group(0) if number and "平方公里" in printed else f"{float(value):g}"
    return (("c. " if language == "en" else "约") if about else "") + digits


def verdict_words(row: Any, language: str) -> str:
    """Return the verdict on a zone's area in words."""
    return text(f"verdict.{getattr(row, 'verdict', None) or 'not_stated'}", language)


def zone_name(row: Any, language: str) -> str:
    """Return the full name of a zone in one language."""
    return str(row.name_en if language == "en" and row.name_en else row.name)


def zone_rows(
    zones: gpd.GeoDataFrame,
    language: str,
    *,
    with_table: bool,
    plan: str = "",
    styles: Styles = NO_STYLES,
) -> list[LegendRow]:
    """Return the rows of a legend for zones, belts and clusters.

    Parameters
    ----------
    zones : GeoDataFrame
        The zones of the sheet; those without geometry appear only in a table,
        where the plan states an area for them.
    language : {"zh", "en"}
        Language of the labels.
    with_table : bool
        Five cells a row: name, stated, computed, interval, verdict.
    plan : str
        Name of the plan, where the headings are to carry it.
    """
    rows = []
    rows_in_order = [
        row for row in zones.itertuples()
        if _is_drawn(row) or (with_table and stated_figure(row) != "—")
    ]  # fmt: skip
    for kind in KINDS:
        group_zones = [row for row in rows_in_order if row.kind == kind]
        if group_zones:
            heading = text(f"sheet.kind.{kind}", language)
            heading = f"{plan} · {heading}" if plan else heading
            rows.append(LegendRow((heading,), is_heading=True))
        for row in group_zones:
            cells: tuple[str, ...] = (zone_name(row, language),)
            if with_table:
                cells = (
                    zone_name(row, language),
                    stated_figure(row, language),
                    kilometres2(row.computed_area_km2),
                    interval_km2(row),
                    verdict_words(row, language),
                )
            style = style_of(row.place, row.basis, styles) if _is_drawn(row) else None
            symbol = _shape_word(row) if _is_drawn(row) else ""
            rows.append(LegendRow(cells, style, symbol))
    return rows


def symbol_rows(symbols: Iterable[str], language: str) -> list[LegendRow]:
    """Return the rows of a legend for the base symbols seen on a map."""
    names = set(symbols)
    ordered_symbols = [symbol for symbol in SYMBOLS if symbol in names]
    heading = [LegendRow((text("sheet.base_symbols", language),), is_heading=True)]
    rows = [LegendRow((text(f"sheet.symbol.{s}", language),), symbol=s) for s in ordered_symbols]
    return heading + rows if rows else []


def _shape_word(row: Any) -> str:
    kind = str(row.geometry.geom_type)
    return "point" if kind == "Point" else "line" if kind.endswith("LineString") else ""


def _is_drawn(row: Any) -> bool:
    return row.geometry is not None and not row.geometry.is_empty


def draw_legend(
    page: Page,
    rows: Sequence[LegendRow],
    rect_mm: tuple[float, float, float, float],
    title: str,
    *,
    with_table: bool,
    most_columns: int = 1,
) -> float:
    """Draw a legend or the table of areas into a rectangle, in the largest type that fits.

    Parameters
    ----------
    page : Page
        The page.
    rows : sequence of LegendRow
        What to draw.
    rect_mm : tuple of float
        left, bottom, width, height [mm].
    title : str
        Heading over it.
    with_table : bool
        Draw the header of the table of areas.
    most_columns : int
        Columns that a plain legend may take side by side.

    Returns
    -------
    float
        The lowest y that it took [mm].

    Raises
    ------
    ExportError
        If it does not fit in the smallest type: nothing is left out silently.
    """
    left, bottom, width, height = rect_mm
    if not rows:
        return bottom + height
    head = 1.5 * page.pt(8.5) * POINT_MM if title else 0.0
    for size in (page.pt(s) for s in SIZES_PT):
        for columns in range(1, most_columns + 1):
            blocks = _columns(rows, columns, width, size, with_table=with_table)
            if blocks is None:
                continue
            tallest = _tallest(blocks, size, with_table=with_table)
            if tallest <= height - head:
                page.text(left, bottom + height - 0.72 * head, title, page.pt(8.5))
                _draw_blocks(page, blocks, rect_mm, size, head, with_table=with_table)
                return bottom + height - head - tallest
    raise ExportError(Text("refused.legend", count=len(rows)))


def legend_height_mm(page: Page, rows: Sequence[LegendRow], width: float, columns: int) -> float:
    """Return the height of a legend without title in a middling type [mm].

    Fewer columns are taken where the width does not hold as many.
    """
    size = page.pt(SIZES_PT[2])
    attempts = (_columns(rows, n, width, size, with_table=False) for n in range(columns, 0, -1))
    blocks = next(filter(None, attempts), None) if rows else None
    return _tallest(blocks, size, with_table=False) + 0.1 if blocks else 0.0


def _tallest(
    blocks: list[list[tuple[LegendRow, list[float]]]], size: float, *, with_table: bool
) -> float:
    tallest = max(sum(_row_height(r, w, size) for r, w in block) for block in blocks)
    return tallest + (_table_head_height(size) if with_table else 0.0)


def _columns(
    rows: Sequence[LegendRow], columns: int, width: float, size: float, *, with_table: bool
) -> list[list[tuple[LegendRow, list[float]]]] | None:
    """Divide the rows over columns; every row with the widths of its cells.

    A column that begins within a group repeats the group's heading.
    """
    each = (width - COLUMN_GAP_MM * (columns - 1)) / columns
    cells = each - SWATCH_EM * size * POINT_MM
    if cells < (LEAST_TABLE_EM if with_table else LEAST_LEGEND_EM) * size * POINT_MM:
        return None
    widths = [cells * share for share in TABLE_SHARES] if with_table else [cells]
    heights = [_lines(row, widths, each, size) for row in rows]
    target, line_count = sum(heights) / columns, 0.0
    blocks: list[list[tuple[LegendRow, list[float]]]] = [[]]
    heading = LegendRow(("",), is_heading=True)
    for row, lines in zip(rows, heights, strict=True):
        if blocks[-1] and line_count + lines / 2 > target and len(blocks) < columns:
            block = [blocks[-1].pop()] if blocks[-1][-1][0].is_heading else []
            if not block and not row.is_heading:
                block = [(heading, [each])]
            blocks.append(block)
            line_count = 0.0
        heading = row if row.is_heading else heading
        blocks[-1].append((row, [each] if row.is_heading else widths))
        line_count += lines
    return blocks


def _lines(row: LegendRow, widths: list[float], each: float, size: float) -> int:
    widths = [each] if row.is_heading else widths
    return max(
        len(wrap_text(printable(cell), room - 0.8, size))
        for cell, room in zip(row.cells, widths, strict=False)
    )


def _row_height(row: LegendRow, widths: list[float], size: float) -> float:
    lines = _lines(row, widths, widths[0], size)
    step = 1.2 * lines + (0.75 if row.is_heading else 0.55)
    return max(step, 1.75) * size * POINT_MM


def _table_head_height(size: float) -> float:
    return 2.9 * size * POINT_MM


def _draw_blocks(
    page: Page,
    blocks: list[list[tuple[LegendRow, list[float]]]],
    rect_mm: tuple[float, float, float, float],
    size: float,
    head: float,
    *,
    with_table: bool,
) -> None:
    left, bottom, width, height = rect_mm
    em = size * POINT_MM
    each = (width - COLUMN_GAP_MM * (len(blocks) - 1)) / len(blocks)
    for number, block in enumerate(blocks):
        x, y = left + number * (each + COLUMN_GAP_MM), bottom + height - head
        if with_table:
            y = _draw_table_head(page, x, y, each, size)
        for row, widths in block:
            row_height = _row_height(row, widths, size)
            if row.is_heading:
                page.text(x, y - row_height + 0.4 * em, row.cells[0], size * 0.94,
                          colour=COLOURS["place"])  # fmt: skip
            else:
                box = (x, y - 0.5 * row_height - 0.62 * em, SWATCH_EM * 0.78 * em, 1.24 * em)
                _draw_swatch(page, row, box)
                _draw_cells(page, row, widths, x + SWATCH_EM * em, y - row_height / 2, size)
            y -= row_height
            if with_table and not row.is_heading:
                page.rule(x, y, x + each, y, 0.2)


def _draw_table_head(page: Page, x: float, y: float, each: float, size: float) -> float:
    lang = page.options.language
    em = size * POINT_MM
    cells = each - SWATCH_EM * em
    start = x + SWATCH_EM * em
    names = [
        text(f"sheet.table.{key}", lang)
        for key in ("name", "stated", "computed", "interval", "verdict")
    ]
    for column, (share, name) in enumerate(zip(TABLE_SHARES, names, strict=True)):
        lines = name.split("\n")
        for n, line in enumerate(lines):
            room = cells * share
            drop = 1.1 + 1.15 * n + (0.55 if len(lines) == 1 else 0)
            if column in (1, 2, 3):
                page.text(start + room - 1.2, y - drop * em, line, size * 0.86, ha="right",
                          colour=COLOURS["place"])  # fmt: skip
            else:
                page.text(start, y - drop * em, line, size * 0.86, colour=COLOURS["place"])
        start += cells * share
    below = y - _table_head_height(size)
    page.rule(x, below, x + each, below, 0.5)
    return below


def _draw_cells(
    page: Page, row: LegendRow, widths: list[float], x: float, middle: float, size: float
) -> None:
    """Draw the cells of a row about its middle; figures stand to the right."""
    step = 1.2 * size * POINT_MM
    for column, (cell, room) in enumerate(zip(row.cells, widths, strict=False)):
        lines = wrap_text(printable(cell), room - 0.8, size)
        y = middle + (len(lines) - 1) * step / 2 - 0.36 * size * POINT_MM
        for line in lines:
            if column in (1, 2, 3):
                page.text(x + room - 1.2, y, line, size, ha="right")
            else:
                page.text(x, y, line, size)
            y -= step
        x += room


def _draw_swatch(page: Page, row: LegendRow, box: tuple[float, float, float, float]) -> None:
    """Draw a zone's patch or a base symbol with the very calls that draw the map."""
    x, y, width, height = box
    axes, options = page.axes, page.options
    middle = y + height / 2
    line = ([x, x + width], [middle, middle])
    if row.style is not None:
        if row.symbol == "point":
            draw_outline(axes, shapely.Point(x + width / 2, middle), row.style, options)
        elif row.symbol == "line":
            segment = shapely.LineString([(x, middle), (x + width, middle)])
            draw_outline(axes, segment, row.style, options)
        else:
            shape = shapely.box(x, y, x + width, y + height)
            draw_zone(axes, shape, row.style, options)
            draw_outline(axes, shape, row.style, options)
    elif row.symbol in ROAD_METHODS:
        street = (np.array(line).T, 0.8 * options.font_scale / POINT_MM)
        draw_roads(axes, [street], options, method=ROAD_METHODS[row.symbol])
    elif row.symbol == "river":
        page.box(x, y, width, height, facecolor=shade(COLOURS["river"], options), linewidth=0)
    elif row.symbol in ("metro", "place"):
        draw_places(axes, [x + width / 2], [middle], row.symbol, options)
    elif row.symbol == "connector":
        draw_connector(axes, line, options)
    elif row.symbol == "district":
        axes.plot(*line, color=shade(COLOURS["outline"], options), linewidth=1.1,
                  linestyle=(0, (8, 2, 1.5, 2)))  # fmt: skip
    elif row.symbol == "context":
        axes.plot(*line, color=shade("#9b9b97", options), linewidth=0.6, linestyle=(0, (4, 2)))
