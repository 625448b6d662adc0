"""Write files for the user, completely or not at all. Only what the program itself keeps is ever overwritten."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

_NO_FSYNC = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}
"""Errors of file systems that do not support fsync."""


def write_new(path: Path, text: str, mode: int = 0o666) -> None:
    """Create a file with this text.

    `mode` is reduced by the process's umask. Raises FileExistsError if the name exists, even as a dangling symbolic
    link, and OSError if not everything could be written. No partial file is left behind.
    """
    with open(path, "x", encoding="utf-8", newline="", opener=lambda name, flags: os.open(name, flags, mode)) as file:
        ours = os.fstat(file.fileno())
        try:
            file.write(text)
            file.flush()
            _fsync(file.fileno())  # some file systems report a full disk only now
        except BaseException:
            with suppress(OSError):
                if os.path.samestat(ours, path.lstat()):
                    path.unlink()
            with suppress(OSError):
                file.close()  # otherwise closing would try to write the buffer again
            raise


def _fsync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FSYNC:
            raise


def replace_file(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file in place of the one of that name, which keeps its permissions; a new one gets `mode`.

    Raises OSError if not everything could be written; the old file is there then as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = path.stat().st_mode & 0o777 if path.exists() else mode
    new = path.with_name(f".{path.name}.{os.getpid()}")
    write_new(new, text, kept)
    try:
        os.chmod(new, kept)
        os.replace(new, path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise
