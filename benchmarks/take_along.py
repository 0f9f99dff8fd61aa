"""Taking the map along: a PDF from a fresh page, a changed preview, a presentation.

``python -m benchmarks.take_along`` prints Markdown. Everything is done in a real browser as a
reader would, by clicks and keys; times are on the clock, from the click or key to the result.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import time
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from benchmarks.figures import ROOT, load, machine, table
from testing.served import served

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FRAME = 'iframe[title="streamlit_folium.st_folium"]'
WAIT_MS = 60_000
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
    with page.expect_download() as download:
        button.click()
    content = download.value.path().read_bytes()
    seconds = time.perf_counter() - begin
    if not content.startswith(b"%PDF-"):
        raise RuntimeError("what was downloaded is no PDF")
    page.context.close()
    return seconds


PICTURE = ".st-key-export_picture img"
"""The picture of the present choices; one of earlier choices stands under another name."""

CHANGED = """([selector, src]) => {
  const picture = document.querySelector(selector);
  return picture && picture.getAttribute('src') !== src && picture.complete
    && picture.naturalWidth > 0;
}"""

AHEAD_MS = 8_000
"""So long an idle page is left alone until the other presets are drawn ahead."""


class Previews:
    """An open export view, and the times from a changed choice to its picture [s]."""

    def __init__(self, browser: Browser, address: str, plan: str) -> None:
        self.page = opened(browser, f"{address}/?view=export&plans={plan}")
        self.page.locator(PICTURE).wait_for()
        self.page.wait_for_timeout(AHEAD_MS)
        self.page.get_by_text("更多选项").click()
        self.page.wait_for_timeout(1000)
        self.group = self.page.get_by_test_id("stButtonGroup").first

    def presets(self) -> list[str]:
        """Return the presets that are drawn ahead, the present one first."""
        words = self.group.locator("button").all_inner_texts()
        return [word for word in words if word not in NOT_DRAWN]

    def seconds(self, change: Callable[[], None]) -> float:
        """Return the time from a change to the picture of it; then leave the page alone."""
        before = self.page.locator(PICTURE).get_attribute("src")
        begin = time.perf_counter()
        change()
        self.page.wait_for_function(CHANGED, arg=[PICTURE, before])
        seconds = time.perf_counter() - begin
        self.page.wait_for_timeout(1000)
        return seconds

    def of_preset(self, preset: str) -> float:
        """Return the time of a preset."""
        return self.seconds(self.group.get_by_text(preset, exact=True).first.click)

    def of_option(self, label: str, option: str) -> float:
        """Return the time of an option of a list, which is open already."""
        self.page.get_by_role("combobox", name=re.compile(label)).first.click()
        return self.seconds(self.page.get_by_role("option", name=option, exact=True).click)

    def of_title(self, words: str) -> float:
        """Return the time of a title, from the key that ends it."""
        field = self.page.get_by_role("textbox", name=re.compile("标题")).first
        field.fill(words)
        return self.seconds(lambda: field.press("Enter"))

    def of_switch(self, label: str) -> float:
        """Return the time of a switch."""
        return self.seconds(self.page.get_by_text(label, exact=True).first.click)


def preview_seconds(browser: Browser, address: str, plan: str) -> dict[str, list[float]]:
    """Return the times of changed choices to their pictures, by kind [s]."""
    view = Previews(browser, address, plan)
    first, *others = view.presets()
    times = {"ahead": [view.of_preset(preset) for preset in others]}
    times["kept"] = [view.of_preset(preset) for preset in (first, *others[:-1])[: len(others)]]
    times["orientation"] = [view.of_option("方向", "纵向")]
    times["grey"] = [view.of_switch("黑白印刷")]
    times["title"] = [view.of_title(words) for words in ("迎检图", "迎检图之二")]
    view.of_title("")
    has_zones = view.group.get_by_text("单个片区", exact=True).count()
    times["zone"] = [view.of_preset("单个片区")] if has_zones else []
    view.page.context.close()
    return times


def move_seconds(browser: Browser, address: str) -> list[float]:
    """Return the times of every move of a presentation forth and back [s]."""
    page = opened(browser, f"{address}/?plans=13th&present=1")
    inside = frame(page)
    keys = ["PageDown"] * 9 + ["PageUp"] * 9 + ["ArrowDown", "ArrowUp"]
    seconds = [inside.evaluate(MOVE, key) / 1000 for key in keys]
    page.context.close()
    return seconds


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
            # The first is that of a fresh server, which has made nothing yet.
            first, *others = [pdf_seconds(browser, server.address, plan) for plan in PLANS]
            pdfs = [pdf_seconds(browser, server.address, PLANS[0]) for _ in range(options.repeats)]
            previews = [preview_seconds(browser, server.address, plan) for plan in PLANS]
            moves = move_seconds(browser, server.address)
        version = browser.version
        browser.close()

    # Previews by what was changed: each kind has its own time.
    def preview(*kinds: str) -> list[float]:
        return [seconds for times in previews for kind in kinds for seconds in times[kind]]

    def row(name: str, goal: str, values: list[float]) -> list[str]:
        return [name, f"{statistics.median(values):.2f} s", f"{max(values):.2f} s", goal]

    out = table(
        ["", "median", "slowest", "goal"],
        [
            row("A4 PDF of the six zones, three clicks, fresh server", "< 5 s", [first]),
            row("the same of the other plans, fresh page", "< 5 s", others),
            row("of the six zones again, fresh page", "< 5 s", pdfs),
            row("preview after another preset, drawn ahead", "0.6 s, < 1 s", preview("ahead")),
            row("of a preset that was looked at before", "0.6 s, < 1 s", preview("kept")),
            row("drawn anew: another orientation", "0.6 s, < 1 s", preview("orientation")),
            row("drawn anew: greys", "0.6 s, < 1 s", preview("grey")),
            row("drawn anew: another title", "0.6 s, < 1 s", preview("title")),
            row("drawn anew: a single zone", "0.6 s, < 1 s", preview("zone")),
            row(
                "all that is drawn anew",
                "0.6 s, < 1 s",
                preview("orientation", "grey", "title", "zone"),
            ),
            row("a move of a presentation", "< 0.3 s", moves),
        ],
    )
    out += f"\n\n{machine('streamlit', 'matplotlib')}, Chromium {version}; {load()}."
    print(out)
    return out


if __name__ == "__main__":
    main()
