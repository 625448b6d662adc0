"""`show`: one session as a report, to read, to file, and for programs."""

from __future__ import annotations

from tests.shell.conftest import Shell
from tests.shell.site import FORTE, Site


def test_a_report_has_limits_jobs_failures_and_timeline(site: Site, shell: Shell) -> None:
    session = site.colleague()
    site.job(session, name="first", fate=("QuotaExhaustedError", "project [b]budget[/b] reached"))
    told = shell("show", session.id[-6:])
    assert told.code == 0
    lines = told.out.splitlines()
    assert lines[0] == f"Session {session.id}"
    for name in ("backend", "status", "limits", "time", "jobs", "money", "cost", "jobs sent", "timeline"):
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
    assert set(ours["money"]) == {"charged", "reserved", "jobs_priced", "jobs_finished"}
    assert ours["events"][0]["kind"] == "opened" and ours["events"][0]["at"].endswith("Z")
    assert ours["failures"] == []
