"""`bulksend doctor`: what a batch needs, looked at one by one before it is begun."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from bulksend import errors
from bulksend.batch import connection, plan
from bulksend.batch.preflight import checklist, fitness, look, reads
from bulksend.batch.preflight.checklist import Finding, Level
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import SANDBOX_IDENTITY, Identity, Orders, Settings, require
from bulksend.batch.summary import OK
from bulksend.contacts import loader
from bulksend.frozen import frozen
from bulksend.journal import disk
from bulksend.reconcile import probe, proofs
from bulksend.reconcile.idempotency import Verdict
from bulksend.setting_names import Setting, Typed
from bulksend.sms import sender
from bulksend.sms.phone import parse
from bulksend.telnyx import client
from bulksend.visible import counted

_FREE_MIN_BYTES = 100 << 20
_SYNC_MAX_S = 0.05
FAILED = 2


@frozen(kw_only=False)
class Report:
    """Every finding, in the order of looking."""

    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """2 when something would keep a batch from getting through."""
        return FAILED if any(finding.level is Level.FAIL for finding in self.findings) else OK


def doctor(
    settings: Settings,
    reporter: Reporter,
    *,
    with_batch: bool = False,
    probe_to: str | None = None,
) -> Report:
    """Look at everything. With `probe_to`, also text that phone once or twice, after consent.

    `with_batch`: hold the contacts file against the account too. Without a key, this computer and
    the file alone are looked at. Raises UsageError for options that cannot be, and without consent;
    ContactsError for a file that cannot be used.
    """
    identity = settings.identity
    if settings.sandbox:
        identity = identity.or_else(SANDBOX_IDENTITY)
    if identity.sender is not None:
        sender.parse_sender(identity.sender)
    to = None
    if probe_to is not None:
        identity, to = require(identity), probe.parse_to(probe_to)
        probe.consent(to, identity.sender or "", reporter)
    batch = _batch(settings.orders, settings.identity, reporter) if with_batch else None
    local = _local(settings.journal_path, batch)
    try:
        access = connection.access(settings.server)
    except errors.UsageError as failure:
        if failure.code != "key_missing":
            raise
        return Report((Finding("key", Level.FAIL, failure.message, failure.hint), *local))
    keys = _Keys(folder=settings.state_folder, keeps=not access.is_sandbox, probe_to=to)
    return Report((*asyncio.run(_ask(identity, access, keys, batch)), *local))


def _batch(orders: Orders, asked: Identity, reporter: Reporter) -> fitness.Batch:
    """The contacts file, counted and priced as `run` would."""
    place, basis = orders.place, orders.basis
    identity = plan.complete(asked, sandbox=place.sandbox)
    contacts = loader.open_contacts(place.contacts, orders.layout)
    planned = plan.make_plan(contacts, identity, basis, reporter)
    return look.batch_of(planned, place, basis.guards.limit)


def _local(journal_path: Path, batch: fitness.Batch | None) -> list[Finding]:
    """What can be looked at without anybody's help."""
    journal = _journal(journal_path.absolute().parent)
    if batch is None:
        return [journal]
    text = f"{counted(batch.sendable, 'row')} to send, {counted(batch.rows, 'row')} in the file"
    contacts = Finding("contacts", Level.OK, text)
    if not batch.sendable:
        text = f"nobody to send to: {counted(batch.rows, 'row')} in the file"
        contacts = Finding(
            "contacts", Level.FAIL, text, f"look at it with `bulksend run {Typed(Setting.DRY_RUN)}`"
        )
    return [contacts, journal]


@frozen
class _Keys:
    """What is to be found out about the idempotency key."""

    #: Where earlier findings stand.
    folder: Path | None
    #: A new finding is kept there: not of the sandbox, which is gone in a moment.
    keeps: bool
    #: Who gets the text of a probe; None: earlier findings alone.
    probe_to: parse.Phone | None


async def _ask(
    identity: Identity, access: connection.Access, keys: _Keys, batch: fitness.Batch | None
) -> list[Finding]:
    envelope = client.Envelope(sender=identity.sender or "", profile_id=identity.profile_id or "")
    async with (
        connection.opened(access) as server,
        server.client(envelope) as gateway,
    ):
        facts = await reads.read(gateway, identity.profile_id)
        host = urlsplit(server.base_url).netloc
        findings = [checklist.way(server.route, host)]
        if facts.refused:
            return [*findings, checklist.key(facts.first)]
        if batch is not None:
            findings += fitness.findings(batch, facts)
        else:
            findings += _account(identity, facts)
        findings += [await _opt_outs(gateway, identity), checklist.limits(facts.first)]
        redaction = checklist.redaction(facts.profile)
        findings += [redaction] if redaction is not None else []
        return [*findings, await _key(keys, identity.profile_id or "", server.base_url, gateway)]


def _account(identity: Identity, facts: reads.Facts) -> list[Finding]:
    """Without a batch in hand."""
    smart, profile = bool(identity.smart_encoding), facts.profile
    return [
        checklist.key(facts.first),
        checklist.balance(facts.balance),
        *checklist.profile(profile, identity.profile_id, smart, facts.second),
        checklist.sender(identity.sender, facts.senders, profile),
        checklist.clock(facts.clock_ahead_s),
    ]


async def _opt_outs(gateway: client.Client, identity: Identity) -> Finding:
    if identity.profile_id is None:
        return checklist.opt_outs(None)
    where = {"filter[messaging_profile_id]": identity.profile_id, "page[size]": "1"}
    return checklist.opt_outs(await gateway.get("/messaging_optouts", where))


async def _key(keys: _Keys, profile_id: str, base_url: str, gateway: client.Client) -> Finding:
    """What is known of the idempotency key here, after a probe where one was asked for."""
    folder, observed = keys.folder, ""
    if keys.probe_to is None:
        proof = proofs.load(folder, base_url, profile_id)
    else:
        proof, observed = await probe.probe(gateway, keys.probe_to)
        if folder is not None and proof.verdict is not Verdict.UNDECIDED and keys.keeps:
            proofs.save(folder, base_url, profile_id, proof)
    return checklist.idempotency_key(proof, observed)


def _journal(folder: Path) -> Finding:
    """Whether the folder keeps what is written to it."""
    volume = disk.survey(folder)
    if volume.fault:
        text = f"{folder} takes no journal: {volume.fault}"
        return Finding(
            "journal", Level.FAIL, text, f"give {Setting.JOURNAL} a place that can be written"
        )
    if volume.filesystem in disk.NETWORK:
        text = f"{folder} is on a network file system ({volume.filesystem})"
        return Finding("journal", Level.FAIL, text, "keep journals on a disk of this computer")
    text = f"{volume.free_bytes / 1e9:,.1f} GB free, a sync takes {volume.sync_s * 1000:.1f} ms"
    if volume.free_bytes < _FREE_MIN_BYTES:
        return Finding("journal", Level.WARN, text, "free some space: a row takes 100 bytes")
    if volume.sync_s > _SYNC_MAX_S:
        return Finding("journal", Level.WARN, text, "a slow disk slows the sending down")
    return Finding("journal", Level.OK, text)
