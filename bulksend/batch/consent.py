"""What a person is shown and asked before money moves."""

from __future__ import annotations

from bulksend import errors
from bulksend.batch.plan import Plan
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import Settings


def to_send(plan: Plan, settings: Settings, base_url: str, reporter: Reporter) -> None:
    """Raises UsageError unless the person agrees. A sandbox costs nothing and asks nothing."""
    if settings.sandbox or not plan.estimate.sendable:
        return
    if settings.yes:
        refuse_guesses(plan)
        return
    if not reporter.confirm(_question(plan, settings, base_url)):
        raise errors.UsageError(
            "no consent; nothing was sent",
            hint="look at the batch with --dry-run",
            code="no_consent",
        )


def refuse_guesses(plan: Plan) -> None:
    """Raises ContactsError where the texts rest on a guess that nobody has seen."""
    if doubt := plan.contacts.reading.doubt:
        raise errors.ContactsError(
            f"{plan.contacts.name}: {doubt}",
            hint=f"look at it with --dry-run, then name the right one: --encoding "
            f"{plan.contacts.reading.encoding}",
            code="encoding_doubtful",
        )


def _question(plan: Plan, settings: Settings, base_url: str) -> str:
    counts = plan.estimate
    sendable = min(counts.sendable, settings.guards.limit or counts.sendable)
    price = " + ".join(f"{it} {amount:f}" for it, amount in sorted(counts.price.items()))
    unpriced = f", {counts.unpriced_rows} rows unpriced" if counts.unpriced_rows else ""
    lines = [
        f"{settings.contacts.name}: {sendable} texts from {plan.identity.sender} via {base_url}",
        f"{counts.parts} parts, {price or 'no price'}{unpriced}; "
        f"{counts.invalid} rows invalid, {counts.skipped} skipped",
        f"phones: column {plan.phone_column or '(no name)'}",
        *plan.contacts.notes,
        *(f"  row {it.row}: {it.text[:160]!r}" for it in counts.samples),
    ]
    return "\n".join(lines)


def to_go_on(count: int, settings: Settings, reporter: Reporter) -> None:
    """Consent to the rest of a batch whose contacts file was changed. Raises UsageError."""
    if settings.sandbox or settings.yes:
        return
    if not reporter.confirm(f"{count:,} rows would be sent now"):
        raise errors.UsageError(
            "no consent; nothing was sent",
            hint="--yes agrees without a question",
            code="no_consent",
        )


def to_send_again(count: int, what: str, risk: str, reporter: Reporter) -> None:
    """Consent that names the count: the person types it. Raises UsageError."""
    question = f"{count} rows are {what}; {risk}"
    if not reporter.confirm(question, typed=str(count), repeats=True):
        raise errors.UsageError(f"no consent to send {count} {what} rows again", code="no_consent")
