"""Content encodings of bodies, both ways; responses are flushed piece by piece, so streams stay streams."""

import zlib
from collections.abc import Callable
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # it ships no types
import zstandard


class Encoder(Protocol):
    """Compresses a body as it is made."""

    def encode(self, data: bytes) -> bytes: ...
    def finish(self) -> bytes: ...


class Identity:
    def encode(self, data: bytes) -> bytes:
        return data

    def finish(self) -> bytes:
        return b""


class Zlib:
    """gzip and deflate, which differ in the window bits only."""

    def __init__(self, wbits: int) -> None:
        self._compressor = zlib.compressobj(wbits=wbits)

    def encode(self, data: bytes) -> bytes:
        return self._compressor.compress(data) + self._compressor.flush(zlib.Z_SYNC_FLUSH)

    def finish(self) -> bytes:
        return self._compressor.flush()


class Brotli:
    def __init__(self) -> None:
        self._compressor = brotli.Compressor(quality=4)

    def encode(self, data: bytes) -> bytes:
        return bytes(self._compressor.process(data) + self._compressor.flush())

    def finish(self) -> bytes:
        return bytes(self._compressor.finish())


class Zstd:
    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor().compressobj()

    def encode(self, data: bytes) -> bytes:
        return self._compressor.compress(data) + self._compressor.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    def finish(self) -> bytes:
        return self._compressor.flush()


ENCODERS: dict[str | None, Callable[[], Encoder]] = {
    None: Identity,
    "identity": Identity,
    "gzip": lambda: Zlib(31),
    "deflate": lambda: Zlib(15),
    "br": Brotli,
    "zstd": Zstd,
}

DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    "identity": lambda data: data,
    "gzip": lambda data: zlib.decompress(data, wbits=47),
    "deflate": zlib.decompress,
    "br": lambda data: bytes(brotli.decompress(data)),
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}


def decode(data: bytes, encodings: str) -> bytes:
    """A request body without its content encodings, the last one first; ValueError if it cannot be."""
    for name in reversed(encodings.split(",")):
        try:
            data = DECODERS[name.strip().lower()](data)
        except (KeyError, zlib.error, brotli.error, zstandard.ZstdError) as error:
            raise ValueError(f"cannot decode content-encoding {name.strip()!r}: {error}") from error
    return data
