"""Put the data as drawn where the page serves it, for the frame of the page to load."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.errors import ExportError, GeoError, Issue, reason_of
from geo.io.read import data_folder, folder_stamp
from geo.texts import Text, text
from layers.map.base_map import (
    STATIC_ADDRESS,
    Assets,
    forget_old,
    install_file,
    install_map,
    install_script,
    lie_whole,
    map_data,
    online_bases,
    tell_served,
    tools,
)
from layers.map.finding import later_data
from layers.map.popups import both
from views import available_views
from views.data import tables
from views.state import read_page_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.io.read import Stamp
    from views.state import PageData

logger = logging.getLogger(__name__)

KEPT = "page_data"
"""The data that a session began with."""

FORGOTTEN_SECONDS = 7 * 24 * 3600
"""What no version of the page has put under ``static/planmap`` for so long is deleted."""

RETRY_SECONDS = 10.0
"""After what the map loads could not be written, it is tried again no sooner."""

STATIC = Path(
    os.environ.get("GEO_STATIC") or Path(__file__).resolve().parent.parent / "static"
).resolve()
"""Served by Streamlit as ``app/static``; git-ignored, made again when it is missing."""


@dataclass(frozen=True)
class Installed:
    """What the map loads, and the size of each of its files under ``static/planmap`` [byte]."""

    assets: Assets
    sizes: Mapping[str, int]


@st.cache_resource(max_entries=2, show_spinner=False)
def _install(_data: PageData, folder: Path, stamp: Stamp) -> Installed:  # noqa: ARG001
    """Write what the map loads; once for every state of the data."""
    tables_read = tables(_data)
    files = {
        name: f"{STATIC_ADDRESS}/{install_file(STATIC, name, content)}"
        for name, content in later_data(
            tables_read.zones, tables_read.edges, tables_read.base
        ).items()
    }
    files["tools"] = f"{STATIC_ADDRESS}/{install_script(STATIC, 'tools', tools())}"
    page = {"views": available_views(), "bases": online_bases(), "files": files}
    assets = install_map(STATIC, drawn_data(_data) | {"page": page})
    names = [Path(address).name for address in (*files.values(), assets.script, assets.style)]
    map_folder = STATIC / "planmap"
    forget_old(map_folder, names, FORGOTTEN_SECONDS)
    try:
        return Installed(assets, {name: (map_folder / name).stat().st_size for name in names})
    except OSError as error:  # gone again already
        raise ExportError(
            Text("refused.not-served", file="static/planmap", reason=reason_of(error))
        ) from error


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


@dataclass(frozen=True)
class Version:
    """A state of the data: where it lies, and the files there."""

    folder: Path
    stamp: Stamp


@dataclass(frozen=True)
class Served:
    """The data as a session has them from its beginning, and what became of them since.

    Parameters
    ----------
    data : PageData
    assets : Assets or None
        What the map loads; None where it cannot be served.
    issues : list of Issue
        Everything that is wrong with either.
    is_old : bool
        Whether newer data lie there.
    """

    data: PageData
    assets: Assets | None
    issues: list[Issue]
    is_old: bool


def newest() -> Version:
    """Return the data as they lie there now; a link is followed to the folder it leads to."""
    folder = data_folder().resolve()
    return Version(folder, folder_stamp(folder))


def session_data() -> Served:
    """Return the data that this session began with, and whether there are newer ones.

    A reader finishes on what the page was opened with: the map would change under the
    hand otherwise, and a figure just noted stand no longer. `take_newest` goes on to the
    newer data. What is kept for others by then is read again.
    """
    now = newest()
    session: tuple[Version, PageData] | None = st.session_state.get(KEPT)
    version = now if session is None else session[0]
    data = read_page_data(version.folder, version.stamp) if session is None else session[1]
    assets, issues = _assets(data, version)
    if session is None:
        _tell(assets)
    st.session_state[KEPT] = (version, data)
    return Served(data, assets, [*data.issues, *issues], is_old=version != now)


def take_newest() -> None:
    """Forget the data that the session began with: the next run takes the newest."""
    st.session_state.pop(KEPT, None)


def page_data() -> tuple[PageData, Assets | None, list[Issue]]:
    """Return the newest data, what the map loads, and everything that is wrong with either."""
    version = newest()
    data = read_page_data(version.folder, version.stamp)
    assets, issues = _assets(data, version)
    _tell(assets)
    return data, assets, [*data.issues, *issues]


def _tell(assets: Assets | None) -> None:
    """Leave what new readers are given where maps that are open and the doctor find it."""
    try:
        tell_served(STATIC, assets)
    except ExportError as error:
        logger.warning("Readers with an open map are not told of newer data: %s", error)


@st.cache_resource(show_spinner=False)
def _refused() -> dict[tuple[Path, Version], tuple[float, Issue]]:
    """Return since when and why what the map loads cannot be written, of each state of the data.

    To make it all again, only to be refused again, would cost every act a second.
    """
    return {}


def _assets(data: PageData, version: Version) -> tuple[Assets | None, list[Issue]]:
    """Return what the map loads, or why it cannot be served."""
    refusals = _refused()
    key = (STATIC, version)
    since, issue = refusals.get(key, (-RETRY_SECONDS, None))
    if issue is not None and time.monotonic() - since < RETRY_SECONDS:
        return None, [issue]
    refusals.pop(key, None)
    try:
        installation = _install(data, version.folder, version.stamp)
        if not lie_whole(STATIC / "planmap", installation.sizes):  # a clean-up, or worse
            _install.clear()
            installation = _install(data, version.folder, version.stamp)
    except GeoError as error:
        logger.warning("The map is not served: %s", error)
        # Readers are told no path.
        reason = tuple(error.explain(x).replace(str(STATIC), "static") for x in ("zh", "en"))
        issue = Issue(
            "map-not-served",
            "error",
            "static/",
            Text("page.map_failed", reason=reason),
            Text("page.map_failed_remedy"),
        )
        refusals[key] = (time.monotonic(), issue)
        return None, [issue]
    return installation.assets, []
