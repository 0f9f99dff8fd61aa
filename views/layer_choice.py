"""The side bar: plan periods, a toggle for every item, appearance and base map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.catalogue import text
from layers.base_map import ONLINE_BASES, online_base
from layers.styles import style_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from views.state import PageData

DEFAULT_PLAN = "13th"


def choose_plans(data: PageData, language: str) -> tuple[str, ...]:
    """Let the reader choose plan periods; they belong in the link as ``plans=``."""
    plans = list(data.zones)
    default = [DEFAULT_PLAN] if DEFAULT_PLAN in plans else plans[:1]

    def label(plan: str) -> str:
        period = data.periods.get(plan)
        if period is None:
            return plan
        return text(
            "layers.plan_label",
            language,
            name=data.plan_name(plan, language),
            start=period.period_from,
            end=period.period_to,
        )

    chosen = st.pills(
        text("layers.plans", language),
        plans,
        selection_mode="multi",
        default=default,
        format_func=label,
        key="plans",
        bind="query-params",
    )
    if not chosen:
        st.caption(text("layers.none", language))
    return tuple(plan for plan in plans if plan in chosen)


def shown_by_default(feature: Mapping[str, Any]) -> bool:
    """Return whether an item shows before the reader chose: drawn areas that do not hide others."""
    geometry = feature.get("geometry")
    drawn = bool(geometry) and geometry["type"] in ("Polygon", "MultiPolygon")
    return drawn and style_of(feature["properties"]["place"]).filled


def choose_items(data: PageData, plans: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Let the reader toggle each item of the chosen plans; in the link as ``<plan>.<group>=``."""
    shown: list[str] = []
    for plan in plans:
        st.markdown(f"**{data.plan_name(plan, language)}**")
        groups: dict[str, list[Mapping[str, Any]]] = {}
        for feature in data.zones[plan]:
            groups.setdefault(str(feature["properties"].get("group") or "other"), []).append(
                feature
            )
        drawn = {g: f for g, f in groups.items() if any(_has_area(item) for item in f)}
        rest = {g: f for g, f in groups.items() if g not in drawn}
        for group, features in drawn.items():
            shown += _toggles(plan, group, features, language)
        if rest:
            count = sum(len(features) for features in rest.values())
            label = text("layers.more", language, plan=data.plan_name(plan, language), count=count)
            with st.expander(label):
                for group, features in rest.items():
                    shown += _toggles(plan, group, features, language)
    order = {zone: number for number, zone in enumerate(data.features)}
    return tuple(sorted(set(shown), key=lambda zone: order[zone]))


def _has_area(feature: Mapping[str, Any]) -> bool:
    geometry = feature.get("geometry")
    return bool(geometry) and geometry["type"] in ("Polygon", "MultiPolygon")


def _toggles(plan: str, group: str, features: list[Mapping[str, Any]], language: str) -> list[str]:
    """Show one pill for each item of a group and return those that are on."""
    side = "_en" if language == "en" else ""
    first = features[0]["properties"]
    names = {
        f["properties"]["zone_id"]: str(
            f["properties"].get(f"short_name{side}")
            or f["properties"].get("short_name")
            or f["properties"]["zone_id"]
        )
        for f in features
    }
    return st.pills(
        str(first.get(f"group_name{side}") or first.get("group_name") or group),
        list(names),
        selection_mode="multi",
        default=[f["properties"]["zone_id"] for f in features if shown_by_default(f)],
        format_func=lambda zone: names.get(zone, zone),
        key=f"{plan}.{group}",
        bind="query-params",
    )


def choose_appearance(language: str) -> dict[str, Any]:
    """Let the reader choose labels and the base map; the key never enters the link."""
    labels = st.toggle(
        text("layers.labels", language), value=True, key="labels", bind="query-params"
    )
    base_id = st.selectbox(
        text("layers.base", language),
        ["none", *ONLINE_BASES],
        format_func=lambda base: text(f"layers.base_{base}", language),
        key="base",
        bind="query-params",
    )
    key = ""
    if base_id in ONLINE_BASES:
        st.caption(text("layers.base_notice", language))
        if ONLINE_BASES[base_id].gcj02:
            st.caption(text("layers.base_gcj02", language))
        if ONLINE_BASES[base_id].needs_key:
            key = st.text_input(
                text("layers.key", language),
                type="password",
                key="tianditu_key",
                help=text("layers.key_help", language),
                autocomplete="off",
            ).strip()
    base = online_base(base_id, key)
    if base is None and base_id in ONLINE_BASES:
        st.caption(text("layers.key_wanted", language))
    return {"labels": labels, "base": base, "base_id": base_id}
