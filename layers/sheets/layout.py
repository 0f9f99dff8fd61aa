"""Lay out map, legend and furniture on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from geo.errors import ExportError
from geo.texts import Text, text
from layers.sheets.fonts import POINT_MM, register_font
from layers.sheets.legend import (
    LegendRow,
    draw_legend,
    legend_height_mm,
    symbol_rows,
    zone_name,
    zone_rows,
)
from layers.sheets.map import DrawnMap, MapFrame, draw_map
from layers.sheets.options import (
    SheetOptions,
    chosen_zones,
    extent_m,
    frame_bounds_m,
    round_scale,
)
from layers.sheets.page import (
    MARGIN_MM,
    SMALLEST_PT,
    Page,
    draw_footer,
    draw_header,
    draw_inset,
    draw_scale_block,
    lines_height_mm,
    new_page,
)
from layers.sheets.words import (
    comparison_title,
    legend_title,
    plan_name,
    plan_period,
    sheet_subtitle,
    sheet_title,
    zone_remarks,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from matplotlib.figure import Figure

    from geo.base import Base

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
    title : str
        Its title.
    frames : tuple of MapFrame
        One per map pane, with its scale.
    maps : tuple of DrawnMap
        One per pane.
    """

    figure: Figure
    title: str
    frames: tuple[MapFrame, ...]
    maps: tuple[DrawnMap, ...]


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
    # Header and footer take what their words need; the body has the rest.
    title = sheet_title(chosen, base, options)
    top = draw_header(page, title, sheet_subtitle(chosen, base, options))
    zones_cited = chosen[chosen["zone_id"] == focus] if focus else chosen
    bottom = draw_footer(page, zones_cited, base, page_words) + 2.0
    map_rect, side_rect = _body(
        page, bottom, top, with_table=options.area_table, with_words=bool(focus)
    )
    frame = map_frame(map_rect, zones, base, options)
    map_drawn = draw_map(
        page.figure, frame, chosen.to_crs(base.metric_crs), base, options, focus=focus, edges=edges
    )
    # What the legend must hold is known only from what the map shows.
    of_plans = zones["plan"].isin(set(chosen["plan"]))
    unlisted_count = int(of_plans.sum()) - len(chosen) if options.zones is None else 0
    symbols = set(map_drawn.symbols) | ({"context"} if focus and len(chosen) > 1 else set())
    below = symbol_rows(symbols, lang)
    left, low, width, height = side_rect
    rows = zone_rows(zones_cited, lang, with_table=options.area_table, styles=options.styles)
    absent = _absent(zones, chosen, lang)
    remarks = _remarks(chosen, focus, lang, absent, unlisted_count, page)
    # Beside the map in landscape, below it upright: scale, legend, the plan's words, inset.
    if options.orientation == "landscape":
        legend_top = draw_scale_block(page, frame, left, low + height, width)
        columns = 2 if options.area_table or focus or options.language == "zh" else 1
        below_height = legend_height_mm(page, below, width, columns)
        legend_height = below_height + _zone_legend_mm(page, rows, width, focus)
        inset = _inset_height(page, base, frame, width, legend_top - low)
        room = legend_top - low - legend_height
        if not _remarks_fit(page, remarks, width, room - inset, focus):
            inset = 0.0  # the plan's words come before the inset
        floor = low + inset
        if inset:
            _draw_inset(page, base, frame, (left, low, width, inset))
        floor = _draw_remarks(page, remarks, (left, floor, width), room - inset, focus)
        legend_rect = (left, floor + below_height, width, legend_top - floor - below_height)
    else:
        side = 0.27 * width
        right, width = left + width - side, width - side - GAP_MM
        y = draw_scale_block(page, frame, right, low + height, side)
        draw_legend(page, below, (right, low, side, y - low), "", with_table=False)
        across = 0.3 * width
        inset = _inset_height(page, base, frame, across, height)
        narrow = width - across - GAP_MM
        room = height - _zone_legend_mm(page, rows, narrow, focus)
        if inset and _remarks_fit(page, remarks, narrow, room, focus):
            _draw_inset(page, base, frame, (left + width - across, low, across, inset))
            width = narrow
        floor = _draw_remarks(page, remarks, (left, low, width), room, focus)
        legend_rect = (left, floor, width, low + height - floor)
    y = draw_legend(
        page,
        rows,
        legend_rect,
        legend_title(chosen, base, options),
        with_table=options.area_table,
        most_columns=2 if options.orientation == "landscape" else 3,
    )
    if options.orientation == "landscape":
        draw_legend(
            page, below, (left, floor, width, y - floor), "", with_table=False, most_columns=2
        )
    return DrawnSheet(page.figure, title, (frame,), (map_drawn,))


def compose_comparison(
    zones_a: gpd.GeoDataFrame, zones_b: gpd.GeoDataFrame, base: Base, options: SheetOptions
) -> DrawnSheet:
    """Lay out two panes at one scale; `draw_comparison` saves it."""
    register_font()
    lang = options.language
    first, second = only_plan(zones_a), only_plan(zones_b)
    tables = [_chosen_of(zones_a, options), _chosen_of(zones_b, options)]
    if all(table.empty for table in tables):
        raise ExportError(Text("refused.nothing-to-compare"))
    page = new_page(options)
    title = options.title or comparison_title(base, first, second, options)
    subtitle = options.subtitle or text("sheet.comparison_subtitle", lang)
    top = draw_header(page, title, subtitle)
    import pandas as pd

    both = pd.concat(tables, ignore_index=True)
    bottom = draw_footer(page, both, base) + 2.0
    # Two panes of one size, side by side in landscape, one above the other upright.
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
    # Both at the extent and the scale of the two together: they are to be compared.
    frames, maps = [], []
    extent = extent_m(both, base, options)
    denominator = round_scale(extent, pane)
    for table, plan, origin in zip(tables, (first, second), origins, strict=True):
        bounds = frame_bounds_m(extent, pane, denominator)
        frame = MapFrame((*origin, *pane), bounds, denominator)
        page.text(origin[0], origin[1] + pane[1] + 1.2, plan_period(base, plan, lang), page.pt(9))
        frames.append(frame)
        maps.append(draw_map(page.figure, frame, table.to_crs(base.metric_crs), base, options))
    # One legend for both, each row with its plan.
    side = 0.24 * width if options.orientation == "landscape" else 0.3 * width
    draw_scale_block(page, frames[0], MARGIN_MM + width - side, bottom + band, side)
    symbols = maps[0].symbols | maps[1].symbols
    rows = [
        row
        for table, plan in zip(tables, (first, second), strict=True)
        for row in zone_rows(
            table, lang, with_table=False, plan=plan_name(base, plan, lang), styles=options.styles
        )
    ]
    draw_legend(
        page,
        rows + symbol_rows(symbols, lang),
        (MARGIN_MM, bottom, width - side - GAP_MM, band),
        text("sheet.legend", lang),
        with_table=False,
        most_columns=4,
    )
    return DrawnSheet(page.figure, title, tuple(frames), tuple(maps))


def _chosen_of(zones: gpd.GeoDataFrame, options: SheetOptions) -> gpd.GeoDataFrame:
    if options.zones is None:
        return chosen_zones(zones, SheetOptions())
    return zones[zones["zone_id"].isin(options.zones)]


def only_plan(zones: gpd.GeoDataFrame) -> str:
    """Return the plan of a comparison's table, which must hold just one."""
    plans = list(dict.fromkeys(zones["plan"]))
    if len(plans) != 1:
        raise ExportError(Text("refused.pane", plans=plans or Text("refused.none")))
    return str(plans[0])


def _body(
    page: Page, bottom: float, top: float, *, with_table: bool, with_words: bool
) -> tuple[tuple[float, float, float, float], tuple[float, float, float, float]]:
    """Divide the space between footer and header into map and legend."""
    width = page.width - 2 * MARGIN_MM
    height = top - bottom
    if page.options.orientation == "landscape":
        side = (0.37 if with_table else 0.28 if with_words else 0.235) * width
        map_width = width - side - GAP_MM
        return (
            (MARGIN_MM, bottom, map_width, height),
            (MARGIN_MM + map_width + GAP_MM, bottom, side, height),
        )
    band = (0.34 if with_table or with_words else 0.25) * height
    return (
        (MARGIN_MM, bottom + band + GAP_MM, width, height - band - GAP_MM),
        (MARGIN_MM, bottom, width, band),
    )


def map_frame(
    rect_mm: tuple[float, float, float, float],
    zones: gpd.GeoDataFrame,
    base: Base,
    options: SheetOptions,
) -> MapFrame:
    """Return the frame that shows an extent at the largest round scale which fits."""
    extent = extent_m(zones, base, options)
    size = rect_mm[2:]
    denominator = round_scale(extent, size)
    return MapFrame(rect_mm, frame_bounds_m(extent, size, denominator), denominator)


def is_part_shown(frame: MapFrame, base: Base) -> bool:
    """Tell whether a frame leaves out some of the district, so that an inset says where it is."""
    return not shapely.box(*frame.bounds_m).covers(base.outline)


CAPTION_MM = 4.5


def _inset_height(page: Page, base: Base, frame: MapFrame, width: float, room: float) -> float:
    """Return the height of the inset with its caption, 0 where there is none to draw [mm]."""
    high = min(INSET_SHARE * page.height, width * 0.9, room - CAPTION_MM)
    if high < SMALLEST_INSET_MM or not is_part_shown(frame, base):
        return 0.0
    return high + CAPTION_MM


def _draw_inset(
    page: Page, base: Base, frame: MapFrame, room: tuple[float, float, float, float]
) -> None:
    """Draw the inset, with its caption, at the left of some room of its height."""
    left, low, width, height = room
    high = height - CAPTION_MM
    draw_inset(page, base, frame, (left, low, min(width, high * 1.05), high))


def _zone_legend_mm(page: Page, rows: Sequence[LegendRow], width: float, focus: str) -> float:
    """Return the height to keep for the legend of one zone; a longer one takes what is left."""
    title = 1.5 * page.pt(8.5) * POINT_MM
    return title + legend_height_mm(page, rows, width, 1) if focus else 0.0


def _absent(zones: gpd.GeoDataFrame, chosen: gpd.GeoDataFrame, language: str) -> list[str]:
    """Name what has no shape: what was chosen, and others of the groups that were chosen from.

    A sheet of six zones of which five can be drawn says so, whether or not the sixth was asked
    for. Names without limits or area are not expected on a sheet; `unlisted` counts them.
    """
    groups = set(zip(chosen["plan"], chosen["group"], strict=True))
    ids = set(chosen["zone_id"])
    is_expected = zones["stated_area_km2"].notna() | (zones["limits_text"].fillna("") != "")
    return [
        zone_name(row, language)
        for row, expected in zip(zones.itertuples(), is_expected, strict=True)
        if not has_shape(row)
        and (row.zone_id in ids or (expected and (row.plan, row.group) in groups))
    ]


def _remarks(
    zones: gpd.GeoDataFrame,
    focus: str,
    language: str,
    absent: list[str],
    unlisted_count: int,
    page: Page,
) -> str:
    """Return what the legend cannot show: the words of one zone, or what is not drawn."""
    if focus:
        row = next(r for r in zones.itertuples() if r.zone_id == focus)
        return "\n\n".join(zone_remarks(row, language))
    lines = []
    if absent:
        names = text("sheet.separator", language).join(absent)
        words = text("sheet.not_drawn", language, names=names)
        if lines_height_mm(words, page.pt(SMALL_PT), page.width / 4) > 0.16 * page.height:
            words = text("sheet.not_drawn_count", language, count=len(absent))
        lines.append(words)
    if unlisted_count:
        lines.append(text("sheet.named_only_count", language, count=unlisted_count))
    return "\n".join(lines)


SMALL_PT = 5.6
WORD_SIZES_PT = (7.0, 6.6, 6.2, 5.8, 5.4, 5.0, SMALLEST_PT)


def _remarks_fit(page: Page, words: str, width: float, room: float, focus: str) -> bool:
    """Tell whether the words of one zone fit some height in the smallest type."""
    return not focus or lines_height_mm(words, page.pt(SMALLEST_PT), width) + 2 <= room


def _draw_remarks(
    page: Page, words: str, place: tuple[float, float, float], room: float, focus: str
) -> float:
    """Write upwards from a foot, in the largest type that fits; return the top."""
    left, floor, width = place
    if not words:
        return floor
    highest = min(room - 2, 0.36 * page.height)
    sizes = WORD_SIZES_PT if focus else (SMALL_PT,)
    for size in (page.pt(s) for s in sizes):
        height = lines_height_mm(words, size, width)
        if height <= highest:
            break
    page.lines(left, floor + height, words, size, width)
    return floor + height + 2


def has_shape(row: Any) -> bool:
    """Tell whether a zone has a geometry to draw."""
    return row.geometry is not None and not row.geometry.is_empty
