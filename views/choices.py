"""Show widgets that take their value from the link and put the answer back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from views import link

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


MARKDOWN = frozenset("\\`*_{}[]()#+!|~$<>:&")
"""Characters that Markdown, as Streamlit reads it, may take for more than themselves."""


def plain(words: str) -> str:
    r"""Return text so that Streamlit, which reads labels and messages as Markdown, shows it as is.

    A name such as ``![](https://…)`` would else fetch a picture from another host.

    Examples
    --------
    >>> print(plain("![甲](x)"))
    \!\[甲\]\(x\)
    """
    return "".join(f"\\{c}" if c in MARKDOWN else c for c in words)


def choose_some(
    name: str,
    label: str,
    labels: Mapping[str, str],
    value: Sequence[str],
    answer: Callable[[list[str]], None],
    language: str,
) -> None:
    """Show one pill for each id; `answer` takes the ids that are on."""
    key = f"{name}/{language}"
    st.session_state[key] = [option for option in labels if option in value]
    st.pills(
        plain(label),
        list(labels),
        selection_mode="multi",
        format_func=lambda option: plain(labels.get(option, option)),
        key=key,
        on_change=lambda: answer(list(st.session_state[key])),
    )


def choose_one(
    name: str,
    label: str,
    labels: Mapping[str, str],
    value: str | None,
    language: str,
    *,
    show_label: bool = False,
    answer: Callable[[str], None] | None = None,
) -> None:
    """Show a segmented control of ids, one of which is always chosen; it goes into the link."""
    key = f"{name}/{language}"
    st.session_state[key] = value

    def take() -> None:
        chosen_option = st.session_state[key]
        (answer or (lambda option: link.put(name, option)))(chosen_option)

    st.segmented_control(
        plain(label),
        list(labels),
        required=True,
        format_func=lambda option: plain(labels.get(option, option)),
        key=key,
        on_change=take,
        label_visibility="visible" if show_label else "collapsed",
    )


def choose_from_list(
    name: str,
    label: str,
    labels: Mapping[str, str],
    value: str | None,
    answer: Callable[[str | None], None],
    language: str,
    placeholder: str | None = None,
    *,
    required: bool = False,
) -> None:
    """Show a list that one can type into; `answer` takes the id, or None unless `required`."""
    key = f"{name}/{language}"
    st.session_state[key] = value
    st.selectbox(
        plain(label),
        list(labels),
        index=0 if required else None,
        format_func=lambda option: labels.get(option, option),
        key=key,
        placeholder=placeholder,
        on_change=lambda: answer(st.session_state[key]),
    )
