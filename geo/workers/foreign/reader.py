"""Read one foreign file in this process alone, which is locked before the file is opened.

Started by `geo.workers.foreign.run` as ``python -I reader.py``: a request in JSON comes in by the
standard input, an answer as `geo.workers.foreign.wire` has it goes out by the standard output.
"""

from __future__ import annotations

import codecs
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

    from geo.workers.foreign import lock, wire
    from geo.workers.foreign.faults import UploadFaultError

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
        code = "reader-memory" if "memory" in str(error).lower() else "damaged"
        values = {} if code == "reader-memory" else {"detail": str(error)}
        answer = wire.Answer(fault=(code, values), locks=answer.locks)
    wire.write_answer(out, answer)


def _prepare(request: dict[str, Any]) -> dict[str, Any]:
    """Load what will be needed, then lock; return which locks hold."""
    from geo.workers.foreign import lock

    for encoding in ("utf-8-sig", "gb18030", "big5", "cp1252", "iso-8859-1", "ascii"):
        codecs.lookup(encoding)
    readable = [request["folder"]]
    if request["driver"]:
        from geo.workers.foreign import gdal_layers

        readable += gdal_layers.load_driver(request["driver"])
    else:
        import shapely.geometry  # noqa: F401

        from geo.workers.foreign import json_layers  # noqa: F401
    if request["check"]:
        from geo.workers.foreign import checks  # noqa: F401
    calls = lock.close_calls()  # first: it looks into /proc, which Landlock shuts
    return {"calls": calls, "landlock": lock.close_files(readable, [request["scratch"]])}


def _read(request: dict[str, Any], answer: Any) -> None:
    """List the layers and read those that were asked for."""
    path = os.path.join(request["folder"], request["file"])  # noqa: PTH118
    layers, notes = None, []
    if request["check"]:
        from geo.workers.foreign import checks

        look = getattr(checks, request["check"])(path, request)
        layers, notes = look.layers, look.notes
    if not request["driver"]:
        from geo.workers.foreign import json_layers

        answer.tables = [json_layers.table(path, request)]
        return
    from geo.workers.foreign import gdal_layers

    answer.layers = gdal_layers.layers(path, layers, request)
    for name in chosen(answer.layers, request["layers"]):
        answer.tables.append(gdal_layers.table(path, name, request))
    if answer.tables:
        answer.tables[0].notes += notes


def chosen(layers: list[list[Any]], wanted: Any) -> list[str]:
    """Return the names of the layers to read: a list of names, ``"first"``, ``"all"`` or none.

    ``"first"`` is the first layer with a geometry; ``"polygons"`` the first of
    polygons, else the first with a geometry.
    """
    names = [name for name, _, _ in layers]
    with_shapes = [name for name, geometry, _ in layers if geometry] or names
    if isinstance(wanted, list):
        return [name for name in names if name in wanted]
    if wanted == "all":
        return list(dict.fromkeys(with_shapes))
    if wanted == "polygons":
        polygons = [name for name, geometry, _ in layers if geometry and "Polygon" in geometry]
        return (polygons or with_shapes)[:1]
    return with_shapes[:1] if wanted == "first" else []


if __name__ == "__main__":
    main()
