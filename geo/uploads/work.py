"""Estimate the work of laying shapes over each other before it starts, and refuse too much.

What an overlay costs, in time and in memory, grows with how often sides cross, not with the
size of the file: two combs of 480 vertices across each other cross 57,000 times. Crossings
are counted on the boxes of sides, which is quick and never too few.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.errors import InputTooLargeError
from geo.io.limits import MEETING_SIDES, VERTEX_PAIRS
from geo.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

CHECK_SECONDS = 4.0
"""Time of the processor after which a check of shapes ends at the next step [s]."""

_AT_ONCE = 200
"""Sides that are looked up at once, so that counting can stop early."""


def refuse_heavy(shapes: Iterable[Any], beside: Iterable[Any]) -> None:
    """Refuse shapes whose overlay among themselves and with others would cost too much.

    Parameters
    ----------
    shapes, beside : iterable of (Geometry or None)
        In one metric CRS: the shapes brought along, and what they are laid over.

    Raises
    ------
    InputTooLargeError
        If more than `MEETING_SIDES` sides may cross, or vertices would be
        compared more than `VERTEX_PAIRS` times.
    """
    own_shapes, others = list(shapes), list(beside)
    counts = shapely.get_num_coordinates(np.array(own_shapes, dtype=object)).astype(np.int64)
    largest = max((int(shapely.get_num_coordinates(other)) for other in others), default=0)
    # A Hausdorff distance compares the vertices of two outlines with each other.
    pairs = int(counts.sum()) * largest
    _refuse("VERTEX_PAIRS", VERTEX_PAIRS, pairs)
    _refuse("MEETING_SIDES", MEETING_SIDES, meeting_sides(own_shapes, others, MEETING_SIDES))


def _refuse(name: str, limit: int, amount: int) -> None:
    if amount > limit:
        raise InputTooLargeError(
            Text("own.too-tangled", what=Text(f"own.work.{name}"), name=name, limit=limit)
        )


def meeting_sides(own_shapes: list[Any], others: list[Any], enough: int) -> int:
    """Count pairs of sides of different shapes whose boxes meet, up to about `enough`.

    Sides with a common end are left out: neighbours share them, and they do
    not cross. Pairs among `others` are not counted.

    Examples
    --------
    >>> from shapely import box
    >>> meeting_sides([box(0, 0, 2, 2)], [box(1, 1, 3, 3)], 100)
    2
    >>> meeting_sides([box(0, 0, 1, 1), box(1, 0, 2, 1)], [], 100)
    0
    """
    ends, owner = _sides([*own_shapes, *others])
    if not len(ends):
        return 0
    tree = shapely.STRtree(np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2))))
    mine = np.flatnonzero(owner < len(own_shapes))
    total = 0
    for start in range(0, len(mine), _AT_ONCE):
        rows = mine[start : start + _AT_ONCE]
        sides_hit, hits = tree.query(tree.geometries.take(rows))
        first = rows[sides_hit]
        # a pair of own shapes is met from both sides, one with another shape once
        other = (owner[hits] > owner[first]) & (owner[first] != owner[hits])
        a, b = ends[first[other]], ends[hits[other]]
        is_shared = np.zeros(len(a), dtype=bool)
        for i in (0, 2):
            for j in (0, 2):
                is_shared |= (a[:, i : i + 2] == b[:, j : j + 2]).all(axis=1)
        total += int((~is_shared).sum())
        if total > enough:
            break
    return total


def _sides(shapes: list[Any]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return the ends of every side (x, y, x, y) and the number of its shape."""
    rings, owner = shapely.get_rings(np.array(shapes, dtype=object), return_index=True)
    places, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    ends = np.hstack([places[:-1], places[1:]])[same]
    return ends, owner[ring[1:][same]].astype(np.int64)


def clock(seconds: float = CHECK_SECONDS) -> Callable[[], None]:
    """Return what is called between steps and refuses to go on after some seconds.

    Counted is the time that the thread has computed, not that it has waited for others.
    """
    end = time.thread_time() + seconds

    def tick() -> None:
        if time.thread_time() > end:
            raise InputTooLargeError(Text("own.too-long", seconds=seconds))

    return tick
