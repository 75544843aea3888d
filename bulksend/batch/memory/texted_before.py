"""What is said before a batch is sent of those who were texted before: never in silence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bulksend import errors
from bulksend.batch.memory.session import Checks
from bulksend.batch.plan import Plan
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import DAY_S, Consent
from bulksend.setting_names import Setting


def noted(plan: Plan, check: Checks, again_after_s: float) -> Plan:
    """The plan with a sentence each of what its people had before."""
    rows = plan.estimate.sendable + _left_out(plan)
    sentences = check.sentences(rows, in_words(again_after_s))
    return replace(plan, texted_before=tuple(sentences))


def tell(plan: Plan, agreed: Consent, reporter: Reporter) -> None:
    """Where no question will be asked it is said all the same."""
    for sentence in plan.texted_before if agreed.is_beforehand else ():
        reporter.note(sentence)


def in_words(seconds: float) -> str:
    """`6 days`, `36 hours`."""
    unit, name = (DAY_S, "day") if seconds >= DAY_S else (3600.0, "hour")
    count = f"{seconds / unit:g}"
    return f"{count} {name}" + ("" if count == "1" else "s")


def _left_out(plan: Plan) -> int:
    by_code = plan.estimate.skipped_by
    return sum(rows for code, rows in by_code.items() if errors.is_by_memory(code))


def refuse_nobody(plan: Plan, contacts: Path) -> None:
    """Raises BatchMismatch where all were texted before: no batch is begun."""
    rows = _left_out(plan)
    if plan.estimate.sendable or not rows:
        return
    why = "; ".join(plan.texted_before) or f"{rows:,} rows were texted before"
    raise errors.BatchMismatch(
        f"{contacts}: nobody is left to send to: {why}; nothing was sent",
        hint=f"the word {Setting.NEW_BATCH} would text them all once more, and charge for it",
        code="nobody_left",
    )
