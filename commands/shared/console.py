"""Speak on a console: what it can show, and in which language; needs no package."""

from __future__ import annotations

import codecs
import io
import json
import os
import sys
import unicodedata
from typing import TextIO

from geo.texts import LANGUAGES, Text

PLAIN_MARKS = {"✓": "√", "✕": "×", "✗": "×", "◐": "△", "◌": "◇", "–": "-", "−": "-", "≥": ">="}
"""What stands for a mark where a console has no such character; GBK, of Chinese Windows, has
the right-hand signs but not the left-hand ones."""


def _plainer(error: UnicodeError) -> tuple[str, int]:
    """Return plainer characters for those that an encoding lacks: km2 for km²."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    plainer = "".join(
        PLAIN_MARKS.get(character, unicodedata.normalize("NFKC", character))
        for character in error.object[error.start : error.end]
    )
    known = plainer.encode(error.encoding, "replace").decode(error.encoding)
    return known, error.end


codecs.register_error("plainer", _plainer)


def let_console_print_anything() -> None:
    """Let no character end a command on a console that cannot show it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plainer")


def print_json(document: str) -> None:
    """Print JSON, with every sign escaped where standard output is not UTF-8."""
    if (sys.stdout.encoding or "").lower().replace("-", "") != "utf8":
        document = json.dumps(json.loads(document), indent=1) + "\n"
    sys.stdout.write(document)


def default_language() -> str:
    """Return the language of ``GEO_LANG``; Chinese without it.

    Not that of the machine's locale: the same command gives the same file everywhere.
    """
    language = os.environ.get("GEO_LANG", "")
    return language if language in LANGUAGES else "zh"


def say(language: str, key: str, stream: TextIO | None = None, **values: object) -> None:
    """Print a sentence of the catalogue in a language, to standard output by default."""
    print(Text(key, **values).render(language), file=stream or sys.stdout)
