"""The same ring from a small network, a large one, and any order of the rows."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.enclosures.enclose import enclose
from geo.enclosures.road_index import RoadIndex
from testing.faces import Faces, two_point_segments
from testing.network_files import read_network, write_network
from testing.synthetic_streets import sample_rings, synthetic_streets

EDGE_COLUMNS = ["limit", "road", "length_m", "corner_from", "corner_to", "gap_m"]

networks = st.builds(
    synthetic_streets,
    st.sampled_from([1_000, 5_000, 12_000]),
    seed=st.integers(0, 2**31),
    style=st.sampled_from(["concession", "irregular"]),
)


def edges_of(ring):
    return ring.edges.drop(columns="geometry"), ring.edges.geometry.to_wkb().tolist()


def assert_same(one, other):
    (one_table, one_lines), (other_table, other_lines) = edges_of(one), edges_of(other)
    pd.testing.assert_frame_equal(one_table, other_table)
    assert one_lines == other_lines
    assert one.polygon.wkb == other.polygon.wkb


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(networks, st.integers(0, 2**31))
def test_a_ring_from_the_whole_network_is_the_ring_from_its_own_roads_alone(streets, seed):
    centrelines = streets.centrelines()
    index = RoadIndex(centrelines)
    limits, truth = sample_rings(streets, 5, seed=seed)
    for names, polygon in zip(limits, truth, strict=True):
        alone = centrelines[centrelines["name"].isin(names)]
        large, small = enclose(names, index), enclose(names, alone)
        assert_same(large, small)
        assert shapely.equals(large.polygon, polygon)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(networks, st.integers(0, 2**31))
def test_one_row_per_segment_in_any_order_gives_the_same_ring(streets, seed):
    lines, road = two_point_segments(streets)
    order = np.random.default_rng(seed).permutation(len(lines))
    scattered = gpd.GeoDataFrame(
        {"name": np.array(streets.names, dtype=object)[road[order]]},
        geometry=lines[order],
        crs="EPSG:4548",
    )
    index = RoadIndex(scattered)
    limits, truth = sample_rings(streets, 3, seed=seed)
    for names, polygon in zip(limits, truth, strict=True):
        assert shapely.equals(enclose(names, index).polygon, polygon)


def test_polygonising_the_whole_network_picks_the_same_rings():
    streets = synthetic_streets(2_000, style="irregular", seed=5)
    lines, road = two_point_segments(streets)
    faces = Faces(lines, road)
    numbers = {name: number for number, name in enumerate(streets.names)}
    index = RoadIndex(streets.centrelines())
    limits, truth = sample_rings(streets, 20)
    for names, polygon in zip(limits, truth, strict=True):
        picked = faces.pick(polygon.representative_point(), {numbers[n] for n in names})
        assert shapely.equals(enclose(names, index).polygon, picked)


@pytest.mark.parametrize("ending", [".gpkg", ".parquet"])
def test_a_ring_is_the_same_from_a_network_on_disk(tmp_path, ending):
    if ending == ".parquet":
        pytest.importorskip("pyarrow")
    streets = synthetic_streets(3_000, seed=9)
    path = tmp_path / f"network{ending}"
    write_network(path, streets.centrelines())
    index = RoadIndex(streets.centrelines())
    limits, _ = sample_rings(streets, 5)
    for names in limits:
        few = read_network(path, names)
        assert sorted(few["name"]) == sorted(names)
        assert_same(enclose(names, few), enclose(names, index))
