"""What a terminal of xterm's kind would show of a stream of bytes, and what it would answer."""

from __future__ import annotations

import base64
import binascii
import copy
import re
from collections.abc import Callable, Mapping

import pyte

XTERM: Mapping[bytes, bytes] = {
    b"\x1b[c": b"\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c",
    b"\x1b[0c": b"\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c",
    b"\x1b[>c": b"\x1b[>41;390;0c",
    b"\x1b[>0c": b"\x1b[>41;390;0c",
    b"\x1b[>q": b"\x1bP>|XTerm(390)\x1b\\",
    b"\x1b[>0q": b"\x1bP>|XTerm(390)\x1b\\",
    b"\x1b[?u": b"",
    b"\x1b]10;?\x07": b"\x1b]10;rgb:e5e5/e5e5/e5e5\x07",
    b"\x1b]10;?\x1b\\": b"\x1b]10;rgb:e5e5/e5e5/e5e5\x1b\\",
    b"\x1b]11;?\x07": b"\x1b]11;rgb:0000/0000/0000\x07",
    b"\x1b]11;?\x1b\\": b"\x1b]11;rgb:0000/0000/0000\x1b\\",
}
"""Query to reply; an empty reply is silence, which is how xterm meets the kitty keyboard protocol."""

_TOKEN = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    rb"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC
    rb"|\x1b[PX^_](?:[^\x1b]|\x1b\x1b)*\x1b\\"  # DCS, SOS, PM, APC; tmux's wrapping doubles each escape inside
    rb"|\x1b[ -/]+[0-~]|\x1b[^\[\]PX^_ -/]"
    rb"|[^\x1b]+"
)
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[PX^_](?:[^\x1b]|\x1b\x1b)*\x1b?|[ -/]*)\Z")
_ASKS_MODE = re.compile(rb"\x1b\[\?([0-9]+)\$p")
_UNDERSTOOD_CSI = re.compile(rb"\x1b\[(?:[0-9;]*[@A-HJKLMPXa-hlmnr'`]|\?[0-9;]*[hlJK])")
_ALTERNATE = re.compile(rb"\x1b\[\?(?:1049|1047|47)([hl])")
_TITLE = re.compile(rb"\x1b\][02];([^\x07\x1b]*)")
_CLIPBOARD = re.compile(rb"\x1b\]52;[^;]*;([A-Za-z0-9+/=]+)")


class Picture:
    """A screen that is fed bytes; replies to queries go to `reply`."""

    def __init__(self, rows: int, columns: int, reply: Callable[[bytes], None], answers: Mapping[bytes, bytes]) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.title = ""
        self.copied: list[str] = []
        """What was sent to the clipboard by OSC 52, oldest first."""
        self.alternate = False
        self._stream = pyte.ByteStream(self.screen)
        self._reply = reply
        self._answers = {**XTERM, **answers}
        self._rest = b""
        self._main = (self.screen.buffer, self.screen.cursor)

    def feed(self, data: bytes) -> None:
        buffer, position = self._rest + data, 0
        while position < len(buffer):
            if token := _TOKEN.match(buffer, position):
                self._take(token.group())
                position = token.end()
            elif _UNFINISHED.match(buffer, position):
                break
            else:
                position += 1
        self._rest = buffer[position:]

    def resize(self, rows: int, columns: int) -> None:
        self.screen.resize(rows, columns)

    @property
    def lines(self) -> list[str]:
        # Not `display`, which fails on the half of a wide character whose other half was painted over.
        rows = (self.screen.buffer[row] for row in range(self.screen.lines))
        return ["".join(row[column].data for column in range(self.screen.columns)).rstrip() for row in rows]

    def _take(self, token: bytes) -> None:
        if token in self._answers:
            self._reply(self._answers[token])
        elif asked := _ASKS_MODE.fullmatch(token):
            self._reply(b"\x1b[?" + asked[1] + b";0$y")
        elif token == b"\x1b[6n":
            cursor = self.screen.cursor
            self._reply(f"\x1b[{cursor.y + 1};{cursor.x + 1}R".encode())
        elif token == b"\x1b[18t":
            self._reply(f"\x1b[8;{self.screen.lines};{self.screen.columns}t".encode())
        elif switch := _ALTERNATE.fullmatch(token):
            self._switch(switch[1] == b"h")
        elif token.startswith(b"\x1b]"):
            self._command(token)
        elif not token.startswith((b"\x1b[", b"\x1bP", b"\x1bX", b"\x1b^", b"\x1b_")) or _UNDERSTOOD_CSI.fullmatch(
            token
        ):
            self._stream.feed(token)

    def _command(self, token: bytes) -> None:
        if found := _TITLE.match(token):
            self.title = found[1].decode(errors="replace")
        elif found := _CLIPBOARD.match(token):
            try:
                self.copied.append(base64.b64decode(found[1], validate=True).decode(errors="replace"))
            except binascii.Error:
                self.copied.append("")

    def _switch(self, alternate: bool) -> None:
        """Keep the main screen aside while the alternate one is shown, which pyte does not do by itself."""
        if alternate == self.alternate:
            return
        self.alternate = alternate
        if alternate:
            self._main = copy.deepcopy((self.screen.buffer, self.screen.cursor))
            self.screen.erase_in_display(2)
        else:
            self.screen.buffer, self.screen.cursor = self._main
        self.screen.dirty.update(range(self.screen.lines))
