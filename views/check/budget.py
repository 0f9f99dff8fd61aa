"""The opened row of the check view: where a figure's interval comes from, side by side."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st
from shapely.geometry import mapping

from geo.build import edge_layer
from geo.texts import keys, rendered
from geo.verdicts import line_words, reading_label
from views import link
from views.amounts import amount
from views.choices import choose_some, plain
from views.map.view import draw_over

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.build import Built
    from geo.verdicts import Finding
    from geo.zones.item import Drawn
    from views.state import State

DASHES = ("8 5", "2 5", "12 4 2 4", "4 4", "14 6")
"""Line patterns of the readings, told apart without colour."""


def show_budget(finding: Finding, built: Built, state: State, unit: str) -> None:
    """Show rounding, readings, edges with their shares, and the provenance of one edge."""
    drawn = built.drawn[finding.zone_id]
    reason = finding.reason_en if state.language == "en" else finding.reason
    st.html(f"<p>{escape(reason)}</p>")
    notes = [note.render(state.language) for note in finding.notes]
    if notes:
        st.html("<ul>" + "".join(f"<li>{escape(note)}</li>" for note in notes) + "</ul>")
    if finding.implied is not None:
        implied = finding.implied.render(state.language)
        st.html(f'<p class="pm-implied">{escape(implied)}</p>')
    if finding.rounding is not None:
        low, high = finding.rounding
        rounding = state.text(
            "checkview.about" if finding.approximate else "checkview.rounding",
            printed=finding.printed or finding.stated,
            low=f"{low:.10g}",
            high=f"{high:.10g}",
            unit=finding.unit,
        )
        st.html(f'<p class="pm-quiet">{escape(rounding)}</p>')
    missing = missing_limits(drawn, built)
    if missing:
        st.html(
            "<ul>"
            + "".join(f"<li><b>{escape(n)}</b>: {escape(t)}</li>" for n, t in missing)
            + "</ul>"
        )
    edges = edge_rows(drawn, built)
    if not edges and not finding.readings:
        return
    chosen = chosen_edge(edges)
    if finding.readings:
        st.html(readings_html(finding, state, lambda value: amount(value, finding, unit)))
    outlines = choose_outlines(drawn, state)
    draw_over(overlay(edges, chosen, drawn, outlines, state), shown=(finding.zone_id,))
    if edges:
        choose_edge(edges, chosen, state)
        st.html(edges_html(edges, chosen, drawn, state))
        edge = next((e for e in edges if e["edge_id"] == chosen), None)
        if edge is not None:
            st.html(edge_html(edge, state))
    st.html(f'<p class="pm-quiet">{escape(state.text("report.rule"))}</p>')


def missing_limits(drawn: Drawn, built: Built) -> list[tuple[str, str]]:
    """Return the limits of a zone that were looked for and not found, with what was tried."""
    if drawn.geometry is not None:
        return []
    return [
        (name, tried)
        for name, tried in built.base.missing.items()
        if name in drawn.item.limits_text
    ]


def edge_rows(drawn: Drawn, built: Built) -> list[dict[str, Any]]:
    """Return the edges of an item as records, WGS84, with their share of the variance."""
    if drawn.edges is None:
        return []
    plan = next(p for p in built.plan_ids() if drawn.item.id.startswith(f"{p}-"))
    layer = edge_layer(built, plan)
    rows = layer[layer["zone_id"] == drawn.item.id]
    parts = {}
    if drawn.budget is not None:
        parts = dict(enumerate(drawn.budget.edges))
    return [
        {str(key): value for key, value in row.items()} | {"part": parts.get(number)}
        for number, row in enumerate(rows.to_dict("records"))
    ]


def chosen_edge(edges: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the chosen edge: the last one clicked on the map, or the one of the link."""
    ids = [str(edge["edge_id"]) for edge in edges]
    clicked = st.session_state.get("clicked") or {}
    sequence = clicked.get("sequence")
    if clicked.get("overlay_id") in ids and sequence != st.session_state.get("edge_click"):
        st.session_state["edge_click"] = sequence
        link.put("edge", clicked["overlay_id"])
    return link.one("edge", ids, ids[0] if ids else None)


def choose_edge(edges: Sequence[Mapping[str, Any]], chosen: str | None, state: State) -> None:
    """Let the reader step through the edges with the keyboard; one is always chosen."""
    key = f"edge/{state.language}"
    labels = {str(e["edge_id"]): edge_label(n, e) for n, e in enumerate(edges, start=1)}
    st.session_state[key] = chosen
    st.pills(
        state.text("checkview.choose_edge"),
        list(labels),
        format_func=lambda edge: plain(labels.get(edge, str(edge))),
        key=key,
        on_change=lambda: link.put("edge", st.session_state[key] or chosen),
    )


def choose_outlines(drawn: Drawn, state: State) -> tuple[str, ...]:
    """Let the reader choose the readings whose outlines the map shows; none at first."""
    readings = [reading for reading in drawn.outlines if reading != "centre_line"]
    if not readings:
        return ()
    chosen = link.several("outlines", readings, ())
    choose_some(
        "outlines",
        state.text("checkview.outlines"),
        {reading: reading_label(reading, state.language) for reading in readings},
        chosen,
        lambda some: link.put("outlines", some),
        state.language,
    )
    return chosen


def overlay(
    edges: Sequence[Mapping[str, Any]],
    chosen: str | None,
    drawn: Drawn,
    outlines: Sequence[str],
    state: State,
) -> dict[str, Any]:
    """Return the edges and the outlines of some readings as GeoJSON for the map."""
    features: list[dict[str, Any]] = []
    for number, reading in enumerate(outlines):
        features.append(
            feature(
                drawn.outlines[reading],
                reading_label(reading, state.language),
                {"color": "#111827", "weight": 2, "dashArray": DASHES[number % len(DASHES)],
                 "fill": False},
            )
        )  # fmt: skip
    for number, edge in enumerate(edges, start=1):
        style: dict[str, Any] = {
            "color": "#111827" if edge["edge_id"] == chosen else "#1f3a5f",
            "weight": 8 if edge["edge_id"] == chosen else 4,
        }
        if edge["connector"] or edge["method"] == "inferred":
            style["dashArray"] = "10 7"
        elif edge["method"] == "estimated":
            style |= {"dashArray": "3 7", "opacity": 0.6}
        features.append(
            feature(edge["geometry"], edge_label(number, edge), style, str(edge["edge_id"]))
        )
    return {"type": "FeatureCollection", "features": features}


def feature(
    geometry: Any, label: str, style: Mapping[str, Any], overlay_id: str = ""
) -> dict[str, Any]:
    """Return one feature of the overlay."""
    return {
        "type": "Feature",
        "geometry": mapping(geometry),
        "properties": {"label": label, "style": dict(style)}
        | ({"overlay_id": overlay_id} if overlay_id else {}),
    }


def edge_label(number: int, edge: Mapping[str, Any]) -> str:
    """Return the name of an edge: its number in the ring and its road."""
    return f"{number} {edge['road']}"


def readings_html(finding: Finding, state: State, shown: Any) -> str:
    """Return the readings of a figure as a table, the default first."""
    bounds = finding.rounding
    head = "".join(
        f'<th scope="col">{escape(state.text(f"checkview.{key}"))}</th>'
        for key in ("reading", "computed", "interval_short", "meets")
    )
    body = ""
    for number, reading in enumerate(finding.readings):
        meets = "–"
        if bounds and reading.bounds and finding.verdict != "by_construction":
            meets = "✓" if reading.meets(bounds) else "✕"
        name = escape(reading_label(reading.reading, state.language))
        probability = finding.probability if not number else reading.probability
        asides = [state.text("checkview.default")] if not number else []
        if probability is not None and probability < 1:
            percent = f"{100 * probability:.0f}"
            asides.append(state.text("checkview.probability", percent=percent))
        default = "".join(f" <small>{escape(aside)}</small>" for aside in asides)
        body += (
            f'<tr><th scope="row">{name}{default}</th><td>{shown(reading.value)}</td>'
            f"<td>{shown(reading.low)}–{shown(reading.high)}</td><td>{meets}</td></tr>"
        )
    return f'<table class="pm-budget"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def edges_html(
    edges: Sequence[Mapping[str, Any]], chosen: str | None, drawn: Drawn, state: State
) -> str:
    """Return the edges as a table: length, error and share of the area's variance."""
    head = "".join(
        f'<th scope="col">{escape(state.text(f"checkview.{key}"))}</th>'
        for key in ("edge", "length", "error", "area_error", "share", "how")
    )
    body = ""
    for number, edge in enumerate(edges, start=1):
        part = edge["part"]
        how = method_words(edge["method"], state)
        if edge["connector"]:
            how += f" · {state.text('checkview.connector')}"
        if edge["candidates"]:
            percent = f"{100 * edge['candidates'][0]['probability']:.0f}"
            how += f" · {state.text('checkview.identity', percent=percent)}"
        if edge["gap_m"] > 0:
            gap = f"{edge['gap_m']:.1f}"
            how += f" · {state.text('checkview.gap', gap=gap)}"
        marked = ' class="here" aria-current="true"' if edge["edge_id"] == chosen else ""
        body += (
            f'<tr{marked}><th scope="row">{escape(edge_label(number, edge))}</th>'
            f"<td>{metres(edge['length_m'], state)}</td>"
            f"<td>{metres(edge['position_error_m'], state)}</td>"
            f"<td>{f'{100 * part.area_error_km2:.2f}' if part else '–'}</td>"
            f"<td>{bar(part.share) if part else '–'}</td><td>{escape(how)}</td></tr>"
        )
    budget = drawn.budget
    if budget is not None:
        body += (
            f'<tr><th scope="row">{escape(state.text("checkview.corners"))}</th><td></td><td></td>'
            f"<td>{100 * budget.corner_error_km2:.2f}</td><td>{bar(budget.corner_share)}</td>"
            f'<td></td></tr><tr><th scope="row">{escape(state.text("checkview.total"))}</th>'
            f"<td></td><td></td><td>{100 * budget.standard_error_km2:.2f}</td>"
            f"<td>100%</td><td></td></tr>"
        )
    return f'<table class="pm-budget"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def method_words(method: str, state: State) -> str:
    """Return in words how a line was placed."""
    return state.text(f"checkview.method_{method}")


def metres(value: float | None, state: State) -> str:
    """Return metres in the reader's language; a dash where they are not known."""
    if value is None or math.isnan(value):
        return "–"
    return f"{value:.0f} {state.text('map.unit_m')}"


def bar(share: float) -> str:
    """Return a share as a bar and a percentage."""
    return f'<span class="bar" style="width:{4 * share:.2f}rem"></span>{100 * share:.1f}%'


def edge_html(edge: Mapping[str, Any], state: State) -> str:
    """Return where an edge comes from, word by word; every word escaped."""
    english = state.language == "en"

    def pick(key: str) -> str:
        return str((english and edge[f"{key}_en"]) or edge[key] or "")

    rows = [
        ("clause", edge["clause"]),
        ("printed_name", f"{edge['limit']}{edge['qualifier']}"),
        ("data_name", edge["road"]),
        ("alias", pick("alias_reason") or (
            state.text("checkview.same_name") if edge["limit"] == edge["road"] else "")),
        ("candidates", candidates_words(edge, state)),
        ("identity_reason", pick("identity_reason")),
        ("source", pick("source")),
        ("how", method_words(edge["method"], state)),
        ("reasoning", pick("reasoning")),
        ("error", metres(edge["position_error_m"], state)),
        ("stretches", stretches_words(edge, state)),
        ("length", f"{edge['length_m']:.1f} m"),
        ("half_width", f"{edge['half_width_m']:.1f} m" if edge["half_width_m"] > 0 else ""),
        ("corner_from", corner(edge["corner_from"], state)),
        ("corner_to", corner(edge["corner_to"], state)),
        ("gap_m", f"{edge['gap_m']:.1f} m"),
        ("connector", pick("connector_reason") if edge["connector"] else ""),
    ]  # fmt: skip
    items = "".join(
        f"<div><dt>{escape(state.text(f'checkview.{key}'))}</dt><dd>{escape(str(value))}</dd></div>"
        for key, value in rows
        if value
    )
    return f'<dl class="pm-edge" aria-live="polite">{items}</dl>'


def candidates_words(edge: Mapping[str, Any], state: State) -> str:
    """Return the lines that a name may mean, with probability and evidence; empty where certain."""
    told = []
    for candidate in edge["candidates"]:
        evidence = candidate["evidence_en" if state.language == "en" else "evidence"]
        percent = f"{100 * candidate['probability']:.0f}"
        line = rendered(line_words(candidate["road"]), state.language)
        words = state.text("checkview.candidate", line=line, percent=percent)
        told.append(state.text("words.aside", words=words, aside=evidence) if evidence else words)
    return state.text("checkview.semicolon").join(told)


def stretches_words(edge: Mapping[str, Any], state: State) -> str:
    """Return the stretches of an edge with length and error; empty where it has one."""
    if len(edge["stretches"]) < 2:
        return ""
    return state.text("checkview.semicolon").join(
        state.text(
            "checkview.stretch",
            length=f"{stretch['length_m']:.0f}",
            how=method_words(stretch["method"], state),
            error=metres(stretch["position_error_m"], state),
        )
        for stretch in edge["stretches"]
    )


def corner(how: object, state: State) -> str:
    """Return in words how a corner was found."""
    key = f"checkview.corner.{str(how).replace(' ', '_')}"
    return state.text(key) if key in set(keys()) else str(how)
