"""Do long work in child processes: a queue that readers see, with progress, cancel and limits.

A library was looked for first. `concurrent.futures` and multiprocessing start children from
``__main__``, which in a Streamlit page is the page's own script; loky and joblib start them
clean but can neither end one job nor lose one worker without losing the others; Dask's local
cluster keeps its workers and their memory, and needs a scheduler that listens on a socket.
What is wanted is less: a few processes that take one job at a time and can be ended.

Each job runs in a child (`geo.workers.job`), at low priority and within limits. A child that
is done takes the next job, unless the last one took much memory: then it ends, and a fresh
one takes its place, as it does where a reader cancels. Children are kept ready, with their
libraries loaded, while there is work.
A child is told its job by pickle on its standard input, which is a direction that only this
process writes; what comes back are lines of JSON and the name of a file in the folder of the
job. Values of ours come back in such a file, see `geo.workers.handed`.

The queue goes by order of arrival, with one place kept for short jobs: a reader whose file is
to be looked at does not wait until the exports of others are done. What nobody has asked for
yet, but likely will, is made ahead while there is nothing else to do; see `Pool.submit`.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import pickle
import shutil
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from geo.errors import GeoError
from geo.io.write import new_temporary_folder
from geo.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]

PROJECT = Path(__file__).resolve().parents[2]
"""Where the packages of the project lie: the working folder of every child."""

KEPT_WARM_SECONDS = 300.0
"""Children that got no job for so long are ended: each holds 200 to 450 MB."""


AHEAD_AFTER_SECONDS = 2.0
"""What nobody asked for begins when nothing was asked for so long: changes come in rows."""


class QueueFullError(GeoError):
    """More jobs wait than the pool takes."""


@dataclass(frozen=True)
class PoolLimits:
    """What one job may use.

    Parameters
    ----------
    memory_bytes : int
        Address space of the process [byte]. Linux only.
    seconds : float
        Time on the clock until the job is ended [s].
    waiting : int
        Jobs that may wait in all; one more is refused.
    waiting_each : int
        Jobs of one owner that may wait or run.
    niceness : int
        Added to the priority number of the process, so that clicks come first.
    """

    memory_bytes: int = 3_000_000_000
    seconds: float = 300.0
    waiting: int = 40
    waiting_each: int = 3
    niceness: int = 10


class Job:
    """One piece of long work, as a reader may follow it; made by `Pool.submit`.

    Attributes
    ----------
    state : {"waiting", "running", "done", "failed", "cancelled"}
        Ends in one of the last three.
    share : float
        How far it is, 0 to 1, as the work itself tells.
    words : str
        What it is doing, in the words that the work itself chose.
    file : Path or None
        What was made, once `state` is ``"done"``. It is gone with the job.
    fault : Text or None
        Why it failed, once `state` is ``"failed"``.
    """

    def __init__(
        self, function: str, arguments: Any, folder: Path, *, short: bool, ahead: bool = False
    ) -> None:
        self.function = function
        self.arguments = arguments
        self.folder = folder
        self.short = short
        self.ahead = ahead
        self.state: JobState = "waiting"
        self.share = 0.0
        self.words = ""
        self.file: Path | None = None
        self.fault: Text | None = None
        self.ended = threading.Event()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        # A job that nobody holds any more takes its files along.
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)

    def cancel(self) -> None:
        """End the job, waiting or running; one that has ended stays as it is."""
        with self._lock:
            if self.ended.is_set():
                return
            self.state = "cancelled"
            child = self._child
        _end(child)
        if child is None:
            self.ended.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end at most so long, and tell whether it has come."""
        return self.ended.wait(seconds)

    def _begin(self, child: subprocess.Popen[bytes]) -> bool:
        """Take a child, unless the job was cancelled meanwhile."""
        with self._lock:
            if self.state != "waiting":
                return False
            self.state = "running"
            self._child = child
            return True

    def _let_go(self) -> None:
        """Have nothing to do with the child any more."""
        with self._lock:
            self._child = None
            self.arguments = None  # it may hold a whole file

    def _finish(self, state: JobState, fault: Text | None = None) -> None:
        """Set the last state, unless a reader has cancelled the job."""
        with self._lock:
            if self.state != "cancelled":
                self.state = state
                self.fault = fault
            self._child = None
        if self.state != "done":
            shutil.rmtree(self.folder, ignore_errors=True)
        self.ended.set()


class Pool:
    """Child processes for long work, at most so many at once, and the queue before them.

    Parameters
    ----------
    workers : int
        Jobs that run at once.
    short_workers : int
        Further jobs that run at once if short ones are among them.
    limits : PoolLimits
        What each may use, and how many may wait.
    modules : tuple of str
        Imported by a child that is started ahead.
    on_change : callable, optional
        Told how many jobs wait and run, after each change.
    """

    def __init__(
        self,
        workers: int = 2,
        short_workers: int = 1,
        limits: PoolLimits | None = None,
        modules: tuple[str, ...] = (),
        on_change: Callable[[int, int], None] | None = None,
    ) -> None:
        self.workers = workers
        self.short_workers = short_workers
        self.limits = limits or PoolLimits()
        self.modules = modules
        self.on_change = on_change
        self._lock = threading.Lock()
        self._waiting: deque[Job] = deque()
        self._running: set[Job] = set()
        self._owned: dict[str, weakref.WeakSet[Job]] = {}
        self._idle: list[subprocess.Popen[bytes]] = []
        self._ready: tuple[str, Any] | None = None
        self._last = 0.0
        self._asked = 0.0
        self._is_cooling = False
        self._closed = False

    def submit(
        self,
        function: str,
        arguments: Any,
        owner: str = "",
        *,
        short: bool = False,
        ahead: bool = False,
    ) -> Job:
        """Put a job into the queue.

        Parameters
        ----------
        function : str
            ``"module:name"`` of a function ``(arguments, progress, folder)`` that writes
            one file into `folder` and returns its path. ``progress(share, words)`` may be
            called with a share from 0 to 1.
        arguments : object
            Anything that pickle takes; it is unpickled by our own child only.
        owner : str
            Whose job it is, such as the id of a session; see `leave`.
        short : bool
            Whether a reader waits for it with the page, as for a preview: it does not wait
            until long ones end.
        ahead : bool
            Whether nobody has asked for it yet: it begins when nothing else runs or was asked
            for in the last `AHEAD_AFTER_SECONDS`, takes no place, and is cancelled where it
            still waits when something is asked for.

        Returns
        -------
        Job

        Raises
        ------
        QueueFullError
            If more jobs wait than `PoolLimits` allows, in all or for this owner.
        ExportError
            If there is no room for the folder of the job.
        GeoError
            If the pool is closed.
        """
        with self._lock:
            if self._closed:
                raise GeoError(Text("pool.closed"))
            if not ahead:
                self._forget_ahead()
                self._asked = time.monotonic()
            mine = [j for j in self._owned.get(owner, ()) if j.state in ("waiting", "running")]
            if owner and len(mine) >= self.limits.waiting_each:
                raise QueueFullError(Text("pool.full-own", count=len(mine)))
            if len(self._waiting) >= self.limits.waiting:
                raise QueueFullError(Text("pool.full", count=len(self._waiting)))
            folder = new_temporary_folder("heping-job-")
            job = Job(function, arguments, folder, short=short, ahead=ahead)
            self._waiting.append(job)
            self._owned.setdefault(owner, weakref.WeakSet()).add(job)
            self._start_those_that_may()
        if ahead:
            timer = threading.Timer(AHEAD_AFTER_SECONDS, self._start_ahead)
            timer.daemon = True
            timer.start()
        self._tell()
        return job

    def _start_ahead(self) -> None:
        with self._lock:
            self._start_those_that_may()

    def place(self, job: Job) -> int:
        """Return how many jobs of its kind wait before a waiting one, itself included, or 0."""
        kind = (job.short, job.ahead)
        with self._lock:
            waiting = [
                j for j in self._waiting if j.state == "waiting" and (j.short, j.ahead) == kind
            ]
        return waiting.index(job) + 1 if job in waiting else 0

    def counts(self) -> tuple[int, int]:
        """Return how many jobs wait and how many run, without those that nobody asked for."""
        with self._lock:
            waiting = sum(j.state == "waiting" and not j.ahead for j in self._waiting)
            return waiting, sum(not j.ahead for j in self._running)

    def _tell(self) -> None:
        if self.on_change is not None:
            self.on_change(*self.counts())

    def leave(self, owner: str) -> None:
        """End all jobs of an owner who has gone, and forget what they made."""
        with self._lock:
            jobs = list(self._owned.pop(owner, ()))
        for job in jobs:
            job.cancel()

    def close(self) -> None:
        """End everything; nothing is taken any more."""
        with self._lock:
            self._closed = True
            jobs = [*self._waiting, *self._running]
            self._waiting.clear()
            idle, self._idle = self._idle, []
        for job in jobs:
            job.cancel()
        for child in idle:
            _end(child)

    # Inside. `_may_run`, `_start_those_that_may`, `_forget_ahead` and `_next` are called with the
    # lock held.

    def _may_run(self, job: Job) -> bool:
        """Tell whether there is a place: short jobs may take every one, long ones not the last."""
        if job.ahead:
            return not self._running and time.monotonic() >= self._asked + AHEAD_AFTER_SECONDS
        jobs = [other for other in self._running if not other.ahead]
        long = sum(not other.short for other in jobs)
        has_room = len(jobs) < self.workers + self.short_workers
        return has_room and (job.short or long < self.workers)

    def _forget_ahead(self) -> None:
        """Cancel what waits to be made ahead; what runs is soon done, and its child is kept."""
        for job in [job for job in self._waiting if job.ahead]:
            self._waiting.remove(job)
            job.cancel()

    def _start_those_that_may(self) -> None:
        """Start what waits, in the order in which it came."""
        waiting, self._waiting = self._waiting, deque()
        for job in waiting:
            if job.state != "waiting":
                continue
            if self._may_run(job):
                self._running.add(job)
                threading.Thread(target=self._run, args=(job,), name="geo-job", daemon=True).start()
            else:
                self._waiting.append(job)

    def _next(self, job: Job) -> None:
        self._running.discard(job)
        for owner in [o for o, jobs in self._owned.items() if not jobs]:
            del self._owned[owner]
        self._start_those_that_may()

    def _run(self, job: Job) -> None:
        """Carry one job through, then begin the next; runs on a thread of its own."""
        try:
            self._carry_out(job)
        except Exception:
            # Whatever it was, the reader's job ends and the queue goes on.
            logger.exception("Job %s failed in the pool", job.function)
            job._finish("failed", Text("pool.died"))
        finally:
            with self._lock:
                self._last = time.monotonic()
                self._next(job)
                needs_child = self._ready is not None and not self._closed
                needs_child = needs_child and len(self._idle) + len(self._running) < self.workers
            self._tell()
            if needs_child:  # the child of this job has ended
                self._give_back(self._child(self._ready))
            self._cool_later(KEPT_WARM_SECONDS)

    def _carry_out(self, job: Job) -> None:
        child = self._take()
        if not job._begin(child):
            self._give_back(child)
            job.ended.set()
            return
        late = threading.Event()

        def stop() -> None:
            late.set()
            _end(child)

        timer = threading.Timer(self.limits.seconds, stop)
        timer.daemon = True
        timer.start()
        answer: dict[str, Any] = {}
        try:
            answer = _ask(child, job)
        finally:
            timer.cancel()
            # From here on a reader who cancels must not end a child that has another job.
            job._let_go()
            if answer.get("again") and job.state == "running":
                self._give_back(child)
            else:
                _end(child)
        if late.is_set():
            job._finish("failed", Text("pool.late", seconds=round(self.limits.seconds)))
        elif "done" in answer:
            # Only a name in the folder of the job is taken, whatever the child says.
            job.file = job.folder / Path(answer["done"]).name
            job._finish("done") if job.file.is_file() else job._finish("failed", Text("pool.died"))
        elif "refused" in answer:
            chinese, english = answer["refused"]
            job._finish("failed", Text("pool.refused", reason=(chinese, english)))
        elif answer.get("memory"):
            limit = self.limits.memory_bytes / 1e6
            job._finish("failed", Text("pool.memory", megabytes=round(limit)))
        else:
            job._finish("failed", Text("pool.died"))

    def _child(self, task: tuple[str, Any] | None = None) -> subprocess.Popen[bytes]:
        """Start a process that waits for its job on its standard input."""
        limits = [str(self.limits.memory_bytes), str(self.limits.niceness)]
        # One thread each: two jobs beside a page on two cores gain nothing from more.
        threads = dict.fromkeys(
            ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "GDAL_NUM_THREADS"), "1"
        )
        child = subprocess.Popen(
            [sys.executable, "-m", "geo.workers.job", *limits, *self.modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=PROJECT,
            # Arrow's own allocator takes 1 GB of addresses at once, a third of what a job may use.
            env={**os.environ, **threads, "ARROW_DEFAULT_MEMORY_POOL": "system"},
            # Not in our group: what ends the page by the keyboard ends its children by `close`.
            start_new_session=sys.platform != "win32",
        )
        if task is not None:
            _tell_child(child, (*task, ""))
        return child

    def _take(self) -> subprocess.Popen[bytes]:
        """Return a child that waits for a job."""
        while True:
            with self._lock:
                child = self._idle.pop() if self._idle else None
            if child is None:
                return self._child()
            if child.poll() is None:
                return child
            _end(child)

    def _give_back(self, child: subprocess.Popen[bytes]) -> None:
        """Keep a child for the next job."""
        with self._lock:
            if not self._closed:
                self._idle.append(child)
                return
        _end(child)

    def warm(self, children: int = 1, task: tuple[str, Any] | None = None) -> None:
        """Start children ahead, so that the first jobs do not wait for their libraries.

        Parameters
        ----------
        children : int
            How many there should be, those that work included; `workers` at most.
        task : tuple of str and object, optional
            ``"module:name"`` of a function of one argument, and that argument: called in
            every child that is started ahead from now on, so that what jobs read is read.
        """
        with self._lock:
            self._ready = task or self._ready
            there = len(self._idle) + len(self._running)
            count = 0 if self._closed else min(children, self.workers) - there
            if count > 0:
                self._last = time.monotonic()
        for _ in range(count):
            self._give_back(self._child(self._ready))
            self._cool_later(KEPT_WARM_SECONDS)

    def _cool_later(self, seconds: float) -> None:
        with self._lock:
            if self._is_cooling or self._closed:
                return
            self._is_cooling = True
        timer = threading.Timer(seconds, self._cool)
        timer.daemon = True
        timer.start()

    def _cool(self) -> None:
        """End the children that were kept ready, if nothing has been asked for long enough."""
        idle: list[subprocess.Popen[bytes]] = []
        with self._lock:
            self._is_cooling = False
            seconds = self._last + KEPT_WARM_SECONDS - time.monotonic()
            if seconds <= 0:
                idle, self._idle = self._idle, []
        if seconds > 0:
            self._cool_later(seconds)
        for child in idle:
            _end(child)


def _ask(child: subprocess.Popen[bytes], job: Job) -> dict[str, Any]:
    """Tell a child its job and follow it; return its last word, empty if it gave none."""
    if child.stdin is None or child.stdout is None:  # pragma: no cover - made with both
        return {}
    _tell_child(child, (job.function, job.arguments, str(job.folder)))
    for line in child.stdout:
        try:
            word = json.loads(line)
        except ValueError:
            continue
        if "share" in word:
            job.share, job.words = float(word["share"]), str(word["words"])
        else:
            return dict(word)
    return {}


def _tell_child(child: subprocess.Popen[bytes], words: tuple[str, Any, str]) -> None:
    """Send a child a function, its arguments and the folder of the job, "" where it is none."""
    message = pickle.dumps(words)
    with contextlib.suppress(OSError):  # a child that died already: no answer follows
        if child.stdin is not None:
            child.stdin.write(len(message).to_bytes(8, "big") + message)
            child.stdin.flush()


def _end(child: subprocess.Popen[bytes] | None) -> None:
    """End a process and wait for it; what it had opened is closed."""
    if child is None:
        return
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            child.kill()
        else:
            # The whole group: a job may have a locked reader of a foreign file under it.
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
