"""A journal with sessions in it, and shells that are asked what they complete."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ionq_tui.journal.journal import Journal
from ionq_tui.model.connection import PRODUCTION_URL
from ionq_tui.model.limits import Limits
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.record import Place
from ionq_tui.model.session import Session
from tests.cli.site import KEY
from tests.terminal.kit import clean_environment, command

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
RUNNING = "11bb0000-0000-4000-8000-0000007e4401"
OTHER = "11aa0000-0000-4000-8000-000000c0ffee"
ENDED = "22cc0000-0000-4000-8000-00000000e0de"
FOREIGN = "33dd0000-0000-4000-8000-00000000face"
"""A session at another server."""
CANDIDATE = "44ee0000-0000-4000-8000-00000000cafe"
"""What a request with an unknown result may have opened."""
LABEL = "H2 scan"
BACKEND = "qpu.aria-9"
PLACE = Place(PRODUCTION_URL)

_BASH = """
eval "$(ionq-tui completion bash)"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_ionq_tui
printf '%s\\n' "${COMPREPLY[@]}"
"""
_FISH = "ionq-tui completion fish | source; complete -C $argv[1]"
SHELLS = ("bash", "fish")
"""Shells that can be asked without a terminal; zsh completes only in its line editor."""


def needs(program: str) -> pytest.MarkDecorator:
    """Skip a test where a program is missing."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


EACH_SHELL = pytest.mark.parametrize("shell", [pytest.param(one, marks=needs(one)) for one in SHELLS])


@dataclass(frozen=True)
class Completed:
    """What one attempt left behind."""

    code: int
    lines: list[str]
    err: str

    @property
    def values(self) -> list[str]:
        """The candidates without their descriptions."""
        return [line.partition("\t")[0] for line in self.lines]


@dataclass(frozen=True)
class Desk:
    """A home directory with a journal, in which shells are started."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """Everything leads to the same places as in a user's shell; a request could go nowhere but to a closed port."""
        return clean_environment(self.home, IONQ_API_KEY=KEY, HTTPS_PROXY="http://127.0.0.1:9")

    @property
    def journal_path(self) -> Path:
        return self.home / ".local" / "state" / "ionq-tui" / "journal.sqlite3"

    def open_journal(self) -> Journal:
        return Journal(self.journal_path, patience=30, now=lambda: AT)

    def ask(self, *argv: str, **more: str) -> Completed:
        """Run a program of this environment."""
        done = subprocess.run(
            argv, cwd=self.home, env={**self.environment, **more}, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=30,
        )  # fmt: skip
        assert KEY not in done.stdout + done.stderr
        assert "\x1b" not in done.stdout + done.stderr
        return Completed(done.returncode, [line for line in done.stdout.splitlines() if line], done.stderr)

    def program(self, *words: str, **more: str) -> Completed:
        """Ask the program itself, as the scripts do; the first line is the kind."""
        return self.ask(*command("completion", "--complete", *words), **more)

    def complete(self, shell: str, *words: str, **more: str) -> Completed:
        """Ask bash, or fish, for what can stand in place of the last word; the shell decides what is a word."""
        if shell == "bash":
            return self.ask("bash", "--norc", "--noprofile", "-c", _BASH, "bash", "ionq-tui", *words, **more)
        return self.ask("fish", "--no-config", "-c", _FISH, " ".join(("ionq-tui", *words)), **more)

    def with_program_that_offers(self, words: Iterable[str]) -> str:
        """Put a program before ours that offers these candidates with no check, and return the PATH that finds it."""
        folder, answer = self.home / "bin", self.home / "answer"
        folder.mkdir()
        answer.write_text("words\n" + "".join(f"{one}\t{one}\n" for one in words if one), encoding="utf-8")
        program = folder / "ionq-tui"
        ours = " ".join(command())
        program.write_text(f'#!/bin/sh\nif [ "$2" = --complete ]; then cat {answer}; else exec {ours} "$@"; fi\n')
        program.chmod(0o755)
        return f"{folder}:{self.environment['PATH']}"


def record(journal: Journal, session_id: str, label: str = "", backend: str = BACKEND, place: Place = PLACE) -> None:
    """Record a session that was opened on this machine."""
    number = journal.intent(place, OpenRequest(backend, Limits(jobs=1)), label).now()
    assert journal.opened(number, Session(session_id, backend=backend)).now()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A journal with two running sessions, an ended one, one at another server, and an unconfirmed one."""
    made = Desk(tmp_path / "home")
    journal = made.open_journal()
    record(journal, OTHER)
    record(journal, ENDED, "old")
    record(journal, RUNNING, LABEL)
    record(journal, FOREIGN, place=Place("http://127.0.0.1:9/v0.4"))
    journal.ended(PLACE, Session(ENDED, status="ended", ended_at=AT, backend=BACKEND)).now()
    number = journal.intent(PLACE, OpenRequest("qpu.forte-1", Limits(jobs=1)), "lost").now()
    journal.uncertain(number, [CANDIDATE]).now()
    assert journal.flush(30)
    journal.close()
    yield made
