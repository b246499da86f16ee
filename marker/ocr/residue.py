"""Ink that may be a marking and was not read: what is known, and what to call the rest."""

from __future__ import annotations

from typing import Final

from marker.ocr.lines import Candidate
from marker.ocr.montage import LineRead

_SURE: Final = 68.0
"""Confidence from which on a line of several letters was read.  Alone it is no proof: see ``lessons`` on scripts."""


def is_known(read: LineRead) -> bool:
    """Whether a line was read as words, whatever they say."""
    return read.letters >= 3 and read.confidence >= _SURE


def kind_of(candidate: Candidate) -> str:
    """What makes a candidate stand out, for the clerk."""
    if candidate.coloured:
        return "coloured"
    return {"stamp": "tilted", "frame": "framed", "upright": "sideways"}.get(candidate.kind, "large")
