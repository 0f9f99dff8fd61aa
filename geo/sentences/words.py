"""List the words with which Chinese plans say how an area is bounded."""

from __future__ import annotations

import re
from typing import Literal, get_args

Side = Literal["N", "NE", "E", "SE", "S", "SW", "W", "NW"]

SIDES: tuple[Side, ...] = get_args(Side)
OPPOSITE = dict(zip(SIDES, SIDES[4:] + SIDES[:4], strict=True))
_COMPASS = dict(zip(("北", "东北", "东", "东南", "南", "西南", "西", "西北"), SIDES, strict=True))
_DIRECTION = r"[东西南北]{1,2}[面侧部边端方]?\x00{0,12}"
_VERB = (
    r"起自|起于|始自|始于|止于|延伸[至到]|直[至抵达]|抵至|延至|达到|邻接|毗接|毗邻|紧邻|相邻|邻近|紧靠|毗连|临近|紧临|"
    r"面临|濒临|紧?挨着?|靠着|连接|衔接|背靠|背倚|距离?|退让?|至|到|起|迄|讫|止|自|从|抵|达|临|邻|毗|接|靠|倚|依|傍|濒|滨|连|联|交|"
    r"隔|尽|与|以|由|沿|为|是|边界线?|界[线限]?"
)
OPENER = re.compile(
    rf"(?P<sides>(?:[东西南北]{{3,4}}|(?<!\w)[东西南北](?:[，,][东西南北]){{1,3}}"
    rf"|{_DIRECTION}(?:[至临]?[、和与及]{_DIRECTION}){{0,3}}))"
    r"(?:两侧|两端|两面|三面|四面|四侧|四周|四至)?(?:边界线?|界线|界限|界|起点|止点)?"
    r"(?P<each>分别|依次)?(?:均|都|皆|同|各)?"
    rf"(?:(?P<verb>{_VERB})[:：]?|[:：—–→⇒➡=＝>＞-]{{1,2}})[|｜ ]{{0,3}}"
)
"""东至, 南、西以, 北侧边界为, 东西分别至: directions before their roads."""
SIDE_WITHOUT_VERB = re.compile(
    r"(?:^|(?<=[，,、；;。：:和与及为 \x00]))(?P<sides>[东西南北]{1,2})(?P<mark>[侧面边])"
    r"(?![至到起抵临邻接靠挨为以是与沿隔紧毗连距离有界边])(?P<end>[㐀-鿿A-Za-z\d]{2,14}?)"
    r"(?=\x00{0,40}(?:[，,、；;。和与及 ]|$|围合|合围|围成|所围|(?<=\x00)[东西南北]{1,2}[侧面边]))"
)
"""东侧A路, 南侧B路: sides straight before their roads."""
WEAK_VERBS = frozenset(
    {None, "边界", "边界线", "界线", "界限", "退让", *"自从达界沿依靠连由为是与交以距离退"}
)
"""With these an opener without a road may be ordinary prose (南为, 东达)."""
_METRES = (
    r"的?(?:大?约|近|各)?(?:\d[\d.]*|[一二两三四五六七八九十百千]{1,6})"
    r"(?:米|公里|千米|公尺|k?m(?![²2]))"
)
BESIDE = re.compile(
    rf"[以之](?P<sides>[东西南北]{{1,2}})(?:侧|面|部|边|方向)?(?!{_METRES})"
    r"(?=$|[\x00、/／+＋|丨｜\-‐‑–—―~～→ ，,；;。.：:！!？?…”\"]"
    r"|[的区范地围片一部为至到沿约共占总面所内及和与并])"
)
"""The 以东 of A以东: the area lies east of A, so A is its western limit."""
AT_DISTANCE = re.compile(rf"[以之](?P<sides>[东西南北]{{1,2}})(?:侧|面|部|边|方向)?(?={_METRES})")
"""The 以东 of A以东100米, which may be a line 100 m from A or a strip of 100 m."""
BOUND = re.compile("[^。；;]{1,40}?为(?:边)?界")
"""The …为界 behind 东以: it is no ordinary prose."""
BESIDE_SIDE = re.compile(r"(?P<sides>[东西南北]{1,2})[侧面边]")
"""A东侧, which means A以东 where a whole text is written so."""
PROVINCE = re.compile(
    "(?<![㐀-鿿])(?:[山广华]东|[河湖海云华]南|[河湖华]北|[广山陕江]西)"
    "|(?<=[自从至到往在于与和及由赴])(?:[山广华]东|[河湖海云华]南|[河湖华]北|[广山陕江]西)"
)
"""Direction characters that belong to a province."""
AS_SIDE = re.compile(
    r"(?P<each>分别|依次)?(?:[作定]?为|即为?|是|构成|形成)其?的?(?P<sides>[东西南北]{1,2}(?:[侧面]?[、和与及\x00][东西南北]{1,2}){0,3})"
    r"[侧面部]?(?:边?界[线限]?|边线?)"
    r"(?=$|[、，,；;。.！？… 区范及和与]|的[区范地])"
)
"""The 为东界 of 以A为东界, 是其东界, 构成东侧边界."""
CLOSER = re.compile(
    r"(?:(?:组成|构成|形成)的?)?(?:所|共同|相互){0,2}"
    r"(?:(?P<strong>围合|合围|围成|围而成|围起|圈围|(?:闭合|封闭)(?=的?(?:区域|范围|地块|空间|圈|环线|[，,。；;]|$))|(?<=所)[围夹])"
    r"|(?:(?<=[组构形]成的)|(?<=[组构形]成))(?:(?:封闭|闭合)的?)?(?:闭环|环线|环形|区域|范围|地块|片区|矩形|长方形|方形|四边形|三角形)"
    r"|环绕|围绕|包围|限定|界定|之间|为(?:四至|(?:四周)?(?:边界|界线|界限|四界|界)))"
)
"""Words that close a list; those under `strong` are used for nothing else."""
HOLDS_LIMITS = re.compile(
    r"(?:[东西南北][侧面]?[至到临邻起抵为:：][^()（）]{2,40}[，,、；; ]){2}"
    r"[东西南北][侧面]?[至到临邻起抵为:：]|围合|合围"
    r"|(?:以[东西南北][、，,][^()（）]{2,20}){2}"
    r"|(?:[以之][东西南北]{1,2}[侧面]?[、，,；;][^()（）]{2,20}){2}[以之][东西南北]"
    r"|(?:为其?[东西南北]{1,2}[侧面]?边?界[线限]?[、，,；;][^()（）]{2,20}){2}为其?[东西南北]"
    r"|(?:[东西南北]边?界[^()（）]{2,30}[、，,；;]){2}[东西南北]边?界"
    # a ring by dashes alone, which is asked about
    r"|^(?:[^()（）、，,；;。]{1,9}[路街道巷河]\s?[-—–~～→]{1,2}\s?){2,}[^()（）、，,；;。]{1,9}[路街道巷河]$"
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
EXCLUDES = re.compile(
    r"不含|不包[括含]|不计(?:入|算|在内)|不在(?:此列|其列|范围|其中|其内|此内)|不(?:列|纳)入|不属于|扣除|扣减|剔除|刨除|减去|除去|去掉|除外|[东西南北]{1,2}半(?:部分?|区|片|侧)|[的内中]部分(?:区域|地块|地区|用地)|除[^，,。；;此]{1,24}?(?:[以之]外|外)"
    r"|(?:(?<=[为是])|(?<![^，,。；;：:、]))[^，,。；;：:、为是\d]{2,16}?(?:[以之]外)(?!\d)"
)
"""禁放区以外, 不含, 除外: part of what the limits enclose is left out."""
ADDS = re.compile(
    r"(?:以及|及其|及|和|与|并|加上|外加|连同|还包括|另含)"
    r"(?:其|[东西南北]{1,2}[侧部面边]的?|周边|外围|相邻|毗邻|附近|沿线|两侧|向外|部分|拓展|扩展|延伸)"
    r"[^，,。；;：:、]{0,12}?"
    r"(?:区域|地块|地区|范围|地带|用地|部分|片区|街区|水域|水面|土地|绿地|绿化带|区)"
    r"|[，,](?:并|且|另外?|还|同时)(?:包括|包含|纳入|涵盖|含)[^，,。；;：:]{2,24}"
    r"|[，,](?:并|再)[向往朝][东西南北]{1,2}(?:侧|方向)?(?:延伸|扩展|拓展)[至到][^，,。；;]{2,16}"
    r"|(?<=[围合成起])(?:而成|成)?的?(?:区域|范围|地块|地区|街区|片区|地段|用地)"
    r"(?:以及|及其|及|和|与|、|并|外?加上?|另加|连同|包括|包含|含)[^，,。；;：:]{2,30}"
    r"|(?:[，,；;、]|并|再|各|四周)(?:(?:并|再|各|均|且){0,2}(?:[向往朝](?:外|内|[东西南北]{1,2}|四周)(?:侧|方向)?(?:各|均)?"
    r"(?:外?延伸?|外?扩展?|拓展|推进?|偏移|延展)|外扩|外延|外推|扩展|拓展)(?:约|各|至)?\d[\d.]*(?:米|公里|m|km))"
    r"|[，,](?:以及|及|连同|加上|外加)(?![^。；;]{0,40}(?:围合|合围|围成|所围|为界))[^，,。；;：:、]{2,24}"
)
"""围合及外围拓展区域: more than the limits enclose."""
ADDS_BEHIND = re.compile(
    r"(?:区域|范围内?|地块|地区|地段|片区|街区)(?:以及|及其|及|和|与|并|加上|外加)"
    r"(?![^，,。；;]{0,24}(?:[以之][东西南北]|[东西南北][至到临]))[^，,。；;：:、]{2,30}"
)
"""古塔路以北区域以及站前广场: more, where a side was given before."""
WALK = re.compile(
    r"[往向朝][东西南北]{1,2}(?:方向)?(?:延伸|沿[^，,。；;、]{2,12}?)?[至到抵](?P<end>[^，,。；;、]{2,20})"
)
"""往北到A路: a walk round the area, told by its steps."""
RING_ROAD = re.compile(
    r"(?P<name>[^，,。；;、：:的位于即为是（()）]{0,8}(?:环路|环线|环城[路道]|环道|绕城高速|绕城公路|[一二三四五六七内外中]环))(?:[以之]内|以里|内|封闭)"
)
RING_NAME = re.compile(
    r".*(?:环路|环线|环城[路道]|环道|绕城高速|绕城公路|环高速)|.{0,4}[一二三四五六七内外中]环"
)
"""The name of a road that may be a ring by itself."""
OTHER_SIDES = re.compile(
    r"(?<![东西南北面侧])(?:两侧|两端|四周|四面|其[余他](?:[各两二三]?[侧面边])?)(?:分别|均|都)?"
    r"(?:以|为|至|到|临|靠|抵)[^，,。；;：:]{2,40}"
)
"""两侧以山脊线为界: sides without a direction."""
BETWEEN = re.compile(
    r"(?:^|(?<=[，,；;。：: ]))(?:位于)?"
    r"[^、，,；;。：:]{2,12}?[与和至到][^、，,；;。：:]{2,12}?之间"
)
"""A路与B路之间: two limits without their sides."""
AREA_FIGURE = re.compile(r"\d[\d.,]*[多余]?万?(?:平方|公顷|亩|顷|㎡|km)")
FILLER = re.compile(
    r"^[其而]$|^[一二三四五六七八九十]{1,3}$|^[①-⑳㈠-㈩⑴-⒇]$|[\d\x00]|面积|全长|总长|岸线|长度|相望|相邻|接壤|毗邻|为邻|相接|相连|交界|^即|^含|^其中|^约|^四至|^各?边界?$|范围[为是]?$"
)
"""What may stand between two sides without being one: figures and neighbours."""
NOT_MISPRINTED = frozenset("至到临邻靠接连傍滨为起直延止迄乃甚以抵及达分南北东西往向到从自截终")
NO_BOUND = "社街路里区内定碑"
"""What makes a name of 东界: 东界里, 北界路."""
_PART = r"(?:[侧面部边端方]|边?界[线限]?)?"
_LETTERS = r"(?:[（(][A-Za-z]{1,9}[)）])?"
_OF_RINGS = r"[组构形]成的?(?:封闭|闭合|闭环|环|区域|范围|矩形|长方形|四边形|三角"
SIDE_WORD = re.compile(
    r"[（(\[【]?(?P<sides>[东西南北]{1,2}(?:[、和及与][东西南北]{1,2}){0,3})"
    rf"(?:[两三][侧面边])?{_PART}{_LETTERS}(?:各|均|都|分别|依次)?\s{{0,4}}"
    r"(?:[)）\]】](?=[㐀-鿿])"
    r"|[毗紧沿连隔是与](?=[㐀-鿿])"
    r"|[至到起抵临邻接靠挨为以：:|→=＝>＞–—-]|[\t　]|[（(](?=[^（()）]{2,20}[)）])"
    r"|(?<=界)(?=[㐀-鿿]{1,12}[路街道巷河江湖渠线])"
    r"|(?<=[侧面边])(?=[㐀-鿿]{1,12}[路街道巷河江湖渠线](?:[、，,；;。\s]|$)|[㐀-鿿]{2,12}(?:[（(][^（()）\n]{1,20}[)）])?(?:\n|$)))"
)
"""A side before what bounds it, in a text of many lines: 东侧：, 南→, 西界A路."""
BEHIND_ROAD = re.compile(
    r"(?:[以之](?P<beside>[东西南北]{1,2})|为其?(?P<sides>[东西南北]{1,2})[侧面]?边?界[线限]?"
    r"|[（(](?P<bracketed>[东西南北]{1,2})[侧面]?(?:边?界[线限]?)?[)）])(?=\s*(?:[；;。，,、\n]|$))"
)
"""A side behind its road: A路以东, A路为东界, A路（东）."""
MENTIONS = re.compile(
    rf"[东西南北]{{1,2}}(?:[侧面部边端方]|边?界[线限]?|两侧)?{_LETTERS}(?:分别|均|都)?\s{{0,4}}"
    r"(?:[至到起迄抵达临邻接靠隔挨为是以沿与毗紧连背濒止自从尽：:—→=＝>＞|\t]|-)"
    rf"|[东西南北][侧面部]?边线|[东西南北][侧面部]?边?界(?![{NO_BOUND}])"
    r"|[（(，,、\[【〔](?:[东西南北]{1,2}[侧面部边]?(?:边?界[线限]?)?|[NS]?[EW]|[NS])[)）\]】〕]"
    rf"|[东西南北][侧面部边]?(?:边?界)?[（(]|{_OF_RINGS}|地块|片区|方形)"
    r"|[东西南北][侧面边][^、，,。；;\s]{2,14}[、，,；;\s]\s?[东西南北]{1,2}[侧面边]"
    r"|围合|合围|围成|所围|所夹|围起|圈围|闭合|封闭|之间|环绕|包围|限定|界定"
    r"|四至|边界|周界|[为四周]界|界[限线]|[以之][东西南北内外]|[路道街巷河]\s{0,2}[-—–→~～]"
)
"""Words without which a sentence is not read for limits at all."""
_ROW_IN_BRACKETS = (
    r"[（(](?:[^、，,。；;()（）]{1,9}[路街道巷河]、){2,}[^、，,。；;()（）]{1,9}[路街道巷河][)）]"
)
SPEAKS = re.compile(
    # sides before and behind what bounds
    r"[东西南北]{1,2}(?:[侧面部边端]|边?界线?)?(?:[至到起抵临邻：:]|以[^上下来及])"
    r"|[以之](?:[东西南北]{1,2}(?=[，,、；;。的区\s]|约?\d|$)|[内外])"
    rf"|→|[东西南北][侧面]?[=＝>＞]|[东西南北][侧面]?边线|[东西南北][侧面]?边?界(?![{NO_BOUND}])"
    r"|(?:[东西南北][侧面边]?[（(][^（()）]{2,20}[)）][、，,；;]?){2}"
    r"|[）)\]】路街道巷河线][（(\[【〔][东西南北]{1,2}[侧面]?(?:边?界)?[)）\]】〕]"
    r"|(?:^|[；;，,。\s])[东西南北]{1,2}[、／/][㐀-鿿]{1,11}[路街道巷河](?=$|[；;，,。\s])"
    r"|(?:[|\t]\s{0,4}[东西南北][侧界至]?\s{0,4}(?=[|\t])){3}"
    r"|[东西南北]与[^，,。；;]{1,16}(?:交界|接壤|相连|相邻|毗邻|为邻)"
    r"|(?:[东西南北][面侧边]?[有距挨离][^，,。；;、]{2,16}[，,、；;]){2}"
    # roads with a side and no word for it, before or behind them, and
    r"|[东西南北][侧面边][^、，,。；;\s]{1,12}[路街道巷河江渠线][、，,；;\s]\s?[东西南北]{1,2}[侧面边]"
    r"|(?:(?:^|[：:、，,；;])[东西南北][^、，,。；;]{1,8}[路街道巷河]){4}"
    r"|(?:[^、，,。；;]{1,8}[路街道巷河]、){3}[^、，,。；;]{1,8}[路街道巷河](?:之?内|[内外]侧|范围|所在|区域|地区|片区|地块|一带)"
    # roads in a row in brackets
    r"|(?:[路街道巷河][东西南北][侧面边]?[、，,]\s?[^、，,。；;()（）]{1,9}){2}[路街道巷河][东西南北](?=[侧面边围，,。；;的]|$)"
    rf"|{_ROW_IN_BRACKETS}"
    # rings and what lies between
    rf"|围合|合围|围成|所围|围起|边界|为界|四至|四邻|四周|界限|{_OF_RINGS})"
    r"|[路街道巷河环线]之间|之间的(?:区域|地块|范围|地带|地区)|[路道街巷][^，,。；;]{0,6}一[圈周]"
    r"|[路道街巷河]\s?[-—–~～][^，,。；;()（）]{2,12}[路道街巷河]\s?[-—–~～]"
    # figures, distances and radii
    r"|面积|全长|两[侧岸]各|(?:外围|周边|外扩)\d|(?:外延|外扩|外推|以外)约?\d[\d.]*米"
    r"|半径[约为]{0,2}\d|\d[\d.]*(?:米|公里)(?:为?半径|(?:服务)?范围)|[圆中]心[，,]\d"
    r"|(?<![相间])距离?(?![此其今界])[^，,。；;、]{2,16}?\d[\d.]*(?:米|公里)"
)
"""Words that a reader takes for limits or figures: a sentence of them that gives none is told."""
SPEAKS_OF_LIMITS = re.compile(
    r"[路街道巷河环线]之间|[与和][^，,。；;]{2,10}之间的|围合|合围|围成|所围|为界|四至"
    rf"|[东西南北][侧面]?边?界(?![{NO_BOUND}])|[东西南北]{{1,2}}[侧面]?[至到临抵起][^，,。；;\s]"
    r"|[以之][东西南北](?=[，,、。；;的区])"
    rf"|{_ROW_IN_BRACKETS}"
)
RING_WITHIN = re.compile(r"(?:环路|环线|绕城高速|绕城公路|环城[路道])[^，,。；;]{0,8}内")
WITHIN = re.compile("[以之]内|以里|[以之]外")
CELL = re.compile(r"[\d., ]+")
MEETS = re.compile(
    r"[^，,。；;：:]{2,60}?(?P<verb>相望|相邻|毗邻|毗连|接壤|相接|相连|为邻|交界|分界|相交|交汇|交会)处?"
    r"(?=[，,。；;、 ]|$)"
)
"""The end of 东与A路和B路毗连."""
ADDRESSES = re.compile(r"\d号|[单双]号")
ASIDE_OFFSET = re.compile(
    r"(?:[向往朝以][东西南北内外]|[东西南北内外]侧?|偏|退)[^；宽长]{0,8}?\d[\d.]*(?:米|公里|k?m)(?!宽)"
)
"""（向东偏移20米）, （退线15米）: a line beside the road, told in a bracket."""
BEFORE_SIDES = frozenset('”"’」\x00为是即于区带地块围目园城片市县镇')
"""What may stand right before the first side word: 范围为东至, 片区东至."""
NUMBERING = re.compile(
    r"(?:第?[一二三四五六七八九十]{1,3}[、.．]|\d{1,2}(?:[、．)）]|\.(?!\d))|[①-⑳]、?)(?=[^\d])"
)
"""三、 or 2. before a sentence."""
STOPS = "。！!？?；;：:"
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}


def sides(words: str) -> tuple[Side, ...]:
    """Return the sides that direction words name: 东南 is one, 东、南 and 东西 are two.

    Examples
    --------
    >>> sides("东、南"), sides("东南侧"), sides("南北")
    (('E', 'S'), ('SE',), ('S', 'N'))
    """
    result: list[Side] = []
    for run in re.findall("[东西南北]+", words):
        parts = [run] if run in _COMPASS else list(run)
        result += [_COMPASS[part] for part in parts]
    return tuple(result)


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


def offset_side(word: str, side: Side | None) -> Side | None:
    """Return the compass side of an offset: 东, or 外 and 内 as seen from the area."""
    if not word:
        return None
    if word == "外":
        return side
    if word == "内":
        return OPPOSITE[side] if side else None
    word_sides = sides(word)
    return word_sides[0] if len(word_sides) == 1 else None
