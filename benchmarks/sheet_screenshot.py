"""The A4 sheet at 300 dpi against a screenshot of the web map at the same number of pixels.

``python -m benchmarks.sheet_screenshot`` prints Markdown. A screenshot is what
people do today: it has no true scale, no title, no table and no sources.
"""

from __future__ import annotations

import argparse
import io
import time

import matplotlib as mpl
from PIL import Image
from playwright.sync_api import sync_playwright

from benchmarks.figures import ROOT, median_seconds, ratio, table
from benchmarks.page import chromium
from geo.base import read_base
from geo.io.read import read_layer
from layers.sheets.options import SheetOptions
from layers.sheets.sheet import draw_sheet
from testing.served import served


def screenshot_seconds(repeats: int) -> tuple[float, tuple[int, int]]:
    """Return the median time from opening the page to its picture, and the pixels."""
    seconds, size = [], (0, 0)
    with served(ROOT / "streamlit_app.py") as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        for _ in range(repeats + 1):
            page = browser.new_page(viewport={"width": 1754, "height": 1240}, device_scale_factor=2)
            begun = time.perf_counter()
            page.goto(server.address)
            frame = page.frame_locator("iframe").first
            frame.locator("path.leaflet-interactive").first.wait_for(timeout=60_000)
            picture = page.screenshot()
            seconds.append(time.perf_counter() - begun)
            size = Image.open(io.BytesIO(picture)).size
            page.close()
        browser.close()
    # The first opening warms the server up and does not count.
    return sorted(seconds[1:])[len(seconds[1:]) // 2], size


def main(argv: list[str] | None = None) -> str:
    """Measure both in one run and return (and print) the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args(argv)
    mpl.use("agg")
    base = read_base(ROOT / "data")
    zones = read_layer(ROOT / "data" / "zones" / "13th.geojson")
    sheet = SheetOptions(format="png", dpi=300, plan="13th")
    picture = draw_sheet(zones, base, sheet)
    sheet_size = Image.open(io.BytesIO(picture)).size
    ours = median_seconds(lambda: draw_sheet(zones, base, sheet), options.repeats)
    theirs, size = screenshot_seconds(options.repeats)
    rows = [
        ["screenshot of the web map", f"{size[0]} × {size[1]}", f"{theirs:.2f} s", ""],
        [
            "A4 sheet, PNG at 300 dpi",
            f"{sheet_size[0]} × {sheet_size[1]}",
            f"{ours:.2f} s",
            ratio(theirs, ours),
        ],
    ]
    words = table(["picture", "pixels", "time", "against the screenshot"], rows)
    print(words)
    return words


if __name__ == "__main__":
    main()
