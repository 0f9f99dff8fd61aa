"""Find the one Chinese font of every sheet; measure its text; subset it."""

from __future__ import annotations

import base64
import hashlib
import io
import logging
import re
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg, get_hinting_flag
from matplotlib.text import TextToPath

from geo.errors import ExportError
from geo.texts import Text

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

logger = logging.getLogger(__name__)

FONT_FAMILY = "Noto Sans SC"
"""Openly licensed (SIL OFL 1.1), carried by the package zhplot."""

FONT_FILE = "NotoSansSC-Regular.ttf"

POINT_MM = 25.4 / 72
"""One typographic point [mm]."""

LINE_HEIGHT = 1.25
"""Height of one line of text, in ems."""

REPLACEMENT = "?"
"""Stands for a character that the font lacks, so that no empty square is ever printed."""


_in_use: list[Path] = []
"""The file that `use_font` gave; the package's own where there is none."""


def font_path() -> Path:
    """Return the path of the font file.

    Raises
    ------
    ExportError
        If the package that carries the font is not installed.
    """
    return _in_use[-1] if _in_use else _package_font()


@cache
def _package_font() -> Path:
    """Return the path of the whole font."""
    spec = find_spec("zhplot")  # found, not imported: importing it would change matplotlib
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / "fonts" / FONT_FILE
        if path.is_file():
            return path
    raise ExportError(Text("refused.font", file=FONT_FILE))


def use_font(path: Path) -> None:
    """Draw with a file from `small_font`, from the beginning of a process on."""
    _in_use.append(path)


def small_font(letters: str, folder: Path) -> Path:
    """Write the part of the font that holds some letters; return the file.

    Every PDF reads the whole file several times: 30 000 letters cost more than the drawing.

    Parameters
    ----------
    letters : str
        What will be drawn; Latin letters and common marks are added.
    folder : Path
        Where the file goes.
    """
    path = folder / FONT_FILE
    _write_part(letters, path)
    return path


def _write_part(letters: str, path: Path) -> None:
    """Write the part of the whole font with some letters, Latin ones and common marks."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options()
    options.layout_features = SHAPING
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.name_IDs = ["*"]
    options.glyph_names = True
    options.drop_tables += ["BASE", "STAT", "vhea", "vmtx"]  # for lines that run down
    with TTFont(_package_font(), recalcTimestamp=False, lazy=True) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=sorted({ord(c) for c in letters} | COMMON))
        subsetter.subset(font)
        # Whoever reads the part need not make up names of glyphs, nor read the same map twice.
        names = font["post"]
        names.formatType, names.extraNames, names.mapping = 2.0, [], {}
        names.glyphOrder = font.getGlyphOrder()
        font["cmap"].tables = [t for t in font["cmap"].tables if t.format == 4][:1]
        font.save(path)


COMMON = {*range(0x20, 0x250), *range(0x2000, 0x2070), *range(0x3000, 0x3020)}
"""Latin letters and common marks, in every part of the font."""

SHAPING = ["ccmp", "locl", "rlig", "calt", "clig", "liga", "rclt", "kern", "mark", "mkmk"]
"""Features of the font that a line of text uses of itself."""


@cache
def frequent_letters() -> str:
    """Return the 7445 letters and marks of GB 2312, and 〇."""
    rows = [bytes((row, cell)) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF)]
    return "".join(code.decode("gb2312", "ignore") for code in rows) + "〇"


def font_for(letters: set[str]) -> Path:
    """Return the smallest file of the font that holds some letters, for a PDF to read.

    A PDF holds at most 256 letters in a font, and matplotlib reads the file again for each.
    The part with the frequent letters is made once on a machine, beside matplotlib's own list
    of fonts, under a name that says what it was made from.
    """
    if _in_use or not letters <= _frequent():
        return font_path()
    return _frequent_part()


@cache
def _frequent() -> frozenset[str]:
    return frozenset(frequent_letters()) | {chr(code) for code in COMMON} | {"\n"}


@cache
def _frequent_part() -> Path:
    """Return the part of the font with the frequent letters, and make it where it is missing."""
    import fontTools

    whole = font_path()
    source = hashlib.sha256(whole.read_bytes() + f"{PART_VERSION} {fontTools.version}".encode())
    path = Path(mpl.get_cachedir()) / f"{whole.stem}-{source.hexdigest()[:16]}.ttf"
    if path.is_file():
        return path
    try:
        with TemporaryDirectory(dir=path.parent) as folder:
            _write_part(frequent_letters(), Path(folder) / path.name)
            (Path(folder) / path.name).replace(path)
    except OSError:
        logger.warning("%s cannot be written: the whole font is used", path)
        return whole
    return path


PART_VERSION = 1
"""Raised with every change of what `_write_part` writes."""


@cache
def register_font() -> str:
    """Make the font known to matplotlib and return its family name."""
    from matplotlib import font_manager

    font_manager.fontManager.addfont(font_path())
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    return FONT_FAMILY


@cache
def _font() -> FT2Font:
    from matplotlib.ft2font import FT2Font

    return FT2Font(str(font_path()))


@cache
def _glyphs() -> dict[int, Any]:
    """Return the glyph of every character that the font has."""
    return dict(_font().get_charmap())


@cache
def _em(character: str) -> float:
    """Return the advance width of a character [em], that of "?" where the font lacks it."""
    from matplotlib.ft2font import LoadFlags

    known = _glyphs()
    glyph = known.get(ord(character), known[ord(REPLACEMENT)])
    flags = LoadFlags.NO_SCALE | LoadFlags.NO_HINTING
    return float(_font().load_glyph(glyph, flags=flags).horiAdvance / _font().units_per_EM)


_APOSTROPHE = re.compile("(?<=[A-Za-z])’(?=[A-Za-z])")


def printable(text: str) -> str:
    """Return `text` with every character that the font lacks replaced by "?".

    Line breaks stay; tabs and other control characters become spaces. The apostrophe within a
    Latin word becomes the straight one: the font draws the other as wide as a character.

    Examples
    --------
    >>> printable("和平区 🎉")
    '和平区 ?'
    >>> printable("Xi’an Road")
    "Xi'an Road"
    """
    known = _glyphs()
    if ord("'") in known:
        text = _APOSTROPHE.sub("'", text)
    return "".join(
        c if c == "\n" or ord(c) in known else " " if c.isspace() else REPLACEMENT for c in text
    )


def text_width_mm(text: str, size_pt: float) -> float:
    """Return the width of the widest line of a text on paper.

    Parameters
    ----------
    text : str
        May hold line breaks.
    size_pt : float
        Font size [pt].

    Returns
    -------
    float
        Width [mm], the sum of the advance widths; kerning is left out.

    Examples
    --------
    >>> round(text_width_mm("五大道", 10), 2)  # three full ems of 10 pt
    10.58
    """
    return max(_ems(line) for line in text.split("\n")) * size_pt * POINT_MM


@lru_cache(maxsize=50_000)
def _ems(line: str) -> float:
    return sum(_em(character) for character in line)


def text_height_mm(text: str, size_pt: float) -> float:
    """Return the height of a text on paper [mm], `LINE_HEIGHT` ems a line."""
    return (text.count("\n") + 1) * LINE_HEIGHT * size_pt * POINT_MM


NO_LINE_START = "，。、；：？！）》」』”’〉】％%·"
"""Closing marks that a line must not begin with (GB/T 15834)."""


NO_LINE_END = "（《“‘「『〈〔【"
"""Opening marks that a line must not end with."""


def wrap_text(text: str, width_mm: float, size_pt: float) -> list[str]:
    """Break a text into lines that fit a width.

    Chinese breaks between any two characters but never before a closing
    or after an opening mark; a run of Latin letters and digits is kept whole where it fits.

    Parameters
    ----------
    text : str
        May hold line breaks of its own.
    width_mm : float
        Width to fit [mm].
    size_pt : float
        Font size [pt].

    Returns
    -------
    list of str
        Lines, none of them lost or cut.

    Examples
    --------
    >>> wrap_text("和平区规划，示意图", 18.0, 10)
    ['和平区规', '划，示意图']
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line: list[str] = []
        for token in _tokens(paragraph):
            if line and text_width_mm("".join([*line, token]).rstrip(), size_pt) > width_mm:
                overhang: list[str] = []
                while len(line) > 1 and (
                    [token, *overhang][-1] in NO_LINE_START or line[-1] in NO_LINE_END
                ):
                    overhang.append(line.pop())
                lines.append("".join(line).rstrip())
                line = [*reversed(overhang), token if overhang else token.lstrip()]
            else:
                line.append(token)
            while text_width_mm("".join(line).rstrip(), size_pt) > width_mm:
                whole = "".join(line)
                length = max(1, _fitting_length(whole, width_mm, size_pt))
                if length >= len(whole):
                    break
                lines.append(whole[:length])
                line = [whole[length:]]
        lines.append("".join(line).rstrip())
    return lines


def _fitting_length(text: str, width_mm: float, size_pt: float) -> int:
    """Return how many leading characters of a text fit a width."""
    length = len(text)
    while length > 1 and text_width_mm(text[:length], size_pt) > width_mm:
        length -= 1
    return length


def _tokens(paragraph: str) -> list[str]:
    """Split into single wide characters, and words of narrow ones with their spaces."""
    tokens: list[str] = []
    for character in paragraph:
        narrow = ord(character) < 0x2E80 and character not in NO_LINE_START
        if narrow and tokens and _is_open_word(tokens[-1]):
            tokens[-1] += character
        else:
            tokens.append(character)
    return tokens


def _is_open_word(token: str) -> bool:
    return ord(token[-1]) < 0x2E80 and not token[-1].isspace() and token[-1] not in NO_LINE_START


def subset_font(text: str) -> bytes:
    """Return a WOFF font that holds just the characters of a text.

    The same characters give the same bytes.
    """
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options()
    options.flavor = "woff"
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.drop_tables += ["GPOS", "GSUB", "STAT", "vhea", "vmtx", "BASE"]
    buffer = io.BytesIO()
    with TTFont(font_for(set(text)), recalcTimestamp=False, lazy=True) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=sorted({ord(c) for c in text} | {ord(" "), ord(REPLACEMENT)}))
        subsetter.subset(font)
        font.flavor = "woff"
        font.save(buffer, reorderTables=True)
    return buffer.getvalue()


def font_face_css(text: str) -> str:
    """Return an @font-face rule that carries a subset of the font as a data URI."""
    data = base64.b64encode(subset_font(text)).decode("ascii")
    return (
        f"@font-face{{font-family:'{FONT_FAMILY}';"
        f"src:url(data:font/woff;base64,{data}) format('woff')}}"
    )


MOST_TEXTS = 8192
"""So many texts are kept laid out: a sheet has 250, another one mostly the same."""


class PixelCanvas(FigureCanvasAgg):
    """Draws a figure as matplotlib does, pixel for pixel, but lays out a text only once.

    To find where the letters of a text stand takes as long as to draw them, and matplotlib does
    it two or three times for each text of each drawing. Whoever draws holds a lock: what is kept
    is of the process.
    """

    def get_renderer(self) -> Any:
        """Return what draws the figure at its present size."""
        width, height = self.get_width_height(physical=True)
        key = width, height, self.figure.dpi
        if self._lastKey != key:
            renderer: Any = _PixelRenderer  # matplotlib states no types here
            self.renderer = renderer(width, height, self.figure.dpi)
            self.renderer._text2path = _OUTLINES
            self._lastKey = key
        return self.renderer


class _PixelRenderer(RendererAgg):
    """Keeps the measures, the places of the letters and the outlines of texts."""

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> Any:
        """Return the measures of a text [pixel]."""
        agg: Any = super()
        if ismath:
            return agg.get_text_width_height_descent(s, prop, ismath)
        key = ("measures", *self._key(s, prop))
        if key not in _texts:
            _remember(key, agg.get_text_width_height_descent(s, prop, ismath))
        return _texts[key]

    def draw_text(
        self,
        gc: Any,
        x: float,
        y: float,
        s: str,
        prop: Any,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        """Draw a text."""
        agg: Any = super()
        if ismath:
            agg.draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        key = ("letters", *self._key(s, prop))
        if key not in _texts:
            letters = agg._prepare_font(prop)._layout(s, flags=_hinting_flag())
            _remember(key, [(i.ft_object, i.glyph_index, i.x, i.y) for i in letters])
        size = prop.get_size_in_points()
        letters = ((font, size, glyph, 0, 1, dx, dy) for font, glyph, dx, dy in _texts[key])
        agg._draw_text_glyphs_and_boxes(gc, x, y, angle, letters, [])

    def _key(self, s: str, prop: Any) -> tuple[Any, ...]:
        hinting = mpl.rcParams["text.hinting"]
        return s, prop.get_file(), prop.get_size_in_points(), self.dpi, hinting


class _Outlines(TextToPath):
    """Keeps the outlines of texts, as their halos are drawn along."""

    def get_text_path(self, prop: Any, s: str, ismath: Any = False, **more: Any) -> Any:
        """Return vertices and codes of a text."""
        if ismath or any(more.values()):
            return super().get_text_path(prop, s, ismath, **more)
        key = ("outline", s, prop.get_file())
        if key not in _texts:
            vertices, codes = super().get_text_path(prop, s)
            _remember(key, (np.asarray(vertices), np.asarray(codes, dtype=np.uint8)))
        return _texts[key]


_OUTLINES = _Outlines()

_hinting_flag: Any = get_hinting_flag

_texts: dict[tuple[Any, ...], Any] = {}


def _remember(key: tuple[Any, ...], value: Any) -> None:
    if len(_texts) >= MOST_TEXTS:
        _texts.clear()
    _texts[key] = value
