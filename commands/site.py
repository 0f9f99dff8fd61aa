"""``geo export --format site``: write the edition as a folder of static files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from commands.shared.console import say
from geo.errors import ExportError
from geo.texts import Text
from layers.exports import read_material
from layers.site.downloads import downloads
from layers.site.edition import EditionOptions, edition_files, write_edition
from layers.site.tables import check_folder

if TYPE_CHECKING:
    import datetime as dt


def write_site(data: Path, out: str | None, base_url: str, date: dt.date, language: str) -> None:
    """Make the edition and say on standard error how far it is.

    Raises
    ------
    ExportError
        If no folder is named, or the edition cannot be made or written.
    """
    if not out:
        raise ExportError(Text("site.no-folder"))
    options = EditionOptions(date=date, base_url=base_url)

    def tell(share: float, words: str) -> None:
        print(f"\r{share:4.0%} {words:<50.50}", end="", file=sys.stderr, flush=True)

    material = read_material(data)
    files_made = list(downloads(data, material, date, options.address, tell))
    files = edition_files(material, check_folder(data), options, files_made)
    write_edition(files, Path(out))
    print(file=sys.stderr)
    size = sum(map(len, files.values())) / 1e6
    say(language, "command.wrote-site", folder=out, count=len(files), size=size)
