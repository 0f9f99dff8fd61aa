"""Two plans on one screen: the same drawing for the page and for a file that works offline."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING, Any

import folium
from branca.element import MacroElement
from folium.template import Template

from geo.errors import ExportError
from geo.texts import Text, keys, text
from layers.map.base_map import Assets, install, load, web_source
from layers.map.popups import both
from layers.map.zones import encode_polygons, script_json
from layers.offline.one_file import content_policy, inline_sources

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from geo.compare.overlays import OverlapMatrix

MODES = ("side", "swipe", "time")
"""Two maps that move together; one map with a handle between the plans; one plan at a time."""


def comparison_data(
    matrices: Mapping[tuple[str, str], tuple[OverlapMatrix, OverlapMatrix]],
    periods: Mapping[str, tuple[int, int]],
) -> dict[str, Any]:
    """Return the overlap of every pair of plans as the browser draws it.

    Parameters
    ----------
    matrices : mapping of (str, str) to (OverlapMatrix, OverlapMatrix)
        By the ids of the earlier and the later plan: of the zones alone, and
        of zones and belts.
    periods : mapping of str to (int, int)
        First and last year of each plan.

    Returns
    -------
    dict
        ``pairs`` by ``"13th|14th"``, each ``zones`` and ``all``: ``rows`` and
        ``columns`` with area and what is counted again [km²], ``cells`` with
        km² and shares (each with its interval), notes and shape;
        ``periods``; ``texts``.
    """
    return {
        "pairs": {
            f"{first}|{second}": {"zones": _matrix(zones), "all": _matrix(everything)}
            for (first, second), (zones, everything) in matrices.items()
        },
        "periods": {plan: list(years) for plan, years in periods.items()},
        "texts": {key: both(key) for key in keys() if key.startswith("compare.")},
    }


def _matrix(matrix: OverlapMatrix) -> dict[str, Any]:
    return {
        "rows": _sums(matrix.rows),
        "columns": _sums(matrix.columns),
        "cells": [_cell(piece) for piece in matrix.pieces.to_dict("records")],
        "undrawn": [list(matrix.not_drawn_a), list(matrix.not_drawn_b)],
    }


def _sums(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "id": row["zone_id"],
            "area": round(row["area_km2"], 6),
            "repeated": round(row["repeated_km2"], 6),
        }
        for row in table.to_dict("records")
    ]


def _cell(piece: Mapping[Any, Any]) -> dict[str, Any]:
    def figures(name: str, low: str, high: str) -> list[float] | None:
        values = [float(piece[key]) for key in (name, low, high)]
        return None if math.isnan(values[0]) else [round(value, 6) for value in values]

    return {
        "a": piece["zone_a"],
        "b": piece["zone_b"],
        "km2": figures("area_km2", "low_km2", "high_km2"),
        "sa": figures("share_a", "share_a_low", "share_a_high"),
        "sb": figures("share_b", "share_b_low", "share_b_high"),
        "notes": list(piece["notes"]),
        "g": encode_polygons(piece["geometry"]),
    }


def install_comparison(static: Path, data: Mapping[str, Any]) -> Assets:
    """Put what a comparison loads beside the map under the folder that the page serves.

    Parameters
    ----------
    static : Path
        The ``static`` folder beside the page.
    data : mapping
        What `comparison_data` returned.

    Raises
    ------
    ExportError
        If a file cannot be written.
    """
    content = f"window.PLANMAP_PAIRS={script_json(data)};".encode()
    script = web_source("comparison.js") + b"\n" + content
    return install(static, "comparison", script, web_source("comparison.css"))


class _Comparison(MacroElement):
    """Hands the frame to the comparison; rebuilt when the data changed and only then."""

    _template = Template(
        "{% macro script(this, kwargs) %}\n"
        "/* {{ this.loaded }} */\n"
        "PlanMap.comparisonPage({{ this._parent.get_name() }}, window.PLANMAP_DATA,"
        " window.PLANMAP_PAIRS);\n"
        "{% endmacro %}"
    )

    def __init__(self, loaded: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Comparison"
        self.loaded = loaded


def comparison_map(assets: Assets, own: Assets) -> folium.Map:
    """Return the frame of a comparison for streamlit-folium; the same on every run.

    Parameters
    ----------
    assets, own : Assets
        What `layers.map.base_map.install_map` and `install_comparison` returned.

    Its state travels as `layers.map.zones.planning_group`.
    """
    chart = folium.Map(
        location=(0, 0), zoom_start=12, tiles=None, attributionControl=False, zoomControl=False
    )
    load(chart, assets, own)
    _Comparison(f"{assets.script} {own.script}").add_to(chart)
    return chart


def comparison_html(
    data: Mapping[str, Any], pairs: Mapping[str, Any], start: Mapping[str, Any], title: str
) -> bytes:
    """Return a comparison as one HTML file that works with the network cut.

    Parameters
    ----------
    data : mapping
        What `layers.map.base_map.map_data` returned.
    pairs : mapping
        What `comparison_data` returned.
    start : mapping
        The state to begin with: ``lang``, ``mode`` (of `MODES`), ``left``,
        ``right``, ``period``, ``shown`` (zone ids by plan), ``labels``,
        ``selected``, ``cell`` and ``today``.
    title : str
        Title of the file.

    Returns
    -------
    bytes
        UTF-8, everything inside; nothing is fetched.

    Raises
    ------
    ExportError
        If `start` names a plan or a mode that is not there.
    """
    plans = [plan["id"] for plan in data["plans"]]
    for key, known in (("left", plans), ("right", plans), ("mode", MODES)):
        if start.get(key) not in known:
            raise ExportError(
                Text("refused.comparison", key=key, value=start.get(key), known=list(known))
            )
    language = "en" if start.get("lang") == "en" else "zh"
    style, script = inline_sources("comparison.css", "comparison.js")
    style += _FILE_STYLE
    script += "\nPlanMap.comparisonFile();"
    page = _PAGE.format(
        language="en" if language == "en" else "zh-CN",
        policy=content_policy(script, style),
        title=html.escape(title),
        no_script=html.escape(text("compare.no_script", language)),
        style=style,
        data=script_json({"map": data, "pairs": pairs, "start": dict(start)}),
        script=script,
    )
    return page.encode("utf-8", "replace")


_FILE_STYLE = """
body { margin: 12px auto; max-width: 1500px; padding: 0 12px; }
body > h1 { font: 650 19px/1.4 "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
.cmp-stage { height: 64vh; }
"""

_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
<noscript><p>{no_script}</p></noscript>
<main id="comparison"></main>
<script type="application/json" id="data">{data}</script>
<script>{script}</script>
</body>
</html>
"""
