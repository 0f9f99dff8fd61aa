"""The panel beside the map and the table below it: the selected zone in words and figures."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from layers.map.popups import about
from layers.marks import swatch, verdict_mark
from layers.styles import VERDICT_COLOURS
from views.choices import choose_from_list
from views.state import ask_zoom, select_zone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from views.state import State

PANEL_HEIGHT = 556


def details(state: State) -> None:
    """Show the chooser and, for the selected zone, everything that its plan says of it."""
    choose_from_list(
        "zone",
        state.text("panel.choose"),
        state.labels,
        state.selected,
        lambda zone: select_zone(zone, zoom=True),
        state.language,
        placeholder=state.text("panel.choose_hint"),
    )
    chosen = state.selected
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
        f"<h2>{swatch(str(properties['place']))} "
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


def area_rows(state: State) -> list[dict[str, Any]]:
    """Return one row for each item shown that has an area.

    Parameters
    ----------
    state : State
        The reader's choices.

    Returns
    -------
    list of dict
        ``zone_id``, ``name``, ``plan``, ``stated`` as printed, ``computed``,
        ``low``, ``high`` [km²] or None, ``difference`` [%] or None where it
        would prove nothing, ``verdict``.
    """
    rows = []
    for zone in state.shown:
        properties = state.data.features[zone]["properties"]
        stated, computed = properties.get("stated_area_km2"), properties.get("computed_area_km2")
        if stated is None and computed is None:
            continue
        verdict = str(properties.get("verdict") or "not_stated")
        tested = stated and computed is not None and verdict != "by_construction"
        rows.append(
            {
                "zone_id": zone,
                "name": state.name(zone),
                "plan": state.data.plan_name(str(properties["plan"]), state.language),
                "stated": stated,
                "computed": computed,
                "low": properties.get("low_km2"),
                "high": properties.get("high_km2"),
                "difference": 100 * (computed - stated) / stated if tested else None,
                "verdict": verdict,
            }
        )
    return rows


def area_table(state: State) -> None:
    """Show the areas of what the map shows, the selected zone marked.

    A table of HTML: it reads with a screen reader, prints, and spares the
    reader's first second the megabyte that a data grid loads.
    """
    rows = area_rows(state)
    heading = escape(state.text("table.title"))
    if not rows:
        nothing = escape(state.text("table.nothing"))
        st.html(f'<h2 class="pm-h2">{heading}</h2><p class="quiet">{nothing}</p>')
        return
    columns = ("name", "plan", "stated", "computed", "interval", "difference", "verdict")
    head = "".join(
        f'<th scope="col">{escape(state.text(f"table.{column}"))}</th>' for column in columns
    )
    body = "".join(_row_html(row, state) for row in rows)
    st.html(
        f'<h2 class="pm-h2" id="areas">{heading}</h2>'
        f'<div class="pm-scroll" tabindex="0" role="region" aria-labelledby="areas">'
        f'<table class="pm-areas"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _row_html(row: Mapping[str, Any], state: State) -> str:
    """Return one row of the table of areas; every word escaped."""
    here = row["zone_id"] == state.selected
    properties = state.data.features[row["zone_id"]]["properties"]
    mark = swatch(str(properties["place"]))
    verdict = str(row["verdict"])
    word = escape(state.text(f"verdict.{verdict}")) if verdict in VERDICT_COLOURS else ""
    colour = VERDICT_COLOURS.get(verdict, "inherit")
    marked = ' class="here" aria-current="true"' if here else ""
    interval = "" if row["low"] is None else f"{row['low']:.3f}–{row['high']:.3f}"
    difference = "" if row["difference"] is None else f"{row['difference']:+.1f}%"
    cells = (
        "" if row["stated"] is None else str(row["stated"]),
        "" if row["computed"] is None else f"{row['computed']:.3f}",
        interval,
        difference.replace("-", "−"),
    )
    return (
        f"<tr{marked}>"
        f'<th scope="row">{mark} {escape(str(row["name"]))}</th>'
        f"<td>{escape(str(row['plan']))}</td>"
        + "".join(f'<td class="number">{cell or "–"}</td>' for cell in cells)
        + f'<td style="color:{colour}">{verdict_mark(verdict)} {word}</td></tr>'
    )
