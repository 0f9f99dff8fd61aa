"""Print sheets: one page, an atlas, a comparison; true to scale, as PNG, SVG or PDF."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import shapely
from matplotlib.text import Text

from geo.catalogue import text
from geo.errors import ExportError
from layers.fonts import FONT_FAMILY, font_face_css, register_font
from layers.sheet_legend import (
    draw_legend,
    interval_km2,
    kilometres2,
    legend_height_mm,
    stated_figure,
    symbol_rows,
    verdict_words,
    zone_name,
    zone_rows,
)
from layers.sheet_map import DrawnMap, MapFrame, draw_map
from layers.sheet_options import (
    SheetOptions,
    chosen_zones,
    extent_m,
    frame_bounds_m,
    round_scale,
)
from layers.sheet_page import (
    MARGIN_MM,
    SMALLEST_PT,
    Page,
    draw_footer,
    draw_header,
    draw_inset,
    draw_north_arrow,
    draw_scale_bar,
    draw_scale_block,
    lines_height_mm,
    new_page,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from matplotlib.figure import Figure

    from geo.base import Base

__all__ = [
    "DrawnSheet",
    "SheetOptions",
    "compose_sheet",
    "draw_atlas",
    "draw_comparison",
    "draw_sheet",
    "map_picture",
]

RC_PARAMS: Any = {
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    "svg.hashsalt": "heping-plan-map",
    "font.family": [FONT_FAMILY],
    "axes.unicode_minus": False,
    "savefig.bbox": None,
    "savefig.facecolor": "white",
}
"""Real text in PDF and SVG, and the same bytes each time."""

_DRAWING = Lock()
"""matplotlib's settings are global: one sheet is drawn at a time."""

GAP_MM = 3.5
INSET_SHARE = 0.22
SMALLEST_INSET_MM = 14.0


@dataclass(frozen=True)
class DrawnSheet:
    """A page with what a test or a caption needs to know of it.

    Parameters
    ----------
    figure : Figure
        The page.
    frames : tuple of MapFrame
        One per map pane, with its scale.
    maps : tuple of DrawnMap
        One per pane.
    """

    figure: Figure
    frames: tuple[MapFrame, ...]
    maps: tuple[DrawnMap, ...]


def draw_sheet(
    zones: gpd.GeoDataFrame,
    base: Base,
    options: SheetOptions,
    *,
    edges: gpd.GeoDataFrame | None = None,
) -> bytes:
    """Return one sheet.

    Parameters
    ----------
    zones : GeoDataFrame
        Zones of one or more plans with the columns of a zone file; any CRS.
    base : Base
        Streets, river, outline, places of the district.
    options : SheetOptions
        The reader's choices.
    edges : GeoDataFrame, optional
        Edge file of the plan: its connectors are drawn dashed.

    Returns
    -------
    bytes
        A PNG, SVG or PDF file. With ``options.date`` given, the same data
        give the same bytes.

    Raises
    ------
    ExportError
        If nothing is selected, a zone, plan or extent is unknown, the logo
        is no picture, or the legend does not fit.
    """
    with _DRAWING, mpl.rc_context(RC_PARAMS):
        sheet = compose_sheet(zones, base, options, edges=edges)
        return _saved([sheet.figure], options, sheet_title(zones, base, options))


def draw_atlas(
    zones: gpd.GeoDataFrame,
    base: Base,
    options: SheetOptions,
    *,
    edges: gpd.GeoDataFrame | None = None,
) -> bytes:
    """Return a PDF with an overview of each plan and one page for every zone drawn in it.

    Parameters and errors are those of `draw_sheet`; ``options.format`` and
    ``options.extent`` are not used. An overview carries the area table.
    """
    with _DRAWING, mpl.rc_context(RC_PARAMS):
        chosen = chosen_zones(zones, options)
        lang = options.language
        sheets: list[tuple[SheetOptions, str]] = []
        for plan in dict.fromkeys(chosen["plan"]):
            own = chosen[chosen["plan"] == plan]
            ids = tuple(own["zone_id"]) if options.zones is not None else None
            overview = replace(options, plan=plan, zones=ids, extent="district",
                               area_table=True, format="pdf")  # fmt: skip
            sheets.append((overview, ""))
            period = _plan_period(base, plan, lang)
            subtitle = f"{options.title} · {period}" if options.title else period
            sheets += [
                (
                    replace(overview, extent=str(row.zone_id), area_table=False,
                            title=zone_name(row, lang), subtitle=subtitle),
                    str(row.zone_id),
                )
                for row in own.itertuples() if _has_shape(row)
            ]  # fmt: skip
        figures = [
            compose_sheet(
                zones, base, page_options, edges=edges, focus=focus,
                page_words=text("sheet.page", lang, page=number, pages=len(sheets)),
            ).figure
            for number, (page_options, focus) in enumerate(sheets, start=1)
        ]  # fmt: skip
        title = sheet_title(zones, base, options)
        return _saved(figures, replace(options, format="pdf"), title)


def draw_comparison(
    zones_a: gpd.GeoDataFrame,
    zones_b: gpd.GeoDataFrame,
    base: Base,
    options: SheetOptions,
) -> bytes:
    """Return one sheet with two panes at one scale and of one extent.

    Parameters
    ----------
    zones_a, zones_b : GeoDataFrame
        Zones of the earlier and of the later plan, each of one plan.
    base, options
        As for `draw_sheet`; ``options.plan`` is not used, and
        ``options.zones`` picks from both tables.

    Raises
    ------
    ExportError
        As `draw_sheet`; also if a table holds more than one plan.
    """
    with _DRAWING, mpl.rc_context(RC_PARAMS):
        sheet = compose_comparison(zones_a, zones_b, base, options)
        first, second = _only_plan(zones_a), _only_plan(zones_b)
        return _saved([sheet.figure], options, _comparison_title(base, first, second, options))


def map_picture(
    zones: gpd.GeoDataFrame,
    base: Base,
    options: SheetOptions,
    size_mm: tuple[float, float],
    *,
    focus: str = "",
    edges: gpd.GeoDataFrame | None = None,
) -> tuple[bytes, int]:
    """Return a map alone, as a PNG for slides and documents, and its scale.

    Parameters
    ----------
    zones, base, options, edges
        As for `draw_sheet`; ``extent``, ``labels``, ``greyscale``,
        ``language``, ``dpi`` and the paper's font size are used.
    size_mm : tuple of float
        Width and height at which the picture will stand [mm].
    focus : str
        Zone id: the others become thin outlines.

    Returns
    -------
    tuple of bytes and int
        The picture, and the denominator of its scale at that size.
    """
    from matplotlib.figure import Figure

    with _DRAWING, mpl.rc_context(RC_PARAMS):
        register_font()
        chosen = zones if focus else chosen_zones(zones, options)
        chosen = chosen.to_crs(base.metric_crs)
        width, height = size_mm
        frame = _frame((0.0, 0.0, width, height), zones, base, options)
        corner = _free_corner(frame, chosen[chosen["zone_id"] == focus] if focus else chosen)
        figure = Figure(figsize=(width / 25.4, height / 25.4), facecolor="white")
        draw_map(
            figure, frame, chosen, base, options,
            focus=focus, edges=edges, paper_mm=size_mm, kept_free=(corner,),
        )  # fmt: skip
        page = Page(figure, figure.add_axes((0, 0, 1, 1)), options)
        page.axes.set_xlim(0, width)
        page.axes.set_ylim(0, height)
        page.axes.set_axis_off()
        left, bottom, right, top = corner.bounds
        page.box(left, bottom, right - left, top - bottom, facecolor="white", alpha=0.85,
                 linewidth=0)  # fmt: skip
        draw_scale_bar(page, frame, left + 3, top - 3.5, right - left - 17)
        draw_north_arrow(page, right - 4, top - 0.6, 6.0)
        picture = _saved([figure], replace(options, format="png"), "")
        return picture, frame.denominator


CORNER_MM = (52.0, 11.5)
"""Room for scale bar and north arrow within a map picture [mm]."""


def _free_corner(frame: MapFrame, zones: gpd.GeoDataFrame) -> Any:
    """Return the corner of a frame in which the least of the zones lies [mm in the frame]."""
    width, height = frame.rect_mm[2:]
    across, up = CORNER_MM
    corners = [
        shapely.box(x, y, x + across, y + up)
        for y in (1.0, height - up - 1.0)
        for x in (1.0, width - across - 1.0)
    ]
    drawn = zones.geometry[zones.geometry.notna()]
    shapes = [frame.to_paper(frame.clip(shape)) for shape in drawn]
    return min(corners, key=lambda corner: sum(corner.intersection(s).area for s in shapes))


def compose_sheet(
    zones: gpd.GeoDataFrame,
    base: Base,
    options: SheetOptions,
    *,
    focus: str = "",
    edges: gpd.GeoDataFrame | None = None,
    page_words: str = "",
) -> DrawnSheet:
    """Lay out one page; `draw_sheet` and `draw_atlas` save it."""
    register_font()
    chosen = chosen_zones(zones, options)
    lang = options.language
    page = new_page(options)
    top = draw_header(page, sheet_title(zones, base, options), _subtitle(chosen, base, options))
    cited = chosen[chosen["zone_id"] == focus] if focus else chosen
    bottom = draw_footer(page, cited, base, page_words) + 2.0
    map_rect, side_rect = _body(page, bottom, top, with_table=options.area_table)
    frame = _frame(map_rect, zones, base, options)
    drawn = draw_map(
        page.figure, frame, chosen.to_crs(base.metric_crs), base, options, focus=focus, edges=edges
    )
    of_plans = zones["plan"].isin(set(chosen["plan"]))
    unlisted = int(of_plans.sum()) - len(chosen) if options.zones is None else 0
    symbols = set(drawn.symbols) | ({"context"} if focus and len(chosen) > 1 else set())
    below = symbol_rows(symbols, lang)
    left, low, width, height = side_rect
    if options.orientation == "landscape":
        legend_top = draw_scale_block(page, frame, left, low + height, width)
        floor = _draw_inset(page, base, frame, (left, low, width, legend_top - low))
        floor = _draw_remarks(page, chosen, focus, (left, floor, width), unlisted)
        columns = 2 if options.area_table or options.language == "zh" else 1
        below_height = legend_height_mm(page, below, width, columns)
        legend_rect = (left, floor + below_height, width, legend_top - floor - below_height)
    else:
        side = 0.27 * width
        right, width = left + width - side, width - side - GAP_MM
        y = draw_scale_block(page, frame, right, low + height, side)
        below_height = legend_height_mm(page, below, side, 1)
        draw_legend(page, below, (right, low, side, y - low), "", with_table=False)
        _draw_inset(page, base, frame, (right, low, side, y - below_height - low))
        floor = _draw_remarks(page, chosen, focus, (left, low, width), unlisted)
        legend_rect = (left, floor, width, low + height - floor)
    y = draw_legend(
        page,
        zone_rows(cited, lang, with_table=options.area_table),
        legend_rect,
        _legend_title(chosen, base, options),
        with_table=options.area_table,
        most_columns=2 if options.orientation == "landscape" else 3,
    )
    if options.orientation == "landscape":
        draw_legend(
            page, below, (left, floor, width, y - floor), "", with_table=False, most_columns=2
        )
    return DrawnSheet(page.figure, (frame,), (drawn,))


def compose_comparison(
    zones_a: gpd.GeoDataFrame, zones_b: gpd.GeoDataFrame, base: Base, options: SheetOptions
) -> DrawnSheet:
    """Lay out two panes at one scale; `draw_comparison` saves it."""
    register_font()
    lang = options.language
    first, second = _only_plan(zones_a), _only_plan(zones_b)
    tables = [_chosen_of(zones_a, options), _chosen_of(zones_b, options)]
    if all(table.empty for table in tables):
        raise ExportError("No zone is selected, so there is nothing to compare. Select some.")
    page = new_page(options)
    title = options.title or _comparison_title(base, first, second, options)
    subtitle = options.subtitle or text("sheet.comparison_subtitle", lang)
    top = draw_header(page, title, subtitle)
    import pandas as pd

    both = pd.concat(tables, ignore_index=True)
    bottom = draw_footer(page, both, base) + 2.0
    width = page.width - 2 * MARGIN_MM
    band = (0.24 if options.orientation == "landscape" else 0.2) * (top - bottom)
    heading = 5.0 * options.font_scale
    if options.orientation == "landscape":
        pane = ((width - GAP_MM) / 2, top - bottom - band - GAP_MM - heading)
        origins = [(MARGIN_MM, bottom + band + GAP_MM),
                   (MARGIN_MM + pane[0] + GAP_MM, bottom + band + GAP_MM)]  # fmt: skip
    else:
        pane = (width, (top - bottom - band - 2 * GAP_MM - 2 * heading) / 2)
        upper = bottom + band + GAP_MM + pane[1] + heading + GAP_MM
        origins = [(MARGIN_MM, upper), (MARGIN_MM, bottom + band + GAP_MM)]
    frames, maps = [], []
    extent = extent_m(both, base, options)
    denominator = round_scale(extent, pane)
    for table, plan, origin in zip(tables, (first, second), origins, strict=True):
        bounds = frame_bounds_m(extent, pane, denominator)
        frame = MapFrame((*origin, *pane), bounds, denominator)
        page.text(origin[0], origin[1] + pane[1] + 1.2, _plan_period(base, plan, lang), page.pt(9))
        frames.append(frame)
        maps.append(draw_map(page.figure, frame, table.to_crs(base.metric_crs), base, options))
    side = 0.24 * width if options.orientation == "landscape" else 0.3 * width
    draw_scale_block(page, frames[0], MARGIN_MM + width - side, bottom + band, side)
    symbols = maps[0].symbols | maps[1].symbols
    rows = [
        row
        for table, plan in zip(tables, (first, second), strict=True)
        for row in zone_rows(table, lang, with_table=False, plan=_plan_name(base, plan, lang))
    ]
    draw_legend(
        page,
        rows + symbol_rows(symbols, lang),
        (MARGIN_MM, bottom, width - side - GAP_MM, band),
        text("sheet.legend", lang),
        with_table=False,
        most_columns=4,
    )
    return DrawnSheet(page.figure, tuple(frames), tuple(maps))


def _chosen_of(zones: gpd.GeoDataFrame, options: SheetOptions) -> gpd.GeoDataFrame:
    if options.zones is None:
        return chosen_zones(zones, SheetOptions())
    return zones[zones["zone_id"].isin(options.zones)]


def _only_plan(zones: gpd.GeoDataFrame) -> str:
    plans = list(dict.fromkeys(zones["plan"]))
    if len(plans) != 1:
        raise ExportError(
            f"A pane of a comparison shows one plan; found {plans or 'none'}. "
            "Give the zones of one plan for each pane."
        )
    return str(plans[0])


def _body(
    page: Page, bottom: float, top: float, *, with_table: bool
) -> tuple[tuple[float, float, float, float], tuple[float, float, float, float]]:
    """Divide the space between footer and header into map and legend."""
    width = page.width - 2 * MARGIN_MM
    height = top - bottom
    if page.options.orientation == "landscape":
        side = (0.37 if with_table else 0.235) * width
        map_width = width - side - GAP_MM
        return (
            (MARGIN_MM, bottom, map_width, height),
            (MARGIN_MM + map_width + GAP_MM, bottom, side, height),
        )
    band = (0.34 if with_table else 0.25) * height
    return (
        (MARGIN_MM, bottom + band + GAP_MM, width, height - band - GAP_MM),
        (MARGIN_MM, bottom, width, band),
    )


def _frame(
    rect_mm: tuple[float, float, float, float],
    zones: gpd.GeoDataFrame,
    base: Base,
    options: SheetOptions,
) -> MapFrame:
    extent = extent_m(zones, base, options)
    size = rect_mm[2:]
    denominator = round_scale(extent, size)
    return MapFrame(rect_mm, frame_bounds_m(extent, size, denominator), denominator)


def _draw_inset(
    page: Page, base: Base, frame: MapFrame, room: tuple[float, float, float, float]
) -> float:
    """Draw the inset at the foot of some room, where the map is zoomed in; return its top."""
    left, low, width, height = room
    if page.options.extent == "district":
        return low
    caption = 4.5
    high = min(INSET_SHARE * page.height, width * 0.9, height - caption)
    if high < SMALLEST_INSET_MM:
        return low
    draw_inset(page, base, frame, (left, low, min(width, high * 1.05), high))
    return low + high + caption


def _draw_remarks(
    page: Page,
    zones: gpd.GeoDataFrame,
    focus: str,
    place: tuple[float, float, float],
    unlisted: int,
) -> float:
    """Write, upwards from the foot of the legend, what the legend cannot show; return its top."""
    left, floor, width = place
    lang = page.options.language
    size = page.pt(5.6)
    if not focus:
        absent = [zone_name(row, lang) for row in zones.itertuples() if not _has_shape(row)]
        lines = []
        if absent:
            names = text("sheet.separator", lang).join(absent)
            words = text("sheet.not_drawn", lang, names=names)
            if lines_height_mm(words, size, width) > 0.16 * page.height:
                words = text("sheet.not_drawn_count", lang, count=len(absent))
            lines.append(words)
        if unlisted:
            lines.append(text("sheet.named_only_count", lang, count=unlisted))
        if not lines:
            return floor
        words = "\n".join(lines)
        height = lines_height_mm(words, size, width)
        page.lines(left, floor + height, words, size, width)
        return floor + height + 2
    row = next(r for r in zones.itertuples() if r.zone_id == focus)
    parts = zone_remarks(row, lang)
    whole = "\n\n".join(parts)
    for size in (page.pt(s) for s in (7.0, 6.6, 6.2, 5.8, 5.4, 5.0, SMALLEST_PT)):
        height = lines_height_mm(whole, size, width)
        if height < 0.36 * page.height:
            break
    page.lines(left, floor + height, whole, size, width)
    return floor + height + 2


def zone_remarks(row: Any, language: str) -> list[str]:
    """Return the lines that stand beside the map of one zone: words, source, figures, verdict."""
    lines = []
    limits = str(getattr(row, "limits_text", "") or "")
    if limits:
        lines.append(f"{text('sheet.limits', language)}：“{limits}”")
    citation = getattr(row, "citation_en" if language == "en" else "citation", "")
    if citation:
        lines.append(f"—— {citation}")
    reasoning = str(getattr(row, "reasoning_en" if language == "en" else "reasoning", "") or "")
    if reasoning:
        lines.append(f"{text('sheet.reasoning', language)}：{reasoning}")
    lines.append(
        text(
            "sheet.figures", language, stated=stated_figure(row, language),
            computed=kilometres2(row.computed_area_km2), interval=interval_km2(row),
        )
    )  # fmt: skip
    lines.append(f"{text('sheet.table.verdict', language)}：{verdict_words(row, language)}")
    return lines


def _has_shape(row: Any) -> bool:
    return row.geometry is not None and not row.geometry.is_empty


def sheet_title(zones: gpd.GeoDataFrame, base: Base, options: SheetOptions) -> str:
    """Return the reader's title, else one made from district and plan."""
    if options.title:
        return options.title
    lang = options.language
    plans = list(dict.fromkeys(chosen_zones(zones, options)["plan"]))
    district, city = _district(base, lang)
    if len(plans) != 1:
        return text("sheet.title_plans", lang, district=district, city=city)
    return text(
        "sheet.title", lang, district=district, city=city, plan=_plan_name(base, plans[0], lang)
    )


def _subtitle(zones: gpd.GeoDataFrame, base: Base, options: SheetOptions) -> str:
    if options.subtitle:
        return options.subtitle
    plans = list(dict.fromkeys(zones["plan"]))
    separator = text("sheet.separator", options.language)
    return separator.join(_plan_period(base, plan, options.language) for plan in plans)


def _legend_title(zones: gpd.GeoDataFrame, base: Base, options: SheetOptions) -> str:
    """Name the plan over the legend too: the reader may have changed title and subtitle."""
    plans = list(dict.fromkeys(zones["plan"]))
    legend = text("sheet.legend", options.language)
    if len(plans) != 1:
        return legend
    return f"{legend} · {_plan_period(base, plans[0], options.language)}"


def _comparison_title(base: Base, first: str, second: str, options: SheetOptions) -> str:
    lang = options.language
    district, _ = _district(base, lang)
    return text(
        "sheet.comparison_title", lang, district=district,
        first=_plan_name(base, first, lang), second=_plan_name(base, second, lang),
    )  # fmt: skip


def _district(base: Base, language: str) -> tuple[str, str]:
    about = base.district
    return (about.name_en, about.city_en) if language == "en" else (about.name, about.city)


def _plan_name(base: Base, plan: str, language: str) -> str:
    period = base.district.plan(plan)
    return period.name_en if language == "en" else period.name


def _plan_period(base: Base, plan: str, language: str) -> str:
    period = base.district.plan(plan)
    return text(
        "sheet.plan_period", language, plan=_plan_name(base, plan, language),
        start=period.period_from, end=period.period_to,
    )  # fmt: skip


def _saved(figures: Sequence[Figure], options: SheetOptions, title: str) -> bytes:
    """Return the bytes of a file with every figure as a page."""
    buffer = io.BytesIO()
    made = options.printed_date
    if options.format == "pdf":
        from matplotlib.backends.backend_pdf import PdfPages

        about = {
            "Title": title,
            "Author": options.drawing_unit or None,
            "CreationDate": dt.datetime(made.year, made.month, made.day, tzinfo=dt.UTC),
            "Producer": None,
            "Creator": None,
        }
        with PdfPages(buffer, metadata=about) as pages:
            for figure in figures:
                pages.savefig(figure)
    elif options.format == "svg":
        about = {"Title": title, "Date": made.isoformat(), "Creator": None}
        figures[0].savefig(buffer, format="svg", metadata=about)
        return _with_font(buffer.getvalue(), figures[0])
    else:
        figures[0].savefig(
            buffer, format="png", dpi=options.dpi,
            metadata={"Title": title or None, "Software": None, "Creation Time": made.isoformat()},
        )  # fmt: skip
    return buffer.getvalue()


def _with_font(svg: bytes, figure: Figure) -> bytes:
    """Put a subset of the font into an SVG, so that it shows the same anywhere."""
    letters = "".join(artist.get_text() for artist in figure.findobj(Text))
    rule = f'<style type="text/css">{font_face_css(letters)}</style>'
    head, defs, rest = svg.decode("utf-8").partition("<defs>")
    return f"{head}{defs}\n  {rule}{rest}".encode()
