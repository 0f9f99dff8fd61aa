"""Two plans laid over each other: pieces, intervals and what is said of them."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, Point, Polygon, box

from geo.areas import geodesic_area_km2
from geo.compare.overlays import NOTES, PIECE_COLUMNS, overlap_matrix
from geo.errors import CRSError, GeoError
from geo.io.read import read_layer

METRIC = "EPSG:4548"
EAST, NORTH = 517_000.0, 4_330_000.0
ZONES = Path(__file__).parents[2] / "data" / "zones"


def zones(shapes, **columns):
    """Zones in metres from a corner in the district, as a WGS84 table."""
    moved = gpd.GeoSeries(list(shapes.values()), crs=METRIC).translate(EAST, NORTH)
    table = {"zone_id": list(shapes)} | columns
    return gpd.GeoDataFrame(table, geometry=moved, crs=METRIC).to_crs("EPSG:4326")


def sides(zone_id, *lines):
    """Edges as (road, error in metres, two points)."""
    moved = gpd.GeoSeries([LineString(line) for _, _, line in lines], crs=METRIC)
    table = {
        "zone_id": zone_id,
        "road": [road for road, _, _ in lines],
        "position_error_m": [error for _, error, _ in lines],
    }
    moved = moved.translate(EAST, NORTH)
    return gpd.GeoDataFrame(table, geometry=moved, crs=METRIC).to_crs("EPSG:4326")


def square_sides(zone_id, names, errors, x=0.0, size=1000.0):
    south, east, north, west = ((x, 0), (x + size, 0)), None, None, None
    east = ((x + size, 0), (x + size, size))
    north = ((x + size, size), (x, size))
    west = ((x, size), (x, 0))
    return sides(zone_id, *zip(names, errors, (south, east, north, west), strict=True))


SQUARE = {"a-one": box(0, 0, 1000, 1000)}
SHIFTED = {"b-one": box(500, 0, 1500, 1000)}
A_SIDES = square_sides("a-one", ["南道", "东路", "北道", "西路"], [10, 10, 10, 10])
B_SIDES = square_sides("b-one", ["南道", "外环", "北道", "中路"], [10, 10, 10, 20], x=500)


def test_two_squares_that_share_half_overlap_by_half():
    matrix = overlap_matrix(zones(SQUARE), zones(SHIFTED))
    piece = matrix.piece("a-one", "b-one")
    assert piece["area_km2"] == pytest.approx(0.5, rel=1e-4)
    assert piece["share_a"] == pytest.approx(0.5, abs=1e-6)
    assert piece["share_b"] == pytest.approx(0.5, abs=1e-6)
    assert matrix.piece("a-one", "")["area_km2"] == pytest.approx(0.5, rel=1e-4)
    assert matrix.piece("", "b-one")["area_km2"] == pytest.approx(0.5, rel=1e-4)
    assert tuple(matrix.pieces.columns) == PIECE_COLUMNS


def test_the_interval_of_a_piece_adds_the_sides_of_both_plans():
    piece = overlap_matrix(zones(SQUARE), zones(SHIFTED), A_SIDES, B_SIDES).piece("a-one", "b-one")
    # 500 m of 南道 and of 北道 (10 m each), 1000 m of 东路 (10 m) and of 中路 (20 m).
    by_hand = 1.959964 * np.sqrt(5000**2 + 5000**2 + 10_000**2 + 20_000**2) / 1e6
    assert piece["high_km2"] - piece["area_km2"] == pytest.approx(by_hand, rel=1e-3)
    assert piece["area_km2"] - piece["low_km2"] == pytest.approx(by_hand, rel=1e-3)


def test_one_road_on_two_sides_of_a_piece_moves_both_at_once():
    ring_road = square_sides("a-one", ["环路"] * 4, [10] * 4)
    other = square_sides("b-one", ["环路"] * 4, [10] * 4, x=500)
    piece = overlap_matrix(zones(SQUARE), zones(SHIFTED), ring_road, other).piece("a-one", "b-one")
    assert piece["high_km2"] - piece["area_km2"] == pytest.approx(0, abs=1e-6)


def test_the_share_of_a_zone_carried_over_has_no_interval():
    later = zones({"b-one": SQUARE["a-one"]}, basis=["carried"], carried_from=["a-one"])
    edges = A_SIDES.assign(zone_id="b-one")
    piece = overlap_matrix(zones(SQUARE, basis=["stated"]), later, A_SIDES, edges).piece(
        "a-one", "b-one"
    )
    assert piece["notes"] == ("same_by_construction",)
    assert (piece["share_a"], piece["share_a_low"], piece["share_a_high"]) == pytest.approx(
        (1, 1, 1), abs=1e-9
    )
    assert piece["high_km2"] - piece["area_km2"] > 0.03


def test_a_belt_brings_the_rounding_of_its_printed_area_by_length_of_side():
    belt = zones({"b-belt": box(200, -500, 400, 1500)}, basis=["corridor"], low_km2=[0.35],
                 high_km2=[0.45])  # fmt: skip
    axis = sides("b-belt", ("中轴", 0.0, ((300, -500), (300, 1500))))
    exact = square_sides("a-one", ["南道", "东路", "北道", "西路"], [0, 0, 0, 0])
    piece = overlap_matrix(zones(SQUARE, basis=["stated"]), belt, exact, axis).piece(
        "a-one", "b-belt"
    )
    # 2000 m of the belt's 4400 m of sides stand in the square.
    assert piece["high_km2"] - piece["area_km2"] == pytest.approx(0.05 * 2000 / 4400, rel=1e-3)
    assert piece["notes"] == ("corridor",)


def test_overlaps_with_interpreted_and_carried_zones_say_so():
    first = zones({"a-1": box(0, 0, 10, 10), "a-2": box(0, 10, 10, 20)}, basis=["stated"] * 2)
    second = zones(
        {"b-1": box(0, 0, 10, 15), "b-2": box(0, 15, 10, 20)},
        basis=["interpreted", "carried"],
        carried_from=["", "a-9"],
    )
    matrix = overlap_matrix(first, second)
    assert matrix.piece("a-1", "b-1")["notes"] == ("interpreted",)
    assert matrix.piece("a-2", "b-2")["notes"] == ("carried",)
    assert {note for notes in matrix.pieces["notes"] for note in notes} <= set(NOTES)


def test_zones_that_only_touch_share_no_piece():
    matrix = overlap_matrix(zones(SQUARE), zones({"b-next": box(1000, 0, 2000, 1000)}))
    assert matrix.piece("a-one", "b-next") is None
    assert matrix.rows["remainder_km2"].iloc[0] == pytest.approx(1, rel=1e-3)


def test_items_without_an_area_are_named_and_take_no_part():
    first = zones({"a-one": box(0, 0, 10, 10), "a-dot": Point(5, 5)})
    first.loc[len(first)] = ["a-none", None]
    matrix = overlap_matrix(first, zones({"b-dot": Point(1, 1)}))
    assert matrix.not_drawn_a == ("a-dot", "a-none")
    assert matrix.not_drawn_b == ("b-dot",)
    assert matrix.columns.empty


def test_two_plans_without_areas_give_an_empty_matrix():
    matrix = overlap_matrix(zones({"a-dot": Point(5, 5)}), zones({"b-dot": Point(1, 1)}))
    assert matrix.pieces.empty
    assert matrix.pieces.crs == "EPSG:4326"


def test_metres_are_refused():
    with pytest.raises(CRSError, match="expected longitude and latitude"):
        overlap_matrix(zones(SQUARE).to_crs(METRIC), zones(SHIFTED))


def test_an_id_that_stands_twice_is_refused():
    table = zones({"a-1": box(0, 0, 1, 1), "a-2": box(1, 0, 2, 1)}).assign(zone_id="a-1")
    with pytest.raises(GeoError, match="'a-1' twice"):
        overlap_matrix(table, zones(SHIFTED))


def test_a_polygon_that_crosses_itself_is_named():
    bow = zones({"a-bow": box(0, 0, 10, 10)})
    bow.geometry = [Polygon([(117, 39), (117.01, 39.01), (117.01, 39), (117, 39.01)])]
    with pytest.raises(GeoError, match="'a-bow' is not a valid polygon"):
        overlap_matrix(bow, zones(SHIFTED))


def test_edges_without_errors_are_refused():
    with pytest.raises(GeoError, match="no column 'position_error_m'"):
        overlap_matrix(zones(SQUARE), zones(SHIFTED), A_SIDES.drop(columns="position_error_m"))


@pytest.mark.parametrize(
    ("first", "second"), [("11th", "13th"), ("11th", "14th"), ("13th", "14th")]
)
def test_rows_and_columns_of_the_real_plans_add_up_within_a_square_metre(first, second):
    a, b = read_layer(ZONES / f"{first}.geojson"), read_layer(ZONES / f"{second}.geojson")
    matrix = overlap_matrix(a, b)
    for table, sums, key in ((a, matrix.rows, "zone_a"), (b, matrix.columns, "zone_b")):
        areas = dict(zip(table["zone_id"], geodesic_area_km2(table.geometry), strict=True))
        for row in sums.itertuples():
            listed = matrix.pieces.loc[matrix.pieces[key] == row.zone_id, "area_km2"].sum()
            assert listed - row.repeated_km2 == pytest.approx(areas[row.zone_id], abs=1e-6)


def test_the_interval_of_every_whole_zone_is_that_of_its_own_budget():
    """Against nothing, the remainder is the zone: its interval is the one in the zone file."""
    table, edges = read_layer(ZONES / "13th.geojson"), read_layer(ZONES / "13th_edges.geojson")
    matrix = overlap_matrix(table, table.iloc[:0], edges)
    published = table.set_index("zone_id")
    compared = 0
    for piece in matrix.pieces.itertuples():
        if published.loc[piece.zone_a, "basis"] == "stated":
            half = (
                published.loc[piece.zone_a, "high_km2"] - published.loc[piece.zone_a, "low_km2"]
            ) / 2
            assert piece.high_km2 - piece.area_km2 == pytest.approx(half, rel=0.02)
            compared += 1
    assert compared >= 4


def test_an_unknown_error_leaves_all_that_is_possible():
    unknown = square_sides("a-one", ["南道", "东路", "北道", "西路"], [10, None, 10, 10])
    piece = overlap_matrix(zones(SQUARE), zones(SHIFTED), unknown, B_SIDES).piece("a-one", "b-one")
    whole = geodesic_area_km2(zones(SQUARE).geometry)[0]
    assert (piece["low_km2"], piece["high_km2"]) == (0.0, pytest.approx(whole))
    assert (piece["share_a_low"], piece["share_a_high"]) == (0.0, 1.0)


def test_of_two_parts_of_a_road_the_unknown_error_counts():
    names = ["南道", "东路", "北道", "东路"]
    for errors in ([10, None, 10, 10], [10, 10, 10, None]):
        edges = square_sides("a-one", names, errors)
        piece = overlap_matrix(zones(SQUARE), zones(SHIFTED), edges, B_SIDES).piece(
            "a-one", "b-one"
        )
        assert piece["low_km2"] == 0.0


def test_a_zone_without_edges_is_not_certain():
    piece = overlap_matrix(zones(SQUARE), zones(SHIFTED)).piece("a-one", "b-one")
    whole = min(geodesic_area_km2([*zones(SQUARE).geometry, *zones(SHIFTED).geometry]))
    assert (piece["low_km2"], piece["high_km2"]) == (0.0, pytest.approx(whole))
