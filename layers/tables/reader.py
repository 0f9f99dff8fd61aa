"""Say in whose language a table is written, and what it calls plans and items."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from geo.texts import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.base import District


class Reader(Protocol):
    """Who reads a table: a session of the page, or one language of the edition."""

    @property
    def language(self) -> str:
        """``"zh"`` or ``"en"``."""

    def text(self, key: str, **values: object) -> str:
        """Return a text of the catalogue."""

    def name(self, zone_id: str, key: str = "name") -> str:
        """Return the name of an item: ``name`` or ``short_name``."""

    def plan_name(self, plan: str) -> str:
        """Return the name of a plan."""


@dataclass(frozen=True)
class FileReader:
    """A reader of the zone files in one language.

    Parameters
    ----------
    language : {"zh", "en"}
        Of every word but the plans' own.
    district : District
        Names of the plans.
    items : mapping of str to mapping
        Properties of every item by its id.
    """

    language: str
    district: District
    items: Mapping[str, Mapping[str, Any]]

    def text(self, key: str, **values: object) -> str:
        """Return a text of the catalogue."""
        return text(key, self.language, **values)

    def name(self, zone_id: str, key: str = "name") -> str:
        """Return the name of an item, its id where it has none."""
        properties = self.items.get(zone_id, {})
        english = properties.get(f"{key}_en") if self.language == "en" else None
        return str(english or properties.get(key) or zone_id)

    def plan_name(self, plan: str) -> str:
        """Return the name of a plan."""
        period = self.district.plan(plan)
        return period.name_en if self.language == "en" else period.name


def unique_labels(labels: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return one label for each id, no two alike.

    A browser sends the label back, so two options with one label would be
    one option.

    Parameters
    ----------
    labels : mapping of str to sequence of str
        For each id its possible labels, the shortest first; the id itself
        stands at their end.

    Examples
    --------
    >>> unique_labels({"a": ["x", "x (1)"], "b": ["x", "x (2)"], "c": ["y"]})
    {'a': 'x (1)', 'b': 'x (2)', 'c': 'y'}
    """
    ladders = {key: [*ladder, key] for key, ladder in labels.items()}
    while True:
        words = {key: ladder[0] for key, ladder in ladders.items()}
        counts = Counter(words.values())
        alike = [k for k, ladder in ladders.items() if counts[words[k]] > 1 and len(ladder) > 1]
        if not alike:
            return words
        for key in alike:
            ladders[key] = ladders[key][1:]
