"""Work done in a process of its own, forked from one that has loaded everything: hundreds of them cost little."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Generic, ParamSpec, TypeVar

from ionq_tui.cli.main import main

P = ParamSpec("P")
T = TypeVar("T")

WITHIN = 90.0
_FORKS = multiprocessing.get_context("forkserver")
_LATER = ("httpcore", "anyio._backends._asyncio", "certifi", "ionq_tui.api.cloud", "ionq_tui.credentials.sources")
"""What the program loads only when it needs it: once here instead of in each process."""
_FORKS.set_forkserver_preload([__name__, "tests.faults.test_screens", *_LATER])
_TURN = threading.Lock()
"""multiprocessing looks after all its children whenever one is started: not from several threads at once."""


@dataclass(frozen=True)
class _Told(Generic[T]):
    """What came of it, or why nothing did."""

    result: list[T]
    trouble: str = ""


def forked(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do the work in a new process and return what it returns."""
    mine, its = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_tell, args=(its, work, args, kwargs), daemon=True)
    with _TURN:
        process.start()
    its.close()
    try:
        assert mine.poll(WITHIN), f"{args} goes on and on"
        told: _Told[T] = mine.recv()
    finally:
        mine.close()
        with _TURN:
            process.kill()
            process.join(WITHIN)
    assert told.result, told.trouble
    return told.result[0]


def _tell(its: Connection, work: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> None:
    try:
        its.send(_Told([work(*args, **kwargs)]))
    except BaseException:
        its.send(_Told([], traceback.format_exc()))


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


def command(argv: Sequence[str], environment: Mapping[str, str], folder: Path) -> Done:
    """Run the command line with this environment; its output passes through files in that folder."""
    out, err = folder / "out", folder / "err"
    code = forked(_command, tuple(argv), dict(environment), out, err)
    return Done(code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))


def _command(argv: tuple[str, ...], environment: dict[str, str], out: Path, err: Path) -> int:
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    with open(1, "w", encoding="utf-8") as sys.stdout, open(2, "w", encoding="utf-8") as sys.stderr:
        return main(argv)
