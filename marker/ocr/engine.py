"""The process that reads many pictures: Tesseract's library, its models loaded once, a child for every picture.

Started by :mod:`marker.ocr.resident` with nothing but a socket.  The models are loaded here; each picture is taken from
the socket, read and answered by a child forked for it, which then ends.  So no document is ever in this process, what
one leaves in memory reaches no other, every reading starts from the same state, as that of a program begun anew does,
and one that crashes or swells takes nothing with it but itself.

A request is a header (``HEADER``), the names of the languages and the pixels, one byte each, row by row; the answer is
the length of a table (``ANSWER``) and the table, as Tesseract writes it but without the names of its columns.  A header
without pixels asks for nothing but that the languages be loaded.  Any trouble ends this process: the other side sees
the socket close, reads by the program instead, and starts anew.

The library's interface for C is used (capi.h), which has been the same since Tesseract 4.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
import sys
from contextlib import suppress
from typing import Any, Final, NamedTuple

from marker import kernel

HEADER: Final = struct.Struct("!HHIII")
"""Bytes of the languages' names, page segmentation, dots per inch, rows, columns."""
ANSWER: Final = struct.Struct("!I")
_RECOGNISED: Final = 0


_LINE: Final = 0
"""The descriptor of the socket: this process's standard input."""


class _Request(NamedTuple):
    languages: str
    segmentation: int
    dpi: int
    rows: int
    columns: int


class _Library:
    """The functions of Tesseract's library that are used."""

    def __init__(self, name: str) -> None:
        """Raises OSError, AttributeError."""
        self._calls: Any = ctypes.CDLL(name)
        handle, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
        self._declare("TessBaseAPICreate", handle)
        self._declare("TessBaseAPIInit3", number, handle, text, text)
        self._declare("TessBaseAPIGetLoadedLanguagesAsVector", ctypes.POINTER(text), handle)
        self._declare("TessBaseAPISetVariable", number, handle, text, text)
        self._declare("TessBaseAPISetPageSegMode", None, handle, number)
        self._declare("TessBaseAPISetImage", None, handle, text, number, number, number, number)
        self._declare("TessBaseAPIRecognize", number, handle, handle)
        self._declare("TessBaseAPIGetTsvText", text, handle, number)

    def _declare(self, name: str, result: Any, *arguments: Any) -> None:
        function = getattr(self._calls, name)
        function.restype, function.argtypes = result, arguments

    def load(self, languages: str) -> int | None:
        """A reader of these languages; None when one of them cannot be loaded.

        The models are those the program takes: the library's own folder of them, or that of TESSDATA_PREFIX.
        """
        handle: int = self._calls.TessBaseAPICreate()
        if self._calls.TessBaseAPIInit3(handle, None, languages.encode()) != 0:
            return None
        # Where one of several is missing, it goes on with the others.
        loaded = self._calls.TessBaseAPIGetLoadedLanguagesAsVector(handle)
        names: list[str] = []
        while loaded[len(names)] is not None:
            names.append(loaded[len(names)].decode())
        return handle if set(languages.split("+")) <= set(names) else None

    def read(self, handle: int, request: _Request, pixels: bytes) -> bytes | None:
        """The table of words of a picture; None where it cannot be read."""
        calls = self._calls
        for name, value in ((b"tessedit_do_invert", b"0"), (b"user_defined_dpi", b"%d" % request.dpi)):
            calls.TessBaseAPISetVariable(handle, name, value)
        calls.TessBaseAPISetPageSegMode(handle, request.segmentation)
        calls.TessBaseAPISetImage(handle, pixels, request.columns, request.rows, 1, request.columns)
        if calls.TessBaseAPIRecognize(handle, None) != _RECOGNISED:
            return None
        table: bytes | None = calls.TessBaseAPIGetTsvText(handle, 0)
        return table


def serve(library: str, memory: int) -> None:
    """Answer requests until the socket closes.

    ``memory``: bytes of address space that a reading may take.
    """
    kernel.no_dumps()  # exec had undone what the worker asked for
    tesseract = _Library(library)
    loaded: dict[str, int | None] = {}
    while True:
        request = _header()
        if request is None:
            return
        if request.languages not in loaded:
            loaded[request.languages] = tesseract.load(request.languages)
        handle = loaded[request.languages]
        if not request.rows:
            continue
        if handle is None:
            return
        parent = os.getpid()
        child = os.fork()
        if not child:
            _read(tesseract, handle, request, parent, memory)
        if os.waitpid(child, 0)[1]:
            return  # what it left unread on the socket is no header


def _read(tesseract: _Library, handle: int, request: _Request, parent: int, memory: int) -> None:
    """A child's life: one picture.  Never returns."""
    status = 1
    try:
        kernel.die_with_parent()
        if os.getppid() != parent:
            return
        with suppress(ValueError):  # bound tighter already
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        pixels = _exactly(request.rows * request.columns)
        table = None if pixels is None else tesseract.read(handle, request, pixels)
        if table is not None:
            answer = ANSWER.pack(len(table)) + table
            while answer:
                answer = answer[os.write(_LINE, answer) :]
            status = 0
    finally:
        os._exit(status)  # whatever happened: it must never go on as its parent would


def _header() -> _Request | None:
    """What is asked next; None when the other side is gone."""
    fixed = _exactly(HEADER.size)
    if fixed is None:
        return None
    length, segmentation, dpi, rows, columns = HEADER.unpack(fixed)
    names = _exactly(length)
    return None if names is None else _Request(names.decode(), segmentation, dpi, rows, columns)


def _exactly(size: int) -> bytes | None:
    """So many bytes; None when the other side closed before."""
    data = bytearray(size)
    view, got = memoryview(data), 0
    while got < size:
        count = os.readv(_LINE, [view[got:]])
        if not count:
            return None
        got += count
    return bytes(data)


def main() -> None:
    """The arguments: the library's name, the bound on memory."""
    serve(sys.argv[-2], int(sys.argv[-1]))
