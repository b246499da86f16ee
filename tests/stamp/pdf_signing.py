"""Signs and judges PDF files with pyHanko, which knows nothing of marker."""

from __future__ import annotations

import io
import logging
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

SIGNER = "Jonas Žemaitis"


@cache
def _signer() -> Any:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SIGNER)])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(30))
        .add_extension(usage, critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    certified = asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
    form = (serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private = keys.PrivateKeyInfo.load(key.private_bytes(*form))
    store = SimpleCertificateStore()
    store.register(certified)
    return signers.SimpleSigner(signing_cert=certified, signing_key=private, cert_registry=store)


def sign(source: Path, target: Path, *, certify: bool = False, field: str = "Signature1") -> Path:
    """Signs ``source`` as an incremental update; ``certify`` forbids all changes but filling in and signing."""
    writer = IncrementalPdfFileWriter(io.BytesIO(source.read_bytes()))
    meta = signers.PdfSignatureMetadata(field_name=field, certify=certify, docmdp_permissions=MDPPerm.FILL_FORMS)
    target.write_bytes(signers.sign_pdf(writer, meta, signer=_signer()).getvalue())
    return target


def judged(path: Path) -> list[Any]:
    """pyHanko's status of each signature of a file."""
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL + 1)  # it logs what it finds changed, at length
    context = ValidationContext(trust_roots=[_signer().signing_cert], allow_fetching=False)
    with path.open("rb") as file:
        signatures = PdfFileReader(file).embedded_signatures
        return [validate_pdf_signature(signature, context) for signature in signatures]
