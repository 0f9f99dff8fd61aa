"""Fuzz one reader of foreign files in a locked process, as `reader.py` would be.

``python -I -B locked.py KIND FIRST LAST FOLDER``: FOLDER has ``seeds/`` (whole files, or
folders of the parts of one) and ``work/``. Loads the engine, closes the locks, then gives it the
inputs FIRST to LAST, each made from a seed by its own number, so that one can be made again. Prints
a line for each hundred: the next number, and how often each end was met.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORDS = (
    b"/etc/passwd", b"/vsicurl/http://127.0.0.1/", b"<OGRVRTDataSource>", b"CSV:/etc/hostname",
    b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff", b"CREATE VIEW", b"gpkg_contents",
    b"<!DOCTYPE", b"<?x a=\"?>", b"]]>", b"&#0;", b"[[[[", b"1e999", b"NaN", b"-1", b"65535",
    b"<coordinates>", b"GEOMETRYCOLLECTION", b"SELECT load_extension('x')", b"ATTACH 'x' AS y",
)  # fmt: skip


def changed(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Return some bytes changed in one to eight places."""
    content = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        at = chance.randrange(len(content) + 1)
        match chance.randrange(8):
            case 0:
                content[at : at + 1] = bytes([chance.randrange(256)])
            case 1 if content:
                content[at % len(content)] ^= 1 << chance.randrange(8)
            case 2:
                content[at:at] = chance.choice(WORDS)
            case 3:
                word = chance.choice(WORDS)
                content[at : at + len(word)] = word
            case 4:
                del content[at : at + chance.choice((1, 4, 100, 5000))]
            case 5:
                start = chance.randrange(len(other) + 1)
                content[at:at] = other[start : start + chance.choice((4, 50, 1000))]
            case 6:
                content[at:at] = content[at : at + chance.choice((10, 200))] * chance.choice(
                    (2, 20)
                )
            case _:
                content = content[:at] if chance.random() < 0.2 else content
    return bytes(content)


def main() -> None:
    """Give the reader its inputs."""
    kind, first, last, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    request = json.loads((Path(folder) / "request.json").read_text())
    sys.path[:0] = request["python_path"]
    # Everything is read before the process is locked: then it opens its own folder alone.
    seeds = [
        {part.name: part.read_bytes() for part in (seed.iterdir() if seed.is_dir() else [seed])}
        for seed in sorted((Path(folder) / "seeds").iterdir())
    ]
    from geo.foreign_files import lock, reader, wire
    from geo.foreign_files.wire import UploadFaultError

    # Limits for one file would end a process that reads thousands.
    lock.limit_resources({**request["resources"], "processor_seconds": 10**6, "files": 10**6})
    work = Path(folder) / "work"
    request |= {"folder": str(work), "scratch": str(work)}
    locks = reader._prepare(request)
    assert locks["calls"], "the calls are not closed"
    assert locks["landlock"], "the files are not closed"
    ends: Counter[str] = Counter()
    for number in range(first, last):
        chance = random.Random(f"{kind}/{number}")
        seed, other = chance.choice(seeds), chance.choice(seeds)
        main_file = request["file"]
        name = chance.choice(sorted(seed)) if len(seed) > 1 else next(iter(seed))
        # One part of a file is damaged at a time; its other parts are whole.
        for part, data in seed.items():
            target = work / (main_file if len(seed) == 1 else part)
            whole = changed(data, chance.choice(list(other.values())), chance)
            target.write_bytes(whole if part == name else data)
        # Told before it is read, so that the parent knows which input ended the process.
        sys.stderr.write(f"{number}\n")
        sys.stderr.flush()
        signal.setitimer(signal.ITIMER_REAL, 20)
        answer = wire.Answer()
        try:
            reader._read(dict(request), answer)
            ends["read"] += 1
        except UploadFaultError as fault:
            ends[fault.code] += 1
        except MemoryError:
            ends["reader-memory"] += 1
        except Exception:  # `reader.main` answers all of these with "damaged"
            ends["damaged"] += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
        for left in list(work.iterdir()):
            os.unlink(left)  # noqa: PTH108 - a name that is no UTF-8
        if (number + 1) % 100 == 0 or number + 1 == last:
            sys.stdout.write(json.dumps([number + 1, ends]) + "\n")
            sys.stdout.flush()
            ends.clear()


if __name__ == "__main__":
    main()
