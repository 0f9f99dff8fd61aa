"""Look at a running page from inside: answers, headers, scripts, data version, queue, disk."""

from __future__ import annotations

import json
import re
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from commands.page import page_folder
from commands.shared.machine import LEAST_FREE_BYTES, Finding, Status
from geo.base import read_district
from geo.errors import GeoError
from geo.io.read import data_folder
from geo.texts import text

ANSWER_SECONDS = 10.0
LARGEST_ANSWER_BYTES = 20_000_000

HEADERS = (
    "Content-Security-Policy",
    "X-Frame-Options",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Permissions-Policy",
)
"""Headers that the front of deploy/nginx-site.conf adds."""

SCRIPT = re.compile(r"planmap/map-[0-9a-f]+\.js")

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def examine_service(address: str, folder: Path | None, language: str) -> list[Finding]:
    """Look at a page that is being served.

    Parameters
    ----------
    address : str
        Such as ``"http://127.0.0.1:8501"``; only this machine is asked.
    folder : Path, optional
        The data folder that it should show; ``GEO_DATA`` or the project's own by default.
    language : {"zh", "en"}
        Language of what is found and of the remedies.

    Returns
    -------
    list of Finding
        In a fixed order; nothing is changed.
    """

    def finding(part: str, *, well: bool, value: str, optional: bool = False) -> Finding:
        if well:
            return Finding(part, "ok", value)
        status: Status = "optional" if optional else "missing"
        return Finding(part, status, value, text(f"doctor.{part}.remedy", language))

    # Only a page of this machine: an address of another host is not asked for anything.
    host = urlsplit(address).hostname or ""
    if host not in LOOPBACK:
        return [finding("serve-address", well=False, value=address)]
    # Everything else needs an answer.
    status, _, _ = _answer(f"{address}/_stcore/health")
    rows = [finding("serve-health", well=status == 200, value=f"{address}: {status or '–'}")]
    if status != 200:
        return rows
    # What protects readers is set by the server in front, so it may be missing.
    status, headers, _ = _answer(f"{address}/")
    missing_headers = [name for name in HEADERS if name not in headers]
    rows.append(
        finding(
            "serve-headers",
            well=not missing_headers,
            value=", ".join(missing_headers) if missing_headers else f"{len(HEADERS)}",
            optional=True,
        )
    )
    rows += [
        finding(part, well=well, value=value) for part, well, value in _static(address, folder)
    ]
    # How busy it is, and whether exports still have room.
    waiting, running_count = _queue()
    rows.append(
        finding(
            "serve-queue", well=waiting == 0, value=f"{waiting} + {running_count}", optional=True
        )
    )
    free_bytes = shutil.disk_usage(page_folder()).free
    value = f"{free_bytes / 2**30:.1f} GiB"
    rows.append(finding("serve-disk", well=free_bytes >= LEAST_FREE_BYTES, value=value))
    return rows


def _answer(address: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of an answer; status 0 where there is none."""
    # No proxy of the environment: the page is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=ANSWER_SECONDS) as answer:
            return answer.status, dict(answer.headers), answer.read(LARGEST_ANSWER_BYTES)
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), b""
    except (OSError, ValueError):
        return 0, {}, b""


def _static(address: str, folder: Path | None) -> list[tuple[str, bool, str]]:
    """Look whether the script that new readers get is served as it lies there, and its data."""
    static = page_folder() / "static"
    try:
        # What the page wrote down, not the newest file: a version gone back to has an old one.
        script = str(json.loads((static / "served.json").read_bytes())["script"])
        lies = (static / script).read_bytes() if SCRIPT.fullmatch(script) else None
    except (OSError, ValueError, KeyError, TypeError):
        script, lies = "static/served.json", None
    if lies is None:
        return [("serve-static", False, f"{script} –")]
    status, _, body = _answer(f"{address}/app/static/{script}")
    rows = [("serve-static", body == lies, f"{script}: {status}")]
    try:
        version = read_district(data_folder(folder)).data_version
    except GeoError as error:
        return [*rows, ("serve-version", False, str(error))]
    is_served = f'"version":{json.dumps(version)}'.encode() in body
    return [*rows, ("serve-version", is_served, version)]


def _queue() -> tuple[int, int]:
    """Return how many export jobs wait and run, as the page last wrote it; 0 where it has not."""
    try:
        queue = json.loads((page_folder() / "static" / "queue.json").read_bytes())
        return int(queue["waiting"]), int(queue["running"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, 0
