"""Two processes that want to write into one folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from geo.errors import ExportError
from geo.io import write


def test_a_second_writer_is_refused_and_a_dead_one_holds_nothing(tmp_path):
    code = (
        "import sys, pathlib, geo.io.write\n"
        f"with geo.io.write.folder_lock(pathlib.Path({str(tmp_path)!r})):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(write.__file__).parents[2],
    ) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ExportError, match="another process"), write.folder_lock(tmp_path):
            pass
        other.kill()
        other.wait()
        with write.folder_lock(tmp_path):
            pass
