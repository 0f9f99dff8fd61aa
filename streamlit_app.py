"""Show the page: the map with its scripts, and over it the view that Python computes."""

from __future__ import annotations

import logging
import time
from html import escape
from importlib import import_module

import streamlit as st

from geo.texts import text
from layers.marks import ICON
from views import SCRIPTED, VIEWS, available_views, link
from views.map.view import draw_map
from views.page import session_data, take_newest
from views.page_style import page_style
from views.served import guard
from views.state import State, choices_of, set_aside, today
from views.work import expect_exports, expect_readers

logger = logging.getLogger(__name__)

# Until a browser that opens the page has taken its style. No docstring: Streamlit would show it.
STYLE_SECONDS = 0.35

guard.install()
link.open_link()
language = link.one("lang", ("zh", "en"), "zh") or "zh"
views = available_views()
view = link.one("view", views, "map") or "map"
session = session_data()
data, assets, issues = session.data, session.assets, session.issues
district = data.district
name = "" if district is None else (district.name_en if language == "en" else district.name)
title = text("page.title", language, district=name)
st.set_page_config(
    page_title=title if view in SCRIPTED else f"{text(f'view.{view}', language)} · {title}",
    page_icon=ICON,
    layout="wide",
    initial_sidebar_state="collapsed",
)
st.markdown(f"<style>{page_style()}</style>", unsafe_allow_html=True)

map_box = st.container(key="map_frame")
faults = st.container(key="faults")
newer = st.container(key="newer", horizontal=True, vertical_alignment="center")

if session.is_old:
    with newer:
        st.text(text("page.newer", language))
        st.button(text("page.take_newest", language), key="take_newest", on_click=take_newest)
with faults:
    if issues:
        with st.expander(text("page.data_faults", language, count=len(issues)), expanded=True):
            for issue in issues:
                st.text(f"{issue.place}: {issue.sentence(language)}")
    if not data.features:
        st.warning(text("page.no_data", language))

state = State(
    data=data,
    assets=assets,
    language=language,
    today=today(),
    **choices_of(data, view),
)
if view in VIEWS:
    if view == "export":
        expect_exports(data.folder)  # they come up meanwhile
    if link.opened():
        time.sleep(STYLE_SECONDS)  # what is drawn before its style is there jumps
    with st.container(key=f"drawer_{view}"):
        heading, back = st.columns([5, 1], vertical_alignment="center")
        heading.html(f'<h2 class="pm-view-title">{escape(text(f"view.{view}", language))}</h2>')
        back.button(
            text("frame.end_wording" if view == "wording" else "frame.drawer_close", language),
            key="close_drawer",
            on_click=link.put,
            args=("view", "compare" if view == "wording" else "map"),
        )
        try:
            import_module(VIEWS[view]).show(state)
        except Exception:
            logger.exception("View %s failed", view)
            st.error(text("page.view_failed", language))
        parameters = "；".join(f"{parameter}={value}" for parameter, value in link.faults())
        if parameters:
            words = escape(text("page.link_fault", language, parts=parameters))
            st.html(f'<p class="pm-told" role="status">{words}</p>')
with map_box:
    draw_map(state)
set_aside(view)
if view in SCRIPTED:
    expect_readers(data.folder)
