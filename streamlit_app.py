"""The page, in the order of the screen."""

from __future__ import annotations

import logging
from html import escape
from importlib import import_module

import streamlit as st

from geo.catalogue import text
from views import VIEWS, available_views
from views.layer_choice import choose_appearance, choose_items, choose_plans
from views.link import link_faults
from views.page_style import PAGE_STYLE
from views.state import State, page_data, today

logger = logging.getLogger(__name__)

st.set_page_config(page_title="规划空间图", layout="wide", initial_sidebar_state="auto")
st.html(f"<style>{PAGE_STYLE}</style>")

data, assets, issues = page_data()
faults = link_faults(data)

heading, choice = st.columns([5, 1], vertical_alignment="center")
with choice:
    language = st.segmented_control(
        "语言 Language",
        ["zh", "en"],
        default="zh",
        required=True,
        format_func={"zh": "中文", "en": "English"}.__getitem__,
        key="lang",
        bind="query-params",
        label_visibility="collapsed",
    )
    language = language or "zh"
with heading:
    district = data.district
    name = "" if district is None else (district.name_en if language == "en" else district.name)
    st.html(
        f'<h1 class="pm-h1">{escape(text("page.title", language, district=name))}'
        f"<small>{escape(text('page.lead', language))}</small></h1>"
    )

for parameter, value in faults:
    st.info(text("page.link_fault", language, parameter=parameter, value=value))
if issues:
    with st.expander(text("page.data_faults", language, count=len(issues)), expanded=True):
        for issue in issues:
            st.text(f"{issue.place}: {issue.message} {issue.remedy}")

views = available_views()
view = st.segmented_control(
    text("page.views", language),
    views,
    default="map",
    required=True,
    format_func=lambda name: text(f"view.{name}", language),
    key="view",
    bind="query-params",
    label_visibility="collapsed",
)

with st.sidebar:
    plans = choose_plans(data, language)
    shown = choose_items(data, plans, language)
    appearance = choose_appearance(language)

selected = st.session_state.get("zone")
state = State(
    data=data,
    assets=assets,
    language=language,
    plans=plans,
    shown=shown,
    selected=selected if selected in data.features else None,
    appearance=appearance,
    today=today(),
)
if not data.features:
    st.warning(text("page.no_data", language))
try:
    import_module(VIEWS[view or "map"]).show(state)
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
