from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ionq_tui.api.certificates import refused_certificate, tls_context, trusted_by
from ionq_tui.api.errors import NetworkSettingError
from tests.house.listener import certified


@contextmanager
def as_nobody() -> Iterator[None]:
    """Let modes hold for root too."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_what_may_not_be_read_is_told(variable: str, tmp_path: Path) -> None:
    _, authority = certified(tmp_path / "tls", "127.0.0.1")
    named = authority if variable == "SSL_CERT_FILE" else authority.parent
    named.chmod(0o000)
    with as_nobody(), pytest.raises(NetworkSettingError, match=f"{variable}={named}: permission denied"):
        tls_context({variable: str(named)})
    named.chmod(0o700)


def test_the_file_comes_before_the_directory(tmp_path: Path) -> None:
    _, authority = certified(tmp_path / "tls", "127.0.0.1")
    environ = {"SSL_CERT_FILE": str(authority), "SSL_CERT_DIR": "/no/such"}
    assert tls_context(environ).cert_store_stats()["x509"] == 1
    assert trusted_by(environ) == f"SSL_CERT_FILE={authority}"


@pytest.mark.parametrize("environ", [{}, {"SSL_CERT_FILE": ""}, {"SSL_CERT_FILE": "", "SSL_CERT_DIR": ""}])
def test_without_a_variable_the_usual_ones_are_trusted(environ: dict[str, str]) -> None:
    context = tls_context(environ)
    assert context.cert_store_stats()["x509_ca"] > 10
    assert context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname
    assert trusted_by(environ) == ""


def test_a_long_path_leaves_room_for_what_is_wrong_with_it() -> None:
    path = "/" + "x" * 4000
    with pytest.raises(NetworkSettingError) as caught:
        tls_context({"SSL_CERT_FILE": path})
    assert len(str(caught.value)) < 260 and str(caught.value).endswith("name too long")


def test_only_a_refused_certificate_is_one() -> None:
    assert refused_certificate(ConnectionError("refused")) == ""
    outer = ConnectionError("outer")
    inner = ssl.SSLCertVerificationError(1, "certificate verify failed")
    inner.verify_message = "certificate has expired"
    outer.__cause__ = inner
    assert refused_certificate(outer) == "certificate has expired"
    loop = ConnectionError("a")
    loop.__context__ = other = ConnectionError("b")
    other.__context__ = loop
    assert refused_certificate(loop) == ""
