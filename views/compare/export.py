"""Offer the comparison as files: both panes on one sheet, the offline page, the table."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from layers.offline.standalone import StandaloneOptions, standalone_html
from views.data import base, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.compare.overlays import OverlapMatrix
    from views.state import State


def exports(
    state: State,
    first: str,
    second: str,
    pair: tuple[OverlapMatrix, OverlapMatrix] | None,
) -> None:
    """Offer the comparison as files: the zones shown, both panes at one scale."""
    st.html(f'<h2 class="pm-h2 pm-no-paper">{escape(state.text("compare.export"))}</h2>')
    name = f"{first}-{second}"
    files: list[tuple[str, str, str, Callable[[], bytes]]] = [
        ("sheet", f"{name}.pdf", "application/pdf", lambda: sheet(state, first, second, "pdf")),
        ("png", f"{name}.png", "image/png", lambda: sheet(state, first, second, "png")),
        ("html", f"{name}.html", "text/html", lambda: page(state, first, second)),
    ]
    if pair is not None:
        files.append(("csv", f"{name}.csv", "text/csv", lambda: table(pair[1])))
    plans_drawn = {state.data.features[zone]["properties"]["plan"] for zone in state.shown}
    about = escape(state.text("compare.export_extent"))
    st.html(f'<p class="pm-quiet pm-no-paper">{about}</p>')
    with st.container(horizontal=True):
        for key, file_name, mime, content in files:
            st.download_button(
                state.text(f"compare.export_{key}"),
                data=content,
                file_name=file_name,
                mime=mime,
                on_click="ignore",
                key=f"compare_{key}",
                disabled=key in ("sheet", "png") and not {first, second} <= plans_drawn,
            )


def sheet(state: State, first: str, second: str, form: Any) -> bytes:
    """Return both plans on one sheet with one scale, the zones that are shown."""
    from layers.sheets.options import SheetOptions
    from layers.sheets.sheet import draw_comparison

    tables_of_plans = tables(state.data)
    options = SheetOptions(
        format=form,
        zones=tuple(state.shown),
        labels=bool(state.appearance.get("labels", True)),
        language="en" if state.language == "en" else "zh",
        date=dt.date.fromisoformat(state.today),
        styles=state.data.styles,
    )
    return draw_comparison(
        tables_of_plans.zones[first], tables_of_plans.zones[second], base(state.data), options
    )


def page(state: State, first: str, second: str) -> bytes:
    """Return the map as one file that works offline and opens with this comparison."""
    tables_of_plans = tables(state.data)
    options = StandaloneOptions(
        date=dt.date.fromisoformat(state.today),
        language=state.language,
        start={"view": "compare", "from": first, "to": second},
        styles=state.data.styles,
        site=state.data.district.site() if state.data.district else {},
    )
    return standalone_html(
        tables_of_plans.zones, tables_of_plans.base, options, tables_of_plans.edges
    )


def table(matrix: OverlapMatrix) -> bytes:
    """Return every overlap as CSV, UTF-8 with the mark that spreadsheets want."""
    rows = matrix.pieces.drop(columns="geometry")
    rows = rows.assign(notes=[" ".join(notes) for notes in rows["notes"]])
    content: str = rows.to_csv(index=False, float_format="%.6f", lineterminator="\r\n")
    return content.encode("utf-8-sig")
