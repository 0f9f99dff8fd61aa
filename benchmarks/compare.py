"""How long comparing, place history and search take: ``python -m benchmarks.compare``.

Python alone, on the project's own data; with ``--browser`` also the drawing of another
period in a real browser, from the choice to the last polygon, without rebuilding the frame.
"""

from __future__ import annotations

import argparse
import statistics
import time
from itertools import combinations
from typing import TYPE_CHECKING

from benchmarks.figures import ROOT, table
from geo.compare.overlays import overlap_matrix
from geo.compare.wording import place_wording, shared_places, words
from geo.io.read import read_layer
from geo.places.gazetteer import find_places, gazetteer, history_index, place_history, point_place
from geo.places.search import search, search_index
from geo.plans.documents import read_documents

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = ROOT / "data"
PLANS = ("11th", "13th", "14th")
QUERIES = ("五大道", "wudadao", "Golden Street", "yejian jingji", "nothing at all")
POINTS = ((39.110, 117.200), (39.1225, 117.1955), (39.1305, 117.186))


def milliseconds(action: Callable[[], object], times: int = 15) -> tuple[float, float]:
    """Return the medians of processor and of clock time [ms], the first run left out.

    On a machine that does other work too the clock tells of the machine, the
    processor time of the code.
    """
    action()
    clock, processor = [], []
    for _ in range(times):
        start, used = time.perf_counter(), time.process_time()
        action()
        processor.append(1000 * (time.process_time() - used))
        clock.append(1000 * (time.perf_counter() - start))
    return statistics.median(processor), statistics.median(clock)


def rerun(**parameters: str) -> tuple[float, float]:
    """Return the times of one more run of the page with an address [ms], without a browser."""
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)
    for name, value in parameters.items():
        page.query_params[name] = value
    page.run()
    return milliseconds(page.run, 7)


def rows() -> list[list[str]]:
    """Return what was measured: action, processor time, clock time, bound."""
    zones = {plan: read_layer(DATA / "zones" / f"{plan}.geojson") for plan in PLANS}
    edges = {plan: read_layer(DATA / "zones" / f"{plan}_edges.geojson") for plan in PLANS}
    base = {name: read_layer(DATA / "base" / f"{name}.geojson") for name in
            ("roads", "landmarks", "district")}  # fmt: skip
    documents, _ = read_documents(DATA / "plans")

    def every_pair() -> None:
        for a, b in combinations(PLANS, 2):
            overlap_matrix(zones[a], zones[b], edges[a], edges[b])

    start = time.perf_counter()
    found = search_index(documents)
    built = 1000 * (time.perf_counter() - start)
    start = time.perf_counter()
    words("五大道")
    dictionary = 1000 * (time.perf_counter() - start)
    names = gazetteer(base["roads"], base["landmarks"], zones)
    index = history_index(zones, edges, base["district"].union_all())
    pair = shared_places(*(zones[plan].to_dict("records") for plan in ("13th", "14th")))

    times = len(QUERIES)
    measured = [
        ("matrix, all pairs of plans", milliseconds(every_pair, 7), 1, "1000"),
        (
            "history of a clicked point",
            milliseconds(lambda: [place_history(point_place(*p), index) for p in POINTS]),
            len(POINTS),
            "300",
        ),
        ("place by name", milliseconds(lambda: [find_places(q, names) for q in QUERIES]),
         times, ""),
        ("search in all passages", milliseconds(lambda: [search(found, q) for q in QUERIES]),
         times, ""),
        ("wording of one shared place",
         milliseconds(lambda: [place_wording(*both) for both in pair.values()], 3), len(pair), ""),
        ("rerun, comparing", rerun(view="compare"), 1, "150"),
        ("rerun, history of a place", rerun(view="place", at_place="39.11,117.2"), 1, "150"),
        ("rerun, search", rerun(view="search", q="wudadao"), 1, "150"),
    ]  # fmt: skip
    result = [
        [name, f"{processor / count:.1f}", f"{clock / count:.1f}", bound]
        for name, (processor, clock), count, bound in measured
    ]
    once = [("search index, once", built), ("dictionary of words, once", dictionary)]
    return result + [[name, "", f"{taken:.0f}", ""] for name, taken in once]


def in_browser(address: str) -> list[list[str]]:
    """Return how long a change of the period takes on the page that is served at `address`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{address}/?view=compare&mode=time&period=13th")
        frame = page.wait_for_selector("iframe").content_frame()  # type: ignore[union-attr]
        assert frame is not None
        frame.wait_for_function("window.planmap && window.planmap.ready")
        whole, drawing = [], []
        frame.evaluate(
            "(() => { const old = window.planmap.update.bind(window.planmap);"
            " window.planmap.update = (next) => { const start = performance.now(); old(next);"
            " document.body.getBoundingClientRect(); window.__drawn = performance.now() - start; };"
            " })()"
        )
        for turn in range(12):
            button = "上一期" if turn % 2 else "下一期"
            wanted = "13th" if turn % 2 else "14th"
            start = time.perf_counter()
            page.get_by_role("button", name=button).click()
            frame.wait_for_function(
                f"window.planmap.state.period === '{wanted}' &&"
                " window.planmap.views[0].visible().length > 4"
            )
            whole.append(1000 * (time.perf_counter() - start))
            drawing.append(float(frame.evaluate("window.__drawn")))
            page.wait_for_timeout(300)
        browser.close()
    named = (("period, from click to drawn", whole, "500"), ("of it drawing", drawing, ""))
    return [[name, "", f"{statistics.median(taken):.0f}", bound] for name, taken, bound in named]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--browser", metavar="ADDRESS", help="of a page that is being served")
    options = parser.parse_args()
    measured_rows = rows() + (in_browser(options.browser) if options.browser else [])
    print(table(["median of", "processor [ms]", "clock [ms]", "bound [ms]"], measured_rows))
