"""Topology, arithmetic and method checks on an invented district."""

import dataclasses

import geopandas as gpd
import pytest
import shapely
from shapely import Point, Polygon, box

from geo.build import edge_layer, zone_layer
from geo.checks.arithmetic import stated_figures_check
from geo.checks.built import method_check, run_checks
from geo.checks.check import Check, skipped, statement, status_of
from geo.checks.topology import (
    beyond_rounding,
    containment_check,
    gaps_check,
    overlaps_check,
    shared_limits_check,
    spaces_check,
    validity_check,
)
from geo.crs import METRIC, WGS84
from testing.tiny_district import EAST, NORTH, built_tiny_district


@pytest.fixture(scope="module")
def built():
    return built_tiny_district()


@pytest.fixture(scope="module")
def checks(built):
    return {check.check_id: check for check in run_checks(built)}


@pytest.fixture
def zones(built):
    return zone_layer(built, "13th")


@pytest.fixture
def edges(built):
    return edge_layer(built, "13th")


def words(check):
    return [s.en for s in check.statements]


def zone_table(*shapes, group="g"):
    """Zones drawn in metres about the tiny district's origin."""
    names = [f"z{n}" for n in range(len(shapes))]
    moved = gpd.GeoSeries(list(shapes), crs=METRIC).translate(EAST, NORTH)
    return gpd.GeoDataFrame(
        {
            "zone_id": names, "kind": "zone", "group": group, "group_name": group,
            "group_name_en": group, "short_name": names, "short_name_en": names,
        },
        geometry=moved,
    ).to_crs(WGS84)  # fmt: skip


def test_nothing_is_wrong_with_the_shapes_of_the_tiny_district(checks):
    for code in ("validity", "shared-limits", "spaces", "gaps", "containment"):
        assert checks[f"topology/{code}/13th"].status == "passed", code
    assert checks["areas/method/13th"].status == "passed"


def test_ids_of_checks_and_statements_are_unique_and_stable(built, checks):
    ids = [s.statement_id for check in checks.values() for s in check.statements]
    assert len(ids) == len(set(ids))
    again = [s.statement_id for check in run_checks(built) for s in check.statements]
    assert again == ids
    assert "topology/overlaps/13th/13th-west/13th-walk" in ids


def test_a_moved_vertex_of_a_shape_is_found(built, zones, edges):
    row = zones.index[zones["zone_id"] == "13th-west"][0]
    shape = zones.geometry[row]
    corner = shapely.get_coordinates(shape)[2]
    zones.loc[row, "geometry"] = shapely.transform(
        shape, lambda xy: xy + ((xy == corner).all(axis=1))[:, None] * 1e-6
    )
    check = shared_limits_check("13th", zones, edges, built.base)
    assert check.status == "failed"
    assert [s.zones for s in check.statements] == [("13th-west",)]
    assert "2 vertices differ between the shape of 13th-west and its edges" in words(check)


def test_a_moved_vertex_of_a_shared_limit_is_found_on_both_sides_of_it(built, zones, edges):
    # The bend of 青中路 at y = 300 moves by one step of the files, 0.1 m, along the road.
    row = edges.index[(edges["zone_id"] == "13th-east") & (edges["road"] == "青中路")][0]
    xy = shapely.get_coordinates(edges.geometry[row])
    xy[1, 1] += 1e-6
    edges.loc[row, "geometry"] = shapely.LineString(xy)
    check = shared_limits_check("13th", zones, edges, built.base)
    pairs = [s for s in check.statements if len(s.zones) == 2]
    # The belt's axis runs there too.
    assert [s.zones for s in pairs] == [("13th-west", "13th-east"), ("13th-east", "13th-spine")]
    assert pairs[0].longitude == pytest.approx(xy[1, 0])


def test_an_edge_that_leaves_its_road_is_found(built, zones, edges):
    row = edges.index[(edges["zone_id"] == "13th-west") & (edges["road"] == "青西路")][0]
    xy = shapely.get_coordinates(edges.geometry[row])
    xy[1, 0] += 5e-5
    edges.loc[row, "geometry"] = shapely.LineString(xy)
    sentences = words(shared_limits_check("13th", zones, edges, built.base))
    assert "1 vertex of 13th-west along 青西路 does not lie on that line" in sentences


def test_a_corner_amid_the_side_of_a_neighbour_must_be_its_vertex(built, zones, edges):
    # Without its corner at 青中路, the north side of the walking area passes the corner of both.
    row = edges.index[(edges["zone_id"] == "13th-walk") & (edges["road"] == "青北道")][0]
    xy = shapely.get_coordinates(edges.geometry[row])
    edges.loc[row, "geometry"] = shapely.LineString(xy[[0, -1]])
    check = shared_limits_check("13th", zones, edges, built.base)
    assert any("on 青北道 is not shared by both zones" in s.en for s in check.statements)


def test_an_invalid_shape_is_told_and_not_repaired(built):
    bow = zone_table(Polygon([(0, 0), (100, 100), (100, 0), (0, 100)]))
    check = validity_check("13th", bow)
    assert check.status == "failed"
    assert "it crosses itself" in words(check)[0]
    assert overlaps_check("13th", bow, METRIC).status == "passed"


def test_an_overlap_is_listed_with_place_size_and_width():
    check = overlaps_check("13th", zone_table(box(0, 0, 100, 100), box(80, 0, 200, 100)), METRIC)
    assert words(check) == [
        "z0 and z1 overlap in a sliver of 0.0020 km², only 17 m wide on average"
    ]
    assert check.statements[0].level == "warning"
    there = gpd.GeoSeries([Point(EAST + 90, NORTH + 50)], crs=METRIC).to_crs(WGS84).iloc[0]
    at = Point(check.statements[0].longitude, check.statements[0].latitude)
    assert at.distance(there) < 1e-5


def test_zones_of_two_structures_may_overlap():
    table = zone_table(box(0, 0, 100, 100), box(50, 0, 200, 100))
    table["group"] = ["one", "other"]
    assert overlaps_check("13th", table, METRIC).statements[0].level == "info"


def test_a_hair_of_rounding_is_no_overlap():
    table = zone_table(box(0, 0, 1000, 100), box(0, 99.95, 1000, 200))
    assert overlaps_check("13th", table, METRIC).status == "passed"


def test_what_rounding_cannot_explain_is_kept():
    # A strip of 500 m may be 0.06 m x half its perimeter wide on either side and no more.
    hair, strip = box(0, 0, 500, 0.11), box(0, 10, 500, 10.2)
    assert beyond_rounding(hair).is_empty
    assert beyond_rounding(shapely.union(hair, strip)).area == pytest.approx(100)


def test_a_near_miss_and_a_hole_are_listed():
    apart = zone_table(box(0, 0, 100, 100), box(103, 0, 200, 100))
    assert words(spaces_check("13th", apart, METRIC)) == [
        "z0 and z1 do not touch; they are only 3.00 m apart"
    ]
    inner = [(100, 100), (100, 190), (100, 200), (200, 200), (200, 190), (200, 100)]
    ring = Polygon(box(0, 0, 300, 300).exterior.coords, [inner])
    around = zone_table(ring, box(100, 100, 200, 190))
    assert words(spaces_check("13th", around, METRIC)) == [
        "A hole of 1000 m², 9 m wide on average, is left between z0, z1"
    ]


def test_a_zone_beyond_the_district_is_a_warning_and_within_its_error_a_note(built):
    # The outline ends at y = 1200 with an error of 10 m: 20 m at 95 %.
    far = containment_check("13th", zone_table(box(0, 1100, 100, 1300)), built.base)
    assert far.statements[0].level == "warning"
    assert "0.0100 km² (50.0%) lies outside the district; 0.0080 km² beyond" in words(far)[0]
    near = containment_check("13th", zone_table(box(0, 1100, 100, 1210)), built.base)
    assert near.statements[0].level == "info"
    hair = containment_check("13th", zone_table(box(0, 1100, 100, 1200.05)), built.base)
    assert hair.status == "passed"


def test_the_wrong_belt_shows_in_the_method_check(zones):
    assert method_check("13th", zones, "EPSG:4548").status == "passed"
    assert method_check("13th", zones, "EPSG:4549").status == "failed"


def test_gaps_and_connectors_are_listed(edges):
    edges.loc[0, ["gap_m", "connector", "connector_reason", "connector_reason_en"]] = [
        2.5, True, "文中略去", "left out",
    ]  # fmt: skip
    sentences = words(gaps_check("13th", edges))
    assert any("A gap of 2.5 m" in line for line in sentences)
    assert any("left out" in line for line in sentences)


def test_sums_count_structures_and_leave_single_notes_out(checks):
    sentences = words(checks["arithmetic/sums/13th"])
    assert sentences[0].startswith(
        "Zones: 3 stated figures add up to 2.49 km²; 2 drawn shapes to 2.100 km²"
    )
    assert len(sentences) == 1


def test_what_a_belt_counts_twice_is_said_with_both_shares(checks):
    sentences = words(checks["arithmetic/double-count/13th"])
    shares = "(50% of the former, 20% of the latter)"
    assert sentences[0] == f"Spine and West both count 0.200 km² {shares}"


def test_a_belt_is_length_times_mean_width(checks):
    (sentence,) = words(checks["arithmetic/belts/13th"])
    assert "0.40 km² ÷ 1.0 km = mean width 400 m; width drawn inside the district 400 m" in sentence


def test_a_part_is_set_against_the_whole_and_the_district(checks):
    (sentence,) = words(checks["arithmetic/parts/13th"])
    inside = "of 2.0 km² in all the plan puts 1.9 km² inside the district (95.0%), 0.1 km²"
    assert inside in sentence
    assert "64.6% of the district's official 2.94 km²" in sentence


def test_figures_of_one_place_that_differ_are_a_warning(checks, built):
    check = checks["arithmetic/stated-figures"]
    assert words(check) == ["The figures for 西片 differ: 13th-west 1.00；14th-west 1.10 (km²)"]
    assert check.statements[0].level == "warning"
    same = dict(built.zones)
    item = same["14th-west"].item.model_copy(update={"stated_area_km2": "1.0"})
    same["14th-west"] = dataclasses.replace(same["14th-west"], item=item)
    again = stated_figures_check(dataclasses.replace(built, zones=same))
    assert [s.level for s in again.statements] == ["info"]


def test_a_missing_limit_is_a_warning_of_the_inputs(checks):
    (statement,) = checks["inputs/issues"].statements
    assert statement.zones == ("13th-lost",)
    assert "青失路" in statement.zh


def test_the_status_of_a_check_is_that_of_its_worst_statement():
    note = statement("a/b", "info", "invalid", reason="r")
    fault = statement("a/b/13th", "error", "invalid", reason="r")
    assert status_of("a/b", []).status == "passed"
    assert status_of("a/b", [note]).status == "noted"
    assert status_of("a/b", [note, fault]).status == "failed"
    missing = skipped("inputs/checksums", "skipped.no-readme")
    assert (missing.status, missing.statements[0].statement_id) == (
        "skipped", "inputs/checksums/skipped",
    )  # fmt: skip


def test_a_check_knows_its_code_and_plan():
    check = Check("topology/overlaps/13th", "passed", "", ())
    assert (check.code, check.plan) == ("topology/overlaps", "13th")
    assert Check("inputs/issues", "passed", "", ()).plan == ""
    assert check.title("en") == "Overlaps between zones of one plan"
