from __future__ import annotations

from ionq_tui.model.key import ApiKey
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
