"""How to submit jobs to a session: in short, and as a whole program for each client of IonQ's API.

The README shows these programs, the session's screen shows and copies them, and tests run them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from string import Template

from ionq_tui.model.connection import is_production
from ionq_tui.view.sanitize import cells, plain
from ionq_tui.view.session_card import export_line
from ionq_tui.view.style import Cell, Line, Tone, line

_WHOLE_LINE = 37
"""Cells of the longest line that tells how to send, beside the id."""


class Client(Enum):
    """Whose jobs are to be sent; the value is its name."""

    ANY = "in short"
    OFFICIAL = "ionq_core"
    QISKIT = "qiskit-ionq"
    CIRQ = "cirq-ionq"
    PENNYLANE = "PennyLane-IonQ"

    @property
    def next(self) -> Client:
        """The next client, after the last one the first."""
        every = list(Client)
        return every[(every.index(self) + 1) % len(every)]


NO_WAY = "PennyLane-IonQ cannot send a job into a session (checked with version 0.45.0): use another client."
COPY_WHOLE = "c copies the whole program"


def program(client: Client, session_id: str, backend: str, url: str = "") -> list[str]:
    """Return a program that runs one job in the session and prints its result; empty where there is none.

    All read the API key from IONQ_API_KEY; `url` is the base URL, if it is not the usual one.
    """
    recipe = _RECIPES.get(client)
    if recipe is None:
        return []
    return recipe.lines(session_id, backend, "" if is_production(url) else url)


def programs(session_id: str, backend: str, url: str = "") -> list[tuple[str, str]]:
    """Return the names of the clients that can send jobs into a session, each with its program."""
    told = ((client, program(client, session_id, backend, url)) for client in Client)
    return [(client.value, "\n".join([f"# {client.value}", *lines])) for client, lines in told if lines]


def how_to_send(
    session_id: str, backend: str = "", url: str = "", *, client: Client = Client.ANY, width: int = 80, height: int = 99
) -> list[Line | str]:
    """Return how to submit jobs to a session without jobs, on a screen with room for so many cells and lines."""
    shown: list[Line | str] = [_choice(client, width)]
    if client is Client.ANY:
        return [*shown, *(f"  {one}" for one in _in_short(session_id, width))]
    if client is Client.PENNYLANE:
        return [*shown, f"  {NO_WAY}"]
    whole = program(client, session_id, backend, url)
    if len(whole) < height and all(cells(one) + 2 <= width for one in whole):
        return [*shown, *(f"  {one}" for one in whole)]
    return [*shown, f"  {plain(session_id, 80)}", *(f"  {one}" for one in _RECIPES[client].call), f"  {COPY_WHOLE}"]


def _choice(client: Client, width: int) -> Line:
    """Return the names of the clients, the one shown in brackets; only that one if they do not all fit."""
    names = [f"[{one.value}]" if one is client else one.value for one in Client]
    every = f"submit jobs to this session: {'  '.join(names)}"
    if cells(every) <= width:
        return line(Cell(every))
    number = list(Client).index(client) + 1
    return line(Cell(f"submit jobs: {client.value}", Tone.STRONG), Cell(f" ({number} of {len(Client)}, m: next)"))


def _in_short(session_id: str, width: int) -> list[str]:
    """Return lines that are safe to paste; the id stands alone where it does not fit beside them."""
    shown = plain(session_id, 80)
    if width < _WHOLE_LINE + len(shown):
        return [
            f"{shown} (c copies it)",
            "shell       export IONQ_SESSION_ID=ID",
            "create_job  session_id='ID'",
            "Python      SessionManager.from_id(client, 'ID')",
        ]
    return [
        f"shell       {export_line(session_id)}",
        f"create_job  session_id={shown!r}",
        "Python      session = SessionManager.from_id(",
        f"                client, {shown!r})",
    ]


def _quoted(text: str) -> str:
    """Return a text as a literal, so that nothing that a server says becomes code."""
    return json.dumps(plain(text, 300), ensure_ascii=False)


@dataclass(frozen=True)
class _Recipe:
    """How one client sends a job into a session."""

    program: Template
    """The whole program. $session, $backend and $ionq_backend are literals, $url is what `url` makes, or nothing."""
    url: str
    """How the program is told a base URL that is not the usual one."""
    call: tuple[str, ...]
    """The part of the program that matters, with ID for the session's id."""

    def lines(self, session_id: str, backend: str, url: str) -> list[str]:
        """Return the lines of the program."""
        told = self.url.format(_quoted(url)) if url else ""
        literals = {"session": session_id, "backend": backend, "ionq_backend": f"ionq_{backend}"}
        quoted = {name: _quoted(value) for name, value in literals.items()}
        return self.program.substitute(quoted, url=told).splitlines()


_RECIPES = {
    Client.OFFICIAL: _Recipe(
        Template("""\
from ionq_core import IonQClient, wait_for_job
from ionq_core.api.default import create_job, get_job_probabilities
from ionq_core.models import CircuitJobCreationPayload

client = IonQClient($url)
circuit = [{"gate": "h", "target": 0}, {"gate": "x", "target": 1}]
job = {"type": "ionq.circuit.v1", "backend": $backend, "shots": 100}
job["input"] = {"gateset": "qis", "qubits": 2, "circuit": circuit}
job["session_id"] = $session
body = CircuitJobCreationPayload.from_dict(job)
done = wait_for_job(client, create_job.sync(client=client, body=body).id)
print(get_job_probabilities.sync(done.id, client=client).to_dict())
"""),
        url="base_url={}",
        call=('create_job with "session_id": ID in the body',),
    ),
    Client.QISKIT: _Recipe(
        Template("""\
${url}from qiskit import QuantumCircuit
from qiskit_ionq import IonQProvider

qc = QuantumCircuit(2)
qc.h(0)
qc.cx(0, 1)
qc.measure_all()
backend = IonQProvider().get_backend($ionq_backend)
# Do not use `with Session.from_id(…)`: leaving the block ends the session.
session_id = $session
job = backend.run(qc, shots=100, session_id=session_id)
print(job.result().get_counts())
"""),
        url='import os\n\nos.environ["IONQ_API_URL"] = {}\n',
        call=("backend.run(qc, session_id=ID)", "with Session.from_id(…) would end the session"),
    ),
    Client.CIRQ: _Recipe(
        Template("""\
import cirq
import cirq_ionq

a, b = cirq.LineQubit.range(2)
circuit = cirq.Circuit(cirq.H(a), cirq.CNOT(a, b), cirq.measure(a, b))
service = cirq_ionq.Service($url)
qpu = $backend
extra = {"session_id": $session}
job = service.create_job(circuit, target=qpu, extra_query_params=extra)
print(job.results())
"""),
        url="remote_host={}",
        call=('create_job(…, extra_query_params={"session_id": ID})',),
    ),
}
