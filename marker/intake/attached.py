"""Attachments of which only their picture can tell what they say: read in turn (rule of judgement 7).

Each is read and judged by itself, where its lines still have their places.  Its marking then counts as any attachment's
does; one that bears none is read; whatever leaves a doubt stays unread, and holds the letter.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from marker.agreement.profile import Profile
from marker.detect.judge import examine
from marker.errors import HoldError
from marker.model import Finding, HoldCode, PartyId, Place, Reading, Source, Span, Unseen
from marker.settings import Settings

_MOST: Final = 20
"""Attachments of one file whose pictures are read."""
_RAISED: Final = frozenset({HoldCode.TIMEOUT, HoldCode.TOO_LARGE})
_PICTURE: Final = "picture.pdf"


def look_into(reading: Reading, profile: Profile, receiving: PartyId, settings: Settings) -> Reading:
    """The reading with what the pictures of its attachments say.

    Raises HoldError (timeout, too-large) and MissingError as reading pictures does.
    """
    result = replace(reading, unseen=())
    for one in reading.unseen[:_MOST]:
        try:
            seen, given = _read(one, settings, profile, receiving)
        except HoldError as error:
            if error.hold.code in _RAISED:
                raise
            continue  # it stays unread
        result = _with(result, one, seen, given, profile, receiving)
    return result


def _read(one: Unseen, settings: Settings, profile: Profile, receiving: PartyId) -> tuple[Reading, int]:
    """The attachment with what its pictures say, and how many of its spans are its text."""
    from marker.ocr.plan import read_images
    from marker.readers.base import ReaderLimits
    from marker.readers.picture import to_pdf
    from marker.readers.read import read

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "attachment"
        path.write_bytes(one.data)
        known = one.reading
        if known is None:
            limits = ReaderLimits.from_settings(settings)
            made = Path(folder) / _PICTURE
            to_pdf(path, made, limits)
            path, known = made, read(made, limits, _PICTURE)
        # What is attached to it was read, or left unread, with the letter.
        known = replace(known, attachments_unread=(), unseen=())
        return read_images(path, known, profile, receiving, settings), len(known.spans)


def _with(result: Reading, one: Unseen, seen: Reading, given: int, profile: Profile, receiving: PartyId) -> Reading:
    verdict = examine(seen, profile, receiving)
    flow = f"{one.flow} > picture"
    if verdict.hold is None:
        read = [found for found in verdict.evidence if found.source is Source.OCR]
        spans = [
            _span(found, f"{flow} {number}") for number, found in enumerate(read) if found.marking == verdict.marking
        ]
    elif verdict.hold.code is HoldCode.UNMARKED:
        spans = []
    else:
        lines = [replace(span, place=Place.ATTACHMENT, page=None, box=None, flow=flow) for span in seen.spans[given:]]
        return replace(result, spans=(*result.spans, *lines))
    unread = list(result.attachments_unread)
    unread.remove(one.why)
    return replace(result, spans=(*result.spans, *spans), attachments_unread=tuple(unread))


def _span(found: Finding, flow: str) -> Span:
    """A marking that was read from the picture, as a line of the attachment."""
    return Span(found.text, Source.OCR, Place.ATTACHMENT, flow, size=None, centred=True)
