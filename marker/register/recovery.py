"""What becomes of a copy number whose run died: decided by the file that the run had announced, and by nothing else."""

from __future__ import annotations

import hashlib
import os
import stat

from marker.register.records import CopyRecord, CopyStatus


def settlement(copy: CopyRecord) -> tuple[CopyStatus, str]:
    """``issued`` or ``void`` with the reason; ``reserved`` when the file is there but cannot be looked at."""
    if copy.path is None:
        return CopyStatus.VOID, "the run ended before the copy was finished"
    try:
        found = file_sha256(copy.path)
    except (FileNotFoundError, NotADirectoryError):
        return CopyStatus.VOID, "the run ended before the copy was published"
    except OSError as error:
        return CopyStatus.RESERVED, f"its file cannot be read ({error.strerror})"
    if found == copy.sha256:
        return CopyStatus.ISSUED, "the run ended after the copy was published"
    return CopyStatus.VOID, "another file stands under the name of the copy"


def file_sha256(path: str) -> str | None:
    """The hash of an ordinary file; None when something else stands there, a link or a pipe.  Raises OSError."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        return None
    # Between the look and the opening the name may have been given to a link or a pipe.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
