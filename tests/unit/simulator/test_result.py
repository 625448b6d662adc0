"""The results of simulated jobs: real for small circuits, invented but fitting for others."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from random import Random

import pytest
from jsonschema import Draft202012Validator

from ionq_tui.simulator.clock import FastClock, StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import Request, respond

KEY = {"authorization": "apiKey any-key"}
GHZ = [{"gate": "h", "target": 0}, *({"gate": "cnot", "control": 0, "target": other} for other in range(1, 29))]
BELL = [{"gate": "h", "target": 0}, {"gate": "x", "controls": [0], "targets": [1]}]
PROGRAM = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[3] q;\nbit[2] c;\nbit d;\nh q[0];\nc[0] = measure q[0];\n'
LONG = [{"gate": "h", "target": qubit} for qubit in range(14)]


class World:
    def __init__(self) -> None:
        self.clock = StoppedClock()
        self.cloud = SimulatedCloud(self.clock, workload=False, colleagues=False)

    def ask(self, method: str, path: str, body: object = None, status: int = 200) -> object:
        data = b"" if body is None else json.dumps(body).encode()
        path, _, query = path.partition("?")
        pairs = tuple((name, value) for name, _, value in (one.partition("=") for one in query.split("&")) if name)
        reply = respond(self.cloud, Request(method, path, pairs, KEY, data))
        assert (reply.status, reply.body) == (status, reply.body)
        return json.loads(reply.body)

    def job(self, given: object, **more: object) -> str:
        body = {"backend": "simulator", "type": "ionq.circuit.v1", "input": given, **more}
        return str(self.told("POST", "/jobs", body, 201)["id"])

    def done(self, given: object, **more: object) -> str:
        """Submit a job, and let it finish."""
        job = self.job(given, **more)
        self.clock.advance(7200)
        return job

    def told(self, method: str, path: str, body: object = None, status: int = 200) -> dict[str, object]:
        read = self.ask(method, path, body, status)
        assert isinstance(read, dict)
        return read

    def shares(self, job: str) -> dict[str, float]:
        read = self.told("GET", f"/jobs/{job}/results/probabilities")
        return {state: float(str(share)) for state, share in read.items()}


@pytest.fixture
def world() -> World:
    return World()


def qis(circuit: object, qubits: int = 2) -> Mapping[str, object]:
    return {"gateset": "qis", "qubits": qubits, "circuit": circuit}


@pytest.mark.parametrize(
    ("circuit", "expected"),
    [
        ([], {"0": 1}),
        (BELL, {"0": 0.5, "3": 0.5}),
        ([{"gate": "x", "target": 1}], {"2": 1}),
        ([{"gate": "v", "target": 0}, {"gate": "v", "target": 0}], {"1": 1}),
        ([{"gate": "rx", "target": 0, "rotation": 1.0}], {"0": math.cos(0.5) ** 2, "1": math.sin(0.5) ** 2}),
        ([{"gate": "xx", "targets": [0, 1], "rotation": 1.0}], {"0": math.cos(0.5) ** 2, "3": math.sin(0.5) ** 2}),
        ([{"gate": "x", "target": 0}, {"gate": "swap", "targets": [0, 1]}], {"2": 1}),
        ([{"gate": "h", "target": 0}, {"gate": "z", "target": 0}, {"gate": "h", "target": 0}], {"1": 1}),
        (
            [{"gate": "pauliexp", "targets": [0, 1], "terms": ["IX"], "coefficients": [0.5], "time": 1.0}],
            {"0": math.cos(0.5) ** 2, "1": math.sin(0.5) ** 2},
        ),
    ],
)
def test_small_circuits_are_simulated_exactly(world: World, circuit: object, expected: dict[str, float]) -> None:
    assert world.shares(world.done(qis(circuit))) == pytest.approx(expected)


def test_native_gates_count_in_turns(world: World) -> None:
    flip = [{"gate": "gpi2", "target": 0, "phase": 0}, {"gate": "gpi2", "target": 0, "phase": 0}]
    assert world.shares(world.done({"gateset": "native", "circuit": flip})) == pytest.approx({"1": 1})
    both = [{"gate": "ms", "targets": [0, 1], "phases": [0, 0], "angle": 0.25}]
    assert world.shares(world.done({"gateset": "native", "circuit": both})) == pytest.approx({"0": 0.5, "3": 0.5})


def test_many_qubits_with_few_states_are_simulated_too(world: World) -> None:
    assert world.shares(world.done(qis(GHZ, 29))) == pytest.approx({"0": 0.5, str(2**29 - 1): 0.5})


def test_what_is_too_large_has_an_invented_result_of_its_size(world: World) -> None:
    for given, kind, qubits in ((qis(LONG, 14), "ionq.circuit.v1", 14), ({"data": PROGRAM}, "ionq.qasm3.v1", 3)):
        shares = world.shares(world.done(given, type=kind))
        assert sum(shares.values()) == pytest.approx(1)
        assert all(0 <= int(state) < 2**qubits for state in shares) and len(shares) > 2


def test_a_quantum_computer_draws_the_shots_and_everything_agrees(world: World) -> None:
    job = world.done(qis(BELL), backend="qpu.forte-1", shots="1000")
    told = world.told("GET", f"/jobs/{job}")
    results = told["results"]
    assert isinstance(results, dict) and set(results) == {"probabilities", "histogram", "shots"}
    by_name = {name: world.ask("GET", str(one["url"])) for name, one in results.items()}
    counts, shots, shares = by_name["histogram"], by_name["shots"], by_name["probabilities"]
    assert isinstance(counts, dict) and isinstance(shots, list) and isinstance(shares, dict)
    assert set(counts) == {"0", "3"} and sum(counts.values()) == len(shots) == told["shots"] == 1000
    assert 400 < counts["0"] < 600 and counts["0"] != 500
    assert shares == {state: count / 1000 for state, count in counts.items()}
    assert {state: shots.count(state) for state in counts} == counts
    for name, one in results.items():
        assert world.ask("GET", f"/jobs/{job}/artifacts/{one['id']}") == by_name[name]
        schema = world.told("GET", f"/schemas/formats/{one['format']}")
        assert schema["$id"] == one["format"]
        Draft202012Validator(schema).validate(by_name[name])


def test_programs_have_shots_by_register(world: World) -> None:
    job = world.done({"data": PROGRAM}, type="ionq.qasm3.v1", backend="qpu.forte-1", shots=50)
    results = world.told("GET", f"/jobs/{job}")["results"]
    assert isinstance(results, dict)
    artifact = world.told("GET", f"/jobs/{job}/artifacts/{results['ionq.result.shots.json.v2']['id']}")
    shots = artifact["shots"]
    assert isinstance(shots, list) and len(shots) == 50
    for shot in shots:
        registers = shot["registers"]
        assert registers["c"] + registers["d"] == registers["output_all"] and len(registers["c"]) == 2
    Draft202012Validator(world.told("GET", "/schemas/formats/ionq.result.shots.json.v2")).validate(artifact)


def test_several_circuits_are_children_of_their_job(world: World) -> None:
    given = {"gateset": "qis", "circuits": [{"name": "one", "circuit": BELL}, {"circuit": BELL[:1]}]}
    job = world.done(given, type="ionq.multi-circuit.v1", name="both")
    told = world.told("GET", f"/jobs/{job}")
    children = told["child_job_ids"]
    assert isinstance(children, list) and len(children) == 2
    whole = world.told("GET", f"/jobs/{job}/results/probabilities/aggregated")
    assert list(whole) == children
    assert whole[children[0]] == world.shares(children[0]) == {"0": 0.5, "3": 0.5}
    assert whole[children[1]] == world.shares(children[1]) == {"0": 0.5, "1": 0.5}
    world.ask("GET", f"/jobs/{job}/results/probabilities", status=404)
    one = world.told("GET", f"/jobs/{children[0]}")
    assert (one["parent_job_id"], one["name"], one["status"]) == (job, "one", "completed")
    listed = world.told("GET", f"/jobs?parent_job_id={job}&limit=1")
    assert [entry["id"] for entry in listed["jobs"]] == [children[0]]  # type: ignore[attr-defined]
    rest = world.told("GET", f"/jobs?parent_job_id={job}&next={listed['next']}")
    assert [entry["id"] for entry in rest["jobs"]] == [children[1]]  # type: ignore[attr-defined]
    assert rest["next"] is None
    assert len(world.told("GET", "/jobs")["jobs"]) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given",
    [
        qis([{"gate": "unknown", "target": 0}]),
        qis([{"gate": "h"}]),
        qis([{"gate": "h", "target": -1}]),
        qis([{"gate": "h", "target": 2}], 2),
        qis([{"gate": "swap", "targets": [0]}]),
        qis([{"gate": "cnot", "control": 1, "target": 1}]),
        qis([{"gate": "rx", "target": 0, "rotation": "1"}]),
        qis("h 0"),
        qis([7]),
        {"gateset": "other", "circuit": []},
        {"gateset": "native", "circuit": [{"gate": "ms", "targets": [0, 1]}]},
    ],
)
def test_a_circuit_that_is_none_is_refused(world: World, given: object) -> None:
    body = {"backend": "simulator", "type": "ionq.circuit.v1", "input": given}
    assert world.told("POST", "/jobs", body, 400)["message"]


def test_jobs_are_cloned_moved_and_deleted(world: World) -> None:
    first = world.job(qis(BELL), backend="qpu.forte-1", shots=100, name="first")
    again = str(world.told("POST", f"/jobs/{first}/clone", {"shots": 200}, 201)["id"])
    assert [world.told("GET", f"/jobs/{one}")["shots"] for one in (first, again)] == [100, 200]
    moved = str(world.told("POST", f"/jobs/{first}/move", {"backend": "simulator"}, 201)["id"])
    assert world.told("GET", f"/jobs/{first}")["status"] == "canceled"
    told = world.told("GET", f"/jobs/{moved}")
    assert (told["name"], told["backend"], told["metadata"]) == ("first", "simulator", {"original_job_id": first})
    world.ask("POST", f"/jobs/{first}/move", {}, 409)
    assert world.told("DELETE", f"/jobs/{again}") == {"id": again, "status": "deleted"}
    assert world.cloud.jobs[again].status == "canceled"
    world.ask("GET", f"/jobs/{again}", status=404)
    world.ask("DELETE", f"/jobs/{again}", status=404)
    many = world.told("DELETE", "/jobs", {"ids": [first, again, moved]})
    assert many == {"ids": [first, moved], "status": "deleted"}
    assert world.told("GET", "/jobs")["jobs"] == []


@pytest.mark.parametrize(("speed", "said"), [(1.0, None), (20.0, "20")])
def test_a_clock_of_another_speed_says_so(speed: float, said: str | None) -> None:
    cloud = SimulatedCloud(FastClock(speed, monotonic=lambda: 0.0), workload=False, colleagues=False)
    assert dict(respond(cloud, Request("GET", "/backends")).headers).get("X-Simulated-Speed") == said


def compiled(world: World, job: str) -> dict[str, object]:
    """Return the compiled circuit of a job, fetched as its descriptor says and held against the form it names."""
    output = world.told("GET", f"/jobs/{job}")["output"]
    assert isinstance(output, dict)
    ((name, descriptor),) = output["compilation"]["compiled_circuits"].items()
    assert (name, descriptor["media_type"]) == (descriptor["format"], "application/json") and "url" not in descriptor
    circuit = world.told("GET", f"/jobs/{job}/artifacts/{descriptor['id']}")
    Draft202012Validator(world.told("GET", f"/schemas/formats/{name}")).validate(circuit)
    return circuit


ONE_QUBIT = ["x", "y", "z", "h", "s", "si", "t", "ti", "v", "vi", "not"]


@pytest.mark.parametrize("seed", range(12))
def test_a_compiled_circuit_has_the_same_result(world: World, seed: int) -> None:
    """The gates at its end show the phases too, which alone have no effect on probabilities."""
    random = Random(seed)
    gates: list[dict[str, object]] = [{"gate": "h", "target": qubit} for qubit in range(3)]
    for _ in range(12):
        one, other = random.sample(range(3), 2)
        angle = random.uniform(-4, 4)
        gates.append(
            random.choice(
                [
                    {"gate": random.choice(ONE_QUBIT), "target": one},
                    {"gate": random.choice(["rx", "ry", "rz", "z"]), "target": one, "rotation": angle},
                    {"gate": "cnot", "control": one, "target": other},
                    {"gate": random.choice(["xx", "yy", "zz"]), "targets": [one, other], "rotation": angle},
                    {"gate": "swap", "targets": [one, other]},
                ]
            )
        )
    gates += [{"gate": "ry", "target": qubit, "rotation": 0.4 + qubit} for qubit in range(3)]
    expected = world.shares(world.done(qis(gates, 3)))
    circuit = compiled(world, world.done(qis(gates, 3), backend="qpu.forte-1"))
    again = world.shares(world.done({"gateset": "native", **circuit}))
    assert {state: again.get(state, 0.0) for state in expected} == pytest.approx(expected, abs=1e-4)


def test_a_native_circuit_stays_as_it_is(world: World) -> None:
    gates = [
        {"gate": "gpi2", "target": 0, "phase": 0.1},
        {"gate": "gpi", "target": 1, "phase": 0.2},
        {"gate": "ms", "targets": [0, 1], "phases": [0.0, 0.3], "angle": 0.25},
        {"gate": "zz", "targets": [1, 0], "angle": 0.1},
    ]
    job = world.done({"gateset": "native", "circuit": gates}, backend="qpu.forte-1")
    assert compiled(world, job) == {"qubits": 2, "circuit": gates}


def test_which_jobs_have_a_compiled_circuit(world: World) -> None:
    toffoli = [{"gate": "x", "controls": [0, 1], "targets": [2]}]
    power = [{"gate": "pauliexp", "targets": [0, 1], "terms": ["XX"], "coefficients": [0.5], "time": 1.0}]
    for none in (
        world.done(qis(BELL)),  # the ideal simulator compiles nothing
        world.done(qis(toffoli, 3), backend="qpu.forte-1"),
        world.done(qis(power), backend="qpu.forte-1"),
    ):
        assert world.told("GET", f"/jobs/{none}")["output"] == {}
    waiting = world.job(qis(BELL), backend="qpu.forte-1")
    assert world.told("GET", f"/jobs/{waiting}")["output"] == {}
    dry = world.done(qis(BELL), backend="qpu.forte-1", dry_run=True)
    assert world.told("GET", f"/jobs/{dry}")["results"] is None and compiled(world, dry)["qubits"] == 2
    given = {"gateset": "qis", "circuits": [{"circuit": BELL}, {"circuit": BELL[:1]}]}
    parent = world.done(given, type="ionq.multi-circuit.v1", backend="qpu.forte-1")
    told = world.told("GET", f"/jobs/{parent}")
    assert told["output"] == {} and isinstance(told["child_job_ids"], list)
    assert [compiled(world, child)["qubits"] for child in told["child_job_ids"]] == [2, 1]


@pytest.mark.parametrize("shots", [1000, 100, 7])
def test_a_job_without_a_circuit_has_shots_and_a_circuit_that_fit_what_it_says(world: World, shots: int) -> None:
    job = world.done({"qubits": 5, "gateset": "qis"}, backend="qpu.forte-1", shots=shots)
    told = world.told("GET", f"/jobs/{job}")
    assert isinstance(told["stats"], dict)
    gates = compiled(world, job)["circuit"]
    assert isinstance(gates, list)
    several = sum("targets" in gate for gate in gates)
    assert {"1q": len(gates) - several, "2q": several} == told["stats"]["gate_counts"]
    listed = world.ask("GET", f"/jobs/{job}/results/shots")
    assert isinstance(listed, list) and len(listed) == told["shots"] == shots
    assert world.shares(job) == {state: listed.count(state) / shots for state in listed}
