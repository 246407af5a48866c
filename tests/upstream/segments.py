"""Prompts as ordered segments, one for each content part, and how many tokens they are.

A token is four bytes of UTF-8, rounded up per segment, so a request that extends another one costs exactly
the other one's tokens plus those of what was added.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

BYTES_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Segment:
    """One content part; `ttl` marks a cache breakpoint behind it."""

    kind: str
    text: str
    ttl: str | None = None

    @property
    def tokens(self) -> int:
        return count(self.text)

    @property
    def padded(self) -> bytes:
        """The text on whole tokens, for prefix matching at token positions."""
        data = encoded(self.text)
        return data + b"\0" * (-len(data) % BYTES_PER_TOKEN)


def encoded(text: str) -> bytes:
    # JSON may hold lone surrogates.
    return text.encode("utf-8", "surrogatepass")


def count(text: str) -> int:
    return -(-len(encoded(text)) // BYTES_PER_TOKEN)


def total(segments: Iterable[Segment]) -> int:
    return sum(segment.tokens for segment in segments)


def canonical(value: Any) -> str:
    """A JSON value as text, without the markers that do not count as content."""
    if isinstance(value, dict):
        value = {key: part for key, part in value.items() if key != "cache_control"}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def parts(content: Any) -> list[dict[str, Any]]:
    """A message's content as a list of parts, whether it was a string, a list or null."""
    if content is None:
        return []
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [part if isinstance(part, dict) else {"type": "text", "text": str(part)} for part in content]
