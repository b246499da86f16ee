"""Labels as evidence: one that is mapped and says other than the ink holds the file; none ever lowers a level."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marker.agreement.load import load_profile
from marker.detect.judge import examine
from marker.errors import HoldError
from marker.model import HoldCode, LabelSeen, Place, Reading, Source, Span, Verdict
from marker.readers.base import ReaderLimits
from marker.readers.read import read

from .label_files import KAZ, LTU, MB, binding, described, docx_letter, judged, label, packet, pdf_letter

PROFILE = load_profile()


def held(verdict: Verdict) -> HoldCode | None:
    return verdict.hold.code if verdict.hold else None


@pytest.mark.parametrize("ending", ["pdf", "docx"])
@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([label("SLAPTAI")], None),
        ([label("SLAPTAI"), label("ҚҰПИЯ/СЕКРЕТНО", "KAZ", KAZ, "alternative")], None),
        ([label("secret")], None),  # the English form, in its own Party's policy
        ([label("SLAPTAI", uri="")], None),  # by name alone
        ([label("slaptai", "Republic of Lithuania", "")], None),
        ([label("TOP SECRET", "Lithuania", "")], HoldCode.CONFLICT),
        ([label("Confidential", "ACME", "")], None),  # a company's own is noted
        ([label("VISIŠKAI SLAPTAI")], HoldCode.CONFLICT),
        ([label("RIBOTO NAUDOJIMO")], HoldCode.CONFLICT),  # lower: questioned, not followed
        ([label("TOP SECRET")], HoldCode.CONFLICT),
        ([label("SLAPTAI"), label("ӨТЕ ҚҰПИЯ", "KAZ", KAZ, "alternative")], HoldCode.CONFLICT),
        ([label("ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ", "KAZ", KAZ, "alternative")], HoldCode.CONFLICT),
        ([label("ҚҰПИЯ/СЕКРЕТНО", "KAZ", KAZ)], HoldCode.CONFLICT),  # whose document is it?
        ([label("ОСОБОЙ ВАЖНОСТИ", "KAZ", KAZ)], HoldCode.CONFLICT),
        ([label("SOMETHING NEW")], HoldCode.CONFLICT),
        ([label("SECRET", "NATO", "urn:oid:1.3.26.1.3.1")], HoldCode.THIRD_PARTY),
        ([label("RIBOTO NAUDOJIMO", kind="metadata")], None),
        ([label("SLAPTAI"), label("VISIŠKAI SLAPTAI")], HoldCode.CONFLICT),
    ],
)
def test_a_mapped_label_and_the_ink_must_agree(
    ending: str, labels: list[str], expected: HoldCode | None, tmp_path: Path
) -> None:
    text = binding(*labels)
    if ending == "pdf":
        verdict = judged(pdf_letter(tmp_path / "a.pdf", xmp=packet(described(text))))
    else:
        verdict = judged(docx_letter(tmp_path / "a.docx", part=text))
    assert held(verdict) == expected
    if expected is None:
        assert verdict.marking == "lt:secret"
    assert any(finding.place is Place.LABEL for finding in verdict.evidence)
    assert any(finding.text == "SLAPTAI" and finding.place is not Place.LABEL for finding in verdict.evidence)


def test_a_label_alone_is_no_marking(tmp_path: Path) -> None:
    verdict = judged(pdf_letter(tmp_path / "a.pdf", None, packet(described(binding(label())))))
    assert held(verdict) is HoldCode.UNCERTAIN
    assert verdict.floor == "lt:secret"


def test_what_the_label_of_a_doubled_element_says_highest_counts(tmp_path: Path) -> None:
    end = "</s:Classification>"
    doubled = label().replace(end, f"{end}<s:Classification>TOP SECRET{end}")
    assert held(judged(docx_letter(tmp_path / "a.docx", part=binding(doubled)))) is HoldCode.CONFLICT


def test_a_label_hidden_in_another_label_counts(tmp_path: Path) -> None:
    nested = label(more=label("VISIŠKAI SLAPTAI"))
    assert held(judged(docx_letter(tmp_path / "a.docx", part=binding(nested)))) is HoldCode.CONFLICT


def test_a_policy_is_known_by_its_identifier_before_its_name(tmp_path: Path) -> None:
    crossed = label("SECRET", policy="NATO", uri=LTU)
    assert judged(docx_letter(tmp_path / "a.docx", part=binding(crossed))).marking == "lt:secret"


@pytest.mark.parametrize(
    "part",
    [
        f'<!DOCTYPE m [<!ENTITY a "x">]><m:BindingInformation xmlns:m="{MB}">&a;</m:BindingInformation>',
        f'<!DOCTYPE m SYSTEM "http://127.0.0.1/x"><m:BindingInformation xmlns:m="{MB}"/>',
        binding(label())[:-9],
    ],
)
def test_a_label_that_attacks_or_is_cut_off_is_left_unread_and_holds(part: str, tmp_path: Path) -> None:
    pdf = judged(pdf_letter(tmp_path / "a.pdf", xmp=packet(described(part))))
    word = judged(docx_letter(tmp_path / "a.docx", part=part))
    assert [held(pdf), held(word)] == [HoldCode.ATTACHMENT] * 2


@pytest.mark.parametrize(
    "inner", ["<m:a>" * 45 + "</m:a>" * 45, "<m:a/>" * 21_000, label() * 5_000], ids=["deep", "wide", "many"]
)
def test_a_label_beyond_any_size_is_refused(inner: str, tmp_path: Path) -> None:
    part = f'<m:BindingInformation xmlns:m="{MB}">{inner}</m:BindingInformation>'
    with pytest.raises(HoldError) as caught:
        read(docx_letter(tmp_path / "a.docx", part=part), ReaderLimits())
    assert caught.value.hold.code is HoldCode.TOO_LARGE


WORDS = st.sampled_from(
    ["SLAPTAI", "RIBOTO NAUDOJIMO", "KONFIDENCIALIAI", "VISIŠKAI SLAPTAI", "SECRET", "ҚҰПИЯ", "НЕСЕКРЕТНО", "Open", ""]
)


@given(
    st.lists(
        st.builds(
            LabelSeen,
            st.sampled_from(["originator", "alternative", "metadata", "property"]),
            st.sampled_from(["LTU", "KAZ", "NATO", "", "ACME"]),
            st.sampled_from(["", KAZ, LTU, "urn:oid:1.2.3"]),
            WORDS,
            st.sampled_from(["f1", "f2", "f3"]),
            st.booleans(),
        ),
        max_size=4,
    ),
    st.sampled_from(["SLAPTAI", "RIBOTO NAUDOJIMO"]),
)
def test_no_label_ever_changes_the_marking_that_the_ink_has(labels: list[LabelSeen], ink: str) -> None:
    spans = [Span(ink, Source.TEXT, place, flow, size=12, centred=True, bold=True)
             for place, flow in ((Place.HEADER, "h"), (Place.FOOTER, "f"))]  # fmt: skip
    alone = examine(Reading("docx", None, tuple(spans)), PROFILE, PROFILE.parties[0].id)
    spans += [Span(f"{one.policy}\n{one.classification}", Source.LABEL, Place.LABEL, one.flow) for one in labels]
    verdict = examine(Reading("docx", None, tuple(spans), labels=tuple(labels)), PROFILE, PROFILE.parties[0].id)
    assert verdict.hold is not None or verdict.marking == alone.marking
    assert verdict.floor is not None
    assert PROFILE.rank(verdict.floor) >= PROFILE.rank(alone.marking or verdict.floor)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("MSIP_Label_12345678-1234-1234-1234-123456789abc_Name", "SLAPTAI", None),
        ("MSIP_Label_12345678-1234-1234-1234-123456789abc_Name", "VISIŠKAI SLAPTAI", HoldCode.CONFLICT),
        ("bjDocumentSecurityLabel", "RIBOTO NAUDOJIMO", HoldCode.CONFLICT),
        ("TitusClassification", "ОСОБОЙ ВАЖНОСТИ", HoldCode.CONFLICT),
        ("urn:bails:IntellectualProperty:BusinessAuthorizationCategory:Name", "Confidential", None),
        ("TitusClassification", "NATO SECRET", HoldCode.THIRD_PARTY),
    ],
)
def test_labels_of_other_systems_are_evidence(name: str, value: str, expected: HoldCode | None, tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    path = pdf_letter(tmp_path / "a.pdf")
    writer = PdfWriter(clone_from=PdfReader(path))
    writer.add_metadata({f"/{name}": value})
    writer.write(path)
    verdict = judged(path)
    assert held(verdict) == expected
    assert any(finding.text == value and finding.place is Place.LABEL for finding in verdict.evidence)
