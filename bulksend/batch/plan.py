"""Contacts file and identity -> Plan: what will be sent, to whom, at what price."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from bulksend import errors
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import (
    DEFAULT_IDENTITY,
    SANDBOX_IDENTITY,
    SANDBOX_TEXT,
    Basis,
    Guards,
    Identity,
    checked,
    require,
)
from bulksend.batch.summary import Reason
from bulksend.contacts import compose, header, loader, phone_column, rows
from bulksend.contacts.skipped import left_out, suppression
from bulksend.errors import Code
from bulksend.estimate import digest, estimator, zone_counts
from bulksend.frozen import frozen
from bulksend.setting_names import Setting
from bulksend.sms import rates, sender
from bulksend.sms.fix_text import FixText
from bulksend.sms.message import OnDuplicate
from bulksend.sms.phone.zones import ZoneGroup
from bulksend.sms.template import OnMissing
from bulksend.telnyx import reference

TEMPLATE_MAX_BYTES = 100_000
_EXAMPLE = "Hi {name}, ..."
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@frozen
class Plan:
    """A batch before anything of it is sent."""

    contacts: loader.Contacts
    identity: Identity
    message_plan: compose.MessagePlan
    estimate: estimator.Estimate
    rate_card: rates.RateCard
    #: Where the phones of the rows may be; looked at for quiet hours alone.
    zone_groups: tuple[ZoneGroup, ...] = ()
    #: What is said of those who were texted before, a sentence each.
    texted_before: tuple[str, ...] = ()

    @property
    def phone_column(self) -> str:
        """The name of the column that the phones come from."""
        return self.message_plan.header.names[self.message_plan.to_column]

    @property
    def digest(self) -> str:
        """What a run compares with an expected one; "" without a sender, or with rows not read."""
        sender_id = self.identity.sender or ""
        rows_digest = self.estimate.rows_digest if sender_id else ""
        return digest.of_plan(sender_id, str(self.on_duplicate), rows_digest)

    @property
    def invalid_by(self) -> tuple[Reason, ...]:
        """Why rows are invalid, the most first; empty where the rows were not looked at again."""
        left_out = {str(code) for code in errors.LEFT_OUT}
        if self.on_duplicate is OnDuplicate.SKIP:
            left_out.add(str(Code.DUPLICATE))
        return tuple(
            Reason(
                code=finding.code,
                rows=finding.rows,
                text=finding.text,
                first_rows=finding.first_rows[:3],
            )
            for finding in self.estimate.problems
            if finding.code not in left_out
        )

    @property
    def on_duplicate(self) -> OnDuplicate:
        """The policy for the same text to the same phone again."""
        return self.identity.on_duplicate or OnDuplicate.SKIP

    @property
    def frames(self) -> rows.Frames:
        """The contacts file composed, chunk by chunk; can be read any number of times."""
        return rows.Frames(
            self.contacts,
            self.message_plan,
            self.estimate.duplicates,
            self.on_duplicate,
            self.estimate.left_out,
        )


def complete(asked: Identity, *, sandbox: bool) -> Identity:
    """The identity of a new batch: defaults filled in. Raises UsageError when it cannot send."""
    asked_whole = asked.or_else(SANDBOX_IDENTITY) if sandbox else asked
    whole = require(asked_whole.or_else(DEFAULT_IDENTITY))
    sender.parse_sender(whole.sender or "")
    reference.check_webhook_url(whole.webhook_url)
    reference.check_webhook_url(whole.webhook_failover_url, Setting.WEBHOOK_FAILOVER_URL)
    if not _UUID.fullmatch(whole.profile_id or ""):
        raise checked.wrong("profile_id", whole.profile_id, "a UUID; copy it from the portal")
    return whole


@frozen
class Earlier:
    """What earlier runs and batches have to say about a plan."""

    #: Leave rows out beside those that the guards leave out.
    rules: tuple[left_out.Rule, ...] = ()
    #: See every sendable row before the rules do, and leave nobody out.
    watchers: tuple[left_out.Rule, ...] = ()
    #: The same file as it was counted before; None: it is read.
    counted: estimator.Estimate | None = None
    #: The column that the batch's phones came from.
    phone_column: str | None = None


NOTHING_EARLIER = Earlier()


def make_plan(
    contacts: loader.Contacts,
    identity: Identity,
    basis: Basis,
    reporter: Reporter,
    earlier: Earlier = NOTHING_EARLIER,
) -> Plan:
    """Read the whole file once, unless it was counted before; opens no socket.

    Raises ContactsError or UsageError.
    """
    to_column = _phone_column(contacts, identity, earlier.phone_column, reporter)
    text_column = header.text_column(contacts.header, identity.text_column)
    template = _template(identity, text_column, sandbox=basis.sandbox)
    message_plan = compose.make_message_plan(
        contacts.header,
        to_column=to_column,
        text_column=None if template is not None else text_column,
        template_source=template,
        rules=_row_rules(identity),
    )
    _note_fixes(message_plan, reporter)
    card, zones = _rate_card(basis), _zone_counts(basis.guards)
    guards = [] if earlier.counted else _rules(basis.guards, identity, reporter)
    try:
        counted = earlier.counted or estimator.estimate(
            contacts,
            message_plan,
            on_duplicate=identity.on_duplicate or OnDuplicate.SKIP,
            rate_card=card,
            reading=estimator.Pass(
                rules=(*earlier.watchers, *guards, *earlier.rules, *zones),
                with_digest=identity.sender is not None,
                on_rows=reporter.reading,
            ),
        )
    finally:
        reporter.read()
    return Plan(
        contacts=contacts,
        identity=identity,
        message_plan=message_plan,
        estimate=counted,
        rate_card=card,
        zone_groups=tuple(group for counts in zones for group in counts.groups()),
    )


def _row_rules(identity: Identity) -> compose.RowRules:
    return compose.RowRules(
        default_region=identity.default_region,
        on_missing=identity.on_missing or OnMissing.ERROR,
        smart_encoding=bool(identity.smart_encoding),
        fix_text=bool(identity.fix_text),
        destinations=tuple(identity.destinations.split(",")) if identity.destinations else None,
    )


def _phone_column(
    contacts: loader.Contacts, identity: Identity, earlier: str | None, reporter: Reporter
) -> int:
    """The place of the phones' column, with a note where there was a choice."""
    chosen = phone_column.choose(
        contacts.header,
        identity.to_column,
        contacts.reading.sample,
        identity.default_region,
        earlier,
    )
    if chosen.note:
        reporter.note(chosen.note)
    return chosen.column


def _zone_counts(guards: Guards) -> list[zone_counts.ZoneCounts]:
    """One where quiet hours or days want to know where people are, else none."""
    has_hours = guards.quiet_hours is not None or guards.quiet_days
    return [zone_counts.ZoneCounts()] if has_hours else []


def _rate_card(basis: Basis) -> rates.RateCard:
    """Raises UsageError for a file that is none."""
    if basis.rate_card is not None:
        return basis.rate_card
    return rates.load_rate_card(basis.guards.rates) if basis.guards.rates else rates.NO_RATES


def _rules(guards: Guards, identity: Identity, reporter: Reporter) -> list[left_out.Rule]:
    """Who is left out by the guards. Raises UsageError for a list that cannot be used."""
    rules: list[left_out.Rule] = []
    if guards.countries:
        rules.append(left_out.OnlyCountries(guards.countries))
    if guards.suppress:
        suppressed = suppression.load(guards.suppress, identity.default_region)
        for name in suppressed.empty_names:
            reporter.note(f"{Setting.SUPPRESS}: nobody is on the list {name}")
        if suppressed.unread_rows:
            reporter.note(
                f"{Setting.SUPPRESS}: {suppressed.unread_rows} rows have no phone that can be read;"
                f" give {Setting.DEFAULT_REGION} where numbers are written without their country"
            )
        rules.append(suppressed)
    return rules


def _note_fixes(message_plan: compose.MessagePlan, reporter: Reporter) -> None:
    """What is fixed changes what people get, so it says where and what."""
    if message_plan.fix_text is FixText.ALL and message_plan.text_column is not None:
        column = message_plan.header.names[message_plan.text_column]
        reporter.note(
            f"{Setting.FIX_TEXT}: letters of column {column} are composed, and its texts put "
            "into GSM-7 where that is not dearer"
        )
    positions_of: dict[tuple[str, str], list[str]] = {}
    for change in message_plan.replaced:
        positions_of.setdefault((change.was, change.becomes), []).append(str(change.position))
    for (was, becomes), positions in positions_of.items():
        names = " and ".join(unicodedata.name(sign, "a control character") for sign in was)
        shown = f"`{was}` ({names})" if was.isprintable() else names
        instead = {"": "was left out", "\n": "became a line feed"}.get(
            becomes, f"became `{becomes}`"
        )
        reporter.note(
            f"{Setting.FIX_TEXT}: {shown} {instead} in the template at character "
            f"{', '.join(positions)}"
        )


def _template(identity: Identity, text_column: int | None, *, sandbox: bool) -> str | None:
    """The template's source; None when the text column holds templates."""
    if identity.text is not None:
        return identity.text
    if text_column is not None:
        return None
    if sandbox:
        return SANDBOX_TEXT
    quoted = f'"{_EXAMPLE}"'
    raise errors.UsageError(
        f"there is no text to send: no {Setting.TEXT}, no {Setting.TEXT_FILE}, and no column "
        "named `text`",
        hint=f"give {Setting.TEXT.to(quoted, _EXAMPLE)}, "
        f"or name the column with {Setting.TEXT_COLUMN}",
        code="text_missing",
    )


def read_template(path: Path) -> str:
    """The template in a file; its last line end is not part of the text. Raises ContactsError."""
    try:
        with path.open("rb") as file:
            raw = file.read(TEMPLATE_MAX_BYTES + 1)
        if len(raw) > TEMPLATE_MAX_BYTES:
            raise errors.ContactsError(f"{path}: far too long for a text message")
        text = raw.decode("utf-8-sig")
    except OSError as failure:
        raise errors.ContactsError(
            f"{path}: cannot be read: {failure.strerror}", hint=f"check {Setting.TEXT_FILE}"
        ) from None
    except UnicodeDecodeError as failure:
        raise errors.ContactsError(
            f"{path}: is not UTF-8 at byte {failure.start + 1}",
            hint="save the template as UTF-8",
        ) from None
    return text.replace("\r\n", "\n").removesuffix("\n")
