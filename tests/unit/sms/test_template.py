"""Templates: placeholders and nothing more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulksend import errors
from bulksend.sms import template


@pytest.mark.parametrize(
    ("source", "fields", "text"),
    [
        pytest.param("Hi {name}!", {"name": "Ada"}, "Hi Ada!", id="plain"),
        pytest.param("{{{name}}}", {"name": "Ada"}, "{Ada}", id="literal-braces"),
        pytest.param("{name}", {"name": "{name} {{x}}"}, "{name} {{x}}", id="inserted-once"),
        pytest.param("{first name}", {"first name": "Ada"}, "Ada", id="blank-in-name"),
        pytest.param("no placeholder", {}, "no placeholder", id="none"),
    ],
)
def test_a_template_renders(source: str, fields: dict[str, str], text: str) -> None:
    assert template.parse_template(source).render(fields) == text


@pytest.mark.parametrize(
    "source", ["Hi {name", "Hi name}", "Hi {}", "Hi { }", "{a{b}}"], ids=lambda it: it
)
def test_a_broken_template_names_its_place_and_the_way_out(source: str) -> None:
    with pytest.raises(errors.ContactsError) as caught:
        template.parse_template(source)

    assert "character" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    "source", ["{a.b}", "{a[0]}", "{a!r}", "{a:>2000000}", "{a.__class__}"], ids=lambda it: it
)
def test_attributes_indexes_and_formats_are_names_of_columns_that_are_not_there(
    source: str,
) -> None:
    parsed = template.parse_template(source)

    assert parsed.placeholders == (source[1:-1],)
    with pytest.raises(KeyError):
        parsed.render({"a": "secret"})


@pytest.mark.parametrize(
    ("source", "place"),
    [
        pytest.param("Hi {name", "`{` has no partner at character 4", id="never-closed"),
        pytest.param("Hi name}", "`}` has no partner at character 8", id="never-opened"),
        pytest.param("Hi {}", "`{}` names no column at character 4", id="no-name"),
        pytest.param("Hi\n{a}\n  {b", "at line 3, character 3", id="third-line"),
        pytest.param("{a\nb}", "`{` has no partner at line 1, character 1", id="over-two-lines"),
    ],
)
def test_the_place_of_a_stray_brace_is_exact(source: str, place: str) -> None:
    with pytest.raises(errors.ContactsError) as caught:
        template.parse_template(source)

    assert place in caught.value.message


def test_placeholders_are_named_once_in_their_order() -> None:
    assert template.parse_template("{b} { a } {b} {{c}}").placeholders == ("b", "a")


@given(st.text(), st.text())
def test_any_text_can_be_written_and_any_value_goes_in_as_it_is(text: str, value: str) -> None:
    source = text.replace("{", "{{").replace("}", "}}") + "{x}"

    assert template.parse_template(source).render({"x": value}) == text + value


def test_a_template_that_was_no_utf_8_is_a_usage_error() -> None:
    with pytest.raises(errors.UsageError, match="not UTF-8 at character 4"):
        template.check_characters("Caf\udce9 {name}")


@pytest.mark.parametrize(
    ("source", "own"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("{name}", [], id="only-a-placeholder"),
        pytest.param("a{name}b", [(1, "a"), (8, "b")], id="around-a-placeholder"),
    ],
)
def test_own_characters_stand_outside_the_placeholders(
    source: str, own: list[tuple[int, str]]
) -> None:
    assert list(template.own_characters(source)) == own


def test_a_source_that_was_utf_8_is_left_alone() -> None:
    template.check_characters("Hi {name}, café \U0001f600")
