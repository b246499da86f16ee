"""Passwords that may open received files: read once from a file only its owner may read, and never shown again.

They are tried in turn on whatever is encrypted.  No message, report, log or register entry holds one; what is said is
which line of the file opened a document.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from marker.errors import UsageError

_MOST_BYTES: Final = 64_000
_MOST: Final = 500
"""Each is tried on each encrypted file, and a try is slow by design: more would be an attack, not a list."""


@dataclass(frozen=True, slots=True)
class Passwords:
    """Passwords in the order in which they are tried, each with its line in the file."""

    lines: tuple[tuple[int, str], ...] = field(default=(), repr=False)
    version: str = ""
    """Changes when the file does; tells nothing of the passwords."""

    def __bool__(self) -> bool:
        return bool(self.lines)


NO_PASSWORDS: Final = Passwords()


def read_passwords(path: str) -> Passwords:
    """The passwords in the file at ``path``, one a line, UTF-8, blanks kept, empty lines skipped; none for "".

    Raises UsageError when it cannot be read, or when anyone but its owner may read or write it.
    """
    if not path:
        return NO_PASSWORDS
    try:
        with Path(path).open("rb") as file:
            facts = os.fstat(file.fileno())
            _check_owner(path, facts)
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"The password file {path} cannot be read: {error.strerror}.",
            remedy="Check the path after --password-file.",
        ) from error
    return Passwords(_lines(path, data), f"{facts.st_ino}:{facts.st_mtime_ns}")


def _check_owner(path: str, facts: os.stat_result) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise UsageError(f"{path} is not a file.", remedy="Write the passwords into a file, one a line.")
    if facts.st_uid != os.getuid():
        raise UsageError(
            f"The password file {path} belongs to another user.", remedy="It must belong to the one who runs marker."
        )
    if facts.st_mode & 0o077:
        raise UsageError(f"Others may read the password file {path}.", remedy=f"Run: chmod 600 {path}")


def _lines(path: str, data: bytes) -> tuple[tuple[int, str], ...]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Not chained: the error holds the bytes.
        raise UsageError(f"The password file {path} is not UTF-8 text.", remedy="Save it as UTF-8.") from None
    found = tuple((number, line) for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1) if line)
    if not found:
        raise UsageError(f"The password file {path} is empty.", remedy="Write the passwords into it, one a line.")
    if len(data) > _MOST_BYTES or len(found) > _MOST:
        raise UsageError(
            f"The password file {path} holds more than {_MOST} passwords.",
            remedy="Keep those of the files at hand: each is tried on each encrypted file.",
        )
    return found
