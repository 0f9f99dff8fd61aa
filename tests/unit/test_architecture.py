"""One direction: data, geo, layers, then the page and the commands."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FORBIDDEN = {
    "geo": {"folium", "streamlit", "streamlit_folium", "matplotlib", "layers", "views", "commands"},
    "layers": {"streamlit", "streamlit_folium", "views", "commands"},
    "commands": {"streamlit", "streamlit_folium", "views"},
}


def imported_packages(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_leans_only_on_those_below_it(room):
    wrong = {
        f"{path.relative_to(ROOT)}: {package}"
        for path in (ROOT / room).rglob("*.py")
        for package in imported_packages(path)
        if package in FORBIDDEN[room]
    }
    assert not wrong


def test_importing_geo_brings_no_map_and_no_page():
    program = (
        "import sys, geo.build, geo.validation; "
        "sys.exit(any(m in sys.modules for m in ('folium', 'streamlit', 'matplotlib')))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
