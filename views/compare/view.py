"""Plan against plan beside the map: the words, what became of what, and files."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from layers.styles import style_of
from views import link
from views.choices import choose_one, plain
from views.compare.export import exports
from views.compare.words import wording
from views.data import matrices
from views.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    found, issues = matrices(state.data)
    for issue in issues:
        st.warning(plain(issue.words(state.language)[0]))
    wording(state, first, second)
    earlier, later = sorted((first, second), key=plans.index)
    if (earlier, later) in found:
        zones, everything = found[earlier, later]
        flow(state, zones, earlier, later)
        every_overlap(state, everything, earlier, later)
    exports(state, first, second, found.get((earlier, later)))


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
    source, target, value, colour, said = [], [], [], [], []
    for piece in matrix.pieces.itertuples():
        source.append(left.index(piece.zone_a))
        target.append(len(left) + right.index(piece.zone_b))
        value.append(piece.area_km2)
        pale = {"interpreted", "same_by_construction"} & set(piece.notes)
        fill = fills[source[-1]] if piece.zone_a else fills[target[-1]]
        colour.append(_with_opacity(fill, 0.28 if pale else 0.6))
        notes = " ".join(state.text(f"compare.note_{note}") for note in piece.notes)
        said.append(f"{piece.low_km2:.3f}–{piece.high_km2:.3f} km² {notes}")
    figure = go.Figure(
        go.Sankey(
            node={"label": labels, "color": fills, "pad": 14, "thickness": 16},
            link={"source": source, "target": target, "value": value, "color": colour,
                  "customdata": said, "hovertemplate": "%{value:.3f} km² (%{customdata})"},
            valueformat=".3f",
            valuesuffix=" km²",
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
    names = [state.data.plan_name(plan, state.language) for plan in (earlier, later)]
    nothing = state.text("compare.in_none")
    rows = []
    for piece in matrix.pieces.to_dict("records"):
        zones = [state.name(z, "short_name") if z else nothing for z in
                 (piece["zone_a"], piece["zone_b"])]  # fmt: skip
        cells = [
            f"{piece['area_km2']:.3f} ({piece['low_km2']:.3f}–{piece['high_km2']:.3f})",
            *(share_words(piece, side) for side in "ab"),
        ]
        notes = " ".join(state.text(f"compare.note_{note}") for note in piece["notes"])
        rows.append(
            "<tr>" + "".join(f'<th scope="row">{escape(z)}</th>' for z in zones)
            + "".join(f'<td class="number">{cell}</td>' for cell in cells)
            + f'<td style="white-space:normal">{escape(notes)}</td></tr>'
        )  # fmt: skip
    head = [*names, "km²", f"% {names[0]}", f"% {names[1]}", ""]
    with st.expander(state.text("compare.more_rows")):
        st.html(
            '<div class="pm-scroll" tabindex="0" role="region" '
            f'aria-label="{escape(state.text("compare.more_rows"))}">'
            '<table class="pm-areas"><thead><tr>'
            + "".join(f'<th scope="col">{escape(h)}</th>' if h else "<td></td>" for h in head)
            + f"</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        )


def share_words(piece: Mapping[Any, Any], side: str) -> str:
    """Return a share in percent with its interval, a dash where there is none."""
    share, low, high = (100 * piece[f"share_{side}{end}"] for end in ("", "_low", "_high"))
    if share != share:  # noqa: PLR0124
        return "–"
    return f"{share:.1f}%" if high - low < 0.05 else f"{share:.1f}% ({low:.1f}–{high:.1f}%)"
