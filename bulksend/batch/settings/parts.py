"""The parts that settings fall into, each for the rooms that need it and nothing else.

Kept with the batch: `Identity` (what is sent, from whom) and `Guards` (how fast, how far). Of one
command: `Place`, `Server`, `Consent`, `Again`, `OwnPhones`. Put together from these: `Basis` for a
plan, `Recency` for the memory, `Orders` for a run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import time
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from bulksend import errors
from bulksend.batch.settings import checked
from bulksend.batch.settings.checked import Check
from bulksend.frozen import frozen
from bulksend.setting_names import Setting
from bulksend.sms.message import OnDuplicate
from bulksend.sms.template import OnMissing

if TYPE_CHECKING:
    from bulksend.contacts.layout import Layout
    from bulksend.sms.rates import RateCard

TELNYX_URL = "https://api.telnyx.com/v2"
DAY_S = 86_400.0


@frozen
class Identity:
    """Everything that alters a text, its sender, or who gets one. None means: not given.

    It is kept with the batch: a batch goes on with its own, and a difference is an error.
    """

    sender: str | None = None
    profile_id: str | None = None
    #: The template's source; None: the text column holds templates.
    text: str | None = None
    to_column: str | None = None
    text_column: str | None = None
    #: ISO country of numbers that are written nationally.
    default_region: str | None = None
    on_duplicate: OnDuplicate | None = None
    on_missing: OnMissing | None = None
    webhook_url: str | None = None
    webhook_failover_url: str | None = None
    use_profile_webhooks: bool | None = None
    smart_encoding: bool | None = None
    #: The only countries that the profile may send to, as `FR,GB`; None: any. From the preflight.
    destinations: str | None = None
    fix_text: bool | None = None

    def __post_init__(self) -> None:
        """Raises UsageError naming the first value of a wrong kind."""
        for each in fields(self):
            check: Check = _IDENTITY_CHECKS.get(each.name, checked.text)
            object.__setattr__(self, each.name, check(each.name, getattr(self, each.name)))

    def or_else(self, other: Self) -> Self:
        """This one, with `other` where nothing was given."""
        missing = {
            each.name: getattr(other, each.name)
            for each in fields(self)
            if getattr(self, each.name) is None
        }
        return replace(self, **missing)

    def differences(self, other: Self) -> list[str]:
        """The options given here whose value is another one there."""
        return [
            each.name
            for each in fields(self)
            if getattr(self, each.name) is not None
            and getattr(self, each.name) != getattr(other, each.name)
        ]


_IDENTITY_CHECKS: Mapping[str, Check] = {
    "on_duplicate": partial(checked.word, kind=OnDuplicate),
    "on_missing": partial(checked.word, kind=OnMissing),
    "use_profile_webhooks": checked.switch,
    "smart_encoding": checked.switch,
    "fix_text": checked.switch,
}

#: Stands for a guard that nobody gave, until the default takes its place.
_NOT_GIVEN: Any = object()


@dataclass(frozen=True, kw_only=True)
class Guards:
    """How fast, how far, and who is left out. Kept with the batch too, but for `limit`.

    `chosen` names those that were given; `or_else` fills in the others from the batch's own.
    """

    #: Requests a second as a person writes them: `50/s`.
    rate: str = _NOT_GIVEN
    max_in_flight: int = _NOT_GIVEN
    #: The most that the batch may cost over all its runs, in each currency.
    max_cost: Decimal | None = _NOT_GIVEN
    #: The first rows to send in this run.
    limit: int | None = _NOT_GIVEN
    #: The rate card's file.
    rates: Path | None = _NOT_GIVEN
    #: How long a run goes on trying where there is no connection at all.
    patience_s: float = _NOT_GIVEN
    #: The same text to the same phone within that time is left out; 0.0: nobody is.
    again_after_s: float = _NOT_GIVEN
    #: Whoever was texted at all within that time is left out.
    not_texted_within_s: float | None = _NOT_GIVEN
    #: Contacts files of people who are not to be texted.
    suppress: tuple[Path, ...] = _NOT_GIVEN
    #: ISO countries that are texted; None: all that a sender ID reaches.
    countries: tuple[str, ...] | None = _NOT_GIVEN
    #: From and to, in the recipient's own time; over midnight where `to` is the earlier.
    quiet_hours: tuple[time, time] | None = _NOT_GIVEN
    #: Of mon, tue, wed, thu, fri, sat, sun, holidays.
    quiet_days: tuple[str, ...] | None = _NOT_GIVEN
    #: The names of those that were given.
    chosen: frozenset[str] = _NOT_GIVEN

    def __post_init__(self) -> None:
        """Put the defaults in the places of those that were not given.

        Raises UsageError naming the first value of a wrong kind.
        """
        missing = {name for name in GUARD_DEFAULTS if getattr(self, name) is _NOT_GIVEN}
        for name in missing:
            object.__setattr__(self, name, GUARD_DEFAULTS[name])
        if self.chosen is _NOT_GIVEN:
            object.__setattr__(self, "chosen", frozenset(GUARD_DEFAULTS.keys() - missing))
        for name, check in _GUARD_CHECKS.items():
            object.__setattr__(self, name, check(name, getattr(self, name)))

    def or_else(self, other: Self) -> Self:
        """This one, with the other's wherever nothing was chosen here; the limit is never taken."""
        taken = other.chosen - self.chosen - {"limit"}
        changed = {name: getattr(other, name) for name in taken}
        return replace(self, chosen=self.chosen | taken, **changed)


GUARD_DEFAULTS: Mapping[str, Any] = {
    "rate": "50/s",
    "max_in_flight": 16,
    "max_cost": None,
    "limit": None,
    "rates": None,
    "patience_s": 120.0,
    "again_after_s": 6 * DAY_S,
    "not_texted_within_s": None,
    "suppress": (),
    "countries": None,
    "quiet_hours": None,
    "quiet_days": None,
}


def _rate(name: str, value: Any) -> str:
    written = checked.text(name, value, "a text like '50/s'")
    if written is None:
        raise checked.wrong(name, value, "a text like '50/s'")
    return written


_GUARD_CHECKS: Mapping[str, Check] = {
    "rate": _rate,
    "max_in_flight": partial(checked.count, most=1000),
    "max_cost": checked.amount,
    "limit": checked.count,
    "rates": checked.path,
    "patience_s": checked.seconds,
    "again_after_s": checked.seconds,
    "not_texted_within_s": checked.seconds,
    "suppress": checked.paths,
    "countries": checked.words,
    "quiet_days": checked.words,
}


@frozen
class Place:
    """A batch as its commands name it: its files, and where it is sent."""

    contacts: Path
    results: Path | None = None
    journal: Path | None = None
    sandbox: bool = False
    base_url: str | None = None
    api_key_file: Path | None = None
    #: Where bulksend remembers what it sent.
    state_folder: Path | None = None

    @property
    def stem(self) -> str:
        """What the names of its files begin with: a sandbox batch has files of its own."""
        return f"{self.contacts.stem}.sandbox" if self.sandbox else self.contacts.stem

    @property
    def journal_path(self) -> Path:
        """Where the journal lies: beside the contacts file unless named."""
        return self.journal or self.contacts.with_name(f"{self.stem}.journal")

    @property
    def results_path(self) -> Path:
        """Where the results lie: beside the contacts file unless named."""
        return self.results or self.contacts.with_name(f"{self.stem}.results.csv")

    @property
    def pace_file(self) -> Path | None:
        """What batches taught of their pace; None in the sandbox, where nobody waits."""
        if self.sandbox or self.state_folder is None:
            return None
        return self.state_folder / "pace.json"


@frozen
class Server:
    """Which API, by which way, and the key that opens it."""

    sandbox: bool = False
    base_url: str | None = None
    #: The person gave the base URL to this very command: only then may any host have the key.
    base_url_typed: bool = False
    #: Never shown.
    api_key: str | None = field(default=None, repr=False)
    api_key_file: Path | None = None
    #: The proxy that the person named.
    proxy: str | None = None
    #: HTTPS_PROXY and NO_PROXY of the environment.
    https_proxy: str | None = None
    no_proxy: str = ""
    #: Certificates to trust instead of the computer's own.
    ca_file: Path | None = None


@frozen
class Consent:
    """What was agreed to beforehand. A sandbox costs nothing, and needs none."""

    sandbox: bool = False
    yes: bool = False
    #: Consent to an estimate that is complete and no higher.
    yes_up_to: Decimal | None = None

    @property
    def is_beforehand(self) -> bool:
        """Whether it was, so that nobody will be asked."""
        return self.yes or self.yes_up_to is not None


@frozen
class Again:
    """Rows to send once more, on the user's word: each may text or cost twice."""

    retry_refused: bool = False
    resend_unknown: bool = False
    #: Rows whose text was changed after they were sent.
    also_changed: bool = False


@frozen
class OwnPhones:
    """Phones of one's own that get one row's text, instead of a batch."""

    test_to: tuple[str, ...] = ()
    #: None: the first row that would be sent.
    test_row: int | None = None


@frozen
class Basis:
    """What a plan is made by, besides the contacts file and the identity."""

    guards: Guards = Guards()
    sandbox: bool = False
    #: The batch's own prices as they were when it was last sent from, where no card is named now.
    rate_card: RateCard | None = None


@frozen
class Orders:
    """What a run goes by, once everything was agreed to."""

    place: Place
    basis: Basis
    layout: Layout
    #: The person asked for another try of the refused rows, whether there are any or none.
    retry_refused: bool = False
    #: After sending, ask so long what became of it; 0.0: do not ask.
    wait_receipts_s: float = 0.0


@frozen
class Recency:
    """Who was texted too lately to be texted now."""

    #: Seconds: the same text to the same phone; 0.0: nobody is left out.
    again_after_s: float = GUARD_DEFAULTS["again_after_s"]
    #: Seconds: any text.
    not_texted_within_s: float | None = None
    #: Everybody is texted once more.
    new_batch: bool = False
    #: The batch at hand was begun so at that moment: texts from before are no reason against it.
    anew_since_s: int | None = None


#: What the sandbox fills in, so that it needs nothing else.
SANDBOX_IDENTITY = Identity(
    sender="Sandbox",
    profile_id="00000000-0000-4000-8000-000000000001",
)
SANDBOX_TEXT = "This is a test message from bulksend."
DEFAULT_IDENTITY = Identity(
    on_duplicate=OnDuplicate.SKIP, on_missing=OnMissing.ERROR, smart_encoding=False, fix_text=False
)


def require(identity: Identity) -> Identity:
    """An identity that can send. Raises UsageError naming what is missing."""
    for setting, example in (
        (Setting.SENDER, "MyCompany"),
        (Setting.PROFILE_ID, "00000000-0000-0000-0000-000000000000"),
    ):
        if not getattr(identity, setting.value):
            raise errors.UsageError(
                f"{setting} is missing",
                hint=f"give {setting.to(example)}, or try the batch with {Setting.SANDBOX} first",
                code="option_missing",
            )
    return identity
