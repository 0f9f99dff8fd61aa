"""Page, edition and one file are one thing: what is found twice here is a feature made twice."""

import ast
import json
import re
from collections import defaultdict
from functools import cache
from itertools import islice
from pathlib import Path

import esprima
import pytest

from geo.texts import keys
from layers.map.base_map import (
    SCRIPTS,
    STYLES,
    TEXT_ROOMS,
    TEXTS,
    TOOLS,
    install_map,
    leaflet_source,
    scripts,
    styles,
    web_source,
)
from layers.offline.one_file import inline_sources
from layers.styles import VERDICT_COLOURS

ROOT = Path(__file__).parents[2]
WEB = ROOT / "layers" / "web"
STARTS = ("site.js", "one-file.js")
"""What begins a page that runs by itself; Streamlit's is begun by Folium."""

PAGES = ("streamlit.css", "site.css")
"""Styles of what stands round or beside the frame: Streamlit's page, the edition's plain pages."""

LEAST = 20
"""Nodes of a body that is long enough to be a copy rather than a like thought."""


@cache
def parsed(source):
    """Return the syntax tree of a script; every test of this file walks the same ones."""
    return esprima.parseScript(source).toDict()


def nodes(tree):
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(reversed(node.values()))
        elif isinstance(node, list):
            waiting.extend(reversed(node))


def python_copies(sources):
    """Return functions of Python that have one body: by source name, ``{name: text}``."""
    copies = defaultdict(list)
    for name, source in sources.items():
        for body, function in functions_of(source):
            copies[body].append(f"{name}:{function}")
    return [places for places in copies.values() if len(places) > 1]


@cache
def functions_of(source):
    """Return the text and the name of every function of a module that is no short one."""
    functions = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef):
            continue
        body = node.body[1:] if ast.get_docstring(node) else node.body
        if sum(1 for one in body for _ in ast.walk(one)) >= LEAST:
            functions.append(("".join(map(ast.dump, body)), node.name))
    return functions


def script_copies(sources):
    """Return functions of our scripts that have one body, and names of `PlanMap` given twice."""
    bodies, names = defaultdict(list), defaultdict(list)
    for name, source in sources.items():
        of_source, own_names = functions_and_names(source)
        for body in of_source:
            bodies[body].append(name)
        for given_name in own_names:
            names[given_name].append(name)
    return [one for one in (*bodies.values(), *names.values()) if len(one) > 1]


@cache
def functions_and_names(source):
    """Return the text of every function of a script that is no short one, and what it names."""
    bodies, names = [], []
    for node in nodes(parsed(source)):
        kind = str(node.get("type"))
        if "Function" in kind and len(list(islice(nodes(node["body"]), LEAST))) == LEAST:
            bodies.append(json.dumps([node["params"], node["body"]], sort_keys=True, default=str))
        target = node.get("left") or {}
        if kind == "AssignmentExpression" and target.get("type") == "MemberExpression":
            owner = target["object"].get("name")
            if owner == "PlanMap":
                names.append(target["property"].get("name"))
    return bodies, names


def own_words(source):
    """Return words for readers that a script holds itself instead of asking the catalogue."""
    makers = {"element": 2, "button": 1, "iconButton": 2}
    literals = []
    for node in nodes(parsed(source)):
        value = node.get("value")
        if node.get("type") == "Literal" and isinstance(value, str) and _is_chinese(value):
            literals.append(value)
        if node.get("type") != "CallExpression":
            continue
        place = makers.get(node["callee"].get("name"), 99)
        if place < len(node["arguments"]):
            literal = node["arguments"][place].get("value")
            if isinstance(literal, str) and re.search(r"[A-Za-z]{2}", literal):
                literals.append(literal)
    return literals


def _is_chinese(words):
    return any("㐀" <= letter <= "鿿" for letter in words)


def web_scripts():
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(WEB.glob("*.js"))}


def test_page_and_one_file_hold_the_scripts_and_styles_byte_for_byte(tmp_path):
    assets = install_map(tmp_path, {})
    assert scripts() in (tmp_path / assets.script).read_bytes()
    assert styles() in (tmp_path / assets.style).read_bytes()
    style, script = inline_sources("one-file.js")
    assert scripts().decode() in script
    assert leaflet_source("leaflet.js").decode().partition("//# source")[0].strip() in script
    assert styles().decode() in style


def test_every_script_and_style_belongs_to_all_three_or_only_begins_one():
    assert set(web_scripts()) == {*SCRIPTS, *(t for t in TOOLS if "/" not in t), *STARTS}
    assert {path.name for path in WEB.glob("*.css")} == {*STYLES, *PAGES}


@pytest.mark.parametrize("name", STARTS)
def test_what_begins_a_page_holds_nothing_of_a_feature(name):
    kinds = {node.get("type") for node in nodes(parsed(web_source(name).decode()))}
    assert not kinds & {"ClassDeclaration", "FunctionDeclaration", "ForStatement", "IfStatement"}
    assert len(web_source(name).splitlines()) <= 15


def test_no_function_and_no_name_of_the_scripts_stands_twice():
    assert script_copies(web_scripts()) == []
    copy = web_scripts()
    copy["again.js"] = copy["search.js"]
    assert script_copies(copy) != []


def test_no_function_of_page_layers_and_commands_stands_twice():
    rooms = ("layers", "views", "commands")
    sources = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
    }
    assert python_copies(sources) == []
    sources["views/again.py"] = sources["layers/tables/findings.py"]
    assert python_copies(sources) != []


def test_words_come_from_the_catalogue_and_are_sent():
    known = {key for key in keys() if key.startswith(TEXT_ROOMS) or key in TEXTS}
    for name, source in web_scripts().items():
        # Each language is called by its own name in the other.
        assert set(own_words(source)) <= {"中文"}, name
        used_keys = set(re.findall(r"""\bt\(["']([a-z_]+\.[a-z_/-]+)["']""", source))
        assert used_keys <= known, name
    assert own_words('element("p", "x", "Area of the zone");') == ["Area of the zone"]
    assert own_words('node.title = "面积";') == ["面积"]


CARDS = re.compile(
    r"""class=["'][^"']*\b(pm-(?:row|list|zone-card|popup|found|hit|tab|cell)|cmp-)"""
)


def test_cards_popups_and_search_are_made_by_the_scripts_alone():
    others = [
        *(ROOT / "views").rglob("*.py"), *(ROOT / "layers").rglob("*.py"), *WEB.glob("*.jinja")
    ]  # fmt: skip
    made = [path.name for path in others if CARDS.search(path.read_text(encoding="utf-8"))]
    assert made == []
    assert CARDS.search('<ul class="pm-list">')


TABLES = re.compile(r"""class=["'][^"']*\b(ck-(?:row|budget|edge|found|rebuilt)|cw)\b""")


def test_area_check_and_wording_are_written_in_one_room():
    made = {
        path.parent.relative_to(ROOT).as_posix()
        for room in ("views", "layers")
        for path in (ROOT / room).rglob("*.py")
        if TABLES.search(path.read_text(encoding="utf-8"))
    }
    # Both hosts set the head of the column that holds their own buttons, and nothing else.
    assert made == {"layers/tables", "layers/site", "views/check"}
    for path in ("layers/site/tables.py", "views/check/view.py"):
        source = (ROOT / path).read_text(encoding="utf-8")
        assert [match[0] for match in TABLES.finditer(source)] == ['class="ck-row'], path


def test_verdicts_have_the_colours_of_the_map_in_the_tables():
    style = web_source("tables.css").decode()
    for verdict, colour in VERDICT_COLOURS.items():
        rule = re.search(rf'b\[data-verdict="{verdict}"\][^{{]*{{ color: (#\w+)', style)
        usual = re.search(r"b\[data-verdict\][^{]*{ color: (#\w+)", style)
        assert (rule or usual).group(1) == colour
