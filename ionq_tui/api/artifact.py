"""Decode which files of shots and compiled circuits a job names, and how many shots its variants had."""

from __future__ import annotations

from collections.abc import Mapping

from ionq_tui.api.scalar import count, encodable
from ionq_tui.model.artifact import Artifact, ArtifactKind

_MOST = 64
"""Maximum number of files, and of variants, of one job."""
_LONGEST = 256
_BY_REGISTER = "ionq.result.shots.json.v2"
_SHOTS = "ionq.result.shots"
_PROGRAM = "ionq.qasm3.v1"
"""The type of jobs that declare classical registers, so that their shots by register say more."""


def artifacts(item: Mapping[str, object]) -> tuple[Artifact, ...]:
    """Decode the files of a job: shots first, and those that can be read before those that cannot."""
    results, compiled = _inside(item, "results"), _inside(item, "output", "compilation", "compiled_circuits")
    shots = [one for name, value in results if (one := _descriptor(ArtifactKind.SHOTS, name, value)) is not None]
    circuits = [one for name, value in compiled if (one := _descriptor(ArtifactKind.CIRCUIT, name, value)) is not None]
    registers = item.get("type") == _PROGRAM
    shots = sorted(filter(_has_shots, shots), key=lambda one: (one.format == _BY_REGISTER) is not registers)
    return tuple(sorted((*shots, *circuits), key=lambda one: (one.kind is ArtifactKind.CIRCUIT, not one.readable)))


def _has_shots(one: Artifact) -> bool:
    """Tell by its name, which is "shots" or that of the format, or by its format."""
    return one.format == "shots" or one.format.startswith(_SHOTS)


def _descriptor(kind: ArtifactKind, name: str, value: object) -> Artifact | None:
    """Decode one descriptor; None if it is no object. An id that cannot be one is as good as none."""
    if not isinstance(value, dict):
        return None
    written, id_, media = value.get("format"), value.get("id"), value.get("media_type")
    form = written if isinstance(written, str) and written else name
    sound = isinstance(id_, str) and 0 < len(id_) <= _LONGEST and id_.isprintable() and id_ == id_.strip()
    return Artifact(
        kind,
        encodable(form[:_LONGEST]),
        encodable(id_) if isinstance(id_, str) and sound else "",
        encodable(media[:_LONGEST]) if isinstance(media, str) else "",
    )


def _inside(item: Mapping[str, object], *names: str) -> list[tuple[str, object]]:
    """Return the first members of a nested object; none if one of the names leads to something else."""
    found: object = item
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return list(found.items())[:_MOST] if isinstance(found, Mapping) else []


def shots_run(item: Mapping[str, object]) -> int | None:
    """Return the sum of the shots of a debiased job's variants; None unless all of them are told."""
    debiasing = dict(_inside(item, "output", "error_mitigation", "debiasing"))
    variants = debiasing.get("variants")
    listed = variants if isinstance(variants, list) and 0 < len(variants) <= 10 * _MOST else []
    told = [count(one.get("shots")) if isinstance(one, dict) else None for one in listed]
    known = [shots for shots in told if shots is not None]
    return sum(known) if known and len(known) == len(told) else None
