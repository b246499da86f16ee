"""What was read of pictures, kept on disk where that is asked for.

It holds words of classified documents, so it is off by default, its folder is the owner's alone (0700, files 0600), and
``purge`` removes all of it.  A reading is found again by the hash of the file, the profile, the receiving Party, the
versions of this software and of Tesseract; one that cannot be understood counts as none.  A document of which a page
stayed unread is not kept: another time may read it.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from marker import __version__
from marker.agreement.profile import Profile
from marker.errors import UsageError
from marker.model import Box, PartyId, Place, Reading, Residue, Source, Span, Visibility

_FORM: Final = 1
"""Raised whenever the same picture would be read differently, or what is kept is written otherwise."""
_ENDING: Final = ".reading.json"
_MOST_BYTES: Final = 20_000_000


class PictureCache:
    """A folder of readings.  Raises UsageError when it is not the user's own, or open to others."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            state = folder.lstat()
        except OSError as error:
            raise UsageError(
                f"The cache folder {folder} cannot be used: {error.strerror}.", remedy="Name another with --cache."
            ) from error
        if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.geteuid() or stat.S_IMODE(state.st_mode) & 0o077:
            raise UsageError(
                f"The cache folder {folder} is not yours alone; it would hold text of classified documents.",
                remedy=f"Run 'chmod 700 {folder}', or name another folder with --cache.",
            )

    def key(self, path: Path, profile: Profile, receiving: PartyId) -> str:
        """The name under which a file's reading is kept."""
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
        for part in (repr(profile), receiving, __version__, _engine(), str(_FORM)):
            digest.update(b"\0" + part.encode())
        return digest.hexdigest()

    def get(self, key: str, reading: Reading) -> Reading | None:
        """``reading`` with what was kept of its pictures; None when nothing was, or nothing that can be understood."""
        try:
            descriptor = os.open(self.folder / (key + _ENDING), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as stream:
                kept = json.loads(stream.read(_MOST_BYTES))
            return _restored(kept, reading)
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None

    def put(self, key: str, before: Reading, after: Reading) -> None:
        """Keep what ``after`` adds to ``before``.  A full disk is no reason to fail: nothing is kept then."""
        if not all(info.readable for info in after.page_infos) or after.spans[: len(before.spans)] != before.spans:
            return
        kept = {
            "spans": [_plain(span) for span in after.spans[len(before.spans) :]],
            "residue": [_plain(ink) for ink in after.residue],
            "notes": list(after.notes),
            "unread": list(after.attachments_unread),
            "own": len(before.spans),
        }
        with suppress(OSError):
            descriptor, name = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".part")  # mkstemp's files are 0600
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                    json.dump(kept, stream, ensure_ascii=False)
                Path(name).replace(self.folder / (key + _ENDING))
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise

    def purge(self) -> int:
        """Remove every reading; how many there were.  Other files in the folder are left alone.  Raises OSError."""
        count = 0
        for path in self._files():
            path.unlink(missing_ok=True)
            count += path.name.endswith(_ENDING)
        return count

    def _files(self) -> Iterator[Path]:
        for path in self.folder.iterdir():
            if path.name.endswith(_ENDING) or (path.name.startswith(".") and path.name.endswith(".part")):
                yield path


@lru_cache(maxsize=1)
def _engine() -> str:
    """What Tesseract says of its version; another one may read otherwise."""
    try:
        # The one on PATH is the one that reads.
        done = subprocess.run(["tesseract", "--version"], check=False, capture_output=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return hashlib.sha256(done.stdout + done.stderr).hexdigest()


def _plain(item: Span | Residue) -> dict[str, Any]:
    return {name: value for name, value in asdict(item).items() if value is not None}


def _restored(kept: dict[str, Any], reading: Reading) -> Reading:
    """Raises ValueError, TypeError, KeyError for what was not kept of this very reading."""
    if kept["own"] != len(reading.spans):
        raise ValueError
    spans = tuple(_span(item) for item in kept["spans"])
    residue = tuple(Residue(item.get("page"), _box(item.get("box")), str(item["kind"])) for item in kept["residue"])
    return replace(
        reading,
        spans=(*reading.spans, *spans),
        residue=residue,
        notes=tuple(map(str, kept["notes"])),
        attachments_unread=tuple(map(str, kept["unread"])),
        page_infos=tuple(replace(info, readable=True) for info in reading.page_infos),
    )


def _span(item: dict[str, Any]) -> Span:
    names = {field.name for field in fields(Span)}
    if not item.keys() <= names:
        raise ValueError
    return Span(
        **{
            **item,
            "source": Source(item["source"]),
            "place": Place(item["place"]),
            "box": _box(item.get("box")),
            "visibility": Visibility(item["visibility"]),
        }
    )


def _box(item: dict[str, float] | None) -> Box | None:
    return None if item is None else Box(float(item["x0"]), float(item["y0"]), float(item["x1"]), float(item["y1"]))
