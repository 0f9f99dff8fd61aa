"""Control points, the datum of zone files, and evidence not used to draw."""

import dataclasses
import json

import geopandas as gpd
import pytest
import shapely
from shapely import affinity

from geo.base import read_base
from geo.checks.folder import inspect
from geo.checks.positions import (
    control_points_check,
    datum_check,
    datum_checks,
    measure,
    places_check,
    raw_zones,
    streets_check,
)
from geo.crs import METRIC, WGS84
from geo.datums.shifts import moved, wgs84_to_bd09_xy, wgs84_to_gcj02
from testing.tiny_district import built_tiny_district, write_tiny_district


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_tiny_district(tmp_path_factory.mktemp("tiny") / "data")


@pytest.fixture(scope="module")
def base(folder):
    return read_base(folder)


@pytest.fixture
def zones(folder):
    return raw_zones(folder / "zones" / "13th.geojson")


def codes(check):
    return [s.statement_id.rpartition("/")[2] for s in check.statements]


def flipped(layer):
    shapes = shapely.transform(layer.geometry.array, lambda xy: xy[:, ::-1])
    return layer.set_geometry(gpd.GeoSeries(shapes, crs=layer.crs))


def misread(layer, crs):
    """What is in `crs` and says that it is WGS84."""
    return layer.to_crs(crs).set_crs(WGS84, allow_override=True)


WRONG = {
    "datum-gcj02": wgs84_to_gcj02,
    "datum-bd09": lambda zones: moved(zones, wgs84_to_bd09_xy),
    "axis-flipped": flipped,
    "web-mercator": lambda zones: misread(zones, "EPSG:3857"),
    "wrong-belt": lambda zones: (
        zones.to_crs(METRIC).set_crs("EPSG:4549", allow_override=True).to_crs(WGS84)
    ),
}


def test_zones_where_they_belong_pass(base, zones):
    assert datum_check("13th", zones, base, place="zones").status == "passed"


@pytest.mark.parametrize("code", WRONG)
def test_each_wrong_datum_raises_its_named_error(base, zones, code):
    check = datum_check("13th", WRONG[code](zones), base, place="zones/13th.geojson")
    assert codes(check) == [code]
    assert check.status == "failed"
    assert code in check.statements[0].zh
    assert code in check.statements[0].en


def test_another_belt_written_as_metres_is_the_wrong_belt(base, zones):
    check = datum_check("13th", misread(zones, "EPSG:4549"), base, place="zones")
    assert codes(check) == ["wrong-belt"]


@pytest.mark.parametrize("code", WRONG)
def test_a_zone_file_in_a_wrong_datum_fails_the_inspection(tmp_path, code):
    folder = write_tiny_district(tmp_path / "data")
    path = folder / "zones" / "13th.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    wrong = WRONG[code](raw_zones(path))
    for feature, shape in zip(document["features"], wrong.geometry, strict=True):
        feature["geometry"] = None if shape is None else shapely.geometry.mapping(shape)
    path.write_text(json.dumps(document), encoding="utf-8")
    checks = {check.check_id: check for check in inspect(built_tiny_district(), folder)}
    assert codes(checks["position/datum/13th"]) == [code]
    assert checks["inputs/rebuild"].status == "failed"


def test_a_zone_file_that_is_missing_is_skipped_and_a_damaged_one_fails(base, tmp_path):
    zones = tmp_path / "zones"
    zones.mkdir()
    (zones / "14th.geojson").write_text('{"features": [{"geometry": 3}]}', encoding="utf-8")
    first, second = datum_checks(base, ["13th", "14th"], tmp_path)
    assert first.status == "skipped"
    assert second.status == "failed"
    assert "14th.geojson is not a GeoJSON FeatureCollection" in second.statements[0].en


def test_a_plan_without_zones_tells_no_datum(base, zones):
    check = datum_check("13th", zones[zones["kind"] == "belt"], base, place="zones")
    assert check.status == "skipped"


def test_control_points_within_their_tolerance_are_silent(base):
    check = control_points_check(base)
    assert check.status == "noted"
    assert codes(check) == ["c6"]
    assert "not tested" in check.statements[0].en
    assert check.tolerance == "5 × 0–20 m"


def test_a_base_shifted_like_gcj02_fails_the_control_points(base):
    # 555 m to the east-north-east.
    shifted = dataclasses.replace(
        base,
        stretches=base.stretches.set_geometry(base.stretches.translate(543, 115)),
        rivers=base.rivers.set_geometry(base.rivers.translate(543, 115)),
        outline=affinity.translate(base.outline, 543, 115),
    )
    check = control_points_check(shifted)
    assert check.status == "failed"
    errors = [s for s in check.statements if s.level == "error"]
    # 青中路 543 - 5 m, its crossing with 青北道 and the corner 555 m each, less what they were off.
    assert [s.statement_id.rpartition("/")[2] for s in errors] == ["c1", "c2", "c3"]
    assert "it is 538 m off, tolerance 20 m" in errors[0].en


def test_a_point_that_should_be_outside_and_is_inside_is_off_by_its_way_out(base):
    points = base.control_points.iloc[[3]].assign(expect="outside:district")
    (statement,) = control_points_check(dataclasses.replace(base, control_points=points)).statements
    # (500, 500) is 600 m from the nearest side, x = -100.
    assert "it is 600 m off" in statement.en


def test_without_control_points_the_check_is_skipped(base):
    none = dataclasses.replace(base, control_points=base.control_points.iloc[:0])
    assert control_points_check(none).status == "skipped"


def test_a_place_outside_its_zone_is_told_with_its_distance(folder):
    built = built_tiny_district()
    check = places_check("13th", _zones(built), built)
    by_place = {s.statement_id.rpartition("/")[2]: s for s in check.statements}
    assert set(by_place) == {"东楼", "无名楼"}
    assert by_place["东楼"].en == "“东楼” lies 300 m outside West (error of the point 20 m)"
    assert by_place["东楼"].level == "warning"
    assert by_place["无名楼"].level == "info"


def test_a_place_outside_by_less_than_its_error_is_only_a_note(folder):
    built = built_tiny_district()
    landmarks = built.base.landmarks.assign(position_error_m=160.0)
    unsure = dataclasses.replace(built, base=dataclasses.replace(built.base, landmarks=landmarks))
    check = places_check("13th", _zones(built), unsure)
    assert {s.level for s in check.statements} == {"info"}


def _zones(built):
    from geo.build import zone_layer

    return zone_layer(built, "13th")


def test_evidence_is_counted_and_a_disagreement_keeps_its_note(folder, base):
    check = streets_check(base, folder / "base" / "street_checks.csv")
    statements = {s.statement_id.rpartition("/")[2]: s for s in check.statements}
    count = statements["count"].en
    assert count.startswith("4 rows of evidence could be tested, 2 agree; of the 3")
    assert statements["length-2"].level == "info"
    assert "evidence 1300, base 1000" in statements["length-2"].en
    # No note in the file: somebody has to look.
    assert statements["order-2"].level == "warning"
    assert set(statements) == {"count", "length-2", "order-2"}


def test_evidence_that_cannot_be_read_fails(base, tmp_path):
    path = tmp_path / "street_checks.csv"
    assert streets_check(base, path).status == "skipped"
    path.write_text("check_id,kind\na,length\n", encoding="utf-8")
    assert streets_check(base, path).status == "failed"


def row(**values):
    empty = {"street": "青中路", "other": "", "lon": "", "lat": "", "expected": "",
             "tolerance": "20", "status": ""}  # fmt: skip
    return empty | values


def test_an_address_a_side_and_a_crossing_are_measured(base):
    east = base.control_points.geometry.iloc[0]  # (1005, 400)
    near = {"lon": str(east.x), "lat": str(east.y)}
    assert measure(row(kind="address", **near), base).value == "5"
    assert measure(row(kind="side", expected="east", **near), base).status == "agrees"
    assert measure(row(kind="side", expected="west", **near), base).status == "disagrees"
    crossing = measure(row(kind="distance", other="青北道", **near), base)
    assert (crossing.value, crossing.status) == ("600", "disagrees")
    assert measure(row(kind="length", expected="1200"), base).value == "1200"
    assert measure(row(kind="distance", other="未绘路", **near), base).status == "not_evaluable"
