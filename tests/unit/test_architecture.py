"""What import-linter (`make lint`) cannot see: what is loaded at run time."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_importing_geo_brings_no_map_and_no_page():
    program = (
        "import sys, geo.build, geo.checks.built; "
        "sys.exit(any(m in sys.modules for m in ('folium', 'streamlit', 'matplotlib')))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
