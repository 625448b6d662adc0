from __future__ import annotations

import json
from collections.abc import Mapping

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.api import operations
from ionq_tui.api.artifact_reply import read_artifact
from ionq_tui.api.decode import Unreadable
from ionq_tui.api.decode_job_detail import read_job_detail
from ionq_tui.api.errors import IonQError, MalformedIdError, UnusableReplyError
from ionq_tui.model.artifact import Artifact, ArtifactContent, ArtifactKind, CompiledCircuit, Gate, Shots
from tests.unit.api.given import URL, raw, runner

JSON = "application/json"
V1, V2 = "ionq.result.shots.json.v1", "ionq.result.shots.json.v2"
SHOTS = Artifact(ArtifactKind.SHOTS, V1, "s", JSON)
CIRCUIT = Artifact(ArtifactKind.CIRCUIT, "ionq.native.v1", "c", JSON)
PROGRAM = Artifact(ArtifactKind.CIRCUIT, "b.qasm", "t", "text/plain")


def descriptor(form: str, id_: object = "i", media: object = JSON) -> dict[str, object]:
    return {"id": id_, "format": form, "media_type": media}


def found(results: object = None, output: object = None, **more: object) -> list[tuple[str, str, bool]]:
    """Return format, id, and whether it can be read."""
    detail = read_job_detail({"id": "job", "results": results, "output": output, **more})
    return [(one.format, one.id, one.readable) for one in detail.artifacts]


def test_files_are_found_by_name_or_format() -> None:
    by_format = {V2: descriptor(V2, "2"), V1: descriptor(V1, "1"), "ionq.result.histogram.json.v1": descriptor("h")}
    assert found(by_format) == [(V1, "1", True), (V2, "2", True)]
    assert found(by_format, type="ionq.qasm3.v1") == [(V2, "2", True), (V1, "1", True)]
    assert found({"shots": {"url": "/v0.4/jobs/job/results/shots"}, "probabilities": descriptor("p")}) == [
        ("shots", "", True)
    ]
    circuits = {"ionq.mir.v1": descriptor("ionq.mir.v1", "m", "application/octet-stream"), "n": descriptor("n", "n")}
    output = {"compilation": {"compiled_circuits": circuits}}
    assert found(None, output) == [("n", "n", True), ("ionq.mir.v1", "m", False)]
    assert found({"shots": descriptor(V1)}, {"compilation": {"compiled_circuits": {"n": {}}}}) == [
        (V1, "i", True), ("n", "", False),
    ]  # fmt: skip


@pytest.mark.parametrize("strange", [None, 7, "x", [], [1], {"a": 1}, {"shots": None}, {"shots": []}, {"": {}}])
def test_strange_descriptors_are_no_files(strange: object) -> None:
    assert found(strange) == []
    for output in (strange, {"compilation": strange}, {"compilation": {"compiled_circuits": strange}}):
        assert all(not readable for _, _, readable in found(None, output))


@pytest.mark.parametrize("id_", ["", " ", "a\nb", "x" * 257, 7, None, "\x1b[2J", " padded "])
def test_an_id_that_cannot_be_one_is_none(id_: object) -> None:
    assert found({"shots": descriptor(V1, id_)}) == [(V1, "", True)]


JUNK: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda part: st.lists(part) | st.dictionaries(st.text(), part),
)


@given(JUNK, JUNK)
def test_no_descriptor_raises(results: object, output: object) -> None:
    found(results, output)
    found({"shots": results}, {"compilation": {"compiled_circuits": {"a": results}}, "error_mitigation": output})


def test_the_shots_of_all_variants_are_those_that_were_run() -> None:
    def run(*shots: object) -> int | None:
        variants = [{"variant_id": "a", "qubit_map": None, "shots": one} for one in shots]
        output = {"error_mitigation": {"debiasing": {"variants": variants}}}
        return read_job_detail({"id": "job", "output": output}).shots_run

    assert (run(400, 600), run(), run(400, None), run(-1), run("7")) == (1000, None, None, None, None)


def read(artifact: Artifact, data: object) -> ArtifactContent:
    return read_artifact(data if isinstance(data, str) else json.dumps(data), artifact)


def test_shots_in_both_forms() -> None:
    assert read(SHOTS, ["2", "0", 3]).shots == Shots((), (("2",), ("0",), ("3",)))
    both = {"shots": [{"registers": {"c": [1, 0], "d": [None]}}, {"registers": {"d": [1], "c": [0, 0]}}]}
    assert read(SHOTS, both).shots == Shots(("c", "d"), (("10", "?"), ("00", "1")))
    assert read(SHOTS, []).shots == Shots((), ()) and read(SHOTS, {"shots": []}).shots == Shots((), ())


def test_a_circuit_in_native_gates() -> None:
    gates = [
        {"gate": "ms", "targets": [0, 1], "phases": [0, 0.25], "angle": 0.10},
        {"gate": "gpi2", "target": 0, "phase": 0.750},
        {"gate": "x", "control": 1, "target": 2, "odd": [True, None, {"a": 1}, "text"]},
    ]
    text = '{"qubits": 3, "circuit": [' + ", ".join(map(json.dumps, gates)) + "]}"
    assert read(CIRCUIT, text).circuit == CompiledCircuit(
        3,
        (
            Gate("ms", "0, 1", "phases 0, 0.25, angle 0.1"),
            Gate("gpi2", "0", "phase 0.75"),
            Gate("x", "1, 2", "odd true, null, …, text"),
        ),
    )


@pytest.mark.parametrize(
    "data",
    [
        {}, 7, "7", ["x"], ["-1"], [-1], [True], ["9" * 41], [["0"]], {"shots": [1]}, {"shots": [{"registers": []}]},
        {"shots": [{"registers": {"c": [2]}}]}, {"shots": [{"registers": {"c": [1]}}, {"registers": {"d": [1]}}]},
        {"shots": [{"registers": {f"{n}": [0] for n in range(65)}}]}, {"circuit": [1]}, {"circuit": {}},
        {"circuit": [{"gate": 7}]}, {"circuit": [{}]},
    ],
)  # fmt: skip
@pytest.mark.parametrize("artifact", [SHOTS, CIRCUIT])
def test_another_form_is_only_text(artifact: Artifact, data: object) -> None:
    text = json.dumps(data)
    assert read(artifact, text) == ArtifactContent(artifact, text)


@given(JUNK)
def test_no_content_raises_anything_else(data: object) -> None:
    for artifact in (SHOTS, CIRCUIT):
        read(artifact, json.dumps(data))
        read(artifact, json.dumps({"shots": data, "circuit": data}))
        read(artifact, json.dumps({"shots": [{"registers": data}], "circuit": [data, {"gate": "x", "target": data}]}))


@pytest.mark.parametrize("text", ["", "  \n", "<html>", "{", "[" * 100_000])
def test_what_should_be_json_and_is_not_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_artifact(text, SHOTS)
    if text.strip():
        assert read_artifact(text, PROGRAM) == ArtifactContent(PROGRAM, text)


def fetched(artifact: Artifact, *replies: httpx.Response) -> tuple[ArtifactContent | IonQError, list[httpx.Request]]:
    """Return the content, or the error, and what was requested."""
    seen: list[httpx.Request] = []
    waiting = list(replies)

    def respond(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return waiting.pop(0)

    try:
        return runner(respond).run(operations.artifact("job", artifact)), seen
    except IonQError as error:
        return error, seen


def test_a_file_is_fetched_by_its_id_and_shots_without_one_by_their_own_route() -> None:
    read_one, seen = fetched(SHOTS, raw(200, b'["1"]'))
    assert isinstance(read_one, ArtifactContent) and f"{seen[0].url}" == f"{URL}/jobs/job/artifacts/s"
    _, seen = fetched(Artifact(ArtifactKind.SHOTS, V1), raw(200, b'["1"]'))
    assert f"{seen[0].url}" == f"{URL}/jobs/job/results/shots"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_so_that_the_key_stays_with_its_host(status: int) -> None:
    error, seen = fetched(SHOTS, raw(status, b"", {"location": "https://evil.example/x"}))
    assert isinstance(error, UnusableReplyError) and "not followed" in f"{error}" and len(seen) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"\xff\xd8\xff\xe0", "not UTF-8"),
        (b"a\0b", "not text"),
        (b"", "empty"),
        (b"[" + b"1," * 600_000 + b"1]", "too many values"),
        (b" " * (8 * 1024 * 1024 + 1), "larger than 8 MiB"),
    ],
    ids=["picture", "zeros", "empty", "many", "large"],
)
@pytest.mark.parametrize("artifact", [SHOTS, PROGRAM], ids=["json", "text"])
def test_the_size_is_bounded_and_what_is_no_text_is_refused(artifact: Artifact, body: bytes, words: str) -> None:
    read_one, _ = fetched(artifact, raw(200, body))
    if artifact is PROGRAM and words == "too many values":
        assert isinstance(read_one, ArtifactContent)
    else:
        assert isinstance(read_one, UnusableReplyError) and words in f"{read_one}"


def test_a_page_in_place_of_a_file_is_named() -> None:
    error, _ = fetched(SHOTS, raw(200, b"<html><title>Sign in</title></html>"))
    assert isinstance(error, UnusableReplyError) and 'a page titled "Sign in"' in f"{error}"


def test_ten_thousand_shots_of_36_qubits_by_register_can_be_read() -> None:
    shot: Mapping[str, object] = {"registers": {"output_all": [0, 1] * 18}}
    content = read(Artifact(ArtifactKind.SHOTS, V2, "r", JSON), {"shots": [shot] * 10_000})
    assert content.shots is not None and len(content.shots.outcomes) == 10_000


def test_an_id_stays_one_segment_of_the_path() -> None:
    for id_ in ("..", "a/../b", "https://evil.example/", "a?b#c"):
        artifact = Artifact(ArtifactKind.SHOTS, V1, id_, JSON)
        try:
            path = operations.artifact("job", artifact).path
        except MalformedIdError:
            continue
        assert path.startswith("/jobs/job/artifacts/") and path.count("/") == 4 and "?" not in path and "#" not in path
