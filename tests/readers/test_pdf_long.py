"""Long PDF files: two processes, pages that take the short way, and what must not change thereby."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.generic import FloatObject, NameObject
from reportlab.pdfgen.canvas import Canvas

from marker.agreement.load import load_profile
from marker.detect.judge import examine
from marker.detect.sieve import Sieve
from marker.errors import HoldError
from marker.model import HoldCode, PartyId, Reading
from marker.readers import pdf_pages
from marker.readers.base import Gathering, ReaderLimits
from marker.readers.read import read

PROFILE = load_profile()
PAGES = 12


def make(path: Path, odd: dict[int, Sequence[str]], pages: int = PAGES) -> Path:
    """A letter with SLAPTAI on every page; ``odd`` has more lines for some pages, set as marking lines are."""
    canvas = Canvas(str(path), pagesize=(595, 842))
    for number in range(1, pages + 1):
        canvas.setFont("Helvetica", 10)
        for row in range(30):
            canvas.drawString(72, 640 - 14 * row, f"and the committee considered the {row}th report of the day")
        canvas.setFont("Helvetica-Bold", 12)
        for height in (810, 30):
            canvas.drawCentredString(297, height, "SLAPTAI")
        for place, text in enumerate(odd.get(number, ())):
            canvas.drawCentredString(297, 790 - 16 * place, text)
        canvas.drawString(500, 14, f"{number} / {pages}")
        canvas.showPage()
    canvas.save()
    return path


def read_long(path: Path, *, sieve: bool = True, **limits: int) -> Reading:
    return read(path, ReaderLimits(**limits), None, (lambda: Sieve(PROFILE)) if sieve else None)


@pytest.fixture
def two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_pages, "_LONG", 4)


@pytest.mark.usefixtures("two_processes")
@pytest.mark.parametrize("sieve", [False, True])
def test_two_processes_read_what_one_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, sieve: bool) -> None:
    path = make(tmp_path / "long.pdf", {9: ["TOP SECRET"]})
    forked = read_long(path, sieve=sieve)
    monkeypatch.delattr(os, "fork")
    assert read_long(path, sieve=sieve) == forked
    assert [info.number for info in forked.page_infos] == list(range(1, PAGES + 1))


def test_the_pages_of_a_report_leave_nothing_but_their_marking(tmp_path: Path) -> None:
    reading = read_long(make(tmp_path / "long.pdf", {}))
    assert all(info.readable for info in reading.page_infos)
    assert {span.text for span in reading.spans if span.page not in (None, 1)} == {"SLAPTAI"}
    verdict = examine(reading, PROFILE, PartyId("KZ"))
    assert verdict.marking == "lt:secret" and not any("none was found" in note for note in verdict.notes)


@pytest.mark.usefixtures("two_processes")
@pytest.mark.parametrize("page", [1, 3, 7, PAGES])
@pytest.mark.parametrize(
    ("text", "outcome"),
    [("VISIŠKAI SLAPTAI", "lt:top-secret"), ("V I S I S K A I  S L A P T A I", "lt:top-secret"),
     ("NATO SECRET", HoldCode.THIRD_PARTY), ("SECRET//NOFORN", HoldCode.THIRD_PARTY),
     ("DECLASSIFIED", HoldCode.DECLASSIFIED)],
)  # fmt: skip
def test_what_stands_on_one_page_alone_is_seen_on_any(tmp_path: Path, page: int, text: str, outcome: str) -> None:
    path = make(tmp_path / "long.pdf", {page: [text.replace("Š", "S")]})
    verdict = examine(read_long(path), PROFILE, PartyId("KZ"))
    assert (verdict.hold.code if verdict.hold else verdict.marking) == outcome


@pytest.mark.usefixtures("two_processes")
def test_a_unit_of_a_late_page_is_the_pages_own_though_the_second_process_cannot_know_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = PdfWriter(clone_from=make(tmp_path / "plain.pdf", {11: ["TOP SECRET"]}))
    writer.pages[10][NameObject("/UserUnit")] = FloatObject(2)
    path = tmp_path / "long.pdf"
    writer.write(path)
    forked = read_long(path)
    assert forked.page_infos[10].width == 2 * forked.page_infos[9].width
    monkeypatch.delattr(os, "fork")
    assert read_long(path) == forked


@pytest.mark.usefixtures("two_processes")
def test_limits_bind_both_parts_together(tmp_path: Path) -> None:
    path = make(tmp_path / "long.pdf", {})
    spans = len(read_long(path, sieve=False).spans)
    with pytest.raises(HoldError) as raised:
        read_long(path, sieve=False, max_spans=spans - 1)
    assert raised.value.hold.code is HoldCode.TOO_LARGE


@pytest.mark.usefixtures("two_processes")
def test_a_hold_in_the_second_part_holds_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_pages(_opened: object, numbers: range, _units: object, _gathering: Gathering) -> list[object]:
        if numbers.start > 1:
            raise HoldError(HoldCode.TOO_LARGE, "A page draws too much.")
        return []

    monkeypatch.setattr(pdf_pages, "read_pages", read_pages)
    with pytest.raises(HoldError, match="draws too much"):
        read_long(make(tmp_path / "long.pdf", {}))


@pytest.mark.usefixtures("two_processes")
def test_a_second_process_that_dies_holds_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_pages(_opened: object, numbers: range, _units: object, _gathering: Gathering) -> list[object]:
        if numbers.start > 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return []

    monkeypatch.setattr(pdf_pages, "read_pages", read_pages)
    with pytest.raises(HoldError) as raised:
        read_long(make(tmp_path / "long.pdf", {}))
    assert raised.value.hold.code is HoldCode.CRASHED


@pytest.mark.usefixtures("two_processes")
def test_no_process_is_left_when_the_first_part_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    stop = pdf_pages.SecondPart.stop

    def note_and_stop(part: pdf_pages.SecondPart) -> None:
        assert part._child is not None
        begun.append(part._child[0])
        stop(part)

    monkeypatch.setattr(pdf_pages.SecondPart, "stop", note_and_stop)

    def fail(*_: object) -> None:
        raise HoldError(HoldCode.MALFORMED, "An outline is no outline.")

    monkeypatch.setattr("marker.readers.pdf_structure.read_structure", fail)
    with pytest.raises(HoldError, match="no outline"):
        read_long(make(tmp_path / "long.pdf", {}))
    (pid,) = begun
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
