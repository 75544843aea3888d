"""Words and tables for people, documents for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: The form of the JSON documents: it changes where a script would have to.
SCHEMA = 2

#: What a JSON document is made of; money is text, so that no digit is lost.
Json: TypeAlias = "str | float | bool | Sequence[Json] | Mapping[str, Json] | None"
JsonObject: TypeAlias = "Mapping[str, Json]"
