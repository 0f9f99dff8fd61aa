"""Shapes of a reader: fields, figures, intervals, verdicts and the zone beside them."""

import json
import warnings

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon, box

from geo.base import Base, read_base
from geo.crs import WGS84
from geo.datums.guess import guess_datum
from geo.errors import DataFileError, InputTooLargeError
from geo.io.geojson import layer_bytes
from geo.io.read import data_folder
from geo.uploads.check import MOST_SHAPES, check_own_polygons, own_layer, sides
from geo.uploads.fields import Fields, field_issues, guess_fields, stated_area
from geo.uploads.files import read_upload
from geo.uploads.report import own_report_html, own_report_json

FIELDS = Fields("名称", "面积", "km²")
X, Y = 517_000.0, 4_330_000.0


@pytest.fixture(scope="module")
def base() -> Base:
    return read_base(data_folder())


@pytest.fixture(scope="module")
def corner(base):
    """The lower left corner of the squares, inside the district [m]."""
    point = base.outline.representative_point()
    return point.x - 300, point.y - 300


def layer_of(base, shapes, names=None, areas=None):
    """A layer in WGS84 of shapes in metres."""
    return gpd.GeoDataFrame(
        {
            "名称": names or [f"图形{n}" for n in range(len(shapes))],
            "面积": areas or [None] * len(shapes),
        },
        geometry=list(shapes),
        crs=base.metric_crs,
    ).to_crs(WGS84)


def square(corner, size=500.0, dx=0.0, dy=0.0):
    x, y = corner
    return box(x + dx, y + dy, x + dx + size, y + dy + size)


def zones_of(base, shapes):
    return gpd.GeoDataFrame(
        {"zone_id": [f"13th-{n}" for n in range(len(shapes))]},
        geometry=list(shapes),
        crs=base.metric_crs,
    ).to_crs(WGS84)


NO_ZONES = gpd.GeoDataFrame({"zone_id": []}, geometry=[], crs=WGS84)


@pytest.mark.parametrize(
    ("cell", "unit", "expected"),
    [
        (1.49, "km²", ("1.49平方公里", "1.49")),
        (7.0, "km²", ("7平方公里", "7")),
        ("0.50", "km²", ("0.50平方公里", "0.50")),
        (12.5, "ha", ("12.5公顷", "0.125")),
        ("约12.5公顷", "km²", ("约12.5公顷", "0.125")),
        (2150, "亩", ("2150亩", "1.433")),
        ("1,490,000", "m²", ("1,490,000平方米", "1.490000")),
        (149, "万m²", ("149万平方米", "1.49")),
        ("约149", "ha", ("约149公顷", "1.49")),
        ("0.79k㎡", "ha", ("0.79k㎡", "0.79")),
        ("1.49 km^2", "ha", ("1.49 km^2", "1.49")),
        ("1.49km<sup>2</sup>", "ha", ("1.49km<sup>2</sup>", "1.49")),
        ("79h㎡", "km²", ("79h㎡", "0.79")),
        ("2235市亩", "km²", ("2235市亩", "1.490")),
        (None, "km²", ("", "")),
        ("  ", "km²", ("", "")),
    ],
)
def test_a_stated_area_keeps_its_words_and_precision(cell, unit, expected):
    assert stated_area(cell, unit) == expected


@pytest.mark.parametrize(
    "cell",
    [
        *("很大", "3至5平方公里", "-1.2", -1.2, 0, True, "3.3公里", "1 2", "1.49E+06"),
        *("≥1.49平方公里", "不小于149公顷", "149公顷以上"),
    ],
)
def test_a_cell_that_states_no_area_is_none(cell):
    assert stated_area(cell, "km²") is None


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["名称", "面积"], Fields("名称", "面积", "km²")),
        (["NAME", "area_ha"], Fields("NAME", "area_ha", "ha")),
        (["mc", "面积（亩）"], Fields("mc", "面积（亩）", "亩")),
        (
            ["zone_id", "computed_area_km2", "stated_area_km2", "name"],
            Fields("name", "stated_area_km2", "km²"),
        ),
        (["片区名", "用地面积_平方米"], Fields("片区名", "用地面积_平方米", "m²")),
        (["a", "b"], Fields("", "", "km²")),
        (["名称", "用地面积_㎡"], Fields("名称", "用地面积_㎡", "m²")),
        (["名称", "面积(万㎡)"], Fields("名称", "面积(万㎡)", "万m²")),
        (["名称", "规划面"], Fields("名称", "规划面", "km²")),  # cut by a Shapefile
        (["名称", "Area_acres"], Fields("名称", "", "km²")),
        (["id", "编号", "区域名称"], Fields("区域名称", "", "km²")),
        (["地块面积_公顷", "地块编号"], Fields("地块编号", "地块面积_公顷", "ha")),
        (["BSM", "XZQMC", "PQMC"], Fields("PQMC", "", "km²")),
    ],
)
def test_fields_are_guessed_from_their_names(columns, expected):
    layer = gpd.GeoDataFrame({c: [1] for c in columns}, geometry=[Point(0, 0)])
    assert guess_fields(layer) == expected


def test_columns_that_say_nothing_are_no_names():
    layer = gpd.GeoDataFrame(
        {"name": [None], "名字": ["甲"], "面积": [" "]}, geometry=[Point(0, 0)]
    )
    assert guess_fields(layer) == Fields("名字", "", "km²")


@pytest.mark.parametrize(
    ("column", "cell", "codes"),
    [
        ("Area_acres", 368, ["area-unit-foreign"]),
        ("面积", 149, ["area-unit-not-said"]),
        ("面积（坪）", 149, ["area-unit-foreign"]),
        ("大坪面积_亩", 149, []),
        ("面积", "149公顷", []),
        ("面积_公顷", 149, []),
    ],
)
def test_a_unit_that_nobody_said_is_told(column, cell, codes):
    layer = gpd.GeoDataFrame({column: [cell]}, geometry=[Point(0, 0)])
    issues = field_issues(layer, guess_fields(layer), "a.shp")
    assert [issue.code for issue in issues] == codes
    assert all(column in issue.sentence(language) for issue in issues for language in ("zh", "en"))


def test_a_square_of_half_a_kilometre_is_a_quarter_square_kilometre(base, corner):
    report = check_own_polygons(
        layer_of(base, [square(corner)], areas=[0.25]), base, NO_ZONES, FIELDS
    )
    finding = report.shapes[0].finding
    assert finding.computed == pytest.approx(0.25, rel=1e-4)
    assert finding.verdict == "agrees"
    assert finding.reading == "as_drawn"
    assert report.shapes[0].neighbour is None


def test_the_interval_is_that_of_four_sides_shifted_each_by_itself(base, corner):
    report = check_own_polygons(
        layer_of(base, [square(corner)]), base, NO_ZONES, FIELDS, error_m=5.0
    )
    finding = report.shapes[0].finding
    by_hand = 1.96 * np.sqrt(4 * (5.0 * 500.0) ** 2) / 1e6
    assert (finding.high - finding.low) / 2 == pytest.approx(by_hand, rel=0.01)


def test_vertices_along_a_side_do_not_narrow_the_interval(base, corner):
    plain = square(corner)
    dense = shapely.segmentize(plain, 5.0)
    report = check_own_polygons(layer_of(base, [plain, dense]), base, NO_ZONES, FIELDS)
    first, second = report.findings
    assert second.high - second.low == pytest.approx(first.high - first.low, rel=1e-6)


def test_a_ring_without_corners_has_four_sides(base, corner):
    circle = Point(*corner).buffer(300, quad_segs=64)
    assert len(sides(circle, 5.0)) == 4


def test_a_hole_has_sides_of_its_own(corner):
    shape = square(corner).difference(square(corner, 100, 100, 100))
    assert len(sides(shape, 5.0)) == 8


@pytest.mark.parametrize(
    ("stated", "verdict"), [("0.25", "agrees"), ("0.40", "disagrees"), (None, "not_stated")]
)
def test_the_verdicts_are_those_of_the_projects_own_zones(base, corner, stated, verdict):
    layer = layer_of(base, [square(corner)], areas=[stated])
    finding = check_own_polygons(layer, base, NO_ZONES, FIELDS, error_m=1.0).shapes[0].finding
    assert finding.verdict == verdict


def test_an_error_too_wide_to_test_with_is_not_determinable(base, corner):
    layer = layer_of(base, [square(corner)], areas=["0.25"])
    finding = check_own_polygons(layer, base, NO_ZONES, FIELDS, error_m=60.0).shapes[0].finding
    assert finding.verdict == "not_determinable"


def test_the_zone_with_the_largest_common_share_stands_beside(base, corner):
    zones = zones_of(base, [square(corner, 5000), square(corner, 500, 250), square(corner, 90)])
    report = check_own_polygons(layer_of(base, [square(corner)]), base, zones, FIELDS)
    near = report.shapes[0].neighbour
    assert near.zone_id == "13th-1"
    assert near.overlap_km2 == pytest.approx(0.125, rel=1e-3)
    assert near.share_of_shape == pytest.approx(0.5, abs=1e-3)
    assert near.share_of_zone == pytest.approx(0.5, abs=1e-3)
    assert near.furthest_m == pytest.approx(250, abs=0.5)


def test_a_shape_beside_every_zone_gets_the_nearest(base, corner):
    zones = zones_of(base, [square(corner, 100, 900), square(corner, 100, 600)])
    near = (
        check_own_polygons(layer_of(base, [square(corner)]), base, zones, FIELDS)
        .shapes[0]
        .neighbour
    )
    assert near.zone_id == "13th-1"
    assert near.overlap_km2 == 0.0
    assert near.distance_m == pytest.approx(100, abs=0.1)


def test_what_is_no_sound_polygon_is_not_determinable_and_stays_as_it_is(base, corner):
    x, y = corner
    bow_tie = Polygon([(x, y), (x + 400, y + 400), (x + 400, y), (x, y + 400)])
    shapes = [bow_tie, LineString([(x, y), (x + 9, y)]), Point(x, y), None, Polygon()]
    layer = layer_of(base, shapes, areas=["0.08"] * 5)
    report = check_own_polygons(layer, base, NO_ZONES, FIELDS)
    assert [f.verdict for f in report.findings] == ["not_determinable"] * 5
    assert "自相交" in report.findings[0].reason
    assert report.shapes[0].geometry.equals_exact(layer.geometry.iloc[0], 0)
    assert report.checks[0].status == "failed"


def test_shapes_over_each_other_and_beyond_the_district_are_told(base, corner):
    shapes = [square(corner), square(corner, 500, 100), square(corner, 9000)]
    report = check_own_polygons(layer_of(base, shapes), base, NO_ZONES, FIELDS)
    statuses = {check.code: check.status for check in report.checks}
    assert statuses["topology/overlaps"] == "noted"
    assert statuses["topology/containment"] == "noted"


def test_a_shape_of_several_parts_is_one_shape(base, corner):
    parts = MultiPolygon([square(corner, 100), square(corner, 100, 200)])
    finding = check_own_polygons(layer_of(base, [parts]), base, NO_ZONES, FIELDS).findings[0]
    assert finding.computed == pytest.approx(0.02, rel=1e-4)


def test_a_cell_that_cannot_be_read_is_an_issue_and_counts_as_not_stated(base, corner):
    layer = layer_of(base, [square(corner)], names=["甲<b>"], areas=["很大"])
    report = check_own_polygons(layer, base, NO_ZONES, FIELDS)
    assert report.findings[0].verdict == "not_stated"
    assert [(i.code, i.place) for i in report.issues] == [("own-area-unreadable", "甲<b>")]


def test_more_shapes_than_are_checked_at_once_are_refused(base, corner):
    layer = layer_of(base, [square(corner, 10)] * (MOST_SHAPES + 1))
    with pytest.raises(InputTooLargeError, match="201 features; at most 200"):
        check_own_polygons(layer, base, NO_ZONES, FIELDS)


def test_the_report_escapes_every_word_of_the_file(base, corner):
    layer = layer_of(base, [square(corner)], names=["<script>x</script>"], areas=["0.25"])
    report = check_own_polygons(layer, base, NO_ZONES, FIELDS)
    page = own_report_html(report, base, {}, source="<img src=x>", datum="<b>", date="2026-11-22")
    assert "<script>" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_sets_the_zone_beside_the_shape(base, corner, language):
    zones = zones_of(base, [square(corner)])
    properties = {
        "13th-0": {
            "name": "某区",
            "name_en": "A zone",
            "stated_area_km2": 0.3,
            "computed_area_km2": 0.25,
            "verdict": "disagrees",
        }
    }
    report = check_own_polygons(
        layer_of(base, [square(corner)], areas=["0.25"]), base, zones, FIELDS
    )
    page = own_report_html(report, base, properties, source="a", datum="WGS84", language=language)
    assert ("某区" if language == "zh" else "A zone") in page
    assert "100.0%" in page
    record = json.loads(own_report_json(report, base, properties, source="a", datum="WGS84"))
    assert record["shapes"][0]["beside"]["computed_area_km2"] == 0.25
    assert record["summary"]["agrees"] == 1


def test_the_shapes_can_be_written_with_their_verdicts(base, corner):
    report = check_own_polygons(
        layer_of(base, [square(corner), None], areas=["0.25", None]), base, NO_ZONES, FIELDS
    )
    written = json.loads(layer_bytes(own_layer(report)))
    assert [f["id"] for f in written["features"]] == ["own-1", "own-2"]
    assert written["features"][0]["properties"]["verdict"] == "agrees"
    assert written["features"][1]["geometry"] is None


def test_coordinates_outside_china_are_told_and_nothing_is_judged(base):
    paris = gpd.GeoDataFrame({"名称": ["a"]}, geometry=[box(2.3, 48.8, 2.4, 48.9)], crs=WGS84)
    upload = read_upload("paris.geojson", layer_bytes(paris))
    guess = guess_datum(upload.layer, base)
    assert guess.reading is None
    assert [issue.code for issue in guess.issues] == ["outside"]


def test_two_hundred_megabytes_are_refused_before_they_are_read():
    with pytest.raises(InputTooLargeError, match="UPLOAD_BYTES"):
        read_upload("large.geojson", bytes(200 * 2**20))


def test_an_empty_layer_is_refused_in_words():
    with pytest.raises(DataFileError, match=r"empty\.geojson"):
        read_upload("empty.geojson", b'{"type": "FeatureCollection", "features": []}')


def test_a_shape_of_a_hundred_thousand_vertices_is_judged(base, corner):
    angles = np.linspace(0, 2 * np.pi, 100_000, endpoint=False)
    radius = 300 + 3 * np.sin(9_000 * angles)
    x, y = corner
    ring = np.column_stack([x + radius * np.cos(angles), y + radius * np.sin(angles)])
    zones = zones_of(base, [square(corner)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = check_own_polygons(layer_of(base, [Polygon(ring)]), base, zones, FIELDS)
    assert report.findings[0].computed == pytest.approx(np.pi * 0.3**2, rel=0.01)
