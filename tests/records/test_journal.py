"""The journal says the same in every form, prints with the ledger's head, and runs no formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pypdfium2
import pytest

from marker.agreement.load import load_profile
from marker.model import LevelId, MarkingId, PartyId
from marker.records import journal as papers
from marker.register import DocumentEntry, Register, open_register, search
from marker.register.search import Wanted

PROFILE = load_profile()


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with open_register(
        str(tmp_path / "register.sqlite"), operator="A. Clerk", clearance="secret", profile_sha256="c" * 64
    ) as opened:
        yield opened


@pytest.fixture
def fill(register: Register, tmp_path: Path) -> Callable[..., str]:
    def one(letter: str, *recipients: str | None, sender_ref: str | None = None) -> str:
        entry = DocumentEntry(
            party=PartyId("KZ"), source_sha256=letter * 64, source_name=f"{letter}.pdf", format="pdf", pages=3,
            marking=MarkingId("lt:secret"), level=LevelId("secret"), equivalent=MarkingId("kz:secret"),
            sender_ref=sender_ref,
        )  # fmt: skip
        drawn = register.reserve(entry, recipients or (None,))
        for copy in drawn.copies:
            register.announce(copy.copy_number, str(tmp_path / copy.copy_number), "d" * 64)
        register.issue([copy.copy_number for copy in drawn.copies])
        return drawn.register_number

    return one


def book(register: Register, wanted: Wanted = Wanted()) -> papers.Journal:  # noqa: B008  # frozen
    with register.reading() as connection:
        return papers.Journal(search.journal(connection, wanted), register.head(), "2026", "2026-11-22")


def test_the_three_forms_hold_the_same_rows(register: Register, fill: Callable[..., str]) -> None:
    fill("a", "Әлия Құрманғазиева", "Žydrūnas Šimkus", sender_ref="ҚР-17")
    fill("b")
    made = book(register)
    rows = made.rows(PROFILE)
    assert len(rows) == 3
    table = list(csv.reader(io.StringIO(papers.as_csv(made, PROFILE).decode("utf-8-sig"))))
    assert [tuple(row) for row in table[1:-1]] == rows
    assert table[-1] == [made.foot]
    sheet = openpyxl.load_workbook(io.BytesIO(papers.as_xlsx(made, PROFILE))).worksheets[0]
    values = [tuple(cell or "" for cell in row) for row in sheet.iter_rows(values_only=True)]
    assert values[1:4] == rows
    assert values[-1][0] == made.foot
    with pypdfium2.PdfDocument(papers.as_pdf(made, PROFILE)) as printed:
        text = printed[0].get_textpage().get_text_range().replace("\r\n", "")
    for words in ("Žydrūnas", "ҚР-17", register.head().hash, "SLAPTAI"):
        assert words in text


def test_the_head_stands_on_every_page(register: Register, fill: Callable[..., str]) -> None:
    for letter in "0123456789abcdef":
        fill(letter, *(f"Recipient {n}" for n in range(4)))
    made = book(register)
    with pypdfium2.PdfDocument(papers.as_pdf(made, PROFILE)) as printed:
        assert len(printed) > 1
        for number, page in enumerate(printed, start=1):
            text = page.get_textpage().get_text_range()
            assert register.head().hash in text
            assert f"{number} / {len(printed)}" in text
            assert "Register" in text


def test_a_name_that_looks_like_a_formula_is_text(register: Register, fill: Callable[..., str]) -> None:
    fill("a", "=1+1")
    made = book(register)
    assert "'=1+1" in papers.as_csv(made, PROFILE).decode()
    sheet = openpyxl.load_workbook(io.BytesIO(papers.as_xlsx(made, PROFILE))).worksheets[0]
    assert sheet.cell(2, 10).value == "=1+1"
    assert sheet.cell(2, 10).data_type == "s"
