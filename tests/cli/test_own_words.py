"""An opening that IonQ refuses, or answers with an error, is told in IonQ's own words at once, and they stay."""

from __future__ import annotations

import json

import pytest

from ionq_tui.simulator.http import Reply, Request
from tests.cli.conftest import Shell
from tests.cli.site import Site, process

OPEN = ("open", "qpu.forte-1", "--max-jobs", "3", "--yes")
REQUEST = "req-0451"


def answer(status: int, words: str, **headers: str) -> Reply:
    """An error in IonQ's own form."""
    body = json.dumps({"statusCode": status, "error": "Refused", "message": words}).encode()
    named = {"Content-Type": "application/json", "x-request-id": REQUEST, **headers}
    return Reply(status, tuple((name.replace("_", "-"), text) for name, text in named.items()), body)


def opened_with(site: Site, reply: Reply) -> None:
    def instead(request: Request) -> Reply | None:
        return reply if request.method == "POST" else None

    site.instead = instead


@pytest.mark.parametrize(
    ("status", "words"), [(402, "insufficient credit: 4.10 usd left"), (429, "too many sessions this hour")]
)
def test_402_and_429_are_refusals_and_nothing_is_looked_for(site: Site, shell: Shell, status: int, words: str) -> None:
    opened_with(site, answer(status, words, retry_after="7"))
    told = shell(*OPEN)
    assert told.code == 1 and words in told.err and f"HTTP {status}" in told.err and REQUEST in told.err
    assert "nothing was opened" in told.err and "may have been" not in told.err
    assert "GET /sessions" not in site.asked[site.asked.index("POST /sessions") :]
    site.instead = lambda _: None
    assert "may have been" not in shell("ls").err and shell("answer").code == 0


def test_another_frameworks_422_is_a_refusal_in_its_words(site: Site, shell: Shell) -> None:
    detail = [{"loc": ["body", "settings"], "msg": "Input should be a valid dictionary", "type": "dict_type"}]
    opened_with(site, Reply(422, (("Content-Type", "application/json"),), json.dumps({"detail": detail}).encode()))
    told = shell(*OPEN)
    assert told.code == 1 and "nothing was opened" in told.err and "Input should be a valid dictionary" in told.err


VALIDATION = {"message": "Validation failed", "validation": {"body": {"message": "cost_limit.value is above 25"}}}


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (400, VALIDATION, '"Validation failed; cost_limit.value is above 25"'),
        (400, {"errors": {"cost_limit": ["must be at most 25"]}}, '"cost_limit must be at most 25"'),
        (422, {"errors": {"cost_limit": ["must be at most 25"]}}, '"cost_limit must be at most 25"'),
        (400, {"title": "T", "detail": "See errors", "errors": [{"message": "m"}]}, '"T; See errors; m"'),
        (400, {"description": "backend is closed"}, '"backend is closed"'),
        (403, {"statusCode": 403, "error": "Forbidden", "message": ["one", "two"]}, '"one; two"'),
    ],
)
def test_a_refusal_in_any_form_is_told_in_its_words(
    site: Site, shell: Shell, status: int, body: object, words: str
) -> None:
    opened_with(site, Reply(status, (), json.dumps(body).encode()))
    told = shell(*OPEN)
    assert told.code == 1 and "nothing was opened" in told.err and words in told.err


@pytest.mark.parametrize(
    "body",
    [b'{"statusCode": 402, "message": "no\ncredit"}', '{"statusCode": 402, "message": "no\\ncredit"}'.encode("utf-16")],
)
def test_words_are_read_from_json_that_is_not_quite_right(site: Site, shell: Shell, body: bytes) -> None:
    opened_with(site, Reply(402, (), body))
    told = shell(*OPEN)
    assert told.code == 1 and "nothing was opened" in told.err and "no credit" in told.err


def test_an_error_within_a_200_is_looked_into_and_told_in_its_words(site: Site, shell: Shell) -> None:
    opened_with(site, Reply(200, (), b'{"statusCode": 402, "message": "insufficient credit"}'))
    told = shell(*OPEN)
    assert told.code == 3 and told.err.count('it says "HTTP 402: insufficient credit"') == 2
    assert '"the reply' not in told.err, "our own sentence is not in quotes"


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_page_instead_of_an_answer_is_named(site: Site, shell: Shell, status: int) -> None:
    opened_with(site, Reply(status, (), b"<html><!--" + b"x" * 999 + b"--><title>Corporate Gateway</title></html>"))
    told = shell(*OPEN)
    assert told.code == 3 and told.err.count('a page titled "Corporate Gateway"') == 2
    assert '"HTTP' not in told.err and "not allowed" not in told.err and "not found at IonQ" not in told.err


@pytest.mark.parametrize(
    ("media", "body", "words"),
    [
        ("text/plain", "the session limit is hit", '"the session limit is hit"'),
        ("text/html", "<html><head><title>502 Bad Gateway</title></head></html>", 'a page titled "502 Bad Gateway"'),
        ("application/json", json.dumps([{"msg": "one at a time"}]), '"one at a time"'),
        ("application/json", json.dumps("one at a time"), '"one at a time"'),
    ],
)
def test_what_answered_is_told_in_whatever_form_it_comes(
    site: Site, shell: Shell, media: str, body: str, words: str
) -> None:
    opened_with(site, Reply(409, (("Content-Type", media),), body.encode()))
    told = shell(*OPEN)
    assert told.code == 3 and told.err.count(words) == 2


@pytest.mark.parametrize(
    ("status", "words"), [(409, "maximum of 1 active session reached"), (503, "the scheduler is being moved")]
)
def test_words_of_an_error_that_may_hide_a_success_stay_everywhere(
    site: Site, shell: Shell, status: int, words: str
) -> None:
    opened_with(site, answer(status, words))
    told = shell(*OPEN)
    assert told.code == 3
    first, last = told.err.index(words), told.err.rindex(words)
    assert first < last, "said at once, and in what it came to"
    assert told.err.count(REQUEST) >= 2 and "correct what IonQ reports" not in told.err
    site.instead = lambda _: None
    assert words in shell("ls").err and words in shell("answer").out


def test_they_are_said_before_the_looking_is_over(site: Site) -> None:
    words = "maximum of 1 active session reached"
    opened_with(site, answer(409, words))
    with process(*OPEN, IONQ_TUI_PATIENCE="1") as running:
        assert running.popen.stderr is not None
        line = ""
        for _ in range(5):
            line = running.popen.stderr.readline()
            if words in line:
                break
        assert words in line and REQUEST in line and running.popen.poll() is None


def test_a_conflict_without_words_gives_no_advice_that_cannot_be_followed(site: Site, shell: Shell) -> None:
    opened_with(site, Reply(409, (), b""))
    told = shell(*OPEN)
    assert told.code == 3 and "HTTP 409" in told.err and "correct what IonQ reports" not in told.err
