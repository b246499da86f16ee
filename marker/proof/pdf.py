"""A stamped PDF read again from the outside, page by page, before it is issued.

PDFium takes a picture of every page of the original and of the copy.  All that changed must be the stamp: the marking
at the top and the bottom, the copy number, "page n of N" and the Data Matrix, on the first page also its block and the
seal, where one was asked for.  Each of these is read from the picture (:mod:`marker.proof.letters`, zxing-cpp); the
copy's text layer only says where to look, and must say the same.  The page under the stamp must have been empty there,
and be unchanged everywhere else.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Hashable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np

from marker.agreement.profile import Profile
from marker.errors import HoldError, MarkerError
from marker.model import Box, CopyOrder, HoldCode
from marker.numbering import format_page_code
from marker.proof.compare import Difference, compare, moved_by
from marker.proof.expected import Expected, Words, expect
from marker.proof.letters import EM, depth, shows, width
from marker.proof.lines import Lines, locate
from marker.proof.pdf_set import First
from marker.proof.view import Colours, PageView

_LEAST_MARKING: Final = 7.5
_LEAST_SMALL: Final = 4.7
"""Points; what is smaller cannot be read."""
_LEAST_PIXELS: Final = 5
"""Pixels to the font size from which the picture of a whole page tells letters apart."""
_CODE_SIDE: Final = 9 / 25.4 * 72
_SEAL_SIDE: Final = 20 / 25.4 * 72
_COPIES_AT_ONCE: Final = 50
"""Copies of one file that are open together."""
_ZONE: Final = 0.36
"""Share of the page's height from the top, and from the bottom, in which a marking counts as standing there."""


def prove_pdf(source: Path, stamped: Path, order: CopyOrder, profile: Profile) -> None:
    """Returns when every page of ``stamped`` is the page of ``source`` with the whole stamp on it.

    Raises HoldError (stamp-failed), naming the page and what is wrong with it.
    """
    prove_pdf_copies(source, [(order, stamped)], profile)


def prove_pdf_copies(
    source: Path, copies: Sequence[tuple[CopyOrder, Path]], profile: Profile
) -> tuple[bytes | None, ...]:
    """The same for several copies of one file: the original's pages are drawn once for all of them, and of a copy that
    is another one but for what numbers it only that is proved (:mod:`marker.proof.pdf_set`).

    The metadata of each copy, where they were met in the file.  Raises HoldError (stamp-failed) for the first that does
    not stand its proof.
    """
    read: set[Hashable] = set()
    spare: list[Colours] = []
    packets: list[bytes | None] = []
    for start in range(0, len(copies), _COPIES_AT_ONCE):
        with _holding(), _document(source) as before, ExitStack() as stack:
            pages = len(before)
            firsts: list[First] = []
            stamped = [
                _Stamped.open(stack, path, expect(order, profile), pages, firsts)
                for order, path in copies[start : start + _COPIES_AT_ONCE]
            ]
            room = _Room.of([copy.expected for copy in stamped])
            for index in range(pages):
                with closing(PageView(before, index, source, spare)) as was:
                    _prove_page(was, stamped, index, room, read, spare)
            packets += [copy.packet for copy in stamped]
    return tuple(packets)


def _prove_page(
    was: PageView, copies: Sequence[_Stamped], index: int, room: _Room, read: set[Hashable], spare: list[Colours]
) -> None:
    """Page ``index`` of all copies.  What one copy was found to show need not be read again where the next shows it
    too, pixel for pixel."""
    with ExitStack() as kept:
        proved: _Proved | None = None
        roomy: dict[int, bool] = {}
        for copy in copies:
            if index not in copy.drawn and roomy.get(id(copy.first)):
                continue
            now = PageView(copy.document, index, copy.path, spare)
            with ExitStack() as opened:
                opened.callback(now.close)
                page = _Page(was, now, index + 1, copy.first.pages, copy.units[index], copy.expected, read)
                if proved is None or not page.is_proved_like(proved):
                    was.reset()
                    proved = page.prove()
                    kept.pop_all().close()
                    kept.push(opened.pop_all())
            if id(copy.first) not in roomy:
                roomy[id(copy.first)] = proved.has(room)


@dataclass(frozen=True)
class _Stamped:
    """An open copy, what it must say, and which of its pages are to be looked at."""

    document: Any
    path: Path
    expected: Expected
    units: list[float]
    first: First
    """The copy that it is compared with; itself, where there is none."""
    drawn: frozenset[int]
    packet: bytes | None

    @classmethod
    def open(cls, stack: ExitStack, path: Path, expected: Expected, pages: int, firsts: list[First]) -> _Stamped:
        """``firsts``: the copies before that are to be looked at as a whole; this one is added where it is like none
        of them."""
        document = stack.enter_context(_document(path))
        if len(document) != pages:
            raise _failed(f"the copy has {len(document)} pages instead of {pages}")
        for first in firsts:
            further = first.compare(path, expected.copy_number.text)
            if further is not None:
                return cls(document, path, expected, first.units, first, further.drawn, further.packet)
        first = First(path, expected.copy_number.text, _user_units(path, pages))
        firsts.append(first)
        return cls(document, path, expected, first.units, first, frozenset(range(pages)), None)


@dataclass(frozen=True, slots=True)
class _Room:
    """What the copy numbers of a set take at the most, in font sizes: to the right, and below the line."""

    wide: float
    deep: float

    @classmethod
    def of(cls, copies: Sequence[Expected]) -> _Room:
        texts = [(copy.copy_number.text, copy.copy_number.strong) for copy in copies]
        return cls(max(width(*text) for text in texts), max(depth(*text) for text in texts))


@dataclass(frozen=True)
class _Proved:
    """What was found on a page that stood its proof."""

    difference: Difference
    unit: float
    expected: Expected
    markings: list[Lines]
    words: dict[Words, Lines]

    def has(self, room: _Room) -> bool:
        """Whether any number of the set could stand in the place of this one, over nothing."""
        number = self.expected.copy_number
        (text, there), *more = self.words[number]
        size = there.width / max(width(text, number.strong), 0.01)
        lower = room.deep - depth(text, number.strong)
        box = replace(there, x1=there.x0 + size * room.wide, y1=there.y1 + size * lower)
        others = [line for words, lines in self.words.items() if words != number for line in lines]
        beside = [other for _, other in (*others, *(line for lines in self.markings for line in lines))]
        return not more and self.difference.was_free(box) and not any(map(box.overlaps, beside))


@dataclass(frozen=True)
class _Page:
    before: PageView
    after: PageView
    number: int
    pages: int
    unit: float
    expected: Expected
    read: set[Hashable]
    """Pictures of lines that were read and found right: the same on many pages."""

    def prove(self) -> _Proved:
        """Raises HoldError when the page is not what it should be."""
        self._check_size()
        moved = moved_by(self.before, self.after)
        try:
            return self._judge(compare(self.before, self.after, self.unit, moved))
        except HoldError:
            if moved is None:
                raise
            return self._judge(compare(self.before, self.after, self.unit, moved, anew=True))

    def is_proved_like(self, other: _Proved) -> bool:
        """Whether the page stands its proof and has all parts of its stamp where another copy's page has them.

        The difference from the original is the same as :meth:`prove` would find.
        """
        self._check_size()
        if (self.unit, self.expected.marking) != (other.unit, other.expected.marking):
            return False
        try:
            self._judge(other.difference.of_another(self.after.colours(other.difference.scale)), other)
        except HoldError:
            return False
        return True

    def _check_size(self) -> None:
        if abs(self.before.width - self.after.width) > 0.1 or abs(self.before.height - self.after.height) > 0.1:
            raise self._failed("has another size than in the original")

    def _judge(self, difference: Difference, other: _Proved | None = None) -> _Proved:
        if not difference.changed.darker.any():
            raise self._failed("bears no stamp")
        markings = self._markings(difference, other)
        wanted = [self.expected.copy_number, self.expected.page_of(self.number, self.pages)]
        if self.number == 1:
            wanted += self.expected.first_page
        found = {words: self._one(words, difference, other) for words in wanted}
        boxes = [box for lines in (*markings, *found.values()) for _, box in lines]
        if self.number == 1 and self.expected.seal:
            boxes.append(self._seal(difference, boxes))
        boxes.append(self._code(difference, boxes))
        if not all(difference.was_free(box) for box in boxes):
            raise self._failed("has the stamp over something of the original")
        left = difference.outside(boxes)
        if not left.darker.all():
            raise self._failed("lacks something of the original, or has it covered or changed")
        if len(left):
            raise self._failed("shows something that is neither the original nor the stamp")
        return _Proved(difference, self.unit, self.expected, markings, found)

    def _markings(self, difference: Difference, other: _Proved | None) -> list[Lines]:
        """The marking at the top and at the bottom, read from the picture; each crosses the page's middle."""
        if other is not None and all(_alike(lines, difference, other) for lines in other.markings):
            return other.markings
        found: dict[str, Lines] = {}
        for lines in self._located(self.expected.marking, difference, _LEAST_MARKING):
            box = _box(lines)
            height = box.centre[1] / self.after.height
            if box.x0 < self.after.width / 2 < box.x1 and not _ZONE <= height <= 1 - _ZONE:
                found.setdefault("top" if height < 0.5 else "bottom", lines)
            if len(found) == 2:
                return list(found.values())
        raise self._failed(f"does not show the marking at the {'bottom' if 'top' in found else 'top'}")

    def _one(self, words: Words, difference: Difference, other: _Proved | None) -> Lines:
        if other is not None:
            there = other.words.get(words)
            if there is not None and _alike(there, difference, other):
                return there
            if words == self.expected.copy_number and self.number > 1:
                return self._in_place(words, difference, other)
        found = next(self._located(words, difference, _LEAST_SMALL), None)
        if found is None:
            what = "copy number" if words == self.expected.copy_number else "whole stamp"
            raise self._failed(f"does not show the {what} as it is in the register")
        return found

    def _in_place(self, words: Words, difference: Difference, other: _Proved) -> Lines:
        """The copy number where the other copy has its own: the text layer, which would say where to look, was asked on
        the first page."""
        ((text, there),) = other.words[other.expected.copy_number]
        size = there.width / max(width(text, words.strong), 0.01)
        lower = depth(words.text, words.strong) - depth(text, words.strong)
        box = replace(there, x1=there.x0 + size * width(words.text, words.strong), y1=there.y1 + size * lower)
        if difference.is_new(box) and self._reads(words.text, box, words.strong, _LEAST_SMALL, difference):
            return [(words.text, box)]
        raise self._failed("does not show the copy number as it is in the register")

    def _located(self, words: Words, difference: Difference, least: float) -> Iterator[Lines]:
        """Where new ink shows ``words``, none smaller than ``least`` points."""

        def reads(text: str, box: Box) -> bool:
            return self._reads(text, box, words.strong, least, difference)

        return locate(words.text, self.after, difference, reads)

    def _reads(self, text: str, box: Box, strong: bool, least: float, difference: Difference) -> bool:
        """Whether the picture shows ``text`` in ``box``.

        It is drawn large and read letter by letter, unless the page's own picture shows there, pixel for pixel, what it
        showed where the text was read on another page: shapes that differ leave other shades of grey.
        """
        size = box.width / max(width(text, strong), 0.01)
        if size * self.unit < least:
            return False
        small = difference.shown(box)
        seen = (text, strong, round(size * self.unit, 1), small.shape, hashlib.sha256(small.tobytes()).digest())
        if seen in self.read and size * difference.scale >= _LEAST_PIXELS:
            return True
        if not shows(self._ink(box, EM / size, 6, 2), text, strong):
            return False
        self.read.add(seen)
        return True

    def _code(self, difference: Difference, boxes: list[Box]) -> Box:
        """The place of the Data Matrix, its quiet zone included, which must say this copy, page and total."""
        left = difference.outside(boxes)
        box = difference.box_of(left.where(left.darker))
        wanted = format_page_code(self.expected.copy_number.text, self.number, self.pages)
        if box is None or not self._is_square(box, _CODE_SIDE, difference) or not self._says(box, 120, wanted):
            raise self._failed("does not show the Data Matrix with its copy number and page")
        return box.grown(box.width / 22)

    def _seal(self, difference: Difference, boxes: list[Box]) -> Box:
        """The place of the seal, its quiet zone included: a new patch of 20 mm that says what was signed."""
        left = difference.outside(boxes)
        for box in difference.patches(left.where(left.darker)):
            if self._is_square(box, _SEAL_SIDE, difference) and self._says(box, 264, self.expected.seal):
                return box.grown(box.width / 44)
        raise self._failed("does not show the seal as it was signed")

    def _is_square(self, box: Box, points: float, difference: Difference) -> bool:
        """Whether ``box`` is a square of that side, as far as the page's picture tells."""
        side = points / self.unit
        blur = 0.05 * side + 2.2 / difference.scale
        return abs(box.width - side) <= blur and abs(box.height - side) <= blur

    def _says(self, box: Box, pixels: int, wanted: str) -> bool:
        """Whether the one Data Matrix in ``box``, drawn ``pixels`` wide, says ``wanted``."""
        zxing: Any = import_module("zxingcpp")
        picture = 255 - 255 * self._ink(box, pixels / box.width, 14, 14)
        symbols = zxing.read_barcodes(
            np.ascontiguousarray(np.pad(picture.astype(np.uint8), 8, constant_values=255)),
            formats=zxing.BarcodeFormat.DataMatrix, try_rotate=False, try_downscale=False, try_invert=False,
        )  # fmt: skip
        return [symbol.text for symbol in symbols] == [wanted]

    def _ink(self, box: Box, scale: float, beside: int, above: int) -> Any:
        """The copy's picture of ``box`` at ``scale``, some pixels more each way: 0 is its ground, 1 is ink."""
        wide, high = self.after.pixels(scale)
        pixels = Box(
            max(0, math.floor(box.x0 * scale - beside)),
            max(0, math.floor(box.y0 * scale - above)),
            min(wide, math.ceil(box.x1 * scale + beside)),
            min(high, math.ceil(box.y1 * scale + above)),
        )
        picture = self.after.part(pixels, scale)
        return 1 - picture.astype(np.float32) / np.float32(max(1, picture.max()))

    def _failed(self, what: str) -> HoldError:
        return _failed(f"page {self.number} {what}")


def _alike(lines: Lines, difference: Difference, other: _Proved) -> bool:
    """Whether a text that was read stands in both copies, in the same pixels."""
    return all(difference.shows_alike(other.difference, box) for _, box in lines)


def _box(lines: Lines) -> Box:
    whole = lines[0][1]
    for _, box in lines[1:]:
        whole = whole.union(box)
    return whole


def _user_units(stamped: Path, pages: int) -> list[float]:
    """Points to a unit of user space, by page: PDFium does not say."""
    from pypdf import PdfReader

    with stamped.open("rb") as file:
        found = [float(page.get("/UserUnit") or 1) for page in PdfReader(file).pages]
    if len(found) != pages:
        raise _failed("its page tree does not hold the pages it shows")
    return found


@contextmanager
def _document(path: Path) -> Iterator[Any]:
    document = import_module("pypdfium2").PdfDocument(path)
    try:
        yield document
    finally:
        document.close()


@contextmanager
def _holding() -> Iterator[None]:
    """Whatever else goes wrong while proving is no proof."""
    try:
        yield
    except MarkerError:
        raise
    except Exception as error:
        raise _failed(f"it cannot be read again ({type(error).__name__})") from error


def _failed(what: str) -> HoldError:
    return HoldError(
        HoldCode.STAMP_FAILED,
        f"The stamped copy did not stand its proof: {what}; print the received file to a new PDF and hand that in.",
    )
