from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.engine.poll_schedule import LONGEST, next_wait
from ionq_tui.model.link_state import FRESH, Fault, FaultKind, Link, Refused, Stale

BAD = (FaultKind.OFFLINE, "no route")


def stale(retry_after: float | None = None) -> Stale:
    return Stale(Fault(*BAD, retry_after=retry_after))


def refused(retry_after: float | None = None) -> Refused:
    return Refused(Fault(FaultKind.KEY_REFUSED, "no", retry_after=retry_after))


@pytest.mark.parametrize(
    ("link", "failures", "jitter", "seconds"),
    [
        (FRESH, 0, 0.0, 5.0),
        (FRESH, 0, 1.0, 4.0),
        (stale(), 1, 0.0, 5.0),
        (stale(), 2, 0.0, 10.0),
        (stale(), 3, 0.0, 20.0),
        (stale(), 4, 0.0, 40.0),
        (stale(), 5, 0.0, LONGEST),
        (stale(), 5000, 0.0, LONGEST),
        (stale(), 5, 1.0, 48.0),
        (stale(30), 1, 1.0, 30.0),
        (stale(1), 2, 0.0, 10.0),
        (stale(-4), 1, 0.0, 5.0),
        (stale(math.nan), 1, 0.0, 5.0),
        (stale(math.inf), 1, 0.0, 3600.0),
        (refused(), 1, 1.0, LONGEST),
        (refused(90), 1, 0.0, 90.0),
    ],
)
def test_when_to_ask_next(link: Link, failures: int, jitter: float, seconds: float) -> None:
    assert next_wait(5.0, link, failures, jitter) == pytest.approx(seconds)


@given(st.floats(1, 60), st.integers(1, 50), st.floats(0, 1), st.one_of(st.none(), st.floats(0, 7200)))
def test_jitter_only_shortens_and_never_below_what_was_asked(
    interval: float, failures: int, jitter: float, asked: float | None
) -> None:
    for link in (FRESH, stale(asked), refused(asked)):
        whole, some = next_wait(interval, link, failures, 0.0), next_wait(interval, link, failures, jitter)
        assert 0 < some <= whole <= 3600
        assert link is FRESH or some >= min(asked or 0.0, 3600.0)


@pytest.mark.parametrize("asked", [3600.0, 86_400.0, math.inf])
def test_no_server_leaves_a_user_blind_for_long_while_money_may_run(asked: float) -> None:
    for link in (stale(asked), refused(asked)):
        assert next_wait(5.0, link, 1, 0.0, urgent=True) == 600.0
        assert next_wait(5.0, link, 1, 0.0) == 3600.0
    assert next_wait(5.0, stale(30.0), 1, 1.0, urgent=True) == 30.0
