"""A reader that stays: one process beside a worker that has Tesseract's models loaded and reads many pictures.

More than half of the time that the program takes for a few lines goes into starting it and loading its models.  The
reader (:mod:`marker.ocr.engine`) loads them once, with the very library that the program on PATH is linked with, and
reads in a child for every picture.  Where that library cannot be found, or the reader fails, the program reads.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import marker
from marker.ocr.engine import ANSWER, HEADER
from marker.ocr.leash import MAX_OUTPUT, MEMORY_BYTES, Leashed

if TYPE_CHECKING:  # it is begun before anything that draws pictures is loaded
    from marker.ocr.colour import Grey

_LIBRARY: Final = re.compile(rb"libtesseract\.so\.[0-9.]{1,12}(?=\0)")
_LARGEST_PROGRAM: Final = 20_000_000
_MOST_FAULTS: Final = 3
"""Faults in a row after which a worker leaves the reader alone."""
_BEGIN: Final = "import sys; sys.path.insert(0, sys.argv[1]); from marker.ocr.engine import main; main()"


class ReaderFaultError(Exception):
    """The reader could not be started, ended, or wrote what is no answer."""


class _Reader:
    """One reader process and the socket to it; all times are seconds of the monotonic clock."""

    def __init__(self, library: str, source: tuple[str, str | None]) -> None:
        """Raises OSError.  ``source`` tells whether another reader is needed later."""
        self.source = source
        self.owner = os.getpid()
        self._line, theirs = socket.socketpair()
        try:
            # Nothing but its end of the socket goes with it: no document, no register, no other worker's pipe.
            self._process = Leashed(
                command(library), stdin=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
            )
        except BaseException:
            self._line.close()
            raise
        finally:
            theirs.close()

    def load(self, languages: str, until: float) -> None:
        """Have models loaded, without waiting for it.  Raises OSError, TimeoutError."""
        self._send(HEADER.pack(len(languages.encode()), 0, 0, 0, 0) + languages.encode(), until)

    def read(self, picture: Grey, languages: str, segmentation: int, dpi: int, until: float) -> str:
        """The table of words.  Raises OSError, TimeoutError, ReaderFaultError."""
        names = languages.encode()
        rows, columns = picture.shape
        self._send(HEADER.pack(len(names), segmentation, dpi, rows, columns) + names, until)
        self._send(picture.tobytes(), until)
        (length,) = ANSWER.unpack(self._receive(ANSWER.size, until))
        if length > MAX_OUTPUT:
            raise ReaderFaultError
        return self._receive(length, until).decode("utf-8", "replace")

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        """Kill it with its children.  Of a process that was forked from its owner's, only let go of it."""
        self._line.close()
        if self.owner == os.getpid():
            self._process.kill()
            self._process.wait()

    def _send(self, data: bytes, until: float) -> None:
        self._line.settimeout(_left(until))
        self._line.sendall(data)

    def _receive(self, size: int, until: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            self._line.settimeout(_left(until))
            piece = self._line.recv(min(size - len(data), 1 << 16))
            if not piece:
                raise ReaderFaultError
            data += piece
        return bytes(data)


class Resident:
    """The reader of this process: started when first needed, and anew after a fault."""

    def __init__(self) -> None:
        self._reader: _Reader | None = None
        self._faults = 0
        self._guard = threading.Lock()

    def read(self, picture: Grey, languages: Sequence[str], segmentation: int, dpi: int, seconds: float) -> str:
        """The table of words on a picture, without the names of its columns.

        Raises TimeoutError (it and its children were killed) and ReaderFaultError.
        """
        until = time.monotonic() + seconds
        if not self._guard.acquire(timeout=seconds):
            raise TimeoutError
        try:
            table = self._ready().read(picture, "+".join(languages), segmentation, dpi, until)
            self._faults = 0
            return table
        except TimeoutError:
            self.close()
            raise
        except (OSError, ValueError, ReaderFaultError) as error:
            self._faults += 1
            self.close()
            raise ReaderFaultError from error
        finally:
            self._guard.release()

    @property
    def pid(self) -> int | None:
        """The number of the reader's process; None where there is none."""
        return None if self._reader is None else self._reader.pid

    def prepare(self, languages: Sequence[str]) -> None:
        """Begin to load models, so that they are there when the first lines are found.  Never raises for faults."""
        if not languages or not self._guard.acquire(blocking=False):
            return
        try:
            with suppress(OSError, ReaderFaultError):
                if self._reader is None:
                    self._ready().load("+".join(languages), time.monotonic() + 1)
        finally:
            self._guard.release()

    def close(self) -> None:
        """End the reader; the next picture starts another."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _ready(self) -> _Reader:
        """Raises OSError, ReaderFaultError."""
        library = _library()
        if library is None or self._faults >= _MOST_FAULTS:
            raise ReaderFaultError
        source = (library, os.environ.get("TESSDATA_PREFIX"))
        reader = self._reader
        if reader is not None and (reader.owner != os.getpid() or reader.source != source or not reader.alive()):
            self.close()
        if self._reader is None:
            self._reader = _Reader(library, source)
        return self._reader


def command(library: str) -> list[str]:
    """What starts a reader: this Python, without the packages of others, which it does not need."""
    root = str(Path(marker.__file__).parents[1])
    return [sys.executable, "-I", "-S", "-c", _BEGIN, root, library, str(MEMORY_BYTES)]


def _library() -> str | None:
    """The library that the program on PATH is linked with; None where there is none, or it is no such program."""
    program = shutil.which("tesseract")
    return None if program is None else _linked(program)


@lru_cache(maxsize=8)
def _linked(program: str) -> str | None:
    path = Path(program)
    with suppress(OSError):
        if path.stat().st_size <= _LARGEST_PROGRAM:
            data = path.read_bytes()
            found = _LIBRARY.search(data) if data.startswith(b"\x7fELF") else None
            return found.group().decode() if found else None
    return None


def _left(until: float) -> float:
    """Raises TimeoutError."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


RESIDENT: Final = Resident()
atexit.register(RESIDENT.close)
