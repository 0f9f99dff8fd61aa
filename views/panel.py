"""The panel beside the map and the table below it: the selected zone in words and figures."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from layers.legend import VERDICT_GLYPHS, swatch, verdict_mark
from layers.popups import about
from layers.styles import VERDICT_COLOURS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from views.state import State

PANEL_HEIGHT = 556


def details(state: State) -> None:
    """Show the chooser and, for the selected zone, everything that its plan says of it."""
    from views.map import ask_zoom

    ids = list(state.data.features)
    chosen = st.selectbox(
        state.text("panel.choose"),
        ids,
        index=None,
        key="zone",
        format_func=lambda zone: state.label(zone) if zone in state.data.features else zone,
        placeholder=state.text("panel.choose_hint"),
        bind="query-params",
        on_change=ask_zoom,
    )
    with st.container(height=PANEL_HEIGHT, border=False, key="panel"):
        if chosen is None:
            st.caption(state.text("panel.empty"))
            return
        feature = state.data.features[chosen]
        st.html(zone_html(feature["properties"], state))
        if feature.get("geometry"):
            st.button(state.text("panel.zoom"), on_click=ask_zoom, key="zoom_to_zone")
        else:
            st.caption(state.text("panel.not_drawn"))


def zone_html(properties: Mapping[str, Any], state: State) -> str:
    """Return what is said of a zone as HTML; every word of it escaped.

    Parameters
    ----------
    properties : mapping
        Properties of a feature of a zone file.
    state : State
        For the language.
    """
    said = about(properties, whole=True)
    rows = [
        '<div class="pm-panel">',
        f"<h2>{swatch(str(properties['place']), str(properties['basis']))} "
        f"{escape(state.name(str(properties['zone_id'])))}</h2>",
        f'<p class="quiet">{escape(state.pick(said["sub"]))}</p>',
    ]
    if said["figures"]:
        rows.append("<table><tbody>")
        rows += [
            f'<tr><th scope="row">{escape(state.text(key))}</th>'
            f"<td>{escape(state.pick([chinese, english]))}</td></tr>"
            for key, chinese, english in said["figures"]
        ]
        rows.append("</tbody></table>")
    if said["verdict"] in VERDICT_COLOURS:
        rows.append(
            f'<p class="verdict" style="color:{VERDICT_COLOURS[said["verdict"]]}">'
            f"{verdict_mark(said['verdict'])} "
            f"<strong>{escape(state.text('verdict.' + said['verdict']))}</strong></p>"
        )
        rows.append(f'<p class="quiet">{escape(state.pick(said["reason"]))}</p>')
    for key, passage in said["passages"]:
        rows.append(f"<h3>{escape(state.text(key))}</h3>")
        rows.append(f'<blockquote lang="zh">{escape(passage)}</blockquote>')
    for key, chinese, english in said["notes"]:
        rows.append(f"<h3>{escape(state.text(key))}</h3>")
        rows.append(f"<p>{escape(_note(key, state.pick([chinese, english]), state))}</p>")
    for key in ("places", "members"):
        words = [str(word) for word in properties.get(key) or []]
        if words:
            rows.append(f"<h3>{escape(state.text(f'panel.{key}'))}</h3>")
            rows.append(f"<p>{escape('、'.join(words))}</p>")
    citation = state.pick(said["citation"])
    if citation:
        rows.append(f'<p class="citation">{escape(citation)}</p>')
    rows.append("</div>")
    return "".join(rows)


def _note(key: str, words: str, state: State) -> str:
    """Return a note in words; a zone id as the name of that zone."""
    if key == "popup.carried_from" and words in state.data.features:
        return state.label(words)
    return words


TABLE_COLUMNS = (
    "name",
    "plan",
    "kind",
    "stated",
    "computed",
    "low",
    "high",
    "difference",
    "verdict",
)


def area_rows(state: State) -> pd.DataFrame:
    """Return one row for each item shown that has an area, indexed by zone id."""
    rows: dict[str, list[Any]] = {}
    for zone in state.shown:
        properties = state.data.features[zone]["properties"]
        stated, computed = properties.get("stated_area_km2"), properties.get("computed_area_km2")
        if stated is None and computed is None:
            continue
        verdict = str(properties.get("verdict") or "not_stated")
        difference = (
            100 * (computed - stated) / stated
            if stated and computed is not None and verdict != "by_construction"
            else None
        )
        rows[zone] = [
            state.name(zone),
            state.data.plan_name(str(properties["plan"]), state.language),
            state.text(f"kind.{properties['kind']}"),
            stated,
            computed,
            properties.get("low_km2"),
            properties.get("high_km2"),
            difference,
            f"{VERDICT_GLYPHS.get(verdict, '')} {state.text('verdict.' + verdict)}",
        ]
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(TABLE_COLUMNS))


def area_table(state: State) -> None:
    """Show the areas of what the map shows; selecting a row selects the zone."""
    rows = area_rows(state)
    st.subheader(state.text("table.title"), anchor=False)
    if rows.empty:
        st.caption(state.text("table.nothing"))
        return
    ids = list(rows.index)

    def take_row() -> None:
        """Select the zone of the chosen row, and have the map go there."""
        from views.map import ask_zoom

        picked = st.session_state["area_table"]["selection"]["rows"]
        st.session_state["zone"] = ids[picked[0]] if picked else None
        ask_zoom()

    here = [ids.index(state.selected)] if state.selected in ids else []
    st.session_state["area_table"] = {"selection": {"rows": here, "columns": [], "cells": []}}
    number = st.column_config.NumberColumn
    config = {column: state.text(f"table.{column}") for column in ("name", "plan", "kind")}
    config |= {
        column: number(state.text(f"table.{column}"), format="%.3f")
        for column in ("computed", "low", "high")
    }
    config["stated"] = number(state.text("table.stated"))
    config["difference"] = number(state.text("table.difference"), format="%+.1f")
    config["verdict"] = st.column_config.TextColumn(state.text("table.verdict"))
    st.dataframe(
        rows,
        hide_index=True,
        column_config=config,
        key="area_table",
        on_select=take_row,
        selection_mode="single-row",
        alt=state.text("table.alt"),
        placeholder="–",
    )
    st.caption(state.text("table.hint"))
