"""安装离线包：不访问任何软件源。Install this bundle without any package registry.

    python install.py [FOLDER]

FOLDER 为新建的环境（默认 heping-plan-map）。FOLDER is the environment to make. Needs Python
3.11 or later and nothing else: every wheel lies beside this script and is held to its hash.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Make the environment, install into it, and say how to start."""
    if sys.version_info < (3, 11):
        print("需要 Python 3.11 或更新版本。Python 3.11 or later is needed.", file=sys.stderr)
        return 1
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "heping-plan-map").resolve()
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    python = programs / ("python.exe" if os.name == "nt" else "python")
    command = [str(python), "-m", "pip", "install", "--no-index", "--require-hashes"]
    command += ["--find-links", str(HERE / "wheels"), "-r", str(HERE / "requirements.txt")]
    command += ["--quiet", "--disable-pip-version-check"]
    code = subprocess.call(command, env={**os.environ, "PIP_CONFIG_FILE": os.devnull})
    if code:
        print("安装未完成，见上。Not installed; see above.", file=sys.stderr)
        return code
    print(f"装好了。Installed.\n  {programs / 'geo'} page\n  {programs / 'geo'} doctor")
    return 0


if __name__ == "__main__":
    sys.exit(main())
