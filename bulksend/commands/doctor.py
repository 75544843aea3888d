"""`bulksend doctor`: what a batch needs, looked at one by one before it is begun."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bulksend.batch import connection as accesses
from bulksend.batch import preflight
from bulksend.batch.preflight import Finding, Level
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import SANDBOX_IDENTITY, Identity, Settings, require
from bulksend.batch.summary import OK
from bulksend.journal import disk as place
from bulksend.reconcile import probe as probes
from bulksend.reconcile import proofs
from bulksend.reconcile.idempotency import Verdict
from bulksend.sms import sender
from bulksend.sms.phone import parse as phone
from bulksend.telnyx import account, client
from bulksend.telnyx.codes import Exchange

_FREE_MIN_BYTES = 100 << 20
_SYNC_MAX_S = 0.05
FAILED = 2


@dataclass(frozen=True, slots=True)
class Report:
    """Every finding, in the order of looking."""

    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """2 when something would keep a batch from getting through."""
        return FAILED if any(finding.level is Level.FAIL for finding in self.findings) else OK


def doctor(settings: Settings, reporter: Reporter, *, probe_to: str | None = None) -> Report:
    """Look at everything. With `probe_to`, also text that phone once or twice, after consent.

    Raises UsageError for options that cannot be, and without consent.
    """
    identity = settings.identity
    if settings.sandbox:
        identity = identity.or_else(SANDBOX_IDENTITY)
    if identity.sender is not None:
        sender.parse_sender(identity.sender)
    to = None
    if probe_to is not None:
        identity, to = require(identity), probes.parse_to(probe_to)
        probes.consent(to, identity.sender or "", reporter)
    access = accesses.access(settings)
    return Report(
        (
            *asyncio.run(_ask(settings, identity, access, to)),
            _journal(settings.journal_path.absolute().parent),
        )
    )


async def _ask(
    settings: Settings, identity: Identity, access: accesses.Access, to: phone.Phone | None
) -> list[Finding]:
    envelope = client.Envelope(sender=identity.sender or "", profile_id=identity.profile_id or "")
    async with (
        accesses.opened(access, settings) as server,
        server.client(envelope) as gateway,
    ):
        first = await gateway.get("/balance")
        host = urlsplit(server.base_url).netloc
        findings = [preflight.way(server.route, host), preflight.key(first)]
        if findings[1].level is not Level.FAIL:
            findings += await _account(gateway, identity, first)
            findings += [preflight.clock(gateway.clock.high_s), preflight.limits(first)]
            findings.append(await _key(settings, identity, server.base_url, gateway, to))
    return findings


async def _account(gateway: client.Client, identity: Identity, first: Exchange) -> list[Finding]:
    """Balance, profile, sender and opt-outs."""
    profile, listed, opted_out = None, None, None
    if identity.profile_id is not None:
        path = f"/messaging_profiles/{identity.profile_id}"
        profile = account.profile(await gateway.get(path))
        listed = await account.sender_ids(gateway, identity.profile_id)
        where = {"filter[messaging_profile_id]": identity.profile_id, "page[size]": "1"}
        opted_out = await gateway.get("/messaging_optouts", where)
    redaction = preflight.redaction(profile)
    return [
        preflight.balance(account.balance(first)),
        *preflight.profile(profile, identity.profile_id, bool(identity.smart_encoding)),
        preflight.sender(identity.sender, listed, profile),
        preflight.opt_outs(opted_out),
        *([redaction] if redaction is not None else []),
    ]


async def _key(
    settings: Settings,
    identity: Identity,
    base_url: str,
    gateway: client.Client,
    to: phone.Phone | None,
) -> Finding:
    """What is known of the idempotency key here, after a probe where one was asked for."""
    folder, profile_id = settings.state_folder, identity.profile_id or ""
    seen = ""
    if to is None:
        proof = proofs.load(folder, base_url, profile_id)
    else:
        proof, seen = await probes.probe(gateway, to)
        if folder is not None and proof.verdict is not Verdict.UNDECIDED and not settings.sandbox:
            proofs.save(folder, base_url, profile_id, proof)
    return preflight.idempotency_key(proof, seen)


def _journal(folder: Path) -> Finding:
    """Whether the folder keeps what is written to it."""
    volume = place.survey(folder)
    if volume.fault:
        text = f"{folder} takes no journal: {volume.fault}"
        return Finding("journal", Level.FAIL, text, "give --journal a place that can be written")
    if volume.filesystem in place.NETWORK:
        text = f"{folder} is on a network file system ({volume.filesystem})"
        return Finding("journal", Level.FAIL, text, "keep journals on a disk of this computer")
    text = f"{volume.free_bytes / 1e9:,.1f} GB free, a sync takes {volume.sync_s * 1000:.1f} ms"
    if volume.free_bytes < _FREE_MIN_BYTES:
        return Finding("journal", Level.WARN, text, "free some space: a row takes 100 bytes")
    if volume.sync_s > _SYNC_MAX_S:
        return Finding("journal", Level.WARN, text, "a slow disk slows the sending down")
    return Finding("journal", Level.OK, text)
