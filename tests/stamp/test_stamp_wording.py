"""The stamp's words."""

from __future__ import annotations

from dataclasses import replace

import pdf_samples
import pytest

from marker.agreement.load import load_profile
from marker.agreement.profile import Profile
from marker.errors import HoldError, ProfileError
from marker.model import PartyId
from marker.stamp.wording import word

KZ, LT = PartyId("KZ"), PartyId("LT")

TO_KZ = replace(pdf_samples.TO_KZ, copy_number="KZ-2026-000123-01-F", recipient=None)
TO_LT = replace(
    pdf_samples.TO_LT,
    marking_text="SLAPTAI/SECRET",
    originator_text="ҚҰПИЯ/СЕКРЕТНО",
    copy_number="LT-2026-000045-02-K",
    recipient=None,
)


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


def _with(profile: Profile, **changes: str) -> Profile:
    return replace(profile, stamp={**profile.stamp, KZ: replace(profile.stamp[KZ], **changes)})  # type: ignore[arg-type]


def test_a_copy_to_kazakhstan_is_worded_in_kazakh_and_russian(profile: Profile) -> None:
    text = word(TO_KZ, profile)
    assert text.marking == "ҚҰПИЯ/СЕКРЕТНО"
    assert text.copy_line == "Дана № 1 (барлығы 2) / Экз. № 1 из 2"
    assert [(line.text, line.strong) for line in text.block] == [
        ("Дана № 1 (барлығы 2) / Экз. № 1 из 2", True),
        ("Тіркеу № / Рег. № KZ-2026-000123 · 22.11.2026", False),
        ("Жіберушінің белгісі / Гриф отправителя:", False),
        ("LT · KONFIDENCIALIAI", True),
        ("Келісімнің 3-бабы / статья 3 Соглашения", False),
    ]
    assert (text.block_corner, text.page_of(1, 4)) == ("right", "1 / 4")


def test_a_copy_to_lithuania_is_worded_in_lithuanian_and_english(profile: Profile) -> None:
    text = word(TO_LT, profile)
    assert text.copy_line == "Egz. Nr. 2 iš 3 / Copy No. 2 of 3"
    assert text.block[1].text == "Reg. Nr. LT-2026-000045 · 2026-11-22"
    assert text.block[3].text == "KZ · ҚҰПИЯ/СЕКРЕТНО"
    assert text.block_corner == "left"


def test_a_later_copy_prints_its_number_alone(profile: Profile) -> None:
    assert word(replace(TO_LT, set_size=None), profile).copy_line == "Egz. Nr. 2 / Copy No. 2"


def test_a_recipient_is_the_last_line_on_one_line(profile: Profile) -> None:
    text = word(replace(TO_LT, recipient="Ūkio \n skyrius {n}"), profile)
    assert text.block[-1].text == "Gavėjas / Recipient: Ūkio skyrius {n}"


def test_decomposed_letters_are_composed_before_they_are_printed(profile: Profile) -> None:
    assert word(replace(TO_LT, recipient="U\u0304kis"), profile).block[-1].text.endswith("Ūkis")


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\x07", "\ue000"])
def test_letters_that_cannot_be_seen_are_refused_by_their_number(profile: Profile, hidden: str) -> None:
    with pytest.raises(HoldError, match=rf"U\+{ord(hidden):04X}"):
        word(replace(TO_LT, recipient=f"a{hidden}b"), profile)


@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("copy_of", "Дана № {n}"),
        ("copy_of", "Дана № {n} из {totl}"),
        ("page_of", "{page.__class__} / {pages}"),
        ("page_of", "{page:>9} / {pages}"),
        ("register", "{} · {date} {register}"),
        ("register", "{register · {date}"),
        ("basis", ""),
        ("recipient", "Алушы"),
    ],
)
def test_a_template_with_a_wrong_field_is_a_profile_error(profile: Profile, name: str, template: str) -> None:
    with pytest.raises(ProfileError, match=rf"stamp\.KZ\.{name}"):
        word(TO_KZ, _with(profile, **{name: template}))


def test_a_party_without_wording_is_a_profile_error(profile: Profile) -> None:
    with pytest.raises(ProfileError, match="no stamp wording for LT"):
        word(TO_LT, replace(profile, stamp={KZ: profile.stamp[KZ]}))


def test_a_date_that_is_none_holds_the_file(profile: Profile) -> None:
    with pytest.raises(HoldError, match="date of registration"):
        word(replace(TO_KZ, date="22.11.2026"), profile)
