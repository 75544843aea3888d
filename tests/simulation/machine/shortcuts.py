"""What makes ten thousand histories quick and changes none of them.

Small files are counted, joined and remembered in fewer portions than large ones need; what is pure
and was made of the same input before is not made again.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, get_type_hints

import polars as pl
import pytest

from bulksend.batch.memory import bucket_map, keys
from bulksend.cli import parameters
from bulksend.contacts import compose
from bulksend.contacts.reading import csv_reader
from bulksend.contacts.skipped import phone_buckets
from bulksend.results import matching

#: A bucket of the memory has two bytes, where the product's have three and the map 2 MB.
_BUCKET_BYTES = 2
_PORTIONS = 2
_MADE_MOST = 200

_hints = functools.cache(get_type_hints)
_compose, _read = compose.compose, csv_reader.Frames.read
_made: dict[Any, Any] = {}


def taken(patch: pytest.MonkeyPatch) -> None:
    """As long as the patches last."""
    for module in (phone_buckets, keys, bucket_map):
        patch.setattr(module, "BITS", 8 * _BUCKET_BYTES)
    patch.setattr(keys, "_BUCKET_BYTES", _BUCKET_BYTES)
    patch.setattr(keys, "_BUCKET_MASK", (1 << 8 * _BUCKET_BYTES) - 1)
    patch.setattr(matching, "_PORTIONS", _PORTIONS)
    patch.setattr(parameters, "get_type_hints", _hints)
    patch.setattr(compose, "compose", _composed)
    patch.setattr(csv_reader.Frames, "read", _frames)


def _composed(chunk: pl.DataFrame, plan: Any) -> pl.DataFrame:
    """Each run composes its rows three times."""
    key = (repr(plan), *chunk.columns, *chunk.rows())
    return _once(key, lambda: _compose(chunk, plan))  # type: ignore[no-any-return]


def _frames(self: csv_reader.Frames, blocks: Iterator[bytes]) -> Iterator[pl.DataFrame]:
    """And reads them three times."""
    content = b"".join(blocks)
    key = (*vars(self).values(), content)
    yield from _once(repr(key), lambda: list(_read(self, iter((content,)))))


def _once(key: Any, make: Any) -> Any:
    if key not in _made:
        if len(_made) > _MADE_MOST:
            _made.clear()
        _made[key] = make()
    return _made[key]
