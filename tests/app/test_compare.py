"""The views that compare plans, tell the history of a place and search, without a browser."""

import json
from pathlib import Path
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

from testing.page_fixture import SCRIPT, write_page_data

PAGE = str(Path(__file__).parents[2] / "streamlit_app.py")

DOCUMENT = """
format = 1
[document]
id = "{plan}-outline"
plan = "{plan}"
title = "规划纲要"
title_en = "Outline"
period_from = {start}
period_to = {end}
[[groups]]
id = "liuqu"
name = "六区"
name_en = "Six zones"
[[items]]
id = "{plan}-wudadao"
kind = "zone"
place = "wudadao"
group = "liuqu"
name = "五大道片区"
name_en = "Wudadao zone"
short_name = "五大道"
short_name_en = "Wudadao"
basis = "named"
section = "第一章"
positioning = "打造五大道夜间经济<script>window.broken=1</script>。"
"""


@pytest.fixture
def page_folder(tmp_path, monkeypatch):
    folder = write_page_data(tmp_path / "data")
    (folder / "plans").mkdir()
    for plan, start, end in (("13th", 2016, 2020), ("14th", 2021, 2025)):
        text = DOCUMENT.replace("{plan}", plan)
        text = text.replace("{start}", str(start)).replace("{end}", str(end))
        (folder / "plans" / f"{plan}-outline.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("GEO_DATA", str(folder))
    monkeypatch.setattr("views.page.STATIC", tmp_path / "static")
    return folder


def opened(**parameters):
    at = AppTest.from_file(PAGE, default_timeout=120)
    for name, value in parameters.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    assert not at.error
    return at


def frame_state(at):
    sent = json.loads(at.get("component_instance")[0].proto.json_args)
    group = sent["feature_group"]
    start = group.index("planmap.update(") + len("planmap.update(")
    return json.JSONDecoder().raw_decode(group[start:])[0]


def html(at):
    return "".join(element.proto.body for element in at.get("html"))


def said(at):
    return [element.value for element in at.info]


def control(at, label):
    return next(b for b in at.button_group if b.label == label)


def test_the_last_two_plans_stand_side_by_side(page_folder):
    state = frame_state(opened(view="compare"))
    assert (state["mode"], state["left"], state["right"]) == ("side", "13th", "14th")
    assert state["shown"]["14th"] == ["14th-wudadao", "14th-nanshi"]
    assert "13th-wudadao" in state["shown"]["13th"]


def test_a_link_opens_mode_plans_toggles_selection_and_cell(page_folder):
    state = frame_state(
        opened(
            view="compare", mode="swipe", **{"from": "14th", "to": "13th"}, hide="13th-wudadao",
            zone="14th-nanshi", cell="14th-wudadao|13th-xiaobailou",
        )
    )  # fmt: skip
    assert (state["mode"], state["left"], state["right"]) == ("swipe", "14th", "13th")
    assert "13th-wudadao" not in state["shown"]["13th"]
    assert state["selected"] == "14th-nanshi"
    assert state["cell"] == ["14th-wudadao", "13th-xiaobailou"]


def test_a_damaged_link_falls_back_with_a_word_about_each_part(page_folder):
    at = opened(view="compare", mode="spin", to="99th", cell="a|<b>", period="??", place="nowhere")
    state = frame_state(at)
    assert (state["mode"], state["right"], state["cell"]) == ("side", "14th", None)
    told = html(at)
    for part in ("mode=spin", "to=99th", "cell=a|&lt;b&gt;", "period=??", "place=nowhere"):
        assert part in told


def test_two_identical_periods_get_a_helpful_word(page_folder):
    at = opened(view="compare", to="13th")
    assert any("换一个" in words for words in said(at))


def test_a_plan_of_names_alone_is_compared_without_a_fault(page_folder):
    at = opened(view="compare", **{"from": "11th", "to": "13th"})
    assert frame_state(at)["left"] == "11th"


def test_changing_the_mode_does_not_change_the_frame(page_folder):
    at = opened(view="compare")
    before = json.loads(at.get("component_instance")[0].proto.json_args)
    control(at, "对比方式").set_value("swipe").run()
    after = json.loads(at.get("component_instance")[0].proto.json_args)
    assert frame_state(at)["mode"] == "swipe"
    assert after["script"] == before["script"]
    assert after["js_links"] == before["js_links"]


def clicked(at, **properties):
    """Run the page as if the frame had answered a click, and once more."""
    at.session_state["comparison_map"] = {"last_active_drawing": {"properties": properties}}
    with patch("views.compare.view.st_folium", lambda *_, on_change, **__: on_change()):
        at.run()
    at.run()
    return frame_state(at)


def test_a_click_in_the_frame_selects_the_zone(page_folder):
    state = clicked(opened(view="compare"), zone_id="14th-nanshi", sequence=3)
    assert (state["selected"], state["seen"]) == ("14th-nanshi", 3)


def test_a_cell_of_the_table_goes_into_the_state(page_folder):
    state = clicked(opened(view="compare"), cell="13th-wudadao|14th-wudadao", sequence=1)
    assert state["cell"] == ["13th-wudadao", "14th-wudadao"]


def test_an_answer_that_makes_no_sense_changes_nothing(page_folder):
    state = clicked(opened(view="compare"), zone_id=7, cell=["x"], sequence="many")
    assert (state["selected"], state["cell"], state["seen"]) == (None, None, 0)


def test_the_time_line_steps_by_button_and_ends_at_its_ends(page_folder):
    at = opened(view="compare", mode="time", period="13th")
    at.button(key="period_next").click().run()
    assert frame_state(at)["period"] == "14th"
    assert at.button(key="period_next").disabled
    assert "2011–2015" in html(at)


def test_the_words_of_a_place_are_compared_and_escaped(page_folder):
    at = opened(view="compare", place="wudadao")
    told = html(at)
    assert "定位原文" in told
    assert SCRIPT not in told


def test_everything_is_said_in_english_too(page_folder):
    at = opened(view="compare", lang="en")
    assert "What changed in words" in html(at)
    assert control(at, "How to compare")


def test_a_point_of_a_link_has_its_history(page_folder):
    told = html(opened(view="place", at_place="39.116,117.196"))
    assert "wudadao 片区" in told
    assert "在其中" in told
    assert "2011–2015" in told


def test_a_point_outside_the_district_gets_a_word_and_the_way(page_folder):
    at = opened(view="place", at_place="40.0,118.0")
    assert any("公里" in words and "测试区" in words for words in said(at))


@pytest.mark.parametrize("words", ["", "   ", "无此地", "500,500", "<b>x</b>", "39.1", "," * 90])
def test_words_that_mean_no_place_get_a_helpful_word(page_folder, words):
    assert said(opened(view="place", at_place=words))


def test_a_street_is_found_by_pinyin_and_english(page_folder):
    for words in ("甲路", "jialu", "Jia Road"):
        assert "甲路" in html(opened(view="place", at_place=words))


def test_a_click_on_the_map_asks_about_that_point(page_folder):
    at = opened(view="place")
    at.session_state["clicked"] = {"sequence": 1, "at": [39.116, 117.196]}
    at.run()
    assert at.text_input(key="place_words").value == "39.11600,117.19600"
    assert "wudadao 片区" in html(at)


def test_search_shows_the_passage_in_its_context_and_escapes_it(page_folder):
    at = opened(view="search", q="yejian")
    told = html(at)
    assert "<mark>夜间</mark>" in told
    assert "<script>" not in told
    assert "&lt;script&gt;" in told


def test_an_empty_search_and_one_without_finds_get_a_word(page_folder):
    assert said(opened(view="search"))
    assert any("“zzzz”" in words for words in said(opened(view="search", q="zzzz")))


def test_a_find_leads_to_its_zone_on_the_map(page_folder):
    at = opened(view="search", q="夜间", plans="13th")
    button = next(b for b in at.button if b.key.endswith("_14th-wudadao"))
    button.click().run()
    assert not at.exception
    sent = frame_state(at)
    assert sent["selected"] == "14th-wudadao"
    assert "14th-wudadao" in sent["shown"]


def test_search_within_one_period(page_folder):
    at = opened(view="search", q="夜间", **{"in": "14th"})
    assert "13th" not in "".join(b.key for b in at.button)


def test_a_folder_without_plan_files_still_compares_and_searches(page_folder):
    for path in (page_folder / "plans").iterdir():
        path.unlink()
    (page_folder / "plans").rmdir()
    assert frame_state(opened(view="compare"))["left"] == "13th"
    assert said(opened(view="search", q="夜间"))
