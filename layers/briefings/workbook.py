"""Write the table of areas as a workbook (XLSX)."""

from __future__ import annotations

import io
import math
import re
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from geo.texts import text
from geo.verdicts import name_of_reading, tested_difference
from layers.briefings.content import as_list, is_missing, method_words, plan_parts
from layers.briefings.office_files import EAST_ASIAN_FONT, with_fixed_dates, xml_safe
from layers.sheets.legend import verdict_words, zone_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from geo.base import Base
    from layers.sheets.options import SheetOptions

COLUMNS: tuple[tuple[str, float], ...] = (
    ("plan", 10), ("zone_id", 26), ("kind", 10), ("name", 34), ("basis", 16),
    ("stated_printed", 18), ("stated", 13), ("computed", 13), ("low", 13), ("high", 13),
    ("difference", 15), ("difference_share", 13), ("verdict", 18), ("reason", 60),
    ("stated_length", 13), ("computed_length", 13), ("length_verdict", 18), ("citation", 60),
)  # fmt: skip
"""Columns of the full sheet with their widths in characters."""

OVERVIEW_COLUMNS: tuple[tuple[str, float], ...] = (
    ("plan", 9), ("name", 34), ("kind", 9), ("stated", 12), ("computed", 12), ("low", 12),
    ("high", 12), ("verdict", 22),
)  # fmt: skip
"""Columns of the first sheet, wide enough for A4 across."""

A4 = 9
"""The number of the paper in OOXML."""

NOTED = ("plan", "zone_id", "stated_printed", "stated", "computed", "low", "high", "difference",
         "difference_share")  # fmt: skip
READING_COLUMNS = (("zone_id", 26), ("name", 34), ("reading", 34), ("computed", 13),
                   ("low", 13), ("high", 13))  # fmt: skip
HEADER_ROW = 3
LINE_POINTS = 13.5
"""Height of a line of 10 points [pt]."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def area_workbook(
    zones_by_plan: Mapping[str, gpd.GeoDataFrame], base: Base, options: SheetOptions
) -> bytes:
    """Return the areas of the chosen zones as an XLSX workbook.

    Parameters
    ----------
    zones_by_plan : mapping of str to GeoDataFrame
        Zone files by plan id.
    base : Base
        Its district names the plans.
    options : SheetOptions
        ``plan``, ``zones``, ``language`` and ``date`` are used.

    Returns
    -------
    bytes
        Four sheets for A4 landscape: an overview of eight columns; all
        columns (km², km), one row per zone with its verdict, two pages wide;
        the area under every reading; notes on method, sources and licence.
        Each header says the unit, in the full sheets the row under it what
        the column means. Text that begins like a formula is kept as text.

    Raises
    ------
    ExportError
        If nothing is chosen, or a zone or plan is unknown.
    """
    lang = options.language
    parts = plan_parts(zones_by_plan, base, options)
    book = Workbook()
    # Four sheets: what fits on one page, all columns, all readings, how it was measured.
    overview: Any = book.active
    overview.title = text("workbook.sheet_overview", lang)
    areas = book.create_sheet(text("workbook.sheet_areas", lang))
    readings = book.create_sheet(text("workbook.sheet_readings", lang))
    notes = book.create_sheet(text("workbook.sheet_notes", lang))
    heading = f"{base.district.name_en if lang == 'en' else base.district.name} · "
    heading += text("sheet.separator", lang).join(part.period for part in parts)
    _add_header(overview, heading, OVERVIEW_COLUMNS, lang, with_notes=False)
    _add_header(areas, heading, COLUMNS, lang)
    areas.page_setup.fitToWidth = 2
    areas.print_title_cols = "B:D"
    names = [key for key, _ in COLUMNS]
    short = [names.index(key) for key, _ in OVERVIEW_COLUMNS]
    _add_header(readings, heading, READING_COLUMNS, lang)
    # One row for each zone, and one for each of its readings.
    for part in parts:
        for row in part.zones_shown.itertuples():
            cells, stated = _area_cells(row, part.name, lang), str(row.stated_area or "")
            _add_row(areas, cells, stated)
            _add_row(overview, [cells[place] for place in short], stated)
            for reading in as_list(getattr(row, "readings", None)):
                cells = [
                    row.zone_id, zone_name(row, lang),
                    name_of_reading(reading, lang),
                    reading["area_km2"], reading.get("low_km2"), reading.get("high_km2"),
                ]  # fmt: skip
                _add_row(readings, cells, "")
    notes.column_dimensions["A"].width = 110
    _set_page(notes)
    for words in [*method_words(parts, base, lang), text("notice.datum", lang),
                  text("sheet.date", lang) + options.printed_date.isoformat()]:  # fmt: skip
        _write(notes, notes.max_row + (notes["A1"].value is not None), 1, words)
    # Heights, and who made it: an office that prints it changes nothing.
    for sheet in book.worksheets:
        _set_heights(sheet)
    book.properties.creator = xml_safe(options.drawing_unit)
    book.properties.title = xml_safe(heading)
    buffer = io.BytesIO()
    book.save(buffer)
    return with_fixed_dates(buffer.getvalue(), options.printed_date)


def _area_cells(row: Any, plan: str, language: str) -> list[Any]:
    """Return one row of the first sheet, in the order of `COLUMNS`."""
    stated, computed = row.stated_area_km2, row.computed_area_km2
    has_both = not is_missing(stated) and not is_missing(computed)
    difference = tested_difference(stated, computed, row.verdict) if has_both else None
    english = language == "en"
    return [
        plan,
        row.zone_id,
        text(f"sheet.kind.{row.kind}", language),
        zone_name(row, language),
        text(f"basis.{row.basis}", language),
        row.stated_area,
        stated,
        computed,
        row.low_km2,
        row.high_km2,
        difference,
        None if difference is None else 100 * difference / stated,
        verdict_words(row, language),
        getattr(row, "verdict_reason_en" if english else "verdict_reason", ""),
        row.stated_length_km,
        row.computed_length_km,
        text(f"verdict.{row.length_verdict or 'not_stated'}", language),
        getattr(row, "citation_en" if english else "citation", ""),
    ]


def _add_header(
    sheet: Any,
    heading: str,
    columns: Sequence[tuple[str, float]],
    language: str,
    *,
    with_notes: bool = True,
) -> None:
    """Write heading, disclaimer, column names with units and perhaps notes; freeze them."""
    _write(sheet, 1, 1, heading).font = Font(name=EAST_ASIAN_FONT, size=14, bold=True)
    disclaimer = text("notice.disclaimer", language)
    _write(sheet, 2, 1, disclaimer).font = Font(name=EAST_ASIAN_FONT, size=10, color="9A2A24")
    # across all columns of the page, not wrapped into the first
    across = min(len(columns), len(OVERVIEW_COLUMNS))
    for row, height in ((1, 24), (2, 30)):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=across)
        sheet.row_dimensions[row].height = height
    line = Side(style="thin", color="A5A5A1")
    for number, (key, width) in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
        head = _write(sheet, HEADER_ROW, number, text(f"workbook.{key}", language))
        head.font = Font(name=EAST_ASIAN_FONT, size=10, bold=True)
        head.fill = PatternFill("solid", fgColor="EDEDEA")
        head.alignment = Alignment(wrap_text=True, vertical="center")
        if not with_notes:
            continue
        words = text(f"workbook.note.{key}", language) if key in NOTED else ""
        note = _write(sheet, HEADER_ROW + 1, number, words)
        note.font = Font(name=EAST_ASIAN_FONT, size=8, color="5B5B58")
        note.alignment = Alignment(wrap_text=True, vertical="top")
        note.border = Border(bottom=line)
    last = HEADER_ROW + with_notes
    sheet.freeze_panes = f"A{last + 1}"  # a cell asked for would become an empty row
    sheet.print_title_rows = f"{HEADER_ROW}:{last}"
    _set_page(sheet)


def _set_page(sheet: Any) -> None:
    """Let a sheet print on A4 across, its pages numbered."""
    sheet.page_setup.paperSize = A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.center.text = "&P / &N"


def _add_row(sheet: Any, cells: Sequence[Any], stated: str) -> None:
    """Append a row; figures keep three decimals, a stated one those of the print."""
    place = sheet.max_row + 1
    for column, value in enumerate(cells, start=1):
        cell = _write(sheet, place, column, None if is_empty(value) else value)
        if isinstance(value, float):
            cell.number_format = "0.000"
            header = sheet.cell(HEADER_ROW, column).value
            if header in (text("workbook.stated", "zh"), text("workbook.stated", "en")):
                cell.number_format = printed_format(stated)
            elif "%" in str(header) and "95" not in str(header):
                cell.number_format = "0.0"
            elif "km）" in str(header) or "(km)" in str(header):
                cell.number_format = "0.00"


def _set_heights(sheet: Any) -> None:
    """Give each row the height of its tallest cell: not every program does it on opening."""
    widths = {letter: sheet.column_dimensions[letter].width for letter in _letters(sheet)}
    merged = {merge.min_row for merge in sheet.merged_cells.ranges}
    for row in sheet.iter_rows():
        if row[0].row in merged:
            continue
        lines = max(
            _lines(str(c.value), widths[c.column_letter]) for c in row if c.value is not None
        )
        sheet.row_dimensions[row[0].row].height = max(15.0, LINE_POINTS * lines + 2)


def _letters(sheet: Any) -> list[str]:
    return [get_column_letter(number) for number in range(1, sheet.max_column + 1)]


def _lines(words: str, width: float) -> int:
    """Return how many lines a text takes in a column: a Chinese character is two wide."""
    total = 0
    for line in words.split("\n"):
        wide = sum(2 if east_asian_width(sign) in "WFA" else 1 for sign in line)
        total += max(1, math.ceil(wide * 1.08 / width))
    return total


def is_empty(value: Any) -> bool:
    """Tell whether a cell stays blank: no number, or an empty text."""
    return value is None or value == "" or (isinstance(value, float) and is_missing(value))


def printed_format(printed: str) -> str:
    """Return a number format with the decimals of a printed figure.

    Examples
    --------
    >>> printed_format("约0.50平方公里"), printed_format("7平方公里"), printed_format("")
    ('0.00', '0', '0.###')
    """
    figure = re.search(r"\d+(?:\.(\d+))?", printed)
    if not figure:
        return "0.###"
    return "0." + "0" * len(figure.group(1)) if figure.group(1) else "0"


def _write(sheet: Any, row: int, column: int, value: Any) -> Any:
    """Write one cell; a text that looks like a formula stays a text."""
    cell = sheet.cell(row, column)
    cell.font = Font(name=EAST_ASIAN_FONT, size=10)
    if isinstance(value, str):
        cell.value = xml_safe(value)
        if value.startswith(FORMULA_STARTS):
            cell.data_type = "s"
            cell.quotePrefix = True
        cell.alignment = Alignment(
            wrap_text=True, vertical="top", horizontal="left", indent=int(column > 1)
        )
    else:
        cell.value = value
        cell.alignment = Alignment(vertical="top")
    return cell
