"""The published formats: schemas, the committed files, and the page that describes them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from geo.checks.formats import SCHEMAS, zone_file_issues
from geo.export.files import SHAPEFILE_FIELDS
from geo.io import limits as input_limits
from geo.io.read import data_folder
from testing.page_fixture import write_page_data

PAGE = (SCHEMAS.parents[1] / "docs" / "data-formats.md").read_text(encoding="utf-8")
EXAMPLE = json.loads(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL).group(1))
CODE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
FILES = sorted((data_folder() / "zones").glob("*.geojson"))


def properties_of(kind):
    schema = json.loads((SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))
    return schema["properties"]["features"]["items"]["properties"]["properties"]["properties"]


def written(tmp_path, change=lambda document: None, name="15th.geojson"):
    document = json.loads(json.dumps(EXAMPLE))
    change(document)
    path = tmp_path / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["zones", "edges"])
def test_the_schema_is_a_schema(kind):
    Draft202012Validator.check_schema(json.loads((SCHEMAS / f"{kind}.schema.json").read_text()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_committed_files_follow_the_schema(path):
    assert zone_file_issues(path) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_schema_describes_every_property_of_the_committed_files(path):
    described = set(properties_of("edges" if path.stem.endswith("_edges") else "zones"))
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        assert set(feature["properties"]) <= described


def test_the_example_of_the_page_follows_the_schema(tmp_path):
    assert zone_file_issues(written(tmp_path)) == []


@pytest.mark.parametrize("number", range(len(CODE)))
def test_the_code_of_the_page_runs(number):
    names = {}
    exec(CODE[number], names)
    if "guess" in names:
        assert names["guess"].reading.id == "wgs84"
        assert len(names["layer"]) == 1
    else:
        assert names["name"] == "和平区_十三五_2026-11-22.csv"
        assert names["content"].count(b"\r\n") == 3


@pytest.mark.parametrize("kind", ["zones", "edges"])
def test_the_page_describes_every_property_with_its_shapefile_name(kind):
    for name in properties_of(kind):
        row = next(line for line in PAGE.splitlines() if re.match(rf"\| `{name}`[ *]", line))
        assert row.endswith(
            f"| `{SHAPEFILE_FIELDS[name]}` |" if name in SHAPEFILE_FIELDS else "| – |"
        )


def test_the_page_gives_every_limit_of_input_as_it_is():
    limits = {name: value for name, value in vars(input_limits).items() if name.isupper()}
    limits.pop("TYPE_CHECKING", None)
    assert len(limits) == 17
    for name, value in limits.items():
        assert f"| `{name}` | {value:,} |" in PAGE


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        (
            lambda d: d["features"][0]["properties"].update(verdict="perfect"),
            "15th-example",
            "verdict: 'perfect' is not one of",
        ),
        (
            lambda d: d["features"][0]["properties"].pop("name"),
            "15th-example",
            "'name' is a required property",
        ),
        (
            lambda d: d["features"][0]["geometry"].update(coordinates=[[[39.1, 117.2]] * 4]),
            "15th-example",
            "coordinates.0.0.1: 117.2 is greater than the maximum of 90",
        ),
        (lambda d: d.pop("metadata"), "zones/15th.geojson", "'metadata' is a required property"),
        (lambda d: d.update(crs={}), "zones/15th.geojson", "'crs' was unexpected"),
        (lambda d: d["features"].append(7), "feature 2", "7 is not of type 'object'"),
        (lambda d: d["features"].append(d["features"][0]), "zones/15th", "stands 2 times"),
        (
            lambda d: d["features"][0].update(id="15th-other"),
            "zones/15th",
            "differs from its zone_id '15th-example'",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path, change, place, message):
    issues = zone_file_issues(written(tmp_path, change))
    assert any(place in issue.place and message in str(issue.message) for issue in issues), issues


def test_a_file_cut_off_is_an_issue(tmp_path):
    path = tmp_path / "15th.geojson"
    path.write_text('{"type": "FeatureCollection",')
    assert [issue.code for issue in zone_file_issues(path)] == ["zone-file-unreadable"]


def test_many_faults_are_counted_and_not_all_listed(tmp_path):
    def spoil(document):
        document["features"] = [7] * 50

    issues = zone_file_issues(written(tmp_path, spoil))
    assert len(issues) == 21
    assert "30 further faults" in str(issues[-1].message)


def test_a_missing_file_is_an_issue(tmp_path):
    assert zone_file_issues(Path(tmp_path / "absent.geojson"))[0].code == "zone-file-unreadable"


def test_the_data_that_the_tests_of_the_page_show_follow_the_schemas(tmp_path):
    folder = write_page_data(tmp_path / "data")
    for path in sorted((folder / "zones").iterdir()):
        assert zone_file_issues(path) == []
