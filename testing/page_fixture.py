"""A small made-up district for the tests of the page, built as every district: no real street."""

import json
import tempfile
from functools import cache
from pathlib import Path

from geo.build import build, write_zone_files, zone_files
from testing.tiny_district import item, write_folder

SCRIPT = "<script>window.broken=1</script><img src=x onerror='window.broken=1'>"
LEFT, BOTTOM = 117.19, 39.11
ERROR_M = 5.0

DISTRICT = """
format = 1
id = "test"
name = "测试区"
name_en = "Test District"
city = "测试市"
city_en = "Test City"
data_version = "2026.01.02"
metric_crs = "EPSG:4548"
official_area_km2 = "3.84"
licence = "CC BY 4.0"
attribution = "测试数据"
attribution_en = "Test data"

[[plans]]
id = "11th"
name = "十一五"
name_en = "11th Five-Year Plan"
period_from = 2006
period_to = 2010

[[plans]]
id = "13th"
name = "十三五"
name_en = "13th Five-Year Plan"
period_from = 2016
period_to = 2020

[[plans]]
id = "14th"
name = "十四五"
name_en = "14th Five-Year Plan"
period_from = 2021
period_to = 2025

[styles.slow-traffic]
fill = "#6b7280"
edge = "#374151"
hatch = "none"
filled = false
"""


DOCUMENT = """
format = 1

[document]
id = "{plan}-outline"
plan = "{plan}"
title = "测试规划{plan}"
title_en = "Test plan {plan}"
issuer = "测试区"
issuer_en = "Test District"
number = ""
date = ""
period_from = {start}
period_to = {end}
source_note = "虚构。"
"""

GROUP = """
[[groups]]
id = "{0}"
name = "{1}"
name_en = "{2}"
section = "第一章"
"""

GROUPS = {
    "liuqu": ("六区", "Six zones"),
    "sandai": ("三带", "Three belts"),
    "note7": ("注释", "Note"),
    "ming": ("名", "Names"),
}


def at(x, y):
    """A position in hundredths of the square of 0.02 degrees that is the district."""
    return [round(LEFT + x * 0.0002, 6), round(BOTTOM + y * 0.0002, 6)]


def box(x0, y0, x1, y1):
    ring = [at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1), at(x0, y0)]
    return {"type": "Polygon", "coordinates": [ring]}


def line(*points):
    return {"type": "LineString", "coordinates": [at(*point) for point in points]}


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


# Streets of the made-up district: along a parallel at these heights, along a meridian at these
# places, each over the whole district and a little beyond.
ACROSS = {2: "南环道", 10: "丙道", 40: "甲路", 51: "南京路", 60: "丁道", 70: "戊道", 75: "己道",
          80: "庚道", 95: "辛道", 98: "北环道"}  # fmt: skip
UP = {2: "西环路", 5: "子路", 10: "丑路", 25: "寅路", 40: "乙路", 60: "卯路", 70: "辰路",
      80: "巳路", 95: "午路", 98: "东环路"}  # fmt: skip
ENGLISH = {"甲路": "Jia Road", "乙路": "Yi Road"}


def streets():
    """Return the features of the streets: class, name, geometry."""
    stops = sorted({0, 100, *ACROSS, *UP})
    lines = [(name, [(x, y) for x in (-1, *stops, 101)]) for y, name in ACROSS.items()]
    lines += [(name, [(x, y) for y in (-1, *stops, 101)]) for x, name in UP.items()]
    return [
        feature(
            line(*points),
            road_id=name,
            name=name,
            name_en=ENGLISH.get(name, f"Test Street {number}"),
            road_class="primary" if name == "甲路" else "local",
            method="inferred" if name == "乙路" else "traced",
            source="虚构",
            licence="CC BY 4.0",
            half_width_m=12.0,
            half_width_source="虚构",
            position_error_m=ERROR_M,
        )
        for number, (name, points) in enumerate(lines, start=1)
    ]


def enclosed(place, south, east, north, west, stated, more=""):
    """Return an item whose limits are four streets."""
    limits = "、".join((ACROSS[south], UP[east], ACROSS[north], UP[west]))
    return place_item(
        "13th", place, "zone", "note7" if place == "slow-traffic" else "liuqu", "stated",
        f"""
limits_text = "以{limits}围合的{place}，面积{stated}平方公里"
positioning = "定位原文，含某广场。"
stated_area = "面积{stated}平方公里"
stated_area_km2 = "{stated}"
places = [{{ name = "某广场", relation = "named" }}]
{more}
""",
    )  # fmt: skip


def place_item(plan, place, kind, group, basis, rest):
    words = item(plan, place, kind, group, f"{place} 片区", f"{place} zone", basis, rest)
    return words.replace(f'short_name = "{place} 片区"', f'short_name = "{place.upper()}"').replace(
        f'short_name_en = "{place} zone"', f'short_name_en = "{place}"'
    )


PLANS = {
    "11th": (2006, 2010, [
        place_item("11th", "only-a-name", "zone", "ming", "named", 'quote = ["只有名。"]'),
    ]),
    "13th": (2016, 2020, [
        enclosed("wudadao", 10, 60, 60, 10, "0.96"),
        enclosed("xiaobailou", 40, 80, 80, 40, "0.61", f'strategy = "{SCRIPT}"'),
        enclosed("central-park", 75, 25, 95, 5, "0.15"),
        place_item("13th", "nanjing-road", "belt", "sandai", "corridor", """
quote = ["南京路带总长1.6公里，面积0.22平方公里。"]
stated_area = "面积0.22平方公里"
stated_area_km2 = "0.22"
stated_length = "总长1.6公里"
stated_length_km = "1.6"
reasoning = "沿南京路。"
reasoning_en = "Along Nanjing Road."

[items.axis]
road = "南京路"
from = "西环路"
to = "午路"
"""),
        enclosed("slow-traffic", 2, 98, 98, 2, "3.54"),
        place_item("13th", "xikai-church", "zone", "liuqu", "stated", """
limits_text = "以甲路、失路、丁道、乙路围合的xikai-church，面积0.29平方公里"
stated_area = "面积0.29平方公里"
stated_area_km2 = "0.29"
"""),
    ]),
    "14th": (2021, 2025, [
        place_item("14th", "wudadao", "zone", "liuqu", "carried", """
quote = ["提升wudadao。"]
carried_from = "13th-wudadao"
reasoning = "同名。"
reasoning_en = "The same name."
"""),
        place_item("14th", "nanshi", "zone", "liuqu", "interpreted", """
positioning = "定位原文"
interpreted_limits = ["戊道", "午路", "辛道", "辰路"]
reasoning = "据文意"
reasoning_en = "From the words"
"""),
    ]),
}  # fmt: skip


def write_page_data(folder: Path) -> Path:
    """Write the made-up folder with its zones, built once; return it."""
    write_folder(folder, _page_files())
    return folder


@cache
def _page_files() -> dict[str, bytes]:
    """Return every file of the folder by name."""
    with tempfile.TemporaryDirectory() as place:
        folder = _write_and_build(Path(place) / "data")
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _write_and_build(folder: Path) -> Path:
    """Write the made-up folder, build its zones and return it."""
    # A square of 100 by 100 units with a river at its edge and one station.
    base = {
        "district": [feature(box(0, 0, 100, 100), name="测试区", position_error_m=ERROR_M)],
        "roads": streets(),
        "river": [
            feature(
                line((99, -1), (99, 101)),
                road_id="river",
                name="测试河",
                name_en="Test River",
                reading="mid_river",
                method="traced",
                source="虚构",
                licence="CC BY 4.0",
                half_width_m=0.0,
                half_width_source="虚构",
                road_class="river",
                position_error_m=ERROR_M,
            )
        ],
        "control_points": [],
        "landmarks": [
            feature(
                {"type": "Point", "coordinates": at(50, 20)},
                landmark_id="a",
                name="某站",
                name_en="A Station",
                position_error_m=20.0,
                grade="A",
                **{"class": "metro"},
            )
        ],
    }
    (folder / "base").mkdir(parents=True)
    (folder / "plans").mkdir()
    for name, features in base.items():
        document = {"type": "FeatureCollection", "features": features}
        path = folder / "base" / f"{name}.geojson"
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    (folder / "base" / "aliases.toml").write_text("", encoding="utf-8")
    (folder / "base" / "missing.toml").write_text(
        '[[missing]]\nname = "失路"\ntried = "无据可查。"\n', encoding="utf-8"
    )
    (folder / "district.toml").write_text(DISTRICT, encoding="utf-8")
    # Plan files with the groups that their items name, then the zones as a build gives them.
    for plan, (start, end, items) in PLANS.items():
        words = DOCUMENT.format(plan=plan, start=start, end=end)
        used = [name for name in GROUPS if any(f'group = "{name}"' in one for one in items)]
        words += "".join(GROUP.format(name, *GROUPS[name]) for name in used) + "".join(items)
        (folder / "plans" / f"{plan}-outline.toml").write_text(words, encoding="utf-8")
    write_zone_files(zone_files(build(folder), folder), folder)
    return folder
