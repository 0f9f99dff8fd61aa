import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString

from geo.crs import METRIC
from geo.errors import CRSError, EnclosureError
from geo.uncertainty.position import area_budget
from testing.simulation import simulate_areas


def ring(error_m):
    corners = [(0, 0), (1200, 0), (1200, 800), (0, 800), (0, 0)]
    return gpd.GeoDataFrame(
        {
            "edge_id": [f"z/{i + 1}" for i in range(4)],
            "road": ["南", "东", "北", "西"],
            "position_error_m": error_m,
        },
        geometry=[LineString(corners[i : i + 2]) for i in range(4)],
        crs=METRIC,
    )


def roads(name):
    # The north road bends beyond its corners; the west road ends at both of its corners.
    table = gpd.GeoDataFrame(
        {"name": ["南", "东", "北", "西"]},
        geometry=[
            LineString([(-500, 0), (2000, 0)]),
            LineString([(1200, -300), (1200, 800), (1250, 1500)]),
            LineString([(-300, 700), (0, 800), (1200, 800), (1500, 700)]),
            LineString([(0, 0), (0, 800)]),
        ],
        crs=METRIC,
    )
    return table[table["name"] == name].to_dict("records")


def test_two_stretches_of_one_street_known_in_two_ways_move_apart():
    # The south road is traced for 400 m and estimated for 800 m: 400 x 5 and 800 x 60 m2.
    table = ring([0.0] * 4)
    cut = gpd.GeoDataFrame(
        {
            "edge_id": ["z/1", "z/1", "z/2", "z/3", "z/4"],
            "road": ["南", "南", "东", "北", "西"],
            "method": ["traced", "estimated", "traced", "traced", "traced"],
            "position_error_m": [5.0, 60.0, 0.0, 0.0, 0.0],
        },
        geometry=[
            LineString([(0, 0), (400, 0)]),
            LineString([(400, 0), (1200, 0)]),
            *table.geometry[1:],
        ],
        crs=METRIC,
    )
    streets = {
        "南": gpd.GeoDataFrame(
            {"method": ["traced", "estimated"], "position_error_m": [5.0, 60.0]},
            geometry=[LineString([(-500, 0), (400, 0)]), LineString([(400, 0), (2000, 0)])],
            crs=METRIC,
        ).to_dict("records")
    }
    simulation = simulate_areas(cut, lambda name: streets.get(name, []), runs=4000, seed=11)
    by_hand = np.hypot(400 * 5.0, 800 * 60.0) / 1e6
    assert simulation.spread_km2 == pytest.approx(by_hand, rel=0.04)
    assert area_budget(0.96, cut).standard_error_km2 == pytest.approx(by_hand, rel=0.01)
    assert simulation.unmet == 0


def test_roads_without_error_rebuild_the_same_ring():
    simulation = simulate_areas(ring([0.0] * 4), roads, runs=5, seed=1)
    assert simulation.areas_km2 == pytest.approx(0.96)
    assert simulation.nominal_km2 == pytest.approx(0.96)
    assert simulation.unmet == 0


def test_the_spread_is_what_the_budget_says():
    edges = ring([8.0, 12.0, 10.0, 15.0])
    simulation = simulate_areas(edges, roads, runs=4000, seed=7)
    budget = area_budget(0.96, edges)
    assert simulation.spread_km2 / budget.standard_error_km2 == pytest.approx(1.0, abs=0.05)
    assert 0.93 < simulation.coverage(budget.high_km2 - budget.area_km2) < 0.97


def test_a_shift_along_one_axis_has_the_area_of_a_hand_calculation():
    # Only the south road moves; a shift of dy takes 1200 m x dy from the ring.
    edges = ring([9.0, 0.0, 0.0, 0.0])
    simulation = simulate_areas(edges, roads, runs=4000, seed=3)
    assert simulation.spread_km2 == pytest.approx(1200 * 9.0 / 1e6, rel=0.04)


def test_a_seed_means_one_result():
    first, again, other = (
        simulate_areas(ring([8.0] * 4), roads, runs=50, seed=s).areas_km2 for s in (4, 4, 5)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_degrees_are_refused():
    with pytest.raises(CRSError, match="projected"):
        simulate_areas(
            ring([8.0] * 4).set_crs("EPSG:4326", allow_override=True), roads, runs=1, seed=1
        )


def test_one_edge_is_no_ring():
    with pytest.raises(EnclosureError, match="at least two edges"):
        simulate_areas(ring([8.0] * 4).iloc[:1], roads, runs=1, seed=1)
