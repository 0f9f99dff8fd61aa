import numpy as np
import pytest
import shapely
from shapely import LineString, Point

from geo.streets.noding import extended_to_middles
from geo.streets.reference_lines import JOIN_M, SEPARATION_M, reference_line


def line(*points):
    return LineString(points)


def test_broken_ways_with_a_common_node_become_one_line():
    reference = reference_line([line((0, 0), (50, 0)), line((90, 0), (50, 0))], [0, 0])
    assert [part.length for part in reference.parts] == [90.0]
    assert reference.joined_m == []
    assert reference.open_m == []


def test_a_small_gap_is_joined_and_reported():
    reference = reference_line([line((0, 0), (50, 0)), line((56, 0), (90, 0))], [0, 0])
    assert len(reference.parts) == 1
    assert reference.joined_m == pytest.approx([6.0])


def test_a_wide_gap_stays_open_and_is_reported():
    ways = [line((0, 0), (50, 0)), line((50 + JOIN_M + 1, 0), (190, 0))]
    reference = reference_line(ways, [0, 0])
    assert len(reference.parts) == 2
    assert reference.open_m == pytest.approx([JOIN_M + 1])


def test_the_two_ends_of_one_way_are_never_joined_to_a_loop():
    reference = reference_line([line((0, 0), (50, 0), (50, 50), (0, 20))], [0])
    assert not reference.parts[0].is_closed


def test_carriageways_become_their_mean_line():
    there = line((0, 0), (300, 0))
    back = line((300, 18), (0, 18))
    reference = reference_line([there, back], [1, 1])
    assert [part.wkt for part in reference.parts] == ["LINESTRING (0 9, 300 9)"]
    assert reference.separation_m == pytest.approx(18.0)
    assert reference.divided_m == pytest.approx(300.0)
    assert len(reference.carriageways) == 2


def test_carriageways_cut_at_different_places_become_one_mean_line():
    ways = [
        line((0, 0), (130, 0)),
        line((130, 0), (300, 0)),
        line((300, 20), (210, 20)),
        line((210, 20), (40, 20)),
        line((40, 20), (0, 20)),
    ]
    reference = reference_line(ways, [1] * 5)
    assert [part.wkt for part in reference.parts] == ["LINESTRING (0 10, 300 10)"]


def test_a_way_against_its_direction_counts_as_turned():
    reference = reference_line([line((0, 0), (300, 0)), line((0, 18), (300, 18))], [1, -1])
    assert [part.wkt for part in reference.parts] == ["LINESTRING (0 9, 300 9)"]


def test_side_roads_of_the_same_name_count_to_the_outermost():
    ways = [line((0, y), (300, y)) for y in (0, 8, 20, 34)]
    reference = reference_line(ways, [1, 1, -1, -1])
    assert [part.wkt for part in reference.parts] == ["LINESTRING (0 17, 300 17)"]
    assert reference.separation_m == pytest.approx(34.0)


def test_two_one_way_streets_further_apart_stay_two():
    far = SEPARATION_M + 5
    reference = reference_line([line((0, 0), (300, 0)), line((300, far), (0, far))], [1, 1])
    assert len(reference.parts) == 2
    assert reference.carriageways == []


def test_where_a_divided_road_becomes_one_line_the_line_goes_on():
    west = line((-200, 0), (0, 0))
    there = line((0, 0), (30, -9), (300, -9))
    back = line((300, 9), (30, 9), (0, 0))
    reference = reference_line([west, there, back], [0, 1, 1])
    assert len(reference.parts) == 1
    assert reference.open_m == []
    assert reference.parts[0].length == pytest.approx(500, abs=2)
    assert shapely.hausdorff_distance(reference.parts[0], line((-200, 0), (300, 0))) < 1.0


def test_a_divided_road_that_ends_at_a_junction_joins_the_single_line_beyond():
    there, back = line((0, -9), (300, -9)), line((300, 9), (0, 9))
    beyond = line((300, -9), (500, -9))
    reference = reference_line([there, back, beyond], [1, 1, 0])
    assert len(reference.parts) == 1
    assert reference.joined_m == pytest.approx([9.0])


def test_cross_overs_between_carriageways_are_left_out():
    ways = [line((0, 0), (300, 0)), line((300, 20), (0, 20)), line((150, 0), (150, 20))]
    reference = reference_line(ways, [1, 1, 0])
    assert [part.wkt for part in reference.parts] == ["LINESTRING (0 10, 300 10)"]
    assert reference.left_out_m == pytest.approx(20.0)


def test_a_carriageway_longer_than_its_pair_keeps_its_own_course_beyond():
    ways = [line((0, 0), (600, 0)), line((300, 20), (0, 20))]
    reference = reference_line(ways, [1, 1])
    assert len(reference.parts) == 1
    course = shapely.line_interpolate_point(reference.parts[0], [100.0, 550.0])
    assert course[0].y == pytest.approx(10.0)
    assert course[1].y == pytest.approx(0.0)


def test_a_road_leads_through_a_roundabout():
    ring = Point(0, 0).buffer(20).exterior
    ring = LineString(ring.coords)
    ways = [line((-200, 0), (-20, 0)), line((20, 0), (200, 0))]
    reference = reference_line(ways, [0, 0], [ring])
    assert reference.roundabouts == 1
    assert len(reference.parts) == 1
    assert shapely.hausdorff_distance(reference.parts[0], line((-200, 0), (200, 0))) < 0.2


@pytest.mark.parametrize(("radius_m", "is_led"), [(59, True), (61, False)])
def test_ends_are_led_to_the_middle_of_no_larger_circle_than_a_roundabout(radius_m, is_led):
    ring = LineString(Point(0, 0).buffer(radius_m, quad_segs=8).exterior.coords)
    streets = [LineString([(-300, 0), (-radius_m, 0)]), LineString([(0, radius_m), (0, 300)])]
    lines, extensions = extended_to_middles(streets, [0, 1], [ring])
    assert [extension.is_made for extension in extensions] == [is_led, is_led]
    assert [extension.length_m for extension in extensions] == pytest.approx([radius_m] * 2)
    ends = [Point(lines[0].coords[-1]), Point(lines[1].coords[0])]
    apart_m = 0 if is_led else radius_m
    assert [end.distance(Point(0, 0)) for end in ends] == pytest.approx([apart_m] * 2, abs=1e-9)


def test_a_roundabout_of_the_same_name_is_not_part_of_the_road():
    ring = LineString(Point(0, 0).buffer(20).exterior.coords)
    ways = [line((-200, 0), (-20, 0)), line((20, 0), (200, 0)), ring]
    reference = reference_line(ways, [0, 0, 1], [ring])
    assert len(reference.parts) == 1
    assert reference.parts[0].length == pytest.approx(400.0, abs=0.5)


def test_a_bent_divided_road_keeps_the_middle():
    middle = np.array([(0, 0), (200, 0), (320, 90), (500, 100)])
    centre = LineString(middle)
    there = shapely.offset_curve(centre, -8, join_style="mitre")
    back = shapely.reverse(shapely.offset_curve(centre, 8, join_style="mitre"))
    reference = reference_line([there, back], [1, 1])
    assert len(reference.parts) == 1
    assert shapely.hausdorff_distance(reference.parts[0], centre, densify=0.05) < 1.5


def test_without_known_directions_parallel_lines_count_as_carriageways():
    reference = reference_line([line((0, 0), (300, 0)), line((0, 18), (300, 18))], [None, None])
    assert [part.wkt for part in reference.parts] == ["LINESTRING (0 9, 300 9)"]


def test_two_way_streets_are_never_taken_for_carriageways():
    reference = reference_line([line((0, 0), (300, 0)), line((0, 40), (300, 40))], [0, 0])
    assert len(reference.parts) == 2


def test_no_ways_give_no_parts():
    assert reference_line([], []).parts == []
    assert reference_line([line((1, 1), (1, 1))], [0]).parts == []
