"""Files of another form say which version they are of, and what to change."""

import json
import tomllib

import pytest

from geo.base import read_base, read_district
from geo.checks.formats import sound_features
from geo.errors import DataFileError
from geo.io.read import data_folder
from geo.plans.documents import check_source
from testing.tiny_district import plan_13th, write_tiny_district

CASES = [
    ("", "not stated. Add as its first line: format = 1", "format = 1"),
    ("format = 2", "version 2, and this program reads up to 1", "取格式 1 的文件"),
    ("format = 0", "No older format exists: write format = 1", "没有更早的格式"),
    ('format = "1"', "written as '1'; expected a whole number", "应为整数"),
    ("format = true", "written as True; expected a whole number", "应为整数"),
]


@pytest.mark.parametrize(("line", "english", "chinese"), CASES)
def test_a_plan_file_of_another_form_is_told_what_to_change(line, english, chinese):
    source = plan_13th().replace("format = 1", line, 1)
    document, (fault,) = check_source("13th-outline.toml", source)
    assert document is None
    assert english in fault.words("en")[0]
    assert chinese in fault.words("zh")[0]
    # The line of the key, in a file that begins with an empty one.
    assert fault.place == ("13th-outline.toml:2" if line else "13th-outline.toml:1")


@pytest.mark.parametrize(("line", "english", "chinese"), CASES)
def test_a_district_of_another_form_is_told_what_to_change(line, english, chinese, tmp_path):
    path = write_tiny_district(tmp_path / "data", zones=False) / "district.toml"
    text = path.read_text(encoding="utf-8").replace("format = 1", line, 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataFileError, match=r"^district\.toml: ") as caught:
        read_district(path.parent)
    assert english in caught.value.explain("en")
    assert chinese in caught.value.explain("zh")


def test_a_base_file_of_another_form_is_told_what_to_change(tmp_path):
    folder = write_tiny_district(tmp_path / "data", zones=False)
    for name in ("roads", "landmarks"):
        path = folder / "base" / f"{name}.geojson"
        document = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(document | {"metadata": {"format": 1}}), encoding="utf-8")
    assert read_base(folder).issues == ()
    path.write_text(json.dumps(document | {"metadata": {"format": 2}}), encoding="utf-8")
    (issue,) = read_base(folder).issues
    assert issue.place == "base/landmarks.geojson"
    assert "version 2" in issue.words("en")[0]


def test_the_page_refuses_a_base_file_of_another_form(tmp_path):
    path = tmp_path / "base" / "landmarks.geojson"
    path.parent.mkdir()
    path.write_text(
        '{"type": "FeatureCollection", "metadata": {"format": 2}, "features": []}', encoding="utf-8"
    )
    (issue,) = sound_features(path, "landmarks").issues
    assert issue.place == "base/landmarks.geojson"
    assert "version 2" in issue.words("en")[0]


def stated_formats(folder):
    """Return the version that each file of a data folder states, None where it has none."""
    stated = {}
    for path in [folder / "district.toml", *folder.glob("plans/*"), *folder.glob("base/*")]:
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".toml":
            stated[name] = tomllib.loads(path.read_text(encoding="utf-8")).get("format")
        elif path.suffix == ".geojson":
            metadata = json.loads(path.read_text(encoding="utf-8")).get("metadata", {})
            stated[name] = metadata.get("format")
    return stated


def test_every_file_of_the_bundled_data_states_its_version():
    stated = stated_formats(data_folder(None))
    assert len(stated) >= 15
    assert set(stated.values()) == {1}
