"""Print sheets, against the picture that `GeoDataFrame.plot` gives in ten lines.

``python -m benchmarks.sheet`` prints Markdown.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import time

import matplotlib as mpl
import pandas as pd

from benchmarks.figures import ROOT, load, machine, median_seconds, ratio, table
from geo.base import Base, read_base
from geo.io.read import read_layer
from layers.sheets.options import SheetOptions
from layers.sheets.sheet import draw_atlas, draw_sheet

DATE = dt.date(2026, 1, 1)


def plain_picture(zones: pd.DataFrame, base: Base) -> bytes:
    """Return zones over streets as a PNG of A4 at 300 dpi: no scale, legend or words."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.69, 8.27), dpi=300)
    axes = figure.subplots()
    base.roads.plot(ax=axes, color="#888888", linewidth=0.8)
    drawn = zones[zones.geom_type.isin(["Polygon", "MultiPolygon"])].to_crs(base.metric_crs)
    drawn.plot(ax=axes, column="zone_id", alpha=0.5, edgecolor="black")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def main(argv: list[str] | None = None) -> str:
    """Measure and return (and print) the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args(argv)
    mpl.use("agg")
    base = read_base(ROOT / "data")
    zones = read_layer(ROOT / "data" / "zones" / "13th.geojson")

    def sheet(form: str, paper: str = "A4") -> bytes:
        chosen = SheetOptions(paper=paper, format=form, plan="13th", date=DATE)  # type: ignore[arg-type]
        return draw_sheet(zones, base, chosen)

    plain = median_seconds(lambda: plain_picture(zones, base), options.repeats)
    works = {
        "A4, PNG at 300 dpi": lambda: sheet("png"),
        "A4, PDF": lambda: sheet("pdf"),
        "A4, SVG": lambda: sheet("svg"),
        "A3, PDF": lambda: sheet("pdf", "A3"),
        "atlas of a plan, PDF": lambda: draw_atlas(
            zones, base, SheetOptions(plan="13th", date=DATE)
        ),
    }
    goals = {"A4, PNG at 300 dpi": "< 3 s", "atlas of a plan, PDF": "< 20 s"}
    rows = [["`GeoDataFrame.plot`, PNG at 300 dpi", f"{plain:.2f} s", "", "", "", ""]]
    for name, work in works.items():
        took = median_seconds(work, options.repeats)
        begin = time.process_time()
        size = f"{len(work()) / 1e3:,.0f} kB"
        spent = f"{time.process_time() - begin:.2f} s"
        rows.append([name, f"{took:.2f} s", spent, goals.get(name, ""), ratio(plain, took), size])
    out = table(["sheet", "time", "processor", "goal", "plain picture to it", "size"], rows)
    out += (
        "\n\nThe plain picture has neither scale, legend, labels, patterns nor words, so it is a "
        f"floor and no rival. Medians of {options.repeats} runs. "
        f"{machine('matplotlib', 'geopandas')}; {load()}."
    )
    print(out)
    return out


if __name__ == "__main__":
    main()
