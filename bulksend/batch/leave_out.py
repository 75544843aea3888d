"""Who is left out by the guards of a batch: countries, and lists of people not to be texted."""

from __future__ import annotations

from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import Guards, Identity
from bulksend.contacts import left_out, suppression


def rules(guards: Guards, identity: Identity, reporter: Reporter) -> list[left_out.Rule]:
    """The rules in the order of their word. Raises UsageError for a list that cannot be used."""
    made: list[left_out.Rule] = []
    if guards.countries:
        made.append(left_out.OnlyCountries(guards.countries))
    if guards.suppress:
        suppressed = suppression.load(guards.suppress, identity.default_region)
        if suppressed.unread_rows:
            reporter.note(
                f"--suppress: {suppressed.unread_rows} rows have no phone that can be read; "
                "give --default-region where numbers are written without their country"
            )
        made.append(suppressed)
    return made
