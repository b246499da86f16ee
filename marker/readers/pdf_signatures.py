"""Who a PDF's electronic signatures say signed it, and how much of the file they cover (ISO 32000-1, 12.8).

Told, not judged: whether a signature is valid, and whether its certificate is trusted, a validation service says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from pypdf.generic import ArrayObject, ByteStringObject, DictionaryObject, TextStringObject

from marker.signatures import Covers, Signature, SignatureKind

_CERTIFYING: Final = "/DocMDP"
_LONGEST_NAME: Final = 200
_REVISION_END: Final = re.compile(rb"%%EOF\s*\Z")
_TAIL: Final = 64


def describe(value: DictionaryObject, source: Path | bytes) -> Signature:
    """The signature whose dictionary (table 252) ``value`` is, in the file ``source``.  Raises OSError."""
    contents = _bytes(_get(value, "/Contents"))
    return Signature(
        signer=_certified_name(contents) or _text(_get(value, "/Name")),
        kind=_kind(value),
        covers=_covers(_get(value, "/ByteRange"), source),
    )


def _kind(value: DictionaryObject) -> SignatureKind:
    references = _get(value, "/Reference")
    for reference in references if isinstance(references, ArrayObject) else ():
        if _get(reference.get_object(), "/TransformMethod") == _CERTIFYING:
            return SignatureKind.CERTIFICATION
    stamped = _get(value, "/Type") == "/DocTimeStamp" or _get(value, "/SubFilter") == "/ETSI.RFC3161"
    return SignatureKind.TIMESTAMP if stamped else SignatureKind.APPROVAL


def _covers(byte_range: Any, source: Path | bytes) -> Covers:
    if not isinstance(byte_range, ArrayObject) or len(byte_range) != 4:
        return Covers.UNCLEAR
    try:
        start, first, second, length = (int(number) for number in byte_range)
    except (TypeError, ValueError):
        return Covers.UNCLEAR
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    end = second + length
    if start != 0 or not 0 < first < second <= end <= size:
        return Covers.UNCLEAR
    gap = _part(source, first, second)
    if not gap.startswith(b"<") or not gap.endswith(b">") or not _REVISION_END.search(_part(source, end - _TAIL, end)):
        return Covers.UNCLEAR
    after = _part(source, end, min(size, end + _TAIL))
    return Covers.WHOLE if not after.strip() and size - end <= _TAIL else Covers.REVISION


def _part(source: Path | bytes, start: int, end: int) -> bytes:
    start = max(0, start)
    if isinstance(source, bytes):
        return source[start:end]
    with source.open("rb") as stream:
        stream.seek(start)
        return stream.read(end - start)


def _certified_name(contents: bytes) -> str | None:
    """The common name (else the organisation) on the signer's certificate inside a CMS signature."""
    try:
        certificates = set(_certificates(contents))
    except Exception:  # noqa: BLE001  # the bytes are the sender's; whatever they are, no name can be read from them
        return None
    issuers = {certificate.issuer for certificate in certificates if certificate.issuer != certificate.subject}
    leaves = [certificate for certificate in certificates if certificate.subject not in issuers]
    if len(leaves) != 1:
        return None  # it cannot be told whose the signature is
    from cryptography.x509.oid import NameOID

    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in leaves[0].subject.get_attributes_for_oid(oid):
            return _fit(str(attribute.value))
    return None


def _certificates(contents: bytes) -> Sequence[Any]:
    from cryptography.hazmat.primitives.serialization import pkcs7

    return pkcs7.load_der_pkcs7_certificates(contents[: _der_length(contents)])


def _der_length(data: bytes) -> int:
    """The length of the first DER element: /Contents is padded with zeros behind it."""
    if data[1] < 0x80:
        return 2 + data[1]
    count = data[1] & 0x7F
    return 2 + count + int.from_bytes(data[2 : 2 + count])


def _get(entry: Any, key: str) -> Any:
    found = entry.get(key) if isinstance(entry, DictionaryObject) else None
    return found.get_object() if found is not None else None


def _bytes(found: Any) -> bytes:
    if isinstance(found, TextStringObject):
        return found.original_bytes
    return bytes(found) if isinstance(found, ByteStringObject) else b""


def _text(found: Any) -> str | None:
    return _fit(str(found)) if isinstance(found, TextStringObject) else None


def _fit(name: str) -> str | None:
    """A name on one line and of a length that a table bears."""
    return "".join(c if c.isprintable() else " " for c in name).strip()[:_LONGEST_NAME] or None
