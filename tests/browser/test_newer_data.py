"""Newer data come while a map is open: its reader is told, though nothing was asked of Python."""

import re

import pytest

from geo.districts.releases import roll_back, use
from testing.browser import wait_in
from testing.front import page_of_unit
from testing.page_fixture import write_page_data
from testing.sessions import Session

pytestmark = pytest.mark.browser

FRAME = 'iframe[title="streamlit_folium.st_folium"]'


def test_a_reader_of_the_map_is_told_and_goes_on_to_the_newer_data(new_page, tmp_path):
    one, two = (write_page_data(tmp_path / name) for name in ("one", "two"))
    district = two / "district.toml"
    newer = re.sub(
        r'^(data_version = ").*"', r'\1newer"', district.read_text(encoding="utf-8"), flags=re.M
    )
    district.write_text(newer, encoding="utf-8")
    link = tmp_path / "current"
    use(link, one)
    with page_of_unit(tmp_path, data=link) as (port, log, _):
        page = new_page(alone=True)
        page.goto(f"http://127.0.0.1:{port}/")
        notice = page.locator(".st-key-newer")

        def look_again():
            """Let somebody open the page, and the map look, as it does every five minutes."""
            other = Session(f"http://127.0.0.1:{port}")
            other.run()
            other.close()
            frame = page.wait_for_selector(FRAME, state="attached").content_frame()
            wait_in(frame)
            frame.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

        look_again()
        assert not notice.count()
        for change, width, height in (
            (lambda: use(link, two), 1280, 800),
            (lambda: roll_back(link), 390, 844),
        ):
            page.set_viewport_size({"width": width, "height": height})
            change()
            look_again()
            notice.get_by_text("数据已经更新").wait_for()
            box = notice.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= height / 2
            notice.get_by_role("button").click()
            notice.get_by_role("button").wait_for(state="detached")
        page.close()  # before its server ends, or what it still loads would fail
        assert "Traceback" not in log.read_text(errors="replace")
