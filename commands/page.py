"""``geo page``: open the page on this machine.

In a checkout the page runs where it lies. An installed wheel must not be written to, and
Streamlit serves only files beside its script, so the script is put into a folder of the user's
cache first.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from commands.shared.parsing import Parser
from geo.errors import GeoError
from geo.texts import Text, text

DEFAULT_PORT = 8501
CARRIED = Path(__file__).with_name("page_files")
"""The page's script and settings inside an installed wheel; a checkout has none here."""


def add_arguments(parser: Parser) -> None:
    """Declare the options."""
    parser.add_argument("--data", metavar="FOLDER")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--no-browser", action="store_true")
    parser.add_language()
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve the page until it is stopped."""
    from commands.shared.issues import chosen_folder

    data = chosen_folder(options)
    folder = page_folder()
    try:
        put_page(folder)
    except OSError as error:
        raise GeoError(
            Text("command.page.not-writable", folder=str(folder), why=error.strerror)
        ) from error
    os.environ["GEO_DATA"] = str(data.resolve())
    os.environ["GEO_STATIC"] = str(folder / "static")
    command = [sys.executable, "-m", "views.served", "run", "streamlit_app.py"]
    command += ["--server.address=127.0.0.1", f"--server.port={options.port}"]
    command += [f"--server.headless={str(options.no_browser).lower()}"]
    print(text("command.page", options.lang, port=options.port), file=sys.stderr, flush=True)
    os.chdir(folder)
    if os.name == "posix":
        os.execv(sys.executable, command)  # signals of a service manager reach the page itself
    return subprocess.call(command)


def page_folder() -> Path:
    """Return the folder in which the page runs, and beside which it may write.

    ``GEO_PAGE``, else the checkout, else a folder of this version in the user's cache.
    """
    if os.environ.get("GEO_PAGE"):
        return Path(os.environ["GEO_PAGE"]).resolve()
    if not CARRIED.is_dir():
        return CARRIED.parents[1]
    from platformdirs import user_cache_path

    return user_cache_path("heping-plan-map", appauthor=False) / metadata.version("heping-plan-map")


def put_page(folder: Path) -> None:
    """Put the page's script and settings into a folder, unless it is the checkout itself."""
    project = CARRIED.parents[1]
    if folder == project:
        return
    script, settings = (
        (CARRIED / "streamlit_app.py", CARRIED / "config.toml")
        if CARRIED.is_dir()
        else (project / "streamlit_app.py", project / ".streamlit" / "config.toml")
    )
    (folder / ".streamlit").mkdir(parents=True, exist_ok=True)
    (folder / "static").mkdir(exist_ok=True)
    shutil.copyfile(script, folder / "streamlit_app.py")
    shutil.copyfile(settings, folder / ".streamlit" / "config.toml")
