"""All pages of a PDF, those of a long one in two processes at once.

Reading a page is the work of one processor, and pages do not depend on one another.  The second process is a fork of
the worker this runs in: it opens the file anew, reads the second part of the pages, and hands over what it gathered.
Which page is read where depends on the number of pages alone, so that a file is read the same way on every machine.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from marker import kernel
from marker.errors import HoldError
from marker.model import HoldCode, PageInfo
from marker.readers.base import Gathering, Purse
from marker.readers.pdf_open import OpenPdf, open_pdf
from marker.readers.pdf_page import read_page

_LONG: Final = 160
"""Pages from which on a second process is worth its start."""
_FIRST_SHARE: Final = 0.465
"""Of the pages; the first process also reads what is not on the pages."""

_USUAL: Final = 1.0
"""UserUnit of nearly every page, points."""

_Part = tuple[list[PageInfo], Gathering]


class SecondPart:
    """The second part of the pages of a long PDF, under way in a process of its own where there can be one."""

    def __init__(self, source: Path | bytes, pages: int, gathering: Gathering) -> None:
        self._source = source
        self._pages = pages
        self._gathering = gathering
        self.first = round(_FIRST_SHARE * pages) if pages >= _LONG else pages
        """Pages of the first part."""
        self._child: tuple[int, int] | None = None
        if self.first < pages:
            kernel.keep_memory()
        # A fork takes one thread along; what locks the others hold stay locked in it for ever.
        if self.first < pages and hasattr(os, "fork") and threading.active_count() == 1:
            self._child = _forked(lambda: self._read([_USUAL] * pages))

    def _read(self, units: Sequence[float]) -> _Part:
        ours = self._gathering
        gathering = Gathering(Purse(ours.purse.limits), ours.depth, ours.read_attachment, sieves=ours.sieves)
        with open_pdf(self._source, gathering.purse) as opened:
            return read_pages(opened, range(self.first + 1, self._pages + 1), units, gathering), gathering

    def finish(self, units: Sequence[float]) -> list[PageInfo]:
        """Its pages; what was gathered is in the gathering of the document.  Raises HoldError as reading does.

        ``units`` is the UserUnit of every page of the document.
        """
        if self.first == self._pages:
            return []
        if any(unit != _USUAL for unit in units[self.first :]):
            self.stop()  # the other process could not know: units stand where pdfium does not look
        infos, gathering = self._read(units) if self._child is None else self._answer(*self._child)
        self._gathering.take_over(gathering)
        return infos

    def _answer(self, pid: int, channel: int) -> _Part:
        self._child = None
        with os.fdopen(channel, "rb") as stream:
            data = stream.read()
        os.waitpid(pid, 0)
        if not data:
            raise HoldError(
                HoldCode.CRASHED,
                "The process that read the second part of its pages died; ask for the document in another form, and "
                "keep this file for the software's maintainers.",
            )
        answer: _Part | Exception = pickle.loads(data)  # noqa: S301 - from our own fork, through a pipe nobody else has
        if isinstance(answer, Exception):
            raise answer
        return answer

    def stop(self) -> None:
        """End it if it is still under way."""
        if self._child is not None:
            pid, channel = self._child
            self._child = None
            os.close(channel)
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


@contextmanager
def second_part(source: Path | bytes, pages: int, gathering: Gathering) -> Iterator[SecondPart]:
    """Begin to read the second part of a long PDF."""
    part = SecondPart(source, pages, gathering)
    try:
        yield part
    finally:
        part.stop()


def read_pages(opened: OpenPdf, numbers: range, units: Sequence[float], gathering: Gathering) -> list[PageInfo]:
    """Read the pages of those numbers (from 1), one after the other; ``units`` is the UserUnit of every page.

    Raises HoldError.
    """
    sieve = gathering.sieves() if gathering.sieves is not None else None
    return [read_page(opened.picture, number, units[number - 1], gathering, sieve) for number in numbers]


def _forked(work: Callable[[], _Part]) -> tuple[int, int]:
    """Do ``work`` in a fork of this process: its number, and the pipe its answer comes through."""
    reading, writing = os.pipe()
    gc.freeze()  # what both share stays where it is
    parent = os.getpid()
    pid = os.fork()
    if pid:
        os.close(writing)
        gc.unfreeze()
        return pid, reading
    try:
        os.close(reading)
        kernel.die_with_parent()  # a worker that is killed takes it along; elsewhere it finds no reader
        if os.getppid() == parent:
            _send(writing, work)
    finally:
        os._exit(0)  # whatever happened: this process must never go on as its parent would


def _send(channel: int, work: Callable[[], _Part]) -> None:
    answer: Any
    try:
        infos, gathering = work()
        answer = infos, gathering.bare()
    except Exception as error:  # noqa: BLE001 - raised again in the parent, whose border knows what to make of it
        answer = error
    with os.fdopen(channel, "wb") as stream:
        try:
            data = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
        except (pickle.PicklingError, TypeError, AttributeError):
            data = pickle.dumps(RuntimeError(type(answer).__name__))
        stream.write(data)
