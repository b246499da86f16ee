"""The server that workers are forked from, started before all else.

It imports what reads documents while the process that started it imports the rest, so this module itself must import
next to nothing: what it takes, every command waits for.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Sequence
from multiprocessing import forkserver, util
from typing import Final

READING: Final = ("marker.intake.work", "marker.readers.read", "marker.detect.judge", "marker.detect.sieve")
"""Modules that reading a file needs; what draws pictures (numpy) is imported where a page needs its picture."""
STAMPING: Final = (
    "marker.stamp.make", "marker.stamp.pdf", "marker.stamp.docx", "fontTools.subset",
    "marker.proof.prove", "marker.proof.pdf", "marker.proof.docx",
)  # fmt: skip
"""Modules that making and proving copies needs besides."""
_LONGEST_FOLDER: Final = 72
"""Bytes.  The path of a socket may have 108 (unix(7)), and its folder and name take their share."""


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


def _make_room_for_sockets() -> None:
    """Where the temporary folder's path leaves no room for a socket's name, put sockets (no documents) into /tmp."""
    usual = tempfile.gettempdir()
    if len(os.fsencode(usual)) > _LONGEST_FOLDER:
        tempfile.tempdir = "/tmp"  # noqa: S108  # a private folder is made in it, by mkdtemp
        try:
            util.get_temp_dir()  # made once a process, and kept
        finally:
            tempfile.tempdir = usual
