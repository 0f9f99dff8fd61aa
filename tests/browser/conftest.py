"""A server on a free loopback port and a Chromium that may reach nothing else."""

import datetime as dt
import functools
import http.server
import json
import os
import shutil
import sys
import threading
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from geo.io.read import data_folder
from layers.exports import read_material
from layers.site.edition import EditionOptions, edition_files, write_edition
from layers.site.tables import check_folder
from testing.browser import READY, wait_in
from testing.page_fixture import write_page_data
from testing.served import OPTIONS, free_port, started

ROOT = Path(__file__).parents[2]
OWN = ("http://127.0.0.1:", "file:", "data:", "blob:", "about:")
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    # Drawing in a process of its own costs twice the time without a graphics card.
    "--in-process-gpu",
    "--disable-gpu-rasterization",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
FRAME = 'iframe[title="streamlit_folium.st_folium"]'


def pytest_collection_modifyitems(items):
    """Try a test again, once, whose wait for the browser ran out; the summary says RERUN.

    A machine that does something else may stop a browser for half a minute. What a page
    shows wrongly fails at once: only a wait is tried again.
    """
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError"]))


@contextmanager
def page_server(folder, log):
    """Serve the page on `folder` for a block; give its address."""
    address = f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "views.served", "run", "streamlit_app.py", *OPTIONS]
    command.append(f"--server.port={address.rpartition(':')[2]}")
    with started(command, address, log, {**os.environ, "GEO_DATA": str(folder)}):
        yield address


@pytest.fixture(scope="session")
def page_folder_served(tmp_path_factory):
    return write_page_data(tmp_path_factory.mktemp("page") / "data")


@pytest.fixture(scope="session")
def page_address(page_folder_served, tmp_path_factory):
    """The address of a server that shows the made-up data."""
    with page_server(page_folder_served, tmp_path_factory.mktemp("log") / "server.log") as address:
        yield address


@pytest.fixture(scope="session")
def real_address(tmp_path_factory):
    """The address of a server that shows the project's own data."""
    with page_server(ROOT / "data", tmp_path_factory.mktemp("log") / "server.log") as address:
        yield address


def written_edition(data, folder):
    """Write the edition of a data folder, without the files to take away."""
    options = EditionOptions(dt.date(2026, 11, 27))
    write_edition(edition_files(read_material(data), check_folder(data), options, []), folder)
    return folder


@pytest.fixture(scope="session")
def edition(tmp_path_factory):
    """The folder of the published edition of the project's own data."""
    return written_edition(data_folder(), tmp_path_factory.mktemp("edition") / "site")


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def folder_served(folder):
    """Serve the files of a folder for a block; give the address."""
    handler = functools.partial(_Silent, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def edition_address(page_folder_served, tmp_path_factory):
    """The address of the published edition of the made-up data."""
    folder = tmp_path_factory.mktemp("made-up") / "site"
    with folder_served(written_edition(page_folder_served, folder)) as address:
        yield address


@pytest.fixture(scope="session")
def real_edition_address(edition):
    """The address of the published edition of the project's own data."""
    with folder_served(edition) as address:
        yield address


@pytest.fixture(scope="session")
def profiles(tmp_path_factory):
    """What the browsers of a worker keep from file to file: scripts, and these compiled.

    A window that keeps nothing compiles Streamlit's scripts again for every page, which
    takes as long as all the rest of an opening.
    """
    return tmp_path_factory.mktemp("profiles")


@pytest.fixture(scope="module")
def browsers(profiles):
    """Browsers by the options of their context. Pages of one share its cache, as a reader's do.

    What the page keeps in a browser is nothing (see `test_exposure`), so no test hands
    anything on to the next. They end with each file: Playwright holds the event loop of the
    thread while it is open, and the next file of the same worker may need that for itself.
    """
    from playwright.sync_api import Error, sync_playwright

    path = next(
        (p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None
    )
    with sync_playwright() as playwright:
        opened = {}

        def browser(**options):
            key = json.dumps(options, sort_keys=True)
            if key not in opened:
                try:
                    opened[key] = playwright.chromium.launch_persistent_context(
                        profiles / sha256(key.encode()).hexdigest(),
                        executable_path=path,
                        args=CHROMIUM_OPTIONS,
                        **options,
                    )
                except Error as error:
                    if os.environ.get("REQUIRE_BROWSER"):
                        raise
                    pytest.skip(f"No Chromium to be had: {error.message.splitlines()[0]}")
                opened[key].set_default_timeout(30_000)
            return opened[key]

        yield browser
        for context in opened.values():
            context.close()


@pytest.fixture(scope="module")
def idle_tabs():
    """Tabs that a test of this file has left, by their context: the next document takes half
    the time there, for the tab has its process and the scripts compiled."""
    return {}


@pytest.fixture
def new_page(browsers, idle_tabs):
    """Return a function that gives a tab cut off from every other host, and check that at the end.

    Other hosts have no address for this browser, and what is asked of them is
    recorded in ``page.outside``; a test that expects some empties the list itself.
    A test that leaves something in the tab itself asks for one with ``alone``.
    """
    pages = []

    def note(page, address):
        if not address.startswith(OWN):
            page.outside.append(address)

    def failed(page, request):
        if request.failure == "csp" and request.url in page.outside:
            page.outside.remove(request.url)  # The policy stopped it before it left.

    def new_tab(context):
        page = context.new_page()
        page.on("request", lambda request: note(page, request.url))
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("requestfailed", lambda request: failed(page, request))
        return page

    def open_page(width=1440, height=900, *, alone=False, **more):
        context = browsers(**more)
        idle = None if alone else idle_tabs.pop(context, None)
        page = idle or new_tab(context)
        page.set_viewport_size({"width": width, "height": height})
        page.outside = []
        page.faults = []
        pages.append((page, context, alone))
        return page

    yield open_page
    wrong = [(page.outside, page.faults) for page, *_ in pages]
    for page, context, alone in pages:
        if alone or context in idle_tabs or page.is_closed():
            page.close()
        else:
            page.emulate_media(media="null")
            page.mouse.move(0, 0)
            idle_tabs[context] = page
    assert wrong == [([], [])] * len(pages)


class MapPage:
    """The page as a reader uses it."""

    calm = False
    """Whether the map goes to a place at once, without a flight."""

    def __init__(self, page, address):
        self.page = page
        self.address = address

    def open(self, query=""):
        self.page.goto(f"{self.address}/{query}")
        self.wait_for_map()
        return self

    def wait_for_map(self):
        self.wait(READY)

    @property
    def frame(self):
        return self.page.frame_locator(FRAME)

    def run(self, script, argument=None):
        """Run a script in the frame of the map."""
        handle = self.page.wait_for_selector(FRAME, state="attached")
        return handle.content_frame().evaluate(script, argument)

    def wait(self, condition, argument=None):
        frame = self.page.wait_for_selector(FRAME, state="attached").content_frame()
        wait_in(frame, condition, argument)

    def shapes(self):
        return self.run(
            "[...document.querySelectorAll('path.pm-zone')].map(p => p.dataset.zone).sort()"
        )

    def wait_for_shapes(self, count):
        self.wait(f"document.querySelectorAll('path.pm-zone').length === {count}")

    def shape(self, zone):
        return self.frame.locator(f'path[data-zone="{zone}"]')

    def row(self, zone):
        return self.frame.locator(f'.pm-row-main[data-zone="{zone}"]')

    def view(self, name):
        """Go to a view by its link in the bar, or at the bottom of a phone."""
        self.frame.locator(f'a[data-view="{name}"]:visible').first.click()

    def wait_for_link(self, part):
        self.page.wait_for_function(
            "part => decodeURIComponent(location.search).includes(part)", arg=part, polling=50
        )

    def click_at(self, latitude, longitude):
        """Click the map at a place, once it stands still."""
        self.wait("!map._animatingZoom && !(map._panAnim && map._panAnim._inProgress)")
        x, y = self.run(
            """([y, x]) => { const p = map.latLngToContainerPoint([y, x]);
            const box = map.getContainer().getBoundingClientRect();
            return [p.x + box.left, p.y + box.top]; }""",
            [latitude, longitude],
        )
        self.page.mouse.click(x, y)

    def visible(self, box):
        """The bounding box of a zone's shape in pixels: left, top, right, bottom."""
        return self.run(
            """zone => { const b = planmap.view.bounds(zone);
            const m = map.getContainer().getBoundingClientRect();
            const a = map.latLngToContainerPoint(b.getNorthWest());
            const c = map.latLngToContainerPoint(b.getSouthEast());
            return [a.x + m.left, a.y + m.top, c.x + m.left, c.y + m.top]; }""",
            box,
        )


class EditionPage(MapPage):
    """The published edition: the same scripts in a document of their own, opened much faster.

    What the scripts do by themselves is tried here; what Streamlit's page has to do with
    (its frame, its address, its own views) needs `MapPage`.
    """

    calm = True

    def open(self, query=""):
        self.page.goto(f"{self.address}/index.html{query}")
        self.wait_for_map()
        return self

    @property
    def frame(self):
        return self.page

    def run(self, script, argument=None):
        return self.page.evaluate(script, argument)

    def wait(self, condition, argument=None):
        wait_in(self.page.main_frame, condition, argument)


# Waiting evaluates words in the page, which its policy forbids.
EDITION_CONTEXT = {"bypass_csp": True, "reduced_motion": "reduce"}


@pytest.fixture
def edition_page(new_page, edition_address):
    """Return a function that opens the edition of the made-up data."""

    def open_map(query="", **more):
        return EditionPage(new_page(**(EDITION_CONTEXT | more)), edition_address).open(query)

    return open_map


@pytest.fixture
def real_edition_page(new_page, real_edition_address):
    """Return a function that opens the edition of the project's own data."""

    def open_map(query="", **more):
        return EditionPage(new_page(**(EDITION_CONTEXT | more)), real_edition_address).open(query)

    return open_map


@pytest.fixture
def map_page(new_page, page_address):
    """Return a function that opens the page on the made-up data."""

    def open_map(query="", **more):
        return MapPage(new_page(**more), page_address).open(query)

    return open_map


@pytest.fixture
def real_map_page(new_page, real_address):
    """Return a function that opens the page on the project's own data."""

    def open_map(query="", **more):
        return MapPage(new_page(**more), real_address).open(query)

    return open_map
