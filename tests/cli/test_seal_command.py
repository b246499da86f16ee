"""``--seal-key`` seals copies; ``trace --offline --key`` tells whether a seal holds, and asks no register."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from docx import Document

from .conftest import Said, write_letter

Marker = Callable[..., Said]


def write_keys(folder: Path, key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> tuple[Path, Path]:
    private, public = folder / "seal.pem", folder / "seal-pub.pem"
    private.touch(mode=0o600)
    private.write_bytes(key.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(pem.Encoding.PEM, pem.PublicFormat.SubjectPublicKeyInfo))
    return private, public


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    return write_keys(tmp_path, Ed25519PrivateKey.generate())


def sealed_copies(marker: Marker, folder: Path, private: Path, letter: Path) -> list[Path]:
    said = marker("convert", "--to", "KZ", "-o", folder, "--timeout", "100", "--seal-key", private, letter, "--json")
    assert said.status == 0, said.err
    return [Path(copy["path"]) for copy in said.objects[0]["copies"]]


def first_page(copy: Path, scan: Path) -> Path:
    with pypdfium2.PdfDocument(copy) as document:
        document[0].render(scale=150 / 72).to_pil().convert("L").rotate(2, expand=True, fillcolor=255).save(scan)
    return scan


def test_a_sealed_copy_and_a_scan_of_it_are_verified_without_the_register(
    marker: Marker, keys: tuple[Path, Path], tmp_path: Path
) -> None:
    letter = write_letter(tmp_path / "in" / "a.pdf", "KONFIDENCIALIAI", pages=2)
    (copy,) = sealed_copies(marker, tmp_path / "out", keys[0], letter)
    (tmp_path / "register.sqlite").rename(tmp_path / "elsewhere.sqlite")
    for file in (copy, first_page(copy, tmp_path / "scan.png")):
        said = marker("trace", file, "--offline", "--key", keys[1], "--json")
        assert said.status == 0, said.err
        (told,) = said.objects
        assert told["copy_number"] in copy.name
        assert (told["marking"], told["equivalent"]) == ("lt:confidential", "kz:secret")
        assert told["source_sha256"] == hashlib.sha256(letter.read_bytes()).hexdigest()
        assert (told["holds"], told["page_code_agrees"]) == (True, True)
    assert "the seal holds" in marker("trace", copy, "--offline", "--key", keys[1]).out
    assert not (tmp_path / "register.sqlite").exists()


def test_what_does_not_hold_ends_with_status_4(marker: Marker, keys: tuple[Path, Path], tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "in" / "a.pdf", "KONFIDENCIALIAI")
    (copy,) = sealed_copies(marker, tmp_path / "out", keys[0], letter)
    (tmp_path / "other").mkdir()
    _, foreign = write_keys(tmp_path / "other", Ed25519PrivateKey.generate())
    assert "does not hold" in marker("trace", copy, "--offline", "--key", foreign).err
    assert marker("trace", copy, "--offline", "--key", foreign).status == 4
    unsealed = marker("trace", letter, "--offline", "--key", keys[1])
    assert (unsealed.status, "No seal was found" in unsealed.err) == (4, True)


def test_a_seal_cut_out_of_another_copy_is_found_out(marker: Marker, keys: tuple[Path, Path], tmp_path: Path) -> None:
    pictures = []
    for name in "ab":
        letter = write_letter(tmp_path / "in" / f"{name}.pdf", "KONFIDENCIALIAI", body=f"Priedas {name}.")
        (copy,) = sealed_copies(marker, tmp_path / "out", keys[0], letter)
        with pypdfium2.PdfDocument(copy) as document:
            pictures.append(document[0].render(scale=200 / 72).to_pil().convert("L"))
    corner = (pictures[0].width * 3 // 4, pictures[0].height * 3 // 4, *pictures[0].size)
    pictures[0].paste(pictures[1].crop(corner), corner[:2])
    pictures[0].save(tmp_path / "forged.png")
    said = marker("trace", tmp_path / "forged.png", "--offline", "--key", keys[1])
    assert said.status == 4
    assert "stands on a page of copy KZ-" in said.err


def test_a_key_that_cannot_seal_is_refused_before_anything_is_touched(
    marker: Marker, keys: tuple[Path, Path], tmp_path: Path
) -> None:
    letter = write_letter(tmp_path / "in" / "a.pdf", "KONFIDENCIALIAI")
    (tmp_path / "ec").mkdir()
    curve, _ = write_keys(tmp_path / "ec", ec.generate_private_key(ec.SECP256R1()))
    keys[0].chmod(0o644)
    for key, why in ((curve, "Ed25519"), (keys[0], "Others than the owner"), (tmp_path / "none", "cannot be read")):
        said = marker("convert", "--to", "KZ", "-o", tmp_path / "out", "--seal-key", key, letter)
        assert said.status == 2
        assert why in said.err
    assert not (tmp_path / "register.sqlite").exists()


def test_offline_and_key_belong_together(marker: Marker, keys: tuple[Path, Path], tmp_path: Path) -> None:
    for options in (("--offline",), ("--key", keys[1])):
        said = marker("trace", tmp_path / "a.pdf", *options)
        assert said.status == 2
        assert "belong together" in said.err


def test_a_word_copy_is_verified_from_the_file_without_the_register(
    marker: Marker, keys: tuple[Path, Path], tmp_path: Path
) -> None:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "KONFIDENCIALIAI"
    document.add_paragraph("Gerbiami kolegos.")
    document.save(str(tmp_path / "a.docx"))
    source = hashlib.sha256((tmp_path / "a.docx").read_bytes()).hexdigest()
    (copy,) = sealed_copies(marker, tmp_path / "out", keys[0], tmp_path / "a.docx")
    (tmp_path / "register.sqlite").rename(tmp_path / "elsewhere.sqlite")
    said = marker("trace", copy, "--offline", "--key", keys[1], "--json")
    assert said.status == 0, said.err
    found = said.objects[0]
    assert (found["source_sha256"], found["holds"], found["page_code_agrees"]) == (source, True, True)
    unsealed = marker("trace", tmp_path / "a.docx", "--offline", "--key", keys[1])
    assert (unsealed.status, "No seal was found" in unsealed.err) == (4, True)


def test_a_seal_put_into_another_word_copy_is_found_out(
    marker: Marker, keys: tuple[Path, Path], tmp_path: Path
) -> None:
    copies = []
    for name in ("a", "b"):
        document = Document()
        document.sections[0].header.paragraphs[0].text = "KONFIDENCIALIAI"
        document.add_paragraph(f"Gerbiami kolegos {name}.")
        document.save(str(tmp_path / f"{name}.docx"))
        copies += sealed_copies(marker, tmp_path / "out", keys[0], tmp_path / f"{name}.docx")
    seal = "word/media/stampseal1.png"
    forged = tmp_path / "forged.docx"
    with (
        zipfile.ZipFile(copies[0]) as first,
        zipfile.ZipFile(copies[1]) as second,
        zipfile.ZipFile(forged, "w") as out,
    ):
        for info in first.infolist():
            out.writestr(info.filename, (second if info.filename == seal else first).read(info.filename))
    said = marker("trace", forged, "--offline", "--key", keys[1])
    assert (said.status, "stands on a page of copy" in said.err) == (4, True)


def test_of_a_letter_with_annexes_the_letter_is_sealed_and_so_are_its_further_copies(
    marker: Marker, keys: tuple[Path, Path], tmp_path: Path
) -> None:
    letter = write_letter(tmp_path / "in" / "a.pdf", "RIBOTO NAUDOJIMO")
    annex = write_letter(tmp_path / "in" / "b.pdf", "RIBOTO NAUDOJIMO", body="Priedas.")
    out = ("-o", tmp_path / "out", "--seal-key", keys[0], "--json")
    said = marker("convert", "--to", "KZ", "--timeout", "100", "--together", letter, annex, *out)
    assert said.status == 0, said.err
    more = marker("copy", said.objects[0]["register"], "--recipient", "Archive", "--recipient-party", "KZ", *out)
    assert more.status == 0, more.err
    copies = sorted((tmp_path / "out").glob("*.pdf"))
    found = {copy.name[0]: set[int]() for copy in copies}
    for copy in copies:
        found[copy.name[0]].add(marker("trace", copy, "--offline", "--key", keys[1]).status)
    assert (len(copies), found) == (4, {"a": {0}, "b": {4}})
