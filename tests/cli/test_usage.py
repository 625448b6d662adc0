"""`usage`: spending by day, from IonQ and from the journal, against the local simulated server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import Reply, Request
from ionq_tui.simulator.store import SessionEntry
from tests.cli.conftest import Shell
from tests.cli.site import FORTE, Site


@pytest.fixture
def clock(site: Site) -> StoppedClock:
    clock = StoppedClock()
    site.cloud = SimulatedCloud(clock, workload=False, colleagues=False)
    return clock


def spent(
    site: Site, shell: Shell, clock: StoppedClock, *options: str, jobs: int = 3, end: bool = True
) -> SessionEntry:
    """A session of this machine with finished jobs, whose costs were read once it had ended."""
    session = site.cloud.sessions[shell("open", FORTE, "--max-jobs", "40", "--yes", *options).out.strip()]
    for _ in range(jobs):
        site.job(session)
    clock.advance(120)
    if end:
        assert shell("end", session.id, "--yes").code == 0
        clock.advance(11)
    assert shell("show", session.id).code == 0
    return session


def refusing(status: int, body: bytes, kind: str = "application/json") -> Callable[[Request], Reply | None]:
    def answer(request: Request) -> Reply | None:
        return Reply(status, (("content-type", kind),), body) if request.path.endswith("/usage") else None

    return answer


def configured(home: Path, text: str) -> None:
    folder = home / "config" / "ionq-tui"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(text)


def test_both_accounts_are_told_by_day_backend_and_label(site: Site, shell: Shell, clock: StoppedClock) -> None:
    session = spent(site, shell, clock, "--label", "H2 scan")
    colleague = site.colleague()
    site.job(colleague)
    clock.advance(60)
    told = shell("usage", "--days", "7")
    both = session.charged + colleague.charged
    assert (told.code, told.err) == (0, "") and session.charged > 0 and colleague.charged > 0
    lines = told.out.splitlines()
    assert lines[1] == f"organization  {both} usd" and lines[2] == f"this machine  {session.charged} usd"
    today = clock().astimezone(UTC).date().isoformat()
    (row,) = (line for line in lines if line.startswith(today))
    assert row.split()[1:3] == [str(both), str(session.charged)]
    assert sum(line.endswith("-") for line in lines) == 6, "days on which nothing was charged"
    for name in (FORTE, "H2 scan"):
        (share,) = (line for line in lines if line.startswith(name))
        assert share.endswith(f"{session.charged} usd  1 session")
    assert "neither sessions opened on another machine" in told.out and "Not all costs" not in told.out
    assert "no monthly budget" in told.out


@pytest.mark.parametrize(("by", "group"), [("person", "user"), ("project", "project")])
def test_ionq_is_asked_once_for_the_grouping(
    site: Site, shell: Shell, clock: StoppedClock, by: str, group: str
) -> None:
    session = spent(site, shell, clock)
    queries: list[dict[str, str]] = []

    def look(request: Request) -> None:
        if request.path.endswith("/usage"):
            queries.append(dict(request.query))

    site.instead = look
    told = shell("usage", "--by", by)
    (query,) = queries
    today = clock().astimezone(UTC).date()
    assert query["group_by"] == group and query["modality"] == "daily" and query["end_date"] == today.isoformat()
    assert query["start_date"] <= (today - timedelta(days=29)).isoformat()
    assert f"By {by}, as IonQ reports" in told.out and f"{session.charged} usd  3 jobs" in told.out


def test_programs_get_the_same(site: Site, shell: Shell, clock: StoppedClock, home: Path) -> None:
    configured(home, 'monthly_budget = "0.10 usd"\n')
    session = spent(site, shell, clock, "--label", "H2 scan")
    told = shell("usage", "--json")
    assert told.code == 0 and "monthly budget reached" in told.err
    usage, ours = told.json["usage"], told.json["ionq_tui"]
    (day,) = usage["usage_data"]
    cost = float(session.charged)
    assert usage["group_type"] == "user" and usage["modality"] == "daily"
    assert day["amounts"] == [{"amount": cost, "unit": "usd"}] and day["job_count"] == 3
    assert day["group_usages"][0]["amounts"] == day["amounts"]
    here = ours["this_machine"]
    assert here["charged"] == [{"unit": "usd", "value": cost}] and here["complete"]
    assert [(one["name"], one["sessions"], one["complete"]) for one in here["by_label"]] == [("H2 scan", 1, True)]
    assert here["by_backend"][0]["name"] == FORTE and here["days"][0]["charged"] == here["charged"]
    assert here["sessions_open"] == here["sessions_not_all_costs_known"] == []
    assert ours["budget"] == {
        "budget": {"unit": "usd", "value": 0.1},
        "month": f"{clock().astimezone(UTC):%Y-%m}",
        "charged": {"unit": "usd", "value": cost},
        "charged_according_to": "ionq",
        "may_be_more": False,
    }
    assert ours["usage_complete"] and ours["fault"] is None and ours["read_at"].endswith("Z")


PAGE = b"<html><title>Bad gateway</title></html>"
FAILURES = [
    (403, b'{"statusCode":403,"error":"Forbidden","message":"owners only"}', "does not show the usage"),
    (404, b'{"statusCode":404,"error":"Not Found","message":"no such thing"}', "does not show the usage"),
    (503, b'{"statusCode":503,"error":"Unavailable","message":"try later"}', "try later"),
    (200, b"garbage", "could not be read"),
    (200, b'{"usage_data": "none"}', "could not be read"),
    (200, b'{"usage_data": [{"from": "never"}]}', "could not be read"),
    (502, PAGE, "IonQ"),
]


@pytest.mark.parametrize(("status", "body", "words"), FAILURES)
def test_an_answer_that_cannot_be_used_never_hides_what_the_journal_knows(
    site: Site, shell: Shell, clock: StoppedClock, home: Path, status: int, body: bytes, words: str
) -> None:
    configured(home, 'monthly_budget = "0.10 usd"\n')
    session = spent(site, shell, clock)
    site.instead = refusing(status, body, "text/html" if body is PAGE else "application/json")
    told = shell("usage")
    assert told.code == 1 and words in told.err and "IonQ's figures are missing" in told.err
    assert f"organization  —\nthis machine  {session.charged} usd" in told.out
    assert "the numbers are those that this machine recorded" in told.out
    assert "this machine only" in told.out and f"≥ {session.charged}" in told.out, "the budget"
    assert f"monthly budget reached: ≥ {session.charged} of 0.10 usd" in told.err
    facts = shell("usage", "--json").json
    assert facts["usage"] is None and words in facts["ionq_tui"]["fault"]
    assert facts["ionq_tui"]["this_machine"]["charged"] == [{"unit": "usd", "value": float(session.charged)}]
    assert facts["ionq_tui"]["budget"]["charged_according_to"] == "this_machine"
    assert facts["ionq_tui"]["budget"]["may_be_more"]


def test_without_a_list_of_sessions_the_journal_names_the_organization(
    site: Site, shell: Shell, clock: StoppedClock
) -> None:
    session = spent(site, shell, clock)

    def broken(request: Request) -> Reply | None:
        return Reply(500, (), b"") if request.path.endswith("/sessions") else None

    site.instead = broken
    told = shell("usage")
    assert f"this machine  {session.charged} usd" in told.out
    assert f"GET /organizations/{site.cloud.organization_id}/usage" in site.asked


def test_an_outage_tells_what_the_journal_knows(site: Site, shell: Shell, clock: StoppedClock) -> None:
    session = spent(site, shell, clock)
    site.go_away()
    told = shell("usage")
    assert told.code == 1 and "cannot be reached" in told.err
    assert f"this machine  {session.charged} usd" in told.out


def test_a_session_whose_costs_nobody_read_is_named(site: Site, shell: Shell, clock: StoppedClock) -> None:
    name = shell("open", FORTE, "--max-jobs", "40", "--yes").out.strip()
    site.job(site.cloud.sessions[name])
    told = shell("usage")
    assert "this machine  —" in told.out and f"Still open, so their cost may grow: 1 session ({name[-6:]})" in told.out
    clock.advance(60)
    shell("end", name, "--yes")
    told = shell("usage")
    assert f"Not all costs known yet: 1 session ({name[-6:]})" in told.out and "this machine  —" in told.out
    assert shell("usage", "--json").json["ionq_tui"]["this_machine"]["sessions_not_all_costs_known"] == [name]
    clock.advance(11)
    shell("show", name)
    told = shell("usage")
    assert "Not all costs" not in told.out and f"this machine  {site.cloud.sessions[name].charged} usd" in told.out


def test_what_is_running_is_a_lower_bound(site: Site, shell: Shell, clock: StoppedClock) -> None:
    session = spent(site, shell, clock, end=False)
    told = shell("usage")
    assert f"this machine  ≥ {session.charged} usd" in told.out and f"≥ {session.charged} usd  1 session" in told.out


@pytest.mark.parametrize("days", ["0", "367", "-1", "week", "1.5"])
def test_days_out_of_range_are_wrong_usage(site: Site, shell: Shell, days: str) -> None:
    told = shell("usage", "--days", days)
    assert told.code == 2 and "--days" in told.err and site.asked == []


def test_a_budget_without_a_unit_is_refused_with_an_example(site: Site, shell: Shell, home: Path) -> None:
    configured(home, 'monthly_budget = "500"\n')
    told = shell("usage")
    assert told.code == 2 and '"500 usd" or "2000 credits"' in told.err and site.asked == []


def test_hostile_names_of_ionq_reach_the_terminal_harmless(site: Site, shell: Shell, clock: StoppedClock) -> None:
    name = '"\\u001b]52;c;aGk=\\u0007\\u202e[@click=x]Ada"'
    day = clock().astimezone(UTC).date().isoformat()
    group = f'{{"group_id": "u", "group_name": {name}, "amount": 1, "amount_unit": "usd"}}'
    row = f'{{"from": "{day}", "amount": 1, "amount_unit": "usd", "group_usages": [{group}]}}'
    site.instead = refusing(200, f'{{"usage_data": [{row}]}}'.encode())
    told = shell("usage", "--by", "person")  # the shell of the tests refuses an escape
    assert told.code == 0 and "Ada" in told.out and "\u202e" not in told.out and "\x07" not in told.out
