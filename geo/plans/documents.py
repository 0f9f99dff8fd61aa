"""Read and check `data/plans/<document_id>.toml`: plan texts as data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from geo.errors import DataFileError, InputTooLargeError, Issue, PlanError
from geo.io.faults import fault_of
from geo.io.read import read_text, toml_fault
from geo.io.versions import format_fault
from geo.plans.model import (
    TO_FILL,
    Document,
    Group,
    PassageKey,
    PlanItem,
)
from geo.texts import Text, lines_of, text

_Entry = TypeVar("_Entry", Group, PlanItem)


@dataclass(frozen=True)
class Citation:
    """Where a passage stands: the document's title and the section in it."""

    document_id: str
    title: str
    title_en: str
    section: str
    number: str = ""

    @property
    def text(self) -> str:
        """The citation in Chinese: title in title marks, number, section."""
        number = f"（{self.number}）" if self.number else ""
        section = f"，{self.section}" if self.section else ""
        return f"《{self.title}》{number}{section}"

    @property
    def text_en(self) -> str:
        """The citation in English; the section stays as printed."""
        number = f" ({self.number})" if self.number else ""
        section = f", {self.section}" if self.section else ""
        return f"{self.title_en}{number}{section}"


def citation(document: Document, item: PlanItem, quotation: int | None = None) -> Citation:
    """Return where an item stands in its document.

    Parameters
    ----------
    document : Document
        The document that holds the item.
    item : PlanItem
        One of its items.
    quotation : int, optional
        Position in ``item.quote``: the section of that quotation, where
        ``also_in`` gives it, instead of the item's own.

    Returns
    -------
    Citation
        Title, number and section as printed.
    """
    section = item.section
    if quotation is not None and item.also_in:
        section = item.also_in[quotation]
    about = document.about
    return Citation(about.id, about.title, about.title_en, section, about.number)


def passages(document: Document) -> Iterator[tuple[str, PassageKey, str]]:
    """Yield every verbatim passage of a document's items, in the order of the file.

    Parameters
    ----------
    document : Document
        One plan document.

    Yields
    ------
    tuple of (item_id, key, text)
        `key` is ``"limits_text"``, ``"positioning"``, ``"strategy"`` or
        ``"quote"``. The text is data: escape it where it becomes markup.
    """
    for item in document.items:
        for key, passage in item.passages:
            yield item.id, key, passage


def plan_schema() -> dict[str, Any]:
    """Return the JSON Schema of a plan file, as kept in ``geo/schemas/plan.schema.json``."""
    schema = Document.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Plan document"
    return schema


def read_document(path: Path | str) -> Document:
    """Read one plan file.

    Parameters
    ----------
    path : Path or str
        A TOML file in the form of ``docs/plan-format.md``.

    Returns
    -------
    Document
        The document, its groups and items in the order of the file.

    Raises
    ------
    DataFileError, InputTooLargeError
        If the file is missing, cannot be read or is too large.
    PlanError
        If it is not a plan file; the message names each fault with its line.
    """
    path = Path(path)
    document, faults = check_source(path.name, read_text(path))
    if document is None:
        raise PlanError(
            lines_of([Text("text.about", what=f.place, words=f.message) for f in faults])
        )
    return document


def read_documents(folder: Path | str) -> tuple[list[Document], list[Issue]]:
    """Read every plan file of a folder; keep what is sound, report the rest.

    Parameters
    ----------
    folder : Path or str
        Folder of ``*.toml`` files, read in the order of their names.

    Returns
    -------
    documents : list of Document
        The sound ones, by name of the file. Items with a fault of their own and
        those that clash with another document (same id, unknown
        ``carried_from`` and the like) are left out.
    issues : list of Issue
        One for each fault, with file and line.

    Raises
    ------
    DataFileError
        If the folder does not exist.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataFileError(Text("plan.no-folder", folder=str(folder)))
    documents: list[_Found] = []
    issues: list[Issue] = []
    # A file that cannot be read keeps none of the others from being read.
    for path in sorted(folder.glob("*.toml")):
        try:
            lines = _Lines(path.name, read_text(path))
            document, faults = _parse(lines)
        except (DataFileError, InputTooLargeError) as error:
            issues.append(Issue("plan-file-unreadable", "error", path.name, error.words))
            continue
        issues += faults
        if document is not None:
            documents.append((document, lines))
    # No plan at all is a mistake of the folder, and must not pass as “no faults”.
    if not documents and not issues:
        issues.append(
            Issue(
                "no-plan-files",
                "error",
                folder.name,
                Text("plan.none"),
                Text("plan.none.remedy"),
            )
        )
    issues += [
        Issue(
            "plan-without-items",
            "warning",
            lines.name,
            Text("plan.without-items"),
            Text("plan.without-items.remedy"),
        )
        for document, lines in documents
        if not document.items and lines.items is None
    ]
    # What two files say differently can be told only once all are read.
    sound, clashes = _without_clashes(documents)
    return sound, issues + clashes


def check_source(name: str, source: str) -> tuple[Document | None, list[Issue]]:
    """Return the document that the text of a plan file holds, or all of its faults.

    Parameters
    ----------
    name : str
        Name of the file, which is that of the document with ``.toml``.
    source : str
        Its TOML.

    Returns
    -------
    document : Document or None
        None if there is any fault.
    issues : list of Issue
        One for each fault; ``place`` is the name with the line.
    """
    document, faults = _parse(_Lines(name, source))
    return (None, faults) if faults else (document, [])


def line_of(source: str, loc: Sequence[int | str]) -> int:
    r"""Return the line of a key in the text of a plan file.

    Examples
    --------
    >>> line_of('[[items]]\nid = "a"\n[[items]]\nid = "b"\n', ("items", 1, "id"))
    4
    """
    return _Lines("", source).of(loc)


def _parse(lines: _Lines) -> tuple[Document | None, list[Issue]]:
    """Return the document with its sound items, if there is one, and every fault by its line."""
    source = lines.source
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        fault, line = toml_fault(error, source)
        return None, [_fault(lines.name, line, Text("plan.not-toml", fault=fault))]
    except RecursionError:
        return None, [_fault(lines.name, 1, Text("plan.too-deep"))]
    except ValueError:  # an integer of more digits than Python turns into a number
        return None, [_fault(lines.name, 1, Text("plan.number-too-long"))]
    if other_version := format_fault(data.get("format")):
        line = lines.of(("format",)) if "format" in data else 1
        return None, [_fault(lines.name, line, other_version)]
    document: Document | None
    faults: list[Issue] = []
    try:
        document = Document.model_validate(data)
    except ValidationError as error:
        document, faults = _without_faulty_items(data, error, lines)
    if document is None:
        return None, faults
    own_faults = _own_faults(document, lines)
    return (None, faults + own_faults) if own_faults else (_without_placeholders(document), faults)


def _without_faulty_items(
    data: dict[str, Any], error: ValidationError, lines: _Lines
) -> tuple[Document | None, list[Issue]]:
    """Return the document without the items that have a fault, and all faults.

    Where something other than an item is at fault there is no document.
    """
    details = error.errors(include_url=False)
    numbers = {one["loc"][1] for one in details if one["loc"][:1] == ("items",) and one["loc"][1:]}
    is_whole = any(one["loc"][:1] != ("items",) or not one["loc"][1:] for one in details)
    remedy = Text("plan.file-remedy" if is_whole else "plan.item-remedy")
    faults = [
        _fault(
            lines.name,
            lines.of(one["loc"]),
            fault_of(one).about(_owner(one["loc"], data)),
            remedy,
        )
        for one in details
    ]
    if is_whole:
        return None, faults
    sound = [n for n in range(len(data["items"])) if n not in numbers]
    lines.items = sound
    return Document.model_validate(data | {"items": [data["items"][n] for n in sound]}), faults


def _without_placeholders(document: Document) -> Document:
    """Return a document in whose words nothing is left to fill in.

    A title that is not written yet becomes the document's id, a name what it
    names; a section is left out. `geo.drafting.review` tells each of them with its line.
    """
    about = document.about
    titles = {key: about.id for key in ("title", "title_en") if TO_FILL in getattr(about, key)}
    optional = ("issuer", "issuer_en", "number", "date")
    optional_fields = {key: "" for key in optional if TO_FILL in getattr(about, key)}
    groups = [_named(group, "group", ("name", "name_en")) for group in document.groups]
    names = ("name", "name_en", "short_name", "short_name_en")
    items = [_named(item, "item", names) for item in document.items]
    return document.model_copy(
        update={
            "about": about.model_copy(update=titles | optional_fields),
            "groups": tuple(groups),
            "items": tuple(items),
        }
    )


def _named(entry: _Entry, kind: str, names: Sequence[str]) -> _Entry:
    """Return a group or item with a plain name where none is written, and no empty section."""
    update = {
        key: text(f"plan.unnamed-{kind}", "en" if key.endswith("_en") else "zh", id=entry.id)
        for key in names
        if TO_FILL in getattr(entry, key)
    }
    if TO_FILL in entry.section:
        update["section"] = ""
    return entry.model_copy(update=update) if update else entry


def _own_faults(document: Document, lines: _Lines) -> list[Issue]:
    """Return what no single item can know: ids, groups and the file's own name."""
    faults = []
    groups = [group.id for group in document.groups]
    for key, ids in (("items", [i.id for i in document.items]), ("groups", groups)):
        for n, one in enumerate(ids):
            if one in ids[:n]:
                message = Text("plan.id-twice", id=one, key=key)
                faults.append(lines.fault((key, n, "id"), message))
    for n, item in enumerate(document.items):
        if not item.id.startswith(f"{document.plan}-"):
            message = Text("plan.id-begins", id=item.id, begin=f"{document.plan}-")
            faults.append(lines.fault(("items", n, "id"), message))
        if item.group not in groups:
            message = Text("plan.group", group=item.group, known=groups).about(item.id)
            faults.append(lines.fault(("items", n, "group"), message))
    if lines.name != f"{document.id}.toml":
        message = Text("plan.file-name", id=document.id, file=lines.name)
        faults.append(lines.fault(("document", "id"), message))
    return faults


def _without_clashes(documents: Sequence[_Found]) -> tuple[list[Document], list[Issue]]:
    """Return the documents without items that clash with others, and the clashes."""
    issues: list[Issue] = []
    first_in: dict[str, str] = {}
    for document, lines in documents:
        for item in document.items:
            first_in.setdefault(item.id, lines.name)
    sound = []
    for document, lines in documents:
        items = []
        for n, item in enumerate(document.items):
            faults = []
            if first_in[item.id] != lines.name:
                faults.append(("id", Text("plan.id-taken", id=item.id, file=first_in[item.id])))
            faults += pointer_faults(item, first_in)
            issues += [lines.fault(("items", n, key), message) for key, message in faults]
            if not faults:
                items.append(item)
        sound.append(document.model_copy(update={"items": tuple(items)}))
    return sound, issues


def pointer_faults(item: PlanItem, ids: Container[str]) -> list[tuple[str, Text]]:
    """Return key and fault of each item that one names and that is not there, or is itself."""
    pointers = [("members", member) for member in item.members]
    pointers.append(("carried_from", item.carried_from or ""))
    if re.fullmatch(r"[a-z0-9-]+", item.label_at):  # else it is the name of a landmark
        pointers.append(("label_at", item.label_at))
    keys = {True: "plan.item-itself", False: "plan.unknown-item"}
    return [
        (key, Text(keys[target == item.id], key=key, target=target).about(item.id))
        for key, target in pointers
        if target and (target not in ids or target == item.id)
    ]


def _fault(name: str, line: int, message: Text, remedy: Text | None = None) -> Issue:
    """Return one fault of a plan file."""
    remedy = remedy or Text("plan.file-remedy")
    return Issue("plan-file", "error", f"{name}:{line}", message, remedy)


def _owner(loc: tuple[int | str, ...], data: Any) -> str:
    """Return the id or number of the item that a fault lies in, with the key."""
    where = ".".join(str(part) for part in loc)
    if len(loc) >= 2 and isinstance(loc[1], int):
        try:
            name = data[loc[0]][loc[1]].get("id") or f"{loc[0]}[{loc[1] + 1}]"
        except (AttributeError, KeyError, IndexError, TypeError):
            name = f"{loc[0]}[{loc[1] + 1}]"
        key = ".".join(str(part) for part in loc[2:])
        where = f"{name}: {key}" if key else str(name)
    return where


class _Lines:
    """Finds the line of a key in a file's TOML source, for messages."""

    def __init__(self, name: str, source: str) -> None:
        self.name = name
        self.source = source
        # Places in the file of a document's items, where some of the file were left out.
        self.items: list[int] | None = None
        self.lines = source.split("\n")
        in_quotes = False
        self.headers: list[tuple[int, str]] = []
        for number, line in enumerate(self.lines, start=1):
            if not in_quotes and (header := re.match(r"\s*\[\[?\s*([\w.]+)\s*\]\]?", line)):
                self.headers.append((number, header[1]))
            if (line.count('"""') + line.count("'''")) % 2:
                in_quotes = not in_quotes

    def fault(self, loc: Sequence[int | str], message: Text) -> Issue:
        """Return one fault of the file at the line of `loc`."""
        return _fault(self.name, self.of(loc), message)

    def of(self, loc: Sequence[int | str]) -> int:
        """Return the line of the deepest key of `loc` that can be found, else 1."""
        start, end, path = 1, len(self.lines), ""
        parts = list(loc)
        if self.items is not None and parts[:1] == ["items"] and isinstance(parts[1], int):
            parts[1] = self.items[parts[1]]
        while parts:
            key = str(parts.pop(0))
            path = f"{path}.{key}" if path else key
            nth = parts[0] if parts and isinstance(parts[0], int) else 0
            tables = [line for line, name in self.headers if name == path and start <= line <= end]
            if len(tables) > nth:
                start = tables[nth]
                after = [
                    line
                    for line, name in self.headers
                    if line > start and not name.startswith(f"{path}.")
                ]
                end = after[0] - 1 if after else len(self.lines)
                if parts and isinstance(parts[0], int):
                    parts.pop(0)
                continue
            for number in range(start, end + 1):
                if re.match(rf"\s*{re.escape(key)}\s*=", self.lines[number - 1]):
                    return number
            return start
        return start


_Found = tuple[Document, _Lines]
