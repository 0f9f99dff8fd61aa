"""The words with which Chinese plans say how an area is bounded."""

from __future__ import annotations

import re
from typing import Literal, get_args

Side = Literal["N", "NE", "E", "SE", "S", "SW", "W", "NW"]

SIDES: tuple[Side, ...] = get_args(Side)
OPPOSITE = dict(zip(SIDES, SIDES[4:] + SIDES[:4], strict=True))
_COMPASS = dict(zip(("北", "东北", "东", "东南", "南", "西南", "西", "西北"), SIDES, strict=True))
_DIRECTION = r"[东西南北]{1,2}[面侧部边端方]?"
_VERB = (
    r"起自|起于|始自|始于|止于|延伸[至到]|直[至抵达]|毗邻|紧邻|相邻|邻近|紧靠|毗连|临近|紧临|面临|"
    r"濒临|连接|衔接|至|到|起|迄|止|自|从|抵|达|临|邻|接|靠|依|傍|濒|滨|连|联|交|隔|尽|以|由|沿|为|是|界"
)
OPENER = re.compile(
    rf"(?P<sides>(?:[东西南北]{{3,4}}|(?<!\w)[东西南北](?:[，,][东西南北]){{1,3}}"
    rf"|{_DIRECTION}(?:[至临]?[、和与及]{_DIRECTION}){{0,3}}))"
    r"(?:两侧|两端|两面|三面|四面|四侧|四周|四至)?(?:边界线?|界线|界限|界|起点|止点)?"
    rf"(?P<each>分别|依次)?(?:均|都|皆|同)?(?:(?P<verb>{_VERB})[:：]?|[:：—–-]{{1,2}})"
)
"""东至, 南、西以, 北侧边界为, 东西分别至: directions before their roads."""
WEAK_VERBS = frozenset({None, *"自从达界沿依靠连由为是"})
"""With these an opener without a road is ordinary prose (南为, 东达)."""
BESIDE = re.compile(r"[以之](?P<sides>[东西南北]{1,2})(?:侧|面|部|方向)?")
"""The 以东 of A以东: the area lies east of A, so A is its western limit."""
BESIDE_SIDE = re.compile(r"(?P<sides>[东西南北]{1,2})[侧面边]")
"""A东侧, which means A以东 where a whole text is written so."""
PROVINCE = re.compile("[山广华]东|[河湖海云华]南|[河湖华]北|[广山陕江]西")
"""Direction characters that belong to a province."""
AS_SIDE = re.compile(r"为(?P<sides>[东西南北]{1,2})[侧面部]?(?:边?界线?|边)")
"""The 为东界 of 以A为东界."""
CLOSER = re.compile(
    r"(?:(?:组成|构成|形成)的?)?(?:所|共同|相互){0,2}"
    r"(?:(?P<strong>围合|合围|围成|围而成|围起|圈围|闭合|封闭|(?<=所)[围夹])"
    r"|环绕|围绕|包围|限定|界定|之间|为(?:四至|(?:四周)?(?:边界|界线|界限|四界|界)))"
)
"""Words that close a list; those under `strong` are used for nothing else."""
HOLDS_LIMITS = re.compile(
    r"(?:[东西南北][至到临邻起抵][^()（）]{2,40}[，,、；;]){2}[东西南北][至到临邻起抵]|围合|合围"
    r"|(?:以[东西南北][、，,][^()（）]{2,20}){2}"
)
"""Brackets that hold the limits themselves: 五大道（东至…，西至…）."""
COUNT = re.compile(
    r"(?P<open>等)?(?:这|共)?(?:(?P<number>[一二两三四五六七八九十]{1,2}|\d{1,2})[条面]"
    r"(?:城市|主要)?(?:道路|马路|干道|主干道|大街|街|路|边)?|四周|道路|路段)?$"
)
"""The 等四条道路 between a list and its closing word."""
LABEL = re.compile(
    r"(?:边界|四至|四界|周界|界线|围合道路|四周道路|围合范围|围合区域)(?:范围|道路)?"
    r"(?:分别|依次)?(?:为|是|[:：])+"
)
"""Words that announce a list of limits."""
EXCLUDES = re.compile(r"不含|不包[括含]|不计入?|扣除|剔除|除外|除[^，,。；;]{1,24}?(?:[以之]外|外)")
AREA_FIGURE = re.compile(r"\d[\d.,]*[多余]?万?(?:平方|公顷|亩|顷|㎡|km)")
STOPS = "。！!？?；;：:"
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}


def sides(words: str) -> tuple[Side, ...]:
    """Return the sides that direction words name: 东南 is one, 东、南 and 东西 are two.

    Examples
    --------
    >>> sides("东、南"), sides("东南侧"), sides("南北")
    (('E', 'S'), ('SE',), ('S', 'N'))
    """
    found: list[Side] = []
    for run in re.findall("[东西南北]+", words):
        parts = [run] if run in _COMPASS else list(run)
        found += [_COMPASS[part] for part in parts]
    return tuple(found)


def number(words: str) -> int:
    """Return a small number in figures or Chinese numerals: 14, 四, 十二.

    Examples
    --------
    >>> number("14"), number("四"), number("二十一")
    (14, 4, 21)
    """
    if words.isdigit():
        return int(words)
    tens, ten, units = words.rpartition("十")
    if not ten:
        return _DIGITS[words]
    return 10 * _DIGITS[tens or "一"] + _DIGITS[units or "零"]
