"""Signatures: of the ledger's head, and of the seal on a copy's first page.

Keys are PEM files, as ``openssl genpkey -algorithm ed25519`` and ``openssl pkey -pubout`` write them: Ed25519, or
ECDSA on P-256, P-384 or P-521 with the hash that goes with the curve.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from marker.errors import UsageError
from marker.names import shown

_HASHES: Final[dict[str, HashAlgorithm]] = {"secp256r1": SHA256(), "secp384r1": SHA384(), "secp521r1": SHA512()}
_MAKE: Final = "Make one with: openssl genpkey -algorithm ed25519 -out key.pem"

PublicKey = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key that signs."""

    key_id: str
    """The first 16 hexadecimal digits of the SHA-256 of the public key (SubjectPublicKeyInfo)."""
    sign: Callable[[bytes], bytes]
    public: bytes = b""
    """An Ed25519 key's public half, 32 bytes; empty for any other."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key that tells whether a signature holds."""

    key_id: str
    holds: Callable[[bytes, bytes], bool]
    """Takes the data and the signature."""
    public: bytes = b""
    """An Ed25519 key's 32 bytes; empty for any other."""


def signer(path: Path) -> Signer:
    """The private key of a PEM file.  Raises UsageError for anything else, and for a file that others may read."""
    data = _read(path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(f"Others than the owner may read the key {shown(path)}.", remedy=f"chmod 600 {shown(path)}")
    try:
        key = load_pem_private_key(data, None)
    except TypeError as error:
        raise UsageError(f"The key {shown(path)} asks for a password.", remedy="Keep it without one, 0600.") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError(f"{shown(path)} is no private key in PEM.", remedy=_MAKE) from error
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return Signer(_key_id(key.public_key()), key.sign, key.public_key().public_bytes_raw())
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _HASHES:
        scheme = ec.ECDSA(_HASHES[key.curve.name])
        return Signer(_key_id(key.public_key()), lambda message: key.sign(message, scheme))
    raise UsageError(f"{shown(path)} is neither an Ed25519 nor an ECDSA key of a curve known here.", remedy=_MAKE)


def sealer(path: Path) -> Signer:
    """The private key of a PEM file that seals copies.  Raises UsageError for any but an Ed25519 key."""
    found = signer(path)
    if not found.public:
        raise UsageError(f"{shown(path)} is no Ed25519 key, which seals are signed with.", remedy=_MAKE)
    return found


def verifier(path: Path) -> Verifier:
    """The public key of a PEM file.  Raises UsageError for anything else."""
    try:
        key = load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm) as error:
        remedy = "Make it with: openssl pkey -in key.pem -pubout -out pub.pem"
        raise UsageError(f"{shown(path)} is no public key in PEM.", remedy=remedy) from error
    if isinstance(key, ed25519.Ed25519PublicKey):
        return Verifier(_key_id(key), lambda data, signature: _ed25519(key, data, signature), key.public_bytes_raw())
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _HASHES:
        return Verifier(_key_id(key), lambda data, signature: _ecdsa(key, data, signature))
    raise UsageError(f"{shown(path)} is neither an Ed25519 nor an ECDSA key of a curve known here.", remedy=_MAKE)


def _ed25519(key: ed25519.Ed25519PublicKey, data: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def _ecdsa(key: ec.EllipticCurvePublicKey, data: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, data, ec.ECDSA(_HASHES[key.curve.name]))
    except InvalidSignature:
        return False
    return True


def _key_id(key: PublicKey) -> str:
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()[:16]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        why = error.strerror
        raise UsageError(f"The key {shown(path)} cannot be read: {why}.", remedy="Check the path.") from error
