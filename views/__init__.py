"""List the views of Python over the map: each a module with `show(state)`; one line adds one.

Map, comparison and the history of a place are in the scripts of the page.
"""

from __future__ import annotations

from importlib.util import find_spec

VIEWS: dict[str, str] = {
    "check": "views.check.view",
    "wording": "views.compare.view",
    "own": "views.own.view",
    "export": "views.export.view",
}
"""Id in the link (``view=``) to module; the name is the catalogue's ``view.<id>``."""

SCRIPTED = ("map", "compare", "place")
"""Views that need no Python once the page is open."""


def available_views() -> list[str]:
    """Return the ids of all views, those of Python whose module is there."""
    ours = [view for view, module in VIEWS.items() if find_spec(module) is not None]
    return [*SCRIPTED, *ours]
