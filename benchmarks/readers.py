"""Many readers of one process: real websocket sessions that speak Streamlit's own protocol.

``python -m benchmarks.readers`` opens 50 sessions on loopback, lets each toggle a zone or
click one every 10 to 15 s, and prints Markdown: the time from the act to the last message
of its rerun, the memory of the server, and what one session holds.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.figures import ROOT, load, machine, percentile, table
from testing.served import Server, served
from testing.sessions import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

PAUSE_SECONDS = (10.0, 15.0)


@contextmanager
def open_sessions(server: Server, count: int) -> Iterator[tuple[list[Session], list[float]]]:
    """Open sessions one after another; give them and the times of their first runs [s]."""
    with ExitStack() as stack:
        sessions, times = [], []
        for _ in range(count):
            session = Session(server.address)
            stack.callback(session.close)
            times.append(session.run())
            sessions.append(session)
        yield sessions, times


def behave(session: Session, seed: int, zones: list[str], end: float) -> list[float]:
    """Toggle and click every 10 to 15 s until `end`; return the time of each answer [s]."""
    chance = random.Random(seed)
    times = []
    wake = time.perf_counter() + chance.uniform(0.0, PAUSE_SECONDS[1])
    while wake < end:
        time.sleep(max(0.0, wake - time.perf_counter()))
        if chance.random() < 0.5:
            times.append(session.toggle(chance))
        else:
            times.append(session.click(chance.choice(zones), len(times) + 1))
        wake = time.perf_counter() + chance.uniform(*PAUSE_SECONDS)
    return times


def zone_ids() -> list[str]:
    """Return the zones that have a shape."""
    ids = []
    for path in sorted((ROOT / "data" / "zones").glob("*[0-9]th.geojson")):
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            if feature["geometry"] and "Polygon" in feature["geometry"]["type"]:
                ids.append(feature["properties"]["zone_id"])
    return ids


def measure(readers: int, seconds: float) -> dict[str, Any]:
    """Return answers [s], memory [byte] and runs of one process with many readers."""
    zones = zone_ids()
    with served(ROOT / "streamlit_app.py") as server:
        with open_sessions(server, 1):
            one = server.memory()
        with open_sessions(server, readers) as (sessions, opening):
            before, spent = len(server.runs()), server.cpu()
            end = time.perf_counter() + seconds
            with ThreadPoolExecutor(readers) as pool:
                times_by_reader = list(
                    pool.map(lambda pair: behave(pair[1], pair[0], zones, end), enumerate(sessions))
                )
            runs = server.runs()[before:]
            return {
                "readers": readers,
                "seconds": seconds,
                "answers": [time for times in times_by_reader for time in times],
                "opening": opening,
                "python": [run["cpu"] for run in runs],
                "server": server.cpu() - spent,
                "one": one,
                "many": server.memory(),
                "peak": server.memory("VmHWM"),
            }


def main(argv: list[str] | None = None) -> str:
    """Measure and return (and print) the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=75.0)
    options = parser.parse_args(argv)
    figures = measure(options.readers, options.seconds)
    answers = figures["answers"]
    per_session = (figures["many"] - figures["one"]) / max(1, options.readers - 1)
    rows = [
        ("acts (toggles and clicks)", f"{len(answers)} in {options.seconds:.0f} s", ""),
        ("answer, median", f"{statistics.median(answers) * 1e3:.0f} ms", ""),
        ("answer, 95th percentile", f"{percentile(answers, 0.95) * 1e3:.0f} ms", "< 1000 ms"),
        ("answer, slowest", f"{max(answers) * 1e3:.0f} ms", ""),
        (
            "Python time of a rerun, median",
            f"{statistics.median(figures['python']) * 1e3:.0f} ms",
            "< 150 ms",
        ),
        (
            "processor time of the server for an act",
            f"{figures['server'] / len(answers) * 1e3:.0f} ms",
            "",
        ),
        (
            "cores in use by the server",
            f"{figures['server'] / options.seconds:.2f}",
            "",
        ),
        (
            "first run of a session, median",
            f"{statistics.median(figures['opening']) * 1e3:.0f} ms",
            "",
        ),
        ("memory with 1 reader", f"{figures['one'] / 1e6:.0f} MB", "< 400 MB"),
        (f"memory with {options.readers} readers", f"{figures['many'] / 1e6:.0f} MB", ""),
        ("memory at its peak", f"{figures['peak'] / 1e6:.0f} MB", "< 1500 MB"),
        ("memory per further reader", f"{per_session / 1e6:.1f} MB", ""),
    ]
    out = table((f"{options.readers} readers, one process", "measured", "goal"), rows)
    out += f"\n\n{machine('streamlit', 'streamlit-folium')}; {load()}."
    print(out)
    return out


if __name__ == "__main__":
    main()
