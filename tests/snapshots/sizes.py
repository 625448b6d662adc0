"""One screen at every size and in every theme as text, with a digest of its colors."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.snapshots.scene import Scene

SIZES = ((60, 16), (80, 24), (120, 40), (200, 55))
_LOOKS = 40
"""Looks until the colors must have changed."""
THEMES = ("ionq-dark", "ionq-light")


async def every_size(scene: Scene) -> str:
    """Return the text at each size, below a line with the size and what the colors of each theme come to."""
    texts: dict[tuple[int, int], str] = {}
    digests: dict[tuple[int, int], list[str]] = {size: [] for size in SIZES}
    for theme in THEMES:  # a theme takes longer to change than the size
        await change_theme(scene, theme)
        for size in SIZES:
            await scene.pilot.resize_terminal(*size)
            digests[size].append(f"{theme} {digest(await scene.still(scene.styled))}")
            texts[size] = scene.text()
    await change_theme(scene, THEMES[0])
    parts = (f"== {size[0]}x{size[1]} · {' · '.join(digests[size])}\n{texts[size]}\n" for size in SIZES)
    return "".join(parts)


async def change_theme(scene: Scene, theme: str) -> None:
    """Change the theme, and wait until the screen shows it: that is done in several steps."""
    before = scene.styled()
    if theme == scene.app.theme:
        return
    scene.app.theme = theme
    for _ in range(_LOOKS):
        await scene.settle()
        if scene.styled() != before:
            break
    await scene.settle()


def digest(styled: str) -> str:
    """Return a short digest of the styles of a screen."""
    return hashlib.sha256(styled.encode()).hexdigest()[:12]
