"""Take the reader's own data: a pasted plan text, or a file of shapes. Nothing of it is kept."""

from __future__ import annotations

import logging
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from geo.errors import GeoError
from views import link
from views.choices import choose_one, plain
from views.own.check import show_check
from views.own.paste import show_paste

if TYPE_CHECKING:
    from views.state import State

logger = logging.getLogger(__name__)

MODES = {"paste": show_paste, "check": show_check}
"""Id in the link (``own=``) to what is shown."""

STYLE = """
.own-text { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .95rem; line-height: 2;
  color: #1f2937; background: #fff; border: 1px solid #e5e2d8; border-radius: 4px;
  padding: .6rem .9rem; max-height: 26rem; overflow-y: auto; }
.own-text mark, .own-key mark { color: inherit; background: none; padding: .08rem .12rem;
  border-radius: 2px; }
mark.own-name { font-weight: 650; border-bottom: 2px solid #1f2937; }
mark.own-limit { background: #dcead8; border-bottom: 2px solid #2f6b3a; }
mark.own-missing { background: #f6dedb; border-bottom: 2px dashed #9b1c1c; }
mark.own-figure { background: #dde7f3; border-bottom: 2px solid #23507f; }
mark.own-unread { background: #f4ecd2; border-bottom: 2px dotted #7a5a12; }
.own-key { font-size: .8rem; color: #5b6270; margin: .3rem 0; }
.own-key mark { margin-right: .9rem; color: #1f2937; }
.own-list { margin: .2rem 0 .4rem; padding: 0 !important; list-style: none; font-size: .88rem;
  line-height: 1.65; color: #1f2937; overflow-wrap: anywhere; }
.own-list li { margin: 0 !important; padding: .2rem 0; border-bottom: 1px solid #ebe8e0; }
.own-list .own-where { color: #5b6270; font-size: .8rem; }
.pm-areas.own-areas td, .pm-areas.own-areas tbody th { white-space: normal; vertical-align: top;
  min-width: 5.2rem; }
.pm-areas.own-areas tbody th { min-width: 7rem; }
.pm-areas.own-areas td.number { white-space: nowrap; }
.pm-areas.own-areas td.own-why { min-width: 15rem; }
"""


def show(state: State) -> None:
    """Show what the reader wants to do with data of their own."""
    st.html(
        f'<style>{STYLE}</style><p class="pm-told" role="note">{escape(state.text("own.lead"))}</p>'
    )
    mode = link.one("own", tuple(MODES), "paste") or "paste"
    choose_one(
        "own",
        state.text("own.mode"),
        {name: state.text(f"own.mode.{name}") for name in MODES},
        mode,
        state.language,
    )
    try:
        MODES[mode](state)
    except GeoError as error:
        st.error(plain(error.explain(state.language)))
    except Exception as error:  # what failed may quote the reader's words: only its kind is logged
        logger.error("Own data, %s: %s", mode, type(error).__name__)  # noqa: TRY400
        st.error(state.text("own.failed"))
