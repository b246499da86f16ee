"""Errors carry their exit status, and holds cross from the worker whole."""

from __future__ import annotations

import pickle

from marker.errors import ExitStatus, HoldError
from marker.model import HoldCode


def test_the_gravest_status_wins_in_the_order_of_the_interface() -> None:
    order = [
        ExitStatus.INTERRUPTED, ExitStatus.FAULT, ExitStatus.REGISTER, ExitStatus.MISSING, ExitStatus.HELD,
        ExitStatus.DONE,
    ]  # fmt: skip
    for i, status in enumerate(order):
        assert ExitStatus.worst(list(reversed(order[i:]))) is status
    assert ExitStatus.worst([]) is ExitStatus.DONE


def test_a_hold_comes_out_of_a_worker_as_it_went_in() -> None:
    error = pickle.loads(pickle.dumps(HoldError(HoldCode.ENCRYPTED, "It needs a password.")))  # noqa: S301  # our own bytes
    assert error.hold.code is HoldCode.ENCRYPTED
    assert str(error) == "It needs a password."
