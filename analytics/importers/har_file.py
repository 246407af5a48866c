"""HAR files as a stream: plain or compressed bytes in, the entries out one by one, with the memory of one entry.

http://www.softwareishard.com/blog/har-12-spec/: `{"log": {…, "entries": [{…}, …]}}`, keys in any order.

A JSON parser gives up at the first byte it dislikes, and recorders write bytes that parsers dislike (half surrogates,
raw bytes, `NaN`). So entries are told apart by their brackets alone, and each can be parsed for itself.
"""

import re
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

# One body of the live limit, escaped, with room for the rest.
ENTRY_LIMIT = 128 * 2**20
HEAD_LIMIT = 16 * 2**20
CHUNK = 2**20

# Two's steps over escapes, and possessive: nothing is looked at twice, nothing is remembered.
_CHARACTERS = rb'[^"\\]*+(?:\\.[^"\\]*+)*+'
_IN_STRING = re.compile(_CHARACTERS, re.DOTALL)
_TO_BRACKET = re.compile(rb'[^"{}\[\]]*+(?:"' + _CHARACTERS + rb'"[^"{}\[\]]*+)*+', re.DOTALL)
_TOKEN = re.compile(rb'"(' + _CHARACTERS + rb')"|[{}\[\]"]', re.DOTALL)
_COMPRESSED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


class CutOff(ValueError):
    """The file cannot be read on; the message says where."""


def chunks(path: Path, size: int = CHUNK) -> Iterator[bytes]:
    """The file's bytes; of a `.har.gz`, or of the `.zhar` that mitmproxy writes, inflated. Raises CutOff."""
    with path.open("rb") as file:
        pieces = iter(lambda: file.read(size), b"")
        first = next(pieces, b"")
        if not first.startswith(_COMPRESSED):
            yield first
            yield from pieces
            return
        try:
            yield from _inflated(first, pieces, size)
        except zlib.error as error:
            raise CutOff(f"its compression is damaged before byte {file.tell():,}") from error


def entries(pieces: Iterator[bytes], limit: int = ENTRY_LIMIT) -> Iterator[bytes | None]:
    """Each entry's JSON, or None for one that is longer than the limit. Raises CutOff when the pieces end early."""
    head, start = _head(pieces)
    splitter = _Splitter(limit, start)
    for data in chain([head[start:]], pieces):
        yield from splitter.feed(data)
        if splitter.finished:
            return
    raise CutOff(splitter.place())


def _inflated(first: bytes, pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    # +32 takes gzip and zlib alike: https://docs.python.org/3/library/zlib.html#zlib.decompress
    stream, data = zlib.decompressobj(zlib.MAX_WBITS | 32), first
    while data:
        yield stream.decompress(data, size)
        data = stream.unconsumed_tail or (b"" if stream.eof else next(pieces, b""))
    if not stream.eof:
        raise CutOff("its compression is cut off")


def _head(pieces: Iterator[bytes]) -> tuple[bytes, int]:
    """The bytes up to the list of entries and a little more, and where in them the list starts."""
    head = b""
    for piece in pieces:
        head += piece
        start = _list_start(head)
        if start is not None:
            return head, start
        if len(head) > HEAD_LIMIT:
            break
    raise CutOff(f"there is no list of entries in its first {len(head):,} bytes")


def _list_start(head: bytes) -> int | None:
    """Where the list at `log.entries` starts."""
    depth, keys = 0, {1: b"", 2: b""}
    for token in _TOKEN.finditer(head):
        match token[0]:
            case b'"':  # the rest of this string is yet to come
                return None
            case b"[" if (depth, keys[1], keys[2]) == (2, b"log", b"entries"):
                return token.end()
            case b"[" | b"{":
                depth += 1
            case b"]" | b"}":
                depth -= 1
            case _:
                keys[depth] = token[1]  # before a bracket that opens, the last string was its key
    return None


class _Splitter:
    """Tells the entries of the list apart. What a string holds, and which kind a bracket is, does not matter."""

    def __init__(self, limit: int, start: int) -> None:
        self.finished = False
        self._limit, self._read, self._began = limit, start, start
        self._depth, self._in_string = 0, False
        self._carried = b""
        self._parts: list[bytes] = []
        self._held = 0

    def feed(self, chunk: bytes) -> Iterator[bytes | None]:
        """The entries that end in this chunk."""
        data, self._carried = self._carried + chunk, b""
        start = at = 0
        while (at := self._next_bracket(data, at)) < len(data):
            opening = data[at] in b"[{"
            self._depth += 1 if opening else -1
            at += 1
            if self._depth < 0:
                self.finished = True
                return
            if opening and self._depth == 1:
                start, self._began = at - 1, self._read + at - 1
            elif self._depth == 0:
                yield self._entry(data[start:at])
        end = len(data) - len(self._carried)
        if self._depth:
            self._hold(data[start:end])
        self._read += end

    def place(self) -> str:
        """Where the bytes so far end."""
        if self._depth:
            return f"it is cut off inside the entry that begins at byte {self._began:,}"
        return f"it is cut off at byte {self._read + len(self._carried):,}, between two entries"

    def _next_bracket(self, data: bytes, at: int) -> int:
        """The place of the next bracket outside a string, or the end of the data."""
        while at < len(data):
            if self._in_string:
                at = _end(_IN_STRING, data, at)
                self._carried = data[at:] if data[at : at + 1] == b"\\" else b""  # what it escapes is yet to come
                self._in_string = data[at : at + 1] != b'"'
            else:
                at = _end(_TO_BRACKET, data, at)
                self._in_string = data[at : at + 1] == b'"'  # with its end yet to come
                if not self._in_string:
                    return at
            at += 1
        return len(data)

    def _hold(self, part: bytes) -> None:
        self._held += len(part)
        if self._held > self._limit:
            self._parts.clear()
        else:
            self._parts.append(part)

    def _entry(self, last: bytes) -> bytes | None:
        self._hold(last)
        entry = b"".join(self._parts) if self._held <= self._limit else None
        self._parts.clear()
        self._held = 0
        return entry


def _end(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    found = pattern.match(data, at)
    return found.end() if found else at
