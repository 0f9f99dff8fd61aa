"""A reader of the page without a browser: a websocket that speaks Streamlit's own protocol."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import websocket
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

ANSWER_SECONDS = 120


class Session:
    """One reader: a websocket, the widgets that the page showed, and what was done to them."""

    def __init__(self, address: str, query: str = "", **more: Any) -> None:
        self.query = query
        self.received = 0
        self.script = ""
        self.title = ""
        self.pills: dict[str, tuple[list[str], list[str]]] = {}
        self.maps: list[str] = []
        self.states: dict[str, WidgetState] = {}
        self.socket = websocket.create_connection(
            address.replace("http://", "ws://") + "/_stcore/stream",
            subprotocols=["streamlit"],
            timeout=ANSWER_SECONDS,
            **more,
        )

    def run(self) -> float:
        """Ask for a run of the script and return the time to its last message [s]."""
        asked = BackMsg()
        asked.rerun_script.query_string = self.query
        asked.rerun_script.page_script_hash = self.script
        asked.rerun_script.widget_states.widgets.extend(self.states.values())
        start = time.perf_counter()
        self.socket.send_binary(asked.SerializeToString())
        while True:
            told = self.socket.recv()
            self.received += len(told)
            message = ForwardMsg.FromString(told)
            kind = message.WhichOneof("type")
            if kind == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    return time.perf_counter() - start
            elif kind == "new_session":
                self.script = message.new_session.page_script_hash
            elif kind == "page_config_changed":
                self.title = message.page_config_changed.title
            elif kind == "delta":
                self._see(message.delta.new_element)

    def _see(self, element: Any) -> None:
        """Remember a widget that can be acted on."""
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
        answer = {"last_active_drawing": {"properties": {"zone_id": zone, "sequence": sequence}}}
        self.states[self.maps[0]] = WidgetState(id=self.maps[0], json_value=json.dumps(answer))
        return self.run()

    def close(self) -> None:
        self.socket.close()
