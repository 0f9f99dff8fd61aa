"""Faults that showed in no verdict: each from the smallest input."""

import io
import json

import pytest
from openpyxl import load_workbook

from geo.areas import geodesic_area_km2
from geo.base import read_base
from geo.build import build, zone_layer
from geo.checks.evidence import held_back_check
from geo.checks.folder import inspect
from geo.checks.formats import SoundFeatures, sound_features
from geo.checks.positions import streets_check
from geo.errors import DataFileError
from geo.io.forms import geometry_fault
from geo.verdicts import Measurement, Reading, StatedFigure, judge
from layers.briefings.workbook import COLUMNS
from layers.exports import read_material
from testing.tiny_district import collection, item, line, plan_13th, plan_14th, write_tiny_district


@pytest.fixture
def folder(tmp_path):
    return write_tiny_district(tmp_path / "data", zones=False)


def with_plan(folder, plan, source):
    (folder / "plans" / f"{plan}-outline.toml").write_text(source, encoding="utf-8")
    return build(folder)


def finding(built, finding_id):
    return next(f for f in built.findings if f.finding_id == finding_id)


# Rivers


def test_a_river_without_a_reading_keeps_its_own_beside_one_that_has_it(folder):
    rivers = [
        line("青河", [(2100, -200), (2100, 1200)], reading="mid_river"),
        line("青河", [(2050, -200), (2050, 1200)], reading="bank"),
        line("白河", [(1500, -200), (1500, 1200)], reading="mid_river"),
    ]
    (folder / "base" / "river.geojson").write_text(collection(rivers), encoding="utf-8")
    lines = read_base(folder).centrelines("bank")
    assert sorted(lines["name"][lines["name"].str.endswith("河")]) == ["白河", "青河"]
    assert lines.set_index("name").geometry["白河"].equals(read_base(folder).lines_by_name["白河"])


def test_a_river_on_two_sides_has_each_reading_once(folder):
    # The river runs down the east of the zone, around its south, and up its west.
    bend = [(1500, 1200), (1500, 1000), (1500, 0), (1500, -150),
            (600, -150), (600, 0), (600, 1000), (600, 1200)]  # fmt: skip
    rivers = [
        line("弯河", [(x + dx, y) for x, y in bend], reading=reading, half_width_m=0.0)
        for reading, dx in (("mid_river", 0), ("bank", 5))
    ]
    (folder / "base" / "river.geojson").write_text(collection(rivers), encoding="utf-8")
    zone = 'limits_text = "以弯河、青北道、弯河、青南道围合的区域"'
    source = plan_13th() + item("13th", "bend", "zone", "zones", "弯片", "Bend", "stated", zone)
    built = with_plan(folder, "13th", source)
    readings = [reading.reading for reading in built.zones["13th-bend"].readings]
    assert readings == ["centre_line", "bank", "inner_kerb", "outer_kerb"]
    assert built.zones["13th-bend"].readings[0].value == pytest.approx(0.9, rel=1e-3)


# Part areas


def parted(within, part_id="inside"):
    return plan_13th().replace(
        'id = "inside", stated = "其中区内1.9平方公里", km2 = "1.9", within = "district"',
        f'id = "{part_id}", stated = "其中区内1.9平方公里", km2 = "1.9", within = "{within}"',
    )


@pytest.mark.parametrize("names", [("bank", "mid_river"), ("bank",), ("bank", "bank")])
def test_the_mid_line_is_the_default_wherever_it_stands_in_the_file(folder, names):
    places = {"mid_river": 2100, "bank": 2050}
    rivers = [line("青河", [(places[n], -200), (places[n], 1200)], reading=n) for n in names]
    (folder / "base" / "river.geojson").write_text(collection(rivers), encoding="utf-8")
    base = read_base(folder)
    assert base.river_readings("青河") == sorted(set(names), reverse=True)
    codes = [issue.code for issue in base.issues if "river" in issue.code]
    assert codes == ([] if "mid_river" in names else ["river-no-mid-line"])


def test_an_alias_that_leads_to_nothing_is_told(folder):
    (folder / "base" / "aliases.toml").write_text(
        '[[alias]]\nprinted = "甲路"\ndata_name = "不在路"\nreason = "误"\n', encoding="utf-8"
    )
    (issue,) = [issue for issue in read_base(folder).issues if "alias" in issue.code]
    assert (issue.code, issue.level) == ("alias-to-nothing", "warning")
    assert "不在路" in issue.words("zh")[0]


@pytest.mark.parametrize("within", ["district", "小区", "Tiny District", "tiny", "某市小区"])
def test_the_part_inside_this_district_is_measured(folder, within):
    part = finding(with_plan(folder, "13th", parted(within)), "13th-walk/part_area/inside")
    # 2 km by 1 km of plane metres; the outline reaches further.
    assert part.computed == pytest.approx(2.0, rel=1e-3)
    assert part.verdict in ("agrees", "disagrees")


def test_the_part_inside_another_district_is_not_measured_in_this(folder):
    part = finding(with_plan(folder, "13th", parted("邻区")), "13th-walk/part_area/inside")
    assert part.verdict == "not_determinable"
    assert part.computed is None
    assert "邻区" in part.reason
    assert "邻区" in part.reason_en


def test_a_carried_item_has_its_own_part_areas(folder):
    carried = item("14th", "walk", "zone", "note", "步行区", "Walking area", "carried", """
quote = ["步行区，其中区内1.8平方公里。"]
carried_from = "13th-walk"
part_areas = [{ id = "ours", stated = "其中区内1.8平方公里", km2 = "1.8", within = "district" }]
reasoning = "同名。"
reasoning_en = "The same name."
""")  # fmt: skip
    built = with_plan(folder, "14th", plan_14th() + carried)
    ours = finding(built, "14th-walk/part_area/ours")
    theirs = finding(built, "13th-walk/part_area/inside")
    assert ours.computed == pytest.approx(theirs.computed, abs=1e-4)
    assert (ours.high - ours.low) == pytest.approx(theirs.high - theirs.low, rel=1e-6)


def test_a_part_of_a_strip_of_a_stated_area_tests_nothing(folder):
    source = plan_13th().replace(
        '[items.axis]\nroad = "青中路"',
        'part_areas = [{ id = "in", stated = "面积0.40平方公里", km2 = "0.40", '
        'within = "district" }]\n[items.axis]\nroad = "青中路"',
    )
    part = finding(with_plan(folder, "13th", source), "13th-spine/part_area/in")
    assert part.verdict == "not_determinable"
    assert "follows from the stated area" in part.reason_en


# Aliases


def test_a_name_means_one_line_whoever_looks_it_up(folder):
    (folder / "base" / "aliases.toml").write_text(
        '[[alias]]\nprinted = "青中路"\ndata_name = "青西路"\nreason = "误"\n', encoding="utf-8"
    )
    base = read_base(folder)
    (issue,) = base.issues
    assert issue.code == "alias-of-line"
    assert "青中路" in issue.words("zh")[0]
    assert base.data_name("青中路") == "青中路"
    before = geodesic_area_km2([build(folder).zones["13th-west"].geometry])[0]
    # One kilometre square: the ring was drawn along the line itself.
    assert before == pytest.approx(1.0, rel=1e-3)
    edges = build(folder).zones["13th-west"].edges
    assert set(edges["alias_reason"]) == {""}


# Differences


def judged(stated, used_to_draw, half):
    reading = Reading("centre_line", 1.9, 1.9 - half, 1.9 + half)
    figure = StatedFigure("a", "area", stated, used_to_draw=used_to_draw)
    return judge(figure, Measurement((reading,)))


@pytest.mark.parametrize(
    ("stated", "used_to_draw", "half", "difference"),
    [("1.8", False, 0.05, 0.1), ("1.9", True, 0.05, None), ("1.8", False, 0.9, None)],
)
def test_a_difference_is_there_only_where_the_figure_is_a_test(
    stated, used_to_draw, half, difference
):
    finding = judged(stated, used_to_draw, half)
    assert finding.difference == (None if difference is None else pytest.approx(difference))
    assert (finding.difference_percent is None) is (difference is None)


def test_the_workbook_shows_no_difference_of_a_figure_that_drew_the_shape(folder, tmp_path):
    from commands.main import main

    build_code = main(["build", "--data", str(folder)])
    assert build_code in (0, 1)
    out = tmp_path / "zones.xlsx"
    words = ["export", "--data", str(folder), "--format", "xlsx", "--plan", "13th"]
    assert main([*words, "--out", str(out), "--date", "2026-11-22"]) == 0
    book = load_workbook(io.BytesIO(out.read_bytes()))
    # The sheet of areas is the one with a row of this width for each item.
    rows = {
        row[1]: row
        for sheet in book.worksheets
        for row in sheet.iter_rows(values_only=True)
        if len(row) == len(COLUMNS) and row[1]
    }
    assert rows["13th-spine"][10:12] == (None, None)
    assert rows["13th-west"][10] == pytest.approx(0.0, abs=0.01)
    zones = zone_layer(build(folder), "13th").set_index("zone_id")
    assert zones.loc["13th-spine", "verdict"] == "by_construction"


# Other ends of an axis


def test_another_start_of_an_axis_is_a_reading_of_its_length(folder):
    source = plan_13th().replace(
        'from = "青南道"\nto = "青北道"', 'from = "青南道"\nto = "青北道"\nalso_from = ["青腰道"]'
    )
    roads = json.loads((folder / "base" / "roads.geojson").read_text(encoding="utf-8"))
    waist = json.loads(collection([line("青腰道", [(-100, 300), (1000, 300), (2100, 300)])]))
    roads["features"] += waist["features"]
    (folder / "base" / "roads.geojson").write_text(json.dumps(roads), encoding="utf-8")
    length = finding(with_plan(folder, "13th", source), "13th-spine/length")
    readings = {reading.reading: reading.value for reading in length.readings}
    assert readings["centre_line"] == pytest.approx(1.0, rel=1e-3)
    assert readings["start:青腰道"] == pytest.approx(0.7, rel=1e-3)


# What a road says of itself


@pytest.mark.parametrize(
    ("column", "value", "taken"),
    [
        ("method", "guessed", "estimated"),
        ("method", None, "estimated"),
        ("identity", "sure", "low"),
    ],
)
def test_an_unknown_class_of_a_road_is_the_least_certain_and_is_said(folder, column, value, taken):
    path = folder / "base" / "roads.geojson"
    roads = json.loads(path.read_text(encoding="utf-8"))
    roads["features"][0]["properties"][column] = value
    path.write_text(json.dumps(roads), encoding="utf-8")
    base = read_base(folder)
    (issue,) = base.issues
    assert issue.code == "class-unknown"
    assert issue.place == "base/roads.geojson, 青南道"
    assert base.stretches[column].iloc[0] == taken


@pytest.mark.parametrize("error", [None, "", "10", -1, 0, 1e-300, 1e308, True])
def test_an_outline_of_unknown_error_is_not_exact(folder, error):
    path = folder / "base" / "district.geojson"
    outline = json.loads(path.read_text(encoding="utf-8"))
    outline["features"][0]["properties"]["position_error_m"] = error
    path.write_text(json.dumps(outline), encoding="utf-8")
    # The axis has no ends in the text: it ends at the outline.
    source = plan_13th().replace('from = "青南道"\nto = "青北道"\n', "")
    built = with_plan(folder, "13th", source)
    assert [issue.code for issue in built.issues if "district" in issue.place] == [
        "position-error-unknown"
    ]
    assert finding(built, "13th-spine/length").verdict == "not_determinable"


# Tables of evidence


HEAD = "check_id,kind,street,other,lon,lat,expected,tolerance,used,measured,status,note,source\n"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a,width,青中路,,,,1,1,no,,agrees,,书", "width"),
        ("a,length,青中路,,,,x,1,no,,agrees,,书", "expected"),
        ("a,length,青中路,,,,1,,no,,agrees,,书", "tolerance"),
        ("a,distance,青中路,,117.2,39.1,,5,no,,agrees,,书", "other"),
        ("a,address,青中路,,500,39.1,,5,no,,agrees,,书", "500"),
        ("a,side,青中路,,117.2,39.1,up,,no,,agrees,,书", "up"),
        ("a,length,青中路,,1e400,,1,1,no,,agrees,,书", "lon"),
    ],
)
def test_a_faulty_row_of_street_checks_is_named_in_both_languages(folder, row, words):
    path = folder / "base" / "street_checks.csv"
    path.write_text(HEAD + row + "\n", encoding="utf-8")
    check = streets_check(read_base(folder), path)
    assert check.status == "failed"
    for language in ("zh", "en"):
        sentence = check.statements[0].words(language)
        assert "street_checks.csv" in sentence
        assert words in sentence
        assert "2" in sentence


@pytest.mark.parametrize("error", ["-1", "1e308", "inf"])
def test_a_held_back_point_of_any_error_whatever_is_refused(folder, error):
    # Within its error it would lie on every line there is.
    points = folder / "base" / "held_back.csv"
    points.write_text(
        f"street,lon,lat,source,licence,fold,error_m\n青中路,117.2,39.1,甲,乙,a,{error}\n",
        encoding="utf-8",
    )
    check = held_back_check(read_base(folder), points)
    assert check.status == "failed"
    assert "error_m" in check.statements[0].words("zh")


def test_held_back_points_beside_streets_of_no_identity_class(folder):
    path = folder / "base" / "roads.geojson"
    roads = json.loads(path.read_text(encoding="utf-8"))
    roads["features"][0]["properties"]["identity"] = "high"
    path.write_text(json.dumps(roads), encoding="utf-8")
    lon, lat = roads["features"][2]["geometry"]["coordinates"][1]
    points = folder / "base" / "held_back.csv"
    head = "street,lon,lat,source,licence,fold,error_m\n"
    points.write_text(f"{head}青西路,{lon + 0.0001},{lat},书,CC BY 4.0,1,2.0\n", encoding="utf-8")
    check = held_back_check(read_base(folder), points)
    assert check.status == "noted"
    assert check.statements


# Zone files, read by page and exports alike


def test_page_and_exports_read_a_damaged_zone_file_alike(tmp_path):
    folder = write_tiny_district(tmp_path / "data")
    path = folder / "zones" / "13th.geojson"
    zones = json.loads(path.read_text(encoding="utf-8"))
    whole = len(zones["features"])
    del zones["features"][0]["properties"]["kind"]
    zones["features"].append(zones["features"][1])
    zones["metadata"]["documents"] = 5
    path.write_text(json.dumps(zones), encoding="utf-8")
    read = sound_features(path, "zones")
    assert len(read.features) == whole - 1
    assert [issue.code for issue in read.issues] == [
        "metadata-unreadable", "feature-unreadable", "feature-unreadable",
    ]  # fmt: skip
    assert read.metadata == {}
    with pytest.raises(DataFileError, match=r"zones/13th\.geojson"):
        read_material(folder)


def test_a_table_without_rows_has_its_columns(folder):
    table = SoundFeatures("zones", [], {}).table()
    assert {"zone_id", "kind", "basis", "verdict"} <= {*table.columns}


@pytest.mark.parametrize("name", ["held_back.csv", "street_checks.csv", "calibration.csv"])
def test_evidence_that_is_no_file_is_not_passed_over(folder, name):
    (folder / "base" / name).unlink(missing_ok=True)
    (folder / "base" / name).symlink_to(folder / "nowhere")
    checks = [c for c in inspect(build(folder), folder) if c.status == "failed"]
    assert any(name in s.words("zh") for check in checks for s in check.statements)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("aliases.toml", '[[aliases]]\nprinted = "甲路"\ndata_name = "青西路"\nreason = "误"\n'),
        ("missing.toml", "missings = 5\n"),
        ("identity.toml", 'classes = 5\nstreet = "x"\n'),
    ],
)
def test_a_table_of_another_name_is_told(folder, name, source):
    (folder / "base" / name).write_text(source, encoding="utf-8")
    issues = [i for i in read_base(folder).issues if i.code == "table-unknown"]
    assert {issue.place for issue in issues} == {f"base/{name}"}


def test_a_line_that_stands_twice_is_taken_once(folder):
    path = folder / "base" / "roads.geojson"
    before = zone_layer(build(folder), "13th")
    roads = json.loads(path.read_text(encoding="utf-8"))
    roads["features"] += roads["features"][:2]
    path.write_text(json.dumps(roads), encoding="utf-8")
    built = build(folder)
    assert [i.code for i in built.issues if "twice" in i.code] == ["line-twice"] * 2
    assert zone_layer(built, "13th").equals(before)


def test_two_places_of_one_look_are_told(folder):
    style = 'fill = "#5b8c5a"\nedge = "{}"\nhatch = "dots"\n'
    path = folder / "district.toml"
    styles = f"[styles.west]\n{style.format('#000000')}[styles.east]\n{style.format('#111111')}"
    path.write_text(f"{path.read_text('utf-8')}\n{styles}", encoding="utf-8")
    (issue,) = [issue for issue in build(folder).issues if issue.code == "style-twice"]
    assert "“east”与“west”" in issue.words("zh")[0]


# A district whose outline is damaged


def test_an_outline_that_crosses_itself_where_it_is_projected_is_refused(folder):
    # A notch ends 11 m north of a parallel, which in metres bends 500 m to the south there.
    ring = [[116, 39], [118, 39], [118, 39.2], [117, 39.0001], [116, 39.2], [116, 39]]
    path = folder / "base" / "district.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["features"][0]["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(DataFileError, match=r"district\.geojson is no valid area in EPSG:4548"):
        read_base(folder)


@pytest.mark.parametrize("corner", [[117.19, -1.0], [1e-300, 39.1]])
def test_a_shape_with_a_corner_in_another_country_is_a_fault(corner):
    # The overlaps of such a zone took minutes.
    ring = [[117.19, 39.1], [117.2, 39.1], [117.2, 39.11], corner, [117.19, 39.1]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    assert geometry_fault(shape, ("Polygon",)).key == "form.wide"
    ring[3] = [117.19, 39.12]
    assert geometry_fault(shape, ("Polygon",)) is None


def test_an_area_of_which_nothing_is_left_is_not_determinable():
    reading = Reading("centre_line", 0.0, -0.1, 0.1)
    finding = judge(StatedFigure("a", "area", 1.0), Measurement((reading,)))
    assert finding.verdict == "not_determinable"
    assert "Nothing was left to measure" in finding.reason_en
    assert "没有可量算的部分" in finding.reason


@pytest.mark.parametrize("number", ["１.5", "39.1", True, None])
def test_a_coordinate_that_is_no_number_is_a_fault(number):
    point = {"type": "Point", "coordinates": [117.2, number]}
    assert geometry_fault(point, ("Point",)).key == "form.coordinate"
    assert geometry_fault(point | {"coordinates": [117.2, 39.1]}, ("Point",)) is None
