"""The base geography of a district: streets, river, outline, places and the alias table."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import pandas as pd
import shapely
from pydantic import BaseModel, ConfigDict, ValidationError
from shapely import MultiPolygon, Polygon

from geo.crs import WGS84, metric_crs_for, require_metric
from geo.errors import DataFileError, GeoError, Issue
from geo.io.read import read_layer, read_toml, sha256

if TYPE_CHECKING:
    from collections.abc import Mapping

LINE_COLUMNS = (
    "name", "method", "position_error_m", "source", "source_en", "half_width_m", "geometry",
)  # fmt: skip
"""Columns of a centreline that the edges of a zone carry on."""

CENTRE_READING = "centre_line"
"""The default reading, one rule for every limit of every zone: a limit named in a sentence
is its own middle line, the centre line of a road and the mid-line of a river."""


class PlanPeriod(BaseModel):
    """One plan of the district, in the order of time."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    name: str
    name_en: str
    period_from: int
    period_to: int


class District(BaseModel):
    """What a data folder says about itself (``district.toml``)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: int
    id: str
    name: str
    name_en: str
    city: str
    city_en: str
    data_version: str
    metric_crs: str = ""
    official_area_km2: str = ""
    official_area_source: str = ""
    licence: str
    licence_url: str = ""
    attribution: str
    attribution_en: str
    plans: tuple[PlanPeriod, ...]

    def plan(self, plan_id: str) -> PlanPeriod:
        """Return the period with an id, or raise GeoError."""
        for period in self.plans:
            if period.id == plan_id:
                return period
        known = "、".join(p.id for p in self.plans)
        raise GeoError(f"Plan {plan_id!r} is not in district.toml. Known plans: {known}.")


@dataclass(frozen=True)
class Alias:
    """A printed name and the line that it means, reviewed by a person."""

    printed: str
    data_name: str
    reason: str
    reason_en: str
    source: str


@dataclass(frozen=True)
class Base:
    """The base geography, lines in a metric CRS and places in WGS84.

    Parameters
    ----------
    district : District
        Names, plans, licence.
    outline : Polygon or MultiPolygon
        The district, in `metric_crs`.
    roads : GeoDataFrame
        One row per road name, in `metric_crs`: `LINE_COLUMNS` and more.
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
    issues : tuple of Issue
        What is wrong with the files; the rest is usable.
    hashes : dict of str to str
        SHA-256 of every base file read, by its name in the data folder.
    """

    district: District
    outline: Polygon | MultiPolygon
    roads: gpd.GeoDataFrame
    rivers: gpd.GeoDataFrame
    aliases: Mapping[str, Alias]
    missing: Mapping[str, str]
    landmarks: gpd.GeoDataFrame
    control_points: gpd.GeoDataFrame
    metric_crs: str
    outline_error_m: float = 0.0
    issues: tuple[Issue, ...] = ()
    hashes: Mapping[str, str] = field(default_factory=dict)

    def river_readings(self, name: str) -> list[str]:
        """Return the readings of a river, the default first; empty for a road."""
        rows = self.rivers[self.rivers["name"] == name]
        return list(rows["reading"])

    def data_name(self, printed: str) -> str:
        """Return the name of the line that a printed name means."""
        alias = self.aliases.get(printed)
        return alias.data_name if alias else printed

    def alias_names(self) -> dict[str, tuple[str, str]]:
        """Return printed name to (data name, reason), as `find_road` takes it."""
        return {a.printed: (a.data_name, a.reason) for a in self.aliases.values()}

    def centrelines(self, river_reading: str | None = None) -> gpd.GeoDataFrame:
        """Return all named lines under one reading of the rivers.

        Parameters
        ----------
        river_reading : str, optional
            ``"mid_river"``, ``"bank"``, ``"riverside_road"``; the first
            reading in the file where not given.

        Returns
        -------
        GeoDataFrame
            `LINE_COLUMNS`, in `metric_crs`; the river stands under its name.
            Made once for every reading and shared: not to be changed.
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
        if self.rivers.empty:
            return self.roads[list(LINE_COLUMNS)].reset_index(drop=True)
        rivers = self.rivers
        chosen = (
            rivers[rivers["reading"] == river_reading]
            if river_reading
            else rivers.drop_duplicates("name")
        )
        return gpd.GeoDataFrame(
            pd.concat(
                [self.roads[list(LINE_COLUMNS)], chosen[list(LINE_COLUMNS)]], ignore_index=True
            ),
            crs=self.metric_crs,
        )


def read_district(folder: Path) -> District:
    """Read ``district.toml`` of a data folder.

    Raises
    ------
    DataFileError
        If the file is missing or does not fit the model.
    """
    path = folder / "district.toml"
    try:
        return District.model_validate(read_toml(path))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise DataFileError(
            f"{path.name}: {key}: {first['msg']}. Mend the file or take it from a fresh copy."
        ) from error


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
    outline_layer = read_layer(base / "district.geojson")
    if outline_layer.empty:
        raise DataFileError("district.geojson has no feature; expected the district's outline.")
    metric_crs = district.metric_crs or metric_crs_for(
        float(outline_layer.geometry.iloc[0].representative_point().x)
    )
    issues: list[Issue] = []

    roads = _lines(base / "roads.geojson", metric_crs)
    rivers = _optional(base / "river.geojson", issues)
    rivers = (
        roads.iloc[:0].assign(reading=[]) if rivers.empty else _complete(rivers).to_crs(metric_crs)
    )
    landmarks = _optional(base / "landmarks.geojson", issues)
    control_points = _optional(base / "control_points.geojson", issues)
    aliases = _aliases(base / "aliases.toml", issues)
    missing = _missing(base / "missing.toml", issues)
    outline = shapely.union_all(outline_layer.to_crs(metric_crs).geometry.array)
    error = outline_layer.get("position_error_m")
    names = (
        "roads.geojson",
        "river.geojson",
        "district.geojson",
        "landmarks.geojson",
        "control_points.geojson",
        "aliases.toml",
        "missing.toml",
    )
    require_metric(roads, "roads.geojson")
    return Base(
        district=district,
        outline=cast("Polygon | MultiPolygon", outline),
        roads=roads,
        rivers=rivers,
        aliases=aliases,
        missing=missing,
        landmarks=landmarks,
        control_points=control_points,
        metric_crs=metric_crs,
        outline_error_m=float(error.iloc[0]) if error is not None else 0.0,
        issues=tuple(issues),
        hashes={f"base/{n}": sha256(base / n) for n in names if (base / n).is_file()},
    )


def _lines(path: Path, metric_crs: str) -> gpd.GeoDataFrame:
    """Read centrelines and give the optional columns a value."""
    layer = read_layer(path)
    if "name" not in layer.columns:
        raise DataFileError(f"{path.name} has no column 'name'; found {list(layer.columns)}.")
    return _complete(layer).to_crs(metric_crs)


def _complete(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the optional columns of lines a value."""
    defaults: dict[str, Any] = {
        "method": "traced",
        "position_error_m": 0.0,
        "source": "",
        "half_width_m": 0.0,
    }
    lines = lines.assign(**{c: v for c, v in defaults.items() if c not in lines.columns})
    english = lines["source_en"] if "source_en" in lines.columns else lines["source"]
    return lines.assign(source_en=english.where(english.notna(), lines["source"]))


def _optional(path: Path, issues: list[Issue]) -> gpd.GeoDataFrame:
    """Read a layer whose absence leaves the rest usable."""
    try:
        return read_layer(path)
    except DataFileError as error:
        issues.append(
            Issue(
                "base-file-unreadable",
                "error",
                f"base/{path.name}",
                str(error),
                "Restore the file from a fresh copy of the data folder.",
            )
        )
        return gpd.GeoDataFrame({"name": []}, geometry=[], crs=WGS84)


def _aliases(path: Path, issues: list[Issue]) -> dict[str, Alias]:
    """Read the alias table; every printed name once."""
    table: dict[str, Alias] = {}
    if not path.is_file():
        return table
    for row in read_toml(path).get("alias", []):
        try:
            alias = Alias(
                printed=row["printed"],
                data_name=row["data_name"],
                reason=row["reason"],
                reason_en=row.get("reason_en", ""),
                source=row.get("source", ""),
            )
        except KeyError as error:
            issues.append(
                Issue(
                    "alias-incomplete",
                    "error",
                    f"base/{path.name}",
                    f"An alias lacks {error.args[0]!r}: {row}.",
                    "Give printed, data_name and reason.",
                )
            )
            continue
        if alias.printed in table:
            issues.append(
                Issue(
                    "alias-twice",
                    "error",
                    f"base/{path.name}",
                    f"{alias.printed!r} stands twice in the alias table.",
                    "Keep one of them.",
                )
            )
            continue
        table[alias.printed] = alias
    return table


def _missing(path: Path, issues: list[Issue]) -> dict[str, str]:
    """Read the limits that were looked for and not found."""
    if not path.is_file():
        return {}
    table: dict[str, str] = {}
    for row in read_toml(path).get("missing", []):
        if "name" not in row:
            issues.append(
                Issue(
                    "missing-row-without-name",
                    "warning",
                    f"base/{path.name}",
                    f"{row}",
                    "Give every row a name.",
                )
            )
            continue
        table[row["name"]] = row.get("tried", row.get("note", ""))
    return table
