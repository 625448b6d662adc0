from __future__ import annotations

import pytest

from ionq_tui.model.address import checked_url, host_of
from ionq_tui.model.connection import PRODUCTION_URL


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://api.ionq.co/v0.4/", PRODUCTION_URL),
        ("https://API.ionq.co:443/v0.4", PRODUCTION_URL),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.9.9.9/", "http://127.9.9.9"),
        ("http://localhost:1/v0.4", "http://localhost:1/v0.4"),
        ("http://[::1]:80/x", "http://[::1]/x"),
    ],
)
def test_good_urls_in_their_plain_form(url: str, plain: str) -> None:
    assert checked_url(url) == plain


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.ionq.co/v0.4", "api.ionq.co"),
        ("https://API.ionq.co:443/v1", "api.ionq.co"),
        ("https://api.ionq.co:8443", "api.ionq.co:8443"),
        ("https://localhost", "localhost"),
        ("http://localhost:80/v0.4", "http://localhost"),
        ("http://localhost:443", "http://localhost:443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://localhost:8001", "http://localhost:8001"),
        ("https://localhost:8000", "localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_no_two_servers_have_the_same_name(url: str, host: str) -> None:
    assert host_of(checked_url(url)) == host


@pytest.mark.parametrize(
    "url",
    [
        "http://api.ionq.co/v0.4",
        "http://127.0.0.1.example",
        "http://localhost.example",
        "http://127.1",
        "http://0.0.0.0",
        "http://[::ffff:127.0.0.1]",
        "http://127.0.0.1@evil.example",
        "https://user:sesame@api.ionq.co",
        "https://api.ionq.co/v0.4?key=sesame",
        "https://api.ionq.co/v0.4#sesame",
        "https://api.ionq.co\\@evil.example",
        "https://api.ionq.co/ sesame",
        "https://api.ionq.cо/v0.4",  # noqa: RUF001 (a Cyrillic letter is the point)
        "https://",
        "https:///v0.4",
        "https://api.ionq.co:99999",
        "https://[::1",
        "ftp://api.ionq.co",
        "api.ionq.co",
        "file:///etc/passwd",
        "https://a.example\r\nX: y",
    ],
)
def test_urls_that_are_refused_without_repeating_their_secrets(url: str) -> None:
    with pytest.raises(ValueError) as caught:
        checked_url(url)
    assert "URL" in str(caught.value) or "https" in str(caught.value)
    assert "sesame" not in str(caught.value)
