"""Draw each thing in one way, on the map and in its legend alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from layers.styles import CONNECTOR_DASH, HATCHES, ZoneStyle

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from shapely.geometry.base import BaseGeometry

    from layers.sheets.options import SheetOptions


ROAD_WIDTH_MM = {"trunk": 1.0, "primary": 0.85, "secondary": 0.6, "local": 0.4, "footway": 0.25}
"""Drawn width of a street by its class [mm on paper], not its true width."""

COLOURS = {
    "outside": "#f1f1ee",
    "district": "#ffffff",
    "outline": "#8a8a86",
    "river": "#cfe0ec",
    "river_name": "#2f5d84",
    "road": "#ffffff",
    "casing": "#a6a6a0",
    "inferred": "#8b8b86",
    "estimated": "#b3b3ad",
    "lane": "#d3d3cc",
    "block": "#f0eee7",
    "road_name": "#4d4d4a",
    "place": "#5b5b58",
    "frame": "#3c3c3a",
    "ink": "#1f1f1e",
}


PIXEL_PT = 0.75
"""A CSS pixel in points; the styles give their dashes in pixels."""


def shade(colour: str, options: SheetOptions) -> str:
    """Return a colour, as the grey of the same luminance on a greyscale sheet."""
    if not options.greyscale:
        return colour
    red, green, blue = to_rgb(colour)
    luminance = 0.299 * red + 0.587 * green + 0.114 * blue
    return to_hex((luminance, luminance, luminance))


def _path(geometry: BaseGeometry) -> Path:
    """Return polygons as one path, holes turning the other way."""
    rings = []
    for polygon in shapely.get_parts(geometry):
        if polygon.geom_type == "Polygon":
            oriented = shapely.orient_polygons(polygon)
            rings += [shapely.get_coordinates(ring) for ring in shapely.get_rings(oriented)]
    codes = [
        code
        for ring in rings
        for code in (Path.MOVETO, *[Path.LINETO] * (len(ring) - 2), Path.CLOSEPOLY)
    ]
    return Path(np.concatenate(rings) if rings else np.empty((0, 2)), codes or None)


def add_area(axes: Axes, geometry: BaseGeometry, **style: Any) -> None:
    """Add the polygons of a geometry as one patch; other parts draw nothing."""
    if any(part.geom_type == "Polygon" for part in shapely.get_parts(geometry)):
        # `add_patch` would also measure every curve of it for limits that are set already.
        axes.add_artist(PathPatch(_path(geometry), **style))


def _dashes(dash: str) -> Any:
    """Return a ``stroke-dasharray`` in pixels as a line style in points."""
    return (0, tuple(float(n) * PIXEL_PT for n in dash.split())) if dash else "solid"


def draw_zone(
    axes: Axes, shape: BaseGeometry, style: ZoneStyle, options: SheetOptions, zorder: float = 2
) -> None:
    """Fill an area with its colour and its hatch; the same call draws the legend's patch."""
    if not style.filled:
        return
    alpha = 0.22 if options.greyscale else 0.34
    add_area(axes, shape, facecolor=shade(style.fill, options), edgecolor="none", alpha=alpha,
         linewidth=0, zorder=zorder)  # fmt: skip
    if hatch := HATCHES[style.hatch].matplotlib:
        # Mixed with white rather than transparent: SVG would apply the transparency twice.
        strength = 0.8 if options.greyscale else 0.65
        red, green, blue = to_rgb(shade(style.edge, options))
        line = tuple(1 - strength * (1 - channel) for channel in (red, green, blue))
        add_area(axes, shape, facecolor="none", edgecolor=line, hatch=hatch,
             hatch_linewidth=0.45, linewidth=0, zorder=zorder + 0.1)  # fmt: skip


def draw_outline(
    axes: Axes, shape: BaseGeometry, style: ZoneStyle, options: SheetOptions, zorder: float = 12
) -> None:
    """Draw the outline of an area, a line or a point in the place's own colour and dash."""
    colour, width = shade(style.edge, options), 1.3 * options.font_scale
    add_area(axes, shape, facecolor="none", edgecolor=colour, linewidth=width,
         linestyle=_dashes(style.dash), zorder=zorder)  # fmt: skip
    for part in shapely.get_parts(shape):
        if part.geom_type == "LineString":
            axes.plot(*part.xy, color=colour, linewidth=2.4 * width, alpha=0.7, zorder=zorder,
                      solid_capstyle="butt")  # fmt: skip
        elif part.geom_type == "Point":
            axes.plot(part.x, part.y, marker="D", markersize=4 * options.font_scale,
                      color=shade(style.fill, options), markeredgecolor=colour,
                      markeredgewidth=0.8, zorder=zorder + 2)  # fmt: skip


def draw_context(axes: Axes, shape: BaseGeometry, options: SheetOptions) -> None:
    """Outline an area that is not the subject of the sheet."""
    grey = shade("#9b9b97", options)
    add_area(axes, shape, facecolor="none", edgecolor=grey, linewidth=0.6, zorder=11,
         linestyle=(0, (4, 2)))  # fmt: skip


def road_width_mm(road: Any, options: SheetOptions) -> float:
    """Return the width at which a street is drawn [mm on paper]."""
    road_class = str(getattr(road, "road_class", "") or "")
    return ROAD_WIDTH_MM.get(road_class, ROAD_WIDTH_MM["secondary"]) * options.font_scale


def draw_roads(
    axes: Axes, lines: list[tuple[Any, float]], options: SheetOptions, *, method: str = "traced"
) -> None:
    """Draw streets: traced ones as cased lines, inferred ones dashed, estimated ones faded too.

    Parameters
    ----------
    axes : Axes
        Map or legend.
    lines : list of tuple
        Coordinates, and width in points, of each street.
    options : SheetOptions
        ``greyscale`` is used.
    method : {"traced", "inferred", "estimated", "lane"}
        How the streets' positions are known; a lane has no name and a thin
        casing only.
    """
    shapes = [shape for shape, _ in lines]
    widths = np.array([width for _, width in lines])
    butt: Any = {"capstyle": "butt", "joinstyle": "round"}
    if method in ("traced", "lane"):
        casing = shade(COLOURS["casing" if method == "traced" else "lane"], options)
        casing_width = 1.0 if method == "traced" else 0.5
        axes.add_collection(
            LineCollection(
                shapes, linewidths=widths + casing_width, colors=casing, zorder=4, **butt
            ),
            autolim=False,
        )
    axes.add_collection(
        LineCollection(shapes, linewidths=widths, colors=COLOURS["road"], zorder=5, **butt),
        autolim=False,
    )
    if method in ("inferred", "estimated"):
        is_faded = method == "estimated"
        colour = shade(COLOURS["estimated" if is_faded else "inferred"], options)
        dashes: Any = (0, (1.2, 2.2)) if is_faded else (0, (3, 1.6))
        axes.add_collection(
            LineCollection(
                shapes,
                linewidths=0.8,
                colors=colour,
                linestyles=dashes,
                zorder=5.1,
                capstyle="butt",
            ),
            autolim=False,
        )


def draw_connector(axes: Axes, xy: Any, options: SheetOptions) -> None:
    """Draw a side along a street that the sentence leaves out."""
    axes.plot(*xy, color="#ffffff", linewidth=2.4, zorder=13, solid_capstyle="butt")
    axes.plot(*xy, color=shade("#a12c25", options), linewidth=1.6, zorder=13.1,
              linestyle=_dashes(CONNECTOR_DASH), dash_capstyle="butt")  # fmt: skip


def draw_places(axes: Axes, xs: Any, ys: Any, symbol: str, options: SheetOptions) -> None:
    """Draw metro stations or landmarks, all with one call."""
    is_metro = symbol == "metro"
    axes.plot(xs, ys, linestyle="none", marker="o" if is_metro else "s", zorder=14,
              markersize=(3.6 if is_metro else 2.2) * options.font_scale,
              markerfacecolor="#ffffff" if is_metro else shade(COLOURS["place"], options),
              markeredgecolor=shade(COLOURS["place"], options),
              markeredgewidth=1.0 if is_metro else 0.3)  # fmt: skip
