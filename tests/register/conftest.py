"""A register on disk with a clock that stands still until it is told otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from marker.agreement.load import load_profile
from marker.model import LevelId, MarkingId, PartyId
from marker.register import DocumentEntry, Register, Reservation, open_register

ALMATY = timezone(timedelta(hours=5))
PLAIN = DocumentEntry(
    party=PartyId("KZ"),
    source_sha256="",
    source_name="letter.pdf",
    format="pdf",
    pages=3,
    marking=MarkingId("lt:secret"),
    level=LevelId("secret"),
    equivalent=MarkingId("kz:secret"),
)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 14, 30, tzinfo=ALMATY)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder / "register.sqlite"


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest) -> str:
    """Where an empty register is, or is yet to be made: what rests on it holds on both databases."""
    return str(request.getfixturevalue("place" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def opened(address: str, clock: Clock) -> Iterator[Callable[..., Register]]:
    """Opens the register anew at each call, as another run would."""
    with ExitStack() as stack:

        def open_it(**changes: object) -> Register:
            options: dict[str, object] = {
                "operator": "A. Clerk", "clearance": "secret", "profile_sha256": "c" * 64, "clock": clock,
                "articles": load_profile().articles,
            }  # fmt: skip
            return stack.enter_context(open_register(address, **{**options, **changes}))  # type: ignore[arg-type]  # options by name

        yield open_it


@pytest.fixture
def register(opened: Callable[..., Register]) -> Register:
    return opened()


@pytest.fixture
def entry() -> Callable[..., DocumentEntry]:
    """An entry whose bytes are those of the text given."""

    def make(text: str = "one", **changes: object) -> DocumentEntry:
        changed: dict[str, object] = {"source_sha256": hashlib.sha256(text.encode()).hexdigest(), **changes}
        return replace(PLAIN, **changed)  # type: ignore[arg-type]  # fields by name

    return make


@pytest.fixture
def publish(tmp_path: Path) -> Callable[..., list[Path]]:
    """Announces and writes a file for each copy of a reservation, and issues them unless told not to."""

    def do(register: Register, reservation: Reservation, *, issue: bool = True, write: bool = True) -> list[Path]:
        paths = []
        for copy in reservation.copies:
            path = tmp_path / f"{copy.copy_number}.pdf"
            data = f"stamped {copy.copy_number}".encode()
            register.announce(copy.copy_number, str(path), hashlib.sha256(data).hexdigest())
            if write:
                path.write_bytes(data)
            paths.append(path)
        if issue:
            register.issue([copy.copy_number for copy in reservation.copies])
        return paths

    return do
