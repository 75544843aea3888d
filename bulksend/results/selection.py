"""Some of the rows, say the undelivered, with why, as a file that can be run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from bulksend import errors
from bulksend.results import reasons
from bulksend.setting_names import Setting
from bulksend.sms.message import Status
from bulksend.telnyx.receipts import FAILED, DeliveryStatus

_ON_THE_WAY = [str(status) for status in DeliveryStatus if not status.is_final]
_CODES = ("error_code", "receipt_code")


def _has_code(code: str) -> pl.Expr:
    return pl.any_horizontal((pl.col(name) == code).fill_null(value=False) for name in _CODES)


def _has_status(status: Status) -> pl.Expr:
    return pl.col("status").is_in([str(status)])


_DELIVERY = pl.col("delivery_status")
#: Each word and the rows it means.
WORDS: Mapping[str, pl.Expr] = {
    **{str(status): _has_status(status) for status in Status if status is not Status.CLAIMED},
    "undelivered": _DELIVERY.is_in([str(status) for status in FAILED]),
    "unconfirmed": _DELIVERY.is_in([str(DeliveryStatus.DELIVERY_UNCONFIRMED)]),
    "waiting": _has_status(Status.ACCEPTED) & (_DELIVERY.is_null() | _DELIVERY.is_in(_ON_THE_WAY)),
    "opted-out": _has_code(reasons.OPTED_OUT),
    "landline": _has_code(reasons.LANDLINE),
}
#: Words that mean nobody until somebody has asked what became of the messages.
AFTER_RECEIPTS = frozenset({"undelivered", "unconfirmed"})


def parse(words: str) -> tuple[str, ...]:
    """`undelivered,refused`. Raises UsageError naming the words there are."""
    named = tuple(dict.fromkeys(word.strip().lower() for word in words.split(",") if word.strip()))
    unknown = [word for word in named if word not in WORDS]
    if unknown or not named:
        shown = ", ".join(unknown) or words
        raise errors.UsageError(
            f"{Setting.ONLY} {shown!r} names no rows",
            hint=f"one or more of {', '.join(WORDS)}",
            code="only_unknown",
        )
    return named


def select(frames: Iterable[pl.DataFrame], words: Sequence[str]) -> Iterator[pl.DataFrame]:
    """The rows that any of the words means, with `reason` and `another_try` (String)."""
    wanted = pl.any_horizontal(WORDS[word].fill_null(value=False) for word in words)
    for frame in frames:
        yield with_reasons(frame.filter(wanted))


def with_reasons(frame: pl.DataFrame) -> pl.DataFrame:
    """`reason` and `another_try` (String) for each row: there are few ends, however many rows."""
    status, error = pl.col("status"), pl.col("error").fill_null("")
    code = pl.coalesce("receipt_code", "error_code").fill_null("")
    keyed = frame.with_columns(
        pl.struct(
            status.alias("status"),
            code.alias("code"),
            error.alias("error"),
            _DELIVERY.fill_null("").alias("delivery_status"),
        ).alias("_end")
    )
    ends = keyed["_end"].unique().to_list()
    why = pl.DataFrame(
        {
            "_end": ends,
            "reason": [reasons.reason(**end) for end in ends],
            "another_try": [
                reasons.another_try(end["status"], end["code"], end["delivery_status"])
                for end in ends
            ],
        },
        schema={"_end": keyed.schema["_end"], "reason": pl.String, "another_try": pl.String},
    )
    return keyed.join(why, on="_end", how="left", maintain_order="left").drop("_end")
