from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ionq_tui.api import decode, decode_job, decode_job_detail, encode
from ionq_tui.api.scalar import moment
from ionq_tui.model.backend import Backend
from ionq_tui.model.estimate import Circuit, Estimate
from ionq_tui.model.job import Job
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.money import Money
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import failure_words
from tests.unit.api.given import BACKEND, JOB, NOW, SESSION

Read = Callable[[object], Session | Job | Backend]

READERS: tuple[tuple[Read, Mapping[str, object]], ...] = (
    (decode.read_session, SESSION),
    (decode_job.read_job, JOB),
    (decode.read_backend, BACKEND),
)
ENLARGED = "x" * 100_000


def parsed(shown: object) -> object:
    return decode.parse(json.dumps(shown).encode())


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
    session = decode.read_session(parsed(SESSION))
    assert (session.id, session.status, session.active, session.backend) == (
        "0193-aaaaaa",
        "started",
        True,
        "qpu.forte-1",
    )
    assert session.created_at == NOW
    assert session.expires_at == datetime(2026, 11, 22, 15, 1, tzinfo=UTC)
    assert session.limits == Limits(10, 60, Money(Decimal("30.5"), "usd"))


@pytest.mark.parametrize("odd", [None, 0, 1, "", "false", "true", [], [False], {}], ids=repr)
def test_only_true_and_false_are_true_and_false(odd: object) -> None:
    for shown in ({**SESSION, "active": odd}, {name: SESSION[name] for name in SESSION if name != "active"}):
        session = decode.read_session(parsed(shown))
        assert session.active is None
        assert not session.confirms_end(seen_active=True)
    assert decode.read_session(parsed({**SESSION, "active": False})).confirms_end(seen_active=True)
    assert decode.read_backend(parsed({**BACKEND, "degraded": odd})).degraded is None


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
    except decode.Unreadable:
        assert identity
        return
    differing = {name for name in good if heard[name] != good[name]}
    assert len(differing) <= (2 if path[0] == "settings" else 1)


@given(field=st.sampled_from([path for number, path in FIELDS if number == 0]), value=ODD, drop=st.booleans())
def test_a_bad_session_leaves_its_neighbours_untouched(field: tuple[str, ...], value: object, drop: bool) -> None:
    before, after = {**SESSION, "id": "before"}, {**SESSION, "id": "after"}
    bad = changed(SESSION, field, value, drop)
    heard = decode.read_sessions(parsed({"organization_id": "org", "sessions": [before, bad, after]}))
    assert heard.sessions[0] == decode.read_session(parsed(before))
    assert heard.sessions[-1] == decode.read_session(parsed(after))
    assert len(heard.sessions) + heard.unreadable == 3


@pytest.mark.parametrize("bad", [None, 1, "text", [], {}, {"id": 7}, {"id": " "}, {"id": "x" * 257}, {"id": "\ud800"}])
def test_an_item_without_an_id_is_counted_and_left_out(bad: object) -> None:
    heard = decode.read_sessions(parsed({"sessions": [SESSION, bad]}))
    assert ([one.id for one in heard.sessions], heard.unreadable) == (["0193-aaaaaa"], 1)
    assert [one.id for one in decode_job.read_job_page(parsed({"jobs": [bad, JOB]})).jobs] == ["job-1"]


@pytest.mark.parametrize("shown", [None, [], 7, "text", {}, {"sessions": None}, {"sessions": {}}, {"sessions": "x"}])
def test_a_reply_without_its_list_is_unreadable(shown: object) -> None:
    with pytest.raises(decode.Unreadable):
        decode.read_sessions(parsed(shown))


def test_a_status_nobody_knows_is_kept_as_the_server_wrote_it() -> None:
    assert decode.read_session(parsed({"id": "a", "status": "paused"})).status == "paused"


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
    heard = decode.read_sessions(decode.parse(shown.encode()))
    assert [one.id for one in heard.sessions] == ["a", "b"]
    limits = heard.sessions[0].limits
    assert limits.jobs is None or 0 <= limits.jobs <= 10**15
    if limits.money is not None:
        assert abs(limits.money.value) <= 10**15
        assert len(f"{limits.money.value:f}") < 100


def test_money_stays_exact_and_a_missing_cost_is_unknown() -> None:
    cost = decode_job.read_cost(decode.parse(b'{"dry_run": false, "cost": {"value": 0.10, "unit": "credit"}}'))
    assert cost.cost == Money(Decimal("0.10"), "credit")
    assert decode_job.read_cost(parsed({"cost": None})).cost is None
    assert decode_job.read_cost(parsed({})).cost is None


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-11-22T14:00:00Z", NOW),
        ("2026-11-22t14:00:00z", NOW),
        ("2026-11-22T14:00:00", NOW),
        ("2026-11-22T16:00:00+02:00", NOW),
        (" 2026-11-22T14:00:00.000000000Z ", NOW),
        ("2026-11-22T14:00:00.123456789Z", NOW.replace(microsecond=123456)),
        ("2999-12-31T23:59:59Z", datetime(2999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", None),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00+00:00", None),
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
    assert moment(text) == read


@given(st.text(max_size=70))
def test_no_text_is_too_strange_for_a_date(text: str) -> None:
    found = moment(text)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    "body",
    [b"", b"  ", b"<html>", b'{"id": "a"', b"[" * 200_000, b'{"a":' * 200_000, b"\xff\xfe\x00", b"undefined", b"{}{}"],
    ids=["empty", "blank", "html", "cut", "deep lists", "deep objects", "binary", "javascript", "two"],
)
def test_what_is_no_json_says_so(body: bytes) -> None:
    with pytest.raises(decode.Unreadable) as caught:
        decode.parse(body)
    assert str(caught.value).startswith("the reply is ")


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    try:
        value = decode.parse(body)
        decode.read_sessions(value)
    except decode.Unreadable:
        pass


def test_a_byte_order_mark_does_no_harm() -> None:
    assert decode.read_session(decode.parse(b'\xef\xbb\xbf{"id": "a"}')).id == "a"


def test_bytes_that_are_no_text_are_read_only_where_something_was_done() -> None:
    damaged = b'{"id": "a", "backend": "caf\xe9"}'
    with pytest.raises(decode.Unreadable, match="not UTF-8"):
        decode.parse(damaged)
    assert decode.read_session(decode.parse(damaged, lossy=True)).backend == "caf\ufffd"
    with pytest.raises(decode.Unreadable, match="no usable 'id'"):
        decode.read_session(decode.parse(b'{"id": "caf\xe9"}', lossy=True))


@pytest.mark.parametrize(
    "cost",
    [
        *('{"value": -1, "unit": "usd"}', '{"value": 1e10, "unit": "usd"}', '{"value": NaN, "unit": "usd"}'),
        *('{"value": 1e400, "unit": "usd"}', '{"value": "1", "unit": "usd"}', '{"value": true, "unit": "usd"}'),
        *('{"value": 1, "unit": "zorkmid"}', '{"value": 1, "unit": "usd\ufffd"}', '{"value": 1, "unit": ""}'),
        *('{"value": 1, "unit": 7}', '{"value": 1, "unit": null}', '{"value": 1, "unit": "usd\\ud800"}', "12", "[]"),
    ],
)
def test_a_cost_that_cannot_be_one_is_said(cost: str) -> None:
    assert decode_job.read_cost(decode.parse(f'{{"estimated_cost": {cost}}}'.encode())).estimate is None
    with pytest.raises(decode.Unreadable, match="the reply has an invalid cost") as caught:
        decode_job.read_cost(decode.parse(f'{{"cost": {cost}}}'.encode()))
    assert len(str(caught.value)) < 100


@pytest.mark.parametrize("unit", ["usd", "USD", " Usd ", "credit", "Credits"])
def test_a_unit_in_other_letters_is_the_same_unit(unit: str) -> None:
    cost = decode_job.read_cost(parsed({"cost": {"value": 0, "unit": unit}})).cost
    assert cost == Money(Decimal(0), "credit" if "redit" in unit else "usd")
    limits = decode.read_session(parsed({"id": "a", "settings": {"cost_limit": {"value": 1, "unit": unit}}})).limits
    assert limits.money is not None and limits.money.unit in ("usd", "credit") and not limits.unread


@pytest.mark.parametrize("unit", ["zorkmid", "", "usd\ufffd", 7, [], {}])
def test_a_limit_in_an_odd_unit_is_unknown(unit: object) -> None:
    limits = decode.read_session(parsed({"id": "a", "settings": {"cost_limit": {"value": 1, "unit": unit}}})).limits
    assert (limits.money, limits.unread) == (None, ("money",))


def test_a_session_whose_end_is_at_no_time_has_not_ended() -> None:
    for never in ("0001-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"):
        session = decode.read_session(parsed({**SESSION, "ended_at": never, "settings": {"expires_at": never}}))
        assert (session.ended_at, session.ended, session.expires_at) == (None, False, None)


def test_measures_that_cannot_be_are_left_out() -> None:
    shown = {
        "id": "c",
        "fidelity": {"percent": {"median": 99.5}, "below": {"median": -0.1}, "good": {"median": 0.9, "stderr": -1}},
        "timing": {"1q": -1, "2q": 1e12, "t1": 188},
    }
    found = decode.read_characterization(parsed(shown))
    assert {name: of.stderr for name, of in found.fidelity.items()} == {"good": None}
    assert found.timing == {"t1": 188.0} and found.pairs is None
    backend = decode.read_backend(parsed({**BACKEND, "average_queue_time": -5, "kw": -1, "qubits": 10**12}))
    assert (backend.average_queue_time, backend.kw, backend.qubits) == (None, None, None)


@pytest.mark.parametrize(
    ("shown", "pairs"),
    [
        ([[0, 1], [1, 2]], 2),
        ([[0, 1], [1, 0], [0, 1]], 1),
        ([], None),
        ([[0, 1], [0]], None),
        ([[0, "1"]], None),
        ("all", None),
        (None, None),
    ],
)
def test_each_pair_of_qubits_counts_once(shown: object, pairs: int | None) -> None:
    found = decode.read_characterization(parsed({"id": "c", "qubits": 2, "connectivity": shown}))
    assert found.pairs == pairs and found.all_to_all == (pairs == 1)


@pytest.mark.parametrize("odd", [-1, 10**13, 1e300, 0.5])
def test_durations_that_cannot_be_are_unknown(odd: float) -> None:
    names = ("shots", "predicted_wait_time_ms", "predicted_execution_duration_ms", "execution_duration_ms")
    job = decode_job.read_job(parsed({**JOB, **dict.fromkeys(names, odd)}))
    assert (job.shots, job.predicted_wait_ms, job.predicted_run_ms, job.run_ms) == (None, None, None, None)


@pytest.mark.parametrize("number", [0, 2**31 - 1, 2**31, 10**15])
def test_a_limit_beyond_what_the_api_counts_is_unknown(number: int) -> None:
    shown = {"job_count_limit": number, "duration_limit_min": number}
    limits = decode.read_session(parsed({"id": "a", "settings": shown})).limits
    known = number < 2**31
    assert (limits.jobs, limits.minutes) == ((number, number) if known else (None, None))
    assert limits.unread == (() if known else ("jobs", "time"))


def test_half_a_character_becomes_one_that_can_be_written() -> None:
    job = decode_job.read_job(
        decode.parse(rb'{"id": "a", "name": "x\ud83dy", "failure": {"code": "\udc00", "message": "m"}}')
    )
    assert job.name == "x?y"
    assert job.failure is not None and job.failure.code == "?"
    page = decode_job.read_job_page(decode.parse(rb'{"jobs": [], "next": "\ud800"}'))
    assert page.next == "?"


@pytest.mark.parametrize("after", ["17", "0", "false", "{}", '["x"]'])
def test_a_next_page_that_cannot_be_asked_for_is_not_the_end_of_the_list(after: str) -> None:
    told = f'{{"jobs": [{{"id": "a", "status": "ready"}}], "next": {after}}}'
    page = decode_job.read_job_page(decode.parse(told.encode()))
    assert ([job.id for job in page.jobs], page.next, page.unreadable) == (["a"], None, 1)


@pytest.mark.parametrize("after", [b"", b', "next": null', b', "next": ""'])
def test_the_last_page(after: bytes) -> None:
    page = decode_job.read_job_page(decode.parse(b'{"jobs": []%s}' % after))
    assert (page.next, page.unreadable) == (None, 0)


def test_more_of_half_a_character() -> None:
    found = decode.read_characterization(decode.parse(rb'{"id": "c", "timing": {"\ud800": 1}, "fidelity": {}}'))
    assert list(found.timing) == ["?"]


def test_a_failure_may_come_in_several_forms() -> None:
    def failure(shown: object) -> tuple[str, str] | None:
        found = decode_job.read_job(parsed({"id": "a", "failure": shown})).failure
        return None if found is None else (found.code, found.message)

    assert failure({"code": "C", "message": "m"}) == ("C", "m")
    assert failure({"error": "words"}) == ("", "words")
    assert failure({"code": None, "reason": "words"}) == ("", "words")
    assert failure({"code": "C", "error": {"message": "nested"}}) == ("C", "nested")
    assert failure({"details": [{"msg": "one"}, "two"]}) == ("", "one; two")
    assert failure({"code": 7}) == ("7", "")
    assert failure(["first", "second"]) == ("", "first; second")
    assert failure([{"message": "m"}]) == ("", "m")
    assert failure({"code": "E1", "error_message": "words"}) == ("E1", "words")
    assert failure({"cause": {"text": "words"}}) == failure({"title": "words"}) == ("", "words")
    assert failure({"reason": {"reason": "words"}}) == ("", "words")
    assert failure({"errors": {"q": ["bad", "worse"]}}) == ("", "q bad; q worse")
    assert failure({"code": {"id": "E7", "message": "why"}}) == ("E7", "why")
    assert failure({"code": None}) is None and failure({"code": "", "message": ""}) is None
    assert failure({"code": None, "where": "laser"}) == ("", "where laser")
    assert failure("text") == ("", "text")
    assert failure({}) is None and failure(" ") is None and failure(7) == ("7", "")
    read = decode_job.read_job(parsed({"id": "a", "status": "failed", "failure": {"code": None, "message": "m"}}))
    assert failure_words(read) == "m"


def test_cancelled_ids_are_read_of_one_and_of_many() -> None:
    assert decode_job.read_canceled(parsed({"id": "a", "status": "canceled"})) == {"a"}
    assert decode_job.read_canceled(parsed({"ids": ["a", 7, None, "b", "\x1b[2J", " "]})) == {"a", "b"}
    assert decode_job.read_canceled(parsed({})) == frozenset()


def test_a_measure_without_its_median_is_left_out() -> None:
    shown = {"id": "c", "fidelity": {"spam": {"median": 0.99, "stderr": None}, "2q": {"stderr": 1}, "1q": 7}}
    found = decode.read_newest_characterization(parsed({"characterizations": [None, shown]}))
    assert list(found.fidelity) == ["spam"]
    with pytest.raises(decode.Unreadable):
        decode.read_newest_characterization(parsed({"characterizations": []}))


def test_what_is_written_reads_back_as_the_same() -> None:
    session = decode.read_session(parsed(SESSION))
    assert decode.read_session(parsed(encode.session_json(session))) == session
    job = decode_job.read_job(parsed(JOB))
    assert decode_job.read_job(parsed(encode.job_json(job))) == job
    backend = decode.read_backend(parsed(BACKEND))
    assert decode.read_backend(parsed(encode.backend_json(backend))) == backend


def test_an_estimate_and_one_of_another_shape() -> None:
    shown = {
        "estimated_unit": "usd",
        "estimated_total_cost": 0.71,
        "estimated_execution_time": 14_000,
        "current_predicted_queue_time": 2_640_000,
    }
    read = decode_job_detail.read_estimate(parsed(shown), "qpu.forte-1", Circuit())
    assert read == Estimate("qpu.forte-1", Circuit(), Money(Decimal("0.71"), "usd"), 14_000, 2_640_000)
    other = decode_job_detail.read_estimate(
        parsed({"cost": {"usd": 3}, "estimated_total_cost": "much"}), "b", Circuit()
    )
    assert other == Estimate("b", Circuit())
    absurd = {**shown, "estimated_total_cost": -1, "estimated_execution_time": 10**13}
    read = decode_job_detail.read_estimate(parsed(absurd), "b", Circuit())
    assert (read.cost, read.run_ms, read.queue_ms) == (None, None, 2_640_000)


def test_the_detail_of_a_job() -> None:
    shown = {
        "id": "j",
        "stats": {"qubits": 12, "circuits": 1, "gate_counts": {"1q": 20, "2q": 3.5, "odd": -1, "none": "x"}},
        "settings": {"compilation": {"opt": 1.0, "gate_basis": "ZZ"}, "error_mitigation": {"debiasing": False}},
        "noise": {"model": "aria-1", "seed": 7},
        "metadata": {"shot": "one", "list": [1, "two", None, {"three": 3}]},
    }
    assert decode_job_detail.read_job_detail(parsed(shown)) == JobDetail(
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
    assert decode_job_detail.read_job_detail(parsed({"id": "j", part: odd})).id == "j"
    with pytest.raises(decode.Unreadable):
        decode_job_detail.read_job_detail(parsed({part: odd}))


@pytest.mark.slow
def test_a_detail_is_bounded_whatever_is_in_it() -> None:
    deep: object = 1
    for number in range(200):
        deep = {f"level-{number}": deep, "x" * 5_000: "y" * 5_000}
    wide = {f"{number}": {f"{inner}": "z" * 5_000 for inner in range(300)} for number in range(300)}
    for settings in (deep, wide):
        read = decode_job_detail.read_job_detail(parsed({"id": "j", "settings": settings}))
        assert len(read.settings) <= 64
        assert all(len(name) <= 256 and len(text) <= 1_000 for name, text in read.settings.items())


def test_a_result_holds_fractions_alone() -> None:
    shown = {"0": 0.5, "3": 0.25, "odd": 2, "none": None, "minus": -0.1, "text": "1", "x" * 300: 0.1}
    assert decode_job_detail.read_probabilities(parsed(shown)) == {"0": 0.5, "3": 0.25}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, {"ends_at": "2026-11-22T15:01:00.000Z", "ends_at_source": "expires_at"}),
        (
            {"expires_at": datetime(2026, 11, 23, 14, tzinfo=UTC), "limits": Limits(minutes=90)},
            {"ends_at": "2026-11-22T15:32:00.000Z", "ends_at_source": "limit"},
        ),
        ({"expires_at": None, "limits": Limits()}, {"ends_at": None, "ends_at_source": None}),
        ({"status": "ended"}, {"ends_at": None, "ends_at_source": None}),
        (  # before the start the limit is the shorter, and nobody knows from when
            {"status": "created", "started_at": None, "expires_at": datetime(2026, 11, 23, 14, tzinfo=UTC)},
            {"ends_at": None, "ends_at_source": "limit"},
        ),
    ],
)
def test_the_end_is_written_with_its_source(changes: dict[str, object], told: dict[str, object]) -> None:
    started = datetime(2026, 11, 22, 14, 2, tzinfo=UTC)
    session = replace(decode.read_session(SESSION), status="started", started_at=started, ended_at=None)
    assert encode.ends_json(replace(session, **changes), started) == told  # type: ignore[arg-type]


def test_times_are_written_as_ionq_writes_them() -> None:
    session = decode.read_session({**SESSION, "created_at": "2026-11-22T16:00:00.581000+02:00"})
    told = encode.session_json(session)
    assert told["created_at"] == "2026-11-22T14:00:00.581Z"
    assert told["settings"]["expires_at"] == "2026-11-22T15:01:00.000Z"  # type: ignore[index]
    assert "+00:00" not in json.dumps(
        [told, encode.job_json(decode_job.read_job(JOB)), encode.backend_json(decode.read_backend(BACKEND))]
    )


@pytest.mark.parametrize(
    ("settings", "unread"),
    [
        (None, ()),
        ({}, ()),
        ({"job_count_limit": None, "cost_limit": None}, ()),
        ({"job_count_limit": 3, "duration_limit_min": 90, "cost_limit": {"value": 30, "unit": "usd"}}, ()),
        ({"job_count_limit": "40"}, ("jobs",)),
        ({"job_count_limit": 40, "duration_limit_min": "90"}, ("time",)),
        ({"duration_limit_min": -1, "cost_limit": {"value": "30", "unit": "usd"}}, ("time", "money")),
        ({"cost_limit": {}}, ("money",)),
        ("none", ("jobs", "time", "money")),
        ([], ("jobs", "time", "money")),
    ],
)
def test_a_limit_that_cannot_be_read_is_unknown_and_not_none(settings: object, unread: tuple[str, ...]) -> None:
    limits = decode.read_session(parsed({"id": "a", "settings": settings})).limits
    assert limits.unread == unread
    assert limits.absent == (not unread and limits == NO_LIMITS)
