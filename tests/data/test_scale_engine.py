import os
import shutil
import signal

import dask_geopandas
import pytest

import geo.districts.many
from commands.main import main
from geo.build import build, zone_files
from geo.districts.many import (
    ATTEMPTS,
    build_district,
    build_districts,
    dask_client,
    district_folders,
    write_outcome,
)
from geo.districts.stores import TEXTS, pack_district, unpack_district
from geo.errors import DataFileError, GeoError, reason_of
from geo.io.read import data_folder
from geo.io.write import write_bytes
from testing.synthetic_districts import write_district

pytestmark = pytest.mark.usefixtures("english")

DISTRICTS = 6


def contents(root):
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("zones/*.geojson"))
    }


@pytest.fixture(scope="module")
def districts(tmp_path_factory):
    """Six made-up districts, each with a plan of six zones."""
    root = tmp_path_factory.mktemp("districts")
    for number in range(1, DISTRICTS + 1):
        write_district(root / f"district-{number:02d}", number, segments=1_000, zones=6)
    return root


@pytest.fixture(scope="module")
def serial(districts, tmp_path_factory):
    """The files that the serial engine writes."""
    root = tmp_path_factory.mktemp("serial")
    shutil.copytree(districts, root, dirs_exist_ok=True)
    for outcome in build_districts(district_folders(root)):
        assert outcome.failures == ()
        write_outcome(outcome)
    return contents(root)


def test_the_zones_of_a_made_up_district_are_the_true_ones(tmp_path):
    truth = write_district(tmp_path / "d", 7, segments=1_000, zones=6)
    built = build(tmp_path / "d")
    assert built.issues == ()
    for drawn, zone in zip(built.zones.values(), truth, strict=True):
        assert drawn.readings[0].value == pytest.approx(
            zone.area / 1e6, rel=5e-4
        )  # files round to 0.1 m


def test_a_worker_that_dies_in_the_middle_costs_no_byte(districts, serial, tmp_path):
    shutil.copytree(districts, tmp_path, dirs_exist_ok=True)
    folders = district_folders(tmp_path)
    outcomes = []
    with dask_client(workers=2) as client:
        workers = client.scheduler_info(n_workers=-1)["workers"]
        pids = client.run(os.getpid)
        assert len(workers) == len(set(pids.values())) == 2
        ended = min(pids.values())
        for outcome in build_districts(folders, client):
            if not outcomes:
                os.kill(ended, signal.SIGKILL)
            write_outcome(outcome)
            outcomes.append(outcome.folder.name)
        assert ended not in client.run(os.getpid).values()
    assert sorted(outcomes) == [folder.name for folder in folders]
    assert contents(tmp_path) == serial
    assert len(serial) == 2 * DISTRICTS


def test_the_command_line_gives_the_same_bytes_with_either_engine(
    districts, serial, tmp_path, capsys
):
    for engine in ("dask", "serial"):
        root = tmp_path / engine
        for name in ("district-01", "district-02"):
            shutil.copytree(districts / name, root / name)
        # One worker: that two share the work is the matter of the test above.
        assert main(["build", "--data", str(root), "--engine", engine, "--workers", "1"]) == 0
        output = capsys.readouterr().out
        assert "wrote district-02/zones/13th.geojson" in output
        assert "2 of 2 districts without an error" in output
        assert main(["build", "--data", str(root), "--check"]) == 0
        written = contents(root)
        assert written == {name: serial[name] for name in written}
        assert len(written) == 4


def test_a_partition_gives_the_same_bytes_as_its_folder(tmp_path):
    folder = data_folder()
    partition = pack_district(folder, tmp_path / "store")
    outcome = build_district(partition)
    expected = zone_files(build(folder), folder)
    assert {name: outcome.files[name] for name in expected} == expected
    write_outcome(outcome)
    assert (partition / "zones" / "13th.geojson").read_bytes() == expected["13th.geojson"]
    (tmp_path / "again").mkdir()
    hashes = unpack_district(partition, tmp_path / "again")
    assert "plans/13th-outline.toml" in hashes


# Dask itself still calls pandas with an argument that pandas will drop.
@pytest.mark.filterwarnings("ignore:The inplace keyword:pandas.errors.Pandas4Warning")
def test_one_layer_of_all_partitions_reads_as_one_table(districts, tmp_path):
    for folder in district_folders(districts)[:3]:
        write_outcome(build_district(pack_district(folder, tmp_path)))
    zones = dask_geopandas.read_parquet(str(tmp_path / "*" / "zones.parquet"))
    assert zones.npartitions == 3
    roads = dask_geopandas.read_parquet(str(tmp_path / "*" / "roads.parquet")).compute()
    assert len(zones.compute()) == 3 * 6
    assert roads["name"].nunique() >= 80
    assert roads.crs.equals("EPSG:4326")


def test_a_failure_is_tried_again_and_told(districts, tmp_path, monkeypatch):
    folders = district_folders(districts)[:3]
    tried = []

    def sometimes(folder):
        tried.append(folder.name)
        if folder == folders[1] and tried.count(folder.name) < ATTEMPTS:
            raise OSError("the disk went away")
        if folder == folders[2]:
            raise MemoryError("no room")
        return build_district(folder)

    monkeypatch.setattr(geo.districts.many, "build_district", sometimes)
    one, two, three = build_districts(folders)
    assert one.failures == ()
    assert two.failures == (reason_of(OSError("the disk went away")),) * (ATTEMPTS - 1)
    assert set(two.files) == {"13th.geojson", "13th_edges.geojson"}
    assert three.files == {}
    assert three.failures == (reason_of(MemoryError("no room")),) * ATTEMPTS


def test_a_failure_on_the_cluster_leaves_the_other_districts_whole(districts, monkeypatch):
    class Future:
        def __init__(self, result=None, fault=None):
            self.result, self.exception = (lambda: result), (lambda: fault)

    class Client:
        tried = 0

        def submit(self, function, folder, pure):
            if folder.name == "district-02":
                self.tried += 1
                return Future(fault=RuntimeError(f"attempt {self.tried}"))
            return Future(result=function(folder))

    class Waiting(list):
        add = list.append

    monkeypatch.setattr("distributed.as_completed", Waiting)
    outcomes = list(build_districts(district_folders(districts)[:3], Client()))
    assert [bool(outcome.files) for outcome in outcomes] == [True, True, False]
    assert outcomes[-1].failures == tuple(
        reason_of(RuntimeError(f"attempt {number + 1}")) for number in range(ATTEMPTS)
    )


def test_a_district_that_cannot_be_read_is_told_and_the_next_is_built(districts, tmp_path, capsys):
    for name in ("district-01", "district-02"):
        shutil.copytree(districts / name, tmp_path / name)
    write_bytes(tmp_path / "district-01" / "base" / "roads.geojson", b"{")
    assert main(["build", "--data", str(tmp_path)]) == 1
    answer = capsys.readouterr()
    assert "district-01/district-01: base/roads.geojson" in answer.err
    assert "wrote district-02/zones/13th.geojson" in answer.out
    assert "1 of 2 districts without an error" in answer.out


def test_a_folder_without_a_district_is_refused(tmp_path):
    with pytest.raises(DataFileError, match=r"holds no district: expected district.toml"):
        district_folders(tmp_path)


def test_a_cluster_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(geo.districts.many, "ANSWER_SECONDS", 1)
    with (
        pytest.raises(GeoError, match=r"No Dask scheduler answers at tcp://127.0.0.1:9"),
        dask_client(scheduler="tcp://127.0.0.1:9"),
    ):
        pass


def test_a_damaged_partition_is_named(districts, tmp_path):
    partition = pack_district(district_folders(districts)[0], tmp_path)
    (partition / "roads.parquet").write_bytes(b"PAR1")
    (issue,) = build_district(partition).issues
    assert issue.code == "district-unreadable"
    assert "district=district-01 cannot be read" in str(issue.message)
    (partition / TEXTS).write_bytes(b"")
    assert build_district(partition).files == {}
