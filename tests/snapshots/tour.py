"""One animated picture made of several: each is shown for some seconds, one after the other, over and over."""

from __future__ import annotations

import re
from collections.abc import Sequence

SECONDS = 3.0
"""For which each picture is shown."""


def tour(pictures: Sequence[str], seconds: float = SECONDS) -> str:
    """Return an SVG that shows the pictures in turn by CSS alone, which also works where an image may run no script.

    A viewer that knows no animation, or whose user wants none, shows the first picture.
    """
    (box,) = {
        size for one in pictures for size in re.findall(r'<svg [^>]*viewBox="([^"]+)"', one)
    }  # all are of one size
    whole, share = seconds * len(pictures), 100 / len(pictures)
    delays = "\n".join(
        f".frame-{number} {{ animation-delay: {number * seconds:g}s }}" for number in range(len(pictures))
    )
    frames = "\n".join(f'<g class="frame frame-{number}">\n{one}\n</g>' for number, one in enumerate(pictures))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">
<style>
@keyframes turn {{ 0% {{ opacity: 1 }} {share:.4f}% {{ opacity: 0 }} 100% {{ opacity: 0 }} }}
.frame {{ opacity: 0; animation: turn {whole:g}s step-end infinite }}
.frame-0 {{ opacity: 1 }}
{delays}
@media (prefers-reduced-motion: reduce) {{ .frame {{ animation: none }} }}
</style>
{frames}
</svg>
"""
