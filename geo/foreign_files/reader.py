"""Read one foreign file in this process alone, which is locked before the file is opened.

Started by `geo.foreign_files.run` as ``python -I reader.py``: a request in JSON comes in by the
standard input, an answer as `geo.foreign_files.wire` has it goes out by the standard output.
"""

from __future__ import annotations

import codecs
import importlib
import json
import os
import sys
from typing import Any


def main() -> None:
    """Answer one request."""
    request = json.loads(sys.stdin.buffer.read())
    sys.path[:0] = [path for path in request["python_path"] if path not in sys.path]
    # What prints, prints nowhere: the answer alone goes out.
    out = os.fdopen(os.dup(1), "wb")
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)

    from geo.foreign_files import lock, wire
    from geo.foreign_files.wire import UploadFaultError

    answer = wire.Answer()
    try:
        answer.locks["resources"] = lock.limit_resources(request["resources"])
        answer.locks |= _prepare(request)
        _read(request, answer)
    except UploadFaultError as fault:
        answer = wire.Answer(fault=(fault.code, fault.values), locks=answer.locks)
    except MemoryError:
        answer = wire.Answer(fault=("reader-memory", {}), locks=answer.locks)
    except lock.LockError as error:
        answer = wire.Answer(fault=("reader-lock", {"detail": str(error)}), locks=answer.locks)
    except Exception as error:  # what a driver raises has no common base
        reason = str(error).lower()
        code = "reader-memory" if "memory" in reason or "bad_alloc" in reason else "damaged"
        values = {} if code == "reader-memory" else {"detail": str(error)}
        answer = wire.Answer(fault=(code, values), locks=answer.locks)
    wire.write_answer(out, answer)


def _prepare(request: dict[str, Any]) -> dict[str, Any]:
    """Load what will be needed, then lock; return which locks hold."""
    from geo.foreign_files import lock

    for encoding in ("utf-8-sig", "gb18030", "big5", "cp1252", "iso-8859-1", "ascii"):
        codecs.lookup(encoding)
    _engine(request).load(request)
    readable = [request["folder"], *_library_folders()]
    if request["check"]:
        from geo.foreign_files import checks  # noqa: F401
    calls = lock.close_calls()  # first: it looks into /proc, which Landlock shuts
    return {"calls": calls, "landlock": lock.close_files(readable, [request["scratch"]])}


def _library_folders() -> list[str]:
    """Return where the libraries lie that are loaded: parts of them are loaded on use."""
    folders = [os.path.dirname(os.__file__), os.path.dirname(__file__)]  # noqa: PTH120
    for name in ("numpy", "pyogrio", "shapely", "osmium"):
        file = getattr(sys.modules.get(name), "__file__", None)
        if file:
            package = os.path.dirname(file)  # noqa: PTH120
            folders += [package, f"{package}.libs"]
    return [folder for folder in dict.fromkeys(folders) if os.path.isdir(folder)]  # noqa: PTH112


def _read(request: dict[str, Any], answer: Any) -> None:
    """List the layers and read those that were asked for."""
    path = os.path.join(request["folder"], request["file"])  # noqa: PTH118
    layers, notes = None, []
    if request["check"]:
        from geo.foreign_files import checks

        look = getattr(checks, request["check"])(path, request)
        layers, notes = look.layers, look.notes
    _engine(request).read(path, layers, request, answer)
    if answer.tables:
        answer.tables[0].notes += notes


def _engine(request: dict[str, Any]) -> Any:
    """Return the module that reads the format."""
    names = ("gdal_layers", "json_layers", "table_layers", "osm_elements")
    (name,) = (name for name in names if name == request["engine"])
    return importlib.import_module(f"geo.foreign_files.{name}")


if __name__ == "__main__":
    main()
