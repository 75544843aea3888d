"""Where to send and with which key: Telnyx, another base URL, or the embedded sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bulksend import errors, portable
from bulksend.batch.settings import SANDBOX_IDENTITY, TELNYX_URL, Place, Server
from bulksend.frozen import frozen
from bulksend.setting_names import Setting
from bulksend.telnyx import client, hosts
from bulksend.telnyx.wire import network


@frozen(kw_only=False)
class Access:
    """A base URL, the key that opens it, and the way there."""

    base_url: str
    key: client.Secret
    route: network.Route = network.DIRECT

    @property
    def is_sandbox(self) -> bool:
        """Whether it is the embedded sandbox, which has an address only while it is open."""
        return not self.base_url

    def client(self, envelope: client.Envelope) -> client.Client:
        """A client for requests with these fields, not yet opened."""
        return client.Client(self.base_url, self.key, envelope, route=self.route)


def access(server: Server, batch_url: str = "") -> Access:
    """The way to that server, checked. Raises UsageError; a sandbox needs no key."""
    if server.sandbox:
        return Access("", client.Secret("sandbox"))
    url = network.parse_base_url(server.base_url or batch_url or TELNYX_URL)
    if hosts.is_foreign(url) and not server.base_url_typed:
        raise errors.UsageError(
            f"{url} is neither Telnyx's nor this computer: the API key goes there only when its "
            "address is typed with this very command",
            hint=f"type {Setting.BASE_URL} and the address, if that server is to have the key",
            code="base_url_foreign",
        )
    route = network.choose_route(
        url,
        proxy=server.proxy,
        https_proxy=server.https_proxy,
        no_proxy=server.no_proxy,
        ca_file=server.ca_file,
    )
    return Access(url, client.Secret(_key(server)), route)


def same_server(place: Place, server: Server, sent_via: str) -> Access:
    """The way to the server that had the requests. Raises BatchMismatch for any other."""
    refuse_other_server(place, sent_via)
    return access(server, sent_via)


def refuse_other_server(place: Place, sent_via: str) -> None:
    """Raises BatchMismatch unless a batch goes on where it began.

    `sent_via`: the base URL that had its requests; "" for the embedded sandbox.
    """
    if place.sandbox and sent_via:
        raise _elsewhere(
            f"this is a real batch, sent via {sent_via}", f"leave {Setting.SANDBOX} out"
        )
    if not (place.sandbox or sent_via):
        raise _elsewhere(
            "this batch belongs to the embedded sandbox", f"give {Setting.SANDBOX} with it"
        )
    if place.base_url and network.parse_base_url(place.base_url) != sent_via:
        raise _elsewhere(
            f"the batch was sent via {sent_via}, and only there is it known what became of it",
            f"leave {Setting.BASE_URL} out, and BULKSEND_BASE_URL",
        )


def _elsewhere(message: str, hint: str) -> errors.BatchMismatch:
    return errors.BatchMismatch(message, hint=hint, code="batch_changed")


@asynccontextmanager
async def opened(access_to: Access) -> AsyncIterator[Access]:
    """The same access; that of the embedded sandbox with a sandbox running behind it."""
    if not access_to.is_sandbox:
        yield access_to
        return
    from bulksend.sandbox.server import (  # whoever sends for real does not wait for it
        Sandbox,
        SandboxConfig,
    )

    profile = SANDBOX_IDENTITY.profile_id or ""
    config = SandboxConfig(profile_id=profile, any_account=True)
    async with Sandbox(config) as running:
        yield Access(running.base_url, client.Secret(running.key))


def _key(server: Server) -> str:
    key = _from_file(server.api_key_file) if server.api_key_file else server.api_key or ""
    if not key.strip():
        raise errors.UsageError(
            "no API key",
            hint=f"set TELNYX_API_KEY or give {Setting.API_KEY_FILE.to('FILE')}; "
            f"{Setting.SANDBOX} needs none",
            code="key_missing",
        )
    if not key.strip().isascii() or not key.strip().isprintable() or " " in key.strip():
        raise errors.UsageError(
            "the API key holds characters that no key has",
            hint="copy it again from the Telnyx portal",
            code="key_invalid",
        )
    return key.strip()


def _from_file(path: Path) -> str:
    """Raises UsageError; a file that others may read is refused, as ssh does."""
    sentence, hint = f"{path}: cannot be read", f"check {Setting.API_KEY_FILE}"
    with errors.instead_of_os_error(errors.UsageError, sentence, hint=hint):
        if portable.others_can_read(path.stat()):
            raise errors.UsageError(
                f"{path}: others can read this key file",
                hint=f"chmod 600 {path}",
                code="key_file_open",
            )
        return path.read_text(encoding="ascii", errors="replace")
