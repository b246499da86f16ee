"""What was looked at and is still open: ink that may be a marking and is nothing that was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from marker.detect.fold import words
from marker.model import Box, Finding, FindingKind, Source
from marker.ocr import page
from marker.ocr.look import Line, Look
from marker.ocr.residue import Known, agreed, covers, is_read, is_sure, same, shared, stands_on
from marker.ocr.shape import is_of_two_scripts
from marker.ocr.vision import cv

_LEGIBLE: Final = 45.0
"""Confidence below which a line beside a marking says nothing …"""
_SURE_HALF: Final = 88.0
"""… and below which it may be a misread half of it, if it is like one."""
_HARDLY: Final = 15.0
"""Confidence below which a reading makes no marking; the worst that was right, of a broken stamp, had 22."""
_ASKEW: Final = 2.2
_MOST_LETTERS: Final = 70
"""Letters of the longest marking, both languages on one line."""
_HEAD: Final = 0.2
_FOOT: Final = 0.15
"""Shares of a page where markings stand by themselves."""
_HUGE_LETTER: Final = 14.0
"""Points: capitals so high are read, or hold the file."""
_LEAST_LETTER: Final = 5.2
"""Points: capitals of a marking 7 points large."""
_STAMP_LETTER: Final = 8.0
"""Points: capitals of a stamp."""
_LEAST_SCRAP: Final = 2
_FEW_LETTERS: Final = 4
"""Letters of a scrap that is looked at, and of all scraps together that may be a marking."""
_EVEN: Final = 0.75
_NEXT: Final = 1.0
"""Heights of its letters around a row of a stamp in which the other half of its marking stands."""
MANY: Final = 25
"""Letters of a line of which, were it a marking, at least one word would be read as something like it."""
_FRAME: Final = 1.6
"""Heights of a stamp's letters around them in which its frame runs."""


def unsettled(look: Look, findings: Sequence[Finding], known: Known, *, look_again: bool = False) -> list[Line]:
    """The lines of a first look that may be markings and are nothing that was read.

    Those are the lines that stand out; printed ones next to a marking, of which they may be the other half; and on a
    page with text of its own, what somebody put there as a picture and reads like a marking.  With ``look_again``
    every such picture that is no plain words: in another language it may be a marking.
    """
    here = [found for found in findings if found.page == look.number or found.page is None]
    marks = [found.box for found in here if found.kind is FindingKind.MARK and found.box is not None]
    open_lines: list[Line] = []
    for line in look.lines:
        candidate = line.candidate
        if known.is_settled(candidate, line.reads, line.box, here) or look.closer:
            continue
        if known.is_outranked(candidate, line.read, findings):
            continue
        beside = (
            any(_is_next_to(look, line, mark) for mark in marks)
            and not _is_frame(look, line)
            and (
                not is_read(line.read, _LEGIBLE)
                or (not is_read(line.read, _SURE_HALF) and known.resembles(line.read.text))
            )
        )
        large = candidate.strip.height >= _LEAST_LETTER * look.sheet.scale
        # No running text is framed askew: such a frame is open until its words are known, whatever they look like.
        askew_frame = candidate.kind == "frame" and abs(candidate.strip.angle) > _ASKEW
        like_one = known.resembles(line.read.text)
        left_over = look.beside_text and (look_again or like_one)
        # A mark in the other script comes out in capitals of this one, at the head or foot where marks stand.
        like_one = like_one or is_of_two_scripts(line.read.text)
        left_over = left_over or (like_one and _shouted(line.read.text) and _at_edge(look, line))
        huge = is_huge(look, line) and candidate.pieces >= 4
        # Of a stamp grown together with its frame and print little looks like letters, and yet some may be read.
        like_letters = candidate.like_letters or (candidate.coloured and known.resembles(line.read.text))
        open_words = like_letters and (candidate.stands_out or beside or left_over)
        if large and (askew_frame or huge or open_words):
            open_lines.append(line)
    if not look.closer:
        left = [line for line in look.lines if _is_scrap(look, line, marks) and line not in open_lines]
        left = [line for line in left if not known.is_settled(line.candidate, line.reads, line.box, here)]
        open_lines += [line for line in left if _letters_around(line, left) >= _FEW_LETTERS]
    return open_lines


def hardly_read(looks: Sequence[Look], findings: Sequence[Finding], known: Known) -> Iterator[tuple[Look, Line]]:
    """Lines of which a marking was read and hardly so, in any look and way; a higher one may stand there.

    ӨТЕ printed into ҚҰПИЯ below it reads кУМИЯ without any confidence, which is like ҚҰПИЯ alone.
    """
    marks = [found for found in findings if found.kind is FindingKind.MARK]
    told: list[Box] = []
    for mark in marks:
        if mark.box is None or known.is_highest(mark.marking) or any(stands_on(mark, box) for box in told):
            continue
        alike = [other for other in marks if other.marking == mark.marking and other.page == mark.page]
        alike = [other for other in alike if stands_on(other, mark.box)]
        if any(other.source is not Source.OCR for other in alike):
            continue
        said = {word for other in alike for word in words(other.text)}
        lines = [(look, line) for look in looks if look.number == mark.page for line in look.lines]
        saying = [
            (look, line, read.confidence)
            for look, line in lines
            if stands_on(mark, line.box)
            for read in line.reads
            if said.intersection(words(read.text))
        ]
        if saying and all(confidence < _HARDLY for _, _, confidence in saying):
            told.append(mark.box)
            yield saying[0][:2]


def is_huge(look: Look, line: Line) -> bool:
    """Whether its letters are so large that they are read, or hold the file."""
    return line.candidate.strip.height >= _HUGE_LETTER * look.sheet.scale


def still_open(
    first: Look, known: Known, closer: Look, find_here: Callable[[], Sequence[Finding]], lines: Sequence[Line]
) -> list[Line]:
    """Those of some lines of a closer look that what was read of them has not settled for certain.

    The rows of one stamp are settled together, or not at all.  ``first`` is the first look at their page, ``find_here``
    finds what stands there now that they were read.
    """
    before = {id(line): _same_place(first, closer, line) for line in lines}
    left = [line for line in lines if not _is_plain_now(before[id(line)], known, line)]
    doubtful = {line.candidate.group for line in left if not is_sure(line.reads)}
    # What is found on a page takes a while to tell, and tells nothing of a line without a sure reading.
    here = find_here() if any(line.candidate.group not in doubtful for line in left) else []
    groups = {
        line.candidate.group
        for line in left
        if not known.is_certain(line.candidate, line.reads, [other.read for other in before[id(line)]], line.box, here)
    }
    return [line for line in left if line.candidate.group in groups]


def without_running(first: Look, lines: Sequence[Line], doubtful: Sequence[Line], known: Known) -> list[Line]:
    """Lines of a closer look without the running text that only stands in one piece of ink with the doubtful ones.

    It is print that ``first`` read as many words, none of them like one of a marking, and had no doubt about: no row of
    a stamp.
    """
    doubt = set(map(id, doubtful))
    running = [line.box for line in first.lines if id(line) not in doubt and _is_running(line, known)]
    return [line for line in lines if not any(same(line.box, box) for box in running)]


def _is_running(line: Line, known: Known) -> bool:
    many = not line.candidate.stands_out and line.read.letters >= MANY
    return many and not known.any_resembles(line.reads)


def _same_place(first: Look, closer: Look, line: Line) -> list[Line]:
    """The lines of a first look that share ink with a line of a closer one."""
    outline = closer.sheet.outline_of(line.candidate)
    near = [other for other in first.lines if other.box.overlaps(line.box)]
    return [other for other in near if page.meet(first.sheet.outline_of(other.candidate), outline)]


def _is_plain_now(before: Sequence[Line], known: Known, line: Line) -> bool:
    """Whether a closer reading shows a line to be words, of which the first look saw nothing like a marking.

    Both looks must have read the same letters of what stands out, and of print that a stamp lies over.
    """
    if not known.is_plain(line.read) or is_of_two_scripts(line.read.text):
        return False
    alike = [other for other in before if agreed((line.read, other.read))]
    if not line.candidate.stands_out and any(same(other.box, line.box) for other in alike):
        return True
    nothing = not any(known.any_resembles(other.reads) for other in before)
    return nothing and (bool(alike) or not line.candidate.stands_out)


def _is_scrap(look: Look, line: Line, marks: Sequence[Box]) -> bool:
    """Whether a line is a few coloured letters that no marking beside them accounts for."""
    candidate = line.candidate
    return (
        candidate.coloured
        and candidate.is_scrap
        and candidate.pieces >= _LEAST_SCRAP
        and candidate.even >= _EVEN
        and candidate.strip.height >= _STAMP_LETTER * look.sheet.scale
        and not any(covers(mark.grown(0.5 * mark.height), line.box) for mark in marks)
    )


def _letters_around(line: Line, scraps: Sequence[Line]) -> int:
    """How many letters stand in scraps next to one another, this one among them: a stamp that fell to pieces."""
    reach = line.box.grown(min(line.box.width, line.box.height))
    return sum(other.candidate.pieces for other in scraps if other is line or reach.overlaps(other.box))


def _is_next_to(look: Look, line: Line, mark: Box) -> bool:
    """Whether a line stands where the other half of a marking would.

    Of a marking askew its own rows tell: the box around them is many times as high, and half the page stands near it.
    """
    if not mark.grown(mark.height).overlaps(line.box):
        return False
    askew = [other for other in look.lines if other is not line and abs(other.candidate.strip.angle) > _ASKEW]
    rows = [other for other in askew if covers(mark, other.box)]
    if sum(shared(mark, row.box) for row in rows) < 0.5 * mark.width * mark.height:
        return True
    own = line.candidate.strip.corners().astype("float32")
    around = [row.candidate.strip.corners(_NEXT).astype("float32") for row in rows]
    return any(cv.intersectConvexConvex(there, own)[0] > 0 for there in around)


def _is_frame(look: Look, line: Line) -> bool:
    """Whether a printed line without a letter that was read is what a stamp's frame left on the layer of print."""
    if line.candidate.stands_out or any(read.letters for read in line.reads):
        return False
    middle = (line.candidate.strip.x, line.candidate.strip.y)
    return any(
        other.candidate.coloured
        and other.candidate.kind in ("frame", "stamp")
        and cv.pointPolygonTest(other.candidate.strip.corners(_FRAME).astype("float32"), middle, measureDist=False) > 0
        for other in look.lines
    )


def _shouted(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) <= _MOST_LETTERS and sum(letter.isupper() for letter in letters) >= 0.8 * len(letters)


def _at_edge(look: Look, line: Line) -> bool:
    height = look.sheet.shown[0] / look.sheet.per_point
    return line.box.y1 < _HEAD * height or line.box.y0 > (1 - _FOOT) * height
