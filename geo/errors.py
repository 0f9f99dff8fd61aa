"""Define the few errors that a mistake raises, and the issue that a fault in data becomes."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Literal

from geo.texts import Text, keys

IssueLevel = Literal["error", "warning", "info"]


class GeoError(ValueError):
    """Anything that `geo` refuses; catch this one to catch them all.

    Parameters
    ----------
    words : Text
        What is wrong: what, which one, found against expected, what to do.
    """

    def __init__(self, words: Text) -> None:
        super().__init__(words)

    @property
    def words(self) -> Text:
        """The sentence, to be put into another one or into an Issue."""
        words: Text = self.args[0]
        return words

    @property
    def key(self) -> str:
        """The key of the catalogue."""
        return self.words.bare.key

    def __str__(self) -> str:
        """Return the English, as logs and tracebacks show it."""
        return self.explain("en")

    def explain(self, language: str = "zh") -> str:
        """Return the message in Chinese or English."""
        return self.words.render(language)


def reason_of(error: BaseException) -> Text:
    """Return why something failed, to be put into a sentence of ours.

    Ours keep their words. For what the system refuses, the catalogue has the
    words in both languages; whatever else a library says is English and
    stands in the English alone.

    Examples
    --------
    >>> reason_of(OSError(28, "No space left on device")).render("zh")
    '磁盘已满'
    """
    if isinstance(error, GeoError):
        return error.words
    name, words = type(error).__name__, str(error)
    if isinstance(error, OSError) and error.errno:
        name, words = errno.errorcode.get(error.errno, name), error.strerror or words
    if f"system.{name}" in keys():
        return Text(f"system.{name}")
    return Text("system.other", name=name, said_en=" ".join(words.split()).strip(" .") or name)


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
    message : Text
        What is wrong: what, which one, found against expected.
    remedy : Text, optional
        What the reader can do about it.
    """

    code: str
    level: IssueLevel
    place: str
    message: Text
    remedy: Text | None = None

    def words(self, language: str) -> tuple[str, str]:
        """Return message and remedy in a language; the remedy may be empty."""
        remedy = "" if self.remedy is None else self.remedy.render(language)
        return self.message.render(language), remedy

    def sentence(self, language: str) -> str:
        """Return message and remedy as running text, each with its full stop.

        Examples
        --------
        >>> Issue("a", "error", "b", Text("district.mend"), Text("district.mend")).sentence("en")
        'Mend the folder. Mend the folder.'
        """
        message, remedy = self.words(language)
        if not remedy:
            return message
        stop, gap = (".", " ") if language == "en" else ("。", "")
        return f"{message}{'' if message[-1:] in '.。!！?？' else stop}{gap}{remedy}"

    def as_record(self) -> dict[str, str]:
        """Return the fields as strings, in English and in Chinese."""
        message, remedy = self.words("en")
        message_zh, remedy_zh = self.words("zh")
        return {
            "code": self.code,
            "level": self.level,
            "place": self.place,
            "message": message,
            "remedy": remedy,
            "message_zh": message_zh,
            "remedy_zh": remedy_zh,
        }
