"""Writers to a file take turns: one waits at the front, whoever has just written waits behind it."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

from marker.register.turns import in_turn


def held(place: Path) -> bool:
    """Whether somebody else holds the place: then the wait for it does not end before the time is up."""
    with place.open() as other:
        try:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_the_place_is_held_for_the_block_and_left_whatever_happens(tmp_path: Path) -> None:
    place = tmp_path / "turn"
    for error in (None, OSError):
        try:
            with in_turn(place, 1):
                assert held(place)
                if error is not None:
                    raise error
        except OSError:
            pass
        assert not held(place)


def test_who_cannot_get_the_place_in_time_goes_on_without(tmp_path: Path) -> None:
    place = tmp_path / "turn"
    with in_turn(place, 1), in_turn(place, 0.01):
        assert held(place)
    (tmp_path / "file").write_text("")
    with in_turn(tmp_path / "file" / "turn", 1):
        pass  # no side file can be made there


def test_threads_wait_for_each_other(tmp_path: Path) -> None:
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(5):
            with in_turn(tmp_path / "turn", 60):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_a_forked_child_does_not_keep_the_place_of_its_dead_parent(tmp_path: Path) -> None:
    place = tmp_path / "turn"
    told, tell = os.pipe()
    end, ended = os.pipe()
    parent = os.fork()
    if parent == 0:
        with in_turn(place, 1):
            if os.fork() == 0:
                os.close(ended)
                os.write(tell, b"x")  # it has begun: what a child does at its start is done
                os.read(end, 1)  # lives on until the test ends
            os._exit(0)
    os.close(end)
    os.read(told, 1)
    os.waitpid(parent, 0)
    try:
        assert not held(place)
    finally:
        os.close(ended)
