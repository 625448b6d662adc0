"""Which base URLs may be used, and which host each leads to."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ionq_tui.model.connection import PRODUCTION_URL


def checked_url(url: str) -> str:
    """Return the base URL in its plain form; ValueError where it is unfit, never repeating what may be secret in it."""
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
        raise ValueError("a URL must not hold a user or a password; the key goes into IONQ_API_KEY")
    if "?" in url or "#" in url:
        raise ValueError("a URL must not hold a query or a fragment; leave out what follows ? or #")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError(
            f"plain http to {host} would send the key readable for all; use https (http is for this machine)"
        )
    shown = f"[{host}]" if ":" in host else host
    usual = port is None or port == (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{shown}{'' if usual else f':{port}'}{parts.path.rstrip('/')}"


def host_of(url: str) -> str:
    """Return the server of a checked URL, to which a key belongs: its host, the port and the scheme where unusual."""
    parts = urlsplit(url)
    return parts.netloc if parts.scheme == "https" else f"{parts.scheme}://{parts.netloc}"


def is_loopback(host: str) -> bool:
    """True where the host is this very machine: 127/8, ::1 or localhost."""
    if host in ("localhost", "::1"):
        return True
    octets = host.split(".")
    return len(octets) == 4 and octets[0] == "127" and all(re.fullmatch(r"\d{1,3}", o) and int(o) < 256 for o in octets)
