"""Make an offline bundle: a folder of wheels with their hashes and a script that installs them.

Run on a machine with a package registry (`make bundle`), carried to one without. The wheels are
those of requirements.txt, held to its hashes; packages that come as source only are built here.

    python deploy/bundle.py FOLDER [--python 3.11 --platform win_amd64] [--extra]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
INSTALLER = Path(__file__).with_name("install.py")
README = Path(__file__).with_name("bundle-readme.txt")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", re.M)


def main() -> int:
    """Collect, hash and describe the wheels."""
    options = read_options()
    folder, wheels = options.folder, options.folder / "wheels"
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        print(
            f"{folder} 已存在且不是空文件夹，请换一个新文件夹。\n"
            f"{folder} is there and no empty folder. Name a new one.",
            file=sys.stderr,
        )
        return 1
    wheels.mkdir(parents=True)
    # What the locks pin, held to their hashes; then the project itself, which has no hash yet.
    locks = ["requirements.txt", *(["requirements-extra.txt"] if options.extra else [])]
    for lock in locks:
        if options.platform or options.python:
            collect_for_another(ROOT / lock, wheels, options.platform, options.python)
        else:
            pip("wheel", "--require-hashes", "-r", ROOT / lock, "--wheel-dir", wheels)
    pip("wheel", "--no-deps", "--wheel-dir", wheels, ROOT)
    # Hashes of the very files that are carried: some were built here.
    (folder / "requirements.txt").write_text(hashed(wheels), encoding="utf-8", newline="\n")
    shutil.copy(INSTALLER, folder / "install.py")
    describe(folder, target(options.platform, options.python))
    return 0


def read_options() -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(
        description="制作离线安装包：各软件包的 wheel、其哈希和安装程序。" + __doc__.split("\n")[0]
    )
    parser.add_argument("folder", type=Path, help="要写入的新文件夹。The new folder to write")
    parser.add_argument(
        "--platform", help="目标机器，如 win_amd64。The other machine, such as win_amd64"
    )
    parser.add_argument(
        "--python", help="目标机器的 Python，如 3.12。Python of the other machine, such as 3.12"
    )
    parser.add_argument(
        "--extra", action="store_true", help="包括 PostGIS 等。PostGIS and the like too"
    )
    return parser.parse_args()


def describe(folder: Path, about: dict[str, str]) -> None:
    """Write for which machine a bundle is, and how it is used; say it here too."""
    (folder / "bundle.json").write_text(json.dumps(about), encoding="utf-8")
    sizes = [path.stat().st_size for path in (folder / "wheels").iterdir()]
    count, size = len(sizes), f"{sum(sizes) / 1e6:.0f}"
    # With a mark of its encoding and the line ends of Windows, whose older editors need both.
    words = README.read_text(encoding="utf-8").format(**about, count=count, size=size)
    (folder / "README.txt").write_text(words, encoding="utf-8-sig", newline="\r\n")
    machine = f"Python {about['python']}, {about['system']} {about['machine']}"
    print(f"{folder}：{count} 个 wheel，{size} MB，用于 {machine}")
    print(f"{folder}: {count} wheels, {size} MB, for {machine}")


def target(tag: str | None, python: str | None) -> dict[str, str]:
    """Return for which Python, system and processor the wheels are, as `install.py` asks it.

    Parameters
    ----------
    tag : str or None
        Platform tag of wheels, such as ``"win_amd64"``; this machine without one.
    python : str or None
        Such as ``"3.12"``; this one without it.
    """
    system, machine = platform.system(), platform.machine()
    if tag:
        system = system_of(tag)
        machine = next(m for m in ("x86_64", "amd64", "aarch64", "arm64", "") if tag.endswith(m))
    version = python or "{}.{}".format(*sys.version_info[:2])
    return {"python": version, "system": system, "machine": machine}


def system_of(tag: str | None) -> str:
    """Return the system that a platform tag is for; Linux without one."""
    windows = (tag or "").startswith("win")
    mac = (tag or "").startswith("macosx")
    return "Windows" if windows else "Darwin" if mac else "Linux"


def collect_for_another(lock: Path, wheels: Path, tag: str | None, python: str | None) -> None:
    """Fetch wheels for another machine; build here what comes as source only."""
    machine = ["--platform", tag] if tag else []
    machine += ["--python-version", python] if python else []
    for requirement in requirements(lock):
        with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as file:
            file.write(requirement)
        one = ["--require-hashes", "--no-deps", "-r", file.name]
        fetch = ["download", *one, "--only-binary", ":all:", *machine, "--dest", wheels]
        try:
            if not applies(requirement, tag, python):
                continue
            if pip(*fetch, check=False):
                pip("wheel", *one, "--wheel-dir", wheels)
        finally:
            Path(file.name).unlink()
    foreign_wheels = [w.name for w in wheels.glob("*.whl") if is_foreign(w, tag)]
    if foreign_wheels:
        names = ", ".join(foreign_wheels)
        raise SystemExit(
            f"这些包没有用于 {tag} 的 wheel，本机编译的不能用：{names}。请在那种机器上制作。\n"
            f"Built here, but not for {tag}: {names}. Make the bundle on a machine of that kind."
        )


def requirements(lock: Path) -> list[str]:
    """Return the pins of a lock with their hashes, one text each."""
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock.read_text(encoding="utf-8"))
    return [block for block in blocks if PINNED.match(block)]


def applies(requirement: str, tag: str | None, python: str | None = None) -> bool:
    """Return whether a pin's marker holds on the other machine."""
    marker = re.search(r"==\S+\s*;\s*(.*?)\s*\\?\n", requirement)
    if marker is None:
        return True
    from packaging.markers import Marker

    system = system_of(tag)
    values = {
        "sys_platform": {"Windows": "win32", "Darwin": "darwin"}.get(system, "linux"),
        "platform_system": system,
        "os_name": "nt" if system == "Windows" else "posix",
    }
    if python:
        values |= {"python_version": python, "python_full_version": f"{python}.0"}
    return Marker(marker.group(1)).evaluate(values)


def is_foreign(wheel: Path, tag: str | None) -> bool:
    """Return whether a wheel was compiled for a machine other than the one asked for."""
    wheel_tag = wheel.stem.rpartition("-")[2]
    return wheel_tag != "any" and tag is not None and wheel_tag.split("_")[0] != tag.split("_")[0]


def hashed(wheels: Path) -> str:
    """Return the requirements of the bundle: each wheel by name, version and SHA-256."""
    lines = ["# install.py 只用这些 wheel。install.py uses these wheels and no other."]
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
