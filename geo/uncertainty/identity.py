"""Weigh which street a printed name means: candidates, and the rings that they combine into."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

IdentityClass = Literal["osm", "high", "medium", "low"]

IDENTITY_CLASSES: tuple[IdentityClass, ...] = get_args(IdentityClass)
"""How well it is known that a line is the named street, the best first."""

LEAST_PROBABILITY = 0.02
"""Combinations less probable than this are dropped."""

MOST_COMBINATIONS = 64
"""More combinations than this are not kept, the most probable first."""

SUM_TOLERANCE = 0.001
"""The probabilities of one limit add up to 1 within this."""


@dataclass(frozen=True)
class Candidate:
    """A line that a printed name may mean.

    Parameters
    ----------
    line : str
        The line: its name among the centrelines, or its ``road_id`` where it
        has no name or shares it with another line.
    probability : float
        From 0 to 1; from a table that is fixed before any area is measured.
    evidence, evidence_en : str
        What speaks for it.
    """

    line: str
    probability: float
    evidence: str = ""
    evidence_en: str = ""


@dataclass(frozen=True)
class Identity:
    """What is known of which line a name means.

    Parameters
    ----------
    name : str
        The name among the centrelines, after the alias table.
    candidates : tuple of Candidate
        The main one first. Their probabilities may add up to less than 1: the
        rest is another line, which nobody has named.
    reason, reason_en : str
        Why there is more than one, or what class the main one has.
    """

    name: str
    candidates: tuple[Candidate, ...]
    reason: str = ""
    reason_en: str = ""

    @property
    def main(self) -> Candidate:
        """The line that is drawn."""
        return self.candidates[0]


@dataclass(frozen=True)
class Combination:
    """One line for every name of a shape.

    Parameters
    ----------
    probability : float
        The product of the probabilities of its candidates.
    candidates : dict of str to Candidate
        By name, in the order in which the names were given.
    changed : tuple of str
        Names whose candidate is not the main one.
    """

    probability: float
    candidates: Mapping[str, Candidate]
    changed: tuple[str, ...] = ()

    @property
    def lines(self) -> dict[str, str]:
        """The line for every name."""
        return {name: candidate.line for name, candidate in self.candidates.items()}

    @property
    def reading(self) -> str:
        """The id of the reading, such as ``"identity:哈密道=沈阳道"``; empty for the main one."""
        lines = self.lines
        names = ";".join(f"{name}={lines[name]}" for name in self.changed)
        return f"identity:{names}" if names else ""


def combinations(identities: Sequence[Identity]) -> tuple[Combination, ...]:
    """Return the combinations of candidates that are probable enough, the main one first.

    Parameters
    ----------
    identities : sequence of Identity
        One for every name that a shape is drawn from, each name once.

    Returns
    -------
    tuple of Combination
        The combination of all main candidates, however probable, then the
        others by falling probability: none below `LEAST_PROBABILITY`, at most
        `MOST_COMBINATIONS` in all. Their sum is below 1 where candidates were
        dropped or not all of them are known.

    Notes
    -----
    Names are taken as independent of each other, so that a combination has
    the product of its candidates' probabilities.

    Examples
    --------
    >>> a = Identity("a", (Candidate("a", 0.7), Candidate("b", 0.3)))
    >>> c = Identity("c", (Candidate("c", 0.9),))
    >>> [(c.reading, round(c.probability, 2)) for c in combinations([a, c])]
    [('', 0.63), ('identity:a=b', 0.27)]
    """
    main = Combination(
        math.prod(identity.main.probability for identity in identities),
        {identity.name: identity.main for identity in identities},
    )
    others = [c for c in _probable(identities) if c.changed]
    others.sort(key=lambda c: (-c.probability, c.reading))
    return (main, *others[: MOST_COMBINATIONS - 1])


def _probable(identities: Sequence[Identity]) -> Iterator[Combination]:
    """Yield the combinations of at least `LEAST_PROBABILITY`, leaving hopeless branches early."""
    count = len(identities)
    # The most that the names from k on can contribute: below the limit, a branch is left.
    best = [1.0] * (count + 1)
    for k in range(count - 1, -1, -1):
        best[k] = best[k + 1] * max(c.probability for c in identities[k].candidates)
    stack: list[tuple[int, float, tuple[Candidate, ...]]] = [(0, 1.0, ())]
    while stack:
        k, probability, chosen = stack.pop()
        # A product of round probabilities such as 0.2 x 0.1 may fall a hair short.
        if probability * best[k] < LEAST_PROBABILITY - 1e-12:
            continue
        if k == count:
            candidates = dict(zip((i.name for i in identities), chosen, strict=True))
            changes = tuple(i.name for i in identities if candidates[i.name] is not i.main)
            yield Combination(probability, candidates, changes)
            continue
        stack += [
            (k + 1, probability * candidate.probability, (*chosen, candidate))
            for candidate in identities[k].candidates
        ]


def weakest(classes: Sequence[Any]) -> IdentityClass | None:
    """Return the least certain of some identity classes; None where none is told.

    Examples
    --------
    >>> weakest(["high", None, "medium", "osm"])
    'medium'
    """
    known = [c for c in classes if c in IDENTITY_CLASSES]
    return max(known, key=IDENTITY_CLASSES.index) if known else None
