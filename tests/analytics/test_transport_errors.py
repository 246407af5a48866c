"""Errors of the transport are kept without the traffic that they quote."""

from dataclasses import replace

import pytest

from analytics.record import from_meta
from analytics.transport_errors import LONGEST, own_words
from tests.analytics.chats import chat

SECRET = "x-api-key: sk-secret"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"Cannot parse: illegal header line: bytearray(b'{SECRET}')", "Cannot parse: illegal header line: …"),
        (f"Invalid header line: {SECRET.encode()!r}", "Invalid header line: …"),
        (f'Invalid header line: "it\'s {SECRET}"', "Invalid header line: …"),
        (f"Unknown pseudo headers: { ({b':a': SECRET}) }", "Unknown pseudo headers: …"),
        (f"Illegal header value b'a' and b'{SECRET}'", "Illegal header value …"),
        ("peer closed connection", "peer closed connection"),
        ("It can't be read", "It can't be read"),
        ("[Errno 111] Connect call failed ('127.0.0.1', 443)", "[Errno 111] Connect call failed (…"),
        (None, None),
    ],
)
def test_only_its_own_words_are_kept(said: str | None, kept: str | None) -> None:
    assert own_words(said) == kept


def test_it_is_never_long() -> None:
    assert len(own_words("a" * 10_000) or "") == LONGEST


def test_no_record_takes_more_to_the_spool() -> None:
    meta = replace(chat(1), error=f"illegal header line: b'{SECRET}'").meta()
    assert b"secret" not in meta
    assert from_meta(meta, b"", b"").error == "illegal header line: …"
