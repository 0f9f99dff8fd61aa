import http.server
import json
import socket
import sys
import threading
import urllib.parse

import pytest
import shapely

from geo.errors import DataFileError, InputTooLargeError
from geo.streets.fetch import fetch_streets
from geo.streets.importing import StreetFile, import_streets
from testing.street_files import EXTRACT_DATE, map_streets, overpass_answer
from testing.synthetic_streets import METRIC, ORIGIN_M, synthetic_streets

osmnx = pytest.importorskip("osmnx")

STATUS = (
    "Connected as: 2130706433\nCurrent time: 2026-11-01T00:00:00Z\n"
    "Announced endpoint: none\nRate limit: 2\n2 slots available now.\n"
)


def outline():
    import geopandas as gpd

    x, y = ORIGIN_M
    box = shapely.box(x - 900, y - 900, x + 900, y + 900)
    return gpd.GeoSeries([box], crs=METRIC).to_crs("EPSG:4326").iloc[0]


@pytest.fixture
def overpass(monkeypatch):
    """An Overpass server on this machine that gives a recorded answer."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    state = {"answer": b"", "asked": []}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.reply(STATUS.encode(), "text/plain")

        def do_POST(self):
            size = int(self.headers["Content-Length"])
            query = urllib.parse.parse_qs(self.rfile.read(size).decode())["data"][0]
            state["asked"].append(query)
            self.reply(state["answer"], "application/json")

        def reply(self, body, kind):
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    state["url"] = f"http://127.0.0.1:{server.server_port}/api"
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def recorded():
    return overpass_answer(map_streets(synthetic_streets(800)), "body")


def test_the_answer_is_kept_and_can_be_imported(overpass, recorded, tmp_path):
    overpass["answer"] = json.dumps(recorded).encode()
    file = fetch_streets(outline(), tmp_path / "streets.json", overpass_url=overpass["url"])
    assert json.loads(file.read_text("utf-8")) == recorded
    assert sorted(p.name for p in tmp_path.iterdir()) == ["streets.json"]
    imported = import_streets(StreetFile(file), outline())
    assert len(imported.roads) > 20
    assert imported.extract_date == EXTRACT_DATE
    assert imported.attribution == "© OpenStreetMap contributors"


def test_streets_rivers_and_water_are_asked_for_in_one_question(overpass, recorded, tmp_path):
    overpass["answer"] = json.dumps(recorded).encode()
    fetch_streets(outline(), tmp_path / "streets.json", overpass_url=overpass["url"])
    (query,) = overpass["asked"]
    assert "way['highway'](poly:" in query
    assert "way['waterway'='river'](poly:" in query
    assert "relation['natural'='water'](poly:" in query


def test_settings_and_name_resolution_are_as_before(overpass, recorded, tmp_path):
    before = osmnx.settings.overpass_url, osmnx.settings.cache_folder, socket.getaddrinfo
    overpass["answer"] = json.dumps(recorded).encode()
    fetch_streets(outline(), tmp_path / "streets.json", overpass_url=overpass["url"])
    now = osmnx.settings.overpass_url, osmnx.settings.cache_folder, socket.getaddrinfo
    assert now == before


def test_a_server_that_broke_off_is_refused_and_leaves_no_file(overpass, recorded, tmp_path):
    remark = 'runtime error: Query timed out in "query" at line 1 after 181 seconds.'
    overpass["answer"] = json.dumps(recorded | {"remark": remark}).encode()
    with pytest.raises(DataFileError, match="broke off"):
        fetch_streets(outline(), tmp_path / "streets.json", overpass_url=overpass["url"])
    assert list(tmp_path.iterdir()) == []


def test_an_answer_that_is_no_json_is_refused(overpass, tmp_path):
    overpass["answer"] = b"<html><body>The server is probably too busy</body></html>"
    with pytest.raises(DataFileError, match="gave no streets"):
        fetch_streets(outline(), tmp_path / "streets.json", overpass_url=overpass["url"])
    assert list(tmp_path.iterdir()) == []


def test_an_empty_answer_is_refused(overpass, recorded, tmp_path):
    overpass["answer"] = json.dumps(recorded | {"elements": []}).encode()
    with pytest.raises(DataFileError, match="gave no streets"):
        fetch_streets(outline(), tmp_path / "streets.json", overpass_url=overpass["url"])


def test_without_a_network_the_message_says_so_and_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: refused at once
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/api"
        with pytest.raises(DataFileError, match=r"cannot be reached.*docs/street-data\.md"):
            fetch_streets(outline(), tmp_path / "streets.json", overpass_url=url)
    assert list(tmp_path.iterdir()) == []


def test_without_osmnx_the_message_names_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "osmnx", None)
    with pytest.raises(DataFileError, match=r"requirements-extra\.txt"):
        fetch_streets(outline(), tmp_path / "streets.json")


def test_a_whole_province_is_not_asked_of_overpass(tmp_path):
    with pytest.raises(InputTooLargeError, match="extract"):
        fetch_streets(shapely.box(116.7, 38.6, 118.1, 40.2), tmp_path / "streets.json")
