"""Which batch this is: made from a plan, kept in the journal, compared when it is met again."""

from __future__ import annotations

import base64
import os
import uuid
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bulksend
from bulksend import errors, journal
from bulksend.batch.plan import TEMPLATE_MAX_BYTES, Earlier, Plan, make_plan
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import Basis, Identity
from bulksend.contacts import loader
from bulksend.estimate import estimator
from bulksend.setting_names import Setting
from bulksend.sms.message import OnDuplicate
from bulksend.sms.template import OnMissing
from bulksend.telnyx import reference

if TYPE_CHECKING:  # whoever writes the results again has no connection
    from bulksend.telnyx import client

#: Beside the options of the identity: the server, and the column that was recognised.
_BASE_URL, _PHONE_COLUMN = "base_url", "phone_column"


def new_batch(plan: Plan, base_url: str, *, sandbox: bool) -> journal.Batch:
    """The identity and the facts of a batch that begins now."""
    counts = plan.estimate
    # Whom this computer texted before is left out when the row's turn comes, and stands apart.
    by_memory = {code: n for code, n in counts.skipped_by.items() if errors.is_by_memory(code)}
    return journal.Batch(
        batch_id=uuid.uuid4().hex,
        created_at=datetime.now(UTC),
        tool_version=bulksend.__version__,
        contacts_name=plan.contacts.name,
        contacts_size=plan.contacts.size_bytes,
        contacts_sha256=plan.contacts.digest(),
        sender=plan.identity.sender or "",
        profile_id=plan.identity.profile_id or "",
        options=_packed(plan.identity) | {_BASE_URL: base_url} | options_of_phones(plan),
        rows=counts.rows,
        invalid=counts.invalid,
        skipped=counts.skipped - sum(by_memory.values()),
        sendable=counts.sendable + sum(by_memory.values()),
        sandbox=sandbox,
        hash_key=os.urandom(32),
        skipped_by={
            code: n for code, n in counts.skipped_by.items() if not errors.is_by_memory(code)
        },
    )


def identity_of(batch: journal.Batch) -> Identity:
    """The identity a batch was begun with. Raises JournalError for options that are none."""
    try:
        options = {
            name: _UNPACK.get(name, str)(value)
            for name, value in batch.options.items()
            if name not in (_BASE_URL, _PHONE_COLUMN)
        }
        return Identity(sender=batch.sender, profile_id=batch.profile_id, **options)
    except (TypeError, ValueError, AttributeError, zlib.error, errors.UsageError):
        raise errors.JournalError(
            "the journal holds options that this version of bulksend does not know, or is damaged",
            hint="go on with the version that began the batch, or restore the journal",
            code="journal_foreign",
        ) from None


def options_of_phones(plan: Plan) -> dict[str, str]:
    """The column of the phones, as the journal keeps it: the one that was recognised too."""
    return {_PHONE_COLUMN: plan.phone_column}


def phone_column_of(batch: journal.Batch) -> str | None:
    """The column that a batch takes its phones from; None in journals of older versions."""
    name = batch.options.get(_PHONE_COLUMN)
    return None if name is None else str(name)


def _unpacked_text(packed: str) -> str:
    """No more than a template may have: a journal may come from anywhere."""
    unpacking = zlib.decompressobj()
    text = unpacking.decompress(base64.b64decode(packed, validate=True), TEMPLATE_MAX_BYTES + 1)
    if not unpacking.eof:
        raise ValueError("too long, or cut")
    return text.decode()


def _unpacked_switch(packed: str) -> bool:
    return packed == "yes"


#: How the journal's words become values again.
_UNPACK: Mapping[str, Callable[[str], Any]] = {
    "text": _unpacked_text,
    "on_duplicate": OnDuplicate,
    "on_missing": OnMissing,
    "use_profile_webhooks": _unpacked_switch,
    "smart_encoding": _unpacked_switch,
    "fix_text": _unpacked_switch,
}


def envelope(batch: journal.Batch) -> client.Envelope:
    """What every request of a batch holds beside phone and text: the same bytes in every run."""
    from bulksend.telnyx import client

    identity = identity_of(batch)
    return client.Envelope(
        sender=batch.sender,
        profile_id=batch.profile_id,
        webhook_url=identity.webhook_url,
        webhook_failover_url=identity.webhook_failover_url,
        use_profile_webhooks=identity.use_profile_webhooks,
        row_reference=reference.RowReference(batch.batch_id, batch.hash_key),
    )


def plan_again(
    batch: journal.Batch, contacts: loader.Contacts, basis: Basis, reporter: Reporter
) -> Plan:
    """The plan of a batch whose contacts file is known to be as it was.

    Ten million rows are not counted again, unless to find the duplicates among them.
    """
    identity, earlier = identity_of(batch), Earlier(phone_column=phone_column_of(batch))
    left_out = basis.guards.suppress or basis.guards.countries
    if batch.skipped or left_out or identity.on_duplicate == OnDuplicate.ERROR:
        return make_plan(contacts, identity, basis, reporter, earlier)
    counted = estimator.counted_before(
        rows=batch.rows, sendable=batch.sendable, invalid=batch.invalid
    )
    return make_plan(contacts, identity, basis, reporter, replace(earlier, counted=counted))


def _packed(identity: Identity) -> dict[str, str]:
    """The options as the journal keeps them: the template packed, so no text stands in the file."""
    packed = {
        name: _packed_word(value)
        for name, value in asdict(identity).items()
        if value is not None and name not in ("sender", "profile_id")
    }
    if "text" in packed:
        packed["text"] = base64.b64encode(zlib.compress(packed["text"].encode())).decode()
    return packed


def _packed_word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def changes(batch: journal.Batch, asked: Identity) -> list[str]:
    """What is no longer as it was when the batch began, in words."""
    own = identity_of(batch)
    own = own.or_else(replace(own, to_column=phone_column_of(batch)))
    return [_in_words(name) for name in asked.differences(own)]


def _in_words(name: str) -> str:
    in_a_sentence: Mapping[str, str] = {
        "text": "the template",
        "destinations": "the countries that the profile may send to",
        "sender": f"the sender ({Setting.SENDER})",
        "profile_id": f"the messaging profile ({Setting.PROFILE_ID})",
    }
    return in_a_sentence.get(name) or str(Setting(name))


def refuse_changes(asked: Identity, contacts: Path, batch: journal.Batch) -> None:
    """Raises BatchMismatch naming what changed."""
    differences = changes(batch, asked)
    if not differences:
        return
    raise errors.BatchMismatch(
        f"{contacts}: changed since the batch began on {batch.created_at:%Y-%m-%d %H:%M}"
        f" UTC: {', '.join(differences)}",
        hint="the batch goes on with its own; leave out what differs",
        code="batch_changed",
        next_command="resume",
    )


def refuse_changed_file(contacts_sha256: str, contacts: Path, batch: journal.Batch) -> None:
    """Raises BatchMismatch where the contacts file is not as it was: that is for `resume`."""
    if contacts_sha256 == batch.contacts_sha256:
        return
    raise errors.BatchMismatch(
        f"{contacts}: the contacts file was changed since the batch began on "
        f"{batch.created_at:%Y-%m-%d %H:%M} UTC; nothing was sent",
        hint="go on with it as it is now, for those who have had nothing yet",
        code="contacts_changed",
        next_command="resume",
    )
