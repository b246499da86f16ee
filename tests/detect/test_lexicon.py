"""The words of a profile, ready to be looked up."""

from __future__ import annotations

from dataclasses import replace

from detect_readings import PROFILE

from marker.detect.lexicon import CONTEXT_ROLES, Role, lexicon_of


def test_every_form_of_the_profile_is_in_the_lexicon() -> None:
    forms = {entry.form for entry in lexicon_of(PROFILE).entries}
    for marking in PROFILE.markings:
        halves = {form for language in (*marking.forms.values(), *marking.foreign.values()) for form in language}
        assert halves | set(marking.aliases) | set(marking.short) <= forms
    for family in (PROFILE.outside, PROFILE.negatives, PROFILE.declassified):
        for member in family:
            assert set(member.forms) <= forms


def test_no_two_markings_share_their_folded_letters() -> None:
    owners: dict[str, str] = {}
    for entry in lexicon_of(PROFILE).entries:
        if entry.role not in CONTEXT_ROLES and entry.role is not Role.THIRD_PARTY:
            assert owners.setdefault(entry.letters, entry.target) == entry.target


def test_the_lexicon_of_a_profile_is_compiled_once_and_of_a_changed_one_anew() -> None:
    assert lexicon_of(PROFILE) is lexicon_of(PROFILE)
    fewer = replace(PROFILE, outside=())
    assert not any(entry.role is Role.THIRD_PARTY for entry in lexicon_of(fewer).entries)
    assert any(entry.role is Role.THIRD_PARTY for entry in lexicon_of(PROFILE).entries)


def test_short_forms_and_aliases_know_their_language() -> None:
    languages = {entry.form: entry.language for entry in lexicon_of(PROFILE).entries}
    assert languages["ДСП"] == languages["СОВ. СЕКРЕТНО"] == "ru"
    assert languages["ҚБП"] == languages["ӨТЕ КҰПИЯ"] == "kk"


def test_words_that_raise_a_mark_are_known_as_its_fragments() -> None:
    raising = {(whole.form, rest.form) for _, whole, rest in lexicon_of(PROFILE).fragments}
    assert {
        ("СОВЕРШЕННО СЕКРЕТНО", "СЕКРЕТНО"),
        ("ӨТЕ ҚҰПИЯ", "ҚҰПИЯ"),
        ("VISIŠKAI SLAPTAI", "SLAPTAI"),
    } <= raising
