"""The mark in a row's webhook URL: found again, by us alone, and nobody is named in it."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from bulksend import errors
from bulksend.telnyx import client, reference
from tests.makers import PROFILE, make_message

BATCH, KEY = "0123456789abcdef" * 2, b"k" * 32


def row_reference(key: bytes = KEY) -> reference.RowReference:
    return reference.RowReference(BATCH, key)


def body(url: str, **message: object) -> bytes:
    envelope = client.Envelope(
        sender="MyCompany", profile_id=PROFILE, webhook_url=url, row_reference=row_reference()
    )
    made = client.Client("http://127.0.0.1:1/v2", client.Secret("k"), envelope)
    return made.body(make_message(**message))  # type: ignore[arg-type]


def test_a_mark_is_found_again_wherever_it_stands() -> None:
    mark = row_reference().mark(4_000_000_000, 12)

    assert row_reference().find(f"https://example.com/?x=1&b={mark}#top") == (4_000_000_000, 12)
    assert row_reference().find(json.dumps({"url": f"https://example.com/?b={mark}"})) == (
        4_000_000_000,
        12,
    )
    assert row_reference().find(f"first 01234567.1.1.{'0' * 16} and then {mark}") == (
        4_000_000_000,
        12,
    )


def test_a_mark_is_the_same_always_and_another_for_each_claim() -> None:
    assert row_reference().mark(2, 1) == row_reference().mark(2, 1)
    assert len({row_reference().mark(row, claim) for row in range(2, 50) for claim in (1, 2)}) == 96


@pytest.mark.parametrize(
    "forged",
    [
        row_reference(b"x" * 32).mark(2, 1),
        row_reference().mark(2, 1)[:-1] + "z",
        row_reference().mark(2, 1).replace(".2.", ".3."),
        reference.RowReference("f" * 32, KEY).mark(2, 1),
        "",
        "b=1.2.3",
    ],
)
def test_a_mark_that_is_not_ours_is_none(forged: str) -> None:
    assert row_reference().find(f"https://example.com/?b={forged}") is None


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/hook",
        "https://example.com/hook?",
        "https://example.com/hook?team=a&x=%20",
        "https://example.com/hook?team=a&",
        "https://example.com/hook?b=own#part?two",
        'https://example.com/hook?q="quoted"',
    ],
)
def test_a_url_keeps_its_own_query_and_fragment(url: str) -> None:
    sent = json.loads(body(url, row=7, claim=2))["webhook_url"]

    before, after = urlsplit(url), urlsplit(sent)
    assert (after.scheme, after.netloc, after.path) == (before.scheme, before.netloc, before.path)
    assert after.fragment == before.fragment
    assert parse_qsl(after.query) == [*parse_qsl(before.query), ("b", row_reference().mark(7, 2))]
    assert row_reference().find(sent) == (7, 2)


def test_a_body_is_the_same_bytes_always_and_holds_nothing_else_in_its_mark() -> None:
    url = "https://example.com/hook"

    assert body(url, row=7) == body(url, row=7)
    assert json.loads(body(url, row=7)) == {
        "from": "MyCompany",
        "messaging_profile_id": PROFILE,
        "text": "Hi Ada",
        "to": "+447700900007",
        "webhook_url": f"{url}?b={row_reference().mark(7, 1)}",
    }


def test_the_failover_url_and_the_rest_stay_as_they_are() -> None:
    envelope = client.Envelope(
        sender="MyCompany",
        profile_id=PROFILE,
        webhook_url="https://example.com/a",
        webhook_failover_url="https://example.com/a",
        use_profile_webhooks=True,
        row_reference=row_reference(),
    )
    made = client.Client("http://127.0.0.1:1/v2", client.Secret("k"), envelope)

    sent = json.loads(made.body(make_message(row=3)))

    assert sent["webhook_url"] == f"https://example.com/a?b={row_reference().mark(3, 1)}"
    assert sent["webhook_failover_url"] == "https://example.com/a"
    assert sent["use_profile_webhooks"] is True


def test_without_a_webhook_url_there_is_no_mark() -> None:
    envelope = client.Envelope(
        sender="MyCompany", profile_id=PROFILE, row_reference=row_reference()
    )
    made = client.Client("http://127.0.0.1:1/v2", client.Secret("k"), envelope)

    assert set(json.loads(made.body(make_message()))) == {
        *("from", "messaging_profile_id", "text", "to"),
    }


def test_the_longest_url_has_room_for_the_longest_mark() -> None:
    longest = "https://example.com/?x="
    longest += "y" * (reference.URL_MAX - reference._LONGEST - len(longest))
    reference.check_webhook_url(longest)

    sent = json.loads(body(longest, row=4_294_967_295, claim=9999))["webhook_url"]

    assert len(sent) <= reference.URL_MAX
    with pytest.raises(errors.UsageError):
        reference.check_webhook_url(longest + "y")


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.com", "ftp://example.com", "https://a b", "https://\n"),
        *("http://", "https:///path", "https://?q", "https://exa\x1bmple"),
    ],
)
def test_what_is_no_webhook_url_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(errors.UsageError):
        reference.check_webhook_url(url)
