"""``marker label``: what a file's labels say, and whether label, ink and register agree."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from tests.cli.conftest import Said, marker

from .label_files import binding, described, docx_letter, label, packet, pdf_letter, rewritten, tampered_pdf

__all__ = ["marker"]  # the fixture
Marker = Callable[..., Said]


def copy_of(marker: Marker, source: Path) -> Path:
    said = marker("convert", "--to", "KZ", "-o", source.parent / "out", "--sidecar", source, "--json")
    assert said.status == 0, said
    return Path(said.objects[0]["copies"][0]["path"])


@pytest.fixture(params=["pdf", "docx"])
def copy(request: pytest.FixtureRequest, marker: Marker, tmp_path: Path) -> Path:
    letter = pdf_letter if request.param == "pdf" else docx_letter
    return copy_of(marker, letter(tmp_path / f"a.{request.param}", "KONFIDENCIALIAI"))


def test_a_copy_of_ours_agrees_with_itself(marker: Marker, copy: Path) -> None:
    said = marker("label", "check", copy)
    assert said.status == 0
    assert "Label, ink and register agree." in said.out


def test_show_prints_each_label_and_the_numbers(marker: Marker, copy: Path) -> None:
    said = marker("label", "show", copy)
    assert said.status == 0
    for words in ("LTU KONFIDENCIALIAI", "KAZ ҚҰПИЯ/СЕКРЕТНО", "2.25.7765078", "-000001-01-"):
        assert words in said.out
    values = marker("label", "show", "--json", copy).objects
    assert [value["kind"] for value in values] == ["originator", "alternative", "copy"]
    assert values[0]["faults"] == []


def test_show_prints_xml_that_is_xml(marker: Marker, copy: Path) -> None:
    (line,) = marker("label", "show", "--xml", copy).out.splitlines()
    assert etree.QName(etree.fromstring(line.encode())).localname == "BindingInformation"


def test_a_sidecar_is_shown_too(marker: Marker, copy: Path) -> None:
    assert "LTU KONFIDENCIALIAI" in marker("label", "show", f"{copy}.bdo").out


def test_a_tampered_label_is_found(marker: Marker, copy: Path) -> None:
    if copy.suffix == ".pdf":
        # The same number of bytes, so that the file stays sound.
        other = tampered_pdf(copy, "&gt;KONFIDENCIALIAI&lt;", "&gt;RIBOTO NAUDOJIM&lt;")
    else:
        other = rewritten(copy, lambda data: data.replace(b"KONFIDENCIALIAI", b"RIBOTO NAUDOJIMO"))
    said = marker("label", "check", "--json", other)
    assert said.status == 3
    (value,) = said.objects
    assert not value["agree"]
    told = " ".join(value["disagreements"])
    assert "register says lt:confidential" in told
    assert "byte for byte" in told


def test_a_number_that_the_register_does_not_know_is_told(
    marker: Marker, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARKER_REGISTER", str(tmp_path / "other.sqlite"))
    said = marker("label", "check", copy)
    assert said.status == 4
    assert "is not in this register" in said.out


def test_a_received_label_that_the_pages_contradict_is_told(marker: Marker, tmp_path: Path) -> None:
    xmp = packet(described(binding(label("VISIŠKAI SLAPTAI"))))
    said = marker("label", "check", pdf_letter(tmp_path / "a.pdf", "SLAPTAI", xmp))
    assert said.status == 3
    assert "label says lt:top-secret, and the pages show lt:secret" in said.out


def test_a_received_label_that_the_pages_bear_out_agrees(marker: Marker, tmp_path: Path) -> None:
    xmp = packet(described(binding(label("SLAPTAI"))))
    assert marker("label", "check", pdf_letter(tmp_path / "a.pdf", "SLAPTAI", xmp)).status == 0


def test_a_file_without_a_label_has_none_to_agree_with(marker: Marker, tmp_path: Path) -> None:
    letter = pdf_letter(tmp_path / "a.pdf")
    assert "carries no label" in marker("label", "show", letter).out
    assert marker("label", "check", letter).status == 3


def test_a_label_that_departs_from_the_standard_is_shown_with_where(marker: Marker, tmp_path: Path) -> None:
    bad = (
        label()
        .replace(' ReviewDateTime="2031-01-01T00:00:00Z"', "")
        .replace("<s:CreationDateTime>2026-01-01T00:00:00Z</s:CreationDateTime>", "")
    )
    source = docx_letter(tmp_path / "a.docx", part=binding(bad, bad + bad))
    faults = json.loads(marker("label", "show", "--json", source).out.splitlines()[0])["faults"]
    assert "originatorConfidentialityLabel lacks CreationDateTime" in faults
    assert "the label has neither ReviewDateTime nor SuccessionHandling" in faults
    assert "a Metadata element has not exactly one element in it" in faults


def test_a_hostile_label_never_ends_in_a_traceback(marker: Marker, tmp_path: Path) -> None:
    for number, text in enumerate(("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "\ufffe\ufffe", "<a" * 50_000)):
        source = pdf_letter(tmp_path / f"{number}.pdf", xmp=packet(described("urn:nato")).replace(
            b"urn:nato<", text.replace("&", "&amp;").replace("<", "&lt;").encode("utf-8", "replace") + b"<"
        ))  # fmt: skip
        for command in ("show", "check"):
            said = marker("label", command, source)
            assert said.status in (0, 3)
            assert "Traceback" not in said.err
