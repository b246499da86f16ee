"""The embedded profile says what Article 3 says, and a profile with a fault is refused with file and key."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from marker.agreement.load import load_profile
from marker.agreement.profile import Articles, Destruction, Receipt, cited
from marker.errors import ProfileError, UsageError
from marker.model import PartyId

EMBEDDED = resources.files("marker.agreement").joinpath("profiles", "kz-lt.toml").read_text(encoding="utf-8")

ARTICLE_3 = [
    ("kz:top-secret", "VISIŠKAI SLAPTAI/TOP SECRET"),
    ("kz:secret", "SLAPTAI/SECRET"),
    ("kz:restricted", "RIBOTO NAUDOJIMO/RESTRICTED"),
    ("lt:top-secret", "ӨТЕ ҚҰПИЯ/СОВЕРШЕННО СЕКРЕТНО"),
    ("lt:secret", "ҚҰПИЯ/СЕКРЕТНО"),
    ("lt:confidential", "ҚҰПИЯ/СЕКРЕТНО"),
    ("lt:restricted", "ҚЫЗМЕТ БАБЫНДА ПАЙДАЛАНУ ҮШІН/ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ"),
]


def refused(tmp_path: Path, text: str) -> str:
    file = tmp_path / "changed.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        load_profile(file)
    assert str(file) in str(caught.value)
    return str(caught.value)


def changed(old: str, new: str) -> str:
    assert old in EMBEDDED
    return EMBEDDED.replace(old, new, 1)


def test_a_file_is_parsed_anew_only_when_its_content_changes(tmp_path: Path) -> None:
    file = tmp_path / "agreement.toml"
    file.write_text(EMBEDDED, encoding="utf-8")
    first = load_profile(file)
    assert load_profile(file) is first
    file.write_text(changed('short = "', 'short = "Other '), encoding="utf-8")
    assert load_profile(file).short.startswith("Other ")
    file.write_text(changed("rank =", "rang ="), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(ProfileError):
            load_profile(file)


@pytest.mark.parametrize(("received", "stamped"), ARTICLE_3)
def test_each_marking_is_stamped_as_article_3_says(received: str, stamped: str) -> None:
    profile = load_profile()
    assert profile.equivalent(profile.marking(received).id).stamp == stamped


def test_kupiya_never_becomes_konfidencialiai() -> None:
    profile = load_profile()
    assert profile.equivalent(profile.marking("kz:secret").id).id == "lt:secret"


def test_no_mapping_lowers_the_level() -> None:
    profile = load_profile()
    for marking in profile.markings:
        assert profile.rank(profile.equivalent(marking.id).id) >= profile.rank(marking.id)


def test_handling_follows_articles_6_and_7() -> None:
    profile = load_profile()
    rules = {h.level: (h.receipt, h.copies_consent, h.destroy) for h in profile.handling}
    assert rules == {
        "top-secret": (Receipt.WRITTEN, True, Destruction.NEVER),
        "secret": (Receipt.WRITTEN, True, Destruction.CONSENT),
        "confidential": (Receipt.ELECTRONIC, True, Destruction.CONSENT),
        "restricted": (Receipt.NONE, False, Destruction.FREE),
    }


def test_the_misprints_of_the_published_text_are_read_but_never_stamped() -> None:
    profile = load_profile()
    read = {form for marking in profile.markings for form in (*marking.own_forms(), *marking.foreign_forms())}
    stamped = {marking.stamp for marking in profile.markings}
    for misprint in ("VISISKAI SLAPTAI", "KONFIDENTIAL", "RIBOTO NAUDOJMO"):
        assert misprint in read
        assert not any(misprint in stamp for stamp in stamped)


def test_the_originators_marking_is_cited_in_its_own_languages() -> None:
    profile = load_profile()
    assert profile.marking("lt:confidential").own_text == "KONFIDENCIALIAI"
    assert profile.marking("kz:secret").own_text == "ҚҰПИЯ/СЕКРЕТНО"


def test_the_other_party_is_the_sender() -> None:
    profile = load_profile()
    assert profile.other("KZ").id == "LT"
    assert profile.other("LT").id == "KZ"


def test_an_unknown_party_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError) as caught:
        load_profile().party("EE")
    assert "KZ and LT" in caught.value.remedy


def test_a_marking_that_maps_nowhere_is_refused(tmp_path: Path) -> None:
    row = '[[equivalence]]\nfrom = "lt:confidential"\nto = "kz:secret"\narticle = "3(1)"\n'
    assert "marking[lt:confidential]" in refused(tmp_path, changed(row, ""))


def test_a_mapping_that_would_lower_the_level_is_refused(tmp_path: Path) -> None:
    text = changed('from = "kz:secret"\nto = "lt:secret"', 'from = "kz:secret"\nto = "lt:confidential"')
    message = refused(tmp_path, text)
    assert "equivalence[kz:secret → lt:confidential] would lower the level" in message


def test_a_spelling_that_means_two_things_is_refused(tmp_path: Path) -> None:
    message = refused(tmp_path, changed('aliases = ["КҰПИЯ"]', 'aliases = ["совершенно  секретно"]'))
    assert "marking[kz:secret].forms" in message
    assert "already means kz:top-secret" in message


def test_a_dangling_id_is_refused(tmp_path: Path) -> None:
    assert "names lt:secrett, which is no marking here" in refused(
        tmp_path, changed('to = "lt:secret"', 'to = "lt:secrett"')
    )


def test_a_level_without_a_marking_of_a_party_is_refused(tmp_path: Path) -> None:
    text = changed('levels = ["secret", "confidential"]', 'levels = ["secret"]')
    assert "level[confidential] needs exactly one marking of KZ and has none" in refused(tmp_path, text)


def test_a_level_without_handling_is_refused(tmp_path: Path) -> None:
    text = changed('[[handling]]\nlevel = "restricted"', '[[handling]]\nlevel = "secret"')
    assert "handling.level[secret] stands 2 times" in refused(tmp_path, text)


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    assert "marking[kz:secret].alias is not a key" in refused(
        tmp_path, changed('aliases = ["КҰПИЯ"]', 'alias = ["КҰПИЯ"]')
    )


def test_a_missing_key_is_refused(tmp_path: Path) -> None:
    assert "marking[kz:top-secret].stamp is missing" in refused(
        tmp_path, changed('stamp = "ӨТЕ ҚҰПИЯ/СОВЕРШЕННО СЕКРЕТНО"\n', "")
    )


def test_a_stamp_template_with_a_misspelt_field_is_refused(tmp_path: Path) -> None:
    message = refused(tmp_path, changed("{n} из {total}", "{n} из {totl}"))
    assert "stamp.KZ.copy_of must use {n} and {total}" in message


def test_what_is_no_toml_or_no_text_is_refused(tmp_path: Path) -> None:
    assert "no valid TOML" in refused(tmp_path, "schema = ")
    file = tmp_path / "changed.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProfileError):
        load_profile(file)
    with pytest.raises(ProfileError, match="cannot be read"):
        load_profile(tmp_path / "absent.toml")


def test_the_profile_says_what_sentences_cite_and_what_reads_scans() -> None:
    profile = load_profile()
    assert [cited(getattr(profile.articles, name)) for name in ("table", "unchanged", "release", "crisis")] == [
        "Article 3", "Article 4(6)", "Article 4(3)", "Article 7(8)",
    ]  # fmt: skip
    assert (profile.scans.languages, profile.scans.every) == (("kaz", "lit"), ("kaz", "lit", "rus"))


def test_an_article_nobody_stated_is_not_cited() -> None:
    assert cited(Articles().table) == "the Agreement"
    assert cited("4(3)", "7(1)") == "Article 4(3), 7(1)"
    assert cited("to be stated", "7(1)") == "Article 7(1)"


@pytest.mark.parametrize("name", ["ka", "kaz+lit", "-l", "../kaz", "kaz lit"])
def test_a_model_of_no_possible_name_is_refused(tmp_path: Path, name: str) -> None:
    said = refused(tmp_path, changed('languages = ["kaz", "lit"]', f'languages = ["{name}"]'))
    assert "scans names" in said


def test_a_profile_says_how_scans_are_read(tmp_path: Path) -> None:
    text = changed("[scans]", "").replace('besides = ["rus"]', "").replace('languages = ["kaz", "lit"]', "")
    assert "scans is missing" in refused(tmp_path, text.replace('first = { KZ = "kaz", LT = "lit" }', ""))


def test_the_papers_of_a_party_are_read_by_their_own_language_first() -> None:
    profile = load_profile()
    assert profile.scans_for(PartyId("KZ")).languages == ("lit", "kaz")
    assert profile.scans_for(PartyId("LT")).languages == ("kaz", "lit")
    assert set(profile.scans_for(PartyId("KZ")).every) == set(profile.scans.every)


@pytest.mark.parametrize("first", ['{ PL = "lit" }', '{ LT = "rus" }'])
def test_the_first_language_is_one_of_a_party_of_the_agreement(tmp_path: Path, first: str) -> None:
    assert "scans.first" in refused(tmp_path, changed('first = { KZ = "kaz", LT = "lit" }', f"first = {first}"))


def test_without_a_first_language_scans_are_read_in_the_order_given(tmp_path: Path) -> None:
    file = tmp_path / "agreement.toml"
    file.write_text(changed('first = { KZ = "kaz", LT = "lit" }', ""), encoding="utf-8")
    assert load_profile(file).scans_for(PartyId("KZ")).languages == ("kaz", "lit")
