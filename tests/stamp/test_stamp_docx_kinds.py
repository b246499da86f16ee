"""Word documents that are more than a plain DOCX: macros, templates, Strict, signatures, protection."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx.document import Document as DocxDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx_samples import KINDS, document, of_kind, order, parts, signed, strict
from docx_schema import new_faults

from marker.agreement.load import load_profile
from marker.proof.docx import prove_docx
from marker.readers.identify import identify
from marker.settings import Settings
from marker.stamp.docx import stamp_docx


def copy_of(source: Path, settings: Settings | None = None) -> tuple[Path, tuple[str, ...]]:
    target = source.with_name(f"copy{source.suffix}")
    (result,) = stamp_docx(source, [(order(), target)], load_profile(), settings=settings)
    prove_docx(source, target, order(), load_profile())
    return target, result.notes


@pytest.mark.parametrize("ending", KINDS)
def test_a_copy_stays_what_its_source_was_and_keeps_its_macros(tmp_path: Path, ending: str) -> None:
    source = of_kind(document(tmp_path / "a.docx"), ending)
    copy, notes = copy_of(source)
    assert identify(copy) == ending
    assert KINDS[ending] in parts(copy)["[Content_Types].xml"].decode()
    assert parts(copy).get("word/vbaProject.bin") == parts(source).get("word/vbaProject.bin")
    assert any("macros" in note for note in notes) is ending.endswith("m")
    assert any("template" in note for note in notes) is ending.startswith("dot")
    assert new_faults(source, copy) == []


def test_a_strict_document_stays_strict(tmp_path: Path) -> None:
    source = strict(document(tmp_path / "a.docx"))
    copy, _ = copy_of(source)
    added = [name for name in parts(copy) if name not in parts(source) and name.endswith((".xml", ".rels"))]
    assert added
    assert not any(b"schemas.openxmlformats.org/wordprocessingml" in parts(copy)[name] for name in added)
    assert not any(b"schemas.openxmlformats.org/officeDocument" in parts(copy)[name] for name in added)
    assert new_faults(source, copy) == []


def test_a_signature_that_may_be_broken_stays_in_the_copy_byte_for_byte_and_is_noted(tmp_path: Path) -> None:
    source = signed(document(tmp_path / "a.docx"))
    copy, notes = copy_of(source, Settings(accept_broken_signature=True))
    before, after = parts(source), parts(copy)
    assert {name for name in before if "xmlsignatures" in name} == {name for name in after if "xmlsignatures" in name}
    assert all(after[name] == data for name, data in before.items() if "xmlsignatures" in name)
    assert after["_rels/.rels"] == before["_rels/.rels"]
    assert any("signature" in note for note in notes)


@pytest.mark.parametrize("edit", ["readOnly", "comments", "trackedChanges", "forms"])
def test_document_protection_stays_and_is_noted(tmp_path: Path, edit: str) -> None:
    def protect(made: DocxDocument) -> None:
        made.settings.element.insert(
            0, parse_xml(f'<w:documentProtection {nsdecls("w")} w:edit="{edit}" w:enforcement="1" w:hash="x"/>')
        )

    source = document(tmp_path / "a.docx", protect)
    copy, notes = copy_of(source)
    assert parts(copy)["word/settings.xml"] == parts(source)["word/settings.xml"]
    assert any("protection" in note for note in notes)
