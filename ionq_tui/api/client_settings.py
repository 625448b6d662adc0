"""What the constructor of `IonQClient` accepts of ionq_core's, and why it does not accept the rest."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Protocol

import httpx

from ionq_tui.api.certificates import context_of_path
from ionq_tui.api.errors import IonQError
from ionq_tui.model.masking import without_keys

Headers = tuple[tuple[str, str], ...]

LONGEST_TIMEOUT = 86_400.0
"""Seconds."""
DEFAULT_TIMEOUT = httpx.Timeout(60.0, connect=10.0)

REFUSED = {
    "cookies": "IonQ's API uses no cookies; for a gateway that needs one, pass headers={'Cookie': …}",
    "httpx_args": "this client has its own transport, with its limits and errors; use timeout, headers, verify_ssl and"
    " follow_redirects, and the environment variables HTTPS_PROXY and SSL_CERT_FILE",
    "httpx_client": "this client has its own transport, with its limits and errors; it adds the API key to each request"
    " and is not to be replaced",
    "token": "the API key is passed as api_key",
    "prefix": "the API key is always sent as IonQ expects it",
    "auth_header_name": "the API key is always sent as IonQ expects it",
}
"""Keywords of ionq_core that are not accepted, with the reason."""

_HOOKS = "requests are logged by the logger ionq_tui; another hook would see the API key"
_TRANSPORT = "this client has its own transport, with its limits and errors"
_REFUSED_FIELDS = {
    "event_hooks": _HOOKS,
    "async_event_hooks": _HOOKS,
    "debug_hooks": _HOOKS,
    "transport_wrapper": _TRANSPORT,
    "async_transport_wrapper": _TRANSPORT,
    "retryable_status_codes": "what may be repeated is decided for each call, and a POST is never repeated",
    "error_mapper": "the errors are those of ionq_tui; catch and convert them where you call",
}
"""Fields of ionq_core's ClientExtension that are not accepted, with the reason."""

_OWN_HEADERS = {
    "authorization": "the API key is passed as api_key",
    "host": "the server is passed as base_url",
    "accept-encoding": "this client decodes gzip and deflate itself",
    "content-length": "it is computed",
    "transfer-encoding": "it is computed",
}
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")


class Extension(Protocol):
    """The fields of ionq_core's ClientExtension that are accepted."""

    @property
    def user_agent_token(self) -> str | None:
        """Added to the User-Agent header."""

    @property
    def default_headers(self) -> Mapping[str, str]:
        """Headers of every request."""

    @property
    def max_retries(self) -> int | None:
        """Used where the argument of this name is not given."""

    @property
    def timeout(self) -> httpx.Timeout | None:
        """Used where the argument of this name is not given."""


class NoExtension:
    """The extension of a client without one."""

    user_agent_token: str | None = None
    default_headers: Mapping[str, str] = MappingProxyType({})
    max_retries: int | None = None
    timeout: httpx.Timeout | None = None


def refuse(keywords: Iterable[str]) -> None:
    """Raise TypeError for keywords that the constructor does not have."""
    for name in keywords:
        raise refusal(f"the keyword argument {name!r}", name)


def refusal(what: str, name: str) -> TypeError:
    """Return the error for something that this client does not have, with the reason if ionq_core's client has it."""
    why = f": {REFUSED[name]}" if name in REFUSED else ""
    return TypeError(f"IonQClient of ionq_tui does not support {what}{why}")


def checked_extension(extension: Extension | None) -> Extension:
    """Return the extension. Raises TypeError if it has something that this client cannot do."""
    if extension is None:
        return NoExtension()
    for name, why in _REFUSED_FIELDS.items():
        if getattr(extension, name, None):
            raise TypeError(f"IonQClient of ionq_tui does not support extension.{name}: {why}")
    return extension


def timeout_of(timeout: httpx.Timeout | float) -> httpx.Timeout:
    """Return the time-outs of a request; a number is the seconds of each, and None in one of them means the default.

    Raises IonQError for what is no time: found out later, it would be found out after a request was sent.
    """
    if not isinstance(timeout, httpx.Timeout):
        _check_seconds("timeout", timeout)
        return httpx.Timeout(timeout)
    for name, seconds in timeout.as_dict().items():
        if seconds is not None:
            _check_seconds(f"timeout: {name}", seconds)
    return timeout


def _check_seconds(name: str, value: object) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 < value <= LONGEST_TIMEOUT:  # type: ignore[operator]
        raise IonQError(f"{name} is not accepted: give seconds, above 0 and at most {LONGEST_TIMEOUT:,.0f}")


def check_types(api_key: object, base_url: object, max_retries: object, headers: object) -> None:
    """Raise IonQError for an argument of the constructor that has the wrong type, before anything else is done."""
    for name, value in (("api_key", api_key), ("base_url", base_url)):
        if value is not None and not isinstance(value, str):
            raise IonQError(f"{name} is not accepted: give a text")
    if max_retries is not None and (
        not isinstance(max_retries, int) or isinstance(max_retries, bool) or max_retries < 0
    ):
        raise IonQError("max_retries is not accepted: give a whole number, 0 or more")
    if headers is not None and not isinstance(headers, Mapping):
        raise IonQError("headers is not accepted: give a mapping of names to texts")


def total_of(timeout: httpx.Timeout) -> float:
    """Return the maximum time in seconds for one request: connecting plus reading."""
    return (timeout.connect or 10.0) + (timeout.read or 60.0)


def with_headers(before: Headers, added: Mapping[str, str]) -> Headers:
    """Return both sets of headers; of two with the same name in any letter case, the added one.

    Raises IonQError for a header that cannot be sent, that the client sets itself, or that contains the API key.
    """
    kept = {name.lower(): (name, value) for name, value in before}
    for name, value in added.items():
        if why := _objection(name, value):
            raise IonQError(f"header {without_keys(repr(name))[:100]} is not accepted: {why}")
        kept[name.lower()] = (name, value)
    return tuple(kept.values())


def _objection(name: object, value: object) -> str:
    if not isinstance(name, str) or not isinstance(value, str):
        return "names and values are texts"
    if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
        return "it has a character that no header can have"
    if without_keys(name + value) != name + value:
        return "it contains the API key, which is sent in the Authorization header and nowhere else"
    return _OWN_HEADERS.get(name.lower(), "")


def tls_of(verify_ssl: ssl.SSLContext | str | bool) -> ssl.SSLContext | None:
    """Return the TLS context to verify the server with; None for the one that the environment describes.

    Raises IonQError if the server would not be verified, and NetworkSettingError for an unusable path.
    """
    if verify_ssl is True:
        return None
    if isinstance(verify_ssl, str | os.PathLike):
        return context_of_path(os.fspath(verify_ssl), "verify_ssl")
    verifies = isinstance(verify_ssl, ssl.SSLContext) and verify_ssl.verify_mode == ssl.CERT_REQUIRED
    if verifies and isinstance(verify_ssl, ssl.SSLContext) and verify_ssl.check_hostname:
        return verify_ssl
    raise IonQError(
        "verify_ssl must verify the server, which receives the API key: pass the path of a certificate authority,"
        " or an ssl.SSLContext with CERT_REQUIRED and check_hostname"
    )
