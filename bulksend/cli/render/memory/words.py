"""What a person reads of `explain` and `forget`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulksend import visible

if TYPE_CHECKING:
    from bulksend.commands.explain import Explained, SentText
    from bulksend.commands.forget import Forgotten


def explained(of_phone: Explained) -> str:
    """A line for each text."""
    lines = [f"{of_phone.phone}: {visible.counted(len(of_phone.texts), 'text')} remembered"]
    lines += [_line(text) for text in of_phone.texts]
    if of_phone.forgotten_at is not None:
        lines.append(f"  forgotten on {of_phone.forgotten_at:%F %R} UTC: nothing before is known")
    return "\n".join(lines)


def _line(text: SentText) -> str:
    where = f"{text.contacts_name or 'a batch that is not known any more'}, row {text.row}"
    sender = f" from {text.sender}" if text.sender else ""
    return f"  {text.at:%F %R} UTC{visible.visible(sender)}: {visible.visible(where)}"


def forgotten(phone: Forgotten) -> str:
    """What was taken out, and what that means."""
    return (
        f"{phone.phone}: {visible.counted(phone.texts, 'text')} forgotten\n"
        "another file with this number would text it again; journals are not changed"
    )
