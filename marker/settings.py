"""One frozen :class:`Settings`: the only source of defaults.

An option beats the environment, which beats the configuration file.  Names are the same everywhere: the option
``--max-pages``, the key ``max_pages``, the variable ``MARKER_MAX_PAGES``.  An unknown key is refused, because a
misspelt limit that silently does not apply is worse than none.
"""

from __future__ import annotations

import getpass
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from marker.errors import UsageError

ENVIRONMENT_PREFIX = "MARKER_"


def _default_operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _default_jobs() -> int:
    return max(1, len(os.sched_getaffinity(0)))


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can be set.  Sizes in bytes, times in seconds, lengths in points unless a name says otherwise."""

    register: str = ""
    """Register URL or SQLite path; empty means ``register.sqlite`` in the user's data directory."""
    agreement: str = ""
    """Path of an agreement profile; empty means the embedded KZ–LT one."""
    operator: str = field(default_factory=_default_operator)
    """Who copies (Article 7(2)); recorded with every copy."""
    clearance: str = ""
    """The operator's clearance as stated by the organisation."""
    timezone: str = ""
    """IANA name for dates on stamps; empty means the machine's."""
    jobs: int = field(default_factory=_default_jobs)
    """Documents worked on at once."""
    max_file_bytes: int = 200_000_000
    """A larger file is held as too-large."""
    max_pages: int = 5_000
    max_unpacked_bytes: int = 500_000_000
    """What a DOCX package or PDF streams may unpack to in all."""
    max_parts: int = 10_000
    """Parts in a DOCX package."""
    max_attachment_depth: int = 3
    max_attachments: int = 200
    """Attached and embedded files of one document, those inside others included."""
    max_annotations: int = 20_000
    """Annotations of all pages of a PDF; drawings and forms have hundreds, only an attack has more."""
    max_page_objects: int = 1_000_000
    """Marks on one PDF page: letters in runs, strokes, pictures."""
    max_text_chars: int = 50_000_000
    """Letters that are read of one document."""
    max_spans: int = 400_000
    """Lines and paragraphs that are read of one document."""
    max_depth: int = 100
    """Drawings inside drawings of a PDF page, tables and boxes inside those of a Word document."""
    cache: str = ""
    """A folder, its owner's alone, in which what was read of scans is kept; it holds text of classified documents.
    Empty means that nothing is kept."""
    timeout: float = 120.0
    """Wall time for reading, and again for stamping, one document."""
    max_memory_bytes: int = 2_000_000_000
    """Address space of one worker."""
    unknown_recipients: str = "refuse"
    """A recipient who is not in the list: "refuse" counts them as a third party, who needs the competent authority's
    consent (Article 4(3)); "note" lets the copy be made and says so."""
    receipt_days: int = 10
    """Days after which a receipt that is owed counts as overdue; the Agreement sets none."""
    notice_days: int = 10
    """The same for notices of destruction; a crisis and a breach are told at once."""
    password_file: str = ""
    """A file of passwords, one a line, tried in turn on encrypted files; only its owner may read it."""
    accept_broken_signature: bool = False
    """Stamp a file whose electronic signature or certification the stamp breaks; otherwise it is held as signed."""
    strip_active: bool = False
    """Leave scripts and actions that run by themselves out of the copies; otherwise they stay and are noted."""
    head_key: str = ""
    """Private key (PEM, Ed25519 or ECDSA) that signs the ledger's head; empty means none does."""
    head_file: str = ""
    """File to which the head is added at the end of each run that wrote; best on another machine's disk."""
    head_command: str = ""
    """Command that gets the same line on its standard input."""
    seal_key: str = ""
    """Private key (PEM, Ed25519) that seals each copy on its first page; empty means that copies bear no seal."""
    copies_as: str = ""
    """``pdf`` (the option ``--as``): copies of a Word file are PDF files, set as pages by LibreOffice."""
    max_office_memory_bytes: int = 4_000_000_000
    """Address space of LibreOffice, which sets Word files as pages."""
    interval: float = 2.0
    """Seconds between two looks into a watched folder."""
    settle: float = 5.0
    """Seconds for which a file in a watched folder must have stood still before it is taken."""
    first_number: int = 1
    """The first register number of a year, for a registry that goes on from a paper journal."""
    first_number_year: int = 0
    """The one year that begins with it; every other begins with 1.  0: each year does."""
    sidecar: bool = False
    """Write each copy's label also as a file beside it (``letter.….pdf.bdo``), for systems that read no PDF or DOCX."""
    label_review_years: int = 5
    """Years after which a label is to be looked at again (STANAG 4774, ReviewDateTime)."""
    label_originator: str = ""
    """Who labels, as the labels name it; empty means the receiving Party by its code."""
    label_originator_type: str = "uniformResourceIdentifier"
    """What kind of name that is: rfc822Name, dNSName, directoryName, uniformResourceIdentifier, …"""

    @classmethod
    def load(cls, config: Path | None, environ: Mapping[str, str], options: Mapping[str, Any]) -> Settings:
        """Merge file, environment and options.  Options that are None were not given.  Raises UsageError."""
        values: dict[str, Any] = {}
        kinds = {f.name: _kind(f.type) for f in fields(cls)}
        if config is not None:
            values.update(_from_file(config, kinds))
        for name, kind in kinds.items():
            raw = environ.get(ENVIRONMENT_PREFIX + name.upper())
            if raw is not None:
                values[name] = _convert(name, raw, kind, f"environment variable {ENVIRONMENT_PREFIX}{name.upper()}")
        for name, value in options.items():
            if name in kinds and value is not None:
                values[name] = _convert(name, value, kinds[name], f"option --{name.replace('_', '-')}")
        return cls(**values)


def _kind(annotation: object) -> type:
    return {"str": str, "int": int, "float": float, "bool": bool}[str(annotation)]


def _from_file(config: Path, kinds: Mapping[str, type]) -> dict[str, Any]:
    try:
        data = tomllib.loads(config.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"The configuration file {config} cannot be read: {error.strerror}.",
            remedy="Check the path after --config and the file's permissions.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The configuration file {config} is no valid TOML: {error}.", remedy="Mend that line."
        ) from error
    values: dict[str, Any] = {}
    for key, value in data.items():
        name = key.replace("-", "_")
        if name not in kinds:
            raise UsageError(f"{config} has an unknown key: {key}.", remedy=f"Known keys: {', '.join(sorted(kinds))}.")
        values[name] = _convert(name, value, kinds[name], f"{config}, key {key}")
    return values


def _convert(name: str, value: Any, kind: type, where: str) -> Any:
    wrong = UsageError(f"{where}: {value!r} is not a value for {name}.", remedy=f"It takes {_WORDS[kind]}.")
    if kind is bool:
        value = _TRUTH.get(value.lower()) if isinstance(value, str) else value
        if not isinstance(value, bool):
            raise wrong
        return value
    if isinstance(value, bool) or (kind is str and not isinstance(value, str)):
        raise wrong
    try:
        converted = kind(value)
    except (TypeError, ValueError) as error:
        raise wrong from error
    if kind is not str and converted <= 0:
        raise UsageError(f"{where}: {name} must be above 0, not {value}.", remedy="Give a positive number.")
    return converted


_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
_TRUTH = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
