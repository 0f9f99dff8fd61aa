"""The views of the page: each a module with `show(state)`; one line here adds one."""

from __future__ import annotations

from importlib.util import find_spec

VIEWS: dict[str, str] = {
    "map": "views.map.view",
    "check": "views.check.view",
    "compare": "views.compare.view",
    "place": "views.place",
    "search": "views.search",
    "own": "views.own.view",
    "export": "views.export",
}
"""Id in the link (``view=``) to module; the name is the catalogue's ``view.<id>``."""


def available_views() -> list[str]:
    """Return the ids of the views whose module is there, in the order of the screen."""
    return [view for view, module in VIEWS.items() if find_spec(module) is not None]
