"""Random street plans with known rings."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from hypothesis import strategies as st
from shapely import LineString, Polygon, affinity

METRIC = "EPSG:4548"


@dataclass(frozen=True)
class Grid:
    """Streets of a concession: rows and columns at uneven distances, and one block of them."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    block: tuple[int, int, int, int]  # left and right column, lower and upper row
    turn: float
    noded: bool

    def limits(self) -> list[str]:
        left, right, low, high = self.block
        return [f"{low}道", f"{right}路", f"{high}道", f"{left}路"]

    def lines(self) -> dict[str, LineString]:
        """Return one line per street, with a vertex at every crossing where `noded`."""
        xs, ys = self.columns, self.rows
        along_x = [xs[0] - 15, *(xs if self.noded else ()), xs[-1] + 15]
        along_y = [ys[0] - 15, *(ys if self.noded else ()), ys[-1] + 15]
        plan = {f"{k}道": LineString([(x, y) for x in along_x]) for k, y in enumerate(ys)}
        plan |= {f"{k}路": LineString([(x, y) for y in along_y]) for k, x in enumerate(xs)}
        return {name: self._turned(line) for name, line in plan.items()}

    def expected(self) -> Polygon:
        left, right, low, high = self.block
        x1, x2 = self.columns[left], self.columns[right]
        y1, y2 = self.rows[low], self.rows[high]
        return self._turned(Polygon([(x1, y1), (x2, y1), (x2, y2), (x1, y2)]))

    def _turned(self, shape):
        return affinity.rotate(shape, self.turn, origin=(0, 0), use_radians=True)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Draw a grid of 2 to 6 rows and columns, blocks of 40 to 300 m, turned anyhow."""
    widths = st.lists(st.integers(40, 300), min_size=1, max_size=5)
    rows = tuple(int(v) for v in np.cumsum([0, *draw(widths)]))
    columns = tuple(int(v) for v in np.cumsum([0, *draw(widths)]))
    low, high = sorted(draw(_two_of(len(rows))))
    left, right = sorted(draw(_two_of(len(columns))))
    turn = draw(st.floats(0, 2 * np.pi))
    return Grid(rows, columns, (left, right, low, high), turn, draw(st.booleans()))


def _two_of(count: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, count - 1), min_size=2, max_size=2, unique=True)


@st.composite
def scattered(draw: st.DrawFn, lines: dict[str, LineString]) -> gpd.GeoDataFrame:
    """Draw rows for the lines: cut at some of their vertices, turned round, in any order."""
    rows: list[tuple[str, LineString]] = []
    for name, line in lines.items():
        points = list(line.coords)
        inner = range(1, len(points) - 1)
        cuts = sorted(draw(st.sets(st.sampled_from(inner)))) if inner else []
        for start, end in zip([0, *cuts], [*cuts, len(points) - 1], strict=True):
            part = points[start : end + 1]
            rows.append((name, LineString(part[::-1] if draw(st.booleans()) else part)))
    rows = draw(st.permutations(rows))
    names = [name for name, _ in rows]
    return gpd.GeoDataFrame({"name": names}, geometry=[line for _, line in rows], crs=METRIC)


@st.composite
def turned_lists(draw: st.DrawFn, limits: list[str]) -> list[str]:
    """Draw the same ring order from another limit, either way round."""
    start = draw(st.integers(0, len(limits) - 1))
    rotated = limits[start:] + limits[:start]
    return rotated[::-1] if draw(st.booleans()) else rotated


def as_table(lines: dict[str, LineString]) -> gpd.GeoDataFrame:
    """Return one row per street, in order."""
    return gpd.GeoDataFrame({"name": list(lines)}, geometry=list(lines.values()), crs=METRIC)
