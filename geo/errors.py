"""The few errors that a caller's mistake raises, and the issue that a fault in data becomes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

IssueLevel = Literal["error", "warning", "info"]


class GeoError(ValueError):
    """Anything that `geo` refuses; catch this one to catch them all."""


class CRSError(GeoError):
    """A layer without a CRS, or in one that does not serve."""


class PlanError(GeoError):
    """A plan file that cannot be read as one."""


class LimitsError(GeoError):
    """A limits sentence that cannot be understood."""


class RoadNotFoundError(GeoError):
    """A limit whose printed name is not among the centrelines."""


class EnclosureError(GeoError):
    """Limits that do not enclose exactly one ring."""


class DataFileError(GeoError):
    """A data file that is missing, damaged or of another version."""


class InputTooLargeError(GeoError):
    """Something from outside that passes a documented limit."""


class ExportError(GeoError):
    """An export that cannot be made or written."""


@dataclass(frozen=True)
class Issue:
    """A fault in data, kept and shown rather than thrown.

    Parameters
    ----------
    code : str
        Stable name of the kind of fault, such as ``"road-not-found"``.
    level : {"error", "warning", "info"}
        Only ``"error"`` makes ``geo check`` exit with 1.
    place : str
        Where it lies: a file with its line, a zone id, a road name.
    message : str
        What is wrong: what, which one, found against expected.
    remedy : str
        What the reader can do about it.
    """

    code: str
    level: IssueLevel
    place: str
    message: str
    remedy: str = ""

    def as_record(self) -> dict[str, str]:
        """Return the fields as a plain dictionary of strings."""
        return asdict(self)
