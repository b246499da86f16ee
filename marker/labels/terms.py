"""The names of the standards, and what of a label is a matter of configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from marker.errors import UsageError
from marker.settings import Settings

SLAB: Final = "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
"""STANAG 4774: elements qualified, attributes not."""
MB: Final = "urn:nato:stanag:4778:bindinginformation:1:0"
"""STANAG 4778: ``BindingInformation`` and what is in it."""
MBXMP: Final = "urn:nato:stanag:4778:bindinginformation:1:0:xmp#"
"""The XMP property that holds a binding (profile xmp 1.1)."""
XMIME: Final = "http://www.w3.org/2005/05/xmlmime"
OURS: Final = "urn:marker:registration:1"
"""Our own metadata: under which numbers a copy stands in the register."""

ORIGINATOR: Final = "originatorConfidentialityLabel"
ALTERNATIVE: Final = "alternativeConfidentialityLabel"
METADATA: Final = "metadataConfidentialityLabel"
KINDS: Final = {ORIGINATOR: "originator", ALTERNATIVE: "alternative", METADATA: "metadata"}
"""Root element of a label → what it is called in reports."""

ID_TYPES: Final = (
    "rfc822Name", "dNSName", "directoryName", "uniformResourceIdentifier", "iPAddress", "x400Address",
    "userPrincipalName", "jID",
)  # fmt: skip
"""What an ``OriginatorID`` may be (STANAG 4774)."""


@dataclass(frozen=True, slots=True)
class LabelTerms:
    """What an organisation decides about its labels; policy names and OIDs stand in the agreement profile."""

    review_years: int = 5
    """Years from the date of a label to its ``ReviewDateTime``, which the standard asks for and does not choose."""
    originator: str = ""
    """Who labels; empty means ``urn:marker:party:KAZ``, the receiving Party."""
    originator_type: str = "uniformResourceIdentifier"
    """One of :data:`ID_TYPES`."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Raises UsageError when the type of the originator's id is none of the standard's, or goes without an id."""
        if settings.label_originator_type not in ID_TYPES:
            raise UsageError(
                f"label_originator_type is {settings.label_originator_type!r}.",
                remedy=f"It is one of {', '.join(ID_TYPES)}.",
            )
        if not settings.label_originator and settings.label_originator_type != cls().originator_type:
            raise UsageError(
                "label_originator_type is set without label_originator.", remedy="Set label_originator as well."
            )
        return cls(settings.label_review_years, settings.label_originator, settings.label_originator_type)
