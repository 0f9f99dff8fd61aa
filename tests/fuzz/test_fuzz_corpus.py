"""What fuzzing was given and what it found stays answered with a result or one of our errors."""

from pathlib import Path

import pytest

from geo.errors import DataFileError
from geo.sentences.limits import LimitsSentenceError, parse_limits
from geo.uploads.files import read_upload
from tests.fuzz.targets import ENTRY, TARGETS, archive

HERE = Path(__file__).parent
FILES = [
    pytest.param(target, path, id=f"{target}/{path.name}")
    for target in TARGETS
    for kind in ("corpus", "found")
    for path in sorted((HERE / kind / target).glob("*"))
]


@pytest.mark.parametrize(("target", "path"), FILES)
def test_what_the_fuzzer_was_given_or_found_is_answered(target, path):
    TARGETS[target](path.read_bytes())


def test_an_xml_encoding_that_does_not_exist_is_damage():
    data = (HERE / "found" / "uploads" / "no-such-encoding.kml").read_bytes()
    with pytest.raises(DataFileError, match="unknown encoding"):
        read_upload("a.kml", data)


def test_a_label_with_nothing_after_it_is_refused():
    with pytest.raises(LimitsSentenceError, match="too few limits"):
        parse_limits("以海河为东，四至：")


def test_an_archive_entry_without_a_name_is_passed_over():
    with pytest.raises(DataFileError, match="archive"):
        read_upload("a.zip", archive(ENTRY + b"\0x\ny"))


def test_a_target_notices_what_is_not_one_of_our_errors(monkeypatch):
    def broken(*_):
        raise LookupError("unknown encoding")

    monkeypatch.setattr("geo.uploads.files.read_upload", broken)
    with pytest.raises(LookupError, match="unknown encoding"):
        TARGETS["uploads"](b"<kml>")


def test_entries_are_packed_into_an_archive_that_is_read():
    feature = (HERE / "corpus" / "uploads" / "feature.geojson").read_bytes()
    upload = read_upload("a.zip", archive(ENTRY + b"a.geojson\n" + feature))
    assert len(upload.layer) == 1
