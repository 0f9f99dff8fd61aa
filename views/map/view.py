"""Show the map under every view: called once, never unmounted, told what a view draws on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit_folium import st_folium

from layers.map.base_map import base_map
from layers.map.zones import planning_group
from views import link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from views.state import State

MAP_HEIGHT = 640
"""Pixels, until the style of the page fills the window with it."""

MAP_KEY = "zone_map"


def take_answer() -> None:
    """Take what the scripts tell: the address, and a shape of a view that was clicked."""
    answer = st.session_state.get(MAP_KEY) or {}
    drawing = answer.get("last_active_drawing") or {}
    properties = drawing.get("properties") or {}
    if "sequence" not in properties:
        return  # a shape that streamlit-folium sends itself: what was told before it still holds
    st.session_state["clicked"] = properties
    if isinstance(properties.get("link"), dict):
        link.take(properties["link"])


def draw_over(
    overlay: Mapping[str, Any] | None = None, *, shown: Sequence[str] | None = None
) -> None:
    """Draw shapes of a view over the zones, in this run.

    Parameters
    ----------
    overlay : mapping, optional
        A GeoJSON FeatureCollection. Properties used: ``label`` (hover),
        ``overlay_id`` (a click on it comes back) and ``style`` (Leaflet path
        options).
    shown : sequence of str, optional
        Zone ids that alone are drawn meanwhile.

    Notes
    -----
    The last click stands in ``st.session_state["clicked"]``: ``overlay_id``
    with ``sequence``.
    """
    st.session_state["map_words"] = {
        "overlay": overlay,
        "shown": None if shown is None else list(shown),
    }


def draw_map(state: State) -> None:
    """Draw the map; the same element on every run, whatever the view."""
    words = st.session_state.pop("map_words", {})
    if state.assets is None:
        return
    message = {
        **words,
        **link.for_scripts(),
        "today": state.today,
        "fly": {"id": link.words("zone") or None, "n": st.session_state.get("zoom_count", 0)},
    }
    st_folium(
        base_map(state.assets),
        key=MAP_KEY,
        feature_group_to_add=[planning_group(message)],
        returned_objects=["last_active_drawing"],
        on_change=take_answer,
        use_container_width=True,
        height=MAP_HEIGHT,
    )
