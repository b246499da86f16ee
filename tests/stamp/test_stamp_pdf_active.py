"""Scripts and actions: noted as they stay, or taken out with everything else left where it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from pdf_samples import TO_KZ, letter
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    PdfObject,
    TextStringObject,
)

from marker.agreement.load import load_profile
from marker.agreement.profile import Profile
from marker.model import StampResult
from marker.proof.pdf import prove_pdf
from marker.settings import Settings
from marker.stamp.pdf import stamp_pdf


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


def action(kind: str, **entries: PdfObject) -> DictionaryObject:
    made = DictionaryObject({NameObject("/S"): NameObject(f"/{kind}")})
    made.update({NameObject(f"/{key}"): entry for key, entry in entries.items()})
    return made


SCRIPT = action("JavaScript", JS=TextStringObject("app.alert(1)"))
LAUNCH = action("Launch", F=TextStringObject("calc.exe"))
LINK = action("URI", URI=TextStringObject("https://example.org/kept"))


def link(act: DictionaryObject) -> DictionaryObject:
    rect = ArrayObject(map(FloatObject, (100, 400, 200, 420)))
    return DictionaryObject(
        {NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Link"),
         NameObject("/Rect"): rect, NameObject("/A"): act}
    )  # fmt: skip


def everything(writer: PdfWriter) -> None:
    root = writer.root_object
    root[NameObject("/OpenAction")] = writer._add_object(SCRIPT)
    root[NameObject("/AA")] = DictionaryObject({NameObject("/WC"): SCRIPT})
    named = ArrayObject([TextStringObject("doc"), writer._add_object(SCRIPT)])
    root[NameObject("/Names")] = DictionaryObject(
        {NameObject("/JavaScript"): DictionaryObject({NameObject("/Names"): named})}
    )
    page = writer.pages[0]
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): LAUNCH})
    chained = action("Launch", F=TextStringObject("x"), Next=ArrayObject([SCRIPT, LINK]))
    page[NameObject("/Annots")] = ArrayObject(writer._add_object(link(act)) for act in (LAUNCH, LINK, chained))


def stamped(tmp_path: Path, profile: Profile, *, strip: bool) -> tuple[Path, StampResult]:
    source, copy = letter(tmp_path / "a.pdf", change=everything), tmp_path / "copy.pdf"
    (result,) = stamp_pdf(source, [(TO_KZ, copy)], profile, settings=Settings(strip_active=strip))
    prove_pdf(source, copy, TO_KZ, profile)
    return copy, result


def test_they_stay_and_each_kind_is_noted(tmp_path: Path, profile: Profile) -> None:
    copy, result = stamped(tmp_path, profile, strip=False)
    assert len(result.notes) == 4
    assert all(note.endswith("; the copy holds it too.") for note in result.notes)
    data = copy.read_bytes()
    assert all(word in data for word in (b"/OpenAction", b"/AA", b"/Launch", b"/JavaScript"))


def test_they_are_taken_out_and_what_is_not_active_stays(tmp_path: Path, profile: Profile) -> None:
    copy, result = stamped(tmp_path, profile, strip=True)
    assert all(note.endswith("; it was left out of the copy.") for note in result.notes)
    data = copy.read_bytes()
    assert not [word for word in (b"/OpenAction", b"/AA", b"/Launch", b"/JavaScript", b"app.alert") if word in data]
    acts = [held.get_object().get("/A") for held in PdfReader(copy).pages[0]["/Annots"]]  # type: ignore[attr-defined]
    assert [act and act["/URI"] for act in acts] == [None, "https://example.org/kept", "https://example.org/kept"]


@pytest.mark.parametrize("kind", ["array", "GoTo"])
def test_a_place_to_open_at_is_no_action(kind: str, tmp_path: Path, profile: Profile) -> None:
    def change(writer: PdfWriter) -> None:
        place = ArrayObject([writer.pages[1].indirect_reference, NameObject("/Fit")])
        writer.root_object[NameObject("/OpenAction")] = place if kind == "array" else action("GoTo", D=place)

    source, copy = letter(tmp_path / "a.pdf", change=change), tmp_path / "copy.pdf"
    (result,) = stamp_pdf(source, [(TO_KZ, copy)], profile, settings=Settings(strip_active=True))
    assert result.notes == ()
    assert "/OpenAction" in PdfReader(copy).root_object
