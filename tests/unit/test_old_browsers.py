"""Scripts are of ECMAScript 2017, and they and the styles run in Chrome 80.

The dates are those of the browser's own feature list: the version of Chrome that shipped each.
"""

import re
from pathlib import Path

import esprima
import pytest

WEB = Path(__file__).parents[2] / "layers" / "web"

CALLS = {
    "replaceAll": 85, "at": 92, "findLast": 97, "findLastIndex": 97, "hasOwn": 93, "any": 85,
    "replaceChildren": 86, "toSorted": 110, "toReversed": 110, "toSpliced": 110, "with": 110,
    "structuredClone": 98, "randomUUID": 92, "checkVisibility": 105, "togglePopover": 114,
    "showPopover": 114, "startViewTransition": 111, "canShare": 89, "setHTML": 105,
    "getInnerHTML": 90, "groupBy": 117, "toggleAttribute": 69, "requestSubmit": 76,
    "showSaveFilePicker": 86, "showOpenFilePicker": 86, "roundRect": 99, "queueMicrotask": 71,
}  # fmt: skip
"""Methods by the version that has them; ours may have the same name, see `OWN`."""

OWN = {"with"}
"""Methods of our own that happen to be called as younger ones of the browser."""

NAMES = {
    "WeakRef": 84, "FinalizationRegistry": 84, "AggregateError": 85, "EyeDropper": 95,
    "Segmenter": 87, "DisplayNames": 81, "CSSStyleValue": 66, "Highlight": 105, "Sanitizer": 105,
    "VideoFrame": 94, "scheduler": 94, "navigation": 102, "CompressionStream": 80,
}  # fmt: skip

STYLES = {
    r":has\(": 105, r":is\(": 88, r":where\(": 88, r"\binset\s*:": 87, r"aspect-ratio\s*:": 88,
    r"@container": 105, r"@layer": 99, r"color-mix\(": 111, r"\bsubgrid\b": 117, r"&\s*[.:]": 112,
    r"content-visibility": 85, r"overflow:\s*clip": 90, r"\brotate\s*:": 104,
    r"\btranslate\s*:": 104, r"\b\d+(dvh|svh|lvh|dvw)\b": 108,
}  # fmt: skip
"""Rules without which something would not be where it belongs; what only decorates may be younger:
`:focus-visible` leaves the browser's own ring, `accent-color` its own blue, a gap of a flexible
row its own closeness."""

FALLBACK = "100vh"


def young_interfaces(source):
    """Return names in a script that Chrome 80 does not know, with the version that does."""
    interfaces = []

    def look(node, _):
        if node.type == "CallExpression" and node.callee.type == "MemberExpression":
            name = getattr(node.callee.property, "name", None)
            if CALLS.get(name, 0) > 80 and name not in OWN:
                interfaces.append((name, CALLS[name]))
        if node.type == "CallExpression" and node.callee.type == "Identifier":
            name = node.callee.name
            if CALLS.get(name, 0) > 80:
                interfaces.append((name, CALLS[name]))
        if node.type == "Identifier" and NAMES.get(node.name, 0) > 80:
            interfaces.append((node.name, NAMES[node.name]))

    esprima.parseScript(source, delegate=look)
    return interfaces


def young_syntax(source):
    """Return syntax younger than ECMAScript 2017 that the parser takes all the same."""
    features = []

    def look(node, _):
        if node.type in ("ObjectPattern", "ObjectExpression"):
            features.extend(p.type for p in node.properties if p.type != "Property")
        if node.type == "Literal" and getattr(node, "regex", None):
            pattern, flags = node.regex.pattern, node.regex.flags
            features.extend(["RegExp"] if "(?<" in pattern or "s" in flags else [])

    esprima.parseScript(source, delegate=look)
    return features


def young_rules(style):
    """Return rules of a style sheet that Chrome 80 does not know."""
    plain = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    # A unit that is younger may follow the one that it replaces, in the same rule.
    plain = re.sub(rf"(\w+):\s*{FALLBACK}[^;]*;\s*\1:[^;}}]*dvh[^;}}]*", "", plain)
    return [(rule, since) for rule, since in STYLES.items() if re.search(rule, plain)]


@pytest.mark.parametrize("path", sorted(WEB.glob("*.js")), ids=lambda path: path.name)
def test_scripts_are_of_2017_and_ask_for_nothing_younger_than_chrome_80(path):
    source = path.read_text(encoding="utf-8")
    assert young_interfaces(source) == []
    assert young_syntax(source) == []


# Streamlit itself wants a younger browser: its own style may.
@pytest.mark.parametrize(
    "path",
    [path for path in sorted(WEB.glob("*.css")) if path.name != "streamlit.css"],
    ids=lambda path: path.name,
)
def test_styles_ask_for_nothing_younger_than_chrome_80(path):
    assert young_rules(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("node.replaceChildren(one);", "replaceChildren"),
        ("const last = rows.at(-1);", "at"),
        ("structuredClone(state);", "structuredClone"),
        ("new WeakRef(node);", "WeakRef"),
    ],
)
def test_a_younger_interface_would_be_found(source, name):
    assert [interface for interface, _ in young_interfaces(source)] == [name]


@pytest.mark.parametrize("source", ["a ?? b;", "a?.b;", "import 'x';", "/(?<year>..)/;"])
def test_younger_syntax_would_be_refused_by_the_parser(source):
    with pytest.raises(
        esprima.Error, match=r"Unexpected token|Cannot use import|Invalid regular expression"
    ):
        esprima.parseScript(source)


@pytest.mark.parametrize("source", ["const { a, ...rest } = b;", "const a = { ...b };", "/./s;"])
def test_younger_syntax_that_the_parser_knows_would_be_found(source):
    assert young_syntax(source) != []


@pytest.mark.parametrize("style", [".a:has(b) { }", ".a { inset: 0; }", ".a { height: 50dvh; }"])
def test_a_younger_rule_would_be_found(style):
    assert young_rules(style) != []
