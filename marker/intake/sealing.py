"""The seal of each copy, signed in the process that holds the register: a worker never sees the key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from marker.agreement.profile import Profile
from marker.errors import UsageError
from marker.model import CopyOrder, MarkingId
from marker.numbering import parse_copy_number
from marker.seal import Seal, can_name

if TYPE_CHECKING:
    from marker.register.signing import Signer


def open_sealer(key: str, profile: Profile) -> Signer | None:
    """The key that seals copies, None where no seal is asked for.

    Raises UsageError for a file that is no Ed25519 key, and where the profile's ids are more than a seal can say:
    before anything is touched, so that no number is drawn in vain.
    """
    if not key:
        return None
    from marker.register.signing import sealer

    unfit = [marking.id for marking in profile.markings if not can_name(marking.id)]
    if unfit:
        raise UsageError(
            f"A seal cannot name the marking {unfit[0]} of the profile {profile.id}.",
            remedy="Give it an id of at most 15 small letters, figures, colons and hyphens, or leave out the seal.",
        )
    return sealer(Path(key).expanduser())


def sealed(
    orders: Iterable[CopyOrder], marking: MarkingId, equivalent: MarkingId, source_sha256: str, signer: Signer | None
) -> list[CopyOrder]:
    """The orders, each with the seal its first page is to bear where there is a key."""
    if signer is None:
        return list(orders)
    return [
        replace(
            order,
            seal=Seal(parse_copy_number(order.copy_number), order.date, marking, equivalent, source_sha256).signed_by(
                signer.sign
            ),
            seal_key=signer.public,
        )
        for order in orders
    ]
