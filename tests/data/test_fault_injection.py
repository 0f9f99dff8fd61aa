"""A fault at any call that writes: the old files are intact or the new ones whole."""

import datetime as dt
import json
import logging
import os
import shutil
import sys
import tempfile
import time
import warnings
from pathlib import Path

import pytest
from streamlit.runtime.scriptrunner import StopException

import commands.build
import commands.export
import layers.offline.standalone  # noqa: F401 - imported before any fault: only the work is to fail
from commands import check as check_command
from commands.main import main
from geo.districts.many import build_district, write_outcome
from geo.districts.releases import roll_back, use
from geo.errors import GeoError
from geo.io.read import read_layer
from geo.io.write import folder_lock, write_files
from geo.streets.folder import write_imported
from geo.streets.importing import StreetFile, import_streets
from geo.uploads.files import read_upload
from layers.exports import ExportedFile, ExportRequest, export, read_material
from layers.site import edition
from testing.faults import (
    RENAMING,
    broken_disk,
    faulty_disk,
    files_of,
    full_disk,
    in_child,
    killed,
    read_only,
)
from testing.tiny_district import write_tiny_district

pytestmark = pytest.mark.usefixtures("english")

warnings.filterwarnings("ignore", message=".*fork.*", category=DeprecationWarning)
FAULTS = [full_disk, read_only, broken_disk]
MOST_CALLS = 400
NOBODY = 65534


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    """A built district; never written to."""
    return write_tiny_district(tmp_path_factory.mktemp("district") / "data")


@pytest.fixture(scope="module")
def outcome(district):
    return build_district(district)


@pytest.fixture
def folder(tmp_path, district):
    """A copy of the district whose zone files say that they are old."""
    copy = tmp_path / "data"
    shutil.copytree(district, copy)
    for path in (copy / "zones").iterdir():
        path.write_bytes(b'{"type": "FeatureCollection", "features": []}\n')
    (copy / "README.md").write_text("| file | sha256 |\n|---|---|\n")
    return copy


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path, monkeypatch):
    """A temporary folder that must be empty at the end of every test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def quick_build(monkeypatch, outcome, folder):
    """Let `geo build` write what was built once, so that only the writing is repeated."""
    made = type(outcome)(folder, outcome.files, outcome.issues)
    monkeypatch.setattr(commands.build, "build_districts", lambda *_: iter([made]))
    return made


def every_fault(work, fault):
    """Do some work with the first call failing, then the second, until none is left; count them."""
    for number in range(1, MOST_CALLS):
        with faulty_disk(number, fault) as counter:
            yield number, work()
        if len(counter.calls) < number:
            return
    pytest.fail(f"More than {MOST_CALLS} calls that write.")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_write_of_build_leaves_every_file_old_or_new(
    folder, quick_build, fault, capsys
):
    old = files_of(folder)
    zones = {f"zones/{name}": content for name, content in quick_build.files.items()}
    codes = []
    for number, code in every_fault(lambda: main(["build", "--data", str(folder)]), fault):
        now = files_of(folder)
        assert now.keys() == old.keys(), number
        for name, content in now.items():
            assert content in (old[name], zones.get(name)), (number, name)
        words = capsys.readouterr().err
        if code:
            assert "cannot be written" in words
            codes.append(number)
        else:
            assert {name: now[name] for name in zones} == zones
        for name in zones:
            (folder / name).write_bytes(old[name])
    assert len(codes) >= 4 * len(zones)


def test_a_fault_before_the_renaming_changes_no_file(folder, quick_build, capsys):
    old = files_of(folder)
    with faulty_disk(MOST_CALLS, full_disk) as counter:
        write_outcome(quick_build)
    first = counter.calls.index("replace") + 1
    for name, content in old.items():
        (folder / name).write_bytes(content)
    assert counter.calls[0] == "mkdir"  # zones/ is there: whether it can be made is no matter
    for number in range(2, first):
        with faulty_disk(number, full_disk):
            assert main(["build", "--data", str(folder)]) == 1
        assert files_of(folder) == old
    assert "The disk is full" in capsys.readouterr().err


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_while_sealing_leaves_the_old_page_or_the_new(folder, quick_build, fault, capsys):
    old = (folder / "README.md").read_bytes()
    pages = set()
    for _, code in every_fault(lambda: main(["build", "--seal", "--data", str(folder)]), fault):
        now = (folder / "README.md").read_bytes()
        assert now == old or now.count(b"\n| ") >= len(quick_build.files)
        assert not list(folder.rglob("*.part"))
        pages.add((code, now == old))
        (folder / "README.md").write_bytes(old)
    capsys.readouterr()
    assert {(1, True), (0, False)} <= pages


def test_a_zones_folder_that_cannot_be_made_is_told(folder, quick_build, capsys):
    shutil.rmtree(folder / "zones")
    with faulty_disk(1, read_only) as counter:
        assert main(["build", "--data", str(folder)]) == 1
    assert counter.calls[0] == "mkdir"
    assert "read-only" in capsys.readouterr().err


@pytest.mark.parametrize("format_", ["csv", "geojson", "kml", "shp", "gpkg", "html", "xlsx"])
def test_a_fault_at_any_write_of_an_export_leaves_the_old_file_or_the_new(
    district, tmp_path, format_, capsys
):
    target = tmp_path / f"out.{format_}"
    words = ["export", "--data", str(district), "--format", format_, "--plan", "13th"]
    words += ["--out", str(target), "--date", "2026-11-22"]
    target.write_bytes(b"old")
    refusal_count = 0
    for number, code in every_fault(lambda: main(words), full_disk):
        now = target.read_bytes()
        assert code == int(now == b"old"), number
        assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == [target.name]
        assert list(Path(tempfile.gettempdir()).iterdir()) == []
        refusal_count += code
        target.write_bytes(b"old")
    capsys.readouterr()
    assert refusal_count >= 4


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_write_of_a_long_export_keeps_the_files_before_it(
    district, tmp_path, monkeypatch, fault, capsys
):
    def quick(request, _):
        return ExportedFile(f"{request.plans[0]}.pdf", b"%PDF" * 100, "application/pdf")

    monkeypatch.setattr(commands.export, "export", quick)
    for number, _ in every_fault(
        lambda: main(
            ["export", "--data", str(district), "--format", "pdf", "--out", str(tmp_path)]
        ),
        fault,
    ):
        contents = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
        assert set(contents) <= {"13th.pdf", "14th.pdf"}, number
        assert set(contents.values()) <= {b"%PDF" * 100}
        for name in contents:
            (tmp_path / name).unlink()
    capsys.readouterr()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_write_of_the_report_leaves_the_old_one_or_the_new(
    district, tmp_path, monkeypatch, fault, capsys
):
    monkeypatch.setattr(check_command, "report_html", lambda *_, **__: "new" * 1000)
    monkeypatch.setattr(check_command, "inspect", lambda *_, **__: [])
    monkeypatch.setattr(check_command, "build", lambda _: None)
    monkeypatch.setattr(check_command, "print_report", lambda *_: None)
    target = tmp_path / "report.html"
    target.write_text("old")
    pages = []
    words = ["check", "--data", str(district), "--html", str(target)]
    for _, code in every_fault(lambda: main(words), fault):
        pages.append((code, target.read_text()))
        assert not list(tmp_path.glob(".*"))
        target.write_text("old")
    capsys.readouterr()
    assert set(pages) == {(1, "old"), (0, "new" * 1000)}
    assert pages[-1][0] == 0


@pytest.mark.parametrize("name", ["shapefile.entries", "zones.gpkg", "zones.kml"])
def test_a_fault_while_an_upload_is_read_leaves_nothing_behind(name):
    from tests.fuzz.targets import HERE, archive

    data = (HERE / "corpus" / "uploads" / name).read_bytes()
    data = archive(data) if name.endswith(".entries") else data

    def read():
        try:
            return read_upload(name, data)
        except GeoError as error:
            return error

    answers = [answer for _, answer in every_fault(read, full_disk)]
    assert isinstance(answers[0], GeoError)
    assert not isinstance(answers[-1], GeoError)


@pytest.mark.parametrize("format_", ["gpkg", "shp"])
def test_a_session_that_leaves_in_the_middle_of_an_export_leaves_nothing_behind(
    district, monkeypatch, own_temporary_folder, format_
):
    """Streamlit ends the script of a session that left by raising in it."""
    met = []

    def leave(_, path, **__):
        met.append(list(own_temporary_folder.iterdir()))
        path.write_bytes(b"half")
        raise StopException

    material = read_material(district)
    request = ExportRequest(format_, dt.date(2026, 11, 22), ("13th",))
    monkeypatch.setattr("geo.export.files.pyogrio.write_dataframe", leave)
    with pytest.raises((StopException, GeoError)):
        export(request, material)
    assert met[0]
    assert list(own_temporary_folder.iterdir()) == []


def test_a_build_killed_at_any_write_leaves_whole_files_and_no_lock(folder, quick_build):
    old = files_of(folder)
    zones = {f"zones/{name}": content for name, content in quick_build.files.items()}

    def build_and_die(number):
        with faulty_disk(number, killed):
            write_outcome(quick_build)

    for number in range(1, MOST_CALLS):
        code = in_child(lambda number=number: build_and_die(number))
        for name, content in files_of(folder).items():
            if not name.endswith(".part"):
                assert content in (old[name], zones.get(name)), (number, name)
        if code == 0:
            break
        assert code == -9
        for path in (folder / "zones").iterdir():
            # As if that had been long ago, or the clock set back since.
            os.utime(path, (number % 2 * 2**32,) * 2)
        with folder_lock(folder / "zones"):
            assert not list(folder.rglob("*.part"))
        for name in zones:
            (folder / name).write_bytes(old[name])
    assert number > 4 * len(zones)
    assert {name: (folder / name).read_bytes() for name in zones} == zones


def every_kill(work):
    """Do some work in a child killed at the first call that writes, then at the second, …"""

    def do(number):
        with faulty_disk(number, killed):
            work()

    for number in range(1, MOST_CALLS):
        code = in_child(lambda number=number: do(number))
        yield number, code
        if code == 0:
            return
        assert code == -9, number
    pytest.fail(f"More than {MOST_CALLS} calls that write.")


@pytest.mark.parametrize("exchange", [True, False])
def test_an_edition_killed_at_any_write_is_the_old_one_or_the_new(tmp_path, monkeypatch, exchange):
    if not exchange:
        monkeypatch.setattr(edition, "_exchange", lambda *_: False)
    elif not sys.platform.startswith("linux"):
        pytest.skip("Only Linux exchanges two folders in one step.")
    site = tmp_path / "out" / "site"
    old, new = (
        {"datapackage.json": b'{"name": "x"}', "index.html": word, f"data/{word.decode()}": word}
        for word in (b"old", b"new")
    )
    monkeypatch.setattr(edition, "_is_edition", lambda _: True)
    edition.write_edition(old, site)
    for number, code in every_kill(lambda: edition.write_edition(new, site)):
        if not site.exists():  # between two renamings
            assert not exchange, number
            edition._mend(site)
        assert files_of(site) in (old, new), number
        if code:
            for left in site.parent.iterdir():
                os.utime(left, (0, 0))  # as if that had been long ago
            edition.write_edition(old, site)
            assert [path.name for path in site.parent.iterdir()] == ["site"], number
    assert number > 15
    assert files_of(site) == new


def test_an_import_killed_at_any_renaming_leaves_no_folder_or_the_whole(tmp_path, district):
    streets = tmp_path / "streets.gpkg"
    read_layer(district / "base" / "roads.geojson")[["name", "geometry"]].to_file(streets)
    outline = read_layer(district / "base" / "district.geojson").geometry.union_all()
    imported = import_streets(StreetFile(streets), outline)
    made = tmp_path / "made"
    write_imported(made, imported, source=district)
    whole = files_of(made)
    with faulty_disk(MOST_CALLS, killed) as counter:
        write_imported(tmp_path / "counted", imported, source=district)
    # Every renaming; each takes a process of its own.
    numbers = [at for at, name in enumerate(counter.calls, start=1) if name in RENAMING]
    assert len(numbers) >= 8
    target = tmp_path / "target"

    def write_and_die(number):
        with faulty_disk(number, killed):
            write_imported(target, imported, source=district)

    for number in numbers:
        assert in_child(lambda number=number: write_and_die(number)) == -9
        assert not target.exists(), number
    write_imported(target, imported, source=district)
    assert files_of(target) == whole


@pytest.mark.parametrize("at", range(1, 6))
def test_a_link_changed_by_a_killed_process_leads_to_the_old_folder_or_the_new(tmp_path, at):
    link, old, new = (tmp_path / name for name in ("current", "old", "new"))
    for folder in (old, new):
        folder.mkdir()
    use(link, old)

    def change():
        with faulty_disk(at, killed):
            use(link, new)

    assert in_child(change) == (-9 if at < 5 else 0)
    assert link.resolve() == (old if at < 5 else new)
    use(link, new)
    assert roll_back(link) == old


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Needs a system with fork.")
def test_a_read_only_folder_is_told_and_left_as_it_was(folder, quick_build):
    old = files_of(folder)
    (folder / "zones").chmod(0o555)
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)

    def work():
        try:
            write_outcome(quick_build)
        except GeoError as error:
            return 7 if "Choose a folder that you may write to" in str(error) else 8
        return 0

    try:
        assert in_child(work, user=NOBODY) == 7
    finally:
        (folder / "zones").chmod(0o755)
    assert files_of(folder) == old


def test_readers_see_whole_files_while_two_builds_write_at_once(folder, quick_build):
    old = (folder / "zones" / "13th.geojson").read_bytes()
    new = quick_build.files["13th.geojson"]
    end = time.monotonic() + 2

    def write_on():
        written = 0
        while time.monotonic() < end:
            try:
                write_outcome(quick_build)
                written += 1
            except GeoError as error:
                if "another process" not in str(error):
                    return 9
        return 0 if written else 8

    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            code = 99
            try:
                logging.disable(logging.CRITICAL)
                code = write_on()
            finally:
                os._exit(code)
        children.append(child)
    looks = 0
    while time.monotonic() < end:
        content = (folder / "zones" / "13th.geojson").read_bytes()
        assert content in (old, new)
        json.loads(content)
        looks += 1
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert 0 in codes
    assert set(codes) <= {0, 8}  # 8: the other one held the folder each time
    assert looks > 10
    assert not list(folder.rglob("*.part"))
    for name, content in quick_build.files.items():
        assert (folder / "zones" / name).read_bytes() == content


def test_a_partition_is_written_whole_or_not_at_all(district, tmp_path):
    pytest.importorskip("pyarrow")
    from geo.districts.stores import pack_district

    store = tmp_path / "store"
    old = files_of(pack_district(district, store))
    assert old

    with faulty_disk(MOST_CALLS, full_disk) as counter:
        pack_district(district, store)
    first, last = counter.calls.index("replace") + 1, len(counter.calls)
    for number in {2, first // 2, first - 1, first, (first + last) // 2}:
        with faulty_disk(number, full_disk), pytest.raises(GeoError, match="disk is full"):
            pack_district(district, store)
        assert files_of(store / "district=data") == old


def test_the_harness_counts_and_meets_every_kind_of_call(tmp_path):
    with faulty_disk(MOST_CALLS, full_disk) as counter:
        write_files({tmp_path / "a": b"1", tmp_path / "b": b"2"})
    written = ["open", "write", "flush", "fsync"]
    assert counter.calls == [*written, *written, "replace", "replace", "fsync"]
