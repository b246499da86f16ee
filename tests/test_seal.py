"""A seal says what it was given, and nothing that was changed in it holds."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from marker.model import MarkingId, PartyId
from marker.numbering import CopyNumber
from marker.seal import Seal, can_name, read_seal

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
SEAL = Seal(
    CopyNumber(PartyId("KZ"), 2026, 123, 1), "2026-11-22", MarkingId("lt:confidential"), MarkingId("kz:secret"),
    hashlib.sha256(b"letter").hexdigest(),
)  # fmt: skip
TEXT = SEAL.signed_by(KEY.sign)

ids = st.from_regex(r"[a-z0-9:-]{1,15}", fullmatch=True).map(MarkingId)
seals = st.builds(
    Seal,
    st.builds(
        CopyNumber, st.sampled_from([PartyId("KZ"), PartyId("LT")]), st.integers(1000, 9999), st.integers(1, 10**8),
        st.integers(1, 500),
    ),
    st.dates(min_value=date(1000, 1, 1)).map(date.isoformat),
    ids,
    ids,
    st.binary(min_size=32, max_size=32).map(bytes.hex),
)  # fmt: skip


@given(seals)
def test_a_seal_reads_as_it_was_written_and_holds_with_its_own_key_alone(seal: Seal) -> None:
    read = read_seal(seal.signed_by(KEY.sign))
    assert read.says == seal
    assert read.holds(PUBLIC)
    assert not read.holds(Ed25519PrivateKey.generate().public_key().public_bytes_raw())


@given(st.integers(0, len(TEXT) - 1), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ :-"))
def test_no_changed_character_holds(at: int, letter: str) -> None:
    changed = TEXT[:at] + letter + TEXT[at + 1 :]
    if changed == TEXT:
        return
    try:
        read = read_seal(changed)
    except ValueError:
        return
    assert not read.holds(PUBLIC)


def test_a_seal_is_the_line_that_is_documented() -> None:
    assert TEXT.startswith("MS1KZ2026 000123 010 20261122 LT:CONFIDENTIAL KZ:SECRET ")
    assert [len(part) for part in TEXT.split(" ")[-2:]] == [50, 100]
    message, digits = TEXT.rsplit(" ", 1)
    KEY.public_key().verify(int(digits, 36).to_bytes(64, "big"), message.encode("ascii"))


@pytest.mark.parametrize("text", ["", "MK1KZ2026 000123 010 1 4H", TEXT.lower(), TEXT + "0", TEXT[:-100] + "Z" * 100])
def test_what_is_none_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"seal|Invalid"):
        read_seal(text)


@pytest.mark.parametrize("marking", ["", "lt:konfidencialiai-labai", "LT:SECRET", "lt:sekrėtno", "lt secret"])
def test_ids_that_a_seal_cannot_say_are_known_before(marking: str) -> None:
    assert not can_name(MarkingId(marking))


def test_a_signature_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="70 bytes where a seal has 64"):
        SEAL.signed_by(lambda _message: bytes(70))
