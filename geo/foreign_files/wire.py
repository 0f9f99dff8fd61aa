"""Write and read the answer of a locked reader as bytes, and the fault that may stand in its place.

A head in JSON, then columns and WKB as they lie in memory.

Nothing in an answer is run when it is read: numbers are arrays, text is JSON, shapes are
WKB. A head is at most `HEAD_BYTES`; what does not fit what it announces is refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAGIC = b"GEOREAD1"
HEAD_BYTES = 32 * 2**20
NUMBERS = {"int": "<i8", "float": "<f8", "bool": "?"}


class UploadFaultError(Exception):
    """A file that cannot be read; `geo.uploads` gives it words in a language.

    Parameters
    ----------
    code : str
        Ends a key ``upload.<code>`` of the catalogue.
    **values
        Filled into its words: text and numbers only, since they cross processes.
    """

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def refuse_above(limits: Mapping[str, int], name: str, amount: int, what: str) -> None:
    """Raise UploadFaultError if `amount` passes the limit called `name`; none is no limit."""
    limit = limits.get(name)
    if limit is not None and amount > limit:
        raise UploadFaultError("too-large", name=name, limit=limit, found=amount, what=what)


class WireError(ValueError):
    """An answer that is none."""


@dataclass
class Table:
    """One layer on its way between two processes.

    Parameters
    ----------
    name : str
        Of the layer.
    rows : int
    columns : list of (name, values)
        Values are an array of int64, float64 or bool, or a list of text,
        numbers, booleans, lists, dictionaries and None.
    shapes : list of (bytes or None), or None
        WKB; None where the layer has no geometry.
    crs : str or None
        As the file declares it: ``"EPSG:4548"`` or WKT; datum never guessed.
    notes : list
        ``(code, level, values)`` of what a reader should know.
    """

    name: str
    rows: int
    columns: list[tuple[str, Any]]
    shapes: list[bytes | None] | None
    crs: str | None = None
    notes: list[Any] = field(default_factory=list)


@dataclass
class Answer:
    """What a reader found.

    Parameters
    ----------
    layers : list of (name, geometry type, features)
        Every layer of the file; the type as GDAL names it, None where a layer
        has no geometry; features -1 where they were not counted.
    tables : list of Table
        The layers that were read.
    fault : (code, values) or None
        Instead of the two, what keeps the file from being read.
    locks : dict
        ``landlock`` (version, 0 without), ``calls``, ``resources``: what held.
    """

    layers: list[Any] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    fault: tuple[str, dict[str, Any]] | None = None
    locks: dict[str, Any] = field(default_factory=dict)


def write_answer(stream: BinaryIO, answer: Answer) -> None:
    """Write an answer."""
    pieces: list[bytes] = []
    tables = []
    for table in answer.tables:
        columns = []
        for name, values in table.columns:
            kind = _kind(values)
            if kind:
                data = np.ascontiguousarray(values, dtype=NUMBERS[kind]).tobytes()
            else:
                data = json.dumps(list(values)).encode()
            columns.append([name, kind or "json", len(data)])
            pieces.append(data)
        shapes = None
        if table.shapes is not None:
            lengths = [-1 if wkb is None else len(wkb) for wkb in table.shapes]
            shapes = sum(length for length in lengths if length > 0)
            pieces.append(np.array(lengths, dtype="<i8").tobytes())
            pieces += [wkb for wkb in table.shapes if wkb]
        tables.append([table.name, table.rows, columns, shapes, table.crs, table.notes])
    head = json.dumps([answer.layers, tables, answer.fault, answer.locks]).encode()
    stream.write(MAGIC + len(head).to_bytes(8, "little") + head)
    for piece in pieces:
        stream.write(piece)
    stream.flush()


def _kind(values: Any) -> str:
    """Return which array of numbers some values are, or nothing."""
    if not isinstance(values, np.ndarray):
        return ""
    return {"i": "int", "u": "int", "f": "float", "b": "bool"}.get(values.dtype.kind, "")


def read_answer(data: memoryview) -> Answer:
    """Return the answer that some bytes hold.

    Raises
    ------
    WireError
        If they are none: the process that wrote them is not trusted.
    """
    try:
        return _answer(data)
    except (ValueError, TypeError, IndexError, KeyError, RecursionError, OverflowError) as error:
        raise WireError(f"{type(error).__name__}") from error


def _answer(data: memoryview) -> Answer:
    if bytes(data[:8]) != MAGIC:
        raise WireError("no answer")
    length = int.from_bytes(data[8:16], "little")
    if length > HEAD_BYTES:
        raise WireError("too long a head")
    layers, tables, fault, locks = json.loads(bytes(data[16 : 16 + length]))
    rest = _Bytes(data, 16 + length)
    result = [_table(rest, *table) for table in tables]
    if rest.at != len(data):
        raise WireError("more than announced")
    code = None
    if fault is not None:
        code = (_text(fault[0]), {_text(k): _scalar(v) for k, v in fault[1].items()})
    listing = [(_text(n), None if t is None else _text(t), int(c)) for n, t, c in layers]
    return Answer(listing, result, code, dict(locks))


class _Bytes:
    """The bytes after the head, taken piece by piece."""

    def __init__(self, data: memoryview, at: int) -> None:
        self.data, self.at = data, at

    def take(self, length: int) -> memoryview:
        """Return the next bytes."""
        if not 0 <= length <= len(self.data) - self.at:
            raise WireError("shorter than announced")
        self.at += length
        return self.data[self.at - length : self.at]


def _table(
    rest: _Bytes, name: Any, rows: Any, columns: Any, shapes: Any, crs: Any, notes: Any
) -> Table:
    columns_read: list[tuple[str, Any]] = []
    for column, kind, length in columns:
        piece = rest.take(int(length))
        values: Any
        if kind in NUMBERS:
            values = np.frombuffer(piece, dtype=NUMBERS[kind])
        else:
            values = json.loads(bytes(piece))
        if len(values) != rows:
            raise WireError("another number of rows")
        columns_read.append((_text(column), values))
    binary = None
    if shapes is not None:
        lengths = np.frombuffer(rest.take(8 * int(rows)), dtype="<i8").tolist()
        binary = list(_shapes(rest, lengths))
    notes_read = [(_text(c), _text(level), {_text(k): _scalar(v) for k, v in values.items()})
            for c, level, values in notes]  # fmt: skip
    return Table(
        _text(name),
        int(rows),
        columns_read,
        binary,
        None if crs is None else _text(crs),
        notes_read,
    )


def _shapes(rest: _Bytes, lengths: list[int]) -> Iterator[bytes | None]:
    for length in lengths:
        yield None if length < 0 else bytes(rest.take(length))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise WireError("no text")
    return value.encode("utf-8", "replace").decode()


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return _text(value)
