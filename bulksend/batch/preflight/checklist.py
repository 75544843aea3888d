"""What `doctor` says of each thing it looked at: pure, one line each, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from bulksend.errors import TEXT_FOR, Code
from bulksend.frozen import frozen
from bulksend.reconcile.idempotency import PROOF_LIFE_S, Proof, Verdict
from bulksend.setting_names import Setting, Typed
from bulksend.telnyx.account import Balance, Profile
from bulksend.telnyx.codes import Exchange, Failure
from bulksend.telnyx.wire.network import Route

#: A clock that is further off makes the times in the journal hard to compare with Telnyx's.
CLOCK_OFF_S = 30.0


class Level(StrEnum):
    """How bad it is: `fail` means that a batch would not get through."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@frozen(kw_only=False)
class Finding:
    """What one look came to: a sentence, how bad it is, and what to do."""

    name: str
    level: Level
    text: str
    #: What to do about it; "" when there is nothing to do.
    todo: str = ""


def way(route: Route, host: str) -> Finding:
    """Whether requests go through a proxy: who looks for a blocked network must see it."""
    if route.proxy is not None:
        return Finding("network", Level.OK, f"to {host} through the proxy {route.proxy.address}")
    if route.bypassed is not None:
        text = f"to {host} directly; the proxy {route.bypassed.address} is not used for it"
        return Finding("network", Level.OK, text)
    return Finding("network", Level.OK, f"to {host} directly")


def key(answer: Exchange) -> Finding:
    """Whether Telnyx takes the key, by the answer to a first read."""
    if answer.failure is not None:
        cause = answer.cause or TEXT_FOR[Code(answer.failure)]
        return Finding("key", Level.FAIL, f"the server cannot be asked: {cause}", _way_out(answer))
    if answer.http_status == 401:
        text = "the API key is not accepted"
        return Finding("key", Level.FAIL, text, f"check TELNYX_API_KEY or {Setting.API_KEY_FILE}")
    if answer.http_status == 403:
        text = "the API key may not read the balance; whether it may send shows itself later"
        return Finding("key", Level.WARN, text, "see the key's permissions in the portal")
    if answer.http_status != 200:
        text = f"the server answers {answer.http_status} where Telnyx answers 200"
        return Finding("key", Level.FAIL, text, f"check {Setting.BASE_URL}")
    return Finding("key", Level.OK, "the API key is accepted")


_WAYS_OUT = {
    Failure.PROXY: "check the proxy's address, name and password (HTTPS_PROXY)",
    Failure.TLS_CERTIFICATE: "set SSL_CERT_FILE to your company's CA, or correct the clock",
    Failure.TOO_FEW_FILES: "raise the limit: ulimit -n 4096",
}


def _way_out(answer: Exchange) -> str:
    failure = answer.failure or Failure.UNREACHABLE
    return _WAYS_OUT.get(failure, "check the network, the proxy and the base URL")


def balance(funds: Balance | None) -> Finding:
    """Whether there is money: what may be spent counts, with a credit limit."""
    if funds is None:
        return Finding("balance", Level.WARN, "the balance cannot be read", "see the portal")
    text = f"{funds.currency} {funds.available:f} to spend"
    if funds.available <= 0:
        return Finding("balance", Level.FAIL, text, "top up the account before a batch")
    return Finding("balance", Level.OK, text)


def profile(
    facts: Profile | None, profile_id: str | None, smart: bool, answer: Exchange | None = None
) -> list[Finding]:
    """The messaging profile, and where it goes against the options; `answer`: to the read of it."""
    if profile_id is None:
        return [_not_given("profile", Setting.PROFILE_ID)]
    if facts is None:
        if answer is not None and answer.http_status not in (200, 400, 404, 422):
            text = "the messaging profile cannot be read; whether it may send shows itself later"
            return [Finding("profile", Level.WARN, text, "see the key's permissions in the portal")]
        text = "there is no such messaging profile, or it cannot be read"
        return [Finding("profile", Level.FAIL, text, f"check {Setting.PROFILE_ID} in the portal")]
    if not facts.enabled:
        text = f"messaging profile {facts.name!r} is disabled"
        return [Finding("profile", Level.FAIL, text, "enable it in the portal")]
    findings = [Finding("profile", Level.OK, f"messaging profile {facts.name!r} is enabled")]
    return [*findings, _destinations(facts), _spend_limit(facts), _smart_encoding(facts, smart)]


def _destinations(facts: Profile) -> Finding:
    if not facts.destinations:
        text = "the profile may send to no country"
        return Finding("destinations", Level.FAIL, text, "whitelist countries on the profile")
    if "*" in facts.destinations:
        return Finding("destinations", Level.OK, "every country")
    text = f"{', '.join(facts.destinations[:20])}; rows of other countries are refused (40309)"
    return Finding("destinations", Level.OK, text)


def _spend_limit(facts: Profile) -> Finding:
    if facts.daily_limit is None:
        return Finding("spend limit", Level.OK, "no daily limit on the profile")
    text = f"USD {facts.daily_limit:f} a day; beyond it the batch stops until midnight UTC"
    level = Level.WARN if facts.daily_limit > 0 else Level.FAIL
    return Finding(
        "spend limit",
        level,
        text,
        f"compare it with `bulksend run {Typed(Setting.DRY_RUN)} {Typed(Setting.RATES)}`",
    )


def _smart_encoding(facts: Profile, smart: bool) -> Finding:
    on = "on" if facts.smart_encoding else "off"
    if facts.smart_encoding == smart:
        return Finding("smart encoding", Level.OK, f"{on} for the profile, and counted so")
    counted = Setting.SMART_ENCODING if facts.smart_encoding else Setting.NO_SMART_ENCODING
    text = f"{on} for the profile, and parts are counted otherwise"
    return Finding("smart encoding", Level.WARN, text, f"give {counted}")


def sender(name: str | None, listed: Sequence[str] | None, facts: Profile | None) -> Finding:
    """Whether the sender ID is one of the profile's. It may work without being listed there."""
    if name is None:
        return _not_given("sender", Setting.SENDER)
    alpha = facts.alpha_sender if facts is not None else None
    if name == alpha or (listed is not None and name in listed):
        return Finding("sender", Level.OK, f"{name} is a sender ID of the profile")
    if listed is None:
        text = "the profile's sender IDs cannot be read"
        return Finding("sender", Level.WARN, text, f"look for {name} in the portal")
    others = [name for name in (alpha, *listed) if name]
    if not others:
        text = f"no sender ID is listed on the profile, so Telnyx may refuse {name}"
        return Finding("sender", Level.WARN, text, "add it to the profile in the portal")
    alike = [other for other in others if other.casefold().split() == name.casefold().split()]
    if alike:
        with_name = Setting.SENDER.to(repr(alike[0]), alike[0])
        text = f"{name} is written {alike[0]} on the profile, and Telnyx compares letter by letter"
        return Finding("sender", Level.WARN, text, f"give {with_name}")
    text = f"{name} is not on the profile; its sender IDs are {', '.join(others[:10])}"
    return Finding(
        "sender", Level.WARN, text, f"give {Setting.SENDER} one of them, as it is written there"
    )


def opt_outs(answer: Exchange | None) -> Finding:
    """Whether those who answered STOP can be listed."""
    if answer is not None and answer.failure is None and answer.http_status == 200:
        return Finding("opt-outs", Level.OK, "the list of opt-outs can be read")
    text = "the list of opt-outs cannot be read; Telnyx still refuses rows on it (40300)"
    return Finding("opt-outs", Level.WARN, text, "keep opt-outs out of the contacts file")


def redaction(facts: Profile | None) -> Finding | None:
    """A warning where masked numbers keep `reconcile` from searching by number; else None."""
    if facts is None or not facts.redacted:
        return None
    text = "numbers are masked in detail records: unknown rows cannot be searched by number"
    return Finding(
        "redaction", Level.WARN, text, f"give {Setting.WEBHOOK_URL}, so that rows are marked"
    )


def clock(ahead_s: float | None) -> Finding:
    """Whether the clocks agree: the server's is `ahead_s` seconds ahead of ours."""
    if ahead_s is None:
        return Finding("clock", Level.WARN, "the server tells no time", f"check {Setting.BASE_URL}")
    if abs(ahead_s) <= CLOCK_OFF_S:
        return Finding("clock", Level.OK, f"within {CLOCK_OFF_S:.0f} s of the server's")
    side = "behind" if ahead_s > 0 else "ahead of"
    text = f"{abs(ahead_s):,.0f} s {side} the server's"
    return Finding("clock", Level.WARN, text, "set this computer's clock")


def limits(answer: Exchange) -> Finding:
    """How fast this account may send: what the headers say, and what no header says."""
    headers = answer.headers if answer.failure is None else {}
    limit = headers.get("x-ratelimit-limit", "")
    spoken = f"{limit[:20]} requests a window by the headers; " if limit.isdecimal() else ""
    text = (
        f"{spoken}a sender's own limit is shown in no reply: what is too fast waits in its queue, "
        "up to four hours, and is refused beyond (40318)"
    )
    return Finding("limits", Level.OK, text)


def idempotency_key(proof: Proof | None, observed: str) -> Finding:
    """Whether a repeated key texts once; `observed`: what a probe saw just now."""
    name, how = "idempotency", f" ({observed})" if observed else ""
    who = f"{Typed(Setting.SENDER)} NAME {Typed(Setting.PROFILE_ID)} UUID"
    line = f"{who} {Typed(Setting.PROBE_KEY)} {Typed(Setting.TO)} +NUMBER"
    probe = f"`bulksend doctor {line}` finds out, for one text or two"
    if proof is None:
        return Finding(name, Level.WARN, "not known whether keys are honoured here", probe)
    since = f"{datetime.fromtimestamp(proof.at_s, UTC):%F %R} UTC"
    if proof.verdict is Verdict.PROVEN:
        until = f"{datetime.fromtimestamp(proof.at_s + PROOF_LIFE_S, UTC):%F}"
        text = f"keys are honoured, proven {since}; relied on until {until}{how}"
        return Finding(name, Level.OK, text)
    if proof.verdict is Verdict.NOT_HONOURED:
        text = f"keys are not honoured here, seen {since}; nothing relies on them{how}"
        return Finding(name, Level.WARN, text, "unknown rows are settled by Telnyx's records alone")
    return Finding(name, Level.WARN, f"the probe decided nothing{how}", probe)


def _not_given(name: str, setting: Setting) -> Finding:
    return Finding(name, Level.WARN, f"not looked at: no {setting}", f"give {setting}")
