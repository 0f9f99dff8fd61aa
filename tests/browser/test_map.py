import json
import math
import random
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from pyproj import Geod

from geo.datums.shifts import wgs84_to_gcj02_xy
from layers.map.base_map import web_source
from testing.page_fixture import BOTTOM, LEFT

FRAME = 'iframe[title="streamlit_folium.st_folium"]'
pytestmark = pytest.mark.browser

GRS80 = Geod(ellps="GRS80")


def at(x, y):
    """Latitude and longitude of a place in the made-up district."""
    return BOTTOM + y * 0.0002, LEFT + x * 0.0002


def test_the_map_draws_every_zone_that_is_on(map_page):
    page = map_page()
    page.wait_for_shapes(4)
    assert page.shapes() == [
        "13th-central-park",
        "13th-nanjing-road",
        "13th-wudadao",
        "13th-xiaobailou",
    ]


def test_each_zone_has_a_pattern_of_its_own(map_page):
    page = map_page()
    page.wait_for_shapes(4)
    fills = page.run(
        "[...document.querySelectorAll('path.pm-zone')].map(p => p.getAttribute('fill'))"
    )
    assert len(set(fills)) == 4
    assert all(re.fullmatch(r"url\(#pm-fill-[a-z-]+\)", fill) for fill in fills)
    assert page.run(
        "[...document.querySelectorAll('pattern')].every(p => p.children.length > 1 ||"
        " p.id === 'pm-fill-slow-traffic')"
    )


def test_a_toggle_keeps_the_map_and_its_zoom(map_page):
    page = map_page()
    page.wait_for_shapes(4)
    page.run("() => { window.__probe = 1; window.map.setZoom(16, {animate: false}); }")
    asked = []
    page.page.on("request", lambda request: asked.append(request.url))
    page.pill("NANJING-ROAD").click()
    page.wait_for_shapes(3)
    page.pill("NANJING-ROAD").click()
    page.wait_for_shapes(4)
    assert page.run("[window.__probe, window.map.getZoom()]") == [1, 16]
    assert [url for url in asked if "/app/static/" in url or "/component/" in url] == []


def test_switching_the_period_keeps_the_map(map_page):
    page = map_page()
    page.wait_for_shapes(4)
    page.run("() => { window.__probe = 1; }")
    page.pill("十四五（2021–2025）").click()
    page.wait_for_shapes(6)
    page.pill("十三五（2016–2020）").click()
    page.wait_for_shapes(2)
    assert page.run("window.__probe") == 1


def test_switching_the_language_keeps_the_map_and_the_selection(map_page):
    page = map_page("?zone=13th-wudadao")
    page.run("() => { window.__probe = 1; }")
    page.page.get_by_text("English", exact=True).click()
    page.frame.get_by_text("Legend", exact=True).wait_for()
    page.page.get_by_role("heading", name="wudadao zone").wait_for()
    assert page.run("window.__probe") == 1
    assert "zone=13th-wudadao" in page.page.url
    assert "lang=en" in page.page.url


def test_a_click_selects_and_the_popup_stays_after_the_rerun(map_page):
    page = map_page()
    page.wait_for_shapes(4)
    page.click_at(*at(20, 20))
    page.page.get_by_role("heading", name="wudadao 片区").wait_for()
    page.page.wait_for_url("**zone=13th-wudadao**")
    page.page.wait_for_timeout(600)
    popup = page.frame.locator(".leaflet-popup")
    assert popup.is_visible()
    words = popup.inner_text()
    assert "以甲路、乙路围合的wudadao" in words
    assert "《测试规划》，第一章" in words
    assert "1.49平方公里" in words
    assert "1.472" in words
    assert "1.400–1.540" in words
    assert "相符" in words
    assert popup.locator(".pm-verdict svg").count() == 1


def test_the_same_zone_can_be_selected_again(map_page):
    page = map_page()
    page.wait_for_shapes(4)
    page.click_at(*at(20, 20))
    page.page.wait_for_url("**zone=13th-wudadao**")
    page.page.get_by_role("button", name="Clear value").click()
    page.page.wait_for_url(re.compile(r"^(?!.*zone=)"))
    page.run("window.map.closePopup()")
    page.click_at(*at(20, 20))
    page.page.wait_for_url("**zone=13th-wudadao**")


def test_a_click_on_overlapping_zones_reaches_all_of_them(map_page):
    page = map_page("?show=13th-slow-traffic")
    page.wait_for_shapes(5)
    page.click_at(*at(50, 51))
    choices = page.frame.locator(".pm-choice")
    choices.first.wait_for()
    assert len(choices.all_inner_texts()) == 4
    for label, heading in (
        ("WUDADAO", "wudadao 片区"),
        ("XIAOBAILOU", "xiaobailou 片区"),
        ("NANJING-ROAD", "nanjing-road 片区"),
        ("SLOW-TRAFFIC", "slow-traffic 片区"),
    ):
        page.frame.locator(".pm-choice", has_text=f"· {label}").click()
        page.page.get_by_role("heading", name=heading).wait_for()
        assert page.frame.locator(".pm-title").inner_text() == heading


def test_script_in_a_quotation_is_text_everywhere(map_page):
    page = map_page()
    page.wait_for_shapes(4)
    page.click_at(*at(70, 70))
    page.page.get_by_role("heading", name="xiaobailou 片区").wait_for()
    assert "<script>window.broken" in page.frame.locator(".leaflet-popup").inner_text()
    assert "<script>window.broken" in page.page.locator(".pm-panel").inner_text()
    assert page.run("window.broken === undefined")
    assert page.page.evaluate("window.broken === undefined")


def test_hovering_shows_the_name(map_page):
    page = map_page()
    page.wait_for_shapes(4)
    page.shape("13th-central-park").hover()
    assert "CENTRAL-PARK" in page.frame.locator(".leaflet-tooltip").inner_text()


def test_the_keyboard_opens_a_zone(map_page):
    page = map_page()
    page.wait_for_shapes(4)
    page.shape("13th-central-park").focus()
    page.page.keyboard.press("Enter")
    page.page.get_by_role("heading", name="central-park 片区").wait_for()
    assert page.frame.locator(".leaflet-popup").is_visible()


def test_the_panel_moves_the_map_to_the_zone(map_page):
    page = map_page()
    page.wait_for_shapes(4)
    page.page.get_by_role("combobox", name="查看条目").click()
    page.page.get_by_role("option", name="十三五 · CENTRAL-PARK").click()
    page.wait(
        "window.map.getZoom() > 15.5 && window.map.getBounds().contains("
        f"[{at(15, 85)[0]}, {at(15, 85)[1]}])"
    )


def test_a_link_opens_the_same_view_in_a_fresh_browser(map_page):
    page = map_page()
    page.run("window.map.setView([39.117, 117.205], 15.5, {animate: false})")
    page.frame.get_by_role("button", name="复制链接").click()
    page.wait("document.querySelector('.pm-link-field').value !== ''")
    link = page.run("document.querySelector('.pm-link-field').value")
    other = map_page("?" + link.partition("?")[2])
    centre = other.run(
        "[window.map.getCenter().lat, window.map.getCenter().lng, window.map.getZoom()]"
    )
    assert centre == pytest.approx([39.117, 117.205, 15.5], abs=2e-5)


def test_the_opacity_slider_changes_the_fill_without_a_rerun(map_page):
    page = map_page()
    page.wait_for_shapes(4)
    page.run(
        "() => { const s = document.querySelector('.pm-opacity input'); s.value = 20;"
        " s.dispatchEvent(new Event('input')); }"
    )
    opacities = page.run(
        "[...document.querySelectorAll('path.pm-zone')].map(p => p.getAttribute('fill-opacity'))"
    )
    assert set(opacities) == {"0.2"}


def measure(page, tool, points):
    """Measure as a reader does; return the result and the points that were taken."""
    page.frame.get_by_role("button", name=tool, exact=True).click()
    for number, point in enumerate(points, start=1):
        page.click_at(*point)
        page.wait(f"window.planmap.measure.points.length === {number}")
    result = page.run("window.planmap.measure.result()")
    taken = page.run("window.planmap.measure.points.map(p => [p.lat, p.lng])")
    return result, *zip(*taken, strict=True)


MEASURED = [at(40, 20), at(75, 22), at(80, 45), at(45, 40)]


def test_a_measured_distance_equals_the_geodesic(map_page):
    page = map_page()
    page.wait_for_shapes(4)
    result, latitudes, longitudes = measure(page, "测距", MEASURED)
    assert result["metres"] == pytest.approx(GRS80.line_length(longitudes, latitudes), rel=1e-6)
    page.frame.get_by_role("button", name="完成", exact=True).click()
    assert "GRS80" in page.frame.locator(".pm-measure-panel").inner_text()


def test_a_measured_area_equals_the_geodesic(map_page):
    page = map_page()
    page.wait_for_shapes(4)
    result, latitudes, longitudes = measure(page, "测面积", MEASURED)
    area, perimeter = GRS80.polygon_area_perimeter(longitudes, latitudes)
    assert result["squareMetres"] == pytest.approx(abs(area), rel=1e-5)
    assert result["metres"] == pytest.approx(perimeter, rel=1e-6)


def test_measuring_selects_no_zone(map_page):
    page = map_page()
    page.wait_for_shapes(4)
    measure(page, "测距", [at(20, 20), at(50, 20)])
    assert page.frame.locator(".leaflet-popup").count() == 0
    assert page.run("window.planmap.state.selected") is None


def test_the_keyboard_can_measure(map_page):
    page = map_page()
    page.wait_for_shapes(4)
    page.frame.get_by_role("button", name="测距", exact=True).press("Enter")
    page.frame.get_by_role("button", name="加中心点").press("Enter")
    page.run("window.map.panBy([150, 0], {animate: false})")
    page.frame.get_by_role("button", name="加中心点").press("Enter")
    assert page.run("window.planmap.measure.result().metres") > 100


@pytest.fixture
def geodesy(new_page):
    """A blank page that has the formulae and nothing else."""
    page = new_page()
    page.add_script_tag(content=web_source("geodesy.js").decode())
    return page.evaluate


def test_the_formulae_hold_from_a_plot_to_a_city(geodesy):
    numbers = random.Random(7)
    for reach in (0.0005, 0.005, 0.05):
        for _ in range(10):
            turns = sorted(numbers.uniform(0, 2 * math.pi) for _ in range(7))
            points = [(39.1 + reach * math.sin(t), 117.2 + reach * math.cos(t)) for t in turns]
            latitudes, longitudes = zip(*points, strict=True)
            area, perimeter = GRS80.polygon_area_perimeter(longitudes, latitudes)
            ours = geodesy(
                "(ps) => [PlanMap.geodesy.area(ps), PlanMap.geodesy.length([...ps, ps[0]])]",
                points,
            )
            assert ours[0] == pytest.approx(abs(area), rel=1e-3)
            assert ours[1] == pytest.approx(perimeter, rel=1e-6)


def test_the_display_shift_is_that_of_the_project(geodesy):
    points = [(39.1, 117.2), (39.137, 117.175), (39.09, 117.22)]
    ours = geodesy("(ps) => ps.map(p => PlanMap.geodesy.wgs84ToGcj02(p))", points)
    back = geodesy("(ps) => ps.map(p => PlanMap.geodesy.gcj02ToWgs84(p))", ours)
    expected = wgs84_to_gcj02_xy(np.array([(x, y) for y, x in points]))[:, ::-1]
    for point, wanted, shifted, returned in zip(points, expected, ours, back, strict=True):
        assert shifted == pytest.approx(list(wanted), abs=1e-8)
        assert returned == pytest.approx(point, abs=1e-8)


def test_a_gcj02_base_map_shifts_shapes_for_display_only(map_page):
    page = map_page()
    page.wait_for_shapes(4)
    before = page.run("window.planmap.shapes.get('13th-wudadao').layer.getBounds().getWest()")
    page.page.get_by_role("combobox", name="底图").click()
    page.page.get_by_role("option", name="高德（在线，GCJ-02）").click()
    page.wait("window.planmap.base && window.planmap.base.gcj02")
    after = page.run("window.planmap.shapes.get('13th-wudadao').layer.getBounds().getWest()")
    east = GRS80.inv(before, 39.115, after, 39.115)[2]
    assert 500 < east < 600
    assert page.run("window.planmap.zones.get('13th-wudadao').g[0][0][0]") == round(before * 1e6)
    assert "GCJ-02" in page.frame.locator(".pm-notice").inner_text()
    assert "高德" in page.frame.locator(".pm-notice").inner_text()
    assert page.page.outside
    assert all(".is.autonavi.com/" in url for url in page.page.outside)
    page.page.outside.clear()


def test_the_map_carries_disclaimer_datum_version_and_date(map_page):
    page = map_page()
    words = page.frame.locator(".pm-notice").inner_text()
    assert "示意图，不具法律效力" in words
    assert "WGS84" in words
    assert "2026.1.2" in words
    assert re.search(r"20\d\d-\d\d-\d\d", words)


@pytest.mark.parametrize("width", [390, 360])
def test_a_phone_scrolls_in_one_direction_only(map_page, width):
    page = map_page("?zone=13th-wudadao", width=width, height=800)
    page.wait_for_shapes(4)
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.page.evaluate(
        "document.querySelector('[data-testid=\"stMain\"]').scrollWidth <= "
        "document.querySelector('[data-testid=\"stMain\"]').clientWidth"
    )
    assert page.page.get_by_role("heading", name="wudadao 片区").count() == 1


def test_labels_do_not_cover_one_another(map_page):
    page = map_page()
    page.wait_for_shapes(4)
    boxes = page.run(
        """[...document.querySelectorAll('.pm-label')]
        .filter(e => Math.abs(Number(/rotate\\((-?[\\d.]+)/.exec(e.style.transform)[1])) < 1)
        .map(e => e.getBoundingClientRect()).map(b => [b.left, b.top, b.right, b.bottom])"""
    )
    assert len(boxes) >= 5
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            apart = a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 1 or b[3] <= a[1] + 1
            assert apart, (a, b)


def test_each_period_of_the_real_data_opens(real_map_page):
    page = real_map_page()
    wanted = json.loads(
        page.run("JSON.stringify(planmap.state.shown.filter(id => planmap.zones.get(id).t))")
    )
    assert wanted
    assert page.shapes() == sorted(wanted)
    page.pill("十四五（2021–2025）").click()
    page.wait("window.planmap.state.shown.some(id => id.startsWith('14th-'))")
    page.wait(
        "document.querySelectorAll('path.pm-zone').length === "
        "window.planmap.state.shown.filter(id => window.planmap.zones.get(id).t).length"
    )


@pytest.mark.parametrize("query", ["", "?lang=en&zone=13th-wudadao"])
def test_axe_finds_nothing_serious_on_the_page_or_in_the_map(map_page, query):
    page = map_page(query)
    page.wait_for_shapes(4)
    page.shape("13th-wudadao").focus()
    page.page.keyboard.press("Enter")
    page.frame.locator(".leaflet-popup").wait_for()
    page.page.wait_for_timeout(400)
    handle = page.page.wait_for_selector(FRAME, state="attached")
    for part in (page.page, handle.content_frame()):
        found = Axe().run(part).response["violations"]
        assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
