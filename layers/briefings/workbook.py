"""The table of areas as a workbook (XLSX)."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from geo.texts import text
from geo.verdicts import tested_difference
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
"""Columns of the first sheet with their widths in characters."""

NOTED = ("plan", "zone_id", "stated_printed", "stated", "computed", "low", "high", "difference",
         "difference_share")  # fmt: skip
READING_COLUMNS = (("zone_id", 26), ("name", 34), ("reading", 34), ("computed", 13),
                   ("low", 13), ("high", 13))  # fmt: skip
HEADER_ROW = 3
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
        Three sheets: areas (km², km), one row per zone with its verdict; the
        area under every reading; notes on method, sources and licence. Each
        header says the unit, the row under it what the column means. Text
        that begins like a formula is kept as text.

    Raises
    ------
    ExportError
        If nothing is chosen, or a zone or plan is unknown.
    """
    lang = options.language
    parts = plan_parts(zones_by_plan, base, options)
    book = Workbook()
    areas: Any = book.active
    areas.title = text("workbook.sheet_areas", lang)
    readings = book.create_sheet(text("workbook.sheet_readings", lang))
    notes = book.create_sheet(text("workbook.sheet_notes", lang))
    heading = f"{base.district.name_en if lang == 'en' else base.district.name} · "
    heading += text("sheet.separator", lang).join(part.period for part in parts)
    _add_header(areas, heading, COLUMNS, lang)
    _add_header(readings, heading, READING_COLUMNS, lang)
    for part in parts:
        for row in part.shown.itertuples():
            _add_row(areas, _area_cells(row, part.name, lang), str(row.stated_area or ""))
            for reading in as_list(getattr(row, "readings", None)):
                cells = [
                    row.zone_id, zone_name(row, lang),
                    reading["reading_en" if lang == "en" else "reading_zh"],
                    reading["area_km2"], reading.get("low_km2"), reading.get("high_km2"),
                ]  # fmt: skip
                _add_row(readings, cells, "")
    notes.column_dimensions["A"].width = 110
    for words in [*method_words(parts, base, lang), text("notice.datum", lang),
                  text("sheet.date", lang) + options.printed_date.isoformat()]:  # fmt: skip
        _write(notes, notes.max_row + (notes["A1"].value is not None), 1, words)
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
    sheet: Any, heading: str, columns: Sequence[tuple[str, float]], language: str
) -> None:
    """Write heading, disclaimer, column names with units and a row of notes; freeze them."""
    _write(sheet, 1, 1, heading).font = Font(name=EAST_ASIAN_FONT, size=14, bold=True)
    _write(sheet, 2, 1, text("notice.disclaimer", language)).font = Font(
        name=EAST_ASIAN_FONT, size=10, color="9A2A24"
    )
    line = Side(style="thin", color="A5A5A1")
    for number, (key, width) in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
        head = _write(sheet, HEADER_ROW, number, text(f"workbook.{key}", language))
        head.font = Font(name=EAST_ASIAN_FONT, size=10, bold=True)
        head.fill = PatternFill("solid", fgColor="EDEDEA")
        head.alignment = Alignment(wrap_text=True, vertical="center")
        words = text(f"workbook.note.{key}", language) if key in NOTED else ""
        note = _write(sheet, HEADER_ROW + 1, number, words)
        note.font = Font(name=EAST_ASIAN_FONT, size=8, color="5B5B58")
        note.alignment = Alignment(wrap_text=True, vertical="top")
        note.border = Border(bottom=line)
    sheet.freeze_panes = sheet.cell(HEADER_ROW + 2, 1)
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


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
    found = re.search(r"\d+(?:\.(\d+))?", printed)
    if not found:
        return "0.###"
    return "0." + "0" * len(found.group(1)) if found.group(1) else "0"


def _write(sheet: Any, row: int, column: int, value: Any) -> Any:
    """Write one cell; a text that looks like a formula stays a text."""
    cell = sheet.cell(row, column)
    cell.font = Font(name=EAST_ASIAN_FONT, size=10)
    if isinstance(value, str):
        cell.value = xml_safe(value)
        if value.startswith(FORMULA_STARTS):
            cell.data_type = "s"
            cell.quotePrefix = True
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    else:
        cell.value = value
        cell.alignment = Alignment(vertical="top")
    return cell
