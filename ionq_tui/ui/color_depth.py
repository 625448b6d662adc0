"""How many colors the dashboard uses on a terminal, judged by the environment as Textual does."""

from __future__ import annotations

import io
from collections.abc import Mapping

from rich.console import Console


def color_depth(environ: Mapping[str, str]) -> str:
    """Return "truecolor", "256", "standard" (16 colors), or an empty string for none."""
    return Console(file=io.StringIO(), force_terminal=True, _environ=environ).color_system or ""
