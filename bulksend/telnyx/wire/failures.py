"""What an exception of the wire shows: its kind, and the likely cause in words.

None of aiohttp's exceptions cross this threshold: their text can hold the Authorization header.
"""

from __future__ import annotations

import errno
import socket
import ssl
from urllib.parse import urlsplit

import aiohttp
import aiohttp.http

from bulksend.telnyx.codes import Failure
from bulksend.telnyx.wire.network import Route

#: Everything that the wire can raise.
WIRE_FAULTS = (
    *(aiohttp.ClientError, aiohttp.http.HttpProcessingError),
    *(TimeoutError, OSError, ValueError, AssertionError),
)
#: From the most special class to the most general; each says what the wire showed.
_FAILURES: tuple[tuple[type[BaseException], Failure], ...] = (
    (aiohttp.ClientProxyConnectionError, Failure.PROXY),
    (aiohttp.ClientHttpProxyError, Failure.PROXY),
    (aiohttp.ClientConnectorDNSError, Failure.DNS),
    (aiohttp.ClientConnectorCertificateError, Failure.TLS_CERTIFICATE),
    (aiohttp.ServerFingerprintMismatch, Failure.TLS_CERTIFICATE),
    (aiohttp.ClientConnectorSSLError, Failure.TLS),
    (aiohttp.ClientConnectorError, Failure.UNREACHABLE),
    (aiohttp.ConnectionTimeoutError, Failure.CONNECT_TIMEOUT),
    (TimeoutError, Failure.NO_REPLY),
    (aiohttp.ClientPayloadError, Failure.REPLY_CUT),
    # Garbage instead of HTTP: aiohttp says "status 400" although the server said no such thing.
    (aiohttp.ClientResponseError, Failure.REPLY_UNREADABLE),
    (aiohttp.http.HttpProcessingError, Failure.REPLY_UNREADABLE),
    (ValueError, Failure.REPLY_UNREADABLE),
    (Exception, Failure.CONNECTION_LOST),
)
#: What OpenSSL calls it when plain HTTP comes back.
_NOT_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE")
_NO_MORE_FILES = (errno.EMFILE, errno.ENFILE)


def failure_of(error: BaseException) -> Failure:
    """The kind of a failure; what is not known counts as a lost connection."""
    failure = next(failure for kind, failure in _FAILURES if isinstance(error, kind))
    no_socket = (Failure.DNS, Failure.UNREACHABLE, Failure.PROXY, Failure.CONNECTION_LOST)
    if failure in no_socket and _out_of_files(error):
        return Failure.TOO_FEW_FILES
    return failure


def _out_of_files(error: BaseException) -> bool:
    """Resolvers hide the reason: whether a socket can be made now shows it."""
    if isinstance(error, OSError) and error.errno in _NO_MORE_FILES:
        return True
    if not isinstance(error, aiohttp.ClientConnectorError):
        return False
    try:
        socket.socket().close()
    except OSError as failure:
        return failure.errno in _NO_MORE_FILES
    return False


def cause(error: BaseException, failure: Failure, url: str, route: Route) -> str:
    """The likely cause in one sentence, with what to do; "" where the kind says it all."""
    host = urlsplit(url).hostname or ""
    if failure is Failure.PROXY and route.proxy is not None:
        return _proxy_cause(error, route.proxy.address, host)
    if failure is Failure.TLS_CERTIFICATE:
        return _certificate_cause(error, host)
    if failure is Failure.TLS:
        return _tls_cause(error, host)
    if failure is Failure.DNS:
        return f"the name {host} was not found{_no_proxy_hint(route)}"
    if failure in (Failure.UNREACHABLE, Failure.CONNECT_TIMEOUT):
        return _unreachable_cause(error, url, route)
    return ""


def _proxy_cause(error: BaseException, address: str, host: str) -> str:
    if isinstance(error, aiohttp.ClientHttpProxyError):
        if error.status == 407:
            return (
                f"the proxy {address} wants a name and a password (407); "
                "write them as http://NAME:PASSWORD@HOST:PORT"
            )
        return f"the proxy {address} refused the way to {host} ({error.status}); ask who runs it"
    return f"the proxy {address} cannot be reached; check its address and the network"


def _certificate_cause(error: BaseException, host: str) -> str:
    inner = getattr(error, "certificate_error", None)
    reason = getattr(inner, "verify_message", "") or ""
    if "expired" in reason or "not yet valid" in reason:
        return f"the certificate of {host} is out of date by this computer's clock ({reason})"
    if isinstance(inner, ssl.SSLCertVerificationError) and "match" in f"{reason}{inner}":
        return f"the certificate is not for {host}; check the base URL"
    return (
        f"nobody this computer knows has signed the certificate of {host}; in a company, "
        "name the file of its CA in SSL_CERT_FILE"
    )


def _tls_cause(error: BaseException, host: str) -> str:
    reason = str(getattr(getattr(error, "os_error", None), "reason", "") or "")
    if reason in (
        "WRONG_VERSION_NUMBER",
        "HTTP_REQUEST",
        "UNKNOWN_PROTOCOL",
        "RECORD_LAYER_FAILURE",
    ):
        return f"{host} does not speak TLS on this port (plain http?); check the base URL"
    return f"no secure connection to {host} could be made" + (f" ({reason})" if reason else "")


def _unreachable_cause(error: BaseException, url: str, route: Route) -> str:
    parsed = urlsplit(url)
    address = f"{parsed.hostname}:{parsed.port or (443 if parsed.scheme == 'https' else 80)}"
    if route.proxy is not None:
        address += f" behind the proxy {route.proxy.address}"
    slow = isinstance(error, TimeoutError)
    verb = "did not answer in time" if slow else "cannot be reached"
    return f"{address} {verb}{_no_proxy_hint(route)}"


def _no_proxy_hint(route: Route) -> str:
    """A proxy that is set and not used is the likely cause of no way out."""
    if route.bypassed is None:
        return ""
    return f"; the proxy {route.bypassed.address} is set and NO_PROXY excludes this server from it"
