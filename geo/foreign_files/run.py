"""Start a locked process that reads one foreign file, and take its plain answer."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from json import dumps
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import ProjError

from geo.foreign_files.formats import Format
from geo.foreign_files.wire import Answer, Table, UploadFaultError, WireError, read_answer
from geo.io import limits as input_limits
from geo.io.write import make_folder, temporary_folder, write_scratch

logger = logging.getLogger(__name__)

READER = Path(__file__).with_name("reader.py")

AT_ONCE = 2
"""Readers that run at once in this process; the next waits for one to end."""

PATIENCE_SECONDS = 20.0
"""How long a reader waits for its turn."""

_TURN = threading.BoundedSemaphore(AT_ONCE)
_KEPT_VARIABLES = ("SYSTEMROOT", "WINDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""All that a reader gets of our environment: what the system needs to start a program."""


@dataclass(frozen=True)
class Allowance:
    """How much one reader may take.

    Parameters
    ----------
    memory : int
        Private memory [bytes]; holds on Linux.
    processor_seconds : int
    seconds : float
        By the clock.
    answer_bytes : int
        Of its answer.
    file_bytes : int
        Of a file that its driver writes into its own folder; 0 for none.
    counts : tuple of str
        Names of `geo.io.limits` that hold.
    """

    memory: int
    processor_seconds: int
    seconds: float
    answer_bytes: int
    file_bytes: int = 0
    counts: tuple[str, ...] = ()


UPLOAD = Allowance(
    memory=256 * 2**20,
    processor_seconds=4,
    seconds=60.0,  # processor_seconds ends what computes; a busy machine is no fault of a file
    answer_bytes=96 * 2**20,
    counts=("LAYERS", "FEATURES", "FIELDS", "VERTICES", "NESTING", "XML_ELEMENTS"),
)
"""What a reader of the page may ask for, of whom nothing is known."""

IMPORT = Allowance(
    memory=3 * 2**30,
    processor_seconds=900,
    seconds=1800.0,
    answer_bytes=2**30,
    file_bytes=16 * 2**30,
    counts=("LAYERS", "FIELDS", "NESTING"),
)
"""What ``geo roads import`` may: whoever starts it has chosen the file."""


@dataclass(frozen=True)
class Layer:
    """A layer that a file holds.

    Parameters
    ----------
    name : str
    geometry : str or None
        Type as GDAL names it, such as ``"MultiPolygon"``; None without one.
    features : int
        -1 where they were not counted.
    """

    name: str
    geometry: str | None
    features: int


@dataclass(frozen=True)
class Found:
    """What a reader answered.

    Parameters
    ----------
    layers : tuple of Layer
        All that the file holds; empty for GeoJSON, which has one without a name.
    tables : dict
        Layer name to GeoDataFrame, or to DataFrame where it has no geometry.
        The CRS is as declared, or None.
    notes : list of (code, level, values)
        What a reader should know.
    locks : dict
        ``landlock``, ``calls``, ``resources``: which locks held.
    """

    layers: tuple[Layer, ...]
    tables: dict[str, Any]
    notes: list[Any]
    locks: dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What is asked of a file.

    Parameters
    ----------
    layers : "first", "polygons", "all" or list of str
        ``"first"``: the first with a geometry; ``"polygons"``: the first of polygons,
        else as ``"first"``; names of layers, none of them for a list of layers only.
    count : bool
        Whether features are counted for the list of layers.
    encoding, said_encoding : str
        Of the text, where the driver needs it; what a .cpg says of a Shapefile.
    columns, where, bbox, options
        As `pyogrio.raw.read` has them. `where` is ours, never the sender's.
    """

    layers: str | list[str] = "first"
    count: bool = False
    encoding: str | None = None
    said_encoding: str = ""
    columns: list[str] | None = None
    where: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    options: Mapping[str, str] = field(default_factory=dict)


Files = Mapping[str, Callable[[Path], None]]
"""Name to what writes that file, for the folder that a reader is given."""


def read_layers(
    row: Format, files: Files, selection: Wanted | None = None, allowance: Allowance = UPLOAD
) -> Found:
    """Read layers of a foreign file in a process of its own.

    Parameters
    ----------
    row : Format
        From `geo.foreign_files.formats`.
    files : mapping
        What to lay down: the file called ``"layer"`` with the ending of the format, and
        those beside it; see `bytes_at` and `copy_at`. Names are ours, never the sender's.
    selection : Wanted, optional
        By default the first layer.
    allowance : Allowance

    Returns
    -------
    Found

    Raises
    ------
    UploadFaultError
        If the file cannot be read; ``values["kind"]`` names the format.
    ExportError
        If no temporary folder can be made or written.
    """
    selection = selection or Wanted()
    unknown_options = set(selection.options) - set(row.allowed)
    if unknown_options:
        raise ValueError(f"{row.kind} takes no option {sorted(unknown_options)}.")
    with temporary_folder() as folder:
        inside, scratch = folder / "file", folder / "scratch"
        for new_folder in (inside, scratch):
            make_folder(new_folder)
        for name, write in files.items():
            make_folder((inside / name).parent)
            write(inside / name)
        request = request_for(row, selection, allowance, inside, scratch)
        with _turn():
            answer = _answer(request, scratch, allowance)
    if answer.fault is not None:
        code, values = answer.fault
        raise UploadFaultError(code, **_told(values, row.kind))
    notes = [note for table in answer.tables for note in table.notes]
    tables = {}
    rows = 0  # of the layers before: several are read as one
    for table in answer.tables:
        try:
            tables[table.name] = _frame(table, notes, rows)
            rows += table.rows if table.shapes is not None else 0
        except (shapely.errors.GEOSException, ValueError, TypeError) as error:
            values = {"detail": str(error)}
            raise UploadFaultError("damaged", **_told(values, row.kind)) from error
    layers = tuple(Layer(*layer) for layer in answer.layers)
    return Found(layers, tables, notes, answer.locks)


def request_for(
    row: Format, selection: Wanted, allowance: Allowance, folder: Path, scratch: Path
) -> dict[str, Any]:
    """Return what a reader is told: plain values, sent as JSON."""
    return {
        "kind": row.kind,
        "driver": row.driver,
        "engine": row.engine,
        "file": f"layer{row.ending}",
        "folder": str(folder),
        "scratch": str(scratch),
        "check": row.check,
        "options": {**row.options, **selection.options},
        "limits": {name: getattr(input_limits, name) for name in allowance.counts},
        "resources": {
            "memory": allowance.memory,
            "processor_seconds": allowance.processor_seconds,
            "files": 64,
            "file_bytes": allowance.file_bytes,
        },
        "layers": selection.layers,
        "count": selection.count,
        "encoding": selection.encoding,
        "said_encoding": selection.said_encoding,
        "columns": selection.columns,
        "where": selection.where,
        "bbox": selection.bbox,
        "python_path": _python_path(),
    }


def bytes_at(data: bytes | memoryview) -> Callable[[Path], None]:
    """Return what writes some bytes to a path."""
    return lambda path: write_scratch(path, [data])


def chunks_at(chunks: Callable[[], Iterable[bytes]]) -> Callable[[Path], None]:
    """Return what writes pieces of bytes to a path, one after another."""
    return lambda path: write_scratch(path, chunks())


def copy_at(source: Path) -> Callable[[Path], None]:
    """Return what copies a file of ours to a path."""
    return chunks_at(lambda: _pieces(source))


def _pieces(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        while piece := file.read(2**20):
            yield piece


def _python_path() -> list[str]:
    """Return where the reader finds this package, NumPy, pyogrio and Shapely."""
    folders = [str(READER.parents[2])]
    for name in ("numpy", "pyogrio", "shapely", "osmium"):
        spec = find_spec(name)
        if spec is not None and spec.origin:
            folders.append(str(Path(spec.origin).parents[1]))
    return list(dict.fromkeys(folders))


@contextmanager
def _turn() -> Iterator[None]:
    """Wait until fewer than `AT_ONCE` readers run."""
    if not _TURN.acquire(timeout=PATIENCE_SECONDS):
        raise UploadFaultError("reader-busy")
    try:
        yield
    finally:
        _TURN.release()


def environment_for(scratch: Path) -> dict[str, str]:
    """Return the environment of a reader: nothing of ours but what starts a program."""
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    environment |= {
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "CPL_TMPDIR": str(scratch),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "GDAL_DRIVER_PATH": "disable",
        "PROJ_NETWORK": "OFF",
    }
    return environment


def _answer(request: Mapping[str, Any], scratch: Path, allowance: Allowance) -> Answer:
    """Run the reader and return its answer, or the fault that its end stands for."""
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(READER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=scratch,
            env=environment_for(scratch),
            close_fds=True,
        )
    except OSError as error:
        raise UploadFaultError("reader-start", detail=str(error.strerror)) from error
    # A timer ends the process: a reader that hangs does not answer to anything else.
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    clock = threading.Timer(allowance.seconds, end)
    clock.daemon = True
    clock.start()
    try:
        data = _exchange(process, dumps(request).encode(), allowance.answer_bytes)
    finally:
        clock.cancel()
        process.kill()  # whatever ended this, and a reader that left: nothing runs on
        code = process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
    # What came back, or why nothing did.
    if data is None:
        raise UploadFaultError("reader-answer", kind=request["kind"], limit=allowance.answer_bytes)
    try:
        return read_answer(memoryview(data))
    except WireError as error:
        logger.warning("A reader of %s ended with %s", request["kind"], code)
        if late.is_set() or code in (-24, -9):  # SIGXCPU, SIGKILL
            limit = allowance.processor_seconds
            raise UploadFaultError("reader-time", kind=request["kind"], limit=limit) from error
        raise UploadFaultError("reader-ended", kind=request["kind"]) from error


def _exchange(process: subprocess.Popen[bytes], request: bytes, limit: int) -> bytearray | None:
    """Send the request and return what comes back, None if it is more than `limit` bytes."""
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(OSError):  # it may have ended
        process.stdin.write(request)
        process.stdin.close()
    data = bytearray()
    while piece := process.stdout.read1(2**18):  # type: ignore[attr-defined]
        data += piece
        if len(data) > limit:
            return None
    return data


_PATH = re.compile(r"'?\S*heping-\S*'?|(?<!\S)/(?:[\w.+-]+/){2,}\S*")
"""A folder of ours, or where a library was built."""


def _told(values: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return the values of a fault for readers: with the format, without the folder's path."""
    note = {"kind": kind, **values}
    if "detail" in note:
        note["detail"] = _PATH.sub("…", str(note["detail"])).strip(" .;")[:200]
    return note


def _frame(table: Table, notes: list[Any], before: int = 0) -> gpd.GeoDataFrame | pd.DataFrame:
    """Return a table with shapes."""
    names = [name for name, _ in table.columns]
    columns = [
        pd.Series(values, dtype=None if isinstance(values, np.ndarray) else object)
        for _, values in table.columns
    ]
    index = pd.RangeIndex(table.rows)
    frame = pd.concat(columns, axis=1) if columns else pd.DataFrame(index=index)
    frame.columns = pd.Index(names, dtype=object)
    if table.shapes is None:
        return frame
    with np.errstate(invalid="ignore"):  # NaN is told later
        shapes = _shapes(table.shapes, notes, before)
    crs = declared_crs(table.crs, notes)
    series = gpd.GeoSeries(shapes, index=index, crs=crs)
    return (
        gpd.GeoDataFrame(frame, geometry=series)
        if "geometry" not in names
        else (gpd.GeoDataFrame(frame.rename(columns={"geometry": "geometry_1"}), geometry=series))
    )


def _shapes(binaries: list[bytes | None], notes: list[Any], before: int) -> Any:
    """Return the shapes of WKB; where one is faulty, with its rings closed, or None and a note.

    Raises
    ------
    GEOSException
        If none of several, or the only one, can be read.
    """
    try:
        return shapely.from_wkb(np.array(binaries, dtype=object))
    except shapely.errors.GEOSException:
        pass
    shapes = np.full(len(binaries), None, dtype=object)
    first: shapely.errors.GEOSException | None = None
    for row, binary in enumerate(binaries):
        try:
            shapes[row] = shapely.from_wkb(binary)
        except shapely.errors.GEOSException as error:
            first = first or error
            shapes[row] = shapely.from_wkb(binary, on_invalid="fix")
            if shapes[row] is None or shapes[row].is_empty:
                shapes[row] = None
                detail = {"feature": before + row + 1, "detail": str(error)[:200]}
                notes.append(("geometry-unreadable", "error", detail))
            else:
                notes.append(("rings-closed", "info", {"feature": before + row + 1}))
    if first is not None and shapely.is_missing(shapes).all():
        raise first
    return shapes


_ASKS_FILES = re.compile(
    r"\+\w+=|grids|parameterfile|proj-based|proj4|geoidmodel|abridged|boundcrs", re.IGNORECASE
)
_NO_GRID = re.compile(
    r'EXTENSION\["PROJ4","(?:(?!grids)[^"/\\])*grids=@null(?:(?!grids)[^"/\\])*"\],?', re.IGNORECASE
)
"""What Web Mercator's WKT says: no grid at all."""

_CODE = re.compile(
    r"(?:urn:ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?"
    r"([A-Za-z]{2,12})(?::|/)(?:[0-9.]{0,8}(?::|/))?([A-Za-z0-9]{1,12})"
)


def declared_crs(words: str | None, notes: list[Any]) -> CRS | None:
    """Return the CRS that a file declares, or None with a note.

    Only an authority's code and WKT that names no file are taken: a PROJ string or a
    grid would have PROJ open a file of the sender's choice when coordinates are shifted.
    """
    if words is None:
        return None
    try:
        crs = None
        if code := _CODE.fullmatch(words):
            crs = CRS.from_authority(code[1].upper(), code[2])
        plain = _NO_GRID.sub("", words)
        if len(words) < 20_000 and "[" in words and not _ASKS_FILES.search(plain):
            crs = CRS.from_wkt(words)
        # a drawing's own plane, heights or a geocentre: no place on a map follows from it
        if crs is not None and (crs.is_geographic or crs.is_projected):
            return crs
    except (ProjError, ValueError):
        pass
    notes.append(("crs-unreadable", "warning", {"detail": words[:100]}))
    return None
