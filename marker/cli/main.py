"""The ``marker`` command: one group, commands loaded when they are called, and the one place where errors become
a sentence and an exit status."""

from __future__ import annotations

import importlib
import keyword
import os
import sys
from typing import NoReturn

import click

import marker
from marker.cli.words import _
from marker.errors import ExitStatus, MarkerError

_COMMANDS = {
    "detect": "marker.cli.files",
    "convert": "marker.cli.files",
    "batch": "marker.cli.files",
    "watch": "marker.cli.watch",
    "worker": "marker.cli.worker",
    "held": "marker.cli.held",
    "copy": "marker.cli.copy",
    "return": "marker.cli.custody",
    "destroy": "marker.cli.custody",
    "transfer": "marker.cli.custody",
    "incident": "marker.cli.custody",
    "notice": "marker.cli.notices",
    "receipt": "marker.cli.letters",
    "trace": "marker.cli.trace",
    "label": "marker.cli.label",
    "register": "marker.cli.register",
    "consent": "marker.cli.consent",
    "recipient": "marker.cli.consent",
    "agreement": "marker.cli.agreement",
    "cache": "marker.cli.cache",
    "doctor": "marker.cli.doctor",
}
"""Command → module.  A module is imported only when its command (or the list of commands) is asked for."""


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        # "return" is a word of Python.
        name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(marker.__version__, prog_name="marker")
def cli() -> None:
    """Find, map, stamp and number the classification markings of received documents.

    marker reads PDF and DOCX files received under the Agreement between Kazakhstan and Lithuania, finds the sender's
    marking, looks up the receiver's equivalent (Article 3), and writes stamped, numbered and registered copies. What
    is in any doubt is held, with the reason.

    \b
    Examples:
      marker detect  --to KZ letter.pdf             what is marked, where, and what it maps to
      marker convert --to KZ -o out letter.pdf      one stamped, numbered copy
      marker batch   --to KZ received/ out/         a whole folder
      marker register list                          what was registered

    Exit status: 0 all done, 2 wrong usage, 3 files were held, 4 the register refused, 5 something is missing.
    """


def main() -> NoReturn:
    """Entry point of the ``marker`` command; never returns and never shows a traceback."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit status."""
    try:
        result = cli.main(arguments, prog_name="marker", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output went away (`| head`); say nothing, now or when Python closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitStatus.DONE
    except (KeyboardInterrupt, Exception) as error:  # the last border: whatever came up becomes a sentence
        if os.environ.get("MARKER_DEBUG"):
            raise
        return _explain(error)
    return int(result) if isinstance(result, int) else ExitStatus.DONE


def _explain(error: BaseException) -> int:
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case click.exceptions.Abort() | KeyboardInterrupt():
            _say(_("Interrupted; what was finished stands, the rest is untouched."))
            return ExitStatus.INTERRUPTED
        case click.ClickException():
            error.show()
            return ExitStatus.USAGE
        case MarkerError():
            _say(f"{error} {error.remedy}".strip())
            return error.exit_status
    fault = _(
        "A fault of the software ({kind}); nothing is lost. Run again with MARKER_DEBUG=1 and report what it says."
    )
    _say(fault.format(kind=type(error).__name__))
    return ExitStatus.FAULT


def _say(sentence: str) -> None:
    click.echo(f"marker: {sentence}", err=True)
