"""Numbers follow input order although documents are read at once, and the same bytes are in work only once."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from marker.intake.order import InWork, Turnstile


def test_tickets_pass_in_order_whatever_the_threads_do() -> None:
    turnstile = Turnstile()
    passed: list[int] = []
    chance = random.Random(1)
    delays = [chance.random() / 200 for _ in range(60)]

    def one(ticket: int) -> None:
        time.sleep(delays[ticket])
        turnstile.wait(ticket)
        passed.append(ticket)
        turnstile.release(ticket)
        turnstile.release(ticket)

    with ThreadPoolExecutor(max_workers=16) as threads:
        list(threads.map(one, range(60)))
    assert passed == list(range(60))


def test_a_ticket_given_up_does_not_block_the_others() -> None:
    turnstile = Turnstile()
    turnstile.release(1)
    turnstile.release(0)
    turnstile.wait(2)


def test_a_second_claim_waits_for_the_first_to_settle() -> None:
    in_work = InWork()
    assert in_work.claim("a")
    assert not in_work.claim("a")
    assert in_work.claim("b")
    entered = threading.Event()

    def second() -> None:
        with in_work.hold("a"):
            entered.set()

    thread = threading.Thread(target=second)
    thread.start()
    assert not entered.wait(0.05)
    in_work.settle("a")
    assert entered.wait(100)
    thread.join()
    assert in_work.claim("a")
