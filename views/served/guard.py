"""Guard Streamlit's own doors: uploads, who has left, what is asked outside, what is fetched.

Streamlit bounds one file, not their sum; keeps the files of a session that has left until it
happens to look; asks a host outside for this machine's address when a foreign page tries to
connect; and forgets a file that is made when it is asked for as soon as two other readers have
acted, which may be before its own reader has fetched it; and answers an address longer than a
file name may be with a fault. None of these has a setting, so
`install` puts our own function in the place of theirs; a test holds that theirs are still
called as here.
"""

from __future__ import annotations

import asyncio
import gc
import threading
import uuid
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from streamlit import net_util
from streamlit.runtime import (
    media_file_manager,
    memory_session_storage,
    memory_uploaded_file_manager,
)
from streamlit.web.server.starlette import starlette_routes

from geo.io import limits

if TYPE_CHECKING:
    from streamlit.runtime.session_manager import SessionInfo
    from streamlit.runtime.uploaded_file_manager import UploadedFileRec

Manager = memory_uploaded_file_manager.MemoryUploadedFileManager
Media = media_file_manager.MediaFileManager
Storage = memory_session_storage.MemorySessionStorage

_add_file = Manager.add_file
_execute_deferred = Media.execute_deferred
_routes: Any = starlette_routes
_safe_path = _routes.build_safe_abspath
_save = Storage.save
_LOCK = threading.Lock()
_search_is_ahead = threading.Event()

GARBAGE_SECONDS = 30.0
"""Time between a session's end and the search for what it held; who leaves meanwhile shares it."""

FETCHED_SECONDS = 20.0
"""How long a browser has to ask for a file that was made for it."""

LONGEST_NAME = 255
LONGEST_PATH = 1000
"""Bytes of a file name and of the path below a folder; common systems take no longer ones."""


def install() -> None:
    """Put the guards in place; again does nothing."""
    net_util.get_external_ip = no_external_address
    Manager.add_file = add_file  # type: ignore[assignment,method-assign]
    Media.execute_deferred = execute_deferred  # type: ignore[assignment,method-assign]
    Storage.save = save  # type: ignore[assignment,method-assign]
    _routes.build_safe_abspath = safe_path


def no_external_address() -> None:
    """Know no address outside: nobody is asked for it."""


def held_bytes(manager: Manager, session_id: str, file_id: str = "") -> tuple[int, int]:
    """Return the bytes of uploads that a session and that all sessions hold.

    Parameters
    ----------
    manager : MemoryUploadedFileManager
    session_id : str
    file_id : str
        A file of the session that does not count, since it is about to be replaced.
    """
    mine_bytes = total = 0
    for session, files in list(manager.file_storage.items()):
        mine = session == session_id
        size = sum(len(f.data) for i, f in list(files.items()) if not (mine and i == file_id))
        total += size
        mine_bytes += size if mine else 0
    return mine_bytes, total


def add_file(manager: Manager, session_id: str, file: UploadedFileRec) -> None:
    """Keep an uploaded file, unless its session or all sessions then hold too much.

    Raises
    ------
    HTTPException
        413, with the limit, which the browser shows beside the file.
    """
    with _LOCK:
        of_session, total = held_bytes(manager, session_id, file.file_id)
        size = len(file.data)
        for name, amount in (("SESSION_UPLOAD_BYTES", of_session), ("PROCESS_UPLOAD_BYTES", total)):
            limit = getattr(limits, name)
            if amount + size > limit:
                raise HTTPException(
                    413, f"{name}: {amount + size:,} > {limit:,} bytes. Remove a file first."
                )
        _add_file(manager, session_id, file)


def execute_deferred(media: Media, file_id: str) -> str:
    """Make the file of a download button; its address holds for `FETCHED_SECONDS`.

    Streamlit notes no owner of such a file; of one without an owner it lets go when the
    runs of any two readers have ended. Its own session would not do as the owner: a run of
    it that was on its way when the button was pressed would take the file along.
    """
    address = _execute_deferred(media, file_id)
    made_id = address.rpartition("/")[2].partition(".")[0]
    holder = f"fetched/{uuid.uuid4().hex}"
    with media._lock:
        media._files_by_session_and_coord[holder]["file"] = made_id
    timer = threading.Timer(FETCHED_SECONDS, media.clear_session_refs, (holder,))
    timer.daemon = True
    timer.start()
    return address


def safe_path(component_root: str, relative_url_path: str) -> str | None:
    """Return the path of a static file.

    Raises
    ------
    HTTPException
        404, for an address longer than a path of the system may be.
    """
    names = [len(name.encode()) for name in relative_url_path.split("/")]
    if max(names) > LONGEST_NAME or sum(names) > LONGEST_PATH:
        raise HTTPException(404, "File not found")
    path: str | None = _safe_path(component_root, relative_url_path)
    return path


def save(storage: Storage, session_info: SessionInfo) -> None:
    """Keep a session that has left for the time set, then let go of all it held."""
    _save(storage, session_info)
    cache: Any = storage._cache
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # the page is ending
        return
    loop.call_later(cache.ttl + 1, let_go, storage, loop)


def let_go(storage: Storage, loop: asyncio.AbstractEventLoop) -> None:
    """Shut down the sessions whose time is over: their files and what was read of them go.

    A session and what it held refer to each other in rings, which only a search for garbage
    lets go of; on a quiet page Python would not come to one for hours.
    """
    cache: Any = storage._cache
    gone = [info.session for _, info in cache.expire() or ()]
    if gone and not _search_is_ahead.is_set():
        _search_is_ahead.set()
        loop.call_later(GARBAGE_SECONDS, search_for_garbage)
    while gone:
        gone.pop().shutdown()


def search_for_garbage() -> None:
    """Let go of what sessions that have left held."""
    _search_is_ahead.clear()
    gc.collect()
