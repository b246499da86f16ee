"""Finished files appear whole under their final names, over no other file, for the owner alone."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marker.errors import HoldError
from marker.intake import publish
from marker.model import HoldCode

NUMBER = "KZ-2026-000001-01-X"


def test_a_published_copy_is_whole_private_and_alone(tmp_path: Path) -> None:
    slot = publish.slot_for(tmp_path, "raštas.pdf", NUMBER, ".pdf")
    slot.temporary.write_bytes(b"stamped")
    digest = publish.flush(slot.temporary)
    publish.publish(slot)
    assert slot.final.name == f"raštas.{NUMBER}.pdf"
    assert hashlib.sha256(slot.final.read_bytes()).hexdigest() == digest
    assert slot.final.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [slot.final]


def test_a_file_that_is_there_already_is_never_overwritten(tmp_path: Path) -> None:
    slot = publish.slot_for(tmp_path, "a.pdf", NUMBER, ".pdf")
    slot.final.write_bytes(b"someone else's")
    slot.temporary.write_bytes(b"stamped")
    with pytest.raises(HoldError) as caught:
        publish.publish(slot)
    assert caught.value.hold.code is HoldCode.STAMP_FAILED
    assert slot.final.read_bytes() == b"someone else's"


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.ESTALE, errno.EROFS])
def test_every_fault_of_the_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int) -> None:
    slot = publish.slot_for(tmp_path, "a.pdf", NUMBER, ".pdf")
    slot.temporary.write_bytes(b"stamped")

    def failing(*_: object, **__: object) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(os, "link", failing)
    with pytest.raises(HoldError, match="could not be written"):
        publish.publish(slot)
    assert not slot.final.exists()
    publish.discard(slot, published=False)
    assert list(tmp_path.iterdir()) == []


@given(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=255))
def test_names_fit_the_file_system_and_keep_their_number(name: str) -> None:
    slot = publish.slot_for(Path("out"), name, NUMBER, ".pdf")
    assert len(slot.final.name.encode()) <= 255
    assert slot.final.name.endswith(f"{NUMBER}.pdf")
    record = publish.held_record_path(Path("held"), name)
    assert len(record.name.encode()) <= 255


def test_long_names_that_differ_at_the_end_have_records_of_their_own() -> None:
    stem = "ұ" * 127
    folder = Path("held")
    assert publish.held_record_path(folder, stem + "1") != publish.held_record_path(folder, stem + "2")


def test_a_link_in_the_output_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "sub").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(HoldError) as caught:
        publish.make_folder(tmp_path / "out", Path("sub/deeper"))
    assert caught.value.hold.code is HoldCode.UNSAFE_PATH
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_folders_are_for_the_owner_alone(tmp_path: Path) -> None:
    made = publish.make_folder(tmp_path / "out", Path("a/b"))
    assert made.stat().st_mode & 0o777 == 0o700
    assert made.parent.stat().st_mode & 0o777 == 0o700


def test_a_report_is_the_old_one_or_the_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = tmp_path / "report.jsonl"
    publish.write_whole(report, b"old")

    def failing(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(HoldError, match="disk is full"):
        publish.write_whole(report, b"new")
    assert report.read_bytes() == b"old"
