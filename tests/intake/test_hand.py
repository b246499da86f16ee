"""What a worker of a queue does with one job when a share is away: nothing is taken for done that is not."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from marker.agreement.load import load_profile
from marker.errors import DiskError
from marker.intake import report
from marker.intake.batch import Output
from marker.intake.desk import Wish
from marker.intake.log import Log
from marker.intake.queue import packed
from marker.intake.shelves import own_folder
from marker.intake.worker import Hand, LaterError
from marker.model import HoldCode, PartyId
from marker.register.opening import open_register
from marker.settings import Settings
from tests.cli.conftest import write_letter

Job = Callable[..., None]


@pytest.fixture
def log() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def hand(tmp_path: Path, log: io.StringIO) -> Iterator[Hand]:
    profile = load_profile(None)
    output = Output(tmp_path / "out")
    output.prepare()
    with output.lock():
        pass
    with open_register(
        str(tmp_path / "register.sqlite"), operator="test", clearance="", profile_sha256=profile.sha256
    ) as register:
        made = Hand(profile, Settings(jobs=1), register, lambda party: Wish(PartyId(party)), Log(log))
        try:
            yield made
        finally:
            made.close()


@pytest.fixture
def job(hand: Hand, tmp_path: Path) -> Job:
    def one(name: str, *, moves: bool) -> None:
        hand.document("KZ", packed(tmp_path / "in"), packed(tmp_path / "out"), packed(Path(name)), moves)

    return one


@pytest.mark.parametrize("moves", [False, True])
def test_a_job_waits_for_a_share_that_is_away(job: Job, hand: Hand, tmp_path: Path, *, moves: bool) -> None:
    inbox, away = tmp_path / "in", tmp_path / "away"
    write_letter(inbox / "raštas.pdf", "SLAPTAI")
    if moves:
        own_folder(inbox)
    inbox.rename(away)
    for bare in (False, True):
        if bare:
            inbox.mkdir()
        with pytest.raises(LaterError):
            job("raštas.pdf", moves=moves)
    inbox.rmdir()
    away.rename(inbox)
    job("raštas.pdf", moves=moves)
    assert hand.done == 1
    assert len(list((tmp_path / "out" / "marked").iterdir())) == 1


@pytest.mark.parametrize("moves", [False, True])
def test_a_job_whose_file_a_person_took_away_is_done(
    job: Job, hand: Hand, log: io.StringIO, tmp_path: Path, *, moves: bool
) -> None:
    write_letter(tmp_path / "in" / "kitas.pdf", "SLAPTAI")
    own_folder(tmp_path / "in")
    job("raštas.pdf", moves=moves)
    assert hand.done == 0
    assert ("gone" in log.getvalue()) is not moves


def test_a_line_of_the_report_waits_for_its_share(
    job: Job, hand: Hand, log: io.StringIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise DiskError(HoldCode.STAMP_FAILED, "The share is away.")

    write_letter(tmp_path / "in" / "raštas.pdf", "SLAPTAI")
    own_folder(tmp_path / "in")
    with monkeypatch.context() as patch:
        patch.setattr(report, "_append", fail)
        job("raštas.pdf", moves=True)
    lines = tmp_path / "out" / "report.jsonl"
    assert not lines.exists()
    hand.report()
    (line,) = lines.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["outcome"] == "stamped"
    hand.close()
    assert "unreported" not in log.getvalue()
