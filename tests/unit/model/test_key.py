from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback

import pytest

from ionq_tui.model.key import ApiKey, FoundKey
from ionq_tui.model.key_source import KeySource

SECRET = "canary-secret-0123456789-wxyz"
KEY = ApiKey(SECRET)


@pytest.mark.parametrize(
    "shown",
    [
        repr(KEY),
        str(KEY),
        f"{KEY}",
        f"{KEY!r:>40}",
        f"{KEY:>40}",
        format(KEY, "s"),
        "%s %r" % (KEY, KEY),  # noqa: UP031
        "{}".format(KEY),  # noqa: UP032
        repr([KEY]),
        repr({KEY: KEY}),
        repr(FoundKey(KEY, KeySource.TYPED)),
        logging.LogRecord("x", 20, "f", 1, "key %s", (KEY,), None).getMessage(),
    ],
)
def test_every_text_form_is_masked(shown: str) -> None:
    assert "••••wxyz" in shown
    assert "canary" not in shown
    assert "0123" not in shown


def test_a_short_key_shows_nothing_of_itself() -> None:
    assert ApiKey("a2345678901").masked == "••••"
    assert ApiKey("a23456789012").masked == "••••9012"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_cannot_be_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="cannot be pickled or copied") as caught:
        pickle.dumps({"key": KEY}, protocol)
    assert SECRET not in str(caught.value)


def test_it_cannot_be_copied_or_serialised() -> None:
    for act in (copy.copy, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError) as caught:
            act(KEY)
        assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_it_has_no_attributes_to_dump() -> None:
    with pytest.raises(TypeError):
        vars(KEY)
    with pytest.raises(AttributeError):
        KEY.note = "x"  # type: ignore[attr-defined]


def test_it_is_revealed_without_the_white_space_around_it() -> None:
    assert ApiKey(f"  {SECRET}\r\n").reveal() == SECRET


@pytest.mark.parametrize(
    "text", ["", "   ", "\n", "two words", "line\nbreak", "tab\tin", "ключ", "nul\x00", "\x1b[31m", "naïve", "k\u200b"]
)
def test_what_cannot_be_a_key_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="the API key") as caught:
        ApiKey(text)
    assert not text.strip() or text not in str(caught.value)


def test_equality_is_of_the_secret_and_of_nothing_else() -> None:
    same = ApiKey(SECRET)
    assert same == KEY
    assert hash(KEY) == hash(same)
    assert ApiKey(SECRET + "x") != KEY
    assert SECRET != KEY
    assert len({KEY, same, ApiKey("other")}) == 2
