"""The likeness of words is difflib's to the last digit, whatever is left out on the way."""

from __future__ import annotations

from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marker.agreement.load import load_profile
from marker.detect.lexicon import lexicon_of
from marker.detect.likeness import LikeWords

FORMS = tuple(dict.fromkeys(word for entry in lexicon_of(load_profile()).entries for word in entry.words))
LIKE = LikeWords(FORMS)
WORDS = st.text(st.sampled_from("KYПИЯCEKPETHOSLAPTI5"), max_size=30)


@st.composite
def misread(draw: st.DrawFn) -> str:
    """A word of a form with letters changed, lost and added."""
    letters = list(draw(st.sampled_from(FORMS)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(letters)))
        letters[at : at + draw(st.integers(0, 2))] = draw(st.text(st.sampled_from("KIПEHOSTA5"), max_size=2))
    return "".join(letters)


def ratios(word: str, others: tuple[str, ...] = FORMS) -> list[float]:
    return [SequenceMatcher(None, word, other).ratio() for other in others]


@given(st.one_of(WORDS, misread()))
def test_the_likeness_of_a_word_is_the_highest_ratio(word: str) -> None:
    assert LIKE.likeness(word) == max(ratios(word))


@given(st.one_of(WORDS, misread()), st.sampled_from([0.01, 0.5, 0.62, 0.8, 1.0]))
def test_a_word_is_like_one_where_any_ratio_is_high_enough(word: str, least: float) -> None:
    assert LIKE.is_any_like(word, least) == any(ratio >= least for ratio in ratios(word))


@given(WORDS, st.lists(WORDS, max_size=4))
def test_it_holds_for_any_words(word: str, others: list[str]) -> None:
    given_words = tuple(other for other in others if other)
    assert LikeWords(others).likeness(word) == max(ratios(word, given_words), default=0)


@pytest.mark.parametrize("word", ["", "A" * 500, "CEKPETHO" * 60])
def test_words_of_no_letter_and_of_hundreds_are_compared_like_any(word: str) -> None:
    assert LIKE.likeness(word) == max(ratios(word))


def test_nothing_is_like_no_words() -> None:
    assert LikeWords(()).likeness("CEKPETHO") == 0
    assert not LikeWords(("",)).is_any_like("CEKPETHO", 0.01)
