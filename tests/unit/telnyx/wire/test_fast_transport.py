"""How long a connection may wait, and whether the installed aiohttp is known."""

from __future__ import annotations

import aiohttp
import pytest

from bulksend.telnyx.wire import fast_transport


@pytest.mark.parametrize(
    ("keep_alive", "idle_s"),
    [
        pytest.param("", 0.75, id="not-named"),
        pytest.param("timeout=5", 0.75, id="long"),
        pytest.param("timeout=2, max=100", 0.5, id="short"),
        pytest.param("max=100,timeout=1", 0.25, id="second-place"),
        pytest.param("TIMEOUT=1", 0.25, id="in-capitals"),
        pytest.param("timeout=0", 0.0, id="none-at-all"),
        pytest.param("timeout=soon", 0.75, id="nonsense"),
        pytest.param("timeout=99999999999999999999", 0.75, id="absurd"),
    ],
)
def test_a_connection_waits_well_within_the_servers_patience(
    keep_alive: str, idle_s: float
) -> None:
    assert fast_transport.idle_for_s(keep_alive) == idle_s


async def test_the_installed_aiohttp_has_the_shape_that_the_fast_transport_knows() -> None:
    async with aiohttp.ClientSession() as session:
        assert await fast_transport.fits(session)


async def test_another_shape_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    async def connect(self: object, request: object) -> None:
        """As a later version might have it."""

    async with aiohttp.ClientSession() as session:
        monkeypatch.setattr(aiohttp.TCPConnector, "connect", connect)

        assert not await fast_transport.fits(session)


async def test_another_kind_of_request_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    class Request(aiohttp.ClientRequest):
        def __init__(self, method: str, url: object, *, headers: object, session: object) -> None:
            """As the next major version has it: headers must be given."""

    async with aiohttp.ClientSession() as session:
        monkeypatch.setattr(aiohttp, "ClientRequest", Request)

        assert not await fast_transport.fits(session)
