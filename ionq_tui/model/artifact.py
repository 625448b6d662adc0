"""Files that IonQ keeps for a job: the outcome of each shot, and the circuit as it was compiled.

Source of the facts: IonQ's API reference v0.4. "Get job" has descriptors of files by their format, in `results` and in
`output.compilation.compiled_circuits`; "Results formats" and "Circuit formats" describe the contents; "Download a job
artifact" is how a content is fetched. A job on the ideal simulator has no shots (documentation of qiskit-ionq:
"Per-shot memory"). A compiled circuit may also be in a binary form, such as ionq.mir.v1 (qiskit-ionq).
"""

from __future__ import annotations

from enum import StrEnum

from ionq_tui.model.quick_dataclass import quick_dataclass


class ArtifactKind(StrEnum):
    """What a file contains."""

    SHOTS = "shots"
    CIRCUIT = "compiled circuit"


@quick_dataclass(frozen=True, slots=True)
class Artifact:
    """A file as the job names it; its content is requested separately."""

    kind: ArtifactKind
    format: str
    """The server's name of the form, such as "ionq.result.shots.json.v1"."""
    id: str = ""
    """Empty if the server gives none: shots then have a route of their own."""
    media_type: str = ""
    """As sent by the server; empty if it is unknown."""

    @property
    def json(self) -> bool:
        """True if the content is JSON, as it is unless the server says otherwise."""
        kind = self._media
        return not kind or kind == "application/json" or kind.endswith("+json")

    @property
    def readable(self) -> bool:
        """True if the content is text, and can be requested."""
        return (self.json or self._media.startswith("text/")) and bool(self.id or self.kind is ArtifactKind.SHOTS)

    @property
    def _media(self) -> str:
        return self.media_type.partition(";")[0].strip().lower()


@quick_dataclass(frozen=True, slots=True)
class Shots:
    """The outcome of each shot, in the order of the server."""

    registers: tuple[str, ...]
    """Names of the classical registers; empty if an outcome is the number of a basis state."""
    outcomes: tuple[tuple[str, ...], ...]
    """For each shot the bits of each register as IonQ lists them, or the decimal number alone."""


@quick_dataclass(frozen=True, slots=True)
class Gate:
    """One gate of a compiled circuit, as text."""

    name: str
    qubits: str
    """Such as "0, 1"."""
    parameters: str
    """Such as "phases 0, 0.25"; phases and angles of native gates are in turns."""


@quick_dataclass(frozen=True, slots=True)
class CompiledCircuit:
    """A circuit in the form "ionq.native.v1", or a similar one."""

    qubits: int | None
    gates: tuple[Gate, ...]


@quick_dataclass(frozen=True, slots=True)
class ArtifactContent:
    """The content of a file."""

    artifact: Artifact
    text: str
    """As sent by the server."""
    shots: Shots | None = None
    circuit: CompiledCircuit | None = None
    """Both are None if the content has another form than the documented ones: then there is only its text."""
