from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ionq_tui.new_file import write_new


def test_a_file_is_written_whole_with_its_own_line_ends(tmp_path: Path) -> None:
    write_new(tmp_path / "new", "é\r\nb\n")
    assert (tmp_path / "new").read_bytes() == "é\r\nb\n".encode()


@pytest.mark.parametrize(
    "there", ["a file", "a folder", "a link to a file", "a link to nowhere", "a link to itself", "a pipe"]
)
def test_what_is_there_stays_as_it_is(there: str, tmp_path: Path) -> None:
    path, other = tmp_path / "name", tmp_path / "other"
    match there:
        case "a file":
            path.write_text("mine")
        case "a folder":
            path.mkdir()
        case "a pipe":
            os.mkfifo(path)
        case "a link to a file":
            other.write_text("mine")
            path.symlink_to(other)
        case _:
            path.symlink_to(path if there == "a link to itself" else other)
    before = sorted((one.name, one.lstat()) for one in tmp_path.iterdir())
    with pytest.raises(FileExistsError):
        write_new(path, "ours")
    assert sorted((one.name, one.lstat()) for one in tmp_path.iterdir()) == before


def test_what_cannot_be_encoded_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_new(tmp_path / "name", "\ud800")
    assert list(tmp_path.iterdir()) == []


PROGRAM = """
import errno, pathlib, sys
from ionq_tui.new_file import write_new
try:
    write_new(pathlib.Path(sys.argv[1]), "x" * int(sys.argv[2]))
except OSError as error:
    print(errno.errorcode[error.errno])
"""


@pytest.mark.parametrize("size", [1, 2_000, 1_000_000])
def test_a_disk_that_is_full_leaves_nothing(size: int, tmp_path: Path) -> None:
    """A file may have a kilobyte at most, and less than that none at all."""
    full = "0" if size < 1024 else "1"
    argv = ["/bin/sh", "-c", f'ulimit -f {full}; exec "$@"', "sh", sys.executable, "-c", PROGRAM]
    done = subprocess.run(
        [*argv, str(tmp_path / "name"), str(size)], capture_output=True, text=True, timeout=60, check=True
    )
    assert (done.stdout, list(tmp_path.iterdir())) == ("EFBIG\n", [])


def test_what_took_its_place_meanwhile_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "name"

    def full(_: int) -> None:
        path.unlink()
        path.write_text("another's")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_new(path, "ours")
    assert path.read_text() == "another's"
