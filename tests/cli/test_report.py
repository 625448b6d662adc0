"""`show`: one session as a report, to read, to file, and for programs."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

from ionq_tui.model.timestamp import timestamp
from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from tests.cli.conftest import Shell
from tests.cli.site import FORTE, Site


def test_a_report_has_limits_jobs_failures_and_timeline(site: Site, shell: Shell) -> None:
    session = site.colleague()
    site.job(session, name="first", failure=("QuotaExhaustedError", "project [b]budget[/b] reached"))
    told = shell("show", session.id[-6:])
    assert told.code == 0
    lines = told.out.splitlines()
    assert lines[0] == f"Session {session.id}"
    for name in ("backend", "status", "limits", "time", "jobs", "cost", "spent", "jobs sent", "timeline"):
        assert any(line.strip().startswith(name) for line in lines), name
    assert "session opened" in told.out and "UTC" in told.out


def test_the_same_as_markdown(site: Site, shell: Shell) -> None:
    session = site.colleague()
    told = shell("show", session.id, "--markdown")
    lines = told.out.splitlines()
    assert told.code == 0 and lines[0] == f"# Session {session.id}" and "## Timeline" in lines
    assert f"| backend | {FORTE} |" in lines


def test_markdown_and_json_at_once_is_wrong_usage(site: Site, shell: Shell) -> None:
    assert shell("show", site.colleague().id, "--markdown", "--json").code == 2


def test_programs_get_the_report_too(site: Site, shell: Shell) -> None:
    session = site.colleague()
    site.job(session, name="first")
    told = shell("show", session.id, "--json").json
    assert told["id"] == session.id and told["settings"]["duration_limit_min"] == 60
    ours = told["ionq_tui"]
    assert ours["short_id"] == session.id[-6:] and ours["jobs"] == {"total": 1, **ours["jobs"]}
    assert set(ours["money"]) == {
        "charged",
        "reserved",
        "jobs_priced",
        "jobs_finished",
        "all_jobs_read",
        "is_final",
    }
    assert ours["money"]["all_jobs_read"] and not ours["money"]["is_final"]
    assert ours["events"][0]["kind"] == "opened" and ours["events"][0]["at"].endswith("Z")
    assert ours["failures"] == []
    times = [told["created_at"], told["settings"]["expires_at"], ours["events"][0]["at"]]
    assert all(re.fullmatch(r"[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z", time) for time in times), times


def test_an_expiry_later_than_the_limit_is_told_once_and_nothing_counts_to_it(site: Site, shell: Shell) -> None:
    session = site.colleague()
    site.job(session)
    assert session.started_at is not None
    session.expires_at = session.started_at + timedelta(hours=24)
    told = shell("show", session.id, "--json").json
    ends = told["ionq_tui"]["ends_at"], told["ionq_tui"]["ends_at_source"]
    assert ends == (timestamp(session.started_at + timedelta(minutes=60)), "limit")
    assert told["settings"]["expires_at"] == timestamp(session.expires_at)
    (listed,) = shell("ls", "--json").json["sessions"]
    assert (listed["ionq_tui"]["ends_at"], listed["ionq_tui"]["ends_at_source"]) == ends
    for more in ((), ("--markdown",)):
        out = shell("show", session.id, *more).out
        assert out.count("IonQ's expiry is") == 1 and "later than the limit" in out
        assert "from start + limit" in out.replace("\\", "")
    row = next(line for line in shell("ls").out.splitlines() if session.id[-6:] in line)
    assert re.search(r"~(59m|1h00m) ", row), row


def test_what_was_before_anybody_looked_and_what_was_charged_for_which_jobs(site: Site, shell: Shell) -> None:
    clock = StoppedClock()
    site.cloud = SimulatedCloud(clock, workload=False, colleagues=False)
    session = site.colleague()
    for failure in (None, None, ("QuantumComputerError", "the ion chain was lost")):
        site.job(session, failure)
    clock.advance(120)
    site.cloud.advance()
    site.cloud.end(session, "u-7")
    young = shell("show", session.id)
    assert "≥ 3 used" in young.out and "not all jobs read: it ended just now" in young.out
    clock.advance(11)
    for _ in range(2):  # the second time what is final is recalled
        told = shell("show", session.id, "--json").json
        ours = told["ionq_tui"]
        events = [(one["kind"], len(one["job_ids"] or [])) for one in ours["events"]]
        assert sorted(events[:3]) == [("job submitted", 3), ("opened", 0), ("started", 0)]
        assert {kind for kind, _ in events[3:-1]} == {"job completed", "job failed"} and events[-1] == ("ended", 0)
        (model,) = ours["charged_for"]["job_models"]
        (amount,) = model["charged"]
        assert (model["type"], model["cost_model"]) == ("ionq.circuit.v1", "QCT")
        assert (model["jobs"], model["jobs_priced"]) == (3, 3) and amount["value"] == float(session.charged)
        (failure,) = ours["charged_for"]["failures"]
        assert (failure["code"], failure["jobs"], failure["charged"][0]["value"]) == ("QuantumComputerError", 1, 0.0)
        assert ours["money"]["all_jobs_read"] and ours["money"]["is_final"]
    assert sum(one.endswith("/cost") for one in site.asked) == 3
    text = shell("show", session.id).out
    assert re.search(rf"ionq\.circuit\.v1, QCT +3 +{session.charged} usd", text)
    stamps = [line.strip().split("  ")[0] for line in text.split("  timeline\n")[1].splitlines()]
    assert stamps == sorted(stamps) and "session ended by u-7" in text
    assert "3 jobs submitted" in text and "## Charged for" in shell("show", session.id, "--markdown").out


def test_the_cost_of_a_job_that_runs_is_no_final_one(site: Site, shell: Shell) -> None:
    session = site.colleague()
    site.job(session)
    (job,) = session.jobs
    with site.cloud.lock:
        job.cost = Decimal("0.25")
    assert "so far 0.25 usd" in shell("jobs", session.id).out
    ours = shell("jobs", session.id, "--json").json["jobs"][0]["ionq_tui"]
    assert ours["cost"]["value"] == 0.25 and ours["cost_is_final"] is False
