"""OpenStreetMap files as they come, ``.osm`` and ``.osm.pbf``, and what their tags mean."""

from __future__ import annotations

import datetime as dt
import json
import logging
import math
import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyogrio
from shapely import LineString

from geo.crs import WGS84
from geo.errors import DataFileError, Issue

if TYPE_CHECKING:
    from collections.abc import Iterable

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


# ---------------------------------------------------------------- .osm and .osm.pbf


def read_osm_file(path: Path, bounds: Bounds, *, binary: bool) -> StreetSource:
    """Read ``.osm`` or ``.osm.pbf`` within bounds, through GDAL's OSM driver.

    Parameters
    ----------
    path : Path
    bounds : tuple of float
        ``(left, bottom, right, top)`` in WGS84; handed down to the driver.
    binary : bool
        True for PBF.

    Returns
    -------
    StreetSource

    Raises
    ------
    DataFileError
        If the file is cut off or damaged.
    """
    date = _pbf_date(path) if binary else _xml_date(path)
    options = {"bbox": bounds, "TAGS_FORMAT": "JSON", "fid_as_index": False}
    try:
        lines = pyogrio.read_dataframe(
            path,
            layer="lines",
            columns=["osm_id", "name", "highway", "waterway", "other_tags"],
            where="(highway IS NOT NULL AND (name IS NOT NULL OR other_tags LIKE '%name:zh%' "
            "OR other_tags LIKE '%roundabout%' OR other_tags LIKE '%circular%')) "
            "OR (waterway = 'river' AND name IS NOT NULL)",
            **options,
        )
        areas = pyogrio.read_dataframe(
            path,
            layer="multipolygons",
            columns=["osm_id", "osm_way_id", "name", "natural", "other_tags"],
            where="natural = 'water' OR other_tags LIKE '%riverbank%'",
            **options,
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.FeatureError) as error:
        raise DataFileError(
            f"{path.name} cannot be read to its end: {error}. "
            "It is cut off or damaged; fetch it again and compare its size or checksum."
        ) from error
    lines, areas = (t.astype(object).where(t.notna(), None) for t in (lines, areas))
    ways, waters = [], []
    for row in lines.itertuples(index=False):
        tags = _tags(row.other_tags) | {"name": row.name, "highway": row.highway}
        if row.highway:
            ways.append(way_record(f"way/{row.osm_id}", tags, row.geometry))
        else:
            waters.append(water_record(f"way/{row.osm_id}", tags, "line", row.geometry))
    for row in areas.itertuples(index=False):
        kind = "relation" if row.osm_id else "way"
        tags = _tags(row.other_tags) | {"name": row.name, "natural": row.natural}
        if is_river_area(tags):
            source_id = f"{kind}/{row.osm_id or row.osm_way_id}"
            waters.append(water_record(source_id, tags, "area", row.geometry))
    return StreetSource(
        ways_table(ways),
        waters_table(waters),
        "OSM PBF" if binary else "OSM XML",
        date,
        OSM_ATTRIBUTION,
        OSM_LICENCE,
    )


def is_river_area(tags: dict[str, Any]) -> bool:
    """Tell whether a water area may be a river: not a pond, a lake or a basin."""
    if tags.get("waterway") == "riverbank":
        return True
    return tags.get("natural") == "water" and tags.get("water", "river") in ("river", "canal")


def _tags(other_tags: Any) -> dict[str, Any]:
    """Return the field that holds the rarer tags; pyogrio has parsed its JSON or left it."""
    if isinstance(other_tags, str) and other_tags:
        other_tags = json.loads(other_tags)
    return dict(other_tags) if isinstance(other_tags, dict) else {}


def water_record(source_id: str, tags: dict[str, Any], kind: str, geometry: Any) -> dict[str, Any]:
    """Return one row of `WATER_COLUMNS` from the tags of a river line or area."""
    return {
        "source_id": source_id,
        "name": chinese_name(tags),
        "kind": kind,
        "geometry": geometry,
    }


def _xml_date(path: Path) -> str:
    """Return the date in the head of an OSM XML file, after checking that it has an end."""
    with path.open("rb") as file:
        head = file.read(2000).decode("utf-8", "replace")
        file.seek(max(0, path.stat().st_size - 2000))
        tail = file.read()
    if not tail.rstrip().endswith(b"</osm>"):
        raise DataFileError(f"{path.name} does not end with </osm>: it is cut off. Fetch it again.")
    remark = re.search(rb"<remark>([^<]*)</remark>", tail)
    if remark and b"error" in remark[1]:
        raise DataFileError(
            f"{path.name} is not whole: the server remarked {remark[1].decode().strip()!r}. "
            "Ask again for a smaller area, or later."
        )
    found = re.search(r'osm_base="([^"]+)"', head) or re.search(
        r'<osm\b[^>]*\btimestamp="([^"]+)"', head
    )
    return found[1] if found else ""


def _pbf_date(path: Path) -> str:
    """Return the replication date of a PBF header, after checking that no block is cut off.

    The format: https://wiki.openstreetmap.org/wiki/PBF_Format
    """
    size = path.stat().st_size
    date = ""
    with path.open("rb") as file:
        place = 0
        while place < size:
            length = int.from_bytes(file.read(4), "big")
            header = _message(file.read(length)) if length <= 65536 else {}
            data_size = header.get(3)
            if not isinstance(data_size, int) or place + 4 + length + data_size > size:
                raise DataFileError(
                    f"{path.name} is cut off or damaged at byte {place:,} of {size:,}. "
                    "Fetch it again and compare its size or checksum."
                )
            if header.get(1) == b"OSMHeader":
                date = _header_date(file.read(data_size))
            place += 4 + length + data_size
            file.seek(place)
    return date


def _header_date(blob: bytes) -> str:
    fields = _message(blob)
    packed = fields.get(3)
    plain = zlib.decompress(packed) if isinstance(packed, bytes) else fields.get(1)
    seconds = _message(plain).get(32) if isinstance(plain, bytes) else None
    if not isinstance(seconds, int):
        return ""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _message(data: bytes) -> dict[int, int | bytes]:
    """Return the last value of each field of a protocol buffer message; {} if it is none."""
    fields: dict[int, int | bytes] = {}
    place = 0

    def varint() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    try:
        while place < len(data):
            key = varint()
            if key & 7 == 0:
                fields[key >> 3] = varint()
            elif key & 7 == 2:
                length = varint()
                fields[key >> 3] = data[place : place + length]
                place += length
            else:
                place += {1: 8, 5: 4}[key & 7]
    except (IndexError, KeyError):
        return {}
    return fields
