"""Read a file that a reader brings along: within limits, faults named, nothing repaired."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import DataFileError, InputTooLargeError, Issue, IssueLevel
from geo.foreign_files.wire import UploadFaultError
from geo.io import limits
from geo.io.forms import invalid_reason
from geo.texts import Text
from geo.uploads.formats import (
    Note,
    Raw,
    column_names,
    plain_text,
    read_any,
    refuse_above,
)

if TYPE_CHECKING:
    import numpy.typing as npt

ID_COLUMNS = ("zone_id", "id", "ID", "fid", "OBJECTID", "编号")
"""Columns whose values should differ from feature to feature."""

FARTHEST = 1e9
"""No reference system has coordinates as large; beyond it and NaN a position is none."""

MOST_ISSUES_PER_CODE = 50
"""More of one kind are counted, not listed."""


@dataclass(frozen=True)
class Upload:
    """A layer that a reader brought along.

    Parameters
    ----------
    name : str
        Name of the file, shortened; data, never a path.
    kind : str
        What the format is called, such as ``"GeoJSON"``.
    layer : GeoDataFrame
        Raw coordinates without heights, CRS as declared or None; shapes that
        cannot be used are None. Cells are text, numbers, booleans or None.
    issues : tuple of Issue
        What is wrong with it.
    layers : tuple of str
        All layers of the file that `read_upload` takes; empty where it has one.
    chosen : str
        The one that was read; "" where the file has one.
    """

    name: str
    kind: str
    layer: gpd.GeoDataFrame
    issues: tuple[Issue, ...]
    layers: tuple[str, ...] = ()
    chosen: str = ""

    @property
    def closed_lines(self) -> int:
        """How many lines end where they begin: they may be meant as outlines."""
        return int(np.sum(is_closed_line(np.asarray(self.layer.geometry.array))))


def read_upload(name: str, data: bytes, *, layer: str | None = None) -> Upload:
    """Read a file of shapes in any format of `geo.uploads.formats`.

    The format is told by the content, not by the name. What touches the disk
    lies in a temporary folder under names of our own and is gone afterwards.

    Parameters
    ----------
    name : str
        Name of the file, for messages only.
    data : bytes
        The file.
    layer : str, optional
        One of `Upload.layers`; by default the first that holds areas.

    Returns
    -------
    Upload
        The layer and what is wrong with it; pass the layer to
        `geo.datums.guess.guess_datum` next.

    Raises
    ------
    DataFileError
        If it is no such file, damaged, unsafe, or without any usable shape.
    InputTooLargeError
        If it passes one of `geo.io.limits`.
    """
    label = name.replace("\\", "/").rpartition("/")[2][:100] or "upload"
    try:
        refuse_above("UPLOAD_BYTES", len(data), "bytes")
        raw = read_any(data, layer)
        table = _usable(raw)
    except UploadFaultError as fault:
        raise _error(fault, label) from fault
    notes = [*raw.notes, *_findings(table)]
    issues = tuple(_issue(note, label) for note in _capped(notes))
    return Upload(label, raw.kind, table, issues, raw.layers, raw.chosen)


def is_closed_line(shapes: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Tell which shapes are lines that end where they begin, of four positions or more."""
    lines = np.array(shapes, dtype=object)
    lines[shapely.get_dimensions(lines) != 1] = None
    lines = shapely.line_merge(lines)
    is_closed = shapely.is_closed(lines) & (shapely.get_type_id(lines) == 1)
    return np.asarray(is_closed & (shapely.get_num_coordinates(lines) > 3))


def lines_as_outlines(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer whose closed lines are areas; every other shape as it is."""
    shapes = np.array(layer.geometry.array, dtype=object)
    is_closed = is_closed_line(shapes)
    rings = shapely.line_merge(shapes[is_closed])
    shapes[is_closed] = [shapely.Polygon(shapely.get_coordinates(ring)) for ring in rings]
    return layer.set_geometry(gpd.GeoSeries(shapes, index=layer.index, crs=layer.crs))


def _usable(raw: Raw) -> gpd.GeoDataFrame:
    """Return the layer with finite shapes in two dimensions and plain cells."""
    if raw.layer.empty:
        raise UploadFaultError("no-features")
    layer = raw.layer.reset_index(drop=True)
    shapes = np.array(layer.geometry.array, dtype=object)
    refuse_above("VERTICES", int(shapely.get_num_coordinates(shapes).sum()), "vertices")
    holes = shapely.get_num_interior_rings(_parts(shapes)).astype(np.int64)
    refuse_above("HOLE_PAIRS", int((holes**2).sum()), "hole-pairs")
    if shapely.has_z(shapes).any():
        raw.notes.append(("heights", "info", {}))
    with np.errstate(invalid="ignore"):  # NaN is told below
        shapes = shapely.force_2d(shapes)
    # A shape that could not be read was told by the reader; it is not empty as well.
    unreadable = {
        note[2]["feature"]
        for note in raw.notes
        if note[0] in ("geometry-unreadable", "geometry-type")
    }
    for row in np.flatnonzero(shapely.is_missing(shapes) | shapely.is_empty(shapes)):
        if row + 1 not in unreadable:
            raw.notes.append(("geometry-empty", "warning", {"feature": int(row) + 1}))
        shapes[row] = None
    # One coordinate that is no number would make every measure of its shape none.
    farthest = _farthest(shapes)
    for row in np.flatnonzero(~_is_finite(shapes)):
        raw.notes.append(("position-not-finite", "error", {"feature": int(row) + 1}))
        shapes[row] = None
    # Measures are of one kind of shape: areas before lines before points.
    for row in np.flatnonzero(shapely.get_type_id(shapes) == 7):
        shapes[row], left_out = _main_parts(shapes[row])
        if left_out:
            values = {"feature": int(row) + 1, "count": left_out}
            raw.notes.append(("collection-parts", "info", values))
    # Parts of one area that touch along a side are drawn as one, which only then is valid.
    for row in np.flatnonzero(shapely.get_type_id(shapes) == 6):
        if not shapes[row].is_valid and (whole := _joined_parts(shapes[row])) is not None:
            shapes[row] = whole
            raw.notes.append(("parts-joined", "info", {"feature": int(row) + 1}))
    # Nothing usable: the first reason says more than “no geometry”.
    if shapely.is_missing(shapes).all():
        first = {note[0]: note[2] for note in reversed(raw.notes)}
        if "geometry-unreadable" in first:
            detail = first["geometry-unreadable"]["detail"]
            raise UploadFaultError("damaged", kind=raw.kind, detail=detail)
        if "geometry-type" in first:
            geometry_type = first["geometry-type"]["found"]
            raise UploadFaultError("geometry-type", kind=raw.kind, found=geometry_type)
        if "position-not-finite" in first:
            raise UploadFaultError("no-positions", found=farthest, limit=FARTHEST)
        raise UploadFaultError("no-geometry")
    # Cells become plain values, under names that are told apart.
    fields = pd.DataFrame(layer.drop(columns=layer.geometry.name))
    names = column_names(map(str, fields.columns))
    cells = [_plain(fields.iloc[:, i], name, raw.notes) for i, name in enumerate(names)]
    table = pd.concat(cells, axis=1) if cells else pd.DataFrame(index=layer.index)
    table.columns = pd.Index(names, dtype=object)
    return gpd.GeoDataFrame(
        table, geometry=gpd.GeoSeries(shapes, index=layer.index, crs=layer.crs), crs=layer.crs
    )


def _parts(shapes: Any) -> npt.NDArray[Any]:
    """Return the single points, lines and areas of shapes; collections may hold collections."""
    parts = np.asarray(shapes, dtype=object)
    while (shapely.get_type_id(parts) > 3).any():
        parts = shapely.get_parts(parts)
    return parts


def _main_parts(collection: shapely.GeometryCollection) -> tuple[shapely.Geometry | None, int]:
    """Return the areas of a collection, else its lines, else its points; and how many others."""
    parts = _parts([collection])
    if not len(parts):
        return None, 0
    dimension = shapely.get_dimensions(parts)
    highest = int(dimension.max())
    main = parts[dimension == highest].tolist()
    makers = {2: shapely.MultiPolygon, 1: shapely.MultiLineString, 0: shapely.MultiPoint}
    if highest not in makers:
        return None, 0
    if highest == 1:  # a LinearRing may stand among the lines
        main = [shapely.LineString(part.coords) for part in main]
    return (main[0] if len(main) == 1 else makers[highest](main)), len(parts) - len(main)


def _joined_parts(shape: shapely.MultiPolygon) -> shapely.Geometry | None:
    """Return parts that only touch along a side as one area, None if that is not all."""
    parts = shapely.get_parts(shape)
    if not shapely.is_valid(parts).all():
        return None
    whole = shapely.union_all(parts)
    total = float(shapely.area(parts).sum())
    return whole if abs(whole.area - total) <= 1e-9 * total else None


def _is_finite(shapes: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Tell which shapes have positions that a CRS can have; a missing shape counts as such."""
    coordinates, index = shapely.get_coordinates(shapes, return_index=True)
    bad_places = index[~(np.abs(coordinates) < FARTHEST).all(axis=1)]
    finite = np.ones(len(shapes), dtype=bool)
    finite[bad_places] = False
    return finite


def _farthest(shapes: npt.NDArray[Any]) -> str:
    """Return the coordinate that is farthest from 0, NaN where there is one."""
    coordinates = shapely.get_coordinates(shapes)
    return f"{float(np.abs(coordinates).max()):.6g}" if len(coordinates) else "–"


def _plain(column: pd.Series[Any], name: str, notes: list[Note]) -> pd.Series[Any]:
    """Return a column of text, numbers, booleans and None."""
    values = [_plain_cell(value) for value in column.tolist()]
    long = [
        i for i, v in enumerate(values) if isinstance(v, str) and len(v) > limits.CELL_CHARACTERS
    ]
    for row in long:
        values[row] = str(values[row])[: limits.CELL_CHARACTERS]
    if long:
        note_values = {"column": name[:60], "count": len(long), "limit": limits.CELL_CHARACTERS}
        notes.append(("value-cut", "warning", note_values))
    return pd.Series(values, index=column.index, dtype=object)


def _plain_cell(value: Any) -> str | int | float | bool | None:
    """Return a cell as text, number, boolean or None."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bytes):
        return None
    if isinstance(value, (list, dict)):
        return plain_text(json.dumps(value, ensure_ascii=False))
    return plain_text(str(value))


def _findings(layer: gpd.GeoDataFrame) -> list[Note]:
    """Return what is wrong with the shapes and ids of a readable layer."""
    shapes = np.array(layer.geometry.array, dtype=object)
    notes: list[Note] = []
    for row in np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_valid(shapes)):
        detail = invalid_reason(shapes[row])
        values = {"feature": int(row) + 1, "detail": detail}
        notes.append(("geometry-invalid", "error", values))
    first: dict[bytes, int] = {}
    for number, binary in enumerate(shapely.to_wkb(shapely.normalize(shapes)), start=1):
        if binary is None:
            continue
        if binary in first:
            values = {"feature": number, "other": first[binary]}
            notes.append(("duplicate-shape", "warning", values))
        else:
            first[binary] = number
    for column in [name for name in ID_COLUMNS if name in layer.columns]:
        counts = layer[column].dropna().astype(str).value_counts()
        for value, count in counts[counts > 1].items():
            note_values = {"column": column, "value": str(value)[:60], "count": int(count)}
            notes.append(("duplicate-id", "warning", note_values))
    return notes


def _capped(notes: list[Note]) -> list[Note]:
    """Keep the first issues of each kind."""
    counts: dict[str, int] = {}
    result = []
    for note in notes:
        counts[note[0]] = counts.get(note[0], 0) + 1
        if counts[note[0]] <= MOST_ISSUES_PER_CODE:
            result.append(note)
    return result


def _issue(note: Note, label: str) -> Issue:
    """Give a note its words."""
    code, level, values = note
    place = f"{label}, {values['feature']}" if "feature" in values else label
    return Issue(code, cast("IssueLevel", level), place, Text(f"upload.issue.{code}", **values))


def _error(fault: UploadFaultError, label: str) -> DataFileError | InputTooLargeError:
    """Give a fault its words."""
    values = dict(fault.values)
    if fault.code == "too-large":
        values["what"] = Text(f"upload.what.{values['what']}")
        return InputTooLargeError(Text("upload.too-large", **values).about(label))
    if fault.code == "not-gis":
        values["kind"] = Text(f"upload.kind.{values['kind']}")
    return DataFileError(Text(f"upload.{fault.code}", **values).about(label))
