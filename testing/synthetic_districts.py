"""Made-up districts as data folders: a synthetic network and a plan whose zones are known.

For the measure of many districts (`benchmarks.scale`) and the tests of the engines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import WGS84
from geo.io.geojson import layer_bytes
from geo.io.write import write_bytes
from testing.synthetic_streets import METRIC, sample_rings, synthetic_streets

if TYPE_CHECKING:
    from pathlib import Path

DISTRICT = """format = 1
id = "{id}"
name = "第{number}区"
name_en = "District {number}"
city = "合成市"
city_en = "Synthetic City"
data_version = "1"
metric_crs = "{crs}"
licence = "CC0-1.0"
attribution = "合成数据"
attribution_en = "Synthetic data"

[[plans]]
id = "13th"
name = "十三五"
name_en = "13th Five-Year Plan"
period_from = 2016
period_to = 2020
"""

DOCUMENT = """format = 1

[document]
id = "13th-outline"
plan = "13th"
title = "合成规划"
title_en = "Synthetic plan"
period_from = 2016
period_to = 2020

[[groups]]
id = "zones"
name = "片区"
name_en = "Zones"
"""

ITEM = """
[[items]]
id = "13th-zone-{number}"
kind = "zone"
place = "zone-{number}"
group = "zones"
name = "第{number}片区"
name_en = "Zone {number}"
short_name = "片区{number}"
short_name_en = "Zone {number}"
basis = "stated"
section = "第一章"
limits_text = "以{limits}围合的区域，规划面积{area}平方公里"
stated_area = "{area}平方公里"
stated_area_km2 = "{area}"
"""


def write_district(folder: Path, number: int, *, segments: int, zones: int) -> shapely.Geometry:
    """Write one district and return its true zones, in EPSG:4548.

    Parameters
    ----------
    folder : Path
        Made if missing.
    number : int
        Number of the district, and the seed of all that is in it.
    segments : int
        Two-point segments of its network; never fewer than 884, one patch.
    zones : int
        Zones of its plan, each between four named streets.
    """
    streets = synthetic_streets(segments, seed=number, style="irregular")
    limits, truth = sample_rings(streets, zones, seed=number)
    roads = streets.centrelines()
    roads["road_id"] = [f"road-{k}" for k in range(len(roads))]
    roads["name_confidence"] = "high"
    roads["method"] = "traced"
    roads["position_error_m"] = 5.0
    roads["source"] = "synthetic"
    roads["half_width_m"] = 8.0
    outline = shapely.buffer(shapely.MultiPoint(streets.nodes).convex_hull, 100.0)
    district = gpd.GeoDataFrame(
        {"name": [f"第{number}区"], "position_error_m": [10.0]}, geometry=[outline], crs=METRIC
    )
    for part in ("base", "plans", "zones"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    words = DISTRICT.format(id=f"district-{number:04d}", number=number, crs=METRIC)
    write_bytes(folder / "district.toml", words.encode())
    write_bytes(folder / "base" / "roads.geojson", layer_bytes(roads.to_crs(WGS84)))
    write_bytes(folder / "base" / "district.geojson", layer_bytes(district.to_crs(WGS84)))
    for empty in ("river", "landmarks", "control_points"):
        write_bytes(
            folder / "base" / f"{empty}.geojson", layer_bytes(district.iloc[:0].to_crs(WGS84))
        )
    items = [
        ITEM.format(number=k + 1, limits="、".join(ring), area=f"{zone.area / 1e6:.4f}")
        for k, (ring, zone) in enumerate(zip(limits, truth, strict=True))
    ]
    plan = DOCUMENT + "".join(items)
    write_bytes(folder / "plans" / "13th-outline.toml", plan.encode())
    return np.asarray(truth, dtype=object)
