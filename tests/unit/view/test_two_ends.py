"""A time limit and IonQ's own expiry: each screen counts to the earlier, and one note names the other."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ionq_tui.model.limits import INT32_MAX, NO_LIMITS, Limits
from ionq_tui.model.session import Owner, Session
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, apply_session
from ionq_tui.view.alarm import alarms
from ionq_tui.view.end_review import end_facts
from ionq_tui.view.forecast import end_sentence, forecasts
from ionq_tui.view.meter import time_meter
from ionq_tui.view.report import report
from ionq_tui.view.row import session_row
from ionq_tui.view.session_card import steps
from ionq_tui.view.style import Tone, words
from ionq_tui.view.usage import window_title
from tests.unit.view.scene import NOW, TZ, at, session

DAY = timedelta(hours=24)
ASKED = Limits(minutes=90)
"""From 13:22 to 14:52; it is 14:02:10."""


def started(limits: Limits, expires: datetime | None) -> Session:
    return session(limits, expires_at=expires)


def created(limits: Limits, expires: datetime | None) -> Session:
    return session(limits, status="created", started_at=None, expires_at=expires)


LATER, EARLIER, EQUAL = NOW + DAY, at(14, 30), at(14, 52)
FROM_CREATION = at(14, 40)
"""An expiry that is the limit, counted from the creation at 13:10."""
NEVER = "starts with the first job, NO LIMIT"
STARTS = "starts with the first job, limit 90 min"
FROM_LIMIT = "estimated from start + limit; IonQ gave no readable expiry time"


@pytest.mark.parametrize(
    ("held", "left", "note", "moment", "title"),
    [
        (started(NO_LIMITS, None), "—", "", "", "started"),
        (started(NO_LIMITS, EARLIER), "27m", "", "14:30", "27m"),
        (started(ASKED, None), "~49m", FROM_LIMIT, "~14:52", "~49m"),
        (started(ASKED, EARLIER), "27m", "the 90 min limit would end it at 14:52", "14:30", "27m"),
        (started(ASKED, FROM_CREATION), "37m", "", "14:40", "37m"),
        (started(ASKED, EQUAL), "49m", "", "14:52", "49m"),
        (started(ASKED, EQUAL + timedelta(seconds=59)), "49m", "", "14:52", "49m"),
        (
            started(ASKED, LATER),
            "~49m",
            "IonQ's expiry is 23 Jul 14:02, later than the limit",
            "~14:52",
            "~49m",
        ),
        (
            session(started_at=None, expires_at=EARLIER),
            "27m",
            "the 90 min limit counts from a start time that IonQ does not report",
            "14:30",
            "27m",
        ),
        (created(NO_LIMITS, None), "—", NEVER, "", "created"),
        (
            created(NO_LIMITS, LATER),
            "24h00m",
            "starts with the first job; IonQ ends it at 23 Jul 14:02",
            "23 Jul 14:02",
            "24h00m",
        ),
        (created(ASKED, None), "1h30m", STARTS, "", "created"),
        (created(ASKED, EARLIER), "27m", f"{STARTS}; IonQ ends it at 14:30", "14:30", "27m"),
        (created(ASKED, LATER), "1h30m", STARTS, "23 Jul 14:02", "1h30m"),
        (created(ASKED, NOW + timedelta(minutes=90)), "1h30m", STARTS, "15:32", "1h30m"),
    ],
)
def test_every_place_tells_the_same_end(held: Session, left: str, note: str, moment: str, title: str) -> None:
    meter = time_meter(held, NOW, TZ)
    assert (meter.left, meter.note) == (left, note)
    assert steps(held, NOW, TZ).partition(" > expires ")[2] == moment
    assert session_row(held, Owner.HERE, "", NOW, TZ)[6].text == (left if moment else "-")
    assert window_title([held], NOW) == f"forte-1 {title}"
    watch = apply_session(EMPTY_SNAPSHOT, held, NOW)
    facts = dict(end_facts(watch, Owner.HERE, "", NOW, NOW, TZ))
    assert facts["left"].startswith(f"time {left}") or left == "—"
    told = [one for one in forecasts(watch, NOW) if one.name == "time"]
    assert [(one.at, one.guess) for one in told] == ([(held.runs_out_at, "~" in moment)] if moment else [])
    for markdown in (False, True):
        lines = report(watch, Owner.HERE, "", NOW, TZ, markdown=markdown).splitlines()
        assert sum(note in line for line in lines if note) <= 1
        (time,) = [line for line in lines if line.strip(" |").startswith("time ")]
        assert (left.removeprefix("~") in time or not moment) and note in time


def test_asked_90_minutes_and_expiry_in_24_hours() -> None:
    held = started(ASKED, LATER)
    meter = time_meter(held, NOW, TZ)
    assert meter.words == "40m of ~1h30m, left ~49m"
    watch = apply_session(EMPTY_SNAPSHOT, held, NOW)
    told = words(end_sentence(watch, forecasts(watch, NOW), NOW, TZ))
    assert told == "ends about 14:52, when the 1h30m are used"


def test_before_the_start_the_time_to_an_expiry_is_told_also_without_a_limit() -> None:
    assert time_meter(created(NO_LIMITS, LATER), NOW, TZ).words == "0m used, left 24h00m"
    assert time_meter(created(ASKED, LATER), NOW, TZ).words == "0m of 1h30m, left 1h30m"
    assert time_meter(created(NO_LIMITS, None), NOW, TZ).words == "0m used, NO LIMIT"
    assert time_meter(created(ASKED, NOW), NOW, TZ).over


def test_a_limit_beyond_the_calendar_leaves_the_expiry() -> None:
    held = session(
        Limits(minutes=INT32_MAX), created_at=None, started_at=at(13, 22).replace(year=9990), expires_at=EARLIER
    )
    meter = time_meter(held, NOW, TZ)
    assert (meter.left, meter.note) == ("27m", "the 2,147,483,647 min limit would end it later")


@pytest.mark.parametrize("expires", [None, at(14, 52), LATER], ids=["no expiry", "equal", "later"])
@pytest.mark.parametrize(
    ("seconds", "over", "rings"), [(-301, False, False), (-300, False, True), (-1, False, True), (0, True, True)]
)
def test_at_the_end_of_the_limit_it_is_over_and_five_minutes_before_it_rings(
    expires: datetime | None, seconds: int, over: bool, rings: bool
) -> None:
    held, now = started(ASKED, expires), at(14, 52) + timedelta(seconds=seconds)
    meter = time_meter(held, now, TZ)
    assert (meter.over, "OVER" in meter.words) == (over, over)
    assert (session_row(held, Owner.HERE, "", now, TZ)[6].text == "OVER") is over
    assert (window_title([held], now) == "forte-1 OVER") is over
    assert meter.tone is (Tone.BAD if meter.percent >= "95" or over else Tone.WARN)
    told = alarms(apply_session(EMPTY_SNAPSHOT, held, now), now, ours=True)
    assert ("last minutes" in told) is rings
    if over:
        said = "the expiry time has passed" if expires == EQUAL else "the time limit is used up"
        assert told["last minutes"] == f"9fe21c: {said}"


def test_an_expiry_after_the_limit_rings_once_more() -> None:
    watch, name = apply_session(EMPTY_SNAPSHOT, started(ASKED, LATER), NOW), "last minutes of expiry"
    assert name not in alarms(watch, LATER - timedelta(seconds=301), ours=True)
    told = alarms(watch, LATER - timedelta(minutes=5), ours=True)
    assert told[name] == "9fe21c: less than 5 minutes until IonQ's expiry time"
    for held in (started(ASKED, EQUAL), started(ASKED, EARLIER), started(ASKED, None)):
        assert name not in alarms(apply_session(EMPTY_SNAPSHOT, held, NOW), LATER, ours=True)
