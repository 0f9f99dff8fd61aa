"""A small made-up data folder for the tests of the page: no real street, no real plan."""

import json
from pathlib import Path

SCRIPT = "<script>window.broken=1</script><img src=x onerror='window.broken=1'>"
LEFT, BOTTOM = 117.19, 39.11

DISTRICT = """
format = 1
id = "test"
name = "测试区"
name_en = "Test District"
city = "测试市"
city_en = "Test City"
data_version = "2026.01.02"
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


def zone(zone_id, geometry, **more):
    plan, _, place = zone_id.partition("-")
    properties = {
        "zone_id": zone_id,
        "plan": plan,
        "document_id": f"{plan}-outline",
        "group": "liuqu",
        "group_name": "六区",
        "group_name_en": "Six zones",
        "place": place,
        "kind": "zone",
        "basis": "stated" if geometry else "named",
        "name": f"{place} 片区",
        "name_en": f"{place} zone",
        "short_name": place.upper(),
        "short_name_en": place,
        "section": "第一章",
        "citation": "《测试规划》，第一章",
        "citation_en": "Test plan, chapter 1",
        "limits_text": f"以甲路、乙路围合的{place}",
        "positioning": "定位原文",
        "strategy": "",
        "quote": [],
        "places": ["某广场"],
        "stated_area": "1.49平方公里",
        "stated_area_km2": 1.49,
        "computed_area_km2": 1.472 if geometry else None,
        "low_km2": 1.40 if geometry else None,
        "high_km2": 1.54 if geometry else None,
        "verdict": "agrees" if geometry else "not_determinable",
        "verdict_reason": "两者相合。",
        "verdict_reason_en": "They meet.",
        "readings": [],
        "reasoning": "",
        "reasoning_en": "",
        "carried_from": "",
    }
    return {"id": zone_id} | feature(geometry, **(properties | more))


PLANS = {
    "11th": [zone("11th-only-a-name", None, stated_area="", stated_area_km2=None, group="ming")],
    "13th": [
        zone("13th-wudadao", box(10, 10, 60, 60)),
        zone("13th-xiaobailou", box(40, 40, 80, 80), strategy=SCRIPT),
        zone("13th-central-park", box(5, 75, 25, 95)),
        zone(
            "13th-nanjing-road",
            box(0, 48, 95, 54),
            kind="belt",
            basis="corridor",
            group="sandai",
            group_name="三带",
            group_name_en="Three belts",
        ),
        zone("13th-slow-traffic", box(2, 2, 98, 98), group="note7"),
        zone("13th-xikai-church", None),
        zone("13th-a-point", {"type": "Point", "coordinates": at(88, 20)}, group="dian"),
    ],
    "14th": [
        zone("14th-wudadao", box(10, 10, 60, 60), basis="carried", carried_from="13th-wudadao"),
        zone(
            "14th-nanshi",
            box(70, 70, 95, 95),
            basis="interpreted",
            reasoning="据文意",
            reasoning_en="From the words",
        ),
    ],
}

ROADS = [
    ("甲路", "Jia Road", "primary", "traced", [(0, 40), (100, 40)]),
    ("乙路", "Yi Road", "local", "inferred", [(40, 0), (40, 100)]),
]


def collection(features, **metadata):
    document = {"type": "FeatureCollection", "features": features}
    return document | ({"metadata": metadata} if metadata else {})


def about(plan):
    """Return the metadata of a zone or edge file."""
    return {
        "district": "test",
        "district_name": "测试区",
        "district_name_en": "Test District",
        "plan": plan,
        "plan_name": plan,
        "plan_name_en": plan,
        "period_from": 2001,
        "period_to": 2005,
        "documents": [],
        "data_version": "2026.01.02",
        "base_sha256": {},
        "licence": "CC BY 4.0",
        "attribution": "测试数据",
        "datum": "WGS84",
        "accuracy": "虚构。",
        "disclaimer": "虚构，不具法律效力。",
    }


def write_page_data(folder: Path) -> Path:
    """Write the made-up folder and return it."""
    roads = [
        feature(
            line(*points),
            road_id=str(number),
            name=name,
            name_en=english,
            road_class=kind,
            method=method,
            half_width_m=12.0,
            position_error_m=5.0,
        )
        for number, (name, english, kind, method, points) in enumerate(ROADS)
    ]
    files = {
        "base/district.geojson": collection([feature(box(0, 0, 100, 100), name="测试区")]),
        "base/roads.geojson": collection(roads),
        "base/river.geojson": collection(
            [
                feature(
                    line((98, 0), (98, 100)),
                    name="测试河",
                    name_en="Test River",
                    reading="mid_river",
                )
            ]
        ),
        "base/landmarks.geojson": collection(
            [
                feature(
                    {"type": "Point", "coordinates": at(50, 20)},
                    landmark_id="a",
                    name="某站",
                    name_en="A Station",
                    **{"class": "metro"},
                )
            ]
        ),
    }
    for plan, zones in PLANS.items():
        files[f"zones/{plan}.geojson"] = collection(zones, **about(plan))
        files[f"zones/{plan}_edges.geojson"] = collection([], **about(plan))
    files["zones/13th_edges.geojson"] = collection(
        [
            {"id": "13th-wudadao/1"}
            | feature(
                line((10, 60), (30, 60)),
                edge_id="13th-wudadao/1",
                zone_id="13th-wudadao",
                limit="甲路",
                road="甲路",
                method="traced",
                length_m=345.0,
                connector=True,
            )
        ],
        **about("13th"),
    )
    for name, document in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    (folder / "district.toml").write_text(DISTRICT, encoding="utf-8")
    return folder
