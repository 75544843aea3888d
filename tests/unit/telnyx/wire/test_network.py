"""The way to the server: which proxy, which certificates, and what is no address."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulksend import errors
from bulksend.telnyx.wire import network

TELNYX = "https://api.telnyx.com/v2"
OFFICE = "http://office:8080"


@pytest.mark.parametrize(
    ("url", "settings", "proxy"),
    [
        pytest.param(TELNYX, {}, None, id="none"),
        pytest.param(TELNYX, {"https_proxy": OFFICE}, "office:8080", id="the-environments"),
        pytest.param(
            TELNYX, {"proxy": "http://a:1", "https_proxy": OFFICE}, "a:1", id="given-wins"
        ),
        pytest.param(
            TELNYX,
            {"proxy": "http://a:1", "no_proxy": "*"},
            "a:1",
            id="no-proxy-is-about-the-environments",
        ),
        pytest.param(TELNYX, {"https_proxy": OFFICE, "no_proxy": "*"}, None, id="no-proxy-at-all"),
        pytest.param(
            TELNYX, {"https_proxy": OFFICE, "no_proxy": "telnyx.com"}, None, id="a-domain"
        ),
        pytest.param(
            TELNYX, {"https_proxy": OFFICE, "no_proxy": "x, .telnyx.com"}, None, id="with-a-dot"
        ),
        pytest.param(
            TELNYX,
            {"https_proxy": OFFICE, "no_proxy": "elnyx.com"},
            "office:8080",
            id="half-a-name",
        ),
        pytest.param(
            "https://localhost:8443/v2",
            {"https_proxy": OFFICE, "no_proxy": "localhost"},
            None,
            id="this-computer",
        ),
        pytest.param("http://127.0.0.1:1/v2", {"https_proxy": OFFICE}, None, id="plain-http"),
        pytest.param("http://127.0.0.1:1/v2", {"proxy": OFFICE}, None, id="plain-http-and-given"),
    ],
)
def test_https_goes_through_the_proxy_that_applies(
    url: str, settings: dict[str, str], proxy: str | None
) -> None:
    route = network.choose_route(url, **settings)  # type: ignore[arg-type]

    assert (route.proxy.address if route.proxy else None) == proxy


@pytest.mark.parametrize(
    ("text", "address", "login"),
    [
        pytest.param("http://office:8080", "office:8080", "", id="plain"),
        pytest.param("office:8080", "office:8080", "", id="no-scheme"),
        pytest.param("http://office", "office:80", "", id="no-port"),
        pytest.param("http://office:8080/", "office:8080", "", id="a-slash"),
        pytest.param("http://ada:pw@office:1", "office:1", "ada:pw", id="a-login"),
        pytest.param("http://ada:p%40w%3A@office:1", "office:1", "ada:p@w:", id="an-escaped-login"),
        pytest.param("http://ada@office:1", "office:1", "ada:", id="a-name-alone"),
        pytest.param("ada:pw@office:1", "office:1", "ada:pw", id="a-login-without-a-scheme"),
        pytest.param("http://[::1]:3128", "[::1]:3128", "", id="ipv6"),
    ],
)
def test_a_proxy_is_read_as_people_write_it(text: str, address: str, login: str) -> None:
    proxy = network.parse_proxy(text)

    assert (proxy.address, proxy.login) == (address, login)
    assert "pw" not in repr(proxy)


@pytest.mark.parametrize(
    "text",
    [
        "htp:/office:8080",
        "https://office:8080",
        "socks5://office:1080",
        "http://",
        "http://office:port",
        "http://office:99999",
        "http://ada:s3cret@",
        "http://ada:s3cret@off ice:80",
        "",
    ],
)
def test_an_address_that_is_none_is_named_without_its_password(text: str) -> None:
    with pytest.raises(errors.UsageError) as raised:
        network.parse_proxy(text)

    assert "proxy" in raised.value.message
    assert "s3cret" not in f"{raised.value.message}{raised.value.hint}"


def test_a_file_of_certificates_that_is_not_there_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.pem", tmp_path):
        with pytest.raises(errors.UsageError, match="SSL_CERT_FILE"):
            network.choose_route(TELNYX, ca_file=path)


def test_a_file_without_certificates_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")

    with pytest.raises(errors.UsageError, match="SSL_CERT_FILE"):
        network.choose_route(TELNYX, ca_file=tmp_path / "empty.pem")


def test_the_login_stands_in_the_header_for_the_proxy_alone() -> None:
    arguments = network.choose_route(TELNYX, proxy="http://ada:pw@office:1").request_arguments()

    assert str(arguments["proxy"]) == "http://office:1"
    assert dict(arguments["proxy_headers"]) == {"Proxy-Authorization": "Basic YWRhOnB3"}
