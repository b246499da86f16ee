"""What a file is, by its content; its name is never asked.

Two families can be read: PDF (ISO 32000) and Word documents and templates (ECMA-376, Transitional or Strict).
Whatever else it is, the clerk is told what was found and what to do with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from marker.errors import HoldError
from marker.model import HoldCode
from marker.readers import ole
from marker.readers.base import Purse, ReaderLimits, border

_PDF: Final = b"%PDF-"
_PDF_WITHIN: Final = 1024
"""Readers accept a PDF header anywhere in the first 1024 bytes (ISO 32000-1, annex H, implementation note 13)."""

PLAIN_TEXT: Final = "a plain text file"
PICTURES: Final = {"a TIFF picture": "tiff", "a JPEG picture": "jpeg", "a PNG picture": "png"}
"""Kinds of pictures that can be read as pages, and what their format is called."""
_SCAN: Final = "have the page sent as a PDF, which is how scans are read"
_WORD: Final = "save it as a Word document (.docx) or PDF"
_ARCHIVE: Final = "unpack it and submit the documents one by one"
_OPAQUE: Final = "ask the sender for a PDF or a Word document (.docx)"

_MAGICS: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"{\\rtf", "an RTF document", _WORD),
    (b"II*\0", "a TIFF picture", _SCAN),
    (b"MM\0*", "a TIFF picture", _SCAN),
    (b"\xff\xd8\xff", "a JPEG picture", _SCAN),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture", _SCAN),
    (b"GIF8", "a GIF picture", _SCAN),
    (b"BM", "a BMP picture", _SCAN),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture", _SCAN),
    (b"AT&TFORM", "a DjVu document", _SCAN),
    (b"%!PS", "a PostScript file", "convert it to PDF"),
    (b"\x1f\x8b", "a gzip archive", _ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _ARCHIVE),
    (b"Rar!\x1a\x07", "a RAR archive", _ARCHIVE),
)
_WORDPROCESSING: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_WORD_KINDS: Final[dict[str, tuple[str, str]]] = {
    f"{_WORDPROCESSING}document.main+xml": ("docx", "a Word document"),
    "application/vnd.ms-word.document.macroenabled.main+xml": ("docm", "a Word document with macros"),
    f"{_WORDPROCESSING}template.main+xml": ("dotx", "a Word template"),
    "application/vnd.ms-word.template.macroenabledtemplate.main+xml": ("dotm", "a Word template with macros"),
}
"""Format and name by the main part's content type, whose letters' case does not matter (ECMA-376 part 2)."""
_OFFICE_FAMILIES: Final = (
    ("spreadsheetml", "an Excel workbook"),
    ("ms-excel", "an Excel workbook"),
    ("presentationml", "a PowerPoint presentation"),
    ("ms-powerpoint", "a PowerPoint presentation"),
    ("visio", "a Visio drawing"),
)
_OPEN_DOCUMENT: Final = {
    "application/vnd.oasis.opendocument.text": "an OpenDocument text (.odt)",
    "application/vnd.oasis.opendocument.spreadsheet": "an OpenDocument spreadsheet (.ods)",
    "application/vnd.oasis.opendocument.presentation": "an OpenDocument presentation (.odp)",
    "application/epub+zip": "an EPUB book",
}
_OLE: Final = (
    ("worddocument", "an old Word document (.doc)", _WORD),
    ("workbook", "an old Excel workbook (.xls)", "save it as PDF"),
    ("book", "an old Excel workbook (.xls)", "save it as PDF"),
    ("powerpoint document", "an old PowerPoint presentation (.ppt)", "save it as PDF"),
    ("__properties_version1.0", "an Outlook message (.msg)", "save the message and its attachments as PDF"),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is. ``format`` is one of :data:`marker.model.FORMATS`, or None; ``code`` is its hold then."""

    format: str | None
    name: str
    """With its article, for messages: "a ZIP archive"."""
    remedy: str = ""
    code: HoldCode = HoldCode.UNSUPPORTED
    offset: int = 0
    """Bytes of junk before a PDF header."""

    def hold(self) -> HoldError:
        """The error that holds a file of this kind."""
        return HoldError(self.code, f"The file is {self.name}; {self.remedy}.")


def identify(path: Path) -> str:
    """``pdf``, ``docx``, ``docm``, ``dotx`` or ``dotm``, by content.

    Raises HoldError: ``unsupported`` with what it is and what to do, ``encrypted`` for an OOXML file with a password,
    ``malformed`` for an empty or broken one, ``too-large``.
    """
    with border("The file"), path.open("rb") as stream:
        return format_of(examine(stream, Purse(ReaderLimits())))


def picture_format(path: Path) -> str | None:
    """``tiff``, ``jpeg`` or ``png``, by content; None for all else, a PDF that begins like a picture included."""
    with path.open("rb") as stream:
        head = stream.read(_PDF_WITHIN + len(_PDF))
    if _PDF in head:
        return None
    return next((PICTURES[kind] for magic, kind, _ in _MAGICS if kind in PICTURES and head.startswith(magic)), None)


def format_of(kind: Kind) -> str:
    """The format of a kind that can be read. Raises HoldError for any other."""
    if kind.format is None:
        raise kind.hold()
    return kind.format


def examine(stream: BinaryIO, purse: Purse) -> Kind:
    """What the bytes are. Raises HoldError(malformed, encrypted, too-large) when they are broken."""
    stream.seek(0)
    head = stream.read(_PDF_WITHIN + len(_PDF))
    if not head:
        return Kind(None, "an empty file", "ask the sender to send it again", HoldCode.MALFORMED)
    pdf_at = head.find(_PDF)
    other = _examine_other(stream, head, purse)
    if 0 <= pdf_at <= _PDF_WITHIN and (pdf_at == 0 or other is None):
        return Kind("pdf", "a PDF", offset=pdf_at)
    if pdf_at >= 0 and other is not None and other.format is not None:
        # One program would print the one, another the other: nobody could say what was marked.
        return Kind(None, "two formats in one", "ask the sender for a plain file", HoldCode.MALFORMED)
    return other or _examine_text(head)


def _examine_other(stream: BinaryIO, head: bytes, purse: Purse) -> Kind | None:
    if head.startswith(ole.MAGIC):
        return _examine_compound(stream)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _examine_zip(stream, purse)
    for magic, kind, remedy in _MAGICS:
        if head.startswith(magic):
            return Kind(None, kind, remedy)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Kind(None, "a WebP picture", _SCAN)
    if head[4:8] == b"ftyp":
        return Kind(None, "a HEIC picture or a film", _SCAN)
    return None


def _examine_compound(stream: BinaryIO) -> Kind:
    try:
        streams = ole.CompoundFile(stream).stream_names()
    except HoldError:
        return Kind(
            None, "a damaged compound file (.doc or the like)", "ask the sender to send it again", HoldCode.MALFORMED
        )
    if "encryptedpackage" in streams:
        return Kind(None, "a document protected by a password", "ask the sender for it without one", HoldCode.ENCRYPTED)
    for stream_name, kind, remedy in _OLE:
        if stream_name in streams:
            return Kind(None, kind, remedy)
    return Kind(None, "a compound file of unknown kind", _OPAQUE)


def _examine_zip(stream: BinaryIO, purse: Purse) -> Kind:
    from marker.readers.package import Package

    package = Package(stream, purse)
    if "[content_types].xml" in package:
        content_type = package.content_type(package.main_part())
        if content_type.lower() in _WORD_KINDS:
            return Kind(*_WORD_KINDS[content_type.lower()])
        for family, kind in _OFFICE_FAMILIES:
            if family in content_type:
                return Kind(None, kind, "save it as PDF")
        return Kind(None, "an office package of unknown kind", _OPAQUE)
    if "mimetype" in package:
        mimetype = package.read("mimetype")[:100].decode("ascii", "replace").strip()
        if mimetype in _OPEN_DOCUMENT:
            return Kind(None, _OPEN_DOCUMENT[mimetype], _WORD)
    return Kind(None, "a ZIP archive", _ARCHIVE)


def _examine_text(head: bytes) -> Kind:
    lowered = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if lowered.startswith((b"<!doctype html", b"<html")):
        return Kind(None, "an HTML page", "print it to PDF")
    if b"schemas.microsoft.com/office/2006/xmlpackage" in lowered or b'progid="word.document"' in lowered:
        return Kind(None, "a Word XML file", _WORD)
    if lowered.startswith(b"<?xml"):
        return Kind(None, "an XML file", _OPAQUE)
    if b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Kind(None, PLAIN_TEXT, _WORD)
    return Kind(None, "a file of unknown kind", _OPAQUE)
