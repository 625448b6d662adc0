"""Read what the organization and this machine's sessions cost over days, from IonQ and from the journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time
from types import MappingProxyType

from ionq_tui.engine.poll_schedule import retry_after, soonest
from ionq_tui.engine.poller import Poller, Tick
from ionq_tui.engine.ports import Clock, Cloud, Journal
from ionq_tui.engine.store import Store
from ionq_tui.model.link_state import FRESH, Fault, Fresh, Link, link_of
from ionq_tui.model.money import Money
from ionq_tui.model.record import Place
from ionq_tui.model.spending import BudgetState, Grouping, Period, Spending, budget_state

EVERY = 60.0
"""Least seconds between two requests for the same grouping, while a screen shows them."""
UNSEEN_EVERY = 600.0
"""Seconds between two requests while no screen shows them, and only for the alarms of a budget."""
_LISTED_WITHIN = 2.0
"""Seconds until the session list, which names the organization, is looked at again."""
DAYS = 30
"""Days that are shown unless others are asked for."""


class SpendingReader:
    """The spending of the last days and of the current month."""

    def __init__(
        self,
        cloud: Cloud,
        clock: Clock,
        journal: Journal,
        place: Callable[[], Place],
        organization: Callable[[], str | Fault | None],
        budget: Money | None = None,
    ) -> None:
        """Take the ports, and callables for the place and for the id of the organization.

        The latter returns why the id is unknown, or None if it is not known yet.
        """
        self.store: Store[Spending] = Store(Spending())
        self.budget = budget
        self.days = DAYS
        self.grouping = Grouping.PERSON
        """The grouping that is asked for."""
        self.shown = False
        """True while a screen shows the spending."""
        self.running = False
        """True while `run` is active."""
        self.read_at: datetime | None = None
        """The server's time of IonQ's last good answer."""
        self._cloud = cloud
        self._clock = clock
        self._journal = journal
        self._place = place
        self._organization = organization
        self._asked_at: dict[Grouping, float] = {}
        """Monotonic time of the last request, by grouping."""
        self._not_before = 0.0
        """Monotonic time until which IonQ asked to send no request."""
        self.poller = Poller(self._tick, clock)

    @property
    def link(self) -> Link:
        """The link state of the last request."""
        return self.store.value.link

    @property
    def period(self) -> Period:
        """The days that are shown."""
        return Period.last_days(self._clock.now(), self.days)

    @property
    def budget_state(self) -> BudgetState | None:
        """The budget and what is known to be spent of it; None if there is no budget."""
        return None if self.budget is None else budget_state(self.budget, self.store.value, self._clock.now())

    async def run(self) -> None:
        """Read until this task is canceled."""
        self.running = True
        try:
            await self.poller.run()
        finally:
            self.running = False

    async def read(self) -> None:
        """Read the journal, then ask IonQ, once."""
        await self._recall()
        await self._ask()

    def group_by(self, grouping: Grouping) -> None:
        """Ask for another grouping, now unless that was asked for less than a minute ago."""
        if grouping is not self.grouping:
            self.grouping = grouping
            self.poller.nudge()

    @property
    def next_request(self) -> float:
        """Seconds until IonQ may be asked again for this grouping."""
        asked = self._asked_at.get(self.grouping)
        free_at = self._not_before if asked is None else max(self._not_before, asked + EVERY)
        return max(0.0, free_at - self._clock.monotonic())

    async def _tick(self) -> Tick:
        await self._recall()
        if self.next_request > 0:
            return Tick(_waited(self.link), soonest(self.next_request))
        if not await self._ask():
            return Tick(self.link, _LISTED_WITHIN)
        if self.shown:
            return Tick(self.link, soonest(EVERY))
        return Tick(FRESH, max(UNSEEN_EVERY, self.next_request))  # a failure is no reason to ask more often

    async def _recall(self) -> None:
        """Read the journal; sessions that it told of before are kept if it cannot be read any more."""
        since = datetime.combine(self._whole_period.first, time(), UTC)
        here = await self._journal.charges(self._place(), since)
        trouble = self._journal.trouble or ""
        self.store.apply(
            lambda held: replace(held, here=held.here if trouble and not here else here, trouble=trouble, recalled=True)
        )

    async def _ask(self) -> bool:
        """Ask IonQ; return False if the session list, which names the organization, was not read yet."""
        organization, grouping = self._known_organization(), self.grouping
        if organization is None:
            return False
        if isinstance(organization, Fault):
            unknown = organization
            self.store.apply(lambda held: replace(held, link=link_of(unknown)))
            return True
        self._asked_at[grouping] = self._clock.monotonic()
        reply = await self._cloud.usage(organization, self._whole_period, grouping)
        if isinstance(reply, Fault):
            refused = reply
            self._not_before = self._clock.monotonic() + retry_after(refused)
            self.store.apply(lambda held: replace(held, link=link_of(refused)))
            return True
        self.read_at = self._clock.now()
        usage = {key: one for key, one in self.store.value.usage.items() if key is not grouping}
        self.store.apply(lambda held: replace(held, usage=MappingProxyType({**usage, grouping: reply}), link=FRESH))
        return True

    def _known_organization(self) -> str | Fault | None:
        """Return the id that IonQ's session list tells, else that of a recorded session of the same key."""
        told, place = self._organization(), self._place()
        if isinstance(told, str):
            return told
        places = (one.record.place for one in reversed(self.store.value.here))
        return next((one.organization_id for one in places if one.organization_id and one.same_key(place)), told)

    @property
    def _whole_period(self) -> Period:
        """The days that are shown and the current month, which the budget is for."""
        shown, month = self.period, Period.month_of(self._clock.now())
        return Period(min(shown.first, month.first), shown.last)


def _waited(link: Link) -> Link:
    """Return the link without the pause that IonQ asked for, which `next_request` counts from the request on."""
    return link if isinstance(link, Fresh) else link_of(replace(link.fault, retry_after=None))
