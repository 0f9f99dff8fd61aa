"""Run the long work of a reader: one pool of child processes for all, a slot for each kind."""

from __future__ import annotations

import json
import logging
import pickle
import weakref
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import streamlit as st

from geo.errors import ExportError, GeoError
from geo.io.write import write_bytes
from geo.texts import Text
from geo.workers.handed import read_value
from geo.workers.pool import Pool, QueueFullError
from views import page
from views.choices import plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geo.workers.pool import Job
    from views.state import State

logger = logging.getLogger(__name__)

MODULES = ("layers.exports", "layers.sheets.sheet", "geo.uploads.jobs", "geo.drafting.jobs")
"""What a child that is kept ready has loaded: matplotlib and the fonts take a second."""

READY = "layers.exports:ready"
"""Called in every child that is kept ready, with the data folder."""

OPENED_SECONDS = 6.0
"""So long after a page was opened its map is drawn, and a first child may be made ready."""

QUIET_SECONDS = 0.5
"""Work that is done by then is not announced."""

POLL_SECONDS = 0.2


class WorkCancelledError(GeoError):
    """The reader gave the work up."""


@dataclass
class Work:
    """A job with what was asked for; a changed choice never meets an old result.

    Parameters
    ----------
    request : object
        What was asked for.
    job : Job
        How far it is.
    is_own : bool
        Whether it ends where this reader gives it up.
    """

    request: Any
    job: Job
    is_own: bool = True

    @property
    def is_busy(self) -> bool:
        """Whether it waits or runs."""
        return not self.job.ended.is_set()


class _Owner:
    """Lives as long as a session; its end takes the session's jobs along."""

    def __init__(self, pool: Pool) -> None:
        self.name = uuid4().hex
        weakref.finalize(self, pool.leave, self.name)


@st.cache_resource(show_spinner=False)
def pool() -> Pool:
    """Return the pool of this process."""
    return Pool(modules=MODULES, on_change=_write_queue)


def expect_exports(folder: Path) -> None:
    """Have two children ready: a picture and a file are asked for next, and made at once."""
    pool().warm(2, (READY, folder))


def expect_readers(folder: Path) -> None:
    """Have one child ready a while after a session began, at low priority.

    The first picture or file that somebody asks for then does not wait for libraries and data.
    """
    if st.session_state.setdefault("work_expected", False):
        return
    st.session_state["work_expected"] = True
    timer = Timer(OPENED_SECONDS, pool().warm, (1, (READY, folder)))
    timer.daemon = True
    timer.start()


def _write_queue(waiting: int, running: int) -> None:
    """Leave the state of the queue where `geo doctor --serve` finds it."""
    try:
        write_bytes(
            page.STATIC / "queue.json",
            json.dumps({"waiting": waiting, "running": running}).encode(),
        )
    except ExportError:
        logger.warning("static/queue.json cannot be written")


def submit(slot: str, request: Any, function: str, arguments: Any, *, short: bool = False) -> Work:
    """Begin a job in a slot of the session, and give up what was there.

    Parameters
    ----------
    slot : str
        Such as ``"preview"``, ``"file"``, ``"upload"``.
    request : object
        What is asked for, to compare with later.
    function, arguments, short
        As `geo.workers.pool.Pool.submit` takes them.

    Returns
    -------
    Work

    Raises
    ------
    QueueFullError
        If the queue takes no more.
    """
    drop(slot)
    owner = st.session_state.setdefault("work_owner", None) or _Owner(pool())
    st.session_state["work_owner"] = owner
    work = Work(request, pool().submit(function, arguments, owner.name, short=short))
    st.session_state[f"work_{slot}"] = work
    return work


MOST_KEPT = 40
"""Files that may be asked for again, each of 0.5 to 5 MB."""


class _Kept:
    """The jobs of the last requests that any reader may make, with their files."""

    def __init__(self) -> None:
        self._jobs: dict[bytes, Job] = {}
        self._lock = Lock()

    def shared(self, key: bytes) -> Job | None:
        """Return a job that has made its file, or makes it for nobody yet."""
        with self._lock:
            job = self._jobs.pop(key, None)
            if job is None:
                return None
            is_made = job.state == "done" and job.file is not None and job.file.is_file()
            if not (is_made or (job.ahead and job.state == "running")):
                return None
            self._jobs[key] = job  # the youngest now
            return job

    def knows(self, key: bytes) -> bool:
        """Tell whether a job was begun and not cancelled."""
        with self._lock:
            return key in self._jobs and self._jobs[key].state != "cancelled"

    def keep(self, key: bytes, job: Job) -> None:
        """Remember a job, and let the oldest go."""
        with self._lock:
            self._jobs[key] = job
            for old in list(self._jobs)[:-MOST_KEPT]:
                del self._jobs[old]


@st.cache_resource(show_spinner=False)
def _kept() -> _Kept:
    return _Kept()


def submit_shared(
    slot: str,
    request: Any,
    function: str,
    arguments: Any,
    version: object,
    *,
    short: bool = False,
) -> Work:
    """Begin a job, or take the file that the same job made for any reader lately.

    Only for what holds nothing of a reader's own: its file stays when the reader has left.

    Parameters
    ----------
    slot, request, function, arguments, short
        As in `submit`; the same arguments must give the same bytes.
    version : object
        What else the file depends on, such as the stamp of a folder.

    Raises
    ------
    QueueFullError
        As `submit`.
    """
    key = _key(function, arguments, version)
    job = _kept().shared(key)
    if job is None:
        work = submit(slot, request, function, arguments, short=short)
        _kept().keep(key, work.job)
        return work
    drop(slot)
    work = Work(request, job, is_own=False)
    st.session_state[f"work_{slot}"] = work
    return work


def _key(function: str, arguments: Any, version: object) -> bytes:
    return sha256(pickle.dumps((function, arguments, version))).digest()


def make_ahead(function: str, arguments: Any, version: object) -> None:
    """Make what a reader will likely ask `submit_shared` for next, while there is nothing to do.

    Parameters
    ----------
    function, arguments, version
        As in `submit_shared`.
    """
    key = _key(function, arguments, version)
    if not _kept().knows(key):
        _kept().keep(key, pool().submit(function, arguments, short=True, ahead=True))


def held(slot: str) -> Work | None:
    """Return the work in a slot of the session."""
    work = st.session_state.get(f"work_{slot}")
    return work if isinstance(work, Work) else None


def drop(slot: str) -> None:
    """Give up the work in a slot, and with it its file."""
    work = held(slot)
    if work is not None and work.is_own:
        work.job.cancel()
    st.session_state.pop(f"work_{slot}", None)


def leave(slot: str) -> None:
    """Give up the work in a slot, but let one that runs come to its end, unless another does.

    For short work: a child that is ended is missed for longer than the rest would take.
    """
    work, earlier = held(slot), held(f"{slot}_left")
    if work is not None and work.job.state == "running" and not (earlier and earlier.is_busy):
        st.session_state[f"work_{slot}_left"] = st.session_state.pop(f"work_{slot}")
    else:
        drop(slot)


def waited(slot: str, request: Any, function: str, arguments: Any, state: State) -> Any:
    """Return what a job hands over, and show its place, its progress and a way out meanwhile.

    The run of the page waits. A click of the reader begins another run, which goes on
    waiting for the same job; one who leaves ends both.

    Parameters
    ----------
    slot, request, function, arguments
        As in `submit`; the job ends with `geo.workers.handed.write_value`.
    state : State

    Raises
    ------
    GeoError
        If the job failed, in words for the reader.
    WorkCancelledError
        If the reader cancelled it.
    QueueFullError
        If the queue takes no more.
    """
    key = f"cancelled_{slot}"
    if st.session_state.get(key) == request:
        raise WorkCancelledError(Text("pool.cancelled"))
    st.session_state.pop(key, None)
    work = held(slot)
    if work is None or work.request != request:
        work = submit(slot, request, function, arguments, short=True)

    def cancel() -> None:
        st.session_state[key] = request
        drop(slot)

    if not work.job.wait(QUIET_SECONDS):
        _show_progress(work.job, state, cancel, slot)
    job = work.job
    st.session_state.pop(f"work_{slot}", None)
    if job.fault is not None:
        raise GeoError(job.fault)
    if job.file is None:
        raise WorkCancelledError(Text("pool.cancelled"))
    try:
        return read_value(job.file)
    except Exception as error:
        logger.exception("What job %s handed over cannot be read", function)
        raise GeoError(Text("pool.died")) from error


def outcome(slot: str, request: Any, function: str, arguments: Any, state: State) -> Any:
    """Return what a job hands over, or the error that it ended with, to be kept.

    A full queue passes, and so does work that the reader gave up: neither says anything
    about what was asked. Parameters as in `waited`.

    Raises
    ------
    QueueFullError, WorkCancelledError
    """
    try:
        return waited(slot, request, function, arguments, state)
    except (QueueFullError, WorkCancelledError):
        raise
    except GeoError as error:
        return type(error)(*error.args)  # without its frames


def _show_progress(job: Job, state: State, cancel: Callable[[], None], slot: str) -> None:
    """Show place and progress until the job has ended; Streamlit ends this with the run."""
    box = st.empty()
    with box.container():
        line = st.empty()
        st.button(state.text("export.cancel"), on_click=cancel, key=f"cancel_{slot}")
        has_ended = False
        while not has_ended:
            place = pool().place(job)
            words = state.text("export.waiting", place=place) if place else job.words
            line.progress(job.share, plain(words or state.text("pool.working")))
            has_ended = job.wait(POLL_SECONDS)
    box.empty()
