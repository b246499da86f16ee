"""``python -m marker``, and the ``marker`` command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

_HELP = frozenset({"-h", "--help"})
_INTERRUPTED = 130
"""As :class:`marker.errors.ExitStatus` has it."""
_ELSEWHERE = "--queue"
"""With it the documents of a batch are read by others."""


def main() -> NoReturn:
    """Run the command line; never returns and never shows a traceback."""
    try:
        _begin_server(sys.argv[1:2], sys.argv[2:])
        from marker.cli.main import main as run
    except KeyboardInterrupt:  # before anything was begun, and before what says so is loaded
        sys.exit(_INTERRUPTED)
    run()


def _begin_server(command: Sequence[str], arguments: Sequence[str]) -> None:
    """Before all else: the server of a command that reads documents imports what that takes while this process goes on
    to the command."""
    if _HELP.intersection((*command, *arguments)):
        return
    if command == ["detect"] or (command in (["convert"], ["batch"]) and _ELSEWHERE not in arguments):
        from marker.intake.server import READING, STAMPING, fork_server

        with suppress(OSError):  # said where workers are begun
            fork_server(READING if command == ["detect"] else [*READING, *STAMPING], arguments)


if __name__ == "__main__":
    main()
