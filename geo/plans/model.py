"""Define the form of a plan file: what a document, a group and an item may hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, model_validator

from geo.errors import PlanError
from geo.sentences.figures import may_be_amount, printed_amount, said_with_about
from geo.texts import Text
from geo.uncertainty.position import LARGEST_ERROR_M, LEAST_ERROR_M

PlanId = Annotated[str, Field(pattern=r"^[a-z0-9]+$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
ItemId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)+$")]
FIGURE = r"^(0\.[0-9]{0,5}[1-9][0-9]{0,5}|[1-9][0-9]{0,6}(\.[0-9]{1,6})?)$"


def _plainly_written(figure: str) -> str:
    """Return a printed figure; refuse 0, which nothing can be compared with, and other digits."""
    if not re.fullmatch(FIGURE, figure):
        raise PlanError(Text("plan.figure"))
    return figure


Figure = Annotated[
    str, AfterValidator(_plainly_written), Field(json_schema_extra={"pattern": FIGURE})
]

Words = Annotated[str, Field(min_length=1, pattern=r"\S")]

Kind = Literal["zone", "belt", "cluster"]
Basis = Literal["stated", "carried", "interpreted", "corridor", "named"]
PassageKey = Literal["limits_text", "positioning", "strategy", "quote"]


TO_FILL = "待填"
"""Stands in a draft where a person has to write; it never reaches page or export."""


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
            raise PlanError(Text("plan.period", first=self.period_from, last=self.period_to))
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
    approximate: StrictBool = False


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
    `also_from` and `also_to` are other readings of an end. `width_m` is the
    width of the strip where no stated area gives it: the item's reasoning
    says by which rule.
    """

    road: Words
    from_: Words | None = Field(default=None, alias="from")
    to: Words | None = None
    also_from: tuple[Words, ...] = ()
    also_to: tuple[Words, ...] = ()
    continues: tuple[Words, ...] = ()
    width_m: Annotated[float, Field(gt=0, le=LARGEST_ERROR_M)] | None = None


class Connector(_Model):
    """A street that the sentence leaves out between two limits that do not meet.

    Without `road` it is a straight line from the one to the other, where they
    come nearest; its error grows with its length. `also` names other streets
    that could serve: each is another reading.
    """

    between: tuple[Words, Words]
    road: Words | None = None
    also: tuple[Words, ...] = ()
    reason: Words
    reason_en: Words
    evidence: Words
    error_m: Annotated[float, Field(ge=LEAST_ERROR_M, le=LARGEST_ERROR_M)]

    @property
    def is_straight(self) -> bool:
        """Whether no street is named for it."""
        return self.road is None

    @property
    def name(self) -> str:
        """The street, or for a straight line the two limits that it joins."""
        return self.road or "—".join(self.between)


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
    approximate: StrictBool = False
    part_areas: tuple[PartArea, ...] = ()
    places: tuple[Place, ...] = ()
    members: tuple[ItemId, ...] = ()
    label_at: str = ""
    carried_from: ItemId | None = None
    reasoning: str = ""
    reasoning_en: str = ""
    summary_en: str = ""
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
        strip = self.axis is not None and self.axis.width_m is not None
        if self.basis == "interpreted" and bool(self.interpreted_limits) == strip:
            raise PlanError(Text("plan.interpreted-needs"))
        if strip and (self.basis != "interpreted" or self.stated_area):
            raise PlanError(Text("plan.width-given"))
        requirements = {
            "stated": ("limits_text",),
            "carried": ("carried_from", "reasoning", "reasoning_en"),
            "interpreted": ("reasoning", "reasoning_en"),
            "corridor": ("axis", "reasoning", "reasoning_en"),
            "named": (),
        }[self.basis]
        foreign = {
            "carried_from": ("carried",),
            "interpreted_limits": ("interpreted",),
            "axis": ("corridor", "named", "interpreted"),
            "connectors": ("stated", "interpreted"),
        }
        for key in requirements:
            if not getattr(self, key):
                raise PlanError(Text("plan.basis-needs", basis=self.basis, key=key))
        for key, bases in foreign.items():
            if getattr(self, key) and self.basis not in bases:
                raise PlanError(
                    Text("plan.foreign-key", key=key, bases=list(bases), basis=self.basis)
                )
        if len(self.interpreted_limits) in (1, 2):
            raise PlanError(Text("plan.few-limits"))
        if bool(self.reasoning) != bool(self.reasoning_en):
            raise PlanError(Text("plan.pair", first="reasoning", second="reasoning_en"))
        return self

    @model_validator(mode="after")
    def _figures_stand_in_the_passages(self) -> PlanItem:
        for printed_key, figure_key in (
            ("stated_area", "stated_area_km2"),
            ("stated_length", "stated_length_km"),
        ):
            printed, figure = getattr(self, printed_key), getattr(self, figure_key)
            if bool(printed) != bool(figure):
                raise PlanError(Text("plan.pair", first=printed_key, second=figure_key))
            if printed:
                self._check_figure(printed_key, printed, figure)
        self._check_about((self.stated_area, self.stated_length), self.approximate)
        ids = [part.id for part in self.part_areas]
        for part in self.part_areas:
            if ids.count(part.id) > 1:
                raise PlanError(Text("plan.part-twice", id=part.id))
            self._check_figure(f"part_areas {part.id!r}", part.stated, part.km2)
            self._check_about((part.stated,), part.approximate)
        return self

    def _said_with_about(self, printed: str) -> set[bool]:
        return said_with_about(printed, [passage for _, passage in self.passages])

    def is_about(self, printed: str) -> bool:
        """Return whether the text says 约 of a printed figure of an item that has one of these."""
        return self.approximate and self._said_with_about(printed) != {False}

    def _check_about(self, printed: Iterable[str], approximate: bool) -> None:
        """Raise where `approximate` and the words round some figures say different things."""
        words = [self._said_with_about(figure) for figure in printed if figure]
        if approximate and words and all(answers == {False} for answers in words):
            raise PlanError(Text("plan.not-about"))
        if not approximate and {True} in words:
            raise PlanError(Text("plan.about"))

    def _check_figure(self, key: str, printed: str, figure: str) -> None:
        """Raise unless `printed` says `figure`, in any unit, and stands in a passage."""
        if not may_be_amount(printed, figure):
            amount = printed_amount(printed)
            raise PlanError(
                Text(
                    "plan.figure-differs",
                    key=key,
                    figure=figure,
                    printed=printed,
                    amount="" if amount is None else Text("plan.which-is", amount=f"{amount:f}"),
                )
            )
        if not any(printed in passage for _, passage in self.passages):
            raise PlanError(Text("plan.figure-unquoted", key=key, printed=printed))

    @model_validator(mode="after")
    def _names_stand_in_the_passages(self) -> PlanItem:
        if not self.passages:
            raise PlanError(Text("plan.no-passage"))
        for place in self.places:
            if not any(place.name in passage for _, passage in self.passages):
                raise PlanError(Text("plan.place-unquoted", name=place.name))
        if self.also_in and len(self.also_in) != len(self.quote):
            raise PlanError(
                Text("plan.also-in", sections=len(self.also_in), quotations=len(self.quote))
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
