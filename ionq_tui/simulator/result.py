"""Results of jobs: probabilities, counts and shots of each circuit, and the artifacts and routes that deliver them.

The circuits of JSON jobs are really simulated, without noise, as long as they are small: up to 4096 basis states, and
half a million amplitudes for a whole job. On the simulator (without a noise model) the probabilities are exact; on
a quantum computer or with a noise model the shots are drawn from them, reproducibly from the job's id. A larger
circuit, an OpenQASM program, and the jobs of simulated programs have another result, which fits their number of qubits
and depends on the job's id alone: two dominant states, all zeros and all ones, and some noise. Counts and shots are
always those of the probabilities; only the order of the shots is random. Circuits as they were compiled are those of
`compiler.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.simulator.compiler import compilable, compiled, invented
from ionq_tui.simulator.random_stream import hashed_id, stream
from ionq_tui.simulator.statevector import Work, probabilities
from ionq_tui.simulator.store import Circuit, JobEntry, Order, Refusal

Json = dict[str, object]
Shares = dict[int, float]

_MOST_WORK = 500_000
_OF = 1000
"""The sum of the counts of an invented result."""
_LARGEST_INVENTED = 24
"""Qubits of an invented result, at most."""
_MANY = 9.0
"""Variance from which on a number of shots is drawn from a normal distribution."""
_PREFIX = "/v0.4"


@quick_dataclass(frozen=True, slots=True)
class Part:
    """What has a result: a job, or one circuit of a job that has several."""

    job: JobEntry
    child: int | None = None
    """The index of the circuit among the job's children; None for the job itself."""

    @property
    def id(self) -> str:
        """The id of the job, or of the child."""
        return self.job.id if self.child is None else self.job.child_ids[self.child]

    @property
    def aggregated(self) -> bool:
        """True for the parent of several circuits, whose result is that of all of them."""
        return self.child is None and self.job.order.several

    @property
    def circuit(self) -> Circuit | None:
        """The circuit; None for the job of a simulated program. The first one of several."""
        circuits = self.job.order.circuits
        return circuits[self.child or 0] if circuits else None

    @property
    def shares(self) -> Shares:
        """The probabilities by outcome."""
        return outcomes(self.job)[self.child or 0]


@quick_dataclass(frozen=True, slots=True)
class Artifact:
    """A kind of result, or of compiled circuit."""

    name: str
    """Its key among those of a job."""
    format: str
    route: tuple[str, ...]
    """The path below the job's own; empty if there is only the artifact."""
    content: Callable[[Part], object]
    given: Callable[[Part], bool]
    """Whether a completed job has it."""

    def id(self, part: Part) -> str:
        """The id with which it can be downloaded."""
        return hashed_id(f"artifact {self.format}", part.id)

    def describe(self, part: Part) -> Json:
        """Return its descriptor; `url`, which is not in the published schemas, is what most clients follow."""
        shown: Json = {"id": self.id(part), "format": self.format, "media_type": "application/json"}
        if self.route:
            shown["url"] = "/".join((_PREFIX, "jobs", part.id, *self.route))
        return shown


def descriptors(part: Part) -> Json | None:
    """Return the descriptors of a job's results by name, None if it has none."""
    return {artifact.name: artifact.describe(part) for artifact in _of(part)} or None


def compiled_circuits(part: Part) -> Json:
    """Return the descriptors of a job's compiled circuits by format; empty if it has none."""
    return {artifact.name: artifact.describe(part) for artifact in _compiled(part)}


def by_route(part: Part, *route: str) -> object:
    """Return the result that has this path below the job's own, or raise Refusal with status 404."""
    return _found(part, lambda artifact: artifact.route == route)


def by_id(part: Part, artifact_id: str) -> object:
    """Return the artifact with that id, or raise Refusal with status 404."""
    return _found(part, lambda artifact: artifact.id(part) == artifact_id)


def _found(part: Part, wanted: Callable[[Artifact], bool]) -> object:
    for artifact in (*_of(part), *_compiled(part)):
        if wanted(artifact):
            return artifact.content(part)
    raise Refusal(404, "The job has no such result")


def _compiled(part: Part) -> list[Artifact]:
    """Return the compiled circuits: a dry run has them too, a job on the ideal simulator is not compiled."""
    order = part.job.order
    if part.job.status != "completed" or not order.has_result or order.ideal or part.aggregated:
        return []
    return [CIRCUIT] if part.circuit is None or compilable(part.circuit) else []


def gate_counts(part: Part) -> dict[str, int]:
    """Return the numbers of gates on one qubit and on several, of all circuits; invented for programs."""
    order = part.job.order
    circuits = order.circuits if part.child is None else order.circuits[part.child : part.child + 1]
    gates = [gate for circuit in circuits for gate in circuit.gates or ()]
    if gates:
        several = sum(len(gate.targets) + len(gate.controls) > 1 for gate in gates)
        return {"1q": len(gates) - several, "2q": several}
    random = stream(0, "gates", part.id)
    return {"1q": random.randint(2, 6) * order.qubits, "2q": random.randint(1, 3) * max(1, order.qubits - 1)}


def _of(part: Part) -> list[Artifact]:
    if part.job.status != "completed" or part.job.order.dry_run or not part.job.order.has_result:
        return []
    return [artifact for artifact in ARTIFACTS if artifact.given(part)]


def outcomes(job: JobEntry) -> tuple[Shares, ...]:
    """Return the probabilities of each circuit of a job; they are computed once."""
    if not job.shares:
        order, work = job.order, Work(_MOST_WORK)
        found: list[Shares] = []
        for index, circuit in enumerate(order.circuits):
            exact = probabilities(circuit, work) or _invented(job.id, index, circuit.qubits)
            drawn = None if order.ideal else _drawn(exact, order.shots, stream(0, "shots", job.id, index))
            found.append(exact if drawn is None else {state: count / order.shots for state, count in drawn.items()})
        job.shares = tuple(found) or (_shot(_invented(job.id, 0, order.qubits), order),)
    return job.shares


def _shot(shares: Shares, order: Order) -> Shares:
    """Return the probabilities that so many shots can have: whole numbers of them, the largest remainders upward."""
    if order.ideal:
        return shares
    whole = {state: math.floor(share * order.shots) for state, share in shares.items()}
    by_rest = sorted(shares, key=lambda state: (whole[state] - shares[state] * order.shots, state))
    for state in by_rest[: order.shots - sum(whole.values())]:
        whole[state] += 1
    return {state: count / order.shots for state, count in whole.items() if count}


def _invented(job_id: str, index: int, qubits: int) -> Shares:
    """Generate a result without a simulation: two dominant states and some noise, with sum 1."""
    random = stream(0, "result", job_id, *([index] if index else []))
    states = 2 ** min(qubits, _LARGEST_INVENTED)
    counts = {0: random.randint(430, 490), states - 1: random.randint(420, 480)}
    while (left := _OF - sum(counts.values())) > 0:
        state = random.randrange(states)
        counts[state] = counts.get(state, 0) + min(random.randint(4, 24), left)
    return {state: count / _OF for state, count in sorted(counts.items())}


def _drawn(shares: Shares, shots: int, random: Random) -> dict[int, int]:
    """Draw how many of the shots have each outcome; time depends on the number of outcomes alone."""
    counts, left, weight = {}, shots, math.fsum(shares.values())
    for number, (state, share) in enumerate(shares.items(), 1):
        if not left:
            break
        count = left if number == len(shares) else _successes(left, min(1.0, share / weight), random)
        if count:
            counts[state] = count
        left, weight = left - count, max(weight - share, share * 1e-9)
    return counts


def _successes(tries: int, share: float, random: Random) -> int:
    """Draw the number of successes: normal distribution for many, Poisson distribution where one side is rare."""
    if share > 0.5:
        return tries - _successes(tries, 1 - share, random)
    mean = tries * share
    if mean * (1 - share) >= _MANY:
        return min(tries, max(0, round(random.gauss(mean, math.sqrt(mean * (1 - share))))))
    count, product = 0, random.random()
    while product > math.exp(-mean) and count < tries:
        count, product = count + 1, product * random.random()
    return count


def _probabilities(part: Part) -> Json:
    return {str(state): share for state, share in part.shares.items()}


def _aggregated(part: Part) -> Json:
    job = part.job
    return {one: _probabilities(Part(job, index)) for index, one in enumerate(job.child_ids)}


def _counts(part: Part) -> dict[int, int]:
    return {state: round(share * part.job.order.shots) for state, share in part.shares.items()}


def _histogram(part: Part) -> Json:
    return {str(state): count for state, count in _counts(part).items()}


def _shots(part: Part) -> list[str]:
    states = [str(state) for state, count in _counts(part).items() for _ in range(count)]
    stream(0, "order of shots", part.id).shuffle(states)
    return states


def _register_shots(part: Part) -> Json:
    """Return the bits of each shot by register: the declared ones are filled from qubit 0 on, one after another."""
    circuit = part.circuit
    assert circuit is not None
    told = []
    for state in map(int, _shots(part)):
        first, registers = 0, {"output_all": _bits(state, 0, circuit.qubits)}
        for name, size in circuit.registers:
            registers[name] = _bits(state, first, size)
            first += size
        told.append({"registers": registers})
    return {"shots": told}


def _bits(state: int, first: int, size: int) -> list[int]:
    return [state >> bit & 1 for bit in range(first, first + size)]


def _circuit(part: Part) -> Json:
    if part.circuit is not None and part.circuit.gates is not None:
        return compiled(part.circuit)
    counts = gate_counts(part)
    return invented(part.job.order.qubits, counts["1q"], counts["2q"], stream(0, "compiled", part.id))


def _has_shots(part: Part) -> bool:
    return not part.job.order.ideal and not part.aggregated


def _has_registers(part: Part) -> bool:
    return _has_shots(part) and part.circuit is not None and part.circuit.gates is None


ARTIFACTS = (
    Artifact(
        "probabilities",
        "ionq.result.probabilities.json.v1",
        ("results", "probabilities"),
        _probabilities,
        lambda part: not part.aggregated,
    ),
    Artifact(
        "probabilities",
        "ionq.result.probabilities-aggregate.json.v1",
        ("results", "probabilities", "aggregated"),
        _aggregated,
        lambda part: part.aggregated,
    ),
    Artifact("histogram", "ionq.result.histogram.json.v1", ("results", "histogram"), _histogram, _has_shots),
    Artifact("shots", "ionq.result.shots.json.v1", ("results", "shots"), _shots, _has_shots),
    Artifact("ionq.result.shots.json.v2", "ionq.result.shots.json.v2", (), _register_shots, _has_registers),
)
"""All kinds of results."""
CIRCUIT = Artifact("ionq.native.v1", "ionq.native.v1", (), _circuit, lambda part: not part.aggregated)
"""The only kind of compiled circuit."""

_BY_STATE: Json = {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}}
_REGISTERS: Json = {"type": "object", "additionalProperties": {"type": "array", "items": {"enum": [0, 1]}}}
_GATE: Json = {"type": "object", "properties": {"gate": {"enum": ["gpi", "gpi2", "ms", "zz"]}}, "required": ["gate"]}
_SHOT: Json = {"type": "object", "properties": {"registers": _REGISTERS}, "required": ["registers"]}
_FORMATS: dict[str, tuple[str, Json]] = {
    "ionq.result.probabilities.json.v1": ("Probabilities by basis state, a decimal number", _BY_STATE),
    "ionq.result.probabilities-aggregate.json.v1": (
        "Probabilities by basis state of each circuit, by the id of its job",
        {"type": "object", "additionalProperties": _BY_STATE},
    ),
    "ionq.result.histogram.json.v1": ("Numbers of shots by basis state, a decimal number", _BY_STATE),
    "ionq.result.shots.json.v1": (
        "The basis state of each shot, a decimal number",
        {"type": "array", "items": {"type": "string", "pattern": "^[0-9]+$"}},
    ),
    "ionq.result.shots.json.v2": (
        "The bits of each shot by register",
        {"type": "object", "properties": {"shots": {"type": "array", "items": _SHOT}}, "required": ["shots"]},
    ),
    "ionq.native.v1": (
        "A circuit of native gates, with phases and angles in turns",
        {
            "type": "object",
            "properties": {"qubits": {"type": "integer"}, "circuit": {"type": "array", "items": _GATE}},
            "required": ["qubits", "circuit"],
        },
    ),
}


def format_schema(name: str) -> Json:
    """Return the JSON Schema of a format that results and circuits have, or raise Refusal with status 404."""
    if name not in _FORMATS:
        raise Refusal(404, "There is no format of that name")
    description, schema = _FORMATS[name]
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": draft, "$id": name, "description": description, **schema}
