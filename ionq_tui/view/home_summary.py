"""Summary lines above the session list: counts, and what is unusual about your sessions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, tzinfo

from ionq_tui.model.money import Money, totals
from ionq_tui.model.overview import BackendOverview
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.record import SessionRecord
from ionq_tui.model.session import SHORT, Session
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.amount import counted, money
from ionq_tui.view.forecast import Forecast, forecast_tone
from ionq_tui.view.home_list import HomeList
from ionq_tui.view.incomplete import AT_LEAST, at_least_charged
from ionq_tui.view.meter import still_meters
from ionq_tui.view.row import SessionItem
from ionq_tui.view.sanitize import plain
from ionq_tui.view.style import Cell, Line, Tone, joined, line, width_of, words
from ionq_tui.view.time_text import clock, duration, since, spoken
from ionq_tui.view.urgency import end_verb
from ionq_tui.view.wrap import fitting, spared


@quick_dataclass(frozen=True, slots=True)
class Doubts:
    """Why more sessions may run than are told, the most serious first, each in a few words."""

    requests: tuple[str, ...] = ()
    """Requests of this machine whose outcome is unknown."""
    lists: tuple[str, ...] = ()
    """What is not known of the session list."""

    @property
    def first(self) -> str:
        """The most serious; empty where there is none."""
        return next(iter((*self.requests, *self.lists)), "")


NO_DOUBTS = Doubts()


def summary(
    listed: HomeList, fleet: BackendOverview, unreadable: int = 0, *, loaded: bool = True, width: int = 80
) -> Line:
    """Return the list's caption: "4 active in the organization, 2 yours · backends: 2 up, 1 degraded", or what fits.

    Before a list was heard (`loaded` is False) there is no number: unknown is not zero. What no list shows and is not
    confirmed ended is counted by itself.
    """
    forms = [f"{listed.active:,} active{where}, {listed.yours:,} yours" for where in (" in the organization", "")]
    odd = line(Cell(f"{counted(unreadable, 'session')} could not be read", Tone.WARN)) if unreadable else ()
    owed = line(Cell(f"{listed.unseen:,} not confirmed ended", Tone.WARN)) if listed.unseen else ()
    rest = [owed, odd, line(f"backends: {_fleet(fleet)}") if fleet.loaded else ()]
    long, short = ([line(form), *rest] for form in (forms if loaded else ["session list not loaded yet"] * 2))
    return joined(long) if width_of(joined(long)) <= width else spared(short, width, spare=(3,))


def running_line(
    home: HomeList,
    ends: Mapping[str, Forecast],
    now: datetime,
    *,
    loaded: bool,
    certain: bool,
    width: int = 80,
) -> Line:
    """Answer "is money running?": "2 yours running · 41.20 usd so far · 9fe21c ends first, in 38 min".

    It is red if one has no limit or is in its last minutes, amber if one is near a limit or not confirmed ended, else
    green. `ends` is what ends a session first, by id. That nothing runs is said only if that is `certain`: a whole and
    current list shows it, and this machine knows of nothing either.
    """
    yours = home.own_running
    if not yours:
        return _none_of_yours(home, loaded=loaded, certain=certain)
    listed = [item for item in yours if not item.unseen]
    unlimited = [item for item in listed if item.session.limits.absent]
    states = [*_started_or_not(listed, " yours"), *_unended(len(yours) - len(listed))]
    first = [", ".join(states) + (f", {_no_limit(unlimited, len(yours))}" if unlimited else "")]
    paid, ending = _spent_so_far(listed), _ends_first(listed, ends, len(yours), now)
    spent = [f"{paid} so far"] if paid else []
    forms = ([*first, *spent, *ending], [*first, *ending], [*first, *spent], first)
    told = fitting([" · ".join(form) for form in forms], width)
    return line(Cell(told, _state(listed, len(yours), ends, now, loaded=loaded)))


def running_notes(
    home: HomeList,
    ends: Mapping[str, Forecast],
    now: datetime,
    *,
    loaded: bool,
    certain: bool,
    doubts: Doubts = NO_DOUBTS,
    others: bool = False,
) -> tuple[Line, ...]:
    """Return the same answer for the header of the other screens, longest first: "1 running, 13.70 usd", "1 running".

    "!" stands before it where its color is not green: a limit is near, one has none, or not all is certain: `doubts`
    are the reasons why more may run than is told. With `others`, they stand on a session's own screen, and the home
    list has all but that one: "2 others running", and nothing where there are none.
    """
    yours = home.own_running
    if not yours and others:
        return _no_other_noted(doubts, loaded=loaded)
    if not yours:
        return _none_noted(home, loaded=loaded, certain=certain)
    listed = [item for item in yours if not item.unseen]
    state = _state(listed, len(yours), ends, now, loaded=loaded and not doubts.first)
    mark = "" if state is Tone.GOOD else "! "
    unlimited, several = sum(item.session.limits.absent for item in listed), len(listed) > 1
    absent = f"{unlimited:,} NO LIMIT" if several and unlimited else "NO LIMIT" if unlimited else ""
    running, unended = _started_or_not(listed, others=others), _unended(len(yours) - len(listed), others=others)
    known = [*running, absent] if listed else []
    first = mark + ", ".join(filter(None, (*known, *unended, doubts.first)))
    paid = (_spent_so_far(listed) or "cost unknown") if listed else ""
    ending = _coming(listed, ends, now)[:1]
    soon = [
        f"{first}, {paid}, {'one ' if several else ''}{_ends_in(one, now)}"
        for one, _ in ending
        if mark and one.at > now
    ]
    short = mark + (running[0] if listed else f"{_number(len(yours), others=others)} unconfirmed")
    forms = [*soon, f"{first}, {paid}" if paid else "", first, short]
    return tuple(line(Cell(form, state)) for form in forms if form)


def doubts(unconfirmed: int, opening: int, unreadable: int, *, current: bool) -> Doubts:
    """Return why more sessions may run than are told: requests to open one, and a list that is not whole or current."""
    requests = ((unconfirmed, "unconfirmed"), (opening, "opening"))
    lists = [] if current else ["list outdated"]
    lists += [f"{unreadable:,} not readable"] if unreadable else []
    return Doubts(tuple(f"{number:,} {name}" for number, name in requests if number), tuple(lists))


def _no_other_noted(doubts: Doubts, *, loaded: bool) -> tuple[Line, ...]:
    """Say on a session's own screen why others may run; nothing where none does, or before a list was heard."""
    if doubts.requests:
        return (line(Cell(f"! {doubts.requests[0]}", Tone.WARN)),)
    return (line(Cell("! others: unknown", Tone.WARN)),) if doubts.lists and loaded else ()


def _none_noted(home: HomeList, *, loaded: bool, certain: bool) -> tuple[Line, ...]:
    """Say in the header that none of yours runs, or why that is not known."""
    if loaded and certain and not home.ownerless:
        return (line(Cell("none running", Tone.DIM)),)
    unknown = "running: unknown"
    if not loaded:
        return (line(Cell(unknown, Tone.DIM)),)
    long = words(_none_of_yours(home, loaded=loaded, certain=certain))
    return tuple(line(Cell(f"! {form}", Tone.WARN)) for form in (long, unknown))


def _number(number: int, of: str = "", *, others: bool = False) -> str:
    return counted(number, "other") if others else f"{number:,}{of}"


def _started_or_not(listed: Collection[SessionItem], of: str = "", *, others: bool = False) -> list[str]:
    """Return "2 yours running", "1 not started": what has not started costs nothing yet."""
    waiting = sum(item.session.not_started for item in listed)
    running = len(listed) - waiting
    if not running:
        return [f"{_number(waiting, of, others=others)} not started"] if waiting else []
    told = [f"{_number(running, of, others=others)} running"]
    return [*told, f"{waiting:,} not started"] if waiting else told


def _unended(number: int, *, others: bool = False) -> list[str]:
    return [f"{_number(number, others=others)} not confirmed ended"] if number else []


def _coming(
    listed: Iterable[SessionItem], ends: Mapping[str, Forecast], now: datetime
) -> list[tuple[Forecast, SessionItem]]:
    """Return what ends each of these sessions, as far as that is known, the next end first; past ones stand last."""
    coming = [(ends[one.session.id], one) for one in listed if one.session.id in ends]
    return sorted(coming, key=lambda pair: (pair[0].at <= now, pair[0].at))


def _state(
    listed: Collection[SessionItem], number: int, ends: Mapping[str, Forecast], now: datetime, *, loaded: bool
) -> Tone:
    """Return how urgent it is: red without a limit and in the last minutes, amber near a limit and where unsure."""
    tones = {forecast_tone(ends[item.session.id], now) for item in listed if item.session.id in ends}
    if Tone.BAD in tones or any(item.session.limits.absent for item in listed):
        return Tone.BAD
    unsure = len(listed) < number or not loaded
    near = Tone.WARN in tones or any(item.watch is not None and _near(item.watch) for item in listed)
    return Tone.WARN if unsure or near else Tone.GOOD


def _none_of_yours(home: HomeList, *, loaded: bool, certain: bool) -> Line:
    if not loaded:
        return line(Cell("asking IonQ what is running…", Tone.DIM))
    if home.ownerless:
        return line(Cell(f"{counted(home.ownerless, 'session')} active, owner unknown", Tone.WARN))
    if not certain:
        return line(Cell("none of yours is listed, but that is not certain", Tone.WARN))
    return line(Cell("none of yours is running" if home.any_running else "nothing is running", Tone.DIM))


def _no_limit(unlimited: Collection[SessionItem], number: int) -> str:
    return "with NO LIMIT" if len(unlimited) == number else f"{len(unlimited):,} with NO LIMIT"


def _spent_so_far(listed: Iterable[SessionItem]) -> str:
    """Return what these sessions were charged, per unit; empty where it is known of none."""
    watches = [item.watch for item in listed]
    known = [watch for watch in watches if watch is not None and watch.spend_known]
    if not known:
        return ""
    part = len(known) < len(watches) or any(at_least_charged(watch) for watch in known)
    paid = totals(amount for watch in known for amount in watch.charged)
    told = " + ".join(money(amount) for amount in paid) or "nothing charged"
    return f"{AT_LEAST if part and paid else ''}{told}"


def _ends_first(listed: Collection[SessionItem], ends: Mapping[str, Forecast], number: int, now: datetime) -> list[str]:
    """Return which session ends first and when; which is first is not said where another may end sooner."""
    coming = _coming(listed, ends, now)
    if not coming:
        return []
    forecast, item = coming[0]
    short = plain(item.session.short, 6)
    if forecast.at <= now:
        return [f"{short} {'should have ended' if forecast.name == 'time' else 'has reached a limit'}"]
    sooner = sum(_may_end_sooner(one, ends) for one in listed if one is not item)
    if sooner:
        others = "another" if sooner == 1 else f"{sooner:,} others"
        return [f"{short} {_ends_in(forecast, now)}, {others} may end sooner"]
    return [f"{short} {_ends_in(forecast, now, ' first,' if number > 1 else '')}"]


def _may_end_sooner(item: SessionItem, ends: Mapping[str, Forecast]) -> bool:
    """Return whether a session may end before any time that is known: a limit of it has no rate yet."""
    session, known = item.session, ends.get(item.session.id)
    if session.not_started or session.limits.absent:
        return False
    return known is None or known.latest


def _ends_in(forecast: Forecast, now: datetime, first: str = "") -> str:
    """Return "ends in about 17 min", and "ENDS in about 4 min" in the last minutes."""
    ahead = forecast.at - now
    about, less = "about " if forecast.guess else "", " or less" if forecast.latest else ""
    return f"{end_verb('ends', ahead)}{first} in {about}{spoken(ahead)}{less}"


def _near(watch: SessionSnapshot) -> bool:
    """Return whether little is left of the jobs or the cost."""
    return any(one.tone in {Tone.WARN, Tone.BAD} for one in still_meters(watch))


def numbers_as_of(session: Session, at: datetime, now: datetime, tz: tzinfo | None) -> str:
    """Return "9fe21c as of 14:01" for numbers that are marked "~" because they are not current."""
    return f"{plain(session.short, 6)} as of {clock(at, now, tz)}"


def _fleet(fleet: BackendOverview) -> str:
    up = [backend for backend in fleet.backends if backend.available]
    degraded = sum(bool(backend.degraded) for backend in up)
    told = ((len(up) - degraded, "up"), (degraded, "degraded"))
    return ", ".join(f"{number:,} {word}" for number, word in told if number) or "none"


def unattended_line(item: SessionItem, now: datetime, tz: tzinfo | None, last_job: datetime | None = None) -> Line:
    """Return "! b07e44 (yours), open for 6h12m, has NO LIMIT and no job since 10:22"."""
    session = item.session
    told = f"! {plain(session.short, 6)} (yours), open for {_age(session, now)},"
    odd = ["has NO LIMIT"] if session.limits.absent else []
    if last_job is not None:
        odd.append(f"{'' if odd else 'has '}no job since {clock(last_job, now, tz)}")
    told += f" {' and '.join(odd)}" if odd else " is still active"
    return line(Cell(told, Tone.WARN))


def kept_words(kept: SessionRecord, seen: datetime | None, now: datetime, tz: tzinfo | None) -> str:
    """Return what the journal knows of a session that is not listed and not confirmed ended."""
    on = f" on {plain(kept.backend, 60)}" if kept.backend else ""
    what = "opened on this machine" if kept.here else "not opened on this machine"
    since_then = f"last seen {clock(seen, now, tz)}" if seen is not None else "never seen"
    asked = f", end requested {clock(kept.end_asked_at, now, tz)}" if kept.end_asked_at is not None else ""
    return f"{plain(kept.id[-SHORT:], SHORT)}{on}, {what}, {since_then}{asked}: not confirmed ended"


def unseen_words(kept: SessionRecord, seen: datetime | None, now: datetime, tz: tzinfo | None) -> str:
    """Return a short form of it for use above the table, whose row shows the rest."""
    what = "opened on this machine" if kept.here else "end requested on this machine"
    since_then = f"last seen {clock(seen, now, tz)}" if seen is not None else "never seen"
    return f"{plain(kept.id[-SHORT:], SHORT)} {what}, {since_then}, may still be running"


def end_asked_words(kept: SessionRecord, now: datetime, tz: tzinfo | None) -> str:
    """Return that the end of a session was requested earlier and is not confirmed."""
    short = plain(kept.id[-SHORT:], SHORT)
    return f"{short}: end requested {clock(kept.end_asked_at, now, tz)}, not confirmed; it may still be running"


def _age(session: Session, now: datetime) -> str:
    span = since(session.created_at, now)
    return duration(span) if span is not None else "some time"


def away_line(
    session: Session,
    now: datetime,
    tz: tzinfo | None,
    jobs: int | None,
    failed: int,
    charged: Iterable[Money],
    *,
    more: bool = False,
    part: bool = False,
) -> Line:
    """Return "· 77d0aa ended while you were away: 00:11, 36 jobs, 2 failed, 14.90 usd".

    With `more` not every job is read yet, with `part` not every one is priced: "≥ 36 jobs, ≥ 14.90 usd".
    """
    told = [clock(session.ended_at, now, tz)] if session.ended_at is not None else []
    told += [f"{AT_LEAST if more else ''}{counted(jobs, 'job')}"] if jobs is not None else []
    told += [f"{failed:,} failed"] if failed else []
    told += [f"{AT_LEAST if part else ''}{money(amount)}" for amount in charged]
    said = f"· {plain(session.short, 6)} ended while you were away"
    return line(f"{said}: {', '.join(told)}" if told else said)
