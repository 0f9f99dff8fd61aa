"""The offline page is one file, opens without any request, and holds data as text only."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from html.parser import HTMLParser

import geopandas as gpd
import pytest
from shapely import LineString, Point, box

from geo.errors import ExportError
from layers.offline.standalone import StandaloneOptions, standalone_html

OPTIONS = StandaloneOptions(dt.date(2026, 11, 22))
HOSTILE = "</script><script>window.hacked=1</script><img src=http://example.org/x onerror=alert(1)>"
LIMIT_BYTES = 1_000_000
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


def zones(plan="13th", name="五大道"):
    layer = gpd.GeoDataFrame(
        {
            "zone_id": [f"{plan}-a", f"{plan}-b", f"{plan}-c", f"{plan}-d"],
            "plan": plan,
            "group": ["six", "six", "places", "places"],
            "group_name": ["六区", "六区", "地点", "地点"],
            "group_name_en": ["Six zones", "Six zones", "Places", "Places"],
            "place": ["wudadao", "haihe", "x", "y"],
            "kind": ["zone", "belt", "cluster", "cluster"],
            "basis": ["stated", "corridor", "named", "named"],
            "name": [name, "海河带", "点", "无"],
            "short_name": [name, "海河", "点", "无"],
            "short_name_en": ["Wudadao", "Haihe", "Point", "Nowhere"],
            "name_en": ["Wudadao", "Haihe belt", "Point", "Nowhere"],
            "limits_text": [HOSTILE, "", "", ""],
            "stated_area": ["1.49平方公里", "", "", ""],
            "stated_area_km2": [1.49, None, None, None],
            "computed_area_km2": [1.436, None, None, None],
            "low_km2": [1.3, None, None, None],
            "high_km2": [1.57, None, None, None],
            "verdict": ["agrees", "not_stated", "not_stated", "not_stated"],
            "citation": [HOSTILE, "", "", ""],
        },
        geometry=[
            box(117.19, 39.11, 117.20, 39.12),
            box(117.195, 39.115, 117.21, 39.125),
            Point(117.2, 39.12),
            None,
        ],
        crs="EPSG:4326",
    )
    layer.attrs["metadata"] = {
        "plan_name": {"13th": "十三五", "14th": "十四五"}[plan],
        "plan_name_en": f"{plan} Plan",
        "period_from": 2016 if plan == "13th" else 2021,
        "period_to": 2020 if plan == "13th" else 2025,
        "district_name": "和平区",
        "district_name_en": "Heping District",
        "attribution": HOSTILE,
        "licence": "CC BY 4.0",
        "data_version": "2026.11.22",
    }
    return layer


@pytest.fixture
def base():
    district = gpd.GeoDataFrame(
        {"name": ["和平区"]}, geometry=[box(117.17, 39.09, 117.22, 39.14)], crs="EPSG:4326"
    )
    roads = gpd.GeoDataFrame(
        {"name": ["马场道"], "name_en": ["Machang Road"], "road_class": ["primary"]},
        geometry=[LineString([(117.17, 39.11), (117.22, 39.11)])],
        crs="EPSG:4326",
    )
    return {"district": district, "roads": roads}


class Sorter(HTMLParser):
    """Collects the elements of a page and what stands in script elements."""

    def __init__(self):
        super().__init__()
        self.tags, self.scripts, self.inside = [], [], None

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_data(self, data):
        if self.inside == "script":
            self.scripts.append(data)
            self.inside = None


def sorted_page(page):
    sorter = Sorter()
    sorter.feed(page.decode())
    return sorter


def test_the_same_date_gives_the_same_bytes(base):
    assert standalone_html({"13th": zones()}, base, OPTIONS) == standalone_html(
        {"13th": zones()}, base, OPTIONS
    )


def test_one_plan_is_under_a_megabyte(base):
    assert len(standalone_html({"13th": zones()}, base, OPTIONS)) < LIMIT_BYTES


def test_the_page_names_no_other_file(base):
    page = sorted_page(standalone_html({"13th": zones()}, base, OPTIONS))
    assert not [a for _, a in page.tags if {"src", "href", "srcset", "data", "action"} & set(a)]
    policy = next(a["content"] for t, a in page.tags if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_no_text_of_the_data_becomes_an_element(base):
    page = standalone_html({"13th": zones()}, base, OPTIONS)
    assert len(sorted_page(page).scripts) == 2
    assert not [tag for tag, _ in sorted_page(page).tags if tag == "img"]


def test_an_empty_selection_is_refused(base):
    with pytest.raises(ExportError, match="There is no zone to export"):
        standalone_html({"13th": zones().iloc[:0]}, base, OPTIONS)


def test_an_unknown_zone_is_refused(base):
    options = StandaloneOptions(OPTIONS.date, shown=["13th-z"])
    with pytest.raises(ExportError, match="'13th-z' is unknown"):
        standalone_html({"13th": zones()}, base, options)


def test_nothing_with_a_shape_is_refused():
    layer = zones().iloc[[3]]
    layer.attrs = zones().attrs
    with pytest.raises(ExportError, match="nothing to draw"):
        standalone_html({"13th": layer}, {}, OPTIONS)


@pytest.fixture(scope="module")
def chromium():
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("Chromium is not installed, and REQUIRE_BROWSER demands it.")
        pytest.skip("Chromium is not installed.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium, base, tmp_path):
    """The page opened from a file without a network, and all that it asked for or complained of."""
    path = tmp_path / "和平区.html"
    path.write_bytes(
        standalone_html({"13th": zones(), "14th": zones("14th", "金街")}, base, OPTIONS)
    )
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto(path.as_uri())
    page.wait_for_selector("path.pm-zone")
    yield page
    assert page.asked == [path.as_uri()]
    assert page.said == []
    context.close()


@pytest.mark.browser
def test_one_period_is_shown_and_another_takes_its_place(opened):
    ids = "[...document.querySelectorAll('path.pm-zone')].map((p) => p.dataset.zone)"
    assert sorted(opened.evaluate(ids)) == ["13th-a", "13th-b"]
    opened.get_by_role("button", name="十四五").click()
    assert sorted(opened.evaluate(ids)) == ["14th-a", "14th-b"]


@pytest.mark.browser
def test_an_eye_hides_one_zone_and_keeps_the_view(opened):
    zoom = opened.evaluate("map.getZoom()")
    opened.get_by_role("button", name="显示 海河带").click()
    assert opened.locator("path.pm-zone").count() == 1
    assert opened.evaluate("map.getZoom()") == zoom


@pytest.mark.browser
def test_a_click_on_the_map_opens_a_popup_in_which_markup_is_text(opened):
    box_on_screen = opened.locator("path.pm-zone[data-zone='13th-a']").bounding_box()
    opened.mouse.click(box_on_screen["x"] + 10, box_on_screen["y"] + box_on_screen["height"] - 10)
    popup = opened.locator(".pm-popup")
    assert HOSTILE in popup.inner_text()
    assert "1.49" in popup.inner_text()
    assert popup.locator("img").count() == 0
    assert opened.evaluate("window.hacked") is None
    chosen = opened.locator(".pm-row-main[aria-current='true']")
    assert chosen.get_attribute("data-zone") == "13th-a"


@pytest.mark.browser
def test_an_item_without_extent_still_shows_its_words(opened):
    opened.locator(".pm-more-groups > summary").click()
    opened.locator(".pm-more-groups .pm-group > summary").click()
    opened.locator(".pm-row-main[data-zone='13th-d']").click()
    assert "无" in opened.locator(".pm-zone-card h2").inner_text()


@pytest.mark.browser
def test_search_comparison_and_places_work_without_a_network(opened):
    opened.get_by_role("combobox", name="搜索").fill("machang")
    opened.get_by_role("option").first.wait_for()
    opened.get_by_role("link", name="对比").click()
    opened.get_by_role("button", name="重叠面积").click()
    assert opened.locator(".pm-table-card table").count() == 1


@pytest.mark.browser
def test_the_page_switches_to_english(opened):
    opened.get_by_role("button", name="English").click()
    assert opened.title() == "Heping District plan map"
    assert opened.locator(".pm-disclaimer").inner_text() == "Schematic map, not legally binding"
    assert opened.locator("html").get_attribute("lang") == "en"
    assert opened.locator(".pm-row-main[data-zone='13th-a'] .pm-row-name").inner_text() == "Wudadao"


@pytest.mark.browser
def test_a_phone_needs_no_sideways_scroll(opened):
    opened.set_viewport_size({"width": 360, "height": 740})
    assert opened.evaluate("document.documentElement.scrollWidth") <= 360
