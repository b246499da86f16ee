"""What waits for a person is what the ledger last said "held" of."""

from __future__ import annotations

from collections.abc import Callable

from marker.model import HoldCode, PartyId
from marker.register import DocumentEntry, Register
from marker.register.holds import held_id

KZ = PartyId("KZ")
HASH = "a" * 64


def test_a_held_file_waits_until_it_is_rejected(register: Register) -> None:
    register.held(HASH, "/in/a.pdf", HoldCode.CONFLICT, KZ)
    (file,) = register.waiting()
    assert (file.id, file.sha256, file.name, file.code, file.party) == (
        HASH[:10],
        HASH,
        "/in/a.pdf",
        HoldCode.CONFLICT,
        KZ,
    )
    register.rejected(file, "returned")
    assert register.waiting() == []
    register.held(HASH, "/in/a.pdf", HoldCode.CONFLICT, KZ)
    assert [file.id for file in register.waiting()] == [HASH[:10]]


def test_the_same_content_waits_once_with_its_last_reason(register: Register) -> None:
    register.held(HASH, "/in/a.pdf", HoldCode.UNMARKED, KZ)
    register.held(HASH, "/in/b.pdf", HoldCode.UNCERTAIN, KZ)
    assert [(file.name, file.code) for file in register.waiting()] == [("/in/b.pdf", HoldCode.UNCERTAIN)]


def test_a_file_that_was_registered_since_no_longer_waits(
    register: Register, entry: Callable[..., DocumentEntry]
) -> None:
    document = entry()
    register.held(document.source_sha256, "/in/a.pdf", HoldCode.UNMARKED, KZ)
    reservation = register.reserve(document, [None])
    assert len(register.waiting()) == 1
    number = reservation.copies[0].copy_number
    register.announce(number, "/out/a.pdf", "b" * 64)
    register.issue([number])
    assert register.waiting() == []


def test_a_file_that_could_not_be_read_is_known_by_its_path(register: Register) -> None:
    register.held(None, "/in/link.pdf", HoldCode.UNSAFE_PATH, KZ)
    register.held(None, "/in/pipe.pdf", HoldCode.UNSAFE_PATH, KZ)
    assert {file.id for file in register.waiting()} == {held_id(None, "/in/link.pdf"), held_id(None, "/in/pipe.pdf")}
