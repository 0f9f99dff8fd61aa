"""From named limits and named centrelines to one polygon, edge by edge."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import geopandas as gpd
import numpy as np
import shapely

from geo.corners import TOLERANCE_M
from geo.errors import EnclosureError
from geo.rings import trace_ring
from geo.roads import RoadIndex, find_road

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyproj import CRS

    from geo.rings import Corner, Ring


class NamedLimit(Protocol):
    """What a limit has to have: `geo.sentences.Limit` does."""

    @property
    def name(self) -> str:
        """Return the printed name of the road or water."""


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
        how = [corner.how for corner in self.corners]
        lines = [shapely.LineString(way) for way in self.ring.ways]
        gaps_in_road = [
            gap - self._corner_gap_m(k) for k, gap in enumerate(self.ring.gaps_m)
        ]  # fmt: skip
        return gpd.GeoDataFrame(
            {
                "limit": self.limits,
                "road": self.roads,
                "length_m": np.maximum(shapely.length(lines) - gaps_in_road, 0.0),
                "corner_from": how,
                "corner_to": how[1:] + how[:1],
                "gap_m": self.ring.gaps_m,
                "connector": [c is not None for c in self.connectors],
                "connector_reason": [c.reason if c else "" for c in self.connectors],
            },
            geometry=lines,
            crs=self.crs,
        )

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
    printed = [limit if isinstance(limit, str) else limit.name for limit in limits]
    inserted: list[Connector | None] = [None] * len(printed)
    for connector in connectors:
        at = _gap_between(printed, connector.between, what)
        printed.insert(at, connector.road)
        inserted.insert(at, connector)
    names = [find_road(name, index, aliases).data_name for name in printed]
    roads = [index.road(name, tolerance_m) for name in names]
    ring = trace_ring(roads, tolerance_m=tolerance_m, reach_m=reach_m, what=what)
    return Enclosure(
        polygon=ring.polygon,
        corners=ring.corners,
        limits=[printed[k] for k in ring.order],
        roads=[names[k] for k in ring.order],
        connectors=[inserted[k] for k in ring.order],
        ring=ring,
        crs=index.crs,
    )


def _gap_between(printed: Sequence[str], between: tuple[str, str], what: str) -> int:
    """Return where in the list of limits a connector belongs."""
    for k, name in enumerate(printed):
        if {name, printed[(k + 1) % len(printed)]} == set(between):
            return k + 1
    raise EnclosureError(
        f"{what}: a connector stands between {between[0]!r} and {between[1]!r}, which do not "
        f"follow each other in the limits: {'、'.join(printed)}. Name two limits that do."
    )
