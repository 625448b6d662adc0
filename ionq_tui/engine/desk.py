"""The use-cases that cost or end something, as tasks that the desk owns: a screen may leave, a sent request may not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import TypeVar

from ionq_tui.engine.ports import Clock, Cloud, Journal
from ionq_tui.engine.store import Store
from ionq_tui.model.ledger import EMPTY_LEDGER, Ledger, Question
from ionq_tui.model.link import Fault, FaultKind
from ionq_tui.model.outcome import (
    Ended,
    EndOutcome,
    EndUnknown,
    Known,
    NotOpened,
    Opened,
    OpenOutcome,
    OpenRequest,
    Uncertain,
)
from ionq_tui.model.record import Intent, Place
from ionq_tui.model.session import Session

T = TypeVar("T")


class Desk:
    """Opens, adopts and ends sessions and cancels jobs; whatever becomes of it reaches the ledger."""

    def __init__(
        self,
        cloud: Cloud,
        clock: Clock,
        journal: Journal,
        place: Callable[[], Place],
        known: Callable[[frozenset[str]], Known],
        ahead: Callable[[], timedelta] = timedelta,
    ) -> None:
        """Take the cloud, the clock, the journal, and how to tell where we are and what is known before an opening.

        `ahead` tells how slow this machine's own clock is, by which the journal dates what was asked.
        """
        self.ledger: Store[Ledger] = Store(EMPTY_LEDGER)
        self._cloud = cloud
        self._clock = clock
        self._journal = journal
        self._place = place
        self._known = known
        self._ahead = ahead
        self._turn = asyncio.Lock()
        self._opens: dict[str, asyncio.Task[OpenOutcome]] = {}
        self._ends: dict[str, asyncio.Task[EndOutcome]] = {}
        self._cancels: dict[str, asyncio.Task[Mapping[str, str | Fault]]] = {}
        self._intents: dict[str, int] = {}
        self._seen: dict[str, dict[str, Session]] = {}
        self._became: dict[str, str] = {}
        self.opened_now: set[str] = set()
        """Ids of sessions opened by this very process."""

    async def recall(self) -> None:
        """Read from the journal what was done here before, and what was left open."""
        place = self._place()
        here, creators = await self._journal.here(place), await self._journal.creators(place)
        labels = await self._journal.labels(place)
        left = [one for one in await self._journal.open_questions(place) if one.id not in self._intents.values()]
        questions = tuple(_recalled(one, self._ahead()) for one in left)
        self._intents.update({question.token: one.id for question, one in zip(questions, left, strict=True)})
        self.ledger.apply(
            lambda ledger: replace(
                ledger,
                here=ledger.here | here,
                creators=ledger.creators | creators,
                labels=MappingProxyType({**labels, **ledger.labels}),
                questions=(*ledger.questions, *questions),
                trouble=self._journal.trouble or "",
            )
        )

    async def look_again(self, sessions: Iterable[Session]) -> None:
        """See whether a list tells what became of the open questions; adopt what can only be ours."""
        listed = tuple(sessions)
        if self.ledger.value.opening or not self.ledger.value.questions:
            return  # what is being opened right now would look like what an earlier request left behind
        here = await self._journal.here(self._place())  # what another process has opened meanwhile is no answer
        self.ledger.apply(lambda ledger: replace(ledger, here=ledger.here | here))
        for token in [one.token for one in self.ledger.value.questions]:
            await self._look(token, listed)

    async def _look(self, token: str, listed: tuple[Session, ...]) -> None:
        ledger = self.ledger.value
        question = next((one for one in ledger.questions if one.token == token), None)
        if question is None:
            return  # answered meanwhile
        found = tuple(one for one in listed if not one.ended and one.id not in ledger.here and _within(question, one))
        ours = [one for one in found if one.creator_id in ledger.creators]
        if len(ours) == 1 and question.known.listed:
            await self.adopt(question, ours[0])
            return
        outcome = replace(question.outcome, candidates=found, looked_at=self._clock.now())
        self._asked(token, replace(question, outcome=outcome))

    async def dismiss(self, question: Question) -> None:
        """Close a question: the user said that nothing came of it."""
        if question.token in self._intents:
            await self._journal.resolved(self._place(), self._intents[question.token], None)
        self._asked(question.token, None)

    async def open(self, token: str, request: OpenRequest, label: str = "") -> OpenOutcome:
        """Open a session once per decision: a second call with the same token awaits the first one's outcome."""
        if token not in self._opens:
            self._opens[token] = asyncio.create_task(self._open(token, request, label), name=f"open {token}")
        return await asyncio.shield(self._opens[token])

    async def end(self, session_id: str, seen_active: bool = False) -> EndOutcome:
        """End a session and prove it; a second call while one is under way awaits the same outcome.

        `active: false` proves it only where `active: true` was seen.
        """
        return await _owned(self._ends, session_id, lambda: self._end(session_id, seen_active))

    async def cancel(self, job_ids: tuple[str, ...]) -> Mapping[str, str | Fault]:
        """Cancel jobs and read them back; the answer is each job's status afterwards, or why it is not known."""
        return await _owned(self._cancels, " ".join(job_ids), lambda: self._cancel(job_ids))

    async def adopt(self, question: Question, session: Session) -> None:
        """Take a candidate as the session that was opened: the user said that it is."""
        await self._own(question.token, session, question.label, adopted=True)

    async def settled(self) -> None:
        """Return when nothing is under way any more."""
        while pending := self._pending():
            await asyncio.wait(pending)

    @property
    def busy(self) -> bool:
        """True while a request that costs or ends something is under way."""
        return bool(self._pending())

    def _pending(self) -> list[asyncio.Task[object]]:
        tasks: list[asyncio.Task[object]] = [*self._opens.values(), *self._ends.values(), *self._cancels.values()]
        return [task for task in tasks if not task.done()]

    async def _open(self, token: str, request: OpenRequest, label: str) -> OpenOutcome:
        """Open when it is its turn: of two alike under way, lost replies would not tell which session is whose."""
        self._opening(token, request)
        try:
            async with self._turn:
                return await self._opened(token, request, label)
        finally:
            self._opening(token, None)

    async def _opened(self, token: str, request: OpenRequest, label: str) -> OpenOutcome:
        known, asked_at = self._known(self.ledger.value.creators), self._clock.now()
        known = replace(known, ids=known.ids | self.ledger.value.here)
        self._intents[token] = await self._journal.intent(self._place(), request, label, known.ids)
        seen = self._seen[token] = {}
        outcome = await self._cloud.open_once(request, known, seen)
        if isinstance(outcome, Opened) and outcome.adopted:
            outcome = await self._unless_anothers(outcome)
        if isinstance(outcome, Opened):
            await self._own(token, outcome.session, label, adopted=outcome.adopted)
        elif isinstance(outcome, NotOpened):
            await self._journal.not_opened(self._intents[token])
        else:
            await self._journal.uncertain(self._intents[token], [one.id for one in outcome.candidates])
            self._asked(token, Question(token, request, outcome, label, asked_at, known))
        return outcome

    async def _unless_anothers(self, outcome: Opened) -> OpenOutcome:
        """Doubt an adoption where the journal says that another request of this machine opened that session."""
        if outcome.session.id not in await self._journal.here(self._place()):
            return outcome
        why = "the reply was lost, and what was found was opened by another request of this machine"
        return Uncertain((), Fault(FaultKind.GARBLED, why), self._clock.now())

    def found(self, token: str) -> tuple[Session, ...]:
        """Return what looking has shown so far that may have come of a decision."""
        return tuple(self._seen.get(token, {}).values())

    def became(self, token: str) -> str | None:
        """Return the id of the session that came of a decision, None where none is known."""
        return self._became.get(token)

    def _asked(self, token: str, question: Question | None) -> None:
        """Put a question in place of the one of that token, or take it away."""
        others = tuple(one for one in self.ledger.value.questions if one.token != token)
        now = others if question is None else (*others, question)
        self.ledger.apply(lambda ledger: replace(ledger, questions=tuple(sorted(now, key=lambda one: one.token))))

    async def _own(self, token: str, session: Session, label: str, *, adopted: bool) -> None:
        """Note on disk first, then tell the screens."""
        if token in self._intents:
            await self._journal.opened(self._intents[token], session, adopted)
        if token in self._opens:
            self.opened_now.add(session.id)
        self._became[token] = session.id
        creator = frozenset() if adopted or session.creator_id is None else frozenset({session.creator_id})
        labels = {session.id: label} if label else {}
        self.ledger.apply(
            lambda ledger: replace(
                ledger,
                here=ledger.here | {session.id},
                opened=MappingProxyType({**ledger.opened, session.id: session}),
                creators=ledger.creators | creator,
                labels=MappingProxyType({**ledger.labels, **labels}),
                questions=tuple(one for one in ledger.questions if one.token != token),
                trouble=self._journal.trouble or "",
            )
        )

    async def _end(self, session_id: str, seen_active: bool) -> EndOutcome:
        self.ledger.apply(lambda ledger: replace(ledger, ending=ledger.ending | {session_id}))
        outcome: EndOutcome = EndUnknown(Fault(FaultKind.OFFLINE, "the end was not asked for"))
        try:
            await self._journal.end_asked(self._place(), session_id)
            outcome = await self._cloud.end_proved(session_id, seen_active)
            if isinstance(outcome, Ended):
                await self._journal.ended(self._place(), outcome.session)
        finally:
            self.ledger.apply(
                lambda ledger: replace(
                    ledger,
                    ending=ledger.ending - {session_id},
                    ends=MappingProxyType({**ledger.ends, session_id: outcome}),
                    trouble=self._journal.trouble or "",
                )
            )
        return outcome

    async def _cancel(self, job_ids: tuple[str, ...]) -> Mapping[str, str | Fault]:
        asked = await self._cloud.cancel_jobs(job_ids)
        told: dict[str, str | Fault] = {}
        for start in range(0, len(job_ids), _READ_AT_ONCE):
            few = job_ids[start : start + _READ_AT_ONCE]
            heard = await asyncio.gather(*(self._cloud.job(job_id) for job_id in few))
            told |= {key: one if isinstance(one, Fault) else one.status for key, one in zip(few, heard, strict=True)}
        if isinstance(asked, Fault):
            return {job_id: status if status == "canceled" else asked for job_id, status in told.items()}
        return told

    def _opening(self, token: str, request: OpenRequest | None) -> None:
        others = {key: value for key, value in self.ledger.value.opening.items() if key != token}
        now = {**others, token: request} if request is not None else others
        self.ledger.apply(lambda ledger: replace(ledger, opening=MappingProxyType(now)))


def _owned(
    tasks: dict[str, asyncio.Task[T]], name: str, work: Callable[[], Coroutine[None, None, T]]
) -> asyncio.Future[T]:
    """Run the work as a task of the desk, or join the one under way; shielded from whoever waits for it."""
    if name not in tasks or tasks[name].done():
        tasks[name] = asyncio.create_task(work(), name=name)
    return asyncio.shield(tasks[name])


_READ_AT_ONCE = 4
_COMMITS_WITHIN = timedelta(minutes=10)
"""A request that was lost may be carried out late, but not later than this."""
_CLOCKS_DIFFER = timedelta(minutes=1)
_YEARS = range(2000, 3000)
"""A time outside of these is one that the journal could not read."""


def _within(question: Question, session: Session) -> bool:
    """True where a session can be what a question is about: like it, and created around that time."""
    asked, created = question.asked_at, session.created_at
    if not question.request.may_have_become(session, question.known.ids, asked and asked - _CLOCKS_DIFFER):
        return False
    return asked is None or created is None or created <= asked + _COMMITS_WITHIN


def _recalled(intent: Intent, ahead: timedelta) -> Question:
    """Turn what an earlier process left open into a question, dated by the server's clock."""
    why = Fault(FaultKind.OFFLINE, "the program stopped before the reply was heard")
    return Question(
        f"intent {intent.id}",
        OpenRequest(intent.backend, intent.limits),
        Uncertain((), why),
        intent.label,
        intent.asked_at + ahead if intent.asked_at.year in _YEARS else None,
        Known(intent.known_ids, listed=False),
    )
