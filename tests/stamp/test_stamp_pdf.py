"""Stamped PDF copies: what they show on every kind of page, what they keep, what is held."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from pdf_samples import (
    RESTRICTED,
    TO_KZ,
    TO_LT,
    Change,
    letter,
    page_texts,
    root_entry,
    stamp_content,
    with_content,
    with_entries,
    without,
)
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ByteStringObject,
    DictionaryObject,
    Fit,
    FloatObject,
    NameObject,
    NullObject,
    NumberObject,
    TextStringObject,
)

from marker.agreement.load import load_profile
from marker.agreement.profile import Profile
from marker.errors import HoldError
from marker.model import CopyOrder, HoldCode, PartyId, StampResult
from marker.numbering import CopyNumber
from marker.proof.pdf import prove_pdf
from marker.stamp.pdf import stamp_pdf

SECOND = str(CopyNumber(PartyId("KZ"), 2026, 123, 2))
THIRD = str(CopyNumber(PartyId("KZ"), 2026, 123, 3))
TEXT = b"BT /F1 10 Tf 90 600 Td (Some words) Tj ET "


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


def _stamp(source: Path, profile: Profile, order: CopyOrder = TO_KZ) -> tuple[Path, StampResult]:
    path = source.with_name(f"{source.stem}-{order.copy_number}.pdf")
    (result,) = stamp_pdf(source, [(order, path)], profile)
    return path, result


def _hold(source: Path, profile: Profile) -> HoldError:
    with pytest.raises(HoldError) as caught:
        _stamp(source, profile)
    return caught.value


# ── What stands on the pages ────────────────────────────────────────────────────────────────────────────────────────


def test_every_page_can_be_copied_out_with_its_kazakh_and_russian_letters(tmp_path: Path, profile: Profile) -> None:
    copy, result = _stamp(letter(tmp_path / "a.pdf", pages=3), profile)
    texts = page_texts(copy)
    assert result == StampResult(3)
    for page, text in enumerate(texts, start=1):
        assert text.count("ҚҰПИЯ/СЕКРЕТНО") == 2
        assert f"KZ-2026-000123-01-0\n{page} / 3" in text
        assert f"Line 0 of page {page}" in text
    for line in (
        "Дана № 1 (барлығы 2) / Экз. № 1 из 2",
        "Тіркеу № / Рег. № KZ-2026-000123 · 22.11.2026",
        "Жіберушінің белгісі / Гриф отправителя:",
        "LT · KONFIDENCIALIAI",
        "Келісімнің 3-бабы / статья 3 Соглашения",
        "Алушы / Получатель: Қорғаныс министрлігі",
    ):
        assert line in texts[0]
        assert line not in texts[1]


def test_a_copy_to_lithuania_has_its_letters_too(tmp_path: Path, profile: Profile) -> None:
    copy, _ = _stamp(letter(tmp_path / "a.pdf"), profile, TO_LT)
    text = page_texts(copy)[0]
    assert text.count("VISIŠKAI SLAPTAI/TOP SECRET") == 2
    assert "Siuntėjo žyma / Originator's marking:\nKZ · ӨТЕ ҚҰПИЯ/СОВЕРШЕННО СЕКРЕТНО" in text
    assert "Gavėjas / Recipient: Žvalgybos skyrius" in text


def _turned(degrees: int) -> Change:
    return with_entries(Rotate=NumberObject(degrees))


def _boxes(**boxes: tuple[float, ...]) -> Change:
    return with_entries(**{key: ArrayObject(map(FloatObject, box)) for key, box in boxes.items()})


def _hidden_layer(writer: PdfWriter) -> None:
    group = writer._add_object(
        DictionaryObject({NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject("off")})
    )
    settings = DictionaryObject({NameObject("/OFF"): ArrayObject([group])})
    writer.root_object[NameObject("/OCProperties")] = DictionaryObject(
        {NameObject("/OCGs"): ArrayObject([group]), NameObject("/D"): settings}
    )
    with_content(b"/OC /Off BDC " + TEXT)(writer)
    for page in writer.pages:
        page["/Resources"][NameObject("/Properties")] = DictionaryObject({NameObject("/Off"): group})


def _inherited(writer: PdfWriter) -> None:
    """/Rotate, /MediaBox and /Resources stand in the page tree alone."""
    parent = writer._pages.get_object()
    for page in writer.pages:
        for key in ("/MediaBox", "/Resources"):
            parent[NameObject(key)] = page.raw_get(key)
            del page[key]
        page.pop("/Rotate", None)
    parent[NameObject("/Rotate")] = NumberObject(90)


def _same_page_twice(writer: PdfWriter) -> None:
    kids = writer._pages.get_object()["/Kids"]
    kids[1] = kids[0]


def _names_taken(writer: PdfWriter) -> None:
    for page in writer.pages:
        fonts = page["/Resources"]["/Font"]
        for name in ("/MkR", "/MkB", "/Mk1"):
            fonts[NameObject(name)] = fonts.raw_get("/F1")
    with_content(b"BT /MkR 10 Tf 90 600 Td (Set in a font of that name) Tj ET")(writer)


KINDS: dict[str, Change | None] = {
    "plain": None,
    **{f"turned {degrees}": _turned(degrees) for degrees in (90, 180, 270, -90, 450)},
    "origin elsewhere": _boxes(MediaBox=(-300, 1000, 295, 1842)),
    "crop box with an odd origin": _boxes(CropBox=(50.5, 30.25, 580, 800)),
    "crop box larger than the media box": _boxes(CropBox=(-100, -100, 900, 900)),
    "boxes with swapped corners": _boxes(MediaBox=(595, 842, 0, 0)),
    "no media box": without("/MediaBox"),
    "large user unit": with_entries(UserUnit=FloatObject(2.5)),
    "no content": without("/Contents"),
    "null content": without("/Contents", NullObject),
    "no resources": without("/Resources"),
    "content in two streams": with_content(b"BT /F1 10 Tf 90 600 Td", b"(Some words) Tj ET"),
    "state left changed": with_content(b"0.3 0 0 0.3 50 50 cm 1 0 0 rg 3 Tr 0.5 w " + TEXT),
    "states left open": with_content(b"q 0.3 0 0 -0.3 50 500 cm q q " + TEXT),
    "states popped too often": with_content(b"Q 0.6 0 0 0.6 0 0 cm Q Q " + TEXT + b" Q"),
    "clipped to nothing": with_content(b"q 0 0 1 1 re W n " + TEXT),
    "text left open": with_content(b"BT /F1 10 Tf 90 600 Td (Some words) Tj"),
    "string left open": with_content(TEXT + b"BT (never ends"),
    "path left unpainted": with_content(TEXT + b"0 0 m 300 300 l 300 0 l h"),
    "hidden layer left open": _hidden_layer,
    "all inherited": _inherited,
    "one page at two places": _same_page_twice,
    "our names taken": _names_taken,
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_stamp_stands_the_proof_on_pages_of_every_kind(kind: str, tmp_path: Path, profile: Profile) -> None:
    source = letter(tmp_path / "a.pdf", change=KINDS[kind])
    order = TO_LT if len(kind) % 2 else TO_KZ
    copy, _ = _stamp(source, profile, order)
    prove_pdf(source, copy, order, profile)


@pytest.mark.parametrize("size", [(842, 595), (298, 420), (226, 700), (2384, 3370), (900, 250), (160, 400)])
def test_the_stamp_stands_the_proof_on_pages_of_every_size(
    size: tuple[float, float], tmp_path: Path, profile: Profile
) -> None:
    source = letter(tmp_path / "a.pdf", size=size)
    copy, _ = _stamp(source, profile, RESTRICTED)
    prove_pdf(source, copy, RESTRICTED, profile)


def test_several_copies_are_stamped_alike_but_for_their_numbers(tmp_path: Path, profile: Profile) -> None:
    source = letter(tmp_path / "a.pdf")
    second = replace(TO_KZ, copy_number=SECOND, copy_index=2)
    paths = [tmp_path / "1.pdf", tmp_path / "2.pdf"]
    stamp_pdf(source, list(zip((TO_KZ, second), paths, strict=True)), profile)
    one, two = (page_texts(path)[0] for path in paths)
    assert one.replace(TO_KZ.copy_number, SECOND).replace("Дана № 1", "Дана № 2").replace("Экз. № 1", "Экз. № 2") == two


def test_of_one_copy_nothing_is_left_in_the_next(tmp_path: Path, profile: Profile) -> None:
    """They are drawn one after the other into one document in memory, with differing recipients and numbers."""
    source = letter(tmp_path / "a.pdf", pages=3)
    orders = [
        TO_KZ,
        replace(TO_KZ, copy_number=SECOND, copy_index=2, recipient=None),
        replace(TO_KZ, copy_number=THIRD, copy_index=3, recipient="Бас прокуратура, " * 3),
    ]
    paths = [tmp_path / f"{order.copy_index}.pdf" for order in orders]
    stamp_pdf(source, list(zip(orders, paths, strict=True)), profile)
    alone = tmp_path / "alone.pdf"
    for order, path in zip(orders, paths, strict=True):
        stamp_pdf(source, [(order, alone)], profile)
        assert _shape(path) == _shape(alone)
        assert page_texts(path) == page_texts(alone)
        prove_pdf(source, path, order, profile)
        packet = PdfReader(path).root_object["/Metadata"].get_object().get_data()  # type: ignore[attr-defined]
        assert [number.encode() in packet for number in (TO_KZ.copy_number, SECOND, THIRD)] == [
            order.copy_number == number for number in (TO_KZ.copy_number, SECOND, THIRD)
        ]


def _shape(path: Path) -> list[object]:
    """The kinds of a file's objects, and what its pages' resources are called."""
    reader = PdfReader(path)
    kinds: list[object] = [
        sorted(map(str, found)) if isinstance(found := reader.get_object(number), DictionaryObject) else type(found)
        for number in sorted(reader.xref[0])
        if number
    ]
    return [*kinds, *(sorted(page["/Resources"]["/XObject"]) for page in reader.pages)]  # type: ignore[index]


# ── What is shrunk ──────────────────────────────────────────────────────────────────────────────────────────────────

FULL = b"0.4 g 0 0 595 842 re f 1 g BT /F1 12 Tf 90 600 Td (Some words) Tj ET"


def _with_links(writer: PdfWriter) -> None:
    with_content(FULL)(writer)
    writer.add_annotation(0, Link(rect=(90, 600, 190, 620), target_page_index=1, fit=Fit.xyz(left=90, top=600, zoom=2)))
    writer.add_annotation(0, Link(rect=(90, 500, 190, 520), url="https://example.org"))
    writer.add_outline_item(title="There", page_number=1, fit=Fit.fit_horizontally(top=600))


def test_a_full_page_is_made_smaller_with_its_links_and_where_they_lead(tmp_path: Path, profile: Profile) -> None:
    source = letter(tmp_path / "a.pdf", change=_with_links)
    copy, result = _stamp(source, profile)
    prove_pdf(source, copy, TO_KZ, profile)
    assert any("scaled down" in note and "page 1, 2" in note for note in result.notes)
    reader = PdfReader(copy)
    scales = []
    for page in reader.pages:
        found = re.search(rb"([\d.]+) 0 0 ([\d.]+) ([\d.]+) ([\d.]+) cm", page["/Contents"][0].get_object().get_data())
        assert found is not None
        scales.append([float(number) for number in found.groups()])
    (s, _, x, y), (s2, _, x2, y2) = scales
    link = reader.pages[0]["/Annots"][0].get_object()
    moved = [90 * s + x, 600 * s + y, 190 * s + x, 620 * s + y]
    assert [float(v) for v in link["/Rect"]] == pytest.approx(moved, abs=0.01)
    assert [float(v) for v in link["/Dest"][2:]] == pytest.approx([90 * s2 + x2, 600 * s2 + y2, 2], abs=0.01)
    assert float(reader.outline[0]["/Top"]) == pytest.approx(600 * s2 + y2, abs=0.01)  # type: ignore[call-overload, arg-type]


def test_what_lay_outside_the_page_does_not_come_into_view(tmp_path: Path, profile: Profile) -> None:
    def change(writer: PdfWriter) -> None:
        with_content(b"0 g 0 0 595 842 re f")(writer)
        _boxes(CropBox=(100, 100, 500, 700))(writer)

    source = letter(tmp_path / "a.pdf", change=change)
    copy, _ = _stamp(source, profile)
    prove_pdf(source, copy, TO_KZ, profile)


# ── What the copy keeps ─────────────────────────────────────────────────────────────────────────────────────────────


def test_outline_names_labels_attachments_forms_and_properties_stay(tmp_path: Path, profile: Profile) -> None:
    def change(writer: PdfWriter) -> None:
        writer.add_outline_item(title="Chapter", page_number=1)
        writer.add_attachment("annex.txt", b"attached")
        writer.add_named_destination("there", 1)
        writer.set_page_label(0, 1, style="/r")
        writer.add_metadata({"/Title": "Атауы", "/Author": "Žilvinas"})
        writer._ID = ArrayObject([ByteStringObject(b"first half......"), ByteStringObject(b"second half.....")])
        field = DictionaryObject(
            {
                NameObject("/FT"): NameObject("/Tx"),
                NameObject("/T"): TextStringObject("name"),
                NameObject("/V"): TextStringObject("value"),
                NameObject("/Subtype"): NameObject("/Widget"),
                NameObject("/Rect"): ArrayObject(map(NumberObject, (20, 15, 120, 40))),
            }
        )
        reference = writer._add_object(field)
        writer.pages[0][NameObject("/Annots")] = ArrayObject([reference])
        root_entry("/AcroForm", DictionaryObject({NameObject("/Fields"): ArrayObject([reference])}))(writer)
        root_entry("/MarkInfo", DictionaryObject({NameObject("/Marked"): BooleanObject(True)}))(writer)

    source = letter(tmp_path / "a.pdf", change=change)
    copy, _ = _stamp(source, profile)
    prove_pdf(source, copy, TO_KZ, profile)
    before, after = PdfReader(source), PdfReader(copy)
    assert after.metadata == before.metadata
    assert after.attachments == {"annex.txt": [b"attached"]}
    assert list(after.named_destinations) == ["there"]
    assert after.page_labels == before.page_labels == ["i", "ii"]
    assert [item.title for item in after.outline] == ["Chapter"]  # type: ignore[union-attr]  # no nested list here
    assert after.get_form_text_fields() == {"name": "value"}
    assert after.root_object["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert after.trailer["/ID"][0] == before.trailer["/ID"][0]  # type: ignore[index]
    assert after.trailer["/ID"][1] != before.trailer["/ID"][1]  # type: ignore[index]
    assert after.pdf_header == before.pdf_header
    assert len(after.pages[0]["/Annots"]) == 1, "the stamp is no annotation"


def test_an_empty_form_field_stays_uncovered(tmp_path: Path, profile: Profile) -> None:
    rect = (200, 805, 400, 842 - 10)

    def change(writer: PdfWriter) -> None:
        field = DictionaryObject(
            {
                NameObject("/Subtype"): NameObject("/Widget"),
                NameObject("/FT"): NameObject("/Tx"),
                NameObject("/Rect"): ArrayObject(map(NumberObject, rect)),
            }
        )
        for page in writer.pages:
            page[NameObject("/Annots")] = ArrayObject([writer._add_object(field)])

    copy, _ = _stamp(letter(tmp_path / "a.pdf", change=change), profile)
    content = stamp_content(PdfReader(copy).pages[1]).decode()
    places = [float(y) for y in re.findall(r"q 1 0 0 1 \S+ (\S+) cm /Mk\d+ Do", content)]
    assert len(places) == 3
    assert not any(rect[1] < y < rect[3] + 10 for y in places)


def test_the_stamp_is_an_artifact_of_opaque_black_in_embedded_fonts(tmp_path: Path, profile: Profile) -> None:
    copy, _ = _stamp(letter(tmp_path / "a.pdf"), profile)
    page = PdfReader(copy).pages[1]
    content = stamp_content(page)
    assert content.count(b"/Artifact <</Type /Pagination /Subtype") == content.count(b" BDC") == 3
    assert content.count(b"EMC") == 3
    forms = [form.get_object() for form in page["/Resources"]["/XObject"].values()]  # type: ignore[index]
    drawn = content + b"".join(form.get_data() for form in forms)
    assert not re.search(rb"\b(gs|rg|k|scn|sh)\b", drawn)
    assert not any("/Group" in form or "/OC" in form for form in forms)
    fonts = {font["/BaseFont"]: font for form in forms for font in map(_resolved, form["/Resources"]["/Font"].values())}
    assert len(fonts) >= 1
    for name, font in fonts.items():
        assert re.fullmatch(r"/[A-Z]{6}\+DejaVuSans(-Bold)?", name)
        (descendant,) = map(_resolved, font["/DescendantFonts"])
        descriptor = descendant["/FontDescriptor"].get_object()
        assert (font["/Encoding"], descendant["/CIDToGIDMap"]) == ("/Identity-H", "/Identity")
        assert font["/ToUnicode"].get_object().get_data().startswith(b"/CIDInit")
        assert {"/FontFile2", "/CIDSet"} <= set(descriptor)
        bits = "".join(f"{byte:08b}" for byte in descriptor["/CIDSet"].get_object().get_data())
        assert bits.rstrip("0") == "1" * len(descendant["/W"][1])


def _resolved(entry: object) -> DictionaryObject:
    found = entry.get_object()  # type: ignore[attr-defined]  # dictionary or reference
    assert isinstance(found, DictionaryObject)
    return found


def test_a_page_costs_at_most_700_bytes(tmp_path: Path, profile: Profile) -> None:
    sizes = []
    for pages in (10, 210):
        source = letter(tmp_path / f"{pages}.pdf", pages=pages)
        plain = tmp_path / "plain.pdf"
        PdfWriter(clone_from=source).write(plain)
        copy, _ = _stamp(source, profile)
        sizes.append(copy.stat().st_size - plain.stat().st_size)
    assert (sizes[1] - sizes[0]) / 200 <= 700
    assert sizes[0] < 10 * 700 + 14_000


def test_qpdf_finds_nothing_wrong_with_a_copy(tmp_path: Path, profile: Profile) -> None:
    copy, _ = _stamp(letter(tmp_path / "a.pdf", change=_with_links), profile)
    checked = subprocess.run(["qpdf", "--check", str(copy)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.slow
def test_tesseract_reads_the_marking_and_the_number_from_paper(tmp_path: Path, profile: Profile) -> None:
    copy, _ = _stamp(letter(tmp_path / "a.pdf"), profile)
    picture = tmp_path / "page"
    subprocess.run(["pdftoppm", "-r", "300", "-gray", "-png", "-singlefile", str(copy), str(picture)], check=True)
    command = ["tesseract", f"{picture}.png", "-", "-l", "kaz", "--psm", "11"]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    text = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert text.stdout.count("ҚҰПИЯ/СЕКРЕТНО") == 2
    assert "2026-000123-01" in text.stdout


# ── What is noted or held ───────────────────────────────────────────────────────────────────────────────────────────


def test_scripts_and_opening_actions_stay_and_are_noted(tmp_path: Path, profile: Profile) -> None:
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1;")})
    copy, result = _stamp(letter(tmp_path / "a.pdf", change=root_entry("/OpenAction", action)), profile)
    assert [note.split(" holds ")[1][:10] for note in result.notes] == ["JavaScript", "an action "]
    assert PdfReader(copy).root_object["/OpenAction"]["/JS"] == "1;"  # type: ignore[index]


def test_a_file_encrypted_without_a_password_is_decrypted_and_noted(tmp_path: Path, profile: Profile) -> None:
    source = letter(tmp_path / "a.pdf", change=lambda writer: writer.encrypt("", "owner", algorithm="RC4-128"))
    copy, result = _stamp(source, profile)
    assert not PdfReader(copy).is_encrypted
    assert any("encrypted" in note for note in result.notes)
    prove_pdf(source, copy, TO_KZ, profile)


def test_a_file_encrypted_by_aes_without_a_password_too(tmp_path: Path, profile: Profile) -> None:
    plain, source = letter(tmp_path / "plain.pdf"), tmp_path / "a.pdf"
    subprocess.run(["qpdf", "--encrypt", "", "owner", "256", "--", str(plain), str(source)], check=True)
    copy, result = _stamp(source, profile)
    assert len(result.notes) == 1
    prove_pdf(source, copy, TO_KZ, profile)


def test_a_file_that_needs_a_password_is_held(tmp_path: Path, profile: Profile) -> None:
    source = letter(tmp_path / "a.pdf", change=lambda writer: writer.encrypt("secret", algorithm="RC4-128"))
    assert _hold(source, profile).hold.code == HoldCode.ENCRYPTED


def test_an_unsigned_signature_field_is_no_signature(tmp_path: Path, profile: Profile) -> None:
    field = DictionaryObject({NameObject("/FT"): NameObject("/Sig"), NameObject("/T"): TextStringObject("sign here")})
    form = DictionaryObject({NameObject("/Fields"): ArrayObject([field])})
    _, result = _stamp(letter(tmp_path / "a.pdf", change=root_entry("/AcroForm", form)), profile)
    assert result.notes == ()


def test_usage_rights_of_a_viewer_are_left_out_and_noted(tmp_path: Path, profile: Profile) -> None:
    rights = DictionaryObject(
        {NameObject("/UR3"): DictionaryObject({NameObject("/ByteRange"): ArrayObject(map(NumberObject, (0, 1, 2, 3)))})}
    )
    copy, result = _stamp(letter(tmp_path / "a.pdf", change=root_entry("/Perms", rights)), profile)
    assert len(result.notes) == 1
    assert b"/ByteRange" not in copy.read_bytes()


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("/Collection", DictionaryObject()),
        ("/AcroForm", DictionaryObject({NameObject("/XFA"): TextStringObject("x")})),
    ],
)
def test_portfolios_and_dynamic_forms_are_held(
    key: str, entry: DictionaryObject, tmp_path: Path, profile: Profile
) -> None:
    assert _hold(letter(tmp_path / "a.pdf", change=root_entry(key, entry)), profile).hold.code == HoldCode.UNSUPPORTED


def test_a_file_without_pages_is_held(tmp_path: Path, profile: Profile) -> None:
    source = tmp_path / "a.pdf"
    PdfWriter().write(source)
    assert _hold(source, profile).hold.code == HoldCode.MALFORMED


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"no PDF at all", b"%PDF-1.7\n1 0 obj\n<<" + b"[" * 20_000])
def test_what_is_no_pdf_is_held(data: bytes, tmp_path: Path, profile: Profile) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(data)
    assert _hold(source, profile).hold.code == HoldCode.MALFORMED


def test_a_file_whose_end_is_lost_is_repaired_and_noted(tmp_path: Path, profile: Profile) -> None:
    whole = letter(tmp_path / "whole.pdf")
    source = tmp_path / "a.pdf"
    data = whole.read_bytes()
    source.write_bytes(data[: data.rindex(b"xref\n0 ")] + data[data.rindex(b"trailer") : data.rindex(b"startxref")])
    copy, result = _stamp(source, profile)
    prove_pdf(source, copy, TO_KZ, profile)
    assert any("repaired" in note for note in result.notes)


def test_a_letter_no_font_has_is_held_by_its_code_point(tmp_path: Path, profile: Profile) -> None:
    source = letter(tmp_path / "a.pdf")
    with pytest.raises(HoldError, match=r"U\+6F22"):
        _stamp(source, profile, replace(TO_KZ, recipient="漢"))


def test_a_page_too_small_is_held(tmp_path: Path, profile: Profile) -> None:
    assert "too small" in str(_hold(letter(tmp_path / "a.pdf", size=(60, 60)), profile))


def test_a_copy_that_cannot_be_written_is_held_and_says_why(tmp_path: Path, profile: Profile) -> None:
    source = letter(tmp_path / "a.pdf")
    with pytest.raises(HoldError, match="could not be written"):
        stamp_pdf(source, [(TO_KZ, tmp_path / "missing" / "b.pdf")], profile)
