"""Medians, ratios and Markdown tables, the same in every benchmark."""

from __future__ import annotations

import math
import os
import platform
import statistics
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).resolve().parents[1]


def median_seconds(work: Callable[[], Any], repeats: int) -> float:
    """Return the median time of `repeats` runs [s]."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def median_cpu_seconds(work: Callable[[], Any], repeats: int) -> float:
    """Return the median processor time of `repeats` runs in this process [s].

    Unlike the time on the clock it is the same on a busy machine.
    """
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def ratio(theirs: float, ours: float) -> str:
    """Return how many times as much the others need, as ``2.3×``."""
    return f"{theirs / ours:.1f}×" if ours else "–"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of all values do not pass (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table; the first column to the left, the others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def machine(*packages: str) -> str:
    """Return processor, cores, memory, Python and the versions of some packages."""
    model = platform.machine()
    about = Path("/proc/cpuinfo")
    if about.is_file():
        names = [line for line in about.read_text().splitlines() if line.startswith("model name")]
        model = names[0].split(":", 1)[1].strip() if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} "
        f"{platform.release().split('-')[0]}, Python {platform.python_version()}"
        + (f", {versions}" if versions else "")
    )


def load() -> str:
    """Return the load of the machine over the last minute, for the reader to judge by."""
    return f"load {os.getloadavg()[0]:.1f}"
