"""What the address of the page says, and a word about what in it is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from layers.base_map import ONLINE_BASES
from views import available_views

if TYPE_CHECKING:
    from views.state import PageData

LONGEST_SHOWN = 40


def link_faults(data: PageData) -> list[tuple[str, str]]:
    """Return the parameters of the link that name something unknown.

    Looked at once, when the link is opened: Streamlit then drops them and
    the address changes with the reader's choices.

    Returns
    -------
    list of (parameter, value)
        The value shortened; it is the reader's text, never markup.
    """
    if "link_faults" in st.session_state:
        st.session_state["link_faults_shown"] = True
        return []
    allowed: dict[str, set[str]] = {
        "zone": set(data.features),
        "plans": set(data.zones),
        "lang": {"zh", "en"},
        "view": set(available_views()),
        "base": {"none", *ONLINE_BASES},
        "labels": {"true", "false", "True", "False"},
    }
    for zone in data.features.values():
        properties = zone["properties"]
        key = f"{properties['plan']}.{properties.get('group') or 'other'}"
        allowed.setdefault(key, set()).add(properties["zone_id"])
    faults = []
    for parameter, known in allowed.items():
        for value in st.query_params.get_all(parameter):
            if value and value not in known:
                faults.append((parameter, value[:LONGEST_SHOWN]))
    if st.query_params.get("zone") in data.features:
        st.session_state.setdefault("zoom_count", 1)
    st.session_state["link_faults"] = faults
    return faults
