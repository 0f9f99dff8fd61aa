"""The side bar: plan periods, a toggle for every item, labels and base map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.texts import text
from layers.map.base_map import ONLINE_BASES, online_base
from layers.map.comparison import MODES
from layers.styles import style_of
from views import link
from views.choices import choose_from_list, choose_some, plain, unique_labels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from views.state import PageData


def default_plan(data: PageData) -> str | None:
    """Return the plan that a page opens with: the one with most limits of its own."""
    stated = {
        plan: sum(feature["properties"]["basis"] == "stated" for feature in features)
        for plan, features in data.zones.items()
    }
    return max(stated, key=stated.__getitem__, default=None)


def choose_plans(data: PageData, language: str) -> tuple[str, ...]:
    """Let the reader choose plan periods; in the link as ``plans=13th,14th``."""
    plans = list(data.zones)
    first = default_plan(data)
    default = [first] if first else []
    chosen = link.several("plans", plans, default)
    labels = {}
    for plan in plans:
        period = data.periods.get(plan)
        labels[plan] = (
            plan
            if period is None
            else text(
                "layers.plan_label",
                language,
                name=data.plan_name(plan, language),
                start=period.period_from,
                end=period.period_to,
            )
        )
    choose_some(
        "plans",
        text("layers.plans", language),
        labels,
        chosen,
        lambda answer: link.put("plans", answer),
        language,
    )
    if not chosen:
        st.caption(text("layers.none", language))
    return chosen


def compared_plans(data: PageData) -> tuple[str, ...]:
    """Return the plans of the comparison, by ``from=``, ``to=``, ``mode=`` and ``period=``."""
    plans = list(data.zones)
    if not plans:
        return ()
    first = link.one("from", plans, plans[max(0, len(plans) - 2)]) or plans[0]
    second = link.one("to", plans, plans[-1]) or plans[-1]
    period = link.one("period", plans, first) or first
    if link.one("mode", MODES, MODES[0]) == "time":
        return (period,)
    return (first,) if first == second else (first, second)


def shown_by_default(data: PageData) -> list[str]:
    """Return the items that show before the reader chose.

    In each plan the areas that do not hide others; in a plan that has none,
    the places that it names.
    """
    shown: list[str] = []
    for features in data.zones.values():
        areas = [f for f in features if has_area(f)]
        wanted = [f for f in areas if style_of(f["properties"]["place"]).filled]
        if not areas:
            wanted = [f for f in features if f.get("geometry")]
        shown += [f["properties"]["zone_id"] for f in wanted]
    return shown


def has_area(feature: Mapping[str, Any]) -> bool:
    """Return whether a feature is a polygon."""
    geometry = feature.get("geometry") or {}
    return geometry.get("type") in ("Polygon", "MultiPolygon")


def choose_items(data: PageData, plans: Sequence[str], language: str) -> tuple[str, ...]:
    """Let the reader toggle each item of the chosen plans.

    The link holds what differs from the default: ``show=`` and ``hide=``.
    """
    zones = list(data.features)
    added = link.several("show", zones, ())
    removed = link.several("hide", zones, ())
    default = shown_by_default(data)
    shown = (set(default) | set(added)) - set(removed)

    def answer(group: list[str], picked: list[str]) -> None:
        now = (shown - set(group)) | set(picked)
        link.put("show", [zone for zone in zones if zone in now and zone not in default])
        link.put("hide", [zone for zone in default if zone not in now])

    for plan in plans:
        st.markdown(f"**{plain(data.plan_name(plan, language))}**")
        groups: dict[str, list[Mapping[str, Any]]] = {}
        for feature in data.zones[plan]:
            group = str(feature["properties"].get("group") or "other")
            groups.setdefault(group, []).append(feature)
        drawn = {g: f for g, f in groups.items() if any(has_area(item) for item in f)}
        rest = {g: f for g, f in groups.items() if g not in drawn}
        for group, features in drawn.items():
            _toggles(f"{plan}.{group}", features, shown, answer, language)
        if not drawn:
            for group, features in rest.items():
                _toggles(f"{plan}.{group}", features, shown, answer, language)
        elif rest:
            count = sum(len(features) for features in rest.values())
            name = data.plan_name(plan, language)
            label = text("layers.more", language, plan=plain(name), count=count)
            more = st.expander(label, key=f"more.{plan}", on_change="rerun")
            if more.open:  # dozens of pills that nobody sees would slow every answer
                with more:
                    for group, features in rest.items():
                        _toggles(f"{plan}.{group}", features, shown, answer, language)
    return tuple(zone for zone in zones if zone in shown and _plan(data.features[zone]) in plans)


def _plan(feature: Mapping[str, Any]) -> str:
    return str(feature["properties"]["plan"])


def _toggles(
    name: str,
    features: Sequence[Mapping[str, Any]],
    shown: set[str],
    answer: Any,
    language: str,
) -> None:
    """Show one pill for each item of a group."""
    side = "_en" if language == "en" else ""
    first = features[0]["properties"]
    ladders = {}
    for feature in features:
        properties = feature["properties"]
        words = [properties.get(f"{key}{side}") for key in ("short_name", "name")]
        ladders[properties["zone_id"]] = [str(word) for word in words if word]
    group = str(first.get(f"group_name{side}") or first.get("group_name") or name)
    choose_some(
        name,
        group,
        unique_labels(ladders),
        list(shown),
        lambda picked: answer(list(ladders), picked),
        language,
    )


def choose_appearance(language: str) -> dict[str, Any]:
    """Let the reader choose labels and the base map; the key never enters the link."""
    labels = link.one("labels", ("on", "off"), "on")
    st.session_state["labels_on"] = labels == "on"
    st.toggle(
        text("layers.labels", language),
        key="labels_on",
        on_change=lambda: link.put("labels", "on" if st.session_state["labels_on"] else "off"),
    )
    base_ids = ["none", *ONLINE_BASES]
    base_id = link.one("base", base_ids, "none") or "none"
    choose_from_list(
        "base",
        text("layers.base", language),
        {base: text(f"layers.base_{base}", language) for base in base_ids},
        base_id,
        lambda picked: link.put("base", picked),
        language,
        required=True,
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
    return {"labels": labels == "on", "base": base, "base_id": base_id}
