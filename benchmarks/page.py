"""The page against the two that a user would make instead, in a real browser.

``python -m benchmarks.page`` prints Markdown. Ours, `plain_page.py` and `leafmap_page.py` run
side by side on one machine, each opened anew in turn, so that a busy moment meets all three.
Times are the browser's own: from the start of the navigation, or from the pointer going
down, to the frame in which the last polygon wanted is there.

The other two ask other hosts for their code. Those requests are answered from installed
packages where one has the file (Leaflet, jQuery, Bootstrap's style) and with nothing where
none has, compressed as their hosts send them; the bytes are counted apart. Waiting for the
web is thus left out, in their favour.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.sync_api import TimeoutError, sync_playwright

from benchmarks.figures import ROOT, load, machine, ratio, table
from benchmarks.readers import open_sessions
from testing.front import nginx_front
from testing.served import OPTIONS, Server, ended, free_port, served, wait_until_healthy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Route

PROBE = """
if (top === window) {
  const now = () => performance.timeOrigin + performance.now();
  window.__seen = [];
  addEventListener('pointerdown', () => { window.__down = now(); }, true);
  let last = 0;
  const look = () => {
    let count = 0;
    for (const frame of document.querySelectorAll('iframe')) {
      const drawn = frame.contentDocument;
      if (drawn) count += drawn.querySelectorAll('SELECTOR').length;
    }
    if (count !== last) window.__seen.push([now(), count]);
    last = count;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
} else {
  addEventListener('pointerdown', () => {
    top.__down = performance.timeOrigin + performance.now();
  }, true);
}
"""
"""Looks in every frame that the browser paints how many polygons there are."""

SEEN = "([after, count]) => window.__seen.some(([at, n]) => at > after && n === count)"
WHEN = "([after, count]) => window.__seen.find(([at, n]) => at > after && n === count)[0]"
ASKED = (
    "performance.getEntriesByType('resource')"
    ".find((entry) => entry.name.includes('/_stcore/host-config')).startTime"
)
SESSIONS = 40
LOST_ALLOWED = 3
SETTLE_MS = 700
ANSWER_MS = 60_000
IDLE = '[data-test-script-state="notRunning"]'


@dataclass(frozen=True)
class Rival:
    """A page under measure.

    Parameters
    ----------
    name : str
        Of the column.
    script : str
        Relative to the project.
    selector : str
        CSS selector of a drawn zone.
    zone, plan : str
        Labels of the pill of one zone and of the second period; selectors
        where both stand in the frame of the map.
    framed : bool
        Whether they do; a period then takes the place of the one before.
    """

    name: str
    script: str
    selector: str
    zone: str
    plan: str
    framed: bool = False


FLOOR = Rival("least", "benchmarks/floor_page.py", "path.zone", "", "")
FRONT = "ours behind nginx"
WUDADAO = "五大道小洋楼历史文化体验区"
RIVALS = (
    Rival(
        "ours",
        "streamlit_app.py",
        "path.pm-zone",
        '[data-eye="13th-wudadao"]',
        '.pm-period[data-keep="14th"]',
        framed=True,
    ),
    Rival("plain page", "benchmarks/plain_page.py", "path.zone", WUDADAO, "十四五"),
    Rival("leafmap", "benchmarks/leafmap_page.py", "path.zone", WUDADAO, "十四五"),
)


def outside_files() -> dict[str, tuple[str, bytes]]:
    """Return what answers requests to other hosts: by the end of the address, type and bytes."""
    leaflet = files("xstatic.pkg.leaflet").joinpath("data")
    jquery = files("xstatic.pkg.jquery").joinpath("data")
    bootstrap = files("streamlit_folium").joinpath("frontend/build/bootstrap.min.css")
    script, style = "application/javascript", "text/css"
    return {
        "leaflet.js": (script, leaflet.joinpath("leaflet.js").read_bytes()),
        "leaflet.css": (style, leaflet.joinpath("leaflet.css").read_bytes()),
        "jquery-3.7.1.min.js": (script, jquery.joinpath("jquery.min.js").read_bytes()),
        "bootstrap.min.css": (style, bootstrap.read_bytes()),
    }


@dataclass
class Traffic:
    """Files and bytes of one visit from the page's own server, by kind, and for other hosts.

    `shared` is the part of `own` that any page of this kind loads: the component of
    streamlit-folium.
    """

    files: int = 0
    own: int = 0
    streamlit: int = 0
    outside: int = 0
    shared: int = 0
    unanswered: set[str] = field(default_factory=set)

    def response(self, address: str, size: int) -> None:
        """Count a finished request to the page's own server."""
        path = urlsplit(address).path
        self.files += 1
        if path.startswith("/static/") or path == "/":
            self.streamlit += size
        else:
            self.own += size
            self.shared += size * path.startswith("/component/")


class Visit:
    """One reader with an empty cache."""

    def __init__(self, browser: Browser, rival: Rival, address: str) -> None:
        self.rival, self.address = rival, address
        self.traffic = Traffic()
        self.context = browser.new_context(viewport={"width": 1440, "height": 900})
        self.context.set_default_timeout(ANSWER_MS)
        self.context.add_init_script(PROBE.replace("SELECTOR", rival.selector))
        self.page = self.context.new_page()
        self.context.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), self._answer)
        watch = self.context.new_cdp_session(self.page)
        watch.send("Network.enable")
        addresses: dict[str, str] = {}
        watch.on(
            "Network.responseReceived",
            lambda event: addresses.update({event["requestId"]: event["response"]["url"]}),
        )
        watch.on(
            "Network.loadingFinished",
            lambda event: self._finished(
                addresses.get(event["requestId"], ""), int(event["encodedDataLength"])
            ),
        )
        watch.on("Network.webSocketFrameReceived", self._frame)

    def _answer(self, route: Route) -> None:
        """Answer a request to another host from an installed package, or with nothing."""
        address = route.request.url
        for name, (kind, body) in OUTSIDE.items():
            if address.endswith(name):
                self.traffic.outside += len(gzip.compress(body))
                route.fulfill(status=200, content_type=kind, body=body)
                return
        self.traffic.unanswered.add(address)
        kind = "text/css" if address.endswith(".css") else "application/javascript"
        route.fulfill(status=200, content_type=kind, body="")

    def _finished(self, address: str, size: int) -> None:
        if address.startswith(self.address):
            self.traffic.response(address, size)

    def _frame(self, event: dict[str, Any]) -> None:
        payload = event["response"]["payloadData"]
        binary = event["response"]["opcode"] == 2
        self.traffic.own += len(base64.b64decode(payload)) if binary else len(payload)

    def open(self, shapes: int) -> float:
        """Open the page; return the time to the last polygon [s]."""
        self.page.goto(self.address, wait_until="commit")
        start = float(self.page.evaluate("performance.timeOrigin"))
        return self._until(start, shapes)

    def stages(self) -> dict[str, float]:
        """Return when Streamlit asked its server, and when the map's frame was opened [s]."""
        start = float(self.page.evaluate("performance.timeOrigin"))
        frames = [float(f.evaluate("performance.timeOrigin")) for f in self.page.frames[1:]]
        return {
            "asked": float(self.page.evaluate(ASKED)) / 1e3,
            "framed": (min(frames) - start) / 1e3,
        }

    def press(self, label: str, shapes: int) -> float:
        """Press a pill; return the time to the polygons that follow from it [s]."""
        if self.rival.framed:
            self.page.frame_locator("iframe").locator(label).click()
        else:
            self.page.locator('[data-testid="stSidebar"]').get_by_role(
                "button", name=label, exact=True
            ).click()
        return self._until(float(self.page.evaluate("window.__down")), shapes)

    def _until(self, start: float, shapes: int) -> float:
        self.page.wait_for_function(SEEN, arg=[start, shapes])
        return (float(self.page.evaluate(WHEN, [start, shapes])) - start) / 1e3

    def settle(self) -> None:
        """Let the script end and what follows come in."""
        self.page.locator(IDLE).wait_for()
        self.page.wait_for_timeout(SETTLE_MS)

    def close(self) -> None:
        self.context.close()


OUTSIDE = outside_files()
LEAFLET_BYTES = sum(len(gzip.compress(OUTSIDE[f"leaflet.{end}"][1])) for end in ("js", "css"))
"""What Leaflet, which all three load, comes to in each of them."""


def chromium() -> str | None:
    """Return an installed Chromium; None leaves it to Playwright."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


def polygons(plan: str) -> int:
    """Return how many zones of a plan have a shape that is shown at first."""
    document = json.loads((ROOT / "data" / "zones" / f"{plan}.geojson").read_text(encoding="utf-8"))
    return sum(
        bool(f["geometry"])
        and "Polygon" in f["geometry"]["type"]
        and f["properties"]["place"] != "slow-traffic"
        for f in document["features"]
    )


def visits(
    browser: Browser, servers: dict[str, Server], front: str | None, repeats: int
) -> dict[str, Any]:
    """Return what `one_visit` measured, a list for each page and measure.

    A round in which a page did not answer within a minute is done again. `front` is the
    address of our page behind nginx.
    """
    figures: dict[str, Any] = {name: {} for name in (*(r.name for r in RIVALS), FLOOR.name, FRONT)}
    lost = 0
    number = 0
    while number <= repeats:
        try:
            visit_measures = {
                rival.name: one_visit(browser, rival, servers[rival.name]) for rival in RIVALS
            }
            visit_measures[FLOOR.name] = opening(browser, FLOOR, servers[FLOOR.name].address, 1)
            if front:
                visit_measures[FRONT] = opening(browser, RIVALS[0], front, polygons("13th"))
        except TimeoutError:
            lost += 1
            if lost > LOST_ALLOWED:
                raise
            continue
        if number:  # the first warms the server, the file cache and the browser
            for name, measures in visit_measures.items():
                for measure, value in measures.items():
                    figures[name].setdefault(measure, []).append(value)
        number += 1
    return figures


def opening(browser: Browser, rival: Rival, address: str, shapes: int) -> dict[str, float]:
    """Open a page and nothing more; return its time [s] and bytes."""
    visit = Visit(browser, rival, address)
    try:
        opened = visit.open(shapes)
        visit.settle()
        sent = visit.traffic.own + visit.traffic.outside + visit.traffic.streamlit
    finally:
        visit.close()
    return {"open": opened, "all bytes": sent}


@contextmanager
def behind_nginx(server: Server) -> Iterator[str | None]:
    """Put deploy/nginx-site.conf before a server; None where nginx is not installed."""
    if shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        port = int(server.address.rpartition(":")[2])
        with nginx_front(Path(folder), port) as host:
            yield f"http://{host}"


def one_visit(browser: Browser, rival: Rival, server: Server) -> dict[str, float]:
    """Open a page, switch a zone off and on and a period on; return times [s] and bytes."""
    before = polygons("13th")
    after = polygons("14th") + (0 if rival.framed else before)
    visit = Visit(browser, rival, server.address)
    try:
        runs_before = len(server.runs())
        figures = {"open": visit.open(before)}
        figures |= visit.stages()
        visit.settle()
        runs = server.runs()[runs_before:]
        figures["python first"] = sum(run["cpu"] for run in runs)
        figures["first runs"] = len(runs)
        traffic = replace(visit.traffic)
        figures["toggle off"] = visit.press(rival.zone, before - 1)
        visit.settle()
        figures["toggle bytes"] = visit.traffic.own - traffic.own
        figures["toggle on"] = visit.press(rival.zone, before)
        visit.settle()
        figures["period"] = visit.press(rival.plan, after)
        visit.settle()
    finally:
        visit.close()
    later = server.runs()[runs_before + len(runs) :]
    figures["python rerun"] = statistics.median([run["cpu"] for run in later] or [0.0])
    figures["files"] = traffic.files
    figures["own bytes"] = traffic.own + traffic.outside
    figures["outside bytes"] = traffic.outside
    figures["unshared bytes"] = figures["own bytes"] - traffic.shared - LEAFLET_BYTES
    figures["streamlit bytes"] = traffic.streamlit
    figures["all bytes"] = figures["own bytes"] + traffic.streamlit
    figures["unanswered"] = len(traffic.unanswered)
    return figures


def session_memory(rival: Rival) -> tuple[int, float]:
    """Return a new server's memory with two sessions [byte] and what each further one adds."""
    with served(ROOT / rival.script) as server, open_sessions(server, 2):
        before = server.memory()
        with open_sessions(server, SESSIONS):
            return before, (server.memory() - before) / SESSIONS


def cold_start(browser: Browser) -> float:
    """Return the time from starting the server, as `make app` does, to the last polygon [s]."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    start = time.time()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "views.served", "run", "streamlit_app.py"),
            *(*OPTIONS, f"--server.port={port}"),
        ],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with ended(process):
        wait_until_healthy(address, process)
        visit = Visit(browser, RIVALS[0], address)
        shown = visit.open(polygons("13th"))
        opened = float(visit.page.evaluate("performance.timeOrigin")) / 1e3
        visit.close()
    return opened + shown - start


def main(argv: list[str] | None = None) -> str:
    """Measure and return (and print) the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args(argv)
    with ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        stack.callback(browser.close)
        # Before any server runs: a cold start is that of the whole process.
        cold = [cold_start(browser) for _ in range(3)]
        servers = {r.name: stack.enter_context(served(ROOT / r.script)) for r in RIVALS}
        # The floor is what Streamlit costs without a map of ours; nginx is what stands in front.
        servers[FLOOR.name] = stack.enter_context(served(ROOT / FLOOR.script))
        front = stack.enter_context(behind_nginx(servers[RIVALS[0].name]))
        figures = visits(browser, servers, front, options.repeats)
        memory = {rival.name: session_memory(rival) for rival in RIVALS}
        version = browser.version
    out = page_table(figures, memory)
    unanswered = ", ".join(f"{r.name} {max(figures[r.name]['unanswered'])}" for r in RIVALS)
    least, fronted = (
        {key: statistics.median(values) for key, values in figures[name].items()}
        for name in (FLOOR.name, FRONT)
    )
    out += (
        f"\n\nCold start, from `make app` with the environment there to the last polygon: "
        f"{statistics.median(cold):.1f} s (goal: < 6 s). "
        f"Other hosts' files that no installed package has, answered with nothing: "
        f"{unanswered}."
        f"\n\nThe floor: a page of Streamlit and streamlit-folium with one polygon and nothing "
        f"beside it (`floor_page.py`) is drawn {least['open']:.2f} s after opening and is sent "
        f"{least['all bytes'] / 1e3:,.0f} kB. {beyond(figures, least['open'])}"
        f"\n\nBehind nginx as in `deploy/nginx-site.conf`, which compresses Streamlit's scripts: "
        + (
            f"ours is drawn {fronted['open']:.2f} s after opening and is sent "
            f"{fronted['all bytes'] / 1e3:,.0f} kB."
            if fronted
            else "not measured, nginx is not installed."
        )
        + "\n\n"
        f"Medians of {options.repeats} visits each, with an empty browser cache; "
        f"{polygons('13th')} zones drawn at the start. "
        f"{machine('streamlit', 'streamlit-folium', 'folium', 'leafmap')}, Chromium {version}; "
        f"{load()}."
    )
    print(out)
    return out


def beyond(figures: dict[str, Any], least: float) -> str:
    """Return how far the least page is ahead of all, and what ours needs beyond it."""
    ours, plain, leafmap = (statistics.median(figures[rival.name]["open"]) for rival in RIVALS)
    return (
        f"It is {ratio(plain, least)} ahead of the plain page and {ratio(leafmap, least)} ahead of "
        f"leafmap's, which is all that could be gained. Beyond it ours needs {ours - least:.2f} s, "
        f"the plain page {plain - least:.2f} s, leafmap's {leafmap - least:.2f} s. In ours the "
        "files of Streamlit's widgets come before the map's frame, one after another, then the "
        "map's own. leafmap's puts the map into a bare frame as text: no component is loaded, "
        "and no click comes back; its table's files come after the map. What the other two ask "
        "of other hosts costs them no waiting here."
    )


def page_table(figures: dict[str, Any], memory: dict[str, tuple[int, float]]) -> str:
    """Return the comparison as Markdown."""
    names = [rival.name for rival in RIVALS]

    def row(label: str, goal: str, values: list[float], show: Callable[[float], str]) -> list[str]:
        ours, plain, leafmap = values
        return [
            label, show(ours), goal, show(plain), ratio(plain, ours),
            show(leafmap), ratio(leafmap, ours),
        ]  # fmt: skip

    def medians(measure: str) -> list[float]:
        return [statistics.median(figures[name][measure]) for name in names]

    def seconds(value: float) -> str:
        return f"{value:.2f} s"

    def milliseconds(value: float) -> str:
        return f"{value * 1e3:.0f} ms"

    def kilobytes(value: float) -> str:
        return f"{value / 1e3:,.0f} kB"

    def megabytes(value: float) -> str:
        return f"{value / 1e6:.1f} MB"

    rows = [
        row("address opened to all polygons drawn", "< 3 s", medians("open"), seconds),
        row("— until Streamlit asks its server", "", medians("asked"), seconds),
        row("— until the map's frame is opened", "", medians("framed"), seconds),
        row("— files asked of the page's own server", "", medians("files"), "{:.0f}".format),
        row("a zone switched off, to gone", "< 0.3 s", medians("toggle off"), milliseconds),
        row("a zone switched on, to drawn", "< 0.3 s", medians("toggle on"), milliseconds),
        row("a second period, to drawn", "", medians("period"), milliseconds),
        row("Python of opening, all its runs", "", medians("python first"), milliseconds),
        row("Python of a rerun", "< 150 ms", medians("python rerun"), milliseconds),
        row("sent at opening, all", "", medians("all bytes"), kilobytes),
        row("— Streamlit's front end", "", medians("streamlit bytes"), kilobytes),
        row("— the page: data, words, code", "≤ half", medians("own bytes"), kilobytes),
        row("—— from other hosts", "", medians("outside bytes"), kilobytes),
        row(
            "—— the page without Leaflet and the component",
            "≤ half",
            medians("unshared bytes"),
            kilobytes,
        ),
        row("sent for a toggle", "", medians("toggle bytes"), kilobytes),
        row("memory of the server", "< 400 MB", [memory[n][0] for n in names], megabytes),
        row("memory of a further session", "", [memory[n][1] for n in names], kilobytes),
    ]
    return table(["", "ours", "goal", "plain page", "to ours", "leafmap", "to ours"], rows)


if __name__ == "__main__":
    main()
