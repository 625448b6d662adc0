"""Results of jobs: probabilities, counts and shots of each circuit, and the artifacts and routes that deliver them.

The circuits of JSON jobs are really simulated, without noise, as long as they are small: up to 4096 basis states, and
half a million amplitudes for a whole job. On the simulator (without a noise model) the probabilities are exact; on
a quantum computer or with a noise model the shots are drawn from them, reproducibly from the job's id. A larger
circuit, an OpenQASM program, and the jobs of simulated programs have another result, which fits their number of qubits
and depends on the job's id alone: two dominant states, all zeros and all ones, and some noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from ionq_tui.simulator.random_stream import hashed_id, stream
from ionq_tui.simulator.statevector import Work, probabilities
from ionq_tui.simulator.store import JobEntry, Refusal

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


@dataclass(frozen=True, slots=True)
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
    def shares(self) -> Shares:
        """The probabilities by outcome."""
        return outcomes(self.job)[self.child or 0]


@dataclass(frozen=True, slots=True)
class Artifact:
    """A kind of result."""

    name: str
    """Its key among the results of a job."""
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


def by_route(part: Part, *route: str) -> object:
    """Return the result that has this path below the job's own, or raise Refusal with status 404."""
    return _found(part, lambda artifact: artifact.route == route)


def by_id(part: Part, artifact_id: str) -> object:
    """Return the artifact with that id, or raise Refusal with status 404."""
    return _found(part, lambda artifact: artifact.id(part) == artifact_id)


def _found(part: Part, wanted: Callable[[Artifact], bool]) -> object:
    for artifact in _of(part):
        if wanted(artifact):
            return artifact.content(part)
    raise Refusal(404, "The job has no such result")


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
        job.shares = tuple(found) or (_invented(job.id, 0, job.order.qubits),)
    return job.shares


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
    (circuit,) = part.job.order.circuits
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


def _has_shots(part: Part) -> bool:
    return bool(part.job.order.circuits) and not part.job.order.ideal and not part.aggregated


def _has_registers(part: Part) -> bool:
    return _has_shots(part) and part.job.order.circuits[part.child or 0].gates is None


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

_BY_STATE: Json = {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}}
_REGISTERS: Json = {"type": "object", "additionalProperties": {"type": "array", "items": {"enum": [0, 1]}}}
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
}


def format_schema(name: str) -> Json:
    """Return the JSON Schema of a format that the results have, or raise Refusal with status 404."""
    if name not in _FORMATS:
        raise Refusal(404, "There is no format of that name")
    description, schema = _FORMATS[name]
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": draft, "$id": name, "description": description, **schema}
