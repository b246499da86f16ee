"""What an electronic signature in a received file says of itself (ISO 32000-1, 12.8); nobody has verified it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SignatureKind(StrEnum):
    """What an electronic signature in a file is for (ISO 32000-1, 12.8.1)."""

    APPROVAL = "approval"
    CERTIFICATION = "certification"
    """Forbids changes, or all but some."""
    TIMESTAMP = "timestamp"


class Covers(StrEnum):
    """How much of the file as received a signature covers."""

    WHOLE = "whole-file"
    REVISION = "earlier-revision"
    """All there was when it was signed; something was added afterwards."""
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Signature:
    """An electronic signature that a file bears, as it says of itself: nobody has verified it."""

    signer: str | None
    """The name on the signer's certificate, or the one the signature states."""
    kind: SignatureKind
    covers: Covers
