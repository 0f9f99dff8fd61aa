"""axe-core on every view that compares, tells or searches, and on the frame within.

What axe finds in our own elements fails the test, however slight. What is not ours is
listed below by rule, each with what it is, so that a new kind shows up.
"""

import json
from importlib.resources import files

import pytest

pytestmark = pytest.mark.browser

FRAME = 'iframe[title="streamlit_folium.st_folium"]'
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

STREAMLIT_RULES: dict[str, str] = {}
"""Rules that Streamlit's own markup breaks on these views in this version, and where: none."""

FRAME_RULES = {
    "meta-viewport": "streamlit-folium's page forbids zooming; without effect in a frame",
    "page-has-heading-one": "the heading is on the page around the frame",
    "landmark-one-main": "the map's frame has no landmark of its own",
    "html-has-lang": "streamlit-folium's page",
    "region": "the map's frame has no landmark of its own",
}
"""Rules that streamlit-folium's page within the frame breaks; none of them is serious."""

OURS = ("pm-", "cmp", ".tl", ".cw", ".ph", ".sr", "leaflet", "stHtml")
"""Parts of a selector or of markup by which our own elements are known."""

VIEWS = {
    "compare": "view=compare",
    "swipe": "view=compare&mode=swipe",
    "time": "view=compare&mode=time",
    "english": "view=compare&lang=en",
    "place": "view=place&at_place=%E6%B0%91%E5%9B%AD%E5%B9%BF%E5%9C%BA",
    "search": "view=search&q=%E9%87%91%E8%A1%97",
}


def found(target):
    """Return every finding of axe: impact, rule, selector, markup."""
    target.evaluate(AXE)
    report = target.evaluate(
        "async () => JSON.stringify(await axe.run(document, {iframes: false}))"
    )
    return [
        (rule["impact"], rule["id"], " ".join(map(str, node["target"])), node["html"][:160])
        for rule in json.loads(report)["violations"]
        for node in rule["nodes"]
    ]


def serious(findings):
    """Return the findings that keep somebody out."""
    return [finding for finding in findings if finding[0] in ("serious", "critical")]


def is_ours(finding):
    *_, selector, markup = finding
    return any(part in selector or part in markup for part in OURS)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("width", [1440, 360])
def test_axe_finds_nothing_serious_in_what_we_add(new_page, real_address, view, width):
    page = new_page(width=width)
    page.goto(f"{real_address}/?{VIEWS[view]}")
    page.wait_for_selector(".pm-foot")
    if view != "search":
        frame = page.wait_for_selector(FRAME, state="attached").content_frame()
        frame.wait_for_function("window.planmap && window.planmap.ready")
        inside = found(frame)
        assert serious(inside) == []
        assert {rule for _, rule, *_ in inside} <= set(FRAME_RULES)
    findings = found(page)
    assert [finding for finding in findings if is_ours(finding)] == []
    assert {rule for _, rule, *_ in findings} <= set(STREAMLIT_RULES)


def test_axe_would_see_a_fault_of_ours(new_page, real_address):
    page = new_page()
    page.goto(f"{real_address}/?view=search")
    page.wait_for_selector(".pm-foot")
    page.evaluate("document.querySelector('.pm-foot').style.color = '#eeeeee'")
    assert any(is_ours(finding) for finding in serious(found(page)))


def test_every_part_of_the_comparison_is_reached_by_tab(new_page, real_address):
    page = new_page()
    page.goto(f"{real_address}/?view=compare&mode=swipe")
    frame = page.wait_for_selector(FRAME, state="attached").content_frame()
    frame.wait_for_function("window.planmap && window.planmap.ready")
    frame.evaluate("document.querySelector('.cmp-bar button').focus()")
    reached = set()
    for _ in range(70):
        page.keyboard.press("Tab")
        reached.add(
            frame.evaluate(
                "(() => { const e = document.activeElement; return e.getAttribute('role') ||"
                " (e.className.baseVal === undefined ? e.className : 'shape') || e.tagName; })()"
            )
        )
        if {"slider", "button", "INPUT", "region", "cmp-cell cmp-same"} <= reached:
            break
    assert {"slider", "button", "INPUT", "region"} <= reached
    assert any("cmp-cell" in name for name in reached)
