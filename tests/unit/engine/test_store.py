from __future__ import annotations

from ionq_tui.engine.store import Store


def test_equal_values_stop() -> None:
    store: Store[tuple[int, ...]] = Store((1,))
    heard: list[tuple[int, ...]] = []
    store.subscribe(heard.append)
    assert not store.apply(lambda held: held)
    assert not store.apply(lambda _: tuple([1]))
    assert store.apply(lambda held: (*held, 2))
    assert heard == [(1, 2)] == [store.value]


def test_who_unsubscribed_hears_no_more_and_may_say_so_twice() -> None:
    store, heard, other = Store(0), list[int](), list[int]()
    stop = store.subscribe(heard.append)
    store.subscribe(other.append)
    stop()
    stop()
    store.apply(lambda _: 1)
    assert heard == [] and other == [1]


def test_a_listener_may_leave_while_it_is_told() -> None:
    store, heard = Store(0), list[int]()
    stop = store.subscribe(lambda _: stop())
    store.subscribe(heard.append)
    store.apply(lambda _: 1)
    store.apply(lambda _: 2)
    assert heard == [1, 2]
