"""The page, in the order of the screen."""

from __future__ import annotations

import logging
from html import escape
from importlib import import_module

import streamlit as st

from geo.texts import text
from views import VIEWS, available_views, link
from views.choices import choose_one
from views.map.layer_choice import (
    choose_appearance,
    choose_items,
    choose_plans,
    compared_plans,
)
from views.page_style import PAGE_STYLE
from views.state import State, page_data, selected_zone, set_aside, today

logger = logging.getLogger(__name__)

st.set_page_config(page_title="规划空间图", layout="wide", initial_sidebar_state="auto")
st.html(f"<style>{PAGE_STYLE}</style>")

link.open_link()
data, assets, issues = page_data()
language = link.one("lang", ("zh", "en"), "zh") or "zh"
views = available_views()
view = link.one("view", views, "map") or "map"

heading, choice = st.columns([5, 1], vertical_alignment="center")
with heading:
    district = data.district
    name = "" if district is None else (district.name_en if language == "en" else district.name)
    st.html(
        f'<h1 class="pm-h1">{escape(text("page.title", language, district=name))}'
        f"<small>{escape(text('page.lead', language))}</small></h1>"
    )
with choice:
    choose_one(
        "lang",
        text("page.language", language),
        {"zh": "中文", "en": "English"},
        language,
        language,
    )

words = st.container()
if issues:
    with st.expander(text("page.data_faults", language, count=len(issues)), expanded=True):
        for issue in issues:
            st.text(f"{issue.place}: {' '.join(issue.words(language))}")
if not data.features:
    st.warning(text("page.no_data", language))

choose_one(
    "view",
    text("page.views", language),
    {name: text(f"view.{name}", language) for name in views},
    view,
    language,
)

with st.sidebar:
    plans = compared_plans(data) if view == "compare" else choose_plans(data, language)
    shown = choose_items(data, plans, language)
    appearance = choose_appearance(language)

state = State(
    data=data,
    assets=assets,
    language=language,
    plans=plans,
    shown=shown,
    selected=selected_zone(data),
    appearance=appearance,
    today=today(),
)
try:
    import_module(VIEWS[view]).show(state)
except Exception:
    logger.exception("View %s failed", view)
    st.error(text("page.view_failed", language))

notice = [
    text("notice.disclaimer", language),
    text("notice.datum", language),
    text("notice.accuracy", language),
    f"{text('map.data_version', language)} {district.data_version if district else '–'}",
    state.today,
]
st.html(f'<p class="pm-foot">{escape(" · ".join(notice))}</p>')
with words:
    faults = "；".join(f"{parameter}={value}" for parameter, value in link.faults())
    if faults:
        told = escape(text("page.link_fault", language, parts=faults))
        st.html(f'<p class="pm-told" role="status">{told}</p>')
link.write_link()
set_aside(view)
