"""One screen at every size and in every theme as text, with a digest of its colors."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.snapshots.scene import Scene

SIZES = ((60, 16), (80, 24), (120, 40), (200, 55))
THEMES = ("ionq-dark", "ionq-light")


async def every_size(scene: Scene) -> str:
    """Return the text at each size, below a line with the size and what the colors of each theme come to."""
    parts: list[str] = []
    for size in SIZES:
        await scene.pilot.resize_terminal(*size)
        digests = []
        for theme in THEMES:
            scene.app.theme = theme
            digests.append(f"{theme} {digest(await scene.still(scene.styled))}")
        parts.append("\n".join((f"== {size[0]}x{size[1]} · {' · '.join(digests)}", scene.text())))
    scene.app.theme = THEMES[0]
    return "\n".join(parts) + "\n"


def digest(styled: str) -> str:
    """Return a short digest of the styles of a screen."""
    return hashlib.sha256(styled.encode()).hexdigest()[:12]
