"""An invented district of two by one kilometre, written as a data folder: no real street or plan.

y 1000  青北道 ─────────────────────────
        │ 青西路      │ 青中路      │ 青沿路 · 青河
y    0  青南道 ─────────────────────────
        x 0         x 1000      x 2000   bank 2050, mid-river 2100
"""

import json
import tempfile
from functools import cache
from pathlib import Path

import geopandas as gpd
from shapely import LineString, Point, Polygon

from geo.build import Built, build, zone_files
from geo.crs import METRIC, WGS84

EAST, NORTH = 516_500.0, 4_330_000.0
ERROR_M = 10.0

DISTRICT = """
format = 1
id = "tiny"
name = "小区"
name_en = "Tiny District"
city = "某市"
city_en = "Some City"
data_version = "2026.01.01"
metric_crs = "EPSG:4548"
official_area_km2 = "2.94"
licence = "CC BY 4.0"
attribution = "虚构数据"
attribution_en = "Invented data"

[[plans]]
id = "13th"
name = "十三五"
name_en = "13th Plan"
period_from = 2016
period_to = 2020

[[plans]]
id = "14th"
name = "十四五"
name_en = "14th Plan"
period_from = 2021
period_to = 2025
"""

HEAD = """
format = 1

[document]
id = "{plan}-outline"
plan = "{plan}"
title = "小区纲要<b>"
title_en = "Outline of Tiny District <b>"
issuer = "小区"
issuer_en = "Tiny District"
number = ""
date = ""
period_from = {start}
period_to = {end}
source_note = "虚构。"

[[groups]]
id = "zones"
name = "各片区"
name_en = "Zones"
section = "第一章"

[[groups]]
id = "belts"
name = "各带"
name_en = "Belts"
section = "第一章"

[[groups]]
id = "note"
name = "注释"
name_en = "Note"
section = "注释"
"""

ITEM = """
[[items]]
id = "{plan}-{place}"
kind = "{kind}"
place = "{place}"
group = "{group}"
name = "{name}"
name_en = "{name_en}"
short_name = "{name}"
short_name_en = "{name_en}"
basis = "{basis}"
section = "第一章"
{rest}
"""


def item(plan, place, kind, group, name, name_en, basis, rest=""):
    return ITEM.format(
        plan=plan, place=place, kind=kind, group=group, name=name, name_en=name_en, basis=basis,
        rest=rest.strip(),
    )  # fmt: skip


def plan_13th():
    return HEAD.format(plan="13th", start=2016, end=2020) + "".join(
        [
            item("13th", "west", "zone", "zones", "西片", "West", "stated", """
limits_text = "以青西路、青北道、青中路、青南道围合的区域,面积1.00平方公里"
stated_area = "面积1.00平方公里"
stated_area_km2 = "1.00"
quote = ["区内有西楼、东楼和无名楼。"]
places = [
  { name = "西楼", relation = "inside" },
  { name = "东楼", relation = "inside" },
  { name = "无名楼", relation = "anchor" },
]
"""),
            item("13th", "east", "zone", "zones", "东片<script>", "East & <script>", "stated", """
limits_text = "以青中路、青北道、青河、青南道围合的区域,面积0.99平方公里"
stated_area = "面积0.99平方公里"
stated_area_km2 = "0.99"
"""),
            item("13th", "lost", "zone", "zones", "失片", "Lost", "stated", """
limits_text = "以青西路、青失路、青中路、青南道围合的区域,面积0.50平方公里"
stated_area = "面积0.50平方公里"
stated_area_km2 = "0.50"
"""),
            item("13th", "spine", "belt", "belts", "中带", "Spine", "corridor", """
quote = ["中带总长1.0公里,面积0.40平方公里。"]
stated_area = "面积0.40平方公里"
stated_area_km2 = "0.40"
stated_length = "总长1.0公里"
stated_length_km = "1.0"
reasoning = "沿青中路，自青南道至青北道。"
reasoning_en = "Along the middle road, from the south road to the north road."

[items.axis]
road = "青中路"
from = "青南道"
to = "青北道"
"""),
            item("13th", "walk", "zone", "note", "步行区", "Walking area", "stated", """
limits_text = "以青西路、青北道、青沿路、青南道围合的区域,总面积2.0平方公里,其中区内1.9平方公里"
stated_area = "总面积2.0平方公里"
stated_area_km2 = "2.0"
part_areas = [{ id = "inside", stated = "其中区内1.9平方公里", km2 = "1.9", within = "district" }]
"""),
        ]
    )  # fmt: skip


def plan_14th():
    return HEAD.format(plan="14th", start=2021, end=2025) + "".join(
        [
            item("14th", "west", "zone", "zones", "西片", "West", "carried", """
quote = ["西片提质，面积1.10平方公里。"]
carried_from = "13th-west"
stated_area = "面积1.10平方公里"
stated_area_km2 = "1.10"
reasoning = "同名。"
reasoning_en = "The same name."
"""),
            item("14th", "spine", "belt", "belts", "中带", "Spine", "carried", """
quote = ["中带提升。"]
carried_from = "13th-spine"
reasoning = "同名。"
reasoning_en = "The same name."
"""),
            item("14th", "word", "cluster", "note", "只有名", "A name", "named", """
quote = ["只有名。"]
"""),
        ]
    )  # fmt: skip


def to_degrees(shape):
    """A shape drawn in metres about the origin, in WGS84 with six decimals."""
    moved = gpd.GeoSeries([shape], crs=METRIC).translate(EAST, NORTH).to_crs(WGS84).iloc[0]
    return json.loads(gpd.GeoSeries([moved]).to_json())["features"][0]["geometry"]


def rounded(coordinates):
    if isinstance(coordinates[0], (int, float)):
        return [round(number, 6) for number in coordinates]
    return [rounded(part) for part in coordinates]


def collection(rows):
    features = []
    for shape, properties in rows:
        geometry = to_degrees(shape)
        geometry["coordinates"] = rounded(geometry["coordinates"])
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def line(name, points, **more):
    about = {
        "road_id": name, "name": name, "name_en": name, "method": "traced", "source": "虚构",
        "position_error_m": ERROR_M, "half_width_m": 10.0, "half_width_source": "虚构",
        "road_class": "secondary", "licence": "CC BY 4.0",
    }  # fmt: skip
    return LineString(points), about | more


def write_tiny_district(folder: Path, *, zones: bool = True) -> Path:
    """Write the data folder; with `zones` also its zone files, built once. Return the folder."""
    write_folder(folder, _tiny_files() | (_tiny_zones() if zones else {}))
    return folder


def write_folder(folder: Path, files: dict[str, bytes]) -> None:
    """Write files by their name in a new folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@cache
def _tiny_zones() -> dict[str, bytes]:
    """Return the zone files of the district."""
    with tempfile.TemporaryDirectory() as place:
        folder = write_tiny_district(Path(place) / "data", zones=False)
        files = zone_files(built_tiny_district(), folder)
    return {f"zones/{name}": content for name, content in files.items()}


@cache
def built_tiny_district() -> Built:
    """Return the build of the district as it is written here, made once."""
    with tempfile.TemporaryDirectory() as place:
        return build(write_tiny_district(Path(place) / "data", zones=False))


@cache
def _tiny_files() -> dict[str, bytes]:
    """Return every file of the district that is not built, by name."""
    ends = [(-100, 0), (0, 0), (1000, 0), (2000, 0), (2050, 0), (2100, 0)]
    roads = [
        line("青南道", ends),
        line("青北道", [(x, 1000) for x, _ in ends]),
        line("青西路", [(0, -100), (0, 0), (0, 400), (0, 1000), (0, 1100)]),
        line("青中路", [(1000, -100), (1000, 0), (1000, 300), (1000, 700), (1000, 1000),
                     (1000, 1100)]),
        line("青沿路", [(2000, -100), (2000, 0), (2000, 1000), (2000, 1100)]),
    ]  # fmt: skip
    river = [
        line("青河", [(x, -200), (x, 0), (x, 1000), (x, 1200)], reading=reading, half_width_m=0.0)
        for reading, x in (("mid_river", 2100), ("bank", 2050), ("riverside_road", 2000))
    ]
    outline = Polygon([(-100, -200), (2100, -200), (2100, 0), (2100, 1000), (2100, 1200),
                       (-100, 1200)])  # fmt: skip
    tables = {
        "roads": roads,
        "river": river,
        "district": [(outline, {"name": "小区", "position_error_m": 10.0})],
        "landmarks": [
            (Point(500, 500), {"name": "西楼", "position_error_m": 20.0, "grade": "A"}),
            (Point(1300, 500), {"name": "东楼", "position_error_m": 20.0, "grade": "A"}),
        ],
        "control_points": [
            control("c1", Point(1005, 400), "road:青中路", 20),
            control("c2", Point(1000, 1003), "crossing:青中路×青北道", 20),
            control("c3", Point(-100, -195), "corner:district", 20),
            control("c4", Point(500, 500), "inside:district", 0),
            control("c5", Point(-500, 500), "outside:district", 0),
            control("c6", Point(0, 0), "road:未绘路", 20),
        ],
    }
    texts = {
        "district.toml": DISTRICT,
        "plans/13th-outline.toml": plan_13th(),
        "plans/14th-outline.toml": plan_14th(),
        **{f"base/{name}.geojson": collection(rows) for name, rows in tables.items()},
        "base/aliases.toml": "",
        "base/missing.toml": '[[missing]]\nname = "青失路"\ntried = "无据可查。"\n',
        "base/street_checks.csv": STREET_CHECKS,
    }
    return {name: text.encode() for name, text in texts.items()}


def control(control_id, point, expect, tolerance):
    return point, {
        "control_id": control_id, "name": f"点{control_id}", "kind": "corner", "expect": expect,
        "tolerance_m": tolerance, "source": "虚构",
    }  # fmt: skip


STREET_CHECKS = """\
check_id,kind,street,other,lon,lat,expected,tolerance,used,measured,status,note,source
length-1,length,青中路,青南道|青北道,,,1010,50,no,1000,agrees,,某书
length-2,length,青中路,青南道|青北道,,,1300,50,no,1000,disagrees,另一段不在图上。,某书
length-3,length,青中路,未绘路|青北道,,,900,50,no,,agrees,,某书
order-1,order,青南道,青西路|青中路|青沿路,,,in this order,,no,青西路|青中路|青沿路,agrees,,某书
order-2,order,青南道,青中路|青西路|青沿路,,,in this order,,yes,青西路|青中路|青沿路,disagrees,,某书
"""
