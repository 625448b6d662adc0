"""More hostile texts, and hostile ids: those that a reader may take for an id, and those that it must not."""

from __future__ import annotations

_FINALS = "ABCDEFGHJKLMPSTXZ@`abcdefghilmnpqrstuwxyz"
MORE: tuple[str, ...] = (
    *(f"\x1b[9{final}" for final in _FINALS),
    *(f"\x1b]{number};pwned\x07" for number in (1, 4, 7, 9, 10, 11, 22, 50, 52, 104, 133, 777, 1337)),
    *(f"\x1b{one}pwned" for one in "78=>DEHMNOZlmno|}~"),
    *("\x1b[?1;2c", "\x1b[201~rm -rf ~\r", "\x1b[200~", "\x1b[<0;1;1M", "\x1b[>4;2m", "\x1b[!p", "\x1b[1 q"),
    *("\x1b]2;half", "\x1bPhalf", "\x9b", "\x9d2;pwned\x9c", "\x90half", "\u2067half", "\x18\x1a", "\r\x1b[K"),
)
"""Finals of every kind of sequence, in seven bits and in eight, whole and cut off."""
IDS: tuple[str, ...] = (
    *("[bold]b[/]", "[@click=app.quit]q[/]", "[/]", "$primary", "{x}", "%s%n", "\\x1b[31m", "a;b|c&d", "`id`$(id)"),
    *("../../etc/passwd", "a/b", "a?b=c", "a#b", "a%2Fb", "a%00b", "--yes", "-", ".", "..", "~", "'\"", "a\\b"),
    *("Z" + "\u0301" * 60, "量子" * 60, "שלום-עולם", "مرحبا", "\U0001f600" * 20, "e\u0301e", "x" * 256),
    *("\x1b[31mred", "a\nb", "a\x00b", "\u202egnp", "a\u200bb", "\ud800", "x" * 257, " ", ""),
)
"""The last nine are no ids: a control, a line, a null, bidi, nothing to see, half a character, too long, empty."""
NO_IDS = 9
