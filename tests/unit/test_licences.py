"""Every pinned package, the fonts and the data stand in LICENCES.md under a licence that fits."""

import ast
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "LICENCES.md").read_text(encoding="utf-8")
LOCKS = ("requirements.txt", "requirements-extra.txt", "requirements-dev.txt")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", re.M)
ROW = re.compile(r"^\| ([A-Za-z0-9._-]+) \| ([^|]+) \|", re.M)

FAMILIES = {
    "MIT": ("mit", "the mit", "expat"),
    "BSD": ("bsd", "3-clause bsd", "0bsd"),
    "Apache-2.0": ("apache",),
    "MPL-2.0": ("mpl", "mozilla public"),
    "PSF-2.0": ("psf", "python software foundation", "license agreement for matplotlib"),
    "ISC": ("isc",),
    "LGPL-3.0": ("lgpl",),
    "AGPL-3.0": ("dual licensed - gnu affero", "agpl"),
    "HPND": ("mit-cmu",),
}
"""First words of what packages say of themselves, by family."""

READ_BY_HAND = {
    "streamlit-folium": "MIT",
    "xstatic-leaflet": "BSD",
    "axe-playwright-python": "MIT",
}
"""Read in the LICENSE of the package or its repository: its metadata does not say."""

WITH_THE_APP = {"MIT", "BSD", "Apache-2.0", "MPL-2.0", "PSF-2.0", "ISC", "HPND"}
OPTIONAL = WITH_THE_APP | {"LGPL-3.0"}
FOR_TESTS_ONLY = OPTIONAL | {"AGPL-3.0", "not stated"}
ALLOWED = {
    "requirements.txt": WITH_THE_APP,
    "requirements-extra.txt": OPTIONAL,
    "requirements-dev.txt": FOR_TESTS_ONLY,
}


def pinned(lock):
    return [name for name, _ in PIN.findall((ROOT / lock).read_text(encoding="utf-8"))]


def family(words):
    """Return the families of a licence expression or of what a package says."""
    families = set()
    for part in re.split(r" AND | OR |;", words):
        plain = part.strip().lower()
        for name, starts in FAMILIES.items():
            if plain.startswith(starts):
                families.add(name)
    return families


def licence_of(name):
    """Return what a package says of its licence, shortened; None where it is not installed."""
    if name in READ_BY_HAND:
        return READ_BY_HAND[name]
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    first = (about.get("License") or "").strip().split("\n")[0]
    classifiers = about.get_all("Classifier") or []
    licences = [c.rpartition(" :: ")[2] for c in classifiers if c.startswith("License ::")]
    candidates = [about.get("License-Expression") or "", first, *licences]
    return next((words for words in candidates if family(words)), first)


LISTED = {
    name: words.strip() for name, words in ROW.findall(PAGE) if name not in ("package", "what")
}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pinned_package_is_listed_under_a_licence_that_fits(lock):
    for name in pinned(lock):
        assert name in LISTED, f"{name} of {lock} has no row in LICENCES.md"
        assert LISTED[name] in ALLOWED[lock], f"{name}: {LISTED[name]}"


@pytest.mark.parametrize("lock", LOCKS)
def test_the_list_says_what_the_installed_packages_say(lock):
    for name in pinned(lock):
        words = licence_of(name)
        if words is not None and LISTED[name] != "not stated":
            assert LISTED[name] in family(words), f"{name}: {words!r}"


def test_nothing_is_listed_that_is_not_pinned():
    known = {name for lock in LOCKS for name in pinned(lock)}
    assert set(LISTED) - known == set()


def test_what_may_not_go_with_the_app_is_imported_by_tests_only():
    for room in ("geo", "layers", "commands", "views"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    assert not {alias.name for alias in node.names} & {"pymupdf", "fitz"}, path
                elif isinstance(node, ast.ImportFrom):
                    assert node.module not in ("pymupdf", "fitz"), path


def test_fonts_and_data_are_listed_with_their_licences():
    district = tomllib.loads((ROOT / "data" / "district.toml").read_text(encoding="utf-8"))
    for words in ("Noto Sans SC", "SIL OFL 1.1", "Leaflet", district["licence"]):
        assert words in PAGE


@pytest.mark.parametrize("path", sorted(ROOT.glob("requirements*.txt")), ids=lambda p: p.name)
def test_every_pin_of_a_lock_has_a_hash(path):
    blocks = re.split(r"\n(?=[A-Za-z0-9])", path.read_text(encoding="utf-8").strip())
    pins = [block for block in blocks if "==" in block.split("\n")[0]]
    assert pins
    assert [block.split("\n")[0] for block in pins if "--hash=sha256:" not in block] == []
    direct = {line.split("#")[0] for line in path.with_suffix(".in").read_text().splitlines()}
    assert {a.strip() for a in direct if a.strip() and not a.startswith("-c")}
