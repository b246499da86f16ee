"""What all readers share: limits, the purse that counts against them, the border, and how an attachment is read.

A reader takes bytes nobody vouches for.  Three things keep it honest: :class:`ReaderLimits` says how much one file may
cost, :class:`Purse` counts what it has cost, attachments included, and :func:`border` lets nothing but
:class:`~marker.errors.HoldError` out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

from marker.errors import HoldError, MarkerError
from marker.model import HoldCode, LabelledCopy, LabelSeen, PageInfo, Place, Reading, Span, StampTrace, Unseen
from marker.numbering import COPY_NUMBER_IN_TEXT, parse_copy_number
from marker.settings import Settings
from marker.signatures import Signature

BARE_WORDS = (
    "words of form fields or free text have no appearance of their own in the file: a viewer that draws no forms does "
    "not show them, there or on the copy"
)
"""A note of PDF files; the sender's marking may be among those words."""
_KEEP_THEIR_PLACE = frozenset({Place.COMMENT, Place.PROPERTY, Place.LABEL, Place.BOOKMARK})
"""Places that are no marking by themselves (rule of judgement 6), in an attachment as little as in the letter."""


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """How much one file, its attachments included, may cost.  Sizes in bytes; what is beyond is held as too-large."""

    max_pages: int = 5_000
    max_unpacked_bytes: int = 500_000_000
    max_parts: int = 10_000
    max_attachment_depth: int = 3
    max_attachments: int = 200
    max_spans: int = 400_000
    max_chars: int = 50_000_000
    max_annotations: int = 20_000
    """Annotations of all pages; drawings and forms have hundreds, only an attack has more."""
    max_page_objects: int = 1_000_000
    """Marks on one PDF page (letters in runs, strokes, pictures)."""
    max_depth: int = 100
    """Nesting of what nests: drawings in drawings of a PDF page, tables and boxes in tables and boxes of a document."""

    @classmethod
    def from_settings(cls, settings: Settings) -> ReaderLimits:
        """The limits people may set: all of them."""
        return cls(
            max_pages=settings.max_pages,
            max_unpacked_bytes=settings.max_unpacked_bytes,
            max_parts=settings.max_parts,
            max_attachment_depth=settings.max_attachment_depth,
            max_attachments=settings.max_attachments,
            max_annotations=settings.max_annotations,
            max_page_objects=settings.max_page_objects,
            max_chars=settings.max_text_chars,
            max_spans=settings.max_spans,
            max_depth=settings.max_depth,
        )


class PageSieve(Protocol):
    """Tells which pages of one document hold nothing new; ``detect.sieve`` knows the words."""

    def is_worth_trying(self) -> bool:
        """Whether pages of this document are to be tried at all."""

    def learn(self, spans: Sequence[Span], info: PageInfo) -> None:
        """Take in a page that was read in full."""

    def passes(self, texts: Iterable[str], lines: Sequence[Span], info: PageInfo) -> Sequence[Span] | None:
        """What of ``lines`` is to be kept, beside running ``texts``; None when the page must be read in full."""


@dataclass(slots=True)
class Purse:
    """What one file has cost so far; shared with its attachments, so that nesting does not multiply the limits."""

    limits: ReaderLimits
    unpacked: int = 0
    spans: int = 0
    chars: int = 0
    pages: int = 0
    annotations: int = 0
    attachments: int = 0

    def unpack(self, size: int) -> None:
        """Count ``size`` unpacked bytes. Raises HoldError(too-large)."""
        self.unpacked += size
        _check(self.unpacked, self.limits.max_unpacked_bytes, "bytes when unpacked", "max_unpacked_bytes")

    def take_over(self, other: Purse) -> None:
        """Count what another part of the same file has cost.  Raises HoldError(too-large)."""
        self.unpack(other.unpacked)
        self.spans += other.spans
        self.chars += other.chars
        self._check_text()
        self.annotate(other.annotations)
        self.attachments += other.attachments
        _check(self.attachments, self.limits.max_attachments, "attachments", "max_attachments")

    def left_to_unpack(self) -> int:
        return max(0, self.limits.max_unpacked_bytes - self.unpacked)

    def read(self, text: str) -> None:
        """Count a span of text. Raises HoldError(too-large)."""
        self.spans += 1
        self.chars += len(text)
        if self.spans > self.limits.max_spans or self.chars > self.limits.max_chars:
            self._check_text()

    def _check_text(self) -> None:
        _check(self.spans, self.limits.max_spans, "pieces of text", "max_spans")
        _check(self.chars, self.limits.max_chars, "letters", "max_text_chars")

    def turn(self, pages: int) -> None:
        """Count pages. Raises HoldError(too-large)."""
        self.pages += pages
        _check(self.pages, self.limits.max_pages, "pages", "max_pages")

    def annotate(self, count: int) -> None:
        """Count annotations. Raises HoldError(too-large)."""
        self.annotations += count
        _check(self.annotations, self.limits.max_annotations, "annotations", "max_annotations")

    def attach(self) -> None:
        """Count an attachment. Raises HoldError(too-large)."""
        self.attachments += 1
        _check(self.attachments, self.limits.max_attachments, "attachments", "max_attachments")


def _read_nothing(_data: bytes, _gathering: Gathering) -> None:
    """Stands for the reader of attachments where all have been read."""


def _check(count: int, limit: int, what: str, setting: str = "") -> None:
    if count > limit:
        remedy = f"raise {setting} if the file is trusted" if setting else "ask the sender for a simpler file"
        raise HoldError(HoldCode.TOO_LARGE, f"The file has more than {limit} {what}; {remedy}.")


def too_deep(limits: ReaderLimits) -> HoldError:
    """The error of a file that nests more deeply than it may."""
    return HoldError(
        HoldCode.TOO_LARGE,
        f"The file nests drawings or tables more than {limits.max_depth} deep; raise max_depth if the file is trusted.",
    )


@contextmanager
def border(what: str) -> Iterator[None]:
    """Let nothing but this package's own errors out of a reader.

    ``what`` completes the sentence "… cannot be read" and never holds document text.  Third parties raise whatever
    comes to them on broken input (BadZipFile, KeyError, zlib.error, struct.error, AssertionError, RecursionError, …).
    Raises HoldError: too-large for a lack of memory, malformed for everything else.
    """
    try:
        yield
    except MarkerError:
        raise
    except MemoryError:
        raise HoldError(
            HoldCode.TOO_LARGE, f"{what} needs more memory than a document may have; ask the sender for a smaller file."
        ) from None
    except RecursionError:
        raise HoldError(
            HoldCode.MALFORMED, f"{what} is nested too deeply to be read; ask the sender for a sound file."
        ) from None
    except Exception as error:  # the border itself: what leaks here is a traceback for bad input
        raise HoldError(
            HoldCode.MALFORMED, f"{what} is damaged ({type(error).__name__}); ask the sender to send it again."
        ) from error


@dataclass(slots=True)
class Gathering:
    """What a reader gathers on its way; :meth:`finish` makes the :class:`Reading`."""

    purse: Purse
    depth: int
    """0 for the received file, 1 for its attachments, and so on."""
    read_attachment: Callable[[bytes, Gathering], None]
    """``(data, gathering)``: read the bytes of an attachment into the gathering (see ``readers.attachments``)."""
    spans: list[Span] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    traces: list[StampTrace] = field(default_factory=list)
    labels: list[LabelSeen] = field(default_factory=list)
    labelled: list[LabelledCopy] = field(default_factory=list)
    bindings: list[tuple[str, bytes]] = field(default_factory=list)
    pictures: int = 0
    """Pictures whose words are not among the spans."""
    signatures: list[Signature] = field(default_factory=list)
    unseen: list[Unseen] = field(default_factory=list)
    sieves: Callable[[], PageSieve] | None = None
    """Makes what tells pages with nothing new, for one part of a document; None when every page is read in full."""
    files_read: dict[int, object] = field(default_factory=dict)
    """Embedded files already read, by identity; they are kept so that an identity is not given twice."""

    def add(self, span: Span) -> None:
        """Keep a span that says anything; count it; look for copy numbers of ours."""
        if not span.text.strip():
            return
        self.purse.read(span.text)
        self.spans.append(span)
        self.trace(span.text, span.page)

    def note(self, sentence: str) -> None:
        """Say something once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def leave_unread(self, kind: str) -> None:
        """Record an attachment that cannot be read; any one holds the file (rule of judgement 7)."""
        self.unread.append(kind)

    def leave_to_be_seen(self, one: Unseen) -> None:
        """Record an attachment whose picture has to be read; it counts as unread until it is."""
        self.unread.append(one.why)
        self.unseen.append(one)

    def take_in(self, inner: Reading, flow: str) -> None:
        """Add the reading of an attachment. Its spans lose page and box, which are not the letter's."""
        for span in inner.spans:
            place = span.place if span.place in _KEEP_THEIR_PLACE else Place.ATTACHMENT
            self.spans.append(replace(span, place=place, flow=f"{flow} > {span.flow}", page=None, box=None))
        self.traces += [StampTrace(trace.copy_number) for trace in inner.traces]
        self.labels += [replace(label, flow=f"{flow} > {label.flow}", embedded=True) for label in inner.labels]
        self.labelled += inner.labelled
        self.bindings += [(f"{flow} > {where}", xml) for where, xml in inner.bindings]
        self.unread += inner.attachments_unread
        self.unseen += [replace(one, flow=f"{flow} > {one.flow}") for one in inner.unseen]
        for note in inner.notes:
            self.note(f"attachment: {note}")

    def take_over(self, other: Gathering) -> None:
        """Add what was gathered from another part of the same file.  Raises HoldError(too-large)."""
        self.purse.take_over(other.purse)
        self.spans += other.spans
        self.unread += other.unread
        self.unseen += other.unseen
        for note in other.notes:
            self.note(note)
        self.traces += [new for new in other.traces if all(t.copy_number != new.copy_number for t in self.traces)]
        self.pictures += other.pictures
        self.labels += other.labels
        self.labelled += other.labelled

    def bare(self) -> Gathering:
        """What was gathered, without what cannot leave this process."""
        return replace(self, read_attachment=_read_nothing, sieves=None, files_read={})

    def finish(self, found: str, pages: Sequence[PageInfo] | None) -> Reading:
        """The reading of a file of that format."""
        return Reading(
            found,
            None if pages is None else len(pages),
            tuple(self.spans),
            tuple(pages or ()),
            tuple(self.notes),
            tuple(self.unread),
            tuple(self.traces),
            labels=tuple(self.labels),
            labelled=tuple(dict.fromkeys(self.labelled)),
            bindings=tuple(self.bindings),
            pictures=self.pictures,
            signatures=tuple(self.signatures),
            unseen=tuple(self.unseen),
        )

    def trace(self, text: str, page: int | None = None) -> None:
        """Keep the copy numbers of ours that a text holds."""
        for match in COPY_NUMBER_IN_TEXT.finditer(text):
            try:
                number = str(parse_copy_number(match.group()))
            except ValueError:
                continue
            if all(trace.copy_number != number for trace in self.traces):
                self.traces.append(StampTrace(number, page))
