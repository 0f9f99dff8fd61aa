"""What a mapper would have drawn of a synthetic network, and files of it as services give them."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Transformer

from testing.synthetic_streets import CARRIAGEWAYS_M, METRIC, SyntheticStreets

if TYPE_CHECKING:
    import numpy.typing as npt

EXTRACT_DATE = "2026-10-31T20:21:22Z"
BREAK_M = 6.0
RIVER_M = 100.0


@dataclass
class MappedWay:
    """One OSM way: node numbers and tags."""

    nodes: list[int]
    tags: dict[str, str]
    way_id: int = 0


@dataclass
class MappedStreets:
    """Ways over nodes in longitude and latitude, and relations of outer ways.

    Parameters
    ----------
    lonlat : ndarray of float, shape (n, 2)
    ways : list of MappedWay
    rivers : list of MappedWay
        Outer ways of one multipolygon relation, in ring order.
    broken : dict
        Road name to the number of places where its ways miss each other by BREAK_M.
    """

    lonlat: npt.NDArray[np.float64]
    ways: list[MappedWay]
    rivers: list[MappedWay] = field(default_factory=list)
    broken: dict[str, int] = field(default_factory=dict)


def _side_nodes(streets: SyntheticStreets) -> npt.NDArray[np.float64]:
    """Return for every place along every road the normal of the road there, shape (n, 2)."""
    xy = streets.nodes[streets.road_nodes]
    normals = np.zeros_like(xy)
    for start, end in zip(streets.road_starts[:-1], streets.road_starts[1:], strict=True):
        steps = np.diff(xy[start:end], axis=0)
        steps /= np.hypot(steps[:, 0], steps[:, 1])[:, None]
        mean = np.vstack([steps[:1], steps[:-1] + steps[1:], steps[-1:]])
        mean /= np.hypot(mean[:, 0], mean[:, 1])[:, None]
        normals[start:end] = np.column_stack([-mean[:, 1], mean[:, 0]])
    return normals


def _highway(name: str) -> str:
    """Return the class that a mapper would give a street by its name."""
    if "大道" in name:
        return "primary"
    return "tertiary" if name.endswith("道") else "residential"


def _pieces(line: list[int], rng: np.random.Generator) -> list[list[int]]:
    """Cut a line into one to four ways that share their ends."""
    cuts = sorted({int(c) for c in rng.integers(2, max(3, len(line) - 2), rng.integers(0, 4))})
    ends = zip([0, *cuts], [*cuts, len(line) - 1], strict=True)
    return [line[start : end + 1] for start, end in ends]


class _Drawing:
    """The nodes of a network, and those beside them that carriageways run over."""

    def __init__(self, streets: SyntheticStreets) -> None:
        self.streets = streets
        self.extra: list[npt.NDArray[np.float64]] = []
        self.spans = list(
            zip(streets.road_starts[:-1].tolist(), streets.road_starts[1:].tolist(), strict=True)
        )
        # at each node, the divided roads through it and their normals
        self.divided_at: dict[int, list[tuple[int, npt.NDArray[np.float64]]]] = {}
        self.beside: dict[tuple[int, tuple[int, ...]], int] = {}
        normals = _side_nodes(streets)
        for road in np.flatnonzero(streets.divided).tolist():
            for place in range(*self.spans[road]):
                node = int(streets.road_nodes[place])
                self.divided_at.setdefault(node, []).append((road, normals[place]))

    def new_node(self, position: npt.NDArray[np.float64]) -> int:
        """Add a node and return its number."""
        self.extra.append(position)
        return len(self.streets.nodes) + len(self.extra) - 1

    def side_node(self, node: int, sides: dict[int, int]) -> int:
        """Return the node beside `node` on the given side (+1, -1) of each divided road."""
        through = self.divided_at[node]
        key = (node, tuple(sides[road] for road, _ in through))
        if key not in self.beside:
            shift = sum(sides[road] * CARRIAGEWAYS_M / 2 * normal for road, normal in through)
            self.beside[key] = self.new_node(self.streets.nodes[node] + shift)
        return self.beside[key]

    def line(self, road: int, side: int) -> list[int]:
        """Return the nodes of a carriageway (side +1, -1) or of an undivided road (0)."""
        start, end = self.spans[road]
        line: list[int] = []
        xy = self.streets.nodes[self.streets.road_nodes[start:end]]
        for place in range(start, end):
            node = int(self.streets.road_nodes[place])
            others = [(r, n) for r, n in self.divided_at.get(node, []) if r != road]
            of_road = {road: side} if side else {}
            if not others:
                line.append(self.side_node(node, of_road) if of_road else node)
                continue
            other, normal = others[0]
            k = place - start
            ahead = xy[min(k + 1, len(xy) - 1)] - xy[max(k - 1, 0)]
            first = -1 if float(ahead @ normal) > 0 else 1
            # an end of a street on a divided road reaches the nearer carriageway only
            if k == 0:
                sides = [-first]
            elif k == len(xy) - 1:
                sides = [first]
            else:
                sides = [first, -first]
            line.extend(self.side_node(node, {**of_road, other: s}) for s in sides)
        return line


def map_streets(
    streets: SyntheticStreets,
    *,
    seed: int = 2,
    broken_share: float = 0.03,
    unnamed_share: float = 0.02,
    river: bool = True,
) -> MappedStreets:
    """Draw a synthetic network as a mapper would.

    Divided roads become two one-way carriageways `CARRIAGEWAYS_M` apart, with the cross
    streets running over both; every road is cut into one to four ways; at some cuts the
    next way begins `BREAK_M` further on, without a common node; some nameless service
    ways and a footway are there too.
    """
    rng = np.random.default_rng(seed)
    drawing = _Drawing(streets)
    ways: list[MappedWay] = []
    broken: dict[str, int] = {}
    for road, name in enumerate(streets.names):
        tags = {"highway": _highway(name), "name": name, "name:zh": name}
        for side in (1, -1) if streets.divided[road] else (0,):
            line = drawing.line(road, side)
            if side == 1:  # right-hand traffic: the carriageway on the left runs back
                line = line[::-1]
            way_tags = tags | ({"oneway": "yes", "lanes": "3"} if side else {})
            for number, piece in enumerate(_pieces(line, rng)):
                nodes = list(piece)
                if number and not side and len(nodes) > 2 and rng.random() < broken_share:
                    a, b = (
                        _position(streets, drawing.extra, nodes[0]),
                        _position(streets, drawing.extra, nodes[1]),
                    )
                    nodes[0] = drawing.new_node(a + (b - a) / np.hypot(*(b - a)) * BREAK_M)
                    broken[name] = broken.get(name, 0) + 1
                ways.append(MappedWay(nodes, dict(way_tags)))
    for _ in range(int(unnamed_share * len(streets.names))):
        node = int(rng.integers(len(streets.nodes)))
        end = drawing.new_node(streets.nodes[node] + rng.uniform(10, 30, 2))
        ways.append(MappedWay([node, end], {"highway": "service"}))
    rivers = _add_river(streets, ways, drawing.new_node) if river else []
    for number, way in enumerate([*ways, *rivers]):
        way.way_id = 100_000_001 + 7 * number
    xy = np.vstack([streets.nodes, np.array(drawing.extra).reshape(-1, 2)])
    lon, lat = Transformer.from_crs(METRIC, "EPSG:4326", always_xy=True).transform(
        xy[:, 0], xy[:, 1]
    )
    return MappedStreets(np.column_stack([lon, lat]).round(7), ways, rivers, broken)


def _position(streets: SyntheticStreets, extra: list[Any], node: int) -> npt.NDArray[np.float64]:
    count = len(streets.nodes)
    return streets.nodes[node] if node < count else extra[node - count]


def _add_river(streets: SyntheticStreets, ways: list[MappedWay], new_node: Any) -> list[MappedWay]:
    """Add a river south of the network: a mid line, and two outer ways of one relation."""
    left, bottom = streets.nodes.min(axis=0) - np.array([1500.0, 200.0])
    right = streets.nodes[:, 0].max() + 1500.0
    xs = np.linspace(left, right, 81)
    mid = np.column_stack([xs, bottom - 150.0 + 40.0 * np.sin((xs - left) / 400.0)])
    ways.append(
        MappedWay([new_node(p) for p in mid], {"waterway": "river", "name": "海河", "width": "100"})
    )
    bank = np.array([0.0, RIVER_M / 2])
    north = [new_node(p) for p in mid + bank]
    south = [new_node(p) for p in mid - bank]
    return [MappedWay(north, {}), MappedWay([north[-1], *south[::-1], north[0]], {})]


def way_table(mapped: MappedStreets) -> gpd.GeoDataFrame:
    """Return the ways as a GeoDataFrame in WGS84: osm_id, name, highway, oneway, geometry."""
    rows = [w for w in mapped.ways if "highway" in w.tags]
    return gpd.GeoDataFrame(
        {
            "osm_id": [w.way_id for w in rows],
            **{key: [w.tags.get(key) for w in rows] for key in ("name", "highway", "oneway")},
        },
        geometry=[shapely.LineString(mapped.lonlat[w.nodes]) for w in rows],
        crs="EPSG:4326",
    )


def overpass_answer(mapped: MappedStreets, form: str = "geom") -> dict[str, Any]:
    """Return an Overpass answer as ``out geom;`` or ``out body; >; out skel qt;`` give it."""
    if form not in ("geom", "body"):
        raise ValueError(f"form is {form!r}; expected 'geom' or 'body'.")
    lonlat = mapped.lonlat.tolist()

    def points(way: MappedWay) -> list[dict[str, float]]:
        return [{"lat": lonlat[n][1], "lon": lonlat[n][0]} for n in way.nodes]

    def bounds(ways: list[MappedWay]) -> dict[str, float]:
        xy = mapped.lonlat[[n for w in ways for n in w.nodes]]
        (minlon, minlat), (maxlon, maxlat) = xy.min(axis=0).tolist(), xy.max(axis=0).tolist()
        return {"minlat": minlat, "minlon": minlon, "maxlat": maxlat, "maxlon": maxlon}

    # `out geom;` gives each way its places, `out body;` its nodes, which follow by themselves.
    elements: list[dict[str, Any]] = []
    for way in mapped.ways + (mapped.rivers if form == "body" else []):
        element: dict[str, Any] = {"type": "way", "id": way.way_id}
        if form == "geom":
            element["bounds"] = bounds([way])
        element["nodes"] = [n + 1 for n in way.nodes]
        if form == "geom":
            element["geometry"] = points(way)
        if way.tags:
            element["tags"] = way.tags
        elements.append(element)
    # A river is a relation of its banks, as OpenStreetMap has water areas.
    if mapped.rivers:
        relation: dict[str, Any] = {"type": "relation", "id": 3_000_001}
        members = [{"type": "way", "ref": w.way_id, "role": "outer"} for w in mapped.rivers]
        if form == "geom":
            relation["bounds"] = bounds(mapped.rivers)
            for member, way in zip(members, mapped.rivers, strict=True):
                member["geometry"] = points(way)  # type: ignore[assignment]
        relation["members"] = members
        relation["tags"] = {
            "name": "海河",
            "natural": "water",
            "type": "multipolygon",
            "water": "river",
        }
        elements.append(relation)
    if form == "body":
        used = sorted({n for w in [*mapped.ways, *mapped.rivers] for n in w.nodes})
        elements += [
            {"type": "node", "id": n + 1, "lat": lonlat[n][1], "lon": lonlat[n][0]} for n in used
        ]
    return {
        "version": 0.6,
        "generator": "Overpass API 0.7.62.8 e802775f",
        "osm3s": {
            "timestamp_osm_base": EXTRACT_DATE,
            "copyright": "The data included in this document is from www.openstreetmap.org. "
            "The data is made available under ODbL.",
        },
        "elements": elements,
    }


def write_overpass(path: Path, mapped: MappedStreets, form: str = "geom") -> None:
    """Write an Overpass answer with the indentation that the service gives."""
    path.write_text(
        json.dumps(overpass_answer(mapped, form), ensure_ascii=False, indent=2), encoding="utf-8"
    )


def write_osm(path: Path, mapped: MappedStreets, *, buildings: int = 0, seed: int = 3) -> None:
    """Write ``.osm`` or ``.osm.pbf`` with pyosmium; nodes, then ways, then relations, by id.

    Parameters
    ----------
    path : Path
        Its ending chooses the format; it must not exist.
    mapped : MappedStreets
    buildings : int
        Footprints of four corners each strewn over the extent and around it: the bulk
        of a real extract.
    seed : int
    """
    import osmium
    from osmium.osm.mutable import Node, Relation, Way

    rng = np.random.default_rng(seed)
    low, high = mapped.lonlat.min(axis=0) - 0.2, mapped.lonlat.max(axis=0) + 0.2
    header = osmium.io.Header()
    header.set("generator", "osmium/1.16.0")
    header.set("osmosis_replication_timestamp", EXTRACT_DATE)
    header.set("timestamp", EXTRACT_DATE)
    meta = {"version": 1, "timestamp": "2025-05-05T05:05:05Z", "visible": True}
    writer = osmium.SimpleWriter(str(path), 4_000_000, header)
    try:
        for number, (lon, lat) in enumerate(mapped.lonlat.tolist(), start=1):
            writer.add_node(Node(id=number, location=(lon, lat), **meta))
        first = len(mapped.lonlat) + 1
        # every building its own editor and date, as in a real extract: that is most of its bytes
        corners = rng.uniform(low, high, (buildings, 1, 2)) + rng.uniform(
            0, 2e-4, (buildings, 4, 2)
        )
        edits = rng.integers(1, [9, 160_000_000, 20_000_000, 540_000_000], (buildings, 4)).tolist()
        for number, (places, edit) in enumerate(zip(corners.tolist(), edits, strict=True)):
            attributes = {
                "version": edit[0],
                "changeset": edit[1],
                "uid": edit[2],
                "user": f"mapper {edit[2] % 5000}",
                "timestamp": dt.datetime.fromtimestamp(1_230_000_000 + edit[3], dt.UTC),
                "visible": True,
            }
            for k, (x, y) in enumerate(places):
                writer.add_node(Node(id=first + 4 * number + k, location=(x, y), **attributes))
        # Nodes before ways before relations: the order of an extract.
        for way in [*mapped.ways, *mapped.rivers]:
            writer.add_way(
                Way(id=way.way_id, nodes=[n + 1 for n in way.nodes], tags=way.tags, **meta)
            )
        for number in range(buildings):
            corner = first + 4 * number
            ring = [corner, corner + 1, corner + 2, corner + 3, corner]
            tags = {"building": "yes"}
            writer.add_way(Way(id=2_000_000_001 + number, nodes=ring, tags=tags, **meta))
        if mapped.rivers:
            members = [("w", way.way_id, "outer") for way in mapped.rivers]
            tags = {"type": "multipolygon", "natural": "water", "water": "river", "name": "海河"}
            writer.add_relation(Relation(id=3_000_001, members=members, tags=tags, **meta))
    finally:
        writer.close()
