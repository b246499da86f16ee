"""The likeness of words is difflib's to the last digit, whatever is left out on the way."""

from __future__ import annotations

from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marker.agreement.load import load_profile
from marker.detect.lexicon import lexicon_of
from marker.detect.likeness import LikeWords, in_common, letter_places

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


@given(st.one_of(WORDS, misread()), st.sampled_from(FORMS))
def test_no_matching_blocks_have_more_letters_than_are_in_common(word: str, form: str) -> None:
    for first, second in ((word, form), (form, word)):
        blocks = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
        assert sum(block.size for block in blocks) <= in_common(word, len(form), letter_places(form))


@given(st.text("ABC", max_size=9), st.text("ABC", max_size=9))
def test_what_is_in_common_is_the_longest_common_subsequence(one: str, other: str) -> None:
    longest = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, left in enumerate(one, 1):
        for j, right in enumerate(other, 1):
            longest[i][j] = longest[i - 1][j - 1] + 1 if left == right else max(longest[i - 1][j], longest[i][j - 1])
    assert in_common(one, len(other), letter_places(other)) == longest[-1][-1]
