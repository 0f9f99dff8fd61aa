"""What must hold for every ring, whatever the streets."""

import math

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import LineString, affinity

from geo.enclosures.enclose import enclose, order_limits
from geo.errors import EnclosureError
from testing.strategies import as_table, grids, scattered, turned_lists

quick = settings(max_examples=60, deadline=None)


def corners_of(polygon):
    """Return the outline from a fixed beginning."""
    return shapely.get_coordinates(shapely.normalize(polygon))


def assert_same_outline(one, other, tolerance_m=1e-5):
    assert one.area == pytest.approx(other.area)
    assert shapely.hausdorff_distance(one.exterior, other.exterior) < tolerance_m


@quick
@given(grids())
def test_the_block_between_four_streets_of_a_grid_is_found(grid):
    ring = enclose(grid.limits(), as_table(grid.lines()))
    assert_same_outline(ring.polygon, grid.expected())
    assert sorted(ring.edges["limit"]) == sorted(grid.limits())


@quick
@given(st.data(), grids())
def test_cuts_directions_and_the_order_of_rows_and_names_change_no_vertex(data, grid):
    plain = enclose(grid.limits(), as_table(grid.lines()))
    rows = data.draw(scattered(grid.lines()))
    other = enclose(data.draw(turned_lists(grid.limits())), rows)
    assert np.array_equal(corners_of(plain.polygon), corners_of(other.polygon))
    lengths = dict(zip(plain.limits, plain.edges["length_m"], strict=True))
    assert dict(zip(other.limits, other.edges["length_m"], strict=True)) == pytest.approx(lengths)


@quick
@given(
    grids(), st.floats(-1e5, 1e5), st.floats(4e6, 5e6), st.floats(0, math.tau), st.floats(0.5, 20)
)
def test_a_plan_moved_turned_and_scaled_has_its_ring_moved_turned_and_scaled(
    grid, east, north, angle, factor
):
    def moved(shape):
        turned = affinity.rotate(shape, angle, origin=(0, 0), use_radians=True)
        scaled = affinity.scale(turned, factor, factor, origin=(0, 0))
        return affinity.translate(scaled, east, north)

    plain = enclose(grid.limits(), as_table(grid.lines())).polygon
    lines = {name: moved(line) for name, line in grid.lines().items()}
    assert_same_outline(enclose(grid.limits(), as_table(lines)).polygon, moved(plain))


@quick
@given(grids(), st.lists(st.lists(st.tuples(*[st.integers(-400, 1900)] * 2), min_size=2,
                                  max_size=5, unique=True), max_size=8))  # fmt: skip
def test_streets_that_are_not_named_change_nothing(grid, noise):
    lines = grid.lines()
    plain = enclose(grid.limits(), as_table(lines))
    others = as_table({f"杂{k}": LineString(points) for k, points in enumerate(noise)})
    table = as_table(lines)
    ring = enclose(grid.limits(), pd.concat([others, table], ignore_index=True) if noise else table)
    assert ring.polygon.equals_exact(plain.polygon, 0)


@quick
@given(grids())
def test_edges_and_gaps_make_up_the_outline(grid):
    ring = enclose(grid.limits(), as_table(grid.lines()))
    edges = ring.edges
    assert edges["length_m"].sum() + edges["gap_m"].sum() == pytest.approx(ring.polygon.length)
    assert ring.polygon.exterior.is_ccw
    begin, end = shapely.get_point(edges.geometry, 0), shapely.get_point(edges.geometry, -1)
    assert end.geom_equals(begin.iloc[[*range(1, len(edges)), 0]].reset_index(drop=True)).all()


@quick
@given(grids(), st.floats(0.01, 6.0))
def test_a_street_that_ends_short_is_a_corner_within_the_tolerance_and_an_error_beyond(grid, short):
    assume(abs(short - 2.0) > 1e-6)
    lines = grid.lines()
    _, right, low, _ = grid.block
    first, last = shapely.get_coordinates(grid.expected())[[0, 1]]
    step = (last - first) / np.hypot(*(last - first))
    lines[f"{low}道"] = LineString([first - 15 * step, last - short * step])
    if short < 2.0:
        ring = enclose(grid.limits(), as_table(lines))
        assert_same_outline(ring.polygon, grid.expected())
        assert ring.edges["gap_m"].sum() == pytest.approx(short, abs=1e-3)
    else:
        with pytest.raises(EnclosureError, match=f"'{low}道' and '{right}路' .* do not meet"):
            enclose(grid.limits(), as_table(lines))


@quick
@given(st.data(), grids())
def test_limits_in_any_order_are_put_in_ring_order(data, grid):
    shuffled = data.draw(st.permutations(grid.limits()))
    table = as_table(grid.lines())
    ring = enclose(order_limits(shuffled, table), table)
    assert_same_outline(ring.polygon, grid.expected())


@quick
@given(grids(), st.data())
def test_two_blocks_side_by_side_share_their_corners_and_no_area(grid, data):
    left, right, low, high = grid.block
    assume(right - left > 1)
    middle = data.draw(st.integers(left + 1, right - 1))
    table = as_table(grid.lines())
    west = enclose([f"{low}道", f"{middle}路", f"{high}道", f"{left}路"], table).polygon
    east = enclose([f"{low}道", f"{right}路", f"{high}道", f"{middle}路"], table).polygon
    common = set(west.exterior.coords) & set(east.exterior.coords)
    assert len(common) >= 2
    assert shapely.union(west, east).geom_type == "Polygon"
    assert_same_outline(shapely.union(west, east), grid.expected())
