"""Take the pictures of the real page for the README.

Start the page (``make app``), then::

    python docs/screenshots/take.py http://127.0.0.1:8501
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURES = (
    ("map", "", 1440, 900, None),
    ("map-card", "?zone=13th-jiefang-north-road", 1440, 900, None),
    ("map-popup", "", 1440, 900, "13th-jiefang-north-road"),
    ("map-14th-en", "?plans=14th&lang=en", 1440, 900, None),
    ("map-phone", "?zone=13th-wudadao", 390, 844, None),
    ("compare-swipe", "?view=compare", 1440, 900, None),
    ("compare-matrix", "?view=compare&table=on", 1440, 900, None),
    ("place", "?view=place&where=39.11000,117.20000", 1440, 900, None),
    ("check", "?view=check&finding=13th-jiefang-north-road/area", 1440, 900, None),
)
"""Name, address, width, height [px], and a zone whose popup is opened."""

FRAME = 'iframe[title="streamlit_folium.st_folium"]'
SETTLE_MS = 2500


def take(address: str, folder: Path) -> None:
    """Save every picture of `PICTURES` in `folder`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, query, width, height, zone in PICTURES:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.set_default_timeout(120_000)
            page.goto(f"{address}/{query}")
            frame = page.wait_for_selector(FRAME, state="attached").content_frame()
            frame.wait_for_function("window.planmap && window.planmap.ready")
            if "view=check" in query:
                page.wait_for_selector('[class*="st-key-check_open_"]')
            page.wait_for_timeout(SETTLE_MS)
            if zone:
                frame.locator(f'path[data-zone="{zone}"]').focus()
                page.keyboard.press("Enter")
                page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=folder / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    take(sys.argv[1], Path(__file__).parent)
