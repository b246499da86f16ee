"""Whatever is done in whatever order, crashes included, the register agrees with a simple model of it."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from marker.errors import RegisterError
from marker.model import LevelId, MarkingId, PartyId
from marker.register import AlreadyRegistered, CopyRecord, DocumentEntry, Register, open_register
from tests.postgres_server import Server

PARTIES = st.sampled_from([PartyId("KZ"), PartyId("LT")])
TEXTS = st.sampled_from(["one", "two", "three"])


class Registry(RuleBasedStateMachine):
    """One run at a time; the model is what each copy number was last known to be."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.address = self.place()
        self.status: dict[str, str] = {}
        self.open: dict[str, CopyRecord] = {}
        self.announced: dict[str, bool] = {}
        self.live: dict[tuple[str, str], str] = {}
        self.serials = {"KZ": 0, "LT": 0}
        self.register = self.opened()

    def place(self) -> str:
        return str(self.folder / "r.sqlite")

    def opened(self) -> Register:
        return open_register(self.address, operator="A", clearance="", profile_sha256="c" * 64)

    def teardown(self) -> None:
        assert self.register.verify() == []
        self.register.close()
        shutil.rmtree(self.folder)

    @rule(text=TEXTS, party=PARTIES, count=st.integers(1, 3), again=st.booleans())
    def reserve(self, text: str, party: PartyId, count: int, again: bool) -> None:
        entry = DocumentEntry(
            party, hashlib.sha256(text.encode()).hexdigest(), text, "pdf", 1, MarkingId("x:secret"),
            LevelId("secret"), MarkingId("y:secret"),
        )  # fmt: skip
        known = self.live.get((party, text))
        in_work = any(copy.register_number == known for copy in self.open.values())
        issued = any(s == "issued" for n, s in self.status.items() if known and n.startswith(known))
        try:
            reservation = self.register.reserve(entry, [None] * count, again=again)
        except AlreadyRegistered as refusal:
            assert refusal.record.register_number == known
            assert issued
            assert not again
            return
        except RegisterError:
            assert in_work
            assert again or not issued
            return
        assert not in_work
        if known is None:
            self.serials[party] += 1
            assert reservation.document.serial == self.serials[party]
            self.live[party, text] = reservation.register_number
        else:
            assert again
            assert reservation.register_number == known
        for copy in reservation.copies:
            assert copy.copy_number not in self.status, "a number is used once"
            self.status[copy.copy_number] = "reserved"
            self.open[copy.copy_number] = copy

    @precondition(lambda self: self.open)
    @rule(data=st.data(), publish=st.booleans())
    def announce(self, data: st.DataObject, publish: bool) -> None:
        number = data.draw(st.sampled_from(sorted(self.open)))
        path = self.folder / number
        self.register.announce(number, str(path), hashlib.sha256(number.encode()).hexdigest())
        if publish:
            path.write_text(number)
        self.announced[number] = path.exists()

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def issue(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.open)))
        if number in self.announced:
            self.register.issue([number])
            self.settled(number, "issued")
        else:
            with pytest.raises(RegisterError, match="never announced"):
                self.register.issue([number])

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.open)))
        self.register.void([number], "stamp-failed")
        self.settled(number, "void")

    @rule(recover=st.booleans())
    def crash_and_come_back(self, recover: bool) -> None:
        if self.register._lock is not None:
            self.register._lock.abandon()
        self.register.close()
        self.register = self.opened()
        if recover or self.open:
            recovered = {r.copy_number: r.status.value for r in self.register.recover()}
            assert recovered == {n: "issued" if self.announced.get(n) else "void" for n in self.open}
            for number, status in recovered.items():
                self.settled(number, status)

    def settled(self, number: str, status: str) -> None:
        self.status[number] = status
        document = self.open.pop(number).register_number
        if {s for n, s in self.status.items() if n.startswith(document)} == {"void"}:
            self.live = {key: value for key, value in self.live.items() if value != document}

    @invariant()
    def the_register_agrees(self) -> None:
        copies = {
            copy.copy_number: copy.status.value
            for document in self.register.documents()
            for copy in self.register.copies_of(document.register_number)
        }
        assert copies == self.status


TestRegistry = Registry.TestCase
TestRegistry.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)


def test_the_same_holds_on_postgresql(postgres: Server, register_template: str) -> None:
    class OnServer(Registry):
        def place(self) -> str:
            self.stack = ExitStack()
            return postgres.url(self.stack.enter_context(postgres.database(register_template)))

        def teardown(self) -> None:
            with self.stack:
                super().teardown()

    run_state_machine_as_test(OnServer, settings=settings(max_examples=8, stateful_step_count=20, deadline=None))  # type: ignore[no-untyped-call]  # hypothesis leaves it untyped
