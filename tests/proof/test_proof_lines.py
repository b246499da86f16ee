"""A text is found where it was broken over lines, in a number of steps that does not grow beyond measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from marker.model import Box
from marker.proof.compare import Difference
from marker.proof.lines import Lines, locate
from marker.proof.view import PageView

PITCH, HEIGHT, LETTER = 12.0, 10.0, 5.0
"""Of lines and letters on a page, points."""


class Page:
    """Lines of text in letters of one width, all of them new ink."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.looks = 0

    def find(self, text: str) -> list[Box]:
        return [
            Box(at * LETTER, row * PITCH, (at + len(text)) * LETTER, row * PITCH + HEIGHT)
            for row, line in enumerate(self.lines)
            for at in range(len(line) - len(text) + 1)
            if text and line.startswith(text, at)
        ]

    def is_new(self, _box: Box) -> bool:
        self.looks += 1
        return True

    def reads(self, _text: str, _box: Box) -> bool:
        self.looks += 1
        return True

    def places(self, text: str) -> Iterator[Lines]:
        return locate(text, cast(PageView, self), cast(Difference, self), self.reads)


def broken(words: Sequence[str], letters: int) -> list[str]:
    """The words set in lines of at most so many letters, as many on each as there is room for."""
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= letters:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def test_a_word_a_hundred_times_is_found_in_the_lines_it_was_set_in() -> None:
    lines = broken(["Архив"] * 100, 48)
    page = Page(["Тіркеу № 1", *lines, "1 / 3"])
    found = next(page.places(" ".join(["Архив"] * 100)))
    assert [text for text, _ in found] == lines
    assert [box.y0 for _, box in found] == [PITCH * row for row in range(1, len(lines) + 1)]
    assert page.looks < 20_000


def test_one_word_too_many_is_found_nowhere_and_soon() -> None:
    page = Page(broken(["Архив"] * 60, 48))
    assert next(page.places(" ".join(["Архив"] * 61)), None) is None
    assert page.looks < 20_000


def test_a_line_that_does_not_read_is_not_passed_over() -> None:
    lines = broken(["Архив"] * 30, 48)
    page = Page(lines)
    unread = {PITCH * 2}
    found = locate(
        " ".join(["Архив"] * 30), cast(PageView, page), cast(Difference, page), lambda _text, box: box.y0 not in unread
    )
    assert all(box.y0 not in unread for lines in found for _, box in lines)


def test_it_is_found_on_one_line_first_and_from_every_first_line() -> None:
    page = Page(["СЕКРЕТНО", "", "ҚҰПИЯ/СЕКРЕТНО", "", "ҚҰПИЯ/", "СЕКРЕТНО", "", "", "", "ҚҰПИЯ/", "СЕКРЕТНО"])
    found = list(page.places("ҚҰПИЯ/СЕКРЕТНО"))
    assert [[text for text, _ in lines] for lines in found] == [["ҚҰПИЯ/СЕКРЕТНО"], *[["ҚҰПИЯ/", "СЕКРЕТНО"]] * 2]
    assert [lines[0][1].y0 / PITCH for lines in found] == [2, 4, 9]


WORDS = st.lists(st.sampled_from(["a", "b", "aa", "ab"]), min_size=1, max_size=9)


@given(WORDS, st.integers(2, 12), st.lists(st.sampled_from(["a b", "b", "", "ab aa a"]), max_size=2))
def test_whatever_was_set_in_lines_is_found(words: list[str], letters: int, around: list[str]) -> None:
    lines = broken(words, letters)
    assert next(Page([*around, *lines, *around]).places(" ".join(words)), None) is not None


@given(WORDS, st.lists(WORDS.map(" ".join), max_size=5))
def test_a_text_is_found_exactly_where_any_choice_of_lines_shows_it(words: list[str], lines: list[str]) -> None:
    page = Page(lines)

    def is_under(above: Box, box: Box) -> bool:
        return above.y0 < box.y0 <= above.y0 + 2 * PITCH and above.x0 < box.x1 and box.x0 < above.x1

    def goes_on(left: Sequence[str], above: Box | None) -> bool:
        """Whether words stand under a line, each row of them at most two lines below the one before and not aside."""
        return not left or any(
            (above is None or is_under(above, box)) and goes_on(left[count:], box)
            for count in range(1, len(left) + 1)
            for box in page.find(" ".join(left[:count]))
        )

    found = list(page.places(" ".join(words)))
    assert bool(found) == goes_on(words, None)
    for place in found:
        assert " ".join(part for part, _ in place) == " ".join(words)
        assert all(upper.y0 < lower.y0 <= upper.y0 + 2 * PITCH for (_, upper), (_, lower) in pairwise(place))
