"""Make an offline bundle: a folder of wheels with their hashes and a script that installs them.

Run on a machine with a package registry (`make bundle`), carried to one without. The wheels are
those of requirements.txt, held to its hashes; packages that come as source only are built here.

    python deploy/bundle.py FOLDER [--python 3.11 --platform win_amd64] [--extra]
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
INSTALLER = Path(__file__).with_name("install.py")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", re.M)


def main() -> int:
    """Collect, hash and describe the wheels."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="new folder to write")
    parser.add_argument("--platform", help="of the other machine, such as win_amd64")
    parser.add_argument("--python", help="Python of the other machine, such as 3.11")
    parser.add_argument("--extra", action="store_true", help="PostGIS and the like too")
    options = parser.parse_args()
    wheels = options.folder / "wheels"
    if options.folder.exists() and any(options.folder.iterdir()):
        print(f"{options.folder} is not empty. Name a new folder.", file=sys.stderr)
        return 1
    wheels.mkdir(parents=True)
    locks = ["requirements.txt", *(["requirements-extra.txt"] if options.extra else [])]
    for lock in locks:
        if options.platform or options.python:
            collect_for_another(ROOT / lock, wheels, options.platform, options.python)
        else:
            pip("wheel", "--require-hashes", "-r", ROOT / lock, "--wheel-dir", wheels)
    pip("wheel", "--no-deps", "--wheel-dir", wheels, ROOT)
    (options.folder / "requirements.txt").write_text(hashed(wheels), encoding="utf-8", newline="\n")
    shutil.copy(INSTALLER, options.folder / "install.py")
    size = sum(path.stat().st_size for path in wheels.iterdir()) / 2**20
    print(f"{options.folder}: {len(list(wheels.iterdir()))} wheels, {size:.0f} MiB")
    return 0


def collect_for_another(lock: Path, wheels: Path, platform: str | None, python: str | None) -> None:
    """Fetch wheels for another machine; build here what comes as source only."""
    target = ["--platform", platform] if platform else []
    target += ["--python-version", python] if python else []
    for requirement in requirements(lock):
        with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as file:
            file.write(requirement)
        one = ["--require-hashes", "--no-deps", "-r", file.name]
        fetch = ["download", *one, "--only-binary", ":all:", *target, "--dest", wheels]
        try:
            if not applies(requirement, platform, python):
                continue
            if pip(*fetch, check=False):
                pip("wheel", *one, "--wheel-dir", wheels)
        finally:
            Path(file.name).unlink()
    foreign_wheels = [w.name for w in wheels.glob("*.whl") if is_foreign(w, platform)]
    if foreign_wheels:
        raise SystemExit(f"Built here, but not for {platform}: {', '.join(foreign_wheels)}")


def requirements(lock: Path) -> list[str]:
    """Return the pins of a lock with their hashes, one text each."""
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock.read_text(encoding="utf-8"))
    return [block for block in blocks if PINNED.match(block)]


def applies(requirement: str, platform: str | None, python: str | None = None) -> bool:
    """Return whether a pin's marker holds on the other machine."""
    marker = re.search(r"==\S+\s*;\s*(.*?)\s*\\?\n", requirement)
    if marker is None:
        return True
    from packaging.markers import Marker

    windows = (platform or "").startswith("win")
    mac = (platform or "").startswith("macosx")
    system = {
        "sys_platform": "win32" if windows else "darwin" if mac else "linux",
        "platform_system": "Windows" if windows else "Darwin" if mac else "Linux",
        "os_name": "nt" if windows else "posix",
    }
    if python:
        system |= {"python_version": python, "python_full_version": f"{python}.0"}
    return Marker(marker.group(1)).evaluate(system)


def is_foreign(wheel: Path, platform: str | None) -> bool:
    """Return whether a wheel was compiled for a machine other than the one asked for."""
    tag = wheel.stem.rpartition("-")[2]
    return tag != "any" and platform is not None and tag.split("_")[0] != platform.split("_")[0]


def hashed(wheels: Path) -> str:
    """Return the requirements of the bundle: each wheel by name, version and SHA-256."""
    lines = ["# The wheels of this folder. install.py uses no other."]
    for wheel in sorted(wheels.glob("*.whl")):
        name, version = wheel.name.split("-")[:2]
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lines.append(f"{name.replace('_', '-')}=={version} --hash=sha256:{digest}")
    return "\n".join(lines) + "\n"


def pip(*words: object, check: bool = True) -> int:
    """Run pip of this Python; return its code."""
    command = [sys.executable, "-m", "pip", *map(str, words), "--quiet"]
    command.append("--disable-pip-version-check")
    return subprocess.run(command, check=check).returncode


if __name__ == "__main__":
    sys.exit(main())
