"""What a reader must find on a stamped copy, worded from the order and the profile alone.

The writer has its own wording; that the two say the same is part of the proof, so nothing is shared with it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

from marker.agreement.profile import Profile
from marker.errors import HoldError
from marker.model import CopyOrder, HoldCode
from marker.seal import read_seal


@dataclass(frozen=True, slots=True)
class Words:
    """One text that must stand on the page; ``strong`` when it is set in bold."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """All the words of one copy."""

    marking: Words
    copy_number: Words
    first_page: tuple[Words, ...]
    """Copy line, register number and date, caption, originator's marking, article, recipient."""
    page_template: str
    seal: str = ""
    """What the seal on the first page says; empty where none is asked for."""

    def page_of(self, page: int, pages: int) -> Words:
        return Words(self.page_template.format(page=page, pages=pages))


def expect(order: CopyOrder, profile: Profile) -> Expected:
    """The words of one copy.

    Raises HoldError (stamp-failed) when the profile does not say how the receiving Party words them.
    """
    try:
        wording = profile.stamp[order.receiving]
        if order.set_size is None:
            copy_line = wording.copy_alone.format(n=order.copy_index)
        else:
            copy_line = wording.copy_of.format(n=order.copy_index, total=order.set_size)
        day = date.fromisoformat(order.date).strftime(wording.date_format)
        first_page = [
            Words(copy_line, strong=True),
            Words(wording.register.format(register=order.register_number, date=day)),
            Words(wording.originator_caption),
            Words(wording.originator.format(party=order.sending, marking=_line(order.originator_text)), strong=True),
            Words(wording.basis),
        ]
        if order.recipient is not None:
            first_page.append(Words(wording.recipient.format(recipient=_line(order.recipient))))
        wording.page_of.format(page=1, pages=1)
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise HoldError(
            HoldCode.STAMP_FAILED,
            f"What a copy for {order.receiving} must say is not clear from the profile; run `marker agreement check`.",
        ) from error
    return Expected(
        marking=Words(_line(order.marking_text), strong=True),
        copy_number=Words(order.copy_number),
        first_page=tuple(first_page),
        page_template=wording.page_of,
        seal=_sealed(order),
    )


def _sealed(order: CopyOrder) -> str:
    """The seal's text, which must be of this copy and signed with the key that is to be published."""
    if not order.seal:
        return ""
    try:
        read = read_seal(order.seal)
    except ValueError as error:
        raise HoldError(HoldCode.STAMP_FAILED, f"The seal of a copy is {error}; stamp the file again.") from error
    if (str(read.says.copy_number), read.says.date) != (order.copy_number, order.date):
        raise HoldError(HoldCode.STAMP_FAILED, "The seal names another copy or day; stamp the file again.")
    if not read.holds(order.seal_key):
        raise HoldError(
            HoldCode.STAMP_FAILED, "The signature of the seal does not hold; check the key file and stamp again."
        )
    return order.seal


def _line(text: str) -> str:
    """``text`` as it can stand on one line: composed letters, single blanks."""
    return unicodedata.normalize("NFC", " ".join(text.split()))
