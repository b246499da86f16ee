"""What of a document is read from its pictures, and when more is read.

1. Every page whose text does not account for its ink is drawn and looked at; the lines that may be markings are read.
2. A page that reads badly is read in its other turns.
3. What stands out and is not settled, and every line of a document that bears no marking, is read larger and in each
   language by itself.
4. A document that still bears none has its pages read whole, as far as time allows.

What then may still be a marking and is none that was read, is residue: the judge holds the file.  A page that could not
be read within its limits stays unreadable, which holds the file too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from marker.agreement.profile import Profile
from marker.detect.judge import examine
from marker.detect.sightings import find
from marker.errors import HoldError, MarkerError
from marker.model import (
    WORD_FORMATS,
    Box,
    Finding,
    FindingKind,
    HoldCode,
    PageInfo,
    PartyId,
    Reading,
    Residue,
    Span,
    Visibility,
)
from marker.ocr import raster, tesseract
from marker.ocr.again import read_again
from marker.ocr.cache import PictureCache
from marker.ocr.layer import Layer
from marker.ocr.look import CLOSER, Clock, Line, Look, look_on, read_looks, read_prose
from marker.ocr.montage import MAX_LINES
from marker.ocr.opened import OpenedPages
from marker.ocr.partly import Partly
from marker.ocr.residue import covers, is_covered, is_read, kind_of, known_of
from marker.ocr.unsettled import MANY, hardly_read, is_huge, still_open, unsettled, without_running
from marker.ocr.upright import right_way_up
from marker.ocr.whole import read_whole
from marker.settings import Settings

_SEEN: Final = frozenset(FindingKind) - {FindingKind.MENTION}
_SHARE: Final = 0.7
"""Of the time a document may take, reading pictures takes at most this."""
_PAGE_SECONDS: Final = 8.0
"""What must be left of the time to begin reading a whole page."""


def read_images(
    path: Path,
    reading: Reading,
    profile: Profile,
    receiving: PartyId,
    settings: Settings,
    show: Callable[[int, raster.Pixels], None] | None = None,
) -> Reading:
    """The reading with what its pictures say; pages that could be read are marked readable.

    ``show`` is given every page of a PDF that is drawn, as it is looked at first, so that nobody has to draw it again.

    Raises HoldError (timeout, too-large, unreadable-page) and MissingError (Tesseract or a language of it is not
    installed).
    """
    from marker.ocr.word import read_word_pictures

    clock = Clock(_SHARE * settings.timeout, profile.scans_for(receiving))
    try:
        if reading.format not in WORD_FORMATS and all(info.readable for info in reading.page_infos):
            return reading
        kept = PictureCache(Path(settings.cache)) if settings.cache else None
        key = kept.key(path, profile, receiving) if kept else ""
        if kept and (known := kept.get(key, reading)) is not None:
            return known
        if reading.format in WORD_FORMATS:
            result = read_word_pictures(path, reading, profile, clock)
        else:
            result = _Document(path, reading, profile, receiving, clock, show).read()
        if kept:
            kept.put(key, reading, result)
        return result
    except MarkerError:
        raise
    except MemoryError:
        raise HoldError(
            HoldCode.TOO_LARGE, "Reading its pictures needs more memory than a document may have; scan it anew."
        ) from None
    except tesseract.EngineTimeoutError as error:
        raise HoldError(
            HoldCode.TIMEOUT,
            "Reading the letters of its pictures took too long; raise timeout in the configuration, "
            "or print it and scan it anew.",
        ) from error
    except Exception as error:  # the border of this room: pictures nobody vouches for meet three libraries
        raise HoldError(
            HoldCode.UNREADABLE_PAGE,
            f"Its pictures could not be read ({type(error).__name__}); print it and scan it anew, or read the document "
            "and state its marking with --marking and --reason.",
        ) from error


class _Document:
    """A PDF whose pages have to be looked at."""

    def __init__(
        self,
        path: Path,
        reading: Reading,
        profile: Profile,
        receiving: PartyId,
        clock: Clock,
        show: Callable[[int, raster.Pixels], None] | None,
    ) -> None:
        self._show = show
        self._path = path
        self._reading = reading
        self._profile = profile
        self._receiving = receiving
        self._clock = clock
        self._known = known_of(profile)
        self._layer = Layer(reading.spans, self._known)
        self._infos = {info.number: info for info in reading.page_infos}
        self._covered: dict[int, list[Box]] = {}
        for span in reading.spans:
            if span.page is not None and span.box is not None and span.visibility is Visibility.VISIBLE:
                self._covered.setdefault(span.page, []).append(span.box)
        self._looks: list[Look] = []
        self._notes: list[str] = []

    def read(self) -> Reading:
        """Raises EngineTimeoutError and whatever the libraries raise."""
        tesseract.prepare(self._clock.scans.languages)
        with raster.PdfPictures(self._path) as opened:
            pictures = OpenedPages(opened, self._infos, self._covered, self._show)
            self._first_look(pictures, [info for info in self._reading.page_infos if not info.readable])
            self._other_turns(pictures)
            self._illegible(pictures)
            result = self._result()
            doubtful = self._unsettled(result)
            if doubtful or self._bears_nothing(result):
                self._closer_look(pictures, doubtful)
                result = self._result()
                self._complete(result)
                result = self._result()
            if self._bears_nothing(result):
                self._whole(pictures)
                result = self._result()
            return replace(result, residue=tuple(self._residue(result, pictures)))

    # ── looks ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _first_look(self, pictures: OpenedPages, wanted: Sequence[PageInfo]) -> None:
        waiting: list[Look] = []
        for info in wanted:
            self._clock.check()
            look = self._look(pictures, info.number)
            if look is None:
                continue
            waiting.append(look)
            self._looks.append(look)
            if sum(len(item.lines) + len(item.probes) for item in waiting) >= MAX_LINES:
                read_looks(waiting, self._clock)
                waiting = []
        read_looks(waiting, self._clock)

    def _look(self, pictures: OpenedPages, number: int, quarters: int | None = None) -> Look | None:
        """None when the page is too large to be drawn finely enough; it stays unread."""
        try:
            sheet = pictures.sheet(number, quarters)
        except raster.TooCoarseError:
            return None
        return look_on(sheet, covered=self._covered.get(number, ()))

    def _other_turns(self, pictures: OpenedPages) -> None:
        """Turn pages that read badly."""
        for index, look in enumerate(self._looks):
            if not (look.failed or look.reads_well() or not look.lines or self._covered.get(look.number)):
                view = partial(self._look, pictures, look.number)
                self._looks[index] = right_way_up(look, view, pictures, self._layer, self._clock)

    def _illegible(self, pictures: OpenedPages) -> None:
        """Of pages whose candidates are next to nothing that can be read, see whether their running text can be."""
        for look in self._looks:
            if not look.failed and look.illegible() and look.sheet.text and not self._covered.get(look.number):
                self._clock.check()
                with suppress(raster.TooCoarseError):
                    read_prose(look, pictures.sheet(look.number, look.sheet.quarters), self._clock)

    def _closer_look(self, pictures: OpenedPages, doubtful: Sequence[tuple[Look, Line]]) -> None:
        """Read lines again, larger and in more ways: those in doubt, or all that are no plain words."""
        for look in list(self._looks):
            if doubtful:
                lines = [line for other, line in doubtful if other is look]
            else:
                lines = [line for line in look.lines if self._may_be_one(look, line)]
            if look.failed or not lines:
                continue
            self._clock.check()
            at = [look.sheet.outline_of(line.candidate) for line in lines]
            try:
                sheet = pictures.closer(look.sheet)
            except raster.TooCoarseError:
                continue
            closer = look_on(sheet, covered=self._covered.get(look.number, ()), letter=CLOSER, only=at)
            closer.closer = True
            closer.lines = without_running(look, closer.lines, lines, self._known)
            if not closer.lines:
                continue
            self._looks.append(closer)
            found = partial(self._found_on, look.number)
            try:
                read_again(closer.lines, self._clock, partial(still_open, look, self._known, closer, found))
            except tesseract.EngineFaultError:
                self._looks.pop()
                continue
            for line in closer.lines:  # the rows of one stamp may each be read best in another way
                line.other = (*line.other, self._known.likest(line.reads))

    def _found_on(self, number: int) -> list[Finding]:
        """What is found on a page in all that was read of it so far."""
        result = self._result()
        here = tuple(span for span in result.spans if span.page == number)
        return [found for found in find(replace(result, spans=here), self._profile) if found.page == number]

    def _may_be_one(self, look: Look, line: Line) -> bool:
        """Whether a line of a document that bears no marking may be one all the same.

        Plain words are none, nor are many words that were read and none of which is like one of a marking, nor is a
        stroke of a pen that nothing like it was read of, nor print that an honest layer reads alike.
        """
        if not line.candidate.pieces:
            return self._known.resembles(line.read.text)
        if line.read.letters >= MANY and self._known.is_settled(line.candidate, line.reads, line.box, ()):
            return False
        if self._known.is_plain(line.read):
            return False
        printed = not (line.candidate.stands_out or is_huge(look, line))
        return not (printed and self._layer.is_believed(look) and self._layer.confirms(look.number, line))

    def _complete(self, result: Reading) -> None:
        """Stamps that are still open and were read in part, each as the marking whose form the part belongs to."""
        findings = find(result, self._profile)
        partly = Partly(self._profile)
        for look in self._looks:
            if not look.closer:
                continue
            groups: dict[int, list[Line]] = {}
            for line in look.lines:
                if line.candidate.stands_out and line.candidate.kind != "upright":
                    groups.setdefault(line.candidate.group, []).append(line)
            for lines in groups.values():
                if all(self._settled_closer(look, line, findings) for line in lines):
                    continue
                ways = zip(*(line.reads for line in lines), strict=True)
                entry = partly.form_in(" ".join(read.text for read in way) for way in ways)
                if entry is not None:
                    look.complete(lines, entry.form)
                    self._notes.append(f"a stamp on page {look.number} was read in part; it can only be {entry.form}")

    def _whole(self, pictures: OpenedPages) -> None:
        """Read what is left of every page, in order; pages that time does not allow stay unreadable."""
        for look in self._looks:
            if look.failed or look.closer or self._covered.get(look.number):
                continue
            if self._clock.left() < _PAGE_SECONDS:
                look.failed = True
            else:
                read_whole(look, pictures, self._known, self._layer, self._clock)

    # ── result ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _result(self) -> Reading:
        spans: list[Span] = []
        for look in self._looks:
            # A flow of its own: a line and its second reading are no halves of one marking.
            tag = " closer" if look.closer else ""
            again = () if look.closer else self._read_again(look.number)
            spans += [replace(span, flow=span.flow + tag) for span in look.spans(again)]
        read = {look.number for look in self._looks if not look.closer and not look.failed and not look.illegible()}
        infos = tuple(
            replace(info, readable=True) if info.number in read else info for info in self._reading.page_infos
        )
        notes = (*self._reading.notes, *dict.fromkeys(self._notes))
        return replace(self._reading, spans=(*self._reading.spans, *spans), page_infos=infos, notes=notes)

    def _read_again(self, number: int) -> list[Box]:
        """Where a closer look at a page found words."""
        return [
            line.box
            for look in self._looks
            if look.closer and look.number == number
            for line in look.lines
            if is_read(line.read)
        ]

    def _unsettled(self, result: Reading) -> list[tuple[Look, Line]]:
        """Lines that may be markings and are nothing that was read, each with its page."""
        findings = find(result, self._profile)
        return [
            (look, line)
            for look in self._looks
            if not look.failed
            for line in unsettled(look, findings, self._known, look_again=True)
        ]

    def _residue(self, result: Reading, pictures: OpenedPages) -> Iterable[Residue]:
        findings = find(result, self._profile)
        codes: dict[int, tuple[Box, ...]] = {}

        def is_code(number: int, box: Box) -> bool:
            if number not in codes:
                codes[number] = pictures.codes(number)
            return is_covered(box, codes[number])

        for look, line in hardly_read(self._looks, findings, self._known):
            yield Residue(look.number, line.box, kind_of(line.candidate))
        for look in self._looks:
            if look.closer:
                continue
            settled = [
                line.box
                for closer in self._looks
                if closer.closer and closer.number == look.number
                for line in closer.lines
                if self._settled_closer(closer, line, findings)
            ]
            for line in unsettled(look, findings, self._known):
                if any(covers(box, line.box) for box in settled):
                    continue
                if not is_code(look.number, line.box) or self._known.any_resembles(line.reads):
                    yield Residue(look.number, line.box, kind_of(line.candidate))
            read = [line.candidate for line in look.lines if self._is_mark(line, findings, look.number)]
            for corners in look.sheet.unread_figures:
                box = look.sheet.box(_corners(*corners))
                if not look.sheet.accounts_for(read, corners) and not is_code(look.number, box):
                    yield Residue(look.number, box, "large")
            for line in look.lines:
                # The first word of a marking may stand where the seal does.
                if look.sheet.runs_into_seal(line.candidate) and self._is_mark(line, findings, look.number):
                    yield Residue(look.number, line.box, kind_of(line.candidate))

    def _is_mark(self, line: Line, findings: Sequence[Finding], page: int) -> bool:
        return any(
            found.kind is FindingKind.MARK
            and found.page == page
            and found.box is not None
            and covers(found.box, line.box)
            for found in findings
        )

    def _settled_closer(self, look: Look, line: Line, findings: Sequence[Finding]) -> bool:
        if any(span.box is not None and covers(span.box, line.box) for span in look.completed):
            return True
        here = [found for found in findings if found.page == look.number]
        if self._known.is_copy_number(line.candidate, (*line.reads, *self._layer.reads(look.number, line.box))):
            return True
        if not self._known.is_settled(line.candidate, line.reads, line.box, here):
            return False
        # The wrong language reads rubbish with confidence: one reading like a marking outweighs the others.
        seen = any(found.box is not None and found.box.overlaps(line.box) for found in here if found.kind in _SEEN)
        return seen or not self._known.any_resembles(line.other)

    def _bears_nothing(self, result: Reading) -> bool:
        verdict = examine(result, self._profile, self._receiving)
        return verdict.hold is not None and verdict.hold.code is HoldCode.UNMARKED


def _corners(x0: float, y0: float, x1: float, y1: float) -> list[tuple[float, float]]:
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
