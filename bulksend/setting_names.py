"""How a setting is called: each front door has its own names, and a room knows none of them.

A room writes the setting itself into its sentence (`f"choose with {Setting.TO_COLUMN}"`). Whoever
reads it at the command line sees the option, a caller in Python the field or argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from typing import TypeVar

from bulksend.frozen import frozen

Key = TypeVar("Key")
#: A sentence that names settings, in pieces: put together only when it is read.
Pieces = tuple["str | Setting | SetTo | Typed", ...]


class Setting(Enum):
    """Everything that a person can set, by its name in Python."""

    AGAIN_AFTER = "again_after_s"
    ALSO_CHANGED = "also_changed"
    API_KEY_FILE = "api_key_file"
    BASE_URL = "base_url"
    DEFAULT_REGION = "default_region"
    DRY_RUN = "dry_run"
    ENCODING = "encoding"
    FIX_TEXT = "fix_text"
    FORCE = "force"
    JOURNAL = "journal"
    LEDGER = "ledger"
    LIMIT = "limit"
    LISTEN = "listen"
    LOG_FILE = "log_file"
    MAX_COST = "max_cost"
    MAX_IN_FLIGHT = "max_in_flight"
    NEW_BATCH = "new_batch"
    NOT_TEXTED_WITHIN = "not_texted_within_s"
    NO_SMART_ENCODING = "smart_encoding=False"
    ON_DUPLICATE = "on_duplicate"
    ON_MISSING = "on_missing"
    ONLY = "only"
    ONLY_PROBLEMS = "only_problems"
    OUTPUT = "output_file"
    PORT = "port"
    PROBE_KEY = "probe_key"
    PROFILE_ID = "profile_id"
    QUIET_DAYS = "quiet_days"
    QUIET_HOURS = "quiet_hours"
    RATE = "rate"
    RATES = "rates"
    REPEAT_AFTER_5XX = "repeat_after_5xx"
    RESULTS = "results"
    RETRY_REFUSED = "retry_refused"
    SANDBOX = "sandbox"
    SENDER = "sender"
    SMART_ENCODING = "smart_encoding"
    SUPPRESS = "suppress"
    TEXT = "text"
    TEXT_COLUMN = "text_column"
    TEXT_FILE = "text_file"
    TO = "to"
    TO_COLUMN = "to_column"
    USE_PROFILE_WEBHOOKS = "use_profile_webhooks"
    WAIT_RECEIPTS = "wait_receipts_s"
    WEBHOOK_FAILOVER_URL = "webhook_failover_url"
    WEBHOOK_URL = "webhook_url"
    YES = "yes"

    def __str__(self) -> str:
        """As whoever reads the sentence names it."""
        return _naming.in_a_sentence(self)

    def to(self, typed: str, value: object = None) -> SetTo:
        """The setting and what it is set to: as typed, and in Python, where that differs."""
        return SetTo(self, typed, typed if value is None else value)


@frozen(kw_only=False)
class SetTo:
    """A setting and a value of it."""

    setting: Setting
    typed: str
    value: object

    def __str__(self) -> str:
        """As whoever reads the sentence would write it."""
        return _naming.set_to(self)


@frozen(kw_only=False)
class Typed:
    """A setting as a word of a command line, whoever reads that."""

    setting: Setting

    def __str__(self) -> str:
        """As it is typed."""
        return _naming.typed(self.setting)


def _in_python(setting: Setting) -> str:
    return str(setting.value)


def _set_in_python(set_to: SetTo) -> str:
    return f"{set_to.setting.value}={set_to.value!r}"


@frozen
class Naming:
    """The names of one front door."""

    in_a_sentence: Callable[[Setting], str] = _in_python
    set_to: Callable[[SetTo], str] = _set_in_python
    typed: Callable[[Setting], str] = _in_python


#: One process has one front door, so this is no parameter of every function that says something.
_naming = Naming()


def use(naming: Naming) -> Naming:
    """From now on settings are called so; returns how they were called before."""
    global _naming
    before, _naming = _naming, naming
    return before


@contextmanager
def called(naming: Naming) -> Iterator[None]:
    """Within the block settings are called so."""
    before = use(naming)
    try:
        yield
    finally:
        use(before)


class Sentences(Mapping[Key, str]):
    """A table of sentences; those in pieces name settings as they are called when they are read."""

    def __init__(self, table: Mapping[Key, str | Pieces]) -> None:
        self._table = table

    def __getitem__(self, key: Key) -> str:
        sentence = self._table[key]
        return sentence if isinstance(sentence, str) else "".join(map(str, sentence))

    def __iter__(self) -> Iterator[Key]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)
