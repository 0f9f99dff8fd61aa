"""The pages on plan files and on checking one's own shapes: their examples run."""

import re
from pathlib import Path

import pytest

from commands.main import main
from geo.base import read_base
from geo.drafting.review import check_plan
from geo.io.limits import UPLOAD_BYTES
from geo.io.read import data_folder
from geo.plans.model import About, PlanItem
from geo.uploads.check import DEFAULT_ERROR_M, MOST_SHAPES

DOCS = Path(__file__).parents[2] / "docs"
PLAN_PAGE = (DOCS / "plan-format.md").read_text(encoding="utf-8")
OWN_PAGE = (DOCS / "check-my-polygons.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"文件 `15th-example.toml`.*?```toml\n(.*?)```", PLAN_PAGE, re.S)[1]


def test_the_example_of_a_plan_file_is_sound_and_gives_a_ring():
    review = check_plan("15th-example.toml", EXAMPLE, read_base(data_folder()))
    assert {issue.code for issue in review.issues} == {"plan-unknown-plan"}
    assert review.built.zones["15th-park"].geometry.geom_type == "Polygon"


def test_the_command_of_the_page_runs_on_the_example(tmp_path, monkeypatch, capsys):
    (tmp_path / "15th-example.toml").write_text(EXAMPLE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    command = next(line for line in PLAN_PAGE.splitlines() if "plan check 15th-ex" in line)
    assert main(command.split()[3:]) == 0
    assert "15th-park/area" in capsys.readouterr().out


@pytest.mark.parametrize("model", [About, PlanItem])
def test_the_page_names_every_key(model):
    keys = [field.alias or name for name, field in model.model_fields.items()]
    assert [key for key in keys if key not in PLAN_PAGE] == []


def test_the_program_of_the_page_on_shapes_runs():
    names = {}
    exec(re.search(r"```python\n(.*?)```", OWN_PAGE, re.S)[1], names)
    assert names["guess"].reading.id == "wgs84"
    assert names["verdict"] == "agrees"
    assert names["beside"] == "13th-xiaobailou"
    assert names["written"]["features"][0]["properties"]["nearest_zone"] == "13th-xiaobailou"
    assert "13th-xiaobailou" in names["page"]


def test_the_page_on_shapes_gives_the_limits_as_they_are():
    assert f"{UPLOAD_BYTES // 2**20} MB" in OWN_PAGE
    assert f"最多 {MOST_SHAPES} 个" in OWN_PAGE
    assert f"默认 {DEFAULT_ERROR_M:g} 米" in OWN_PAGE
