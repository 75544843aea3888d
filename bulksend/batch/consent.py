"""What a person is shown and asked before money moves, and what a script may agree to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from bulksend import errors, visible
from bulksend.batch.control import quiet
from bulksend.batch.memory import past
from bulksend.batch.plan import Plan
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import Consent, Guards
from bulksend.batch.summary import SKIPPED_BECAUSE
from bulksend.estimate import digest, duration, prices
from bulksend.estimate.duration import Past
from bulksend.estimate.estimator import Estimate
from bulksend.estimate.findings import Finding
from bulksend.frozen import frozen
from bulksend.setting_names import Setting

#: From so many texts on, the person types the number.
TYPED_FROM = 1_000
_COUNTRIES = 5
_SAMPLES = 3
_REASONS = 3
_SAMPLE_CHARACTERS = 160
_LINE_END = "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}"


@frozen
class Terms:
    """What a batch would be sent under, and what of it was agreed to beforehand."""

    guards: Guards
    agreed: Consent
    #: What batches taught of their pace; None: nothing.
    pace_file: Path | None = None
    #: Where it would be sent; "" for the embedded sandbox, or where that is settled.
    base_url: str = ""


def to_send(plan: Plan, terms: Terms, reporter: Reporter) -> None:
    """Raises UsageError unless the person agrees. A sandbox costs nothing and asks nothing.

    With consent given beforehand, raises ContactsError where the texts rest on a guess.
    """
    agreed, guards = terms.agreed, terms.guards
    if agreed.sandbox or not plan.estimate.sendable:
        return
    past_pace = past.load(terms.pace_file, plan.identity.sender)
    if agreed.is_beforehand:
        for sentence in quiet.in_words(quiet.arrivals_of(plan, guards, past_pace, _now())):
            reporter.note(sentence)
        refuse_guesses(plan)
        if not agreed.yes and agreed.yes_up_to is not None:
            refuse_dearer(plan, agreed.yes_up_to)
        return
    texts = _texts(plan, guards.limit)
    typed = str(texts) if texts >= TYPED_FROM else ""
    screen = question(plan, terms, past_pace, _now())
    if not reporter.confirm(screen, typed=typed):
        raise errors.UsageError(
            "no consent; nothing was sent",
            hint=f"look at the batch with {Setting.DRY_RUN}",
            code="no_consent",
        )


def _now() -> datetime:
    return datetime.now().astimezone()


def refuse_unasked(plan: Plan, agreed: Consent, reporter: Reporter) -> None:
    """Raises UsageError where a question will have to be asked and nobody is there.

    It is called before anything is asked of Telnyx.
    """
    if agreed.sandbox or agreed.is_beforehand:
        return
    if plan.estimate.sendable and not reporter.can_ask:
        raise nobody_to_ask()


def nobody_to_ask() -> errors.UsageError:
    """The error where consent is needed and nobody can be asked: it is never guessed."""
    return errors.UsageError(
        "nobody can be asked for consent here, so nothing was sent",
        hint=f"give {Setting.YES} to send without a question",
        code="no_consent",
    )


def refuse_other_plan(plan: Plan, expected: str | None) -> None:
    """Raises BatchMismatch unless the plan is the one whose digest the person expects."""
    if expected is None or expected == plan.digest:
        return
    differing = ", ".join(digest.differences(expected, plan.digest)) or "the plan"
    raise errors.BatchMismatch(
        f"{plan.contacts.name}: this is not the plan that was looked at: {differing} changed; "
        "nothing was sent",
        hint=f"its digest is {plan.digest}; look at it again with {Setting.DRY_RUN}",
        code="plan_changed",
    )


def refuse_dearer(plan: Plan, most: Decimal) -> None:
    """Raises UsageError where the estimate is higher, incomplete, or in several currencies."""
    counts = plan.estimate
    price = _price(plan)
    if counts.unpriced_rows or not counts.price:
        unpriced = visible.counted(counts.unpriced_rows or counts.sendable, "row")
        fault = f"no price for {unpriced}, so the estimate is not whole"
        hint = f"name a rate card that has every country: {Setting.RATES.to('FILE')}"
    elif len(counts.price) > 1:
        fault, hint = f"the estimate is in several currencies: {price}", f"agree with {Setting.YES}"
    elif max(counts.price.values()) > most:
        fault, hint = (
            f"the estimate is {price}, and you agreed to {most:f}",
            f"look at {Setting.DRY_RUN}",
        )
    else:
        return
    raise errors.UsageError(f"{fault}; nothing was sent", hint=hint, code="no_consent")


def refuse_guesses(plan: Plan) -> None:
    """Raises ContactsError where the texts rest on a guess that nobody has seen, or hold what is
    nearly surely a mistake of the whole batch.
    """
    if why_guessed := plan.contacts.reading.why_guessed:
        raise errors.ContactsError(
            f"{plan.contacts.name}: {why_guessed}",
            hint=f"look at the texts with {Setting.DRY_RUN}, "
            f"and name the right one with {Setting.ENCODING.to('NAME')}",
            code="encoding_doubtful",
        )
    if mistakes := plan.estimate.mistakes:
        raise errors.ContactsError(
            f"{plan.contacts.name}: {mistakes[0].text}; {mistakes[0].rows:,} texts would go out so"
            + "".join(f", first that of row {row}" for row in mistakes[0].first_rows[:1]),
            hint=f"{mistakes[0].fix}; or answer for it at a terminal, without {Setting.YES}",
            code=mistakes[0].code,
        )


@frozen(kw_only=False)
class _Line:
    """A heading of the question, and what stands beside it; nothing where that is empty."""

    heading: str
    words: str

    def __str__(self) -> str:
        return f"  {self.heading:9} {visible.visible(self.words, longest=600)}"


def question(plan: Plan, terms: Terms, past_pace: Past, now: datetime) -> str:
    """The question, one screen: to whom, what, for how much, until when."""
    texts = visible.counted(_texts(plan, terms.guards.limit), "text")
    name = visible.visible(plan.contacts.name)
    head = f"{name}: {texts} from {plan.identity.sender}"
    lines = [str(line) for line in _lines(plan, terms, past_pace, now) if line.words]
    return "\n".join([head, *lines, *_samples(plan)])


def _lines(plan: Plan, terms: Terms, past_pace: Past, now: datetime) -> Iterator[_Line]:
    counts, guards, base_url = plan.estimate, terms.guards, terms.base_url
    yield _Line("to", _countries(plan))
    yield _Line("phones", f"column {plan.phone_column or '(no name)'}{_encoding(plan)}")
    for note in plan.contacts.notes:
        yield _Line("note", note)
    for mistake in counts.mistakes:
        yield _Line("a slip?", f"{mistake.text}; {mistake.fix}")
    for sentence in plan.texted_before:
        yield _Line("before", sentence)
    yield _Line("left out", _left_out(plan))
    yield _Line("invalid", _invalid(counts))
    yield _Line("price", f"{_price(plan)}, {prices.parts_in_words(counts.parts, counts.parts_max)}")
    yield _Line("time", _time(plan, guards, past_pace, now))
    for sentence in quiet.in_words(quiet.arrivals_of(plan, guards, past_pace, now)):
        yield _Line("hours", sentence)
    yield _Line("via", "" if base_url.startswith("https://api.telnyx.com/") else base_url)
    dearest = max(counts.costs, key=lambda finding: finding.parts or 0, default=None)
    if dearest is not None and dearest.parts:
        worth = f" = {visible.amounts(dearest.price)}" if dearest.price else ""
        saved = f"{visible.counted(dearest.parts, 'part')}{worth}: {dearest.text}"
        yield _Line("saves", f"{saved}; {dearest.fix}" if dearest.fix else saved)


def _invalid(counts: Estimate) -> str:
    """How many, and why the most of them."""
    if not counts.invalid:
        return ""
    causes = [cause for cause in counts.problems if cause.code not in counts.skipped_by]
    named = [f"{cause.rows:,}: {cause.text} ({_rows(cause)})" for cause in causes[:_REASONS]]
    more = sum(cause.rows for cause in causes[_REASONS:])
    named += [f"{more:,} for other reasons"] if more else []
    return "; ".join([visible.counted(counts.invalid, "row"), *named])


def _rows(cause: Finding) -> str:
    named = ", ".join(map(str, cause.first_rows[:3]))
    more = ", …" if cause.rows > len(cause.first_rows[:3]) else ""
    return f"{'row' if cause.rows == 1 else 'rows'} {named}{more}"


def _texts(plan: Plan, limit: int | None) -> int:
    return min(plan.estimate.sendable, limit or plan.estimate.sendable)


def _countries(plan: Plan) -> str:
    lines = plan.estimate.countries
    named = [f"{line.country or 'no country'} {line.rows:,}" for line in lines[:_COUNTRIES]]
    more = lines[_COUNTRIES:]
    if more:
        rows = sum(line.rows for line in more)
        named.append(f"{visible.counted(len(more), 'more country', 'more countries')} {rows:,}")
    return ", ".join(named)


def _encoding(plan: Plan) -> str:
    encoding = plan.contacts.reading.encoding
    plain = encoding.lower().replace("_", "-") in ("", "utf-8", "utf-8-sig", "ascii")
    return "" if plain else f", read as {encoding}"


def _left_out(plan: Plan) -> str:
    by = sorted(plan.estimate.skipped_by.items(), key=lambda each: -each[1])
    return "; ".join(f"{rows:,} {SKIPPED_BECAUSE.get(code, code)}" for code, rows in by)


def _price(plan: Plan) -> str:
    counts = plan.estimate
    words = prices.price_in_words(counts.price, counts.unpriced_rows)
    return words or f"unpriced (no rate card: {Setting.RATES})"


def _time(plan: Plan, guards: Guards, past_pace: Past, now: datetime) -> str:
    """How long, and by which clock time it ends."""
    counts, rows = plan.estimate, _texts(plan, guards.limit)
    parts = counts.parts * rows // max(counts.sendable, 1)
    takes = past.duration_of(guards, past_pace, rows, parts)
    end = now + timedelta(seconds=takes.seconds)
    day = "" if end.date() == now.date() else f"{end:%a %d %b} "
    pace = _PACE.get(takes.limited_by, f"at {guards.rate}")
    return f"about {duration.in_words(takes.seconds)} {pace}, until {day}{end:%H:%M}"


_PACE = {
    "in_flight": "at the speed of earlier replies",
    "queue": "at what this sender's queue took before",
}


def _samples(plan: Plan) -> Iterator[str]:
    for sample in plan.estimate.samples[:_SAMPLES]:
        shown = visible.visible(
            sample.text.replace("\n", "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}"),
            longest=_SAMPLE_CHARACTERS,
        )
        yield f"  row {sample.row} reads: {shown}"


def to_send_again(count: int, what: str, risk: str, reporter: Reporter) -> None:
    """Ask for consent to text `count` rows once more: the person types the number.

    `what` they are and the `risk` go into the question. Raises UsageError without consent.
    """
    rows = f"{visible.counted(count, 'row')} {'is' if count == 1 else 'are'}"
    if not reporter.confirm(f"{rows} {what}; {risk}", typed=str(count), repeats=True):
        raise errors.UsageError(
            f"no consent to send {visible.counted(count, f'{what} row')} again", code="no_consent"
        )
