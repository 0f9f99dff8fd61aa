"""Draw the rooms of the project and who uses whom: ``python -m testing.rooms`` (`make rooms`).

The picture is a Mermaid graph in docs/rooms.md, made from the imports as they are. An arrow that
follows from others is left out, so that the order of the rooms shows.
"""

from __future__ import annotations

import ast
from pathlib import Path

import grimp
import networkx as nx

PROJECT = Path(__file__).resolve().parents[1]
PACKAGES = ("geo", "layers", "views", "commands")
HEAD = """# The rooms

Made by `make rooms` from the imports; do not edit. An arrow means “uses”; one that follows from
others is left out. What each room does is the first line of its modules.

"""


def import_graph() -> nx.DiGraph[str]:
    """Return every module of the project and what it imports, for types alone too."""
    imports = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=False, cache_dir=None)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(imports.modules)
    for module in imports.modules:
        graph.add_edges_from(
            (module, used) for used in imports.find_modules_directly_imported_by(module)
        )
    return graph


def room_of(module: str) -> str:
    """Return the room of a module: ``geo.sentences.limits`` is in ``geo.sentences``.

    Examples
    --------
    >>> room_of("geo.sentences.limits"), room_of("geo.crs"), room_of("commands.main")
    ('geo.sentences', 'geo.crs', 'commands')
    """
    first, *rest = module.split(".")
    if first in ("views", "commands") or not rest:
        return first
    return f"{first}.{rest[0]}"


def rooms(graph: nx.DiGraph[str]) -> nx.DiGraph[str]:
    """Return the rooms and which uses which, without the arrows that follow from others."""
    between: nx.DiGraph[str] = nx.DiGraph()
    for module, used in graph.edges:
        here, there = room_of(module), room_of(used)
        # The one named exception: `python -m geo` hands over to the commands.
        if here not in (there, "geo.__main__"):
            between.add_edge(here, there)
    between.remove_nodes_from(["geo", "layers"])
    return nx.transitive_reduction(between)


def first_line(room: str) -> str:
    """Return the first line of what a room says of itself."""
    path = PROJECT / room.replace(".", "/")
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return words.split("\n")[0]


def page() -> str:
    """Return the page with the picture and one line for each room."""
    graph = rooms(import_graph())
    order = list(reversed(list(nx.lexicographical_topological_sort(graph))))
    lines = ["```mermaid", "graph TD"]
    lines += [f"  {room}[{room.replace('.', '/')}]" for room in sorted(graph)]
    lines += [f"  {here} --> {there}" for here, there in sorted(graph.edges)]
    lines += ["```", "", "From the ground up:", "", "| room | what it does |", "|---|---|"]
    lines += [f"| `{room.replace('.', '/')}` | {first_line(room)} |" for room in order]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    (PROJECT / "docs" / "rooms.md").write_text(page(), encoding="utf-8")
