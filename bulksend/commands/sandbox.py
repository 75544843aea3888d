"""`bulksend sandbox`: the Telnyx look-alike in the foreground."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

from bulksend import errors, portable
from bulksend.batch.control import signals
from bulksend.frozen import frozen
from bulksend.sandbox import lifecycle, server
from bulksend.sandbox.scripts import webhook_rules
from bulksend.sandbox.scripts.faults import parse_script
from bulksend.sending import user_rate
from bulksend.setting_names import Setting, Typed

#: What every line of a ledger begins with.
_LEDGER_BEGIN = b'{"request":'


@frozen
class Records:
    """How far the sandbox's detail records can be trusted."""

    lag_s: float = 0.0
    #: The share that never appears.
    missing: float = 0.0
    #: Numbers are masked.
    redacted: bool = False


@frozen
class Behaviour:
    """How the look-alike behaves, as written: a script is JSON, or the name of a file of it."""

    port: int = 8080
    #: Gets one JSON line a request.
    ledger: Path | None = None
    faults: str | None = None
    #: What becomes of accepted messages.
    fates: str | None = None
    #: Where it sends webhooks, and which; "": it makes a key pair and sends none.
    webhooks: str | None = None
    #: Of texts and of requests: `50/s`; None: as fast as it can.
    rate: str | None = None
    request_rate: str | None = None
    latency_s: float = 0.0
    #: The key it takes.
    api_key: str = "sandbox"
    ignore_keys: bool = False
    records: Records = Records()


def serve(behaviour: Behaviour, ready: Callable[[str], None]) -> int:
    """Serve until Ctrl-C; `ready` hears the address and what to type.

    Raises UsageError for a port that is taken or a script that is none.
    """
    if behaviour.ledger is not None:
        _open_ledger(behaviour.ledger)
    asyncio.run(_until_stopped(_config(behaviour), ready))
    return 0


def _config(behaviour: Behaviour) -> server.SandboxConfig:
    """What is written, parsed. Raises UsageError."""
    faults, fates, webhooks = behaviour.faults, behaviour.fates, behaviour.webhooks
    rate, request_rate, records = behaviour.rate, behaviour.request_rate, behaviour.records
    return server.SandboxConfig(
        port=behaviour.port,
        api_key=behaviour.api_key,
        ledger_path=behaviour.ledger,
        faults=parse_script(faults) if faults else (),
        fates=lifecycle.parse_fates(fates) if fates else (),
        reports=webhooks is not None,
        webhooks=webhook_rules.parse_webhooks(webhooks) if webhooks else (),
        rate_per_s=user_rate.parse_rate(rate) if rate else None,
        requests_per_s=user_rate.parse_rate(request_rate) if request_rate else None,
        latency_s=behaviour.latency_s,
        honours_keys=not behaviour.ignore_keys,
        record_lag_s=records.lag_s,
        records_missing=records.missing,
        redacted=records.redacted,
    )


def _open_ledger(ledger: Path) -> None:
    """Lines are added to a ledger of ours alone. Raises UsageError for what cannot be one."""
    first = b""
    with errors.instead_of_os_error(
        errors.UsageError, f"{ledger}: the ledger cannot be written", code="ledger_unwritable"
    ):
        if ledger.is_file():
            with ledger.open("rb") as file:
                first = file.read(len(_LEDGER_BEGIN))
        if first in (b"", _LEDGER_BEGIN):
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | portable.NONBLOCK
            os.close(os.open(ledger, flags, 0o666))
            return
    raise errors.UsageError(
        f"{ledger} is there already and is no ledger of the sandbox",
        hint=f"give {Setting.LEDGER} another name",
        code="ledger_foreign",
    )


async def _until_stopped(config: server.SandboxConfig, ready: Callable[[str], None]) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signals.install(loop, number, lambda _: stopped.set())
    async with server.Sandbox(config) as running:
        ready(
            f"sandbox at {running.base_url}, profile {config.profile_id}, any sender ID\n"
            f"TELNYX_API_KEY={config.api_key} bulksend run contacts.csv {Typed(Setting.BASE_URL)} "
            f"{running.base_url} {Typed(Setting.PROFILE_ID)} {config.profile_id} "
            f"{Typed(Setting.SENDER)} MyCompany"
        )
        if running.public_key:
            ready(f"TELNYX_PUBLIC_KEY={running.public_key}")
        await stopped.wait()
