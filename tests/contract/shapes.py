"""The published schemas of the API v0.4 (shapes.json), as JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from jsonschema import Draft202012Validator

_DOCUMENT: dict[str, object] = json.loads(Path(__file__).with_name("shapes.json").read_text())


def _at(node: object, *path: str) -> object:
    for step in path:
        assert isinstance(node, dict), (path, step)
        node = node.get(step, {})
    return node


def _nullable(node: object) -> object:
    """Say `nullable` of OpenAPI 3.0 in the words of JSON Schema."""
    if isinstance(node, list):
        return [_nullable(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _nullable(value) for key, value in node.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain


def _relaxed(schemas: object) -> object:
    """Let pass what the live API does and the published schema does not, and nothing else.

    A characterization's standard errors and times are floats (seconds), where the schema says integer. Results have a
    `url`, without which qiskit-ionq and PennyLane-IonQ cannot read them.
    """
    artifact = _at(schemas, "ArtifactDescriptor", "properties")
    assert isinstance(artifact, dict) and "url" not in artifact
    artifact["url"] = {"type": "string"}
    measured = _at(schemas, "Characterization", "properties")
    errors = _at(measured, "fidelity", "properties", "spam", "properties", "stderr")
    times = _at(measured, "timing", "properties")
    assert isinstance(errors, dict) and isinstance(times, dict)
    assert errors["type"] == "integer"
    errors["type"] = "number"
    for value in times.values():
        assert value == {"type": "integer"}
        value["type"] = "number"
    return schemas


_relaxed(_at(_DOCUMENT, "components", "schemas"))
_COMPONENTS = _nullable(_at(_DOCUMENT, "components"))


def operations() -> Iterator[tuple[str, str]]:
    """Every method and path that the shapes know."""
    paths = _at(_DOCUMENT, "paths")
    assert isinstance(paths, dict)
    for path, methods in paths.items():
        for method in methods:
            yield method.upper(), path


def _errors(schema: object, value: object) -> list[str]:
    assert isinstance(schema, dict) and schema
    validator = Draft202012Validator({**schema, "components": _COMPONENTS})
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]


def reply_errors(method: str, path: str, status: int, value: object) -> list[str]:
    """Say what is wrong with a reply; `path` as the shapes write it."""
    reply = _at(_DOCUMENT, "paths", path, method.lower(), "responses", str(status))
    assert isinstance(reply, dict)
    if "$ref" in reply:
        reply = _at(_DOCUMENT, *str(reply["$ref"]).removeprefix("#/").split("/"))
    return _errors(_nullable(_at(reply, "content", "application/json", "schema")), value)


def body_errors(method: str, path: str, value: object) -> list[str]:
    """Say what is wrong with a request's body; `path` as the shapes write it."""
    body = _at(_DOCUMENT, "paths", path, method.lower(), "requestBody")
    return _errors(_nullable(_at(body, "content", "application/json", "schema")), value)


def component_errors(name: str, value: object) -> list[str]:
    """Say what is wrong with a value that shall be that component."""
    return _errors({"$ref": f"#/components/schemas/{name}"}, value)
