"""A person decides on held files: sees them, releases them with a marking and a reason, or rejects them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Said, write_letter

Marker = Callable[..., Said]


@pytest.fixture
def batch(marker: Marker, tmp_path: Path) -> dict[str, str]:
    """Three held files and one stamped; the ids of those that wait, by name."""
    folder = tmp_path / "received"
    write_letter(folder / "a-unmarked.pdf", None)
    write_letter(folder / "b-halves.pdf", "SLAPTAI/CONFIDENTIAL")
    write_letter(folder / "c-nato.pdf", "NATO SECRET")
    write_letter(folder / "d-secret.pdf", "SLAPTAI")
    marker("batch", "--to", "KZ", folder, tmp_path / "out")
    return {Path(o["name"]).name: o["id"] for o in marker("held", "list", "--json").objects}


def test_what_waits_is_listed_and_what_was_stamped_is_not(batch: dict[str, str]) -> None:
    assert list(batch) == ["a-unmarked.pdf", "b-halves.pdf", "c-nato.pdf"]


def test_show_tells_what_is_seen_and_why_it_is_held(marker: Marker, batch: dict[str, str]) -> None:
    said = marker("held", "show", batch["b-halves.pdf"], "--json")
    assert said.objects[0]["hold_reason"] == "conflict"
    assert {e["marking"] for e in said.objects[0]["evidence"]} >= {"lt:secret"}


def test_a_released_file_is_stamped_and_no_longer_waits(marker: Marker, batch: dict[str, str], tmp_path: Path) -> None:
    said = marker(
        "held",
        "release",
        batch["b-halves.pdf"],
        "--marking",
        "lt:secret",
        "--reason",
        "letter 5",
        "-o",
        tmp_path / "rel",
    )
    assert said.status == 0
    assert len(list((tmp_path / "rel").glob("*.pdf"))) == 1
    waiting = [Path(o["name"]).name for o in marker("held", "list", "--json").objects]
    assert waiting == ["a-unmarked.pdf", "c-nato.pdf"]
    (register,) = [o for o in marker("register", "list", "--json").objects if o["stated_reason"]]
    assert register["stated_reason"] == "letter 5"
    assert register["marking"] == "lt:secret"


def test_nothing_is_released_below_what_was_seen(marker: Marker, batch: dict[str, str], tmp_path: Path) -> None:
    said = marker(
        "held", "release", batch["b-halves.pdf"], "--marking", "lt:restricted", "--reason", "x", "-o", tmp_path / "rel"
    )
    assert said.status == 3
    assert not list(tmp_path.glob("rel/*"))


def test_a_third_partys_document_is_never_released(marker: Marker, batch: dict[str, str], tmp_path: Path) -> None:
    said = marker(
        "held", "release", batch["c-nato.pdf"], "--marking", "lt:top-secret", "--reason", "x", "-o", tmp_path / "rel"
    )
    assert said.status == 3
    assert not list(tmp_path.glob("rel/*"))


def test_a_rejected_file_no_longer_waits_and_stays_where_it_is(
    marker: Marker, batch: dict[str, str], tmp_path: Path
) -> None:
    assert marker("held", "reject", batch["c-nato.pdf"], "--reason", "returned").status == 0
    assert (tmp_path / "received" / "c-nato.pdf").is_file()
    assert batch["c-nato.pdf"] not in {o["id"] for o in marker("held", "list", "--json").objects}
    assert marker("register", "verify").status == 0


def test_an_id_nobody_has_is_refused_with_advice(marker: Marker, batch: dict[str, str]) -> None:
    said = marker("held", "show", "ffffffffff")
    assert said.status == 4
    assert "held list" in said.err


def test_the_list_reads_as_a_table(marker: Marker, batch: dict[str, str]) -> None:
    said = marker("held", "list")
    assert "3 files wait" in said.out
    assert batch["a-unmarked.pdf"] in said.out
    assert "third-party" in said.out
