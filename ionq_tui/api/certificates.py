"""Trusted certificate authorities: those of SSL_CERT_FILE or SSL_CERT_DIR, or else certifi's."""

from __future__ import annotations

import os
import re
import ssl
import stat
from collections.abc import Mapping
from contextlib import suppress

import httpx

from ionq_tui.api.errors import NetworkSettingError

FILE, DIRECTORY, KEY_LOG = "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"
_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")
"""File names that OpenSSL looks up in a certificate directory, such as 5ad8a5d6.0. It never reads other names."""


def trusted_by(environ: Mapping[str, str] = os.environ) -> str:
    """Return the environment variable that sets the trusted authorities, as NAME=value; empty if neither is set."""
    name = next((name for name in (FILE, DIRECTORY) if environ.get(name)), "")
    return f"{name}={_shortened(environ[name])}" if name else ""


def tls_context(environ: Mapping[str, str] = os.environ) -> ssl.SSLContext:
    """Build the TLS context that verifies server certificates.

    Raises NetworkSettingError. SSL_CERT_FILE takes precedence over SSL_CERT_DIR, as in httpx.
    """
    if log := environ.get(KEY_LOG):
        _check_key_log(log)
    if path := environ.get(FILE):
        return _of_file(path)
    if directories := environ.get(DIRECTORY):
        return _of_directories(directories)
    return httpx.create_ssl_context(trust_env=False)


def context_of_path(path: str, name: str) -> ssl.SSLContext:
    """Build the TLS context that trusts a file or a directory. Raises NetworkSettingError that calls it `name`."""
    return _of_directories(path, name) if os.path.isdir(path) else _of_file(path, name)


def _of_file(path: str, name: str = FILE) -> ssl.SSLContext:
    try:
        if why := _unreadable(path):
            raise _unusable(name, path, why)
        context = ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        raise _unusable(name, path, "contains no certificate in PEM form") from None
    except (OSError, ValueError) as error:
        raise _unusable(name, path, _reason(error)) from None
    if not context.cert_store_stats()["x509"]:
        raise _unusable(name, path, "contains no certificate, only revocations")
    return context


def _unreadable(path: str) -> str:
    """Return why a file is not to be read: to open or read it may take forever. Empty if it is; raises OSError."""
    about = os.stat(path)
    if not stat.S_ISREG(about.st_mode):  # a pipe or a device
        return "is a directory" if stat.S_ISDIR(about.st_mode) else "is not a regular file"
    if not about.st_size:  # as of files that the kernel writes while they are read, such as /proc/kmsg
        return "is empty, or is not a regular file"
    return f"is larger than {_MAX_BYTES // 1024 // 1024} MiB" if about.st_size > _MAX_BYTES else ""


_MAX_BYTES = 16 * 1024 * 1024
"""Maximum size of a file of certificates. That of certifi has a quarter of a million bytes."""


def _of_directories(value: str, name: str = DIRECTORY) -> ssl.SSLContext:
    """Trust the certificates in these directories.

    OpenSSL silently ignores a directory that is missing or unusable, so they are checked here.
    """
    found, why = [], ""
    for directory in filter(None, value.split(os.pathsep)):
        try:
            if hashed := list(filter(_HASHED.fullmatch, os.listdir(directory))):
                found.append(directory)
            _check_hashed(directory, hashed, name, value)
            why = why or "contains no certificate under a name that OpenSSL looks for (run: openssl rehash DIRECTORY)"
        except (OSError, ValueError) as error:
            why = why or _reason(error)
    if not found:
        raise _unusable(name, value, why or "names no directory")
    try:
        return ssl.create_default_context(capath=os.pathsep.join(found))
    except (OSError, ValueError) as error:
        raise _unusable(name, value, _reason(error)) from None


def _check_hashed(directory: str, files: list[str], name: str, value: str) -> None:
    """Raise NetworkSettingError for a pipe or device, which OpenSSL would open during a handshake, and may block it."""
    for file in files:
        with suppress(FileNotFoundError):  # a link to a certificate that is gone, which OpenSSL skips
            mode = os.stat(os.path.join(directory, file)).st_mode
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                raise _unusable(name, value, f"{file} is not a regular file")


def _check_key_log(path: str) -> None:
    """Raise NetworkSettingError if the TLS key log cannot be written.

    Python's ssl module opens this file for each context, to let users decrypt their own traffic, and would fail later.
    """
    try:
        if os.path.exists(path) and stat.S_ISFIFO(os.stat(path).st_mode):
            raise _unusable(KEY_LOG, path, "is a pipe")  # opening one waits for whoever reads it
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).keylog_filename = path
    except (OSError, ValueError) as error:
        raise _unusable(KEY_LOG, path, _reason(error)) from None


def refused_certificate(error: BaseException) -> str:
    """Return why a server's certificate was rejected; empty if the error is about something else."""
    seen: BaseException | None = error
    for _ in range(_MAX_CAUSES):
        if isinstance(seen, ssl.SSLCertVerificationError):
            return str(seen.verify_message).rstrip(".") or "it could not be verified"
        seen = None if seen is None else seen.__cause__ or seen.__context__
    return ""


_MAX_CAUSES = 10
"""Maximum number of chained exceptions that are examined."""


def _unusable(name: str, value: str, why: str) -> NetworkSettingError:
    return NetworkSettingError(f"{name}={_shortened(value)}: {why}", name)


def _shortened(value: str) -> str:
    """Return the value, shortened in the middle if it is long, to leave room for the explanation."""
    return (
        value
        if len(value) <= _MAX_VALUE_LENGTH
        else f"{value[: _MAX_VALUE_LENGTH // 2]}…{value[-_MAX_VALUE_LENGTH // 2 :]}"
    )


_MAX_VALUE_LENGTH = 160


def _reason(error: Exception) -> str:
    message = getattr(error, "strerror", None)
    return f"{message[:1].lower()}{message[1:]}" if isinstance(message, str) and message else "is not a usable path"
