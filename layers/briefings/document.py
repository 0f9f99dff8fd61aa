"""Write the briefing as a document: headings, captions, quotations, native tables."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from geo.texts import text
from layers.briefings.content import (
    Passage,
    PlanPart,
    figure_rows,
    footer_words,
    further_quotes,
    has_definition,
    method_words,
    named_groups,
    passages,
    place_pairs,
    plan_parts,
    reading_rows,
)
from layers.briefings.office_files import EAST_ASIAN_FONT, with_fixed_dates, xml_safe
from layers.sheets.legend import interval_km2, kilometres2, stated_figure, verdict_words, zone_name
from layers.sheets.page import logo_pixels
from layers.sheets.sheet import map_picture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from docx.document import Document as Report

    from geo.base import Base
    from layers.sheets.options import SheetOptions

PAGE_MM, MARGIN_MM = (210.0, 297.0), 25.0
MAP_MM = (160.0, 108.0)
ZONE_MAP_MM = (150.0, 72.0)
"""Low enough that two fit on a page: a picture that does not fit leaves the rest of it empty."""
PANE_MM = (78.0, 82.0)
PICTURE_DPI = 160
LONGEST_WHOLE_TABLE = 12
"""Rows up to which a table is kept on one page."""

INK, GREY, ACCENT = (RGBColor.from_string(c) for c in ("1F1F1E", "5B5B58", "9A2A24"))


def report(
    zones_by_plan: Mapping[str, gpd.GeoDataFrame],
    base: Base,
    options: SheetOptions,
    *,
    edges_by_plan: Mapping[str, gpd.GeoDataFrame] | None = None,
) -> bytes:
    """Return a document with the content of the slides, captions and headings.

    Parameters and errors are those of `layers.briefings.slides.deck`.

    Returns
    -------
    bytes
        A DOCX file; with a date given, the same data give the same bytes.
    """
    parts = plan_parts(zones_by_plan, base, options)
    edges = edges_by_plan or {}
    paper = _new_report(base, options)
    _add_title(paper, parts, base, options)
    writer = _Writer(paper, options)
    for part in parts:
        _add_plan(writer, part, base, edges.get(part.plan))
    with_pages = [part for part in parts if len(part.zones_paged)]
    for first, second in pairwise(with_pages):
        _add_comparison(writer, first, second, base)
    paper.add_heading(text("briefing.method", options.language), 1)
    for words in method_words(parts, base, options.language):
        writer.paragraph(words)
    buffer = io.BytesIO()
    paper.save(buffer)
    return with_fixed_dates(buffer.getvalue(), options.printed_date)


def _new_report(base: Base, options: SheetOptions) -> Report:
    """Return an empty A4 document whose styles name the East Asian typeface."""
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(PAGE_MM[0]), Mm(PAGE_MM[1])
    section.left_margin = section.right_margin = Mm(MARGIN_MM)
    section.top_margin = section.bottom_margin = Mm(22)
    sizes = {"Normal": 10.5, "Title": 24, "Subtitle": 13, "Heading 1": 17, "Heading 2": 13.5,
             "Caption": 9, "Quote": 10.5}  # fmt: skip
    for name, size in sizes.items():
        style = paper.styles[name]
        style.font.name = EAST_ASIAN_FONT
        style.font.size = Pt(size)
        style.font.italic = False
        colour = {"Caption": GREY, "Quote": INK, "Subtitle": GREY}.get(name, INK)
        style.font.color.rgb = colour
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in list(fonts.attrib):
            if key.endswith("Theme"):
                del fonts.attrib[key]
        for key in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(key), EAST_ASIAN_FONT)
    paper.styles["Normal"].paragraph_format.space_after = Pt(4)
    paper.styles["Normal"].paragraph_format.line_spacing = 1.35
    paper.styles["Caption"].paragraph_format.keep_with_next = False
    about = paper.core_properties
    about.title, about.author = xml_safe(options.title), xml_safe(options.drawing_unit)
    about.last_modified_by, about.comments = xml_safe(options.drawing_unit), ""
    footer = section.footer.paragraphs[0]
    _style(footer.add_run(xml_safe(footer_words(base, options)) + "    "), 8, GREY)
    _add_field(footer, "PAGE", "1")
    return paper


def _style(run: Any, size: float, colour: RGBColor, *, bold: bool = False) -> None:
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, EAST_ASIAN_FONT
    run.font.color.rgb = colour
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), EAST_ASIAN_FONT)


def _add_field(paragraph: Any, code: str, words_shown: str) -> None:
    """Add a field such as PAGE or a caption's number, with the value to show until renewed."""
    for kind, words in (
        ("begin", ""),
        ("", code),
        ("separate", ""),
        ("shown", words_shown),
        ("end", ""),
    ):
        run = paragraph.add_run()
        _style(run, 9 if code != "PAGE" else 8, GREY)
        if kind in ("begin", "separate", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif kind == "shown":
            run.text = words
        else:
            node = OxmlElement("w:instrText")
            node.set(qn("xml:space"), "preserve")
            node.text = f" {words} "
            run._r.append(node)


class _Writer:
    """Adds to a document and counts its captions."""

    def __init__(self, paper: Report, options: SheetOptions) -> None:
        self.paper = paper
        self.options = options
        self.counts = {"figure": 0, "table": 0}

    def paragraph(self, words: str, style: str | None = None) -> Any:
        return self.paper.add_paragraph(xml_safe(words), style)

    def caption(self, kind: str, words: str) -> None:
        """Add a caption with a number that Word keeps counting."""
        self.counts[kind] += 1
        label = text(f"briefing.{kind}_label", self.options.language)
        paragraph = self.paper.add_paragraph(style="Caption")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = kind == "table"
        _style(paragraph.add_run(f"{label} "), 9, GREY)
        _add_field(paragraph, f"SEQ {label} \\* ARABIC", str(self.counts[kind]))
        _style(paragraph.add_run("  " + xml_safe(words)), 9, GREY)

    def map(
        self,
        zones: gpd.GeoDataFrame,
        base: Base,
        name: str,
        *,
        focus: str = "",
        edges: gpd.GeoDataFrame | None = None,
    ) -> None:
        """Add a map as a picture with its caption below; that of one zone is lower."""
        lang = self.options.language
        paragraph = self.figure()
        size_mm = ZONE_MAP_MM if focus else MAP_MM
        denominator = self.picture(paragraph, zones, base, name, size_mm, focus, edges)
        self.caption("figure", text("briefing.map_caption", lang, name=name,
                                    denominator=denominator))  # fmt: skip

    def figure(self) -> Any:
        """Add a centred paragraph for pictures, kept with the caption below."""
        paragraph = self.paper.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True
        return paragraph

    def picture(
        self,
        paragraph: Any,
        zones: gpd.GeoDataFrame,
        base: Base,
        name: str,
        size_mm: tuple[float, float],
        focus: str = "",
        edges: gpd.GeoDataFrame | None = None,
    ) -> int:
        """Add a map to a paragraph; return the denominator of its scale."""
        chosen = replace(
            self.options, paper="A4", orientation="landscape", format="png", dpi=PICTURE_DPI,
            plan="", zones=None, logo=b"", extent=focus or "district",
        )  # fmt: skip
        data, denominator = map_picture(zones, base, chosen, size_mm, focus=focus, edges=edges)
        width, height = (Mm(side) for side in size_mm)
        shape = paragraph.add_run().add_picture(io.BytesIO(data), width, height)
        lang = self.options.language
        words = text("briefing.map_alt", lang, name=name, denominator=denominator)
        shape._inline.docPr.set("descr", xml_safe(words))
        return denominator

    def table(
        self, header: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[float]
    ) -> None:
        """Add a native table whose header row repeats on every page."""
        every = [list(header), *[list(row) for row in rows]]
        table = self.paper.add_table(len(every), len(shares), "Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        width = PAGE_MM[0] - 2 * MARGIN_MM
        for column, share in zip(table.columns, shares, strict=True):
            column.width = Mm(width * share)
        is_short = len(every) <= LONGEST_WHOLE_TABLE
        for number, words in enumerate(every):
            row = table.rows[number]
            _keep_row_whole(row, is_header=number == 0)
            for column, word in enumerate(words):
                cell = row.cells[column]
                cell.width = Mm(width * shares[column])
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_before = Pt(1.5)
                paragraph.paragraph_format.space_after = Pt(1.5)
                paragraph.paragraph_format.line_spacing = 1.15
                paragraph.paragraph_format.keep_with_next = is_short and number < len(rows)
                _style(paragraph.add_run(xml_safe(word)), 9, GREY if number == 0 else INK,
                       bold=number == 0)  # fmt: skip
        self.paper.add_paragraph().paragraph_format.space_after = Pt(2)

    def small_heading(self, words: str) -> None:
        """Add a heading below those of the outline."""
        heading = self.paper.add_paragraph()
        heading.paragraph_format.keep_with_next = True
        heading.paragraph_format.space_before = Pt(6)
        _style(heading.add_run(xml_safe(words)), 10.5, ACCENT, bold=True)

    def passage(self, passage: Passage) -> None:
        """Add a passage, a verbatim one as a quotation with its source."""
        self.paragraph(passage.quoted, None if passage.is_own else "Quote")
        if passage.citation:
            source = self.paper.add_paragraph()
            source.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _style(source.add_run(xml_safe(f"—— {passage.citation}")), 9, GREY)


def _keep_row_whole(row: Any, *, is_header: bool) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if is_header:
        properties.append(OxmlElement("w:tblHeader"))


def _add_title(paper: Report, parts: Sequence[PlanPart], base: Base, options: SheetOptions) -> None:
    lang = options.language
    if options.logo:
        logo_pixels(options.logo)
        paper.add_picture(io.BytesIO(options.logo), height=Mm(16))
    title = options.title or text("briefing.cover_title", lang, place=base.district.place(lang))
    paper.add_paragraph(xml_safe(title), "Title")
    plans = text("sheet.separator", lang).join(part.period for part in parts)
    subtitle = options.subtitle or text("briefing.cover_subtitle", lang, plans=plans)
    paper.add_paragraph(xml_safe(subtitle), "Subtitle")
    notice = paper.add_paragraph()
    _style(notice.add_run(text("notice.disclaimer", lang)), 12, ACCENT, bold=True)
    for key, value in (
        ("drawing_unit", options.drawing_unit), ("approval_number", options.approval_number),
        ("date", options.printed_date.isoformat()),
    ):  # fmt: skip
        paper.add_paragraph(xml_safe(text(f"sheet.{key}", lang) + (value or "＿＿＿＿＿＿＿＿")))


def _add_plan(writer: _Writer, part: PlanPart, base: Base, edges: gpd.GeoDataFrame | None) -> None:
    lang = writer.options.language
    writer.paper.add_heading(part.period, 1)
    writer.map(part.zones_shown, base, part.period, edges=edges)
    writer.caption("table", text("briefing.table_caption", lang, name=part.period))
    header = [
        text(f"sheet.table.{key}", lang).replace("\n", " ")
        for key in ("name", "stated", "computed", "interval", "verdict")
    ]
    rows = [
        (
            zone_name(row, lang), stated_figure(row, lang), kilometres2(row.computed_area_km2),
            interval_km2(row), verdict_words(row, lang),
        )
        for row in part.zones_shown.itertuples()
    ]  # fmt: skip
    writer.table(header, rows, (0.36, 0.13, 0.13, 0.18, 0.2))
    for row in part.zones_paged.itertuples():
        _add_zone(writer, row, part, base, edges)
    if len(part.zones_named):
        writer.paper.add_heading(text("briefing.named", lang, plan=part.period), 2)
        header = [text(f"briefing.named_{key}", lang) for key in ("group", "name", "citation")]
        writer.table(header, named_groups(part, lang), (0.2, 0.5, 0.3))


def _add_zone(
    writer: _Writer,
    row: Any,
    part: PlanPart,
    base: Base,
    edges: gpd.GeoDataFrame | None,
) -> None:
    lang = writer.options.language
    name = zone_name(row, lang)
    writer.paper.add_heading(xml_safe(name), 2)
    if row.geometry is not None and not row.geometry.is_empty:
        writer.map(part.zones_shown, base, name, focus=str(row.zone_id), edges=edges)
    else:
        writer.paragraph(text("briefing.no_shape", lang))
    for passage in passages(row, lang):
        writer.small_heading(passage.heading)
        writer.passage(passage)
    writer.caption("table", text("briefing.table_caption", lang, name=name))
    figures = figure_rows(row, lang)
    readings = reading_rows(row, lang)
    if len(readings) > 1:
        words = "\n".join(f"{reading}{text('briefing.colon', lang)}{value}"
                          for reading, value in readings[1:])  # fmt: skip
        figures.append((text("briefing.readings", lang), words))
    header = [text("briefing.figure", lang), text("briefing.value", lang)]
    writer.table(header, figures, (0.28, 0.72))
    quotes = further_quotes(row, lang) if has_definition(row) else []
    if quotes:
        writer.small_heading(text("briefing.more_quotes", lang))
    for quote in quotes:
        writer.passage(quote)


def _add_comparison(writer: _Writer, first: PlanPart, second: PlanPart, base: Base) -> None:
    lang = writer.options.language
    title = text("briefing.comparison", lang, first=first.name, second=second.name)
    writer.paper.add_heading(title, 1)
    pair = writer.figure()
    for part in (first, second):
        writer.picture(pair, part.zones_shown, base, part.period, PANE_MM)
        pair.add_run(" ")
    words = text("briefing.pair_caption", lang, first=first.period, second=second.period)
    writer.caption("figure", words)
    writer.caption("table", title)
    header = [text("briefing.compare_place", lang), first.period, "km²", second.period, "km²"]
    rows = []
    for _, row_a, row_b in place_pairs(first, second):
        either = row_a or row_b
        cells = [str(either.short_name_en if lang == "en" else either.short_name)]
        for row in (row_a, row_b):
            cells += (
                [zone_name(row, lang), kilometres2(row.computed_area_km2)] if row else ["—", "—"]
            )
        rows.append(cells)
    writer.table(header, rows, (0.16, 0.31, 0.11, 0.31, 0.11))
