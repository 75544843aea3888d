"""Which batch this is: made from a plan, kept in the journal, compared when it is met again."""

from __future__ import annotations

import base64
import os
import shlex
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime

import bulksend
from bulksend import errors, journal
from bulksend.batch.plan import Plan, make_plan
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import Identity, Settings, option_name
from bulksend.contacts import loader
from bulksend.estimate import estimator as estimates
from bulksend.telnyx import client, reference


def new_batch(plan: Plan, settings: Settings, base_url: str) -> journal.Batch:
    """The identity and the facts of a batch that begins now."""
    counts = plan.estimate
    return journal.Batch(
        batch_id=uuid.uuid4().hex,
        created_at=datetime.now(UTC),
        tool_version=bulksend.__version__,
        contacts_name=plan.contacts.name,
        contacts_size=plan.contacts.size_bytes,
        contacts_sha256=plan.contacts.digest(),
        sender=plan.identity.sender or "",
        profile_id=plan.identity.profile_id or "",
        options=_packed(plan.identity) | {"base_url": base_url},
        rows=counts.rows,
        invalid=counts.invalid,
        skipped=counts.skipped,
        sendable=counts.sendable,
        sandbox=settings.sandbox,
        hash_key=os.urandom(32),
    )


def identity_of(batch: journal.Batch) -> Identity:
    """The identity a batch was begun with."""
    kept = {name: value for name, value in batch.options.items() if name != "base_url"}
    if "text" in kept:
        kept["text"] = zlib.decompress(base64.b64decode(kept["text"])).decode()
    return Identity(sender=batch.sender, profile_id=batch.profile_id, **kept)


def envelope(batch: journal.Batch) -> client.Envelope:
    """What every request of a batch holds; with it the same row has the same bytes, always."""
    identity = identity_of(batch)
    profile_webhooks = identity.use_profile_webhooks
    return client.Envelope(
        sender=batch.sender,
        profile_id=batch.profile_id,
        webhook_url=identity.webhook_url,
        webhook_failover_url=identity.webhook_failover_url,
        use_profile_webhooks=None if profile_webhooks is None else profile_webhooks == "yes",
        row_reference=reference.RowReference(batch.batch_id, batch.hash_key),
    )


def plan_again(
    batch: journal.Batch, contacts: loader.Contacts, settings: Settings, reporter: Reporter
) -> Plan:
    """The plan of a batch whose contacts file is known to be as it was.

    Ten million rows are not counted again, unless to find the duplicates among them.
    """
    identity = identity_of(batch)
    if batch.skipped or identity.on_duplicate == estimates.OnDuplicate.ERROR:
        return make_plan(contacts, identity, settings, reporter)
    counted = estimates.counted_before(
        rows=batch.rows, sendable=batch.sendable, invalid=batch.invalid
    )
    return make_plan(contacts, identity, settings, reporter, counted)


def _packed(identity: Identity) -> dict[str, str]:
    """The options as the journal keeps them: the template packed, so no text stands in the file."""
    given = {
        name: str(value)
        for name, value in asdict(identity).items()
        if value is not None and name not in ("sender", "profile_id")
    }
    if "text" in given:
        given["text"] = base64.b64encode(zlib.compress(given["text"].encode())).decode()
    return given


def changes(batch: journal.Batch, asked: Identity, contacts_sha256: str) -> list[str]:
    """What is no longer as it was when the batch began, in words."""
    found = [_in_words(name) for name in asked.differences(identity_of(batch))]
    if contacts_sha256 != batch.contacts_sha256:
        found.insert(0, "the contacts file")
    return found


def _in_words(name: str) -> str:
    known: Mapping[str, str] = {
        "text": "the template",
        "sender": "the sender (--from)",
        "profile_id": "the messaging profile (--profile-id)",
    }
    return known.get(name, option_name(name))


def refuse_changes(found: list[str], settings: Settings, batch: journal.Batch) -> None:
    """Raises BatchMismatch naming what changed."""
    if not found:
        return
    raise errors.BatchMismatch(
        f"{settings.contacts}: changed since the batch began on {batch.created_at:%Y-%m-%d %H:%M}"
        f" UTC: {', '.join(found)}",
        hint=(
            "put it back to go on with the batch, or begin another one: copy the contacts file "
            "under another name, or give --journal and --results new names"
        ),
        code="batch_changed",
    )


def refuse_missing(settings: Settings) -> None:
    """Raises UsageError where no batch has begun."""
    if settings.journal_path.exists():
        return
    raise errors.UsageError(
        f"{settings.contacts}: no batch has begun ({settings.journal_path} is not there)",
        hint=f"begin with: {command_line('run', replace(settings, journal=None))}",
        code="no_batch",
    )


def command_line(name: str, settings: Settings, *extra: str) -> str:
    """The command that goes on with this batch, ready to paste."""
    words = ["bulksend", name, str(settings.contacts)]
    if settings.sandbox:
        words.append("--sandbox")
    if settings.journal is not None:
        words += ["--journal", str(settings.journal)]
    if settings.results is not None:
        words += ["--results", str(settings.results)]
    if settings.api_key_file is not None:
        words += ["--api-key-file", str(settings.api_key_file)]
    return shlex.join([*words, *extra])
