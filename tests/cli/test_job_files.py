"""results --shots and job --circuit: the files that IonQ keeps for a job."""

from __future__ import annotations

import csv
import io
import json

import pytest

from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.http import Reply, Request
from ionq_tui.simulator.store import JobEntry, SessionEntry
from tests.cli.conftest import Shell
from tests.cli.site import KEY, Site
from tests.cli.test_job_commands import JSON, own
from tests.cli.test_json_schema import check

FILES = [["results", "--shots"], ["job", "--circuit"]]


@pytest.fixture
def session(site: Site, clock: StoppedClock) -> SessionEntry:
    made = site.colleague()
    site.job(made, name="first")
    return made


@pytest.fixture
def job(site: Site, session: SessionEntry, clock: StoppedClock) -> JobEntry:
    """A completed job."""
    with site.cloud.lock:
        clock.advance(3000)
        site.cloud.advance()
    return session.jobs[0]


def edited(site: Site, job: JobEntry, **changes: object) -> None:
    """Let the job say something else of itself."""

    def after(request: Request, reply: Reply) -> Reply:
        if not request.path.endswith(f"/jobs/{job.id}"):
            return reply
        return Reply(200, JSON, json.dumps({**json.loads(reply.body), **changes}).encode())

    site.after = after


def compiled(*formats: tuple[str, str]) -> dict[str, object]:
    """Return the output of a job with these compiled circuits: formats and media types."""
    told = {name: {"id": f"id-{name}", "format": name, "media_type": media} for name, media in formats}
    return {"compilation": {"compiled_circuits": told}}


def test_the_outcome_of_each_shot(site: Site, shell: Shell, job: JobEntry) -> None:
    counts = {row["outcome"]: int(row["count"]) for row in csv.DictReader(io.StringIO(shell("results", job.id).out))}
    site.asked.clear()
    for argv in (["--csv"], []):
        told = shell("results", job.id, "--shots", *argv)
        assert (told.code, told.err) == (0, "")
        rows = list(csv.DictReader(io.StringIO(told.out)))
        assert [row["shot"] for row in rows] == [f"{number}" for number in range(1, job.order.shots + 1)]
        outcomes = [row["outcome"] for row in rows]
        assert {one: outcomes.count(one) for one in counts} == counts
        assert all(int(row["bits"], 2) == int(row["outcome"]) for row in rows)
    assert sum("/artifacts/" in one for one in site.asked) == 2 and site.changing == []
    document = shell("results", job.id, "--shots", "--json").json
    check(shell, "results", document)
    assert document["content"] == outcomes and document["artifact"]["format"] == "ionq.result.shots.json.v1"


def test_the_compiled_circuit(site: Site, shell: Shell, job: JobEntry) -> None:
    told = shell("job", job.id, "--circuit")
    assert (told.code, told.err) == (0, "")
    circuit = json.loads(told.out)
    assert circuit["qubits"] == job.order.qubits and {gate["gate"] for gate in circuit["circuit"]} <= {
        "gpi",
        "gpi2",
        "zz",
    }
    document = shell("job", job.id, "--circuit", "--json").json
    check(shell, "job", document)
    assert document["content"] == circuit and document["artifact"]["format"] == "ionq.native.v1"


def test_the_facts_of_a_job_say_which_files_there_are(site: Site, shell: Shell, job: JobEntry) -> None:
    site.asked.clear()
    facts = dict(line.split(maxsplit=1) for line in shell("job", job.id).out.splitlines() if "shot " not in line)
    assert facts["compiled"] == "ionq.native.v1" and not any("artifacts" in one for one in site.asked)
    assert "by shot     ionq.result.shots.json.v1" in shell("job", job.id).out
    variants = [
        {"variant_id": "a", "qubit_map": None, "shots": 400},
        {"variant_id": "b", "qubit_map": None, "shots": 600},
    ]
    stats = {"billed_quantum_compute_time_us": 14_250_000, "kwh": 0.0031}
    edited(site, job, results=None, output={"error_mitigation": {"debiasing": {"variants": variants}}}, stats=stats)
    told = shell("job", job.id).out
    for words in ("shots run   1,000", "billed for  14.25 s of quantum", "energy      0.0031 kWh"):
        assert words in told
    assert "by shot     not available" in told and "compiled    not available" in told


@pytest.mark.parametrize("argv", FILES, ids=" ".join)
def test_a_job_without_the_file_says_why(site: Site, shell: Shell, session: SessionEntry, argv: list[str]) -> None:
    waiting = session.jobs[0]
    told = shell(argv[0], waiting.id, *argv[1:])
    assert (told.code, told.out) == (1, "") and "yet: job" in told.err
    edited(site, waiting, status="completed", results=None, output={})
    told = shell(argv[0], waiting.id, *argv[1:])
    assert (told.code, told.out) == (1, "") and "for this job" in told.err
    edited(site, waiting, status="completed", results=None, output={}, child_job_ids=["part-1", "part-2"])
    told = shell(argv[0], waiting.id, *argv[1:])
    assert (
        told.code == 1 and "each of its 2 circuits" in told.err and f"ionq-tui {argv[0]} part-2 {argv[1]}" in told.err
    )
    assert not any("artifacts" in one for one in site.asked)


def test_what_is_no_text_is_refused_in_words_and_not_requested(site: Site, shell: Shell, job: JobEntry) -> None:
    edited(site, job, output=compiled(("ionq.mir.v1", "application/octet-stream")))
    told = shell("job", job.id, "--circuit")
    assert (told.code, told.out) == (1, "")
    assert "IonQ has it only as ionq.mir.v1 (application/octet-stream), which is not text" in told.err
    assert not any("artifacts" in one for one in site.asked)


def test_a_form_that_is_text_is_chosen_and_no_terminal_obeys_it(site: Site, shell: Shell, job: JobEntry) -> None:
    edited(site, job, output=compiled(("a.mir.v1", "application/x-mir"), ("b.qasm", "text/plain; charset=utf-8")))
    program = "OPENQASM 3;\n\x1b[2J\x1b]52;c;eA==\x07h q[0]; \u202e\n".encode()
    site.instead = lambda request: Reply(200, (), program) if "/artifacts/id-b.qasm" in request.path else None
    told = shell("job", job.id, "--circuit")
    assert told.code == 0 and told.out == "OPENQASM 3;\n[2J]52;c;eA==h q[0]; \n"
    assert shell("job", job.id, "--circuit", "--json").json["content"] == program.decode()


BAD = {
    "404": (own(404), 'IonQ does not have this file ("in IonQ\'s words 404")'),
    "503": (own(503), "in IonQ's words 503"),
    "binary": (Reply(200, (), b"\x89PNG\r\n\x1a\n\xff\xfe"), "not UTF-8 text"),
    "zeros": (Reply(200, (), b"\0\0\0\0"), "not text"),
    "page": (Reply(200, (), b"<html><title>Sign in</title></html>"), "Sign in"),
    "empty": (Reply(200, JSON, b""), "empty"),
    "too large": (Reply(200, JSON, b"[" + b" " * 8 * 1024 * 1024 + b"]"), "larger than 8 MiB"),
    "too many": (Reply(200, JSON, b"[" + b"1," * 600_000 + b"1]"), "too many values"),
    "redirect": (Reply(302, (("Location", "https://evil.example/steal"),), b""), "which is not followed"),
}


@pytest.mark.parametrize("argv", FILES, ids=" ".join)
@pytest.mark.parametrize("bad", BAD)
def test_a_bad_content_is_said(site: Site, shell: Shell, job: JobEntry, argv: list[str], bad: str) -> None:
    reply, words = BAD[bad]
    site.instead = lambda request: reply if "/artifacts/" in request.path else None
    told = shell(argv[0], job.id, *argv[1:])
    assert (told.code, told.out) == (1, "") and "could not be read" in told.err
    assert words in told.err.replace("\n", " ") and "Traceback" not in told.err and KEY not in told.err


def test_a_url_of_a_job_is_never_followed(site: Site, shell: Shell, job: JobEntry) -> None:
    """Without an id there is the documented route for shots; an id that would change the path is none."""
    elsewhere = {
        "url": "https://evil.example/steal",
        "format": "ionq.result.shots.json.v1",
        "media_type": "application/json",
    }
    edited(site, job, results={"shots": elsewhere})
    told = shell("results", job.id, "--shots")
    assert told.code == 0 and site.asked[-1].split(" ", 1)[1].endswith(f"/jobs/{job.id}/results/shots")
    for strange in ("../../whoami", "https://evil.example/", "a?b=c", "x" * 300, "a\nb", "", 7, None):
        edited(site, job, results={"shots": {**elsewhere, "id": strange}})
        site.asked.clear()
        shell("results", job.id, "--shots")
        paths = [one.split(" ", 1)[1].partition("?")[0] for one in site.asked]
        assert all(path.removeprefix("/v0.4").startswith(f"/jobs/{job.id}") for path in paths), paths
