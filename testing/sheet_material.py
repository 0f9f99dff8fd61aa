"""A small made-up district for the tests of sheets and briefings; metres about an origin."""

import geopandas as gpd
from shapely import LineString, Point, affinity, box

from geo.base import Base, District, PlanPeriod, as_stretches
from geo.crs import METRIC, WGS84

ORIGIN = (516_500.0, 4_331_000.0)  # easting, northing in EPSG:4548, near 117.19 E 39.11 N


def at(shape):
    """Move a shape drawn about (0, 0) to the district."""
    return affinity.translate(shape, *ORIGIN)


def small_base() -> Base:
    """Return a district of 4 by 4 km with four streets, a river and a metro station."""
    plans = (
        PlanPeriod(id="13th", name="十三五", name_en="13th Plan", period_from=2016, period_to=2020),
        PlanPeriod(id="14th", name="十四五", name_en="14th Plan", period_from=2021, period_to=2025),
    )
    about = District(
        format=1, id="heping", name="和平区", name_en="Heping", city="天津市", city_en="Tianjin",
        data_version="2026.1", licence="CC BY 4.0", attribution="自行数字化",
        attribution_en="own digitisation", plans=plans,
    )  # fmt: skip
    lines = {
        "南京路": ([(0, 2000), (4000, 2000)], "trunk", "traced"),
        "和平路": ([(2000, 0), (2000, 4000)], "primary", "traced"),
        "成都道": ([(0, 1000), (4000, 1000)], "secondary", "traced"),
        "西安道": ([(0, 3000), (4000, 3000)], "secondary", "inferred"),
    }
    roads = gpd.GeoDataFrame(
        {
            "name": list(lines),
            "name_en": ["Nanjing Road", "Heping Road", "Chengdu Road", "Xi'an Road"],
            "road_class": [kind for _, kind, _ in lines.values()],
            "method": [method for *_, method in lines.values()],
            "position_error_m": [8.0, 8.0, 10.0, 40.0],
            "source": "drawn for the test",
            "half_width_m": 10.0,
        },
        geometry=[at(LineString(points)) for points, *_ in lines.values()],
        crs=METRIC,
    )
    rivers = gpd.GeoDataFrame(
        {"name": ["海河"], "name_en": ["Haihe"], "reading": ["mid_river"], "half_width_m": [50.0]},
        geometry=[at(LineString([(3800, 0), (3800, 4000)]))],
        crs=METRIC,
    )
    places = gpd.GeoDataFrame(
        {"name": ["营口道站"], "name_en": ["Yingkoudao station"], "class": ["metro"]},
        geometry=[at(Point(2000, 2000))],
        crs=METRIC,
    ).to_crs(WGS84)
    return Base(
        district=about, outline=at(box(0, 0, 4000, 4000)), stretches=as_stretches(roads),
        rivers=rivers, aliases={}, missing={}, landmarks=places,
        control_points=places.iloc[:0], metric_crs=METRIC,
    )  # fmt: skip


def zone_row(zone_id: str, shape, **more):
    """Return a row of a zone file with plain defaults."""
    plan, _, place = zone_id.partition("-")
    return {
        "zone_id": zone_id, "plan": plan, "document_id": f"{plan}-outline", "group": "liuqu",
        "group_name": "六区", "group_name_en": "Six zones", "place": place, "kind": "zone",
        "basis": "stated", "name": place, "name_en": place, "short_name": place,
        "short_name_en": place, "section": "第三章/二", "citation": "《规划纲要》第三章/二",
        "citation_en": "Outline, 第三章/二", "limits_text": "", "positioning": "",
        "strategy": "", "quote": [], "places": [], "members": [], "stated_area": "",
        "stated_area_km2": None, "stated_length": "", "stated_length_km": None,
        "computed_area_km2": None if shape is None else shape.area / 1e6, "low_km2": None,
        "high_km2": None, "computed_length_km": None, "verdict": "not_stated",
        "verdict_reason": "", "verdict_reason_en": "", "length_verdict": "not_stated",
        "reading": "", "readings": [], "carried_from": "", "reasoning": "", "reasoning_en": "",
        "geometry": None if shape is None else at(shape),
    } | more  # fmt: skip


def small_zones() -> gpd.GeoDataFrame:
    """Return three zones of one plan, one of them without geometry, and two of the next."""
    rows = [
        zone_row(
            "13th-wudadao", box(0, 1000, 2000, 2000), name="五大道小洋楼历史文化体验区",
            name_en="Wudadao villa quarter", short_name="五大道", short_name_en="Wudadao",
            limits_text="规划范围:以南京路、和平路、成都道围合的核心区域,面积1.49平方公里。",
            positioning="打造<b>世界级</b>“小洋楼”&旅游目的地。",
            stated_area="1.49平方公里", stated_area_km2=1.49, low_km2=1.9, high_km2=2.1,
            verdict="disagrees", verdict_reason="量算大于规划数。",
            verdict_reason_en="Larger than stated.",
        ),
        zone_row(
            "13th-xiaobailou", box(2000, 1000, 3700, 2000), name="小白楼高端商业商务区",
            name_en="Xiaobailou business district", short_name="小白楼",
            short_name_en="Xiaobailou", stated_area="约0.50平方公里", stated_area_km2=0.5,
            low_km2=1.6, high_km2=1.8, verdict="disagrees",
        ),
        zone_row(
            "13th-nanjing-road", box(0, 1900, 4000, 2100), kind="belt", basis="corridor",
            name="南京路商务商贸带", name_en="Nanjing Road belt", short_name="南京路",
            short_name_en="Nanjing Road", stated_length="3.3公里", stated_length_km=3.3,
        ),
        zone_row(
            "13th-nanshi", None, name="南市", name_en="Nanshi", short_name="南市",
            short_name_en="Nanshi", basis="named",
        ),
        zone_row(
            "14th-wudadao", box(0, 1000, 2000, 2000), name="五大道洋楼经济核心区",
            name_en="Wudadao villa economy area", short_name="五大道", short_name_en="Wudadao",
            basis="carried", carried_from="13th-wudadao", reasoning="沿用十三五四至。",
            reasoning_en="Limits of the 13th plan.",
        ),
        zone_row(
            "14th-golden-street", box(2000, 2000, 3000, 3000), name="金街", name_en="Golden Street",
            short_name="金街", short_name_en="Golden Street", basis="interpreted",
        ),
    ]  # fmt: skip
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=METRIC).to_crs(WGS84)
