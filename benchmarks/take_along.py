"""Taking the map along: a PDF from a fresh page, a changed preview, a presentation.

``python -m benchmarks.take_along`` prints Markdown. Everything is done in a real browser as a
reader would, by clicks and keys; times are on the clock, from the click or key to the result.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import time
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from benchmarks.figures import ROOT, load, machine, table
from testing.served import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FRAME = 'iframe[title="streamlit_folium.st_folium"]'
WAIT_MS = 120_000
PLANS = ("13th", "14th", "11th")
NOT_DRAWN = ("当前视图", "单个片区")
"""Presets that mean what the map shows, or ask for more."""

MOVE = """(key) => new Promise((done) => {
  const begin = performance.now();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  // Two frames later what the key changed has been painted.
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begin)));
})"""


def opened(browser: Browser, address: str) -> Page:
    """Return a page in a fresh context, its map drawn."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(address)
    frame(page).wait_for_function("window.planmap && window.planmap.ready")
    return page


def frame(page: Page) -> Any:
    """Return the frame of the map."""
    return page.wait_for_selector(FRAME, state="attached").content_frame()


def pdf_seconds(browser: Browser, address: str, plan: str) -> float:
    """Return the time from the first of three clicks to the first zones of a plan as a PDF [s]."""
    page = opened(browser, f"{address}/?plans={plan}")
    link = page.frame_locator(FRAME).get_by_role("link", name="导出", exact=True).first
    begin = time.perf_counter()
    link.click()
    page.get_by_role("button", name="生成文件", exact=True).click()
    button = page.get_by_test_id("stDownloadButton").get_by_role("button")
    with page.expect_download() as told:
        button.click()
    content = told.value.path().read_bytes()
    seconds = time.perf_counter() - begin
    if not content.startswith(b"%PDF-"):
        raise RuntimeError("what was downloaded is no PDF")
    page.context.close()
    return seconds


def preview_seconds(browser: Browser, address: str, plan: str) -> tuple[list[float], list[float]]:
    """Return the times from a changed preset to its picture [s]: drawn anew, and kept."""
    page = opened(browser, f"{address}/?view=export&plans={plan}")
    picture = page.get_by_test_id("stImage").locator("img")
    picture.first.wait_for()
    page.wait_for_timeout(1500)
    group = page.get_by_test_id("stButtonGroup").first
    presets = [p for p in group.locator("button").all_inner_texts() if p not in NOT_DRAWN]
    found: list[float] = []
    for preset in [*presets[1:], *presets[:-1]]:
        before = picture.first.get_attribute("src")
        begin = time.perf_counter()
        group.get_by_text(preset, exact=True).first.click()
        page.wait_for_function(
            "(src) => { const p = document.querySelector('[data-testid=stImage] img');"
            " return p && p.getAttribute('src') !== src && p.complete; }",
            arg=before,
        )
        found.append(time.perf_counter() - begin)
        page.wait_for_timeout(1000)
    page.context.close()
    return found[: len(presets) - 1], found[len(presets) - 1 :]


def move_seconds(browser: Browser, address: str) -> list[float]:
    """Return the times of every move of a presentation forth and back [s]."""
    page = opened(browser, f"{address}/?plans=13th&present=1")
    inside = frame(page)
    keys = ["PageDown"] * 9 + ["PageUp"] * 9 + ["ArrowDown", "ArrowUp"]
    found = [inside.evaluate(MOVE, key) / 1000 for key in keys]
    page.context.close()
    return found


def main(argv: list[str] | None = None) -> str:
    """Measure and return (and print) the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args(argv)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next((p for p in map(shutil.which, CHROMIUM) if p), None),
            args=["--no-sandbox", "--disable-gpu"],
        )
        with served(ROOT / "streamlit_app.py") as server:
            first, *others = [pdf_seconds(browser, server.address, plan) for plan in PLANS]
            pdfs = [pdf_seconds(browser, server.address, PLANS[0]) for _ in range(options.repeats)]
            previews = [preview_seconds(browser, server.address, plan) for plan in PLANS]
            moves = move_seconds(browser, server.address)
        version = browser.version
        browser.close()

    anew = [seconds for first, _ in previews for seconds in first]
    kept = [seconds for _, again in previews for seconds in again]

    def row(name: str, goal: str, values: list[float]) -> list[str]:
        return [name, f"{statistics.median(values):.2f} s", f"{max(values):.2f} s", goal]

    out = table(
        ["", "median", "slowest", "goal"],
        [
            row("A4 PDF of the six zones, three clicks, fresh server", "< 5 s", [first]),
            row("the same of the other plans, fresh page", "< 5 s", others),
            row("of the six zones again, fresh page", "< 5 s", pdfs),
            row("preview after a changed preset", "0.6 s, < 1 s", anew),
            row("the same, drawn for anybody before", "", kept),
            row("a move of a presentation", "< 0.3 s", moves),
        ],
    )
    out += f"\n\n{machine('streamlit', 'matplotlib')}, Chromium {version}; {load()}."
    print(out)
    return out


if __name__ == "__main__":
    main()
