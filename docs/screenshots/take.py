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
    ("map-popup", "", 1440, 900, "13th-jiefang-north-road"),
    ("map-14th-en", "?plans=14th&lang=en", 1440, 900, None),
    ("map-phone", "", 390, 844, "13th-wudadao"),
)
FRAME = 'iframe[title="streamlit_folium.st_folium"]'


def take(address: str, folder: Path) -> None:
    """Save every picture of `PICTURES` in `folder`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, query, width, height, zone in PICTURES:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(f"{address}/{query}")
            frame = page.frame_locator(FRAME)
            frame.locator("path.pm-zone").first.wait_for()
            page.wait_for_timeout(1500)
            if zone:
                frame.locator(f'path[data-zone="{zone}"]').focus()
                page.keyboard.press("Enter")
                page.wait_for_timeout(1500)
            page.screenshot(path=folder / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    take(sys.argv[1], Path(__file__).parent)
