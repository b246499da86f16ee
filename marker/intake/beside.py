"""The label file that comes beside a document (``letter.pdf.bdo``): taken with it, and never for a document itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from marker.intake.publish import SIDECAR
from marker.intake.source import Candidate, take
from marker.intake.workspace import Workspace


@contextmanager
def label_beside(candidate: Candidate, workspace: Workspace) -> Iterator[Path | None]:
    """A private snapshot of the label file that came with a document (``letter.pdf.bdo``); None where none did.

    Raises HoldError as taking in the document does.
    """
    path = candidate.path.with_name(candidate.path.name + SIDECAR)
    if not os.path.lexists(path):
        yield None
        return
    from marker.canonical import MAX_BYTES

    target = workspace.fresh()
    try:
        take(Candidate(path, Path(path.name)), target, MAX_BYTES)
        yield target
    finally:
        target.unlink(missing_ok=True)
