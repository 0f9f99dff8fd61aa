"""Read OpenStreetMap files (``.osm``, also packed, ``.osm.pbf``) and Overpass answers."""

from __future__ import annotations

import bz2
import gzip
import logging
import math
import re
from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import geopandas as gpd
import numpy as np
import osmium
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiLineString, Polygon

from geo.crs import WGS84
from geo.errors import DataFileError, Issue

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from shapely.geometry.base import BaseGeometry

logger = logging.getLogger(__name__)

OSM_ATTRIBUTION = "© OpenStreetMap contributors"
OSM_LICENCE = "ODbL 1.0"
OSM_LICENCE_URL = "https://opendatacommons.org/licenses/odbl/1-0/"

WAY_COLUMNS = (
    "source_id",
    "name",
    "name_en",
    "highway",
    "oneway",
    "roundabout",
    "lanes",
    "width_m",
    "geometry",
)
WATER_COLUMNS = ("source_id", "name", "kind", "geometry")


class Tags(Protocol):
    """Tags of an element: a dictionary, or osmium's own list."""

    def get(self, key: str, default: str, /) -> Any:
        """Return a value."""


Bounds = tuple[float, float, float, float]


@dataclass
class StreetSource:
    """What a file of streets holds, before anything is made of it.

    Parameters
    ----------
    ways : GeoDataFrame
        `WAY_COLUMNS`, LineString, WGS84; ``oneway`` 1, 0, -1 or None (not
        said by the file). Nameless ways are there only if they are roundabouts.
    waters : GeoDataFrame
        `WATER_COLUMNS`, WGS84; ``kind`` is ``"line"`` or ``"area"``.
    format : str
        Such as ``"OSM PBF"``.
    extract_date : str
        ISO date and time of the data, "" if the file does not say.
    attribution, licence : str
        "" if the file does not say.
    issues : list of Issue
    extent : tuple of float, optional
        Bounds of all that the file holds, where known.
    """

    ways: gpd.GeoDataFrame
    waters: gpd.GeoDataFrame
    format: str
    extract_date: str = ""
    attribution: str = ""
    licence: str = ""
    issues: list[Issue] = field(default_factory=list)
    extent: Bounds | None = None


def way_record(source_id: str, tags: dict[str, Any], geometry: LineString) -> dict[str, Any]:
    """Return one row of `WAY_COLUMNS` from the tags of a way."""
    return {
        "source_id": source_id,
        "name": chinese_name(tags),
        "name_en": str(tags.get("name:en") or ""),
        "highway": str(tags.get("highway") or ""),
        "oneway": oneway_value(tags.get("oneway"), tags.get("junction")),
        "roundabout": tags.get("junction") in ("roundabout", "circular"),
        "lanes": _number(tags.get("lanes")),
        "width_m": _number(tags.get("width")),
        "geometry": geometry,
    }


def chinese_name(tags: dict[str, Any]) -> str:
    """Return the name in Chinese: ``name`` unless only ``name:zh`` has Chinese characters."""
    name = str(tags.get("name") or "").strip()
    chinese = str(tags.get("name:zh") or tags.get("name:zh-Hans") or "").strip()
    if chinese and not re.search(r"[\u3400-\u9fff]", name):
        return chinese
    return name


def oneway_value(oneway: Any, junction: Any = None) -> int:
    """Return 1 along a way, -1 against it, 0 both ways; OSM's and Geofabrik's spellings."""
    word = str(oneway or "").strip().lower()
    if word in ("yes", "true", "1", "f"):
        return 1
    if word in ("-1", "reverse", "t"):
        return -1
    if not word and junction in ("roundabout", "circular"):
        return 1
    return 0


def _number(value: Any) -> float:
    """Return the number at the start of a tag such as ``"3"`` or ``"12.5 m"``, NaN if none."""
    match = re.match(r"\s*(\d+(?:\.\d+)?)", str(value or ""))
    return float(match[1]) if match else math.nan


def ways_table(records: Iterable[dict[Any, Any]]) -> gpd.GeoDataFrame:
    """Return records as `WAY_COLUMNS` in WGS84."""
    table = gpd.GeoDataFrame(list(records), columns=list(WAY_COLUMNS), geometry="geometry")
    return table.set_crs(WGS84)


def waters_table(records: Iterable[dict[str, Any]]) -> gpd.GeoDataFrame:
    """Return records as `WATER_COLUMNS` in WGS84."""
    table = gpd.GeoDataFrame(list(records), columns=list(WATER_COLUMNS), geometry="geometry")
    return table.set_crs(WGS84)


# ---------------------------------------------------------------- OSM elements

Piece = NDArray[np.float64]
"""Positions that follow each other, longitude and latitude, shape (n, 2)."""


@dataclass
class OsmElements:
    """Ways and water relations of a file, whatever form it has.

    Parameters
    ----------
    tags : dict
        Way number to its tags; untagged ways need not be here.
    pieces : dict
        Way number to the stretches of it whose positions are known, two
        positions or more each. A gap between them is never bridged.
    relations : list of tuple
        Number, tags and members ``(way number, role)`` of areas of water.
    member_pieces : dict
        ``(relation number, place among its members)`` to pieces, where a
        relation brings the positions of its members itself.
    """

    tags: dict[int, dict[str, Any]]
    pieces: dict[int, list[Piece]]
    relations: list[tuple[int, dict[str, Any], list[tuple[int, str]]]]
    member_pieces: dict[tuple[int, int], list[Piece]] = field(default_factory=dict)


def source_of_elements(
    elements: OsmElements, label: str, file_format: str, date: str
) -> StreetSource:
    """Return the streets and waters that OSM elements describe.

    Parameters
    ----------
    elements : OsmElements
    label : str
        How to name the file in messages.
    file_format, date : str
        See `StreetSource`.

    Returns
    -------
    StreetSource
        With an issue for each street without positions and each area of
        water whose outer ways do not close.
    """
    issues: list[Issue] = []
    ways: list[dict[str, Any]] = []
    waters: list[dict[str, Any]] = []
    for number, tags in elements.tags.items():
        source_id = f"way/{number}"
        pieces = elements.pieces.get(number, [])
        if not pieces and ("highway" in tags or "waterway" in tags):
            issues.append(
                Issue(
                    "way-without-positions",
                    "warning",
                    source_id,
                    f"{label}: the positions of way {number} are not in the file.",
                    "Ask with `out geom;`, or cut the extract with complete ways.",
                )
            )
        for piece in pieces:
            if "highway" in tags and tags.get("area") != "yes":
                record = way_record(source_id, tags, LineString(piece))
                if record["name"] or record["roundabout"]:
                    ways.append(record)
            elif tags.get("waterway") == "river" and tags.get("name"):
                waters.append(water_record(source_id, tags, "line", LineString(piece)))
            elif is_river_area(tags) and len(piece) > 3 and (piece[0] == piece[-1]).all():
                waters.append(water_record(source_id, tags, "area", Polygon(piece)))
    for number, tags, members in elements.relations:
        area = _relation_area(elements, number, members)
        if area.is_empty:
            issues.append(
                Issue(
                    "water-not-closed",
                    "warning",
                    f"relation/{number}",
                    f"{label}: the outer ways of relation {number} do not close.",
                    "Ask for a wider area, so that the river comes whole.",
                )
            )
        else:
            waters.append(water_record(f"relation/{number}", tags, "area", area))
    return StreetSource(
        ways_table(ways),
        waters_table(waters),
        file_format,
        date,
        OSM_ATTRIBUTION,
        OSM_LICENCE,
        issues,
    )


def known_pieces(places: NDArray[np.float64]) -> list[Piece]:
    """Return the stretches of two positions or more between positions that are NaN."""
    known = np.isfinite(places).all(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    runs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [places[first:end] for first, end in runs if end - first > 1]


def _relation_area(
    elements: OsmElements, number: int, members: list[tuple[int, str]]
) -> BaseGeometry:
    """Return the area of a multipolygon relation; empty if its outer ways do not close."""
    rings: dict[str, list[LineString]] = {"outer": [], "inner": []}
    for place, (way, role) in enumerate(members):
        pieces = elements.member_pieces.get((number, place), elements.pieces.get(way, []))
        rings["inner" if role == "inner" else "outer"] += [LineString(p) for p in pieces]
    areas = {
        role: shapely.union_all(
            shapely.get_parts(shapely.polygonize([shapely.union_all(MultiLineString(found))]))
        )
        if found
        else Polygon()
        for role, found in rings.items()
    }
    return shapely.difference(areas["outer"], areas["inner"])


def is_river_area(tags: Tags) -> bool:
    """Tell whether a water area may be a river: not a pond, a lake or a basin."""
    if tags.get("waterway", "") == "riverbank":
        return True
    return tags.get("natural", "") == "water" and tags.get("water", "river") in ("river", "canal")


def water_record(source_id: str, tags: dict[str, Any], kind: str, geometry: Any) -> dict[str, Any]:
    """Return one row of `WATER_COLUMNS` from the tags of a river line or area."""
    return {
        "source_id": source_id,
        "name": chinese_name(tags),
        "kind": kind,
        "geometry": geometry,
    }


# ---------------------------------------------------------------- .osm and .osm.pbf


def read_osm_file(path: Path, bounds: Bounds, file_format: str) -> StreetSource:
    """Read an OpenStreetMap file within bounds, through osmium.

    Nodes, ways and relations may stand in any order, and their numbers may be
    negative, as editors write them before an upload.

    Parameters
    ----------
    path : Path
    bounds : tuple of float
        ``(left, bottom, right, top)`` in WGS84; what lies outside altogether
        is left out.
    file_format : {"pbf", "osm", "osm.gz", "osm.bz2"}

    Returns
    -------
    StreetSource

    Raises
    ------
    DataFileError
        If the file is cut off or damaged.
    """
    source = osmium.io.File(str(path), file_format)
    try:
        date = _extract_date(path, source, file_format)
        # three runs over the file, so that only what streets need is ever kept
        relations = _water_relations(source)
        tags, refs = _street_ways(source, {way for _, _, of in relations for way, _ in of})
        pieces = _placed(source, refs, bounds)
    except (RuntimeError, OSError, EOFError) as error:
        raise DataFileError(
            f"{path.name} cannot be read to its end: {error}. "
            "It is cut off or damaged; fetch it again and compare its size or checksum."
        ) from error
    near = {number: found for number, found in pieces.items() if found}
    elements = OsmElements(
        {number: found for number, found in tags.items() if number in near},
        near,
        [r for r in relations if any(way in near for way, _ in r[2])],
    )
    kind = "OSM PBF" if file_format == "pbf" else "OSM XML"
    return source_of_elements(elements, path.name, kind, date)


def _water_relations(
    source: osmium.io.File,
) -> list[tuple[int, dict[str, Any], list[tuple[int, str]]]]:
    """Return number, tags and member ways of the relations that may be a river's area."""
    wanted = osmium.filter.TagFilter(("natural", "water"), ("waterway", "riverbank"))
    found = []
    relations: Iterable[Any] = osmium.FileProcessor(source, osmium.osm.RELATION).with_filter(wanted)
    for relation in relations:
        tags = {tag.k: tag.v for tag in relation.tags}
        if relation.visible and is_river_area(tags):
            ways = [(member.ref, member.role) for member in relation.members if member.type == "w"]
            found.append((relation.id, tags, ways))
    return found


def _street_ways(
    source: osmium.io.File, members: set[int]
) -> tuple[dict[int, dict[str, Any]], dict[int, NDArray[np.int64]]]:
    """Return the tags of streets, rivers and water areas, and the nodes of these and members."""
    tags: dict[int, dict[str, Any]] = {}
    refs: dict[int, NDArray[np.int64]] = {}
    wanted = osmium.filter.KeyFilter("highway", "waterway", "natural")
    ways: Iterable[Any] = osmium.FileProcessor(source, osmium.osm.WAY).with_filter(wanted)
    for way in ways:
        own = way.tags
        if way.visible and (
            ("highway" in own and ("name" in own or "name:zh" in own or "junction" in own))
            or (own.get("waterway") == "river" and "name" in own)
            or is_river_area(own)
        ):
            tags[way.id] = {tag.k: tag.v for tag in own}
            refs[way.id] = np.fromiter((node.ref for node in way.nodes), dtype=np.int64)
    if members:  # most parts of a relation have no tags of their own
        for way in _with_numbers(osmium.FileProcessor(source, osmium.osm.WAY), members):
            refs[way.id] = np.fromiter((node.ref for node in way.nodes), dtype=np.int64)
    return tags, refs


def _with_numbers(objects: osmium.FileProcessor, numbers: Collection[int]) -> Iterable[Any]:
    """Return the objects of these numbers; osmium's own filter knows no negative ones."""
    if min(numbers) >= 0:
        return objects.with_filter(osmium.filter.IdFilter(numbers))
    wanted = set(numbers)
    every: Iterable[Any] = objects
    return (entity for entity in every if entity.id in wanted)


def _placed(
    source: osmium.io.File, refs: dict[int, NDArray[np.int64]], bounds: Bounds
) -> dict[int, list[Piece]]:
    """Return the pieces of ways that reach into bounds, by way number."""
    if not refs:
        return {}
    numbers = np.unique(np.concatenate(list(refs.values())))
    places = np.full((len(numbers), 2), np.nan)
    nodes = osmium.FileProcessor(source, osmium.osm.NODE)
    found, lon, lat = array("q"), array("d"), array("d")
    for node in _with_numbers(nodes, numbers.tolist()):
        place = node.location
        if node.visible and place.valid():
            found.append(node.id)
            lon.append(place.lon)
            lat.append(place.lat)
    ids = np.frombuffer(found, dtype=np.int64)
    at = np.searchsorted(numbers, ids).clip(max=len(numbers) - 1)
    known = numbers[at] == ids
    if not known.any():
        raise DataFileError(
            f"The file has {len(refs)} streets or waters but none of their positions. "
            "Ask for the nodes too (Overpass: `out body; >; out skel qt;`)."
        )
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


def _extract_date(path: Path, source: osmium.io.File, file_format: str) -> str:
    """Return the date of the data, after a look for a remark that the server broke off."""
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
        raise DataFileError(
            f"{path.name} is not whole: the server remarked "
            f"{remark[1].decode('utf-8', 'replace').strip()!r}. "
            "Ask again for a smaller area, or later."
        )
    found = re.search(rb'osm_base="([^"]+)"', head) or re.search(
        rb'<osm\b[^>]*\btimestamp="([^"]+)"', head
    )
    return found[1].decode("ascii", "replace") if found else ""


# ---------------------------------------------------------------- Overpass


def read_overpass(document: dict[str, Any], label: str) -> StreetSource:
    """Read an Overpass answer of ``out geom;`` or of ``out body; >; out skel qt;``.

    Parameters
    ----------
    document : dict
        The JSON answer.
    label : str
        How to name it in messages.

    Returns
    -------
    StreetSource

    Raises
    ------
    DataFileError
        If the server broke off (``remark``), or the ways have no positions.
    """
    remark = str(document.get("remark") or "")
    if "error" in remark or "timed out" in remark or "out of memory" in remark:
        raise DataFileError(
            f"{label} is not whole: the server remarked {remark!r}. "
            "Ask again for a smaller area, or later."
        )
    elements = document.get("elements")
    if not isinstance(elements, list):
        raise DataFileError(f"{label} has no list 'elements'; expected an Overpass answer.")
    try:
        nodes = {
            e["id"]: (e["lon"], e["lat"]) for e in elements if e["type"] == "node" and "lon" in e
        }
        ways = [e for e in elements if e["type"] == "way"]
        found = OsmElements(
            {e["id"]: e["tags"] for e in ways if e.get("tags")},
            {e["id"]: _pieces(e, nodes) for e in ways},
            [],
        )
        for element in elements:
            if element["type"] == "relation" and is_river_area(element.get("tags") or {}):
                number = element["id"]
                members = [m for m in element.get("members", []) if m.get("type") == "way"]
                outer = [(m["ref"], str(m.get("role"))) for m in members]
                found.relations.append((number, element["tags"], outer))
                for place, member in enumerate(members):
                    if "geometry" in member:
                        found.member_pieces[number, place] = _pieces(member, nodes)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DataFileError(
            f"{label}: an element lacks {error}; expected type, id and positions."
        ) from error
    if found.pieces and not any(found.pieces.values()):
        raise DataFileError(
            f"{label} has {len(found.pieces)} ways but no positions. "
            "Ask with `out geom;`, or with `out body; >; out skel qt;`."
        )
    base = document.get("osm3s", {})
    date = str(base.get("timestamp_osm_base", "")) if isinstance(base, dict) else ""
    return source_of_elements(found, label, "Overpass JSON", date)


def _pieces(element: dict[str, Any], nodes: dict[int, tuple[float, float]]) -> list[Piece]:
    """Return the pieces of a way of which the answer has positions, each of two points or more."""
    nowhere = (math.nan, math.nan)
    if "geometry" in element:
        places = [(p["lon"], p["lat"]) if p else nowhere for p in element["geometry"]]
    else:
        places = [nodes.get(number, nowhere) for number in element.get("nodes", [])]
    return known_pieces(np.array(places, dtype=float).reshape(-1, 2))
