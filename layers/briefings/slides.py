"""Write a deck of slides: maps as pictures, every word and figure native and editable."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pptx import Presentation
from pptx.enum.shapes import MSO_CONNECTOR
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches, Pt

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
)
from layers.briefings.office_files import EAST_ASIAN_FONT, with_fixed_dates, xml_safe
from layers.briefings.slide_parts import (
    ACCENT,
    BODY_BOTTOM_IN,
    BODY_TOP_IN,
    BOLD_SAFETY,
    GREY,
    HEIGHT_IN,
    INK,
    MARGIN_IN,
    WIDTH_IN,
    Line,
    add_table,
    add_text,
    fit,
    row_height,
    style_run,
    table_height,
    wrapped,
    write,
)
from layers.sheets.legend import interval_km2, kilometres2, stated_figure, verdict_words, zone_name
from layers.sheets.page import logo_pixels
from layers.sheets.sheet import map_picture
from layers.styles import style_of

if TYPE_CHECKING:
    import geopandas as gpd
    from pptx.presentation import Presentation as Deck
    from pptx.slide import Slide

    from geo.base import Base
    from layers.sheets.options import SheetOptions

MAP_WIDTH_IN = 6.0

COLUMN_LEFT_IN = MARGIN_IN + MAP_WIDTH_IN + 0.3

COLUMN_WIDTH_IN = WIDTH_IN - MARGIN_IN - COLUMN_LEFT_IN

PICTURE_DPI = 160


def deck(
    zones_by_plan: Mapping[str, gpd.GeoDataFrame],
    base: Base,
    options: SheetOptions,
    *,
    edges_by_plan: Mapping[str, gpd.GeoDataFrame] | None = None,
) -> bytes:
    """Return slides: cover, and for each plan an overview, its zones and its other names.

    Parameters
    ----------
    zones_by_plan : mapping of str to GeoDataFrame
        Zone files by plan id; any CRS.
    base : Base
        Base geography of the district.
    options : SheetOptions
        ``title``, ``subtitle``, ``plan``, ``zones``, ``greyscale``,
        ``drawing_unit``, ``approval_number``, ``logo``, ``language``, ``date``.
    edges_by_plan : mapping of str to GeoDataFrame, optional
        Edge files by plan id, for the connectors.

    Returns
    -------
    bytes
        A PPTX file; with a date given, the same data give the same bytes.

    Raises
    ------
    ExportError
        If nothing is chosen, a zone or plan is unknown, or the logo is no picture.
    """
    parts = plan_parts(zones_by_plan, base, options)
    edges = edges_by_plan or {}
    show = _new_deck(options)
    _add_cover(show, parts, base, options)
    for part in parts:
        _add_overview(show, part, base, options, edges.get(part.plan))
        for row in part.zones_paged.itertuples():
            _add_zone(show, row, part, base, options, edges.get(part.plan))
        _add_named(show, part, base, options)
    for first, second in pairwise(part for part in parts if len(part.zones_paged)):
        _add_comparison(show, first, second, base, options)
    _add_method(show, parts, base, options)
    for number, slide in enumerate(show.slides, start=1):
        if number > 1:
            write(slide, (WIDTH_IN - MARGIN_IN - 1, 7.05, 1.0, 0.3), str(number), 9, GREY, "right")
    buffer = io.BytesIO()
    show.save(buffer)
    return with_fixed_dates(buffer.getvalue(), options.printed_date)


def _new_deck(options: SheetOptions) -> Deck:
    show = Presentation()
    show.slide_width, show.slide_height = Inches(WIDTH_IN), Inches(HEIGHT_IN)
    about = show.core_properties
    about.title = xml_safe(options.title)
    about.author = xml_safe(options.drawing_unit)
    about.last_modified_by = xml_safe(options.drawing_unit)
    about.revision = 1
    theme = next(
        relation.target_part
        for relation in show.slide_masters[0].part.rels.values()
        if relation.reltype.endswith("/theme")
    )
    # What a reader types later takes the theme's typeface: name the East Asian one there too.
    face = EAST_ASIAN_FONT.encode()
    theme._blob = (
        theme.blob.replace(b'<a:ea typeface=""/>', b'<a:ea typeface="' + face + b'"/>')
        .replace(b'<a:latin typeface="Calibri"/>', b'<a:latin typeface="' + face + b'"/>')
    )  # fmt: skip
    return show


def _new_slide(show: Deck, title: str, base: Base, options: SheetOptions) -> Slide:
    """Return a slide with a native title, a rule under it and the standing line below."""
    slide: Slide = show.slides.add_slide(show.slide_layouts[5])
    shape: Any = slide.shapes.title
    shape.left, shape.top = Inches(MARGIN_IN), Inches(0.35)
    shape.width, shape.height = Inches(WIDTH_IN - 2 * MARGIN_IN), Inches(0.65)
    frame = shape.text_frame
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.margin_left = frame.margin_right = 0
    size = 26.0
    while size > 16 and len(wrapped(title, BOLD_SAFETY * (WIDTH_IN - 2 * MARGIN_IN), size)) > 1:
        size -= 1
    paragraph = frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT
    style_run(paragraph.add_run(), title, size, INK, bold=True)
    rule = slide.shapes.add_connector(
        MSO_CONNECTOR.STRAIGHT,
        Inches(MARGIN_IN),
        Inches(1.05),
        Inches(WIDTH_IN - MARGIN_IN),
        Inches(1.05),
    )
    rule.line.color.rgb = ACCENT
    rule.line.width = Pt(1.25)
    rule.shadow.inherit = False
    write(slide, (MARGIN_IN, 7.05, 10.5, 0.3), footer_words(base, options), 9, GREY)
    return slide


def _add_cover(show: Deck, parts: Sequence[PlanPart], base: Base, options: SheetOptions) -> None:
    lang = options.language
    title = options.title or text("briefing.cover_title", lang, place=base.district.place(lang))
    plans = text("sheet.separator", lang).join(part.period for part in parts)
    subtitle = options.subtitle or text("briefing.cover_subtitle", lang, plans=plans)
    # The title is the layout’s own placeholder, so that the outline of the deck has it.
    slide = show.slides.add_slide(show.slide_layouts[5])
    shape = slide.shapes.title
    shape.left, shape.top = Inches(1.0), Inches(2.0)
    shape.width, shape.height = Inches(WIDTH_IN - 2.0), Inches(1.4)
    shape.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM
    shape.text_frame.word_wrap = True
    # As large as two lines allow.
    size = 40.0
    wide = BOLD_SAFETY * (WIDTH_IN - 2.2)
    while size > 20 and len(wrapped(title, wide, size)) * size * 1.2 > 1.4 * 72:
        size -= 2
    paragraph = shape.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT
    style_run(paragraph.add_run(), title, size, INK, bold=True)
    rule = slide.shapes.add_connector(
        MSO_CONNECTOR.STRAIGHT, Inches(1.1), Inches(3.55), Inches(6.0), Inches(3.55)
    )
    rule.line.color.rgb = ACCENT
    rule.line.width = Pt(2.25)
    rule.shadow.inherit = False
    write(slide, (1.1, 3.7, WIDTH_IN - 2.2, 1.0), subtitle, 18, GREY)
    write(slide, (1.1, 5.3, WIDTH_IN - 2.2, 0.4), text("notice.disclaimer", lang), 16, ACCENT)
    # What an office writes in by hand where it is not known yet.
    lines = [
        text("sheet.drawing_unit", lang) + (options.drawing_unit or "＿＿＿＿＿＿＿＿"),
        text("sheet.approval_number", lang) + (options.approval_number or "＿＿＿＿＿＿＿＿"),
        text("sheet.date", lang) + options.printed_date.isoformat(),
    ]
    for number, line in enumerate(lines):
        write(slide, (1.1, 5.8 + 0.34 * number, WIDTH_IN - 2.2, 0.32), line, 13, GREY)
    if options.logo:
        logo_pixels(options.logo)
        slide.shapes.add_picture(
            io.BytesIO(options.logo), Inches(1.1), Inches(0.6), height=Inches(0.8)
        )


def _picture_options(options: SheetOptions, **changes: Any) -> SheetOptions:
    return replace(
        options, paper="16:9", orientation="landscape", format="png", dpi=PICTURE_DPI,
        plan="", zones=None, logo=b"", **changes,
    )  # fmt: skip


def _add_map(
    slide: Slide,
    zones: gpd.GeoDataFrame,
    base: Base,
    options: SheetOptions,
    rect_in: tuple[float, float, float, float],
    name: str,
    *,
    focus: str = "",
    edges: gpd.GeoDataFrame | None = None,
) -> None:
    """Add a map as a picture with a text that says what it shows."""
    left, top, width, height = rect_in
    size_mm = (width * 25.4, height * 25.4)
    chosen = _picture_options(options, extent=focus or "district")
    data, denominator = map_picture(zones, base, chosen, size_mm, focus=focus, edges=edges)
    picture: Any = slide.shapes.add_picture(
        io.BytesIO(data), Inches(left), Inches(top), Inches(width), Inches(height)
    )
    words = text("briefing.map_alt", options.language, name=name, denominator=denominator)
    picture._element.nvPicPr.cNvPr.set("descr", xml_safe(words))


MAP_RECT_IN = (MARGIN_IN, BODY_TOP_IN, MAP_WIDTH_IN, BODY_BOTTOM_IN - BODY_TOP_IN)


def _add_overview(
    show: Deck,
    part: PlanPart,
    base: Base,
    options: SheetOptions,
    edges: gpd.GeoDataFrame | None,
) -> None:
    lang = options.language
    title = text("briefing.overview", lang, plan=part.period)
    slide = _new_slide(show, title, base, options)
    _add_map(slide, part.zones_shown, base, options, MAP_RECT_IN, part.period, edges=edges)
    header = [
        text(f"sheet.table.{key}", lang).replace("\n", " ")
        for key in ("name", "stated", "computed", "interval", "verdict")
    ]
    rows = [
        [
            zone_name(row, lang), stated_figure(row, lang), kilometres2(row.computed_area_km2),
            interval_km2(row), verdict_words(row, lang),
        ]
        for row in part.zones_shown.itertuples()
    ]  # fmt: skip
    fills = [
        style_of(row.place, row.basis, options.styles).fill if _has_shape(row) else ""
        for row in part.zones_shown.itertuples()
    ]
    rect = (COLUMN_LEFT_IN, BODY_TOP_IN, COLUMN_WIDTH_IN, BODY_BOTTOM_IN - BODY_TOP_IN)
    shares = (0.33, 0.12, 0.14, 0.19, 0.22)
    _add_tables(show, slide, title, base, options, _Table(header, rows, shares, fills), rect)


def _has_shape(row: Any) -> bool:
    return row.geometry is not None and not row.geometry.is_empty


def _add_zone(
    show: Deck,
    row: Any,
    part: PlanPart,
    base: Base,
    options: SheetOptions,
    edges: gpd.GeoDataFrame | None,
) -> None:
    """Add the slide of one zone, and as many more as its words need."""
    lang = options.language
    name = zone_name(row, lang)
    title = f"{name}（{part.name}）" if lang == "zh" else f"{name} ({part.name})"
    slide = _new_slide(show, title, base, options)
    # The map takes the left half; without a shape the words take the whole width.
    if _has_shape(row):
        _add_map(slide, part.zones_shown, base, options, MAP_RECT_IN, name,
                 focus=str(row.zone_id), edges=edges)  # fmt: skip
        left, width = COLUMN_LEFT_IN, COLUMN_WIDTH_IN
    else:
        left, width = MARGIN_IN, WIDTH_IN - 2 * MARGIN_IN
    # The figures stand at the bottom; the words get what is left above them.
    figures = [list(pair) for pair in figure_rows(row, lang)]
    if not _has_shape(row):
        figures.insert(1, ["", text("briefing.no_shape", lang)])
    shares = (0.34, 0.66) if width < 8 else (0.2, 0.8)
    figures_height = table_height(figures, [width * share for share in shares], 11.0)
    texts = passages(row, lang)
    room = BODY_BOTTOM_IN - BODY_TOP_IN - figures_height - 0.15
    lines = _text_lines(texts)
    size, rest = fit(lines, width, room)
    if rest:  # the plan's own words come first; ours then stand in the notes
        lines = _text_lines([passage for passage in texts if not passage.is_own])
        size, rest = fit(lines, width, room)
    lines_shown = lines[: len(lines) - len(rest)]
    add_text(slide, lines_shown, (left, BODY_TOP_IN, width, room), size)
    add_table(slide, None, figures, shares, (left, BODY_BOTTOM_IN - figures_height, width), 11.0)
    _add_notes(slide, row, texts, lang)
    # What does not fit goes to further slides: nothing of a plan is cut off.
    number = 2
    while rest:
        next_slide = _new_slide(
            show, text("briefing.continued", lang, title=title, number=number), base, options
        )
        wide, height = WIDTH_IN - 2 * MARGIN_IN, BODY_BOTTOM_IN - BODY_TOP_IN
        size, left_over = fit(rest, wide, height)
        page = rest[: len(rest) - len(left_over)]
        add_text(next_slide, page, (MARGIN_IN, BODY_TOP_IN, wide, height), size)
        rest, number = left_over, number + 1


def _add_notes(slide: Slide, row: Any, passages: Sequence[Passage], language: str) -> None:
    """Put the citation, our reasoning and the plan's further words into the speaker's notes."""
    colon = text("briefing.colon", language)
    source = row.citation_en if language == "en" else row.citation
    words = [text("briefing.notes_citation", language, citation=source)] if source else []
    words += [f"{passage.heading}{colon}{passage.words}" for passage in passages if passage.is_own]
    quotes = further_quotes(row, language) if has_definition(row) else []
    if quotes:
        words.append(text("briefing.more_quotes", language) + colon)
        words += [f"{quote.quoted}\n—— {quote.citation}" for quote in quotes]
    if words:
        notes: Any = slide.notes_slide.notes_text_frame
        notes.text = xml_safe("\n\n".join(words))


LONGEST_PIECE = 160
"""Characters after which a passage may go on in a new paragraph, at the end of a sentence."""


def _text_lines(passages: Sequence[Passage]) -> list[Line]:
    """Return passages as paragraphs, long ones in pieces that end with a sentence.

    A citation stands once, after the last of the passages that it covers.
    """
    lines = []
    for number, passage in enumerate(passages):
        lines.append(Line(passage.heading, "heading"))
        piece = ""
        for character in passage.quoted:
            piece += character
            if len(piece) >= LONGEST_PIECE and character in "。；;":
                lines.append(Line(piece, "words"))
                piece = ""
        if piece in ("”", "。”") and lines[-1].role == "words":
            lines[-1] = Line(lines[-1].words + piece, "words")
        elif piece:
            lines.append(Line(piece, "words"))
        following = passages[number + 1].citation if number + 1 < len(passages) else ""
        if passage.citation and passage.citation != following:
            lines.append(Line(f"—— {passage.citation}", "citation"))
    return lines


@dataclass(frozen=True)
class _Table:
    """What a table holds, and which share of its width each column takes."""

    header: list[str]
    rows: list[list[str]]
    shares: Sequence[float]
    fills: Sequence[str] = ()


def _add_tables(
    show: Deck,
    slide: Slide,
    title: str,
    base: Base,
    options: SheetOptions,
    table: _Table,
    rect_in: tuple[float, float, float, float],
) -> None:
    """Add a table, going on over further slides where one cannot hold it."""
    left, top, width, height = rect_in
    size, number = 11.0, 1
    header, rows, shares = table.header, table.rows, table.shares
    marks = list(table.fills) or [""] * len(rows)
    while True:
        widths = [width * share for share in shares]
        height_used, count = row_height(header, widths, size), 0
        for row in rows:
            height_used += row_height(row, widths, size)
            if height_used > height and count:
                break
            count += 1
        add_table(slide, header, rows[:count], shares, (left, top, width), size, marks[:count])
        rows, marks = rows[count:], marks[count:]
        if not rows:
            return
        number += 1
        slide = _new_slide(
            show,
            text("briefing.continued", options.language, title=title, number=number),
            base,
            options,
        )
        left, width = MARGIN_IN, WIDTH_IN - 2 * MARGIN_IN


def _add_named(show: Deck, part: PlanPart, base: Base, options: SheetOptions) -> None:
    """List the places that a plan names without extent."""
    if part.zones_named.empty:
        return
    lang = options.language
    title = text("briefing.named", lang, plan=part.period)
    slide = _new_slide(show, title, base, options)
    header = [text(f"briefing.named_{key}", lang) for key in ("group", "name", "citation")]
    rows = [list(row) for row in named_groups(part, lang)]
    rect = (MARGIN_IN, BODY_TOP_IN, WIDTH_IN - 2 * MARGIN_IN, BODY_BOTTOM_IN - BODY_TOP_IN)
    _add_tables(show, slide, title, base, options, _Table(header, rows, (0.16, 0.56, 0.28)), rect)


def _add_comparison(
    show: Deck, first: PlanPart, second: PlanPart, base: Base, options: SheetOptions
) -> None:
    """Show two plans side by side at one scale, then their places in a table."""
    lang = options.language
    title = text("briefing.comparison", lang, first=first.name, second=second.name)
    slide = _new_slide(show, title, base, options)
    width = (WIDTH_IN - 2 * MARGIN_IN - 0.3) / 2
    for part, left in ((first, MARGIN_IN), (second, MARGIN_IN + width + 0.3)):
        write(slide, (left, BODY_TOP_IN, width, 0.35), part.period, 14, INK, bold=True)
        rect = (left, BODY_TOP_IN + 0.4, width, BODY_BOTTOM_IN - BODY_TOP_IN - 0.4)
        _add_map(slide, part.zones_shown, base, options, rect, part.period)
    slide = _new_slide(show, title, base, options)
    header = [text("briefing.compare_place", lang), first.period, "km²", second.period, "km²"]
    rows = []
    for _, row_a, row_b in place_pairs(first, second):
        either = row_a or row_b
        rows.append(
            [
                str(either.short_name_en if lang == "en" else either.short_name),
                *([zone_name(row_a, lang), kilometres2(row_a.computed_area_km2)] if row_a
                  else ["—", "—"]),
                *([zone_name(row_b, lang), kilometres2(row_b.computed_area_km2)] if row_b
                  else ["—", "—"]),
            ]
        )  # fmt: skip
    rect = (MARGIN_IN, BODY_TOP_IN, WIDTH_IN - 2 * MARGIN_IN, BODY_BOTTOM_IN - BODY_TOP_IN)
    shares = (0.16, 0.33, 0.09, 0.33, 0.09)
    _add_tables(show, slide, title, base, options, _Table(header, rows, shares), rect)


def _add_method(show: Deck, parts: Sequence[PlanPart], base: Base, options: SheetOptions) -> None:
    lang = options.language
    slide = _new_slide(show, text("briefing.method", lang), base, options)
    words = method_words(parts, base, lang)
    lines = [Line(line, "words") for line in words]
    wide, height = WIDTH_IN - 2 * MARGIN_IN, BODY_BOTTOM_IN - BODY_TOP_IN
    size, _ = fit(lines, wide, height)
    add_text(slide, lines, (MARGIN_IN, BODY_TOP_IN, wide, height), size)
