"""Plans go into a real PostGIS, started here on loopback as an ordinary user."""

from __future__ import annotations

import datetime as dt
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from geo.errors import ExportError
from geo.export.postgis import write_postgis
from geo.io.read import data_folder, read_layer

DAY = dt.date(2026, 11, 22)
PROGRAMS = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
EXTENSION = list(Path("/usr/share/postgresql").glob("*/extension/postgis.control"))
START_SECONDS = 60


def ordinary_user():
    """PostgreSQL refuses root: another user of this machine, if we are root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return None


@pytest.fixture(scope="session")
def server():
    """The DSN of an empty database cluster with a superuser ``tester``."""
    user = ordinary_user()
    if PROGRAMS is None or not EXTENSION or user is None:
        pytest.skip(
            "PostgreSQL with PostGIS is not installed: apt-get install postgresql-15-postgis-3"
        )
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    folder = Path(tempfile.mkdtemp(prefix="heping-postgis-"))
    password = secrets.token_hex(8)
    (folder / "password").write_text(password)
    if user:
        for path in (folder, folder / "password"):
            os.chown(path, user["user"], user["group"])
    subprocess.run(
        [
            PROGRAMS / "initdb",
            *("-D", folder / "data", "-U", "tester", "-E", "UTF8", "--locale=C", "--no-sync"),
            *("--auth=scram-sha-256", f"--pwfile={folder / 'password'}"),
        ],
        check=True,
        capture_output=True,
        cwd=folder,
        **user,
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            PROGRAMS / "postgres",
            *("-D", folder / "data", "-h", "127.0.0.1", "-p", str(port)),
            *("-k", folder, "-c", "fsync=off"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        **user,
    )
    dsn = f"postgresql://tester:{password}@127.0.0.1:{port}/postgres"
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(dsn).close()
                break
            except psycopg.OperationalError:
                assert process.poll() is None, "PostgreSQL ended at its start"
                assert time.monotonic() < deadline, "PostgreSQL did not start"
                time.sleep(0.1)
        yield dsn
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(server):
    """The DSN of a new database and a function that asks it."""
    import psycopg

    name = f"test_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    dsn = server.removesuffix("postgres") + name

    def ask(query):
        with psycopg.connect(dsn) as connection:
            return connection.execute(query).fetchall()

    yield dsn, ask
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def plans():
    folder = data_folder() / "zones"
    names = ("13th", "14th")
    zones = {name: read_layer(folder / f"{name}.geojson") for name in names}
    edges = {name: read_layer(folder / f"{name}_edges.geojson") for name in names}
    return zones, edges


def test_all_zones_edges_and_citations_arrive(database, plans):
    dsn, ask = database
    zones, edges = plans
    counts = write_postgis(dsn, zones, edges, date=DAY)
    assert counts["zones"] == sum(map(len, zones.values()))
    assert counts["edges"] == sum(map(len, edges.values()))
    for table, count in counts.items():
        assert ask(f"SELECT count(*) FROM heping_plan.{table}") == [(count,)]
    first = zones["13th"].iloc[0]
    assert ask("SELECT zone_id, name FROM heping_plan.zones ORDER BY plan, ordinal LIMIT 1") == [
        (first["zone_id"], first["name"])
    ]
    passages = ask(
        "SELECT passage FROM heping_plan.citations "
        "WHERE zone_id = '13th-wudadao' AND key = 'limits_text'"
    )
    wudadao = zones["13th"].set_index("zone_id").loc["13th-wudadao"]
    assert passages == [(wudadao["limits_text"],)]


def test_areas_measured_by_postgis_agree(database, plans):
    dsn, ask = database
    write_postgis(dsn, *plans, date=DAY)
    rows = ask(
        "SELECT zone_id, computed_area_km2, ST_Area(geom::geography) / 1e6 FROM heping_plan.zones "
        "WHERE computed_area_km2 IS NOT NULL AND ST_Dimension(geom) = 2"
    )
    assert len(rows) >= 8
    for zone_id, computed, measured in rows:
        assert measured == pytest.approx(computed, rel=1e-4), zone_id


def test_a_second_run_leaves_the_same_rows(database, plans):
    dsn, ask = database
    everything = (
        "SELECT md5(string_agg(z::text, '' ORDER BY zone_id)) FROM heping_plan.zones AS z "
        "UNION ALL SELECT md5(string_agg(e::text, '' ORDER BY edge_id)) FROM heping_plan.edges e "
        "UNION ALL SELECT md5(string_agg(c::text, '' ORDER BY c)) FROM heping_plan.citations c"
    )
    first = write_postgis(dsn, *plans, date=DAY)
    before = ask(everything)
    assert write_postgis(dsn, *plans, date=DAY) == first
    assert ask(everything) == before


def test_one_plan_is_replaced_and_the_other_stays(database, plans):
    dsn, ask = database
    zones, edges = plans
    write_postgis(dsn, zones, edges, date=DAY)
    fewer = zones["13th"].iloc[:3]
    fewer.attrs = zones["13th"].attrs
    write_postgis(dsn, {"13th": fewer}, {}, date=DAY)
    assert ask("SELECT plan, count(*) FROM heping_plan.zones GROUP BY 1 ORDER BY 1") == [
        ("13th", 3),
        ("14th", len(zones["14th"])),
    ]


def test_tables_have_keys_and_spatial_indexes(database, plans):
    dsn, ask = database
    write_postgis(dsn, *plans, date=DAY)
    indexes = {row[0] for row in ask("SELECT indexname FROM pg_indexes WHERE indexdef ~ 'gist'")}
    assert {"zones_geom_idx", "edges_geom_idx"} <= indexes
    kinds = ask(
        "SELECT contype, count(*) FROM pg_constraint "
        "WHERE connamespace = 'heping_plan'::regnamespace GROUP BY 1"
    )
    counts = {kind.decode() if isinstance(kind, bytes) else kind: n for kind, n in kinds}
    assert counts["p"] == 5
    assert counts["f"] >= 6
    assert counts["c"] >= 10
    srid = ask("SELECT DISTINCT srid FROM geometry_columns WHERE f_table_schema = 'heping_plan'")
    assert srid == [(4326,)]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("verdict", "perfect", "verdict"),
        ("kind", "castle", "kind"),
        ("name", "", "name"),
    ],
)
def test_a_row_that_breaks_a_constraint_changes_nothing(database, plans, column, value, message):
    dsn, ask = database
    zones, edges = plans
    write_postgis(dsn, zones, edges, date=DAY)
    broken = zones["13th"].copy()
    broken.loc[broken.index[-1], column] = value
    with pytest.raises(ExportError, match=rf"refused: .*{message}.*Nothing was changed"):
        write_postgis(dsn, {"13th": broken}, edges, date=DAY)
    assert ask("SELECT count(*) FROM heping_plan.zones WHERE plan = '13th'") == [
        (len(zones["13th"]),)
    ]


def test_an_edge_of_an_unknown_zone_changes_nothing(database, plans):
    dsn, ask = database
    zones, edges = plans
    stray = edges["13th"].assign(zone_id="13th-nowhere")
    with pytest.raises(ExportError, match="foreign key"):
        write_postgis(dsn, zones, {"13th": stray}, date=DAY)
    assert ask("SELECT count(*) FROM pg_namespace WHERE nspname = 'heping_plan'") == [(0,)]


def test_quotes_and_nul_in_names_are_only_text(database, plans):
    dsn, ask = database
    zones = plans[0]["13th"].iloc[:1].copy()
    zones["name"] = "'); DROP TABLE heping_plan.zones; --\0"
    write_postgis(dsn, {"13th": zones}, {}, date=DAY)
    assert ask("SELECT name FROM heping_plan.zones") == [("'); DROP TABLE heping_plan.zones; --",)]


def test_a_user_without_rights_is_told_what_to_ask_for(database, plans):
    import psycopg

    dsn, _ = database
    role = f"reader_{secrets.token_hex(4)}"
    with psycopg.connect(dsn) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
    other = psycopg.conninfo.make_conninfo(dsn, user=role, password="x")
    with pytest.raises(ExportError, match="CREATE EXTENSION postgis"):
        write_postgis(other, *plans, date=DAY)


def test_a_wrong_password_is_not_repeated_in_the_message(database, plans):
    import psycopg

    other = psycopg.conninfo.make_conninfo(database[0], password="open-sesame")
    with pytest.raises(ExportError, match="password authentication failed") as caught:
        write_postgis(other, *plans, date=DAY)
    assert "open-sesame" not in str(caught.value)


def test_a_database_that_is_away_is_named_as_such(plans):
    pytest.importorskip("psycopg")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ExportError, match=r"cannot be used: .*Check that it runs"):
        write_postgis(f"postgresql://tester:secret@127.0.0.1:{port}/x", *plans, date=DAY)


def test_a_dsn_that_cannot_be_read_is_refused(plans):
    pytest.importorskip("psycopg")
    with pytest.raises(ExportError, match="The DSN cannot be read"):
        write_postgis("what is this", *plans, date=DAY)


@pytest.mark.parametrize("schema", ["Heping", "a b", "x;--", "1a", ""])
def test_a_schema_name_that_is_not_plain_is_refused(plans, schema):
    with pytest.raises(ExportError, match="is not plain"):
        write_postgis("postgresql://127.0.0.1/x", *plans, date=DAY, schema=schema)


def test_an_empty_selection_is_refused():
    with pytest.raises(ExportError, match="There is no zone"):
        write_postgis("postgresql://127.0.0.1/x", {}, {}, date=DAY)
