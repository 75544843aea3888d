"""What a person reads of `explain` and `forget`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulksend import visible

if TYPE_CHECKING:
    from bulksend.commands.explain import Explained, SentText
    from bulksend.commands.forget import Forgotten


_IN_WORDS = {
    "in_flight": "in flight",
    "unknown": "unknown, it may have arrived",
    "unsent": "about to be sent",
}


def explained(of_phone: Explained) -> str:
    """A line for each text."""
    remembered = visible.counted(len(of_phone.texts), "text") if of_phone.texts else "no text"
    lines = [f"{of_phone.phone}: {remembered} remembered on this computer"]
    lines += [_line(text) for text in of_phone.texts]
    if of_phone.forgotten_at is not None:
        lines.append(f"  forgotten on {of_phone.forgotten_at:%F %R} UTC: nothing before is known")
    return "\n".join(lines)


def _line(text: SentText) -> str:
    where = f"{text.contacts_name or 'a batch that is not known any more'}, row {text.row}"
    sender = f" from {text.sender}" if text.sender else ""
    shown = f"  {text.at:%F %R} UTC{visible.visible(sender)}: {visible.visible(where)}"
    return f"{shown}: {_became(text)}"


def _became(text: SentText) -> str:
    """How its row stands, and what became of the message."""
    if not text.status:
        return "its journal cannot be read any more, so it counts as texted"
    words = _IN_WORDS.get(text.status, text.status)
    delivered = f", {text.delivery_status}" if text.delivery_status else ""
    return f"{words}{delivered}{', gone from its contacts file' if text.gone else ''}"


def forgotten(phone: Forgotten) -> str:
    """What was taken out, and what that means."""
    if not phone.texts:
        return f"{phone.phone}: no text was remembered, so there was none to forget"
    return (
        f"{phone.phone}: {visible.counted(phone.texts, 'text')} forgotten\n"
        "another file with this number would text it again; journals are not changed"
    )
