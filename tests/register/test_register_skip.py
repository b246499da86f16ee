"""After a restore no number is drawn a second time: those that stand on paper are made void."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from marker.errors import RegisterError, UsageError
from marker.model import PartyId
from marker.numbering import CopyNumber, parse_copy_number
from marker.register import CopyStatus, DocumentEntry, Register, open_register
from marker.register.backup import back_up, restore
from marker.register.skip import MOST, last_numbers
from tests.register.conftest import Clock

Entry = Callable[..., DocumentEntry]
Publish = Callable[..., list[Path]]
WHY = "issued after the back-up"


@pytest.fixture
def filled(register: Register, entry: Entry, publish: Publish) -> Register:
    publish(register, register.reserve(entry("a"), ["A"]))
    publish(register, register.reserve(entry("b"), ["B"]))
    return register


def drawn(register: Register) -> set[str]:
    return {c.copy_number for d in register.documents() for c in register.copies_of(d.register_number)}


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_after_a_restore_and_a_skip_no_number_on_paper_is_drawn_again(
    filled: Register, entry: Entry, publish: Publish, tmp_path: Path
) -> None:
    back_up(filled, tmp_path / "backup")
    publish(filled, filled.reserve(entry("c"), ["C", "D"]))
    publish(filled, filled.reserve(entry("d"), ["E"]))
    publish(filled, filled.reserve(entry("a"), ["F", "G"], again=True))
    on_paper = drawn(filled)
    restore(tmp_path / "backup", str(tmp_path / "restored.sqlite"))
    with open_register(
        str(tmp_path / "restored.sqlite"), operator="A", clearance="", profile_sha256="c" * 64, clock=filled.now
    ) as again:
        with again.reading() as connection:
            assert last_numbers(connection) == ["KZ-2026-000002"]
        before = drawn(again)
        again.skip("KZ-2026-000004", WHY)
        again.skip(next(n for n in on_paper if n.startswith("KZ-2026-000001-03")), WHY)
        skipped = drawn(again)
        fresh = {copy.copy_number for copy in again.reserve(entry("c"), ["X"]).copies}
        publish(again, again.reserve(entry("e"), ["Y"]))
        fresh |= {copy.copy_number for copy in again.reserve(entry("a"), ["Z"], again=True).copies}
        fresh |= drawn(again) - skipped
        assert not fresh & on_paper
        assert before < skipped
        assert again.verify() == []


def test_skipped_numbers_are_void_with_the_reason_and_the_next_follows_them(filled: Register, entry: Entry) -> None:
    numbers = filled.skip("kz-2026-000005", WHY)
    assert [parse_copy_number(number).serial for number in numbers] == [3, 4, 5]
    for number in numbers:
        copy = filled.copy(number)
        assert copy is not None
        assert (copy.status, copy.void_reason) == (CopyStatus.VOID, WHY)
    assert filled.reserve(entry("new"), [None]).document.serial == 6
    assert filled.verify() == []


def test_skipped_copies_of_a_known_document_count_on(filled: Register, entry: Entry) -> None:
    third = str(CopyNumber(PartyId("KZ"), 2026, 1, 3))
    assert [parse_copy_number(number).index for number in filled.skip(third, WHY)] == [2, 3]
    assert filled.reserve(entry("a"), ["C"], again=True).copies[0].index == 4
    assert filled.verify() == []


def test_numbers_of_the_year_before_are_dated_with_its_last_day(filled: Register, clock: Clock) -> None:
    clock.now += timedelta(days=90)
    filled.skip("KZ-2026-000003", WHY)
    document = filled.document("KZ-2026-000003")
    assert document is not None
    assert document.registered_on == "2026-12-31"
    filled.skip("KZ-2027-000002", WHY)
    assert filled.verify() == []


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("KZ-2026-000002", RegisterError),
        (f"KZ-2026-{MOST + 3:06d}", RegisterError),
        ("KZ-2027-000001", RegisterError),
        ("LT-2026-000001", RegisterError),
        ("KZ-2026-0000003", UsageError),
        ("KZ-2026-000001-03-0", UsageError),
        ("the third", UsageError),
    ],
)
def test_what_is_known_already_or_cannot_be_is_refused_and_nothing_is_drawn(
    filled: Register, number: str, error: type[Exception]
) -> None:
    before = drawn(filled)
    with pytest.raises(error):
        filled.skip(number, WHY)
    with pytest.raises(UsageError, match="reason"):
        filled.skip("KZ-2026-000003", " ")
    assert drawn(filled) == before
