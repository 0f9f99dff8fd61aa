"""What changed in words: two texts side by side, named places, and what each plan is after."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.compare.wording import shared_places
from views import link
from views.choices import choose_from_list, unique_labels
from views.data import wording_of
from views.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.compare.wording import Clause, PlaceWording, Segment
    from views.state import State

LEAST_SHARED = 1 / 3
"""Texts that share less stand side by side unmarked: two texts, not one changed."""

Items = dict[str, tuple["Mapping[str, Any]", "Mapping[str, Any]"]]


def wording(state: State, first: str, second: str) -> None:
    """Show what two plans say of a place that both name."""
    shared = shared_places(
        *([f["properties"] for f in state.data.zones[plan]] for plan in (first, second))
    )
    if not shared:
        quiet(state.text("compare.words_none"))
        return
    place = chosen_place(state, shared)
    side = "_en" if state.language == "en" else ""
    labels = unique_labels(
        {
            key: [str(pair[1].get(f"short_name{side}") or key), str(pair[1].get(f"name{side}"))]
            for key, pair in shared.items()
        }
    )
    choose_from_list(
        "place",
        state.text("compare.words_place"),
        labels,
        place,
        lambda picked: link.put("place", picked),
        state.language,
    )
    words = wording_of(state.data, *(str(item["zone_id"]) for item in shared[place]))
    quiet(state.text("compare.words_hint"))
    st.html(words_html(state, words, first, second))


def chosen_place(state: State, shared: Items) -> str:
    """Return the place of the link, else that of the selected zone, else the first one drawn."""
    asked = link.one("place", shared, None)
    if asked is not None:
        return asked
    if state.selected is not None:
        place = str(state.data.features[state.selected]["properties"]["place"])
        if place in shared:
            return place
    drawn = [key for key, pair in shared.items() if all(i["basis"] != "named" for i in pair)]
    return (drawn or list(shared))[0]


def words_html(state: State, words: PlaceWording, first: str, second: str) -> str:
    """Return both texts with their changes; every word of them escaped."""
    plans = [state.data.plan_name(plan, state.language) for plan in (first, second)]
    rows = ['<div class="cw">']
    for plan, zone in zip(plans, (words.zone_a, words.zone_b), strict=True):
        rows.append(f"<h3>{escape(plan)} · {escape(state.name(zone))}</h3>")
    later: list[str] = []
    for key, old, new in words.parts:
        block = [f"<h4>{escape(state.text(f'popup.{key}'))}</h4>"]
        block += [
            _segments(state, plan, segments, marked=share_kept(old, new) >= LEAST_SHARED)
            for plan, segments in zip(plans, (old, new), strict=True)
        ]
        (later if key == "quote" else rows).append("".join(block))
    rows.append(f"<h4>{escape(state.text('compare.anchors'))}</h4>")
    kept = [a if a == b else f"{a} → {b}" for a, b in words.anchors_kept]
    for plan, own in zip(plans, (words.anchors_gone, words.anchors_new), strict=True):
        both = _names(state, kept)
        alone = _names(state, own)
        rows.append(
            f"<p>{escape(state.text('compare.anchors_kept'))}：{both}<br>"
            f"{escape(state.text('compare.anchors_gone', plan=plan))}：{alone}</p>"
        )
    for kind, key in (("aim", "compare.aims"), ("means", "compare.means")):
        rows.append(f"<h4>{escape(state.text(key))}</h4>")
        for plan, clauses in zip(plans, (words.clauses_a, words.clauses_b), strict=True):
            rows.append(_clauses(state, plan, clauses, kind))
    return "".join([*rows, *later, "</div>"])


def share_kept(old: Sequence[Segment], new: Sequence[Segment]) -> float:
    """Return how much of the shorter of two texts the other has too, 0 to 1."""
    lengths = [sum(len(s.text) for s in segments) for segments in (old, new)]
    kept = sum(len(s.text) for s in old if s.change == "same")
    return kept / min(lengths) if all(lengths) else 0.0


def _segments(state: State, plan: str, segments: Sequence[Segment], *, marked: bool) -> str:
    """Return one text, with its changes where `marked`; `plan` shows where there is one column."""
    label = escape(plan, quote=True)
    if not segments:
        return (
            f'<p class="quiet" data-plan="{label}">{escape(state.text("compare.words_silent"))}</p>'
        )
    tags = {"same": "{}", "gone": "{}", "new": "{}"}
    if marked:
        tags |= {"gone": "<del>{}</del>", "new": "<ins>{}</ins>"}
    return (
        f'<p lang="zh" data-plan="{label}">'
        + "".join(tags[s.change].format(escape(s.text)) for s in segments)
        + "</p>"
    )


def _names(state: State, names: Sequence[str]) -> str:
    words = "、".join(names)
    return f'<span lang="zh">{escape(words)}</span>' if words else escape(
        state.text("compare.nothing")
    )  # fmt: skip


def _clauses(state: State, plan: str, clauses: Sequence[Clause], kind: str) -> str:
    label = escape(plan, quote=True)
    own = [f"<li>{escape(c.verb)}<b>{escape(c.words)}</b></li>" for c in clauses if c.kind == kind]
    if not own:
        return f'<p class="quiet" data-plan="{label}">{escape(state.text("compare.nothing"))}</p>'
    return f'<ul lang="zh" data-plan="{label}">{"".join(own)}</ul>'
