"""Documents are found by what is known of them, the same ones whether few fit or many, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from marker.errors import UsageError
from marker.model import LevelId
from marker.register import DocumentEntry, Register, custody, schema, search
from marker.register.records import PartEntry
from marker.register.search import Wanted

Entry = Callable[..., DocumentEntry]
Publish = Callable[..., list[Path]]

AWKWARD = '"to":"Archive"} \\ % _'
"""A name that looks like a piece of the ledger, and like a pattern."""
IN_FULL = {"literal_binds": True}
ANNEX = PartEntry("e" * 64, "annex.pdf", "pdf", 1, None)


@pytest.fixture(params=["few", "many"])
def register(
    request: pytest.FixtureRequest, opened: Callable[..., Register], monkeypatch: pytest.MonkeyPatch
) -> Register:
    """What fits is looked up one by one, or found as it comes."""
    if request.param == "many":
        monkeypatch.setattr(search, "_FEW", 0)
    return opened()


@pytest.fixture
def filled(register: Register, entry: Entry, publish: Publish) -> Register:
    """a: for the Archive. b: handed to the Second Department, then to one with an awkward name. c: with an annex."""
    publish(register, register.reserve(entry(source_sha256="a" * 64), ["Archive", "Žydrūnė  Šimkus"]))
    publish(register, register.reserve(entry(source_sha256="b" * 64, sender_ref="ҚР-17_%\\"), ["Nobody"]))
    drawn = register.reserve(entry(source_sha256="c" * 64, sender_ref="18/1", parts=(ANNEX,)), [None])
    number = drawn.copies[0].copy_number
    register.announce(number, "/srv/out/annex", "f" * 64, 2)
    publish(register, drawn)
    (copy,) = register.copies_of("KZ-2026-000002")
    for holder in ("Second Department", AWKWARD):
        with register.writing() as pen:
            custody.transfer(pen, copy.copy_number, holder, consent=None, unknown_is_third=False)
    return register


def found(register: Register, wanted: Wanted, limit: int | None = None) -> str:
    """The documents by the last figure of their numbers."""
    with register.reading() as connection:
        return "".join(document.register_number[-1] for document in search.documents(connection, wanted, limit))


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(), "123"),
        (Wanted(number="kz-2026-000002"), "2"),
        (Wanted(number="KZ-2026"), "123"),
        (Wanted(number="KZ-2025"), ""),
        (Wanted(number="KZ-2026-00000"), "123"),
        (Wanted(number="KZ"), "123"),
        (Wanted(number="KZ-2026-000001-02"), "1"),
        (Wanted(number="KZ-2026-000001-"), "1"),
        (Wanted(recipient="archive"), "12"),
        (Wanted(recipient="žydrūnė šimkus"), "1"),
        (Wanted(recipient="Second"), "2"),
        (Wanted(recipient='"TO":'), "2"),
        (Wanted(recipient="\\ % _"), "2"),
        (Wanted(recipient="100%"), ""),
        (Wanted(recipient="consent"), ""),
        (Wanted(sender_ref="17"), "2"),
        (Wanted(sender_ref="Р-17_%\\"), "2"),
        (Wanted(sender_ref="қр"), "2"),
        (Wanted(sender_ref="1"), "23"),
        (Wanted(sender_ref="_7"), ""),
        (Wanted(sha256="AAAA"), "1"),
        (Wanted(sha256="e" * 64), "3"),
        (Wanted(sha256="ffff"), "3"),
        (Wanted(level=LevelId("restricted")), ""),
        (Wanted(level=LevelId("secret"), recipient="nobody"), "2"),
        (Wanted(since="2999-01-01"), ""),
        (Wanted(until="2999-01-01"), "123"),
    ],
)
def test_documents_are_found_by_what_is_known_of_them(filled: Register, wanted: Wanted, numbers: str) -> None:
    assert found(filled, wanted) == numbers
    assert found(filled, wanted, 1) == numbers[-1:], "the last"


def test_a_copy_is_found_by_its_hash(filled: Register) -> None:
    copy = filled.copies_of("KZ-2026-000001")[1]
    assert copy.sha256 is not None
    assert found(filled, Wanted(sha256=copy.sha256)) == "1"


def test_more_names_than_a_question_carries_are_refused(filled: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_MOST_NAMES", 1)
    with pytest.raises(UsageError, match="3 recipients fit"):
        found(filled, Wanted(recipient="e"))


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_names_are_read_from_one_to_the_next_in_their_index(filled: Register) -> None:
    with filled.reading() as connection:
        for name, which, index in (
            (schema.copies.c.recipient, (), "ix_copies_recipient_document"),
            (schema.holder(schema.events.c.detail), (schema.TRANSFERRED,), "ix_events_holder"),
        ):
            question = select(func.min(name)).where(*which, name > "a").compile(connection, compile_kwargs=IN_FULL)
            ((*_, plan),) = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}")
            assert f"INDEX {index} (" in plan
