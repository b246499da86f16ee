"""``marker worker``: documents from the queue of a PostgreSQL register."""

from __future__ import annotations

import sys
from typing import Any

import click

from marker.cli.options import common, registers, shared, stamps
from marker.errors import ExitStatus


@click.command(short_help="Take documents from the queue of a PostgreSQL register.")
@click.option("--once", is_flag=True, help="End when the queue is empty.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Documents worked on at once. Default: one a core.")
@click.option("--timeout", type=click.FloatRange(1), metavar="SECONDS", help="Limit for reading, and stamping, a file.")
@click.option("--log", "form", type=click.Choice(["text", "json"]), default="text", help="Log lines on standard error.")
@stamps
@registers
@shared
def worker(once: bool, form: str, **options: Any) -> int:
    """Work off what 'marker batch --queue' and 'marker watch --queue' put on the queue.

    Run as many as you like, on every machine that reaches the register and sees the folders under the same paths.
    A document whose worker dies is given to another one. SIGTERM finishes or returns what is in work.

    \b
    Example:
      marker worker --register postgresql://marker@db/marker
    """
    import asyncio

    from marker.cli.files import wish_of
    from marker.intake import queue
    from marker.intake.log import Log, LogFormat
    from marker.intake.worker import Hand, work

    start = common(options)
    queue.prepare(start.settings.register)
    log = Log(sys.stderr, LogFormat(form))
    with start.open_register() as register:
        register.recover()
        hand = Hand(start.profile, start.settings, register, lambda party: wish_of(start, party), log)
        log("working", jobs=start.settings.jobs)
        try:
            asyncio.run(work(hand, start.settings, once=once))
        finally:
            hand.close()
        log("stopped", documents=hand.done)
    return ExitStatus.DONE
