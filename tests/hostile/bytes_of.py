"""What a terminal would obey in the bytes that a program wrote: found, and held against what our screens need."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_TOKEN = re.compile(
    r"\x1b\[(?P<csi>[0-?]*[ -/]*[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|(?P<string>\x1b[P_^X](?:[^\x1b]|\x1b(?!\\))*(?:\x1b\\)?)"
    r"|(?P<short>\x1b[ -/]*[0-~])"
    r"|(?P<bare>\x1b)",
)
_OURS = re.compile(
    r"(?:\?(?:1049|1000|1002|1003|1006|1015|1016|1004|2004|2026|25|7|2048)[hl])"  # modes Textual sets and takes back
    r"|\?(?:2026|2048)\$p|>[0-9]*u|<[0-9]*u|=[0-9;]*u|\?u|[0-9]*q|[0-9]* q"  # questions, keyboard, the cursor's form
    r"|\d*;?\d*H|[0-3]?[JK]|\d*[ABCDG]|[0-9;:]*m|\?1049[hl]|6n|\?4m|>4;?[0-9]*m"
    r"|2[23];2t"  # the title is put aside and taken back
)
_TITLE = re.compile(
    r"[012];[^\x00-\x1f\x7f-\x9f]*"
    r"|9;ionq-tui: [^\x00-\x1f\x7f-\x9f]*"  # a notification
    r"|22;(?:default|pointer|text)"  # the pointer's shape
)
_PLAIN_CONTROLS = frozenset("\r\n\x07")


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield every escape sequence with its kind."""
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        yield kind, found[kind]


def unexpected(raw: bytes) -> list[str]:
    """Return what no screen of ours sends: commands beyond painting, controls, and characters that deceive."""
    text = raw.decode("utf-8", errors="replace")
    bad = []
    for kind, value in commands(text):
        if kind == "csi" and _OURS.fullmatch(value) and not _blinks(value):
            continue
        if kind == "osc" and _TITLE.fullmatch(value) and "pwned" not in value and not deceiving(value):
            continue
        bad.append(f"{kind} {value!r}"[:120])
    return bad + deceiving(_TOKEN.sub("", text))


def _blinks(value: str) -> bool:
    """True for what the catalogue paints with and Textual never does: blinking and overlines."""
    if not value.endswith("m"):
        return False
    parameters, skip = value[:-1].split(";"), 0
    for at, one in enumerate(parameters):
        if skip:
            skip -= 1
        elif one in ("38", "48"):
            skip = 4 if parameters[at + 1 : at + 2] == ["2"] else 2
        elif one in ("5", "53"):
            return True
    return False


def deceiving(text: str) -> list[str]:
    """Return the characters that a terminal obeys or that show something else than they are."""
    return [
        f"U+{ord(one):04X}"
        for one in dict.fromkeys(text)
        if one not in _PLAIN_CONTROLS and unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ]
