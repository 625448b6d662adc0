"""The options of commands that list something."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

SESSION_STATUSES = ("created", "started", "ended")
"""The documented statuses of a session."""
JOB_STATUSES = ("submitted", "ready", "started", "completed", "failed", "canceled", "waiting", "running")
"""The documented statuses of a job, and our words for them."""
STATUSES: Mapping[str, tuple[str, ...]] = {"ls": SESSION_STATUSES, "jobs": JOB_STATUSES}
"""What `--status` takes, by command."""
SEPARATOR = ","
"""Between the names of `--columns` and of `--status`."""
_MOST = 1_000_000


def add_list_options(parser: argparse.ArgumentParser, example: str) -> None:
    """Add the form, the order and the columns of a list."""
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="print JSON with the field names of the API")
    forms.add_argument("--csv", action="store_true", help="print CSV with all columns, exact values and whole ids")
    forms.add_argument("-q", "--quiet", action="store_true", help="print the ids only, one on each line")
    parser.add_argument(
        "--sort",
        metavar="COLUMN",
        default="",
        help="sort by this column; --sort=-COLUMN reverses the order. Unknown values come last",
    )
    parser.add_argument(
        "--columns",
        metavar="A,B",
        default="",
        help=f"the columns of the table or the CSV, such as {example}; a wrong name is answered with all names",
    )


def add_filters(parser: argparse.ArgumentParser, example: str) -> None:
    """Add which status to list."""
    parser.add_argument(
        "--status",
        metavar="STATUS",
        default="",
        help=f"list only what has this status, or one of several separated by commas, such as {example}",
    )


def limit(text: str) -> int:
    """Read the number of items to list."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 7 and 1 <= int(text) <= _MOST):
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a whole number from 1 to {_MOST}")
    return int(text)
