"""The committed documents are those the scripts make, and the software makes of them what expected.toml says."""

from __future__ import annotations

import io
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pypdf
import pytest

from fixtures import make
from fixtures.document import EQUIVALENT
from marker.agreement.load import load_profile
from marker.errors import HoldError
from marker.intake.work import Task, examine_file
from marker.model import HoldCode, PartyId
from marker.settings import Settings

FOLDER = Path(__file__).parents[1] / "fixtures"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))
MADE_WITH = EXPECTED.pop("made_with")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("made")
    # As a person runs it: fonts that other tests have registered would change the bytes of this process's PDF files.
    subprocess.run([sys.executable, FOLDER / "make.py", folder], check=True, stdout=subprocess.DEVNULL)
    return folder


def test_every_committed_document_has_its_expected_row_and_the_other_way_round() -> None:
    inboxes = ("inbox-kz", "inbox-lt")
    files = {
        str(path.relative_to(FOLDER)) for inbox in inboxes for path in (FOLDER / inbox).rglob("*") if path.is_file()
    }
    assert files == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_script_makes_the_committed_document(name: str, fresh: Path) -> None:
    """Byte for byte with the libraries it was made with; with others the same text, pages and parts."""
    committed, made = (FOLDER / name).read_bytes(), (fresh / name).read_bytes()
    if make.made_with() == MADE_WITH:
        assert made == committed
    else:
        assert _content(made) == _content(committed)


def test_the_expected_rows_are_those_of_the_script(fresh: Path) -> None:
    rows = tomllib.loads((fresh / "expected.toml").read_text(encoding="utf-8"))
    del rows["made_with"]
    assert rows == EXPECTED


def test_the_documents_stay_small() -> None:
    assert sum((FOLDER / name).stat().st_size for name in EXPECTED) < 1_500_000


def test_every_hold_that_a_file_alone_can_cause_is_there() -> None:
    held = {row["hold"] for row in EXPECTED.values() if row["outcome"] == "held"}
    others = {  # these need a register, a consent, a limit or a fault
        HoldCode.ALREADY_STAMPED,
        HoldCode.CONSENT_REQUIRED,
        HoldCode.UNSAFE_PATH,
        HoldCode.TOO_LARGE,
        HoldCode.TIMEOUT,
        HoldCode.CRASHED,
    }
    assert held == set(HoldCode) - others


def test_every_marking_of_the_agreement_is_there_and_so_is_its_equivalent() -> None:
    profile = load_profile()
    stamped = {(row["marking"], row["equivalent"]) for row in EXPECTED.values() if row["outcome"] == "stamped"}
    assert stamped == {(str(e.source), str(e.target)) for e in profile.equivalences}


@pytest.mark.parametrize("name", EXPECTED)
def test_reading_and_judging_come_to_the_expected_verdict(name: str) -> None:
    row = EXPECTED[name]
    receiving = {"inbox-kz": "KZ", "inbox-lt": "LT"}[Path(name).parts[0]]
    path = FOLDER / name
    try:
        verdict = examine_file(path, path.name, Task(PartyId(receiving), "", Settings())).verdict
        said = (verdict.marking, verdict.equivalent) if verdict.hold is None else verdict.hold.code
    except HoldError as error:
        said = error.hold.code
    assert said in _right(row)


def _right(row: dict[str, Any]) -> list[Any]:
    """The verdicts that are right before stamping."""
    if row["outcome"] != "held":
        return [(row["marking"], row["equivalent"])]
    right: list[Any] = [row["hold"]]
    found = row.get("detected")
    if found:
        right.append((found, EQUIVALENT[found]))
    return right[1:] if "detected" in row else right


def _content(data: bytes) -> object:
    """What a document holds, apart from how its streams are compressed; what cannot be opened holds nothing."""
    if data.startswith(b"PK"):
        try:
            package = zipfile.ZipFile(io.BytesIO(data))
        except zipfile.BadZipFile:
            return "a broken package"
        return {name: package.read(name) for name in package.namelist()}
    if not data.startswith(b"%PDF"):
        return data
    try:
        pdf = pypdf.PdfReader(io.BytesIO(data), strict=True)
        if pdf.is_encrypted:
            pdf.decrypt("pavyzdys")
        return [(page.mediabox, page.cropbox, page.rotation, page.extract_text()) for page in pdf.pages]
    except pypdf.errors.PyPdfError:
        return "a broken PDF"
