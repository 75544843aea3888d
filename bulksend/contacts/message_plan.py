"""How rows become messages: which columns, which template, and what is done to both."""

from __future__ import annotations

from bulksend import errors
from bulksend.contacts.header import Header
from bulksend.frozen import frozen
from bulksend.setting_names import Setting
from bulksend.sms import slips, template
from bulksend.sms.fix_text import FixText, Replacement, replacements
from bulksend.sms.phone import parse
from bulksend.sms.template import OnMissing


@frozen
class RowRules:
    """How rows are read and written, whatever their columns are called."""

    #: ISO country of numbers that are written nationally, in either case; None: there are none.
    default_region: str | None = None
    on_missing: OnMissing = OnMissing.ERROR
    #: Count as a profile with smart encoding does.
    smart_encoding: bool = False
    fix_text: bool = False
    #: The only ISO countries that the messaging profile may send to; None: any.
    destinations: tuple[str, ...] | None = None


PLAIN = RowRules()


@frozen
class MessagePlan:
    """How a row becomes a message."""

    header: Header
    to_column: int
    #: None: the cells of the text column are templates themselves.
    template: template.Template | None
    text_column: int | None
    default_region: str | None
    on_missing: OnMissing
    #: Count as a profile with smart encoding does.
    smart_encoding: bool = False
    #: The template as it was given, "" where the rows have their own.
    source: str = ""
    #: The only ISO countries that the messaging profile may send to; None: any.
    destinations: tuple[str, ...] | None = None
    #: What is done to template and cells before they become texts.
    fix_text: FixText = FixText.OFF
    #: What `fix_text` changes in the template.
    replaced: tuple[Replacement, ...] = ()
    #: Where it looks like a slip: other tools' placeholders, typed line ends, HTML.
    slips: tuple[slips.Slip, ...] = ()


def make_message_plan(
    header: Header,
    *,
    to_column: int,
    text_column: int | None,
    template_source: str | None,
    rules: RowRules = PLAIN,
) -> MessagePlan:
    """A message plan whose template fits the header. Raises ContactsError or UsageError.

    Columns by their places in the header, from 0. `template_source`: None where the cells of the
    text column are templates.
    """
    template.check_characters(template_source or "")
    parsed = None if template_source is None else template.parse_template(template_source)
    for name in parsed.placeholders if parsed else ():
        column_of(header, name)
    return MessagePlan(
        header=header,
        to_column=to_column,
        template=parsed,
        text_column=text_column,
        default_region=_region(rules.default_region),
        on_missing=rules.on_missing,
        smart_encoding=rules.smart_encoding,
        source=template_source or "",
        destinations=rules.destinations,
        fix_text=FixText.ALL if rules.fix_text else FixText.OFF,
        replaced=tuple(replacements(template_source or "")) if rules.fix_text else (),
        slips=tuple(slips.find(template_source or "", header.names)),
    )


def placeholder_columns(message_plan: MessagePlan) -> dict[str, int]:
    """The column of each placeholder of the template."""
    names = message_plan.template.placeholders if message_plan.template is not None else ()
    return {name: column_of(message_plan.header, name) for name in names}


def column_of(header: Header, name: str) -> int:
    """The one column a placeholder means. Raises ContactsError naming the nearest."""
    return header.only(name, f"the template names {{{name}}}, and", "{{{}}}")


def _region(region: str | None) -> str | None:
    if region is None or region.upper() in parse.REGIONS:
        return region.upper() if region else None
    raise errors.UsageError(
        f"{Setting.DEFAULT_REGION} {region!r} is no ISO country of two letters",
        hint="for example GB, DE or FR",
        code="region_invalid",
    )
