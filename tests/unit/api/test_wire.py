from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ionq_tui.api import wire
from ionq_tui.model.backend import Backend
from ionq_tui.model.estimate import Circuit, Estimate
from ionq_tui.model.job import Job
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.model.limits import Limits
from ionq_tui.model.money import Money
from ionq_tui.model.session import Session
from tests.unit.api.given import BACKEND, JOB, NOW, SESSION

Read = Callable[[object], Session | Job | Backend]

READERS: tuple[tuple[Read, Mapping[str, object]], ...] = (
    (wire.read_session, SESSION),
    (wire.read_job, JOB),
    (wire.read_backend, BACKEND),
)
ENLARGED = "x" * 100_000


def parsed(shown: object) -> object:
    return wire.parse(json.dumps(shown).encode())


def paths(item: Mapping[str, object], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, value in item.items():
        found.append((*above, name))
        if isinstance(value, dict):
            found += paths(value, (*above, name))
    return found


FIELDS = [(number, path) for number, (_, item) in enumerate(READERS) for path in paths(item)]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from([10**400, -1, ENLARGED, "\ud800", "2026-13-45T99:99:99Z", "9999-12-31T23:59:59-14:00"]),
    st.recursive(st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5),
)


def changed(item: Mapping[str, object], path: tuple[str, ...], value: object, drop: bool) -> dict[str, object]:
    copy: dict[str, object] = json.loads(json.dumps(item))
    place = copy
    for name in path[:-1]:
        inner = place[name]
        assert isinstance(inner, dict)
        place = inner
    if drop:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return copy


def test_the_whole_of_a_session_is_read() -> None:
    session = wire.read_session(parsed(SESSION))
    assert (session.id, session.status, session.active, session.backend) == (
        "0193-aaaaaa",
        "started",
        True,
        "qpu.forte-1",
    )
    assert session.created_at == NOW
    assert session.expires_at == datetime(2026, 11, 22, 15, 1, tzinfo=UTC)
    assert session.limits == Limits(10, 60, Money(Decimal("30.5"), "usd"))


@given(field=st.sampled_from(FIELDS), value=ODD, drop=st.booleans())
@example(field=FIELDS[0], value="", drop=False)
def test_one_bad_field_costs_that_field_alone(field: tuple[int, tuple[str, ...]], value: object, drop: bool) -> None:
    number, path = field
    read, item = READERS[number]
    good = asdict(read(parsed(item)))
    bad = parsed(changed(item, path, value, drop))
    identity = path == (("backend",) if number == 2 else ("id",))
    try:
        heard = asdict(read(bad))
    except wire.Unreadable:
        assert identity
        return
    differing = {name for name in good if heard[name] != good[name]}
    assert len(differing) <= (2 if path[0] == "settings" else 1)


@given(field=st.sampled_from([path for number, path in FIELDS if number == 0]), value=ODD, drop=st.booleans())
def test_a_bad_session_leaves_its_neighbours_untouched(field: tuple[str, ...], value: object, drop: bool) -> None:
    before, after = {**SESSION, "id": "before"}, {**SESSION, "id": "after"}
    bad = changed(SESSION, field, value, drop)
    heard = wire.read_sessions(parsed({"organization_id": "org", "sessions": [before, bad, after]}))
    assert heard.sessions[0] == wire.read_session(parsed(before))
    assert heard.sessions[-1] == wire.read_session(parsed(after))
    assert len(heard.sessions) + heard.unreadable == 3


@pytest.mark.parametrize("bad", [None, 1, "text", [], {}, {"id": 7}, {"id": " "}, {"id": "x" * 257}, {"id": "\ud800"}])
def test_an_item_without_an_id_is_counted_and_left_out(bad: object) -> None:
    heard = wire.read_sessions(parsed({"sessions": [SESSION, bad]}))
    assert ([one.id for one in heard.sessions], heard.unreadable) == (["0193-aaaaaa"], 1)
    assert [one.id for one in wire.read_job_page(parsed({"jobs": [bad, JOB]})).jobs] == ["job-1"]


@pytest.mark.parametrize("shown", [None, [], 7, "text", {}, {"sessions": None}, {"sessions": {}}, {"sessions": "x"}])
def test_a_reply_without_its_list_is_unreadable(shown: object) -> None:
    with pytest.raises(wire.Unreadable):
        wire.read_sessions(parsed(shown))


def test_a_status_nobody_knows_is_kept_as_the_server_wrote_it() -> None:
    assert wire.read_session(parsed({"id": "a", "status": "paused"})).status == "paused"


@pytest.mark.parametrize(
    "number",
    [
        *("NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e1000000", "1e-1000000", "1e99999999999999999999"),
        *("9" * 41, "9" * 5000, "-" + "9" * 5000, "0e999999999", "0." + "1" * 100_000, "1e15", "1" + "0" * 16),
        *("true", "false", '"7"', "[7]", "-1", "0.5"),
    ],
)
def test_no_number_is_too_strange(number: str) -> None:
    limit = f'{{"job_count_limit": {number}, "cost_limit": {{"value": {number}, "unit": "usd"}}}}'
    shown = f'{{"sessions": [{{"id": "a", "settings": {limit}}}, {{"id": "b"}}]}}'
    heard = wire.read_sessions(wire.parse(shown.encode()))
    assert [one.id for one in heard.sessions] == ["a", "b"]
    limits = heard.sessions[0].limits
    assert limits.jobs is None or 0 <= limits.jobs <= 10**15
    if limits.money is not None:
        assert abs(limits.money.value) <= 10**15
        assert len(f"{limits.money.value:f}") < 100


def test_money_stays_exact_and_a_bare_amount_of_a_cost_is_unknown() -> None:
    cost = wire.read_cost(wire.parse(b'{"dry_run": false, "cost": {"value": 0.10, "unit": "credit"}}'))
    assert cost.cost == Money(Decimal("0.10"), "credit")
    assert wire.read_cost(parsed({"cost": {"value": 1}})).cost is None
    assert wire.read_cost(parsed({})).cost is None


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-11-22T14:00:00Z", NOW),
        ("2026-11-22t14:00:00z", NOW),
        ("2026-11-22T14:00:00", NOW),
        ("2026-11-22T16:00:00+02:00", NOW),
        (" 2026-11-22T14:00:00.000000000Z ", NOW),
        ("2026-11-22T14:00:00.123456789Z", NOW.replace(microsecond=123456)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("9999-12-31T23:59:59-14:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("10000-01-01T00:00:00Z", None),
        ("2026-02-30T00:00:00Z", None),
        ("2026-11-22T14:00:60Z", None),
        ("soon", None),
        ("", None),
        ("\ud800", None),
        ("2026-11-22T14:00:00" + "0" * 100, None),
        (1_700_000_000, None),
        (None, None),
    ],
)
def test_dates(text: object, read: datetime | None) -> None:
    assert wire.moment(text) == read


@given(st.text(max_size=70))
def test_no_text_is_too_strange_for_a_date(text: str) -> None:
    found = wire.moment(text)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    "body",
    [b"", b"  ", b"<html>", b'{"id": "a"', b"[" * 200_000, b'{"a":' * 200_000, b"\xff\xfe\x00", b"undefined", b"{}{}"],
    ids=["empty", "blank", "html", "cut", "deep lists", "deep objects", "binary", "javascript", "two"],
)
def test_what_is_no_json_says_so(body: bytes) -> None:
    with pytest.raises(wire.Unreadable) as caught:
        wire.parse(body)
    assert str(caught.value).startswith("the reply is ")


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    try:
        value = wire.parse(body)
        wire.read_sessions(value)
    except wire.Unreadable:
        pass


def test_a_byte_order_mark_and_invalid_utf8_do_no_harm() -> None:
    assert wire.read_session(wire.parse(b'\xef\xbb\xbf{"id": "a"}')).id == "a"
    job = wire.read_job(wire.parse(b'{"id": "a", "name": "caf\xe9"}'))
    assert job.name == "caf\ufffd"


def test_half_a_character_becomes_one_that_can_be_written() -> None:
    job = wire.read_job(wire.parse(rb'{"id": "a", "name": "x\ud83dy", "failure": {"code": "\udc00", "message": "m"}}'))
    assert job.name == "x?y"
    assert job.failure is not None and job.failure.code == "?"
    page = wire.read_job_page(wire.parse(rb'{"jobs": [], "next": "\ud800"}'))
    assert page.next == "?"
    found = wire.read_characterization(wire.parse(rb'{"id": "c", "timing": {"\ud800": 1}, "fidelity": {}}'))
    assert list(found.timing) == ["?"]


def test_a_failure_may_come_in_several_forms() -> None:
    def failure(shown: object) -> tuple[str, str] | None:
        found = wire.read_job(parsed({"id": "a", "failure": shown})).failure
        return None if found is None else (found.code, found.message)

    assert failure({"code": "C", "message": "m"}) == ("C", "m")
    assert failure({"error": "words"}) == ("unknown", "words")
    assert failure({"code": 7}) == ("unknown", "")
    assert failure({}) is None
    assert failure("text") is None


def test_cancelled_ids_are_read_of_one_and_of_many() -> None:
    assert wire.read_canceled(parsed({"id": "a", "status": "canceled"})) == {"a"}
    assert wire.read_canceled(parsed({"ids": ["a", 7, None, "b"]})) == {"a", "b"}
    assert wire.read_canceled(parsed({})) == frozenset()


def test_a_measure_without_its_median_is_left_out() -> None:
    shown = {"id": "c", "fidelity": {"spam": {"median": 0.99, "stderr": None}, "2q": {"stderr": 1}, "1q": 7}}
    found = wire.read_newest_characterization(parsed({"characterizations": [None, shown]}))
    assert list(found.fidelity) == ["spam"]
    with pytest.raises(wire.Unreadable):
        wire.read_newest_characterization(parsed({"characterizations": []}))


def test_what_is_written_reads_back_as_the_same() -> None:
    session = wire.read_session(parsed(SESSION))
    assert wire.read_session(parsed(wire.session_json(session))) == session
    job = wire.read_job(parsed(JOB))
    assert wire.read_job(parsed(wire.job_json(job))) == job
    backend = wire.read_backend(parsed(BACKEND))
    assert wire.read_backend(parsed(wire.backend_json(backend))) == backend


def test_an_estimate_and_one_of_another_shape() -> None:
    shown = {
        "estimated_unit": "usd",
        "estimated_total_cost": 0.71,
        "estimated_execution_time": 14_000,
        "current_predicted_queue_time": 2_640_000,
    }
    read = wire.read_estimate(parsed(shown), "qpu.forte-1", Circuit())
    assert read == Estimate("qpu.forte-1", Circuit(), Money(Decimal("0.71"), "usd"), 14_000, 2_640_000)
    other = wire.read_estimate(parsed({"cost": {"usd": 3}, "estimated_total_cost": "much"}), "b", Circuit())
    assert other == Estimate("b", Circuit())


def test_the_detail_of_a_job() -> None:
    shown = {
        "id": "j",
        "stats": {"qubits": 12, "circuits": 1, "gate_counts": {"1q": 20, "2q": 3.5, "odd": -1, "none": "x"}},
        "settings": {"compilation": {"opt": 1.0, "gate_basis": "ZZ"}, "error_mitigation": {"debiasing": False}},
        "noise": {"model": "aria-1", "seed": 7},
        "metadata": {"shot": "one", "list": [1, "two", None, {"three": 3}]},
    }
    assert wire.read_job_detail(parsed(shown)) == JobDetail(
        "j",
        12,
        1,
        {"1q": 20.0, "2q": 3.5},
        {"compilation.opt": "1", "compilation.gate_basis": "ZZ", "error_mitigation.debiasing": "false"},
        {"model": "aria-1", "seed": "7"},
        {"shot": "one", "list": "1, two, null, …"},
    )


@pytest.mark.parametrize("odd", [None, 7, "x", [], [[1]], {"a": {"b": {"c": [[[]]]}}}, {"": None}])
@pytest.mark.parametrize("part", ["stats", "settings", "noise", "metadata"])
def test_a_detail_of_odd_parts_is_read_as_far_as_it_goes(part: str, odd: object) -> None:
    assert wire.read_job_detail(parsed({"id": "j", part: odd})).id == "j"
    with pytest.raises(wire.Unreadable):
        wire.read_job_detail(parsed({part: odd}))


def test_a_detail_is_bounded_whatever_is_in_it() -> None:
    deep: object = 1
    for number in range(200):
        deep = {f"level-{number}": deep, "x" * 5_000: "y" * 5_000}
    wide = {f"{number}": {f"{inner}": "z" * 5_000 for inner in range(300)} for number in range(300)}
    for settings in (deep, wide):
        read = wire.read_job_detail(parsed({"id": "j", "settings": settings}))
        assert len(read.settings) <= 64
        assert all(len(name) <= 256 and len(text) <= 1_000 for name, text in read.settings.items())


def test_a_result_holds_fractions_alone() -> None:
    shown = {"0": 0.5, "3": 0.25, "odd": 2, "none": None, "minus": -0.1, "text": "1", "x" * 300: 0.1}
    assert wire.read_probabilities(parsed(shown)) == {"0": 0.5, "3": 0.25}


def test_times_are_written_as_ionq_writes_them() -> None:
    session = wire.read_session({**SESSION, "created_at": "2026-11-22T16:00:00.581000+02:00"})
    told = wire.session_json(session)
    assert told["created_at"] == "2026-11-22T14:00:00.581Z"
    assert told["settings"]["expires_at"] == "2026-11-22T15:01:00.000Z"  # type: ignore[index]
    assert "+00:00" not in json.dumps(
        [told, wire.job_json(wire.read_job(JOB)), wire.backend_json(wire.read_backend(BACKEND))]
    )
