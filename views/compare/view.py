"""Plan against plan: maps, what became of what, the words, and the time line."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit_folium import st_folium

from layers.map.comparison import MODES, comparison_map
from layers.map.zones import planning_group
from layers.styles import style_of
from views import link
from views.choices import choose_one, plain
from views.compare.export import exports
from views.compare.words import wording
from views.data import comparison, matrices
from views.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.compare.overlays import OverlapMatrix
    from views.state import State

FRAME_KEY = "comparison_map"
FRAME_HEIGHT = 900
"""Pixels until the frame has said how high it is."""

STYLE = """
ol.tl { display: flex; gap: 3px; margin: .3rem 0 .5rem; padding: 0 !important; list-style: none; }
.stApp .tl li { margin: 0; padding: .3rem .5rem; border-radius: 3px; font-size: .8rem;
  line-height: 1.35; background: #e9edf3; color: #1f2937; min-width: 0; overflow-wrap: anywhere; }
.tl li.here { background: #1f3a5f; color: #fff; }
.tl li.gap { background: none; border: 1px dashed #8d93a0; color: #4b5160; }
.stApp .docs { margin: 0; padding-left: 1.2rem; }
.stApp .docs li { font-size: .85rem; margin: 0; }
.cw { display: grid; grid-template-columns: 1fr 1fr; gap: .2rem 1.6rem; font-size: .9rem;
  line-height: 1.75; color: #1f2937; }
.cw h4 { grid-column: 1 / -1; font-size: .84rem; font-weight: 600; color: #4b5160; padding: 0;
  margin: .7rem 0 0; }
.cw h3 { font-size: .9rem; font-weight: 650; padding: 0; margin: 0; }
.cw p { margin: 0; overflow-wrap: anywhere; white-space: pre-line; font-size: .9rem; }
.cw del { color: #8c1d18; text-decoration: line-through; text-decoration-thickness: 1px; }
.cw ins { background: #d9efe0; color: #14432a; text-decoration: none; }
.cw .quiet { color: #5b6270; }
.cw ul { margin: 0; padding-left: 1.1rem; }
.cw li { font-size: .88rem; }
@media (max-width: 640px) {
  .cw { grid-template-columns: 1fr; }
  .cw [data-plan]::before { content: attr(data-plan) "："; color: #4b5160; font-weight: 600; }
  .tl { flex-direction: column; }
}
"""


def show(state: State) -> None:
    """Show the comparison of two plans, or one plan period after the other."""
    plans = list(state.data.zones)
    if not plans:
        return
    st.html(f"<style>{STYLE}</style>")
    mode = link.one("mode", MODES, MODES[0]) or MODES[0]
    first = link.one("from", plans, plans[max(0, len(plans) - 2)]) or plans[0]
    second = link.one("to", plans, plans[-1]) or plans[-1]
    period = link.one("period", plans, first) or first
    choices(state, mode, first, second, period)
    timeline(state, {period} if mode == "time" else {first, second})
    if mode == "time":
        period_documents(state, period)
    elif first == second:
        st.info(state.text("compare.same_period"))
    found, issues = matrices(state.data)
    for issue in issues:
        st.warning(plain(issue.words(state.language)[0]))
    frame(state, mode, first, second, period)
    if mode == "time" or first == second:
        return
    earlier, later = sorted((first, second), key=plans.index)
    if (earlier, later) in found:
        zones, everything = found[earlier, later]
        flow(state, zones, earlier, later)
        every_overlap(state, everything, earlier, later)
    wording(state, first, second)
    exports(state, first, second, mode, found.get((earlier, later)))


def choices(state: State, mode: str, first: str, second: str, period: str) -> None:
    """Show the mode and the plans to choose."""
    names = {plan: short_plan_name(state, plan) for plan in state.data.zones}
    modes = {one: state.text(f"compare.mode_{one}") for one in MODES}
    left, middle, right = st.columns(3)
    with left:
        choose_one("mode", state.text("compare.mode"), modes, mode, state.language, show_label=True)
    if mode != "time":
        for column, key, value in ((middle, "from", first), (right, "to", second)):
            with column:
                choose_one(
                    key, state.text(f"compare.{key}"), names, value, state.language, show_label=True
                )
        return
    with middle:
        choose_one(
            "period", state.text("compare.period"), names, period, state.language, show_label=True
        )
    plans = list(names)
    place = plans.index(period)
    with right, st.container(horizontal=True, vertical_alignment="bottom", height="stretch"):
        for key, step in (("previous", -1), ("next", 1)):
            to = place + step
            st.button(
                state.text(f"compare.{key}"),
                key=f"period_{key}",
                disabled=not 0 <= to < len(plans),
                on_click=link.put,
                args=("period", plans[min(max(to, 0), len(plans) - 1)]),
            )


def short_plan_name(state: State, plan: str) -> str:
    """Return the name of a plan as it fits a row of buttons: in English its years."""
    period = state.data.periods.get(plan)
    if state.language == "en" and period is not None:
        return f"{period.period_from}–{period.period_to}"
    return state.data.plan_name(plan, state.language)


def timeline(state: State, here: set[str]) -> None:
    """Show the plan periods to scale, with the years for which no plan is at hand."""
    items, before = [], None
    for plan, period in state.data.periods.items():
        if plan not in state.data.zones:
            continue
        if before is not None and period.period_from > before + 1:
            words = state.text("place.gap", start=before + 1, end=period.period_from - 1)
            years = period.period_from - before - 1
            items.append(f'<li class="gap" style="flex:{years} 1 0">{escape(words)}</li>')
        years = period.period_to - period.period_from + 1
        name = escape(state.data.plan_name(plan, state.language))
        mark = ' class="here" aria-current="true"' if plan in here else ""
        items.append(
            f'<li{mark} style="flex:{years} 1 0">{name}<br>'
            f"{period.period_from}–{period.period_to}</li>"
        )
        before = period.period_to
    st.html(f'<ol class="tl">{"".join(items)}</ol>')


def period_documents(state: State, plan: str) -> None:
    """Name the documents of a plan period."""
    period = state.data.periods.get(plan)
    papers = state.data.metadata.get(plan, {}).get("documents") or []
    side = "title_en" if state.language == "en" else "title"
    rows = []
    for paper in papers:
        more = " · ".join(str(paper[k]) for k in ("issuer", "number", "date") if paper.get(k))
        title = escape(str(paper.get(side) or paper.get("title")))
        rows.append(f'<li>{title} <span class="quiet">{escape(more)}</span></li>')
    if period is None or not rows:
        return
    heading = state.text(
        "compare.documents",
        plan=state.data.plan_name(plan, state.language),
        start=period.period_from,
        end=period.period_to,
    )
    st.html(
        f'<div class="pm-panel"><p class="quiet">{escape(heading)}</p>'
        f'<ul class="docs">{"".join(rows)}</ul></div>'
    )


def take_click() -> None:
    """Take what was clicked in the frame: a zone, or a cell of the table."""
    answer = st.session_state.get(FRAME_KEY) or {}
    clicked = (answer.get("last_active_drawing") or {}).get("properties") or {}
    if isinstance(clicked.get("sequence"), int):
        st.session_state["comparison_seen"] = clicked["sequence"]
    if isinstance(clicked.get("zone_id"), str):
        link.put("zone", clicked["zone_id"])
        link.put("place", None)
    if isinstance(clicked.get("cell"), str):
        link.put("cell", clicked["cell"])


def frame(state: State, mode: str, first: str, second: str, period: str) -> None:
    """Show the maps with the table of overlaps, in one frame that is never rebuilt."""
    if state.assets is None:
        return
    own, content = comparison(state.data)
    cells = {
        f"{a}|{b}"
        for pair in content["pairs"].values()
        for cell in pair["all"]["cells"] + pair["zones"]["cells"]
        for a, b in ((cell["a"], cell["b"]), (cell["b"], cell["a"]))
    }
    cell = link.one("cell", cells, None)
    shown: dict[str, list[str]] = {plan: [] for plan in state.data.zones}
    for zone in state.shown:
        shown[str(state.data.features[zone]["properties"]["plan"])].append(zone)
    wanted = {
        "lang": state.language,
        "mode": mode,
        "left": first,
        "right": second,
        "period": period,
        "shown": shown,
        "labels": state.appearance.get("labels", True),
        "base": state.appearance.get("base"),
        "selected": state.selected,
        "cell": cell.split("|") if cell else None,
        "seen": st.session_state.get("comparison_seen", 0),
        "today": state.today,
    }
    with st.container(key="comparison"):
        st_folium(
            comparison_map(state.assets, own),
            key=FRAME_KEY,
            feature_group_to_add=[planning_group(wanted)],
            returned_objects=["last_active_drawing"],
            on_change=take_click,
            use_container_width=True,
            height=FRAME_HEIGHT,
        )


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
    fills = [style_of(places[z]).fill if z else "#b9bcc4" for z in left + right]
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
