"""The map view: map and panel side by side, the areas below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit_folium import st_folium

from layers.map.base_map import base_map
from layers.map.zones import planning_group
from views.map.panel import area_table, details
from views.state import select_zone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from views.state import State

MAP_HEIGHT = 640
MAP_KEY = "zone_map"


def take_click() -> None:
    """Make the zone that was clicked on the map the selected one."""
    answer = st.session_state.get(MAP_KEY) or {}
    drawing = answer.get("last_active_drawing") or {}
    clicked = drawing.get("properties") or {}
    st.session_state["clicked"] = clicked
    if isinstance(clicked.get("sequence"), int):
        st.session_state["seen"] = clicked["sequence"]
    if isinstance(clicked.get("zone_id"), str):
        select_zone(clicked["zone_id"])


def map_state(
    state: State, overlay: Mapping[str, Any] | None = None, *, report_points: bool = False
) -> dict[str, Any]:
    """Return what the map in the browser is to look like."""
    return {
        "lang": state.language,
        "shown": list(state.shown),
        "labels": state.appearance.get("labels", True),
        "base": state.appearance.get("base"),
        "selected": state.selected,
        "seen": st.session_state.get("seen", 0),
        "zoom": {"id": state.selected, "n": st.session_state.get("zoom_count", 0)},
        "overlay": overlay,
        "report_points": report_points,
        "today": state.today,
    }


def draw_map(
    state: State,
    *,
    overlay: Mapping[str, Any] | None = None,
    report_points: bool = False,
    height: int = MAP_HEIGHT,
) -> None:
    """Draw the map; one on a page.

    Parameters
    ----------
    state : State
        The reader's choices.
    overlay : mapping, optional
        A GeoJSON FeatureCollection drawn above the zones. Properties used:
        ``label`` (hover), ``overlay_id`` (a click on it comes back) and
        ``style`` (Leaflet path options).
    report_points : bool
        True to have clicks beside any shape come back too.
    height : int
        Pixels.

    Notes
    -----
    The last click stands in ``st.session_state["clicked"]``: ``zone_id`` with
    ``also`` (all zones there), or ``overlay_id``; ``at`` (latitude,
    longitude, WGS84).
    """
    if state.assets is None:
        return
    wanted = map_state(state, overlay, report_points=report_points)
    st_folium(
        base_map(state.assets),
        key=MAP_KEY,
        feature_group_to_add=[planning_group(wanted)],
        returned_objects=["last_active_drawing"],
        on_change=take_click,
        use_container_width=True,
        height=height,
    )


def show(state: State) -> None:
    """Show the map with the panel beside it and the table of areas below."""
    left, right = st.columns([2.25, 1], gap="medium")
    with left:
        draw_map(state)
    with right:
        details(state)
    area_table(state)
