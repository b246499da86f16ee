"""A validator that is not ours, Apache PDFBox Preflight, finds that PDF/A stays PDF/A: stamp, label, codes and seal."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Said, marker, write_letter
from tests.labels.label_files import docx_letter
from tests.world import office

__all__ = ["marker"]  # the fixture
JARS = [
    Path("/usr/share/java") / f"{name}.jar"
    for name in ("preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging", "javax.activation", "jaxb-api")
]
AS_PDF_A_1 = 'pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"1"}}'
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(jar.exists() for jar in JARS) or not shutil.which("java") or not shutil.which("soffice"),
        reason="Java, libpdfbox2-java, libactivation-java, libjaxb-api-java or LibreOffice is not installed",
    ),
]


def faults(path: Path) -> list[str]:
    """What Preflight finds against ISO 19005-1, level B."""
    command = ["java", "-cp", ":".join(map(str, JARS)), "org.apache.pdfbox.preflight.Validator_A1b", str(path)]
    said = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    lines = [line for line in said.stdout.splitlines() if line.strip()]
    assert lines, said.stderr
    return [] if lines == [f"The file {path.name} is a valid PDF/A-1b file"] else lines


def test_a_stamped_pdf_a_file_is_valid_with_and_without_a_seal(marker: Callable[..., Said], tmp_path: Path) -> None:
    received = tmp_path / "raštas.pdf"
    received.write_bytes(office.converted(docx_letter(tmp_path / "raštas.docx").read_bytes(), "docx", AS_PDF_A_1))
    assert faults(received) == []
    key = tmp_path / "seal.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True, capture_output=True)
    key.chmod(0o600)
    for folder, options in (("plain", ()), ("sealed", ("--seal-key", key))):
        register = ("--register", tmp_path / f"{folder}.sqlite")
        said = marker("convert", "--to", "KZ", *register, *options, "-o", tmp_path / folder, received, "--json")
        assert said.status == 0, said.out
        copy = Path(said.objects[0]["copies"][0]["path"])
        assert faults(copy) == []
        assert marker("label", "check", *register, copy).status == 0


def test_the_validator_tells_what_is_no_pdf_a(tmp_path: Path) -> None:
    assert faults(write_letter(tmp_path / "a.pdf", "SLAPTAI"))
