"""The comparison as files: both panes on one sheet, the offline page, the table."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from layers.map.comparison import comparison_html
from views.data import base, comparison, tables
from views.state import drawn_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.compare.overlays import OverlapMatrix
    from views.state import State


def exports(
    state: State,
    first: str,
    second: str,
    mode: str,
    pair: tuple[OverlapMatrix, OverlapMatrix] | None,
) -> None:
    """Offer the comparison as files: the zones shown, both panes at one scale."""
    st.html(f'<h2 class="pm-h2">{escape(state.text("compare.export"))}</h2>')
    name = f"{first}-{second}"
    files: list[tuple[str, str, str, Callable[[], bytes]]] = [
        ("sheet", f"{name}.pdf", "application/pdf", lambda: sheet(state, first, second, "pdf")),
        ("png", f"{name}.png", "image/png", lambda: sheet(state, first, second, "png")),
        ("html", f"{name}.html", "text/html", lambda: page(state, first, second, mode)),
    ]
    if pair is not None:
        files.append(("csv", f"{name}.csv", "text/csv", lambda: table(pair[1])))
    drawn = {state.data.features[zone]["properties"]["plan"] for zone in state.shown}
    st.caption(state.text("compare.export_extent"))
    with st.container(horizontal=True):
        for key, file_name, mime, content in files:
            st.download_button(
                state.text(f"compare.export_{key}"),
                data=content,
                file_name=file_name,
                mime=mime,
                on_click="ignore",
                key=f"compare_{key}",
                disabled=key in ("sheet", "png") and not {first, second} <= drawn,
            )


def sheet(state: State, first: str, second: str, form: Any) -> bytes:
    """Return both plans on one sheet with one scale, the zones that are shown."""
    from layers.sheets.options import SheetOptions
    from layers.sheets.sheet import draw_comparison

    read = tables(state.data)
    options = SheetOptions(
        format=form,
        zones=tuple(state.shown),
        labels=bool(state.appearance.get("labels", True)),
        language="en" if state.language == "en" else "zh",
        date=dt.date.fromisoformat(state.today),
    )
    return draw_comparison(read.zones[first], read.zones[second], base(state.data), options)


def page(state: State, first: str, second: str, mode: str) -> bytes:
    """Return the comparison as one file that works offline, as it stands on the screen."""
    _, pairs = comparison(state.data)
    shown: dict[str, list[str]] = {plan: [] for plan in state.data.zones}
    for zone in state.data.features.values():
        plan, zone_id = zone["properties"]["plan"], zone["properties"]["zone_id"]
        geometry = zone.get("geometry")
        other = plan not in (first, second) and geometry and "Polygon" in geometry["type"]
        if zone_id in state.shown or other:
            shown[plan].append(zone_id)
    district = state.data.district
    name = "" if district is None else district.name_en if state.language == "en" else district.name
    start = {
        "lang": state.language,
        "mode": mode,
        "left": first,
        "right": second,
        "period": first,
        "shown": shown,
        "labels": state.appearance.get("labels", True),
        "selected": state.selected,
        "cell": None,
        "today": state.today,
    }
    title = state.text("compare.file_title", district=name)
    return comparison_html(drawn_data(state.data), pairs, start, title)


def table(matrix: OverlapMatrix) -> bytes:
    """Return every overlap as CSV, UTF-8 with the mark that spreadsheets want."""
    rows = matrix.pieces.drop(columns="geometry")
    rows = rows.assign(notes=[" ".join(notes) for notes in rows["notes"]])
    content: str = rows.to_csv(index=False, float_format="%.6f", lineterminator="\r\n")
    return content.encode("utf-8-sig")
