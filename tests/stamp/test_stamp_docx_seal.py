"""A seal on a Word copy's first page: it finds a free place, is proved, and is read from the file and from paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from corpus_docx import set_pages
from docx.document import Document as DocxDocument
from docx.shared import Mm
from docx_samples import MAIN, NS, document, edited, order, parts, strict, xml
from docx_schema import new_faults
from test_stamp_docx_real import needs_office

from marker.agreement.load import load_profile
from marker.errors import HoldError
from marker.model import CopyOrder, StampResult
from marker.proof.docx import prove_docx
from marker.readers.pdfium import helpers
from marker.records.sheets import _seals, seals
from marker.stamp.docx import stamp_docx
from tests.stamp.print_scan import scanned
from tests.stamp.test_stamp_seal import sealed

PROFILE = load_profile()


def copy_of(source: Path, wanted: CopyOrder) -> tuple[Path, StampResult]:
    target = source.with_name(f"{source.stem}-sealed.docx")
    target.unlink(missing_ok=True)
    (result,) = stamp_docx(source, [(wanted, target)], PROFILE)
    return target, result


def margins(left: float, others: float) -> Callable[[DocxDocument], None]:
    """An A4 page with these margins, in millimetres."""

    def build(made: DocxDocument) -> None:
        section = made.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin, section.right_margin = Mm(left), Mm(others)
        section.top_margin = section.bottom_margin = Mm(others)

    return build


def frame_of_seal(copy: Path) -> dict[str, float]:
    """Of the paragraph that holds it; empty where it stands in the text."""
    (control,) = xml(copy, MAIN).xpath("//w:p[.//w:tag[@w:val='marker:seal']]", namespaces=NS)
    found = control.find("{*}pPr/{*}framePr")
    return {} if found is None else {k.rpartition("}")[2]: int(v) / 20 for k, v in found.attrib.items() if v.isdigit()}


@pytest.mark.parametrize(
    ("left", "others", "where"),
    [
        pytest.param(25, 25, "corner", id="an inch and more of margin: in the corner"),
        pytest.param(30, 15, "margin", id="a filing margin of 30 mm: beside the text"),
        pytest.param(15, 15, "text", id="narrow margins: at the beginning of the text"),
    ],
)
def test_the_seal_stands_where_nothing_else_does(left: float, others: float, where: str, tmp_path: Path) -> None:
    source = document(tmp_path / "a.docx", margins(left, others))
    wanted = sealed(order())
    copy, result = copy_of(source, wanted)
    prove_docx(source, copy, wanted, PROFILE)
    assert new_faults(source, copy) == []
    frame = frame_of_seal(copy)
    if where == "corner":
        assert frame["x"] > 300 and frame["y"] > 842 - 25 / 25.4 * 72 - 60
    elif where == "margin":
        assert frame["x"] + frame["w"] <= 30 / 25.4 * 72 - 7.9
    else:
        assert frame == {}
    assert any("the seal" in note for note in result.notes) is (where == "text")


def test_the_seal_is_read_from_the_file_with_the_code_of_its_footers(tmp_path: Path) -> None:
    wanted = sealed(order())
    copy, _ = copy_of(document(tmp_path / "a.docx"), wanted)
    (seen,) = seals(copy)
    assert (seen.text, seen.codes) == (wanted.seal, (wanted.copy_number,))


def test_a_strict_document_is_sealed_and_stays_in_order(tmp_path: Path) -> None:
    source, wanted = strict(document(tmp_path / "a.docx")), sealed(order())
    copy, _ = copy_of(source, wanted)
    prove_docx(source, copy, wanted, PROFILE)
    assert new_faults(source, copy) == []


def test_a_copy_without_its_seal_or_with_another_does_not_stand_its_proof(tmp_path: Path) -> None:
    source, wanted = document(tmp_path / "a.docx"), sealed(order())
    for drawn, asked in ((order(), wanted), (wanted, sealed(order(), source="cd" * 32))):
        copy, _ = copy_of(source, drawn)
        with pytest.raises(HoldError, match="seal"):
            prove_docx(source, copy, asked, PROFILE)


def test_a_seal_that_hangs_over_the_page_does_not_stand_the_proof(tmp_path: Path) -> None:
    source, wanted = document(tmp_path / "a.docx"), sealed(order())
    copy, _ = copy_of(source, wanted)
    x = frame_of_seal(copy)["x"]
    edited(copy, document=lambda text: text.replace(f'w:x="{round(x * 20)}"', 'w:x="11500"'))
    with pytest.raises(HoldError, match="outside the page"):
        prove_docx(source, copy, wanted, PROFILE)


def test_a_key_changes_nothing_but_the_seal(tmp_path: Path) -> None:
    source, wanted = document(tmp_path / "a.docx"), sealed(order())
    with_seal = parts(copy_of(source, wanted)[0])
    without = parts(copy_of(source, replace(wanted, seal="", seal_key=b""))[0])
    differing = {name for name in with_seal | without if with_seal.get(name) != without.get(name)}
    # The label binds every picture by name.
    assert differing - {"word/_rels/document.xml.rels"} == {MAIN, "customXml/item2.xml", "word/media/stampseal1.png"}


@pytest.mark.slow
@needs_office
def test_the_printed_and_scanned_first_page_shows_a_seal_that_reads(tmp_path: Path) -> None:
    sources = [
        document(tmp_path / "corner.docx", paragraphs=30),
        document(tmp_path / "margin.docx", margins(30, 15), paragraphs=30),
        document(tmp_path / "text.docx", margins(15, 15), paragraphs=30),
    ]
    wanted = sealed(order())
    copies = [copy_of(source, wanted)[0] for source in sources]
    set_pages(copies, tmp_path, tmp_path / "office")
    chance = np.random.default_rng(5)
    for copy in copies:
        with helpers.PdfDocument(copy.with_suffix(".pdf")) as printed:
            (seen,) = _seals(scanned(printed[0], chance))
        assert (seen.text, seen.codes) == (wanted.seal, (wanted.copy_number,)), copy.name
