"""The history of a place: click the map or name it, and read it plan by plan."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st
from shapely.geometry import mapping

from geo.places.gazetteer import find_places, parse_point, place_history, point_place
from layers.marks import swatch
from views import link
from views.choices import choose_from_list, plain, unique_labels
from views.data import places
from views.map.view import draw_map
from views.quiet import quiet
from views.search import go_to, marked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.places.gazetteer import Holding, Place, PlaceHistory
    from views.state import State

FIRM = ("inside", "overlaps", "along", "crosses", "edge", "outside")
"""Relations by shape, each with its own line; the others are gathered by passage."""

STYLE = """
.ph { font-size: .9rem; line-height: 1.65; color: #1f2937; overflow-wrap: anywhere; }
.ph h3 { font-size: 1rem; font-weight: 650; padding: 0; margin: 1rem 0 .2rem;
  border-bottom: 2px solid #1f3a5f; }
.ph h3 small { font-weight: 400; color: #4b5160; }
.ph h4 { font-size: .9rem; font-weight: 650; padding: 0; margin: .5rem 0 0; }
.ph h4 svg { vertical-align: -2px; }
.ph h4 span { font-weight: 400; color: #4b5160; }
.ph p { margin: 0 0 .1rem; font-size: .88rem; }
.ph .quiet { color: #5b6270; }
.ph .unsure { color: #7a4b00; font-weight: 600; }
.ph blockquote { margin: .1rem 0 .2rem; padding: 0 0 0 .7rem; border-left: 3px solid #d6d3c8;
  font-size: .88rem; color: #1f2937; }
.ph mark { background: #fff0b8; color: inherit; padding: 0; }
.ph summary { cursor: pointer; color: #1f3a5f; font-size: .86rem; }
.ph .gap { color: #4b5160; border: 1px dashed #8d93a0; border-radius: 3px; padding: .1rem .6rem;
  margin: .8rem 0 0; font-size: .84rem; }
"""


def show(state: State) -> None:
    """Show the map to click, the box to type into, and the history of the place."""
    take_point()
    st.html(f"<style>{STYLE}</style>")
    left, right = st.columns([1.25, 1], gap="medium")
    with right:
        place = chosen_place(state)
        history = None
        if place is not None:
            _, index = places(state.data)
            history = place_history(place, index)
            tell(state, history)
    with left:
        draw_map(state, overlay=place_overlay(state, place), report_points=True, height=620)


def take_point() -> None:
    """Take the point that was clicked last, once, as the place that is asked about."""
    clicked = st.session_state.get("clicked") or {}
    sequence, at = clicked.get("sequence"), clicked.get("at")
    if sequence == st.session_state.get("place_sequence") or not isinstance(at, list):
        return
    if len(at) == 2 and all(isinstance(number, int | float) for number in at):
        st.session_state["place_sequence"] = sequence
        link.put("at_place", f"{at[0]:.5f},{at[1]:.5f}")
        link.put("which", None)


def chosen_place(state: State) -> Place | None:
    """Show the box, say what is wrong with its words, and return the place they mean."""
    asked = link.free("at_place")
    st.session_state["place_words"] = asked
    st.text_input(
        state.text("place.ask"),
        key="place_words",
        placeholder=state.text("place.hint"),
        max_chars=link.LONGEST_WORDS,
        on_change=take_words,
    )
    if not asked.strip():
        st.info(state.text("place.empty"))
        return None
    point = parse_point(asked)
    if point is not None:
        return point_place(*point)
    everything, _ = places(state.data)
    found = find_places(asked, everything)
    if not found:
        st.info(state.plain("place.unknown", query=asked))
        return None
    by_id = {place.place_id: place for place in found}
    which = link.one("which", by_id, None) or found[0].place_id
    if len(found) > 1:
        choose_from_list(
            "which",
            state.text("place.which"),
            unique_labels({key: place_labels(state, place) for key, place in by_id.items()}),
            which,
            lambda picked: link.put("which", picked),
            state.language,
        )
    return by_id[which]


def take_words() -> None:
    """Take the words of the box; which of several places they mean is open again."""
    link.put("at_place", st.session_state["place_words"])
    link.put("which", None)


def place_labels(state: State, place: Place) -> list[str]:
    """Return how a place is called in a list, the shortest first."""
    name = place_name(state, place)
    kind = state.text(f"place.kind_{place.kind}")
    plan = state.data.plan_name(place.plan, state.language) if place.plan else kind
    return [f"{name} · {plan}", f"{name} · {plan} · {place.place_id.partition(':')[2]}"]


def place_name(state: State, place: Place) -> str:
    """Return the name of a place in the reader's language."""
    return place.name_en if state.language == "en" else place.name


def place_overlay(state: State, place: Place | None) -> dict[str, Any] | None:
    """Return the place as the map draws it above the zones."""
    if place is None or place.geometry is None:
        return None
    properties = {"label": place_name(state, place), "style": {"color": "#111827", "weight": 4}}
    feature = {"type": "Feature", "geometry": mapping(place.geometry), "properties": properties}
    return {"type": "FeatureCollection", "features": [feature]}


def tell(state: State, history: PlaceHistory) -> None:
    """Say what every plan says of a place, in the order of time."""
    place = history.place
    heading = state.text("place.history", name=place_name(state, place))
    st.html(f'<h2 class="pm-h2">{escape(heading)}</h2>')
    if place.geometry is None:
        quiet(state.text("place.not_drawn"))
    elif not history.is_in_district:
        district = state.data.district
        name = "" if district is None else state.pick([district.name, district.name_en])
        kilometres = f"{history.district_distance_m / 1000:.1f}"
        st.info(state.plain("place.outside", district=name, km=kilometres))
        return
    if place.position_error_m:
        quiet(state.text("place.position", metres=f"{place.position_error_m:.0f}"))
    with st.container(height=520, border=False, key="panel"):
        st.html(history_html(state, history))
    quiet(state.text("place.error_rule"))
    drawn = [h for holdings in history.plans.values() for h in holdings if h.relation in FIRM[:5]]
    with st.container(horizontal=True):
        for holding in drawn[:6]:
            st.button(
                f"{state.text('place.go')}: {plain(state.label(holding.zone_id))}",
                key=f"go_{holding.zone_id}",
                on_click=go_to,
                args=(state.data, holding.zone_id),
                type="tertiary",
            )


def history_html(state: State, history: PlaceHistory) -> str:
    """Return the history as HTML; every word escaped."""
    rows, before = ['<div class="ph">'], None
    for plan, holdings in history.plans.items():
        period = state.data.periods.get(plan)
        years = ""
        if period is not None:
            if before is not None and period.period_from > before + 1:
                gap = state.text("place.gap", start=before + 1, end=period.period_from - 1)
                rows.append(f'<p class="gap">{escape(gap)}</p>')
            years, before = f"{period.period_from}–{period.period_to}", period.period_to
        name = escape(state.data.plan_name(plan, state.language))
        rows.append(f"<h3>{name} <small>{years}</small></h3>")
        features = state.data.zones[plan]
        if not any((f.get("geometry") or {}).get("type", "").endswith("Polygon") for f in features):
            rows.append(f'<p class="quiet">{escape(state.text("place.only_names"))}</p>')
        elif not any(h.relation not in ("outside", "undetermined") for h in holdings):
            rows.append(f'<p class="quiet">{escape(state.text("place.silent"))}</p>')
        rows += [_firm(state, history.place, h) for h in holdings if h.relation in FIRM]
        rows.append(_by_words(state, history.place, holdings))
    return "".join([*rows, "</div>"])


def _firm(state: State, place: Place, holding: Holding) -> str:
    """Return one item that holds the place by its shape."""
    properties = state.data.features[holding.zone_id]["properties"]
    words = [state.text(f"place.relation_{holding.relation}")]
    if holding.length_m is not None:
        words.append(state.text("place.length", metres=f"{holding.length_m:.0f}"))
    if holding.share is not None:
        words.append(state.text("place.share", percent=f"{100 * holding.share:.1f}"))
    rows = [
        f"<h4>{swatch(str(properties['place']))} "
        f"{escape(state.name(holding.zone_id))} <span>· {escape(' · '.join(words))}</span></h4>"
    ]
    basis = state.text(f"basis.{properties['basis']}")
    if holding.distance_m is not None:
        metres = f"{holding.distance_m:.0f}"
        told = state.text("place.distance", limit=holding.limit, metres=metres)
        if holding.error_m is not None:
            key = "within_error" if holding.is_within_error else "beyond_error"
            error = state.text(f"place.{key}", error=f"{holding.error_m:.0f}")
            unsure = ' class="unsure"' if holding.is_within_error else ""
            rows.append(f"<p>{escape(told)}；<span{unsure}>{escape(error)}</span></p>")
        else:
            rows.append(f"<p>{escape(told)}</p>")
    rows.append(f'<p class="quiet">{escape(basis)}</p>')
    if holding.relation != "outside":
        rows += [_quote(text, place.name) for _, text in holding.passages[:3]]
    return "".join(rows)


def _by_words(state: State, place: Place, holdings: Sequence[Holding]) -> str:
    """Return the items that hold the place by name, gathered by what they say."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for holding in holdings:
        if holding.relation in FIRM or not holding.passages:
            continue
        relation, via = str(holding.relation), ""
        if holding.via:
            via = state.label(holding.via)
            plans = {
                state.data.features[z]["properties"]["plan"] for z in (holding.zone_id, holding.via)
            }
            relation = relation if len(plans) > 1 else "same_place"
        key = (relation, via, holding.passages[0][1])
        groups.setdefault(key, []).append(holding.zone_id)
    shown = []
    for (relation, via, passage), zones in groups.items():
        names = "、".join(dict.fromkeys(state.name(zone, "short_name") for zone in zones))
        told = state.text(f"place.relation_{relation}", via=via)
        shown.append(
            f"<h4>{escape(names)} <span>· {escape(told)}</span></h4>{_quote(passage, place.name)}"
        )
    if len(shown) <= 3:
        return "".join(shown)
    more = escape(state.text("place.more", count=len(shown) - 2))
    return "".join(shown[:2]) + f"<details><summary>{more}</summary>{''.join(shown[2:])}</details>"


def _quote(passage: str, name: str) -> str:
    at = [(i, i + len(name)) for i in range(len(passage)) if name and passage.startswith(name, i)]
    return f'<blockquote lang="zh">{marked(passage, at)}</blockquote>'
