"""A file that a reader brings along: read within limits, faults named, nothing repaired."""

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
from geo.io import limits
from geo.texts import Text
from geo.uploads.formats import (
    Note,
    Raw,
    UploadFaultError,
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
        ``"GeoJSON"``, ``"GeoPackage"``, ``"Shapefile"`` or ``"KML"``.
    layer : GeoDataFrame
        Raw coordinates without heights, CRS as declared or None; shapes that
        cannot be used are None. Cells are text, numbers, booleans or None.
    issues : tuple of Issue
        What is wrong with it.
    """

    name: str
    kind: str
    layer: gpd.GeoDataFrame
    issues: tuple[Issue, ...]


def read_upload(name: str, data: bytes) -> Upload:
    """Read an uploaded GeoJSON, GeoPackage, zipped Shapefile or KML.

    The format is told by the content, not by the name. What touches the disk
    lies in a temporary folder under names of our own and is gone afterwards.

    Parameters
    ----------
    name : str
        Name of the file, for messages only.
    data : bytes
        The file.

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
        raw = read_any(data)
        layer = _usable(raw)
    except UploadFaultError as fault:
        raise _error(fault, label) from fault
    notes = [*raw.notes, *_findings(layer)]
    issues = tuple(_issue(note, label) for note in _capped(notes))
    return Upload(label, raw.kind, layer, issues)


def _usable(raw: Raw) -> gpd.GeoDataFrame:
    """Return the layer with finite shapes in two dimensions and plain cells."""
    if raw.layer.empty:
        raise UploadFaultError("no-features")
    layer = raw.layer.reset_index(drop=True)
    shapes = np.array(layer.geometry.array, dtype=object)
    refuse_above("VERTICES", int(shapely.get_num_coordinates(shapes).sum()), "vertices")
    if shapely.has_z(shapes).any():
        raw.notes.append(("heights", "info", {}))
    shapes = shapely.force_2d(shapes)
    unreadable = {note[2]["feature"] for note in raw.notes if note[0] == "geometry-unreadable"}
    for row in np.flatnonzero(shapely.is_missing(shapes) | shapely.is_empty(shapes)):
        if row + 1 not in unreadable:
            raw.notes.append(("geometry-empty", "warning", {"feature": int(row) + 1}))
        shapes[row] = None
    for row in np.flatnonzero(~_is_finite(shapes)):
        raw.notes.append(("position-not-finite", "error", {"feature": int(row) + 1}))
        shapes[row] = None
    if shapely.is_missing(shapes).all():
        first = next((n[2]["detail"] for n in raw.notes if n[0] == "geometry-unreadable"), None)
        if first is not None:
            raise UploadFaultError("damaged", kind=raw.kind, detail=first)
        raise UploadFaultError("no-geometry")
    fields = pd.DataFrame(layer.drop(columns=layer.geometry.name))
    names = column_names(map(str, fields.columns))
    cells = [_plain(fields.iloc[:, i], name, raw.notes) for i, name in enumerate(names)]
    table = pd.concat(cells, axis=1) if cells else pd.DataFrame(index=layer.index)
    table.columns = pd.Index(names, dtype=object)
    return gpd.GeoDataFrame(
        table, geometry=gpd.GeoSeries(shapes, index=layer.index, crs=layer.crs), crs=layer.crs
    )


def _is_finite(shapes: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Tell which shapes have positions that a CRS can have; a missing shape counts as such."""
    coordinates, index = shapely.get_coordinates(shapes, return_index=True)
    bad = index[~(np.abs(coordinates) < FARTHEST).all(axis=1)]
    finite = np.ones(len(shapes), dtype=bool)
    finite[bad] = False
    return finite


def _plain(column: pd.Series[Any], name: str, notes: list[Note]) -> pd.Series[Any]:
    """Return a column of text, numbers, booleans and None."""
    values = [_plain_cell(value) for value in column.tolist()]
    long = [
        i for i, v in enumerate(values) if isinstance(v, str) and len(v) > limits.CELL_CHARACTERS
    ]
    for row in long:
        values[row] = str(values[row])[: limits.CELL_CHARACTERS]
    if long:
        found = {"column": name[:60], "count": len(long), "limit": limits.CELL_CHARACTERS}
        notes.append(("value-cut", "warning", found))
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
        detail = shapely.is_valid_reason(shapes[row])
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
            found = {"column": column, "value": str(value)[:60], "count": int(count)}
            notes.append(("duplicate-id", "warning", found))
    return notes


def _capped(notes: list[Note]) -> list[Note]:
    """Keep the first issues of each kind."""
    seen: dict[str, int] = {}
    kept = []
    for note in notes:
        seen[note[0]] = seen.get(note[0], 0) + 1
        if seen[note[0]] <= MOST_ISSUES_PER_CODE:
            kept.append(note)
    return kept


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
    if values.get("kind") == "unknown":
        values["kind"] = Text("upload.kind.unknown")
    return DataFileError(Text(f"upload.{fault.code}", **values).about(label))
