"""Verify finds what was done to the file behind the register's back, guards removed and all."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from marker.model import HoldCode
from marker.register import DocumentEntry, EventRecord, Head, Register, schema
from marker.register.ledger import sealed
from marker.register.verify import FileCheck
from tests.register.behind import guards, shell, tamper

Entry = Callable[..., DocumentEntry]
Publish = Callable[..., list[Path]]


@pytest.fixture
def filled(register: Register, entry: Entry, publish: Publish) -> Register:
    publish(register, register.reserve(entry("a"), ["A", "B"]))
    publish(register, register.reserve(entry("b"), [None]))
    register.void([register.reserve(entry("c"), [None]).copies[0].copy_number], "stamp-failed")
    publish(register, register.reserve(entry("a"), ["C"], again=True))
    register.reserve(entry("d"), [None])
    return register


def found(register: Register, **how: object) -> str:
    return "\n".join(f"{p.where}: {p.what}" for p in register.verify(**how))  # type: ignore[arg-type]  # by name


def test_a_register_that_was_left_alone_has_no_problems(filled: Register) -> None:
    assert filled.verify(files=FileCheck.ALL, known_heads=[filled.head()]) == []


def test_an_edited_event_is_found(filled: Register) -> None:
    tamper(filled, "UPDATE events SET operator = 'nobody' WHERE seq = 3")
    assert found(filled) == "event 3: It was altered: its hash does not hold."


def test_an_event_sealed_anew_after_editing_breaks_the_chain(filled: Register) -> None:
    third = filled.last_events(1000)[2]
    forged = replace(third, operator="nobody")
    tamper(filled, "UPDATE events SET operator = 'nobody', hash = :hash WHERE seq = 3", hash=sealed(forged))
    assert found(filled).startswith("event 4: It does not continue event 3")


def test_a_deleted_event_is_found(filled: Register) -> None:
    tamper(filled, "DELETE FROM events WHERE seq = 5")
    assert "event 6: Events 5 to 5 before it are missing." in found(filled)


def test_the_first_events_cannot_be_cut_off(filled: Register) -> None:
    tamper(filled, "DELETE FROM events WHERE seq <= 2")
    assert "event 3: Events 1 to 2 before it are missing." in found(filled)


def test_a_deleted_event_is_found_when_the_others_move_up(filled: Register) -> None:
    tamper(filled, "DELETE FROM events WHERE seq = 5", "UPDATE events SET seq = seq - 1 WHERE seq > 5")
    assert "event 5: It does not continue event 4" in found(filled)


def test_swapped_events_are_found(filled: Register) -> None:
    tamper(
        filled,
        "UPDATE events SET seq = 1000 WHERE seq = 4",
        "UPDATE events SET seq = 4 WHERE seq = 5",
        "UPDATE events SET seq = 5 WHERE seq = 1000",
    )
    assert "event 4: It does not continue event 3" in found(filled)
    assert "event 5: It was altered" in found(filled)


@pytest.mark.parametrize(
    ("table", "key", "swapped"),
    [
        ("copies", "copy_number", "recipient"),
        ("copies", "copy_number", "sha256"),
        ("documents", "register_number", "source_sha256"),
    ],
)
def test_rows_that_swapped_what_they_hold_are_found(filled: Register, table: str, key: str, swapped: str) -> None:
    with filled.reading() as connection:
        columns = schema.METADATA.tables[table].c
        rows = connection.execute(select(columns[key], columns[swapped]).where(columns[swapped].is_not(None))).all()
    one, other = next((a, b) for a in rows for b in rows if a[1] != b[1])
    change = f"UPDATE {table} SET {swapped} = :value WHERE {key} = :key"  # noqa: S608  # names of ours
    # By way of a third value, for a live document has its hash to itself.
    tamper(filled, change, value="f" * 64, key=one[0])
    tamper(filled, change, value=one[1], key=other[0])
    tamper(filled, change, value=other[1], key=one[0])
    told = found(filled)
    for row in (one, other):
        assert f"{row[0]}: It is not what the ledger says in: {swapped}." in told


def test_a_cut_tail_is_found_by_the_head_kept_elsewhere(filled: Register) -> None:
    filled.held(None, "letter.pdf", HoldCode.UNMARKED)
    head = filled.head()
    tamper(filled, "DELETE FROM events WHERE seq = :seq", seq=head.seq)
    assert found(filled) == "", "the chain alone cannot see it"
    problem = f"ledger: It once had event {head.seq} and has it no more: its end was cut off."
    assert found(filled, known_heads=[head]) == problem


def test_a_cut_tail_is_found_without_it_when_a_number_hangs_on_it(filled: Register) -> None:
    head = filled.head()
    tamper(filled, "DELETE FROM events WHERE seq = :seq", seq=head.seq)
    assert "It is in copies, but the ledger does not know it." in found(filled)


def test_a_ledger_written_anew_is_not_the_one_that_was_known(filled: Register) -> None:
    head = filled.head()
    assert "written anew" in found(filled, known_heads=[Head(head.seq - 1, head.hash)])


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "UPDATE documents SET level = 'restricted', marking = 'lt:restricted' WHERE serial = 1",
            "KZ-2026-000001: It is not what the ledger says in: marking, level.",
        ),
        (
            "UPDATE copies SET recipient = 'Somebody else' WHERE document = 'KZ-2026-000002'",
            "It is not what the ledger says in: recipient.",
        ),
        (
            "UPDATE copies SET status = 'reserved', settled_at = NULL WHERE document = 'KZ-2026-000002'",
            "It is not what the ledger says in: status, settled_at.",
        ),
        (
            "UPDATE documents SET status = 'void' WHERE serial = 2",
            "KZ-2026-000002: It is not what the ledger says in: status.",
        ),
        ("DELETE FROM documents WHERE serial = 2", "KZ-2026-000002: The number is missing"),
        ("DELETE FROM documents WHERE serial = 1", "KZ-2026-000001: The number is missing"),
        ("DELETE FROM documents WHERE serial = 4", "KZ-2026-000004: The ledger knows it, but it is not in documents."),
        ("DELETE FROM copies WHERE copy_index = 2", "KZ-2026-000001: A copy number of it is missing."),
        ("DELETE FROM copies WHERE document = 'KZ-2026-000003'", "KZ-2026-000003: A copy number of it is missing."),
        (
            "UPDATE copies SET copy_number = 'KZ-2026-000002-01-0' WHERE document = 'KZ-2026-000002'",
            "KZ-2026-000002-01-0: It is no copy number",
        ),
        (
            "UPDATE copies SET document = 'KZ-2026-000003', copy_index = 2 WHERE document = 'KZ-2026-000002'",
            "It is not the number of its document and place.",
        ),
        (
            "UPDATE documents SET register_number = 'KZ-2026-000099' WHERE serial = 3",
            "KZ-2026-000099: It is not the number of its Party, year and serial.",
        ),
        (
            "UPDATE documents SET registered_on = '2025-12-31' WHERE serial = 2",
            "It was registered in another year than its number says.",
        ),
        ("UPDATE runs SET host = 'elsewhere'", "It is not what the ledger says in: host."),
        ("UPDATE documents SET status = 'lost' WHERE serial = 2", "KZ-2026-000002: It is not what the ledger says in"),
        ("UPDATE events SET detail = 'no JSON' WHERE kind = 'reserved'", "Its detail does not fit what came before."),
        ("UPDATE events SET detail = '[]' WHERE kind = 'registered'", "Its detail does not fit what came before."),
    ],
)
def test_a_change_behind_the_guards_is_found(filled: Register, statement: str, problem: str) -> None:
    tamper(filled, statement)
    assert problem in found(filled)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_word_where_a_number_belongs_is_found(filled: Register) -> None:
    tamper(filled, "UPDATE documents SET serial = 'two' WHERE serial = 2")
    assert "It is not what the ledger says in: serial." in found(filled)


def test_missing_altered_and_foreign_guards_are_found(filled: Register) -> None:
    tamper(filled, restore=False)
    with shell(filled) as connection:
        count = len(guards(connection))
    assert found(filled).count("is missing or was altered") == count
    with shell(filled) as connection:
        installed = [statement for statements in guards(connection).values() for statement in statements]
        for statement in installed:
            connection.exec_driver_sql(re.sub("BEFORE( UPDATE OR)? DELETE", r"AFTER\1 DELETE", statement))
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("CREATE TRIGGER odd AFTER INSERT ON runs BEGIN SELECT 1; END")
        else:
            connection.exec_driver_sql(
                "CREATE TRIGGER odd AFTER INSERT ON runs FOR EACH ROW EXECUTE FUNCTION events_in_order()"
            )
    late = [statement for statement in installed if re.search("BEFORE( UPDATE OR)? DELETE", statement)]
    assert found(filled).count("is missing or was altered") == len(late) > 2
    assert "a trigger that is not of this software" in found(filled)


def test_the_files_of_the_copies_are_compared_when_asked(filled: Register) -> None:
    first, second, *_ = filled.copies_of("KZ-2026-000001")
    assert first.path is not None
    assert second.path is not None
    Path(first.path).write_bytes(b"something else")
    Path(second.path).unlink()
    assert found(filled) == ""
    problems = found(filled, files=FileCheck.ALL)
    assert f"{first.copy_number}: Its file {first.path} is not the one that was issued." in problems
    assert f"{second.copy_number}: Its file {second.path} cannot be read" in problems


def test_the_hash_of_an_event_is_made_as_documented(filled: Register) -> None:
    """Written out once more, so that the form cannot change unseen: old registers must go on verifying."""
    event: EventRecord = filled.last_events(1000)[1]
    text = json.dumps(
        [
            1, event.seq, event.at, event.run, event.operator, event.kind, event.document, event.copy, event.detail,
            event.profile_sha256, event.previous_hash,
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )  # fmt: skip
    assert event.hash == hashlib.sha256(text.encode()).hexdigest()
