"""Write the style sheet that the page adds to Streamlit's own look."""

from __future__ import annotations

from functools import cache

from layers.map.base_map import web_source


@cache
def page_style() -> str:
    """Return the style sheet of the page."""
    sheets = ("streamlit.css", "tables.css", "print.css")
    return "\n".join(web_source(name).decode() for name in sheets)
