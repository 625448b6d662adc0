from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.api import operations
from ionq_tui.api.errors import IonQError, MalformedIdError
from ionq_tui.api.operations import Operation
from ionq_tui.api.runner import Runner
from ionq_tui.model.clone import CloneRequest
from ionq_tui.model.estimate import Circuit
from ionq_tui.model.limits import Limits
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import OpenRequest
from tests.unit.api.given import SESSION, URL, reply, runner

BY_ID: dict[str, Callable[[str], Operation[object]]] = {
    "/backends/{}": operations.get_backend,
    "/backends/{}/characterizations": operations.newest_characterization,
    "/sessions/{}": operations.get_session,
    "/sessions/{}/end": operations.end_session,
    "/sessions/{}/jobs": operations.session_jobs,
    "/jobs/{}": operations.get_job,
    "/jobs/{}/cost": operations.job_cost,
    "/jobs/{}/results/probabilities": operations.probabilities,
    "/jobs/{}/status/cancel": operations.cancel_job,
}
SNEAKY = [
    *("a/b", "../whoami", "..\\..", "a/../../b", "%2e%2e", "%2e%2e%2fjobs", "..;", "...", "a?active=true", "a#b"),
    *("a%00b", "//evil.example/x", "https://evil.example", "@evil.example", "é", "\u202e", "日本", "\u2024\u2024"),
    *("a;b", "a:b", "a&b=c", "+"),
]


def sent_urls() -> tuple[Runner, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return reply(200, SESSION)

    return runner(respond), seen


@pytest.mark.parametrize("template", BY_ID)
@pytest.mark.parametrize("sneaky", SNEAKY)
def test_an_id_stays_one_segment_of_the_path(template: str, sneaky: str) -> None:
    line, seen = sent_urls()
    operation = BY_ID[template](sneaky)
    request = line.sync_client.build_request(operation.method, operation.path, params=list(operation.query) or None)
    line.sync_client.send(request)
    raw = seen[0].url.raw_path.decode()
    path, _, query = raw.partition("?")
    before, after = template.split("{}")
    assert path.startswith(f"/v0.4{before}") and path.endswith(after)
    segment = path.removeprefix(f"/v0.4{before}")
    segment = segment.removesuffix(after) if after else segment
    assert "/" not in segment and segment not in (".", "..")
    assert unquote(segment) == sneaky
    assert query in ("", "limit=1")
    assert str(seen[0].url).startswith(URL)


@pytest.mark.parametrize("template", BY_ID)
@pytest.mark.parametrize("bad", ["", ".", "..", "a b", "a\nb", "a\r\nX: y", "\x00", "a\x7f", "\ud800", "x" * 257])
def test_what_cannot_be_an_id_is_refused_before_anything_is_sent(template: str, bad: str) -> None:
    with pytest.raises(MalformedIdError) as caught:
        BY_ID[template](bad)
    assert len(str(caught.value)) < 400


@given(st.text(max_size=300))
def test_no_text_makes_another_path(text: str) -> None:
    try:
        path = operations.end_session(text).path
    except MalformedIdError:
        return
    assert path.count("/") == 3
    assert path.isascii() and path.endswith("/end")
    assert httpx.URL(URL + path).raw_path.decode() == "/v0.4" + path


def test_queries() -> None:
    assert operations.list_sessions().query == ()
    assert operations.list_sessions(True).query == (("active", "true"),)
    assert operations.list_sessions(False).query == (("active", "false"),)
    page = operations.session_jobs("s", after="a&b=c", ids=("1", "2"), limit=7)
    assert page.query == (("ids", "1"), ("ids", "2"), ("limit", "7"), ("next", "a&b=c"))
    line, seen = sent_urls()
    with pytest.raises(IonQError):
        line.run(page)
    assert list(seen[0].url.params.multi_items()) == list(page.query)


def test_opening_sends_the_limits_that_are_set_and_nothing_else() -> None:
    limits = Limits(jobs=3, money=Money(Decimal("9.50"), "usd"))
    assert operations.create_session(OpenRequest("qpu.forte-1")).body == {"backend": "qpu.forte-1"}
    assert operations.create_session(OpenRequest("qpu.forte-1", limits)).body == {
        "backend": "qpu.forte-1",
        "settings": {"job_count_limit": 3, "cost_limit": {"unit": "usd", "value": 9.5}},
    }


def test_what_opens_ends_or_clones_is_never_repeated() -> None:
    clone = operations.clone_job(CloneRequest("j", "s", "mark"))
    posts = (operations.create_session(OpenRequest("b")), operations.end_session("s"), clone)
    assert [(one.method, one.repeatable, one.changes) for one in posts] == [("POST", False, True)] * 3
    puts = (operations.cancel_job("j"), operations.cancel_jobs(("j", "k")))
    assert [(one.method, one.repeatable, one.changes) for one in puts] == [("PUT", True, True)] * 2
    assert puts[1].body == {"ids": ["j", "k"]}
    reads = (operations.whoami(), operations.list_backends(), operations.list_sessions(), operations.get_job("j"))
    assert [(one.method, one.repeatable, one.changes) for one in reads] == [("GET", True, False)] * 4


def test_an_estimate_is_asked_with_the_circuit_in_the_query() -> None:
    asked = operations.estimate("qpu.forte-1", Circuit(12, 30, 40, 500))
    assert (asked.method, asked.path, asked.repeatable) == ("GET", "/jobs/estimate", True)
    assert dict(asked.query) == {
        "backend": "qpu.forte-1",
        "qubits": "12",
        "shots": "500",
        "1q_gates": "30",
        "2q_gates": "40",
        "error_mitigation": "false",
    }


def test_the_detail_and_the_result_of_a_job_are_only_read() -> None:
    asked = [operations.job_detail("j"), operations.probabilities("j")]
    assert [(one.method, one.path, one.changes) for one in asked] == [
        ("GET", "/jobs/j", False),
        ("GET", "/jobs/j/results/probabilities", False),
    ]
