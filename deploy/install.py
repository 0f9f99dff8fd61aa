"""安装离线包：不访问任何软件源。Install this bundle without any package registry.

    python install.py [FOLDER]

FOLDER 为新建的环境（默认 heping-plan-map）。FOLDER is the environment to make. Needs the Python
for which the bundle was made and nothing else: every wheel lies beside this script and is held to
its hash.
"""

import argparse
import hashlib
import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
PIN = re.compile(r"^(\S+)==(\S+) --hash=sha256:([0-9a-f]{64})$", re.M)


def main() -> int:
    """Make the environment, install into it, and say how to start."""
    if sys.version_info < (3, 11):
        return refuse("需要 Python 3.11 或更新版本。", "Python 3.11 or later is needed.")
    for stream in (sys.stdout, sys.stderr):
        # A console that cannot show a character shows another instead of stopping here.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    parser = argparse.ArgumentParser(
        description="安装离线包，不访问任何软件源。Install this bundle without a package registry."
    )
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("heping-plan-map"),
        help="要新建的文件夹，默认 heping-plan-map。The new folder, heping-plan-map by default.",
    )
    folder = parser.parse_args().folder.resolve()
    try:
        fault = unfit_machine() or unfit_folder(folder) or changed_wheel()
    except (OSError, ValueError, KeyError) as error:
        return refuse(
            f"离线包不完整，或读不到（{error}）。请重新拷贝整个文件夹。",
            f"the bundle is not whole, or cannot be read ({error}). Copy the whole folder again.",
        )
    return refuse(*fault) if fault else install(folder)


def refuse(chinese: str, english: str) -> int:
    """Say in both languages why nothing is installed."""
    print(f"未安装：{chinese}\nNot installed: {english}", file=sys.stderr)
    return 1


def unfit_machine() -> "tuple[str, str] | None":
    """Return why the wheels do not fit this machine: those compiled fit one Python alone."""
    about = json.loads((HERE / "bundle.json").read_text(encoding="utf-8"))
    needed = (about["python"], about["system"], plain_machine(about["machine"]))
    here = (
        "{}.{}".format(*sys.version_info[:2]),
        platform.system(),
        plain_machine(platform.machine()),
    )
    if here == needed:
        return None
    wanted_kind, own_kind = ("Python {}, {} {}".format(*three) for three in (needed, here))
    return (
        f"本离线包用于 {wanted_kind}；这里是 {own_kind}。请用相应的 Python 运行，或重新制作离线包"
        "（make bundle，选项 --python、--platform）。",
        f"this bundle is for {wanted_kind}; here is {own_kind}. Run it with that Python, or"
        " make another bundle (make bundle with --python and --platform).",
    )


def plain_machine(name: str) -> str:
    """Return one name for a kind of processor, which each system calls its own way.

    Examples
    --------
    >>> plain_machine("AMD64"), plain_machine("aarch64")
    ('x86_64', 'arm64')
    """
    return {"amd64": "x86_64", "aarch64": "arm64"}.get(name.lower(), name.lower())


def unfit_folder(folder: Path) -> "tuple[str, str] | None":
    """Return why nothing may be installed into a folder."""
    if folder.exists() and not folder.is_dir():
        return f"{folder} 是文件。请另取一个名字。", f"{folder} is a file. Name another folder."
    if folder.exists() and any(folder.iterdir()):
        # Over an older one of the same version, pip would leave the older in place.
        return (
            f"{folder} 不是空的。请换一个新文件夹；升级时也装到新文件夹，再停用旧的。",
            f"{folder} is not empty. Name a new folder; a newer version goes into a new one too.",
        )
    return None


def changed_wheel() -> "tuple[str, str] | None":
    """Return which wheel is missing or was changed on the way."""
    hashes = {hash_: name for name, _, hash_ in PIN.findall(read_pins())}
    for wheel in sorted((HERE / "wheels").glob("*.whl")):
        with wheel.open("rb") as file:
            if hashes.pop(hashlib.file_digest(file, "sha256").hexdigest(), None) is None:
                return (
                    f"{wheel.name} 与清单不符（拷贝时损坏或被改动）。请重新拷贝整个文件夹。",
                    f"{wheel.name} is not the one listed (damaged or changed on the way). Copy the"
                    " whole folder again.",
                )
    if hashes:
        names = ", ".join(sorted(hashes.values()))
        return (
            f"wheels 文件夹里缺少 {names}。请重新拷贝整个文件夹。",
            f"{names} is missing from the folder wheels. Copy the whole folder again.",
        )
    return None


def read_pins() -> str:
    """Return the list of wheels."""
    return (HERE / "requirements.txt").read_text(encoding="utf-8")


def install(folder: Path) -> int:
    """Make the environment and install every wheel into it."""
    count = len(PIN.findall(read_pins()))
    print(f"正在安装 {count} 个包到 {folder}，约一分钟。", flush=True)
    print(f"Installing {count} packages into {folder}; this takes about a minute.", flush=True)
    is_new = not folder.exists()
    try:
        venv.create(folder, with_pip=True)
        code = run_pip(folder)
    except (OSError, subprocess.CalledProcessError) as error:
        remove(folder, is_new)
        return refuse(
            f"无法建立 Python 环境（{error}）。请检查该处是否可写、磁盘是否已满；Debian、Ubuntu"
            " 须先装系统软件包 python3-venv。",
            f"the Python environment could not be made ({error}). See whether the place can be"
            " written and the disk has room; Debian and Ubuntu need their package python3-venv.",
        )
    if code:
        remove(folder, is_new)
        return refuse("pip 报告的原因见上。", "see above for what pip says.")
    program = programs(folder) / "geo"
    print(f"安装完成。打开地图 · Installed. Open the map:\n  {quoted(program)} page")
    print(f"检查安装 · Check the installation:\n  {quoted(program)} doctor")
    return 0


def run_pip(folder: Path) -> int:
    """Install with the folder's own pip, which is told to ask nobody; return its code."""
    python = programs(folder) / ("python.exe" if os.name == "nt" else "python")
    # Settings of this machine (a mirror, a target folder, PYTHONPATH) have no say.
    command = [str(python), "-I", "-m", "pip", "install", "--no-index", "--require-hashes"]
    command += ["--find-links", str(HERE / "wheels"), "-r", str(HERE / "requirements.txt")]
    command += ["--quiet", "--disable-pip-version-check", "--no-cache-dir"]
    environment = {k: v for k, v in os.environ.items() if not k.upper().startswith("PIP_")}
    return subprocess.call(command, env={**environment, "PIP_CONFIG_FILE": os.devnull})


def programs(folder: Path) -> Path:
    """Return where an environment has its programs."""
    return folder / ("Scripts" if os.name == "nt" else "bin")


def quoted(program: Path) -> str:
    """Return a program as it is typed."""
    return f'"{program}"' if " " in str(program) else str(program)


def remove(folder: Path, is_new: bool) -> None:
    """Remove what was begun; a folder that was there before is left, empty."""
    if is_new:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for path in folder.iterdir():
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()


if __name__ == "__main__":
    sys.exit(main())
