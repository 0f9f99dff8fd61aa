"""Another way to a ring: the faces of the whole network, joined up to the roads of the limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

    from testing.synthetic_streets import SyntheticStreets


class Faces:
    """The faces of a whole network and what lies between each two of them."""

    def __init__(self, segments: npt.NDArray[np.object_], road_of_segment: npt.NDArray[np.int64]):
        self.faces = shapely.get_parts(shapely.polygonize(segments))
        self.tree = shapely.STRtree(self.faces)
        nodes, ends = np.unique(_as_complex(shapely.get_coordinates(segments)), return_inverse=True)
        pairs = np.sort(ends.reshape(-1, 2), axis=1)
        keys = pairs[:, 0] * len(nodes) + pairs[:, 1]
        order = np.argsort(keys)
        coordinates, face = shapely.get_coordinates(self.faces, return_index=True)
        ids = np.searchsorted(nodes, _as_complex(coordinates))
        same = face[1:] == face[:-1]
        sides = np.sort(np.column_stack([ids[:-1], ids[1:]])[same], axis=1)
        side_keys = sides[:, 0] * len(nodes) + sides[:, 1]
        owner = face[1:][same]
        road = road_of_segment[order[np.searchsorted(keys[order], side_keys)]]
        by_key = np.argsort(side_keys, kind="stable")
        twin = side_keys[by_key][1:] == side_keys[by_key][:-1]
        self.neighbours: dict[int, list[tuple[int, int]]] = {}
        one, two = by_key[:-1][twin], by_key[1:][twin]
        for a, b, r in zip(
            owner[one].tolist(), owner[two].tolist(), road[one].tolist(), strict=True
        ):
            self.neighbours.setdefault(a, []).append((b, r))
            self.neighbours.setdefault(b, []).append((a, r))

    def pick(self, inside: shapely.Point, roads: set[int]) -> shapely.Geometry:
        """Return the union of the faces around a point up to some roads."""
        first = int(self.tree.query(inside, predicate="within")[0])
        chosen, waiting = {first}, [first]
        while waiting:
            for face, road in self.neighbours.get(waiting.pop(), []):
                if road not in roads and face not in chosen:
                    chosen.add(face)
                    waiting.append(face)
        return shapely.coverage_union_all(self.faces[list(chosen)])


def _as_complex(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.complex128]:
    return np.ascontiguousarray(xy).view(np.complex128).ravel()


def two_point_segments(
    streets: SyntheticStreets,
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Return every segment as a line, and its road number."""
    lengths = np.diff(streets.road_starts)
    road = np.repeat(np.arange(len(lengths)), lengths)
    inside = road[1:] == road[:-1]
    start, end = streets.road_nodes[:-1][inside], streets.road_nodes[1:][inside]
    pairs = np.stack([streets.nodes[start], streets.nodes[end]], axis=1)
    return shapely.linestrings(pairs), road[1:][inside]
