"""The sessions that home lists and the headers tell of, sorted out once for each change and not for each key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from types import MappingProxyType

from ionq_tui.model.activity import EMPTY_ACTIVITY, Activity
from ionq_tui.model.outcome import Ended
from ionq_tui.model.overview import Overview
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.session import Owner, Session
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.row import SessionItem

NO_WATCHES: Mapping[str, SessionSnapshot] = MappingProxyType({})
_YOURS = frozenset({Owner.HERE, Owner.YOU})


def session_items(
    overview: Overview,
    activity: Activity,
    unconfirmed: Iterable[Session],
    shown: Callable[[Session], bool],
    watches: Mapping[str, SessionSnapshot] = NO_WATCHES,
) -> list[SessionItem]:
    """Return the listed sessions that are to be shown, and those of the journal (`unconfirmed`) that no list shows.

    `watches` is what was polled of them, by id.
    """
    items = [
        SessionItem(latest(one, watches.get(key), activity), activity.owner(one), activity.label(key), watches.get(key))
        for key, one in overview.sessions.items()
        if shown(one)
    ]
    return items + [
        SessionItem(one, activity.owner(one), activity.label(one.id), watches.get(one.id), unseen=True)
        for one in unconfirmed
        if one.id not in overview.sessions
    ]


def latest(session: Session, watch: SessionSnapshot | None, activity: Activity) -> Session:
    """Return a session as it ended, if this process has confirmed that since, else as it was listed."""
    if watch is not None and watch.ended and watch.session is not None:
        return watch.session
    outcome = activity.ends.get(session.id)
    return outcome.session if isinstance(outcome, Ended) else session


@quick_dataclass(frozen=True, slots=True)
class HomeList:
    """All sessions that are listed, and those few among them that lines above the list speak of."""

    items: Mapping[str, SessionItem] = field(default_factory=lambda: MappingProxyType({}))
    """All of them by id, in their order."""
    active: int = 0
    """How many IonQ lists as not ended."""
    yours: int = 0
    """How many of those are the user's own."""
    unseen: int = 0
    """How many only the journal knows, and does not know to have ended."""
    ownerless: int = 0
    """How many have not ended and are of an unknown owner."""
    own_running: tuple[SessionItem, ...] = ()
    """The user's own sessions that have not ended, the unseen ones among them."""
    concerned: tuple[SessionItem, ...] = ()
    """The sessions that have not ended and that this machine has to do with: only these can need a decision."""

    @classmethod
    def of(cls, items: Iterable[SessionItem], activity: Activity = EMPTY_ACTIVITY) -> HomeList:
        """Sort out these sessions."""
        by_id = {item.session.id: item for item in items}
        running = [item for item in by_id.values() if not item.session.ended]
        own = [item for item in running if item.owner in _YOURS]
        unseen = sum(item.unseen for item in running)
        touched = activity.unended.keys() | activity.ends.keys() | activity.asked.keys()
        return cls(
            items=by_id,
            active=len(running) - unseen,
            yours=sum(not item.unseen for item in own),
            unseen=unseen,
            ownerless=sum(item.owner is Owner.UNKNOWN for item in running),
            own_running=tuple(own),
            concerned=tuple(
                item for item in running if item.unseen or item.owner is Owner.HERE or item.session.id in touched
            ),
        )

    @property
    def any_running(self) -> bool:
        """Whether any session has not ended, whoever's it is."""
        return self.active + self.unseen > 0


NOTHING_LISTED = HomeList()
