"""The doctor names what is missing and what to do, and changes nothing."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from commands.main import main
from commands.shared import machine as doctor
from testing.tiny_district import write_tiny_district


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    return write_tiny_district(tmp_path_factory.mktemp("doctor") / "data")


def by_part(folder, **more):
    return {f.part: f for f in doctor.examine(folder, language="en", **more)}


def test_what_is_needed_is_there(district):
    findings = by_part(district)
    needed = ("python", "packages", "font", "leaflet", "data", "static", "temporary")
    assert {part: findings[part].status for part in needed} == dict.fromkeys(needed, "ok")
    assert all(bool(f.remedy) == (f.status != "ok") for f in findings.values())


def test_a_package_of_another_version_is_named(tmp_path):
    lock = tmp_path / "lock.txt"
    lock.write_text(
        "shapely==0.1 \\\n    --hash=sha256:00\nno-such-package==1.0\n"
        "only-elsewhere==1.0 ; sys_platform == 'plan9'\n"
    )
    count, wrong = doctor.packages(lock)
    assert count == 2
    assert wrong[0].startswith("shapely ")
    assert wrong[1] == "no-such-package –"


def test_every_pin_of_the_locks_is_read():
    for name in ("requirements.txt", "requirements-extra.txt"):
        lines = (doctor.LOCKS / name).read_text().splitlines()
        pins = [line for line in lines if "==" in line.split(";")[0] and line[0] not in " #"]
        assert len(doctor._PIN.findall("\n".join(lines))) == len(pins)


def test_a_missing_font_is_named(district, monkeypatch):
    monkeypatch.setattr(doctor, "font_file", lambda: None)
    finding = by_part(district)["font"]
    assert finding.status == "missing"
    assert "requirements.txt" in finding.remedy


def test_a_damaged_base_is_named_and_the_rest_is_looked_at(district, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(district, folder)
    (folder / "base" / "roads.geojson").write_text("{")
    findings = by_part(folder)
    assert findings["data"].status == "missing"
    assert "roads.geojson" in findings["data"].value
    assert findings["disk"].status == "ok"


def test_zone_files_that_are_not_as_built_are_named(district, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(district, folder)
    (folder / "zones" / "13th.geojson").unlink()
    finding = by_part(folder)["zones"]
    assert finding.status == "missing"
    assert "13th.geojson" in finding.value
    assert "geo build" in finding.remedy


def test_a_port_in_use_is_told_and_keeps_nothing_from_working(district):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        finding = by_part(district, port=port)["port"]
    assert finding.status == "optional"
    assert str(port) in finding.remedy


def test_the_address_of_a_database_is_not_told(district, monkeypatch):
    pytest.importorskip("psycopg")
    monkeypatch.setenv("GEO_DSN", "postgresql://reader:secret@127.0.0.1:1/none")
    finding = by_part(district)["postgis"]
    assert finding.status == "optional"
    assert "secret" not in finding.value + finding.remedy
    assert "CREATE EXTENSION" in finding.remedy


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_command_prints_every_part_and_its_code_says_the_verdict(district, capsys, language):
    code = main(["doctor", "--data", str(district), "--lang", language])
    lines = capsys.readouterr().out.splitlines()
    assert sum(line[0] in "✓✗–" for line in lines) >= 14
    assert code == int(any(line.startswith("✗") for line in lines))


def test_the_doctor_speaks_where_packages_are_missing():
    code = (
        "import sys\n"
        "for name in ('geopandas', 'pandas', 'shapely', 'pydantic', 'packaging'):\n"
        "    sys.modules[name] = None\n"
        "from commands.main import main\n"
        "sys.exit(main(['doctor', '--lang', 'en']))\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=Path(doctor.LOCKS),
        check=False,
    )
    assert process.stderr == ""
    assert process.returncode == 1
    assert "pip install --require-hashes -r requirements.txt" in process.stdout


def test_a_folder_that_cannot_be_written_is_seen(tmp_path, monkeypatch):
    assert doctor.is_writable(tmp_path / "not" / "yet" / "there")

    def refused(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", refused)
    assert not doctor.is_writable(tmp_path)
