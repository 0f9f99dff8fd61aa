"""The edition beside our page, the plain page and leafmap: opening, a toggle, a period, bytes.

``python -m benchmarks.edition`` prints Markdown. The edition is written without the files to
take away and served by a plain file server on loopback; all pages are opened anew in turn, so
that a busy moment meets each. Times are the browser's own, from the start of the navigation or
from the pointer going down to the frame in which the last polygon wanted is there. Bytes of the
edition are what its files come to when a server compresses them (gzip, level 6).
"""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import gzip
import http.server
import statistics
import tempfile
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from benchmarks.figures import ROOT, load, machine, ratio, table
from benchmarks.page import RIVALS, Visit, chromium
from geo.io.read import data_folder
from layers.exports import read_material
from layers.site.edition import EditionOptions, edition_files, write_edition
from layers.site.tables import check_folder
from testing.served import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from playwright.sync_api import Browser, Page

PROBE = """
window.__seen = [];
addEventListener('pointerdown', () => { window.__down = performance.now(); }, true);
let last = -1;
const look = () => {
  const count = document.querySelectorAll('path.pm-zone').length;
  if (count !== last) window.__seen.push([performance.now(), count]);
  last = count;
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
REPEATS = 7
SETTLE_MS = 400


@contextmanager
def file_server(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of loopback."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def edition_visit(browser: Browser, address: str) -> dict[str, float]:
    """Open the edition, hide a zone, show it, change the period; return times [s]."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(PROBE)
    page = context.new_page()
    try:
        page.goto(f"{address}/index.html?plans=13th", wait_until="commit")
        page.locator("[data-eye]").first.wait_for()
        page.wait_for_timeout(SETTLE_MS)
        measures = {"open": _last_change(page) / 1e3}
        eye = page.locator('[data-eye="13th-wudadao"]')
        measures["toggle off"] = _after(page, eye.click)
        measures["toggle on"] = _after(page, eye.click)
        other = page.locator(".pm-period").filter(has_text="十四五")
        measures["period"] = _after(page, other.click)
    finally:
        context.close()
    return measures


def _last_change(page: Page) -> float:
    """Return when the number of polygons changed last, since the navigation began [ms]."""
    return float(page.evaluate("window.__seen[window.__seen.length - 1][0]"))


def _after(page: Page, act: Callable[[], None]) -> float:
    """Do something with the pointer; return the time to the last polygon that follows [s]."""
    act()
    page.wait_for_timeout(SETTLE_MS)
    return (_last_change(page) - float(page.evaluate("window.__down"))) / 1e3


def opened_fully(visit: Visit) -> float:
    """Open a page of Streamlit and let it settle; return the time to its last polygon [s]."""
    visit.page.goto(visit.address, wait_until="commit")
    start = float(visit.page.evaluate("performance.timeOrigin"))
    visit.page.wait_for_function("window.__seen.length > 0 && window.__seen.slice(-1)[0][1] > 0")
    visit.settle()
    return (float(visit.page.evaluate("window.__seen.slice(-1)[0][0]")) - start) / 1e3


def first_visit_bytes(files: Mapping[str, bytes]) -> int:
    """Return what a first visit is sent, compressed: the page, its style, scripts and data."""
    page = files["index.html"].decode()
    loaded = ["index.html", *(path for path in files if f'"{path}"' in page)]
    parts = [path for path in loaded if path.endswith((".html", ".css", ".js"))]
    return sum(
        len(gzip.compress(files[path], 6)) for path in parts if not path.startswith("items/")
        and path != "list.html"
    )  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    repeats = parser.parse_args().repeats
    # The edition is written anew, then served as plain files beside the rivals.
    folder = data_folder()
    options = EditionOptions(dt.date(2026, 11, 27))
    files = edition_files(read_material(folder), check_folder(folder), options, [])
    figures: dict[str, dict[str, list[float]]] = {}
    with ExitStack() as stack:
        site = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "site"
        write_edition(files, site)
        address = stack.enter_context(file_server(site))
        servers = {rival.name: stack.enter_context(served(ROOT / rival.script)) for rival in RIVALS}
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        stack.callback(browser.close)
        for number in range(repeats + 1):
            visit_measures = {"edition": edition_visit(browser, address)}
            for rival in RIVALS:
                visit = Visit(browser, rival, servers[rival.name].address)
                try:
                    visit_measures[rival.name] = {"open": opened_fully(visit)}
                finally:
                    visit.close()
            # The first round warms servers, file cache and browser.
            for name, measures in visit_measures.items() if number else ():
                for measure, value in measures.items():
                    figures.setdefault(name, {}).setdefault(measure, []).append(value)
    # The edition has toggles and periods; of the rivals only the opening is compared here.
    medians = {
        name: {measure: statistics.median(values) for measure, values in measures.items()}
        for name, measures in figures.items()
    }
    print(f"{machine()}; {load()}; medians of {repeats} visits.\n")
    opened = [f"{medians[name]['open']:.2f} s" for name in ("edition", *(r.name for r in RIVALS))]
    ratios = ["", *(ratio(medians[r.name]["open"], medians["edition"]["open"]) for r in RIVALS)]
    print(
        table(
            ["measure", "edition", *(r.name for r in RIVALS)],
            [
                ["opened to all polygons", *opened],
                ["as many times as long", *ratios],
                *(
                    [name, f"{1e3 * medians['edition'][name]:.0f} ms", "", "", ""]
                    for name in ("toggle off", "toggle on", "period")
                ),
                [
                    "sent at a first visit, compressed",
                    f"{first_visit_bytes(files) / 1e3:.0f} kB", "", "", "",
                ],
            ],
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
