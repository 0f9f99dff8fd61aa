"""Limits sentences of all forms, with ends from a dictionary that is not the reader's own."""

import random
from itertools import pairwise

from pypinyin.phrases_dict import phrases_dict

ENDS_OF_ROADS = ("路", "街", "大道", "大街", "巷", "河", "铁路")
ENDS_OF_OTHERS = ("小学", "公园", "山", "广场", "医院", "大厦", "村", "厂", "桥", "站", "")
SIDES = {
    "东": "E",
    "南": "S",
    "西": "W",
    "北": "N",
    "东北": "NE",
    "东南": "SE",
    "西南": "SW",
    "西北": "NW",
}
OPPOSITE = {"E": "W", "W": "E", "N": "S", "S": "N"}
STRONG = (
    "至",
    "到",
    "起",
    "抵",
    "临",
    "邻",
    "接",
    "靠",
    "界",
    "临近",
    "起自",
    "毗邻",
    "连接",
    "紧邻",
    "至：",
    "到:",
)
COPULAS = ("为", "是", "：", ":", "至", "以{}为界", "临", "靠", "边界为{}", "界为{}", "界：{}")

BEHIND = (
    "以{}为东界", "{}为东界", "{}为其东界", "{}是东界", "{}作为东侧边界", "{}构成东界",
    "{}（东）", "{}（东侧）", "{}（东界）", "{}[东]", "东→{}", "东={}", "东（{}）",
    "东界{}", "东侧界线{}",
)  # fmt: skip

# Words that say by themselves how an area is bounded cannot stand for the end of a side.
_GRAMMAR = (
    "东", "南", "西", "北", "围", "界",
    "以外", "之外", "不含", "除", "包", "以及", "和", "与", "及", "等",
    "至", "到", "为", "、", "，", "之间", "往", "向", "朝", "从", "自", "由",
)  # fmt: skip
WORDS = sorted(
    word
    for word in phrases_dict
    if 2 <= len(word) <= 5 and word.isalpha() and not any(part in word for part in _GRAMMAR)
)


class Written:
    """A sentence in the making, with each end's place and the side that it was written for."""

    def __init__(self) -> None:
        self.text = ""
        self.ends: list[tuple[int, int, str | None]] = []

    def add(self, words: str) -> None:
        self.text += words

    def end(self, name: str, side: str | None) -> None:
        self.ends.append((len(self.text), len(self.text) + len(name), side))
        self.text += name


def an_end(choice: random.Random) -> str:
    """Return a name or a place: a word of the dictionary, with or without a suffix."""
    word = choice.choice(WORDS)
    if choice.random() < 0.5:
        return word[:4] + choice.choice(ENDS_OF_ROADS)
    return word + choice.choice(ENDS_OF_OTHERS)


def sentence(choice: random.Random) -> Written:
    """Return a sentence of any form."""
    forms = (_sides, _sides, _copulas, _beside, _listed, _lines, _both, _mixed, _behind, _behind)
    return choice.choice(forms)(choice)


def _order(choice: random.Random) -> list[str]:
    order = list(SIDES)[:4]
    choice.shuffle(order)
    return order[: choice.choice((3, 4, 4, 4))]


def _lead(choice: random.Random) -> str:
    name = choice.choice(("", "", "", choice.choice(WORDS) + "片区"))
    return name + choice.choice(("", "四至范围为", "规划范围：", "四至：", "用地"))


def _tail(choice: random.Random) -> str:
    return choice.choice(("", "。", "，面积12.5公顷。", "，总占地面积约3平方公里", "；"))


def _sides(choice: random.Random) -> Written:
    written = Written()
    written.add(_lead(choice))
    mark = choice.choice(("，", "；", "、", ",", "，"))
    verb = choice.choice(STRONG)
    same = choice.random() < 0.5
    for number, side in enumerate(_order(choice)):
        written.add(mark if number else "")
        written.add(side + (verb if same else choice.choice(STRONG)))
        written.end(an_end(choice), SIDES[side])
        if choice.random() < 0.2:
            written.add(choice.choice(("、", "和", "与", "及")))
            written.end(an_end(choice), SIDES[side])
    written.add(_tail(choice))
    return written


def _copulas(choice: random.Random) -> Written:
    written = Written()
    written.add(choice.choice(("", "四至：", "片区")))
    form = choice.choice(COPULAS)
    mark = choice.choice(("，", "；", ","))
    for number, side in enumerate(_order(choice)):
        written.add((mark if number else "") + side)
        part = choice.choice(("侧", "面", "边")) if form[0] in "为是以" else ""
        before, _, after = form.partition("{}")
        written.add(part + before)
        written.end(an_end(choice), SIDES[side])
        written.add(after)
    written.add(_tail(choice))
    return written


def _beside(choice: random.Random) -> Written:
    written = Written()
    written.add(choice.choice(("", "位于", "范围为")))
    mark = choice.choice(("、", "，"))
    for number, side in enumerate(_order(choice)):
        written.add(mark if number else "")
        written.end(an_end(choice), OPPOSITE[SIDES[side]])
        written.add("以" + side)
    written.add(choice.choice(("", "的区域", "围合的区域", "，面积3公顷。")))
    return written


def _behind(choice: random.Random) -> Written:
    """Return a sentence whose sides stand behind their ends, in brackets, or with a sign."""
    written = Written()
    form = choice.choice(BEHIND)
    mark = choice.choice(("，", "；", "、"))
    written.add(_lead(choice) if form[0] == "{" else choice.choice(("", "四至：")))
    for number, side in enumerate(_order(choice)):
        before, after = form.replace("东", side).split("{}")
        written.add((mark if number else "") + before)
        written.end(an_end(choice), SIDES[side])
        written.add(after)
    written.add(_tail(choice))
    return written


def _listed(choice: random.Random) -> Written:
    written = Written()
    written.add(choice.choice(("以", "由")))
    written.end(choice.choice(WORDS)[:3] + choice.choice(ENDS_OF_ROADS[:4]), None)
    mark = choice.choice(("、", "、", "/", "—"))
    for _ in range(choice.randint(2, 5)):
        written.add(mark)
        written.end(an_end(choice), None)
    written.add(
        choice.choice(("围合的区域", "合围", "所围区域", "围合，面积1.49平方公里。", "为界"))
    )
    return written


def _lines(choice: random.Random) -> Written:
    written = Written()
    form = choice.choice(("：", "至：", "界：", "侧：", "至"))
    for number, side in enumerate(_order(choice)):
        written.add(("\n" if number else "") + side + form)
        written.end(an_end(choice), SIDES[side])
        written.add(choice.choice(("", "；", "。")) if number < 2 else "")
    written.add(choice.choice(("", "\n面积：12公顷")))
    return written


def _both(choice: random.Random) -> Written:
    written = Written()
    order = _order(choice)
    written.add(f"{order[0]}、{order[1]}" + choice.choice(("至", "临", "侧为", "两侧以")))
    name = an_end(choice)
    written.end(name, SIDES[order[0]])
    written.ends.append((*written.ends[-1][:2], SIDES[order[1]]))
    for side in order[2:]:
        written.add("，" + side + choice.choice(("至", "临", "到")))
        written.end(an_end(choice), SIDES[side])
    written.add(_tail(choice))
    return written


def _mixed(choice: random.Random) -> Written:
    written = Written()
    first, second, *_ = _order(choice)
    written.end(an_end(choice), OPPOSITE[SIDES[first]])
    written.add(f"以{first}，")
    written.end(an_end(choice), OPPOSITE[SIDES[second]])
    written.add(f"以{second}")
    taken = {OPPOSITE[SIDES[first]], OPPOSITE[SIDES[second]]}
    for side in [side for side in list(SIDES)[:4] if SIDES[side] not in taken]:
        written.add(f"，{side}至")
        written.end(an_end(choice), SIDES[side])
    written.add(_tail(choice))
    return written


def lost(written: Written, limits: tuple, faults: tuple) -> list[str]:
    """Return what of a sentence neither a limit nor a fault accounts for.

    A side is lost, too, where its end became a limit of another side and no fault says so.
    """
    differences = []
    for start, end, side in written.ends:
        near = [one for one in (*limits, *faults) if one.start < end and one.end > start]
        if not near:
            differences.append(written.text[start:end])
        elif not faults and not any(one.side == side for one in near):
            differences.append(f"{written.text[start:end]} is {near[0].side}, not {side}")
    if not faults:
        for one, other in pairwise(sorted(limits, key=lambda limit: limit.start)):
            if one.end > other.start and (one.start, one.end) != (other.start, other.end):
                differences.append(f"{one.name} and {other.name} overlap")
    return differences
