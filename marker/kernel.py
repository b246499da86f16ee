"""What only the kernel can do for a process, asked for through the C library (Linux)."""

from __future__ import annotations

import ctypes
import os
import signal
from contextlib import suppress
from typing import Final

# <linux/prctl.h>, <linux/sched.h>, <linux/capability.h>, <malloc.h>
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38
_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000
_CAPABILITY_VERSION_3: Final = 0x20080522
_M_ARENA_MAX: Final = -8
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_KEPT_BYTES: Final = 16_000_000

_LIBC: Final = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that started it dies."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def no_new_privileges() -> None:
    """Nothing this process starts gains rights by set-user-id files or file capabilities."""
    _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def no_dumps() -> None:
    """No core dump of this process, and no other process of the user may look into its memory."""
    _LIBC.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def one_heap() -> None:
    """Have all threads of this process take memory from one heap.

    The C library gives each thread a heap of its own, which keeps what was once in use there: over thousands of
    documents that adds up.  Threads that take turns at the interpreter gain nothing by it.
    """
    if hasattr(_LIBC, "mallopt"):  # glibc
        _LIBC.mallopt(_M_ARENA_MAX, 1)


def keep_memory() -> None:
    """Have this process keep up to 16 MB that were given back, for what works through pages of one kind.

    The C library returns the end of its heap to the kernel when a page is closed, and asks for it again, zeroed, with
    the next: some 80 faults a page.
    """
    if hasattr(_LIBC, "mallopt"):  # glibc
        _LIBC.mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
        _LIBC.mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES)


def take_network_away() -> bool:
    """Move this process into a network of its own that has nothing in it, not even a loopback that is up.

    False where the kernel does not let it (no user namespaces for ordinary users): ``marker doctor`` says so.
    """
    if _LIBC.unshare(_CLONE_NEWNET) == 0:  # root may
        return True
    user, group = os.getuid(), os.getgid()
    if _LIBC.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    # Files made in here belong to the same user as outside.
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        # Not pathlib: it takes longer to load than all else of Python that the process reading letters needs.
        with suppress(OSError), open(f"/proc/self/{name}", "w", encoding="utf-8") as file:  # noqa: PTH123  # as above
            file.write(text)
    _drop_capabilities()
    return True


def _drop_capabilities() -> None:
    """A user namespace grants every capability inside it: attack surface that no document needs."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    _LIBC.capset(ctypes.byref(header), ctypes.byref(none))
