"""Carry out one job of the pool in a process of its own, then end.

``python -m geo.workers.job MEMORY_BYTES NICENESS [MODULE ...]``: imports the modules, then
waits for its job on standard input, as `geo.workers.pool` sends it. Writes lines of JSON:
``{"share": 0.3, "words": "…"}`` on the way, and last ``{"done": NAME}``,
``{"refused": [CHINESE, ENGLISH]}``, ``{"memory": true}`` or ``{"died": true}``.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import pickle
import sys
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)


def main() -> None:
    """Limit this process, load its libraries, carry out one job."""
    memory_bytes, niceness, *modules = sys.argv[1:]
    _limit(int(memory_bytes), int(niceness))
    # Lines of JSON go out by a channel of their own: what a library prints must not mix in.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(word: dict[str, Any]) -> None:
        answers.write(json.dumps(word) + "\n")
        answers.flush()

    for module in modules:
        importlib.import_module(module)
    head = sys.stdin.buffer.read(8)
    if len(head) < 8:
        return  # ended before it got a job
    # From the process that started this one, and from nobody else.
    function, arguments, folder = pickle.loads(sys.stdin.buffer.read(int.from_bytes(head, "big")))
    say(_outcome(function, arguments, Path(folder), say))


def _outcome(function: str, arguments: Any, folder: Path, say: Any) -> dict[str, Any]:
    """Call the function and say how it ended."""
    from geo.errors import GeoError

    module, _, name = function.partition(":")
    try:
        path = getattr(importlib.import_module(module), name)(
            arguments, lambda share, words: say({"share": share, "words": str(words)}), folder
        )
    except MemoryError:
        return {"memory": True}
    except GeoError as error:
        return {"refused": [error.explain("zh"), error.explain("en")]}
    except Exception:
        # The reader gets one sentence, the log the rest.
        logger.exception("Job %s failed", function)
        return {"died": True}
    return {"done": Path(path).name}


def _limit(memory_bytes: int, niceness: int) -> None:
    """Limit memory and priority where the platform can."""
    if sys.platform == "win32":
        return
    import resource

    os.nice(niceness)
    if sys.platform.startswith("linux"):
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    main()
