"""Write imported streets as rows of the base layers: ids, names, classes, widths."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
from pypinyin import lazy_pinyin
from shapely import LineString, MultiLineString

from geo.crs import WGS84

if TYPE_CHECKING:
    import pandas as pd

    from geo.errors import Issue
    from geo.streets.reference_lines import ReferenceLine

LANE_M = 3.5
"""Width of a lane of an urban road (CJJ 37, design speed of 60 km/h and more: 3.5 m)."""

ROAD_CLASSES = {
    "motorway": "trunk",
    "trunk": "trunk",
    "primary": "primary",
    "secondary": "secondary",
    "tertiary": "local",
    "unclassified": "local",
    "residential": "local",
    "living_street": "local",
    "service": "local",
    "road": "local",
    "busway": "local",
    "pedestrian": "footway",
    "footway": "footway",
    "path": "footway",
    "steps": "footway",
    "cycleway": "footway",
    "track": "footway",
    "bridleway": "footway",
    "local": "local",
}
"""OSM's values of ``highway`` (and this project's own) to the road classes of the base."""

CLASS_HALF_WIDTH_M = {
    "trunk": 16.0,
    "primary": 13.0,
    "secondary": 10.0,
    "local": 5.5,
    "footway": 6.0,
}
"""Assumed half widths, footways included, where the data give neither width nor lanes [m]:
lanes of `LANE_M` (6, 4, 4, 2), cycle strips of 2.5 m (trunk; primary, widened by a metre)
and footways of `FOOTWAY_M`; a pedestrian street is taken as 12 m wide."""

FOOTWAY_M = {"trunk": 3.0, "primary": 3.0, "secondary": 3.0, "local": 2.0, "footway": 0.0}
"""Assumed width of the footway on either side [m], added to a carriageway from the data."""

_KINDS = {"大街": "Avenue", "大道": "Avenue", "路": "Road", "道": "Road", "街": "Street"}

_CLASS_ORDER = tuple(CLASS_HALF_WIDTH_M)


REPORT_COLUMNS = (
    "road_id",
    "name",
    "ways",
    "parts",
    "length_m",
    "divided_m",
    "separation_m",
    "roundabouts",
    "joined",
    "joined_max_m",
    "extended_m",
    "extended_to",
    "left_out_m",
    "open",
    "open_m",
)


@dataclass(frozen=True)
class ImportedStreets:
    """Base layers made of street data from outside.

    Parameters
    ----------
    roads : GeoDataFrame
        One row per road, WGS84, columns of ``data/base/roads.geojson`` and
        ``osm_ids``. A road with open gaps is a MultiLineString.
    river : GeoDataFrame
        One row per river and reading (``mid_river``, ``bank``), WGS84, same columns.
    report : DataFrame
        One row per road, `REPORT_COLUMNS`; lengths in metres; ``joined_max_m``
        is the widest gap that was closed, ``open_m`` the sum of what remains
        open; ``extended_to`` names each divided road to whose middle an end was
        led by more than `REPORTED_M`, with the metres.
    issues : list of Issue
    attribution, licence : str
    extract_date : str
        "" if not known.
    source : dict
        ``file``, ``format``, ``sha256``, ``bytes``.
    metric_crs : str
    """

    roads: gpd.GeoDataFrame
    river: gpd.GeoDataFrame
    report: pd.DataFrame
    issues: list[Issue]
    attribution: str
    licence: str
    extract_date: str
    source: dict[str, Any]
    metric_crs: str


def road_row(
    road_id: str,
    name: str,
    group: gpd.GeoDataFrame,
    line: ReferenceLine,
    parts: list[LineString],
    common: dict[str, Any],
    stamp: str,
) -> dict[str, Any]:
    """Return one row of ``roads.geojson``.

    Parameters
    ----------
    road_id, name : str
    group : GeoDataFrame
        The ways of the road, metric.
    line : ReferenceLine
        What was made of them.
    parts : list of LineString
        Its parts as noded with the other roads.
    common : dict
        ``method``, ``position_error_m``, ``licence``, ``note`` of all rows.
    stamp : str
        Source and date.

    Returns
    -------
    dict
    """
    classes = [ROAD_CLASSES.get(h, "local") for h in group["highway"].fillna("")]
    lengths = group.length.to_numpy()
    share = {c: lengths[[k == c for k in classes]].sum() for c in _CLASS_ORDER}
    road_class = max(_CLASS_ORDER, key=lambda c: share[c])
    half_width, half_source = _half_width(group, line, road_class)
    ids = sorted(set(group["source_id"]))
    english = [e for e in group["name_en"] if e]
    return {
        "road_id": road_id,
        "name": name,
        "name_en": english[0] if english else romanised(name),
        "name_evidence": "name of the ways in the source",
        "name_confidence": "high",
        "method": common["method"],
        "position_error_m": common["position_error_m"],
        "source": f"{stamp}: {len(ids)} {'way' if len(ids) == 1 else 'ways'}",
        "road_class": road_class,
        "half_width_m": round(half_width, 1),
        "half_width_source": half_source,
        "inferred_part": "",
        "licence": common["licence"],
        "note": common["note"],
        "osm_ids": ids,
        "geometry": parts[0] if len(parts) == 1 else MultiLineString(parts),
    }


def slug(name: str) -> str:
    """Return a name in pinyin as an id.

    Examples
    --------
    >>> slug("鞍山道")
    'anshan-dao'
    """
    syllables = [s.lower().strip() for s in lazy_pinyin(name)]
    words = ["".join(syllables[:-1]), syllables[-1]] if len(syllables) > 1 else syllables
    return re.sub(r"[^0-9a-z]+", "-", "-".join(words)).strip("-") or "road"


def romanised(name: str) -> str:
    """Return a name in pinyin with the kind of street in English.

    Examples
    --------
    >>> romanised("鞍山道"), romanised("南门外大街"), romanised("海河")
    ('Anshan Road', 'Nanmenwai Avenue', 'Haihe')
    """
    for ending, kind in _KINDS.items():
        if name.endswith(ending) and len(name) > len(ending):
            return f"{''.join(lazy_pinyin(name.removesuffix(ending))).capitalize()} {kind}"
    return name if name.isascii() else "".join(lazy_pinyin(name)).capitalize()


def _half_width(group: gpd.GeoDataFrame, line: ReferenceLine, road_class: str) -> tuple[float, str]:
    """Return half the width of a street with its footways [m], and how it is known."""
    weights = group.length.to_numpy()

    def mean(column: str) -> float:
        values = group[column].to_numpy(dtype=float)
        known = np.isfinite(values) & (values > 0)
        return float(np.average(values[known], weights=weights[known])) if known.any() else math.nan

    width, lanes = mean("width_m"), mean("lanes")
    footway = FOOTWAY_M[road_class]
    one = width if math.isfinite(width) else lanes * LANE_M
    known = "width" if math.isfinite(width) else f"lanes of {LANE_M} m"
    if line.separation_m:
        if not math.isfinite(one):
            one, known = 2 * LANE_M, f"2 lanes of {LANE_M} m (assumed)"
        half = (line.separation_m + one) / 2 + footway
        return half, f"distance of the carriageways, {known}, footways of {footway:g} m (assumed)"
    if math.isfinite(one):
        return one / 2 + footway, f"{known} in the source, footways of {footway:g} m (assumed)"
    return CLASS_HALF_WIDTH_M[road_class], "class default (assumed)"


def river_rows(
    lines: list[dict[str, Any]], common: dict[str, Any], stamp: str, metric_crs: str
) -> gpd.GeoDataFrame:
    """Return the rows of ``river.geojson`` in WGS84 from `geo.streets.rivers.river_lines`."""
    rows = [
        {
            "road_id": f"{slug(line['name']).replace('-', '')}-{line['reading'].replace('_', '-')}",
            "name": line["name"],
            "name_en": f"{romanised(line['name'])} River",
            "reading": line["reading"],
            "name_evidence": "name in the source",
            "name_confidence": "high",
            "method": common["method"],
            "position_error_m": common["position_error_m"],
            "source": f"{stamp}: {', '.join(line['ids'])}",
            "road_class": "river",
            "half_width_m": 0.0,
            "half_width_source": "a line on the water has no width",
            "inferred_part": "",
            "licence": common["licence"],
            "note": common["note"],
            "osm_ids": line["ids"],
            "geometry": line["geometry"],
        }
        for line in lines
    ]
    columns = list(rows[0]) if rows else ["name", "reading", "geometry"]
    river = gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=metric_crs)
    return river.to_crs(WGS84)
