"""Read the base geography of a district: streets, river, outline, places and the alias table."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from shapely import MultiPolygon, Polygon

from geo.crs import WGS84, is_metric, metric_crs_for, require_metric
from geo.enclosures.blocks import street_blocks
from geo.enclosures.road_index import RoadIndex, line_meant
from geo.errors import DataFileError, GeoError, Issue
from geo.io.faults import fault_of
from geo.io.forms import AREAS, LINES, POINTS, Form, invalid_reason
from geo.io.read import Stamp, is_there, read_layer, read_toml, sha256
from geo.io.versions import DATA_FORMAT, format_fault
from geo.texts import Text
from geo.uncertainty.identity import (
    IDENTITY_CLASSES,
    SUM_TOLERANCE,
    Candidate,
    Identity,
    weakest,
)
from geo.uncertainty.position import LARGEST_ERROR_M, LEAST_ERROR_M

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LINE_COLUMNS = (
    "name", "method", "position_error_m", "source", "source_en", "half_width_m", "geometry",
)  # fmt: skip
"""Columns of a centreline that the edges of a zone carry on."""

STRETCH_COLUMNS = (
    "line", "stretch", "method", "position_error_m", "identity", "identity_evidence",
    "identity_evidence_en", "half_width_m", "source", "source_en", "reasoning", "reasoning_en",
    "geometry",
)  # fmt: skip
"""Columns of a stretch: the part of a street that is known in one way."""

OSM_CREDIT, ODBL = "© OpenStreetMap contributors", "ODbL 1.0"
"""What a derived database of OpenStreetMap is published with."""

METHODS = ("traced", "inferred", "estimated")
"""How the place of a line is known, the best first: a line in the evidence; placed from cited
evidence; placed by order, parallels, block widths, lengths or addresses."""

LANDMARK_COLUMNS = ("landmark_id", "name", "name_en", "class", "grade", "address", "source")
CONTROL_COLUMNS = ("control_id", "name", "kind", "expect", "tolerance_m", "source")
"""Columns of places that others rely on, even where a district has none of them."""

GROUND_COLUMNS = ("name", "source", "source_en")

RIVER_READINGS = ("mid_river", "bank", "riverside_road")
"""Where a river may be said to run; the first that a river has is its default."""

OTHER_TABLES = {"missing.toml": ("missing_place",)}
"""Tables of a file that are for people: places that were looked for and not found."""

PLACE_ERROR_M = 20.0
"""Assumed position error of a place whose file does not say it, 1 sigma [m]."""

BLOCK_SETBACK_M = 5.0
"""How far a drawn block stands back from the middle of its streets: half a local street [m]."""

_NO_IDENTITY = {
    "stretch": 1, "identity": None, "identity_evidence": "", "identity_evidence_en": "",
    "reasoning": "", "reasoning_en": "",
}  # fmt: skip
"""What a stretch of a river has where a street tells its identity: it has one name only."""

CENTRE_READING = "centre_line"
"""The default reading, one rule for every limit of every zone: a limit named in a sentence
is its own middle line, the centre line of a road and the mid-line of a river."""


BASE_FORMS: dict[str, Form] = {
    "district": Form(AREAS, ("name",)),
    "roads": Form(
        LINES,
        ("name", "name_en", "road_id", "method", "source", "source_en", "road_class"),
        numbers=("half_width_m",),
    ),
    "river": Form(
        LINES,
        ("name_en", "method", "source", "source_en"),
        needed=("name",),
        numbers=("half_width_m",),
        choices={"reading": RIVER_READINGS},
    ),
    "landmarks": Form(POINTS, ("name_en", "class"), needed=("name",)),
    "grounds": Form(AREAS, ("name_en", "class", "source", "source_en"), needed=("name",)),
    "blocks": Form(AREAS),
    "background": Form(LINES, ("kind", "source", "source_en"), numbers=("half_width_m",)),
    "control_points": Form(
        POINTS,
        ("name", "kind", "source"),
        needed=("control_id", "expect"),
        numbers=("tolerance_m",),
    ),
}
"""What every feature of a file in ``base/`` is like, by the name of the file."""


RESTORE = Text("base.restore")


Hatch = Literal[
    "diagonal",
    "back-diagonal",
    "vertical",
    "horizontal",
    "cross",
    "grid",
    "dots",
    "rings",
    "lines-and-dots",
    "none",
]
"""The hatches that a place may have; `layers.styles` draws them."""


class PlaceStyle(BaseModel):
    """The colours and the hatch that a data folder gives a place."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    fill: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
    edge: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
    hatch: Hatch
    filled: bool = True


class PlanPeriod(BaseModel):
    """One plan of the district, in the order of time."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    name: str
    name_en: str
    period_from: int
    period_to: int


class District(BaseModel):
    """What a data folder says about itself (``district.toml``).

    ``corrections`` is where readers send what is wrong, a mail address or the address of a form;
    ``review_number`` is the number under which the map was approved (审图号).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: int
    id: str
    name: str
    name_en: str
    city: str = ""
    city_en: str = ""
    data_version: str
    metric_crs: str = ""
    official_area_km2: str = ""
    official_area_source: str = ""
    licence: str
    licence_url: str = ""
    attribution: str
    attribution_en: str
    corrections: Annotated[str, Field(pattern=r"^(|https?://\S+|[^\s@]+@[^\s@]+)$")] = ""
    review_number: str = ""
    plans: tuple[PlanPeriod, ...]
    styles: dict[str, PlaceStyle] = Field(default_factory=dict)

    def place(self, language: str) -> str:
        """Return city and district as a title names them; a city that is not given is left out."""
        if language == "en":
            return ", ".join(word for word in (self.name_en, self.city_en) if word)
        return f"{self.city}{self.name}"

    @field_validator("official_area_km2")
    @classmethod
    def _is_a_figure(cls, figure: str) -> str:
        if figure and not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,6})?", figure):
            raise DataFileError(Text("base.official-area"))
        if figure and float(figure) == 0:
            raise DataFileError(Text("base.official-area-zero"))
        return figure

    @field_validator("metric_crs")
    @classmethod
    def _is_metric(cls, crs: str) -> str:
        if crs and not is_metric(crs):
            raise DataFileError(Text("base.metric-crs"))
        return crs

    def credit(self, language: str = "zh") -> str:
        """Return whose the data are and under which licence, each said once.

        The one line that every map, sheet, report and file carries.
        """
        words = self.attribution_en if language == "en" else self.attribution
        return words if not self.licence or self.licence in words else f"{words} · {self.licence}"

    def site(self) -> dict[str, str]:
        """Return what whoever publishes the map says of it, for the scripts of the page."""
        return {"corrections": self.corrections, "review_number": self.review_number}

    def plan(self, plan_id: str) -> PlanPeriod:
        """Return the period with an id, or raise GeoError."""
        for period in self.plans:
            if period.id == plan_id:
                return period
        known = [p.id for p in self.plans]
        raise GeoError(Text("base.plan-unknown", plan=plan_id, known=known))


@dataclass(frozen=True)
class Alias:
    """A printed name and the line that it means, reviewed by a person."""

    printed: str
    data_name: str
    reason: str
    reason_en: str
    source: str


def _no_background() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"kind": []}, geometry=[], crs=WGS84)


@dataclass(frozen=True)
class Identities:
    """Which line a name means, where that is not certain (``identity.toml``).

    Parameters
    ----------
    by_name : dict of str to Identity
        Names with candidates of their own.
    by_class : dict of str to float
        For every other name the probability of its line, by identity class.
    """

    by_name: Mapping[str, Identity]
    by_class: Mapping[str, float]

    def of(self, name: str, classes: Sequence[object] = ()) -> Identity:
        """Return the candidates of a name; `classes` are those of the stretches in use.

        A name without candidates has its own line alone, with the probability
        of the least certain class; with 1 where the table has no such class.
        """
        if name in self.by_name:
            return self.by_name[name]
        identity = weakest(classes)
        probability = self.by_class.get(identity, 1.0) if identity else 1.0
        return Identity(name, (Candidate(name, probability),))


def _no_grounds() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {column: [] for column in (*GROUND_COLUMNS, "position_error_m")}, geometry=[]
    )


@dataclass(frozen=True)
class Base:
    """The base geography, lines in a metric CRS and places in WGS84.

    Parameters
    ----------
    district : District
        Names, plans, licence.
    outline : Polygon or MultiPolygon
        The district, in `metric_crs`.
    stretches : GeoDataFrame
        One row per stretch of a street, in `metric_crs`: `STRETCH_COLUMNS` and
        more. ``line`` is empty where a street has no name and serves no limit.
    rivers : GeoDataFrame
        One row per river and reading, in `metric_crs`; column ``reading``.
    aliases : dict of str to Alias
        By printed name.
    missing : dict of str to str
        Limits looked for and not found, with what was tried.
    landmarks : GeoDataFrame
        Places, WGS84.
    control_points : GeoDataFrame
        Points whose position is known from elsewhere, WGS84.
    metric_crs : str
        The belt that all measures use.
    grounds : GeoDataFrame
        Parks, campuses, hills and other named areas whose bound may be a limit,
        in `metric_crs`: `GROUND_COLUMNS`.
    identities : Identities
        Which line a name means, where that is not certain.
    background : GeoDataFrame
        Lines without a name that only make the picture, in `metric_crs`:
        ``kind`` (``street`` or ``river_bank``). They serve no limit.
    issues : tuple of Issue
        What is wrong with the files; the rest is usable.
    hashes : dict of str to str
        SHA-256 of every base file read, by its name in the data folder.
    """

    district: District
    outline: Polygon | MultiPolygon
    stretches: gpd.GeoDataFrame
    rivers: gpd.GeoDataFrame
    aliases: Mapping[str, Alias]
    missing: Mapping[str, str]
    landmarks: gpd.GeoDataFrame
    control_points: gpd.GeoDataFrame
    metric_crs: str
    grounds: gpd.GeoDataFrame = field(default_factory=_no_grounds)
    identities: Identities = field(default_factory=lambda: Identities({}, {}))
    background: gpd.GeoDataFrame = field(default_factory=_no_background)
    outline_error_m: float = 0.0
    issues: tuple[Issue, ...] = ()
    hashes: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def landmark_points(self) -> dict[str, shapely.Geometry]:
        """The position of every landmark by its name, WGS84; of a name, the first."""
        points: dict[str, shapely.Geometry] = {}
        for name, point in zip(self.landmarks["name"], self.landmarks.geometry, strict=True):
            points.setdefault(name, point)
        return points

    @cached_property
    def roads(self) -> gpd.GeoDataFrame:
        """One row per named street, in `metric_crs`: `LINE_COLUMNS` and more.

        A street of several stretches has the least certain of their methods
        and errors.
        """
        has_name = self.stretches["name"].map(_is_named).astype(bool)  # object where it is empty
        return _streets(
            self.stretches[has_name & (self.stretches["line"] == self.stretches["name"])]
        )

    @cached_property
    def blocks(self) -> list[shapely.Polygon]:
        """The faces between all streets and banks inside the outline, in `metric_crs`.

        Each stands back from the middle of its streets by `BLOCK_SETBACK_M`.
        """
        lines = [*self.stretches.geometry, *self.background.geometry, *self.rivers.geometry]
        return street_blocks(lines, self.outline, BLOCK_SETBACK_M)

    @cached_property
    def _candidate_lines(self) -> gpd.GeoDataFrame:
        """The lines that only an uncertain name leads to, under their ids."""
        lines = _streets(self.stretches[~self.stretches["line"].isin(self.roads["name"])])
        return lines.assign(name=lines["line"])

    @cached_property
    def english_names(self) -> dict[str, str]:
        """English names of landmarks, rivers and streets by their Chinese ones."""
        return english_names((self.landmarks, self.rivers, self.roads))

    def river_readings(self, name: str) -> list[str]:
        """Return the readings of a river, the default first; empty for a road."""
        return self._readings_by_river.get(name, [])

    @cached_property
    def _readings_by_river(self) -> dict[str, list[str]]:
        rows = self.rivers.groupby("name", sort=False)["reading"]
        return {str(name): list(dict.fromkeys(readings)) for name, readings in rows}

    def data_name(self, printed: str) -> str:
        """Return the name of the line that a printed name means."""
        return line_meant(printed, self.lines_by_name, self.alias_names()).data_name

    def alias_of(self, printed: str) -> Alias | None:
        """Return the alias by which a printed name means its line; None where it needs none."""
        return None if self.data_name(printed) == printed else self.aliases[printed]

    def alias_names(self) -> dict[str, tuple[str, str]]:
        """Return printed name to (data name, reason), as `find_road` takes it."""
        return {a.printed: (a.data_name, a.reason) for a in self.aliases.values()}

    def road_index(self, river_reading: str | None = None) -> RoadIndex:
        """Return the lines under one reading of the rivers, joined into roads.

        Made once for every reading and shared; see `centrelines`.
        """
        if river_reading not in self._road_indexes:
            self._road_indexes[river_reading] = RoadIndex(self.centrelines(river_reading))
        return self._road_indexes[river_reading]

    @cached_property
    def _road_indexes(self) -> dict[str | None, RoadIndex]:
        return {}

    def stretches_of(self, line: str, river_reading: str | None = None) -> gpd.GeoDataFrame:
        """Return the stretches of a line, `STRETCH_COLUMNS`; of a river, its one reading."""
        records = self.stretch_records(line, river_reading)
        return gpd.GeoDataFrame(
            records, columns=list(STRETCH_COLUMNS), geometry="geometry", crs=self.metric_crs
        )

    def stretch_records(self, line: str, river_reading: str | None = None) -> list[dict[str, Any]]:
        """Return `stretches_of` as dictionaries, empty for a line that is not there.

        Made once and shared, for many rings are drawn from them: not to be changed.
        """
        streets = self._street_records
        if line in streets:
            return streets[line]
        if river_reading not in self._river_records:
            lines = self.centrelines(river_reading)
            rivers = lines[~lines["name"].isin(list(streets))]
            self._river_records[river_reading] = {
                record["name"]: [_NO_IDENTITY | record | {"line": record["name"]}]
                for record in rivers.to_dict("records")
            }
        return self._river_records[river_reading].get(line, [])

    @cached_property
    def _street_records(self) -> dict[str, list[dict[str, Any]]]:
        records: dict[str, list[dict[str, Any]]] = {}
        for record in self.stretches[list(STRETCH_COLUMNS)].to_dict("records"):
            if record["line"]:
                records.setdefault(record["line"], []).append(record)
        return records

    @cached_property
    def _river_records(self) -> dict[str | None, dict[str, list[dict[str, Any]]]]:
        return {}

    def centrelines(self, river_reading: str | None = None) -> gpd.GeoDataFrame:
        """Return all lines that may serve as a limit, under one reading of the rivers.

        Parameters
        ----------
        river_reading : str, optional
            One of `RIVER_READINGS`; the default of each river where not given.

        Returns
        -------
        GeoDataFrame
            `LINE_COLUMNS`, in `metric_crs`; a river stands under its name, and
            a line that only an uncertain name leads to under its ``road_id``.
            A river without this reading keeps its first one. Made once for
            every reading and shared: not to be changed.
        """
        if river_reading not in self._centrelines:
            self._centrelines[river_reading] = self._joined_lines(river_reading)
        return self._centrelines[river_reading]

    @cached_property
    def _centrelines(self) -> dict[str | None, gpd.GeoDataFrame]:
        return {}

    @cached_property
    def lines_by_name(self) -> dict[str, shapely.Geometry]:
        """Every road, and every river under its default reading, by its name [m]."""
        lines = self.centrelines()
        return dict(zip(lines["name"][::-1], lines.geometry[::-1], strict=True))

    def _joined_lines(self, river_reading: str | None) -> gpd.GeoDataFrame:
        """Put the roads and one reading of each river into one table."""
        tables = [self.roads, self._candidate_lines]
        if not self.rivers.empty:
            rivers = self.rivers
            of_reading = rivers[rivers["reading"] == river_reading]
            others = rivers[~rivers["name"].isin(of_reading["name"])].drop_duplicates("name")
            tables.append(pd.concat([of_reading, others]).sort_index())
        rows = [table[list(LINE_COLUMNS)] for table in tables if not table.empty]
        rows = rows or [self.roads[list(LINE_COLUMNS)]]
        return gpd.GeoDataFrame(pd.concat(rows, ignore_index=True), crs=self.metric_crs)


def english_names(tables: Iterable[gpd.GeoDataFrame]) -> dict[str, str]:
    """Return the English names of what some tables hold by the Chinese ones; of a name, the last.

    Parameters
    ----------
    tables : iterable of GeoDataFrame
        Columns used: ``name``, ``name_en``; a table without them is passed over.
    """
    return {
        str(name): str(english)
        for table in tables
        if {"name", "name_en"} <= {*table.columns}
        for name, english in zip(table["name"], table["name_en"], strict=True)
        if _is_named(name) and _is_named(english)
    }


def read_district(folder: Path) -> District:
    """Read ``district.toml`` of a data folder.

    Raises
    ------
    DataFileError
        If the file is missing or does not fit the model.
    """
    path = folder / "district.toml"
    table = read_toml(path)
    if fault := format_fault(table.get("format")):
        raise DataFileError(fault.about(path.name))
    try:
        return District.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise DataFileError(fault_of(first).about(key).about(path.name)) from error


@lru_cache(maxsize=1)
def kept_base(folder: Path, stamp: Stamp) -> Base:  # noqa: ARG001
    """Read the base once in a process, and again when a file has changed.

    Parameters
    ----------
    folder : Path
        As in `read_base`.
    stamp : tuple
        From `geo.io.read.folder_stamp`.

    Raises
    ------
    DataFileError
        As in `read_base`.
    """
    return read_base(folder)


def read_base(folder: Path) -> Base:
    """Read the base geography of a data folder.

    Parameters
    ----------
    folder : Path
        A folder with ``district.toml`` and ``base/``.

    Returns
    -------
    Base
        What could be read; optional files that are missing or damaged leave
        an empty table and an Issue.

    Raises
    ------
    DataFileError
        If the district, its outline or its roads cannot be read.
    """
    district = read_district(folder)
    base = folder / "base"
    outline_layer = _layer(base / "district.geojson")
    if outline_layer.empty:
        raise DataFileError(Text("base.no-outline"))
    metric_crs = district.metric_crs or metric_crs_for(
        float(outline_layer.geometry.iloc[0].representative_point().x)
    )
    issues: list[Issue] = []

    # Lines first, each once and with its class: everything else refers to their names.
    streets = _lines(base / "roads.geojson", metric_crs)
    streets = _known_classes(_each_once(streets, "roads.geojson", issues), "roads.geojson", issues)
    rivers = _optional(base / "river.geojson", issues)
    rivers = (
        streets.iloc[:0].assign(reading=[])
        if rivers.empty
        else _known_classes(_complete(rivers).to_crs(metric_crs), "river.geojson", issues)
    )
    rivers = _by_reading(_each_once(rivers, "river.geojson", issues), issues)
    # Which street each name means, and what is not known of its place.
    table = _identity_table(base / "identity.toml", issues)
    stretches = as_stretches(streets, table)
    identities = _identities(stretches, table, issues)
    issues += _error_issues(stretches[stretches["line"] != ""], "roads.geojson")
    issues += _credit_issues(district, streets)
    issues += _error_issues(rivers, "river.geojson")
    # Points and areas are there for orientation: without them the rest still stands.
    landmarks = _optional(base / "landmarks.geojson", issues, LANDMARK_COLUMNS)
    control_points = _optional(base / "control_points.geojson", issues, CONTROL_COLUMNS)
    grounds = _no_grounds()
    if is_there(base / "grounds.geojson"):
        grounds = _optional(base / "grounds.geojson", issues, GROUND_COLUMNS)
        grounds = grounds if grounds.empty else grounds.to_crs(metric_crs)
    # Names that stand for a line, and those that were looked for in vain.
    names_of_lines = {*stretches["line"], *rivers["name"]}
    missing = _missing(base / "missing.toml", issues)
    others = {*stretches["name"], *grounds["name"], *missing}
    aliases = _aliases(base / "aliases.toml", names_of_lines, others, issues)
    # An axis without ends ends at the outline, so that its error counts as any other.
    outline = _outline(outline_layer, metric_crs)
    outline_error_m = _metres(outline_layer.get("position_error_m", [None])[0], math.nan)
    if math.isnan(outline_error_m):
        issues.append(_error_issue("district.geojson", district.name))
    names = (
        "roads.geojson",
        "river.geojson",
        "district.geojson",
        "landmarks.geojson",
        "control_points.geojson",
        "grounds.geojson",
        "aliases.toml",
        "missing.toml",
        "identity.toml",
        "background.geojson",
    )
    require_metric(stretches, "roads.geojson")
    return Base(
        district=district,
        outline=cast("Polygon | MultiPolygon", outline),
        stretches=stretches,
        rivers=rivers,
        aliases=aliases,
        missing=missing,
        landmarks=landmarks,
        control_points=control_points,
        metric_crs=metric_crs,
        grounds=grounds,
        identities=identities,
        background=_background(base / "background.geojson", metric_crs, issues),
        outline_error_m=outline_error_m,
        issues=tuple(issues),
        hashes={f"base/{n}": sha256(base / n) for n in names if (base / n).is_file()},
    )


def _outline(layer: gpd.GeoDataFrame, metric_crs: str) -> shapely.Geometry:
    """Return the outline as one shape [m]; a corner far away makes one that crosses itself."""
    parts = layer.to_crs(metric_crs).geometry.array
    for part in parts:
        if not part.is_valid:
            raise DataFileError(
                Text("base.outline-invalid", crs=metric_crs, reason=invalid_reason(part))
            )
    return shapely.union_all(parts)


def _layer(path: Path) -> gpd.GeoDataFrame:
    """Read a layer of the base in the form that is read; without a version it is the folder's."""
    layer = read_layer(path, BASE_FORMS[path.stem])
    metadata = layer.attrs.get("metadata")
    version = metadata.get("format", DATA_FORMAT) if isinstance(metadata, dict) else DATA_FORMAT
    if fault := format_fault(version):
        raise DataFileError(fault.about(f"base/{path.name}"))
    return layer


def _lines(path: Path, metric_crs: str) -> gpd.GeoDataFrame:
    """Read centrelines and give the optional columns a value."""
    layer = _layer(path)
    if layer.empty:
        layer = layer.assign(name="")  # nothing is drawn yet: no column follows from that
    if "name" not in layer.columns:
        raise DataFileError(
            Text("base.no-names", file=path.name, found=list(map(str, layer.columns)))
        )
    return _complete(layer).to_crs(metric_crs)


def _background(path: Path, metric_crs: str, issues: list[Issue]) -> gpd.GeoDataFrame:
    """Read the lines that only make the picture; none where the file is not there."""
    layer = _no_background()
    if path.exists():
        try:
            layer = _layer(path)
        except DataFileError as error:
            place = f"base/{path.name}"
            issues.append(Issue("base-file-unreadable", "error", place, error.words, RESTORE))
    kinds = layer["kind"] if "kind" in layer.columns else "street"
    layer = layer.assign(kind=kinds)
    return layer[layer.geometry.notna()].to_crs(metric_crs).reset_index(drop=True)


def as_stretches(
    streets: gpd.GeoDataFrame, identities: Mapping[str, Any] | None = None
) -> gpd.GeoDataFrame:
    """Return streets with every column of a stretch, and the line that each belongs to.

    Parameters
    ----------
    streets : GeoDataFrame
        One row per street or stretch. Column used: ``name``; others where
        they are there.
    identities : dict, optional
        The table of ``identity.toml`` as read.

    Returns
    -------
    GeoDataFrame
        `STRETCH_COLUMNS` and the columns of `streets`.
    """
    complete = _complete(streets)
    return complete.assign(line=_line_keys(complete, identities or {}))


def _complete(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the optional columns of lines a value."""
    defaults: dict[str, Any] = {
        "stretch": 1,
        "name_en": "",
        "method": "traced",
        "position_error_m": None,
        "source": "",
        "half_width_m": 0.0,
        "road_class": "",
        "identity": None,
        "identity_evidence": "",
        "identity_evidence_en": "",
        "reasoning": "",
        "reasoning_en": "",
    }
    missing = {c: v for c, v in defaults.items() if c not in lines.columns}
    if "road_id" not in lines.columns:
        missing["road_id"] = lines["name"]
    lines = lines.assign(**missing)
    english = lines["source_en"] if "source_en" in lines.columns else lines["source"]
    texts = [c for c, v in defaults.items() if v == "" and c != "road_class"]
    lines = lines.assign(**{c: lines[c].where(lines[c].notna(), "") for c in texts})
    return lines.assign(
        source_en=english.where(english.notna(), lines["source"]),
        half_width_m=[_metres(width, 0.0) for width in lines["half_width_m"]],
        position_error_m=[_metres(error, math.nan) for error in lines["position_error_m"]],
    )


def _known_classes(lines: gpd.GeoDataFrame, file: str, issues: list[Issue]) -> gpd.GeoDataFrame:
    """Take an unknown method or identity class for the least certain one, with an Issue."""
    for column, classes, least in (
        ("method", METHODS, METHODS[-1]),
        ("identity", (*IDENTITY_CLASSES, None, ""), IDENTITY_CLASSES[-1]),
    ):
        values = [None if isinstance(v, float) and math.isnan(v) else v for v in lines[column]]
        unknown = [value not in classes for value in values]
        for name, value, is_unknown in zip(lines["name"], values, unknown, strict=True):
            if not is_unknown:
                continue
            excerpt = "" if value is None else str(value)[:60]
            known = [c for c in classes if c]
            words = Text("base.class-unknown", column=column, value=excerpt, known=known)
            remedy = Text("base.class-unknown.remedy")
            issues.append(Issue("class-unknown", "error", f"base/{file}, {name}", words, remedy))
        known_values = [
            least if is_strange else v for is_strange, v in zip(unknown, lines[column], strict=True)
        ]
        lines = lines.assign(**{column: known_values})
    return lines


def _positive(value: object, otherwise: float) -> float:
    """Return a number above 0, or `otherwise`: text and truth values are no numbers."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        return otherwise
    return float(value) if math.isfinite(value) and value > 0 else otherwise


def _metres(value: object, otherwise: float) -> float:
    """Return metres that may be an error or a width, or `otherwise`."""
    metres = _positive(value, otherwise)
    return metres if LEAST_ERROR_M <= metres <= LARGEST_ERROR_M else otherwise


def _is_named(name: object) -> bool:
    return isinstance(name, str) and bool(name.strip())


def _error_issues(lines: gpd.GeoDataFrame, file: str) -> list[Issue]:
    """Return an issue for every line whose position error is not known: it is never 0."""
    unknown = lines[lines["position_error_m"].isna()]
    return [_error_issue(file, name) for name in dict.fromkeys(unknown["name"])]


def _error_issue(file: str, name: str) -> Issue:
    return Issue(
        "position-error-unknown",
        "error",
        f"base/{file}, {name}",
        Text("base.error_unknown", line=name),
        Text("base.error_unknown.remedy"),
    )


def _credit_issues(district: District, streets: gpd.GeoDataFrame) -> list[Issue]:
    """Return an issue where streets come from OpenStreetMap and the district does not say so."""
    credits = [streets[c].astype(str) for c in ("licence", "source", "source_en") if c in streets]
    is_from_osm = any(words.str.contains("OpenStreetMap", regex=False).any() for words in credits)
    if not is_from_osm or all(OSM_CREDIT in district.credit(lang) for lang in ("zh", "en")):
        return []
    return [
        Issue(
            "attribution-missing",
            "error",
            "district.toml",
            Text("base.no_credit", credit=OSM_CREDIT),
            Text("base.no_credit.remedy", credit=f"{OSM_CREDIT}, {ODBL}"),
        )
    ]


def _line_keys(stretches: gpd.GeoDataFrame, table: Mapping[str, Any]) -> list[str]:
    """Return the line that every stretch belongs to: its name, or its id where that is not enough.

    A name stands for all streets of that name, unless the table of identities
    tells them apart: then for the main one, and another goes by its id. A
    street without a name has a line only where the table leads to it.
    """
    main: dict[str, str] = {}
    known_ids: set[str] = set()
    for row in table.get("limit", []):
        roads = [str(candidate["road"]) for candidate in row["candidate"]]
        main.setdefault(str(row["name"]), roads[0])
        known_ids |= set(roads)
    ids = stretches["road_id"].astype(str)
    of_name: dict[str, set[str]] = {}
    for name, road_id in zip(stretches["name"], ids, strict=True):
        if _is_named(name):
            of_name.setdefault(name, set()).add(road_id)
    keys = []
    for name, road_id in zip(stretches["name"], ids, strict=True):
        if not _is_named(name):
            keys.append(road_id if road_id in known_ids else "")
        elif len(of_name[name]) > 1 and road_id in known_ids and main.get(name) != road_id:
            keys.append(road_id)
        else:
            keys.append(str(name))
    return keys


def _streets(stretches: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one row per line, with the least certain method and error of its stretches."""
    lines: dict[str, list[dict[str, Any]]] = {}
    for record in stretches.to_dict("records"):
        if record["line"]:
            lines.setdefault(record["line"], []).append(record)
    rows = [parts[0] if len(parts) == 1 else _street(parts) for parts in lines.values()]
    return gpd.GeoDataFrame(
        rows, columns=list(stretches.columns), geometry="geometry", crs=stretches.crs
    )


def _street(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the row of a street of several stretches."""
    methods = [part["method"] for part in parts if part["method"] in METHODS]
    sources = dict.fromkeys((part["source"], part["source_en"]) for part in parts)
    errors = [float(part["position_error_m"]) for part in parts]
    shapes = shapely.get_parts([part["geometry"] for part in parts])
    return {
        **parts[0],
        "method": max(methods, key=METHODS.index, default=parts[0]["method"]),
        # One unknown error leaves that of the street unknown.
        "position_error_m": math.nan if any(map(math.isnan, errors)) else max(errors),
        "identity": weakest([part["identity"] for part in parts]),
        "half_width_m": max(float(part["half_width_m"]) for part in parts),
        "source": "；".join(zh for zh, _ in sources),
        "source_en": "; ".join(en for _, en in sources),
        "geometry": shapely.line_merge(shapely.multilinestrings(shapes)),
    }


def _optional(path: Path, issues: list[Issue], columns: Sequence[str] = ()) -> gpd.GeoDataFrame:
    """Read a layer whose absence leaves the rest usable; every column is there, perhaps empty."""
    try:
        layer = _layer(path)
        if len(layer) and "name" in columns and "name" not in layer.columns:
            columns_there = [c for c in layer.columns if c != "geometry"]
            issues.append(
                Issue(
                    "base-column-missing",
                    "error",
                    f"base/{path.name}",
                    Text("base.no-name-column", found="、".join(columns_there) or "–"),
                )
            )
        if columns:
            errors = layer.get("position_error_m", [None] * len(layer))
            layer = layer.assign(position_error_m=[_metres(e, PLACE_ERROR_M) for e in errors])
        return layer.assign(**{c: "" for c in columns if c not in layer.columns})
    except DataFileError as error:
        issues.append(
            Issue(
                "base-file-unreadable",
                "error",
                f"base/{path.name}",
                error.words,
                Text("base.restore-or-empty"),
            )
        )
        empty: dict[str, list[str]] = {column: [] for column in columns or ("name",)}
        return gpd.GeoDataFrame(empty, geometry=[], crs=WGS84)


def _table(path: Path, key: str, required_keys: tuple[str, ...], issues: list[Issue]) -> list[Any]:
    """Return the rows of a table of the base, all text; a faulty one becomes an Issue."""
    if not is_there(path):
        return []
    file = f"base/{path.name}"
    words: Text | str | None
    try:
        document = read_toml(path)
        words = format_fault(document.get("format", DATA_FORMAT))
    except DataFileError as error:
        document, words = {}, error.words
    if words is not None:
        issues.append(Issue("base-file-unreadable", "error", file, words, RESTORE))
        return []
    _unknown_tables(document, ("format", key, *OTHER_TABLES.get(path.name, ())), file, issues)
    rows = document.get(key, [])
    faults: list[tuple[int, Text]] = []
    sound = []
    for number, row in enumerate(rows if isinstance(rows, list) else [rows], start=1):
        if not isinstance(row, dict):
            faults.append((number, Text("base.row-no-table")))
            continue
        textless = [
            k for k in required_keys if not isinstance(row.get(k), str) or not row[k].strip()
        ]
        textless += [k for k, v in row.items() if k not in required_keys and not _is_text(v)]
        if textless:
            faults.append((number, Text("base.row-no-text", key=textless[0])))
        else:
            sound.append(row)
    for number, fault in faults:
        place = Text("base.row", table=key, number=number, fault=fault)
        issues.append(Issue(f"{key}-incomplete", "error", file, place, Text("base.row.remedy")))
    return sound


def _is_text(value: object) -> bool:
    """Return whether a value of a table is text, or a list of texts."""
    parts = value if isinstance(value, list) else [value]
    return all(isinstance(part, str) for part in parts)


def _each_once(lines: gpd.GeoDataFrame, file: str, issues: list[Issue]) -> gpd.GeoDataFrame:
    """Leave out lines that stand twice: a street beside itself has no order of crossings."""
    readings = lines["reading"] if "reading" in lines.columns else [""] * len(lines)
    shapes = shapely.to_wkb(shapely.normalize(lines.geometry.to_numpy()))
    keys = pd.Series(list(zip(lines["name"], readings, shapes, strict=True)), dtype=object)
    is_twin = keys.duplicated().to_numpy()
    for name in dict.fromkeys(lines["name"][is_twin]):
        words, remedy = Text("base.line-twice", line=name), Text("base.line-twice.remedy")
        issues.append(Issue("line-twice", "warning", f"base/{file}, {name}", words, remedy))
    return lines[~is_twin] if is_twin.any() else lines


def _unknown_tables(
    document: Mapping[str, Any], known: Sequence[str], file: str, issues: list[Issue]
) -> None:
    """Add an Issue for what a file holds under a name that nobody reads."""
    for key in document:
        if key not in known:
            words = Text("base.table-unknown", key=key[:60], known=list(known))
            remedy = Text("base.table-unknown.remedy")
            issues.append(Issue("table-unknown", "warning", file, words, remedy))


def _by_reading(rivers: gpd.GeoDataFrame, issues: list[Issue]) -> gpd.GeoDataFrame:
    """Put the readings of each river into one order, the mid-line first: it is the default."""
    places = {name: place for place, name in enumerate(dict.fromkeys(rivers["name"]))}
    order = np.lexsort((rivers["reading"].map(RIVER_READINGS.index), rivers["name"].map(places)))
    for name, rows in rivers.groupby("name", sort=False):
        if RIVER_READINGS[0] not in set(rows["reading"]):
            first = min(rows["reading"], key=RIVER_READINGS.index)
            words = Text("base.river-no-mid-line", river=name, reading=Text(f"reading.{first}"))
            remedy = Text("base.river-no-mid-line.remedy")
            place = f"base/river.geojson, {name}"
            issues.append(Issue("river-no-mid-line", "warning", place, words, remedy))
    return rivers.iloc[order]


def _aliases(
    path: Path, lines: set[str], others: set[str], issues: list[Issue]
) -> dict[str, Alias]:
    """Read the alias table; every printed name once, and none that is a line's own.

    So that a name means one line whoever looks it up, first among the lines or first here.
    `others` are names that are no line and yet stand for something.
    """
    table: dict[str, Alias] = {}
    for row in _table(path, "alias", ("printed", "data_name", "reason"), issues):
        alias = Alias(
            printed=row["printed"],
            data_name=row["data_name"],
            reason=row["reason"],
            reason_en=row.get("reason_en", ""),
            source=row.get("source", ""),
        )
        if alias.printed in table:
            words = Text("base.alias-twice", name=alias.printed)
            remedy = Text("base.alias-twice.remedy")
            issues.append(Issue("alias-twice", "error", f"base/{path.name}", words, remedy))
            continue
        if alias.printed in lines and alias.data_name != alias.printed:
            words = Text("base.alias-of-line", name=alias.printed, line=alias.data_name)
            remedy = Text("base.alias-of-line.remedy")
            issues.append(Issue("alias-of-line", "warning", f"base/{path.name}", words, remedy))
            continue
        if alias.data_name not in lines | others:
            words = Text("base.alias-to-nothing", name=alias.printed, line=alias.data_name)
            remedy = Text("base.alias-to-nothing.remedy")
            issues.append(Issue("alias-to-nothing", "warning", f"base/{path.name}", words, remedy))
        table[alias.printed] = alias
    return table


def _missing(path: Path, issues: list[Issue]) -> dict[str, str]:
    """Read the limits that were looked for and not found."""
    rows = _table(path, "missing", ("name",), issues)
    return {row["name"]: row.get("tried", row.get("note", "")) for row in rows}


def _identity_table(path: Path, issues: list[Issue]) -> dict[str, Any]:
    """Read the table of identities; an entry that is not whole becomes an Issue and is left out."""
    if not is_there(path):
        return {}
    # A file that cannot be read counts as one without entries, and says so.
    remedy = Text("base.identity.remedy")
    fault: Text | None
    try:
        table = read_toml(path)
        fault = format_fault(table.get("format", DATA_FORMAT))
    except DataFileError as error:
        fault = error.words
    if fault is not None:
        issues.append(Issue("identity-unreadable", "error", f"base/{path.name}", fault, remedy))
        return {}
    _unknown_tables(table, ("format", "limit", "default"), f"base/{path.name}", issues)
    rows: list[dict[str, Any]] = []
    limits, default = table.get("limit", []), table.get("default", {})
    if not isinstance(default, dict):
        words = Text("base.row", table="default", number=1, fault=Text("base.row-no-table"))
        issues.append(Issue("identity-faulty", "error", f"base/{path.name}", words, remedy))
        default = {}
    # One faulty entry is left out; the others hold.
    for row in limits if isinstance(limits, list) else [limits]:
        kind = _identity_fault(row, [r["name"] for r in rows])
        if kind is None:
            rows.append(row)
            continue
        name = row.get("name", "?") if isinstance(row, dict) else "?"
        issues.append(
            Issue(
                "identity-faulty",
                "error",
                f"base/{path.name}, {name}",
                Text(f"base.identity.{kind}", name=str(name)),
                Text("base.identity.remedy"),
            )
        )
    return {"limit": rows, "default": default}


def _identity_fault(row: Any, names: Sequence[str]) -> str | None:
    """Return what is wrong with an entry of the table of identities, or None."""
    candidates = row.get("candidate") if isinstance(row, dict) else None
    if not isinstance(candidates, list) or not candidates or not _is_named(row.get("name")):
        return "no_candidate"
    if row["name"] in names:
        return "twice"
    if any(not isinstance(c, dict) or not _is_named(c.get("road")) for c in candidates):
        return "no_candidate"
    probabilities = [_positive(c.get("probability"), math.nan) for c in candidates]
    if not abs(sum(probabilities) - 1) <= SUM_TOLERANCE:
        return "sum"
    return None


def _identities(
    stretches: gpd.GeoDataFrame, table: Mapping[str, Any], issues: list[Issue]
) -> Identities:
    """Return the table of identities with the lines that its ids mean."""
    line_of = dict(zip(stretches["road_id"].astype(str), stretches["line"], strict=True))
    by_name = {}
    # Candidates by name; an id that no line has leaves the name to its class.
    for row in table.get("limit", []):
        unknown = [c["road"] for c in row["candidate"] if not line_of.get(c["road"])]
        if unknown:
            issues.append(
                Issue(
                    "identity-road-unknown",
                    "error",
                    f"base/identity.toml, {row['name']}",
                    Text("base.identity.unknown", name=row["name"], roads=unknown),
                    Text("base.identity.remedy"),
                )
            )
            continue
        by_name[row["name"]] = Identity(
            row["name"],
            tuple(
                Candidate(
                    line_of[c["road"]],
                    float(c["probability"]),
                    str(c.get("evidence", "")),
                    str(c.get("evidence_en", "")),
                )
                for c in row["candidate"]
            ),
            str(row.get("reason", "")),
            str(row.get("reason_en", "")),
        )
    # How sure a class is, where the file says it.
    classes = table.get("default", {})
    by_class = {
        name: _positive(classes.get(name), math.nan) for name in IDENTITY_CLASSES if name in classes
    }
    for name, probability in by_class.items():
        if not probability <= 1:
            issues.append(
                Issue(
                    "identity-faulty",
                    "error",
                    f"base/identity.toml, {name}",
                    Text("base.identity.default", name=name),
                    Text("base.identity.remedy"),
                )
            )
    return Identities(by_name, {n: p for n, p in by_class.items() if p <= 1})
