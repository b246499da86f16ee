"""Exit statuses and every error the package raises.

Each error class carries its exit status; each error carries a remedy.  ``cli`` has the one handler that turns them
into a sentence and a status, so no other module calls ``sys.exit``.
"""

from __future__ import annotations

from enum import IntEnum

from marker.model import Hold, HoldCode


class ExitStatus(IntEnum):
    """The process's exit status; part of the interface."""

    DONE = 0
    FAULT = 1
    USAGE = 2
    HELD = 3
    REGISTER = 4
    MISSING = 5
    INTERRUPTED = 130

    @staticmethod
    def worst(statuses: list[ExitStatus]) -> ExitStatus:
        """The one status of a run in which several apply: 130, then 1, 4, 5, 3, 0 (usage stops before all else)."""
        order = [
            ExitStatus.INTERRUPTED,
            ExitStatus.FAULT,
            ExitStatus.USAGE,
            ExitStatus.REGISTER,
            ExitStatus.MISSING,
            ExitStatus.HELD,
        ]
        return next((status for status in order if status in statuses), ExitStatus.DONE)


class MarkerError(Exception):
    """Base of all errors of the package: ``str(error)`` is a sentence for people, ``remedy`` says what to do next."""

    exit_status = ExitStatus.FAULT

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class UsageError(MarkerError):
    """A wrong option or configuration; nothing was touched."""

    exit_status = ExitStatus.USAGE


class ProfileError(UsageError):
    """The agreement profile contradicts itself; the message names the file and the key."""


class RegisterError(MarkerError):
    """The register refused or cannot be reached; no copy number was used."""

    exit_status = ExitStatus.REGISTER


class MissingError(MarkerError):
    """Something needed is not installed; the remedy is the command that installs it."""

    exit_status = ExitStatus.MISSING


class HoldError(MarkerError):
    """Raised anywhere below ``intake`` to hold one file.  Carries the hold; never ends a batch.

    The message never quotes document text: reports and logs are read by people who may not read the document.
    """

    exit_status = ExitStatus.HELD

    def __init__(self, code: HoldCode, detail: str) -> None:
        super().__init__(detail)
        self.hold = Hold(code, detail)

    def __reduce__(self) -> tuple[type[HoldError], tuple[HoldCode, str]]:
        # Exceptions cross the worker boundary by pickle, which calls the class with ``args`` unless told otherwise.
        return (type(self), (self.hold.code, self.hold.detail))


class DiskError(HoldError):
    """A disk or a share is full, gone or refuses: the next document would fare no better, and this one is not at fault.

    A batch holds the file until its next run; a watcher leaves it where it is and waits for the disk.
    """

    def __init__(self, code: HoldCode, detail: str) -> None:
        super().__init__(code, detail)
        self.hold = Hold(code, detail, passing=True)


class NotYetError(HoldError):
    """The file is not ready: it is still changing, it is gone again, it is locked, or another run has it.

    A batch holds the file until its next run; a watcher looks again later.
    """

    def __init__(self, code: HoldCode, detail: str) -> None:
        super().__init__(code, detail)
        self.hold = Hold(code, detail, passing=True)
