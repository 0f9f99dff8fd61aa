"""Make one polygon, edge by edge, of named limits and named centrelines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

import geopandas as gpd
import numpy as np
import shapely

from geo.enclosures.corners import TOLERANCE_M, meetings
from geo.enclosures.rings import trace_ring
from geo.enclosures.road_index import RoadIndex, find_road
from geo.errors import EnclosureError
from geo.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyproj import CRS

    from geo.enclosures.rings import Corner, Ring


BEARINGS = {
    "E": 0, "NE": 45, "N": 90, "NW": 135, "W": 180, "SW": 225, "S": 270, "SE": 315,
}  # fmt: skip
"""Mathematical angle of every side: east 0, counter-clockwise [degrees]."""

SIDES_ZH = {
    "N": "北", "NE": "东北", "E": "东", "SE": "东南", "S": "南", "SW": "西南", "W": "西",
    "NW": "西北",
}  # fmt: skip

MAX_LIMITS = 24
"""Limits that can be put in order."""

MAX_ORDERS = 20_000
"""Beginnings of an order that are tried."""


class NamedLimit(Protocol):
    """What a limit has to have: `geo.sentences.limits.Limit` does."""

    @property
    def name(self) -> str:
        """Return the printed name of the road or water."""


AnyLimit = TypeVar("AnyLimit", bound="NamedLimit | str")


@dataclass(frozen=True)
class Connector:
    """A street that a sentence leaves out between two limits that do not meet.

    Parameters
    ----------
    between : (str, str)
        The two limits, as printed, in either order.
    road : str
        The street that leads from the one to the other, as among the centrelines.
    reason, evidence : str
        Why this street, and where that can be read.
    error_m : float
        Its positional error [m].
    """

    between: tuple[str, str]
    road: str
    reason: str
    evidence: str = ""
    error_m: float = 0.0


class EnclosedSide(NamedTuple):
    """One edge of a ring; for the meaning of each see `Enclosure.edges`."""

    limit: str
    road: str
    line: shapely.LineString
    length_m: float
    corner_from: str
    corner_to: str
    gap_m: float
    is_connector: bool


@dataclass(frozen=True, eq=False)
class Enclosure:
    """The ring enclosed by named limits.

    Parameters
    ----------
    polygon : Polygon
        Exterior counter-clockwise, from the beginning of the first limit; its
        vertices are those of the centrelines, and the corners.
    corners : list of Corner
        Where each edge begins: ``x``, ``y`` and ``how``.
    limits, roads : list of str
        For each edge the printed name and the name among the centrelines.
    connectors : list of Connector or None
        For each edge the connector that it is.
    ring : Ring
        The sides as arrays.
    crs : CRS
        Of all coordinates, in metres.
    """

    polygon: shapely.Polygon
    corners: list[Corner]
    limits: list[str]
    roads: list[str]
    connectors: list[Connector | None]
    ring: Ring
    crs: CRS

    @cached_property
    def edges(self) -> gpd.GeoDataFrame:
        """Return the edges in ring order, counter-clockwise from the first limit.

        Returns
        -------
        GeoDataFrame
            ``limit`` (as printed), ``road`` (name among the centrelines),
            ``length_m`` (planar, along the road), ``corner_from`` and
            ``corner_to`` (how the corner was found), ``gap_m`` (closed inside
            the road and at ``corner_to``; all lengths and gaps together are
            the length of the ring), ``geometry`` (LineString), ``connector``
            (bool), ``connector_reason``.
        """
        sides = self.sides()
        return gpd.GeoDataFrame(
            {
                "limit": [side.limit for side in sides],
                "road": [side.road for side in sides],
                "length_m": [side.length_m for side in sides],
                "corner_from": [side.corner_from for side in sides],
                "corner_to": [side.corner_to for side in sides],
                "gap_m": [side.gap_m for side in sides],
                "connector": [side.is_connector for side in sides],
                "connector_reason": [c.reason if c else "" for c in self.connectors],
            },
            geometry=[side.line for side in sides],
            crs=self.crs,
        )

    def sides(self) -> list[EnclosedSide]:
        """Return the edges as plain tuples: the same as `edges` without a table."""
        sides = []
        for k, way in enumerate(self.ring.ways):
            line = shapely.LineString(way)
            gap_m = self.ring.gaps_m[k]
            in_road_m = gap_m - self._corner_gap_m(k)
            sides.append(
                EnclosedSide(
                    self.limits[k],
                    self.roads[k],
                    line,
                    max(float(line.length) - in_road_m, 0.0),
                    self.corners[k].how,
                    self.corners[(k + 1) % len(self.corners)].how,
                    gap_m,
                    self.connectors[k] is not None,
                )
            )
        return sides

    def _corner_gap_m(self, k: int) -> float:
        """Return the gap between the end of edge k and the beginning of the next [m]."""
        end, begin = self.ring.ways[k][-1], self.ring.ways[(k + 1) % len(self.ring.ways)][0]
        return float(math.dist(end, begin))


def enclose(
    limits: Sequence[NamedLimit | str],
    centrelines: gpd.GeoDataFrame | RoadIndex,
    *,
    tolerance_m: float = TOLERANCE_M,
    connectors: Sequence[Connector] = (),
    aliases: Mapping[str, tuple[str, str]] | None = None,
    reach_m: Mapping[str, float] | None = None,
    what: str = "The ring",
) -> Enclosure:
    """Return the one ring that limits enclose, traced along their centrelines.

    Parameters
    ----------
    limits : sequence of Limit or str
        In ring order, either way round, from any of them. A name may return,
        but not twice in a row.
    centrelines : GeoDataFrame or RoadIndex
        Lines in a metric CRS. Columns used: ``name``, ``geometry``. For many
        rings build a `RoadIndex` once.
    tolerance_m : float
        How far a road may end from the next one [m]; the gap is recorded.
    connectors : sequence of Connector
        Streets that the limits leave out.
    aliases : dict of str to (str, str)
        For a printed name, the name among the centrelines and the reason.
    reach_m : dict of str to float
        For a line that stands for something wide, such as the middle of a
        river, how far from it a road may end [m]. By name among the
        centrelines.
    what : str
        What the ring is of, for messages: a zone id.

    Returns
    -------
    Enclosure

    Raises
    ------
    RoadNotFoundError
        If a limit or connector is not among the centrelines.
    EnclosureError
        If two roads do not meet, the ring crosses itself, or more than one
        ring is possible.

    Notes
    -----
    No line is drawn that is not part of a named road, but for gaps of up to
    `tolerance_m` (or `reach_m`). Where roads meet more than once, every
    combination that closes is tried; those that cross themselves fall away,
    and those that lie everywhere within `tolerance_m` of each other count as
    one.

    Examples
    --------
    >>> from shapely import LineString
    >>> lines = [[(0, -9), (0, 99)], [(-9, 0), (99, 0)], [(80, -9), (80, 99)], [(-9, 50), (99, 50)]]
    >>> roads = gpd.GeoDataFrame(
    ...     {"name": ["西路", "南道", "东路", "北道"]},
    ...     geometry=[LineString(line) for line in lines],
    ...     crs="EPSG:4548",
    ... )
    >>> ring = enclose(["西路", "南道", "东路", "北道"], roads)
    >>> ring.polygon.area
    4000.0
    >>> ring.edges[["limit", "length_m", "corner_from"]].values.tolist()[0]
    ['西路', 50.0, 'crossing']
    """
    index = centrelines if isinstance(centrelines, RoadIndex) else RoadIndex(centrelines)
    printed = [_name(limit) for limit in limits]
    connectors_by_place: list[Connector | None] = [None] * len(printed)
    for connector in connectors:
        at = _gap_between(printed, connector.between, what)
        printed.insert(at, connector.road)
        connectors_by_place.insert(at, connector)
    names = [find_road(name, index, aliases, what).data_name for name in printed]
    roads = [index.road(name, tolerance_m) for name in names]
    ring = trace_ring(roads, tolerance_m=tolerance_m, reach_m=reach_m, what=what)
    return Enclosure(
        polygon=ring.polygon,
        corners=ring.corners,
        limits=[printed[k] for k in ring.order],
        roads=[names[k] for k in ring.order],
        connectors=[connectors_by_place[k] for k in ring.order],
        ring=ring,
        crs=index.crs,
    )


def _gap_between(printed: Sequence[str], between: tuple[str, str], what: str) -> int:
    """Return where in the list of limits a connector belongs."""
    for k, name in enumerate(printed):
        if {name, printed[(k + 1) % len(printed)]} == set(between):
            return k + 1
    raise EnclosureError(
        Text(
            "ring.connector", first=between[0], second=between[1], limits="、".join(printed)
        ).about(what)
    )


def order_limits(
    limits: Sequence[AnyLimit],
    centrelines: gpd.GeoDataFrame | RoadIndex,
    *,
    tolerance_m: float = TOLERANCE_M,
    connectors: Sequence[Connector] = (),
    aliases: Mapping[str, tuple[str, str]] | None = None,
    reach_m: Mapping[str, float] | None = None,
    what: str = "The ring",
) -> tuple[AnyLimit, ...]:
    """Return limits in the order in which their roads follow each other around the area.

    Parameters
    ----------
    limits : sequence of Limit or str
        In the order of the text. A limit with a ``side`` (``"N"``, ``"NE"``, …)
        has to lie on that side of the middle of the area.
    centrelines, tolerance_m, connectors, aliases, reach_m, what
        See `enclose`.

    Returns
    -------
    tuple
        The same limits, the first one first; of the two ways round, the one
        whose second limit stands earlier in the text. A road that is named for
        two sides next to each other is there once.

    Raises
    ------
    RoadNotFoundError
        If a limit is not among the centrelines.
    EnclosureError
        If the roads close no ring that agrees with the sides, or more than one.
    """
    if len(limits) > MAX_LIMITS:
        raise EnclosureError(
            Text("ring.too_many_limits", count=len(limits), most=MAX_LIMITS).about(what)
        )
    # Which limit can follow which: roads that meet, one road on two sides, a declared connector.
    index = centrelines if isinstance(centrelines, RoadIndex) else RoadIndex(centrelines)
    names = [_name(limit) for limit in limits]
    sides = [getattr(limit, "side", None) for limit in limits]
    roads = [
        index.road(find_road(name, index, aliases, what).data_name, tolerance_m) for name in names
    ]
    joints = [set(connector.between) for connector in connectors]
    follows = [
        [
            j != k
            and (
                (a is b and sides[j] != sides[k])
                or {names[j], names[k]} in joints
                or (a is not b and bool(meetings(a, b, tolerance_m, reach_m)))
            )
            for k, b in enumerate(roads)
        ]
        for j, a in enumerate(roads)
    ]
    # Every order that closes without crossing; those against the stated sides fall away.
    rings: list[tuple[list[int], Enclosure]] = []
    wrong_sides: list[tuple[str, str]] = []
    troubles: list[EnclosureError] = []
    for order in _orders(follows, sides, what):
        places = [k for n, k in enumerate(order) if roads[k] is not roads[order[n - 1]]]
        try:
            ring = enclose(
                [names[k] for k in places], index, tolerance_m=tolerance_m,
                connectors=connectors, aliases=aliases, reach_m=reach_m, what=what,
            )  # fmt: skip
        except EnclosureError as trouble:
            troubles.append(trouble)
            continue
        against = _against_sides(ring, [names[k] for k in order], [sides[k] for k in order])
        if against:
            wrong_sides.append(against)
        elif not rings or not _is_same(rings[0][1], ring, tolerance_m):
            rings.append((places, ring))
    # Two different rings are a question for a person; none is told by its nearest cause.
    if len(rings) > 1:
        orders = [
            f"{'、'.join(names[k] for k in order)} ({ring.polygon.area / 1e6:.4f} km²)"
            for order, ring in rings[:2]
        ]
        raise EnclosureError(Text("ring.two_orders", one=orders[0], other=orders[1]).about(what))
    if rings:
        return tuple(limits[k] for k in rings[0][0])
    if troubles and not wrong_sides:
        raise troubles[0]
    if wrong_sides:
        name, side = wrong_sides[0]
        raise EnclosureError(
            Text("ring.wrong_side", limit=name, side=(SIDES_ZH[side], side)).about(what)
        )
    raise _no_order(names, follows, what)


def _name(limit: NamedLimit | str) -> str:
    return limit if isinstance(limit, str) else limit.name


def _orders(
    follows: Sequence[Sequence[bool]], sides: Sequence[str | None], what: str
) -> Iterator[list[int]]:
    """Yield the ways round in which each limit follows one that it meets, from the first."""
    count = len(follows)
    stack, attempts = [[0]], 0
    while stack:
        order = stack.pop()
        attempts += 1
        if attempts > MAX_ORDERS:
            raise EnclosureError(Text("ring.too_many_orders", count=count).about(what))
        if len(order) == count:
            closes = count < 3 or (follows[order[-1]][0] and order[1] < order[-1])
            if closes and _is_round([sides[k] for k in order]):
                yield order
            continue
        stack += [[*order, k] for k in range(count - 1, 0, -1)
                  if k not in order and follows[order[-1]][k]]  # fmt: skip


def _is_round(sides: Sequence[str | None]) -> bool:
    """Return whether sides of the compass follow each other once around, either way."""
    angles = [BEARINGS[side] for side in sides if side]
    steps = [(b - a) % 360 for a, b in zip(angles, angles[1:] + angles[:1], strict=True)]
    return sum(steps) in (0, 360) or sum((360 - step) % 360 for step in steps) == 360


def _against_sides(
    ring: Enclosure, printed: list[str], sides: list[str | None]
) -> tuple[str, str] | None:
    """Return a limit that lies on the wrong side of the middle, and the side it is said to have."""
    middle = ring.polygon.centroid
    for name, side in zip(printed, sides, strict=True):
        if side:
            of_ring = [
                line
                for limit, line in zip(ring.limits, ring.ring.ways, strict=True)
                if limit == name
            ]
            x, y = np.concatenate([line - (middle.x, middle.y) for line in of_ring]).T
            angle = math.radians(BEARINGS[side])
            if (x * math.cos(angle) + y * math.sin(angle)).max() <= 0:
                return name, side
    return None


def _is_same(one: Enclosure, other: Enclosure, tolerance_m: float) -> bool:
    outlines = one.polygon.exterior, other.polygon.exterior
    return bool(shapely.hausdorff_distance(*outlines) <= tolerance_m)


def _no_order(
    printed: Sequence[str], follows: Sequence[Sequence[bool]], what: str
) -> EnclosureError:
    """Return why limits cannot be put in ring order."""
    limits = "、".join(printed)
    neighbours = [
        (name, "、".join(n for n, f in zip(printed, row, strict=True) if f))
        for name, row in zip(printed, follows, strict=True)
        if sum(row) < 2
    ]
    if not neighbours:
        return EnclosureError(Text("ring.no_order", limits=limits).about(what))
    chinese = "；".join(
        f"“{name}”只与{neighbour}相接" if neighbour else f"“{name}”不与其他界线相接"
        for name, neighbour in neighbours
    )
    english = "; ".join(f"{name!r} meets {neighbour or 'none'}" for name, neighbour in neighbours)
    return EnclosureError(Text("ring.lonely", limits=limits, told=(chinese, english)).about(what))
