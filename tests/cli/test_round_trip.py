"""A document's way there and back: our own copies are known again, and what comes home gets its own marking back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from .conftest import Said, write_letter

Marker = Callable[..., Said]


def convert(marker: Marker, party: str, file: Path, out: Path, *more: object) -> dict[str, object]:
    said = marker("convert", "--to", party, "-o", out, file, "--json", *more)
    assert said.status in (0, 3), said.err
    return said.objects[0]


def copy_of(report: dict[str, object]) -> Path:
    (copy,) = report["copies"]  # type: ignore[misc]  # JSON
    return Path(copy["path"])  # type: ignore[index]  # JSON


def scanned(source: Path, target: Path) -> Path:
    """The pages of a PDF file as pictures at 150 dpi, as a scanner gives them back."""
    canvas = Canvas(str(target), pagesize=A4, invariant=True)
    document = pypdfium2.PdfDocument(source)
    for page in document:
        canvas.drawImage(ImageReader(page.render(scale=150 / 72).to_pil()), 0, 0, *A4)
        canvas.showPage()
    document.close()
    canvas.save()
    return target


def seen_by_another_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARKER_REGISTER", str(tmp_path / "other.sqlite"))


@pytest.fixture
def stamped(marker: Marker, tmp_path: Path) -> Path:
    """Lithuania's KONFIDENCIALIAI as Kazakhstan stamped it: ҚҰПИЯ, whose own equivalent would be SLAPTAI."""
    letter = write_letter(tmp_path / "in" / "a.pdf", "KONFIDENCIALIAI", pages=2)
    return copy_of(convert(marker, "KZ", letter, tmp_path / "out"))


def test_a_copy_handed_in_again_is_known_by_its_bytes_its_number_and_its_code(
    marker: Marker, stamped: Path, tmp_path: Path
) -> None:
    edited = tmp_path / "edited.pdf"
    edited.write_bytes(stamped.read_bytes() + b"\n% touched\n")
    scan = scanned(stamped, tmp_path / "scan.pdf")
    for file in (stamped, edited, scan):
        report = convert(marker, "KZ", file, tmp_path / "again")
        assert (report["outcome"], report["hold_reason"]) == ("held", "already-stamped"), file.name
        assert "KZ-2026-000001" in str(report["hold_detail"])
    assert not list((tmp_path / "again").glob("*")) if (tmp_path / "again").exists() else True


def test_the_very_bytes_that_were_issued_come_home_under_their_own_marking(
    marker: Marker, stamped: Path, tmp_path: Path
) -> None:
    report = convert(marker, "LT", stamped, tmp_path / "home")
    assert report["outcome"] == "stamped"
    assert (report["marking"], report["level"]) == ("lt:confidential", "confidential")
    assert report["equivalent_text"] == "KONFIDENCIALIAI/CONFIDENTIAL", "not SLAPTAI, the equivalent of the equivalent"
    back = copy_of(report)
    # And it may go out and come home again.
    assert convert(marker, "LT", back, tmp_path / "home")["hold_reason"] == "already-stamped"


@pytest.mark.slow
def test_a_scan_that_comes_home_takes_a_persons_release(marker: Marker, stamped: Path, tmp_path: Path) -> None:
    scan = scanned(stamped, tmp_path / "scan.pdf")
    report = convert(marker, "LT", scan, tmp_path / "home")
    assert report["hold_reason"] == "already-stamped"
    assert "--marking lt:confidential" in str(report["hold_detail"])
    held = marker("held", "list", "--json").objects[0]["id"]
    lower = marker("held", "release", held, "--marking", "lt:restricted", "--reason", "x", "-o", tmp_path / "home")
    assert lower.status == 3
    said = marker("held", "release", held, "--marking", "lt:confidential", "--reason", "ours", "-o", tmp_path / "home")
    assert said.status == 0, said.out + said.err
    (document,) = [one for one in marker("register", "list", "--json").objects if one["party"] == "LT"]
    assert (document["marking"], document["equivalent"]) == ("lt:confidential", "lt:confidential")
    assert document["stated_reason"] == "ours"
    assert marker("register", "verify").status == 0


@pytest.mark.slow
def test_where_another_registry_stamped_it_a_person_releases_it_with_its_own_marking(
    marker: Marker, stamped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen_by_another_registry(tmp_path, monkeypatch)
    report = convert(marker, "LT", stamped, tmp_path / "home")
    assert (report["hold_reason"], report["marking"]) == ("conflict", None)
    assert any("--marking lt:confidential" in str(note) for note in report["notes"])  # type: ignore[attr-defined]  # JSON
    held = marker("held", "list", "--json").objects[0]["id"]
    said = marker("held", "release", held, "--marking", "lt:confidential", "--reason", "ours", "-o", tmp_path / "home")
    assert said.status == 0, said.out + said.err
    (document,) = marker("register", "list", "--json").objects
    assert (document["marking"], document["equivalent"]) == ("lt:confidential", "lt:confidential")


@pytest.mark.slow
def test_the_other_way_round_a_kazakh_document_gets_its_own_marking_back(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "in" / "k.pdf", "ҚҰПИЯ", body="Құрметті әріптестер, жоспарды жолдаймыз.")
    there = convert(marker, "LT", letter, tmp_path / "out")
    assert there["equivalent"] == "lt:secret"
    back = convert(marker, "KZ", copy_of(there), tmp_path / "home")
    assert (back["outcome"], back["marking"], back["equivalent"]) == ("stamped", "kz:secret", "kz:secret")


@pytest.mark.slow
def test_what_the_other_party_marked_higher_is_not_released_below_it(marker: Marker, tmp_path: Path) -> None:
    path = tmp_path / "in" / "both.pdf"
    write_letter(path, "ӨТЕ ҚҰПИЯ")
    own = write_letter(tmp_path / "own.pdf", "KONFIDENCIALIAI")
    _laid_upon(path, own)
    report = convert(marker, "LT", path, tmp_path / "home")
    assert report["hold_reason"] == "conflict"
    held = marker("held", "list", "--json").objects[0]["id"]
    said = marker("held", "release", held, "--marking", "lt:confidential", "--reason", "x", "-o", tmp_path / "home")
    assert said.status == 3
    assert "higher than the equivalent" in " ".join(said.out.split())


@pytest.mark.slow
def test_a_document_that_bears_nothing_of_ours_is_not_released_as_our_own(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "in" / "a.pdf", "KONFIDENCIALIAI")
    convert(marker, "KZ", write_letter(tmp_path / "in" / "n.pdf", None), tmp_path / "out")
    held = marker("held", "list", "--json").objects[0]["id"]
    said = marker("held", "release", held, "--marking", "kz:secret", "--reason", "x", "-o", tmp_path / "out")
    assert said.status == 3
    assert "does not settle" in " ".join(said.out.split())
    assert letter.exists()


def _laid_upon(page: Path, above: Path) -> None:
    """Draw the one-page letter ``above`` a little lower over the page."""
    import pypdf

    writer = pypdf.PdfWriter(clone_from=page)
    over = pypdf.PdfReader(above).pages[0]
    writer.pages[0].merge_transformed_page(over, pypdf.Transformation().translate(0, -30))
    writer.write(page)
