"""Read a limits sentence: which roads and waters enclose an area, in the order of the text.

Three forms are read, and their mixtures: a list with a closing word (以A、B、C围合), sides
(东至A，南至B、C), and places beside a road (A以东、B以南). Only the words of the sentence are
used. What cannot be read with certainty is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, NoReturn

from geo.errors import InputTooLargeError, LimitsError
from geo.sentences import names, words
from geo.sentences.names import Item, Piece, is_water
from geo.sentences.words import Side
from geo.texts import text as catalogue_text

MAX_CHARACTERS = 4_000
"""Longest text taken as one sentence; the whole of note 7 of the 13th plan has 500."""


@dataclass(frozen=True)
class Limit:
    """One road or water that a sentence names as a limit.

    Parameters
    ----------
    name : str
        The name alone, as printed (white space inside it removed).
    qualifier : str
        What the sentence adds to the name: 西段, 东侧, 中心线, 道路红线, the words
        in brackets after it, or nothing.
    side : {"N", "NE", "E", "SE", "S", "SW", "W", "NW"} or None
        Side of the area on which the limit lies; None in a 围合 list.
    start, end : int
        ``text[start:end]`` is the name in the text it was read from.
    """

    name: str
    qualifier: str = ""
    side: Side | None = None
    start: int = 0
    end: int = 0


class LimitsSentenceError(LimitsError):
    """A limits sentence that is refused: for what reason, at which characters.

    Parameters
    ----------
    reason : str
        The keys ``limits.<reason>`` of the text catalogue: a closed list.
    found : str
        The words at fault.
    start, end : int
        Their characters in the text.
    """

    def __init__(self, reason: str, found: str, start: int, end: int) -> None:
        self.reason, self.found, self.start, self.end = reason, found, start, end
        super().__init__(reason, found, start, end)

    def __str__(self) -> str:
        """Return the message in English."""
        return self.explain("en")

    def explain(self, language: str = "zh") -> str:
        """Return what is wrong, where, and what to do, in Chinese or English."""
        found = self.found if len(self.found) <= 40 else self.found[:39] + "…"
        key = f"limits.{self.reason}"
        return catalogue_text(key, language, found=found, first=self.start + 1, last=self.end)


class _Opener(NamedTuple):
    """A side word before its roads: 东至…, 南、西以…为界."""

    start: int
    end: int
    sides: tuple[Side, ...]
    is_each: bool


class _Clause(NamedTuple):
    """One piece of the text: its item or why it has none, and the words around it."""

    piece: Piece
    end: int
    item: Item | str
    opener: _Opener | None
    beside: Side | None

    @property
    def is_broken(self) -> bool:
        """Whether the piece stands in a list and is no name."""
        return isinstance(self.item, str) and self.piece.is_listed


def parse_limits(text: str) -> tuple[Limit, ...]:
    """Return the limits that a sentence names, in the order of the text.

    Parameters
    ----------
    text : str
        One limits sentence, with or without what stands before it (规划范围:) and
        after it (面积1.49平方公里). At most `MAX_CHARACTERS`.

    Returns
    -------
    tuple of Limit
        A road that bounds two sides (东、南至海河) appears once for each.

    Raises
    ------
    LimitsSentenceError
        If the sentence names no limits, fewer than three (two where one is a water),
        something that is no road, an open list (等), more than one area, or
        part of an area to be left out. It says where, and what to do.
    InputTooLargeError
        If the text is longer than `MAX_CHARACTERS`.

    Examples
    --------
    >>> [limit.name for limit in parse_limits("以大沽北路、营口道、南京路、哈尔滨道围合的区域")]
    ['大沽北路', '营口道', '南京路', '哈尔滨道']
    >>> [(limit.name, limit.side) for limit in parse_limits("和平路以东、多伦道以南、海河以西")]
    [('和平路', 'W'), ('多伦道', 'N'), ('海河', 'E')]
    """
    if len(text) > MAX_CHARACTERS:
        raise InputTooLargeError(
            f"Limits sentence: {len(text)} characters; at most {MAX_CHARACTERS} are read as one "
            "sentence. Paste only the sentence that names the limits."
        )
    return _Sentence(text).limits()


class _Sentence:
    """A text as the reader sees it, with the way back to its characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain, self.places = names.compact(text)
        self.masked = names.mask_brackets(self.plain, words.HOLDS_LIMITS)
        self.faults: list[tuple[Piece, tuple[Side, ...], str]] = []
        self.openers = self._openers()

    def limits(self) -> tuple[Limit, ...]:
        """Read the sentence by the form it has, and refuse what bounds no one area."""
        if not self.plain:
            raise LimitsSentenceError("empty", self.text.strip(), 0, len(self.text))
        lists = self._lists()
        found, start, end = self._sided()
        if len(lists) > 1 or (lists and found):
            self._refuse("several", *lists[-1][1:])
        if lists:
            found, start, end = lists[0]
        if found and not lists:
            taken = {limit.side for limit in found}
            open_faults = [f for f in self.faults if not taken.issuperset(f[1])]
        else:
            open_faults = [] if lists else self.faults
        for piece, _, reason in open_faults:
            self._refuse(reason, piece.start, piece.end)
        if not found:
            found, start, end = self._labelled()
        self._check(found, start, end)
        return tuple(found)

    # -- sides: 东至A，南至B, and A以东、B以南 ------------------------------------------------

    def _openers(self) -> list[_Opener]:
        """Return the side words that a name follows; keep those followed by something else."""
        found: list[_Opener] = []
        stop = len(self.masked)
        for match in reversed(list(words.OPENER.finditer(self.masked))):
            start = self._first_direction(match)
            if start is None:
                continue
            sides = words.sides(self.masked[start : match.end("sides")])
            end = match.end()
            piece, item = self._first_item(end, stop)
            if piece.start == piece.end:
                piece = Piece(start, end, "")  # 南至，西至…
            if isinstance(item, str) and match["verb"]:
                # 东起自由道: the verb is 起, and 自 belongs to the name
                end = match.start("verb") + 1
                shorter, item_of_shorter = self._first_item(end, stop)
                if isinstance(item_of_shorter, Item):
                    piece, item = shorter, item_of_shorter
            before = self.masked[start - 1 : start] if start else ""
            if isinstance(item, Item):
                found.append(_Opener(start, end, sides, bool(match["each"])))
                stop = start
            elif self._is_name(start, piece.end):
                continue  # 南滨路: the verb belongs to the name
            elif match["verb"] not in words.WEAK_VERBS and (not before or before in names.MARKS):
                self.faults.append((piece, sides, item))
        self.faults.reverse()
        if len(found) == 1:
            # 以东临大街、南京路、海河围合: one 东临 before a closing word is part of a name
            closer = words.CLOSER.search(self.masked, found[0].end)
            piece, _ = self._first_item(found[0].end, len(self.masked))
            if closer and closer["strong"] and self._is_name(found[0].start, piece.end):
                return []
        return found[::-1]

    def _is_name(self, start: int, end: int) -> bool:
        """Return whether a stretch of text is one name."""
        return isinstance(names.read_item(self.masked, self.plain, start, end), Item)

    def _first_item(self, start: int, stop: int) -> tuple[Piece, Item | str]:
        """Return the first piece of a stretch and what it names."""
        stop = min(stop, start + names.LONGEST_ITEM + 1)
        piece = next(names.pieces(self.masked, self.plain, start, stop), Piece(start, start, ""))
        return piece, self._clause(piece).item

    def _first_direction(self, match: re.Match[str]) -> int | None:
        """Return where an opener's directions begin; None if they belong to other words."""
        start = match.start()
        before = self.masked[start - 1 : start] if start else ""
        if before in ("以", "之") and names.ends_name(self.masked, start - 1):
            # 和平路以东、北至…: the first direction is that of 和平路
            return self._after_comma(start, match.end("sides"))
        if before in ("向", "往", "朝") or words.AS_SIDE.match(self.masked, max(start - 1, 0)):
            return None
        if words.PROVINCE.fullmatch(before + self.masked[start]):
            return None
        if names.ends_name(self.masked, start):
            # 南京路北侧、西至…: the first direction belongs to 南京路
            return self._after_comma(start, match.end("sides")) or start
        return start

    def _after_comma(self, start: int, end: int) -> int | None:
        """Return where the directions behind the first separator begin, if there are any."""
        comma = re.compile("[、，,]").search(self.masked, start, end)
        return comma.end() if comma else None

    def _clause(self, piece: Piece, opener: _Opener | None = None) -> _Clause:
        """Read one piece: its name, and the side it is given by 以东 after it."""
        start, end, beside = piece.start, piece.end, None
        given = words.AS_SIDE.search(self.masked, piece.start, piece.end)
        if (
            given
            and len(words.sides(given["sides"])) == 1
            and names.ends_name(self.masked, given.start())
        ):
            # 以海河为东界
            end, beside = given.start(), words.sides(given["sides"])[0]
            start = names.opening(self.masked, self.plain, start, end) or start
        for match in words.BESIDE.finditer(self.masked, piece.start, piece.end):
            if names.ends_name(self.masked, match.start()):
                sides = words.sides(match["sides"])
                if len(sides) == 1:
                    end, beside = match.start(), words.OPPOSITE[sides[0]]
                    break
        item = names.read_item(self.masked, self.plain, start, end)
        return _Clause(piece, end, item, opener, beside)

    def _clauses(self, start: int, end: int) -> list[_Clause]:
        """Return the pieces of a stretch of text, cut at its openers."""
        clauses = []
        inside = [opener for opener in self.openers if start <= opener.start < end]
        begins = [start, *(opener.end for opener in inside)]
        ends = [*(opener.start for opener in inside), end]
        for begin, stop, opener in zip(begins, ends, [None, *inside], strict=True):
            for piece in names.pieces(self.masked, self.plain, begin, stop):
                clauses.append(self._clause(piece, opener))
                opener = None  # noqa: PLW2901
        return clauses

    def _sided(self) -> tuple[list[Limit], int, int]:
        """Return the limits that have sides, and the stretch of text they were read from."""
        found: list[Limit] = []
        opener: _Opener | None = None
        group: list[_Clause] = []  # what follows 东至
        waiting: list[_Clause] = []  # what may yet find its 以东
        beside_seen = False
        clauses = self._clauses(0, len(self.masked))
        if not self.openers and not any(clause.beside for clause in clauses):
            clauses = _beside_by_qualifier(clauses, self.masked)
        for clause in clauses:
            if clause.opener or isinstance(clause.item, str):
                found += self._group(opener, group)
                self._refuse_waiting(waiting, beside_seen)
                if clause.is_broken and (group or beside_seen):
                    self._refuse_broken(clause)
                opener, group, waiting = clause.opener, [clause] if clause.opener else [], []
                if opener and clause.beside not in (None, *opener.sides):
                    self._refuse("ambiguous", opener.start, clause.piece.end)
                if not (clause.beside and isinstance(clause.item, str)):
                    continue
            if not clause.piece.is_listed:
                self._refuse_waiting(waiting, beside_seen)
                waiting = []
            if clause.beside:
                waiting.append(clause)
                waiting[0] = waiting[0] if group or beside_seen else self._behind_lead(waiting[0])
                found += [self._limit(each, clause.beside) for each in waiting]
                waiting, beside_seen = [], True
            elif opener:
                group.append(clause)
            else:
                waiting.append(clause)
        found += self._group(opener, group)
        self._refuse_waiting(waiting, beside_seen)
        found.sort(key=lambda limit: limit.start)
        sides = [limit.side for limit in found]
        for place, limit in enumerate(found):
            if limit.side in sides[: max(place - 1, 0)] and sides[place - 1] != limit.side:
                raise LimitsSentenceError("side-twice", limit.name, limit.start, limit.end)
        if not found:
            return [], 0, 0
        start = self.places.index(found[0].start)
        return found, start, self.places.index(found[-1].end - 1) + 1

    def _group(self, opener: _Opener | None, group: list[_Clause]) -> list[Limit]:
        """Return the limits of one opener: each road on its side or sides."""
        if opener is None or not group:
            return []
        if opener is self.openers[-1]:
            for clause in group[1:]:
                if clause.piece.mark in names.CLAUSE_MARKS:
                    # 北至D，E: a fifth road, or the next thing the text speaks of
                    self._refuse("ambiguous", clause.piece.start, clause.piece.end)
        if opener.is_each:
            if len(group) != len(opener.sides):
                self._refuse("count", opener.start, group[-1].piece.end)
            pairs = zip(group, opener.sides, strict=True)
            return [self._limit(clause, side) for clause, side in pairs]
        if len(group) > 1 and len(opener.sides) > 1:
            self._refuse("ambiguous", opener.start, group[-1].piece.end)
        return [self._limit(clause, side) for clause in group for side in opener.sides]

    def _refuse_broken(self, clause: _Clause) -> NoReturn:
        """Refuse a clause that is no name, by the part of it that is at fault."""
        for piece, _, reason in self.faults:
            if clause.piece.start <= piece.start < clause.piece.end:
                self._refuse(reason, piece.start, piece.end)
        self._refuse(str(clause.item), clause.piece.start, clause.end)

    def _refuse_waiting(self, waiting: list[_Clause], beside_seen: bool) -> None:
        """Refuse roads in a list of 以东, 以南 that are given no side themselves."""
        if waiting and beside_seen and waiting[0].piece.is_listed:
            self._refuse("side-missing", waiting[0].piece.start, waiting[-1].piece.end)

    # -- lists: 以A、B、C围合 -----------------------------------------------------------------

    def _lists(self) -> list[tuple[list[Limit], int, int]]:
        """Return every list that 围合 or the like closes, with its stretch of text."""
        found = []
        earlier = 0
        for closer in words.CLOSER.finditer(self.masked):
            start = 1 + max(self.masked.rfind(c, earlier, closer.start()) for c in words.STOPS)
            start = max(start, earlier)
            earlier = closer.end()
            count = words.COUNT.search(self.masked, max(start, closer.start() - 12), closer.start())
            clauses = self._clauses(start, count.start() if count else closer.start())
            if not clauses or any(c.opener or c.beside for c in clauses):
                continue
            run = self._run(clauses, is_strong=bool(closer["strong"]))
            if not run:
                continue
            limits = [self._limit(clause, None) for clause in run]
            if len(limits) > 3 and limits[0].name == limits[-1].name:
                limits.pop()  # the list returns to where it began: the ring is closed anyway
            if count and (count["open"] or count["number"]):
                if not count["number"]:
                    self._refuse("open-list", *count.span())
                if words.number(count["number"]) != len(limits):
                    self._refuse("count", *count.span())
            found.append((limits, run[0].item.start, closer.end()))  # type: ignore[union-attr]
        return found

    def _run(self, clauses: list[_Clause], *, is_strong: bool) -> list[_Clause]:
        """Return the names before a closing word, back to 以 or to the end of other words."""
        run: list[_Clause] = []
        for place in range(len(clauses) - 1, -1, -1):
            clause = clauses[place]
            is_inside = clause.piece.is_listed and isinstance(clause.item, Item)  # 、由义大街、
            if self._opening(clause) is not None and not is_inside:
                before = clauses[place - 1].piece if place else clause.piece
                if re.match("起于|始于|起自|自|从", self.masked[before.start : before.end]):
                    # 起于海河，沿A、B、C围合: the first one is a limit too, or is it?
                    self._refuse("ambiguous", before.start, clause.piece.end)
                return [self._behind_lead(clause), *run]
            if isinstance(clause.item, str):
                is_cut = run and not run[0].piece.is_listed and not clause.is_broken
                if is_cut and not any(map(self._opens_list, clauses[: place + 1])):
                    break
                if is_strong and len(self.openers) < 2:
                    self._refuse(clause.item, clause.piece.start, clause.piece.end)
                return []
            run.insert(0, clause)
        run[0] = self._behind_lead(run[0])
        return run

    def _opens_list(self, clause: _Clause) -> bool:
        """Return whether a list begins here: 以 and a name, or 以 and what should be one."""
        spoken = self.masked[clause.piece.start : clause.end]
        return self._opening(clause) is not None or bool(re.match("[以由][^为]+$", spoken))

    def _opening(self, clause: _Clause) -> int | None:
        """Return where the name begins behind 以, 由 or 位于, or None."""
        return names.opening(self.masked, self.plain, clause.piece.start, clause.end)

    def _behind_lead(self, clause: _Clause) -> _Clause:
        """Return a first clause without 位于, 以 or a district before its name."""
        start = self._opening(clause)
        if start is not None:
            item = names.read_item(self.masked, self.plain, start, clause.end)
            return clause._replace(item=item)
        if isinstance(clause.item, Item):
            return clause._replace(item=names.without_district(self.masked, clause.item))
        return clause

    def _labelled(self) -> tuple[list[Limit], int, int]:
        """Read a list after a label: 边界为A、B、C、D."""
        label = words.LABEL.search(self.masked)
        if not label:
            self._refuse("no-limits", 0, len(self.plain))
        ends = [self.masked.find(c, label.end()) for c in words.STOPS]
        end = min((e for e in ends if e >= 0), default=len(self.masked))
        run: list[_Clause] = []
        for clause in self._clauses(label.end(), end):
            if isinstance(clause.item, str):
                if clause.is_broken or not run:
                    self._refuse(clause.item, clause.piece.start, clause.piece.end)
                break
            run.append(clause)
        return [self._limit(clause, None) for clause in run], label.end(), end

    # -- what every form shares ---------------------------------------------------------------

    def _check(self, found: list[Limit], start: int, end: int) -> None:
        """Refuse limits that cannot bound one whole area."""
        distinct = {limit.name for limit in found}
        for before, limit in pairwise(found):
            if before.name == limit.name and before.side == limit.side:
                raise LimitsSentenceError("twice", limit.name, limit.start, limit.end)
        sides = [limit.side for limit in found]
        if len(found) == 2 and sides[0] and words.OPPOSITE[sides[0]] == sides[1]:
            self._refuse("axis", start, end)
        has_water = any(is_water(name) for name in distinct)
        if len(distinct) < (2 if has_water else 3) or (len(found) < 3 and sides[0]):
            self._refuse("too-few", start, end)
        figure = words.AREA_FIGURE.search(self.plain, end)
        stop = figure.start() if figure else len(self.plain)
        left_out = words.EXCLUDES.search(self.plain, start, stop)
        if left_out:
            self._refuse("leaves-out", *left_out.span())

    def _limit(self, clause: _Clause, side: Side | None) -> Limit:
        """Return the limit that a clause names, or refuse it."""
        item = clause.item
        if isinstance(item, str):
            self._refuse(item, clause.piece.start, clause.piece.end)
        return Limit(
            self.plain[item.start : item.end],
            item.qualifier,
            side,
            self.places[item.start],
            self.places[item.end - 1] + 1,
        )

    def _refuse(self, reason: str, start: int, end: int) -> NoReturn:
        """Raise the error for a stretch of the compact text."""
        start = min(start, len(self.places) - 1)  # a label may stand at the very end
        end = max(end, start + 1)
        first, last = self.places[start], self.places[min(end, len(self.places)) - 1] + 1
        raise LimitsSentenceError(reason, self.text[first:last], first, last)


def _beside_by_qualifier(clauses: list[_Clause], masked: str) -> list[_Clause]:
    """Return clauses with a side where every road of a text without 围合 has a 东侧 or 北侧.

    地块位于和平路东侧、多伦道南侧、海河西侧 says where the area lies, not which kerb is meant.
    """
    sided = []
    for clause in clauses:
        qualifier = clause.item.qualifier if isinstance(clause.item, Item) else ""
        match = words.BESIDE_SIDE.fullmatch(qualifier)
        if match and len(words.sides(match["sides"])) == 1:
            side = words.OPPOSITE[words.sides(match["sides"])[0]]
            end = clause.item.end if isinstance(clause.item, Item) else clause.end
            item = clause.item._replace(qualifier="") if isinstance(clause.item, Item) else ""
            sided.append(clause._replace(item=item, end=end, beside=side))
        else:
            sided.append(clause)
    is_one_form = sum(clause.beside is not None for clause in sided) >= 3
    return sided if is_one_form and not words.CLOSER.search(masked) else clauses
