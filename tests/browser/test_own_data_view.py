"""The view of the reader's own data in a real browser, on an invented district."""

import json
import os
import re
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest

from geo.datums.shifts import wgs84_to_gcj02
from geo.io.geojson import layer_bytes
from geo.io.limits import UPLOAD_BYTES
from geo.io.read import read_layer
from tests.browser.conftest import MapPage, page_server

pytestmark = pytest.mark.browser

DISTRICT = Path(__file__).parents[1] / "data" / "other_district"
TEXT = (
    "一、石桥片区规划范围：以石桥街、槐荫路、文昌街、青桐路围合的区域，面积1.20平方公里。\n"
    "二、望江片区：以石桥街、望江路、文昌街、青桐路围合的区域，面积约99公顷<img src=x>。"
)
SECRET = "望江"


@pytest.fixture(scope="module")
def own_server(tmp_path_factory):
    """The address and the log of a server that shows the invented district."""
    path = tmp_path_factory.mktemp("own") / "server.log"
    with page_server(DISTRICT, path) as address:
        yield address, path


@pytest.fixture
def own_page(new_page, own_server):
    def open_page(query="?view=own", **more):
        page = MapPage(new_page(**more), own_server[0])
        page.page.goto(f"{page.address}/{query}")
        page.page.get_by_role("note").wait_for()
        return page

    return open_page


@pytest.fixture(scope="module")
def shapes():
    zones = read_layer(DISTRICT / "zones" / "15th.geojson")
    areas = zones[zones["zone_id"].isin(["15th-wenchang", "15th-binhe"])]
    return gpd.GeoDataFrame(
        {"名称": ["我的文昌", "我的滨河<b>"], "面积_公顷": [120.0, 99.0]},
        geometry=list(areas.geometry),
        crs="EPSG:4326",
    )


def paste(page, text):
    page.page.get_by_label("规划原文").fill(text)
    page.page.get_by_role("button", name="解析文字").click()
    page.page.locator(".own-text").wait_for()
    page.wait_for_map()


def test_a_pasted_text_is_judged_and_taken_along_and_nobody_else_sees_it(own_page, own_server):
    before = {p: p.stat().st_mtime_ns for p in DISTRICT.rglob("*") if p.is_file()}
    page = own_page()
    paste(page, TEXT)
    text = page.page.locator(".own-text")
    assert text.inner_text().strip() == TEXT
    assert text.locator("img").count() == 0
    assert text.locator("mark.own-limit").all_inner_texts()[:4] == [
        "石桥街",
        "槐荫路",
        "文昌街",
        "青桐路",
    ]
    assert text.locator("mark.own-missing").all_inner_texts() == ["望江路"]
    table = page.page.locator(".own-areas tbody tr")
    assert "与量算相符" in table.nth(0).inner_text() or "相符" in table.nth(0).inner_text()
    assert "无法" in table.nth(1).inner_text()
    page.wait("planmap.view.overlay.getLayers().length === 1")
    page.wait("planmap.view.overlay.getLayers()[0].getLayers().length === 1")

    files = {}
    for label in ("下载规划文件（TOML）", "下载图形（GeoJSON）"):
        with page.page.expect_download() as waiting:
            page.page.get_by_role("button", name=label).click()
        download = waiting.value
        files[download.suggested_filename] = Path(download.path()).read_text(encoding="utf-8")
    assert "石桥街、槐荫路、文昌街、青桐路" in files["draft-outline.toml"]
    shapes = json.loads(files["draft.geojson"])["features"]
    assert [s["geometry"] is None for s in shapes] == [False, True]

    # Nothing of it stands in a log, a file, an address or another reader's page.
    assert SECRET not in own_server[1].read_text(encoding="utf-8", errors="replace")
    assert {p: p.stat().st_mtime_ns for p in DISTRICT.rglob("*") if p.is_file()} == before
    static = Path(__file__).parents[2] / "static"
    leaks = [p for p in static.rglob("*") if p.is_file() and SECRET.encode() in p.read_bytes()]
    assert leaks == []
    assert SECRET not in page.page.url
    other = own_page()
    assert other.page.get_by_label("规划原文").input_value() == ""
    assert SECRET not in other.page.content()


def written(folder, shapes, kind):
    if kind == "geojson":
        path = folder / "mine.geojson"
        path.write_bytes(layer_bytes(shapes))
    else:
        inside = folder / "shp"
        inside.mkdir()
        shapes.to_crs("EPSG:4544").to_file(inside / "mine.shp", encoding="GBK")
        path = folder / "mine.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for part in sorted(inside.iterdir()):
                archive.write(part, part.name)
    return path


def upload(page, path):
    page.page.locator("input[type=file]").set_input_files(path)


def confirm(page):
    box = page.page.get_by_text("我确认坐标系是", exact=False)
    box.wait_for()
    box.click()
    page.page.locator(".own-areas").wait_for()


@pytest.mark.parametrize("kind", ["geojson", "zip"])
def test_a_file_is_read_confirmed_and_judged(own_page, tmp_path, shapes, kind):
    page = own_page("?view=own&own=check")
    upload(page, written(tmp_path, shapes, kind))
    confirm(page)
    rows = page.page.locator(".own-areas tbody tr")
    assert rows.count() == 2
    first, second = rows.nth(0).inner_text(), rows.nth(1).inner_text()
    assert "我的文昌" in first
    assert "我的滨河<b>" in second
    assert "1.20 平方公里" in first
    assert "占图形 100.0%，占片区 100.0%" in first
    assert "120公顷" in first
    assert "不符" in second
    page.wait_for_map()
    page.wait("(planmap.view.overlay.getLayers()[0] || L.layerGroup()).getLayers().length === 4")
    # On paper the map comes first, with the shapes by name wherever the reader had moved it, and
    # the verdicts behind it.
    page.run("planmap.view.moved = true; map.panBy([900, 0], { animate: false }); true")
    before = page.run("map.getCenter().lng")
    page.page.emulate_media(media="print")
    sheet = page.page.locator(".pm-sheet")
    sheet.wait_for()
    names = sheet.locator(".pm-sheet-map svg text").all_text_contents()
    assert names.count("我的文昌") == names.count("我的滨河<b>") == 1
    assert "我的滨河<b>" in sheet.locator(".pm-sheet-legend").inner_text()
    assert "不符" in sheet.locator(".pm-sheet-more .own-areas").inner_text()
    page.page.emulate_media(media="screen")
    sheet.wait_for(state="detached")
    page.page.emulate_media(media=None)
    assert page.run("map.getCenter().lng") == pytest.approx(before, abs=1e-4)
    with page.page.expect_download() as waiting:
        page.page.get_by_role("button", name="下载报告（HTML）").click()
    report = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert "我的滨河&lt;b&gt;" in report
    assert re.findall(r"(?:src|href)=|url\(", report) == []


def test_shifted_coordinates_are_named_with_their_evidence(own_page, tmp_path, shapes):
    page = own_page("?view=own&own=check")
    upload(page, written(tmp_path, wgs84_to_gcj02(shapes), "geojson"))
    page.page.get_by_text("按位置判断：GCJ-02", exact=False).wait_for()
    confirm(page)
    assert "1.20 平方公里" in page.page.locator(".own-areas tbody tr").nth(0).inner_text()


def test_a_file_that_is_none_gets_a_message_and_the_next_one_is_read(own_page, tmp_path, shapes):
    page = own_page("?view=own&own=check")
    wrong = tmp_path / "wrong.geojson"
    wrong.write_text("not a layer", encoding="utf-8")
    upload(page, wrong)
    page.page.get_by_role("alert").filter(has_text="wrong.geojson").wait_for()
    upload(page, written(tmp_path, shapes, "geojson"))
    confirm(page)


def test_a_file_of_200_mb_is_refused_in_the_browser(own_page, tmp_path):
    page = own_page("?view=own&own=check")
    large = tmp_path / "large.geojson"
    with large.open("wb") as file:
        os.truncate(file.fileno(), 200 * 2**20)
    upload(page, large)
    page.page.get_by_text(f"{UPLOAD_BYTES // 2**20}", exact=False).first.wait_for()
    page.page.get_by_text("must be", exact=False).wait_for()
    assert page.page.locator(".own-areas").count() == 0


def test_on_a_phone_nothing_is_wider_than_the_screen(own_page):
    page = own_page(width=390, height=844)
    paste(page, TEXT)
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
