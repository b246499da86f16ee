"""Which pages of a further copy have to be looked at, and that the others show its number.

Two copies of a set are proved by the pictures of all their pages.  A third is compared with the first byte by byte:
where it differs in the streams in which those two differ, and in these in nothing but the glyphs of the copy number
and the modules of each page's Data Matrix, everything else is what was proved.  The codes are read, page by page.  The
number is read from the picture of one page that shows it by the same form, of the same letters in the same place of the
form, as the others do; and every page on which anything else differs is looked at, too: the first, with its block.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np

from marker.numbering import format_page_code
from marker.proof.pdf_ends import Change, Stream, changes

_SHOWN: Final = re.compile(rb"/([^\s/<>\[\]()]+) Do\b")
_GLYPHS: Final = re.compile(rb"<((?:[0-9A-F]{4})+)> Tj")
_MODULES: Final = re.compile(rb"((?:\d{1,3} \d{1,3} \d{1,3} 1 re\n)+)")
_QUIET: Final = 2
_PIXELS: Final = 4
"""Pixels to a module of the picture that is decoded."""


@dataclass(frozen=True)
class _Make:
    """What shows the stamp on the pages of a written copy, by the numbers of its objects."""

    codes: list[int]
    """Page by page, the last of its content streams."""
    contents: list[frozenset[int]]
    """The others."""
    forms: list[frozenset[int]]
    """The forms that the last but one shows."""
    metadata: int

    @classmethod
    def of(cls, path: Path) -> _Make:
        """Raises what pypdf does, and ValueError, KeyError, for a file that is not made that way."""
        from pypdf import PdfReader

        with path.open("rb") as file:
            reader = PdfReader(file)
            made = cls([], [], [], reader.root_object.raw_get("/Metadata").idnum)
            shown: dict[int, list[str]] = {}
            for page in reader.pages:
                streams = [entry.idnum for entry in page.raw_get("/Contents").get_object()]
                *_, last_but_one, last = streams
                if last_but_one not in shown:
                    data = reader.get_object(last_but_one).get_data()  # type: ignore[union-attr]  # else it is no stream
                    shown[last_but_one] = [name.decode("ascii") for name in _SHOWN.findall(data)]
                named: Any = page["/Resources"]["/XObject"]  # type: ignore[index]  # pypdf types no entries
                made.codes.append(last)
                made.contents.append(frozenset(streams[:-1]))
                made.forms.append(frozenset(named.raw_get(f"/{name}").idnum for name in shown[last_but_one]))
        if len(set(made.codes)) != len(made.codes) or not set(made.codes).isdisjoint(frozenset().union(*made.contents)):
            raise ValueError("two pages share what is each one's own")
        return made


@dataclass(frozen=True, slots=True)
class Further:
    """What is to be proved of a further copy by looking at it."""

    drawn: frozenset[int]
    """The pages (from 0) whose picture is to be proved."""
    packet: bytes | None = None
    """The metadata as they stand in the file, where they were met."""


@dataclass
class First:
    """A copy that is proved by the pictures of all its pages, and that others are compared with."""

    path: Path
    number: str
    units: list[float]
    """Points to a unit of user space, by page."""
    _make: _Make | None = None
    _differ: frozenset[int] = frozenset()
    """The streams in which the second copy, proved in the same way, differs."""
    _codes: dict[int, _Code] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        return len(self.units)

    def compare(self, path: Path, number: str) -> Further | None:
        """What is to be looked at of the copy with that ``number``; None where it is not made as this one is.

        Raises OSError.
        """
        found = changes(self.path, path)
        if not found:
            return None
        everything = Further(frozenset(range(self.pages)))
        if not self._differ:
            self._differ = frozenset(found)
            return everything
        try:
            self._make = self._make or _Make.of(self.path)
            return _Comparison(self._make, found, self._differ, self._codes, self.number, number, self.pages).judged()
        except OSError:
            raise
        except Exception:  # noqa: BLE001  # whatever pypdf meets in a file that the stamper did not make: look at it all
            return everything


@dataclass(frozen=True)
class _Comparison:
    make: _Make
    found: dict[int, Change]
    known: frozenset[int]
    codes: dict[int, _Code]
    """Those of the first copy that were read and found right, by page."""
    was: str
    number: str
    pages: int

    def judged(self) -> Further:
        everything = Further(frozenset(range(self.pages)))
        label = self.found.get(self.make.metadata)
        if label is None or label.was.entries != label.now.entries or b"/Filter" in label.now.entries:
            return everything
        first = self._streams(0)
        others = frozenset[int]().union(*map(self._streams, range(1, self.pages)))
        alone = first - others
        drawn = {0}
        for number, change in self.found.items():
            if number == self.make.metadata or number in alone:
                continue
            if number not in self.known or number not in others:
                return everything
            if not (_same_but_letters(change) or number in self.make.codes):
                drawn.update(page for page in range(self.pages) if number in self._streams(page))
        drawn.update(page for page in range(1, self.pages) if page not in drawn and not self._shows(page))
        seen = frozenset[int]().union(*(self.make.forms[page] for page in drawn))
        for page in range(1, self.pages):
            if page not in drawn and not self._numbers(page) <= seen:
                drawn.add(page)
                seen |= self.make.forms[page]
        return Further(frozenset(drawn), label.now.data)

    def _streams(self, page: int) -> frozenset[int]:
        return self.make.contents[page] | self.make.forms[page] | {self.make.codes[page]}

    def _numbers(self, page: int) -> frozenset[int]:
        """The forms of the page that differ."""
        return self.make.forms[page] & self.found.keys()

    def _shows(self, page: int) -> bool:
        """Whether the page differs in one form, and in its code, which names this copy as the other's does that."""
        code = self.found.get(self.make.codes[page])
        if code is None or len(self._numbers(page)) != 1 or not self.make.contents[page].isdisjoint(self.found):
            return False
        was = self.codes.get(page)
        if was is None:
            was = _Code.of(code.was)
            if was.says != format_page_code(self.was, page + 1, self.pages):
                return False
            self.codes[page] = was
        now = _Code.of(code.now, was.side)
        return was.around == now.around and now.says == format_page_code(self.number, page + 1, self.pages)


def _same_but_letters(change: Change) -> bool:
    """Whether two forms show as many glyphs in the same places, by the same operators."""
    if change.was.entries != change.now.entries:
        return False
    texts = [stream.unpacked() for stream in (change.was, change.now)]
    glyphs = [[len(found) for found in _GLYPHS.findall(text)] for text in texts]
    return glyphs[0] == glyphs[1] and _GLYPHS.sub(b"", texts[0]) == _GLYPHS.sub(b"", texts[1])


@dataclass(frozen=True, slots=True)
class _Code:
    """A page's own stream: what it says by its modules, and all else that is in it."""

    says: str
    side: int
    around: tuple[bytes, ...]

    @classmethod
    def of(cls, stream: Stream, side: int = 0) -> _Code:
        """``side`` is how many modules the symbol has to its side; 0: as many as it covers.

        Raises ValueError, zlib.error for a stream of another kind.
        """
        text = stream.unpacked()
        first, modules, *more = _MODULES.split(text)
        if more and len(more) != 1:
            raise ValueError("more than one symbol")
        runs = [*map(int, modules.replace(b" 1 re\n", b" ").split())]
        side = side or max(map(sum, zip(runs[::3], runs[2::3], strict=True)))
        return cls(_read(runs, side), side, (stream.entries, first, *more))


def _read(runs: list[int], side: int) -> str:
    """What the symbol of ``side`` modules says whose dark runs are ``runs``: left end, height above its foot and width
    of each; nothing where one of them is not within it."""
    wide = side + 2 * _QUIET
    picture = bytearray(b"\xff") * (wide * wide)
    for left, foot, width in zip(runs[::3], runs[1::3], runs[2::3], strict=True):
        if left + width > side or foot >= side:
            return ""
        start = (_QUIET + side - 1 - foot) * wide + _QUIET + left
        picture[start : start + width] = bytes(width)
    shown = np.frombuffer(picture, np.uint8).reshape(wide, wide).repeat(_PIXELS, 0).repeat(_PIXELS, 1)
    zxing: Any = import_module("zxingcpp")
    symbols = zxing.read_barcodes(
        shown, formats=zxing.BarcodeFormat.DataMatrix, try_rotate=False, try_downscale=False, try_invert=False
    )
    return symbols[0].text if len(symbols) == 1 else ""
