"""Export jobs of a reader: one pool for all, at most one preview and one file for each session."""

from __future__ import annotations

import json
import logging
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import streamlit as st

from geo.errors import ExportError
from geo.io.write import write_bytes
from geo.workers.pool import Pool
from views import page

if TYPE_CHECKING:
    from pathlib import Path

    from geo.workers.pool import Job
    from layers.exports import ExportRequest

logger = logging.getLogger(__name__)

FUNCTION = "layers.exports:export_job"
MODULES = ("layers.exports", "layers.sheets.sheet")
"""What a child that is kept ready has loaded: matplotlib and the fonts take a second."""


@dataclass
class Work:
    """A job with what was asked for; a changed choice never meets an old file.

    Parameters
    ----------
    request : ExportRequest
        What was asked for.
    job : Job
        How far it is.
    """

    request: ExportRequest
    job: Job

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
    return Pool(modules=MODULES, told=_write_queue)


def _write_queue(waiting: int, running: int) -> None:
    """Leave the state of the queue where `geo doctor --serve` finds it."""
    try:
        write_bytes(
            page.STATIC / "queue.json",
            json.dumps({"waiting": waiting, "running": running}).encode(),
        )
    except ExportError:
        logger.warning("static/queue.json cannot be written")


def submit(slot: str, folder: Path, request: ExportRequest) -> Work:
    """Begin a job in a slot of the session, and give up what was there.

    Parameters
    ----------
    slot : str
        ``"preview"`` or ``"file"``.
    folder : Path
        The data folder.
    request : ExportRequest
        What is asked for.

    Returns
    -------
    Work

    Raises
    ------
    QueueFullError
        If the queue takes no more.
    """
    drop(slot)
    owner = st.session_state.setdefault("export_owner", None) or _Owner(pool())
    st.session_state["export_owner"] = owner
    work = Work(request, pool().submit(FUNCTION, (folder, request), owner.name))
    st.session_state[f"export_{slot}"] = work
    return work


def held(slot: str) -> Work | None:
    """Return the work in a slot of the session."""
    found = st.session_state.get(f"export_{slot}")
    return found if isinstance(found, Work) else None


def drop(slot: str) -> None:
    """Give up the work in a slot, and with it its file."""
    work = held(slot)
    if work is not None:
        work.job.cancel()
    st.session_state.pop(f"export_{slot}", None)
