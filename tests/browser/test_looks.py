"""What pictures at several sizes and prints showed: each held to one opening of the edition."""

import re

import pytest

pytestmark = pytest.mark.browser

COMPARED = "?lang=en&view=compare&from=13th&to=14th"


def test_a_comparison_is_printed_whole_beside_its_table(real_edition_page):
    page = real_edition_page(f"{COMPARED}&table=on", width=1440, height=900)
    page.frame.locator(".cmp-cell").first.wait_for()
    place = "JSON.stringify([map.getCenter(), map.getZoom()])"
    before = page.run(place)
    page.page.emulate_media(media="print")
    page.frame.locator(".pm-sheet-map > svg").wait_for()
    wide = page.run("document.querySelector('.pm-sheet-map > svg').getAttribute('width')")
    assert float(re.fullmatch(r"([\d.]+)mm", wide)[1]) > 150
    card = page.run(
        """() => { const card = document.querySelector('.pm-sheet .pm-table-card');
        const look = getComputedStyle(card);
        return [look.position, look.maxHeight, !!card.querySelector('.cmp-said')]; }"""
    )
    assert card == ["static", "none", False]
    page.page.emulate_media(media="screen")
    page.wait(f"before => {place} === before", before)


@pytest.mark.parametrize(("width", "height"), [(768, 1024), (360, 740)])
def test_two_maps_side_by_side_have_room_on_a_narrow_screen(real_edition_page, width, height):
    page = real_edition_page(f"{COMPARED}&mode=side", width=width, height=height)
    sizes = page.run(
        """() => { const of = (name) => document.querySelector(name);
        const right = (name) => of(name).getBoundingClientRect().right;
        const bottom = (node) => node.getBoundingClientRect().bottom;
        const [title, list, tools] = ['.pm-bar h1', '.pm-list', '.pm-tools-column'].map(of);
        return { cut: title.scrollWidth - title.clientWidth,
          list: getComputedStyle(list).visibility === 'visible' && list.offsetWidth,
          close: right('.pm-periods .pm-close') - right('.pm-periods'),
          empty: bottom(tools) - Math.max(...[...tools.children].map(bottom)) }; }"""
    )
    assert sizes["cut"] <= 0
    assert not sizes["list"]
    assert sizes["close"] <= 0
    assert sizes["empty"] < 3


def test_keys_alone_open_a_figure_a_find_and_a_place(real_edition_page):
    page = real_edition_page("?view=check", width=1440, height=900)
    name = page.frame.locator(".ck-name").first
    name.wait_for()
    focused = "document.activeElement.className"
    name.press("Enter")
    page.wait_for_link("finding=")
    assert page.run(focused) == "ck-name"
    # A zone of the plan in sight comes before points and names of others.
    page.page.keyboard.press("/")
    page.page.keyboard.type("五大道")
    page.frame.locator(".pm-hit").first.wait_for()
    page.page.keyboard.press("Enter")
    assert page.run("planmap.state.zone") == "13th-wudadao"
    assert "pm-zone-card" in page.run(focused)
    page.view("place")
    page.frame.locator(".pm-map").press("Enter")
    page.frame.locator(".pm-holding").first.wait_for()
