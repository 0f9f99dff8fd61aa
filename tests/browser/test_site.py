"""The published edition in a browser: from the disk and from a server, cut off from all else."""

import base64
import datetime as dt
import io
import json
import re
import urllib.request
from html.parser import HTMLParser

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from geo.io.read import data_folder
from layers.exports import ExportRequest, export, read_material
from layers.site.edition import EditionOptions, edition_files
from layers.site.tables import check_folder
from testing.axe import axe_findings
from testing.front import nginx, nginx_or_skip
from testing.served import free_port

pytestmark = pytest.mark.browser

SIX = ["jiefang-north-road", "wudadao", "xiaobailou"]


@pytest.fixture(scope="module")
def served(edition, tmp_path_factory):
    """The address of the edition in a subfolder of nginx, under its own ready file."""
    nginx_or_skip()
    port = free_port()
    site = (edition / "nginx.conf").read_text(encoding="utf-8")
    for written, here in (("listen 80;", f"listen 127.0.0.1:{port};"),
                          ("root /srv/plan-map;", f"root {edition.parent};")):  # fmt: skip
        assert written in site
        site = site.replace(written, here)
    # The folder stands below the root here, and so do the assets; the start is waited for.
    site = site.replace("location /assets/", "location /site/assets/")
    site = site.replace(
        "location / {", "location = /_stcore/health { return 200; }\n    location / {"
    )
    with nginx(tmp_path_factory.mktemp("nginx"), site, port):
        yield f"http://127.0.0.1:{port}/site"


@pytest.fixture(params=["disk", "server"])
def address(request, edition):
    """Where the edition is opened from."""
    if request.param == "disk":
        return edition.as_uri()
    return request.getfixturevalue("served")


@pytest.fixture
def opened(new_page):
    """Return a function that opens a page of the edition and waits for its map."""

    def open_edition(address, query="", **more):
        page = new_page(**more)
        page.goto(f"{address}/index.html{query}")
        until(page, "window.planmap && window.planmap.ready")
        return page

    return open_edition


def until(page, condition):
    """Wait until an expression holds; the policy lets no page evaluate one for itself."""
    for _ in range(300):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise TimeoutError(condition)


def shapes(page):
    return page.evaluate(
        "[...document.querySelectorAll('path.pm-zone')].map((p) => p.dataset.zone).sort()"
    )


def test_it_opens_with_the_zones_and_asks_no_other_host(opened, address):
    page = opened(address)
    assert {f"13th-{name}" for name in SIX} <= set(shapes(page)) or {
        f"14th-{name}" for name in SIX
    } <= set(shapes(page))


def test_a_zone_can_be_hidden_and_shown(opened, served):
    page = opened(served, "?plans=13th")
    before = shapes(page)
    page.locator('[data-eye="13th-wudadao"]').click()
    assert shapes(page) == [zone for zone in before if zone != "13th-wudadao"]
    page.locator('[data-eye="13th-wudadao"]').click()
    assert shapes(page) == before


def test_an_old_link_of_the_page_opens_the_same_zone_with_the_plan_s_words(opened, address):
    page = opened(address, "?view=map&plans=13th&zone=13th-wudadao")
    card = page.locator(".pm-card").filter(has_text="五大道小洋楼历史文化体验区")
    assert "以马场道、西康路、贵州路、岳阳道、西安道、成都道、南京路围合" in card.inner_text()


def test_back_and_reload_keep_what_was_chosen(opened, served):
    page = opened(served, "?plans=13th")
    page.locator('[data-zone="13th-wudadao"].pm-row-main').click()
    until(page, "location.search.includes('13th-wudadao')")
    page.reload()
    until(page, "window.planmap && window.planmap.state.zone === '13th-wudadao'")
    page.go_back()
    until(page, "window.planmap.state.zone === null")


def test_two_plans_are_wiped_on_one_map(opened, served):
    page = opened(served, "?view=compare&from=13th&to=14th")
    until(page, "document.querySelectorAll('path.pm-zone').length > 12")
    plans = {zone.partition("-")[0] for zone in shapes(page)}
    assert plans == {"13th", "14th"}


def test_search_finds_a_zone_in_chinese_and_in_pinyin(opened, address):
    page = opened(address)
    for words in ("五大道", "wudadao", "wdd"):
        page.locator(".pm-search input").fill("")
        page.locator(".pm-hit").first.wait_for(state="hidden")
        page.locator(".pm-search input").fill(words)
        page.locator(".pm-hit").filter(has_text="五大道").first.wait_for()


def test_english_has_no_chinese_but_plan_words(opened, served):
    page = opened(served, "?lang=en")
    assert page.evaluate("document.documentElement.lang") == "en"
    bar = page.locator(".pm-bar").inner_text()
    assert "中文" in bar  # the way back
    assert not any("一" <= letter <= "鿿" for letter in bar.replace("中文", ""))


def test_it_prints_without_bars(opened, served):
    page = opened(served, "?plans=13th&zone=13th-wudadao")
    page.emulate_media(media="print")
    page.locator(".pm-sheet").wait_for()
    assert not page.locator(".pm-nav").is_visible()
    assert "以马场道、西康路" in page.locator(".pm-sheet .pm-sheet-zone").inner_text()
    page.emulate_media(media="screen")
    page.evaluate("planmap.set({ view: 'check' })")
    page.locator(".ck-row:not(.head)").first.wait_for()
    page.emulate_media(media="print")
    row = page.locator(".pm-check-print tbody tr").filter(has_text="以马场道、西康路")
    assert re.search(r"1\.49\s+1\.40\s.*1\.38–1\.41", row.inner_text())


def test_nothing_moves_while_it_opens(new_page, served):
    page = new_page(alone=True)
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => list.getEntries().forEach("
        "(e) => { window.shift += e.value; })).observe({type: 'layout-shift', buffered: true});"
    )
    page.goto(f"{served}/index.html")
    until(page, "window.planmap && window.planmap.ready")
    assert page.evaluate("window.shift") <= 0.02


def test_it_is_a_plain_document_without_scripts(new_page, address):
    page = new_page(java_script_enabled=False)
    page.goto(f"{address}/index.html")
    row = page.locator("tr").filter(has_text="五大道小洋楼历史文化体验区").first
    assert "1.49" in row.inner_text()
    row.locator("a").click()
    assert "以马场道、西康路、贵州路" in page.locator("blockquote").first.inner_text()


def test_the_code_of_the_link_is_read_by_a_reader_of_codes(opened, served):
    page = opened(served, "?plans=13th&zone=13th-wudadao")
    page.get_by_role("button", name="分享").first.click()
    code = page.locator(".pm-qr svg")
    code.wait_for()
    picture = np.asarray(Image.open(io.BytesIO(code.screenshot())).convert("L"))
    link = page.locator(".pm-dialog input").first.input_value()
    assert zxingcpp.read_barcode(picture).text == link
    assert "zone=13th-wudadao" in link


def test_the_map_is_copied_as_a_picture_of_a_sheets_size_from_a_phone_too(opened, served):
    page = opened(served, "?plans=13th")
    page.get_by_role("button", name="分享").first.click()
    until(page, "Boolean(window.PlanMap.picture)")
    page.set_viewport_size({"width": 360, "height": 780})
    encoded = page.evaluate(
        "new Promise((done, fail) => PlanMap.picture(planmap, planmap.pictured()).then((blob) => {"
        "const reader = new FileReader(); reader.onload = () => done(reader.result);"
        "reader.readAsDataURL(blob); }, fail))"
    )
    picture = Image.open(io.BytesIO(base64.b64decode(encoded.partition(",")[2]))).convert("RGB")
    assert 1600 < picture.width <= 2 * 255 * 4.4
    assert 1600 < picture.height < 2600
    # An empty drawing has a few dozen colours, those of the letters.
    colours = {colour for _, colour in picture.getcolors(2**24)}
    assert len(colours) > 500


class _Page(HTMLParser):
    """Collects what a content policy without inline script or style would stop."""

    def __init__(self):
        super().__init__()
        self.stopped = []
        self.links = []

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag == "style" or "style" in named or (tag == "script" and "src" not in named):
            self.stopped.append(tag)
        self.stopped += [name for name in named if name.startswith("on")]
        self.links += [named[name] for name in ("href", "src") if name in named]


def test_no_page_needs_inline_script_or_style_and_every_link_leads_somewhere(edition):
    for path in sorted(edition.rglob("*.html")):
        page = _Page()
        page.feed(path.read_text(encoding="utf-8"))
        assert page.stopped == []
        for link in page.links:
            target = link.partition("#")[0].partition("?")[0]
            if link.startswith("data:image/"):  # the icon, which img-src allows
                continue
            assert not target or (path.parent / target).is_file(), link


def test_the_same_data_and_date_give_the_same_bytes():
    material, checked = read_material(data_folder()), check_folder(data_folder())
    options = EditionOptions(dt.date(2026, 11, 27), base_url="https://example.org/map/")
    first = edition_files(material, checked, options, [])
    assert first == edition_files(material, checked, options, [])


def test_the_data_package_is_json_with_a_licence(edition):
    package = json.loads((edition / "datapackage.json").read_bytes())
    assert package["licenses"]


@pytest.mark.parametrize("where", ["edition", "one file"])
def test_without_scripts_the_figures_are_read_and_scrolled(new_page, edition, tmp_path, where):
    path = edition / "index.html"
    if where == "one file":
        request = ExportRequest("html", dt.date(2026, 11, 27), ("13th", "14th"))
        path = tmp_path / "map.html"
        path.write_bytes(export(request, read_material(data_folder())).content)
    page = new_page(java_script_enabled=False)
    page.goto(path.as_uri())
    row = page.locator("tr").filter(has_text="五大道小洋楼历史文化体验区").first
    assert "1.49" in row.inner_text()
    row.scroll_into_view_if_needed()
    top = row.bounding_box()["y"]
    assert 0 <= top < 900


def test_a_citation_names_plan_and_map_in_both_forms(opened, served):
    page = opened(served, "?plans=14th&zone=14th-wudadao")
    page.evaluate("planmap.copy = (words) => { window.cited = words; }")
    page.get_by_role("button", name="复制引文").click()
    until(page, "Boolean(window.cited)")
    cited = page.evaluate("window.cited")
    assert "和平政〔2021〕4号[Z]" in cited
    assert "五大道洋楼经济核心区（14th-wudadao）[CM]" in cited
    # An address that opens on this machine only is cited nowhere.
    assert "127.0.0.1" not in cited
    assert "@misc{map-14th-wudadao," in cited
    page.evaluate("window.cited = ''; planmap.set({ lang: 'en' })")
    page.locator(".pm-zone-card").get_by_role("button", name="Copy citation").click()
    until(page, "Boolean(window.cited)")
    assert "Heping District and Long-Range Objectives for 2035 [和平区" in page.evaluate(
        "window.cited"
    )


def row_of(page, finding):
    return page.locator(f'[data-finding="{finding}"]')


def test_the_area_check_tells_of_every_figure_and_draws_its_edges(opened, address):
    finding = "13th-jiefang-north-road/area"
    page = opened(address, f"?view=check&plans=13th&finding={finding}")
    row = row_of(page, finding)
    row.locator(".ck-more").wait_for()
    row_words = row.inner_text()
    for words in ("0.73", "0.84", "+0.11 +15.7%", "0.81–0.87", "换一口径相符", "河岸线", "0.75"):
        assert words in row_words
    assert page.locator('path[aria-label="5 海河"]').count() == 1
    row.get_by_role("button", name="5 海河").click()
    until(page, "location.search.includes('edge=13th-jiefang-north-road/5')")
    assert row.locator(".ck-edge:visible dd").first.inner_text() == "海河"
    row.get_by_role("button", name="河岸线").click()
    until(page, "document.querySelectorAll('path[stroke-dasharray=\"8 5\"]').length === 1")
    assert page.evaluate("planmap.pictured().map((zone) => zone.id)") == ["13th-jiefang-north-road"]
    page.get_by_role("button", name="公顷").click()
    assert "84" in row.locator(".computed").inner_text()
    page.get_by_role("button", name="◐ 换一口径相符").click()
    assert not row.is_visible()
    assert row_of(page, "13th-wudadao/area").is_visible()
    page.get_by_role("button", name="差异大者在前").click()
    first = page.locator("[data-finding]:visible").first
    assert first.get_attribute("data-finding") == "13th-wudadao/area"


def test_back_closes_the_row_that_was_opened(opened, served):
    page = opened(served, "?view=check&plans=13th")
    row = row_of(page, "13th-wudadao/area")
    row.get_by_role("button").first.click()
    row.locator(".ck-more").wait_for()
    page.go_back()
    row.locator(".ck-more").wait_for(state="hidden")
    page.get_by_role("button", name="十四五").first.click()
    assert row_of(page, "14th-wudadao/area").is_visible()


def test_the_wording_of_two_plans_stands_side_by_side(opened, address):
    page = opened(address, "?view=wording&from=13th&to=14th&place=wudadao")
    page.locator(".cw h3").first.wait_for()
    assert [h.inner_text() for h in page.locator(".cw h3").all()] == [
        "十三五 · 五大道小洋楼历史文化体验区",
        "十四五 · 五大道洋楼经济核心区",
    ]
    page.get_by_label("两个规划都提到的地方").select_option("xiaobailou")
    until(page, "location.search.includes('place=xiaobailou')")
    assert "小白楼" in page.locator(".cw h3").first.inner_text()
    page.locator("summary").filter(has_text="全部重叠").click()
    rows = page.locator(".pm-areas tbody tr").all_inner_texts()
    assert any(row.split("\t")[:2] == ["小白楼"] * 2 and "100.0%" in row for row in rows)


@pytest.mark.parametrize("path", ["list.html", "items/13th-jiefang-north-road.html"])
def test_axe_finds_nothing_in_the_plain_documents(new_page, edition, path):
    page = new_page()
    page.goto((edition / path).as_uri())
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert axe_findings(page) == []


def test_only_the_header_of_the_ready_file_names_who_may_embed(served, edition):
    with urllib.request.urlopen(f"{served}/index.html", timeout=30) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors" not in (edition / "index.html").read_text(encoding="utf-8")
