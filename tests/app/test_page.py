import json
import shutil
from pathlib import Path
from unittest.mock import patch

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from testing.page_fixture import write_page_data

PAGE = str(Path(__file__).parents[2] / "streamlit_app.py")


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A district that no test changes, with what its pages put beside it."""
    return write_page_data(tmp_path_factory.mktemp("sound") / "data")


def of_folder(folder, monkeypatch):
    monkeypatch.setenv("GEO_DATA", str(folder))
    monkeypatch.setattr("views.page.STATIC", folder.parent / "static")
    return folder


@pytest.fixture
def page_folder(sound, monkeypatch):
    return of_folder(sound, monkeypatch)


@pytest.fixture
def own_folder(sound, tmp_path, monkeypatch):
    """A copy of the district for a test that damages it."""
    return of_folder(Path(shutil.copytree(sound, tmp_path / "data")), monkeypatch)


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


def words_for_scripts(at):
    """What the page said to the scripts in its last run."""
    group = component(at)["feature_group"]
    start = group.index("planmap.hear(") + len("planmap.hear(")
    return json.JSONDecoder().raw_decode(group[start:])[0]


def drawn(folder):
    """The data that the scripts draw, as the page put them under static/."""
    (script,) = (folder.parent / "static" / "planmap").glob("map-*.js")
    text = script.read_text(encoding="utf-8")
    return json.JSONDecoder().raw_decode(text[text.rindex("window.PLAN_DATA=") + 17 :])[0]


def answered(answer):
    """An answer of the scripts, as streamlit-folium hands it over."""

    def answering(*arguments, on_change, **more):
        if "answered" not in st.session_state:
            st.session_state["answered"] = True
            st.session_state["zone_map"] = answer
            on_change()

    return patch("views.map.view.st_folium", answering)


def html(at):
    return "".join(element.proto.body for element in at.get("html"))


def test_the_page_opens_with_the_drawn_zones_of_the_default_plan(page_folder):
    opened()
    start = drawn(page_folder)["start"]
    assert start["plan"] == "13th"
    assert start["shown"] == [
        "13th-wudadao",
        "13th-xiaobailou",
        "13th-central-park",
        "13th-nanjing-road",
        "14th-wudadao",
        "14th-nanshi",
    ]


def test_the_map_is_one_element_whatever_the_view(page_folder):
    ids = {
        opened(view=view).get("component_instance")[0].proto.id
        for view in ("map", "compare", "own", "export")
    }
    assert len(ids) == 1


def test_nothing_that_the_map_loads_comes_from_another_host(page_folder):
    sent = component(opened())
    assert all(
        link.startswith("../../app/static/") for link in sent["js_links"] + sent["css_links"]
    )
    sent_code = sent["script"] + sent["header"] + sent["html"] + sent["feature_group"]
    assert "://" not in sent_code


def test_a_link_sets_language_and_view(page_folder):
    at = opened(view="own", lang="en", zone="14th-nanshi")
    assert "Your data" in html(at)
    assert any(button.label == "Back to the map" for button in at.button)


def test_a_damaged_link_falls_back_with_a_word(page_folder):
    at = opened(view="own", own="<b>moon</b>")
    assert "own=" in html(at)
    assert "<b>moon" not in html(at)


def test_what_the_scripts_tell_is_taken(page_folder):
    link = {"view": "own", "lang": "en", "zone": "13th-xiaobailou"}
    answer = {"last_active_drawing": {"properties": {"sequence": 3, "link": link}}}
    with answered(answer):
        at = opened()
        at.run()
    assert "Your data" in html(at)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"last_active_drawing": None},
        {"last_active_drawing": {"properties": None}},
        {"last_active_drawing": {"properties": {"link": 7, "sequence": "x"}}},
        {"last_active_drawing": {"properties": {"link": {"view": "nowhere"}, "sequence": 1}}},
    ],
)
def test_an_odd_answer_of_the_map_changes_nothing(page_folder, answer):
    with answered(answer):
        at = opened()
        at.run()
    assert not at.exception
    assert not at.button


def test_a_shape_that_the_map_sends_of_itself_undoes_no_click(page_folder):
    click = {"overlay_id": "13th-wudadao/1", "sequence": 5}
    at = opened()
    for properties in (click, {"overlay_id": "13th-wudadao/2"}):
        if "answered" in at.session_state:
            del at.session_state["answered"]  # one answer for each run
        with answered({"last_active_drawing": {"properties": properties}}):
            at.run()
        assert at.session_state["clicked"] == click


def test_closing_a_drawer_sends_the_scripts_back_to_the_map(page_folder):
    at = opened(view="own")
    at.button(key="close_drawer").click().run()
    words = words_for_scripts(at)
    assert words["go"] == {"view": "map"}
    assert words["step"]


def test_a_widget_s_choice_goes_to_the_scripts_for_the_address(page_folder):
    at = opened(view="own")
    at.button_group[0].set_value("check").run()
    assert words_for_scripts(at)["extra"] == {"own": "check"}


def test_a_broken_zone_file_gives_one_message_and_leaves_the_rest(own_folder):
    (own_folder / "zones/13th.geojson").write_text('{"type": "Feature', encoding="utf-8")
    at = opened(plans="13th,14th")
    texts = [element.value for element in at.text]
    assert len(texts) == 1
    assert "zones/13th.geojson" in texts[0]
    assert drawn(own_folder)["start"]["shown"] == ["14th-wudadao", "14th-nanshi"]


def test_a_missing_zone_file_gives_one_message_and_leaves_the_rest(own_folder):
    (own_folder / "zones/14th.geojson").unlink()
    at = opened()
    assert [t.value for t in at.text if "zones/14th.geojson" in t.value]
    assert len(drawn(own_folder)["start"]["shown"]) == 4


def test_one_bad_feature_is_named_and_the_others_show(own_folder):
    path = own_folder / "zones/13th.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["features"][0]["geometry"]["coordinates"] = [["x"]]
    path.write_text(json.dumps(document), encoding="utf-8")
    at = opened()
    assert any("zones/13th.geojson" in t.value and "1" in t.value for t in at.text)
    assert "13th-xiaobailou" in drawn(own_folder)["start"]["shown"]


def test_a_missing_base_layer_gives_a_message_and_the_map_still_draws(own_folder):
    (own_folder / "base/roads.geojson").unlink()
    at = opened()
    assert any("base/roads.geojson" in t.value for t in at.text)
    assert drawn(own_folder)["start"]["shown"]


def test_an_empty_folder_says_what_to_do(own_folder):
    for path in own_folder.rglob("*.*"):
        path.unlink()
    at = AppTest.from_file(PAGE, default_timeout=60).run()
    assert not at.exception
    assert any("geo build" in warning.value for warning in at.warning)
