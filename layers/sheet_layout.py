"""Where map, legend and furniture stand on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from geo.catalogue import text
from geo.errors import ExportError
from layers.fonts import register_font
from layers.sheet_legend import (
    draw_legend,
    legend_height_mm,
    symbol_rows,
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
    draw_scale_block,
    lines_height_mm,
    new_page,
)
from layers.sheet_words import (
    comparison_title,
    legend_title,
    plan_name,
    plan_period,
    sheet_subtitle,
    sheet_title,
    zone_remarks,
)

if TYPE_CHECKING:
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
    frames : tuple of MapFrame
        One per map pane, with its scale.
    maps : tuple of DrawnMap
        One per pane.
    """

    figure: Figure
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
    top = draw_header(
        page, sheet_title(zones, base, options), sheet_subtitle(chosen, base, options)
    )
    cited = chosen[chosen["zone_id"] == focus] if focus else chosen
    bottom = draw_footer(page, cited, base, page_words) + 2.0
    map_rect, side_rect = _body(page, bottom, top, with_table=options.area_table)
    frame = map_frame(map_rect, zones, base, options)
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
        draw_legend(page, below, (right, low, side, y - low), "", with_table=False)
        if is_part_shown(frame, base):
            across = 0.3 * width
            _draw_inset(page, base, frame, (left + width - across, low, across, height))
            width -= across + GAP_MM
        floor = _draw_remarks(page, chosen, focus, (left, low, width), unlisted)
        legend_rect = (left, floor, width, low + height - floor)
    y = draw_legend(
        page,
        zone_rows(cited, lang, with_table=options.area_table),
        legend_rect,
        legend_title(chosen, base, options),
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
    first, second = only_plan(zones_a), only_plan(zones_b)
    tables = [_chosen_of(zones_a, options), _chosen_of(zones_b, options)]
    if all(table.empty for table in tables):
        raise ExportError("No zone is selected, so there is nothing to compare. Select some.")
    page = new_page(options)
    title = options.title or comparison_title(base, first, second, options)
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
        page.text(origin[0], origin[1] + pane[1] + 1.2, plan_period(base, plan, lang), page.pt(9))
        frames.append(frame)
        maps.append(draw_map(page.figure, frame, table.to_crs(base.metric_crs), base, options))
    side = 0.24 * width if options.orientation == "landscape" else 0.3 * width
    draw_scale_block(page, frames[0], MARGIN_MM + width - side, bottom + band, side)
    symbols = maps[0].symbols | maps[1].symbols
    rows = [
        row
        for table, plan in zip(tables, (first, second), strict=True)
        for row in zone_rows(table, lang, with_table=False, plan=plan_name(base, plan, lang))
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


def only_plan(zones: gpd.GeoDataFrame) -> str:
    """Return the plan of a comparison's table, which must hold just one."""
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


def _draw_inset(
    page: Page, base: Base, frame: MapFrame, room: tuple[float, float, float, float]
) -> float:
    """Draw the inset at the foot of some room, where the map is zoomed in; return its top."""
    left, low, width, height = room
    if not is_part_shown(frame, base):
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
        absent = [zone_name(row, lang) for row in zones.itertuples() if not has_shape(row)]
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


def has_shape(row: Any) -> bool:
    """Tell whether a zone has a geometry to draw."""
    return row.geometry is not None and not row.geometry.is_empty
