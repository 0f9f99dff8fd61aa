"""The view of the reader's own data, without a browser, on the invented district."""

import json
import logging
import shutil
from pathlib import Path
from unittest.mock import patch

import geopandas as gpd
import pytest
from streamlit.testing.v1 import AppTest

from geo.datums.shifts import wgs84_to_gcj02
from geo.io.geojson import layer_bytes
from geo.io.read import read_layer

PAGE = str(Path(__file__).parents[2] / "streamlit_app.py")
DISTRICT = Path(__file__).parents[1] / "data" / "other_district"
TEXT = "石桥片区规划范围：以石桥街、槐荫路、文昌街、青桐路围合的区域，面积120公顷。"
SCRIPT = "<script>window.broken=1</script>"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A copy of the district, which no test changes, and what the pages put beside it."""
    folder = tmp_path_factory.mktemp("own")
    shutil.copytree(DISTRICT, folder / "data")
    return folder


@pytest.fixture
def district(place, monkeypatch):
    monkeypatch.setenv("GEO_DATA", str(place / "data"))
    monkeypatch.setattr("views.page.STATIC", place / "static")
    return place / "data"


def opened(mode="paste", **parameters):
    at = AppTest.from_file(PAGE, default_timeout=60)
    for name, value in {"view": "own", "own": mode, **parameters}.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def pasted(text, **parameters):
    at = opened(**parameters)
    at.text_area[0].set_value(text)
    next(b for b in at.button if b.key != "close_drawer").click()
    at.run()
    assert not at.exception
    return at


def html(at):
    return "".join(element.proto.body for element in at.get("html"))


def shapes():
    zones = read_layer(DISTRICT / "zones" / "15th.geojson")
    areas = zones[zones["zone_id"].isin(["15th-wenchang", "15th-binhe"])]
    return gpd.GeoDataFrame(
        {"name": [f"文昌{SCRIPT}", "滨河"], "面积_公顷": [120.0, 99.0]},
        geometry=list(areas.geometry),
        crs="EPSG:4326",
    )


def uploaded(content, name="mine.geojson", **parameters):
    at = opened("check", **parameters)
    at.file_uploader[0].upload(name, content)
    at.run()
    assert not at.exception
    return at


def confirmed(at):
    at.checkbox[0].check()
    at.run()
    assert not at.exception
    assert not at.error
    return at


def overlay(at):
    group = json.loads(at.get("component_instance")[0].proto.json_args)["feature_group"]
    start = group.index("planmap.hear(") + len("planmap.hear(")
    return json.JSONDecoder().raw_decode(group[start:])[0]["overlay"]["features"]


def test_the_page_says_that_nothing_is_kept(district):
    assert "不保存在服务器上" in html(opened())


def test_a_pasted_sentence_gives_marks_a_ring_and_a_verdict(district):
    at = pasted(TEXT)
    page = html(at)
    assert not at.error
    assert page.count('<mark class="own-limit">') == 5  # four limits and the key
    assert '<mark class="own-figure">120公顷</mark>' in page
    assert [f["properties"]["label"] for f in overlay(at)] == ["石桥片区"]
    assert "相符" in page


def test_markup_in_the_text_is_shown_as_text(district):
    page = html(pasted(TEXT + SCRIPT))
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page


def test_a_limit_that_the_base_lacks_is_marked_and_explained(district):
    page = html(pasted(TEXT.replace("青桐路", "青梧路")))
    assert '<mark class="own-missing">青梧路</mark>' in page
    assert "写法相近的有：青桐路" in page


def test_a_text_without_zones_is_answered(district):
    at = pasted("今天天气很好。")
    assert [w.value for w in at.warning] == ["没有读出任何片区、界线或数字。请粘贴写明范围的句子。"]


def test_the_example_is_one_of_the_district_shown(district):
    at = opened()
    next(b for b in at.button if b.label == "填入示例").click().run()
    assert "石桥街" in at.text_area[0].value
    assert "相符" in html(at)


def test_the_view_speaks_english(district):
    page = html(pasted(TEXT, lang="en"))
    assert "not in the base" in page
    assert "Areas and lengths" in page


def test_a_file_is_judged_only_after_its_datum_is_confirmed(district):
    at = uploaded(layer_bytes(shapes()))
    assert "own-results" not in html(at)
    page = html(confirmed(at))
    assert "own-results" in page
    assert "不符" in page
    assert "占图形 100.0%" in page
    assert SCRIPT not in page


def test_shifted_coordinates_are_guessed_with_their_evidence(district):
    at = uploaded(layer_bytes(wgs84_to_gcj02(shapes())))
    assert at.selectbox(key=datum_key(at)).value == "gcj02"
    assert "边线距已知道路中位" in html(at)


def datum_key(at):
    return next(box.key for box in at.selectbox if box.key and box.key.startswith("own_datum/"))


def test_fields_are_guessed_and_can_be_changed(district):
    at = confirmed(uploaded(layer_bytes(shapes())))
    boxes = {box.key.split("/")[0]: box for box in at.selectbox if box.key}
    assert boxes["own_area"].value == "面积_公顷"
    assert boxes["own_unit"].value == "ha"
    boxes["own_unit"].set_value("亩").run()
    assert "120亩" in html(at)


def test_a_file_that_is_none_is_refused_in_the_readers_language(district):
    at = uploaded(b"no layer at all", "wrong.geojson")
    assert len(at.error) == 1
    assert "wrong.geojson" in at.error[0].value
    assert uploaded(b"no layer at all", "wrong.geojson", lang="en").error[0].value.isascii()


@pytest.mark.parametrize(("function", "told"), [("fail", "意外中断"), ("be_killed", "意外中断")])
def test_a_check_that_dies_is_told_in_one_sentence(district, monkeypatch, function, told):
    monkeypatch.setattr("views.own.check.LOOK", f"testing.jobs:{function}")
    at = uploaded(layer_bytes(shapes()))
    assert len(at.error) == 1
    assert told in at.error[0].value


def test_a_check_can_be_given_up_and_begun_again(district, monkeypatch):
    monkeypatch.setattr("views.own.check.LOOK", "testing.jobs:run_until_cancelled")
    pressed = []

    def press(label, *, on_click, key):
        pressed.append(label)
        on_click()

    monkeypatch.setattr("streamlit.button", press)
    at = uploaded(layer_bytes(shapes()))
    assert pressed == ["取消"]
    assert "已取消" in at.error[0].value
    monkeypatch.undo()
    monkeypatch.setenv("GEO_DATA", str(district))
    at.file_uploader[0].upload("again.geojson", layer_bytes(shapes())).run()
    assert not at.error


def test_shapes_elsewhere_are_told(district):
    far = shapes()
    far["geometry"] = far.geometry.translate(xoff=-30)
    assert "都不在本区附近" in html(uploaded(layer_bytes(far)))


def test_an_unforeseen_fault_is_told_and_its_words_are_not_logged(district, caplog):
    fault = ValueError(TEXT)
    with (
        caplog.at_level(logging.DEBUG),
        patch("views.own.paste.draft_from_text", side_effect=fault),
    ):
        at = pasted(TEXT)
    assert "没有留下" in at.error[0].value
    assert "ValueError" in caplog.text
    assert "石桥街" not in caplog.text


def test_nothing_is_written_by_pasting_or_uploading(district, place):
    def files():
        # The queue tells how many jobs wait and run, and nothing of them.
        return sorted(p for p in place.rglob("*") if p.is_file() and "queue.json" not in p.name)

    opened()
    before = files()
    pasted(TEXT)
    confirmed(uploaded(layer_bytes(shapes())))
    assert files() == before


def test_another_session_starts_empty(district):
    pasted(TEXT)
    assert opened().text_area[0].value == ""
