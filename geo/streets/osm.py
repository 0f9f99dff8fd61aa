"""Read OpenStreetMap files (``.osm``, also packed, ``.osm.pbf``) and Overpass answers."""

from __future__ import annotations

import logging
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, MultiLineString, Polygon

from geo.crs import WGS84
from geo.errors import DataFileError, Issue
from geo.foreign_files.formats import BY_KIND
from geo.foreign_files.osm_elements import Piece, is_named_water, is_river_area, known_pieces
from geo.foreign_files.run import IMPORT, Wanted, copy_at, read_layers
from geo.foreign_files.wire import UploadFaultError
from geo.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

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


_HAN = "\u3400-\u9fff"
_BOTH_SCRIPTS = re.compile(
    rf"(?P<first>[{_HAN}0-9·]+)\s*[ (（/|,-]\s*[A-Za-z][^{_HAN}]*"
    rf"|[A-Za-z][^{_HAN}]*?\s*[ (（/|,-]\s*(?P<last>[{_HAN}0-9·]+)\s*[)）]?"
)
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_FURTHER_NAMES = ("official_name", "alt_name", "loc_name")


def plain_name(name: str) -> str:
    """Return a name without what is not seen, and in Chinese alone where it is said in two scripts.

    Examples
    --------
    >>> plain_name("南京路 Nanjing Road"), plain_name("Nanjing Road (南京路)"), plain_name("A2")
    ('南京路', '南京路', 'A2')
    """
    name = " ".join(_UNSEEN.sub("", name).split())
    match = _BOTH_SCRIPTS.fullmatch(name)
    return (match["first"] or match["last"]) if match else name


def chinese_name(tags: dict[str, Any]) -> str:
    """Return the name in Chinese: ``name`` unless only ``name:zh`` has Chinese characters.

    Where neither is given, the official or another name in Chinese.
    """
    name = plain_name(str(tags.get("name") or ""))
    chinese = plain_name(str(tags.get("name:zh") or tags.get("name:zh-Hans") or ""))
    if chinese and not re.search(f"[{_HAN}]", name):
        return chinese
    further = (plain_name(str(tags.get(key) or "")) for key in _FURTHER_NAMES)
    return name or next((word for word in further if re.search(f"[{_HAN}]", word)), "")


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
    # Ways: streets with a name, lines of rivers, closed ways as water.
    for number, tags in elements.tags.items():
        source_id = f"way/{number}"
        pieces = elements.pieces.get(number, [])
        if not pieces and ("highway" in tags or "waterway" in tags):
            issues.append(
                Issue(
                    "way-without-positions",
                    "warning",
                    source_id,
                    Text("street-file.way", number=number).about(label),
                    Text("street-file.way.remedy"),
                )
            )
        for piece in pieces:
            if "highway" in tags and tags.get("area") != "yes":
                record = way_record(source_id, tags, LineString(piece))
                if record["name"] or record["roundabout"]:
                    ways.append(record)
            elif is_named_water(tags):
                waters.append(water_record(source_id, tags, "line", LineString(piece)))
            elif is_river_area(tags) and len(piece) > 3 and (piece[0] == piece[-1]).all():
                waters.append(water_record(source_id, tags, "area", Polygon(piece)))
    # Relations: water whose rings are made of several ways.
    for number, tags, members in elements.relations:
        area = _relation_area(elements, number, members)
        if area.is_empty:
            issues.append(
                Issue(
                    "water-not-closed",
                    "warning",
                    f"relation/{number}",
                    Text("street-file.water", number=number).about(label),
                    Text("street-file.water.remedy"),
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
            shapely.get_parts(shapely.polygonize([shapely.union_all(MultiLineString(ways))]))
        )
        if ways
        else Polygon()
        for role, ways in rings.items()
    }
    return shapely.difference(areas["outer"], areas["inner"])


def water_record(source_id: str, tags: dict[str, Any], kind: str, geometry: Any) -> dict[str, Any]:
    """Return one row of `WATER_COLUMNS` from the tags of a river line or area."""
    return {
        "source_id": source_id,
        "name": chinese_name(tags),
        "kind": kind,
        "geometry": geometry,
    }


# ---------------------------------------------------------------- .osm and .osm.pbf


def read_osm_file(path: Path, bounds: Bounds, kind: str) -> StreetSource:
    """Read an OpenStreetMap file within bounds, through osmium in a locked process.

    Nodes, ways and relations may stand in any order, and their numbers may be
    negative, as editors write them before an upload.

    Parameters
    ----------
    path : Path
    bounds : tuple of float
        ``(left, bottom, right, top)`` in WGS84; what lies outside altogether
        is left out.
    kind : str
        Of `geo.foreign_files.formats`: ``"OSM PBF"``, ``"OSM XML"`` or that
        with ``", gzip"`` or ``", bzip2"``.

    Returns
    -------
    StreetSource

    Raises
    ------
    DataFileError
        If the file is cut off or damaged.
    """
    row = BY_KIND[kind]
    try:
        answer = read_layers(
            row, {f"layer{row.ending}": copy_at(path)}, Wanted(bbox=bounds), IMPORT
        )
    except UploadFaultError as fault:
        if fault.code == "damaged":
            raise DataFileError(
                Text("street-file.cut-off", file=path.name, said_en=fault.values["detail"])
            ) from fault
        raise DataFileError(
            Text(f"upload.{fault.code}", **fault.values).about(path.name)
        ) from fault
    ways, relations = answer.tables["ways"], answer.tables["relations"]
    pieces = {
        int(number): [shapely.get_coordinates(line) for line in shapely.get_parts(shape)]
        for number, shape in zip(ways["number"], ways.geometry, strict=True)
    }
    elements = OsmElements(
        {int(n): tags for n, tags in zip(ways["number"], ways["tags"], strict=True) if tags},
        pieces,
        [
            (int(row.number), row.tags, [(way, role) for way, role in row.members])
            for row in relations.itertuples(index=False)
        ],
    )
    date = str(answer.tables["file"]["date"].iloc[0])
    return source_of_elements(elements, path.name, kind.partition(",")[0], date)


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
        raise DataFileError(Text("street-file.remark", file=label, remark=remark))
    elements = document.get("elements")
    if not isinstance(elements, list):
        raise DataFileError(Text("street-file.no-elements", file=label))
    try:
        nodes = {
            e["id"]: (e["lon"], e["lat"]) for e in elements if e["type"] == "node" and "lon" in e
        }
        ways = [e for e in elements if e["type"] == "way"]
        elements_read = OsmElements(
            {e["id"]: e["tags"] for e in ways if e.get("tags")},
            {e["id"]: _pieces(e, nodes) for e in ways},
            [],
        )
        for element in elements:
            if element["type"] == "relation" and is_river_area(element.get("tags") or {}):
                number = element["id"]
                members = [m for m in element.get("members", []) if m.get("type") == "way"]
                outer = [(m["ref"], str(m.get("role"))) for m in members]
                elements_read.relations.append((number, element["tags"], outer))
                for place, member in enumerate(members):
                    if "geometry" in member:
                        elements_read.member_pieces[number, place] = _pieces(member, nodes)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DataFileError(Text("street-file.element", file=label, key=str(error))) from error
    if elements_read.pieces and not any(elements_read.pieces.values()):
        raise DataFileError(
            Text("street-file.no-positions", file=label, count=len(elements_read.pieces))
        )
    base = document.get("osm3s", {})
    date = str(base.get("timestamp_osm_base", "")) if isinstance(base, dict) else ""
    return source_of_elements(elements_read, label, "Overpass JSON", date)


def _pieces(element: dict[str, Any], nodes: dict[int, tuple[float, float]]) -> list[Piece]:
    """Return the pieces of a way of which the answer has positions, each of two points or more."""
    nowhere = (math.nan, math.nan)
    if "geometry" in element:
        places = [(p["lon"], p["lat"]) if p else nowhere for p in element["geometry"]]
    else:
        places = [nodes.get(number, nowhere) for number in element.get("nodes", [])]
    return known_pieces(np.array(places, dtype=float).reshape(-1, 2))
