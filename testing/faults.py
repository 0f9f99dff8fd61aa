"""Faults at the calls that change a disk: the n-th one fails, or ends the process."""

import contextlib
import errno
import os
import signal

RENAMING = ("rename", "replace", "symlink")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class NthCall:
    """Count the calls that change the disk; the n-th of them meets the fault."""

    def __init__(self, fails_at, fault):
        self.fails_at = fails_at
        self.fault = fault
        self.calls = []

    def met(self, name):
        self.calls.append(name)
        return len(self.calls) == self.fails_at


def full_disk():
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def read_only():
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


def broken_disk():
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def killed():
    os.kill(os.getpid(), signal.SIGKILL)


class FaultyFile:
    """A file whose writing and flushing may meet the fault of a counter."""

    def __init__(self, file, counter):
        self.file, self.counter = file, counter

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def __getattr__(self, name):
        return getattr(self.file, name)

    def write(self, data):
        if self.counter.met("write"):
            self.file.write(data[: len(data) // 2])
            self.file.flush()
            self.counter.fault()
        return self.file.write(data)

    def flush(self):
        if self.counter.met("flush"):
            self.counter.fault()
        self.file.flush()


@contextlib.contextmanager
def faulty_disk(fails_at, fault):
    """Let the n-th call among open, write, flush, fsync, mkdir, rename,
    replace and symlink meet a fault.

    A write that fails has written half: so does a disk that is full. Opening
    to read is not counted.
    """
    counter = NthCall(fails_at, fault)
    real = {name: getattr(os, name) for name in ("open", "fdopen", "fsync", "mkdir", *RENAMING)}

    def guarded(name):
        def call(*args, **kwargs):
            if counter.met(name):
                counter.fault()
            return real[name](*args, **kwargs)

        return call

    def faulty_open(path, flags, *args, **kwargs):
        if flags & WRITING and counter.met("open"):
            counter.fault()
        return real["open"](path, flags, *args, **kwargs)

    def faulty_fdopen(handle, mode="r", *args, **kwargs):
        file = real["fdopen"](handle, mode, *args, **kwargs)
        return FaultyFile(file, counter) if "w" in mode else file

    os.open = faulty_open
    os.fdopen = faulty_fdopen
    for name in ("fsync", "mkdir", *RENAMING):
        setattr(os, name, guarded(name))
    try:
        yield counter
    finally:
        for name, call in real.items():
            setattr(os, name, call)


def in_child(work, *, user=None):
    """Do some work in a forked process; return its exit code, negative for a signal."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            if user is not None and os.getuid() == 0:
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)
            code = work() or 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def files_of(folder):
    """Every file under a folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
