from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, unquote

import pytest

from ionq_tui.model import masking
from ionq_tui.model.key import ApiKey
from ionq_tui.model.masking import masked, without_keys
from ionq_tui.view.sanitize import plain

SECRET = "the/Secret-of_the.Masking+9876"
MARK = "••••9876"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> ApiKey:
    """Make this the only known key of the process."""
    monkeypatch.setattr(masking, "_known", {})
    monkeypatch.setattr(masking, "_needles", ())
    return ApiKey(SECRET)


def each(form: str) -> Callable[[str], str]:
    return lambda text: "".join(form.format(ord(one)) for one in text)


FORMS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "upper case": str.upper,
    "lower case": str.lower,
    "JSON, all escaped": each("\\u{:04x}"),
    "JSON, all escaped in capitals": each("\\u{:04X}"),
    "JSON, slashes escaped": lambda text: text.replace("/", "\\/"),
    "JSON within JSON": each("\\\\u{:04x}"),
    "URL": lambda text: quote(text, safe=""),
    "URL, all escaped": each("%{:02X}"),
    "URL, in lower case": each("%{:02x}"),
    "URL within URL": each("%25{:02X}"),
    "HTML, decimal": each("&#{};"),
    "HTML, hexadecimal": each("&#x{:X};"),
    "HTML within HTML": each("&amp;#{};"),
    "HTML within JSON": lambda text: each("\\u{:04x}")(each("&#{};")(text)),
    "URL within JSON within HTML": lambda text: each("&#{};")(each("\\u{:04x}")(each("%{:02X}")(text))),
}
HALF = len(SECRET) // 2
PARTED = {
    **{f"U+{ord(one):04X}": one for one in "\xad\u200b\u2060\ufeff\u034f\x00\x1b\x85\U000e0041\ufe0f"},
    **{
        one: one
        for one in ("\\u00ad", "\\u200B", "%C2%AD", "%E2%80%8B", "&shy;", "&#173;", "&#8203;", "&#x200b;", "&zwnj;")
    },
}
"""What nobody sees, as it may stand between two characters of a key."""


@pytest.mark.parametrize("parted", PARTED.values(), ids=PARTED)
@pytest.mark.parametrize("every", [False, True], ids=["once", "everywhere"])
def test_what_nobody_sees_hides_no_key(parted: str, every: bool) -> None:
    told = parted.join(SECRET if every else (SECRET[:HALF], SECRET[HALF:]))
    text = without_keys(f"é before {told} after é")
    assert text == f"é before {MARK} after é"
    assert SECRET.lower() not in bare(text)
    assert SECRET not in plain(without_keys(told)) and SECRET not in plain(told)


def test_a_letter_that_becomes_another_hides_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    ApiKey("key-of-Kelvin-1234")
    assert "kelvin" not in plain(without_keys("\u212aey-of-Kelvin-1234")).lower()
    assert plain("caf\u0065\u0301") == "café"


def bare(text: str) -> str:
    """Return a text in lowercase, decoded in every supported way until nothing changes."""
    for _ in range(6):
        text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text.replace("\\/", "/"))
        text = unquote(html.unescape(text)).replace("\\\\", "\\")
    return text.lower()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("part", [slice(None), slice(0, HALF), slice(3, 4)], ids=["whole", "half", "one character"])
def test_a_key_is_masked_in_every_form(form: str, part: slice) -> None:
    told = SECRET.replace(SECRET[part], FORMS[form](SECRET[part]), 1)
    shown = without_keys(f"before apiKey {told} after")
    assert SECRET.lower() not in bare(shown)
    assert shown.startswith("before apiKey ") and shown.endswith(" after")
    assert MARK in shown


@pytest.mark.parametrize("text", ["", "nothing of it", f"before{SECRET}after {SECRET}", SECRET[:-1]])
def test_nothing_else_is_touched(text: str) -> None:
    longer = ApiKey(f"{SECRET}-longer")
    assert without_keys(text) == text.replace(SECRET, MARK)
    assert without_keys(f"{SECRET}-longer") == longer.masked


@pytest.mark.parametrize(
    "data",
    [b"", b"plain", b"50% &amp; \\u0041 \\n", b"\xff\xfe%41\x00", "naïve & \U0001f600".encode("utf-16"), b"%" * 999],
)
def test_what_holds_no_key_is_the_very_same_object(data: bytes) -> None:
    assert masked(data) is data


def test_json_stays_json() -> None:
    for odd in ('quote"\\and-more"12', "angle<and>more&34", "back\\slash\\567"):
        ApiKey(odd)
        told = json.dumps({"message": f"no such key: {odd}", odd: [odd, {"deep": odd}]})
        read = json.loads(masked(told.encode()))
        assert read == {"message": "no such key: ••••", "••••": ["••••", {"deep": "••••"}]}


def test_half_a_character_beside_a_key_does_no_harm() -> None:
    assert without_keys(f"\ud800{SECRET}") == f"\ud800{MARK}"


def test_a_key_across_the_pieces_of_a_long_reply_is_found() -> None:
    escaped = FORMS["URL, all escaped"](SECRET).encode()
    for at in (masking._PIECE - 30, masking._PIECE, 3 * masking._PIECE - 1):
        assert escaped not in masked(b"x" * at + escaped + b"x" * 100_000)


def test_a_short_text_is_no_key_in_another_s_text() -> None:
    short = ApiKey("session")
    assert without_keys("no such session") == "no such session"
    assert short.masked == "••••"


def test_a_key_that_was_used_is_masked_after_it_is_gone() -> None:
    ApiKey("a-key-of-the-past-4321")
    assert without_keys("a-key-of-the-past-4321") == "••••4321"


def test_of_very_many_keys_those_used_last_are_masked() -> None:
    first = ApiKey("the-first-of-many-0000")
    for number in range(2 * masking._MOST):
        ApiKey(f"one-of-very-many-{number:04}")
        first.reveal()
    assert without_keys(f"{first.reveal()} one-of-very-many-{number:04}") == f"{first.masked} ••••{number:04}"
    assert len(masking._known) <= masking._MOST
    assert without_keys("one-of-very-many-0000") == "one-of-very-many-0000"
