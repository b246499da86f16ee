"""``marker register``: verify names the first broken entry, heads are kept and signed, on both databases."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from marker.register import open_register
from tests.register.behind import tamper

from .conftest import Said, write_letter

Marker = Callable[..., Said]


@pytest.fixture(params=["sqlite", "postgresql"])
def registered(
    request: pytest.FixtureRequest, marker: Marker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """One stamped letter in a register of either kind; its copy as JSON tells it, and the register's address."""
    address = str(tmp_path / "register.sqlite")
    if request.param == "postgresql":
        address = str(request.getfixturevalue("postgres_url"))
        monkeypatch.setenv("MARKER_REGISTER", address)
    letter = write_letter(tmp_path / "in" / "a.pdf", "SLAPTAI")
    said = marker("convert", "--to", "KZ", "-o", tmp_path / "out", letter, "--json")
    assert said.status == 0, said.err
    return {"address": address, **said.objects[0]["copies"][0]}


def test_a_replaced_file_is_found_and_a_missing_one_only_when_asked(marker: Marker, registered: dict[str, str]) -> None:
    copy = Path(registered["path"])
    assert marker("register", "verify", "--files").status == 0
    copy.write_bytes(b"another")
    said = marker("register", "verify")
    assert said.status == 4
    assert said.out.startswith(f"{registered['copy_number']}: Its file")
    assert f"first broken entry is: {registered['copy_number']}" in said.err
    assert marker("register", "verify", "--no-files").status == 0
    copy.unlink()
    assert marker("register", "verify").status == 0, "printed, handed over, archived"
    assert marker("register", "verify", "--files").status == 4


def test_the_first_broken_entry_is_named(marker: Marker, registered: dict[str, str]) -> None:
    with open_register(registered["address"], operator="", clearance="", profile_sha256="") as register:
        tamper(register, "UPDATE events SET operator = 'nobody' WHERE seq = 3")
    said = marker("register", "verify")
    assert said.status == 4
    assert said.out.splitlines()[0] == "event 3: It was altered: its hash does not hold."
    assert "first broken entry is: event 3" in said.err


def test_heads_are_kept_signed_and_printed(
    marker: Marker, registered: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", tmp_path / "key.pem"], check=True)
    (tmp_path / "key.pem").chmod(0o600)
    subprocess.run(
        ["openssl", "pkey", "-in", tmp_path / "key.pem", "-pubout", "-out", tmp_path / "pub.pem"], check=True
    )
    monkeypatch.setenv("MARKER_HEAD_KEY", str(tmp_path / "key.pem"))
    monkeypatch.setenv("MARKER_HEAD_FILE", str(tmp_path / "heads"))
    assert marker("recipient", "add", "Archive", "--party", "KZ").status == 0
    kept = json.loads((tmp_path / "heads").read_text())
    assert marker("register", "verify", "--heads", tmp_path / "heads", "--key", tmp_path / "pub.pem").status == 0
    assert kept["hash"] in marker("register", "journal").out
    assert "signature" in marker("register", "journal").out
    said = json.loads(marker("register", "head").out)
    assert said["hash"] == kept["hash"]
    with open_register(registered["address"], operator="", clearance="", profile_sha256="") as register:
        tamper(register, "DELETE FROM events WHERE seq = :seq", seq=kept["seq"])
    assert marker("register", "verify").status == 0
    cut = marker("register", "verify", "--heads", tmp_path / "heads")
    assert cut.status == 4
    assert "cut off" in cut.out
    assert marker("register", "verify", "--head", kept["hash"]).status == 4


def test_a_head_that_cannot_be_kept_is_said_and_the_work_stands(
    marker: Marker, registered: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARKER_HEAD_FILE", str(tmp_path / "not" / "there"))
    said = marker("recipient", "add", "Archive", "--party", "KZ")
    assert said.status == 0
    assert "could not be added" in said.err
    assert "marker register head" in said.err


def test_json_gives_the_evidence_as_objects(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "a.pdf", "SLAPTAI")
    (report,) = marker("convert", "--to", "KZ", "-o", tmp_path / "out", letter, "--json").objects
    (listed,) = marker("register", "list", "--json").objects
    (shown,) = marker("register", "show", report["register"], "--json").objects
    assert listed["evidence"] == shown["evidence"] == report["evidence"]
    assert listed["evidence"][0]["marking"] == "lt:secret"


def test_after_a_restore_the_numbers_on_paper_are_skipped(
    marker: Marker, registered: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def converted(name: str) -> str:
        letter = write_letter(tmp_path / "in" / f"{name}.pdf", "SLAPTAI", body=name)
        said = marker("convert", "--to", "KZ", "-o", tmp_path / "out", letter, "--json")
        assert said.status == 0, said.err
        return str(said.objects[0]["copies"][0]["copy_number"])

    backup = tmp_path / "backup.sqlite"
    assert marker("register", "backup", backup).status == 0
    lost = [converted("b"), converted("c")]
    monkeypatch.setenv("MARKER_REGISTER", str(tmp_path / "restored.sqlite"))
    restored = marker("register", "restore", backup)
    assert registered["copy_number"][:14] in restored.out, "the last number it knows"
    assert "marker register skip" in restored.out
    why = ("--reason", "issued after the back-up, see the printed journal")
    skipped = marker("register", "skip", lost[-1][:14], *why)
    assert skipped.status == 0, skipped.err
    assert skipped.out.splitlines() == [*lost, "2 numbers are void."]
    assert converted("d") not in lost
    (told,) = marker("trace", lost[0], "--json").objects
    assert (told["state"], told["void_reason"]) == ("void", why[1])
    assert marker("register", "verify").status == 0


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["KZ-2026-000001", "--reason", "lost"], 4, "knows KZ-2026-000001 already"),
        (["KZ-2027-000001", "--reason", "lost"], 4, "has not begun"),
        (["LT-2026-000009", "--reason", "lost"], 4, "No document of this register was received by LT"),
        (["KZ-2026-9", "--reason", "lost"], 2, "neither a register number nor a copy number"),
        (["nonsense", "--reason", "lost"], 2, "neither a register number nor a copy number"),
        (["KZ-2026-000009", "--reason", " "], 2, "for a reason"),
        (["KZ-2026-000009"], 2, "--reason"),
    ],
)
def test_what_cannot_be_skipped_is_refused_and_draws_nothing(
    marker: Marker, tmp_path: Path, arguments: list[str], status: int, said: str
) -> None:
    letter = write_letter(tmp_path / "a.pdf", "SLAPTAI")
    (report,) = marker("convert", "--to", "KZ", "-o", tmp_path / "out", letter, "--json").objects
    year = report["register"][3:7]  # the tests may be run in another year
    arguments = [argument.replace("2027", str(int(year) + 1)).replace("2026", year) for argument in arguments]
    refused = marker("register", "skip", *arguments)
    assert refused.status == status
    assert said.replace("2026", year) in refused.err
    assert len(marker("register", "list", "--json").objects) == 1
