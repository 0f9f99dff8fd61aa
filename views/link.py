"""Read and write the reader's choices in the address, by ids and never by labels.

The scripts of the page are the only ones that write the address: two writers
would undo each other's steps. What Python's own widgets choose goes to them
with the next answer, see `layers.map.zones.planning_group`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

LONGEST_VALUE = 4000
"""Characters of one parameter that are read; the rest of a longer one is dropped."""

LONGEST_SHOWN = 40
LONGEST_WORDS = 100

FRAME = frozenset(
    {
        *("view", "lang", "plans", "show", "hide", "labels", "base", "zone", "card", "pop", "tab"),
        *("at", "from", "to", "mode", "split", "cell", "table", "where", "fade", "measure"),
        *("present", "stops", "embed", "bbox", "seen"),
    }
)
"""Parameters that belong to the scripts; every other one is a widget's of ours."""

STEPS = frozenset({"view", "zone", "plans", "from", "to", "finding"})
"""Parameters whose change by a widget of ours is a step that Back undoes."""


def open_link() -> None:
    """Take the choices from the address when the page opens; later the scripts tell of them."""
    state = st.session_state
    state["link_opened"] = "link" not in state
    if state["link_opened"]:
        here = st.query_params.to_dict()
        state["link"] = {name: value[:LONGEST_VALUE] for name, value in here.items()}
        state["link_told"] = {}
        state["link_count"] = 0
    state["link_faults"] = []
    state["link_defaults"] = {}


def opened() -> bool:
    """Return whether this run is the first with the choices of an address."""
    return bool(st.session_state.get("link_opened"))


def take(words: Mapping[str, Any]) -> None:
    """Take the whole address as the scripts tell it, from a callback."""
    st.session_state["link"] = {
        str(name): str(value)[:LONGEST_VALUE] for name, value in words.items() if value
    }


def one(name: str, allowed: Collection[str], default: str | None) -> str | None:
    """Return the choice of one of `allowed`; the default, and a fault, for anything else."""
    st.session_state["link_defaults"][name] = default or ""
    value = st.session_state["link"].get(name)
    if value is None:
        return default
    if value in allowed:
        return str(value)
    if value:
        st.session_state["link_faults"].append((name, value[:LONGEST_SHOWN]))
    st.session_state["link"].pop(name)
    return default


def several(name: str, allowed: Collection[str], default: Sequence[str]) -> tuple[str, ...]:
    """Return the choice of some of `allowed`, in their own order; unknown ones are faults."""
    st.session_state["link_defaults"][name] = ",".join(default)
    value = st.session_state["link"].get(name)
    if value is None:
        return tuple(default)
    parts = [part for part in value.split(",") if part]
    unknown = [part for part in parts if part not in allowed]
    st.session_state["link_faults"] += [(name, part[:LONGEST_SHOWN]) for part in unknown[:5]]
    known = tuple(part for part in allowed if part in parts)
    if unknown and not known:
        st.session_state["link"].pop(name)
        return tuple(default)
    if unknown:
        st.session_state["link"][name] = ",".join(known)
    return known


def words(name: str) -> str:
    """Return a parameter as it stands; empty where there is none."""
    return str(st.session_state["link"].get(name) or "")


def put(name: str, value: str | Iterable[str] | None) -> None:
    """Take a choice from the callback of a widget; None is no choice."""
    words = value if isinstance(value, str) or value is None else ",".join(value)
    state = st.session_state
    state["link"][name] = words or ""
    state["link_told"][name] = words or ""
    state["link_count"] += 1


def faults() -> list[tuple[str, str]]:
    """Return the parameters of ours that name something unknown, shortened."""
    return [fault for fault in st.session_state["link_faults"] if fault[0] not in FRAME]


def for_scripts() -> dict[str, Any]:
    """Return what the scripts are to do with the address after this run.

    Returns
    -------
    dict
        ``extra``: our own parameters that differ from their defaults;
        ``go``: parameters of the scripts that a widget changed; ``n``: grows
        with every change by a widget; ``step``: whether Back undoes it.
    """
    state = st.session_state
    defaults = state["link_defaults"]
    extra = {
        name: value
        for name, value in sorted(state["link"].items())
        if name not in FRAME and value and value != defaults.get(name, "")
    }
    changes = state["link_told"]
    go = {name: value for name, value in changes.items() if name in FRAME}
    message = {
        "extra": extra,
        "go": go,
        "n": state["link_count"],
        "step": bool(STEPS & set(changes)),
    }
    state["link_told"] = {}
    return message
