"""Draw the map frame of a sheet: base, zones and labels at an exact scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.patheffects import Stroke
from matplotlib.text import Text
from shapely import Point

from layers.sheets.fonts import FONT_FAMILY, POINT_MM, printable
from layers.sheets.labels import (
    Label,
    LabelBoard,
    area_candidates,
    line_candidates,
    outside_candidates,
    point_candidates,
)
from layers.sheets.symbols import (
    COLOURS,
    add_area,
    draw_connector,
    draw_context,
    draw_outline,
    draw_places,
    draw_roads,
    draw_zone,
    road_width_mm,
    shade,
)
from layers.styles import FADE_M, FADE_OPACITY, FADE_STEPS, style_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from shapely.geometry.base import BaseGeometry

    from geo.base import Base
    from layers.sheets.options import SheetOptions

LANE_WIDTH_MM = 0.18
"""Drawn width of a street without a name [mm on paper]."""

SYMBOL_OF_METHOD = {
    "traced": "road", "inferred": "inferred_road", "estimated": "estimated_road",
}  # fmt: skip
"""Symbol of the legend for the way in which a street's place is known."""

RIVER_HALF_WIDTH_M = 50.0
"""Half of the drawn width of a river whose file gives none [m]."""


ZONE_COLUMNS = ("zone_id", "place", "basis", "short_name", "short_name_en")


@dataclass(frozen=True)
class MapFrame:
    """Where a map stands on the paper and what it shows.

    Parameters
    ----------
    rect_mm : tuple of float
        left, bottom, width, height on the paper [mm].
    bounds_m : tuple of float
        left, bottom, right, top in the metric CRS [m].
    denominator : int
        Of the scale.
    """

    rect_mm: tuple[float, float, float, float]
    bounds_m: tuple[float, float, float, float]
    denominator: int

    def to_paper(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a geometry [m] in millimetres from the frame's lower left corner."""
        step = 1000 / self.denominator
        left, bottom = self.bounds_m[:2]
        return shapely.transform(geometry, lambda xy: xy * step + (-left * step, -bottom * step))

    def clip(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return the part of a geometry [m] within the frame."""
        return shapely.clip_by_rect(geometry, *self.bounds_m)


@dataclass(frozen=True)
class DrawnMap:
    """What a map frame holds, for the legend and for tests.

    Parameters
    ----------
    board : LabelBoard
        Labels as placed [mm in the frame].
    symbols : frozenset of str
        Base symbols seen: ``road``, ``inferred_road``, ``river``,
        ``district``, ``metro``, ``place``, ``connector``.
    unlabelled : tuple of str
        Zones whose name found no place; the legend still holds it.
    """

    board: LabelBoard
    symbols: frozenset[str]
    unlabelled: tuple[str, ...]


def new_axes(figure: Figure, frame: MapFrame, options: SheetOptions) -> Axes:
    """Return axes of exactly the frame's size on the figure, in metres."""
    width, height = (inches * 25.4 for inches in figure.get_size_inches())
    left, bottom, across, up = frame.rect_mm
    axes = figure.add_axes((left / width, bottom / height, across / width, up / height))
    axes.set_xlim(frame.bounds_m[0], frame.bounds_m[2])
    axes.set_ylim(frame.bounds_m[1], frame.bounds_m[3])
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor(shade(COLOURS["outside"], options))
    for spine in axes.spines.values():
        spine.set_linewidth(0.8)
        spine.set_edgecolor(shade(COLOURS["frame"], options))
        spine.set_zorder(90)
    return axes


def draw_map(
    figure: Figure,
    frame: MapFrame,
    zones: gpd.GeoDataFrame,
    base: Base,
    options: SheetOptions,
    *,
    focus: str = "",
    edges: gpd.GeoDataFrame | None = None,
    kept_free: tuple[Any, ...] = (),
) -> DrawnMap:
    """Draw base, zones and labels into a frame.

    Parameters
    ----------
    figure : Figure
        The page.
    frame : MapFrame
        Place and scale.
    zones : GeoDataFrame
        In `base.metric_crs`. Columns used: ``zone_id``, ``place``, ``basis``,
        ``short_name``, ``short_name_en``.
    base : Base
        Streets, river, outline, places.
    options : SheetOptions
        ``labels``, ``greyscale``, ``language`` and the paper are used.
    focus : str
        A zone id: the others become thin outlines for context.
    edges : GeoDataFrame, optional
        Sides of the zones; those that are connectors are drawn dashed.
        Columns used: ``zone_id``, ``connector``.
    kept_free : tuple of Polygon
        Where labels must not stand [mm in the frame].
    """
    axes = new_axes(figure, frame, options)
    symbols = _draw_ground(axes, frame, base, options)
    visible_zones = _visible(zones[[*ZONE_COLUMNS, "geometry"]], frame)
    front = visible_zones[visible_zones["zone_id"] == focus] if focus else visible_zones
    for row in _largest_first(visible_zones[~visible_zones["zone_id"].isin(front["zone_id"])]):
        draw_context(axes, row.geometry, options)
    for row in _largest_first(front):
        draw_zone(axes, row.geometry, style_of(row.place, row.basis, options.styles), options)
    symbols |= _draw_roads(axes, frame, base, options)
    for row in _largest_first(front):
        draw_outline(axes, row.geometry, style_of(row.place, row.basis, options.styles), options)
    symbols |= _draw_connectors(axes, frame, edges, front, options)
    places = _places(base, frame)
    for symbol in sorted({symbol for _, symbol in places}):
        points = [place.geometry for place, place_symbol in places if place_symbol == symbol]
        draw_places(axes, [p.x for p in points], [p.y for p in points], symbol, options)
        symbols.add(symbol)
    signs: list[Any] = [frame.to_paper(place.geometry).buffer(SIGN_MM) for place, _ in places]
    board = LabelBoard(shapely.box(0, 0, *frame.rect_mm[2:]), [*signs, *kept_free])
    unlabelled: tuple[str, ...] = ()
    if options.labels:
        unlabelled = _place_labels(board, frame, front, base, options, places=places)
        for label in board.labels:
            _draw_label(axes, frame, label, options)
    return DrawnMap(board, frozenset(symbols), unlabelled)


def _visible(zones: gpd.GeoDataFrame, frame: MapFrame) -> gpd.GeoDataFrame:
    result = zones[~(zones.geometry.isna() | zones.geometry.is_empty)]
    result = result.set_geometry(frame.clip(result.geometry.to_numpy()), crs=zones.crs)
    return result[~result.geometry.is_empty]


def _largest_first(zones: gpd.GeoDataFrame) -> list[Any]:
    order = zones.geometry.area.sort_values(ascending=False, kind="stable").index
    return list(zones.loc[order].itertuples())


def _draw_ground(axes: Axes, frame: MapFrame, base: Base, options: SheetOptions) -> set[str]:
    """Draw district and river."""
    symbols = set()
    outline = frame.clip(base.outline)
    if not outline.is_empty:
        add_area(axes, outline, facecolor=shade(COLOURS["district"], options), edgecolor="none",
             zorder=0.5)  # fmt: skip
        for line in shapely.get_parts(frame.clip(base.outline.boundary)):
            symbols.add("district")
            axes.plot(*line.xy, color=shade(COLOURS["outline"], options), linewidth=1.1,
                      linestyle=(0, (8, 2, 1.5, 2)), zorder=9)  # fmt: skip
    if base.blocks:
        visible = frame.clip(shapely.union_all(base.blocks))
        if not visible.is_empty:
            add_area(axes, visible, facecolor=shade(COLOURS["block"], options), edgecolor="none",
                     zorder=0.6)  # fmt: skip
    for water, ends in river_bands(base):
        for piece, opacity in fading_area(water, ends):
            visible = frame.clip(piece)
            if not visible.is_empty:
                symbols.add("river")
                add_area(axes, visible, facecolor=shade(COLOURS["river"], options),
                         edgecolor="none", alpha=opacity, linewidth=0, zorder=1)  # fmt: skip
    return symbols


def fading_area(area: BaseGeometry, ends: Sequence[Point]) -> list[tuple[BaseGeometry, float]]:
    """Return areas to draw over each other, with their opacity, so that one fades at its ends.

    The base knows a river no further than its lines go; a band that stopped
    there would look like the end of the water.

    Parameters
    ----------
    area : geometry
        A band, in metres.
    ends : sequence of Point
        The middle of each end across the band.

    Returns
    -------
    list of (geometry, float)
        The whole band first, the part beyond `FADE_M` of every end last and opaque.
    """
    steps = [FADE_M * step / FADE_STEPS for step in range(FADE_STEPS + 1)]
    points = shapely.MultiPoint(list(ends))
    pieces = [shapely.difference(area, points.buffer(step)) for step in steps]
    opacities = [FADE_OPACITY] * FADE_STEPS + [1.0]
    return list(zip(pieces, opacities, strict=True))


def river_bands(base: Base) -> list[tuple[BaseGeometry, list[Point]]]:
    """Return each river as an area with the middles of its ends, in `base.metric_crs`.

    Between its two banks where the base has both; else a band about its first
    reading, as wide as the file says (``half_width_m``) or twice
    `RIVER_HALF_WIDTH_M`. It is drawn for orientation and bounds nothing.
    """
    opposite = base.background[base.background["kind"] == "river_bank"].geometry
    bands = []
    for name, rows in base.rivers.groupby("name", sort=False):
        bank = rows.geometry[rows["reading"] == "bank"]
        if len(bank) and len(opposite) and len(base.river_readings(str(name))) > 1:
            area, ends = _between(bank.iloc[0], opposite.iloc[0])
            bands.append((area, ends))
            continue
        half = float(getattr(rows.iloc[0], "half_width_m", 0) or 0)
        middle = rows.geometry.iloc[0]
        area = middle.buffer(
            half if half >= 5 else RIVER_HALF_WIDTH_M, cap_style="flat", join_style="round"
        )
        ends = list(shapely.get_parts(shapely.line_merge(middle).boundary))
        bands.append((area, ends))
    return bands


def _between(bank: BaseGeometry, opposite: BaseGeometry) -> tuple[BaseGeometry, list[Point]]:
    """Return the water between two banks, closed straight across, and the middles of its ends."""
    one, other = shapely.get_coordinates(bank), shapely.get_coordinates(opposite)
    if np.hypot(*(one[-1] - other[0])) > np.hypot(*(one[-1] - other[-1])):
        other = other[::-1]
    ends = [Point((one[-1] + other[0]) / 2), Point((one[0] + other[-1]) / 2)]
    return shapely.make_valid(shapely.Polygon(np.concatenate([one, other]))), ends


def _draw_roads(axes: Axes, frame: MapFrame, base: Base, options: SheetOptions) -> set[str]:
    """Draw the streets within the frame; return the symbols used."""
    lanes = base.background[base.background["kind"] == "street"].geometry
    lane_pt = LANE_WIDTH_MM * options.font_scale / POINT_MM
    draw_roads(axes, [(xy, lane_pt) for xy in _visible_lines(frame, lanes)], options, method="lane")
    by_method: dict[str, list[tuple[Any, float]]] = {"traced": [], "inferred": [], "estimated": []}
    for road in base.stretches.itertuples():
        if not road.name:
            continue
        width = road_width_mm(road, options) / POINT_MM
        lines = by_method[road.method if road.method in by_method else "traced"]
        lines += [(xy, width) for xy in _visible_lines(frame, [road.geometry])]
    for method, lines in by_method.items():
        draw_roads(axes, lines, options, method=method)
    return {SYMBOL_OF_METHOD[method] for method, lines in by_method.items() if lines}


def _visible_lines(frame: MapFrame, lines: Iterable[BaseGeometry]) -> list[Any]:
    """Return the coordinates of every line inside a frame."""
    parts = [part for line in lines for part in shapely.get_parts(frame.clip(line))]
    return [
        shapely.get_coordinates(part)
        for part in parts
        if part.geom_type == "LineString" and not part.is_empty
    ]


def _draw_connectors(
    axes: Axes,
    frame: MapFrame,
    edges: gpd.GeoDataFrame | None,
    front: gpd.GeoDataFrame,
    options: SheetOptions,
) -> set[str]:
    if edges is None or edges.empty or "connector" not in edges.columns:
        return set()
    connectors = edges[edges["zone_id"].isin(front["zone_id"]) & edges["connector"].eq(True)]
    symbols = set()
    for line in shapely.get_parts(frame.clip(connectors.to_crs(front.crs).geometry.to_numpy())):
        if line.geom_type == "LineString" and not line.is_empty:
            symbols.add("connector")
            draw_connector(axes, line.xy, options)
    return symbols


def _places(base: Base, frame: MapFrame) -> list[tuple[Any, str]]:
    """Return the places shown whole in a frame as (row in metres, symbol), metro first."""
    if base.landmarks.empty:
        return []
    places = base.landmarks.to_crs(base.metric_crs)
    inner = shapely.box(*frame.bounds_m).buffer(-1.5 * SIGN_MM * frame.denominator / 1000)
    places = places[shapely.covers(inner, places.geometry.to_numpy())]
    if "class" in places.columns:
        places = places[places["class"] != NEIGHBOUR]
    rows = [
        (row, "metro" if getattr(row, "place_class", "") == "metro" else "place")
        for row in places.rename(columns={"class": "place_class"}).itertuples()
    ]
    if frame.denominator > LARGEST_DETAIL_DENOMINATOR:
        rows = [pair for pair in rows if pair[1] == "metro"]
    return sorted(rows, key=lambda pair: pair[1] != "metro")


NEIGHBOUR = "neighbour"
"""Class of a landmark that is the name of a neighbouring district: written, no symbol."""

LARGEST_DETAIL_DENOMINATOR = 15_000
"""Landmarks other than metro stations appear at this scale and larger."""

SIGN_MM = 0.7
"""Half the size of a place's symbol: labels keep off it [mm on paper]."""


def zone_label(row: Any, language: str) -> str:
    """Return the short name of a zone; a long English one takes two lines."""
    if language != "en":
        return printable(str(row.short_name))
    words = str(row.short_name_en).split(" ")
    if len(" ".join(words)) <= 14 or len(words) == 1:
        return printable(" ".join(words))
    middle = min(
        range(1, len(words)), key=lambda n: abs(len(" ".join(words[:n])) - len(" ".join(words[n:])))
    )
    return printable(" ".join(words[:middle]) + "\n" + " ".join(words[middle:]))


def _place_labels(
    board: LabelBoard,
    frame: MapFrame,
    front: gpd.GeoDataFrame,
    base: Base,
    options: SheetOptions,
    *,
    places: list[tuple[Any, str]],
) -> tuple[str, ...]:
    """Place the names of zones, river, streets and places; return the zones left without."""
    scale = options.font_scale
    paper = {row.zone_id: frame.to_paper(row.geometry) for row in front.itertuples()}
    unlabelled = []
    for row in reversed(_largest_first(front)):
        shape = paper[row.zone_id]
        others = [
            paper[i]
            for i in front["zone_id"]
            if i != row.zone_id and paper[i].area < shape.area * 4
        ]
        name = zone_label(row, options.language)
        if not _place_zone_name(board, shape, others, name, scale):
            unlabelled.append(str(row.zone_id))
    _place_neighbours(board, frame, base, options)
    _place_river_names(board, frame, base, options)
    _place_road_names(board, frame, front, base, options)
    for place, _ in places:
        name = place_name(place, options.language)
        size = 5.5 * scale
        board.place(
            name, "place", (size,), point_candidates(frame.to_paper(place.geometry), name, size)
        )
    return tuple(unlabelled)


def _place_neighbours(
    board: LabelBoard, frame: MapFrame, base: Base, options: SheetOptions
) -> None:
    """Write the names of the neighbouring districts on their side of the border."""
    if "class" not in base.landmarks.columns:
        return
    rows = base.landmarks[base.landmarks["class"] == NEIGHBOUR].to_crs(base.metric_crs)
    size = 7.5 * options.font_scale
    for row in rows.itertuples():
        name = place_name(row, options.language)
        at = frame.to_paper(row.geometry)
        board.place(name, "road", (size,), point_candidates(at, name, size, away_mm=0.1))


def _place_zone_name(
    board: LabelBoard, area: BaseGeometry, others: list[BaseGeometry], name: str, scale: float
) -> bool:
    """Place a zone's name inside it, smaller where needed, else beside it with a leader."""
    sizes = [9.5 * scale, 8.5 * scale, 7.5 * scale, 6.5 * scale]
    if area.area == 0:
        return any(
            board.place(name, "zone", sizes, point_candidates(point, name, sizes[0]))
            for point in _points_on(area)
        )
    candidates = area_candidates(area, name, sizes[0], others)
    if board.place(name, "zone", sizes, candidates):
        return True
    around, anchor = outside_candidates(area, board.frame, others)
    return board.place(name, "zone", sizes[2:], around, anchor) is not None


def _points_on(shape: BaseGeometry) -> list[BaseGeometry]:
    """Return where a line or a point may be named: from the middle of its longest part outwards."""
    longest = max(shapely.get_parts(shape), key=lambda part: part.length)
    if not longest.length:
        return [longest.centroid]
    return [
        longest.interpolate(share, normalized=True) for share in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)
    ]


def place_name(row: Any, language: str) -> str:
    """Return the name of a landmark."""
    english = str(getattr(row, "name_en", "") or "")
    return printable(english if language == "en" and english else str(row.name))


def _place_river_names(
    board: LabelBoard, frame: MapFrame, base: Base, options: SheetOptions
) -> None:
    for row in base.rivers.drop_duplicates("name").itertuples():
        name, size = place_name(row, options.language), 8.5 * options.font_scale
        for line in _paper_lines(frame, row.geometry):
            board.place(name, "river", (size, size * 0.8), line_candidates(line, name, size))


def _place_road_names(
    board: LabelBoard,
    frame: MapFrame,
    front: gpd.GeoDataFrame,
    base: Base,
    options: SheetOptions,
) -> None:
    """Name the streets that bound a shown zone first, then the wide and the long ones."""
    sides = shapely.union_all(front.geometry.boundary.array) if len(front) else shapely.Point()
    rows = list(base.roads.itertuples())
    visible: Any = frame.clip(base.roads.geometry.to_numpy())
    bounding = _length_in(visible, sides.buffer(15)) * 1000 / frame.denominator
    roads = []
    for row, part, by in zip(rows, visible, bounding, strict=True):
        lines = _lines(frame.to_paper(part))
        if not lines:
            continue
        longest = max(lines, key=lambda line: line.length)
        width = road_width_mm(row, options)
        roads.append((by < 12, -width, -longest.length, row, longest))
    roads.sort(key=lambda road: road[:3])
    size = 6.2 * options.font_scale
    tree = shapely.STRtree([road[4] for road in roads])
    for number, (_, width, _, row, line) in enumerate(roads):
        name = place_name(row, options.language)
        offset = size * POINT_MM * 0.58 - width / 2 + 0.15
        board.place(
            name,
            "road",
            (size, size * 0.85),
            line_candidates(line, name, size, (tree, number), offset),
        )


def _length_in(lines: Any, area: BaseGeometry) -> Any:
    """Return the length of each of many lines within an area; most lie in it or outside of it."""
    shapely.prepare(area)
    length = np.where(shapely.covers(area, lines), shapely.length(lines), 0.0)
    is_cut = shapely.intersects(area, lines) & (length == 0)
    length[is_cut] = shapely.length(shapely.intersection(lines[is_cut], area))
    return length


def _paper_lines(frame: MapFrame, geometry: BaseGeometry) -> list[Any]:
    return _lines(frame.to_paper(frame.clip(geometry)))


def _lines(geometry: BaseGeometry) -> list[Any]:
    return [part for part in shapely.get_parts(geometry) if part.geom_type == "LineString"]


def _draw_label(axes: Axes, frame: MapFrame, label: Label, options: SheetOptions) -> None:
    """Draw a label over a white halo; the letters themselves stay text."""
    step = frame.denominator / 1000
    x, y = frame.bounds_m[0] + label.x * step, frame.bounds_m[1] + label.y * step
    colour = COLOURS[
        {"zone": "ink", "river": "river_name", "road": "road_name", "place": "place"}[label.kind]
    ]
    if label.anchor:
        axes.plot([frame.bounds_m[0] + label.anchor[0] * step, x],
                  [frame.bounds_m[1] + label.anchor[1] * step, y],
                  color=shade(COLOURS["ink"], options), linewidth=0.5, zorder=19)  # fmt: skip
    for is_halo in (True, False):
        text = Text(
            x, y, printable(label.text), color=shade(colour, options), fontsize=label.size_pt,
            fontfamily=FONT_FAMILY, rotation=label.angle, rotation_mode="anchor",
            ha="center", va="center", multialignment="center", linespacing=1.15,
            parse_math=False, zorder=20 if is_halo else 21,
        )  # fmt: skip
        if is_halo:
            text.set_path_effects([Stroke(linewidth=0.22 * label.size_pt, foreground="white")])
        axes.add_artist(text)
