"""Install the built wheel and sdist, each into an empty environment, and start what was installed.

`python -m tests.package.install dist tests/constraints.txt`; `make package` runs it.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

from ionq_tui.model.version import __version__
from tests.terminal.kit import Terminal, clean_environment

_RELATIVE = re.compile(r"\]\((?!https?://|#)[^)]*\)")


def main(folder: Path, pins: Path) -> None:
    """Check the metadata, then install and start each file of the folder."""
    wheel, sdist = (next(folder.glob(pattern)) for pattern in ("*.whl", "*.tar.gz"))
    check_metadata(wheel)
    for built in (wheel, sdist):
        with tempfile.TemporaryDirectory() as home:
            start(install(built, pins, Path(home) / "venv"), Path(home))
        print(f"{built.name} is installed into an empty environment, and starts")


def check_metadata(wheel: Path) -> None:
    """Fail where a link leads nowhere on a package index, or the styles of the screens are missing."""
    with zipfile.ZipFile(wheel) as held:
        names = held.namelist()
        metadata = held.read(next(name for name in names if name.endswith("/METADATA"))).decode()
    relative = _RELATIVE.findall(metadata)
    assert not relative, f"links that lead nowhere on a package index: {relative}"
    assert f"\nVersion: {__version__}\n" in metadata and "\nRequires-Python: >=3.11\n" in metadata
    assert any(name.endswith(".tcss") for name in names) and "ionq_tui/py.typed" in names
    assert not [name for name in names if name.startswith(("tests/", "screenshots/"))]


def install(built: Path, pins: Path, place: Path) -> Path:
    """Install one file into an empty environment; returns its command."""
    venv.create(place, with_pip=True)
    pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-c", str(pins), str(built)], check=True, timeout=300)
    return place / "bin" / "ionq-tui"


def start(command: Path, home: Path) -> None:
    """Run a command without a screen, and the dashboard on a terminal with the simulated cloud."""
    environment = clean_environment(home)
    told = subprocess.run([command, "--version"], capture_output=True, text=True, timeout=60, env=environment, cwd=home)
    assert told.returncode == 0 and __version__ in told.stdout, told
    with Terminal([str(command), "--demo"], environment) as terminal:
        terminal.wait_for("yours running").keys("ctrl+c", "ctrl+c")
        assert terminal.wait_exit() == 0


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
