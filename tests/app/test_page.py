import json
from pathlib import Path
from unittest.mock import patch

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from testing.page_fixture import SCRIPT, write_page_data

PAGE = str(Path(__file__).parents[2] / "streamlit_app.py")


@pytest.fixture
def page_folder(tmp_path, monkeypatch):
    folder = write_page_data(tmp_path / "data")
    monkeypatch.setenv("GEO_DATA", str(folder))
    monkeypatch.setattr("views.page.STATIC", tmp_path / "static")
    return folder


def opened(**parameters):
    at = AppTest.from_file(PAGE, default_timeout=60)
    for name, value in parameters.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    assert not at.error
    return at


def component(at):
    return json.loads(at.get("component_instance")[0].proto.json_args)


def map_state(at):
    group = component(at)["feature_group"]
    start = group.index("planmap.update(") + len("planmap.update(")
    return json.JSONDecoder().raw_decode(group[start:])[0]


def html(at):
    return "".join(element.proto.body for element in at.get("html"))


def test_the_page_opens_with_the_drawn_zones_of_the_default_plan(page_folder):
    shown = map_state(opened())["shown"]
    assert shown == ["13th-wudadao", "13th-xiaobailou", "13th-central-park", "13th-nanjing-road"]


def test_nothing_that_the_map_loads_comes_from_another_host(page_folder):
    sent = component(opened())
    assert all(
        link.startswith("../../app/static/") for link in sent["js_links"] + sent["css_links"]
    )
    sent_code = sent["script"] + sent["header"] + sent["html"] + sent["feature_group"]
    assert "://" not in sent_code


def test_a_toggle_leaves_the_base_map_as_it_was(page_folder):
    at = opened()
    before = component(at)
    next(b for b in at.button_group if b.label == "三带").set_value([]).run()
    after = component(at)
    assert "13th-nanjing-road" not in map_state(at)["shown"]
    assert after["script"] == before["script"]
    assert after["js_links"] == before["js_links"]


def test_a_toggle_goes_into_the_link_by_id(page_folder):
    at = opened()
    next(b for b in at.button_group if b.label == "三带").set_value([]).run()
    assert at.query_params["hide"] == "13th-nanjing-road"


def test_a_link_sets_plans_language_and_selection(page_folder):
    at = opened(
        plans="13th,14th",
        lang="en",
        zone="14th-nanshi",
        hide="13th-wudadao",
        show="13th-slow-traffic",
    )
    state = map_state(at)
    assert state["lang"] == "en"
    assert state["selected"] == "14th-nanshi"
    assert "13th-slow-traffic" in state["shown"]
    assert "13th-wudadao" not in state["shown"]
    assert "14th-nanshi" in state["shown"]
    assert "Test District plan map" in html(at)


def test_a_damaged_link_falls_back_with_a_word(page_folder):
    at = opened(zone="13th-nowhere", base="<b>moon</b>", plans="99th")
    assert map_state(at)["selected"] is None
    assert map_state(at)["base"] is None
    assert "zone=13th-nowhere" in html(at)
    assert "<b>moon" not in html(at)


def test_an_item_without_a_shape_is_listed_and_told_so(page_folder):
    at = opened(zone="13th-xikai-church")
    assert any("不画图形" in caption.value for caption in at.caption)


def test_a_click_on_the_map_selects_the_zone_and_writes_the_link(page_folder):
    clicked = {"last_active_drawing": {"properties": {"zone_id": "13th-xiaobailou", "sequence": 3}}}

    def answering(*arguments, on_change, **more):
        st.session_state["zone_map"] = clicked
        on_change()

    with patch("views.map.view.st_folium", answering):
        at = opened()
    assert at.query_params["zone"] == "13th-xiaobailou"
    at.run()
    assert map_state(at)["selected"] == "13th-xiaobailou"
    assert map_state(at)["seen"] == 3


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"last_active_drawing": None},
        {"last_active_drawing": {"properties": None}},
        {"last_active_drawing": {"properties": {"zone_id": 7, "sequence": "x"}}},
    ],
)
def test_an_odd_answer_of_the_map_changes_nothing(page_folder, answer):
    def answering(*arguments, on_change, **more):
        st.session_state["zone_map"] = answer
        on_change()

    with patch("views.map.view.st_folium", answering):
        at = opened()
    assert "zone" not in at.query_params


def test_plan_text_is_escaped_in_the_panel(page_folder):
    body = html(opened(zone="13th-xiaobailou"))
    assert SCRIPT not in body
    assert "&lt;script&gt;" in body


def test_a_broken_zone_file_gives_one_message_and_leaves_the_rest(page_folder):
    (page_folder / "zones/13th.geojson").write_text('{"type": "Feature', encoding="utf-8")
    at = opened(plans="13th,14th")
    told = [element.value for element in at.text]
    assert len(told) == 1
    assert "zones/13th.geojson" in told[0]
    assert map_state(at)["shown"] == ["14th-wudadao", "14th-nanshi"]


def test_a_missing_zone_file_gives_one_message_and_leaves_the_rest(page_folder):
    (page_folder / "zones/14th.geojson").unlink()
    at = opened()
    assert [t.value for t in at.text if "zones/14th.geojson" in t.value]
    assert len(map_state(at)["shown"]) == 4


def test_one_bad_feature_is_named_and_the_others_show(page_folder):
    path = page_folder / "zones/13th.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["features"][0]["geometry"]["coordinates"] = [["x"]]
    path.write_text(json.dumps(document), encoding="utf-8")
    at = opened()
    assert any("zones/13th.geojson, feature 1" in t.value for t in at.text)
    assert "13th-xiaobailou" in map_state(at)["shown"]


def test_a_missing_base_layer_gives_a_message_and_the_map_still_draws(page_folder):
    (page_folder / "base/roads.geojson").unlink()
    at = opened()
    assert any("base/roads.geojson" in t.value for t in at.text)
    assert map_state(at)["shown"]


def test_an_empty_folder_says_what_to_do(page_folder):
    for path in page_folder.rglob("*.*"):
        path.unlink()
    at = AppTest.from_file(PAGE, default_timeout=60).run()
    assert not at.exception
    assert any("geo build" in warning.value for warning in at.warning)


def test_the_key_of_a_base_map_stays_out_of_the_link(page_folder):
    at = opened(base="tianditu")
    assert map_state(at)["base"] is None
    at.text_input[0].set_value("0123456789abcdef0123456789abcdef").run()
    base = map_state(at)["base"]
    assert "0123456789abcdef" in base["urls"][0]
    assert base["datum"][0]
    assert "0123456789abcdef" not in str(at.query_params)


def test_the_page_carries_its_disclaimer_datum_version_and_date(page_folder):
    body = html(opened())
    assert "示意图，不具法律效力" in body
    assert "WGS84" in body
    assert "2026.01.02" in body


def test_the_table_of_areas_marks_the_selected_zone(page_folder):
    body = html(opened(zone="13th-wudadao"))
    row = body[body.index('aria-current="true"') :]
    assert "wudadao 片区" in row[: row.index("</tr>")]
