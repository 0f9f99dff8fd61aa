"""Test whether stated errors are true: shares within one and two sigma on held-back evidence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST_STREETS = 8
"""Fewer streets than this tell nothing about a class."""

NOMINAL = {1: 0.68, 2: 0.95}
"""Share that should lie within so many standard deviations: 68 and 95 %."""

CONFIDENCE = 0.95
"""Confidence of the binomial interval."""


@dataclass(frozen=True)
class Share:
    """How many streets lie within a number of standard deviations.

    Parameters
    ----------
    sigmas : int
        1 or 2.
    within, streets : int
        Streets within, and streets in all.
    low, high : float
        Ends of the binomial interval of the share, 0 to 1.
    """

    sigmas: int
    within: int
    streets: int
    low: float
    high: float

    @property
    def holds(self) -> bool:
        """Whether the interval contains the nominal share."""
        return self.low <= NOMINAL[self.sigmas] <= self.high


@dataclass(frozen=True)
class ClassCalibration:
    """What the held-back evidence says of the errors of one class of lines.

    Parameters
    ----------
    identity, method : str
        The class.
    streets, points : int
        How much evidence there is.
    median_m : float
        Median distance of all points from their street [m].
    shares : tuple of Share
        Within 1 and 2 sigma of the stated errors; empty where `streets` is
        below `FEWEST_STREETS`.
    crossed : tuple of Share
        The same with errors set on the other folds: those of each fold are
        scaled by the root mean square of the others.
    scale : float
        Root mean square of all streets, in stated standard deviations: 1
        where the errors are what they say.
    """

    identity: str
    method: str
    streets: int
    points: int
    median_m: float
    shares: tuple[Share, ...]
    crossed: tuple[Share, ...] = ()
    scale: float = math.nan

    @property
    def is_told(self) -> bool:
        """Whether there are streets enough to say anything."""
        return self.streets >= FEWEST_STREETS

    @property
    def holds(self) -> bool:
        """Whether both shares are what the errors promise; True where nothing can be told."""
        return all(share.holds for share in self.shares)


@dataclass(frozen=True)
class Deviation:
    """How far the base lies from one held-back point.

    Parameters
    ----------
    street : str
    identity, method : str
        The class of the stretch that lies nearest.
    fold : str
        The fold that the street belongs to.
    distance_m : float
        From the point to the street [m].
    error_m : float
        One standard deviation of this distance: that of the line, and that
        of the point, added in quadrature [m].
    """

    street: str
    identity: str
    method: str
    fold: str
    distance_m: float
    error_m: float

    @property
    def sigmas(self) -> float:
        """The distance in standard deviations."""
        return self.distance_m / self.error_m


def binomial_interval(within: int, total: int) -> tuple[float, float]:
    """Return the exact (Clopper–Pearson) 95 % interval of a share.

    Parameters
    ----------
    within, total : int
        How many of how many.

    Returns
    -------
    tuple of float
        Lower and upper end, 0 to 1.

    Notes
    -----
    The lower end is the share at which `within` or more come up with 2.5 %,
    the upper end that at which `within` or fewer do. Both tails are sums of
    binomial terms, so that the ends are found by bisection.

    Examples
    --------
    Clopper and Pearson 1934: 8 of 10 is 0.444 to 0.975.

    >>> [round(end, 3) for end in binomial_interval(8, 10)]
    [0.444, 0.975]
    >>> [round(end, 3) for end in binomial_interval(0, 10)]
    [0.0, 0.308]
    """
    tail = (1 - CONFIDENCE) / 2
    low = 0.0 if within == 0 else _share_where(lambda p: _at_least(within, total, p) - tail)
    high = 1.0 if within == total else _share_where(lambda p: tail - _at_most(within, total, p))
    return low, high


def _share_where(function: object) -> float:
    """Return where a function that rises with the share is nought."""
    assert callable(function)
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if function(middle) > 0 else (middle, high)
    return (low + high) / 2


def _at_most(within: int, total: int, share: float) -> float:
    return sum(
        math.comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(within + 1)
    )


def _at_least(within: int, total: int, share: float) -> float:
    return 1 - _at_most(within - 1, total, share)


def calibrate(deviations: Sequence[Deviation]) -> tuple[ClassCalibration, ...]:
    """Return for every class of lines whether its errors are what they say.

    Parameters
    ----------
    deviations : sequence of Deviation
        One for every held-back point.

    Returns
    -------
    tuple of ClassCalibration
        In the order of identity and method.

    Notes
    -----
    A street counts once, with the root mean square of its points' distances
    in standard deviations: a line that is wrong as a whole lies off its
    street, across its own direction, by one normal number that all of its
    points share. Points of one street are no independent evidence.
    """
    classes: dict[tuple[str, str], list[Deviation]] = {}
    for deviation in deviations:
        classes.setdefault((deviation.identity, deviation.method), []).append(deviation)
    result = []
    for (identity, method), rows in sorted(classes.items()):
        by_street: dict[str, list[Deviation]] = {}
        for row in rows:
            by_street.setdefault(row.street, []).append(row)
        off = [_root_mean_square([d.sigmas for d in errors]) for errors in by_street.values()]
        folds = [errors[0].fold for errors in by_street.values()]
        is_told = len(off) >= FEWEST_STREETS
        result.append(
            ClassCalibration(
                identity,
                method,
                len(off),
                len(rows),
                float(np.median([row.distance_m for row in rows])),
                tuple(_share(off, sigmas) for sigmas in NOMINAL) if is_told else (),
                tuple(_share(_crossed(off, folds), s) for s in NOMINAL) if is_told else (),
                _root_mean_square(off),
            )
        )
    return tuple(result)


def _root_mean_square(values: Sequence[float]) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def _crossed(off: Sequence[float], folds: Sequence[str]) -> list[float]:
    """Return every street's deviation in errors that were set on the other folds."""
    scales = {}
    for fold in set(folds):
        others = [value for value, own_fold in zip(off, folds, strict=True) if own_fold != fold]
        scales[fold] = _root_mean_square(others) if others else 1.0
    return [
        value / scales[fold] if scales[fold] > 0 else math.inf
        for value, fold in zip(off, folds, strict=True)
    ]


def _share(off: Sequence[float], sigmas: int) -> Share:
    within = sum(value <= sigmas for value in off)
    return Share(sigmas, within, len(off), *binomial_interval(within, len(off)))
