"""A file to a reading: the one door into this room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from marker.model import Reading
from marker.readers.base import Gathering, PageSieve, Purse, ReaderLimits, border
from marker.readers.identify import examine, format_of
from marker.readers.pdf import read_pdf


def read(
    path: Path, limits: ReaderLimits, name: str | None = None, sieves: Callable[[], PageSieve] | None = None
) -> Reading:
    """Read the file at ``path``; nothing is ever written.

    ``name`` is the name it was received under (default: the path's own); its ending is compared with the content, which
    decides.  With ``sieves``, pages of a PDF that hold nothing new are read no further than it takes to know that.
    Raises HoldError: malformed, too-large, encrypted, unsupported.
    """
    purse = Purse(limits)
    gathering = Gathering(purse, 0, _read_attachment, sieves=sieves)
    with border("The file"):
        with path.open("rb") as stream:
            kind = examine(stream, purse)
        found = format_of(kind)
        if kind.offset:
            gathering.note(f"{kind.offset} bytes of something else stand before its PDF header")
        ending = Path(name or path.name).suffix.lower().lstrip(".")
        if ending and ending != found:
            gathering.note(f"its name ends in .{_fit(ending)}, but it is {kind.name}; the content decides")
        if found == "pdf":
            return read_pdf(path, gathering)
        from marker.readers.docx import read_docx

        return replace(read_docx(path, gathering), format=found)


def _read_attachment(data: bytes, outer: Gathering) -> None:
    from marker.readers.attachments import read_attachment  # most documents have none

    read_attachment(data, outer)


def _fit(ending: str) -> str:
    """An ending fit for a note: names are text of the sender too."""
    return ending if len(ending) <= 5 and ending.isascii() and ending.isalnum() else "something else"
