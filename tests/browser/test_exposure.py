"""Behind the documented front: no other host is asked, no word of the data is markup."""

import json
import re
import urllib.request

import pytest

from testing.browser import wait_in
from testing.front import nginx_front, page_of_unit
from testing.page_fixture import write_page_data

ELSEWHERE = "https://elsewhere.example/p.png"
HOSTILE = (
    f"![x]({ELSEWHERE}) <img src={ELSEWHERE} onerror='window.broken=1'>"
    "<script>window.broken=1</script>[y](javascript:window.broken=1) :red[z] "
    f"$\\href{{{ELSEWHERE}}}$"
)
WORDS = (
    "name", "name_en", "short_name", "short_name_en", "group_name", "group_name_en", "section",
    "citation", "citation_en", "limits_text", "positioning", "strategy", "stated_area",
    "verdict_reason", "verdict_reason_en", "reasoning", "reasoning_en",
)  # fmt: skip
VIEWS = ("map", "compare", "place", "check", "wording", "own", "export")
DRAWERS = ("check", "wording", "own", "export")
FRAME = 'iframe[title="streamlit_folium.st_folium"]'


def poison(folder):
    """Put the hostile text into every word of the data folder."""
    for path in folder.glob("*/*.geojson"):
        document = json.loads(path.read_text(encoding="utf-8"))
        for number, feature in enumerate(document["features"]):
            for word in WORDS:
                if isinstance(feature["properties"].get(word), str):
                    feature["properties"][word] = f"{number} {HOSTILE}"
            for word in ("quote", "places"):
                if word in feature["properties"]:
                    feature["properties"][word] = [HOSTILE]
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    path = folder / "district.toml"
    text = path.read_text(encoding="utf-8")
    hostile = HOSTILE.replace("\\", "\\\\")
    for key in ("name", "name_en", "attribution", "attribution_en", "data_version"):
        text = re.sub(
            rf'^{key} = "(.*)"$', lambda m, k=key: f'{k} = "{m[1]} {hostile}"', text, flags=re.M
        )
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    """The page on poisoned data behind nginx; its address and the page's log."""
    data = write_page_data(tmp_path_factory.mktemp("poisoned") / "data")
    poison(data)
    with (
        page_of_unit(tmp_path_factory.mktemp("service"), data=data) as (port, log, _),
        nginx_front(tmp_path_factory.mktemp("nginx"), port) as host,
    ):
        yield f"http://{host}", log


@pytest.fixture
def open_view(new_page, front):
    """Return a function that opens a view and waits until the script has run."""

    def open_(query=""):
        page = new_page()
        page.refused = []
        page.on(
            "console",
            lambda m: page.refused.append(m.text) if "Content Security Policy" in m.text else None,
        )
        page.goto(f"{front[0]}/{query}")
        frame = page.wait_for_selector(FRAME, state="attached").content_frame()
        wait_in(frame)
        return page

    return open_


def nothing_got_through(page):
    for frame in page.frames:
        assert frame.evaluate("window.broken") is None
        assert frame.evaluate("document.querySelectorAll('img[src*=elsewhere]').length") == 0
        assert frame.evaluate("document.querySelectorAll('a[href^=javascript]').length") == 0


@pytest.mark.parametrize(("views", "language"), [(VIEWS, "zh"), (("map", "compare"), "en")])
def test_no_word_of_the_data_is_markup_or_asks_another_host(open_view, views, language):
    page = open_view(f"?lang={language}&zone=13th-wudadao&q=x&at_place=x")
    frame = page.wait_for_selector(FRAME, state="attached").content_frame()
    for view in views:
        frame.evaluate("view => planmap.set({ view })", view)
        if view in DRAWERS:
            page.locator(f".st-key-drawer_{view}").wait_for()
            page.locator('[data-test-script-state="notRunning"]').first.wait_for()
        page.wait_for_timeout(500)
        assert page.refused == []
        nothing_got_through(page)


@pytest.mark.parametrize(
    "query",
    [
        "?view={0}&zone={0}&plan={0}&from={0}&show={0}",
        "?view=search&q={0}",
        "?view=place&at_place={0}",
        "?view=compare&from={0}",
    ],
)
def test_no_word_of_a_link_is_markup_or_asks_another_host(open_view, query):
    page = open_view(query.format(urllib.request.quote(HOSTILE)))
    page.wait_for_timeout(500)
    nothing_got_through(page)


def test_the_map_draws_under_a_policy_that_stops_what_would_ask_another_host(open_view):
    page = open_view()
    frame = page.wait_for_selector(FRAME, state="attached").content_frame()
    wait_in(frame, "document.querySelectorAll('path.pm-zone').length >= 4")
    assert page.refused == []
    faults = page.evaluate(
        """async () => {
            const told = [];
            document.addEventListener("securitypolicyviolation", e => told.push(e.blockedURI));
            const add = (tag, from) => {
                const element = document.createElement(tag);
                element.src = from;
                document.body.append(element);
            };
            add("img", "https://elsewhere.example/a.png");
            add("script", "https://elsewhere.example/a.js");
            add("iframe", "https://elsewhere.example/a.html");
            await fetch("https://elsewhere.example/a").catch(() => 0);
            try { new WebSocket("wss://elsewhere.example/a"); } catch { }
            await new Promise(done => setTimeout(done, 500));
            return told;
        }"""
    )
    assert len(faults) == 5
    assert page.outside == []


def test_an_online_base_map_is_allowed_only_when_the_reader_turns_it_on(open_view):
    page = open_view("?base=osm")
    page.wait_for_selector(FRAME, state="attached")
    page.wait_for_timeout(2500)
    hosts = {url.split("/")[2] for url in page.outside}
    assert hosts == {"tile.openstreetmap.org"}
    assert page.refused == []
    page.outside.clear()


def test_the_key_stays_in_the_session(open_view, front):
    key = "0123456789abcdef0123456789abcdef"
    page = open_view("?base=tianditu")
    frame = page.frame_locator(FRAME)
    frame.locator(".pm-appearance > summary").click()
    field = frame.locator("input[type=password]")
    field.fill(key)
    field.press("Tab")
    page.wait_for_timeout(2500)
    assert page.outside
    assert all("tianditu.gov.cn" in url for url in page.outside)
    page.outside.clear()
    assert key not in page.url
    assert key not in front[1].read_text(errors="replace")
    stored = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    assert key not in page.evaluate(stored)
    other = open_view("?base=tianditu")
    assert other.frame_locator(FRAME).locator("input[type=password]").input_value() == ""
    other.wait_for_timeout(1000)
    assert other.outside == []


def test_no_traceback_stands_in_the_log(front):
    assert "Traceback" not in front[1].read_text(errors="replace")


def settled(page):
    """Return the words of the choices beside the map when they no longer change."""
    words = ""
    for _ in range(40):
        now = page.frame_locator(FRAME).locator(".pm-list").inner_text()
        if now and now == words:
            return now
        words = now
        page.wait_for_timeout(700)
    pytest.fail("The page does not come to rest.")


def test_after_a_restart_the_reader_is_back_in_the_same_view(new_page, tmp_path):
    data = write_page_data(tmp_path / "data")
    with page_of_unit(tmp_path, data=data) as (port, _, process):
        page = new_page(alone=True)
        page.goto(f"http://127.0.0.1:{port}/?view=map&lang=en&plan=14th&zone=14th-nanshi")
        shown = settled(page)
        address = page.url
        process.kill()
        process.wait()
        page.wait_for_timeout(500)
        page.faults.clear()  # what was still being loaded when the process ended
    with page_of_unit(tmp_path, port=port, data=data):
        page.goto(address)
        assert settled(page) == shown
        assert page.url == address
        assert "14th Five-Year Plan" in shown
        assert "14th-nanshi" in page.url
