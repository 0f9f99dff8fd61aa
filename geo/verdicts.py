"""Judge each stated figure: what the plan says, what was measured, and the verdict."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from geo.areas import WIDEST_TESTABLE_SHARE, intervals_meet, printed_interval
from geo.texts import Text, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Figure = Literal["area", "length", "part_area"]
Verdict = Literal[
    "agrees", "agrees_at_edge", "disagrees", "by_construction", "not_stated", "not_determinable"
]
VERDICTS: tuple[Verdict, ...] = (
    "agrees",
    "agrees_at_edge",
    "disagrees",
    "by_construction",
    "not_determinable",
    "not_stated",
)
"""The closed list of verdicts, in the order in which legends and filters show them."""

TESTS: tuple[Verdict, ...] = ("agrees", "agrees_at_edge", "disagrees")
"""The verdicts of a figure that was tested."""


def tested_difference(
    stated: float | None, computed: float | None, verdict: str | None
) -> float | None:
    """Return computed less stated, the one rule for every page, sheet and table.

    None where the figure tests nothing: it drew the shape, or the interval is too wide to
    tell. A difference beside such a figure would read as a finding.

    Examples
    --------
    >>> round(tested_difference(1.49, 1.45, "agrees"), 2)
    -0.04
    >>> tested_difference(1.9, 1.9, "by_construction") is None
    True
    """
    if not stated or computed is None or verdict not in TESTS:
        return None
    return computed - stated


UNITS: dict[Figure, str] = {"area": "km²", "length": "km", "part_area": "km²"}


_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

LEAST_MAIN = 0.8
"""From this probability on, the verdict of the main combination of streets holds."""

LEAST_TOGETHER = 0.5
"""A verdict that all kept combinations share holds where they are together more likely than not:
what is left over are streets that nobody can name."""

LEAST_NOTED = 0.1
"""A candidate of at least this probability is noted where it would change the verdict."""


@dataclass(frozen=True)
class Reading:
    """A figure under one reading of the limits, with its own 95 % interval.

    Parameters
    ----------
    reading : str
        Stable id, such as ``"centre_line"``, ``"inner_kerb"``, ``"bank"``.
    value : float
        The figure [km² or km].
    low, high : float or None
        The ends of its 95 % interval [km² or km]; None where the error of a
        line is not known.
    probability : float or None
        Of a reading that is a combination of candidates for uncertain
        streets, its probability; None for every other.
    """

    reading: str
    value: float
    low: float | None
    high: float | None
    probability: float | None = None

    @property
    def label(self) -> str:
        """The reading in Chinese."""
        return reading_label(self.reading, "zh")

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The 95 % interval, or None where it is not known."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    def meets(self, bounds: tuple[float, float]) -> bool:
        """Whether the interval shares a point with another one."""
        return self.bounds is not None and intervals_meet(bounds, self.bounds)


@dataclass(frozen=True)
class Alternative:
    """A figure if some streets are other ones than the main candidates.

    Parameters
    ----------
    reading : str
        Stable id, such as ``"identity:哈密道=沈阳道"``.
    probability : float
        Of the whole combination.
    changed : dict of str to (str, float)
        For every name that means another line, that line and the probability
        of this candidate.
    readings : tuple of Reading
        The default reading first; empty where these lines enclose no ring.
    """

    reading: str
    probability: float
    changed: Mapping[str, tuple[str, float]]
    readings: tuple[Reading, ...] = ()

    @property
    def default(self) -> Reading | None:
        """The figure along centre lines, under the id of the combination."""
        if not self.readings:
            return None
        return replace(self.readings[0], reading=self.reading, probability=self.probability)


def reading_label(reading: str, language: str) -> str:
    """Return a reading in words.

    ``end:X``, ``start:X`` and ``connector:X`` name their road, and
    ``identity:A=X;B=Y`` the lines that names are taken for.
    """
    kind, _, name = reading.partition(":")
    if kind == "identity":
        pairs = [part.partition("=") for part in name.split(";")]
        sentences: list[object] = [
            Text("reading.identity_one", name=left, line=line_words(right))
            for left, _, right in pairs
        ]
        return Text("reading.identity", told=sentences).render(language)
    return (
        text(f"reading.{kind}", language, name=name) if name else text(f"reading.{kind}", language)
    )


def name_of_reading(row: Mapping[str, Any], language: str) -> str:
    """Return what a reading of a zone file is called; by its id where the file does not say."""
    return str(row.get(f"reading_{language}") or row["reading"])


def line_words(line: str) -> Text | str:
    """Return a line by its name, or by its number in the base where it has none."""
    if not _ID.fullmatch(line):
        return line
    return Text("reading.unnamed_line", line=line.removeprefix("street-"))


@dataclass(frozen=True)
class Finding:
    """What the check of one figure found.

    Parameters
    ----------
    finding_id : str
        Stable: ``"13th-wudadao/area"``.
    zone_id, figure : str
        The zone, and which of its figures.
    stated : str
        The figure as printed, empty where the plan gives none.
    printed : str
        The plan's own words for it, such as ``"面积1.49平方公里"``.
    computed, low, high : float or None
        Under the default reading, with the 95 % interval [`unit`].
    reading : str
        The reading that the verdict rests on.
    readings : tuple of Reading
        Every reading, the default first.
    verdict : str
        One of `VERDICTS`.
    reason, reason_en : str
        One sentence.
    approximate : bool
        The plan says 约 (about).
    probability : float
        That all streets are those that were drawn.
    notes : tuple of Text
        Candidates for streets that would change the verdict.
    implied : Text or None
        What the stated figure says of the weakest side, if it is right; an
        inference, never drawn.
    """

    finding_id: str
    zone_id: str
    figure: Figure
    unit: str
    stated: str
    printed: str
    computed: float | None
    low: float | None
    high: float | None
    reading: str
    readings: tuple[Reading, ...]
    verdict: Verdict
    reason: str
    reason_en: str
    approximate: bool = False
    probability: float = 1.0
    notes: tuple[Text, ...] = ()
    implied: Text | None = None

    @property
    def difference(self) -> float | None:
        """Computed less stated [`unit`]; None where the figure is no test."""
        return tested_difference(float(self.stated or 0), self.computed, self.verdict)

    @property
    def difference_percent(self) -> float | None:
        """The difference as a percentage of the stated figure."""
        difference = self.difference
        return None if difference is None else 100 * difference / float(self.stated)

    @property
    def rounding(self) -> tuple[float, float] | None:
        """What the printed figure may stand for [`unit`]; None where there is none."""
        return (
            printed_interval(self.stated, approximate=self.approximate) if self.stated else None
        )  # fmt: skip

    def as_record(self) -> dict[str, Any]:
        """Return a plain dictionary, differences included."""
        record = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name not in ("notes", "implied", "readings")
        }
        return record | {
            "readings": [asdict(reading) for reading in self.readings],
            "notes": [note.render("zh") for note in self.notes],
            "notes_en": [note.render("en") for note in self.notes],
            "implied": self.implied.render("zh") if self.implied else "",
            "implied_en": self.implied.render("en") if self.implied else "",
            "difference": self.difference,
            "difference_percent": self.difference_percent,
        }


def area_digits(low: float | None, high: float | None) -> int:
    """Return how many decimals of km² an area may show: two, three where its error is small.

    Examples
    --------
    >>> area_digits(1.271, 1.602)
    2
    >>> area_digits(0.1234, 0.1301)
    3
    """
    return 3 if low is not None and high is not None and high - low < 0.02 else 2


def _measure(words: str, unit: str) -> Text:
    return Text("measure.km2" if unit == "km²" else "measure.km", value=words)


def _words_of(reading: Reading, unit: str) -> dict[str, object]:
    """Return figure and interval of a reading as printed, the unit with the figure alone."""
    digits = area_digits(reading.low, reading.high) if unit == "km²" else 2
    ends = {
        name: "–" if value is None else f"{value:.{digits}f}"
        for name, value in (("low", reading.low), ("high", reading.high))
    }
    return {"computed": _measure(f"{reading.value:.{digits}f}", unit), **ends}


def verdict_of(
    readings: Sequence[Reading], bounds: tuple[float, float]
) -> tuple[Verdict, Reading | None]:
    """Return the verdict of one combination of streets, and the reading that it rests on.

    Parameters
    ----------
    readings : sequence of Reading
        The default first; empty where nothing could be measured.
    bounds : (float, float)
        What the stated figure may stand for.

    Returns
    -------
    tuple of (str, Reading or None)
        ``not_determinable`` where the default reading has no interval or one
        wider than ±15 %; ``agrees`` where the stated figure meets it;
        ``agrees_at_edge`` where it meets that of another reading; else
        ``disagrees``. Readings are never merged into one interval.
    """
    if not readings:
        return "not_determinable", None
    default = readings[0]
    if default.bounds is None or is_too_wide(default):
        return "not_determinable", default
    if default.meets(bounds):
        return "agrees", default
    agreements = [reading for reading in readings if reading.meets(bounds)]
    if agreements:
        middle = sum(bounds) / 2
        return "agrees_at_edge", min(agreements, key=lambda r: abs(r.value - middle))
    return "disagrees", default


def is_too_wide(reading: Reading) -> bool:
    """Return whether an interval proves nothing: wider than ±15 %."""
    return reading.bounds is not None and (
        (reading.bounds[1] - reading.bounds[0]) / 2 > WIDEST_TESTABLE_SHARE * reading.value
    )


@dataclass(frozen=True)
class StatedFigure:
    """A figure of a zone as the plan states it.

    Parameters
    ----------
    zone_id : str
        The zone.
    figure : {"area", "length", "part_area"}
        Which figure.
    value : str
        As printed [km² or km], empty where the plan gives none.
    printed : str
        The plan's words for it.
    approximate : bool
        The plan says 约 (about) before it.
    used_to_draw : bool
        It, or that of the plan the shape is carried from, served to draw the
        shape.
    part : str
        Id of a part area: it sets several of one zone apart.
    """

    zone_id: str
    figure: Figure
    value: str = ""
    printed: str = ""
    approximate: bool = False
    used_to_draw: bool = False
    part: str = ""

    @property
    def finding_id(self) -> str:
        """The stable id of what is found of it."""
        return f"{self.zone_id}/{self.figure}{'/' + self.part if self.part else ''}"


@dataclass(frozen=True)
class Measurement:
    """What was measured of a figure.

    Parameters
    ----------
    readings : tuple of Reading
        Those of the main combination of streets, the default first; empty
        where nothing could be measured.
    obstacle : Text, optional
        Why nothing could be measured, in Chinese and in English.
    probability : float
        That all streets are the main candidates.
    alternatives : sequence of Alternative
        The other combinations that were kept.
    """

    readings: tuple[Reading, ...] = ()
    obstacle: Text | None = None
    probability: float = 1.0
    alternatives: Sequence[Alternative] = ()


NOT_MEASURED = Measurement()


def judge(stated: StatedFigure, measured: Measurement = NOT_MEASURED) -> Finding:
    """Judge one stated figure against what was measured.

    Parameters
    ----------
    stated : StatedFigure
        What the plan says.
    measured : Measurement
        What the shape gives.

    Returns
    -------
    Finding
        With the verdict by this rule, in this order: no figure in the plan,
        ``not_stated``; nothing measured, ``not_determinable``; the figure
        drew the shape, ``by_construction``; else by `verdict_of` and by how
        certain the streets are.

    Notes
    -----
    If the main combination has at least `LEAST_MAIN`, its verdict holds, with
    a note on every candidate of `LEAST_NOTED` or more that would change it;
    where it disagrees and such a candidate agrees, the verdict is
    ``agrees_at_edge``. Below, the verdict that all kept combinations share
    holds if they have `LEAST_TOGETHER`; else ``not_determinable``.
    """
    unit = UNITS[stated.figure]
    readings, probability = measured.readings, measured.probability
    default = readings[0] if readings else None
    judged_reading = default
    key = ""
    notes: tuple[Text, ...] = ()
    values: dict[str, object] = {"stated": _measure(stated.value, unit)}
    # The verdict, by the first reason that settles it: no figure, no shape, a shape drawn from it.
    if not stated.value:
        verdict: Verdict = "not_stated"
    elif default is None:
        verdict, key = "not_determinable", "reason.limit_missing"
    elif stated.used_to_draw:
        verdict = "by_construction"
    else:
        bounds = printed_interval(stated.value, approximate=stated.approximate)
        verdict, judged_reading = verdict_of(readings, bounds)
        if verdict == "not_determinable" and default.bounds is None:
            key = "reason.error_unknown"
        elif verdict == "not_determinable" and not default.value:
            key = "reason.nothing_measured"
        elif verdict == "not_determinable":
            values["share"] = f"{50 * (default.high - default.low) / default.value:.0f}"  # type: ignore[operator]
        else:
            settlement = _settled(verdict, judged_reading, measured, bounds, unit)
            verdict, judged_reading, notes = (
                settlement.verdict,
                settlement.reading,
                settlement.notes,
            )
            if verdict == "not_determinable":
                judged_reading = default
                key = "reason.identity_unsure"
                values["probability"] = f"{100 * probability:.0f}"
    # The sentence that says why, with what it needs of the readings.
    key = key or f"reason.{verdict}"
    if judged_reading is not None:
        values |= _words_of(judged_reading, unit)
    if default is not None and stated.value:
        values["percent"] = f"{100 * (default.value / float(stated.value) - 1):+.1f}"
        values["default"] = _words_of(default, unit)["computed"]
    if verdict == "not_stated" and default is None:
        key = "reason.nothing_stated"
    elif verdict == "not_stated" and stated.used_to_draw:
        key = "reason.not_stated_drawn"
    elif verdict == "not_stated" and default is not None and default.bounds is None:
        key = "reason.not_stated_no_interval"
    reason = {
        language: Text(
            key,
            **values,
            reading=reading_label(judged_reading.reading, language) if judged_reading else "",
            obstacle=measured.obstacle or "",
        ).render(language)
        for language in ("zh", "en")
    }
    # Readings of less likely streets are shown beside the others, never merged into them.
    of_alternatives = [alternative.default for alternative in measured.alternatives]
    return Finding(
        finding_id=stated.finding_id,
        zone_id=stated.zone_id,
        figure=stated.figure,
        unit=unit,
        stated=stated.value,
        printed=stated.printed,
        computed=default.value if default else None,
        low=default.low if default else None,
        high=default.high if default else None,
        reading=judged_reading.reading if judged_reading else "",
        readings=(*readings, *(reading for reading in of_alternatives if reading is not None)),
        verdict=verdict,
        reason=reason["zh"],
        reason_en=reason["en"],
        approximate=stated.approximate,
        probability=probability,
        notes=notes,
    )


class _Settled(NamedTuple):
    """A verdict with how certain the streets are taken into account."""

    verdict: Verdict
    reading: Reading | None
    notes: tuple[Text, ...] = ()


def _settled(
    verdict: Verdict,
    judged_reading: Reading | None,
    measured: Measurement,
    bounds: tuple[float, float],
    unit: str,
) -> _Settled:
    """Return what holds of the main combination's verdict; see `judge`."""
    probability, alternatives = measured.probability, measured.alternatives
    others = [(other, *verdict_of(other.readings, bounds)) for other in alternatives]
    if probability >= LEAST_MAIN:
        notes, rescue = [], None
        for other, its_verdict, reading in others:
            if len(other.changed) != 1 or its_verdict == verdict:
                continue
            ((name, (line, share)),) = other.changed.items()
            if share < LEAST_NOTED:
                continue
            notes.append(_note(name, line, share, its_verdict, reading, unit))
            if verdict == "disagrees" and its_verdict == "agrees" and rescue is None:
                rescue = other.default
        if rescue is not None:
            return _Settled("agrees_at_edge", rescue, tuple(notes))
        return _Settled(verdict, judged_reading, tuple(notes))
    together = probability + sum(other.probability for other in alternatives)
    main_note = Text("note.identity_main", percent=f"{100 * probability:.0f}")
    if together >= LEAST_TOGETHER and all(its == verdict for _, its, _ in others):
        return _Settled(verdict, judged_reading, (main_note,))
    notes = [
        _note_on(other, its_verdict, reading, unit)
        for other, its_verdict, reading in others
        if its_verdict != verdict
    ]
    return _Settled("not_determinable", judged_reading, (main_note, *notes))


def _note(
    name: str, line: str, probability: float, verdict: Verdict, reading: Reading | None, unit: str
) -> Text:
    """Return what would follow if one name meant another line."""
    return Text(
        "note.candidate" if reading is not None else "note.candidate_no_ring",
        name=name,
        line=line_words(line),
        percent=f"{100 * probability:.0f}",
        computed=_words_of(reading, unit)["computed"] if reading is not None else "",
        verdict=Text(f"verdict.{verdict}"),
    )


def _note_on(other: Alternative, verdict: Verdict, reading: Reading | None, unit: str) -> Text:
    """Return what would follow under another combination."""
    return Text(
        "note.combination" if reading is not None else "note.combination_no_ring",
        told=[
            Text("reading.identity_one", name=name, line=line_words(line))
            for name, (line, _) in other.changed.items()
        ],
        percent=f"{100 * other.probability:.0f}",
        computed=_words_of(reading, unit)["computed"] if reading is not None else "",
        verdict=Text(f"verdict.{verdict}"),
    )
