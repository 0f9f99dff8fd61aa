"""The build, the check of all zones, and how fast the program starts.

``python -m benchmarks.check`` prints Markdown.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks.figures import ROOT, load, machine, median_cpu_seconds, median_seconds, table
from geo.build import build, zone_files
from geo.checks.folder import inspect
from geo.checks.report import report_html

HEAVY = ("streamlit", "matplotlib", "folium", "pandas")


def process_seconds(arguments: list[str], repeats: int) -> float:
    """Return the median time of a Python process of its own [s]."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, check=False, capture_output=True, timeout=300
        )
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def brought_in(module: str) -> list[str]:
    """Return which heavy packages an import brings along."""
    program = f"import sys, {module}; print(*(m for m in {HEAVY!r} if m in sys.modules))"
    process = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return process.stdout.split()


def main(argv: list[str] | None = None) -> str:
    """Measure and return (and print) the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args(argv)
    folder = ROOT / "data"
    built = build(folder)
    checks = inspect(built, folder)

    def row(name: str, work: Callable[[], object], goal: str = "") -> list[str]:
        wall = median_seconds(work, options.repeats)
        return [name, f"{wall:.2f} s", f"{median_cpu_seconds(work, options.repeats):.2f} s", goal]

    rows = [
        row("`geo build`, its own work", lambda: zone_files(build(folder), folder), "< 2 s"),
        row("all checks on what was built", lambda: inspect(built, folder)),
        row("the report as HTML", lambda: report_html(built, checks, date="")),
        [
            "`python -m geo build --check`, whole process",
            f"{process_seconds(['-m', 'geo', 'build', '--check'], options.repeats):.2f} s",
            "",
            "",
        ],
        [
            "`python -m geo check`, whole process",
            f"{process_seconds(['-m', 'geo', 'check'], options.repeats):.2f} s",
            "",
            "",
        ],
    ]
    # The figures are worth something only beside how much was built and checked.
    first = (
        f"{len(built.zones)} items of {len(built.documents)} documents, "
        f"{len(built.findings)} figures, {len(checks)} checks:\n\n"
    )
    out = first + table(["", "measured", "processor time", "goal"], rows)
    # What an import costs beyond an empty interpreter, and which heavy packages it brings.
    bare = process_seconds(["-c", ""], options.repeats)
    libraries = process_seconds(["-c", "import geopandas"], options.repeats) - bare
    starts = []
    for module in ("geo", "geo.sentences.limits", "geo.build"):
        took = process_seconds(["-c", f"import {module}"], options.repeats) - bare
        with_it = ", ".join(brought_in(module)) or "none"
        starts.append([f"`import {module}`", f"{max(0.0, took):.2f} s", with_it])
    out += "\n\n" + table(
        [
            "start",
            "beyond an empty interpreter",
            "heavy packages in it",
        ],
        starts,
    )
    out += (
        f"\n\n`import geopandas` alone takes {libraries:.2f} s; `geo.build` measures with it, so "
        f"that is its floor (goal for `import geo`: < 0.4 s, no Streamlit, no matplotlib). "
        f"Medians of {options.repeats} runs. "
        f"{machine('geopandas', 'pandas', 'shapely', 'pydantic')}; {load()}."
    )
    print(out)
    return out


if __name__ == "__main__":
    main()
