"""Read what stands at the end of a side: the name, what is noted before it, what follows it.

By form, and by the names that the base knows: a name ends in 路, 道, 大街, 河, 铁路 and the
like, and what may stand before and after it is a closed list. No nearest name is ever taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from geo.sentences.words import Side, sides

STREET_ENDS = "路道街巷弄坊径"
WATER_ENDS = "河江湖海渠沟溪湾港浜泾塘淀涌"
_LONG_ENDS = {
    "同": ("胡同",),
    "速": ("高速",),
    "架": ("高架",),
    "铁": ("高铁",),
    "轨": ("轻轨",),
    "际": ("城际",),
    "库": ("水库",),
    "界": ("区界", "市界", "县界", "镇界", "乡界", "省界"),
}
NAME_ENDS = STREET_ENDS + WATER_ENDS + "线环条" + "".join(_LONG_ENDS)
QUALIFIER_ENDS = "侧段岸沿缘带边期心"

LIST_MARKS = "、/／+＋|丨｜-‐‑–—―~～－→ "
CLAUSE_MARKS = "，,；;。.：:！!？?…"
MARKS = frozenset(LIST_MARKS + CLAUSE_MARKS)
ENDS = frozenset(NAME_ENDS + QUALIFIER_ENDS)
_QUOTES = "“”\"‘’'「」『』《》〈〉*#"
MASK = "\x00"

LONGEST_END = 80
"""Longest piece read as a name with its additions, in characters."""
_LONGEST_NAME = 16
_NAME = re.compile(r"[㐀-鿿〇A-Za-z0-9·]{2,16}")
_NUMBERED = re.compile(
    r"(?:(?:国|省|县|乡|专|村)道|高速)(?:新|老|旧)?[GSXYCZ]?\d{1,4}线?"
    r"|(?:新|老|旧)?[GSXYCZ]?\d{1,4}(?:国道|省道|县道|乡道)|[GSXYC]\d{1,4}(?:高速|公路|线)?"
)
_SHORT_STREET = re.compile(
    r"[东西南北中前后正横上下老新][街巷]|[东西南北][一二三四五六七八九十]{1,3}条"
)
_SHORT_NAME = re.compile("[东西南北]大街|[一二三四五六七八九内外中]环(?:路|线|高速)")
_UNNAMED = re.compile(
    r"(?:.{0,6}[东西南北]{1,2}侧的?)?(?:(?:一|某|该)?条?(?:规划|现状|城市|市政|周边|内部|田间|生产|消防|机耕|小区|无名|未命名|乡村|社区|园区|公共|附近|相邻)?的?)"
    r"(?:[东西南北主次支辅小环大横前后]|马|公|铁|村|土|便|高速公|快速|主干|次干|规划|现状)?"
    r"(?:道路|大街|大道|胡同|小巷|高速|高架|环线|铁路线|铁路专用线|专用线|河流|河道|水库|沟渠|[路道街巷弄环河江湖海渠沟])"
)
_NO_NAME = re.compile(
    r".*道路|.*辅[路道]|.*隔[河江路街湖海]|.*(?:人行|车|便)道|.{3,}[和与及][河江湖海渠]|.*[东西南北][至到抵迄].*|.*[往向朝][东西南北].*|.*[路道街]道路|.*(?:[红绿蓝中边岸界轴沿脊脚制]线|\d[多余]?(?:米|公里)|中心线|延长线|[的等了]).*|.+以.*"
    r"|.*街道|.{0,2}[上珠威北]海|.*(?:街坊|牌坊|作坊|半径|田径)|.*(?:两|一|二|三|四)条|.*工业?生产线"
)
_STATE = re.compile(r"(规划|现状|现有|既有|已建|在建|拟建|待建|新建|改建)(?:中的?|的)?")
_LINE = (
    r"中心线|中轴线|中线|[东西南北]?红线|绿线|蓝线|外边线|边线|边界线|边界|边缘|岸线|河岸线|河岸|路缘石线|"
    r"路缘石|路缘|控制线|延长线|延长段|延伸段|沿线|堤岸|绿化带|绿带|街心|路心|河心|江心|河中心|心|用地界线|"
    r"用地边界|用地红线|界线|征地线|人行道|辅路|辅道|便道|堤脚线|堤脚|堤顶|堤防|坡脚线|坡脚|上口线|"
    r"河口线|护岸|驳岸|围墙|隔离带|路肩|边沟"
)
_QUALIFIER = re.compile(
    r"(?:(?:及其|及|的)?(?:"
    r"[东西南北中上下前后]{1,2}[段侧边沿岸缘面半]|[东西南北]延(?:长线|伸?段|线)?|[一两内外][侧边]|左岸|右岸|沿岸|"
    rf"(?:规划|现状|道路|河道|城市|铁路|用地){{0,2}}(?:[东西南北]{{1,2}}侧)?(?:{_LINE})|"
    r"边|畔|旁|(?:规划|现状|在建)段?|[一二三四五六七八九十A-Z\d]期|[A-Z\d]?段|全线|全段|一线|一带|附近|"
    r"[^、，,；;。至到]{2,16}(?:至|到|[-—–~～]{1,2})[^、，,；;。至到]{2,16}(?:路段|段|间)"
    r")){0,4}"
)
_OFFSET = re.compile(
    r"(?:[以之向往朝]?(?P<side>[东西南北]{1,2})(?:侧|面|边)?|[以之向往朝]?(?P<away>[内外])(?:侧|扩|延|移|推|放|退)?)?"
    r"(?:约|各|偏移|平移|退让|后退|退|延伸|延|外扩|扩展|方向){0,3}"
    r"(?P<amount>\d{1,5}(?:\.\d{1,3})?)(?P<unit>米|公里|千米|公尺|m|km)"
    r"(?:左右|范围)?(?:处|线|以内|以外|之内|之外|内|外)?(?:的?平行线)?"
)
_AWAY = re.compile("距离?|离|自|从")
"""距A路100米: the line is that far from the road, and 距 is no part of its name."""
_LAND = (
    r"(?:区域|范围|地区|地块|地段|部分|街区|片区|用地|地带|土地|房屋|围合区|区间|地|区)"
    r"(?:范围|区域)?"
)
FIGURE = (
    r"(?:(?:总|规划|用地|占地|土地|区域|控制|建设|辖区){0,3}(?:面积|规模)|总?占地|总?用地|总?长度?|全长)?"
    r"(?:合计|共计|总计|总共|共|计|为|是|达|[:：]){0,2}(?:大约|约|近|逾|不足|超过){0,2}"
    r"(?:\d[\d,，]*(?:[.．]\d+)?|[一二两三四五六七八九十百]{1,6}(?:点[零一二三四五六七八九]{1,4})?)"
    r"[多余]?万?[多余]?"
    r"(?:平方公里|平方千米|km²|km2|㎢|公顷|顷|hm²|hm2|ha|平方米|平米|m²|m2|㎡|亩|公里|千米|华里|里|米)"
    r"(?:左右|以上)?"
)
_STATED = (
    r"的?(?:(?:全长|总?长度?)[为约达]{0,2}\d[\d.]*(?:公里|千米|米)|"
    + FIGURE.replace("|公里|千米|华里|里|米)", ")")
    + ")"
)
LAND = re.compile(rf"(?:核心|中心|历史文化|历史|商业)?{_LAND}")
"""片区, 历史文化街区: behind a road's name they make it that of a zone."""
_AREA_WORD = (
    rf"(?:的?(?:核心|整个|封闭|闭合|中心|三角|狭长|大片|整体|环形|历史文化|历史|商业)?(?:{_LAND}|[区以之]内))?"
    r"(?:(?<=[区域围块段分地带])内|(?<=内))?(?:(?<=内)[^、，,；;。]{0,20})?"
)
_TAIL = re.compile(
    r"(?:(?:(?:作?为)(?:[东西南北]{1,2}[侧面部]?)?(?:边界|界线|界限|四至|界|线|限|邻|止|准))?"
    r"(?:相邻|相接|接壤|为邻|毗邻|毗连|相连|交界|相望)?"
    r"(?:[与同和](?:(?![与同])[^、，,；;。]){1,30}(?:相望|相邻|毗邻|毗连|接壤|相接|相连|为邻|交界|分界)"
    r"|(?:临近|邻近|毗邻|紧邻)[^、，,；;。]{1,20})?|为?止|处)"
    rf"(?:之间|以内|之内)?(?:所?(?:围合|合围|围成|围)(?:而成|成)?的?(?:{_LAND}内?(?:禁止|限制|实行|实施)[^、，,；;。]{{1,20}})?)?"
    rf"(?:{_STATED})?{_AREA_WORD}(?:{_STATED})?"
)
_CLOSING_WORDS = re.compile(
    r"(?:(?:作?为)(?:[东西南北]{1,2}[侧面部]?)?(?:边界线?|界线|界限|四至|界|限|邻|止|准))"
    r"[^、，,；;。]{0,20}$|(?:相邻|相接|接壤|为邻|毗邻|毗连|相连|交界|相望|相交)(?:处)?$"
    r"|为起点$|(?:为?止|处)$|(?:的?(?:区域|范围|地块|地区)(?:内|范围)?)$"
)
NEIGHBOUR = re.compile(r"[^、，,；;。]{1,30}?(?:相望|相邻|毗邻|毗连|接壤|相接|相连|为邻|交界|分界)")
_LINE_END = re.compile("[岸界红绿蓝边脊制]线$")
_CROSSING = re.compile(r"[的与和、]?(?:交口|交叉|交汇|交会|相交|交界|路口|道口|十字)")
_JOINER = re.compile(r"以及|及(?![第时])|[和与跟暨]")
_SUBLANE = re.compile(
    r"[东西南北]?(?:[一二三四五六七八九十百]{1,4}|\d{1,3})(?:段|巷|弄|条|胡同|号路|支路|支巷)"
)
_LEAD = re.compile(
    r"位于|地处|坐落[于在]|选址[于在]|处[于在]|包[括含]|涉及|涵盖|(?<!自)由|以|沿|即|^在"
    r"|(?<=[围界至域区块带园位别街城廊片心单元])[为是即指在]|(?<=[㐀-鿿][㐀-鿿])[为是即]"
)
_STEM_END = re.compile(
    r"(?:大街|大道|胡同|公路|铁路|高速|高架|高铁|轻轨|城际|水库|[路道街巷弄坊径环线河江湖海渠沟溪湾港浜泾塘淀])"
    r"(?:[一二三四五六七八九十]{1,3}|\d{1,3})?(?:段|巷|弄)?$"
)
_CLASS = re.compile(
    r"(?:(?:道路|规划|路幅)?(?:红线)?宽度?(?:约|为)?)?\d{1,3}(?:\.\d)?(?:米|m)宽?(?:度)?的?"
    r"|(?:城市|市政|现有|公路|城区)?(?:主干道|次干道|主干路|次干路|快速路|快速通道|支路|支道|干道|干路|主路|"
    r"主要道路|道路|公路|高速公路|河道|河流)"
    r"|(?:双向)?[一二三四五六八\d]{1,2}车道的?|(?:东西|南北|横|纵)(?:走)?向的?|即现状?|现状?(?![代场实金有出役])|即"
)
_PLACE_ENDS = (
    "街道办事处", "街道办", "经济开发区", "开发区", "高新区", "保税区", "自贸区", "度假区",
    "工业园区", "工业园", "产业园", "科技园", "物流园", "园区", "新区", "老城区", "城区",
    "市区", "县城", "老城", "新城", "片区", "地区", "社区", "小区", "街道", "区", "县", "镇", "乡",
    "村", "市", "州",
)  # fmt: skip
_PLACE_BEFORE = {"市": 2, "乡": 2, "镇": 2, "州": 2, "村": 1, "县": 1, "区": 1, "街道": 2}
_NO_PLACE = re.compile(
    "(?:都|城|超|夜|门|股|骡马|珠|煤|灯|花|米|菜)市|.*[新古小名]镇|[新农山]村|特区|.*校区"
)
_NAMED_SO = frozenset(
    "八一 五一 七一 六一 十一 五四 三八 二七 九一八 一二九 中南 中北".split()  # noqa: SIM905
)
"""Stems that are days and regions, and so names by themselves; 东一 and 三 are not."""
_NOT_AFTER_PLACE = frozenset("域段口场门桥头坝店府政委民河江湖前后中界和与及")
_WITH_HE = frozenset("平谐睦顺兴泰田县义气众风美祥林昌")
_BEFORE_LEAD = frozenset("围界至域区块带园位别街城廊片心元地")
_COMPASS = "东西南北中上下前后内外新老大小一二三四五六七八九十"


class End(NamedTuple):
    """What bounds a side; positions count in the compact text."""

    start: int
    end: int
    qualifier: str = ""
    note: str = ""
    offset_m: float | None = None
    offset_word: str = ""
    """东, 外侧 …: to which side of the name the line lies; empty if not said."""


class Piece(NamedTuple):
    """What stands between two separators, and the separator before it."""

    start: int
    end: int
    mark: str

    @property
    def is_listed(self) -> bool:
        """Whether a list mark (、/和) and not a comma stands before the piece."""
        return bool(self.mark) and self.mark not in CLAUSE_MARKS + " "


def is_water(name: str) -> bool:
    """Return whether a limit's name is that of a river, canal, lake or sea."""
    return name.endswith(tuple(WATER_ENDS))


def is_mark(masked: str, place: int) -> bool:
    """Return whether a character separates; the point inside 6.4 does not."""
    character = masked[place]
    if character not in MARKS:
        return False
    if character in ".," and place and masked[place - 1].isdigit():
        following = masked[place + 1 : place + 5]
        if character == "." and following[:1].isdigit():
            return False
        return re.match(r"\d{3}(?!\d)", following) is None
    if character in "-‐‑" and _CODE.search(masked, max(0, place - 6), place):
        return _CODE_GOES_ON.match(masked, place + 1) is None
    return True


_CODE = re.compile(r"(?<![A-Za-z0-9])(?![GSXYC]\d{3}$)[A-Z]{1,3}\d{0,3}$")
_CODE_GOES_ON = re.compile(r"\d{1,3}(?![\d国省县乡])")
"""A-01 is the code of a plot, G104-G105 are two roads."""
_LED_BY_SIDE = re.compile(
    rf"(?:^|[{re.escape(''.join(MARKS))}\n])[东西南北]{{1,2}}[侧面部边]?(?:边?界[线限]?)?$"
)
_NAMED = re.compile(
    r"[(（\[【〔](?:[^()（）\[\]【】〔〕]|[(（][^()（）]{0,20}[)）]){2,40}[)）\]】〕](?=$|[、，,；;。和及与]|围|合|所)"
)
"""东（万象路）: the side, and its road in brackets."""
_BRACKETED_SIDE = re.compile(r"[东西南北]{1,2}[侧面]?")


_INNER = re.compile(r"[(（\[【〔][^()（）\[\]【】〔〕]*[)）\]】〕]")
"""A bracket within another."""


def brackets(plain: str) -> dict[int, int]:
    """Return where each bracket that is closed begins, and where it ends.

    Examples
    --------
    >>> brackets("甲（乙（丙））丁）")
    {3: 5, 1: 6}
    """
    partner: dict[int, int] = {}
    waiting: list[int] = []
    for place, character in enumerate(plain):
        if character in "(（[【〔":
            waiting.append(place)
        elif character in ")）]】〕" and waiting:
            partner[waiting.pop()] = place
    return partner


def limits_brackets(plain: str, holds_limits: re.Pattern[str]) -> list[tuple[int, int]]:
    """Return the outermost brackets that hold limits: 甲片区（东至…，西至…）."""
    spans: list[tuple[int, int]] = []
    last = -1
    for start, end in sorted(brackets(plain).items()):
        if start > last:
            inner = re.sub(r"\s+", "，", _INNER.sub("", plain[start + 1 : end]))
            if holds_limits.search(inner):
                spans.append((start, end + 1))
            last = end
    return spans


def mask_brackets(plain: str, holds_limits: re.Pattern[str]) -> str:
    """Return the text with bracketed words hidden, one mask for each character.

    Brackets whose content matches `holds_limits` become commas instead, so that
    五大道（东至…，西至…） is read. A number in brackets, (1)东至…, becomes a comma,
    and a side in brackets before its road, （东）万象路, reads 东：万象路.
    """
    # Pairs first, since brackets stand within brackets, and some are never closed.
    partner = brackets(plain)
    # Each pair from the left; what stands within one that is hidden is hidden with it.
    characters = list(plain)
    hidden_to, bracket_count = -1, 0
    for start in sorted(partner):
        end = partner[start]
        if start <= hidden_to:
            continue
        # 西（南京路）: the bracket holds the name of the side before it.
        if _LED_BY_SIDE.search(plain, max(0, start - 6), start) and _NAMED.match(plain, start):
            characters[start], characters[end] = "：", "，"
            continue
        is_side = _BRACKETED_SIDE.fullmatch(plain, start + 1, end)
        is_first = start == 0 or plain[start - 1] in MARKS or plain[start - 1] in "为是"
        if is_side and is_first and plain[end + 1 : end + 2] not in MARKS:
            characters[start], characters[end] = "，", "："
        elif bracket_count < 20 and holds_limits.search(
            _INNER.sub("", plain[start + 1 : min(end, start + 400)])
        ):
            characters[start] = characters[end] = "，"
            bracket_count += 1
        elif end - start <= 4 and re.fullmatch(
            r"[一二三四五六七八九十\d]{1,3}", plain[start + 1 : end]
        ):
            # (1) before a limit parts it from the last one; elsewhere it is a note.
            if start == 0 or plain[start - 1] in MARKS:
                characters[start : end + 1] = "，" * (end + 1 - start)
                hidden_to = end
            else:
                characters[start : end + 1] = MASK * (end + 1 - start)
                hidden_to = end
        else:
            characters[start : end + 1] = MASK * (end + 1 - start)
            hidden_to = end
    return "".join(characters)


_SIDE_BEHIND = re.compile(
    r"[(（\[【〔](?:[^()（）\[\]【】〔〕]{1,8}[，,、；;])?"
    r"(?:(?:位于|在)?(?P<side>[东西南北]{1,2})[侧面部边]?(?:边?界[线限]?|[至到])?|(?P<letter>[NS]?[EW]|[NS]))[)）\]】〕]"
)


_LETTERS = dict(zip("ESWN", "东南西北", strict=True))


def bracketed_sides(plain: str) -> dict[int, Side]:
    """Return where a side in brackets stands behind a name, if there are sides enough.

    Examples
    --------
    >>> bracketed_sides("海河（东）、多伦道（南侧）"), bracketed_sides("南京路（西）、多伦道")
    ({2: 'E', 9: 'S'}, {})
    """
    side_by_place = {}
    for match in _SIDE_BEHIND.finditer(plain):
        side = sides(match["side"] or "".join(map(_LETTERS.__getitem__, match["letter"])))
        if len(side) == 1 and match.start() > 1 and plain[match.start() - 1] not in MARKS:
            side_by_place[match.start()] = side[0]
    return side_by_place if len(set(side_by_place.values())) > 1 else {}


def ends_name(masked: str, place: int) -> bool:
    """Return whether a name or its qualifier ends right before `place`."""
    return place > 0 and (masked[place - 1] in ENDS or masked[place - 1] == MASK)


def stem(name: str) -> str:
    """Return a name without 路, 大街 and the like at its end."""
    return _STEM_END.sub("", name)


def _fault_of_form(name: str) -> str | None:
    """Return why a string does not have the form of a road's or water's name, or None."""
    if _NUMBERED.fullmatch(name):
        return None
    base = re.sub(r"(?<=[路道街巷同])" + _SUBLANE.pattern + "$", "", name)
    if base != name and len(base) >= 3:
        return _fault_of_form(base)
    last = name[-1:]
    if last == "里" and _NAME.fullmatch(name) and len(name) >= 3 and not name[-2].isdigit():
        return "maybe-street" if len(name) <= 5 and name[-2] not in "公英华海" else "not-a-road"
    if last not in NAME_ENDS or not name.endswith(_LONG_ENDS.get(last, (last,))):
        return "not-a-road"
    if _SHORT_STREET.fullmatch(name):
        return None
    if last == "条":
        return "not-a-road"
    if _SHORT_NAME.fullmatch(name):
        return None
    if _UNNAMED.fullmatch(name):
        return "unnamed-road"
    if not _NAME.fullmatch(name) or _NO_NAME.fullmatch(name):
        return "not-a-road"
    is_short = len(name) < 3 and not name[0].isascii()
    return "not-a-road" if last in STREET_ENDS and is_short else None


def fault_of_name(name: str, known: frozenset[str] = frozenset()) -> str | None:
    """Return why a string is not the name of one road or water, or None.

    Examples
    --------
    >>> fault_of_name("南京路"), fault_of_name("凤凰山"), fault_of_name("规划路")
    (None, 'not-a-road', 'unnamed-road')
    >>> fault_of_name("凤凰山", frozenset({"凤凰山"}))
    """
    if name in known:
        return None
    fault = _fault_of_form(name)
    if fault is not None:
        return fault
    base = re.sub(r"(?<=[路道街巷同])" + _SUBLANE.pattern + "$", "", name)
    if base != name and len(base) >= 3:
        return fault_of_name(base, known)
    if name[-1] in STREET_ENDS:
        for middle in range(3, len(name) - 2):
            whole_before = (
                name[middle - 1] in "路道街巷弄" and _fault_of_form(name[:middle]) is None
            )
            if whole_before and (name[middle] in "和与及" or _fault_of_form(name[middle:]) is None):
                return "run-together"
    conjunction = re.search("[和与及]", name[2:])
    if conjunction:
        after = name[2 + conjunction.end() :]
        is_apart = conjunction[0] in "与及" and conjunction.start() > 0
        fault = _fault_of_form(after)
        if fault != "not-a-road" and (is_apart or (not fault and len(stem(after)) >= 2)):
            return "not-a-road"
    return None


def _split_note(name: str, known: frozenset[str]) -> int:
    """Return how many characters before a name are a place or a class of road.

    青山镇松林路 and 城市主干道松林路 are the road 松林路; 新区大道, 中关村东路 and
    every name that the base knows stay whole.
    """
    if name in known:
        return 0
    begin = 0
    for _ in range(3):
        rest = name[begin:]
        if rest in known:
            return begin
        step = _note_length(rest, known)
        if not step:
            return begin
        begin += step
    return begin


def _note_length(name: str, known: frozenset[str]) -> int:
    kind = _CLASS.match(name)
    if kind and kind.end() < len(name) and _stands_alone(name[kind.end() :], known):
        return kind.end()
    best = 0
    for length in range(2, min(len(name) - 2, 12)):
        suffix = next((s for s in _PLACE_ENDS if name.endswith(s, 0, length)), "")
        if not suffix:
            continue
        place, rest = name[:length], name[length:]
        if len(place) - len(suffix) < _PLACE_BEFORE.get(suffix, 0) or _NO_PLACE.fullmatch(place):
            continue
        is_apart = rest[0] not in _NOT_AFTER_PLACE or stem(rest) in _NAMED_SO
        if rest in known or (is_apart and _stands_alone(rest, known)):
            best = length
    return best


def _stands_alone(rest: str, known: frozenset[str]) -> bool:
    """Return whether what is left is a name with a stem of its own, and not 东路 or 一街."""
    if rest in known or _NUMBERED.fullmatch(rest):
        return True
    own_stem = stem(rest)
    is_own = len(own_stem) >= 2 and (bool(own_stem.strip(_COMPASS)) or own_stem in _NAMED_SO)
    return is_own and fault_of_name(rest) is None


def read_end(
    masked: str, plain: str, start: int, end: int, known: frozenset[str] = frozenset()
) -> End | str:
    """Return the one name in ``masked[start:end]`` with its additions, or why there is none.

    Parameters
    ----------
    masked, plain : str
        The compact text with and without hidden brackets.
    start, end : int
        The piece to read.
    known : frozenset of str
        Names of the base, which count whatever their form.

    Returns
    -------
    End or str
        A reason of `geo.sentences.LimitsSentenceError` if it is no name.
    """
    # Quotes and blanks are not part of a name.
    while start < end and masked[start] in _QUOTES + " ":
        start += 1
    while end > start and masked[end - 1] in _QUOTES + " ":
        end -= 1
    if start == end or end - start > LONGEST_END:
        return "not-a-road"
    # Behind 规划的, 现状 or 距 the name begins later.
    later = _behind_state(masked, plain, start, end, known)
    if later:
        return later
    # The shortest name that ends as one, with nothing behind it but what may stand there.
    reason = "not-a-road"
    for stop in range(start + 2, min(end, start + _LONGEST_NAME + 10) + 1):
        last = masked[stop - 1]
        is_known = masked[start:stop] in known
        if last not in NAME_ENDS and not last.isdigit() and last != "里" and not is_known:
            continue
        longer = _SUBLANE.match(masked, stop, end) if last in "路道街巷同" else None
        if longer and stop - start >= 3:
            stop = longer.end()  # noqa: PLW2901
        # What stands behind must be a place on the road, a distance from it, or a note.
        rest = masked[stop:end]
        outside = rest.replace(MASK, "").strip(_QUOTES)
        name = masked[start:stop]
        lead = 0 if is_known else _split_note(name, known)
        fault = None if is_known else fault_of_name(name[lead:], known)
        offset = _added(outside)
        if offset is not None:
            if fault is None:
                qualifier, metres, word = offset
                asides = re.findall(
                    r"[(（\[【〔]([^()（）\[\]【】〔〕]*)[)）\]】〕]", plain[stop:end]
                )
                note_behind = "；".join(p for p in (qualifier.removeprefix("的"), *asides) if p)
                return End(
                    start + lead, stop, note_behind, plain[start : start + lead], metres, word
                )
            reason = fault if reason == "not-a-road" else reason
        elif fault is None and _CROSSING.match(outside):
            return "crossing"
        elif fault is None and outside.startswith("等"):
            return "open-list"
    return reason


def _behind_state(
    masked: str, plain: str, start: int, end: int, known: frozenset[str]
) -> End | None:
    """Return the end behind 规划的, 现状 and the like, or behind 距 where a distance follows."""
    # The state of a road is kept as its qualifier.
    kind = _CLASS.match(masked, start, end)
    for first in dict.fromkeys((start, kind.end() if kind else start)):
        state = _STATE.match(masked, first, end)
        if state and state.end() < end:
            later = read_end(masked, plain, state.end(), end, known)
            if isinstance(later, End):
                note = plain[start:first] + later.note
                return later._replace(qualifier=state[1] + later.qualifier, note=note)
    away = _AWAY.match(masked, start, end)
    if away:
        later = read_end(masked, plain, away.end(), end, known)
        if isinstance(later, End) and later.offset_m is not None:
            return later
    return None


def _added(rest: str) -> tuple[str, float | None, str] | None:
    """Return qualifier, offset and its side from what follows a name; None if it is prose."""
    qualifier = _QUALIFIER.match(rest)
    for place in dict.fromkeys((qualifier.end() if qualifier else 0, 0)):
        if _TAIL.fullmatch(rest, place):
            return rest[:place], None, ""
        offset = _OFFSET.match(rest, place)
        if offset and _TAIL.fullmatch(rest, offset.end()):
            factor = Decimal(1000) if offset["unit"] in ("公里", "千米", "km") else Decimal(1)
            word = offset["side"] or offset["away"] or _side_said(rest[:place])
            return rest[:place], float(Decimal(offset["amount"]) * factor), word
    return None


def _side_said(qualifier: str) -> str:
    """Return the side that a qualifier ends with: 外侧, 东侧; or nothing."""
    match = re.search("([东西南北]{1,2}|[内外])侧", qualifier)
    return match[1] if match else ""


def fault_span(masked: str, start: int, end: int) -> tuple[int, int]:
    """Return the words of a piece that are at fault, without 为界 and the like after them."""
    while start < end and masked[start] in _QUOTES + " ":
        start += 1
    while end > start and masked[end - 1] in _QUOTES + " ":
        end -= 1
    closing = _CLOSING_WORDS.search(masked, max(start, end - 30), end)
    if closing and closing.start() > start:
        end = closing.start()
    return start, end


def pieces(
    masked: str, plain: str, start: int, end: int, known: frozenset[str] = frozenset()
) -> Iterator[Piece]:
    """Yield what stands between separators: 、，/ dashes, and 和, 与, 及 between two names."""
    begin, mark = start, ""
    place = start
    while place < end:
        character = masked[place]
        joiner = None
        if character in "以及和与跟暨":
            is_inside = place > begin + (0 if ends_name(masked, place) else 1)
            if is_inside or (place == begin and mark and character != "和"):
                joiner = _JOINER.match(masked, place, end)
                if joiner and not _joins(masked, plain, begin, place, joiner.end(), end, known):
                    joiner = None
        if not joiner and not is_mark(masked, place):
            place += 1
            continue
        if place > begin:
            yield Piece(begin, place, mark)
            mark = ""
        if joiner:
            mark = joiner[0]
        elif not mark or mark in LIST_MARKS:
            mark = character
        place = joiner.end() if joiner else place + 1
        begin = place
    if end > begin:
        yield Piece(begin, end, mark)


def _joins(
    masked: str,
    plain: str,
    begin: int,
    joiner: int,
    after: int,
    end: int,
    known: frozenset[str],
) -> bool:
    """Return whether 和, 与 or 及 stands between two ends rather than inside one."""
    if NEIGHBOUR.match(masked, after, min(end, after + 50)):
        return False  # 以成府路为界与中关村毗邻
    name_before = joiner == begin or (
        ends_name(masked, joiner)
        and joiner - begin <= LONGEST_END
        and (
            isinstance(read_end(masked, plain, begin, joiner, known), End)
            or opening(masked, plain, begin, joiner, known) is not None
        )
    )
    stop = after
    road_class = _CLASS.match(masked, after, end)
    begins = road_class.end() if road_class else after  # 和平路与南北向的人民路
    while stop < min(end, after + 20) and masked[stop] not in MARKS:
        stop += 1
        name = masked[after if masked[after:stop] in known else begins : stop]
        if len(name) < 2:
            continue
        if name in known or (masked[stop - 1] in NAME_ENDS and fault_of_name(name) is None):
            # 凤凰山和云台路 are two ends; 太和北路 and 颐和园路 are one
            is_word = masked[joiner] == "和" and masked[after] in _WITH_HE
            if name_before or (
                joiner - begin >= 2
                and len(stem(name)) >= 2
                and not is_word
                and masked[joiner - 1] not in "为是由以即于在括含沿"
            ):
                return True
    # 云台路和凤凰山: the second is no road
    is_whole = stop >= end or masked[stop] in MARKS
    return (
        name_before
        and joiner > begin
        and stop - after >= 2
        and is_whole
        and (masked[stop - 1] not in NAME_ENDS or _LINE_END.search(masked, after, stop) is not None)
    )


def opening(
    masked: str, plain: str, start: int, end: int, known: frozenset[str] = frozenset()
) -> int | None:
    """Return where the name begins behind an opening word such as 以, 由 or 位于, or None."""
    stop = min(end, start + LONGEST_END)
    if masked[start:stop] in known:
        return None
    for lead in _LEAD.finditer(masked[start:stop]):
        place = start + lead.end() - (lead[0] == "沿")
        while place < end and masked[place] in "以由沿在":
            if masked[place] == "沿" and masked[place + 1 : place + 2] in WATER_ENDS:
                break  # 沿河南路, 沿海大道
            place += 1
        if place == start:
            continue
        name = read_end(masked, plain, place, end, known)
        if isinstance(name, End) and not _is_inside_name(masked, start, start + lead.start(), name):
            return place
    return None


def _is_inside_name(masked: str, start: int, lead: int, name: End) -> bool:
    """Return whether an opening word stands inside a name: 大为北路, 东京为东街."""
    if masked[lead] not in "为是即" or (lead > start and masked[lead - 1] in _BEFORE_LEAD):
        return False
    own_stem = stem(masked[name.start : name.end])
    return len(own_stem) < 2 or not own_stem.strip(_COMPASS)
