"""Text for a manual page in roff, with the macros of man(7), which groff and mandoc read."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

from ionq_tui.view.sanitize import plain

_WIDTH = 76
"""Length of a source line, which mandoc wants to be below 80."""
_MEANS_SOMETHING = {
    "\\": "\\e",
    "-": "\\-",  # an ASCII hyphen, so that options can be searched for and copied
    "'": "\\(aq",
    '"': "\\(dq",
    "`": "\\(ga",
    "^": "\\(ha",
    "~": "\\(ti",
}
_CODE = re.compile(r"`([^`]+)`")


def escaped(text: str) -> str:
    """Return text that roff prints as it is, in one line; what is not ASCII is written by its number."""
    return "".join(
        _MEANS_SOMETHING.get(one) or (one if one.isascii() else f"\\[u{ord(one):04X}]") for one in plain(text)
    )


def bold(text: str) -> str:
    """Return escaped text in bold, for what is typed literally."""
    return f"\\fB{escaped(text)}\\fR"


def italic(text: str) -> str:
    """Return escaped text in italics, for what is replaced by a value."""
    return f"\\fI{escaped(text)}\\fR"


def prose(text: str) -> str:
    """Return lines of escaped text in which what stands between backticks is bold."""
    pieces = _CODE.split(text)  # every other piece is code
    marked = "".join(bold(piece) if number % 2 else escaped(piece) for number, piece in enumerate(pieces))
    lines = textwrap.wrap(marked, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(map(_no_request, lines))


def _no_request(line: str) -> str:
    """Return a line that roff does not take for a request, which would begin with a dot."""
    return f"\\&{line}" if line.startswith(".") else line


def title(name: str, source: str) -> str:
    """Return the beginning of a page of section 1, without a date, so that the same program has the same page.

    Words are not hyphenated, since that would cut options.
    """
    foot = escaped(source).replace("%", "\\N'37'")  # groff would print the number of the page instead
    return f'.TH {escaped(name.upper())} 1 "" "{foot}" "User Commands"\n.nh\n.nr HY 0'


def section(name: str) -> str:
    """Return the heading of a section."""
    return f'.SH "{escaped(name)}"'


def subsection(name: str) -> str:
    """Return the heading of a part of a section."""
    return f'.SS "{escaped(name)}"'


def entry(tag: str, words: str) -> str:
    """Return a tag, which is already escaped, and below it, indented, what it means."""
    return f".TP\n{_no_request(tag)}\n{prose(words)}"


def paragraphs(texts: Iterable[str]) -> str:
    """Return paragraphs, the first of which follows a heading."""
    return "\n.PP\n".join(map(prose, texts))
