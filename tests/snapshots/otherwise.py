"""What the screens show where IonQ answers something else than was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.random_stream import hashed_id
from ionq_tui.simulator.store import Refusal, SessionEntry, Terms
from tests.snapshots.scene import Scene

US = hashed_id("creator", "demo-key-of-nobody")


class OtherwiseCloud(SimulatedCloud):
    """Opens our sessions on other terms than were asked for; those of other people as ever."""

    def open_session(self, creator_id: str, backend: str, terms: Terms, *, first_job_in: float = 0) -> SessionEntry:
        given = self.given(terms) if creator_id == US else terms
        return super().open_session(creator_id, backend, given, first_job_in=first_job_in)

    def given(self, terms: Terms) -> Terms:
        """Return the terms that are given for those that were asked for, or refuse."""
        return terms


class DropsLimits(OtherwiseCloud):
    """Sets no limit on jobs, and eight hours, whatever was asked."""

    def given(self, terms: Terms) -> Terms:
        return replace(terms, jobs=None, minutes=480)


class ExpiresLater(OtherwiseCloud):
    """Names an end a day away, later than the limit."""

    def begin(self, session: SessionEntry) -> None:
        super().begin(session)
        session.expires_at = self.now + timedelta(days=1)


class NoCredit(OtherwiseCloud):
    """Refuses to open, for want of credit."""

    def given(self, terms: Terms) -> Terms:
        raise Refusal(402, "Insufficient credit: the project has 4.10 usd left")


class OneAtATime(OtherwiseCloud):
    """Refuses to open, since another session is active."""

    def given(self, terms: Terms) -> Terms:
        raise Refusal(409, "maximum of 1 active session reached")


Made = Callable[[StoppedClock], SimulatedCloud]


async def walk_otherwise(take: Callable[[str, str], None]) -> None:
    """From the key screen to what each of these servers makes of an opening."""
    seen: tuple[tuple[str, Made, str], ...] = (
        ("limits-differ", DropsLimits, "IonQ set different limits"),
        ("two-ends", ExpiresLater, "STARTED"),
        ("refused-402", NoCredit, "Insufficient credit"),
        ("refused-409", OneAtATime, "maximum of 1 active session"),
    )
    for name, cloud, words in seen:
        async with Scene(take, cloud=cloud).running() as scene:
            await scene.open_form()
            await scene.keys("enter")
            if not name.startswith("refused"):
                await scene.until("export IONQ_SESSION_ID")
                await scene.forward(8 * 60)
            await scene.until(words)
            await scene.picture(name)
