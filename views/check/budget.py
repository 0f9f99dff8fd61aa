"""Show the opened row of the check view: its tables, edges and readings to choose on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from layers.tables.budget import (
    edge_html,
    edge_label,
    edge_rows,
    edges_html,
    outline_readings,
    overlay,
    readings_html,
    rule_html,
    said_html,
)
from views import link
from views.choices import choose_some, plain
from views.map.view import draw_over

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.build import Built
    from geo.verdicts import Finding
    from geo.zones.item import Zone
    from views.state import State


def show_budget(finding: Finding, built: Built, state: State, unit: str) -> None:
    """Show rounding, readings, edges with their shares, and the provenance of one edge."""
    zone = built.zones[finding.zone_id]
    st.html(said_html(finding, built, state))
    edges = edge_rows(zone, built)
    if not edges and not finding.readings:
        return
    chosen = chosen_edge(edges)
    if finding.readings:
        st.html(readings_html(finding, (unit,), built, state))
    outlines = choose_outlines(zone, built, state)
    draw_over(overlay(edges, zone, outlines, state.language, chosen), shown=(finding.zone_id,))
    if edges:
        choose_edge(edges, chosen, state)
        st.html(edges_html(edges, chosen, zone, state))
        edge = next((e for e in edges if e["edge_id"] == chosen), None)
        if edge is not None:
            st.html(edge_html(edge, state))
    st.html(rule_html(state))


def chosen_edge(edges: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the chosen edge: the last one clicked on the map, or the one of the link."""
    ids = [str(edge["edge_id"]) for edge in edges]
    click = st.session_state.get("clicked") or {}
    sequence = click.get("sequence")
    if click.get("overlay_id") in ids and sequence != st.session_state.get("edge_click"):
        st.session_state["edge_click"] = sequence
        link.put("edge", click["overlay_id"])
    return link.one("edge", ids, ids[0] if ids else None)


def choose_edge(edges: Sequence[Mapping[str, Any]], chosen: str | None, state: State) -> None:
    """Let the reader step through the edges with the keyboard; one is always chosen."""
    key = f"edge/{state.language}"
    labels = {
        str(e["edge_id"]): edge_label(n, e, state.language) for n, e in enumerate(edges, start=1)
    }
    st.session_state[key] = chosen
    st.pills(
        state.text("checkview.choose_edge"),
        list(labels),
        format_func=lambda edge: plain(labels.get(edge, str(edge))),
        key=key,
        on_change=lambda: link.put("edge", st.session_state[key] or chosen),
    )


def choose_outlines(zone: Zone, built: Built, state: State) -> dict[str, str]:
    """Let the reader choose the readings whose outlines the map shows; none at first."""
    readings = outline_readings(zone, built, state.language)
    if not readings:
        return {}
    chosen = link.several("outlines", list(readings), ())
    choose_some(
        "outlines",
        state.text("checkview.outlines"),
        readings,
        chosen,
        lambda some: link.put("outlines", some),
        state.language,
    )
    return {reading: readings[reading] for reading in chosen}
