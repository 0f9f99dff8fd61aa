"""Read and write GeoJSON: the same layer gives the same bytes."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import mapping, shape

from geo.crs import WGS84
from geo.errors import CRSError, DataFileError, ExportError
from geo.io.forms import Form, form_fault
from geo.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

COORDINATE_DECIMALS = 6
"""Decimals of a degree in every file: 0.1 m."""

ID_COLUMNS = ("edge_id", "zone_id", "road_id", "landmark_id", "control_id")
"""Columns that serve as the id of a feature, the first that a layer has."""

_POSITION = re.compile(r"\[\n\s*(-?[\d.eE+-]+),\n\s*(-?[\d.eE+-]+)\n\s*\]")


def layer_of(document: Any, label: str, form: Form | None = None) -> gpd.GeoDataFrame:
    """Return the layer that a GeoJSON document holds; see `geo.io.read_layer`.

    Parameters
    ----------
    document : object
        A parsed JSON value.
    label : str
        How to name the file in messages.
    form : Form, optional
        What every feature must be like.

    Returns
    -------
    GeoDataFrame
        In WGS84, with ``attrs["metadata"]``.

    Raises
    ------
    DataFileError
        If it is no FeatureCollection in WGS84, or a feature has not the form;
        with the feature.
    """
    features, metadata = features_of(document, label)
    if not _is_wgs84_member(document.get("crs")):
        raise DataFileError(Text("geojson.other-crs", file=label))
    geometries: list[shapely.Geometry | None] = []
    records: list[dict[str, Any]] = []
    for number, feature in enumerate(features, start=1):
        if form is not None and (fault := form_fault(feature, form)):
            raise DataFileError(Text("form.fault", file=label, number=number, fault=fault))
        place = Text("geojson.feature", file=label, number=number)
        geometries.append(_feature_geometry(feature, place))
        records.append(feature.get("properties") or {})
    columns = list(dict.fromkeys(key for record in records for key in record))
    table = pd.DataFrame.from_records(records, columns=columns)
    layer = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometries, crs=WGS84), crs=WGS84)
    layer.attrs["metadata"] = Metadata(metadata)
    return layer


class Metadata(dict[str, Any]):
    """What a zone file says of itself; read and never changed, so that a copy may be itself.

    pandas copies the attributes of a table deeply at every step: a tenth of the time of a sheet.
    """

    def __deepcopy__(self, memo: dict[int, Any]) -> Metadata:
        """Return itself."""
        return self


def features_of(document: Any, label: str) -> tuple[list[Any], dict[str, Any]]:
    """Return the features of a GeoJSON document as they are, and its metadata member.

    Raises
    ------
    DataFileError
        If it is no FeatureCollection.
    """
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        kind = document.get("type") if isinstance(document, dict) else type(document).__name__
        raise DataFileError(Text("geojson.no-collection", file=label, found=kind))
    features, metadata = document.get("features"), document.get("metadata")
    if not isinstance(features, list):
        raise DataFileError(Text("geojson.no-features", file=label))
    return features, metadata if isinstance(metadata, dict) else {}


def layer_features(layer: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return the GeoJSON features of a layer, as `layer_bytes` writes them."""
    features: list[dict[str, Any]] = json.loads(layer_bytes(layer))["features"]
    return features


def layer_bytes(
    layer: gpd.GeoDataFrame,
    metadata: Mapping[str, Any] | None = None,
    *,
    id_column: str | None = None,
) -> bytes:
    """Return a layer as canonical GeoJSON: the same layer gives the same bytes.

    RFC 7946: longitude and latitude in WGS84, outer rings counter-clockwise,
    no ``crs`` member, six decimals. One position per line, one blank of
    indent, a line feed at the end. Rows and columns keep their order.

    Parameters
    ----------
    layer : GeoDataFrame
        In WGS84; geometries may be missing. Cells may be text, numbers,
        booleans, dates, lists and dictionaries; NaN becomes null.
    metadata : mapping, optional
        Foreign member ``metadata`` of the collection.
    id_column : str, optional
        Column that becomes the ``id`` of each feature and stays a property;
        by default the first of `ID_COLUMNS` that the layer has.

    Returns
    -------
    bytes
        UTF-8.

    Raises
    ------
    CRSError
        If the layer is not in WGS84.
    ExportError
        If a cell is infinite or of a type that JSON does not know.
    """
    if layer.crs is None or not layer.crs.equals(WGS84):
        crs = Text("crs.none") if layer.crs is None else layer.crs.to_string()
        raise CRSError(Text("geojson.not-wgs84", found=crs))
    if id_column is None:
        id_column = next((name for name in ID_COLUMNS if name in layer.columns), None)
    names = [name for name in layer.columns if name != layer.geometry.name]
    columns = {name: _one_kind(layer[name].tolist()) for name in names}
    features = []
    for row, geometry in enumerate(_canonical(layer.geometry.array)):
        properties = {
            str(name): _json_value(columns[name][row], Text("geojson.cell", column=name, row=row))
            for name in names
        }
        feature: dict[str, Any] = {"type": "Feature"}
        if id_column is not None:
            feature["id"] = properties[id_column]
        feature["properties"] = properties
        feature["geometry"] = None if geometry is None else _mapping(geometry)
        features.append(feature)
    document: dict[str, Any] = {"type": "FeatureCollection"}
    if metadata is not None:
        document["metadata"] = _json_value(dict(metadata), Text("geojson.metadata"))
    document["features"] = features
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    return (_POSITION.sub(r"[\1, \2]", text) + "\n").encode("utf-8", "replace")


def _one_kind(cells: list[Any]) -> list[Any]:
    """Return numbers as a reader will have them: whole ones as floats beside gaps or floats."""
    known = [c for c in cells if c is not None and not (isinstance(c, float) and math.isnan(c))]
    numbers = all(isinstance(c, int | float) and not isinstance(c, bool) for c in known)
    if not known or not numbers:
        return cells
    if len(known) == len(cells) and all(isinstance(c, int) for c in cells):
        return cells
    return [float(c) if isinstance(c, int) and abs(c) < 2**53 else c for c in cells]


def _is_wgs84_member(member: Any) -> bool:
    """Tell whether an old 'crs' member is absent or says WGS84."""
    if member is None:
        return True
    name = str(member.get("properties", {}).get("name", "")) if isinstance(member, dict) else ""
    return name.endswith(("CRS84", "EPSG::4326", "EPSG:4326"))


def _feature_geometry(feature: Any, place: Text) -> shapely.Geometry | None:
    """Return the geometry of one GeoJSON feature."""
    if not isinstance(feature, dict) or not isinstance(feature.get("properties") or {}, dict):
        raise DataFileError(Text("geojson.no-feature", place=place))
    member = feature.get("geometry")
    if member is None:
        return None
    try:
        geometry = shape(member)
        bounds = geometry.bounds if not geometry.is_empty else (0.0, 0.0, 0.0, 0.0)
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise DataFileError(Text("geojson.geometry", place=place, said_en=reason)) from error
    if not all(map(math.isfinite, bounds)) or max(map(abs, bounds[::2])) > 180:
        raise DataFileError(Text("geojson.no-degrees", place=place, bounds=str(bounds)))
    if max(map(abs, bounds[1::2])) > 90:
        raise DataFileError(Text("geojson.axes", place=place, bounds=str(bounds)))
    return geometry


def _canonical(geometries: Any) -> list[shapely.Geometry | None]:
    """Round to six decimals, drop repeated points, turn outer rings counter-clockwise."""
    array = np.asarray(geometries, dtype=object)
    rounded = shapely.transform(
        shapely.force_2d(array), lambda xy: np.round(xy, COORDINATE_DECIMALS) + 0.0
    )
    oriented = shapely.orient_polygons(shapely.remove_repeated_points(rounded), exterior_cw=False)
    return list(oriented)


def _mapping(geometry: shapely.Geometry) -> dict[str, Any]:
    """Return a geometry as GeoJSON has it."""
    return dict(mapping(geometry))  # type: ignore[arg-type]


def _json_value(value: Any, place: Text) -> Any:
    """Return a cell as JSON has it."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, np.generic):
        return _json_value(value.item(), place)
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if math.isinf(value):
            raise ExportError(Text("geojson.infinite", place=place))
        return value
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _json_value(item, place) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_json_value(item, place) for item in value]
    raise ExportError(Text("geojson.type", place=place, type=type(value).__name__))
