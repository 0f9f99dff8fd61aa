"""Read the line of a belt: along which road, from where to where."""

from __future__ import annotations

import re
from dataclasses import dataclass

from geo.sentences import names, words

_END = r"[^，,。；;、\s（）()]{2,24}?"
_STOP = r"(?=[，,。；;、\s）)]|全长|总长|长度?[约为]{0,2}\d|段(?=[，,。；;、\s）)]|$)|$)"
_ROAD = r"[^，,。；;：:、\s（）()沿]{1,11}(?:大道|大街|绿道|胡同|[路道街巷河])"
_ALONG = re.compile(
    rf"(?:^|(?<=[，,。；;：:、\s（）()带廊轴])|(?<=[绿步廊]道))(?:规划|主要|重点)?沿(?:线|着)?(?P<road>{_ROAD})(?![一-鿿])"
    rf"|(?:^|(?<=[，,。；;：:、\s（）()]))沿(?P<road2>{_ROAD})(?=两[侧岸]|一线|沿线|布局|展开|发展|自|从|由)"
)
_AS_AXIS = re.compile(
    rf"以(?P<road>{_ROAD})为(?:(?:发展|景观|空间|功能|生态|商业|交通)?(?:主?轴线?|中轴线?)|主线|轴心|纽带|骨架)"
)
IS_AXIS = re.compile(
    r"[)）为是][^，,。；;()（）]{0,10}(?:主轴线?|轴线|发展轴|轴带|轴|走廊|景观带|发展带|商业带)(?=[，,。；;\s]|$)"
)
"""为城市发展主轴: a sentence that makes a line of a road, without a length."""
_OPPOSITE = re.compile(
    rf"(?P<one>[东西南北]{{1,2}})[侧端]?(?:起自|起于|始于|始自|自|起|至|到|接|抵|临)(?P<start>{_END})"
    rf"[，,、\s]{{0,2}}(?P<two>[东西南北]{{1,2}})[侧端]?(?:止于|直至|延至|至|到|止|接|抵|临|迄)(?P<end>{_END}){_STOP}"
)
_FROM_TO = re.compile(
    rf"(?P<road>{_ROAD})?[，,：:]?(?:起于|起自|自|从|由)(?P<start>{_END})"
    rf"(?:为?起点?|始)?[，,、\s]{{0,2}}(?:止于|延伸至|至|到)(?P<end>{_END})(?:为?止)?{_STOP}"
)
_VIA = re.compile(
    rf"(?:(?P<begins>起于|起自|始于|始自)|由|自|从)(?!\d+年)(?P<start>{_END})"
    rf"(?:(?:为?起点?|始|出发|开始)[，,]?|(?(begins)[，,]?))"
    rf"(?:沿着?|经由?|循)(?P<road>{_ROAD})[，,]?(?:[向往朝][东西南北]{{1,2}}(?:方向)?)?(?:延伸)?"
    rf"(?:止于|直至|抵达|至|到|抵)(?P<end>{_END})(?:为?止|{_STOP})"
)
"""由A起，沿R至B: along R from A to B."""
_BEHIND_END = re.compile("(?<=[路街道巷河桥])(?:布局|打造|建设|形成|展开|规划|发展|沿线).*$")
_NEXT_LEG = re.compile(
    "(?:再|又|继而|然后|折|转)(?:[向往朝][东西南北]{1,2})?(?:沿|经|[向往朝至入])"
)
"""A line of several legs is not that of the first."""
_VERB_BEFORE = re.compile("(?:经由|经过|通过)(?=.{2})|[以由在](?=.{3})")
_ENDS = re.compile(
    rf"(?P<road>{_ROAD})?[，,：:]?的?起点(?:为|是|[:：])?(?P<start>{_END})[，,；;、]?\s?"
    rf"(?:[经沿](?P<along>{_ROAD})[，,；;、])?(?:终点|止点)(?:为|是|[:：])?(?P<end>{_END}){_STOP}"
)
_OF_ROAD = re.compile(rf"(?P<end>.+)的(?P<road>{_ROAD})")
_BRACKET = re.compile(
    rf"(?P<road>{_ROAD})(?:两侧|两岸|沿线|沿岸)?[（(](?P<start>{_END})(?:至|到|[-—–~～]{{1,2}})(?P<end>{_END})段?[）)]"
)
_NOT_IN_ROAD = re.compile("[起至到抵]|^[以由沿在自从]")
_NAME_WITH_ALONG = re.compile(r"[江河湖海山滨岸](?:[东西南北中]?(?:大道|大街|[路道街]))")
"""沿江大道 is a name; 沿海河 is a way."""
_SIDES = re.compile(r"[东西南北][侧端]?[至到起临抵接]")
_IS_ROAD = re.compile(r"[路道街巷河江渠]$")


@dataclass(frozen=True)
class Axis:
    """A belt's line: along which road if the text says so, from where to where.

    Parameters
    ----------
    road : str
        As printed; empty if the text names none.
    start_name, end_name : str
        Whole names, as printed; both empty where the road is meant as a whole.
    sides : tuple of side
        On which sides the ends lie, if the text says so.
    start, end : int
        Characters in the text.
    """

    road: str
    start_name: str
    end_name: str
    sides: tuple[words.Side, ...]
    start: int
    end: int


def read_axis(text: str, plain: str, start: int, end: int, name: str = "") -> Axis | None:
    """Return the line that a sentence gives, or None.

    Parameters
    ----------
    text, plain : str
        The text as given, and in one script.
    start, end : int
        The sentence.
    name : str
        What stands before the ends (文化路北起A，南至B), if anything.

    Examples
    --------
    >>> text = "沿人民路，自火车站至客运码头，全长2.4公里。"
    >>> axis = read_axis(text, text, 0, len(text))
    >>> axis.road, axis.start_name, axis.end_name
    ('人民路', '火车站', '客运码头')
    """
    # More than two sides bound an area.
    if len(_SIDES.findall(plain, start, end)) > 2:
        return None
    # The road may be named apart from its ends: 沿A路, or 以A路为轴线.
    along = next((m for m in _ALONG.finditer(plain, start, end) if _is_road(m)), None)
    group = "road" if along and along["road"] else "road2"
    along_road = text[along.start(group) : along.end(group)] if along else ""
    whole = _AS_AXIS.search(plain, start, end)
    if whole and not along_road:
        along_road = text[whole.start("road") : whole.end("road")]
    # Ends by way of a road; one leg more, and it is no single line.
    match = _VIA.search(plain, start, end)
    if match:
        if _NEXT_LEG.search(plain, match.end("end"), end):
            return None
        return _axis(text, match, text[match.start("road") : match.end("road")], ())
    # Two sides are ends of a line only where they lie opposite each other.
    match = _OPPOSITE.search(plain, start, end)
    if match:
        sides = words.sides(match["one"]) + words.sides(match["two"])
        if len(sides) != 2 or words.OPPOSITE[sides[0]] != sides[1]:
            return None
        road = along_road or (name if _IS_ROAD.search(name) else "")
        return _axis(text, match, road, sides)
    # Ends in brackets, from … to …, or by themselves.
    for pattern in (_BRACKET, _FROM_TO, _ENDS):
        match = pattern.search(plain, start, end)
        if match:
            own_road = match.groupdict().get("road")
            along_road = along_road or match.groupdict().get("along") or ""
            begin = match.start("road") if own_road else 0
            verb = _VERB_BEFORE.match(own_road or "")
            begin += verb.end() if verb else 0
            road = text[begin : match.end("road")] if own_road else ""
            road = along_road or road or (name if _IS_ROAD.search(name) else "")
            return _axis(text, match, road, ())
    # A road without ends: the whole of it.
    if whole:
        road = text[whole.start("road") : whole.end("road")]
        return Axis(road, "", "", (), whole.start("road"), whole.end("road"))
    if along and names.fault_of_name(plain[along.start(group) : along.end(group)]) is None:
        return Axis(along_road, "", "", (), along.start(group), along.end(group))
    return None


def _is_road(match: re.Match[str]) -> bool:
    """Return whether what follows 沿 is one road, and 沿 no part of its name."""
    road = match["road"] or match["road2"]
    return not (_NOT_IN_ROAD.search(road) or _NAME_WITH_ALONG.match(road))


def _axis(text: str, match: re.Match[str], road: str, sides: tuple[words.Side, ...]) -> Axis:
    first = text[match.start("start") : match.end("start")]
    last = _BEHIND_END.sub("", text[match.start("end") : match.end("end")])
    road = road.rpartition("的")[2]  # 南北向的R
    of_road = None if road else _OF_ROAD.fullmatch(last)
    if of_road:  # 北起A，南至B的R
        last, road = of_road["end"], of_road["road"]
    return Axis(road, first, last, sides, match.start(), match.end())
