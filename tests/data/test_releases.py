"""Another data folder is used, and the one before again: by one command, in one step."""

import os

import pytest
from streamlit.testing.v1 import AppTest

from commands.main import main
from geo.districts.releases import roll_back, use
from geo.errors import DataFileError, ExportError
from testing.page_fixture import write_page_data
from testing.served import ROOT
from testing.tiny_district import write_tiny_district


@pytest.fixture
def folders(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    return tmp_path / "current", tmp_path / "one", tmp_path / "two"


def test_back_and_forth(folders):
    link, one, two = folders
    use(link, one)
    with pytest.raises(DataFileError, match="nothing to go back to"):
        roll_back(link)
    use(link, two)
    assert link.resolve() == two
    use(link, two)  # again: the one before is not forgotten
    assert roll_back(link) == one
    assert link.resolve() == one
    assert roll_back(link) == two


def test_what_is_no_link_is_left_alone(folders):
    link, one, two = folders
    (link / "zones").mkdir(parents=True)
    with pytest.raises(ExportError, match="not a symbolic link"):
        use(link, one)
    assert (link / "zones").is_dir()
    with pytest.raises(DataFileError, match="missing"):
        use(one, two / "missing")


@pytest.mark.parametrize("call", ["symlink", "replace"])
def test_a_link_that_cannot_be_changed_leads_where_it_led(folders, monkeypatch, call):
    link, one, two = folders
    use(link, one)

    def fail(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(ExportError, match="cannot be changed"):
        use(link, two)
    assert link.resolve() == one
    assert sorted(p.name for p in link.parent.iterdir() if p.name.startswith(".")) == []


def test_the_command_refuses_a_folder_that_fails_its_checks(folders, tmp_path, capsys):
    link, one, _ = folders
    use(link, one)
    new = write_tiny_district(tmp_path / "new")
    assert main(["build", "--data", str(new)]) == 0
    (new / "zones" / "13th.geojson").write_text("{}", encoding="utf-8")
    words = ["district", "use", str(new), "--link", str(link), "--lang", "en"]
    assert main(words) == 1
    assert "is not used" in capsys.readouterr().err
    assert link.resolve() == one
    assert main([*words, "--force"]) == 0
    assert link.resolve() == new
    assert main(["district", "rollback", "--link", str(link), "--lang", "en"]) == 0
    assert link.resolve() == one


def test_a_reader_finishes_on_the_old_data_and_is_told(tmp_path, monkeypatch):
    one, two = (write_page_data(tmp_path / name) for name in ("one", "two"))
    renamed = (two / "district.toml").read_text(encoding="utf-8").replace("测试区", "改名区")
    (two / "district.toml").write_text(renamed, encoding="utf-8")
    link = tmp_path / "current"
    use(link, one)
    monkeypatch.setenv("GEO_DATA", str(link))
    monkeypatch.setattr("views.page.STATIC", tmp_path / "static")

    def opened():
        at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
        return at.run()

    def scripts(at):
        return at.get("component_instance")[0].proto.json_args

    reader = opened()
    before = scripts(reader)
    assert not reader.text
    use(link, two)
    reader.run()
    assert "数据已经更新" in reader.text[0].value
    assert reader.session_state["page_data"][1].district.name == "测试区"
    later = opened()
    assert not later.text
    assert later.session_state["page_data"][1].district.name == "改名区"
    reader.button(key="take_newest").click().run()
    assert not reader.text
    assert reader.session_state["page_data"][1].district.name == "改名区"
    assert scripts(reader) != before
    roll_back(link)
    assert "数据已经更新" in later.run().text[0].value
