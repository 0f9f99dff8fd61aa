"""The nginx lines of docs/many-readers.md, with two processes on loopback."""

import re
import time
import urllib.error
import urllib.request

import pytest

from testing.front import ROOT, SITE, nginx, nginx_or_skip, page_of_unit
from testing.page_fixture import write_page_data
from testing.served import end, free_port
from testing.sessions import Session

DISTRICT = "测试区"


def documented_blocks():
    words = (ROOT / "docs" / "many-readers.md").read_text(encoding="utf-8")
    return re.findall(r"```nginx\n(.*?)```", words, flags=re.DOTALL)


def documented_site(port, ports, folder):
    """The site file with the documented lines, on other ports."""
    upstream, header, proxy = documented_blocks()
    site, count = re.subn(r"upstream plan_map \{.*?\n\}\n", lambda _: upstream, SITE, flags=re.S)
    assert count == 1
    for old, new in (
        ("    server_tokens off;\n", f"    server_tokens off;\n{header}"),
        ("        proxy_pass http://plan_map;\n", proxy),
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("/var/log/nginx/plan_map.log", f"{folder}/access.log"),
        ("/var/log/nginx/plan_map_error.log", f"{folder}/site-error.log"),
    ):
        # Websockets, uploads and the rest each have a place of their own.
        assert site.count(old) == (3 if "proxy_pass" in old else 1)
        site = site.replace(old, new)
    for old, new in zip(("8501", "8502"), ports, strict=True):
        site = site.replace(old, str(new))
    return site


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    """Two processes that show different districts, behind one nginx."""
    nginx_or_skip()
    folder = tmp_path_factory.mktemp("several")
    made_up = write_page_data(folder / "data")
    with (
        page_of_unit(folder) as (one, _, _),
        page_of_unit(folder, data=made_up) as (two, _, second),
    ):
        port = free_port()
        site = documented_site(port, (one, two), folder)
        with nginx(folder, site, port):
            yield f"127.0.0.1:{port}", str(one), str(two), second


def given_cookie(host, cookie=None):
    request = urllib.request.Request(f"http://{host}/")
    if cookie:
        request.add_header("Cookie", f"plan_map={cookie}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        (header,) = (c for c in answer.headers.get_all("Set-Cookie") if c.startswith("plan_map="))
    return re.match(r"plan_map=(\d+); Path=/; HttpOnly; SameSite=Lax", header)[1]


def shows_made_up_district(host, cookie):
    """Open a real session; the title tells which process answered."""
    reader = Session(f"http://{host}", cookie=f"plan_map={cookie}")
    try:
        reader.run()
    finally:
        reader.close()
    assert "规划空间图" in reader.title
    return DISTRICT in reader.title


def test_both_processes_get_readers(front):
    host, one, two, _ = front
    assert {given_cookie(host) for _ in range(40)} == {one, two}


def test_a_reader_stays_with_one_process(front):
    host, one, two, _ = front
    assert [given_cookie(host, one) for _ in range(5)] == [one] * 5
    assert [given_cookie(host, two) for _ in range(5)] == [two] * 5
    assert not any(shows_made_up_district(host, one) for _ in range(3))
    assert all(shows_made_up_district(host, two) for _ in range(3))


def test_an_unknown_process_in_a_cookie_is_answered_by_a_known_one(front):
    host, one, two, _ = front
    assert given_cookie(host, "1") in (one, two)


def test_an_export_and_an_upload_belong_to_the_process_of_their_reader(front, tmp_path):
    host, one, two, _ = front
    reader = Session(f"http://{host}", "view=export", cookie=f"plan_map={two}")
    try:
        reader.run()
        formats = reader.find("selectbox", "export_format")
        reader.choose(formats, list(formats.options).index("GeoJSON"))
        reader.press(reader.find("button", "export_make"))
        until = time.monotonic() + 60
        while (file := reader.find("download_button", "")) is None and time.monotonic() < until:
            time.sleep(min(reader.asks_again.values(), default=0.2))
            reader.run(next(iter(reader.asks_again), ""))
        assert reader.faults == []
        assert reader.download(file) > 500
        reader.cookie = f"plan_map={one}"
        with pytest.raises(urllib.error.HTTPError, match="404"):
            reader.download(file)
    finally:
        reader.close()
    reader = Session(f"http://{host}", "view=own&own=check", cookie=f"plan_map={two}")
    try:
        reader.run()
        shapes = next((write_page_data(tmp_path) / "zones").glob("*th.geojson")).read_bytes()
        reader.upload(reader.find("file_uploader", "own_file"), "shapes.geojson", shapes)
        assert reader.find("selectbox", "own_datum"), reader.faults
    finally:
        reader.close()


def test_the_readers_of_an_ended_process_go_on_with_the_other(front):
    host, _, two, second = front
    assert shows_made_up_district(host, two)
    end(second)
    assert not shows_made_up_district(host, two)
