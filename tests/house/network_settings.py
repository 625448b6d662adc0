"""Environments in which nothing can be sent: what each is called, how it is set up, and what must be told of it."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house.listener import certified

SECRET = "half-of/th1s#is?l0st@me"
"""A password that nobody wrote as a URL wants it."""
PARTS = ("half-of", "th1s", "l0st")
"""What of it must be told nowhere."""
VARIABLES = (
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"),
)
FAR = "https://api.ionq.invalid/v0.4"


@dataclass(frozen=True)
class Setting:
    """One environment that cannot be used."""

    name: str
    variable: str
    value: Callable[[Path], str]
    """Makes what it names in a folder of its own."""
    words: str
    """Part of what must be told, beside the variable."""
    shown: bool = True
    """Whether the value must be told; what may hold a password must not."""

    def environment(self, folder: Path) -> Mapping[str, str]:
        folder.mkdir(parents=True, exist_ok=True)
        return {self.variable: self.value(folder)}

    def put(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
        """Make it the environment of this process, and return it."""
        environment = self.environment(folder)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return environment

    def assert_told(self, told: str, environment: Mapping[str, str]) -> None:
        """It is one line that names the variable, and of a proxy's password nothing."""
        one_line = " ".join(told.split())
        assert self.variable in one_line
        assert self.words in one_line
        assert (environment[self.variable] in one_line) is self.shown
        for part in PARTS:
            assert part not in one_line


def _file(content: bytes) -> Callable[[Path], str]:
    def made(folder: Path) -> str:
        (folder / "ca").write_bytes(content)
        return str(folder / "ca")

    return made


def _der(folder: Path) -> str:
    _, authority = certified(folder / "tls", "127.0.0.1")
    (folder / "ca.der").write_bytes(ssl.PEM_cert_to_DER_cert(authority.read_text()))
    return str(folder / "ca.der")


def _pipe(folder: Path) -> str:
    os.mkfifo(folder / "pipe")
    return str(folder / "pipe")


def _hashed_pipe(folder: Path) -> str:
    os.mkfifo(folder / "5ad8a5d6.0")
    (folder / "0123abcd.0").symlink_to(folder / "gone")
    return str(folder)


def _sparse(folder: Path) -> str:
    (folder / "ca").touch()
    os.truncate(folder / "ca", 1 << 40)
    return str(folder / "ca")


def _loop(folder: Path) -> str:
    (folder / "loop").symlink_to(folder / "loop")
    return str(folder / "loop")


def _key_alone(folder: Path) -> str:
    certified(folder / "tls", "127.0.0.1")
    text = (folder / "tls" / "server.pem").read_text()
    (folder / "key.pem").write_text(text.partition("-----BEGIN CERTIFICATE")[0])
    return str(folder / "key.pem")


def _text(value: str) -> Callable[[Path], str]:
    return lambda _: value


def _settings() -> Iterator[Setting]:
    file, directory = "SSL_CERT_FILE", "SSL_CERT_DIR"
    yield Setting("certificates: no such file", file, lambda folder: str(folder / "no-such.pem"), "no such file")
    yield Setting("certificates: a directory", file, str, "is a directory")
    yield Setting("certificates: an empty file", file, _file(b""), "is empty")
    yield Setting("certificates: a text", file, _file(b"hello"), "no certificate in PEM form")
    yield Setting("certificates: a garbled one", file, _file(b"-----BEGIN CERTIFICATE-----\nx\n"), "no certificate")
    yield Setting("certificates: DER", file, _der, "no certificate in PEM form")
    yield Setting("certificates: a key alone", file, _key_alone, "no certificate in PEM form")
    yield Setting("certificates: a pipe that nobody fills", file, _pipe, "not a regular file")
    yield Setting("certificates: a device without end", file, _text("/dev/zero"), "not a regular file")
    yield Setting("certificates: a file that the kernel writes", file, _text("/proc/kmsg"), "is empty, or is not a")
    yield Setting("certificates: a file of a terabyte", file, _sparse, "is larger than 16 MiB")
    yield Setting("certificates: a link to itself", file, _loop, "symbolic links")
    yield Setting("directory: not there", directory, lambda folder: str(folder / "no-such"), "no such file")
    yield Setting("directory: a file", directory, _file(b"hello"), "not a directory")
    yield Setting("directory: empty", directory, str, "openssl rehash")
    yield Setting("directory: a pipe that nobody fills", directory, _hashed_pipe, "5ad8a5d6.0 is not a regular file")
    yield Setting("directory: two, both not there", directory, _text("/no/such:/nor/such"), "no such file")
    yield Setting(
        "key log: no such directory", "SSLKEYLOGFILE", lambda folder: str(folder / "no" / "log"), "no such file"
    )
    yield Setting("key log: a pipe that nobody reads", "SSLKEYLOGFILE", _pipe, "is a pipe")
    hidden = {"shown": False}
    for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        yield Setting(
            f"{variable}: a slash in the password", variable, _text(f"http://u:{SECRET}@p:1"), "%2F", **hidden
        )
    for url, words in (
        (f"http://me:{SECRET}@[::1", "%2F"),
        ("http://me:half-of@127.0.0.1:letters", "no usable host and port"),
        ("http://me:half-of@[::1", "no usable host and port"),
        ("http://me:half-of@::1:3128", "no usable host and port"),
        ("http://me:half-of@127.0.0.1:99999", "port is not from 1 to 65535"),
        ("me:half-of@127.0.0.1:0", "port is not from 1 to 65535"),
        ("me:half-of@127.0.0.1:1/th1s", "%2F"),
        ("http://me:half-of@", "no usable host and port"),
        ("http://me:half-of@pro xy:1", "no usable host and port"),
        ("ftp://me:half-of@127.0.0.1:1", "not one of http, https, socks5"),
        ("socks4://me:half-of@127.0.0.1:1", "not one of http, https, socks5"),
        ("half-of://me:th1s@127.0.0.1:1", "not one of http, https, socks5"),
        ('"http://me:half-of@127.0.0.1:1"', "%2F"),
    ):
        yield Setting(f"proxy {url}", "HTTPS_PROXY", _text(url), words, **hidden)


SETTINGS = tuple(_settings())
