"""A district begun by ``geo district new``, in every state on the way to a drawn plan."""

import datetime as dt
import io
import json
import tomllib
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from streamlit.testing.v1 import AppTest

from commands.district import outline_of
from commands.main import main
from geo.errors import DataFileError
from geo.export.files import DATA_FORMATS
from layers.exports import FORMATS, ExportRequest, export, read_material
from layers.sheets.options import SheetOptions

pytestmark = pytest.mark.usefixtures("quick_readers")

ROOT = Path(__file__).parents[2]
OUTLINE = shapely.box(121.198, 30.998, 121.215, 31.012)
STREETS = {
    "南堤街": [(121.199, 31.0), (121.214, 31.0)],
    "北堤街": [(121.199, 31.009), (121.214, 31.009)],
    "西塘路": [(121.2, 30.999), (121.2, 31.011)],
    "东塘路": [(121.21, 30.999), (121.21, 31.011)],
}
DRAWN = "一、堤塘片区\n规划范围：以南堤街、东塘路、北堤街、西塘路围合的区域，面积0.953平方公里。\n"
NAMED = "二、东塘组团\n面积0.2平方公里。\n"


def new_district(folder, *more, outline=OUTLINE, streets=STREETS, name="示例市新区"):
    gpd.GeoDataFrame(geometry=[outline], crs="EPSG:4326").to_file(folder / "outline.geojson")
    lines = [shapely.LineString(line) for line in streets.values()]
    table = gpd.GeoDataFrame({"name": list(streets)}, geometry=lines, crs="EPSG:4326")
    table.to_file(folder / "streets.geojson")
    words = ["district", "new", name, "--streets", str(folder / "streets.geojson")]
    words += ["--outline", str(folder / "outline.geojson"), "--out", str(folder / "made")]
    return main([*words, "--attribution", "示例", "--licence", "CC0-1.0", *more])


def with_plan(folder, text):
    (folder / "plan.txt").write_text(text, encoding="utf-8")
    made = str(folder / "made")
    words = ["plan", "new", "--data", made, "--text", str(folder / "plan.txt"), "--plan", "15th"]
    words += ["--from", "2026", "--to", "2030", "--out", f"{made}/plans/15th-outline.toml"]
    assert main(words) == 0
    assert main(["build", "--data", made]) == 0


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    """Data folders by the state of their plan."""
    positions = {}
    for state, text in {"empty": "", "undrawn": NAMED, "drawn": DRAWN + NAMED}.items():
        folder = tmp_path_factory.mktemp(state)
        assert new_district(folder) == 0
        if text:
            with_plan(folder, text)
        positions[state] = folder / "made"
    return positions


@pytest.fixture(scope="module")
def materials(states):
    """What exports are made from, read once for each state."""
    return {state: read_material(folder) for state, folder in states.items() if state != "empty"}


@pytest.fixture(scope="module")
def static(tmp_path_factory):
    """Where the pages of this module put what the map loads: once for each state."""
    return tmp_path_factory.mktemp("static")


def test_the_folder_says_what_is_known_and_no_more(states):
    about = tomllib.loads((states["empty"] / "district.toml").read_text("utf-8"))
    assert (about["city"], about["name"], about["name_en"]) == ("示例市", "新区", "Xinqu")
    assert (about["metric_crs"], about["licence"]) == ("EPSG:4549", "CC0-1.0")
    assert about["attribution"] == "示例"  # once, though outline and streets have it
    assert about["official_area_km2"] == ""


def test_what_is_still_to_do_is_said(tmp_path, capsys):
    assert new_district(tmp_path) == 0
    output = capsys.readouterr().out
    assert "geo plan new --data" in output
    assert "geo page --data" in output
    assert "geo build --data" in output


@pytest.mark.parametrize("state", ["empty", "undrawn", "drawn"])
def test_its_check_ends_without_an_error(states, state, capsys):
    assert main(["check", "--data", str(states[state]), "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    verdicts = {finding["finding_id"]: finding["verdict"] for finding in findings}
    if state == "drawn":
        assert verdicts["15th-ditang/area"] == "agrees"
    if state != "empty":
        assert verdicts["15th-dongtang/area"] == "not_determinable"


@pytest.mark.parametrize("state", ["undrawn", "drawn"])
@pytest.mark.parametrize("format_", [*DATA_FORMATS, "xlsx", "docx", "pptx", "html", "svg", "pdf"])
def test_every_export_of_it_is_made_and_holds_no_placeholder(materials, state, format_):
    assert format_ in FORMATS
    request = ExportRequest(
        format=format_,
        date=dt.date(2026, 11, 26),
        plans=("15th",),
        sheet=SheetOptions(),
        crs="EPSG:4326",
    )
    content = export(request, materials[state]).content
    texts = [content]
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            texts = [archive.read(name) for name in archive.namelist()]
    assert all("待填".encode() not in piece for piece in texts)


def test_an_empty_plan_is_refused_by_export_in_one_sentence(states, capsys):
    assert main(["export", "--data", str(states["empty"]), "--format", "geojson"]) == 1
    assert "还没有片区" in capsys.readouterr().err


@pytest.mark.parametrize("view", ["map", "check", "place", "own", "export"])
@pytest.mark.parametrize("state", ["empty", "undrawn", "drawn"])
def test_its_page_opens_and_holds_no_placeholder(states, state, view, monkeypatch, static):
    monkeypatch.setenv("GEO_DATA", str(states[state]))
    monkeypatch.setattr("views.page.STATIC", static)
    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=90)
    at.query_params["view"] = view
    at.run()
    assert not at.exception
    assert [error.value for error in at.error] == []
    assert "待填" not in "".join(element.proto.body for element in at.get("html"))


def test_a_plan_that_has_items_is_not_replaced_silently(states, tmp_path, capsys):
    (tmp_path / "plan.txt").write_text(DRAWN, encoding="utf-8")
    made = states["drawn"]
    words = ["plan", "new", "--data", str(made), "--text", str(tmp_path / "plan.txt")]
    words += ["--plan", "15th", "--from", "2026", "--to", "2030"]
    assert main([*words, "--out", str(made / "plans" / "15th-outline.toml")]) == 1
    assert "已经存在" in capsys.readouterr().err


def test_a_folder_that_is_there_is_left_alone(states, tmp_path, capsys):
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "mine.txt").write_text("x", encoding="utf-8")
    assert new_district(tmp_path) == 1
    assert "已经存在且不是空的" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["mine.txt"]


def test_outside_the_belts_of_china_metric_crs_is_named_and_taken(tmp_path, capsys):
    outline = shapely.transform(OUTLINE, lambda xy: xy - [96.26, -29.17])
    streets = {n: [(x - 96.26, y + 29.17) for x, y in line] for n, line in STREETS.items()}
    assert new_district(tmp_path, outline=outline, streets=streets) == 1
    output = capsys.readouterr().err
    assert "metric_crs" in output
    more = ["--metric-crs", output.partition('"')[2].partition('"')[0]]
    assert more[1].startswith("+proj=tmerc +lon_0=25 ")
    assert new_district(tmp_path, *more, outline=outline, streets=streets) == 0
    with_plan(tmp_path, DRAWN)
    assert main(["check", "--data", str(tmp_path / "made")]) == 0
    page_material = read_material(tmp_path / "made")
    assert list(page_material.zones) == ["15th"]


def test_a_landmark_file_without_names_is_told(tmp_path, capsys):
    new_district(tmp_path)
    with_plan(tmp_path, NAMED)
    place = gpd.GeoDataFrame({"名称": ["塔"]}, geometry=[shapely.Point(121.2, 31)], crs="EPSG:4326")
    place.to_file(tmp_path / "made" / "base" / "landmarks.geojson")
    assert main(["check", "--data", str(tmp_path / "made")]) == 1
    assert "名称" in capsys.readouterr().out


def test_a_folder_without_a_street_is_checked_and_exported(tmp_path, capsys):
    new_district(tmp_path)
    with_plan(tmp_path, DRAWN + NAMED)
    made = tmp_path / "made"
    empty = json.dumps({"type": "FeatureCollection", "features": []})
    (made / "base" / "roads.geojson").write_text(empty, encoding="utf-8")
    (made / "base" / "landmarks.geojson").unlink()
    assert main(["build", "--data", str(made)]) == 1
    output = capsys.readouterr().err
    assert "底图的 0 条有名道路中没有“南堤街”" in output
    assert "没有这类数据时，写一个空的 FeatureCollection" in output
    assert main(["check", "--data", str(made)]) == 1
    words = ["export", "--data", str(made), "--format", "shp", "--out", str(tmp_path)]
    assert main(words) == 0


@pytest.mark.parametrize(
    ("geometry", "words"),
    [
        (OUTLINE, ""),
        (shapely.LineString(OUTLINE.exterior), ""),
        (shapely.LineString(list(OUTLINE.exterior.coords)[:4]), "没有面"),
        (shapely.Polygon([(121.2, 31), (121.22, 31.02), (121.22, 31), (121.2, 31.02)]), "图形有错"),
    ],
)
def test_the_outline_is_a_sound_area_or_a_line_that_closes(tmp_path, geometry, words):
    path = tmp_path / "outline.geojson"
    path.write_text(shapely.to_geojson(geometry), encoding="utf-8")
    if not words:
        assert outline_of(path, None)[0].equals(OUTLINE)
        return
    with pytest.raises(DataFileError) as caught:
        outline_of(path, None)
    assert words in caught.value.explain("zh")


def test_a_layer_of_an_outline_that_was_left_aside_is_told(tmp_path):
    layer = gpd.GeoDataFrame(geometry=[OUTLINE], crs="EPSG:4326")
    for name in ("区界", "旧区界"):
        layer.to_file(tmp_path / "outline.gpkg", layer=name)
    outline, faults = outline_of(tmp_path / "outline.gpkg", None)
    assert outline.equals(OUTLINE)
    assert [issue.code for issue in faults] == ["other-layers"]
    assert "旧区界" in faults[0].sentence("zh")
