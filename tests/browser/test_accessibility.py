"""axe-core on every view that compares, tells or searches, and on the frame within.

What axe finds in our own elements fails the test, however slight. What is not ours is
listed below by rule, each with what it is, so that a new kind shows up.
"""

import pytest

from testing.axe import axe_findings
from testing.browser import wait_in

pytestmark = pytest.mark.browser

FRAME = 'iframe[title="streamlit_folium.st_folium"]'

STREAMLIT_RULES: dict[str, str] = {}
"""Rules that Streamlit's own markup breaks on these views in this version, and where: none."""

FRAME_RULES = {
    "meta-viewport": "streamlit-folium's page forbids zooming; without effect in a frame"
}
"""Rules that streamlit-folium's page within the frame breaks."""

PAGE_RULES = {
    "page-has-heading-one": "the heading is in the map's frame",
    "landmark-one-main": "the landmarks are in the map's frame",
    "landmark-banner-is-top-level": "Streamlit's own",
    "region": "Streamlit's own blocks",
    "empty-table-header": "Streamlit's own",
}
"""Rules of best practice that the page around the frame breaks, with the reason."""

OURS = ("pm-", "cmp", ".cw", "ck-", "leaflet", "stHtml")
"""Parts of a selector or of markup by which our own elements are known."""

EDITION_VIEWS = {
    "map": "",
    "card": "zone=13th-wudadao",
    "check tab": "zone=13th-jiefang-north-road&tab=check",
    "history tab": "zone=13th-wudadao&tab=history",
    "popup": "zone=13th-wudadao&pop=1",
    "measure": "measure=distance,39.11,117.2,39.12,117.21",
    "swipe": "view=compare",
    "side": "view=compare&mode=side",
    "table": "view=compare&table=on",
    "english": "view=compare&table=on&lang=en",
    "place": "view=place&where=39.11,117.2",
    "presenting": "present=1&zone=13th-wudadao",
    "check": "view=check&finding=13th-xikai-church/area",
    "wording": "view=wording&from=13th&to=14th&lang=en",
}
"""What the scripts draw, with or without Streamlit around: tried without."""

VIEWS = {
    "map": "zone=13th-wudadao",
    "check": "view=check",
    "finding": "view=check&finding=13th-jiefang-north-road/area",
    "wording": "view=wording",
    "own": "view=own",
    "export": "view=export",
}
"""What Streamlit draws, and the map in its frame."""

SIZES = ((1440, 900), (360, 740))


def serious(findings):
    """Return the findings that keep somebody out."""
    return [finding for finding in findings if finding[0] in ("serious", "critical")]


def is_ours(finding):
    *_, selector, markup = finding
    return any(part in selector or part in markup for part in OURS)


def opened(page, address, query):
    """Open a view; return its frame once everything is there."""
    page.goto(f"{address}/?{query}")
    frame = page.wait_for_selector(FRAME, state="attached").content_frame()
    wait_in(frame)
    if "view=" in query:
        page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    page.wait_for_timeout(600)
    return frame


@pytest.mark.parametrize("view", EDITION_VIEWS)
def test_axe_finds_nothing_in_what_the_scripts_draw(real_edition_page, view):
    page = real_edition_page(f"?{EDITION_VIEWS[view]}")
    if view in ("check", "wording"):
        page.frame.locator(".ck-more:visible, .cw").first.wait_for()
    for width, height in SIZES:
        if page.page.viewport_size["width"] != width:
            page.page.set_viewport_size({"width": width, "height": height})
        page.page.wait_for_timeout(300)
        assert axe_findings(page.page) == []


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_in_what_we_add(new_page, real_address, view):
    page = new_page()
    frame = opened(page, real_address, VIEWS[view])
    for width, height in SIZES:
        if page.viewport_size["width"] != width:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(600)
        if view == "map":  # behind the other views the frame is the same
            inside = axe_findings(frame)
            assert [finding for finding in inside if finding[1] not in FRAME_RULES] == []
        findings = axe_findings(page)
        assert [f for f in findings if is_ours(f) and f[1] not in PAGE_RULES] == []
        assert serious(findings) == []


def test_axe_would_see_a_fault_of_ours(edition_page):
    page = edition_page()
    page.run("document.querySelector('.pm-foot').style.color = '#eeeeee'")
    assert any(is_ours(finding) for finding in serious(axe_findings(page.page)))


def test_the_keyboard_alone_reaches_every_part(new_page, real_address):
    page = new_page()
    frame = opened(page, real_address, "view=compare&table=on")
    frame.evaluate("document.querySelector('.pm-bar a').focus()")
    parts = {
        "pm-nav-link", "pm-bar-button", "pm-row-main", "pm-eye", "pm-mode", "pm-handle",
        "cmp-cell", "pm-icon-button", "pm-zone", "INPUT", "SELECT",
    }  # fmt: skip
    reached = set()
    for _ in range(220):
        page.keyboard.press("Tab")
        reached |= set(
            frame.evaluate(
                """(() => { const e = document.activeElement; const c = e.className;
                return [e.tagName, ...(c.baseVal === undefined ? c : c.baseVal).split(' ')]; })()"""
            )
        )
        if parts <= reached:
            break
    assert parts <= reached
