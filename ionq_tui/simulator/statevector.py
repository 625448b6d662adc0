"""A small simulation of circuits: amplitudes by basis state, of which only those that are not zero are kept.

Qubit 0 is the lowest bit of a basis state, as in the API's results.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence

from ionq_tui.simulator.store import Circuit, Gate

MOST_STATES = 4096
"""Basis states with an amplitude, above which a circuit is not simulated."""
_NEGLIGIBLE = 1e-12
"""Square of an amplitude that counts as zero."""

State = dict[int, complex]
Matrix = tuple[tuple[complex, complex], tuple[complex, complex]]

_H = math.sqrt(0.5)
_HALF = 0.5 + 0.5j
_X: Matrix = ((0, 1), (1, 0))
_FIXED: dict[str, Matrix] = {
    "x": _X,
    "not": _X,
    "cnot": _X,
    "y": ((0, -1j), (1j, 0)),
    "z": ((1, 0), (0, -1)),
    "h": ((_H, _H), (_H, -_H)),
    "s": ((1, 0), (0, 1j)),
    "si": ((1, 0), (0, -1j)),
    "t": ((1, 0), (0, cmath.rect(1, math.pi / 4))),
    "ti": ((1, 0), (0, cmath.rect(1, -math.pi / 4))),
    "v": ((_HALF, _HALF.conjugate()), (_HALF.conjugate(), _HALF)),
    "vi": ((_HALF.conjugate(), _HALF), (_HALF, _HALF.conjugate())),
}


class Work:
    """How much may still be computed, so that no request takes seconds."""

    def __init__(self, steps: int) -> None:
        """Take the number of amplitudes that may be computed."""
        self.left = steps


def probabilities(circuit: Circuit, work: Work) -> dict[int, float] | None:
    """Return the exact probabilities by basis state; None if the circuit is too large or cannot be simulated."""
    if circuit.gates is None:
        return None
    state: State = {0: 1 + 0j}
    for gate in circuit.gates:
        work.left -= len(state) * max(1, len(gate.targets), len(gate.terms))
        if work.left < 0 or len(state) > MOST_STATES:
            return None
        state = _applied(state, gate)
    found = {basis: abs(amplitude) ** 2 for basis, amplitude in sorted(state.items())}
    whole = sum(found.values())
    return {basis: round(share / whole, 12) for basis, share in found.items() if share > _NEGLIGIBLE}


def _applied(state: State, gate: Gate) -> State:
    controls = sum(1 << qubit for qubit in gate.controls)
    if gate.name == "nop":
        return state
    if gate.name == "swap":
        return _swapped(state, gate.targets[0], gate.targets[1], controls)
    if gate.name == "pauliexp":  # terms that do not commute: one after another
        for word, angle in gate.terms:
            state = _rotated(
                state, angle, list(zip(gate.targets, map(_PAULI.get, reversed(word)), strict=True)), controls
            )
        return state
    if gate.name in _ISING:
        axis = _ISING[gate.name]
        return _rotated(state, _angle(gate) / 2, [(target, axis) for target in gate.targets], controls)
    if gate.name == "native zz":
        return _rotated(state, math.pi * gate.angles[0], [(target, "Z") for target in gate.targets], controls)
    if gate.name == "native ms":
        first, second, angle = gate.angles
        axes: list[tuple[int, float | str | None]] = [
            (target, 2 * math.pi * phase) for target, phase in zip(gate.targets, (first, second), strict=True)
        ]
        return _rotated(state, math.pi * angle, axes, controls)
    for target in gate.targets:
        state = _turned(state, gate_matrix(gate), target, controls)
    return state


def _angle(gate: Gate) -> float:
    return gate.angles[0] if gate.angles else 0.0


_PAULI: dict[str, float | str | None] = {"I": None, "X": 0.0, "Y": math.pi / 2, "Z": "Z"}
"""The axis of a Pauli operator: its angle in the plane of X and Y, "Z", or None for the identity."""
_ISING: dict[str, float | str | None] = {"xx": 0.0, "yy": math.pi / 2, "zz": "Z"}


def gate_matrix(gate: Gate) -> Matrix:
    """Return the matrix of a gate on one qubit, without its controls."""
    name, angle = gate.name, _angle(gate)
    if name == "z" and gate.angles:  # a phase gate
        return ((1, 0), (0, cmath.rect(1, angle)))
    if name in _FIXED:
        return _FIXED[name]
    if name.startswith("native"):
        ahead, behind = cmath.rect(1, 2 * math.pi * angle), cmath.rect(1, -2 * math.pi * angle)
        if name == "native gpi":
            return ((0, behind), (ahead, 0))
        return ((_H, -1j * _H * behind), (-1j * _H * ahead, _H))
    cos, sin = math.cos(angle / 2), math.sin(angle / 2)
    if name == "rx":
        return ((cos, -1j * sin), (-1j * sin, cos))
    if name == "ry":
        return ((cos, -sin), (sin, cos))
    return ((cmath.rect(1, -angle / 2), 0), (0, cmath.rect(1, angle / 2)))


def _turned(state: State, matrix: Matrix, target: int, controls: int) -> State:
    """Apply a one-qubit gate where all controls are 1."""
    bit, turned = 1 << target, State()
    for basis, amplitude in state.items():
        if basis & controls != controls:
            turned[basis] = turned.get(basis, 0) + amplitude
            continue
        column = 1 if basis & bit else 0
        for row, to in ((0, basis & ~bit), (1, basis | bit)):
            if part := matrix[row][column] * amplitude:
                turned[to] = turned.get(to, 0) + part
    return _kept(turned)


def _rotated(state: State, angle: float, axes: Sequence[tuple[int, float | str | None]], controls: int) -> State:
    """Apply exp(-i angle P), where P is the product of Pauli operators along the axes of the targets."""
    cos, sin = math.cos(angle), math.sin(angle)
    rotated = State()
    for basis, amplitude in state.items():
        if basis & controls != controls:
            rotated[basis] = rotated.get(basis, 0) + amplitude
            continue
        to, phase = basis, 1 + 0j
        for target, axis in axes:
            one = bool(basis >> target & 1)
            if axis == "Z":
                phase *= -1 if one else 1
            elif isinstance(axis, float):
                to ^= 1 << target
                phase *= cmath.rect(1, -axis if one else axis)
        rotated[basis] = rotated.get(basis, 0) + cos * amplitude
        rotated[to] = rotated.get(to, 0) - 1j * sin * phase * amplitude
    return _kept(rotated)


def _swapped(state: State, one: int, other: int, controls: int) -> State:
    swapped = State()
    for basis, amplitude in state.items():
        differ = (basis >> one ^ basis >> other) & 1
        if differ and basis & controls == controls:
            basis ^= 1 << one | 1 << other
        swapped[basis] = amplitude
    return swapped


def _kept(state: State) -> State:
    return {basis: amplitude for basis, amplitude in state.items() if abs(amplitude) ** 2 > _NEGLIGIBLE}
