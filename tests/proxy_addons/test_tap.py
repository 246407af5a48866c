"""What a body is kept as."""

import gzip
import json
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]  # it ships no types
import pytest
import zstandard

from analytics.record import Body
from analytics.wire.encodings import decode_body
from proxy_addons.records import safe_body

SECRET = b"Zq7XwK" * 3
ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "gzip, stored": lambda data: gzip.compress(data, compresslevel=0),
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "identity": lambda data: data,
    "unheard-of": lambda data: data,
}


def kept(name: str, data: bytes, trimmed: bool = False) -> Body:
    headers = (("content-encoding", name.partition(",")[0]),)
    return safe_body(data, headers, len(data), trimmed)


@pytest.mark.parametrize("name", ENCODERS)
def test_of_a_body_that_ends_anywhere_no_byte_of_a_secret_is_kept(name: str) -> None:
    body = ENCODERS[name](b'{"a": "before", "api_key": "%s", "b": "after"}' % SECRET)
    for end in range(len(body) + 1):
        assert SECRET[:6] not in kept(name, body[:end]).data


@pytest.mark.parametrize("name", ENCODERS)
def test_what_follows_a_compressed_body_is_no_way_around(name: str) -> None:
    body = ENCODERS[name](b'{"a": "before"}') + b'{"api_key": "%s"}' % SECRET
    assert SECRET[:6] not in kept(name, body).data


@pytest.mark.parametrize("name", ENCODERS)
def test_a_body_without_a_secret_is_kept_as_it_was(name: str) -> None:
    body = ENCODERS[name](b'{"a": "said"}')
    assert kept(name, body) == Body(body, len(body))
    assert kept(name, body, trimmed=True).trimmed


@pytest.mark.parametrize("name", list(ENCODERS)[:5])
def test_a_body_with_a_secret_still_reads_as_what_its_headers_say(name: str) -> None:
    body = ENCODERS[name](json.dumps({"said": "é", "api_key": "x"}, ensure_ascii=False).encode())
    found = kept(name, body)
    assert json.loads(decode_body(found.data, name.partition(",")[0]).data) == {"said": "é", "api_key": "REDACTED"}
    assert (found.wire_bytes, found.trimmed) == (len(body), False)


def test_a_body_that_does_not_decode_to_its_end_counts_as_trimmed() -> None:
    body = gzip.compress(b'{"a": "%s"}' % (b"x" * 1000))
    found = kept("gzip", body[:-12])
    assert found.trimmed
    assert found.data.startswith(b'{"a": "xxx')
