"""The further copies of a set are made from the first's bytes, and are what they would be by themselves."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from marker.agreement.load import load_profile
from marker.model import CopyOrder
from marker.numbering import CopyNumber
from marker.proof.pdf_ends import changes
from marker.proof.pdf_set import First
from marker.proof.prove import prove_copies
from marker.stamp.pdf import stamp_pdf
from tests.stamp.pdf_samples import TO_KZ, letter, page_texts
from tests.stamp.pdf_signing import judged, sign
from tests.stamp.test_stamp_seal import sealed

PROFILE = load_profile()
PAGES = 3


def plain(folder: Path) -> Path:
    return letter(folder / "in.pdf", pages=PAGES)


def packed(folder: Path) -> Path:
    """With object streams."""
    writer = PdfWriter(clone_from=plain(folder))
    target = folder / "packed.pdf"
    writer.write(folder / "written.pdf")
    subprocess.run(["qpdf", "--object-streams=generate", folder / "written.pdf", target], check=True)
    return target


def signed(folder: Path) -> Path:
    return sign(plain(folder), folder / "signed.pdf")


def signed_packed(folder: Path) -> Path:
    return sign(packed(folder), folder / "signed.pdf")


def order(index: int, size: int = 4) -> CopyOrder:
    number = CopyNumber(TO_KZ.receiving, 2026, 123, index)
    return replace(
        TO_KZ, register_number=number.register_number, copy_number=str(number), copy_index=index, set_size=size,
        recipient=f"{'Бөлім, ' * (index % 5)}{index}",
    )  # fmt: skip


def made(source: Path, orders: list[CopyOrder], folder: Path) -> list[tuple[CopyOrder, Path]]:
    folder.mkdir()
    pairs = [(one, folder / f"{one.copy_index}.pdf") for one in orders]
    stamp_pdf(source, pairs, PROFILE)
    return pairs


needs_qpdf = pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")


@pytest.mark.parametrize(
    "make", [plain, pytest.param(packed, marks=needs_qpdf), signed, pytest.param(signed_packed, marks=needs_qpdf)]
)
def test_a_copy_is_the_same_to_the_byte_whichever_copy_was_made_first(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    source, orders = make(tmp_path), [order(index) for index in (1, 2, 3, 4)]
    forwards = made(source, orders, tmp_path / "forwards")
    backwards = made(source, orders[::-1], tmp_path / "backwards")[::-1]
    for (_, one), (_, other) in zip(forwards, backwards, strict=True):
        assert one.read_bytes() == other.read_bytes()
    prove_copies("pdf", source, forwards, PROFILE)
    for one, path in forwards:
        texts = page_texts(path)
        assert all(one.copy_number in text for text in texts)
        assert not any(other.copy_number in text for other in orders if other is not one for text in texts)


@pytest.mark.parametrize(
    "make", [plain, pytest.param(packed, marks=needs_qpdf), signed, pytest.param(signed_packed, marks=needs_qpdf)]
)
def test_of_a_third_copy_the_first_page_is_drawn(make: Callable[[Path], Path], tmp_path: Path) -> None:
    source = make(tmp_path)
    (one, first), *others = made(source, [order(index) for index in (1, 2, 3)], tmp_path / "out")
    compared = First(first, one.copy_number, [1.0] * PAGES)
    further = [compared.compare(path, other.copy_number) for other, path in others]
    assert [found.drawn for found in further if found is not None] == [{0, 1, 2}, {0}]
    assert further[1] is not None
    assert further[1].packet is not None


@pytest.mark.parametrize("make", [signed, pytest.param(signed_packed, marks=needs_qpdf)])
def test_each_copy_of_a_signed_file_holds_it_whole(make: Callable[[Path], Path], tmp_path: Path) -> None:
    source = make(tmp_path)
    for _, path in made(source, [order(index) for index in (1, 2, 3)], tmp_path / "out"):
        assert path.read_bytes().startswith(source.read_bytes())
        (status,) = judged(path)
        assert status.intact
        assert status.valid


def test_sealed_copies_stand_their_proof(tmp_path: Path) -> None:
    source = plain(tmp_path)
    pairs = made(source, [sealed(order(index)) for index in (1, 2, 3)], tmp_path / "out")
    prove_copies("pdf", source, pairs, PROFILE)
    found = changes(pairs[0][1], pairs[2][1])
    assert found


def test_copies_whose_numbers_differ_in_length_stand_their_proof(tmp_path: Path) -> None:
    """Copy 100 has a digit more than copy 99."""
    source = plain(tmp_path)
    pairs = made(source, [order(index, 102) for index in (98, 99, 100, 101, 102)], tmp_path / "out")
    prove_copies("pdf", source, pairs, PROFILE)


def test_a_copy_alone_gives_its_number_no_more_room_than_it_takes(tmp_path: Path) -> None:
    source = plain(tmp_path)
    ((_, alone),) = made(source, [order(1, 1)], tmp_path / "alone")
    assert len(PdfReader(alone).pages) == PAGES
    prove_copies("pdf", source, [(order(1, 1), alone)], PROFILE)
