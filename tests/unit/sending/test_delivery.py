"""One message: which requests are made of it, and when it is enough."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest

from bulksend.errors import Stop
from bulksend.sending import delivery, halt
from bulksend.sms.message import Outcome, Reply, Status
from tests import virtual_clock
from tests.makers import accepted, make_message, refused, throttled, unknown, unsent
from tests.unit.sending.test_pipeline import FakeGateway, FakePace

NEVER_S = 1e9


def deliver(
    answer: Callable[[int], Reply],
    *,
    shut: bool = False,
    halt_after_s: float = NEVER_S,
    pace: FakePace | None = None,
) -> tuple[Outcome, FakeGateway]:
    """The outcome of one message, and the gateway with what it was sent."""
    gateway, switch = FakeGateway(answer), halt.Halt()
    delivering = delivery.Delivery(
        gateway=gateway,
        pace=pace or FakePace(shut=shut),
        halt=switch,
        listeners=(),
        sleep=asyncio.sleep,
        now_s=virtual_clock.now_s,
        random=random.Random(1),
    )

    async def work() -> Outcome:
        asyncio.get_running_loop().call_later(halt_after_s, switch.set, Stop.INTERRUPTED)
        return await delivering.deliver(make_message(), b"body", "key")

    return virtual_clock.run(work()), gateway


def replies(*first: Reply) -> Callable[[int], Reply]:
    return lambda number: first[number - 1] if number <= len(first) else accepted()


@pytest.mark.parametrize(
    ("answer", "status", "requests"),
    [
        pytest.param(replies(), Status.ACCEPTED, 1, id="accepted-at-once"),
        pytest.param(replies(refused()), Status.REFUSED, 1, id="refused-for-good"),
        pytest.param(replies(unknown()), Status.UNKNOWN, 1, id="it-may-have-left"),
        pytest.param(replies(unsent("not_written")), Status.ACCEPTED, 2, id="it-never-left"),
        pytest.param(replies(*[throttled()] * 9), Status.ACCEPTED, 10, id="429-is-no-attempt"),
        pytest.param(
            replies(*[unsent("not_written")] * 9), Status.UNSENT, 4, id="four-attempts-are-enough"
        ),
        pytest.param(
            replies(throttled(), unknown()), Status.UNKNOWN, 2, id="a-later-one-may-have-left"
        ),
    ],
)
def test_only_what_provably_never_left_is_tried_again(
    answer: Callable[[int], Reply], status: Status, requests: int
) -> None:
    outcome, gateway = deliver(answer)

    assert (outcome.reply.status, outcome.attempts) == (status, requests)
    assert len(gateway.sent) == requests
    assert len(set(gateway.sent)) == 1


@pytest.mark.parametrize("code", ["not_written", "unreachable"])
def test_a_halt_ends_the_wait_for_another_slot_and_the_row_stays_unsent(code: str) -> None:
    outcome, gateway = deliver(lambda _: unsent(code), shut=True, halt_after_s=60.0)

    assert (outcome.reply.status, outcome.attempts, len(gateway.sent)) == (Status.UNSENT, 1, 1)


class OnceAtTheWire(FakePace):
    """One request leaves; the next one waits."""

    left = False

    async def smooth(self) -> None:
        await asyncio.sleep(NEVER_S if self.left else 0.0)
        self.left = True


def test_a_halt_while_another_request_waits_at_the_wire_gives_its_slot_back() -> None:
    pace = OnceAtTheWire()

    outcome, gateway = deliver(lambda _: unsent("not_written"), halt_after_s=60.0, pace=pace)

    assert (outcome.reply.status, outcome.attempts, len(gateway.sent)) == (Status.UNSENT, 1, 1)
    assert pace.given_back == 1
