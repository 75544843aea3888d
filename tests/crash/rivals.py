"""The same faults for bulksend, for the script that everybody writes first, and for Telnyx's SDK.

What counts is the ledger: how often a message was posted, and how many texts a person got. Both
rivals have their defaults but for the time they wait, which only shortens the experiment.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import tenacity

from tests.acceptance import cli
from tests.crash import world as worlds
from tests.makers import PROFILE

#: Few enough that no guard of bulksend's stops the batch before its end.
MESSAGES = 4
_PATIENCE_S = 0.5
#: What people see -> the sandbox's fault, which meets every request.
FAULTS: dict[str, dict[str, Any]] = {
    "no reply": {"fault": "silent", "after": True, "seconds": 2},
    "connection closed before the reply": {"fault": "close", "after": True},
    "connection reset before the reply": {"fault": "reset", "after": True},
    "half a reply": {"fault": "cut", "after": True},
    "500 although accepted": {"fault": "http", "status": 500, "after": True},
    "502 although accepted": {"fault": "http", "status": 502, "after": True},
    "504 although accepted": {"fault": "http", "status": 504, "after": True},
    "a redirect": {"fault": "redirect", "after": True},
    "429, daily spend limit (40333)": {"fault": "error", "status": 429, "code": "40333"},
}
FEW = ("connection reset before the reply", "429, daily spend limit (40333)")


@dataclass(frozen=True)
class Cell:
    """What one sender did under one fault."""

    posts: int
    #: The most texts that one person got.
    texts: int

    def __str__(self) -> str:
        return f"{self.posts / MESSAGES:g} / {self.texts}"


Sender = Callable[[str, list[str]], Awaitable[None]]


async def naive(base_url: str, phones: list[str]) -> None:
    """aiohttp, and tenacity on any exception, as in a thousand repositories."""
    timeout = aiohttp.ClientTimeout(total=_PATIENCE_S)
    headers = {"Authorization": "Bearer sandbox"}

    @tenacity.retry(
        stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_random_exponential(max=0.2)
    )
    async def send(session: aiohttp.ClientSession, phone: str) -> None:
        message = {"from": "MyCompany", "to": phone, "text": "Hi", "messaging_profile_id": PROFILE}
        url = f"{base_url}/messages/alphanumeric_sender_id"
        async with session.post(url, json=message) as reply:
            reply.raise_for_status()
            await reply.json()

    async with aiohttp.ClientSession(timeout=timeout, headers=headers) as session:
        await asyncio.gather(*(send(session, it) for it in phones), return_exceptions=True)


async def sdk(base_url: str, phones: list[str]) -> None:
    """Telnyx's own, with its own idea of what is worth another try."""
    import telnyx

    async with telnyx.AsyncTelnyx(
        api_key="sandbox", base_url=base_url, timeout=_PATIENCE_S
    ) as client:
        await asyncio.gather(
            *(
                client.messages.send_with_alphanumeric_sender(
                    from_="MyCompany", to=it, text="Hi", messaging_profile_id=PROFILE
                )
                for it in phones
            ),
            return_exceptions=True,
        )


def sdk_missing() -> str:
    """Why the SDK cannot be measured here; "" when it can."""
    try:
        import telnyx
    except ImportError:
        return "Telnyx's SDK is not installed (the extra `bench`)"
    return "" if telnyx.__version__ else "it has no version"


def by_rival(folder: Path, sender: Sender, fault: dict[str, Any]) -> Cell:
    """One rival under one fault."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    with cli.running_sandbox(folder, faults=json.dumps([fault])) as sandbox:
        world = worlds.World(folder / "batch", sandbox, MESSAGES)
        asyncio.run(sender(sandbox.base_url, list(world.phones().values())))
        return _cell(sandbox)


def by_bulksend(folder: Path, fault: dict[str, Any]) -> Cell:
    """bulksend, as a process; every row that was texted must be called so, or be in doubt."""
    with cli.running_sandbox(folder, faults=json.dumps([fault])) as sandbox:
        world = worlds.World(folder / "batch", sandbox, MESSAGES)
        worlds.bulksend(world, world.run())
        worlds.at_the_end(world, sandbox.entries())
        return _cell(sandbox)


def _cell(sandbox: cli.RunningSandbox) -> Cell:
    entries = sandbox.entries()
    texted: Counter[str] = worlds.ledger_counts(entries)
    return Cell(len(entries), max(texted.values(), default=0))


def rivals(folder: Path, names: tuple[str, ...] = tuple(FAULTS)) -> list[str]:
    """The table: requests per message / texts per person."""
    without_sdk = sdk_missing()
    lines = [
        "| every request meets | bulksend | aiohttp + tenacity | Telnyx's SDK |",
        "|---|--:|--:|--:|",
    ]
    for number, name in enumerate(names):
        placeholder_columns = [folder / f"{number}-{it}" for it in ("own", "naive", "sdk")]
        for place in placeholder_columns:
            place.mkdir()
        own = by_bulksend(placeholder_columns[0], FAULTS[name])
        script = by_rival(placeholder_columns[1], naive, FAULTS[name])
        telnyx = (without_sdk and "not measured") or by_rival(
            placeholder_columns[2], sdk, FAULTS[name]
        )
        assert own.texts <= 1, f"{name}: bulksend texted {own.texts} times"
        lines.append(f"| {name} | {own} | {script} | {telnyx} |")
    note = f"not measured: {without_sdk}" if without_sdk else _version()
    return [*lines, "", f"requests per message / texts per person; {MESSAGES} messages; {note}"]


def _version() -> str:
    import telnyx

    return f"SDK {telnyx.__version__}, aiohttp {aiohttp.__version__}"
