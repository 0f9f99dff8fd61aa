"""Place labels on a sheet so that no two of them overlap."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from layers.sheets.fonts import text_height_mm, text_width_mm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray
    from shapely import LineString, Polygon
    from shapely.geometry.base import BaseGeometry

LabelKind = Literal["zone", "road", "river", "place"]

GAP_MM = 0.5
"""Least free space round a label [mm on paper]."""

SIMPLE_MM = 0.2
"""Outlines are simplified by this before labels are weighed against them [mm on paper]."""

AT_ONCE = 32
"""So many candidates are weighed first: most labels stand at one of them; then twice as many."""

STRAIGHTEST = 0.985
"""Chord over arc that a street must reach under its name, so that the name does not bend off."""


@dataclass(frozen=True)
class Candidates:
    """Possible places for one label, the wanted ones with the lower cost.

    Parameters
    ----------
    x, y : ndarray of float
        Centre of the label [mm on paper].
    angle : ndarray of float
        Degrees, anticlockwise.
    cost : ndarray of float
        The lowest free candidate wins.
    more : callable, optional
        What some of them, by their numbers, cost besides, nothing or more; one that reaches the
        limit given with them need not be weighed further. It takes long to find out, so it is
        asked only of those that may still win.
    most : float
        One that costs so much is no place at all.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    angle: NDArray[np.float64]
    cost: NDArray[np.float64]
    more: Callable[[NDArray[np.intp], float], NDArray[np.float64]] | None = None
    most: float = inf


@dataclass(frozen=True)
class Label:
    """A text with its place on the paper.

    Parameters
    ----------
    text : str
        May hold line breaks.
    kind : str
        What it names.
    size_pt, x, y, angle : float
        Font size [pt]; centre [mm on paper]; degrees anticlockwise.
    box : Polygon
        The text's oriented box with its free space [mm on paper].
    anchor : tuple of float, optional
        End of a leader line [mm on paper], for a label that stands off its zone.
    """

    text: str
    kind: LabelKind
    size_pt: float
    x: float
    y: float
    angle: float
    box: Polygon
    anchor: tuple[float, float] | None = None


@dataclass
class LabelBoard:
    """The map frame on paper and what already stands in it.

    Parameters
    ----------
    frame : Polygon
        The frame [mm on paper]; labels stay inside.
    obstacles : list of Polygon
        Boxes that labels must keep off [mm on paper].
    """

    frame: Polygon
    obstacles: list[Polygon] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def place(
        self,
        text: str,
        kind: LabelKind,
        sizes_pt: Sequence[float],
        candidates: Candidates,
        anchor: tuple[float, float] | None = None,
    ) -> Label | None:
        """Put a label on the cheapest free candidate, in the first size that fits.

        Returns
        -------
        Label or None
            None if every candidate overlaps something or leaves the frame.
        """
        obstacles = shapely.STRtree(self.obstacles + [label.box for label in self.labels])
        inner = self.frame.buffer(-GAP_MM)
        shapely.prepare(inner)
        for size_pt in sizes_pt:
            best, box = _cheapest(candidates, text, size_pt, inner, obstacles)
            if box is None:
                continue
            label = Label(
                text,
                kind,
                size_pt,
                float(candidates.x[best]),
                float(candidates.y[best]),
                float(candidates.angle[best]),
                box,
                anchor,
            )
            self.labels.append(label)
            return label
        return None


def _cheapest(
    candidates: Candidates, text: str, size_pt: float, inner: Polygon, obstacles: shapely.STRtree
) -> tuple[int, Polygon | None]:
    """Return the number and the box of the cheapest free candidate, no box where none is free."""
    order = np.argsort(candidates.cost, kind="stable")
    best, lowest, box = -1, candidates.most, None
    start, count = 0, AT_ONCE
    # Where the next costs as much as the best, so do all the others at least.
    while start < len(order) and candidates.cost[order[start]] <= lowest:
        some = order[start : start + count]
        start, count = start + count, 2 * count
        boxes = label_boxes(
            text, size_pt, candidates.x[some], candidates.y[some], candidates.angle[some]
        )
        is_free = shapely.covers(inner, boxes)
        is_free[obstacles.query(boxes, predicate="intersects")[0]] = False
        some, boxes = some[is_free], boxes[is_free]
        if not len(some):
            continue
        cost = candidates.cost[some]
        if candidates.more is not None:
            cost = cost + candidates.more(some, lowest)
        first = np.lexsort((some, cost))[0]  # of equal ones that with the lowest number
        is_first = box is not None and cost[first] == lowest and some[first] < best
        if cost[first] < lowest or is_first:
            best, lowest, box = int(some[first]), float(cost[first]), boxes[first]
    return best, box


def label_boxes(
    text: str,
    size_pt: float,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    angle: NDArray[np.float64],
) -> NDArray[np.object_]:
    """Return the oriented box of a text about every centre [mm on paper], angles in degrees."""
    half_width = text_width_mm(text, size_pt) / 2 + GAP_MM
    half_height = text_height_mm(text, size_pt) / 2 + GAP_MM / 2
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (half_width, half_height)
    turn = np.radians(angle)
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    across = x[:, None] + corners[:, 0] * cos - corners[:, 1] * sin
    up = y[:, None] + corners[:, 0] * sin + corners[:, 1] * cos
    return np.asarray(shapely.polygons(np.stack([across, up], axis=-1)), dtype=object)


INSIDE_COST = 6.0
"""A label of which three quarters lie outside of its area does not stand in it."""


def area_candidates(
    zone: Any,
    text: str,
    size_pt: float,
    others: Iterable[BaseGeometry] = (),
    spacing_mm: float = 1.5,
) -> Candidates:
    """Return places for a label inside its own area, the roomy and unambiguous ones first.

    Parameters
    ----------
    zone : Polygon or MultiPolygon
        The visible part of the area [mm on paper].
    text : str
        The label.
    size_pt : float
        Largest font size that will be tried [pt].
    others : iterable of geometry
        Other areas [mm on paper]; a label that lies in one of them too costs more.
    spacing_mm : float
        Distance of the candidates [mm].
    """
    zone = shapely.simplify(zone, SIMPLE_MM)
    circle = shapely.maximum_inscribed_circle(zone, 0.2)
    centre = shapely.get_point(circle, 0)
    middle = zone.centroid
    if shapely.contains(zone, middle) and (
        shapely.distance(zone.boundary, middle) > 0.6 * circle.length
    ):  # a long strip is as wide at its end as in its middle
        centre = middle
    left, bottom, right, top = zone.bounds
    xs = np.arange(left + spacing_mm / 2, right, spacing_mm)
    ys = np.arange(bottom + spacing_mm / 2, top, spacing_mm)
    x, y = (grid.ravel() for grid in np.meshgrid(xs, ys))
    inside = shapely.contains_xy(zone, x, y)
    x, y = np.append(x[inside], centre.x), np.append(y[inside], centre.y)
    angle = np.zeros_like(x)
    rivals = [shapely.simplify(other, SIMPLE_MM) for other in others]

    def beyond(some: NDArray[np.intp], limit: float) -> NDArray[np.float64]:
        """Return the cost of what lies outside of the own area, or in another one too."""
        boxes = label_boxes(text, size_pt, x[some], y[some], angle[some])
        cost = 8 * (1 - _covered(boxes, zone))
        for rival in rivals:
            is_open = cost <= limit
            if not is_open.any():
                break
            cost[is_open] += 3 * _covered(boxes[is_open], rival)
        return cost

    reach = np.hypot(x - centre.x, y - centre.y) / max(right - left, top - bottom)
    return Candidates(x, y, angle, reach, beyond, INSIDE_COST)


def _covered(boxes: NDArray[np.object_], shape: BaseGeometry) -> NDArray[np.float64]:
    """Return the share of each of equal, level boxes that lies in a shape.

    Most lie in it or outside of it as a whole; only the others are worth an intersection.
    """
    shapely.prepare(shape)
    share = shapely.covers(shape, boxes).astype(float)
    is_cut = shapely.intersects(shape, boxes) & (share == 0)
    # The boxes lie level and in rows: cutting to a rectangle is half the work of an intersection,
    # and less again where the row was cut out before.
    bounds = shapely.bounds(boxes[is_cut])
    left, right = (bounds[:, 0].min(), bounds[:, 2].max()) if len(bounds) else (0.0, 0.0)
    rows: dict[tuple[float, float], BaseGeometry] = {
        (low, high): shapely.clip_by_rect(shape, left, low, right, high)
        for low, high in {(low, high) for _, low, _, high in bounds}
    }
    parts = [shapely.clip_by_rect(rows[box[1], box[3]], *box) for box in bounds]
    share[is_cut] = shapely.area(parts) / shapely.area(boxes[0])
    return share


def outside_candidates(
    zone: BaseGeometry, frame: Polygon, others: Iterable[BaseGeometry] = ()
) -> tuple[Candidates, tuple[float, float]]:
    """Return places round an area that is too crowded, and where its leader line ends."""
    anchor = zone.representative_point()
    left, bottom, right, top = frame.bounds
    xs, ys = np.arange(left, right, 2.5), np.arange(bottom, top, 2.5)
    x, y = (grid.ravel() for grid in np.meshgrid(xs, ys))
    reach = np.hypot(x - anchor.x, y - anchor.y)
    points = shapely.points(x, y)
    cost = reach.copy()
    for other in [zone, *others]:
        cost += 25.0 * shapely.contains_xy(other, x, y)
    near = (shapely.distance(points, zone) > 3.0) & (reach < 60.0)
    return (
        Candidates(x[near], y[near], np.zeros(int(near.sum())), cost[near]),
        (float(anchor.x), float(anchor.y)),
    )


def line_candidates(
    line: LineString,
    text: str,
    size_pt: float,
    crossing: tuple[shapely.STRtree, int] | None = None,
    offset_mm: float = 0.0,
) -> Candidates:
    """Return places for a name along a street, straight pieces near the middle first.

    Parameters
    ----------
    line : LineString
        The visible part of the street [mm on paper].
    text : str
        The name.
    size_pt : float
        Largest font size that will be tried [pt].
    crossing : tuple of STRtree and int, optional
        Lines [mm on paper] that a name had better not lie on, and which of them it names.
    offset_mm : float
        Distance of the name's middle from the street; it is tried on both
        sides, and on the line itself at a higher cost.
    """
    width = text_width_mm(text, size_pt) + 2 * GAP_MM
    empty = np.array([])
    if line.length < width:
        return Candidates(empty, empty, empty, empty)
    at = np.arange(width / 2, line.length - width / 2 + 1e-9, 1.0)
    start = shapely.get_coordinates(shapely.line_interpolate_point(line, at - width / 2))
    end = shapely.get_coordinates(shapely.line_interpolate_point(line, at + width / 2))
    chord = end - start
    straight = np.hypot(*chord.T) / width >= STRAIGHTEST
    at, start, end, chord = at[straight], start[straight], end[straight], chord[straight]
    angle = np.degrees(np.arctan2(chord[:, 1], chord[:, 0]))
    angle = (angle + 90) % 180 - 90
    middle = (start + end) / 2
    cost = np.abs(at - line.length / 2) / line.length
    turn = np.radians(angle)
    normal = np.stack([-np.sin(turn), np.cos(turn)], axis=-1)
    steps = [(offset_mm, 0.0), (-offset_mm, 0.05), (0.0, 0.6)] if offset_mm else [(0.0, 0.0)]
    places = np.concatenate([middle + normal * step for step, _ in steps])
    cost = np.concatenate([cost + penalty for _, penalty in steps])
    angle = np.tile(angle, len(steps))
    x, y = places[:, 0], places[:, 1]
    if crossing is None:
        return Candidates(x, y, angle, cost)
    lines, own_lines = crossing

    def crossed(some: NDArray[np.intp], limit: float) -> NDArray[np.float64]:  # noqa: ARG001
        """Return the cost of the other lines under a name."""
        boxes = label_boxes(text, size_pt, x[some], y[some], angle[some])
        hits, of = lines.query(boxes, predicate="intersects")
        return np.bincount(hits[of != own_lines], minlength=len(boxes)) * np.float64(0.5)

    return Candidates(x, y, angle, cost, crossed)


def point_candidates(point: Any, text: str, size_pt: float, away_mm: float = 1.3) -> Candidates:
    """Return the eight places round a point, right of it first."""
    half_width = text_width_mm(text, size_pt) / 2
    half_height = text_height_mm(text, size_pt) / 2
    across, along = half_width + away_mm, half_height + away_mm * 0.7
    steps = np.array(
        [
            (across, 0), (-across, 0), (0, along), (0, -along),
            (across, along), (across, -along), (-across, along), (-across, -along),
        ]
    )  # fmt: skip
    places = np.array([point.x, point.y]) + steps
    return Candidates(places[:, 0], places[:, 1], np.zeros(8), np.arange(8.0))
