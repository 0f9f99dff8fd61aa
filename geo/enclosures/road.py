"""Walk along one road: its pieces, the places on it, the ways between two places."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.errors import EnclosureError, GeoError
from geo.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    Coordinates = npt.NDArray[np.float64]
    Lines = npt.NDArray[np.object_]

SNAP_M = 1e-6
"""Nearer to a vertex than this is the vertex: the rounding of a computed crossing [m]."""

MAX_STEPS = 20_000
"""Steps along one road in search of its ways between two corners."""


class Place(NamedTuple):
    """A place on a road: a piece, and how many vertices along it (1.5: half-way from 1 to 2)."""

    piece: int
    position: float
    x: float
    y: float


class Way(NamedTuple):
    """A way along one road: its coordinates, and the gaps in the road that it closes [m]."""

    coordinates: Coordinates
    gap_m: float


@dataclass(frozen=True, eq=False)
class Road:
    """One road as pieces between its junctions with itself.

    Most roads are one piece. A road with branches, loops or parts that do not
    touch has several; pieces meet at nodes, which are numbered.

    Parameters
    ----------
    name : str
        As among the centrelines.
    lines : ndarray of LineString
        The pieces, in metres.
    pieces : list of ndarray, shape (n, 2)
        Their coordinates.
    ends : list of (int, int)
        The nodes at the start and at the end of each piece.
    nodes : list of (x, y)
        Where the nodes lie.
    gaps_m : list of float
        Length of a piece that closes a gap between two parts; 0 for road.
    """

    name: str
    lines: Lines
    pieces: list[Coordinates]
    ends: list[tuple[int, int]]
    nodes: list[tuple[float, float]]
    gaps_m: list[float]
    _along: dict[int, Coordinates] = field(default_factory=dict)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Return a spatial index of the pieces."""
        return shapely.STRtree(self.lines)

    @cached_property
    def shape(self) -> shapely.LineString | shapely.MultiLineString:
        """Return all pieces as one geometry."""
        return shapely.MultiLineString(list(self.lines)) if len(self.lines) > 1 else self.lines[0]

    @cached_property
    def at_node(self) -> list[list[tuple[int, int]]]:
        """Return the pieces at each node, each with the side (0 start, 1 end) it begins with."""
        pieces: list[list[tuple[int, int]]] = [[] for _ in self.nodes]
        for piece, sides in enumerate(self.ends):
            for side, node in enumerate(sides):
                pieces[node].append((piece, side))
        return pieces

    @cached_property
    def dead_ends(self) -> list[Place]:
        """Return where the road stops."""
        places = []
        for at_node in self.at_node:
            if len(at_node) == 1:
                piece, side = at_node[0]
                position = float(side * (len(self.pieces[piece]) - 1))
                places.append(self._vertex(piece, position))
        return places

    def place(self, x: float, y: float, piece: int | None = None) -> Place:
        """Return the place on the road (or on one piece) nearest to a point.

        A place within `SNAP_M` of a vertex is that vertex; any other keeps
        the given coordinates if they are that near to the line.
        """
        point = shapely.Point(x, y)
        if piece is None:
            piece = 0 if len(self.lines) == 1 else int(self.tree.nearest(point))
        along = self._along.get(piece)
        if along is None:
            steps = np.diff(self.pieces[piece], axis=0)
            along = np.concatenate([[0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])
            self._along[piece] = along
        distance = float(shapely.line_locate_point(self.lines[piece], point))
        after = int(np.searchsorted(along, distance, side="right"))
        after = min(max(after, 1), len(along) - 1)
        before = after - 1
        if distance - along[before] <= SNAP_M:
            return self._vertex(piece, float(before))
        if along[after] - distance <= SNAP_M:
            return self._vertex(piece, float(after))
        share = (distance - along[before]) / (along[after] - along[before])
        start, end = self.pieces[piece][before], self.pieces[piece][after]
        on_line = start + share * (end - start)
        if np.hypot(on_line[0] - x, on_line[1] - y) > SNAP_M:
            x, y = float(on_line[0]), float(on_line[1])
        return Place(piece, before + float(share), x, y)

    def ways(self, start: Place, end: Place) -> list[Way]:
        """Return every way along the road between two places that passes no node twice.

        Parameters
        ----------
        start, end : Place
            Places on this road.

        Returns
        -------
        list of Way
            One for a plain road; several where it has a loop; none between
            parts that do not touch.

        Raises
        ------
        EnclosureError
            If the road is a mesh: more than `MAX_STEPS` steps.
        """
        if len(self.pieces) == 1 and self.ends[0][0] != self.ends[0][1]:
            return [Way(self._section(start, end), 0.0)]
        return list(self._walk(start, end))

    def _vertex(self, piece: int, position: float) -> Place:
        x, y = self.pieces[piece][int(position)]
        return Place(piece, position, float(x), float(y))

    def _end(self, piece: int, side: int) -> Place:
        return self._vertex(piece, float(side * (len(self.pieces[piece]) - 1)))

    def _node_of(self, place: Place) -> int | None:
        """Return the node at which a place lies, or None inside a piece."""
        for side in (0, 1):
            if place.position == side * (len(self.pieces[place.piece]) - 1):
                return self.ends[place.piece][side]
        return None

    def _section(self, start: Place, end: Place) -> Coordinates:
        """Return the coordinates of one piece from place to place."""
        if start.position > end.position:
            return self._section(end, start)[::-1]
        coordinates = self.pieces[start.piece]
        inner = coordinates[int(np.floor(start.position)) + 1 : int(np.ceil(end.position))]
        return np.concatenate([[[start.x, start.y]], inner, [[end.x, end.y]]])

    def _walk(self, start: Place, end: Place) -> Iterator[Way]:
        """Yield the ways through the pieces and nodes of a branched road, depth first."""
        start_node, end_node = self._node_of(start), self._node_of(end)
        end_pieces = {p.piece for p, n in ((start, start_node), (end, end_node)) if n is None}
        same = start_node is None and end_node is None and start.piece == end.piece
        if same:
            yield Way(self._section(start, end), 0.0)
        # Paths through the road's own network, none of which comes to a node twice.
        stack: list[tuple[int, frozenset[int], tuple[Coordinates, ...], float, int | None]]
        if start_node is not None:
            stack = [(start_node, frozenset([start_node]), (), 0.0, None)]
        else:
            stack = [
                (node, frozenset([node]), (self._section(start, self._end(start.piece, side)),),
                 0.0, side)
                for side, node in enumerate(self.ends[start.piece])
            ]  # fmt: skip
        steps = 0
        while stack:
            steps += 1
            if steps > MAX_STEPS:
                raise EnclosureError(
                    Text("road.mesh", road=self.name, pieces=len(self.pieces), steps=MAX_STEPS)
                )
            node, visited, trail, gap_m, left_by = stack.pop()
            if node == end_node:
                if trail:
                    yield Way(_joined(trail), gap_m)
                continue
            # The end lies within a piece: it is reached from either of its nodes.
            if end_node is None:
                for side, far_node in enumerate(self.ends[end.piece]):
                    if far_node != node or (same and not _apart(start, end, left_by, side)):
                        continue
                    last = self._section(self._end(end.piece, side), end)
                    yield Way(_joined((*trail, last)), gap_m)
            # On along every other piece that leaves this node.
            for piece, side in self.at_node[node]:
                other = self.ends[piece][1 - side]
                if piece in end_pieces or other in visited:
                    continue
                section = self.pieces[piece] if side == 0 else self.pieces[piece][::-1]
                stack.append(
                    (
                        other,
                        visited | {other},
                        (*trail, section),
                        gap_m + self.gaps_m[piece],
                        left_by,
                    )
                )


def joined_road(name: str, parts: Lines, tolerance_m: float = 0.0) -> Road:
    """Return one road from lines in any order and direction.

    Parameters
    ----------
    name : str
    parts : ndarray of LineString
        Two-dimensional, in metres.
    tolerance_m : float
        An end this near to another part of the road is joined to it by a
        straight piece, whose length `Road.gaps_m` keeps [m].

    Returns
    -------
    Road
        Its vertices are those of `parts`; it is also cut where it meets or
        crosses itself.

    Raises
    ------
    GeoError
        If the lines have no length.
    """
    lines = _merged(parts) if len(parts) > 1 else parts
    if len(lines) > 1 or not shapely.is_simple(lines[0]):
        lines = _merged(_noded(lines))
    lines = lines[shapely.length(lines) > 0]
    if len(lines) == 0:
        raise GeoError(Text("road.no_length", road=name))
    gaps_m = [0.0] * len(lines)
    links = _links(lines, tolerance_m) if tolerance_m > 0 and len(lines) > 1 else []
    if links:
        link_ends = shapely.multipoints(shapely.get_point(links, -1))
        lines = _noded(np.concatenate([shapely.snap(lines, link_ends, SNAP_M), links]))
        bridges = {_ends_of(link) for link in links}
        gaps_m = [
            float(line.length) if len(line.coords) == 2 and _ends_of(line) in bridges else 0.0
            for line in lines
        ]
    numbers: dict[tuple[float, float], int] = {}
    pieces = [shapely.get_coordinates(line) for line in lines]
    ends = [
        (
            numbers.setdefault((float(p[0, 0]), float(p[0, 1])), len(numbers)),
            numbers.setdefault((float(p[-1, 0]), float(p[-1, 1])), len(numbers)),
        )
        for p in pieces
    ]
    return Road(name, lines, pieces, ends, list(numbers), gaps_m)


def _merged(lines: Lines) -> Lines:
    """Return lines that end where another begins as one."""
    return shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))


def _noded(lines: Lines) -> Lines:
    """Return lines cut wherever they meet, each stretch once."""
    return shapely.get_parts(shapely.union_all(lines))


def _ends_of(line: shapely.LineString) -> frozenset[tuple[float, ...]]:
    return frozenset((line.coords[0], line.coords[-1]))


def _links(lines: Lines, tolerance_m: float) -> list[shapely.LineString]:
    """Return the straight pieces that join parts of one road, shortest first, no circle."""
    ends = shapely.get_coordinates(shapely.get_point(lines[:, None], [0, -1]).ravel())
    owners = np.repeat(np.arange(len(lines)), 2)
    _, node = np.unique(ends, axis=0, return_inverse=True)
    part = np.arange(len(lines))
    for at_node in np.split(np.argsort(node, kind="stable"), np.cumsum(np.bincount(node))[:-1]):
        components = part[owners[at_node]]
        part[np.isin(part, components)] = components.min()
    dead = np.bincount(node)[node] == 1
    points, owner = shapely.points(ends[dead]), owners[dead]
    which, near = shapely.STRtree(lines).query(points, predicate="dwithin", distance=tolerance_m)
    gap_m = shapely.distance(points[which], lines[near])
    links = []
    for k in np.lexsort((near, which, gap_m)):
        a, b = part[owner[which[k]]], part[near[k]]
        if a != b:
            part[part == b] = a
            links.append(shapely.shortest_line(points[which[k]], lines[near[k]]))
    return links


def _apart(start: Place, end: Place, left_by: int | None, entered_by: int) -> bool:
    """Return whether leaving a piece and coming back into it use different stretches of it."""
    if left_by == 0:
        return entered_by == 1 and end.position > start.position
    return entered_by == 0 and end.position < start.position


def _joined(sections: Sequence[Coordinates]) -> Coordinates:
    """Return sections that follow each other as one array, each shared point once."""
    return np.concatenate([sections[0], *(section[1:] for section in sections[1:])])
