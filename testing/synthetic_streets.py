"""Seeded street networks of any size, with names, dead ends, divided roads and broken ways.

A town is a row of patches, as the concessions of Tianjin are: every patch has its own
grid, turned by its own angle, with blocks of its own sizes. Some streets run on
through all patches of a row. The truth (one reference line per road) and what a
mapper would have drawn (ways: cut, divided, some ends not meeting) come from the same
nodes, so that an import can be tested against the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

Style = Literal["concession", "irregular"]

METRIC = "EPSG:4548"
ORIGIN_M = (517_000.0, 4_330_000.0)  # near Heping in EPSG:4548
LINES = 21  # streets each way in one patch
PATCH_M = 3_400.0  # from patch to patch
SEGMENTS_PER_PATCH = 2 * LINES * (LINES - 1) + 2 * LINES + 2
"""Grid segments, two dead ends per row, the links to the next patches."""

CENTRAL = LINES // 2
CARRIAGEWAYS_M = 18.0
FIRST = "东西南北长安福寿康宁永定河海新开山林成都大沽营口保贵州岳阳昆明常德睦重庆衡"
SECOND = "平安兴华民主和谐光明胜利友谊建设文化体育科学承德赤峰丹彰武清化沙市"


@dataclass(frozen=True)
class SyntheticStreets:
    """A network as arrays.

    Parameters
    ----------
    nodes : ndarray of float, shape (n, 2)
        Positions in EPSG:4548 [m].
    road_starts : ndarray of int
        Where each road begins in `road_nodes`; one more at the end.
    road_nodes : ndarray of int
        Node numbers of all roads, one after another: the reference lines.
    names : list of str
        Name per road. A road through several patches has one name.
    divided : ndarray of bool
        Roads that a mapper draws as two one-way carriageways.
    corners : ndarray of int, shape (patches, LINES, LINES)
        Node number at row, column of every patch.
    rows, columns : ndarray of int, shape (patches, LINES)
        Road number of every row and column of every patch.
    seed : int
    """

    nodes: npt.NDArray[np.float64]
    road_starts: npt.NDArray[np.int64]
    road_nodes: npt.NDArray[np.int64]
    names: list[str]
    divided: npt.NDArray[np.bool_]
    corners: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    seed: int

    @property
    def segments(self) -> int:
        """Return the number of two-point segments."""
        return int(len(self.road_nodes) - len(self.names))

    def centrelines(self) -> gpd.GeoDataFrame:
        """Return the reference lines: ``name`` and ``geometry``, one row per road, metric."""
        coordinates = self.nodes[self.road_nodes]
        lengths = np.diff(self.road_starts)
        lines = shapely.linestrings(
            coordinates, indices=np.repeat(np.arange(len(lengths)), lengths)
        )
        return gpd.GeoDataFrame({"name": self.names}, geometry=lines, crs=METRIC)


def _street_names(count: int) -> list[str]:
    """Return `count` different names that look like street names."""
    pairs = [a + b for a in FIRST for b in SECOND]
    return [
        pairs[i % len(pairs)] + (str(i // len(pairs)) if i >= len(pairs) else "")
        for i in range(count)
    ]


def synthetic_streets(
    segments: int, *, seed: int = 1, style: Style = "concession"
) -> SyntheticStreets:
    """Return a network of about `segments` segments (never fewer, at least one patch).

    Parameters
    ----------
    segments : int
        Two-point segments wanted, 10^3 to 10^6.
    seed : int
        The same seed gives the same network.
    style : {"concession", "irregular"}
        Straight turned grids of unequal blocks, or the same with every corner
        moved by up to a fifth of a block.

    Returns
    -------
    SyntheticStreets
    """
    rng = np.random.default_rng(seed)
    patches = max(1, -(-segments // SEGMENTS_PER_PATCH))
    across = max(1, int(np.sqrt(patches)))
    nodes = np.empty((patches, LINES * LINES + 2 * LINES, 2))
    corners = np.arange(patches)[:, None, None] * nodes.shape[1] + np.arange(LINES * LINES).reshape(
        LINES, LINES
    )
    for patch in range(patches):
        xs = np.cumsum(rng.uniform(60.0, 160.0, LINES))
        ys = np.cumsum(rng.uniform(60.0, 160.0, LINES))
        x, y = np.meshgrid(xs - xs.mean(), ys - ys.mean())
        if style == "irregular":
            x = x + rng.uniform(-14, 14, x.shape)
            y = y + rng.uniform(-14, 14, y.shape)
        dead_x = np.concatenate([x[:, 0] - 35.0, x[:, -1] + 35.0])
        dead_y = np.concatenate([y[:, 0], y[:, -1]])
        flat = np.column_stack(
            [np.concatenate([x.ravel(), dead_x]), np.concatenate([y.ravel(), dead_y])]
        )
        angle = rng.uniform(-0.25, 0.25)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        origin = np.array([patch % across, patch // across]) * PATCH_M + np.array(ORIGIN_M)
        nodes[patch] = flat @ turn + origin
    dead = LINES * LINES + corners[:, 0, 0][:, None] + np.arange(2 * LINES)[None, :]

    roads: list[npt.NDArray[np.int64]] = []
    names: list[str] = []
    rows = np.zeros((patches, LINES), dtype=np.int64)
    columns = np.zeros((patches, LINES), dtype=np.int64)
    pool = _street_names(2 * LINES * patches + 2)
    divided: list[bool] = []
    through: dict[int, int] = {}  # row of patches -> road number of its long street
    for patch in range(patches):
        for i in range(LINES):
            name = pool[2 * LINES * patch + 2 * i]
            line = np.concatenate([[dead[patch, i]], corners[patch, i], [dead[patch, LINES + i]]])
            if i == CENTRAL:
                band = patch // across
                if band in through:  # the long street goes on
                    number = through[band]
                    roads[number] = np.concatenate([roads[number], line])
                    rows[patch, i] = number
                    columns[patch, i] = len(roads)
                    roads.append(corners[patch, :, i].copy())
                    names.append(pool[2 * LINES * patch + 2 * i + 1] + "路")
                    divided.append(False)
                    continue
                through[band] = len(roads)
                name += "大"
            rows[patch, i] = len(roads)
            roads.append(line)
            names.append(name + "道")
            divided.append(i == CENTRAL or rng.random() < 0.1)
            columns[patch, i] = len(roads)
            roads.append(corners[patch, :, i].copy())
            names.append(pool[2 * LINES * patch + 2 * i + 1] + "路")
            divided.append(i != CENTRAL and rng.random() < 0.05)
    starts = np.concatenate([[0], np.cumsum([len(road) for road in roads])])
    return SyntheticStreets(
        nodes=nodes.reshape(-1, 2).round(3),
        road_starts=starts,
        road_nodes=np.concatenate(roads),
        names=names,
        divided=np.array(divided),
        corners=corners,
        rows=rows,
        columns=columns,
        seed=seed,
    )


def sample_rings(
    streets: SyntheticStreets, count: int, *, seed: int = 1
) -> tuple[list[tuple[str, str, str, str]], npt.NDArray[np.object_]]:
    """Return `count` rings: four road names in ring order, and the polygon they enclose.

    The polygon comes from the node numbers, not from any tracing.
    """
    rng = np.random.default_rng(seed)
    limits, polygons = [], []
    for _ in range(count):
        patch = int(rng.integers(len(streets.corners)))
        top, bottom = sorted(rng.choice(LINES, 2, replace=False).tolist())
        left, right = sorted(rng.choice(LINES, 2, replace=False).tolist())
        limits.append(
            (
                streets.names[streets.rows[patch, top]],
                streets.names[streets.columns[patch, right]],
                streets.names[streets.rows[patch, bottom]],
                streets.names[streets.columns[patch, left]],
            )
        )
        corner = streets.corners[patch]
        ring = np.concatenate(
            [
                corner[top, left:right],
                corner[top:bottom, right],
                corner[bottom, left + 1 : right + 1][::-1],
                corner[top + 1 : bottom + 1, left][::-1],
            ]
        )
        polygons.append(shapely.Polygon(streets.nodes[ring]))
    return limits, np.array(polygons, dtype=object)
