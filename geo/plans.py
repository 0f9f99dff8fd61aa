"""Plan texts as data: reads and checks `data/plans/<document_id>.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from geo.errors import DataFileError, Issue, PlanError

FORMAT = 1
"""The only `format` number that this reader knows."""

MAX_FILE_BYTES = 2_000_000
"""A plan file larger than this is refused unread."""

PlanId = Annotated[str, Field(pattern=r"^\d+th$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
ItemId = Annotated[str, Field(pattern=r"^\d+th(-[a-z0-9]+)+$")]
Figure = Annotated[str, Field(pattern=r"^\d+(\.\d+)?$")]
Words = Annotated[str, Field(min_length=1, pattern=r"\S")]

Kind = Literal["zone", "belt", "cluster"]
Basis = Literal["stated", "carried", "interpreted", "corridor", "named"]
PassageKey = Literal["limits_text", "positioning", "strategy", "quote"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class About(_Model):
    """The plan document that a file speaks for."""

    id: Slug
    plan: PlanId
    title: Words
    title_en: Words
    issuer: str = ""
    issuer_en: str = ""
    number: str = ""
    date: str = ""
    date_note: str = ""
    period_from: Annotated[int, Field(ge=1900, le=2200)]
    period_to: Annotated[int, Field(ge=1900, le=2200)]
    source_note: str = ""

    @model_validator(mode="after")
    def _period_runs_forward(self) -> About:
        if self.period_to < self.period_from:
            raise ValueError(
                f"period_to is {self.period_to}, before period_from {self.period_from}; swap them"
            )
        return self


class Group(_Model):
    """A structure that several items belong to, such as 六区 or 一纵两翼八横."""

    id: Slug
    name: Words
    name_en: Words
    section: str = ""
    quote: tuple[Words, ...] = ()
    remark: str = ""
    remark_en: str = ""


class PartArea(_Model):
    """A stated figure for a part of an item, such as the part inside the district."""

    id: Slug
    stated: Words
    km2: Figure
    within: Words
    approximate: bool = False


class Place(_Model):
    """A place that the text names for an item.

    `relation` is ``"inside"`` where the text puts the place inside, ``"anchor"``
    for a building that the item leans on (依托), else ``"named"``.
    """

    name: Words
    relation: Literal["inside", "anchor", "named"] = "named"


class Axis(_Model):
    """The road or water that a belt follows, by names of the base data.

    Without `from` and `to` the axis is all of it inside the district.
    `continues` names the roads that take the axis on under another name;
    `also_from` and `also_to` are other readings of an end.
    """

    road: Words
    from_: Words | None = Field(default=None, alias="from")
    to: Words | None = None
    also_from: tuple[Words, ...] = ()
    also_to: tuple[Words, ...] = ()
    continues: tuple[Words, ...] = ()


class Connector(_Model):
    """A street that the sentence leaves out between two limits that do not meet.

    `also` names other streets that could serve: each is another reading.
    """

    between: tuple[Words, Words]
    road: Words
    also: tuple[Words, ...] = ()
    reason: Words
    reason_en: Words
    evidence: Words
    error_m: Annotated[float, Field(gt=0)]


class PlanItem(_Model):
    """A zone, belt or cluster as its document speaks of it.

    Every text in `limits_text`, `positioning`, `strategy` and `quote` is
    verbatim; every other text is the project's own or a name. Figures are
    strings, because their decimals are the printed precision.
    """

    id: ItemId
    kind: Kind
    place: Slug
    group: Slug
    name: Words
    name_en: Words
    short_name: Words
    short_name_en: Words
    basis: Basis
    section: Words
    limits_text: str = ""
    positioning: str = ""
    strategy: str = ""
    strategy_section: str = ""
    quote: tuple[Words, ...] = ()
    also_in: tuple[Words, ...] = ()
    stated_area: str = ""
    stated_area_km2: Figure | None = None
    stated_length: str = ""
    stated_length_km: Figure | None = None
    approximate: bool = False
    part_areas: tuple[PartArea, ...] = ()
    places: tuple[Place, ...] = ()
    members: tuple[ItemId, ...] = ()
    label_at: str = ""
    carried_from: ItemId | None = None
    reasoning: str = ""
    reasoning_en: str = ""
    interpreted_limits: tuple[Words, ...] = ()
    axis: Axis | None = None
    connectors: tuple[Connector, ...] = ()

    @property
    def passages(self) -> tuple[tuple[PassageKey, str], ...]:
        """Verbatim passages with their keys, in the order in which they are shown."""
        single: tuple[tuple[PassageKey, str], ...] = (
            ("limits_text", self.limits_text),
            ("positioning", self.positioning),
            ("strategy", self.strategy),
        )
        return tuple((k, t) for k, t in single if t) + tuple(("quote", t) for t in self.quote)

    @model_validator(mode="after")
    def _basis_has_what_it_needs(self) -> PlanItem:
        needed = {
            "stated": ("limits_text",),
            "carried": ("carried_from", "reasoning", "reasoning_en"),
            "interpreted": ("interpreted_limits", "reasoning", "reasoning_en"),
            "corridor": ("axis", "reasoning", "reasoning_en"),
            "named": (),
        }[self.basis]
        foreign = {
            "carried_from": ("carried",),
            "interpreted_limits": ("interpreted",),
            "axis": ("corridor", "named"),
            "connectors": ("stated", "interpreted"),
        }
        for key in needed:
            if not getattr(self, key):
                raise ValueError(f"basis {self.basis!r} needs {key}; write it or change the basis")
        for key, bases in foreign.items():
            if getattr(self, key) and self.basis not in bases:
                raise ValueError(
                    f"{key} belongs to basis {' or '.join(bases)}, found basis {self.basis!r}; "
                    "remove it or change the basis"
                )
        if len(self.interpreted_limits) in (1, 2):
            raise ValueError("interpreted_limits names fewer than 3 limits; a ring needs 3")
        if bool(self.reasoning) != bool(self.reasoning_en):
            raise ValueError("reasoning and reasoning_en go together; one of them is missing")
        return self

    @model_validator(mode="after")
    def _figures_stand_in_the_passages(self) -> PlanItem:
        for printed_key, figure_key in (
            ("stated_area", "stated_area_km2"),
            ("stated_length", "stated_length_km"),
        ):
            printed, figure = getattr(self, printed_key), getattr(self, figure_key)
            if bool(printed) != bool(figure):
                raise ValueError(f"{printed_key} and {figure_key} go together; one is missing")
            if printed:
                self._check_figure(printed_key, printed, figure)
        for part in self.part_areas:
            self._check_figure(f"part_areas {part.id!r}", part.stated, part.km2)
        return self

    def _check_figure(self, key: str, printed: str, figure: str) -> None:
        """Raise unless `printed` holds exactly `figure` and stands in a passage."""
        if re.findall(r"\d+(?:\.\d+)?", printed) != [figure]:
            raise ValueError(
                f"{key}: figure {figure!r} is not the one in the printed {printed!r}; "
                "keep the printed decimals"
            )
        if not any(printed in passage for _, passage in self.passages):
            raise ValueError(f"{key}: {printed!r} stands in none of the item's passages; quote it")

    @model_validator(mode="after")
    def _names_stand_in_the_passages(self) -> PlanItem:
        if not self.passages:
            raise ValueError(
                "no verbatim passage; give limits_text, positioning, strategy or quote"
            )
        for place in self.places:
            if not any(place.name in passage for _, passage in self.passages):
                raise ValueError(
                    f"place {place.name!r} stands in none of the item's passages; "
                    "write it as printed or quote the passage"
                )
        if self.also_in and len(self.also_in) != len(self.quote):
            raise ValueError(
                f"also_in has {len(self.also_in)} sections for {len(self.quote)} quotations; "
                "give one for each, or none"
            )
        return self


class Document(_Model):
    """One plan document as data; `items` and `groups` keep the order of the file."""

    format: Literal[1]
    about: About = Field(alias="document")
    groups: tuple[Group, ...] = ()
    items: tuple[PlanItem, ...] = ()

    @property
    def id(self) -> str:
        """Document id, such as ``"13th-outline"``."""
        return self.about.id

    @property
    def plan(self) -> str:
        """Plan id, such as ``"13th"``."""
        return self.about.plan


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
    """Return the JSON Schema of a plan file, as kept in ``schemas/plan.schema.json``."""
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
    DataFileError
        If the file is missing or cannot be read.
    PlanError
        If it is not a plan file; the message names each fault with its line.
    """
    path = Path(path)
    found = _read(path)
    if isinstance(found, Document):
        return found
    raise PlanError("\n".join(f"{fault.place}: {fault.message}" for fault in found))


def read_documents(folder: Path | str) -> tuple[list[Document], list[Issue]]:
    """Read every plan file of a folder; keep what is sound, report the rest.

    Parameters
    ----------
    folder : Path or str
        Folder of ``*.toml`` files, read in the order of their names.

    Returns
    -------
    documents : list of Document
        The sound ones, by name of the file. Items that clash with another
        document (same id, unknown ``carried_from`` and the like) are left out.
    issues : list of Issue
        One for each fault, with file and line.

    Raises
    ------
    DataFileError
        If the folder does not exist.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataFileError(f"Folder of plan files {folder} not found; give an existing folder.")
    documents: list[tuple[Path, Document]] = []
    issues: list[Issue] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found = _read(path)
        except DataFileError as error:
            issues.append(Issue("plan-file-unreadable", "error", path.name, str(error)))
            continue
        if isinstance(found, Document):
            documents.append((path, found))
        else:
            issues.extend(found)
    if not documents and not issues:
        issues.append(
            Issue(
                "no-plan-files",
                "error",
                folder.name,
                "No *.toml file in the folder of plan files; expected at least one.",
                "Give the folder that holds the plan files.",
            )
        )
    sound, clashes = _without_clashes(documents)
    return sound, issues + clashes


def _read(path: Path) -> Document | list[Issue]:
    """Return the document, or its faults with their lines."""
    if not path.is_file():
        raise DataFileError(f"Plan file {path} not found; give an existing *.toml file.")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise DataFileError(
            f"Plan file {path.name} has {path.stat().st_size} bytes; "
            f"at most {MAX_FILE_BYTES} are read. Split it."
        )
    try:
        source = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataFileError(
            f"Plan file {path.name} is not UTF-8 (byte {error.start}); save it as UTF-8."
        ) from error
    except OSError as error:
        raise DataFileError(f"Plan file {path.name} cannot be read: {error.strerror}.") from error
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        line = int(at[1]) if at else source.count("\n") + 1
        return [_fault(path, line, f"not TOML: {error}", "Mend the line; see docs/plan-format.md.")]
    lines = _Lines(source)
    try:
        document = Document.model_validate(data)
    except ValidationError as error:
        return [
            _fault(path, lines.of(e["loc"]), _explain(e["loc"], e["msg"], e["input"], data))
            for e in error.errors(include_url=False)
        ]
    return _own_faults(path, document, lines) or document


def _own_faults(path: Path, document: Document, lines: _Lines) -> list[Issue]:
    """Return what no single item can know: ids, groups and the file's own name."""
    faults = []
    groups = [group.id for group in document.groups]
    for key, ids in (("items", [i.id for i in document.items]), ("groups", groups)):
        for n, one in enumerate(ids):
            if one in ids[:n]:
                faults.append(
                    _fault(path, lines.of((key, n, "id")), f"id {one!r} stands twice in {key}.")
                )
    for n, item in enumerate(document.items):
        if not item.id.startswith(f"{document.plan}-"):
            message = f"id {item.id!r} does not begin with {document.plan + '-'!r}, its plan."
            faults.append(_fault(path, lines.of(("items", n, "id")), message))
        if item.group not in groups:
            message = f"{item.id}: group {item.group!r} is not declared; expected one of {groups}."
            faults.append(_fault(path, lines.of(("items", n, "group")), message))
    if path.stem != document.id:
        message = f"document id {document.id!r} is not the name of the file, {path.stem!r}."
        faults.append(_fault(path, lines.of(("document", "id")), message))
    return faults


def _without_clashes(
    documents: Sequence[tuple[Path, Document]],
) -> tuple[list[Document], list[Issue]]:
    """Return the documents without items that clash with others, and the clashes."""
    issues: list[Issue] = []
    first_in: dict[str, str] = {}
    for path, document in documents:
        for item in document.items:
            first_in.setdefault(item.id, path.name)
    sound = []
    for path, document in documents:
        lines = _Lines(path.read_text(encoding="utf-8-sig"))
        kept = []
        for n, item in enumerate(document.items):
            faults = []
            if first_in[item.id] != path.name:
                faults.append(("id", f"{item.id!r} stands already in {first_in[item.id]}."))
            pointed = [("carried_from", item.carried_from or "")]
            pointed += [("members", member) for member in item.members]
            if re.match(r"\d+th-", item.label_at):
                pointed.append(("label_at", item.label_at))
            faults += [
                (key, f"{item.id}: {key} names {target!r}, which no plan file holds.")
                for key, target in pointed
                if target and (target not in first_in or target == item.id)
            ]
            issues += [_fault(path, lines.of(("items", n, key)), text) for key, text in faults]
            if not faults:
                kept.append(item)
        sound.append(document.model_copy(update={"items": tuple(kept)}))
    return sound, issues


def _fault(path: Path, line: int, message: str, remedy: str = "") -> Issue:
    """Return one fault of a plan file."""
    remedy = remedy or "Correct the plan file; docs/plan-format.md lists its keys."
    return Issue("plan-file", "error", f"{path.name}:{line}", message, remedy)


def _explain(loc: tuple[int | str, ...], message: str, value: object, data: Any) -> str:
    """Return pydantic's message with the item's id or number and the value found."""
    where = ".".join(str(part) for part in loc)
    if len(loc) >= 2 and isinstance(loc[1], int):
        try:
            name = data[loc[0]][loc[1]].get("id") or f"{loc[0]}[{loc[1] + 1}]"
        except (AttributeError, KeyError, IndexError, TypeError):
            name = f"{loc[0]}[{loc[1] + 1}]"
        key = ".".join(str(part) for part in loc[2:])
        where = f"{name}: {key}" if key else str(name)
    message = message.removeprefix("Value error, ")
    found = f", found {value!r}" if isinstance(value, str | int | float) else ""
    return f"{where}: {message}{found}."


class _Lines:
    """Finds the line of a key in TOML source, for messages."""

    def __init__(self, source: str) -> None:
        self.lines = source.splitlines()
        quoted = False
        self.headers: list[tuple[int, str]] = []
        for number, line in enumerate(self.lines, start=1):
            if not quoted and (header := re.match(r"\s*\[\[?\s*([\w.]+)\s*\]\]?", line)):
                self.headers.append((number, header[1]))
            if (line.count('"""') + line.count("'''")) % 2:
                quoted = not quoted

    def of(self, loc: Sequence[int | str]) -> int:
        """Return the line of the deepest key of `loc` that can be found, else 1."""
        start, end, path = 1, len(self.lines), ""
        parts = list(loc)
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
