"""What a label looks like: order, namespaces and mandatory elements as STANAG 4774 and 4778 have them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from marker.agreement.load import load_profile
from marker.canonical import canonical, parse
from marker.errors import HoldError, UsageError
from marker.labels.read import copies_of, read_binding
from marker.labels.terms import LabelTerms
from marker.labels.write import Reference, binding_of
from marker.model import CopyOrder, HoldCode, LabelledCopy, PartyId
from marker.settings import Settings

NAMES = {
    "mb": "urn:nato:stanag:4778:bindinginformation:1:0",
    "slab": "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0",
    "mk": "urn:marker:registration:1",
    "xmime": "http://www.w3.org/2005/05/xmlmime",
}
KAZ = "urn:oid:2.25.151720892991676508347855065079440437886"
LTU = "urn:oid:2.25.77650782425032574310830899867062262767"
ORDER = CopyOrder(
    receiving=PartyId("KZ"), sending=PartyId("LT"), marking_text="ҚҰПИЯ/СЕКРЕТНО", originator_text="KONFIDENCIALIAI",
    register_number="KZ-2026-000001", copy_number="KZ-2026-000001-01-5", copy_index=1, set_size=1, date="2026-11-22",
)  # fmt: skip


def written(terms: LabelTerms | None = None, order: CopyOrder = ORDER) -> etree._Element:
    references = [Reference("pack:///word/document.xml"), Reference("pack:///word/media/a.png", "image/png")]
    return parse(canonical(binding_of(order, load_profile(), terms or LabelTerms(), references)), "x")


def all_of(root: etree._Element, path: str) -> list[etree._Element]:
    return list(root.findall(path, NAMES))


def texts(root: etree._Element, path: str) -> list[str]:
    return [element.text or "" for element in all_of(root, path)]


def children(element: etree._Element) -> list[str]:
    return [etree.QName(child).localname for child in element]


def test_a_binding_holds_two_labels_and_the_numbers_then_what_they_are_bound_to() -> None:
    root = written()
    assert root.tag == f"{{{NAMES['mb']}}}BindingInformation"
    assert children(root) == ["MetadataBindingContainer"]
    (binding,) = all_of(root, "mb:MetadataBindingContainer/mb:MetadataBinding")
    assert children(binding) == ["Metadata", "Metadata", "Metadata", "DataReference", "DataReference"]
    inside = [child.tag for metadata in all_of(binding, "mb:Metadata") for child in metadata]
    assert inside == [
        f"{{{NAMES['slab']}}}originatorConfidentialityLabel",
        f"{{{NAMES['slab']}}}alternativeConfidentialityLabel",
        f"{{{NAMES['mk']}}}Registration",
    ]
    assert binding.get("Id") == "marker-KZ-2026-000001-01-5"


def test_a_label_has_its_elements_in_order_and_all_that_are_mandatory() -> None:
    for label in all_of(written(), ".//mb:Metadata/slab:*"):
        assert children(label) == ["ConfidentialityInformation", "OriginatorID", "CreationDateTime"]
        assert children(label[0]) == ["PolicyIdentifier", "Classification"]
        assert label.attrib == {"ReviewDateTime": "2031-11-22T00:00:00Z"}
        assert label[1].get("IDType") == "uniformResourceIdentifier"
        assert label[2].text == "2026-11-22T00:00:00Z"
        assert label[0][1].attrib == {}  # Classification never has a URI


def test_the_originators_label_says_what_the_sender_marked_and_the_alternative_the_equivalent() -> None:
    root = written()
    assert texts(root, ".//slab:originatorConfidentialityLabel//slab:Classification") == ["KONFIDENCIALIAI"]
    assert texts(root, ".//slab:alternativeConfidentialityLabel//slab:Classification") == ["ҚҰПИЯ/СЕКРЕТНО"]
    policies = all_of(root, ".//slab:PolicyIdentifier")
    assert [(policy.text, policy.get("URI")) for policy in policies] == [("LTU", LTU), ("KAZ", KAZ)]


def test_the_other_direction_names_the_stamp_by_its_own_language() -> None:
    order = CopyOrder(
        receiving=PartyId("LT"), sending=PartyId("KZ"), marking_text="SLAPTAI/SECRET", originator_text="ҚҰПИЯ/СЕКРЕТНО",
        register_number="LT-2026-000001", copy_number="LT-2026-000001-01-M", copy_index=1, set_size=1,
        date="2026-11-22",
    )  # fmt: skip
    assert texts(written(order=order), ".//slab:alternativeConfidentialityLabel//slab:Classification") == ["SLAPTAI"]


def test_only_references_to_what_is_no_xml_state_their_type() -> None:
    one, other = all_of(written(), ".//mb:DataReference")
    assert one.attrib == {"URI": "pack:///word/document.xml"}
    assert other.attrib == {"URI": "pack:///word/media/a.png", f"{{{NAMES['xmime']}}}contentType": "image/png"}


def test_elements_are_qualified_and_attributes_are_not() -> None:
    for element in written().iter():
        assert str(element.tag).startswith("{urn:")
        assert all("{" not in name or name.startswith(f"{{{NAMES['xmime']}}}") for name in map(str, element.attrib))


def test_the_numbers_are_read_back_from_a_label() -> None:
    assert copies_of(canonical(written())) == (LabelledCopy("KZ-2026-000001-01-5", "KZ-2026-000001"),)


def test_what_is_written_is_read_without_a_fault() -> None:
    binding = read_binding(written())
    assert binding.faults == ()
    assert [(label.kind, label.policy, label.classifications, label.faults) for label in binding.labels] == [
        ("originator", "LTU", ("KONFIDENCIALIAI",), ()),
        ("alternative", "KAZ", ("ҚҰПИЯ/СЕКРЕТНО",), ()),
    ]


def test_the_same_order_gives_the_same_bytes_and_another_date_changes_dates_alone() -> None:
    assert canonical(written()) == canonical(written())
    later = canonical(written(order=CopyOrder(**{**_fields(ORDER), "date": "2027-01-02"}))).decode()
    assert (
        later.replace("2027-01-02", "2026-11-22").replace("2032-01-02", "2031-11-22") == canonical(written()).decode()
    )


def _fields(order: CopyOrder) -> dict[str, object]:
    return {name: getattr(order, name) for name in CopyOrder.__slots__}


def test_who_labels_and_when_to_look_again_are_configured() -> None:
    settings = Settings(label_review_years=10, label_originator="registry@urm.lt", label_originator_type="rfc822Name")
    root = written(LabelTerms.from_settings(settings))
    label = all_of(root, ".//slab:originatorConfidentialityLabel")[0]
    assert label.get("ReviewDateTime") == "2036-11-22T00:00:00Z"
    (who,) = all_of(label, "slab:OriginatorID")
    assert (who.text, who.get("IDType")) == ("registry@urm.lt", "rfc822Name")


@pytest.mark.parametrize(
    "settings",
    [Settings(label_originator="x", label_originator_type="telephone"), Settings(label_originator_type="rfc822Name")],
)
def test_a_kind_of_name_the_standard_does_not_know_is_refused(settings: Settings) -> None:
    with pytest.raises(UsageError):
        LabelTerms.from_settings(settings)


@given(st.dates(), st.integers(1, 200))
def test_every_date_has_a_review_date(day: date, years: int) -> None:
    order = CopyOrder(**{**_fields(ORDER), "date": day.isoformat()})
    (review, _) = {
        (label.get("ReviewDateTime"), label[2].text)
        for label in all_of(written(LabelTerms(years), order), ".//mb:Metadata/slab:*")
    }.pop()
    assert review is not None
    assert review >= f"{day.isoformat()}T00:00:00Z" or day.year + years > 9999


def test_a_date_that_is_none_is_held() -> None:
    with pytest.raises(HoldError) as caught:
        written(order=CopyOrder(**{**_fields(ORDER), "date": "22.11.2026"}))
    assert caught.value.hold.code is HoldCode.STAMP_FAILED
