"""Signed files: the signed bytes stay, another program finds the signature valid, and what cannot be kept is held."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from pdf_samples import TO_KZ, letter, root_entry, with_content, without
from pdf_signing import judged, sign
from pyhanko.sign.diff_analysis import ModificationLevel
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from marker.agreement.load import load_profile
from marker.agreement.profile import Profile
from marker.errors import HoldError
from marker.model import HoldCode
from marker.passwords import Passwords
from marker.proof.pdf import prove_pdf
from marker.readers.unlock import unlock
from marker.settings import Settings
from marker.stamp.pdf import BROKEN, KEPT, check_pdf, stamp_pdf
from marker.stamp.pdf_checks import Signed

ACCEPT = Settings(accept_broken_signature=True)


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


def qpdf(*arguments: str | Path) -> None:
    subprocess.run(["qpdf", *map(str, arguments)], check=True, capture_output=True)


def plain(folder: Path) -> Path:
    return letter(folder / "plain.pdf", pages=3)


def packed(folder: Path) -> Path:
    qpdf("--object-streams=generate", plain(folder), folder / "packed.pdf")
    return folder / "packed.pdf"


def inherited(folder: Path) -> Path:
    """Pages in a tree of two levels whose root holds their size and resources."""

    def change(writer: PdfWriter) -> None:
        resources = writer._add_object(DictionaryObject(writer.pages[0]["/Resources"]))
        root = writer._pages.get_object()
        assert isinstance(root, DictionaryObject)
        kids = ArrayObject()
        for page in list(writer.pages):
            reference = page.indirect_reference
            assert reference is not None
            node = DictionaryObject(
                {NameObject("/Type"): NameObject("/Pages"), NameObject("/Kids"): ArrayObject([reference]),
                 NameObject("/Count"): NumberObject(1), NameObject("/Parent"): writer._pages}
            )  # fmt: skip
            kids.append(writer._add_object(node))
            page[NameObject("/Parent")] = kids[-1]
            root[NameObject("/MediaBox")] = page["/MediaBox"]
        root[NameObject("/Resources")] = resources
        root[NameObject("/Kids")] = kids
        for key in ("/Resources", "/MediaBox"):
            without(key)(writer)

    return letter(folder / "inherited.pdf", pages=3, change=change)


def full(folder: Path) -> Path:
    """A page with no room left, whose content has to be shrunk."""
    lines = b"".join(b"20 %d 555 6 re f " % y for y in range(4, 836, 12))
    return letter(folder / "full.pdf", change=with_content(lines))


def stamp(source: Path, profile: Profile, settings: Settings) -> tuple[Path, tuple[str, ...]]:
    copy = source.with_name("copy.pdf")
    (result,) = stamp_pdf(source, [(TO_KZ, copy)], profile, settings=settings)
    prove_pdf(source, copy, TO_KZ, profile)
    return copy, result.notes


@pytest.mark.parametrize("kind", [plain, packed, inherited, full], ids=lambda made: made.__name__)
def test_a_signature_stays_intact_and_valid_and_the_copy_counts_as_modified(
    kind: object, tmp_path: Path, profile: Profile
) -> None:
    source = sign(kind(tmp_path), tmp_path / "signed.pdf")  # type: ignore[operator]  # one of the functions above
    copy, notes = stamp(source, profile, Settings())
    assert copy.read_bytes().startswith(source.read_bytes())
    (status,) = judged(copy)
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    assert (status.docmdp_ok, status.modification_level) == (False, ModificationLevel.OTHER)
    assert notes[0] == KEPT[Signed.SIGNED]
    qpdf("--check", copy)
    received, written = PdfReader(source), PdfReader(copy)
    assert received.trailer["/ID"][0] == written.trailer["/ID"][0]
    assert received.trailer["/ID"][1] != written.trailer["/ID"][1]


def test_two_signatures_one_after_the_other_stay(tmp_path: Path, profile: Profile) -> None:
    source = sign(sign(plain(tmp_path), tmp_path / "once.pdf"), tmp_path / "twice.pdf", field="Signature2")
    copy, _ = stamp(source, profile, Settings())
    assert [(status.intact, status.valid) for status in judged(copy)] == [(True, True)] * 2


def test_each_copy_of_a_signed_file_has_its_own_number(tmp_path: Path, profile: Profile) -> None:
    source = sign(plain(tmp_path), tmp_path / "signed.pdf")
    second = replace(TO_KZ, copy_number="KZ-2026-000123-02-Y", copy_index=2)
    orders = [(TO_KZ, tmp_path / "1.pdf"), (second, tmp_path / "2.pdf")]
    stamp_pdf(source, orders, profile)
    for order, path in orders:
        prove_pdf(source, path, order, profile)
        assert judged(path)[0].intact


def test_a_certified_file_is_held_before_a_number_is_drawn(tmp_path: Path) -> None:
    source = sign(plain(tmp_path), tmp_path / "certified.pdf", certify=True)
    with pytest.raises(HoldError) as caught:
        check_pdf(source)
    assert caught.value.hold.code is HoldCode.SIGNED
    assert "--accept-broken-signature" in caught.value.hold.detail


def test_a_certified_file_is_stamped_where_that_is_accepted_and_its_bytes_stay(
    tmp_path: Path, profile: Profile
) -> None:
    source = sign(plain(tmp_path), tmp_path / "certified.pdf", certify=True)
    copy, notes = stamp(source, profile, ACCEPT)
    assert copy.read_bytes().startswith(source.read_bytes())
    assert judged(copy)[0].intact
    assert notes[0] == KEPT[Signed.CERTIFIED]


def encrypted(source: Path) -> Path:
    target = source.with_name("encrypted.pdf")
    qpdf("--encrypt", "", "owner", "128", "--use-aes=y", "--", source, target)
    return target


def prefixed(source: Path) -> Path:
    """Something stands before its header, so that no offset is right."""
    target = source.with_name("prefixed.pdf")
    target.write_bytes(b"From: a mail program\n\n" + source.read_bytes())
    return target


def unlocked(source: Path) -> Path:
    """It was signed and then encrypted with a password, which has been found."""
    locked, target = source.with_name("locked.pdf"), source.with_name("locked.opened")
    qpdf("--encrypt", "open", "owner", "256", "--", source, locked)
    unlock(locked, Passwords(((1, "open"),)), target)
    return target


@pytest.mark.parametrize("spoil", [encrypted, prefixed, unlocked])
def test_a_signed_file_that_cannot_be_added_to_is_held_or_accepted_as_broken(
    spoil: object, tmp_path: Path, profile: Profile
) -> None:
    source = spoil(sign(plain(tmp_path), tmp_path / "signed.pdf"))  # type: ignore[operator]  # one of the two above
    with pytest.raises(HoldError) as caught:
        check_pdf(source)
    assert caught.value.hold.code is HoldCode.SIGNED
    _, notes = stamp(source, profile, ACCEPT)
    assert BROKEN in notes


def test_scripts_are_taken_out_after_the_signed_bytes(tmp_path: Path, profile: Profile) -> None:
    def change(writer: PdfWriter) -> None:
        script = DictionaryObject(
            {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
        )
        named = DictionaryObject({NameObject("/Names"): ArrayObject([TextStringObject("a"), script])})
        root_entry("/Names", DictionaryObject({NameObject("/JavaScript"): named}))(writer)

    source = sign(letter(tmp_path / "a.pdf", change=change), tmp_path / "signed.pdf")
    copy, notes = stamp(source, profile, Settings(strip_active=True))
    assert any("was left out" in note for note in notes)
    assert judged(copy)[0].intact
    assert "/JavaScript" not in PdfReader(copy).root_object["/Names"]  # type: ignore[operator]  # a dictionary
