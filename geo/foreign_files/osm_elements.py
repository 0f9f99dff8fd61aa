"""Read what streets need of an OpenStreetMap file; runs in the process that is locked."""

from __future__ import annotations

import bz2
import gzip
import importlib
import re
import sys
from array import array
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from geo.foreign_files.wire import Answer, Table, UploadFaultError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import osmium

Piece = NDArray[np.float64]
"""Positions that follow each other, longitude and latitude, shape (n, 2)."""


class Tags(Protocol):
    """Tags of an element: a dictionary, or osmium's own list."""

    def get(self, key: str, default: str, /) -> Any:
        """Return a value."""


def load(_: dict[str, Any]) -> None:
    """Load what is needed."""
    sys.modules["requests"] = None  # type: ignore[assignment]
    for name in ("osmium.filter", "osmium.io", "osmium.osm", "shapely"):
        importlib.import_module(name)


def read(path: str, _: list[Any] | None, request: dict[str, Any], answer: Answer) -> None:
    """Read ways and water relations that reach into the bounds asked for.

    Nodes, ways and relations may stand in any order, and their numbers may be
    negative, as editors write them before an upload. The answer has three tables:
    ``ways`` (``number``, ``tags`` or None; shapes: MultiLineString of the stretches
    whose positions are known), ``relations`` (``number``, ``tags``, ``members``: way
    number and role) and ``file`` (``date``).
    """
    import osmium
    import shapely

    file_format = request["options"]["format"]
    source = osmium.io.File(path, file_format)
    date = _extract_date(path, source, file_format)
    # three runs over the file, so that only what streets need is ever kept
    relations = _water_relations(source)
    tags, refs = _street_ways(source, {way for _, _, of in relations for way, _ in of})
    pieces = _placed(source, refs, request["bbox"])
    near = {number: lines for number, lines in pieces.items() if lines}
    shapes: list[bytes | None] = [
        shapely.to_wkb(shapely.MultiLineString([piece.tolist() for piece in lines]))
        for lines in near.values()
    ]
    answer.tables = [
        Table(
            "ways",
            len(near),
            [
                ("number", np.array(list(near), dtype=np.int64)),
                ("tags", [tags.get(number) for number in near]),
            ],
            shapes,
            "EPSG:4326",
        )
    ]
    # Waters are put together where they are used, of the ways that reach into the bounds.
    near_relations = [r for r in relations if any(way in near for way, _ in r[2])]
    columns: list[tuple[str, Any]] = [
        ("number", np.array([number for number, _, _ in near_relations], dtype=np.int64)),
        ("tags", [relation_tags for _, relation_tags, _ in near_relations]),
        ("members", [members for _, _, members in near_relations]),
    ]
    answer.tables.append(Table("relations", len(near_relations), columns, None))
    answer.tables.append(Table("file", 1, [("date", [date])], None))


def known_pieces(places: NDArray[np.float64]) -> list[Piece]:
    """Return the stretches of two positions or more between positions that are NaN."""
    known = np.isfinite(places).all(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    runs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [places[first:end] for first, end in runs if end - first > 1]


WATERWAYS = ("river", "canal", "stream", "ditch", "drain")
"""Lines of water that a limit may be: 运河, 护城河 and many 河 are mapped as canals or ditches."""

NAME_TAGS = ("name", "name:zh", "name:zh-Hans", "official_name", "alt_name", "loc_name")


def is_named_water(tags: Tags) -> bool:
    """Tell whether a way is the line of a water that has a name."""
    is_line = tags.get("waterway", "") in WATERWAYS
    return is_line and any(tags.get(name, "") for name in NAME_TAGS[:2])


def is_river_area(tags: Tags) -> bool:
    """Tell whether a water area may be a river: not a pond, a lake or a basin."""
    if tags.get("waterway", "") == "riverbank":
        return True
    return tags.get("natural", "") == "water" and tags.get("water", "river") in ("river", "canal")


def _water_relations(
    source: osmium.io.File,
) -> list[tuple[int, dict[str, Any], list[tuple[int, str]]]]:
    """Return number, tags and member ways of the relations that may be a river's area."""
    import osmium

    selection = osmium.filter.TagFilter(("natural", "water"), ("waterway", "riverbank"))
    result = []
    relations: Iterable[Any] = osmium.FileProcessor(source, osmium.osm.RELATION).with_filter(
        selection
    )
    for relation in relations:
        tags = {tag.k: tag.v for tag in relation.tags}
        if relation.visible and is_river_area(tags):
            ways = [(member.ref, member.role) for member in relation.members if member.type == "w"]
            result.append((relation.id, tags, ways))
    return result


def _street_ways(
    source: osmium.io.File, members: set[int]
) -> tuple[dict[int, dict[str, Any]], dict[int, NDArray[np.int64]]]:
    """Return the tags of streets, rivers and water areas, and the nodes of these and members."""
    import osmium

    tags: dict[int, dict[str, Any]] = {}
    refs: dict[int, NDArray[np.int64]] = {}
    selection = osmium.filter.KeyFilter("highway", "waterway", "natural")
    ways: Iterable[Any] = osmium.FileProcessor(source, osmium.osm.WAY).with_filter(selection)
    for way in ways:
        way_tags = way.tags
        if way.visible and (
            (
                "highway" in way_tags
                and ("junction" in way_tags or any(name in way_tags for name in NAME_TAGS))
            )
            or is_named_water(way_tags)
            or is_river_area(way_tags)
        ):
            tags[way.id] = {tag.k: tag.v for tag in way_tags}
            refs[way.id] = np.fromiter((node.ref for node in way.nodes), dtype=np.int64)
    if members:  # most parts of a relation have no tags of their own
        for way in _with_numbers(osmium.FileProcessor(source, osmium.osm.WAY), members):
            refs[way.id] = np.fromiter((node.ref for node in way.nodes), dtype=np.int64)
    return tags, refs


def _with_numbers(objects: osmium.FileProcessor, numbers: Collection[int]) -> Iterable[Any]:
    """Return the objects of these numbers; osmium's own filter knows no negative ones."""
    import osmium

    if min(numbers) >= 0:
        return objects.with_filter(osmium.filter.IdFilter(numbers))
    number_set = set(numbers)
    every: Iterable[Any] = objects
    return (entity for entity in every if entity.id in number_set)


def _placed(
    source: osmium.io.File, refs: dict[int, NDArray[np.int64]], bounds: list[float]
) -> dict[int, list[Piece]]:
    """Return the pieces of ways that reach into bounds, by way number."""
    import osmium

    if not refs:
        return {}
    numbers = np.unique(np.concatenate(list(refs.values())))
    places = np.full((len(numbers), 2), np.nan)
    nodes = osmium.FileProcessor(source, osmium.osm.NODE)
    node_ids, lon, lat = array("q"), array("d"), array("d")
    for node in _with_numbers(nodes, numbers.tolist()):
        place = node.location
        if node.visible and place.valid():
            node_ids.append(node.id)
            lon.append(place.lon)
            lat.append(place.lat)
    ids = np.frombuffer(node_ids, dtype=np.int64)
    at = np.searchsorted(numbers, ids).clip(max=len(numbers) - 1)
    known = numbers[at] == ids
    if not known.any():
        raise UploadFaultError("osm-no-positions", count=len(refs))
    places[at[known]] = np.column_stack([np.frombuffer(lon), np.frombuffer(lat)])[known]
    left, bottom, right, top = bounds
    pieces: dict[int, list[Piece]] = {}
    for way, nodes_of in refs.items():
        xy = places[np.searchsorted(numbers, nodes_of)]
        x, y = xy[:, 0], xy[:, 1]
        if len(xy) and not np.isnan(x).all():
            outside = (
                np.nanmin(x) > right
                or np.nanmax(x) < left
                or np.nanmin(y) > top
                or np.nanmax(y) < bottom
            )
            pieces[way] = [] if outside else known_pieces(xy)
    return pieces


def _extract_date(path: str, source: osmium.io.File, file_format: str) -> str:
    """Return the date of the data, after a look for a remark that the server broke off."""
    import osmium

    if file_format == "pbf":
        with osmium.io.Reader(source, osmium.osm.NOTHING) as reader:
            return str(reader.header().get("osmosis_replication_timestamp"))
    openers: dict[str, Any] = {"osm": open, "osm.gz": gzip.open, "osm.bz2": bz2.open}
    with openers[file_format](path, "rb") as file:
        head = file.read(2000)
        tail = head
        while chunk := file.read(2**20):
            tail = (tail + chunk)[-2000:]
    remark = re.search(rb"<remark>([^<]*)</remark>", tail)
    if remark and b"error" in remark[1]:
        remark_text = remark[1].decode("utf-8", "replace").strip()
        raise UploadFaultError("osm-remark", said=remark_text[:200])
    match = re.search(rb'osm_base="([^"]+)"', head) or re.search(
        rb'<osm\b[^>]*\btimestamp="([^"]+)"', head
    )
    return match[1].decode("ascii", "replace") if match else ""
