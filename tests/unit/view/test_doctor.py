from __future__ import annotations

import pytest

from ionq_tui.model.check import Check, CheckStatus, note, ok, problem, skipped
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.masking import remember
from ionq_tui.view.doctor import Redaction, all_well, fault_parts, group_lines, report_json, summary_line

ALL = (
    ok("a.one", "good"),
    note("a.two", "so so", "mend it"),
    problem("b.one", "bad", "repair it"),
    skipped("b.two", "-"),
)


def test_each_check_is_one_line_and_its_way_out_another() -> None:
    assert group_lines("a", ALL[:2]) == [
        "",
        "a",
        "  ok       one           good",
        "  note     two           so so",
        "           fix: mend it",
    ]


@pytest.mark.parametrize(
    ("checks", "words"),
    [
        (ALL[:1], "no problems"),
        (ALL[:2], "no problems, 1 note"),
        (ALL[2:], "1 problem to repair"),
        (ALL * 2, "2 problems to repair, 2 notes"),
    ],
)
def test_the_summary(checks: tuple[Check, ...], words: str) -> None:
    assert summary_line(checks) == words
    assert all_well(checks) is (words.startswith("no problems"))


def test_the_same_as_json() -> None:
    assert report_json(ALL[1:3], "1.2") == {
        "ionq_tui": {
            "version": "1.2",
            "all_well": False,
            "checks": [
                {"name": "a.two", "status": "note", "says": "so so", "fix": "mend it"},
                {"name": "b.one", "status": "problem", "says": "bad", "fix": "repair it"},
            ],
        }
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/ada/.config/x", "~/.config/x"),
        ("in /home/ada: no such file", "in ~: no such file"),
        ("/home/adam/x and /home/ada2", "/home/adam/x and /home/ada2"),
        ("/mnt/home/ada/x", "/mnt/home/ada/x"),
        ("chmod 600 '/home/ada/a b'", "chmod 600 ~/'a b'"),
        ("SSL_CERT_FILE=/home/ada/ca.pem:/home/ada", "SSL_CERT_FILE=~/ca.pem:~"),
        ("two\nlines\x1b[31m", "two lines[31m"),
        ("no such program: misplaced-key", "no such program: …"),
        ("key-of-the-doctor-1 and KEY-OF-THE-DOCTOR-1", "•••• and ••••"),
    ],
)
def test_what_nobody_else_should_read_is_removed(text: str, shown: str) -> None:
    remember("key-of-the-doctor-1", "••••")
    redaction = Redaction(("/home/ada", "/nowhere/else"), ("misplaced-key",))
    assert redaction.text(text) == shown
    assert redaction.check(Check("a.one", CheckStatus.NOTE, text, text)) == note("a.one", shown, shown)


@pytest.mark.parametrize(
    ("fault", "words", "fix"),
    [
        (
            Fault(FaultKind.SERVER, "moving", 503, "req-1"),
            'IonQ answered with a server error ("moving") [HTTP 503, request req-1]',
            "try again; if it persists, write to support@ionq.com",
        ),
        (Fault(FaultKind.OFFLINE, "reset"), "IonQ cannot be reached (reset)", "check the network, then try again"),
        (Fault(FaultKind.KEY_REFUSED, "HTTP 401", 401), "IonQ refused this API key [HTTP 401]", ""),
    ],
)
def test_a_fault_in_two_parts(fault: Fault, words: str, fix: str) -> None:
    told, way_out = fault_parts(fault)
    assert told == words and way_out.startswith(fix) and way_out
