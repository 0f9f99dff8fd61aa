"""The report of the project's own data: Chinese in Chinese, English in English."""

import html
import re

import pytest

from geo.build import build
from geo.checks.folder import inspect
from geo.checks.report import report_html
from geo.io.read import data_folder

ENGLISH_WORDS = re.compile(r"(?<![\w./:-])[A-Za-z]{2,}(?:,? [a-z]{2,}){3,}")
"""Four English words after each other."""


@pytest.fixture(scope="module")
def page():
    folder = data_folder()
    built = build(folder)
    return report_html(built, inspect(built, folder), language="zh")


def test_the_chinese_report_has_no_english_sentence(page):
    words = re.sub(r"<(style|script).*?</\1>", "", page, flags=re.DOTALL)
    lines = html.unescape(re.sub(r"<[^>]+>", "\n", words)).splitlines()
    assert sum("旁证" in line for line in lines) > 5  # of the checks that had English notes
    assert [line for line in lines if ENGLISH_WORDS.search(line)] == []
