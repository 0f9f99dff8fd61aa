"""The service and the site under deploy/, started on loopback as they are written."""

import configparser
import gzip
import re
import shutil
import socket
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request

import pytest
from websocket import WebSocketBadStatusException, create_connection

from geo.io.limits import UPLOAD_BYTES
from layers.map.base_map import ONLINE_BASES
from testing.front import (
    HOME,
    ROOT,
    SITE,
    UNIT,
    nginx_front,
    nginx_front_alone,
    page_of_unit,
    unit,
)
from testing.sessions import Session


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with page_of_unit(tmp_path_factory.mktemp("service")) as (port, log, _):
        yield port, log


@pytest.fixture(scope="module")
def front(page, tmp_path_factory):
    folder = tmp_path_factory.mktemp("nginx")
    with nginx_front(folder, page[0]) as host:
        yield host, folder


def answer_to(host, path="/", **request):
    """Return status, headers and body, of a refusal too."""
    call = urllib.request.Request(f"http://{host}{path}", **request)
    try:
        with urllib.request.urlopen(call, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def policy_of(words):
    parts = (part.split() for part in words.split(";") if part.strip())
    return {name: values for name, *values in parts}


def test_the_unit_is_what_systemd_understands(tmp_path):
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed.")
    copy = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8").replace(f"{HOME}/.venv/bin/python", sys.executable)
    copy.write_text(text, encoding="utf-8")
    process = subprocess.run(
        [program, "verify", str(copy)], check=False, capture_output=True, text=True
    )
    assert UNIT.name not in process.stderr
    configparser.RawConfigParser(strict=False).read_string(text)


def test_the_unit_listens_on_loopback_only_and_gives_no_rights():
    service = unit()
    assert "--server.address=127.0.0.1" in service["ExecStart"][0]
    assert service["IPAddressDeny"] == ["any"]
    assert service["IPAddressAllow"] == ["localhost"]
    for name in ("PrivateTmp", "NoNewPrivileges", "ProtectHome"):
        assert service[name] == ["yes"]
    assert service["User"] == ["plan-map"]
    assert service["ProtectSystem"] == ["strict"]
    assert service["CapabilityBoundingSet"] == [""]


def test_every_answer_carries_the_headers(front):
    host, _ = front
    for path in ("/", "/_stcore/health", "/nothing/here.js", "/app/static/nothing.js"):
        status, headers, body = answer_to(host, path)
        assert status in (200, 404), path
        policy = policy_of(headers["Content-Security-Policy"])
        assert policy["default-src"] == ["'self'"]
        assert policy["connect-src"] == ["'self'"]
        assert policy["frame-ancestors"] == ["'self'"]
        assert policy["object-src"] == ["'none'"]
        assert headers.get_all("X-Content-Type-Options") == ["nosniff"]
        assert headers.get_all("X-Frame-Options") == ["SAMEORIGIN"]
        assert headers.get_all("Referrer-Policy") == ["no-referrer"]
        assert "geolocation=()" in headers["Permissions-Policy"]
        assert headers["Server"] == "nginx"
        assert str(ROOT).encode() not in body


def test_only_the_hosts_of_the_online_base_maps_are_in_the_policy():
    words = re.search(r'Content-Security-Policy "([^"]+)"', SITE).group(1)
    policy = policy_of(words)
    hosts = {value for value in policy.pop("img-src") if value.startswith("https://")}
    assert not [value for values in policy.values() for value in values if "//" in value]
    tiles = {re.match(r"https://([^/]+)/", url)[1] for b in ONLINE_BASES.values() for url in b.urls}
    patterns = {host: re.escape(host.removeprefix("https://")) for host in hosts}
    patterns = {host: words.replace(r"\*", r"[^/]+") for host, words in patterns.items()}
    for tile in tiles:
        assert [host for host, words in patterns.items() if re.fullmatch(words, tile)], tile
    for host, words in patterns.items():
        assert [tile for tile in tiles if re.fullmatch(words, tile)], host


def test_the_session_opens_through_the_front_and_from_no_other_origin(front):
    host, _ = front
    address = f"ws://{host}/_stcore/stream"
    session = create_connection(
        address, origin=f"http://{host}", subprotocols=["streamlit"], timeout=30
    )
    assert session.connected
    session.close()
    with pytest.raises(WebSocketBadStatusException, match="403"):
        create_connection(
            address, origin="http://elsewhere.example", subprotocols=["streamlit"], timeout=30
        )


def test_an_office_behind_one_address_gets_in(front):
    host, _ = front
    sessions = []
    try:
        for number in range(75):
            sessions.append(
                create_connection(
                    f"ws://{host}/_stcore/stream",
                    origin=f"http://{host}",
                    subprotocols=["streamlit"],
                    cookie=f"_streamlit_xsrf=browser-{number}",
                    timeout=60,
                )
            )
        assert all(session.connected for session in sessions)
    finally:
        for session in sessions:
            session.close()


def test_one_browser_holds_no_more_than_twenty_windows(front):
    host, _ = front
    sessions = []
    words = {"origin": f"http://{host}", "subprotocols": ["streamlit"], "timeout": 60}
    words["cookie"] = "_streamlit_xsrf=one"
    try:
        for _ in range(20):
            sessions.append(create_connection(f"ws://{host}/_stcore/stream", **words))
        with pytest.raises(WebSocketBadStatusException, match="429"):
            create_connection(f"ws://{host}/_stcore/stream", **words)
    finally:
        for session in sessions:
            session.close()


def test_a_session_cannot_send_file_after_file(front):
    host, _ = front

    def put(session):
        return answer_to(host, f"/_stcore/upload_file/{session}/f", data=b"x", method="PUT")[0]

    assert 429 in {put("hasty") for _ in range(30)}
    assert put("patient") != 429


def test_only_the_names_of_the_site_are_served(front):
    host, _ = front
    for name in ("elsewhere.example", "127.0.0.1.elsewhere.example", "10.0.0.1"):
        assert answer_to(host, headers={"Host": name})[0] == 421, name
    for name in (host, "localhost", "plan-map.example"):
        assert answer_to(host, "/_stcore/health", headers={"Host": name})[0] == 200, name


def test_a_page_of_another_site_cannot_ask(front):
    host, _ = front
    for origin in ("http://elsewhere.example", f"http://{host}.elsewhere.example", "null"):
        headers = {"Origin": origin}
        assert answer_to(host, "/_stcore/health", headers=headers)[0] == 403, origin
    assert answer_to(host, "/_stcore/health", headers={"Origin": f"http://{host}"})[0] == 200


def test_the_page_is_started_with_its_guards():
    assert "-m views.served run" in unit()["ExecStart"][0]
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "views.served run streamlit_app.py --server.address 127.0.0.1" in recipe


def test_an_upload_without_the_token_is_refused(front):
    host, _ = front
    path = "/_stcore/upload_file/session/file"
    status, _, body = answer_to(host, path, data=b"x", method="PUT")
    assert status in (400, 403)
    assert b"Traceback" not in body


def test_an_upload_above_the_limit_is_refused_by_the_front(front):
    host, _ = front
    name, _, port = host.partition(":")
    length = 52 * 2**20
    with socket.create_connection((name, int(port)), timeout=30) as connection:
        connection.sendall(
            f"PUT /_stcore/upload_file/a/b HTTP/1.1\r\nHost: {host}\r\n"
            f"Content-Length: {length}\r\n\r\n".encode()
        )
        assert connection.recv(64).startswith(b"HTTP/1.1 413")
    assert f"client_max_body_size {UPLOAD_BYTES // 2**20 + 1}m;" in SITE


def test_no_other_site_may_read_an_answer(front):
    host, _ = front
    _, headers, _ = answer_to(host, headers={"Origin": "http://elsewhere.example"})
    assert headers["Access-Control-Allow-Origin"] is None
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_the_front_compresses_scripts(front):
    host, _ = front
    names = re.findall(r'"\./(static/js/[^"]+\.js)"', answer_to(host)[2].decode())
    sizes = []
    for name in names:
        _, _, plain = answer_to(host, f"/{name}")
        if len(plain) < 1000:
            continue
        _, headers, packed = answer_to(host, f"/{name}", headers={"Accept-Encoding": "gzip"})
        assert headers["Content-Encoding"] == "gzip"
        assert headers["Vary"] == "Accept-Encoding"
        assert gzip.decompress(packed) == plain
        sizes.append((len(packed), len(plain)))
    packed, plain = map(sum, zip(*sizes, strict=True))
    assert packed < plain / 2


def test_the_metrics_stay_inside(front):
    assert answer_to(front[0], "/_stcore/metrics")[0] == 404


def test_the_log_holds_no_part_of_a_link(front):
    host, folder = front
    answer_to(host, "/?zone=13th-wudadao&tk=0123456789abcdef")
    log = (folder / "access.log").read_text()
    assert '"GET /"' in log
    assert "wudadao" not in log
    assert "0123456789abcdef" not in log


def test_no_log_holds_a_link_when_the_page_is_away(tmp_path):
    with nginx_front_alone(tmp_path) as host:
        assert answer_to(host, "/?zone=13th-wudadao&tk=0123456789abcdef")[0] == 502
        for _ in range(3):
            long = f"/{'a' * 9000}?tk=0123456789abcdef"  # longer than nginx reads
            assert answer_to(host, long)[0] == 414
    logs = [path.read_text() for path in tmp_path.glob("*.log")]
    assert any('"GET /" 502' in log for log in logs)
    assert not [log for log in logs if "wudadao" in log or "0123456789abcdef" in log]


def test_a_long_address_is_not_found_and_fills_no_log(page):
    port, log = page
    before = len(log.read_text(errors="replace").splitlines())
    count = 0
    for letters in (100, 300, 5000):
        for folder in ("/app/static/planmap/", "/app/static/" + "a/" * 600):
            count += 1
            status, _, body = answer_to(f"127.0.0.1:{port}", f"{folder}{'a' * letters}.js")
            assert status == 404, (folder, letters)
            assert b"Traceback" not in body
    lines = log.read_text(errors="replace").splitlines()[before:]
    assert len(lines) <= count, lines


def test_the_front_and_the_page_work_on_ipv6_alone(tmp_path):
    try:
        with socket.socket(socket.AF_INET6) as listener:
            listener.bind(("::1", 0))
    except OSError:
        pytest.skip("This machine has no ::1.")
    with (
        page_of_unit(tmp_path, address="::1") as (port, _, _),
        nginx_front(tmp_path, port, address="[::1]") as host,
    ):
        assert host.startswith("[::1]:")
        assert answer_to(host, "/")[0] == 200
        session = Session(f"http://{host}", origin=f"http://{host}")
        session.run()
        session.close()
    assert not session.faults
    assert "规划空间图" in session.title


def test_the_page_says_nothing_of_its_faults_to_readers():
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["client"]["showErrorDetails"] == "none"
    assert settings["server"]["enableXsrfProtection"] is True
    assert settings["server"]["enableCORS"] is True
    assert settings["server"]["maxUploadSize"] * 2**20 == UPLOAD_BYTES
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["runner"]["postScriptGC"] is False  # it held all readers after every act


def test_the_front_serves_the_page_and_its_log_is_clean(front, page):
    status, _, body = answer_to(front[0], "/?plan=14th")
    assert status == 200
    assert b'<div id="root">' in body
    assert "Traceback" not in page[1].read_text(errors="replace")
