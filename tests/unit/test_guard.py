"""Uploads have a sum, who has left holds nothing, and nobody outside is asked."""

import asyncio
import gc
import threading
import weakref

import pytest
from starlette.exceptions import HTTPException
from streamlit import net_util
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.web.server import server_util
from streamlit.web.server.starlette import starlette_routes

from geo.io import limits
from views.served import guard


@pytest.fixture(autouse=True)
def guarded(monkeypatch):
    for owner, name in (
        (net_util, "get_external_ip"),
        (MemoryUploadedFileManager, "add_file"),
        (MediaFileManager, "execute_deferred"),
        (MemorySessionStorage, "save"),
        (starlette_routes, "build_safe_abspath"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    guard.install()
    guard.install()


@pytest.fixture
def manager(monkeypatch):
    monkeypatch.setattr(limits, "SESSION_UPLOAD_BYTES", 100)
    monkeypatch.setattr(limits, "PROCESS_UPLOAD_BYTES", 250)
    return MemoryUploadedFileManager("/upload")


def file(name, size):
    return UploadedFileRec(name, name, "text/plain", bytes(size))


def test_a_session_holds_no_more_than_its_sum(manager):
    manager.add_file("a", file("1", 60))
    with pytest.raises(HTTPException, match="SESSION_UPLOAD_BYTES: 120 > 100 bytes") as caught:
        manager.add_file("a", file("2", 60))
    assert caught.value.status_code == 413
    manager.add_file("a", file("1", 90))  # in the place of the first
    manager.remove_file("a", "1")
    manager.add_file("a", file("2", 60))
    assert guard.held_bytes(manager, "a") == (60, 60)


def test_all_sessions_hold_no_more_than_theirs(manager):
    for session in "ab":
        manager.add_file(session, file("1", 90))
    with pytest.raises(HTTPException, match="PROCESS_UPLOAD_BYTES: 270 > 250 bytes"):
        manager.add_file("c", file("1", 90))
    manager.remove_session_files("a")
    manager.add_file("c", file("1", 90))


class Session:
    id = "a"

    def __init__(self, manager):
        self.manager = manager

    def shutdown(self):
        self.manager.remove_session_files(self.id)


def test_what_a_session_held_is_gone_soon_after_it_has_left(manager, monkeypatch):
    storage = MemorySessionStorage(ttl_seconds=0)
    manager.add_file("a", file("1", 60))
    called = []

    async def leave():
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "call_later", lambda *words: called.append(words))
        storage.save(SessionInfo(None, Session(manager)))

    asyncio.run(leave())
    ((seconds, function, *arguments),) = called
    assert seconds == 1
    assert guard.held_bytes(manager, "a") == (60, 60)
    function(*arguments)
    assert guard.held_bytes(manager, "a") == (0, 0)


class Loop:
    def __init__(self):
        self.later = []

    def call_later(self, seconds, function):
        self.later.append((seconds, function))


def test_what_sessions_held_in_rings_is_searched_for_once(monkeypatch):
    """Streamlit's own search, after every run of every reader, is off (`postScriptGC`)."""
    monkeypatch.setattr(guard, "_search_is_ahead", threading.Event())
    storage, loop, held = MemorySessionStorage(ttl_seconds=0), Loop(), []
    gc.disable()
    try:
        for _ in range(2):
            session = Session(MemoryUploadedFileManager("/upload"))
            session.itself = session
            held.append(weakref.ref(session))
            guard._save(storage, SessionInfo(None, session))
            del session
            guard.let_go(storage, loop)
        assert all(ring() is not None for ring in held)
        ((seconds, function),) = loop.later
        assert seconds == guard.GARBAGE_SECONDS
        function()
        assert all(ring() is None for ring in held)
    finally:
        gc.enable()


def test_a_foreign_page_makes_nobody_ask_outside(monkeypatch):
    def asked(*_, **__):
        raise AssertionError("A host outside was asked.")

    monkeypatch.setattr(net_util, "_make_blocking_http_get", asked)
    assert not server_util.is_url_from_allowed_origins("http://elsewhere.example")
    assert server_util.is_url_from_allowed_origins("http://localhost:8501")


def test_a_file_made_when_asked_for_waits_for_its_reader_whoever_acts(monkeypatch):
    class Timer:
        def __init__(self, seconds, function, arguments):
            later.append((seconds, function, arguments))

        def start(self):
            pass

    later = []
    monkeypatch.setattr(guard.threading, "Timer", Timer)
    storage = MemoryMediaFileStorage("/media")
    media = MediaFileManager(storage)
    monkeypatch.setattr("streamlit.runtime.media_file_manager._get_session_id", lambda: "one")
    button = media.add_deferred(lambda: b"sheet", "text/plain", "1.0", file_name="sheet.txt")
    name = media.execute_deferred(button).rpartition("/")[2]
    # A run of its own reader ends that was on its way, and then the runs of others.
    media.clear_session_refs("one")
    for _ in range(3):
        media.remove_orphaned_files()
    assert storage.get_file(name).content == b"sheet"
    ((seconds, function, arguments),) = later
    assert seconds == guard.FETCHED_SECONDS
    function(*arguments)
    media.remove_orphaned_files()
    media.remove_orphaned_files()
    with pytest.raises(Exception, match="No media file"):
        storage.get_file(name)
    assert not media._files_by_session_and_coord
