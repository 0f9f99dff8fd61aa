"""Hand a call to its command: ``geo build | check | export | roads | district | plan | page``."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Sequence

from commands.shared.console import let_console_print_anything
from commands.shared.parsing import Parser, add_command, language_of, speaking
from geo.errors import GeoError
from geo.texts import text

COMMANDS = ("build", "check", "export", "roads", "district", "plan", "page", "doctor")
"""Every command: the name of the module of commands that carries it out."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``python -m geo``; those of the process by default.

    Returns
    -------
    int
        0 when all is well, 1 on an error-level issue or a refusal of ours,
        2 on a wrong call.
    """
    let_console_print_anything()
    words = list(sys.argv[1:] if arguments is None else arguments)
    language = language_of(words)
    with speaking(language):
        options = _parser(words, language).parse_args(words)
    logging.basicConfig(
        level=logging.INFO if options.verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )
    try:
        code: int = options.run(options)
    except GeoError as error:
        print(f"geo {options.command}: {error.explain(options.lang)}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1
    return code


def _parser(words: Sequence[str], language: str) -> Parser:
    """Return the parser of a call."""
    parser = Parser(prog="geo", language=language, description=text("option.geo", language))
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_language()
    commands = parser.add_commands("command")
    # Only the module of the command in hand is imported: `geo check` needs no matplotlib.
    chosen = next((word for word in words if word in COMMANDS), "")
    for name in COMMANDS:
        command = add_command(commands, name, parser)
        if name == chosen:
            importlib.import_module(f"commands.{name}").add_arguments(command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
