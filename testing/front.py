"""The service and the site under deploy/, started on loopback as they are written."""

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from testing.served import ended, free_port, started, wait_until_open

ROOT = Path(__file__).parents[1]
SITE = (ROOT / "deploy" / "nginx-site.conf").read_text(encoding="utf-8")
UNIT = ROOT / "deploy" / "heping-plan-map.service"
HOME = "/opt/heping-plan-map"

WRAPPER = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    types {{ text/html html; text/css css; application/javascript js; image/png png; }}
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


def nginx_or_skip():
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        if os.environ.get("REQUIRE_NGINX"):
            pytest.fail("nginx is required here and not installed: apt-get install nginx-light")
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    return program


def unit():
    """Return the [Service] section: option to its values, for options may repeat."""
    section, values = "", {}
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line
        elif section == "[Service]" and line and not line.startswith("#"):
            name, _, value = line.partition("=")
            values.setdefault(name, []).append(value)
    return values


@contextlib.contextmanager
def page_of_unit(folder, port=None, data=None, address="127.0.0.1"):
    """Start the page by the command and the environment of the unit; give its port and log."""
    port = port or free_port()
    service = unit()
    command = shlex.split(service["ExecStart"][0])
    assert command[0] == f"{HOME}/.venv/bin/python"
    command[0] = sys.executable
    command = [word.replace("--server.port=8501", f"--server.port={port}") for word in command]
    command = [word.replace("address=127.0.0.1", f"address={address}") for word in command]
    environment = dict(value.split("=", 1) for value in service["Environment"])
    environment |= {"HOME": str(folder), "MPLCONFIGDIR": str(folder), "PATH": os.environ["PATH"]}
    if data is not None:
        environment["GEO_DATA"] = str(data)
    log = folder / f"page-{time.monotonic_ns()}.log"
    at = f"[{address}]" if ":" in address else address
    with started(command, f"http://{at}:{port}", log, environment) as process:
        yield port, log, process


@contextlib.contextmanager
def nginx_front(folder, page_port, address="127.0.0.1", *, is_page_there=True):
    """Start nginx with the site file; only its two addresses and its logs are put elsewhere.

    For another address than that of the site file, the site is told that it has this name.
    """
    port = free_port()
    site = SITE
    for old, new in (
        ("listen 80;", f"listen {address}:{port};"),
        ("server 127.0.0.1:8501;", f"server {address}:{page_port};"),
        ("    plan-map.example 1;", f'    "{address}" 1;\n    plan-map.example 1;'),
        ("/var/log/nginx/plan_map.log", f"{folder}/access.log"),
        ("/var/log/nginx/plan_map_error.log", f"{folder}/site-error.log"),
    ):
        assert site.count(old) == 1
        site = site.replace(old, new)
    if address == "127.0.0.1":
        site = site.replace('    "127.0.0.1" 1;\n', "")
    with nginx(folder, site, port, address, is_page_there=is_page_there):
        yield f"{address}:{port}"


def nginx_front_alone(folder):
    """Start nginx with the site file before a page that is away."""
    return nginx_front(folder, free_port(), is_page_there=False)


@contextlib.contextmanager
def nginx(folder, site, port, address="127.0.0.1", *, is_page_there=True):
    """Start nginx in a folder with a site that listens on a loopback port."""
    program = nginx_or_skip()
    (folder / "site.conf").write_text(site, encoding="utf-8")
    # Started by root, its workers would be of another user, who may not read pytest's folders.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(WRAPPER.format(folder=folder, user=user), encoding="utf-8")
    folder.chmod(0o755)
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    command += ["-e", str(folder / "error.log")]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    host = f"http://{address}:{port}"
    if is_page_there:
        with started(command, host, folder / "nginx.log"):
            yield
        return
    with (folder / "nginx.log").open("wb") as words:
        process = subprocess.Popen(command, stdout=words, stderr=words)
    with ended(process):
        wait_until_open(address, port)
        yield
