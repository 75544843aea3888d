"""What one exchange with Telnyx means for its row: the whole classification, pure.

The order of the evidence: a reply that can be read decides, by Telnyx's error code and then by its
status; without one, a request of which nothing was written is unsent; everything else is unknown.
A kind of failure that nobody has thought of therefore falls on the safe side.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from bulksend.errors import TEXT_FOR, Code, Stop
from bulksend.frozen import frozen
from bulksend.sms.message import Reply, Signal, Status, Throttle
from bulksend.telnyx import rate_headers, reply_facts
from bulksend.visible import visible


class Failure(StrEnum):
    """What the wire showed instead of a reply; no library's types."""

    DNS = Code.DNS
    UNREACHABLE = Code.UNREACHABLE
    CONNECT_TIMEOUT = Code.CONNECT_TIMEOUT
    TLS = Code.TLS
    TLS_CERTIFICATE = Code.TLS_CERTIFICATE
    PROXY = Code.PROXY
    NO_REPLY = Code.NO_REPLY
    CONNECTION_LOST = Code.CONNECTION_LOST
    REPLY_CUT = Code.REPLY_CUT
    REPLY_UNREADABLE = Code.REPLY_UNREADABLE
    TOO_FEW_FILES = Code.TOO_FEW_FILES

    @property
    def nothing_left(self) -> bool:
        """Whether it proves that nothing left, whatever else was seen."""
        return self in _NOTHING_LEFT


class Exchange(NamedTuple):
    """What one request showed."""

    #: False only when certainly no byte of the request was handed to a connection.
    written: bool
    failure: Failure | None = None
    http_status: int | None = None
    #: Asked for by lower-case names.
    headers: Mapping[str, str] = MappingProxyType({})
    body: bytes = b""
    #: The likely cause of a failure, in one sentence; "" where its kind says it all.
    cause: str = ""


@frozen(kw_only=False)
class Meaning:
    """What an error code means for its row and its batch."""

    status: Status
    stop: Stop | None = None
    throttle: Throttle | None = None


REFUSED = Meaning(Status.REFUSED)
UNKNOWN = Meaning(Status.UNKNOWN)


def _stops(stop: Stop, *codes: str) -> dict[str, Meaning]:
    return {code: Meaning(Status.UNSENT, stop) for code in codes}


#: Telnyx's error codes that mean more than "this row is refused" (error-codes pages; the
#: dossier's conflicts are settled on the side that never sends twice).
CODES: Mapping[str, Meaning] = {
    **_stops(Stop.KEY, "10009", "10010", "20002", "20003", "20008"),
    **_stops(Stop.FUNDS, "20100", "20012"),
    **_stops(Stop.ACCOUNT, "10038", "10039", "20013", "20014", "20015", "20016", "20017", "40314"),
    **_stops(Stop.SENDER, "40305", "40306", "40307", "40320", "40325", "40326"),
    **_stops(Stop.PROFILE, "10005", "10006", "40311", "40312", "40313", "40331"),
    # Arrives as 429, and is no reason to try again before midnight UTC.
    **_stops(Stop.SPEND_LIMIT, "40333"),
    # The same key with other bytes: only a bug of ours can do that.
    "10027": Meaning(Status.REFUSED, Stop.REQUEST),
    "10011": Meaning(Status.UNSENT, throttle=Throttle.RATE),
    "40318": Meaning(Status.UNSENT, throttle=Throttle.QUEUE_FULL),
    # The server's own trouble: it may have taken the message before.
    "10007": UNKNOWN,
    "10008": UNKNOWN,
    "10037": UNKNOWN,
    # A request with the same key is being worked on: how that one ends is not known yet.
    "10036": UNKNOWN,
}
#: Refusals of one row that no other try will end otherwise: who said STOP, a landline, a number
#: that is none.
FINAL = frozenset({"40300", "40001", "40310"})
#: Refusals that speak of one phone and of no other: a number that is none, a landline, who said
#: STOP, a country that this sender or profile does not reach.
OF_THE_PHONE = FINAL | {"10002", "10016", "40301", "40309", "40319"}
#: By status, where the body names no code that decides.
STATUSES: Mapping[int, Meaning] = {
    401: Meaning(Status.UNSENT, Stop.KEY),
    402: Meaning(Status.UNSENT, Stop.FUNDS),
    404: Meaning(Status.UNSENT, Stop.BASE_URL),
    405: Meaning(Status.UNSENT, Stop.BASE_URL),
    408: UNKNOWN,
    409: UNKNOWN,
    425: UNKNOWN,
    429: Meaning(Status.UNSENT, throttle=Throttle.RATE),
}
_NOTHING_LEFT = {
    Failure.DNS,
    Failure.UNREACHABLE,
    Failure.CONNECT_TIMEOUT,
    Failure.TLS,
    Failure.TLS_CERTIFICATE,
    Failure.PROXY,
    Failure.TOO_FEW_FILES,
}
_ERROR_MAX = 200
_REPLAYED = "idempotent-replayed"
_NUMBER = re.compile(r"\+?[0-9][0-9 ()./-]{6,}[0-9]")
_KEY = re.compile(r"KEY[0-9A-Za-z_-]{8,}")
_WRITTEN_PHONE = re.compile(r"[0-9+()./ \u00a0-]*")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def classify(exchange: Exchange, now_s: float, phone: str = "") -> Reply:
    """The one decision about one exchange. `now_s` counts from 1970, for dates in headers.

    `phone`: whom the request was for; a yes for somebody else is nobody's yes.
    """
    if exchange.failure is not None:
        return _without_reply(exchange, exchange.failure)
    status = exchange.http_status or 0
    if 200 <= status < 300:
        return _yes(exchange, now_s, phone)
    if 300 <= status < 400:
        return _own(Status.UNKNOWN, Code.REDIRECT, status, Stop.BASE_URL)
    problems = _problems(exchange.body)
    if problems:
        return _no(exchange, problems, now_s)
    return _no_without_code(exchange, now_s)


def _without_reply(exchange: Exchange, failure: Failure) -> Reply:
    if exchange.written and not failure.nothing_left:
        return _own(Status.UNKNOWN, Code(failure), exchange.http_status)
    code = Code(failure) if failure.nothing_left else Code.NOT_WRITTEN
    stop = Stop.CERTIFICATE if failure is Failure.TLS_CERTIFICATE else None
    reply = _own(Status.UNSENT, code, None, stop)
    return reply._replace(error=exchange.cause) if exchange.cause else reply


def _own(
    status: Status,
    code: Code,
    http_status: int | None,
    stop: Stop | None = None,
    signal: Signal | None = None,
) -> Reply:
    return Reply(
        status=status,
        code=code,
        error=TEXT_FOR[code],
        http_status=http_status,
        stop=stop,
        signal=signal,
    )


def _yes(exchange: Exchange, now_s: float, phone: str) -> Reply:
    """A 2xx: accepted only with a message ID, and not for another phone."""
    try:
        data = orjson.loads(exchange.body)["data"]
        message_id = data["id"]
    except (orjson.JSONDecodeError, TypeError):
        return _own(Status.UNKNOWN, Code.REPLY_UNREADABLE, exchange.http_status)
    except KeyError:
        message_id = None
    if not isinstance(message_id, str) or not _UUID.fullmatch(message_id):
        return _without_id(exchange)
    if _is_for_another(data, phone):
        return _own(Status.UNKNOWN, Code.ANOTHER_PHONE, exchange.http_status)
    wait_s = data.get("wait_seconds")
    code, error = _lost_at_once(data) if data.get("errors") else ("", "")
    terms = reply_facts.terms(data, exchange.body)
    return Reply(
        status=Status.ACCEPTED,
        code=code,
        error=error,
        http_status=exchange.http_status,
        message_id=message_id,
        parts=terms.parts,
        encoding=terms.encoding,
        cost=terms.cost,
        wait_s=float(wait_s) if isinstance(wait_s, int | float) and 0 <= wait_s < 1e7 else None,
        signal=rate_headers.signal(exchange.headers, None, now_s),
        replayed=_REPLAYED in exchange.headers
        and exchange.headers[_REPLAYED].strip().lower() == "true",
        facts=terms.facts,
    )


def _problems(body: bytes) -> list[dict[str, Any]]:
    """The error envelope's entries; none when the body is not one."""
    try:
        entries = orjson.loads(body)["errors"]
    except (orjson.JSONDecodeError, TypeError, KeyError):
        return []
    if not isinstance(entries, list):
        return []
    return [
        entry for entry in entries[:20] if isinstance(entry, dict) and entry.get("code") is not None
    ]


def _no(exchange: Exchange, problems: list[dict[str, Any]], now_s: float) -> Reply:
    """The worst of the errors decides."""
    worst = max(problems, key=lambda problem: _weight(_meaning(problem, exchange.http_status)))
    meaning = _meaning(worst, exchange.http_status)
    return Reply(
        status=meaning.status,
        code=visible(str(worst["code"]))[:20],
        error=sentence(worst),
        http_status=exchange.http_status,
        stop=meaning.stop,
        signal=rate_headers.signal(exchange.headers, meaning.throttle, now_s),
    )


def _meaning(problem: Mapping[str, Any], http_status: int | None) -> Meaning:
    code, status = str(problem["code"]), http_status or 0
    meaning = CODES.get(code)
    if status >= 500:  # it may have taken the message before it failed, whatever it says
        return Meaning(Status.UNKNOWN, meaning.stop) if meaning is not None else UNKNOWN
    if meaning is not None:
        return meaning
    # A 409 is a no where a messaging code says so (40300, opted out), and unknown otherwise.
    if status in (408, 425) or (status == 409 and not code.startswith("403")):
        return UNKNOWN
    return STATUSES[status] if status in (401, 402, 429) else REFUSED


def _weight(meaning: Meaning) -> int:
    """Unknown outweighs a stop, a stop a pause, and a pause a refusal."""
    if meaning.status is Status.UNKNOWN:
        return 3
    return 2 if meaning.stop is not None else 1 if meaning.throttle is not None else 0


def _no_without_code(exchange: Exchange, now_s: float) -> Reply:
    """A status alone: from a gateway, a firewall, something that is not Telnyx."""
    status = exchange.http_status or 0
    meaning = STATUSES.get(status)
    if meaning is None:
        if status < 400 or status >= 500:
            signal = rate_headers.signal(exchange.headers, None, now_s)
            return _own(Status.UNKNOWN, Code.SERVER_ERROR, status, signal=signal)
        return _own(Status.UNSENT, Code.NOT_TELNYX, status)
    code = {
        Status.UNKNOWN: Code.SERVER_ERROR,
        Status.UNSENT: Code.THROTTLED if meaning.throttle else Code.NOT_TELNYX,
    }[meaning.status]
    signal = rate_headers.signal(exchange.headers, meaning.throttle, now_s)
    return _own(meaning.status, code, status, meaning.stop, signal)


def _without_id(exchange: Exchange) -> Reply:
    """Nobody knows; what an error inside the yes says is the best clue."""
    reply = _own(Status.UNKNOWN, Code.REPLY_WITHOUT_ID, exchange.http_status)
    clues = [f"{problem['code']}: {sentence(problem)}" for problem in _problems(exchange.body)]
    return reply._replace(error=f"{reply.error} ({visible(clues[0])})") if clues else reply


def _lost_at_once(data: Mapping[str, Any]) -> tuple[str, str]:
    """Code and words of a message that was accepted and has failed already; empty for others."""
    problems = data.get("errors")
    for problem in problems if isinstance(problems, list) else []:
        if isinstance(problem, dict) and problem.get("code") is not None:
            return visible(str(problem["code"]))[:20], sentence(problem)
    return "", ""


def _is_for_another(data: Mapping[str, Any], phone: str) -> bool:
    """Whether a reply names a phone, and not this one. One written otherwise is the same."""
    to = data.get("to")
    first = to[0] if isinstance(to, list) and to and isinstance(to[0], dict) else {}
    shown = first.get("phone_number")
    if shown == phone:  # as nearly every reply has it
        return False
    if not isinstance(shown, str) or not _WRITTEN_PHONE.fullmatch(shown):
        return False  # absent, masked or no number at all: it says nothing
    named, ours = (
        "".join(sign for sign in number if sign.isdigit()).lstrip("0") for number in (shown, phone)
    )
    return bool(named and ours) and not (named.endswith(ours) or ours.endswith(named))


def sentence(problem: Mapping[str, Any]) -> str:
    """Title and detail without numbers, keys or characters that act."""
    words = [str(problem.get(name) or "") for name in ("title", "detail")]
    joined = ": ".join(dict.fromkeys(word for word in words if word))[: 4 * _ERROR_MAX]
    masked = _KEY.sub("KEY…", _NUMBER.sub(_mask, joined))
    shown = visible(masked)
    return shown if len(shown) <= _ERROR_MAX else f"{shown[: _ERROR_MAX - 1]}…"


def _mask(number: re.Match[str]) -> str:
    """`+447700900123` -> `+4477…123`."""
    digits = "".join(sign for sign in number[0] if sign.isdigit() or sign == "+")
    return f"{digits[:5]}…{digits[-3:]}"
