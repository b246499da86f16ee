"""What of a document is read from its pictures, and when more is read.

1. Every page whose text does not account for its ink is drawn and looked at; the lines that may be markings are read.
2. Where a page reads badly it is read in its other turns; what stands out and stayed unread is read larger.
3. A document without any marking has its pages read whole, as far as time allows.

What then may still be a marking and is none that was read, is residue: the judge holds the file.  A page that could not
be read within its limits stays unreadable, which holds the file too.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from marker.agreement.profile import Profile
from marker.detect.judge import examine
from marker.errors import HoldError, MarkerError
from marker.model import Box, HoldCode, PageInfo, PartyId, Reading, Residue, Span, Visibility
from marker.ocr import montage, page, raster, tesseract
from marker.ocr.colour import Grey
from marker.ocr.lines import Candidate
from marker.ocr.montage import LineRead
from marker.ocr.residue import is_known, kind_of
from marker.settings import Settings

_SHARE: Final = 0.7
"""Of the time a document may take, reading pictures takes at most this."""
_MOST_SECONDS: Final = 60.0
"""For one call of Tesseract, which takes one."""
_READABLE: Final = 62.0
"""Mean confidence of a page's lines from which on it is the right way up."""
_LEGIBLE: Final = 50.0
"""Confidence below which a line counts for nothing when a page is judged legible."""
_CLOSER: Final = 44
"""Pixels of letters on the second look."""


@dataclass(slots=True)
class _Line:
    candidate: Candidate
    crop: Grey
    read: LineRead = field(default_factory=lambda: LineRead("", 0.0))


@dataclass(slots=True)
class _Page:
    """A page on its way: how it lies, its lines, what was read."""

    info: PageInfo
    sheet: page.Sheet
    lines: list[_Line]
    probes: list[_Line]
    failed: bool = False
    whole: tuple[Span, ...] = ()

    def clarity(self) -> tuple[float, int]:
        """How well the page reads: mean confidence by letters, and how many letters there are."""
        reads = [line.read for line in (*self.probes, *self.lines) if line.read.letters >= 3]
        letters = sum(read.letters for read in reads)
        if not letters:
            return 0.0, 0
        return sum(read.confidence * read.letters for read in reads) / letters, letters


    def illegible(self) -> bool:
        """Whether there are lines on it, and next to nothing of them could be read."""
        lines = len(self.sheet.text) + sum(line.candidate.like_letters for line in self.lines)
        sure = sum(line.read.letters for line in (*self.probes, *self.lines) if line.read.confidence >= _LEGIBLE)
        sure += sum(sum(char.isalpha() for char in span.text) for span in self.whole)
        return lines >= 3 and sure < 3 * min(lines, 8)


def read_images(
    path: Path, reading: Reading, profile: Profile, receiving: PartyId, settings: Settings
) -> Reading:
    """The reading with what its page pictures say; pages that could be read are marked readable.

    Raises HoldError (timeout, too-large) and MissingError (Tesseract or a language of it is not installed).
    """
    if reading.format != "pdf" or all(info.readable for info in reading.page_infos):
        return reading
    try:
        return _Document(path, reading, profile, receiving, settings).read()
    except MarkerError:
        raise
    except MemoryError:
        raise HoldError(
            HoldCode.TOO_LARGE, "Reading its pages needs more memory than a document may have; scan it anew."
        ) from None
    except tesseract.EngineTimeoutError as error:
        raise HoldError(
            HoldCode.TIMEOUT, "Reading the letters of its pages took too long; raise timeout in the configuration, "
            "or print it and scan it anew.",
        ) from error
    except Exception as error:  # the border of this room: pictures nobody vouches for meet three libraries
        raise HoldError(
            HoldCode.UNREADABLE_PAGE,
            f"Its page pictures could not be read ({type(error).__name__}); print it and scan it anew, or read the "
            "document and state its marking with --marking and --reason.",
        ) from error


class _Document:
    def __init__(
        self, path: Path, reading: Reading, profile: Profile, receiving: PartyId, settings: Settings
    ) -> None:
        self._path = path
        self._reading = reading
        self._profile = profile
        self._receiving = receiving
        self._end = time.monotonic() + _SHARE * settings.timeout
        self._covered: dict[int, list[Box]] = {}
        for span in reading.spans:
            if span.page is not None and span.box is not None and span.visibility is Visibility.VISIBLE:
                self._covered.setdefault(span.page, []).append(span.box)
        self._pages: list[_Page] = []
        self._failed: set[int] = set()

    def read(self) -> Reading:
        wanted = [info for info in self._reading.page_infos if not info.readable]
        with raster.PdfPictures(self._path) as pictures:
            self._first_look(pictures, wanted)
            self._other_turns(pictures)
            self._closer_look(pictures)
            result = self._result()
            if self._bears_nothing(result):
                self._whole(pictures)
                result = self._result()
        return result

    # ── looks ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _first_look(self, pictures: raster.PdfPictures, wanted: Sequence[PageInfo]) -> None:
        waiting: list[_Page] = []
        for info in wanted:
            self._check_time()
            looked = self._look(pictures, info)
            if looked is None:
                self._failed.add(info.number)
                continue
            waiting.append(looked)
            self._pages.append(looked)
            if sum(len(item.lines) + len(item.probes) for item in waiting) >= montage.MAX_LINES:
                self._read_lines(waiting)
                waiting = []
        self._read_lines(waiting)

    def _look(
        self, pictures: raster.PdfPictures, info: PageInfo, quarters: int | None = None, dpi: float = raster.DPI,
        letter: int = 32,
    ) -> _Page | None:
        try:
            picture = pictures.page(info.number, info.width, info.height, dpi)
        except raster.TooCoarseError:
            return None
        sheet = page.lay_out(picture, info.number, picture.dpi / 72, quarters)
        covered = self._covered.get(info.number, [])
        lines = [
            _Line(candidate, sheet.crop(candidate, letter))
            for candidate in sheet.candidates
            if not _is_covered(sheet.box_of(candidate), covered)
        ]
        probes = [] if covered else [_Line(sheet.text[index], crop) for index, crop in enumerate(page.probes(sheet))]
        sheet.forget()
        return _Page(info, sheet, lines, probes)

    def _other_turns(self, pictures: raster.PdfPictures) -> None:
        """Turn pages that read badly: first upside down, then on their sides."""
        for index, looked in enumerate(self._pages):
            clarity, letters = looked.clarity()
            if looked.failed or (clarity >= _READABLE and letters >= 12) or not looked.lines:
                continue
            if self._covered.get(looked.info.number):
                continue  # its own text says which way up it is
            best = looked
            for turn in (2, 1, 3) if len(looked.sheet.text) < 4 else (2,):
                self._check_time()
                other = self._look(pictures, looked.info, (looked.sheet.quarters + turn) % 4)
                if other is None:
                    continue
                self._read_lines([other])
                if _weight(other) > _weight(best):
                    best = other
                if best.clarity()[0] >= _READABLE and best.clarity()[1] >= 12:
                    break
            self._pages[index] = best

    def _closer_look(self, pictures: raster.PdfPictures) -> None:
        """Read again, larger, what stands out and is not known yet."""
        for index, looked in enumerate(self._pages):
            unknown = [line for line in looked.lines if line.candidate.stands_out and not is_known(line.read)]
            if looked.failed or not any(line.candidate.like_letters for line in unknown):
                continue
            self._check_time()
            closer = self._look(pictures, looked.info, looked.sheet.quarters, raster.FINE_DPI, _CLOSER)
            if closer is None:
                continue
            closer.lines = [line for line in closer.lines if line.candidate.stands_out]
            closer.probes = []
            self._read_lines([closer])
            self._pages[index] = replace(
                looked, lines=[*looked.lines, *(line for line in closer.lines if is_known(line.read))]
            )

    def _whole(self, pictures: raster.PdfPictures) -> None:
        """Read whole pages, in order; those that time does not allow stay unreadable."""
        for looked in self._pages:
            if looked.failed or self._covered.get(looked.info.number):
                continue
            if time.monotonic() > self._end - 8:
                looked.failed = True
                continue
            try:
                picture = pictures.page(looked.info.number, looked.info.width, looked.info.height)
            except raster.TooCoarseError:
                looked.failed = True
                continue
            sheet = page.lay_out(picture, looked.info.number, picture.dpi / 72, looked.sheet.quarters)
            try:
                words = tesseract.read_words(
                    sheet.every, self._seconds(), segmentation=tesseract.PAGE, dpi=round(picture.dpi)
                )
            except (tesseract.EngineFaultError, tesseract.EngineTimeoutError):
                looked.failed = True
                continue
            looked.whole = tuple(sheet.whole_spans(words))

    # ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _read_lines(self, pages: Sequence[_Page]) -> None:
        lines = [line for looked in pages for line in (*looked.probes, *looked.lines)]
        for start in range(0, len(lines), montage.MAX_LINES):
            some = lines[start : start + montage.MAX_LINES]
            sheet = montage.build([line.crop for line in some])
            try:
                words = tesseract.read_words(sheet.picture, self._seconds())
            except tesseract.EngineFaultError:
                for looked in pages:
                    looked.failed = True
                return
            for line, read in zip(some, montage.assign(sheet, words), strict=True):
                line.read = read

    def _seconds(self) -> float:
        self._check_time()
        return min(_MOST_SECONDS, max(1.0, self._end - time.monotonic()))

    def _check_time(self) -> None:
        if time.monotonic() > self._end:
            raise tesseract.EngineTimeoutError

    # ── result ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _result(self) -> Reading:
        spans: list[Span] = []
        for looked in self._pages:
            spans += [
                looked.sheet.span(line.candidate, line.read) for line in looked.lines if line.read.text.strip()
            ]
            spans += looked.whole
        read = {looked.info.number for looked in self._pages if not looked.failed and not looked.illegible()}
        infos = tuple(
            replace(info, readable=True) if info.number in read else info for info in self._reading.page_infos
        )
        reading = replace(self._reading, spans=(*self._reading.spans, *spans), page_infos=infos)
        return replace(reading, residue=tuple(self._residue()))

    def _residue(self) -> Iterable[Residue]:
        for looked in self._pages:
            known = [looked.sheet.box_of(line.candidate) for line in looked.lines if is_known(line.read)]
            for line in looked.lines:
                candidate = line.candidate
                if not candidate.stands_out or not candidate.like_letters or is_known(line.read):
                    continue
                box = looked.sheet.box_of(candidate)
                if any(_covers(other, box) for other in known):
                    continue
                yield Residue(looked.info.number, box, kind_of(candidate))

    def _bears_nothing(self, result: Reading) -> bool:
        verdict = examine(result, self._profile, self._receiving)
        if verdict.hold is None or result.residue:
            return False
        return verdict.hold.code is HoldCode.UNMARKED


def _weight(looked: _Page) -> float:
    clarity, letters = looked.clarity()
    return clarity * min(letters, 60)


def _is_covered(box: Box, covered: Iterable[Box]) -> bool:
    """Whether text of the file itself accounts for a line."""
    area = max(1.0, box.width * box.height)
    return sum(_shared(box, other) for other in covered) > 0.5 * area


def _covers(one: Box, other: Box) -> bool:
    return _shared(one, other) > 0.5 * max(1.0, other.width * other.height)


def _shared(one: Box, other: Box) -> float:
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return width * height if width > 0 and height > 0 else 0.0
