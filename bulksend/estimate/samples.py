"""Messages shown as they will read: the first, the longest, the first in UTF-16."""

from __future__ import annotations

import polars as pl

from bulksend.frozen import frozen
from bulksend.sms import encoding

_SHOWN = 3


@frozen(kw_only=False)
class Sample:
    """A message as it will read."""

    row: int
    phone: str
    text: str
    encoding: str
    parts: int


class Samples:
    """Those worth showing, of all that were looked at."""

    def __init__(self) -> None:
        self._first: list[Sample] = []
        self._longest: Sample | None = None
        self._wide: Sample | None = None

    def look_at(self, sendable: pl.DataFrame) -> None:
        """Further messages, in row order."""
        self._first += [
            _sample(sendable, at) for at in range(min(_SHOWN - len(self._first), sendable.height))
        ]
        longest = sendable["parts"].arg_max() or 0
        if self._longest is None or sendable["parts"][longest] > self._longest.parts:
            self._longest = _sample(sendable, longest)
        if self._wide is None:
            wide = (sendable["encoding"] == encoding.UTF_16).arg_true()
            self._wide = _sample(sendable, int(wide[0])) if len(wide) else None

    def chosen(self) -> tuple[Sample, ...]:
        """Three different ones in row order, as far as there are."""
        wanted = [*self._first[:1], self._longest, self._wide, *self._first[1:]]
        chosen = {sample.row: sample for sample in wanted if sample is not None}
        return tuple(sorted(list(chosen.values())[:_SHOWN], key=lambda sample: sample.row))


def _sample(sendable: pl.DataFrame, at: int) -> Sample:
    chosen = sendable.row(at, named=True)
    return Sample(
        chosen["row"], chosen["to_e164"], chosen["text"], chosen["encoding"], chosen["parts"]
    )
