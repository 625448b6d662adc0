from __future__ import annotations

import pytest

from ionq_tui.model.key import ApiKey, without_keys
from ionq_tui.view.crash import crash_report

SECRET = "the-secret-of-the-crash-9876"


def crashed() -> BaseException:
    local = SECRET
    try:
        try:
            raise KeyError(local)
        except KeyError as error:
            raise RuntimeError(f"no \x1b[2J{local[:3]} and {local}\nat all") from error
    except RuntimeError as error:
        error.add_note(f"noted: {local}")
        return error


def test_it_tells_where_and_what_but_no_key() -> None:
    key = ApiKey(SECRET)
    told = crash_report(crashed(), running=["left running: 1234", f"  {SECRET}"])
    text = "\n".join(told)
    assert "test_crash.py" in text
    assert "RuntimeError: no [2Jthe and ••••9876" in text
    assert "KeyError: '••••9876'" in text
    assert told[-2:] == ["left running: 1234", "  ••••9876"]
    assert "\x1b" not in text
    assert SECRET not in text
    assert key.reveal() == SECRET


def test_what_is_only_typed_so_far_is_hidden_too() -> None:
    text = "\n".join(crash_report(crashed(), secrets=["", " ", SECRET]))
    assert SECRET not in text
    assert "••••" in text


def test_a_long_line_is_cut() -> None:
    assert max(len(line) for line in crash_report(ValueError("x" * 10_000))) <= 400


@pytest.mark.parametrize("text", ["", "nothing of it", f"before{SECRET}after {SECRET}"])
def test_the_keys_of_this_process_are_masked_in_any_text(text: str) -> None:
    key, longer = ApiKey(SECRET), ApiKey(f"{SECRET}-longer")
    assert without_keys(text) == text.replace(SECRET, "••••9876")
    assert without_keys(f"{SECRET}-longer") == longer.masked
    assert key != longer


def test_a_key_that_was_given_twice_is_masked_while_either_lives() -> None:
    first = ApiKey(SECRET)
    second = ApiKey(SECRET)
    del first
    assert without_keys(SECRET) == second.masked


def test_a_short_text_is_no_key_in_another_s_text() -> None:
    short = ApiKey("session")
    assert without_keys("no such session") == "no such session"
    assert short.masked == "••••"


def test_a_key_that_nobody_holds_any_more_is_forgotten() -> None:
    ApiKey(SECRET)
    assert without_keys(SECRET) == SECRET
