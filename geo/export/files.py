"""Write zones as GeoJSON, GeoPackage, Shapefile, KML or CSV, each with its provenance."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
import warnings
import zipfile
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS

from geo.crs import WGS84, metric_crs_for
from geo.errors import ExportError, reason_of
from geo.export.boundary_points import boundary_points_bytes
from geo.export.cells import guarded, plain_cell
from geo.export.dxf import dxf_bytes
from geo.export.kml import kml_bytes
from geo.io.geojson import COORDINATE_DECIMALS, layer_bytes
from geo.io.read import read_bytes
from geo.io.write import temporary_folder
from geo.texts import Text, text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

DataFormat = Literal["geojson", "gpkg", "shp", "kml", "csv", "dxf", "txt"]
DATA_FORMATS: tuple[str, ...] = get_args(DataFormat)

SUFFIXES = {word: f".{word}" for word in DATA_FORMATS} | {"shp": ".zip"}
"""Ending of the file of each format; a Shapefile is a zip archive."""

BELT_ONLY = ("dxf", "txt")
"""CAD and land administration work in a belt of CGCS2000 with its number."""

SHAPEFILE_ENCODINGS = ("UTF-8", "GBK")
"""UTF-8 with a .cpg that says so; GBK for programs that do not look at it."""

NUMBER_COLUMNS = (
    "stated_area_km2", "computed_area_km2", "low_km2", "high_km2", "stated_length_km",
    "computed_length_km", "width_m", "position_error_m", "length_m", "gap_m",
)  # fmt: skip
"""Columns that hold numbers even where every cell is empty."""

WGS84_ONLY = ("geojson", "kml")
"""RFC 7946 and OGC KML know no other reference system."""

METRE_DECIMALS = 2
"""Decimals of projected coordinates in CSV: 1 cm, finer than six decimals of a degree."""

SHAPEFILE_FIELDS = {
    "zone_id": "zone_id",
    "plan": "plan",
    "document_id": "document",
    "group": "grp",
    "place": "place",
    "kind": "kind",
    "basis": "basis",
    "name": "name",
    "name_en": "name_en",
    "section": "section",
    "limits_text": "limits",
    "positioning": "position",
    "citation": "citation",
    "stated_area": "st_area",
    "stated_area_km2": "st_km2",
    "computed_area_km2": "comp_km2",
    "low_km2": "low_km2",
    "high_km2": "high_km2",
    "stated_length": "st_length",
    "stated_length_km": "st_km",
    "computed_length_km": "comp_km",
    "reading": "reading",
    "verdict": "verdict",
    "verdict_reason": "reason",
    "reasoning": "reasoning",
    "edge_id": "edge_id",
    "limit": "limit",
    "clause": "clause",
    "road": "road",
    "method": "method",
    "position_error_m": "pos_err_m",
    "identity": "identity",
    "source": "source",
    "length_m": "length_m",
    "gap_m": "gap_m",
    "connector": "connector",
}
"""Field names in a Shapefile, of zones and of edges, by column."""

_DBF_BYTES = 254
_BAD_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\s]+')
_NAME_BYTES = 180
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class DataOptions:
    """How a data file is made.

    Parameters
    ----------
    date : datetime.date
        Date of export, written into the file; the same date and data give
        the same bytes of GeoJSON, CSV, KML, GeoPackage and Shapefile.
    crs : str
        ``"EPSG:4326"``, ``"EPSG:4490"``, or a projected one such as ``"EPSG:4548"``.
    language : {"zh", "en"}
        Language of the notice.
    colours : mapping of str to str
        Fill colour ``#rrggbb`` by place, for KML and DXF.
    encoding : {"UTF-8", "GBK"}
        Of the text of a Shapefile.
    """

    date: dt.date
    crs: str = WGS84
    language: str = "zh"
    colours: Mapping[str, str] | None = None
    encoding: str = "UTF-8"


def export_data(
    zones: gpd.GeoDataFrame,
    format_: str,
    options: DataOptions,
    edges: gpd.GeoDataFrame | None = None,
) -> bytes:
    """Return zones as the bytes of a data file.

    Parameters
    ----------
    zones : GeoDataFrame
        A zone file as `geo.io.read_layer` gives it, or some of its rows, in
        WGS84, with ``attrs["metadata"]``.
    format_ : {"geojson", "gpkg", "shp", "kml", "csv", "dxf", "txt"}
        ``"shp"`` gives a zip archive with one Shapefile per kind of shape,
        a CSV with the whole text and a README.
    options : DataOptions
        CRS, date, language.
    edges : GeoDataFrame, optional
        The edge file; its rows of these zones go into GeoPackage and Shapefile.

    Returns
    -------
    bytes
        Coordinates stand longitude (easting) first in every format.

    Raises
    ------
    ExportError
        If there is no zone, the format is unknown, or it does not allow the CRS.
    """
    if format_ not in DATA_FORMATS:
        raise ExportError(Text("refused.format", format=format_, known=list(DATA_FORMATS)))
    if zones.empty:
        raise ExportError(Text("refused.no-zone"))
    if format_ in WGS84_ONLY and not CRS(options.crs).equals(CRS(WGS84)):
        raise ExportError(Text("refused.only-wgs84", format=format_, crs=options.crs))
    if options.encoding not in SHAPEFILE_ENCODINGS:
        raise ExportError(
            Text("refused.encoding", encoding=options.encoding, known=list(SHAPEFILE_ENCODINGS))
        )
    metadata = dict(zones.attrs.get("metadata") or {})
    if format_ in BELT_ONLY:
        return _belt_bytes(zones, format_, metadata, options)
    if format_ == "geojson":
        return layer_bytes(zones, {**metadata, "date": options.date.isoformat()})
    notice = notice_lines(metadata, options)
    if format_ == "kml":
        return kml_bytes(zones, notice, options.colours or {}, options.language)
    if format_ == "csv":
        return _csv_bytes(zones, metadata, options)
    own_edges = None
    if edges is not None and not edges.empty:
        own_edges = edges[edges["zone_id"].isin(zones["zone_id"])].to_crs(options.crs)
    if format_ == "gpkg":
        return _geopackage_bytes(zones.to_crs(options.crs), own_edges, notice, options.date)
    return _shapefile_bytes(zones, own_edges, metadata, options, notice)


def select_zones(zones: gpd.GeoDataFrame, zone_ids: Sequence[str]) -> gpd.GeoDataFrame:
    """Return the zones with some ids, in the order of the file; all without any id.

    Raises
    ------
    ExportError
        If an id is not in the file; names it and the known ones.
    """
    known = list(zones["zone_id"])
    unknown = [zone_id for zone_id in zone_ids if zone_id not in known]
    if unknown:
        raise ExportError(Text("refused.zone", zone=unknown[0], known=known))
    chosen = zones[zones["zone_id"].isin(list(zone_ids))] if zone_ids else zones
    chosen.attrs["metadata"] = zones.attrs.get("metadata", {})
    return chosen


def export_name(*parts: str, date: dt.date, suffix: str, ascii_only: bool = False) -> str:
    """Return a file name that says what is in the file.

    Parameters
    ----------
    *parts : str
        District, plan, what it shows, paper and the like; empty ones are left out.
    date : datetime.date
        Date of export.
    suffix : str
        Ending with its dot.
    ascii_only : bool
        Chinese becomes pinyin; anything else outside ASCII is left out.

    Returns
    -------
    str
        A name that every file system takes, at most 180 bytes and the suffix.

    Examples
    --------
    >>> import datetime as dt
    >>> day = dt.date(2026, 11, 22)
    >>> export_name("和平区", "十三五", "六区", "A4", date=day, suffix=".pdf")
    '和平区_十三五_六区_A4_2026-11-22.pdf'
    >>> export_name("和平区", "十三五", date=day, suffix=".csv", ascii_only=True)
    'hepingqu_shisanwu_2026-11-22.csv'
    """
    if ascii_only:
        from pypinyin import lazy_pinyin

        parts = tuple("".join(lazy_pinyin(part)) for part in parts)
        parts = tuple(part.encode("ascii", "ignore").decode() for part in parts)
    stems = [_BAD_IN_NAMES.sub("-", part).strip("-. _") for part in parts]
    stem = "_".join(part for part in stems if part)
    tail = f"_{date.isoformat()}" if stem else date.isoformat()
    stem = stem.encode()[: _NAME_BYTES - len(tail)].decode(errors="ignore")
    return f"{stem}{tail}{suffix}"


def notice_lines(metadata: Mapping[str, Any], options: DataOptions) -> list[str]:
    """Return what accompanies every export: sources, licence, datum, accuracy, date.

    Parameters
    ----------
    metadata : mapping
        The ``metadata`` member of a zone file; what it lacks is left out.
    options : DataOptions
        CRS, date, language.

    Returns
    -------
    list of str
        One line each, first the title.
    """
    language = options.language

    def of(key: str) -> str:
        value = metadata.get(f"{key}_en") if language == "en" else None
        return str(value or metadata.get(key) or "")

    title = text(
        "data-file.title",
        language,
        district=of("district_name"),
        plan=of("plan_name") or of("plan"),
    )
    documents = [
        " ".join(
            str(part)
            for part in (document.get("title"), document.get("number"), document.get("date"))
            if part
        )
        for document in metadata.get("documents") or []
        if isinstance(document, dict)
    ]
    licence = " ".join(part for part in (of("licence"), of("licence_url")) if part)
    labels = [
        ("documents", "；".join(documents)),
        ("source", of("attribution")),
        ("licence", licence),
        ("crs", crs_label(options.crs, language)),
        ("datum", of("datum")),
        ("accuracy", of("accuracy")),
        ("version", of("data_version")),
        ("date", options.date.isoformat()),
    ]
    lines = [f"{text(f'data-file.{key}', language)}: {value}" for key, value in labels if value]
    return [title, of("disclaimer") or text("notice.disclaimer", language), *lines]


def crs_label(crs: str, language: str = "zh") -> str:
    """Name a CRS with the order of its coordinates.

    Raises
    ------
    ExportError
        If it is none of those that exports come in.
    """
    known = CRS.from_user_input(crs)
    code = f"EPSG:{known.to_epsg()}"
    if code in ("EPSG:4326", "EPSG:4490"):
        return text(f"data-file.crs.{code}", language)
    operation = known.coordinate_operation
    if operation is None or "Transverse Mercator" not in operation.method_name:
        raise ExportError(Text("refused.crs", crs=crs))
    meridian = next(p.value for p in operation.params if p.name == "Longitude of natural origin")
    return text("data-file.crs.belt", language, meridian=meridian, crs=code)


# Inside


def _belt_bytes(
    zones: gpd.GeoDataFrame, format_: str, metadata: Mapping[str, Any], options: DataOptions
) -> bytes:
    """Return a DXF or boundary points, in the belt with its number."""
    crs = options.crs
    if not CRS(crs).is_projected:
        outline = zones.geometry[zones.geometry.notna()].total_bounds
        middle = 0.0 if np.isnan(outline).any() else float(outline[0] + outline[2]) / 2
        metric_crs = str(metadata.get("metric_crs") or "")
        crs = metric_crs if metric_crs and CRS(metric_crs).is_projected else metric_crs_for(middle)
    crs, number, width = numbered_belt(crs)
    notice = notice_lines(metadata, replace(options, crs=crs))
    projected = zones.to_crs(crs)
    if format_ == "dxf":
        return dxf_bytes(projected, notice, options.colours or {}, options.date, options.language)
    if not number:
        raise ExportError(Text("refused.no-belt", crs=crs))
    return boundary_points_bytes(projected, number, width, notice, options.date)


def numbered_belt(crs: str) -> tuple[str, int, int]:
    """Return a CGCS2000 belt with its number in the eastings, the number, and the width.

    Any other CRS comes back as it is, with 0 and 0.

    Examples
    --------
    >>> numbered_belt("EPSG:4548"), numbered_belt("EPSG:4527"), numbered_belt("EPSG:4509")
    (('EPSG:4527', 39, 3), ('EPSG:4527', 39, 3), ('EPSG:4498', 20, 6))
    """
    code = CRS(crs).to_epsg() or 0
    for first, with_number, count, zone, width in (
        (4534, 4513, 21, 25, 3),
        (4513, 4513, 21, 25, 3),
        (4502, 4491, 11, 13, 6),
        (4491, 4491, 11, 13, 6),
    ):
        if first <= code < first + count:
            return f"EPSG:{with_number + code - first}", zone + code - first, width
    return crs, 0, 0


def _csv_bytes(zones: gpd.GeoDataFrame, metadata: Mapping[str, Any], options: DataOptions) -> bytes:
    """Return a table with WKT, UTF-8 with a byte order mark, CRLF as RFC 4180 has it."""
    projected = zones.to_crs(options.crs)
    decimals = METRE_DECIMALS if projected.crs.is_projected else COORDINATE_DECIMALS
    names = [name for name in zones.columns if name != zones.geometry.name]
    notice = {
        "crs": crs_label(options.crs, options.language),
        "accuracy": metadata.get("accuracy"),
        "source": metadata.get("attribution"),
        "licence": metadata.get("licence"),
        "data_version": metadata.get("data_version"),
        "date": options.date.isoformat(),
        "disclaimer": metadata.get("disclaimer"),
    }
    columns = [zones[name].tolist() for name in names]
    shapes = [
        None if shape is None or shape.is_empty else shapely.to_wkt(shape, decimals)
        for shape in projected.geometry
    ]
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([*names, "wkt", *notice])
    for *cells, shape in zip(*columns, shapes, strict=True):
        row = [guarded(plain_cell(cell)) for cell in cells]
        writer.writerow([*row, shape, *(guarded(value) for value in notice.values())])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _plain_table(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the layer with cells that a database table takes."""
    plain = {
        str(name): pd.to_numeric(layer[name], errors="coerce").astype(float)
        if name in NUMBER_COLUMNS
        else pd.Series(
            [plain_cell(value) for value in layer[name].tolist()], index=layer.index, dtype=object
        ).infer_objects()
        for name in layer.columns
        if name != layer.geometry.name
    }
    return gpd.GeoDataFrame(plain, geometry=layer.geometry, crs=layer.crs)


def _geopackage_bytes(
    zones: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame | None,
    notice: Sequence[str],
    date: dt.date,
) -> bytes:
    """Return a GeoPackage with one kind of shape in each table, and the notice as its metadata.

    ``zones`` holds the areas and the items without a shape, ``zones_line`` and
    ``zones_point`` the others, ``edges`` the sides.
    """
    whole = "\n".join(notice)
    kinds = zones.geom_type.str.removeprefix("Multi")
    layers = {"zones": zones[~kinds.isin(["LineString", "Point"])]}
    layers |= {"zones_line": zones[kinds == "LineString"], "zones_point": zones[kinds == "Point"]}
    layers = {name: layer for name, layer in layers.items() if name == "zones" or len(layer)}
    if edges is not None:
        layers["edges"] = edges
    with temporary_folder() as folder:
        path = folder / "zones.gpkg"
        for name, layer in layers.items():
            _write(
                _plain_table(layer),
                path,
                driver="GPKG",
                layer=name,
                append=path.exists(),
                **_one_kind(layer, name),
                dataset_metadata={"notice": whole},
                layer_metadata={"DESCRIPTION": whole},
            )
        _date_geopackage(path, date)
        return read_bytes(path)


def _date_geopackage(path: Path, date: dt.date) -> None:
    """Put the date of export where GDAL puts the moment: the same data give the same bytes."""
    moment = f"{date.isoformat()}T00:00:00.000Z"
    with closing(sqlite3.connect(path)) as database, database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        database.execute("UPDATE gpkg_contents SET last_change = ?", (moment,))
        if "gpkg_metadata_reference" in tables:
            database.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (moment,))


def _one_kind(layer: gpd.GeoDataFrame, name: str) -> dict[str, Any]:
    """Return the type that all shapes of a table have, multiple where one is."""
    kinds = set(layer.geom_type.dropna())
    plain = {kind.removeprefix("Multi") for kind in kinds} or {
        {"edges": "LineString"}.get(name, "Polygon")
    }
    if len(plain) > 1:
        return {"geometry_type": "Unknown"}
    (kind,) = plain
    is_multiple = any(one.startswith("Multi") for one in kinds)
    return {
        "geometry_type": f"Multi{kind}" if is_multiple else kind,
        "promote_to_multi": is_multiple,
    }


def _shapefile_bytes(
    zones: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame | None,
    metadata: Mapping[str, Any],
    options: DataOptions,
    notice: Sequence[str],
) -> bytes:
    """Return a zip archive of Shapefiles, zones.csv and README.txt, the same for the same date."""
    language = options.language
    projected = zones.to_crs(options.crs)
    layers = {
        f"zones_{kind}": projected[projected.geom_type.isin([f"Multi{name}", name])]
        for kind, name in (("polygon", "Polygon"), ("line", "LineString"), ("point", "Point"))
    }
    if edges is not None:
        layers["edges"] = edges
    layers = {name: layer for name, layer in layers.items() if not layer.empty}
    # A Shapefile cuts long texts: the table beside it has them whole.
    files = {"zones.csv": _csv_bytes(zones, metadata, options)}
    fields_by_column: dict[str, str] = {}
    with temporary_folder() as folder:
        for name, layer in layers.items():
            fields = {c: f for c, f in SHAPEFILE_FIELDS.items() if c in layer.columns}
            fields_by_column.update(fields)
            table = _plain_table(layer[[*fields, layer.geometry.name]]).rename(columns=fields)
            for field in fields.values():
                if table[field].dtype == object or pd.api.types.is_string_dtype(table[field]):
                    table[field] = table[field].map(partial(_short, encoding=options.encoding))
            _write(
                table,
                folder / f"{name}.shp",
                driver="ESRI Shapefile",
                encoding=options.encoding,
                DBF_DATE_LAST_UPDATE=options.date.isoformat(),
            )
        for path in sorted(folder.iterdir()):
            files[path.name] = read_bytes(path)
    width = max(map(len, fields_by_column.values()), default=0)
    # The notice says which field is which column, and what has no shape.
    lines = [*notice]
    if fields_by_column:
        lines += ["", text("data-file.fields", language)]
        lines += [f"  {field:<{width}}  {column}" for column, field in fields_by_column.items()]
        lines += ["", text("data-file.cut", language)]
    without = zones[zones.geometry.isna() | zones.geometry.is_empty]
    if len(without):
        names = "、".join(str(name) for name in without["zone_id"])
        lines.append(text("data-file.without-shape", language, count=len(without), names=names))
    files["README.txt"] = ("\n".join(lines) + "\n").encode("utf-8-sig")
    return zip_bytes(files)


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive that is the same for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return buffer.getvalue()


def _short(value: Any, encoding: str) -> Any:
    """Return text that fits a DBF field, cut between characters."""
    if not isinstance(value, str):
        return value
    data = value.encode(encoding, "replace")
    if len(data) > _DBF_BYTES:
        data = data[: _DBF_BYTES - 3]
        return data.decode(encoding, errors="ignore") + "…"
    return data.decode(encoding)


def _write(table: gpd.GeoDataFrame, path: Path, **options: Any) -> None:
    """Write through GDAL; its errors become ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            pyogrio.write_dataframe(table, path, **options)
        except Exception as error:
            raise ExportError(
                Text("refused.gdal", format=options.get("driver"), reason=reason_of(error))
            ) from error
