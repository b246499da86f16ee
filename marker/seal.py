"""The seal of a copy: what its first page says with a signature, checked without any register (``docs/register.md``).

::

    MS1KZ2026 000123 010 20261122 LT:CONFIDENTIAL KZ:SECRET <source> <signature>

In order: ``MS1``, the copy number with its check character (as a page code writes it), the date of registration, the
originator's marking and the equivalent by their ids in capitals, the SHA-256 of the received file (50 digits to the
base of 36) and the Ed25519 signature (RFC 8032; 100 digits to the base of 36) of every character before the blank that
stands before it, in ASCII.  Capitals, figures and blanks pack three to two code words, so the square Data Matrix has
44 × 44 modules, which at 20 mm a scan at 150 dpi still tells apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from marker.model import MarkingId, PartyId
from marker.numbering import CopyNumber, format_register_number, parse_copy_number

PREFIX: Final = "MS1"
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_HASH, _SIGNATURE = (32, 50), (64, 100)
"""Bytes, and the digits to the base of 36 that hold any number of so many bytes."""
_ID: Final = re.compile(r"[a-z0-9:-]{1,15}")
_SEAL: Final = re.compile(
    r"MS1(?P<party>[A-Z]{2})(?P<year>\d{4}) (?P<serial>\d{6,}) (?P<index>\d{2,})(?P<check>[0-9A-Z]) (?P<date>\d{8})"
    r" (?P<marking>[A-Z0-9:-]+) (?P<equivalent>[A-Z0-9:-]+) (?P<source>[0-9A-Z]{50}) (?P<signature>[0-9A-Z]{100})"
)


def can_name(marking: MarkingId) -> bool:
    """Whether a seal can name the marking, and stays small enough to be read from paper."""
    return _ID.fullmatch(marking) is not None


@dataclass(frozen=True, slots=True)
class Seal:
    """What a seal says of the copy that bears it."""

    copy_number: CopyNumber
    date: str
    """Of registration, ISO 8601."""
    marking: MarkingId
    """The originator's, which has the level of Article 3."""
    equivalent: MarkingId
    source_sha256: str

    def signed_by(self, sign: Callable[[bytes], bytes]) -> str:
        """The seal's text.  Raises ValueError for what its grammar cannot hold or a signature that is no Ed25519's."""
        number = self.copy_number
        if not (can_name(self.marking) and can_name(self.equivalent)):
            raise ValueError("the id of a marking has letters that a seal cannot hold")
        message = (
            f"{PREFIX}{number.party}{number.year:04d} {number.serial:06d} {number.index:02d}{str(number)[-1]}"
            f" {date.fromisoformat(self.date):%Y%m%d} {self.marking.upper()} {self.equivalent.upper()}"
            f" {_written(bytes.fromhex(self.source_sha256), _HASH)}"
        )
        text = f"{message} {_written(sign(message.encode('ascii')), _SIGNATURE)}"
        if read_seal(text).says != self:
            raise ValueError("the seal does not read as it was written")
        return text


@dataclass(frozen=True, slots=True)
class SealRead:
    """A seal taken apart.  Nothing of it is true before :meth:`holds`."""

    says: Seal
    signed: bytes
    signature: bytes

    def holds(self, public_key: bytes) -> bool:
        """Whether the Ed25519 key, its 32 bytes, made the signature."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(self.signature, self.signed)
        except (InvalidSignature, ValueError):
            return False
        return True


def read_seal(text: str) -> SealRead:
    """The parts of a seal's text.  Raises ValueError when it is none of ours or was misread."""
    match = _SEAL.fullmatch(text)
    if match is None:
        raise ValueError("not a seal of this software")
    register_number = format_register_number(PartyId(match["party"]), int(match["year"]), int(match["serial"]))
    says = Seal(
        parse_copy_number(f"{register_number}-{match['index']}-{match['check']}"),
        date(int(match["date"][:4]), int(match["date"][4:6]), int(match["date"][6:])).isoformat(),
        MarkingId(match["marking"].lower()),
        MarkingId(match["equivalent"].lower()),
        _read(match["source"], _HASH).hex(),
    )
    return SealRead(says, text[: match.end("source")].encode("ascii"), _read(match["signature"], _SIGNATURE))


def _written(data: bytes, size: tuple[int, int]) -> str:
    if len(data) != size[0]:
        raise ValueError(f"{len(data)} bytes where a seal has {size[0]}")
    number, digits = int.from_bytes(data, "big"), ""
    for _ in range(size[1]):
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


def _read(digits: str, size: tuple[int, int]) -> bytes:
    try:
        return int(digits, 36).to_bytes(size[0], "big")
    except OverflowError as error:
        raise ValueError("a number of the seal is larger than any it can hold") from error
