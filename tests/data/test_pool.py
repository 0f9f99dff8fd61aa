"""Long work in child processes: every way a job can end, and the queue."""

import datetime as dt
import errno
import os
import pickle
import tempfile
import threading
from pathlib import Path

import pytest

from geo.errors import ExportError, GeoError
from geo.io.read import data_folder
from geo.io.write import temporary_folder
from geo.uploads.fields import Fields
from geo.uploads.jobs import JUDGE, LOOK, Brought, Choices, judge_job, look_job
from geo.workers.handed import read_value
from geo.workers.pool import Pool, PoolLimits, QueueFullError
from layers.exports import ExportRequest, export, read_material

SECONDS = 60


@pytest.fixture
def pool():
    made = Pool(workers=1, limits=PoolLimits(memory_bytes=1_500_000_000, seconds=SECONDS))
    yield made
    made.close()


def running(job):
    """Wait until a job of `run_until_cancelled` says that it runs."""
    for _ in range(SECONDS * 20):
        if job.words:
            return job
        job.wait(0.05)
    raise AssertionError(job.state)


def test_a_job_gives_a_file_made_by_another_process_of_low_priority(pool):
    job = pool.submit("testing.jobs:copy", "word")
    assert job.wait(SECONDS)
    word, process, niceness = job.file.read_text().split()
    assert (job.state, word, job.share, job.words) == ("done", "word", 0.5, "half")
    assert int(process) != os.getpid()
    assert int(niceness) == min(19, os.nice(0) + pool.limits.niceness)


def test_a_child_takes_the_next_job_unless_the_last_took_much_memory(pool):
    def process(job):
        assert job.wait(SECONDS)
        return int(job.file.read_text().split()[1])

    first, second = (process(pool.submit("testing.jobs:copy", n)) for n in (1, 2))
    assert first == second
    assert pool.submit("testing.jobs:use_memory", 600_000_000).wait(SECONDS)
    assert process(pool.submit("testing.jobs:copy", 3)) != first


def test_a_child_can_be_started_ahead(pool):
    pool.warm()
    pool.warm()
    assert len(pool._idle) == 1
    assert pool.submit("testing.jobs:copy", 1).wait(SECONDS)


def test_children_started_ahead_are_made_ready_and_replaced():
    pool = Pool(workers=2, limits=PoolLimits(seconds=SECONDS))
    try:
        pool.warm(5, ("testing.jobs:learn", 7))
        assert len(pool._idle) == 2
        stopped = running(pool.submit("testing.jobs:run_until_cancelled", None))
        told_job = pool.submit("testing.jobs:tell", None)
        assert told_job.wait(SECONDS)
        assert told_job.file.read_text().startswith("[7] ")
        stopped.cancel()
        assert stopped.wait(SECONDS)
        for _ in range(SECONDS * 20):
            if len(pool._idle) == 2:
                break
            threading.Event().wait(0.05)
        again = [pool.submit("testing.jobs:tell", None) for _ in range(2)]
        assert all(job.wait(SECONDS) for job in again)
        assert {job.file.read_text().split()[0] for job in again} == {"[7]"}
    finally:
        pool.close()


def test_the_file_goes_with_the_job(pool):
    job = pool.submit("testing.jobs:copy", "word")
    assert job.wait(SECONDS)
    path = job.file
    del job
    # The thread of the pool may hold the job for the moment after its end.
    for _ in range(100):
        if not path.exists():
            break
        threading.Event().wait(0.05)
    assert not path.exists()


def test_a_refusal_of_ours_is_told_in_its_words(pool):
    job = pool.submit("testing.jobs:refuse", None)
    assert job.wait(SECONDS)
    assert job.state == "failed"
    assert job.fault.render("en") == "the paper is too small"
    assert not job.folder.exists()


@pytest.mark.parametrize("function", ["fail", "be_killed", "no_such_function"])
def test_a_job_that_dies_costs_itself_only(pool, function):
    lost, next_one = (pool.submit(f"testing.jobs:{name}", "x") for name in (function, "copy"))
    assert lost.wait(SECONDS)
    assert next_one.wait(SECONDS)
    assert (lost.state, next_one.state) == ("failed", "done")
    assert "意外中断" in lost.fault.render("zh")


def test_more_memory_than_allowed_is_told(pool):
    job = pool.submit("testing.jobs:use_memory", 2_000_000_000)
    assert job.wait(SECONDS)
    assert job.fault.render("en").startswith("This job needed more than 1500 MB")


def test_a_job_that_takes_too_long_is_ended():
    pool = Pool(workers=1, limits=PoolLimits(seconds=0.2))
    try:
        job = pool.submit("testing.jobs:run_until_cancelled", None)
        assert job.wait(SECONDS)
        assert job.fault.render("en").startswith("This job was stopped after")
    finally:
        pool.close()


def test_only_a_file_in_the_folder_of_the_job_is_taken(pool, tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text("not ours")
    job = pool.submit("testing.jobs:point_elsewhere", str(outside))
    assert job.wait(SECONDS)
    assert (job.state, job.file) == ("failed", job.folder / "outside.txt")


def test_a_waiting_job_knows_its_place_and_moves_up(pool):
    first = running(pool.submit("testing.jobs:run_until_cancelled", None))
    second, third = (pool.submit("testing.jobs:copy", n) for n in (2, 3))
    assert [pool.place(job) for job in (first, second, third)] == [0, 1, 2]
    second.cancel()
    assert (second.state, pool.place(third)) == ("cancelled", 1)
    first.cancel()
    assert third.wait(SECONDS)
    assert (first.state, third.state) == ("cancelled", "done")


def test_a_short_job_does_not_wait_for_long_ones_nor_pass_them_for_ever(pool):
    def start(*, short=False):
        return pool.submit("testing.jobs:run_until_cancelled", None, short=short)

    one = running(start())
    two = start()
    assert pool.submit("testing.jobs:copy", "short", short=True).wait(SECONDS)
    assert (one.state, two.state) == ("running", "waiting")
    short = running(start(short=True))
    waits, later = start(short=True), start(short=True)
    assert [pool.place(job) for job in (two, waits, later)] == [1, 1, 2]
    # What came first is next, where both may run.
    one.cancel()
    assert running(two).state == "running"
    short.cancel()
    assert running(waits).state == "running"
    two.cancel()
    assert running(later).state == "running"


def test_what_nobody_asked_for_runs_alone_and_gives_way(pool, monkeypatch):
    monkeypatch.setattr("geo.workers.pool.AHEAD_AFTER_SECONDS", 0.1)
    first = running(pool.submit("testing.jobs:run_until_cancelled", None))
    ahead = pool.submit("testing.jobs:copy", "ahead", ahead=True)
    assert (ahead.state, pool.counts()) == ("waiting", (0, 1))
    job = pool.submit("testing.jobs:copy", "asked")
    assert (ahead.state, pool.place(job)) == ("cancelled", 1)
    ahead = pool.submit("testing.jobs:run_until_cancelled", None, ahead=True)
    first.cancel()
    assert job.wait(SECONDS)
    assert running(ahead).state == "running"  # then nothing else did
    # It takes no place: the one of this pool is free.
    assert pool.counts() == (0, 0)
    assert pool.submit("testing.jobs:copy", "beside").wait(SECONDS)
    assert ahead.state == "running"


def test_a_job_without_room_for_its_folder_is_told(pool, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(ExportError, match="temporary folder"):
        pool.submit("testing.jobs:copy", None)
    assert pool.counts() == (0, 0)


def test_who_leaves_takes_the_work_along(pool):
    gone = running(pool.submit("testing.jobs:run_until_cancelled", None, owner="gone"))
    waiting = pool.submit("testing.jobs:copy", 1, owner="gone")
    other = pool.submit("testing.jobs:copy", 2, owner="other")
    pool.leave("gone")
    assert other.wait(SECONDS)
    assert [job.state for job in (gone, waiting, other)] == ["cancelled", "cancelled", "done"]


def test_the_queue_has_an_end_for_all_and_for_each():
    pool = Pool(workers=1, limits=PoolLimits(waiting=2, waiting_each=2))
    try:
        jobs = [pool.submit("testing.jobs:run_until_cancelled", None, owner="a") for _ in range(2)]
        with pytest.raises(QueueFullError, match="You have 2 jobs"):
            pool.submit("testing.jobs:copy", None, owner="a")
        jobs += [pool.submit("testing.jobs:copy", None, owner="b")]
        with pytest.raises(QueueFullError, match="2 jobs are waiting"):
            pool.submit("testing.jobs:copy", None, owner="c")
    finally:
        pool.close()
    assert {job.state for job in jobs} == {"cancelled"}


def test_who_ends_a_job_ends_what_it_started(pool):
    job = running(pool.submit("testing.jobs:start_another", None))
    job.cancel()
    assert job.wait(SECONDS)
    # Ended, and no more than a name in the table of processes until the system clears it.
    for _ in range(100):
        try:
            state = Path(f"/proc/{job.words}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            break
        if state == "Z":
            break
        threading.Event().wait(0.05)
    else:
        raise AssertionError(job.words)


def test_what_a_killed_job_leaves_behind_goes_with_it(pool):
    job = pool.submit("testing.jobs:leave_behind", None)
    assert job.wait(SECONDS)
    assert job.state == "failed"
    assert Path(job.words).parent == job.folder
    assert not job.folder.exists()


def test_an_upload_judged_in_the_pool_is_judged_as_here(pool, tmp_path):
    data = Path(__file__).parent / "other_district"
    content = (data / "zones" / "15th.geojson").read_bytes()
    brought = Brought("mine.geojson", content)
    choices = Choices("wgs84", Fields("name", "", "ha"), 5.0, "zh")
    there, here = [], []
    for function, arguments in ((LOOK, (data, brought)), (JUDGE, (data, brought, choices))):
        job = pool.submit(function, arguments)
        assert job.wait(SECONDS)
        assert job.state == "done", job.fault
        there.append(read_value(job.file))
        make = look_job if function == LOOK else judge_job
        here.append(read_value(make(arguments, lambda *_: None, tmp_path)))
    assert there == here
    looked, report = there
    assert (looked.kind, looked.count) == ("GeoJSON", len(report.shapes))
    assert any(shape.neighbour for shape in report.shapes)


class Harmful:
    """Pickled, it is a call; what is called stands in `call`."""

    def __init__(self, call):
        self.call = call

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    "call",
    [
        (os.mkdir, ("made",)),
        (getattr, (GeoError, "__init__")),
        (temporary_folder, ()),
    ],
)
def test_nothing_but_values_of_ours_is_taken_from_a_job(tmp_path, monkeypatch, call):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "value"
    path.write_bytes(pickle.dumps(Harmful(call)))
    with pytest.raises(pickle.UnpicklingError, match="is not ours"):
        read_value(path)
    assert not (tmp_path / "made").exists()


def test_a_dotted_name_leads_nowhere(tmp_path):
    path = tmp_path / "value"
    path.write_bytes(b"\x80\x04\x8c\x0cgeo.io.write\x8c\x09os.getcwd\x93)R.")
    with pytest.raises(pickle.UnpicklingError, match="is not ours"):
        read_value(path)


def test_an_export_made_in_the_pool_is_the_one_made_here(pool):
    request = ExportRequest(format="geojson", date=dt.date(2026, 11, 27), plans=("13th",))
    job = pool.submit("layers.exports:export_job", (data_folder(), request))
    assert job.wait(SECONDS)
    here = export(request, read_material(data_folder()))
    assert (job.file.name, job.file.read_bytes()) == (here.name, here.content)
