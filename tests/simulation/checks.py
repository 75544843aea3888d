"""What must be true, at any moment and at the end."""

from __future__ import annotations

from tests.simulation.person import TEXT, Person, text_of

_ENDS = ("accepted", "refused", "unknown", "unsent", "invalid", "skipped")
_FINAL = ("delivered", "delivery_failed", "delivery_unconfirmed", "sending_failed", "expired")


def at_any_moment(person: Person) -> None:
    """Nobody twice, nobody who must not be texted, nothing above a cap, no file lost."""
    gateway = person.computer.gateway
    for (phone, text), count in gateway.received.items():
        most = 1 + person.allowed[phone, text]
        assert count <= most, f"{phone} got {text!r} {count} times"
        assert phone not in person.suppressed, f"{phone} stands in stop.csv and was texted"
    assert not gateway.passed, gateway.passed[0]
    for name, content in person.saved.items():
        path = person.computer.desk / name
        assert path.exists(), f"{name} is gone"
        assert path.read_bytes() == content, f"{name} was written over"


def every_row(person: Person, name: str) -> None:
    """Each row of a file stands in its results, and what they say is so."""
    if not person.lines(name):
        person.look("results", name)
    lines = person.lines(name)
    if not lines:
        return  # no batch has begun: nothing was sent from this file, and its command said why
    listed = [text_in(line) for line in lines]
    if sorted(listed) != sorted(text_of(row) for row in person.files[name]):
        person.look("results", name)
        lines = person.lines(name)
    texts = person.computer.gateway.texts_by_id
    for line in lines:
        phone, text = text_in(line)
        status = line["status"]
        assert status in _ENDS, f"{name}: {phone} is {status!r}"
        if status == "accepted":
            sent = texts[line["message_id"]]
            assert (sent.phone, sent.text) == (phone, text), f"{name}: {phone} never got {text!r}"
        else:
            assert line["error"] or status == "unsent", f"{name}: {phone} is {status}: why?"


def receipts(person: Person, name: str, *, at_the_end: bool = False) -> None:
    """What became of messages is what became of them, and a final word stays."""
    books, now_s = person.computer.gateway.state, person.computer.clock.time()
    for line in person.lines(name):
        shown, stored = line["delivery_status"], books.messages.get(line["message_id"])
        if stored is None:
            assert not shown, f"{name}: {line['phone']} is {shown} and was never accepted"
        elif shown in _FINAL:
            status = stored.course.status(now_s)
            assert shown == status, f"{name}: {line['message_id']} is {status}, not {shown}"


def text_in(line: dict[str, str]) -> tuple[str, str]:
    """The phone and the finished text of a line of the results."""
    return line["phone"], TEXT.format(name=line["name"], thing=line["thing"])
