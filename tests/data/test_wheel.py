"""The wheel: what is in it, and that it works from a folder that holds nothing else of ours."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from deploy import bundle, install
from testing.served import free_port, started

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
DISTRIBUTION = f"heping_plan_map-{VERSION}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of the sources as they are, built without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "source"
    shutil.copytree(
        ROOT,
        copy,
        ignore=shutil.ignore_patterns(".venv", ".git", "static", "__pycache__", ".*_cache"),
    )
    command = [sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps"]
    command += ["--no-index", "--quiet", "--wheel-dir", str(folder), str(copy)]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel unpacked as pip unpacks it, and a Python that sees it and no checkout."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "packages")
    (folder / "empty").mkdir()

    def run(*words, **environment):
        return subprocess.run(
            [sys.executable, "-P", "-m", "geo", *words],
            cwd=folder / "empty",
            env={**os.environ, "PYTHONPATH": str(folder / "packages")} | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return folder, run


def test_texts_schemas_web_files_and_data_are_in_the_wheel_and_tests_are_not(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for pattern in (
        "geo/texts/*.toml",
        "geo/schemas/*.json",
        "geo/**/*.jinja",
        "layers/web/*",
        "data/**/*.*",
    ):
        paths = [path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern) if path.is_file()]
        assert paths, pattern
        inside = {f"geo/{path}" if path.startswith("data/") else path for path in paths}
        assert inside <= names, pattern
    for room in ("geo", "layers", "views", "commands"):
        assert f"{room}/py.typed" in names
    rooms = {name.split("/")[0] for name in names}
    assert rooms == {"geo", "layers", "views", "commands", f"{DISTRIBUTION}.dist-info"}


def test_the_direct_requirements_of_the_wheel_are_those_of_the_project(wheel):
    with zipfile.ZipFile(wheel) as archive:
        about = archive.read(f"{DISTRIBUTION}.dist-info/METADATA").decode()
        entry = archive.read(f"{DISTRIBUTION}.dist-info/entry_points.txt").decode()
    requirements = {
        line.partition(": ")[2].lower()
        for line in about.splitlines()
        if line.startswith("Requires-Dist") and "extra ==" not in line
    }
    listed = (ROOT / "requirements.in").read_text(encoding="utf-8").lower().split("\n")
    assert requirements == {line for line in listed if line and not line.startswith(("#", "-c"))}
    assert "geo = commands.main:main" in entry


def test_the_command_works_from_the_wheel_alone(installed):
    _, run = installed
    checked = run("check", "--json")
    assert checked.returncode == 0, checked.stderr
    assert json.loads(checked.stdout)["district"]["id"] == "heping"
    rebuilt = run("build", "--check")
    assert rebuilt.returncode == 0, rebuilt.stderr


def test_the_installed_data_are_not_written(installed):
    _, run = installed
    refused = run("build")
    assert refused.returncode == 1
    assert "geo/data" in refused.stderr
    assert "--data" in refused.stderr


def test_the_page_of_the_wheel_runs_in_a_folder_of_the_users_cache(installed, tmp_path):
    folder, _ = installed
    address = f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, "-P", "-m", "geo", "page", "--no-browser"]
    command.append(f"--port={address.rpartition(':')[2]}")
    environment = {**os.environ, "PYTHONPATH": str(folder / "packages")}
    environment |= {"XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path)}
    before = {path for path in (folder / "packages").rglob("*") if "__pycache__" not in path.parts}
    with started(command, address, tmp_path / "log", environment):
        written = {path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()}
    after = {path for path in (folder / "packages").rglob("*") if "__pycache__" not in path.parts}
    assert {"streamlit_app.py", "config.toml"} <= written
    assert after == before


def test_a_bundle_names_every_wheel_with_its_hash(tmp_path):
    (tmp_path / "some_name-1.2-py3-none-any.whl").write_bytes(b"a wheel")
    digest = hashlib.sha256(b"a wheel").hexdigest()
    assert bundle.hashed(tmp_path).splitlines()[1:] == [f"some-name==1.2 --hash=sha256:{digest}"]


@pytest.mark.parametrize(
    ("requirement", "platform", "applies"),
    [
        ("a==1 ; python_full_version < '3.12' \\\n    --hash=sha256:0", "win_amd64", False),
        ("a==1 ; sys_platform == 'win32' \\\n    --hash=sha256:0", "win_amd64", True),
        ("a==1 ; sys_platform == 'win32' \\\n    --hash=sha256:0", "manylinux_2_28_x86_64", False),
        ("a==1 \\\n    --hash=sha256:0", "win_amd64", True),
    ],
)
def test_a_bundle_for_another_machine_has_what_that_machine_needs(requirement, platform, applies):
    assert bundle.applies(requirement, platform, "3.12") is applies


def test_a_wheel_compiled_here_is_not_for_another_system():
    wheel = Path("a-1-cp311-cp311-linux_x86_64.whl")
    assert bundle.is_foreign(wheel, "win_amd64")
    assert not bundle.is_foreign(wheel, None)
    assert not bundle.is_foreign(Path("a-1-py3-none-any.whl"), "win_amd64")


@pytest.mark.parametrize(
    ("tag", "system", "machine"),
    [
        ("win_amd64", "Windows", "x86_64"),
        ("manylinux_2_28_aarch64", "Linux", "arm64"),
        ("macosx_11_0_arm64", "Darwin", "arm64"),
    ],
)
def test_a_bundle_says_for_which_machine_it_is(tag, system, machine):
    about = bundle.target(tag, "3.12")
    assert (about["python"], about["system"]) == ("3.12", system)
    assert install.plain_machine(about["machine"]) == machine


@pytest.fixture
def small_bundle(tmp_path, monkeypatch):
    """A bundle of one wheel for this machine, as `install.py` finds it beside itself."""
    wheels = tmp_path / "bundle" / "wheels"
    wheels.mkdir(parents=True)
    (wheels / "some_name-1.2-py3-none-any.whl").write_bytes(b"a wheel")
    folder = wheels.parent
    (folder / "requirements.txt").write_text(bundle.hashed(wheels), encoding="utf-8")
    (folder / "bundle.json").write_text(json.dumps(bundle.target(None, None)), encoding="utf-8")
    monkeypatch.setattr(install, "HERE", folder)
    monkeypatch.setattr(install, "install", lambda _: 0)
    monkeypatch.setattr("sys.argv", ["install.py", str(tmp_path / "new")])
    return folder


def test_a_whole_bundle_for_this_machine_is_installed(small_bundle):
    assert install.main() == 0


def damage(folder):
    (folder / "wheels" / "some_name-1.2-py3-none-any.whl").write_bytes(b"another")


def lose(folder):
    (folder / "wheels" / "some_name-1.2-py3-none-any.whl").unlink()


def mix_up(folder):
    about = {**bundle.target(None, None), "python": "3.99"}
    (folder / "bundle.json").write_text(json.dumps(about), encoding="utf-8")


def break_off(folder):
    (folder / "bundle.json").write_text('{"python"', encoding="utf-8")


def fill(folder):
    (folder.parent / "new").mkdir()
    (folder.parent / "new" / "mine.txt").touch()


@pytest.mark.parametrize(
    ("fault", "chinese", "english"),
    [
        (damage, "与清单不符", "is not the one listed"),
        (lose, "缺少 some-name", "some-name is missing"),
        (mix_up, "用于 Python 3.99", "this bundle is for Python 3.99"),
        (break_off, "离线包不完整", "the bundle is not whole"),
        (fill, "不是空的", "is not empty"),
    ],
)
def test_the_installer_says_in_both_languages_why_it_refuses(
    small_bundle, capsys, fault, chinese, english
):
    fault(small_bundle)
    assert install.main() == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("未安装：")
    assert chinese in lines[0]
    assert lines[1].startswith("Not installed: ")
    assert english in lines[1]
