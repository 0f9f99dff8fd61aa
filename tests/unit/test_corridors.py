import math

import pytest
from shapely import LineString, Point, Polygon, box

from geo.enclosures.strips import axis_between, corridor_with_area, strip
from geo.errors import EnclosureError, RoadNotFoundError

DISTRICT = box(0, 0, 1000, 800)


@pytest.fixture
def roads(make_centrelines):
    """Return one long street, two that cross it, and a river along the eastern border."""
    return make_centrelines(
        {
            "中路": [[(-300, 400), (200, 400), (1300, 400)]],
            "西道": [[(200, -50), (200, 850)]],
            "东道": [[(700, -50), (700, 850)]],
            "河": [[(1012, -500), (1012, 1400)]],
            "界道": [[(200, -8), (1200, -8), (1500, -400)]],
        }
    )


# the axis


def test_an_axis_runs_from_the_first_named_road_to_the_second(roads):
    assert axis_between("中路", "西道", "东道", roads).equals(LineString([(200, 400), (700, 400)]))
    turned = axis_between("中路", "东道", "西道", roads)
    assert list(turned.coords) == [(700, 400), (200, 400)]


def test_an_axis_without_end_roads_runs_through_the_district(roads):
    axis = axis_between("中路", None, None, roads, district=DISTRICT)
    assert axis.equals(LineString([(0, 400), (200, 400), (1000, 400)]))


def test_an_axis_that_begins_at_the_last_corner_runs_to_the_border(roads):
    half = box(150, 0, 1000, 800)
    axis = axis_between("中路", "西道", None, roads, district=half)
    assert axis.equals(LineString([(200, 400), (1000, 400)]))


def test_an_axis_that_could_run_to_either_border_is_refused(roads):
    with pytest.raises(EnclosureError, match=r"from '东道' to 'the outline', found 700 m、300 m"):
        axis_between("中路", "东道", None, roads, district=DISTRICT)


def test_a_river_along_the_border_is_followed_as_far_as_the_border_goes_with_it(roads):
    axis = axis_between("河", None, None, roads, district=DISTRICT)
    assert axis.bounds == pytest.approx((1012, 0, 1012, 800))


def test_a_border_street_that_turns_away_ends_where_it_leaves_the_border(roads):
    axis = axis_between("界道", None, None, roads, district=DISTRICT)
    assert axis.length == pytest.approx(800)


def test_a_street_that_crosses_the_border_aslant_ends_on_it(make_centrelines):
    roads = make_centrelines({"斜街": [[(500, 400), (500, 500), (1100, 1100)]]})
    axis = axis_between("斜街", None, None, roads, district=DISTRICT)
    assert sorted(axis.coords) == [(500, 400), (500, 500), (800, 800)]


def test_an_axis_outside_the_district_is_refused(roads):
    with pytest.raises(EnclosureError, match="13th-x: '河' has no part in the district"):
        axis_between("河", None, None, roads, district=box(0, 0, 500, 500), what="13th-x")


def test_an_open_end_needs_the_district(roads):
    with pytest.raises(EnclosureError, match="give the district"):
        axis_between("中路", "西道", None, roads)


def test_a_road_that_does_not_meet_the_axis_is_named(roads):
    with pytest.raises(EnclosureError, match=r"'中路' and '界道' .* do not meet"):
        axis_between("中路", "西道", "界道", roads)


def test_an_alias_names_the_axis_and_an_unknown_road_is_an_error(roads):
    aliases = {"大中路": ("中路", "旧名")}
    assert axis_between("大中路", "西道", "东道", roads, aliases=aliases).length == 500
    with pytest.raises(RoadNotFoundError, match="'大中路'"):
        axis_between("大中路", "西道", "东道", roads)


# the strip


def test_a_strip_has_straight_ends_and_half_its_width_on_each_side():
    assert strip(LineString([(0, 0), (100, 0)]), 30).equals(box(0, -15, 100, 15))


def test_a_strip_on_one_side_has_all_its_width_there():
    axis = LineString([(0, 0), (100, 0)])
    assert strip(axis, 30, "left").symmetric_difference(box(0, 0, 100, 30)).area < 1e-6
    assert strip(axis, 30, "right").symmetric_difference(box(0, -30, 100, 0)).area < 1e-6


def test_both_sides_of_a_bent_axis_make_up_the_strip():
    axis = LineString([(0, 0), (300, 40), (500, 300), (900, 350)])
    left, right = strip(axis, 50, "left"), strip(axis, 50, "right")
    assert left.area + right.area == pytest.approx(strip(axis, 100).area)
    assert left.intersection(right).area < 1e-6


# the width that an area gives


def test_the_width_of_a_straight_belt_is_area_by_length():
    axis = LineString([(0, 400), (1000, 400)])
    belt = corridor_with_area(axis, DISTRICT, 200_000)
    assert belt.width_m == pytest.approx(200, abs=1e-3)
    assert belt.length_m == 1000
    assert belt.axis == axis
    assert belt.polygon.area == pytest.approx(200_000, abs=1)
    assert belt.polygon.bounds == pytest.approx((0, 300, 1000, 500), abs=1e-3)
    assert belt.polygon.exterior.is_ccw


def test_a_belt_that_is_cut_by_the_district_grows_on_its_other_side():
    belt = corridor_with_area(LineString([(0, 100), (1000, 100)]), DISTRICT, 400_000)
    assert belt.width_m == pytest.approx(600, abs=1e-3)
    assert belt.polygon.bounds == pytest.approx((0, 0, 1000, 400), abs=1e-3)


@pytest.mark.parametrize("axis", [[(0, 0), (1000, 0)], [(1000, 0), (0, 0)]])
def test_a_belt_along_the_border_lies_on_the_side_of_the_district(axis):
    belt = corridor_with_area(LineString(axis), DISTRICT, 150_000, sides="inside")
    assert belt.width_m == pytest.approx(150, abs=1e-3)
    assert belt.polygon.bounds == pytest.approx((0, 0, 1000, 150), abs=1e-3)


def test_a_belt_around_a_bend_has_the_area_of_a_quarter_ring():
    arc = [(400 * math.cos(a), 400 * math.sin(a)) for a in (k * math.pi / 400 for k in range(201))]
    area = math.pi / 4 * (450**2 - 350**2)
    belt = corridor_with_area(LineString(arc), box(-1, -1, 900, 900), area)
    assert belt.width_m == pytest.approx(100, abs=0.1)
    assert not belt.polygon.covers(Point(200, 200))


def test_the_area_is_met_in_a_district_with_a_bay():
    bay = Polygon([(0, 0), (1000, 0), (1000, 800), (600, 800), (600, 350), (400, 350), (400, 800),
                   (0, 800)])  # fmt: skip
    belt = corridor_with_area(LineString([(0, 400), (1000, 400)]), bay, 160_000)
    assert belt.polygon.geom_type == "Polygon"
    assert belt.polygon.area == pytest.approx(160_000, abs=1)
    assert bay.buffer(1e-6).covers(belt.polygon)


def test_an_area_larger_than_the_district_is_refused():
    with pytest.raises(EnclosureError, match=r"13th-x: .* at most 800000 m² .* expected 900000 m²"):
        corridor_with_area(LineString([(0, 400), (1000, 400)]), DISTRICT, 900_000, what="13th-x")


@pytest.mark.parametrize("area", [0, -5, math.nan])
def test_an_area_that_is_none_is_refused(area):
    with pytest.raises(EnclosureError, match="expected > 0"):
        corridor_with_area(LineString([(0, 400), (1000, 400)]), DISTRICT, area)
