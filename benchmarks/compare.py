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
    # What is built once, with its time, before anybody asks.
    passages = search_index(documents)
    built = 1000 * (time.perf_counter() - start)
    start = time.perf_counter()
    words("五大道")
    dictionary = 1000 * (time.perf_counter() - start)
    names = gazetteer(base["roads"], base["landmarks"], zones)
    index = history_index(zones, edges, base["district"].union_all())
    pair = shared_places(*(zones[plan].to_dict("records") for plan in ("13th", "14th")))

    # Each question as often as there are examples of it; the mean of one is what counts.
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
        ("search in all passages", milliseconds(lambda: [search(passages, q) for q in QUERIES]),
         times, ""),
        ("wording of one shared place",
         milliseconds(lambda: [place_wording(*both) for both in pair.values()], 3), len(pair), ""),
        ("run of the page, map", rerun(), 1, "150"),
        ("run of the page, two plans", rerun(view="wording"), 1, "150"),
    ]  # fmt: skip
    result = [
        [name, f"{processor / count:.1f}", f"{clock / count:.1f}", bound]
        for name, (processor, clock), count, bound in measured
    ]
    once = [("search index, once", built), ("dictionary of words, once", dictionary)]
    return result + [[name, "", f"{taken:.0f}", ""] for name, taken in once]


STEPS = {
    "toggle": ("planmap.toggle(['13th-wudadao'], false)", "planmap.toggle(['13th-wudadao'], true)"),
    "select": (
        "planmap.set({ zone: '13th-xiaobailou', card: true })",
        "planmap.set({ zone: '13th-wudadao', card: true })",
    ),
    "period": ("planmap.set({ plan: '14th' })", "planmap.set({ plan: '13th' })"),
    "language": ("planmap.set({ lang: 'en' })", "planmap.set({ lang: 'zh' })"),
}
"""What a reader does in the frame, forth and back."""

PAINTED = """(step) => new Promise((done) => { const start = performance.now(); step();
requestAnimationFrame(() => setTimeout(() => done(performance.now() - start), 0)); })"""


def in_browser(address: str) -> list[list[str]]:
    """Return how long a step in the frame takes until it is painted, and what it sends."""
    from playwright.sync_api import sync_playwright

    measured = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        sent: list[int] = []
        watch = page.context.new_cdp_session(page)
        watch.send("Network.enable")
        for event in ("webSocketFrameReceived", "webSocketFrameSent"):
            watch.on(
                f"Network.{event}",
                lambda message: sent.append(len(message["response"]["payloadData"])),
            )
        page.goto(address)
        frame = page.wait_for_selector("iframe").content_frame()  # type: ignore[union-attr]
        assert frame is not None
        frame.wait_for_function("window.planmap && window.planmap.ready")
        page.wait_for_timeout(2000)
        for name, steps in STEPS.items():
            before = sum(sent)
            taken = [
                float(frame.evaluate(f"({PAINTED})(() => {steps[turn % 2]})")) for turn in range(14)
            ]
            page.wait_for_timeout(400)
            words = f"{name} until painted ({(sum(sent) - before) / 14:.0f} bytes)"
            measured.append([words, "", f"{statistics.median(taken):.0f}", "80"])
        browser.close()
    return measured


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--browser", metavar="ADDRESS", help="of a page that is being served")
    options = parser.parse_args()
    measured_rows = rows() + (in_browser(options.browser) if options.browser else [])
    print(table(["median of", "processor [ms]", "clock [ms]", "bound [ms]"], measured_rows))
