"""Validation of request bodies and queries, as strict as the published OpenAPI schemas."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from ionq_tui.simulator.circuit import circuits
from ionq_tui.simulator.store import CIRCUIT_TYPES, Order, Refusal, Terms

INT32_MAX = 2**31 - 1
_MOST_SHOTS = 1_000_000
_LONGEST_NUMBER = 12
_UNITS = ("usd", "credit")
_TYPES = (*CIRCUIT_TYPES, "quantum-function", "qctrl.qaoa.v1")
_JOB = frozenset(
    {"backend", "dry_run", "input", "metadata", "name", "noise", "session_id", "settings", "shots", "type"}
    | {"external_settings"}
    | {"lang"}  # not in the published schemas, but cirq-ionq sends it
)
_CLONE = frozenset({"backend", "dry_run", "metadata", "name", "noise", "parent", "session_id", "settings", "shots"})
FAILURES = frozenset(
    {"InvalidInput", "CompilationError", "ContractExpiredError", "DebiasingError", "InternalError", "NotEnoughQubits"}
    | {"OptimizationError", "PreflightError", "QuantumCircuitComplexityError", "QuantumComputerError"}
    | {"QuotaExhaustedError", "SimulationError", "SimulationTimeout", "SystemCancel", "TooLongPredictedExecutionTime"}
    | {"TooManyControls", "TooManyGates", "TooManyShots", "UnknownBillingError", "UnsupportedGate"}
)
"""The failure codes in the published schemas."""
FAIL_WITH = "simulated_failure"
"""A job with this metadata key fails with the code given as its value."""

Members = Mapping[str, object]


def members(body: bytes) -> Members:
    """Parse a JSON object, or raise Refusal."""
    try:
        read: object = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400, "The body is not JSON") from None
    return _object(read, "body")


def terms(body: Members, unit: str) -> tuple[str, Terms]:
    """Parse a request to open a session: its backend and limits."""
    _only(body, frozenset({"backend", "settings"}))
    backend = _text(body, "backend")
    if backend is None:
        raise Refusal(400, '"backend" is required', "backend")
    if "settings" not in body:
        return backend, Terms(unit=unit)
    settings = _object(body["settings"], "settings")
    _only(settings, frozenset({"job_count_limit", "duration_limit_min", "cost_limit"}), "settings.")
    jobs = _whole(settings, "job_count_limit", "settings.", INT32_MAX)
    minutes = _whole(settings, "duration_limit_min", "settings.", INT32_MAX)
    if "cost_limit" not in settings:
        return backend, Terms(jobs, minutes, unit=unit, given=True)
    limit = _object(settings["cost_limit"], "settings.cost_limit")
    _only(limit, frozenset({"value", "unit"}), "settings.cost_limit.")
    value, asked = limit.get("value"), limit.get("unit", unit)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        raise Refusal(400, '"value" must be a number above 0', "settings.cost_limit.value")
    if not isinstance(asked, str) or asked not in _UNITS:
        raise Refusal(400, f'"unit" must be one of {", ".join(_UNITS)}', "settings.cost_limit.unit")
    return backend, Terms(jobs, minutes, Decimal(str(value)), asked, given=True)


def order(body: Members) -> tuple[Order, tuple[str, str] | None]:
    """Parse a job, and the failure requested by its metadata."""
    _only(body, _JOB)
    backend, kind = _text(body, "backend"), _text(body, "type")
    missing = [key for key in ("backend", "type", "input") if body.get(key) is None]
    if backend is None or kind is None or missing:
        raise Refusal(400, f"{', '.join(missing)}: required", *missing)
    if kind not in _TYPES:
        raise Refusal(400, f'"type" must be one of {", ".join(_TYPES)}', "type")
    given = _object(body["input"], "input")
    read = circuits(given, kind) if kind in CIRCUIT_TYPES else ()
    used = max((circuit.qubits for circuit in read), default=2)
    whole = Order(backend, kind, qubits=_whole(given, "qubits", "input.", INT32_MAX) or used, circuits=read)
    return _with(whole, body)


def clone(body: Members, original: Order) -> tuple[Order, tuple[str, str] | None]:
    """Parse a request to submit a job again: what it does not name is as in the original."""
    _only(body, _CLONE)
    return _with(original, body)


def _with(known: Order, body: Members) -> tuple[Order, tuple[str, str] | None]:
    """Set what the body says about a job, and return the failure requested by its metadata."""
    dry_run = body.get("dry_run", known.dry_run)
    if not isinstance(dry_run, bool):
        raise Refusal(400, '"dry_run" must be a boolean', "dry_run")
    metadata = _metadata(body) or known.metadata
    noise, settings = body.get("noise") or known.noise, body.get("settings") or known.settings
    wish = (metadata or {}).get(FAIL_WITH)
    read = replace(
        known,
        backend=_text(body, "backend") or known.backend,
        shots=_shots(body) or known.shots,
        name=_text(body, "name") or known.name,
        session_id=_text(body, "session_id") or known.session_id,
        dry_run=dry_run,
        metadata=metadata,
        settings=_without_null(_object(settings, "settings")),
        noise=_without_null(_object(noise, "noise")) if noise else None,
    )
    return read, (wish, "The job asked for this failure") if wish in FAILURES else None


def ids(body: Members) -> list[str]:
    """Parse the ids of a request about several jobs."""
    _only(body, frozenset({"ids"}))
    listed = body.get("ids")
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise Refusal(400, '"ids" must be a list of strings', "ids")
    return listed


class Query:
    """The query of a request; if a name is repeated the last value counts, except for lists."""

    def __init__(self, pairs: tuple[tuple[str, str], ...]) -> None:
        """Take the decoded pairs."""
        self._pairs = pairs

    def all(self, name: str) -> list[str]:
        """Return all values of a list, given as repeated names or separated by commas."""
        return [one for key, value in self._pairs if key == name for one in value.split(",") if one]

    def text(self, name: str) -> str | None:
        """Return a value, None if absent."""
        return dict(self._pairs).get(name)

    def choice(self, name: str, among: tuple[str, ...], *, needed: bool = False) -> str | None:
        """Return one of the allowed values, or raise Refusal."""
        value = self.text(name)
        if (value is None and needed) or (value is not None and value not in among):
            raise Refusal(400, f'"{name}" must be one of {", ".join(among)}', name, source="query")
        return value

    def truth(self, name: str) -> bool | None:
        """Return a boolean, None if absent."""
        value = self.choice(name, ("true", "false"))
        return None if value is None else value == "true"

    def whole(self, name: str, default: int, least: int = 1, most: int = INT32_MAX) -> int:
        """Return an integer in the range, or raise Refusal."""
        text = self.text(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER and least <= int(text) <= most):
            raise Refusal(400, f'"{name}" must be a whole number from {least} to {most}', name, source="query")
        return int(text)

    def day(self, name: str, *, needed: bool = False) -> date | None:
        """Return a date (of a date-time, its day), or raise Refusal."""
        text = self.text(name)
        try:
            if text is None and not needed:
                return None
            return date.fromisoformat((text or "")[:10])
        except ValueError:
            raise Refusal(400, f'"{name}" must be a date such as 2026-11-22', name, source="query") from None


def _object(value: object, name: str) -> Members:
    if not isinstance(value, dict):
        raise Refusal(400, f'"{name}" must be an object', *([] if name == "body" else [name]))
    return value


def _only(given: Members, known: frozenset[str], within: str = "") -> None:
    strange = sorted(within + key[:80] for key in given if key not in known)
    if strange:
        raise Refusal(400, f"{', '.join(strange[:5])}: not allowed", *strange)


def _text(given: Members, key: str) -> str | None:
    value = given.get(key)
    if value is not None and not isinstance(value, str):
        raise Refusal(400, f'"{key}" must be a string', key)
    return value


def _whole(given: Members, key: str, within: str, most: int) -> int | None:
    if key not in given:
        return None
    value = given[key]
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise Refusal(400, f'"{key}" must be a whole number from 1 to {most}', within + key)
    return value


def _shots(body: Members) -> int | None:
    """Return the shots, None if absent; cirq-ionq sends them as a string."""
    value = body.get("shots")
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _LONGEST_NUMBER:
        value = int(value)
    return None if value is None else _whole({"shots": value}, "shots", "", _MOST_SHOTS)


def _without_null(given: Members) -> dict[str, object]:
    """Return the members that have a value; qiskit-ionq sends null for those that have none."""
    return {key: value for key, value in given.items() if value is not None}


def _metadata(body: Members) -> dict[str, str] | None:
    if body.get("metadata") is None:
        return None
    metadata = _object(body["metadata"], "metadata")
    if not all(isinstance(value, str) for value in metadata.values()):
        raise Refusal(400, '"metadata" must hold strings only', "metadata")
    return {key: str(value) for key, value in metadata.items()}
