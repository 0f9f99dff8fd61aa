"""What the frame of the page loads: the data as drawn, put where the page serves it."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.errors import GeoError, Issue
from geo.io.read import data_folder, folder_stamp
from geo.texts import Text, text
from layers.map.base_map import (
    STATIC_ADDRESS,
    Assets,
    install_file,
    install_map,
    install_script,
    map_data,
    online_bases,
    tools,
)
from layers.map.finding import later_data
from layers.map.popups import both
from views import available_views
from views.data import tables
from views.state import read_page_data

if TYPE_CHECKING:
    from geo.io.read import Stamp
    from views.state import PageData

logger = logging.getLogger(__name__)

STATIC = Path(
    os.environ.get("GEO_STATIC") or Path(__file__).resolve().parent.parent / "static"
).resolve()
"""Served by Streamlit as ``app/static``; git-ignored, made again when it is missing."""


@st.cache_resource(max_entries=2, show_spinner=False)
def _install(_data: PageData, folder: Path, stamp: Stamp) -> Assets:  # noqa: ARG001
    """Write what the map loads; once for every state of the data."""
    read = tables(_data)
    files = {
        name: f"{STATIC_ADDRESS}/{install_file(STATIC, name, content)}"
        for name, content in later_data(read.zones, read.edges, read.base).items()
    }
    files["tools"] = f"{STATIC_ADDRESS}/{install_script(STATIC, 'tools', tools())}"
    page = {"views": available_views(), "bases": online_bases(), "files": files}
    return install_map(STATIC, drawn_data(_data) | {"page": page})


def drawn_data(data: PageData) -> dict[str, Any]:
    """Return everything that the browser draws, as `layers.map.base_map.map_data` has it."""
    names = {plan: [data.plan_name(plan, "zh"), data.plan_name(plan, "en")] for plan in data.zones}
    district = data.district
    title = [
        text("page.title", "zh", district=district.name if district else ""),
        text("page.title", "en", district=district.name_en if district else "").strip(),
    ]
    about = {
        "version": district.data_version if district else "",
        "attribution": _attribution(data),
        "accuracy": both("notice.accuracy"),
        "plan_names": names,
        "title": title,
        "styles": data.styles,
        "periods": {plan: (p.period_from, p.period_to) for plan, p in data.periods.items()},
    }
    if district:
        about |= district.site()
    return map_data(data.base, data.zones, data.edges, about)


def _attribution(data: PageData) -> list[str]:
    """Return whose data it is, Chinese and English."""
    if data.district is None:
        return data.about("attribution")
    return [data.district.credit("zh"), data.district.credit("en")]


def served(assets: Assets) -> bool:
    """Return whether the files of a frame are still there; a clean-up may have taken them."""
    return (STATIC / assets.script).is_file() and (STATIC / assets.style).is_file()


def page_data() -> tuple[PageData, Assets | None, list[Issue]]:
    """Return the data, what the map loads, and everything that is wrong with either."""
    folder = data_folder()
    stamp = folder_stamp(folder)
    data = read_page_data(folder, stamp)
    issues = list(data.issues)
    try:
        assets = _install(data, folder, stamp)
        if not served(assets):
            _install.clear()
            assets = _install(data, folder, stamp)
    except GeoError as error:
        logger.warning("The map is not served: %s", error)
        # Readers are told no path.
        reason = tuple(error.explain(x).replace(str(STATIC), "static") for x in ("zh", "en"))
        issues.append(
            Issue(
                "map-not-served",
                "error",
                "static/",
                Text("page.map_failed", reason=reason),
                Text("page.map_failed_remedy"),
            )
        )
        return data, None, issues
    return data, assets, issues
