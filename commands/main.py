"""The command line: ``geo build | check | export | roads | district | plan | page | doctor``."""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence

from commands.shared.console import default_language, let_console_print_anything
from geo.errors import GeoError

COMMANDS = {
    "build": "rebuild data/zones from the plans and the base",
    "check": "compare every stated figure, and look for faults",
    "export": "maps, slides, tables and data files",
    "roads": "bring in real street data",
    "district": "begin the data folder of another district",
    "plan": "begin or check a plan file",
    "page": "open the page in a browser on this machine",
    "doctor": "what is missing on this machine, and what to do",
}
"""Every command and the module of commands that carries it out."""


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
    parser = argparse.ArgumentParser(prog="geo", description=__doc__)
    parser.add_argument("-v", "--verbose", action="store_true", help="say what is being done")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    let_console_print_anything()
    words = list(sys.argv[1:] if arguments is None else arguments)
    # Only the module of the command in hand is imported: `geo check` needs no matplotlib.
    chosen = next((word for word in words if not word.startswith("-")), "")
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        if name == chosen:
            importlib.import_module(f"commands.{name}").add_arguments(command)
    options = parser.parse_args(words)
    logging.basicConfig(
        level=logging.INFO if options.verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )
    try:
        code: int = options.run(options)
    except GeoError as error:
        told = error.explain(getattr(options, "lang", default_language()))
        print(f"geo {options.command}: {told}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
