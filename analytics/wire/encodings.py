"""HTTP content encodings, undone as far as the bytes allow.

https://www.rfc-editor.org/rfc/rfc9110#section-8.4 (gzip, deflate), RFC 7932 (br), RFC 8878 (zstd).

A capture is not a browser: a stream that was cut off still holds tokens that were paid for, so nothing
here raises on bad data. What could be decoded is returned with a flag and a reason.
"""

import codecs
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # ships no stubs
import zstandard

DEFAULT_LIMIT = 256 * 1024 * 1024

# Small, because zstd cannot be told where to stop: four bytes can stand for a block of 128 KiB, so one
# piece overshoots the limit by 32 MiB at most.
PIECE = 1024

# Nobody stacks more than two. A header with a thousand layers is an attack, not a response.
MAX_LAYERS = 5

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
ZSTD_SKIPPABLE_MAGIC = b"\x2a\x4d\x18"  # after a first byte of 0x50 to 0x5f

_CONTROL = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r")  # never raw in JSON
_ERRORS = (zlib.error, zstandard.ZstdError, brotli.error)


@dataclass(frozen=True, slots=True)
class Decoded:
    """`complete` is false when bytes are missing from `data`, and `error` says why."""

    data: bytes
    complete: bool = True
    error: str | None = None
    note: str | None = None


class _Stream(Protocol):
    """One compressed stream; the shape of `zlib.decompressobj`."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, room: int, /) -> bytes: ...


class _Brotli:
    # Bytes after the end make brotli fail; the byte-wise second pass of _member stops before them.
    unused_data = b""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    @property
    def eof(self) -> bool:
        return bool(self._stream.is_finished())

    def decompress(self, data: bytes, room: int, /) -> bytes:
        return bytes(self._stream.process(data, output_buffer_limit=room))


class _Zstd:
    def __init__(self) -> None:
        self._stream = zstandard.ZstdDecompressor().decompressobj()

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def decompress(self, data: bytes, room: int, /) -> bytes:
        return self._stream.decompress(data)


def _gzip_stream() -> _Stream:
    return zlib.decompressobj(zlib.MAX_WBITS | 16)


def _zlib_stream() -> _Stream:
    return zlib.decompressobj()


def _raw_stream() -> _Stream:
    return zlib.decompressobj(-zlib.MAX_WBITS)


def _offsets(start: int, end: int, fine_from: int) -> Iterator[tuple[int, int]]:
    """Slices of `start:end`: whole pieces, and single bytes from `fine_from` on."""
    while start < end:
        stop = start + 1 if start >= fine_from else min(start + PIECE, end)
        yield start, stop
        start = stop


def _member(
    make: Callable[[], _Stream], data: bytes, start: int, limit: int, fine_from: int | None = None
) -> tuple[bytes, int, str | None]:
    """One stream from `start`: its output, where it ended, and what was wrong with it."""
    stream, out = make(), bytearray()
    for at, stop in _offsets(start, len(data), len(data) if fine_from is None else fine_from):
        try:
            out += stream.decompress(data[at:stop], limit - len(out) + 1)
        except _ERRORS as error:
            if fine_from is None:
                # A decoder that fails keeps what it had of the piece to itself: go there again in steps.
                return _member(make, data, start, limit, fine_from=at)
            return bytes(out), at, str(error)
        if len(out) > limit:
            return bytes(out[:limit]), stop, f"longer than the limit of {limit} bytes"
        if stream.eof:
            return bytes(out), stop - len(stream.unused_data), None
    return bytes(out), len(data), "cut off"


def _members(make: Callable[[], _Stream], starts_here: Callable[[bytes], bool], data: bytes, limit: int) -> Decoded:
    """Streams one after the other, as gzip and zstd allow."""
    out = bytearray()
    end, error = 0, None
    while error is None and end < len(data) and starts_here(data[end : end + 4]):
        part, end, error = _member(make, data, end, limit - len(out))
        out += part
    return _decoded(bytes(out), len(data) - end, error)


def _decoded(out: bytes, trailing: int, error: str | None) -> Decoded:
    note = f"{trailing} bytes after the end" if trailing and error is None else None
    return Decoded(out, error is None, error, note)


def _is_gzip(head: bytes) -> bool:
    return GZIP_MAGIC.startswith(head[:2])


def _is_zstd(head: bytes) -> bool:
    skippable = 0x50 <= head[0] <= 0x5F and ZSTD_SKIPPABLE_MAGIC.startswith(head[1:4])
    return skippable or ZSTD_MAGIC.startswith(head)


def _is_zlib(head: bytes) -> bool:
    """RFC 1950: method 8, and a check that makes the first two bytes a multiple of 31."""
    return head[0] & 0x0F == 8 and (len(head) < 2 or (head[0] << 8 | head[1]) % 31 == 0)


def decode_gzip(data: bytes, limit: int) -> Decoded:
    if not _is_gzip(data[:2]):
        return Decoded(data, note="not gzip")
    return _members(_gzip_stream, _is_gzip, data, limit)


def decode_zstd(data: bytes, limit: int) -> Decoded:
    if not _is_zstd(data[:4]):
        return Decoded(data, note="not zstd")
    return _members(_Zstd, _is_zstd, data, limit)


def decode_brotli(data: bytes, limit: int) -> Decoded:
    out, end, error = _member(_Brotli, data, 0, limit)
    return _unless_text(data, _decoded(out, len(data) - end, error), "br")


def decode_deflate(data: bytes, limit: int) -> Decoded:
    """zlib by the standard, raw deflate by the habit of some servers."""
    out, end, error = _member(_zlib_stream, data, 0, limit)
    wrapped = _decoded(out, len(data) - end, error)
    if wrapped.complete:
        return wrapped
    out, end, error = _member(_raw_stream, data, 0, limit)
    raw = _decoded(out, len(data) - end, error)
    return _unless_text(data, wrapped if _is_zlib(data[:2]) and not raw.complete else raw, "deflate")


def decode_identity(data: bytes, limit: int) -> Decoded:
    return Decoded(data)


def _unless_text(data: bytes, decoded: Decoded, name: str) -> Decoded:
    """br and raw deflate have no magic number, so text can pass for their beginning."""
    if decoded.complete and decoded.note is None:
        return decoded
    return Decoded(data, note=f"not {name}") if _looks_like_text(data) else decoded


def _looks_like_text(data: bytes) -> bool:
    """UTF-8 (its last character may be cut off) that starts like JSON or like server-sent events."""
    if len(data.translate(None, _CONTROL)) < len(data):
        return False
    head = data[:64].removeprefix(codecs.BOM_UTF8).lstrip()
    if not head.startswith((b"{", b"[", b'"', b":", b"data:", b"event:", b"id:", b"retry:")):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return False
    return True


def decode_body(data: bytes, content_encoding: str | None, *, limit: int = DEFAULT_LIMIT) -> Decoded:
    """Undo a Content-Encoding header, the last layer first. Never raises.

    Recorders strip the compression and leave the header: data that is not in the named encoding comes
    back as it is, complete, with a note. No layer is decompressed beyond `limit` bytes.
    """
    names = [name.strip().lower() for name in (content_encoding or "").split(",")]
    layers = [name for name in reversed(names) if name]
    if len(layers) > MAX_LAYERS:
        return Decoded(data, False, f"{len(layers)} layers of encoding")
    result = Decoded(data)
    for name in layers:
        result = _merged(result, _decode_layer(result.data, name, limit))
    return result


def _decode_layer(data: bytes, name: str, limit: int) -> Decoded:
    decode = ENCODINGS.get(name)
    if decode is None:
        return Decoded(data, False, f"unknown encoding {name!r}")
    return decode(data, limit) if data else Decoded(data)


def _merged(outer: Decoded, inner: Decoded) -> Decoded:
    return Decoded(inner.data, outer.complete and inner.complete, outer.error or inner.error, outer.note or inner.note)


ENCODINGS: dict[str, Callable[[bytes, int], Decoded]] = {
    "identity": decode_identity,
    "gzip": decode_gzip,
    "x-gzip": decode_gzip,
    "deflate": decode_deflate,
    "br": decode_brotli,
    "zstd": decode_zstd,
}
