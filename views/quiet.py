"""Write a line of small print that everyone can read: Streamlit's own caption is too pale."""

from __future__ import annotations

from html import escape

import streamlit as st


def quiet(words: str) -> None:
    """Show a line of small print, escaped."""
    st.html(f'<div class="pm-panel"><p class="quiet">{escape(words)}</p></div>')
