"""What the page adds to Streamlit's own look: a style sheet and an icon."""

from __future__ import annotations

from functools import cache

from layers.map.base_map import web_source

ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    "%3Crect width='32' height='32' rx='6' fill='%231f3a5f'/%3E%3Cpath d='M7 10l9-4 9 5-3 12-11 3z'"
    " fill='%23d9a441' stroke='%23fff' stroke-width='2'/%3E%3C/svg%3E"
)
"""A zone on the blue of the bar."""


@cache
def page_style() -> str:
    """Return the style sheet of the page."""
    sheets = ("streamlit.css", "tables.css", "print.css")
    return "\n".join(web_source(name).decode() for name in sheets)
