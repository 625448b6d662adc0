"""One thread watches over many requests."""

from __future__ import annotations

import threading

from ionq_tui.api.watchdog import Watchdog


def test_a_request_that_takes_too_long_is_cut_and_told() -> None:
    cut = threading.Event()
    dog = Watchdog(0.01, cut.set)
    token = dog.begin()
    assert cut.wait(20)
    assert dog.late(token)
    dog.end(token)
    assert not dog.late(token)


def test_one_that_is_over_is_left_alone_while_the_next_is_watched() -> None:
    cut = threading.Event()
    dog = Watchdog(0.01, cut.set)
    first, second = dog.begin(), dog.begin()
    dog.end(first)
    assert cut.wait(20)
    assert dog.late(second)
    assert not dog.late(first)


def test_many_requests_share_one_thread_and_none_is_left_behind() -> None:
    dog = Watchdog(0.5, lambda: None)
    first = dog.begin()
    watching = dog._thread
    tokens = [first, *(dog.begin() for _ in range(4))]
    assert watching is not None and dog._thread in (None, watching)
    for token in tokens:
        dog.end(token)
    watching.join(20)
    assert not watching.is_alive()


def test_it_watches_again_after_its_thread_has_left() -> None:
    cut = threading.Event()
    dog = Watchdog(0.01, cut.set)
    dog.end(dog.begin())
    while dog._thread is not None:
        dog._thread.join(20)
    dog.begin()
    assert cut.wait(20)
