"""How one item becomes a shape with edges, readings and findings."""

import dataclasses

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, Point, box

from geo.areas import Z_95, geodesic_area_km2
from geo.base import read_base
from geo.build import build, build_documents
from geo.crs import METRIC
from geo.plans.documents import read_documents
from geo.zones.drawing import draw_item, item_findings
from geo.zones.edges import EDGE_COLUMNS
from geo.zones.enclosed import kerb_outlines
from geo.zones.item import rounded
from testing.tiny_district import EAST, ERROR_M, NORTH, write_tiny_district


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_tiny_district(tmp_path_factory.mktemp("tiny") / "data", zones=False)


@pytest.fixture(scope="module")
def built(folder):
    return build(folder)


def readings(drawn):
    return {reading.reading: reading.value for reading in drawn.readings}


def test_a_zone_is_drawn_on_the_lines_its_sentence_names(built):
    west = built.zones["13th-west"]
    there = gpd.GeoSeries([west.geometry], crs="EPSG:4326").to_crs(METRIC).iloc[0]
    assert there.hausdorff_distance(box(EAST, NORTH, EAST + 1000, NORTH + 1000)) < 0.2
    assert sorted(west.edges["road"]) == sorted(["青西路", "青北道", "青中路", "青南道"])
    assert list(west.edges.columns) == EDGE_COLUMNS
    assert west.edges["length_m"].tolist() == pytest.approx([1000] * 4, abs=0.2)


def test_every_edge_says_where_it_comes_from(built):
    edges = built.zones["13th-west"].edges
    assert edges["edge_id"].tolist() == [f"13th-west/{n}" for n in (1, 2, 3, 4)]
    edge = edges[edges["limit"] == "青中路"].iloc[0]
    assert (edge["clause"], edge["road"]) == ("青中路", "青中路")
    assert (edge["source"], edge["method"], edge["position_error_m"]) == ("虚构", "traced", ERROR_M)
    assert edge["corner_from"]
    assert edge["gap_m"] == 0.0


def test_a_river_has_three_readings_each_with_its_own_interval(built):
    east = built.zones["13th-east"]
    values = readings(east)
    assert list(values)[:3] == ["centre_line", "bank", "riverside_road"]
    assert values["centre_line"] == pytest.approx(1.10, abs=1e-3)
    assert values["bank"] == pytest.approx(1.05, abs=1e-3)
    assert values["riverside_road"] == pytest.approx(1.00, abs=1e-3)
    for reading in east.readings:
        assert reading.low < reading.value < reading.high
        assert geodesic_area_km2([east.outlines[reading.reading]])[0] == pytest.approx(
            reading.value
        )


def test_the_default_reading_is_the_same_rule_for_every_zone(built):
    for drawn in built.zones.values():
        if drawn.readings:
            assert drawn.readings[0].reading == "centre_line"


def test_kerbs_are_half_a_width_in_and_out(built):
    # 1000 m square, streets 20 m wide: 980 x 980 and 1020 x 1020 m.
    values = readings(built.zones["13th-west"])
    assert values["inner_kerb"] == pytest.approx(0.9604, abs=1e-3)
    assert values["outer_kerb"] == pytest.approx(1.0404, abs=1e-3)


def test_a_ring_of_rivers_has_no_kerb():
    edges = gpd.GeoDataFrame(
        {"half_width_m": [0.0]}, geometry=[LineString([(0, 0), (1, 0)])], crs=METRIC
    )
    assert kerb_outlines(box(0, 0, 1, 1), edges) == {}


def test_a_missing_limit_leaves_no_shape_and_says_which(built):
    lost = built.zones["13th-lost"]
    assert lost.geometry is None
    assert "青失路" in lost.obstacle.render("zh")
    (finding,) = item_findings(lost)
    assert finding.verdict == "not_determinable"
    assert "青失路" in finding.reason


def test_a_sentence_without_a_ring_is_an_error_and_the_item_stays(folder):
    base = read_base(folder)
    (document, _), _ = read_documents(folder / "plans")
    item = document.items[0].model_copy(
        update={"limits_text": "以青西路、青河、青中路围合的区域,面积1.00平方公里"}
    )
    issues = []
    drawn = draw_item(item, base, {}, issues)
    assert drawn.geometry is None
    assert [(i.code, i.level, i.place) for i in issues] == [("no-ring", "error", "13th-west")]


def test_a_belt_has_the_width_that_its_area_gives(built):
    spine = built.zones["13th-spine"]
    assert spine.width_m == pytest.approx(400, abs=0.5)
    area, length = item_findings(spine)
    assert (area.verdict, area.computed) == ("by_construction", pytest.approx(0.40, abs=1e-3))
    assert (area.low, area.high) == (0.395, 0.405)
    assert (length.verdict, length.computed) == ("agrees", pytest.approx(1.0, abs=1e-3))


def test_square_ends_make_the_error_of_a_length(built):
    # Two cross streets of 10 m each; the axis shifts along both alike: sqrt(2) x 10 m x 1.96.
    (reading,) = built.zones["13th-spine"].length_readings
    assert (reading.high - reading.value) * 1000 == pytest.approx(
        Z_95 * ERROR_M * np.sqrt(2), rel=0.01
    )


def test_an_oblique_end_makes_a_length_less_certain(folder):
    # A cross street at 30 degrees: its own 10 m count twice, and the axis's shift does not cancel.
    base = read_base(folder)
    slope = np.sqrt(3)
    x = np.array([500.0, 1000.0, 1500.0])
    oblique = LineString(np.column_stack([x + EAST, 1000 + (x - 1000) * slope + NORTH]))
    streets = base.stretches.copy()
    streets.loc[streets["name"] == "青北道", "geometry"] = oblique
    tilted = dataclasses.replace(base, stretches=streets)
    documents, _ = read_documents(folder / "plans")
    (reading,) = build_documents(documents, tilted).zones["13th-spine"].length_readings
    # Ends: 10² + (10 / sin 30°)²; axis: 10² x |(0, -1) + n / (n·u)|² = 10² x cot² 30°.
    sigma = np.sqrt(10.0**2 + 20.0**2 + 10.0**2 * 3.0)
    assert (reading.high - reading.value) * 1000 == pytest.approx(Z_95 * sigma, rel=0.01)


def test_a_carried_zone_has_its_own_edges_and_its_own_finding(built):
    west = built.zones["14th-west"]
    assert west.geometry == built.zones["13th-west"].geometry
    assert set(west.edges["zone_id"]) == {"14th-west"}
    (finding,) = item_findings(west)
    assert (finding.finding_id, finding.verdict) == ("14th-west/area", "disagrees")


def test_a_carried_belt_is_no_measurement(built):
    (finding,) = item_findings(built.zones["14th-spine"])
    assert finding.verdict == "not_stated"
    assert "not measured independently" in finding.reason_en


def test_a_part_area_is_what_lies_in_the_district(built):
    part = item_findings(built.zones["13th-walk"])[1]
    assert (part.finding_id, part.figure) == ("13th-walk/part_area/inside", "part_area")
    assert part.computed == pytest.approx(2.0, abs=1e-3)


def test_a_name_alone_is_not_drawn_as_an_area(built):
    named = built.zones["14th-word"]
    assert named.geometry is None
    assert item_findings(named) == []


def test_shapes_stand_on_the_grid_of_the_files():
    assert rounded(Point(117.12345649, 39.1)) == Point(117.123456, 39.1)
    assert shapely.is_empty(rounded(shapely.Polygon()))


STRIP = """
[[items]]
id = "14th-strip"
kind = "belt"
place = "strip"
group = "belts"
name = "宽带"
name_en = "Strip"
short_name = "宽带"
short_name_en = "Strip"
basis = "interpreted"
section = "第一章"
quote = ["沿青中路与青南道。"]
reasoning = "两路同宽。"
reasoning_en = "Both streets alike."

[items.axis]
road = "青中路"
continues = ["青南道"]
width_m = 100
"""


def test_a_strip_has_the_width_of_a_written_rule_and_nothing_is_judged(tmp_path):
    folder = write_tiny_district(tmp_path / "data", zones=False)
    plan = folder / "plans" / "14th-outline.toml"
    plan.write_text(plan.read_text(encoding="utf-8") + STRIP, encoding="utf-8")
    strip = build(folder).zones["14th-strip"]
    (finding,) = item_findings(strip)
    # By hand: 1200 m and 2200 m of street, 100 m wide, less the square of their crossing.
    assert finding.computed == pytest.approx(0.12 + 0.22 - 0.01, abs=2e-3)
    assert (finding.verdict, finding.low, strip.width_m) == ("not_stated", None, 100)
    assert list(strip.edges["road"]) == ["青中路", "青南道"]
    assert list(strip.edges["edge_id"]) == ["14th-strip/axis", "14th-strip/axis-2"]


def test_a_straight_connector_joins_two_limits_and_its_error_grows_with_its_length(tmp_path):
    folder = write_tiny_district(tmp_path / "data", zones=False)
    plan = folder / "plans" / "13th-outline.toml"
    text = plan.read_text(encoding="utf-8")
    sentence = "以青西路、青北道、青中路、青南道围合的区域,面积1.00平方公里"
    # The north road is left out of the sentence: two parallel roads do not meet.
    text = text.replace(sentence, "以青西路、青中路、青南道围合的区域,面积1.00平方公里")
    before, head, after = text.partition('[[items]]\nid = "13th-east"')
    connector = """
[[items.connectors]]
between = ["青西路", "青中路"]
also = ["青北道"]
reason = "未写北界。"
reason_en = "The north side is left out."
evidence = "无"
error_m = 20

"""
    text = f"{before}{connector}{head}{after}"
    plan.write_text(text, encoding="utf-8")
    west = build(folder).zones["13th-west"]
    edge = west.edges[west.edges["connector"]].iloc[0]
    assert (edge["road"], edge["method"]) == ("青西路—青中路", "estimated")
    # By hand: the square root of 20² + (0.15 x 1000)².
    assert edge["position_error_m"] == pytest.approx(151.3, abs=0.1)
    assert "connector:青北道" in {reading.reading for reading in west.readings}
