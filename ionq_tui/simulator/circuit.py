"""The circuits of a job, read from its input: qubits and gates of JSON circuits, declarations of OpenQASM programs."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.simulator.store import Circuit, Gate, Refusal

QIS_GATES = frozenset(
    {"x", "y", "z", "rx", "ry", "rz", "h", "s", "si", "v", "vi", "t", "ti", "not", "cnot", "swap", "xx", "yy", "zz"}
    | {"pauliexp"}
)
NATIVE_GATES = frozenset({"zz", "ms", "gpi", "gpi2", "nop"})
_GATES = {"qis": QIS_GATES, "native": NATIVE_GATES}
_TWO_QUBITS = frozenset({"swap", "xx", "yy", "zz", "ms"})
_MOST_QUBITS = 1000
_MOST_CIRCUITS = 5000
_QUARTER_TURN = 0.25
"""The default angle of native two-qubit gates, in turns."""
_DECLARED = re.compile(r"\b(qubit|bit)\s*(?:\[\s*(\d{1,4})\s*\])?\s+([A-Za-z_]\w{0,80})")
_LONGEST_PROGRAM = 200_000
"""Characters of an OpenQASM program that are searched for declarations."""

Input = Mapping[str, object]


def circuits(given: Input, kind: str) -> tuple[Circuit, ...]:
    """Read the circuits of a job's input; empty if it has none, Refusal if they are not as published."""
    if kind == "ionq.qasm3.v1" or isinstance(given.get("data"), str):
        return (_program(given),)
    gateset = given.get("gateset", "qis")
    if not isinstance(gateset, str) or gateset not in _GATES:
        raise _refused('"gateset" must be qis or native', "input.gateset")
    if kind != "ionq.multi-circuit.v1":
        return (_circuit(given, gateset, "input"),) if "circuit" in given else ()
    several = given.get("circuits")
    if not isinstance(several, list) or not 0 < len(several) <= _MOST_CIRCUITS:
        raise _refused(f'"circuits" must be a list of 1 to {_MOST_CIRCUITS} circuits', "input.circuits")
    return tuple(_circuit(one, gateset, f"input.circuits.{index}") for index, one in enumerate(several))


@quick_dataclass(frozen=True, slots=True)
class _Place:
    """A gate in the request, for messages."""

    path: str
    gate: str

    def refused(self, message: str) -> Refusal:
        return _refused(f"{self.gate}: {message}", self.path)


def _circuit(given: object, gateset: str, path: str) -> Circuit:
    listed = given.get("circuit") if isinstance(given, dict) else None
    if not isinstance(given, dict) or not isinstance(listed, list):
        raise _refused('"circuit" must be a list of gates', f"{path}.circuit")
    gates = tuple(_gate(one, gateset, f"{path}.circuit.{index}") for index, one in enumerate(listed))
    used = max((max((*gate.targets, *gate.controls), default=-1) for gate in gates), default=-1) + 1
    asked = given.get("qubits")
    if asked is not None and isinstance(asked, int) and 0 < asked < used:
        raise _refused(f"a gate is on qubit {used - 1}, but the circuit has {asked} qubits", f"{path}.qubits")
    name = given.get("name")
    return Circuit(max(1, used), gates, name if isinstance(name, str) else None)


def _gate(given: object, gateset: str, path: str) -> Gate:
    name = given.get("gate") if isinstance(given, dict) else None
    if not isinstance(given, dict) or not isinstance(name, str) or name not in _GATES[gateset]:
        raise _refused(f'"gate" must be one of {", ".join(sorted(_GATES[gateset]))}', f"{path}.gate")
    place = _Place(path, name)
    targets = _qubits(given, "target", place)
    controls = _qubits(given, "control", place)
    if len({*targets, *controls}) < len(targets) + len(controls):
        raise place.refused("a qubit is named twice")
    if name == "nop":
        return Gate(name, targets)
    if not targets or (name in _TWO_QUBITS and len(targets) != 2):
        raise place.refused(f"needs {'two targets' if name in _TWO_QUBITS else 'a target'}")
    if name == "pauliexp":
        return Gate(name, targets, controls, terms=_terms(given, len(targets), place))
    if gateset == "native":
        return Gate(f"native {name}", targets, controls, _native_angles(given, name, place))
    rotation = given.get("rotation")
    return Gate(name, targets, controls, () if rotation is None else (_number(rotation, "rotation", place),))


def _native_angles(given: Input, name: str, place: _Place) -> tuple[float, ...]:
    """Return phases and angle in turns: of gpi and gpi2 the phase, of zz the angle, of ms two phases and the angle."""
    if name in ("gpi", "gpi2"):
        return (_number(given.get("phase", 0), "phase", place),)
    if name == "zz":
        angle = given.get("angle", given.get("phase", _QUARTER_TURN))
        return (_number(angle, "angle", place),)
    phases, angle = given.get("phases"), given.get("angle")
    if not isinstance(phases, list) or len(phases) != 2:
        raise place.refused('"phases" must be two numbers')
    first, second = (_number(phase, "phases", place) for phase in phases)
    return first, second, _number(_QUARTER_TURN if angle is None else angle, "angle", place)


def _terms(given: Input, qubits: int, place: _Place) -> tuple[tuple[str, float], ...]:
    """Return the Pauli strings of an exponential, last letter first target, each with coefficient times time."""
    words, weights = given.get("terms"), given.get("coefficients")
    time = _number(given.get("time", 1), "time", place)
    if not isinstance(words, list) or not isinstance(weights, list) or len(words) != len(weights):
        raise place.refused('"terms" and "coefficients" must be lists of one length')
    read = []
    for word, weight in zip(words, weights, strict=True):
        if not isinstance(word, str) or len(word) != qubits or not set(word) <= set("IXYZ"):
            raise place.refused('"terms" must have one of I, X, Y, Z for each target')
        read.append((word, _number(weight, "coefficients", place) * time))
    return tuple(read)


def _qubits(given: Input, name: str, place: _Place) -> tuple[int, ...]:
    """Return the qubits of `target` and `targets`, or `control` and `controls`."""
    single, several = given.get(name), given.get(f"{name}s")
    listed: Sequence[object] = [
        *([] if single is None else [single]),
        *(several if isinstance(several, list) else []),
    ]
    for qubit in listed:
        if isinstance(qubit, bool) or not isinstance(qubit, int | float) or not 0 <= qubit < _MOST_QUBITS:
            raise place.refused(f'"{name}" must be a qubit from 0 to {_MOST_QUBITS - 1}')
    return tuple(int(qubit) for qubit in listed if isinstance(qubit, int | float))


def _number(value: object, name: str, place: _Place) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise place.refused(f'"{name}" must be a number')
    return float(value)


def _program(given: Input) -> Circuit:
    """Read the declarations of an OpenQASM 3 program; its statements are not run."""
    source = given.get("data")
    if not isinstance(source, str):
        raise _refused('"data" must be an OpenQASM 3 program', "input.data")
    declared = [(kind, int(size or 1), name) for kind, size, name in _DECLARED.findall(source[:_LONGEST_PROGRAM])]
    qubits = min(_MOST_QUBITS, sum(size for kind, size, _ in declared if kind == "qubit"))
    registers = tuple((name, min(size, _MOST_QUBITS)) for kind, size, name in declared if kind == "bit")
    return Circuit(max(1, qubits), None, registers=registers)


def _refused(message: str, key: str) -> Refusal:
    return Refusal(400, message, key)
