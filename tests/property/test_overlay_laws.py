"""Laws of the overlap matrix over random partitions of a district-sized square."""

import geopandas as gpd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, box, make_valid, node, polygonize, union_all

from geo.areas import geodesic_area_km2
from geo.compare.overlays import overlap_matrix

METRIC = "EPSG:4548"
EAST, NORTH, SIZE = 517_000, 4_330_000, 4_000
SQUARE_METRE = 1e-6

borders = st.integers(0, 4 * SIZE - 1)
cuts = st.lists(st.tuples(borders, borders), min_size=0, max_size=5)


def on_border(way):
    """A point of the square's border, so many metres along it."""
    side, along = divmod(way, SIZE)
    return [(along, 0), (SIZE, along), (SIZE - along, SIZE), (0, SIZE - along)][side]


def partition(lines, letter):
    """The square cut by straight lines, every crossing a vertex of both sides."""
    square = box(0, 0, SIZE, SIZE).exterior
    drawn = [LineString([on_border(a), on_border(b)]) for a, b in lines if a != b]
    parts = [p for p in polygonize([node(union_all([square, *drawn]))]).geoms if p.area > 1]
    shapes = gpd.GeoSeries(parts, crs=METRIC).translate(EAST, NORTH).to_crs("EPSG:4326")
    ids = [f"{letter}-{n}" for n in range(len(parts))]
    return gpd.GeoDataFrame({"zone_id": ids}, geometry=shapes).set_geometry(
        [shape if shape.is_valid else make_valid(shape) for shape in shapes], crs="EPSG:4326"
    )


def listed(matrix, key, zone_id):
    return matrix.pieces.loc[matrix.pieces[key] == zone_id, "area_km2"].sum()


@settings(max_examples=60, deadline=None)
@given(cuts, cuts)
def test_rows_and_columns_of_two_partitions_add_up_to_the_zones(first, second):
    a, b = partition(first, "a"), partition(second, "b")
    matrix = overlap_matrix(a, b)
    for table, key in ((a, "zone_a"), (b, "zone_b")):
        for zone_id, area in zip(table["zone_id"], geodesic_area_km2(table.geometry), strict=True):
            assert listed(matrix, key, zone_id) == pytest.approx(area, abs=SQUARE_METRE)
    assert matrix.rows["repeated_km2"].max() < SQUARE_METRE


@settings(max_examples=30, deadline=None)
@given(cuts, cuts)
def test_the_matrix_the_other_way_round_is_the_same_matrix(first, second):
    a, b = partition(first, "a"), partition(second, "b")
    there, back = overlap_matrix(a, b), overlap_matrix(b, a)
    for piece in there.pieces.itertuples():
        other = back.piece(piece.zone_b, piece.zone_a)
        other_area = 0.0 if other is None else other["area_km2"]
        assert other_area == pytest.approx(piece.area_km2, abs=SQUARE_METRE)


@settings(max_examples=30, deadline=None)
@given(cuts, st.tuples(st.integers(0, SIZE), st.integers(0, SIZE), st.integers(50, SIZE)))
def test_what_lies_in_two_zones_is_counted_once_more(first, place):
    """A belt over a partition of the other plan: the row says how much it counts again."""
    a = partition(first, "a")
    x, y, size = place
    both = gpd.GeoSeries([box(x, y, x + size, y + size), box(0, 0, SIZE, SIZE)], crs=METRIC)
    b = gpd.GeoDataFrame(
        {"zone_id": ["b-belt", "b-all"]},
        geometry=both.translate(EAST, NORTH).to_crs("EPSG:4326"),
        crs="EPSG:4326",
    )
    matrix = overlap_matrix(a, b)
    for row in matrix.rows.itertuples():
        assert listed(matrix, "zone_a", row.zone_id) - row.repeated_km2 == pytest.approx(
            row.area_km2, abs=SQUARE_METRE
        )


@settings(max_examples=40, deadline=None)
@given(cuts)
def test_a_partition_against_itself_has_pieces_on_the_diagonal_alone(first):
    a = partition(first, "a")
    pieces = overlap_matrix(a, a.assign(zone_id=[f"b{z[1:]}" for z in a["zone_id"]])).pieces
    for piece in pieces.itertuples():
        if piece.zone_a[1:] == piece.zone_b[1:]:
            assert piece.share_a == pytest.approx(1, abs=1e-5)
        else:
            assert piece.area_km2 < SQUARE_METRE
