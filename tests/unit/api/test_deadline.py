"""One thread enforces the deadlines of many requests."""

from __future__ import annotations

from queue import Queue

from ionq_tui.api.deadline import DeadlineWatcher


def test_a_request_that_takes_too_long_is_cut_and_told() -> None:
    cut: Queue[object] = Queue()
    dog = DeadlineWatcher(0.01, cut.put)
    token = dog.begin()
    assert cut.get(timeout=20) is token
    assert dog.late(token)
    assert cut.get(timeout=20) is token, "it had no connection yet, maybe: again, until it is over"
    dog.end(token)
    assert not dog.late(token)


def test_one_that_is_over_is_left_alone_while_the_next_is_watched() -> None:
    cut: Queue[object] = Queue()
    dog = DeadlineWatcher(0.01, cut.put)
    first, second = dog.begin(), dog.begin()
    dog.end(first)
    while cut.get(timeout=20) is not second:
        pass
    assert dog.late(second)
    assert not dog.late(first)
    dog.end(second)


def test_many_requests_share_one_thread_and_none_is_left_behind() -> None:
    dog = DeadlineWatcher(0.5, lambda _: None)
    first = dog.begin()
    watching = dog._thread
    tokens = [first, *(dog.begin() for _ in range(4))]
    assert watching is not None and dog._thread in (None, watching)
    for token in tokens:
        dog.end(token)
    watching.join(20)
    assert not watching.is_alive()


def test_it_watches_again_after_its_thread_has_left() -> None:
    cut: Queue[object] = Queue()
    dog = DeadlineWatcher(0.01, cut.put)
    dog.end(dog.begin())
    while (watching := dog._thread) is not None:
        watching.join(20)
    token = dog.begin()
    while cut.get(timeout=20) is not token:
        pass
    dog.end(token)
