"""Read street files of any kind, told apart by what is in them, into one table of ways."""

from __future__ import annotations

import bz2
import gzip
import json
import logging
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import WGS84
from geo.datums.guess import as_wgs84, old_datum
from geo.errors import DataFileError, InputTooLargeError, Issue, reason_of
from geo.foreign_files.formats import BY_KIND
from geo.foreign_files.osm_elements import is_river_area
from geo.foreign_files.run import IMPORT, Wanted, copy_at, read_layers
from geo.foreign_files.wire import UploadFaultError
from geo.streets.osm import (
    OSM_ATTRIBUTION,
    OSM_LICENCE,
    Bounds,
    StreetSource,
    oneway_value,
    plain_name,
    read_osm_file,
    read_overpass,
    waters_table,
    ways_table,
)
from geo.texts import Text

logger = logging.getLogger(__name__)

JSON_BYTES = 300 * 2**20
"""An Overpass answer or GeoJSON larger than this is refused; a district has 1 to 10 MB."""

PACKED: tuple[tuple[bytes, str, Any], ...] = (
    (b"\x1f\x8b", "gzip", gzip.open),
    (b"BZh", "bzip2", bz2.open),
)

NAME_COLUMNS = (
    "name",
    "名称",
    "道路名称",
    "道路名",
    "路名",
    "街道名称",
    "road_name",
    "street",
    "name:zh",
    "name_zh",
    "name_cn",
    "name_chn",
    "fullname",
    "streetname",
    "st_name",
    "pathname",
    "道路",
    "街道",
    "中文名",
    "mc",
)
"""Columns taken for the name, in this order, whatever their case, spaces and low lines."""

OSM_FORMATS = ("OSM PBF", "OSM XML", "OSM XML, gzip", "OSM XML, bzip2")
"""Kinds that osmium reads."""

SHAPEFILE_PARTS = (".shx", ".dbf", ".prj", ".cpg")
"""Of the files beside a .shp, those that are read."""

ID_COLUMNS = ("osm_id", "@id", "full_id", "osmid", "id")
CLASS_COLUMNS = ("highway", "fclass", "road_class", "class")


def read_streets(
    path: Path,
    bounds: Bounds,
    *,
    name_column: str | None = None,
    layer: str | None = None,
    source_crs: str | None = None,
) -> StreetSource:
    """Read a file of streets.

    Parameters
    ----------
    path : Path
        OSM PBF or XML, Overpass JSON, GeoJSON, GeoPackage or Shapefile; the
        content decides, not the ending.
    bounds : tuple of float
        ``(left, bottom, right, top)`` in WGS84 of what is wanted.
    name_column : str, optional
        Column with the names; by default the first of `NAME_COLUMNS`.
    layer : str, optional
        Layer of a GeoPackage; by default the first with lines and names.
    source_crs : str, optional
        CRS of a file that does not say it.

    Returns
    -------
    StreetSource

    Raises
    ------
    DataFileError
        If the file is missing, empty, cut off, or nothing of the kind; if it
        has no CRS, no lines or no column of names.
    InputTooLargeError
        If a JSON file passes `JSON_BYTES`.
    """
    kind = file_kind(path)
    if kind in OSM_FORMATS:
        return read_osm_file(path, bounds, kind)
    if kind == "JSON":
        document = _json_document(path)
        if isinstance(document, list):  # features in a bare list, or one to a line
            if not all(isinstance(value, dict) and "geometry" in value for value in document):
                begin = repr(document)[:60]
                raise DataFileError(Text("street-file.other", file=path.name, begin=begin))
            document = {"type": "FeatureCollection"}
        if "elements" in document:
            return read_overpass(document, path.name)
        if document.get("type") != "FeatureCollection":
            raise DataFileError(
                Text("street-file.other-json", file=path.name, found=sorted(map(str, document))[:6])
            )
    return _read_vector(path, bounds, kind, name_column, layer, source_crs)


def file_kind(path: Path) -> str:
    """Return what a file is by its first bytes.

    Returns
    -------
    str
        One of `OSM_FORMATS`, or ``"JSON"``, ``"GeoPackage"``, ``"Shapefile"``.

    Raises
    ------
    DataFileError
        If it is missing, empty or none of these.
    """
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise DataFileError(
            Text("street-file.unreadable", file=path.name, reason=reason_of(error))
        ) from error
    if not head:
        raise DataFileError(Text("street-file.empty", file=path.name))
    # By the bytes alone: names of downloads end as they like.
    for magic, packing, opener in PACKED:
        if head.startswith(magic):
            return _packed_kind(path, packing, opener)
    if head[4:15] == b"\n\tOSMHeader":
        return "OSM PBF"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<") and re.search(rb"<osm[\s>]", head):
        return "OSM XML"
    if start.startswith((b"{", b"[", b"\x1e")):
        return "JSON"
    if head.startswith(b"SQLite format 3\x00"):
        return "GeoPackage"
    if head.startswith(b"\x00\x00\x27\x0a"):
        return "Shapefile"
    # What people give instead, each with its own remedy.
    if path.suffix.lower() in (".shx", ".dbf", ".prj", ".cpg"):
        raise DataFileError(Text("street-file.part", file=path.name))
    if head.startswith(b"PK\x03\x04"):
        raise DataFileError(Text("street-file.zip", file=path.name))
    if b"<html" in head.lower() or b"<!doctype" in head.lower():
        raise DataFileError(
            Text(
                "street-file.web-page",
                file=path.name,
                begin=re.sub(b"<[^>]*>|[^ -~]+", b" ", head).decode().strip()[:120],
            )
        )
    raise DataFileError(Text("street-file.other", file=path.name, begin=_shown(head)))


def _shown(head: bytes) -> str:
    """Return how a file begins: its text where it is plain ASCII, else the bytes in hexadecimal."""
    start = head[:16]
    is_plain = start.isascii() and start.decode("latin-1").isprintable()
    return repr(start.decode()) if is_plain else start[:8].hex(" ").upper()


def _packed_kind(path: Path, packing: str, opener: Any) -> str:
    """Return what a compressed file is; only OpenStreetMap XML is read compressed."""
    try:
        with opener(path, "rb") as file:
            head = file.read(512)
    except (OSError, EOFError) as error:
        raise DataFileError(
            Text("street-file.not-unpacked", file=path.name, packed=packing, said_en=str(error))
        ) from error
    if re.search(rb"<osm[\s>]", head):
        return f"OSM XML, {packing}"
    raise DataFileError(
        Text("street-file.compressed", file=path.name, packed=packing, begin=_shown(head))
    )


def _json_document(path: Path) -> dict[str, Any] | list[Any]:
    """Return the value of a JSON file; a list of one value to a line is a list."""
    size = path.stat().st_size
    if size > JSON_BYTES:
        raise InputTooLargeError(
            Text("street-file.json-too-large", file=path.name, size=size, limit=JSON_BYTES)
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")
        document = _features_by_line(text) or json.loads(text)
    except UnicodeDecodeError as error:
        raise DataFileError(
            Text("street-file.not-utf8", file=path.name, place=error.start, said_en=str(error))
        ) from error
    except json.JSONDecodeError as error:
        raise DataFileError(
            Text("street-file.not-json", file=path.name, line=error.lineno, column=error.colno)
        ) from error
    except RecursionError as error:
        raise DataFileError(Text("street-file.too-deep", file=path.name)) from error
    except ValueError as error:  # an integer of more digits than Python turns into a number
        raise DataFileError(Text("file.number-too-long", file=path.name)) from error
    return document if isinstance(document, (dict, list)) else {}


def _features_by_line(text: str) -> list[Any] | None:
    """Return the features of a file that has one to a line (RFC 8142), None of any other."""
    lines = [line.strip("\x1e \t\r") for line in text.split("\n") if line.strip("\x1e \t\r")]
    if len(lines) < 2 or not (lines[0].startswith("{") and lines[0].endswith("}")):
        return None
    return [json.loads(line) for line in lines]


# ---------------------------------------------------------------- GeoJSON, GeoPackage, Shapefile


def _read_vector(
    path: Path,
    bounds: Bounds,
    kind: str,
    name_column: str | None,
    layer: str | None,
    source_crs: str | None,
) -> StreetSource:
    """Read the layers of lines, and of water areas, that GDAL finds in a file."""
    # A Shapefile without its other files is told by the part that is missing.
    if kind == "Shapefile":
        for ending in (".shx", ".dbf"):
            if not path.with_suffix(ending).is_file():
                raise DataFileError(
                    Text("street-file.shapefile", file=path.name, part=f"{path.stem}{ending}")
                )
    label = "GeoJSON" if kind == "JSON" else kind
    tables = _tables(path, label, layer)
    issues: list[Issue] = []
    ways: list[pd.DataFrame] = []
    waters: list[dict[str, Any]] = []
    nameless: list[str] = []
    osm = False
    # Each layer: its datum, sound coordinates, lines with a name, areas of water.
    for name, raw in tables.items():
        table = _in_wgs84(raw, source_crs, f"{path.name}, layer {name}", issues)
        table = _finite(table, name, issues)
        tags = _tag_columns(table)
        osm = osm or "osm" in "".join(map(str, table.columns)).lower() or "@id" in table.columns
        types = shapely.get_type_id(table.geometry.array)
        lines = table[np.isin(types, (1, 5))]
        column = _name_column(table, name_column)
        if not lines.empty and column is None:
            nameless.append(f"{name}: {', '.join(c for c in table.columns if c != 'geometry')}")
        elif not lines.empty:
            ways.append(_ways(lines, tags.loc[lines.index], str(column)))
        waters += _waters(table[np.isin(types, (3, 6))], tags, column)
    if not ways and nameless:
        raise DataFileError(
            Text("street-file.no-names", file=path.name, columns="; ".join(nameless))
        )
    if not ways:
        raise DataFileError(Text("street-file.no-lines", file=path.name))
    # The extent of all of it tells a wrong datum; only what lies near is kept.
    table = pd.concat(ways, ignore_index=True)
    extent = tuple(gpd.GeoSeries(table["geometry"]).total_bounds.tolist())
    table_of_ways = ways_table(table.to_dict("records"))
    near = table_of_ways.intersects(shapely.box(*bounds))
    return StreetSource(
        table_of_ways[near].reset_index(drop=True),
        waters_table(waters),
        label,
        "",
        OSM_ATTRIBUTION if osm else "",
        OSM_LICENCE if osm else "",
        issues,
        extent,
    )


def _tables(path: Path, label: str, layer: str | None) -> dict[str, gpd.GeoDataFrame]:
    """Read the layers with a geometry, or the one asked for, in a locked process."""
    # A Shapefile is several files; the .cpg beside it says in which encoding its names are.
    row = BY_KIND[label]
    files = {f"layer{row.ending}": copy_at(path)}
    encoding = ""
    if label == "Shapefile":
        beside = {ending: path.with_suffix(ending) for ending in SHAPEFILE_PARTS}
        files |= {f"layer{e}": copy_at(part) for e, part in beside.items() if part.is_file()}
        if beside[".cpg"].is_file():
            encoding = beside[".cpg"].read_bytes()[:100].decode("ascii", "replace").strip()
    # the one layer of a Shapefile is called as the file was laid down, that of GeoJSON ""
    chosen: str | list[str] = [layer] if label == "GeoPackage" and layer is not None else "all"
    selection = Wanted(layers=chosen, said_encoding=encoding)
    try:
        layers_read = read_layers(row, files, selection, IMPORT)
    except UploadFaultError as fault:
        detail = fault.values.get("detail")
        reason = (
            Text("system.other", name="GDAL", said_en=detail)
            if detail
            else Text(f"upload.{fault.code}", **fault.values)
        )
        raise DataFileError(
            Text("street-file.damaged", file=path.name, kind=label, reason=reason)
        ) from fault
    # A GeoPackage names its layers; of other files the one layer has the file's name.
    is_named = label == "GeoPackage"
    names = [one.name for one in layers_read.layers] if is_named else [path.stem]
    tables = {
        name if is_named else path.stem: table
        for name, table in layers_read.tables.items()
        if isinstance(table, gpd.GeoDataFrame)
    }
    if layer is not None and layer not in tables:
        tables = {}
    if not tables:
        request = Text("street-file.layer", layer=layer) if layer else Text("street-file.any-layer")
        raise DataFileError(
            Text("street-file.no-layer", file=path.name, layer=request, found=names)
        )
    return tables


def _in_wgs84(
    table: gpd.GeoDataFrame, source_crs: str | None, what: str, issues: list[Issue]
) -> gpd.GeoDataFrame:
    if table.crs is None and source_crs is None:
        raise DataFileError(Text("street-file.no-crs", file=what))
    if table.crs is None:
        table = table.set_crs(source_crs)
    crs = table.crs.to_string()
    if old := old_datum(crs):
        name = Text("datum.old", old=Text(f"datum.{old}"), crs=crs[:40])
        message = Text("streets.datum.old", name=name)
        issues.append(Issue("datum-old", "warning", what, message, Text("datum.remedy.old")))
        return as_wgs84(table, crs)
    return table.to_crs(WGS84)


def _finite(table: gpd.GeoDataFrame, layer: str, issues: list[Issue]) -> gpd.GeoDataFrame:
    """Leave out what is empty or has a coordinate that is no number or no place on earth."""
    shapes = table.geometry.array
    table = table[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    bounds = table.geometry.bounds.to_numpy()
    coordinates = shapely.get_coordinates(table.geometry.array, return_index=True)
    is_bad = np.zeros(len(table), dtype=bool)
    is_bad[coordinates[1][~np.isfinite(coordinates[0]).all(axis=1)]] = True
    with np.errstate(invalid="ignore"):
        is_bad |= ~((np.abs(bounds[:, [0, 2]]) <= 180).all(axis=1))
        is_bad |= ~((np.abs(bounds[:, [1, 3]]) <= 90).all(axis=1))
    if is_bad.any():
        issues.append(
            Issue(
                "coordinates-not-finite",
                "warning",
                layer,
                Text("street-file.not-finite", bad=int(is_bad.sum()), count=len(is_bad)),
                Text("street-file.not-finite.remedy"),
            )
        )
    return table[~is_bad]


def _name_column(table: gpd.GeoDataFrame, asked_name: str | None) -> str | None:
    if asked_name is not None:
        return asked_name if asked_name in table.columns else None
    by_heading = {
        _heading(str(c)): str(c) for c in reversed(table.columns.tolist()) if c != "geometry"
    }
    return next((by_heading[h] for n in NAME_COLUMNS if (h := _heading(n)) in by_heading), None)


def _heading(name: str) -> str:
    """Return a heading in small letters, without spaces and low lines."""
    return re.sub(r"[\s_]+", "", name.lower())


def _tag_columns(table: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the columns that mean OSM tags, by their tag; missing ones empty."""
    by_lower = {str(c).lower(): c for c in table.columns}

    def first(*names: str) -> Any:
        column = next((by_lower[n] for n in names if n in by_lower), None)
        return table[column] if column is not None else pd.Series(None, table.index, dtype=object)

    return pd.DataFrame(
        {
            "id": first(*ID_COLUMNS),
            "highway": first(*CLASS_COLUMNS),
            "oneway": first("oneway"),
            "junction": first("junction"),
            "lanes": first("lanes"),
            "width": first("width", "width_m"),
            "name_en": first("name:en", "name_en"),
            "natural": first("natural", "fclass"),
            "waterway": first("waterway"),
            "has_oneway": "oneway" in by_lower,
        },
        index=table.index,
    )


_LIST = re.compile(r"\[(.*)\]", re.DOTALL)


def _texts(value: Any) -> list[str]:
    """Return the words of a cell; OSMnx writes several as a list, in JSON or as Python shows it.

    Examples
    --------
    >>> _texts('["甲路", "乙路"]'), _texts("['primary', 'secondary']"), _texts("甲路"), _texts(None)
    (['甲路', '乙路'], ['primary', 'secondary'], ['甲路'], [])
    """
    if not isinstance(value, (list, tuple)) and pd.isna(value):
        return []
    plain = str(value).strip()
    if not (match := _LIST.fullmatch(plain)):
        return [plain] if plain else []
    return [word for part in match[1].split(",") if (word := part.strip(" \"'"))]


def _text(value: Any) -> str:
    """Return the first word of a cell, "" where it has none."""
    return next(iter(_texts(value)), "")


def _ways(lines: gpd.GeoDataFrame, tags: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the lines of a layer as `WAY_COLUMNS`, one row per part."""
    rows: list[dict[str, Any]] = []
    for number, (name, geometry, tag) in enumerate(
        zip(lines[column], lines.geometry, tags.itertuples(index=False), strict=True), start=1
    ):
        junction = _text(tag.junction)
        if not _text(name) and junction not in ("roundabout", "circular"):
            continue
        identity = _text(tag.id).removesuffix(".0")
        for part in shapely.get_parts(shapely.force_2d(geometry)):
            rows.append(
                {
                    "source_id": (identity if "/" in identity else f"way/{identity}")
                    if identity
                    else f"feature/{number}",
                    "name": ";".join(map(plain_name, _texts(name))),
                    "name_en": _text(tag.name_en),
                    "highway": _text(tag.highway),
                    "oneway": oneway_value(_text(tag.oneway), junction) if tag.has_oneway else None,
                    "roundabout": junction in ("roundabout", "circular"),
                    "lanes": pd.to_numeric(_text(tag.lanes), errors="coerce"),
                    "width_m": pd.to_numeric(_text(tag.width), errors="coerce"),
                    "geometry": part,
                }
            )
    return pd.DataFrame(rows, columns=list(rows[0]) if rows else list(ways_table([]).columns))


def _waters(
    areas: gpd.GeoDataFrame, tags: pd.DataFrame, column: str | None
) -> list[dict[str, Any]]:
    """Return the polygons that may be rivers; polygons that say nothing are not."""
    rows = []
    for index, geometry in areas.geometry.items():
        tag = tags.loc[index]
        kind = _text(tag["natural"])
        if kind in ("river", "riverbank") or is_river_area(
            {"natural": kind, "waterway": _text(tag["waterway"])}
        ):
            name = _text(areas.at[index, column]) if column else ""
            rows.append(
                {
                    "source_id": _text(tag["id"]) or f"feature/{index}",
                    "name": name,
                    "kind": "area",
                    "geometry": geometry,
                }
            )
    return rows
