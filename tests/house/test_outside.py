"""The outside of the house: what a newcomer types first."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.house.source import ROOT

THIS = f"PYTHON={sys.executable}"
make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def run_make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make on a copy of the Makefile, so that no environment of this tree is touched."""
    (folder / "tests").mkdir(exist_ok=True)
    for name in ("Makefile", "pyproject.toml", "tests/constraints.txt"):
        shutil.copy(ROOT / name, folder / name)
    return make_in(folder, *arguments)


def make_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make where a Makefile is."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


def stand_in(folder: Path, program: str) -> str:
    """Write a Python that is not one."""
    path = folder / "python-of-the-test"
    path.write_text(f"#!/bin/sh\n{program}\n")
    path.chmod(0o755)
    return f"PYTHON={path}"


@make
def test_make_alone_tells_the_targets(tmp_path: Path) -> None:
    told = run_make(tmp_path)
    assert told.returncode == 0
    for target in ("run", "demo", "test", "check", "screenshots"):
        assert re.search(rf"^make {target} +\w", told.stdout, re.MULTILINE)
    assert not (tmp_path / ".venv").exists()


@make
def test_an_old_python_is_told_the_way_out(tmp_path: Path) -> None:
    old = stand_in(tmp_path, 'case "$1" in -V) echo "Python 3.9.2";; *) exit 1;; esac')
    told = run_make(tmp_path, "run", old)
    assert told.returncode != 0
    assert "needs Python 3.11 or later" in told.stderr
    assert "Python 3.9.2" in told.stderr
    assert "make PYTHON=python3.12" in told.stderr
    assert not (tmp_path / ".venv").exists()


@make
def test_a_python_without_ensurepip_is_told_the_way_out(tmp_path: Path) -> None:
    bare = stand_in(tmp_path, 'case "$2" in *ensurepip*) exit 1;; *) exit 0;; esac')
    told = run_make(tmp_path, "run", bare)
    assert told.returncode != 0
    assert "apt install python3-venv" in told.stderr


@make
def test_no_python_is_told_the_way_out(tmp_path: Path) -> None:
    told = run_make(tmp_path, "run", "PYTHON=python-that-is-not-there")
    assert told.returncode != 0
    assert "Install Python 3.11 or later" in told.stderr


def installed(folder: Path, name: str, maker: str) -> Path:
    """Lay out an environment as if one Python had made it a moment ago; returns the folder of its commands."""
    run_make(folder)
    place = folder / name
    (place / "bin").mkdir(parents=True)
    (place / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = 3.12.1\nexecutable = {maker}\n")
    for file in ("pyproject.toml", "tests/constraints.txt"):
        os.utime(folder / file, (1, 1))
    (place / ".stamp").touch()
    return place / "bin"


@make
def test_what_is_installed_is_not_installed_again(tmp_path: Path) -> None:
    app = installed(tmp_path, ".venv", os.path.realpath(sys.executable)) / "ionq-tui"
    app.write_text('#!/bin/sh\necho "started $*"\n')
    app.chmod(0o755)
    assert make_in(tmp_path, THIS, "demo", "ARGS=--read-only").stdout == "started --demo --read-only\n"


@make
@pytest.mark.parametrize(("target", "name"), [("demo", ".venv"), ("test", ".venv-dev"), ("audit", ".venv-tools")])
def test_the_environment_of_another_python_is_made_anew(target: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "tests/package").mkdir(parents=True)
    (tmp_path / "tests/package/tools.txt").touch()
    os.utime(tmp_path / "tests/package/tools.txt", (1, 1))
    own = os.path.realpath(sys.executable)
    anew = f"{sys.executable} -m venv --clear {name}\n"
    for maker, said in ((own, False), (f"{own}2", True), ("/usr/bin/python3.1", True)):
        installed(tmp_path, name, maker)
        assert (anew in make_in(tmp_path, THIS, "--dry-run", target).stdout) is said, maker
        shutil.rmtree(tmp_path / name)


def test_every_version_is_pinned_and_nothing_else_is_said() -> None:
    lines = (ROOT / "tests/constraints.txt").read_text().splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [line for line in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {plain(line.partition("==")[0]) for line in pins}
    assert {plain(re.split(r"[<>=~! \[]", want)[0]) for want in wanted} - names == set()
    assert {want for want in wanted if "==" in want} <= set(pins)


def test_what_users_install_brings_no_click_and_no_official_client() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    brought, open_ends = set[str](), [Requirement(want) for want in project["dependencies"]]
    while open_ends:
        want = open_ends.pop()
        if plain(want.name) in brought or (want.marker and not want.marker.evaluate({"extra": ""})):
            continue
        brought.add(plain(want.name))
        open_ends += map(Requirement, requires(want.name) or [])
    assert {"textual", "httpx", "keyring", "rich"} <= brought
    assert not brought & {"click", "ionq-core"}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_ci_can_be_run() -> None:
    assert os.access(ROOT / ".ci/run", os.X_OK)
    done = subprocess.run(["bash", "-n", ROOT / ".ci/run"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
