import hashlib

import pytest

from geo.errors import DataFileError
from geo.io.checksums import listed_checksums, sealed_files, sealed_readme

HEAD = "| file | sha256 |\n|---|---|\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "base").mkdir()
    (tmp_path / "district.toml").write_text("a = 1\n")
    (tmp_path / "base" / "roads.geojson").write_text("{}\n")
    (tmp_path / "base" / "roads.geojson.123.part").write_text("half")
    (tmp_path / "README.md").write_text(f"# Data\n\n{HEAD}| old.txt | {'0' * 64} |\n\nAfter.\n")
    return tmp_path


def test_the_table_is_renewed_and_the_rest_of_the_page_kept(folder):
    page = sealed_readme(folder)
    digest = hashlib.sha256(b"{}\n").hexdigest()
    assert f"| base/roads.geojson | {digest} |\n" in page
    assert page.startswith("# Data\n\n")
    assert page.endswith("|\n\nAfter.\n")
    assert "old.txt" not in page


def test_what_was_sealed_is_listed(folder):
    (folder / "README.md").write_text(sealed_readme(folder))
    assert list(listed_checksums(folder)) == sealed_files(folder)


def test_half_written_files_are_left_out(folder):
    assert sealed_files(folder) == ["base/roads.geojson", "district.toml"]


def test_a_page_without_a_table_is_refused(folder):
    (folder / "README.md").write_text("# Data\n")
    with pytest.raises(DataFileError, match="no table headed"):
        sealed_readme(folder)
