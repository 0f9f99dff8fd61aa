"""Carry out jobs of the pool, one after another, in a process apart from the page.

``python -m geo.workers.job MEMORY_BYTES NICENESS [MODULE ...]``: imports the modules, then
waits for jobs on standard input, as `geo.workers.pool` sends them; one without a folder only
makes ready for others and is not answered. Writes lines of JSON:
``{"share": 0.3, "words": "…"}`` on the way, and last ``{"done": NAME}``,
``{"refused": [CHINESE, ENGLISH]}``, ``{"memory": true}`` or ``{"died": true}``, each with
``"again"``: whether it takes another job. After one that took much memory it ends, which is
how the memory is given back for certain.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import logging
import os
import pickle
import sys
import tempfile
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

RETIRED_AT_BYTES = 450_000_000
"""Highest resident memory after which a process takes no further job: a fresh one with its
libraries has 200 MB, an A4 sheet makes it 300 MB."""

RETIRED_AFTER_JOBS = 50
"""Whatever a library leaks is gone after so many jobs."""


def main() -> None:
    """Limit this process, load its libraries, carry out jobs until it is told to end."""
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
    number = 0
    while number < RETIRED_AFTER_JOBS:
        head = sys.stdin.buffer.read(8)
        if len(head) < 8:
            return  # the pool wants no more of it
        # From the process that started this one, and from nobody else.
        message = sys.stdin.buffer.read(int.from_bytes(head, "big"))
        function, arguments, folder = pickle.loads(message)
        if not folder:
            _make_ready(function, arguments)
            continue
        number += 1
        # Whatever it leaves there goes with the job, even where this process is killed.
        tempfile.tempdir = folder
        outcome = _outcome(function, arguments, Path(folder), say)
        again = "done" in outcome or "refused" in outcome
        again = again and number < RETIRED_AFTER_JOBS and _peak_bytes() < RETIRED_AT_BYTES
        say({**outcome, "again": again})
        if not again:
            return


def _make_ready(function: str, arguments: Any) -> None:
    """Call a function whose faults matter to the next job only, which will tell them."""
    module, _, name = function.partition(":")
    try:
        getattr(importlib.import_module(module), name)(arguments)
    except Exception as error:
        logger.warning("%s made nothing ready: %s", function, error)
    # What is there by now stays: to look through it for circles takes a tenth of every drawing.
    gc.collect()
    gc.freeze()


def _peak_bytes() -> int:
    """Return the highest resident memory so far [byte]; 0 where it cannot be told."""
    if sys.platform == "win32":
        return 0
    # What `getrusage` tells on Linux is handed down from the process that started this one.
    status = Path("/proc/self/status")
    if status.is_file():
        lines = dict(line.partition(":")[::2] for line in status.read_text().splitlines())
        return 1024 * int(lines.get("VmHWM", "0 kB").split()[0])
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


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
        # Where memory runs out all the same, this process goes and not the page.
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    main()
