"""Search in names and quoted passages; every find in its context, with a way to its zone."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from geo.places.search import search
from views import link
from views.choices import choose_one
from views.data import index
from views.map.layer_choice import shown_by_default
from views.state import select_zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.places.search import Hit
    from views.state import PageData, State

AT_ONCE = 20
"""Finds shown before the reader asks for more."""

STYLE = """
.sr { font-size: .92rem; line-height: 1.7; color: #1f2937; overflow-wrap: anywhere; }
.sr p { margin: 0; font-size: .92rem; }
.sr .quiet { color: #5b6270; font-size: .82rem; }
.sr mark { background: #fff0b8; color: inherit; padding: 0 1px; }
.sr summary { cursor: pointer; color: #1f3a5f; font-size: .84rem; }
.sr blockquote { margin: .2rem 0; padding: 0 0 0 .7rem; border-left: 3px solid #d6d3c8;
  font-size: .9rem; color: #1f2937; }
"""


def go_to(data: PageData, zone: str) -> None:
    """Show a zone on the map, its plan and its toggle on; from a callback."""
    plan = str(data.features[zone]["properties"]["plan"])
    state = st.session_state["link"]
    plans = [p for p in (state.get("plans") or "").split(",") if p]
    if plan not in plans:
        link.put("plans", [p for p in data.zones if p in {*plans, plan}])
    hidden = [z for z in (state.get("hide") or "").split(",") if z and z != zone]
    link.put("hide", hidden)
    if zone not in shown_by_default(data):
        shown = [z for z in (state.get("show") or "").split(",") if z]
        link.put("show", [z for z in data.features if z in {*shown, zone}])
    link.put("view", "map")
    select_zone(zone, zoom=True)


def marked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return a text as HTML with what was found marked; every word escaped."""
    parts, last = [], 0
    for start, end in sorted(spans):
        if start < last:
            continue
        parts += [escape(text[last:start]), f"<mark>{escape(text[start:end])}</mark>"]
        last = end
    return "".join([*parts, escape(text[last:])])


def show(state: State) -> None:
    """Show the box and what it finds."""
    st.html(f"<style>{STYLE}</style>")
    query = link.free("q")
    st.session_state["search_words"] = query
    st.text_input(
        state.text("search.ask"),
        key="search_words",
        placeholder=state.text("search.hint"),
        max_chars=link.LONGEST_WORDS,
        on_change=lambda: link.put("q", st.session_state["search_words"]),
    )
    plans = {"any": state.text("search.any")}
    plans |= {plan: state.data.plan_name(plan, state.language) for plan in state.data.zones}
    within = link.one("in", plans, "any") or "any"
    choose_one("in", state.text("search.plan"), plans, within, state.language, show_label=True)
    if not query.strip():
        st.info(state.text("search.empty"))
        return
    hits = [h for h in search(index(state.data), query) if within in ("any", h.passage.plan)]
    if not hits:
        st.info(state.plain("search.nothing", query=query))
        return
    documents = len({hit.passage.document_id for hit in hits})
    counted = state.text("search.count", query=query, count=len(hits), documents=documents)
    st.html(f'<div role="status"><h2 class="pm-h2">{escape(counted)}</h2></div>')
    asked = (query, within)
    if st.session_state.get("search_asked") != asked:
        st.session_state["search_asked"], st.session_state["search_count"] = asked, AT_ONCE
    count = st.session_state["search_count"]
    for number, hit in enumerate(hits[:count]):
        tell(state, hit, number)
    if len(hits) > count:
        more = min(AT_ONCE, len(hits) - count)
        st.button(state.text("search.more", count=more), key="search_more", on_click=show_more)


def show_more() -> None:
    """Show the next finds too."""
    st.session_state["search_count"] += AT_ONCE


def tell(state: State, hit: Hit, number: int) -> None:
    """Show one find: where, in its context, the whole passage, and the zones to go to."""
    with st.container(border=True, gap=None):
        st.html(hit_html(state, hit))
        zones = [zone for zone in hit.passage.zone_ids if zone in state.data.features]
        if zones:
            buttons(state, zones, number)


def buttons(state: State, zones: Sequence[str], number: int) -> None:
    """Show a button for each zone of a find, those with a shape first."""
    drawn = sorted(zones, key=lambda zone: not state.data.features[zone].get("geometry"))
    with st.container(horizontal=True):
        for zone in drawn[:4]:
            st.button(
                state.plain("search.go", name=state.label(zone)),
                key=f"find_{number}_{zone}",
                on_click=go_to,
                args=(state.data, zone),
                type="tertiary",
            )


def hit_html(state: State, hit: Hit) -> str:
    """Return one find as HTML; every word escaped."""
    passage = hit.passage
    key = "search.name" if passage.key == "name" else f"popup.{passage.key}"
    before, found, after = hit.context()
    shown = (
        f"{escape(before)}<mark>{escape(found)}</mark>{escape(after)}" if found else escape(after)
    )
    english = f' <span class="quiet">{escape(passage.english)}</span>' if passage.english else ""
    plan = state.data.plan_name(passage.plan, state.language)
    cited = state.pick([passage.citation, passage.citation_en])
    return (
        f'<div class="sr"><p class="quiet">{escape(plan)} · {escape(state.text(key))}</p>'
        f'<p lang="zh">{shown}{english}</p>'
        f"<details><summary>{escape(state.text('search.whole'))}</summary>"
        f'<blockquote lang="zh">{marked(passage.spelt.text, hit.spans)}</blockquote>'
        f'<p class="quiet">{escape(cited)}</p></details></div>'
    )
