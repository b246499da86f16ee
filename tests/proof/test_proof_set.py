"""The proof of a set's further copies: what is not looked at again is the same to the byte; what differs is read."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, NameObject, StreamObject
from reportlab.pdfgen.canvas import Canvas

from marker.agreement.load import load_profile
from marker.agreement.profile import Profile
from marker.errors import HoldError
from marker.model import CopyOrder, HoldCode
from marker.numbering import CopyNumber
from marker.proof.pdf import _Page, _Room, prove_pdf_copies
from marker.proof.pdf_ends import changes
from marker.proof.pdf_set import First
from marker.proof.prove import prove_copies
from marker.stamp.pdf import stamp_pdf
from tests.stamp.pdf_samples import TO_KZ

PAGES = 12
PAGE = 11
"""The page that is spoilt, from 0."""
Copies = dict[int, tuple[CopyOrder, Path]]
Objects = dict[int, bytes]
Spoil = Callable[["File", "File"], None]


def _order(index: int) -> CopyOrder:
    number = CopyNumber(TO_KZ.receiving, 2026, 123, index)
    return replace(
        TO_KZ, register_number="KZ-2026-000123", copy_number=str(number), copy_index=index, set_size=50,
        recipient=f"{index} бөлім",
    )  # fmt: skip


def _letter(path: Path, pages: int = PAGES, size: tuple[float, float] = (595, 842)) -> Path:
    canvas = Canvas(str(path), pagesize=size)
    for page in range(pages):
        canvas.setFont("Helvetica", 10)
        for line in range(20):
            canvas.drawString(80, size[1] - 140 - 18 * line, f"Line {line} of page {page}, and some words after it.")
        canvas.showPage()
    canvas.save()
    return path


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _letter(tmp_path_factory.mktemp("set") / "a.pdf")


def _set(source: Path, profile: Profile, indices: Sequence[int] = (1, 2, 36, 37)) -> Copies:
    copies = {index: (_order(index), source.with_name(f"{source.stem}-{index}.pdf")) for index in indices}
    stamp_pdf(source, list(copies.values()), profile)
    return copies


@pytest.fixture(scope="module")
def copies(source: Path, profile: Profile) -> Copies:
    return _set(source, profile)


class File:
    """A written copy, object by object; it has a cross-reference table."""

    def __init__(self, path: Path) -> None:
        self.data = path.read_bytes()
        self.start = int(re.findall(rb"startxref\n(\d+)\n", self.data)[-1])
        rows = re.findall(rb"(\d{10}) \d{5} ([nf]) \n", self.data[self.start :])
        places = sorted((int(place), number) for number, (place, kind) in enumerate(rows) if kind == b"n")
        ends = [*(place for place, _ in places[1:]), self.start]
        self.objects = {n: self.data[at:end] for (at, n), end in zip(places, ends, strict=True)}
        self.head = self.data[: places[0][0]]
        page = PdfReader(path).pages[PAGE]
        contents: Any = page.raw_get("/Contents")
        named: Any = page["/Resources"]["/XObject"]  # type: ignore[index]  # pypdf types no entries
        self.code: int = contents[-1].idnum
        self.shared: int = contents[-2].idnum
        last = re.findall(rb"/(\w+) Do", self.stream(self.shared))[-1].decode()
        self.number: int = named.raw_get(f"/{last}").idnum
        self.page: int = page.indirect_reference.idnum  # type: ignore[union-attr]  # it was read from a file

    def stream(self, number: int) -> bytes:
        return zlib.decompress(self._parts(number)[1])

    def _parts(self, number: int) -> tuple[bytes, bytes]:
        head, _, rest = self.objects[number].partition(b"\nstream\n")
        return head, rest.removesuffix(b"\nendstream\nendobj\n")

    def fill(self, number: int, data: bytes) -> None:
        packed = zlib.compress(data)
        head = re.sub(rb"/Length \d+", b"/Length %d" % len(packed), self._parts(number)[0])
        self.objects[number] = head + b"\nstream\n" + packed + b"\nendstream\nendobj\n"

    def change(self, number: int, old: bytes, new: bytes) -> None:
        """Other bytes in an object that is no stream, or in a stream's dictionary or data."""
        if old in self.objects[number]:
            self.objects[number] = self.objects[number].replace(old, new)
            return
        data = self.stream(number)
        assert old in data
        self.fill(number, data.replace(old, new))

    def write(self, path: Path) -> Path:
        """The file with its cross-reference table made anew."""
        data, places = self.head, {}
        for number, held in self.objects.items():
            places[number] = len(data)
            data += held
        section, count = self.data[self.start :], max(self.objects) + 1
        section = re.sub(rb"xref\n0 \d+\n", b"xref\n0 %d\n" % count, section)
        section = re.sub(rb"/Size \d+", b"/Size %d" % count, section)
        more = count - len(re.findall(rb"\d{10} \d{5} [nf] \n", section))
        section = section.replace(b"trailer", b"0000000000 00000 n \n" * more + b"trailer")
        number = -1

        def row(found: re.Match[bytes]) -> bytes:
            nonlocal number
            number += 1
            return b"%010d 00000 n \n" % places[number] if number in places else found[0]

        section = re.sub(rb"\d{10} \d{5} [nf] \n", row, section)
        path.write_bytes(data + re.sub(rb"startxref\n\d+", b"startxref\n%d" % len(data), section))
        return path


def _swap(one: int | str, other: int | str) -> Spoil:
    def spoil(file: File, sister: File) -> None:
        first, second = (getattr(file, key) if isinstance(key, str) else key for key in (one, other))
        file.fill(first, sister.stream(second))

    return spoil


def _with(name: str, old: bytes, new: bytes) -> Spoil:
    return lambda file, sister: file.change(getattr(file, name), old, new)


def _more(name: str, operators: bytes) -> Spoil:
    def spoil(file: File, sister: File) -> None:
        number = getattr(file, name)
        file.fill(number, file.stream(number) + operators)

    return spoil


def _misspelt(file: File, sister: File) -> None:
    """The last two glyphs of the number change places."""
    data = file.stream(file.number)
    glyphs = re.findall(rb"<([0-9A-F]+)> Tj", data)[-1]
    file.fill(file.number, data.replace(glyphs, glyphs[:-12] + glyphs[-4:] + glyphs[-8:-4] + glyphs[-12:-8]))


def _hole(file: File, sister: File) -> None:
    rows = re.findall(rb"\d+ \d+ \d+ 1 re\n", file.stream(file.code))
    file.change(file.code, b"".join(rows[20:120]), b"")


def _page_before(file: File, sister: File) -> None:
    file.fill(file.code, file.stream(file.code - 1))


def _page_before_modules(file: File, sister: File) -> None:
    """Its symbol, but not its line "page n of N"."""
    mine, theirs = (re.findall(rb"(?:\d+ \d+ \d+ 1 re\n)+", file.stream(n))[0] for n in (file.code, file.code - 1))
    file.change(file.code, mine, theirs)


def _other_page_number(file: File, sister: File) -> None:
    """12 / 11 for 12 / 12."""
    glyphs = re.findall(rb"<([0-9A-F]+)> Tj", file.stream(file.code))[0]
    file.change(file.code, glyphs, glyphs[:-4] + glyphs[:4])


def _other_form(file: File, sister: File) -> None:
    """By the name of the number's form, the resources of page 12 lead to another copy's, which was added."""
    added = max(file.objects) + 1
    packed = zlib.compress(sister.stream(sister.number))
    head = re.sub(rb"/Length \d+", b"/Length %d" % len(packed), file.objects[file.number].partition(b"\nstream\n")[0])
    form = head.replace(b"%d 0 obj" % file.number, b"%d 0 obj" % added, 1)
    file.objects[added] = form + b"\nstream\n" + packed + b"\nendstream\nendobj\n"
    file.change(file.page, b" %d 0 R" % file.number, b" %d 0 R" % added)


def _stale(file: File, first: File) -> None:
    """As if it had been forgotten when the copy was made."""
    file.objects[file.code] = first.objects[file.code]


def _stale_number(file: File, first: File) -> None:
    file.objects[file.number] = first.objects[file.number]


def _added_object(file: File, sister: File) -> None:
    """An annotation in white over the marking of page 12."""
    form = b"<</Type /Annot /Subtype /Square /Rect [200 800 400 842] /IC [1 1 1] /C [1 1 1] /F 4>>"
    file.objects[file.page] = file.objects[file.page].replace(b">>\nendobj", b"/Annots [%s]>>\nendobj" % form)


SPOILT: dict[str, tuple[Spoil, str]] = {
    "page 12 has no code": (lambda file, sister: file.fill(file.code, b"\n"), "page 12"),
    "page 12 has the code of copy 36": (_swap("code", "code"), "page 12"),
    "page 12 has the code of copy 1": (_stale, "page 12"),
    "page 12 has the code and line of page 11": (_page_before, "page 12"),
    "page 12 has the code of page 11": (_page_before_modules, "page 12"),
    "the code of page 12 has a hole": (_hole, "page 12"),
    "the code of page 12 is shifted": (_with("code", b" Tj ET\n", b" Tj ET\n1 0 0 1 60 0 cm\n"), "page 12"),
    "the code of page 12 is white": (_with("code", b" Tj ET\n", b" Tj ET\n1 g\n"), "page 12"),
    "the code of page 12 has modules beside it": (_with("code", b"\nf\n", b"\n25 4 9 1 re\nf\n"), "page 12"),
    "page 12 counts another page": (_other_page_number, "page 12"),
    "the marking of page 12 is covered": (_more("code", b"\nq 1 g 200 800 200 42 re f Q"), "page 12"),
    "the original of page 12 is covered": (_more("code", b"\nq 1 g 80 300 100 400 re f Q"), "page 12"),
    "the code of page 12 is covered": (_more("code", b"\nq 1 g 0 0 100 60 re f Q"), "page 12"),
    "the number is copy 36's": (_swap("number", "number"), "page 1 "),
    "the number is copy 1's": (_stale_number, "page 1 "),
    "the number is misspelt": (_misspelt, "page 1 "),
    "the number is gone": (lambda file, sister: file.fill(file.number, b"0 g\n"), "page 1 "),
    "the number is shifted": (_with("number", b" Td <", b" Td 30 0 Td <"), "page 1 "),
    "the number is cut": (_with("number", b"/BBox [-2 ", b"/BBox [60 "), "page 1 "),
    "the number is covered": (_more("number", b"\n1 g 0 -30 200 40 re f"), "page 1 "),
    "page 12 lacks marking and number": (
        lambda file, sister: file.change(file.page, b"%d 0 R" % file.shared, b"%d 0 R" % file.code),
        "page 12",
    ),
    "page 12 shows the number's form of copy 36": (_other_form, "page 12"),
    "an object over page 12 is added": (_added_object, "page 12"),
    "the page is turned": (_with("page", b"/Rotate 0", b"/Rotate 180"), "page 12"),
}


def test_the_copies_of_a_set_stand_their_proof_and_one_page_of_the_third_is_drawn(
    source: Path, copies: Copies, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[str, int]] = []
    check = _Page._check_size
    monkeypatch.setattr(
        _Page, "_check_size", lambda page: (drawn.append((page.expected.copy_number.text, page.number)), check(page))[1]
    )
    prove_copies("pdf", source, list(copies.values()), profile)
    first, second, third, fourth = (order.copy_number for order, _ in copies.values())
    assert [page for number, page in drawn if number == second] == [*range(1, PAGES + 1)]
    assert {page for number, page in drawn if number == first} == {*range(1, PAGES + 1)}
    assert [one for one in drawn if one[0] in {third, fourth}] == [(third, 1), (fourth, 1)]


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_further_copy_does_not_stand_its_proof(
    how: str, source: Path, copies: Copies, profile: Profile, tmp_path: Path
) -> None:
    spoil, reason = SPOILT[how]
    file = File(copies[37][1])
    spoil(file, File(copies[1 if "copy 1" in how else 36][1]))
    spoilt = file.write(tmp_path / "spoilt.pdf")
    before = [copies[index] for index in (1, 2, 36)]
    with pytest.raises(HoldError) as caught:
        prove_copies("pdf", source, [*before, (copies[37][0], spoilt)], profile)
    assert caught.value.hold.code is HoldCode.STAMP_FAILED
    assert reason in caught.value.hold.detail


def test_what_writes_the_file_anew_changes_nothing_by_itself(
    source: Path, copies: Copies, profile: Profile, tmp_path: Path
) -> None:
    again = File(copies[37][1]).write(tmp_path / "again.pdf")
    assert again.read_bytes() == copies[37][1].read_bytes()


def test_two_numbers_that_changed_places_are_seen(source: Path, copies: Copies, profile: Profile) -> None:
    (order, path), (other, there) = copies[36], copies[37]
    with pytest.raises(HoldError):
        prove_copies("pdf", source, [copies[1], copies[2], (order, there), (other, path)], profile)


def test_a_label_that_names_another_copy_is_seen(
    source: Path, copies: Copies, profile: Profile, tmp_path: Path
) -> None:
    file = File(copies[37][1])
    last = max(file.objects)
    assert b"/Type /Metadata" in file.objects[last]
    file.objects[last] = File(copies[36][1]).objects[last]
    with pytest.raises(HoldError, match="label"):
        prove_copies(
            "pdf", source, [*(copies[n] for n in (1, 2, 36)), (copies[37][0], file.write(tmp_path / "a.pdf"))], profile
        )


def test_an_update_at_the_end_of_the_file_is_seen(
    source: Path, copies: Copies, profile: Profile, tmp_path: Path
) -> None:
    """It puts another page in the place of page 12."""
    spoilt = tmp_path / "spoilt.pdf"
    writer = PdfWriter(copies[37][1], incremental=True)
    page = writer.pages[PAGE]
    white = StreamObject()
    white.set_data(b"q 1 g 200 800 200 42 re f Q")
    contents: Any = page["/Contents"]
    page[NameObject("/Contents")] = ArrayObject([*contents, writer._add_object(white)])
    writer.write(spoilt)
    assert spoilt.read_bytes().startswith(copies[37][1].read_bytes())
    with pytest.raises(HoldError, match="page 12"):
        prove_pdf_copies(source, [copies[1], copies[2], (copies[37][0], spoilt)], profile)


def test_a_form_that_the_set_s_pages_do_not_show_alike_is_looked_at(profile: Profile, tmp_path: Path) -> None:
    """Pages of two sizes: the number has two forms, and a page of each is drawn in every copy."""
    source = tmp_path / "mixed.pdf"
    writer = PdfWriter()
    for name, size in (("a", (595.0, 842.0)), ("b", (1190.0, 1684.0))):
        for page in PdfReader(_letter(tmp_path / f"{name}.pdf", 3, size)).pages:
            writer.add_page(page)
    writer.write(source)
    made = _set(source, profile, (1, 2, 3))
    first = First(made[1][1], made[1][0].copy_number, [1.0] * 6)
    assert [first.compare(made[n][1], made[n][0].copy_number) is not None for n in (2, 3)] == [True, True]
    further = first.compare(made[3][1], made[3][0].copy_number)
    assert further is not None
    assert further.drawn == {0, 3}
    prove_copies("pdf", source, list(made.values()), profile)


def test_a_number_for_which_there_is_no_room_is_looked_at_everywhere(
    source: Path, copies: Copies, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[int] = []
    check = _Page._check_size
    monkeypatch.setattr(_Room, "of", classmethod(lambda cls, expected: cls(100.0, 1.0)))
    monkeypatch.setattr(_Page, "_check_size", lambda page: (pages.append(page.number), check(page))[1])
    prove_pdf_copies(source, [copies[index] for index in (1, 2, 37)], profile)
    assert pages.count(12) == 3


def test_files_that_have_nothing_to_do_with_one_another_are_not_compared(source: Path, copies: Copies) -> None:
    assert changes(source, copies[1][1]) is None
    assert changes(copies[1][1], source) is None
    assert changes(copies[1][1], copies[1][1]) is None
    assert changes(copies[1][1], copies[2][1])
