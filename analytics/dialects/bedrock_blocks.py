"""The content parts of Bedrock's Converse as blocks.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html

Left out as dress: cache points, citations, a tool result's `status: success`, marks for a guardrail.
"""

import hashlib
from collections.abc import Callable, Iterator

from analytics.dialects.anthropic_blocks import thinking_block
from analytics.dialects.canonical import call_block, dumps, media_block, other_block
from analytics.dialects.exchange import Block, Json, Kind, Role
from analytics.dialects.fields import items, obj, objects, picked, text

KINDS: dict[Role, Kind] = {"system": "system", "user": "user", "assistant": "assistant", "tool": "tool_result"}
# Members of a content part that hold bytes in their `source`, and what kind of block they are.
MEDIA: dict[str, Kind] = {"image": "image", "document": "document", "audio": "audio", "video": "other"}


def part_block(role: Role, part: object) -> Block:
    """One content part: an object whose one field says what it is. SDKs may send the others as null."""
    given = [(name, value) for name, value in obj(part).items() if value is not None]
    name, value = given[0] if len(given) == 1 else ("", None)
    if name in MEDIA:
        return source_block(role, MEDIA[name], {"video": value} if name == "video" else obj(value))
    reader = READERS.get(name)
    return (reader(role, value) if reader else None) or other_block(role, part)


def _text(role: Role, value: object) -> Block | None:
    return Block(role, KINDS[role], value) if isinstance(value, str) else None


def _cited(role: Role, value: object) -> Block | None:
    """Text with citations: the text. Citations are not counted as input when they are sent back."""
    return Block(role, KINDS[role], "".join(text(part, "text") or "" for part in objects(value, "content")))


def _guarded(role: Role, value: object) -> Block | None:
    """Content that is marked for a guardrail; to the model it is content like any other."""
    image = obj(value, "image")
    return source_block(role, "image", image) if image else _text(role, obj(value, "text").get("text"))


def _reasoning(role: Role, value: object) -> Block | None:
    sealed = text(value, "redactedContent")
    if sealed:
        return media_block("assistant", "thinking", "redacted_thinking", sealed)
    thought = obj(value, "reasoningText") or obj(value)
    return thinking_block({"thinking": thought.get("text"), "signature": thought.get("signature")})


def _tool_use(role: Role, value: object) -> Block | None:
    """A tool that the server runs itself is another tool; that it is the client's own need not be said."""
    used = obj(value)
    origin = picked(used, "type") if text(used, "type") == "server_tool_use" else None
    return call_block(used.get("name"), used.get("input"), used.get("toolUseId"), origin)


def _tool_result(role: Role, value: object) -> Block | None:
    """The one text, else canonical JSON of the parts, with digests in place of inline bytes."""
    parts, ref = items(value, "content"), text(value, "toolUseId")
    plain = obj(parts[0]).get("text") if len(parts) == 1 and isinstance(parts[0], dict) else None
    failed = text(value, "status") == "error"
    if isinstance(plain, str) and not failed:
        return Block("tool", "tool_result", plain, ref)
    lean = [_lean(part) for part in parts]
    content = dumps({"status": "error", "content": lean} if failed else lean) if parts or failed else ""
    return Block("tool", "tool_result", content, ref, len(dumps(parts)) if any(_inline(parts)) else None)


def _inline(parts: list[object]) -> Iterator[bool]:
    for part in parts:
        yield from (text(obj(part, name, "source"), "bytes") is not None for name in MEDIA)


def _lean(part: object) -> object:
    if not isinstance(part, dict):
        return part
    return {k: _digested(obj(v)) if k in MEDIA else v for k, v in part.items() if v is not None}


def _digested(media: Json) -> Json:
    data = text(obj(media, "source"), "bytes")
    if data is None:
        return media
    return {**media, "source": {"sha256": hashlib.sha256(data.encode("utf-8", "replace")).hexdigest()}}


def source_block(role: Role, kind: Kind, media: Json) -> Block:
    """An image, document, audio or video. What a document says about itself (name, context) is read by the model."""
    held = obj(media, "video") or media
    data = text(obj(held, "source"), "bytes")
    if data is None:
        return other_block(role, media, kind)
    lean = _digested(held)
    return Block(role, kind, dumps({"video": lean} if held is not media else lean), size=len(data))


READERS: dict[str, Callable[[Role, object], Block | None]] = {
    "text": _text,
    "citationsContent": _cited,
    "guardContent": _guarded,
    "reasoningContent": _reasoning,
    "searchResult": lambda role, value: other_block(role, value, "document"),
    "toolAddition": lambda role, value: other_block("system", {"toolAddition": value}, "tools"),
    "toolUse": _tool_use,
    "toolResult": _tool_result,
}
