"""Look at every part of this machine; say what is missing and what to do about it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
import tempfile
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from commands.page import CARRIED, DEFAULT_PORT, page_folder
from geo.errors import GeoError, reason_of
from geo.texts import text

LOCKS = CARRIED if CARRIED.is_dir() else CARRIED.parents[1]
"""Where the pinned requirements lie: inside an installed wheel, or beside the package."""

OLDEST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 500 * 2**20
"""Free disk below which exports of large sheets may fail [bytes]."""

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")

Status = Literal["ok", "missing", "optional"]
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+?)\s*(?:;\s*(.*?))?\s*\\?$", re.M)


@dataclass(frozen=True)
class Finding:
    """One part of the machine that was looked at.

    Parameters
    ----------
    part : str
        Stable name, such as ``"packages"``; its title is the catalogue's ``doctor.<part>``.
    status : {"ok", "missing", "optional"}
        ``"missing"`` keeps the page or the command line from working;
        ``"optional"`` only what its remedy names.
    value : str
        What was found.
    remedy : str
        What to do; empty where all is well.
    """

    part: str
    status: Status
    value: str
    remedy: str = ""


def examine(
    folder: Path | None = None,
    *,
    port: int = DEFAULT_PORT,
    language: str = "zh",
) -> list[Finding]:
    """Look at everything that the project needs, and at what it can use.

    Parameters
    ----------
    folder : Path, optional
        The data folder; ``GEO_DATA`` or the project's own by default.
    port : int
        The port on which the page is to listen on loopback.
    language : {"zh", "en"}
        Language of what is found and of the remedies.

    Returns
    -------
    list of Finding
        In a fixed order; nothing is changed on the machine.
    """

    def finding(part: str, *, well: bool, value: str, status: Status = "missing") -> Finding:
        if well:
            return Finding(part, "ok", value)
        return Finding(part, status, value, text(f"doctor.{part}.remedy", language, port=port))

    # What must be installed: Python, the pinned packages, the font, the map library.
    version = ".".join(map(str, sys.version_info[:3]))
    result = [finding("python", well=sys.version_info >= OLDEST_PYTHON, value=version)]
    locks: tuple[tuple[str, str, Status], ...] = (
        ("packages", "requirements.txt", "missing"),
        ("extra", "requirements-extra.txt", "optional"),
    )
    for part, name, status in locks:
        count, differences = packages(LOCKS / name)
        words = text("doctor.pinned", language, count=count, wrong=len(differences))
        words += f": {', '.join(differences[:8])}" if differences else ""
        result.append(finding(part, well=not differences, value=words, status=status))
    font = font_file()
    result.append(finding("font", well=font is not None, value=font.name if font else "–"))
    leaflet = find_spec("xstatic") is not None and find_spec("xstatic.pkg.leaflet") is not None
    result.append(finding("leaflet", well=leaflet, value="Leaflet" if leaflet else "–"))
    # The data that are to be shown.
    result += [finding(p, well=w, value=f) for p, w, f in _data(folder, language)]
    # Where the page writes, and whether it may listen.
    static = page_folder() / "static"
    result.append(finding("static", well=is_writable(static), value="static/"))
    temporary = Path(tempfile.gettempdir())
    result.append(finding("temporary", well=is_writable(temporary), value=str(temporary)))
    free_bytes = shutil.disk_usage(temporary).free
    result.append(
        finding("disk", well=free_bytes >= LEAST_FREE_BYTES, value=f"{free_bytes / 2**30:.1f} GiB")
    )
    result.append(
        finding("port", well=port_is_free(port), value=f"127.0.0.1:{port}", status="optional")
    )
    # Programs that only some tasks need.
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    result.append(
        finding("chromium", well=chromium is not None, value=chromium or "–", status="optional")
    )
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    result.append(finding("nginx", well=nginx is not None, value=nginx or "–", status="optional"))
    result.append(_database(language, finding("postgis", well=False, value="–", status="optional")))
    return result


def packages(lock: Path) -> tuple[int, list[str]]:
    """Compare the installed packages with a lock; return how many it has and which differ.

    Packages whose marker leaves this system out are not counted.
    """
    try:
        from packaging.markers import Marker
    except ImportError:
        return 0, ["packaging –"]
    count, differences = 0, []
    for name, version, marker in _PIN.findall(lock.read_text(encoding="utf-8")):
        if marker and not Marker(marker.rstrip(" \\")).evaluate():
            continue
        count += 1
        try:
            installed_version = metadata.version(name)
        except metadata.PackageNotFoundError:
            differences.append(f"{name} –")
            continue
        if installed_version != version:
            differences.append(f"{name} {installed_version} ≠ {version}")
    return count, differences


def font_file() -> Path | None:
    """Return the Chinese font that the package zhplot carries, found without importing it."""
    spec = find_spec("zhplot")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        for path in sorted(Path(folder, "fonts").glob("NotoSansSC-Regular.*")):
            return path
    return None


def _data(folder: Path | None, language: str) -> list[tuple[str, bool, str]]:
    """Look at the data folder, its checksums and whether its zones are built."""
    try:
        from geo.build import build
        from geo.checks.folder import checksums_check, rebuild_check
        from geo.io.read import data_folder

        folder = data_folder(folder)
        built = build(folder)
        faults = [issue.place for issue in built.issues if issue.level == "error"]
        rows = [("data", not faults, ", ".join(faults) or folder.name)]
        for part, check in (
            ("checksums", checksums_check(folder)),
            ("zones", rebuild_check(built, folder)),
        ):
            words = "; ".join(s.words(language) for s in check.statements[:5])
            rows.append(
                (part, check.status != "failed", words or text(f"status.{check.status}", language))
            )
    except (GeoError, ImportError) as error:
        reason = reason_of(error).render(language)
        return [("data", False, reason)]
    return rows


def is_writable(folder: Path) -> bool:
    """Return whether a file can be made in a folder, or the folder itself where it is missing."""
    while not folder.exists():
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def port_is_free(port: int) -> bool:
    """Return whether nothing listens on a port of loopback."""
    with socket.socket() as listener:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _database(language: str, absent: Finding) -> Finding:
    """Ask the database of ``GEO_DSN`` whether it has PostGIS; its address is never told."""
    dsn = os.environ.get("GEO_DSN")
    if not dsn or find_spec("psycopg") is None:
        return absent
    import psycopg

    try:
        with psycopg.connect(dsn, connect_timeout=5) as connection:
            row = connection.execute("SELECT postgis_lib_version()").fetchone()
    except psycopg.Error as error:
        remedy = text("doctor.postgis.unreachable", language)
        return Finding("postgis", "optional", type(error).__name__, remedy)
    return Finding("postgis", "ok", f"PostGIS {row[0] if row else ''}")
