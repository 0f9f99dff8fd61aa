"""The export view: presets, preview, the file of just what is chosen, and its refusals."""

import gc
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from views import work
from views.export import view

PAGE = str(Path(__file__).parents[2] / "streamlit_app.py")
SECONDS = 120


def opened(**query):
    at = AppTest.from_file(PAGE, default_timeout=60)
    at.query_params.update(view="export", **query)
    at.run()
    assert not at.exception
    return at


@pytest.fixture
def page():
    return opened()


def button(at, words):
    return next(b for b in at.button if b.label == words)


def has_button(at, words):
    return any(b.label == words for b in at.button)


def finished(at, slot):
    """Wait for a job of the page, then run the page as its own asking would."""
    work = at.session_state[f"work_{slot}"]
    assert work.job.wait(SECONDS)
    at.run()
    assert not at.exception
    return work


def test_a_preview_is_made_at_once_and_no_file_before_it_is_asked_for(page):
    assert finished(page, "preview").job.state == "done"
    assert "work_file" not in page.session_state


def test_a_drawing_is_made_once_for_all_but_not_what_bears_words_of_a_reader(page):
    first = finished(page, "preview").job
    assert opened().session_state["work_preview"].job is first
    page.text_input(key="export_title").set_value("迎检").run()
    own_job = page.session_state["work_preview"].job
    assert own_job is not first
    other = opened()
    other.text_input(key="export_title").set_value("迎检").run()
    assert other.session_state["work_preview"].job is not own_job


def test_other_presets_are_drawn_before_they_are_asked_for(page):
    finished(page, "preview")
    jobs = work._kept()._jobs
    assert all(job.wait(SECONDS) for job in list(jobs.values()))
    page.session_state["export_preset_13th"] = "sandai"
    page.selectbox(key="export_plan").set_value("13th").run()
    drawn = finished(page, "preview").job
    assert drawn in jobs.values()
    assert all(job.wait(SECONDS) for job in list(jobs.values()))
    page.session_state["export_preset_13th"] = "whole"
    page.run()
    job = page.session_state["work_preview"].job
    assert job.ahead
    assert job.state == "done"
    # What was drawn for nobody stays for the next reader when this one asks for something else.
    page.session_state["export_preset_13th"] = "sandai"
    page.run()
    assert job.state == "done"
    assert job in jobs.values()


def test_a_changed_choice_leaves_no_old_picture_that_passes_for_the_new_one(page, monkeypatch):
    finished(page, "preview")
    monkeypatch.setattr(view, "CHANGE_SECONDS", 0.0)
    page.text_input(key="export_title").set_value("迎检").run()
    (picture,) = page.get("image")
    assert picture.proto.imgs[0].alt.startswith("更改之前的预览")
    assert any("下图仍是更改之前的选择" in caption.value for caption in page.caption)
    finished(page, "preview")
    (picture,) = page.get("image")
    assert picture.proto.imgs[0].alt.startswith("图件预览")


def test_the_file_asked_for_is_offered_under_its_name(page):
    page.selectbox(key="export_format").set_value("csv").run()
    button(page, "生成文件").click().run()
    work = finished(page, "file")
    assert work.job.file.suffix == ".csv"
    assert work.job.file.read_bytes()
    assert not has_button(page, "生成文件")


def test_a_changed_choice_takes_the_old_file_from_the_button(page):
    page.selectbox(key="export_format").set_value("csv").run()
    button(page, "生成文件").click().run()
    old = finished(page, "file").job.file
    page.selectbox(key="export_format").set_value("kml").run()
    assert has_button(page, "生成文件")
    assert "work_file" not in page.session_state
    # The old file goes with its job, when Python lets go of it.
    gc.collect()
    assert not old.exists()


def test_a_job_can_be_given_up(page):
    page.selectbox(key="export_format").set_value("docx").run()
    button(page, "生成文件").click().run()
    job = page.session_state["work_file"].job
    if has_button(page, "取消"):
        button(page, "取消").click().run()
        assert job.state == "cancelled"
    assert not page.exception


def test_every_group_of_the_plan_is_a_preset_and_the_six_stand_first(page):
    # Labels are escaped: they are Markdown to Streamlit, and a group may be called anything.
    labels = [o.content.replace("\\", "") for o in page.get("button_group")[0].proto.options]
    assert labels[:3] == ["六区联动", "三带拉动", "六区联动 + 三带拉动"]
    assert labels[-2:] == ["当前视图", "单个片区"]
    zones = page.session_state["work_preview"].request.sheet.zones
    assert len(zones) == 6  # 西开教堂 belongs to them, drawn or not


def test_the_current_view_takes_extent_and_layers_of_the_map():
    at = opened(plans="13th", hide="13th-wudadao", bbox="117.18,39.11,117.21,39.13")
    at.session_state["export_preset_13th"] = "view"
    at.run()
    sheet = at.session_state["work_preview"].request.sheet
    assert sheet.extent == (117.18, 39.11, 117.21, 39.13)
    assert "13th-wudadao" not in sheet.zones
    assert "13th-xiaobailou" in sheet.zones


def test_the_current_view_of_a_comparison_is_a_comparison():
    at = opened(**{"from": "13th", "to": "14th", "seen": "compare", "at": "39.115,117.2,15"})
    at.session_state["export_preset_14th"] = at.session_state["export_preset_13th"] = "view"
    at.run()
    request = at.session_state["work_preview"].request
    assert request.plans == ("13th", "14th")
    plans = {zone.split("-")[0] for zone in request.sheet.zones}
    assert plans == {"13th", "14th"}
    left, bottom, right, top = request.sheet.extent
    assert (left + right) / 2 == pytest.approx(117.2)
    assert (bottom + top) / 2 == pytest.approx(39.115)


def test_the_view_speaks_english():
    at = opened(lang="en")
    assert button(at, "Create file")
