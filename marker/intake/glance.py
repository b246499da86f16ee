"""What a glance at files tells of them, so that what reads scans is begun before a file is read.

Nothing depends on it but what is loaded when.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Final

_LOOKED_AT: Final = 8
"""Files of a run that are looked into."""
_LARGEST_LOOK: Final = 4_000_000
"""Bytes of a file that are looked at."""
_PICTURE: Final = re.compile(rb"\xff\xd8\xff|\x89PNG|II\*\0|MM\0\*")
"""How JPEG, PNG and TIFF files begin."""


def name_scans(arguments: Iterable[str]) -> bool:
    """Whether some of the files that a command's arguments name, or of those in its folders, seem to be scans."""
    with suppress(OSError, ValueError):
        return any(map(is_scan, islice(_files(arguments), _LOOKED_AT)))
    return False


def is_scan(path: Path) -> bool:
    """Whether a file seems to be a picture, or a PDF that has pictures and no font."""
    with suppress(OSError), path.open("rb") as file:
        data = file.read(_LARGEST_LOOK)
        if _PICTURE.match(data):
            return True
        # Dictionaries of pictures are never compressed; those of fonts may be, in object streams (ISO 32000-1, 7.5.7).
        return data.startswith(b"%PDF") and b"/Image" in data and b"/Font" not in data and b"/ObjStm" not in data
    return False


def _files(arguments: Iterable[str]) -> Iterable[Path]:
    for path in map(Path, arguments):
        if path.is_dir():
            yield from (file for file in path.iterdir() if file.is_file())
        elif path.is_file():
            yield path
