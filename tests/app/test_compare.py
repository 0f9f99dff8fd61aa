"""The view of two plans in words and figures, without a browser."""

from pathlib import Path

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


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """The district of the page with other plans; no test changes it."""
    folder = write_page_data(tmp_path_factory.mktemp("compared") / "data")
    for plan, start, end in (("13th", 2016, 2020), ("14th", 2021, 2025)):
        text = DOCUMENT.replace("{plan}", plan)
        text = text.replace("{start}", str(start)).replace("{end}", str(end))
        (folder / "plans" / f"{plan}-outline.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def page_folder(sound, monkeypatch):
    monkeypatch.setenv("GEO_DATA", str(sound))
    monkeypatch.setattr("views.page.STATIC", sound.parent / "static")
    return sound


def opened(**parameters):
    at = AppTest.from_file(PAGE, default_timeout=120)
    for name, value in parameters.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    assert not at.error
    return at


def html(at):
    return "".join(element.proto.body for element in at.get("html"))


def infos(at):
    return [element.value for element in at.info]


def control(at, label):
    return next(b for b in at.button_group if b.label == label)


def test_two_identical_periods_get_a_helpful_word(page_folder):
    at = opened(view="wording", to="13th")
    assert any("换一个" in words for words in infos(at))


def test_the_words_of_a_place_are_compared_and_escaped(page_folder):
    at = opened(view="wording", place="wudadao")
    page = html(at)
    assert "定位原文" in page
    assert SCRIPT not in page


def test_everything_is_said_in_english_too(page_folder):
    at = opened(view="wording", lang="en")
    assert "Wording compared" in html(at)
    assert control(at, "From")


def test_texts_that_share_little_stand_unmarked():
    from geo.compare.wording import Segment
    from layers.tables.wording import LEAST_SHARED, share_kept

    old = (Segment("same", "同样"), Segment("gone", "这里完全是另外一段话"))
    new = (Segment("same", "同样"), Segment("new", "那边说的又是别的事情"))
    assert share_kept(old, new) < LEAST_SHARED
    assert share_kept(old[:1], new) == 1
    assert share_kept((), new) == 0


def test_a_damaged_link_falls_back_with_a_word(page_folder):
    assert "place=nowhere" in html(opened(view="wording", place="nowhere"))
