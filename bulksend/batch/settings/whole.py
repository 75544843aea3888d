"""What a command was asked for: made once at the edge from flags, environment and file.

It is flat, as it is written in Python, and stays with what begins a command; the rooms below get
the part that they need.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import platformdirs

from bulksend import errors
from bulksend.batch.settings import checked
from bulksend.batch.settings.checked import Check
from bulksend.batch.settings.parts import (
    Again,
    Basis,
    Consent,
    Guards,
    Identity,
    Orders,
    OwnPhones,
    Place,
    Recency,
    Server,
)
from bulksend.contacts.layout import Layout
from bulksend.frozen import frozen

if TYPE_CHECKING:
    from bulksend.sms.rates import RateCard

Part = TypeVar("Part", Place, Server, Consent, Again, OwnPhones, Basis)

_SETTING_CHECKS: Mapping[str, Check] = {
    **dict.fromkeys(("contacts", "results", "journal"), checked.path),
    **dict.fromkeys(("api_key_file", "state_folder"), checked.path),
    **dict.fromkeys(("base_url", "proxy", "expect"), checked.text),
    **dict.fromkeys(("sandbox", "preflight", "yes"), checked.switch),
    "yes_up_to": checked.amount,
    "wait_receipts_s": checked.seconds,
    "test_row": checked.count,
}


@frozen
class Settings:
    """One command, whole."""

    contacts: Path
    identity: Identity = Identity()
    #: For a batch that goes on with its own identity: what the environment and the options file
    #: say beside the flags. A difference is told and not obeyed.
    ambient: Identity = Identity()
    layout: Layout = field(default_factory=Layout)
    guards: Guards = Guards()
    results: Path | None = None
    journal: Path | None = None
    sandbox: bool = False
    base_url: str | None = None
    #: The person gave the base URL to this very command: only then may any host have the key.
    base_url_typed: bool = False
    #: Holds the API key; never shown.
    api_key: str | None = None
    api_key_file: Path | None = None
    #: The proxy that the person named.
    proxy: str | None = None
    #: HTTPS_PROXY and NO_PROXY of the environment.
    https_proxy: str | None = None
    no_proxy: str = ""
    #: SSL_CERT_FILE of the environment: certificates to trust instead of the computer's own.
    ca_file: Path | None = None
    yes: bool = False
    #: Consent to an estimate that is complete and no higher.
    yes_up_to: Decimal | None = None
    #: The digest of the only plan that may be sent.
    expect: str | None = None
    #: Look at key, credit, profile, sender and countries before the first text.
    preflight: bool = True
    #: After sending, ask so long what became of it; 0.0: do not ask.
    wait_receipts_s: float = 0.0
    #: Phones of one's own that get one row's text, instead of a batch.
    test_to: tuple[str, ...] = ()
    test_row: int | None = None
    #: Rows to send once more, on the user's word.
    retry_refused: bool = False
    resend_unknown: bool = False
    #: Rows whose text was changed after they were sent.
    also_changed: bool = False
    #: Send a file as a batch of its own once more, to everybody.
    new_batch: bool = False
    #: The batch at hand was begun so at that moment: texts from before are no reason against it.
    anew_since_s: int | None = None
    only_problems: bool = False
    #: Other files that were read for this command: the template, the options file.
    also_read: tuple[Path, ...] = ()
    #: The batch's own prices as they were when it was last sent from, where no card is named now.
    rate_card: RateCard | None = None
    #: Where bulksend remembers what it sent.
    state_folder: Path | None = None

    def __post_init__(self) -> None:
        """Raises UsageError naming the first value of a wrong kind."""
        for name, check in _SETTING_CHECKS.items():
            object.__setattr__(self, name, check(name, getattr(self, name)))
        if not isinstance(self.api_key, str | None):
            raise errors.UsageError("api_key must be a text", code="setting_invalid")
        for name, kind in (("identity", Identity), ("guards", Guards), ("layout", Layout)):
            if not isinstance(getattr(self, name), kind):
                raise checked.wrong(name, type(getattr(self, name)), f"a {kind.__name__}")

    def __repr__(self) -> str:
        return f"Settings({self.contacts})"

    @property
    def journal_path(self) -> Path:
        """Where the journal lies: beside the contacts file unless named."""
        return self.place.journal_path

    @property
    def results_path(self) -> Path:
        """Where the results lie: beside the contacts file unless named."""
        return self.place.results_path

    @property
    def place(self) -> Place:
        """Its files, and where it is sent."""
        return self._part(Place)

    @property
    def server(self) -> Server:
        """Which API, and the key."""
        return self._part(Server)

    @property
    def consent(self) -> Consent:
        """What was agreed to beforehand."""
        return self._part(Consent)

    @property
    def again(self) -> Again:
        """Rows to send once more."""
        return self._part(Again)

    @property
    def own_phones(self) -> OwnPhones:
        """Who gets a test text."""
        return self._part(OwnPhones)

    @property
    def basis(self) -> Basis:
        """What a plan is made by."""
        return self._part(Basis)

    @property
    def recency(self) -> Recency:
        """Who was texted too lately, by the guards."""
        guards = self.guards
        return Recency(
            again_after_s=guards.again_after_s,
            not_texted_within_s=guards.not_texted_within_s,
            new_batch=self.new_batch,
            anew_since_s=self.anew_since_s,
        )

    @property
    def orders(self) -> Orders:
        """What a run goes by."""
        return Orders(
            place=self.place,
            basis=self.basis,
            layout=self.layout,
            retry_refused=self.retry_refused,
            wait_receipts_s=self.wait_receipts_s,
        )

    def _part(self, kind: type[Part]) -> Part:
        return kind(**{each.name: getattr(self, each.name) for each in fields(kind)})


def state_folder() -> Path:
    """Where this user's state lies, unless a folder is named (XDG_STATE_HOME on Linux)."""
    return platformdirs.user_state_path("bulksend", appauthor=False)
