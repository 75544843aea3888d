"""Parameters -> Settings, for the rooms below: the only reader of the environment but click."""

from __future__ import annotations

import os
from dataclasses import fields, replace
from pathlib import Path

import click

from bulksend.batch.settings import Identity, Settings, state_folder
from bulksend.cli import group, sources
from bulksend.cli.parameters import BatchParameters, Message
from bulksend.sms.message import OnDuplicate
from bulksend.sms.template import OnMissing


def settings(asked: BatchParameters) -> Settings:
    """What every command about a batch needs. Raises ContactsError for a template file."""
    files, server, consent = asked.files, asked.server, asked.consent
    return noted(
        Settings(
            contacts=asked.contacts,
            identity=_identity(asked.message),
            layout=asked.layout,
            guards=asked.guards,
            results=files.results,
            journal=files.journal,
            sandbox=files.sandbox,
            base_url=server.base_url,
            base_url_typed="base_url" in asked.typed,
            api_key=os.environ.get("TELNYX_API_KEY"),
            api_key_file=_key_file(asked),
            proxy=server.proxy,
            https_proxy=_either_case("HTTPS_PROXY"),
            no_proxy=_either_case("NO_PROXY") or "",
            ca_file=_ca_file(),
            yes=consent.yes,
            yes_up_to=consent.yes_up_to,
            also_read=_also_read(asked),
            state_folder=state_folder(),
        )
    )


def noted(made: Settings) -> Settings:
    """Put where the hint of an error looks for what was asked."""
    click.get_current_context().meta[group.PLACE] = made.place
    return made


def typed_alone(asked: Settings, typed: frozenset[str]) -> Settings:
    """A batch goes on with its own identity and guards: only what is typed now changes them."""
    if typed & {"text", "text_file"}:
        typed |= {"text"}
    names = {field.name for field in fields(Identity)}
    guards = replace(asked.guards, chosen=asked.guards.chosen & typed)
    return replace(
        asked,
        identity=replace(asked.identity, **dict.fromkeys(names - typed)),
        ambient=replace(asked.identity, **dict.fromkeys(names & typed)),
        guards=guards,
    )


def _identity(message: Message) -> Identity:
    text = message.text
    if message.text_file is not None:
        from bulksend.batch import plan

        text = plan.read_template(message.text_file)
    same = {field.name for field in fields(Identity)} - {
        "text",
        "on_duplicate",
        "on_missing",
        "destinations",
    }
    return Identity(
        text=text,
        on_duplicate=OnDuplicate(message.on_duplicate) if message.on_duplicate else None,
        on_missing=OnMissing(message.on_missing) if message.on_missing else None,
        **{name: getattr(message, name) for name in same},
    )


def _also_read(asked: BatchParameters) -> tuple[Path, ...]:
    """Files that nothing may be written over, though no room below reads them."""
    options_file = click.get_current_context().meta.get(sources.OPTIONS_FILE)
    return tuple(path for path in (asked.message.text_file, options_file) if path is not None)


def _key_file(asked: BatchParameters) -> Path | None:
    """The key's own variable goes before a file that only the options file names."""
    named = asked.server.api_key_file
    if "api_key_file" in asked.typed or os.environ.get("BULKSEND_API_KEY_FILE"):
        return named
    return None if os.environ.get("TELNYX_API_KEY") else named


def _either_case(name: str) -> str | None:
    return os.environ.get(name.lower()) or os.environ.get(name) or None


def _ca_file() -> Path | None:
    """The variable that OpenSSL reads as well: a name that leads nowhere is worth a word."""
    named = os.environ.get("SSL_CERT_FILE")
    return Path(named) if named else None
