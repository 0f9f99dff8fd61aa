"""Draw the page of a sheet in millimetres: text, lines, and the furniture round a map."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Polygon as PolygonPatch
from matplotlib.patches import Rectangle
from pyproj import CRS, Proj, Transformer

from geo.crs import WGS84
from geo.errors import ExportError
from geo.texts import Text, text
from layers.sheets.fonts import FONT_FAMILY, POINT_MM, printable, text_width_mm, wrap_text
from layers.sheets.symbols import COLOURS, shade

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from matplotlib.axes import Axes
    from PIL.Image import Image as Picture

    from geo.base import Base
    from layers.sheets.map import MapFrame
    from layers.sheets.options import SheetOptions

MARGIN_MM = 8.0
SMALLEST_PT = 4.8
"""No text on a sheet is set smaller than this times the paper's font scale."""

CODE_MM = 15.0
"""Side of the QR code [mm]: an address of 80 letters then has modules of 0.35 mm and more, which
telephones read from paper at arm's length."""

LINE_STEP = 1.42
"""Distance of two base lines, in ems."""


@dataclass(frozen=True)
class Page:
    """A figure of the paper's size with axes in millimetres from its lower left corner."""

    figure: Figure
    axes: Axes
    options: SheetOptions

    @property
    def width(self) -> float:
        """Width of the paper [mm]."""
        return self.options.size_mm[0]

    @property
    def height(self) -> float:
        """Height of the paper [mm]."""
        return self.options.size_mm[1]

    def pt(self, size: float) -> float:
        """Return a font size for this paper [pt]."""
        return size * self.options.font_scale

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size_pt: float,
        *,
        ha: str = "left",
        va: str = "baseline",
        colour: str = COLOURS["ink"],
    ) -> None:
        """Write one line; `size_pt` is the size on this very paper."""
        self.axes.text(
            x, y, printable(words), fontsize=size_pt, fontfamily=FONT_FAMILY, ha=ha, va=va,
            color=shade(colour, self.options), parse_math=False,
        )  # fmt: skip

    def lines(
        self,
        x: float,
        top: float,
        words: str,
        size_pt: float,
        width_mm: float,
        colour: str = COLOURS["ink"],
    ) -> float:
        """Write a text broken to a width, downwards from `top`; return the y below it [mm]."""
        step = LINE_STEP * size_pt * POINT_MM
        y = top
        for line in wrap_text(printable(words), width_mm, size_pt):
            y -= step
            self.text(x, y + 0.3 * size_pt * POINT_MM, line, size_pt, colour=colour)
        return y

    def rule(self, x0: float, y0: float, x1: float, y1: float, width_pt: float = 0.4) -> None:
        """Draw a thin line."""
        self.axes.plot([x0, x1], [y0, y1], color=shade("#a5a5a1", self.options), linewidth=width_pt)

    def box(self, x: float, y: float, width: float, height: float, **style: Any) -> None:
        """Draw a rectangle."""
        self.axes.add_patch(Rectangle((x, y), width, height, **style))


def new_page(options: SheetOptions) -> Page:
    """Return an empty page of the paper's size."""
    width, height = options.size_mm
    figure = Figure(figsize=(width / 25.4, height / 25.4), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.set_axis_off()
    return Page(figure, axes, options)


def lines_height_mm(words: str, size_pt: float, width_mm: float) -> float:
    """Return the height that `Page.lines` will take [mm]."""
    count = len(wrap_text(printable(words), width_mm, size_pt))
    return count * LINE_STEP * size_pt * POINT_MM


def fitting_pt(words: str, size_pt: float, width_mm: float, smallest_pt: float) -> float:
    """Return the largest size up to `size_pt` at which one line fits a width, or the smallest."""
    size = min(size_pt, size_pt * width_mm / max(text_width_mm(printable(words), size_pt), 1e-9))
    return max(size, smallest_pt)


def draw_header(page: Page, title: str, subtitle: str) -> float:
    """Draw title, subtitle and logo; return the y below them [mm]."""
    top = page.height - MARGIN_MM
    beside = _draw_logo(page, top)
    beside += _draw_code(page, page.width - MARGIN_MM - beside, top)
    room = page.width - 2 * MARGIN_MM - beside
    size = fitting_pt(title, page.pt(17), room, page.pt(9))
    y = top
    for line in wrap_text(printable(title), room, size):
        y -= 1.15 * size * POINT_MM
        page.text(MARGIN_MM, y + 0.2 * size * POINT_MM, line, size)
    if subtitle:
        y = page.lines(MARGIN_MM, y, subtitle, page.pt(8.5), room, COLOURS["road_name"])
    corner = max(11 if page.options.logo else 0, CODE_MM + 1 if page.options.link else 0)
    return float(min(y - 1.2, page.height - MARGIN_MM - corner))


def _draw_code(page: Page, right: float, top: float) -> float:
    """Draw the QR code of the sheet's address at the right end; return the width taken [mm]."""
    if not page.options.link:
        return 0.0
    import segno

    try:
        modules = segno.make_qr(page.options.link, error="m").matrix
    except segno.DataOverflowError as error:
        raise ExportError(Text("sheet.link-too-long", length=len(page.options.link))) from error
    step = CODE_MM / len(modules)
    # One rectangle for each run of dark modules, all in one collection.
    runs = [
        Rectangle((right - CODE_MM + at * step, top - (row + 1) * step), length * step, step)
        for row, line in enumerate(modules)
        for at, length in _runs(line)
    ]
    page.axes.add_collection(
        PatchCollection(runs, facecolor="black", edgecolor="black", linewidth=0.05)
    )
    return CODE_MM + 4.0


def _runs(line: bytearray) -> Iterator[tuple[int, int]]:
    """Return where each run of dark modules of a line begins, and how long it is."""
    at = 0
    for dark, group in groupby(line):
        length = len(list(group))
        if dark:
            yield at, length
        at += length


def _draw_logo(page: Page, top: float) -> float:
    """Draw the logo at the right of the header; return the width it takes [mm]."""
    if not page.options.logo:
        return 0.0
    picture = logo_pixels(page.options.logo)
    if page.options.greyscale:
        grey = picture[..., :3] @ np.array([0.299, 0.587, 0.114])
        picture = np.dstack([grey, grey, grey, picture[..., 3]])
    height = 10.0
    width = min(height * picture.shape[1] / picture.shape[0], 40.0)
    height = width * picture.shape[0] / picture.shape[1]
    right = page.width - MARGIN_MM
    page.axes.imshow(
        picture, extent=(right - width, right, top - height, top), aspect="auto", zorder=5,
        interpolation="bilinear",
    )  # fmt: skip
    page.axes.set_xlim(0, page.width)
    page.axes.set_ylim(0, page.height)
    return float(width + 3)


LARGEST_LOGO_BYTES = 5_000_000
LARGEST_LOGO_PIXELS = 16_000_000
LOGO_PIXELS = (945, 236)
"""Width and height of the largest logo on paper at 600 dpi."""


def logo_pixels(logo: bytes) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the pixels of a logo, 0 to 1, with four channels.

    Raises
    ------
    ExportError
        If it is not a PNG or JPEG picture, or larger than 5 MB or 16 megapixels.
    """
    from PIL import Image

    if len(logo) > LARGEST_LOGO_BYTES:
        raise ExportError(Text("refused.logo-bytes", count=len(logo), limit=LARGEST_LOGO_BYTES))
    try:
        with Image.open(io.BytesIO(logo), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > LARGEST_LOGO_PIXELS:
                raise ExportError(
                    Text(
                        "refused.logo-pixels",
                        width=image.width,
                        height=image.height,
                        limit=LARGEST_LOGO_PIXELS,
                    )
                )
            return _few_pixels(image)
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ExportError(Text("refused.logo-picture")) from error


def _few_pixels(image: Picture) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a logo with no more pixels than paper can show.

    A logo is 10 mm high and 40 mm wide at most: 236 by 945 pixels at 600 dpi.
    """
    image.draft("RGB", (2 * LOGO_PIXELS[0], 2 * LOGO_PIXELS[1]))  # JPEG can skip pixels
    width = min(LOGO_PIXELS[1] * image.width / image.height, LOGO_PIXELS[0])
    step = max(1, int(image.width / width))
    if image.mode not in ("L", "LA", "RGB", "RGBA"):
        image = image.convert("RGBA")  # a palette cannot be averaged
    if step > 1:
        image = image.reduce(step)
    return np.asarray(image.convert("RGBA"), dtype=float) / 255


def draw_scale_block(page: Page, frame: MapFrame, x: float, top: float, width: float) -> float:
    """Draw numeric scale, scale bar and north arrow; return the y below them [mm]."""
    options = page.options
    arrow = 9.0
    words = text("sheet.scale", options.language, denominator=frame.denominator)
    size = page.pt(8)
    y = page.lines(x, top, words, size, width - arrow)
    note = text("sheet.scale_on_paper", options.language, paper=options.paper)
    y = page.lines(x, y + 0.4, note, page.pt(5.4), width - arrow, COLOURS["road_name"]) - 1.6
    longest = min(width - arrow - page.pt(5), 48 * options.font_scale)
    y = draw_scale_bar(page, frame, x, y, longest)
    draw_north_arrow(page, x + width - arrow / 2, top - 0.6, arrow)
    return y


def scale_bar_length_m(denominator: int, longest_mm: float) -> int:
    """Return the longest round ground length whose bar fits a width.

    Examples
    --------
    >>> scale_bar_length_m(25_000, 42)  # 1,000 m are 40 mm
    1000
    """
    longest_m = longest_mm * denominator / 1000
    power = 10 ** math.floor(math.log10(longest_m))
    return int(max(step * power for step in (1, 2, 4, 5) if step * power <= longest_m))


def draw_scale_bar(page: Page, frame: MapFrame, x: float, top: float, longest_mm: float) -> float:
    """Draw a bar of four parts, true to the frame's scale; return the y below it [mm]."""
    options = page.options
    length = scale_bar_length_m(frame.denominator, longest_mm)
    whole = length * 1000 / frame.denominator
    ink, height = shade(COLOURS["ink"], options), 1.3
    for part in range(4):
        page.box(x + part * whole / 4, top - height, whole / 4, height, linewidth=0,
                 facecolor=("#ffffff", ink)[part % 2 == 0], gid=f"scale-bar-{part}")  # fmt: skip
    page.axes.plot(
        [x, x + whole, x + whole, x, x],
        [top, top, top - height, top - height, top],
        color=ink, linewidth=0.4, solid_joinstyle="miter",
    )  # fmt: skip
    in_km = length >= 2000
    unit = text("sheet.kilometres" if in_km else "sheet.metres", options.language)
    size = page.pt(5.8)
    y = top - height - 1.15 * size * POINT_MM
    for share in (0, 0.5, 1):
        figure = f"{length * share / (1000 if in_km else 1):g}"
        page.text(x + share * whole, y, figure, size, ha="center")
    page.text(x + whole + text_width_mm(figure, size) / 2 + 0.8, y, unit, size)
    return y - 1.5


def draw_north_arrow(page: Page, x: float, top: float, height: float) -> None:
    """Draw an arrow to grid north with its letter."""
    ink = shade(COLOURS["ink"], page.options)
    size = page.pt(7)
    page.text(x, top - size * POINT_MM, text("sheet.north", page.options.language), size,
              ha="center")  # fmt: skip
    tip = top - 1.35 * size * POINT_MM
    foot, half = tip - height, height * 0.26
    notch = foot + height * 0.22
    for side, fill in ((-1, ink), (1, "#ffffff")):
        page.axes.add_patch(
            PolygonPatch([(x, tip), (x + side * half, foot), (x, notch)], closed=True,
                         facecolor=fill, edgecolor=ink, linewidth=0.5)
        )  # fmt: skip


def draw_inset(
    page: Page, base: Base, frame: MapFrame, rect_mm: tuple[float, float, float, float]
) -> None:
    """Draw the district small, with the frame of the map in it, both whole."""
    options = page.options
    left, bottom, width, height = rect_mm
    size = page.pt(5.8)
    caption = text("sheet.inset", options.language, district=district_name(base, options))
    page.text(left, bottom + height + 0.8, caption, size)
    axes = page.figure.add_axes(
        (left / page.width, bottom / page.height, width / page.width, height / page.height)
    )
    frame_box = shapely.box(*frame.bounds_m)
    west, south, east, north = shapely.union(base.outline, frame_box).buffer(150).bounds
    step = max((east - west) / width, (north - south) / height)
    x, y = (west + east) / 2, (south + north) / 2
    axes.set_xlim(x - step * width / 2, x + step * width / 2)
    axes.set_ylim(y - step * height / 2, y + step * height / 2)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor(shade(COLOURS["outside"], options))
    for spine in axes.spines.values():
        spine.set_linewidth(0.5)
    for part in shapely.get_parts(base.outline):
        axes.fill(*part.exterior.xy, facecolor="white", linewidth=0.6,
                  edgecolor=shade(COLOURS["outline"], options))  # fmt: skip
    for row in base.rivers.drop_duplicates("name").itertuples():
        for line in shapely.get_parts(row.geometry):
            axes.plot(*line.xy, color=shade("#9dbdd6", options), linewidth=1.6)
    west, south, east, north = frame.bounds_m
    axes.add_patch(
        Rectangle((west, south), east - west, north - south, facecolor="none",
                  edgecolor=shade("#a12c25", options), linewidth=1.1)
    )  # fmt: skip


def draw_footer(page: Page, zones: gpd.GeoDataFrame, base: Base, page_words: str = "") -> float:
    """Draw disclaimer, reference system, sources and the places to fill in.

    Returns
    -------
    float
        The y above it [mm].
    """
    options, lang = page.options, page.options.language
    right_width = 62.0 * (1.0 if options.orientation == "landscape" else 0.85)
    right_width *= min(options.font_scale, 1.2)
    width = page.width - 2 * MARGIN_MM - right_width - 4
    small, notice = page.pt(5.4), page.pt(8.5)
    # What a map must say of itself takes the height that it needs.
    words = [coordinate_system_words(base, lang), accuracy_words(base, lang)]
    documents = source_words(zones, lang)
    if documents:
        words.append(text("sheet.sources", lang, documents=documents))
    words.append(attribution_words(base, lang))
    disclaimer = text("notice.disclaimer", lang)
    height = 1.5 * notice * POINT_MM + sum(lines_height_mm(w, small, width) for w in words) + 1.5
    # On the right what an office fills in: an empty field is a line to write on.
    fields = [
        (text("sheet.approval_number", lang), options.approval_number),
        (text("sheet.drawing_unit", lang), options.drawing_unit),
        (text("sheet.date", lang), options.printed_date.isoformat()),
    ]
    size = page.pt(6.6)
    step = 1.75 * size * POINT_MM
    height = max(height, (len(fields) + bool(page_words)) * step + 1.5)
    # Drawn from the top down.
    top = MARGIN_MM + height
    page.rule(MARGIN_MM, top, page.width - MARGIN_MM, top, 0.6)
    page.text(MARGIN_MM, top - 1.25 * notice * POINT_MM, disclaimer, notice, colour="#9a2a24")
    y = top - 1.5 * notice * POINT_MM
    for line in words:
        y = page.lines(MARGIN_MM, y, line, small, width, COLOURS["road_name"])
    right = page.width - MARGIN_MM
    x = right - right_width
    y = top
    for label, value in fields:
        y -= step
        page.text(x, y, label, size)
        start = x + text_width_mm(label, size)
        if value:
            size_pt = fitting_pt(value, size, right - start, SMALLEST_PT * 0.7)
            page.text(start, y, value, size_pt)
        else:
            page.rule(start, y - 0.5, right, y - 0.5)
    if page_words:
        page.text(right, y - step, page_words, size, ha="right")
    return top


def district_name(base: Base, options: SheetOptions) -> str:
    """Return the district's name in the sheet's language."""
    return base.district.name_en if options.language == "en" else base.district.name


def coordinate_system_words(base: Base, language: str) -> str:
    """Return the line that names the projection and how far grid north is off true north."""
    x, y = base.outline.centroid.coords[0]
    name, meridian, convergence = _projection(base.metric_crs, x, y)
    if language != "en" and name.startswith("CGCS2000 / 3-degree Gauss-Kruger"):
        name = text("sheet.gauss_kruger", language)
    # East of the central meridian grid north lies east of true north, so true north is west.
    direction = text("sheet.west" if convergence > 0 else "sheet.east", language)
    return text(
        "sheet.coordinate_system", language, name=name, code=base.metric_crs,
        meridian=meridian, convergence=abs(convergence), direction=direction,
    )  # fmt: skip


@cache
def _projection(code: str, x: float, y: float) -> tuple[str, float, float]:
    """Return name, central meridian and, at a point, the convergence of a projection [degree]."""
    crs = CRS.from_user_input(code)
    operation = crs.coordinate_operation
    meridian = next(
        float(p.value)
        for p in (operation.params if operation else [])
        if p.name == "Longitude of natural origin"
    )
    lon, lat = Transformer.from_crs(crs, WGS84, always_xy=True).transform(x, y)
    return crs.name, meridian, float(Proj(crs).get_factors(lon, lat).meridian_convergence)


def accuracy_words(base: Base, language: str) -> str:
    """Return the line that states how well the streets are placed."""
    errors = base.roads["position_error_m"].astype(float)
    low, high = (float(errors.min()), float(errors.max())) if len(errors) else (0.0, 0.0)
    return text("sheet.accuracy", language, low=low, high=high)


def source_words(zones: gpd.GeoDataFrame, language: str) -> str:
    """Return the titles of the documents quoted, each once, from the citations."""
    titles = dict.fromkeys(document_title(row, language) for row in zones.itertuples())
    return text("sheet.separator", language).join(title for title in titles if title)


def document_title(row: Any, language: str) -> str:
    """Return a zone's citation without its section: the document alone.

    Parameters
    ----------
    row : namedtuple
        Columns used: ``citation``, ``citation_en``, ``section``.
    language : {"zh", "en"}
        Which citation to take.
    """
    source = str(getattr(row, "citation_en" if language == "en" else "citation", "") or "")
    section = str(getattr(row, "section", "") or "")
    return source.removesuffix(section).rstrip(" ，,、：:；;") if section else source


def attribution_words(base: Base, language: str) -> str:
    """Return the line with attribution, licence and data version."""
    district = base.district
    return text(
        "sheet.attribution", language, version=district.data_version,
        attribution=district.credit(language),
    )  # fmt: skip
