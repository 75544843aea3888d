"""A sandbox in a thread of its own: for tests and notebooks that are not asynchronous."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, Self

from bulksend.sandbox import portal
from bulksend.sandbox.server import Sandbox, SandboxConfig
from bulksend.sandbox.state import Entry

_START_S = 10.0


class ThreadedSandbox:
    """A context manager: a Telnyx on loopback for as long as it is entered."""

    def __init__(self, config: SandboxConfig | None = None) -> None:
        self.config = config or SandboxConfig()
        self._sandbox = Sandbox(self.config)
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self._fault: BaseException | None = None

    @property
    def base_url(self) -> str:
        """What `base_url` wants."""
        return self._sandbox.base_url

    @property
    def key(self) -> str:
        """The API key that it takes."""
        return self.config.api_key

    @property
    def public_key(self) -> str:
        """What signed webhooks are checked with; "" where none are sent."""
        return self._sandbox.public_key

    @property
    def profile_id(self) -> str:
        """The one messaging profile that it has."""
        return self.config.profile_id

    @property
    def ledger(self) -> list[Entry]:
        """Every full request to send, in the order of their arrival."""
        return list(self._sandbox.ledger)

    @property
    def texts(self) -> dict[str, list[str]]:
        """What phones were texted, by phone."""
        texts: dict[str, list[str]] = {}
        for entry in self.ledger:
            if entry.accepted:
                texts.setdefault(entry.to, []).append(entry.text)
        return texts

    def messages(self) -> list[dict[str, Any]]:
        """Every accepted message as it stands: status, code, first and final cost."""
        return portal.messages(self._sandbox.state)

    def move_clock(self, ahead_s: float) -> None:
        """Let the sandbox's clock be so many seconds ahead: what takes hours happens at once."""
        self._sandbox.state.ahead_s = ahead_s

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, name="bulksend-sandbox", daemon=True)
        self._thread.start()
        if not self._ready.wait(_START_S):
            raise TimeoutError("the sandbox did not start")
        if self._fault is not None:
            raise self._fault
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_START_S)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as failure:
            self._fault = failure
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with self._sandbox:
            self._ready.set()
            await self._stop.wait()
