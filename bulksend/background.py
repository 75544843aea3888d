"""A task that goes on beside some work, is owned by it, and never dies unnoticed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any


def _nothing(_failure: BaseException) -> None:
    """The end of the body is soon enough."""


@asynccontextmanager
async def beside(
    work: Coroutine[Any, Any, None],
    *,
    name: str,
    on_failure: Callable[[BaseException], None] = _nothing,
) -> AsyncIterator[None]:
    """Inside, `work` goes on as a task; it is cancelled, and waited for, when the body ends.

    Should it fail, the body is not interrupted: `on_failure` learns of it at once, and the end of
    the body raises what it raised. What the body itself raises comes first.
    """

    def ended(task: asyncio.Task[None]) -> None:
        """Its failure, if it has one, is heard before the body's end."""
        failure = None if task.cancelled() else task.exception()
        if failure is not None:
            on_failure(failure)

    task = asyncio.create_task(work, name=name)
    task.add_done_callback(ended)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
    if not task.cancelled():
        task.result()
