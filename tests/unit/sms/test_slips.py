"""Slips in a text: named where they are ones, and honest texts left alone."""

from __future__ import annotations

import polars as pl
import pytest

from bulksend.sms import slips
from bulksend.sms.slips import SlipKind

NAMES = ("phone", "name", "First Name", "order_no", "sum", "Größe")


@pytest.mark.parametrize(
    ("written", "column"),
    [
        *((written, "name") for written in ("{{name}}", "{{ name }}", "{{{name}}}", "{{#name}}")),
        *((written, "name") for written in ("{{contact.name}}", '{{ name | default: "you" }}')),
        *((written, "name") for written in ("[name]", "[NAME]", "[[name]]", "[%name%]", "[$name]")),
        *(
            (written, "name")
            for written in ("%name%", "%NAME%", "%%name%%", "*|NAME|*", "|*name*|")
        ),
        *(
            (written, "name")
            for written in ("((name))", "<name>", "<<name>>", "<%= name %>", "«name»")
        ),
        *((written, "name") for written in ("‹name›", "#name#", "##name##", "@name@", "__name__")),
        *((written, "name") for written in ("$name$", "$name", "~name~", "[contact.name]")),
        *((written, "First Name") for written in ("[First Name]", "[FIRST_NAME]", "{{FirstName}}")),
        *((written, "order_no") for written in ("%ORDER-NO%", "{{orderNo}}", "<order no>")),
        ("[größe]", "Größe"),
    ],
)
def test_a_placeholder_of_another_tool_is_named(written: str, column: str) -> None:
    text = f"Hi {written}, your order is ready"

    (slip,) = slips.find(text, NAMES)

    assert (slip.kind, slip.column, slip.position) == (SlipKind.FOREIGN_PLACEHOLDER, column, 4)
    assert slip.written == written
    assert slip.fix == f"write {{{column}}}"
    assert may_hold(text)


@pytest.mark.parametrize("written", ["${name}", "%{name}", "#{name}", "@{name}"])
def test_a_sign_before_a_placeholder_is_named(written: str) -> None:
    (slip,) = slips.find(f"Hi {written}", NAMES)

    assert (slip.kind, slip.written) == (SlipKind.SIGN_BEFORE_PLACEHOLDER, written)
    assert may_hold(written)


@pytest.mark.parametrize("value", ["12.50", "1,200", "1 200", "-3", "7", "", "12k", "1'000.00"])
def test_a_number_may_stand_behind_a_sign(value: str) -> None:
    assert slips.is_number(value)


@pytest.mark.parametrize("value", ["Ada", "12 Ada", "x1", "N/A"])
def test_a_word_may_not(value: str) -> None:
    assert not slips.is_number(value)


@pytest.mark.parametrize(
    ("text", "written", "fix"),
    [
        ("Hi {name}\\nSee you", "\\n", "a real line break"),
        ("Hi\\r\\nSee you", "\\r\\n", "a real line break"),
        ("a\\tb", "\\t", "a tab"),
        ("caf\\u00e9", "\\u00e9", "the letter é"),
        ("Tom &amp; Ann", "&amp;", "write &"),
        ("It&#39;s", "&#39;", "write '"),
        ("It&#x27;s", "&#x27;", "write '"),
        ("caf&eacute;", "&eacute;", "write é"),
        ("a&nbsp;b", "&nbsp;", "write a blank"),
        ("Hi<br>you", "<br>", "a real line break"),
        ("Hi<br/>you", "<br/>", "a real line break"),
        ("<p class='x'>Hi", "<p class='x'>", "a real line break"),
        ("<strong>Hi", "<strong>", "leave it out"),
        ('<a href="x">Hi', '<a href="x">', "leave it out"),
    ],
)
def test_what_was_typed_out_is_named(text: str, written: str, fix: str) -> None:
    (slip,) = slips.find(text, NAMES)

    assert slip.written == written
    assert fix in slip.fix
    assert slip.text.startswith(f"`{written}`")
    assert may_hold(text)


@pytest.mark.parametrize(
    "text",
    [
        *("Use code {{SPRING}} today", "Sale [up to 50%] now", "20% off, 30% for members"),
        *("a < b > c", "Opening hours [Mon-Fri]", "AT&T; R&D", "path C:\\data", "C:\\new\\table"),
        *("\\\\server\\new", "Tom & Ann; more", "Hi {name}", "You owe {sum} now", "#1 @home"),
        *("(name) your price", "50%name", "name@example.com", "*bold* _it_", "1 < 2", "$5 name"),
        *("Say {{ {name} }}", "{First Name}: [x]", "&unknownthing;", "<3 you", "a\\b"),
    ],
)
def test_signs_are_just_signs(text: str) -> None:
    assert slips.find(text, NAMES) == []


def test_without_columns_there_is_no_placeholder_to_mean() -> None:
    assert slips.find("Hi {{name}} &amp;", ("", " "))[0].kind is SlipKind.HTML


def may_hold(text: str) -> bool:
    return bool(pl.Series([text]).str.contains(slips.may_hold(NAMES))[0])


def test_a_file_without_names_has_no_placeholders() -> None:
    assert slips.may_hold(()) == slips.MAY_HOLD_MARKUP
    assert slips.find("Hi {{name}} ${name}", ()) == []
    assert slips.find("${other}", NAMES) == []
