"""The head of the ledger, kept where the register is not: signed, in a file, handed to a command.

A chain alone does not show that its end was cut off, or that all of it was written anew with the guards removed.  A
head that was kept elsewhere does.  One is kept at the end of every run that wrote, as a line of JSON::

    {"v": 1, "seq": 57, "hash": "…", "at": "2026-11-22T09:30:00Z", "key": "0123456789abcdef", "signature": "…"}

``key`` and ``signature`` (base64) are there when a key is set; what is signed is the text
``marker-head 1 SEQ HASH AT``, ASCII.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from marker.errors import RegisterError, UsageError
from marker.names import shown
from marker.register.records import Head, Problem
from marker.register.signing import Signer, Verifier

COMMAND_TIMEOUT: Final = 60.0
"""How long the operator's command may take, seconds."""
_HASH: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class KeptHead:
    """A head as it is kept elsewhere."""

    seq: int
    hash: str
    at: str
    """When it was the end of the ledger: UTC, ISO 8601."""
    key: str | None = None
    signature: str | None = None

    @property
    def head(self) -> Head:
        return Head(self.seq, self.hash)

    @property
    def signed_text(self) -> bytes:
        return f"marker-head 1 {self.seq} {self.hash} {self.at}".encode("ascii")

    def as_line(self) -> str:
        """One line of JSON, without its end."""
        value: dict[str, int | str] = {"v": 1, "seq": self.seq, "hash": self.hash, "at": self.at}
        if self.key is not None and self.signature is not None:
            value |= {"key": self.key, "signature": self.signature}
        return json.dumps(value)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Where the head goes at the end of a run; None of it is needed."""

    signer: Signer | None = None
    file: Path | None = None
    command: str = ""

    def state(self, head: Head) -> KeptHead:
        """The head with the time, signed where there is a key."""
        kept = KeptHead(head.seq, head.hash, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        if self.signer is None:
            return kept
        signature = base64.b64encode(self.signer.sign(kept.signed_text)).decode()
        return replace(kept, key=self.signer.key_id, signature=signature)

    def keep(self, head: Head) -> None:
        """Add the head to the file, hand it to the command.  Raises RegisterError when one of them fails."""
        line = self.state(head).as_line() + "\n"
        if self.file is not None:
            _append(self.file, line)
        if self.command:
            _hand_over(self.command, line)


def _append(path: Path, line: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, line.encode())  # one write: lines of runs that end together do not mix
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise RegisterError(
            f"The head of the ledger could not be added to {shown(path)}: {error.strerror}.",
            remedy="Mend that; 'marker register head' adds it then.",
        ) from error


def _hand_over(command: str, line: str) -> None:
    remedy = "Try the command by itself; 'marker register head' hands the head over then."
    try:
        done = subprocess.run(
            shlex.split(command), input=line.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=COMMAND_TIMEOUT, check=False,
        )  # fmt: skip
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        why = error.strerror if isinstance(error, OSError) else type(error).__name__
        raise RegisterError(f"The command for the ledger's head could not be run: {why}.", remedy=remedy) from error
    if done.returncode:
        raise RegisterError(f"The command for the ledger's head ended with status {done.returncode}.", remedy=remedy)


def read(path: Path) -> list[KeptHead]:
    """The heads of a file that :meth:`Keeper.keep` wrote, in its order.  Raises UsageError for any other file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{shown(path)} cannot be read.", remedy="Check the path.") from error
    found: list[KeptHead] = []
    for number, line in enumerate(lines, start=1):
        try:
            told = json.loads(line)
            head = KeptHead(int(told["seq"]), told["hash"], told["at"], told.get("key"), told.get("signature"))
            if not _HASH.fullmatch(head.hash):
                raise ValueError("no hash")
            _ = head.signed_text
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(f"Line {number} of {shown(path)} is no head.", remedy="Name the file of heads.") from error
        found.append(head)
    return found


def unsigned(heads: Sequence[KeptHead], verifier: Verifier) -> list[Problem]:
    """Heads whose signature is missing, by another key, or does not hold."""
    found: list[Problem] = []
    for head in heads:
        try:
            signature = base64.b64decode(head.signature or "", validate=True)
        except binascii.Error:
            signature = b""
        if head.key != verifier.key_id or not verifier.holds(head.signed_text, signature):
            found.append(Problem(f"head of event {head.seq}", "Its signature does not hold for this key."))
    return found
