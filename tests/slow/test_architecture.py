"""What import-linter (`make lint`) cannot see: circles for types, sizes, what is loaded."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

from testing.rooms import import_graph, room_of

ROOT = Path(__file__).parents[2]
MOST_MODULES = 10
PUBLIC = {
    "geo.sentences.parse_limits",
    "geo.sentences.Limit",
    "geo.enclosures.enclose",
    "geo.enclosures.order_limits",
    "geo.plans.read_documents",
    "geo.io.read_layer",
    "geo.uploads.read_upload",
}
"""Names that a room hands on from one of its modules; every other is imported where it is made."""


@pytest.fixture(scope="module")
def graph():
    return import_graph()


def test_no_circle_of_imports_not_even_for_types(graph):
    circles = [sorted(c) for c in nx.strongly_connected_components(graph) if len(c) > 1]
    assert circles == []


def test_no_folder_holds_more_than_ten_modules():
    counts = {
        folder.relative_to(ROOT).as_posix(): len(
            set(folder.glob("*.py")) - {folder / "__init__.py"}
        )
        for name in ("geo", "layers", "views", "commands")
        for folder in (ROOT / name, *(path for path in (ROOT / name).rglob("*") if path.is_dir()))
    }
    assert {folder: count for folder, count in counts.items() if count > MOST_MODULES} == {}


def test_names_are_imported_from_where_they_are_made():
    trees = {}
    for name in ("geo", "layers", "views", "commands", "testing", "benchmarks", "tests"):
        for path in (ROOT / name).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            trees[module] = ast.parse(path.read_text("utf-8"))
    taken_over = {
        f"{module}.{name.name}"
        for module, tree in trees.items()
        for statement in ast.walk(tree)
        if isinstance(statement, ast.ImportFrom)
        for name in statement.names
        if name.asname in (None, name.name)
    }
    handed_on = {
        f"{statement.module}.{name.name}"
        for tree in trees.values()
        for statement in ast.walk(tree)
        if isinstance(statement, ast.ImportFrom) and statement.module in trees
        for name in statement.names
        if f"{statement.module}.{name.name}" not in trees
    }
    assert handed_on & taken_over <= PUBLIC


def test_every_room_stands_in_the_picture(graph):
    drawn = set(
        re.findall(r"^  ([\w.]+)\[", (ROOT / "docs/rooms.md").read_text("utf-8"), re.MULTILINE)
    )
    known = {room_of(module) for module in graph} - {"geo", "layers", "geo.__main__"}
    assert drawn == known


def test_what_contributing_points_to_is_there():
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    table = page.partition("### I want to change")[2].partition("\n## ")[0]
    rows = [row.split("|")[2] for row in table.split("\n") if row.startswith("| ")][1:]
    paths = [path for row in rows for path in re.findall(r"`([^`]+)`", row)]
    assert len(rows) >= 15
    assert [path for path in paths if not (ROOT / path).exists()] == []


PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if path.name not in ("CHANGELOG.md", "rooms.md")  # what was; made, see above
)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_what_a_page_points_to_is_there(path):
    page = path.read_text("utf-8")
    links = re.findall(r"\]\(([^)#\s:]+\.[a-z]+)(?:#[^)]*)?\)", page)
    assert [link for link in links if not (path.parent / link).exists()] == []
    rooms = r"`((?:geo|layers|views|commands|testing|tests|benchmarks|deploy|docs)/[\w./-]+)`"
    paths = set(re.findall(rooms, page)) - {"geo/data"}  # where an installed wheel has the data
    assert sorted(one for one in paths if not (ROOT / one).exists()) == []
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", page)) <= targets
    for name in re.findall(r"`((?:geo|layers)(?:\.\w+)+)`", page):
        module, _, member = name.rpartition(".")
        try:
            target = importlib.import_module(name)
        except ModuleNotFoundError:
            target = getattr(importlib.import_module(module), member, None)
        assert target is not None, name


def test_importing_geo_brings_no_map_and_no_page():
    program = (
        "import sys, geo.build, geo.checks.built; "
        "sys.exit(any(m in sys.modules for m in ('folium', 'streamlit', 'matplotlib')))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
