"""Certificates are read where TLS is spoken."""

from __future__ import annotations

import os
import ssl

import pytest

from bulksend.cli import late_certificates
from bulksend.telnyx.wire import network


@pytest.mark.parametrize("named", [None, "/etc/mine.pem"])
@pytest.mark.parametrize("failure", [None, ImportError])
def test_what_is_imported_finds_none_and_the_environment_is_as_before(
    named: str | None, failure: type[Exception] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    if named is not None:
        monkeypatch.setenv("SSL_CERT_FILE", named)

    try:
        with late_certificates.none_yet():
            assert ssl.create_default_context().cert_store_stats()["x509"] == 0
            if failure is not None:
                raise failure
    except ImportError:
        pass

    assert os.environ.get("SSL_CERT_FILE") == named


def test_a_connection_of_ours_trusts_whom_the_system_trusts() -> None:
    network.trusted.cache_clear()
    with late_certificates.none_yet():
        nobody = ssl.create_default_context()

    trusted, theirs = network.trusted(), ssl.create_default_context()

    assert trusted.cert_store_stats() == theirs.cert_store_stats()
    assert (trusted.verify_mode, trusted.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert (nobody.verify_mode, nobody.check_hostname) == (ssl.CERT_REQUIRED, True)
