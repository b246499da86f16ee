"""What a stamp says, in the receiving Party's languages (Articles 3, 4(5), 7(3)); no fonts, no geometry, no formats.

The profile's templates hold named fields only; each must use exactly the fields that
:data:`marker.agreement.check.TEMPLATE_FIELDS` lists, so that a misspelt ``{totl}`` is found before a number is printed
without its total.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from string import Formatter

from marker.agreement.check import TEMPLATE_FIELDS
from marker.agreement.profile import Profile, StampWording
from marker.errors import HoldError, ProfileError
from marker.model import CopyOrder, HoldCode


@dataclass(frozen=True, slots=True)
class BlockLine:
    """One line of the first page's block; ``strong`` lines are set in bold."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class StampText:
    """All the words of one numbered copy's stamp."""

    marking: str
    """The receiving Party's marking, top and bottom centre of every page."""
    copy_line: str
    """``Дана № 1 (барлығы 2) / Экз. № 1 из 2``."""
    block: tuple[BlockLine, ...]
    """The first page's lines, from top to bottom; the copy line is the first of them."""
    copy_number: str
    block_corner: str
    """``left`` or ``right``: the upper corner of page 1 where the block is looked for first."""
    page_template: str
    """``{page} / {pages}``; see :meth:`page_of`."""
    seal: str = ""
    """What the seal on the first page says; empty where there is none."""
    widest_number: str = ""
    """The copy number of the set that needs most room, which all of them are given."""

    def page_of(self, page: int | str, pages: int | str) -> str:
        """``3 / 12``.  Takes text too, for formats that count pages by fields."""
        return self.page_template.format(page=page, pages=pages)


def word(order: CopyOrder, profile: Profile) -> StampText:
    """The stamp's words for one copy.

    Raises ProfileError when the profile has no wording for the receiving Party or a template has a wrong field, and
    HoldError (stamp-failed) when the order itself is not fit to be printed.
    """
    wording = profile.stamp.get(order.receiving)
    if wording is None:
        raise ProfileError(
            f"The profile {profile.id} has no stamp wording for {order.receiving}.",
            remedy=f"Add the table [stamp.{order.receiving}] to the profile.",
        )
    templates = {name: _checked(wording, name, order) for name in TEMPLATE_FIELDS}
    if wording.block_corner not in {"left", "right"}:
        raise ProfileError(
            f"The profile's stamp.{order.receiving}.block_corner is {wording.block_corner!r}.",
            remedy="Write left or right.",
        )
    if order.set_size is None:
        copy_line = templates["copy_alone"].format(n=order.copy_index)
    else:
        copy_line = templates["copy_of"].format(n=order.copy_index, total=order.set_size)
    register = templates["register"].format(register=order.register_number, date=_date(order, wording))
    originator = templates["originator"].format(party=order.sending, marking=_line("marking", order.originator_text))
    block = [
        BlockLine(copy_line, strong=True),
        BlockLine(register),
        BlockLine(templates["originator_caption"]),
        BlockLine(originator, strong=True),
        BlockLine(templates["basis"]),
    ]
    if order.recipient is not None:
        block.append(BlockLine(templates["recipient"].format(recipient=_line("recipient", order.recipient))))
    return StampText(
        marking=_line("marking", order.marking_text),
        copy_line=copy_line,
        block=tuple(block),
        copy_number=order.copy_number,
        block_corner=wording.block_corner,
        page_template=templates["page_of"],
        seal=order.seal,
    )


def _checked(wording: StampWording, name: str, order: CopyOrder) -> str:
    template = str(getattr(wording, name, "") or "")
    where = f"stamp.{order.receiving}.{name}"
    try:
        parsed = [part for part in Formatter().parse(template) if part[1] is not None]
    except ValueError as error:
        raise ProfileError(f"The profile's {where} is no template: {error}.", remedy="Balance its braces.") from error
    plain = all(not spec and not conversion for _, _, spec, conversion in parsed)
    if not template.strip() or not plain or {field for _, field, _, _ in parsed} != TEMPLATE_FIELDS[name]:
        wanted = ", ".join("{" + field + "}" for field in sorted(TEMPLATE_FIELDS[name])) or "no field"
        raise ProfileError(
            f"The profile's {where} does not have exactly the fields it needs.",
            remedy=f"It takes {wanted}, each by that name, and some text.",
        )
    return template


def _line(what: str, text: str) -> str:
    """One printable line in composed form: line breaks become blanks, anything that would not be seen is refused.

    Bidirectional controls and other invisible characters could make the printed line read otherwise than the register.
    """
    line = unicodedata.normalize("NFC", " ".join(text.split()))
    unseen = sorted({letter for letter in line if unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cs"}})
    if unseen:
        points = ", ".join(f"U+{ord(letter):04X}" for letter in unseen)
        raise HoldError(
            HoldCode.STAMP_FAILED,
            f"The {what} to be stamped holds characters that cannot be seen ({points}); write it without them.",
        )
    if not line:
        raise HoldError(HoldCode.STAMP_FAILED, f"The {what} to be stamped is empty; state it and stamp again.")
    return line


def _date(order: CopyOrder, wording: StampWording) -> str:
    try:
        return date.fromisoformat(order.date).strftime(wording.date_format)
    except ValueError as error:
        raise HoldError(
            HoldCode.STAMP_FAILED, "The date of registration is no ISO 8601 date; register the file again."
        ) from error
