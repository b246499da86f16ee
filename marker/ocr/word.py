"""Pictures inside Word documents: those that may bear a marking are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from marker.agreement.profile import Profile
from marker.detect.sightings import find
from marker.errors import HoldError
from marker.model import FindingKind, HoldCode, Place, Reading, Residue, Span
from marker.ocr.again import read_again
from marker.ocr.docx_pictures import pictures_of
from marker.ocr.look import CLOSER, Clock, Line, Look, look_at, read_looks
from marker.ocr.raster import Picture
from marker.ocr.residue import Known, kind_of, known_of

_NOT_LOOKED_INTO: Final = "pictures in Word documents are not looked into"
"""How the reader's note of pictures ends, which is no longer true once they were."""
_LEAST_PIECES: Final = 6
_FEW_LINES: Final = 4
_SMALLER: Final = 2.5
"""Letters of what is held as a marking that could not be read; photographs have shorter accidents."""


def read_word_pictures(path: Path, reading: Reading, profile: Profile, clock: Clock) -> Reading:
    """The reading with what its pictures say.  Raises HoldError, EngineTimeoutError, and what the libraries raise."""
    if not any(note.endswith(_NOT_LOOKED_INTO) for note in reading.notes):
        return reading
    looks: list[tuple[Place, Look]] = []
    closed = 0
    for number, found in enumerate(pictures_of(path), start=1):
        clock.check()
        if found.picture is None:
            closed += 1
            continue
        look = look_at(found.picture, number, cut_out=True)
        if look.lines:
            looks.append((found.place, look))
    _read([look for _, look in looks], clock)
    if any(look.failed for _, look in looks):
        raise HoldError(
            HoldCode.UNREADABLE_PAGE,
            "Its pictures could not be read, and one may bear a marking; read the document and state its marking with "
            "--marking and --reason.",
        )
    known = known_of(profile)
    result = _with(reading, looks)
    doubtful = {look.number for look, _ in _open_lines(looks, result, profile, known)}
    # A picture of a few words may be a mark cut out close: read badly, it is read again, whatever its lines look like.
    doubtful |= {look.number for look, _ in _open_lines(looks, result, profile, known, few=_FEW_LINES)}
    if doubtful:
        looks += _closer(path, doubtful, clock)
        result = _with(reading, looks)
    notes = tuple(note for note in reading.notes if not note.endswith(_NOT_LOOKED_INTO))
    # Rule 1: marked means that every part was read.
    unread = ("a picture of a kind that could not be looked into (a Windows drawing, or too large)",) if closed else ()
    result = replace(
        result,
        notes=notes,
        attachments_unread=(*reading.attachments_unread, *unread),
    )
    settled = {look.number for _, look in looks if look.closer} - {
        look.number for look, _ in _open_lines([one for one in looks if one[1].closer], result, profile, known)
    }
    left = [
        line
        for look, line in _open_lines(looks, result, profile, known)
        if not look.closer and look.number not in settled
    ]
    return replace(result, residue=tuple(Residue(None, None, kind_of(line.candidate)) for line in left))


def _with(reading: Reading, looks: Sequence[tuple[Place, Look]]) -> Reading:
    spans = [_placed(span, place, look) for place, look in looks for span in look.spans()]
    return replace(reading, spans=(*reading.spans, *spans))


def _closer(path: Path, numbers: set[int], clock: Clock) -> list[tuple[Place, Look]]:
    """The pictures that left a doubt, read larger and in more ways."""
    looks: list[tuple[Place, Look]] = []
    for number, found in enumerate(pictures_of(path), start=1):
        clock.check()
        if number not in numbers or found.picture is None:
            continue
        # Nobody knows how large it is printed: what is no letter at one size is one at another.
        for picture in (found.picture, _smaller(found.picture)):
            look = look_at(picture, number, letter=CLOSER, cut_out=True)
            look.closer, look.probes = True, []
            if look.lines:
                read_again(look.lines, clock)
                looks.append((found.place, look))
    return looks


def _smaller(picture: Picture) -> Picture:
    return replace(picture, dpi=_SMALLER * picture.dpi, scale=_SMALLER * picture.scale)


def _read(looks: Sequence[Look], clock: Clock) -> None:
    """Read the lines, and those pictures that read badly upside down are left as they are: people see them upright."""
    for look in looks:
        look.probes = []
    if looks:
        read_looks(looks, clock)


def _placed(span: Span, place: Place, look: Look) -> Span:
    # What one line reads like at two sizes are not two lines of one picture.
    closer = f" closer at {look.sheet.scale:.2f}" if look.closer else ""
    flow = f"picture {look.number}{closer} {span.flow}"
    return replace(span, page=None, box=None, place=place, flow=flow)


def _open_lines(
    looks: Sequence[tuple[Place, Look]], result: Reading, profile: Profile, known: Known, *, few: int = 0
) -> list[tuple[Look, Line]]:
    """The lines that stand out (all, in pictures of ``few``) and are nothing that was read; with their pictures."""
    texts = {found.text for found in find(result, profile) if found.kind is not FindingKind.MENTION}
    left: list[tuple[Look, Line]] = []
    for _, look in looks:
        for line in look.lines:
            candidate = line.candidate
            telling = candidate.stands_out and candidate.like_letters and candidate.pieces >= _LEAST_PIECES
            if not telling and len(look.lines) > few:
                continue
            if any(text in read.text for text in texts for read in line.reads):
                continue
            if not known.is_settled(candidate, line.reads, line.box, ()):
                left.append((look, line))
    return left
