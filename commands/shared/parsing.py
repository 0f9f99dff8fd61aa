"""Read the words of a call; help and refusals are in the reader's language."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from typing import Any, cast

from commands.shared.console import default_language
from geo.texts import LANGUAGES, keys, text

OWN_WORDS = {
    "usage: ": "option.usage",
    "positional arguments": "option.arguments",
    "options": "option.options",
    "show this help message and exit": "option.help",
    "%(prog)s: error: %(message)s\n": "call.error",
    "argument %(argument_name)s: %(message)s": "call.argument",
    "the following arguments are required: %s": "call.required",
    "one of the arguments %s is required": "call.one_of",
    "unrecognized arguments: %s": "call.unrecognized",
    "not allowed with argument %s": "call.not_with",
    "ignored explicit argument %r": "call.ignored",
    "expected one argument": "call.one",
    "expected at most one argument": "call.at_most_one",
    "expected at least one argument": "call.at_least_one",
    "expected %s arguments": "call.count",
    "ambiguous option: %(option)s could match %(matches)s": "call.ambiguous",
    "invalid %(type)s value: %(value)r": "call.type",
    "invalid choice: %(value)r (choose from %(choices)s)": "call.choice",
    "unknown parser %(parser_name)r (choices: %(choices)s)": "call.command",
}
"""What argparse itself says to a reader, and its key of the catalogue."""


def language_of(words: Sequence[str]) -> str:
    """Return the language that a call asks for, before it is read; else the default.

    Examples
    --------
    >>> language_of(["check", "--lang", "en", "--help"])
    'en'
    """
    for word, following in pairwise([*words, ""]):
        option, _, value = word.partition("=")
        if option == "--lang" and (value or following) in LANGUAGES:
            return value or following
    return default_language()


class Parser(argparse.ArgumentParser):
    """A parser whose options get their words from the catalogue.

    An option of ``geo plan new`` has the key ``option.plan.new.<name>``, or one of a part of
    it where several share the words: ``option.plan.<name>``, ``option.<name>``.

    Parameters
    ----------
    language : {"zh", "en"}
        Of help and refusals.
    """

    def __init__(self, *, language: str, **settings: Any) -> None:
        self.language = language
        super().__init__(**settings)

    def words(self, name: str, **values: object) -> str:
        """Return the words of an option of this command.

        Raises
        ------
        KeyError
            If the catalogue has none.
        """
        path = [*self.prog.split()[1:], name]
        known = [".".join(["option", *path[:n], name]) for n in range(len(path) - 1, -1, -1)]
        key = next((key for key in known if key in keys()), known[0])
        return text(key, self.language, **values)

    def add_argument(self, *names: Any, **settings: Any) -> argparse.Action:
        """Declare an option as `argparse` does, with its words."""
        action = super().add_argument(*names, **settings)
        if action.help is None:
            action.help = self.words(action.dest)
        return action

    def add_commands(self, name: str) -> argparse._SubParsersAction[Parser]:
        """Let a word choose among commands, which speak the same language."""
        return self.add_subparsers(
            dest=name,
            required=True,
            metavar=name.upper(),
            parser_class=cast("type[Parser]", partial(Parser, language=self.language)),
        )

    def add_language(self) -> None:
        """Declare ``--lang``: of all that a command says, and of what it writes."""
        self.add_argument("--lang", choices=LANGUAGES, default=self.language)


def add_command(commands: argparse._SubParsersAction[Parser], name: str, parent: Parser) -> Parser:
    """Add one command with its summary, and the longer words where the catalogue has them."""
    summary = parent.words(name)
    key = ".".join(["option", *parent.prog.split()[1:], name, "about"])
    about = text(key, parent.language) if key in keys() else summary
    return commands.add_parser(name, help=summary, description=about)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let argparse say its own words in a language.

    It looks every one up by `gettext`, under a name of its module; with no catalogue of
    gettext installed it finds the English.
    """
    before = argparse._, argparse.ngettext  # type: ignore[attr-defined]

    def one(words: str) -> str:
        return text(OWN_WORDS[words], language) if words in OWN_WORDS else words

    def many(single: str, plural: str, count: int) -> str:
        return one(plural) if plural in OWN_WORDS else before[1](single, plural, count)

    argparse._, argparse.ngettext = one, many  # type: ignore[attr-defined]
    try:
        yield
    finally:
        argparse._, argparse.ngettext = before  # type: ignore[attr-defined]
