"""Which word counts: flag over variable over options file, also between those that exclude others.

Words that can cost or text twice are taken from the command line alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from itertools import pairwise

import click

from bulksend.cli.options import Option, variable

_SOURCE = click.core.ParameterSource
_RANK = {_SOURCE.COMMANDLINE: 3, _SOURCE.PROMPT: 3, _SOURCE.ENVIRONMENT: 2, _SOURCE.DEFAULT_MAP: 1}
_TYPED = _RANK[_SOURCE.COMMANDLINE]

#: Of each group only one is obeyed: the one from the strongest place.
EXCLUSIVE = (
    ("text", "text_file", "text_column"),
    ("sandbox", "base_url"),
    ("yes", "yes_up_to"),
    ("quiet", "verbose"),
)


def typed(context: click.Context) -> frozenset[str]:
    """The parameters that stand on the command line itself."""
    return frozenset(name for name in context.params if _rank(context, name) == _TYPED)


def settle(context: click.Context, options: Mapping[str, object]) -> dict[str, object]:
    """The options, with the weaker of those that exclude each other taken out.

    Raises click.UsageError where two of them stand in the same place, and for a variable whose
    option is taken from the command line alone.
    """
    _refuse_variables(context)
    settled = dict(options)
    for group in EXCLUSIVE:
        present = [name for name in group if settled.get(name) not in (None, False)]
        present.sort(key=lambda name: -_rank(context, name))
        for stronger, weaker in pairwise(present):
            if _rank(context, stronger) == _rank(context, weaker):
                raise click.UsageError(_both(context, (stronger, weaker)), context)
        for weaker in present[1:]:
            settled[weaker] = None
    return settled


def _refuse_variables(context: click.Context) -> None:
    for parameter in context.command.params:
        if isinstance(parameter, Option) and parameter.typed_only:
            name = variable(parameter.opts[0])
            if os.environ.get(name):
                raise click.UsageError(only_typed(parameter.opts[0], f"the variable {name}"))


def only_typed(flag: str, where: str) -> str:
    """Why a word is not taken from elsewhere."""
    return f"{flag} is taken from the command line alone, and {where} is not heeded: take it out"


def _both(context: click.Context, names: Iterable[str]) -> str:
    flags = {parameter.name: parameter.opts[0] for parameter in context.command.params}
    places = {1: "the options file", 2: "the environment", 3: "this command"}
    first, second = names
    where = places.get(_rank(context, first), "this command")
    return f"{flags[first]} and {flags[second]} exclude each other, and {where} has both: give one"


def _rank(context: click.Context, name: str) -> int:
    source = context.get_parameter_source(name)
    return 0 if source is None else _RANK.get(source, 0)
