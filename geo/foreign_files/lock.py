"""Lock the process that reads a foreign file: its limits, its system calls, its files.

Linux locks with seccomp and Landlock, both by plain system calls, so that no package is
needed. References: seccomp(2), landlock(7) and the tables of system calls of Linux 6.x.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2

# Numbers of system calls: (x86-64, aarch64); None where a machine has no such call.
REFUSED_CALLS: dict[str, tuple[int | None, int | None]] = {
    # the net and other ways out
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242), "sendto": (44, 206),
    "sendmsg": (46, 211), "sendmmsg": (307, 269), "recvfrom": (45, 207), "recvmsg": (47, 212),
    "recvmmsg": (299, 243), "mq_open": (240, 180), "shmget": (29, 194), "shmat": (30, 196),
    "shmctl": (31, 195), "semget": (64, 190), "msgget": (68, 186),
    # other programs and processes
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424), "prlimit64": (302, 261), "process_madvise": (440, 440),
    # the system itself
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "add_key": (248, 217), "request_key": (249, 218),
    "keyctl": (250, 219), "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "personality": (135, 92), "memfd_create": (319, 279),
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "mknod": (133, None),
    "mknodat": (259, 33),
}  # fmt: skip
_CLONE, _CLONE3, _TGKILL = (56, 220), (435, 435), (234, 131)
_CLONE_THREAD = 0x00010000
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Column of the numbers and AUDIT_ARCH of a machine."""

# Operations of classic BPF as <linux/bpf_common.h> has them.
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000

# Landlock: the same three numbers on every machine.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_WRITE = (1 << 1) | (1 << 4) | (1 << 5) | (1 << 7) | (1 << 8) | (1 << 14)
"""Write a file, remove a folder or file, make a folder or file, cut a file."""
_RIGHTS_BY_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}


class LockError(RuntimeError):
    """A lock that this machine has and that did not close."""


def limit_resources(limits: Mapping[str, int]) -> bool:
    """Limit this process; tell whether the system can.

    Parameters
    ----------
    limits : mapping
        ``memory`` [bytes of private memory], ``processor_seconds``, ``files``
        open at once, ``file_bytes`` of one file written.
    """
    try:
        import resource
    except ImportError:  # Windows
        return False
    seconds = limits["processor_seconds"]
    bounds = {
        "RLIMIT_DATA": (limits["memory"], limits["memory"]),
        "RLIMIT_CPU": (seconds, seconds + 1),
        "RLIMIT_NOFILE": (limits["files"], limits["files"]),
        "RLIMIT_FSIZE": (limits["file_bytes"], limits["file_bytes"]),
        "RLIMIT_CORE": (0, 0),
    }
    for name, (soft, hard) in bounds.items():
        _, hardest = resource.getrlimit(getattr(resource, name))
        known = hardest != resource.RLIM_INFINITY
        bound = (min(soft, hardest), min(hard, hardest)) if known else (soft, hard)
        resource.setrlimit(getattr(resource, name), bound)
    # Where memory runs out all the same, this process goes and not the page.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    return True


def close_files(readable: Sequence[str], writable: Sequence[str]) -> int:
    """Leave this process no files but those under some folders; return Landlock's version.

    Parameters
    ----------
    readable, writable : sequence of str
        Folders. Nothing of them may be run.

    Returns
    -------
    int
        0 where the system has no Landlock: then every file stays open to it.

    Raises
    ------
    LockError
        If Landlock is there and refuses.
    """
    if sys.platform != "linux":
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if version < 1:
        return 0
    rights = max(r for v, r in _RIGHTS_BY_VERSION.items() if v <= version)
    # Version 4 adds the net, 6 signals and sockets without a name: both are shut whole.
    words = [rights, *([0b11] if version >= 4 else []), *([0b11] if version >= 6 else [])]
    ruleset = (ctypes.c_uint64 * len(words))(*words)
    handle = libc.syscall(
        _CREATE_RULESET, ruleset, ctypes.c_size_t(ctypes.sizeof(ruleset)), ctypes.c_uint32(0)
    )
    if handle < 0:
        raise LockError(f"Landlock makes no ruleset: {os.strerror(ctypes.get_errno())}")
    for folders, grants in (
        (readable, _READ_FILE | _READ_FOLDER),
        (writable, _READ_FILE | _READ_FOLDER | _WRITE),
    ):
        for folder in folders:
            _allow_folder(libc, handle, folder, grants & rights)
    _no_new_privileges(libc)
    if libc.syscall(_RESTRICT_SELF, handle, ctypes.c_uint32(0)):
        raise LockError(f"Landlock does not close: {os.strerror(ctypes.get_errno())}")
    os.close(handle)
    return int(version)


def _allow_folder(libc: ctypes.CDLL, handle: int, folder: str, rights: int) -> None:
    class Beneath(ctypes.Structure):
        _pack_ = 1
        _layout_ = "ms"
        _fields_ = (("rights", ctypes.c_uint64), ("parent", ctypes.c_int32))

    parent = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = Beneath(rights, parent)
        if libc.syscall(_ADD_RULE, handle, 1, ctypes.byref(rule), ctypes.c_uint32(0)):
            raise LockError(f"Landlock takes no rule: {os.strerror(ctypes.get_errno())}")
    finally:
        os.close(parent)


def close_calls() -> bool:
    """Refuse this process the calls of `REFUSED_CALLS`; tell whether that holds.

    Returns
    -------
    bool
        False where there is no seccomp, or another machine than x86-64 and aarch64.

    Raises
    ------
    LockError
        If seccomp is there and refuses, or the process has a second thread
        already, which would stay open.
    """
    if sys.platform != "linux" or os.uname().machine not in _MACHINES:
        return False
    if not Path("/proc/self/status").exists():  # without /proc nothing says how many threads
        return False
    if len(os.listdir("/proc/self/task")) != 1:  # noqa: PTH208
        raise LockError("The process has a second thread before it is locked.")
    libc = ctypes.CDLL(None, use_errno=True)
    _no_new_privileges(libc)
    program = _program(*_MACHINES[os.uname().machine])

    class Filter(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_char_p))

    filter_program = Filter(len(program) // 8, program)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filter_program), 0, 0):
        number = ctypes.get_errno()
        if number in (errno.EINVAL, errno.ENOSYS):  # a kernel without it
            return False
        raise LockError(f"seccomp does not close: {os.strerror(number)}")
    return True


def _no_new_privileges(libc: ctypes.CDLL) -> None:
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise LockError(f"No new privileges: {os.strerror(ctypes.get_errno())}")


def _program(column: int, architecture: int) -> bytes:
    """Return the filter as BPF: eight bytes for each step (operation, two jumps, a number)."""

    def step(operation: int, number: int, then: int = 0, other: int = 0) -> bytes:
        return (
            operation.to_bytes(2, "little")
            + bytes((then, other))
            + (number & 0xFFFFFFFF).to_bytes(4, "little")
        )

    refuse = step(_RETURN, _ERRNO | errno.EPERM)
    steps = [
        step(_LOAD, 4),  # seccomp_data.arch
        step(_EQUAL, architecture, then=1),
        step(_RETURN, _KILL),
        step(_LOAD, 0),  # seccomp_data.nr
    ]
    if column == 0:  # the x32 calls of x86-64
        steps += [step(_AT_LEAST, 0x40000000, other=1), refuse]
    for numbers in REFUSED_CALLS.values():
        number = numbers[column]
        if number is not None:
            steps += [step(_EQUAL, number, other=1), refuse]
    steps += [
        # glibc takes clone where clone3 is not there, and clone shows its flags
        step(_EQUAL, _CLONE3[column], other=1),
        step(_RETURN, _ERRNO | errno.ENOSYS),
        step(_EQUAL, _CLONE[column], other=4),
        step(_LOAD, 16),  # the low half of the first argument
        step(_ANY_BIT, _CLONE_THREAD, then=1),
        refuse,
        step(_RETURN, _ALLOW),
        step(_EQUAL, _TGKILL[column], other=3),
        step(_LOAD, 16),
        step(_EQUAL, os.getpid(), then=1),
        refuse,
        step(_RETURN, _ALLOW),
    ]
    return b"".join(steps)
