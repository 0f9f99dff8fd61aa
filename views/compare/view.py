"""Show plan against plan beside the map: the words, what became of what, and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.base import english_names
from layers.styles import style_of
from layers.tables.reader import unique_labels
from layers.tables.wording import (
    english_places,
    named_by_both,
    overlaps_html,
    place_labels,
    words_html,
)
from views import link
from views.choices import choose_from_list, choose_one, plain
from views.compare.export import exports
from views.data import matrices, tables, wording_of
from views.quiet import quiet

if TYPE_CHECKING:
    from geo.compare.overlays import OverlapMatrix
    from views.state import State


def show(state: State) -> None:
    """Show two plans in words and figures: the flow of areas, every overlap, the wording, files."""
    plans = list(state.data.zones)
    if not plans:
        return
    first = link.one("from", plans, plans[max(0, len(plans) - 2)]) or plans[0]
    second = link.one("to", plans, plans[-1]) or plans[-1]
    names = {plan: short_plan_name(state, plan) for plan in plans}
    for column, key, value in zip(st.columns(2), ("from", "to"), (first, second), strict=True):
        with column:
            choose_one(
                key, state.text(f"compare.{key}"), names, value, state.language, show_label=True
            )
    if first == second:
        st.info(state.text("compare.same_period"))
        return
    pairs, issues = matrices(state.data)
    for issue in issues:
        st.warning(plain(issue.words(state.language)[0]))
    wording(state, first, second)
    earlier, later = sorted((first, second), key=plans.index)
    if (earlier, later) in pairs:
        zones, everything = pairs[earlier, later]
        flow(state, zones, earlier, later)
        every_overlap(state, everything, earlier, later)
    exports(state, first, second, pairs.get((earlier, later)))


def wording(state: State, first: str, second: str) -> None:
    """Show what two plans say of a place that both name."""
    places, begin = named_by_both(
        *([f["properties"] for f in state.data.zones[plan]] for plan in (first, second))
    )
    if not places:
        quiet(state.text("compare.words_none"))
        return
    if state.selected is not None:
        of_zone = str(state.data.features[state.selected]["properties"]["place"])
        begin = of_zone if of_zone in places else begin
    place = link.one("place", places, None) or begin
    choose_from_list(
        "place",
        state.text("compare.words_place"),
        unique_labels(place_labels(places, state.language)),
        place,
        lambda option: link.put("place", option),
        state.language,
    )
    words = wording_of(state.data, *(str(item["zone_id"]) for item in places[place]))
    quiet(state.text("compare.words_hint"))
    rows = [feature["properties"] for feature in state.data.features.values()]
    names = english_places(rows, english_names(tables(state.data).base.values()))
    st.html(words_html(state, words, first, second, names))


def short_plan_name(state: State, plan: str) -> str:
    """Return the name of a plan as it fits a row of buttons: in English its years."""
    period = state.data.periods.get(plan)
    if state.language == "en" and period is not None:
        return f"{period.period_from}–{period.period_to}"
    return state.data.plan_name(plan, state.language)


def flow(state: State, matrix: OverlapMatrix, earlier: str, later: str) -> None:
    """Show where the area of each zone went, drawn from the figures of the table."""
    if matrix.rows.empty or matrix.columns.empty:
        return
    names = {plan: state.data.plan_name(plan, state.language) for plan in (earlier, later)}
    title = state.text("compare.flow", **{"from": names[earlier], "to": names[later]})
    box = st.expander(plain(title), key="flow", on_change="rerun")
    with box:
        if box.open:
            words = state.text("compare.flow_hint")
            quiet(words)
            st.plotly_chart(
                flow_figure(state, matrix), key="flow_chart", alt=f"{title}. {words}",
                config={"displayModeBar": False},
            )  # fmt: skip


def flow_figure(state: State, matrix: OverlapMatrix) -> Any:
    """Return the Sankey picture of a matrix, in the colours of the map."""
    import plotly.graph_objects as go

    # The empty id at the end of each side is the ground that no zone of the other plan has.
    left, right = [*matrix.rows["zone_id"], ""], [*matrix.columns["zone_id"], ""]
    places = {
        zone: str(state.data.features[zone]["properties"]["place"]) for zone in left + right if zone
    }
    fills = [
        style_of(places[z], styles=state.data.styles).fill if z else "#b9bcc4" for z in left + right
    ]
    nothing = [state.text("compare.flow_new"), state.text("compare.flow_none")]
    labels = [state.name(z, "short_name") if z else nothing[0] for z in left]
    labels += [state.name(z, "short_name") if z else nothing[1] for z in right]
    unit = state.text("map.unit_km2")
    # Pieces that prove nothing, because both plans were drawn alike, are paler.
    source, target, value, colour, notes = [], [], [], [], []
    for piece in matrix.pieces.itertuples():
        source.append(left.index(piece.zone_a))
        target.append(len(left) + right.index(piece.zone_b))
        value.append(piece.area_km2)
        pale = {"interpreted", "same_by_construction"} & set(piece.notes)
        fill = fills[source[-1]] if piece.zone_a else fills[target[-1]]
        colour.append(_with_opacity(fill, 0.28 if pale else 0.6))
        words = " ".join(state.text(f"compare.note_{note}") for note in piece.notes)
        notes.append(f"{piece.low_km2:.3f}–{piece.high_km2:.3f} {unit} {words}")
    figure = go.Figure(
        go.Sankey(
            node={"label": labels, "color": fills, "pad": 14, "thickness": 16},
            link={"source": source, "target": target, "value": value, "color": colour,
                  "customdata": notes, "hovertemplate": f"%{{value:.3f}} {unit} (%{{customdata}})"},
            valueformat=".3f",
            valuesuffix=f" {unit}",
        )
    )  # fmt: skip
    figure.update_layout(
        height=380, margin={"l": 8, "r": 8, "t": 8, "b": 8},
        font={"size": 13, "color": "#1f2937", "family": "Noto Sans SC, PingFang SC, sans-serif"},
    )  # fmt: skip
    return figure


def _with_opacity(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def every_overlap(state: State, matrix: OverlapMatrix, earlier: str, later: str) -> None:
    """Show every overlap, belts too, as rows that a screen reader or a printer can take."""
    if matrix.pieces.empty:
        return
    with st.expander(state.text("compare.more_rows")):
        st.html(overlaps_html(state, matrix, earlier, later))
