"""Every sentence that a reader may see is a `Text`: walked over the code, not over its runs."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import geo.errors
from geo.texts import _entries

PROJECT = Path(__file__).resolve().parents[2]
ROOTS = ("geo", "layers", "views", "commands")

FOR_PROGRAMS = {
    "geo/texts/__init__.py": 1,  # a faulty catalogue
    "geo/foreign_files/gdal_layers.py": 1,  # between the locked process and its parent
    "geo/foreign_files/lock.py": 6,
    "geo/foreign_files/run.py": 1,  # an option that a caller in the code may not give
    "geo/foreign_files/table_layers.py": 2,
    "geo/foreign_files/wire.py": 7,
    "geo/workers/handed.py": 2,
}
"""Raises of other errors than ours, whose words no reader sees: exact, by module."""

PLAIN: dict[str, int] = {}
"""Sentences that are still plain words, by module; it may only shrink."""


@cache
def sources():
    paths = [path for root in ROOTS for path in sorted((PROJECT / root).rglob("*.py"))]
    return [
        (path.relative_to(PROJECT).as_posix(), ast.parse(path.read_text("utf-8")))
        for path in (*paths, PROJECT / "streamlit_app.py")
    ]


def error_names():
    """Return the names of our errors, those that modules define for themselves too."""
    names = {n for n, v in vars(geo.errors).items() if isinstance(v, type) and n.endswith("Error")}
    for _, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and names & {
                base.id for base in node.bases if isinstance(base, ast.Name)
            }:
                names.add(node.name)
    return names


def is_plain(words):
    """Tell whether an argument is words of one language rather than a Text."""
    match words:
        case ast.Constant(value=str()) | ast.JoinedStr() | ast.BinOp():
            return True
        case ast.Call(func=ast.Name(id="str" | "text" | "words")):
            return True
        case ast.Call(func=ast.Attribute(attr="join" | "format" | "explain" | "render")):
            return True
        case ast.IfExp():
            return is_plain(words.body) or is_plain(words.orelse)
    return False


def plain_sentences(tree, errors):
    """Return the places at which a module makes an error or an Issue of plain words."""
    lines = []
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name | ast.Attribute):
            continue
        name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
        by_name = {word.arg: word.value for word in call.keywords}
        if name in errors:
            arguments = call.args[:1]
        elif name == "Issue":
            arguments = [*call.args[3:5], by_name.get("message"), by_name.get("remedy")]
        else:
            continue
        if any(is_plain(words) for words in arguments if words is not None):
            lines.append(call.lineno)
    return lines


def test_the_list_of_plain_sentences_is_exact():
    errors = error_names()
    lines = {path: plain_sentences(tree, errors) for path, tree in sources()}
    counts = {path: len(at) for path, at in lines.items() if at}
    assert counts == PLAIN, {path: lines[path] for path in set(counts) | set(PLAIN)}


def test_errors_that_are_not_ours_reach_no_reader():
    # A ValueError of a validator ended as English in a Chinese report.
    errors = error_names()
    counts = Counter()
    for path, tree in sources():
        for node in ast.walk(tree):
            match node:
                case ast.Raise(exc=ast.Call(func=ast.Name(id=name), args=[words, *_])) if (
                    name not in errors | {"UploadFaultError"} and is_plain(words)
                ):
                    counts[path] += 1
                case ast.Raise(exc=ast.Call(func=ast.Attribute(), args=[words, *_])) if is_plain(
                    words
                ):
                    counts[path] += 1
    assert dict(counts) == FOR_PROGRAMS


def test_the_walk_finds_plain_words():
    tree = ast.parse(
        "raise DataFileError(f'{name} is gone')\n"
        "Issue('a', 'error', 'b', 'wrong')\n"
        "Issue('a', 'error', 'b', Text('x'), remedy='mend')\n"
        "raise DataFileError(Text('file.missing', file=name))\n"
        "raise errors.DataFileError('gone')\n"
    )
    assert plain_sentences(tree, {"DataFileError"}) == [1, 2, 3, 5]


def keys_asked_for(tree):
    """Yield line and key, or the begin of the key, of each sentence that a module asks for."""
    places = {"Text": 0, "text": 0, "both": 0, "plain": 0, "say": 1, "UploadFaultError": 0}
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name | ast.Attribute):
            continue
        name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
        place = places.get(name)
        words = call.args[place] if place is not None and len(call.args) > place else None
        room = "upload." if name == "UploadFaultError" else ""
        match words:
            case ast.Constant(value=str() as key) if room or re.fullmatch(
                r"[\w-]+(\.[\w-]+)+", key
            ):
                yield call.lineno, f"{room}{key}", True
            case ast.JoinedStr(values=[ast.Constant(value=str() as begin), *_]) if "." in begin:
                yield call.lineno, begin, False


def test_no_key_is_asked_for_that_the_catalogue_lacks():
    known = set(_entries())
    missing = [
        f"{path}:{line} {key}"
        for path, tree in sources()
        for line, key, is_whole in keys_asked_for(tree)
        if not (key in known if is_whole else any(k.startswith(key) for k in known))
    ]
    assert not missing


def test_no_english_sentence_stands_in_the_chinese():
    # Names of formats and commands are English in Chinese too; four words in a row are a sentence.
    sentence = re.compile(r"(?:\b[A-Za-z][a-z]+\b[ ,]+){3}[a-z]+\b")
    held = {key: entry["zh"] for key, entry in _entries().items() if sentence.search(entry["zh"])}
    assert not held


def test_chinese_stands_in_the_english_only_as_an_example():
    words = re.compile(r"[\u4e00-\u9fff]{4,}")
    held = {key for key, entry in _entries().items() if words.search(entry["en"])}
    assert held == {"drafts.key.group", "own.paste.hint", "search.hint", "limits.empty"}
