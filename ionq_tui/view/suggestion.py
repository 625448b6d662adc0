"""What to say of a name that nothing has."""

from __future__ import annotations

from collections.abc import Sequence

from ionq_tui.model.nearest import nearest
from ionq_tui.view.sanitize import plain


def unknown_name(what: str, word: str, known: Sequence[str]) -> str:
    """Return "unknown backend 'forte-1': did you mean qpu.forte-1? There are …"."""
    near = nearest(word, known)
    asked = f"did you mean {plain(near, 60)}? There are" if near else "there are"
    names = ", ".join(plain(name, 60) for name in known)
    return f"unknown {what} {plain(word, 60)!r}: {asked} {names}"
