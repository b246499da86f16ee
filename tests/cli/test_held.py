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


# ── files that a watcher put aside ──────────────────────────────────────────────────────────────────────────────────

QUICK = ("--once", "--settle", "0.2", "--interval", "0.1")


@pytest.fixture
def watched(marker: Marker, tmp_path: Path) -> dict[str, str]:
    """The ids of two held files of one name, and of one that a third party sent."""
    for content in ("Pirmas.", "Antras."):
        write_letter(tmp_path / "in" / "sub" / "a.pdf", None, body=content)
        write_letter(tmp_path / "in" / "nato.pdf", "NATO SECRET", body=content)
        marker("watch", "--to", "KZ", tmp_path / "in", tmp_path / "out", *QUICK)
    return {Path(o["name"]).name: o["id"] for o in marker("held", "list", "--json").objects}


def test_a_released_file_of_a_watcher_goes_the_normal_way(
    marker: Marker, watched: dict[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    original = (out / "held" / "sub" / "a (2).pdf").read_bytes()
    said = marker("held", "release", watched["a (2).pdf"], "--marking", "lt:secret", "--reason", "letter 5")
    assert said.status == 0
    assert (out / "processed" / "sub" / "a (2).pdf").read_bytes() == original
    assert [p.name.split(".")[0] for p in (out / "marked" / "sub").iterdir()] == ["a (2)"]
    assert sorted(p.name for p in (out / "held" / "sub").iterdir()) == ["a.pdf", "a.pdf.held.json"]
    assert marker("register", "verify", "--files").status == 0


def test_what_may_not_be_released_stays_held(marker: Marker, watched: dict[str, str], tmp_path: Path) -> None:
    said = marker("held", "release", watched["nato.pdf"], "--marking", "lt:top-secret", "--reason", "x")
    assert said.status == 3
    assert (tmp_path / "out" / "held" / "nato.pdf").exists()
    assert not list((tmp_path / "out" / "marked").rglob("*.pdf"))


def test_a_file_that_was_exchanged_since_it_was_held_is_not_released(
    marker: Marker, watched: dict[str, str], tmp_path: Path
) -> None:
    write_letter(tmp_path / "out" / "held" / "sub" / "a.pdf", None, body="Kitas.")
    said = marker("held", "release", watched["a.pdf"], "--marking", "lt:secret", "--reason", "letter 5")
    assert said.status == 3
    assert "no longer the one that was held" in " ".join(said.out.split())


def test_a_rejected_file_of_a_watcher_is_moved_with_its_record(
    marker: Marker, watched: dict[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    original = (out / "held" / "nato.pdf").read_bytes()
    assert marker("held", "reject", watched["nato.pdf"], "--reason", "returned").status == 0
    assert (out / "rejected" / "nato.pdf").read_bytes() == original
    assert (out / "rejected" / "nato.pdf.held.json").is_file()
    assert not (out / "held" / "nato.pdf").exists()
    assert watched["nato.pdf"] not in {o["id"] for o in marker("held", "list", "--json").objects}


def test_a_page_of_pictures_shows_what_was_seen(marker: Marker, watched: dict[str, str], tmp_path: Path) -> None:
    page = tmp_path / "seen.html"
    assert marker("held", "show", watched["nato.pdf"], "--html", page).status == 0
    assert "data:image/" in page.read_text(encoding="utf-8")
    assert page.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"%PDF-1.7 broken", b""])
def test_damaged_and_empty_files_are_never_released(marker: Marker, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.pdf").write_bytes(content)
    marker("watch", "--to", "KZ", tmp_path / "in", tmp_path / "out", *QUICK)
    (file,) = marker("held", "list", "--json").objects
    said = marker("held", "release", file["id"], "--marking", "lt:top-secret", "--reason", "x")
    assert said.status in {2, 3}
    assert (tmp_path / "out" / "held" / "a.pdf").exists()
    assert not list((tmp_path / "out" / "marked").rglob("*.pdf"))
