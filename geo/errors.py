"""The few errors that a caller's mistake raises, and the issue that a fault in data becomes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal, Self

from geo.catalogue import text

IssueLevel = Literal["error", "warning", "info"]


class GeoError(ValueError):
    """Anything that `geo` refuses; catch this one to catch them all."""

    key = ""
    what: str
    values: dict[str, object]

    @classmethod
    def of(cls, key: str, what: str = "", **values: object) -> Self:
        """Return an error whose words stand in the catalogue, in both languages.

        Parameters
        ----------
        key : str
            Key of the text catalogue.
        what : str
            What the error is about, such as a zone id; written before the words.
        **values
            Filled into the words; a pair is its Chinese and its English.
        """
        error = cls(_words(key, what, values, "en"))
        error.key, error.what, error.values = key, what, values
        return error

    def explain(self, language: str = "zh") -> str:
        """Return the message in Chinese or English; in English where it has no other."""
        return _words(self.key, self.what, self.values, language) if self.key else str(self)


def _words(key: str, what: str, values: dict[str, object], language: str) -> str:
    chosen = {
        name: value[language == "en"] if isinstance(value, tuple) else value
        for name, value in values.items()
    }
    before = f"{what}{': ' if language == 'en' else '：'}" if what else ""
    return before + text(key, language, **chosen)


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
    message_zh, remedy_zh : str
        The same in Chinese, where `message` and `remedy` are English and not
        in the language that the reader asked for.
    """

    code: str
    level: IssueLevel
    place: str
    message: str
    remedy: str = ""
    message_zh: str = ""
    remedy_zh: str = ""

    def words(self, language: str) -> tuple[str, str]:
        """Return message and remedy in a language, as far as they are there in it."""
        if language == "en":
            return self.message, self.remedy
        return self.message_zh or self.message, self.remedy_zh or self.remedy

    def as_record(self) -> dict[str, str]:
        """Return the fields as a plain dictionary of strings."""
        return asdict(self)
