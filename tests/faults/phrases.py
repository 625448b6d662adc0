"""Words of the product that the matrix of what must never be forgotten looks for: all of them, and no more of each
than is needed to tell what is meant."""

from __future__ import annotations

UNCONFIRMED = ("may have been opened", "may be open", "unconfirmed")
"""Of a session whose opening was asked for and never answered: one of these stands near the backend's name."""
NEAR = 160
"""Characters between the two, at most."""
CALM = (
    "nothing is being charged",
    "no session opened on this machine",
    "nothing is running",
    "no active sessions",
    "no session is active",
)
"""What is never said while a session may run, in small letters."""
LEAVE = "leave"
"""A word in the label of the button that quits and leaves sessions running, in small letters."""
END = "end"
"""The first word in the label of the button that ends sessions, in small letters."""
ATTACH = "ionq-tui attach {id}"
END_COMMAND = "ionq-tui end {id} --yes"
"""What the shell is told of each session that was left running."""
