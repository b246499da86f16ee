"""Consents: on file before a copy is made, counted down with its number, refused with the article."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from marker.agreement.load import load_profile
from marker.errors import HoldError, RegisterError, UsageError
from marker.model import HoldCode, LevelId
from marker.register import DocumentEntry, Register, consents, custody, grounds, recipients
from marker.register.consents import Consent, Covers, Issuer
from marker.register.grounds import Terms, Translation
from tests.register.behind import put_back_to_the_first_schema, shell, tamper

Entry = Callable[..., DocumentEntry]
Publish = Callable[..., object]
LETTER = Consent("5-17/88", "2026-11-02", Issuer.SENDING_BODY, LevelId("secret"), 2)
PROFILE = load_profile()


def terms(level: str = "secret", **changes: Any) -> Terms:
    plain = Terms(
        PROFILE.handling_of(LevelId(level)),
        frozenset(party.id for party in PROFILE.parties),
        frozenset({"kk", "lt"}),
    )
    return replace(plain, **changes)


def put(register: Register, consent: Consent = LETTER, **changes: Any) -> None:
    with register.writing() as pen:
        consents.add(pen, replace(consent, **changes))


def left(register: Register, ref: str = LETTER.ref) -> int:
    with register.reading() as connection:
        return next(held.left for held in consents.on_file(connection) if held.consent.ref == ref)


def refused(register: Register, entry: DocumentEntry, *who: str | None, **given: Any) -> str:
    before = register.head()
    with pytest.raises(HoldError) as caught:
        register.reserve(entry, who or (None, None), terms=terms(**given))
    assert caught.value.hold.code is HoldCode.CONSENT_REQUIRED
    assert register.head().seq <= before.seq + 1, "no number was drawn; a run may have begun"
    return str(caught.value)


def test_copy_no_1_needs_no_consent(register: Register, entry: Entry) -> None:
    register.reserve(entry(), [None], terms=terms())


def test_every_copy_after_it_is_counted(register: Register, entry: Entry) -> None:
    put(register)
    register.reserve(entry(), [None, None], terms=terms(consent=LETTER.ref))
    assert left(register) == 1
    register.reserve(entry("b"), [None, None], terms=terms(consent=LETTER.ref))
    assert left(register) == 0
    assert "used up" in refused(register, entry("c"), consent=LETTER.ref)
    assert register.verify() == []


def test_more_copies_at_once_than_are_left_draw_no_number_at_all(register: Register, entry: Entry) -> None:
    put(register)
    assert "7(1)" in refused(register, entry(), None, None, None, None, consent=LETTER.ref)
    assert register.documents() == []
    assert left(register) == 2


def test_a_copy_handed_to_a_third_party_uses_its_consent_up(register: Register, entry: Entry, publish: Publish) -> None:
    authority = {"issuer": Issuer.COMPETENT_AUTHORITY, "covers": (Covers.RELEASE,), "copies": 1}
    put(register, ref="4-3/1", **authority)
    drawn = register.reserve(entry(), [None])
    publish(register, drawn)
    (copy,) = drawn.copies

    def hand(to: str) -> None:
        with register.writing() as pen:
            custody.transfer(pen, copy.copy_number, to, consent="4-3/1", unknown_is_third=True)

    hand("Somebody Ltd")
    assert left(register, "4-3/1") == 0
    with pytest.raises(HoldError, match="used up"):
        hand("Another Ltd")
    assert register.verify() == []


def test_what_the_next_copy_needs_is_told(register: Register, entry: Entry, publish: Publish) -> None:
    for ref, changes in (
        ("fits", {"expires": "2026-12-31"}),
        ("too late", {"date": "2026-01-01", "expires": "2026-02-01"}),
        ("another level", {"level": LevelId("top-secret")}),
        ("used", {"copies": 1}),
        ("to destroy", {"covers": (Covers.DESTRUCTION,)}),
    ):
        put(register, ref=ref, **changes)
    drawn = register.reserve(entry(), [None, None], terms=terms(consent="used"))
    publish(register, drawn)
    publish(
        register, register.reserve(entry(), ["T"], again=True, terms=terms(translation=Translation("kk", "a" * 64)))
    )

    def told(level: str) -> grounds.NextCopy:
        with register.reading() as connection:
            handling, languages = PROFILE.handling_of(LevelId(level)), PROFILE.state_languages
            return grounds.next_copy(connection, drawn.document, handling, languages, "2026-11-22")

    then = told("secret")
    assert (then.index, then.needs_consent, then.article, then.free_translations) == (4, True, "7(1)", ("lt",))
    assert [held.consent.ref for held in then.consents] == ["fits"]
    assert told("restricted").consents == ()
    assert not told("restricted").needs_consent


def test_a_void_number_gives_its_consent_back(register: Register, entry: Entry) -> None:
    put(register)
    drawn = register.reserve(entry(), [None, None], terms=terms(consent=LETTER.ref))
    register.void([copy.copy_number for copy in drawn.copies], "stamp-failed")
    assert left(register) == 2


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"level": LevelId("top-secret")}, "is for top-secret, the document is secret"),
        ({"expires": "2026-11-21"}, "expired on 2026-11-21"),
        ({"covers": (Covers.DESTRUCTION,)}, "does not cover copies"),
    ],
)
def test_a_consent_to_something_else_does_not_help(
    register: Register, entry: Entry, changes: dict[str, Any], why: str
) -> None:
    put(register, **changes)
    said = refused(register, entry(), consent=LETTER.ref)
    assert why in said
    assert "7(1)" in said


def test_a_consent_for_one_document_is_for_no_other(register: Register, entry: Entry, publish: Publish) -> None:
    publish(register, register.reserve(entry(), [None]))
    put(register, register_number="KZ-2026-000001")
    assert "for KZ-2026-000001 alone" in refused(register, entry("b"), consent=LETTER.ref)
    register.reserve(entry(), [None], again=True, terms=terms(consent=LETTER.ref))


def test_a_consent_that_is_not_on_file_does_not_help(register: Register, entry: Entry) -> None:
    assert "is not on file" in refused(register, entry(), consent="a rumour")
    assert "none was named" in refused(register, entry())


def test_it_holds_until_the_end_of_its_last_day(register: Register, entry: Entry) -> None:
    put(register, expires="2026-11-22")
    register.reserve(entry(), [None, None], terms=terms(consent=LETTER.ref))


def test_restricted_is_copied_by_need(register: Register, entry: Entry) -> None:
    register.reserve(entry(level=LevelId("restricted")), [None, None], terms=terms("restricted"))


@pytest.mark.parametrize(
    "changes",
    [
        {"ref": "  "},
        {"copies": 0},
        {"date": "2026-11-23"},
        {"date": "2 November"},
        {"expires": "2026-11-01"},
        {"covers": ()},
        {"covers": (Covers.RELEASE,)},
    ],
)
def test_a_consent_that_contradicts_itself_is_not_put_on_file(register: Register, changes: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        put(register, **changes)


def test_a_reference_is_used_once(register: Register) -> None:
    put(register)
    with pytest.raises(RegisterError, match="on file already"):
        put(register, copies=99)
    assert left(register) == 2


# ── third parties ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_third_party_needs_the_competent_authority_even_for_copy_no_1(register: Register, entry: Entry) -> None:
    with register.writing() as pen:
        recipients.add(pen, "Contractor Ltd", "other", ["KZ", "LT"])
        recipients.add(pen, "Archive", "KZ", ["KZ", "LT"])
    assert "4(3)" in refused(register, entry(), "Contractor Ltd")
    put(register)
    assert "does not cover release" in refused(register, entry(), "contractor  ltd", consent=LETTER.ref)
    put(register, ref="CA-1", issuer=Issuer.COMPETENT_AUTHORITY, covers=(Covers.RELEASE,))
    drawn = register.reserve(entry(), ["Contractor Ltd"], terms=terms(consent="CA-1"))
    with register.reading() as connection:
        kept = grounds.of_document(connection, drawn.register_number)[drawn.copies[0].copy_number]
    assert (kept["consent"], kept["recipient_party"]) == ("CA-1", "other")
    register.reserve(entry("b"), ["Archive"], terms=terms())


def test_restricted_too_is_not_released_to_a_third_party(register: Register, entry: Entry) -> None:
    with register.writing() as pen:
        recipients.add(pen, "Contractor Ltd", "other", ["KZ", "LT"])
    assert "4(3)" in refused(register, entry(level=LevelId("restricted")), "Contractor Ltd", level="restricted")


def test_who_is_not_in_the_list_is_a_third_party_where_that_is_set(register: Register, entry: Entry) -> None:
    register.reserve(entry(), ["Nobody knows"], terms=terms())
    assert "not in the list" in refused(register, entry("b"), "Nobody knows", unknown_is_third=True)


def test_the_last_entry_of_a_recipient_counts(register: Register) -> None:
    with register.writing() as pen:
        recipients.add(pen, "Archive", "KZ", ["KZ", "LT"])
        recipients.add(pen, "archive", "other", ["KZ", "LT"])
        assert recipients.party_of(pen.connection, "ARCHIVE") == "other"
        with pytest.raises(UsageError):
            recipients.add(pen, "Archive", "PL", ["KZ", "LT"])


# ── translations and replacements ───────────────────────────────────────────────────────────────────────────────────


def test_the_first_translation_into_a_state_language_is_free_once(
    register: Register, entry: Entry, publish: Publish
) -> None:
    publish(register, register.reserve(entry(), [None], terms=terms()))
    into_kazakh = terms(translation=Translation("kk", "e" * 64))
    register.reserve(entry(), [None], again=True, terms=into_kazakh)
    register.recover()
    with pytest.raises(RegisterError):
        register.reserve(entry(), [None], again=True, terms=into_kazakh)


def test_the_second_translation_and_another_language_need_a_consent(
    register: Register, entry: Entry, publish: Publish
) -> None:
    publish(register, register.reserve(entry(), [None], terms=terms()))
    publish(
        register, register.reserve(entry(), [None], again=True, terms=terms(translation=Translation("kk", "e" * 64)))
    )
    publish(
        register, register.reserve(entry(), [None], again=True, terms=terms(translation=Translation("lt", "f" * 64)))
    )
    for language in ("kk", "ru"):
        with pytest.raises(HoldError, match=r"7\(1\)"):
            register.reserve(entry(), [None], again=True, terms=terms(translation=Translation(language, "d" * 64)))
    assert register.verify() == []


def test_a_void_translation_is_no_translation(register: Register, entry: Entry, publish: Publish) -> None:
    publish(register, register.reserve(entry(), [None], terms=terms()))
    for _ in range(2):
        drawn = register.reserve(entry(), [None], again=True, terms=terms(translation=Translation("kk", "e" * 64)))
        register.void([drawn.copies[0].copy_number], "stamp-failed")


# ── tampering ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_grounds_never_change(register: Register, entry: Entry) -> None:
    put(register)
    register.reserve(entry(), [None, None], terms=terms(consent=LETTER.ref))
    with shell(register) as connection:
        statements = ["UPDATE grounds SET consent = NULL", "DELETE FROM grounds"]
        if connection.dialect.name == "sqlite":
            statements.append("INSERT OR REPLACE INTO grounds SELECT * FROM grounds")
        else:
            statements.append("TRUNCATE grounds")
        for statement in statements:
            with pytest.raises(IntegrityError):
                connection.exec_driver_sql(statement)


def test_grounds_changed_behind_the_guards_are_found(register: Register, entry: Entry) -> None:
    put(register)
    register.reserve(entry(), [None, None], terms=terms(consent=LETTER.ref))
    tamper(register, "UPDATE grounds SET consent = 'another'")
    said = [problem.what for problem in register.verify()]
    assert "It is not what the ledger says in: consent." in said
    assert "It was made under a consent that is not on file." in said


def test_a_register_of_the_first_schema_is_brought_up_to_date(
    opened: Callable[..., Register], entry: Entry, publish: Publish
) -> None:
    register = opened()
    publish(register, register.reserve(entry(), [None]))
    put_back_to_the_first_schema(register)
    register.close()
    again = opened()
    assert again.verify() == []
    put(again)
    again.reserve(entry(), [None], again=True, terms=terms(consent=LETTER.ref))
    assert again.verify() == []
    assert json.loads(again.last_events(1)[0].detail)["grounds"]["consent"] == LETTER.ref


def test_writers_at_once_never_use_more_than_a_consent_allows(opened: Callable[..., Register], entry: Entry) -> None:
    put(opened(), copies=5)
    made: list[str] = []
    refusals: list[str] = []

    def work(register: Register, name: str) -> None:
        for n in range(3):
            try:
                drawn = register.reserve(entry(f"{name}{n}"), [None, None], terms=terms(consent=LETTER.ref))
                made.append(drawn.register_number)
            except HoldError as error:
                refusals.append(str(error))

    writers = [threading.Thread(target=work, args=(opened(), name)) for name in "abcd"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    register = opened()
    assert (len(made), len(refusals)) == (5, 7)
    assert left(register) == 0
    assert register.verify() == []


def test_a_consent_used_beyond_what_it_allows_is_found(register: Register, entry: Entry) -> None:
    put(register, copies=1)
    register.reserve(entry(), [None, None], terms=terms(consent=LETTER.ref))
    first = "SELECT min(copies.copy_number), min(consent), NULL, NULL, NULL, NULL FROM copies, grounds"
    tamper(register, f"INSERT INTO grounds {first}")
    said = [problem.what for problem in register.verify()]
    assert "It was used 2 times and allows 1." in said
    assert "It is in grounds, but the ledger does not know it." in said
