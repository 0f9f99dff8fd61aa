import geopandas as gpd
import numpy as np
import pytest
from pyproj import Geod
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from geo.areas import geodesic_area_km2, geodesic_length_m, printed_interval
from geo.crs import METRIC, WGS84
from geo.errors import GeoError
from geo.uncertainty.position import area_budget


def square_edges(error_m=10.0, roads=("S", "E", "N", "W")):
    corners = [(0, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 0)]
    return gpd.GeoDataFrame(
        {
            "edge_id": [f"z/{i + 1}" for i in range(4)],
            "road": list(roads),
            "position_error_m": [error_m] * 4,
        },
        geometry=[LineString(corners[i : i + 2]) for i in range(4)],
        crs=METRIC,
    )


def test_area_agrees_with_the_plane_in_the_right_belt():
    zone = box(117.18, 39.105, 117.22, 39.135)
    plane = gpd.GeoSeries([zone], crs=WGS84).to_crs(METRIC).area.iloc[0] / 1e6
    assert geodesic_area_km2([zone])[0] == pytest.approx(plane, rel=1e-4)


def test_a_hole_is_taken_away_and_parts_are_added():
    outer, inner = box(117.18, 39.10, 117.20, 39.12), box(117.185, 39.105, 117.19, 39.11)
    holed = Polygon(outer.exterior.coords, [inner.exterior.coords])
    whole, hole, net = geodesic_area_km2([outer, inner, holed])
    assert net == pytest.approx(whole - hole)
    assert geodesic_area_km2([MultiPolygon([holed, inner])])[0] == pytest.approx(whole)


def test_the_direction_of_a_ring_does_not_matter():
    zone = box(117.18, 39.10, 117.20, 39.12)
    assert geodesic_area_km2([zone]) == pytest.approx(geodesic_area_km2([zone.reverse()]))


def test_nothing_has_no_area():
    assert geodesic_area_km2([None, Polygon(), Point(117, 39)]).tolist() == [0, 0, 0]


def test_metres_are_refused():
    with pytest.raises(GeoError, match="Expected longitude and latitude"):
        geodesic_area_km2([box(500_000, 4_300_000, 501_000, 4_301_000)])


def test_length_of_a_degree_of_meridian():
    # 39.5 to 40.5 N on GRS80: 111 035 m (meridian arc, any geodesy table).
    line = LineString([(117, 39.5), (117, 40.5)])
    assert geodesic_length_m([line, None]) == pytest.approx([111_035, 0], abs=2)


@pytest.mark.parametrize(
    ("figure", "low", "high"),
    [("1.49", 1.485, 1.495), ("0.5", 0.45, 0.55), ("7.2", 7.15, 7.25), ("12", 11.5, 12.5)],
)
def test_the_last_printed_digit_tells_the_rounding(figure, low, high):
    assert printed_interval(figure) == pytest.approx((low, high))


def test_a_word_is_no_figure():
    with pytest.raises(GeoError, match="not a finite decimal"):
        printed_interval("NaN")


def test_four_independent_sides_add_in_quadrature():
    # Each side: 1000 m x 10 m = 0.01 km2; four of them: 0.02 km2.
    budget = area_budget(1.0, square_edges())
    assert budget.standard_error_km2 == pytest.approx(0.02, rel=1e-4)
    assert [e.share for e in budget.edges] == pytest.approx([0.25] * 4, rel=1e-3)
    assert (budget.low_km2, budget.high_km2) == pytest.approx((1 - 0.0392, 1 + 0.0392), abs=1e-4)


def test_one_road_on_two_opposite_sides_shifts_as_a_whole():
    # South and north are one road: what one side loses the other wins.
    budget = area_budget(1.0, square_edges(roads=("S", "E", "S", "W")))
    assert budget.standard_error_km2 == pytest.approx(np.hypot(0.01, 0.01), rel=1e-3)
    assert [e.share for e in budget.edges] == pytest.approx([0, 0.5, 0, 0.5], abs=1e-3)


def test_the_error_of_one_side_is_what_shifting_it_does_to_the_area():
    moved = Polygon([(0, -3), (1000, -3), (1000, 1000), (0, 1000)]).area - 1e6
    assert area_budget(1.0, square_edges(error_m=3.0)).edges[0].area_error_km2 == pytest.approx(
        moved / 1e6
    )


def test_a_right_angle_adds_the_square_of_the_shift_and_no_more():
    # v = 2 x 10² = 200 m²; v² (1 + 0) / 4 per corner, four corners: 40 000 m⁴, 200 m².
    budget = area_budget(1.0, square_edges())
    assert budget.corner_error_km2 == pytest.approx(200e-6)
    assert budget.corner_share == pytest.approx(0.0002 / 0.02 * 0.0002 / 0.02, rel=1e-3)
    assert sum(e.share for e in budget.edges) + budget.corner_share == pytest.approx(1.0)


def test_an_acute_corner_counts():
    # Two roads at an angle whose sine is 0.2: v² (2 - 0.04) / 0.16, twice over for both tips,
    # and the blunt side between them at about a right angle.
    tip, wide = (0.0, 0.0), 5000.0
    corners = [tip, (wide, 0.0), (wide * np.sqrt(0.96), wide * 0.2), tip]
    edges = gpd.GeoDataFrame(
        {"edge_id": ["z/1", "z/2", "z/3"], "road": ["a", "b", "c"]},
        geometry=[LineString(corners[i : i + 2]) for i in range(3)],
        crs=METRIC,
    ).assign(position_error_m=[50.0, 0.0, 50.0])
    at_tip = 5000.0**2 * (2 - 0.04) / (4 * 0.04)
    blunt = 2 * 2500.0**2 / 4
    budget = area_budget(2.5, edges)
    assert (budget.corner_error_km2 * 1e6) ** 2 == pytest.approx(at_tip + blunt, rel=0.01)


def test_many_areas_at_once_are_those_of_one_at_a_time():
    outer, inner = box(117.18, 39.10, 117.20, 39.12), box(117.185, 39.105, 117.19, 39.11)
    holed = Polygon(outer.exterior.coords, [inner.exterior.coords])
    mixed = GeometryCollection([Point(117, 39), inner])
    zones = [None, holed, Polygon(), inner, MultiPolygon([inner, box(117.3, 39, 117.4, 39.1)])]
    zones += [LineString([(117, 39), (118, 39)]), mixed, outer]
    geod = Geod(ellps="GRS80")
    alone = [float(geodesic_area_km2([zone])[0]) for zone in zones]
    assert geodesic_area_km2(zones).tolist() == alone
    assert alone[3] == alone[6] == abs(geod.geometry_area_perimeter(inner)[0]) / 1e6
    assert geodesic_area_km2(iter(())).tolist() == []
