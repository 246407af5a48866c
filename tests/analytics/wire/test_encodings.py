"""Content encodings come undone, and broken ones as far as they go."""

import gzip
import json
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]  # ships no stubs
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from analytics.wire.encodings import ENCODINGS, MAX_LAYERS, decode_body

TEXT = b"".join(b'data: {"delta":"word %d"}\n\n' % i for i in range(5000))
STREAM = b'event: ping\ndata: {"type": "ping"}\n\ndata: {"text": "caf\xc3\xa9"}\n\n'


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


def brotli_fast(data: bytes) -> bytes:
    return bytes(brotli.compress(data, quality=4))


ENCODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "raw": ("deflate", raw_deflate),
    "br": ("br", brotli_fast),
    "zstd": ("zstd", zstandard.compress),
    "identity": ("identity", bytes),
}
COMPRESSING = sorted(ENCODERS.keys() - {"identity"})


def test_every_encoding_has_an_encoder_here() -> None:
    assert {name for name, _ in ENCODERS.values()} == ENCODINGS.keys()


@given(st.sampled_from(sorted(ENCODERS)), st.binary(max_size=3000))
def test_what_was_encoded_is_decoded(name: str, data: bytes) -> None:
    header, encode = ENCODERS[name]
    decoded = decode_body(encode(data), header)
    assert (decoded.data, decoded.complete, decoded.error, decoded.note) == (data, True, None, None)


@given(st.lists(st.sampled_from(sorted(ENCODERS)), min_size=1, max_size=MAX_LAYERS), st.binary())
def test_stacks_are_undone_from_the_last_layer(names: list[str], data: bytes) -> None:
    body = data
    for name in names:
        body = ENCODERS[name][1](body)
    decoded = decode_body(body, " , ".join(ENCODERS[name][0].upper() for name in names))
    assert (decoded.data, decoded.complete) == (data, True)


@given(st.sampled_from(COMPRESSING), st.binary(min_size=1, max_size=2000), st.data())
def test_a_cut_off_stream_gives_a_prefix(name: str, data: bytes, draw: st.DataObject) -> None:
    header, encode = ENCODERS[name]
    body = encode(data)
    cut = body[: draw.draw(st.integers(1, len(body) - 1))]
    decoded = decode_body(cut, header)
    if decoded.note is None:  # by chance, a few compressed bytes may look like JSON
        assert not decoded.complete
        assert data.startswith(decoded.data)


@pytest.mark.parametrize("name", COMPRESSING)
def test_a_stream_cut_in_the_middle_keeps_much_of_its_text(name: str) -> None:
    header, encode = ENCODERS[name]
    body = encode(TEXT * 4)
    decoded = decode_body(body[: len(body) * 3 // 4], header)
    assert not decoded.complete
    assert decoded.error == "cut off"
    assert TEXT[:5000] == decoded.data[:5000]


@pytest.mark.parametrize("name", COMPRESSING)
def test_a_corrupt_stream_keeps_what_came_before(name: str) -> None:
    header, encode = ENCODERS[name]
    body = bytearray(encode(TEXT * 4))
    middle = len(body) * 3 // 4
    body[middle : middle + 40] = bytes(255 - byte for byte in body[middle : middle + 40])
    decoded = decode_body(bytes(body), header)
    assert not decoded.complete
    assert decoded.error
    assert TEXT[:5000] == decoded.data[:5000]


def test_a_wrong_checksum_costs_no_data() -> None:
    body = bytearray(gzip.compress(TEXT))
    body[-6] ^= 1
    decoded = decode_body(bytes(body), "gzip")
    assert (decoded.data, decoded.complete) == (TEXT, False)


@given(st.sampled_from([*ENCODINGS, "gzip, br", "unheard-of", "", None]), st.binary(max_size=300))
def test_random_bytes_never_raise(header: str | None, data: bytes) -> None:
    decode_body(data, header)


@given(st.sampled_from(COMPRESSING), st.binary(max_size=300), st.binary(max_size=50))
def test_random_bytes_after_a_good_start_never_raise(name: str, data: bytes, rest: bytes) -> None:
    header, encode = ENCODERS[name]
    decoded = decode_body(encode(data)[:-4] + rest, header)
    assert decoded.complete or decoded.error


@pytest.mark.parametrize("name", COMPRESSING)
def test_a_bomb_is_cut_at_the_limit(name: str) -> None:
    header, encode = ENCODERS[name]
    decoded = decode_body(encode(bytes(20_000_000)), header, limit=1000)
    assert decoded.data == bytes(1000)
    assert not decoded.complete
    assert "limit of 1000" in str(decoded.error)


@pytest.mark.parametrize("name", COMPRESSING)
def test_exactly_the_limit_is_no_bomb(name: str) -> None:
    header, encode = ENCODERS[name]
    assert decode_body(encode(bytes(1000)), header, limit=1000).complete


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_members_and_frames_add_up_to_one_body(name: str) -> None:
    _, encode = ENCODERS[name]
    decoded = decode_body(encode(b"one ") + encode(b"") + encode(b"two"), name)
    assert (decoded.data, decoded.complete) == (b"one two", True)


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_the_limit_counts_all_members(name: str) -> None:
    _, encode = ENCODERS[name]
    decoded = decode_body(encode(bytes(600)) * 2, name, limit=1000)
    assert (len(decoded.data), decoded.complete) == (1000, False)


def test_a_skippable_zstd_frame_is_skipped() -> None:
    skippable = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"
    assert decode_body(skippable + zstandard.compress(b"data"), "zstd").data == b"data"


@pytest.mark.parametrize("name", COMPRESSING)
def test_bytes_after_the_end_are_noted(name: str) -> None:
    header, encode = ENCODERS[name]
    decoded = decode_body(encode(TEXT) + bytes(7), header)
    assert (decoded.data, decoded.complete, decoded.note) == (TEXT, True, "7 bytes after the end")


@pytest.mark.parametrize("header", ["gzip", "br", "deflate", "zstd", "gzip, br"])
@pytest.mark.parametrize(
    "body",
    [
        STREAM,
        STREAM[:-5],
        b'{"id": 1, "text": "h\xc3\xa9"}',
        b'[{"a":1},\n{"b":2}]',
        b"\xef\xbb\xbf {}",
        b": ok\n\n",
    ],
)
def test_text_under_a_stale_header_comes_back_as_it_is(header: str, body: bytes) -> None:
    decoded = decode_body(body, header)
    assert (decoded.data, decoded.complete, decoded.error) == (body, True, None)
    assert str(decoded.note).startswith("not ")


@given(st.sampled_from(["br", "deflate"]), st.dictionaries(st.text(), st.text()))
def test_any_json_under_a_stale_header_comes_back_as_it_is(header: str, value: dict[str, str]) -> None:
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    assert decode_body(body, header).data == body


def test_binary_data_that_is_not_brotli_is_an_error() -> None:
    decoded = decode_body(b"\xff\xfe\x00garbage", "br")
    assert not decoded.complete
    assert decoded.error


def test_an_unknown_encoding_is_named() -> None:
    decoded = decode_body(b"abc", "Compress")
    assert (decoded.data, decoded.complete, decoded.error) == (b"abc", False, "unknown encoding 'compress'")


def test_a_thousand_layers_are_left_alone() -> None:
    assert not decode_body(gzip.compress(b"abc"), "gzip," * 1000).complete


@pytest.mark.parametrize("header", ["gzip", "br", "deflate", "zstd", "identity", "", None])
def test_an_empty_body_is_complete(header: str | None) -> None:
    assert decode_body(b"", header).complete
