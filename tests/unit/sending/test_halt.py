"""A halt ends what waits, whenever it comes, and nothing that comes after."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bulksend.errors import Stop
from bulksend.sending.halt import Halt


async def test_what_is_permitted_before_a_halt_goes_on() -> None:
    assert await Halt().outlast(asyncio.sleep(0))


async def test_a_halt_ends_a_wait() -> None:
    switch = Halt()
    asyncio.get_running_loop().call_later(0.01, switch.set, Stop.INTERRUPTED)

    assert not await switch.outlast(asyncio.sleep(60))


async def test_after_a_halt_nothing_is_waited_for() -> None:
    switch = Halt()
    switch.set(Stop.INTERRUPTED)

    assert not await switch.outlast(asyncio.sleep(60))


async def _at_once(switch: Halt) -> None:
    switch.set(Stop.INTERRUPTED)


async def _after_a_turn(switch: Halt) -> None:
    await asyncio.sleep(0)
    switch.set(Stop.INTERRUPTED)


@pytest.mark.parametrize("permission", [_at_once, _after_a_turn])
async def test_a_halt_in_the_last_step_of_a_wait_cancels_nothing_behind_it(
    permission: Callable[[Halt], Awaitable[None]],
) -> None:
    switch = Halt()

    assert not await switch.outlast(permission(switch))
    await asyncio.sleep(0)  # which a cancellation that is still to come would end


@pytest.mark.parametrize("permission", [_at_once, _after_a_turn])
async def test_a_wait_that_fails_in_the_step_of_a_halt_fails_and_cancels_nothing_behind_it(
    permission: Callable[[Halt], Awaitable[None]],
) -> None:
    async def fails(switch: Halt) -> None:
        await permission(switch)
        raise OSError("the disk is full")

    switch = Halt()

    with pytest.raises(OSError, match="full"):
        await switch.outlast(fails(switch))
    await asyncio.sleep(0)  # as above
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()


async def test_a_cancellation_from_outside_is_no_halt() -> None:
    task = asyncio.create_task(Halt().outlast(asyncio.sleep(60)))
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
