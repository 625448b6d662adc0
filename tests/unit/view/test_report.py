from __future__ import annotations

import re
from datetime import UTC
from html import unescape

import pytest
from markdown_it import MarkdownIt

from ionq_tui.model.job import Failure, Job
from ionq_tui.model.session import Owner
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, apply_jobs
from ionq_tui.view.report import escaped, report
from tests.unit.view.scene import ID, NOW, TZ, at, session, watch
from tests.unit.view.test_sanitize import harmless


def test_a_report_tells_all_there_is() -> None:
    told = report(watch(), Owner.HERE, "H2 scan", NOW, TZ)
    assert told.splitlines() == [
        f"Session {ID}",
        "  label       H2 scan",
        "  backend     qpu.forte-1",
        "  owner       you (opened on this machine)",
        "  status      STARTED",
        "  limits      40j · 1h30m · 30.00 usd",
        "  time        40m of 1h18m, left 37m",
        "  jobs        31 of 40, left 9",
        "  cost        18.20 + 4.10 res. of 30.00 usd, left 7.70 (usd, charged + reserved · all 29 finished priced)",
        "  spent       charged 18.20 usd, reserved 4.10 usd",
        "  per job     0.65 usd on average, of 28 charged jobs",
        "  jobs sent   31 jobs: 28 completed · 1 FAILED · 1 running · 1 waiting",
        "  unfinished  2 jobs (1 running, 1 waiting), from 2 people: ann, bob",
        "  created     2026-07-22 13:10 CEST",
        "  started     2026-07-22 13:22 CEST",
        "  expires     2026-07-22 14:40 CEST",
        "  as of       2026-07-22 14:02 CEST",
        "  charged for",
        "    JOB MODEL                             JOBS    CHARGED",
        "    ionq.circuit.v1, QCT                    31  18.20 usd",
        "    of these failed: QuotaExhaustedError     1   0.00 usd",
        "  failures",
        "    b81d3c QuotaExhaustedError: project budget reached",
        "  timeline",
        "    time unknown  job b81d3c failed: QuotaExhaustedError, project budget reached",
        "    2026-07-22 13:10:00 CEST  session opened",
        "    2026-07-22 13:20:00 CEST  28 jobs submitted",
        "    2026-07-22 13:22:00 CEST  session started",
        "    2026-07-22 13:24:00 CEST  28 jobs completed, 18.20 usd",
        "    2026-07-22 14:00:00 CEST  job 7c20fe submitted",
    ]


def test_markdown_has_the_same_tables() -> None:
    told = report(watch(), Owner.HERE, "H2 scan", NOW, TZ, markdown=True).splitlines()
    at = told.index("## Charged for")
    assert told[at + 2 : at + 6] == [
        "| JOB MODEL | JOBS | CHARGED |",
        "| --- | ---: | ---: |",
        "| ionq.circuit.v1, QCT | 31 | 18.20 usd |",
        "| of these failed: QuotaExhaustedError | 1 | 0.00 usd |",
    ]
    assert "- 2026-07-22 13:20:00 CEST  28 jobs submitted" in told


def test_where_the_local_time_is_utc_it_is_told_once() -> None:
    told = report(watch(), Owner.HERE, "", NOW, UTC)
    assert "  created     2026-07-22 11:10 UTC" in told.splitlines()
    assert "    2026-07-22 11:22:00 UTC  session started" in told.splitlines()


def test_an_ended_session_says_when_and_by_whom() -> None:
    over = watch(session(status="ended", active=False, ended_at=at(14, 0), ender_id="u-7"))
    told = report(over, Owner.HERE, "", NOW, TZ, {"u-7": "Mara"})
    assert "  ended       2026-07-22 14:00 CEST, by Mara" in told
    assert "expires" not in told


def test_markdown_shows_hostile_text_and_does_nothing_else() -> None:
    bad = Job("job", "failed", name="|a|`b`", failure=Failure("<img src=x>", "[x](http://x)\n# big\x1b[2J"))
    told = report(apply_jobs(watch(), [bad], NOW), Owner.HERE, "*bold*", NOW, TZ, markdown=True)
    assert "| label | \\*bold\\* |" in told
    assert "- job \\|a\\|\\`b\\` \\<img src=x\\>: `[x](http://x)` \\# big\\[2J" in told
    assert all(harmless(line) for line in told.splitlines())
    assert escaped("plain words") == "plain words"


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example/x",
        "https://user:pass@evil.example/",
        "https://user:pa`ss@evil.example|https://b.example",
        "ask ann@evil.example, HTTP://USER@evil.example or mailto:x@y.example",
        "www.evil.example <https://a:b@evil.example> [x](https://a:b@evil.example)",
        "`https://a:b@evil.example``https://c.example`",
    ],
)
def test_markdown_makes_no_link_of_what_the_server_wrote(text: str) -> None:
    page = MarkdownIt("gfm-like").render(f"- {escaped(text)}\n\n| {escaped(text)} |\n| --- |\n| {escaped(text)} |\n")
    assert "<a " not in page and "<img" not in page
    assert page.count("<th>") == page.count("<td>") == 1
    assert unescape(re.sub(r"<[^>]*>", "", page)).split("\n").count(text) == 3


def test_many_failures_are_counted_and_nothing_known_is_said() -> None:
    many = apply_jobs(watch(), [Job(f"f{index}", "failed") for index in range(30)], NOW)
    assert report(many, Owner.HERE, "", NOW, TZ).splitlines().count("    and 11 more") == 1
    assert "no data" in report(EMPTY_SNAPSHOT, Owner.UNKNOWN, "", NOW, TZ)
