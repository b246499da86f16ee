"""The shared words of the package.

Frozen dataclasses and plain names, nothing that does I/O.  Every room speaks in these terms; the terms are those of
the Agreement (Article 1) and of ``docs/glossary.md``.

Units: lengths are PDF points (1/72 inch).  A :class:`Box` has its origin in the top left corner of the page *as
displayed*, x to the right and y downwards, whatever /Rotate, CropBox or UserUnit the file uses.  Page numbers start
at 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NewType

from marker.signatures import Signature

PartyId = NewType("PartyId", str)
"""A Party of the Agreement as the profile names it: ``KZ`` or ``LT``."""

MarkingId = NewType("MarkingId", str)
"""``kz:secret``, ``lt:confidential``, ``third-party:nato``, …; stable in code, data, reports and the register."""

LevelId = NewType("LevelId", str)
"""A row of Article 3: ``top-secret``, ``secret``, ``confidential`` or ``restricted``."""

WORD_FORMATS: Final = ("docx", "docm", "dotx", "dotm")
"""Word documents and templates, without macros and with them; they differ in a content type and in what it allows."""

PICTURE_FORMATS: Final = ("tiff", "jpeg", "png")
"""Scans that come as pictures; they are read like the pages of a scanned PDF, and their copy is a PDF."""

FORMATS: Final = ("pdf", *WORD_FORMATS, *PICTURE_FORMATS)


class Source(StrEnum):
    """What kind of content a piece of text was read from (``evidence[].source`` of the JSON)."""

    TEXT = "text"
    OCR = "ocr"
    ANNOTATION = "annotation"
    PROPERTY = "property"
    LABEL = "label"


class Place(StrEnum):
    """Where in the document a piece of text stands (``evidence[].place`` of the JSON)."""

    HEADER = "header"
    FOOTER = "footer"
    TOP = "top"
    BOTTOM = "bottom"
    CORNER = "corner"
    MARGIN = "margin"
    BODY = "body"
    WATERMARK = "watermark"
    TEXTBOX = "textbox"
    FOOTNOTE = "footnote"
    COMMENT = "comment"
    ATTACHMENT = "attachment"
    PROPERTY = "property"
    LABEL = "label"
    BOOKMARK = "bookmark"
    FORM_FIELD = "form-field"


class Visibility(StrEnum):
    """How far a reader of the printed page sees the text (rules of judgement 4 and 5)."""

    VISIBLE = "visible"
    STRUCK = "struck"
    OCR_LAYER = "ocr-layer"
    HIDDEN = "hidden"
    DELETED = "deleted"
    EARLIER_REVISION = "earlier-revision"


class HoldCode(StrEnum):
    """Why a file is held.  The set is part of the interface; each has one row in the README."""

    UNMARKED = "unmarked"
    UNCERTAIN = "uncertain"
    CONFLICT = "conflict"
    THIRD_PARTY = "third-party"
    NO_EQUIVALENT = "no-equivalent"
    DECLASSIFIED = "declassified"
    WRONG_PARTY = "wrong-party"
    ALREADY_STAMPED = "already-stamped"
    ENCRYPTED = "encrypted"
    MALFORMED = "malformed"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too-large"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    UNREADABLE_PAGE = "unreadable-page"
    ATTACHMENT = "attachment"
    CONSENT_REQUIRED = "consent-required"
    UNSAFE_PATH = "unsafe-path"
    STAMP_FAILED = "stamp-failed"
    SIGNED = "signed"


class Outcome(StrEnum):
    """What became of a file."""

    MARKED = "marked"
    STAMPED = "stamped"
    HELD = "held"
    ALREADY_REGISTERED = "already-registered"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points, origin top left of the displayed page; ``x0 <= x1`` and ``y0 <= y1``."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def centre(self) -> tuple[float, float]:
        return ((self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2)

    def union(self, other: Box) -> Box:
        return Box(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))

    def overlaps(self, other: Box) -> bool:
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1

    def grown(self, by: float) -> Box:
        return Box(self.x0 - by, self.y0 - by, self.x1 + by, self.y1 + by)

    def as_list(self) -> list[float]:
        return [round(self.x0, 1), round(self.y0, 1), round(self.x1, 1), round(self.y1, 1)]


@dataclass(frozen=True, slots=True)
class Span:
    """One line of text (PDF) or one paragraph (DOCX; forced line breaks stay as ``\\n``) as a reader found it.

    ``flow`` names the stream of text the span belongs to ("page 3", "word/header1.xml", "word/document.xml#table2"):
    consecutive spans of one flow may be joined when a marking is broken over lines or cells.  ``quads`` are neither
    needed nor kept: the box of the line is evidence enough.
    """

    text: str
    source: Source
    place: Place
    flow: str
    page: int | None = None
    box: Box | None = None
    size: float | None = None
    """Height of the letters as displayed, points; None when the format does not say."""
    bold: bool = False
    turned: int = 0
    """Clockwise turn of the line as displayed, degrees, 0 to 359."""
    visibility: Visibility = Visibility.VISIBLE
    centred: bool = False
    """Aligned centre or right on its own, as marking lines are and running text is not."""
    cell: bool = False
    """Stands in a table cell."""
    tracked: bool = False
    """Set with character spacing, so that blanks between letters may be none."""


@dataclass(frozen=True, slots=True)
class PageInfo:
    """One page as displayed.  DOCX has no pages before layout and yields none."""

    number: int
    width: float
    height: float
    readable: bool
    """False when the page shows ink that its text does not account for: only the page image can tell what it says."""
    has_text: bool = False


@dataclass(frozen=True, slots=True)
class StampTrace:
    """A copy number of ours found inside a received file, to be looked up in the register (rule of judgement 8)."""

    copy_number: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class LabelledCopy:
    """Copy number and register number as one of our labels states them (``docs/labels.md``)."""

    copy_number: str
    register_number: str


@dataclass(frozen=True, slots=True)
class LabelSeen:
    """What a label inside a file says, for the judge to map; the same words are among the spans, under ``flow``.

    ``kind`` is ``originator``, ``alternative`` or ``metadata`` (STANAG 4774), or ``property`` for the label of another
    system, which names no policy.
    """

    kind: str
    policy: str
    policy_uri: str
    classification: str
    flow: str
    embedded: bool = False
    """Stands in an attachment, whose marking may be lower than the letter's."""


@dataclass(frozen=True, slots=True)
class Residue:
    """Ink that may be a marking and was not read as anything known.

    It holds the file rather than let a lower mark stand.
    ``kind`` says what makes it one, for the clerk: ``coloured``, ``tilted``, ``framed``, ``sideways`` or ``large``.
    """

    page: int | None
    box: Box | None
    kind: str


@dataclass(frozen=True, slots=True)
class Unseen:
    """An attachment of which only its picture can tell what it says."""

    flow: str
    """Where its text stands, or would: "attachment 2"."""
    why: str
    """Its entry among the attachments unread, until somebody looks."""
    data: bytes
    reading: Reading | None
    """What its text says; None for a picture."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All a reader has to say of a file: its text with places, its pages, and facts that bear on stamping."""

    format: str
    pages: int | None
    spans: tuple[Span, ...]
    page_infos: tuple[PageInfo, ...] = ()
    notes: tuple[str, ...] = ()
    attachments_unread: tuple[str, ...] = ()
    """Kinds of attachments that could not be read ("a ZIP archive"); any one holds the file (rule 7)."""
    traces: tuple[StampTrace, ...] = ()
    residue: tuple[Residue, ...] = ()
    labels: tuple[LabelSeen, ...] = ()
    labelled: tuple[LabelledCopy, ...] = ()
    """Copies of ours that a label names."""
    bindings: tuple[tuple[str, bytes], ...] = ()
    """Each STANAG 4778 binding inside the file: where it stands, and its XML, canonical."""
    pictures: int = 0
    """Pictures in a Word document, whose words are not among the spans. A PDF says so page by page (``readable``)."""
    signatures: tuple[Signature, ...] = ()
    unseen: tuple[Unseen, ...] = ()


class FindingKind(StrEnum):
    """What a finding is to the verdict."""

    MARK = "mark"
    """A marking of a Party that Article 3 maps."""
    NO_EQUIVALENT = "no-equivalent"
    THIRD_PARTY = "third-party"
    AMBIGUOUS = "ambiguous"
    """English words alone, a short form without a place, a conditional or struck mark: rules 3, 5 and 6."""
    NEGATIVE = "negative"
    DECLASSIFIED = "declassified"
    MENTION = "mention"
    """Words of a marking in running text: shown as evidence, without weight."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A marking, or words like one, with where it stands and why it counts or does not."""

    marking: MarkingId
    kind: FindingKind
    text: str
    """As it stands in the file, never folded."""
    source: Source
    place: Place
    page: int | None = None
    box: Box | None = None
    score: float = 1.0
    """0 (running text) to 1 (stands alone, in its zone, in capitals)."""
    reasons: tuple[str, ...] = ()
    visibility: Visibility = Visibility.VISIBLE
    spot: str = ""
    """Where in a text without pages, for people: ``paragraph 41``, ``table 3``."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A reason not to stamp: the code for programs, one sentence for the clerk (what, where, what to do next)."""

    code: HoldCode
    detail: str
    passing: bool = False
    """Not the file's fault (a full disk, another run): the next run tries again."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the document is.  Either ``hold`` is set, or ``marking``, ``level``, ``equivalent`` all are (rule 1)."""

    hold: Hold | None
    marking: MarkingId | None = None
    level: LevelId | None = None
    equivalent: MarkingId | None = None
    equivalent_text: str | None = None
    evidence: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    floor: MarkingId | None = None
    """The highest marking of the sending Party that was seen, held or not: nobody may state less (Article 4(6))."""


@dataclass(frozen=True, slots=True)
class CopyOrder:
    """One numbered copy to be made: all that the stamp says (Articles 3, 4(5), 7(3))."""

    receiving: PartyId
    sending: PartyId
    marking_text: str
    """The receiving Party's marking as the profile spells it."""
    originator_text: str
    """The originator's marking as the profile spells it (``KONFIDENCIALIAI``), never folded or translated."""
    register_number: str
    copy_number: str
    copy_index: int
    set_size: int | None
    """Copies in the set when issued; None for a later copy, which prints its number alone."""
    date: str
    """Date of registration, ISO 8601 (``2026-11-22``)."""
    recipient: str | None = None
    sidecar_for: str = ""
    """The final name of the copy's file, where its label is asked for in a file beside it too (``--sidecar``)."""
    seal: str = ""
    """What the seal on the first page says (:mod:`marker.seal`), signed; empty where none is asked for."""
    seal_key: bytes = b""
    """The public key, 32 bytes (Ed25519), that the seal is proved with."""


@dataclass(frozen=True, slots=True)
class StampResult:
    """What a stamper did: pages stamped (None where the format has none) and notes for report and register."""

    pages: int | None
    notes: tuple[str, ...] = ()
    sidecar: bytes = b""
    """The label's binding as a file of its own, where the order asks for one."""


@dataclass(frozen=True, slots=True)
class IssuedCopy:
    """A copy that stands under its final name and in the register."""

    copy_number: str
    recipient: str | None
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class FileReport:
    """One line of the report: a file and what became of it."""

    path: str
    sha256: str | None
    format: str | None
    pages: int | None
    outcome: Outcome
    hold: Hold | None = None
    marking: MarkingId | None = None
    level: LevelId | None = None
    equivalent: MarkingId | None = None
    equivalent_text: str | None = None
    evidence: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    register: str | None = None
    copies: tuple[IssuedCopy, ...] = field(default=())
    signatures: tuple[Signature, ...] = ()
