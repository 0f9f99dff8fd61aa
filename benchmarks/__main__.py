"""``make bench``: every comparison, one after another, and their tables in benchmarks/README.md.

``python -m benchmarks [NAME ...]`` runs some of them and prints; the README is written only
when all ran. Each runs in a process of its own.
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version

from benchmarks.figures import ROOT, load, machine

SECTION_SECONDS = 600


@dataclass(frozen=True)
class Section:
    """One module with its options, and what its table says, in a sentence or two."""

    module: str
    options: tuple[str, ...]
    title: str
    words: str


SECTIONS = (
    Section(
        "page",
        (),
        "The page",
        "The same data, words and choices in three pages: ours; the page that a user would "
        "write in an hour (`plain_page.py`: Streamlit, streamlit-folium, `folium.GeoJson`); the "
        "same on leafmap's Folium back end (`leafmap_page.py`). The other two draw nothing "
        "without the outside web; their requests are answered in the browser from installed "
        "packages, and those bytes are counted apart.",
    ),
    Section(
        "readers",
        (),
        "Many readers",
        "Real websocket sessions on loopback, each toggling a zone or clicking one every "
        "10 to 15 s. How to serve more: `docs/many-readers.md`.",
    ),
    Section(
        "tracing",
        ("--repeats", "3"),
        "Tracing a ring from named limits",
        "Seeded towns with names, dead ends and streets through several patches: grids turned "
        "against each other like concessions, and irregular ones; divided roads as the import "
        "leaves them, merged. Against polygonising the whole network and picking faces (goal: "
        "20× at 10⁵ segments), and against polygonising the four named streets alone, which is "
        "given a point inside and returns neither edges, gaps nor doubts.",
    ),
    Section("areas", (), "Areas", "On the CGCS2000 ellipsoid, against a loop over pyproj."),
    Section(
        "street_import",
        ("--repeats", "1"),
        "Import of street data",
        "A made-up `.osm.pbf` of a town among buildings, clipped to one district, and an "
        "Overpass answer; the roads found are compared with the truth.",
    ),
    Section("check", (), "Build, check, start", "The project's own data."),
    Section(
        "compare", (), "Compare, place history, search", "Python alone, the project's own data."
    ),
    Section("sheet", (), "Sheets", "One plan of the project's own data."),
    Section(
        "sheet_screenshot",
        (),
        "A sheet against a screenshot",
        "The A4 sheet and a screenshot of the web map at the same number of pixels, in one run.",
    ),
    Section(
        "take_along",
        (),
        "Taking the map along",
        "In a real browser, by clicks and keys: a PDF from a fresh page, the preview after a "
        "change, the moves of a presentation.",
    ),
    Section(
        "scale", ("--repeats", "2"), "Many districts", "All of it, with the arithmetic: `scale.md`."
    ),
)

HEAD = """# Benchmarks

Written by `make bench` (`python -m benchmarks`), which measures everything again: {minutes:.0f}
minutes on {machine}; {load} at the end. A ratio says how many times as much the other needs:
`2.3×` is in our favour, `0.8×` is not. Results are compared wherever two ways give one: no
speed here comes from a coarser result.

Where a page measure is not 1.5× ahead: of opening, most is Streamlit's own front end, which all
pages load, and the frame of streamlit-folium; the rows below it say when each begins, and the
least page says what is left without any content. Of what is sent, Streamlit's front end is not
ours to make smaller (nginx compresses it), and half of the rest is Leaflet and the component,
which all three load. A server's memory is Streamlit, pandas and Shapely.

"""


def run(section: Section) -> tuple[bool, str, float]:
    """Run one section; return whether it ended well, what it printed, and its time [s]."""
    start = time.perf_counter()
    try:
        process = subprocess.run(
            [
                sys.executable,
                "-W",
                "ignore",
                "-m",
                f"benchmarks.{section.module}",
                *section.options,
            ],
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
            timeout=SECTION_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return False, f"Ended after {SECTION_SECONDS} s.", time.perf_counter() - start
    seconds = time.perf_counter() - start
    if process.returncode == 0:
        return True, process.stdout.strip(), seconds
    last = process.stderr.strip().splitlines()[-1:] or ["no word"]
    sys.stderr.write(process.stderr)
    return False, f"Failed: {last[0]}", seconds


def section_text(section: Section, output: str) -> str:
    """Return a section of the README; of the districts only the middle, the rest is scale.md."""
    if section.module == "scale" and "## Two workers" in output:
        middle = output[output.index("## The cost") : output.index("## 2,800")].replace(
            "## ", "### "
        )
        output = f"{middle.strip()}\n\n{output.strip().splitlines()[-1]}"
    return f"## {section.title}\n\n{section.words}\n\n{output}\n"


def main(names: list[str]) -> int:
    """Run all sections, or some, and write the README if it was all."""
    chosen = [section for section in SECTIONS if not names or section.module in names]
    start = time.perf_counter()
    texts, failed = [], 0
    for section in chosen:
        print(f"{section.title} …", flush=True)
        well, output, seconds = run(section)
        failed += not well
        print(f"{output}\n({seconds:.0f} s)\n", flush=True)
        texts.append(section_text(section, output))
    minutes = (time.perf_counter() - start) / 60
    print(f"{len(chosen) - failed} of {len(chosen)} in {minutes:.1f} minutes")
    if not names:
        head = HEAD.format(minutes=minutes, machine=machine(), load=load())
        versions = ", ".join(
            f"{name} {version(name)}" for name in ("streamlit", "folium", "shapely", "dask")
        )
        page = head + "\n".join(texts) + f"\nVersions: {versions}; the rest in the lock files.\n"
        (ROOT / "benchmarks" / "README.md").write_text(page, encoding="utf-8")
        print("wrote benchmarks/README.md")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
