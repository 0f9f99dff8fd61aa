"""This version against an older one: opening, toggling, building, checking, in turn.

``python -m benchmarks.versions FOLDER`` prints Markdown. FOLDER is a checkout of the older
commit; both run in this environment. Each page is opened anew in turn and each command runs in
turn, so that a busy moment meets both. The two may draw from other lines and other plans: what
differs is then what is drawn, not only how.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from benchmarks.figures import ROOT, load, machine, ratio, table
from benchmarks.page import RIVALS, Rival, Visit, chromium
from testing.served import OPTIONS, ended, free_port, wait_until_healthy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

NAMES = ("older", "this")
COMMANDS = {
    "`geo build --check`": ("-m", "geo", "build", "--check"),
    "`geo check`": ("-m", "geo", "check"),
    "start of the program": ("-m", "geo", "--help"),
}
SIDEBAR = Rival("older", "", "path.pm-zone", "五大道", "十四五（2021–2025）")
"""The page of 0.1.0, which had a zone's switch in the side bar."""

COUNTED = "window.__seen.length ? window.__seen.at(-1)[1] : 0"


@contextmanager
def page_of(folder: Path) -> Iterator[str]:
    """Serve a version's page as its own folder has it; its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    program = "views.served" if (folder / "views" / "served").is_dir() else "streamlit"
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", program, "run", "streamlit_app.py"),
                *(*OPTIONS, f"--server.port={port}"),
            ],
            cwd=folder,
            stdout=words,
            stderr=subprocess.STDOUT,
        )
        with ended(process):
            wait_until_healthy(address, process)
            yield address


def counted(browser: Browser, rival: Rival, address: str) -> tuple[Rival, int]:
    """Open a page once, to warm it; where its switches are, and how many zones it draws first."""
    visit = Visit(browser, rival, address)
    try:
        visit.page.goto(address)
        visit.page.frame_locator("iframe").locator(rival.selector).first.wait_for()
        visit.settle()
        framed = visit.page.frame_locator("iframe").locator(RIVALS[0].zone).count() > 0
        return (RIVALS[0] if framed else SIDEBAR), int(visit.page.evaluate(COUNTED))
    finally:
        visit.close()


def one_visit(browser: Browser, rival: Rival, address: str, shapes: int) -> dict[str, float]:
    """Open a page, switch a zone off and on; return the times [s]."""
    visit = Visit(browser, rival, address)
    try:
        figures = {"address opened to all polygons drawn": visit.open(shapes)}
        visit.settle()
        figures["a zone switched off, to gone"] = visit.press(rival.zone, shapes - 1)
        visit.settle()
        figures["a zone switched on, to drawn"] = visit.press(rival.zone, shapes)
        visit.settle()
        return figures
    finally:
        visit.close()


def process_seconds(folder: Path, arguments: tuple[str, ...]) -> tuple[float, float]:
    """Run Python in a folder; return the time on the clock and the processor's [s].

    Raises
    ------
    RuntimeError
        If it ends in a traceback; a command that finds faults in data ends with 1 too.
    """
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
    )
    clock = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if "Traceback" in process.stderr:
        raise RuntimeError(f"{' '.join(arguments)} in {folder.name}: {process.stderr[-2000:]}")
    return clock, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main(argv: list[str] | None = None) -> str:
    """Measure and return (and print) the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--this", type=Path, default=ROOT, help="instead of this checkout")
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args(argv)
    folders = dict(zip(NAMES, (options.folder.resolve(), options.this.resolve()), strict=True))
    clock: dict[str, dict[str, list[float]]] = {name: {} for name in NAMES}
    processor: dict[str, dict[str, list[float]]] = {name: {} for name in NAMES}
    with ExitStack() as stack:
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        stack.callback(browser.close)
        addresses = {name: stack.enter_context(page_of(folders[name])) for name in NAMES}
        # How many zones each version draws, since an opening ends with the last of them.
        pages = {name: counted(browser, SIDEBAR, addresses[name]) for name in NAMES}
        for _ in range(options.repeats):
            for name in NAMES:
                rival, shapes = pages[name]
                for measure, value in one_visit(browser, rival, addresses[name], shapes).items():
                    clock[name].setdefault(measure, []).append(value)
    for measure, arguments in COMMANDS.items():
        for number in range(options.repeats + 1):
            for name in NAMES:
                seconds, used = process_seconds(folders[name], arguments)
                if number:  # the first fills the file cache and compiles
                    clock[name].setdefault(measure, []).append(seconds)
                    processor[name].setdefault(measure, []).append(used)
    rows = []
    for measure in clock["this"]:
        older, this = (statistics.median(clock[name][measure]) for name in NAMES)
        used = [statistics.median(processor[name].get(measure, [0.0])) for name in NAMES]
        rows.append(
            [
                measure,
                f"{older:.3f} s",
                f"{this:.3f} s",
                ratio(older, this),
                *([f"{used[0]:.2f} s", f"{used[1]:.2f} s"] if any(used) else ["", ""]),
            ]
        )
    head = ["", "older", "this", "to this", "older, processor", "this, processor"]
    drawn = " and ".join(str(pages[name][1]) for name in NAMES)
    out = (
        f"{table(head, rows)}\n\nMedians of {options.repeats}, in turn; {drawn} zones drawn at "
        f"first. {machine('streamlit', 'folium')}; {load()}."
    )
    print(out)
    return out


if __name__ == "__main__":
    main()
