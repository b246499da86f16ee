"""``python -m marker``, and the ``marker`` command."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import NoReturn

_HELP = frozenset({"-h", "--help"})


def main() -> NoReturn:
    """Run the command line; never returns and never shows a traceback."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["detect"] and not _HELP.intersection(arguments):
        from marker.intake.server import READING, fork_server

        with suppress(OSError):  # said where workers are begun
            # Before all else: it imports what reads documents while this process does the rest.
            fork_server(READING, arguments[1:])
    from marker.cli.main import main as run

    run()


if __name__ == "__main__":
    main()
