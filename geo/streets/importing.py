"""Make the base layers of a data folder from street data of others."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import LineString, MultiPolygon, Polygon

from geo.crs import METRIC, WGS84, require_metric
from geo.datums.guess import as_wgs84, guess_datum
from geo.datums.shifts import wgs84_to_gcj02_xy
from geo.errors import DataFileError, Issue
from geo.streets.noding import (
    EXTENSION_M,
    REPORTED_M,
    ROUNDABOUT_M,
    Extension,
    extended_to_mean_lines,
    extended_to_middles,
    noded,
)
from geo.streets.osm import OSM_ATTRIBUTION, StreetSource
from geo.streets.reference_lines import SEPARATION_M, ReferenceLine, reference_line
from geo.streets.rivers import river_lines
from geo.streets.rows import (
    REPORT_COLUMNS,
    ROAD_CLASSES,
    ImportedStreets,
    river_rows,
    road_row,
    slug,
)
from geo.streets.sources import read_streets
from geo.texts import Text

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.base import Base

logger = logging.getLogger(__name__)

MARGIN_M = 300.0
"""Streets are kept up to here outside the outline: a limit often runs along it."""

RING_NEAR_M = 25.0
"""A roundabout so near to a way of a road may be one that the road runs through."""

SAME_ROAD_M = 1000.0
"""Parts of one name further apart than this are two roads of the same name."""

OSM_ERROR_M = 6.0
"""Assumed position error of OpenStreetMap lines, 1 sigma [m]; Haklay (2010) found about 6 m
for London. It is not measured for the place of the import: `compare_with_base` shows more."""

OTHER_ERROR_M = 10.0
"""Assumed position error of other lines if the caller gives none, 1 sigma [m]."""

LARGEST_SHIFT_M = 1500.0
"""No datum of a web map shifts further (BD-09: about 1.2 km)."""

_WALKED = ("footway", "path", "steps", "cycleway", "track", "bridleway")


@dataclass(frozen=True)
class StreetFile:
    """A file of streets and what its bringer knows of it.

    Parameters
    ----------
    path : Path
        See `geo.streets.sources.read_streets`.
    name_column, layer, crs : str, optional
        Which column holds the names, which layer is meant, and the CRS of a
        file that says none; see there.
    datum : {"wgs84", "gcj02", "bd09"}, optional
        What the coordinates are in: they are shifted from it and nothing is
        guessed.
    position_error_m : float, optional
        Position error of the lines, 1 sigma [m]; else `OSM_ERROR_M` or
        `OTHER_ERROR_M`, and the rows say that it is assumed.
    attribution, licence : str
        For data that do not say whose they are.
    """

    path: Path
    name_column: str | None = None
    layer: str | None = None
    crs: str | None = None
    datum: str | None = None
    position_error_m: float | None = None
    attribution: str = ""
    licence: str = ""


def import_streets(
    file: StreetFile,
    outline: Polygon | MultiPolygon | gpd.GeoDataFrame,
    *,
    metric_crs: str = METRIC,
    margin_m: float = MARGIN_M,
    base: Base | None = None,
) -> ImportedStreets:
    """Make base layers of a file of streets.

    Parameters
    ----------
    file : StreetFile
        The file, and what is known of it.
    outline : Polygon, MultiPolygon or GeoDataFrame
        The district; a bare geometry is in WGS84.
    metric_crs : str
        Projected CRS in metres for all measures.
    margin_m : float
        How far outside the outline streets are kept [m].
    base : Base, optional
        Known streets; the datum of the file is told by its position against
        them where the file's bringer does not name it.

    Returns
    -------
    ImportedStreets

    Raises
    ------
    DataFileError
        If the file cannot be used, or lies beside the known streets as only
        another datum does; with what was found and what to do.
    CRSError
        If `metric_crs` is not in metres.
    """
    path = Path(file.path)
    area = _metric_outline(outline, metric_crs)
    area_with_margin = shapely.buffer(area, margin_m)
    # streets in a shifted datum must still be there to be recognised
    reach = gpd.GeoSeries([shapely.buffer(area_with_margin, LARGEST_SHIFT_M)], crs=metric_crs)
    bounds = tuple(reach.to_crs(WGS84).total_bounds.tolist())
    streets = read_streets(
        path,
        bounds,
        name_column=file.name_column,
        layer=file.layer,
        source_crs=file.crs,
    )
    # The datum as the reader says it; else the position against known streets tells it.
    issues = list(streets.issues)
    if file.datum is not None:
        ways, waters = (as_wgs84(layer, file.datum) for layer in (streets.ways, streets.waters))
        streets = replace(streets, ways=ways, waters=waters)
    else:
        issues += _datum_issues(streets, base, path.name)
    ways = _clipped_ways(streets, area_with_margin, metric_crs, path.name)
    # Whose the data are goes with them; where the file is silent, the reader is asked.
    osm = streets.attribution == OSM_ATTRIBUTION
    attribution = streets.attribution or file.attribution
    licence = streets.licence or file.licence
    if not attribution:
        issues.append(
            Issue(
                "attribution-missing",
                "warning",
                path.name,
                Text("street-import.no-attribution", file=path.name),
                Text("street-import.no-attribution.remedy"),
            )
        )
    # A position error that nobody gave is assumed, and the note says so.
    error_m = file.position_error_m or (OSM_ERROR_M if osm else OTHER_ERROR_M)
    common = {
        "method": "traced",
        "position_error_m": error_m,
        "licence": licence,
        "note": "" if file.position_error_m else "position error assumed, not measured",
    }
    label = "OpenStreetMap" if osm else path.name
    stamp = f"{label}, {streets.extract_date[:10] or 'date not known'}"
    roads, report = _reference_roads(ways, metric_crs, common, stamp, issues)
    river = river_lines(streets.waters.to_crs(metric_crs), area, area_with_margin, issues)
    river = river_rows(river, common, stamp, metric_crs)
    logger.info("%s: %d ways, %d roads", path.name, len(ways), len(roads))
    return ImportedStreets(
        roads,
        river,
        report,
        issues,
        attribution,
        licence,
        streets.extract_date,
        {
            "file": path.name,
            "format": streets.format,
            "bytes": path.stat().st_size,
            "sha256": _sha256(path),
        },
        metric_crs,
    )


def _datum_issues(streets: StreetSource, base: Base | None, label: str) -> list[Issue]:
    """Compare the position of streets with known ones; refuse them in another datum."""
    if base is None or base.roads.empty:
        middle = streets.ways.total_bounds.reshape(2, 2).mean(axis=0, keepdims=True)
        in_china = not np.allclose(wgs84_to_gcj02_xy(middle), middle)
        if streets.attribution == OSM_ATTRIBUTION or not in_china:
            return []
        message = Text("streets.datum.not-compared")
        return [Issue("datum-not-compared", "info", label, message, Text("streets.datum.say"))]
    guess = guess_datum(streets.ways[streets.ways["name"] != ""], base, place=label)
    best = guess.reading
    if best is None or best.id == "wgs84":
        return [issue for issue in guess.issues if issue.code == "datum-uncertain"]
    names, evidence = (best.name, best.name_en), best.evidence
    if guess.certain:
        key = "shifted" if best.id in ("gcj02", "bd09") else "other"
        raise DataFileError(
            Text(f"streets.datum.{key}", name=names, evidence=evidence, id=best.id).about(label)
        )
    message = Text("streets.datum.uncertain", name=names, evidence=evidence)
    return [Issue("datum-uncertain", "warning", label, message, Text("streets.datum.say"))]


def _metric_outline(
    outline: Polygon | MultiPolygon | gpd.GeoDataFrame, metric_crs: str
) -> Polygon | MultiPolygon:
    layer = (
        outline
        if isinstance(outline, gpd.GeoDataFrame)
        else gpd.GeoDataFrame(geometry=[outline], crs=WGS84)
    )
    layer = layer.to_crs(metric_crs)
    require_metric(layer, "The outline")
    area: Any = shapely.union_all(layer.geometry.array)
    if area.is_empty or area.area == 0:
        raise DataFileError(Text("street-import.no-outline"))
    return area  # type: ignore[no-any-return]


def _clipped_ways(
    streets: StreetSource, area: Polygon, metric_crs: str, label: str
) -> gpd.GeoDataFrame:
    """Return the ways within the wanted area, one row per part and per name, metric."""
    ways = streets.ways.to_crs(metric_crs)
    ways = ways[ways.intersects(area)]
    named_ways = ways[ways["name"] != ""]
    if named_ways.empty:
        extent = streets.extent or (tuple(streets.ways.total_bounds) if len(streets.ways) else None)
        bounds = str(np.round(extent, 4).tolist()) if extent else ""
        where = Text("street-import.where", bounds=bounds) if extent else ""
        raise DataFileError(Text("street-import.none-near", file=label, where=where))
    inside = shapely.covered_by(ways.geometry.array, area)
    clipped = ways.geometry.array.copy()
    clipped[~inside] = shapely.intersection(np.asarray(clipped)[~inside], area)
    ways = ways.set_geometry(gpd.GeoSeries(clipped, ways.index, crs=metric_crs)).explode()
    ways = ways[(ways.geom_type == "LineString") & (ways.length > 0)]
    # a way may have two names, "甲路;乙路"
    ways = ways.assign(name=ways["name"].str.split(";")).explode("name")
    ways["name"] = ways["name"].str.strip()
    return ways.reset_index(drop=True)


def _reference_roads(
    ways: gpd.GeoDataFrame,
    metric_crs: str,
    common: dict[str, Any],
    stamp: str,
    issues: list[Issue],
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return one row per road and the report on how its line was made."""
    rings = _rings(ways.loc[ways["roundabout"], "geometry"])
    road_ways = _kept(ways)
    if road_ways.empty:
        kinds = sorted(set(ways["highway"].dropna()))[:10]
        raise DataFileError(Text("street-import.none-kept", count=len(ways), kinds=kinds))
    issues += _not_open(ways, road_ways)
    # One line per road; a name that stands in two places is two roads.
    groups: list[tuple[str, gpd.GeoDataFrame, ReferenceLine]] = []
    for name, rows in road_ways.groupby("name", sort=True):
        places = _separate_places(rows)
        if len(places) > 1:
            issues.append(
                Issue(
                    "street-name-twice",
                    "warning",
                    str(name),
                    Text("street-import.twice", count=len(places), name=name, metres=SAME_ROAD_M),
                    Text("street-import.twice.remedy"),
                )
            )
        for group in places:
            lines = group.geometry.to_list()
            near = [ring for ring in rings if shapely.dwithin(ring, lines, RING_NEAR_M).any()]
            oneway = [None if pd.isna(v) else int(v) for v in group["oneway"]]
            line = reference_line(lines, oneway, near)
            if line.parts:
                groups.append((str(name), group, line))
    # The lines of all roads become one network: ends reach mean lines, crossings are vertices.
    parts = [part for _, _, line in groups for part in line.parts]
    owners = [number for number, (_, _, line) in enumerate(groups) for _ in line.parts]
    replaced = {n: [*line.carriageways, *line.rings] for n, (_, _, line) in enumerate(groups)}
    replaced = {n: lines for n, lines in replaced.items() if lines}
    parts, extensions = extended_to_mean_lines(parts, owners, replaced)
    led_through = {ring.wkb for _, _, line in groups for ring in line.rings}
    corners = [ring for ring in rings if ring.wkb not in led_through]
    parts, led = extended_to_middles(parts, owners, corners)
    extensions += led
    names = [name for name, _, _ in groups]
    issues += [_not_led(names, extension) for extension in extensions if not extension.is_made]
    parts = noded(parts)
    # Rows of the layer and of the report, with ids that do not repeat.
    rows, report = [], []
    uses: dict[str, int] = {}
    for number, (name, group, line) in enumerate(groups):
        of_road = [part for part, owner in zip(parts, owners, strict=True) if owner == number]
        road_id = slug(name)
        uses[road_id] = uses.get(road_id, 0) + 1
        road_id = road_id if uses[road_id] == 1 else f"{road_id}-{uses[road_id]}"
        rows.append(road_row(road_id, name, group, line, of_road, common, stamp))
        lengthenings = [
            (names[e.to], e.length_m) for e in extensions if e.is_made and e.road == number
        ]
        report.append(_report_row(road_id, name, group, line, of_road, lengthenings))
        if line.open_m:
            issues.append(
                Issue(
                    "street-open",
                    "info",
                    name,
                    Text(
                        "street-import.open",
                        name=name,
                        parts=len(of_road),
                        gaps=[f"{gap:.0f} m" for gap in line.open_m],
                    ),
                    Text("street-import.open.remedy"),
                )
            )
    # Six decimals, as every file of the data folder has them.
    roads = gpd.GeoDataFrame(rows, geometry="geometry", crs=metric_crs).to_crs(WGS84)
    roads = roads.set_geometry(
        shapely.remove_repeated_points(shapely.transform(roads.geometry.array, _six_decimals))
    )
    return roads.set_crs(WGS84), pd.DataFrame(report, columns=list(REPORT_COLUMNS))


def _not_led(names: Sequence[str], extension: Extension) -> Issue:
    """Return the issue of a street end that stays on a carriageway, too far from the middle."""
    name, to = names[extension.road], names[extension.to]
    return Issue(
        "street-not-led",
        "warning",
        name,
        Text(
            "street-import.not-led-round" if extension.at_roundabout else "street-import.not-led",
            name=name,
            to=to,
            length=extension.length_m,
            limit=ROUNDABOUT_M if extension.at_roundabout else EXTENSION_M,
        ),
        Text("street-import.not-led.remedy"),
    )


def _six_decimals(xy: np.ndarray) -> np.ndarray:
    return np.round(xy, 6)


def _rings(roundabouts: gpd.GeoSeries) -> list[LineString]:
    """Return the closed ways of roundabouts; those of several ways as one."""
    lines = np.asarray(roundabouts.array, dtype=object)
    is_closed = shapely.is_closed(lines)
    merged = shapely.line_merge(shapely.multilinestrings(lines[~is_closed]))
    joined = [part for part in shapely.get_parts(merged) if part.is_closed]
    return [*lines[is_closed], *joined]


NOT_OPEN = ("construction", "proposed", "planned", "abandoned", "razed", "disused")
"""Values of ``highway`` of streets that nobody can walk yet, or any more."""


def _not_open(ways: gpd.GeoDataFrame, road_ways: gpd.GeoDataFrame) -> list[Issue]:
    """Tell the streets that were left out because all their ways are planned or gone."""
    is_closed = ways["highway"].isin(NOT_OPEN) & (ways["name"] != "")
    names = sorted(set(ways.loc[is_closed, "name"]) - set(road_ways["name"]))
    if not names:
        return []
    message = Text("street-import.not-open", count=len(names), names=names[:10])
    remedy = Text("street-import.not-open.remedy")
    return [Issue("street-not-open", "warning", names[0], message, remedy)]


def _service_beside(ways: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Tell which ways are service roads beside the carriageways of the road of their name."""
    is_service = (ways["highway"].fillna("") == "service").to_numpy()
    result = np.zeros(len(ways), dtype=bool)
    shapes = np.asarray(ways.geometry.array)
    names = ways["name"].to_numpy()
    for name in sorted(set(names[is_service])):
        of_road = names == name
        main = shapely.union_all(shapes[of_road & ~is_service])
        places = np.flatnonzero(of_road & is_service)
        if not main.is_empty:
            # flat ends: a road that goes on as a service road is no road beside it
            beside = shapely.buffer(main, SEPARATION_M, cap_style="flat")
            within = shapely.length(shapely.intersection(shapes[places], beside))
            result[places[within > 0.9 * shapely.length(shapes[places])]] = True
    return result


def _kept(ways: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the named ways that carry a road: no slip roads, nothing that runs beside it."""
    named_ways = ways[ways["name"] != ""]
    highway = named_ways["highway"].fillna("")
    road = (highway == "") | highway.isin(ROAD_CLASSES)
    is_footway = highway.isin(_WALKED)
    driven = named_ways.loc[road & ~is_footway, "name"].unique()
    named_ways = named_ways[road & ~(is_footway & named_ways["name"].isin(driven))]
    return named_ways[~_service_beside(named_ways)]


def _separate_places(rows: gpd.GeoDataFrame) -> list[gpd.GeoDataFrame]:
    """Return the rows of one name by place: parts more than SAME_ROAD_M apart are other roads."""
    lines = np.asarray(rows.geometry.array)
    left, bottom, right, top = shapely.total_bounds(lines)
    if len(rows) == 1 or np.hypot(right - left, top - bottom) <= SAME_ROAD_M:
        return [rows]
    tree = shapely.STRtree(lines)
    first, second = tree.query(lines, predicate="dwithin", distance=SAME_ROAD_M)
    place = np.arange(len(rows))
    while True:
        lowest = place.copy()
        np.minimum.at(lowest, first, place[second])
        if (lowest == place).all():
            break
        place = lowest
    numbers = np.unique(place)
    return [rows] if len(numbers) == 1 else [rows[place == number] for number in numbers]


def _report_row(
    road_id: str,
    name: str,
    group: gpd.GeoDataFrame,
    line: ReferenceLine,
    parts: Sequence[LineString],
    lengthenings: Sequence[tuple[str, float]],
) -> dict[str, Any]:
    return {
        "road_id": road_id,
        "name": name,
        "ways": group["source_id"].nunique(),
        "parts": len(parts),
        "length_m": round(sum(part.length for part in parts), 1),
        "divided_m": round(line.divided_m, 1),
        "separation_m": round(line.separation_m, 1),
        "roundabouts": line.roundabouts,
        "joined": len(line.joined_m),
        "joined_max_m": round(max(line.joined_m, default=0.0), 1),
        "extended_m": round(max((length for _, length in lengthenings), default=0.0), 1),
        "extended_to": "; ".join(
            f"{to} {length:.1f}" for to, length in lengthenings if length > REPORTED_M
        ),
        "left_out_m": round(line.left_out_m, 1),
        "open": len(line.open_m),
        "open_m": round(sum(line.open_m), 1),
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
