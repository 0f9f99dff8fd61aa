"""Hand values of ours from a job to the page: a file that can hold nothing else.

A job that has seen a foreign file is trusted less than the page. What it hands over is read
back as our own dataclasses, shapes and plain values; whatever else stands in the file is refused
before it is made.
"""

from __future__ import annotations

import dataclasses
import importlib
import io
import pickle
from pathlib import Path
from typing import Any

from geo.errors import GeoError
from geo.io.write import write_bytes

MOST_BYTES = 200_000_000
"""Of one file."""

_OTHERS = frozenset(
    {
        ("decimal", "Decimal"),
        ("numpy", "dtype"),
        ("numpy._core.multiarray", "scalar"),
        ("numpy.core.multiarray", "scalar"),
        ("shapely.io", "from_wkb"),
    }
)
"""What the fields of our dataclasses are made of, beyond plain values."""


def write_value(folder: Path, value: Any) -> Path:
    """Write a value into the folder of a job and return the file.

    Raises
    ------
    ExportError
        If it cannot be written.
    """
    path = folder / "value"
    write_bytes(path, pickle.dumps(value))
    return path


def read_value(path: Path) -> Any:
    """Read what `write_value` wrote.

    Raises
    ------
    UnpicklingError
        If the file holds anything but dataclasses and errors of ours, shapes and plain values,
        or more than `MOST_BYTES`.
    """
    if path.stat().st_size > MOST_BYTES:
        raise pickle.UnpicklingError(f"more than {MOST_BYTES:,} bytes")
    return _Ours(io.BytesIO(path.read_bytes())).load()


class _Ours(pickle.Unpickler):
    """Knows our dataclasses and errors, and `_OTHERS`."""

    def find_class(self, module: str, name: str) -> Any:
        """Return a class by its name; a dotted name, which could lead elsewhere, is none."""
        if (module, name) in _OTHERS:
            return super().find_class(module, name)
        if module.startswith("geo.") and "." not in name:
            kind = getattr(importlib.import_module(module), name, None)
            if (
                isinstance(kind, type)
                and kind.__module__ == module
                and (dataclasses.is_dataclass(kind) or issubclass(kind, GeoError))
            ):
                return kind
        raise pickle.UnpicklingError(f"{module}.{name} is not ours")
