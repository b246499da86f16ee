"""A seal on the first page: it finds a free place or makes one, is proved, and is read again from a scan."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from marker.agreement.load import load_profile
from marker.errors import HoldError
from marker.model import CopyOrder, HoldCode, MarkingId, PartyId
from marker.numbering import CopyNumber, parse_copy_number
from marker.proof.pdf import prove_pdf
from marker.readers.pdfium import helpers
from marker.records.sheets import _seals, seals
from marker.seal import Seal, read_seal
from marker.stamp.code import SEAL_MODULES, seal_modules
from marker.stamp.pdf import stamp_pdf
from tests.stamp.pdf_samples import TO_KZ, letter
from tests.stamp.print_scan import scanned

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
PROFILE = load_profile()


def sealed(order: CopyOrder = TO_KZ, source: str = "ab" * 32) -> CopyOrder:
    seal = Seal(
        parse_copy_number(order.copy_number), order.date, MarkingId("lt:confidential"), MarkingId("kz:secret"), source
    )
    return replace(order, seal=seal.signed_by(KEY.sign), seal_key=PUBLIC)


def full_page(path: Path) -> Path:
    """A page of text from edge to edge."""
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(595, 842))
    canvas.setFont("Helvetica", 10)
    for line in range(79):
        canvas.drawString(10, 825 - 10.4 * line, "Words and more words, up to the other edge of the page. " * 2)
    canvas.save()
    path.write_bytes(made.getvalue())
    return path


@pytest.mark.parametrize("make", [letter, full_page], ids=["a letter", "a full page"])
def test_the_first_page_bears_the_seal_and_stands_its_proof(make: Callable[[Path], Path], tmp_path: Path) -> None:
    source, copy, order = make(tmp_path / "in.pdf"), tmp_path / "copy.pdf", sealed()
    stamp_pdf(source, [(order, copy)], PROFILE)
    prove_pdf(source, copy, order, PROFILE)
    (seen,) = seals(copy)
    assert (seen.text, seen.codes) == (order.seal, (order.copy_number,))


def test_the_other_pages_bear_none(tmp_path: Path) -> None:
    source, copy, order = letter(tmp_path / "in.pdf", pages=2), tmp_path / "copy.pdf", sealed()
    stamp_pdf(source, [(order, copy)], PROFILE)
    writer = PdfWriter()
    writer.add_page(PdfReader(copy).pages[1])
    writer.write(tmp_path / "second.pdf")
    assert seals(tmp_path / "second.pdf") == []


def test_without_a_key_nothing_changes(tmp_path: Path) -> None:
    source, copy = letter(tmp_path / "in.pdf"), tmp_path / "copy.pdf"
    stamp_pdf(source, [(TO_KZ, copy)], PROFILE)
    prove_pdf(source, copy, TO_KZ, PROFILE)
    assert seals(copy) == []


def test_a_copy_without_the_seal_or_with_another_does_not_stand_its_proof(tmp_path: Path) -> None:
    source, copy, order = letter(tmp_path / "in.pdf"), tmp_path / "copy.pdf", sealed()
    for drawn, wanted in ((TO_KZ, order), (order, TO_KZ), (order, sealed(source="cd" * 32))):
        stamp_pdf(source, [(drawn, copy)], PROFILE)
        with pytest.raises(HoldError) as held:
            prove_pdf(source, copy, wanted, PROFILE)
        assert held.value.hold.code is HoldCode.STAMP_FAILED


@pytest.mark.parametrize("wrong", ["another copy", "another key", "not a seal"])
def test_a_seal_that_does_not_hold_does_not_stand_the_proof(wrong: str, tmp_path: Path) -> None:
    other = CopyNumber(PartyId("KZ"), 2026, 124, 1)
    order = {
        "another copy": replace(sealed(), seal=sealed(replace(TO_KZ, copy_number=str(other))).seal),
        "another key": replace(sealed(), seal_key=Ed25519PrivateKey.generate().public_key().public_bytes_raw()),
        "not a seal": replace(sealed(), seal="MS1"),
    }[wrong]
    source, copy = letter(tmp_path / "in.pdf"), tmp_path / "copy.pdf"
    stamp_pdf(source, [(order, copy)], PROFILE)
    with pytest.raises(HoldError, match="seal"):
        prove_pdf(source, copy, order, PROFILE)


def test_a_page_without_room_is_held(tmp_path: Path) -> None:
    source = letter(tmp_path / "in.pdf", size=(150, 150))
    with pytest.raises(HoldError, match="and the seal legibly") as held:
        stamp_pdf(source, [(sealed(), tmp_path / "copy.pdf")], PROFILE)
    assert held.value.hold.code is HoldCode.STAMP_FAILED


def test_every_seal_of_the_agreement_keeps_its_modules_large_enough() -> None:
    number = CopyNumber(PartyId("KZ"), 2026, 9_999_999, 999)
    for row in PROFILE.equivalences:
        text = Seal(number, "2026-11-22", row.source, row.target, "ff" * 32).signed_by(KEY.sign)
        assert len(seal_modules(text)) == SEAL_MODULES


def test_a_seal_that_would_be_too_fine_for_paper_is_held() -> None:
    with pytest.raises(HoldError, match="20 mm"):
        seal_modules(sealed().seal + " AND MORE" * 4)


@pytest.mark.slow
def test_seals_are_read_from_skewed_scans_at_150_dpi(tmp_path: Path) -> None:
    source, copy = letter(tmp_path / "in.pdf", pages=1), tmp_path / "copy.pdf"
    chance, missed = np.random.default_rng(5), []
    for serial in range(1, 13):
        number = CopyNumber(PartyId("KZ"), 2026, serial, 1)
        order = sealed(
            replace(TO_KZ, copy_number=str(number), register_number=number.register_number), chance.bytes(32).hex()
        )
        stamp_pdf(source, [(order, copy)], PROFILE)
        with helpers.PdfDocument(copy) as document:
            seen = _seals(scanned(document[0], chance))
        if [one.text for one in seen] != [order.seal] or not read_seal(seen[0].text).holds(PUBLIC):
            missed.append(serial)
    assert missed == []
