"""How the group of commands ends what one of them began."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from bulksend.batch.settings import Place
from bulksend.cli import exit, group


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), click.Abort(), OSError(5, "no")])
def test_whatever_ends_a_command_about_a_batch_the_last_word_is_a_command_to_paste(
    failure: BaseException,
) -> None:
    show = exit.Ending()

    @click.command()
    @click.pass_context
    def stopped(ctx: click.Context) -> None:
        ctx.meta[group.PLACE] = Place(contacts=Path("my list.csv"), journal=Path("j"))
        raise failure

    with pytest.raises((click.Abort, OSError)):
        group.Commands("bulksend", commands={"stopped": stopped}).main(
            ["stopped"], standalone_mode=False, obj=show
        )

    assert show.whatever_was_sent.endswith(": bulksend status 'my list.csv' --journal j")


def test_a_command_about_no_batch_names_none() -> None:
    assert "the command status shows it" in exit.Ending().whatever_was_sent
