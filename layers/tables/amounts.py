"""Write figures in the reader's unit, and sizes of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.verdicts import area_digits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geo.verdicts import Finding
    from layers.tables.reader import Reader

UNITS: dict[str, tuple[float, int]] = {"km2": (1.0, 3), "ha": (100.0, 1), "mu": (1500.0, 0)}
"""Units of area: how many to the square kilometre, and the most decimals shown."""


def amount(value: float | None, finding: Finding, unit: str, *, signed: bool = False) -> str:
    """Return a figure in the reader's unit; lengths stay in kilometres."""
    if value is None:
        return "–"
    factor, decimals = UNITS[unit] if finding.unit == "km²" else (1.0, 2)
    if unit == "km2" and finding.unit == "km²":
        decimals = area_digits(finding.low, finding.high)
    figure = f"{value * factor:{'+' if signed else ''},.{decimals}f}"
    return figure.replace("-", "−").replace(",", "\u2009")


def stated_amount(finding: Finding, unit: str) -> str:
    """Return the printed figure: as printed in km², else with no more digits than it has."""
    if not finding.stated:
        return "–"
    if unit == "km2" or finding.unit != "km²":
        return finding.stated
    decimals = len(finding.stated.partition(".")[2])
    factor, _ = UNITS[unit]
    places = max(0, decimals - {100.0: 2, 1500.0: 3}[factor])
    return f"{float(finding.stated) * factor:,.{places}f}".replace(",", "\u2009")


def in_units(words: Callable[[str], str], units: Sequence[str]) -> str:
    """Return a figure as HTML: in one unit as it is, in several each in an element of its own.

    Parameters
    ----------
    words : callable
        Gives the figure in a unit, without markup.
    units : sequence of str
        Of `UNITS`. A style shows the one that is asked for by ``data-unit`` further up.

    Examples
    --------
    >>> in_units({"km2": "1.5", "ha": "150"}.__getitem__, ["km2"])
    '1.5'
    >>> in_units({"km2": "1.5", "ha": "150"}.__getitem__, ["km2", "ha"])
    '<span data-in="km2">1.5</span><span data-in="ha">150</span>'
    """
    words_by_unit = {unit: words(unit) for unit in units}
    if len(set(words_by_unit.values())) == 1:
        return next(iter(words_by_unit.values()))
    return "".join(
        f'<span data-in="{unit}">{figure}</span>' for unit, figure in words_by_unit.items()
    )


def unit_word(finding: Finding, reader: Reader) -> str:
    """Return the unit of a figure in the reader's language."""
    return reader.text("map.unit_km2" if finding.unit == "km²" else "map.unit_km")


def size_words(count: int) -> str:
    """Return a number of bytes in kB or MB.

    Examples
    --------
    >>> size_words(1_234_567), size_words(300)
    ('1.2 MB', '1 kB')
    """
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(count / 1e3, 1):.0f} kB"
