"""``marker cache``: what was read of scans, where it was kept on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from marker.cli.options import cache_option, common, shared
from marker.cli.words import _
from marker.errors import UsageError


@click.group(short_help="What was read of scans, kept on disk.")
def cache() -> None:
    """What was read of scans, kept on disk where --cache DIR asks for it. It holds text of classified documents.

    \b
    Example:
      marker cache purge --cache /srv/marker/cache
    """


@cache.command(short_help="Remove all that was kept.")
@cache_option
@shared
def purge(**options: Any) -> None:
    """Remove every reading from the cache folder.

    The folder is the one of --cache, MARKER_CACHE or the configuration. Files are unlinked, not overwritten: on disks
    that are handed on, keep the folder on an encrypted file system.

    \b
    Example:
      marker cache purge --cache /srv/marker/cache
    """
    start = common(options)
    if not start.settings.cache:
        raise UsageError("No cache folder is named; nothing was kept.", remedy="Name it with --cache DIR.")
    folder = Path(start.settings.cache)
    from marker.ocr.cache import PictureCache

    try:
        count = PictureCache(folder).purge()
    except OSError as error:
        raise UsageError(
            f"The cache folder {folder} could not be emptied: {error.strerror}.", remedy="Check its permissions."
        ) from error
    click.echo(_("{count} readings removed").format(count=count), err=True)
