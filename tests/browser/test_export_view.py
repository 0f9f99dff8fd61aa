"""The export panel in a real browser: a preview, a file named as it says, a phone."""

import re

import pytest

pytestmark = pytest.mark.browser

MAKE_MS = 60_000


@pytest.fixture
def export_page(new_page, real_address):
    def open_page(**more):
        page = new_page(**more)
        page.goto(f"{real_address}/?view=export")
        page.get_by_role("button", name="生成文件", exact=True).wait_for()
        return page

    return open_page


def choose(page, label, option):
    page.get_by_role("combobox", name=re.compile(label)).first.click()
    page.get_by_role("option", name=option, exact=True).click()


def test_a_preview_is_drawn_without_being_asked_for(export_page):
    page = export_page()
    pictures = page.get_by_test_id("stImage").locator("img")
    pictures.first.wait_for(timeout=MAKE_MS)
    width = pictures.first.evaluate("p => p.decode().then(() => p.naturalWidth)")
    assert width > 1000  # A4 at 150 dpi, or as large as the page serves it


def test_a_pdf_of_the_six_zones_takes_three_clicks_from_a_fresh_page(new_page, real_address):
    page = new_page()
    page.goto(f"{real_address}/?plans=13th")
    frame = page.frame_locator('iframe[title="streamlit_folium.st_folium"]')
    frame.get_by_role("link", name="导出", exact=True).first.click()
    page.get_by_role("button", name="生成文件", exact=True).click()
    button = page.get_by_test_id("stDownloadButton").get_by_role("button")
    button.wait_for(timeout=MAKE_MS)
    with page.expect_download() as download:
        button.click()
    assert download.value.suggested_filename.startswith("和平区_十三五_六区联动_A4")
    assert download.value.path().read_bytes()[:5] == b"%PDF-"


def test_choices_survive_leaving_the_view(export_page):
    page = export_page()
    choose(page, "格式", "GeoJSON")
    page.get_by_role("button", name="返回地图").click()
    page.wait_for_url(lambda address: "view=export" not in address)
    frame = page.frame_locator('iframe[title="streamlit_folium.st_folium"]')
    frame.get_by_role("link", name="导出", exact=True).first.click()
    page.get_by_role("button", name="生成文件", exact=True).wait_for()
    # The name stands below the button, a moment after it.
    page.get_by_text(re.compile(r"^和平区_.*[.]geojson$")).wait_for()


def test_the_file_that_is_downloaded_has_the_name_that_the_button_says(export_page):
    page = export_page()
    choose(page, "格式", "GeoJSON")
    page.get_by_role("button", name="生成文件", exact=True).click()
    button = page.get_by_test_id("stDownloadButton").get_by_role("button")
    button.wait_for(timeout=MAKE_MS)
    with page.expect_download() as download:
        button.click()
    name = download.value.suggested_filename
    assert re.fullmatch(r"和平区_十[一三四]五_六区联动_\d{4}-\d\d-\d\d\.geojson", name)
    assert name in button.inner_text()


def test_the_panel_fits_a_phone(export_page):
    page = export_page(width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.get_by_role("button", name="生成文件", exact=True).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
