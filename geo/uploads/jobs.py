"""Read and judge a reader's file in a child process of `geo.workers.pool`.

The page is told plain values only: it neither reads the file nor lays its shapes over others.
Each job reads the file anew, so that nothing of it lies on the disk between two of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geo.base import Base, kept_base
from geo.checks.formats import sound_features
from geo.crs import WGS84
from geo.datums.guess import DatumGuess, as_wgs84, guess_datum
from geo.errors import Issue
from geo.io.read import folder_stamp
from geo.uploads.check import check_own_polygons
from geo.uploads.fields import Fields, field_issues, guess_fields
from geo.uploads.files import lines_as_outlines, read_upload
from geo.workers.handed import write_value

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geo.uploads.files import Upload

    Progress = Callable[[float, str], None]

LOOK = "geo.uploads.jobs:look_job"
JUDGE = "geo.uploads.jobs:judge_job"


@dataclass(frozen=True)
class Brought:
    """A file that a reader brought along, and how it is to be read.

    Parameters
    ----------
    name : str
        Of the file; for messages only.
    data : bytes
        The file.
    layer : str or None
        One of its layers; by default the first that holds areas.
    outlines : bool
        Whether lines that end where they begin are areas.
    """

    name: str
    data: bytes
    layer: str | None = None
    outlines: bool = False


@dataclass(frozen=True)
class Looked:
    """What the page shows of a file before its datum is confirmed.

    Parameters
    ----------
    name, kind : str
        Name of the file, and what its format is called.
    count, closed_lines : int
        Features, and lines among them that end where they begin.
    layers : tuple of str
        All layers; empty where it has one.
    chosen : str
        The one that was read.
    columns : tuple of str
        Without the geometry.
    fields : Fields
        Which columns hold name and area, as guessed.
    guess : DatumGuess
    issues : tuple of Issue
        What is wrong with the file.
    """

    name: str
    kind: str
    count: int
    closed_lines: int
    layers: tuple[str, ...]
    chosen: str
    columns: tuple[str, ...]
    fields: Fields
    guess: DatumGuess
    issues: tuple[Issue, ...]


@dataclass(frozen=True)
class Choices:
    """How the shapes of a file are to be judged.

    Parameters
    ----------
    reading : str
        Id of the datum that the reader confirmed.
    fields : Fields
        Which columns hold name and area.
    error_m : float
        Position error of a side, 1 sigma [m].
    language : str
        Of names that are given to shapes without one.
    """

    reading: str
    fields: Fields
    error_m: float
    language: str


def look_job(arguments: tuple[Path, Brought], progress: Progress, folder: Path) -> Path:
    """Read a file and guess its datum; hand over a `Looked`.

    Raises
    ------
    DataFileError, InputTooLargeError
        As in `geo.uploads.files.read_upload`, or if the data folder cannot be read.
    """
    del progress
    data, file = arguments
    base = kept_base(data, folder_stamp(data))
    upload, layer = _read(file)
    fields = guess_fields(layer)
    look = Looked(
        upload.name,
        upload.kind,
        len(layer),
        upload.closed_lines,
        upload.layers,
        upload.chosen,
        tuple(str(column) for column in layer.columns if column != layer.geometry.name),
        fields,
        guess_datum(layer, base, place=upload.name),
        (*upload.issues, *field_issues(layer, fields, upload.name)),
    )
    return write_value(folder, look)


def judge_job(arguments: tuple[Path, Brought, Choices], progress: Progress, folder: Path) -> Path:
    """Read a file and judge its shapes; hand over a `geo.uploads.check.OwnReport`.

    Raises
    ------
    DataFileError, InputTooLargeError
        As in `look_job` and `geo.uploads.check.check_own_polygons`.
    """
    del progress
    data, file, choices = arguments
    base = kept_base(data, folder_stamp(data))
    _, layer = _read(file)
    report = check_own_polygons(
        as_wgs84(layer, choices.reading),
        base,
        _zones(data, base),
        choices.fields,
        error_m=choices.error_m,
        language=choices.language,
    )
    return write_value(folder, report)


def _read(file: Brought) -> tuple[Upload, gpd.GeoDataFrame]:
    upload = read_upload(file.name, file.data, layer=file.layer)
    if file.outlines:
        upload = replace(upload, layer=lines_as_outlines(upload.layer))
    return upload, upload.layer


def _zones(folder: Path, base: Base) -> gpd.GeoDataFrame:
    """Return the zones of every plan; the page tells of a file that cannot be read."""
    names = [f"{plan.id}.geojson" for plan in base.district.plans]
    files = [sound_features(folder / "zones" / name, "zones") for name in names]
    tables = [file.table()[["zone_id", "geometry"]] for file in files if file.features]
    if not tables:
        return gpd.GeoDataFrame({"zone_id": []}, geometry=[], crs=WGS84)
    return pd.concat(tables, ignore_index=True)
