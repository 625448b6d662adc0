"""Details of one backend: its state and its characterization."""

from __future__ import annotations

from datetime import datetime, tzinfo

from ionq_tui.model.backend import Backend, Characterization, Measured
from ionq_tui.model.estimate import Estimate
from ionq_tui.model.link_state import Fault
from ionq_tui.view.amount import count, counted
from ionq_tui.view.estimate import estimate_words, run_words
from ionq_tui.view.row import percent, queue_words
from ionq_tui.view.sanitize import plain
from ionq_tui.view.sparkline import Samples, queue_history
from ionq_tui.view.status import backend_status, why_not
from ionq_tui.view.style import Fact
from ionq_tui.view.time_text import NOTHING, ago, clock

_SCALES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_FIDELITIES = (("spam", "SPAM"), ("1q", "1q"), ("2q", "2q"))
_LIFETIMES = (("t1", "T1"), ("t2", "T2"))
_TIMES = (("1q", "1q"), ("2q", "2q"), ("readout", "readout"), ("reset", "reset"))


def backend_facts(
    backend: Backend,
    measured: Characterization | None,
    now: datetime,
    tz: tzinfo | None,
    samples: Samples = (),
    estimate: Estimate | Fault | None = None,
    *,
    more: bool = False,
) -> list[Fact]:
    """Return each known fact with its name, without unknown ones.

    `samples` are queue times seen on this machine. With `more`, also what circuits may use, for a screen with room
    for that and for a plot of the queue times.
    """
    size = f"{count(backend.qubits)} qubits" if backend.qubits is not None else ""
    fidelity = (
        [f"{name} {_median(measured.fidelity[key])}" for key, name in _FIDELITIES if key in measured.fidelity]
        if measured
        else []
    )
    facts = [
        ("backend", ", ".join(part for part in (plain(backend.name, 60), size, _place(backend)) if part)),
        ("status", _status(backend)),
        ("", why_not(backend) or NOTHING),
        ("queue", queue_words(backend)),
        ("observed", queue_history(samples, now, 0).strip() if more else queue_history(samples, now)),
        ("estimate", estimate_words(estimate) if estimate is not None else NOTHING),
        ("runs", run_words(estimate)),
        ("fidelity", ", ".join(fidelity)),
        ("lifetime", _times(measured, _LIFETIMES)),
        ("timing", _times(measured, _TIMES)),
        *(_more(backend, measured) if more else []),
        ("measured", _when(measured.date, now, tz) if measured else NOTHING),
        ("updated", ago(backend.last_updated, now)),
    ]
    return [(name, text) for name, text in facts if text not in {NOTHING, ""}]


def _more(backend: Backend, measured: Characterization | None) -> list[Fact]:
    """Return which qubits are connected, and the names of gates and error mitigations."""
    pairs = measured.pairs if measured is not None else None
    every = "any two qubits, " if measured is not None and measured.all_to_all else ""
    connected = f"{every}{counted(pairs, 'pair')}" if pairs is not None else ""
    names = (
        ("gates", backend.supported_gates),
        ("native", backend.supported_native_gates),
    )
    mitigations = ", ".join(plain(one, 30) for one in backend.supported_error_mitigations)
    return [
        ("connects", connected),
        *((name, ", ".join(plain(one, 30) for one in held)) for name, held in names),
        ("supports", f"error mitigation: {mitigations}" if mitigations else ""),
    ]


def _place(backend: Backend) -> str:
    return plain(backend.location, 40) if backend.location else ""


def _times(measured: Characterization | None, named: tuple[tuple[str, str], ...]) -> str:
    known = measured.timing if measured is not None else {}
    return ", ".join(f"{name} {seconds(known[key])}" for key, name in named if key in known)


def _status(backend: Backend) -> str:
    """Return the state; an available backend may be degraded."""
    told = backend_status(backend).text
    return "available, degraded" if backend.available and backend.degraded else told


def _when(at: datetime | None, now: datetime, tz: tzinfo | None) -> str:
    told = clock(at, now, tz, zone=True)
    return told if told == NOTHING else f"{ago(at, now)}, {told}"


def _median(value: Measured) -> str:
    error = f" ± {value.stderr * 100:.2g}" if value.stderr is not None and 0 < value.stderr < 1 else ""
    return percent(value.median if 0 <= value.median <= 1 else None) + error


def seconds(value: float) -> str:
    """Return a time in the unit that suits it: "135 µs", "100 s"."""
    if not 0 <= value < 1e9:
        return NOTHING
    scale, name = next(((scale, name) for scale, name in _SCALES if value >= scale), _SCALES[-1])
    return f"{value / scale:.4g} {name}"
