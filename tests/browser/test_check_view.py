"""The check view in a real browser: with the mouse, keyboard alone, on a phone, in grey."""

import json
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from testing.browser import wait_in
from testing.tiny_district import write_tiny_district
from tests.browser.conftest import FRAME, page_server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def tiny_address(tmp_path_factory):
    folder = write_tiny_district(tmp_path_factory.mktemp("tiny") / "data")
    with page_server(folder, tmp_path_factory.mktemp("log") / "server.log") as address:
        yield address


@pytest.fixture
def check_page(new_page, tiny_address):
    def open_view(query="", **more):
        page = new_page(**more)
        page.goto(f"{tiny_address}/?view=check&plans=13th{query}")
        rows(page).first.wait_for()
        page.locator(".st-key-report_json button").wait_for()
        return page

    return open_view


def rows(page):
    return page.locator('[class*="st-key-check_row_"], [class*="st-key-check_open_"]')


def row_button(page, name):
    return page.get_by_role("button", name=re.compile(f"[▸▾] {name}"))


def opened_edge(page):
    """The printed name of the edge whose provenance is shown."""
    return page.locator(".ck-edge dd").nth(1)


def settled(page):
    """Wait until no run of the script is under way: a click during one may be lost with it."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def wait_for_link(page, part):
    page.wait_for_function("part => decodeURIComponent(location.search).includes(part)", arg=part)


def test_one_row_for_each_figure_with_word_shape_and_sentence(check_page):
    page = check_page()
    assert rows(page).count() == 7
    west = rows(page).first
    assert "1.00" in west.inner_text()
    assert "相符" in west.inner_text()
    assert "以青西路、青北道、青中路、青南道围合的区域" in west.inner_text()
    alt = west.locator("img.chart").get_attribute("alt")
    assert alt.startswith("规划 1.00，量算 1.000，区间 0.961 至 1.039")
    assert "校验通过" in page.locator(".ck-rebuilt").inner_text()
    # A name that took two lines stood in the middle, the others at the left.
    page.locator('[class*="_row_"] button p').nth(6).wait_for()
    begins = page.evaluate(
        """() => [...document.querySelectorAll('[class*="_row_"] button p')].map((p) => {
        const range = document.createRange(); range.selectNodeContents(p);
        return Math.round(range.getClientRects()[0].left); })"""
    )
    assert len(begins) == 7
    assert len(set(begins)) == 1
    # On paper it is one table, with its intervals, and nothing that is clicked.
    frame = page.wait_for_selector(FRAME, state="attached").content_frame()
    wait_in(frame)
    page.emulate_media(media="print")
    table = page.locator(".pm-sheet .pm-check-print table")
    table.wait_for(state="attached")
    heads = table.locator("th[scope=col]").all_inner_texts()
    assert heads[:5] == ["名称", "规划值", "量算值", "差值", "95%区间"]
    assert table.locator("th[scope=row]").count() == 7
    words = table.locator("tbody tr").first.inner_text()
    assert re.search(r"1\.00\s+1\.00\s+.*0\.96–1\.04", words)
    assert "以青西路、青北道、青中路、青南道围合的区域" in words
    assert page.locator(".pm-sheet button").count() == 0


def test_plan_text_stays_text(check_page):
    page = check_page("&lang=en")
    assert rows(page).nth(1).get_by_role("button").inner_text().startswith("▸ East & <script>")
    assert page.locator("[class*=st-key-check_row] script").count() == 0


def test_verdicts_read_without_colour(check_page):
    page = check_page("&plans=13th,14th")
    marks = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.ck-row .verdict b')].map(
            b => [b.innerText.trim(),
                  b.querySelector('img').src.replace(/%23[0-9a-f]{6}/g, '')]))"""
    )
    assert len(marks) >= 4  # as many as the two plans have words
    assert len(set(marks.values())) == len(marks)
    page.add_style_tag(content="html { filter: grayscale(1); }")
    colours = page.evaluate(
        """() => [...new Set([...document.querySelectorAll('.ck-row .verdict b')].map(
            b => getComputedStyle(b).color))]"""
    )
    # On white, every word at least 4.5 : 1 by its luminance alone.
    for colour in colours:
        channels = [int(n) / 255 for n in re.findall(r"\d+", colour)[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        assert 1.05 / (luminance + 0.05) >= 4.5


def test_a_click_opens_the_budget_and_another_closes_it(check_page):
    page = check_page()
    row_button(page, "西片").click()
    edges = page.locator(".ck-budget").nth(1)
    edges.wait_for()
    wait_for_link(page, "finding=13th-west/area")
    body = edges.inner_text()
    assert "青北道" in body
    assert "合计" in body
    assert re.search(r"2[45]\.\d%", body)
    assert "0.995–1.005" in page.inner_text("body")
    row_button(page, "西片").click()
    edges.wait_for(state="detached")
    # The frame writes the address when it has heard of the change.
    page.wait_for_function("!location.search.includes('finding')")


def test_an_edge_is_chosen_on_the_map(check_page):
    page = check_page("&finding=13th-west/area")
    frame = page.frame_locator(FRAME)
    edge = frame.locator('path[aria-label$="青中路"]')
    edge.wait_for()
    assert not opened_edge(page).inner_text().startswith("青中路")
    settled(page)
    inner = page.wait_for_selector(FRAME, state="attached").content_frame()
    inner.evaluate(
        """() => { window.sent = 0; const { setComponentValue } = Streamlit;
        Streamlit.setComponentValue = (value) => { sent += 1; setComponentValue(value); }; }"""
    )
    edge.click()
    page.locator(".ck-edge dd", has_text="青中路").first.wait_for()
    wait_for_link(page, "edge=13th-west/")
    # streamlit-folium sent the shape after it, and a click met by a slow run was forgotten.
    page.wait_for_timeout(300)
    assert inner.evaluate("window.sent") == 1
    assert "名称相同" in page.locator(".ck-edge").inner_text()
    assert "虚构" in page.locator(".ck-edge").inner_text()


def test_readings_are_drawn_as_outlines_on_demand(check_page):
    page = check_page("&finding=13th-east/area")
    frame = page.frame_locator(FRAME)
    edges = frame.locator("path[aria-label]")
    # Attached, not visible: a line that runs due north has no width for Playwright.
    frame.locator('path[aria-label$="青中路"]').wait_for(state="attached")
    before = frame.locator("path[stroke-dasharray]").count()
    page.get_by_role("button", name="河岸线").click()
    page.get_by_role("button", name="沿河道路").click()
    wait_for_link(page, "outlines=bank,riverside_road")
    frame.locator("path[stroke-dasharray]").nth(before + 1).wait_for(state="attached")
    assert edges.count() >= 4


def test_everything_is_done_with_the_keyboard_alone(check_page):
    page = check_page()

    def tab_to(test, most=90):
        for _ in range(most):
            page.keyboard.press("Tab")
            if page.evaluate(f"() => {{ const e = document.activeElement; return {test}; }}"):
                return
        raise AssertionError(f"Tab never came to: {test}")

    tab_to("e.tagName === 'BUTTON' && e.innerText.includes('▸ 西片')")
    page.keyboard.press("Enter")
    page.locator(".ck-edge").wait_for()
    first = opened_edge(page).inner_text()
    # The edges are one stop for Tab; the arrow keys go from one to the next.
    tab_to("e.tagName === 'BUTTON' && /^1 青/.test(e.innerText)")
    page.keyboard.press("ArrowRight")
    name = page.evaluate("() => document.activeElement.innerText.slice(2)")
    page.keyboard.press("Enter")
    page.locator(".ck-edge dd", has_text=name).first.wait_for()
    assert first != name
    tab_to("e.tagName === 'BUTTON' && e.innerText.includes('下载 HTML')", most=150)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "check-tiny.html"


def test_rows_are_filtered_by_verdict_and_sorted(check_page):
    page = check_page()
    page.get_by_role("button", name=re.compile("● 相符")).click()
    page.wait_for_function(
        "() => document.querySelectorAll('[class*=\"st-key-check_row_\"]').length === 3"
    )
    assert "相符" not in [t.strip() for t in page.locator(".verdict b").all_inner_texts()]
    wait_for_link(page, "verdicts=")
    page.goto(page.url.partition("?")[0] + "?view=check&plans=13th&order=difference")
    # The names may come a moment after the figures.
    rows(page).first.filter(has_text="东片").wait_for()


def test_units_are_converted_and_lengths_are_not(check_page):
    page = check_page("&unit=ha")
    for unit, shown in (("公顷", ("100", "110.0")), ("亩", ("1 500", "1 650"))):
        page.locator(".st-key-unit-zh").get_by_text(unit, exact=True).click()
        page.locator(".ck-row", has_text=shown[0].replace(" ", "\u2009")).first.wait_for()
        settled(page)
        joined = " ".join(page.locator(".ck-row").all_inner_texts()).replace("\u2009", " ")
        for figure in (*shown, "1.00"):
            assert figure in joined


def test_the_report_is_made_when_asked_for_and_opens_offline(check_page, new_page, tmp_path):
    page = check_page()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载 JSON").click()
    record = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert record["findings"][0]["finding_id"] == "13th-west/area"
    with page.expect_download() as download:
        page.get_by_role("button", name="下载 HTML").click()
    saved = tmp_path / "report.html"
    download.value.save_as(saved)
    report = new_page()
    report.set_content(saved.read_text(encoding="utf-8"))
    assert report.locator("tr[id='13th-west/area']").count() == 1
    assert report.evaluate("() => window.broken === undefined")
    pdf = report.pdf(format="A4", landscape=True)
    assert pdf.startswith(b"%PDF")


def test_on_a_phone_nothing_is_wider_than_the_screen_and_axe_finds_nothing_serious(check_page):
    page = check_page("&finding=13th-west/area", width=390, height=844)
    page.locator(".ck-edge").wait_for()
    widest = page.evaluate(
        """() => Math.max(...[...document.querySelectorAll('.ck-row, .ck-edge, .ck-found')]
            .map(e => e.getBoundingClientRect().right))"""
    )
    assert widest <= 390
    settled(page)  # while a script runs, Streamlit draws what is there paler
    result = Axe().run(page, options={"resultTypes": ["violations"], "iframes": False})
    serious = [
        (v["id"], [n["html"][:120] for n in v["nodes"][:3]])
        for v in result.response["violations"]
        if v["impact"] in ("serious", "critical")
    ]
    assert serious == []
