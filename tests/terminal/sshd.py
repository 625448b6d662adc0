"""A real sshd on a high loopback port with keys that are thrown away, for root and for any other user."""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.terminal.kit import PATIENCE

_CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
UsePAM no
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PrintMotd no
PrintLastLog no
LogLevel VERBOSE
"""
_ATTEMPTS = 5
"""A port that was free may be taken before sshd has it."""


class Sshd:
    """One server for one user, ended with the `with` block; what it says is in `log`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ionq-sshd-"))
        self.log = self.folder / "log"
        self.port = 0
        self.user = pwd.getpwuid(os.getuid()).pw_name
        self._server: subprocess.Popen[bytes] | None = None
        self._scripts = 0

    def __enter__(self) -> Self:
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        for name in ("host", "user"):
            made = subprocess.run(
                [program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(self.folder / name)],
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
            assert made.returncode == 0, made.stderr
        for _ in range(_ATTEMPTS):
            if self._started():
                break
        else:
            raise AssertionError(f"sshd does not start: {self.log.read_text()}")
        host_key = (self.folder / "host.pub").read_text()
        (self.folder / "known").write_text(f"[127.0.0.1]:{self.port} {host_key}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.kill()
            self._server.wait(PATIENCE)
        shutil.rmtree(self.folder, ignore_errors=True)

    def login(self, argv: Sequence[str], environment: Mapping[str, str]) -> list[str]:
        """Return the ssh command that runs a program in a terminal over there.

        Its variables are read from a file over there, as a login would do it: none of them is in an argv.
        The program's process id comes to be in the file that `pid_file` names.
        """
        self._scripts += 1
        script = self.folder / f"start-{self._scripts}"
        variables = "".join(f"{name}={shlex.quote(value)}\n" for name, value in environment.items() if name != "TERM")
        script.with_suffix(".env").write_text(variables)
        script.write_text(
            f"#!/bin/sh\nset -a\n. {script}.env\nset +a\necho $$ >{script}.pid\nexec {shlex.join(argv)}\n"
        )
        script.chmod(0o700)
        return self.ssh(str(script))

    @property
    def pid_file(self) -> Path:
        """Where the program that was last logged in for tells its process id."""
        return self.folder / f"start-{self._scripts}.pid"

    def ssh(self, command: str) -> list[str]:
        """Return the ssh command that runs a shell's words in a terminal over there."""
        options = (
            "BatchMode=yes",
            "IdentitiesOnly=yes",
            "IdentityAgent=none",
            "ControlPath=none",
            "StrictHostKeyChecking=yes",
            f"UserKnownHostsFile={self.folder / 'known'}",
            "LogLevel=ERROR",
        )
        told = [word for option in options for word in ("-o", option)]
        where = ["-F", "/dev/null", "-p", str(self.port), "-i", str(self.folder / "user"), f"{self.user}@127.0.0.1"]
        return [program("ssh"), "-tt", *told, *where, command]

    def _started(self) -> bool:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        config = self.folder / "config"
        config.write_text(_CONFIG.format(port=self.port, folder=self.folder))
        with self.log.open("wb") as log:
            self._server = subprocess.Popen(
                [program("sshd"), "-D", "-e", "-f", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + PATIENCE
        while "Server listening" not in self.log.read_text():
            if self._server.poll() is not None:
                return False
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.01)
        return True


def program(name: str) -> str:
    """Return the path of one of OpenSSH's programs; skips the test where it is not installed."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found
