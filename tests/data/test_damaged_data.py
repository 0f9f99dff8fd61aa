"""One file of a data folder missing, cut off, of another version or mistyped: it is named."""

import json
import os
import random
import shutil
import tempfile
from itertools import product

import pytest

from commands.main import main
from geo.errors import ExportError
from geo.io.checksums import HEAD, sealed_files, sealed_readme
from geo.io.read import folder_stamp
from geo.io.write import temporary_folder
from testing import damage
from testing.faults import faulty_disk, full_disk, read_only
from testing.tiny_district import write_tiny_district
from views import page
from views.state import read_page_data


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A built and sealed district; never written to."""
    folder = write_tiny_district(tmp_path_factory.mktemp("sound") / "data")
    (folder / "README.md").write_text(HEAD, encoding="utf-8")
    (folder / "README.md").write_text(sealed_readme(folder), encoding="utf-8")
    return folder


@pytest.fixture
def folder(sound, tmp_path):
    copy = tmp_path / "data"
    shutil.copytree(sound, copy)
    return copy


def missing(path):
    path.unlink()


def cut_off(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def emptied(path):
    path.write_bytes(b"")


def of_another_version(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".toml":
        text = text.replace("format = 1", "format = 99").replace("[[alias]]", "[[alias_v2]]")
        path.write_text(text + "\n", encoding="utf-8")
    elif path.suffix == ".geojson":
        path.write_text(text.replace("FeatureCollection", "Topology"), encoding="utf-8")
    else:
        path.write_text(text.replace("check_id", "id_of_check"), encoding="utf-8")


def mistyped(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".geojson":
        text = text.replace('"coordinates": [', '"coordinates": [[', 1)
    else:
        text += '\nx = = "\n'
    path.write_text(text, encoding="utf-8")


def not_text(path):
    path.write_bytes(b"\xff\xfe\x00\xd8" + path.read_bytes())


DAMAGES = (missing, cut_off, emptied, of_another_version, mistyped, not_text)
FILES = (
    "district.toml",
    "plans/13th-outline.toml",
    "plans/14th-outline.toml",
    "base/aliases.toml",
    "base/control_points.geojson",
    "base/district.geojson",
    "base/landmarks.geojson",
    "base/missing.toml",
    "base/river.geojson",
    "base/roads.geojson",
    "base/street_checks.csv",
    "zones/13th.geojson",
    "zones/13th_edges.geojson",
    "zones/14th.geojson",
    "zones/14th_edges.geojson",
)
PAIRS = list(product(FILES, DAMAGES))
# A build takes half a second: here every file meets two damages and every damage five files;
# `make soak` sets EVERY_DAMAGE and takes all pairs.
CHOSEN = [
    pair
    for number, pair in enumerate(PAIRS)
    if number % 3 == number // 6 % 3 or os.environ.get("EVERY_DAMAGE")
]


def ids(pairs):
    return [f"{name}-{damage.__name__}" for name, damage in pairs]


def check(folder, capsys):
    code = main(["check", "--data", str(folder), "--lang", "en"])
    answer = capsys.readouterr()
    return code, answer.out + answer.err


def test_every_file_of_the_folder_is_damaged_in_turn(sound):
    assert sorted(FILES) == sealed_files(sound)


def test_the_sound_folder_has_no_fault_in_its_files(sound, capsys):
    _, output = check(sound, capsys)
    for name in FILES:
        assert f"{name} " not in output


@pytest.mark.parametrize(("name", "damage"), CHOSEN, ids=ids(CHOSEN))
def test_check_names_the_damaged_file(folder, name, damage, capsys):
    before = (folder / name).read_bytes()
    damage(folder / name)
    after = (folder / name).read_bytes() if (folder / name).is_file() else None
    code, output = check(folder, capsys)
    if before == after:  # an empty file that was empty
        return
    assert code == 1, output
    assert name.rpartition("/")[2] in output


READ = [pair for pair in PAIRS if pair[0].endswith("geojson") and "control" not in pair[0]]


@pytest.mark.parametrize(("name", "damage"), READ, ids=ids(READ))
def test_the_page_names_the_damaged_file_and_shows_the_rest(folder, name, damage):
    damage(folder / name)
    data = read_page_data(folder, folder_stamp(folder))
    assert [issue for issue in data.issues if name in issue.place]
    assert all(str(folder) not in str(issue.message) for issue in data.issues)
    for plan in ("13th", "14th"):
        if name != f"zones/{plan}.geojson":
            assert data.zones[plan]
    for layer in ("district", "river", "roads", "landmarks"):
        if name != f"base/{layer}.geojson":
            assert data.base[layer]


def test_the_page_shows_zones_without_a_readable_district_file(folder):
    cut_off(folder / "district.toml")
    (folder / "district.toml").write_text("format = 99", encoding="utf-8")
    data = read_page_data(folder, folder_stamp(folder))
    assert [issue.place for issue in data.issues] == ["district.toml"]
    assert data.zones["13th"]


def test_a_static_folder_that_cannot_be_written_is_told_without_its_path(
    folder, tmp_path, monkeypatch
):
    static = tmp_path / "static"
    monkeypatch.setenv("GEO_DATA", str(folder))
    monkeypatch.setattr(page, "STATIC", static)
    with faulty_disk(6, read_only):  # two folders are made before, and one file is begun
        data, assets, issues = page.page_data()
    assert assets is None
    assert data.zones["13th"]
    assert "read-only" in str(issues[-1].message)
    assert str(tmp_path) not in str(issues[-1].message)


def test_a_full_temporary_folder_is_told_without_its_path():
    with (
        faulty_disk(1, full_disk),
        pytest.raises(ExportError, match="temporary folder") as refusal,
        temporary_folder(),
    ):
        pass
    assert tempfile.gettempdir() not in str(refusal.value)


@pytest.mark.parametrize("name", FILES)
def test_one_changed_byte_is_found_by_its_checksum(folder, name, capsys):
    """A change that is still readable: a blank at the end."""
    from geo.checks.folder import checksums_check

    with (folder / name).open("ab") as file:
        file.write(b"\n")
    (statement,) = checksums_check(folder).statements
    assert name in statement.words("en")


@pytest.mark.parametrize("column", ["check_id", "kind", "expected", "used", "note"])
def test_a_table_of_streets_without_a_column_is_named(folder, column):
    from geo.build import build
    from geo.checks.positions import streets_check

    path = folder / "base" / "street_checks.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(column, "x", 1), encoding="utf-8")
    check = streets_check(build(folder).base, path)
    assert check.status == "failed"
    assert "street_checks.csv" in check.statements[0].words("en")
    assert column in check.statements[0].words("en")


def test_an_edited_figure_is_found(folder, capsys):
    path = folder / "zones" / "13th.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["features"][0]["properties"]["computed_area_km2"] = 9.9
    path.write_text(json.dumps(document), encoding="utf-8")
    code, output = check(folder, capsys)
    assert code == 1
    assert "computed_area_km2" in output


ROAD = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{%s},"geometry":%s}]}'
)
LINE = '{"type":"LineString","coordinates":[[117.2,39.11],[117.19,39.11]]}'
BAD_ROADS = {
    "empty line": ('"name":"鞍山道"', '{"type":"LineString","coordinates":[]}'),
    "name is a list": ('"name":["a","b"]', LINE),
    "name is a number": ('"name":5', LINE),
    "NaN as text": (
        '"name":"鞍山道"', '{"type":"LineString","coordinates":[["NaN","NaN"],[117.19,39.11]]}'
    ),
    "no length": (
        '"name":"a"', '{"type":"LineString","coordinates":[[117.2,39.11],[117.2,39.11]]}'
    ),
    "a point": ('"name":"a"', '{"type":"Point","coordinates":[117.2,39.11]}'),
    "no geometry": ('"name":"a"', "null"),
    "latitude first": (
        '"name":"a"', '{"type":"LineString","coordinates":[[39.11,117.2],[39.12,117.2]]}'
    ),
    "width is a list": ('"name":"a","half_width_m":[1]', LINE),
    "5,000 digits": ('"name":"a","half_width_m":' + "9" * 5000, LINE),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_ROADS)
def test_a_bad_road_ends_in_a_sentence_with_file_and_place(folder, case, capsys):
    content = ROAD % BAD_ROADS[case]
    (folder / "base" / "roads.geojson").write_text(content, encoding="utf-8")
    code, output = check(folder, capsys)
    assert code == 1
    assert "roads.geojson" in output
    assert "feature 1" in output or "digits" in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    "line",
    ['metric_crs = "EPSG:0"', 'metric_crs = "EPSG:4326"', 'metric_crs = "x"', "metric_crs = 1"],
)
def test_a_metric_crs_that_is_none_is_named_with_its_file(folder, line, capsys):
    path = folder / "district.toml"
    text = path.read_text(encoding="utf-8").replace('metric_crs = "EPSG:4548"', line)
    path.write_text(text, encoding="utf-8")
    code, output = check(folder, capsys)
    assert code == 1
    assert "district.toml" in output
    assert "metric_crs" in output


@pytest.mark.parametrize("name", ["district.toml", "base/roads.geojson", "base/aliases.toml"])
def test_a_pipe_or_a_device_is_not_read(folder, name, capsys):
    if not hasattr(os, "mkfifo"):
        pytest.skip("This system has no pipes with a name.")
    for make in (os.mkfifo, lambda path: path.symlink_to("/dev/zero")):
        (folder / name).unlink()
        make(folder / name)
        code, output = check(folder, capsys)
        assert code == 1
        assert name.rpartition("/")[2] in output
        assert "no regular file" in output


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    """A district with every file that a data folder may have, read and built once."""
    return damage.Reading(damage.write_whole_district(tmp_path_factory.mktemp("whole") / "data"))


READ_BY_ALL = (
    "district.toml",
    "plans/13th-outline.toml",
    "base/roads.geojson",
    "zones/13th.geojson",
)


@pytest.mark.parametrize("name", damage.FILES)
def test_no_damage_at_random_ends_in_anything_but_a_sentence(reading, name):
    """`make soak` does this 2,000 times for every file."""
    path = reading.folder / name
    sound = path.read_bytes()
    try:
        for number in range(2):
            chance = random.Random(f"{name} {number}")
            path.write_bytes(damage.damaged(sound, path.suffix, chance))
            reading.read(name, whole=number == 0 and name in READ_BY_ALL)
    finally:
        path.write_bytes(sound)
