"""Draw print sheets: one page, an atlas, a comparison; true to scale, as PNG, SVG or PDF."""

from __future__ import annotations

import datetime as dt
import io
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.text import Text

from geo.texts import text
from layers.sheets.fonts import (
    FONT_FAMILY,
    PixelCanvas,
    font_face_css,
    font_for,
    register_font,
)
from layers.sheets.layout import (
    compose_comparison,
    compose_sheet,
    has_shape,
    map_frame,
    only_plan,
)
from layers.sheets.legend import (
    zone_name,
)
from layers.sheets.map import MapFrame, draw_map
from layers.sheets.options import (
    LOWEST_DPI,
    SheetOptions,
    chosen_zones,
)
from layers.sheets.page import (
    Page,
    draw_north_arrow,
    draw_scale_bar,
)
from layers.sheets.words import comparison_title, plan_period, sheet_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    from matplotlib.figure import Figure
    from PIL.Image import Image

    from geo.base import Base
    from layers.sheets.options import SheetFormat


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
    return draw_sheet_in((options.format,), zones, base, options, edges=edges)[options.format]


def draw_sheet_in(
    formats: Sequence[SheetFormat],
    zones: gpd.GeoDataFrame,
    base: Base,
    options: SheetOptions,
    *,
    edges: gpd.GeoDataFrame | None = None,
) -> dict[SheetFormat, bytes]:
    """Return one sheet as files of several formats, laid out once for all of them.

    The other parameters and the errors are those of `draw_sheet`; ``options.format`` is not used.
    """
    with _DRAWING, mpl.rc_context(RC_PARAMS):
        sheet = compose_sheet(zones, base, options, edges=edges)
        figure = sheet.figure
        try:
            return {
                one: _file_bytes([figure], base, replace(options, format=one), sheet.title)
                for one in formats
            }
        finally:
            _let_go(figure)


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
            plan_zones = chosen[chosen["plan"] == plan]
            ids = tuple(plan_zones["zone_id"]) if options.zones is not None else None
            overview = replace(options, plan=plan, zones=ids, extent="district",
                               area_table=True, format="pdf")  # fmt: skip
            sheets.append((overview, ""))
            period = plan_period(base, plan, lang)
            subtitle = f"{options.title} · {period}" if options.title else period
            sheets += [
                (
                    replace(overview, extent=str(row.zone_id), area_table=False,
                            title=zone_name(row, lang), subtitle=subtitle),
                    str(row.zone_id),
                )
                for row in plan_zones.itertuples() if has_shape(row)
            ]  # fmt: skip
        figures = [
            compose_sheet(
                zones, base, page_options, edges=edges, focus=focus,
                page_words=text("sheet.page", lang, page=number, pages=len(sheets)),
            ).figure
            for number, (page_options, focus) in enumerate(sheets, start=1)
        ]  # fmt: skip
        title = sheet_title(chosen, base, options)
        return _saved(figures, base, replace(options, format="pdf"), title)


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
        first, second = only_plan(zones_a), only_plan(zones_b)
        return _saved([sheet.figure], base, options, comparison_title(base, first, second, options))


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
        frame = map_frame((0.0, 0.0, width, height), zones, base, options)
        corner = _free_corner(frame, chosen[chosen["zone_id"] == focus] if focus else chosen)
        figure = Figure(figsize=(width / 25.4, height / 25.4), facecolor="white")
        draw_map(
            figure, frame, chosen, base, options,
            focus=focus, edges=edges, kept_free=(corner,),
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
        return _picture(figure, options), frame.denominator


EXACT_COLOURS, PICTURE_COLOURS = 64, 256
"""Of a map on a slide, which then has a third of the bytes of full colour.

The most frequent colours, which fill the areas, stay as they are; the others are chosen to lie
near every colour that occurs, so that a thin line keeps its hue.
"""


def _picture(figure: Figure, options: SheetOptions) -> bytes:
    """Return a figure as a PNG with a palette."""
    from PIL import Image

    figure.set_dpi(options.dpi)
    canvas: Any = PixelCanvas(figure)
    canvas.draw()
    buffer = io.BytesIO()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    _let_go(figure)
    _few_colours(picture).save(buffer, "PNG", dpi=(options.dpi, options.dpi))
    return buffer.getvalue()


def _few_colours(picture: Image) -> Image:
    """Return a picture of at most `PICTURE_COLOURS`, each pixel with the nearest of them."""
    from PIL import Image

    codes = np.asarray(picture).astype(np.int32) @ (1 << 16, 1 << 8, 1)
    values, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
    colours = np.stack([values >> 16, values >> 8 & 255, values & 255], axis=-1)
    frequent = colours[np.argsort(-counts, kind="stable")[:EXACT_COLOURS]]
    spread_count = PICTURE_COLOURS - EXACT_COLOURS
    spread = picture.quantize(spread_count, method=Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = np.concatenate(
        [frequent, np.reshape(spread[: 3 * spread_count], (-1, 3))], dtype=np.int32
    )
    distance = (palette**2).sum(axis=-1) - 2 * colours @ palette.T  # squared, less a constant
    reduced = Image.fromarray(distance.argmin(axis=-1).astype(np.uint8)[place.reshape(codes.shape)])
    reduced.putpalette(palette.astype(np.uint8).tobytes())
    return reduced


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
    zone_shapes = zones.geometry[zones.geometry.notna()]
    shapes = [frame.to_paper(frame.clip(shape)) for shape in zone_shapes]
    return min(corners, key=lambda corner: sum(corner.intersection(s).area for s in shapes))


def _saved(figures: Sequence[Figure], base: Base, options: SheetOptions, title: str) -> bytes:
    """Return the bytes of a file with every figure as a page, and let the figures go."""
    try:
        return _file_bytes(figures, base, options, title)
    finally:
        for figure in figures:
            _let_go(figure)


def _let_go(figure: Figure) -> None:
    """Free what a figure holds, above all its pixels: 280 MB for A3 at 600 dpi.

    A figure, its canvas and its artists refer to each other, and Python looks
    for such circles late; several sheets in turn would lie in memory together.
    """
    canvas: Any = figure.canvas
    for name in ("renderer", "_lastKey"):
        if hasattr(canvas, name):
            setattr(canvas, name, None)
    figure.clear()


def _file_bytes(figures: Sequence[Figure], base: Base, options: SheetOptions, title: str) -> bytes:
    """Return the bytes of a file with every figure as a page."""
    buffer = io.BytesIO()
    date = options.printed_date
    if options.format == "pdf":
        from matplotlib.backends.backend_pdf import PdfPages

        about = {
            "Title": title,
            "Author": options.drawing_unit or None,
            "CreationDate": dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC),
            "Producer": None,
            "Creator": None,
        }
        with _small_font(figures), PdfPages(buffer, metadata=about) as pages:
            for figure in figures:
                pages.savefig(figure)
    elif options.format == "svg":
        about = {"Title": title, "Date": date.isoformat(), "Creator": None}
        figures[0].savefig(buffer, format="svg", metadata=about)
        return _with_font(buffer.getvalue(), figures[0])
    else:
        # For the screen a larger file costs nothing.
        PixelCanvas(figures[0])
        is_fast = options.for_screen or options.dpi == LOWEST_DPI
        with _screen_letters(figures) if options.for_screen else nullcontext():
            figures[0].savefig(
                buffer, format="png", dpi=options.pixels_per_inch,
                pil_kwargs={"compress_level": 1} if is_fast else {},
                metadata={
                    "Title": title or None, "Software": None, "Creation Time": date.isoformat(),
                    "Copyright": base.district.credit(options.language),
                },
            )  # fmt: skip
    return buffer.getvalue()


@contextmanager
def _small_font(figures: Sequence[Figure]) -> Iterator[None]:
    """Have the text of figures drawn with the smallest file of the font that holds it.

    Not of a PNG for print: its pixels are fitted to what letters the file holds.
    """
    texts = [artist for figure in figures for artist in figure.findobj(Text)]
    path = font_for(set().union(*(artist.get_text() for artist in texts)))
    for artist in texts:
        artist.get_fontproperties().set_file(path)
    try:
        yield
    finally:
        for artist in texts:
            artist.get_fontproperties().set_file(None)


@contextmanager
def _screen_letters(figures: Sequence[Figure]) -> Iterator[None]:
    """Have letters drawn where they lie: to fit each to the pixels takes as long as to draw it."""
    with _small_font(figures), mpl.rc_context({"text.hinting": "none"}):
        yield


def _with_font(svg: bytes, figure: Figure) -> bytes:
    """Put a subset of the font into an SVG, so that it shows the same anywhere."""
    letters = "".join(artist.get_text() for artist in figure.findobj(Text))
    rule = f'<style type="text/css">{font_face_css(letters)}</style>'
    head, defs, rest = svg.decode("utf-8").partition("<defs>")
    return f"{head}{defs}\n  {rule}{rest}".encode()
