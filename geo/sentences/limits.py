"""Read a limits sentence: which roads and waters enclose an area, in the order of the text.

Three forms are read, and their mixtures: a list with a closing word (以A、B、C围合), sides
(东至A，南至B、C), and places beside a road (A以东、B以南). Only the words of the sentence are
used. Every side and every member of a list becomes a limit or a fault; what cannot be read
with certainty is refused by its own words.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from geo.errors import InputTooLargeError, LimitsError
from geo.sentences import additions, english, names, words
from geo.sentences.accounting import loose, unaccounted
from geo.sentences.names import End, Piece
from geo.sentences.script import compact
from geo.sentences.words import Side
from geo.texts import Text

MAX_CHARACTERS = 4_000
"""Longest text taken as one sentence; the whole of note 7 of the 13th plan has 500."""


@dataclass(frozen=True)
class Limit:
    """One road, water or other line that a sentence names as a limit.

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
    offset_m : float or None
        Distance from the named line [m] at which the limit lies (以东30米).
    offset_side : side or None
        To which side of the named line; None where there is no offset, or the
        text does not say it in a way that a side follows from.
    note : str
        A place or class word before the name: 青山镇, 城市主干道.
    """

    name: str
    qualifier: str = ""
    side: Side | None = None
    start: int = 0
    end: int = 0
    offset_m: float | None = None
    offset_side: Side | None = None
    note: str = ""


@dataclass(frozen=True)
class Fault:
    """Words of a limits sentence that bound nothing, and why.

    Parameters
    ----------
    code : str
        The keys ``limits.<code>`` of the text catalogue: a closed list.
    words : str
        The words at fault, as printed.
    start, end : int
        Their characters in the text.
    side : side or None
        The side that they were to bound, where the sentence says it.
    """

    code: str
    words: str
    start: int
    end: int
    side: Side | None = None

    @property
    def message(self) -> Text:
        """What is wrong, where, and what to do."""
        excerpt = self.words if len(self.words) <= 40 else self.words[:39] + "…"
        return Text(f"limits.{self.code}", found=excerpt, first=self.start + 1, last=self.end)

    def explain(self, language: str = "zh") -> str:
        """Return what is wrong, where, and what to do, in Chinese or English."""
        return self.message.render(language)


class LimitsSentenceError(LimitsError):
    """A limits sentence that is not read whole: what was read of it, and every fault.

    Parameters
    ----------
    faults : tuple of Fault
        At least one, in the order of the text.
    limits : tuple of Limit
        What was read.
    """

    def __init__(self, faults: tuple[Fault, ...], limits: tuple[Limit, ...] = ()) -> None:
        self.faults, self.limits = faults, limits
        first = faults[0]
        self.reason, self.found = first.code, first.words
        self.start, self.end = first.start, first.end
        ValueError.__init__(self, faults, limits)  # as arguments, to come whole out of a pickle

    @property
    def words(self) -> Text:
        """The first fault, and how many follow it."""
        if len(self.faults) == 1:
            return self.faults[0].message
        excerpts = [fault.words if len(fault.words) <= 20 else fault.words[:19] + "…"
                for fault in self.faults[1:6]]  # fmt: skip
        return Text("limits.more", first=self.faults[0].message, more=list(excerpts))


def parse_limits(text: str, known: Collection[str] = ()) -> tuple[Limit, ...]:
    """Return the limits that a sentence names, in the order of the text.

    Parameters
    ----------
    text : str
        One limits sentence, with or without what stands before it (规划范围:) and
        after it (面积1.49平方公里). At most `MAX_CHARACTERS`. Traditional
        characters and an English sentence of the form "bounded by A to the
        north, …" are read; names are returned as printed.
    known : collection of str, optional
        Names of the base that count as limits whatever their suffix.

    Returns
    -------
    tuple of Limit
        A road that bounds two sides (东、南至海河) appears once for each.

    Raises
    ------
    LimitsSentenceError
        If anything that the sentence gives as a limit cannot be read as one, if
        it names fewer than three (two where one is a water), leaves the list
        open (等), describes more than one area, or adds to the area or takes
        from it. It carries what was read and every fault.
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
        raise InputTooLargeError(Text("limits.too-long", count=len(text), limit=MAX_CHARACTERS))
    limits, faults, _ = read_sentence(text, known)
    if faults:
        raise LimitsSentenceError(faults, limits)
    return limits


class Reading(NamedTuple):
    """What a sentence gives: limits, faults, and where its words about limits begin."""

    limits: tuple[Limit, ...]
    faults: tuple[Fault, ...]
    start: int


def read_sentence(text: str, known: Collection[str] = ()) -> Reading:
    """Return the limits and the faults of a sentence; see `parse_limits`."""
    if english.is_english(text):
        return _read_english(text)
    sentence = _Sentence(text, frozenset(known))
    sentence.read()
    limits = tuple(sorted(sentence.limits, key=lambda limit: limit.start))
    faults = sorted(sentence.faults, key=lambda fault: (fault.start, fault.end))
    first = min(sentence.begins, default=0)
    begin = sentence.places[first] if sentence.places else 0
    return Reading(limits, tuple(dict.fromkeys(faults)), begin)


def _read_english(text: str) -> Reading:
    ends = english.read(text)
    start = len(text) - len(text.lstrip())
    if ends is None:
        stripped = text.strip()
        fault = Fault("english", stripped, start, start + len(stripped))
        return Reading((), (fault,), start)
    limits = tuple(Limit(name, "", side, begin, begin + len(name)) for name, side, begin in ends)
    limits = tuple(sorted(limits, key=lambda limit: limit.start))
    if len(limits) < 3:
        first, last = limits[0].start, limits[-1].end
        return Reading(limits, (Fault("too-few", text[first:last], first, last),), first)
    return Reading(limits, (), start)  # North: before the first name is no label


_VERBS = frozenset("至到抵临接靠邻起")


class _Opener(NamedTuple):
    """A side word before its roads: 东至…, 南、西以…为界."""

    start: int
    end: int
    sides: tuple[Side, ...]
    is_each: bool


class _Clause(NamedTuple):
    """One piece of the text: its end or why it has none, and the words around it."""

    piece: Piece
    start: int
    end: int
    item: End | str
    opener: _Opener | None
    beside: Side | None
    also: tuple[Side, ...] = ()
    """Further sides that the same words give it: 为东、南界."""
    distance: Side | None = None
    """Its side where the words behind it are 以东100米, a line or a strip."""

    @property
    def is_read(self) -> bool:
        return isinstance(self.item, End)


class _Sentence:
    """A text as the reader sees it, with the way back to its characters."""

    def __init__(self, text: str, known: frozenset[str]) -> None:
        self.text, self.known = text, known
        form = compact(text, names.ENDS, names.MARKS)
        self.printed, self.plain, self.places = form
        masked = names.mask_brackets(self.plain, words.HOLDS_LIMITS)
        number = words.NUMBERING.match(masked)
        first = number.end() if number else 0
        self.masked = "，" * first + re.sub("[①-⑳⑴-⒇](?=[东西南北])", "，", masked[first:])
        self.limits: list[Limit] = []
        self.faults: list[Fault] = []
        self.fault_set: set[Fault] = set()
        self.accounted_spans: list[tuple[int, int]] = []  # what limits and faults account for
        self.begins: list[int] = []  # where the words about limits may begin
        self.openers: list[_Opener] = []
        self.bracketed: dict[int, Side] = {}  # where （东） stands behind a name
        self.doubled: set[int] = set()  # where a name begins whose side 以西 gave before

    # -- the whole sentence -------------------------------------------------------------------

    def read(self) -> None:
        """Read the sentence by the form it has; whatever bounds no one area is a fault."""
        if not self.plain:
            self.faults.append(Fault("empty", self.text.strip(), 0, len(self.text)))
            return
        # What changes the area beyond its limits is hidden while they are read.
        extras = additions.changes(self.masked, self.plain, self.known)
        self.masked = additions.hide(self.masked, extras)
        self.masked = words.AS_SIDE.sub(_one_word, self.masked)
        self.masked = _with_verbs(self.masked, self.known)
        # Words that give a side; without any, it may stand in brackets behind a name.
        self.openers = self._openers()
        if not self.openers:
            self.bracketed = names.bracketed_sides(self.plain)
        spans = [(opener.start, opener.end, opener.sides) for opener in self.openers]
        wrong = list(additions.misprints(self.masked, self.plain, self.known, spans))
        self.masked = additions.hide(self.masked, wrong)
        extras += wrong
        # One form only is read: sides, or one list. A second one is another area.
        clauses = self._clauses(0, len(self.masked))
        lists = self._lists()
        list_spans = [(start, end) for _, start, end in lists]
        sided_start, sided_end = self._sided(clauses, list_spans)
        is_sided = sided_end > 0
        start, end = sided_start, sided_end
        if len(lists) > 1 or (lists and is_sided):
            self._fault("several", *lists[-1][1:])
            lists = lists if is_sided else lists[:1]
        if lists:
            start, end = lists[0][1:]
            for members, *_ in lists if not is_sided else []:
                for clause in members:
                    self._member(clause, (None,))
        if not is_sided and not lists:
            start, end = self._unclosed(clauses)
        # Nothing read: a walk round the area is said to be one, else that there are no limits.
        if not self.limits and not self.faults:
            if any(code == "walk" for code, *_ in extras):
                for extra in extras:
                    self._fault(*extra)
                if words.CLOSER.search(self.masked) or len(extras) > 2:
                    return
                self.faults.clear()
            self._nothing()
            return
        for extra in extras:
            self._fault(*extra)
        # Last, that what was read can be a ring, and that no word with a side was passed over.
        self._check(start, end)
        self._account(is_sided=is_sided)

    def _account(self, *, is_sided: bool) -> None:
        """Refuse what gives a side and is neither a limit nor a fault yet."""
        for first, last in unaccounted(self.masked, list(self.accounted_spans)):
            self._fault("unread", first, last)
        sides = {limit.side for limit in self.limits} | {fault.side for fault in self.faults}
        sides.discard(None)
        if is_sided and len(sides) > 1:
            missing = "".join(word for word in "东南西北" if words.sides(word)[0] not in sides)
            starts = [opener.start for opener in self.openers]
            for first, last in loose(self.masked, list(self.accounted_spans), starts, missing):
                self._fault("unread", first, last)

    def _nothing(self) -> None:
        """Say why nothing bounds an area: one ring road, a row of names, or no limits at all."""
        ring = words.RING_ROAD.search(self.plain)
        if ring:
            self._fault("ring-road", *ring.span())
            return
        self._fault("no-limits", 0, len(self.plain))

    # -- sides: 东至A，南至B, and A以东、B以南 ------------------------------------------------

    def _openers(self) -> list[_Opener]:
        """Return the side words, each with something after it that is or should be an end."""
        openers: list[_Opener] = []
        doubtful: list[tuple[_Opener, bool]] = []
        verbs: dict[str, set[Side]] = {}
        candidates: list[tuple[_Opener, str]] = []
        bare: list[_Opener] = []  # 东界老城墙, or 东界牌岭
        stop = len(self.masked)
        for match in reversed(list(words.OPENER.finditer(self.masked))):
            start = self._first_direction(match)
            sides = (
                words.sides(self.masked[start : match.end("sides")]) if start is not None else ()
            )
            if start is None or not sides:
                continue
            end, piece, item = self._behind_verb(match, stop)
            verb = match["verb"]
            opener = _Opener(start, end, sides, bool(match["each"]))
            before = self.masked[start - 1 : start] if start else ""
            at_start = not before or before in names.MARKS or before in words.BEFORE_SIDES
            if isinstance(item, End):
                openers.append(opener)
                verbs.setdefault(verb or ":", set()).update(sides)
                stop = start
            elif self._is_name(start, max(piece.end, end)):
                candidates.append((opener, verb or ":"))  # 南滨路: the verb belongs to the name
            elif self._is_movement(match) or self._is_beside(start, piece.end):
                continue
            elif verb not in words.WEAK_VERBS or at_start:
                verbs.setdefault(verb or ":", set()).update(sides)
                if self.masked[end - 1] != "界":
                    says_bound = words.BOUND.match(self.masked, end) is not None
                    doubtful.append((opener, verb not in words.WEAK_VERBS or says_bound))
                else:
                    bare.append(opener)
        if len(openers) == 1 and not doubtful:
            # 以东临大街、南京路、海河围合: one 东临 before a closing word is part of a name
            closer = words.CLOSER.search(self.masked, openers[0].end)
            piece, _ = self._first_item(openers[0].end, len(self.masked))
            if closer and closer["strong"] and self._is_name(openers[0].start, piece.end):
                return []
        openers += [opener for opener, verb in candidates if self._is_side_too(opener, verb, verbs)]
        strong = sum(is_strong for _, is_strong in doubtful)
        others = len(openers) + self._count_beside()
        clear = sum(self._begins_clause(opener.start) for opener in bare)
        if others or (strong and len(doubtful) + clear >= 2) or len(doubtful) + clear >= 3:
            openers += [*bare, *(opener for opener, _ in doubtful)]
        return sorted(openers)

    def _begins_clause(self, place: int) -> bool:
        return not place or self.masked[place - 1] in names.CLAUSE_MARKS + " 为是"

    def _behind_verb(self, match: re.Match[str], stop: int) -> tuple[int, Piece, End | str]:
        """Return where a side word ends, and the piece behind it with what it names."""
        end = match.end()
        piece, item = self._first_item(end, stop)
        verb = match["verb"]
        if self.masked[end : end + 1] in ("至", "到", "抵"):
            # 东：至松林路; 东：至善路 is a road
            later, item_of_later = self._first_item(end + 1, stop)
            if (
                isinstance(item_of_later, End)
                and len(names.stem(self._words_of(item_of_later))) > 1
            ):
                return end + 1, later, item_of_later
        if isinstance(item, End) or not verb:
            return end, piece, item
        # 东起自由道: the verb is 起, and 自 belongs to the name; 南界接着路: 界 is enough
        cuts = [match.start("verb") + 1] if len(verb) > 1 else []
        if self.masked[match.start("verb") - 1] == "界":
            cuts.append(match.start("verb"))
        for place in cuts:
            shorter, item_of_shorter = self._first_item(place, stop)
            if isinstance(item_of_shorter, End):
                return place, shorter, item_of_shorter
        return end, piece, item

    def _is_side_too(self, opener: _Opener, verb: str, verbs: dict[str, set[Side]]) -> bool:
        """Return whether 西靠山路 is a side, as 东靠A路 and 南靠B路 are, and no name."""
        alike = verbs.get(verb, set())
        others: set[Side] = set().union(*verbs.values()) if verbs else set()
        before = self.masked[opener.start - 1 : opener.start] if opener.start else ""
        if others and "界" in self.masked[opener.start : opener.end] and before not in _VERBS:
            return True
        if before and before not in names.MARKS and before not in words.BEFORE_SIDES:
            return False
        stop = self._first_cut(opener.end, len(self.masked))
        spoken = self.masked[opener.end : stop]
        if spoken[:1] in names.STREET_ENDS or words.BESIDE.search(self.masked, opener.end, stop):
            return False  # 南滨路, 东交民巷以北
        is_alike = len(alike) >= 2 and not alike.issuperset(opener.sides)
        is_missing = len(others) >= 2 and not others.issuperset(opener.sides)
        return is_alike or (is_missing and (not before or before not in "、/和与及"))

    def _count_beside(self) -> int:
        """Return how many places beside something the sentence names."""
        return sum(1 for m in words.BESIDE.finditer(self.masked) if m.start())

    def _is_movement(self, match: re.Match[str]) -> bool:
        """Return whether side words tell a direction of growth: 自东至西, 由南到北."""
        rest = self.masked[match.end() : match.end() + 3]
        return bool(re.match(r"[东西南北]{1,2}(?:$|[^㐀-鿿]|[的方向展延伸贯])", rest))

    def _is_beside(self, start: int, end: int) -> bool:
        """Return whether a stretch is a name with 以北 behind it, as in 南滨路以北."""
        clause = self._clause(Piece(start, end, ""))
        return clause.is_read and clause.beside is not None

    def _is_name(self, start: int, end: int) -> bool:
        """Return whether a stretch of text is one name."""
        end_of_name = names.read_end(self.masked, self.plain, start, end, self.known)
        return isinstance(end_of_name, End) and end_of_name.start == start

    def _first_item(self, start: int, stop: int) -> tuple[Piece, End | str]:
        """Return the first piece of a stretch and what it names."""
        stop = min(stop, start + names.LONGEST_END + 1)
        cut_place = self._first_cut(start, stop)
        piece = next(
            names.pieces(self.masked, self.plain, start, cut_place, self.known),
            Piece(start, start, ""),
        )
        if piece.start > start and self.masked[start] in names.CLAUSE_MARKS:
            piece = Piece(start, start, "")  # 南至，西至…
        return piece, self._clause(piece).item

    def _first_cut(self, start: int, stop: int) -> int:
        """Return where the first separator after a place stands, plus what 和 may need."""
        place = start
        while place < stop and not names.is_mark(self.masked, place):
            place += 1
        return min(stop, place) if place > start else stop

    def _first_direction(self, match: re.Match[str]) -> int | None:
        """Return where an opener's directions begin; None if they belong to other words."""
        start = match.start()
        before = self.masked[start - 1 : start] if start else ""
        if before in ("以", "之") and before:
            later = self._after_comma(start, match.end("sides"))
            if later is not None and start >= 2 and self.masked[start - 2] not in names.MARKS:
                return later  # 和平路以东、北至…: the first direction is that of 和平路
            if names.ends_name(self.masked, start - 1):
                return None
        if before in ("向", "往", "朝") or self._is_as_side(start):
            return None
        if start and words.PROVINCE.match(self.masked, start - 1):
            return None
        if names.ends_name(self.masked, start):
            # 南京路北侧、西至…: the first direction belongs to 南京路
            return self._after_comma(start, match.end("sides")) or start
        return start

    def _is_as_side(self, start: int) -> bool:
        """Return whether a direction is that of 为东界 or 构成其东侧边界 behind a name."""
        matches = (words.AS_SIDE.match(self.masked, max(start - back, 0)) for back in (1, 2, 3))
        return any(match and match.start("sides") == start for match in matches)

    def _after_comma(self, start: int, end: int) -> int | None:
        """Return where the directions behind the first separator begin, if there are any."""
        comma = re.compile("[、，,]").search(self.masked, start, end)
        return comma.end() if comma else None

    def _clause(self, piece: Piece, opener: _Opener | None = None) -> _Clause:
        """Read one piece: its name, and the side it is given by 以东 after it."""
        start, end = piece.start, piece.end
        masked, plain, known = self.masked, self.plain, self.known
        sides: tuple[Side, ...] = ()
        as_side = words.AS_SIDE.search(masked, piece.start, piece.end)
        if as_side and as_side.start() > piece.start:
            # 以海河为东界
            end, sides = as_side.start(), words.sides(as_side["sides"])
            name_start = names.opening(masked, plain, start, end, known)
            if name_start is not None:
                start = name_start
            elif masked[start] in "以由将把" and end - start > 2:
                whole = names.read_end(masked, plain, start, end, known)
                rest = names.read_end(masked, plain, start + 1, end, known)
                start += not isinstance(whole, End) or isinstance(rest, End)  # 由义道为西界
        for place in range(piece.start + 1, piece.end) if self.bracketed else ():
            if place in self.bracketed:
                end, sides = place, (self.bracketed[place],)
                break
        for match in words.BESIDE.finditer(masked, piece.start, piece.end):
            of_area = words.sides(match["sides"])
            if len(of_area) == 1 and match.start() - piece.start >= 2:
                end, sides = match.start(), (words.OPPOSITE[of_area[0]],)
                if masked[match.end() : match.end() + 1] in (
                    "至",
                    "到",
                    "抵",
                ) and match.end() < len(masked):
                    return _Clause(piece, start, piece.end, "ambiguous", opener, sides[0])
                break
        far = words.AT_DISTANCE.search(masked, piece.start + 2, piece.end)
        distance = words.OPPOSITE[words.sides(far["sides"])[0]] if far and not sides else None
        item = names.read_end(masked, plain, start, end, known)
        if item == "crossing" and opener and masked[opener.end - 1] in "与和同":
            item = self._met(start, end)
        beside = sides[0] if sides else None
        return _Clause(piece, start, end, item, opener, beside, sides[1:], distance)

    def _met(self, start: int, end: int) -> End | str:
        """Return the road of 西与A路相交: it is met, and is no crossing of two."""
        meets = re.compile("(?:相交汇?|交汇|交会|交叉)$").search(self.masked, start, end)
        if not meets:
            return "crossing"
        return names.read_end(self.masked, self.plain, start, meets.start(), self.known)

    def _clauses(self, start: int, end: int) -> list[_Clause]:
        """Return the pieces of a stretch of text, cut at its openers."""
        clauses = []
        inside = [opener for opener in self.openers if start <= opener.start < end]
        begins = [start, *(opener.end for opener in inside)]
        ends = [*(opener.start for opener in inside), end]
        for begin, stop, opener in zip(begins, ends, [None, *inside], strict=True):
            name_pieces = self._pieces(begin, max(begin, stop), opener)
            if opener and (not name_pieces or self._starts_empty(begin, name_pieces[0])):
                clauses.append(
                    _Clause(
                        Piece(begin, begin, ""), opener.start, begin, "empty-side", opener, None
                    )
                )
                opener = None  # noqa: PLW2901
            for piece in name_pieces:
                clauses.append(self._clause(piece, opener))
                opener = None  # noqa: PLW2901
        return clauses

    def _pieces(self, begin: int, stop: int, opener: _Opener | None) -> list[Piece]:
        """Return the pieces of a stretch; 毗连 of 东与A路和B路毗连 is no part of the last."""
        if opener and self.masked[begin - 1] in "与和同":
            meets = words.MEETS.match(self.masked, begin, stop)
            if meets:
                near = names.pieces(self.masked, self.plain, begin, meets.start("verb"), self.known)
                rest = names.pieces(self.masked, self.plain, meets.end(), stop, self.known)
                return [*near, *rest]
        return list(names.pieces(self.masked, self.plain, begin, stop, self.known))

    def _starts_empty(self, begin: int, piece: Piece) -> bool:
        """Return whether a clause mark stands right behind an opener: 南至，西至…."""
        return piece.start > begin and self.masked[begin] in "，,；;。、"

    def _sided(self, clauses: list[_Clause], list_spans: list[tuple[int, int]]) -> tuple[int, int]:
        """Read the limits that have sides; return the stretch of text they were read from."""
        if not self.openers and not any(clause.beside for clause in clauses):
            clauses = _beside_by_qualifier(clauses, self.masked)
        besides = [
            c
            for c in clauses
            if not c.opener
            and (c.beside or (c.distance and not _is_within(c.piece.start, list_spans)))
        ]
        side_count = len(self.openers) + sum(1 + len(clause.also) for clause in besides)
        if not side_count or (
            side_count < 2 and not any(c.is_read for c in clauses if c.opener or c.beside)
        ):
            return 0, 0
        reader = _Sides(self, clauses, list_spans)
        reader.run()
        return reader.start, reader.end

    # -- lists: 以A、B、C围合 -----------------------------------------------------------------

    def _lists(self) -> list[tuple[list[_Clause], int, int]]:
        """Return every list that 围合 or the like closes, with its stretch of text."""
        lists = []
        earlier = 0
        for closer in words.CLOSER.finditer(self.masked):
            start = 1 + max(self.masked.rfind(c, earlier, closer.start()) for c in words.STOPS)
            start = max(start, earlier)
            earlier = closer.end()
            if any(opener.start < start <= opener.end for opener in self.openers):
                continue  # 西：A路所围: the colon belongs to the side
            count = words.COUNT.search(self.masked, max(start, closer.start() - 12), closer.start())
            inside = self._clauses(start, count.start() if count else closer.start())
            if not inside or any(c.opener or c.beside for c in inside):
                continue
            spoken = self.masked[start : closer.start()].lstrip(" ")
            strong = bool(closer["strong"]) or (closer[0][0] == "为" and spoken[:1] in ("以", "由"))
            members = self._members(inside, is_strong=strong)
            if not members:
                continue
            if count and (count["open"] or count["number"]):
                if not count["number"]:
                    self._fault("open-list", *count.span())
                elif words.number(count["number"]) != len(members):
                    self._fault("count", *count.span())
            first = members[0]
            begin = first.item.start if isinstance(first.item, End) else first.start
            lists.append((members, begin, closer.end()))
        return lists

    def _members(self, clauses: list[_Clause], *, is_strong: bool) -> list[_Clause]:
        """Return the members of the list before a closing word, read or not; none in prose."""
        first = None
        has_opener = False
        for place in range(len(clauses) - 1, -1, -1):
            clause = clauses[place]
            is_inside = clause.piece.is_listed and clause.is_read  # 、由义大街、
            if first is not None and not clauses[place + 1].piece.is_listed:
                break
            if (self._opening(clause) is not None or self._opens(clause)) and not is_inside:
                first, has_opener = place, True
        if first is None:
            whole = [i for i, clause in enumerate(clauses) if clause.is_read or self._led(clause)]
            if not whole:
                return []
            first = whole[0]
            while first and clauses[first].piece.is_listed:
                first -= 1
            if not is_strong and any(not self._read_or_led(c) for c in clauses[first:]):
                # 打造滨江道、小白楼、鞍山道环绕的商圈: prose
                count = sum(self._read_or_led(c) for c in clauses[first:])
                if count < 2 or count <= (len(clauses) - first) / 2:
                    return []
        run = clauses[first:] if has_opener else self._without_zone(clauses[first:])
        if first and has_opener:
            before = clauses[first - 1].piece
            if re.match("起于|始于|起自|自|从", self.masked[before.start : before.end]):
                # 起于海河，沿A、B、C围合: the first one is a limit too, or is it?
                self._fault("ambiguous", before.start, run[0].piece.end)
        run[0] = self._behind_lead(run[0])
        readable = [clause for clause in run if clause.is_read]
        if not readable and not (has_opener and is_strong and len(run) > 1):
            return []
        if not is_strong and len(readable) < 2:
            return []
        is_whole = len(readable) > 3 and len(readable) == len(run)
        if is_whole and self._name_of(run[0]) == self._name_of(run[-1]):
            self.accounted_spans.append((run[-1].piece.start, run[-1].piece.end))
            run.pop()  # the list returns to where it began: the ring is closed anyway
        return run

    def _without_zone(self, run: list[_Clause]) -> list[_Clause]:
        """Return a list without the zone that is named like a road: 解放路片区，… 海河湾（…）."""
        if len(run) < 3 or run[1].piece.is_listed or not isinstance(run[0].item, End):
            return run
        between = self.plain[run[0].piece.end : run[1].piece.start]
        behind = self.masked[run[0].item.end : run[0].piece.end]
        return run[1:] if re.search("[（(]", between) or names.LAND.fullmatch(behind) else run

    def _read_or_led(self, clause: _Clause) -> bool:
        return clause.is_read or self._led(clause)

    def _led(self, clause: _Clause) -> bool:
        """Return whether a piece is a name behind a lead such as 片区为."""
        return self._opening(clause) is not None

    def _opens(self, clause: _Clause) -> bool:
        """Return whether 以 or 由 begins a list here, though no name follows it."""
        spoken = self.masked[clause.piece.start : clause.end]
        return bool(re.match("[以由][^为是]+$", spoken)) and not clause.is_read

    def _opening(self, clause: _Clause) -> int | None:
        """Return where the name begins behind 以, 由 or 位于, or None."""
        return names.opening(self.masked, self.plain, clause.piece.start, clause.end, self.known)

    def _behind_lead(self, clause: _Clause) -> _Clause:
        """Return a first clause without 位于, 以 or a zone's name before its name."""
        start = self._opening(clause)
        if start is not None:
            item = names.read_end(self.masked, self.plain, start, clause.end, self.known)
            return clause._replace(item=item, start=start)
        return clause

    def _unclosed(self, clauses: list[_Clause]) -> tuple[int, int]:
        """Read a list after a label (边界为A、B、C、D), or names in a row that come round."""
        label = words.LABEL.search(self.masked)
        return self._labelled(label) if label else self._row(clauses)

    def _labelled(self, label: re.Match[str]) -> tuple[int, int]:
        """Read the list behind a label, to where something else begins."""
        run: list[_Clause] = []
        ends = [self.masked.find(c, label.end()) for c in words.STOPS]
        end = min((e for e in ends if e >= 0), default=len(self.masked))
        for clause in self._clauses(label.end(), end):
            first = clause if run else self._behind_lead(clause)
            if not first.is_read and run and not first.piece.is_listed:
                break
            run.append(first)
        if len(run) > 3 and run[-1].is_read and self._name_of(run[0]) == self._name_of(run[-1]):
            self.accounted_spans.append((run[-1].piece.start, run[-1].piece.end))
            run.pop()
        if not run:
            self._fault("too-few", *label.span())
            return label.span()
        for clause in run:
            self._member(clause, (None,))
        return label.end(), end

    def _row(self, clauses: list[_Clause]) -> tuple[int, int]:
        """Read names joined by dashes or arrows: a ring if they come back to the first."""
        rows: list[list[_Clause]] = []
        dashes = set("-‐‑–—―~～－→")
        for clause in clauses:
            if rows and (clause.piece.mark in dashes or (clause.piece.is_listed and rows[-1][1:])):
                rows[-1].append(clause)
            else:
                rows.append([self._behind_lead(clause)])
        best = max(rows, key=lambda row: sum(clause.is_read for clause in row), default=[])
        if sum(clause.is_read for clause in best) < 3:
            return 0, 0
        start, end = best[0].piece.start, best[-1].piece.end
        first, last = (self._name_of(best[0]), self._name_of(best[-1]))
        if len(best) > 3 and first == last:
            self.accounted_spans.append((best[-1].piece.start, best[-1].piece.end))
            best.pop()
        else:
            self._fault("maybe-ring", start, end)
        for clause in best:
            self._member(clause, (None,))
        return start, end

    def _name_of(self, clause: _Clause) -> str:
        return self._words_of(clause.item) if isinstance(clause.item, End) else ""

    def _words_of(self, item: End) -> str:
        return self.plain[item.start : item.end]

    # -- what every form shares ---------------------------------------------------------------

    def _member(self, clause: _Clause, sides: tuple[Side | None, ...]) -> None:
        """Make the limit, or the fault, of one clause on its side or sides."""
        self.accounted_spans.append((clause.piece.start, clause.piece.end))
        item = clause.item
        begin = clause.opener.start if clause.opener else clause.start
        self.begins.append(min(begin, item.start) if isinstance(item, End) else begin)
        if clause.opener:
            self.accounted_spans.append((clause.opener.start, clause.piece.end))
        if not isinstance(clause.item, End):
            code = str(clause.item)
            for side in sides:
                if code == "empty-side":
                    self._fault("not-a-road", clause.start, clause.end, side)
                elif code == "ambiguous":
                    self._fault(code, clause.piece.start, clause.piece.end, side)
                else:
                    span = names.fault_span(self.masked, clause.start, clause.end)
                    self._fault(code, *span, side)
            return
        for side in sides:
            self._limit(clause.item, side)

    def _limit(self, item: End, side: Side | None) -> None:
        """Keep the limit that an end names; an offset without a side is a fault."""
        first, last = self.places[item.start], self.places[item.end - 1] + 1
        offset_side = words.offset_side(item.offset_word, side)
        if (item.offset_m is not None and not item.offset_word) or words.ASIDE_OFFSET.search(
            item.qualifier
        ):
            self._fault("offset", item.start, self._end_of_words(item.end), side)
        self.limits.append(
            Limit(
                self.printed[item.start : item.end],
                item.qualifier,
                side,
                first,
                last,
                item.offset_m,
                offset_side,
                item.note,
            )
        )

    def _end_of_words(self, place: int) -> int:
        while place < len(self.masked) and not names.is_mark(self.masked, place):
            place += 1
        return place

    def _check(self, start: int, end: int) -> None:
        """Refuse limits that cannot bound one whole area."""
        limits = sorted(self.limits, key=lambda limit: limit.start)
        sides = [limit.side for limit in limits]
        doubled = {self.places[place] for place in self.doubled}
        for place, limit in enumerate(limits):
            is_again = limit.side in sides[: max(place - 1, 0)] and sides[place - 1] != limit.side
            if limit.side and (is_again or limit.start in doubled):
                self._keep(
                    Fault("side-twice", self._printed(limit), limit.start, limit.end, limit.side)
                )
        for before, limit in pairwise(limits):
            if before.name == limit.name and before.side == limit.side:
                self._keep(Fault("twice", self._printed(limit), limit.start, limit.end, limit.side))
        if self.faults or not limits:
            return
        distinct = {limit.name for limit in limits}
        if len(limits) == 2 and sides[0] and words.OPPOSITE[sides[0]] == sides[1]:
            self._fault("axis", start, end)
            return
        if len(distinct) == 1 and words.RING_NAME.fullmatch(limits[0].name):
            self._fault("ring-road", start, end)
            return
        has_water = any(names.is_water(name) for name in distinct)
        if len(distinct) < (2 if has_water else 3) or (len(limits) < 3 and sides[0]):
            self._fault("too-few", start, end)

    def _printed(self, limit: Limit) -> str:
        return self.text[limit.start : limit.end]

    def _fault(self, code: str, start: int, end: int, side: Side | None = None) -> None:
        """Keep a fault for a stretch of the compact text."""
        start = max(0, min(start, len(self.places) - 1))  # a label may stand at the very end
        end = min(max(end, start + 1), len(self.places))
        self.accounted_spans.append((start, end))
        if code not in ("no-limits", "several", "too-few", "axis"):
            self.begins.append(start)
        first, last = self.places[start], self.places[end - 1] + 1
        self._keep(Fault(code, self.text[first:last], first, last, side))

    def _keep(self, fault: Fault) -> None:
        if fault not in self.fault_set:
            self.fault_set.add(fault)
            self.faults.append(fault)


class _Sides:
    """One walk through the clauses of a sentence whose limits have sides."""

    def __init__(
        self, sentence: _Sentence, clauses: list[_Clause], list_spans: list[tuple[int, int]]
    ) -> None:
        self.sentence, self.list_spans = sentence, list_spans
        self.clauses = clauses
        self.opener: _Opener | None = None
        self.group: list[_Clause] = []
        self.waiting_clauses: list[_Clause] = []
        self.is_group_open = self.beside_seen = False
        self.beside_sides: set[Side] = set()
        self.start, self.end = 10**9, 0
        last = [i for i, c in enumerate(clauses) if c.opener or c.beside or c.distance]
        self.last = last[-1] if last else -1
        self.has_begun = False

    def run(self) -> None:
        """Give every clause that belongs to a side its limit or its fault."""
        for place, clause in enumerate(self.clauses):
            if _is_within(clause.piece.start, self.list_spans):
                self._close()
                continue
            if clause.opener:
                self._close()
                self.has_begun = True
                self.opener, self.group, self.is_group_open = clause.opener, [clause], True
                if clause.beside and clause.beside not in clause.opener.sides:
                    self._refuse("ambiguous", clause.opener.start, clause.piece.end)
                    self.group, self.is_group_open = [], False
            elif self.is_group_open and self._joins_group(clause):
                self.group.append(clause)
            elif clause.beside or clause.distance:
                self._close_group()
                self._beside(clause)
            else:
                self._other(clause, place)
        self._close()

    def _joins_group(self, clause: _Clause) -> bool:
        """Return whether a clause goes on with the roads of the opener before it."""
        if words.CELL.fullmatch(self.sentence.plain, clause.piece.start, clause.piece.end):
            return False  # the figure in the next cell of a table
        if clause.piece.is_listed:
            return clause.beside in (None, *(self.opener.sides if self.opener else ()))
        return clause.is_read and clause.beside is None

    def _beside(self, clause: _Clause) -> None:
        """Read X、Y以东: all that waits is on that side."""
        sentence = self.sentence
        if not clause.piece.is_listed:
            self._drop_waiting()
        chain = [*self.waiting_clauses, clause]
        is_each = clause.also and len(chain) == 1 + len(clause.also) and self._says_each(clause)
        if clause.also and len(chain) > 1 and not is_each:
            # A路、B路为东、南界
            self.waiting_clauses, self.beside_seen, self.has_begun = [], True, True
            self._refuse("ambiguous", chain[0].piece.start, clause.piece.end)
            return
        if clause.end in sentence.bracketed and len(chain) > 1:
            # A路、B路（东）: the bracket is that of B路 alone
            self._refuse("side-missing", chain[0].piece.start, chain[-2].piece.end)
            chain = chain[-1:]
        for each in chain[:-1]:
            if isinstance(each.item, End) and words.ADDRESSES.search(each.item.qualifier):
                # 成都道（单号1-99号）、长沙路以东: houses, and no side of the area
                self._refuse("side-missing", each.piece.start, each.piece.end)
                chain.remove(each)
        if clause.distance:
            chain[-1] = clause._replace(item="distance")
        if not self.beside_seen or not chain[0].piece.is_listed:
            chain[0] = self._without_lead(chain[0])
        self.waiting_clauses, self.beside_seen, self.has_begun = [], True, True
        for number, each in enumerate(chain):
            self._span(each)
            sides = (clause.beside or clause.distance, *clause.also)
            self.beside_sides.update(side for side in sides if side)
            if each.piece != clause.piece and words.WITHIN.search(
                sentence.masked, each.start, each.piece.end
            ):
                # 外环路以内、黄河路以东: within a ring, and not west of it
                self._refuse("ring-road", each.piece.start, each.piece.end)
                continue
            sentence._member(each, sides[number : number + 1] if is_each else sides)

    def _says_each(self, clause: _Clause) -> bool:
        """Return whether 分别 gives each road of a list one of the sides behind it."""
        as_side = words.AS_SIDE.search(self.sentence.masked, clause.end, clause.piece.end)
        return as_side is not None and bool(as_side["each"])

    def _without_lead(self, clause: _Clause) -> _Clause:
        """Return a clause without what leads to its name: 范围为, 位于, 以."""
        clause_behind = self.sentence._behind_lead(clause)
        if clause_behind.is_read:
            return clause_behind
        spoken = self.sentence.masked[clause.start : clause.end]
        lead = re.match(
            r"(?:.{0,20}(?:范围|区域|区|带|地块|片)[为是即:：]|位于|[以由])(?=.{2})", spoken
        )
        return clause._replace(start=clause.start + lead.end()) if lead else clause

    def _other(self, clause: _Clause, place: int) -> None:
        """Keep what may yet find its 以东; name what stands unread between two sides."""
        self._close_group()
        if not clause.piece.is_listed:
            self._drop_waiting()
            self.waiting_clauses = [clause]
        elif self.waiting_clauses or self.beside_seen:
            self.waiting_clauses.append(clause)
        is_between = self.has_begun and place < self.last
        if is_between and not clause.piece.is_listed and not self._leads_to_beside(place):
            spoken = self.sentence.masked[clause.piece.start : clause.piece.end]
            if not words.FILLER.search(spoken):
                self._refuse("unread", clause.piece.start, clause.piece.end)

    def _leads_to_beside(self, place: int) -> bool:
        """Return whether list marks join a clause to one with 以东."""
        for clause in self.clauses[place + 1 :]:
            if not clause.piece.is_listed or clause.opener:
                return False
            if clause.beside or clause.distance:
                return True
        return False

    def _drop_waiting(self) -> None:
        """Refuse roads in a list of 以东, 以南 that are given no side themselves."""
        if self.waiting_clauses and self.beside_seen and self.waiting_clauses[0].piece.is_listed:
            self._refuse(
                "side-missing",
                self.waiting_clauses[0].piece.start,
                self.waiting_clauses[-1].piece.end,
            )
        self.waiting_clauses = []

    def _close(self) -> None:
        self._close_group()
        self._drop_waiting()

    def _close_group(self) -> None:
        """Make the limits of one opener: each road on its side or sides."""
        opener, group = self.opener, self.group
        self.opener, self.group, self.is_group_open = None, [], False
        if opener is None or not group:
            return
        sentence = self.sentence
        crossing = [i for i, clause in enumerate(group) if clause.item == "crossing"]
        for place in reversed(crossing):
            if place and group[place].piece.is_listed:
                # 海河与徐州道交口: both names are of the crossing
                earlier = group[place - 1]
                group[place - 1] = earlier._replace(
                    piece=earlier.piece._replace(end=group[place].piece.end),
                    end=group[place].end,
                    item="crossing",
                )
                del group[place]
        group = self._without_neighbours(group)
        members = [group[0]]
        for clause in group[1:]:
            if clause.piece.mark in names.CLAUSE_MARKS + " ":
                # 北至D，E: a fifth road, or the next thing the text speaks of
                self._refuse("ambiguous", clause.piece.start, clause.piece.end)
            else:
                members.append(clause)
        for clause in members:
            self._span(clause)
        if self.beside_sides.intersection(opener.sides):
            # 位于海河以西，东至A路: where it lies, or a limit?
            sentence.doubled.update(c.item.start for c in members if isinstance(c.item, End))
        if opener.is_each and len(members) != len(opener.sides):
            self._refuse("count", opener.start, members[-1].piece.end)
            return
        if opener.is_each:
            for clause, side in zip(members, opener.sides, strict=True):
                sentence._member(clause, (side,))
            return
        if len(members) > 1 and len(opener.sides) > 1:
            self._refuse("ambiguous", opener.start, members[-1].piece.end)
            return
        for clause in members:
            sentence._member(clause, opener.sides)

    def _without_neighbours(self, group: list[_Clause]) -> list[_Clause]:
        """Return what of 东与迎新区交界—建设南路 is a limit, if any is."""
        notes = [clause for clause in group if not clause.is_read and self._is_neighbour(clause)]
        if not any(clause.is_read for clause in group):
            return group
        for clause in notes:
            self._span(clause)
            first = clause.opener.start if clause.opener else clause.piece.start
            self.sentence.accounted_spans.append((first, clause.piece.end))
        return [clause for clause in group if clause not in notes]

    def _is_neighbour(self, clause: _Clause) -> bool:
        """Return whether a clause only names who lies beyond: 与迎新区交界."""
        start, masked = clause.piece.start, self.sentence.masked
        is_led = any(word in "与和同跟" for word in masked[max(start - 1, 0) : start + 1])
        return is_led and names.NEIGHBOUR.fullmatch(masked, start, clause.piece.end) is not None

    def _refuse(self, code: str, start: int, end: int) -> None:
        self.start, self.end = min(self.start, start), max(self.end, end)
        self.sentence._fault(code, start, end)

    def _span(self, clause: _Clause) -> None:
        item = clause.item
        start, end = (item.start, item.end) if isinstance(item, End) else (clause.start, clause.end)
        self.start, self.end = min(self.start, start), max(self.end, end)


def _is_within(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def _with_verbs(masked: str, known: frozenset[str]) -> str:
    """Return the text with 东至A路 for 东侧A路, where three sides are given so, two by roads."""
    matches = list(words.SIDE_WITHOUT_VERB.finditer(masked))
    roads = sum(names.fault_of_name(match["end"], known) is None for match in matches)
    if roads < 2 or len({match["sides"] for match in matches}) < 3:
        return masked
    for match in matches:
        place = match.start("mark")
        masked = f"{masked[:place]}至{masked[place + 1 :]}"
    return masked


def _one_word(match: re.Match[str]) -> str:
    """Return 为东、南界 as one word, so that it is not cut."""
    return re.sub("[、和与及]", names.MASK, match[0])


def _beside_by_qualifier(clauses: list[_Clause], masked: str) -> list[_Clause]:
    """Return clauses with a side where every road of a text without 围合 has a 东侧 or 北侧.

    地块位于和平路东侧、多伦道南侧、海河西侧 says where the area lies, not which kerb is meant.
    """
    result = []
    for clause in clauses:
        item = clause.item
        if isinstance(item, End):
            match = words.BESIDE_SIDE.fullmatch(item.qualifier)
            if match and len(words.sides(match["sides"])) == 1 and item.offset_m is None:
                side = words.OPPOSITE[words.sides(match["sides"])[0]]
                end_of_name = item._replace(qualifier="")
                result.append(clause._replace(item=end_of_name, end=item.end, beside=side))
                continue
        else:
            match = re.search(
                r"(?<=..)([东西南北]{1,2})[侧面边]的?[^，、]{0,6}$",
                masked[clause.start : clause.end],
            )
            if match and len(words.sides(match[1])) == 1:
                side = words.OPPOSITE[words.sides(match[1])[0]]
                end = clause.start + match.start(1)
                result.append(clause._replace(end=end, beside=side))
                continue
        result.append(clause)
    is_one_form = sum(clause.beside is not None for clause in result) >= 3
    enough = sum(c.beside is not None and c.is_read for c in result) >= 2
    if is_one_form and enough and not words.CLOSER.search(masked):
        return result
    return clauses
