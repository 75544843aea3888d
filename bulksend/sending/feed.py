"""Where the pipeline's messages come from: batches made in a thread, one batch ahead."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime

from bulksend.sms.message import Message


class Feed:
    """Messages in row order out of an iterator of batches; at most two batches in memory.

    The batches are made in a thread, so that reading the contacts file never holds up a reply.
    Errors of the iterator are raised by `take`.
    """

    def __init__(self, batches: Iterator[Sequence[Message]]) -> None:
        self._batches = batches
        self._ready: deque[Message] = deque()
        self._refill = asyncio.Lock()
        self._ahead: asyncio.Task[Sequence[Message] | None] | None = None
        self._ended = False
        #: Nobody waits for hours here.
        self.waits_until: datetime | None = None
        self.never = 0

    async def take(self) -> Message | None:
        """The next message; None when there are no more."""
        while not self._ready:
            async with self._refill:
                if not self._ready and not await self._load():
                    return None
        return self._ready.popleft()

    def may_go(self, message: Message) -> bool:  # noqa: ARG002
        """Always: who hands out by the clock is `open_first`."""
        return True

    def put_back(self, message: Message) -> None:
        """Hand it out once more, before the others."""
        self._ready.appendleft(message)

    async def close(self) -> None:
        """Wait for the batch being made; its messages are never claimed."""
        self._ended = True
        if self._ahead is not None:
            await asyncio.wait([self._ahead])
            self._ahead.cancelled() or self._ahead.exception()

    async def _load(self) -> bool:
        if self._ended:
            return False
        batch = await (self._ahead or self._start())
        if batch is None:
            self._ended, self._ahead = True, None
            return False
        self._ahead = self._start()
        self._ready.extend(batch)
        return True

    def _start(self) -> asyncio.Task[Sequence[Message] | None]:
        return asyncio.create_task(
            asyncio.to_thread(next, self._batches, None), name="bulksend-feed"
        )
