"""The head kept elsewhere: what the chain alone cannot show is found by it, and its signature by the public key."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from sqlalchemy import text

from marker.errors import RegisterError, UsageError
from marker.register import DocumentEntry, Head, Register
from marker.register.heads import Keeper, read, unsigned
from marker.register.ledger import GENESIS, sealed
from marker.register.signing import signer, verifier
from tests.register.behind import tamper, unguarded

Entry = Callable[..., DocumentEntry]
Publish = Callable[..., list[Path]]
Open = Callable[..., Register]
EVERYTHING = ("events", "grounds", "copies", "documents", "runs")


@pytest.fixture
def filled(register: Register, entry: Entry, publish: Publish) -> Register:
    for name in "abc":
        publish(register, register.reserve(entry(name), ["A"]))
    return register


def found(register: Register, *known: Head) -> list[str]:
    return [f"{problem.where}: {problem.what}" for problem in register.verify(known_heads=known)]


# ── what only the head shows ────────────────────────────────────────────────────────────────────────────────────────


def test_a_chain_written_anew_with_the_guards_removed_is_found(filled: Register) -> None:
    """Someone edits an event and its row, and seals every event anew: all of it holds together."""
    head = filled.head()
    with unguarded(filled) as connection:
        previous = GENESIS
        for event in filled.last_events(1000):
            detail = event.detail.replace('"recipient":"A"', '"recipient":"B"')
            forged = replace(event, detail=detail, previous_hash=previous)
            previous = sealed(forged)
            connection.execute(
                text("UPDATE events SET detail = :detail, previous_hash = :before, hash = :hash WHERE seq = :seq"),
                {"detail": detail, "before": forged.previous_hash, "hash": previous, "seq": event.seq},
            )
        connection.execute(text("UPDATE copies SET recipient = 'B'"))
    assert found(filled) == [], "the chain alone cannot see it"
    assert "the ledger was written anew" in found(filled, head)[0]
    (problem,) = filled.verify(known_hash=head.hash)
    assert "cut off, or it was written anew" in problem.what


def test_a_register_put_back_to_an_earlier_day_is_found(filled: Register) -> None:
    """The last document goes with all that tells of it."""
    head = filled.head()
    first = next(event.seq for event in filled.last_events(1000) if event.document == "KZ-2026-000003")
    tamper(
        filled,
        "DELETE FROM events WHERE seq >= :first",
        "DELETE FROM copies WHERE document = 'KZ-2026-000003' AND :first > 0",
        "DELETE FROM documents WHERE serial = 3 AND :first > 0",
        first=first,
    )
    assert found(filled) == []
    assert found(filled, head) == [f"ledger: It once had event {head.seq} and has it no more: its end was cut off."]


def test_an_emptied_register_is_found(filled: Register) -> None:
    head = filled.head()
    with unguarded(filled) as connection:
        for table in EVERYTHING:
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608  # names of ours
    assert found(filled) == []
    assert "its end was cut off" in found(filled, head)[0]


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
@pytest.mark.parametrize("left", [0.5, 0.9])
def test_a_file_that_was_cut_short_is_found(filled: Register, opened: Open, left: float) -> None:
    path = filled.path
    assert path is not None
    filled.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(int(size * left) // 4096 * 4096)
    with pytest.raises(RegisterError, match="damaged"):
        assert opened().verify() == []
        raise AssertionError("nothing was found")


# ── keeping it ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_run_that_wrote_keeps_its_head_and_each_of_them_stays_in_the_ledger(
    opened: Open, entry: Entry, tmp_path: Path
) -> None:
    keeper = Keeper(file=tmp_path / "heads.jsonl")
    for name in "ab":
        with opened(keep_head=keeper.keep) as register:
            register.reserve(entry(name), [None])
    opened(keep_head=keeper.keep).close()
    kept = read(tmp_path / "heads.jsonl")
    assert len(kept) == 2, "who only asks keeps nothing"
    assert stat.S_IMODE((tmp_path / "heads.jsonl").stat().st_mode) == 0o600
    register = opened()
    assert kept[-1].head == register.head()
    assert register.verify(known_heads=[one.head for one in kept]) == []


def test_the_head_is_handed_to_a_command(filled: Register, tmp_path: Path) -> None:
    out = tmp_path / "out put"
    program = f"{sys.executable} -c 'import sys; open(sys.argv[1], \"w\").write(sys.stdin.read())' '{out}'"
    Keeper(command=program).keep(filled.head())
    assert json.loads(out.read_text())["hash"] == filled.head().hash


@pytest.mark.parametrize("command", ["false", "no-such-program", "'unbalanced"])
def test_a_command_that_fails_is_told(command: str) -> None:
    with pytest.raises(RegisterError, match="head") as caught:
        Keeper(command=command).keep(Head(1, "0" * 64))
    assert "marker register head" in caught.value.remedy


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="could not be added"):
        Keeper(file=tmp_path / "no" / "heads").keep(Head(1, "0" * 64))


@pytest.mark.parametrize("line", ["no JSON", "[]", '{"seq": 1}', '{"seq": 1, "hash": "x", "at": ""}'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "heads").write_text(line)
    with pytest.raises(UsageError, match="Line 1"):
        read(tmp_path / "heads")


# ── signatures ──────────────────────────────────────────────────────────────────────────────────────────────────────

KEYS = {
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
}


def pair(folder: Path, kind: str, name: str = "key") -> tuple[Path, Path]:
    key = KEYS[kind]()  # type: ignore[operator]  # each makes a key
    private, public = folder / f"{name}.pem", folder / f"{name}.pub.pem"
    private.touch(mode=0o600)
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


@pytest.mark.parametrize("kind", KEYS)
def test_a_signed_head_holds_for_its_key_alone(tmp_path: Path, kind: str) -> None:
    private, public = pair(tmp_path, kind)
    _, other = pair(tmp_path, kind, "other")
    keeper = Keeper(signer(private), tmp_path / "heads")
    keeper.keep(Head(7, "a" * 64))
    (kept,) = read(tmp_path / "heads")
    assert unsigned([kept], verifier(public)) == []
    assert len(unsigned([kept], verifier(other))) == 1
    for forged in (
        replace(kept, hash="b" * 64), replace(kept, seq=8), replace(kept, at="2020-01-01T00:00:00Z"),
        replace(kept, signature=None), replace(kept, signature="no base64"), replace(kept, key=None),
    ):  # fmt: skip
        assert len(unsigned([forged], verifier(public))) == 1


def test_what_is_no_fit_key_is_refused_with_the_remedy(tmp_path: Path) -> None:
    private, public = pair(tmp_path, "Ed25519")
    private.chmod(0o640)
    with pytest.raises(UsageError, match="Others than the owner"):
        signer(private)
    private.chmod(0o600)
    for wrong in (public, tmp_path / "missing"):
        with pytest.raises(UsageError, match=r"private key|cannot be read|may read"):
            wrong.chmod(0o600) if wrong.exists() else None
            signer(wrong)
    with pytest.raises(UsageError, match="no public key"):
        verifier(private)
    key = rsa.generate_private_key(65537, 2048)
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(UsageError, match="neither"):
        signer(private)
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")))
    with pytest.raises(UsageError, match="password"):
        signer(private)
