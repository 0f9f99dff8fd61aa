"""What plans say of a place: holding, distances, errors, names."""

import geopandas as gpd
import pytest
from shapely import LineString, Point, box

from geo.errors import GeoError
from geo.places.gazetteer import (
    Place,
    find_places,
    gazetteer,
    history_index,
    parse_point,
    place_history,
    point_place,
)

METRIC = "EPSG:4548"
EAST, NORTH = 517_000.0, 4_330_000.0


def table(rows):
    """Rows with geometries in metres from a corner in the district, as WGS84."""
    layer = gpd.GeoDataFrame(rows, geometry="geometry", crs=METRIC)
    return layer.set_geometry(layer.translate(EAST, NORTH)).to_crs("EPSG:4326")


def item(zone_id, geometry, place, **more):
    row = {
        "zone_id": zone_id, "geometry": geometry, "place": place, "short_name": place,
        "short_name_en": place, "basis": "stated" if geometry else "named", "limits_text": "",
        "positioning": "", "strategy": "", "quote": [],
    }  # fmt: skip
    return row | more


ZONES = {
    "11th": table([item("11th-jin", None, "jin", quote=["金街聚集发展"])]),
    "13th": table(
        [
            item("13th-jin", box(0, 0, 1000, 1000), "jin", limits_text="以南道、东路围合"),
            item("13th-next", box(1000, 0, 2000, 1000), "next", positioning="依托大光明影院"),
            item("13th-lost", None, "lost", limits_text="以某路围合"),
        ]
    ),
}
EDGES = {
    "13th": table(
        [
            {"zone_id": "13th-jin", "road": "南道", "position_error_m": 10.0,
             "geometry": LineString([(0, 0), (1000, 0)])},
            {"zone_id": "13th-jin", "road": "东路", "position_error_m": 50.0,
             "geometry": LineString([(1000, 0), (1000, 1000)])},
            {"zone_id": "13th-next", "road": "东路", "position_error_m": 50.0,
             "geometry": LineString([(1000, 0), (1000, 1000)])},
        ]
    ),
}  # fmt: skip
DISTRICT = table([{"geometry": box(-100, -100, 3000, 1100)}]).geometry.iloc[0]
INDEX = history_index(ZONES, EDGES, DISTRICT)


def place(geometry, name="某处", kind="point", error=0.0, place_id="x"):
    shape = None if geometry is None else table([{"geometry": geometry}]).geometry.iloc[0]
    return Place(place_id, kind, name, name, shape, error)


def relations(history, plan="13th"):
    return [(h.zone_id, h.relation) for h in history.plans[plan]]


def test_a_point_is_held_with_the_distance_to_the_nearest_limit():
    history = place_history(place(Point(500, 100)), INDEX)
    holding = history.plans["13th"][0]
    assert (holding.zone_id, holding.relation, holding.limit) == ("13th-jin", "inside", "南道")
    assert holding.distance_m == pytest.approx(100, abs=0.1)
    assert holding.error_m == pytest.approx(1.959964 * 10)
    assert holding.is_within_error is False


def test_a_point_near_an_uncertain_limit_may_lie_on_either_side():
    history = place_history(place(Point(960, 500)), INDEX)
    assert relations(history)[:2] == [("13th-jin", "inside"), ("13th-next", "edge")]
    inside, beyond = history.plans["13th"][:2]
    assert inside.is_within_error is True
    assert beyond.distance_m == pytest.approx(40, abs=0.1)
    assert beyond.is_within_error is True


def test_the_error_of_a_landmark_adds_to_that_of_the_limit():
    history = place_history(place(Point(500, 100), "某馆", "landmark", error=50), INDEX)
    holding = history.plans["13th"][0]
    assert holding.error_m == pytest.approx(1.959964 * (10**2 + 50**2) ** 0.5)
    assert holding.is_within_error is False
    assert place_history(
        place(Point(500, 90), "某馆", "landmark", error=50), INDEX
    ).plans["13th"][0].is_within_error  # fmt: skip


def test_where_no_zone_holds_a_point_the_nearest_is_named():
    history = place_history(place(Point(2500, 500)), INDEX)
    assert relations(history)[0] == ("13th-next", "outside")
    assert history.plans["13th"][0].distance_m == pytest.approx(500, abs=0.2)


def test_limits_that_could_not_be_drawn_leave_the_matter_open():
    history = place_history(place(Point(500, 100)), INDEX)
    assert ("13th-lost", "undetermined") in relations(history)


def test_an_older_plan_that_only_names_the_zone_is_told_with_the_zone_that_holds_the_place():
    history = place_history(place(Point(500, 100)), INDEX)
    (holding,) = history.plans["11th"]
    assert (holding.relation, holding.via) == ("same_name", "13th-jin")
    assert holding.passages == (("quote", "金街聚集发展"),)


def test_a_point_outside_the_district_says_how_far():
    history = place_history(place(Point(500, 3100)), INDEX)
    assert not history.is_in_district
    assert history.district_distance_m == pytest.approx(2000, abs=1)


def test_a_street_that_is_a_limit_lies_along_the_zone_and_one_through_it_crosses():
    street = place(LineString([(1000, 0), (1000, 1000)]), "东路", "street")
    assert relations(place_history(street, INDEX))[:2] == [
        ("13th-jin", "along"), ("13th-next", "along"),
    ]  # fmt: skip
    through = place(LineString([(500, -50), (500, 400)]), "中路", "street")
    (crossing, *_) = place_history(through, INDEX).plans["13th"]
    assert crossing.relation == "crosses"
    assert crossing.length_m == pytest.approx(400, abs=0.5)


def test_a_zone_overlaps_by_its_share_and_names_find_the_rest():
    other = place(box(750, 0, 1250, 1000), "新区", "zone")
    shares = [h.share for h in place_history(other, INDEX).plans["13th"] if h.share]
    assert shares == pytest.approx([0.5, 0.5], abs=1e-3)


def test_a_place_without_a_shape_is_found_by_word_alone():
    history = place_history(place(None, "大光明影院", "landmark"), INDEX)
    assert relations(history) == [("13th-next", "named")]
    assert history.plans["13th"][0].passages == (("positioning", "依托大光明影院"),)


def test_a_place_that_is_nowhere_named_has_an_empty_history():
    assert place_history(place(None, "无名", "landmark"), INDEX).plans == {"11th": (), "13th": ()}


def test_coordinates_that_are_not_numbers_are_refused():
    with pytest.raises(GeoError, match="no latitude and longitude"):
        point_place(float("nan"), 117.2)
    with pytest.raises(GeoError, match="no latitude and longitude"):
        point_place(139.1, 117.2)


@pytest.mark.parametrize(
    ("words", "point"),
    [
        ("39.1,117.2", (39.1, 117.2)),
        ("117.2，39.1", (39.1, 117.2)),
        (" 39.1 117.2 ", (39.1, 117.2)),
        ("39.1", None),
        ("500,500", None),
        ("五大道", None),
        ("", None),
        ("1e9,2", None),
    ],
)
def test_two_numbers_are_a_point_in_either_order(words, point):
    assert parse_point(words) == point


ROADS = gpd.GeoDataFrame(
    {"name": ["滨江道", "重庆道"], "name_en": ["Binjiang Road", None], "road_id": ["b", "c"]},
    geometry=[LineString([(117, 39), (117.1, 39)])] * 2,
    crs="EPSG:4326",
)
MARKS = gpd.GeoDataFrame(
    {"name": ["瓷房子"], "name_en": ["Porcelain House"], "position_error_m": [80.0]},
    geometry=[Point(117, 39)],
    crs="EPSG:4326",
)
NAMES = gazetteer(ROADS, MARKS, {})


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("滨江", "滨江道"),
        ("binjiangdao", "滨江道"),
        ("bin jiang", "滨江道"),
        ("bjd", "滨江道"),
        ("Binjiang Road", "滨江道"),
        ("chongqingdao", "重庆道"),
        ("porcelain", "瓷房子"),
        ("cifangzi", "瓷房子"),
    ],
)
def test_a_place_is_found_by_chinese_pinyin_initials_and_english(query, name):
    assert [p.name for p in find_places(query, NAMES)] == [name]


@pytest.mark.parametrize("query", ["", "  ", "滨江路", "zhongqing", "inghouse", "x" * 1000])
def test_names_are_never_matched_by_likeness(query):
    assert find_places(query, NAMES) == []


def test_places_keep_their_error_and_an_id_for_links():
    house = find_places("瓷房子", NAMES)[0]
    assert (house.place_id, house.position_error_m) == ("landmark:瓷房子", 80.0)
