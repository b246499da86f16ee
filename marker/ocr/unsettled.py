"""What was looked at and is still open: ink that may be a marking and is nothing that was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from marker.model import Box, Finding, FindingKind
from marker.ocr.look import Line, Look
from marker.ocr.residue import Known, is_read
from marker.ocr.shape import is_of_two_scripts

_LEGIBLE: Final = 45.0
"""Confidence below which a line beside a marking says nothing …"""
_SURE_HALF: Final = 88.0
"""… and below which it may be a misread half of it, if it is like one."""
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
        beside = any(meet(mark.grown(mark.height), line.box) for mark in marks) and (
            not is_read(line.read, _LEGIBLE) or (not is_read(line.read, _SURE_HALF) and known.resembles(line.read.text))
        )
        large = candidate.strip.height >= _LEAST_LETTER * look.sheet.scale
        # No running text is framed askew: such a frame is open until its words are known, whatever they look like.
        askew_frame = candidate.kind == "frame" and abs(candidate.strip.angle) > _ASKEW
        like_one = known.resembles(line.read.text)
        left_over = look.beside_text and (look_again or like_one)
        # A mark in the other script comes out in capitals of this one, at the head or foot where marks stand.
        like_one = like_one or is_of_two_scripts(line.read.text)
        left_over = left_over or (like_one and _shouted(line.read.text) and _at_edge(look, line))
        huge = candidate.strip.height >= _HUGE_LETTER * look.sheet.scale and candidate.pieces >= 4
        open_words = candidate.like_letters and (candidate.stands_out or beside or left_over)
        if large and (askew_frame or huge or open_words):
            open_lines.append(line)
    return open_lines


def _shouted(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) <= _MOST_LETTERS and sum(letter.isupper() for letter in letters) >= 0.8 * len(letters)


def _at_edge(look: Look, line: Line) -> bool:
    height = look.sheet.shown[0] / look.sheet.per_point
    return line.box.y1 < _HEAD * height or line.box.y0 > (1 - _FOOT) * height


def meet(one: Box, other: Box) -> bool:
    return one.overlaps(other)
