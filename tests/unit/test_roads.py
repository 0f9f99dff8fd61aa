import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, MultiLineString, Point

from geo.enclosures.road import MAX_STEPS, joined_road
from geo.enclosures.road_index import RoadIndex, find_road
from geo.errors import CRSError, EnclosureError, GeoError, RoadNotFoundError

ALIASES = {"新太原道": ("太原道", "同一条路"), "老路": ("没有的路", "旧名")}


def road_of(*lines, tolerance_m=0.0):
    return joined_road("路", np.array([LineString(line) for line in lines]), tolerance_m)


def ways_of(road, start, end):
    ways = road.ways(road.place(*start), road.place(*end))
    return sorted([[tuple(p) for p in way.coordinates.tolist()] for way in ways], key=len)


# finding a road by name


def test_a_printed_name_among_the_centrelines_is_that_road(square_roads):
    assert find_road("北道", square_roads) == ("北道", "北道", "")
    assert find_road("北道", RoadIndex(square_roads)) == ("北道", "北道", "")


def test_an_alias_leads_to_another_name_and_keeps_its_reason(make_centrelines):
    roads = make_centrelines({"太原道": [[(0, 0), (1, 0)]]})
    assert find_road("新太原道", roads, ALIASES) == ("新太原道", "太原道", "同一条路")


def test_a_road_of_the_printed_name_goes_before_an_alias(make_centrelines):
    roads = make_centrelines({"太原道": [[(0, 0), (1, 0)]], "新太原道": [[(0, 1), (1, 1)]]})
    assert find_road("新太原道", roads, ALIASES).data_name == "新太原道"


@pytest.mark.parametrize("name", ["北到", "北 道", "北道路", "道", "北道 ", "北"])
def test_a_similar_name_is_never_taken(square_roads, name):
    with pytest.raises(RoadNotFoundError, match=f"Road '{name}' is not among the 4 named"):
        find_road(name, square_roads)


def test_similar_names_are_offered_as_a_hint_and_the_zone_is_named(square_roads):
    with pytest.raises(RoadNotFoundError, match=r"^13th-x: Road '北大道' .* Nearest names: 北道"):
        find_road("北大道", RoadIndex(square_roads), what="13th-x")


def test_an_alias_to_a_road_that_is_not_there_is_said(square_roads):
    with pytest.raises(
        RoadNotFoundError, match=r"'老路' .for which the alias table has '没有的路'"
    ):
        find_road("老路", square_roads, ALIASES)


# the index


def test_rows_without_a_name_or_a_line_are_left_out():
    lines = [LineString([(0, 0), (1, 0)]), LineString([(0, 0), (1, 1)]), None, LineString()]
    roads = gpd.GeoDataFrame({"name": ["甲路", None, "乙路", "丙路"]}, geometry=lines, crs=4548)
    assert RoadIndex(roads).names == ["甲路"]


def test_all_rows_and_parts_of_a_name_are_one_road():
    lines = [
        MultiLineString([[(0, 0), (5, 0)], [(9, 0), (5, 0)]]),
        LineString([(20, 0), (9, 0)]),
    ]
    index = RoadIndex(gpd.GeoDataFrame({"name": ["甲路"] * 2}, geometry=lines, crs=4548))
    assert len(index) == 1
    assert index.road("甲路").shape.equals(LineString([(0, 0), (5, 0), (9, 0), (20, 0)]))
    assert index.road("甲路") is index.road("甲路")


def test_heights_are_left_out():
    line = LineString([(0, 0, 7), (5, 0, 8)])
    index = RoadIndex(gpd.GeoDataFrame({"name": ["甲路"]}, geometry=[line], crs=4548))
    assert not index.road("甲路").shape.has_z


def test_an_unknown_name_asked_of_the_index_is_an_error(square_roads):
    with pytest.raises(RoadNotFoundError, match="'丁路'"):
        RoadIndex(square_roads).road("丁路")


def test_degrees_are_refused(square_roads):
    with pytest.raises(CRSError, match="expected a projected CRS in metres"):
        RoadIndex(square_roads.set_crs(4326, allow_override=True))


def test_a_layer_without_names_is_refused(square_roads):
    with pytest.raises(GeoError, match=r"no column 'name'; found geometry"):
        RoadIndex(square_roads[["geometry"]])


def test_a_named_point_is_refused():
    roads = gpd.GeoDataFrame({"name": ["甲路"]}, geometry=[Point(0, 0)], crs=4548)
    with pytest.raises(GeoError, match="'甲路' is a Point; expected a LineString"):
        RoadIndex(roads)


def test_a_road_without_length_is_refused():
    with pytest.raises(GeoError, match="'路' has no length"):
        road_of([(1, 1), (1, 1)])


# places on a road


def test_a_place_near_a_vertex_is_the_vertex():
    road = road_of([(0, 0), (10, 0), (10, 10)])
    assert road.place(10 + 1e-8, 1e-8)[1:] == (1.0, 10.0, 0.0)


def test_a_place_on_the_line_keeps_its_coordinates_and_one_beside_it_is_moved_to_it():
    road = road_of([(0, 0), (10, 0), (10, 10)])
    assert road.place(4, 1e-9)[1:] == (pytest.approx(0.4), 4, 1e-9)
    assert road.place(4, 3)[1:] == (pytest.approx(0.4), 4, 0)


# ways along a road


def test_a_plain_road_has_one_way_between_two_places_in_either_direction():
    road = road_of([(0, 0), (10, 0), (10, 10)])
    assert ways_of(road, (4, 0), (10, 5)) == [[(4, 0), (10, 0), (10, 5)]]
    assert ways_of(road, (10, 5), (4, 0)) == [[(10, 5), (10, 0), (4, 0)]]


def test_a_branch_is_left_aside_or_taken():
    road = road_of([(0, 0), (10, 0), (20, 0)], [(10, 0), (10, 8)])
    assert ways_of(road, (2, 0), (18, 0)) == [[(2, 0), (10, 0), (18, 0)]]
    assert ways_of(road, (10, 6), (18, 0)) == [[(10, 6), (10, 0), (18, 0)]]


def test_a_branch_that_touches_between_two_vertices_is_found():
    road = road_of([(0, 0), (20, 0)], [(10, 0), (10, 8)])
    assert ways_of(road, (10, 6), (18, 0)) == [[(10, 6), (10, 0), (18, 0)]]


def test_a_loop_has_two_ways_between_two_places():
    road = road_of([(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)])
    assert ways_of(road, (2, 0), (7, 0)) == [
        [(2, 0), (7, 0)],
        [(2, 0), (0, 0), (0, 10), (10, 10), (10, 0), (7, 0)],
    ]
    assert len(ways_of(road, (0, 0), (10, 5))) == 2
    assert len(ways_of(road, (10, 5), (0, 0))) == 2


def test_a_road_with_a_ring_in_its_middle_has_two_ways_through():
    road = road_of(
        [(0, 0), (10, 0)], [(10, 0), (15, 5), (20, 0)], [(10, 0), (15, -5), (20, 0)],
        [(20, 0), (30, 0)],
    )  # fmt: skip
    assert len(ways_of(road, (1, 0), (29, 0))) == 2
    assert len(ways_of(road, (12, 2), (29, 0))) == 2


def test_parts_that_do_not_touch_have_no_way():
    assert ways_of(road_of([(0, 0), (10, 0)], [(12, 0), (20, 0)]), (1, 0), (19, 0)) == []


def test_parts_within_the_tolerance_are_joined_and_the_gap_is_kept():
    road = road_of([(0, 0), (10, 0)], [(12, 0), (20, 0)], tolerance_m=2.0)
    (way,) = road.ways(road.place(1, 0), road.place(19, 0))
    assert way.coordinates.tolist() == [[1, 0], [10, 0], [12, 0], [19, 0]]
    assert way.gap_m == 2.0


def test_an_end_near_the_middle_of_another_part_is_joined_there():
    road = road_of([(0, 0), (30, 0)], [(11, 1.5), (11, 9)], tolerance_m=2.0)
    (way,) = road.ways(road.place(11, 8), road.place(29, 0))
    assert way.coordinates.tolist() == [[11, 8], [11, 1.5], [11, 0], [29, 0]]
    assert way.gap_m == 1.5


def test_gaps_never_close_a_circle_within_one_part():
    hook, branch = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 1)], [(10, 0), (19, 0)]
    road = road_of(hook, branch, tolerance_m=2.0)
    assert len(road.pieces) == 3
    assert len(ways_of(road, (5, 0), (5, 10))) == 1


def test_dead_ends_are_where_the_road_stops():
    road = road_of([(0, 0), (10, 0), (20, 0)], [(10, 0), (10, 8)])
    assert sorted(end[2:] for end in road.dead_ends) == [(0, 0), (10, 8), (20, 0)]


def test_a_mesh_is_refused_rather_than_searched_for_ever():
    steps = range(0, 200, 10)
    rungs = [[(x, 0), (x, 5)] for x in steps]
    sides = [[(x, y), (x + 10, y)] for x in steps for y in (0, 5)]
    road = road_of(*rungs, *sides)
    with pytest.raises(EnclosureError, match=f"mesh of .* pieces: more than {MAX_STEPS} steps"):
        road.ways(road.place(0, 0), road.place(190, 5))
