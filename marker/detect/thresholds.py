"""Every number that decides between a marking and a mention, in one place.

Weights are hundredths of a score.  They add up to the score of a finding, which the report shows between 0 and 1, and
each that counted leaves its name in the finding's reasons.  They were set so that a mark in its zone is found in
capitals or with one, that one in running text never is, and that what lies between is held; ``tests/detect`` holds
them to that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from marker.model import Place

_PLACES: Final = MappingProxyType(
    {
        Place.WATERMARK: 55,
        Place.HEADER: 50,
        Place.FOOTER: 50,
        Place.CORNER: 50,
        Place.TOP: 45,
        Place.BOTTOM: 45,
        Place.TEXTBOX: 40,
        Place.MARGIN: 35,
        Place.FORM_FIELD: 35,
        Place.FOOTNOTE: 25,
    }
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """See the module.  Lengths named ``…_share`` are shares of the page, ``…_heights`` of the line's own height."""

    # What a finding needs.
    mark: int = 70
    """From here a finding is a marking."""
    doubt: int = 45
    """From here to ``mark`` it may be one: ambiguous, and whatever would outrank the marking that governs holds."""
    declassified: int = 30
    """A notice of declassification counts from here: to miss one is worse than to ask."""

    # Where it stands.
    places: MappingProxyType[Place, int] = field(default_factory=lambda: _PLACES)
    opening: int = 40
    """The first lines of a text without pages: where a Kazakh letter bears its mark."""
    annotation: int = 35
    centred: int = 20
    tilted: int = 35
    """No running text is tilted: a rubber stamp."""
    white_around: int = 10

    # How it stands there.
    alone: int = 30
    alone_paragraph: int = 15
    """More, when the line is a paragraph of its own and no accident of line breaking."""
    among_words: int = -30
    among_capitals: int = -15
    """Beside other words, but in capitals in a zone and not quoted: perhaps two columns read as one line."""
    quoted: int = -20
    quoted_alone: int = -10
    continues: int = -40
    """The text before it runs on into it."""
    cell: int = -15
    """In a table with more cells than one that merely sets things beside each other."""
    table_of_markings: int = -50
    column_of_levels: int = -50
    """In a table without rules, among numbers and titles, below or above another level, and not in capitals."""
    beside_table: int = -25
    cut_table: int = -75
    """In a row of that table, at the head or foot of a page, where alone and in capitals a line is a marking."""
    item_of_text: int = -40
    """At the head or foot of a page, in small letters, set in or followed by a comma as the items of its text are."""

    # What it looks like.
    capitals: int = 15
    capitalised: int = 5
    lower_case: int = -10
    large: int = 10
    bold: int = 5
    hidden: int = 15
    """Nobody hides running text: what is hidden and stands alone is looked at twice."""

    # What stands around it.
    copy_number: int = 20
    repeated: int = 10
    annex: int = 10
    """A line beside it that says no more than Annex and its number."""

    # What it is.
    everyday_word: int = -20
    """OFFICIAL, GEHEIM, TAJNE, …: one word that other texts use too."""
    short_form: int = -10
    glossary: int = -20
    misread: int = -10

    # Geometry.
    top_share: float = 0.15
    bottom_share: float = 0.12
    corner_down_share: float = 0.20
    corner_right_share: float = 0.55
    """The left edge of what stands in the upper right corner lies right of this."""
    margin_share: float = 0.08
    centre_share: float = 0.04
    """How far the middle of a centred line may be from the middle of the page."""
    near_heights: float = 1.6
    """Lines closer than this below one another may be one marking."""
    tight_heights: float = 0.9
    """Lines closer than this belong to one paragraph."""
    large_ratio: float = 1.25
    around_lines: int = 4
    """How far a qualifier of another owner may be from the mark."""
    letterhead_share: float = 0.28

    # Lengths.
    opening_lines: int = 6
    layout_cells: int = 6
    prose_letters: int = 45
    """A line with more letters, most of them lower case, is running text."""
    alone_letters: int = 120
    notice_letters: int = 60
    """What may follow a notice of declassification or a foreign banner on its line: date, number, name."""
    few_words: int = 3
    """Beside so many other words on a line in a zone a marking is no mention beyond doubt."""
    join_lines: int = 8
    """ҚЫЗМЕТ БАБЫНДА ПАЙДАЛАНУ ҮШІН/ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ has seven words."""

    # Misread letters.
    fuzzy_letters: int = 5
    """Shorter forms are never matched with a misread letter."""
    fuzzy_free_letters: int = 8
    """Shorter forms only with letters that are commonly taken for each other."""
    fuzzy_second: int = 13
    fuzzy_third: int = 22
    """Forms of so many letters may have two and three misread."""

    # How much is reported.
    same_evidence: int = 5
    mentions: int = 20


DEFAULT: Final = Thresholds()
