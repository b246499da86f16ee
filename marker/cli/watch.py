"""``marker watch``: a folder that is worked off as files are dropped there."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from marker.cli.files import wish_of
from marker.cli.options import Common, common, registers, shared, stamps, works
from marker.cli.words import _
from marker.errors import ExitStatus, MissingError, UsageError
from marker.names import shown

if TYPE_CHECKING:
    from types import FrameType

    from marker.intake.watch import Watcher
    from marker.model import FileReport

_PATH = click.Path(path_type=Path)


@click.command(short_help="Watch a folder and work off what is dropped there.")
@click.argument("in_dir", type=_PATH)
@click.argument("out_dir", type=_PATH)
@works
@click.option("--once", is_flag=True, help="Work off what has settled, then end: for cron.")
@click.option("--status", "ask", is_flag=True, help="Tell what the watcher of these folders is doing, and end.")
@click.option("--queue", "queued", is_flag=True, help="Put what has settled on the queue for 'marker worker'.")
@click.option("--interval", type=click.FloatRange(0.1), metavar="SECONDS", help="Between two looks. Default: 2.")
@click.option(
    "--settle", type=click.FloatRange(0.1), metavar="SECONDS", help="A file must have stood still so long. Default: 5."
)
@click.option("--log", "form", type=click.Choice(["text", "json"]), default="text", help="Log lines on standard error.")
@stamps
@registers
@shared
@click.option("--json", "as_json", is_flag=True, help="JSON Lines on standard output, one object a file.")
def watch(
    in_dir: Path,
    out_dir: Path,
    receiving: str,
    once: bool,
    ask: bool,
    queued: bool,
    form: str,
    as_json: bool,
    **options: Any,
) -> int:
    """Stamp, number and register every document that is dropped into IN_DIR, and put the received file away.

    A file is taken when it has stood still, opens, and nobody is writing it. It is moved, byte for byte, to
    OUT_DIR/processed when its copies are issued, to OUT_DIR/held when it is held; copies are in OUT_DIR/marked.
    SIGTERM finishes or returns what is in work within ten seconds.

    \b
    Examples:
      marker watch --to KZ /srv/inbox /srv/out
      marker watch --to KZ --once /srv/inbox /srv/out
      marker watch --to KZ --status /srv/inbox /srv/out
    """
    start = common(options)
    if ask:
        return _tell_status(out_dir, as_json=as_json)
    watcher = _watcher(start, receiving, in_dir, out_dir, form, as_json, queued=queued)
    stopped: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopped.append(number)
        watcher.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        watcher.work(once=once)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if signal.SIGINT in stopped:
        raise KeyboardInterrupt
    return ExitStatus.HELD if once and watcher.status.held else ExitStatus.DONE


def _watcher(
    start: Common, receiving: str, in_dir: Path, out_dir: Path, form: str, as_json: bool, *, queued: bool
) -> Watcher:
    from marker.intake.server import READING, STAMPING, start_server

    if not queued:
        start_server([*READING, *STAMPING])
    from marker.intake.batch import Output, check_folders
    from marker.intake.log import Log, LogFormat
    from marker.intake.report import to_json
    from marker.intake.watch import Errand, QueueWatcher, Watcher

    wish = wish_of(start, receiving)
    check_folders(in_dir, out_dir)

    def tell(report: FileReport) -> None:
        if as_json:
            click.echo(json.dumps(to_json(report, with_copies=True), ensure_ascii=False))

    errand = Errand(in_dir, Output(out_dir), wish, start.profile, start.settings, start.open_register)
    kind = QueueWatcher if queued else Watcher
    return kind(errand, Log(sys.stderr, LogFormat(form)), tell)


def _tell_status(out_dir: Path, *, as_json: bool) -> int:
    """Status 0 while a watcher is alive, 5 when none is."""
    from marker.intake.batch import Output
    from marker.intake.status import read

    status = read(out_dir)
    alive = False
    if status is not None:
        try:
            with Output(out_dir).lock():
                pass
        except UsageError:
            alive = True
    if status is None or not alive:
        last = _("none has been") if status is None else f"{status.get('state')}, {status.get('written_at')}"
        raise MissingError(
            f"No watcher is at work in {shown(out_dir)} (the last one: {last}).", remedy="Start it: 'marker watch'."
        )
    if as_json:
        click.echo(json.dumps(status, ensure_ascii=False))
        return ExitStatus.DONE
    for name, value in status.items():
        if value is not None and name != "schema":
            click.echo(f"{name.replace('_', ' '):<20}{value}")
    return ExitStatus.DONE
