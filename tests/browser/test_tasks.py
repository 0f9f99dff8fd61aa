"""Ten tasks of a reader, each by its shortest path: the clicks and taps are counted.

Typing counts apart. Every task begins where the page opens; tasks share one opening and go back
to the map in between, which is not counted.
"""

import re

import pytest

pytestmark = pytest.mark.browser

MAKE_MS = 60_000
ITEM, LATER = "13th-jiefang-north-road", "14th-jiefang-north-road"


class Reader:
    """Counts what is pressed: with the mouse at a desk, with a finger on a phone."""

    def __init__(self, page, phone):
        self.page = page
        self.phone = phone
        self.count = 0

    def press(self, place):
        self.count += 1
        place.tap() if self.phone else place.click()

    def press_map(self, latitude, longitude):
        self.count += 1
        x, y = self.page.run(
            """([y, x]) => { const p = map.latLngToContainerPoint([y, x]);
            const box = map.getContainer().getBoundingClientRect();
            return [p.x + box.left, p.y + box.top]; }""",
            [latitude, longitude],
        )
        self.page.page.touchscreen.tap(x, y) if self.phone else self.page.page.mouse.click(x, y)

    def view(self, name):
        self.press(self.page.frame.locator(f'a[data-view="{name}"]:visible').first)

    def button(self, name, exact=True):
        return self.page.frame.get_by_role("button", name=name, exact=exact)

    def row(self, zone):
        if self.phone:
            self.press(self.button("图层"))
        self.press(self.page.row(zone))


def read_the_plan_text(reader):
    reader.row(ITEM)
    words = reader.page.frame.locator(".pm-zone-card blockquote").first.inner_text()
    assert words.startswith("以大沽北路、营口道")


def see_stated_and_measured_area(reader):
    reader.row(ITEM)
    reader.press(reader.page.frame.get_by_role("tab", name="核对"))
    assert "规划载明0.73平方公里" in reader.page.frame.locator(".pm-zone-card").inner_text()


def see_where_an_edge_comes_from(reader):
    reader.row(ITEM)
    reader.press(reader.page.frame.get_by_role("tab", name="核对"))
    reader.press(reader.page.frame.locator(".pm-edge", has_text="营口道"))
    reader.page.frame.locator(".pm-edges .pm-quiet").first.wait_for()


def hide_a_zone(reader):
    if reader.phone:
        reader.press(reader.button("图层"))
    reader.press(reader.page.frame.locator(f'[data-eye="{ITEM}"]'))
    assert ITEM not in reader.page.shapes()
    reader.page.run("planmap.set({ hide: [] })")


def show_another_period(reader):
    reader.press(reader.page.frame.locator(".pm-period", has_text="十四五"))
    assert LATER in reader.page.shapes()


def see_what_became_of_a_zone(reader):
    reader.row(ITEM)
    reader.press(reader.button("十四五对应"))
    assert reader.page.run("planmap.state.zone") == LATER


def compare_two_plans_by_area(reader):
    reader.view("compare")
    reader.press(reader.button("重叠面积"))
    reader.page.frame.locator(".cmp-cell").first.wait_for()


def find_a_street_and_what_plans_say(reader):
    if reader.phone:
        reader.press(reader.page.frame.locator(".pm-search-open"))
    reader.page.frame.get_by_role("combobox", name="搜索").fill("马场道")
    reader.press(reader.page.frame.locator(".pm-hit-street").first)
    reader.page.frame.locator(".pm-holding").first.wait_for()


def ask_about_a_place(reader):
    reader.view("place")
    reader.press_map(39.114, 117.2)
    reader.page.frame.locator(".pm-holding").first.wait_for()


def share_what_is_seen(reader):
    if reader.phone:
        reader.press(reader.page.frame.locator(".pm-bottom button"))
    reader.press(reader.button("分享"))
    reader.press(reader.page.frame.locator(".pm-field button").first)
    reader.page.page.keyboard.press("Escape")


TASKS = (
    read_the_plan_text,
    see_stated_and_measured_area,
    see_where_an_edge_comes_from,
    hide_a_zone,
    show_another_period,
    see_what_became_of_a_zone,
    compare_two_plans_by_area,
    find_a_street_and_what_plans_say,
    ask_about_a_place,
    share_what_is_seen,
)


@pytest.mark.parametrize(("phone", "most"), [(False, 3), (True, 4)], ids=["desk", "phone"])
def test_ten_tasks_take_few_clicks(real_map_page, phone, most):
    size = {"width": 360, "height": 740, "has_touch": True} if phone else {"width": 1440}
    page = real_map_page(**size, reduced_motion="reduce")
    counted = {}
    for task in TASKS:
        page.run(
            """() => { planmap.popup.close(true); planmap.sheet('none');
            planmap.set({ view: 'map', plan: '13th', zone: null, card: false, place: null,
              table: false, tab: 'text' });
            planmap.view.moved = false; planmap.view.whole(); }"""
        )
        reader = Reader(page, phone)
        task(reader)
        counted[task.__name__] = reader.count
    assert max(counted.values()) <= most, counted
    assert min(counted.values()) >= 1


@pytest.mark.parametrize(("phone", "most"), [(False, 3), (True, 4)], ids=["desk", "phone"])
def test_a_file_and_a_checked_paragraph_take_few_clicks(real_map_page, phone, most):
    size = {"width": 360, "height": 740, "has_touch": True} if phone else {"width": 1440}
    page = real_map_page(**size)
    outer = page.page
    reader = Reader(page, phone)
    if phone:
        reader.press(page.frame.locator(".pm-bottom button"))
    reader.press(page.frame.locator('a[data-view="own"]:visible').first)
    outer.get_by_label("规划原文").fill(
        "某片区规划范围：以马场道、西康路、成都道、南京路围合的区域。"
    )
    reader.press(outer.get_by_role("button", name="解析文字"))
    outer.locator(".own-text").wait_for(timeout=MAKE_MS)
    assert reader.count <= most
    reader.count = 0
    if phone:
        reader.press(page.frame.locator(".pm-bottom button"))
    reader.press(page.frame.locator('a[data-view="export"]:visible').first)
    reader.press(outer.get_by_role("button", name="生成文件", exact=True))
    # By its name: what the paragraph gave to download may stand a moment longer.
    made = outer.get_by_role("button", name=re.compile(r"\.pdf"))
    made.wait_for(timeout=MAKE_MS)
    with outer.expect_download() as download:
        reader.press(made)
    assert re.search(r"\.pdf$", download.value.suggested_filename)
    assert reader.count <= most
