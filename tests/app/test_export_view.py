from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

PAGE = str(Path(__file__).parents[2] / "streamlit_app.py")


@pytest.fixture
def page():
    at = AppTest.from_file(PAGE, default_timeout=60)
    at.query_params["view"] = "export"
    return at.run()


def button(at, words):
    return next(b for b in at.button if b.label == words)


def test_nothing_is_made_before_it_is_asked_for(page):
    assert not page.exception
    assert "export_made" not in page.session_state


def test_the_file_asked_for_is_kept_for_download(page):
    page.selectbox(key="export_format").set_value("csv").run()
    button(page, "生成文件").click().run()
    assert not page.exception
    made, is_preview, _ = page.session_state["export_made"]
    assert made.name.endswith(".csv")
    assert not is_preview


def test_an_empty_choice_is_said_and_nothing_is_kept(page):
    page.query_params["shown"] = ""
    page.selectbox(key="export_format").set_value("csv").run()
    page.selectbox(key="export_plan").set_value("11th").run()
    page.toggle(key="export_shown_only").set_value(True).run()
    button(page, "生成文件").click().run()
    assert not page.exception
    assert any("No zone is chosen" in e.value for e in page.error)
    assert "export_made" not in page.session_state


def test_the_panel_speaks_english():
    at = AppTest.from_file(PAGE, default_timeout=60)
    at.query_params.update(view="export", lang="en")
    at.run()
    assert not at.exception
    assert button(at, "Make the file")


def test_the_view_of_the_map_becomes_the_extent_of_the_sheet():
    from views.export import bounds_of

    corners = {
        "_southWest": {"lat": 39.11, "lng": 117.18},
        "_northEast": {"lat": 39.13, "lng": 117.21},
    }
    assert bounds_of({"bounds": corners}) == (117.18, 39.11, 117.21, 39.13)
    assert bounds_of(None) is None
    assert bounds_of({"bounds": {"_southWest": {}, "_northEast": {}}}) is None
