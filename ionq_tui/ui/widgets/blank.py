"""Containers that show nothing of their own but their background.

Textual renders every container behind what it holds, line by line, and cuts each line at the edges of whatever stands
in front of it. Of a container whose lines are all the same object, one line is rendered and cut.
"""

from __future__ import annotations

from typing import ClassVar

from textual.containers import Container, Vertical


class BlankVertical(Vertical):
    """Widgets below each other on a plain background, without a border."""

    BLANK: ClassVar[bool] = True


class BlankContainer(Container):
    """Widgets that the stylesheet arranges on a plain background, without a border."""

    BLANK: ClassVar[bool] = True
