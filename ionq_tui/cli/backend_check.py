"""Whether a session can be opened on a backend: the same answer for `open`, `run`, and `open --dry-run`."""

from __future__ import annotations

from ionq_tui.cli.common import CommandError
from ionq_tui.engine.engine import Engine
from ionq_tui.model.link_state import Fault
from ionq_tui.view.sanitize import plain
from ionq_tui.view.status import why_not
from ionq_tui.view.suggestion import unknown_name


async def check_backend(engine: Engine, name: str) -> Fault | None:
    """Raise CommandError for a backend that IonQ does not offer; return why that could not be found out, if so."""
    listed = await engine.cloud.backends()
    if isinstance(listed, Fault):
        return listed
    offered = next((one for one in listed if one.name == name), None)
    if offered is None:
        raise CommandError(unknown_name("backend", name, [one.name for one in listed if one.available]))
    reason = why_not(offered)
    if reason is not None:
        raise CommandError(f"{plain(name, 60)} cannot be chosen: {reason}")
    return None
