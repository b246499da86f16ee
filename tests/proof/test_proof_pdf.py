"""The proof of PDF copies: a good one passes, and each way of spoiling one fails for its own reason."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
)
from reportlab.pdfgen.canvas import Canvas

from marker.agreement.load import load_profile
from marker.agreement.profile import Profile
from marker.errors import HoldError
from marker.model import CopyOrder, HoldCode, PartyId
from marker.numbering import CopyNumber
from marker.proof.pdf import _Page, prove_pdf, prove_pdf_copies
from marker.stamp import code as code_module
from marker.stamp.fonts import Face
from marker.stamp.pdf import stamp_pdf

ORDER = CopyOrder(
    receiving=PartyId("KZ"),
    sending=PartyId("LT"),
    marking_text="ҚҰПИЯ/СЕКРЕТНО",
    originator_text="KONFIDENCIALIAI",
    register_number="KZ-2026-000123",
    copy_number=str(CopyNumber(PartyId("KZ"), 2026, 123, 1)),
    copy_index=1,
    set_size=2,
    date="2026-11-22",
    recipient="Қорғаныс министрлігі",
)
Change = Callable[[PdfWriter], None]


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pages of text, a line of it low on the page and one high, a pale pencil line across."""
    path = tmp_path_factory.mktemp("proof") / "a.pdf"
    canvas = Canvas(str(path), pagesize=(595, 842))
    for page in range(3):
        canvas.setFont("Helvetica", 10)
        for line in range(30):
            canvas.drawString(80, 700 - 18 * line, f"Line {line} of page {page}, and some more words after it.")
        canvas.setStrokeGray(0.8)
        canvas.line(80, 400, 500, 410)
        canvas.showPage()
    canvas.save()
    return path


@pytest.fixture(scope="module")
def copy(source: Path, profile: Profile) -> Path:
    path = source.with_name("copy.pdf")
    stamp_pdf(source, [(ORDER, path)], profile)
    return path


@pytest.fixture(scope="module")
def sister(source: Path, profile: Profile) -> tuple[CopyOrder, Path]:
    """Another copy of the same file, which stands its proof."""
    path = source.with_name("sister.pdf")
    order = replace(ORDER, copy_number=str(CopyNumber(PartyId("KZ"), 2026, 123, 2)), copy_index=2)
    stamp_pdf(source, [(order, path)], profile)
    return order, path


def _changed(copy: Path, path: Path, change: Change) -> Path:
    """The copy with ``change`` made to it, each page's stamp in one stream, the last of its contents."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(copy.read_bytes())))
    for page in writer.pages:
        content: Any = page["/Contents"]
        stream = StreamObject()
        stream.set_data(b"\n".join(part.get_object().get_data() for part in content[-2:]))
        content[-2:] = [writer._add_object(stream)]
    change(writer)
    writer.write(path)
    return path


def _drawn(page: int, operators: bytes) -> Change:
    """More content over page ``page`` (from 0) of the copy."""

    def change(writer: PdfWriter) -> None:
        stream = StreamObject()
        stream.set_data(b"\nq " + operators + b" Q")
        page_object = writer.pages[page]
        content = page_object["/Contents"]
        page_object[NameObject("/Contents")] = ArrayObject([*content, writer._add_object(stream)])  # type: ignore[misc]

    return change


def _rewritten(page: int, part: int, old: bytes, new: bytes) -> Change:
    """Content stream ``part`` of page ``page`` with other operators."""

    def change(writer: PdfWriter) -> None:
        content: Any = writer.pages[page]["/Contents"]
        data = content[part].get_object().get_data()
        assert old in data
        stream = StreamObject()
        stream.set_data(data.replace(old, new))
        content[part] = writer._add_object(stream)

    return change


def _without_stamp(page: int) -> Change:
    def change(writer: PdfWriter) -> None:
        content: Any = writer.pages[page]["/Contents"]
        stream = StreamObject()
        stream.set_data(b"Q")
        content[-1] = writer._add_object(stream)

    return change


def _forms(writer: PdfWriter, page: int) -> dict[str, Any]:
    resources: Any = writer.pages[page]["/Resources"]
    return {name: form.get_object() for name, form in resources["/XObject"].items() if str(name).startswith("/Mk")}


def _without_form(page: int, index: int) -> Change:
    """The form at place ``index`` of the page's stamp draws nothing: 0 top marking, last the copy number."""

    def change(writer: PdfWriter) -> None:
        content: Any = writer.pages[page]["/Contents"]
        data = content[-1].get_object().get_data()
        lines = data.split(b"\n")
        places = [at for at, line in enumerate(lines) if line.endswith(b" Do Q")]
        lines[places[index]] = b""
        stream = StreamObject()
        stream.set_data(b"\n".join(lines))
        content[-1] = writer._add_object(stream)

    return change


def _dropped_page(writer: PdfWriter) -> None:
    writer.remove_page(2)


def _swapped_pages(writer: PdfWriter) -> None:
    kids: Any = writer._pages.get_object()["/Kids"]  # type: ignore[index]
    kids[1], kids[2] = kids[2], kids[1]


def _white_annotation(writer: PdfWriter) -> None:
    """A white square over the bottom marking of page 2."""
    form = StreamObject()
    form.set_data(b"1 g 0 0 200 40 re f")
    form.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject(map(NumberObject, (0, 0, 200, 40))),
        }
    )
    annotation = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Square"),
            NameObject("/Rect"): ArrayObject(map(NumberObject, (200, 10, 400, 50))),
            NameObject("/F"): NumberObject(4),
            NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(form)}),
        }
    )
    writer.pages[1][NameObject("/Annots")] = ArrayObject([writer._add_object(annotation)])


SPOILT: dict[str, tuple[Change, str]] = {
    "the stamp of one page is missing": (_without_stamp(2), "page 3 bears no stamp"),
    "the top marking is missing": (_without_form(1, 0), "page 2 does not show the marking at the top"),
    "the bottom marking is missing": (_without_form(1, 1), "page 2 does not show the marking at the bottom"),
    "the copy number is missing": (_without_form(1, 2), "page 2 does not show the copy number"),
    "the first page's block is missing": (_without_form(0, 1), "page 1 does not show the whole stamp"),
    "the stamp is shifted off the page": (
        _rewritten(1, -1, b"q 1 0 0 1 0 0 cm\n", b"q 1 0 0 1 0 400 cm\n"),
        "page 2 does not show",
    ),
    "the stamp is turned": (
        _rewritten(1, -1, b"q 1 0 0 1 0 0 cm\n", b"q -1 0 0 -1 595 842 cm\n"),
        "page 2 does not show",
    ),
    "the stamp is mirrored": (
        _rewritten(1, -1, b"q 1 0 0 1 0 0 cm\n", b"q -1 0 0 1 595 0 cm\n"),
        "page 2 does not show",
    ),
    "the stamp is tiny": (
        _rewritten(1, -1, b"q 1 0 0 1 0 0 cm\n", b"q 0.5 0 0 0.5 140 8 cm\n"),
        "page 2 does not show",
    ),
    "the stamp is invisible": (_rewritten(1, -1, b"/Artifact", b"3 Tr 1 1 1 rg /Artifact"), "page 2"),
    "the top marking is under a white box": (_drawn(1, b"1 g 150 800 300 42 re f"), "page 2 does not show the marking"),
    "half of the top marking is under a white box": (_drawn(1, b"1 g 150 800 150 42 re f"), "page 2 does not show"),
    "the tail of Қ is under a white box": (_drawn(1, b"1 g 200 811.6 65 1.6 re f"), "page 2 does not show the marking"),
    "a bar is drawn through the marking": (_drawn(1, b"0 g 220 818 160 1 re f"), "page 2"),
    "the bottom marking is under an annotation": (_white_annotation, "page 2"),
    "the Data Matrix is under a white box": (_drawn(1, b"1 g 20 20 26 26 re f"), "page 2 does not show the Data"),
    "the Data Matrix has a hole": (_drawn(1, b"1 g 24 24 12 12 re f"), "page 2 does not show the Data Matrix"),
    "the Data Matrix is another page's": (
        lambda writer: _swapped_code(writer, 1, 2),
        "page 2 does not show the Data Matrix",
    ),
    "a page is dropped": (_dropped_page, "2 pages instead of 3"),
    "two pages are swapped": (_swapped_pages, "page 2"),
    "a word is under a white box": (_drawn(1, b"1 g 100 500 60 20 re f"), "page 2 lacks something of the original"),
    "a comma is under a white box": (_drawn(1, b"1 g 158 590 4 4 re f"), "page 2"),
    "a pale line is under a white box": (_drawn(1, b"1 g 400 395 40 20 re f"), "page 2 lacks something"),
    "a word is under a black box": (_drawn(1, b"0 g 100 500 60 20 re f"), "page 2"),
    "something is added": (_drawn(1, b"BT /MkR 8 Tf 400 300 Td <0003> Tj ET"), "page 2"),
    "a dot is added": (_drawn(1, b"0 g 450 300 1.5 1.5 re f"), "page 2"),
    "a page has another size": (
        lambda writer: writer.pages[1].mediabox.__setitem__(2, NumberObject(600)),
        "page 2 has another size",
    ),
    "the text layer of the marking is gone": (
        lambda writer: [font.pop("/ToUnicode") for font in _fonts(writer)] and None,
        "page 1 does not show",
    ),
    "original content is moved": (_rewritten(1, 0, b"q", b"q 1 0 0 1 0 3 cm"), "page 2"),
    "original content is squeezed": (_rewritten(1, 0, b"q", b"q 0.9 0 0 1 0 0 cm"), "page 2"),
    "original content is shrunk out of the page": (_rewritten(1, 0, b"q", b"q 0.9 0 0 0.9 300 0 cm"), "page 2"),
}


def _swapped_code(writer: PdfWriter, page: int, other: int) -> None:
    """Page ``page`` gets the stamp of page ``other`` but for the line that says which page it is."""
    contents: list[Any] = [writer.pages[index]["/Contents"] for index in (page, other)]
    mine, theirs = (content[-1].get_object().get_data() for content in contents)
    stream = StreamObject()
    stream.set_data(b"\n".join(_matrix_from(mine.split(b"\n"), theirs.split(b"\n"))))
    contents[0][-1] = writer._add_object(stream)


def _matrix_from(mine: list[bytes], theirs: list[bytes]) -> list[bytes]:
    rows = [line for line in theirs if line.endswith(b" re")]
    first = next(at for at, line in enumerate(mine) if line.endswith(b" re"))
    rest = [line for line in mine if not line.endswith(b" re")]
    return rest[:first] + rows + rest[first:]


def _fonts(writer: PdfWriter) -> list[Any]:
    return [
        entry
        for entry in writer._objects
        if isinstance(entry, DictionaryObject) and entry.get("/Subtype") == "/Type0" and "/ToUnicode" in entry
    ]


@pytest.mark.parametrize(
    "recipient", ["Архив " * 40, "аб вг " * 15, "Архив/" * 30], ids=["one word", "two words", "slashes"]
)
def test_a_recipient_that_repeats_itself_is_proved(source: Path, profile: Profile, recipient: str) -> None:
    order, path = replace(ORDER, recipient=recipient.strip()), source.with_name("again.pdf")
    stamp_pdf(source, [(order, path)], profile)
    prove_pdf(source, path, order, profile)
    with pytest.raises(HoldError) as caught:
        prove_pdf(source, path, replace(order, recipient=recipient + recipient[:6]), profile)
    assert "whole stamp" in caught.value.hold.detail


def test_a_good_copy_stands_its_proof(source: Path, copy: Path, profile: Profile) -> None:
    prove_pdf(source, copy, ORDER, profile)


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_copy_does_not(
    how: str, source: Path, copy: Path, sister: tuple[CopyOrder, Path], profile: Profile, tmp_path: Path
) -> None:
    change, reason = SPOILT[how]
    spoilt = _changed(copy, tmp_path / "spoilt.pdf", change)
    for before in ([], [sister]):  # alone, and after a sound copy of the same file
        with pytest.raises(HoldError) as caught:
            prove_pdf_copies(source, [*before, (ORDER, spoilt)], profile)
        assert caught.value.hold.code == HoldCode.STAMP_FAILED
        assert reason in caught.value.hold.detail


WRONG: dict[str, dict[str, object]] = {
    "Қ without its tail": {"marking_text": "КҰПИЯ/СЕКРЕТНО"},
    "Ұ without its bar": {"marking_text": "ҚУПИЯ/СЕКРЕТНО"},
    "Latin look-alikes": {"marking_text": "ҚҰПИЯ/CEKPETHO"},
    "a letter missing": {"marking_text": "ҚҰПИЯ/СЕКРЕТО"},
    "one half alone": {"marking_text": "ҚҰПИЯ"},
    "a lower marking": {"marking_text": "ҚЫЗМЕТ БАБЫНДА ПАЙДАЛАНУ ҮШІН/ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ"},
    "another copy's number": {"copy_number": str(CopyNumber(PartyId("KZ"), 2026, 123, 2))},
    "another document's number": {"copy_number": str(CopyNumber(PartyId("KZ"), 2026, 128, 1))},
    "another copy's line": {"copy_index": 2},
    "another set's size": {"set_size": 3},
    "no set's size": {"set_size": None},
    "another register number": {"register_number": "KZ-2026-000128"},
    "another day": {"date": "2026-11-23"},
    "another marking of the originator": {"originator_text": "SLAPTAI"},
    "another recipient": {"recipient": "Қорғаныс Министрлігі"},
    "a diacritic of the recipient missing": {"recipient": "Корғаныс министрлігі"},
}


@pytest.mark.parametrize("what", WRONG)
def test_a_copy_that_says_something_else_does_not(
    what: str, source: Path, sister: tuple[CopyOrder, Path], profile: Profile, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.pdf"
    stamp_pdf(source, [(replace(ORDER, **WRONG[what]), wrong)], profile)  # type: ignore[arg-type]  # values fit the fields
    for before in ([], [sister]):
        with pytest.raises(HoldError) as caught:
            prove_pdf_copies(source, [*before, (ORDER, wrong)], profile)
        assert caught.value.hold.code == HoldCode.STAMP_FAILED


def test_of_further_copies_only_what_differs_is_read(
    source: Path, copy: Path, sister: tuple[CopyOrder, Path], profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: list[tuple[str, int]] = []
    prove = _Page.prove
    monkeypatch.setattr(
        _Page, "prove", lambda page: (whole.append((page.expected.copy_number.text, page.number)), prove(page))[1]
    )
    prove_pdf_copies(source, [(ORDER, copy), sister], profile)
    assert whole == [(ORDER.copy_number, page) for page in (1, 2, 3)]


def test_copies_whose_stamps_stand_elsewhere_stand_their_proof_too(
    profile: Profile, tmp_path: Path, sister: tuple[CopyOrder, Path]
) -> None:
    """A long recipient needs more room: the first page of one copy is shrunk, that of the other not or less."""
    source = tmp_path / "full.pdf"
    canvas = Canvas(str(source), pagesize=(595, 842))
    for _ in range(2):
        canvas.setFont("Helvetica", 10)
        for line in range(49):
            canvas.drawString(15, 780 - 15 * line, "Words from one edge of the paper to the other, " * 2)
        canvas.showPage()
    canvas.save()
    recipients = (None, "Қорғаныс министрлігінің құпия құжаттар бөлімі, " * 4, "A")
    orders = [
        replace(
            ORDER, recipient=recipient, copy_index=index, copy_number=str(CopyNumber(PartyId("KZ"), 2026, 9, index))
        )
        for index, recipient in enumerate(recipients, start=1)
    ]
    orders = [replace(order, register_number="KZ-2026-000009", set_size=3) for order in orders]
    pairs = [(order, tmp_path / f"{order.copy_index}.pdf") for order in orders]
    stamp_pdf(source, pairs, profile)
    prove_pdf_copies(source, pairs, profile)
    with pytest.raises(HoldError):
        prove_pdf_copies(source, [*pairs[:2], (pairs[2][0], pairs[0][1])], profile)


def test_the_picture_counts_and_not_the_text_layer(
    source: Path, profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fonts whose Қ looks like К but copies out as Қ: only the picture tells."""
    honest = Face.subset

    def forged(self: Face, letters: Any) -> Any:
        subset = honest(self, [*letters, "К"])
        return replace(subset, glyphs={**subset.glyphs, "Қ": subset.glyphs["К"]}) if self.strong else subset

    monkeypatch.setattr(Face, "subset", forged)
    wrong = tmp_path / "wrong.pdf"
    stamp_pdf(source, [(ORDER, wrong)], profile)
    with pytest.raises(HoldError, match="does not show the marking"):
        prove_pdf(source, wrong, ORDER, profile)


def test_a_code_drawn_inside_out_does_not_pass(
    source: Path, profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = code_module.modules
    monkeypatch.setattr(
        "marker.stamp.pdf_copy.modules", lambda *args: tuple(bytes(not dark for dark in row) for row in honest(*args))
    )
    wrong = tmp_path / "wrong.pdf"
    stamp_pdf(source, [(ORDER, wrong)], profile)
    with pytest.raises(HoldError, match="Data Matrix"):
        prove_pdf(source, wrong, ORDER, profile)


def _scan(path: Path) -> Path:
    """A page full of ink, which can only be stamped once it is shrunk."""
    canvas = Canvas(str(path), pagesize=(595, 842))
    canvas.setFillGray(0.55)
    canvas.rect(0, 0, 595, 842, stroke=0, fill=1)
    canvas.setFillGray(0)
    canvas.setFont("Helvetica", 10)
    for line in range(50):
        canvas.drawString(20, 820 - 16 * line, f"Line {line} of a page that is full to its edges, some words more")
    canvas.showPage()
    canvas.save()
    return path


def test_a_shrunk_page_stands_its_proof_and_what_it_lost_is_seen(profile: Profile, tmp_path: Path) -> None:
    source, copy = _scan(tmp_path / "a.pdf"), tmp_path / "copy.pdf"
    stamp_pdf(source, [(ORDER, copy)], profile)
    prove_pdf(source, copy, ORDER, profile)
    spoilt = _changed(copy, tmp_path / "spoilt.pdf", _drawn(0, b"0.55 g 150 400 30 12 re f"))
    with pytest.raises(HoldError, match="page 1 lacks something of the original"):
        prove_pdf(source, spoilt, ORDER, profile)


def test_a_page_shrunk_until_it_cannot_be_read_does_not_pass(source: Path, profile: Profile, tmp_path: Path) -> None:
    copy = tmp_path / "copy.pdf"
    stamp_pdf(source, [(ORDER, copy)], profile)
    spoilt = _changed(copy, tmp_path / "spoilt.pdf", _rewritten(1, 0, b"q", b"q 0.3 0 0 0.3 150 200 cm"))
    with pytest.raises(HoldError, match="page 2"):
        prove_pdf(source, spoilt, ORDER, profile)


def test_the_stamp_over_the_original_s_ink_does_not_pass(profile: Profile, tmp_path: Path) -> None:
    """Black on black covers nothing a picture would miss, and is still not allowed."""
    source, copy = tmp_path / "a.pdf", tmp_path / "copy.pdf"
    canvas = Canvas(str(source), pagesize=(595, 842))
    canvas.drawString(80, 400, "Some words")
    canvas.setStrokeGray(0)
    canvas.showPage()
    canvas.save()
    stamp_pdf(source, [(ORDER, copy)], profile)
    writer = PdfWriter(clone_from=PdfReader(source))
    writer.pages[0].merge_page(_page_with(b"0 g 225 817 20 0.4 re f"))
    writer.write(source)
    writer = PdfWriter(clone_from=PdfReader(copy))
    writer.pages[0].merge_page(_page_with(b"0 g 225 817 20 0.4 re f"))
    writer.write(copy)
    with pytest.raises(HoldError, match="page 1"):
        prove_pdf(source, copy, ORDER, profile)


def _page_with(operators: bytes) -> Any:
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    stream = StreamObject()
    stream.set_data(operators)
    page[NameObject("/Contents")] = writer._add_object(stream)
    return page


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"no PDF"])
def test_a_copy_that_cannot_be_read_again_does_not_pass(
    data: bytes, source: Path, profile: Profile, tmp_path: Path
) -> None:
    (tmp_path / "copy.pdf").write_bytes(data)
    with pytest.raises(HoldError, match="cannot be read again"):
        prove_pdf(source, tmp_path / "copy.pdf", ORDER, profile)


def test_the_original_itself_does_not_pass(source: Path, profile: Profile) -> None:
    with pytest.raises(HoldError, match="page 1 bears no stamp"):
        prove_pdf(source, source, ORDER, profile)
