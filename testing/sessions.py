"""A reader of the page without a browser: a websocket that speaks Streamlit's own protocol."""

from __future__ import annotations

import json
import random
import select
import time
import urllib.request
from typing import Any, cast

import websocket
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

ANSWER_SECONDS = 120
WIDGETS = frozenset(
    {"button", "checkbox", "download_button", "file_uploader", "selectbox", "text_area"}
)
"""Kinds that are found by their key; pills and maps have places of their own."""

BOUNDARY = "plan-map-load"


class Session:
    """One reader: a websocket, the widgets that the page showed, and what was done to them.

    A ``cookie`` goes along with the websocket, and with every file.

    Attributes
    ----------
    widgets : dict
        Kind and id to the element as it was last sent.
    faults : list of str
        Exceptions and red messages of the last run.
    asks_again : dict
        Fragment to the seconds after which a browser would ask for it again.
    """

    def __init__(self, address: str, query: str = "", **more: Any) -> None:
        self.address = address
        self.query = query
        self.cookie = str(more.get("cookie") or "")
        self.received = 0
        self.script = ""
        self.title = ""
        self.session_id = ""
        self.pills: dict[str, tuple[list[str], list[str]]] = {}
        self.maps: list[str] = []
        self.widgets: dict[tuple[str, str], Any] = {}
        self.html: list[str] = []
        self.faults: list[str] = []
        self.asks_again: dict[str, float] = {}
        self.states: dict[str, WidgetState] = {}
        self.socket = websocket.create_connection(
            address.replace("http://", "ws://") + "/_stcore/stream",
            subprotocols=["streamlit"],
            timeout=ANSWER_SECONDS,
            **more,
        )

    def run(self, fragment: str = "") -> float:
        """Ask for a run of the script, or of a fragment; return the time to its last message [s].

        A run that the script itself begins anew counts to the end of the last.
        """
        start = time.perf_counter()
        self.ask(fragment)
        whole = not fragment
        while True:
            message = self._hear()
            kind = message.WhichOneof("type")
            if kind == "script_finished":
                if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    return time.perf_counter() - start
            elif kind == "new_session":
                self._begin(message.new_session, whole=whole)
                whole = True  # a fragment that begins a run begins a whole one
            elif kind == "page_config_changed":
                self.title = message.page_config_changed.title
            elif kind == "auto_rerun":
                self.asks_again[message.auto_rerun.fragment_id] = message.auto_rerun.interval
            elif kind == "delta":
                self._see(message.delta.new_element)

    def ask(self, fragment: str = "") -> None:
        """Ask for a run and do not wait for its end."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_script_hash = self.script
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = bool(fragment)
        message.rerun_script.widget_states.widgets.extend(self.states.values())
        self.socket.send_binary(message.SerializeToString())
        for state in [s for s in self.states.values() if s.HasField("trigger_value")]:
            del self.states[state.id]  # pressed once

    def _hear(self) -> ForwardMsg:
        data = self.socket.recv()
        self.received += len(data)
        return ForwardMsg.FromString(cast("bytes", data))

    def _begin(self, message: Any, *, whole: bool) -> None:
        """Forget what a new run shows anew."""
        self.script = message.page_script_hash
        self.session_id = message.initialize.session_id or self.session_id
        self.faults = []
        if whole:
            self.widgets, self.html, self.asks_again = {}, [], {}

    def _see(self, element: Any) -> None:
        """Remember a widget that can be acted on, and what went wrong."""
        kind = element.WhichOneof("type")
        if kind == "button_group":
            group = element.button_group
            labels = [option.content for option in group.options]
            chosen = [labels[k] for k in group.default]
            if group.set_value:
                chosen = list(group.raw_values)
            if group.click_mode == group.MULTI_SELECT and labels:
                known = self.pills.get(group.id)
                self.pills[group.id] = (
                    labels,
                    known[1] if known and not group.set_value else chosen,
                )
        elif kind == "component_instance" and element.component_instance.id not in self.maps:
            self.maps.append(element.component_instance.id)
        elif kind in WIDGETS:
            widget = getattr(element, kind)
            self.widgets[kind, widget.id] = widget
        elif kind == "html":
            self.html.append(element.html.body)
        elif kind == "exception":
            self.faults.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "alert" and element.alert.format == element.alert.ERROR:
            self.faults.append(element.alert.body)

    def find(self, kind: str, word: str) -> Any:
        """Return the widget of a kind whose key or label holds a word; None without one."""
        for (known, name), widget in self.widgets.items():
            if known == kind and (word in name or word in widget.label):
                return widget
        return None

    def toggle(self, chance: random.Random) -> float:
        """Switch one pill of the page and wait for the answer."""
        name = chance.choice(sorted(self.pills))
        labels, chosen = self.pills[name]
        label = chance.choice(labels)
        now = [other for other in labels if (other in chosen) != (other == label)]
        self.pills[name] = (labels, now)
        state = WidgetState(id=name)
        state.string_array_value.data.extend(now)
        self.states[name] = state
        return self.run()

    def click(self, zone: str, sequence: int) -> float:
        """Click a zone on the map and wait for the answer."""
        properties = {"zone_id": zone, "sequence": sequence, "link": {"zone": zone}}
        answer = {"last_active_drawing": {"properties": properties}}
        self.states[self.maps[0]] = WidgetState(id=self.maps[0], json_value=json.dumps(answer))
        return self.run()

    def press(self, button: Any) -> float:
        """Press a button and wait for the answer."""
        self.states[button.id] = WidgetState(id=button.id, trigger_value=True)
        return self.run()

    def check(self, box: Any) -> float:
        """Tick a box and wait for the answer."""
        self.states[box.id] = WidgetState(id=box.id, bool_value=True)
        return self.run()

    def write(self, area: Any, words: str) -> None:
        """Write into a field of a form; what is pressed next takes it along."""
        self.states[area.id] = WidgetState(id=area.id, string_value=words)

    def choose(self, box: Any, option: int) -> float:
        """Choose an option of a list by its number and wait for the answer."""
        self.states[box.id] = WidgetState(id=box.id, string_value=box.options[option])
        return self.run()

    def upload(self, uploader: Any, name: str, data: bytes) -> float:
        """Put a file into an uploader and wait for the answer; the time of both [s].

        Raises
        ------
        urllib.error.HTTPError
            If the server refuses the file.
        """
        start = time.perf_counter()
        request = BackMsg()
        request.file_urls_request.request_id = name
        request.file_urls_request.file_names.append(name)
        request.file_urls_request.session_id = self.session_id
        self.socket.send_binary(request.SerializeToString())
        while (message := self._hear()).WhichOneof("type") != "file_urls_response":
            pass
        (urls,) = message.file_urls_response.file_urls
        token = _xsrf_cookie(self.address)
        body = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{urls.file_id}"; '
            f'filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        ).encode()
        body += data + f"\r\n--{BOUNDARY}--\r\n".encode()
        sent = urllib.request.Request(
            self.address + urls.upload_url,
            data=body,
            method="PUT",
            headers={
                "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
                "Cookie": f"_streamlit_xsrf={token}; {self.cookie}".rstrip("; "),
                "X-Xsrftoken": token,
            },
        )
        with urllib.request.urlopen(sent, timeout=ANSWER_SECONDS):
            pass
        state = WidgetState(id=uploader.id)
        state.file_uploader_state_value.uploaded_file_info.append(
            UploadedFileInfo(name=name, size=len(data), file_id=urls.file_id, file_urls=urls)
        )
        self.states[uploader.id] = state
        self.run()
        return time.perf_counter() - start

    def download(self, button: Any) -> int:
        """Fetch what a download button offers; return its size [byte].

        Raises
        ------
        RuntimeError
            If the server has no file for it.
        """
        url = button.url
        if button.deferred_file_id:
            request = BackMsg()
            request.backend_operation_request.request_id = "file"
            request.backend_operation_request.session_id = self.session_id
            request.backend_operation_request.deferred_file.file_id = button.deferred_file_id
            self.socket.send_binary(request.SerializeToString())
            while (message := self._hear()).WhichOneof("type") != "backend_operation_response":
                pass
            response = message.backend_operation_response
            if response.error_msg:
                raise RuntimeError(response.error_msg)
            url = response.deferred_file.url
        asking = urllib.request.Request(self.address + url, headers={"Cookie": self.cookie})
        with urllib.request.urlopen(asking, timeout=ANSWER_SECONDS) as answer:
            return len(answer.read())

    def stay(self) -> None:
        """Answer the server's pings that have come, so that it does not take us for gone."""
        while select.select([self.socket.sock], [], [], 0)[0]:
            self.socket.recv_data_frame(control_frame=True)

    def close(self) -> None:
        self.socket.close()


def _xsrf_cookie(address: str) -> str:
    """Return the token that a browser would be given with the page."""
    with urllib.request.urlopen(f"{address}/_stcore/health", timeout=ANSWER_SECONDS) as answer:
        for header in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = header.partition(";")[0].partition("=")
            if name == "_streamlit_xsrf":
                return str(value)
    return ""
