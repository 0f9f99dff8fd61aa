"""One finding per stated figure: what the plan says, what was measured, and the verdict."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from geo.areas import WIDEST_TESTABLE_SHARE, intervals_meet, printed_interval
from geo.texts import text

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

UNITS: dict[Figure, str] = {"area": "km²", "length": "km", "part_area": "km²"}


@dataclass(frozen=True)
class Reading:
    """A figure under one reading of the limits, with its own 95 % interval.

    Parameters
    ----------
    reading : str
        Stable id, such as ``"centre_line"``, ``"inner_kerb"``, ``"bank"``.
    value, low, high : float
        The figure and the ends of its 95 % interval [km² or km].
    """

    reading: str
    value: float
    low: float
    high: float

    @property
    def label(self) -> str:
        """The reading in Chinese."""
        return reading_label(self.reading, "zh")


def reading_label(reading: str, language: str) -> str:
    """Return a reading in words; ``end:X`` and ``connector:X`` name their road."""
    kind, _, name = reading.partition(":")
    return (
        text(f"reading.{kind}", language, name=name) if name else text(f"reading.{kind}", language)
    )


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

    @property
    def difference(self) -> float | None:
        """Computed less stated [`unit`]."""
        if self.computed is None or not self.stated:
            return None
        return self.computed - float(self.stated)

    @property
    def difference_percent(self) -> float | None:
        """The difference as a percentage of the stated figure."""
        difference = self.difference
        return None if difference is None else 100 * difference / float(self.stated)

    def as_record(self) -> dict[str, Any]:
        """Return a plain dictionary, differences included."""
        return asdict(self) | {
            "difference": self.difference,
            "difference_percent": self.difference_percent,
        }


def _figures(value: float, unit: str) -> str:
    return f"{value:.3f} {unit}" if unit == "km²" else f"{value:.2f} {unit}"


def judge(
    zone_id: str,
    figure: Figure,
    *,
    stated: str = "",
    printed: str = "",
    readings: tuple[Reading, ...] = (),
    used_to_draw: bool = False,
    obstacle: tuple[str, str] | None = None,
    suffix: str = "",
) -> Finding:
    """Judge one stated figure against what was measured.

    Parameters
    ----------
    zone_id : str
        The zone.
    figure : {"area", "length", "part_area"}
        Which figure.
    stated : str
        The figure as printed [km² or km], empty where there is none.
    printed : str
        The plan's words for it.
    readings : tuple of Reading
        The default reading first; empty where nothing could be measured.
    used_to_draw : bool
        The figure, or that of the plan the shape is carried from, served to
        draw the shape.
    obstacle : tuple of str, optional
        Why nothing could be measured, in Chinese and in English.
    suffix : str
        Set apart several part areas of one zone in the id.

    Returns
    -------
    Finding
        With the verdict by this rule, in this order: no figure in the plan,
        ``not_stated``; nothing measured, ``not_determinable``; the figure
        drew the shape, ``by_construction``; the interval of the default
        reading is wider than ±15 %, ``not_determinable``; the stated figure
        with its rounding meets the interval of the default reading,
        ``agrees``; meets that of another reading, ``agrees_at_edge``; else
        ``disagrees``. Readings are never merged into one interval.
    """
    unit = UNITS[figure]
    default = readings[0] if readings else None
    used = default
    values: dict[str, str] = {"stated": f"{stated} {unit}"}
    if not stated:
        verdict: Verdict = "not_stated"
    elif default is None:
        verdict = "not_determinable"
    elif used_to_draw:
        verdict = "by_construction"
    elif (default.high - default.low) / 2 > WIDEST_TESTABLE_SHARE * default.value:
        verdict = "not_determinable"
        values["share"] = f"{50 * (default.high - default.low) / default.value:.0f}"
    else:
        bounds = printed_interval(stated)
        agreeing = [r for r in readings if intervals_meet(bounds, (r.low, r.high))]
        if default in agreeing:
            verdict = "agrees"
        elif agreeing:
            verdict = "agrees_at_edge"
            used = min(agreeing, key=lambda r: abs(r.value - float(stated)))
        else:
            verdict = "disagrees"
    key = f"reason.{verdict}"
    if verdict == "not_determinable" and default is None:
        key = "reason.limit_missing"
    if used is not None:
        values |= {
            "computed": _figures(used.value, unit),
            "low": _figures(used.low, unit),
            "high": _figures(used.high, unit),
        }
    if default is not None and stated:
        values["percent"] = f"{100 * (default.value / float(stated) - 1):+.1f}"
        values["default"] = _figures(default.value, unit)
    if verdict == "not_stated" and default is None:
        key = "reason.nothing_stated"
    elif verdict == "not_stated" and used_to_draw:
        key = "reason.not_stated_drawn"
    reason = {
        language: text(
            key,
            language,
            **values,
            reading=reading_label(used.reading, language) if used else "",
            obstacle=(obstacle or ("", ""))[index],
        )
        for index, language in enumerate(("zh", "en"))
    }
    return Finding(
        finding_id=f"{zone_id}/{figure}{'/' + suffix if suffix else ''}",
        zone_id=zone_id,
        figure=figure,
        unit=unit,
        stated=stated,
        printed=printed,
        computed=default.value if default else None,
        low=default.low if default else None,
        high=default.high if default else None,
        reading=used.reading if used else "",
        readings=readings,
        verdict=verdict,
        reason=reason["zh"],
        reason_en=reason["en"],
    )
