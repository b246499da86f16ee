"""The server that workers are forked from, started before all else.

It imports what reads documents while the process that started it imports the rest, so this module itself must import
next to nothing: what it takes, every command waits for.
"""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from multiprocessing import connection, forkserver, resource_tracker, util
from pathlib import Path
from socket import AF_UNIX, socket
from typing import Any, Final, NoReturn

READING: Final = (
    "marker.intake.isolate", "marker.readers.read", "marker.detect.judge", "marker.detect.sieve",
    "marker.readers.pdf_parse", "marker.readers.pdf_structure",
)  # fmt: skip
"""Modules that reading a file needs; what draws pictures (numpy) is imported where a page needs its picture."""
PICTURES: Final = ("marker.ocr.plan", "marker.ocr.word", "marker.records.sheets", "zxingcpp")
"""Modules that reading scans needs besides: a tenth of a second, so only where there are some."""
STAMPING: Final = (
    "marker.stamp.make", "marker.stamp.pdf", "marker.stamp.docx", "fontTools.subset",
    "marker.proof.prove", "marker.proof.pdf", "marker.proof.docx",
)  # fmt: skip
"""Modules that making and proving copies needs besides."""
_SHARED: Final = "marker.intake.isolate"
"""What both the server and the process that starts it need: imported before the two part."""
_LONGEST_FOLDER: Final = 72
"""Bytes.  The path of a socket may have 108 (unix(7)), and its folder and name take their share."""
_FORKED_UP_TO: Final = (3, 14)
"""Versions of Python whose server knows its parent by nothing but its socket and a pipe."""


def prepare() -> None:
    """Set what the server and all its workers inherit; done again, it changes nothing."""
    _make_room_for_sockets()
    # A worker is one of as many as there are cores: a library that would start a thread a core is in their way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def start_server(preload: Sequence[str]) -> None:
    """Start the server that workers are forked from, so that it imports ``preload`` while its parent goes on."""
    if hasattr(forkserver, "ensure_running"):
        prepare()
        multiprocessing.set_forkserver_preload(list(preload))
        forkserver.ensure_running()


def fork_server(preload: Sequence[str], arguments: Iterable[str]) -> None:
    """The same for a process that has only just begun and is a command of ours: the server is forked from it.

    That spares starting Python and importing what both need, and the process beside the server that would clean up
    semaphores, which nothing here makes.  ``arguments`` are those of the command: where they name scans, what reads
    pictures is imported too, once for all workers.  Raises OSError.
    """
    if sys.version_info >= _FORKED_UP_TO or threading.active_count() > 1 or not hasattr(forkserver, "_forkserver"):
        start_server(preload)
        return
    prepare()
    multiprocessing.set_forkserver_preload(list(preload))  # for the next one, should this one die
    importlib.import_module(_SHARED)
    tracker: Any = resource_tracker
    server: Any = forkserver
    tracker._resource_tracker._fd = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    with socket(AF_UNIX) as listener:
        address = connection.arbitrary_address("AF_UNIX")  # type: ignore[attr-defined]  # no stub names it
        listener.bind(address)
        Path(address).chmod(0o600)
        listener.listen()
        theirs, ours = os.pipe()
        try:
            process = os.fork()
            if not process:
                _serve(listener.fileno(), theirs, preload, arguments)
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
    state = server._forkserver
    state._forkserver_address, state._forkserver_alive_fd, state._forkserver_pid = address, ours, process


def _serve(listener: int, alive: int, preload: Sequence[str], arguments: Iterable[str]) -> NoReturn:
    """The server's life.  Never returns: it must not go on as its parent does."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _close_all_but({0, 1, 2, listener, alive})
        from marker.intake.glance import name_scans

        for name in (*preload, *(PICTURES if name_scans(arguments) else ())):
            with suppress(ImportError):  # said where it is used
                importlib.import_module(name)
        _compile()
        gc.freeze()  # what is here now lives as long as any worker: none is to look for garbage in it
        forkserver.main(listener, alive, [])
    except SystemExit:
        status = 0
    finally:
        os._exit(status)


def _compile() -> None:
    """Make once what every worker makes of the profile before it reads its first file, where it is the usual one."""
    from marker.agreement.load import load_profile
    from marker.detect.sieve import Sieve
    from marker.errors import ProfileError

    with suppress(ProfileError):  # said where it is used
        Sieve(load_profile())


def _close_all_but(kept: set[int]) -> None:
    """Close what the parent has open, as exec would have done."""
    low = 0
    for descriptor in sorted(kept):
        if low < descriptor:  # a range that is empty is taken for one without end
            os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, os.sysconf("SC_OPEN_MAX"))


def _make_room_for_sockets() -> None:
    """Where the temporary folder's path leaves no room for a socket's name, put sockets (no documents) into /tmp."""
    usual = tempfile.gettempdir()
    if len(os.fsencode(usual)) > _LONGEST_FOLDER:
        tempfile.tempdir = "/tmp"  # noqa: S108  # a private folder is made in it, by mkdtemp
        try:
            util.get_temp_dir()  # made once a process, and kept
        finally:
            tempfile.tempdir = usual
