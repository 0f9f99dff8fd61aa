import math
import re
from typing import NamedTuple

import pytest
from shapely import LineString, box

from geo.enclosures.corners import MAX_CORNERS
from geo.enclosures.enclose import MAX_LIMITS, Connector, enclose, order_limits
from geo.enclosures.road_index import RoadIndex
from geo.errors import EnclosureError, RoadNotFoundError

RING = ["南道", "东路", "北道", "西路"]


class SidedLimit(NamedTuple):
    name: str
    side: str | None = None


def limits_of(**sides):
    return [SidedLimit(name, side) for side, names in sides.items() for name in names.split()]


# one ring


def test_four_crossing_streets_enclose_their_block(square_roads):
    ring = enclose(RING, square_roads)
    assert ring.polygon.equals(box(0, 0, 100, 100))
    assert ring.edges["limit"].tolist() == RING
    assert ring.edges["length_m"].tolist() == [100.0] * 4
    assert ring.edges["gap_m"].tolist() == [0.0] * 4
    assert ring.edges["corner_from"].tolist() == ["crossing"] * 4
    assert not ring.edges["connector"].any()
    assert ring.edges.crs == square_roads.crs
    assert ring.corners[0] == (0.0, 0.0, "crossing")


def test_the_ring_runs_counter_clockwise_from_the_first_limit(square_roads):
    ring = enclose(["北道", "东路", "南道", "西路"], square_roads)
    assert ring.polygon.exterior.is_ccw
    assert ring.edges["limit"].tolist() == ["北道", "西路", "南道", "东路"]
    assert ring.polygon.exterior.coords[0] == (100, 100)
    assert ring.edges.geometry.iloc[0].equals(LineString([(100, 100), (0, 100)]))


def test_edges_are_the_outline_and_nothing_else(square_roads):
    ring = enclose(RING, square_roads)
    assert ring.edges.geometry.union_all().equals(ring.polygon.exterior)


def test_limits_may_be_objects_with_a_name(square_roads):
    limits = [SidedLimit(name) for name in RING]
    assert enclose(limits, square_roads).polygon.equals(box(0, 0, 100, 100))


def test_an_index_serves_as_well_as_a_layer(square_roads):
    index = RoadIndex(square_roads)
    assert enclose(RING, index).polygon == enclose(RING, square_roads).polygon


def test_three_streets_enclose_a_triangle(make_centrelines):
    roads = make_centrelines(
        {"甲": [[(-5, 0), (45, 0)]], "乙": [[(0, -5), (0, 35)]], "丙": [[(48, -6), (-8, 36)]]}
    )
    assert enclose(["甲", "乙", "丙"], roads).polygon.area == pytest.approx(600)


def test_two_streets_that_meet_twice_enclose_what_lies_between(make_centrelines):
    roads = make_centrelines(
        {"直": [[(-10, 0), (60, 0)]], "弯": [[(0, -9), (0, 30), (50, 30), (50, -9)]]}
    )
    ring = enclose(["直", "弯"], roads)
    assert ring.polygon.equals(box(0, 0, 50, 30))
    assert ring.edges["length_m"].tolist() == [50.0, 110.0]


def test_a_ring_road_alone_encloses_its_inside(square_ring_road):
    ring = enclose(["环路"], square_ring_road)
    assert ring.polygon.equals(box(0, 0, 100, 100))
    assert ring.edges["corner_from"].tolist() == ["loop"]


def test_a_road_may_be_two_sides_of_one_ring(make_centrelines):
    roads = make_centrelines(
        {
            "弯": [[(-5, 0), (100, 0), (100, 60), (-5, 60)]],
            "西路": [[(0, -5), (0, 65)]],
            "中路": [[(50, -5), (50, 20), (70, 20), (70, 40), (50, 40), (50, 65)]],
        }
    )
    ring = enclose(["弯", "西路", "弯", "中路"], roads)
    assert ring.edges["limit"].tolist() == ["弯", "中路", "弯", "西路"]
    assert ring.polygon.area == 50 * 60 + 20 * 20


# corners


def test_vertices_are_those_of_the_lines_and_a_shared_one_is_said_to_be_shared(make_centrelines):
    roads = make_centrelines(
        {
            "南道": [[(-20, 0), (0.1, 0.2), (60.3, 1.7), (100.7, 0.4), (120, 0)]],
            "东路": [[(100, -20), (100.7, 0.4), (100, 120)]],
            "北道": [[(120, 100), (-20, 100)]],
            "西路": [[(0, 120), (0.1, 0.2), (0, -20)]],
        }
    )
    ring = enclose(RING, roads)
    outline = set(ring.polygon.exterior.coords)
    assert {(0.1, 0.2), (60.3, 1.7), (100.7, 0.4)} < outline
    assert ring.edges["limit"].tolist() == RING
    assert ring.edges["corner_from"].tolist() == [*["shared vertex"] * 2, *["crossing"] * 2]


def test_neighbours_on_the_two_sides_of_a_street_share_their_vertices_exactly(make_centrelines):
    roads = make_centrelines(
        {
            "南道": [[(-20.3, 0.7), (317.9, 3.1)]],
            "北道": [[(-21.7, 97.3), (320.1, 103.9)]],
            "西路": [[(1.3, -20), (-2.9, 120)]],
            "中路": [[(103.7, -20), (99.1, 120)]],
            "东路": [[(211.3, -20), (219.7, 120)]],
        }
    )
    west = enclose(["南道", "中路", "北道", "西路"], roads).polygon
    east = enclose(["中路", "北道", "东路", "南道"], roads).polygon
    common = set(west.exterior.coords) & set(east.exterior.coords)
    assert len(common) == 2
    assert west.intersection(east).area == 0.0


def test_an_end_within_the_tolerance_is_a_corner_and_its_gap_is_recorded(make_centrelines):
    roads = make_centrelines(
        {
            "南道": [[(-20, 0), (120, 0)]],
            "东路": [[(100, 1.5), (100, 120)]],
            "北道": [[(120, 100), (-20, 100)]],
            "西路": [[(0, 120), (0, -20)]],
        }
    )
    ring = enclose(RING, roads)
    assert ring.polygon.equals(box(0, 0, 100, 100))
    south, east = ring.edges.iloc[0], ring.edges.iloc[1]
    assert south["corner_to"] == east["corner_from"] == "end of 东路 is 1.5 m from 南道"
    assert (south["length_m"], south["gap_m"]) == (100.0, 1.5)
    assert (east["length_m"], east["gap_m"]) == (98.5, 0.0)
    assert ring.edges["length_m"].sum() + ring.edges["gap_m"].sum() == ring.polygon.length
    with pytest.raises(EnclosureError, match=r"come within 1.5 m of each other"):
        enclose(RING, roads, tolerance_m=1.0)


def test_a_gap_inside_a_road_counts_as_gap_and_not_as_length(make_centrelines):
    roads = make_centrelines(
        {
            "南道": [[(-20, 0), (50, 0)], [(51, 0), (120, 0)]],
            "东路": [[(100, -20), (100, 120)]],
            "北道": [[(120, 100), (-20, 100)]],
            "西路": [[(0, 120), (0, -20)]],
        }
    )
    edge = enclose(RING, roads).edges.iloc[0]
    assert (edge["length_m"], edge["gap_m"]) == (99.0, 1.0)


def test_an_end_that_touches_without_a_vertex_is_said_to_touch(make_centrelines):
    roads = make_centrelines(
        {
            "南道": [[(-20, 0.1), (130, 0.4)]],
            "东路": [[(100, 0.1 + 120 * 0.002 + 1e-5), (100, 120)]],
            "北道": [[(120, 100), (-20, 100)]],
            "西路": [[(0, 120), (0, -20)]],
        }
    )
    ring = enclose(RING, roads)
    assert ring.edges["corner_to"].iloc[0] == "end of 东路 touches 南道"
    assert ring.edges["gap_m"].tolist() == [0.0] * 4
    assert len(ring.polygon.exterior.coords) == 5


def test_an_overshoot_makes_no_second_corner(make_centrelines):
    roads = make_centrelines(
        {
            "南道": [[(-1, 0), (101, 0)]],
            "东路": [[(100, -1), (100, 101)]],
            "北道": [[(101, 100), (-1, 100)]],
            "西路": [[(0, 101), (0, -1)]],
        }
    )
    ring = enclose(RING, roads)
    assert ring.polygon.equals(box(0, 0, 100, 100))
    assert set(ring.edges["corner_from"]) == {"crossing"}


def test_a_wide_river_is_reached_from_the_end_of_the_road_at_its_bank(make_centrelines):
    roads = make_centrelines(
        {
            "南道": [[(-20, 0), (60, 0)]],
            "河": [[(100, -90), (100, 190)]],
            "北道": [[(65, 100), (-20, 100)]],
            "西路": [[(0, 120), (0, -20)]],
        }
    )
    limits = ["南道", "河", "北道", "西路"]
    ring = enclose(limits, roads, reach_m={"河": 50.0})
    assert ring.polygon.equals(box(0, 0, 100, 100))
    assert ring.edges["gap_m"].tolist() == [40.0, 35.0, 0.0, 0.0]
    with pytest.raises(EnclosureError, match=r"'南道' and '河' .* come within 40.0 m"):
        enclose(limits, roads)


def test_streets_that_share_a_stretch_meet_there(make_centrelines):
    roads = make_centrelines(
        {
            "南道": [[(-20, 0), (100, 0), (100, 30), (130, 30)]],
            "东路": [[(100, 0), (100, 30), (100, 120)]],
            "北道": [[(120, 100), (-20, 100)]],
            "西路": [[(0, 120), (0, -20)]],
        }
    )
    assert enclose(RING, roads).polygon.equals(box(0, 0, 100, 100))


# more than one crossing


def test_a_crossing_that_would_make_the_ring_cross_itself_falls_away(make_centrelines, square_plan):
    hooked = [[(130, 50), (130, -30), (100, -30), (100, 120)]]
    south = [[(-20, 0), (150, 0)]]
    ring = enclose(RING, make_centrelines(square_plan | {"东路": hooked, "南道": south}))
    assert ring.polygon.equals(box(0, 0, 100, 100))
    assert [corner[:2] for corner in ring.corners] == [(0, 0), (100, 0), (100, 100), (0, 100)]


def test_ten_streets_that_meet_three_times_each_leave_one_ring(make_centrelines):
    names = [f"{k}路" for k in range(10)]
    roads = {names[0]: [[(-400, 0), (1000, 0)]]}
    x, y = 900.0, 0.0
    for k, name in enumerate(names[1:], start=1):
        before, along = 2 * math.pi * (k - 1) / 10, 2 * math.pi * k / 10
        wriggle = [
            (
                x + a * math.cos(before) - b * math.sin(before),
                y + a * math.sin(before) + b * math.cos(before),
            )
            for a, b in [(60, -20), (60, 20), (40, -20), (20, 20)]
        ]
        x, y = wriggle[-1][0] + 900 * math.cos(along), wriggle[-1][1] + 900 * math.sin(along)
        end = (x + 200 * math.cos(along), y + 200 * math.sin(along))
        roads[name] = [[*wriggle, (0, -100) if name == names[-1] else end]]
    ring = enclose(names, make_centrelines(roads))
    assert ring.edges["limit"].tolist() == names
    wriggle_ends = {lines[0][3] for name, lines in roads.items() if name != names[0]}
    assert wriggle_ends < set(ring.polygon.exterior.coords)
    assert len(ring.polygon.exterior.coords) == 1 + 10 + 9


def test_two_possible_rings_are_both_named_with_area_and_corners(make_centrelines):
    roads = make_centrelines(
        {
            "南道": [[(-20, 0), (200, 0)]],
            "东路": [[(100, -20), (100, 120)], [(160, -20), (160, 120)]],
            "北道": [[(200, 100), (-20, 100)]],
            "西路": [[(0, 120), (0, -20)]],
        }
    )
    with pytest.raises(EnclosureError, match=r"13th-x: .* allow more than one ring") as caught:
        enclose(RING, roads, what="13th-x")
    message = str(caught.value)
    assert "0.0100 km² with corners (0, 0), (100, 0), (100, 100), (0, 100)" in message
    assert "0.0160 km² with corners (0, 0), (160, 0), (160, 100), (0, 100)" in message


@pytest.mark.parametrize(("half_width", "is_one_ring"), [(10.0, False), (0.5, True)])
def test_a_loop_on_one_side_leaves_two_rings_unless_it_is_within_the_tolerance(
    make_centrelines, square_plan, half_width, is_one_ring
):
    loop = [
        [(100, -20), (100, 40)],
        [(100, 40), (100 + half_width, 50), (100, 60)],
        [(100, 40), (100 - half_width, 50), (100, 60)],
        [(100, 60), (100, 120)],
    ]
    roads = make_centrelines(square_plan | {"东路": loop})
    if is_one_ring:
        assert enclose(RING, roads).polygon.area == pytest.approx(10_000 - 10 * half_width)
    else:
        with pytest.raises(EnclosureError, match="more than one ring"):
            enclose(RING, roads)


def test_of_rings_within_the_tolerance_the_one_without_a_gap_is_taken(
    make_centrelines, square_plan
):
    forked = [[(100, -20), (100, 30), (100, 120)], [(101, 1.5), (101, 2), (100, 30)]]
    ring = enclose(RING, make_centrelines(square_plan | {"东路": forked}))
    assert ring.polygon.equals(box(0, 0, 100, 100))
    assert ring.edges["gap_m"].sum() == 0


def test_dead_ends_and_other_roads_change_nothing(make_centrelines, square_plan):
    noise = {
        "南道": [*square_plan["南道"], [(50, 0), (50, 40)]],
        "别路": [[(-500, -500), (500, 500)]],
        "北道": [*square_plan["北道"], [(5000, 5000), (6000, 6000)]],
    }
    ring = enclose(RING, make_centrelines(square_plan | noise))
    assert ring.polygon.equals(box(0, 0, 100, 100))


# connectors


@pytest.fixture
def open_roads(make_centrelines):
    """Return a block whose north-east corner is cut off by a street of another name."""
    return make_centrelines(
        {
            "南道": [[(-20, 0), (120, 0)]],
            "东路": [[(100, -20), (100, 70)]],
            "斜街": [[(110, 60), (60, 110)]],
            "北道": [[(70, 100), (-20, 100)]],
            "西路": [[(0, 120), (0, -20)]],
        }
    )


def test_a_declared_connector_is_an_edge_of_its_own(open_roads):
    connector = Connector(("东路", "北道"), "斜街", "句中未写", "地图", 12.0)
    ring = enclose(RING, open_roads, connectors=[connector])
    assert ring.edges["limit"].tolist() == ["南道", "东路", "斜街", "北道", "西路"]
    assert ring.edges["connector"].tolist() == [False, False, True, False, False]
    assert ring.edges["connector_reason"].tolist() == ["", "", "句中未写", "", ""]
    assert ring.connectors[2] == connector
    assert ring.polygon.area == 100 * 100 - 30 * 30 / 2


def test_a_connector_may_be_declared_from_either_side_and_closes_the_ring_at_its_end(open_roads):
    connector = Connector(("东路", "北道"), "斜街", "")
    turned = ["北道", "西路", "南道", "东路"]
    assert enclose(turned, open_roads, connectors=[connector]).polygon.area == 9550


def test_without_a_connector_the_two_roads_their_distance_and_the_remedy_are_named(open_roads):
    with pytest.raises(
        EnclosureError,
        match=(
            r"13th-x: '东路' and '北道' follow each other .* within 42.4 m of each other near "
            r"\(100, 70\); expected .* within 2 m .* declare a connector"
        ),
    ):
        enclose(RING, open_roads, what="13th-x")


def test_a_connector_between_limits_that_are_no_neighbours_is_refused(open_roads):
    connector = Connector(("东路", "西路"), "斜街", "")
    with pytest.raises(EnclosureError, match="between '东路' and '西路', which do not follow"):
        enclose(RING, open_roads, connectors=[connector])


# what cannot be a ring


def test_an_unknown_limit_is_an_error_that_names_the_zone(square_roads):
    with pytest.raises(RoadNotFoundError, match="13th-x: Road '中路'"):
        enclose(["南道", "中路", "北道", "西路"], square_roads, what="13th-x")


def test_no_limits_are_refused(square_roads):
    with pytest.raises(EnclosureError, match="no limits"):
        enclose([], square_roads)


def test_one_street_that_is_no_loop_is_refused(square_roads):
    with pytest.raises(EnclosureError, match="南道 alone is no closed loop"):
        enclose(["南道"], square_roads)


def test_a_street_twice_in_a_row_is_refused(square_roads):
    with pytest.raises(EnclosureError, match="'东路' stands twice in a row"):
        enclose(["南道", "东路", "东路", "北道", "西路"], square_roads)


def test_limits_out_of_order_do_not_meet(square_roads):
    with pytest.raises(EnclosureError, match=r"'南道' and '北道' .* within 100.0 m"):
        enclose(["南道", "北道", "东路", "西路"], square_roads)


def test_a_ring_that_crosses_itself_is_refused_with_its_place(make_centrelines):
    roads = make_centrelines(
        {
            "甲": [[(-5, 0), (105, 0)]],
            "乙": [[(100, -5), (0, 100), (0, 105)]],
            "丙": [[(-5, 100), (105, 100)]],
            "丁": [[(100, 105), (100, 100), (0, 0), (0, -5)]],
        }
    )
    with pytest.raises(EnclosureError, match=r"crosses itself at \((49|50), (49|50)\)") as caught:
        enclose(["甲", "乙", "丙", "丁"], roads)
    assert re.search("'乙' and '丁'", str(caught.value))


def test_streets_through_one_point_enclose_nothing(make_centrelines):
    roads = make_centrelines(
        {
            "甲": [[(-9, 0), (9, 0)]],
            "乙": [[(0, -9), (0, 9)]],
            "丙": [[(-9, -9), (9, 9)]],
        }
    )
    with pytest.raises(EnclosureError, match=r"no way from its corner .* lie in one point"):
        enclose(["甲", "乙", "丙"], roads)


def test_a_street_in_parts_that_do_not_touch_is_refused(make_centrelines, square_plan):
    torn = {"东路": [[(100, -20), (100, 30)], [(100, 60), (100, 120)]]}
    with pytest.raises(EnclosureError, match=r"along '东路' there is no way .* parts of the road"):
        enclose(RING, make_centrelines(square_plan | torn))


def test_two_streets_over_the_same_ground_enclose_nothing(make_centrelines):
    roads = make_centrelines({"甲": [[(0, 0), (50, 0)]], "乙": [[(0, 0), (50, 0)]]})
    with pytest.raises(EnclosureError, match="crosses itself"):
        enclose(["甲", "乙"], roads)


def test_too_many_crossings_are_refused_rather_than_tried(make_centrelines):
    wave = [(k, 5 if k % 2 else -5) for k in range(MAX_CORNERS + 2)]
    roads = make_centrelines({"甲": [wave], "乙": [[(-1, 0), (300, 0)]], "丙": [[(0, -9), (0, 9)]]})
    with pytest.raises(EnclosureError, match="'甲' and '乙' meet in 201 places; at most 200"):
        enclose(["甲", "乙", "丙"], roads)


def test_too_many_combinations_are_refused_rather_than_tried(make_centrelines, monkeypatch):
    monkeypatch.setattr("geo.enclosures.rings.MAX_TRIALS", 2_000)
    ripple = [(50 + k / 100, 1.5 if k % 2 else -0.5) for k in range(152)]
    roads = {
        "甲": [[(-9, 0), (99, 0)]],
        "乙": [ripple],
        "丙": [[(-9, 1), (99, 1)]],
        "丁": [[(0, -9), (0, 9)]],
    }
    with pytest.raises(EnclosureError, match=r"13th-x: .* more than 2000 sides were tried"):
        enclose(["甲", "乙", "丙", "丁"], make_centrelines(roads), what="13th-x")


# limits by sides


def test_sides_in_any_order_become_ring_order(square_roads):
    limits = limits_of(N="北道", S="南道", E="东路", W="西路")
    ordered = order_limits(limits, square_roads)
    assert [limit.name for limit in ordered] == ["北道", "东路", "南道", "西路"]
    assert enclose(ordered, square_roads).polygon.equals(box(0, 0, 100, 100))


def test_several_roads_on_one_side_find_their_order(make_centrelines):
    roads = make_centrelines(
        {
            "北道": [[(-5, 100), (205, 100)]],
            "东路": [[(200, 105), (200, -5)]],
            "南一": [[(205, 0), (100, 0), (100, 10)]],
            "南二": [[(100, 8), (-5, 8)]],
            "西一": [[(0, 0), (0, 60)]],
            "西二": [[(-3, 60), (10, 60), (10, 105)]],
        }
    )
    limits = limits_of(E="东路", S="南二 南一", W="西二 西一", N="北道")
    names = [limit.name for limit in order_limits(limits, roads)]
    assert names == ["东路", "南一", "南二", "西一", "西二", "北道"]


def test_limits_without_sides_are_ordered_by_the_roads_that_meet(square_roads):
    assert order_limits(["南道", "北道", "东路", "西路"], square_roads) == (
        "南道",
        "东路",
        "北道",
        "西路",
    )


def test_a_road_named_for_two_neighbouring_sides_is_there_once(make_centrelines):
    roads = make_centrelines(
        {
            "河": [[(100, -20), (100, 100), (-20, 100)]],
            "南道": [[(-20, 0), (120, 0)]],
            "西路": [[(0, 120), (0, -20)]],
        }
    )
    ordered = order_limits(limits_of(E="河", N="河", S="南道", W="西路"), roads)
    assert [limit.name for limit in ordered] == ["河", "西路", "南道"]


def test_sides_that_contradict_the_map_are_refused(square_roads):
    with pytest.raises(EnclosureError, match="'北道' is said to lie S of the area"):
        order_limits(limits_of(S="北道", N="南道", E="东路", W="西路"), square_roads)


def test_a_mirrored_pair_of_sides_is_noticed(square_roads):
    with pytest.raises(EnclosureError, match="'西路' is said to lie E"):
        order_limits(limits_of(E="西路", N="北道", W="东路", S="南道"), square_roads)


def test_limits_that_close_no_ring_name_the_lonely_road(make_centrelines, square_plan):
    roads = make_centrelines(square_plan | {"远路": [[(900, 0), (900, 9)]]})
    with pytest.raises(EnclosureError, match=r"close no ring: .* '远路' meets none"):
        order_limits(limits_of(N="北道", S="南道", E="远路", W="西路"), roads)


def test_a_connector_joins_two_sides_that_do_not_meet(open_roads):
    limits = limits_of(N="北道", S="南道", E="东路", W="西路")
    connector = Connector(("东路", "北道"), "斜街", "")
    ordered = order_limits(limits, open_roads, connectors=[connector])
    assert [limit.name for limit in ordered] == ["北道", "东路", "南道", "西路"]
    with pytest.raises(EnclosureError, match="'东路' meets 南道"):
        order_limits(limits, open_roads)


def test_orders_that_close_different_rings_are_both_named(make_centrelines):
    roads = make_centrelines(
        {
            "甲": [[(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]],
            "乙": [[(-10, 50), (40, 50), (40, 110)]],
            "丙": [[(-10, 60), (50, 60), (50, 110)]],
            "丁": [[(45, 45), (45, 65), (35, 65), (35, 45)]],
        }
    )
    with pytest.raises(EnclosureError, match="more than one ring"):
        order_limits(["甲", "乙", "丙", "丁"], roads)


def test_too_many_limits_are_refused(square_roads):
    with pytest.raises(EnclosureError, match=f"at most {MAX_LIMITS}"):
        order_limits(["南道"] * (MAX_LIMITS + 1), square_roads)
