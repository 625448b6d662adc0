"""Circuits as they were compiled, in the form `ionq.native.v1`: gates `gpi`, `gpi2`, and `zz` or `ms`, phases in turns.

A circuit of the usual gates is really compiled, so that the native circuit has the same result: gates on one qubit are
multiplied, and become three pulses; two qubits meet in `zz`. Native circuits stay as they are. One with other
gates (exponentials, more than one control) has no compiled circuit. An OpenQASM program, and a job of a simulated
program, has an invented one, with as many gates as its statistics say. IonQ's own compiler does better than this.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from random import Random

from ionq_tui.simulator.statevector import Matrix, gate_matrix
from ionq_tui.simulator.store import Circuit, Gate

Json = dict[str, object]

_H = math.sqrt(0.5)
_HADAMARD: Matrix = ((_H, _H), (_H, -_H))
_BACK: Matrix = ((cmath.rect(1, math.pi / 4), 0), (0, cmath.rect(1, -math.pi / 4)))
"""A turn by -90 degrees around Z, which makes a controlled Z of the gate zz."""
_ISING = {"xx": 0.0, "yy": 0.25}
"""The phase, in turns, of the gate ms that is the same rotation."""
_QUARTER_TURN = 0.25
_DIGITS = 6
_SAME = 1e-9


def compilable(circuit: Circuit) -> bool:
    """Tell whether there is a compiled circuit, without making it."""
    return circuit.gates is None or all(map(_known, circuit.gates))


def _known(gate: Gate) -> bool:
    if gate.name.startswith("native") or gate.name == "nop":
        return not gate.controls
    if gate.name == "swap" or gate.name in _ISING or gate.name == "zz":
        return not gate.controls
    several = len(gate.controls) + len(gate.targets) > 2
    return gate.name != "pauliexp" and (not gate.controls or (gate.name in ("x", "not", "cnot") and not several))


def compiled(circuit: Circuit) -> Json:
    """Return the circuit in native gates."""
    work = _Compilation()
    for gate in circuit.gates or ():
        work.add(gate)
    for qubit in list(work.pending):
        work.flush(qubit)
    return {"qubits": circuit.qubits, "circuit": work.gates}


def invented(qubits: int, one_qubit: int, two_qubits: int, random: Random) -> Json:
    """Return a circuit of so many native gates on random qubits."""
    kinds = [False] * one_qubit + [True] * (two_qubits if qubits > 1 else 0)
    random.shuffle(kinds)
    return {"qubits": qubits, "circuit": [_random_gate(qubits, several, random) for several in kinds]}


def _random_gate(qubits: int, several: bool, random: Random) -> Json:
    if several:
        return _zz(random.sample(range(qubits), 2))
    name = random.choice(("gpi", "gpi2"))
    return {"gate": name, "target": random.randrange(qubits), "phase": round(random.random(), 3)}


class _Compilation:
    """The native gates so far, and the gates on single qubits that are not pulses yet."""

    def __init__(self) -> None:
        self.gates: list[Json] = []
        self.pending: dict[int, Matrix] = {}

    def add(self, gate: Gate) -> None:
        """Add one gate."""
        if gate.name == "nop":
            return
        if gate.name == "swap":
            one, other = gate.targets
            for control, target in ((one, other), (other, one), (one, other)):
                self._controlled_not(control, target)
        elif gate.name in _ISING or gate.name in ("zz", "native zz", "native ms"):
            self._meet(gate.targets[0], gate.targets[1], _two_qubits(gate))
        elif gate.name.startswith("native"):
            for target in gate.targets:
                self.flush(target)
                self.gates.append({"gate": gate.name.partition(" ")[2], "target": target, "phase": gate.angles[0]})
        elif gate.controls:
            self._controlled_not(gate.controls[0], gate.targets[0])
        else:
            for target in gate.targets:
                self._turn(target, gate_matrix(gate))

    def flush(self, qubit: int) -> None:
        """Make pulses of what is pending on the qubit."""
        matrix = self.pending.pop(qubit, None)
        if matrix is not None and not _nothing(matrix):
            self.gates += _pulses(qubit, matrix)

    def _turn(self, qubit: int, matrix: Matrix) -> None:
        before = self.pending.get(qubit)
        self.pending[qubit] = matrix if before is None else _product(matrix, before)

    def _controlled_not(self, control: int, target: int) -> None:
        self._turn(target, _HADAMARD)
        self._meet(control, target, _zz((control, target)))
        self._turn(control, _BACK)
        self._turn(target, _product(_HADAMARD, _BACK))

    def _meet(self, one: int, other: int, shown: Json) -> None:
        self.flush(one)
        self.flush(other)
        self.gates.append(shown)


def _two_qubits(gate: Gate) -> Json:
    if gate.name == "native ms":
        first, second, angle = gate.angles
        return {"gate": "ms", "targets": list(gate.targets), "phases": [first, second], "angle": angle}
    if gate.name == "native zz":
        return _zz(gate.targets, gate.angles[0])
    angle = round((gate.angles[0] if gate.angles else 0.0) / (2 * math.pi), _DIGITS)
    if gate.name == "zz":
        return _zz(gate.targets, angle)
    phase = _ISING[gate.name]
    return {"gate": "ms", "targets": list(gate.targets), "phases": [phase, phase], "angle": angle}


def _zz(targets: Sequence[int], angle: float = _QUARTER_TURN) -> Json:
    return {"gate": "zz", "targets": list(targets), "angle": angle}


def _product(left: Matrix, right: Matrix) -> Matrix:
    (a, b), (c, d) = left
    (e, f), (g, h) = right
    return (a * e + b * g, a * f + b * h), (c * e + d * g, c * f + d * h)


def _nothing(matrix: Matrix) -> bool:
    """Tell whether it changes at most the phase of the whole state."""
    (a, b), (c, d) = matrix
    return abs(b) < _SAME and abs(c) < _SAME and abs(a - d) < _SAME


def _pulses(qubit: int, matrix: Matrix) -> list[Json]:
    """Return gpi2, gpi and gpi2 that together are this matrix, but for the phase of the whole state.

    With the matrix as cos(w) exp(ip) and sin(w) exp(iq) in its first column, and determinant 1, the phases are q + p,
    q - w and q - p: the product of three half and quarter turns, written out.
    """
    (a, b), (c, d) = matrix
    root = cmath.sqrt(a * d - b * c)
    above, below = a / root, c / root
    turn = math.atan2(abs(below), abs(above))
    ahead, aside = cmath.phase(above), cmath.phase(below)
    phases = (("gpi2", aside + ahead), ("gpi", aside - turn), ("gpi2", aside - ahead))
    return [{"gate": name, "target": qubit, "phase": _in_turns(phase)} for name, phase in phases]


def _in_turns(radians: float) -> float:
    return round(radians / (2 * math.pi), _DIGITS) % 1
