"""A signed file on the command line: who signed it and what that covers stands in report and register."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

from marker.errors import ExitStatus
from tests.cli.conftest import Said, write_letter
from tests.stamp.pdf_signing import SIGNER, judged, sign


def test_signer_and_coverage_are_in_report_and_register_and_the_copy_still_verifies(
    marker: Callable[..., Said], tmp_path: Path
) -> None:
    source = sign(write_letter(tmp_path / "plain.pdf", "SLAPTAI/SECRET"), tmp_path / "signed.pdf")
    said = marker("convert", "--to", "KZ", "--json", "-o", tmp_path / "out", source)
    (report,) = said.objects
    expected = [{"signer": SIGNER, "kind": "approval", "covers": "whole-file"}]
    assert (said.status, report["signatures"]) == (ExitStatus.DONE, expected)
    assert judged(Path(report["copies"][0]["path"]))[0].intact
    with sqlite3.connect(tmp_path / "register.sqlite") as connection:
        (detail,) = connection.execute("SELECT detail FROM events WHERE kind = 'registered'").fetchone()
    connection.close()
    assert json.loads(detail)["signatures"] == expected
    assert marker("register", "verify").status == ExitStatus.DONE


def test_a_certified_file_is_held_with_its_signature_in_the_report(marker: Callable[..., Said], tmp_path: Path) -> None:
    once = sign(write_letter(tmp_path / "plain.pdf", "SLAPTAI/SECRET"), tmp_path / "certified.pdf", certify=True)
    source = sign(once, tmp_path / "certified-and-signed.pdf", field="Second")
    arguments = ("convert", "--to", "KZ", "--json", "-o", tmp_path / "out", source)
    held = marker(*arguments)
    assert (held.status, held.objects[0]["hold_reason"]) == (ExitStatus.HELD, "signed")
    assert [(s["kind"], s["covers"]) for s in held.objects[0]["signatures"]] == [
        ("certification", "earlier-revision"), ("approval", "whole-file"),
    ]  # fmt: skip
    assert marker(*arguments, "--accept-broken-signature").status == ExitStatus.DONE
