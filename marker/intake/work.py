"""What happens inside a worker process: reading and judging one file, and making and proving its copies.

Nothing here knows the register.  The heavy libraries are imported here and nowhere above, so the process that holds
the register never parses a received file.
"""

from __future__ import annotations

import gc
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marker.agreement.load import load_profile
from marker.agreement.profile import Profile
from marker.intake.glance import is_scan
from marker.model import CopyOrder, LabelledCopy, PartyId, StampResult, Verdict
from marker.passwords import NO_PASSWORDS, Passwords
from marker.records.pages import PagePicture
from marker.settings import Settings
from marker.signatures import Signature

if TYPE_CHECKING:
    from marker.records.sheets import SealSeen, Sighting


_LABELS_GO_ALONG = (
    "Labels of other systems in the Word file's properties were taken over into the PDF's document information."
)
_NEW_OBJECTS = 10_000
CODE_PAGES = 3
"""Pages without text of their own that are searched for our code: every page of a copy bears it."""


@dataclass(frozen=True, slots=True)
class Task:
    """What every piece of work on a file needs to know; small, because it crosses into the worker each time."""

    receiving: PartyId
    agreement: str
    settings: Settings
    passwords: Passwords = NO_PASSWORDS

    def profile(self) -> Profile:
        return load_profile(Path(self.agreement) if self.agreement else None)


@dataclass(frozen=True, slots=True)
class Examination:
    """What reading and judging a file gave."""

    format: str
    pages: int | None
    verdict: Verdict
    copy_numbers: tuple[str, ...]
    """Valid copy numbers of ours seen inside; the register knows whether they were ever issued (rule 8)."""
    notes: tuple[str, ...]
    labelled: tuple[LabelledCopy, ...] = ()
    """Copy and register numbers of ours in its labels, valid ones; the register knows whether they are true."""
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheets:
    """A file as it is read: itself, or the PDF that was made of a scan that came as a picture."""

    path: Path
    picture: str | None = None
    """The picture's format."""
    notes: tuple[str, ...] = ()


@contextmanager
def sheets_of(path: Path, settings: Settings) -> Iterator[Sheets]:
    """The file to read for a snapshot, in this worker's own folder for temporary files.  Raises HoldError."""
    from marker.readers.base import ReaderLimits
    from marker.readers.identify import picture_format

    kind = picture_format(path)
    if kind is None:
        yield Sheets(path)
        return
    from marker.readers.picture import to_pdf  # and what draws with it: most documents are no picture

    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "scan.pdf"
        yield Sheets(made, kind, to_pdf(path, made, ReaderLimits.from_settings(settings)))


def examine_file(path: Path, name: str, task: Task, label: Path | None = None) -> Examination:
    """Read and judge the snapshot at ``path``; ``name`` is the received file's name, for its ending only.

    ``label`` is the snapshot of a label file that came with it.

    Raises HoldError when the file cannot be read at all.
    """
    with sheets_of(path, task.settings) as sheets, _few_collections():
        found = _examine(sheets.path, name if sheets.picture is None else "scan.pdf", label, task)
    if sheets.picture is None:
        return found
    return replace(found, format=sheets.picture, notes=(*sheets.notes, *found.notes))


@contextmanager
def _few_collections() -> Iterator[None]:
    """Look for garbage in cycles once in 10,000 new objects, not once in 700.

    A reading is thousands of small objects that live to its end; each look at all of them finds nothing.
    """
    usual = gc.get_threshold()
    gc.set_threshold(_NEW_OBJECTS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _examine(path: Path, name: str, label: Path | None, task: Task) -> Examination:
    from marker.detect.judge import examine
    from marker.detect.sieve import Sieve
    from marker.readers.base import ReaderLimits
    from marker.readers.read import read

    profile = task.profile()
    if not _has_reader() and is_scan(path):
        _begin_reader(task, profile)
    reading = read(path, ReaderLimits.from_settings(task.settings), name, lambda: Sieve(profile))
    drawn = [page.number for page in reading.page_infos if not page.readable][:CODE_PAGES]
    codes: dict[int, tuple[str, ...]] = {}
    if drawn and reading.format == "pdf":
        _begin_reader(task, profile)
    if reading.format != "pdf" or drawn:
        from marker.ocr.plan import read_images  # letters of every page read: no library of pictures is needed

        def show(number: int, pixels: Any) -> None:
            if number in drawn:
                from marker.records.sheets import codes_on_page

                codes[number] = codes_on_page(pixels)

        reading = read_images(path, reading, profile, task.receiving, task.settings, show)
    if reading.unseen:
        from marker.intake.attached import look_into

        reading = look_into(reading, profile, task.receiving, task.settings)
    if label is not None:
        from marker.readers.labels import with_label_file

        reading = with_label_file(reading, label.read_bytes())
    verdict = examine(reading, profile, task.receiving)
    numbers = tuple(dict.fromkeys(trace.copy_number for trace in reading.traces))
    if not numbers and drawn and reading.format == "pdf":
        from marker.records.sheets import page_codes

        # A scan of one of our copies shows its number as a picture.
        unseen = [number for number in drawn if number not in codes]
        shown = [number for found in codes.values() for number in found]
        numbers = tuple(dict.fromkeys((*shown, *(page_codes(path, unseen) if unseen else ()))))
    return Examination(
        reading.format, reading.pages, verdict, numbers, reading.notes, reading.labelled, reading.signatures
    )


def _has_reader() -> bool:
    """Whether what reads letters was begun for an earlier file."""
    known = sys.modules.get("marker.ocr.resident")  # not loaded only to ask
    return known is not None and known.RESIDENT.pid is not None


def _begin_reader(task: Task, profile: Profile) -> None:
    """Have what reads letters load its models while this process reads the file and loads what draws its pictures."""
    if not task.settings.cache:  # which may know what the pictures say
        from marker.ocr.resident import RESIDENT

        RESIDENT.prepare(profile.scans_for(task.receiving).languages)


def unlock_file(source: Path, target: Path, task: Task) -> str:
    """Write the encrypted snapshot at ``source`` decrypted to ``target``; a note that says what opened it.

    Raises HoldError(encrypted) when no password does.
    """
    from marker.readers.unlock import unlock

    return unlock(source, task.passwords, target)


def find_numbers(path: Path, name: str, task: Task) -> list[Sighting]:
    """Copy numbers of ours in a file or a picture of a page.  Raises HoldError."""
    from marker.records.sheets import sightings

    return sightings(path, name, task.settings)


def find_seals(path: Path) -> list[SealSeen]:
    """The seals on a file's or a picture's first page.  Raises HoldError."""
    from marker.records.sheets import seals

    return seals(path)


def draw_pages(path: Path, numbers: Sequence[int]) -> list[PagePicture]:
    """Pictures of a snapshot's pages, for the evidence page."""
    from marker.records.pages import draw_pages as draw

    with sheets_of(path, Settings()) as sheets:
        return draw(sheets.path, numbers)


def check_copies(source: Path, file_format: str, task: Task) -> None:
    """Raise HoldError for what cannot be stamped, so that no number is drawn only to be void."""
    from marker.stamp.make import check

    with sheets_of(source, task.settings) as sheets:
        check("pdf" if sheets.picture else file_format, sheets.path, task.settings)


def set_pages(office: str, source: Path, file_format: str, target: Path, task: Task) -> tuple[str, ...]:
    """Write a Word file as PDF, with the labels it carries, to ``target``; notes for the report.

    Runs where LibreOffice has the room it needs.

    Raises HoldError: what no stamp may change, stamp-failed.
    """
    from marker.intake.labels import labels_in_file
    from marker.readers.base import ReaderLimits
    from marker.readers.docx_labels import label_properties
    from marker.stamp.docx import check_docx
    from marker.stamp.docx_pages import NOTE
    from marker.stamp.docx_pages import set_pages as set_as_pages
    from marker.stamp.pdf_label import label_pages

    signed = check_docx(source, settings=replace(task.settings, strip_active=False))
    set_as_pages(office, source, file_format, target, Path(tempfile.gettempdir()))
    labels = labels_in_file(source, f"document.{file_format}", task).bindings
    own = [found.xml for found in labels if " > " not in found.flow]  # not those of files inside it
    others = label_properties(source, ReaderLimits.from_settings(task.settings))
    if own or others:
        label_pages(target, own, others)
    return (NOTE, *signed, *((_LABELS_GO_ALONG,) if others else ()))


def make_copies(
    source: Path,
    file_format: str,
    orders: Sequence[tuple[CopyOrder, Path]],
    task: Task,
    was: CopyOrder | None = None,
) -> tuple[StampResult, ...]:
    """Stamp one copy per order to its path, then prove each from the outside.  Where ``source`` is a copy itself,
    stamped by ``was``, what numbers it is replaced.

    Raises HoldError when a copy cannot be made or does not pass its proof.
    """
    from marker.proof.picture import prove_picture
    from marker.proof.prove import prove_again, prove_copies
    from marker.stamp.make import stamp

    profile = task.profile()
    if was is not None:
        from marker.stamp.docx_again import restamp_docx

        again = restamp_docx(source, was, orders, profile, settings=task.settings)
        for order, path in orders:
            prove_again(file_format, source, path, was, order, profile)
        return again
    with sheets_of(source, task.settings) as sheets:
        if sheets.picture:
            prove_picture(source, sheets.path)
            file_format = "pdf"
        results = stamp(file_format, sheets.path, orders, profile, task.settings)
        prove_copies(file_format, sheets.path, orders, profile)
    return results
