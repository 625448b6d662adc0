"""Decode the content of a job's file: shots and compiled circuits in IonQ's documented forms, or other text.

`ionq.result.shots.json.v1` is a list with the number of the basis state of each shot; `ionq.result.shots.json.v2`
is `{"shots": [{"registers": {name: [bit, ...]}}]}`; `ionq.native.v1` is `{"qubits": n, "circuit": [gate, ...]}` (IonQ's
API reference v0.4, "Results formats" and "Circuit formats", and the models of ionq_core 0.2.0).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from ionq_tui.api.decode import Unreadable, parse
from ionq_tui.api.scalar import count, encodable
from ionq_tui.model.artifact import Artifact, ArtifactContent, ArtifactKind, CompiledCircuit, Gate, Shots

_MOST_VALUES = 500_000
"""Maximum number of values in one file: those of 10,000 shots of 36 qubits by register."""
_MOST_REGISTERS = 64
_LONGEST = 1_000
"""Characters of one cell, such as the bits of a register or the parameters of a gate."""
_MOST_DIGITS = 40
_BITS = {0: "0", 1: "1", None: "?"}


def read_artifact(value: object, artifact: Artifact) -> ArtifactContent:
    """Decode the content of a file from its text. Raises Unreadable if it is named JSON and is not."""
    text = encodable(value) if isinstance(value, str) else ""
    if not text.strip():
        raise Unreadable("the reply is empty")
    if not artifact.json:
        return ArtifactContent(artifact, text)
    data: object = parse(text.encode(), most=_MOST_VALUES)
    if artifact.kind is ArtifactKind.SHOTS:
        return ArtifactContent(artifact, text, shots=_shots(data))
    return ArtifactContent(artifact, text, circuit=_circuit(data))


def _shots(data: object) -> Shots | None:
    """Decode shots in either form; None if any of them has another one."""
    if isinstance(data, list):
        numbers = [_state(one) for one in data]
        known = tuple((one,) for one in numbers if one is not None)
        return Shots((), known) if len(known) == len(numbers) else None
    listed = data.get("shots") if isinstance(data, dict) else None
    if not isinstance(listed, list):
        return None
    shots = [one.get("registers") if isinstance(one, dict) else None for one in listed]
    first = shots[0] if shots else {}
    if not isinstance(first, dict) or len(first) > _MOST_REGISTERS:
        return None
    names = tuple(first)
    rows = [_bits(one, names) for one in shots]
    read = tuple(row for row in rows if row is not None)
    return Shots(tuple(encodable(name[:_LONGEST]) for name in names), read) if len(read) == len(rows) else None


def _state(value: object) -> str | None:
    """Return the number of a basis state as text."""
    if isinstance(value, str):
        return value if value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS else None
    return str(value) if type(value) is int and value >= 0 else None


def _bits(registers: object, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the bits of each register of one shot."""
    if not isinstance(registers, dict) or len(registers) != len(names):
        return None
    told = []
    for name in names:
        bits = registers.get(name)
        if not isinstance(bits, list) or len(bits) > _LONGEST or not all(_is_bit(bit) for bit in bits):
            return None
        told.append("".join(_BITS[bit] for bit in bits))
    return tuple(told)


def _is_bit(value: object) -> bool:
    return value is None or (type(value) is int and value in (0, 1))


def _circuit(data: object) -> CompiledCircuit | None:
    """Decode a circuit; None if it is no list of gates."""
    listed = data.get("circuit") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(listed, list):
        return None
    gates = [_gate(one) for one in listed]
    known = tuple(one for one in gates if one is not None)
    return CompiledCircuit(count(data.get("qubits")), known) if len(known) == len(gates) else None


_LEVELS = 3
_NOT_PARAMETERS = {"gate", "target", "targets", "control", "controls"}


def _gate(value: object) -> Gate | None:
    name = value.get("gate") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(name, str):
        return None
    qubits = _all(value, ("control", "controls", "target", "targets"))
    rest: Mapping[str, object] = {key: held for key, held in value.items() if key not in _NOT_PARAMETERS}
    told = ", ".join(f"{encodable(key[:_LONGEST])} {_written(held)}" for key, held in rest.items())
    return Gate(encodable(name[:_LONGEST]), qubits[:_LONGEST], told[:_LONGEST])


def _all(gate: Mapping[str, object], names: Iterable[str]) -> str:
    return ", ".join(_written(gate[name]) for name in names if gate.get(name) not in (None, []))


def _written(value: object, levels: int = _LEVELS) -> str:
    """Return a value of a gate as IonQ wrote it, without what is nested deeper than so many levels of lists."""
    if isinstance(value, list):
        return ", ".join(_written(one, levels - 1) for one in value[:_LONGEST]) if levels else "…"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int | Decimal):
        return str(value)[:_MOST_DIGITS]
    return encodable(value[:_LONGEST]) if isinstance(value, str) else "…"
