"""Another district, in another belt: everything about a district is data."""

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from jsonschema import Draft202012Validator
from streamlit.testing.v1 import AppTest

from commands.main import main
from geo.base import read_base
from geo.build import build, differing_files, zone_files
from geo.checks.folder import inspect
from geo.checks.formats import SCHEMAS, zone_file_issues
from geo.io.read import read_toml
from geo.plans.documents import plan_schema, read_documents

ROOT = Path(__file__).parents[2]
DISTRICT = Path(__file__).parent / "other_district"
GUIDE = (ROOT / "docs" / "another-district.md").read_text(encoding="utf-8")
CODE = [
    *(path for room in ("geo", "layers", "views", "commands") for path in (ROOT / room).rglob("*")),
    ROOT / "streamlit_app.py",
]


@pytest.fixture(scope="module")
def built():
    return build(DISTRICT)


def test_its_belt_is_chosen_from_its_longitude(built):
    assert read_toml(DISTRICT / "district.toml")["metric_crs"] == ""
    assert built.base.metric_crs == "EPSG:4544"


def test_its_areas_are_those_of_its_street_grid(built):
    computed = {f.finding_id: f.computed for f in built.findings}
    assert computed["15th-wenchang/area"] == pytest.approx(1.20, rel=2e-4)
    assert computed["15th-beita/area"] == pytest.approx(2.76, rel=2e-4)
    assert computed["15th-huaiyinlu/length"] == pytest.approx(2.2, rel=2e-4)


def test_its_verdicts_are_as_written_down_in_its_readme(built):
    assert {f.finding_id: f.verdict for f in built.findings} == {
        "15th-wenchang/area": "agrees",
        "15th-beita/area": "agrees",
        "15th-binhe/area": "disagrees",
        "15th-huaiyinlu/area": "by_construction",
        "15th-huaiyinlu/length": "agrees",
    }


def test_an_alias_of_its_own_is_used(built):
    roads = set(built.zones["15th-beita"].edges["road"])
    assert "北塔街" in roads


def test_its_zone_files_are_a_fresh_build(built):
    assert differing_files(zone_files(built, DISTRICT), DISTRICT) == []


def test_every_check_of_it_runs_without_an_error(built):
    checks = inspect(built, DISTRICT, documents=DISTRICT / "documents")
    assert [check.check_id for check in checks if check.status == "failed"] == []
    ran = {check.code for check in checks if check.status != "skipped"}
    assert {"inputs/quotations", "position/control-points", "position/datum"} <= ran


def test_its_plan_and_zone_files_follow_the_schemas():
    schema = json.loads((SCHEMAS / "plan.schema.json").read_text(encoding="utf-8"))
    plan = read_toml(DISTRICT / "plans" / "15th-outline.toml")
    assert list(Draft202012Validator(schema).iter_errors(plan)) == []
    for path in sorted((DISTRICT / "zones").glob("*.geojson")):
        assert zone_file_issues(path) == []


def test_the_published_schema_of_plan_files_is_that_of_the_model():
    published = json.loads((SCHEMAS / "plan.schema.json").read_text(encoding="utf-8"))
    assert published == plan_schema()


@pytest.mark.parametrize("how", ["--data", "GEO_DATA"])
def test_the_command_line_takes_its_folder(how, monkeypatch, capsys):
    words = ["check", "--json"]
    if how == "--data":
        words += ["--data", str(DISTRICT)]
    else:
        monkeypatch.setenv("GEO_DATA", str(DISTRICT))
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["district"]["name"] == "榆湾区"


@pytest.fixture(scope="module")
def static(tmp_path_factory):
    """Where every view finds what the map loads, once it was put there."""
    return tmp_path_factory.mktemp("static")


@pytest.mark.parametrize("view", ["map", "check", "compare", "place", "wording", "own", "export"])
def test_every_view_of_the_page_shows_it(view, static, monkeypatch):
    monkeypatch.setenv("GEO_DATA", str(DISTRICT))
    monkeypatch.setattr("views.page.STATIC", static)
    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=90)
    at.query_params["view"] = view
    at.run()
    assert not at.exception
    assert [error.value for error in at.error] == []
    # Title, map, cards and search are drawn by the scripts from what the page serves.
    (script,) = (static / "planmap").glob("map-*.js")
    served = script.read_text(encoding="utf-8")
    assert "榆湾区规划空间图" in served
    page = "".join(element.proto.body for element in at.get("html"))
    assert "和平区" not in page + served


ABOUT_HEPING = re.compile(
    r"和平区|天津|五大道|小白楼|海河|张自忠|台儿庄|wudadao|xiaobailou|haihe|tianjin|"
    r"\b(?:11th|13th|14th)\b|\b117\.\d|\b39\.1",
    re.IGNORECASE,
)


def code_strings(path):
    """The strings of a module that are no docstrings, and the names in it."""
    source = path.read_text(encoding="utf-8")
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    tree = ast.parse(source)
    strings = []
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            documentation |= {id(n.value) for n in body if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in documentation:
            strings.append(str(node.value))
    return strings


@pytest.mark.parametrize(
    "path",
    [p for p in CODE if p.suffix == ".py"],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_no_module_knows_a_place_of_heping(path):
    assert [words for words in code_strings(path) if ABOUT_HEPING.search(words)] == []


@pytest.mark.parametrize(
    "path", [p for p in CODE if p.suffix in (".js", ".toml", ".jinja")], ids=lambda p: p.name
)
def test_no_script_or_text_knows_a_place_of_heping(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if ABOUT_HEPING.search(line)] == []


# The guide


def guide_files():
    """The files that the guide has its reader write, by name."""
    return dict(re.findall(r"^文件 `([^`]+)`[^\n]*\n+```\w+\n(.*?)```", GUIDE, re.M | re.S))


def guide_commands():
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE, re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    return [line.split()[3:] for line in lines if line.startswith("python -m geo ")]


TYPED = """
import contextlib, io, json, sys
from commands.main import main

answers = []
for words in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    said = {"stdout": out.getvalue(), "stderr": err.getvalue()}
    answers.append({"words": words, "returncode": code, **said})
print(json.dumps(answers))
"""
"""One process of the copy that takes the commands one after another."""


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """A copy of the code without its data, and the guide followed in it from top to bottom."""
    folder = tmp_path_factory.mktemp("copy")
    for room in ("geo", "commands", "layers"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name, content in guide_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    process = subprocess.run(
        [sys.executable, "-c", TYPED, json.dumps(guide_commands())],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return folder, [SimpleNamespace(**answer) for answer in json.loads(process.stdout)]


def test_every_command_of_the_guide_succeeds(followed):
    _, answers = followed
    assert len(answers) >= 5
    for answer in answers:
        assert answer.returncode == 0, (answer.words, answer.stderr, answer.stdout)


def test_the_guide_ends_with_a_district_that_agrees_with_its_plan(followed):
    folder, answers = followed
    assert not (folder / "data").exists()
    report = next(a.stdout for a in answers if a.words[0] == "check")
    assert "相符" in report
    zones = json.loads(next(folder.glob("*/zones/*th.geojson")).read_text(encoding="utf-8"))
    assert [f["properties"]["verdict"] for f in zones["features"]] == ["agrees"]
    assert zones["metadata"]["metric_crs"] == "EPSG:4549"


def test_the_guide_reads_as_a_base(followed):
    folder, _ = followed
    assert read_base(folder / "mydistrict").district.name == "新区"
    assert read_documents(folder / "mydistrict" / "plans")[1] == []
