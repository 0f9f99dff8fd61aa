"""Say what a reader may choose for a sheet, and what those choices select."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal, get_args

import shapely

from geo.crs import WGS84
from geo.errors import ExportError
from geo.texts import Text
from layers.styles import Styles

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geo.base import Base

PaperName = Literal["A4", "A3", "16:9"]
Orientation = Literal["landscape", "portrait"]
SheetFormat = Literal["png", "svg", "pdf"]
SheetLanguage = Literal["zh", "en"]
Extent = str | tuple[float, float, float, float]

PAPER_MM: dict[PaperName, tuple[float, float]] = {
    "A4": (297.0, 210.0),
    "A3": (420.0, 297.0),
    "16:9": (338.667, 190.5),  # the 13.333 by 7.5 inches of a wide slide
}
"""Long and short side of each paper [mm]."""

FONT_SCALE: dict[PaperName, float] = {"A4": 1.0, "A3": 1.25, "16:9": 1.15}
"""Type is larger on larger paper, and on slides, which are read from afar."""

LOWEST_DPI, HIGHEST_DPI = 150, 600

SCREEN_PIXELS = 1280
"""Longer side of a sheet for the screen, half as much again as a page shows of it beside its
choices. Beyond 1460 pixels of width Streamlit would resample it, which takes longer than drawing
some more."""

ROUND_DENOMINATORS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.5, 8.0)
"""A sheet's scale is 1 to one of these times a power of ten."""

LARGEST_SCALE = 1_000
"""No sheet is drawn larger than 1:1,000: the data do not carry it."""


DISTRICT_MARGIN_M, ZONE_MARGIN_M = 20.0, 80.0
"""Least ground shown beyond the district and beyond a zone [m]."""


@dataclass(frozen=True)
class SheetOptions:
    """The reader's choices for one sheet, atlas or comparison.

    Parameters
    ----------
    paper, orientation, format, dpi
        Paper, its orientation, the file format, and dots per inch of PNG
        (150 to 600).
    title, subtitle : str
        Empty for the words made from district and plan.
    zones : tuple of str, optional
        Zone ids to draw, in the order of the file; None for every one that has an
        area, a stated area or a line as a belt, and for all where none has.
    plan : str
        Plan id; empty for every plan in the table.
    extent : "district", zone id, or (left, bottom, right, top)
        What the map shows: the district with its zones whole, one zone, or a
        box in degrees, WGS84.
    labels, greyscale, area_table : bool
        Names on the map; greys and patterns instead of colours; the table of
        stated and computed areas with verdicts.
    approval_number, drawing_unit : str
        审图号 and 制图单位; an empty one leaves a blank to be filled in by hand.
    logo : bytes
        A PNG or JPEG picture; empty for none.
    link : str
        Address printed as a QR code beside the title; empty for none.
    language : {"zh", "en"}
        Language of everything that is not quoted from a plan.
    for_screen : bool
        A PNG to be looked at beforehand, with `SCREEN_PIXELS` along its longer side whatever
        its ``dpi``, and letters that are not fitted to pixels.
    date : date, optional
        Date printed on the sheet; today if None. With a date given, the same
        data give the same bytes.

    Raises
    ------
    ExportError
        If a choice is not among those possible.
    """

    paper: PaperName = "A4"
    orientation: Orientation = "landscape"
    format: SheetFormat = "pdf"
    dpi: int = 300
    title: str = ""
    subtitle: str = ""
    zones: tuple[str, ...] | None = None
    plan: str = ""
    extent: Extent = "district"
    labels: bool = True
    greyscale: bool = False
    area_table: bool = False
    approval_number: str = ""
    drawing_unit: str = ""
    logo: bytes = b""
    link: str = ""
    language: SheetLanguage = "zh"
    for_screen: bool = False
    date: dt.date | None = None
    styles: Styles = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for what, value, choices in (
            ("paper", self.paper, get_args(PaperName)),
            ("orientation", self.orientation, get_args(Orientation)),
            ("format", self.format, get_args(SheetFormat)),
            ("language", self.language, get_args(SheetLanguage)),
        ):
            if value not in choices:
                raise ExportError(
                    Text(
                        "refused.sheet-option",
                        what=Text(f"refused.sheet-{what}"),
                        value=value,
                        known=list(choices),
                    )
                )
        if not LOWEST_DPI <= self.dpi <= HIGHEST_DPI:
            raise ExportError(
                Text("refused.dpi", dpi=self.dpi, lowest=LOWEST_DPI, highest=HIGHEST_DPI)
            )
        if self.paper == "16:9" and self.orientation == "portrait":
            raise ExportError(Text("refused.portrait-slide"))

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height of the paper [mm]."""
        long_side, short_side = PAPER_MM[self.paper]
        return (
            (long_side, short_side) if self.orientation == "landscape" else (short_side, long_side)
        )

    @property
    def pixels_per_inch(self) -> float:
        """Dots per inch of a PNG."""
        return SCREEN_PIXELS * 25.4 / max(self.size_mm) if self.for_screen else self.dpi

    @property
    def font_scale(self) -> float:
        """Factor on every font size."""
        return FONT_SCALE[self.paper]

    @property
    def printed_date(self) -> dt.date:
        """The date given, else today."""
        return self.date or dt.date.today()


def chosen_zones(zones: gpd.GeoDataFrame, options: SheetOptions) -> gpd.GeoDataFrame:
    """Return the rows that the options choose, in the order of the file.

    Parameters
    ----------
    zones : GeoDataFrame
        Zones of one or more plans. Columns used: ``zone_id``, ``plan``.
    options : SheetOptions
        `plan` and `zones` are used.

    Raises
    ------
    ExportError
        If nothing is chosen, or a zone or plan is not in the table.
    """
    chosen = zones
    if options.plan:
        chosen = zones[zones["plan"] == options.plan]
        if chosen.empty:
            known = list(dict.fromkeys(zones["plan"]))
            raise ExportError(
                Text(
                    "refused.plan-without-zones",
                    plan=options.plan,
                    known=known or Text("refused.none"),
                )
            )
    if options.zones is not None:
        for zone_id in options.zones:
            _require_zone(zone_id, chosen)
        chosen = chosen[chosen["zone_id"].isin(options.zones)]
    elif has_extent(chosen).any():
        chosen = chosen[has_extent(chosen)]
    if chosen.empty:
        raise ExportError(Text("refused.nothing-to-draw-on-sheet"))
    return chosen.reset_index(drop=True)


def has_extent(zones: gpd.GeoDataFrame) -> pd.Series[bool]:
    """Tell which zones have an area, a stated area, or are a belt drawn as a line."""
    kinds = zones.geometry.geom_type
    is_area = kinds.isin(("Polygon", "MultiPolygon"))
    is_line = kinds.isin(("LineString", "MultiLineString")) & (zones["kind"] == "belt")
    drawable: pd.Series[bool] = is_area | is_line | zones["stated_area_km2"].notna()
    return drawable


def _require_zone(zone_id: str, zones: gpd.GeoDataFrame) -> None:
    known = [str(known) for known in zones["zone_id"]]
    if zone_id not in known:
        nearest = get_close_matches(zone_id, known, n=3, cutoff=0.3) or known[:3]
        raise ExportError(Text("refused.zone-nearest", zone=zone_id, nearest=nearest))


def extent_m(
    zones: gpd.GeoDataFrame, base: Base, options: SheetOptions
) -> tuple[float, float, float, float]:
    """Return the bounds that the map must show.

    Parameters
    ----------
    zones : GeoDataFrame
        Zones on the sheet, in a geographic or projected CRS. Columns used: ``zone_id``.
    base : Base
        Its outline is the district.
    options : SheetOptions
        `extent` is used.

    Returns
    -------
    tuple of float
        left, bottom, right, top in `base.metric_crs` [m].

    Raises
    ------
    ExportError
        If the extent is an unknown zone, one without geometry, or a box that
        is not in degrees, is empty or lies outside the district.
    """
    if options.extent == "district":
        # A zone that leaves the district, as the slow-traffic area does, is shown whole.
        areas = zones[has_extent(zones)].to_crs(base.metric_crs).geometry
        ground = shapely.union_all([base.outline, *areas])
        left, bottom, right, top = ground.buffer(DISTRICT_MARGIN_M).bounds
        return left, bottom, right, top
    import geopandas

    if isinstance(options.extent, str):
        _require_zone(options.extent, zones)
        row = zones[zones["zone_id"] == options.extent].to_crs(base.metric_crs)
        shape = row.geometry.iloc[0]
        if shape is None or shape.is_empty:
            raise ExportError(Text("refused.no-geometry", zone=options.extent))
        left, bottom, right, top = shape.buffer(ZONE_MARGIN_M).bounds
        return left, bottom, right, top
    left, bottom, right, top = options.extent
    if not (-180 <= left < right <= 180 and -90 <= bottom < top <= 90):
        raise ExportError(Text("refused.extent", extent=str(options.extent)))
    box = geopandas.GeoSeries([shapely.box(left, bottom, right, top)], crs=WGS84)
    extent = box.to_crs(base.metric_crs).iloc[0]
    if not extent.intersects(base.outline):
        raise ExportError(Text("refused.extent-outside", extent=str(options.extent)))
    left, bottom, right, top = extent.bounds
    return left, bottom, right, top


def round_scale(bounds_m: tuple[float, float, float, float], frame_mm: tuple[float, float]) -> int:
    """Return the largest round scale at which an extent fits a frame.

    Parameters
    ----------
    bounds_m : tuple of float
        left, bottom, right, top [m].
    frame_mm : tuple of float
        Width and height of the map frame [mm].

    Returns
    -------
    int
        The denominator, such as 10000 for 1:10,000.

    Examples
    --------
    >>> round_scale((0, 0, 4000, 3000), (200, 160))
    20000
    """
    left, bottom, right, top = bounds_m
    denominator = max((right - left) / frame_mm[0], (top - bottom) / frame_mm[1]) * 1000
    denominator = max(denominator, LARGEST_SCALE) * (1 - 1e-9)
    power = 10 ** math.floor(math.log10(denominator))
    return int(
        next(
            round(step * factor)
            for factor in (power, power * 10)
            for step in ROUND_DENOMINATORS
            if step * factor >= denominator
        )
    )


def frame_bounds_m(
    bounds_m: tuple[float, float, float, float], frame_mm: tuple[float, float], denominator: int
) -> tuple[float, float, float, float]:
    """Return the bounds that a frame shows at a scale, centred on an extent [m]."""
    left, bottom, right, top = bounds_m
    half_width = frame_mm[0] * denominator / 2000
    half_height = frame_mm[1] * denominator / 2000
    x, y = (left + right) / 2, (bottom + top) / 2
    return x - half_width, y - half_height, x + half_width, y + half_height
