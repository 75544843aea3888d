"""What a command was asked for: made once at the edge from flags, environment and file."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Self

from bulksend import errors

TELNYX_URL = "https://api.telnyx.com/v2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Everything that alters a text, its sender, or who gets one. None means: not given.

    It is kept with the batch: a batch goes on with its own, and a difference is an error.
    """

    sender: str | None = None
    profile_id: str | None = None
    #: The template's source, from --text or --text-file; None: the text column holds templates.
    text: str | None = None
    to_column: str | None = None
    text_column: str | None = None
    default_region: str | None = None
    on_duplicate: str | None = None
    on_missing: str | None = None
    webhook_url: str | None = None
    webhook_failover_url: str | None = None
    use_profile_webhooks: str | None = None
    smart_encoding: str | None = None
    fix_text: str | None = None

    def or_else(self, other: Self) -> Self:
        """This one, with `other` where nothing was given."""
        missing = {
            it.name: getattr(other, it.name)
            for it in fields(self)
            if getattr(self, it.name) is None
        }
        return replace(self, **missing)

    def differences(self, other: Self) -> list[str]:
        """The options given here whose value is another one there."""
        return [
            it.name
            for it in fields(self)
            if getattr(self, it.name) is not None
            and getattr(self, it.name) != getattr(other, it.name)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """How fast and how far; may differ between the runs of one batch."""

    rate: str = "50/s"
    max_in_flight: int = 16
    max_cost: Decimal | None = None
    #: The first rows to send in this run.
    limit: int | None = None
    #: The rate card's file.
    rates: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One command, whole."""

    contacts: Path
    identity: Identity = Identity()
    #: For a batch that goes on with its own identity: what the environment and the options file
    #: say beside the flags. A difference is told and not obeyed.
    ambient: Identity = Identity()
    guards: Guards = Guards()
    results: Path | None = None
    journal: Path | None = None
    sandbox: bool = False
    base_url: str | None = None
    #: Holds the API key; never shown.
    api_key: str | None = None
    api_key_file: Path | None = None
    yes: bool = False
    #: Rows to send once more, on the user's word.
    retry_refused: bool = False
    resend_unknown: bool = False
    #: Send a file again that this computer has sent before from another place.
    new_batch: bool = False
    only_problems: bool = False
    #: Where bulksend remembers which file was sent with which journal.
    state_folder: Path | None = None

    def __repr__(self) -> str:
        return f"Settings({self.contacts})"

    @property
    def stem(self) -> str:
        """A sandbox batch is its own batch and has its own files."""
        return f"{self.contacts.stem}.sandbox" if self.sandbox else self.contacts.stem

    @property
    def journal_path(self) -> Path:
        """Beside the contacts file unless given."""
        return self.journal or self.contacts.with_name(f"{self.stem}.journal")

    @property
    def results_path(self) -> Path:
        """Beside the contacts file unless given."""
        return self.results or self.contacts.with_name(f"{self.stem}.results.csv")


def option_name(field_name: str) -> str:
    """How a person writes the option of an Identity field."""
    return "--from" if field_name == "sender" else f"--{field_name.replace('_', '-')}"


#: What --sandbox fills in, so that it needs nothing else.
SANDBOX_IDENTITY = Identity(
    sender="Sandbox",
    profile_id="00000000-0000-4000-8000-000000000001",
)
SANDBOX_TEXT = "This is a test message from bulksend."
DEFAULT_IDENTITY = Identity(
    on_duplicate="skip", on_missing="error", smart_encoding="no", fix_text="no"
)


def require(identity: Identity) -> Identity:
    """An identity that can send. Raises UsageError naming the option that is missing."""
    for name, example in (("sender", "MyCompany"), ("profile_id", "<uuid of the profile>")):
        if not getattr(identity, name):
            option = option_name(name)
            raise errors.UsageError(
                f"{option} is missing",
                hint=f"give {option} {example}, or try the batch with --sandbox first",
                code="option_missing",
            )
    return identity
