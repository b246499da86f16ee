"""Drawing numbers and settling them: what is reserved, issued and void, and what is refused."""

from __future__ import annotations

import json
import pickle
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import text

from marker.agreement.profile import Receipt
from marker.errors import ExitStatus, HoldError, RegisterError, UsageError
from marker.model import HoldCode, MarkingId, PartyId
from marker.numbering import parse_copy_number
from marker.register import (
    AlreadyRegistered,
    BeingWorkedOn,
    CopyStatus,
    DocumentEntry,
    DocumentStatus,
    Register,
)

KZ, LT = PartyId("KZ"), PartyId("LT")
Entry = Callable[..., DocumentEntry]
Open = Callable[..., Register]
Publish = Callable[..., object]


def test_the_first_number_of_a_year_is_one_and_the_next_follows_it(register: Register, entry: Entry) -> None:
    numbers = [register.reserve(entry(name), [None]).register_number for name in "abc"]
    assert numbers == ["KZ-2026-000001", "KZ-2026-000002", "KZ-2026-000003"]


def test_each_party_counts_for_itself(register: Register, entry: Entry) -> None:
    register.reserve(entry("a"), [None])
    assert register.reserve(entry("a", party=LT), [None]).register_number == "LT-2026-000001"


def test_a_registry_goes_on_from_its_paper_journal(opened: Open, entry: Entry) -> None:
    register = opened(first_number=4711)
    assert register.reserve(entry("a"), [None]).document.serial == 4711
    assert opened(first_number=9000).reserve(entry("b"), [None]).document.serial == 4712, "the year has begun"
    assert register.verify() == []


def test_a_first_number_may_be_of_one_year_alone(opened: Open, entry: Entry, clock: Any) -> None:
    register = opened(first_number=4711, first_number_year=2026)
    assert register.reserve(entry("a"), [None]).register_number == "KZ-2026-004711"
    clock.now = datetime(2027, 3, 1, tzinfo=UTC)
    assert register.reserve(entry("b"), [None]).register_number == "KZ-2027-000001"
    assert register.verify() == []


def test_the_year_is_the_year_of_the_local_date_and_starts_anew(register: Register, entry: Entry, clock: Any) -> None:
    register.reserve(entry("a"), [None])
    clock.now = datetime(2027, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=5)))
    reservation = register.reserve(entry("b"), [None])
    assert reservation.register_number == "KZ-2027-000001"
    assert reservation.date == "2027-01-01"
    assert reservation.document.registered_at == "2026-12-31T19:30:00.000000Z"


def test_a_clock_without_a_time_zone_is_refused(opened: Open, entry: Entry) -> None:
    register = opened(clock=lambda: datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="time zone"):
        register.reserve(entry(), [None])


def test_every_recipient_gets_a_numbered_copy(opened: Open, entry: Entry) -> None:
    register = opened(operator="B. Clerk", clearance="top secret")
    reservation = register.reserve(entry(purpose="for the ministry"), ["Ministry", None, "Archive"])
    assert [(c.index, c.recipient, c.set_no, c.set_size) for c in reservation.copies] == [
        (1, "Ministry", 1, 3),
        (2, None, 1, 3),
        (3, "Archive", 1, 3),
    ]
    for copy in reservation.copies:
        number = parse_copy_number(copy.copy_number)
        assert (number.register_number, number.index) == (reservation.register_number, copy.index)
        assert (copy.operator, copy.clearance, copy.purpose) == ("B. Clerk", "top secret", "for the ministry")
        assert copy.status is CopyStatus.RESERVED
    assert register.copies_of(reservation.register_number) == list(reservation.copies)


def test_what_was_registered_is_read_back_as_it_was_given(register: Register, entry: Entry) -> None:
    given = entry(
        sender_ref="ҚР-17", sender_date="2026-11-02", purpose="ознакомление", stated_reason="stamp is faint",
        evidence=({"marking": "lt:secret", "text": "SLAPTAI", "page": 1, "score": 0.97},),
    )  # fmt: skip
    record = register.reserve(given, [None]).document
    assert register.document("kz-2026-000001") == record
    for name in ("party", "source_sha256", "source_name", "format", "pages", "marking", "level", "equivalent"):
        assert getattr(record, name) == getattr(given, name)
    assert (record.sender_ref, record.sender_date, record.purpose) == ("ҚР-17", "2026-11-02", "ознакомление")
    assert (record.stated_by, record.stated_reason) == ("A. Clerk", "stamp is faint")
    assert json.loads(record.evidence) == [{"marking": "lt:secret", "text": "SLAPTAI", "page": 1, "score": 0.97}]
    assert record.profile_sha256 == "c" * 64


def test_a_name_that_is_no_utf8_is_kept_readably(register: Register, entry: Entry) -> None:
    name = b"\xff\x00letter.pdf".decode("utf-8", "surrogateescape")
    record = register.reserve(entry(source_name=name), [None]).document
    assert record.source_name == "\\xff\\x00letter.pdf"


def test_a_path_that_cannot_be_kept_exactly_is_not_announced(register: Register, entry: Entry) -> None:
    (copy,) = register.reserve(entry(), [None]).copies
    with pytest.raises(HoldError) as caught:
        register.announce(copy.copy_number, b"/out/\xff.pdf".decode("utf-8", "surrogateescape"), "d" * 64)
    assert caught.value.hold.code is HoldCode.UNSAFE_PATH
    assert register.copy(copy.copy_number) == copy


def test_a_sender_date_that_is_no_date_draws_no_number(register: Register, entry: Entry) -> None:
    with pytest.raises(UsageError, match="not a date"):
        register.reserve(entry(sender_date="2 November"), [None])
    assert register.documents() == []


def test_a_document_without_copies_is_not_registered(register: Register, entry: Entry) -> None:
    with pytest.raises(UsageError, match="No copy"):
        register.reserve(entry(), [])
    assert register.documents() == []


def test_an_announced_copy_is_issued_and_its_document_registered(
    register: Register, entry: Entry, publish: Publish
) -> None:
    reservation = register.reserve(entry(), ["A", "B"])
    assert register.find(entry().source_sha256, KZ) is None, "reserved is not registered"
    publish(register, reservation)
    assert [copy.status for copy in register.copies_of(reservation.register_number)] == [CopyStatus.ISSUED] * 2
    found = register.find(entry().source_sha256, KZ)
    assert found is not None
    assert found.status is DocumentStatus.REGISTERED
    assert register.find(entry().source_sha256, LT) is None


def test_a_copy_is_found_by_its_number_and_by_the_hash_of_its_file(
    register: Register, entry: Entry, publish: Publish
) -> None:
    reservation = register.reserve(entry(), [None])
    publish(register, reservation, issue=False)
    (copy,) = register.copies_of(reservation.register_number)
    assert copy.sha256 is not None
    assert register.copy_by_sha256(copy.sha256) is None, "it is not issued yet"
    register.issue([copy.copy_number])
    issued = register.copy_by_sha256(copy.sha256)
    assert issued is not None
    assert issued == register.copy(f" {copy.copy_number.lower()} ")
    assert register.copy("KZ-2026-000001-09-X") is None


def test_a_copy_that_was_not_announced_is_not_issued(register: Register, entry: Entry) -> None:
    first, second = register.reserve(entry(), [None, None]).copies
    register.announce(first.copy_number, "/out/1.pdf", "d" * 64)
    with pytest.raises(RegisterError, match="never announced"):
        register.issue([first.copy_number, second.copy_number])
    assert [c.status for c in register.copies_of(first.register_number)] == [CopyStatus.RESERVED] * 2, "all or none"


def test_the_last_announcement_counts(register: Register, entry: Entry) -> None:
    (copy,) = register.reserve(entry(), [None]).copies
    register.announce(copy.copy_number, "/out/taken.pdf", "d" * 64)
    register.announce(copy.copy_number, "/out/free.pdf", "e" * 64)
    register.issue([copy.copy_number])
    issued = register.copy(copy.copy_number)
    assert issued is not None
    assert (issued.path, issued.sha256) == ("/out/free.pdf", "e" * 64)


def test_a_void_number_keeps_its_reason_and_is_not_given_again(register: Register, entry: Entry) -> None:
    reservation = register.reserve(entry(), [None])
    register.void([reservation.copies[0].copy_number], "stamp-failed")
    (copy,) = register.copies_of(reservation.register_number)
    assert (copy.status, copy.void_reason) == (CopyStatus.VOID, "stamp-failed")
    record = register.document(reservation.register_number)
    assert record is not None
    assert record.status is DocumentStatus.VOID
    assert register.reserve(entry(), [None]).register_number == "KZ-2026-000002"
    assert register.verify() == []


def test_a_number_is_not_void_without_a_reason(register: Register, entry: Entry) -> None:
    (copy,) = register.reserve(entry(), [None]).copies
    with pytest.raises(UsageError, match="reason"):
        register.void([copy.copy_number], "  ")


def test_one_void_copy_leaves_the_document_registered_with_the_other(
    register: Register, entry: Entry, publish: Publish
) -> None:
    first, second = (reservation := register.reserve(entry(), ["A", "B"])).copies
    register.announce(first.copy_number, "/out/1.pdf", "d" * 64)
    register.void([second.copy_number], "crashed")
    register.issue([first.copy_number])
    record = register.document(reservation.register_number)
    assert record is not None
    assert record.status is DocumentStatus.REGISTERED


@pytest.mark.parametrize("settle", ["issue", "void"])
def test_a_settled_copy_is_settled_for_good(register: Register, entry: Entry, settle: str) -> None:
    (copy,) = register.reserve(entry(), [None]).copies
    register.announce(copy.copy_number, "/out/1.pdf", "d" * 64)
    register.issue([copy.copy_number]) if settle == "issue" else register.void([copy.copy_number], "crashed")
    attempts: list[Callable[[], None]] = [
        lambda: register.issue([copy.copy_number]),
        lambda: register.void([copy.copy_number], "again"),
        lambda: register.announce(copy.copy_number, "/out/2.pdf", "e" * 64),
    ]
    for attempt in attempts:
        with pytest.raises(RegisterError, match="final"):
            attempt()


def test_nothing_to_settle_is_no_error(register: Register) -> None:
    register.issue([])
    register.void([], "nothing")
    assert register.last_events() == []


def test_another_runs_number_is_left_to_it(opened: Open, entry: Entry) -> None:
    (copy,) = opened().reserve(entry(), [None]).copies
    with pytest.raises(RegisterError, match="another run"):
        opened().void([copy.copy_number], "not mine")


def test_an_unknown_number_is_refused(register: Register) -> None:
    with pytest.raises(RegisterError, match="no copy KZ-2026-000009-01-X"):
        register.issue(["KZ-2026-000009-01-X"])


# ── the same bytes again ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_bytes_for_the_same_party_are_one_document(register: Register, entry: Entry, publish: Publish) -> None:
    reservation = register.reserve(entry(), [None])
    publish(register, reservation)
    with pytest.raises(AlreadyRegistered) as caught:
        register.reserve(entry(source_name="renamed.pdf"), [None])
    assert caught.value.record == register.document(reservation.register_number)
    assert caught.value.exit_status is ExitStatus.REGISTER
    assert len(register.documents()) == 1


def test_a_new_set_of_copies_goes_on_under_the_same_register_number(
    register: Register, entry: Entry, publish: Publish
) -> None:
    """Otherwise every --again would make a "copy no. 1", which needs no consent (Articles 4(5), 7(1))."""
    publish(register, register.reserve(entry(), ["A", "B"]))
    again = register.reserve(entry(purpose="exercise"), ["C"], again=True)
    assert again.register_number == "KZ-2026-000001"
    (copy,) = again.copies
    assert (copy.index, copy.set_no, copy.set_size, copy.purpose) == (3, 2, None, "exercise")
    assert again.date == "2026-11-22"
    publish(register, again)
    assert register.reserve(entry(), [None], again=True).copies[0].set_no == 3
    assert register.verify() == []


def test_a_failed_new_set_leaves_the_first_registration_alone(
    register: Register, entry: Entry, publish: Publish
) -> None:
    publish(register, register.reserve(entry(), [None]))
    again = register.reserve(entry(), [None], again=True)
    register.void([again.copies[0].copy_number], "stamp-failed")
    record = register.find(entry().source_sha256, KZ)
    assert record is not None
    assert record.register_number == "KZ-2026-000001"


def test_copying_again_never_changes_a_marking(register: Register, entry: Entry, publish: Publish) -> None:
    publish(register, register.reserve(entry(), [None]))
    with pytest.raises(RegisterError, match=r"4\(6\)"):
        register.reserve(entry(marking=MarkingId("lt:confidential")), [None], again=True)
    assert len(register.copies_of("KZ-2026-000001")) == 1


def test_again_without_a_first_time_is_a_first_time(register: Register, entry: Entry) -> None:
    assert register.reserve(entry(), [None], again=True).copies[0].index == 1


@pytest.mark.parametrize("again", [False, True])
def test_a_document_in_the_hands_of_a_live_run_is_being_worked_on(opened: Open, entry: Entry, again: bool) -> None:
    reservation = opened().reserve(entry(), [None])
    with pytest.raises(BeingWorkedOn) as caught:
        opened().reserve(entry(), [None], again=again)
    assert caught.value.record == reservation.document
    assert "process" in str(caught.value)
    assert caught.value.remedy


def test_the_refusals_survive_the_way_between_processes(opened: Open, entry: Entry, publish: Publish) -> None:
    opened().reserve(entry(), [None])
    with pytest.raises(BeingWorkedOn) as busy:
        opened().reserve(entry(), [None])
    back = pickle.loads(pickle.dumps(busy.value))  # noqa: S301  # our own object
    assert (back.record, back.run, str(back)) == (busy.value.record, busy.value.run, str(busy.value))
    known = pickle.loads(pickle.dumps(AlreadyRegistered(busy.value.record)))  # noqa: S301  # our own object
    assert known.record == busy.value.record


# ── events and questions ────────────────────────────────────────────────────────────────────────────────────────────


def test_every_step_of_a_document_is_in_its_history(register: Register, entry: Entry, publish: Publish) -> None:
    reservation = register.reserve(entry(), [None])
    register.reserve(entry("another"), [None])
    publish(register, reservation)
    register.arrived_again(reservation.document, "/in/letter (2).pdf", receipt=Receipt.WRITTEN)
    history = register.history("kz-2026-000001")
    assert [event.kind for event in history] == ["registered", "reserved", "announced", "issued", "arrived-again"]
    assert {event.operator for event in history} == {"A. Clerk"}
    assert json.loads(history[-1].detail) == {
        "path": "/in/letter (2).pdf", "sha256": entry().source_sha256, "level": "secret", "receipt": "written",
    }  # fmt: skip


def test_held_files_and_stated_markings_are_events(register: Register) -> None:
    register.held(None, "odd\udcff.pdf", HoldCode.MALFORMED)
    register.stated("a" * 64, "letter.pdf", MarkingId("lt:secret"), "the stamp is faint")
    run, held, stated = register.last_events()
    assert (run.kind, held.kind, stated.kind) == ("run", "held", "stated")
    assert json.loads(held.detail) == {"sha256": None, "name": "odd\\xff.pdf", "code": "malformed", "party": None}
    assert json.loads(stated.detail)["reason"] == "the stamp is faint"
    assert [event.kind for event in register.last_events(1)] == ["stated"]


def test_events_follow_each_other_and_the_head_is_the_last(register: Register, entry: Entry) -> None:
    register.reserve(entry(), ["A", "B"])
    events = register.last_events()
    assert [event.seq for event in events] == [1, 2, 3, 4]
    assert [event.previous_hash for event in events[1:]] == [event.hash for event in events[:-1]]
    assert (register.head().seq, register.head().hash) == (4, events[-1].hash)


def test_documents_are_listed_by_what_is_asked(register: Register, entry: Entry, publish: Publish) -> None:
    publish(register, register.reserve(entry("a"), [None]))
    register.reserve(entry("b", party=LT), [None])
    register.reserve(entry("c", level="restricted"), [None])

    def listed(**wanted: object) -> list[str]:
        return [record.register_number for record in register.documents(**wanted)]  # type: ignore[arg-type]  # by name

    assert listed() == ["KZ-2026-000001", "KZ-2026-000002", "LT-2026-000001"]
    assert listed(party=LT) == ["LT-2026-000001"]
    assert listed(status=DocumentStatus.REGISTERED) == ["KZ-2026-000001"]
    assert listed(level="restricted") == ["KZ-2026-000002"]
    assert listed(year=2025) == []
    assert listed(limit=2) == ["KZ-2026-000002", "LT-2026-000001"]
    assert listed(source_sha256=entry("a").source_sha256) == ["KZ-2026-000001"]


def test_asking_leaves_no_trace(register: Register) -> None:
    register.find("a" * 64, KZ)
    register.documents()
    assert register.recover() == []
    assert register.verify() == []
    assert register.last_events() == []
    assert register.path is None or not (register.path.parent / "locks").exists()


def test_threads_share_a_register(register: Register, entry: Entry) -> None:
    drawn: list[int] = []

    def draw(name: str) -> None:
        drawn.extend(register.reserve(entry(f"{name}{i}"), [None]).document.serial for i in range(5))

    threads = [threading.Thread(target=draw, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(drawn) == list(range(1, 21))
    assert register.verify() == []


def test_times_are_kept_in_utc(register: Register, entry: Entry) -> None:
    record = register.reserve(entry(), [None]).document
    assert datetime.fromisoformat(record.registered_at) == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def test_the_tables_have_a_column_for_every_field_of_a_record(register: Register, entry: Entry) -> None:
    register.reserve(entry(), [None])
    with register.reading() as connection:
        names = connection.execute(text("SELECT * FROM copies")).keys()
    assert len(names) == len(type(register.copies_of("KZ-2026-000001")[0]).__slots__)
