"""Many processes at once, some of them killed: no number twice, none missing, nothing acknowledged is lost."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from marker.register import CopyStatus, Register
from marker.register.verify import FileCheck

WORKER = Path(__file__).with_name("register_worker.py")
COUNT = 40


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, str(WORKER), *map(str, arguments)], stdout=subprocess.PIPE, text=True)


def acknowledged(process: subprocess.Popen[str]) -> list[list[str]]:
    """What the process said before it ended; a line cut off by its death was not said."""
    output, _ = process.communicate()
    return [line.split() for line in output.splitlines(keepends=True) if line.endswith("\n")]


@pytest.mark.slow
def test_eight_processes_of_which_five_are_killed_leave_no_gap_and_no_double(
    opened: Callable[..., Register], address: str, tmp_path: Path
) -> None:
    out = tmp_path / "marked"
    out.mkdir()
    deaths = [("reserved", 5), ("announced", 11), ("published", 16), ("issuing", 23)]
    workers = [start("many", address, out, f"w{n}", COUNT, *deaths[n]) for n in range(4)]
    workers += [start("many", address, out, "victim", 100 * COUNT, "-", "-")]
    workers += [start("many", address, out, f"w{n}", COUNT, "-", "-") for n in range(5, 8)]
    victim = workers[4]
    assert victim.stdout is not None
    first_words = [victim.stdout.readline().split() for _ in range(COUNT // 4)]
    victim.kill()  # wherever it is now
    said = [acknowledged(process) for process in workers]
    said[4] = first_words + said[4]
    assert [process.returncode for process in workers] == [-9] * 5 + [0] * 3

    register = opened()
    recovered = register.recover()
    assert len({r.run for r in recovered}) >= 4
    copies = [copy for document in register.documents() for copy in register.copies_of(document.register_number)]

    assert register.verify(files=FileCheck.ALL) == []
    serials = [document.serial for document in register.documents()]
    assert serials == list(range(1, len(serials) + 1))
    assert len(serials) >= 3 * COUNT + 5 + 11 + 16 + 23
    assert [max(Counter(c.copy_number for c in copies).values()), max(Counter(serials).values())] == [1, 1]

    status = {copy.copy_number: copy.status for copy in copies}
    assert CopyStatus.RESERVED not in status.values()
    for words in said:
        for kind, *numbers in words:
            assert {status[number] for number in numbers} == {CopyStatus(kind)}, "what was acknowledged stands"
    published = {path.name for path in out.iterdir() if not path.name.startswith(".")}
    assert published == {number for number, state in status.items() if state is CopyStatus.ISSUED}


def test_processes_that_take_the_same_documents_register_each_once(
    opened: Callable[..., Register], address: str, tmp_path: Path
) -> None:
    workers = [start("same", address, tmp_path, 15) for _ in range(4)]
    said = [line for process in workers for line in acknowledged(process)]
    assert [process.returncode for process in workers] == [0] * 4
    register = opened()
    assert len(register.documents()) == len({d.source_sha256 for d in register.documents()}) + _voids(register)
    assert {words[0] for words in said} <= {"issued", "void", "AlreadyRegistered", "BeingWorkedOn"}
    issued = Counter(number for words in said if words[0] == "issued" for number in words[1:])
    assert issued.keys() == {
        copy.copy_number
        for document in register.documents()
        for copy in register.copies_of(document.register_number)
        if copy.status is CopyStatus.ISSUED
    }
    assert register.verify(files=FileCheck.ALL) == []


def _voids(register: Register) -> int:
    """A document whose copies were all void may be registered once more: those beyond the first of the same bytes."""
    seen = Counter(document.source_sha256 for document in register.documents())
    extra = sum(count - 1 for count in seen.values())
    assert all(document.status == "void" for document in register.documents() if seen[document.source_sha256] > 1), (
        "only void documents come twice"
    )
    return extra


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_sixteen_processes_draw_five_hundred_numbers_each_through_random_kills(
    opened: Callable[..., Register], address: str, tmp_path: Path
) -> None:
    _drawn_through_kills(opened(), address, tmp_path / "marked", processes=16, numbers=500, kills=40, seed=7)


def test_four_processes_draw_numbers_through_random_kills(
    opened: Callable[..., Register], address: str, tmp_path: Path
) -> None:
    _drawn_through_kills(opened(), address, tmp_path / "marked", processes=4, numbers=25, kills=4, seed=3)


def _drawn_through_kills(
    register: Register, address: str, out: Path, *, processes: int, numbers: int, kills: int, seed: int
) -> None:
    """Each slot's process takes up where the one before it was killed, until all its documents are done."""
    out.mkdir()
    chance = random.Random(seed)
    said: list[list[str]] = []
    done = [0] * processes
    guard = threading.Lock()
    running: dict[int, subprocess.Popen[str]] = {}

    def slot(number: int) -> None:
        while done[number] < numbers:
            with start("draw", address, out, f"s{number}", done[number], numbers) as process:
                running[number] = process
                assert process.stdout is not None
                for line in process.stdout:
                    if line.endswith("\n"):
                        with guard:
                            said.append(line.split())
                        if line.startswith("done "):
                            done[number] = int(line.split()[1]) + 1
            assert process.returncode in (0, -9), "nobody fails because others die"

    threads = [threading.Thread(target=slot, args=(number,)) for number in range(processes)]
    for thread in threads:
        thread.start()
    struck = 0
    wanted = processes * numbers
    while any(thread.is_alive() for thread in threads):
        # By progress, not by the clock: kills fall evenly on a slow machine and on a fast one.
        if struck < kills and sum(done) > (struck + 0.5) * wanted / (kills + 1):
            alive = [process for process in list(running.values()) if process.poll() is None]
            if alive:
                chance.choice(alive).kill()
                struck += 1
        time.sleep(0.01)
    for thread in threads:
        thread.join()

    assert struck > kills // 2
    assert sum(done) == wanted
    register.recover()
    copies = [copy for document in register.documents() for copy in register.copies_of(document.register_number)]
    serials = [document.serial for document in register.documents()]
    assert len(serials) >= wanted
    assert serials == list(range(1, len(serials) + 1)), "no duplicate, none missing"
    assert len({copy.copy_number for copy in copies}) == len(copies)
    status = {copy.copy_number: copy.status for copy in copies}
    assert CopyStatus.RESERVED not in status.values()
    for kind, *names in said:
        if kind != "done":
            assert {status[name] for name in names} == {CopyStatus(kind)}, "what was acknowledged stands"
    published = {path.name for path in out.iterdir() if not path.name.startswith(".")}
    assert published == {number for number, state in status.items() if state is CopyStatus.ISSUED}
    assert register.verify(files=FileCheck.ALL) == []
