"""Set text boxes and tables of a slide, with every typeface named and nothing cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree  # type: ignore[import-untyped]
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from layers.briefings.office_files import EAST_ASIAN_FONT, xml_safe
from layers.sheets.fonts import wrap_text

if TYPE_CHECKING:
    from pptx.slide import Slide


WIDTH_IN, HEIGHT_IN = 13.333, 7.5

MARGIN_IN = 0.5

BODY_TOP_IN, BODY_BOTTOM_IN = 1.2, 6.95

TEXT_SIZES_PT = (14.0, 13.0, 12.0, 11.0, 10.5)

LINE_SPACING = 1.3

SAFETY = 0.95
"""Share of a width or height that text may fill: other fonts run wider than the one measured."""

BOLD_SAFETY = 0.85
"""The same for titles, which are bold: the font measured is not."""

INK = RGBColor(0x1F, 0x1F, 0x1E)  # type: ignore[no-untyped-call]

GREY = RGBColor(0x5B, 0x5B, 0x58)  # type: ignore[no-untyped-call]

ACCENT = RGBColor(0x9A, 0x2A, 0x24)  # type: ignore[no-untyped-call]

PLAIN_TABLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""Office's own name for the table style without fill and lines."""


@dataclass(frozen=True)
class Line:
    """A paragraph of a slide's text box."""

    words: str
    role: str  # "heading", "words" or "citation"

    def size_pt(self, size: float) -> float:
        """Return its size where the body text has `size`."""
        return size - 2 if self.role == "citation" else size


def wrapped(words: str, width_in: float, size_pt: float) -> list[str]:
    """Return the lines that a text takes in a width [inch]."""
    return wrap_text(words, width_in * 25.4 * SAFETY, size_pt)


def style_run(
    run: Any, words: str, size_pt: float, colour: RGBColor, *, bold: bool = False
) -> None:
    """Set words, size, colour and both typefaces of a run."""
    run.text = xml_safe(words)
    font = run.font
    font.size, font.bold, font.name = Pt(size_pt), bold, EAST_ASIAN_FONT
    font.color.rgb = colour
    properties = run._r.get_or_add_rPr()
    properties.set("lang", "zh-CN")
    properties.set("altLang", "en-US")
    for tag in ("a:ea", "a:cs"):
        node = etree.SubElement(properties, qn(tag))
        node.set("typeface", EAST_ASIAN_FONT)


def write(
    slide: Slide,
    rect_in: tuple[float, float, float, float],
    words: str,
    size_pt: float,
    colour: RGBColor = INK,
    align: str = "left",
    *,
    bold: bool = False,
) -> None:
    """Add a text box of one paragraph: left, top, width and height [inch]."""
    left, top, width, height = rect_in
    box = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(height))
    frame = box.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    paragraph = frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if align == "right" else PP_ALIGN.LEFT
    style_run(paragraph.add_run(), words, size_pt, colour, bold=bold)


def line_height_in(line: Line, width_in: float, size: float) -> float:
    """Return the height of a paragraph with the space before it [inch]."""
    points = line.size_pt(size)
    count = len(wrapped(line.words, width_in, points))
    return (count * LINE_SPACING * points + _space_before(line)) / 72


def _space_before(line: Line) -> float:
    return 7.0 if line.role == "heading" else 1.5


def fit(lines: list[Line], width_in: float, height_in: float) -> tuple[float, list[Line]]:
    """Return the size at which lines are set, and those that need a further slide.

    All lines in the largest size that holds them; where none does, as many
    as the smallest size holds, set as large as they allow.
    """
    size = _largest_size(lines, width_in, height_in)
    if size:
        return size, []
    height, count = 0.0, 0
    for line in lines:
        height += line_height_in(line, width_in, TEXT_SIZES_PT[-1])
        if height > height_in * SAFETY:
            break
        count += 1
    # A citation goes on with the words before it, and no heading stays behind alone.
    while count > 1 and (lines[count].role == "citation" or lines[count - 1].role == "heading"):
        count -= 1
    count = max(count, 1)
    size = _largest_size(lines[:count], width_in, height_in) or TEXT_SIZES_PT[-1]
    return size, lines[count:]


def _largest_size(lines: list[Line], width_in: float, height_in: float) -> float | None:
    for size in TEXT_SIZES_PT:
        if sum(line_height_in(line, width_in, size) for line in lines) <= height_in * SAFETY:
            return size
    return None


def add_text(
    slide: Slide, lines: Sequence[Line], rect_in: tuple[float, float, float, float], size: float
) -> None:
    """Add a text box of paragraphs with exact line spacing; `rect_in` is in inches."""
    left, top, width, height = (Inches(n) for n in rect_in)
    frame = slide.shapes.add_textbox(left, top, width, height).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        points = line.size_pt(size)
        paragraph.line_spacing = Pt(LINE_SPACING * points)
        paragraph.space_before = Pt(_space_before(line))
        colour = {"heading": ACCENT, "citation": GREY}.get(line.role, INK)
        style_run(paragraph.add_run(), line.words, points, colour, bold=line.role == "heading")


CELL_MARGIN_IN = 0.06

LEAST_ROW_IN = 0.27


def row_height(cells: Sequence[str], widths: Sequence[float], size: float) -> float:
    """Return the height of a table row [inch]."""
    lines = max(
        len(wrapped(cell, width - 2 * CELL_MARGIN_IN, size))
        for cell, width in zip(cells, widths, strict=True)
    )
    return float(max(LEAST_ROW_IN, lines * 1.34 * size / 72 + 0.1))


def table_height(rows: Sequence[Sequence[str]], widths: Sequence[float], size: float) -> float:
    """Return the height of a table [inch]."""
    return sum(row_height(row, widths, size) for row in rows)


def add_table(
    slide: Slide,
    header: Sequence[str] | None,
    rows: Sequence[Sequence[str]],
    shares: Sequence[float],
    place_in: tuple[float, float, float],
    size: float,
    fills: Sequence[str] = (),
) -> None:
    """Add a native table; the first cell of a row may carry a zone's colour as a left bar."""
    left, top, width = place_in
    widths = [width * share for share in shares]
    every = [header, *rows] if header else list(rows)
    shape: Any = slide.shapes.add_table(
        len(every), len(shares), Inches(left), Inches(top), Inches(width),
        Inches(table_height(every, widths, size)),
    )  # fmt: skip
    table = shape.table
    table.first_row = header is not None
    table.horz_banding = False
    shape._element.graphic.graphicData.tbl.tblPr.find(qn("a:tableStyleId")).text = PLAIN_TABLE
    for column, share in zip(table.columns, widths, strict=True):
        column.width = Inches(share)
    for number, words in enumerate(every):
        table.rows[number].height = Inches(row_height(words, widths, size))
        is_head = header is not None and number == 0
        fill = fills[number - 1] if fills and number else ""
        for column, word in enumerate(words):
            cell = table.cell(number, column)
            cell.margin_left = cell.margin_right = Inches(CELL_MARGIN_IN)
            cell.margin_top = cell.margin_bottom = Inches(0.03)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            paragraph = cell.text_frame.paragraphs[0]
            cell.text_frame.word_wrap = True
            is_label = header is None and column == 0
            colour = GREY if is_head or is_label else INK
            style_run(paragraph.add_run(), word, size, colour, bold=is_head)
            _rule_cell(cell, "a:lnB", "A5A5A1", 0.75 if is_head else 0.5)
            if fill and column == 0:
                _rule_cell(cell, "a:lnL", fill.lstrip("#"), 5.0)


def _rule_cell(cell: Any, side: str, colour: str, width_pt: float) -> None:
    """Draw one border of a table cell; python-pptx has no call for it."""
    properties = cell._tc.get_or_add_tcPr()
    line = etree.SubElement(properties, qn(side))
    line.set("w", str(int(width_pt * 12700)))
    fill = etree.SubElement(line, qn("a:solidFill"))
    etree.SubElement(fill, qn("a:srgbClr")).set("val", colour)
    order = ["a:lnL", "a:lnR", "a:lnT", "a:lnB"]
    children = sorted(properties, key=lambda n: next(
        (i for i, tag in enumerate(order) if n.tag == qn(tag)), len(order)
    ))  # fmt: skip
    properties[:] = children
