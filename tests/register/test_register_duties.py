"""What is owed becomes overdue on the day after its last one, each with its article and the command that does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from marker.agreement.load import load_profile
from marker.model import LevelId
from marker.register import DocumentEntry, Register, custody, duties
from marker.register.custody import Destroying
from tests.register.conftest import Clock

PROFILE = load_profile()
HANDLING = {level.id: PROFILE.handling_of(level.id) for level in PROFILE.levels}


def owed(register: Register, clock: Clock, days: int) -> list[tuple[str, str, str, bool]]:
    """What, article, command and whether it is overdue so many days later, with ten days for everything."""
    with register.reading() as connection:
        found = duties.owed(connection, PROFILE, clock.now + timedelta(days=days), receipt_days=10, notice_days=10)
    assert all(duty.days == days for duty in found)
    return [(duty.what, duty.article, duty.command, duty.overdue) for duty in found]


def test_a_receipt_is_overdue_after_its_last_day(
    register: Register, clock: Clock, entry: Callable[..., DocumentEntry], publish: Callable[..., list[Path]]
) -> None:
    publish(register, register.reserve(entry(), [None]))
    publish(register, register.reserve(entry("b", level=LevelId("restricted")), [None]))
    receipt = ("written receipt", "6(3)", "marker receipt KZ-2026-000001")
    assert owed(register, clock, 0) == [(*receipt, False)], "for restricted none is owed"
    assert owed(register, clock, 10) == [(*receipt, False)]
    assert owed(register, clock, 11) == [(*receipt, True)]


def test_after_a_crisis_and_a_breach_the_other_side_is_told_at_once(
    register: Register, clock: Clock, entry: Callable[..., DocumentEntry], publish: Callable[..., list[Path]]
) -> None:
    drawn = register.reserve(entry(level=LevelId("restricted")), [None, None, None])
    publish(register, drawn)
    first, second, third = (copy.copy_number for copy in drawn.copies)
    for number, crisis in ((first, False), (second, True)):
        how = Destroying("2026-11-22", "burnt", ("A", "B"), crisis=crisis, reason="fire" if crisis else None)
        with register.writing() as pen:
            custody.destroy(pen, [number], how, HANDLING)
    with register.writing() as pen:
        custody.spoil_once(pen, drawn.register_number, third, "torn")
    with register.writing() as pen:
        incident = custody.open_incident(pen, [third], on="2026-11-22", what="seen by others")
    outcome = f"marker incident report {incident}"
    sheets = f"marker return {third}, or marker destroy {third}"
    assert sorted(owed(register, clock, 1)) == [
        ("notice of a breach", "10", "marker notice", True),
        ("notice of destruction", "7(4)", "marker notice", False),
        ("notice of destruction", "7(8)", "marker notice", True),
        ("outcome of the investigation", "10", outcome, False),
        ("spoiled sheets to return or destroy", "7(4)", sheets, False),
    ]
    assert all(overdue for *_rest, overdue in owed(register, clock, 11))
