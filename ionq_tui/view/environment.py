"""The environment variables that users may set: one table for `--help`, the manual page, and the README.

What stands between backticks is typed literally.
"""

from __future__ import annotations

from typing import NamedTuple

from ionq_tui.model.connection import PRODUCTION_URL


class Variable(NamedTuple):
    """One variable, or several that belong together."""

    names: tuple[str, ...]
    brief: str
    """What it is, in a few words, for `--help`."""
    meaning: str
    """The same in sentences, for the manual page and the README."""


ENVIRONMENT: tuple[Variable, ...] = (
    Variable(
        ("IONQ_API_KEY",),
        "the API key; ignored if --profile names a profile",
        "The API key. Ignored if `--profile` names a profile.",
    ),
    Variable(
        ("IONQ_API_URL",),
        f"the server, instead of {PRODUCTION_URL}",
        f"The server, instead of `{PRODUCTION_URL}`: https, or http to this machine. Ignored for a "
        "profile that you name with `--profile` and that has its own `url`.",
    ),
    Variable(
        ("IONQ_TUI_PROFILE",),
        "the profile, when --profile is not given",
        "The profile, when `--profile` is not given.",
    ),
    Variable(
        ("IONQ_TUI_CONFIG",),
        "the configuration file, when --config is not given",
        "The configuration file, when `--config` is not given.",
    ),
    Variable(("IONQ_SESSION_ID",), "set by ionq-tui run for its command", "Set by `ionq-tui run` for its command."),
    Variable(("NO_COLOR",), "turns colors off", "Turns colors off."),
    Variable(
        ("SSL_CERT_FILE", "SSL_CERT_DIR"),
        "the certificate authorities to trust",
        "The certificate authorities to trust: a PEM file, or directories prepared by `openssl rehash`. The "
        "file is used if both are set. Without them, Python's `certifi` is used.",
    ),
    Variable(
        ("HTTPS_PROXY", "ALL_PROXY"),
        "the proxy",
        "A proxy: `http://`, `https://`, `socks5://`, `socks5h://`, or `socks://` as GNOME writes it. In a "
        "user name or password, write `/ ? # @ :` as `%2F %3F %23 %40 %3A`. SOCKS needs one more package: "
        "install `'.[socks]'` instead of `.`.",
    ),
    Variable(
        ("NO_PROXY",),
        "what is reached without the proxy",
        "Hosts, addresses, and networks (such as `fd00::/8`) to reach without a proxy. Entries that cannot be"
        " read are skipped. This machine is always reached directly.",
    ),
)
