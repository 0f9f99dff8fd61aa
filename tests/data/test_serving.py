"""`geo doctor --serve`: a running page looked at from inside, with a stand-in for the page."""

import http.server
import threading

import pytest

import commands.shared.serving
from commands.shared.serving import HEADERS, examine_service
from geo.base import read_district
from geo.io.read import data_folder


class Page(http.server.BaseHTTPRequestHandler):
    """Answers as the page behind its front does; `script` is what it serves of the map."""

    script = b""
    front = True

    def do_GET(self):
        body = self.script if self.path.startswith("/app/static/planmap/") else b"ok"
        self.send_response(200)
        if self.front:
            for name in HEADERS:
                self.send_header(name, "x")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def served(tmp_path, monkeypatch):
    """Return a function that looks at a stand-in, given what it serves and what lies there."""
    monkeypatch.setattr(commands.shared.serving, "page_folder", lambda: tmp_path)

    def look(script, on_disk=None, *, front=True):
        folder = tmp_path / "static" / "planmap"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "map-1.js").write_bytes(script if on_disk is None else on_disk)
        # Of another version, and newer: readers are given the one that the page names.
        (folder / "map-2.js").write_bytes(b'{"version":"1998"}')
        served_path = folder.parent / "served.json"
        if not served_path.exists():
            served_path.write_text('{"script": "planmap/map-1.js"}')
        handler = type("Served", (Page,), {"script": script, "front": front})
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
            thread.start()
            address = f"http://127.0.0.1:{server.server_port}"
            findings = examine_service(address, data_folder(), "en")
            server.shutdown()
            thread.join()
        return {finding.part: finding.status for finding in findings}

    return look


@pytest.fixture
def script():
    version = read_district(data_folder()).data_version
    return f'window.PLAN_DATA={{"version":"{version}"}};'.encode()


def test_a_page_that_is_well_has_nothing_missing(served, script):
    assert set(served(script).values()) == {"ok"}


def test_headers_that_only_the_front_adds_are_named(served, script):
    assert served(script, front=False)["serve-headers"] == "optional"


def test_a_script_that_is_not_the_one_on_the_disk_is_found(served, script):
    assert served(script, on_disk=script + b"//")["serve-static"] == "missing"


def test_data_of_another_version_are_found(served):
    assert served(b'{"version":"1999"}')["serve-version"] == "missing"


@pytest.mark.parametrize("told", ["", "[]", '{"script": null}', '{"script": "../district.toml"}'])
def test_what_the_page_did_not_say_is_missing(served, script, tmp_path, told):
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "served.json").write_text(told)
    findings = served(script)
    assert findings["serve-static"] == "missing"
    assert "serve-version" not in findings


def test_a_page_that_does_not_answer_is_told_at_once():
    (health,) = examine_service("http://127.0.0.1:1", None, "en")
    assert (health.part, health.status) == ("serve-health", "missing")


def test_no_other_machine_is_asked():
    (address,) = examine_service("http://example.org", None, "zh")
    assert (address.part, address.status) == ("serve-address", "missing")
