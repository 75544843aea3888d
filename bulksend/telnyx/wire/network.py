"""The way to the server: base URL, proxy, certificates. Decided here, read nowhere else."""

from __future__ import annotations

import base64
import functools
import re
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

import multidict
import yarl

from bulksend import errors
from bulksend.frozen import frozen
from bulksend.setting_names import Setting
from bulksend.telnyx import hosts

_PROXY_PORT = 80


@frozen
class Proxy:
    """A proxy that is asked to CONNECT."""

    host: str
    port: int
    #: `name:password`; never shown.
    login: str = ""

    def __repr__(self) -> str:
        return f"Proxy({self.address})"

    @property
    def address(self) -> str:
        """`host:port`, as it may be shown."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@frozen
class Route:
    """How requests go from here to the server."""

    proxy: Proxy | None = None
    #: HTTPS_PROXY names a proxy, and NO_PROXY excludes the server from it.
    bypassed: Proxy | None = None
    #: None: the computer's own certificates.
    tls: ssl.SSLContext | None = None
    #: By aiohttp's own connections, also where the faster ones would do.
    plain: bool = False

    def request_arguments(self) -> dict[str, Any]:
        """What aiohttp's requests are called with to go this way."""
        if self.proxy is None:
            return {}
        headers: multidict.CIMultiDict[str] = multidict.CIMultiDict()
        if self.proxy.login:
            token = base64.b64encode(self.proxy.login.encode()).decode()
            headers["Proxy-Authorization"] = f"Basic {token}"
        url = yarl.URL.build(scheme="http", host=self.proxy.host, port=self.proxy.port)
        return {"proxy": url, "proxy_headers": headers}


DIRECT = Route()


def choose_route(
    base_url: str,
    *,
    proxy: str | None = None,
    https_proxy: str | None = None,
    no_proxy: str = "",
    ca_file: Path | None = None,
) -> Route:
    """The proxy that was given, else the environment's; https alone. Raises UsageError."""
    parsed = urlsplit(base_url)
    if parsed.scheme != "https":  # loopback: keys and numbers stay on this computer
        return Route() if proxy is None else Route(bypassed=parse_proxy(proxy))
    tls = _trusting(ca_file) if ca_file is not None else None
    if proxy is not None:
        return Route(proxy=parse_proxy(proxy), tls=tls)
    if not https_proxy:
        return Route(tls=tls)
    ambient = parse_proxy(https_proxy, "HTTPS_PROXY: ")
    host = parsed.netloc
    if proxy_bypass_environment(host, {"https": https_proxy, "no": no_proxy}):
        return Route(bypassed=ambient, tls=tls)
    return Route(proxy=ambient, tls=tls)


def parse_proxy(text: str, source: str = "") -> Proxy:
    """`http://[NAME:PASSWORD@]HOST[:PORT]`, the scheme may be left out. Raises UsageError."""
    url = text.strip()
    if "//" not in url and not re.match(r"[a-z]+:/", url):
        url = f"http://{url}"
    try:
        parsed = urlsplit(url)
        host, port = parsed.hostname or "", parsed.port
    except ValueError:
        raise _bad_proxy(text, source, "it is not a URL") from None
    if parsed.scheme != "http":
        raise _bad_proxy(text, source, "it must begin with http://")
    if not host or not _is_plain(url):
        raise _bad_proxy(text, source, "it names no host")
    login = unquote(parsed.username or "")
    if login or parsed.password:
        login = f"{login}:{unquote(parsed.password or '')}"
    return Proxy(host=host, port=_PROXY_PORT if port is None else port, login=login)


def _bad_proxy(text: str, source: str, fault: str) -> errors.UsageError:
    shown = re.sub(r"^([a-z]+:/*)?.*@", r"\1…@", text.strip())  # a password is nobody's to read
    return errors.UsageError(
        f"{source}the proxy {shown!r} cannot be used: {fault}",
        hint="write it as http://HOST:PORT or http://NAME:PASSWORD@HOST:PORT",
        code="proxy_invalid",
    )


@functools.cache
def trusted() -> ssl.SSLContext:
    """The certificates of this system, read once, where TLS is spoken."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(("http/1.1",))
    return context


def _trusting(ca_file: Path) -> ssl.SSLContext:
    """The certificates of SSL_CERT_FILE. Raises UsageError for a file that has none."""
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as failure:
        fault = getattr(failure, "strerror", None) or "it holds no certificates"
        raise errors.UsageError(
            f"SSL_CERT_FILE={ca_file} cannot be used: {fault}",
            hint="name a file of certificates (PEM), or unset SSL_CERT_FILE",
            code="ca_file_invalid",
        ) from None


def parse_base_url(text: str) -> str:
    """https anywhere, http on this machine only; no user, no query. Raises UsageError."""
    url = text.strip().rstrip("/")
    try:
        parsed = urlsplit(url)
        host = parsed.hostname or ""
        _ = parsed.port
    except ValueError:
        raise _bad_url(text, "it is not a URL") from None
    if parsed.scheme not in ("http", "https") or not host:
        raise _bad_url(text, "it must begin with https://")
    if parsed.username is not None or parsed.query or parsed.fragment or "\\" in url:
        raise _bad_url(text, "it may hold a host and a path, nothing more")
    if not _is_plain(url):
        raise _bad_url(text, "it holds a blank or a control character")
    if parsed.scheme == "http" and not hosts.is_loopback(host):
        raise _bad_url(text, "plain http would show the key and the texts to the network")
    return url


def _is_plain(url: str) -> bool:
    return not any(letter.isspace() or not letter.isprintable() for letter in url)


def _bad_url(text: str, fault: str) -> errors.UsageError:
    return errors.UsageError(
        f"{Setting.BASE_URL} {text!r} cannot be used: {fault}",
        hint="leave it out for Telnyx, or give one like http://127.0.0.1:8080/v2",
        code="base_url_invalid",
    )
