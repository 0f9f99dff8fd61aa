"""Every sentence that a reader may see is a `Text`: walked over the code, not over its runs."""

import ast
import re
from collections import Counter
from pathlib import Path

import geo.errors
from geo.texts import _entries

PROJECT = Path(__file__).resolve().parents[2]
ROOTS = ("geo", "layers", "views", "commands")

PLAIN: dict[str, int] = {}
"""Sentences that are still plain words, by module; it may only shrink."""


def sources():
    for root in ROOTS:
        for path in sorted((PROJECT / root).rglob("*.py")):
            yield path.relative_to(PROJECT).as_posix(), ast.parse(path.read_text("utf-8"))


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
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        by_name = {word.arg: word.value for word in call.keywords}
        if call.func.id in errors:
            told = call.args[:1]
        elif call.func.id == "Issue":
            told = [*call.args[3:5], by_name.get("message"), by_name.get("remedy")]
        else:
            continue
        if any(is_plain(words) for words in told if words is not None):
            lines.append(call.lineno)
    return lines


def test_the_list_of_plain_sentences_is_exact():
    errors = error_names()
    lines = {path: plain_sentences(tree, errors) for path, tree in sources()}
    found = {path: len(at) for path, at in lines.items() if at}
    assert found == PLAIN, {path: lines[path] for path in set(found) | set(PLAIN)}


def test_the_walk_finds_plain_words():
    tree = ast.parse(
        "raise DataFileError(f'{name} is gone')\n"
        "Issue('a', 'error', 'b', 'wrong')\n"
        "Issue('a', 'error', 'b', Text('x'), remedy='mend')\n"
        "raise DataFileError(Text('file.missing', file=name))\n"
    )
    assert plain_sentences(tree, {"DataFileError"}) == [1, 2, 3]


def test_no_key_is_asked_for_that_the_catalogue_lacks():
    known = set(_entries())
    missing = Counter()
    for path, tree in sources():
        for call in ast.walk(tree):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Name)
                and call.func.id == "Text"
                and call.args
                and isinstance(call.args[0], ast.Constant)
                and call.args[0].value not in known
            ):
                missing[f"{path}:{call.lineno} {call.args[0].value}"] += 1
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
