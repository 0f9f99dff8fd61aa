"""A foreign file is read in a locked process: nothing else is opened, asked or kept."""

from __future__ import annotations

import ctypes
import io
import json
import os
import re
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from shapely import box

from geo.errors import DataFileError, GeoError, InputTooLargeError
from geo.foreign_files import run, wire
from geo.foreign_files.formats import BY_KIND, FORMATS
from geo.foreign_files.run import Wanted, bytes_at, declared_crs, read_layers
from geo.foreign_files.wire import UploadFaultError
from geo.uploads import read_upload
from testing.canary import SECRET, Canary

pytestmark = pytest.mark.usefixtures("nothing_stays_behind")

ROOT = Path(__file__).parents[2]
HOSTILE = ROOT / "tests" / "hostile"
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="Locks of Linux.")


@pytest.fixture
def canary(tmp_path):
    watcher = Canary(tmp_path)
    yield watcher
    watcher.close()


VRT = (
    "<OGRVRTDataSource><OGRVRTLayer name='canary'><SrcDataSource>{source}</SrcDataSource>"
    "<GeometryType>wkbPoint</GeometryType><GeometryField encoding='WKT' field='WKT'/>"
    "</OGRVRTLayer></OGRVRTDataSource>"
)
GDALG = '{{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline read {source}"}}'
TWO_ROOTS = '<?x a="?><kml><!-- " ?>{vrt}<?y b=" --><x/></kml><?z " ?>'
LINK = (
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><NetworkLink><Link><href>{source}'
    "</href></Link></NetworkLink><Schema id='a' schemaUrl='{source}'/><Placemark><styleUrl>"
    "{source}#a</styleUrl><Point><coordinates>117.2,39.1</coordinates></Point></Placemark>"
    "</Document></kml>"
)


def zipped(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for ending, data in files.items():
            archive.writestr(f"a.{ending}", data)
    return buffer.getvalue()


def traps(source):
    """Yield files that ask for another one, by what they are."""
    vrt = VRT.format(source=source).encode()
    yield "vrt.kml", vrt
    yield "two-roots.kml", TWO_ROOTS.format(vrt=vrt.decode()).encode()
    yield "link.kml", LINK.format(source=source).encode()
    yield "vrt-in-shp.zip", zipped(shp=vrt, shx=b"x")
    yield "gdalg-in-shp.zip", zipped(shp=GDALG.format(source=source), shx=b"x")
    yield "gdalg.json", GDALG.format(source=source).encode()
    yield "kml-in-gpkg.zip", zipped(gpkg=TWO_ROOTS.format(vrt=vrt.decode()))
    yield "crs-grid.geojson", json.dumps({
        "type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1, 2]},
        "crs": {"properties": {"name": f"+proj=longlat +ellps=GRS80 +nadgrids={source}"}},
    }).encode()  # fmt: skip


@linux_only
@pytest.mark.parametrize("where", ["file", "vsicurl", "url", "csv"])
def test_a_file_that_points_elsewhere_opens_and_asks_nothing(canary, where):
    source = {
        "file": str(canary.path),
        "vsicurl": f"/vsicurl/http://127.0.0.1:{canary.port}/a.csv",
        "url": f"http://127.0.0.1:{canary.port}/a.kml",
        "csv": f"CSV:{canary.path}",
    }[where]
    for name, data in traps(source):
        try:
            upload = read_upload(name, data)
            if upload.layer.crs is not None:
                upload.layer.to_crs("EPSG:4548")
            words = upload.layer.to_json() + str(upload.issues)
        except GeoError as error:
            words = str(error)
        assert SECRET not in words, name
        assert not canary.opened(), name
        assert not canary.asked(), name


@linux_only
def test_the_canary_notices_who_opens_and_who_asks(canary):
    canary.path.read_text()
    socket.create_connection(("127.0.0.1", canary.port)).close()
    assert canary.opened()
    assert canary.asked()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("passwd_sqlite.kml", "KML 已损坏"),
        ("ssrf_vsicurl.kml", "KML 已损坏"),
        ("vrt_pi.kml", "KML 已损坏"),
        ("vrt_in_shp.zip", "Shapefile 已损坏"),
        ("ext_view.gpkg", "gpkg_extensions 不是普通表"),
        ("roads_empty_line.geojson", "没有一个要素带可读的图形"),
        ("roads_nan_string.geojson", "没有一个要素的坐标可用：绝对值最大为 nan"),
    ],
)
def test_a_hostile_file_is_refused_in_the_readers_language(name, words):
    with pytest.raises(DataFileError, match=re.escape(name)) as refused:
        read_upload(name, (HOSTILE / name).read_bytes())
    assert re.search(words, refused.value.explain("zh"))


def test_a_locked_process_holds_all_locks_that_this_system_has():
    row = BY_KIND["GeoJSON"]
    feature = b'{"type":"Point","coordinates":[117.2,39.1]}'
    locks = read_layers(row, {"layer.geojson": bytes_at(feature)}).locks
    assert locks["resources"] == (sys.platform != "win32")
    if sys.platform == "linux" and os.uname().machine in ("x86_64", "aarch64"):
        assert locks["calls"]
        version = ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
        assert locks["landlock"] == max(version, 0)


def in_locked_process(work, tmp_path):
    """Run some lines after the locks have closed; return what they print."""
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "own.txt").write_text("own")
    program = (
        f"import sys, os, socket, ctypes; sys.path.insert(0, {str(ROOT)!r})\n"
        "from geo.foreign_files import lock\n"
        "import encodings.idna, resource, threading\n"
        f"assert lock.close_calls()\n"
        f"version = lock.close_files([{str(inside)!r}], [])\n"
        f"inside = {str(inside)!r}\n"
        "def tried(work):\n"
        "    try:\n"
        "        return work() and 'done'\n"
        "    except OSError as error:\n"
        "        return type(error).__name__\n"
        f"{work}"
    )
    process = subprocess.run(
        [sys.executable, "-I", "-B", "-c", program], capture_output=True, text=True, check=False
    )
    assert not process.stderr, process.stderr
    return process.stdout.split()


CALLS = [
    "lambda: socket.socket()",
    "lambda: socket.socketpair()",
    "lambda: os.execv('/bin/true', ['true'])",
    "lambda: os.fork()",
    "lambda: os.kill(os.getppid(), 0) or True",
    "lambda: os.chmod(inside, 0o777) or True",
    "lambda: os.posix_spawn('/bin/true', ['true'], {})",
    "lambda: os.memfd_create('a')",
    "lambda: resource.prlimit(os.getppid(), 7)",
]


@linux_only
def test_a_driver_broken_into_finds_every_call_refused(tmp_path):
    answers = in_locked_process(f"print(*map(tried, [{', '.join(CALLS)}]))", tmp_path)
    assert dict(zip(CALLS, answers, strict=True)) == dict.fromkeys(CALLS, "PermissionError")


@linux_only
def test_a_driver_broken_into_finds_other_files_shut(tmp_path, canary):
    work = (
        f"print(version, tried(lambda: open({str(canary.path)!r}).read()), "
        "tried(lambda: os.listdir('/')), tried(lambda: open(inside + '/new', 'w')), "
        "tried(lambda: open(inside + '/own.txt').read()))"
    )
    version, *answers = in_locked_process(work, tmp_path)
    if version == "0":
        pytest.skip("This kernel has no Landlock.")
    assert answers == ["PermissionError", "PermissionError", "PermissionError", "done"]
    assert not canary.opened()


@linux_only
def test_a_thread_may_still_start(tmp_path):
    work = "t = threading.Thread(target=print, args=(1,)); t.start(); t.join()"
    assert in_locked_process(work, tmp_path) == ["1"]


@pytest.mark.parametrize("row", [r for r in FORMATS if r.driver], ids=lambda r: r.kind)
def test_the_process_has_one_driver_and_no_heavy_library(row):
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from geo.foreign_files import gdal_layers, reader, checks, wire\n"
        f"gdal_layers.load_driver({row.driver!r})\n"
        "print(sorted(gdal_layers.registered()))\n"
        "print([m for m in ('pandas', 'pyarrow', 'geopandas', 'pyproj', 'shapely', 'geo.errors')"
        " if sys.modules.get(m)])"
    )
    process = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True
    )
    assert process.stdout.splitlines() == [str([row.driver]), "[]"]


def test_a_driver_that_is_not_there_leaves_the_file_shut(tmp_path):
    row = BY_KIND["KML"]
    other = type(row)(row.kind, "NoSuchDriver", row.ending, row.begins)
    with pytest.raises(UploadFaultError, match="reader-lock"):
        read_layers(other, {"layer.kml": bytes_at(b"<kml/>")})


# A reader that is broken into may answer anything, or nothing.


@pytest.fixture
def reader(tmp_path, monkeypatch):
    """Put another program in the place of the reader."""

    def put(program):
        path = tmp_path / "reader.py"
        path.write_text(
            f"import sys, os, json, time; sys.path.insert(0, {str(ROOT)!r})\n"
            "from geo.foreign_files import wire, lock\n"
            "request = json.loads(sys.stdin.buffer.read())\n"
            f"{program}"
        )
        monkeypatch.setattr(run, "READER", path)
        monkeypatch.setattr(run, "_python_path", list)

    return put


def ask(**limits):
    allowance = run.Allowance(
        **{"memory": 2**28, "processor_seconds": 2, "seconds": 20.0, "answer_bytes": 10**6} | limits
    )
    files = {"layer.kml": bytes_at(b"<kml/>")}
    return read_layers(BY_KIND["KML"], files, Wanted(), allowance)


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("", "reader-ended"),
        ("os.abort()", "reader-ended"),
        ("sys.stdout.buffer.write(b'GEOREAD1' + b'\\xff' * 20)", "reader-ended"),
        ("sys.stdout.buffer.write(b'x' * 1_000_001)", "reader-answer"),
        ("sys.stdout.buffer.write(b'GEOREAD1' + (10**5).to_bytes(8, 'little') + b'[' * 10**5)",
         "reader-ended"),
        ("wire.write_answer(sys.stdout.buffer, wire.Answer(fault=('reader-memory', {})))",
         "reader-memory"),
        ("wire.write_answer(sys.stdout.buffer, wire.Answer(fault=('a', {'kind': ['x']})))",
         "reader-ended"),
        ("wire.write_answer(sys.stdout.buffer, "
         "wire.Answer(tables=[wire.Table('a', 1, [], [b'no wkb'])]))", "damaged"),
        ("wire.write_answer(sys.stdout.buffer, "
         "wire.Answer(tables=[wire.Table('a', 5, [('b', [1])], None)]))", "reader-ended"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_one_of_our_faults(reader, program, code):
    reader(program)
    with pytest.raises(UploadFaultError, match=f"^{code}$"):
        ask()


@linux_only
def test_a_reader_that_computes_on_is_ended(reader):
    reader("lock.limit_resources(request['resources'])\nwhile True: pass")
    with pytest.raises(UploadFaultError, match=r"^reader-time$"):
        ask(processor_seconds=1)


def test_a_reader_that_waits_is_ended(reader):
    reader("time.sleep(600)")
    with pytest.raises(UploadFaultError, match=r"^reader-time$"):
        ask(seconds=0.3)


@linux_only
def test_a_reader_cannot_take_more_memory(reader):
    reader(
        "lock.limit_resources(request['resources'])\n"
        "try:\n"
        "    a = b'x' * 2**28\n"
        "except MemoryError:\n"
        "    wire.write_answer(sys.stdout.buffer, wire.Answer(fault=('reader-memory', {})))"
    )
    with pytest.raises(UploadFaultError, match=r"^reader-memory$"):
        ask()


def test_a_reader_gets_no_secret_and_an_empty_folder(reader, monkeypatch):
    monkeypatch.setenv("PLAN_MAP_PASSWORD", SECRET)
    reader(
        "found = {'environment': str(dict(os.environ)), 'folder': os.listdir()}\n"
        "wire.write_answer(sys.stdout.buffer, wire.Answer(locks=found))"
    )
    locks = ask().locks
    assert SECRET not in locks["environment"]
    assert locks["folder"] == []


def test_readers_wait_for_their_turn(reader, monkeypatch):
    monkeypatch.setattr(run, "PATIENCE_SECONDS", 0.1)
    for _ in range(run.AT_ONCE):
        run._TURN.acquire()
    try:
        with pytest.raises(UploadFaultError, match=r"^reader-busy$"):
            ask()
    finally:
        for _ in range(run.AT_ONCE):
            run._TURN.release()


def test_other_threads_go_on_while_a_file_is_read():
    data = json.dumps({
        "type": "Feature", "properties": {"a": [[]] * 300_000},
        "geometry": {"type": "Point", "coordinates": [117.2, 39.1]},
    }).encode()  # fmt: skip
    turns, over = 0, threading.Event()

    def look():
        nonlocal turns
        while not over.wait(0.01):
            turns += 1

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        read_upload("a", data)
    finally:
        over.set()
        watcher.join()
    # A reader in this process would hold the others back for all of the file.
    assert turns > 5


@pytest.mark.parametrize("seed", range(40))
def test_an_answer_cut_or_changed_is_an_answer_or_refused(seed):
    import random

    chance = random.Random(seed)
    buffer = io.BytesIO()
    shape = struct.pack("<BIdd", 1, 1, 117.2, 39.1)
    table = wire.Table("a", 2, [("b", ["x", None]), ("c", [1, 2])], [shape, None], "EPSG:4326")
    wire.write_answer(buffer, wire.Answer([["a", "Point", 2]], [table]))
    data = bytearray(buffer.getvalue())
    assert wire.read_answer(memoryview(data)).tables[0].shapes == [shape, None]
    for _ in range(200):
        changed = bytearray(data[: chance.randrange(len(data) + 1)])
        for _ in range(chance.randrange(1, 4)):
            if changed:
                changed[chance.randrange(len(changed))] = chance.randrange(256)
        try:
            wire.read_answer(memoryview(changed))
        except wire.WireError:
            continue


# GeoPackage


@pytest.fixture
def geopackage(tmp_path):
    """A GeoPackage of one layer, and what runs SQL in it."""
    path = tmp_path / "z.gpkg"
    zones = gpd.GeoDataFrame({"name": ["甲"]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:4326")
    pyogrio.write_dataframe(zones, path, layer="z")

    def changed(*statements, schema=True):
        with sqlite3.connect(path, isolation_level=None) as database:
            if schema:
                database.execute("PRAGMA writable_schema = ON")
            database.execute("DROP TABLE IF EXISTS gpkg_extensions")
            for statement in statements:
                database.execute(statement)
        database.close()
        return path.read_bytes()

    return changed


LONG = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r) SELECT n FROM r"


@pytest.mark.parametrize(
    "statement",
    [
        f"CREATE VIEW gpkg_extensions AS {LONG}",
        f"CREATE VIEW gpkg_metadata AS {LONG}",
        f"CREATE VIEW GPKG_DATA_COLUMNS AS {LONG}",
        f"CREATE VIEW gpkgext_relations AS {LONG}",
        f"CREATE VIEW rtree_z_other AS {LONG}",
        f"CREATE VIEW ogr_empty_table AS {LONG}",
        "CREATE VIRTUAL TABLE gpkg_metadata USING fts5(a)",
        "CREATE TABLE gpkg_metadata (a, b AS (zeroblob(1000000000)))",
    ],
)
def test_sql_in_the_place_of_a_table_that_is_read_is_refused(geopackage, statement):
    # Not: the time is up. None of it is run.
    with pytest.raises(DataFileError, match="no plain table"):
        read_upload("z.gpkg", geopackage(statement))


@pytest.mark.parametrize(
    "statements",
    [
        ["UPDATE sqlite_master SET type = 'table' WHERE name = 'gpkg_extensions'"],
        ["DROP VIEW gpkg_extensions",
         "UPDATE sqlite_master SET sql = 'CREATE VIEW rtree_z_geom AS SELECT 1 AS id, 2 AS minx' "
         "WHERE name = 'rtree_z_geom'"],
        ["DROP VIEW gpkg_extensions",
         "UPDATE sqlite_master SET sql = replace(sql, 'rtree(', 'fts5(') "
         "WHERE name = 'rtree_z_geom'"],
    ],
)  # fmt: skip
def test_a_schema_written_by_hand_is_refused(geopackage, statements):
    data = geopackage(f"CREATE VIEW gpkg_extensions AS {LONG}", *statements)
    with pytest.raises(DataFileError, match=r"no plain table|damaged"):
        read_upload("z.gpkg", data)


def test_a_view_that_nobody_reads_does_no_harm(geopackage):
    data = geopackage(f"CREATE VIEW aside AS {LONG}", "CREATE VIRTUAL TABLE b USING fts5(c)")
    assert read_upload("z.gpkg", data).layer["name"].tolist() == ["甲"]


def test_names_are_compared_as_sqlite_compares_them(geopackage):
    """The sign for kelvin is no K to SQLite: its table must not vouch for the view."""
    data = geopackage(
        "UPDATE gpkg_contents SET table_name = 'k'",
        "CREATE VIEW k AS SELECT 1 AS fid, NULL AS geom",
        "CREATE TABLE \u212a (fid INTEGER PRIMARY KEY, geom BLOB)",
    )
    with pytest.raises(DataFileError, match="Layer k of the GeoPackage is no plain table"):
        read_upload("z.gpkg", data)


def test_a_look_that_takes_too_many_steps_is_stopped(geopackage):
    rows = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r WHERE n < 60000) "
    data = geopackage(
        "CREATE TABLE many (a)",
        f"INSERT INTO sqlite_master {rows} SELECT 'index', 'i' || n, 'many', 0, NULL FROM r",
    )
    with pytest.raises(DataFileError, match=r"steps and was stopped|damaged"):
        read_upload("z.gpkg", data)


# The declared reference system


@pytest.mark.parametrize(
    "words",
    [
        "+proj=longlat +nadgrids=/etc/hostname",
        "+init=/etc/passwd:x",
        "file:///etc/passwd",
        "/etc/passwd",
        'GEOGCS["a",DATUM["b",SPHEROID["c",6378137,298],EXTENSION["PROJ4_GRIDS","/etc/x"]],'
        'PRIMEM["d",0],UNIT["e",0.0174]]',
        'PROJCS["x",EXTENSION["PROJ4","+proj=merc +nadgrids=/etc/x +nadgrids=@null"]]',
        'BOUNDCRS[SOURCECRS[x],PARAMETERFILE["a","/etc/passwd"]]',
        "",
    ],
)
def test_a_reference_system_that_names_a_file_is_none(words):
    notes = []
    assert declared_crs(words, notes) is None
    assert [code for code, _, _ in notes] == ["crs-unreadable"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("EPSG:4548", 4548),
        ("urn:ogc:def:crs:EPSG::4490", 4490),
        ("http://www.opengis.net/def/crs/EPSG/0/4527", 4527),
    ],
)
def test_a_reference_system_by_its_code_is_taken(words, code):
    assert declared_crs(words, []).to_epsg() == code


def test_wkt_is_taken_also_with_the_grid_that_is_none():
    from pyproj import CRS

    for code in (4548, 3857, 4490):
        for version in ("WKT1_GDAL", "WKT1_ESRI", "WKT2_2019"):
            words = CRS.from_epsg(code).to_wkt(version)
            assert declared_crs(words, []) is not None, (code, version)


# Street files


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("roads_empty_line.geojson", "no lines"),
        ("roads_nan_string.geojson", "no lines"),
        ("vrt_pi.kml", "not street data"),
        ("passwd_sqlite.kml", "not street data"),
    ],
)
def test_a_hostile_street_file_is_refused(name, message):
    from geo.streets.sources import read_streets

    with pytest.raises(DataFileError, match=message):
        read_streets(HOSTILE / name, (117.0, 39.0, 118.0, 40.0))


def test_a_list_of_names_is_several_values():
    from geo.streets.sources import read_streets

    source = read_streets(HOSTILE / "roads_name_list.geojson", (117.0, 39.0, 118.0, 40.0))
    assert source.ways["name"].tolist() == ["a;b"]  # as OpenStreetMap writes them


@linux_only
def test_a_street_file_that_points_elsewhere_opens_and_asks_nothing(canary, tmp_path):
    from geo.streets.sources import read_streets

    for ending, data in (
        (".shp", VRT.format(source=canary.path)),
        (".gpkg", GDALG.format(source=canary.path)),
        (".geojson", GDALG.format(source=f"/vsicurl/http://127.0.0.1:{canary.port}/a.json")),
        (".osm", TWO_ROOTS.format(vrt=VRT.format(source=canary.path)) + "<osm>"),
    ):
        path = tmp_path / f"streets{ending}"
        path.write_text(data)
        for part in (".shx", ".dbf"):
            (tmp_path / f"streets{part}").write_bytes(b"x")
        with pytest.raises(GeoError):
            read_streets(path, (117.0, 39.0, 118.0, 40.0))
        assert not canary.opened()
        assert not canary.asked()


def test_a_million_vertices_are_refused_in_words():
    # Near the memory of a reader: the real one has less of it taken up by its libraries.
    positions = "[117.2,39.1]," * 500_000 + "[117.3,39.2]," * 499_999 + "[117.2,39.1]"
    content = f'{{"type": "Polygon", "coordinates": [[{positions}]]}}'.encode()
    with pytest.raises(InputTooLargeError, match=r"VERTICES"):
        read_upload("many.geojson", content)
