"""Readers, exports and uploads at once, for minutes or an hour: how a click fares, and memory.

``python -m benchmarks.load`` starts the page as the service does and holds 100 sessions for five
minutes: 90 click a zone every 10 to 15 s, five export one format after another and fetch the
file, five upload a file, confirm its datum and wait for its verdicts. ``--idle 300`` holds as
many further sessions that do nothing; ``--visiting`` opens links, looks and leaves, one in four
too early; ``--hostile FOLDER`` uploads the files of a folder one after another beside the
others; ``--page FOLDER`` starts the page of another version, such as a checkout of an old
commit. Prints Markdown; the time of a click is that to the last message of its rerun.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import zipfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.figures import ROOT, load, machine, percentile, table
from benchmarks.readers import zone_ids
from testing.served import ended, free_port, wait_until_healthy
from testing.sessions import Session

if TYPE_CHECKING:
    from collections.abc import Callable

PAUSE_SECONDS = (10.0, 15.0)
SAMPLE_SECONDS = 5.0
OPENING_SECONDS = 300.0
"""How long the sessions may take to open before the measure begins all the same."""

UPLOAD_SECONDS = 180.0
"""How long a reader waits for the verdicts of a file before it counts as failed."""

SETTLED = 0.4
"""Share of the time after which caches are full: the slope of memory is taken from there."""

EXPORT_LINK = "view=export"
UPLOAD_LINK = "view=own&own=check"
PASTE_LINK = "view=own&own=paste"
LINKS = (
    "",
    "plan=11th",
    "plan=14th&zone=14th-wudadao",
    "lang=en&zone=13th-wudadao",
    "view=check",
    "view=check&plan=14th&lang=en",
    "view=compare",
    "view=compare&mode=time&period=13th",
    "view=place&at_place=五大道",
    "view=search&q=小白楼",
    "view=export",
    "view=own",
    "view=nothing&zone=nowhere&plan=99th",
)


@dataclass
class Record:
    """What all readers of a run came to."""

    end: float = math.inf
    opening: int = 0
    ready: threading.Event = field(default_factory=threading.Event)
    clicks: list[float] = field(default_factory=list)
    exports: list[float] = field(default_factory=list)
    uploads: list[float] = field(default_factory=list)
    opened: int = 0
    left: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    hostile: list[tuple[str, float, str]] = field(default_factory=list)

    def goes_on(self) -> bool:
        """Whether there is time left."""
        return time.perf_counter() < self.end

    def fail(self, who: str, words: str) -> None:
        """Count a failure and show it."""
        self.failed[who] += 1
        print(f"{who}: {words}", file=sys.stderr, flush=True)


def wait(seconds: float, record: Record) -> None:
    """Pause, but not beyond the end."""
    time.sleep(max(0.0, min(seconds, record.end - time.perf_counter())))


def click(address: str, chance: random.Random, record: Record, zones: list[str]) -> None:
    """Open the page, wait until all others have, then click zones until the end."""
    session = Session(address)
    try:
        session.run()
        record.opened += 1
        record.opening += 1
        record.ready.wait()
        wait(chance.uniform(0.0, PAUSE_SECONDS[1]), record)
        number = 0
        while record.goes_on():
            number += 1
            record.clicks.append(session.click(chance.choice(zones), number))
            for fault in session.faults:
                record.fail("click", fault)
            wait(chance.uniform(*PAUSE_SECONDS), record)
    finally:
        session.close()


def visit(address: str, chance: random.Random, record: Record, zones: list[str]) -> None:
    """Open links, look a while and leave; one in four before the script has ended."""
    del zones
    while record.goes_on():
        session = Session(address, urllib.parse.quote(chance.choice(LINKS), safe="=&,"))
        try:
            if chance.random() < 0.25:
                session.ask()
                record.left += 1
                wait(chance.random(), record)
                continue
            session.run()
            record.opened += 1
            for fault in session.faults:
                record.fail("visit", fault)
            wait(chance.uniform(0.5, 3.0), record)
        finally:
            session.close()


def export(address: str, chance: random.Random, record: Record, zones: list[str]) -> None:
    """Make one file after another in every format, and fetch each."""
    del zones
    session = Session(address, EXPORT_LINK)
    try:
        session.run()
        record.opened += 1
        formats = list(range(len(session.find("selectbox", "export_format").options)))
        chance.shuffle(formats)
        number = 0
        while record.goes_on():
            session.choose(
                session.find("selectbox", "export_format"), formats[number % len(formats)]
            )
            number += 1
            start = time.perf_counter()
            make = session.find("button", "export_make") or session.find("button", "生成文件")
            if make is None:
                record.fail("export", "no button to make the file")
                return
            session.press(make)
            while (got := session.find("download_button", "")) is None and record.goes_on():
                _ask_again(session, record)
                if session.faults:
                    break
            for fault in session.faults:
                record.fail("export", fault)
            if got is not None:
                session.download(got)
                record.exports.append(time.perf_counter() - start)
    finally:
        session.close()


def _ask_again(session: Session, record: Record) -> None:
    """Do what a browser does about the fragments of a page: ask again after a time."""
    if not session.asks_again:
        wait(0.5, record)
        session.run()
        return
    fragment, seconds = next(iter(session.asks_again.items()))
    wait(seconds, record)
    session.run(fragment)


def upload(address: str, chance: random.Random, record: Record, files: dict[str, bytes]) -> None:
    """Bring a file along, confirm its datum, wait for its verdicts, leave; again and again."""
    names = sorted(files)
    while record.goes_on():
        name = chance.choice(names)
        session = Session(address, UPLOAD_LINK)
        try:
            session.run()
            record.opened += 1
            start = time.perf_counter()
            fault = _one_upload(session, record, name, files[name])
            if fault:
                record.fail("upload", f"{name}: {fault}")
            elif record.goes_on():
                record.uploads.append(time.perf_counter() - start)
        finally:
            session.close()


def _one_upload(session: Session, record: Record, name: str, data: bytes) -> str:
    """Upload one file up to its verdicts, as a reader would; return what went wrong."""
    uploader = session.find("file_uploader", "own_file")
    if uploader is None:
        return "no field for a file"
    until = time.perf_counter() + UPLOAD_SECONDS
    session.upload(uploader, name, data)
    while not session.faults and record.goes_on() and time.perf_counter() < until:
        if any("own-results" in body for body in session.html):
            return ""
        box = session.find("checkbox", "own_confirmed")
        datum = session.find("selectbox", "own_datum")
        if box is not None:
            if box.id in session.states:
                return "no verdicts"
            session.check(box)
        elif datum is not None:
            # Position does not tell the datum: the reader says it.
            session.choose(datum, 0)
        elif session.asks_again:
            _ask_again(session, record)
        else:
            return "nothing that could be read"
    if not session.faults and record.goes_on():
        return f"no verdicts within {UPLOAD_SECONDS:.0f} s"
    return "; ".join(session.faults)


def send_hostile(address: str, record: Record, folder: Path) -> None:
    """Upload every file of a folder, and paste every text, again and again."""
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    record.ready.wait()
    while paths and record.goes_on():
        for path in paths:
            if not record.goes_on():
                return
            start = time.perf_counter()
            session = Session(address, PASTE_LINK if path.suffix == ".txt" else UPLOAD_LINK)
            try:
                session.run()
                start = time.perf_counter()
                if path.suffix == ".txt":
                    answer = _one_paste(session, path.read_text(encoding="utf-8"))
                else:
                    answer = _one_upload(session, record, path.name, path.read_bytes())
            except Exception as error:  # whatever it is, it is the answer
                answer = f"{type(error).__name__}: {error}"
            finally:
                session.close()
            if record.goes_on():
                record.hostile.append(
                    (path.name, time.perf_counter() - start, answer or "verdicts")
                )


def _one_paste(session: Session, text: str) -> str:
    """Paste one text and have it read; return what is said of it."""
    area, button = session.find("text_area", ""), session.find("button", "FormSubmitter")
    if area is None or button is None:
        return "no field for a text"
    session.write(area, text)
    session.press(button)
    return "; ".join(session.faults) or "read"


def files_to_upload() -> dict[str, bytes]:
    """Return files as readers bring them: the zones of a plan in three formats, and larger ones."""
    import geopandas as gpd
    import shapely

    zones = gpd.read_file(ROOT / "data" / "zones" / "13th.geojson")
    areas = zones[zones.geom_type.isin(["Polygon", "MultiPolygon"])][["name", "geometry"]]
    chance = random.Random(20)
    x, y = areas.total_bounds[:2]
    many = [
        shapely.Point(x + chance.random() / 100, y + chance.random() / 100).buffer(
            0.0004, quad_segs=60
        )
        for _ in range(40)
    ]
    layers = {
        "zones": areas,
        "circles": gpd.GeoDataFrame({"name": range(len(many))}, geometry=many, crs="EPSG:4326"),
    }
    files = {}
    with tempfile.TemporaryDirectory() as name:
        for label, layer in layers.items():
            files[f"{label}.geojson"] = layer.to_json().encode()
            path = Path(name) / f"{label}.gpkg"
            layer.to_file(path)
            files[path.name] = path.read_bytes()
            shapes = Path(name) / label
            shapes.mkdir()
            layer.to_file(shapes / f"{label}.shp", encoding="utf-8")
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                for part in shapes.iterdir():
                    archive.writestr(part.name, part.read_bytes())
            files[f"{label}.zip"] = buffer.getvalue()
    return files


def memory_of(pid: int) -> tuple[float, float]:
    """Return the resident memory of a process and of all its children [MB]; Linux only."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            parents.setdefault(parent, []).append(int(path.parent.name))
    below, children = list(parents.get(pid, ())), []
    while below:
        child = below.pop()
        children.append(child)
        below += parents.get(child, ())
    return resident_mb(pid), sum(map(resident_mb, children))


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process [MB]; 0 where it has gone."""
    with suppress(OSError):
        match = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
        return int(match[1]) / 1024 if match else 0.0
    return 0.0


def slope(points: list[tuple[float, float]]) -> float:
    """Return the slope of the line of least squares through some points."""
    if len(points) < 2:
        return 0.0
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Start the page, let the readers act, and return what was measured."""
    page = options.page.resolve()
    zones, files = zone_ids(), files_to_upload()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        temporary = folder / "tmp"
        temporary.mkdir()
        port, log = free_port(), folder / "page.log"
        # An older version has no server of its own in front of Streamlit.
        module = "views.served" if (page / "views" / "served").is_dir() else "streamlit"
        with log.open("w") as words:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", module, "run", "streamlit_app.py"),
                    *("--server.headless=true", "--server.address=127.0.0.1"),
                    f"--server.port={port}",
                ],
                cwd=page, stdout=words, stderr=subprocess.STDOUT,
                env={**os.environ, "TMPDIR": str(temporary)},
            )  # fmt: skip
        with ended(process):
            address = f"http://127.0.0.1:{port}"
            wait_until_healthy(address, process, log)
            # The first session loads the libraries: it is not part of what is measured.
            first = Session(address)
            first.run()
            first.close()
            # Idle sessions stay open beside those that act, and must still answer at the end.
            idle: list[Session] = []
            over = threading.Event()
            keeper = threading.Thread(target=_keep, args=(idle, over), daemon=True)
            keeper.start()
            for _ in range(options.idle):
                session = Session(address)
                session.run()
                idle.append(session)
            outcome = _act(address, process, options, (zones, files))
            over.set()
            keeper.join()
            outcome["held"] = _held(idle)
            outcome["alive"] = process.poll() is None
        # What may not be left behind: a traceback in the log, a folder of a job.
        outcome["tracebacks"] = log.read_text(errors="replace").count("Traceback")
        outcome["folders"] = [p.name for p in temporary.iterdir() if p.name.startswith("heping-")]
        if outcome["tracebacks"]:
            print(log.read_text(errors="replace")[-6000:], file=sys.stderr)
    return outcome


def _keep(idle: list[Session], over: threading.Event) -> None:
    """Answer the pings of idle sessions as their browsers would; one that is gone is told later."""
    while not over.wait(2.0):
        for session in list(idle):
            with suppress(Exception):
                session.stay()


def _held(idle: list[Session]) -> int:
    """Return how many idle sessions still answer."""
    held = 0
    for session in idle:
        with suppress(Exception):
            session.run()
            held += 1
        session.close()
    return held


def _act(
    address: str,
    process: subprocess.Popen[bytes],
    options: argparse.Namespace,
    zones_and_files: tuple[list[str], dict[str, bytes]],
) -> dict[str, Any]:
    """Let every reader act until the end; read memory meanwhile."""
    zones, files = zones_and_files
    start = time.perf_counter()
    record = Record()
    others = options.exporting + options.uploading + options.visiting
    roles: list[tuple[str, Callable[..., None], Any]] = [
        *[("click", click, zones)] * (options.sessions - others),
        *[("visit", visit, zones)] * options.visiting,
        *[("export", export, zones)] * options.exporting,
        *[("upload", upload, files)] * options.uploading,
    ]

    def be(who: str, act: Callable[..., None], seed: int, material: Any) -> None:
        while record.goes_on():
            try:
                act(address, random.Random(seed), record, material)
            except Exception as error:  # whatever it is, it counts
                record.fail(who, f"{type(error).__name__}: {error}")
                wait(1.0, record)

    threads = [
        threading.Thread(target=be, args=(who, act, seed, material), daemon=True)
        for seed, (who, act, material) in enumerate(roles)
    ]
    if options.hostile:
        arguments = (address, record, options.hostile)
        threads.append(threading.Thread(target=send_hostile, args=arguments, daemon=True))
    for thread in threads:
        thread.start()
        time.sleep(0.02)
    # The rush of opening is no part of what is measured.
    clicking = sum(who == "click" for who, _, _ in roles)
    while record.opening < clicking and time.perf_counter() - start < OPENING_SECONDS:
        time.sleep(0.1)
    start = time.perf_counter()
    record.end = start + 60 * options.minutes
    record.ready.set()
    memory: list[tuple[float, float, float]] = []
    while any(thread.is_alive() for thread in threads) and process.poll() is None:
        now = (time.perf_counter() - start) / 60
        memory.append((now, *memory_of(process.pid)))
        if len(memory) % 12 == 1:
            print(
                f"{now:5.1f} min: page {memory[-1][1]:.0f} MB, children {memory[-1][2]:.0f} MB, "
                f"{len(record.clicks)} clicks",
                file=sys.stderr,
                flush=True,
            )
        time.sleep(SAMPLE_SECONDS)
        if not record.goes_on() and (time.perf_counter() - record.end) > 120:
            break
    return {"record": record, "memory": memory}


def rows(outcome: dict[str, Any], options: argparse.Namespace) -> list[tuple[str, str, str]]:
    """Return the rows of the table."""
    record, memory = outcome["record"], outcome["memory"]
    late = [sample for sample in memory if sample[0] > SETTLED * options.minutes] or memory
    page = [(t, m) for t, m, _ in late]
    out = []
    if record.clicks:
        out += [
            ("clicks", f"{len(record.clicks)} in {60 * options.minutes:.0f} s", ""),
            ("click, median", f"{percentile(record.clicks, 0.5) * 1e3:.0f} ms", ""),
            ("click, 95th percentile", f"{percentile(record.clicks, 0.95) * 1e3:.0f} ms", "< 1000"),
            ("click, slowest", f"{max(record.clicks) * 1e3:.0f} ms", ""),
        ]
    for name, times in (
        ("export made and fetched", record.exports),
        ("upload judged", record.uploads),
    ):
        if times:
            out.append(
                (
                    f"{name}: number, median, slowest",
                    f"{len(times)}, {percentile(times, 0.5):.1f} s, {max(times):.1f} s",
                    "",
                )
            )
    failed = ", ".join(f"{count} {who}" for who, count in sorted(record.failed.items())) or "0"
    out += [
        ("views opened, left early", f"{record.opened}, {record.left}", ""),
        ("failed", failed, "0"),
        (
            f"page's memory at first, after {SETTLED:.0%}, at last, highest",
            f"{memory[0][1]:.0f}, {page[0][1]:.0f}, {page[-1][1]:.0f}, "
            f"{max(m for _, m, _ in memory):.0f} MB",
            "",
        ),
        (f"its slope after {SETTLED:.0%}", f"{slope(page):+.2f} MB/min", ""),
        ("children's memory, highest", f"{max(c for _, _, c in memory):.0f} MB", ""),
        ("page and children, highest", f"{max(m + c for _, m, c in memory):.0f} MB", "< 3072"),
        ("idle sessions that still answer", f"{outcome['held']} of {options.idle}", ""),
        (
            "tracebacks, temporary folders left",
            f"{outcome['tracebacks']}, {len(outcome['folders'])}",
            "0, 0",
        ),
    ]
    return out


def _answers(record: Record) -> list[tuple[str, str, str, str]]:
    """Return a row for each hostile file: how often it was sent, slowest answer, what it was."""
    out = []
    for name in dict.fromkeys(name for name, _, _ in record.hostile):
        seconds = [s for other, s, _ in record.hostile if other == name]
        answers = dict.fromkeys(w for other, _, w in record.hostile if other == name)
        words = " / ".join(answers).replace("\n", " ").replace("|", "\\|")
        out.append((name, str(len(seconds)), f"{max(seconds):.1f} s", words[:200]))
    return out


def main(argv: list[str] | None = None) -> bool:
    """Measure, print the table, and return whether nothing failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--sessions", type=int, default=100, help="in all, without the idle ones")
    parser.add_argument("--exporting", type=int, default=5)
    parser.add_argument("--uploading", type=int, default=5)
    parser.add_argument("--visiting", type=int, default=0)
    parser.add_argument("--idle", type=int, default=0)
    parser.add_argument("--hostile", type=Path)
    parser.add_argument("--page", type=Path, default=ROOT, help="folder of another version")
    options = parser.parse_args(argv)
    before = load()
    outcome = measure(options)
    head = (f"{options.sessions} sessions, {options.minutes:g} min", "measured", "goal")
    print(table(head, rows(outcome, options)))
    if outcome["record"].hostile:
        print()
        print(table(("hostile file", "times", "slowest", "answer"), _answers(outcome["record"])))
    print(f"\n{machine('streamlit', 'streamlit-folium')}; {before} before, {load()} at the end.")
    record = outcome["record"]
    return bool(
        outcome["alive"]
        and not record.failed
        and not outcome["tracebacks"]
        and not outcome["folders"]
    )


if __name__ == "__main__":
    sys.exit(not main())
