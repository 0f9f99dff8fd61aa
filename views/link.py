"""The address of the page holds the reader's choices, by ids and never by labels.

Streamlit's own binding writes the labels of options into the address, which
change with the language; so the choices live here, widgets are set from them
before they are drawn, and the callback of a widget puts its answer back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

LONGEST_VALUE = 4000
"""Characters of one parameter that are read; the rest of a longer one is dropped."""

LONGEST_SHOWN = 40
LONGEST_WORDS = 100


def open_link() -> None:
    """Take the choices from the address when the page opens.

    Later the choices lead and the address follows: what the browser sends
    along with a click may be one step behind.
    """
    state = st.session_state
    state["link_opened"] = "link" not in state
    if state["link_opened"]:
        here = st.query_params.to_dict()
        state["link"] = {name: value[:LONGEST_VALUE] for name, value in here.items()}
    state["link_faults"] = []
    state["link_defaults"] = {}


def opened() -> bool:
    """Return whether this run is the first with the choices of an address."""
    return bool(st.session_state.get("link_opened"))


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
    asked = [part for part in value.split(",") if part]
    unknown = [part for part in asked if part not in allowed]
    st.session_state["link_faults"] += [(name, part[:LONGEST_SHOWN]) for part in unknown[:5]]
    known = tuple(part for part in allowed if part in asked)
    if unknown and not known:
        st.session_state["link"].pop(name)
        return tuple(default)
    if unknown:
        st.session_state["link"][name] = ",".join(known)
    return known


def free(name: str) -> str:
    """Return a choice that is words of the reader's own, shortened; empty where there is none."""
    st.session_state["link_defaults"][name] = ""
    return str(st.session_state["link"].get(name) or "")[:LONGEST_WORDS]


def put(name: str, value: str | Iterable[str] | None) -> None:
    """Take a choice from the callback of a widget; None is no choice."""
    words = value if isinstance(value, str) or value is None else ",".join(value)
    st.session_state["link"][name] = words or ""


def faults() -> list[tuple[str, str]]:
    """Return the parameters of this address that name something unknown, shortened."""
    return list(st.session_state["link_faults"])


def write_link() -> None:
    """Write the choices that differ from the defaults into the address."""
    defaults = st.session_state["link_defaults"]
    wanted = {
        name: value
        for name, value in sorted(st.session_state["link"].items())
        if value != defaults.get(name)
    }
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
