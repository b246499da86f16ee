"""Finished files appear whole under their final names, over no other file, for the owner alone."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marker.errors import DiskError, HoldError
from marker.intake import publish
from marker.model import HoldCode

NUMBER = "KZ-2026-000001-01-X"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A stamped and proved copy in the private folder."""
    path = tmp_path / "private" / "000001"
    path.parent.mkdir()
    path.write_bytes(b"stamped")
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return publish.make_folder(tmp_path / "out", Path())


def test_a_published_copy_is_whole_private_and_alone(made: Path, out: Path) -> None:
    slot = publish.slot_for(out, "raštas.pdf", NUMBER, ".pdf")
    brought = publish.bring(made, slot)
    assert not slot.final.exists()
    publish.publish(brought)
    assert slot.final.name == f"raštas.{NUMBER}.pdf"
    assert slot.final.read_bytes() == b"stamped"
    assert brought.sha256 == hashlib.sha256(b"stamped").hexdigest()
    assert slot.final.stat().st_mode & 0o777 == 0o600
    assert list(out.iterdir()) == [slot.final]


def test_a_file_that_is_there_already_is_never_overwritten(made: Path, out: Path) -> None:
    slot = publish.slot_for(out, "a.pdf", NUMBER, ".pdf")
    slot.final.write_bytes(b"someone else's")
    brought = publish.bring(made, slot)
    with pytest.raises(HoldError) as caught:
        publish.publish(brought)
    assert caught.value.hold.code is HoldCode.STAMP_FAILED
    assert publish.withdraw(brought)
    assert slot.final.read_bytes() == b"someone else's"
    assert list(out.iterdir()) == [slot.final]


def test_a_share_that_repeats_the_request_finds_its_own_link(made: Path, out: Path) -> None:
    slot = publish.slot_for(out, "a.pdf", NUMBER, ".pdf")
    brought = publish.bring(made, slot)
    os.link(slot.temporary, slot.final)
    publish.publish(brought)
    assert list(out.iterdir()) == [slot.final]


@pytest.mark.parametrize("operation", ["open", "fsync", "link"])
@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.ESTALE, errno.EROFS])
def test_every_fault_of_the_disk_is_a_sentence_and_leaves_nothing(
    made: Path, out: Path, monkeypatch: pytest.MonkeyPatch, fault: int, operation: str
) -> None:
    slot = publish.slot_for(out, "a.pdf", NUMBER, ".pdf")

    def failing(*_: object, **__: object) -> None:
        raise OSError(fault, os.strerror(fault))

    with monkeypatch.context() as patch, pytest.raises(DiskError, match="could not be written"):
        patch.setattr(os, operation, failing)
        brought = publish.bring(made, slot)
        try:
            publish.publish(brought)
        except DiskError:
            assert publish.withdraw(brought)
            raise
    assert list(out.iterdir()) == []


def test_a_copy_that_cannot_be_taken_back_is_said_to_be_there(
    made: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought = publish.bring(made, publish.slot_for(out, "a.pdf", NUMBER, ".pdf"))
    publish.publish(brought)

    def failing(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "unlink", failing)
    assert not publish.withdraw(brought)


def test_a_folder_in_which_others_may_write_is_refused(tmp_path: Path) -> None:
    shared = tmp_path / "out"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(HoldError, match="may be written by others"):
        publish.make_folder(shared, Path())
    (tmp_path / "mine" / "sub").mkdir(parents=True)
    (tmp_path / "mine" / "sub").chmod(0o707)
    with pytest.raises(HoldError, match="may be written by others"):
        publish.make_folder(tmp_path / "mine", Path("sub"))


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = tmp_path / "out"
    theirs.mkdir(mode=0o700)
    os.chown(theirs, 12345, 12345)
    with pytest.raises(HoldError, match="belongs to somebody else"):
        publish.make_folder(theirs, Path())


def test_no_folder_is_made_outside(tmp_path: Path) -> None:
    with pytest.raises(HoldError) as caught:
        publish.make_folder(tmp_path / "out", Path("../elsewhere"))
    assert caught.value.hold.code is HoldCode.UNSAFE_PATH
    assert not (tmp_path / "elsewhere").exists()


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
