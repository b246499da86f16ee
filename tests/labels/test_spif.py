"""SPIF: what is written, that it comes back the same, and that two files which do not agree are refused in words."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from marker.agreement.load import load_profile, parse_profile
from marker.agreement.spif import NOT_EXPRESSED, export_spif
from marker.agreement.spif_profile import import_spif
from marker.agreement.spif_read import read_pair
from marker.errors import ProfileError
from tests.cli.conftest import Said, marker

__all__ = ["marker"]  # the fixture
NS = {"s": "http://www.xmlspif.org/spif"}
FILES = export_spif(load_profile())


def root(name: str) -> etree._Element:
    return etree.fromstring(FILES[name])


def rows(name: str) -> set[tuple[str, str, str]]:
    other = root("LTU.spif.xml" if name.startswith("KAZ") else "KAZ.spif.xml")
    called = {c.get("lacv"): c.get("name") for c in other.iterfind(".//s:securityClassification", NS)}
    return {
        (c.get("name", ""), str(called[e.get("lacv")]), e.get("applied", ""))
        for c in root(name).iterfind(".//s:securityClassification", NS)
        for e in c.iterfind("s:equivalentClassification", NS)
    }


def test_one_file_a_party_in_the_order_of_the_schema() -> None:
    assert sorted(FILES) == ["KAZ.spif.xml", "LTU.spif.xml"]
    for name in FILES:
        spif = root(name)
        assert spif.tag == f"{{{NS['s']}}}SPIF"
        assert spif.get("schemaVersion") == "2.1"
        for mandatory in ("creationDate", "originatorDN", "keyIdentifier", "privilegeId", "rbacId"):
            assert spif.get(mandatory)
        order = ["securityPolicyId", "securityClassifications", "equivalentPolicies", "extensions"]
        assert [etree.QName(child).localname for child in spif] == order
        for found in spif.iterfind(".//s:securityClassification", NS):
            names = [etree.QName(child).localname for child in found]
            assert names == sorted(names)  # equivalentClassification before markingData
            codes = [code for data in found.iterfind("s:markingData", NS) for code in data]
            assert {etree.QName(code).localname for code in codes} == {"code"}
            assert {code.text for code in codes} == {"pageTopBottom", "documentStart"}


def test_a_row_that_maps_one_way_only_says_when_it_applies() -> None:
    assert ("KONFIDENCIALIAI", "ҚҰПИЯ/СЕКРЕТНО", "encrypt") in rows("LTU.spif.xml")
    assert ("ҚҰПИЯ/СЕКРЕТНО", "KONFIDENCIALIAI", "decrypt") in rows("KAZ.spif.xml")
    assert ("ҚҰПИЯ/СЕКРЕТНО", "SLAPTAI", "both") in rows("KAZ.spif.xml")
    assert len(rows("LTU.spif.xml")) == 4
    assert len(rows("KAZ.spif.xml")) == 4


def test_every_target_is_there_and_the_policies_name_each_other() -> None:
    for one, other in (("KAZ", "LTU"), ("LTU", "KAZ")):
        known = root(f"{one}.spif.xml").find("s:equivalentPolicies/s:equivalentPolicy", NS)
        identity = root(f"{other}.spif.xml").find("s:securityPolicyId", NS)
        assert known is not None
        assert identity is not None
        assert dict(known.attrib) == dict(identity.attrib)


def test_export_import_export_is_identical() -> None:
    text, profile, sentences = import_spif(read_pair(FILES), {})
    assert export_spif(profile) == FILES
    assert export_spif(parse_profile(text.encode(), "x")) == FILES
    assert set(NOT_EXPRESSED) <= set(sentences)


def test_an_imported_profile_has_the_same_table_and_the_strictest_handling() -> None:
    _, profile, _ = import_spif(read_pair(FILES), {})
    original = load_profile()
    assert {(e.source, e.target) for e in profile.equivalences} == {(e.source, e.target) for e in original.equivalences}
    assert {m.id: (m.stamp, m.levels, m.own_text) for m in profile.markings} == {
        m.id: (m.stamp, m.levels, m.own_text) for m in original.markings
    }
    assert {h.destroy for h in profile.handling} == {"never", "consent"}
    assert all(h.copies_consent and h.receipt == "written" for h in profile.handling)


def changed(name: str, old: str, new: str) -> dict[str, bytes]:
    assert old.encode() in FILES[name]
    return {**FILES, name: FILES[name].replace(old.encode(), new.encode())}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"KAZ.spif.xml": FILES["KAZ.spif.xml"]}, "holds 1 XML files"),
        ({**FILES, "x.xml": b"<a/>"}, "holds 3 XML files"),
        (changed("KAZ.spif.xml", 'schemaVersion="2.1"', 'schemaVersion="3.0"'), "schema 3.0"),
        (changed("KAZ.spif.xml", 'applied="decrypt" lacv="2"', 'applied="decrypt" lacv="9"'), "lacv 9, which LTU"),
        (changed("KAZ.spif.xml", 'applied="decrypt" lacv="2"', 'applied="encrypt" lacv="2"'), "to 2 classifications"),
        (changed("LTU.spif.xml", 'applied="encrypt" lacv="3"', 'applied="encrypt" lacv="4"'), "does not say so"),
        (changed("LTU.spif.xml", 'policyRef="KAZ"', 'policyRef="XXX"'), "corresponds to 0 classifications"),
        (changed("KAZ.spif.xml", "2.25.77650782425032574310830899867062262767", "2.25.1"), "another identifier"),
        (changed("KAZ.spif.xml", 'applied="both"', 'applied="always"'), "applies 'always'"),
        (changed("KAZ.spif.xml", 'lacv="4" name', 'lacv="3" name'), "2 classifications with the lacv 3"),
        (changed("KAZ.spif.xml", 'hierarchy="4"', 'hierarchy="four"'), "no hierarchy that is a number"),
        (changed("KAZ.spif.xml", "<spif:SPIF ", "<spif:Policy ").copy(), "no sound XML"),
        ({**FILES, "KAZ.spif.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "document type"),
        ({**FILES, "KAZ.spif.xml": b"<a>" * 60 + b"</a>" * 60}, "levels of elements"),
        (changed("KAZ.spif.xml", 'id="kz-lt"', 'id="kz-xx"'), "different agreements"),
    ],
)
def test_files_that_are_wrong_or_do_not_agree_are_refused_in_words(files: dict[str, bytes], words: str) -> None:
    with pytest.raises(ProfileError, match=words):
        read_pair(files)


def test_a_table_that_would_lower_a_level_is_refused() -> None:
    # Both files agree that SLAPTAI becomes the marking of restricted information.
    files = dict(FILES)
    files["LTU.spif.xml"] = files["LTU.spif.xml"].replace(
        b'hierarchy="3" lacv="3" name="SLAPTAI"><spif:equivalentClassification applied="both" lacv="3"',
        b'hierarchy="3" lacv="3" name="SLAPTAI"><spif:equivalentClassification applied="both" lacv="1"',
    )
    with pytest.raises(ProfileError):
        import_spif(read_pair(files), {})


def test_files_of_others_need_their_parties_named() -> None:
    foreign = {name: data[: data.index(b"<spif:extensions>")] + b"</spif:SPIF>" for name, data in FILES.items()}
    with pytest.raises(ProfileError, match="which Party has the policy KAZ"):
        import_spif(read_pair(foreign), {})
    text, profile, _ = import_spif(read_pair(foreign), {"KAZ": "KZ", "LTU": "LT"})
    assert [party.id for party in profile.parties] == ["KZ", "LT"]
    assert tomllib.loads(text)["agreement"]["id"] == "kz-lt"
    assert {e.target for e in profile.equivalences} == {e.target for e in load_profile().equivalences}


def test_the_command_writes_and_reads_them(marker: Callable[..., Said], tmp_path: Path) -> None:
    said = marker("agreement", "export", "--spif", tmp_path / "one")
    assert said.status == 0
    assert "Handling" in said.err
    assert marker("agreement", "import", "--spif", tmp_path / "one", "-o", tmp_path / "p.toml").status == 0
    assert marker("agreement", "check", tmp_path / "p.toml").status == 0
    again = marker("agreement", "export", "--agreement", tmp_path / "p.toml", "--spif", tmp_path / "two")
    assert again.status == 0
    for name, data in FILES.items():
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() == data
    (tmp_path / "two" / "KAZ.spif.xml").write_text("somebody's")
    assert marker("agreement", "export", "--spif", tmp_path / "two").status == 2
    assert (tmp_path / "two" / "KAZ.spif.xml").read_text() == "somebody's"
    assert marker("agreement", "import", "--spif", tmp_path / "none").status == 2
    assert marker("agreement", "import", "--spif", tmp_path / "one", "--party", "KAZ").status == 2
