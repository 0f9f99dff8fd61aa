"""The commands as they are typed: what they print, write, refuse and return."""

import io
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from commands.main import COMMANDS, main

pytestmark = pytest.mark.usefixtures("english", "quick_readers")


ROOT = Path(__file__).parents[2]
DISTRICT = ROOT / "tests" / "data" / "other_district"
TEXT = "石桥片区：以石桥街、槐荫路、文昌街、青桐路围合的区域，面积120公顷。"
YEARS = ["--plan", "15th", "--from", "2026", "--to", "2030"]

OVERPASS = {
    "version": 0.6,
    "osm3s": {"timestamp_osm_base": "2026-11-01T00:00:00Z"},
    "elements": [
        {
            "type": "way",
            "id": number,
            "tags": {"highway": "secondary", "name": name},
            "geometry": [{"lon": x, "lat": y} for x, y in line],
        }
        for number, (name, line) in enumerate(
            {
                "石桥街": [(104.499, 30.5), (104.53, 30.5)],
                "文昌街": [(104.499, 30.51), (104.53, 30.51)],
                "青桐路": [(104.5, 30.499), (104.5, 30.515)],
                "槐荫路": [(104.51, 30.499), (104.51, 30.515)],
            }.items(),
            start=1,
        )
    ],
}


@pytest.fixture
def folder(tmp_path):
    """A copy of the invented district."""
    return Path(shutil.copytree(DISTRICT, tmp_path / "data"))


class Typed(io.TextIOWrapper):
    """A keyboard: answers, line by line."""

    def isatty(self):
        return True


def type_in(monkeypatch, data, keyboard=False):
    kind = Typed if keyboard else io.TextIOWrapper
    monkeypatch.setattr("sys.stdin", kind(io.BytesIO(data), encoding="utf-8"))


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    output = capsys.readouterr().out
    assert [name for name in COMMANDS if name not in output] == []


def test_a_wrong_call_ends_with_2(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["pan"])
    assert ended.value.code == 2
    assert "invalid choice: 'pan'" in capsys.readouterr().err


def test_a_folder_that_is_none_is_refused_in_one_line(tmp_path, capsys):
    assert main(["build", "--data", str(tmp_path / "absent")]) == 1
    output = capsys.readouterr().err
    assert "is not a folder" in output
    assert output.count("\n") == 1


def test_a_command_speaks_chinese_unless_told_otherwise(tmp_path, monkeypatch, capsys):
    build = ["build", "--data", str(tmp_path / "absent")]
    assert main([*build, "--lang", "zh"]) == 1
    chinese = capsys.readouterr().err
    assert "不是文件夹" in chinese
    assert not re.search(r"(?:[a-z]+ ){3}", chinese.replace(str(tmp_path), ""))
    monkeypatch.delenv("GEO_LANG")
    assert main(build) == 1
    assert capsys.readouterr().err == chinese


@pytest.mark.parametrize(
    "words", ["check", "export --format svg", "page", "plan new --text 文", "roads fetch --out 甲"]
)
def test_a_folder_without_a_district_is_named_as_such(words, tmp_path, capsys):
    assert main([*words.split(), "--data", str(tmp_path), "--lang", "zh"]) == 1
    error = capsys.readouterr().err
    assert f"{tmp_path} 不是一个区的数据文件夹" in error
    assert "geo district new" in error


def test_build_check_passes_on_a_fresh_build_and_fails_on_a_changed_file(folder, capsys):
    assert main(["build", "--check", "--data", str(folder)]) == 0
    path = folder / "zones" / "15th.geojson"
    path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert main(["build", "--check", "--data", str(folder)]) == 1
    assert "zones/15th.geojson differs" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["check"], ["build"], ["plan", "check"]])
def test_no_english_sentence_stands_in_what_a_command_says_in_chinese(folder, words, capsys):
    path = folder / "plans" / "15th-outline.toml"
    source = path.read_text(encoding="utf-8").replace("槐荫路、文昌街", "槐树路、文昌街")
    path.write_text(source + "\n[unknown]\na = 1\n", encoding="utf-8")
    file = [str(path)] if words[0] == "plan" else []
    main([*words, "--lang", "zh", "--data", str(folder), *file])
    answer = capsys.readouterr()
    assert not re.findall(r"(?:\b[a-z]+ ){3}[a-z]+", answer.out + answer.err)


def test_a_folder_without_a_table_of_checksums_is_built_and_says_so(folder, capsys):
    (folder / "zones" / "15th.geojson").unlink()
    assert main(["build", "--seal", "--data", str(folder)]) == 1
    answer = capsys.readouterr()
    assert "wrote zones/15th.geojson" in answer.out
    assert "the zone files were written, the checksums not renewed" in answer.err
    assert (folder / "zones" / "15th.geojson").is_file()


def test_check_prints_json_and_nothing_else(folder, capsys):
    assert main(["check", "--json", "--data", str(folder)]) == 0
    assert len(json.loads(capsys.readouterr().out)["findings"]) == 5


def test_check_writes_one_html_page(folder, tmp_path):
    page = tmp_path / "report.html"
    assert main(["check", "--html", str(page), "--data", str(folder)]) == 0
    assert "榆湾区" in page.read_text(encoding="utf-8")


# geo plan


def new(folder, *words):
    return main(["plan", "new", "--data", str(folder), *YEARS, *words])


def test_plan_new_reads_the_standard_input(folder, monkeypatch, capsys):
    type_in(monkeypatch, TEXT.encode())
    assert new(folder) == 0
    answer = capsys.readouterr()
    assert 'stated_area_km2 = "1.20"' in answer.out
    assert "石桥街、槐荫路、文昌街、青桐路" in answer.err


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_plan_new_reads_a_file_in_the_usual_encodings(folder, tmp_path, encoding, capsys):
    path = tmp_path / "plan.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert new(folder, "--text", str(path)) == 0
    assert "以石桥街、槐荫路、文昌街、青桐路围合的区域" in capsys.readouterr().out


def test_plan_new_asks_at_the_keyboard(folder, monkeypatch, capsys):
    answers = f"15th\n示例\nExample\n2026\n2030\n石桥\n{TEXT}\n\n"
    type_in(monkeypatch, answers.encode(), keyboard=True)
    assert main(["plan", "new", "--data", str(folder)]) == 0
    output = capsys.readouterr().out
    assert 'name = "石桥"' in output
    assert 'title = "示例"' in output


def test_plan_new_writes_a_file_that_plan_check_takes(folder, tmp_path, monkeypatch, capsys):
    type_in(monkeypatch, TEXT.encode())
    path = tmp_path / "15th-mine.toml"
    assert new(folder, "--document", "15th-mine", "--out", str(path)) == 0
    assert main(["plan", "check", "--data", str(folder), str(path)]) == 0
    output = capsys.readouterr().out
    assert "15th-mine.toml:" in output
    assert "15th-shiqiao/area" in output
    assert "0 errors" in output


def test_plan_new_replaces_no_file_unasked(folder, tmp_path, monkeypatch, capsys):
    path = tmp_path / "15th-outline.toml"
    path.write_text("mine", encoding="utf-8")
    type_in(monkeypatch, TEXT.encode())
    assert new(folder, "--out", str(path)) == 1
    assert "--force" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "mine"


def test_plan_new_writes_under_the_name_of_the_document_only(folder, tmp_path, monkeypatch):
    type_in(monkeypatch, TEXT.encode())
    assert new(folder, "--document", "15th-a", "--out", str(tmp_path / "15th-b.toml")) == 1
    assert list(tmp_path.glob("*.toml")) == []


@pytest.mark.parametrize(
    ("data", "words", "message"),
    [
        (b"", [], "there is no text"),
        (b"\xff\xff\xff", [], "neither UTF-8 nor GB18030"),
        (TEXT.encode(), ["--plan", "十五"], "plan"),
        (TEXT.encode() * 9_000, [], "at most 200000"),
    ],
)
def test_plan_new_refuses_in_plain_words(folder, monkeypatch, capsys, data, words, message):
    type_in(monkeypatch, data)
    assert new(folder, *words) == 1
    answer = capsys.readouterr()
    assert message in answer.err
    assert "Traceback" not in answer.err
    assert answer.out == ""


def test_plan_new_without_years_says_what_to_give(folder, monkeypatch, capsys):
    type_in(monkeypatch, TEXT.encode())
    assert main(["plan", "new", "--data", str(folder)]) == 1
    assert "--from 2026" in capsys.readouterr().err


def test_plan_check_fails_on_a_road_that_the_base_lacks(folder, capsys):
    path = folder / "plans" / "15th-outline.toml"
    text = path.read_text(encoding="utf-8").replace("槐荫路、文昌街", "槐树路、文昌街")
    path.write_text(text, encoding="utf-8")
    assert main(["plan", "check", "--data", str(folder), str(path)]) == 1
    line = next(
        n
        for n, row in enumerate(text.split("\n"), 1)
        if row.startswith("limits_text") and "槐树路" in row
    )
    output = capsys.readouterr().out
    assert f"15th-outline.toml:{line}" in output
    assert "槐荫路" in output


def test_plan_check_gives_the_same_as_json(folder, capsys):
    path = folder / "plans" / "15th-outline.toml"
    assert main(["plan", "check", "--json", "--data", str(folder), str(path)]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [issue["code"] for issue in record["issues"]] == ["plan-figure"]
    assert len(record["findings"]) == 5


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not = [toml", "not TOML"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"", "Add as its first line: format = 1"),
        (b"format = 1\n" + b"a = " + b"[" * 5000, "plan file"),
    ],
)
def test_plan_check_explains_what_is_no_plan_file(folder, tmp_path, capsys, content, message):
    path = tmp_path / "15th-bad.toml"
    path.write_bytes(content)
    assert main(["plan", "check", "--data", str(folder), str(path)]) == 1
    answer = capsys.readouterr()
    assert message in answer.out + answer.err
    assert "Traceback" not in answer.err


# Files that options name

CALLS = [
    "--text: plan new --plan 15th --from 2026 --to 2030 --text {file} --data {data}",
    "FILE: plan check {file} --data {data}",
    "--logo: export --format svg --plan 15th --logo {file} --data {data}",
    "FILE: roads import {file} --out {out} --data {data}",
    "--outline: roads fetch --outline {file} --out {out} --data {data}",
    "--streets: district new 新区 --streets {file} --out {out} "
    "--outline {data}/base/district.geojson",
    "--outline: district new 新区 --streets {data}/base/roads.geojson --out {out} --outline {file}",
]


def no_permission(path):
    path.touch()
    return PermissionError(13, "Permission denied")


FAULTS = {
    "missing": (lambda _: None, "不存在（当前文件夹", "which is not there"),
    "folder": (Path.mkdir, "是文件夹", "which is a folder"),
    "pipe": (os.mkfifo, "是管道或设备", "a pipe or a device"),
    "empty": (Path.touch, "是空文件", "which is empty"),
    "unreadable": (no_permission, "没有权限", "Permission denied"),
}


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (call, fault)
        for call, fault in itertools.product(CALLS, FAULTS)
        # An empty plan file is told what belongs into its first line, as tested above.
        if (call[6:16], fault) != ("plan check", "empty")
    ],
)
def test_a_file_that_an_option_names_is_refused_in_words_about_that_option(
    folder, tmp_path, monkeypatch, capsys, call, fault
):
    make, chinese, english = FAULTS[fault]
    option, _, words = call.partition(": ")
    path, out = tmp_path / "给出.x", tmp_path / "out"
    error = make(path)
    if isinstance(error, OSError):
        opened = Path.open

        def refuse(self, *arguments, **options):
            if self == path:
                raise error
            return opened(self, *arguments, **options)

        monkeypatch.setattr(Path, "open", refuse)
    words = [word.format(file=path, data=folder, out=out) for word in words.split()]
    for language, sentence in (("zh", chinese), ("en", english)):
        assert main([*words, "--lang", language]) == 1
        answer = capsys.readouterr()
        assert sentence in answer.err
        assert answer.err.startswith(f"geo {words[0]}: {option} ")
        assert str(path) in answer.err
        assert answer.out == ""
        assert not out.exists()


# geo roads


@pytest.fixture
def overpass(tmp_path):
    path = tmp_path / "streets.json"
    path.write_text(json.dumps(OVERPASS, ensure_ascii=False), encoding="utf-8")
    return path


def test_roads_import_writes_a_folder_that_builds(folder, overpass, tmp_path, capsys):
    out = tmp_path / "new"
    words = ["roads", "import", str(overpass), "--data", str(folder), "--out", str(out)]
    assert main(words) == 0
    answer = capsys.readouterr()
    assert "石桥街" in answer.out
    assert "OpenStreetMap" in answer.out
    # streets that the import lacks are told by the build, and the ring of the four is traced
    assert main(["build", "--data", str(out)]) == 1
    answer = capsys.readouterr().err
    assert "15th-beita: Road" in answer
    assert "15th-huaiyinlu: Road" in answer  # a belt whose end is missing
    zones = json.loads((out / "zones" / "15th.geojson").read_text(encoding="utf-8"))
    shapes = {f["id"]: f["geometry"] for f in zones["features"]}
    assert shapes["15th-wenchang"]["type"] == "Polygon"
    assert "OpenStreetMap" in zones["metadata"]["attribution"]


def test_roads_import_writes_the_report_to_a_file(folder, overpass, tmp_path, capsys):
    report = tmp_path / "report.md"
    words = ["roads", "import", str(overpass), "--data", str(folder), "--lang", "en"]
    assert main([*words, "--out", str(tmp_path / "new"), "--report", str(report)]) == 0
    assert capsys.readouterr().out == ""
    assert "石桥街" in report.read_text(encoding="utf-8")


def test_roads_import_leaves_nothing_behind_when_it_refuses(folder, tmp_path, capsys):
    wrong = tmp_path / "wrong.osm"
    wrong.write_text("not a map", encoding="utf-8")
    out = tmp_path / "new"
    words = ["roads", "import", str(wrong), "--data", str(folder), "--out", str(out)]
    assert main(words) == 1
    assert "wrong.osm" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "wrong.osm"]


def test_roads_import_replaces_no_folder(folder, overpass, capsys):
    words = ["roads", "import", str(overpass), "--data", str(folder), "--out", str(folder)]
    assert main(words) == 1
    assert "not empty" in capsys.readouterr().err


def test_roads_fetch_says_that_there_is_no_network(folder, tmp_path, capsys):
    pytest.importorskip("osmnx")
    out = tmp_path / "streets.json"
    words = ["roads", "fetch", "--data", str(folder), "--out", str(out)]
    assert main([*words, "--overpass", "http://127.0.0.1:9/api", "--timeout", "2"]) == 1
    assert "cannot be reached" in capsys.readouterr().err
    assert not out.exists()


def test_the_module_runs_as_a_program():
    answer = subprocess.run(
        [sys.executable, "-m", "geo", "plan", "check", "--data", str(DISTRICT), "absent.toml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith("geo plan: ")
    assert "absent.toml" in answer.stderr


@pytest.mark.parametrize("words", [["check"], ["doctor"]])
def test_a_gbk_console_ends_no_command(words):
    environment = {**os.environ, "PYTHONIOENCODING": "gbk"}
    process = subprocess.run(
        [sys.executable, "-m", "geo", *words],
        capture_output=True,
        cwd=ROOT,
        env=environment,
        check=False,
    )
    assert process.returncode == 0, process.stderr.decode("gbk")
    output = process.stdout.decode("gbk")
    # ✓ and the km² of a reason are not in GBK; the middle lines are.
    assert ("km2" if words == ["check"] else "√") in output
    assert "?" not in output


def test_json_on_a_gbk_console_is_json_for_everyone():
    process = subprocess.run(
        [sys.executable, "-m", "geo", "check", "--json", "--data", str(DISTRICT)],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "gbk"},
        check=False,
    )
    assert process.stdout.isascii()
    assert json.loads(process.stdout)["district"]["name"] == "榆湾区"
