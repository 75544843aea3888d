"""The one switch that ends a batch early.

It wakes whoever waits for permission (a slot, the next try), and never whoever waits for a reply:
a request that has left is worth waiting for.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable

from bulksend.errors import Stop


class Halt:
    """Set at most once; the first reason is the one that counts."""

    def __init__(self) -> None:
        self.reason: Stop | None = None
        #: Telnyx's own words, where the reason came with a reply.
        self.detail = ""
        self._waiting: set[asyncio.Task[object]] = set()

    def __bool__(self) -> bool:
        return self.reason is not None

    def set(self, reason: Stop, detail: str = "") -> None:
        """No new work from now on."""
        if self.reason is not None:
            return
        self.reason, self.detail = reason, detail
        for task in self._waiting:
            task.cancel()

    async def outlast(self, permission: Awaitable[object]) -> bool:
        """Wait for a permission; False when the batch was halted first."""
        if self.reason is not None:
            _discard(permission)
            return False
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine always runs in a task
        self._waiting.add(task)
        try:
            await permission
            if task.cancelling():  # halted in its last step: the cancellation is met here, no later
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            if self.reason is None or task.uncancel() > 0:
                raise
            return False
        except BaseException:
            # Halted in the step in which the wait failed: the cancellation is met here as well.
            if self.reason is not None and task.cancelling():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.sleep(0)
                task.uncancel()
            raise
        finally:
            self._waiting.discard(task)
        return self.reason is None


def _discard(permission: Awaitable[object]) -> None:
    """A coroutine that nobody awaits would warn."""
    close = getattr(permission, "close", None)
    if close is not None:
        close()
