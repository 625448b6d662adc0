"""Validation of base URLs, and the host that each belongs to."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ionq_tui.model.connection import PRODUCTION_URL

API_PATH = "/v0.4"
"""The path suffix of the supported API version."""
_QISKIT_PATH = "/v0.3"


def checked_url(url: str) -> str:
    """Return the normalized base URL; raise ValueError if it is unfit, without repeating parts that may be secret."""
    if not re.fullmatch(r"[!-~]+", url) or "\\" in url:
        raise ValueError(f"a URL has no spaces, backslashes or special characters: {PRODUCTION_URL}")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise ValueError(f"not a URL; write it like {PRODUCTION_URL}") from None
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]+", host):
        raise ValueError(f"not an https URL; write it like {PRODUCTION_URL}")
    if "@" in parts.netloc:
        raise ValueError("a URL must not contain a user or a password; set the key in IONQ_API_KEY")
    if "?" in url or "#" in url:
        raise ValueError("a URL must not contain a query or a fragment; remove what follows ? or #")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError(f"plain http to {host} would send the key unencrypted; use https (http only to this machine)")
    shown = f"[{host}]" if ":" in host else host
    usual = port is None or port == (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{shown}{'' if usual else f':{port}'}{parts.path.rstrip('/')}"


def other_version(base_url: str) -> str:
    """Return why a base URL does not lead to the supported API version; empty if it does."""
    path = urlsplit(base_url).path.rstrip("/")
    if path.endswith(API_PATH):
        return ""
    ends = f"ends in {path[-40:]}" if path else "has no path"
    hint = f"IONQ_API_URL {ends}, and ionq-tui needs one that ends in {API_PATH}"
    return f"{hint}; qiskit-ionq reads the same variable, with {_QISKIT_PATH}"


def host_of(url: str) -> str:
    """Return the server that a key belongs to: the host of a checked URL, with port and scheme if not the default."""
    parts = urlsplit(url)
    return parts.netloc if parts.scheme == "https" else f"{parts.scheme}://{parts.netloc}"


def is_loopback(host: str) -> bool:
    """Return True if the host is this machine: 127/8, ::1 or localhost."""
    if host in ("localhost", "::1"):
        return True
    octets = host.split(".")
    return len(octets) == 4 and octets[0] == "127" and all(re.fullmatch(r"\d{1,3}", o) and int(o) < 256 for o in octets)
